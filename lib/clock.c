// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/clock.h"

#include <errno.h>
#include <time.h>

static u64 host_now_ns(struct sysclock *clk)
{
	struct timespec ts;

	(void)clk;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * SEC_NS + (u64)ts.tv_nsec;
}

static void host_sleep_ns(struct sysclock *clk, u64 ns)
{
	struct timespec ts = { .tv_sec = (time_t)(ns / SEC_NS), .tv_nsec = (long)(ns % SEC_NS) };

	(void)clk;
	while (clock_nanosleep(CLOCK_MONOTONIC, 0, &ts, &ts) == EINTR)
		;
}

struct sysclock *sysclock_host(void)
{
	static struct sysclock host = { .now_ns = host_now_ns, .sleep_ns = host_sleep_ns };

	return &host;
}
