// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The debug port: connect, power-up, AP scan, single register accesses, ROM tables.
 *
 * References: ADIv5 (IHI 0031); ST's reference manuals, chapter "Debug support" (RM0351, 48); Arm
 * note KA16363 on the DP's write buffer.
 *
 * Until CTRL/STAT.ORUNDETECT is set, an access that WAITs or FAULTs has no data phase, and the host
 * that clocks one all the same is taken for somebody who sends requests. So what goes out before is
 * only what a DP always answers OK: DPIDR, ABORT, CTRL/STAT reads, and SELECT and CTRL/STAT writes
 * right after ABORT has cleared the sticky flags.
 */
#include "lib/dap-priv.h"
#include "lib/memq.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* how long one connect attempt tries both ways into SWD (OpenOCD's figure) */
#define CONNECT_NS	 (500 * MSEC_NS)
#define CONNECT_PAUSE_NS (20 * MSEC_NS)
/* power-up ACK: microseconds in practice, at least 100 ms allowed (IHI 0031 names no bound) */
#define POWERUP_NS (200 * MSEC_NS)
/* nRST low before the first access: ST's filter needs 20 us (DS10198, 6.3.17); boards have an RC */
#define NRST_SETTLE_NS (10 * MSEC_NS)
/* one register access that WAITs */
#define ACCESS_NS (200 * MSEC_NS)
/* tries of one access on a wire that corrupts it */
#define NOISE_TRIES  16
#define RELINK_TRIES 8
/* reads of DPIDR that go out together on a wire that may be bad */
#define WIRE_TESTS_A_LOOK 32u

/* what the wire showed while nothing answered */
struct wire_view {
	unsigned int n_high, n_low, n_other; /* ACKs 7, 0, and noise */
	unsigned int n_bad_id;		     /* ACK OK, but no DPIDR */
};

/**
 * dap_new() - debug port on an adapter
 * @host: adapter, borrowed
 *
 * Return: NULL when out of memory.
 */
struct dap *dap_new(struct swd_host *host)
{
	struct dap *dap = calloc(1, sizeof(*dap));

	if (!dap)
		return NULL;
	dap->host = host;
	dap->ctx = host->ctx;
	return dap;
}

/**
 * dap_free() - forget a debug port; does not touch the target
 * @dap: may be NULL
 */
void dap_free(struct dap *dap)
{
	free(dap);
}

/**
 * dap_info() - what was found at connect
 * @dap: debug port
 */
const struct dap_info *dap_info(const struct dap *dap)
{
	return &dap->info;
}

/**
 * dap_has_nrst() - can the adapter pull nRST?
 * @dap: debug port
 */
bool dap_has_nrst(const struct dap *dap)
{
	return dap->host->has_nrst;
}

/**
 * dap_set_hz() - change SWCLK
 * @dap: debug port; nothing in flight
 * @hz: wanted; the adapter and its wiring may ask for less
 * @real_hz: out, may be NULL
 */
int dap_set_hz(struct dap *dap, u32 hz, u32 *real_hz)
{
	struct swd_host *h = dap->host;
	u32 real = 0;
	int ret;

	if (h->max_hz && hz > h->max_hz)
		hz = h->max_hz;
	ret = h->ops->set_hz(h, hz, &real);
	if (ret)
		return ret;
	if (real_hz)
		*real_hz = real;
	return 0;
}

/**
 * dap_set_nrst() - pull or release nRST
 * @dap: debug port
 * @asserted: pull
 *
 * Return: -EOPNOTSUPP where it is not wired.
 */
int dap_set_nrst(struct dap *dap, bool asserted)
{
	return dap->host->ops->set_nrst(dap->host, asserted);
}

int dap_err_gone(struct dap *dap)
{
	if (dap->gone == -ENXIO)
		return err_set(&dap->ctx->err, dap->gone,
			       "check supply, cable and reset of the target, then run the same "
			       "command again",
			       "the target has stopped answering");
	return err_set(&dap->ctx->err, dap->gone,
		       "plug the adapter in again, then run the same command again",
		       "the adapter is gone (%s)", strerror(-dap->gone));
}

