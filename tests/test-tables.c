// SPDX-License-Identifier: GPL-2.0-or-later
/* Every row of the SPI-NOR tables makes sense, by itself and beside the others. */
#include "lib/spi-nor-wp.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FOR_EACH_PART(v, p)                                                     \
	for (size_t v_ = 0; nor_vendors[v_]; v_++)                              \
		for (const struct nor_vendor *v = nor_vendors[v_]; v; v = NULL) \
			for (const struct nor_part *p = v->parts; p < v->parts + v->n_parts; p++)

static void test_names_are_unique_and_lower_case(void **state)
{
	unsigned int n = 0;

	(void)state;
	FOR_EACH_PART(v, p)
	{
		n++;
		assert_true(strlen(p->name) >= 4 && strlen(p->name) < 32);
		for (const char *c = p->name; *c; c++)
			assert_true(islower((unsigned char)*c) || isdigit((unsigned char)*c) ||
				    *c == '-');
		for (size_t k = 0; nor_vendors[k]; k++)
			for (size_t i = 0; i < nor_vendors[k]->n_parts; i++)
				if (&nor_vendors[k]->parts[i] != p &&
				    !strcmp(nor_vendors[k]->parts[i].name, p->name))
					fail_msg("%s is there twice", p->name);
	}
	assert_true(n >= 500);
}

static void test_every_id_leads_to_one_row(void **state)
{
	(void)state;
	FOR_EACH_PART(v, p)
	{
		assert_in_range(p->id_len, 3, NOR_ID_MAX);
		assert_true(p->id[0] == v->id || (v->id2 && p->id[0] == v->id2));
		/* rows under the same ID: all but the last have a match() that can say no */
		for (const struct nor_part *q = p + 1; q < v->parts + v->n_parts; q++)
			if (q->id_len == p->id_len && !memcmp(q->id, p->id, p->id_len) && !p->match)
				fail_msg("%s hides %s", p->name, q->name);
	}
}

/* makers with one first byte: their rows must not hide each other */
static void test_makers_share_no_id_unless_a_match_tells_them_apart(void **state)
{
	(void)state;
	FOR_EACH_PART(v, p)
	{
		for (size_t k = 0; nor_vendors[k]; k++) {
			const struct nor_vendor *w = nor_vendors[k];

			for (size_t i = 0; w != v && i < w->n_parts; i++)
				if (w->parts[i].id_len == p->id_len &&
				    !memcmp(w->parts[i].id, p->id, p->id_len) && !p->match &&
				    !w->parts[i].match)
					fail_msg("%s and %s have one ID", p->name,
						 w->parts[i].name);
		}
	}
}

/* the row that the chip is taken for, with and without SFDP, is one of those with its ID */
static void test_every_id_is_found(void **state)
{
	static const struct sfdp_info blank;

	(void)state;
	FOR_EACH_PART(v, p)
	{
		for (int i = 0; i < 2; i++) {
			const struct nor_vendor *maker;
			const struct nor_part *got =
				nor_find_part(p->id, NOR_ID_MAX, i ? &blank : NULL, &maker);

			assert_non_null(got);
			assert_memory_equal(got->id, p->id, got->id_len);
			assert_true(got >= maker->parts && got < maker->parts + maker->n_parts);
			if (!p->match)
				assert_true(got->id_len >= p->id_len);
		}
	}
}

static void test_times_are_ordered(void **state)
{
	(void)state;
	FOR_EACH_PART(v, p)
	{
		const struct nor_times *t = &p->times;
		const u32 *pairs[] = { t->pp_us, t->erase_4k_ms, t->erase_32k_ms, t->erase_64k_ms,
				       t->chip_ms };

		for (unsigned int i = 0; i < ARRAY_SIZE(pairs); i++) {
			if (pairs[i][0] > pairs[i][1])
				fail_msg("%s: typical time %u exceeds maximum %u", p->name,
					 pairs[i][0], pairs[i][1]);
			assert_true(!pairs[i][1] || pairs[i][0]);
		}
		assert_true(t->pp_us[1] < 20000);
		assert_true(t->erase_64k_ms[1] <= 10000);
	}
}

