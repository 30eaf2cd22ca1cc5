/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The virtual STM32L476 at its bus, as its AHB-AP would use it: for the tests of its models.
 */
#ifndef SWDROM_TESTS_SUPPORT_MCU_BUS_H
#define SWDROM_TESTS_SUPPORT_MCU_BUS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sim/mcu.h"

#include <stdlib.h>
#include <string.h>

struct mcu_bus {
	struct sim sim;
	struct sim_opts opts;
	struct sim_faults faults;
	struct mcu *mcu;
	u64 now;	    /* the next access begins then */
	u64 took_ps;	    /* of the last access */
	enum bus_resp resp; /* ... and its answer */
};

static inline void bus_open(struct mcu_bus *b)
{
	assert_int_equal(sim_core_init(&b->sim, &b->opts, &b->faults), 0);
	b->mcu = mcu_new(&b->sim);
	assert_non_null(b->mcu);
	b->sim.mcu = b->mcu;
	b->now = 0;
}

static inline void bus_close(struct mcu_bus *b)
{
	if (b->mcu)
		mcu_free(b->mcu);
	b->mcu = NULL;
	sim_core_exit(&b->sim);
}

/* set-up: options may be changed before a test calls bus_open() itself */
static inline int bus_prepare(void **state)
{
	struct mcu_bus *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->opts.seed = 7;
	b->opts.dualbank = b->opts.rdp = -1;
	*state = b;
	return 0;
}

static inline int bus_setup(void **state)
{
	bus_prepare(state);
	bus_open(*state);
	return 0;
}

static inline int bus_teardown(void **state)
{
	struct mcu_bus *b = *state;

	if (b->sim.priv)
		bus_close(b);
	free(b);
	return 0;
}

static inline void pass(struct mcu_bus *b, u64 ps)
{
	b->now += ps;
	sim_advance_to(&b->sim, b->now);
}

static inline void pass_us(struct mcu_bus *b, u64 us)
{
	pass(b, us * PS_PER_US);
}

static inline void bus_do(struct mcu_bus *b, struct bus_xact *x)
{
	sim_advance_to(&b->sim, b->now);
	x->master = BUS_DAP;
	x->at_ps = b->now;
	b->resp = mcu_ap_access(b->mcu, x);
	b->took_ps = x->done_ps == SIM_NEVER ? SIM_NEVER : x->done_ps - b->now;
	if (x->done_ps != SIM_NEVER)
		pass(b, b->took_ps);
}

static inline enum bus_resp wr_n(struct mcu_bus *b, u32 addr, u32 v, unsigned int size)
{
	struct bus_xact x = { .addr = addr, .size = (u8)size, .write = true };

	bus_lane_put(&x, v);
	bus_do(b, &x);
	return b->resp;
}

static inline u32 rd_n(struct mcu_bus *b, u32 addr, unsigned int size)
{
	struct bus_xact x = { .addr = addr, .size = (u8)size };

	bus_do(b, &x);
	return bus_lane_get(&x);
}

static inline void wr(struct mcu_bus *b, u32 addr, u32 v)
{
	assert_int_equal(wr_n(b, addr, v, 4), BUS_OK);
}

static inline u32 rd(struct mcu_bus *b, u32 addr)
{
	u32 v = rd_n(b, addr, 4);

	assert_int_equal(b->resp, BUS_OK);
	return v;
}

static inline void set_bits(struct mcu_bus *b, u32 addr, u32 bits)
{
	wr(b, addr, rd(b, addr) | bits);
}

/* does the complaint list name @text */
static inline bool complained(struct mcu_bus *b, const char *text)
{
	size_t i;

	for (i = 0; i < sim_n_complaints(&b->sim); i++)
		if (strstr(sim_complaint(&b->sim, i), text))
			return true;
	return false;
}

/* nothing to complain about so far: says what, if there was */
#define assert_no_complaint(b)                                       \
	do {                                                         \
		if (sim_n_complaints(&(b)->sim))                     \
			fail_msg("%s", sim_complaint(&(b)->sim, 0)); \
	} while (0)

#endif
