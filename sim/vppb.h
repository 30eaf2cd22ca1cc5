/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Private peripheral bus of the virtual Cortex-M4: what stores and identifies rather than acts.
 */
#ifndef SWDROM_SIM_VPPB_H
#define SWDROM_SIM_VPPB_H

#include "sim/mcu-priv.h"

struct vppb;

struct vppb *vppb_new(struct mcu *mcu, struct vcortexm *core);
void vppb_free(struct vppb *ppb);
void vppb_reset(struct vppb *ppb, enum mcu_reset kind);
enum bus_resp vppb_access(struct vppb *ppb, struct bus_xact *x);
/* settle the cycle counter before the core's state changes */
void vppb_sync(struct vppb *ppb, u64 t);
void vppb_set_prigroup(struct vppb *ppb, u32 bits);
/* an ITM stimulus port, written with any size; what was written so far */
enum bus_resp vppb_stimulus(struct vppb *ppb, const struct bus_xact *x);
const char *vppb_itm_text(const struct vppb *ppb, size_t *len);
/* towards the running core */
unsigned int vppb_breakpoints(const struct vppb *ppb, u32 *addr);
void vppb_add_fault(struct vppb *ppb, u32 cfsr, u32 hfsr);
bool vppb_any_pending(const struct vppb *ppb);
void vppb_unpend(struct vppb *ppb, unsigned int n);

#endif
