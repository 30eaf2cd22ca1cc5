// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Winbond W25Q. QE is SR2 bit 1, written by 31h (on all) or by 01h with two bytes; 50h makes a
 * status write volatile. BP in SR1 4:2 with TB and SEC up to 128 Mbit, 5:2 with TB from 256 Mbit;
 * CMP in SR2, WPS in SR3 where there is one. One ID covers several generations: rows take the
 * slower times, SFDP knows better where the chip has it.
 */
#include "chips/nor-vendors.h"

/* W25Q32JV, W25Q64JV, W25Q128FV/JV data sheets */
#define W25Q_TIMES(_pp_us, _chip_typ_s, _chip_max_s)                                       \
	{                                                                                  \
		.pp_us = { _pp_us, 3000 }, .erase_4k_ms = { 45, 400 },                     \
		.erase_32k_ms = { 120, 1600 }, .erase_64k_ms = { 150, 2000 }, .chip_ms = { \
			(_chip_typ_s)*1000,                                                \
			(_chip_max_s)*1000                                                 \
		}                                                                          \
	}

static bool is_w25q256jv(const u8 *id, const struct sfdp_info *sfdp)
{
	(void)id;
	return sfdp && sfdp->bfpt.n_dwords >= 16;
}

/* a ZD25Q128C says 2 MiB under this ID, and its own density is 16 MiB as the ID says */
static void w25q128_fixup(struct nor_params *p, const struct sfdp_info *sfdp)
{
	(void)sfdp;
	p->size = MIB(16);
}

/* clang-format off */
static const struct nor_part winbond_parts[] = {
	{ NOR_ID(0xef, 0x40, 0x12), .name = "w25q20cl", .size = KIB(256),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0xef, 0x40, 0x13), .name = "w25q40cl", .size = KIB(512),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0xef, 0x40, 0x14), .name = "w25q80dv", .size = MIB(1),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104,
	  .times = W25Q_TIMES(700, 2, 6) },
	{ NOR_ID(0xef, 0x40, 0x15), .name = "w25q16jv", .size = MIB(2),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104,
	  .times = W25Q_TIMES(700, 5, 25) },
	{ NOR_ID(0xef, 0x40, 0x16), .name = "w25q32jv", .size = MIB(4),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_HAS_WPS, .max_mhz = 104,
	  .times = W25Q_TIMES(700, 10, 50) },
	{ NOR_ID(0xef, 0x40, 0x17), .name = "w25q64jv", .size = MIB(8),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_HAS_WPS, .max_mhz = 104,
	  .times = W25Q_TIMES(700, 20, 100) },
	{ NOR_ID(0xef, 0x40, 0x18), .name = "w25q128jv", .size = MIB(16),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_HAS_WPS, .max_mhz = 104, .fixup = w25q128_fixup,
	  .times = W25Q_TIMES(700, 40, 200) },
	/* one ID, two chips: JV has SFDP 1.5 or later and 4-byte opcodes for everything */
	{ NOR_ID(0xef, 0x40, 0x19), .name = "w25q256jv", .size = MIB(32),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_4B_OPS, .max_mhz = 133, .match = is_w25q256jv, .bp = NOR_BP4_TB6,
	  .times = W25Q_TIMES(700, 80, 400) },
	{ NOR_ID(0xef, 0x40, 0x19), .name = "w25q256fv", .size = MIB(32),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104, .fourbyte = NOR_4B_WREN_EN4B, .bp = NOR_BP4_TB6,
	  .times = W25Q_TIMES(700, 80, 400) },
	{ NOR_ID(0xef, 0x40, 0x20), .name = "w25q512jv", .size = MIB(64),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_4B_OPS, .max_mhz = 133, .bp = NOR_BP4_TB6,
	  .times = W25Q_TIMES(700, 192, 1000) },
	{ NOR_ID(0xef, 0x60, 0x15), .name = "w25q16dw", .size = MIB(2),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0xef, 0x60, 0x16), .name = "w25q32dw", .size = MIB(4),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0xef, 0x60, 0x17), .name = "w25q64dw", .size = MIB(8),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0xef, 0x60, 0x18), .name = "w25q128fw", .size = MIB(16),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0xef, 0x70, 0x15), .name = "w25q16jv-m", .size = MIB(2),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_HAS_WPS, .max_mhz = 133,
	  .times = W25Q_TIMES(400, 5, 25) },
	{ NOR_ID(0xef, 0x70, 0x16), .name = "w25q32jv-m", .size = MIB(4),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_HAS_WPS, .max_mhz = 133,
	  .times = W25Q_TIMES(400, 10, 50) },
	{ NOR_ID(0xef, 0x70, 0x17), .name = "w25q64jv-m", .size = MIB(8),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_HAS_WPS, .max_mhz = 133,
	  .times = W25Q_TIMES(400, 20, 100) },
	{ NOR_ID(0xef, 0x70, 0x18), .name = "w25q128jv-m", .size = MIB(16),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_HAS_WPS, .max_mhz = 133,
	  .times = W25Q_TIMES(400, 40, 200) },
	{ NOR_ID(0xef, 0x70, 0x19), .name = "w25q256jv-m", .size = MIB(32),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_4B_OPS, .max_mhz = 133, .bp = NOR_BP4_TB6,
	  .times = W25Q_TIMES(700, 80, 400) },
	{ NOR_ID(0xef, 0x70, 0x20), .name = "w25q512jv-m", .size = MIB(64),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_4B_OPS, .max_mhz = 133, .bp = NOR_BP4_TB6,
	  .times = W25Q_TIMES(700, 192, 1000) },
};
/* clang-format on */

static void winbond_defaults(struct nor_params *p, const struct nor_part *part)
{
	p->qe = NOR_QE_SR2_B1_31;
	p->volatile_sr = true;
	if (!part || part->bp == NOR_BP_UNKNOWN)
		p->bp = part && part->size <= MIB(16) ? NOR_BP3_TB5_SEC6 : NOR_BP4_TB6;
	p->slow_read_max_hz = 50000000; /* 03h: 50 MHz */
}

const struct nor_vendor nor_winbond = {
	.name = "Winbond",
	.id = 0xef,
	.parts = winbond_parts,
	.n_parts = ARRAY_SIZE(winbond_parts),
	.defaults = winbond_defaults,
};
