/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A loop that waits: code that goes round without a write, reads only what stays as it is, and has
 * the same registers in two passes, goes round until something else changes. All passes until then
 * are one step in time. Without this a core that polls costs more host time than it is given.
 */
#ifndef SWDROM_SIM_VCORE_SPIN_H
#define SWDROM_SIM_VCORE_SPIN_H

#include "sim/core.h"

#include <string.h>

#define VSPIN_REGS 48

struct vspin {
	u32 head;	/* target of the backward branch */
	unsigned int n; /* passes in a row, 0: no loop */
	u64 until_ps;	/* what it read stays the same until then */
	bool has_regs;	/* of the last pass */
	u32 regs[VSPIN_REGS];
	u64 at_ps, left; /* then: time, instructions still allowed */
};

/* it wrote, or read something that may be different next time */
static inline void vspin_break(struct vspin *s)
{
	s->n = 0;
}

/* it read something that stays as it is until @until_ps */
static inline void vspin_read(struct vspin *s, u64 until_ps)
{
	s->until_ps = min(s->until_ps, until_ps);
}

/**
 * vspin_pass() - a backward branch was taken
 * @s: state
 * @head: where to
 *
 * Return: the registers are worth a look: call vspin_passes(). Loops that do change something are
 * looked at ever more seldom: in passes 4 and 5, 8 and 9, 16 and 17...
 */
static inline bool vspin_pass(struct vspin *s, u32 head)
{
	if (head != s->head || !s->n) {
		*s = (struct vspin){ .head = head, .n = 1, .until_ps = SIM_NEVER };
		return false;
	}
	s->n++;
	return s->n >= 4 && (!(s->n & (s->n - 1)) || !((s->n - 1) & (s->n - 2)));
}

/**
 * vspin_passes() - how many more passes will be as this one was
 * @s: state
 * @regs: VSPIN_REGS registers
 * @now_ps: time
 * @to_ps: end of the slice
 * @left: instructions still allowed
 * @period_ps: filled in: length of a pass
 * @n_insns: filled in: instructions of a pass
 */
static inline u64 vspin_passes(struct vspin *s, const u32 *regs, u64 now_ps, u64 to_ps, u64 left,
			       u64 *period_ps, u64 *n_insns)
{
	bool same = s->has_regs && !memcmp(regs, s->regs, sizeof(s->regs));
	u64 end = min(to_ps, s->until_ps);

	*period_ps = now_ps - s->at_ps;
	*n_insns = s->left - left;
	memcpy(s->regs, regs, sizeof(s->regs));
	s->at_ps = now_ps;
	s->left = left;
	s->has_regs = true;
	if (!same || end <= now_ps || !*period_ps || !*n_insns)
		return 0;
	return min((end - now_ps) / *period_ps, left / *n_insns);
}

#endif
