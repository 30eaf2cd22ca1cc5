// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A QUADSPI command on its way over the pins: RM0351 17.3.3 (phases), 17.3.5 (FIFO), 17.3.6
 * (automatic polling), 17.3.15 (NCS).
 *
 *   idle -> NCS low -> opcode, address, alternate bytes, dummy clocks, data -> NCS high -> idle
 *                      (one step a byte; data waits for the FIFO)               or the poll gap
 */
#include "sim/vquadspi-priv.h"

#include <string.h>

#define E1_ONE_IN     4 /* how often such a read gets its extra byte: the errata sheet gives no rate */
#define E1_PRESCALER  1
#define LINES_4	      3
#define REBASE_CYCLES (1u << 16) /* so that the product with period_fx fits */
#define MAX_CLK_MHZ   60	 /* DS10198, QUADSPI in SDR mode, 15 pF (recalled) */

/* ---- time ---- */

static u64 cycle_ps(const struct vquadspi *q, u64 n)
{
	return q->base_ps + ((q->period_fx * n) >> 16);
}

void vqspi_take_clock(struct vquadspi *q)
{
	u64 hz = mcu_hclk_hz(q->sim->mcu);

	/* 256 * 10^12 * 2^16 does not fit 64 bits for the slowest clocks: two steps */
	u64 ps = PS_PER_S / hz, rest = PS_PER_S % hz;

	q->period_fx = ((ps << 16) + (rest << 16) / hz) * (FIELD_GET(CR_PRESCALER, q->cr) + 1);
}

static void rebase(struct vquadspi *q, u64 at_ps)
{
	q->base_ps = at_ps;
	q->cycles = 0;
}

/* the next step is due when @clocks more have run */
static void step_after(struct vquadspi *q, u64 clocks)
{
	if (q->cycles >= REBASE_CYCLES)
		rebase(q, cycle_ps(q, q->cycles));
	q->cycles += clocks;
	q->next_ps = cycle_ps(q, q->cycles);
}

/* one period before the rising edge of the first of the @clocks that end now */
static u64 began_ps(const struct vquadspi *q, u64 clocks)
{
	return cycle_ps(q, q->cycles - clocks);
}

/* ---- steps of a command ---- */

static void header_add(struct vquadspi *q, u32 mode, u32 value, u32 n_bytes)
{
	u8 lines = lines_of(mode);

	if (!lines)
		return;
	while (n_bytes--) {
		q->header[q->n_header].byte = (u8)(value >> (8 * n_bytes));
		q->header[q->n_header++].lines = lines;
	}
}

/* a status read: an opcode, an answer, and no DMA that takes it */
static bool may_repeat(const struct vquadspi *q)
{
	return fmode(q) == FM_READ && q->ccr & CCR_IMODE &&
	       !(q->ccr & (CCR_ADMODE | CCR_ABMODE | CCR_SIOO)) && !(q->cr & CR_DMAEN);
}

/* until when all chips that are asked answer as they did */
static u64 quiet_until(const struct vquadspi *q)
{
	u64 t = SIM_NEVER;
	unsigned int i;

	for (i = 0; i < unit(q); i++)
		t = min(t, port_of(q, i)->quiet_until(port_of(q, i)->dev));
	return t;
}

static void raise_ncs(struct vquadspi *q, u64 at_ps)
{
	unsigned int i;

	if (q->selected) {
		for (i = 0; i < unit(q); i++)
			port_of(q, i)->deselect(port_of(q, i)->dev, at_ps);
		q->quiet_ps = may_repeat(q) ? quiet_until(q) : 0;
		q->n_unlike += !q->quiet_ps;
	}
	q->selected = false;
	q->ncs_high_ps = at_ps;
}

