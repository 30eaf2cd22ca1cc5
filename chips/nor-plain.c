// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * AMIC A25L and A25LQ, Nantronics N25S: parts of the M25P school, of which more than size and
 * erase opcodes is not known here.
 */
#include "chips/nor-vendors.h"

static void plain_defaults(struct nor_params *p, const struct nor_part *part)
{
	static const struct nor_usual usual = {
		.qe = NOR_QE_NONE,
		.bp = NOR_BP_OPAQUE,
		.otp = { .kind = NOR_OTP_NONE },
		.uid = NOR_UID_NONE,
	};

	nor_take_usual(p, part, &usual);
}

/* clang-format off */
static const struct nor_part amic_parts[] = {
	{ NOR_ID(0x37, 0x30, 0x10), .name = "a25l512", .size = KIB(64),
	  .flags = NOR_E4_64 },
	{ NOR_ID(0x37, 0x30, 0x11), .name = "a25l010", .size = KIB(128),
	  .flags = NOR_E4_64 },
	{ NOR_ID(0x37, 0x30, 0x12), .name = "a25l020", .size = KIB(256),
	  .flags = NOR_E4_64 },
	{ NOR_ID(0x37, 0x30, 0x13), .name = "a25l040", .size = KIB(512),
	  .flags = NOR_E4_64 },
	{ NOR_ID(0x37, 0x30, 0x14), .name = "a25l080", .size = MIB(1),
	  .flags = NOR_E4_64 },
	{ NOR_ID(0x37, 0x30, 0x15), .name = "a25l016", .size = MIB(2),
	  .flags = NOR_E4_64 },
	{ NOR_ID(0x37, 0x30, 0x16), .name = "a25l032", .size = MIB(4),
	  .flags = NOR_E4_64 },
	{ NOR_ID(0x37, 0x40, 0x15), .name = "a25lq16", .size = MIB(2),
	  .flags = NOR_E4_64 | NOR_QUAD, .qe = NOR_QE_SR2_B1_W2 },
	{ NOR_ID(0x37, 0x40, 0x16), .name = "a25lq032", .size = MIB(4),
	  .flags = NOR_E4_64 | NOR_QUAD, .qe = NOR_QE_SR2_B1_W2 },
	{ NOR_ID(0x37, 0x40, 0x17), .name = "a25lq64", .size = MIB(8),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .qe = NOR_QE_SR2_B1_W2 },
};
/* clang-format on */

const struct nor_vendor nor_amic = {
	.name = "AMIC",
	.id = 0x37,
	.parts = amic_parts,
	.n_parts = ARRAY_SIZE(amic_parts),
	.defaults = plain_defaults,
};

/* clang-format off */
static const struct nor_part nantronics_parts[] = {
	{ NOR_ID(0xd5, 0x30, 0x11), .name = "n25s10", .size = KIB(128),
	  .flags = NOR_E4_32_64 },
	{ NOR_ID(0xd5, 0x30, 0x12), .name = "n25s20", .size = KIB(256),
	  .flags = NOR_E4_32_64 },
	{ NOR_ID(0xd5, 0x30, 0x13), .name = "n25s40", .size = KIB(512),
	  .flags = NOR_E4_32_64 },
	{ NOR_ID(0xd5, 0x30, 0x14), .name = "n25s80", .size = MIB(1),
	  .flags = NOR_E4_32_64 },
	{ NOR_ID(0xd5, 0x30, 0x15), .name = "n25s16", .size = MIB(2),
	  .flags = NOR_E4_64 },
};
/* clang-format on */

const struct nor_vendor nor_nantronics = {
	.name = "Nantronics",
	.id = 0xd5,
	.parts = nantronics_parts,
	.n_parts = ARRAY_SIZE(nantronics_parts),
	.defaults = plain_defaults,
};
