// SPDX-License-Identifier: GPL-2.0-or-later
/* Commands of QPI and OPI: what becomes of a command built for one line, and how long it takes. */
#include "lib/spi-nor-proto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct sfdp_info load(const char *name)
{
	struct sfdp_info info = { 0 };
	struct err err = { 0 };
	u8 buf[SFDP_MAX_BYTES];
	char path[128];
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "tests/data/sfdp/%s", name);
	f = fopen(path, "rb");
	if (!f)
		fail_msg("%s: run the tests from the top of the source tree", path);
	n = fread(buf, 1, sizeof(buf), f);
	fclose(f);
	if (sfdp_parse(buf, n, &info, &err))
		fail_msg("%s: %s", name, err.what);
	return info;
}

static void test_octal_reads_have_extension_address_and_cycles_of_the_tables(void **state)
{
	static const struct {
		const char *file;
		bool dtr, is_there;
		unsigned int mhz;
		u8 opcode, ext, cycles, code;
	} cases[] = {
		{ "macronix_mx25uw51245g.bin", true, true, 166, 0xee, 0x11, 16, 2 },
		{ "macronix_mx25uw51245g.bin", true, true, 120, 0xee, 0x11, 12, 4 },
		{ "macronix_mx25uw51245g.bin", true, true, 50, 0xee, 0x11, 10, 5 },
		{ "macronix_mx25uw51245g.bin", true, false, 200, 0, 0, 0, 0 },
		{ "macronix_mx25uw51245g.bin", false, true, 133, 0xec, 0x13, 12, 4 },
		{ "macronix_mx25um25345g.bin", true, true, 200, 0xee, 0x11, 18, 1 },
		/* no profile table, or no octal lines at all */
		{ "micron_mt35xu01g.bin", true, false, 100, 0, 0, 0, 0 },
		{ "winbond_w25q128jv.bin", false, false, 50, 0, 0, 0, 0 },
	};
	u8 buf[64];

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		struct sfdp_info s = load(cases[i].file);
		struct nor_proto p;
		struct spi_mem_op op;

		if (nor_octal_from_sfdp(&s, cases[i].dtr, cases[i].mhz, &p) != cases[i].is_there)
			fail_msg("case %u: %s", i, cases[i].file);
		if (!cases[i].is_there)
			continue;
		op = nor_octal_read(&p, 0x1234560, buf, sizeof(buf));
		assert_true(spi_mem_op_is_sane(&op));
		assert_int_equal(op.cmd.opcode, cases[i].opcode);
		assert_true(op.cmd.has_ext);
		assert_int_equal(op.cmd.ext, cases[i].ext);
		assert_int_equal(op.addr.nbytes, 4);
		assert_int_equal(op.addr.buswidth, 8);
		assert_int_equal(op.dummy.ncycles, cases[i].cycles);
		assert_int_equal(p.read_cycles_code, cases[i].code);
		assert_int_equal(op.data.buswidth, 8);
		assert_int_equal(op.dtr, cases[i].dtr);
		assert_int_equal(spi_mem_op_width(&op), 8);
		/* two opcode and four address bytes, one a clock, or two */
		assert_int_equal(spi_mem_header_cycles(&op),
				 (cases[i].dtr ? 3 : 6) + cases[i].cycles);
		assert_int_equal(spi_mem_data_cycles(&op, 64), cases[i].dtr ? 32 : 64);
	}
}

static void test_bytes_change_places_only_on_both_edges_and_where_the_table_says_so(void **state)
{
	struct sfdp_info uw = load("macronix_mx25uw51245g.bin");
	struct sfdp_info um = load("macronix_mx25um25345g.bin");
	struct nor_proto p;

	(void)state;
	assert_true(nor_octal_from_sfdp(&uw, true, 100, &p));
	assert_true(p.swaps_bytes);
	assert_true(nor_octal_from_sfdp(&uw, false, 100, &p));
	assert_false(p.swaps_bytes);
	assert_true(nor_octal_from_sfdp(&um, true, 100, &p));
	assert_false(p.swaps_bytes);
}

