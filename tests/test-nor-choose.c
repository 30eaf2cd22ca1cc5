// SPDX-License-Identifier: GPL-2.0-or-later
/* -c: a flash chip by the user's words. */
#include "lib/spi-nor-choose.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_a_name_of_the_tables_is_its_row(void **state)
{
	struct nor_choice c;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(nor_choose(&c, "W25Q128JV", &err), 0);
	assert_true(c.is_row && !c.is_described);
	assert_int_equal(c.part.size, MIB(16));
	assert_int_equal(c.part.id[0], 0xef);
	assert_string_equal(c.vendor->name, "Winbond");
}

static void test_a_row_can_be_changed(void **state)
{
	struct nor_choice c;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(nor_choose(&c, "w25q128jv:size=8M,quad=none", &err), 0);
	assert_true(c.is_row && c.is_described);
	assert_int_equal(c.part.size, MIB(8));
	assert_int_equal(c.part.flags & (NOR_QUAD_READ | NOR_QUAD_IO | NOR_QUAD_PP), 0);
	assert_true(c.part.flags & NOR_ERASE_4K);
}

static void test_a_described_chip_settles(void **state)
{
	struct nor_choice c;
	struct nor_params p;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(nor_choose(&c,
				    "mine:size=32M,page=512,erase=20h:4K/D8:64K,addr=wren-b7,"
				    "quad=sr1.6,chip-erase=none,mhz=20",
				    &err),
			 0);
	assert_false(c.is_row);
	assert_string_equal(c.part.name, "mine");
	assert_int_equal(nor_settle(&p, &c.part, c.vendor, NULL, &err), 0);
	assert_int_equal(p.size, MIB(32));
	assert_int_equal(p.page_size, 512);
	assert_int_equal(p.addr_nbytes, 4);
	assert_int_equal(p.fourbyte, NOR_4B_WREN_EN4B);
	assert_int_equal(p.erase[0].opcode, 0x20);
	assert_int_equal(p.erase[1].opcode, 0xd8);
	assert_int_equal(p.erase[1].size, KIB(64));
	assert_int_equal(p.erase[2].size, 0);
	assert_int_equal(p.chip_erase, 0);
	assert_int_equal(p.qe, NOR_QE_SR1_B6);
	assert_int_equal(p.read_1_1_4.opcode, 0x6b);
	assert_int_equal(p.max_hz, 20000000);
}

static void test_what_is_wrong_is_named(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "", "no name" },
		{ ":size=1M,erase=20h:4K", "no name" },
		{ "nope", "nope" },
		{ "nope:", "needs size= and erase=" },
		{ "nope:size=8M", "needs size= and erase=" },
		{ "nope:erase=20h:4K", "needs size= and erase=" },
		{ "nope:size=3M,erase=20h:4K", "power of two" },
		{ "nope:size=0,erase=20h:4K", "number" },
		{ "nope:size=8Q,erase=20h:4K", "number" },
		{ "nope:size,erase=20h:4K", "KEY=VALUE" },
		{ "nope:size=8M,erase=20h", "OPCODE:SIZE" },
		{ "nope:size=8M,erase=xx:4K", "OPCODE:SIZE" },
		{ "nope:size=8M,erase=52h:64K", "no chip is known" },
		{ "nope:size=8M,erase=20h:4K,page=2K", "1024" },
		{ "nope:size=8M,erase=20h:4K,mhz=500", "133" },
		{ "nope:size=8M,erase=20h:4K,addr=5", "addr is" },
		{ "nope:size=8M,erase=20h:4K,quad=maybe", "quad is" },
		{ "nope:size=8M,erase=20h:4K,chip-erase=60h", "chip-erase is" },
		{ "nope:size=32M,erase=20h:4K", "addr=" },
		{ "nope:size=1048576M,erase=20h:4K,addr=b7", "too large" },
		{ "nope:size=2K,erase=20h:4K", "2048 bytes" },
		{ "nope:size=32K,erase=d8h:64K", "no way to erase" },
		{ "nope:size=32M,erase=20h:4K,addr=3", "addr=" },
		{ "nope:size=8M,erase=20h:4K,colour=red", "keys are" },
	};

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		struct nor_choice c;
		struct err err = { 0 };

		if (nor_choose(&c, cases[i].text, &err) != -EINVAL)
			fail_msg("'%s' is taken", cases[i].text);
		if (!strstr(err.what, cases[i].says))
			fail_msg("'%s': %s", cases[i].text, err.what);
		assert_true(err.next[0]);
	}
}

static void test_every_row_can_be_chosen_by_its_name(void **state)
{
	(void)state;
	for (size_t v = 0; nor_vendors[v]; v++) {
		for (size_t i = 0; i < nor_vendors[v]->n_parts; i++) {
			struct nor_choice c;

			assert_int_equal(nor_choose(&c, nor_vendors[v]->parts[i].name, NULL), 0);
			assert_ptr_equal(c.vendor, nor_vendors[v]);
			assert_int_equal(c.part.size, nor_vendors[v]->parts[i].size);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_name_of_the_tables_is_its_row),
		cmocka_unit_test(test_a_row_can_be_changed),
		cmocka_unit_test(test_a_described_chip_settles),
		cmocka_unit_test(test_what_is_wrong_is_named),
		cmocka_unit_test(test_every_row_can_be_chosen_by_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
