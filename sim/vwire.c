// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/vwire.h"
#include "sim/vcd.h"
#include "sim/vpins.h"
#include "sim/vspi.h"

#include <math.h>
#include <string.h>

/*
 * Time an undriven SWDIO takes to rise past the input threshold: pull-up of about 40 kOhm in the
 * STM32 (DS10198, I/O static characteristics) into some 30 pF of cable and pins, 0.7 time constants.
 */
#define PULL_UP_PS (840 * PS_PER_NS)

static const struct {
	const char *name;
	enum wiring wiring;
} wirings[] = {
	{ "resistor", WIRING_RESISTOR },
	{ "tristate", WIRING_TRISTATE },
	{ "buffer", WIRING_BUFFER },
	{ "spi", WIRING_SPI },
};

/**
 * vwire_parse() - wiring by name
 * @name: as in the options of the bench
 * @wiring: set if it is known
 */
bool vwire_parse(const char *name, enum wiring *wiring)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wirings); i++) {
		if (!strcmp(name, wirings[i].name)) {
			*wiring = wirings[i].wiring;
			return true;
		}
	}
	return false;
}

/* clocks up to the next one: geometric, so that skipping ahead costs nothing */
static void draw_next(struct wire_chance *c)
{
	double n;

	c->in = 0;
	if (c->chance <= 0)
		return;
	n = c->chance >= 1 ? 0 : log(1.0 - sim_rng_unit(&c->rng)) / log1p(-c->chance);
	c->in = n < 1e18 ? 1 + (u64)n : 0;
}

static void set_chance(struct wire_chance *c, double chance)
{
	if (c->chance == chance)
		return;
	c->chance = chance;
	draw_next(c);
}

/**
 * vwire_set_edges() - when levels on SWDIO are set and read, from now on
 * @w: cable
 * @out_ps: from the bridge's change of AD1 to the rise of SWCLK
 * @in_ps: from the rise of SWCLK before to the bridge's look at AD2
 */
void vwire_set_edges(struct vwire *w, u64 out_ps, u64 in_ps)
{
	if (w->wiring == WIRING_NONE || (w->out_ps == out_ps && w->in_ps == in_ps))
		return;
	w->out_ps = out_ps;
	w->in_ps = in_ps;
	set_chance(&w->faults[FAULT_LATE_OUT], vedge_late_out(&w->edge, out_ps));
	set_chance(&w->faults[FAULT_LATE_IN], vedge_late_in(&w->edge, in_ps));
}

/**
 * vwire_init() - connect a cable
 * @w: cable
 * @sim: bench; its faults decide what is wrong with the cable, its options how long edges take
 * @dp: debug port at the far end
 * @mcu: whose nRST is wired
 * @wiring: kind of adapter
 */
void vwire_init(struct vwire *w, struct sim *sim, struct swdp *dp, struct mcu *mcu,
		enum wiring wiring)
{
	static const char *const streams[N_WIRE_FAULTS] = { "wire", "late out", "late in" };
	unsigned int i;

	*w = (struct vwire){ .sim = sim, .dp = dp, .mcu = mcu, .wiring = wiring, .held = true };
	if (wiring == WIRING_NONE)
		return;
	for (i = 0; i < N_WIRE_FAULTS; i++)
		sim_rng_init(&w->faults[i].rng, sim, streams[i]);
	set_chance(&w->faults[FAULT_FLIP], sim->faults.ber);
	vedge_init(&w->edge, wiring, sim->opts.wire_ohm, sim->opts.wire_pf);
	if (sim->faults.hold_nrst)
		mcu_set_nrst(mcu, true);
}

struct drive {
	enum swd_level level;
	bool strong;
};

static enum swd_level to_level(bool high)
{
	return high ? SWD_HIGH : SWD_LOW;
}

/* a pin of the bridge that is an input shows its weak internal pull-up to whatever listens */
static bool pin_level(const struct vwire *w, u16 pin)
{
	return !(w->dir & pin) || (w->out & pin);
}

