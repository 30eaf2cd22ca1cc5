/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Independent and window watchdog of the virtual STM32L476.
 */
#ifndef SWDROM_SIM_VWDG_H
#define SWDROM_SIM_VWDG_H

#include "sim/mcu-priv.h"

struct vwdg *vwdg_new(struct mcu *mcu);
void vwdg_free(struct vwdg *wdg);
void vwdg_reset(struct vwdg *wdg, enum mcu_reset kind, u64 t);
/* count up to @t with the conditions that held so far; call before they change */
void vwdg_sync(struct vwdg *wdg, u64 t);
/* then: when does the next watchdog bite */
void vwdg_plan(struct vwdg *wdg, u64 t);
/* the application starts the IWDG with these values; 12-bit @reload */
void vwdg_start_iwdg(struct vwdg *wdg, unsigned int prescaler_code, unsigned int reload, u64 t);

#endif
