// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * QUADSPI of the STM32L476: RM0351 chapter 17; one chip, no dual-flash, 16-byte FIFO.
 *
 * The model is lazy and exact: it knows when its next step is due (a byte sent or received, NCS
 * moving, the next poll) and is run forward to the time of whoever looks at it. Between steps
 * nothing changes; a stalled clock has no next step.
 *
 *   idle -> NCS low -> opcode, address, alternate bytes, dummy clocks, data -> NCS high -> idle
 *                      (one step a byte; data waits for the FIFO)               or the poll gap
 *
 * Errata of this die that are modelled: an extra byte in the FIFO at the end of a read now and then
 * (E1 of reference/qspi/quadspi.md), wrong first mapped read if AR[1:0] != 0 (E2), an indirect read
 * of data alone that never ends (E10).
 */
#include "sim/vquadspi.h"

#include <stdlib.h>
#include <string.h>

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

#define CR_PRESCALER GENMASK(31, 24)
#define CR_PMM	     BIT(23)
#define CR_APMS	     BIT(22)
#define CR_FTHRES    GENMASK(11, 8)
#define CR_SSHIFT    BIT(4)
#define CR_TCEN	     BIT(3)
#define CR_DMAEN     BIT(2)
#define CR_ABORT     BIT(1)
#define CR_EN	     BIT(0)
#define CR_WRITABLE  0xffdf0f1du /* without ABORT; no FSEL, no DFM on this die */
/* RM0351 17.5.1: only while BUSY = 0 */
#define CR_WHEN_IDLE	(CR_PRESCALER | CR_PMM | CR_APMS | CR_SSHIFT | CR_TCEN)

#define DCR_FSIZE	GENMASK(20, 16)
#define DCR_CSHT	GENMASK(10, 8)
#define DCR_CKMODE	BIT(0)

#define SR_FLEVEL_SHIFT 8
#define SR_BUSY		BIT(5)
#define SR_TOF		BIT(4)
#define SR_SMF		BIT(3)
#define SR_FTF		BIT(2)
#define SR_TCF		BIT(1)
#define SR_TEF		BIT(0)

#define CCR_DDRM	BIT(31)
#define CCR_SIOO	BIT(28)
#define CCR_FMODE	GENMASK(27, 26)
#define CCR_DMODE	GENMASK(25, 24)
#define CCR_DCYC	GENMASK(22, 18)
#define CCR_ABSIZE	GENMASK(17, 16)
#define CCR_ABMODE	GENMASK(15, 14)
#define CCR_ADSIZE	GENMASK(13, 12)
#define CCR_ADMODE	GENMASK(11, 10)
#define CCR_IMODE	GENMASK(9, 8)
#define CCR_WRITABLE	0x9f7fffffu

enum fmode { FM_WRITE, FM_READ, FM_POLL, FM_MAPPED };

#define FIFO_LEN     16u
#define QSPI_BASE    0xa0001000u
#define QSPI_SIZE    0x400u
#define WINDOW_BASE  0x90000000u
#define WINDOW_SIZE  0x10000000u
#define DLR_ENDLESS  0xffffffffu
#define E1_ONE_IN    4	/* how often a read gets its extra byte: the errata sheet gives no rate */
#define MAX_CLK_MHZ  60 /* DS10198, QUADSPI characteristics in SDR mode, 15 pF (recalled) */
#define ABORT_CLOCKS 2	/* BUSY stays for a moment; RM0351 17.3.14 says only "once completed" */

enum state {
	ST_IDLE,
	ST_SELECT, /* NCS is about to fall */
	ST_HEADER,
	ST_DUMMY,
	ST_DATA,
	ST_DESELECT, /* last clock done, NCS is about to rise */
	ST_GAP,	     /* between two automatic polls */
	ST_ABORT,
	ST_HANG,
	ST_FULL, /* mapped mode: prefetch done; next step, if any, is the timeout */
};

struct vquadspi {
	struct sim *sim;
	struct vquadspi_port port;
	struct sim_rng rng;
	struct sim_event dma_event;
	struct bus_slave regs_slave, window_slave;

	u32 cr, dcr, dlr, ccr, ar, abr, psmkr, psmar, pir, lptr;
	u32 flags; /* TEF, TCF, SMF, TOF */
	bool held; /* RCC_AHB3RSTR bit is set */