void vqspi_start(struct vquadspi *q, u64 at_ps)
{
	u64 csht = FIELD_GET(DCR_CSHT, q->dcr) + 1;
	u64 earliest;

	vqspi_take_clock(q);
	q->n_header = 0;
	q->at_header = 0;
	if (!(q->ccr & CCR_SIOO && q->opcode_sent))
		header_add(q, FIELD_GET(CCR_IMODE, q->ccr), q->ccr & 0xff, 1);
	header_add(q, FIELD_GET(CCR_ADMODE, q->ccr), q->address / unit(q),
		   FIELD_GET(CCR_ADSIZE, q->ccr) + 1);
	header_add(q, FIELD_GET(CCR_ABMODE, q->ccr), q->abr, FIELD_GET(CCR_ABSIZE, q->ccr) + 1);
	q->opcode_sent = true;
	q->drained_read = false;
	q->extra_byte = false;
	q->stalled = false;
	q->n_poll = 0;
	q->poll_shift = 0;

	q->left = 0;
	if (FIELD_GET(CCR_DMODE, q->ccr)) {
		q->left = (u64)dlr(q) + 1;
		if (fmode(q) == FM_POLL)
			q->left = min(q->left, (u64)4);
		else if (fmode(q) == FM_MAPPED || dlr(q) == DLR_ENDLESS)
			q->left = FIELD_GET(DCR_FSIZE, q->dcr) == 31 ? SIM_NEVER
								     : flash_size(q) - q->address;
	}
	if (fmode(q) == FM_READ && !q->n_header) {
		sim_complain(q->sim, "quadspi", "indirect read with a data phase only: BUSY stays");
		q->state = ST_HANG;
		q->next_ps = SIM_NEVER;
		return;
	}
	if (q->ccr & CCR_DDRM)
		sim_complain(q->sim, "quadspi", "DDR mode: the chips of this bench have none");
	earliest = q->ncs_high_ps + (q->ncs_high_ps ? (q->period_fx * csht) >> 16 : 0);
	q->state = ST_SELECT;
	q->next_ps = max(at_ps, earliest);
}

static void finish_data(struct vquadspi *q)
{
	q->state = ST_DESELECT;
	step_after(q, 1); /* NCS rises one period after the last rising edge */
}

/* clocks for a byte; a phase that is not there (mode field 0) takes none */
static unsigned int clocks_of(u8 lines)
{
	return lines ? 8 / lines : 0;
}

/* data: begin the next byte, or wait for the FIFO */
static void next_data(struct vquadspi *q)
{
	unsigned int clocks, i;

	q->state = ST_DATA;
	if (!q->left) {
		finish_data(q);
		return;
	}
	clocks = clocks_of(lines_of(FIELD_GET(CCR_DMODE, q->ccr)));
	if (fmode(q) == FM_WRITE ? q->level < unit(q) : FIFO_LEN - q->level < unit(q)) {
		q->stalled = true; /* CLK stops, NCS stays low */
		q->next_ps = SIM_NEVER;
		if (fmode(q) == FM_MAPPED) {
			q->state = ST_FULL;
			if (q->cr & CR_TCEN)
				step_after(q, q->lptr);
		}
		return;
	}
	for (i = 0; fmode(q) == FM_WRITE && i < unit(q); i++)
		q->shift[i] = fifo_pop(q);
	step_after(q, clocks);
}

void vqspi_resume(struct vquadspi *q, u64 at_ps)
{
	if (!q->stalled)
		return;
	q->stalled = false;
	rebase(q, at_ps);
	next_data(q);
}

static void next_phase(struct vquadspi *q)
{
	if (q->at_header < q->n_header) {
		q->state = ST_HEADER;
		step_after(q, clocks_of(q->header[q->at_header].lines));
		return;
	}
	if (q->state != ST_DUMMY && FIELD_GET(CCR_DCYC, q->ccr)) {
		q->state = ST_DUMMY;
		step_after(q, FIELD_GET(CCR_DCYC, q->ccr));
		return;
	}
	next_data(q);
}

static void step_header(struct vquadspi *q)
{
	u8 byte = q->header[q->at_header].byte, lines = q->header[q->at_header].lines;
	unsigned int i;

	for (i = 0; i < unit(q); i++)
		port_of(q, i)->send(port_of(q, i)->dev, byte, lines, began_ps(q, clocks_of(lines)));
	q->at_header++;
	next_phase(q);
}

static void step_dummy(struct vquadspi *q)
{
	u32 n = FIELD_GET(CCR_DCYC, q->ccr);
	u8 lines = lines_of(FIELD_GET(CCR_DMODE, q->ccr));
	unsigned int i;

	for (i = 0; i < unit(q); i++)
		port_of(q, i)->dummy(port_of(q, i)->dev, lines ? lines : 1, n, began_ps(q, n));
	next_phase(q);
}

/*
 * E1: an extra byte at the end of a read. The errata sheets of the dies that have it (title in
 * ES0250; conditions in ES0298, ES0321, 2.4.1) limit it to four lines, DDR, PRESCALER 1, and
 * OpenOCD, which polls BUSY after reads on one line and drains nothing, works on such boards. HAL
 * guards every read of this die against it: with extra_byte=1 every read may have it.
 */
static bool has_extra_byte(struct vquadspi *q)
{
	bool may = FIELD_GET(CCR_DMODE, q->ccr) == LINES_4 && (q->ccr & CCR_DDRM) &&
		   FIELD_GET(CR_PRESCALER, q->cr) == E1_PRESCALER && !q->has_bank2;

	return (may || q->sim->faults.extra_byte) && sim_rng_u64(&q->rng) % E1_ONE_IN == 0;
}

