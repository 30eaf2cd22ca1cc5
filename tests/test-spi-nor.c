// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The SPI-NOR core on a make-believe controller with a make-believe chip behind it: what is sent in
 * which order, and what is made of the answers.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/fake-nor.h"

/* ---- recovery ---- */

#define ALL_ONES "F*8/4 F*10/4 F*16/4 F*16/2"
#define LAST	 "ff/1 ff/1 04/1 ab/1 05/1 66/1 99/1 05/1"

static void test_a_chip_on_one_line_is_sent_no_four_line_opcode(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(spi_nor_recover(&f->mem), 0);
	assert_string_equal(f->log, ALL_ONES " 9f/1 9f/1 " LAST);
}

static void test_continuous_read_is_left_before_anything_else(void **state)
{
	struct fixture *f = *state;

	f->mode = CHIP_XIP;
	assert_int_equal(spi_nor_recover(&f->mem), 0);
	assert_string_equal(f->log, ALL_ONES " 9f/1 9f/1 " LAST);
	assert_int_equal(f->mode, CHIP_SPI);
}

static void test_power_down_is_ended_on_one_line(void **state)
{
	struct fixture *f = *state;

	f->mode = CHIP_DPD;
	assert_int_equal(spi_nor_recover(&f->mem), 0);
	assert_string_equal(f->log, ALL_ONES " 9f/1 9f/1 ab/1 9f/1 9f/1 " LAST);
}

static void test_qpi_is_reset_on_four_lines_before_one(void **state)
{
	struct fixture *f = *state;

	f->mode = CHIP_QPI;
	assert_int_equal(spi_nor_recover(&f->mem), 0);
	assert_string_equal(f->log, ALL_ONES " 9f/1 9f/1 ab/1 9f/1 9f/1 "
					     "ab/4 66/4 99/4 9f/1 9f/1 " LAST);
	assert_int_equal(f->mode, CHIP_SPI);
}

static void test_dpi_is_reset_on_two_lines(void **state)
{
	struct fixture *f = *state;

	f->mode = CHIP_DPI;
	assert_int_equal(spi_nor_recover(&f->mem), 0);
	assert_string_equal(f->log, ALL_ONES " 9f/1 9f/1 ab/1 9f/1 9f/1 "
					     "ab/4 66/4 99/4 9f/1 9f/1 f5/4 ff/4 9f/1 9f/1 "
					     "66/2 99/2 9f/1 9f/1 " LAST);
}

static void test_a_board_with_two_lines_is_sent_two_at_most(void **state)
{
	struct fixture *f = *state;

	f->mem.max_width = 2;
	f->mode = CHIP_DPI;
	assert_int_equal(spi_nor_recover(&f->mem), 0);
	assert_null(strstr(f->log, "/4"));
	assert_int_equal(f->mode, CHIP_SPI);
}

static void test_an_erase_that_runs_is_waited_for_before_the_reset(void **state)
{
	struct fixture *f = *state;

	f->busy_polls = 3;
	assert_int_equal(spi_nor_recover(&f->mem), 0);
	assert_non_null(strstr(f->log, "ab/1 05/1 05/1 05/1 05/1 66/1 99/1"));
	/* and a chip that never ends is reset in the end */
	clear_log(f);
	f->busy_polls = 1000000;
	assert_int_equal(spi_nor_recover(&f->mem), 0);
	assert_non_null(strstr(f->log, "05/1 66/1 99/1 05/1"));
}

static void test_nothing_that_writes_is_sent_before_the_id_is_known(void **state)
{
	static const char *const writes[] = { "06/", "02/", "20/", "d8/", "c7/", "60/",
					      "01/", "31/", "35/", "38/", "b9/", "e9/" };
	struct fixture *f = *state;

	for (unsigned int mode = CHIP_SPI; mode <= CHIP_NOISE; mode++) {
		f->mode = (enum chip_mode)mode;
		clear_log(f);
		assert_int_equal(spi_nor_recover(&f->mem), 0);
		for (unsigned int i = 0; i < ARRAY_SIZE(writes); i++)
			if (strstr(f->log, writes[i]))
				fail_msg("mode %u: %s", mode, f->log);
	}
}

