// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The wire never waits for the computer: while a flash is programmed there are always batches in
 * flight, results or not, and a computer that is slow to send the next one costs nothing. A round
 * trip in which nothing else goes on is a handful per job, however long the job.
 */
#include "drivers/stm32l4-flash-priv.h"
#include "lib/adapter.h"
#include "lib/target.h"
#include "sim/mcu.h"
#include "sim/netlist.h"
#include "sim/sim.h"
#include "tests/support/job.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/usb-flow.h"

struct bench {
	struct ctx ctx;
	struct sim_opts opts;
	struct sim_faults faults;
	struct sim *sim;
	struct usb_flow usb;
	struct swd_host *host;
	struct board board;
	struct target target;
	struct mtd_info *flash, *qspi;
	u8 *cells, *nor_cells;
	u8 *data; /* 1 MiB */
	u32 hz;
};

static void attach(struct bench *b)
{
	struct target_attach_opts opts = { .swclk_hz = b->hz, .board = &b->board };
	struct transport *t;
	struct adapter a;
	size_t size;

	if (board_load(&b->board, b->opts.board, &b->ctx.err) ||
	    sim_open(&b->opts, &b->faults, &b->ctx.err, &t) ||
	    adapter_load(&a, ADAPTER_DEFAULT, &b->ctx.err))
		fail_msg("%s", b->ctx.err.what);
	b->sim = sim_of_transport(t);
	t->err = &b->ctx.err;
	b->ctx.clk = t->clk;
	if (swd_host_open(&b->ctx, usb_flow_init(&b->usb, t), &a, &b->host) ||
	    target_attach(&b->target, &b->ctx, b->host, &opts))
		fail_msg("%s", b->ctx.err.what);
	b->cells = mcu_flash(b->sim->mcu, &size);
	b->nor_cells = netlist_nor_data(b->sim->nets, &size);
	b->flash = target_mtd(&b->target, "flash");
	b->qspi = target_mtd(&b->target, "qspi");
}

static void detach(struct bench *b)
{
	target_detach(&b->target, TARGET_RUN);
	b->host->ops->close(b->host);
	err_clear(&b->ctx.err);
}

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	b->data = malloc(MIB(1));
	b->hz = 30000000;
	sim_opts_default(&b->opts);
	job_fill(b->data, MIB(1), 7);
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	free(b->data);
	free(b);
	return 0;
}

static void must(struct bench *b, int ret)
{
	if (ret)
		fail_msg("%s (%s)", b->ctx.err.what, b->ctx.err.where);
}

/* program @len bytes; returns how long it took, and how often nothing was in flight */
static u64 program(struct bench *b, struct mtd_info *mtd, size_t len, unsigned int *n_dry)
{
	u64 started = clock_now_ns(b->ctx.clk);

	b->usb.n_dry = b->usb.n_batches = 0;
	must(b, mtd_write(mtd, 0, len, b->data));
	*n_dry = b->usb.n_dry;
	return clock_now_ns(b->ctx.clk) - started;
}

static void test_the_flash_is_made_ready_in_four_round_trips(void **state)
{
	struct bench *b = *state;

	attach(b);
	b->usb.n_batches = 0;
	must(b, mtd_prepare(b->flash));
	assert_true(b->usb.n_batches <= 4);
	detach(b);
}

static void test_double_words_stop_for_nothing_but_learning_their_time(void **state)
{
	struct bench *b = *state;
	unsigned int few, many;

	attach(b);
	must(b, mtd_prepare(b->flash));
	program(b, b->flash, KIB(2), &few);
	detach(b);
	attach(b);
	must(b, mtd_prepare(b->flash));
	program(b, b->flash, KIB(128), &many);
	assert_memory_equal(b->cells, b->data, KIB(128));
	assert_int_equal(to_flash(b->flash)->n_rows_learned, 0);
	assert_true(few <= 4);
	assert_true(many <= 4);
	assert_true(b->usb.n_batches > 500);
	detach(b);
}

static void test_rows_stop_for_nothing_but_learning_their_time(void **state)
{
	struct bench *b = *state;
	unsigned int n_dry;

	attach(b);
	must(b, mtd_erase(b->flash, 0, KIB(512)));
	program(b, b->flash, KIB(512), &n_dry);
	assert_memory_equal(b->cells, b->data, KIB(512));
	assert_true(to_flash(b->flash)->n_rows_learned > 0);
	/* four rows whose end is looked for, one by one; the first double words and the last */
	assert_true(n_dry <= 8);
	assert_true(b->usb.n_batches > 1500);
	detach(b);
}

static void test_pages_stop_for_nothing_but_learning_their_time(void **state)
{
	struct bench *b = *state;
	unsigned int n_dry;

	attach(b);
	must(b, mtd_prepare(b->qspi));
	program(b, b->qspi, KIB(512), &n_dry);
	assert_memory_equal(b->nor_cells, b->data, KIB(512));
	assert_true(n_dry <= 24);
	assert_true(b->usb.n_batches > 300);
	detach(b);
}

/* four batches of some 2 ms are in flight: what the computer needs for one of them is nothing */
static void test_a_slow_computer_costs_only_where_nothing_is_in_flight(void **state)
{
	enum { DOUBLE_WORDS, ROWS, PAGES, N_KINDS };
	struct bench *b = *state;

	for (int kind = 0; kind < N_KINDS; kind++) {
		u64 took_ns[2], busy_ns[2] = { 0, MSEC_NS };
		unsigned int n_dry = 0;

		for (int i = 0; i < 2; i++) {
			struct mtd_info *mtd;

			attach(b);
			mtd = kind == PAGES ? b->qspi : b->flash;
			must(b, mtd_prepare(mtd));
			if (kind == ROWS)
				must(b, mtd_erase(mtd, 0, KIB(512)));
			b->usb.busy_ns = busy_ns[i];
			took_ns[i] = program(b, mtd, KIB(128), &n_dry);
			b->usb.busy_ns = 0;
			detach(b);
		}
		if (took_ns[1] > took_ns[0] + (n_dry + 1) * MSEC_NS)
			fail_msg("%llu us, and %llu us with a slow computer and %u round trips",
				 (unsigned long long)took_ns[0] / 1000,
				 (unsigned long long)took_ns[1] / 1000, n_dry);
	}
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_the_flash_is_made_ready_in_four_round_trips),
		T(test_double_words_stop_for_nothing_but_learning_their_time),
		T(test_rows_stop_for_nothing_but_learning_their_time),
		T(test_pages_stop_for_nothing_but_learning_their_time),
		T(test_a_slow_computer_costs_only_where_nothing_is_in_flight),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
