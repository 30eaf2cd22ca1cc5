// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The wire side of the STM32L4's SWJ-DP: JTAG, SWD and dormant states with their switching
 * sequences, line reset, and frames, one rising edge of SWCLK at a time (IHI 0031 chapter 4).
 *
 *	rise	0-7	8	9-11	12	13-44	45	(turnaround of one clock)
 *	write	request	turn	ACK	turn	data	parity
 *	read	request	turn	ACK	data 12-43	44 parity, 45 turn
 *
 * The target samples and changes SWDIO at the rise. It decides at the last rise of the first
 * turnaround and drives ACK[0] from there; a write takes effect at the rise after its parity bit.
 */
#include "sim/swdp.h"
#include "sim/vdp.h"

#include <stdlib.h>

#define LINE_RESET_ONES 50
#define FRAME_CLOCKS	46 /* with a turnaround of one clock */
#define ACK_CLOCKS	13 /* WAIT or FAULT without a data phase */

/* switching sequences, first bit in bit 0 (IHI 0031 5.2, 5.3) */
#define SEQ_JTAG_TO_SWD	    0xe79e
#define SEQ_SWD_TO_JTAG	    0xe73c
#define SEQ_SWD_TO_DORMANT  0xe3bc
#define SEQ_JTAG_TO_DORMANT 0x33bbbbba /* 31 bits */
#define JTAG_RESET_ONES	    5
#define ALERT_LO	    0x86852d956209f392u
#define ALERT_HI	    0x19bc0ea2e3ddafe9u
#define ACTIVATE_SWD	    0x1a
#define ACTIVATE_JTAG	    0x0a

enum port { PORT_JTAG, PORT_SWD, PORT_DORMANT };

enum link {
	LINK_RESET, /* after a line reset: only a DPIDR read is understood */
	LINK_ACTIVE,
	LINK_LOCKOUT, /* after a protocol error: only a line reset is understood */
};

enum phase {
	PH_IDLE, /* waiting for a start bit */
	PH_REQUEST,
	PH_TURN, /* ... after the request */
	PH_ACK,
	PH_READ,  /* target drives data and parity */
	PH_WTURN, /* ... before write data */
	PH_WRITE,
	PH_END, /* nobody's clocks up to the end of the frame */
};

struct swdp {
	struct vdp d;
	struct sim *sim;
	struct mcu *mcu;
	bool powered;
	enum port port;
	enum link link;
	u64 careful_from_ps;

	/* line reset and switching sequences; they run beside the frames */
	u32 ones;
	bool reset_armed; /* 50 ones and one zero seen */
	u32 seq, seq_ones;
	u8 seq_len; /* 0: none begun */
	/* dormant: the last 136 bits, and what follows the alert */
	u64 hist_lo, hist_hi;
	u8 hist_old;
	u8 act_len; /* 0: no alert seen */
	u16 act;

	/* frame */
	enum phase phase;
	u8 k; /* bit or clock within the phase */
	u8 req;
	u8 ack;
	u32 data;
	bool parity;
	enum swd_level out;
	bool pending; /* a write takes effect at the next rise */

	/* lockout: to tell whether the host goes on regardless */
	bool excused, reported, contended;
	bool sync; /* a zero was seen: the next one may be a start bit */
	u8 bad_req;
};

static void line_idle(struct swdp *dp)
{
	dp->phase = PH_IDLE;
	dp->out = SWD_FLOAT;
	dp->pending = false;
	dp->contended = false;
}

static void enter_lockout(struct swdp *dp)
{
	line_idle(dp);
	dp->link = LINK_LOCKOUT;
	dp->sync = false;
	dp->reported = false;
	dp->bad_req = dp->req;
}

static void enter_port(struct swdp *dp, enum port port)
{
	dp->port = port;
	enter_lockout(dp);
	/* nobody has talked to this port yet */
	dp->reported = true;
	dp->ones = 0;
	dp->reset_armed = false;
	dp->seq_len = 0;
	dp->act_len = 0;
	dp->hist_lo = dp->hist_hi = 0;
	dp->hist_old = 0;
}

