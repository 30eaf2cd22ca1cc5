/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cortex-M through its debug registers: halt, reset, vector catch, run (ARMv7-M ARM, C1.6).
 */
#ifndef SWDROM_LIB_CORTEXM_H
#define SWDROM_LIB_CORTEXM_H

#include "lib/adiv5.h"
#include "lib/memq.h"

struct cortexm {
	struct memq *q;
	struct dap *dap;
	u32 cpuid;
	bool was_running;    /* at attach */
	u32 demcr_at_attach; /* put back at detach */
	bool expects_reset;  /* one that we asked for */
	bool was_reset;	     /* seen when a bus fault was explained */
};

/* cortexm_attach() - CPUID, C_DEBUGEN; throws the sticky bits of DHCSR away */
int cortexm_attach(struct cortexm *cm, struct dap *dap, struct memq *q);
/* with nRST held, before cortexm_attach(): the release halts the core at its reset vector */
int cortexm_arm_reset_catch(struct memq *q, u32 *demcr);
int cortexm_halt(struct cortexm *cm);
/* system reset (SYSRESETREQ, or nRST if that fails) into the reset vector, halted there */
int cortexm_reset_halt(struct cortexm *cm);
/* system reset and run freely; debug enable is left off */
int cortexm_reset_run(struct cortexm *cm);
/* DHCSR.S_RESET_ST since the last look; sets no error */
bool cortexm_saw_reset(struct cortexm *cm);
/* core register by DCRSR number (halted) */
int cortexm_read_reg(struct cortexm *cm, u8 regsel, u32 *val);
int cortexm_write_reg(struct cortexm *cm, u8 regsel, u32 val);
/* all debug state as it was found; core resumed if @resume. Errors are logged, not returned */
void cortexm_detach(struct cortexm *cm, bool resume);

#endif
