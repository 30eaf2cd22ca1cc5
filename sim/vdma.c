// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * DMA1 and DMA2: RM0351 11.
 *
 * A transfer is one item: arbitration, a read and a write on the bus. Transfers are done late, when
 * an access or a change of clocks needs to see their effect, in the order of their times; if nothing
 * does for a while, an event does those that have piled up, so that whoever looks next (and may do so
 * in real time) does not find all of them still to be done. Only where a request line of a peripheral
 * asks, an event does each at its own time, because the peripheral goes on by it.
 */
#include "sim/vdma.h"

#include "sim/vcortexm.h"
#include "sim/vdbgmcu.h"
#include "sim/vrcc.h"

#include <stdlib.h>
#include <string.h>

#define DMA1_BASE     0x40020000u
#define DMA_STRIDE    0x400u
#define N_CONTROLLERS 2
#define N_CHANNELS    7

#define DMA_ISR	      0x00
#define DMA_IFCR      0x04
#define DMA_CH1	      0x08
#define CH_STRIDE     0x14
#define DMA_CSELR     0xa8
#define CH_CCR	      0x00
#define CH_CNDTR      0x04
#define CH_CPAR	      0x08
#define CH_CMAR	      0x0c

#define CCR_EN	      BIT(0)
#define CCR_TCIE      BIT(1)
#define CCR_HTIE      BIT(2)
#define CCR_TEIE      BIT(3)
#define CCR_DIR	      BIT(4)
#define CCR_CIRC      BIT(5)
#define CCR_PINC      BIT(6)
#define CCR_MINC      BIT(7)
#define CCR_PSIZE     GENMASK(9, 8)
#define CCR_MSIZE     GENMASK(11, 10)
#define CCR_PL	      GENMASK(13, 12)
#define CCR_MEM2MEM   BIT(14)
#define CCR_MASK      0x7fffu
#define CCR_ENABLES   (CCR_EN | CCR_TCIE | CCR_HTIE | CCR_TEIE)

/* of each channel, four bits in ISR and IFCR */
#define IF_GIF	   BIT(0)
#define IF_TCIF	   BIT(1)
#define IF_HTIF	   BIT(2)
#define IF_TEIF	   BIT(3)

#define CNDTR_MASK 0xffffu
#define CSELR_MASK 0x0fffffffu

/*
 * HCLK cycles of one item on a free bus: arbitration and acknowledge, read, write. AN2548 counts
 * about eight for memory to memory; wait states and stalls of the slaves come on top.
 */
#define ITEM_CYCLES 8

/* how long items pile up: some thousand of them, in far less than that of the host's time */
#define LATEST_PS (250 * PS_PER_US)

/* RM0351 tables 44 and 45: channel (from 0) and CSELR value of the lines, on each controller */
static const struct {
	u8 channel[N_CONTROLLERS], request[N_CONTROLLERS];
	u8 bus, bit; /* the gate of the unit that asks */
} lines[DMA_N_LINES] = {
	[DMA_LINE_QUADSPI] = { { 4, 6 }, { 5, 3 }, RCC_AHB3, 8 },
	[DMA_LINE_ADC1] = { { 0, 2 }, { 0, 0 }, RCC_AHB2, 13 },
};

struct channel {
	u32 ccr, cndtr, cpar, cmar;
	u32 reload, src, dst; /* of the run */
	u64 ready_ps;	      /* enabled then */
	bool stale;	      /* stopped half-way and not set up again */
};

struct controller {
	struct vdma *dma;
	unsigned int index;
	struct channel ch[N_CHANNELS];
	u32 isr, cselr;
	u64 free_ps;  /* the item before is done; SIM_NEVER: it never will be */
	u32 late_isr; /* flags that come up at free_ps */
};

struct request {
	bool asks;
	u64 since_ps;
	u64 period_ps, tick_ps; /* the next tick of a periodic line */
};

struct vdma {
	struct mcu *mcu;
	struct controller c[N_CONTROLLERS];
	struct request lines[DMA_N_LINES];
	bool running; /* an item's own accesses may come back to us */
	struct sim_event ev;
	struct bus_run from, to; /* items in a row */
};

/* ---- requests ---- */

static bool is_clocked(const struct controller *c)
{
	const struct mcu *mcu = c->dma->mcu;

	return mcu->powered && !mcu->in_reset &&
	       mcu_unit_clocked(mcu, c->index ? MCU_UNIT_DMA2 : MCU_UNIT_DMA1) &&
	       (vcortexm_state(mcu->core) != CORE_STOP || vdbgmcu_stop(mcu->dbg));
}

