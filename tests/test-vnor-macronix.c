// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Macronix's own ways: slow chips, failure bits, dummy clocks, block locks, secured OTP, reads on both
 * edges. (Eight lines: test-vnor-octal.c.)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/nor-steps.h"

static void test_mx25r_is_slow_until_told_otherwise(void **state)
{
	WITH(f, "mx25r6435f")
	{
		u8 got;

		f->period_ps = 20 * PS_PER_NS; /* 50 MHz */
		RECV(f, &got, 1, .op = 0x0b, .n_addr = 3, .dummy = 8);
		assert_complaint(f, "at most 33 MHz");
		sim_clear_complaints(&f->sim);
		write_sr(f, 0x01, BYTES(0x00, 0x00, 0x02), 3);
		RECV(f, &got, 1, .op = 0x0b, .n_addr = 3, .dummy = 8);
		assert_no_complaints(f);
	}
}

static void test_mx25r_wakes_with_any_pulse_on_cs(void **state)
{
	u8 id[3];

	WITH(f, "mx25r6435f")
	{
		cmd(f, 0xb9);
		wait_ps(f, PS_PER_MS);
		RECV(f, id, 3, .op = 0x9f); /* this one is the pulse */
		ASSERT_BYTES(id, 0xff, 0xff, 0xff);
		wait_ps(f, 40 * PS_PER_US);
		RECV(f, id, 3, .op = 0x9f);
		ASSERT_BYTES(id, 0xc2, 0x28, 0x17);
	}
}

static void test_macronix_failure_bits_stay_until_something_succeeds(void **state)
{
	WITH(f, "mx25l51245g")
	{
		write_sr(f, 0x01, BYTES(0x04), 1);
		program4(f, MIB(64) - 1, 0);
		assert_int_equal(reg(f, 0x2b), 0x20);
		assert_int_equal(reg(f, 0x05) & 3, 0);
		erase4(f, 0x21, MIB(64) - 1);
		assert_int_equal(reg(f, 0x2b), 0x60);
		program4(f, 0, 0);
		wait_ready(f);
		assert_int_equal(reg(f, 0x2b), 0x40);
		erase4(f, 0x21, 0);
		wait_ready(f);
		assert_int_equal(reg(f, 0x2b), 0x00);
	}
}

static void test_macronix_dummy_clocks_follow_the_configuration_register(void **state)
{
	WITH(f, "mx25l51245g")
	{
		u8 got;

		cells(f)[0x1234] = 0x5a;
		write_sr(f, 0x01, BYTES(0x40, 0xc7),
			 2); /* QE; DC = 11: ten clocks, two the mode's */
		assert_int_equal(reg(f, 0x15), 0xc7);
		RECV(f, &got, 1, .op = 0xeb, .addr_lines = 4, .data_lines = 4, .n_addr = 3,
		     .addr = 0x1234, .has_mode = true, .mode = 0, .dummy = 8);
		assert_int_equal(got, 0x5a);
		cmd(f, 0xb7);
		assert_int_equal(reg(f, 0x15), 0xe7); /* 4BYTE shows there */
		soft_reset(f);
		assert_int_equal(reg(f, 0x15), 0x07);
	}
}

static void test_macronix_top_bottom_bit_is_for_good(void **state)
{
	WITH(f, "mx25l51245g")
	{
		write_sr(f, 0x01, BYTES(0x04, 0x0f), 2);
		write_sr(f, 0x01, BYTES(0x04, 0x07), 2);
		assert_int_equal(reg(f, 0x15) & 8, 8);
		program4(f, MIB(64) - 1, 0);
		wait_ready(f);
		assert_int_equal(cells(f)[MIB(64) - 1], 0);
		program4(f, 0, 0);
		assert_int_equal(cells(f)[0], 0xff);
	}
}

static void test_wpsel_locks_all_blocks_at_power_up(void **state)
{
	WITH(f, "mx25l51245g")
	{
		cmd(f, 0x06);
		cmd(f, 0x68);
		wait_ready(f);
		assert_int_equal(reg(f, 0x2b) & 0x80, 0x80);
		power_cycle(f);
		program4(f, MIB(1), 0);
		assert_int_equal(cells(f)[MIB(1)], 0xff);
		cmd(f, 0x06);
		cmd(f, 0x98);
		program4(f, MIB(1), 0);
		wait_ready(f);
		assert_int_equal(cells(f)[MIB(1)], 0);
	}
}

static void test_secured_otp_is_read_and_programmed_between_b1h_and_c1h(void **state)
{
	WITH(f, "mx25l51245g")
	{
		cells(f)[0x10] = 0x77;
		cmd(f, 0xb1);
		assert_int_equal(read_at(f, 0x10), 0xff);
		program(f, 0x10, BYTES(0x42), 1);
		wait_ready(f);
		assert_int_equal(read_at(f, 0x10), 0x42);
		assert_int_equal(read_at(f, 0x210), 0x42); /* 512 bytes */
		erase(f, 0x20, 0);
		assert_complaint(f, "in OTP mode");
		cmd(f, 0xc1);
		assert_int_equal(read_at(f, 0x10), 0x77);
		cmd(f, 0x06);
		cmd(f, 0x2f); /* lock it */
		wait_ready(f);
		cmd(f, 0xb1);
		program(f, 0x11, BYTES(0x42), 1);
		wait_ready(f);
		assert_int_equal(read_at(f, 0x11), 0xff);
		assert_int_equal(read_at(f, 0x10), 0x42);
	}
}

/* address, mode byte and data on both edges */
static void test_quad_read_on_both_edges(void **state)
{
	WITH(f, "mx25l51245g")
	{
		static const u8 head[] = { 0x01, 0x23, 0x45, 0x00 };
		unsigned int i, n;
		u8 v = 0, val, mask;

		cells(f)[0x12345] = 0x5a;
		write_sr(f, 0x01, BYTES(0x40), 1);
		cs_low(f);
		send_bits(f, 0xed, 8, 1);
		for (i = 0; i < 8; i++) { /* a nibble to each edge */
			u8 io = i % 2 ? head[i / 2] & 0xf : head[i / 2] >> 4;

			wait_ps(f, f->period_ps / 4);
			if (i % 2 == 0)
				pins(f, false, false, io); /* set up before the rise */
			wait_ps(f, f->period_ps / 4);
			pins(f, false, i % 2 == 0, io);
		}
		for (n = 0; n < 5; n++) { /* six clocks less the mode byte's */
			pins(f, false, true, 0xf);
			wait_ps(f, f->period_ps / 2);
			pins(f, false, false, 0xf);
			wait_ps(f, f->period_ps / 2);
		}
		for (i = 0; i < 2; i++) {
			mask = vnor_driven(f->nor, &val);
			assert_int_equal(mask, 0xf);
			v = (u8)(v << 4) | (val & 0xf);
			pins(f, false, i == 0, val);
		}
		assert_int_equal(v, 0x5a);
		pins(f, true, false, 0xf);
		assert_no_complaints(f);
	}
}

#define T(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest all[] = {
		T(test_mx25r_is_slow_until_told_otherwise),
		T(test_mx25r_wakes_with_any_pulse_on_cs),
		T(test_macronix_failure_bits_stay_until_something_succeeds),
		T(test_macronix_dummy_clocks_follow_the_configuration_register),
		T(test_macronix_top_bottom_bit_is_for_good),
		T(test_wpsel_locks_all_blocks_at_power_up),
		T(test_secured_otp_is_read_and_programmed_between_b1h_and_c1h),
		T(test_quad_read_on_both_edges),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