static void power_changed(void *arg, bool on)
{
	struct swdp *dp = arg;

	dp->powered = on;
	vdp_reset(&dp->d);
	enter_port(dp, PORT_JTAG);
}

/**
 * swdp_new() - a debug port in the state that power-on leaves it in
 * @sim: bench
 * @mcu: target behind it
 *
 * Return: NULL when out of memory.
 */
struct swdp *swdp_new(struct sim *sim, struct mcu *mcu)
{
	struct swdp *dp = calloc(1, sizeof(*dp));

	if (!dp)
		return NULL;
	dp->sim = sim;
	dp->mcu = mcu;
	dp->careful_from_ps = SIM_NEVER;
	vdp_init(&dp->d, sim, mcu);
	enter_port(dp, PORT_JTAG);
	dp->powered = mcu_is_powered(mcu);
	mcu_on_power(mcu, power_changed, dp);
	return dp;
}

/**
 * swdp_free() - undo swdp_new()
 * @dp: debug port or NULL
 */
void swdp_free(struct swdp *dp)
{
	free(dp);
}

/**
 * swdp_output() - what the target drives now
 * @dp: debug port
 */
enum swd_level swdp_output(const struct swdp *dp)
{
	return dp->out;
}

/**
 * swdp_pull_level() - level of SWDIO when nobody drives it, once it has settled
 * @dp: debug port
 */
bool swdp_pull_level(const struct swdp *dp)
{
	return dp->powered;
}

/**
 * swdp_excuse() - a bit was changed on the wire on purpose
 * @dp: debug port
 *
 * What goes wrong until the next line reset is not reported as the host's mistake.
 */
void swdp_excuse(struct swdp *dp)
{
	dp->excused = true;
}

/**
 * swdp_careful_from() - no many-clocks-at-once from a time on
 * @dp: debug port
 * @at_ps: time, SIM_NEVER for none
 */
void swdp_careful_from(struct swdp *dp, u64 at_ps)
{
	dp->careful_from_ps = at_ps;
}

/* ---- line reset, switching sequences ---- */

static void line_reset(struct swdp *dp)
{
	line_idle(dp);
	dp->link = LINK_RESET;
	dp->excused = false;
	vdp_overrun(&dp->d);
}

static void dormant_clock(struct swdp *dp, bool line)
{
	if (dp->act_len) {
		/* four zeros of which the value does not matter, then the activation code */
		dp->act |= (u16)(line << (dp->act_len - 1));
		if (++dp->act_len <= 12)
			return;
		dp->act_len = 0;
		if (dp->act >> 4 == ACTIVATE_SWD)
			enter_port(dp, PORT_SWD);
		else if (dp->act >> 4 == ACTIVATE_JTAG)
			enter_port(dp, PORT_JTAG);
		return;
	}
	dp->hist_old = (u8)(dp->hist_old >> 1 | (dp->hist_lo & 1) << 7);
	dp->hist_lo = dp->hist_lo >> 1 | dp->hist_hi << 63;
	dp->hist_hi = dp->hist_hi >> 1 | (line ? 1ull << 63 : 0);
	if (dp->hist_lo == ALERT_LO && dp->hist_hi == ALERT_HI && dp->hist_old == 0xff) {
		dp->act_len = 1;
		dp->act = 0;
	}
}

