// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Puya P25Q and PY25: Winbond style, three security registers of 512 bytes. 81h erases a page of 256
 * bytes, which is not used: every block takes as long.
 */
#include "chips/nor-vendors.h"

/* clang-format off */
static const struct nor_part puya_parts[] = {
	{ NOR_ID(0x85, 0x20, 0x17), .name = "py25q64ha", .size = MIB(8),
	  .flags = NOR_E4_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0x85, 0x20, 0x18), .name = "py25q128ha", .size = MIB(16),
	  .flags = NOR_E4_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0x85, 0x20, 0x19), .name = "py25q256hb", .size = MIB(32),
	  .flags = NOR_E4_64 | NOR_QUAD | NOR_4B_OPS, .max_mhz = 104 },
	{ NOR_ID(0x85, 0x23, 0x1a), .name = "py25f512hb", .size = MIB(64),
	  .flags = NOR_E4_64 | NOR_QUAD | NOR_4B_OPS, .max_mhz = 104 },
	{ NOR_ID(0x85, 0x23, 0x1b), .name = "py25f01ghb", .size = MIB(128),
	  .flags = NOR_E4_64 | NOR_QUAD | NOR_4B_OPS, .max_mhz = 104 },
	{ NOR_ID(0x85, 0x40, 0x10), .name = "p25q06h", .size = KIB(64),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0x85, 0x40, 0x11), .name = "p25q11h", .size = KIB(128),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0x85, 0x40, 0x12), .name = "p25q21h", .size = KIB(256),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0x85, 0x60, 0x10), .name = "p25q05h", .size = KIB(64),
	  .flags = NOR_E4_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0x85, 0x60, 0x11), .name = "p25q10h", .size = KIB(128),
	  .flags = NOR_E4_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0x85, 0x60, 0x12), .name = "p25q20h", .size = KIB(256),
	  .flags = NOR_E4_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0x85, 0x60, 0x13), .name = "p25q40h", .size = KIB(512),
	  .flags = NOR_E4_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0x85, 0x60, 0x14), .name = "p25q80h", .size = MIB(1),
	  .flags = NOR_E4_32_64, .qe = NOR_QE_NONE, .max_mhz = 85 },
	{ NOR_ID(0x85, 0x60, 0x15), .name = "p25q16h", .size = MIB(2),
	  .flags = NOR_E4_64 | NOR_QUAD, .max_mhz = 104,
	  .times = NOR_TIMES(2000, 3000, 8, 20, 8, 20, 8, 20, 0, 0) },
	{ NOR_ID(0x85, 0x60, 0x16), .name = "p25q32h", .size = MIB(4),
	  .flags = NOR_E4_32_64, .qe = NOR_QE_NONE, .max_mhz = 85,
	  .times = NOR_TIMES(2000, 3000, 8, 20, 8, 20, 8, 20, 0, 0) },
	{ NOR_ID(0x85, 0x60, 0x17), .name = "p25q64h", .size = MIB(8),
	  .flags = NOR_E4_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0x85, 0x60, 0x18), .name = "p25q128h", .size = MIB(16),
	  .flags = NOR_E4_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0x85, 0x63, 0x1a), .name = "py25f512lc", .size = MIB(64),
	  .flags = NOR_E4_64 | NOR_QUAD | NOR_4B_OPS, .max_mhz = 104 },
	{ NOR_ID(0x85, 0x63, 0x1b), .name = "py25f01glc", .size = MIB(128),
	  .flags = NOR_E4_64 | NOR_QUAD | NOR_4B_OPS, .max_mhz = 104 },
};
/* clang-format on */

static void puya_defaults(struct nor_params *p, const struct nor_part *part)
{
	static const struct nor_usual usual = {
		.qe = NOR_QE_SR2_B1_W2,
		.bp = NOR_BP3_TB5_SEC6,
		.bp_large = NOR_BP_OPAQUE,
		.otp = { NOR_OTP_SECREG, 3, 512 },
		.uid = NOR_UID_4B_16,
	};

	nor_take_usual(p, part, &usual);
}

const struct nor_vendor nor_puya = {
	.name = "Puya",
	.id = 0x85,
	.parts = puya_parts,
	.n_parts = ARRAY_SIZE(puya_parts),
	.defaults = puya_defaults,
};
