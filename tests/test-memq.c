// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The queue against a target that counts what is done to it.
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

static void bench_open(struct bench *b)
{
	b->d = fake_dap_new();
	b->dap = dap_new(&b->d->host);
	assert_non_null(b->dap);
	assert_int_equal(dap_connect(b->dap, 0), 0);
	b->q = memq_new(b->dap, 0);
	assert_non_null(b->q);
}

static void bench_close(struct bench *b)
{
	memq_free(b->q);
	dap_free(b->dap);
	fake_dap_free(b->d);
}

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	bench_open(b);
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	bench_close(*state);
	free(*state);
	return 0;
}

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

/* ---- mixed work, and everything that can go wrong with it ---- */

#define N_JOBS	  70
#define MAX_BYTES 96

struct work {
	struct job {
		int kind;
		u8 out[MAX_BYTES], in[MAX_BYTES], want[MAX_BYTES];
		size_t len;
		enum memq_sample state;
		u32 val, first;
	} jobs[N_JOBS];
	u8 ram[FAKE_RAM_SIZE];
	u8 units[FAKE_UNITS_SIZE];
	size_t n_unit_words, n_regs, n_fifo;
	u32 regs[2 * N_JOBS * 2], fifo[N_JOBS * MAX_BYTES];
	u32 n_samples, n_pops;
};

enum {
	J_WRITE,
	J_READ,
	J_ONCE,
	J_REG,
	J_FIFO_W,
	J_FIFO_B,
	J_FIFO_R,
	J_SAMPLE,
	J_DELAY,
	J_REG8,
	J_N
};

/* every kind of operation, by @seed; @work says what must come of it */
static void work_queue(struct work *w, struct memq *q, u64 seed)
{
	u64 x = seed * 2654435761u + 12345;

	memset(w, 0, sizeof(*w));
	memset(w->ram, 0, sizeof(w->ram));
	for (size_t i = 0; i < N_JOBS; i++) {
		struct job *j = &w->jobs[i];
		u32 addr;

		x = x * 6364136223846793005u + 1442695040888963407u;
		j->kind = (int)(x >> 40) % J_N;
		j->len = 1 + (x >> 33) % MAX_BYTES;
		/* around a TAR boundary now and then */
		addr = (u32)(x >> 20) % 300 + (x >> 50 & 1 ? 0x3c0 : 0xf80);
		for (size_t k = 0; k < MAX_BYTES; k++)
			j->out[k] = (u8)(x >> 16) + (u8)(k * 5 + i);
		switch (j->kind) {
		case J_WRITE:
			memq_write(q, FAKE_RAM + addr, j->out, j->len);
			memcpy(w->ram + addr, j->out, j->len);
			break;
		case J_READ:
			memq_read(q, FAKE_RAM + addr, j->in, j->len);
			memcpy(j->want, w->ram + addr, j->len);
			break;
		case J_ONCE:
			j->len = (j->len + 3) & ~(size_t)3;
			memq_write_once(q, FAKE_UNITS + 4 * (u32)w->n_unit_words, j->out, j->len);
			memcpy(w->units + 4 * w->n_unit_words, j->out, j->len);
			w->n_unit_words += j->len / 4;
			break;
		case J_REG:
			addr = FAKE_REGS + 4 * (addr & 0x7f);
			memq_write32(q, addr, (u32)x);
			w->regs[w->n_regs++] = addr;
			w->regs[w->n_regs++] = (u32)x;
			break;
		case J_REG8:
			addr = FAKE_REGS + (addr & 0x7f);
			memq_write8(q, addr, (u8)x);
			w->regs[w->n_regs++] = addr;
			w->regs[w->n_regs++] = (u32)(u8)x << 8 * (addr & 3);
			break;
		case J_FIFO_W:
			j->len = (j->len + 3) & ~(size_t)3;
			memq_write_fifo(q, FAKE_FIFO, 4, j->out, j->len);
			for (size_t k = 0; k < j->len; k += 4)
				w->fifo[w->n_fifo++] = get_le32(j->out + k);
			break;
		case J_FIFO_B:
			memq_write_fifo(q, FAKE_FIFO, 1, j->out, j->len);
			for (size_t k = 0; k < j->len; k++)
				w->fifo[w->n_fifo++] = j->out[k];
			break;
		case J_FIFO_R:
			j->len = (j->len + 3) & ~(size_t)3;
			memq_read_fifo(q, FAKE_FIFO, 4, j->in, j->len, &j->state);
			j->first = w->n_pops;
			w->n_pops += (u32)j->len / 4;
			break;
		case J_SAMPLE:
			memq_sample32(q, FAKE_COUNTER, &j->val, &j->state);
			j->first = w->n_samples++;
			break;
		case J_DELAY:
			memq_delay_ns(q, (x >> 35) % 2000);
			break;
		default:
			break;
		}
	}
}