static struct drive host_drive(const struct vwire *w)
{
	if (w->wiring == WIRING_BUFFER) {
		if (pin_level(w, PIN_AC0)) /* JTAG selected: TMS is on the SWDIO wire */
			return (struct drive){ to_level(pin_level(w, PIN_TMS)), true };
		if (pin_level(w, PIN_TMS))
			return (struct drive){ to_level(pin_level(w, PIN_DO)), true };
		return (struct drive){ SWD_FLOAT, false };
	}
	if (w->dir & PIN_DI) /* the wrong pin is an output */
		return (struct drive){ to_level(w->out & PIN_DI), true };
	if (w->dir & PIN_DO)
		return (struct drive){ to_level(w->out & PIN_DO), w->wiring == WIRING_TRISTATE };
	return (struct drive){ SWD_FLOAT, false };
}

/* level that the bridge's end of the SWDIO wire goes to when nobody drives it */
static bool pull_level(const struct vwire *w)
{
	if (w->sim->faults.swdio_open)
		return true; /* the bridge's own */
	if (w->sim->faults.swap_swd)
		return false; /* SWCLK of the target has a pull-down */
	return swdp_pull_level(w->dp);
}

static bool line_level(struct vwire *w, struct drive host)
{
	bool detached = w->sim->faults.swdio_open || w->sim->faults.swap_swd;
	enum swd_level target = detached ? SWD_FLOAT : swdp_output(w->dp);
	u64 now = sim_now_ps(w->sim);

	if (host.level == SWD_FLOAT && target == SWD_FLOAT) {
		/* a release to low is seen at once to stay low, a rise takes the pull-up its time */
		if (!w->held && pull_level(w) && now - w->held_ps < PULL_UP_PS)
			return false;
		w->held = pull_level(w);
		return w->held;
	}
	if (target == SWD_FLOAT || host.strong)
		w->held = host.level == SWD_HIGH;
	else
		w->held = target == SWD_HIGH;
	/* without VDD the target's protection diode holds down what comes through a resistor */
	if (!host.strong && !detached && !swdp_pull_level(w->dp))
		w->held = false;
	w->held_ps = now;
	return w->held;
}

/**
 * vwire_swdio() - level of the SWDIO wire at the bridge, now
 * @w: cable
 */
bool vwire_swdio(struct vwire *w)
{
	if (vwire_is_remote(w)) {
		struct drive host = host_drive(w);

		return host.level == SWD_FLOAT ? vpins_sample(w->sim->pins)
					       : host.level == SWD_HIGH;
	}
	return line_level(w, host_drive(w));
}

static bool target_clk(const struct vwire *w)
{
	if (w->sim->faults.swap_swd)
		return host_drive(w).level == SWD_HIGH;
	return (w->dir & PIN_SK) && (w->out & PIN_SK); /* pull-down in the target */
}

static bool target_swdio(struct vwire *w)
{
	if (w->sim->faults.swdio_open)
		return swdp_pull_level(w->dp);
	if (w->sim->faults.swap_swd)
		return pin_level(w, PIN_SK);
	return vwire_swdio(w);
}

/* is it this clock's turn? */
static bool falls_due(struct wire_chance *c)
{
	if (!c->in || --c->in)
		return false;
	draw_next(c);
	return true;
}

/* a bit is wrong for whoever listens in this clock; returns what the target sees */
static bool spoil(struct vwire *w, bool line, bool for_host)
{
	w->sim->stats.bit_errors++;
	swdp_excuse(w->dp);
	if (!for_host)
		return !line;
	w->flip_host = true;
	return line;
}

/* the target sees @line, if nothing happens to it */
static void clock_target(struct vwire *w, bool line, bool strong)
{
	bool from_target = swdp_output(w->dp) != SWD_FLOAT, is_new = line != w->line_was;
	/* all count in each clock */
	bool flip = falls_due(&w->faults[FAULT_FLIP]);
	bool late_out = falls_due(&w->faults[FAULT_LATE_OUT]);
	bool late_in = falls_due(&w->faults[FAULT_LATE_IN]);

	w->line_was = line;
	w->flip_host = false;
	/* whoever samples too early sees the level before */
	if (flip != (is_new && (from_target ? late_in : late_out)))
		line = spoil(w, line, from_target);
	swdp_clock(w->dp, line, strong);
}

static void rise(struct vwire *w)
{
	clock_target(w, target_swdio(w), host_drive(w).strong && !w->sim->faults.swdio_open);
}

