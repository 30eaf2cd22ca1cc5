/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The only source of time. A real adapter runs on the host's monotonic clock, the virtual
 * bench on its own.
 */
#ifndef SWDROM_LIB_CLOCK_H
#define SWDROM_LIB_CLOCK_H

#include "lib/types.h"

struct sysclock {
	u64 (*now_ns)(struct sysclock *clk);
	void (*sleep_ns)(struct sysclock *clk, u64 ns);
};

static inline u64 clock_now_ns(struct sysclock *clk)
{
	return clk->now_ns(clk);
}

static inline void clock_sleep_ns(struct sysclock *clk, u64 ns)
{
	clk->sleep_ns(clk, ns);
}

/* sysclock_host() - the host's CLOCK_MONOTONIC; a constant object, never freed */
struct sysclock *sysclock_host(void);

#endif
