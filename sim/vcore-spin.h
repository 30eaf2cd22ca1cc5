/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A loop that waits: code that goes round without a write, reads only what stays as it is, and has
 * the same registers in two passes, goes round until something else changes. All passes until then
 * are one step in time. Without this a core that polls costs more host time than it is given.
 *
 * A loop that polls by commands to the QUADSPI writes its registers in each pass. Such a pass is as
 * good if it leaves the QUADSPI, too, as it was one pass ago (vquadspi_look()).
 *
 * Loops may be nested: the inner ones are part of a pass of the outer.
 */
#ifndef SWDROM_SIM_VCORE_SPIN_H
#define SWDROM_SIM_VCORE_SPIN_H

#include "sim/vquadspi.h"

#include <string.h>

#define VSPIN_REGS  48
#define VSPIN_LOOPS 4

/* everything that a pass may leave behind */
struct vspin_state {
	u32 regs[VSPIN_REGS];
	u64 at_ps, left;	   /* time, instructions still allowed */
	struct vquadspi_look qspi; /* if the loop uses it */
};

struct vspin_loop {
	u32 head;	/* target of the backward branch */
	unsigned int n; /* passes in a row, 0: no loop */
	u64 until_ps;	/* what it read stays the same until then */
	u64 sram_reads; /* vspin_sram() of what it read there */
	bool uses_qspi;
	bool has_state; /* of the last pass that was looked at */
	bool waits;	/* that one was as the pass before */
	struct vspin_state state;
};

struct vspin {
	struct vspin_loop loop[VSPIN_LOOPS];
	unsigned int oldest;
};

/* it wrote, or read something that may be different next time */
static inline void vspin_break(struct vspin *s)
{
	unsigned int i;

	for (i = 0; i < VSPIN_LOOPS; i++)
		s->loop[i].n = 0;
}

/* it read something that stays as it is until @until_ps */
static inline void vspin_read(struct vspin *s, u64 until_ps)
{
	unsigned int i;

	for (i = 0; i < VSPIN_LOOPS; i++)
		s->loop[i].until_ps = min(s->loop[i].until_ps, until_ps);
}

/* SRAM as 64 sets of addresses, one bit each: which sets @len bytes at @addr are in */
static inline u64 vspin_sram(u32 addr, u32 len)
{
	u32 first = addr / 32, last = (addr + len - 1) / 32;
	u64 sets = 0;

	if (last - first >= 63)
		return UINT64_MAX;
	for (; first <= last; first++)
		sets |= UINT64_C(1) << first % 64;
	return sets;
}

/* it read SRAM, which others may write */
static inline void vspin_read_sram(struct vspin *s, u32 addr, u32 len)
{
	u64 sets = vspin_sram(addr, len);
	unsigned int i;

	for (i = 0; i < VSPIN_LOOPS; i++)
		s->loop[i].sram_reads |= sets;
}

/* @more instructions are allowed than were left */
static inline void vspin_allow(struct vspin *s, u64 more)
{
	unsigned int i;

	for (i = 0; i < VSPIN_LOOPS; i++)
		s->loop[i].state.left += more;
}

/* has any loop read these sets of addresses? */
static inline bool vspin_has_read(const struct vspin *s, u64 sets)
{
	unsigned int i;

	for (i = 0; i < VSPIN_LOOPS; i++)
		if (s->loop[i].n && s->loop[i].sram_reads & sets)
			return true;
	return false;
}

/* it read or wrote a register of the QUADSPI */
static inline void vspin_qspi(struct vspin *s)
{
	unsigned int i;

	for (i = 0; i < VSPIN_LOOPS; i++)
		s->loop[i].uses_qspi = true;
}

static inline struct vspin_loop *vspin_find(struct vspin *s, u32 head)
{
	unsigned int i;

	for (i = 0; i < VSPIN_LOOPS; i++)
		if (s->loop[i].n && s->loop[i].head == head)
			return &s->loop[i];
	return NULL;
}

/**
 * vspin_pass() - a backward branch was taken
 * @s: state
 * @head: where to
 *
 * Return: the loop, if what the pass left is worth a look: call vspin_passes(). Loops that do change
 * something are looked at ever more seldom: in passes 2 and 3, 4 and 5, 8 and 9...;
 * those that wait each time.
 */
static inline struct vspin_loop *vspin_pass(struct vspin *s, u32 head)
{
	struct vspin_loop *l = vspin_find(s, head);

	if (!l) {
		l = &s->loop[s->oldest++ % VSPIN_LOOPS];
		l->head = head;
		l->n = 1;
		l->until_ps = SIM_NEVER;
		l->sram_reads = 0;
		l->uses_qspi = false;
		l->has_state = false;
		l->waits = false;
		return NULL;
	}
	l->n++;
	return l->waits || !(l->n & (l->n - 1)) || !((l->n - 1) & (l->n - 2)) ? l : NULL;
}

/**
 * vspin_passes() - how many more passes will be as this one was
 * @l: the loop
 * @now: what this pass left
 * @to_ps: end of the slice
 * @period_ps: filled in: length of a pass
 * @n_insns: filled in: instructions of a pass
 * @until_ps: filled in: it waits at least until then, 0: it does not
 *
 * Return: that many; @l->state is what the pass before left until vspin_looked().
 */
static inline u64 vspin_passes(const struct vspin_loop *l, const struct vspin_state *now, u64 to_ps,
			       u64 *period_ps, u64 *n_insns, u64 *until_ps)
{
	u64 end = l->until_ps;

	*until_ps = 0;
	*period_ps = now->at_ps - l->state.at_ps;
	*n_insns = l->state.left - now->left;
	if (!l->has_state || memcmp(now->regs, l->state.regs, sizeof(now->regs)))
		return 0;
	if (l->uses_qspi) {
		if (!vquadspi_looks_same(&now->qspi, &l->state.qspi))
			return 0;
		end = min(end, now->qspi.until_ps);
	}
	*until_ps = end;
	end = min(end, to_ps);
	if (end <= now->at_ps || !*period_ps || !*n_insns)
		return 0;
	return min((end - now->at_ps) / *period_ps, now->left / *n_insns);
}

/* the next pass is to be compared with @now; @waits: this one was as the one before */
static inline void vspin_looked(struct vspin_loop *l, const struct vspin_state *now, bool waits)
{
	memcpy(l->state.regs, now->regs, sizeof(now->regs));
	l->state.at_ps = now->at_ps;
	l->state.left = now->left;
	if (l->uses_qspi)
		l->state.qspi = now->qspi;
	l->waits = waits;
	l->has_state = true;
}

#endif
