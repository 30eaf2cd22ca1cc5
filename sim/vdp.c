// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Debug port of the STM32L4: DPv1, not minimal (write buffer, pushed operations), one AHB-AP.
 *
 * Where documents leave a choice this port takes the strict one, that no host may depend on:
 * CTRL/STAT and SELECT writes WAIT while the AP works and FAULT while a flag is set, as RESEND does;
 * RESEND after anything but an AP or RDBUFF read is a protocol error.
 */
#include "sim/vdp.h"

#define DPIDR_STM32L4 0x2ba01477 /* as read from silicon; RM0351 prints 0x1ba01477 */

/* A[3:2] */
#define DP_DPIDR_ABORT	 0
#define DP_CTRL_STAT	 1
#define DP_RESEND_SELECT 2
#define DP_RDBUFF	 3

/* CTRL/STAT: IHI 0031 2.3.2 */
#define CTRL_ORUNDETECT	  BIT(0)
#define CTRL_STICKYORUN	  BIT(1)
#define CTRL_TRNMODE	  GENMASK(3, 2)
#define CTRL_STICKYCMP	  BIT(4)
#define CTRL_STICKYERR	  BIT(5)
#define CTRL_READOK	  BIT(6)
#define CTRL_WDATAERR	  BIT(7)
#define CTRL_MASKLANE	  GENMASK(11, 8)
#define CTRL_TRNCNT	  GENMASK(23, 12)
#define CTRL_CDBGRSTREQ	  BIT(26) /* stored; this part never answers it */
#define CTRL_CDBGPWRUPREQ BIT(28)
#define CTRL_CDBGPWRUPACK BIT(29)
#define CTRL_CSYSPWRUPREQ BIT(30)
#define CTRL_CSYSPWRUPACK BIT(31)
#define CTRL_RW                                                                           \
	(CTRL_ORUNDETECT | CTRL_TRNMODE | CTRL_MASKLANE | CTRL_TRNCNT | CTRL_CDBGRSTREQ | \
	 CTRL_CDBGPWRUPREQ | CTRL_CSYSPWRUPREQ)
#define TRNMODE_VERIFY	1
#define TRNMODE_COMPARE 2

/* ABORT: IHI 0031 2.3.1 */
#define ABORT_DAPABORT	 BIT(0)
#define ABORT_STKCMPCLR	 BIT(1)
#define ABORT_STKERRCLR	 BIT(2)
#define ABORT_WDERRCLR	 BIT(3)
#define ABORT_ORUNERRCLR BIT(4)

#define SELECT_APSEL	 GENMASK(31, 24)
#define SELECT_APBANKSEL GENMASK(7, 4)
#define SELECT_DPBANKSEL GENMASK(3, 0)

/* WCR of a DPv1: IHI 0031A, Wire Control Register */
#define WCR_PRESCALER  GENMASK(2, 0)
#define WCR_WIREMODE_1 BIT(6) /* synchronous */
#define WCR_TURNROUND  GENMASK(9, 8)

static u32 rubbish(struct vdp *d)
{
	return (u32)sim_rng_u64(&d->rng);
}

/**
 * vdp_reset() - power-on reset of DP and AP; no other reset of the part reaches them
 * @d: debug port
 */
void vdp_reset(struct vdp *d)
{
	/* MASKLANE, TRNCNT and SELECT's AP fields are UNKNOWN: whoever relies on zeros finds out */
	d->ctrl = rubbish(d) & (CTRL_MASKLANE | CTRL_TRNCNT);
	d->select = rubbish(d) & (SELECT_APSEL | SELECT_APBANKSEL);
	d->turnaround = 1;
	d->prescaler = 0;
	d->stickyorun = d->stickycmp = d->stickyerr = d->wdataerr = d->readok = false;
	d->sys_ack = d->dbg_ack = false;
	d->sys_req_ps = d->dbg_req_ps = SIM_NEVER;
	d->rdbuf_good = d->resend_ok = false;
	d->running = d->buffered = d->discard = false;
	ahbap_reset(&d->ap);
}

