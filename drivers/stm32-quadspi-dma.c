// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * DMA from SRAM to QUADSPI (RM0351 chapter 11, table of DMA1 requests).
 *
 * A page of 256 bytes takes 64 words, 200 us at 15 MHz, to come over SWD. Written straight into the
 * FIFO they add to the time that the NOR programs; staged in SRAM they travel while it programs the
 * page before, and the DMA moves them in some 20 us.
 */
#include "drivers/stm32-quadspi-dma.h"

/* channel x at 0x14 * (x - 1) */
#define DMA_CCR(_ch)	 (0x08 + 0x14 * ((_ch)-1u))
#define DMA_CNDTR(_ch)	 (0x0c + 0x14 * ((_ch)-1u))
#define DMA_CPAR(_ch)	 (0x10 + 0x14 * ((_ch)-1u))
#define DMA_CMAR(_ch)	 (0x14 + 0x14 * ((_ch)-1u))
#define DMA_CSELR	 0xa8 /* four bits a channel: which peripheral it serves */

#define DMA_CCR_EN	 BIT(0)
#define DMA_CCR_DIR	 BIT(4) /* read from memory */
#define DMA_CCR_MINC	 BIT(7)
#define DMA_CCR_PSIZE_32 FIELD_PREP(GENMASK(9, 8), 2)
#define DMA_CCR_MSIZE_32 FIELD_PREP(GENMASK(11, 10), 2)
#define DMA_CCR_PL_HIGH	 FIELD_PREP(GENMASK(13, 12), 3)
#define DMA_CCR_TO_DR \
	(DMA_CCR_DIR | DMA_CCR_MINC | DMA_CCR_PSIZE_32 | DMA_CCR_MSIZE_32 | DMA_CCR_PL_HIGH)

int stm32_quadspi_dma_open(struct stm32_quadspi_dma *dma, struct memq *q)
{
	const struct stm32_quadspi_dma_desc *d = &dma->d;
	unsigned int shift = 4 * (d->channel - 1u);
	u32 back[2];
	int rc;

	memq_read32(q, d->rcc_enr, &dma->found_rcc_enr);
	memq_read(q, d->stage, dma->found_stage, sizeof(dma->found_stage));
	rc = memq_flush(q);
	if (rc)
		return rc;
	memq_write32(q, d->rcc_enr, dma->found_rcc_enr | d->rcc_en_bit);
	memq_read32(q, d->regs + DMA_CSELR, &dma->found_cselr);
	memq_read32(q, d->regs + DMA_CCR(d->channel), &dma->found_ccr);
	memq_read32(q, d->regs + DMA_CNDTR(d->channel), &dma->found_cndtr);
	memq_read32(q, d->regs + DMA_CPAR(d->channel), &dma->found_cpar);
	memq_read32(q, d->regs + DMA_CMAR(d->channel), &dma->found_cmar);
	rc = memq_flush(q);
	if (rc)
		return rc;
	dma->open = true;
	memq_write32(q, d->regs + DMA_CCR(d->channel), 0);
	memq_write32(q, d->regs + DMA_CSELR,
		     (dma->found_cselr & ~(0xfu << shift)) | (u32)d->request << shift);
	memq_write32(q, d->regs + DMA_CPAR(d->channel), dma->dr);
	memq_write32(q, d->regs + DMA_CMAR(d->channel), d->stage);
	memq_read32(q, d->regs + DMA_CSELR, &back[0]);
	memq_read32(q, d->regs + DMA_CMAR(d->channel), &back[1]);
	rc = memq_flush(q);
	if (rc)
		return rc;
	return (back[0] >> shift & 0xf) == d->request && back[1] == d->stage;
}

void stm32_quadspi_dma_close(struct stm32_quadspi_dma *dma, struct memq *q)
{
	const struct stm32_quadspi_dma_desc *d = &dma->d;
	u32 enr = 0;

	if (!dma->open)
		return;
	dma->open = false;
	memq_read32(q, d->rcc_enr, &enr);
	memq_write32(q, d->regs + DMA_CCR(d->channel), dma->found_ccr & ~DMA_CCR_EN);
	memq_write32(q, d->regs + DMA_CNDTR(d->channel), dma->found_cndtr);
	memq_write32(q, d->regs + DMA_CPAR(d->channel), dma->found_cpar);
	memq_write32(q, d->regs + DMA_CMAR(d->channel), dma->found_cmar);
	memq_write32(q, d->regs + DMA_CSELR, dma->found_cselr);
	memq_write(q, d->stage, dma->found_stage, sizeof(dma->found_stage));
	if (!memq_flush(q))
		target_write32(q, d->rcc_enr, enr & ~(d->rcc_en_bit & ~dma->found_rcc_enr));
}

void stm32_quadspi_dma_stage(struct stm32_quadspi_dma *dma, struct memq *q, u32 offset,
			     const u8 *buf, u32 len, u32 total)
{
	const struct stm32_quadspi_dma_desc *d = &dma->d;

	memq_write(q, d->stage + offset, buf, len);
	if (offset + len < total)
		return;
	/*
	 * The addresses stay: what counts up is inside, and starts from them again when the channel is
	 * enabled (RM0351 11.4.4)
	 */
	memq_write32(q, d->regs + DMA_CCR(d->channel), 0);
	memq_write32(q, d->regs + DMA_CNDTR(d->channel), total / 4);
}

void stm32_quadspi_dma_go(struct stm32_quadspi_dma *dma, struct memq *q)
{
	const struct stm32_quadspi_dma_desc *d = &dma->d;

	memq_write32(q, d->regs + DMA_CCR(d->channel), DMA_CCR_TO_DR | DMA_CCR_EN);
}
