// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Eon EN25 and ESMT F25. EN25Q, EN25QH and EN25S have no quad enable bit: EBh works always, while SR
 * bit 6 (WHDIS) takes WP# and HOLD# away. Their BP tables differ from part to part, and EN25P shares
 * its IDs with EN25B, whose blocks have other sizes: neither is here.
 */
#include "chips/nor-vendors.h"

/* clang-format off */
static const struct nor_part eon_parts[] = {
	{ NOR_ID(0x1c, 0x30, 0x13), .name = "en25q40", .size = KIB(512),
	  .flags = NOR_E4_64 | NOR_QUAD_IO, .max_mhz = 104 },
	{ NOR_ID(0x1c, 0x30, 0x14), .name = "en25q80", .size = MIB(1),
	  .flags = NOR_E4_64 | NOR_QUAD_IO, .max_mhz = 104 },
	{ NOR_ID(0x1c, 0x30, 0x15), .name = "en25q16", .size = MIB(2),
	  .flags = NOR_E4_64 | NOR_QUAD_IO, .max_mhz = 104 },
	{ NOR_ID(0x1c, 0x30, 0x16), .name = "en25q32", .size = MIB(4),
	  .flags = NOR_E4_64 | NOR_QUAD_IO, .max_mhz = 104,
	  .times = NOR_TIMES(800, 5000, 50, 300, 0, 0, 400, 2000, 15, 50) },
	{ NOR_ID(0x1c, 0x30, 0x17), .name = "en25q64", .size = MIB(8),
	  .flags = NOR_E4_64 | NOR_QUAD_IO, .max_mhz = 104 },
	{ NOR_ID(0x1c, 0x30, 0x18), .name = "en25q128", .size = MIB(16),
	  .flags = NOR_E4_64 | NOR_QUAD_IO, .max_mhz = 104,
	  .times = NOR_TIMES(500, 5000, 250, 800, 0, 0, 700, 3000, 170, 250) },
	{ NOR_ID(0x1c, 0x31, 0x10), .name = "en25f05", .size = KIB(64),
	  .flags = NOR_ERASE_4K | NOR_ERASE_32K | NOR_ERASE_32K_D8, .uid = NOR_UID_NONE },
	{ NOR_ID(0x1c, 0x31, 0x11), .name = "en25f10", .size = KIB(128),
	  .flags = NOR_ERASE_4K | NOR_ERASE_32K | NOR_ERASE_32K_D8, .uid = NOR_UID_NONE },
	{ NOR_ID(0x1c, 0x31, 0x12), .name = "en25f20", .size = KIB(256),
	  .flags = NOR_E4_64, .uid = NOR_UID_NONE },
	{ NOR_ID(0x1c, 0x31, 0x13), .name = "en25f40", .size = KIB(512),
	  .flags = NOR_E4_64, .uid = NOR_UID_NONE },
	{ NOR_ID(0x1c, 0x31, 0x14), .name = "en25f80", .size = MIB(1),
	  .flags = NOR_E4_64, .uid = NOR_UID_NONE },
	{ NOR_ID(0x1c, 0x31, 0x15), .name = "en25f16", .size = MIB(2),
	  .flags = NOR_E4_64, .uid = NOR_UID_NONE },
	{ NOR_ID(0x1c, 0x31, 0x16), .name = "en25f32", .size = MIB(4),
	  .flags = NOR_E4_64, .uid = NOR_UID_NONE },
	{ NOR_ID(0x1c, 0x31, 0x17), .name = "en25f64", .size = MIB(8),
	  .flags = NOR_E4_64, .uid = NOR_UID_NONE },
	{ NOR_ID(0x1c, 0x38, 0x11), .name = "en25s10", .size = KIB(128),
	  .flags = NOR_ERASE_4K | NOR_ERASE_32K | NOR_QUAD_IO, .max_mhz = 104 },
	{ NOR_ID(0x1c, 0x38, 0x12), .name = "en25s20", .size = KIB(256),
	  .flags = NOR_E4_64 | NOR_QUAD_IO, .max_mhz = 104 },
	{ NOR_ID(0x1c, 0x38, 0x13), .name = "en25s40", .size = KIB(512),
	  .flags = NOR_E4_64 | NOR_QUAD_IO, .max_mhz = 104 },
	{ NOR_ID(0x1c, 0x38, 0x14), .name = "en25s80", .size = MIB(1),
	  .flags = NOR_E4_64 | NOR_QUAD_IO, .max_mhz = 104 },
	/* sources differ about what D8h and 52h erase */
	{ NOR_ID(0x1c, 0x38, 0x15), .name = "en25s16", .size = MIB(2),
	  .flags = NOR_ERASE_4K | NOR_QUAD_IO, .max_mhz = 104 },
	{ NOR_ID(0x1c, 0x38, 0x16), .name = "en25s32", .size = MIB(4),
	  .flags = NOR_E4_32_64 | NOR_QUAD_IO, .max_mhz = 104 },
	{ NOR_ID(0x1c, 0x38, 0x17), .name = "en25s64", .size = MIB(8),
	  .flags = NOR_E4_64 | NOR_QUAD_IO, .max_mhz = 104 },
	{ NOR_ID(0x1c, 0x70, 0x15), .name = "en25qh16", .size = MIB(2),
	  .flags = NOR_E4_64 | NOR_QUAD_IO, .max_mhz = 104 },
	{ NOR_ID(0x1c, 0x70, 0x16), .name = "en25qh32", .size = MIB(4),
	  .flags = NOR_E4_32_64 | NOR_QUAD_IO, .max_mhz = 104 },
	{ NOR_ID(0x1c, 0x70, 0x17), .name = "en25qh64", .size = MIB(8),
	  .flags = NOR_E4_32_64 | NOR_QUAD_IO, .max_mhz = 104,
	  .times = NOR_TIMES(800, 5000, 50, 300, 0, 0, 400, 2000, 30, 60) },
	{ NOR_ID(0x1c, 0x70, 0x18), .name = "en25qh128", .size = MIB(16),
	  .flags = NOR_E4_64 | NOR_QUAD_IO, .max_mhz = 104,
	  .times = NOR_TIMES(800, 5000, 50, 300, 0, 0, 400, 2000, 60, 120) },
	{ NOR_ID(0x1c, 0x70, 0x19), .name = "en25qh256", .size = MIB(32),
	  .flags = NOR_ERASE_64K | NOR_QUAD_IO, .fourbyte = NOR_4B_EN4B, .max_mhz = 104 },
	{ NOR_ID(0x1c, 0x71, 0x18), .name = "en25qx128a", .size = MIB(16),
	  .flags = NOR_E4_32_64 | NOR_QUAD_IO, .max_mhz = 104 },
};
/* clang-format on */

