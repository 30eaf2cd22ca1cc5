// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * XMC (Wuhan Xinxin) XM25: Winbond style. The first ID byte is Micron's; the second tells them apart.
 * The A generation is Eon's design: no QE bit, and its quad mode is left to SFDP.
 */
#include "chips/nor-vendors.h"

/* clang-format off */
static const struct nor_part xmc_parts[] = {
	{ NOR_ID(0x20, 0x40, 0x14), .name = "xm25qh80b", .size = MIB(1),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0x20, 0x40, 0x15), .name = "xm25qh16c", .size = MIB(2),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0x20, 0x40, 0x16), .name = "xm25qh32c", .size = MIB(4),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0x20, 0x40, 0x17), .name = "xm25qh64c", .size = MIB(8),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104,
	  .times = NOR_TIMES(500, 3000, 45, 300, 120, 800, 150, 1000, 20, 100) },
	{ NOR_ID(0x20, 0x40, 0x18), .name = "xm25qh128c", .size = MIB(16),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104,
	  .times = NOR_TIMES(500, 3000, 45, 300, 120, 800, 150, 1000, 40, 200),
	  .tested = TESTED_SIM },
	{ NOR_ID(0x20, 0x40, 0x19), .name = "xm25qh256c", .size = MIB(32),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .fourbyte = NOR_4B_WREN_EN4B, .bp = NOR_BP4_TB6_SRL0,
	  .max_mhz = 104 },
	{ NOR_ID(0x20, 0x40, 0x20), .name = "xm25qh512c", .size = MIB(64),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_4B_OPS, .max_mhz = 104 },
	{ NOR_ID(0x20, 0x41, 0x17), .name = "xm25qu64c", .size = MIB(8),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0x20, 0x41, 0x18), .name = "xm25qu128c", .size = MIB(16),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0x20, 0x41, 0x19), .name = "xm25qu256c", .size = MIB(32),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .fourbyte = NOR_4B_WREN_EN4B, .max_mhz = 104 },
	{ NOR_ID(0x20, 0x41, 0x20), .name = "xm25qu512c", .size = MIB(64),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_4B_OPS, .max_mhz = 104 },
	{ NOR_ID(0x20, 0x43, 0x18), .name = "xm25rh128c", .size = MIB(16),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0x20, 0x44, 0x19), .name = "xm25ru256c", .size = MIB(32),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .fourbyte = NOR_4B_WREN_EN4B, .bp = NOR_BP4_TB6_SRL0,
	  .max_mhz = 104 },
	{ NOR_ID(0x20, 0x50, 0x14), .name = "xm25qu80b", .size = MIB(1),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0x20, 0x50, 0x15), .name = "xm25qu16c", .size = MIB(2),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0x20, 0x50, 0x16), .name = "xm25qu32c", .size = MIB(4),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0x20, 0x70, 0x17), .name = "xm25qh64a", .size = MIB(8),
	  .flags = NOR_E4_32_64, .qe = NOR_QE_NONE, .max_mhz = 104, .otp = { .kind = NOR_OTP_NONE },
	  .uid = NOR_UID_SFDP },
	{ NOR_ID(0x20, 0x70, 0x18), .name = "xm25qh128a", .size = MIB(16),
	  .flags = NOR_E4_32_64, .qe = NOR_QE_NONE, .max_mhz = 104, .otp = { .kind = NOR_OTP_NONE },
	  .uid = NOR_UID_SFDP },
};
/* clang-format on */

static void xmc_defaults(struct nor_params *p, const struct nor_part *part)
{
	static const struct nor_usual usual = {
		.qe = NOR_QE_SR2_B1_31,
		.bp = NOR_BP3_TB5_SEC6,
		.bp_large = NOR_BP_OPAQUE,
		.otp = { NOR_OTP_SECREG, 3, 256 },
		.uid = NOR_UID_4B_8,
	};

	nor_take_usual(p, part, &usual);
}

const struct nor_vendor nor_xmc = {
	.name = "XMC",
	.id = 0x20,
	.parts = xmc_parts,
	.n_parts = ARRAY_SIZE(xmc_parts),
	.defaults = xmc_defaults,
};
