// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Resets and power of the virtual STM32L476: RM0351 6.1; who keeps what: the models themselves,
 * by the kind of reset they are told.
 *
 * Every system reset pulls the NRST pin for at least 20 us (RM0351 6.1.2), in which the core stays
 * in reset.
 */
#include "sim/mcu-app.h"
#include "sim/vcortexm.h"
#include "sim/vcd.h"
#include "sim/vcrc.h"
#include "sim/vdbgmcu.h"
#include "sim/vdma.h"
#include "sim/vflash.h"
#include "sim/vrcc.h"
#include "sim/vwdg.h"

#include <stdlib.h>

/* 0: a system reset erases SRAM2: RM0351 3.4.1 */
#define OPTR_SRAM2_RST BIT(25)

/* power-on: tRSTTEMPO, DS10198 6.3.3: 250 us typical, 400 us at most */
#define POR_US 250
/* internal reset pulse: 20 us at least */
#define RESET_PULSE_US 20
/* from NRST high to the first fetch: filter and option check */
#define NRST_RELEASE_US 10

static bool nrst_net_low(const struct mcu *mcu)
{
	return mcu->nrst_ext || mcu->sim->faults.hold_nrst;
}

static void set_reset_end(struct mcu *mcu, u64 t)
{
	mcu->reset_end_ps = t;
	sim_schedule(mcu->sim, &mcu->ev_reset_end, t);
	mcu_plan(mcu);
}

static void begin_reset(struct mcu *mcu, enum mcu_reset kind, u32 flag, u64 t)
{
	bool load_options = kind == MCU_RESET_POR || (flag & CSR_OBLRSTF);
	unsigned int i;

	vdma_run_to(mcu->dma, t);
	mcu->in_reset = true;
	mcu_app_stop(mcu->app);
	vdma_reset(mcu->dma);
	vcortexm_reset(mcu->core, kind, t);
	vflash_reset(mcu->flash, load_options, t);
	if (!(vflash_optr(mcu->flash) & OPTR_SRAM2_RST))
		mcu_erase_sram2(mcu);
	vrcc_reset(mcu->rcc, kind, flag);
	vcrc_reset(mcu->crc);
	vdbgmcu_reset(mcu->dbg, kind);
	vwdg_reset(mcu->wdg, kind, t);
	for (i = 0; i < mcu->n_reset_hooks; i++)
		mcu->reset_hooks[i].fn(mcu->reset_hooks[i].dev, kind);
}

/**
 * mcu_finish_reset() - the internal reset ends; a low NRST holds the part in it
 * @mcu: the part
 * @t: now
 */
void mcu_finish_reset(struct mcu *mcu, u64 t)
{
	sim_cancel(mcu->sim, &mcu->ev_reset_end);
	mcu->reset_end_ps = SIM_NEVER;
	mcu->nrst_pulse = false;
	vcd_bit(mcu->sim->vcd, VCD_NRST, !mcu_nrst_low(mcu), t);
	mcu_plan(mcu);
	if (nrst_net_low(mcu) || !mcu->powered || !mcu->in_reset)
		return;
	mcu->in_reset = false;
	vcortexm_release(mcu->core, t);
	mcu_app_restart(mcu->app, t);
}

static void on_reset_end(void *arg, u64 now)
{
	mcu_finish_reset(arg, now);
}

/**
 * mcu_system_reset() - a reset from inside the part
 * @mcu: the part
 * @flag: its bit in RCC_CSR
 * @t: when it begins
 */
void mcu_system_reset(struct mcu *mcu, u32 flag, u64 t)
{
	if (!mcu->powered)
		return;
	mcu->nrst_pulse = true;
	vcd_bit(mcu->sim->vcd, VCD_NRST, false, t);
	begin_reset(mcu, MCU_RESET_SYS, flag, t);
	set_reset_end(mcu, t + RESET_PULSE_US * PS_PER_US);
}

/**
 * mcu_set_nrst() - the adapter or the button pulls the NRST net, or lets go
 * @mcu: the part
 * @asserted: pulled low
 */