/* a run of ones ends here, or a bit of what follows it */
static void sequence_clock(struct swdp *dp, bool line)
{
	u32 least = dp->port == PORT_SWD ? LINE_RESET_ONES : JTAG_RESET_ONES;

	if (!line && dp->ones >= least) {
		dp->seq_ones = dp->ones;
		dp->seq = 0;
		dp->seq_len = 1;
		return;
	}
	if (!dp->seq_len)
		return;
	dp->seq |= (u32)line << dp->seq_len;
	dp->seq_len++;
	if (dp->seq_len == 16 && dp->seq_ones >= LINE_RESET_ONES) {
		if (dp->port == PORT_JTAG && dp->seq == SEQ_JTAG_TO_SWD)
			enter_port(dp, PORT_SWD);
		else if (dp->port == PORT_SWD && dp->seq == SEQ_SWD_TO_JTAG)
			enter_port(dp, PORT_JTAG);
		else if (dp->port == PORT_SWD && dp->seq == SEQ_SWD_TO_DORMANT)
			enter_port(dp, PORT_DORMANT);
	} else if (dp->seq_len == 31) {
		if (dp->port == PORT_JTAG && dp->seq == SEQ_JTAG_TO_DORMANT)
			enter_port(dp, PORT_DORMANT);
		dp->seq_len = 0;
	}
}

static void detectors_clock(struct swdp *dp, bool line)
{
	if (dp->port == PORT_DORMANT) {
		dormant_clock(dp, line);
		return;
	}
	sequence_clock(dp, line);
	if (line) {
		dp->ones++;
		dp->reset_armed = false;
		return;
	}
	if (dp->port == PORT_SWD) {
		if (dp->reset_armed)
			line_reset(dp);
		dp->reset_armed = dp->ones >= LINE_RESET_ONES;
	}
	dp->ones = 0;
}

/* ---- frames ---- */

/* the host's request makes no sense to this port: silence until a line reset */
static void protocol_error(struct swdp *dp)
{
	vdp_overrun(&dp->d);
	enter_lockout(dp);
}

static void end_frame(struct swdp *dp, unsigned int clocks)
{
	dp->out = SWD_FLOAT;
	dp->phase = PH_END;
	dp->k = (u8)clocks;
}

/* is this request understood in this state? Checked before the debug port sees it */
static bool request_is_understood(struct swdp *dp, u8 req)
{
	if (!vdp_request_is_good(req))
		return false;
	if (dp->link == LINK_RESET) {
		if ((req & (SWD_REQ_AP | SWD_REQ_READ | SWD_REQ_ADDR)) == SWD_REQ_READ)
			return true;
		if (!dp->excused)
			sim_complain(
				dp->sim, "swdp",
				"request 0x%02x is the first after a line reset, not a DPIDR read",
				req);
		return false;
	}
	return true;
}

static void decide(struct swdp *dp)
{
	dp->ack = SWD_ACK_SILENT;
	if (request_is_understood(dp, dp->req)) {
		dp->sim->stats.swd_frames++;
		dp->ack = vdp_request(&dp->d, dp->req, &dp->data);
	}
	if (dp->ack == SWD_ACK_SILENT) {
		protocol_error(dp);
		return;
	}
	dp->link = LINK_ACTIVE;
	dp->phase = PH_ACK;
	dp->k = 1;
	dp->out = dp->ack & 1 ? SWD_HIGH : SWD_LOW;
}

static enum swd_level bit_level(u32 word, unsigned int bit)
{
	return word >> bit & 1 ? SWD_HIGH : SWD_LOW;
}

/* the rise after the last ACK bit was put out */
static void after_ack(struct swdp *dp)
{
	unsigned int t = dp->d.turnaround;

	dp->k = 0;
	if (dp->req & SWD_REQ_READ) {
		if (dp->ack == SWD_ACK_OK) {
			dp->phase = PH_READ;
			dp->out = bit_level(dp->data, dp->k++);
		} else {
			end_frame(dp, vdp_orundetect(&dp->d) ? 33 + t : t);
		}
		return;
	}
	if (dp->ack != SWD_ACK_OK && !vdp_orundetect(&dp->d)) {
		end_frame(dp, t);
		return;
	}
	dp->out = SWD_FLOAT;
	dp->phase = PH_WTURN;
	dp->k = (u8)t;
	dp->data = 0;
}

