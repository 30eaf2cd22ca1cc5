// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every virtual SPI-NOR chip on a virtual board, through all layers: identified, erased, programmed,
 * read; in whatever state an application left it; with a line that is not connected. The cells are
 * compared with what should be there, and the bench must have nothing to complain about.
 */
#include "lib/crc32.h"

#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/nor-board.h"

struct chip {
	const char *model, *name; /* the bench's, ours */
	u32 mib;
	u32 n_dies;
	bool no_quad; /* of its own nature */
};

static const struct chip chips[] = {
	{ "n25q128a13", "n25q128a", 16, 1, false },
	{ "n25q256a13", "n25q256a", 32, 1, false },
	{ "n25q256a83", "n25q256a", 32, 1, false },
	{ "mt25ql128aba", "mt25ql128", 16, 1, false },
	{ "mt25ql512abb", "mt25ql512", 64, 1, false },
	{ "mt25ql01gbbb", "mt25ql01g", 128, 2, false },
	{ "mt25qu02gcbb", "mt25qu02g", 256, 4, false },
	{ "w25q128jv", "w25q128jv", 16, 1, false },
	{ "w25q256jv", "w25q256jv", 32, 1, false },
	{ "w25q512jv", "w25q512jv", 64, 1, false },
	{ "w25m512jv", "w25m512jv", 64, 2, false },
	{ "gd25q127c", "gd25q128", 16, 1, false },
	{ "gd25lq256d", "gd25lq256", 32, 1, false },
	{ "xm25qh128c", "xm25qh128c", 16, 1, false },
	{ "at25sf128a", "at25sf128a", 16, 1, false },
	{ "mx25l51245g", "mx25l51245g", 64, 1, false },
	{ "mx25r6435f", "mx25r6435f", 8, 1, false },
	{ "mx25lm51245g", "mx25lm51245g", 64, 1, true },
	{ "is25lp128f", "is25lp128", 16, 1, false },
	{ "is25wp512m", "is25wp512", 64, 1, false },
	{ "sst26vf064b", "sst26vf064b", 8, 1, false },
	{ "s25fl512s", "s25fl512s", 64, 1, false },
	{ "s25fs512s", "s25fs512s", 64, 1, false },
	{ "s25fl064l", "s25fl064l", 8, 1, false },
	{ "m25p64", "m25p64", 8, 1, true },
	{ "unknown-sfdp", "unknown flash 7a 11 18", 16, 1, false },
	{ "badsfdp-short", "w25q128jv", 16, 1, false },
	{ "badsfdp-pointer", "w25q128jv", 16, 1, false },
	{ "badsfdp-density", "w25q128jv", 16, 1, false },
	{ "badsfdp-count", "w25q128jv", 16, 1, false },
	{ "badsfdp-sizes", "w25q128jv", 16, 1, false },
	{ "zd25q128c", "w25q128jv", 16, 1, false },
};

static void test_each_chip_is_known_by_name_and_size(void **state)
{
	struct bench *b = *state;

	for (unsigned int i = 0; i < ARRAY_SIZE(chips); i++) {
		attach(b, chips[i].model);
		if (strcmp(spi_nor_name(nor_of(b)), chips[i].name) != 0)
			fail_msg("%s: called %s", chips[i].model, spi_nor_name(nor_of(b)));
		assert_int_equal(b->qspi->size, (u64)chips[i].mib * MIB(1));
		assert_int_equal(b->size, (u64)chips[i].mib * MIB(1));
		assert_int_equal(nor_of(b)->p.n_dies, chips[i].n_dies);
		/* what the tables call tried is what is tried here */
		if (nor_of(b)->part && nor_of(b)->part->tested == TESTED_NO)
			fail_msg("%s: not marked as tested", chips[i].name);
		detach_quietly(b);
	}
}

static void test_each_chip_is_erased_and_programmed_at_both_ends(void **state)
{
	struct bench *b = *state;

	for (unsigned int i = 0; i < ARRAY_SIZE(chips); i++) {
		u64 end;

		attach(b, chips[i].model);
		end = b->qspi->size;
		/* what is locked at power-up is unlocked as for any job */
		must(b, mtd_open_locks(b->qspi, 0, end));
		erase_block(b, 0);
		write_at(b, 0, 3);
		write_at(b, 200, KIB(3));
		erase_block(b, end - 1);
		write_at(b, end - 300, 300);
		erase_block(b, end / 2);
		write_at(b, end / 2 + 255, 2);
		/* erased again: nothing is left of it */
		erase_block(b, 0);
		detach_quietly(b);
	}
}