void mcu_set_nrst(struct mcu *mcu, bool asserted)
{
	u64 now = sim_now_ps(mcu->sim);
	bool was_low = nrst_net_low(mcu);

	mcu->nrst_ext = asserted;
	vcd_bit(mcu->sim->vcd, VCD_NRST, !mcu_nrst_low(mcu), now);
	if (!mcu->powered || was_low == nrst_net_low(mcu))
		return;
	if (asserted) {
		begin_reset(mcu, MCU_RESET_PIN, CSR_PINRSTF, now);
		set_reset_end(mcu, SIM_NEVER);
	} else {
		set_reset_end(mcu, now + NRST_RELEASE_US * PS_PER_US);
	}
}

/**
 * mcu_nrst_low() - level of the NRST net, whoever pulls it
 * @mcu: the part; without power its net is low
 */
bool mcu_nrst_low(const struct mcu *mcu)
{
	return nrst_net_low(mcu) || mcu->nrst_pulse || !mcu->powered;
}

static void fill_sram(struct mcu *mcu)
{
	size_t i;

	for (i = 0; i < mcu->kind->sram1_size; i += 4)
		put_le32(mcu->sram1 + i, (u32)sim_rng_u64(&mcu->sram_rng));
	for (i = 0; i < mcu->kind->sram2_size; i += 4)
		put_le32(mcu->sram2 + i, (u32)sim_rng_u64(&mcu->sram_rng));
	vcortexm_memory_changed(mcu->core, SRAM1_BASE, mcu->kind->sram1_size);
	vcortexm_memory_changed(mcu->core, SRAM2_BASE, mcu->kind->sram2_size);
}

static void tell_power(struct mcu *mcu, bool on)
{
	unsigned int i;

	for (i = 0; i < mcu->n_power_hooks; i++)
		mcu->power_hooks[i].fn(mcu->power_hooks[i].arg, on);
}

/**
 * mcu_set_power() - VDD comes or goes
 * @mcu: the part
 * @on: SRAM comes up with random contents, all registers as after power-on
 */
void mcu_set_power(struct mcu *mcu, bool on)
{
	u64 now = sim_now_ps(mcu->sim);

	if (on == mcu->powered)
		return;
	if (!on) {
		vflash_power_off(mcu->flash, now);
		begin_reset(mcu, MCU_RESET_POR, CSR_BORRSTF, now);
		set_reset_end(mcu, SIM_NEVER);
		mcu->powered = false;
		vwdg_plan(mcu->wdg, now);
	} else {
		mcu->powered = true;
		fill_sram(mcu);
		begin_reset(mcu, MCU_RESET_POR, CSR_BORRSTF, now);
		set_reset_end(mcu, now + POR_US * PS_PER_US);
	}
	tell_power(mcu, on);
}

/**
 * mcu_on_power() - be told when power comes or goes
 * @mcu: the part
 * @fn: called after the part's own models
 * @arg: for @fn
 */
void mcu_on_power(struct mcu *mcu, void (*fn)(void *arg, bool on), void *arg)
{
	if (mcu->n_power_hooks == MCU_MAX_HOOKS)
		abort();
	mcu->power_hooks[mcu->n_power_hooks].fn = fn;
	mcu->power_hooks[mcu->n_power_hooks++].arg = arg;
}

/**
 * mcu_reset_init() - events of the part
 * @mcu: being built
 */
void mcu_reset_init(struct mcu *mcu)
{
	sim_rng_init(&mcu->sram_rng, mcu->sim, "sram");
	mcu->ev_reset_end = (struct sim_event){ SIM_NEVER, on_reset_end, mcu, NULL };
}

/**
 * mcu_reset_exit() - take the part's events back
 * @mcu: being freed
 */
void mcu_reset_exit(struct mcu *mcu)
{
	sim_cancel(mcu->sim, &mcu->ev_reset_end);
}

/**
 * mcu_first_power_on() - the state in which a bench finds its board: on for long, running
 * @mcu: all models are there
 *
 * Faults decide otherwise: no_power, hold_nrst, what the application is doing.
 */
void mcu_first_power_on(struct mcu *mcu)
{
	const struct sim_faults *faults = &mcu->sim->faults;

	mcu->powered = !faults->no_power;
	fill_sram(mcu);
	begin_reset(mcu, MCU_RESET_POR, CSR_BORRSTF, 0);
	if (mcu->powered) {
		mcu_finish_reset(mcu, 0);
		if (!mcu->in_reset)
			mcu_app_settle(mcu->app, 0);
	}
}
