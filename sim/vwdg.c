// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IWDG: RM0351 36; WWDG: RM0351 37. Counted in closed form: vwdg_sync() takes off the time that
 * passed, vwdg_plan() schedules the moment at which a counter would run out.
 */
#include "sim/vwdg.h"

#include "sim/vcortexm.h"
#include "sim/vdbgmcu.h"
#include "sim/vflash.h"
#include "sim/vrcc.h"

#include <stdlib.h>

#define IWDG_BASE    0x40003000u
#define IWDG_KR	     0x00
#define IWDG_PR	     0x04
#define IWDG_RLR     0x08
#define IWDG_SR	     0x0c
#define IWDG_WINR    0x10

#define KR_RELOAD    0xaaaau
#define KR_ACCESS    0x5555u
#define KR_START     0xccccu

#define IWDG_SR_PVU  BIT(0)
#define IWDG_SR_RVU  BIT(1)
#define IWDG_SR_WVU  BIT(2)

#define WWDG_BASE    0x40002c00u
#define WWDG_CR	     0x00
#define WWDG_CFR     0x04
#define WWDG_SR	     0x08

#define WWDG_CR_WDGA BIT(7)
#define WWDG_T_MASK  0x7fu
#define WWDG_T6	     0x40u
#define WWDG_CFR_EWI BIT(9)

/* new PR, RLR and WINR values take up to five LSI cycles to cross: RM0351 36.4.4 */
#define IWDG_CROSSING_LSI 5

#define OPTR_IWDG_SW	  BIT(16)
#define OPTR_IWDG_STOP	  BIT(17)
#define OPTR_WWDG_SW	  BIT(19)

struct vwdg {
	struct mcu *mcu;
	u64 synced_ps;
	u64 lsi_ps;
	/* IWDG */
	bool i_on, i_access;
	u32 i_pr, i_rlr, i_win;
	u64 i_left_ps; /* until it bites */
	u64 i_pvu_ps, i_rvu_ps, i_wvu_ps;
	/* WWDG */
	bool w_on, w_ewif;
	u32 w_t, w_cfr;
	u64 w_part_ps; /* of the running tick, already passed */
	struct sim_event ev;
};

static u64 iwdg_tick_ps(const struct vwdg *w)
{
	return w->lsi_ps << (2 + min(w->i_pr, 6u));
}

static u64 wwdg_tick_ps(const struct vwdg *w)
{
	return PS_PER_S / vrcc_pclk1_hz(w->mcu->rcc) * (4096u << ((w->w_cfr >> 7) & 3));
}

static bool iwdg_counts(const struct vwdg *w)
{
	enum core_state s = vcortexm_state(w->mcu->core);

	if (!w->i_on || !w->mcu->powered)
		return false;
	if (s == CORE_HALTED && vdbgmcu_freezes_iwdg(w->mcu->dbg))
		return false;
	/* OPTR.IWDG_STOP 0: frozen in Stop (RM0351 3.7.8) */
	return s != CORE_STOP || (vflash_optr(w->mcu->flash) & OPTR_IWDG_STOP);
}

static bool wwdg_counts(const struct vwdg *w)
{
	enum core_state s = vcortexm_state(w->mcu->core);

	if (!w->w_on || !w->mcu->powered || s == CORE_STOP)
		return false;
	return s != CORE_HALTED || !vdbgmcu_freezes_wwdg(w->mcu->dbg);
}

/* time to the reset: the counter leaves 0x40 */
static u64 wwdg_left_ps(const struct vwdg *w)
{
	return (u64)(w->w_t - (WWDG_T6 - 1)) * wwdg_tick_ps(w) - w->w_part_ps;
}

static void bite(struct vwdg *w, u32 flag, u64 t)
{
	w->i_on = w->w_on = false; /* both stop in the reset that follows */
	mcu_system_reset(w->mcu, flag, t);
}

/**
 * vwdg_sync() - count up to a time with the conditions that held until now
 * @w: the watchdogs
 * @t: time; the past is ignored
 */
void vwdg_sync(struct vwdg *w, u64 t)
{
	u64 dt;

	if (t <= w->synced_ps)
		return;
	dt = t - w->synced_ps;
	w->synced_ps = t;
	if (iwdg_counts(w)) {
		if (dt >= w->i_left_ps) {
			bite(w, CSR_IWDGRSTF, t - (dt - w->i_left_ps));
			return;
		}
		w->i_left_ps -= dt;
	}
	if (wwdg_counts(w)) {
		u64 tick = wwdg_tick_ps(w);
		u64 n;

		if (dt >= wwdg_left_ps(w)) {
			bite(w, CSR_WWDGRSTF, t - (dt - wwdg_left_ps(w)));
			return;
		}
		n = (w->w_part_ps + dt) / tick;
		w->w_part_ps = (w->w_part_ps + dt) % tick;
		w->w_t -= (u32)n;
		if (w->w_t == WWDG_T6)
			w->w_ewif = true;
	}
}

