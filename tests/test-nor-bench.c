// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The external flash of the virtual boards through every layer: SPI-NOR core, QUADSPI registers,
 * queue, SWD, MPSSE. Whatever a test does, the bench must have nothing to complain about.
 */
#include "lib/adapter.h"
#include "lib/spi-nor-priv.h"
#include "lib/target.h"
#include "sim/netlist.h"
#include "sim/sim.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SWCLK_HZ 15000000u

static const struct {
	const char *board, *nor;
} boards[] = {
	{ "stm32l476g-disco", "N25Q128A" },
	{ "l476rg-w25q128", "W25Q128JV" },
	{ "l476rc-mt25ql128", "MT25QL128" },
};

struct bench {
	struct ctx ctx;
	sig_atomic_t stop;
	struct sim_opts opts;
	struct sim_faults faults;
	struct transport *t;
	struct sim *sim;
	struct swd_host *host;
	struct board board;
	struct target target;
	bool is_attached;
	struct mtd_info *qspi;
	u8 *cells; /* the chip's own array */
	u8 data[KIB(64)];
	char log[4096];
	size_t log_used;
};

static void keep_warnings(void *arg, enum log_level level, const char *line)
{
	struct bench *b = arg;
	int n;

	if (level > LOG_WARN)
		return;
	n = snprintf(b->log + b->log_used, sizeof(b->log) - b->log_used, "%s\n", line);
	if (n > 0 && b->log_used + (size_t)n < sizeof(b->log))
		b->log_used += (size_t)n;
}

static int attach_at(struct bench *b, u32 hz)
{
	struct target_attach_opts opts = { .swclk_hz = hz, .board = &b->board };
	struct adapter a;
	size_t size;
	int ret;

	if (board_load(&b->board, b->opts.board, &b->ctx.err))
		fail_msg("%s: %s", b->opts.board, b->ctx.err.what);
	assert_int_equal(sim_open(&b->opts, &b->faults, &b->ctx.err, &b->t), 0);
	b->sim = sim_of_transport(b->t);
	b->ctx.clk = b->t->clk;
	assert_int_equal(adapter_load(&a, ADAPTER_DEFAULT, &b->ctx.err), 0);
	assert_int_equal(swd_host_open(&b->ctx, b->t, &a, &b->host), 0);
	b->cells = netlist_nor_data(b->sim->nets, &size);
	assert_int_equal(size, MIB(16));
	ret = target_attach(&b->target, &b->ctx, b->host, &opts);
	b->is_attached = !ret;
	b->qspi = ret ? NULL : target_mtd(&b->target, "qspi");
	return ret;
}

static void attach(struct bench *b, const char *board)
{
	snprintf(b->opts.board, sizeof(b->opts.board), "%s", board);
	if (attach_at(b, SWCLK_HZ))
		fail_msg("%s: %s (%s)", board, b->ctx.err.what, b->ctx.err.where);
	assert_non_null(b->qspi);
}

static void close_bench(struct bench *b)
{
	if (b->is_attached)
		target_detach(&b->target, TARGET_RUN);
	b->is_attached = false;
	if (b->host)
		b->host->ops->close(b->host);
	b->host = NULL;
	err_clear(&b->ctx.err);
}

static void check_quiet(struct bench *b)
{
	for (size_t i = 0; i < sim_n_complaints(b->sim); i++)
		print_error("%s: complaint: %s\n", b->opts.board, sim_complaint(b->sim, i));
	assert_int_equal(sim_n_complaints(b->sim), 0);
}

static void detach_quietly(struct bench *b)
{
	if (b->is_attached)
		target_detach(&b->target, TARGET_RUN);
	b->is_attached = false;
	check_quiet(b);
	close_bench(b);
}

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	u32 x = 1;

	b->ctx.stop = &b->stop;
	b->ctx.log = (struct log){ .fn = keep_warnings, .arg = b, .level = LOG_WARN };
	sim_opts_default(&b->opts);
	b->opts.seed = 1;
	for (size_t i = 0; i < sizeof(b->data); i++) {
		x = x * 1664525 + 1013904223;
		b->data[i] = (u8)(x >> 24);
	}
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	close_bench(*state);
	free(*state);
	return 0;
}

