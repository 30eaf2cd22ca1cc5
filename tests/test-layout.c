// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Layout files: what flashrom takes, we take; what is wrong is named with its line.
 */
#include "lib/layout.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static int parse(struct layout *l, const char *text, struct err *err)
{
	memset(err, 0, sizeof(*err));
	return layout_parse(l, "rom.layout", (const u8 *)text, strlen(text), err);
}

static void test_regions_are_read_with_both_ends_included(void **state)
{
	struct layout l;
	struct err err;

	assert_int_equal(parse(&l,
			       "# flashrom's own example\n"
			       "00000000:00008fff gfxrom\n"
			       "\n"
			       "0x00009000:0x0003ffff normal  # with a remark\r\n"
			       "  40000 : 7ffff\tfallback",
			       &err),
			 0);
	assert_int_equal(l.n_regions, 3);
	assert_string_equal(l.regions[0].name, "gfxrom");
	assert_int_equal(l.regions[0].start, 0);
	assert_int_equal(l.regions[0].len, 0x9000);
	assert_int_equal(layout_find(&l, "normal")->start, 0x9000);
	assert_int_equal(layout_find(&l, "normal")->len, 0x37000);
	assert_int_equal(layout_find(&l, "fallback")->len, 0x40000);
	assert_null(layout_find(&l, "bootblock"));
	layout_exit(&l);
	assert_int_equal(l.n_regions, 0);
}

static void test_a_region_may_be_one_byte(void **state)
{
	struct layout l;
	struct err err;

	assert_int_equal(parse(&l, "5:5 one\n", &err), 0);
	assert_int_equal(l.regions[0].len, 1);
	layout_exit(&l);
}

static void test_malformed_layouts_are_refused_with_line_and_reason(void **state)
{
	static const struct {
		const char *text, *where, *what;
	} cases[] = {
		{ "", "rom.layout line 0", "no region" },
		{ "# nothing\n\n", "rom.layout line 2", "no region" },
		{ "0:1 a\nroot\n", "rom.layout line 2", "start address" },
		{ "0-1 a\n", "rom.layout line 1", "colon" },
		{ "0:z a\n", "rom.layout line 1", "end address" },
		{ "0: x\n", "rom.layout line 1", "end address" },
		{ "2:1 a\n", "rom.layout line 1", "ends before it starts" },
		{ "0:ffffffffffffffff a\n", "rom.layout line 1", "ends before it starts" },
		{ "0:10000000000000000 a\n", "rom.layout line 1", "end address" },
		{ "0:1a\n", "rom.layout line 1", "no name" },
		{ "0:1xa\n", "rom.layout line 1", "a space is missing" },
		{ "0:1 # a\n", "rom.layout line 1", "no name" },
		{ "0:1 a b\n", "rom.layout line 1", "more words" },
		{ "0:1 a\n2:3 a\n", "rom.layout line 2", "used twice" },
	};
	struct layout l;
	struct err err;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		if (parse(&l, cases[i].text, &err) != -ENOEXEC)
			fail_msg("'%s' is not refused", cases[i].text);
		if (!strstr(err.what, cases[i].what) || strcmp(err.where, cases[i].where))
			fail_msg("'%s': said '%s' at '%s'", cases[i].text, err.what, err.where);
		assert_null(l.regions);
	}
}

static void test_long_lines_and_names_and_binaries_are_refused(void **state)
{
	char text[400] = "0:1 ";
	struct layout l;
	struct err err = { 0 };

	memset(text + 4, 'a', 63);
	assert_int_equal(parse(&l, text, &err), 0);
	layout_exit(&l);
	text[67] = 'a';
	assert_int_equal(parse(&l, text, &err), -ENOEXEC);
	assert_non_null(strstr(err.what, "63"));
	memset(text, ' ', sizeof(text) - 1);
	assert_int_equal(parse(&l, text, &err), -ENOEXEC);
	assert_non_null(strstr(err.what, "255"));
	err_clear(&err);
	assert_int_equal(layout_parse(&l, "x", (const u8 *)"0:1\0 a", 6, &err), -ENOEXEC);
	assert_non_null(strstr(err.what, "NUL"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_regions_are_read_with_both_ends_included),
		cmocka_unit_test(test_a_region_may_be_one_byte),
		cmocka_unit_test(test_malformed_layouts_are_refused_with_line_and_reason),
		cmocka_unit_test(test_long_lines_and_names_and_binaries_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
