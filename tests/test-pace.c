// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The fast paths - rows, paced pages, both flashes at once - where things go wrong: noise on the
 * wire, chips at the slow end of their data sheets, resets, power cuts, a plug pulled. Whatever
 * happens the cells are right in the end, or a second run makes them right.
 */
#include "lib/spi-nor-priv.h"
#include "drivers/stm32l4-flash-priv.h"
#include "lib/adapter.h"
#include "lib/target.h"
#include "sim/mcu.h"
#include "sim/netlist.h"
#include "sim/sim.h"
#include "tests/support/job.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BANK KIB(512)

struct bench {
	struct ctx ctx;
	sig_atomic_t stop;
	unsigned int n_progress, stop_after;
	u64 stopped_ns;
	struct sim_opts opts;
	struct sim_faults faults;
	struct transport *t;
	struct sim *sim;
	struct swd_host *host;
	struct board board;
	struct target target;
	bool is_attached;
	struct mtd_info *flash, *qspi;
	u8 *cells, *nor_cells;
	u8 *data; /* 1 MiB */
	u32 hz;
};

static void on_progress(void *arg, const char *step, const char *mtd, u64 done, u64 total)
{
	struct bench *b = arg;

	(void)step;
	(void)mtd;
	assert_true(done <= total);
	if (++b->n_progress != b->stop_after)
		return;
	b->stop = 1;
	b->stopped_ns = clock_now_ns(b->ctx.clk);
}

static void attach(struct bench *b)
{
	struct target_attach_opts opts = { .swclk_hz = b->hz, .board = &b->board };
	struct adapter a;
	size_t size;

	if (board_load(&b->board, b->opts.board, &b->ctx.err) ||
	    sim_open(&b->opts, &b->faults, &b->ctx.err, &b->t) ||
	    adapter_load(&a, ADAPTER_DEFAULT, &b->ctx.err))
		fail_msg("%s", b->ctx.err.what);
	b->sim = sim_of_transport(b->t);
	b->t->err = &b->ctx.err;
	b->ctx.clk = b->t->clk;
	b->ctx.progress = on_progress;
	b->ctx.progress_arg = b;
	if (swd_host_open(&b->ctx, b->t, &a, &b->host) ||
	    target_attach(&b->target, &b->ctx, b->host, &opts))
		fail_msg("%s", b->ctx.err.what);
	b->is_attached = true;
	b->cells = mcu_flash(b->sim->mcu, &size);
	b->nor_cells = netlist_nor_data(b->sim->nets, &size);
	b->flash = target_mtd(&b->target, "flash");
	b->qspi = target_mtd(&b->target, "qspi");
}

static void detach(struct bench *b)
{
	if (b->is_attached)
		target_detach(&b->target, TARGET_RUN);
	b->is_attached = false;
	if (b->host)
		b->host->ops->close(b->host);
	b->host = NULL;
	err_clear(&b->ctx.err);
}

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	b->data = malloc(MIB(1));
	b->ctx.stop = &b->stop;
	b->hz = 15000000;
	sim_opts_default(&b->opts);
	job_fill(b->data, MIB(1), 7);
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	detach(b);
	free(b->data);
	free(b);
	return 0;
}

static void must(struct bench *b, int ret)
{
	if (ret)
		fail_msg("seed %llu: %s (%s)", (unsigned long long)b->opts.seed, b->ctx.err.what,
			 b->ctx.err.where);
}

static void check_quiet(struct bench *b)
{
	for (size_t i = 0; i < sim_n_complaints(b->sim); i++)
		print_error("complaint: %s\n", sim_complaint(b->sim, i));
	assert_int_equal(sim_n_complaints(b->sim), 0);
}

static u64 now(struct bench *b)
{
	return b->ctx.clk->now_ns(b->ctx.clk);
}

static unsigned int n_rows(const struct bench *b)
{
	return to_flash(b->flash)->n_rows_learned;
}