/* whatever happened: nothing twice, nothing out of order, nothing wrong that says it is valid */
static void work_check_once(const struct work *w, const struct fake_dap *d)
{
	assert_true(d->reg_log.n <= w->n_regs);
	if (d->reg_log.n)
		assert_memory_equal(d->reg_log.v, w->regs, 4 * d->reg_log.n);
	assert_true(d->fifo_log.n <= w->n_fifo);
	if (d->fifo_log.n)
		assert_memory_equal(d->fifo_log.v, w->fifo, 4 * d->fifo_log.n);
	for (size_t i = 0; i < FAKE_UNITS_SIZE / 4; i++)
		assert_true(d->unit_writes[i] <= 1);
	assert_true(d->counter <= w->n_samples);
	assert_true(d->fifo_next <= w->n_pops);
}

/* success: all of it, and every value right. @n_lost: samples that say they were lost */
static void work_check_done(const struct work *w, const struct fake_dap *d, bool may_skip,
			    unsigned int *n_lost)
{
	bool skipped = false;

	work_check_once(w, d);
	assert_int_equal(d->reg_log.n, w->n_regs);
	assert_int_equal(d->fifo_log.n, w->n_fifo);
	assert_memory_equal(d->ram, w->ram, sizeof(w->ram));
	assert_memory_equal(d->units, w->units, 4 * w->n_unit_words);
	for (size_t i = 0; i < w->n_unit_words; i++)
		assert_int_equal(d->unit_writes[i], 1);
	*n_lost = 0;
	for (size_t i = 0; i < N_JOBS; i++) {
		const struct job *j = &w->jobs[i];

		if (j->kind == J_READ)
			assert_memory_equal(j->in, j->want, j->len);
		if (j->kind != J_FIFO_R && j->kind != J_SAMPLE)
			continue;
		assert_int_not_equal(j->state, MEMQ_PENDING);
		if (j->state == MEMQ_LOST) {
			++*n_lost;
			skipped = true;
			continue;
		}
		if (skipped && may_skip)
			continue; /* numbers have shifted */
		if (j->kind == J_SAMPLE)
			assert_int_equal(j->val, j->first);
		for (size_t k = 0; j->kind == J_FIFO_R && k < j->len; k += 4)
			assert_int_equal(get_le32(j->in + k), j->first + k / 4);
	}
	if (!may_skip) {
		assert_int_equal(d->counter, w->n_samples);
		assert_int_equal(d->fifo_next, w->n_pops);
	}
}

struct settings {
	bool has_write_buffer;
	unsigned int ap_cycles;
	u32 wrap;
};

static const struct settings targets[] = {
	{ true, 6, 0x1000 },
	{ true, 40, 0x400 },
	{ false, 6, 0x400 },
};

static void apply(struct fake_dap *d, const struct settings *s)
{
	d->has_write_buffer = s->has_write_buffer;
	d->ap_cycles = s->ap_cycles;
	d->wrap = s->wrap;
}

/* the fault at every access there is, one after the other; returns how many runs ended in an error */
static unsigned int sweep(enum fake_fault fault, u32 arg, const struct settings *s, u64 seed,
			  bool may_fail, unsigned int step)
{
	struct work *w = malloc(sizeof(*w));
	unsigned int n_failed = 0, n_lost;
	bool hit = true;

	assert_non_null(w);
	for (u64 at = 0; hit; at += step) {
		struct bench b;
		int ret;

		bench_open(&b);
		apply(b.d, s);
		fake_dap_inject(b.d, fault, at, arg);
		work_queue(w, b.q, seed);
		ret = memq_flush(b.q);
		hit = !b.d->fault;
		b.d->fault = FAULT_NONE;
		if (ret && (!may_fail || getenv("FAKE_DAP_LOG")))
			print_message("fault %d arg %u at %u: %s\n", fault, arg, (unsigned int)at,
				      b.d->ctx.err.what);
		if (!may_fail)
			assert_int_equal(ret, 0);
		if (ret) {
			assert_int_equal(ret, -EIO);
			assert_int_equal(b.d->ctx.err.code, ret);
			n_failed++;
			work_check_once(w, b.d);
		} else {
			work_check_done(w, b.d, may_fail, &n_lost);
		}
		assert_int_equal(b.d->n_orun_off, 0);
		/* the queue works on */
		err_clear(&b.d->ctx.err);
		assert_int_equal(target_write32(b.q, FAKE_REGS, 0x600d), 0);
		assert_int_equal(b.d->regs[0], 0x600d);
		bench_close(&b);
	}
	free(w);
	return n_failed;
}

