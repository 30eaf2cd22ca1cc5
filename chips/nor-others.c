// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makers of Winbond style parts with a few rows each: Boya, Dosilicon, Fudan, XTX, Zbit, Zetta. The
 * small ones without quad mode have only SR1. ZD25Q128C of Zetta answers with Winbond's ID and is
 * found there.
 */
#include "chips/nor-vendors.h"

static void style_defaults(struct nor_params *p, const struct nor_part *part)
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

/* clang-format off */
static const struct nor_part boya_parts[] = {
	{ NOR_ID(0x68, 0x40, 0x12), .name = "by25d20", .size = KIB(256),
	  .flags = NOR_E4_32_64, .qe = NOR_QE_NONE, .max_mhz = 108, .otp = { .kind = NOR_OTP_NONE },
	  .uid = NOR_UID_4B_16 },
	{ NOR_ID(0x68, 0x40, 0x13), .name = "by25d40", .size = KIB(512),
	  .flags = NOR_E4_32_64, .qe = NOR_QE_NONE, .max_mhz = 108, .otp = { .kind = NOR_OTP_NONE },
	  .uid = NOR_UID_4B_16 },
	{ NOR_ID(0x68, 0x40, 0x14), .name = "by25d80", .size = MIB(1),
	  .flags = NOR_E4_32_64, .qe = NOR_QE_NONE, .max_mhz = 108, .otp = { .kind = NOR_OTP_NONE },
	  .uid = NOR_UID_4B_16 },
	{ NOR_ID(0x68, 0x40, 0x15), .name = "by25d16", .size = MIB(2),
	  .flags = NOR_E4_32_64, .qe = NOR_QE_NONE, .max_mhz = 108, .otp = { .kind = NOR_OTP_NONE },
	  .uid = NOR_UID_4B_16 },
	{ NOR_ID(0x68, 0x40, 0x17), .name = "by25q64as", .size = MIB(8),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 108, .uid = NOR_UID_4B_16 },
	{ NOR_ID(0x68, 0x40, 0x18), .name = "by25q128as", .size = MIB(16),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 108, .uid = NOR_UID_4B_16 },
};
/* clang-format on */

const struct nor_vendor nor_boya = {
	.name = "Boya",
	.id = 0x68,
	.parts = boya_parts,
	.n_parts = ARRAY_SIZE(boya_parts),
	.defaults = style_defaults,
};

/* clang-format off */
static const struct nor_part dosilicon_parts[] = {
	{ NOR_ID(0xe5, 0x30, 0x1a), .name = "ds25q4cb", .size = MIB(64),
	  .flags = NOR_E4_64 | NOR_QUAD | NOR_4B_OPS, .max_mhz = 104 },
	{ NOR_ID(0xe5, 0x30, 0x1b), .name = "ds25q4dn", .size = MIB(128),
	  .flags = NOR_E4_64 | NOR_QUAD | NOR_4B_OPS, .max_mhz = 104 },
	{ NOR_ID(0xe5, 0x40, 0x1a), .name = "ds25m4cb", .size = MIB(64),
	  .flags = NOR_E4_64 | NOR_QUAD | NOR_4B_OPS, .max_mhz = 104 },
	{ NOR_ID(0xe5, 0x40, 0x1b), .name = "ds25m4dn", .size = MIB(128),
	  .flags = NOR_E4_64 | NOR_QUAD | NOR_4B_OPS, .max_mhz = 104 },
};
/* clang-format on */

const struct nor_vendor nor_dosilicon = {
	.name = "Dosilicon",
	.id = 0xe5,
	.parts = dosilicon_parts,
	.n_parts = ARRAY_SIZE(dosilicon_parts),
	.defaults = style_defaults,
};

