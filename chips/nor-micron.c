// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Micron (Numonyx, ST): N25Q, MT25Q and the octal MT35X; M25P, M25PX, M25PE and M45PE.
 * N25Q and later: Quad opcodes always work; the flag status register (70h)
 * tells when program and erase are over and how they ended: bit 7 ready, 5 erase error, 4 program
 * error, 1 protection error; errors stay until 50h, and WEL with them until 04h.
 *
 * Dummy cycles of all fast reads stand in VCR (85h) bits 7:4; 0 and 15 mean each opcode's default:
 * 8, and 10 for EBh. VCR bit 3 = 0 allows XIP.
 *
 * Times: N25Q data sheets (N25Q128A13: page 0.5/5 ms, 4K 0.25/0.8 s, 64K 0.7/3 s, chip 170/250 s)
 * and MT25QL128ABA (0.12/1.8 ms, 4K 50/400 ms, 32K 100/1000 ms, 64K 150/1000 ms, chip 38/114 s).
 */
#include "chips/nor-vendors.h"

#define OP_RDNVCR     0xb5
#define NVCR_ONE_LINE (BIT(3) | BIT(2))
#define OP_RDVCR      0x85
#define OP_WRVCR      0x81
#define VCR_XIP_OFF   BIT(3)

#define N25Q_TIMES(_chip_typ_s, _chip_max_s)                         \
	{                                                            \
		.pp_us = { 500, 5000 }, .erase_4k_ms = { 250, 800 }, \
		.erase_64k_ms = { 700, 3000 }, .chip_ms = {          \
			(_chip_typ_s)*1000,                          \
			(_chip_max_s)*1000                           \
		}                                                    \
	}
#define MT25Q_TIMES(_chip_typ_s, _chip_max_s)                                                      \
	{                                                                                          \
		.pp_us = { 120, 1800 }, .erase_4k_ms = { 50, 400 }, .erase_32k_ms = { 100, 1000 }, \
		.erase_64k_ms = { 150, 1000 }, .chip_ms = {                                        \
			(_chip_typ_s)*1000,                                                        \
			(_chip_max_s)*1000                                                         \
		}                                                                                  \
	}

/*
 * N25Q and MT25Q share their three-byte IDs. The fifth byte (extended device data) tells: bit 6 is
 * the second generation, MT25Q (TN-25-30; Linux matches 10 44 00). Only MT25Q has a 32K erase.
 */
static bool is_mt25q(const u8 *id, const struct sfdp_info *sfdp)
{
	if (id[3] == 0x10 && id[4] & BIT(6))
		return true;
	for (unsigned int i = 0; sfdp && i < SFDP_N_ERASE; i++)
		if (sfdp->bfpt.erase[i].size == KIB(32))
			return true;
	return false;
}

/* M45PE80 and M45PE16 have the IDs of XM25QH80B and XM25QH16C, but no SFDP */
static bool has_no_sfdp(const u8 *id, const struct sfdp_info *sfdp)
{
	(void)id;
	return !sfdp;
}

