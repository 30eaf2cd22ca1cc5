/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stand-in for sim/mcu.c, for tests of the wire side alone: 64 KiB of RAM at 0x20000000, a slow
 * slave at 0x30000000, one that hangs at 0x40000000, bus errors everywhere else. Include it in one
 * file of a test program; sim/mcu.c then stays out of the link.
 */
#ifndef SWDROM_TESTS_SUPPORT_FAKE_MCU_H
#define SWDROM_TESTS_SUPPORT_FAKE_MCU_H

#include "sim/mcu.h"

#include <stdlib.h>
#include <string.h>

#define FAKE_RAM      0x20000000u
#define FAKE_RAM_SIZE 0x10000u
#define FAKE_SLOW     0x30000000u
#define FAKE_HANG     0x40000000u

struct mcu {
	struct sim *sim;
	u8 ram[FAKE_RAM_SIZE];
	u32 hclk_hz;
	u64 slow_ps;
	bool powered, debug, clocked, rubbish, nrst;
	unsigned int n_access, n_nrst;
	struct bus_xact last;
	u8 order[16]; /* low bits of the addresses of the last accesses */
	void (*on_power)(void *arg, bool on);
	void *on_power_arg;
};

struct mcu *mcu_new(struct sim *sim)
{
	struct mcu *m = calloc(1, sizeof(*m));

	if (!m)
		abort();
	m->sim = sim;
	m->hclk_hz = 80000000;
	m->slow_ps = 100 * PS_PER_US;
	m->powered = m->debug = m->clocked = true;
	return m;
}

void mcu_free(struct mcu *m)
{
	free(m);
}

enum bus_resp mcu_ap_access(struct mcu *m, struct bus_xact *x)
{
	u32 ofs = x->addr - FAKE_RAM, v = 0;

	m->order[m->n_access++ % 16] = (u8)x->addr;
	x->done_ps = x->at_ps;
	m->last = *x;
	if (x->addr >= FAKE_HANG && x->addr < FAKE_HANG + 0x1000) {
		x->done_ps = SIM_NEVER;
		return BUS_OK;
	}
	if (x->addr >= FAKE_SLOW && x->addr < FAKE_SLOW + 0x1000) {
		x->done_ps = x->at_ps + m->slow_ps;
		x->data = x->write ? x->data : 0x51035103;
		return BUS_OK;
	}
	if (x->addr < FAKE_RAM || ofs > FAKE_RAM_SIZE - x->size)
		return BUS_ERROR;
	if (x->write) {
		v = bus_lane_get(x);
		memcpy(m->ram + ofs, &v, x->size);
	} else {
		memcpy(&v, m->ram + ofs, x->size);
		bus_lane_put(x, v);
	}
	return BUS_OK;
}

u32 mcu_hclk_hz(const struct mcu *m)
{
	return m->hclk_hz;
}

bool mcu_is_powered(const struct mcu *m)
{
	return m->powered;
}

bool mcu_debug_enabled(const struct mcu *m)
{
	return m->debug;
}

bool mcu_ap_clocked(const struct mcu *m)
{
	return m->clocked;
}

bool mcu_ap_reads_rubbish(const struct mcu *m)
{
	return m->rubbish;
}

void mcu_set_nrst(struct mcu *m, bool asserted)
{
	m->n_nrst += asserted && !m->nrst;
	m->nrst = asserted;
}

bool mcu_nrst_low(const struct mcu *m)
{
	return m->nrst;
}

void mcu_set_power(struct mcu *m, bool on)
{
	m->powered = on;
	if (m->on_power)
		m->on_power(m->on_power_arg, on);
}

void mcu_on_power(struct mcu *m, void (*fn)(void *arg, bool on), void *arg)
{
	m->on_power = fn;
	m->on_power_arg = arg;
}

static inline u32 fake_ram32(const struct mcu *m, u32 addr)
{
	return get_le32(m->ram + (addr - FAKE_RAM));
}

#endif
