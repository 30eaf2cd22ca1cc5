// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The cable between virtual bridge and target: wirings, nRST, faults, bit errors.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/mpsse-host.h"

static void test_tristate_wiring_works_if_ad1_lets_go_while_the_target_drives(void **state)
{
	static const u8 drive[] = { 0x80, 0x00, 0x0b }, let_go[] = { 0x80, 0x00, 0x09 };
	struct fix *f = *state;

	memcpy(f->opts.wiring, "tristate", 9);
	plug(f);
	assert_string_equal(f->t->product, "FT2232H MiniModule");
	mpsse(f);
	assert_int_equal(switched_dpidr(f, drive, let_go, 3), DPIDR_L4);
	assert_no_complaints(f);
}

static void test_tristate_wiring_reports_contention_if_ad1_goes_on_driving(void **state)
{
	struct fix *f = *state;
	struct bits s = { .n = 0 };
	size_t at;

	memcpy(f->opts.wiring, "tristate", 9);
	plug(f);
	mpsse(f);
	s_connect(&s);
	at = s_read(&s, 0xa5);
	stream(f, &s);
	assert_int_not_equal(get(f->in, at + 12, 32), DPIDR_L4);
	assert_complaint(f, "same clock");
}

static void test_buffered_wiring_works_with_its_output_enable_and_swd_enable(void **state)
{
	static const u8 drive[] = { 0x80, 0x08, 0x1b }, let_go[] = { 0x80, 0x00, 0x1b };
	struct fix *f = *state;

	memcpy(f->opts.wiring, "buffer", 7);
	plug(f);
	assert_int_equal(f->t->vid, 0x15ba);
	assert_int_equal(f->t->pid, 0x002b);
	mpsse(f);
	PUT(f, 0x82, 0x08, 0x0b); /* nTRST low: SWD; nSRST off; LED */
	assert_int_equal(switched_dpidr(f, drive, let_go, 3), DPIDR_L4);
	assert_no_complaints(f);
	PUT(f, 0x82, 0x0a, 0x0b); /* ACBUS1 high pulls nRST low */
	run(f, 0);
	PUT(f, 0x81);
	run(f, 1);
	assert_true(mcu_nrst_low(f->mcu));
	PUT(f, 0x82, 0x09, 0x0b, 0x81); /* nTRST high: JTAG, SWDIO is not on AD2 */
	run(f, 1);
	assert_false(mcu_nrst_low(f->mcu));
	assert_int_equal(switched_dpidr(f, drive, let_go, 3), 0);
}

static void test_nrst_follows_ad4_as_an_open_output(void **state)
{
	struct fix *f = *state;

	plug(f);
	mpsse(f);
	PUT(f, 0x80, 0x00, 0x13, 0x81);
	run(f, 1);
	assert_true(mcu_nrst_low(f->mcu));
	PUT(f, 0x80, 0x00, 0x03, 0x81);
	run(f, 1);
	assert_false(mcu_nrst_low(f->mcu));
	assert_int_equal(f->in[0] & 0x10, 0x10);
	PUT(f, 0x80, 0x10, 0x13, 0x81);
	run(f, 1);
	assert_false(mcu_nrst_low(f->mcu));
	assert_int_equal(f->mcu->n_nrst, 1);
}

static void test_nrst_faults(void **state)
{
	struct fix *f = *state;

	f->faults.no_nrst = true;
	plug(f);
	mpsse(f);
	PUT(f, 0x80, 0x00, 0x13, 0x81);
	run(f, 1);
	assert_false(mcu_nrst_low(f->mcu));
	teardown(state);
	setup(state);
	f = *state;
	f->faults.hold_nrst = true;
	plug(f);
	mpsse(f);
	PUT(f, 0x80, 0x10, 0x13, 0x81);
	run(f, 1);
	assert_true(mcu_nrst_low(f->mcu));
}