static void test_four_lines_are_used_wherever_the_chip_has_them(void **state)
{
	struct bench *b = *state;

	for (unsigned int i = 0; i < ARRAY_SIZE(chips); i++) {
		attach(b, chips[i].model);
		memcpy(b->cells, b->data, sizeof(b->data));
		compare(b, 0, b->data, sizeof(b->data));
		if ((nor_lines(nor_of(b)) == 4) == chips[i].no_quad)
			fail_msg("%s: quad %d", chips[i].model, nor_of(b)->quad);
		detach_quietly(b);
	}
}

static void test_each_bus_mode_reads_and_programs_the_same(void **state)
{
	static const struct {
		enum spi_mode mode;
		u8 lines;
		unsigned int at_least; /* chips that have it */
	} cases[] = {
		{ SPI_MODE_1_1_1, 1, ARRAY_SIZE(chips) },
		{ SPI_MODE_1_1_2, 2, 24 },
		{ SPI_MODE_1_2_2, 2, 8 },
		{ SPI_MODE_1_1_4, 4, 20 },
		{ SPI_MODE_1_4_4, 4, 20 },
		{ SPI_MODE_4_4_4, 4, 8 },
	};
	struct bench *b = *state;

	for (unsigned int m = 0; m < ARRAY_SIZE(cases); m++) {
		unsigned int n = 0;

		b->mode = cases[m].mode;
		for (unsigned int i = 0; i < ARRAY_SIZE(chips); i++) {
			attach(b, chips[i].model);
			memcpy(b->cells, b->data, sizeof(b->data));
			compare(b, 0, b->data, sizeof(b->data));
			write_at(b, b->size - 300, 300);
			if (nor_lines(nor_of(b)) == cases[m].lines)
				n++;
			else if (nor_lines(nor_of(b)) != 1 ||
				 !strstr(b->log, "does not have the bus mode"))
				fail_msg("%s: %u lines: %s", chips[i].model, nor_lines(nor_of(b)),
					 b->log);
			detach_quietly(b);
		}
		if (n < cases[m].at_least)
			fail_msg("mode %d on %u chips only", cases[m].mode, n);
	}
}

/* also where a table promises what the chip has not */
static void test_qpi_that_is_not_there_is_done_without(void **state)
{
	struct bench *b = *state;

	b->mode = SPI_MODE_4_4_4;
	for (unsigned int i = 0; i < ARRAY_SIZE(chips); i++) {
		attach(b, chips[i].model);
		memcpy(b->cells, b->data, sizeof(b->data));
		compare(b, 0, b->data, sizeof(b->data));
		write_at(b, b->size - 300, 300);
		if (!nor_is_qpi(nor_of(b)) && !strstr(b->log, "does not have the bus mode"))
			fail_msg("%s: %s", chips[i].model, b->log);
		if ((nor_lines(nor_of(b)) == 4) == chips[i].no_quad || strstr(b->log, "stuck"))
			fail_msg("%s: %u lines: %s", chips[i].model, nor_lines(nor_of(b)), b->log);
		detach_quietly(b);
	}
}

