// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Instructions of the virtual Cortex-M4, executed by libunicorn 2 on the virtual bus: runs, and why
 * they end. vcore-unicorn.h says what is where.
 *
 * Code in the QUADSPI window or in system memory is not executed: fetching there is a fault.
 */
#include "sim/vcore-unicorn.h"

#include "sim/vflash.h"

#include <stdlib.h>

#define EXC_RETURN 0xffffffe0u

/* exception numbers that the engine reports */
#define INTR_UNDEFINED 1
#define INTR_SVC       2
#define INTR_FETCH     3
#define INTR_DATA      4
#define INTR_BKPT      7
#define INTR_RETURN    8
#define INTR_NOCP      17
#define INTR_INVSTATE  18

/**
 * vcore_stop_now() - end the run
 * @v: the engine
 * @why: reason; the first one of a run counts
 * @addr: where
 */
void vcore_stop_now(struct vcore *v, enum vcore_why why, u32 addr)
{
	if (!v->has_reason)
		v->stop = (struct vcore_stop){ why, addr };
	v->has_reason = true;
	v->stopping = true;
	vcore_look_closely(v);
	uc_emu_stop(v->uc);
}

static void on_intr(uc_engine *uc, uint32_t number, void *arg)
{
	struct vcore *v = arg;
	u32 pc = vcore_get_reg(v, UC_ARM_REG_PC);

	switch (number) {
	case INTR_SVC:
		vcore_stop_now(v, VCORE_SVC, pc);
		break;
	case INTR_BKPT:
		vcore_stop_now(v, VCORE_BKPT, pc);
		break;
	case INTR_RETURN:
		vcore_stop_now(v, VCORE_EXC_RETURN, pc | 1);
		break;
	case INTR_FETCH:
		vcore_stop_now(v, VCORE_FETCH_FAULT, pc);
		break;
	case INTR_DATA:
		vcore_stop_now(v, VCORE_DATA_FAULT, pc);
		break;
	case INTR_NOCP:
		vcore_stop_now(v, VCORE_NO_COPROCESSOR, pc);
		break;
	case INTR_INVSTATE:
		vcore_stop_now(v, VCORE_NO_THUMB, pc);
		break;
	case INTR_UNDEFINED:
	default:
		vcore_stop_now(v, VCORE_UNDEFINED, pc);
		break;
	}
}

/* the engine gave up by itself: why? false: it was a hint, go on */
static bool find_reason(struct vcore *v, uc_err err)
{
	const u8 *p = v->next == NOWHERE ? NULL : vcore_code_at(v, v->last);
	u16 op = p ? get_le16(p) : 0;

	switch (err) {
	case UC_ERR_OK:
		v->stop.why = VCORE_WFI;
		break;
	case UC_ERR_INSN_INVALID:
		if (!(vcore_get_reg(v, UC_ARM_REG_XPSR) & XPSR_T))
			v->stop.why = VCORE_NO_THUMB;
		else if (p && op == OP_YIELD)
			return false;
		else
			v->stop.why = p && op == OP_WFE ? VCORE_WFE : VCORE_UNDEFINED;
		break;
	case UC_ERR_FETCH_UNMAPPED:
	case UC_ERR_FETCH_PROT:
		v->stop.why = v->pc >= EXC_RETURN && v->next != NOWHERE ? VCORE_EXC_RETURN
									: VCORE_FETCH_FAULT;
		v->stop.addr = v->pc | 1;
		break;
	case UC_ERR_EXCEPTION:
		v->stop.why = VCORE_NO_THUMB;
		break;
	default:
		v->stop.why = VCORE_UNDEFINED;
		break;
	}
	return true;
}

/**
 * vcore_run() - execute
 * @v: the engine
 * @from_ps: virtual time at which the first instruction begins
 * @to_ps: no instruction begins then or later
 * @max: instructions at most
 * @stop: why it ended
 *
 * Return: the time that was reached.
 */
u64 vcore_run(struct vcore *v, u64 from_ps, u64 to_ps, u64 max, struct vcore_stop *stop)
{
	vcore_remap(v);
	v->asked = false;
	vcore_forget_changes(v);
	vcore_begin_insns(v, from_ps, to_ps, max);
	v->running = true;
	do {
		uc_err err;

		v->stopping = v->has_reason = false;
		v->split_left = 0;
		v->stop = (struct vcore_stop){ VCORE_TIME, 0 };
		if (!(vcore_get_reg(v, UC_ARM_REG_XPSR) & XPSR_T)) {
			v->stop.why = VCORE_NO_THUMB;
			break;
		}
		err = uc_emu_start(v->uc, v->pc | 1, 0, 0, 0);
		v->pc = vcore_get_reg(v, UC_ARM_REG_PC);
		if (v->has_reason) {
			if (v->stop.why == VCORE_DATA_FAULT)
				v->pc = v->last; /* in an IT block it went on */
			if (v->stop.why != VCORE_ASKED || v->asked)
				break;
			vcore_forget_changes(v);
			continue;
		}
		if (find_reason(v, err))
			break;
	} while (true);
	v->running = false;
	vcore_look_closely(v);
	*stop = v->stop;
	return v->now_ps;
}

static bool add_hooks(struct vcore *v)
{
	return vcore_hook(v, UC_HOOK_BLOCK, VCORE_FN(vcore_on_block), 1, 0) &&
	       vcore_hook(v, UC_HOOK_CODE, VCORE_FN(vcore_on_insn), 1, 0) &&
	       vcore_hook(v, UC_HOOK_INTR, VCORE_FN(on_intr), 1, 0) && vcore_hook_memory(v);
}

/**
 * vcore_new() - an engine on the bus of a part
 * @mcu: the part, whose flash and RCC exist
 */
struct vcore *vcore_new(struct mcu *mcu)
{
	struct vcore *v = calloc(1, sizeof(*v));
	size_t size;

	if (!v)
		return NULL;
	v->mcu = mcu;
	v->flash = vflash_data(mcu->flash, &size);
	v->flash_size = (u32)size;
	if (uc_open(UC_ARCH_ARM, UC_MODE_THUMB | UC_MODE_MCLASS, &v->uc)) {
		free(v);
		return NULL;
	}
	if (uc_ctl_set_cpu_model(v->uc, UC_CPU_ARM_CORTEX_M4) || uc_ctl_exits_enable(v->uc) ||
	    !vcore_new_code(v) || !vcore_map(v) || !add_hooks(v)) {
		vcore_free(v);
		return NULL;
	}
	return v;
}

/**
 * vcore_free() - NULL is allowed
 * @v: from vcore_new()
 */
void vcore_free(struct vcore *v)
{
	if (!v)
		return;
	uc_close(v->uc);
	vcore_free_code(v);
	free(v);
}