/* ---- fast rows ---- */

static void test_a_mass_erased_bank_is_programmed_in_rows(void **state)
{
	static const u32 hz[] = { 5000000, 15000000, 30000000 };
	struct bench *b = *state;

	for (b->opts.seed = 1; b->opts.seed <= 9; b->opts.seed++) {
		u64 started, took, plain_ns = KIB(128) / 8 * (u64)PROG_TYP_NS;

		b->hz = hz[b->opts.seed % 3];
		attach(b);
		memset(b->cells, 0, BANK);
		must(b, mtd_erase(b->flash, 0, BANK));
		started = now(b);
		must(b, mtd_write(b->flash, 0, KIB(128), b->data));
		took = now(b) - started;
		assert_memory_equal(b->cells, b->data, KIB(128));
		assert_true(n_rows(b) > 0);
		/* less than a typical part needs one by one; this part is up to 11 % slower */
		if (took > plain_ns * 92 / 100)
			fail_msg("seed %llu: %llu us", (unsigned long long)b->opts.seed,
				 (unsigned long long)took / 1000);
		check_quiet(b);
		detach(b);
	}
}

static void test_without_a_mass_erase_there_are_no_rows(void **state)
{
	struct bench *b = *state;

	attach(b);
	must(b, mtd_write(b->flash, 0, KIB(16), b->data));
	assert_int_equal(n_rows(b), 0);
	memset(b->cells, 0, KIB(64));
	must(b, mtd_erase(b->flash, 0, KIB(64)));
	must(b, mtd_write(b->flash, 0, KIB(16), b->data));
	assert_int_equal(n_rows(b), 0);
	/* mass erase, but then a page: the bank is not fit for rows any more, the other one is */
	must(b, mtd_erase(b->flash, 0, MIB(1)));
	must(b, mtd_erase(b->flash, 0, KIB(2)));
	must(b, mtd_write(b->flash, 0, KIB(16), b->data));
	assert_int_equal(n_rows(b), 0);
	must(b, mtd_write(b->flash, BANK, KIB(16), b->data));
	assert_true(n_rows(b) > 0);
	assert_memory_equal(b->cells, b->data, KIB(16));
	assert_memory_equal(b->cells + BANK, b->data, KIB(16));
	check_quiet(b);
}

static void test_too_slow_a_wire_or_clock_does_not_try(void **state)
{
	struct bench *b = *state;

	b->hz = 1000000;
	attach(b);
	must(b, mtd_erase(b->flash, 0, BANK));
	must(b, mtd_write(b->flash, 0, KIB(8), b->data));
	assert_int_equal(n_rows(b), 0);
	detach(b);
	b->hz = 15000000;
	attach(b);
	to_flash(b->flash)->desc.hclk_hz = 4000000;
	must(b, mtd_erase(b->flash, 0, BANK));
	must(b, mtd_write(b->flash, 0, KIB(8), b->data));
	assert_int_equal(n_rows(b), 0);
	assert_memory_equal(b->cells, b->data, KIB(8));
	check_quiet(b);
}

static void test_heads_tails_and_erased_double_words_are_done_one_by_one(void **state)
{
	struct bench *b = *state;
	const u64 from = 24, len = KIB(32) + 40;
	u8 unit[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };

	attach(b);
	must(b, mtd_erase(b->flash, 0, BANK));
	/* a row with a hole, a row that is one hole, one with its last double word erased */
	memset(b->data + 10 * 256 + 64, 0xff, 16);
	memset(b->data + 20 * 256 - from, 0xff, 256);
	memset(b->data + 31 * 256 - from - 8, 0xff, 8);
	must(b, mtd_write(b->flash, from, len, b->data));
	assert_true(n_rows(b) > 0);
	assert_memory_equal(b->cells + from, b->data, len);
	/* what is erased can still be programmed */
	must(b, mtd_write(b->flash, 20 * 256 + 8, 8, unit));
	must(b, mtd_write(b->flash, 31 * 256 - 8, 8, unit));
	assert_memory_equal(b->cells + 20 * 256 + 8, unit, 8);
	check_quiet(b);
}

