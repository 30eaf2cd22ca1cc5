/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A trace of the bench's wires as a VCD file (IEEE 1364, 18.2), in virtual time: SWCLK, SWDIO and
 * nRST at the target, and the six wires between QUADSPI and NOR.
 *
 * A wire that nobody drives is z (SWDIO: neither adapter nor target).
 *
 * With a trace the models take no short cuts: every edge is there. What the target drives on SWDIO
 * changes 10 ns after the rise of SWCLK, so that whoever samples at a rise sees what the host saw.
 */
#ifndef SWDROM_SIM_VCD_H
#define SWDROM_SIM_VCD_H

#include "lib/err.h"
#include "sim/core.h"
#include "sim/pins.h"

#define VCD_SWDIO_DELAY_PS (10 * PS_PER_NS)

enum vcd_wire {
	VCD_SWCLK,
	VCD_SWDIO,
	VCD_NRST,
	VCD_QSPI, /* ... + enum qspi_line */
	N_VCD_WIRES = VCD_QSPI + N_QSPI_LINES,
};

struct vcd;

/* Return: NULL, and @err says why */
struct vcd *vcd_open(const char *path, const char *board, struct err *err);
/* -errno if not all of it could be written */
int vcd_close(struct vcd *v);
/* @wire has this level from @at_ps on; @v NULL: nobody looks */
void vcd_set(struct vcd *v, enum vcd_wire wire, enum pin_level level, u64 at_ps);

static inline void vcd_bit(struct vcd *v, enum vcd_wire wire, bool high, u64 at_ps)
{
	vcd_set(v, wire, high ? PIN_HIGH : PIN_LOW, at_ps);
}

#endif
