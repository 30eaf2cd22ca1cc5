/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CRC unit of the virtual STM32L476.
 */
#ifndef SWDROM_SIM_VCRC_H
#define SWDROM_SIM_VCRC_H

#include "sim/mcu-priv.h"

struct vcrc *vcrc_new(struct mcu *mcu);
void vcrc_free(struct vcrc *c);
void vcrc_reset(struct vcrc *c);

#endif