static void test_qpi_is_entered_when_asked_for_and_left_at_the_end(void **state)
{
	static const char *const models[] = { "n25q128a13", "mt25ql512abb", "mx25l51245g",
					      "is25lp128f", "sst26vf064b",  "s25fs512s",
					      "s25fl064l",  "xm25qh128c" };
	struct bench *b = *state;

	b->mode = SPI_MODE_4_4_4;
	for (unsigned int i = 0; i < ARRAY_SIZE(models); i++) {
		struct mtd_otp_info otp;
		u8 got[16], sfdp[SFDP_MAX_BYTES];
		size_t len;

		attach(b, models[i]);
		must(b, mtd_open_locks(b->qspi, 0, b->qspi->size));
		/* blank: the first page goes out on one line and is the proof */
		write_at(b, 0, KIB(3));
		if (!nor_is_qpi(nor_of(b)))
			fail_msg("%s is not in QPI: %s", models[i], b->log);
		erase_block(b, b->size / 2);
		write_at(b, b->size / 2 + 100, 1000);
		if (!nor_is_qpi(nor_of(b)))
			fail_msg("%s left QPI: %s", models[i], b->log);
		/* what is not known in QPI is done outside, and it is entered again */
		b->qspi->ops->sfdp(b->qspi, sfdp, sizeof(sfdp), &len);
		if (b->qspi->ops->otp->info(b->qspi, &otp))
			err_clear(&b->ctx.err);
		assert_false(nor_is_qpi(nor_of(b)));
		compare(b, 0, b->data, KIB(3));
		assert_true(nor_is_qpi(nor_of(b)));
		mtd_finish(b->qspi);
		assert_false(nor_is_qpi(nor_of(b)));
		read_as_boot_code(b, 16, got, sizeof(got));
		assert_memory_equal(got, b->data + 16, sizeof(got));
		detach_quietly(b);
	}
}

/* HOLD# that floats low keeps a chip silent: then the message says so */
static bool attach_without_io3(struct bench *b, const struct chip *chip)
{
	int ret = try_attach(b, chip->model);

	if (!ret)
		return true;
	/* an SFDP that could not be read is as good as none */
	if (ret != -EOPNOTSUPP && (ret != -ENXIO || !strstr(b->ctx.err.what, "ID reads")))
		fail_msg("%s: %s", chip->model, b->ctx.err.what);
	if (ret == -ENXIO &&
	    (!strstr(b->ctx.err.what, "IO3") && !strstr(b->ctx.err.what, "floating")))
		fail_msg("%s: %s", chip->model, b->ctx.err.what);
	close_bench(b);
	return false;
}

static void test_an_io3_that_floats_is_named_and_costs_nothing_but_time(void **state)
{
	struct bench *b = *state;
	unsigned int n_warned = 0;
	u8 back[KIB(2)];

	b->faults.float_io3 = true;
	for (unsigned int i = 0; i < 2 * ARRAY_SIZE(chips); i++) {
		const struct chip *chip = &chips[i / 2];

		b->opts.seed = i;
		if (!attach_without_io3(b, chip))
			continue;
		/* HOLD# of a chip without four lines can't be switched off */
		if (chip->no_quad) {
			close_bench(b);
			continue;
		}
		memcpy(b->cells, b->data, sizeof(b->data));
		/* commands that HOLD# cuts in two end in an error, never in other data */
		if (mtd_read(b->qspi, 0, sizeof(back), back)) {
			assert_true(b->ctx.err.what[0]);
			close_bench(b);
			continue;
		}
		assert_int_not_equal(nor_lines(nor_of(b)), 4);
		/* QE = 1 ends HOLD#; without such a bit it is at work until the lines are found bad */
		if (nor_of(b)->p.hold_mask && memcmp(back, b->data, sizeof(back)) != 0) {
			close_bench(b);
			continue;
		}
		if (memcmp(back, b->data, sizeof(back)) != 0)
			fail_msg("%s, seed %u: other data: %s", chip->model, i, b->log);
		if (!strstr(b->log, "IO3"))
			fail_msg("%s: IO3 is not named: %s", chip->model, b->log);
		n_warned++;
		close_bench(b);
	}
	/* more than half of the time HOLD# is low at one command or the other */
	if (n_warned < 8)
		fail_msg("only %u chips could be read and warned about", n_warned);
}