static void test_what_the_pins_look_like_is_said_when_nobody_answers(void **state)
{
	static const struct {
		enum chip_mode mode;
		u8 level;
		const char *says;
	} cases[] = {
		{ CHIP_ABSENT, 0xff, "stays high" },
		{ CHIP_ABSENT, 0x00, "stays low" },
		{ CHIP_NOISE, 0x00, "changes from read to read" },
	};
	struct fixture *f = *state;

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		struct spi_nor *nor = NULL;

		f->mode = cases[i].mode;
		f->absent_level = cases[i].level;
		err_clear(&f->ctx.err);
		assert_int_equal(spi_nor_probe(&f->mem, 0x90000000, NULL, &nor), -ENXIO);
		if (!strstr(f->ctx.err.what, cases[i].says))
			fail_msg("%s", f->ctx.err.what);
		assert_null(nor);
	}
}

/* ---- identification ---- */

static void test_one_id_two_generations(void **state)
{
	struct fixture *f = *state;
	struct spi_nor *nor;

	assert_int_equal(spi_nor_probe(&f->mem, 0x90000000, "n25q128a13", &nor), 0);
	assert_string_equal(spi_nor_name(nor), "n25q128a");
	assert_int_equal(spi_nor_mtd(nor)->size, MIB(16));
	assert_int_equal(spi_nor_mtd(nor)->n_units, 2); /* 64K and chip */
	spi_nor_free(nor);
	set_id(f, 0x20, 0xba, 0x18, 0x10, 0x44);
	assert_int_equal(spi_nor_probe(&f->mem, 0x90000000, NULL, &nor), 0);
	assert_string_equal(spi_nor_name(nor), "mt25ql128");
	assert_int_equal(spi_nor_mtd(nor)->n_units, 3); /* and 32K */
	spi_nor_free(nor);
}

static void test_sfdp_tells_parts_apart_that_share_an_id(void **state)
{
	struct fixture *f = *state;
	struct spi_nor *nor;

	set_id(f, 0xef, 0x40, 0x19, 0, 0);
	load_sfdp(f, "winbond_w25q256fv.bin");
	assert_int_equal(spi_nor_probe(&f->mem, 0x90000000, NULL, &nor), 0);
	assert_string_equal(spi_nor_name(nor), "w25q256fv");
	assert_int_equal(nor->p.fourbyte, NOR_4B_WREN_EN4B);
	assert_int_equal(nor->p.read.opcode, 0x03);
	spi_nor_free(nor);
}

/* of the second sector: a table with a detection command, and a map of 64 KiB blocks for each answer */
static void ask_first(struct fixture *f, u32 command, u32 addr)
{
	const u32 dws[] = { command,	addr,
			    0x00000002, (MIB(16) / 256 - 1) << 8 | 4,
			    0x00000103, (MIB(16) / 256 - 1) << 8 | 1 };

	load_sfdp(f, "winbond_w25q128jv.bin");
	f->sfdp[6]++;
	memcpy(f->sfdp + 8 + 8 * (size_t)f->sfdp[6],
	       (const u8[]){ 0x81, 0, 1, ARRAY_SIZE(dws), 0xc0, 1, 0, 0xff }, 8);
	for (unsigned int i = 0; i < ARRAY_SIZE(dws); i++)
		put_le32(f->sfdp + 0x1c0 + 4 * (size_t)i, dws[i]);
}