static void test_a_row_broken_off_is_finished_one_by_one(void **state)
{
	struct bench *b = *state;

	attach(b);
	must(b, mtd_erase(b->flash, 0, BANK));
	must(b, mtd_write(b->flash, 0, KIB(8), b->data));
	assert_true(n_rows(b) > 0);
	must(b, mtd_erase(b->flash, 0, BANK));
	/* a pace far off breaks off one row after the other, until it is right or given up */
	to_flash(b->flash)->fast_unit_ns = to_flash(b->flash)->fast_unit_ns * 112 / 100;
	must(b, mtd_write(b->flash, 0, KIB(64), b->data));
	assert_memory_equal(b->cells, b->data, KIB(64));
	must(b, mtd_erase(b->flash, 0, BANK));
	to_flash(b->flash)->fast_unit_ns = to_flash(b->flash)->fast_unit_ns * 80 / 100;
	must(b, mtd_write(b->flash, 0, KIB(64), b->data));
	assert_memory_equal(b->cells, b->data, KIB(64));
	check_quiet(b);
}

static void test_rows_on_a_noisy_wire(void **state)
{
	struct bench *b = *state;
	unsigned int n_wrong = 0;

	for (b->opts.seed = 1; b->opts.seed <= 6; b->opts.seed++) {
		b->faults.ber = b->opts.seed % 2 ? 1e-6 : 1e-5;
		attach(b);
		memset(b->cells, 0, BANK);
		must(b, mtd_erase(b->flash, 0, BANK));
		must(b, mtd_write(b->flash, 0, KIB(128), b->data));
		/* a flip that parity does not show is what verify is for */
		for (size_t i = 0; i < KIB(128); i++)
			n_wrong += b->cells[i] != b->data[i];
		detach(b);
	}
	assert_in_range(n_wrong, 0, 16);
}

static void test_rows_of_parts_at_the_limit_of_the_data_sheet(void **state)
{
	struct bench *b = *state;

	b->opts.busy_max = true;
	for (b->opts.seed = 1; b->opts.seed <= 4; b->opts.seed++) {
		attach(b);
		must(b, mtd_erase(b->flash, 0, MIB(1)));
		must(b, mtd_write(b->flash, BANK, KIB(64), b->data));
		must(b, mtd_write(b->flash, 0, KIB(64), b->data));
		assert_memory_equal(b->cells, b->data, KIB(64));
		assert_memory_equal(b->cells + BANK, b->data, KIB(64));
		check_quiet(b);
		detach(b);
	}
}

static void test_rows_of_a_protected_page_are_refused_by_name(void **state)
{
	struct bench *b = *state;
	struct flash_job job;

	attach(b);
	must(b, mtd_erase(b->flash, 0, BANK));
	mcu_set_wrp(b->sim->mcu, 1, 'A', 6, 6);
	/* nobody asks before, as a session would */
	job = (struct flash_job){
		.kind = JOB_PROGRAM, .mtd = b->flash, .len = KIB(32), .buf = b->data
	};
	assert_int_equal(sched_run(&b->ctx, b->flash->q, &job, 1), -EROFS);
	assert_non_null(strstr(b->ctx.err.what, "page 6 of bank 1"));
	assert_memory_equal(b->cells, b->data, KIB(12));
	assert_int_equal(b->cells[KIB(12)], 0xff);
}

