// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The virtual FTDI bridge on its USB side: time, FIFOs, latency timer, what goes wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sim/usbtime.h"
#include "tests/support/mpsse-host.h"

static void test_dependent_round_trips_take_a_quarter_to_half_a_millisecond(void **state)
{
	struct fix *f = *state;
	u64 from, ns, slow = 0, worst = 0;
	unsigned int i;

	plug(f);
	mpsse(f);
	run(f, 0);
	from = clock_now_ns(f->t->clk);
	for (i = 0; i < 1000; i++) {
		u64 t = clock_now_ns(f->t->clk);

		PUT(f, 0x81);
		run(f, 1);
		ns = clock_now_ns(f->t->clk) - t;
		slow += ns > 600 * USEC_NS;
		worst = max(worst, ns);
	}
	ns = (clock_now_ns(f->t->clk) - from) / 1000;
	assert_in_range(ns, 250 * USEC_NS, 500 * USEC_NS);
	assert_in_range(slow, 1, 50); /* a tail, but a thin one */
	assert_true(worst < 20 * MSEC_NS);
}

static void test_a_second_batch_in_flight_follows_the_first_without_a_gap(void **state)
{
	struct fix *f = *state;
	struct usb_batch b[2];
	u8 cmd[6000], in[2][1];
	u64 t;
	unsigned int i;

	plug(f);
	mpsse(f);
	PUT(f, 0x81);
	run(f, 1);
	/* 5994 bytes of data at 15 MHz: 3.2 ms */
	memset(cmd, 0, sizeof(cmd));
	cmd[0] = 0x19;
	put_le16(cmd + 1, sizeof(cmd) - 6);
	cmd[sizeof(cmd) - 2] = 0x81;
	cmd[sizeof(cmd) - 1] = 0x87;
	for (i = 0; i < 2; i++) {
		b[i] = (struct usb_batch){
			.out = cmd, .n_out = sizeof(cmd), .in = in[i], .n_in = 1, .timeout_ms = 100
		};
		assert_int_equal(f->t->ops->submit(f->t, &b[i]), 0);
	}
	assert_int_equal(f->t->ops->reap(f->t, &b[0]), 0);
	t = sim_now_ps(&f->sim);
	assert_int_equal(f->t->ops->reap(f->t, &b[1]), 0);
	t = sim_now_ps(&f->sim) - t;
	assert_in_range(t, 5995 * 8 * (PS_PER_S / 15000000),
			5995 * 8 * (PS_PER_S / 15000000) + PS_PER_US);
}

static void test_an_answer_without_0x87_comes_with_the_latency_timer(void **state)
{
	struct fix *f = *state;
	u64 from, ns;

	plug(f);
	mpsse(f);
	run(f, 0);
	ctl(f, FTDI_SET_LATENCY, 40);
	clock_sleep_ns(f->t->clk, 100 * MSEC_NS);
	PUT(f, 0x81);
	run(f, 1);
	PUT(f, 0x81);
	from = clock_now_ns(f->t->clk);
	assert_int_equal(run_ms(f, 1, 1000, NULL), 0);
	ns = clock_now_ns(f->t->clk) - from;
	assert_in_range(ns, 35 * MSEC_NS, 50 * MSEC_NS);
	/* a full packet needs no timer */
	while (f->n_out < FTDI_IN_PAYLOAD)
		PUT(f, 0x81);
	from = clock_now_ns(f->t->clk);
	assert_int_equal(run_ms(f, FTDI_IN_PAYLOAD, 1000, NULL), 0);
	assert_true(clock_now_ns(f->t->clk) - from < 10 * MSEC_NS);
}

static void engine_stalls_at(void **state, const char *chip, size_t fifo)
{
	struct fix *f = *state;
	size_t got, i;

	memcpy(f->opts.chip, chip, strlen(chip) + 1);
	plug(f);
	mpsse(f);
	PUT(f, 0x81);
	run(f, 1);
	/* nobody reads: answers fill one FIFO, commands the other, the rest stays with the host */
	for (i = 0; i < 2 * fifo + 1; i++)
		PUT(f, 0x81);
	assert_int_equal(run_ms(f, 0, 100, NULL), -ETIMEDOUT);
	err_clear(&f->err);
	/* now somebody does: both FIFOs run dry, not a byte more */
	assert_int_equal(run_ms(f, 2 * fifo + 1, 100, &got), -ETIMEDOUT);
	assert_int_equal(got, 2 * fifo);
	err_clear(&f->err);
	/* one byte less fits into the two of them */
	for (i = 0; i < 2 * fifo; i++)
		PUT(f, 0x81);
	assert_int_equal(run_ms(f, 0, 100, NULL), 0);
	ctl(f, FTDI_RESET, 1);
	ctl(f, FTDI_RESET, 2);
	PUT(f, 0x80, 0x03, 0x03, 0x80, 0x00, 0x03, 0xab);
	run(f, 2);
	assert_int_equal(f->in[1], 0xab);
}

static void test_engine_stalls_when_4096_answers_lie_uncollected_in_an_ft2232h(void **state)
{
	engine_stalls_at(state, "ft2232h", 4096);
}

static void test_engine_stalls_when_1024_answers_lie_uncollected_in_an_ft232h(void **state)
{
	engine_stalls_at(state, "ft232h", 1024);
}

static void test_engine_stalls_when_2048_answers_lie_uncollected_in_an_ft4232h(void **state)
{
	engine_stalls_at(state, "ft4232h", 2048);
}

