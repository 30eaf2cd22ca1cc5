/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every layer of one session shares: the error, the log, the clock, the user's wish to stop.
 * Sessions share nothing with each other.
 */
#ifndef SWDROM_LIB_CTX_H
#define SWDROM_LIB_CTX_H

#include "lib/clock.h"
#include "lib/err.h"
#include "lib/log.h"

#include <signal.h>

/* counted by the layer that does it; read by --stats, --json and the benchmarks */
struct ctx_stats {
	u64 swclk_cycles;  /* every SWCLK cycle put on the wire, idle included */
	u64 swd_transfers; /* DP and AP accesses */
	u64 usb_transfers; /* batches (USB round trips) */
	u64 usb_bytes_out, usb_bytes_in;
	u64 retries; /* recoveries: a WAIT, FAULT, parity or ACK error that cost a replay */
	u64 noise;   /* those of them that only a flipped bit explains */
	/* where the time goes; on ctx->clk */
	u64 swclk_ps;	/* SWCLK ran for so long; 0 where the adapter has no clock rate */
	u64 pace_ps;	/* ... of it idle, to wait for the target: memq_delay_ns() */
	u64 slept_ns;	/* SWCLK at rest, to wait for the target */
	u64 adapter_ns; /* in calls of the adapter, most of it waiting for replies */
};

struct ctx {
	struct err err;
	struct log log;
	struct sysclock *clk;
	struct ctx_stats stats;
	/* set by a signal handler: finish the operation in flight, then return -EINTR */
	const volatile sig_atomic_t *stop;
	/* called now and then with bytes done of bytes in all for the present step; may be NULL */
	void (*progress)(void *arg, const char *step, const char *mtd, u64 done, u64 total);
	void *progress_arg;
};

static inline bool ctx_stopped(const struct ctx *ctx)
{
	/* set by whichever thread the signal came to */
	return ctx->stop && __atomic_load_n(ctx->stop, __ATOMIC_RELAXED);
}

static inline void ctx_progress(struct ctx *ctx, const char *step, const char *mtd, u64 done,
				u64 total)
{
	if (ctx->progress)
		ctx->progress(ctx->progress_arg, step, mtd, done, total);
}

#endif
