// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The queue at its edges: kinds of access ports, accesses that cannot be, more than there is room for,
 * an adapter that takes nothing, and what the queue learns of the wire.
 */
#include "lib/adiv5.h"
#include "lib/memq.h"
#include "tests/support/fake-dap.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct bench {
	struct fake_dap *d;
	struct dap *dap;
	struct memq *q;
};

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->d = fake_dap_new();
	b->dap = dap_new(&b->d->host);
	assert_non_null(b->dap);
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	memq_free(b->q);
	dap_free(b->dap);
	fake_dap_free(b->d);
	free(b);
	return 0;
}

static void connect(struct bench *b)
{
	assert_int_equal(dap_connect(b->dap, 0), 0);
	b->q = memq_new(b->dap, 0);
	assert_non_null(b->q);
}

/* ---- access ports ---- */

static void test_each_kind_of_access_port_gets_its_own_protection_bits(void **state)
{
	static const struct {
		const char *name;
		u32 idr, csw; /* the upper byte: HPROT, master type, HNONSEC */
	} kinds[] = {
		{ "AHB-AP of a Cortex-M4: debug master, privileged data", 0x24770011, 0x63 },
		{ "AHB-AP of a Cortex-M7: cacheable, or the D-cache is passed by", 0x74770001,
		  0x6b },
		{ "AHB5-AP of a Cortex-M33: non-secure, cacheable", 0x14770015, 0x4b },
		{ "AHB5-AP with enhanced HPROT", 0x14770018, 0x4b },
		{ "APB-AP: as it was found", 0x44770002, 0x03 },
	};
	struct bench *b = *state;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		b->d->apidr = kinds[i].idr;
		b->d->csw = 0x03000002;
		b->d->select = 0;
		connect(b);
		assert_int_equal(target_write32(b->q, FAKE_REGS, 1), 0);
		if (b->d->csw >> 24 != kinds[i].csw)
			fail_msg("%s: CSW %08x", kinds[i].name, b->d->csw);
		memq_free(b->q);
		b->q = NULL;
	}
}

static void test_an_access_port_that_lets_nobody_in_is_named(void **state)
{
	struct bench *b = *state;

	assert_int_equal(dap_connect(b->dap, 0), 0);
	b->d->device_disabled = true;
	assert_null(memq_new(b->dap, 0));
	assert_int_equal(b->d->ctx.err.code, -ENXIO);
	assert_non_null(strstr(b->d->ctx.err.what, "DEVICEEN"));
}

static void test_what_is_no_memory_access_port_gets_no_queue(void **state)
{
	struct bench *b = *state;

	assert_int_equal(dap_connect(b->dap, 0), 0);
	/* nobody is at the second place, and there is none at the last */
	assert_null(memq_new(b->dap, 1));
	assert_int_equal(b->d->ctx.err.code, -EINVAL);
	err_clear(&b->d->ctx.err);
	assert_null(memq_new(b->dap, 255));
	assert_int_equal(b->d->ctx.err.code, -EINVAL);
}

static void test_small_accesses_are_refused_where_only_words_work(void **state)
{
	struct bench *b = *state;

	b->d->is_word_only = true;
	connect(b);
	assert_true(memq_is_word_only(b->q));
	assert_int_equal(target_write32(b->q, FAKE_REGS, 7), 0);
	memq_write16(b->q, FAKE_REGS + 4, 7);
	assert_int_equal(memq_flush(b->q), -EOPNOTSUPP);
	assert_non_null(strstr(b->d->ctx.err.what, "0x40000004"));
	/* the register was not touched, and the queue goes on */
	assert_int_equal(b->d->reg_log.n, 2);
	err_clear(&b->d->ctx.err);
	assert_int_equal(target_write32(b->q, FAKE_REGS, 8), 0);
}

/* ---- room ---- */

