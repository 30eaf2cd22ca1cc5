// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ISSI IS25LP and IS25WP. QE is SR bit 6, BP in SR 5:2, top or bottom in the function register (48h)
 * bit 1. Dummy cycles: read register bits 6:3, 0 = default, which a reset brings back.
 */
#include "chips/nor-vendors.h"

/* IS25LP064, IS25LP256 data sheets; SFDP of IS25LP128 */
#define IS25_TIMES(_chip_typ_s, _chip_max_s)                                                       \
	{                                                                                          \
		.pp_us = { 200, 1200 }, .erase_4k_ms = { 100, 672 }, .erase_32k_ms = { 144, 864 }, \
		.erase_64k_ms = { 176, 1056 }, .chip_ms = {                                        \
			(_chip_typ_s)*1000,                                                        \
			(_chip_max_s)*1000                                                         \
		}                                                                                  \
	}

/* clang-format off */
static const struct nor_part issi_parts[] = {
	{ NOR_ID(0x9d, 0x60, 0x14), .name = "is25lp080", .size = MIB(1),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 133,
	  .times = IS25_TIMES(2, 8) },
	{ NOR_ID(0x9d, 0x60, 0x15), .name = "is25lp016", .size = MIB(2),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 133,
	  .times = IS25_TIMES(4, 15) },
	{ NOR_ID(0x9d, 0x60, 0x16), .name = "is25lp032", .size = MIB(4),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 133,
	  .times = IS25_TIMES(8, 30) },
	{ NOR_ID(0x9d, 0x60, 0x17), .name = "is25lp064", .size = MIB(8),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 133,
	  .times = IS25_TIMES(16, 60) },
	{ NOR_ID(0x9d, 0x60, 0x18), .name = "is25lp128", .size = MIB(16),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 133,
	  .times = IS25_TIMES(36, 150) },
	/* the table of this chip claims 3-byte addresses only */
	{ NOR_ID(0x9d, 0x60, 0x19), .name = "is25lp256", .size = MIB(32),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_4B_OPS, .max_mhz = 133,
	  .times = IS25_TIMES(70, 180) },
	{ NOR_ID(0x9d, 0x60, 0x1a), .name = "is25lp512", .size = MIB(64),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_4B_OPS, .max_mhz = 133,
	  .times = IS25_TIMES(140, 360) },
	{ NOR_ID(0x9d, 0x70, 0x14), .name = "is25wp080", .size = MIB(1),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 133,
	  .times = IS25_TIMES(2, 8) },
	{ NOR_ID(0x9d, 0x70, 0x15), .name = "is25wp016", .size = MIB(2),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 133,
	  .times = IS25_TIMES(4, 15) },
	{ NOR_ID(0x9d, 0x70, 0x16), .name = "is25wp032", .size = MIB(4),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 133,
	  .times = IS25_TIMES(8, 30) },
	{ NOR_ID(0x9d, 0x70, 0x17), .name = "is25wp064", .size = MIB(8),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 133,
	  .times = IS25_TIMES(16, 60) },
	{ NOR_ID(0x9d, 0x70, 0x18), .name = "is25wp128", .size = MIB(16),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 133,
	  .times = IS25_TIMES(36, 150) },
	{ NOR_ID(0x9d, 0x70, 0x19), .name = "is25wp256", .size = MIB(32),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_4B_OPS, .max_mhz = 133,
	  .times = IS25_TIMES(70, 180) },
	{ NOR_ID(0x9d, 0x70, 0x1a), .name = "is25wp512", .size = MIB(64),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_4B_OPS, .max_mhz = 133,
	  .times = IS25_TIMES(140, 360) },
};
/* clang-format on */

static void issi_defaults(struct nor_params *p, const struct nor_part *part)
{
	(void)part;
	p->qe = NOR_QE_SR1_B6;
	p->bp = NOR_BP4_TBS_FR1;
}

const struct nor_vendor nor_issi = {
	.name = "ISSI",
	.id = 0x9d,
	.parts = issi_parts,
	.n_parts = ARRAY_SIZE(issi_parts),
	.defaults = issi_defaults,
};