static void test_a_stop_in_the_middle_of_rows_comes_soon_and_leaves_whole_rows(void **state)
{
	struct bench *b = *state;
	static const unsigned int stops[] = { 2, 5, 8, 11, 200 };
	size_t i;

	for (size_t k = 0; k < ARRAY_SIZE(stops); k++) {
		b->stop_after = b->stop = 0;
		attach(b);
		must(b, mtd_erase(b->flash, 0, BANK));
		b->n_progress = 0;
		b->stop_after = stops[k];
		assert_int_equal(mtd_write(b->flash, 0, BANK, b->data), -EINTR);
		/* what was on the wire already: four batches of a row, one that was being queued */
		assert_true(now(b) - b->stopped_ns < 15 * MSEC_NS);
		for (i = 0; i < BANK && !memcmp(b->cells + i, b->data + i, 256); i += 256)
			;
		assert_true(i >= 256 * (stops[k] - 1));
		for (; i < BANK; i++)
			if (b->cells[i] != 0xff)
				fail_msg("byte %zx", i);
		check_quiet(b);
		detach(b);
	}
}

/* ---- paced pages ---- */

static void test_a_blank_chip_is_programmed_on_four_lines_after_its_first_page(void **state)
{
	struct bench *b = *state;

	attach(b);
	must(b, mtd_prepare(b->qspi));
	assert_int_equal(to_nor(b->qspi)->quad, NOR_QUAD_UNPROVEN);
	/* pages that prove nothing come first */
	memset(b->data, 0xf0, 600);
	must(b, mtd_write(b->qspi, 0, KIB(64), b->data));
	assert_int_equal(to_nor(b->qspi)->quad, NOR_QUAD_PROVEN);
	assert_memory_equal(b->nor_cells, b->data, KIB(64));
	check_quiet(b);
}

static void test_pages_take_little_more_than_the_chip_needs(void **state)
{
	struct bench *b = *state;

	for (b->opts.seed = 1; b->opts.seed <= 8; b->opts.seed++) {
		u64 started, took, busy;

		b->hz = b->opts.seed % 2 ? 15000000 : 30000000;
		/* up to ten times as slow as a typical chip */
		b->opts.busy_max = b->opts.seed == 3 || b->opts.seed == 6 || b->opts.seed == 8;
		attach(b);
		must(b, mtd_prepare(b->qspi));
		started = now(b);
		must(b, mtd_write(b->qspi, 0, KIB(256), b->data));
		took = now(b) - started;
		busy = b->sim->stats.nor.program_ps / 1000;
		assert_memory_equal(b->nor_cells, b->data, KIB(256));
		if (took * 100 > busy * 115)
			fail_msg("seed %llu: %llu us for %llu us", (unsigned long long)b->opts.seed,
				 (unsigned long long)took / 1000, (unsigned long long)busy / 1000);
		check_quiet(b);
		detach(b);
	}
}

/*
 * A page that takes about as long as its data on the wire: a guess that is a little short misses pages
 * by the dozen. Pages done twice show in the number of accesses.
 */
static void test_a_fast_chip_is_found_ready_at_nearly_every_page(void **state)
{
	struct bench *b = *state;

	snprintf(b->opts.nor, sizeof(b->opts.nor), "mt25ql128aba");
	for (b->opts.seed = 1; b->opts.seed <= 8; b->opts.seed++) {
		u64 before, n;

		b->hz = b->opts.seed % 4 ? 30000000 : 24000000;
		attach(b);
		must(b, mtd_write(b->qspi, 0, KIB(32), b->data));
		before = b->ctx.stats.swd_transfers;
		must(b, mtd_write(b->qspi, KIB(64), KIB(256), b->data));
		n = (b->ctx.stats.swd_transfers - before) / (KIB(256) / 256);
		assert_memory_equal(b->nor_cells + KIB(64), b->data, KIB(256));
		/* 64 words, 20 for the commands, and some pages a second time */
		if (n > 87)
			fail_msg("seed %llu: %llu accesses a page",
				 (unsigned long long)b->opts.seed, (unsigned long long)n);
		check_quiet(b);
		detach(b);
	}
}