static void sweep_targets(enum fake_fault fault, u32 arg)
{
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++)
		sweep(fault, arg, &targets[i], i + 1, false, 1);
}

static void test_wait_at_any_access_costs_time_only(void **state)
{
	sweep_targets(FAULT_BUSY, 120);
	sweep_targets(FAULT_BUSY, 30000);
}

static void test_bad_write_parity_at_any_access_is_redone_exactly(void **state)
{
	sweep_targets(FAULT_WRITE_PARITY, 0);
}

static void test_bad_read_parity_at_any_access_loses_no_data(void **state)
{
	sweep_targets(FAULT_READ_PARITY, 0);
}

static void test_corrupted_ack_at_any_access_is_seen_through(void **state)
{
	sweep_targets(FAULT_ACK, 1);
	sweep_targets(FAULT_ACK, 2);
	sweep_targets(FAULT_ACK, 4);
}

static void test_damaged_request_at_any_access_is_redone_exactly(void **state)
{
	sweep_targets(FAULT_REQUEST, 0x20);
	sweep_targets(FAULT_REQUEST, 0x01);
}

static void test_a_false_select_write_at_any_access_is_undone(void **state)
{
	sweep_targets(FAULT_FALSE_SELECT, 0xca0c8e62);
	sweep_targets(FAULT_FALSE_SELECT, 0x010000f0);
}

static void test_every_nth_access_may_wait_for_ever(void **state)
{
	struct work *w = malloc(sizeof(*w));
	unsigned int n_lost;

	assert_non_null(w);
	for (u32 every = 2; every < 9; every++) {
		for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
			struct bench b;

			b.d = fake_dap_new();
			apply(b.d, &targets[i]);
			b.d->wait_every = every;
			b.dap = dap_new(&b.d->host);
			assert_non_null(b.dap);
			assert_int_equal(dap_connect(b.dap, 0), 0);
			assert_int_equal(dap_info(b.dap)->n_aps, 1);
			b.q = memq_new(b.dap, 0);
			assert_non_null(b.q);
			work_queue(w, b.q, every);
			assert_int_equal(memq_flush(b.q), 0);
			work_check_done(w, b.d, false, &n_lost);
			assert_true(b.d->ctx.stats.retries > 10);
			bench_close(&b);
		}
	}
	free(w);
}

static void test_a_delay_that_was_clocked_is_not_waited_for_again(void **state)
{
	struct bench *b = *state;
	const u64 start = clock_now_ns(&b->d->clk);

	/* the DP falls silent in a delay: SWCLK ran on all the same */
	memq_write32(b->q, FAKE_REGS, 1);
	memq_delay_ns(b->q, 10 * MSEC_NS);
	memq_write32(b->q, FAKE_REGS + 4, 2);
	fake_dap_inject(b->d, FAULT_REQUEST, 3, 0x20);
	assert_int_equal(memq_flush(b->q), 0);
	assert_int_equal(b->d->fault, FAULT_NONE);
	assert_int_equal(b->d->ctx.stats.retries, 1);
	assert_int_equal(b->d->reg_log.n, 4);
	assert_true(clock_now_ns(&b->d->clk) - start >= 10 * MSEC_NS);
	assert_true(clock_now_ns(&b->d->clk) - start < 18 * MSEC_NS);
}