/* clang-format off */
static const struct nor_part micron_parts[] = {
	{ NOR_ID(0x20, 0xba, 0x18), .name = "mt25ql128", .size = MIB(16),
	  .match = is_mt25q, .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 133,
	  .times = MT25Q_TIMES(38, 114), .tested = TESTED_SIM },
	{ NOR_ID(0x20, 0xba, 0x19), .name = "mt25ql256", .size = MIB(32),
	  .match = is_mt25q, .flags = NOR_E4_32_64 | NOR_QUAD | NOR_4B_OPS, .max_mhz = 133,
	  .times = MT25Q_TIMES(77, 208) },
	{ NOR_ID(0x20, 0xba, 0x20), .name = "mt25ql512", .size = MIB(64),
	  .match = is_mt25q, .flags = NOR_E4_32_64 | NOR_QUAD | NOR_4B_OPS, .max_mhz = 133,
	  .times = MT25Q_TIMES(153, 460), .tested = TESTED_SIM },
	{ NOR_ID(0x20, 0xbb, 0x18), .name = "mt25qu128", .size = MIB(16),
	  .match = is_mt25q, .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 166,
	  .times = MT25Q_TIMES(38, 114) },
	{ NOR_ID(0x20, 0xbb, 0x19), .name = "mt25qu256", .size = MIB(32),
	  .match = is_mt25q, .flags = NOR_E4_32_64 | NOR_QUAD | NOR_4B_OPS, .max_mhz = 166,
	  .times = MT25Q_TIMES(77, 208) },
	{ NOR_ID(0x20, 0xbb, 0x20), .name = "mt25qu512", .size = MIB(64),
	  .match = is_mt25q, .flags = NOR_E4_32_64 | NOR_QUAD | NOR_4B_OPS, .max_mhz = 166,
	  .times = MT25Q_TIMES(153, 460) },
	{ NOR_ID(0x20, 0xba, 0x21), .name = "mt25ql01g", .size = MIB(128),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_NO_CHIP_ERASE, .fourbyte = NOR_4B_WREN_EN4B,
	  .dies = NOR_DIES_LINEAR, .n_dies = 2, .max_mhz = 133,
	  .match = is_mt25q, .times = MT25Q_TIMES(0, 0), .tested = TESTED_SIM },
	{ NOR_ID(0x20, 0xba, 0x22), .name = "mt25ql02g", .size = MIB(256),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_NO_CHIP_ERASE, .fourbyte = NOR_4B_WREN_EN4B,
	  .dies = NOR_DIES_LINEAR, .n_dies = 4, .max_mhz = 133,
	  .times = MT25Q_TIMES(0, 0) },
	{ NOR_ID(0x20, 0xbb, 0x21), .name = "mt25qu01g", .size = MIB(128),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_NO_CHIP_ERASE, .fourbyte = NOR_4B_WREN_EN4B,
	  .dies = NOR_DIES_LINEAR, .n_dies = 2, .max_mhz = 166,
	  .match = is_mt25q, .times = MT25Q_TIMES(0, 0) },
	{ NOR_ID(0x20, 0xbb, 0x22), .name = "mt25qu02g", .size = MIB(256),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_NO_CHIP_ERASE, .fourbyte = NOR_4B_WREN_EN4B,
	  .dies = NOR_DIES_LINEAR, .n_dies = 4, .max_mhz = 166,
	  .times = MT25Q_TIMES(0, 0), .tested = TESTED_SIM },

	{ NOR_ID(0x20, 0xba, 0x16), .name = "n25q032a", .size = MIB(4),
	  .flags = NOR_E4_64 | NOR_QUAD, .max_mhz = 108, .times = N25Q_TIMES(30, 60),
	  .bp = NOR_BP3_TB5 },
	{ NOR_ID(0x20, 0xba, 0x17), .name = "n25q064a", .size = MIB(8),
	  .flags = NOR_E4_64 | NOR_QUAD, .max_mhz = 108, .times = N25Q_TIMES(60, 120) },
	{ NOR_ID(0x20, 0xba, 0x18), .name = "n25q128a", .size = MIB(16),
	  .flags = NOR_E4_64 | NOR_QUAD, .max_mhz = 108, .times = N25Q_TIMES(170, 250),
	  .tested = TESTED_SIM },
	{ NOR_ID(0x20, 0xba, 0x19), .name = "n25q256a", .size = MIB(32),
	  .flags = NOR_E4_64 | NOR_QUAD, .fourbyte = NOR_4B_WREN_EN4B, .max_mhz = 108,
	  .times = N25Q_TIMES(240, 480), .tested = TESTED_SIM },
	{ NOR_ID(0x20, 0xba, 0x20), .name = "n25q512a", .size = MIB(64),
	  .flags = NOR_E4_64 | NOR_QUAD | NOR_NO_CHIP_ERASE, .fourbyte = NOR_4B_WREN_EN4B,
	  .max_mhz = 108, .times = N25Q_TIMES(480, 960) },
	{ NOR_ID(0x20, 0xbb, 0x16), .name = "n25q032a11", .size = MIB(4),
	  .flags = NOR_E4_64 | NOR_QUAD, .max_mhz = 108, .times = N25Q_TIMES(30, 60),
	  .bp = NOR_BP3_TB5 },
	{ NOR_ID(0x20, 0xbb, 0x17), .name = "n25q064a11", .size = MIB(8),
	  .flags = NOR_E4_64 | NOR_QUAD, .max_mhz = 108, .times = N25Q_TIMES(60, 120) },
	{ NOR_ID(0x20, 0xbb, 0x18), .name = "n25q128a11", .size = MIB(16),
	  .flags = NOR_E4_64 | NOR_QUAD, .max_mhz = 108, .times = N25Q_TIMES(170, 250) },
	{ NOR_ID(0x20, 0xbb, 0x19), .name = "n25q256a11", .size = MIB(32),
	  .flags = NOR_E4_64 | NOR_QUAD, .fourbyte = NOR_4B_WREN_EN4B, .max_mhz = 108,
	  .times = N25Q_TIMES(240, 480) },
	{ NOR_ID(0x20, 0xbb, 0x15), .name = "n25q016a", .size = MIB(2),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 108 },
	{ NOR_ID(0x20, 0xba, 0x21), .name = "n25q00a", .size = MIB(128),
	  .flags = NOR_E4_64 | NOR_QUAD | NOR_NO_CHIP_ERASE,
	  .dies = NOR_DIES_LINEAR, .n_dies = 4, .max_mhz = 108,
	  .fourbyte = NOR_4B_WREN_EN4B, .times = N25Q_TIMES(0, 0) },
	{ NOR_ID(0x20, 0xbb, 0x21), .name = "n25q00a11", .size = MIB(128),
	  .flags = NOR_E4_64 | NOR_QUAD | NOR_NO_CHIP_ERASE,
	  .dies = NOR_DIES_LINEAR, .n_dies = 4, .max_mhz = 108,
	  .fourbyte = NOR_4B_WREN_EN4B, .times = N25Q_TIMES(0, 0) },
	{ NOR_ID(0x20, 0xbb, 0x20), .name = "n25q512a11", .size = MIB(64),
	  .flags = NOR_E4_64 | NOR_QUAD | NOR_NO_CHIP_ERASE, .max_mhz = 108,
	  .fourbyte = NOR_4B_WREN_EN4B, .times = N25Q_TIMES(480, 960) },

	{ NOR_ID(0x2c, 0x5a, 0x1a), .name = "mt35xl512aba", .size = MIB(64),
	  .flags = NOR_ERASE_128K | NOR_4B_OPS, .max_mhz = 166 },
	{ NOR_ID(0x2c, 0x5b, 0x1a), .name = "mt35xu512aba", .size = MIB(64),
	  .flags = NOR_ERASE_128K | NOR_4B_OPS, .max_mhz = 166 },
	{ NOR_ID(0x2c, 0x5b, 0x1b), .name = "mt35xu01gaba", .size = MIB(128),
	  .flags = NOR_ERASE_128K | NOR_NO_CHIP_ERASE | NOR_4B_OPS, .max_mhz = 166,
	  .times = NOR_TIMES(120, 2880, 48, 480, 112, 1120, 0, 0, 0, 0) },
	{ NOR_ID(0x2c, 0x5b, 0x1c), .name = "mt35xu02g", .size = MIB(256), .dies = NOR_DIES_LINEAR, .n_dies = 4,
	  .flags = NOR_ERASE_4K | NOR_ERASE_32K | NOR_ERASE_128K | NOR_NO_CHIP_ERASE | NOR_4B_OPS,
	  .max_mhz = 166 },
};
/* clang-format on */

