// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * QUADSPI of the STM32L476 and STM32L496: RM0351 chapter 17; 16-byte FIFO. The L476 has pins for one
 * chip. The L496 has them for two, used one at a time (CR.FSEL) or both at once (CR.DFM): then each
 * chip gets the same opcode and the same address, half of AR, and every other byte of the data.
 *
 * The model is lazy and exact: it knows when its next step is due (a byte sent or received, NCS
 * moving, the next poll) and is run forward to the time of whoever looks at it. Between steps
 * nothing changes; a stalled clock has no next step.
 *
 * Here are registers, bus and life; how a command runs on the pins is in vquadspi-cmd.c.
 *
 * Errata of this die that are modelled (ES0250, and what HAL and OpenOCD work around): an extra byte
 * in the FIFO at the end of a read in quad DDR mode now and then (extra_byte=1: of any read; HAL has
 * no such guard for the L496), a wrong
 * first mapped read if AR[1:0] != 0, an indirect read of data alone that never ends.
 */
#include "sim/vquadspi-priv.h"

#include <stdlib.h>

#define QSPI_CR	     0x00
#define QSPI_DCR     0x04
#define QSPI_SR	     0x08
#define QSPI_FCR     0x0c
#define QSPI_DLR     0x10
#define QSPI_CCR     0x14
#define QSPI_AR	     0x18
#define QSPI_ABR     0x1c
#define QSPI_DR	     0x20
#define QSPI_PSMKR   0x24
#define QSPI_PSMAR   0x28
#define QSPI_PIR     0x2c
#define QSPI_LPTR    0x30

#define QSPI_BASE    0xa0001000u
#define QSPI_SIZE    0x400u
#define ABORT_CLOCKS 2 /* BUSY stays for a moment; RM0351 17.3.14 says only "once completed" */

#define CR_WRITABLE  0xffdf0f1du /* without ABORT; FSEL, DFM: cr_writable() */
/* RM0351 17.5.1: only while BUSY = 0 */
#define CR_WHEN_IDLE	(CR_PRESCALER | CR_PMM | CR_APMS | CR_FSEL | CR_DFM | CR_SSHIFT | CR_TCEN)
#define CCR_WRITABLE	0x9f7fffffu
#define CCR_DHHC	BIT(30) /* with two banks only */
#define SR_FLEVEL_SHIFT 8
#define SR_BUSY		BIT(5)

static unsigned int threshold(const struct vquadspi *q)
{
	return FIELD_GET(CR_FTHRES, q->cr) + 1;
}

static bool data_has_ended(const struct vquadspi *q)
{
	return q->drained_read && !q->extra_byte;
}

static bool ftf(const struct vquadspi *q)
{
	if (!is_enabled(q))
		return false;
	switch (fmode(q)) {
	case FM_WRITE:
		return FIFO_LEN - q->level >= threshold(q);
	case FM_READ:
		return q->level >= threshold(q) || (q->drained_read && q->level);
	case FM_POLL:
		return q->poll_ftf;
	}
	return false;
}

/* ---- DMA request ---- */

/* bytes that have to move before FTF can rise, while it is 0 */
static unsigned int bytes_to_ftf(const struct vquadspi *q)
{
	unsigned int have = fmode(q) == FM_WRITE ? FIFO_LEN - q->level : q->level;

	return threshold(q) > have ? threshold(q) - have : 0;
}

/*
 * An event brings the controller forward to where the request may rise. Where none can, there must be
 * none: DMA from the window is done late, and its reads come before whatever the event would do.
 */
static void update_dma(struct vquadspi *q)
{
	bool may_ask = q->cr & CR_DMAEN && fmode(q) <= FM_READ; /* RM0351 17.3.7 */
	bool on = may_ask && ftf(q);

	if (may_ask && !on && q->next_ps != SIM_NEVER)
		sim_schedule(q->sim, &q->dma_event, vqspi_data_due_ps(q, bytes_to_ftf(q)));
	else
		sim_cancel(q->sim, &q->dma_event);
	mcu_set_dma_request(q->sim->mcu, MCU_UNIT_QSPI, on);
}

static void on_dma_event(void *arg, u64 now_ps)
{
	struct vquadspi *q = arg;

	vqspi_advance(q, now_ps);
	update_dma(q);
}

/* ---- registers ---- */