static void test_the_queue_grows_while_things_are_in_flight(void **state)
{
	struct bench *b = *state;
	static u32 val[3000];

	connect(b);
	/* of a ring of any size the oldest are on the wire, the rest waits */
	for (u32 i = 0; i < ARRAY_SIZE(val); i++) {
		memq_write32(b->q, FAKE_RAM + 4 * i, i * 2654435761u);
		memq_read32(b->q, FAKE_RAM + 4 * i, &val[i]);
		if (i % 700 == 699)
			assert_int_equal(memq_submit(b->q), 0);
	}
	assert_int_equal(memq_flush(b->q), 0);
	for (u32 i = 0; i < ARRAY_SIZE(val); i++)
		assert_int_equal(val[i], i * 2654435761u);
}

static void test_nothing_is_valid_at_once_and_too_much_is_refused(void **state)
{
	struct bench *b = *state;
	enum memq_sample state_of = MEMQ_PENDING;
	u8 buf[16];

	connect(b);
	memq_read_fifo(b->q, FAKE_FIFO, 4, buf, 0, &state_of);
	assert_int_equal(state_of, MEMQ_VALID);
	/* past the end of the address space */
	memq_read(b->q, 0xfffffff8, buf, sizeof(buf));
	assert_int_equal(memq_flush(b->q), -EINVAL);
	assert_non_null(strstr(b->d->ctx.err.what, "0xfffffff8"));
}

/* ---- an adapter that is gone ---- */

static int refuse(struct swd_host *h, struct swd_batch *batch)
{
	(void)h;
	(void)batch;
	return -ENODEV;
}

static void test_an_adapter_that_takes_nothing_is_gone_for_good(void **state)
{
	struct bench *b = *state;
	const struct swd_host_ops *real;
	struct swd_host_ops ops;
	u32 v;

	connect(b);
	real = b->d->host.ops;
	ops = *real;
	ops.submit = refuse;
	assert_false(memq_is_lost(b->q));
	b->d->host.ops = &ops;
	assert_int_equal(target_write32(b->q, FAKE_REGS, 1), -ENODEV);
	assert_true(memq_is_lost(b->q));
	/* and nobody tries again */
	b->d->host.ops = real;
	assert_int_equal(target_read32(b->q, FAKE_REGS, &v), -ENODEV);
	assert_int_equal(b->d->reg_log.n, 0);
}

/* ---- dropping ---- */

static void test_discard_in_the_middle_of_a_long_write_keeps_the_order(void **state)
{
	struct bench *b = *state;
	static u8 out[4 * 3000];
	u64 mark;
	u32 v;

	connect(b);
	memset(out, 0xa5, sizeof(out));
	memq_write(b->q, FAKE_RAM, out, sizeof(out));
	mark = memq_mark(b->q);
	/* more than the wire takes at a time: part of it is on its way */
	assert_int_equal(memq_submit(b->q), 0);
	memq_write32(b->q, FAKE_REGS, 1);
	memq_discard(b->q);
	assert_true(memq_done(b->q) >= mark);
	assert_int_equal(b->d->reg_log.n, 0);
	assert_int_equal(b->d->ram[0], 0xa5);
	assert_int_equal(target_read32(b->q, FAKE_RAM, &v), 0);
	assert_int_equal(v, 0xa5a5a5a5);
}

/* ---- what it learns ---- */

static void test_idle_that_a_slow_bus_needed_is_given_up_again(void **state)
{
	struct bench *b = *state;
	static u8 out[KIB(60)];
	u32 quick, slow;

	connect(b);
	quick = memq_write_cycles(b->q);
	b->d->has_write_buffer = false;
	b->d->ap_cycles = 25;
	memq_write(b->q, FAKE_RAM, out, sizeof(out));
	assert_int_equal(memq_flush(b->q), 0);
	slow = memq_write_cycles(b->q);
	assert_true(slow > quick);
	b->d->ap_cycles = 6;
	for (unsigned int i = 0; i < 40 && memq_write_cycles(b->q) > quick; i++) {
		memq_write(b->q, FAKE_RAM, out, sizeof(out));
		assert_int_equal(memq_flush(b->q), 0);
	}
	assert_int_equal(memq_write_cycles(b->q), quick);
}