static void micron_defaults(struct nor_params *p, const struct nor_part *part)
{
	static const struct nor_usual usual = {
		.qe = NOR_QE_NONE,
		.bp = NOR_BP4_MICRON,
		.otp = { NOR_OTP_MICRON, 1, 64 },
		.uid = NOR_UID_RDID,
	};

	nor_take_usual(p, part, &usual);
	if (p->read_1_4_4.opcode) {
		p->read_1_4_4.cycles = 10;
		p->read_1_2_2 = (struct nor_read_op){ 0xbb, 2, 2, 8 };
	}
	p->qpi_enter = BIT(4); /* EVCR bit 7 */
	p->hold_read = 0x65;   /* EVCR */
	p->hold_write = 0x61;
	p->hold_mask = BIT(4);
	p->mode_4b_opcode = 0x70;
	p->mode_4b_mask = BIT(0);
	p->poll_opcode = 0x70;
	p->poll_mask = BIT(7);
	p->poll_match = BIT(7);
	p->fail_opcode = 0x70;
	p->fail_program = BIT(4);
	p->fail_erase = BIT(5);
	p->fail_protect = BIT(1);
	p->fail_clear = 0x50;
	p->slow_read_max_hz = 54000000; /* 03h: 50 MHz MT25Q, 54 MHz N25Q */
}

