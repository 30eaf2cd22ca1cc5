/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stand-in for sim/mcu.c, for tests of GPIO and QUADSPI alone: it keeps the slaves and hooks that
 * they register, and lets a test access, gate and reset them. Include it in one file of a test
 * program; sim/mcu.c then stays out of the link.
 */
#ifndef SWDROM_TESTS_SUPPORT_PINS_MCU_H
#define SWDROM_TESTS_SUPPORT_PINS_MCU_H

#include "sim/mcu.h"

#include <stdlib.h>
#include <string.h>

#define PINS_MAX 16

struct mcu {
	struct bus_slave slave[PINS_MAX];
	struct {
		void (*fn)(void *dev, enum mcu_reset kind);
		void *dev;
	} reset[PINS_MAX];
	struct {
		enum mcu_unit unit;
		void (*fn)(void *dev, bool asserted);
		void *dev;
	} unit[PINS_MAX];
	unsigned int n_slaves, n_resets, n_units;
	u32 hclk_hz;
	u32 off; /* bit n: clock of enum mcu_unit n is off */
	bool dma;
	unsigned int n_dma_rises;
	u64 dma_rise_ps;
	struct sim *sim;
};

void mcu_add_slave(struct mcu *m, const struct bus_slave *slave)
{
	m->slave[m->n_slaves++] = *slave;
}

void mcu_add_reset(struct mcu *m, void (*fn)(void *dev, enum mcu_reset kind), void *dev)
{
	m->reset[m->n_resets].fn = fn;
	m->reset[m->n_resets++].dev = dev;
}

void mcu_add_unit_reset(struct mcu *m, enum mcu_unit unit, void (*fn)(void *dev, bool asserted),
			void *dev)
{
	m->unit[m->n_units].unit = unit;
	m->unit[m->n_units].fn = fn;
	m->unit[m->n_units++].dev = dev;
}

/* no DMA here that has any */
void mcu_add_run(struct mcu *m, u32 base, u32 size, bus_run_fn fn, void *dev)
{
	(void)m, (void)base, (void)size, (void)fn, (void)dev;
}

bool mcu_unit_clocked(const struct mcu *m, enum mcu_unit unit)
{
	return !(m->off & BIT(unit));
}

u32 mcu_hclk_hz(const struct mcu *m)
{
	return m->hclk_hz;
}

void mcu_set_dma_request(struct mcu *m, enum mcu_unit unit, bool level)
{
	if (level && !m->dma) {
		m->n_dma_rises++;
		m->dma_rise_ps = sim_now_ps(m->sim);
	}
	m->dma = level;
}

static inline void pins_reset(struct mcu *m)
{
	unsigned int i;

	for (i = 0; i < m->n_resets; i++)
		m->reset[i].fn(m->reset[i].dev, MCU_RESET_SYS);
}

static inline void pins_unit_reset(struct mcu *m, enum mcu_unit unit, bool asserted)
{
	unsigned int i;

	for (i = 0; i < m->n_units; i++)
		if (m->unit[i].unit == unit)
			m->unit[i].fn(m->unit[i].dev, asserted);
}

/* one access at the time of the bench; time moves on to its end unless it never ends */
static inline enum bus_resp pins_access(struct mcu *m, struct bus_xact *x)
{
	enum bus_resp resp = BUS_ERROR;
	unsigned int i;

	x->at_ps = sim_now_ps(m->sim);
	x->done_ps = x->at_ps;
	for (i = 0; i < m->n_slaves; i++) {
		const struct bus_slave *s = &m->slave[i];

		if (x->addr - s->base >= s->size)
			continue;
		x->offset = x->addr - s->base;
		resp = s->access(s->dev, x);
		if (x->done_ps != SIM_NEVER)
			sim_advance_to(m->sim, x->done_ps);
		break;
	}
	return resp;
}

static inline void pins_write(struct mcu *m, u32 addr, u8 size, u32 v)
{
	struct bus_xact x = { .addr = addr, .size = size, .write = true };

	bus_lane_put(&x, v);
	pins_access(m, &x);
}

static inline u32 pins_read(struct mcu *m, u32 addr, u8 size)
{
	struct bus_xact x = { .addr = addr, .size = size };

	pins_access(m, &x);
	return bus_lane_get(&x);
}

static inline void pins_init(struct mcu *m, struct sim *sim)
{
	memset(m, 0, sizeof(*m));
	m->sim = sim;
	m->hclk_hz = 80000000;
	sim->mcu = m;
}

/* does some complaint contain @text? */
static inline bool pins_complained(const struct sim *sim, const char *text)
{
	size_t i;

	for (i = 0; i < sim_n_complaints(sim); i++)
		if (strstr(sim_complaint(sim, i), text))
			return true;
	return false;
}

#endif
