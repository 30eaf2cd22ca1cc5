// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SFDP: images of real chips against an independent decoder's facts (tests/data/sfdp), and tables
 * that lie.
 */
#include "lib/spi-nor-sfdp-print.h"

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#define DATA "tests/data/sfdp/"

static size_t load(const char *name, u8 *buf, size_t size)
{
	char path[256];
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), DATA "%s", name);
	f = fopen(path, "rb");
	if (!f)
		fail_msg("%s: run the tests from the top of the source tree", path);
	n = fread(buf, 1, size, f);
	fclose(f);
	return n;
}

/* ---- expected.json ---- */

static unsigned int n_compared;

static void same(const char *file, const json_t *obj, const char *key, u64 got)
{
	const json_t *v = json_object_get(obj, key);
	u64 want;

	if (!v)
		return;
	want = json_is_boolean(v) ? json_is_true(v) : (u64)json_integer_value(v);
	n_compared++;
	if (want != got)
		fail_msg("%s: %s is %llu, expected %llu", file, key, (unsigned long long)got,
			 (unsigned long long)want);
}

static void same_pair(const char *file, const json_t *obj, const char *key, u64 typ, u64 max)
{
	const json_t *v = json_object_get(obj, key);

	if (!v)
		return;
	n_compared++;
	if ((u64)json_integer_value(json_array_get(v, 0)) != typ ||
	    (u64)json_integer_value(json_array_get(v, 1)) != max)
		fail_msg("%s: %s differs: %llu/%llu", file, key, (unsigned long long)typ,
			 (unsigned long long)max);
}

static void check_reads(const char *file, const json_t *want, const struct sfdp_bfpt *b)
{
	static const char *const names[SFDP_N_READS] = {
		"1-1-2", "1-2-2", "1-1-4",    "1-4-4",	  "2-2-2",    "4-4-4",
		"1-1-8", "1-8-8", "1S-1D-1D", "1S-2D-2D", "1S-4D-4D", "4S-4D-4D",
	};

	for (unsigned int i = 0; i < SFDP_N_READS; i++) {
		const json_t *r = json_object_get(want, names[i]);
		u64 opcode = r ? (u64)json_integer_value(json_object_get(r, "opcode")) : 0;

		/* the facts keep opcodes that no chip can have; a driver must not */
		if (opcode == 0xff)
			opcode = 0;
		if (b->reads[i].opcode != opcode)
			fail_msg("%s: read %s has opcode %02x, expected %02x", file, names[i],
				 b->reads[i].opcode, (unsigned int)opcode);
		if (!opcode)
			continue;
		same(file, r, "mode_clocks", b->reads[i].mode);
		same(file, r, "wait_states", b->reads[i].wait);
	}
}

static void check_erases(const char *file, const json_t *want, const struct sfdp_bfpt *b)
{
	assert_int_equal(json_array_size(want), SFDP_N_ERASE);
	for (unsigned int i = 0; i < SFDP_N_ERASE; i++) {
		const json_t *e = json_array_get(want, i);

		same(file, e, "size", b->erase[i].size);
		same(file, e, "opcode", b->erase[i].opcode);
		same(file, e, "typ_ms", b->erase[i].typ_ms);
		same(file, e, "max_ms", b->erase[i].max_ms);
	}
}

