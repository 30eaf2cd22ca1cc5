/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A programmer's clip on the virtual board's NOR chip: CS#, CLK, IO0 (SI) and IO1 (SO) are the
 * programmer's, WP# and HOLD# are held high. SPI mode 0, one data line.
 *
 * The MCU must let go of these nets: who attaches a clip holds nRST low, as one does on real boards.
 */
#ifndef SWDROM_SIM_CLIP_H
#define SWDROM_SIM_CLIP_H

#include "sim/core.h"

struct clip {
	struct sim *sim;
	u64 period_ps;
	bool selected;
};

/* false: this board has no NOR chip */
bool clip_attach(struct clip *c, struct sim *sim);
void clip_set_hz(struct clip *c, u32 hz);
/* CS# low (selected) or high; takes one clock */
void clip_select(struct clip *c, bool selected);
/* eight clocks each, MSB first; virtual time goes on */
void clip_send(struct clip *c, u8 byte);
u8 clip_recv(struct clip *c);

#endif
