// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Macronix MX25, MX66, MX77. QE is SR bit 6; BP in SR 5:2, TB in CR (15h) bit 3, one-time. P_FAIL
 * and E_FAIL stand in the security register (2Bh) bits 5 and 6 and clear themselves with the next
 * success. CR bits 7:6 choose dummy cycles. MX25R wakes in low power mode: 8 MHz for four lines.
 */
#include "chips/nor-vendors.h"

#define OP_RDCR 0x15

/* MX25L12835F, MX25L51245G, MX25R6435F data sheets */
#define MX25_TIMES(_pp_us, _chip_typ_s, _chip_max_s)                                       \
	{                                                                                  \
		.pp_us = { _pp_us, 1500 }, .erase_4k_ms = { 30, 400 },                     \
		.erase_32k_ms = { 150, 1000 }, .erase_64k_ms = { 280, 2000 }, .chip_ms = { \
			(_chip_typ_s)*1000,                                                \
			(_chip_max_s)*1000                                                 \
		}                                                                          \
	}
#define MX25R_TIMES(_chip_typ_s, _chip_max_s)                                              \
	{                                                                                  \
		.pp_us = { 850, 10000 }, .erase_4k_ms = { 48, 384 },                       \
		.erase_32k_ms = { 240, 3000 }, .erase_64k_ms = { 480, 3840 }, .chip_ms = { \
			(_chip_typ_s)*1000,                                                \
			(_chip_max_s)*1000                                                 \
		}                                                                          \
	}

static bool has_sfdp(const u8 *id, const struct sfdp_info *sfdp)
{
	(void)id;
	return sfdp;
}

static bool has_quad_sfdp(const u8 *id, const struct sfdp_info *sfdp)
{
	(void)id;
	return sfdp && sfdp->bfpt.reads[SFDP_READ_1_4_4].opcode;
}