int dap_run(struct dap *dap, struct swd_xfer *x, size_t n)
{
	const bool had_error = dap->ctx->err.code;
	size_t n_answered;
	int ret;

	if (dap->gone)
		return dap_err_gone(dap);
	for (size_t i = 0; i < n; i++)
		x[i].ack = SWD_ACK_LOST;
	ret = swd_run(dap->host, x, n, &n_answered);
	for (size_t i = n_answered; i < n; i++)
		x[i].ack = SWD_ACK_LOST;
	if (ret != -ETIMEDOUT && ret != -EPROTO) {
		if (ret)
			dap->gone = ret;
		return ret ? err_set(&dap->ctx->err, ret, "plug the adapter in again",
				     "the adapter failed (%s)", strerror(-ret))
			   : 0;
	}
	log_dbg(&dap->ctx->log, "USB reply short: %zu of %zu accesses answered", n_answered, n);
	if (!had_error)
		err_clear(&dap->ctx->err);
	return 0;
}

/*
 * A line sequence that the adapter could not finish, and got over, is like one that the target did
 * not hear: the next access tells. Other errors are final.
 */
static int dap_sequence(struct dap *dap, int (*send)(struct swd_host *h))
{
	const bool had_error = dap->ctx->err.code;
	int ret = send(dap->host);

	if (ret == -ETIMEDOUT || ret == -EPROTO) {
		if (!had_error)
			err_clear(&dap->ctx->err);
		return 0;
	}
	if (ret)
		dap->gone = ret;
	return ret;
}

static bool dpidr_is_plausible(u32 dpidr)
{
	/* bit 0 is 1, designer and version are there (IHI 0031, B2.2.5) */
	return (dpidr & 1) && dpidr != ~0u && (dpidr >> 12 & 0xf) && (dpidr >> 1 & 0x7ff);
}

/* FAULT instead of CTRL/STAT: a rubbish DPBANKSEL. ABORT first, or SELECT FAULTs too */
static int dap_reselect(struct dap *dap, struct swd_xfer *stat)
{
	struct swd_xfer x[] = { swd_wr(REQ_ABORT_W, ABORT_CLEAR_ALL), swd_wr(REQ_SELECT_W, 0),
				swd_rd(REQ_CTRLSTAT_R) };
	int ret;

	x[1].idle = FLUSH_IDLE;
	ret = dap_run(dap, x, ARRAY_SIZE(x));
	*stat = x[2];
	return ret;
}

int dap_relink(struct dap *dap, u32 *ctrlstat)
{
	struct err *err = &dap->ctx->err;
	bool was_aborted = false;
	int ret;

	dap->is_select_known = false;
	for (unsigned int i = 0; i < RELINK_TRIES; i++) {
		struct swd_xfer x[] = { swd_rd(REQ_DPIDR_R), swd_rd(REQ_CTRLSTAT_R) };

		if (i >= 2)
			clock_sleep_ns(dap->ctx->clk, MSEC_NS << i);
		ret = dap_sequence(dap, swd_line_reset);
		if (ret)
			return ret;
		ret = dap_run(dap, x, ARRAY_SIZE(x));
		if (ret)
			return ret;
		if (!swd_ok(&x[0]) || x[0].data != dap->info.dpidr)
			continue;
		if (x[1].ack == SWD_ACK_FAULT || x[1].ack == SWD_ACK_WAIT) {
			was_aborted = true;
			ret = dap_reselect(dap, &x[1]);
			if (ret)
				return ret;
		}
		if (!swd_ok(&x[1]))
			continue;
		if ((x[1].data & CS_POWER_REQ) != CS_POWER_REQ)
			return err_set(err, -ENXIO, "check the target's supply, then run again",
				       "the target lost power: its debug port has been reset "
				       "(CTRL/STAT 0x%08x)",
				       x[1].data);
		log_dbg(&dap->ctx->log, "line reset: DPIDR 0x%08x, same session", x[0].data);
		/* no flag was set before, or the SELECT write that nobody sent had been refused */
		*ctrlstat = was_aborted ? x[1].data & ~CS_WDATAERR : x[1].data;
		return 0;
	}
	return err_set(err, -ENXIO, "check supply and cable; lower the clock (clock=1M)",
		       "the target stopped answering (no DPIDR after %d line resets)",
		       RELINK_TRIES);
}

