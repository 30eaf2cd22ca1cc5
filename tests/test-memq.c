// SPDX-License-Identifier: GPL-2.0-or-later
/* the queue against a target that counts what is done to it */
#include "tests/support/memq-bench.h"

/* ---- the plain things ---- */

static void test_words_written_are_read_back(void **state)
{
	struct bench *b = *state;
	u32 v = 0;

	memq_write32(b->q, FAKE_REGS + 0x10, 0x12345678);
	memq_read32(b->q, FAKE_REGS + 0x10, &v);
	assert_int_equal(memq_flush(b->q), 0);
	assert_int_equal(v, 0x12345678);
	assert_int_equal(memq_done(b->q), memq_mark(b->q));
}

static void test_bytes_and_halfwords_take_their_lanes(void **state)
{
	struct bench *b = *state;
	u16 h = 0;
	u8 c = 0;

	memq_write32(b->q, FAKE_REGS, 0x11223344);
	memq_write8(b->q, FAKE_REGS + 2, 0xaa);
	memq_write16(b->q, FAKE_REGS, 0xbeef);
	memq_read8(b->q, FAKE_REGS + 3, &c);
	memq_read16(b->q, FAKE_REGS + 2, &h);
	assert_int_equal(memq_flush(b->q), 0);
	assert_int_equal(b->d->regs[0], 0x11aabeef);
	assert_int_equal(c, 0x11);
	assert_int_equal(h, 0x11aa);
}

static void test_memory_of_any_alignment_and_length_is_written_and_read(void **state)
{
	struct bench *b = *state;
	u8 out[64], in[64], want[96];

	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (u8)(i * 7 + 1);
	for (u32 at = 0; at < 8; at++) {
		for (u32 len = 0; len <= 20; len++) {
			memset(b->d->ram, 0xee, sizeof(want));
			memset(want, 0xee, sizeof(want));
			memcpy(want + at, out, len);
			memset(in, 0, sizeof(in));
			memq_write(b->q, FAKE_RAM + at, out, len);
			memq_read(b->q, FAKE_RAM + at, in, len);
			assert_int_equal(memq_flush(b->q), 0);
			assert_memory_equal(b->d->ram, want, sizeof(want));
			assert_memory_equal(in, out, len);
		}
	}
}

static void long_run(u32 wrap)
{
	struct bench b;
	u8 *out = malloc(FAKE_RAM_SIZE), *in = calloc(1, FAKE_RAM_SIZE);

	assert_non_null(out);
	assert_non_null(in);
	bench_open(&b);
	b.d->wrap = wrap;
	for (size_t i = 0; i < FAKE_RAM_SIZE; i++)
		out[i] = (u8)(i * 31 + (i >> 8));
	memq_write(b.q, FAKE_RAM, out, FAKE_RAM_SIZE);
	assert_int_equal(memq_flush(b.q), 0);
	assert_memory_equal(b.d->ram, out, FAKE_RAM_SIZE);
	memq_read(b.q, FAKE_RAM, in, FAKE_RAM_SIZE);
	assert_int_equal(memq_flush(b.q), 0);
	assert_memory_equal(in, out, FAKE_RAM_SIZE);
	assert_int_equal(b.d->ctx.stats.retries, 0);
	bench_close(&b);
	free(out);
	free(in);
}

static void test_long_runs_cross_the_tar_wrap_at_1k(void **state)
{
	long_run(0x400);
}

static void test_long_runs_cross_the_tar_wrap_at_4k(void **state)
{
	long_run(0x1000);
}

static void test_a_run_costs_one_access_a_word(void **state)
{
	struct bench *b = *state;
	static u8 buf[KIB(8)];
	u64 before = b->d->n_xfers;

	memq_write(b->q, FAKE_RAM, buf, sizeof(buf));
	assert_int_equal(memq_flush(b->q), 0);
	/* 8 TAR, 1 CSW, 1 SELECT, RDBUFF and CTRL/STAT for each of 5 batches */
	assert_true(b->d->n_xfers - before <= 2048 + 8 + 2 + 2 * 5);
}