static void begin_abort(struct vquadspi *q, u64 at_ps)
{
	bool was_busy = is_busy(q);

	vqspi_take_clock(q);
	vqspi_stop(q, at_ps);
	if (!was_busy) {
		q->flags |= SR_TCF;
		return;
	}
	q->cr |= CR_ABORT;
	q->state = ST_ABORT;
	q->next_ps = at_ps + ABORT_CLOCKS * period_ps(q);
}

static u32 cr_writable(const struct vquadspi *q)
{
	return CR_WRITABLE | (q->has_bank2 ? CR_FSEL | CR_DFM : 0);
}

static void write_cr(struct vquadspi *q, u32 v, u64 at_ps)
{
	u32 keep = is_busy(q) ? CR_WHEN_IDLE : 0;
	bool was_on = is_enabled(q);

	if ((q->cr ^ v) & keep) {
		sim_complain(q->sim, "quadspi", "CR = 0x%08x while BUSY: fields 0x%08x dropped", v,
			     (q->cr ^ v) & keep);
	}
	q->cr = (q->cr & (keep | CR_ABORT)) | (v & cr_writable(q) & ~keep);
	if (is_dual(q)) /* they read so from then on */
		q->ar &= ~1u;
	if (was_on && !is_enabled(q) && is_busy(q)) {
		vqspi_stop(q, at_ps);
		q->cr &= ~CR_ABORT;
	}
	if (v & CR_ABORT && is_enabled(q) && q->state != ST_ABORT)
		begin_abort(q, at_ps);
}

/* address (and length) against the size of the flash: RM0351 17.3.13 */
static bool is_in_range(const struct vquadspi *q, bool with_length)
{
	u64 size = flash_size(q);

	if (!FIELD_GET(CCR_ADMODE, q->ccr) || FIELD_GET(DCR_FSIZE, q->dcr) == 31)
		return true;
	if (q->ar >= size)
		return false;
	return !with_length || !FIELD_GET(CCR_DMODE, q->ccr) || fmode(q) > FM_READ ||
	       dlr(q) == DLR_ENDLESS || (u64)q->ar + dlr(q) + 1 <= size;
}

static bool trigger(struct vquadspi *q, u64 at_ps)
{
	if (!is_in_range(q, true)) {
		sim_complain(q->sim, "quadspi",
			     "transfer at 0x%08x (DLR 0x%x) past the end given by FSIZE: TEF",
			     q->ar, dlr(q));
		q->flags |= SR_TEF;
		return false;
	}
	if (fmode(q) != FM_WRITE && fmode(q) != FM_MAPPED && !FIELD_GET(CCR_DMODE, q->ccr))
		sim_complain(q->sim, "quadspi", "FMODE %u with DMODE 0: only FMODE 0 can be",
			     fmode(q));
	q->was_indirect = true;
	q->address = q->ar;
	q->poll_ftf = false;
	fifo_flush(q);
	vqspi_start(q, at_ps);
	return true;
}

/* FMODE 0 with data waits for the first DR write, everything else for CCR or AR */
static bool starts_at_once(const struct vquadspi *q)
{
	unsigned int fm = fmode(q);

	return is_enabled(q) && fm != FM_MAPPED &&
	       (fm != FM_WRITE || !FIELD_GET(CCR_DMODE, q->ccr));
}

static void write_ccr(struct vquadspi *q, u32 v, bool with_instruction, u64 at_ps)
{
	bool was_mapped = fmode(q) == FM_MAPPED;

	q->ccr = v & (CCR_WRITABLE | (q->has_bank2 ? CCR_DHHC : 0));
	q->opcode_sent = false;
	q->poll_ftf = false;
	if (fmode(q) == FM_MAPPED && !was_mapped)
		q->e2_armed = q->was_indirect && q->ar & 3;
	if (with_instruction && starts_at_once(q) && !FIELD_GET(CCR_ADMODE, q->ccr) &&
	    q->ccr & (CCR_IMODE | CCR_ABMODE | CCR_DMODE))
		trigger(q, at_ps);
}

static void write_ar(struct vquadspi *q, u32 v, u64 at_ps)
{
	if (is_busy(q) || fmode(q) == FM_MAPPED)
		return; /* ignored, as RM0351 17.5.7 says; HAL does this all the time */
	if (is_dual(q) && v & 1)
		sim_complain(q->sim, "quadspi", "AR = 0x%08x in dual-flash mode: bit 0 is dropped",
			     v);
	q->ar = is_dual(q) ? v & ~1u : v;
	if (!is_enabled(q) || !FIELD_GET(CCR_ADMODE, q->ccr))
		return;
	if (!is_in_range(q, false)) {
		sim_complain(q->sim, "quadspi", "AR = 0x%08x is past the end given by FSIZE: TEF",
			     v);
		q->flags |= SR_TEF;
		return;
	}
	if (starts_at_once(q))
		trigger(q, at_ps);
}

