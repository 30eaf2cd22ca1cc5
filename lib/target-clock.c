// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The fastest SWCLK that this wire, this adapter and this target bear, found by trying.
 *
 * A clock is good if a million bits of pattern go into the target's SRAM and come back with not one
 * error seen: neither by parity, ACKs and sticky flags, nor in the data. Errors cost only time here as
 * anywhere, so going one step too far does no harm. What the SRAM held is put back.
 */
#include "lib/memq.h"
#include "lib/target.h"

#include <errno.h>
#include <string.h>

/* every STM32 with a Cortex-M has RAM at the bottom of the SRAM region (PM0214 2.2) */
#define SCRATCH	    0x20000000u
#define SCRATCH_LEN 4096u
#define TEST_BITS   1000000u /* there and back */

/* an FTDI H chip divides 30 MHz; the steps worth having of it */
static const u32 steps_hz[] = { 1000000, 2000000,  3000000,  5000000, 6000000,
				7500000, 10000000, 15000000, 30000000 };
/* where to begin: below it a million bits take long, and nearly every wire bears it */
#define FIRST_HZ 7500000u

struct clock_test {
	struct target *t;
	u8 saved[SCRATCH_LEN], out[SCRATCH_LEN], in[SCRATCH_LEN];
	u32 seed;
};

/* edges at every bit, long rests, and noise: what a slow edge or a ringing one shows at */
static void make_pattern(struct clock_test *ct, unsigned int round)
{
	static const u32 words[] = { 0x55555555, 0xaaaaaaaa, 0xffff0000, 0x00000001,
				     0xfffffffe, 0x80000000, 0x7fffffff, 0x33cc33cc };

	for (u32 i = 0; i < SCRATCH_LEN; i += 4) {
		ct->seed = ct->seed * 1664525 + 1013904223;
		put_le32(ct->out + i,
			 round % 4 ? ct->seed ^ ct->seed >> 16 : words[(i / 4 + round / 4) % 8]);
	}
}

static bool is_wire_error(int ret)
{
	return ret == -EIO || ret == -EPROTO || ret == -ETIMEDOUT || ret == -ENXIO;
}

/* how many errors at the present clock; gives up at the first ones */
static int test_clock(struct clock_test *ct, u32 hz, u64 *n_errors)
{
	struct target *t = ct->t;
	struct ctx *ctx = t->ctx;
	const struct ctx_stats before = ctx->stats;
	unsigned int n_bad, round;
	u64 bits = 0;
	int ret = dap_test_wire(t->dap, &n_bad);

	*n_errors = n_bad;
	for (round = 0; !ret && !*n_errors && bits < TEST_BITS; round++) {
		if (ctx_stopped(ctx))
			return err_set(&ctx->err, -EINTR, NULL,
				       "stopped while the clock was being found");
		make_pattern(ct, round);
		memq_write(t->q, SCRATCH, ct->out, SCRATCH_LEN);
		memq_read(t->q, SCRATCH, ct->in, SCRATCH_LEN);
		ret = memq_flush(t->q);
		bits += 2 * 8 * SCRATCH_LEN;
		*n_errors = ctx->stats.noise - before.noise;
		if (!ret && memcmp(ct->out, ct->in, SCRATCH_LEN) != 0)
			++*n_errors;
	}
	if (is_wire_error(ret)) {
		err_clear(&ctx->err);
		*n_errors += 1;
		ret = 0;
	}
	log_dbg(&ctx->log, "clock=auto: %u kHz: %u errors in %u bits", hz / 1000,
		(unsigned int)*n_errors, (unsigned int)bits);
	if (*n_errors) { /* of a clock that nothing will be done at */
		ctx->stats.noise = before.noise;
		ctx->stats.retries = before.retries;
		memq_forget_errors(t->q);
	}
	return ret;
}

/* change to @hz and see; *@is_good: it is another clock than before, and without errors */
static int try_clock(struct clock_test *ct, u32 hz, bool *is_good)
{
	struct target *t = ct->t;
	const u32 good_hz = t->dap_hz;
	u64 n_errors = 0;
	u32 real_hz;
	int ret;

	*is_good = false;
	ret = dap_set_hz(t->dap, hz, &real_hz);
	if (ret || real_hz == good_hz)
		return ret;
	ret = test_clock(ct, real_hz, &n_errors);
	if (ret)
		return ret;
	if (!n_errors) {
		t->dap_hz = real_hz;
		*is_good = true;
		return 0;
	}
	ret = dap_set_hz(t->dap, good_hz, NULL);
	return ret ? ret : dap_revive(t->dap);
}