/**
 * dap_revive() - a port given up at a bad clock may answer at another one
 * @dap: connected once; nothing in flight
 *
 * Return: 0 when the same debug session goes on; -errno with ctx->err set.
 */
int dap_revive(struct dap *dap)
{
	struct swd_xfer x = swd_wr(REQ_ABORT_W, ABORT_CLEAR_ALL);
	u32 ctrlstat;
	int ret;

	if (dap->gone == -ENXIO)
		dap->gone = 0;
	ret = dap_relink(dap, &ctrlstat);
	return ret ? ret : dap_run(dap, &x, 1);
}

/**
 * dap_test_wire() - how good is the wire at the present clock?
 * @dap: connected; nothing in flight
 * @n_bad: out: how many of DAP_WIRE_TESTS reads of DPIDR went wrong
 *
 * The debug port answers these at once whatever the bus clock is: what goes wrong is the wire's.
 * Return: 0; -errno when adapter or target is gone.
 */
int dap_test_wire(struct dap *dap, unsigned int *n_bad)
{
	struct swd_xfer x[DAP_WIRE_TESTS];
	bool is_silent;
	unsigned int n;
	int ret;

	*n_bad = 0;
	for (unsigned int done = 0; done < DAP_WIRE_TESTS; done += n) {
		unsigned int i;

		/* one look, then all that is left; in small pieces again where some go wrong */
		n = min(done && !*n_bad ? DAP_WIRE_TESTS : WIRE_TESTS_A_LOOK,
			DAP_WIRE_TESTS - done);
		for (i = 0; i < n; i++)
			x[i] = swd_rd(REQ_DPIDR_R);
		ret = dap_run(dap, x, n);
		if (ret)
			return ret;
		is_silent = false;
		for (i = 0; i < n && !is_silent; i++) {
			const bool is_good = swd_ok(&x[i]) && x[i].data == dap->info.dpidr;

			*n_bad += !is_good;
			/* after one request that was not understood all is silence: that is one */
			is_silent = !is_good && i + 1 < n && !swd_ok(&x[i + 1]);
		}
		if (!is_silent)
			continue;
		n = min(n, max(i, WIRE_TESTS_A_LOOK));
		ret = dap_revive(dap);
		if (ret == -ENXIO) {
			dap->gone = 0;
			err_clear(&dap->ctx->err);
			*n_bad = DAP_WIRE_TESTS;
			return 0;
		}
		if (ret)
			return ret;
	}
	return 0;
}

static void wire_view_add(struct wire_view *v, const struct swd_xfer *x)
{
	if (x->ack == SWD_ACK_NONE)
		v->n_high++;
	else if (x->ack == 0)
		v->n_low++;
	else if (x->ack == SWD_ACK_OK)
		v->n_bad_id++;
	else
		v->n_other++;
}