static void test_fifo_takes_words_and_bytes_in_order(void **state)
{
	struct bench *b = *state;
	enum memq_sample state_in = MEMQ_PENDING;
	const u8 out[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	u8 in[12];

	memq_write_fifo(b->q, FAKE_FIFO, 4, out, 8);
	memq_write_fifo(b->q, FAKE_FIFO, 1, out, 3);
	memq_read_fifo(b->q, FAKE_FIFO, 4, in, sizeof(in), &state_in);
	assert_int_equal(memq_flush(b->q), 0);
	assert_int_equal(b->d->fifo_log.n, 5);
	assert_int_equal(b->d->fifo_log.v[0], 0x04030201);
	assert_int_equal(b->d->fifo_log.v[1], 0x08070605);
	assert_int_equal(b->d->fifo_log.v[4], 3);
	assert_int_equal(state_in, MEMQ_VALID);
	for (u32 i = 0; i < 3; i++)
		assert_int_equal(get_le32(in + 4 * i), i);
}

static void test_misaligned_registers_are_refused_before_the_wire(void **state)
{
	struct bench *b = *state;

	memq_write32(b->q, FAKE_REGS + 2, 1);
	memq_write32(b->q, FAKE_REGS + 4, 1);
	assert_int_equal(memq_flush(b->q), -EINVAL);
	assert_int_equal(b->d->reg_log.n, 0);
	err_clear(&b->d->ctx.err);
	assert_int_equal(target_write32(b->q, FAKE_REGS + 4, 1), 0);
}

/* ---- time ---- */

static void test_delays_pass_on_the_wire_and_count_in_the_cursor(void **state)
{
	static const u64 delays[] = {
		1, 1000, 82 * USEC_NS, 19 * MSEC_NS, 50 * MSEC_NS, 2 * SEC_NS
	};
	struct bench *b = *state;

	for (size_t i = 0; i < ARRAY_SIZE(delays); i++) {
		const u64 cursor = memq_cursor_ns(b->q), start = clock_now_ns(&b->d->clk);
		u32 v;

		memq_write32(b->q, FAKE_REGS, 1);
		memq_delay_ns(b->q, delays[i]);
		memq_read32(b->q, FAKE_REGS, &v);
		assert_true(memq_cursor_ns(b->q) - cursor >= delays[i]);
		assert_int_equal(memq_flush(b->q), 0);
		assert_true(clock_now_ns(&b->d->clk) - start >= memq_cursor_ns(b->q) - cursor);
	}
}

static void test_a_delay_alone_is_waited_for(void **state)
{
	struct bench *b = *state;
	const u64 start = clock_now_ns(&b->d->clk);

	memq_delay_ns(b->q, 5 * MSEC_NS);
	assert_int_equal(memq_flush(b->q), 0);
	assert_true(clock_now_ns(&b->d->clk) - start >= 5 * MSEC_NS);
}

/* the adapter between the queue and the wire: which batch carries the words of a burst? */
#define BURST_TAG 0xb0000000u

static struct {
	const struct swd_host_ops *real;
	struct swd_host_ops ops;
	unsigned int n_batches, n_words, first, last;
	u32 idle_before;
} spy;

static int spy_submit(struct swd_host *h, struct swd_batch *batch)
{
	for (size_t i = 0; i < batch->n; i++) {
		if ((batch->x[i].data & ~0xffu) != BURST_TAG || swd_req_is_read(batch->x[i].req))
			continue;
		if (!spy.n_words++) {
			spy.first = spy.n_batches;
			spy.idle_before = batch->x[0].idle;
		}
		spy.last = spy.n_batches;
	}
	spy.n_batches++;
	return spy.real->submit(h, batch);
}

static void queue_burst(struct memq *q)
{
	memq_burst(q, 68, 2 * MSEC_NS);
	for (u32 i = 0; i < 64; i++) {
		memq_write32(q, FAKE_RAM + 4 * i, BURST_TAG | i);
		memq_delay_ns(q, 20 * USEC_NS);
	}
}

static void test_a_burst_is_never_spread_over_two_usb_transfers(void **state)
{
	struct bench *b = *state;
	static u8 words[4 * 1200];

	spy.real = b->d->host.ops;
	spy.ops = *spy.real;
	spy.ops.submit = spy_submit;
	b->d->host.ops = &spy.ops;
	/* wherever in a batch it would begin */
	for (size_t n = 0; n < sizeof(words); n += 4 * 29) {
		spy.n_batches = spy.n_words = spy.first = spy.last = 0;
		memq_write(b->q, FAKE_RAM + 0x1000, words, n);
		queue_burst(b->q);
		assert_int_equal(memq_flush(b->q), 0);
		assert_int_equal(spy.n_words, 64);
		assert_int_equal(spy.first, spy.last);
	}
	b->d->host.ops = spy.real;
}

static void test_a_burst_on_a_dry_wire_waits_until_the_adapter_has_all_of_it(void **state)
{
	struct bench *b = *state;

	spy.real = b->d->host.ops;
	spy.ops = *spy.real;
	spy.ops.submit = spy_submit;
	b->d->host.ops = &spy.ops;
	spy.n_batches = spy.n_words = 0;
	queue_burst(b->q);
	assert_int_equal(memq_flush(b->q), 0);
	assert_true(spy.idle_before * memq_period_ps(b->q) / 1000 >= 200 * USEC_NS);
	b->d->host.ops = spy.real;
}

static void test_marks_are_passed_in_order(void **state)
{
	struct bench *b = *state;
	u64 marks[40];
	static u8 buf[40][512];

	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		memq_write(b->q, FAKE_RAM + 512 * (u32)i, buf[i], 512);
		marks[i] = memq_mark(b->q);
	}
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		assert_int_equal(memq_wait(b->q, marks[i]), 0);
		assert_true(memq_done(b->q) >= marks[i]);
	}
	assert_int_equal(memq_flush(b->q), 0);
}