static void test_how_quiet_the_wire_is_follows_its_errors(void **state)
{
	struct bench *b = *state;
	static u8 out[KIB(60)];
	u64 quiet, noisy;

	connect(b);
	quiet = memq_quiet_ns(b->q);
	b->d->noise = UINT32_MAX / 500; /* a frame in 500: every 6 ms at 4 MHz */
	memq_write(b->q, FAKE_RAM, out, sizeof(out));
	assert_int_equal(memq_flush(b->q), 0);
	noisy = memq_quiet_ns(b->q);
	assert_in_range(noisy, 1 * MSEC_NS, 36 * MSEC_NS);
	assert_true(quiet > 2 * noisy);
	b->d->noise = 0;
	memq_write(b->q, FAKE_RAM, out, sizeof(out));
	assert_int_equal(memq_flush(b->q), 0);
	assert_true(memq_quiet_ns(b->q) > 2 * noisy);
	/* another session, another wire */
	memq_forget_errors(b->q);
	assert_int_equal(memq_quiet_ns(b->q), quiet);
}

static void test_a_noisy_wire_has_less_in_flight_and_a_quiet_one_all_it_may(void **state)
{
	struct bench *b = *state;
	static u8 out[KIB(60)];

	b->d->host.max_in_flight = 8;
	connect(b);
	memq_write(b->q, FAKE_RAM, out, sizeof(out));
	assert_int_equal(memq_flush(b->q), 0);
	assert_int_equal(b->d->n_queue_max, 8);
	b->d->noise = UINT32_MAX / 500;
	memq_write(b->q, FAKE_RAM, out, sizeof(out));
	assert_int_equal(memq_flush(b->q), 0);
	b->d->n_queue_max = 0;
	memq_write(b->q, FAKE_RAM, out, sizeof(out));
	assert_int_equal(memq_flush(b->q), 0);
	assert_int_equal(b->d->n_queue_max, 4);
	b->d->noise = 0;
	memq_forget_errors(b->q);
	memq_write(b->q, FAKE_RAM, out, sizeof(out));
	assert_int_equal(memq_flush(b->q), 0);
	assert_int_equal(b->d->n_queue_max, 8);
}

static void test_a_burst_is_as_long_as_the_smaller_of_two_buffers(void **state)
{
	struct bench *b = *state;

	connect(b);
	b->d->host.burst_xfers = 100;
	assert_int_equal(memq_burst_max(b->q), 100);
	b->d->host.burst_xfers = 100000;
	assert_int_equal(memq_burst_max(b->q), b->d->host.max_xfers);
	b->d->host.burst_xfers = 0;
	assert_int_equal(memq_burst_max(b->q), 0);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_each_kind_of_access_port_gets_its_own_protection_bits),
		TEST(test_an_access_port_that_lets_nobody_in_is_named),
		TEST(test_what_is_no_memory_access_port_gets_no_queue),
		TEST(test_small_accesses_are_refused_where_only_words_work),
		TEST(test_the_queue_grows_while_things_are_in_flight),
		TEST(test_nothing_is_valid_at_once_and_too_much_is_refused),
		TEST(test_an_adapter_that_takes_nothing_is_gone_for_good),
		TEST(test_discard_in_the_middle_of_a_long_write_keeps_the_order),
		TEST(test_idle_that_a_slow_bus_needed_is_given_up_again),
		TEST(test_how_quiet_the_wire_is_follows_its_errors),
		TEST(test_a_noisy_wire_has_less_in_flight_and_a_quiet_one_all_it_may),
		TEST(test_a_burst_is_as_long_as_the_smaller_of_two_buffers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