/* nothing sensible answered: say what the wire shows, and what to look at */
static int dap_diagnose(struct dap *dap, const struct wire_view *v, u32 flags)
{
	struct err *err = &dap->ctx->err;
	struct swd_host *h = dap->host;
	struct swd_pins pins;
	char seen[96];
	int ret;

	snprintf(seen, sizeof(seen), "ACKs seen at %" PRIu32 " kHz: %u high, %u low, %u other",
		 h->hz / 1000, v->n_high, v->n_low, v->n_other + v->n_bad_id);
	ret = h->ops->read_pins(h, &pins);
	if (ret)
		return err_set(err, -ENXIO, "check power, ground, SWDIO and SWCLK",
			       "no target answers, and the adapter cannot read its pins; %s", seen);
	log_dbg(&dap->ctx->log, "pins: SWDIO %d (%s), nRST %s", pins.swdio,
		pins.swdio_driven ? "follows" : "stuck",
		!pins.nrst_known ? "unknown"
		: pins.nrst	 ? "high"
				 : "low");
	if (!pins.swdio_driven && !pins.swdio)
		return err_set(err, -ENXIO,
			       "check that the target has power, and SWDIO for a short to ground",
			       "SWDIO is held low and does not follow the adapter: target without "
			       "power, SWDIO shorted or on a wrong pin; %s",
			       seen);
	if (!pins.swdio_driven)
		return err_set(err, -ENXIO,
			       "check the adapter's wiring (adapter=...), the resistor or buffer "
			       "to SWDIO, and shorts to the supply",
			       "SWDIO stays high and does not follow the adapter: its output does "
			       "not reach the wire, or the wire is shorted to the supply; %s",
			       seen);
	if (pins.nrst_known && !pins.nrst && !(flags & DAP_UNDER_RESET))
		return err_set(
			err, -ENXIO,
			"release the reset button, check the nRST wire and what else drives it",
			"the target is held in reset: nRST is low though the adapter does not pull "
			"it; %s",
			seen);
	if (v->n_other + v->n_bad_id > v->n_high + v->n_low)
		return err_set(err, -ENXIO,
			       "lower the clock (clock=500k), shorten the wires, check ground",
			       "what answers is noise: clock too fast, no common ground, or wires "
			       "crossed; %s",
			       seen);
	if (!pins.swdio)
		return err_set(
			err, -ENXIO,
			"swap SWDIO and SWCLK; if that is not it, check that the target has power",
			"SWDIO idles low: it looks wired to SWCLK (which has a pull-down), or the "
			"target has no power; %s",
			seen);
	return err_set(err, -ENXIO,
		       "check target power, SWDIO, SWCLK and ground; wire nRST so that a sleeping "
		       "target can be caught",
		       "nothing answers on a wire that idles high: target not connected, without "
		       "power, asleep, its SWD pins in use by the application, or its debug port "
		       "disabled for good (RDP level 2); %s",
		       seen);
}

static int dap_find_dp(struct dap *dap, u32 flags)
{
	const u64 end = clock_now_ns(dap->ctx->clk) + CONNECT_NS;
	struct wire_view view = { 0 };
	int ret;

	for (unsigned int round = 0;; round++) {
		struct swd_xfer x = swd_rd(REQ_DPIDR_R);

		ret = dap_sequence(dap, round & 1 ? swd_from_dormant : swd_from_jtag);
		if (ret)
			return ret;
		ret = dap_run(dap, &x, 1);
		if (ret)
			return ret;
		if (swd_ok(&x) && dpidr_is_plausible(x.data)) {
			dap->info.dpidr = x.data;
			dap->info.dp_version = x.data >> 12 & 0xf;
			dap->info.minimal = x.data & BIT(16);
			log_dbg(&dap->ctx->log, "DPIDR 0x%08x: DPv%u%s%s", x.data,
				dap->info.dp_version, dap->info.minimal ? ", minimal" : "",
				round & 1 ? ", was dormant" : "");
			return 0;
		}
		wire_view_add(&view, &x);
		if (clock_now_ns(dap->ctx->clk) >= end)
			return dap_diagnose(dap, &view, flags);
		if (round & 1)
			clock_sleep_ns(dap->ctx->clk, CONNECT_PAUSE_NS);
	}
}