static void test_every_row_settles_without_sfdp(void **state)
{
	(void)state;
	FOR_EACH_PART(v, p)
	{
		struct nor_params s;
		struct err err = { 0 };
		u64 size = 0;

		if (nor_settle(&s, p, v, NULL, &err))
			fail_msg("%s: %s", p->name, err.what);
		assert_int_equal(s.size, p->size);
		assert_int_equal(s.size & (s.size - 1), 0);
		assert_int_equal(s.page_size, p->page_size ? p->page_size : 256);
		assert_int_equal(s.page_size & (s.page_size - 1), 0);
		assert_int_equal(s.addr_nbytes, s.size > MIB(16) ? 4 : 3);
		assert_int_not_equal(s.qe, NOR_QE_UNKNOWN);
		assert_int_not_equal(s.bp, NOR_BP_UNKNOWN);
		assert_true(s.max_hz >= 8000000 && s.max_hz <= 200000000);
		assert_true(s.program_typ_ns && s.program_typ_ns <= s.program_max_ns);
		assert_true(s.chip_erase_typ_ns <= s.chip_erase_max_ns);
		/* erase types rise, divide the chip and each other, and take longer for more */
		for (unsigned int i = 0; i < NOR_N_ERASE && s.erase[i].size; i++) {
			assert_true(s.erase[i].size > size);
			assert_int_equal(s.size % s.erase[i].size, 0);
			assert_true(!i || s.erase[i].size % s.erase[i - 1].size == 0);
			assert_true(s.erase[i].typ_ns && s.erase[i].typ_ns <= s.erase[i].max_ns);
			assert_int_not_equal(s.erase[i].opcode, 0);
			size = s.erase[i].size;
		}
		assert_true(s.erase[0].size);
		/* a quad program needs a quad read to be proven by */
		assert_true(!s.program_quad || s.read_1_1_4.opcode || s.read_1_4_4.opcode);
		assert_true(!s.read_1_4_4.opcode || s.read_1_4_4.cycles >= 3);
		/* ready is not busy: the match must lie within the mask */
		assert_int_equal(s.poll_match & ~s.poll_mask, 0);
		assert_true(s.poll_mask);
	}
}

static void test_four_byte_opcodes_replace_all_or_none(void **state)
{
	(void)state;
	FOR_EACH_PART(v, p)
	{
		struct nor_params s;

		assert_int_equal(nor_settle(&s, p, v, NULL, NULL), 0);
		if (s.fourbyte == NOR_4B_OPCODES && s.size > MIB(16)) {
			assert_int_equal(s.read.opcode, 0x13);
			assert_int_equal(s.program, 0x12);
			assert_int_equal(s.erase[0].opcode,
					 s.erase[0].size == KIB(4) ? 0x21 : 0xdc);
		} else {
			assert_int_equal(s.read.opcode, 0x03);
			assert_int_equal(s.program, 0x02);
			assert_true(s.erase[0].opcode ==
					    (s.erase[0].size == KIB(4) ? 0x20 : 0xd8) ||
				    s.erase[0].opcode == 0xd7);
		}
	}
}

/* ---- protection, OTP ---- */

static void test_protection_fits_the_chip(void **state)
{
	(void)state;
	FOR_EACH_PART(v, p)
	{
		const struct nor_wp_layout *l;
		struct nor_params s;

		assert_int_equal(nor_settle(&s, p, v, NULL, NULL), 0);
		l = nor_wp_layout(s.bp);
		if (!l) {
			assert_true(s.bp == NOR_BP_SWP || s.bp == NOR_BP_BPR ||
				    s.bp == NOR_BP_NONE);
			continue;
		}
		/* QE and a protection bit can't be one */
		for (unsigned int i = 0; i < l->n_bp; i++)
			assert_false(s.qe == NOR_QE_SR1_B6 && l->bp[i].reg == NOR_WP_SR1 &&
				     l->bp[i].bit == 6);
		assert_false(
			s.qe == NOR_QE_SR1_B6 &&
			(l->sec.reg == NOR_WP_SR1 || (l->tb.reg == NOR_WP_SR1 && l->tb.bit == 6)));
		/* 35h means QPI to these, not SR2 */
		if (v->id == 0xc2 || v->id == 0x9d || !strcmp(v->name, "Micron"))
			assert_false(nor_wp_uses(l, NOR_WP_SR2));
		/* locks of single blocks are switched on in SR3, which only Winbond style parts have */
		assert_true(!s.has_wps || nor_wp_uses(l, NOR_WP_SR2));
	}
}

static void test_otp_is_plausible(void **state)
{
	(void)state;
	FOR_EACH_PART(v, p)
	{
		struct nor_params s;

		assert_int_equal(nor_settle(&s, p, v, NULL, NULL), 0);
		assert_int_not_equal(s.otp.kind, NOR_OTP_UNKNOWN);
		assert_int_not_equal(s.uid, NOR_UID_UNKNOWN);
		if (s.otp.kind == NOR_OTP_NONE) {
			assert_int_equal(s.otp.n, 0);
			continue;
		}
		assert_in_range(s.otp.n, 1, 32);
		assert_in_range(s.otp.len, 32, 2048);
		assert_int_equal(s.otp.len & (s.otp.len - 1), 0);
	}
}

/* ---- against facts that others collected ---- */

struct fact {
	char *parts, *id, *size, *page, *erase, *qe;
};

static char *next_field(char **at)
{
	char *field = *at, *end = field + strcspn(field, "\t\n");

	*at = *end == '\t' ? end + 1 : end;
	*end = '\0';
	return field;
}

static struct fact *load_facts(size_t *n, char **text)
{
	struct fact *facts = calloc(1000, sizeof(*facts));
	FILE *file = fopen("tests/data/nor-reference.tsv", "r");
	size_t len;

