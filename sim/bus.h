/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The virtual bus: one transfer at a time, with its stall.
 */
#ifndef SWDROM_SIM_BUS_H
#define SWDROM_SIM_BUS_H

#include "sim/core.h"

enum bus_master { BUS_DAP, BUS_DMA, BUS_CORE };

enum bus_resp {
	BUS_OK,
	BUS_ERROR, /* the AP sets STICKYERR, the DMA TEIF */
};

/*
 * One transfer. The caller fills in the upper part, the slave the lower. A slave applies the effect
 * as of done_ps (>= at_ps) and brings itself forward to that time; done_ps == SIM_NEVER means that
 * the access hangs: nothing happens until it is aborted.
 */
struct bus_xact {
	u32 addr; /* bus address; slaves get the offset in @offset */
	u32 offset;
	u8 size; /* bytes: 1, 2, 4 */
	bool write;
	enum bus_master master;
	u32 data; /* in its byte lanes: a byte at address 1 is in bits 15:8 (little-endian bus word) */
	u64 at_ps; /* start of the data phase */

	u64 done_ps; /* preset to at_ps by the bus; a slave adds its wait states or stall */
};

struct bus_slave {
	const char *name;
	u32 base, size;
	enum bus_resp (*access)(void *dev, struct bus_xact *x);
	void *dev;
};

/* lanes: value of @x placed in the low bits, and back */
static inline u32 bus_lane_get(const struct bus_xact *x)
{
	u32 v = x->data >> (8 * (x->addr & 3));

	return x->size == 4 ? x->data : x->size == 2 ? v & 0xffff : v & 0xff;
}

static inline void bus_lane_put(struct bus_xact *x, u32 v)
{
	x->data = x->size == 4 ? v : v << (8 * (x->addr & 3));
}

#endif