/* quad enable of Macronix and ISSI chips lasts: a look does without, and the job after it has it */
static void test_a_look_sets_no_bit_that_lasts_and_spoils_nothing_for_the_job(void **state)
{
	static const char *const models[] = { "mx25l51245g", "is25lp128f", "mx25r6435f" };
	struct bench *b = *state;

	for (unsigned int i = 0; i < ARRAY_SIZE(models); i++) {
		u8 back[KIB(2)], sr = 0xff;

		attach(b, models[i]);
		memcpy(b->cells, b->data, sizeof(b->data));
		b->qspi->only_look = true;
		must(b, mtd_read(b->qspi, 0, sizeof(back), back));
		assert_memory_equal(back, b->data, sizeof(back));
		assert_in_range(nor_lines(nor_of(b)), 1, 2);
		must(b, nor_read_reg(nor_of(b), 0x05, &sr, 1));
		assert_int_equal(sr & 0x40, 0);
		mtd_finish(b->qspi);
		b->qspi->only_look = false;
		must(b, mtd_read(b->qspi, 0, sizeof(back), back));
		assert_memory_equal(back, b->data, sizeof(back));
		assert_int_equal(nor_lines(nor_of(b)), 4);
		close_bench(b);
	}
}

static void left_behind(struct bench *b, const char *how)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(chips); i++) {
		/* its second die sleeps, and does not hear that it is selected */
		if (b->faults.app_dpd && !strcmp(chips[i].model, "w25m512jv"))
			continue;
		/* on eight lines, four of which are not wired */
		if (b->faults.app_qpi && !strcmp(chips[i].model, "mx25lm51245g"))
			continue;
		if (try_attach(b, chips[i].model))
			fail_msg("%s left in %s: %s", chips[i].model, how, b->ctx.err.what);
		must(b, mtd_open_locks(b->qspi, 0, b->qspi->size));
		erase_block(b, KIB(256));
		write_at(b, KIB(256), 300);
		erase_block(b, b->qspi->size - 1);
		write_at(b, b->qspi->size - 100, 100);
		detach_quietly(b);
	}
}

static void test_left_in_continuous_read(void **state)
{
	struct bench *b = *state;

	b->faults.app_xip = true;
	left_behind(b, "continuous read");
}

static void test_left_in_qpi(void **state)
{
	struct bench *b = *state;

	b->faults.app_qpi = true;
	left_behind(b, "QPI");
}

static void test_left_in_4_byte_mode(void **state)
{
	struct bench *b = *state;

	b->faults.app_4byte = true;
	left_behind(b, "4-byte mode");
}

static void test_left_in_deep_power_down(void **state)
{
	struct bench *b = *state;

	b->faults.app_dpd = true;
	left_behind(b, "power-down");
}

static void test_left_in_qpi_and_4_byte_mode(void **state)
{
	struct bench *b = *state;

	b->faults.app_qpi = b->faults.app_4byte = true;
	left_behind(b, "QPI and 4-byte mode");
}

static void test_left_in_continuous_read_of_4_byte_addresses(void **state)
{
	struct bench *b = *state;

	b->faults.app_xip = b->faults.app_4byte = true;
	left_behind(b, "continuous read with 4-byte addresses");
}

/* protected blocks are found before anything is erased */
/* a reset only brings it back there, so a volatile register has to overrule the configuration */
static void test_qpi_and_dpi_by_non_volatile_configuration(void **state)
{
	static const struct {
		const char *model;
		u8 nvcr[2];
		u8 width;
	} cases[] = {
		{ "n25q128a13", { 0xf7, 0xff }, 4 },
		{ "mt25ql512abb", { 0xf7, 0xff }, 4 },
		{ "mt25ql512abb", { 0xfb, 0xff }, 2 },
	};
	char path[] = "/tmp/swdrom-test-XXXXXX";
	struct bench *b = *state;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	close(fd);
	snprintf(b->opts.state_path, sizeof(b->opts.state_path), "%s", path);
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		u8 id[3] = { 0 };
		struct spi_mem_op op = nor_op_read_reg(0xaf, id, sizeof(id));

		unlink(path);
		attach(b, cases[i].model);
		must(b, nor_write_reg(nor_of(b), 0xb1, cases[i].nvcr, 2, false));
		detach_quietly(b);
		/* the board was off in between */
		attach(b, cases[i].model);
		erase_block(b, 0);
		write_at(b, 0, KIB(3));
		mtd_finish(b->qspi);
		/* as it was found */
		op.cmd.buswidth = op.data.buswidth = cases[i].width;
		must(b, spi_mem_exec(nor_of(b)->mem, &op));
		assert_int_equal(id[0], 0x20);
		/* and once more */
		compare(b, 0, b->data, KIB(3));
		/* 9Fh on one line can be DCh on four or two, in a frame that is no erase: far too long */
		if (cases[i].model[0] == 'm')
			close_bench(b);
		else
			detach_quietly(b);
	}
	unlink(path);
}