static void must(struct bench *b, int ret)
{
	if (ret)
		fail_msg("%s: %s (%s)", b->opts.board, b->ctx.err.what, b->ctx.err.where);
}

static void write_and_compare(struct bench *b, u64 at, size_t len)
{
	u8 *back = malloc(len);

	must(b, mtd_write(b->qspi, at, len, b->data));
	assert_memory_equal(b->cells + at, b->data, len);
	must(b, mtd_read(b->qspi, at, len, back));
	assert_memory_equal(back, b->data, len);
	free(back);
}

static void test_each_board_names_its_chip(void **state)
{
	struct bench *b = *state;

	for (unsigned int i = 0; i < ARRAY_SIZE(boards); i++) {
		attach(b, boards[i].board);
		assert_non_null(strstr(b->qspi->about, boards[i].nor));
		assert_int_equal(b->qspi->size, MIB(16));
		assert_int_equal(b->qspi->base, 0x90000000);
		assert_int_equal(b->qspi->regions[0].erasesize, KIB(4));
		assert_string_equal(b->log, "");
		detach_quietly(b);
	}
}

static void test_erase_program_and_read_back(void **state)
{
	struct bench *b = *state;

	for (unsigned int i = 0; i < ARRAY_SIZE(boards); i++) {
		attach(b, boards[i].board);
		memset(b->cells, 0x00, MIB(1));
		must(b, mtd_erase(b->qspi, KIB(64), KIB(128)));
		for (size_t k = 0; k < MIB(1); k++)
			if (b->cells[k] != (k >= KIB(64) && k < KIB(192) ? 0xff : 0))
				fail_msg("%s: byte %zx after the erase", boards[i].board, k);
		write_and_compare(b, KIB(64), KIB(64));
		/* crosses pages at both ends, odd lengths */
		write_and_compare(b, KIB(128) + 77, 1000);
		write_and_compare(b, KIB(160) + 255, 2);
		must(b, mtd_erase(b->qspi, KIB(64), KIB(4)));
		assert_int_equal(b->cells[KIB(64)], 0xff);
		assert_int_equal(b->cells[KIB(68) - 1], 0xff);
		assert_int_equal(b->cells[KIB(68)], b->data[KIB(4)]);
		detach_quietly(b);
	}
}

static void test_an_extra_byte_in_the_fifo_after_reads_is_not_taken_for_data(void **state)
{
	struct bench *b = *state;

	for (unsigned int i = 0; i < ARRAY_SIZE(boards); i++) {
		b->faults.extra_byte = true;
		attach(b, boards[i].board);
		must(b, mtd_erase(b->qspi, 0, KIB(8)));
		write_and_compare(b, 0, KIB(8) - 3);
		detach_quietly(b);
	}
}

static void test_first_and_last_bytes_of_the_chip(void **state)
{
	struct bench *b = *state;
	u8 back[300];

	for (unsigned int i = 0; i < ARRAY_SIZE(boards); i++) {
		attach(b, boards[i].board);
		memset(b->cells, 0xff, MIB(16));
		write_and_compare(b, 0, 3);
		write_and_compare(b, MIB(16) - 300, 300);
		must(b, mtd_read(b->qspi, MIB(16) - 1, 1, back));
		assert_int_equal(back[0], b->data[299]);
		assert_int_equal(mtd_read(b->qspi, MIB(16) - 1, 2, back), -EINVAL);
		detach_quietly(b);
	}
}