static bool serves(const struct controller *c, unsigned int n, enum dma_line line)
{
	const struct channel *ch = &c->ch[n];

	return n == lines[line].channel[c->index] && (ch->ccr & CCR_EN) &&
	       !(ch->ccr & CCR_MEM2MEM) && ch->cndtr &&
	       (c->cselr >> (4 * n) & 0xf) == lines[line].request[c->index];
}

static bool line_is_alive(const struct vdma *d, enum dma_line line)
{
	return vrcc_enabled(d->mcu->rcc, lines[line].bus, lines[line].bit);
}

static bool is_on(const struct channel *ch)
{
	return ch->ccr & CCR_EN && ch->cndtr;
}

/* is a channel on? most of the time none is */
static bool has_work(const struct controller *c)
{
	u32 on = 0;
	unsigned int n;

	for (n = 0; n < N_CHANNELS; n++)
		on |= c->ch[n].ccr & CCR_EN;
	return on;
}

/* since when does channel @n have something to do; SIM_NEVER: it has not */
static u64 asked_ps(const struct controller *c, unsigned int n)
{
	const struct channel *ch = &c->ch[n];
	unsigned int i;

	if (!is_on(ch))
		return SIM_NEVER;
	if (ch->ccr & CCR_MEM2MEM)
		return ch->ready_ps;
	for (i = 0; i < DMA_N_LINES; i++) {
		const struct request *r = &c->dma->lines[i];

		if (!serves(c, n, (enum dma_line)i) || !line_is_alive(c->dma, (enum dma_line)i))
			continue;
		if (r->asks)
			return max(r->since_ps, ch->ready_ps);
		if (r->period_ps)
			return max(r->tick_ps, ch->ready_ps);
	}
	return SIM_NEVER;
}

/* time of the next item, and whose it is */
static u64 next_item(const struct controller *c, unsigned int *which)
{
	u64 asked[N_CHANNELS], first = SIM_NEVER, start;
	unsigned int n, best = N_CHANNELS;

	if (c->free_ps == SIM_NEVER || !has_work(c))
		return SIM_NEVER;
	for (n = 0; n < N_CHANNELS; n++) {
		asked[n] = is_on(&c->ch[n]) ? asked_ps(c, n) : SIM_NEVER;
		first = min(first, asked[n]);
	}
	if (first == SIM_NEVER || !is_clocked(c))
		return SIM_NEVER;
	start = max(first, c->free_ps);
	for (n = 0; n < N_CHANNELS; n++) {
		if (asked[n] > start)
			continue;
		if (best == N_CHANNELS ||
		    FIELD_GET(CCR_PL, c->ch[n].ccr) > FIELD_GET(CCR_PL, c->ch[best].ccr))
			best = n;
	}
	*which = best;
	return start + ITEM_CYCLES * c->dma->mcu->hclk_ps;
}

static void acknowledge(struct vdma *d, const struct controller *c, unsigned int n, u64 t)
{
	unsigned int i;

	for (i = 0; i < DMA_N_LINES; i++) {
		struct request *r = &d->lines[i];

		if (r->period_ps && serves(c, n, (enum dma_line)i) && r->tick_ps <= t)
			r->tick_ps += r->period_ps;
		else if (r->asks && serves(c, n, (enum dma_line)i))
			r->since_ps = t; /* if it still asks after this item, it asks again */
	}
}

/* of ticks that nobody served, the last one still asks; was there one? */
static bool drop_ticks(struct vdma *d, u64 t)
{
	bool dropped = false;
	unsigned int i;

	for (i = 0; i < DMA_N_LINES; i++) {
		struct request *r = &d->lines[i];

		if (r->period_ps && r->tick_ps < t) {
			r->tick_ps += (t - r->tick_ps) / r->period_ps * r->period_ps;
			dropped = true;
		}
	}
	return dropped;
}

/* ---- transfers ---- */

static void raise_flags(struct controller *c, unsigned int n, u32 flags)
{
	c->late_isr |= (flags | IF_GIF) << (4 * n);
}

static void settle_flags(struct controller *c, u64 t)
{
	if (c->free_ps <= t) {
		c->isr |= c->late_isr;
		c->late_isr = 0;
	}
}

static unsigned int size_of(u32 code)
{
	return 1u << min(code, 2u);
}