static void apply_pending(struct swdp *dp)
{
	dp->pending = false;
	vdp_write(&dp->d, dp->req, dp->data, dp->parity == __builtin_parity(dp->data));
}

static void frame_clock(struct swdp *dp, bool line)
{
	switch (dp->phase) {
	case PH_IDLE:
		if (!line)
			return;
		dp->contended = false;
		dp->req = 1;
		dp->k = 1;
		dp->phase = PH_REQUEST;
		return;
	case PH_REQUEST:
		dp->req |= (u8)(line << dp->k);
		if (++dp->k < 8)
			return;
		dp->phase = PH_TURN;
		dp->k = dp->d.turnaround;
		return;
	case PH_TURN:
		if (!--dp->k)
			decide(dp);
		return;
	case PH_ACK:
		if (dp->k < 3)
			dp->out = bit_level(dp->ack, dp->k++);
		else
			after_ack(dp);
		return;
	case PH_READ:
		if (dp->k < 32)
			dp->out = bit_level(dp->data, dp->k);
		else if (dp->k == 32)
			dp->out = __builtin_parity(dp->data) ? SWD_HIGH : SWD_LOW;
		else
			end_frame(dp, dp->d.turnaround);
		if (dp->phase == PH_READ)
			dp->k++;
		return;
	case PH_WTURN:
		if (!--dp->k)
			dp->phase = PH_WRITE;
		return;
	case PH_WRITE:
		if (dp->k < 32) {
			dp->data |= (u32)line << dp->k++;
			return;
		}
		dp->parity = line;
		dp->pending = dp->ack == SWD_ACK_OK;
		dp->phase = PH_IDLE;
		return;
	case PH_END:
		if (!--dp->k)
			dp->phase = PH_IDLE;
		return;
	}
}

/* locked out: nothing is answered, but a host that goes on talking is told so in the complaints */
static void lockout_clock(struct swdp *dp, bool line)
{
	if (dp->phase == PH_IDLE) {
		if (!line) {
			dp->sync = true;
		} else if (dp->sync) {
			dp->req = 1;
			dp->k = 1;
			dp->phase = PH_REQUEST;
		}
		return;
	}
	dp->req |= (u8)(line << dp->k);
	if (++dp->k < 8)
		return;
	dp->phase = PH_IDLE;
	dp->sync = false;
	if (!vdp_request_is_good(dp->req) || dp->reported || dp->excused)
		return;
	dp->reported = true;
	sim_complain(dp->sim, "swdp",
		     "request 0x%02x after a protocol error (request 0x%02x) without a line reset",
		     dp->req, dp->bad_req);
}

/**
 * swdp_clock() - one rising edge of SWCLK
 * @dp: debug port
 * @line: level on the target's SWDIO pin at this edge
 * @host_drives: the host drives it strongly at this edge
 */
void swdp_clock(struct swdp *dp, bool line, bool host_drives)
{
	enum swd_level was = dp->out;

	if (!dp->powered)
		return;
	dp->sim->stats.swclk_cycles++;
	if (dp->pending)
		apply_pending(dp);
	if (dp->port == PORT_SWD) {
		if (dp->link == LINK_LOCKOUT)
			lockout_clock(dp, line);
		else
			frame_clock(dp, line);
	}
	detectors_clock(dp, line);
	vdp_clock(&dp->d);
	if (host_drives && (was != SWD_FLOAT || dp->out != SWD_FLOAT) && !dp->contended) {
		dp->contended = true;
		sim_complain(dp->sim, "swdp",
			     "host and target drive SWDIO in the same clock (request 0x%02x)",
			     dp->req);
	}
}

/**
 * swdp_rise() - one rising edge of SWCLK on directly wired pins
 * @dp: debug port
 * @host: what the host drives on SWDIO
 *
 * Return: what the target drives from this edge on.
 */
