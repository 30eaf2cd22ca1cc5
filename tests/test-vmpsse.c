// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The virtual MPSSE at its byte stream: commands, edges, clocks, pins.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/mpsse-host.h"

static void test_dpidr_over_a_full_duplex_stream(void **state)
{
	struct fix *f = *state;
	struct bits s = { .n = 0 };
	size_t at;

	plug(f);
	mpsse(f);
	s_connect(&s);
	at = s_read(&s, 0xa5);
	stream(f, &s);
	assert_int_equal(get(f->in, at + 9, 3), 1);
	assert_int_equal(get(f->in, at + 12, 32), DPIDR_L4);
	assert_no_complaints(f);
}

static void test_memory_words_over_one_blind_batch(void **state)
{
	struct fix *f = *state;
	struct bits s = { .n = 0 };
	size_t at[20], i;

	plug(f);
	mpsse(f);
	s_connect(&s);
	s_read(&s, 0xa5);
	s_write(&s, 0x81, 0x1e);
	s_write(&s, 0xb1, 0);
	s_write(&s, 0xa9, 0x50000001);
	bits(&s, 0, 400);
	s_write(&s, 0xa3, 0x03000012);
	s_write(&s, 0x8b, FAKE_RAM);
	for (i = 0; i < 16; i++)
		s_write(&s, 0xbb, 0x01010101u * (u32)i);
	s_write(&s, 0x8b, FAKE_RAM);
	for (i = 0; i < 16; i++)
		at[i] = s_read(&s, 0x9f);
	at[16] = s_read(&s, 0xbd);
	stream(f, &s);
	for (i = 0; i < 16; i++) {
		assert_int_equal(get(f->in, at[i] + 9, 3), 1);
		assert_int_equal(get(f->in, at[i + 1] + 12, 32), 0x01010101u * (u32)i);
	}
	assert_no_complaints(f);
}

static void test_every_unknown_opcode_is_echoed_after_0xfa(void **state)
{
	/* AN_108 chapter 3, and the odd reads that OpenOCD uses; 0x9e exists on the FT232H alone */
	static const u8 known[] = { 0x21, 0x23, 0x25, 0x27, 0x29, 0x2b, 0x2d, 0x2f, 0x10, 0x11,
				    0x12, 0x13, 0x18, 0x19, 0x1a, 0x1b, 0x20, 0x22, 0x24, 0x26,
				    0x28, 0x2a, 0x2c, 0x2e, 0x31, 0x33, 0x34, 0x36, 0x39, 0x3b,
				    0x3c, 0x3e, 0x4a, 0x4b, 0x6a, 0x6b, 0x6e, 0x6f, 0x80, 0x81,
				    0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8b,
				    0x8c, 0x8d, 0x8e, 0x8f, 0x94, 0x95, 0x96, 0x97, 0x9c, 0x9d };
	struct fix *f = *state;
	unsigned int op;

	plug(f);
	mpsse(f);
	for (op = 0; op < 256; op++) {
		if (memchr(known, (int)op, sizeof(known)))
			continue;
		PUT(f, (u8)op);
		run(f, 2);
		assert_int_equal(f->in[0], 0xfa);
		assert_int_equal(f->in[1], op);
	}
}

static void test_uart_mode_swallows_what_is_sent(void **state)
{
	struct fix *f = *state;
	size_t got;

	plug(f);
	PUT(f, 0xaa, 0x81, 0x87);
	assert_int_equal(run_ms(f, 2, 50, &got), -ETIMEDOUT);
	assert_int_equal(got, 0);
	err_clear(&f->err);
	mpsse(f);
}

static void test_pins_read_back_outputs_and_pulled_up_inputs(void **state)
{
	struct fix *f = *state;

	plug(f);
	mpsse(f);
	PUT(f, 0x80, 0x50, 0xfb, 0x81, 0x82, 0x0f, 0x3f, 0x83);
	run(f, 2);
	assert_int_equal(f->in[0] & ~4, 0x50);
	assert_int_equal(f->in[1], 0xcf);
}