static enum bus_resp transfer(struct vdma *d, struct bus_xact *x)
{
	static const u32 copies[3] = { 0x01010101u, 0x00010001u, 1 };

	x->master = BUS_DMA;
	x->addr &= ~(x->size - 1u); /* the low bits are not looked at: RM0351 11.6.5 */
	x->done_ps = x->at_ps;
	if (x->write) /* narrow data lie on all lanes: RM0351 11.4.5 */
		x->data = (x->size == 4 ? x->data : x->data & GENMASK(8 * x->size - 1, 0)) *
			  copies[x->size / 2];
	return mcu_bus_access(d->mcu, x);
}

/* one item of channel @n, its effect at @t */
static void do_item(struct controller *c, unsigned int n, u64 t)
{
	struct vdma *d = c->dma;
	struct channel *ch = &c->ch[n];
	bool to_periph = ch->ccr & CCR_DIR;
	unsigned int psize = size_of(FIELD_GET(CCR_PSIZE, ch->ccr));
	unsigned int msize = size_of(FIELD_GET(CCR_MSIZE, ch->ccr));
	bool pinc = ch->ccr & CCR_PINC, minc = ch->ccr & CCR_MINC;
	struct bus_xact r = { .addr = ch->src,
			      .size = (u8)(to_periph ? msize : psize),
			      .at_ps = t };
	struct bus_xact w = { .addr = ch->dst,
			      .size = (u8)(to_periph ? psize : msize),
			      .write = true };
	enum bus_resp resp = transfer(d, &r);

	if (resp == BUS_OK && r.done_ps != SIM_NEVER) {
		w.at_ps = r.done_ps;
		w.data = bus_lane_get(&r);
		resp = transfer(d, &w);
	} else {
		w.done_ps = r.done_ps;
	}
	c->free_ps = w.done_ps;
	if (w.done_ps == SIM_NEVER) {
		sim_complain(d->mcu->sim, "dma", "DMA%u hangs in a transfer from 0x%08x to 0x%08x",
			     c->index + 1, ch->src, ch->dst);
		return;
	}
	if (resp != BUS_OK) { /* RM0351 11.4.6 */
		ch->ccr &= ~CCR_EN;
		ch->stale = true;
		raise_flags(c, n, IF_TEIF);
		return;
	}
	if (!(ch->ccr &
	      CCR_EN)) /* the item itself has switched the channel off, or reset the part */
		return;
	acknowledge(d, c, n, t);
	if (to_periph ? minc : pinc)
		ch->src += r.size;
	if (to_periph ? pinc : minc)
		ch->dst += w.size;
	ch->cndtr--;
	if (ch->cndtr == ch->reload / 2)
		raise_flags(c, n, IF_HTIF);
	if (ch->cndtr)
		return;
	raise_flags(c, n, IF_TCIF);
	if ((ch->ccr & CCR_CIRC) && !(ch->ccr & CCR_MEM2MEM)) {
		ch->cndtr = ch->reload;
		ch->src = to_periph ? ch->cmar : ch->cpar;
		ch->dst = to_periph ? ch->cpar : ch->cmar;
	}
}

/* ---- items in a row ---- */

/* since when a channel of @c other than @n asks */
static u64 others_ask_ps(const struct controller *c, unsigned int n)
{
	u64 first = SIM_NEVER;
	unsigned int i;

	for (i = 0; i < N_CHANNELS; i++)
		if (i != n)
			first = min(first, asked_ps(c, i));
	return first;
}

/* may the items of channel @n be made in a row? */
static bool is_copying(const struct controller *c, unsigned int n)
{
	return c->ch[n].ccr & CCR_MEM2MEM && !c->dma->mcu->sim->opts.reference_dp;
}

static bool begin_run(struct controller *c, const struct channel *ch, u32 n)
{
	struct vdma *d = c->dma;
	bool to_periph = ch->ccr & CCR_DIR;
	u8 psize = (u8)size_of(FIELD_GET(CCR_PSIZE, ch->ccr));
	u8 msize = (u8)size_of(FIELD_GET(CCR_MSIZE, ch->ccr));
	u8 pstep = ch->ccr & CCR_PINC ? psize : 0, mstep = ch->ccr & CCR_MINC ? msize : 0;
	struct bus_run *r = &d->from, *w = &d->to;

	r->size = to_periph ? msize : psize;
	r->step = to_periph ? mstep : pstep;
	r->write = false;
	w->size = to_periph ? psize : msize;
	w->step = to_periph ? pstep : mstep;
	w->write = true;
	r->addr = ch->src & ~(r->size - 1u); /* the low bits are not looked at: RM0351 11.6.5 */
	w->addr = ch->dst & ~(w->size - 1u);
	r->master = w->master = BUS_DMA;
	r->n = w->n = n;
	if (!mcu_bus_run(d->mcu, r))
		return false;
	if (!mcu_bus_run(d->mcu, w)) {
		r->end(r, 0);
		return false;
	}
	return true;
}