u64 vqspi_step_known(struct vquadspi *q)
{
	u64 from = began_ps(q, clocks_of(lines_of(FIELD_GET(CCR_DMODE, q->ccr))));

	q->now_ps = q->next_ps;
	if (q->left != SIM_NEVER)
		q->left -= unit(q);
	if (fills_fifo(q))
		q->level += unit(q);
	next_data(q);
	return from;
}

/* @n bytes of one chip, out or in, if they can be had at once; the last one's clocks began at @last_ps */
static bool move_at_once(const struct vquadspi *q, const struct vquadspi_port *p, u8 *data,
			 unsigned int n, u64 last_ps)
{
	u8 lines = lines_of(FIELD_GET(CCR_DMODE, q->ccr));
	const u8 *from;

	if (n == 1)
		return false;
	if (fmode(q) == FM_WRITE)
		return p->send_bytes && p->send_bytes(p->dev, data, n, lines, last_ps);
	if (!p->next_bytes || p->next_bytes(p->dev, lines, &from) < n)
		return false;
	memcpy(data, from, n);
	p->skip_bytes(p->dev, n, lines, last_ps);
	return true;
}

/* @n bytes of each chip, whose clocks began at @from, go out or come in */
static void move_data(struct vquadspi *q, u8 data[2][FIFO_LEN], unsigned int n, const u64 *from)
{
	u8 lines = lines_of(FIELD_GET(CCR_DMODE, q->ccr));
	bool done[2];
	unsigned int i, k;

	for (i = 0; i < unit(q); i++)
		done[i] = move_at_once(q, port_of(q, i), data[i], n, from[n - 1]);
	for (k = 0; k < n; k++) {
		for (i = 0; i < unit(q); i++) {
			const struct vquadspi_port *p = port_of(q, i);

			if (done[i])
				continue;
			if (fmode(q) == FM_WRITE)
				p->send(p->dev, data[i][k], lines, from[k]);
			else
				data[i][k] = p->recv(p->dev, lines, from[k]);
		}
	}
}

/* what came in, of one chip or of both, the first one's byte first, behind @level bytes of the FIFO */
static void store_data(struct vquadspi *q, u8 data[2][FIFO_LEN], unsigned int n, unsigned int level)
{
	unsigned int i;

	for (i = 0; i < n * unit(q); i++) {
		u8 b = data[i % unit(q)][i / unit(q)];

		if (fmode(q) == FM_POLL)
			q->poll_shift |= (u32)b << (8 * q->n_poll++);
		else
			q->fifo[(q->head + level + i) % FIFO_LEN] = b;
	}
}

/* all data that are due by @to_ps, while nothing but data is due */
static void step_data(struct vquadspi *q, u64 to_ps)
{
	unsigned int n = 0, i, level = q->level;
	u8 data[2][FIFO_LEN] = { { 0 } };
	u64 from[FIFO_LEN];

	do {
		for (i = 0; i < unit(q); i++)
			data[i][n] = q->shift[i];
		from[n++] = vqspi_step_known(q);
	} while (q->state == ST_DATA && q->next_ps <= to_ps && n < FIFO_LEN &&
		 !q->sim->opts.reference_dp);
	move_data(q, data, n, from);
	if (fmode(q) == FM_WRITE)
		return;
	store_data(q, data, n, level);
	if (!q->left && fmode(q) == FM_READ) {
		q->flags |= SR_TCF;
		q->drained_read = true;
		if (has_extra_byte(q)) {
			if (q->level < FIFO_LEN)
				fifo_push(q, data[unit(q) - 1][n - 1]);
			else
				q->extra_byte = true;
		}
	}
}

u64 vqspi_data_due_ps(const struct vquadspi *q, unsigned int n)
{
	unsigned int clocks = clocks_of(lines_of(FIELD_GET(CCR_DMODE, q->ccr)));
	unsigned int steps = (n + unit(q) - 1) / unit(q);

	/* the step that is due now counts; to write, it has left the FIFO already */
	if (q->sim->opts.reference_dp || q->state != ST_DATA || q->stalled || !steps ||
	    (u64)steps * unit(q) >= q->left || q->cycles + (u64)steps * clocks >= REBASE_CYCLES)
		return q->next_ps;
	return cycle_ps(q, q->cycles + (u64)(steps - 1) * clocks);
}

static bool poll_matches(const struct vquadspi *q)
{
	u32 differ = (q->poll_value ^ q->psmar) & q->psmkr;

	if (q->cr & CR_PMM) /* OR: one unmasked bit is enough */
		return (~(q->poll_value ^ q->psmar) & q->psmkr) != 0;
	return !differ;
}

/* clocks that NCS stays high between two polls */
static u64 poll_gap(const struct vquadspi *q)
{
	return max(q->pir, FIELD_GET(DCR_CSHT, q->dcr) + 1);
}