static void test_ft4232h_has_no_high_byte(void **state)
{
	struct fix *f = *state;

	memcpy(f->opts.chip, "ft4232h", 8);
	plug(f);
	assert_int_equal(f->t->bcd_device, 0x0800);
	mpsse(f);
	PUT(f, 0x82, 0x00, 0xff, 0x83);
	run(f, 1);
	assert_int_equal(f->in[0], 0xff);
}

static void test_open_drain_outputs_of_the_ft232h_float_for_1(void **state)
{
	struct fix *f = *state;

	memcpy(f->opts.chip, "ft232h", 7);
	plug(f);
	assert_int_equal(f->t->bcd_device, 0x0900);
	mpsse(f);
	/* AD4 open-drain and high: whoever else pulls nRST low is seen */
	PUT(f, 0x9e, 0x10, 0x00, 0x80, 0x10, 0x13, 0x81);
	f->mcu->nrst = true;
	run(f, 1);
	assert_int_equal(f->in[0] & 0x10, 0);
	f->mcu->nrst = false;
	PUT(f, 0x81);
	run(f, 1);
	assert_int_equal(f->in[0] & 0x10, 0x10);
}

/* two batches of 32768 clocks in flight: how long the second takes on the wire */
static u64 second_batch_ps(struct fix *f)
{
	static const u8 cmd[] = { 0x8f, 0xff, 0x0f, 0x81, 0x87 };
	struct usb_batch b[2];
	unsigned int i;
	u64 from;
	u8 in[2];

	for (i = 0; i < 2; i++) {
		b[i] = (struct usb_batch){ .out = cmd,
					   .n_out = sizeof(cmd),
					   .in = &in[i],
					   .n_in = 1,
					   .timeout_ms = 1000 };
		assert_int_equal(f->t->ops->submit(f->t, &b[i]), 0);
	}
	assert_int_equal(f->t->ops->reap(f->t, &b[0]), 0);
	from = sim_now_ps(&f->sim);
	assert_int_equal(f->t->ops->reap(f->t, &b[1]), 0);
	return sim_now_ps(&f->sim) - from;
}

static void test_clock_is_base_over_twice_one_plus_divisor(void **state)
{
	static const struct {
		u8 base, div;
		u32 hz;
	} c[] = { { 0x8a, 0, 30000000 }, { 0x8a, 1, 15000000 }, { 0x8a, 2, 10000000 },
		  { 0x8a, 29, 1000000 }, { 0x8b, 0, 6000000 },	{ 0x8b, 5, 1000000 } };
	struct fix *f = *state;
	size_t i;

	plug(f);
	mpsse(f);
	for (i = 0; i < ARRAY_SIZE(c); i++) {
		u64 clocks, ps;

		PUT(f, c[i].base, 0x86, c[i].div, 0, 0x81);
		run(f, 1);
		clocks = f->sim.stats.swclk_cycles;
		ps = second_batch_ps(f);
		assert_int_equal(f->sim.stats.swclk_cycles - clocks, 2 * 32768);
		/* and the gaps of three commands */
		assert_in_range(ps, 32768 * PS_PER_S / c[i].hz,
				32768 * PS_PER_S / c[i].hz + PS_PER_US);
	}
}

static void test_clocks_without_data_are_counted_as_the_command_says(void **state)
{
	struct fix *f = *state;
	unsigned int n;
	u64 clocks;

	plug(f);
	mpsse(f);
	for (n = 0; n < 8; n++) {
		PUT(f, 0x81);
		run(f, 1);
		clocks = f->sim.stats.swclk_cycles;
		PUT(f, 0x8e, (u8)n, 0x81);
		run(f, 1);
		assert_int_equal(f->sim.stats.swclk_cycles - clocks, n + 1);
		clocks = f->sim.stats.swclk_cycles;
		PUT(f, 0x8f, (u8)n, 0x01, 0x81);
		run(f, 1);
		assert_int_equal(f->sim.stats.swclk_cycles - clocks, (0x100 + n + 1) * 8);
	}
}