/* sticky flags off, power-up requested and acknowledged, overrun detection on */
static int dap_power_up(struct dap *dap)
{
	const u64 end = clock_now_ns(dap->ctx->clk) + POWERUP_NS;
	struct err *err = &dap->ctx->err;
	struct swd_xfer x[4];
	u32 cs = 0;
	int ret;

	dap->is_select_known = false;
	for (unsigned int round = 0;; round++) {
		/* each alone: without ORUNDETECT what follows a refused one is not understood */
		x[0] = swd_wr(REQ_ABORT_W, ABORT_CLEAR_ALL);
		ret = dap_run(dap, x, 1);
		if (ret)
			return ret;
		x[0] = swd_wr(REQ_SELECT_W, 0);
		ret = dap_run(dap, x, 1);
		if (ret)
			return ret;
		x[1] = swd_wr(REQ_CTRLSTAT_W, CS_POWER_REQ | CS_ORUNDETECT);
		x[1].idle = FLUSH_IDLE;
		ret = x[0].ack == SWD_ACK_OK ? dap_run(dap, x + 1, 1) : 0;
		if (ret)
			return ret;
		x[2] = swd_rd(REQ_CTRLSTAT_R);
		ret = dap_run(dap, x + 2, 1);
		if (ret)
			return ret;
		if (swd_ok(&x[2])) {
			cs = x[2].data;
			if ((cs & (CS_POWER_ACK | CS_POWER_REQ | CS_ORUNDETECT)) ==
				    (CS_POWER_ACK | CS_POWER_REQ | CS_ORUNDETECT) &&
			    !(cs & CS_STICKY)) {
				dap->select = 0;
				dap->is_select_known = true;
				return 0;
			}
		} else {
			x[3] = swd_rd(REQ_DPIDR_R);
			ret = dap_sequence(dap, swd_line_reset);
			if (!ret)
				ret = dap_run(dap, x + 3, 1);
			if (ret)
				return ret;
		}
		if (clock_now_ns(dap->ctx->clk) >= end)
			break;
		if (round > 2)
			clock_sleep_ns(dap->ctx->clk, MSEC_NS);
	}
	return err_set(
		err, -ENXIO,
		"wire nRST (a target in STOP mode answers only under reset) or wake it up, then "
		"try again",
		"the debug port answers (DPIDR 0x%08x) but debug power-up is not acknowledged "
		"(CTRL/STAT 0x%08x): the target is in a low-power mode or its supply is failing",
		dap->info.dpidr, cs);
}

static bool has_wait(const struct swd_xfer *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (x[i].ack == SWD_ACK_WAIT)
			return true;
	return false;
}

/*
 * One register, there and back: SELECT, the access, RDBUFF, CTRL/STAT. *is_refused: it is the target
 * that refuses this access, again and again.
 */
static int dap_access(struct dap *dap, bool is_ap, u8 ap, u8 addr, bool is_read, u32 *val,
		      bool *is_refused)
{
	const u64 end = clock_now_ns(dap->ctx->clk) + ACCESS_NS;
	u32 idle = WRITE_IDLE;
	const u32 select =
		is_ap ? (u32)ap << 24 | (addr & 0xf0) : (dap->select & ~0xfu) | (u32)addr >> 4;
	const bool is_banked = is_ap || (addr & 0xf0);
	struct err *err = &dap->ctx->err;
	unsigned int n_fault = 0;
	u32 cs = 0;
	int ret;

	*is_refused = false;
	if (is_ap)
		dap->ap_writes++;
	for (unsigned int tries = 0; tries < NOISE_TRIES; tries++) {
		struct swd_xfer x[8];
		size_t n = 0, at, last, stat;

		x[n++] = swd_wr(REQ_ABORT_W, ABORT_CLEAR_ALL);
		if (is_banked)
			x[n++] = (struct swd_xfer){ .req = REQ_SELECT_W,
						    .data = select,
						    .idle = idle };
		at = n;
		x[n++] = (struct swd_xfer){ .req = swd_req(is_ap, is_read, addr & 0xc),
					    .idle = is_read ? 0 : FLUSH_IDLE + idle,
					    .data = is_read ? 0 : *val };
		if (is_ap)
			x[n++] = swd_rd(REQ_RDBUFF_R);
		last = n - 1;
		if (is_banked && !is_ap)
			x[n++] = swd_wr(REQ_SELECT_W, dap->select);
		stat = n;
		x[n++] = swd_rd(REQ_CTRLSTAT_R);
		ret = dap_run(dap, x, n);
		if (ret)
			return ret;
		dap->is_select_known = false;
		if (swd_ok(&x[stat]))
			cs = x[stat].data;
		if (x[at].ack == SWD_ACK_OK && swd_ok(&x[last]) && swd_ok(&x[stat]) &&
		    !(cs & CS_STICKY)) {
			if (is_read)
				*val = x[last].data;
			if (is_ap) {
				dap->select = select;
				dap->is_select_known = true;
			} else if (!is_read && addr == DP_SELECT) {
				dap->select = *val;
				dap->is_select_known = true;
			}
			return 0;
		}
		if (has_wait(x, n)) {
			if (clock_now_ns(dap->ctx->clk) >= end)
				return err_set(err, -ETIMEDOUT, "reset the target",
					       "%s register 0x%02x: WAIT for %u ms",
					       is_ap ? "AP" : "DP", addr,
					       (unsigned int)(ACCESS_NS / MSEC_NS));
			clock_sleep_ns(dap->ctx->clk, 100 * USEC_NS);
			idle = min(2 * idle, 1024u);
			tries = 0;
		} else if (swd_ok(&x[stat]) && (cs & CS_STICKYERR) && ++n_fault > 2) {
			*is_refused = true;
			break;
		} else if (!swd_ok(&x[stat])) {
			ret = dap_relink(dap, &cs);
			if (ret)
				return ret;
		}
	}
	return err_set(err, -EIO, NULL, "%s register 0x%02x cannot be %s (CTRL/STAT 0x%08x)",
		       is_ap ? "AP" : "DP", addr, is_read ? "read" : "written", cs);
}

