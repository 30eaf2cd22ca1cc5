// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Channel DMA (RM0351 11). A core halt does not stop it: a channel that the application left
 * running goes on writing to SRAM, or to the very peripherals that we are about to use.
 */
#include "drivers/stm32-dma.h"

#include <errno.h>

#define DMA_MAX_CHANNELS 8
/* DMA_CCRx: RM0351 11.6.3 */
#define DMA_CCR(ch) (0x08 + 0x14 * (ch))
#define DMA_CCR_EN  BIT(0)

/**
 * stm32_dma_stop_channels() - disable every channel that is enabled
 * @q: queue of the target; flushed
 * @regs: base of the controller, which must be clocked
 * @n_channels: how many it has
 * @running: bit n: channel n + 1 was running; written on success only
 *
 * The rest of each channel's configuration is left as it was. A channel restarts from its full
 * count (RM0351 11.4.3), so there is nothing sensible to put back later but a reset.
 */
int stm32_dma_stop_channels(struct memq *q, u32 regs, unsigned int n_channels, u32 *running)
{
	u32 ccr[DMA_MAX_CHANNELS] = { 0 }, was_running = 0;
	int ret;

	if (n_channels > DMA_MAX_CHANNELS)
		return -EINVAL;
	for (unsigned int ch = 0; ch < n_channels; ch++)
		memq_read32(q, regs + DMA_CCR(ch), &ccr[ch]);
	ret = memq_flush(q);
	if (ret)
		return ret;
	for (unsigned int ch = 0; ch < n_channels; ch++) {
		if (!(ccr[ch] & DMA_CCR_EN))
			continue;
		memq_write32(q, regs + DMA_CCR(ch), ccr[ch] & ~DMA_CCR_EN);
		was_running |= BIT(ch);
	}
	ret = memq_flush(q);
	if (!ret)
		*running = was_running;
	return ret;
}
