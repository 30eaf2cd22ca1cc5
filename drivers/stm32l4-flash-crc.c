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
	if (!fl->crc_src.flags)
		fl->crc_src = (struct stm32_crc_source){
			.base = fl->desc.base,
			.ps_per_word = GUESS_PS_PER_WORD,
			.start_ns = USEC_NS,
			.flags = reg(fl, FLASH_ECCR),
			.flags_mask = FLASH_ECCR_ECCC | FLASH_ECCR_ECCD,
			.flags_clear = fl->eccie | FLASH_ECCR_ECCC | FLASH_ECCR_ECCD,
		};
	return stm32_crc_sum(fl->desc.crc, mtd->q, &fl->crc_src, pieces, n);
}
