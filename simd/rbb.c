// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * remote_bitbang with SWD, as server: the client moves the target's SWCLK, SWDIO and nSRST itself
 * (OpenOCD, doc/manual/jtag/drivers/remote_bitbang.txt, with the SWD commands added after 0.12).
 *
 *	d e f g	SWCLK and SWDIO: 'd' + 2 * SWCLK + SWDIO
 *	O o	the host drives SWDIO, lets go of it. No client sends the first O: driven from the start
 *	c	one answer, '0' or '1': level of SWDIO as it is now
 *	r s t u	reset lines: TRST in bit 1 (not there in SWD), SRST in bit 0
 *	Z z	sleep 1000, 1 us
 *	B b	blink: nothing to see here
 *	Q	end
 *	0-7 R	JTAG: 4 * TCK + 2 * TMS + TDI moves SWCLK (TCK) and SWDIO (TMS), which are the same
 *		pins; there is no TDO: R is answered '1', the pull-up
 *
 * Virtual time: each command that moves SWCLK or SWDIO takes 500 ns, so clocks come at 1 MHz; Z
 * and z take what they say; everything else takes nothing. The wall-clock time for which the
 * server waited for the client is added (server.h), so a device that is busy becomes ready while
 * the client sleeps, and also while it does nothing but poll. SWDIO takes a command's level at its
 * beginning; a rising edge is at its end.
 *
 * Nobody pulls at the pins when no client is there: nSRST is released when it goes.
 */
#include "simd/server.h"
#include "sim/swdp.h"
#include "sim/vcd.h"

#include <errno.h>

#define PIN_WRITE_PS (500 * PS_PER_NS)
/* commands before the loop looks at what the client has not fetched yet */
#define MAX_AT_ONCE 4096

struct rbb {
	bool swclk, swdio;
	bool undriven; /* the host has let go of SWDIO */
};

static bool swdio_level(struct simd_conn *c)
{
	const struct swdp *dp = simd_board(c)->sim->dp;
	const struct rbb *r = simd_state(c);

	if (!r->undriven)
		return r->swdio;
	if (swdp_output(dp) == SWD_FLOAT)
		return swdp_pull_level(dp);
	return swdp_output(dp) == SWD_HIGH;
}

static void trace_swdio(struct simd_conn *c, u64 delay_ps)
{
	struct sim *sim = simd_board(c)->sim;
	const struct rbb *r = simd_state(c);
	u64 at = sim_now_ps(sim) + delay_ps;

	if (r->undriven && swdp_output(sim->dp) == SWD_FLOAT)
		vcd_set(sim->vcd, VCD_SWDIO, PIN_FLOAT, at);
	else
		vcd_bit(sim->vcd, VCD_SWDIO, swdio_level(c), at);
}

static void set_pins(struct simd_conn *c, bool swclk, bool swdio)
{
	struct simd_board *b = simd_board(c);
	struct rbb *r = simd_state(c);
	bool rises = swclk && !r->swclk;

	r->swdio = swdio;
	trace_swdio(c, 0);
	simd_pass(b, PIN_WRITE_PS);
	r->swclk = swclk;
	vcd_bit(b->sim->vcd, VCD_SWCLK, swclk, sim_now_ps(b->sim));
	if (!rises)
		return;
	swdp_rise(b->sim->dp, r->undriven ? SWD_FLOAT : swdio ? SWD_HIGH : SWD_LOW);
	trace_swdio(c, VCD_SWDIO_DELAY_PS);
}

static int command(struct simd_conn *c, u8 cmd)
{
	struct rbb *r = simd_state(c);

	switch (cmd) {
	case 'd':
	case 'e':
	case 'f':
	case 'g':
		set_pins(c, (cmd - 'd') & 2, (cmd - 'd') & 1);
		return 0;
	case '0' ... '7':
		set_pins(c, (cmd - '0') & 4, (cmd - '0') & 2);
		return 0;
	case 'O':
	case 'o':
		r->undriven = cmd == 'o';
		return 0;
	case 'c':
		simd_send(c, swdio_level(c) ? "1" : "0", 1);
		return 0;
	case 'R':
		simd_send(c, "1", 1);
		return 0;
	case 'r':
	case 's':
	case 't':
	case 'u':
		simd_hold_reset(simd_board(c), SIMD_RESET_PIN, (cmd - 'r') & 1);
		return 0;
	case 'Z':
		simd_pass(simd_board(c), PS_PER_MS);
		return 0;
	case 'z':
		simd_pass(simd_board(c), PS_PER_US);
		return 0;
	case 'Q':
		simd_hang_up(c);
		return 0;
	case 'B':
	case 'b':
	case '\n': /* somebody types */
	case '\r':
	case ' ':
		return 0;
	default:
		simd_say(c, "0x%02x is no command of remote_bitbang", cmd);
		return -EPROTO;
	}
}

static ssize_t rbb_readable(struct simd_conn *c, const u8 *buf, size_t len)
{
	size_t i, n = min(len, (size_t)MAX_AT_ONCE);

	for (i = 0; i < n; i++) {
		int ret = command(c, buf[i]);

		if (ret)
			return ret;
		if (buf[i] == 'Q')
			return (ssize_t)i + 1;
	}
	return (ssize_t)n;
}

static int rbb_opened(struct simd_conn *c)
{
	if (simd_n_conns(simd_of(c), &simd_remote_bitbang, simd_board(c))) {
		simd_say(c, "refused: another client has the pins");
		return -EBUSY;
	}
	return 0;
}

static void rbb_closed(struct simd_conn *c)
{
	simd_hold_reset(simd_board(c), SIMD_RESET_PIN, false);
}

const struct simd_protocol simd_remote_bitbang = {
	.name = "remote-bitbang",
	.state_size = sizeof(struct rbb),
	.opened = rbb_opened,
	.on_readable = rbb_readable,
	.closed = rbb_closed,
};
