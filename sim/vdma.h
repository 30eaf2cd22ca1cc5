/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DMA1 and DMA2 of the virtual STM32L476.
 */
#ifndef SWDROM_SIM_VDMA_H
#define SWDROM_SIM_VDMA_H

#include "sim/mcu-priv.h"

/* request lines that something in the bench drives */
enum dma_line { DMA_LINE_QUADSPI, DMA_LINE_ADC1, DMA_N_LINES };

struct vdma *vdma_new(struct mcu *mcu);
void vdma_free(struct vdma *d);
void vdma_reset(struct vdma *d);
/* do every transfer that falls before @t, and plan the next: also to be called after a clock changed */
void vdma_run_to(struct vdma *d, u64 t);
void vdma_set_request(struct vdma *d, enum dma_line line, bool level);
/* a line that asks once every @period_ps; 0: falls silent */
void vdma_set_periodic(struct vdma *d, enum dma_line line, u64 period_ps, u64 t);

#endif