/* QPI or DPI by NVCR: 0 is on. The chip is on one line because EVCR says so, until a reset */
static int look_at_nvcr(struct spi_nor *nor, struct nor_params *p)
{
	u8 nvcr[2] = { 0xff, 0xff };
	int rc = nor_read_reg(nor, OP_RDNVCR, nvcr, sizeof(nvcr));

	p->reset_at_end = !rc && (nvcr[0] & NVCR_ONE_LINE) != NVCR_ONE_LINE;
	return rc;
}

/* NVCR may have set other dummy cycles, and XIP: a reset only reloads them from there */
static int micron_setup(struct spi_nor *nor, struct nor_params *p)
{
	struct nor_read_op *const reads[] = { &p->read_1_1_2, &p->read_1_2_2, &p->read_1_1_4,
					      &p->read_1_4_4, &p->read_4_4_4 };
	u8 vcr = 0xff;
	int rc = look_at_nvcr(nor, p);

	if (!rc)
		rc = nor_read_reg(nor, OP_RDVCR, &vcr, 1);
	if (rc)
		return rc;
	if (!(vcr & VCR_XIP_OFF)) {
		vcr |= VCR_XIP_OFF;
		rc = nor_write_reg(nor, OP_WRVCR, &vcr, 1, false);
		if (rc)
			return rc;
	}
	if (vcr >> 4 == 0 || vcr >> 4 == 15)
		return 0;
	for (unsigned int i = 0; i < ARRAY_SIZE(reads); i++)
		reads[i]->cycles = vcr >> 4;
	/* 0Bh and 0Ch too; 03h and 13h have none */
	if (p->read.cycles)
		p->read.cycles = vcr >> 4;
	return 0;
}

const struct nor_vendor nor_micron = {
	.name = "Micron",
	.id = 0x20,
	.id2 = 0x2c,
	.parts = micron_parts,
	.n_parts = ARRAY_SIZE(micron_parts),
	.defaults = micron_defaults,
	.setup = micron_setup,
};