static void check_bfpt(const char *file, const json_t *w, const struct sfdp_bfpt *b)
{
	const json_t *raw = json_object_get(w, "raw"), *v;
	static const char *const addr[] = { "3", "3 or 4", "4" };
	char rev[16];

	same(file, w, "dwords", b->n_dwords);
	for (size_t i = 0; i < json_array_size(raw) && i < SFDP_BFPT_DWORDS; i++)
		assert_int_equal(b->raw[i],
				 strtoul(json_string_value(json_array_get(raw, i)), NULL, 16));
	snprintf(rev, sizeof(rev), "%u.%u", b->major, b->minor);
	v = json_object_get(w, "rev");
	if (v && b->major)
		assert_string_equal(rev, json_string_value(v));
	assert_string_equal(addr[b->addr_bytes],
			    json_string_value(json_object_get(w, "address_bytes")));
	same(file, w, "erase_4k_field", b->erase_4k_field);
	same(file, w, "erase_4k_opcode", b->erase_4k_opcode);
	same(file, w, "write_granularity_64", b->write_granularity_64);
	same(file, w, "sr_bp_volatile", b->sr_bp_volatile);
	same(file, w, "sr_volatile_wren", b->sr_volatile_wren);
	same(file, w, "dtr", b->dtr);
	same(file, w, "density_bytes", b->size);
	check_reads(file, json_object_get(w, "fast_reads"), b);
	check_erases(file, json_object_get(w, "erase_types"), b);
	same(file, w, "erase_max_multiplier", b->erase_multiplier);
	same(file, w, "program_max_multiplier", b->program_multiplier);
	same(file, w, "page_size", b->page_size);
	same_pair(file, w, "page_program_us", b->page_program_typ_us, b->page_program_max_us);
	same_pair(file, w, "byte_program_first_us", b->byte_first_typ_us, b->byte_first_max_us);
	same_pair(file, w, "byte_program_next_us", b->byte_next_typ_us, b->byte_next_max_us);
	same(file, w, "chip_erase_typ_ms", b->chip_erase_typ_ms);
	v = json_object_get(w, "chip_erase_max_ms_if_dw10_multiplier");
	if (v) {
		u64 a = (u64)json_integer_value(v);
		u64 c = (u64)json_integer_value(
			json_object_get(w, "chip_erase_max_ms_if_dw11_multiplier"));

		assert_int_equal(b->chip_erase_max_ms, max(a, c));
	}
	same(file, w, "suspend_supported", b->has_suspend);
	same(file, w, "prohibited_in_program_suspend", b->prohibited_in_program_suspend);
	same(file, w, "prohibited_in_erase_suspend", b->prohibited_in_erase_suspend);
	same(file, w, "program_resume_to_suspend_us", b->program_resume_to_suspend_us);
	same(file, w, "erase_resume_to_suspend_us", b->erase_resume_to_suspend_us);
	same(file, w, "program_suspend_latency_ns", b->program_suspend_latency_ns);
	same(file, w, "erase_suspend_latency_ns", b->erase_suspend_latency_ns);
	v = json_object_get(w, "suspend_opcodes");
	if (v) {
		same(file, v, "program_resume", b->op_program_resume);
		same(file, v, "program_suspend", b->op_program_suspend);
		same(file, v, "resume", b->op_resume);
		same(file, v, "suspend", b->op_suspend);
	}
	same(file, w, "busy_poll_raw", b->busy_poll_raw);
	same(file, w, "dpd_supported", b->has_dpd);
	if (b->has_dpd) {
		same(file, w, "dpd_enter", b->dpd_enter);
		same(file, w, "dpd_exit", b->dpd_exit);
		same(file, w, "dpd_exit_ns", b->dpd_exit_ns);
	}
	same(file, w, "qer", b->qer);
	same(file, w, "disable_444", b->disable_444);
	same(file, w, "enable_444", b->enable_444);
	same(file, w, "xip_044_supported", b->has_044);
	same(file, w, "xip_044_exit", b->exit_044);
	same(file, w, "xip_044_entry", b->entry_044);
	same(file, w, "hold_reset_disable", b->hold_reset_disable);
	same(file, w, "sr1_volatility", b->sr1_volatility);
	same(file, w, "soft_reset", b->soft_reset);
	same(file, w, "exit_4byte", b->exit_4byte);
	same(file, w, "enter_4byte", b->enter_4byte);
	same(file, w, "drive_strength", b->drive_strength);
	same(file, w, "jedec_spi_reset", b->jedec_spi_reset);
	same(file, w, "ds_str", b->ds_str);
	same(file, w, "ds_qpi_str", b->ds_qpi_str);
	same(file, w, "ds_qpi_dtr", b->ds_qpi_dtr);
	same(file, w, "octal_byte_swapped", b->octal_byte_swapped);
	same(file, w, "disable_888", b->disable_888);
	same(file, w, "enable_888", b->enable_888);
	same(file, w, "xip_088_supported", b->has_088);
	same(file, w, "xip_088_exit", b->exit_088);
	same(file, w, "xip_088_entry", b->entry_088);
	same(file, w, "oer", b->oer);
}