/* clang-format off */
static const struct nor_part fudan_parts[] = {
	{ NOR_ID(0xa1, 0x28, 0x18), .name = "fm25w128", .size = MIB(16),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0xa1, 0x31, 0x10), .name = "fm25f005", .size = KIB(64),
	  .flags = NOR_E4_32_64, .qe = NOR_QE_NONE, .bp = NOR_BP_OPAQUE, .max_mhz = 100,
	  .otp = { .kind = NOR_OTP_NONE }, .uid = NOR_UID_NONE },
	{ NOR_ID(0xa1, 0x31, 0x11), .name = "fm25f01", .size = KIB(128),
	  .flags = NOR_E4_32_64, .qe = NOR_QE_NONE, .bp = NOR_BP_OPAQUE, .max_mhz = 100,
	  .otp = { .kind = NOR_OTP_NONE }, .uid = NOR_UID_NONE },
	{ NOR_ID(0xa1, 0x31, 0x12), .name = "fm25f02", .size = KIB(256),
	  .flags = NOR_E4_32_64, .qe = NOR_QE_NONE, .bp = NOR_BP_OPAQUE, .max_mhz = 100,
	  .otp = { .kind = NOR_OTP_NONE }, .uid = NOR_UID_NONE },
	{ NOR_ID(0xa1, 0x31, 0x13), .name = "fm25f04", .size = KIB(512),
	  .flags = NOR_E4_32_64, .qe = NOR_QE_NONE, .bp = NOR_BP_OPAQUE, .max_mhz = 100,
	  .otp = { .kind = NOR_OTP_NONE }, .uid = NOR_UID_NONE },
	{ NOR_ID(0xa1, 0x40, 0x13), .name = "fm25q04", .size = KIB(512),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0xa1, 0x40, 0x14), .name = "fm25q08", .size = MIB(1),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0xa1, 0x40, 0x15), .name = "fm25q16", .size = MIB(2),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0xa1, 0x40, 0x16), .name = "fm25q32", .size = MIB(4),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0xa1, 0x40, 0x17), .name = "fm25q64", .size = MIB(8),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0xa1, 0x40, 0x18), .name = "fm25q128", .size = MIB(16),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104 },
};
/* clang-format on */

const struct nor_vendor nor_fudan = {
	.name = "Fudan",
	.id = 0xa1,
	.parts = fudan_parts,
	.n_parts = ARRAY_SIZE(fudan_parts),
	.defaults = style_defaults,
};

/* clang-format off */
static const struct nor_part xtx_parts[] = {
	{ NOR_ID(0x0b, 0x40, 0x12), .name = "xt25f02e", .size = KIB(256),
	  .flags = NOR_E4_64, .qe = NOR_QE_NONE, .max_mhz = 108 },
	{ NOR_ID(0x0b, 0x40, 0x13), .name = "xt25f04d", .size = KIB(512),
	  .flags = NOR_ERASE_64K, .qe = NOR_QE_NONE, .max_mhz = 108 },
	{ NOR_ID(0x0b, 0x40, 0x14), .name = "xt25f08", .size = MIB(1),
	  .flags = NOR_E4_64 | NOR_QUAD, .max_mhz = 108 },
	{ NOR_ID(0x0b, 0x40, 0x15), .name = "xt25f16", .size = MIB(2),
	  .flags = NOR_E4_64 | NOR_QUAD, .max_mhz = 108 },
	{ NOR_ID(0x0b, 0x40, 0x16), .name = "xt25f32", .size = MIB(4),
	  .flags = NOR_E4_64 | NOR_QUAD, .max_mhz = 108 },
	{ NOR_ID(0x0b, 0x40, 0x17), .name = "xt25f64b", .size = MIB(8),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 108 },
	{ NOR_ID(0x0b, 0x40, 0x18), .name = "xt25f128b", .size = MIB(16),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 108 },
	{ NOR_ID(0x0b, 0x40, 0x19), .name = "xt25f256", .size = MIB(32),
	  .flags = NOR_E4_64 | NOR_QUAD | NOR_4B_OPS, .max_mhz = 108 },
	{ NOR_ID(0x0b, 0x60, 0x14), .name = "xt25q08", .size = MIB(1),
	  .flags = NOR_E4_64 | NOR_QUAD, .max_mhz = 108 },
	{ NOR_ID(0x0b, 0x60, 0x15), .name = "xt25q16", .size = MIB(2),
	  .flags = NOR_E4_64 | NOR_QUAD, .max_mhz = 108 },
	{ NOR_ID(0x0b, 0x60, 0x16), .name = "xt25q32", .size = MIB(4),
	  .flags = NOR_E4_64 | NOR_QUAD, .max_mhz = 108 },
	{ NOR_ID(0x0b, 0x60, 0x17), .name = "xt25q64", .size = MIB(8),
	  .flags = NOR_E4_64 | NOR_QUAD, .max_mhz = 108 },
	{ NOR_ID(0x0b, 0x60, 0x18), .name = "xt25q128", .size = MIB(16),
	  .flags = NOR_E4_64 | NOR_QUAD, .max_mhz = 108 },
	{ NOR_ID(0x0b, 0x60, 0x19), .name = "xt25q256", .size = MIB(32),
	  .flags = NOR_E4_64 | NOR_QUAD | NOR_4B_OPS, .max_mhz = 108 },
	{ NOR_ID(0x0b, 0x60, 0x1a), .name = "xt25q512", .size = MIB(64),
	  .flags = NOR_E4_64 | NOR_QUAD | NOR_4B_OPS, .max_mhz = 108 },
	{ NOR_ID(0x0b, 0x60, 0x1b), .name = "xt25q01g", .size = MIB(128),
	  .flags = NOR_E4_64 | NOR_QUAD | NOR_4B_OPS, .max_mhz = 108 },
	{ NOR_ID(0x0b, 0x60, 0x1c), .name = "xt55q02g", .size = MIB(256),
	  .flags = NOR_E4_64 | NOR_QUAD | NOR_4B_OPS, .max_mhz = 108 },
	{ NOR_ID(0x0b, 0x65, 0x1a), .name = "xt25w512", .size = MIB(64),
	  .flags = NOR_E4_64 | NOR_QUAD | NOR_4B_OPS, .max_mhz = 108 },
	{ NOR_ID(0x0b, 0x65, 0x1b), .name = "xt25w01g", .size = MIB(128),
	  .flags = NOR_E4_64 | NOR_QUAD | NOR_4B_OPS, .max_mhz = 108 },
};
/* clang-format on */