static void test_a_chip_that_gets_slower_is_followed(void **state)
{
	struct bench *b = *state;

	attach(b);
	must(b, mtd_write(b->qspi, 0, KIB(64), b->data));
	/* as if it had been learned from a chip that is a fifth faster: each page is missed at first */
	to_nor(b->qspi)->busy_program_ns = to_nor(b->qspi)->busy_program_ns * 8 / 10;
	must(b, mtd_write(b->qspi, KIB(64), KIB(128), b->data));
	assert_memory_equal(b->nor_cells + KIB(64), b->data, KIB(128));
	/* and a little faster: some are */
	to_nor(b->qspi)->busy_program_ns = to_nor(b->qspi)->busy_program_ns * 98 / 100;
	must(b, mtd_write(b->qspi, KIB(256), KIB(128), b->data));
	assert_memory_equal(b->nor_cells + KIB(256), b->data, KIB(128));
	check_quiet(b);
}

/*
 * What is known of the chip may be wrong by any factor: a first page measured while the wire stood
 * still, another chip, a chip that warms up. A page is believed only for what the chip itself said.
 */
static void test_no_wrong_idea_of_a_page_s_time_loses_a_page(void **state)
{
	static const unsigned int percent[] = { 12, 24, 33, 45, 49, 51, 57, 70, 90, 97, 130, 300 };
	struct bench *b = *state;

	for (unsigned int i = 0; i < ARRAY_SIZE(percent); i++) {
		struct spi_nor *nor;
		u64 learned, started;

		b->hz = i % 2 ? 15000000 : 30000000;
		attach(b);
		nor = to_nor(b->qspi);
		must(b, mtd_write(b->qspi, 0, KIB(32), b->data));
		assert_true(nor->program_learned);
		learned = nor->busy_program_ns;
		nor->busy_program_ns = learned * percent[i] / 100;
		started = now(b);
		must(b, mtd_write(b->qspi, KIB(64), KIB(128), b->data));
		if (memcmp(b->nor_cells + KIB(64), b->data, KIB(128)))
			fail_msg("%u %%: pages are missing", percent[i]);
		/* and what is too short is soon found out */
		if (percent[i] < 100 && now(b) - started > KIB(128) / 256 * learned * 13 / 10)
			fail_msg("%u %%: %llu us", percent[i],
				 (unsigned long long)(now(b) - started) / 1000);
		check_quiet(b);
		detach(b);
	}
}

static void test_pages_on_a_noisy_wire(void **state)
{
	struct bench *b = *state;
	unsigned int n_wrong = 0;

	for (b->opts.seed = 1; b->opts.seed <= 6; b->opts.seed++) {
		b->faults.ber = b->opts.seed % 2 ? 1e-6 : 1e-5;
		attach(b);
		memset(b->nor_cells, 0, KIB(128));
		must(b, mtd_erase(b->qspi, 0, KIB(128)));
		must(b, mtd_write(b->qspi, 0, KIB(128), b->data));
		for (size_t i = 0; i < KIB(128); i++)
			n_wrong += b->nor_cells[i] != b->data[i];
		detach(b);
	}
	/* a flip that parity does not show may hit one word */
	assert_in_range(n_wrong, 0, 16);
}

static void test_a_short_usb_reply_starts_pages_and_erases_again(void **state)
{
	struct bench *b = *state;
	u64 first;

	attach(b);
	first = b->sim->stats.usb_batches;
	detach(b);
	/* closely at first, where lines are proven and a page is measured */
	for (u64 n = 1; n < 80; n += n < 16 ? 1 : 7) {
		int ret;

		b->faults.short_at = first + n;
		attach(b);
		memset(b->nor_cells, 0, KIB(64));
		ret = mtd_erase(b->qspi, 0, KIB(64));
		if (!ret)
			ret = mtd_write(b->qspi, 0, KIB(64), b->data);
		must(b, ret);
		assert_memory_equal(b->nor_cells, b->data, KIB(64));
		detach(b);
	}
}

/* ---- both at once ---- */

