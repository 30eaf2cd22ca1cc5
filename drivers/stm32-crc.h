/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CRC unit of the STM32, fed by memory-to-memory DMA: checksums of whatever is on the bus.
 */
#ifndef SWDROM_DRIVERS_STM32_CRC_H
#define SWDROM_DRIVERS_STM32_CRC_H

#include "lib/mtd.h"

/* all zero: this family has none that is known to us */
struct stm32_crc_desc {
	u32 regs;		 /* of a CRC unit with INIT, POL and REV bits (not F1, F4, L1) */
	u32 dma;		 /* of a channel DMA */
	u8 channel;		 /* of it: 1..7; no request line is needed */
	u32 rcc_enr, rcc_en_bit; /* address; mask of both clocks */
};

struct stm32_crc {
	struct stm32_crc_desc d;
	bool open;
	bool is_useless; /* it was tried, and does not work */
	u32 found_rcc_enr;
	u32 found_cr, found_init, found_pol, found_dr; /* of the CRC unit */
	u32 found_ccr, found_cndtr, found_cpar, found_cmar;
};

/* what is to be summed */
struct stm32_crc_source {
	u32 base;	 /* bus address of offset 0 */
	u64 ps_per_word; /* time of one word: a guess on the safe side, then what was measured */
	bool is_measured;
	u64 start_ns; /* until the first word is there, at most */
	/* a status register that tells of broken cells, and how its bits are cleared; 0: none */
	u32 flags, flags_mask, flags_clear;
};

/**
 * stm32_crc_sum() - checksums of pieces, as mtd_ops.checksum
 * @c: desc set; opened if it was not yet
 * @q: queue of the target; flushed
 * @src: where the pieces are; what is learned of its speed is kept there
 * @pieces: crc and is_unsure are filled in
 * @n: of them
 *
 * Return: 0; -EOPNOTSUPP where unit or DMA do not do what they should; errors of the debug port.
 */
int stm32_crc_sum(struct stm32_crc *c, struct memq *q, struct stm32_crc_source *src,
		  struct mtd_crc *pieces, size_t n);
/* stm32_crc_costs() - the mtd's figures for estimates; @ps_per_word: as measured, or expected */
void stm32_crc_costs(const struct stm32_crc_source *src, const struct memq *q, u64 ps_per_word,
		     struct mtd_info *mtd);
/* stm32_crc_close() - unit, channel and clocks as they were found, the channel stopped */
void stm32_crc_close(struct stm32_crc *c, struct memq *q);

#endif
