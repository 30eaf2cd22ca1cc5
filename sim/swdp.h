/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The virtual SW-DP and its AHB-AP, clock edge by clock edge (IHI 0031; shared facts in the manual's
 * words). Usable on its own: USB/IP, remote_bitbang and the virtual FT2232H all drive these pins.
 */
#ifndef SWDROM_SIM_SWDP_H
#define SWDROM_SIM_SWDP_H

#include "sim/mcu.h"

/* level of a wire: driven low, driven high, or left to the pull resistor */
enum swd_level { SWD_LOW, SWD_HIGH, SWD_FLOAT };

struct swdp *swdp_new(struct sim *sim, struct mcu *mcu);
void swdp_free(struct swdp *dp);

/**
 * swdp_rise() - one rising edge of SWCLK
 * @dp: debug port
 * @host: what the host drives on SWDIO at this moment (SWD_FLOAT: lets go)
 *
 * Virtual time is the caller's: it has advanced the bench to the time of this edge. Return: what
 * the target drives on SWDIO from this edge on, until the next.
 */
enum swd_level swdp_rise(struct swdp *dp, enum swd_level host);
/* what the target drives now */
enum swd_level swdp_output(const struct swdp *dp);
/**
 * swdp_clock() - one rising edge of SWCLK, with the line as the wiring makes it
 * @line: level on the target's SWDIO pin at this edge, whoever makes it
 * @host_drives: the host drives it strongly; if the target does too, that is reported
 */
void swdp_clock(struct swdp *dp, bool line, bool host_drives);
/* level that an undriven SWDIO shows (pull-up once powered; low without power) */
bool swdp_pull_level(const struct swdp *dp);
/* false: something on the wire was changed on purpose (bit errors); protocol errors that follow are
 * then not the host's fault. A line reset makes it good again */
void swdp_excuse(struct swdp *dp);

/*
 * Many clocks at once, for hosts that drive SWDIO through a resistor all the time (the target wins)
 * or hold it low. They do exactly what the same edges one by one would do; a test compares. Edges
 * are evenly spaced: edge i is at (t0 + i * step) / 3 ps. Unlike swdp_clock() they run the bench's
 * clock themselves.
 */
struct swd_rises;
/* edges at this time and later must go one by one (the target's power is about to change) */
void swdp_careful_from(struct swdp *dp, u64 at_ps);
/**
 * swdp_frame() - one whole transaction
 * @out: what the host drives, first bit in bit 0; 46 bits or more
 * @line: set: the level of SWDIO at each of the edges
 *
 * Return: how many edges were used: 46, or fewer for an answer without data; 0: not possible here.
 */
unsigned int swdp_frame(struct swdp *dp, u64 out, u64 *line, const struct swd_rises *r);
/* what a host does with SWDIO: levels, first bit in bit 0, that overrule the target's or do not */
struct swd_host {
	u64 out;
	bool drives, strong;
};
/* up to @n edges in the middle of a frame, for any host; returns how many, 0: not possible here */
unsigned int swdp_bits(struct swdp *dp, const struct swd_host *host, unsigned int n, u64 *line,
		       const struct swd_rises *r);
/* up to @n edges with SWDIO low between transactions; returns how many, 0: not possible here */
u64 swdp_idle(struct swdp *dp, u64 n, const struct swd_rises *r);

#endif