static void test_the_question_before_a_sector_map_is_asked_if_it_can_be(void **state)
{
	struct fixture *f = *state;
	struct spi_nor *nor;

	set_id(f, 0x51, 0x40, 0x18, 0, 0);
	/* 35h without an address, whatever stands in its place; bit 1 */
	ask_first(f, 0x02003500, 0xffffffff);
	for (unsigned int i = 0; i < 2; i++) {
		f->sr[1] = i ? 0x02 : 0x00;
		assert_int_equal(spi_nor_probe(&f->mem, 0x90000000, NULL, &nor), 0);
		assert_int_equal(nor->p.regions[0].erase_mask, i ? 1 : 4);
		spi_nor_free(nor);
	}
	/* 12 dummy clocks where a controller has whole bytes only: what fits both maps is nothing */
	ask_first(f, 0x020c3500, 0xffffffff);
	f->has_whole_bytes = true;
	f->mem.max_width = 1;
	set_id(f, 0xef, 0x40, 0x18, 0, 0);
	assert_int_equal(spi_nor_probe(&f->mem, 0x90000000, NULL, &nor), 0);
	assert_int_equal(f->ctx.err.code, 0);
	spi_nor_free(nor);
}

static void test_an_unknown_chip_lives_by_its_sfdp(void **state)
{
	struct fixture *f = *state;
	struct spi_nor *nor = NULL;

	set_id(f, 0x51, 0x40, 0x18, 0, 0);
	load_sfdp(f, "winbond_w25q128jv.bin");
	assert_int_equal(spi_nor_probe(&f->mem, 0x90000000, NULL, &nor), 0);
	assert_non_null(strstr(spi_nor_name(nor), "51 40 18"));
	assert_int_equal(spi_nor_mtd(nor)->size, MIB(16));
	assert_int_equal(nor->p.qe, NOR_QE_SR2_B1_W2K);
	assert_int_equal(nor->p.read_1_4_4.cycles, 6);
	spi_nor_free(nor);
	/* without SFDP it can't */
	memset(f->sfdp, 0xff, sizeof(f->sfdp));
	assert_int_equal(spi_nor_probe(&f->mem, 0x90000000, NULL, &nor), -EOPNOTSUPP);
	assert_non_null(strstr(f->ctx.err.what, "51 40 18"));
}

static void test_a_table_that_lies_about_the_size_is_overruled(void **state)
{
	struct fixture *f = *state;
	struct spi_nor *nor;

	set_id(f, 0xef, 0x40, 0x18, 0, 0);
	load_sfdp(f, "zetta_zd25q128c_wrong_density.bin");
	assert_int_equal(spi_nor_probe(&f->mem, 0x90000000, NULL, &nor), 0);
	assert_int_equal(spi_nor_mtd(nor)->size, MIB(16));
	spi_nor_free(nor);
}

static void test_above_16_mib_four_byte_opcodes_are_used_where_the_chip_lists_them(void **state)
{
	struct fixture *f = *state;
	struct spi_nor *nor;

	set_id(f, 0x20, 0xbb, 0x19, 0x10, 0x44);
	load_sfdp(f, "micron_mt25qu256a.bin");
	assert_int_equal(spi_nor_probe(&f->mem, 0x90000000, NULL, &nor), 0);
	assert_int_equal(nor->p.addr_nbytes, 4);
	assert_int_equal(nor->p.read.opcode, 0x13);
	assert_int_equal(nor->p.program, 0x12);
	assert_int_equal(nor->p.erase[0].opcode, 0x21);
	/* 32K has no 4-byte opcode on this one, says its table */
	assert_int_equal(nor->p.erase[1].opcode, 0xdc);
	assert_int_equal(nor->p.erase[1].size, KIB(64));
	assert_int_equal(nor->p.erase[2].size, 0);
	assert_int_equal(nor->p.read_1_4_4.opcode, 0xec);
	spi_nor_free(nor);
}

