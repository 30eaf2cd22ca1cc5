/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What tests of single SPI-NOR models have in common. Include cmocka.h before it.
 */
#ifndef SWDROM_TESTS_SUPPORT_NOR_STEPS_H
#define SWDROM_TESTS_SUPPORT_NOR_STEPS_H

#include "tests/support/nor-host.h"

/* a part, powered up, for the length of a block */
#define WITH(_f, _part) \
	for (struct nor_fix *_f = nor_new(_part); _f; nor_teardown((void **)&_f), _f = NULL)

static inline void power_cycle(struct nor_fix *f)
{
	vnor_set_power(f->nor, false, sim_now_ps(&f->sim));
	wait_ps(f, PS_PER_MS);
	vnor_set_power(f->nor, true, sim_now_ps(&f->sim));
	wait_ps(f, 10 * PS_PER_MS);
}

static inline void soft_reset(struct nor_fix *f)
{
	cmd(f, 0x66);
	cmd(f, 0x99);
	wait_ps(f, PS_PER_MS);
}

static inline void write_sr(struct nor_fix *f, u8 op, const u8 *v, size_t n)
{
	cmd(f, 0x06);
	SEND(f, v, n, .op = op);
	wait_ready(f);
}

static inline void program4(struct nor_fix *f, u32 addr, u8 v)
{
	cmd(f, 0x06);
	SEND(f, &v, 1, .op = 0x12, .n_addr = 4, .addr = addr);
}

static inline void erase4(struct nor_fix *f, u8 op, u32 addr)
{
	cmd(f, 0x06);
	SEND(f, NULL, 0, .op = op, .n_addr = 4, .addr = addr);
}

#endif
