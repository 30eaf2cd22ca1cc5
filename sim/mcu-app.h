/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The application that was running on the virtual part before anyone attached to it, as far as a
 * debugger meets what it left behind.
 */
#ifndef SWDROM_SIM_MCU_APP_H
#define SWDROM_SIM_MCU_APP_H

#include "sim/mcu-priv.h"

struct mcu_app *mcu_app_new(struct mcu *mcu);
void mcu_app_free(struct mcu_app *app);
/* it has been running for long when the bench is opened */
void mcu_app_settle(struct mcu_app *app, u64 t);
/* a reset ended; if its code is still there it starts over */
void mcu_app_restart(struct mcu_app *app, u64 t);
/* ... or a reset began */
void mcu_app_stop(struct mcu_app *app);

#endif