	u8 fifo[FIFO_LEN];
	unsigned int head, level;

	enum state state;
	u64 now_ps, next_ps; /* next_ps SIM_NEVER: nothing moves by itself */
	u64 ncs_high_ps;
	bool selected, stalled;

	/* clocks: the rising edge of clock n (from 1) is at base_ps + n periods */
	u64 base_ps, cycles, period_fx; /* period in ps * 2^16 */

	/* the command under way */
	struct {
		u8 byte, lines;
	} header[9];
	unsigned int n_header, at_header;
	bool opcode_sent;  /* SIOO: once after each write of CCR */
	u32 address;	   /* that goes out: AR, or the window offset */
	u64 left;	   /* data bytes */
	u8 shift;	   /* byte that is being sent */
	bool drained_read; /* indirect read whose bytes all came in: BUSY until the FIFO is empty */
	bool extra_byte;   /* E1: one more, as soon as there is room */
	bool e2_armed;	   /* next mapped read is wrong */
	bool was_indirect; /* an indirect command ran since mapped mode was last used */

	/* polling */
	u32 poll_value;		/* the last status read */
	u32 poll_shift, n_poll; /* the one that is coming in */
	bool poll_ftf;
	/* mapped mode */
	u32 mapped_at; /* offset of the byte at the head of the FIFO */
};

/* ---- fields ---- */

static unsigned int fmode(const struct vquadspi *q)
{
	return FIELD_GET(CCR_FMODE, q->ccr);
}

/* lines of a phase by its mode field: none, 1, 2, 4 */
static u8 lines_of(u32 mode)
{
	return mode == 3 ? 4 : (u8)mode;
}

static bool is_enabled(const struct vquadspi *q)
{
	return q->cr & CR_EN;
}

static bool is_busy(const struct vquadspi *q)
{
	return q->state != ST_IDLE || (q->drained_read && q->level);
}

static unsigned int threshold(const struct vquadspi *q)
{
	return FIELD_GET(CR_FTHRES, q->cr) + 1;
}