static void test_above_16_mib_a_mode_is_entered_and_left(void **state)
{
	struct fixture *f = *state;
	struct spi_nor *nor;
	u8 b[4];

	set_id(f, 0x20, 0xba, 0x19, 0x10, 0x00);
	load_sfdp(f, "micron_n25q256a.bin");
	f->mem.max_width = 1;
	assert_int_equal(spi_nor_probe(&f->mem, 0x90000000, NULL, &nor), 0);
	clear_log(f);
	assert_int_equal(mtd_read(spi_nor_mtd(nor), MIB(17), 4, b), 0);
	assert_true(f->in_4byte);
	assert_non_null(strstr(f->log, "06/1 05/1 b7/1 04/1"));
	mtd_finish(spi_nor_mtd(nor));
	assert_false(f->in_4byte);
	spi_nor_free(nor);
}

static void test_a_mode_is_left_also_when_preparing_fails_behind_it(void **state)
{
	struct fixture *f = *state;
	struct spi_nor *nor;
	u8 b[4];

	set_id(f, 0x20, 0xba, 0x19, 0x10, 0x00);
	load_sfdp(f, "micron_n25q256a.bin");
	f->mem.max_width = 1;
	assert_int_equal(spi_nor_probe(&f->mem, 0x90000000, NULL, &nor), 0);
	/* a loose contact */
	f->id[1] ^= 0x10;
	assert_int_equal(mtd_read(spi_nor_mtd(nor), MIB(17), 4, b), -EIO);
	assert_true(f->in_4byte);
	mtd_finish(spi_nor_mtd(nor));
	assert_false(f->in_4byte);
	assert_non_null(strstr(f->ctx.err.what, "steadily"));
	clear_log(f);
	mtd_finish(spi_nor_mtd(nor));
	assert_string_equal(f->log, "");
	spi_nor_free(nor);
}

static void test_qpi_is_left_when_the_wire_fails_on_the_way_into_it(void **state)
{
	struct fixture *f = *state;
	struct spi_nor *nor = &f->nor;
	bool entered = true;

	memcpy(nor->id, f->id, sizeof(nor->id));
	nor->p.qpi_enter = BIT(1); /* 38h */
	nor->p.qpi_exit = BIT(0);  /* FFh */
	assert_int_equal(nor_enter_qpi(nor, &entered), 0);
	assert_true(entered);
	assert_int_equal(f->mode, CHIP_QPI);
	nor_leave_qpi(nor);
	assert_int_equal(f->mode, CHIP_SPI);
	f->lost = 0x38;
	assert_int_equal(nor_enter_qpi(nor, &entered), -EIO);
	assert_string_equal(f->ctx.err.what, "the wire failed");
	assert_false(nor_is_qpi(nor));
	assert_int_equal(f->mode, CHIP_SPI);
}

static void test_read_mode_bits_never_ask_for_continuous_read(void **state)
{
	struct fixture *f = *state;
	struct spi_nor *nor = &f->nor;
	struct spi_mem_op op;
	u8 b[4];

	nor->p.read = (struct nor_read_op){ 0x03, 1, 1, 0 };
	nor->p.read_1_1_4 = (struct nor_read_op){ 0x6b, 1, 4, 8 };
	nor->p.read_1_4_4 = (struct nor_read_op){ 0xeb, 4, 4, 6 };
	op = nor_op_read(nor, true, 0x123, b, 4);
	assert_int_equal(op.cmd.opcode, 0xeb);
	assert_int_equal(op.mode.nbits, 8);
	assert_int_equal(op.mode.val, 0xff);
	assert_int_equal(op.dummy.ncycles, 4);
	assert_int_equal(spi_mem_header_cycles(&op), 8 + 6 + 2 + 4);
	nor->p.read_1_4_4.opcode = 0;
	op = nor_op_read(nor, true, 0x123, b, 4);
	assert_int_equal(op.cmd.opcode, 0x6b);
	assert_int_equal(op.mode.nbits, 0);
	assert_int_equal(op.dummy.ncycles, 8);
	op = nor_op_read(nor, false, 0x123, b, 4);
	assert_int_equal(op.cmd.opcode, 0x03);
	assert_int_equal(op.dummy.ncycles, 0);
}

/* ---- quad enable ---- */