static void test_a_noisy_wire_sleeps_its_delays_with_swclk_at_rest(void **state)
{
	struct bench *b = *state;
	static u8 buf[KIB(32)];
	u64 n_xfers;

	b->d->noise = UINT32_MAX / 100;
	memq_write(b->q, FAKE_RAM, buf, sizeof(buf));
	assert_int_equal(memq_flush(b->q), 0);
	b->d->noise = 0;
	n_xfers = b->d->n_xfers;
	memq_delay_ns(b->q, 10 * MSEC_NS);
	assert_int_equal(memq_flush(b->q), 0);
	assert_int_equal(b->d->n_xfers, n_xfers);
}

static void test_a_bus_fault_is_told_from_a_broken_link(void **state)
{
	struct bench *b = *state;
	u32 v;

	assert_int_equal(target_read32(b->q, 0x60000000, &v), -EIO);
	assert_true(memq_was_bus_fault(b->q));
	err_clear(&b->d->ctx.err);
	fake_dap_inject(b->d, FAULT_UNPLUG, 0, 0);
	assert_int_equal(target_read32(b->q, FAKE_RAM, &v), -ENODEV);
	assert_false(memq_was_bus_fault(b->q));
}

static void test_a_bus_fault_is_not_blamed_on_the_wire(void **state)
{
	struct bench *b = *state;
	u8 buf[16];

	/* plain memory: tried twice before it is believed */
	memq_read(b->q, 0x60000000, buf, sizeof(buf));
	assert_int_equal(memq_flush(b->q), -EIO);
	assert_non_null(strstr(b->d->ctx.err.what, "0x60000000"));
	assert_non_null(strstr(b->d->ctx.err.next, "reference manual"));
	assert_int_equal(b->d->ctx.stats.noise, 0);
	err_clear(&b->d->ctx.err);
	memq_read(b->q, FAKE_RAM, buf, sizeof(buf));
	assert_int_equal(memq_flush(b->q), 0);
	assert_int_equal(b->d->ctx.stats.noise, 0);
}

static void test_a_bus_fault_that_does_not_come_again_was_noise(void **state)
{
	struct bench *b = *state;
	u8 buf[64];

	fake_dap_inject(b->d, FAULT_SYSRESET, 5, 0);
	memq_read(b->q, FAKE_RAM, buf, sizeof(buf));
	assert_int_equal(memq_flush(b->q), 0);
	assert_int_equal(b->d->fault, FAULT_NONE);
	assert_int_equal(b->d->ctx.stats.noise, 1);
}

static void test_short_reply_at_any_access_ends_right_or_says_what_is_unknown(void **state)
{
	static const enum fake_fault kinds[] = { FAULT_SHORT, FAULT_CUT, FAULT_CUT_MID };

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		sweep(kinds[i], 0, &targets[0], 4 + i, true, 1);
}

static void test_short_replies_cost_plain_memory_nothing(void **state)
{
	static const enum fake_fault kinds[] = { FAULT_SHORT, FAULT_CUT, FAULT_CUT_MID };
	static u8 out[3000], in[3000];

	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (u8)(i * 11 + i / 256);
	for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
		for (u64 at = 0; at < 1600; at += 7) {
			struct bench b;

			bench_open(&b);
			fake_dap_inject(b.d, kinds[k], at, 0);
			memset(in, 0, sizeof(in));
			memq_write(b.q, FAKE_RAM + 1, out, sizeof(out));
			memq_read(b.q, FAKE_RAM + 1, in, sizeof(in));
			assert_int_equal(memq_flush(b.q), 0);
			assert_memory_equal(b.d->ram + 1, out, sizeof(out));
			assert_memory_equal(in, out, sizeof(in));
			bench_close(&b);
		}
	}
}

/* one flipped bit in one frame of @every, on the average */
static unsigned int noisy_runs(u32 every, unsigned int n_seeds, const struct settings *s)
{
	struct work *w = malloc(sizeof(*w));
	unsigned int n_failed = 0, n_lost;

	assert_non_null(w);
	for (u64 seed = 1; seed <= n_seeds; seed++) {
		struct bench b;
		int ret;

		bench_open(&b);
		apply(b.d, s);
		b.d->rng = seed * 7919 + 1;
		b.d->noise = UINT32_MAX / every;
		work_queue(w, b.q, seed);
		ret = memq_flush(b.q);
		b.d->noise = 0;
		if (ret) {
			if (getenv("FAKE_DAP_LOG"))
				print_message("seed %u: %s\n", (unsigned int)seed,
					      b.d->ctx.err.what);
			assert_int_equal(ret, -EIO);
			work_check_once(w, b.d);
			n_failed++;
		} else {
			/* two errors side by side may leave a read's fate open: it is not repeated */
			work_check_done(w, b.d, every < 1000, &n_lost);
		}
		bench_close(&b);
	}
	free(w);
	return n_failed;
}

