// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads of the window in a row, as DMA does them: the data of many are looked up in the chips at once,
 * and what remains for each is the time that its bytes take to come through the FIFO.
 *
 * While such a run lasts the FIFO has its level, but its bytes are in the run's own store: first those
 * that were in the FIFO, then those that the chips are about to give. The chips are told at the end
 * how many they gave.
 */
#include "sim/vquadspi-priv.h"

#include <string.h>

static u8 data_lines(const struct vquadspi *q)
{
	return lines_of(FIELD_GET(CCR_DMODE, q->ccr));
}

/* in the middle of a mapped read that goes on at the run's first address */
static bool goes_on(const struct vquadspi *q, const struct bus_run *r)
{
	return !r->write && r->step == r->size && is_enabled(q) && fmode(q) == FM_MAPPED &&
	       data_lines(q) && FIELD_GET(CCR_ADMODE, q->ccr) && !q->held &&
	       (q->state == ST_DATA || q->state == ST_FULL) && q->selected &&
	       r->addr - QSPI_WINDOW_BASE == q->mapped_at &&
	       mcu_unit_clocked(q->sim->mcu, MCU_UNIT_QSPI);
}

/* bytes that come next, of all chips together, and that are known, but no more than @most */
static u32 look_ahead(const struct vquadspi *q, const u8 *from[2], u32 most)
{
	u64 n = min((u64)most, q->left);
	unsigned int i;

	for (i = 0; i < unit(q); i++) {
		const struct vquadspi_port *p = port_of(q, i);

		if (!p->next_bytes)
			return 0;
		n = min(n, (u64)unit(q) * p->next_bytes(p->dev, data_lines(q), &from[i]));
	}
	return (u32)n;
}

static void store(struct bus_run *r, u32 at, u32 n, unsigned int n_chips, const u8 *from[2])
{
	u32 i;

	if (n_chips == 1) {
		memcpy(r->data + at, from[0], n);
		return;
	}
	for (i = 0; i < n; i++)
		r->data[at + i] = from[i & 1][i >> 1];
}

/* what is due by @at_ps comes; false: something else is due */
static bool come_by(struct vquadspi *q, struct bus_run *r, u64 at_ps)
{
	while (q->next_ps <= at_ps) {
		if (q->state != ST_DATA)
			return false;
		r->taken_ps = vqspi_step_known(q);
		r->n_taken++;
	}
	return true;
}

static u64 window_item(struct bus_run *r, u64 at_ps, u32 *v)
{
	struct vquadspi *q = r->dev;

	if (!come_by(q, r, at_ps))
		return SIM_NEVER;
	q->now_ps = max(q->now_ps, at_ps);
	while (q->level < r->size) /* the clock runs: it stops for a full FIFO only */
		come_by(q, r, q->next_ps);
	*v = mem_get(r->data + r->at, r->size);
	r->at += r->size;
	q->level -= r->size;
	at_ps = max(at_ps, q->now_ps);
	vqspi_resume(q, at_ps);
	return at_ps;
}

static void window_run_end(struct bus_run *r, u32 n_done)
{
	struct vquadspi *q = r->dev;
	unsigned int i;

	q->head = 0;
	memcpy(q->fifo, r->data + r->at, q->level);
	for (i = 0; r->n_taken && i < unit(q); i++)
		port_of(q, i)->skip_bytes(port_of(q, i)->dev, r->n_taken, data_lines(q),
					  r->taken_ps);
	if (!n_done)
		return;
	q->mapped_at += n_done * r->size;
	q->ar = q->mapped_at;
}

/**
 * vqspi_window_run() - begin reads of the window in a row
 * @dev: the controller
 * @r: run
 *
 * Return: false if they are not known to go on as the mapped read that is under way.
 */
bool vqspi_window_run(void *dev, struct bus_run *r)
{
	struct vquadspi *q = dev;
	const u8 *from[2] = { NULL, NULL };
	u32 n, i;

	if (!goes_on(q, r))
		return false;
	n = min(r->n, (BUS_RUN_BYTES - FIFO_LEN) / r->size);
	n = min(n, (QSPI_WINDOW_SIZE - q->mapped_at) / r->size) * r->size + FIFO_LEN;
	n = look_ahead(q, from, n - q->level);
	/* the FIFO may be full after the last of them, and so may have to be all before */
	if (!from[0] || n + q->level < FIFO_LEN + r->size)
		return false;
	r->n = min(r->n, (n + q->level - FIFO_LEN) / r->size);
	for (i = 0; i < q->level; i++)
		r->data[i] = q->fifo[(q->head + i) % FIFO_LEN];
	store(r, q->level, n, unit(q), from);
	r->item = window_item;
	r->end = window_run_end;
	r->dev = q;
	r->at = r->n_taken = 0;
	return true;
}