/**
 * vwdg_plan() - schedule the next bite, after vwdg_sync() and a change of conditions
 * @w: the watchdogs
 * @t: now
 */
void vwdg_plan(struct vwdg *w, u64 t)
{
	u64 at = SIM_NEVER;

	if (iwdg_counts(w))
		at = t + w->i_left_ps;
	if (wwdg_counts(w))
		at = min(at, t + wwdg_left_ps(w));
	sim_schedule(w->mcu->sim, &w->ev, at);
}

static void on_event(void *arg, u64 now)
{
	struct vwdg *w = arg;

	vwdg_sync(w, now);
	vwdg_plan(w, now);
}

static void iwdg_reload(struct vwdg *w)
{
	w->i_left_ps = (u64)(w->i_rlr + 1) * iwdg_tick_ps(w);
}

static void iwdg_start(struct vwdg *w)
{
	vrcc_start_lsi(w->mcu->rcc); /* the LSI is forced on: RM0351 36.3.1 */
	w->i_on = true;
	iwdg_reload(w);
}

static void iwdg_write_key(struct vwdg *w, u32 key, u64 t)
{
	w->i_access = key == KR_ACCESS;
	if (key == KR_START && !w->i_on) {
		iwdg_start(w);
	} else if (key == KR_RELOAD && w->i_on) {
		/* outside the window: RM0351 36.3.2 */
		if (w->i_left_ps / iwdg_tick_ps(w) > w->i_win) {
			sim_complain(w->mcu->sim, "iwdg", "fed outside its window");
			bite(w, CSR_IWDGRSTF, t);
			return;
		}
		iwdg_reload(w);
	}
}

/* PR, RLR, WINR: closed without the key, deaf while the last value crosses */
static void iwdg_write_reg(struct vwdg *w, u32 *reg, u32 val, u64 *crossing_ps, u64 t,
			   const char *name)
{
	if (!w->i_access) {
		sim_complain(w->mcu->sim, "iwdg", "%s written without the key 0x5555", name);
		return;
	}
	if (t < *crossing_ps) {
		sim_complain(w->mcu->sim, "iwdg", "%s written while its update flag is set", name);
		return;
	}
	*reg = val;
	*crossing_ps = t + IWDG_CROSSING_LSI * w->lsi_ps;
}

static enum bus_resp iwdg_access(void *dev, struct bus_xact *x)
{
	struct vwdg *w = dev;
	u64 t = x->at_ps;

	vwdg_sync(w, t);
	if (!x->write) {
		switch (x->offset & ~3u) {
		case IWDG_PR:
			x->data = w->i_pr;
			break;
		case IWDG_RLR:
			x->data = w->i_rlr;
			break;
		case IWDG_SR:
			x->data = (t < w->i_pvu_ps ? IWDG_SR_PVU : 0) |
				  (t < w->i_rvu_ps ? IWDG_SR_RVU : 0) |
				  (t < w->i_wvu_ps ? IWDG_SR_WVU : 0);
			break;
		case IWDG_WINR:
			x->data = w->i_win;
			break;
		default:
			x->data = 0;
		}
		return BUS_OK;
	}
	switch (x->offset & ~3u) {
	case IWDG_KR:
		iwdg_write_key(w, bus_merge(x, 0) & 0xffff, t);
		break;
	case IWDG_PR:
		iwdg_write_reg(w, &w->i_pr, bus_merge(x, w->i_pr) & 7, &w->i_pvu_ps, t, "PR");
		break;
	case IWDG_RLR:
		iwdg_write_reg(w, &w->i_rlr, bus_merge(x, w->i_rlr) & 0xfff, &w->i_rvu_ps, t,
			       "RLR");
		break;
	case IWDG_WINR:
		iwdg_write_reg(w, &w->i_win, bus_merge(x, w->i_win) & 0xfff, &w->i_wvu_ps, t,
			       "WINR");
		if (w->i_access && w->i_on) /* a write reloads the counter: RM0351 36.3.2 */
			iwdg_reload(w);
		break;
	default:
		break;
	}
	vwdg_plan(w, t);
	return BUS_OK;
}