static void test_commands_for_one_line_move_over_to_eight(void **state)
{
	struct sfdp_info s = load("macronix_mx25uw51245g.bin");
	struct nor_proto p;
	u8 sr[2];
	struct spi_mem_op rdsr = {
		.cmd = { 0x05, 1 },
		.data = { .dir = SPI_MEM_IN, .buswidth = 1, .nbytes = 2, .in = sr },
	};
	struct spi_mem_op wren = { .cmd = { 0x06, 1 } };
	struct spi_mem_op pp = {
		.cmd = { 0x12, 1 },
		.addr = { 4, 1, 0x100 },
		.data = { .dir = SPI_MEM_OUT, .buswidth = 1, .nbytes = 256, .out = sr },
	};

	(void)state;
	assert_true(nor_octal_from_sfdp(&s, true, 100, &p));
	/* status reads take an address of zeros and dummy cycles in OPI */
	nor_op_to_proto(&rdsr, &p);
	assert_true(spi_mem_op_is_sane(&rdsr));
	assert_int_equal(rdsr.cmd.ext, 0xfa);
	assert_int_equal(rdsr.addr.nbytes, 4);
	assert_int_equal(rdsr.addr.val, 0);
	assert_int_equal(rdsr.dummy.ncycles, 4);
	nor_op_to_proto(&wren, &p);
	assert_true(spi_mem_op_is_sane(&wren));
	assert_int_equal(wren.cmd.ext, 0xf9);
	assert_int_equal(wren.addr.nbytes, 0);
	assert_int_equal(spi_mem_header_cycles(&wren), 1);
	nor_op_to_proto(&pp, &p);
	assert_true(spi_mem_op_is_sane(&pp));
	assert_int_equal(pp.addr.val, 0x100);
	assert_int_equal(pp.dummy.ncycles, 0);
	/* half a word can't be sent on both edges */
	pp.data.nbytes = 255;
	assert_false(spi_mem_op_is_sane(&pp));
	p.dtr = false;
	nor_op_to_proto(&pp, &p);
	assert_true(spi_mem_op_is_sane(&pp));
}

static void test_commands_for_one_line_move_over_to_four(void **state)
{
	const struct nor_proto qpi = { .lines = 4 };
	u8 buf[8];
	struct spi_mem_op rd = {
		.cmd = { 0xeb, 1 },
		.addr = { 3, 4, 0x123456 },
		.mode = { 8, 4, 0xff },
		.dummy = { 4 },
		.data = { .dir = SPI_MEM_IN, .buswidth = 4, .nbytes = 8, .in = buf },
	};
	struct spi_mem_op rdsr = {
		.cmd = { 0x05, 1 },
		.data = { .dir = SPI_MEM_IN, .buswidth = 1, .nbytes = 1, .in = buf },
	};

	(void)state;
	nor_op_to_proto(&rd, &qpi);
	assert_true(spi_mem_op_is_sane(&rd));
	assert_int_equal(spi_mem_header_cycles(&rd), 2 + 6 + 2 + 4);
	assert_int_equal(rd.mode.val, 0xff);
	nor_op_to_proto(&rdsr, &qpi);
	assert_int_equal(spi_mem_header_cycles(&rdsr), 2);
	assert_int_equal(rdsr.addr.nbytes, 0);
	assert_int_equal(rdsr.data.buswidth, 4);
	assert_false(rdsr.cmd.has_ext);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_octal_reads_have_extension_address_and_cycles_of_the_tables),
		cmocka_unit_test(
			test_bytes_change_places_only_on_both_edges_and_where_the_table_says_so),
		cmocka_unit_test(test_commands_for_one_line_move_over_to_eight),
		cmocka_unit_test(test_commands_for_one_line_move_over_to_four),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