static void eon_defaults(struct nor_params *p, const struct nor_part *part)
{
	static const struct nor_usual usual = {
		.qe = NOR_QE_NONE,
		.bp = NOR_BP_OPAQUE,
		.otp = { .kind = NOR_OTP_NONE },
		.uid = NOR_UID_SFDP,
	};

	nor_take_usual(p, part, &usual);
}

const struct nor_vendor nor_eon = {
	.name = "Eon",
	.id = 0x1c,
	.parts = eon_parts,
	.n_parts = ARRAY_SIZE(eon_parts),
	.defaults = eon_defaults,
};

/* clang-format off */
static const struct nor_part esmt_parts[] = {
	{ NOR_ID(0x8c, 0x20, 0x14), .name = "f25l008a", .size = MIB(1),
	  .flags = NOR_E4_64 },
	{ NOR_ID(0x8c, 0x20, 0x16), .name = "f25l32pa", .size = MIB(4),
	  .flags = NOR_E4_64 },
};
/* clang-format on */

static void esmt_defaults(struct nor_params *p, const struct nor_part *part)
{
	static const struct nor_usual usual = {
		.qe = NOR_QE_NONE,
		.bp = NOR_BP_OPAQUE,
		.otp = { .kind = NOR_OTP_NONE },
		.uid = NOR_UID_NONE,
	};

	nor_take_usual(p, part, &usual);
}

const struct nor_vendor nor_esmt = {
	.name = "ESMT",
	.id = 0x8c,
	.parts = esmt_parts,
	.n_parts = ARRAY_SIZE(esmt_parts),
	.defaults = esmt_defaults,
};