static void test_discard_drops_what_was_not_sent(void **state)
{
	struct bench *b = *state;

	memq_write32(b->q, FAKE_REGS, 1);
	assert_int_equal(memq_submit(b->q), 0);
	memq_write32(b->q, FAKE_REGS + 4, 2);
	memq_discard(b->q);
	assert_int_equal(memq_flush(b->q), 0);
	assert_int_equal(b->d->reg_log.n, 2);
	assert_int_equal(b->d->reg_log.v[0], FAKE_REGS);
}

static void test_poll_times_out_without_an_error_message(void **state)
{
	struct bench *b = *state;
	u32 last = 1;

	assert_int_equal(target_poll32(b->q, FAKE_REGS, 1, 1, 3 * MSEC_NS, &last), -ETIMEDOUT);
	assert_int_equal(last, 0);
	assert_int_equal(b->d->ctx.err.code, 0);
	b->d->regs[0] = 5;
	assert_int_equal(target_poll32(b->q, FAKE_REGS, 1, 1, 3 * MSEC_NS, NULL), 0);
	assert_int_equal(target_update32(b->q, FAKE_REGS, 4, 0x30), 0);
	assert_int_equal(b->d->regs[0], 0x31);
}

/* ---- faults ---- */

static void test_bus_fault_names_operation_and_address(void **state)
{
	struct bench *b = *state;
	u32 v = 77;

	memq_write32(b->q, FAKE_REGS, 1);
	memq_write32(b->q, 0x60000010, 2);
	memq_write32(b->q, FAKE_REGS + 4, 3);
	assert_int_equal(memq_flush(b->q), -EIO);
	assert_non_null(strstr(b->d->ctx.err.what, "0x60000010"));
	assert_non_null(strstr(b->d->ctx.err.what, "write"));
	assert_int_equal(b->d->reg_log.n, 2);
	err_clear(&b->d->ctx.err);
	assert_int_equal(target_read32(b->q, 0x60000020, &v), -EIO);
	assert_non_null(strstr(b->d->ctx.err.what, "read"));
	assert_non_null(strstr(b->d->ctx.err.what, "0x60000020"));
	assert_int_equal(v, 77);
	err_clear(&b->d->ctx.err);
	assert_int_equal(target_write32(b->q, FAKE_REGS + 4, 3), 0);
}

static void test_bus_fault_in_a_run_is_found_by_tar(void **state)
{
	struct bench *b = *state;
	static u8 buf[64];

	/* the last words of the units, then beyond them */
	memq_write_once(b->q, FAKE_UNITS + FAKE_UNITS_SIZE - 32, buf, sizeof(buf));
	assert_int_equal(memq_flush(b->q), -EIO);
	assert_non_null(strstr(b->d->ctx.err.what, "0x08010000"));
	for (u32 i = 0; i < 8; i++)
		assert_int_equal(b->d->unit_writes[FAKE_UNITS_SIZE / 4 - 8 + i], 1);
}

static void test_a_stalled_bus_is_waited_for_and_nothing_is_doubled(void **state)
{
	/* up to a second: a flash that is busy */
	static const u32 stalls[] = { 100, 5000, 400000, 4000000 };
	static const u32 words[] = { 1, 2, 3, 4, 5, 6, 7, 8 };

	for (size_t s = 0; s < ARRAY_SIZE(stalls); s++) {
		for (u64 at = 0; at < 14; at++) {
			struct bench b;

			bench_open(&b);
			fake_dap_inject(b.d, FAULT_STALL, at, stalls[s]);
			memq_write_once(b.q, FAKE_UNITS, words, sizeof(words));
			assert_int_equal(memq_flush(b.q), 0);
			assert_memory_equal(b.d->units, words, sizeof(words));
			for (size_t i = 0; i < ARRAY_SIZE(words); i++)
				assert_int_equal(b.d->unit_writes[i], 1);
			bench_close(&b);
		}
	}
}

static void test_a_bus_stalled_for_good_ends_in_a_message(void **state)
{
	struct bench *b = *state;

	/* CSW, TAR, then the access itself */
	fake_dap_inject(b->d, FAULT_STALL, 2, 4000000000u);
	memq_write32(b->q, FAKE_REGS + 0x20, 1);
	assert_int_equal(memq_flush(b->q), -ETIMEDOUT);
	assert_non_null(strstr(b->d->ctx.err.what, "0x40000020"));
}