static void check_sector_map(const char *file, const json_t *want, const struct sfdp_sector_map *m)
{
	if (!want)
		return;
	assert_true(m->present);
	assert_int_equal(json_array_size(want), m->n_maps + m->n_detect);
	for (unsigned int i = 0; i < m->n_maps; i++) {
		const json_t *w = json_array_get(want, m->n_detect + i);
		const json_t *regions = json_object_get(w, "regions");

		same(file, w, "map", m->maps[i].id);
		same(file, w, "total", m->maps[i].total);
		assert_int_equal(json_array_size(regions), m->maps[i].n_regions);
		for (unsigned int r = 0; r < m->maps[i].n_regions; r++) {
			const json_t *reg = json_array_get(regions, r);

			same(file, reg, "start", m->maps[i].regions[r].start);
			same(file, reg, "size", m->maps[i].regions[r].size);
			same(file, reg, "erase_mask", m->maps[i].regions[r].erase_mask);
		}
	}
}

static void check_4bait(const char *file, const json_t *want, const struct sfdp_4bait *f)
{
	const json_t *raw = json_object_get(want, "raw"), *erase = json_object_get(want, "erase");

	if (!want) {
		assert_false(f->present);
		return;
	}
	assert_true(f->present);
	for (unsigned int i = 0; i < 2; i++)
		assert_int_equal(f->raw[i],
				 strtoul(json_string_value(json_array_get(raw, i)), NULL, 16));
	for (size_t i = 0; i < json_array_size(erase); i++) {
		const json_t *e = json_array_get(erase, i);
		size_t type = (size_t)json_integer_value(json_object_get(e, "type"));

		assert_in_range(type, 1, SFDP_N_ERASE);
		same(file, e, "opcode", f->erase_opcode[type - 1]);
	}
}

static void test_every_image_decodes_to_its_expected_facts(void **state)
{
	json_error_t jerr;
	json_t *all = json_load_file(DATA "expected.json", 0, &jerr);
	const char *file;
	json_t *want;
	unsigned int n = 0;

	(void)state;
	if (!all)
		fail_msg("expected.json: %s", jerr.text);
	json_object_foreach(all, file, want)
	{
		const json_t *tables = json_object_get(want, "tables");
		struct sfdp_info s = { 0 };
		struct err err = { 0 };
		u8 buf[SFDP_MAX_BYTES];
		size_t len = load(file, buf, sizeof(buf));

		n++;
		assert_int_equal(len, json_integer_value(json_object_get(want, "length")));
		if (strstr(file, "_bfpt.bin")) {
			if (sfdp_parse_bfpt(buf, (unsigned int)(len / 4), &s.bfpt, &err))
				fail_msg("%s: %s", file, err.what);
			check_bfpt(file, json_object_get(want, "bfpt"), &s.bfpt);
			continue;
		}
		if (sfdp_parse(buf, len, &s, &err))
			fail_msg("%s: %s", file, err.what);
		same(file, want, "nph_field", s.nph);
		same(file, want, "access_protocol", s.access_protocol);
		assert_int_equal(json_array_size(tables), s.n_tables);
		for (unsigned int i = 0; i < s.n_tables; i++) {
			const json_t *t = json_array_get(tables, i);

			same(file, t, "id", s.tables[i].id);
			same(file, t, "dwords", s.tables[i].n_dwords);
			same(file, t, "pointer", s.tables[i].offset);
			same(file, t, "complete", s.tables[i].complete);
		}
		check_bfpt(file, json_object_get(want, "bfpt"), &s.bfpt);
		check_4bait(file, json_object_get(want, "4bait"), &s.fourbait);
		check_sector_map(file, json_object_get(want, "sector_map"), &s.map);
	}
	json_decref(all);
	assert_true(n >= 30);
	assert_true(n_compared > 1000);
}