static void test_random_bit_errors_never_double_or_lose_an_access(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		assert_int_equal(noisy_runs(2000, 60, &targets[i]), 0);
		assert_true(noisy_runs(200, 60, &targets[i]) <= 6);
		/* every thirtieth frame: honest errors are fine, wrong results are not */
		(void)noisy_runs(30, 40, &targets[i]);
	}
}

static void test_a_wire_of_noise_ends_in_an_error_not_in_a_hang(void **state)
{
	struct bench *b = *state;
	static u8 buf[4096];

	b->d->noise = UINT32_MAX / 2;
	memq_write(b->q, FAKE_RAM, buf, sizeof(buf));
	assert_true(memq_flush(b->q) < 0);
	assert_int_not_equal(b->d->ctx.err.code, 0);
}

static void test_batches_shrink_on_a_noisy_wire_and_grow_again(void **state)
{
	struct bench *b = *state;
	static u8 buf[KIB(60)];
	u64 noisy, calm;

	b->d->noise = UINT32_MAX / 400;
	memq_write(b->q, FAKE_RAM, buf, sizeof(buf));
	assert_int_equal(memq_flush(b->q), 0);
	noisy = b->d->n_xfers;
	/* a refused access costs what is queued behind it: with full batches it would be far more */
	assert_true(noisy < 3 * sizeof(buf) / 4);
	b->d->noise = 0;
	memq_write(b->q, FAKE_RAM, buf, sizeof(buf));
	assert_int_equal(memq_flush(b->q), 0);
	calm = b->d->n_batches;
	memq_write(b->q, FAKE_RAM, buf, sizeof(buf));
	assert_int_equal(memq_flush(b->q), 0);
	assert_true(b->d->n_batches - calm <= DIV_ROUND_UP(sizeof(buf) / 4 + 70, 509) + 1);
}

static int explain(void *arg, u32 addr)
{
	struct bench *b = arg;
	u32 v;

	assert_int_equal(memq_peek32(b->q, 0xe000ed00, &v), 0);
	assert_int_equal(v, FAKE_CPUID);
	return err_set(&b->d->ctx.err, -EIO, NULL, "explained 0x%08x", addr);
}

static void test_fault_hook_explains_a_bus_fault(void **state)
{
	struct bench *b = *state;

	memq_set_fault_hook(b->q, explain, b);
	assert_int_equal(target_write32(b->q, 0x60000000, 1), -EIO);
	assert_string_equal(b->d->ctx.err.what, "explained 0x60000000");
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
		cmocka_unit_test(test_wait_at_any_access_costs_time_only),
		cmocka_unit_test(test_bad_write_parity_at_any_access_is_redone_exactly),
		cmocka_unit_test(test_bad_read_parity_at_any_access_loses_no_data),
		cmocka_unit_test(test_corrupted_ack_at_any_access_is_seen_through),
		cmocka_unit_test(test_damaged_request_at_any_access_is_redone_exactly),
		cmocka_unit_test(test_a_false_select_write_at_any_access_is_undone),
		cmocka_unit_test(test_every_nth_access_may_wait_for_ever),
		TEST(test_a_delay_that_was_clocked_is_not_waited_for_again),
		TEST(test_a_noisy_wire_sleeps_its_delays_with_swclk_at_rest),
		TEST(test_a_bus_fault_is_told_from_a_broken_link),
		TEST(test_a_bus_fault_is_not_blamed_on_the_wire),
		TEST(test_a_bus_fault_that_does_not_come_again_was_noise),
		cmocka_unit_test(test_short_reply_at_any_access_ends_right_or_says_what_is_unknown),
		cmocka_unit_test(test_short_replies_cost_plain_memory_nothing),
		cmocka_unit_test(test_random_bit_errors_never_double_or_lose_an_access),
		TEST(test_a_wire_of_noise_ends_in_an_error_not_in_a_hang),
		TEST(test_batches_shrink_on_a_noisy_wire_and_grow_again),
		TEST(test_fault_hook_explains_a_bus_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