enum swd_level swdp_rise(struct swdp *dp, enum swd_level host)
{
	bool line = host != SWD_FLOAT	   ? host == SWD_HIGH
		    : dp->out != SWD_FLOAT ? dp->out == SWD_HIGH
					   : swdp_pull_level(dp);

	swdp_clock(dp, line, host != SWD_FLOAT);
	return dp->out;
}

/* ---- many clocks at once ---- */

static bool is_between_frames(const struct swdp *dp, u64 last_edge_ps)
{
	return dp->powered && dp->port == PORT_SWD && dp->phase == PH_IDLE && !dp->reset_armed &&
	       !dp->seq_len && last_edge_ps < dp->careful_from_ps;
}

/* a pending write that changes how long frames are, or that nothing may overtake */
static bool pending_changes_frames(const struct swdp *dp)
{
	return dp->pending && !(dp->req & SWD_REQ_AP) && FIELD_GET(SWD_REQ_ADDR, dp->req) == 1;
}

/* levels of the line in a frame that the target answers with @ack; the host drives @out weakly */
static u64 frame_line(u64 out, u8 req, enum swd_ack ack, u32 rdata)
{
	u64 line = (out & ~(UINT64_C(7) << 9)) | (u64)ack << 9;
	u64 data;

	if (!(req & SWD_REQ_READ) || ack != SWD_ACK_OK)
		return line;
	data = rdata | (u64)__builtin_parity(rdata) << 32;
	return (line & ~(UINT64_C(0x1ffffffff) << 12)) | data << 12;
}

/**
 * swdp_frame() - one whole transaction of a host behind a resistor
 * @dp: debug port
 * @out: what the host drives, first bit in bit 0
 * @line: set: level of SWDIO at each edge
 * @r: times of the edges
 *
 * Return: edges used, 0 if this one has to go edge by edge.
 */
unsigned int swdp_frame(struct swdp *dp, u64 out, u64 *line, const struct swd_rises *r)
{
	u8 req = (u8)out;
	struct swd_rises tail = { r->t0 + 8 * r->step, r->step };
	unsigned int n = FRAME_CLOCKS;
	enum swd_ack ack;
	u32 data = 0;

	if (!is_between_frames(dp, swd_rise_ps(r, FRAME_CLOCKS - 1)) || dp->link != LINK_ACTIVE ||
	    dp->d.turnaround != 1 || dp->ones + 6 >= LINE_RESET_ONES || !vdp_request_is_good(req) ||
	    pending_changes_frames(dp))
		return 0;
	sim_advance_to(dp->sim, swd_rise_ps(r, 0));
	if (dp->pending)
		apply_pending(dp);
	vdp_clocks(&dp->d, *r, 8);
	sim_advance_to(dp->sim, swd_rise_ps(r, 8));
	dp->req = req;
	dp->sim->stats.swd_frames++;
	ack = vdp_request(&dp->d, req, &data);
	if (ack == SWD_ACK_SILENT) {
		protocol_error(dp);
		n = 9;
		*line = out;
	} else {
		if (ack != SWD_ACK_OK && !vdp_orundetect(&dp->d))
			n = ACK_CLOCKS;
		*line = frame_line(out, req, ack, data);
		if (!(req & SWD_REQ_READ) && ack == SWD_ACK_OK) {
			dp->pending = true;
			dp->data = (u32)(out >> 13);
			dp->parity = out >> 45 & 1;
		}
	}
	vdp_clocks(&dp->d, tail, n - 8);
	sim_advance_to(dp->sim, swd_rise_ps(r, n - 1));
	dp->sim->stats.swclk_cycles += n;
	/* the stop bit is 0, so a run of ones at the end lies within this frame */
	dp->ones = (u32)__builtin_clzll(~(*line << (64 - n)));
	return n;
}

static void count_ones(struct swdp *dp, u64 line, unsigned int n)
{
	u64 last = ~(line << (64 - n));
	u32 ones = last ? (u32)__builtin_clzll(last) : 64;

	dp->ones = ones < n ? ones : dp->ones + n;
}