/* clang-format off */
static const struct nor_part st_parts[] = {
	{ NOR_ID(0x20, 0x20, 0x10), .name = "m25p05-a", .size = KIB(64),
	  .flags = NOR_ERASE_32K_D8, .max_mhz = 50, .bp = NOR_BP_OPAQUE },
	{ NOR_ID(0x20, 0x20, 0x11), .name = "m25p10-a", .size = KIB(128),
	  .flags = NOR_ERASE_32K_D8, .max_mhz = 50, .bp = NOR_BP_OPAQUE },
	{ NOR_ID(0x20, 0x20, 0x12), .name = "m25p20", .size = KIB(256),
	  .flags = NOR_ERASE_64K, .max_mhz = 50 },
	{ NOR_ID(0x20, 0x20, 0x13), .name = "m25p40", .size = KIB(512),
	  .flags = NOR_ERASE_64K, .max_mhz = 50 },
	{ NOR_ID(0x20, 0x20, 0x14), .name = "m25p80", .size = MIB(1),
	  .flags = NOR_ERASE_64K, .max_mhz = 50 },
	{ NOR_ID(0x20, 0x20, 0x15), .name = "m25p16", .size = MIB(2),
	  .flags = NOR_ERASE_64K, .max_mhz = 50 },
	{ NOR_ID(0x20, 0x20, 0x16), .name = "m25p32", .size = MIB(4),
	  .flags = NOR_ERASE_64K, .max_mhz = 50 },
	{ NOR_ID(0x20, 0x20, 0x17), .name = "m25p64", .size = MIB(8),
	  .flags = NOR_ERASE_64K, .max_mhz = 50, .tested = TESTED_SIM },
	{ NOR_ID(0x20, 0x20, 0x18), .name = "m25p128", .size = MIB(16),
	  .flags = NOR_ERASE_256K, .max_mhz = 50 },
	{ NOR_ID(0x20, 0x40, 0x11), .name = "m45pe10", .size = KIB(128),
	  .flags = NOR_ERASE_64K | NOR_NO_CHIP_ERASE, .bp = NOR_BP_OPAQUE },
	{ NOR_ID(0x20, 0x40, 0x12), .name = "m45pe20", .size = KIB(256),
	  .flags = NOR_ERASE_64K | NOR_NO_CHIP_ERASE, .bp = NOR_BP_OPAQUE },
	{ NOR_ID(0x20, 0x40, 0x13), .name = "m45pe40", .size = KIB(512),
	  .flags = NOR_ERASE_64K | NOR_NO_CHIP_ERASE, .bp = NOR_BP_OPAQUE },
	{ NOR_ID(0x20, 0x40, 0x14), .name = "m45pe80", .size = MIB(1),
	  .flags = NOR_ERASE_64K | NOR_NO_CHIP_ERASE, .bp = NOR_BP_OPAQUE, .match = has_no_sfdp },
	{ NOR_ID(0x20, 0x40, 0x15), .name = "m45pe16", .size = MIB(2),
	  .flags = NOR_ERASE_64K | NOR_NO_CHIP_ERASE, .bp = NOR_BP_OPAQUE, .match = has_no_sfdp },
	{ NOR_ID(0x20, 0x71, 0x14), .name = "m25px80", .size = MIB(1),
	  .flags = NOR_E4_64, .max_mhz = 75, .otp = { NOR_OTP_MICRON, 1, 64 } },
	{ NOR_ID(0x20, 0x71, 0x15), .name = "m25px16", .size = MIB(2),
	  .flags = NOR_E4_64, .max_mhz = 75, .otp = { NOR_OTP_MICRON, 1, 64 } },
	{ NOR_ID(0x20, 0x71, 0x16), .name = "m25px32", .size = MIB(4),
	  .flags = NOR_E4_64, .max_mhz = 75, .otp = { NOR_OTP_MICRON, 1, 64 } },
	{ NOR_ID(0x20, 0x71, 0x17), .name = "m25px64", .size = MIB(8),
	  .flags = NOR_E4_64, .max_mhz = 75, .otp = { NOR_OTP_MICRON, 1, 64 } },
	{ NOR_ID(0x20, 0x80, 0x11), .name = "m25pe10", .size = KIB(128),
	  .flags = NOR_E4_64, .max_mhz = 50 },
	{ NOR_ID(0x20, 0x80, 0x12), .name = "m25pe20", .size = KIB(256),
	  .flags = NOR_E4_64, .max_mhz = 50 },
	{ NOR_ID(0x20, 0x80, 0x13), .name = "m25pe40", .size = KIB(512),
	  .flags = NOR_E4_64, .max_mhz = 50 },
	{ NOR_ID(0x20, 0x80, 0x14), .name = "m25pe80", .size = MIB(1),
	  .flags = NOR_E4_64, .max_mhz = 50 },
	{ NOR_ID(0x20, 0x80, 0x15), .name = "m25pe16", .size = MIB(2),
	  .flags = NOR_E4_64, .max_mhz = 50 },
};
/* clang-format on */

/* no flag status register, no quad mode; status writes take effect at once and stay */
static void st_defaults(struct nor_params *p, const struct nor_part *part)
{
	static const struct nor_usual usual = {
		.qe = NOR_QE_NONE,
		.bp = NOR_BP3,
		.otp = { .kind = NOR_OTP_NONE },
		.uid = NOR_UID_NONE,
	};

	nor_take_usual(p, part, &usual);
	p->slow_read_max_hz = 20000000; /* 03h of the M25P of old: 20 MHz */
}

const struct nor_vendor nor_st = {
	.name = "ST",
	.id = 0x20,
	.parts = st_parts,
	.n_parts = ARRAY_SIZE(st_parts),
	.defaults = st_defaults,
};
