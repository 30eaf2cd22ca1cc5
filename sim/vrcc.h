/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RCC, PWR and SYSCFG of the virtual STM32L476.
 */
#ifndef SWDROM_SIM_VRCC_H
#define SWDROM_SIM_VRCC_H

#include "sim/mcu-priv.h"

#define LSI_HZ 32000u /* nominal; DS10198 6.3.7: 31.04 ... 32.96 kHz at 30 degrees C */

struct vrcc *vrcc_new(struct mcu *mcu);
void vrcc_free(struct vrcc *rcc);
void vrcc_reset(struct vrcc *rcc, enum mcu_reset kind, u32 flag);
bool vrcc_enabled(const struct vrcc *rcc, unsigned int bus, unsigned int bit);
bool vrcc_held_in_reset(const struct vrcc *rcc, unsigned int bus, unsigned int bit);
/* watchdog clocking */
u32 vrcc_pclk1_hz(const struct vrcc *rcc);
void vrcc_start_lsi(struct vrcc *rcc);
/* APB wait: one PCLK cycle in ps of the bridge that serves @bus */
u64 vrcc_pclk_ps(const struct vrcc *rcc, unsigned int bus);
/* 1 or 2: PWR_CR1.VOS */
unsigned int vrcc_voltage_range(const struct vrcc *rcc);
/* SYSCFG_MEMRMP.MEM_MODE: what appears at address 0 */
unsigned int vrcc_mem_mode(const struct vrcc *rcc);
bool vrcc_banks_swapped(const struct vrcc *rcc);

#endif
