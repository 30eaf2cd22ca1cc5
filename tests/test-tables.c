// SPDX-License-Identifier: GPL-2.0-or-later
/* Every row of the SPI-NOR tables makes sense, by itself and beside the others. */
#include "lib/spi-nor-parts.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
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
	assert_true(n >= 70);
}

static void test_every_id_leads_to_one_row(void **state)
{
	(void)state;
	FOR_EACH_PART(v, p)
	{
		assert_in_range(p->id_len, 3, NOR_ID_MAX);
		assert_int_equal(p->id[0], v->id);
		/* rows under the same ID: all but the last have a match() that can say no */
		for (const struct nor_part *q = p + 1; q < v->parts + v->n_parts; q++)
			if (q->id_len == p->id_len && !memcmp(q->id, p->id, p->id_len) && !p->match)
				fail_msg("%s hides %s", p->name, q->name);
	}
}

static void test_vendors_are_unique(void **state)
{
	(void)state;
	for (size_t i = 0; nor_vendors[i]; i++)
		for (size_t k = i + 1; nor_vendors[k]; k++)
			assert_int_not_equal(nor_vendors[i]->id, nor_vendors[k]->id);
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
		assert_int_equal(s.erase[0].size, KIB(4));
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
			assert_int_equal(s.erase[0].opcode, 0x21);
		} else {
			assert_int_equal(s.read.opcode, 0x03);
			assert_int_equal(s.program, 0x02);
			assert_int_equal(s.erase[0].opcode, 0x20);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_are_unique_and_lower_case),
		cmocka_unit_test(test_every_id_leads_to_one_row),
		cmocka_unit_test(test_vendors_are_unique),
		cmocka_unit_test(test_times_are_ordered),
		cmocka_unit_test(test_every_row_settles_without_sfdp),
		cmocka_unit_test(test_four_byte_opcodes_replace_all_or_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