/* ---- for programs and for people ---- */

/* the JSON of every image of a folder against its expected.json, as wholes */
static unsigned int compare_json(const char *dir)
{
	char path[300];
	json_error_t jerr;
	json_t *all, *want;
	const char *file;
	unsigned int n = 0;

	snprintf(path, sizeof(path), "%s/expected.json", dir);
	all = json_load_file(path, 0, &jerr);
	if (!all)
		fail_msg("%s: %s", path, jerr.text);
	json_object_foreach(all, file, want)
	{
		struct sfdp_image *img = calloc(1, sizeof(*img));
		struct err err = { 0 };
		u8 buf[SFDP_MAX_BYTES];
		json_t *got;
		char *text;
		FILE *f;
		size_t len;

		snprintf(path, sizeof(path), "%s/%s", dir, file);
		f = fopen(path, "rb");
		if (!f)
			fail_msg("%s is not there", path);
		len = fread(buf, 1, sizeof(buf), f);
		fclose(f);
		if (sfdp_load(buf, len, img, &err))
			fail_msg("%s: %s", file, err.what);
		text = sfdp_to_json(img);
		got = json_loads(text, 0, &jerr);
		if (!got || !json_equal(got, want))
			fail_msg("%s differs: %s", file, text);
		json_decref(got);
		free(text);
		free(img);
		n++;
	}
	json_decref(all);
	return n;
}

static void test_json_of_every_image_equals_the_independent_decode(void **state)
{
	const char *more = getenv("SFDP_DUMPS");

	(void)state;
	assert_true(compare_json("tests/data/sfdp") >= 30);
	if (more && *more)
		compare_json(more);
}

struct text {
	char buf[8192];
	size_t used;
};

static void add_line(void *arg, const char *line)
{
	struct text *t = arg;
	int n = snprintf(t->buf + t->used, sizeof(t->buf) - t->used, "%s\n", line);

	assert_true(n > 0 && (size_t)n < sizeof(t->buf) - t->used);
	t->used += (size_t)n;
}

static void print_file(const char *name, struct text *t)
{
	struct sfdp_image *img = calloc(1, sizeof(*img));
	u8 buf[SFDP_MAX_BYTES];
	size_t len = load(name, buf, sizeof(buf));

	t->used = 0;
	assert_int_equal(sfdp_load(buf, len, img, NULL), 0);
	sfdp_print(img, add_line, t);
	free(img);
}

static void test_text_names_what_people_ask_for(void **state)
{
	static const struct {
		const char *file, *line;
	} cases[] = {
		{ "winbond_w25q512jv.bin", "  size            64 MiB\n" },
		{ "winbond_w25q512jv.bin", "  erase type 1    4 KiB     20h, 4-byte 21h, 64 ms" },
		{ "winbond_w25q512jv.bin", "  read 1-4-4      ebh, 2 mode clocks, 4 dummy" },
		{ "winbond_w25q512jv.bin", "  quad enable     SR2 bit 1 by 01h with two bytes\n" },
		{ "sst_sst26vf064b.bin", "    00010000  8064 KiB   erased by 4 KiB, 64 KiB\n" },
		{ "issi_is25lx256.bin", "claimed, but with opcode 00h: not usable" },
		{ "micron_n25q256a.bin", "  page program    not given" },
		{ "micron_mt25qu256a.bin", "  busy            70h bit 7\n" },
		{ "macronix_mx25uw51245g.bin",
		  "To enter 8D-8D-8D: 06; 01 00 02; 06; 72 00 00 00 00 02\n" },
		{ "macronix_mx25uw51245g.bin", "16 at 166 MHz (code 2)" },
		{ "macronix_mx25uw51245g.bin", "octal DTR, volatile        register 00h bit 1" },
		{ "puya_p25q16h_bfpt.bin", "A bare basic parameter table, 36 bytes\n" },
	};
	struct text *t = calloc(1, sizeof(*t));

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		print_file(cases[i].file, t);
		if (!strstr(t->buf, cases[i].line))
			fail_msg("%s: no \"%s\" in\n%s", cases[i].file, cases[i].line, t->buf);
	}
	free(t);
}