/**
 * vdp_init() - set up a debug port in its power-on state
 * @d: debug port
 * @sim: bench
 * @mcu: target behind the AP
 */
void vdp_init(struct vdp *d, struct sim *sim, struct mcu *mcu)
{
	d->sim = sim;
	d->mcu = mcu;
	sim_rng_init(&d->rng, sim, "swdp");
	ahbap_init(&d->ap, sim, mcu);
	vdp_reset(d);
}

/**
 * vdp_request_is_good() - start, parity, stop and park bits of a request byte
 * @req: the eight bits as they came, first bit in bit 0
 */
bool vdp_request_is_good(u8 req)
{
	u8 covered = req & (SWD_REQ_AP | SWD_REQ_READ | SWD_REQ_ADDR | SWD_REQ_PARITY);

	return (req & SWD_REQ_START) && !__builtin_parity(covered) && !(req & SWD_REQ_STOP) &&
	       (req & SWD_REQ_PARK);
}

/**
 * vdp_orundetect() - is overrun detection on, that is, does every frame have a data phase?
 * @d: debug port
 */
bool vdp_orundetect(const struct vdp *d)
{
	return d->ctrl & CTRL_ORUNDETECT;
}

/**
 * vdp_overrun() - a WAIT, a FAULT, a protocol error or a line reset
 * @d: debug port
 */
void vdp_overrun(struct vdp *d)
{
	if (vdp_orundetect(d))
		d->stickyorun = true;
}

/* the acknowledges follow the requests after a delay, if the AP's clock runs */
static void power_update(struct vdp *d)
{
	u64 now = sim_now_ps(d->sim);

	if (d->sys_req_ps != SIM_NEVER && now >= d->sys_req_ps + VDP_PWRUP_DELAY_PS &&
	    mcu_ap_clocked(d->mcu))
		d->sys_ack = true;
	if (d->dbg_req_ps != SIM_NEVER && now >= d->dbg_req_ps + VDP_PWRUP_DELAY_PS &&
	    mcu_ap_clocked(d->mcu))
		d->dbg_ack = true;
}

static void power_request(u64 *req_ps, bool *ack, bool want, u64 now)
{
	if (!want) {
		*req_ps = SIM_NEVER;
		*ack = false;
	} else if (*req_ps == SIM_NEVER) {
		*req_ps = now;
	}
}

static void ctrl_write(struct vdp *d, u32 val)
{
	u64 now = sim_now_ps(d->sim);

	d->ctrl = val & CTRL_RW;
	/* UNKNOWN once the detection is off; silicon was seen to clear it */
	if (!(val & CTRL_ORUNDETECT))
		d->stickyorun = false;
	power_request(&d->sys_req_ps, &d->sys_ack, val & CTRL_CSYSPWRUPREQ, now);
	power_request(&d->dbg_req_ps, &d->dbg_ack, val & CTRL_CDBGPWRUPREQ, now);
}

static u32 ctrl_read(const struct vdp *d)
{
	return d->ctrl | (d->stickyorun ? CTRL_STICKYORUN : 0) |
	       (d->stickycmp ? CTRL_STICKYCMP : 0) | (d->stickyerr ? CTRL_STICKYERR : 0) |
	       (d->readok ? CTRL_READOK : 0) | (d->wdataerr ? CTRL_WDATAERR : 0) |
	       (d->dbg_ack ? CTRL_CDBGPWRUPACK : 0) | (d->sys_ack ? CTRL_CSYSPWRUPACK : 0);
}

/* ---- AP accesses ---- */

