// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The memory queue's questions to the port after an error: flags, the last read's value, TAR and CSW;
 * and single reads past the queue.
 */
#include "lib/memq-priv.h"

#include <errno.h>

/* how long an access may WAIT: mass erase of any supported flash stalls its bank's bus no longer */
#define STALL_LIMIT_NS	   (2 * SEC_NS)
#define STALL_PAUSE_NS	   (50 * USEC_NS)
#define STALL_PAUSE_MAX_NS (5 * MSEC_NS)
/* damaged probe replies in a row */
#define MAX_PROBES 64u

static int too_noisy(struct memq *q)
{
	return err_set(
		&q->ctx->err, -EIO, "lower the clock (clock=1M), shorten the wires, check ground",
		"the SWD link at %u kHz is too noisy: %u attempts to get it back in order failed",
		q->host->hz / 1000, MAX_PROBES);
}

static int stalled(struct memq *q, u32 addr)
{
	struct swd_xfer x[] = { swd_wr(REQ_ABORT_W, ABORT_CLEAR_ALL | ABORT_DAPABORT),
				swd_rd(REQ_CTRLSTAT_R) };

	q->dap->is_select_known = false;
	if (dap_run(q->dap, x, ARRAY_SIZE(x)))
		return q->dap->gone;
	return err_set(
		&q->ctx->err, -ETIMEDOUT,
		"reset the target and try again; a peripheral without a clock or a flash that "
		"never gets ready stalls the bus like this",
		"the bus of the target is stalled: WAIT for %u ms after the access to 0x%08x",
		(unsigned int)(STALL_LIMIT_NS / MSEC_NS), addr);
}

/* the accesses that ask the port, in this order */
enum {
	ASK_STAT0,
	ASK_STAT1,
	ASK_STAT2,
	ASK_ABORT_ORUN,
	ASK_STAT3,
	ASK_ABORT_ALL,
	ASK_RDBUFF,
	ASK_SELECT,
	ASK_REGS, /* for each of TAR and CSW that is still to be asked for: read it, RDBUFF */
	ASK_MAX = ASK_REGS + 4 + 1 /* and CTRL/STAT */
};

struct ask {
	struct swd_xfer x[ASK_MAX];
	size_t n;
	size_t tar, csw; /* where their values are, 0 if not asked for */
};

static size_t ask_register(struct ask *a, u8 req, u32 idle)
{
	a->x[a->n] = swd_rd(req);
	a->x[a->n++].idle = idle;
	a->x[a->n] = swd_rd(REQ_RDBUFF_R);
	return a->n++;
}

/*
 * CTRL/STAT and ABORT drop a write that still sits in the DP's write buffer, and WDATAERR tells. The
 * first read of CTRL/STAT shows the flags before, the next two whether it dropped something. Only
 * then comes ABORT, which may have bad parity itself and set WDATAERR: from there on that flag tells
 * nothing any more.
 */
static void ask_build(const struct memq *q, struct ask *a, bool wants_tar, bool wants_csw, u32 idle)
{
	struct swd_xfer *x = a->x;

	*a = (struct ask){ .n = ASK_REGS };
	x[ASK_STAT0] = swd_rd(REQ_CTRLSTAT_R);
	x[ASK_STAT1] = swd_rd(REQ_CTRLSTAT_R);
	x[ASK_STAT2] = swd_rd(REQ_CTRLSTAT_R);
	x[ASK_ABORT_ORUN] = swd_wr(REQ_ABORT_W, ABORT_ORUNERRCLR);
	x[ASK_STAT3] = swd_rd(REQ_CTRLSTAT_R);
	x[ASK_ABORT_ALL] = swd_wr(REQ_ABORT_W, ABORT_CLEAR_ALL);
	x[ASK_RDBUFF] = swd_rd(REQ_RDBUFF_R);
	x[ASK_SELECT] = swd_wr(REQ_SELECT_W, q->select);
	x[ASK_SELECT].idle += idle;
	if (wants_tar)
		a->tar = ask_register(a, REQ_TAR_R, idle);
	if (wants_csw)
		a->csw = ask_register(a, REQ_CSW_R, idle);
	x[a->n++] = swd_rd(REQ_CTRLSTAT_R);
}