static void test_undriven_line_reads_1_only_after_the_pull_up_time(void **state)
{
	struct fix *f = *state;
	unsigned int i, zeros = 0;

	plug(f);
	mpsse(f);
	/* drive low, let go, look every 100 clocks of 30 MHz and more */
	PUT(f, 0x8a, 0x86, 0, 0, 0x80, 0x00, 0x03, 0x80, 0x00, 0x01);
	for (i = 0; i < 100; i++)
		PUT(f, 0x81);
	run(f, 100);
	for (i = 0; i < 100 && !(f->in[i] & 4); i++)
		zeros++;
	assert_in_range(zeros, 10, 25); /* a look is 50 ns, the pull-up takes 840 ns */
	for (; i < 100; i++)
		assert_int_equal(f->in[i] & 4, 4);
}

/* what a host sees when it asks for DPIDR on a broken cable: ACK bits, data */
static u64 broken(struct fix *f)
{
	struct bits s = { .n = 0 };

	plug(f);
	if (f->faults.no_power)
		mcu_set_power(f->mcu, false);
	mpsse(f);
	s_connect(&s);
	bits(&s, 0xa5, 8);
	PUT(f, 0x19, (u8)(s.n / 8 - 1), 0);
	put(f, s.b, s.n / 8);
	/* let go, wait for the pull-up, look */
	PUT(f, 0x80, 0x00, 0x01, 0x8f, 0x10, 0, 0x28, 4, 0);
	run(f, 5);
	return get(f->in, 0, 40);
}

static void test_no_power_shows_as_zeros(void **state)
{
	struct fix *f = *state;

	f->faults.no_power = true;
	assert_int_equal(broken(f), 0);
}

static void test_open_swdio_shows_as_ones(void **state)
{
	struct fix *f = *state;

	f->faults.swdio_open = true;
	assert_int_equal(broken(f), 0xffffffffff);
	assert_no_complaints(f);
}

static void test_swapped_wires_show_as_zeros_and_the_target_never_answers(void **state)
{
	struct fix *f = *state;

	f->faults.swap_swd = true;
	assert_int_equal(broken(f), 0); /* SWCLK of the target has a pull-down */
	assert_int_equal(f->sim.stats.swd_frames, 0);
	assert_true(f->sim.stats.swclk_cycles > 0); /* by what should have been data */
}

static void test_bit_errors_come_at_the_rate_asked_for_in_both_directions(void **state)
{
	struct fix *f = *state;
	unsigned int bad_reads = 0, i, k;

	f->faults.ber = 1e-3;
	plug(f);
	mpsse(f);
	for (k = 0; k < 40; k++) {
		struct bits s = { .n = 0 };
		size_t at[100];

		s_connect(&s);
		for (i = 0; i < 100; i++)
			at[i] = s_read(&s, 0xa5);
		stream(f, &s);
		for (i = 0; i < 100; i++)
			bad_reads += get(f->in, at[i] + 9, 3) == 1 &&
				     get(f->in, at[i] + 12, 32) != DPIDR_L4;
	}
	assert_in_range(f->sim.stats.bit_errors, 130, 260); /* of 190000 */
	assert_in_range(bad_reads, 10, 200);
	assert_no_complaints(f); /* none of it was the host's fault */
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_tristate_wiring_works_if_ad1_lets_go_while_the_target_drives),
		T(test_tristate_wiring_reports_contention_if_ad1_goes_on_driving),
		T(test_buffered_wiring_works_with_its_output_enable_and_swd_enable),
		T(test_nrst_follows_ad4_as_an_open_output),
		T(test_nrst_faults),
		T(test_undriven_line_reads_1_only_after_the_pull_up_time),
		T(test_no_power_shows_as_zeros),
		T(test_open_swdio_shows_as_ones),
		T(test_swapped_wires_show_as_zeros_and_the_target_never_answers),
		T(test_bit_errors_come_at_the_rate_asked_for_in_both_directions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
