// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Micron (Numonyx, ST) N25Q and MT25Q. Quad opcodes always work; the flag status register (70h)
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

#define OP_RDVCR    0x85
#define OP_WRVCR    0x81
#define VCR_XIP_OFF BIT(3)

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

/* clang-format off */
static const struct nor_part micron_parts[] = {
	{ NOR_ID(0x20, 0xba, 0x18), .name = "mt25ql128", .size = MIB(16), .match = is_mt25q,
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 133, .times = MT25Q_TIMES(38, 114) },
	{ NOR_ID(0x20, 0xba, 0x19), .name = "mt25ql256", .size = MIB(32), .match = is_mt25q,
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_4B_OPS, .max_mhz = 133,
	  .times = MT25Q_TIMES(77, 208) },
	{ NOR_ID(0x20, 0xba, 0x20), .name = "mt25ql512", .size = MIB(64), .match = is_mt25q,
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_4B_OPS, .max_mhz = 133,
	  .times = MT25Q_TIMES(153, 460) },
	{ NOR_ID(0x20, 0xbb, 0x18), .name = "mt25qu128", .size = MIB(16), .match = is_mt25q,
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 166, .times = MT25Q_TIMES(38, 114) },
	{ NOR_ID(0x20, 0xbb, 0x19), .name = "mt25qu256", .size = MIB(32), .match = is_mt25q,
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_4B_OPS, .max_mhz = 166,
	  .times = MT25Q_TIMES(77, 208) },
	{ NOR_ID(0x20, 0xbb, 0x20), .name = "mt25qu512", .size = MIB(64), .match = is_mt25q,
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_4B_OPS, .max_mhz = 166,
	  .times = MT25Q_TIMES(153, 460) },

	{ NOR_ID(0x20, 0xba, 0x16), .name = "n25q032a", .size = MIB(4),
	  .flags = NOR_E4_64 | NOR_QUAD, .max_mhz = 108, .times = N25Q_TIMES(30, 60) },
	{ NOR_ID(0x20, 0xba, 0x17), .name = "n25q064a", .size = MIB(8),
	  .flags = NOR_E4_64 | NOR_QUAD, .max_mhz = 108, .times = N25Q_TIMES(60, 120) },
	{ NOR_ID(0x20, 0xba, 0x18), .name = "n25q128a", .size = MIB(16),
	  .flags = NOR_E4_64 | NOR_QUAD, .max_mhz = 108, .times = N25Q_TIMES(170, 250) },
	{ NOR_ID(0x20, 0xba, 0x19), .name = "n25q256a", .size = MIB(32),
	  .flags = NOR_E4_64 | NOR_QUAD, .fourbyte = NOR_4B_WREN_EN4B, .max_mhz = 108,
	  .times = N25Q_TIMES(240, 480) },
	{ NOR_ID(0x20, 0xba, 0x20), .name = "n25q512a", .size = MIB(64),
	  .flags = NOR_E4_64 | NOR_QUAD | NOR_NO_CHIP_ERASE, .fourbyte = NOR_4B_WREN_EN4B,
	  .max_mhz = 108, .times = N25Q_TIMES(480, 960) },
	{ NOR_ID(0x20, 0xbb, 0x16), .name = "n25q032a11", .size = MIB(4),
	  .flags = NOR_E4_64 | NOR_QUAD, .max_mhz = 108, .times = N25Q_TIMES(30, 60) },
	{ NOR_ID(0x20, 0xbb, 0x17), .name = "n25q064a11", .size = MIB(8),
	  .flags = NOR_E4_64 | NOR_QUAD, .max_mhz = 108, .times = N25Q_TIMES(60, 120) },
	{ NOR_ID(0x20, 0xbb, 0x18), .name = "n25q128a11", .size = MIB(16),
	  .flags = NOR_E4_64 | NOR_QUAD, .max_mhz = 108, .times = N25Q_TIMES(170, 250) },
	{ NOR_ID(0x20, 0xbb, 0x19), .name = "n25q256a11", .size = MIB(32),
	  .flags = NOR_E4_64 | NOR_QUAD, .fourbyte = NOR_4B_WREN_EN4B, .max_mhz = 108,
	  .times = N25Q_TIMES(240, 480) },
};
/* clang-format on */

static void micron_defaults(struct nor_params *p, const struct nor_part *part)
{
	(void)part;
	p->qe = NOR_QE_NONE;
	p->bp = NOR_BP4_MICRON;
	if (p->read_1_4_4.opcode)
		p->read_1_4_4.cycles = 10;
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

/* NVCR may have set other dummy cycles, and XIP: a reset only reloads them from there */
static int micron_setup(struct spi_nor *nor, struct nor_params *p)
{
	u8 vcr = 0xff;
	int rc = nor_read_reg(nor, OP_RDVCR, &vcr, 1);

	if (rc)
		return rc;
	if (!(vcr & VCR_XIP_OFF)) {
		vcr |= VCR_XIP_OFF;
		rc = nor_write_reg(nor, OP_WRVCR, &vcr, 1, false);
		if (rc)
			return rc;
	}
	if (vcr >> 4 != 0 && vcr >> 4 != 15) {
		p->read_1_1_4.cycles = vcr >> 4;
		p->read_1_4_4.cycles = vcr >> 4;
	}
	return 0;
}

const struct nor_vendor nor_micron = {
	.name = "Micron",
	.id = 0x20,
	.parts = micron_parts,
	.n_parts = ARRAY_SIZE(micron_parts),
	.defaults = micron_defaults,
	.setup = micron_setup,
};
