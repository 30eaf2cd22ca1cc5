/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Edges on SWDIO against those of SWCLK: how much time a wiring needs until a new level has arrived,
 * and how often it is not there yet when it is sampled. Then the level before is seen.
 */
#ifndef SWDROM_SIM_VEDGE_H
#define SWDROM_SIM_VEDGE_H

#include "sim/core.h"

/* WIRING_SPI: a NOR's pins, no target; WIRING_NONE: pins that lead nowhere */
enum wiring { WIRING_RESISTOR, WIRING_TRISTATE, WIRING_BUFFER, WIRING_SPI, WIRING_NONE };

struct vedge {
	/* from the bridge's edge to the moment at which the other end may sample, on average */
	double out_ns, in_ns;
};

/* a resistor of @ohm (WIRING_RESISTOR) and @pf of cable, pins and board on SWDIO; 0: the usual ones */
void vedge_init(struct vedge *e, enum wiring wiring, double ohm, double pf);
/* chance that a level which the bridge put out @ps before the rise of SWCLK comes too late */
double vedge_late_out(const struct vedge *e, u64 ps);
/* the same for a level that the target puts out at a rise, sampled by the bridge @ps later */
double vedge_late_in(const struct vedge *e, u64 ps);

#endif