/*
 * Items of memory-to-memory channel @n up to time @t, while nothing else asks for the bus: the same as
 * do_item() over and over, for slaves that know runs. False: there was none.
 */
static bool do_items(struct controller *c, unsigned int n, u64 t, u64 others_due_ps)
{
	const u64 item_ps = ITEM_CYCLES * c->dma->mcu->hclk_ps;
	struct channel *ch = &c->ch[n];
	struct bus_run *r = &c->dma->from, *w = &c->dma->to;
	u64 others_ps = others_ask_ps(c, n), start = max(ch->ready_ps, c->free_ps);
	u32 most, i, v = 0;

	t = min(t, others_due_ps ? others_due_ps - 1 : 0);
	if (start >= others_ps || start + item_ps > t)
		return false;
	most = (u32)min((u64)ch->cndtr, (t - start) / item_ps);
	if (!begin_run(c, ch, most))
		return false;
	most = min(r->n, w->n);
	for (i = 0; i < most && start < others_ps && start + item_ps <= t; i++) {
		u64 at = r->item(r, start + item_ps, &v);

		if (at == SIM_NEVER)
			break;
		settle_flags(c, start + item_ps);
		start = c->free_ps = w->item(w, at, &v);
		ch->cndtr--;
		if (ch->cndtr == ch->reload / 2)
			raise_flags(c, n, IF_HTIF);
		if (!ch->cndtr)
			raise_flags(c, n, IF_TCIF);
	}
	r->end(r, i);
	w->end(w, i);
	ch->src += i * r->step;
	ch->dst += i * w->step;
	return i;
}

/* does a peripheral that goes on by its transfers wait for one */
static bool is_waited_for(const struct controller *c)
{
	unsigned int i;

	for (i = 0; i < DMA_N_LINES; i++)
		if (c->dma->lines[i].asks &&
		    serves(c, lines[i].channel[c->index], (enum dma_line)i))
			return true;
	return false;
}

/* the next items fall due then; a peripheral that waits for one gets an event at that time */
static void plan_for(struct vdma *d, const u64 due[N_CONTROLLERS])
{
	u64 next = SIM_NEVER, event = SIM_NEVER;
	unsigned int i;

	for (i = 0; i < N_CONTROLLERS; i++) {
		next = min(next, due[i]);
		if (due[i] != SIM_NEVER && is_waited_for(&d->c[i]))
			event = min(event, due[i]);
	}
	d->mcu->dma_ps = next;
	mcu_plan(d->mcu);
	if (event == SIM_NEVER && next != SIM_NEVER) {
		event = next + LATEST_PS;
		if (d->ev.at_ps >= next && d->ev.at_ps < event)
			return; /* the one that is planned will do */
	}
	if (event != d->ev.at_ps)
		sim_schedule(d->mcu->sim, &d->ev, event);
}

static void plan(struct vdma *d)
{
	u64 due[N_CONTROLLERS];
	unsigned int i, n;

	for (i = 0; i < N_CONTROLLERS; i++)
		due[i] = next_item(&d->c[i], &n);
	plan_for(d, due);
}

/**
 * vdma_run_to() - do every transfer that falls before a time
 * @d: both controllers
 * @t: time
 */
void vdma_run_to(struct vdma *d, u64 t)
{
	unsigned int i, n[N_CONTROLLERS] = { 0 };
	u64 due[N_CONTROLLERS];

	if (d->running)
		return;
	d->running = true;
	for (;;) {
		for (i = 0; i < N_CONTROLLERS; i++)
			due[i] = next_item(&d->c[i], &n[i]);
		i = due[1] < due[0];
		if (due[i] > t)
			break;
		if (is_copying(&d->c[i], n[i]) && do_items(&d->c[i], n[i], t, due[!i]))
			continue;
		settle_flags(&d->c[i], due[i]);
		do_item(&d->c[i], n[i], due[i]);
	}
	d->running = false;
	for (i = 0; i < N_CONTROLLERS; i++) /* what stands still begins later */
		if (!is_clocked(&d->c[i]))
			d->c[i].free_ps = max(d->c[i].free_ps, t);
	if (drop_ticks(d, t))
		plan(d);
	else
		plan_for(d, due);
}