static bool asserts_nrst(const struct vwire *w)
{
	if (w->wiring == WIRING_BUFFER)
		return (w->dir & PIN_AC1) && (w->out & PIN_AC1);
	return (w->dir & PIN_AD4) && !(w->out & PIN_AD4);
}

static void update_nrst(struct vwire *w)
{
	bool assert = asserts_nrst(w);

	if (w->sim->faults.no_nrst || w->sim->faults.hold_nrst || assert == w->nrst)
		return;
	w->nrst = assert;
	if (vwire_is_remote(w)) {
		vpins_set_nrst(w->sim->pins, assert);
		return;
	}
	mcu_set_nrst(w->mcu, assert);
}

/* SWDIO for the trace. A far end that is not ours is not asked */
static void trace_swdio(struct vwire *w, u64 at_ps)
{
	enum swd_level host = host_drive(w).level;

	if (!w->sim->vcd)
		return;
	if (vwire_is_remote(w))
		vcd_set(w->sim->vcd, VCD_SWDIO, (enum pin_level)host, at_ps);
	else if (host == SWD_FLOAT && swdp_output(w->dp) == SWD_FLOAT)
		vcd_set(w->sim->vcd, VCD_SWDIO, PIN_FLOAT, at_ps);
	else
		vcd_bit(w->sim->vcd, VCD_SWDIO, target_swdio(w), at_ps);
}

/**
 * vwire_set() - the bridge sets its pins
 * @w: cable
 * @out: levels of the outputs
 * @dir: which pins are outputs
 */
void vwire_set(struct vwire *w, u16 out, u16 dir)
{
	u64 now = sim_now_ps(w->sim);
	bool clk;

	if (w->wiring == WIRING_SPI) {
		w->out = out;
		w->dir = dir;
		vspi_set(w);
		return;
	}
	if (w->wiring == WIRING_NONE) {
		w->out = out;
		w->dir = dir;
		return;
	}
	if (vwire_is_remote(w)) {
		w->out = out;
		w->dir = dir;
		update_nrst(w);
		vpins_set(w->sim->pins, target_clk(w), host_drive(w).level);
		w->target_clk = target_clk(w);
		trace_swdio(w, now);
		vcd_bit(w->sim->vcd, VCD_SWCLK, w->target_clk, now);
		return;
	}
	vwire_swdio(w); /* what the line was until now */
	w->out = out;
	w->dir = dir;
	update_nrst(w);
	clk = target_clk(w);
	trace_swdio(w, now);
	if (clk == w->target_clk)
		return;
	w->target_clk = clk;
	vcd_bit(w->sim->vcd, VCD_SWCLK, clk, now);
	if (!clk)
		return;
	rise(w);
	trace_swdio(w, now + VCD_SWDIO_DELAY_PS);
}

/**
 * vwire_is_di() - does the bridge's DI pin see SWDIO?
 * @w: cable
 */
bool vwire_is_di(const struct vwire *w)
{
	if (w->wiring == WIRING_NONE)
		return false;
	/* with the buffer in JTAG mode it sees TDO */
	return w->wiring != WIRING_SPI && !(w->dir & PIN_DI) &&
	       !(w->wiring == WIRING_BUFFER && pin_level(w, PIN_AC0));
}

/**
 * vwire_ask() - DI as it is now, for vwire_take()
 * @w: cable to somebody else's target
 */
void vwire_ask(struct vwire *w)
{
	struct drive host = host_drive(w);

	if (!vwire_is_di(w))
		vpins_ask_known(w->sim->pins, !(w->dir & PIN_DI) || (w->out & PIN_DI));
	else if (host.level != SWD_FLOAT)
		vpins_ask_known(w->sim->pins, host.level == SWD_HIGH);
	else
		vpins_ask(w->sim->pins);
}

/**
 * vwire_take() - the oldest of what vwire_ask() asked for
 * @w: cable to somebody else's target
 */
bool vwire_take(struct vwire *w)
{
	return vpins_take(w->sim->pins);
}

/**
 * vwire_levels() - what a read of the bridge's pins gives
 * @w: cable
 */
