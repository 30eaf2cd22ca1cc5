/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The debug side of the virtual Cortex-M4 r0p1: system control space, FPB, DWT, ITM, TPIU, ETM
 * identification, ROM table.
 */
#ifndef SWDROM_SIM_VCORTEXM_H
#define SWDROM_SIM_VCORTEXM_H

#include "sim/mcu-priv.h"

enum core_state {
	CORE_RESET,
	CORE_RUN,
	CORE_HALTED,
	CORE_SLEEP, /* WFI, clock of the core off */
	CORE_STOP,  /* Stop mode: HCLK off */
	CORE_LOCKUP,
};

struct vcortexm *vcortexm_new(struct mcu *mcu);
void vcortexm_free(struct vcortexm *core);
/* enter reset, leave it: fetches the vectors, halts if VC_CORERESET or C_HALT say so */
void vcortexm_reset(struct vcortexm *core, enum mcu_reset kind, u64 t);
void vcortexm_release(struct vcortexm *core, u64 t);
enum bus_resp vcortexm_access(struct vcortexm *core, struct bus_xact *x);
enum core_state vcortexm_state(const struct vcortexm *core);
/* the application goes to sleep or wakes; nothing happens to a core that is halted */
void vcortexm_sleep(struct vcortexm *core, enum core_state how, u64 t);
/* is there an engine that executes code */
bool vcortexm_executes(struct vcortexm *core);
/* DEMCR.TRCENA */
bool vcortexm_trace_enabled(const struct vcortexm *core);
/* execute what comes before @t; memory was written by somebody else than the core's own code */
void vcortexm_run_to(struct vcortexm *core, u64 t);
/* the same before an access of somebody else; need not happen if neither can tell */
void vcortexm_run_before(struct vcortexm *core, const struct bus_xact *x);
void vcortexm_memory_changed(struct vcortexm *core, u32 addr, u32 len);
/* number of the exception that is active, 0 in thread mode */
unsigned int vcortexm_exception(struct vcortexm *core);
struct vppb *vcortexm_ppb(struct vcortexm *core);
/* instruction fetch failed: hard fault without a handler that can be fetched */
void vcortexm_lock_up(struct vcortexm *core, u64 t);

#endif