/* the plain registers that only listen while BUSY = 0 */
static u32 *idle_register(struct vquadspi *q, u32 reg, u32 *mask)
{
	*mask = 0xffffffff;
	switch (reg) {
	case QSPI_DCR:
		*mask = DCR_FSIZE | DCR_CSHT | DCR_CKMODE;
		return &q->dcr;
	case QSPI_DLR:
		return &q->dlr;
	case QSPI_ABR:
		return &q->abr;
	case QSPI_PSMKR:
		return &q->psmkr;
	case QSPI_PSMAR:
		return &q->psmar;
	case QSPI_PIR:
		*mask = 0xffff;
		return &q->pir;
	case QSPI_LPTR:
		*mask = 0xffff;
		return &q->lptr;
	}
	return NULL;
}

static u32 read_sr(const struct vquadspi *q)
{
	u32 sr = q->flags;

	sr |= is_busy(q) ? SR_BUSY : 0;
	sr |= ftf(q) ? SR_FTF : 0;
	if (fmode(q) <= FM_READ)
		sr |= q->level << SR_FLEVEL_SHIFT;
	return sr;
}

static u32 read_reg(struct vquadspi *q, u32 reg)
{
	u32 mask, *r = idle_register(q, reg, &mask);

	if (reg == QSPI_DLR)
		return dlr(q);
	if (r)
		return *r;
	switch (reg) {
	case QSPI_CR:
		return q->cr;
	case QSPI_SR:
		return read_sr(q);
	case QSPI_CCR:
		return q->ccr;
	case QSPI_AR:
		return q->ar;
	}
	return 0;
}

static void write_reg(struct vquadspi *q, const struct bus_xact *x)
{
	u32 reg = x->offset & ~3u, mask;
	u32 lanes = x->size == 4 ? 0xffffffff : ((1u << (8 * x->size)) - 1) << (8 * (x->addr & 3));
	u32 v = (read_reg(q, reg) & ~lanes) | (x->data & lanes);
	u32 *r = idle_register(q, reg, &mask);

	if ((r || reg == QSPI_CCR) && is_busy(q)) {
		sim_complain(q->sim, "quadspi", "register +0x%02x written while BUSY: dropped",
			     reg);
		return;
	}
	if (reg == QSPI_DLR && is_dual(q) && !(v & 1))
		sim_complain(q->sim, "quadspi",
			     "DLR = 0x%x in dual-flash mode: bit 0 is stuck at 1, one byte more",
			     v);
	if (r) {
		*r = v & mask;
		return;
	}
	switch (reg) {
	case QSPI_CR:
		write_cr(q, v, x->at_ps);
		break;
	case QSPI_FCR:
		q->flags &= ~(x->data & lanes);
		break;
	case QSPI_CCR:
		write_ccr(q, v, lanes & 0xff, x->at_ps);
		break;
	case QSPI_AR:
		write_ar(q, v, x->at_ps);
		break;
	}
}

/* ---- the data register ---- */

/* run until @ready or until nothing moves any more; false: it never will */
static bool run_until(struct vquadspi *q, bool (*ready)(const struct vquadspi *q, u32 n), u32 n)
{
	while (!ready(q, n)) {
		if (q->next_ps == SIM_NEVER)
			return false;
		vqspi_step(q, q->next_ps);
	}
	return true;
}

static bool can_read(const struct vquadspi *q, u32 n)
{
	return q->level >= n || data_has_ended(q) || q->state == ST_IDLE;
}

static bool can_write(const struct vquadspi *q, u32 n)
{
	return FIFO_LEN - q->level >= n || q->state == ST_IDLE;
}

static u32 pop_bytes(struct vquadspi *q, u32 n, u64 at_ps)
{
	u32 v = 0, i;

	for (i = 0; i < n && q->level; i++)
		v |= (u32)fifo_pop(q) << (8 * i);
	if (q->extra_byte) { /* E1: room at last */
		q->extra_byte = false;
		fifo_push(q, (u8)sim_rng_u64(&q->rng));
	}
	if (!q->level)
		q->drained_read = false;
	vqspi_resume(q, at_ps);
	return v;
}

