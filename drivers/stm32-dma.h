/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Channel DMA of STM32L4, G4, G0, WB, L1, F1: the little that a programmer needs of it.
 */
#ifndef SWDROM_DRIVERS_STM32_DMA_H
#define SWDROM_DRIVERS_STM32_DMA_H

#include "lib/memq.h"

int stm32_dma_stop_channels(struct memq *q, u32 regs, unsigned int n_channels, u32 *running);

#endif