static void test_quad_enable_by_every_method_keeps_the_other_bits(void **state)
{
	static const struct {
		enum nor_qe qe;
		const char *writes;
		u8 sr1, sr2; /* afterwards, from 5ch and 40h */
	} cases[] = {
		{ NOR_QE_NONE, NULL, 0x5c, 0x40 },
		{ NOR_QE_SR2_B1_W2, "01/1=5c,42", 0x5c, 0x42 },
		{ NOR_QE_SR1_B6, "01/1=5c", 0x5c, 0x40 }, /* bit 6 was set */
		{ NOR_QE_SR2_B7, "3e/1=c0", 0x5c, 0xc0 },
		{ NOR_QE_SR2_B1_W2K, "01/1=5c,42", 0x5c, 0x42 },
		{ NOR_QE_SR2_B1_W2R, "01/1=5c,42", 0x5c, 0x42 },
		{ NOR_QE_SR2_B1_31, "31/1=42", 0x5c, 0x42 },
	};
	struct fixture *f = *state;

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		f->sr[0] = 0x5c;
		f->sr[1] = 0x40;
		f->nor.p.qe = cases[i].qe;
		clear_log(f);
		assert_int_equal(nor_enable_quad(&f->nor), 0);
		assert_int_equal(f->sr[0], cases[i].sr1);
		assert_int_equal(f->sr[1], cases[i].sr2);
		if (cases[i].qe == NOR_QE_SR1_B6 || !cases[i].writes)
			assert_null(strstr(f->log, "="));
		else if (!strstr(f->log, cases[i].writes))
			fail_msg("method %u: %s", cases[i].qe, f->log);
		/* twice: nothing is written again */
		clear_log(f);
		assert_int_equal(nor_enable_quad(&f->nor), 0);
		assert_null(strstr(f->log, "="));
	}
	f->sr[0] = 0x3c;
	f->nor.p.qe = NOR_QE_SR1_B6;
	assert_int_equal(nor_enable_quad(&f->nor), 0);
	assert_int_equal(f->sr[0], 0x7c);
}

static void test_quad_enable_leaves_no_trace_where_it_can(void **state)
{
	struct fixture *f = *state;

	f->nor.p.qe = NOR_QE_SR2_B1_31;
	f->nor.p.volatile_sr = true;
	f->has_volatile = true;
	assert_int_equal(nor_enable_quad(&f->nor), 0);
	assert_int_equal(f->sr[1], 2);
	assert_int_equal(f->nv[1], 0);
	assert_null(strstr(f->log, "06/1"));
	/* the chip has no volatile copy after all */
	f->sr[1] = 0;
	f->has_volatile = false;
	assert_int_equal(nor_enable_quad(&f->nor), 0);
	assert_int_equal(f->nv[1], 2);
}

static void test_a_quad_enable_bit_that_does_not_stick_is_an_error(void **state)
{
	struct fixture *f = *state;

	f->nor.p.qe = NOR_QE_SR2_B1_31;
	f->stuck[1] = 0xff;
	assert_int_equal(nor_enable_quad(&f->nor), -EIO);
	assert_non_null(strstr(f->ctx.err.what, "quad enable"));
}