static void hang(struct vquadspi *q, struct bus_xact *x, const char *what)
{
	sim_complain(q->sim, "quadspi", "DR %s that can never complete: the bus hangs", what);
	x->done_ps = SIM_NEVER;
}

static void read_dr(struct vquadspi *q, struct bus_xact *x)
{
	switch (fmode(q)) {
	case FM_POLL:
		q->poll_ftf = false;
		bus_lane_put(x, q->poll_value);
		return;
	case FM_READ:
		break;
	default:
		sim_complain(q->sim, "quadspi", "DR read with FMODE %u", fmode(q));
		bus_lane_put(x, 0);
		return;
	}
	if (!is_busy(q)) {
		sim_complain(q->sim, "quadspi", "DR read with nothing in the FIFO");
		bus_lane_put(x, 0);
		return;
	}
	if (q->level < x->size && !can_read(q, x->size)) {
		if (!run_until(q, can_read, x->size)) {
			hang(q, x, "read");
			return;
		}
		x->done_ps = max(x->done_ps, q->now_ps);
	}
	bus_lane_put(x, pop_bytes(q, x->size, x->done_ps));
}

static void write_dr(struct vquadspi *q, struct bus_xact *x)
{
	u32 v = bus_lane_get(x), i;

	if (fmode(q) != FM_WRITE || !FIELD_GET(CCR_DMODE, q->ccr) || !is_enabled(q)) {
		sim_complain(q->sim, "quadspi", "DR written with CCR = 0x%08x, EN = %u: ignored",
			     q->ccr, is_enabled(q));
		return;
	}
	if (!can_write(q, x->size)) {
		if (!run_until(q, can_write, x->size)) {
			hang(q, x, "write");
			return;
		}
		x->done_ps = max(x->done_ps, q->now_ps);
	}
	if (q->state == ST_IDLE && !trigger(q, x->done_ps))
		return;
	for (i = 0; i < x->size; i++)
		fifo_push(q, (u8)(v >> (8 * i)));
	vqspi_resume(q, x->done_ps);
}

enum bus_resp vquadspi_reg_access(struct vquadspi *q, struct bus_xact *x)
{
	u32 reg = x->offset & ~3u;

	vqspi_advance(q, x->at_ps);
	if (!mcu_unit_clocked(q->sim->mcu, MCU_UNIT_QSPI) || q->held) {
		sim_complain(q->sim, "quadspi", "access to +0x%02x without a clock", x->offset);
		x->data = 0;
		return BUS_OK;
	}
	if (reg == QSPI_DR && x->offset & 3) {
		sim_complain(q->sim, "quadspi", "DR accessed at +0x%02x: only its lowest byte is",
			     x->offset);
		x->data = 0;
		return BUS_OK;
	}
	if (reg == QSPI_DR && x->write)
		write_dr(q, x);
	else if (reg == QSPI_DR)
		read_dr(q, x);
	else if (x->write)
		write_reg(q, x);
	else
		x->data = read_reg(q, reg);
	update_dma(q);
	return BUS_OK;
}

/* ---- the window ---- */

static bool can_map(const struct vquadspi *q, u32 n)
{
	return q->level >= n || q->state == ST_IDLE;
}

static bool is_mapped_run(const struct vquadspi *q, u32 offset)
{
	return q->state != ST_IDLE && q->selected && offset == q->mapped_at;
}

enum bus_resp vquadspi_window_access(struct vquadspi *q, struct bus_xact *x)
{
	const char *why = NULL;
	u32 v, lead = 0;

