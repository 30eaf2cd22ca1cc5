// SPDX-License-Identifier: GPL-2.0-or-later
/* lib/params.c: the list after -p NAME: */
#include "lib/programmer.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct params *parse(const char *text)
{
	struct params *p = NULL;
	struct err err = { 0 };

	assert_int_equal(params_parse(&p, text, &err), 0);
	assert_int_equal(err.code, 0);
	assert_non_null(p);
	return p;
}

static void test_an_empty_list_has_no_keys(void **state)
{
	static const char *const empty[] = { NULL, "" };
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(empty); i++) {
		struct params *p = parse(empty[i]);

		assert_null(params_get(p, "serial"));
		assert_int_equal(params_check_unused(p, "ftdi", &err), 0);
		params_free(p);
	}
	params_free(NULL);
}

static void test_values_may_hold_equal_signs_commas_and_nothing(void **state)
{
	struct params *p = parse("serial=FT=1,desc=a\\,b,\\\\x=back\\slash,empty=,");

	(void)state;
	assert_string_equal(params_get(p, "serial"), "FT=1");
	assert_string_equal(params_get(p, "desc"), "a,b");
	assert_string_equal(params_get(p, "\\\\x"), "back\\slash");
	assert_string_equal(params_get(p, "empty"), "");
	assert_null(params_get(p, "seria"));
	assert_null(params_get(p, "serial2"));
	params_free(p);
}

static void test_a_malformed_list_is_refused_with_the_item_named(void **state)
{
	static const struct {
		const char *text, *word;
	} cases[] = {
		{ "serial", "serial" },
		{ "=x", "'=x'" },
		{ "a=1,,b=2", "key=value" },
		{ "a=1,b=2,a=3", "'a' is given twice" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct params *p = NULL;
		struct err err = { 0 };

		assert_int_equal(params_parse(&p, cases[i].text, &err), -EINVAL);
		assert_null(p);
		assert_non_null(strstr(err.what, cases[i].word));
		assert_true(err.next[0]);
	}
}

static void test_a_key_that_nobody_asked_for_is_named(void **state)
{
	struct params *p = parse("serial=1,seriel=2");
	struct err err = { 0 };

	(void)state;
	assert_string_equal(params_get(p, "serial"), "1");
	assert_int_equal(params_check_unused(p, "ftdi", &err), -EINVAL);
	assert_non_null(strstr(err.what, "seriel"));
	assert_non_null(strstr(err.what, "ftdi"));
	params_free(p);
}

static void test_numbers_are_read_with_their_suffix(void **state)
{
	static const struct {
		const char *text;
		u64 val;
	} good[] = {
		{ "n=0", 0 },
		{ "n=4000000", 4000000 },
		{ "n=15M", 15000000 },
		{ "n=7.5M", 7500000 },
		{ "n=100k", 100000 },
		{ "n=100K", 100000 },
		{ "n=2m", 2000000 },
		{ "n=0x1F", 31 },
		{ "n=18446744073709551615", UINT64_MAX },
		{ "n=0xffffffffffffffff", UINT64_MAX },
	};
	static const char *const bad[] = {
		"n=",
		"n=M",
		"n=-1",
		"n=+1",
		"n= 1",
		"n=1G",
		"n=15MM",
		"n=1.5",
		"n=0x",
		"n=0xg",
		"n=0x1M",
		"n=1.2345k",
		"n=1.",
		"n=1.M",
		"n=12 ",
		"n=.5M",
		"n=18446744073709551616",
		"n=0x1ffffffffffffffff",
		"n=99999999999999999M",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		struct params *p = parse(good[i].text);
		struct err err = { 0 };
		u64 val = 42;

		assert_int_equal(params_get_u64(p, "n", &val, &err), 0);
		assert_true(val == good[i].val);
		assert_int_equal(params_check_unused(p, "ftdi", &err), 0);
		params_free(p);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct params *p = parse(bad[i]);
		struct err err = { 0 };
		u64 val = 42;

		if (params_get_u64(p, "n", &val, &err) != -EINVAL)
			fail_msg("'%s' was taken for a number", bad[i]);
		assert_non_null(strstr(err.what, "'n'"));
		params_free(p);
	}
}

static void test_an_absent_number_leaves_the_default_alone(void **state)
{
	struct params *p = parse("x=1");
	struct err err = { 0 };
	u64 val = 42;

	(void)state;
	assert_int_equal(params_get_u64(p, "clock", &val, &err), 0);
	assert_true(val == 42);
	params_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_empty_list_has_no_keys),
		cmocka_unit_test(test_values_may_hold_equal_signs_commas_and_nothing),
		cmocka_unit_test(test_a_malformed_list_is_refused_with_the_item_named),
		cmocka_unit_test(test_a_key_that_nobody_asked_for_is_named),
		cmocka_unit_test(test_numbers_are_read_with_their_suffix),
		cmocka_unit_test(test_an_absent_number_leaves_the_default_alone),
	};

	return cmocka_run_group_tests_name("params", tests, NULL, NULL);
}
