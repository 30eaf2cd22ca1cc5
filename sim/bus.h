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

/*
 * A run: transfers of one master, one after the other, that differ in nothing but their addresses and
 * times, while nothing else happens on the bus or becomes due. The slave looks once at all that it
 * would look at for each of them and says how many are sure to go well; each then does, to the
 * picosecond, what it would have done as a transfer by itself.
 */
#define BUS_RUN_BYTES 4096u

struct bus_run {
	/* filled in by the master */
	u32 addr;      /* of the first, a multiple of @size */
	u8 size, step; /* @step is added to the address each time: 0 or @size */
	bool write;
	enum bus_master master;
	u32 n; /* how many there may be; the slave lowers it to what it is sure of */

	/*
	 * By the slave: do the next transfer, whose data phase starts at @at_ps; what it read goes to
	 * *@v, in the low bits, or what it writes comes from there. Returns its done_ps; SIM_NEVER:
	 * something else is due before @at_ps, nothing was done, and the run is over.
	 */
	u64 (*item)(struct bus_run *r, u64 at_ps, u32 *v);
	/* the run is over, after @n_done of them */
	void (*end)(struct bus_run *r, u32 n_done);
	/* the slave's own */
	void *dev;
	u8 *mem;
	u32 at, n_taken;
	u64 taken_ps;
	u8 data[BUS_RUN_BYTES];
};

/* a slave that knows runs; false: not this one, take the transfers one by one */
typedef bool (*bus_run_fn)(void *dev, struct bus_run *r);

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

/* the value of @size bytes at @p, and back */
static inline u32 mem_get(const u8 *p, unsigned int size)
{
	return size == 4 ? get_le32(p) : size == 2 ? get_le16(p) : *p;
}

static inline void mem_put(u8 *p, unsigned int size, u32 v)
{
	if (size == 4)
		put_le32(p, v);
	else if (size == 2)
		put_le16(p, (u16)v);
	else
		*p = (u8)v;
}

#endif