static void test_three_phase_clocking_makes_bits_half_as_long_again(void **state)
{
	struct fix *f = *state;
	u64 t[2];
	unsigned int i;

	plug(f);
	mpsse(f);
	for (i = 0; i < 2; i++) {
		u64 from;

		PUT(f, (u8)(i ? 0x8c : 0x8d), 0x86, 29, 0, 0x81);
		run(f, 1);
		from = clock_now_ns(f->t->clk);
		PUT(f, 0x8f, 0xff, 0x7f, 0x81);
		run(f, 1);
		t[i] = clock_now_ns(f->t->clk) - from;
	}
	assert_in_range(t[0], 262 * MSEC_NS, 275 * MSEC_NS);
	assert_in_range(t[1], 393 * MSEC_NS, 406 * MSEC_NS);
}

static void test_data_written_on_the_falling_edge_is_what_the_target_samples(void **state)
{
	static const u8 ops[] = { 0x19, 0x18 };
	struct fix *f = *state;
	struct bits s = { .n = 0 };
	unsigned int i;

	for (i = 0; i < 2; i++) {
		if (i) {
			teardown(state);
			setup(state);
			f = *state;
		}
		plug(f);
		mpsse(f);
		s.n = 0;
		s_connect(&s);
		bits(&s, 0xa5, 8);
		PUT(f, ops[i], (u8)(s.n / 8 - 1), 0);
		put(f, s.b, s.n / 8);
		PUT(f, 0x28, 4, 0);
		run(f, 5);
		/* written on the rising edge the target sees each bit one clock late: the park bit
		 * falls into the turnaround and the request is cut short, nothing answers */
		assert_int_equal(get(f->in, 1, 3) == 1 && get(f->in, 4, 32) == DPIDR_L4, !i);
	}
}

static void test_falling_edge_sampling_sees_each_bit_one_position_earlier(void **state)
{
	struct fix *f = *state;
	struct bits s = { .n = 0 };

	plug(f);
	mpsse(f);
	s_connect(&s);
	bits(&s, 0xa5, 8);
	PUT(f, 0x19, (u8)(s.n / 8 - 1), 0);
	put(f, s.b, s.n / 8);
	PUT(f, 0x2c, 4, 0);
	run(f, 5);
	assert_int_equal(get(f->in, 0, 3), 1);
	assert_int_equal(get(f->in, 3, 32), DPIDR_L4);
}

static void test_msb_first_shifts_are_the_mirror_of_lsb_first(void **state)
{
	struct fix *f = *state;

	plug(f);
	mpsse(f);
	/* the resistor lets DI see DO */
	PUT(f, 0x31, 1, 0, 0x12, 0xa7, 0x39, 0, 0, 0x12, 0x33, 2, 0xa0, 0x3b, 2, 0x05);
	run(f, 5);
	assert_int_equal(f->in[0], 0x12);
	assert_int_equal(f->in[1], 0xa7);
	assert_int_equal(f->in[2], 0x12);
	assert_int_equal(f->in[3] & 7, 5);
	assert_int_equal(f->in[4] >> 5, 5);
}

static void test_lsb_bit_reads_are_top_aligned_over_old_bits(void **state)
{
	struct fix *f = *state;

	plug(f);
	mpsse(f);
	PUT(f, 0x3b, 7, 0xff, 0x3b, 1, 0x00);
	run(f, 2);
	assert_int_equal(f->in[0], 0xff);
	assert_int_equal(f->in[1], 0x3f);
}

static void test_tms_command_moves_ad3_and_holds_tdi(void **state)
{
	struct fix *f = *state;
	u64 clocks;

	plug(f);
	mpsse(f);
	PUT(f, 0x80, 0x00, 0x0b, 0x8e, 0);
	run(f, 0);
	PUT(f, 0x81);
	run(f, 1);
	clocks = f->sim.stats.swclk_cycles;
	PUT(f, 0x4b, 5, 0xa0, 0x81, 0x4b, 5, 0x0f, 0x81, 0x6b, 6, 0x80);
	run(f, 3);
	assert_int_equal(f->in[0] & 0x0a, 0x0a); /* last TMS bit 1, TDI 1 */
	assert_int_equal(f->in[1] & 0x0a, 0x00);
	assert_int_equal(f->in[2] >> 1, 0x7f);
	assert_int_equal(f->sim.stats.swclk_cycles - clocks, 6 + 6 + 7);
}