static void test_a_bad_line_is_found_named_and_worked_around(void **state)
{
	static const struct {
		u8 and, or, dual_or;
		const char *name, *next;
		u8 lines;
	} cases[] = {
		{ 0xff, 0x88, 0, "on four lines gives other data than on one: IO3 PE15 (stuck)",
		  "going on with two lines", 2 },
		{ 0xbb, 0x00, 0, "IO2 PE14 (stuck)", "going on with two lines", 2 },
		{ 0xff, 0x88, 0x55, "IO0 PE12 (stuck), IO3 PE15 (stuck)", "going on with one line",
		  1 },
	};
	struct fixture *f = *state;

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		struct capture c = { "" };
		struct spi_nor *nor;
		u8 b[512];

		f->ctx.log = (struct log){ capture_log, &c, LOG_WARN };
		for (size_t k = 0; k < sizeof(f->cells); k++)
			f->cells[k] = (u8)(k * 37 + (k >> 5));
		f->quad_and = cases[i].and;
		f->quad_or = cases[i].or ;
		f->dual_or = cases[i].dual_or;
		assert_int_equal(spi_nor_probe(&f->mem, 0x90000000, NULL, &nor), 0);
		assert_int_equal(mtd_read(spi_nor_mtd(nor), 0, sizeof(b), b), 0);
		assert_memory_equal(b, f->cells, sizeof(b));
		if (!strstr(c.text, cases[i].name) || !strstr(c.text, cases[i].next))
			fail_msg("%s", c.text);
		assert_int_equal(nor_lines(nor), cases[i].lines);
		spi_nor_free(nor);
	}
}

static void test_each_bus_mode_can_be_asked_for(void **state)
{
	static const struct {
		enum spi_mode mode;
		u8 max_width, lines, program_lines;
		const char *read;
	} cases[] = {
		{ SPI_MODE_BEST, 4, 4, 4, "eb/1" },  { SPI_MODE_1_1_1, 4, 1, 1, "03/1" },
		{ SPI_MODE_1_1_2, 4, 2, 1, "3b/1" }, { SPI_MODE_1_2_2, 4, 2, 1, "bb/1" },
		{ SPI_MODE_1_1_4, 4, 4, 4, "6b/1" }, { SPI_MODE_1_4_4, 4, 4, 4, "eb/1" },
		{ SPI_MODE_BEST, 2, 2, 1, "bb/1" },  { SPI_MODE_1_1_2, 2, 2, 1, "3b/1" },
		{ SPI_MODE_BEST, 1, 1, 1, "03/1" },
	};
	struct fixture *f = *state;

	for (size_t k = 0; k < sizeof(f->cells); k++)
		f->cells[k] = (u8)(k * 37 + (k >> 5));
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		struct spi_mem_op op;
		struct spi_nor *nor;
		u8 b[512];

		f->mem.mode = cases[i].mode;
		f->mem.max_width = cases[i].max_width;
		assert_int_equal(spi_nor_probe(&f->mem, 0x90000000, NULL, &nor), 0);
		assert_int_equal(mtd_prepare(spi_nor_mtd(nor)), 0);
		assert_int_equal(nor_lines(nor), cases[i].lines);
		clear_log(f);
		assert_int_equal(mtd_read(spi_nor_mtd(nor), 0, sizeof(b), b), 0);
		assert_memory_equal(b, f->cells, sizeof(b));
		if (!strstr(f->log, cases[i].read))
			fail_msg("case %u: %s", i, f->log);
		op = nor_op_program(nor, 0, b, 256);
		assert_int_equal(op.data.buswidth, cases[i].program_lines);
		spi_nor_free(nor);
	}
}

static void test_a_mode_that_the_chip_lacks_is_not_had_in_another_way(void **state)
{
	struct fixture *f = *state;
	struct capture c = { "" };
	struct spi_nor *nor;

	/* M25P64: one line only */
	set_id(f, 0x20, 0x20, 0x17, 0, 0);
	f->ctx.log = (struct log){ capture_log, &c, LOG_WARN };
	f->mem.mode = SPI_MODE_1_2_2;
	assert_int_equal(spi_nor_probe(&f->mem, 0x90000000, NULL, &nor), 0);
	assert_int_equal(mtd_prepare(spi_nor_mtd(nor)), 0);
	assert_non_null(strstr(c.text, "does not have the bus mode"));
	assert_int_equal(nor_lines(nor), 1);
	spi_nor_free(nor);
}