static void on_event(void *arg, u64 now)
{
	vdma_run_to(arg, now);
}

/**
 * vdma_set_request() - level of a request line
 * @d: both controllers
 * @line: which
 * @level: true: asks for an item, and for more until it falls
 */
void vdma_set_request(struct vdma *d, enum dma_line line, bool level)
{
	struct request *r = &d->lines[line];

	if (r->asks == level)
		return;
	r->asks = level;
	r->since_ps = sim_now_ps(d->mcu->sim);
	if (!d->running)
		plan(d);
}

/**
 * vdma_set_periodic() - a line that asks at regular times
 * @d: both controllers
 * @line: which
 * @period_ps: 0: falls silent
 * @t: now
 */
void vdma_set_periodic(struct vdma *d, enum dma_line line, u64 period_ps, u64 t)
{
	vdma_run_to(d, t);
	d->lines[line].period_ps = period_ps;
	d->lines[line].tick_ps = t + period_ps;
	plan(d);
}

/* ---- registers ---- */

static void enable(struct controller *c, unsigned int n, u64 t)
{
	struct channel *ch = &c->ch[n];
	struct sim *sim = c->dma->mcu->sim;

	if (c->isr & (IF_TEIF << (4 * n))) { /* RM0351 11.6.3: until CTEIF is written */
		sim_complain(sim, "dma", "DMA%u channel %u enabled with TEIF set: it stays off",
			     c->index + 1, n + 1);
		ch->ccr &= ~CCR_EN;
		return;
	}
	if (ch->stale)
		sim_complain(sim, "dma", "DMA%u channel %u enabled again, not set up again",
			     c->index + 1, n + 1);
	if ((ch->ccr & CCR_MEM2MEM) && (ch->ccr & CCR_CIRC))
		sim_complain(sim, "dma", "DMA%u channel %u: CIRC with MEM2MEM", c->index + 1,
			     n + 1);
	ch->stale = false;
	ch->reload = ch->cndtr;
	ch->src = ch->ccr & CCR_DIR ? ch->cmar : ch->cpar;
	ch->dst = ch->ccr & CCR_DIR ? ch->cpar : ch->cmar;
	ch->ready_ps = t;
}

static void write_ccr(struct controller *c, unsigned int n, u32 v, u64 t)
{
	struct channel *ch = &c->ch[n];
	bool was_on = ch->ccr & CCR_EN;

	v &= CCR_MASK;
	/* the rest is fixed while the channel is on: RM0351 11.6.3 */
	if (was_on && (v & CCR_EN) && ((v ^ ch->ccr) & ~CCR_ENABLES)) {
		sim_complain(c->dma->mcu->sim, "dma", "DMA%u CCR%u changed while enabled",
			     c->index + 1, n + 1);
		v = (ch->ccr & ~CCR_ENABLES) | (v & CCR_ENABLES);
	}
	ch->ccr = v;
	if (was_on && !(v & CCR_EN))
		ch->stale = ch->cndtr && ch->cndtr != ch->reload;
	if (!was_on && (v & CCR_EN))
		enable(c, n, t);
}

static void write_channel(struct controller *c, unsigned int n, u32 reg, u32 v, u64 t)
{
	struct channel *ch = &c->ch[n];

	if (reg == CH_CCR) {
		write_ccr(c, n, v, t);
		return;
	}
	if (ch->ccr & CCR_EN) {
		sim_complain(c->dma->mcu->sim, "dma", "DMA%u channel %u is enabled: its %s stays",
			     c->index + 1, n + 1,
			     reg == CH_CNDTR  ? "CNDTR"
			     : reg == CH_CPAR ? "CPAR"
					      : "CMAR");
		return;
	}
	if (reg == CH_CNDTR) {
		ch->cndtr = v & CNDTR_MASK;
		ch->stale = false;
	} else if (reg == CH_CPAR) {
		ch->cpar = v;
	} else if (reg == CH_CMAR) {
		ch->cmar = v;
	}
}