/* step up from @from_hz, below @limit_hz, until a clock is not good; it stays at the last that was */
static int step_up(struct clock_test *ct, u32 from_hz, u32 limit_hz)
{
	bool is_good = true;
	size_t i;
	int ret = 0;

	for (i = 0; i < ARRAY_SIZE(steps_hz) && !ret && is_good; i++)
		if (steps_hz[i] >= from_hz && steps_hz[i] < limit_hz && steps_hz[i] > ct->t->dap_hz)
			ret = try_clock(ct, steps_hz[i], &is_good);
	return ret;
}

static int find_clock(struct clock_test *ct, const struct target_attach_opts *opts)
{
	struct target *t = ct->t;
	const u32 attach_hz = t->dap_hz, limit_hz = opts->swclk_hz + 1;
	bool is_good = false;
	int ret;

	if (opts->swclk_hint_hz > attach_hz && opts->swclk_hint_hz < limit_hz) {
		ret = try_clock(ct, opts->swclk_hint_hz, &is_good);
		if (ret || is_good)
			return ret;
		log_info(&t->ctx->log, "clock=auto: %u kHz was good once and is not any more",
			 opts->swclk_hint_hz / 1000);
	}
	ret = step_up(ct, attach_hz < FIRST_HZ / 4 ? 0 : FIRST_HZ, limit_hz);
	if (!ret && t->dap_hz == attach_hz)
		ret = step_up(ct, 0, min(limit_hz, FIRST_HZ));
	return ret;
}

/**
 * target_find_clock() - the fastest clock that works without errors
 * @t: its core is halted, its bus clock is the job's, t->dap_hz is the clock that it was attached at
 * @opts: swclk_hz: not above it; swclk_hint_hz: try this one first, 0: none
 *
 * Sets t->dap_hz. Return: 0; -EINTR; -errno when the link or the adapter is gone.
 */
int target_find_clock(struct target *t, const struct target_attach_opts *opts)
{
	struct ctx *ctx = t->ctx;
	struct clock_test ct = { .t = t, .seed = 1 };
	const u32 attach_hz = t->dap_hz;
	struct err first = { 0 };
	int ret, again;

	memq_read(t->q, SCRATCH, ct.saved, SCRATCH_LEN);
	ret = memq_flush(t->q);
	if (ret && memq_was_bus_fault(t->q)) {
		err_clear(&ctx->err);
		log_warn(&ctx->log,
			 "clock=auto: the target has no memory at 0x%08x to try a clock with: "
			 "going on at %u kHz",
			 SCRATCH, t->dap_hz / 1000);
		return 0;
	}
	if (ret)
		return ret;
	ret = find_clock(&ct, opts);
	if (ret == -ENODEV)
		return ret;
	if (ret) {
		first = ctx->err;
		err_clear(&ctx->err);
		(void)dap_set_hz(t->dap, t->dap_hz, NULL);
		(void)dap_revive(t->dap);
	}
	memq_write(t->q, SCRATCH, ct.saved, SCRATCH_LEN);
	memq_read(t->q, SCRATCH, ct.in, SCRATCH_LEN);
	again = memq_flush(t->q);
	if (!again && memcmp(ct.saved, ct.in, SCRATCH_LEN) != 0)
		again = err_set(&ctx->err, -EIO, "use a slower clock (clock=1M)",
				"the SRAM at 0x%08x does not hold what it held before", SCRATCH);
	if (ret)
		ctx->err = first;
	else
		ret = again;
	if (!ret && t->dap_hz == attach_hz && opts->swclk_hz > attach_hz)
		log_warn(&ctx->log,
			 "clock=auto: the wire is noisy at all clocks above %u kHz (shorter wires "
			 "and "
			 "a good ground help)",
			 attach_hz / 1000);
	else if (!ret)
		log_info(&ctx->log, "SWCLK %u kHz, found by trying", t->dap_hz / 1000);
	return ret;
}