/* clang-format off */
static const struct nor_part macronix_parts[] = {
	{ NOR_ID(0xc2, 0x20, 0x10), .name = "mx25l512e", .size = KIB(64),
	  .flags = NOR_E4_64, .qe = NOR_QE_NONE, .bp = NOR_BP_OPAQUE,
	  .otp = { NOR_OTP_MODE, 1, 64 } },
	{ NOR_ID(0xc2, 0x20, 0x11), .name = "mx25l1006e", .size = KIB(128),
	  .flags = NOR_E4_64, .qe = NOR_QE_NONE, .bp = NOR_BP_OPAQUE,
	  .otp = { NOR_OTP_MODE, 1, 64 } },
	{ NOR_ID(0xc2, 0x20, 0x12), .name = "mx25l2006e", .size = KIB(256),
	  .flags = NOR_E4_64, .qe = NOR_QE_NONE, .bp = NOR_BP_OPAQUE,
	  .otp = { NOR_OTP_MODE, 1, 64 } },
	{ NOR_ID(0xc2, 0x20, 0x13), .name = "mx25l4006e", .size = KIB(512),
	  .flags = NOR_E4_64, .qe = NOR_QE_NONE, .bp = NOR_BP_OPAQUE,
	  .otp = { NOR_OTP_MODE, 1, 64 } },
	{ NOR_ID(0xc2, 0x20, 0x14), .name = "mx25l8006e", .size = MIB(1),
	  .flags = NOR_E4_64, .qe = NOR_QE_NONE, .bp = NOR_BP_OPAQUE, .max_mhz = 86,
	  .otp = { NOR_OTP_MODE, 1, 64 } },
	/*
	 * Under these IDs old parts have no quad mode, and the first ones erase 64 KiB by 20h; SFDP
	 * says which one it is: those that have none get the one block size that they agree about.
	 */
	{ NOR_ID(0xc2, 0x20, 0x15), .name = "mx25l1606e", .size = MIB(2),
	  .flags = NOR_E4_64, .max_mhz = 86, .match = has_sfdp, .qe = NOR_QE_NONE,
	  .bp = NOR_BP_OPAQUE, .otp = { NOR_OTP_MODE, 1, 64 } },
	{ NOR_ID(0xc2, 0x20, 0x15), .name = "mx25l1605", .size = MIB(2),
	  .flags = NOR_ERASE_64K, .max_mhz = 50, .qe = NOR_QE_NONE, .bp = NOR_BP_OPAQUE,
	  .otp = { NOR_OTP_MODE, 1, 64 } },
	{ NOR_ID(0xc2, 0x20, 0x16), .name = "mx25l3233f", .size = MIB(4),
	  .flags = NOR_E4_32_64 | NOR_QUAD_38, .max_mhz = 104, .match = has_quad_sfdp,
	  .times = MX25_TIMES(330, 10, 30) },
	{ NOR_ID(0xc2, 0x20, 0x16), .name = "mx25l3206e", .size = MIB(4),
	  .flags = NOR_E4_64, .max_mhz = 86, .match = has_sfdp, .qe = NOR_QE_NONE,
	  .bp = NOR_BP_OPAQUE, .otp = { NOR_OTP_MODE, 1, 64 },
	  .times = NOR_TIMES(1400, 5000, 60, 300, 0, 0, 700, 2000, 25, 50) },
	{ NOR_ID(0xc2, 0x20, 0x16), .name = "mx25l3205", .size = MIB(4),
	  .flags = NOR_ERASE_64K, .max_mhz = 50, .qe = NOR_QE_NONE, .bp = NOR_BP_OPAQUE,
	  .otp = { NOR_OTP_MODE, 1, 64 } },
	{ NOR_ID(0xc2, 0x20, 0x17), .name = "mx25l6433f", .size = MIB(8),
	  .flags = NOR_E4_32_64 | NOR_QUAD_38, .max_mhz = 104, .match = has_quad_sfdp,
	  .times = MX25_TIMES(330, 20, 60) },
	{ NOR_ID(0xc2, 0x20, 0x17), .name = "mx25l6406e", .size = MIB(8),
	  .flags = NOR_E4_64, .max_mhz = 86, .match = has_sfdp, .qe = NOR_QE_NONE,
	  .bp = NOR_BP_OPAQUE, .otp = { NOR_OTP_MODE, 1, 64 },
	  .times = NOR_TIMES(1400, 5000, 60, 300, 0, 0, 700, 2000, 50, 80) },
	{ NOR_ID(0xc2, 0x20, 0x17), .name = "mx25l6405", .size = MIB(8),
	  .flags = NOR_ERASE_64K, .max_mhz = 50, .qe = NOR_QE_NONE, .bp = NOR_BP_OPAQUE,
	  .otp = { NOR_OTP_MODE, 1, 64 } },
	{ NOR_ID(0xc2, 0x20, 0x18), .name = "mx25l12835f", .size = MIB(16),
	  .flags = NOR_E4_32_64 | NOR_QUAD_38, .max_mhz = 104, .match = has_quad_sfdp,
	  .times = MX25_TIMES(330, 42, 100) },
	{ NOR_ID(0xc2, 0x20, 0x18), .name = "mx25l12805d", .size = MIB(16),
	  .flags = NOR_E4_64, .max_mhz = 86, .qe = NOR_QE_NONE, .bp = NOR_BP_OPAQUE,
	  .otp = { NOR_OTP_MODE, 1, 64 } },
	/* E, F and G generation under one ID: a mode is what all of them have */
	{ NOR_ID(0xc2, 0x20, 0x19), .name = "mx25l25645g", .size = MIB(32),
	  .flags = NOR_E4_32_64 | NOR_QUAD_38, .fourbyte = NOR_4B_EN4B, .max_mhz = 104,
	  .times = MX25_TIMES(256, 112, 300) },
	{ NOR_ID(0xc2, 0x20, 0x1a), .name = "mx25l51245g", .size = MIB(64),
	  .flags = NOR_E4_32_64 | NOR_QUAD_38, .fourbyte = NOR_4B_EN4B, .max_mhz = 104,
	  .times = MX25_TIMES(250, 200, 600), .tested = TESTED_SIM },
	{ NOR_ID(0xc2, 0x20, 0x1b), .name = "mx66l1g45g", .size = MIB(128),
	  .flags = NOR_E4_32_64 | NOR_QUAD_38 | NOR_4B_OPS, .max_mhz = 104,
	  .times = NOR_TIMES(250, 3000, 30, 400, 150, 1000, 280, 2000, 200, 600) },
	{ NOR_ID(0xc2, 0x20, 0x1c), .name = "mx66l2g45g", .size = MIB(256),
	  .flags = NOR_E4_32_64 | NOR_QUAD_38 | NOR_4B_OPS, .max_mhz = 104 },
	{ NOR_ID(0xc2, 0x22, 0x10), .name = "mx25l5121e", .size = KIB(64),
	  .flags = NOR_E4_64, .page_size = 32, .qe = NOR_QE_NONE, .bp = NOR_BP_OPAQUE,
	  .max_mhz = 86, .otp = { NOR_OTP_MODE, 1, 64 } },
	{ NOR_ID(0xc2, 0x23, 0x13), .name = "mx25v4035f", .size = KIB(512),
	  .flags = NOR_E4_32_64 | NOR_QUAD_38, .max_mhz = 104,
	  .otp = { NOR_OTP_MODE, 1, 1024 } },
	{ NOR_ID(0xc2, 0x23, 0x14), .name = "mx25v8035f", .size = MIB(1),
	  .flags = NOR_E4_32_64 | NOR_QUAD_38, .max_mhz = 104,
	  .otp = { NOR_OTP_MODE, 1, 1024 } },
	{ NOR_ID(0xc2, 0x23, 0x15), .name = "mx25v1635f", .size = MIB(2),
	  .flags = NOR_E4_32_64 | NOR_NO_CHIP_ERASE | NOR_QUAD_38, .max_mhz = 104,
	  .otp = { NOR_OTP_MODE, 1, 1024 } },
	{ NOR_ID(0xc2, 0x24, 0x15), .name = "mx25l1633e", .size = MIB(2),
	  .flags = NOR_E4_64 | NOR_QUAD_38, .max_mhz = 104,
	  .otp = { NOR_OTP_MODE, 1, 64 } },
	{ NOR_ID(0xc2, 0x25, 0x15), .name = "mx25l1635e", .size = MIB(2),
	  .flags = NOR_E4_64 | NOR_QUAD_38, .max_mhz = 104 },
	{ NOR_ID(0xc2, 0x25, 0x32), .name = "mx25u2033e", .size = KIB(256),
	  .flags = NOR_E4_64 | NOR_QUAD_38, .max_mhz = 104 },
	{ NOR_ID(0xc2, 0x25, 0x33), .name = "mx25u4035", .size = KIB(512),
	  .flags = NOR_E4_64 | NOR_QUAD_38, .max_mhz = 104 },
	{ NOR_ID(0xc2, 0x25, 0x34), .name = "mx25u8035", .size = MIB(1),
	  .flags = NOR_E4_32_64 | NOR_QUAD_38, .max_mhz = 104 },
	{ NOR_ID(0xc2, 0x25, 0x35), .name = "mx25u1635e", .size = MIB(2),
	  .flags = NOR_E4_32_64 | NOR_QUAD_38, .max_mhz = 104 },
	{ NOR_ID(0xc2, 0x25, 0x36), .name = "mx25u3235f", .size = MIB(4),
	  .flags = NOR_E4_32_64 | NOR_QUAD_38, .max_mhz = 104 },
	{ NOR_ID(0xc2, 0x25, 0x37), .name = "mx25u6435f", .size = MIB(8),
	  .flags = NOR_E4_32_64 | NOR_QUAD_38, .max_mhz = 104 },
	{ NOR_ID(0xc2, 0x25, 0x38), .name = "mx25u12835f", .size = MIB(16),
	  .flags = NOR_E4_32_64 | NOR_QUAD_38, .max_mhz = 104 },
	{ NOR_ID(0xc2, 0x25, 0x39), .name = "mx25u25645g", .size = MIB(32),
	  .flags = NOR_E4_32_64 | NOR_QUAD_38, .fourbyte = NOR_4B_EN4B, .max_mhz = 104,
	  .otp = { NOR_OTP_MODE, 1, 1024 } },
	{ NOR_ID(0xc2, 0x25, 0x3a), .name = "mx25u51245g", .size = MIB(64),
	  .flags = NOR_E4_32_64 | NOR_QUAD_38, .fourbyte = NOR_4B_EN4B, .max_mhz = 104,
	  .otp = { NOR_OTP_MODE, 1, 1024 },
	  .times = MX25_TIMES(256, 192, 600) },
	{ NOR_ID(0xc2, 0x25, 0x3b), .name = "mx66u1g45g", .size = MIB(128),
	  .flags = NOR_E4_32_64 | NOR_QUAD_38 | NOR_4B_OPS, .max_mhz = 104 },
	{ NOR_ID(0xc2, 0x25, 0x3c), .name = "mx66u2g45g", .size = MIB(256),
	  .flags = NOR_E4_32_64 | NOR_QUAD_38 | NOR_4B_OPS, .max_mhz = 104 },
	{ NOR_ID(0xc2, 0x26, 0x18), .name = "mx25l12855e", .size = MIB(16),
	  .flags = NOR_ERASE_64K | NOR_QUAD_38, .max_mhz = 104 },
	{ NOR_ID(0xc2, 0x26, 0x19), .name = "mx25l25655e", .size = MIB(32),
	  .flags = NOR_ERASE_64K | NOR_QUAD_38, .fourbyte = NOR_4B_EN4B, .max_mhz = 104 },
	{ NOR_ID(0xc2, 0x26, 0x1b), .name = "mx66l1g55g", .size = MIB(128),
	  .flags = NOR_ERASE_64K | NOR_QUAD_38, .fourbyte = NOR_4B_EN4B, .max_mhz = 104 },
	{ NOR_ID(0xc2, 0x28, 0x10), .name = "mx25r512f", .size = KIB(64),
	  .flags = NOR_E4_32_64 | NOR_QUAD_38, .max_mhz = 33, .otp = { NOR_OTP_MODE, 1, 1024 } },
	{ NOR_ID(0xc2, 0x28, 0x11), .name = "mx25r1035f", .size = KIB(128),
	  .flags = NOR_E4_32_64 | NOR_QUAD_38, .max_mhz = 33, .otp = { NOR_OTP_MODE, 1, 1024 } },
	{ NOR_ID(0xc2, 0x28, 0x12), .name = "mx25r2035f", .size = KIB(256),
	  .flags = NOR_E4_32_64 | NOR_QUAD_38, .max_mhz = 33, .otp = { NOR_OTP_MODE, 1, 1024 } },
	{ NOR_ID(0xc2, 0x28, 0x13), .name = "mx25r4035f", .size = KIB(512),
	  .flags = NOR_E4_32_64 | NOR_QUAD_38, .max_mhz = 33, .otp = { NOR_OTP_MODE, 1, 1024 } },
	{ NOR_ID(0xc2, 0x28, 0x14), .name = "mx25r8035f", .size = MIB(1),
	  .flags = NOR_E4_32_64 | NOR_QUAD_38, .max_mhz = 8, .otp = { NOR_OTP_MODE, 1, 1024 },
	  .times = MX25R_TIMES(7, 60) },
	{ NOR_ID(0xc2, 0x28, 0x15), .name = "mx25r1635f", .size = MIB(2),
	  .flags = NOR_E4_32_64 | NOR_QUAD_38, .max_mhz = 8, .otp = { NOR_OTP_MODE, 1, 1024 },
	  .times = MX25R_TIMES(14, 120) },
	{ NOR_ID(0xc2, 0x28, 0x16), .name = "mx25r3235f", .size = MIB(4),
	  .flags = NOR_E4_32_64 | NOR_QUAD_38, .max_mhz = 8, .otp = { NOR_OTP_MODE, 1, 1024 },
	  .times = MX25R_TIMES(26, 120) },
	{ NOR_ID(0xc2, 0x28, 0x17), .name = "mx25r6435f", .size = MIB(8),
	  .flags = NOR_E4_32_64 | NOR_QUAD_38, .max_mhz = 8, .otp = { NOR_OTP_MODE, 1, 1024 },
	  .times = MX25R_TIMES(52, 240), .tested = TESTED_SIM },
	{ NOR_ID(0xc2, 0x75, 0x19), .name = "mx77l25650f", .size = MIB(32),
	  .flags = NOR_E4_32_64 | NOR_QUAD_38, .fourbyte = NOR_4B_EN4B, .bp = NOR_BP_OPAQUE,
	  .max_mhz = 104 },
	{ NOR_ID(0xc2, 0x75, 0x39), .name = "mx77u25650f", .size = MIB(32),
	  .flags = NOR_E4_32_64 | NOR_QUAD_38, .fourbyte = NOR_4B_EN4B, .bp = NOR_BP_OPAQUE,
	  .max_mhz = 104 },
	{ NOR_ID(0xc2, 0x75, 0x3a), .name = "mx77u51250f", .size = MIB(64),
	  .flags = NOR_E4_32_64 | NOR_QUAD_38, .fourbyte = NOR_4B_EN4B, .bp = NOR_BP_OPAQUE,
	  .max_mhz = 104 },
	{ NOR_ID(0xc2, 0x80, 0x39), .name = "mx25um25645g", .size = MIB(32),
	  .flags = NOR_E4_64 | NOR_4B_OPS, .qe = NOR_QE_NONE, .max_mhz = 133,
	  .otp = { NOR_OTP_MODE, 1, 1024 } },
	{ NOR_ID(0xc2, 0x80, 0x3b), .name = "mx66um1g45g", .size = MIB(128),
	  .flags = NOR_E4_64 | NOR_4B_OPS, .qe = NOR_QE_NONE, .max_mhz = 133,
	  .otp = { NOR_OTP_MODE, 1, 1024 } },
	{ NOR_ID(0xc2, 0x81, 0x37), .name = "mx25uw6445g", .size = MIB(8),
	  .flags = NOR_E4_64, .qe = NOR_QE_NONE, .max_mhz = 133,
	  .otp = { NOR_OTP_MODE, 1, 1024 } },
	{ NOR_ID(0xc2, 0x81, 0x38), .name = "mx25uw12845g", .size = MIB(16),
	  .flags = NOR_E4_64, .qe = NOR_QE_NONE, .max_mhz = 133,
	  .otp = { NOR_OTP_MODE, 1, 1024 } },
	{ NOR_ID(0xc2, 0x81, 0x39), .name = "mx25uw25645g", .size = MIB(32),
	  .flags = NOR_E4_64 | NOR_4B_OPS, .qe = NOR_QE_NONE, .max_mhz = 133,
	  .otp = { NOR_OTP_MODE, 1, 1024 } },
	{ NOR_ID(0xc2, 0x81, 0x3a), .name = "mx25uw51245g", .size = MIB(64),
	  .flags = NOR_E4_64 | NOR_4B_OPS, .qe = NOR_QE_NONE, .max_mhz = 133,
	  .otp = { NOR_OTP_MODE, 1, 1024 },
	  .times = NOR_TIMES(152, 4864, 25, 600, 0, 0, 256, 6144, 0, 0) },
	{ NOR_ID(0xc2, 0x81, 0x3b), .name = "mx66uw1g45g", .size = MIB(128),
	  .flags = NOR_E4_64 | NOR_4B_OPS, .qe = NOR_QE_NONE, .max_mhz = 133,
	  .otp = { NOR_OTP_MODE, 1, 1024 } },
	{ NOR_ID(0xc2, 0x83, 0x39), .name = "mx25um25345g", .size = MIB(32),
	  .flags = NOR_E4_64 | NOR_4B_OPS, .qe = NOR_QE_NONE, .max_mhz = 133,
	  .otp = { NOR_OTP_MODE, 1, 1024 },
	  .times = NOR_TIMES(152, 912, 25, 400, 0, 0, 224, 3584, 0, 0) },
	{ NOR_ID(0xc2, 0x84, 0x37), .name = "mx25uw6345g", .size = MIB(8),
	  .flags = NOR_E4_64, .qe = NOR_QE_NONE, .max_mhz = 133,
	  .otp = { NOR_OTP_MODE, 1, 1024 } },
	{ NOR_ID(0xc2, 0x84, 0x38), .name = "mx25uw12345g", .size = MIB(16),
	  .flags = NOR_E4_64, .qe = NOR_QE_NONE, .max_mhz = 133,
	  .otp = { NOR_OTP_MODE, 1, 1024 } },
	{ NOR_ID(0xc2, 0x84, 0x39), .name = "mx25uw25345g", .size = MIB(32),
	  .flags = NOR_E4_64 | NOR_4B_OPS, .qe = NOR_QE_NONE, .max_mhz = 133,
	  .otp = { NOR_OTP_MODE, 1, 1024 } },
	{ NOR_ID(0xc2, 0x84, 0x3a), .name = "mx25uw51345g", .size = MIB(64),
	  .flags = NOR_E4_64 | NOR_4B_OPS, .qe = NOR_QE_NONE, .max_mhz = 133,
	  .otp = { NOR_OTP_MODE, 1, 1024 } },
	{ NOR_ID(0xc2, 0x84, 0x3c), .name = "mx66uw2g345g", .size = MIB(256),
	  .flags = NOR_E4_64 | NOR_4B_OPS, .qe = NOR_QE_NONE, .max_mhz = 133,
	  .otp = { NOR_OTP_MODE, 1, 1024 } },
	{ NOR_ID(0xc2, 0x85, 0x39), .name = "mx25lm25645g", .size = MIB(32),
	  .flags = NOR_E4_64 | NOR_4B_OPS, .qe = NOR_QE_NONE, .max_mhz = 133,
	  .otp = { NOR_OTP_MODE, 1, 1024 } },
	{ NOR_ID(0xc2, 0x85, 0x3a), .name = "mx25lm51245g", .size = MIB(64),
	  .flags = NOR_E4_64 | NOR_4B_OPS, .qe = NOR_QE_NONE, .max_mhz = 133,
	  .otp = { NOR_OTP_MODE, 1, 1024 },
	  .times = NOR_TIMES(150, 750, 25, 400, 0, 0, 220, 2000, 150, 300), .tested = TESTED_SIM },
	{ NOR_ID(0xc2, 0x85, 0x3b), .name = "mx66lm1g45g", .size = MIB(128),
	  .flags = NOR_E4_64 | NOR_4B_OPS, .qe = NOR_QE_NONE, .max_mhz = 133,
	  .otp = { NOR_OTP_MODE, 1, 1024 } },
	{ NOR_ID(0xc2, 0x86, 0x3a), .name = "mx25lw51245g", .size = MIB(64),
	  .flags = NOR_E4_64 | NOR_4B_OPS, .qe = NOR_QE_NONE, .max_mhz = 133,
	  .otp = { NOR_OTP_MODE, 1, 1024 } },
	{ NOR_ID(0xc2, 0x94, 0x3c), .name = "mx66uw2g345gx0", .size = MIB(256),
	  .flags = NOR_E4_64 | NOR_4B_OPS, .qe = NOR_QE_NONE, .max_mhz = 133,
	  .otp = { NOR_OTP_MODE, 1, 1024 } },
	{ NOR_ID(0xc2, 0x95, 0x17), .name = "mx25l6495f", .size = MIB(8),
	  .flags = NOR_E4_32_64 | NOR_QUAD_38, .max_mhz = 104,
	  .otp = { NOR_OTP_MODE, 1, 1024 } },
	{ NOR_ID(0xc2, 0x95, 0x3a), .name = "mx25u51245f", .size = MIB(64),
	  .flags = NOR_ERASE_64K | NOR_QUAD_38 | NOR_4B_OPS, .max_mhz = 104 },
};
/* clang-format on */

