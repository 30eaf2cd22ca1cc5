// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checksums of the external flash: the CRC unit's DMA reads the memory-mapped window while the
 * prefetcher streams the chip, some 12 MB/s on four lines at 24 MHz against 1.3 MB/s over a wire
 * at 15 MHz. The wire touches nothing of the QUADSPI until the mode is left again.
 */
#include "drivers/stm32-quadspi-priv.h"

#include <errno.h>
#include <inttypes.h>

/* HCLK cycles of a word from the bus into CRC_DR, on the safe side: DMA 8, bus and CRC unit 8 */
#define DMA_WORD_CYCLES 16u
#define DMA_TYP_CYCLES	8u

static u64 hclk_ps(const struct stm32_quadspi *qs, u64 cycles)
{
	return DIV_ROUND_UP(cycles * 1000000, max(qs->d.kernel_hz / 1000000, 1u));
}

/* a guess: SPI clocks of a word and the DMA's work one after the other, though they overlap */
static void set_up_source(struct stm32_quadspi *qs, const struct spi_mem_op *op)
{
	u64 cycles = data_clocks(qs, op, 4);

	if (qs->crc_src.is_measured && qs->crc_hz == qs->mem.hz && qs->crc_cycles == cycles)
		return;
	qs->crc_src = (struct stm32_crc_source){
		.base = qs->d.window,
		.ps_per_word = clocks_ns(qs, cycles * 1000) + hclk_ps(qs, DMA_WORD_CYCLES),
		/* a new command: NCS high, the header, and the FIFO's first word */
		.start_ns = clocks_ns(qs, spi_mem_header_cycles(op) + cycles + 16) + USEC_NS,
	};
	qs->crc_hz = qs->mem.hz;
	qs->crc_cycles = cycles;
}

/* the prefetcher keeps the lines busy: a word is done when its clocks are, or when the DMA is */
void quadspi_checksum_costs(const struct spi_mem *mem, const struct spi_mem_op *op,
			    struct mtd_info *mtd)
{
	const struct stm32_quadspi *qs = to_quadspi(mem);
	struct stm32_crc_source src = qs->crc_src;
	u64 cycles = data_clocks(qs, op, 4);

	if (!qs->d.crc)
		return;
	src.is_measured = src.is_measured && qs->crc_hz == mem->hz && qs->crc_cycles == cycles;
	stm32_crc_costs(&src, mem->q,
			max(clocks_ns(qs, cycles * 1000), hclk_ps(qs, DMA_TYP_CYCLES)), mtd);
}

int quadspi_dirmap_checksum(struct spi_mem *mem, const struct spi_mem_op *op,
			    struct mtd_crc *pieces, size_t n)
{
	struct stm32_quadspi *qs = to_quadspi(mem);
	int rc;

	for (size_t i = 0; i < n; i++)
		if (pieces[i].from > qs->d.window_size ||
		    pieces[i].len > qs->d.window_size - pieces[i].from)
			return err_set(err_of(qs), -EOPNOTSUPP, "compare by reading",
				       "0x%" PRIx64 " of the flash lies behind the window of %s",
				       pieces[i].from, mem->name);
	if (!qs->d.crc)
		return err_set(err_of(qs), -EOPNOTSUPP, "compare by reading",
			       "no CRC unit is known for this target");
	if (qs->maybe_busy) {
		rc = quadspi_quiesce(qs);
		if (rc)
			return rc;
	}
	set_up_source(qs, op);
	quadspi_queue_enter_mapped(qs, mem->q, op);
	rc = stm32_crc_sum(qs->d.crc, mem->q, &qs->crc_src, pieces, n);
	if (rc) {
		quadspi_give_up(qs);
		return rc;
	}
	return quadspi_leave_mapped(qs, op);
}