static void run_both(struct bench *b, size_t flash_len, size_t nor_len)
{
	struct flash_job jobs[] = {
		{ .kind = JOB_ERASE, .mtd = b->flash, .len = BANK },
		{ .kind = JOB_ERASE, .mtd = b->qspi, .len = nor_len },
		{ .kind = JOB_PROGRAM, .mtd = b->flash, .len = flash_len, .buf = b->data },
		{ .kind = JOB_PROGRAM, .mtd = b->qspi, .len = nor_len, .buf = b->data },
	};

	must(b, mtd_prepare(b->flash));
	must(b, mtd_prepare(b->qspi));
	must(b, sched_run(&b->ctx, b->flash->q, jobs, ARRAY_SIZE(jobs)));
}

static void test_both_at_once_are_right_at_any_speed(void **state)
{
	static const u32 hz[] = { 1000000, 5000000, 10000000, 15000000, 30000000 };
	struct bench *b = *state;

	for (unsigned int i = 0; i < ARRAY_SIZE(hz); i++) {
		b->hz = hz[i];
		b->opts.busy_max = i % 2;
		attach(b);
		memset(b->cells, 0, BANK);
		memset(b->nor_cells, 0, KIB(64));
		run_both(b, KIB(64), KIB(64));
		assert_memory_equal(b->cells, b->data, KIB(64));
		assert_memory_equal(b->nor_cells, b->data, KIB(64));
		check_quiet(b);
		detach(b);
	}
}

/* what is learned of one flash while the other has the wire, on a wire and with chips of any kind */
static void test_both_at_once_hold_every_byte_before_anything_is_verified(void **state)
{
	static const struct {
		u32 hz;
		double ber;
		u32 wait_every;
		bool busy_max;
	} cases[] = {
		{ 30000000, 0, 0, false },    { 30000000, 0, 0, true },
		{ 15000000, 1e-6, 0, false }, { 30000000, 1e-6, 0, true },
		{ 10000000, 0, 3000, false }, { 15000000, 0, 3000, true },
	};
	struct bench *b = *state;

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		struct flash_job jobs[2];
		size_t n_wrong = 0;

		b->opts.seed = i + 1;
		b->hz = cases[i].hz;
		b->faults.ber = cases[i].ber;
		b->faults.wait_every = cases[i].wait_every;
		b->opts.busy_max = cases[i].busy_max;
		attach(b);
		must(b, mtd_prepare(b->flash));
		must(b, mtd_prepare(b->qspi));
		jobs[0] = (struct flash_job){
			.kind = JOB_PROGRAM, .mtd = b->flash, .len = KIB(96), .buf = b->data
		};
		jobs[1] = (struct flash_job){
			.kind = JOB_PROGRAM, .mtd = b->qspi, .len = KIB(384), .buf = b->data
		};
		must(b, sched_run(&b->ctx, b->flash->q, jobs, 2));
		for (size_t k = 0; k < KIB(96); k++)
			n_wrong += b->cells[k] != b->data[k];
		for (size_t k = 0; k < KIB(384); k++)
			n_wrong += b->nor_cells[k] != b->data[k];
		/* a flip that parity does not show may hit a word */
		if (n_wrong > (cases[i].ber > 0 ? 8 : 0))
			fail_msg("case %u: %zu bytes are wrong", i, n_wrong);
		check_quiet(b);
		detach(b);
	}
}

static void test_rows_give_way_where_the_other_flash_has_more_to_do(void **state)
{
	struct bench *b = *state;
	struct flash_job jobs[2];

	attach(b);
	must(b, mtd_erase(b->flash, 0, BANK));
	must(b, mtd_prepare(b->qspi));
	jobs[0] = (struct flash_job){
		.kind = JOB_PROGRAM, .mtd = b->flash, .len = KIB(64), .buf = b->data
	};
	jobs[1] = (struct flash_job){
		.kind = JOB_PROGRAM, .mtd = b->qspi, .len = KIB(512), .buf = b->data
	};
	must(b, sched_run(&b->ctx, b->flash->q, jobs, 2));
	assert_int_equal(n_rows(b), 0);
	assert_memory_equal(b->cells, b->data, KIB(64));
	assert_memory_equal(b->nor_cells, b->data, KIB(512));
	check_quiet(b);
}

