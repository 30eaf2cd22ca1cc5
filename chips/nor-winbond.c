// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Winbond W25Q, and W25P and W25X before them. QE is SR2 bit 1: 31h writes it on the V generations,
 * 01h with two bytes on all; 50h makes a status write volatile. BP in SR1 4:2 with TB and SEC up to
 * 128 Mbit, 5:2 with TB from 256 Mbit; CMP in SR2, WPS in SR3 where there is one. One ID covers
 * several generations: rows take the slower times and the older way, SFDP knows better where the
 * chip has it.
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
	{ NOR_ID(0xef, 0x20, 0x14), .name = "w25p80", .size = MIB(1),
	  .flags = NOR_ERASE_64K, .qe = NOR_QE_NONE, .bp = NOR_BP3, .otp = { .kind = NOR_OTP_NONE },
	  .uid = NOR_UID_NONE },
	{ NOR_ID(0xef, 0x20, 0x15), .name = "w25p16", .size = MIB(2),
	  .flags = NOR_ERASE_64K, .qe = NOR_QE_NONE, .bp = NOR_BP3, .otp = { .kind = NOR_OTP_NONE },
	  .uid = NOR_UID_NONE },
	{ NOR_ID(0xef, 0x20, 0x16), .name = "w25p32", .size = MIB(4),
	  .flags = NOR_ERASE_64K, .qe = NOR_QE_NONE, .bp = NOR_BP3, .otp = { .kind = NOR_OTP_NONE },
	  .uid = NOR_UID_NONE },
	{ NOR_ID(0xef, 0x30, 0x10), .name = "w25x05", .size = KIB(64),
	  .flags = NOR_E4_32_64 | NOR_NO_CHIP_ERASE, .qe = NOR_QE_NONE, .bp = NOR_BP3_TB5,
	  .max_mhz = 75, .otp = { .kind = NOR_OTP_NONE }, .uid = NOR_UID_NONE },
	{ NOR_ID(0xef, 0x30, 0x11), .name = "w25x10", .size = KIB(128),
	  .flags = NOR_E4_64, .qe = NOR_QE_NONE, .bp = NOR_BP3_TB5, .max_mhz = 75,
	  .otp = { .kind = NOR_OTP_NONE }, .uid = NOR_UID_NONE },
	{ NOR_ID(0xef, 0x30, 0x12), .name = "w25x20", .size = KIB(256),
	  .flags = NOR_E4_64, .qe = NOR_QE_NONE, .bp = NOR_BP3_TB5, .max_mhz = 75,
	  .otp = { .kind = NOR_OTP_NONE }, .uid = NOR_UID_NONE },
	{ NOR_ID(0xef, 0x30, 0x13), .name = "w25x40", .size = KIB(512),
	  .flags = NOR_E4_64, .qe = NOR_QE_NONE, .bp = NOR_BP3_TB5, .max_mhz = 75,
	  .otp = { .kind = NOR_OTP_NONE }, .uid = NOR_UID_NONE },
	{ NOR_ID(0xef, 0x30, 0x14), .name = "w25x80", .size = MIB(1),
	  .flags = NOR_E4_64, .qe = NOR_QE_NONE, .bp = NOR_BP3_TB5, .max_mhz = 75,
	  .otp = { .kind = NOR_OTP_NONE }, .uid = NOR_UID_NONE },
	{ NOR_ID(0xef, 0x30, 0x15), .name = "w25x16", .size = MIB(2),
	  .flags = NOR_E4_32_64, .qe = NOR_QE_NONE, .bp = NOR_BP3_TB5, .max_mhz = 75,
	  .otp = { .kind = NOR_OTP_NONE }, .uid = NOR_UID_NONE },
	{ NOR_ID(0xef, 0x30, 0x16), .name = "w25x32", .size = MIB(4),
	  .flags = NOR_E4_32_64, .qe = NOR_QE_NONE, .bp = NOR_BP3_TB5, .max_mhz = 75,
	  .otp = { .kind = NOR_OTP_NONE }, .uid = NOR_UID_NONE },
	{ NOR_ID(0xef, 0x30, 0x17), .name = "w25x64", .size = MIB(8),
	  .flags = NOR_E4_32_64, .qe = NOR_QE_NONE, .bp = NOR_BP3_TB5, .max_mhz = 75,
	  .otp = { .kind = NOR_OTP_NONE }, .uid = NOR_UID_NONE },
	{ NOR_ID(0xef, 0x40, 0x12), .name = "w25q20cl", .size = KIB(256),
	  .flags = NOR_E4_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0xef, 0x40, 0x13), .name = "w25q40cl", .size = KIB(512),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0xef, 0x40, 0x14), .name = "w25q80dv", .size = MIB(1),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .qe = NOR_QE_SR2_B1_W2, .max_mhz = 104,
	  .times = W25Q_TIMES(700, 2, 6) },
	{ NOR_ID(0xef, 0x40, 0x15), .name = "w25q16jv", .size = MIB(2),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_HAS_WPS, .qe = NOR_QE_SR2_B1_W2, .max_mhz = 104, .times = W25Q_TIMES(700, 5, 25) },
	{ NOR_ID(0xef, 0x40, 0x16), .name = "w25q32jv", .size = MIB(4),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_HAS_WPS, .qe = NOR_QE_SR2_B1_W2, .max_mhz = 104,
	  .times = W25Q_TIMES(700, 10, 50) },
	{ NOR_ID(0xef, 0x40, 0x17), .name = "w25q64jv", .size = MIB(8),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_HAS_WPS, .qe = NOR_QE_SR2_B1_W2, .max_mhz = 104,
	  .times = W25Q_TIMES(700, 20, 100) },
	{ NOR_ID(0xef, 0x40, 0x18), .name = "w25q128jv", .size = MIB(16),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_HAS_WPS, .qe = NOR_QE_SR2_B1_W2, .max_mhz = 104,
	  .fixup = w25q128_fixup,
	  .times = W25Q_TIMES(700, 40, 200), .tested = TESTED_SIM },
	/* one ID, two chips: JV has SFDP 1.5 or later and 4-byte opcodes for everything */
	{ NOR_ID(0xef, 0x40, 0x19), .name = "w25q256jv", .size = MIB(32),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_4B_OPS | NOR_HAS_WPS, .max_mhz = 133, .match = is_w25q256jv,
	  .times = W25Q_TIMES(700, 80, 400), .tested = TESTED_SIM },
	{ NOR_ID(0xef, 0x40, 0x19), .name = "w25q256fv", .size = MIB(32),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_HAS_WPS, .max_mhz = 104, .fourbyte = NOR_4B_WREN_EN4B,
	  .times = W25Q_TIMES(700, 80, 400) },
	{ NOR_ID(0xef, 0x40, 0x20), .name = "w25q512jv", .size = MIB(64),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_4B_OPS | NOR_HAS_WPS, .max_mhz = 133,
	  .times = W25Q_TIMES(700, 192, 1000), .tested = TESTED_SIM },
	{ NOR_ID(0xef, 0x40, 0x21), .name = "w25q01jv", .size = MIB(128),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_4B_OPS | NOR_HAS_WPS, .max_mhz = 133,
	  .times = NOR_TIMES(700, 3500, 50, 400, 120, 1600, 150, 2000, 400, 2000) },
	{ NOR_ID(0xef, 0x50, 0x12), .name = "w25q20bw", .size = KIB(256),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0xef, 0x50, 0x13), .name = "w25q40bw", .size = KIB(512),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .qe = NOR_QE_SR2_B1_W2, .max_mhz = 104 },
	{ NOR_ID(0xef, 0x50, 0x14), .name = "w25q80bw", .size = MIB(1),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .qe = NOR_QE_SR2_B1_W2, .max_mhz = 104 },
	{ NOR_ID(0xef, 0x60, 0x12), .name = "w25q20ew", .size = KIB(256),
	  .flags = NOR_E4_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0xef, 0x60, 0x13), .name = "w25q40ew", .size = KIB(512),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0xef, 0x60, 0x14), .name = "w25q80ew", .size = MIB(1),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0xef, 0x60, 0x15), .name = "w25q16dw", .size = MIB(2),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0xef, 0x60, 0x16), .name = "w25q32dw", .size = MIB(4),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_HAS_WPS, .qe = NOR_QE_SR2_B1_W2, .max_mhz = 104 },
	{ NOR_ID(0xef, 0x60, 0x17), .name = "w25q64dw", .size = MIB(8),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_HAS_WPS, .max_mhz = 104 },
	{ NOR_ID(0xef, 0x60, 0x18), .name = "w25q128fw", .size = MIB(16),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_HAS_WPS, .max_mhz = 104 },
	{ NOR_ID(0xef, 0x60, 0x19), .name = "w25q256jw", .size = MIB(32),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_HAS_WPS, .fourbyte = NOR_4B_EN4B, .max_mhz = 133 },
	{ NOR_ID(0xef, 0x60, 0x20), .name = "w25q512nw", .size = MIB(64),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_4B_OPS | NOR_HAS_WPS, .max_mhz = 133 },
	{ NOR_ID(0xef, 0x60, 0x21), .name = "w25q01nw", .size = MIB(128),
	  .flags = NOR_E4_64 | NOR_QUAD, .fourbyte = NOR_4B_EN4B, .max_mhz = 133 },
	{ NOR_ID(0xef, 0x61, 0x19), .name = "w25m512jw", .size = MIB(64),
	  .flags = NOR_E4_64 | NOR_QUAD | NOR_4B_OPS,
	  .dies = NOR_DIES_SELECT, .n_dies = 2, .max_mhz = 133 },
	{ NOR_ID(0xef, 0x70, 0x15), .name = "w25q16jv-m", .size = MIB(2),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_HAS_WPS, .max_mhz = 133,
	  .times = W25Q_TIMES(400, 5, 25) },
	{ NOR_ID(0xef, 0x70, 0x16), .name = "w25q32jv-m", .size = MIB(4),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_HAS_WPS, .max_mhz = 133,
	  .times = W25Q_TIMES(400, 10, 50) },
	{ NOR_ID(0xef, 0x70, 0x17), .name = "w25q64jv-m", .size = MIB(8),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_HAS_WPS, .max_mhz = 133, .times = W25Q_TIMES(400, 20, 100) },
	{ NOR_ID(0xef, 0x70, 0x18), .name = "w25q128jv-m", .size = MIB(16),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_HAS_WPS, .max_mhz = 133, .times = W25Q_TIMES(400, 40, 200) },
	{ NOR_ID(0xef, 0x70, 0x19), .name = "w25q256jv-m", .size = MIB(32),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_4B_OPS | NOR_HAS_WPS, .max_mhz = 133,
	  .times = W25Q_TIMES(700, 80, 400) },
	{ NOR_ID(0xef, 0x70, 0x20), .name = "w25q512jv-m", .size = MIB(64),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_4B_OPS | NOR_HAS_WPS, .max_mhz = 133,
	  .times = W25Q_TIMES(700, 192, 1000) },
	{ NOR_ID(0xef, 0x70, 0x21), .name = "w25q01jv-m", .size = MIB(128),
	  .flags = NOR_E4_64 | NOR_QUAD | NOR_HAS_WPS, .fourbyte = NOR_4B_EN4B, .max_mhz = 133,
	  .times = NOR_TIMES(700, 3500, 50, 400, 120, 1600, 150, 2000, 400, 2000) },
	{ NOR_ID(0xef, 0x70, 0x22), .name = "w25q02jv-m", .size = MIB(256),
	  .flags = NOR_E4_64 | NOR_QUAD | NOR_HAS_WPS, .fourbyte = NOR_4B_EN4B, .max_mhz = 133 },
	{ NOR_ID(0xef, 0x71, 0x19), .name = "w25m512jv", .size = MIB(64),
	  .flags = NOR_E4_64 | NOR_QUAD | NOR_4B_OPS | NOR_HAS_WPS,
	  .dies = NOR_DIES_SELECT, .n_dies = 2, .max_mhz = 133, .tested = TESTED_SIM },
	{ NOR_ID(0xef, 0x80, 0x16), .name = "w25q32jw-m", .size = MIB(4),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_HAS_WPS, .max_mhz = 133 },
	{ NOR_ID(0xef, 0x80, 0x17), .name = "w25q64jw-m", .size = MIB(8),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_HAS_WPS, .max_mhz = 133,
	  .times = NOR_TIMES(704, 4224, 64, 896, 128, 1792, 160, 2240, 0, 0) },
	{ NOR_ID(0xef, 0x80, 0x18), .name = "w25q128jw-m", .size = MIB(16),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_HAS_WPS, .max_mhz = 133 },
	{ NOR_ID(0xef, 0x80, 0x19), .name = "w25q256jw-m", .size = MIB(32),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_HAS_WPS | NOR_4B_OPS, .max_mhz = 133 },
	{ NOR_ID(0xef, 0x80, 0x20), .name = "w25q512nw-m", .size = MIB(64),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_HAS_WPS | NOR_4B_OPS, .max_mhz = 133 },
	{ NOR_ID(0xef, 0x80, 0x21), .name = "w25q01nw-m", .size = MIB(128),
	  .flags = NOR_E4_64 | NOR_QUAD | NOR_HAS_WPS, .fourbyte = NOR_4B_EN4B, .max_mhz = 133,
	  .times = NOR_TIMES(704, 4224, 64, 896, 176, 2464, 224, 3136, 0, 0) },
	{ NOR_ID(0xef, 0x80, 0x22), .name = "w25q02nw-m", .size = MIB(256),
	  .flags = NOR_E4_64 | NOR_QUAD, .fourbyte = NOR_4B_EN4B, .max_mhz = 133 },
	{ NOR_ID(0xef, 0x90, 0x22), .name = "w25h02jv", .size = MIB(256),
	  .flags = NOR_E4_64 | NOR_QUAD, .fourbyte = NOR_4B_EN4B, .max_mhz = 133 },
	{ NOR_ID(0xef, 0xa0, 0x20), .name = "w25h512nw", .size = MIB(64),
	  .flags = NOR_E4_64 | NOR_QUAD, .fourbyte = NOR_4B_EN4B, .max_mhz = 133 },
	{ NOR_ID(0xef, 0xa0, 0x21), .name = "w25h01nw", .size = MIB(128),
	  .flags = NOR_E4_64 | NOR_QUAD, .fourbyte = NOR_4B_EN4B, .max_mhz = 133 },
	{ NOR_ID(0xef, 0xa0, 0x22), .name = "w25h02nw", .size = MIB(256),
	  .flags = NOR_E4_64 | NOR_QUAD, .fourbyte = NOR_4B_EN4B, .max_mhz = 133 },
};
/* clang-format on */

static void winbond_defaults(struct nor_params *p, const struct nor_part *part)
{
	static const struct nor_usual usual = {
		.qe = NOR_QE_SR2_B1_31,
		.bp = NOR_BP3_TB5_SEC6,
		.bp_large = NOR_BP4_TB6,
		.otp = { NOR_OTP_SECREG, 3, 256 },
		.uid = NOR_UID_4B_8,
	};

	nor_take_usual(p, part, &usual);
	/* 50h came with SR2: not on W25P and W25X */
	p->volatile_sr = !part || part->id[1] >= 0x40;
	p->mode_4b_opcode = 0x15; /* SR3: ADS */
	p->mode_4b_mask = BIT(0);
	p->slow_read_max_hz = 50000000; /* 03h: 50 MHz */
}

const struct nor_vendor nor_winbond = {
	.name = "Winbond",
	.id = 0xef,
	.parts = winbond_parts,
	.n_parts = ARRAY_SIZE(winbond_parts),
	.defaults = winbond_defaults,
};