	if (!file)
		fail_msg("run the tests from the top of the source tree");
	*text = calloc(1, KIB(256));
	assert_non_null(facts);
	assert_non_null(*text);
	len = fread(*text, 1, KIB(256) - 1, file);
	fclose(file);
	assert_in_range(len, KIB(16), KIB(256) - 2);
	*n = 0;
	for (char *line = *text, *next; *line && *n < 1000; line = next) {
		next = line + strcspn(line, "\n");
		next += *next == '\n';
		if (*line == '#' || !strncmp(line, "manufacturer", 12))
			continue;
		next_field(&line);
		facts[*n].parts = next_field(&line);
		facts[*n].id = next_field(&line);
		facts[*n].size = next_field(&line);
		facts[*n].page = next_field(&line);
		facts[*n].erase = next_field(&line);
		facts[(*n)++].qe = next_field(&line);
	}
	return facts;
}

/* "20h=4K 52h=32K D8h=64K 60h/C7h=chip" */
static bool has_erase(const struct fact *f, u8 opcode, u32 size)
{
	char want[32];

	snprintf(want, sizeof(want), "%02Xh=%uK", opcode, size / KIB(1));
	return strstr(f->erase, want);
}

static bool qe_agrees(const struct fact *f, enum nor_qe qe)
{
	switch (qe) {
	case NOR_QE_NONE:
		return true; /* a row without quad modes says nothing */
	case NOR_QE_SR1_B6:
		return strstr(f->qe, "SR1 bit6");
	case NOR_QE_SR2_B1_31:
		return strstr(f->qe, "31h") || strstr(f->qe, "none needed");
	case NOR_QE_SR2_B1_W2:
		return strstr(f->qe, "2-byte");
	case NOR_QE_SR2_B1_W2R:
		return strstr(f->qe, "CR") || strstr(f->qe, "CFR1");
	default:
		return false;
	}
}

/* NULL: it agrees */
static const char *disagrees(const struct fact *f, const struct nor_part *p,
			     const struct nor_params *s)
{
	static const struct {
		u32 flag, size;
		u8 opcode;
	} blocks[] = {
		{ NOR_ERASE_4K, KIB(4), 0x20 },	    { NOR_ERASE_4K_D7, KIB(4), 0xd7 },
		{ NOR_ERASE_32K, KIB(32), 0x52 },   { NOR_ERASE_32K_D8, KIB(32), 0xd8 },
		{ NOR_ERASE_64K, KIB(64), 0xd8 },   { NOR_ERASE_128K, KIB(128), 0xd8 },
		{ NOR_ERASE_256K, KIB(256), 0xd8 },
	};
	char page[16];

	if (strtoull(f->size, NULL, 10) != p->size)
		return "size";
	snprintf(page, sizeof(page), "%u", s->page_size);
	/* S25FS: 512 bytes only after CR3 bit 4 was set (reference: 256 is safe) */
	if (strcmp(page, f->page) != 0 && s->page_size != 1 && strncmp(p->name, "s25fs", 5) != 0)
		return "page";
	for (unsigned int i = 0; i < ARRAY_SIZE(blocks); i++)
		if (p->flags & blocks[i].flag && !has_erase(f, blocks[i].opcode, blocks[i].size))
			return "erase";
	if (s->chip_erase && !strstr(f->erase, s->chip_erase == 0xc4 ? "C4h(die)" : "C7h"))
		return "chip erase";
	if ((s->read_1_1_4.opcode || s->read_1_4_4.opcode) && !qe_agrees(f, s->qe))
		return "quad enable";
	return NULL;
}

static void test_rows_agree_with_facts_collected_elsewhere(void **state)
{
	size_t n, n_compared = 0;
	char *text;
	struct fact *facts = load_facts(&n, &text);

	(void)state;
	FOR_EACH_PART(v, p)
	{
		const char *why = NULL;
		struct nor_params s;
		char id[2 * NOR_ID_MAX + 1] = "";
		bool is_known = false, agrees = false;

		assert_int_equal(nor_settle(&s, p, v, NULL, NULL), 0);
		for (unsigned int i = 0; i < p->id_len; i++)
			snprintf(id + 2 * i, 3, "%02x", p->id[i]);
		for (size_t i = 0; i < n && !agrees; i++) {
			/* IDs with extension: Micron's tell what match() tells here */
			if (strncmp(facts[i].id, id, strlen(id)) != 0)
				continue;
			is_known = true;
			why = disagrees(&facts[i], p, &s);
			agrees = !why;
		}
		if (is_known && !agrees)
			fail_msg("%s: %s differs from the reference", p->name, why);
		n_compared += is_known;
	}
	assert_true(n_compared >= 490);
	free(facts);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_are_unique_and_lower_case),
		cmocka_unit_test(test_every_id_leads_to_one_row),
		cmocka_unit_test(test_makers_share_no_id_unless_a_match_tells_them_apart),
		cmocka_unit_test(test_every_id_is_found),
		cmocka_unit_test(test_times_are_ordered),
		cmocka_unit_test(test_every_row_settles_without_sfdp),
		cmocka_unit_test(test_four_byte_opcodes_replace_all_or_none),
		cmocka_unit_test(test_protection_fits_the_chip),
		cmocka_unit_test(test_otp_is_plausible),
		cmocka_unit_test(test_rows_agree_with_facts_collected_elsewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
