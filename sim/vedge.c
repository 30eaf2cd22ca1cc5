// SPDX-License-Identifier: GPL-2.0-or-later
/*
 *	SWCLK at the bridge	____/~~~~~~~~~~\__________/~~~~~~~~~~\____
 *	AD1			===================X======================
 *				                   |<- ps ->|
 *	SWDIO, through R into C	===================_,.-'===================
 *				                   skew, settling | set-up
 *
 * A wire behind a resistor is an RC: 470 ohm into 50 pF are 24 ns, and a bit that the bridge puts out at
 * the fall of SWCLK has half a period until the rise, 16.7 ns at 30 MHz. What is left of that time
 * after everything below is the margin; noise makes it a matter of chance: chance = Q(margin / JITTER).
 * So errors go from never to always within 3 ns.
 *
 * On the way back the target drives hard and has the whole period, less the bridge's resistor, against
 * which it has to pull: a small one leaves it less than the full swing.
 */
#include "sim/vedge.h"

#include <math.h>

/* for 30 MHz a resistor has to be small and the wire short: 220 ohm, as many modules have, and 30 pF of
 * pins and some 10 cm of wire. 470 ohm on 50 pF is good for 15 MHz */
#define USUAL_OHM 220
#define USUAL_PF  30
/* input threshold, as a part of the swing: CMOS, half (0.7 time constants of an RC) */
#define THRESHOLD 0.5
/* FTDI outputs, 4 to 16 mA by EEPROM (data sheet, DC characteristics), and LVC gates */
#define HOST_OHM 30
/* a GPIO of the STM32 at its highest speed setting: 0.4 V at 8 mA (DS10198, output voltage) */
#define TARGET_OHM 50
/* AD1 against AD0 of one bridge; FTDI publishes none, one internal 60 MHz clock drives both */
#define SKEW_NS 2
/* SW-DP: set-up 4 ns (SAM D20, DSTREAM), 6 ns (XMC4500); STM32 data sheets have no figure */
#define TARGET_SETUP_NS 4
/* SW-DP: SWDIO valid 3 to 13 ns after the rise with 30 pF (XMC4500); the bench takes 10 */
#define TARGET_OUT_NS 10
/* DI before the edge at which the MPSSE takes it; no figure, as for other CMOS inputs at 3.3 V */
#define HOST_SETUP_NS 5
/* two LVC gates in a row, the level shifter and the plug-on's: typically 3 ns each */
#define BUFFER_NS 6
/* noise and supply on both thresholds, the PLL of the bridge: one sigma */
#define JITTER_NS 0.5
/* rarer than this is never */
#define LEAST_CHANCE 1e-15
#define MOST_SIGMAS  8

/* until a level that ends at @swing of the full one has passed the threshold */
static double settle_ns(double ohm, double pf, double swing)
{
	if (swing <= THRESHOLD)
		return INFINITY;
	return ohm * pf * 1e-3 * log(swing / (swing - THRESHOLD));
}

/**
 * vedge_init() - the times of a wiring
 * @e: filled in
 * @wiring: kind of adapter
 * @ohm: resistor between AD1 and SWDIO, 0: the usual one
 * @pf: capacitance of the SWDIO wire, 0: the usual one
 */
void vedge_init(struct vedge *e, enum wiring wiring, double ohm, double pf)
{
	double resistor = wiring == WIRING_RESISTOR ? (ohm > 0 ? ohm : USUAL_OHM) : 0;
	double series = HOST_OHM + resistor;
	/* only the resistor goes on driving while the target does */
	double swing = wiring == WIRING_RESISTOR ? series / (series + TARGET_OHM) : 1;
	double gates = wiring == WIRING_BUFFER ? BUFFER_NS : 0;

	if (pf <= 0)
		pf = USUAL_PF;
	/* SWCLK goes through gates like those of SWDIO: only the way there and back adds up */
	e->out_ns = SKEW_NS + settle_ns(series, pf, 1) + TARGET_SETUP_NS;
	e->in_ns = gates + TARGET_OUT_NS + settle_ns(TARGET_OHM * swing, pf, swing) + gates +
		   HOST_SETUP_NS;
}

static double late_chance(double margin_ns)
{
	double sigmas = margin_ns / JITTER_NS, chance;

	if (sigmas > MOST_SIGMAS)
		return 0;
	chance = erfc(sigmas / M_SQRT2) / 2;
	return chance < LEAST_CHANCE ? 0 : chance;
}

/**
 * vedge_late_out() - chance that a new level comes too late for the target
 * @e: wiring
 * @ps: from the bridge's edge to the rise of SWCLK
 */
double vedge_late_out(const struct vedge *e, u64 ps)
{
	return late_chance((double)ps / PS_PER_NS - e->out_ns);
}

/**
 * vedge_late_in() - chance that a new level comes too late for the bridge
 * @e: wiring
 * @ps: from the rise of SWCLK at which the target changes SWDIO to the sample
 */
double vedge_late_in(const struct vedge *e, u64 ps)
{
	return late_chance((double)ps / PS_PER_NS - e->in_ns);
}