/* IDR, CFG and BASE of all APs, in one batch: false if that did not go through */
static int scan_blind(struct dap *dap, bool *is_good)
{
	struct swd_xfer x[5 * ARRAY_SIZE(dap->info.ap)];
	struct dap_info *info = &dap->info;
	int ret;

	for (size_t ap = 0; ap < ARRAY_SIZE(info->ap); ap++) {
		struct swd_xfer *p = x + 5 * ap;

		p[0] = swd_wr(REQ_SELECT_W, (u32)ap << 24 | (AP_IDR & 0xf0));
		p[1] = swd_rd(swd_req(true, true, AP_IDR));
		p[2] = swd_rd(swd_req(true, true, AP_CFG));
		p[3] = swd_rd(swd_req(true, true, AP_BASE));
		p[4] = swd_rd(REQ_RDBUFF_R);
	}
	dap->is_select_known = false;
	ret = dap_run(dap, x, ARRAY_SIZE(x));
	*is_good = !ret;
	for (size_t i = 0; i < ARRAY_SIZE(x) && *is_good; i++)
		*is_good = swd_ok(&x[i]);
	for (size_t ap = 0; ap < ARRAY_SIZE(info->ap) && *is_good; ap++) {
		info->ap[ap].idr = x[5 * ap + 2].data;
		info->ap[ap].cfg = x[5 * ap + 3].data;
		info->ap[ap].base = x[5 * ap + 4].data;
	}
	return ret;
}

/* the same, one register at a time. Some absent APs FAULT (S32K3): those before count */
static int scan_each(struct dap *dap)
{
	struct dap_info *info = &dap->info;

	for (u8 ap = 0; ap < (u8)ARRAY_SIZE(info->ap); ap++) {
		u32 idr = 0, cfg = 0, base = 0;
		bool is_refused = false;
		int ret = dap_access(dap, true, ap, AP_IDR, true, &idr, &is_refused);

		if (!ret && idr)
			ret = dap_access(dap, true, ap, AP_CFG, true, &cfg, &is_refused);
		if (!ret && idr)
			ret = dap_access(dap, true, ap, AP_BASE, true, &base, &is_refused);
		if (is_refused) {
			err_clear(&dap->ctx->err);
			return 0;
		}
		if (ret)
			return ret;
		info->ap[ap].idr = idr;
		info->ap[ap].cfg = cfg;
		info->ap[ap].base = base;
	}
	return 0;
}