/* what the flags say; @is_fresh: no ABORT has been sent since the error */
static void ask_flags(const struct ask *a, bool is_fresh, struct memq_probe *p)
{
	const size_t stats[] = { ASK_STAT0, ASK_STAT1, ASK_STAT2, ASK_STAT3, a->n - 1 };

	for (size_t i = 0; i < ARRAY_SIZE(stats); i++) {
		const struct swd_xfer *s = &a->x[stats[i]];

		if (!swd_ok(s) || !is_ctrlstat(s->data))
			continue;
		p->flags |= s->data & CS_STICKYERR;
		if (!is_fresh || stats[i] > ASK_STAT2)
			continue;
		p->flags |= s->data & CS_WDATAERR;
		p->is_wdata_known |= stats[i] > ASK_STAT0;
		if (!p->was_relinked) {
			p->flags |= s->data & CS_STICKYORUN;
			p->is_orun_known = true;
		}
	}
}

/* a value counts once: what the port brought in an earlier round is not asked for again */
static void ask_values(const struct ask *a, struct memq_probe *p)
{
	if (a->tar && a->x[a->tar - 1].ack == SWD_ACK_OK && swd_ok(&a->x[a->tar])) {
		p->tar = a->x[a->tar].data;
		p->has_tar = true;
	}
	if (a->csw && a->x[a->csw - 1].ack == SWD_ACK_OK && swd_ok(&a->x[a->csw])) {
		p->csw = a->x[a->csw].data;
		p->has_csw = true;
	}
}

static bool ask_is_complete(const struct ask *a)
{
	for (size_t i = ASK_RDBUFF; i < a->n; i++)
		if (!swd_ok(&a->x[i]))
			return false;
	return is_ctrlstat(a->x[a->n - 1].data) && !(a->x[a->n - 1].data & CS_STICKY);
}

/* was the port already locked out when the first ABORT came? */
static bool ask_had_no_abort(const struct ask *a)
{
	for (size_t i = ASK_ABORT_ORUN; i < a->n; i++)
		if (a->x[i].ack != SWD_ACK_NONE && a->x[i].ack != 0)
			return false;
	return true;
}

int memq_probe_port(struct memq *q, bool needs_reset, bool is_exact, u32 busy_addr,
		    struct memq_probe *p)
{
	const u64 start = clock_now_ns(q->ctx->clk);
	bool is_fresh = true, is_rdbuff_spent = false;
	u64 pause = 0;
	int ret;

	*p = (struct memq_probe){ 0 };
	for (unsigned int n = 0; n < MAX_PROBES; n++) {
		struct ask a;
		u8 ack;

		if (needs_reset) {
			u32 cs;

			p->was_relinked = true;
			ret = dap_relink(q->dap, &cs);
			if (ret == -ENXIO)
				q->dap->gone = ret;
			if (ret)
				return ret;
			p->flags |= cs & CS_STICKYERR;
			if (is_fresh) {
				/* its DPIDR read has dropped what was to be dropped */
				p->flags |= cs & CS_WDATAERR;
				p->is_wdata_known = true;
			}
		}
		/* a target that was reset may have a much slower bus all of a sudden */
		ask_build(q, &a, !is_exact && !p->has_tar, !is_exact && !p->has_csw,
			  n * FLUSH_IDLE);
		ret = dap_run(q->dap, a.x, a.n);
		if (ret)
			return ret;
		q->dap->is_select_known = false;
		ask_flags(&a, is_fresh, p);
		needs_reset = !swd_ok(&a.x[ASK_STAT2]) && !swd_ok(&a.x[a.n - 1]);
		if (ask_had_no_abort(&a))
			continue;
		is_fresh = false;
		/* the AP is idle now, and this is what its last read brought: RDBUFF says it only once */
		ack = a.x[ASK_RDBUFF].ack;
		if (!is_rdbuff_spent && swd_ok(&a.x[ASK_RDBUFF])) {
			p->has_rdbuff = true;
			p->rdbuff = a.x[ASK_RDBUFF].data;
		}
		if (ack != SWD_ACK_WAIT && ack != SWD_ACK_FAULT && ack != SWD_ACK_NONE)
			is_rdbuff_spent = true;
		ask_values(&a, p);
		if (!p->is_wdata_known || p->was_relinked ||
		    (p->flags & (CS_WDATAERR | CS_STICKYERR)))
			is_exact = false;
		if (ask_is_complete(&a) && (is_exact || (p->has_tar && p->has_csw))) {
			q->dap->select = q->select;
			q->dap->is_select_known = true;
			p->stalled_ns = pause ? clock_now_ns(q->ctx->clk) - start : 0;
			return 0;
		}
		if (ack == SWD_ACK_WAIT) {
			if (clock_now_ns(q->ctx->clk) - start > STALL_LIMIT_NS)
				return stalled(q, busy_addr);
			n = 0;
			pause = min(pause ? pause * 2 : STALL_PAUSE_NS, STALL_PAUSE_MAX_NS);
			clock_sleep_ns(q->ctx->clk, pause);
		}
	}
	return too_noisy(q);
}