static void test_protected_by_the_application(void **state)
{
	struct bench *b = *state;

	b->faults.app_bp = true;
	for (unsigned int i = 0; i < ARRAY_SIZE(chips); i++) {
		int ret;

		attach(b, chips[i].model);
		memset(b->cells, 0, KIB(4));
		ret = mtd_open_locks(b->qspi, 0, KIB(4));
		if (ret && ret != -EROFS)
			fail_msg("%s: %s", chips[i].model, b->ctx.err.what);
		err_clear(&b->ctx.err);
		if (!ret) {
			/* locks that every power-up sets were taken away */
			erase_block(b, 0);
			write_at(b, 0, 300);
		} else {
			assert_int_equal(b->cells[0], 0);
		}
		detach_quietly(b);
	}
}

/* S25FL-S: a refused erase leaves E_ERR set, and with it the chip looks busy until 30h */
static void test_a_failure_that_looks_like_work_is_told_and_cleared(void **state)
{
	struct bench *b = *state;
	struct mtd_wp_change change = { .has_range = true };
	struct mtd_wp_range ranges[MTD_WP_MAX_RANGES];
	struct flash_job job;
	size_t n;
	int ret;

	attach(b, "s25fl512s");
	must(b, b->qspi->ops->wp->list(b->qspi, ranges, &n));
	change.range = ranges[n - 1];
	must(b, b->qspi->ops->wp->change(b->qspi, &change));
	for (unsigned int i = 0; i < 2; i++) {
		/* who does not ask whether it is protected is told */
		job = (struct flash_job){ .kind = i ? JOB_PROGRAM : JOB_ERASE,
					  .mtd = b->qspi,
					  .offset = b->qspi->size - KIB(256),
					  .len = i ? sizeof(b->data) : KIB(256),
					  .buf = b->data };
		ret = sched_run(&b->ctx, b->qspi->q, &job, 1);
		if (ret != -EIO ||
		    !strstr(b->ctx.err.what, i ? "page program failed" : "erase failed"))
			fail_msg("%d: %s", ret, b->ctx.err.what);
		err_clear(&b->ctx.err);
		mtd_finish(b->qspi);
	}
	/* the next session finds a chip that answers */
	change.range = (struct mtd_wp_range){ 0, 0 };
	must(b, b->qspi->ops->wp->change(b->qspi, &change));
	erase_block(b, b->qspi->size - KIB(256));
	write_at(b, b->qspi->size - KIB(256), sizeof(b->data));
	close_bench(b);
}

static void test_a_job_across_the_dies_of_a_stack(void **state)
{
	struct bench *b = *state;

	for (unsigned int i = 0; i < ARRAY_SIZE(chips); i++) {
		u64 die;

		if (chips[i].n_dies == 1)
			continue;
		attach(b, chips[i].model);
		die = b->qspi->size / chips[i].n_dies;
		for (u64 edge = die; edge < b->qspi->size; edge += die) {
			memset(b->cells + edge - KIB(8), 0, KIB(16));
			must(b, mtd_erase(b->qspi, edge - KIB(4), KIB(8)));
			for (u64 k = edge - KIB(8); k < edge + KIB(8); k++)
				if (b->cells[k] !=
				    (k >= edge - KIB(4) && k < edge + KIB(4) ? 0xff : 0))
					fail_msg("%s: cell %" PRIx64, chips[i].model, k);
			write_at(b, edge - KIB(2) - 5, KIB(4));
		}
		detach_quietly(b);
	}
}