static void test_what_is_no_sfdp_is_refused_by_name(void **state)
{
	struct sfdp_image img;
	struct err err = { 0 };
	u8 buf[64];

	(void)state;
	memset(buf, 0x20, sizeof(buf));
	assert_int_equal(sfdp_load(buf, sizeof(buf), &img, &err), -ENOEXEC);
	assert_non_null(strstr(err.next, "SFDP"));
	assert_int_equal(sfdp_load(buf, 0, &img, &err), -ENOEXEC);
}

static void test_a_cut_dump_is_warned_about(void **state)
{
	struct sfdp_image *img = calloc(1, sizeof(*img));
	u8 buf[SFDP_MAX_BYTES];
	char text[160];

	(void)state;
	load("winbond_w25q512jv.bin", buf, sizeof(buf));
	assert_int_equal(sfdp_load(buf, 0xc0, img, NULL), 0);
	assert_true(sfdp_warning(img, 0, text, sizeof(text)));
	assert_string_equal(text, "table 4BAIT points past the 192 bytes given");
	assert_false(sfdp_warning(img, 1, text, sizeof(text)));
	free(img);
}

/* ---- sector maps with a question first ---- */

/* the basic table and map of a S25FS512S, by its data sheet: 4K sectors at the bottom, or none */
static size_t hybrid(u8 *buf)
{
	/* 65h at 000004h, as many address bytes and 12 dummy clocks: CR3NV bit 3, 1: uniform */
	u32 dws[8] = { 0x08cc6500, 0x00000004 };
	u8 jv[SFDP_MAX_BYTES];

	memset(buf, 0xff, 512);
	load("winbond_w25q512jv.bin", jv, sizeof(jv));
	put_le32(buf, 0x50444653);
	memcpy(buf + 4, (const u8[]){ 6, 1, 1, 0xff }, 4);
	memcpy(buf + 8, (const u8[]){ 0x00, 6, 1, 16, 0x40, 0, 0, 0xff }, 8);
	memcpy(buf + 16, (const u8[]){ 0x81, 0, 1, 8, 0x80, 0, 0, 0xff }, 8);
	memcpy(buf + 0x40, jv + 0x80, 64);
	/* types 1: 4 KiB 20h, 2: 256 KiB D8h */
	put_le32(buf + 0x40 + 28, 0xd812200c);
	put_le32(buf + 0x40 + 32, 0xff00ff00);
	dws[2] = 0x00020000 | 0x2; /* map 0, three regions */
	dws[3] = (KIB(32) / 256 - 1) << 8 | 1;
	dws[4] = (KIB(224) / 256 - 1) << 8 | 2;
	dws[5] = (u32)((MIB(64) - KIB(256)) / 256 - 1) << 8 | 2;
	dws[6] = 0x2 | 0x1 | 0x1u << 8; /* map 1, the last, one region */
	dws[7] = (MIB(64) / 256 - 1) << 8 | 2;
	for (unsigned int i = 0; i < 8; i++)
		put_le32(buf + 0x80 + 4 * (size_t)i, dws[i]);
	return 0xa0;
}

static void test_a_map_with_detection_commands_is_read_whole(void **state)
{
	u8 buf[512];
	struct sfdp_info *s = calloc(1, sizeof(*s));

	(void)state;
	assert_int_equal(sfdp_parse(buf, hybrid(buf), s, NULL), 0);
	assert_true(s->map.present);
	assert_int_equal(s->map.n_detect, 1);
	assert_int_equal(s->map.detect[0].opcode, 0x65);
	assert_int_equal(s->map.detect[0].addr, 4);
	assert_int_equal(s->map.detect[0].addr_code, 3);
	assert_int_equal(s->map.detect[0].wait_code, 12);
	assert_int_equal(s->map.detect[0].mask, 8);
	assert_int_equal(s->map.n_maps, 2);
	assert_int_equal(s->map.maps[0].n_regions, 3);
	assert_int_equal(s->map.maps[1].id, 1);
	assert_null(sfdp_map_problem(&s->map.maps[0], &s->bfpt));
	assert_null(sfdp_map_problem(&s->map.maps[1], &s->bfpt));
	s->map.maps[0].regions[1].erase_mask = 4;
	assert_non_null(sfdp_map_problem(&s->map.maps[0], &s->bfpt));
	s->map.maps[1].total -= KIB(256);
	assert_non_null(strstr(sfdp_map_problem(&s->map.maps[1], &s->bfpt), "add up"));
	free(s);
}

