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
/* level that an undriven SWDIO shows (pull-up once powered; low without power) */
bool swdp_pull_level(const struct swdp *dp);

#endif
