// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/vspi.h"
#include "sim/pins.h"
#include "sim/vcd.h"
#include "sim/vnor.h"
#include "sim/vwire.h"

/* WP# and HOLD# */
#define TIED (BIT(2) | BIT(3))

static struct vnor *nor(const struct vwire *w)
{
	return w->sim->spi_nor;
}

/* what nobody drives is pulled up, by the bridge's weak pull-ups if by nothing else */
static bool level(const struct vwire *w, u16 pin)
{
	return !(w->dir & pin) || w->out & pin;
}

static u8 tied(const struct vwire *w)
{
	return w->sim->faults.float_io3 ? BIT(2) : TIED; /* open: takes up what is near */
}

/* SO as the chip drives it; pulled up while it does not */
static bool so_level(const struct vwire *w)
{
	u8 val, mask = vnor_driven(nor(w), &val);

	return !(mask & BIT(1)) || val & BIT(1);
}

static void trace(const struct vwire *w, bool cs, bool clk, u8 io)
{
	u64 now = sim_now_ps(w->sim);
	unsigned int i;

	for (i = 0; i < 4; i++)
		vcd_bit(w->sim->vcd, VCD_QSPI + LINE_IO0 + i, io >> i & 1, now);
	vcd_bit(w->sim->vcd, VCD_QSPI + LINE_CLK, clk, now);
	vcd_bit(w->sim->vcd, VCD_QSPI + LINE_NCS, cs, now);
}

/**
 * vspi_set() - the bridge has set its pins
 * @w: cable, with out and dir as they are now
 */
void vspi_set(struct vwire *w)
{
	bool cs = level(w, PIN_TMS), clk = (w->dir & PIN_SK) && (w->out & PIN_SK);
	u8 io = tied(w) | (level(w, PIN_DO) ? BIT(0) : 0);

	if (w->dir & PIN_DI && !cs && !w->said_contention) {
		sim_complain(w->sim, "board", "AD2 is an output and drives against the NOR's SO");
		w->said_contention = true;
	}
	if (clk && w->chip_clk_high) /* the fall before this rise */
		vnor_set_pins(nor(w), cs, false, io | BIT(1), sim_now_ps(w->sim));
	w->chip_clk_high = false;
	io |= (u8)(so_level(w) << 1);
	vnor_set_pins(nor(w), cs, clk, io, sim_now_ps(w->sim));
	io = (u8)((io & ~BIT(1)) | so_level(w) << 1);
	trace(w, cs, clk, io);
}

/**
 * vspi_levels() - what a read of the bridge's pins gives
 * @w: cable
 */
u16 vspi_levels(struct vwire *w)
{
	u16 lev = (u16)(w->out | ~w->dir);

	vnor_sync(nor(w), sim_now_ps(w->sim));
	if (!(w->dir & PIN_DI) && !so_level(w))
		lev &= (u16)~PIN_DI;
	return lev;
}

/**
 * vspi_set_period() - clock of the bits to come
 * @w: cable
 * @period_ps: of SK
 */
void vspi_set_period(struct vwire *w, u64 period_ps)
{
	vnor_set_period(nor(w), period_ps);
}

/**
 * vspi_byte() - eight clocks at once
 * @w: cable, SK low
 * @out: on SI
 * @in: what SO showed
 * @end_ps: time of the last rise
 *
 * The same as its edges, with SK left high for the chip: the fall comes with whatever moves next.
 */
bool vspi_byte(struct vwire *w, u8 out, u8 *in, u64 end_ps)
{
	u8 io = tied(w) | (out & 1);

	*in = 0xff;
	if (level(w, PIN_TMS) || w->sim->faults.float_io3 || w->dir & PIN_DI || !(w->dir & PIN_SK))
		return false;
	if (!vnor_send_byte(nor(w), out, 1, io | BIT(1), end_ps) &&
	    !vnor_recv_byte(nor(w), in, 1, io, end_ps))
		return false;
	w->chip_clk_high = true;
	return true;
}