static void test_checksums_are_those_of_the_die_that_was_meant(void **state)
{
	struct bench *b = *state;
	struct mtd_crc pieces[8];

	for (unsigned int i = 0; i < ARRAY_SIZE(chips); i++) {
		unsigned int n = 0;
		u64 die;

		if (chips[i].n_dies == 1)
			continue;
		attach(b, chips[i].model);
		die = b->qspi->size / chips[i].n_dies;
		/* alike but for their last byte */
		for (u64 edge = die; edge <= b->qspi->size; edge += die) {
			memcpy(b->cells + edge - KIB(4), b->data, KIB(4));
			b->cells[edge - 1] = (u8)(edge / die);
			pieces[n++] = (struct mtd_crc){ .from = edge - KIB(4), .len = KIB(4) };
			pieces[n++] = (struct mtd_crc){ .from = edge - die, .len = KIB(1) };
		}
		must(b, mtd_checksum(b->qspi, pieces, n));
		for (unsigned int k = 0; k < n; k++)
			if (pieces[k].is_unsure ||
			    pieces[k].crc != crc32_of(0, b->cells + pieces[k].from, pieces[k].len))
				fail_msg("%s: checksum of %" PRIx64, chips[i].model,
					 pieces[k].from);
		compare(b, b->qspi->size - KIB(4), b->cells + b->qspi->size - KIB(4), KIB(4));
		detach_quietly(b);
	}
}

static void test_after_the_job_the_chip_is_as_after_power_on(void **state)
{
	struct bench *b = *state;

	for (unsigned int i = 0; i < ARRAY_SIZE(chips); i++) {
		u8 got[16];

		attach(b, chips[i].model);
		memcpy(b->cells, b->data, sizeof(b->data));
		memset(b->cells + b->qspi->size - KIB(4), 0, KIB(4));
		must(b, mtd_read(b->qspi, b->qspi->size - 4, 4, got));
		mtd_finish(b->qspi);
		read_as_boot_code(b, 16, got, sizeof(got));
		for (unsigned int k = 0; k < sizeof(got); k++)
			if (got[k] != b->data[16 + k])
				fail_msg("%s: byte %u reads %02x by 03h", chips[i].model, k,
					 got[k]);
		detach_quietly(b);
	}
}

static void test_blocks_are_what_the_sector_map_says(void **state)
{
	struct bench *b = *state;
	u64 start, size;

	/* 4 KiB everywhere, larger ones as units */
	attach(b, "sst26vf064b");
	assert_int_equal(b->qspi->regions[0].erasesize, KIB(4));
	must(b, mtd_open_locks(b->qspi, 0, b->qspi->size));
	memset(b->cells, 0, KIB(256));
	must(b, mtd_erase(b->qspi, 0, KIB(192)));
	for (u64 i = 0; i < KIB(256); i++)
		assert_int_equal(b->cells[i], i < KIB(192) ? 0xff : 0);
	/* four of 8 KiB, one of 32 KiB, two of 64 KiB */
	assert_int_equal(b->sim->stats.nor.n_erases, 7);
	detach_quietly(b);

	/* eight sectors of 4 KiB beside what is left of a block of 256 KiB */
	attach(b, "s25fs512s");
	assert_int_equal(b->qspi->n_regions, 3);
	assert_true(mtd_block_at(b->qspi, 0, &start, &size));
	assert_int_equal(size, KIB(4));
	assert_true(mtd_block_at(b->qspi, KIB(40), &start, &size));
	assert_int_equal(start, KIB(32));
	assert_int_equal(size, KIB(224));
	assert_true(mtd_block_at(b->qspi, KIB(256), &start, &size));
	assert_int_equal(size, KIB(256));
	erase_block(b, 0);
	erase_block(b, KIB(28));
	erase_block(b, KIB(32));
	erase_block(b, KIB(256));
	must(b, mtd_erase(b->qspi, KIB(28), KIB(4)));
	write_at(b, KIB(31), KIB(2));
	detach_quietly(b);
}

