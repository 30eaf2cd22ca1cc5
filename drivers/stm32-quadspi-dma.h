/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A channel of the STM32's DMA that moves a staged page from SRAM into the QUADSPI FIFO.
 */
#ifndef SWDROM_DRIVERS_STM32_QUADSPI_DMA_H
#define SWDROM_DRIVERS_STM32_QUADSPI_DMA_H

#include "lib/memq.h"

#define QUADSPI_STAGE_SIZE 512u /* the largest page of the chips in the tables */

/* all zero: this family's DMA is not used */
struct stm32_quadspi_dma_desc {
	u32 regs;		 /* of DMA1 or DMA2; channel DMA with CSELR (L4) */
	u32 rcc_enr, rcc_en_bit; /* address; mask */
	u8 channel, request;	 /* that QUADSPI asks on: channel 1..7, code for CSELR */
	u32 stage;		 /* QUADSPI_STAGE_SIZE bytes of SRAM; put back at the end */
};

struct stm32_quadspi_dma {
	struct stm32_quadspi_dma_desc d;
	u32 dr; /* address of the FIFO */
	bool open;
	u32 found_rcc_enr, found_cselr;
	u32 found_ccr, found_cndtr, found_cpar, found_cmar;
	u8 found_stage[QUADSPI_STAGE_SIZE];
};

/* clock, request line, SRAM saved. 1: usable, 0: this DMA does not answer, -errno */
int stm32_quadspi_dma_open(struct stm32_quadspi_dma *dma, struct memq *q);
/* everything as it was found, but the channel stays stopped; errors are the queue's */
void stm32_quadspi_dma_close(struct stm32_quadspi_dma *dma, struct memq *q);
/* queue @len bytes into the staging area, and the channel's set-up when @total are there */
void stm32_quadspi_dma_stage(struct stm32_quadspi_dma *dma, struct memq *q, u32 offset,
			     const u8 *buf, u32 len, u32 total);
/* queue the start: from now on the channel serves QUADSPI's requests */
void stm32_quadspi_dma_go(struct stm32_quadspi_dma *dma, struct memq *q);

#endif