/* ---- tables that lie ---- */

static size_t good(u8 *buf)
{
	return load("sst_sst26vf064b.bin", buf, SFDP_MAX_BYTES);
}

static void test_every_truncation_is_safe_and_leaves_the_result_alone(void **state)
{
	u8 buf[SFDP_MAX_BYTES];
	size_t len = good(buf);
	unsigned int refused = 0;

	(void)state;
	for (size_t n = 0; n <= len; n++) {
		/* an allocation of exactly n bytes: a byte too far is caught by the sanitizer */
		u8 *cut = malloc(n ? n : 1);
		struct sfdp_info s;
		struct err err = { 0 };

		memcpy(cut, buf, n);
		memset(&s, 0x5a, sizeof(s));
		if (sfdp_parse(cut, n, &s, &err)) {
			refused++;
			assert_int_equal(err.code, -ENOEXEC);
			for (size_t i = 0; i < sizeof(s); i++)
				assert_int_equal(((u8 *)&s)[i], 0x5a);
		}
		sfdp_bytes_needed(cut, n);
		free(cut);
	}
	assert_true(refused > 16);
	assert_true(refused < len);
}

static void test_every_single_byte_corruption_is_safe(void **state)
{
	u8 buf[SFDP_MAX_BYTES];
	size_t len = good(buf);

	(void)state;
	for (size_t i = 0; i < len; i++) {
		for (unsigned int v = 0; v < 256; v += i < 0x60 ? 1 : 17) {
			u8 *bad = malloc(len);
			struct sfdp_info s = { 0 };
			struct err err = { 0 };

			memcpy(bad, buf, len);
			bad[i] = (u8)v;
			if (!sfdp_parse(bad, len, &s, &err)) {
				assert_true(s.n_tables <= SFDP_MAX_TABLES);
				assert_true(s.map.n_maps <= SFDP_MAX_MAPS);
				assert_true(s.bfpt.size >= KIB(4));
			}
			assert_true(sfdp_bytes_needed(bad, len) <= SFDP_MAX_BYTES);
			free(bad);
		}
	}
}

static void test_noise_behind_a_good_signature_is_safe(void **state)
{
	u32 x = 12345;

	(void)state;
	for (unsigned int run = 0; run < 20000; run++) {
		size_t len = 8 + run % 300;
		u8 *buf = malloc(len);
		struct sfdp_info s = { 0 };

		for (size_t i = 0; i < len; i++) {
			x = x * 1664525 + 1013904223;
			buf[i] = (u8)(x >> 24);
		}
		put_le32(buf, 0x50444653);
		buf[5] = 1;
		/* half of the runs get a header that leads somewhere */
		if (run % 2 && len >= 24) {
			buf[6] &= 3;
			buf[8] = 0;
			buf[10] = 1;
			buf[13] = buf[14] = 0;
			buf[15] = 0xff;
		}
		sfdp_parse(buf, len, &s, NULL);
		sfdp_bytes_needed(buf, len);
		free(buf);
	}
}

static void test_no_chip_is_no_sfdp(void **state)
{
	u8 buf[256];
	struct sfdp_info s = { 0 };
	struct err err = { 0 };

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		memset(buf, i ? 0xff : 0, sizeof(buf));
		err_clear(&err);
		assert_int_equal(sfdp_parse(buf, sizeof(buf), &s, &err), -ENOEXEC);
		assert_non_null(strstr(err.what, "signature"));
		assert_int_equal(sfdp_bytes_needed(buf, sizeof(buf)), 0);
	}
}