static void test_blank_pages_are_not_programmed(void **state)
{
	struct bench *b = *state;

	attach(b, "stm32l476g-disco");
	memset(b->cells, 0xff, KIB(64));
	memset(b->data + 256, 0xff, KIB(16) - 512);
	write_and_compare(b, 0, KIB(16));
	assert_int_equal(b->sim->stats.nor.n_programs, 2);
	memset(b->data, 0xff, KIB(4));
	write_and_compare(b, KIB(32), KIB(4));
	assert_int_equal(b->sim->stats.nor.n_programs, 2);
	detach_quietly(b);
}

static void test_whatever_the_application_left_behind(void **state)
{
	struct bench *b = *state;

	for (unsigned int i = 0; i < ARRAY_SIZE(boards); i++) {
		for (unsigned int mode = 0; mode < 4; mode++) {
			b->faults.app_xip = mode == 0;
			b->faults.app_qpi = mode == 1;
			b->faults.app_dpd = mode == 2;
			attach(b, boards[i].board);
			memset(b->cells, 0xff, KIB(8));
			write_and_compare(b, 0, KIB(4));
			detach_quietly(b);
		}
	}
}

static void test_a_program_learns_how_long_this_chip_takes(void **state)
{
	struct bench *b = *state;

	for (u64 seed = 1; seed <= 6; seed++) {
		u64 started, took, busy;

		b->opts.seed = seed;
		attach(b, "stm32l476g-disco");
		memset(b->cells, 0xff, KIB(64));
		must(b, mtd_prepare(b->qspi));
		started = b->ctx.clk->now_ns(b->ctx.clk);
		must(b, mtd_write(b->qspi, 0, KIB(64), b->data));
		took = b->ctx.clk->now_ns(b->ctx.clk) - started;
		busy = b->sim->stats.nor.program_ps / 1000;
		assert_memory_equal(b->cells, b->data, KIB(64));
		/* 60 % holds even where data can't be staged; late pages are few */
		if (busy * 100 < took * 60)
			fail_msg("seed %u: busy %llu us of %llu us", (unsigned int)seed,
				 (unsigned long long)busy / 1000, (unsigned long long)took / 1000);
		assert_in_range(b->sim->stats.nor.n_programs, 256, 270);
		detach_quietly(b);
	}
}

static void test_slow_parts_at_the_limit_of_their_data_sheet(void **state)
{
	struct bench *b = *state;

	b->opts.busy_max = true;
	for (unsigned int i = 0; i < ARRAY_SIZE(boards); i++) {
		attach(b, boards[i].board);
		memset(b->cells, 0x00, KIB(64));
		must(b, mtd_erase(b->qspi, 0, KIB(64)));
		write_and_compare(b, 0, KIB(8));
		detach_quietly(b);
	}
}

static void test_every_wire_speed_works(void **state)
{
	static const u32 hz[] = { 1000000, 10000000, 30000000 };
	struct bench *b = *state;

	for (unsigned int i = 0; i < ARRAY_SIZE(boards); i++) {
		for (unsigned int k = 0; k < ARRAY_SIZE(hz); k++) {
			snprintf(b->opts.board, sizeof(b->opts.board), "%s", boards[i].board);
			must(b, attach_at(b, hz[k]));
			memset(b->cells, 0x00, KIB(4));
			must(b, mtd_erase(b->qspi, 0, KIB(4)));
			write_and_compare(b, 0, KIB(4));
			check_quiet(b);
			close_bench(b);
		}
	}
}

static void test_bit_errors_cost_time_not_data(void **state)
{
	struct bench *b = *state;

	for (u64 seed = 1; seed <= 8; seed++) {
		u8 *back = malloc(KIB(16));
		size_t wrong = 0;

		b->opts.seed = seed;
		snprintf(b->opts.board, sizeof(b->opts.board), "%s", boards[seed % 3].board);
		b->faults.ber = 1e-5;
		must(b, attach_at(b, SWCLK_HZ));
		memset(b->cells, 0x00, KIB(16));
		must(b, mtd_erase(b->qspi, 0, KIB(16)));
		must(b, mtd_write(b->qspi, 0, KIB(16), b->data));
		/* two flips in one word pass parity: rare, and what verify is for */
		for (size_t i = 0; i < KIB(16); i++)
			wrong += b->cells[i] != b->data[i];
		assert_in_range(wrong, 0, 4);
		must(b, mtd_read(b->qspi, 0, KIB(16), back));
		for (size_t i = 0; i < KIB(16); i++)
			wrong += back[i] != b->cells[i];
		assert_in_range(wrong, 0, 8);
		free(back);
		close_bench(b);
	}
}