struct memq_ap memq_ap_of_probe(const struct memq *q, const struct memq_probe *p)
{
	return (struct memq_ap){
		.csw = q->csw_base | (p->csw & (CSW_SIZE | CSW_ADDRINC)),
		.tar = p->tar,
		.is_csw_known = !((p->csw ^ q->csw_seen) & CSW_KEPT),
		.is_tar_known = true,
	};
}

/* how many accesses came before the first WAIT, if all of them were good; else @n */
static size_t good_before_wait(const struct swd_xfer *x, size_t n)
{
	size_t i = 0;

	while (i < n && swd_ok(&x[i]))
		i++;
	return i < n && x[i].ack == SWD_ACK_WAIT ? i : n;
}

int memq_read_now(struct memq *q, u32 addr, u8 size, u32 *val)
{
	const u32 csw = q->csw_base | (size == 4 ? 2 : size == 2 ? 1 : 0);
	bool has_csw = false, has_tar = false;
	unsigned int n_faults = 0;
	struct memq_probe p;
	int ret;

	q->enc = (struct memq_ap){ 0 };
	for (unsigned int n = 0; n < MAX_PROBES; n++) {
		const u32 idle = max(q->write_idle, (u32)FLUSH_IDLE) << min(n, 6u);
		struct swd_xfer x[6];
		size_t k = 0, n_good, rdbuff;

		x[k++] = swd_wr(REQ_SELECT_W, q->select);
		if (!has_csw)
			x[k++] = (struct swd_xfer){ .req = REQ_CSW_W, .data = csw, .idle = idle };
		if (!has_tar)
			x[k++] = (struct swd_xfer){ .req = REQ_TAR_W, .data = addr, .idle = idle };
		x[k] = swd_rd(REQ_DRW_R);
		x[k++].idle = FLUSH_IDLE;
		rdbuff = k;
		x[k++] = swd_rd(REQ_RDBUFF_R);
		x[k++] = swd_rd(REQ_CTRLSTAT_R);
		ret = dap_run(q->dap, x, k);
		if (ret)
			return ret;
		if (swd_ok(&x[k - 1]) && !(x[k - 1].data & CS_STICKY) && swd_ok(&x[rdbuff])) {
			*val = x[rdbuff].data;
			return 0;
		}
		n_good = good_before_wait(x, k);
		ret = memq_probe_port(q, !swd_ok(&x[k - 1]), n_good < k, addr, &p);
		if (ret)
			return ret;
		if (x[rdbuff].ack == SWD_ACK_WAIT && p.has_rdbuff && !(p.flags & CS_STICKYERR)) {
			*val = p.rdbuff;
			return 0;
		}
		if ((p.flags & CS_STICKYERR) && ++n_faults > 2) {
			q->is_fault = true;
			return err_set(&q->ctx->err, -EIO, NULL,
				       "read of 0x%08x: bus fault (STICKYERR)", addr);
		}
		/* what was done need not be done again: each round gets further than the last */
		if (p.has_tar && p.has_csw) {
			const struct memq_ap ap = memq_ap_of_probe(q, &p);

			has_csw = ap.is_csw_known && ap.csw == csw;
			has_tar = ap.tar == addr;
		} else {
			for (size_t i = 0; i < n_good; i++) {
				has_csw |= x[i].req == REQ_CSW_W;
				has_tar |= x[i].req == REQ_TAR_W;
			}
		}
	}
	return too_noisy(q);
}

/**
 * memq_peek32() - one read past the queue, only from a fault hook
 * @q: the queue
 * @addr: multiple of 4
 * @val: out
 */
int memq_peek32(struct memq *q, u32 addr, u32 *val)
{
	return memq_read_now(q, addr, 4, val);
}