u16 vwire_levels(struct vwire *w)
{
	u16 lev = (u16)(w->out | ~w->dir);

	if (w->wiring == WIRING_SPI)
		return vspi_levels(w);
	if (vwire_is_di(w))
		lev = (u16)(vwire_swdio(w) ? lev | PIN_DI : lev & ~PIN_DI);
	if (w->wiring == WIRING_BUFFER || w->wiring == WIRING_NONE)
		return lev;
	if (!(w->dir & PIN_DO))
		lev = (u16)(vwire_swdio(w) ? lev | PIN_DO : lev & ~PIN_DO);
	if (!vwire_is_remote(w) && !(w->dir & PIN_AD4) && !w->sim->faults.no_nrst &&
	    mcu_nrst_low(w->mcu))
		lev &= (u16)~PIN_AD4;
	return lev;
}

static bool is_sound(const struct vwire *w)
{
	return vwire_can_cycle(w) && swdp_pull_level(w->dp);
}

/**
 * vwire_can_cycle() - do SK and SWDIO lead where they should, with SK low?
 * @w: cable
 */
bool vwire_can_cycle(const struct vwire *w)
{
	return w->wiring != WIRING_SPI && w->wiring != WIRING_NONE && !vwire_is_remote(w) &&
	       !w->sim->faults.swap_swd && !w->sim->faults.swdio_open && (w->dir & PIN_SK) &&
	       !(w->out & PIN_SK);
}

/**
 * vwire_cycle() - SK goes high and low again, the rise being now
 * @w: cable
 *
 * The same as two vwire_set() with a vwire_levels() before them, where vwire_can_cycle().
 *
 * Return: SWDIO as sampled at the rise.
 */
bool vwire_cycle(struct vwire *w)
{
	struct drive host = host_drive(w);
	bool line = line_level(w, host);

	clock_target(w, line, host.strong);
	return line ^ w->flip_host;
}

unsigned int vwire_cycles(struct vwire *w, u64 out, unsigned int n, u64 *line,
			  const struct swd_rises *r)
{
	struct drive host = host_drive(w);
	struct swd_host h = { out, host.level != SWD_FLOAT, host.strong };
	unsigned int zeros;
	u64 done;

	if (!is_sound(w))
		return 0;
	/* a DO that is an input does not follow */
	if (!(w->dir & PIN_DO))
		h.out = host.level == SWD_HIGH ? UINT64_MAX : 0;
	zeros = h.out ? (unsigned int)__builtin_ctzll(h.out) : n;
	n = (unsigned int)vwire_clean_clocks(w, n);
	*line = 0;
	done = h.drives && zeros ? swdp_idle(w->dp, min(n, zeros), r) : 0;
	n = done ? (unsigned int)done : swdp_bits(w->dp, &h, n, line, r);
	if (!n)
		return 0;
	w->held = *line >> (n - 1) & 1;
	w->held_ps = sim_now_ps(w->sim);
	w->flip_host = false;
	vwire_skip_clocks(w, n, w->held);
	return n;
}

/**
 * vwire_is_plain_resistor() - may whole frames go through swdp_frame()?
 * @w: cable
 */
bool vwire_is_plain_resistor(const struct vwire *w)
{
	return w->wiring == WIRING_RESISTOR && is_sound(w) && (w->dir & PIN_DO) &&
	       !(w->dir & PIN_DI);
}

/**
 * vwire_is_idle_low() - may clocks go through swdp_idle()?
 * @w: cable
 */
bool vwire_is_idle_low(const struct vwire *w)
{
	return is_sound(w) && host_drive(w).level == SWD_LOW && swdp_output(w->dp) == SWD_FLOAT;
}

/**
 * vwire_clean_clocks() - how far is the next bit error?
 * @w: cable
 * @n: limit
 */
u64 vwire_clean_clocks(const struct vwire *w, u64 n)
{
	unsigned int i;

	for (i = 0; i < N_WIRE_FAULTS; i++)
		if (w->faults[i].in)
			n = min(n, w->faults[i].in - 1);
	return n;
}

/**
 * vwire_skip_clocks() - that many clocks went by without an error
 * @w: cable
 * @n: at most what vwire_clean_clocks() said
 * @line: level of SWDIO in the last of them
 */
void vwire_skip_clocks(struct vwire *w, u64 n, bool line)
{
	unsigned int i;

	for (i = 0; i < N_WIRE_FAULTS; i++)
		if (w->faults[i].in)
			w->faults[i].in -= n;
	w->line_was = line;
}