static void macronix_defaults(struct nor_params *p, const struct nor_part *part)
{
	static const struct nor_usual usual = {
		.qe = NOR_QE_SR1_B6,
		.bp = NOR_BP4_TB_CR3,
		.otp = { NOR_OTP_MODE, 1, 512 },
		.uid = NOR_UID_NONE,
	};

	nor_take_usual(p, part, &usual);
	p->qpi_enter = BIT(2);	  /* 35h */
	p->qpi_exit = BIT(1);	  /* F5h */
	p->mode_4b_opcode = 0x15; /* CR: 4BYTE */
	p->mode_4b_mask = BIT(5);
	p->fail_opcode = 0x2b;
	p->fail_program = BIT(5);
	p->fail_erase = BIT(6);
}

/* CR bits 7:6: EBh 6, 4, 8 or (refused here, for parts differ) more cycles; 6Bh 8 or 6 */
static int macronix_setup(struct spi_nor *nor, struct nor_params *p)
{
	static const u8 cycles_eb[] = { 6, 4, 8, 0 };
	u8 cr = 0;
	int rc;

	if (!p->read_1_4_4.opcode)
		return 0;
	rc = nor_read_reg(nor, OP_RDCR, &cr, 1);
	if (rc || !(cr >> 6) || cr == 0xff)
		return rc;
	p->read_1_4_4.cycles = cycles_eb[cr >> 6];
	if (!p->read_1_4_4.cycles)
		p->read_1_4_4.opcode = 0;
	p->read_4_4_4.cycles = p->read_1_4_4.cycles;
	if (!p->read_4_4_4.cycles)
		p->read_4_4_4.opcode = 0;
	p->read_1_1_4.opcode = 0;
	p->read_1_2_2.opcode = 0;
	p->read_1_1_2.opcode = 0;
	return 0;
}

const struct nor_vendor nor_macronix = {
	.name = "Macronix",
	.id = 0xc2,
	.parts = macronix_parts,
	.n_parts = ARRAY_SIZE(macronix_parts),
	.defaults = macronix_defaults,
	.setup = macronix_setup,
};