static void ap_start(struct vdp *d, u8 apsel, u8 reg, bool write, u32 data)
{
	u64 now = sim_now_ps(d->sim);

	d->running = true;
	d->discard = write;
	d->sync_left = VDP_SYNC_RISES;
	d->run = (struct ahbap_access){
		.reg = reg, .write = write, .data = data, .start_ps = now, .done_ps = now
	};
	power_update(d);
	if (!mcu_ap_clocked(d->mcu)) {
		/* the bus clock stopped between ACK and launch: nothing comes back */
		d->run.data = rubbish(d);
		d->run.done_ps = SIM_NEVER;
	} else if (!d->sys_ack || !d->dbg_ack) {
		sim_complain(d->sim, "swdp", "AP %s 0x%02x before the power-up acknowledge",
			     write ? "write" : "read", reg);
		d->run.data = rubbish(d);
		d->run.error = true;
	} else if (apsel) {
		if (!write)
			d->run.data = 0; /* nobody there: IDR 0, writes are swallowed */
	} else {
		ahbap_do(&d->ap, &d->run);
	}
}

/*
 * Pushed verify and compare: the write becomes a read whose result is held against the data on
 * the byte lanes of MASKLANE; TRNCNT repeats it until STICKYCMP or an error stops it (IHI 0031).
 */
static void ap_start_pushed(struct vdp *d, const struct vdp_write *w, u8 reg)
{
	bool verify = FIELD_GET(CTRL_TRNMODE, d->ctrl) == TRNMODE_VERIFY;
	u32 lanes = 0;
	unsigned int i;

	for (i = 0; i < 4; i++)
		if (FIELD_GET(CTRL_MASKLANE, d->ctrl) & BIT(i))
			lanes |= 0xffu << (8 * i);
	ap_start(d, w->apsel, reg, false, 0);
	d->discard = true;
	for (;;) {
		u32 count = FIELD_GET(CTRL_TRNCNT, d->ctrl);
		bool differs = (d->run.data ^ w->data) & lanes;

		if (d->run.error || d->run.done_ps == SIM_NEVER)
			return;
		if (differs == verify) {
			d->stickycmp = true;
			return;
		}
		if (!count || w->apsel)
			return;
		d->ctrl = (d->ctrl & ~CTRL_TRNCNT) | FIELD_PREP(CTRL_TRNCNT, count - 1);
		d->run.start_ps = d->run.done_ps;
		ahbap_do(&d->ap, &d->run);
	}
}

static void ap_start_write(struct vdp *d, const struct vdp_write *w)
{
	u8 reg = (u8)(w->apbank << 4 | FIELD_GET(SWD_REQ_ADDR, w->req) << 2);
	u32 mode = FIELD_GET(CTRL_TRNMODE, d->ctrl);

	d->rdbuf_good = false; /* the AP keeps a result only until its next access */
	if (mode == TRNMODE_VERIFY || mode == TRNMODE_COMPARE)
		ap_start_pushed(d, w, reg);
	else
		ap_start(d, w->apsel, reg, true, w->data);
}

/* the response has come through to the SWCLK side */
static void ap_complete(struct vdp *d)
{
	d->running = false;
	if (d->run.error)
		d->stickyerr = true;
	if (!d->discard) {
		d->rdbuf = d->run.data;
		d->rdbuf_good = !d->run.error;
	}
	if (!d->buffered)
		return;
	d->buffered = false;
	if (d->stickyerr)
		d->wdataerr = true; /* it was acknowledged, and now it is thrown away */
	else
		ap_start_write(d, &d->wbuf);
}

/**
 * vdp_clock() - what one rise of SWCLK does to an AP access under way
 * @d: debug port
 */
void vdp_clock(struct vdp *d)
{
	if (d->running && sim_now_ps(d->sim) >= d->run.done_ps && !--d->sync_left)
		ap_complete(d);
}

/**
 * vdp_clocks() - the same for many rises at once
 * @d: debug port
 * @r: when they are
 * @n: how many
 *
 * The bench's clock goes on to each rise at which something happens.
 */
void vdp_clocks(struct vdp *d, struct swd_rises r, u64 n)
{
	while (d->running && d->run.done_ps != SIM_NEVER) {
		u64 done = d->run.done_ps * 3, first, last;

		first = r.t0 >= done ? 0 : DIV_ROUND_UP(done - r.t0, r.step);
		if (first >= n)
			return;
		if (n - first < d->sync_left) {
			d->sync_left -= (u8)(n - first);
			return;
		}
		last = first + d->sync_left - 1;
		sim_advance_to(d->sim, swd_rise_ps(&r, last));
		ap_complete(d);
		r.t0 += (last + 1) * r.step;
		n -= last + 1;
	}
}

