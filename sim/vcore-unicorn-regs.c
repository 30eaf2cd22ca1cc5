// SPDX-License-Identifier: GPL-2.0-or-later
/* registers of the virtual core in libunicorn, and what it is told between runs */
#include "sim/vcore-unicorn.h"

/*
 * MSP, PSP and the masks can be written in privileged mode only, CONTROL.SPSEL in thread mode only:
 * the order counts.
 */
/**
 * vcore_set_regs() - all registers of the core
 * @v: the engine
 * @regs: their values
 */
void vcore_set_regs(struct vcore *v, const struct vcore_regs *regs)
{
	u32 control = FIELD_GET(GENMASK(26, 24), regs->special);
	int i;

	vcore_wake(v);
	v->next = NOWHERE;
	v->branch_seen = false;
	vcore_set_reg(v, UC_ARM_REG_IPSR, 3);
	vcore_set_reg(v, UC_ARM_REG_CONTROL, 0);
	vcore_set_reg(v, UC_ARM_REG_IPSR, 0);
	vcore_set_reg(v, UC_ARM_REG_CONTROL, control & ~1u);
	for (i = 0; i < 13; i++)
		vcore_set_reg(v, UC_ARM_REG_R0 + i, regs->r[i]);
	vcore_set_reg(v, UC_ARM_REG_LR, regs->r[14]);
	vcore_set_reg(v, UC_ARM_REG_MSP, regs->msp);
	vcore_set_reg(v, UC_ARM_REG_PSP, regs->psp);
	for (i = 0; i < 32; i++)
		vcore_set_reg(v, UC_ARM_REG_S0 + i, regs->s[i]);
	vcore_set_reg(v, UC_ARM_REG_FPSCR, regs->fpscr);
	vcore_set_reg(v, UC_ARM_REG_PRIMASK, regs->special & SPECIAL_PRIMASK);
	vcore_set_reg(v, UC_ARM_REG_BASEPRI, FIELD_GET(SPECIAL_BASEPRI, regs->special));
	vcore_set_reg(v, UC_ARM_REG_FAULTMASK, !!(regs->special & SPECIAL_FAULTMASK));
	vcore_set_reg(v, UC_ARM_REG_CONTROL, control);
	vcore_set_reg(v, UC_ARM_REG_PC, regs->pc | 1);
	vcore_set_reg(v, UC_ARM_REG_XPSR, regs->xpsr);
	vcore_set_reg(v, UC_ARM_REG_XPSR_G, regs->xpsr);
	v->pc = regs->pc;
}

/**
 * vcore_get_regs() - all registers of the core
 * @v: the engine
 * @regs: filled in
 */
void vcore_get_regs(struct vcore *v, struct vcore_regs *regs)
{
	u32 control = vcore_get_reg(v, UC_ARM_REG_CONTROL) & 7;
	int i;

	for (i = 0; i < 13; i++)
		regs->r[i] = vcore_get_reg(v, UC_ARM_REG_R0 + i);
	regs->r[14] = vcore_get_reg(v, UC_ARM_REG_LR);
	for (i = 0; i < 32; i++)
		regs->s[i] = vcore_get_reg(v, UC_ARM_REG_S0 + i);
	regs->fpscr = vcore_get_reg(v, UC_ARM_REG_FPSCR);
	regs->xpsr =
		vcore_get_reg(v, UC_ARM_REG_XPSR) | (vcore_get_reg(v, UC_ARM_REG_APSR) & 0xf0000);
	regs->pc = v->pc;
	/* unprivileged code reads 0 from these */
	vcore_set_reg(v, UC_ARM_REG_IPSR, 3);
	regs->msp = vcore_get_reg(v, UC_ARM_REG_MSP);
	regs->psp = vcore_get_reg(v, UC_ARM_REG_PSP);
	regs->special = FIELD_PREP(GENMASK(26, 24), control) |
			(vcore_get_reg(v, UC_ARM_REG_FAULTMASK) & 1 ? SPECIAL_FAULTMASK : 0) |
			FIELD_PREP(SPECIAL_BASEPRI, vcore_get_reg(v, UC_ARM_REG_BASEPRI)) |
			(vcore_get_reg(v, UC_ARM_REG_PRIMASK) & 1);
	vcore_set_reg(v, UC_ARM_REG_IPSR, regs->xpsr & XPSR_IPSR);
}

/**
 * vcore_pc() - where it is between two runs
 * @v: the engine
 */
u32 vcore_pc(const struct vcore *v)
{
	return v->pc;
}

/**
 * vcore_set_breakpoints() - stop before these instructions
 * @v: the engine
 * @addr: addresses of half words
 * @n: how many
 */
void vcore_set_breakpoints(struct vcore *v, const u32 *addr, unsigned int n)
{
	unsigned int i;

	v->n_bp = n;
	for (i = 0; i < n; i++)
		v->bp[i] = addr[i];
}

/**
 * vcore_set_fpu() - may FPU instructions execute
 * @v: the engine
 * @on: CPACR gives access
 */
void vcore_set_fpu(struct vcore *v, bool on)
{
	v->fpu_on = on;
}

/**
 * vcore_ask_stop() - end the run after the instruction that makes this access
 * @v: the engine
 */
void vcore_ask_stop(struct vcore *v)
{
	v->asked = true;
}

/**
 * vcore_take_event() - did it execute SEV since this was last asked
 * @v: the engine
 */
bool vcore_take_event(struct vcore *v)
{
	bool event = v->event;

	v->event = false;
	return event;
}