	vqspi_advance(q, x->at_ps);
	if (!mcu_unit_clocked(q->sim->mcu, MCU_UNIT_QSPI) || q->held)
		why = "without a clock";
	else if (x->write)
		why = "written";
	else if (!is_enabled(q) || fmode(q) != FM_MAPPED)
		why = "not in memory-mapped mode";
	else if ((u64)x->offset + x->size > flash_size(q))
		why = "past the end given by FSIZE";
	else if (!FIELD_GET(CCR_DMODE, q->ccr) || !FIELD_GET(CCR_ADMODE, q->ccr))
		why = "with a CCR that has no address or no data";
	if (why) {
		sim_complain(q->sim, "quadspi", "window 0x%08x: %s", x->addr, why);
		return BUS_ERROR;
	}
	if (q->state == ST_ABORT && !run_until(q, can_map, x->size))
		return BUS_ERROR;
	if (!is_mapped_run(q, x->offset)) {
		vqspi_stop(q, q->now_ps);
		lead = x->offset % unit(q); /* the chips start at the same address */
		q->address = x->offset - lead;
		q->mapped_at = q->address;
		vqspi_start(q, q->now_ps);
	}
	if (!run_until(q, can_map, lead + x->size)) {
		hang(q, x, "window read");
		return BUS_OK;
	}
	x->done_ps = max(x->done_ps, q->now_ps);
	pop_bytes(q, lead, x->done_ps);
	v = pop_bytes(q, x->size, x->done_ps);
	q->mapped_at = x->offset + x->size;
	q->ar = q->mapped_at;
	if (q->e2_armed) { /* E2: the byte lanes come out rotated */
		sim_complain(q->sim, "quadspi",
			     "mapped read right after indirect mode with AR[1:0] != 0: wrong data");
		v = v << 8 | v >> 24 | 0x80;
	}
	q->e2_armed = false;
	q->was_indirect = false;
	bus_lane_put(x, v);
	return BUS_OK;
}

/* ---- life ---- */

static enum bus_resp regs_access(void *dev, struct bus_xact *x)
{
	return vquadspi_reg_access(dev, x);
}

static enum bus_resp window_access(void *dev, struct bus_xact *x)
{
	return vquadspi_window_access(dev, x);
}

static void reset(struct vquadspi *q)
{
	u64 now = max(sim_now_ps(q->sim), q->now_ps);

	vqspi_advance(q, now);
	vqspi_stop(q, now);
	q->cr = 0;
	q->dcr = 0;
	q->dlr = 0;
	q->ccr = 0;
	q->ar = 0;
	q->abr = 0;
	q->psmkr = 0;
	q->psmar = 0;
	q->pir = 0;
	q->lptr = 0;
	q->flags = 0;
	q->opcode_sent = false;
	q->e2_armed = false;
	q->was_indirect = false;
	update_dma(q);
}

static void on_reset(void *dev, enum mcu_reset kind)
{
	struct vquadspi *q = dev;

	q->held = false;
	reset(q);
}

static void on_unit_reset(void *dev, bool asserted)
{
	struct vquadspi *q = dev;

	q->held = asserted;
	reset(q);
}

void vquadspi_sync(struct vquadspi *q, u64 at_ps)
{
	vqspi_advance(q, at_ps);
}

void vquadspi_power_off(struct vquadspi *q)
{
	reset(q);
}

struct vquadspi *vquadspi_new(struct sim *sim, const struct vquadspi_port *port)
{
	struct vquadspi *q = calloc(1, sizeof(*q));

	if (!q)
		return NULL;
	q->sim = sim;
	q->port[0] = *port;
	q->next_ps = SIM_NEVER;
	q->now_ps = sim_now_ps(sim);
	q->dma_event = (struct sim_event){ .at_ps = SIM_NEVER, .fn = on_dma_event, .arg = q };
	sim_rng_init(&q->rng, sim, "quadspi");
	q->regs_slave = (struct bus_slave){ .name = "QUADSPI",
					    .base = QSPI_BASE,
					    .size = QSPI_SIZE,
					    .access = regs_access,
					    .dev = q };
	q->window_slave = (struct bus_slave){ .name = "QUADSPI window",
					      .base = QSPI_WINDOW_BASE,
					      .size = QSPI_WINDOW_SIZE,
					      .access = window_access,
					      .dev = q };
	mcu_add_slave(sim->mcu, &q->regs_slave);
	mcu_add_slave(sim->mcu, &q->window_slave);
	mcu_add_run(sim->mcu, QSPI_WINDOW_BASE, QSPI_WINDOW_SIZE, vqspi_window_run, q);
	mcu_add_reset(sim->mcu, on_reset, q);
	mcu_add_unit_reset(sim->mcu, MCU_UNIT_QSPI, on_unit_reset, q);
	return q;
}

void vquadspi_add_bank2(struct vquadspi *q, const struct vquadspi_port *port)
{
	q->port[1] = *port;
	q->has_bank2 = true;
}

void vquadspi_free(struct vquadspi *q)
{
	if (!q)
		return;
	sim_cancel(q->sim, &q->dma_event);
	free(q);
}
