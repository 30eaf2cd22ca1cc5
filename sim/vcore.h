/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine that executes instructions on the virtual bus: vcore-unicorn.c with libunicorn,
 * vcore-none.c without. It knows instructions, registers and memory; exceptions, debug events and
 * time slices are vcortexm-run.c's.
 */
#ifndef SWDROM_SIM_VCORE_H
#define SWDROM_SIM_VCORE_H

#include "sim/mcu-priv.h"

/* as DCRSR numbers them: r[13] is unused, special is CONTROL, FAULTMASK, BASEPRI, PRIMASK */
struct vcore_regs {
	u32 r[15];
	u32 msp, psp, pc, xpsr, special, fpscr, s[32];
};

#define XPSR_T		  BIT(24)
#define XPSR_IPSR	  0x1ffu
#define SPECIAL_PRIMASK	  BIT(0)
#define SPECIAL_BASEPRI	  GENMASK(15, 8)
#define SPECIAL_FAULTMASK BIT(16)
#define SPECIAL_NPRIV	  BIT(24)
#define SPECIAL_SPSEL	  BIT(25)
#define SPECIAL_FPCA	  BIT(26)

/* why a run ended; the program counter is at the instruction that did not complete, or at the next */
enum vcore_why {
	VCORE_TIME,	  /* the slice is over, or the instructions are */
	VCORE_ASKED,	  /* vcore_ask_stop() */
	VCORE_BREAKPOINT, /* before an instruction with a breakpoint */
	VCORE_BKPT,	  /* at a BKPT instruction */
	VCORE_SVC,	  /* after it */
	VCORE_WFI,	  /* after it */
	VCORE_WFE,	  /* after it */
	VCORE_EXC_RETURN, /* branched to EXC_RETURN, which is in @addr */
	VCORE_DATA_FAULT, /* the bus answered ERROR at @addr */
	VCORE_FETCH_FAULT,
	VCORE_UNDEFINED,
	VCORE_NO_COPROCESSOR,
	VCORE_NO_THUMB,
};

struct vcore_stop {
	enum vcore_why why;
	u32 addr;
};

#define VCORE_BREAKPOINTS 6 /* code comparators of the FPB */

struct vcore;

/* NULL: built without an engine, the core only pretends to run */
struct vcore *vcore_new(struct mcu *mcu);
void vcore_free(struct vcore *v);
void vcore_set_regs(struct vcore *v, const struct vcore_regs *regs);
void vcore_get_regs(struct vcore *v, struct vcore_regs *regs);
u32 vcore_pc(const struct vcore *v);
void vcore_set_breakpoints(struct vcore *v, const u32 *addr, unsigned int n);
/* CPACR lets the FPU be used */
void vcore_set_fpu(struct vcore *v, bool on);
/* execute from @from_ps to @to_ps, at most @max instructions; returns the time that was reached */
u64 vcore_run(struct vcore *v, u64 from_ps, u64 to_ps, u64 max, struct vcore_stop *stop);
/* from within an access of the core: end the run after this instruction */
void vcore_ask_stop(struct vcore *v);
/* SEV was executed: the event register is set */
bool vcore_take_event(struct vcore *v);
/* memory was changed by somebody else: code there must be read again */
void vcore_memory_changed(struct vcore *v, u32 addr, u32 len);

/* an access of somebody else to SRAM: the engine need not be run first */
bool vcore_is_unconcerned(struct vcore *v, const struct bus_xact *x);
/* it is about to be changed what it may wait for */
void vcore_wake(struct vcore *v);

#endif
