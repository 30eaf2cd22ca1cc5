/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside the virtual Cortex-M4: debug registers and states (vcortexm.c), execution and exceptions
 * (vcortexm-run.c).
 */
#ifndef SWDROM_SIM_VCORTEXM_PRIV_H
#define SWDROM_SIM_VCORTEXM_PRIV_H

#include "sim/vcore.h"
#include "sim/vcortexm.h"
#include "sim/vppb.h"

#define DHCSR_KEY	  0xa05f0000u
#define DHCSR_C_DEBUGEN	  BIT(0)
#define DHCSR_C_HALT	  BIT(1)
#define DHCSR_C_STEP	  BIT(2)
#define DHCSR_C_MASKINTS  BIT(3)
#define DHCSR_C_SNAPSTALL BIT(5)
#define DHCSR_C_BITS	  0x2fu
#define DHCSR_S_REGRDY	  BIT(16)
#define DHCSR_S_HALT	  BIT(17)
#define DHCSR_S_SLEEP	  BIT(18)
#define DHCSR_S_LOCKUP	  BIT(19)
#define DHCSR_S_RETIRE	  BIT(24)
#define DHCSR_S_RESET	  BIT(25)

#define DCRSR_WRITE	  BIT(16)
#define DEMCR_CORERESET	  BIT(0)
#define DEMCR_VC_MMERR	  BIT(4)
#define DEMCR_VC_NOCPERR  BIT(5)
#define DEMCR_VC_STATERR  BIT(7)
#define DEMCR_VC_BUSERR	  BIT(8)
#define DEMCR_VC_INTERR	  BIT(9)
#define DEMCR_VC_HARDERR  BIT(10)
#define DEMCR_MASK	  0x010f07f1u
#define DEMCR_MON_BITS	  0x000f0000u
#define DEMCR_MON_EN	  BIT(16)

#define DFSR_HALTED	  BIT(0)
#define DFSR_BKPT	  BIT(1)
#define DFSR_VCATCH	  BIT(3)

#define CORE_MAX_ACTIVE	  16 /* exceptions within each other: one for each priority */

struct vcortexm {
	struct mcu *mcu;
	struct vppb *ppb; /* registers without a life of their own */
	enum core_state state;
	struct vcore_regs reg; /* while the engine runs they are its own */
	u32 dhcsr, demcr, dfsr, dcrdr;
	u64 regrdy_ps;
	u64 run_ps;	/* running since */
	u64 retire_ps;	/* nothing retired since the last read before this */
	bool retired;	/* sticky, from a run that has ended */
	bool was_reset; /* S_RESET_ST */

	/* vcortexm-run.c */
	struct vcore *engine; /* from the first instruction on */
	bool has_engine;      /* not yet known otherwise */
	bool executing;
	u64 exec_ps; /* instructions have been executed up to here */
	struct sim_event ev_slice;
	bool event; /* of WFE */
	u16 active[CORE_MAX_ACTIVE];
	unsigned int n_active;
};

/* ---- vcortexm.c ---- */

void vcortexm_set_state(struct vcortexm *c, enum core_state s, u64 t);
void vcortexm_halt(struct vcortexm *c, u32 cause, u64 t);

static inline bool vcortexm_debug_enabled(const struct vcortexm *c)
{
	return c->dhcsr & DHCSR_C_DEBUGEN;
}

/* ---- vcortexm-run.c ---- */

void vcortexm_run_init(struct vcortexm *c);
void vcortexm_run_exit(struct vcortexm *c);
/* the core is about to leave CORE_RUN, or has entered it */
void vcortexm_run_leave(struct vcortexm *c, u64 t);
void vcortexm_run_enter(struct vcortexm *c, u64 t);
/* one instruction; exceptions that it causes are taken */
void vcortexm_run_step(struct vcortexm *c, u64 t);
/* a register of the PPB was written */
void vcortexm_run_changed(struct vcortexm *c);

#endif
