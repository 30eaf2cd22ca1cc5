// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The QUADSPI as a loop that polls finds it, pass by pass.
 */
#include "sim/vquadspi-priv.h"

#include <string.h>

/* counted from @at_ps; SIM_NEVER, and 0 for what has never been, stay what they are */
static u64 relative(u64 t, u64 at_ps)
{
	return t == SIM_NEVER || !t ? t : t - at_ps;
}

static u64 shifted(u64 t, u64 by_ps)
{
	return t == SIM_NEVER || !t ? t : t + by_ps;
}

/**
 * vquadspi_look() - what it would do from a moment on
 * @q: the controller
 * @at_ps: the moment
 * @look: filled in
 */
void vquadspi_look(struct vquadspi *q, u64 at_ps, struct vquadspi_look *look)
{
	struct vquadspi n;
	unsigned int i;

	_Static_assert(sizeof(n) <= sizeof(look->state), "VQUADSPI_LOOK_SIZE is too small");
	vqspi_advance(q, at_ps);
	memcpy(&n, q, sizeof(n));
	memset(&n.dma_event, 0, sizeof(n.dma_event));
	/* the FIFO from its head; what was there before is gone */
	memset(n.fifo, 0, sizeof(n.fifo));
	for (i = 0; i < q->level; i++)
		n.fifo[i] = q->fifo[(q->head + i) % FIFO_LEN];
	n.head = 0;
	n.now_ps = relative(q->now_ps, at_ps);
	n.next_ps = relative(q->next_ps, at_ps);
	n.ncs_high_ps = relative(q->ncs_high_ps, at_ps);
	n.base_ps = relative(q->base_ps, at_ps);
	n.quiet_ps = 0;
	memset(look->state, 0, sizeof(look->state));
	memcpy(look->state, &n, sizeof(n));
	look->until_ps = q->quiet_ps;
	look->n_commands = q->sim->stats.nor_commands;
	look->n_complaints = sim_n_complaints(q->sim);
}

/**
 * vquadspi_looks_same() - is a pass of the loop between these two looks to be repeated?
 * @a: one look
 * @b: another
 */
bool vquadspi_looks_same(const struct vquadspi_look *a, const struct vquadspi_look *b)
{
	return !memcmp(a->state, b->state, sizeof(a->state)) && a->n_complaints == b->n_complaints;
}

/**
 * vquadspi_repeat() - leave out passes
 * @q: the controller
 * @before: the look before the pass that is repeated
 * @now: the look after it, at the last moment it has seen; then as if taken after the passes
 * @n: passes
 * @period_ps: length of each
 */
void vquadspi_repeat(struct vquadspi *q, const struct vquadspi_look *before,
		     struct vquadspi_look *now, u64 n, u64 period_ps)
{
	u64 by_ps = n * period_ps;

	q->now_ps = shifted(q->now_ps, by_ps);
	q->next_ps = shifted(q->next_ps, by_ps);
	q->ncs_high_ps = shifted(q->ncs_high_ps, by_ps);
	q->base_ps = shifted(q->base_ps, by_ps);
	now->n_commands += n * (now->n_commands - before->n_commands);
	q->sim->stats.nor_commands = now->n_commands;
}
