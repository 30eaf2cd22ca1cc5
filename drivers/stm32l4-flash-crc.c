// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checksums of the STM32L4's internal flash, by its CRC unit. What ECC finds meanwhile stands in
 * FLASH_ECCR, which is looked at and cleared after each piece: broken cells may compare equal once,
 * so such a piece has no checksum and is read instead.
 */
#include "drivers/stm32l4-flash-priv.h"

#include <errno.h>

/* a word through DMA and CRC unit, on the safe side: three times what is usual at 16 MHz */
#define GUESS_PS_PER_WORD (2 * 1000 * 1000)

/* DMA and CRC unit take 8 HCLK cycles, and the flash its wait states */
static void set_costs(struct stm32l4_flash *fl)
{
	u64 hz = max(fl->desc.hclk_hz, 1000000u);

	stm32_crc_costs(&fl->crc_src, fl->mtd.q, (8 + fl->desc.latency) * 1000000 / (hz / 1000000),
			&fl->mtd);
}

/**
 * stm32l4_checksum() - mtd_ops.checksum of the internal flash
 * @mtd: of a struct stm32l4_flash, prepared
 * @pieces: whole words
 * @n: of them, at least 1
 */
int stm32l4_checksum(struct mtd_info *mtd, struct mtd_crc *pieces, size_t n)
{
	struct stm32l4_flash *fl = to_flash(mtd);
	struct err *err = &mtd->ctx->err;
	int ret = 0;

	if (!fl->desc.crc)
		return err_set(err, -EOPNOTSUPP, "compare by reading",
			       "no CRC unit is known for this target");
	for (size_t i = 0; i < n && !ret; i++)
		ret = stm32l4_check_readable(&fl->desc, pieces[i].from, pieces[i].len, err);
	if (ret)
		return ret;
	fl->crc_src.flags_clear = fl->eccie | FLASH_ECCR_ECCC | FLASH_ECCR_ECCD;
	ret = stm32_crc_sum(fl->desc.crc, mtd->q, &fl->crc_src, pieces, n);
	if (!ret)
		set_costs(fl);
	return ret;
}

/* stm32l4_checksum_init() - where the flash is, and what a checksum of it is expected to cost */
void stm32l4_checksum_init(struct stm32l4_flash *fl)
{
	if (!fl->desc.crc)
		return;
	fl->crc_src = (struct stm32_crc_source){
		.base = fl->desc.base,
		.ps_per_word = GUESS_PS_PER_WORD,
		.start_ns = USEC_NS,
		.flags = reg(fl, FLASH_ECCR),
		.flags_mask = FLASH_ECCR_ECCC | FLASH_ECCR_ECCD,
	};
	set_costs(fl);
}