static void test_loopback_reads_what_is_written_whatever_the_pins_say(void **state)
{
	struct fix *f = *state;

	f->faults.no_power = true;
	plug(f);
	mcu_set_power(f->mcu, false);
	mpsse(f);
	PUT(f, 0x39, 0, 0, 0x5a, 0x84, 0x39, 0, 0, 0x5a, 0x85);
	run(f, 2);
	assert_int_equal(f->in[0], 0);
	assert_int_equal(f->in[1], 0x5a);
}

static void test_commands_may_straddle_batches(void **state)
{
	static const u8 cmd[] = { 0x39, 3, 0, 0xde, 0xad, 0xbe, 0xef };
	struct fix *f = *state;
	size_t i;

	plug(f);
	mpsse(f);
	for (i = 0; i + 1 < sizeof(cmd); i++) {
		put(f, &cmd[i], 1);
		assert_int_equal(run_ms(f, 0, 100, NULL), 0);
	}
	put(f, &cmd[i], 1);
	run(f, 4);
	assert_memory_equal(f->in, cmd + 3, 4);
}

static void test_setting_sk_by_0x80_is_a_clock_edge(void **state)
{
	struct fix *f = *state;
	u64 clocks;

	plug(f);
	mpsse(f);
	PUT(f, 0x81);
	run(f, 1);
	clocks = f->sim.stats.swclk_cycles;
	PUT(f, 0x80, 0x01, 0x03, 0x80, 0x00, 0x03, 0x80, 0x03, 0x03, 0x80, 0x00, 0x03, 0x81);
	run(f, 1);
	assert_int_equal(f->sim.stats.swclk_cycles - clocks, 2);
	/* leaving MPSSE makes AD0 the UART's TXD, which is high */
	ctl(f, FTDI_SET_BITMODE, 0);
	assert_int_equal(f->sim.stats.swclk_cycles - clocks, 3);
}

static void test_wait_for_a_pin_that_never_changes_blocks_until_the_mode_is_reset(void **state)
{
	struct fix *f = *state;

	plug(f);
	mpsse(f);
	PUT(f, 0x88, 0x81);
	run(f, 1); /* GPIOL1 is pulled up: high at once */
	PUT(f, 0x89, 0x81, 0x87);
	assert_int_equal(run_ms(f, 1, 100, NULL), -ETIMEDOUT);
	assert_complaint(f, "GPIOL1");
	err_clear(&f->err);
	ctl(f, FTDI_SET_BITMODE, 0);
	mpsse(f);
	PUT(f, 0x81);
	run(f, 1);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_dpidr_over_a_full_duplex_stream),
		T(test_memory_words_over_one_blind_batch),
		T(test_every_unknown_opcode_is_echoed_after_0xfa),
		T(test_uart_mode_swallows_what_is_sent),
		T(test_pins_read_back_outputs_and_pulled_up_inputs),
		T(test_ft4232h_has_no_high_byte),
		T(test_open_drain_outputs_of_the_ft232h_float_for_1),
		T(test_clock_is_base_over_twice_one_plus_divisor),
		T(test_clocks_without_data_are_counted_as_the_command_says),
		T(test_three_phase_clocking_makes_bits_half_as_long_again),
		T(test_data_written_on_the_falling_edge_is_what_the_target_samples),
		T(test_falling_edge_sampling_sees_each_bit_one_position_earlier),
		T(test_msb_first_shifts_are_the_mirror_of_lsb_first),
		T(test_lsb_bit_reads_are_top_aligned_over_old_bits),
		T(test_tms_command_moves_ad3_and_holds_tdi),
		T(test_loopback_reads_what_is_written_whatever_the_pins_say),
		T(test_commands_may_straddle_batches),
		T(test_setting_sk_by_0x80_is_a_clock_edge),
		T(test_wait_for_a_pin_that_never_changes_blocks_until_the_mode_is_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