static u64 flash_size(const struct vquadspi *q)
{
	return (u64)2 << FIELD_GET(DCR_FSIZE, q->dcr);
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

/* ---- FIFO ---- */

static void fifo_push(struct vquadspi *q, u8 b)
{
	q->fifo[(q->head + q->level++) % FIFO_LEN] = b;
}

static u8 fifo_pop(struct vquadspi *q)
{
	u8 b = q->fifo[q->head];

	q->head = (q->head + 1) % FIFO_LEN;
	q->level--;
	return b;
}

static void fifo_flush(struct vquadspi *q)
{
	q->level = 0;
	q->drained_read = false;
	q->extra_byte = false;
}

/* ---- time ---- */

static u64 cycle_ps(const struct vquadspi *q, u64 n)
{
	return q->base_ps + ((q->period_fx * n) >> 16);
}

static u64 period_ps(const struct vquadspi *q)
{
	return q->period_fx >> 16;
}

static void take_clock(struct vquadspi *q)
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
	if (q->cycles >= 1u << 16)
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

static void raise_ncs(struct vquadspi *q, u64 at_ps)
{
	if (q->selected)
		q->port.deselect(q->port.dev, at_ps);
	q->selected = false;
	q->ncs_high_ps = at_ps;
}

static void start(struct vquadspi *q, u64 at_ps)
{
	u64 csht = FIELD_GET(DCR_CSHT, q->dcr) + 1;
	u64 earliest;

	take_clock(q);
	q->n_header = 0;
	q->at_header = 0;
	if (!(q->ccr & CCR_SIOO && q->opcode_sent))
		header_add(q, FIELD_GET(CCR_IMODE, q->ccr), q->ccr & 0xff, 1);
	header_add(q, FIELD_GET(CCR_ADMODE, q->ccr), q->address, FIELD_GET(CCR_ADSIZE, q->ccr) + 1);
	header_add(q, FIELD_GET(CCR_ABMODE, q->ccr), q->abr, FIELD_GET(CCR_ABSIZE, q->ccr) + 1);
	q->opcode_sent = true;
	q->drained_read = false;
	q->extra_byte = false;
	q->stalled = false;
	q->n_poll = 0;
	q->poll_shift = 0;

	q->left = 0;
	if (FIELD_GET(CCR_DMODE, q->ccr)) {
		q->left = (u64)q->dlr + 1;
		if (fmode(q) == FM_POLL)
			q->left = min(q->left, (u64)4);
		else if (fmode(q) == FM_MAPPED || q->dlr == DLR_ENDLESS)
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
	unsigned int clocks;

	q->state = ST_DATA;
	if (!q->left) {
		finish_data(q);
		return;
	}
	clocks = clocks_of(lines_of(FIELD_GET(CCR_DMODE, q->ccr)));
	if (fmode(q) == FM_WRITE ? !q->level : q->level == FIFO_LEN) {
		q->stalled = true; /* CLK stops, NCS stays low */
		q->next_ps = SIM_NEVER;
		if (fmode(q) == FM_MAPPED) {
			q->state = ST_FULL;
			if (q->cr & CR_TCEN)
				step_after(q, q->lptr);
		}
		return;
	}
	if (fmode(q) == FM_WRITE)
		q->shift = fifo_pop(q);
	step_after(q, clocks);
}

/* the FIFO moved: go on where the clock had stopped */
static void resume(struct vquadspi *q, u64 at_ps)
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

	q->port.send(q->port.dev, byte, lines, began_ps(q, clocks_of(lines)));
	q->at_header++;
	next_phase(q);
}

static void step_dummy(struct vquadspi *q)
{
	u32 n = FIELD_GET(CCR_DCYC, q->ccr);
	u8 lines = lines_of(FIELD_GET(CCR_DMODE, q->ccr));

	q->port.dummy(q->port.dev, lines ? lines : 1, n, began_ps(q, n));
	next_phase(q);
}

static void step_data(struct vquadspi *q)
{
	u8 lines = lines_of(FIELD_GET(CCR_DMODE, q->ccr)), b;
	u64 from = began_ps(q, clocks_of(lines));

	if (q->left != SIM_NEVER)
		q->left--;
	if (fmode(q) == FM_WRITE) {
		q->port.send(q->port.dev, q->shift, lines, from);
		next_data(q);
		return;
	}
	b = q->port.recv(q->port.dev, lines, from);
	if (fmode(q) == FM_POLL) {
		q->poll_shift |= (u32)b << (8 * q->n_poll++);
		next_data(q);
		return;
	}
	fifo_push(q, b);
	if (!q->left && fmode(q) == FM_READ) {
		q->flags |= SR_TCF;
		q->drained_read = true;
		if (sim_rng_u64(&q->rng) % E1_ONE_IN == 0) {
			if (q->level < FIFO_LEN)
				fifo_push(q, b);
			else
				q->extra_byte = true;
		}
	}
	next_data(q);
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
	u64 quiet = q->port.quiet_until(q->port.dev), end = min(quiet, to_ps);
	u64 clocks = 1 + poll_gap(q), period, n; /* NCS rises one clock after the last edge */
	unsigned int i;

	for (i = 0; i < q->n_header; i++)
		clocks += clocks_of(q->header[i].lines);
	clocks += FIELD_GET(CCR_DCYC, q->ccr);
	clocks += q->n_poll * clocks_of(lines_of(FIELD_GET(CCR_DMODE, q->ccr)));
	period = (q->period_fx * clocks) >> 16;
	if (!period || end <= q->next_ps || q->ccr & CCR_SIOO)
		return;
	n = (end - q->next_ps) / period;
	if (n < 2)
		return;
	n--; /* the last one is done for real */
	q->next_ps += n * period;
	q->ncs_high_ps += n * period;
	q->sim->stats.nor_commands += n;
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

	if ((clk.period_ps + 1) * MAX_CLK_MHZ <= 1000000) /* the period was rounded down */
		sim_complain(q->sim, "quadspi", "CLK of %llu MHz, the pins do %u MHz at most",
			     (unsigned long long)(1000000 / clk.period_ps), MAX_CLK_MHZ);
	q->port.select(q->port.dev, &clk, q->next_ps);
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

static void step(struct vquadspi *q, u64 to_ps)
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
		step_data(q);
		break;
	case ST_DESELECT:
		step_deselect(q);
		if (q->state == ST_GAP)
			skip_polls(q, to_ps);
		break;
	case ST_GAP:
		start(q, q->next_ps);
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

static void advance(struct vquadspi *q, u64 to_ps)
{
	while (q->next_ps <= to_ps)
		step(q, to_ps);
	q->now_ps = max(q->now_ps, to_ps);
}

/* ---- DMA request ---- */

static void update_dma(struct vquadspi *q)
{
	bool on = q->cr & CR_DMAEN && fmode(q) <= FM_READ && ftf(q);

	if (q->cr & CR_DMAEN && !on && q->next_ps != SIM_NEVER)
		sim_schedule(q->sim, &q->dma_event, q->next_ps);
	else
		sim_cancel(q->sim, &q->dma_event);
	mcu_set_dma_request(q->sim->mcu, "quadspi", on);
}

static void on_dma_event(void *arg, u64 now_ps)
{
	struct vquadspi *q = arg;

	advance(q, now_ps);
	update_dma(q);
}

/* ---- registers ---- */

static void stop(struct vquadspi *q, u64 at_ps)
{
	raise_ncs(q, q->selected ? at_ps : q->ncs_high_ps);
	fifo_flush(q);
	q->stalled = false;
	q->poll_ftf = false;
	q->state = ST_IDLE;
	q->next_ps = SIM_NEVER;
}

static void begin_abort(struct vquadspi *q, u64 at_ps)
{
	bool was_busy = is_busy(q);

	take_clock(q);
	stop(q, at_ps);
	if (!was_busy) {
		q->flags |= SR_TCF;
		return;
	}
	q->cr |= CR_ABORT;
	q->state = ST_ABORT;
	q->next_ps = at_ps + ABORT_CLOCKS * period_ps(q);
}

static void write_cr(struct vquadspi *q, u32 v, u64 at_ps)
{
	u32 keep = is_busy(q) ? CR_WHEN_IDLE : 0;
	bool was_on = is_enabled(q);

	if ((q->cr ^ v) & keep) {
		sim_complain(q->sim, "quadspi", "CR = 0x%08x while BUSY: fields 0x%08x dropped", v,
			     (q->cr ^ v) & keep);
	}
	q->cr = (q->cr & (keep | CR_ABORT)) | (v & CR_WRITABLE & ~keep);
	if (was_on && !is_enabled(q) && is_busy(q)) {
		stop(q, at_ps);
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
	       q->dlr == DLR_ENDLESS || (u64)q->ar + q->dlr + 1 <= size;
}

static bool trigger(struct vquadspi *q, u64 at_ps)
{
	if (!is_in_range(q, true)) {
		sim_complain(q->sim, "quadspi",
			     "transfer at 0x%08x (DLR 0x%x) past the end given by FSIZE: TEF",
			     q->ar, q->dlr);
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
	start(q, at_ps);
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

	q->ccr = v & CCR_WRITABLE;
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
	q->ar = v;
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
		step(q, q->next_ps);
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
	resume(q, at_ps);
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
	resume(q, x->done_ps);
}

enum bus_resp vquadspi_reg_access(struct vquadspi *q, struct bus_xact *x)
{
	u32 reg = x->offset & ~3u;

	advance(q, x->at_ps);
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
	u32 v;

	advance(q, x->at_ps);
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
		stop(q, q->now_ps);
		q->address = x->offset;
		q->mapped_at = x->offset;
		start(q, q->now_ps);
	}
	if (!run_until(q, can_map, x->size)) {
		hang(q, x, "window read");
		return BUS_OK;
	}
	x->done_ps = max(x->done_ps, q->now_ps);
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

	advance(q, now);
	stop(q, now);
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
	advance(q, at_ps);
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
	q->port = *port;
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
					      .base = WINDOW_BASE,
					      .size = WINDOW_SIZE,
					      .access = window_access,
					      .dev = q };
	mcu_add_slave(sim->mcu, &q->regs_slave);
	mcu_add_slave(sim->mcu, &q->window_slave);
	mcu_add_reset(sim->mcu, on_reset, q);
	mcu_add_unit_reset(sim->mcu, MCU_UNIT_QSPI, on_unit_reset, q);
	return q;
}

void vquadspi_free(struct vquadspi *q)
{
	if (!q)
		return;
	sim_cancel(q->sim, &q->dma_event);
	free(q);
}
