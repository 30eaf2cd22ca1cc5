/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Clocks of the STM32L4: voltage range, wait states, MSI at 48 MHz or PLL at 80 MHz, by register
 * writes alone.
 */
#ifndef SWDROM_DRIVERS_STM32L4_RCC_H
#define SWDROM_DRIVERS_STM32L4_RCC_H

#include "lib/memq.h"

#define STM32L4_RCC	     0x40021000u
#define STM32L4_RCC_AHB1ENR  0x48
#define STM32L4_RCC_AHB3RSTR 0x30
#define STM32L4_RCC_AHB2ENR  0x4c
#define STM32L4_RCC_AHB3ENR  0x50
#define STM32L4_RCC_APB2ENR  0x60

/* what was found, so that it can be put back */
struct stm32l4_clocks {
	u32 hclk_hz; /* now; where it cannot be known, the most that the part allows */
	bool has_changed_range, has_changed_msi, has_enabled_pwr, has_changed_cfgr;
	bool has_changed_latency, has_changed_pll;
	u32 rcc_cr, rcc_csr, rcc_cfgr, rcc_pllcfgr, pwr_cr1, acr;
};

enum stm32l4_boost {
	STM32L4_BOOST_NONE, /* voltage range only: erase and program need that */
	STM32L4_BOOST_MSI,  /* 48 MHz */
	STM32L4_BOOST_PLL,  /* 80 MHz; 48 MHz where the PLL does not lock */
};

int stm32l4_clocks_boost(struct memq *q, struct stm32l4_clocks *c, enum stm32l4_boost boost);
void stm32l4_clocks_restore(struct memq *q, struct stm32l4_clocks *c);

#endif