static void test_four_lines_are_used_only_when_proven(void **state)
{
	struct fixture *f = *state;
	struct spi_nor *nor;
	u8 b[512];
	struct spi_mem_op op;

	memset(f->cells, 0xff, sizeof(f->cells)); /* blank: no proof to be had */
	assert_int_equal(spi_nor_probe(&f->mem, 0x90000000, NULL, &nor), 0);
	assert_int_equal(mtd_prepare(spi_nor_mtd(nor)), 0);
	assert_int_equal(nor->quad, NOR_QUAD_UNPROVEN);
	op = nor_op_program(nor, 0, b, 256);
	assert_int_equal(op.data.buswidth, 1);
	for (size_t k = 0; k < sizeof(f->cells); k++)
		f->cells[k] = (u8)(k * 37 + (k >> 5));
	assert_int_equal(mtd_read(spi_nor_mtd(nor), 0, sizeof(b), b), 0);
	assert_int_equal(nor->quad, NOR_QUAD_PROVEN);
	op = nor_op_program(nor, 0, b, 256);
	assert_int_equal(op.data.buswidth, 4);
	assert_int_equal(op.cmd.opcode, 0x32);
	spi_nor_free(nor);
}

/* ---- protection ---- */

static void test_a_locked_range_is_refused_with_register_and_remedy(void **state)
{
	struct fixture *f = *state;

	f->nor.p.bp = NOR_BP3_TB5_SEC6;
	f->sr[0] = 0x84;
	assert_int_equal(nor_is_locked(&f->nor, 0, MIB(16) - KIB(256)), 0);
	assert_int_equal(nor_is_locked(&f->nor, MIB(16) - KIB(256) - 1, 2), -EROFS);
	assert_non_null(strstr(f->ctx.err.what, "SR1 84"));
	assert_non_null(strstr(f->ctx.err.what, "0xfc0000"));
	assert_non_null(strstr(f->ctx.err.what, "WP#"));
	assert_true(f->ctx.err.next[0]);
	err_clear(&f->ctx.err);
	f->sr[0] = 0;
	f->nor.p.has_wps = true;
	f->sr[2] = 0x04;
	assert_int_equal(nor_is_locked(&f->nor, 0, 1), -EROFS);
	assert_non_null(strstr(f->ctx.err.what, "WPS"));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_a_chip_on_one_line_is_sent_no_four_line_opcode),
		T(test_continuous_read_is_left_before_anything_else),
		T(test_power_down_is_ended_on_one_line),
		T(test_qpi_is_reset_on_four_lines_before_one),
		T(test_dpi_is_reset_on_two_lines),
		T(test_a_board_with_two_lines_is_sent_two_at_most),
		T(test_an_erase_that_runs_is_waited_for_before_the_reset),
		T(test_nothing_that_writes_is_sent_before_the_id_is_known),
		T(test_what_the_pins_look_like_is_said_when_nobody_answers),
		T(test_one_id_two_generations),
		T(test_sfdp_tells_parts_apart_that_share_an_id),
		T(test_the_question_before_a_sector_map_is_asked_if_it_can_be),
		T(test_an_unknown_chip_lives_by_its_sfdp),
		T(test_a_table_that_lies_about_the_size_is_overruled),
		T(test_above_16_mib_four_byte_opcodes_are_used_where_the_chip_lists_them),
		T(test_above_16_mib_a_mode_is_entered_and_left),
		T(test_a_mode_is_left_also_when_preparing_fails_behind_it),
		T(test_qpi_is_left_when_the_wire_fails_on_the_way_into_it),
		T(test_read_mode_bits_never_ask_for_continuous_read),
		T(test_quad_enable_by_every_method_keeps_the_other_bits),
		T(test_quad_enable_leaves_no_trace_where_it_can),
		T(test_a_quad_enable_bit_that_does_not_stick_is_an_error),
		T(test_a_bad_line_is_found_named_and_worked_around),
		T(test_each_bus_mode_can_be_asked_for),
		T(test_a_mode_that_the_chip_lacks_is_not_had_in_another_way),
		T(test_four_lines_are_used_only_when_proven),
		T(test_a_locked_range_is_refused_with_register_and_remedy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
