// SPDX-License-Identifier: GPL-2.0-or-later
/* the USB/IP server with --realtime: answers leave when they are due */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/simd-report.h"
#include "tests/support/usbip-client.h"

/* the device descriptor is asked for, and comes @delay_ns after the server has seen that; returns when */
static u64 descriptor_ns(struct fix *f, u64 delay_ns)
{
	static const u8 get_descriptor[8] = { 0x80, 6, 0, 1, 0, 0, 64, 0 };
	u64 from = f->now_ns;
	u8 m[HEAD + 18];
	size_t got = 0;

	submit_raw(f, 0, true, get_descriptor, NULL, 64);
	f->now_ns += delay_ns;
	while (got < sizeof(m)) {
		ssize_t n;

		assert_true(f->now_ns - from < SEC_NS);
		assert_int_equal(simd_turn(f->s, 0, &f->err), 0);
		n = recv(f->fd, m + got, sizeof(m) - got, MSG_DONTWAIT);
		if (n > 0)
			got += (size_t)n;
	}
	assert_int_equal(get_be32(m + 4), f->seqnum);
	return f->now_ns - from;
}

static void test_in_real_time_an_answer_takes_what_a_pc_and_its_bus_take(void **state)
{
	struct fix *f = *state;
	unsigned int i;
	u64 ns;

	f->tick_ns = 20;
	start_at(f, "ft2232h", true);
	attach(f);
	for (i = 0; i < 50; i++) {
		u64 before = (u64)(late_s(f->s) * 1e9);

		ns = descriptor_ns(f, 0);
		/* sim/usbtime.h: submission, the packet at the beginning of a microframe, its end */
		assert_true(ns > 60 * USEC_NS + 13 * USEC_NS);
		/* the tail is 8 ms each way */
		assert_true(ns < 17 * MSEC_NS);
		assert_true(late_s(f->s) * 1e9 - (double)before < 20e3);
	}
}

static void test_in_real_time_an_answer_that_leaves_late_is_told(void **state)
{
	struct fix *f = *state;
	double before;

	f->tick_ns = 200;
	start_at(f, "ft2232h", true);
	attach(f);
	before = late_s(f->s);
	assert_true(descriptor_ns(f, 50 * MSEC_NS) > 50 * MSEC_NS);
	/* it was due after 17 ms at the latest */
	assert_true(late_s(f->s) - before > 0.033);
	assert_true(late_s(f->s) - before < 0.050);
}

static void test_in_real_time_a_client_that_does_not_take_its_answer_holds_up_nobody(void **state)
{
	enum { SIZE = 4 << 20, PIECE = 65536 };
	static const u8 loop_at_30_mhz[] = { 0x84, 0x8a, 0x86, 0, 0 };
	static const u8 shift[] = { 0x31, 0xff, 0xff };
	struct fix *f = *state;
	u8 *piece = calloc(1, PIECE);
	size_t got = 0, want = HEAD + SIZE;
	unsigned int i;
	ssize_t n;
	int fd;

	f->tick_ns = 20 * USEC_NS;
	f->room = 4096;
	start_at(f, "ft2232h", true);
	attach(f);
	good_control(f, 0x0b, 0x0200, 1); /* MPSSE */
	bulk_out(f, OUT_A, loop_at_30_mhz, sizeof(loop_at_30_mhz));
	submit_raw(f, IN_A, true, NULL, NULL, SIZE);
	for (i = 0; i < SIZE / PIECE + 1; i++) {
		submit_raw(f, OUT_A, false, NULL, shift, sizeof(shift));
		submit_raw(f, OUT_A, false, NULL, piece, PIECE);
	}
	for (i = 0; i < 50000; i++)
		assert_int_equal(simd_turn(f->s, 0, &f->err), 0);
	/* it is still there for others */
	fd = f->fd;
	assert_int_equal(import(f, "1-2"), 0);
	for (i = 0; got < want && i < 200000; i++) {
		assert_int_equal(simd_turn(f->s, 0, &f->err), 0);
		n = recv(fd, piece, PIECE, MSG_DONTWAIT);
		if (n > 0)
			got += (size_t)n;
	}
	assert_true(got >= want);
	close(fd);
	free(piece);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_in_real_time_an_answer_takes_what_a_pc_and_its_bus_take),
		T(test_in_real_time_an_answer_that_leaves_late_is_told),
		T(test_in_real_time_a_client_that_does_not_take_its_answer_holds_up_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
