// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One access to the target, there and back: for cold paths that read like a procedure. Each of these
 * sends what is queued before it, and waits for the answer.
 */
#include "lib/memq.h"

#include "lib/clock.h"
#include "lib/ctx.h"

#include <errno.h>

/**
 * target_read32() - read a register now
 * @q: the queue; what is queued goes out first
 * @addr: multiple of 4
 * @val: out, untouched on error
 */
int target_read32(struct memq *q, u32 addr, u32 *val)
{
	u32 v = 0;
	int ret;

	memq_read32(q, addr, &v);
	ret = memq_flush(q);
	if (!ret)
		*val = v;
	return ret;
}

/**
 * target_write32() - write a register now
 * @q: the queue; what is queued goes out first
 * @addr: multiple of 4
 * @val: value
 */
int target_write32(struct memq *q, u32 addr, u32 val)
{
	memq_write32(q, addr, val);
	return memq_flush(q);
}

/**
 * target_update32() - read-modify-write
 * @q: the queue
 * @addr: multiple of 4
 * @clear: bits to clear, then
 * @set: bits to set
 */
int target_update32(struct memq *q, u32 addr, u32 clear, u32 set)
{
	u32 val;
	int ret;

	ret = target_read32(q, addr, &val);
	return ret ? ret : target_write32(q, addr, (val & ~clear) | set);
}

/**
 * target_poll32() - poll until (value & @mask) == @want
 * @q: the queue
 * @addr: multiple of 4
 * @mask: bits to look at
 * @want: their value
 * @timeout_ns: bound
 * @last: out, may be NULL: the last value seen
 *
 * Return: 0; -ETIMEDOUT without ctx->err set; another error with it set.
 */
int target_poll32(struct memq *q, u32 addr, u32 mask, u32 want, u64 timeout_ns, u32 *last)
{
	const u64 start = clock_now_ns(memq_ctx(q)->clk);
	u64 pause = 0;
	u32 val;
	int ret;

	for (;;) {
		const u64 waited = clock_now_ns(memq_ctx(q)->clk) - start;

		ret = target_read32(q, addr, &val);
		if (ret)
			return ret;
		if (last)
			*last = val;
		if ((val & mask) == want)
			return 0;
		if (waited >= timeout_ns)
			return -ETIMEDOUT;
		/* a round trip is pause enough at first; long waits look less often */
		if (pause)
			clock_sleep_ns(memq_ctx(q)->clk, pause);
		pause = min(waited / 8, 10 * MSEC_NS);
	}
}
