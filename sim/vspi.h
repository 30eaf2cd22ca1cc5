/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cable of wiring "spi": the bridge's MPSSE pins on a SPI-NOR chip instead of a debug port, as
 * flashrom's ft2232_spi has them: SK to CLK, DO to SI, DI to SO, AD3 to CS#. WP# and HOLD# are tied
 * to the supply, CS# has a pull-up.
 */
#ifndef SWDROM_SIM_VSPI_H
#define SWDROM_SIM_VSPI_H

#include "sim/core.h"

struct vwire;

/* the bridge has set its pins, now */
void vspi_set(struct vwire *w);
/* levels on the bridge's pins */
u16 vspi_levels(struct vwire *w);
/* clock of the bits to come */
void vspi_set_period(struct vwire *w, u64 period_ps);
/*
 * A whole byte, MSB first, mode 0, the last rise being at @end_ps: @out on SI, SO to @in. Return:
 * false if the chip cannot take it in one piece; nothing was done then.
 */
bool vspi_byte(struct vwire *w, u8 out, u8 *in, u64 end_ps);

#endif
