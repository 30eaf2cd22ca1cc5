// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * DBGMCU: RM0351 48.6. Reset by power-on only, not by nRST or a system reset; needs no clock.
 */
#include "sim/vdbgmcu.h"

#include "sim/vdma.h"
#include "sim/vwdg.h"

#include <stdlib.h>

#define DBGMCU_IDCODE	0x00
#define DBGMCU_CR	0x04
#define DBGMCU_APB1FZR1 0x08
#define DBGMCU_APB1FZR2 0x0c
#define DBGMCU_APB2FZR	0x10

#define CR_DBG_SLEEP	BIT(0)
#define CR_DBG_STOP	BIT(1)
#define CR_MASK		0xe7u /* SLEEP, STOP, STANDBY, TRACE_IOEN, TRACE_MODE */

#define APB1FZR1_WWDG	BIT(11)
#define APB1FZR1_IWDG	BIT(12)
#define APB1FZR1_MASK	0x82e01c3fu
#define APB1FZR2_MASK	0x00000020u /* LPTIM2 */
#define APB2FZR_MASK	0x00072800u /* TIM1, TIM8, TIM15, TIM16, TIM17 */

struct vdbgmcu {
	struct mcu *mcu;
	u32 cr, apb1fzr1, apb1fzr2, apb2fzr;
};

/**
 * vdbgmcu_new() - the DBGMCU block, as after power-on
 * @mcu: its owner
 */
struct vdbgmcu *vdbgmcu_new(struct mcu *mcu)
{
	struct vdbgmcu *dbg = calloc(1, sizeof(*dbg));

	if (dbg)
		dbg->mcu = mcu;
	return dbg;
}

/**
 * vdbgmcu_free() - NULL is allowed
 * @dbg: from vdbgmcu_new()
 */
void vdbgmcu_free(struct vdbgmcu *dbg)
{
	free(dbg);
}

/**
 * vdbgmcu_reset() - power-on clears all, other resets nothing
 * @dbg: the block
 * @kind: of reset
 */
void vdbgmcu_reset(struct vdbgmcu *dbg, enum mcu_reset kind)
{
	if (kind == MCU_RESET_POR)
		dbg->cr = dbg->apb1fzr1 = dbg->apb1fzr2 = dbg->apb2fzr = 0;
}

/**
 * vdbgmcu_access() - a register access; readable and writable under reset too
 * @dbg: the block
 * @x: transfer; x->offset counts from 0xe0042000
 */
enum bus_resp vdbgmcu_access(struct vdbgmcu *dbg, struct bus_xact *x)
{
	u32 *reg, mask;

	switch (x->offset & ~3u) {
	case DBGMCU_IDCODE:
		if (!x->write)
			x->data = dbg->mcu->kind->idcode;
		return BUS_OK;
	case DBGMCU_CR:
		reg = &dbg->cr;
		mask = CR_MASK;
		break;
	case DBGMCU_APB1FZR1:
		reg = &dbg->apb1fzr1;
		mask = APB1FZR1_MASK;
		break;
	case DBGMCU_APB1FZR2:
		reg = &dbg->apb1fzr2;
		mask = APB1FZR2_MASK;
		break;
	case DBGMCU_APB2FZR:
		reg = &dbg->apb2fzr;
		mask = APB2FZR_MASK;
		break;
	default:
		if (!x->write)
			x->data = 0;
		return BUS_OK;
	}
	if (!x->write) {
		x->data = *reg;
		return BUS_OK;
	}
	vwdg_sync(dbg->mcu->wdg, x->at_ps); /* what was counted so far was counted unfrozen */
	vdma_run_to(dbg->mcu->dma, x->at_ps);
	*reg = x->data & mask;
	vdma_run_to(dbg->mcu->dma, x->at_ps); /* DBG_STOP gives DMA its clock back */
	vwdg_plan(dbg->mcu->wdg, x->at_ps);
	return BUS_OK;
}

/**
 * vdbgmcu_sleep() - DBG_SLEEP: HCLK runs on in Sleep mode
 * @dbg: the block
 */
bool vdbgmcu_sleep(const struct vdbgmcu *dbg)
{
	return dbg->cr & CR_DBG_SLEEP;
}

/**
 * vdbgmcu_stop() - DBG_STOP: HCLK runs on in Stop mode
 * @dbg: the block
 */
bool vdbgmcu_stop(const struct vdbgmcu *dbg)
{
	return dbg->cr & CR_DBG_STOP;
}

/**
 * vdbgmcu_freezes_iwdg() - DBG_IWDG_STOP; acts while the core is halted
 * @dbg: the block
 */
bool vdbgmcu_freezes_iwdg(const struct vdbgmcu *dbg)
{
	return dbg->apb1fzr1 & APB1FZR1_IWDG;
}

/**
 * vdbgmcu_freezes_wwdg() - DBG_WWDG_STOP; acts while the core is halted
 * @dbg: the block
 */
bool vdbgmcu_freezes_wwdg(const struct vdbgmcu *dbg)
{
	return dbg->apb1fzr1 & APB1FZR1_WWDG;
}