static int dap_scan_aps(struct dap *dap)
{
	struct dap_info *info = &dap->info;
	bool is_good, has_mem = false;
	int ret;

	ret = scan_blind(dap, &is_good);
	if (!ret && !is_good) {
		ret = dap_power_up(dap);
		if (!ret)
			ret = scan_each(dap);
	}
	if (ret)
		return ret;
	for (size_t ap = 0; ap < ARRAY_SIZE(info->ap); ap++) {
		if (!info->ap[ap].idr)
			continue;
		info->ap[ap].is_mem = FIELD_GET(IDR_CLASS, info->ap[ap].idr) == IDR_CLASS_MEM;
		info->n_aps = (u8)(ap + 1);
		has_mem |= info->ap[ap].is_mem;
		log_dbg(&dap->ctx->log, "AP %zu: IDR 0x%08x BASE 0x%08x CFG 0x%x%s", ap,
			info->ap[ap].idr, info->ap[ap].base, info->ap[ap].cfg,
			info->ap[ap].is_mem ? ", MEM-AP" : "");
	}
	if (!has_mem)
		return err_set(&dap->ctx->err, -ENXIO,
			       "if read-out protection level 2 was ever set, the part can't be "
			       "opened again; else try with nRST wired",
			       "the debug port answers (DPIDR 0x%08x) but no memory access port "
			       "does: RDP level 2 is suspected",
			       info->dpidr);
	return 0;
}

/**
 * dap_connect() - see lib/adiv5.h
 */
int dap_connect(struct dap *dap, u32 flags)
{
	int ret;

	memset(&dap->info, 0, sizeof(dap->info));
	dap->gone = 0;
	dap->is_connected = false;
	dap->is_select_known = false;
	dap->ap_writes++;
	if (flags & DAP_UNDER_RESET) {
		ret = dap_set_nrst(dap, true);
		if (ret)
			return ret == -EOPNOTSUPP
				       ? err_set(&dap->ctx->err, ret, "wire nRST to the adapter",
						 "connect under reset needs nRST, which this "
						 "adapter does not have")
				       : ret;
		clock_sleep_ns(dap->ctx->clk, NRST_SETTLE_NS);
	}
	ret = dap_find_dp(dap, flags);
	if (ret)
		return ret;
	if (dap->info.dp_version > 2)
		return err_set(&dap->ctx->err, -EOPNOTSUPP, NULL,
			       "the debug port is a DPv%u (DPIDR 0x%08x): only DPv1 and DPv2 are "
			       "supported",
			       dap->info.dp_version, dap->info.dpidr);
	ret = dap_power_up(dap);
	if (ret)
		return ret;
	dap->is_connected = true;
	if (dap->info.dp_version == 2) {
		ret = dap_read(dap, false, 0, DP_TARGETID, &dap->info.targetid);
		if (ret)
			return ret;
		log_dbg(&dap->ctx->log, "TARGETID 0x%08x", dap->info.targetid);
	}
	return dap_scan_aps(dap);
}

/**
 * dap_read() - one DP or AP register
 * @dap: connected
 * @is_ap: AP register
 * @ap: number of the AP
 * @addr: register; bank in [7:4]
 * @val: out
 */
int dap_read(struct dap *dap, bool is_ap, u8 ap, u8 addr, u32 *val)
{
	bool is_refused;

	return dap_access(dap, is_ap, ap, addr, true, val, &is_refused);
}

/**
 * dap_write() - one DP or AP register; on a noisy wire it may be written more than once
 * @dap: connected
 * @is_ap: AP register
 * @ap: number of the AP
 * @addr: register; bank in [7:4]
 * @val: value
 */
int dap_write(struct dap *dap, bool is_ap, u8 ap, u8 addr, u32 val)
{
	bool is_refused;

	return dap_access(dap, is_ap, ap, addr, false, &val, &is_refused);
}

/**
 * dap_disconnect() - leave the debug port as it was found; errors are ignored
 * @dap: debug port
 */