static void wwdg_write_cr(struct vwdg *w, u32 v, u64 t)
{
	bool was_on = w->w_on;

	if (was_on && w->w_t > (w->w_cfr & WWDG_T_MASK)) {
		sim_complain(w->mcu->sim, "wwdg", "fed outside its window");
		bite(w, CSR_WWDGRSTF, t);
		return;
	}
	w->w_t = v & WWDG_T_MASK;
	w->w_on = was_on || (v & WWDG_CR_WDGA);
	w->w_part_ps = 0;
	if (w->w_on && !(w->w_t & WWDG_T6))
		bite(w, CSR_WWDGRSTF, t);
}

static enum bus_resp wwdg_access(void *dev, struct bus_xact *x)
{
	struct vwdg *w = dev;

	vwdg_sync(w, x->at_ps);
	switch (x->offset & ~3u) {
	case WWDG_CR:
		if (x->write)
			wwdg_write_cr(w, bus_merge(x, w->w_t), x->at_ps);
		else
			x->data = w->w_t | (w->w_on ? WWDG_CR_WDGA : 0);
		break;
	case WWDG_CFR:
		if (x->write) /* EWI: set only */
			w->w_cfr = (bus_merge(x, w->w_cfr) & 0x3ff) | (w->w_cfr & WWDG_CFR_EWI);
		else
			x->data = w->w_cfr;
		break;
	case WWDG_SR:
		if (x->write)
			w->w_ewif = w->w_ewif && (bus_merge(x, 1) & 1);
		else
			x->data = w->w_ewif;
		break;
	default:
		if (!x->write)
			x->data = 0;
	}
	if (x->write)
		vwdg_plan(w, x->at_ps);
	return BUS_OK;
}

/**
 * vwdg_start_iwdg() - what an application does at its start
 * @w: the watchdogs
 * @prescaler_code: PR
 * @reload: RLR
 * @t: now
 */
void vwdg_start_iwdg(struct vwdg *w, unsigned int prescaler_code, unsigned int reload, u64 t)
{
	vwdg_sync(w, t);
	w->i_pr = prescaler_code & 7;
	w->i_rlr = reload & 0xfff;
	iwdg_start(w);
	vwdg_plan(w, t);
}

/**
 * vwdg_reset() - every reset stops both; OPTR.IWDG_SW 0, WWDG_SW 0 start them again at once
 * @w: the watchdogs
 * @kind: of reset
 * @t: now
 */
void vwdg_reset(struct vwdg *w, enum mcu_reset kind, u64 t)
{
	w->synced_ps = max(w->synced_ps, t);
	w->i_on = w->i_access = false;
	w->i_pr = 0;
	w->i_rlr = w->i_win = 0xfff;
	w->i_pvu_ps = w->i_rvu_ps = w->i_wvu_ps = 0;
	w->w_on = !(vflash_optr(w->mcu->flash) & OPTR_WWDG_SW);
	w->w_ewif = false;
	w->w_t = w->w_cfr = WWDG_T_MASK;
	w->w_part_ps = 0;
	if (!(vflash_optr(w->mcu->flash) & OPTR_IWDG_SW))
		iwdg_start(w);
	vwdg_plan(w, t);
}

/**
 * vwdg_new() - both watchdogs; registers them on the bus
 * @mcu: their owner, whose flash model exists
 */
struct vwdg *vwdg_new(struct mcu *mcu)
{
	struct vwdg *w = calloc(1, sizeof(*w));
	struct sim_rng rng;

	if (!w)
		return NULL;
	w->mcu = mcu;
	w->ev = (struct sim_event){ .at_ps = SIM_NEVER, .fn = on_event, .arg = w };
	/* DS10198 6.3.7: fLSI 31.04 ... 32.96 kHz */
	sim_rng_init(&rng, mcu->sim, "lsi");
	w->lsi_ps = PS_PER_S / (31040 + (u64)(1920 * sim_rng_unit(&rng)));
	mcu_add_periph(mcu,
		       &(struct mcu_periph){ .slave = { "IWDG", IWDG_BASE, 0x400, iwdg_access, w },
					     .bus = RCC_ALWAYS,
					     .is_apb = true });
	mcu_add_periph(mcu,
		       &(struct mcu_periph){ .slave = { "WWDG", WWDG_BASE, 0x400, wwdg_access, w },
					     .bus = RCC_APB1_1,
					     .bit = 11,
					     .is_apb = true });
	return w;
}

/**
 * vwdg_free() - NULL is allowed
 * @w: from vwdg_new()
 */
void vwdg_free(struct vwdg *w)
{
	if (w)
		sim_cancel(w->mcu->sim, &w->ev);
	free(w);
}