static void test_posted_reads_let_a_batch_answer_more_than_the_fifo_holds(void **state)
{
	struct fix *f = *state;
	size_t i;

	plug(f);
	mpsse(f);
	for (i = 0; i < 50000; i++)
		PUT(f, 0x81);
	run(f, 50000);
}

static void test_asking_for_too_much_times_out_with_what_came(void **state)
{
	struct fix *f = *state;
	size_t got;
	u64 from;

	plug(f);
	mpsse(f);
	run(f, 0);
	from = clock_now_ns(f->t->clk);
	PUT(f, 0x81, 0x81, 0x87);
	assert_int_equal(run_ms(f, 5, 300, &got), -ETIMEDOUT);
	assert_int_equal(got, 2);
	assert_int_equal(clock_now_ns(f->t->clk) - from, 300 * MSEC_NS);
}

static void test_surplus_answers_go_to_the_next_batch_unless_drained(void **state)
{
	struct fix *f = *state;

	plug(f);
	mpsse(f);
	PUT(f, 0xaa);
	run(f, 1);
	PUT(f, 0xab);
	run(f, 2);
	assert_int_equal(f->in[0], 0xaa);
	assert_int_equal(f->in[1], 0xfa);
	assert_int_equal(f->t->ops->drain(f->t), 0);
	PUT(f, 0xab);
	run(f, 2);
	assert_int_equal(f->in[0], 0xfa);
	assert_int_equal(f->in[1], 0xab);
}

static void test_sleep_advances_the_bench(void **state)
{
	struct fix *f = *state;
	u64 from;

	plug(f);
	mpsse(f);
	run(f, 0);
	from = clock_now_ns(f->t->clk);
	clock_sleep_ns(f->t->clk, 5 * SEC_NS);
	assert_int_equal(clock_now_ns(f->t->clk) - from, 5 * SEC_NS);
	assert_true(sim_now_ps(&f->sim) >= 5 * PS_PER_S);
}

static void test_unplugging_ends_every_call_with_enodev_and_cuts_the_batch(void **state)
{
	struct fix *f = *state;
	size_t got;

	f->faults.unplug_at = 3;
	plug(f);
	mpsse(f); /* batch 1 */
	PUT(f, 0x81);
	run(f, 1); /* 2 */
	PUT(f, 0x81, 0x81, 0x87);
	assert_int_equal(run_ms(f, 2, 100, &got), -ENODEV);
	assert_true(got < 2);
	assert_non_null(strstr(f->err.what, "unplugged"));
	assert_int_equal(run_ms(f, 0, 100, NULL), -ENODEV);
	assert_int_equal(f->t->ops->control(f->t, FTDI_RESET, 0), -ENODEV);
	assert_int_equal(f->t->ops->drain(f->t), -ENODEV);
}

static void test_short_reply_loses_the_tail_of_one_batch_only(void **state)
{
	struct fix *f = *state;
	size_t got;
	u8 pins;

	f->faults.short_at = 3;
	plug(f);
	mpsse(f);
	PUT(f, 0x81);
	run(f, 1);
	pins = f->in[0];
	memset(f->in, 0, 4);
	PUT(f, 0x81, 0x81, 0x81, 0x81, 0x87);
	assert_int_equal(run_ms(f, 4, 100, &got), -ETIMEDOUT);
	assert_true(got < 4);
	assert_int_equal(f->in[got], 0);
	err_clear(&f->err);
	PUT(f, 0x81);
	run(f, 1);
	assert_int_equal(f->in[0], pins);
}

static void test_options_that_make_no_adapter_are_refused(void **state)
{
	static const struct {
		const char *chip, *wiring, *says;
	} c[] = { { "ft2232c", "resistor", "ft2232c" },
		  { "ft2232h", "wireless", "wireless" },
		  { "ft4232h", "buffer", "FT2232H" } };
	struct fix *f = *state;
	size_t i;

	plug(f);
	for (i = 0; i < ARRAY_SIZE(c); i++) {
		struct err err = { 0 };

		memcpy(f->sim.opts.chip, c[i].chip, strlen(c[i].chip) + 1);
		memcpy(f->sim.opts.wiring, c[i].wiring, strlen(c[i].wiring) + 1);
		assert_null(vftdi_new(&f->sim, f->dp, f->mcu, &err));
		assert_int_equal(err.code, -EINVAL);
		assert_non_null(strstr(err.what, c[i].says));
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_dependent_round_trips_take_a_quarter_to_half_a_millisecond),
		T(test_a_second_batch_in_flight_follows_the_first_without_a_gap),
		T(test_an_answer_without_0x87_comes_with_the_latency_timer),
		T(test_engine_stalls_when_4096_answers_lie_uncollected_in_an_ft2232h),
		T(test_engine_stalls_when_1024_answers_lie_uncollected_in_an_ft232h),
		T(test_engine_stalls_when_2048_answers_lie_uncollected_in_an_ft4232h),
		T(test_posted_reads_let_a_batch_answer_more_than_the_fifo_holds),
		T(test_asking_for_too_much_times_out_with_what_came),
		T(test_surplus_answers_go_to_the_next_batch_unless_drained),
		T(test_sleep_advances_the_bench),
		T(test_unplugging_ends_every_call_with_enodev_and_cuts_the_batch),
		T(test_short_reply_loses_the_tail_of_one_batch_only),
		T(test_options_that_make_no_adapter_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
