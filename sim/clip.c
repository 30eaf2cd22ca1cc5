// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/clip.h"
#include "sim/netlist.h"
#include "sim/pins.h"
#include "sim/vcd.h"
#include "sim/vnor.h"

/* WP# and HOLD# high */
#define IDLE_IO (BIT(2) | BIT(3))

static struct vnor *nor(const struct clip *c)
{
	return netlist_nor(c->sim->nets);
}

static void trace(struct clip *c, bool cs, bool clk, u8 io)
{
	u64 now = sim_now_ps(c->sim);
	unsigned int i;

	for (i = 0; i < 4; i++)
		vcd_bit(c->sim->vcd, VCD_QSPI + LINE_IO0 + i, io >> i & 1, now);
	vcd_bit(c->sim->vcd, VCD_QSPI + LINE_CLK, clk, now);
	vcd_bit(c->sim->vcd, VCD_QSPI + LINE_NCS, cs, now);
}

/* the chip's inputs take these levels now; returns the level of SO */
static bool set_pins(struct clip *c, bool cs, bool clk, bool si)
{
	u8 io = (u8)(IDLE_IO | (si ? BIT(0) : 0)), val, mask;
	bool so = false;

	mask = vnor_driven(nor(c), &val);
	if (mask & BIT(1))
		so = val & BIT(1);
	vnor_set_pins(nor(c), cs, clk, (u8)(io | (so ? BIT(1) : 0)), sim_now_ps(c->sim));
	mask = vnor_driven(nor(c), &val);
	/* nobody drives SO: the programmer's pull-up */
	so = !(mask & BIT(1)) || (val & BIT(1));
	trace(c, cs, clk, (u8)(io | (so ? BIT(1) : 0)));
	return so;
}

static void pass(struct clip *c, u64 ps)
{
	sim_advance_to(c->sim, sim_now_ps(c->sim) + ps);
}

/* one bit; returns what the chip drove on SO before the rising edge */
static bool clock_bit(struct clip *c, bool si)
{
	bool so = set_pins(c, false, false, si);

	pass(c, c->period_ps / 2);
	set_pins(c, false, true, si);
	pass(c, c->period_ps - c->period_ps / 2);
	return so;
}

/**
 * clip_attach() - put the clip on
 * @c: clip
 * @sim: bench
 */
bool clip_attach(struct clip *c, struct sim *sim)
{
	*c = (struct clip){ .sim = sim };
	return nor(c);
}

/**
 * clip_set_hz() - clock of the bytes to come
 * @c: clip
 * @hz: more than 0
 */
void clip_set_hz(struct clip *c, u32 hz)
{
	c->period_ps = PS_PER_S / hz;
	vnor_set_period(nor(c), c->period_ps);
}

/**
 * clip_select() - move CS#
 * @c: clip
 * @selected: low
 */
void clip_select(struct clip *c, bool selected)
{
	if (selected) /* another master may have set its own since */
		vnor_set_period(nor(c), c->period_ps);
	set_pins(c, !c->selected, false, false);
	pass(c, c->period_ps / 2);
	set_pins(c, !selected, false, false);
	pass(c, c->period_ps - c->period_ps / 2);
	c->selected = selected;
}

/**
 * clip_send() - eight bits on SI
 * @c: clip
 * @byte: MSB first
 */
void clip_send(struct clip *c, u8 byte)
{
	u64 end = sim_now_ps(c->sim) + 8 * c->period_ps;
	u8 io = (u8)(IDLE_IO | (byte & 1));
	unsigned int i;

	if (!c->sim->opts.reference_dp && vnor_send_byte(nor(c), byte, 1, io, end)) {
		sim_advance_to(c->sim, end);
		return;
	}
	for (i = 8; i--;)
		clock_bit(c, byte >> i & 1);
}

/**
 * clip_recv() - eight bits from SO
 * @c: clip
 */
u8 clip_recv(struct clip *c)
{
	u64 end = sim_now_ps(c->sim) + 8 * c->period_ps;
	unsigned int i;
	u8 byte = 0;

	if (!c->sim->opts.reference_dp && vnor_recv_byte(nor(c), &byte, 1, IDLE_IO, end)) {
		sim_advance_to(c->sim, end);
		return byte;
	}
	for (i = 0; i < 8; i++)
		byte = (u8)(byte << 1 | clock_bit(c, false));
	return byte;
}
