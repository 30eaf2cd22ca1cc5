/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Somebody else's SWD target at the end of the virtual adapter's cable: a client of a
 * remote_bitbang server, for instance an RTL simulation of a debug port.
 *
 * Samples are asked for and taken later, in the same order; asking does not wait, so what the
 * adapter shifts goes ahead of the answers.
 */
#ifndef SWDROM_SIM_VPINS_H
#define SWDROM_SIM_VPINS_H

#include "lib/err.h"
#include "sim/core.h"
#include "sim/swdp.h"

struct vpins;

/* @where: "remote_bitbang:HOST:PORT". Return: NULL, and @err says why */
struct vpins *vpins_open(struct sim *sim, const char *where, struct err *err);
void vpins_close(struct vpins *p);
/* the host's pins from now on; SWD_FLOAT: SWDIO is let go */
void vpins_set(struct vpins *p, bool swclk, enum swd_level swdio);
void vpins_set_nrst(struct vpins *p, bool low);
/* SWDIO as it is now: to be taken later */
void vpins_ask(struct vpins *p);
/* the same for a bit that is known already (loopback) */
void vpins_ask_known(struct vpins *p, bool bit);
/* the oldest that was asked for; waits for the answer */
bool vpins_take(struct vpins *p);
/* SWDIO now; waits. Those asked for and not yet taken stay */
bool vpins_sample(struct vpins *p);
/* virtual time has come to now: what was a sleep is passed on, and everything is sent */
void vpins_pass_time(struct vpins *p);

#endif