static void test_an_optional_table_that_points_outside_is_left_out(void **state)
{
	u8 buf[SFDP_MAX_BYTES];
	size_t len = load("winbond_w25q512jv.bin", buf, sizeof(buf));
	struct sfdp_info s = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(sfdp_parse(buf, len, &s, &err), 0);
	assert_true(s.fourbait.present);
	/* the second header's pointer */
	buf[16 + 4] = 0xfc;
	buf[16 + 5] = 0xff;
	buf[16 + 6] = 0xff;
	assert_int_equal(sfdp_parse(buf, len, &s, &err), 0);
	assert_false(s.fourbait.present);
	assert_false(s.tables[1].complete);
	assert_int_equal(s.bfpt.size, MIB(64));
	/* and costs no 16 MiB read */
	assert_true(sfdp_bytes_needed(buf, len) <= len);
}

static void test_a_sector_map_with_too_many_regions_is_left_out(void **state)
{
	u8 buf[SFDP_MAX_BYTES];
	size_t len = good(buf);
	struct sfdp_info s = { 0 };

	(void)state;
	assert_int_equal(sfdp_parse(buf, len, &s, NULL), 0);
	assert_true(s.map.present);
	for (unsigned int i = 0; i < s.n_tables; i++)
		if (s.tables[i].id == SFDP_ID_SECTOR_MAP)
			buf[s.tables[i].offset + 2] = 200;
	assert_int_equal(sfdp_parse(buf, len, &s, NULL), 0);
	assert_false(s.map.present);
}

static void test_the_longest_of_several_basic_tables_is_used(void **state)
{
	u8 buf[SFDP_MAX_BYTES] = { 0 }, jv[SFDP_MAX_BYTES];
	struct sfdp_info s = { 0 };

	(void)state;
	load("winbond_w25q128jv.bin", jv, sizeof(jv));
	put_le32(buf, 0x50444653);
	memcpy(buf + 4, (const u8[]){ 6, 1, 1, 0xff }, 4);
	/* 1.0 with 9 dwords at 0x40, 1.5 with 16 at 0x80: the same table, cut and whole */
	memcpy(buf + 8, (const u8[]){ 0x00, 0, 1, 9, 0x40, 0, 0, 0xff }, 8);
	memcpy(buf + 16, (const u8[]){ 0x00, 5, 1, 16, 0x80, 0, 0, 0xff }, 8);
	memcpy(buf + 0x40, jv + 0x80, 36);
	memcpy(buf + 0x80, jv + 0x80, 64);
	assert_int_equal(sfdp_bytes_needed(buf, 24), 0x80 + 64);
	assert_int_equal(sfdp_parse(buf, 0xc0, &s, NULL), 0);
	assert_int_equal(s.bfpt.minor, 5);
	assert_int_equal(s.bfpt.qer, 4);
	/* where only the short one was read, it does */
	assert_int_equal(sfdp_parse(buf, 0x80, &s, NULL), 0);
	assert_int_equal(s.bfpt.n_dwords, 9);
	assert_int_equal(s.bfpt.page_size, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_image_decodes_to_its_expected_facts),
		cmocka_unit_test(test_json_of_every_image_equals_the_independent_decode),
		cmocka_unit_test(test_text_names_what_people_ask_for),
		cmocka_unit_test(test_what_is_no_sfdp_is_refused_by_name),
		cmocka_unit_test(test_a_cut_dump_is_warned_about),
		cmocka_unit_test(test_a_map_with_detection_commands_is_read_whole),
		cmocka_unit_test(test_every_truncation_is_safe_and_leaves_the_result_alone),
		cmocka_unit_test(test_every_single_byte_corruption_is_safe),
		cmocka_unit_test(test_noise_behind_a_good_signature_is_safe),
		cmocka_unit_test(test_no_chip_is_no_sfdp),
		cmocka_unit_test(test_an_optional_table_that_points_outside_is_left_out),
		cmocka_unit_test(test_a_sector_map_with_too_many_regions_is_left_out),
		cmocka_unit_test(test_the_longest_of_several_basic_tables_is_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
