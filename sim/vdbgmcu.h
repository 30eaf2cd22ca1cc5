/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DBGMCU of the virtual STM32L476.
 */
#ifndef SWDROM_SIM_VDBGMCU_H
#define SWDROM_SIM_VDBGMCU_H

#include "sim/mcu-priv.h"

#define DBGMCU_BASE 0xe0042000u

struct vdbgmcu *vdbgmcu_new(struct mcu *mcu);
void vdbgmcu_free(struct vdbgmcu *dbg);
void vdbgmcu_reset(struct vdbgmcu *dbg, enum mcu_reset kind);
enum bus_resp vdbgmcu_access(struct vdbgmcu *dbg, struct bus_xact *x);
bool vdbgmcu_sleep(const struct vdbgmcu *dbg);
bool vdbgmcu_stop(const struct vdbgmcu *dbg);
/* counters stand still while the core is halted */
bool vdbgmcu_freezes_iwdg(const struct vdbgmcu *dbg);
bool vdbgmcu_freezes_wwdg(const struct vdbgmcu *dbg);

#endif