/* leave out polls that are sure to be answered like the last one, up to @to_ps */
static void skip_polls(struct vquadspi *q, u64 to_ps)
{
	u64 quiet = quiet_until(q), end = min(quiet, to_ps);
	u64 clocks = 1 + poll_gap(q), period, n; /* NCS rises one clock after the last edge */
	unsigned int i;

	for (i = 0; i < q->n_header; i++)
		clocks += clocks_of(q->header[i].lines);
	clocks += FIELD_GET(CCR_DCYC, q->ccr);
	clocks += q->n_poll / unit(q) * clocks_of(lines_of(FIELD_GET(CCR_DMODE, q->ccr)));
	period = (q->period_fx * clocks) >> 16;
	if (!period || end <= q->next_ps || q->ccr & CCR_SIOO)
		return;
	n = (end - q->next_ps) / period;
	if (n < 2)
		return;
	n--; /* the last one is done for real */
	q->next_ps += n * period;
	q->ncs_high_ps += n * period;
	q->sim->stats.nor_commands += n * unit(q);
}

static void end_poll(struct vquadspi *q)
{
	bool match;

	q->poll_value = q->poll_shift;
	match = poll_matches(q);
	q->poll_ftf = true;
	if (match)
		q->flags |= SR_SMF;
	if (match && q->cr & CR_APMS) {
		q->state = ST_IDLE;
		q->next_ps = SIM_NEVER;
		return;
	}
	q->state = ST_GAP;
	q->next_ps = q->ncs_high_ps + ((q->period_fx * poll_gap(q)) >> 16);
}

static void step_deselect(struct vquadspi *q)
{
	raise_ncs(q, q->next_ps);
	if (fmode(q) == FM_POLL) {
		end_poll(q);
		return;
	}
	if (fmode(q) == FM_WRITE) {
		q->flags |= SR_TCF;
		fifo_flush(q); /* bytes beyond DLR + 1 */
	}
	q->state = ST_IDLE;
	q->next_ps = SIM_NEVER;
}

static void step_select(struct vquadspi *q)
{
	struct vquadspi_clock clk = { .period_ps = period_ps(q),
				      .idle_high = q->dcr & DCR_CKMODE,
				      .shifted = q->cr & CR_SSHIFT };
	unsigned int i;

	if ((clk.period_ps + 1) * MAX_CLK_MHZ <= 1000000) /* the period was rounded down */
		sim_complain(q->sim, "quadspi", "CLK of %llu MHz, the pins do %u MHz at most",
			     (unsigned long long)(1000000 / clk.period_ps), MAX_CLK_MHZ);
	for (i = 0; i < unit(q); i++)
		port_of(q, i)->select(port_of(q, i)->dev, &clk, q->next_ps);
	q->selected = true;
	rebase(q, q->next_ps);
	next_phase(q); /* the first rising edge comes one period after NCS */
}

static void step_abort(struct vquadspi *q)
{
	q->cr &= ~CR_ABORT;
	q->flags |= SR_TCF;
	q->state = ST_IDLE;
	q->next_ps = SIM_NEVER;
}

void vqspi_step(struct vquadspi *q, u64 to_ps)
{
	q->now_ps = q->next_ps;
	switch (q->state) {
	case ST_SELECT:
		step_select(q);
		break;
	case ST_HEADER:
		step_header(q);
		break;
	case ST_DUMMY:
		step_dummy(q);
		break;
	case ST_DATA:
		step_data(q, to_ps);
		break;
	case ST_DESELECT:
		step_deselect(q);
		if (q->state == ST_GAP)
			skip_polls(q, to_ps);
		break;
	case ST_GAP:
		vqspi_start(q, q->next_ps);
		break;
	case ST_ABORT:
		step_abort(q);
		break;
	case ST_FULL: /* mapped mode: nobody came within LPTR clocks */
		raise_ncs(q, q->next_ps);
		fifo_flush(q);
		q->flags |= SR_TOF;
		q->stalled = false;
		q->state = ST_IDLE;
		q->next_ps = SIM_NEVER;
		break;
	default:
		q->next_ps = SIM_NEVER;
		break;
	}
}

void vqspi_advance(struct vquadspi *q, u64 to_ps)
{
	while (q->next_ps <= to_ps)
		vqspi_step(q, to_ps);
	q->now_ps = max(q->now_ps, to_ps);
}

void vqspi_stop(struct vquadspi *q, u64 at_ps)
{
	raise_ncs(q, q->selected ? at_ps : q->ncs_high_ps);
	fifo_flush(q);
	q->stalled = false;
	q->poll_ftf = false;
	q->state = ST_IDLE;
	q->next_ps = SIM_NEVER;
}