void dap_disconnect(struct dap *dap)
{
	/* the RDBUFF lets a buffered write out before ABORT would drop it (KA16363) */
	struct swd_xfer x[] = { swd_rd(REQ_RDBUFF_R), swd_wr(REQ_ABORT_W, ABORT_CLEAR_ALL),
				swd_wr(REQ_SELECT_W, 0), swd_wr(REQ_CTRLSTAT_W, 0),
				swd_rd(REQ_CTRLSTAT_R) };
	const struct err saved = dap->ctx->err;

	if (!dap->is_connected || dap->gone)
		return;
	if (dap_run(dap, x, ARRAY_SIZE(x)) || x[3].ack != SWD_ACK_OK)
		log_dbg(&dap->ctx->log, "disconnect: power-down was not accepted");
	dap->is_connected = false;
	dap->ctx->err = saved;
}

/* ---- ROM tables (IHI 0031, chapter D) ---- */

#define ROM_MAX_DEPTH	4
#define ROM_MAX_ENTRIES 960 /* 0x000-0xefc */
#define CIDR_PREAMBLE	0xb105000du
#define ROM_PRESENT	BIT(0)

static int rom_read_ids(struct memq *q, u32 base, struct rom_component *c)
{
	u32 pidr[8], cidr[4], cid;
	int ret;

	for (u32 i = 0; i < 4; i++) {
		memq_read32(q, base + 0xfd0 + 4 * i, &pidr[4 + i]);
		memq_read32(q, base + 0xfe0 + 4 * i, &pidr[i]);
		memq_read32(q, base + 0xff0 + 4 * i, &cidr[i]);
	}
	ret = memq_flush(q);
	if (ret)
		return ret;
	cid = (cidr[0] & 0xff) | (cidr[1] & 0xff) << 8 | (cidr[2] & 0xff) << 16 |
	      (cidr[3] & 0xff) << 24;
	if ((cid & ~0xf000u) != CIDR_PREAMBLE)
		return -ENOENT;
	*c = (struct rom_component){
		.base = base,
		.part = (u16)((pidr[1] & 0xf) << 8 | (pidr[0] & 0xff)),
		.jep106 = (u16)((pidr[4] & 0xf) << 7 | (pidr[2] & 7) << 4 | (pidr[1] >> 4 & 0xf)),
		.class = (u8)(cid >> 12 & 0xf),
		.revision = (u8)(pidr[2] >> 4 & 0xf),
	};
	return 0;
}

static int rom_walk(struct memq *q, u32 base, unsigned int depth,
		    void (*fn)(void *arg, const struct rom_component *c), void *arg)
{
	struct ctx *ctx = memq_ctx(q);
	struct rom_component c;
	int ret;

	ret = rom_read_ids(q, base, &c);
	if (ret == -ENOENT || (ret == -EIO && memq_was_bus_fault(q))) {
		/* a bus fault means that the component is not powered: skip it */
		if (ret == -EIO)
			err_clear(&ctx->err);
		log_dbg(&ctx->log, "ROM table: no component at 0x%08x", base);
		return 0;
	}
	if (ret)
		return ret;
	fn(arg, &c);
	if (c.class != 1 || depth == ROM_MAX_DEPTH)
		return 0;
	for (u32 i = 0; i < ROM_MAX_ENTRIES; i++) {
		u32 entry;

		ret = target_read32(q, base + 4 * i, &entry);
		if (ret)
			return ret;
		if (!entry)
			break;
		if (!(entry & ROM_PRESENT))
			continue;
		ret = rom_walk(q, base + (entry & 0xfffff000), depth + 1, fn, arg);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * dap_walk_rom() - call @fn for each component found below BASE of an AP
 * @q: queue on that AP, empty
 * @base: BASE register
 * @fn: called with each component
 * @arg: for @fn
 *
 * Return: 0 also when there is no table; -errno when the link fails.
 */
int dap_walk_rom(struct memq *q, u32 base, void (*fn)(void *arg, const struct rom_component *c),
		 void *arg)
{
	/* bit 1 is 1 in all of ADIv5; 0xffffffff and 0x2 mean "none" */
	if (base == ~0u || !(base & ROM_PRESENT))
		return 0;
	return rom_walk(q, base & 0xfffff000, 0, fn, arg);
}