/* the next one is a start bit: a request from its first bit on */
static bool is_start(const struct swdp *dp, const struct swd_host *host)
{
	return dp->phase == PH_IDLE && host->drives && host->out & 1;
}

/* how many clocks from now on do nothing but shift, in the phase that it is in */
static unsigned int bits_left(const struct swdp *dp, const struct swd_host *host)
{
	switch (dp->phase) {
	case PH_IDLE:
		return is_start(dp, host) ? 8 : 0;
	case PH_REQUEST:
		return host->drives ? 8u - dp->k : 0;
	case PH_ACK:
		return host->drives && host->strong ? 0 : 3u - dp->k;
	case PH_READ:
		return dp->k > 32 || (host->drives && host->strong) ? 0 : 32u - dp->k;
	case PH_WRITE:
		return host->drives ? 32u - dp->k : 0;
	default:
		return 0;
	}
}

/**
 * swdp_bits() - clocks in the middle of a frame
 * @dp: debug port
 * @host: what drives SWDIO besides the target
 * @n: how many at most, up to 56
 * @line: set: level of SWDIO at each edge
 * @r: times of the edges
 *
 * Bits of request, acknowledge and data. The ones in a row are too few for a line reset.
 *
 * Return: how many were done, 0 if the next one has to go on its own.
 */
unsigned int swdp_bits(struct swdp *dp, const struct swd_host *host, unsigned int n, u64 *line,
		       const struct swd_rises *r)
{
	u32 given = dp->phase == PH_ACK ? dp->ack : dp->data;
	bool from_target = dp->phase == PH_ACK || dp->phase == PH_READ;

	if (!dp->powered || dp->port != PORT_SWD || dp->link == LINK_LOCKOUT || dp->reset_armed ||
	    dp->seq_len)
		return 0;
	n = min(n, bits_left(dp, host));
	if (!n || swd_rise_ps(r, n - 1) >= dp->careful_from_ps)
		return 0;
	if (is_start(dp, host)) {
		sim_advance_to(dp->sim, swd_rise_ps(r, 0));
		if (dp->pending)
			apply_pending(dp);
		dp->contended = false;
		dp->phase = PH_REQUEST;
		dp->req = dp->k = 0;
	}
	*line = (from_target ? given >> (dp->k - 1) : host->out) & (UINT64_MAX >> (64 - n));
	vdp_clocks(&dp->d, *r, n);
	sim_advance_to(dp->sim, swd_rise_ps(r, n - 1));
	dp->sim->stats.swclk_cycles += n;
	count_ones(dp, *line, n);
	if (dp->phase == PH_REQUEST)
		dp->req |= (u8)(*line << dp->k);
	else if (!from_target)
		dp->data |= (u32)(*line << dp->k);
	dp->k += (u8)n;
	if (from_target)
		dp->out = bit_level(given, dp->k - 1);
	if (dp->phase == PH_REQUEST && dp->k == 8) {
		dp->phase = PH_TURN;
		dp->k = dp->d.turnaround;
	}
	return n;
}

/**
 * swdp_idle() - clocks with SWDIO low between transactions
 * @dp: debug port
 * @n: how many at most
 * @r: times of the edges
 *
 * Return: how many were done, 0 if they have to go one by one.
 */
u64 swdp_idle(struct swdp *dp, u64 n, const struct swd_rises *r)
{
	if (!n || !is_between_frames(dp, swd_rise_ps(r, n - 1)) || dp->ones >= LINE_RESET_ONES)
		return 0;
	sim_advance_to(dp->sim, swd_rise_ps(r, 0));
	if (dp->pending)
		apply_pending(dp);
	vdp_clocks(&dp->d, *r, n);
	sim_advance_to(dp->sim, swd_rise_ps(r, n - 1));
	dp->sim->stats.swclk_cycles += n;
	dp->ones = 0;
	if (dp->link == LINK_LOCKOUT)
		dp->sync = true;
	return n;
}