/* ---- requests ---- */

static bool is_sticky(const struct vdp *d)
{
	return d->stickyerr || d->stickyorun || d->wdataerr || d->stickycmp;
}

/* DPIDR read, CTRL/STAT read and ABORT write are always answered; they push out a buffered write */
static bool is_non_stallable(const struct vdp *d, u8 req)
{
	unsigned int a = FIELD_GET(SWD_REQ_ADDR, req);

	if (req & SWD_REQ_AP)
		return false;
	if (a == DP_DPIDR_ABORT)
		return true;
	return a == DP_CTRL_STAT && (req & SWD_REQ_READ) && !FIELD_GET(SELECT_DPBANKSEL, d->select);
}

static bool must_wait(struct vdp *d, u8 req)
{
	/* the buffer takes one AP write while another runs */
	if ((req & SWD_REQ_AP) && !(req & SWD_REQ_READ))
		return d->buffered;
	return d->running || d->buffered;
}

static bool needs_ap_clock(u8 req)
{
	return (req & SWD_REQ_AP) ||
	       ((req & SWD_REQ_READ) && FIELD_GET(SWD_REQ_ADDR, req) == DP_RDBUFF);
}

static bool wait_fault(struct vdp *d, u8 req)
{
	u32 every = d->sim->faults.wait_every;

	return every && (req & SWD_REQ_AP) && ++d->n_ap_accesses % every == 0;
}

static enum swd_ack decide(struct vdp *d, u8 req)
{
	if (is_non_stallable(d, req)) {
		if (d->buffered) {
			d->buffered = false;
			d->wdataerr = true;
		}
		return SWD_ACK_OK;
	}
	if (is_sticky(d))
		return SWD_ACK_FAULT;
	if (must_wait(d, req) || (needs_ap_clock(req) && !mcu_ap_clocked(d->mcu)) ||
	    wait_fault(d, req))
		return SWD_ACK_WAIT;
	return SWD_ACK_OK;
}

static u32 banked_read(struct vdp *d)
{
	switch (FIELD_GET(SELECT_DPBANKSEL, d->select)) {
	case 0:
		power_update(d);
		return ctrl_read(d);
	case 1:
		return WCR_WIREMODE_1 | d->prescaler |
		       FIELD_PREP(WCR_TURNROUND, d->turnaround - 1u);
	default:
		sim_complain(d->sim, "swdp", "DPBANKSEL %u is UNPREDICTABLE in a DPv1",
			     FIELD_GET(SELECT_DPBANKSEL, d->select));
		return 0;
	}
}

/* the value of an OK read, captured at the clock that decides */
static u32 read_value(struct vdp *d, u8 req)
{
	u32 val;

	if (req & SWD_REQ_AP || FIELD_GET(SWD_REQ_ADDR, req) == DP_RDBUFF) {
		val = d->rdbuf_good ? d->rdbuf : rubbish(d);
		d->rdbuf_good = false;
		d->readok = true;
		d->resend = val;
		d->resend_ok = true;
		return val;
	}
	switch (FIELD_GET(SWD_REQ_ADDR, req)) {
	case DP_DPIDR_ABORT:
		d->resend_ok = false;
		return DPIDR_STM32L4;
	case DP_CTRL_STAT:
		d->resend_ok = false;
		return banked_read(d);
	default:
		return d->resend;
	}
}

/**
 * vdp_request() - decide what a good request is answered, and start an AP read
 * @d: debug port
 * @req: request byte
 * @rdata: data of an OK read
 *
 * Return: ACK; SWD_ACK_SILENT for a request that is a protocol error in this state.
 */
enum swd_ack vdp_request(struct vdp *d, u8 req, u32 *rdata)
{
	unsigned int a = FIELD_GET(SWD_REQ_ADDR, req);
	bool is_read = req & SWD_REQ_READ, is_ap = req & SWD_REQ_AP;
	enum swd_ack ack;

