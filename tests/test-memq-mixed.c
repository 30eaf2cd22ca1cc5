// SPDX-License-Identifier: GPL-2.0-or-later
/* the queue against a target that counts: mixed work, and everything that can go wrong with it */
#include "tests/support/memq-bench.h"

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