/* a lock for each block, switched on as a board's maker would, with all that a data sheet says */
static void check_block_locks(struct bench *b, u64 lock_block)
{
	struct mtd_wp_change change = { .has_range = true };
	struct mtd_wp_status st;

	must(b, b->qspi->ops->wp->status(b->qspi, &st));
	if (st.range.start || st.range.len != b->qspi->size || st.is_partial)
		fail_msg("%s: locked %" PRIx64 "+%" PRIx64 ", %s", b->opts.nor, st.range.start,
			 st.range.len, st.about);
	assert_int_equal(mtd_is_locked(b->qspi, KIB(256), KIB(4)), -EROFS);
	assert_non_null(strstr(b->ctx.err.what, "a lock for each block"));
	err_clear(&b->ctx.err);
	/* one block open, then one locked */
	must(b, b->qspi->ops->wp->change(b->qspi, &change));
	must(b, mtd_open_locks(b->qspi, 0, b->qspi->size));
	erase_block(b, KIB(256));
	change.range = (struct mtd_wp_range){ KIB(256), lock_block };
	must(b, b->qspi->ops->wp->change(b->qspi, &change));
	must(b, b->qspi->ops->wp->status(b->qspi, &st));
	assert_int_equal(st.range.start, KIB(256));
	assert_int_equal(st.range.len, lock_block);
	assert_false(st.is_partial);
	assert_int_equal(mtd_is_locked(b->qspi, KIB(256), KIB(4)), -EROFS);
	err_clear(&b->ctx.err);
	must(b, mtd_open_locks(b->qspi, 0, KIB(256)));
	must(b, mtd_open_locks(b->qspi, KIB(256) + lock_block, KIB(64)));
	erase_block(b, b->qspi->size - 1);
}

static void test_locks_of_single_blocks(void **state)
{
	struct bench *b = *state;
	u8 sr3 = 0;

	attach(b, "w25q128jv");
	must(b, nor_read_reg(nor_of(b), 0x15, &sr3, 1));
	sr3 |= BIT(2); /* WPS */
	must(b, nor_write_reg(nor_of(b), 0x11, &sr3, 1, false));
	check_block_locks(b, KIB(64));
	detach_quietly(b);

	attach(b, "w25q256jv");
	must(b, nor_read_reg(nor_of(b), 0x15, &sr3, 1));
	sr3 |= BIT(2);
	must(b, nor_write_reg(nor_of(b), 0x11, &sr3, 1, false));
	check_block_locks(b, KIB(64));
	detach_quietly(b);

	attach(b, "mx25l51245g");
	must(b, nor_write_enable(nor_of(b)));
	{
		struct spi_mem_op wpsel = nor_op_simple(0x68);

		must(b, spi_mem_exec(nor_of(b)->mem, &wpsel));
		must(b, nor_wait_ready(nor_of(b), SEC_NS, "WPSEL"));
	}
	check_block_locks(b, KIB(64));
	detach_quietly(b);
}

static void test_an_unknown_chip_without_sfdp_is_refused_with_its_id(void **state)
{
	struct bench *b = *state;

	assert_int_equal(try_attach(b, "unknown-nosfdp"), -EOPNOTSUPP);
	assert_non_null(strstr(b->ctx.err.what, "7a 12 18"));
}

#define TEST(_fn) cmocka_unit_test_setup_teardown(_fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_each_chip_is_known_by_name_and_size),
		TEST(test_each_chip_is_erased_and_programmed_at_both_ends),
		TEST(test_four_lines_are_used_wherever_the_chip_has_them),
		TEST(test_each_bus_mode_reads_and_programs_the_same),
		TEST(test_qpi_that_is_not_there_is_done_without),
		TEST(test_qpi_is_entered_when_asked_for_and_left_at_the_end),
		TEST(test_an_io3_that_floats_is_named_and_costs_nothing_but_time),
		TEST(test_a_look_sets_no_bit_that_lasts_and_spoils_nothing_for_the_job),
		TEST(test_left_in_continuous_read),
		TEST(test_left_in_qpi),
		TEST(test_left_in_4_byte_mode),
		TEST(test_left_in_deep_power_down),
		TEST(test_left_in_qpi_and_4_byte_mode),
		TEST(test_left_in_continuous_read_of_4_byte_addresses),
		TEST(test_qpi_and_dpi_by_non_volatile_configuration),
		TEST(test_protected_by_the_application),
		TEST(test_a_failure_that_looks_like_work_is_told_and_cleared),
		TEST(test_a_job_across_the_dies_of_a_stack),
		TEST(test_checksums_are_those_of_the_die_that_was_meant),
		TEST(test_after_the_job_the_chip_is_as_after_power_on),
		TEST(test_blocks_are_what_the_sector_map_says),
		TEST(test_locks_of_single_blocks),
		TEST(test_an_unknown_chip_without_sfdp_is_refused_with_its_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