/* CGIF clears all of a channel, another bit its flag, and GIF with the last: RM0351 11.6.2 */
static void write_ifcr(struct controller *c, u32 v)
{
	unsigned int n;

	for (n = 0; n < N_CHANNELS; n++) {
		u32 clear = v >> (4 * n) & 0xf;
		u32 flags = c->isr >> (4 * n) & (clear & IF_GIF ? 0 : 0xf) & ~clear;

		if (!(flags & ~IF_GIF))
			flags = 0;
		c->isr = (c->isr & ~(0xfu << (4 * n))) | flags << (4 * n);
	}
}

static u32 read_reg(struct controller *c, u32 offset)
{
	const struct channel *ch;
	unsigned int n = (offset - DMA_CH1) / CH_STRIDE;

	if (offset == DMA_ISR)
		return c->isr;
	if (offset == DMA_CSELR)
		return c->cselr;
	if (offset < DMA_CH1 || n >= N_CHANNELS)
		return 0;
	ch = &c->ch[n];
	switch ((offset - DMA_CH1) % CH_STRIDE) {
	case CH_CCR:
		return ch->ccr;
	case CH_CNDTR:
		return ch->cndtr;
	case CH_CPAR:
		return ch->cpar;
	case CH_CMAR:
		return ch->cmar;
	default:
		return 0;
	}
}

static enum bus_resp dma_access(void *dev, struct bus_xact *x)
{
	struct controller *c = dev;
	unsigned int n = (x->offset - DMA_CH1) / CH_STRIDE;

	vdma_run_to(c->dma, x->at_ps);
	settle_flags(c, x->at_ps);
	if (!x->write) {
		x->data = read_reg(c, x->offset & ~3u);
		return BUS_OK;
	}
	if (x->size != 4) { /* words only: RM0351 11.6 */
		sim_complain(c->dma->mcu->sim, "dma", "%u-byte write to 0x%08x", x->size, x->addr);
		return BUS_OK;
	}
	if (x->offset == DMA_IFCR)
		write_ifcr(c, x->data);
	else if (x->offset == DMA_CSELR)
		c->cselr = x->data & CSELR_MASK;
	else if (x->offset >= DMA_CH1 && n < N_CHANNELS)
		write_channel(c, n, (x->offset - DMA_CH1) % CH_STRIDE, x->data, x->at_ps);
	if (!c->dma->running)
		plan(c->dma);
	return BUS_OK;
}

/* ---- life ---- */

static void reset_controller(struct controller *c)
{
	memset(c->ch, 0, sizeof(c->ch));
	c->isr = c->late_isr = c->cselr = 0;
	c->free_ps = 0;
}

static void on_unit_reset(void *dev, bool asserted)
{
	struct controller *c = dev;

	if (asserted)
		reset_controller(c);
	if (!c->dma->running)
		plan(c->dma);
}

/**
 * vdma_reset() - registers at a reset; the units that drive the request lines are reset too
 * @d: both controllers
 */
void vdma_reset(struct vdma *d)
{
	unsigned int i;

	for (i = 0; i < N_CONTROLLERS; i++)
		reset_controller(&d->c[i]);
	memset(d->lines, 0, sizeof(d->lines));
	plan(d);
}

/**
 * vdma_new() - both controllers; registers them on the bus
 * @mcu: their owner
 */
struct vdma *vdma_new(struct mcu *mcu)
{
	static const char *const names[N_CONTROLLERS] = { "DMA1", "DMA2" };
	struct vdma *d = calloc(1, sizeof(*d));
	unsigned int i;

	if (!d)
		return NULL;
	d->mcu = mcu;
	d->ev = (struct sim_event){ .at_ps = SIM_NEVER, .fn = on_event, .arg = d };
	for (i = 0; i < N_CONTROLLERS; i++) {
		struct controller *c = &d->c[i];

		c->dma = d;
		c->index = i;
		mcu_add_periph(
			mcu, &(struct mcu_periph){ .slave = { names[i], DMA1_BASE + i * DMA_STRIDE,
							      DMA_STRIDE, dma_access, c },
						   .bus = RCC_AHB1,
						   .bit = (u8)i,
						   .on_reset_line = true });
		mcu_add_unit_reset(mcu, i ? MCU_UNIT_DMA2 : MCU_UNIT_DMA1, on_unit_reset, c);
	}
	return d;
}

/**
 * vdma_free() - NULL is allowed
 * @d: from vdma_new()
 */
void vdma_free(struct vdma *d)
{
	if (d)
		sim_cancel(d->mcu->sim, &d->ev);
	free(d);
}