static void test_slow_bus_gets_more_idle_cycles(void **state)
{
	struct bench *b = *state;
	static u8 out[KIB(16)];
	u64 first, second;

	b->d->has_write_buffer = false;
	b->d->ap_cycles = 25;
	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (u8)(i * 13);
	memq_write(b->q, FAKE_RAM, out, sizeof(out));
	assert_int_equal(memq_flush(b->q), 0);
	first = b->d->ctx.stats.retries;
	assert_true(first > 0 && first < 20);
	memq_write(b->q, FAKE_RAM, out, sizeof(out));
	assert_int_equal(memq_flush(b->q), 0);
	second = b->d->ctx.stats.retries;
	assert_true(second - first < 3);
	assert_memory_equal(b->d->ram, out, sizeof(out));
}

static void test_a_sample_that_was_lost_at_the_end_is_told_and_nothing_is_sent_for_it(void **state)
{
	unsigned int n_lost = 0;
	bool hit = true;

	for (u64 at = 0; hit; at++) {
		enum memq_sample sampled = MEMQ_PENDING;
		struct bench b;
		u32 v = 0;

		bench_open(&b);
		assert_int_equal(target_write32(b.q, FAKE_RAM, 0x11223344), 0);
		fake_dap_inject(b.d, FAULT_SHORT, at, 0);
		memq_sample32(b.q, FAKE_RAM, &v, &sampled);
		assert_int_equal(memq_wait(b.q, memq_mark(b.q)), 0);
		hit = !b.d->fault;
		assert_int_equal(memq_done(b.q), memq_mark(b.q));
		assert_int_not_equal(sampled, MEMQ_PENDING);
		if (sampled == MEMQ_VALID)
			assert_int_equal(v, 0x11223344);
		n_lost += sampled == MEMQ_LOST;
		assert_int_equal(target_read32(b.q, FAKE_RAM, &v), 0);
		assert_int_equal(v, 0x11223344);
		bench_close(&b);
	}
	assert_true(n_lost > 0);
}

static void test_lost_power_ends_in_enxio(void **state)
{
	struct bench *b = *state;

	fake_dap_inject(b->d, FAULT_POWER, 6, 0);
	memq_write_once(b->q, FAKE_UNITS, "abcdefghijklmnop", 16);
	assert_int_equal(memq_flush(b->q), -ENXIO);
	assert_int_not_equal(b->d->ctx.err.what[0], 0);
}

static void test_unplugged_adapter_ends_in_enodev_at_every_access(void **state)
{
	bool hit = true;

	for (u64 at = 0; hit; at++) {
		struct bench b;
		u32 v;

		bench_open(&b);
		fake_dap_inject(b.d, FAULT_UNPLUG, at, 0);
		memq_write_once(b.q, FAKE_UNITS, "abcdefghijklmnopqrst", 20);
		hit = memq_flush(b.q);
		assert_int_equal(hit, !b.d->fault);
		if (hit) {
			assert_int_equal(b.d->ctx.err.code, -ENODEV);
			assert_int_equal(target_read32(b.q, FAKE_REGS, &v), -ENODEV);
		}
		bench_close(&b);
	}
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_words_written_are_read_back),
		TEST(test_bytes_and_halfwords_take_their_lanes),
		TEST(test_memory_of_any_alignment_and_length_is_written_and_read),
		cmocka_unit_test(test_long_runs_cross_the_tar_wrap_at_1k),
		cmocka_unit_test(test_long_runs_cross_the_tar_wrap_at_4k),
		TEST(test_a_run_costs_one_access_a_word),
		TEST(test_fifo_takes_words_and_bytes_in_order),
		TEST(test_misaligned_registers_are_refused_before_the_wire),
		TEST(test_delays_pass_on_the_wire_and_count_in_the_cursor),
		TEST(test_a_delay_alone_is_waited_for),
		TEST(test_a_burst_is_never_spread_over_two_usb_transfers),
		TEST(test_a_burst_on_a_dry_wire_waits_until_the_adapter_has_all_of_it),
		TEST(test_marks_are_passed_in_order),
		TEST(test_discard_drops_what_was_not_sent),
		TEST(test_poll_times_out_without_an_error_message),
		TEST(test_bus_fault_names_operation_and_address),
		TEST(test_bus_fault_in_a_run_is_found_by_tar),
		cmocka_unit_test(test_a_stalled_bus_is_waited_for_and_nothing_is_doubled),
		TEST(test_a_bus_stalled_for_good_ends_in_a_message),
		TEST(test_slow_bus_gets_more_idle_cycles),
		TEST(test_a_sample_that_was_lost_at_the_end_is_told_and_nothing_is_sent_for_it),
		TEST(test_lost_power_ends_in_enxio),
		cmocka_unit_test(test_unplugged_adapter_ends_in_enodev_at_every_access),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