const struct nor_vendor nor_xtx = {
	.name = "XTX",
	.id = 0x0b,
	.parts = xtx_parts,
	.n_parts = ARRAY_SIZE(xtx_parts),
	.defaults = style_defaults,
};

/* clang-format off */
static const struct nor_part zbit_parts[] = {
	{ NOR_ID(0x0e, 0x40, 0x15), .name = "zb25vq16", .size = MIB(2),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0x5e, 0x40, 0x16), .name = "zb25vq32", .size = MIB(4),
	  .flags = NOR_ERASE_64K | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0x5e, 0x40, 0x17), .name = "zb25vq64", .size = MIB(8),
	  .flags = NOR_ERASE_64K | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0x5e, 0x40, 0x18), .name = "zb25vq128", .size = MIB(16),
	  .flags = NOR_E4_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0x5e, 0x60, 0x15), .name = "zb25vq16-60", .size = MIB(2),
	  .flags = NOR_ERASE_64K | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0x5e, 0x60, 0x16), .name = "zb25vq32-60", .size = MIB(4),
	  .flags = NOR_ERASE_64K | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0x5e, 0x60, 0x17), .name = "zb25vq64-60", .size = MIB(8),
	  .flags = NOR_ERASE_64K | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0x5e, 0x60, 0x18), .name = "zb25vq128-60", .size = MIB(16),
	  .flags = NOR_ERASE_64K | NOR_QUAD, .max_mhz = 104 },
};
/* clang-format on */

const struct nor_vendor nor_zbit = {
	.name = "Zbit",
	.id = 0x5e,
	.id2 = 0x0e,
	.parts = zbit_parts,
	.n_parts = ARRAY_SIZE(zbit_parts),
	.defaults = style_defaults,
};

/* clang-format off */
static const struct nor_part zetta_parts[] = {
	{ NOR_ID(0xba, 0x20, 0x12), .name = "zd25d20", .size = KIB(256),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0xba, 0x20, 0x13), .name = "zd25d40", .size = KIB(512),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0xba, 0x42, 0x18), .name = "zd25lq128", .size = MIB(16),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0xba, 0x43, 0x17), .name = "zd25lq64", .size = MIB(8),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0xba, 0x60, 0x15), .name = "zd25q16", .size = MIB(2),
	  .flags = NOR_ERASE_64K | NOR_QUAD, .max_mhz = 104 },
};
/* clang-format on */

const struct nor_vendor nor_zetta = {
	.name = "Zetta",
	.id = 0xba,
	.parts = zetta_parts,
	.n_parts = ARRAY_SIZE(zetta_parts),
	.defaults = style_defaults,
};
