/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cable: what the pins of the bridge do to SWCLK, SWDIO and nRST of the target, and what they
 * see. Wirings, their faults, and bit errors.
 *
 *   resistor	AD0 SWCLK; AD1 through a resistor to SWDIO, AD2 on SWDIO; AD4 nRST (low asserts, high
 *		or input releases). The target wins on SWDIO. Any plain module.
 *   tristate	the same, but AD1 and AD2 tied to SWDIO: AD1 has to let go. FT2232H Mini-Module.
 *   buffer	Olimex ARM-USB-OCD-H with the ARM-JTAG-SWD plug-on: AC0 (nTRST) low selects SWD, AD3
 *		(TMS) high lets AD1 through to SWDIO, AD2 reads it; AC1 high pulls nRST low.
 *   spi	no debug port at all: the pins are on a SPI-NOR chip (sim/vspi.h)
 */
#ifndef SWDROM_SIM_VWIRE_H
#define SWDROM_SIM_VWIRE_H

#include "sim/swdp.h"
#include "sim/vedge.h"

/* pins of the bridge, as bits: xDBUS in 7:0, xCBUS in 15:8 */
#define PIN_SK	BIT(0)
#define PIN_DO	BIT(1)
#define PIN_DI	BIT(2)
#define PIN_TMS BIT(3)
#define PIN_AD4 BIT(4)
#define PIN_AD5 BIT(5)
#define PIN_AD7 BIT(7)
#define PIN_AC0 BIT(8)
#define PIN_AC1 BIT(9)

/* what spoils bits, each by its own chance for each clock */
enum wire_fault {
	FAULT_FLIP,	/* ber=: a bit is changed */
	FAULT_LATE_OUT, /* the bridge's level comes too late for this rise (vedge.h) */
	FAULT_LATE_IN,	/* the target's level comes too late for this sample */
	N_WIRE_FAULTS,
};

struct wire_chance {
	struct sim_rng rng;
	double chance;
	u64 in; /* clocks up to and with the next one; 0: never */
};

struct vwire {
	struct sim *sim; /* with sim->pins the far end is somebody else's */
	struct swdp *dp;
	struct mcu *mcu;
	enum wiring wiring;
	u16 out, dir; /* levels and directions of the bridge's pins */
	bool target_clk;
	bool said_contention; /* of the chip at wiring "spi" */
	bool chip_clk_high;   /* it was left so by whole bytes, with SK low */
	bool nrst;
	/* an undriven line keeps its level until the pull-up has won */
	bool held;
	u64 held_ps;
	/* bit errors */
	struct wire_chance faults[N_WIRE_FAULTS];
	struct vedge edge;
	u64 out_ps, in_ps; /* the times that FAULT_LATE_OUT and _IN were made for */
	bool line_was;	   /* level of SWDIO at the rise before */
	bool flip_host;
};

/* false: no wiring of that name */
bool vwire_parse(const char *name, enum wiring *wiring);
/* WIRING_NONE takes no @dp and no @mcu */
void vwire_init(struct vwire *w, struct sim *sim, struct swdp *dp, struct mcu *mcu,
		enum wiring wiring);
/* how long before a rise the bridge sets AD1, and how long after one it reads AD2, from now on */
void vwire_set_edges(struct vwire *w, u64 out_ps, u64 in_ps);
/* the bridge sets its pins, now; rising edges of SWCLK that this makes reach the target */
void vwire_set(struct vwire *w, u16 out, u16 dir);
/* levels on the bridge's pins */
u16 vwire_levels(struct vwire *w);
bool vwire_swdio(struct vwire *w);

/* DI now, to be taken later, in order; only where vwire_is_remote() */
void vwire_ask(struct vwire *w);
bool vwire_take(struct vwire *w);
static inline bool vwire_is_remote(const struct vwire *w)
{
	return w->sim->pins && w->wiring != WIRING_NONE;
}

static inline bool vwire_is_spi(const struct vwire *w)
{
	return w->wiring == WIRING_SPI;
}

/* a whole cycle of SK at once, where nothing else than SWDIO is of interest */
bool vwire_can_cycle(const struct vwire *w);
/* does the bridge's DI pin see SWDIO? */
bool vwire_is_di(const struct vwire *w);
bool vwire_cycle(struct vwire *w);
/* SWDIO as the host samples it around a rise: call it before or after, a bit error is added */
static inline bool vwire_sample(struct vwire *w, bool level)
{
	return level ^ w->flip_host;
}

/* ---- for many clocks at once (swdp.h) ---- */

/**
 * vwire_cycles() - the same as several vwire_cycle() at these times
 * @out: levels of DO, first bit in bit 0
 * @n: how many at most, up to 56
 * @line: set: SWDIO as sampled at the rises
 *
 * Return: how many were done, 0: the next one has to be on its own.
 */
unsigned int vwire_cycles(struct vwire *w, u64 out, unsigned int n, u64 *line,
			  const struct swd_rises *r);

/* the host drives SWDIO through the resistor with SWCLK low, nothing is wrong with the cable */
bool vwire_is_plain_resistor(const struct vwire *w);
/* SWDIO is held low by the host, with SWCLK low, and nothing is wrong with the cable */
bool vwire_is_idle_low(const struct vwire *w);
/* how many clocks up to @n are sure to have no bit error */
u64 vwire_clean_clocks(const struct vwire *w, u64 n);
/* @n of those were used, SWDIO was at @line in the last */
void vwire_skip_clocks(struct vwire *w, u64 n, bool line);

#endif