	if (!is_ap && !is_read && a == DP_RDBUFF) {
		sim_complain(d->sim, "swdp", "DP write to 0xc: no TARGETSEL in a DPv1");
		return SWD_ACK_SILENT;
	}
	ack = decide(d, req);
	if (ack != SWD_ACK_OK) {
		if (is_read && (is_ap || a == DP_RDBUFF))
			d->readok = false;
		if (ack == SWD_ACK_WAIT)
			d->sim->stats.swd_waits++;
		else
			d->sim->stats.swd_faults++;
		vdp_overrun(d);
		return ack;
	}
	if (!is_read) {
		d->resend_ok = false;
		return ack;
	}
	if (!is_ap && a == DP_RESEND_SELECT && !d->resend_ok) {
		sim_complain(d->sim, "swdp", "RESEND with nothing to send again");
		return SWD_ACK_SILENT;
	}
	*rdata = read_value(d, req);
	if (is_ap)
		ap_start(d, (u8)FIELD_GET(SELECT_APSEL, d->select),
			 (u8)((d->select & SELECT_APBANKSEL) | a << 2), false, 0);
	return ack;
}

/* ---- writes ---- */

static void abort_write(struct vdp *d, u32 val)
{
	if (val & ABORT_STKCMPCLR)
		d->stickycmp = false;
	if (val & ABORT_STKERRCLR)
		d->stickyerr = false;
	if (val & ABORT_WDERRCLR)
		d->wdataerr = false;
	if (val & ABORT_ORUNERRCLR)
		d->stickyorun = false;
	if ((val & ABORT_DAPABORT) && d->running) {
		ahbap_abort(&d->ap, &d->run);
		d->running = false;
		d->rdbuf_good = false;
	}
}

/* write to 0x4; every TURNROUND of the field is supported */
static void banked_write(struct vdp *d, u32 val)
{
	switch (FIELD_GET(SELECT_DPBANKSEL, d->select)) {
	case 0:
		ctrl_write(d, val);
		break;
	case 1:
		d->prescaler = (u8)FIELD_GET(WCR_PRESCALER, val);
		d->turnaround = (u8)(1 + FIELD_GET(WCR_TURNROUND, val));
		break;
	default:
		sim_complain(d->sim, "swdp", "DPBANKSEL %u is UNPREDICTABLE in a DPv1",
			     FIELD_GET(SELECT_DPBANKSEL, d->select));
		break;
	}
}

static void ap_write(struct vdp *d, const struct vdp_write *w)
{
	if (d->stickyerr) {
		d->wdataerr = true; /* the access before it failed after this one's ACK */
	} else if (d->running) {
		d->buffered = true;
		d->wbuf = *w;
	} else {
		ap_start_write(d, w);
	}
}

/**
 * vdp_write() - the data of an acknowledged write takes effect (the rise after its parity bit)
 * @d: debug port
 * @req: its request byte
 * @data: what came
 * @parity_good: data and parity bit agree
 *
 * Return: whether the write was performed.
 */
bool vdp_write(struct vdp *d, u8 req, u32 data, bool parity_good)
{
	struct vdp_write w = {
		.req = req,
		.apsel = (u8)FIELD_GET(SELECT_APSEL, d->select),
		.apbank = (u8)FIELD_GET(SELECT_APBANKSEL, d->select),
		.data = data,
	};

	if (!parity_good) {
		d->wdataerr = true;
		return false;
	}
	if (req & SWD_REQ_AP) {
		ap_write(d, &w);
		return true;
	}
	switch (FIELD_GET(SWD_REQ_ADDR, req)) {
	case DP_DPIDR_ABORT:
		abort_write(d, data);
		break;
	case DP_CTRL_STAT:
		banked_write(d, data);
		break;
	case DP_RESEND_SELECT:
		d->select = data & (SELECT_APSEL | SELECT_APBANKSEL | SELECT_DPBANKSEL);
		break;
	default:
		break;
	}
	return true;
}