static void test_a_chip_that_never_gets_ready_is_given_up_in_time(void **state)
{
	struct bench *b = *state;
	u64 started;

	attach(b, "stm32l476g-disco");
	must(b, mtd_prepare(b->qspi));
	b->sim->faults.stuck_wip = true;
	started = b->ctx.clk->now_ns(b->ctx.clk);
	assert_int_equal(mtd_erase(b->qspi, 0, KIB(4)), -ETIMEDOUT);
	assert_non_null(strstr(b->ctx.err.what, "n25q128a"));
	assert_true(b->ctx.clk->now_ns(b->ctx.clk) - started < 10 * SEC_NS);
}

static void test_protected_blocks_are_seen_before_and_reported_when_forced(void **state)
{
	struct bench *b = *state;

	for (unsigned int i = 0; i < ARRAY_SIZE(boards); i++) {
		u8 sr = 0x08; /* BP1: the upper part of each of the chips */
		u64 at = MIB(16) - KIB(64);
		struct flash_job job;

		attach(b, boards[i].board);
		memset(b->cells + at, 0x00, KIB(64));
		must(b, mtd_prepare(b->qspi));
		must(b, nor_write_reg(to_nor(b->qspi), 0x01, &sr, 1, false));
		assert_int_equal(mtd_is_locked(b->qspi, 0, KIB(64)), 0);
		assert_int_equal(mtd_is_locked(b->qspi, at, KIB(4)), -EROFS);
		assert_non_null(strstr(b->ctx.err.what, "SR1 08"));
		err_clear(&b->ctx.err);
		/* who does not ask is told afterwards, where the chip tells (flag status, WEL) */
		job = (struct flash_job){
			.kind = JOB_ERASE, .mtd = b->qspi, .offset = at, .len = KIB(4)
		};
		assert_int_equal(sched_run(&b->ctx, b->qspi->q, &job, 1),
				 boards[i].nor[0] == 'W' ? -EIO : -EROFS);
		assert_int_equal(b->cells[at], 0x00);
		close_bench(b);
	}
}

static void test_an_unconnected_io3_does_not_end_in_wrong_data(void **state)
{
	struct bench *b = *state;
	int ret;

	b->faults.float_io3 = true;
	snprintf(b->opts.board, sizeof(b->opts.board), "%s", "stm32l476g-disco");
	ret = attach_at(b, SWCLK_HZ);
	/* HOLD# may float low: then no chip answers, and the message says where to look */
	if (ret) {
		assert_int_equal(ret, -ENXIO);
		assert_non_null(strstr(b->ctx.err.what, "ID reads"));
		return;
	}
	ret = mtd_write(b->qspi, 0, KIB(4), b->data);
	if (!ret)
		assert_memory_equal(b->cells, b->data, KIB(4));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_each_board_names_its_chip),
		T(test_erase_program_and_read_back),
		T(test_an_extra_byte_in_the_fifo_after_reads_is_not_taken_for_data),
		T(test_first_and_last_bytes_of_the_chip),
		T(test_blank_pages_are_not_programmed),
		T(test_whatever_the_application_left_behind),
		T(test_a_program_learns_how_long_this_chip_takes),
		T(test_slow_parts_at_the_limit_of_their_data_sheet),
		T(test_every_wire_speed_works),
		T(test_bit_errors_cost_time_not_data),
		T(test_a_chip_that_never_gets_ready_is_given_up_in_time),
		T(test_protected_blocks_are_seen_before_and_reported_when_forced),
		T(test_an_unconnected_io3_does_not_end_in_wrong_data),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