/* ---- whole jobs, broken off ---- */

static const struct {
	const char *name, *sim;
	bool must_work; /* at the first run */
} troubles[] = {
	{ "noise", "ber=1e-6", true },
	{ "slow chips", "busy_max=1", true },
	{ "noise and slow chips", "ber=1e-6,busy_max=1", true },
	{ "reset while erasing", "reset_at_us=120000", false },
	{ "reset while programming", "reset_at_us=1500000", false },
	{ "power cut while erasing", "power_cut_us=120000", false },
	{ "power cut while programming", "power_cut_us=1500000", false },
	{ "unplugged early", "unplug_at=60", false },
	{ "unplugged later", "unplug_at=300", false },
};

static void test_jobs_that_were_broken_off_are_finished_by_a_second_run(void **state)
{
	static u8 flash[MIB(1)], nor[KIB(128)];
	(void)state;

	job_fill(flash, sizeof(flash), 11);
	job_fill(nor, sizeof(nor), 12);
	for (unsigned int i = 0; i < ARRAY_SIZE(troubles); i++) {
		const struct job_image images[] = { { 0x08000000, flash, sizeof(flash) },
						    { 0x90000000, nor, sizeof(nor) } };
		enum swdrom_status st;
		struct job j;
		u8 *truth;
		size_t len;

		job_init(&j);
		/* something older is there */
		j.seed = i + 1;
		j.clock = "15M";
		j.sim = troubles[i].sim;
		st = job_run(&j, JOB_WRITE, images, 2);
		if (st && troubles[i].must_work)
			fail_msg("%s: %s (%s)", troubles[i].name, j.what, j.where);
		j.sim = "";
		st = job_run(&j, JOB_WRITE, images, 2);
		if (st)
			fail_msg("%s, second run: %s (%s)", troubles[i].name, j.what, j.where);
		assert_int_equal(j.n_objections, 0);
		truth = job_truth(&j, false, &len);
		assert_memory_equal(truth, flash, sizeof(flash));
		free(truth);
		truth = job_truth(&j, true, &len);
		assert_memory_equal(truth, nor, sizeof(nor));
		free(truth);
		job_exit(&j);
	}
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_a_mass_erased_bank_is_programmed_in_rows),
		T(test_without_a_mass_erase_there_are_no_rows),
		T(test_too_slow_a_wire_or_clock_does_not_try),
		T(test_heads_tails_and_erased_double_words_are_done_one_by_one),
		T(test_a_row_broken_off_is_finished_one_by_one),
		T(test_rows_on_a_noisy_wire),
		T(test_rows_of_parts_at_the_limit_of_the_data_sheet),
		T(test_rows_of_a_protected_page_are_refused_by_name),
		T(test_a_stop_in_the_middle_of_rows_comes_soon_and_leaves_whole_rows),
		T(test_a_blank_chip_is_programmed_on_four_lines_after_its_first_page),
		T(test_pages_take_little_more_than_the_chip_needs),
		T(test_a_fast_chip_is_found_ready_at_nearly_every_page),
		T(test_a_chip_that_gets_slower_is_followed),
		T(test_no_wrong_idea_of_a_page_s_time_loses_a_page),
		T(test_pages_on_a_noisy_wire),
		T(test_a_short_usb_reply_starts_pages_and_erases_again),
		T(test_both_at_once_are_right_at_any_speed),
		T(test_both_at_once_hold_every_byte_before_anything_is_verified),
		T(test_rows_give_way_where_the_other_flash_has_more_to_do),
		cmocka_unit_test(test_jobs_that_were_broken_off_are_finished_by_a_second_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
