// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ISSI IS25LP, IS25WP, IS25LQ and the octal IS25LX, IS25WX; Pm25 of PMC, which ISSI bought. QE is SR
 * bit 6, BP in SR 5:2, top or bottom in the function register (48h) bit 1. Dummy cycles: read
 * register bits 6:3, 0 = default, which a reset brings back. The octal parts are Micron's design:
 * their registers too, and a flag status register that has to be polled.
 */
#include "chips/nor-vendors.h"

#define OP_RDRP	 0x61 /* read the read register */
#define RP_DUMMY GENMASK(6, 3)

/* IS25LP064, IS25LP256 data sheets; SFDP of IS25LP128 */
#define IS25_TIMES(_chip_typ_s, _chip_max_s)                                                       \
	{                                                                                          \
		.pp_us = { 200, 1200 }, .erase_4k_ms = { 100, 672 }, .erase_32k_ms = { 144, 864 }, \
		.erase_64k_ms = { 176, 1056 }, .chip_ms = {                                        \
			(_chip_typ_s)*1000,                                                        \
			(_chip_max_s)*1000                                                         \
		}                                                                                  \
	}

static void octal_fixup(struct nor_params *p, const struct sfdp_info *sfdp)
{
	(void)sfdp;
	p->poll_opcode = 0x70;
	p->poll_mask = BIT(7);
	p->poll_match = BIT(7);
	p->fail_opcode = 0x70;
	p->fail_program = BIT(4);
	p->fail_erase = BIT(5);
	p->fail_protect = BIT(1);
	p->fail_clear = 0x50;
}

/* clang-format off */
static const struct nor_part issi_parts[] = {
	{ NOR_ID(0x9d, 0x12, 0x53), .name = "is25wq040", .size = KIB(512),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .bp = NOR_BP_OPAQUE, .max_mhz = 104,
	  .otp = { .kind = NOR_OTP_NONE }, .uid = NOR_UID_NONE },
	{ NOR_ID(0x9d, 0x14, 0x45), .name = "is25lq016", .size = MIB(2),
	  .flags = NOR_E4_64 | NOR_QUAD, .bp = NOR_BP_OPAQUE, .max_mhz = 104,
	  .otp = { .kind = NOR_OTP_NONE }, .uid = NOR_UID_NONE },
	{ NOR_ID(0x9d, 0x40, 0x11), .name = "is25lp010e", .size = KIB(128),
	  .flags = NOR_E4_64 | NOR_QUAD, .max_mhz = 133 },
	{ NOR_ID(0x9d, 0x40, 0x12), .name = "is25lp020e", .size = KIB(256),
	  .flags = NOR_E4_64 | NOR_QUAD, .max_mhz = 133 },
	{ NOR_ID(0x9d, 0x40, 0x13), .name = "is25lq040b", .size = KIB(512),
	  .flags = NOR_E4_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0x9d, 0x40, 0x16), .name = "is25lq032", .size = MIB(4),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104, .otp = { .kind = NOR_OTP_NONE } },
	{ NOR_ID(0x9d, 0x5a, 0x18), .name = "is25lx128", .size = MIB(16),
	  .flags = NOR_E4_64, .qe = NOR_QE_NONE, .bp = NOR_BP4_MICRON, .max_mhz = 133,
	  .otp = { .kind = NOR_OTP_NONE }, .uid = NOR_UID_NONE, .fixup = octal_fixup },
	{ NOR_ID(0x9d, 0x5a, 0x1a), .name = "is25lx512", .size = MIB(64),
	  .flags = NOR_E4_64 | NOR_4B_OPS, .qe = NOR_QE_NONE, .bp = NOR_BP4_MICRON, .max_mhz = 133,
	  .otp = { .kind = NOR_OTP_NONE }, .uid = NOR_UID_NONE, .fixup = octal_fixup },
	{ NOR_ID(0x9d, 0x5b, 0x18), .name = "is25wx128", .size = MIB(16),
	  .flags = NOR_E4_64, .qe = NOR_QE_NONE, .bp = NOR_BP4_MICRON, .max_mhz = 133,
	  .otp = { .kind = NOR_OTP_NONE }, .uid = NOR_UID_NONE, .fixup = octal_fixup },
	{ NOR_ID(0x9d, 0x5b, 0x19), .name = "is25wx256", .size = MIB(32),
	  .flags = NOR_ERASE_4K | NOR_ERASE_128K | NOR_4B_OPS, .qe = NOR_QE_NONE,
	  .bp = NOR_BP4_MICRON, .max_mhz = 133, .otp = { .kind = NOR_OTP_NONE }, .uid = NOR_UID_NONE,
	  .fixup = octal_fixup },
	{ NOR_ID(0x9d, 0x60, 0x14), .name = "is25lp080", .size = MIB(1),
	  .flags = NOR_ERASE_64K | NOR_QUAD, .max_mhz = 133, .times = IS25_TIMES(2, 8) },
	{ NOR_ID(0x9d, 0x60, 0x15), .name = "is25lp016", .size = MIB(2),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 133, .times = IS25_TIMES(4, 15) },
	{ NOR_ID(0x9d, 0x60, 0x16), .name = "is25lp032", .size = MIB(4),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 133, .times = IS25_TIMES(8, 30) },
	{ NOR_ID(0x9d, 0x60, 0x17), .name = "is25lp064", .size = MIB(8),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 133, .times = IS25_TIMES(16, 60) },
	{ NOR_ID(0x9d, 0x60, 0x18), .name = "is25lp128", .size = MIB(16),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 133, .times = IS25_TIMES(36, 150),
	  .tested = TESTED_SIM },
	{ NOR_ID(0x9d, 0x60, 0x19), .name = "is25lp256", .size = MIB(32),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_4B_OPS, .max_mhz = 133,
	  .times = IS25_TIMES(70, 180) },
	{ NOR_ID(0x9d, 0x60, 0x1a), .name = "is25lp512", .size = MIB(64),
	  .flags = NOR_E4_64 | NOR_QUAD | NOR_4B_OPS, .max_mhz = 133,
	  .times = IS25_TIMES(140, 360) },
	{ NOR_ID(0x9d, 0x60, 0x1b), .name = "is25lp01g", .size = MIB(128),
	  .flags = NOR_E4_64 | NOR_QUAD, .fourbyte = NOR_4B_EN4B, .max_mhz = 133 },
	{ NOR_ID(0x9d, 0x60, 0x20), .name = "is25lp512m", .size = MIB(64),
	  .flags = NOR_E4_64 | NOR_QUAD, .fourbyte = NOR_4B_EN4B, .max_mhz = 133 },
	{ NOR_ID(0x9d, 0x60, 0x21), .name = "is25lp01g-j", .size = MIB(128),
	  .flags = NOR_E4_64 | NOR_QUAD, .fourbyte = NOR_4B_EN4B, .max_mhz = 133 },
	{ NOR_ID(0x9d, 0x60, 0x22), .name = "is25lp02g", .size = MIB(256),
	  .flags = NOR_E4_64 | NOR_QUAD, .fourbyte = NOR_4B_EN4B, .max_mhz = 133 },
	{ NOR_ID(0x9d, 0x70, 0x12), .name = "is25wp020", .size = KIB(256),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 133 },
	{ NOR_ID(0x9d, 0x70, 0x13), .name = "is25wp040", .size = KIB(512),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 133 },
	{ NOR_ID(0x9d, 0x70, 0x14), .name = "is25wp080", .size = MIB(1),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 133, .times = IS25_TIMES(2, 8) },
	{ NOR_ID(0x9d, 0x70, 0x15), .name = "is25wp016", .size = MIB(2),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 133, .times = IS25_TIMES(4, 15) },
	{ NOR_ID(0x9d, 0x70, 0x16), .name = "is25wp032", .size = MIB(4),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 133, .times = IS25_TIMES(8, 30) },
	{ NOR_ID(0x9d, 0x70, 0x17), .name = "is25wp064", .size = MIB(8),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 133, .times = IS25_TIMES(16, 60) },
	{ NOR_ID(0x9d, 0x70, 0x18), .name = "is25wp128", .size = MIB(16),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 133, .times = IS25_TIMES(36, 150) },
	{ NOR_ID(0x9d, 0x70, 0x19), .name = "is25wp256", .size = MIB(32),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_4B_OPS, .max_mhz = 133,
	  .times = IS25_TIMES(70, 180) },
	{ NOR_ID(0x9d, 0x70, 0x1a), .name = "is25wp512", .size = MIB(64),
	  .flags = NOR_E4_64 | NOR_QUAD | NOR_4B_OPS, .max_mhz = 133,
	  .times = IS25_TIMES(140, 360), .tested = TESTED_SIM },
	{ NOR_ID(0x9d, 0x70, 0x1b), .name = "is25wp01g", .size = MIB(128),
	  .flags = NOR_E4_64 | NOR_QUAD, .fourbyte = NOR_4B_EN4B, .max_mhz = 133 },
	{ NOR_ID(0x9d, 0x70, 0x20), .name = "is25wp512m", .size = MIB(64),
	  .flags = NOR_E4_64 | NOR_QUAD, .fourbyte = NOR_4B_EN4B, .max_mhz = 133 },
	{ NOR_ID(0x9d, 0x70, 0x21), .name = "is25wp01g-j", .size = MIB(128),
	  .flags = NOR_E4_64 | NOR_QUAD, .fourbyte = NOR_4B_EN4B, .max_mhz = 133 },
	{ NOR_ID(0x9d, 0x70, 0x22), .name = "is25wp02g", .size = MIB(256),
	  .flags = NOR_E4_64 | NOR_QUAD, .fourbyte = NOR_4B_EN4B, .max_mhz = 133 },
	{ NOR_ID(0x9d, 0x71, 0x18), .name = "is25wj128f", .size = MIB(16),
	  .flags = NOR_E4_64 | NOR_QUAD, .max_mhz = 104 },
};
/* clang-format on */

static void issi_defaults(struct nor_params *p, const struct nor_part *part)
{
	static const struct nor_usual usual = {
		.qe = NOR_QE_SR1_B6,
		.bp = NOR_BP4_TBS_FR1,
		.otp = { NOR_OTP_ROWS, 4, 256 },
		.uid = NOR_UID_4B_16,
	};

	nor_take_usual(p, part, &usual);
	p->no_volatile_sr = true; /* the SFDP of IS25LP128 claims it, the data sheet has no 50h */
	p->exit_4b = 0x29;
	p->mode_4b_opcode = 0x16; /* bank register: EXTADD */
	p->mode_4b_mask = BIT(7);
}

/*
 * The read register, bits 6:3: dummy cycles of all fast reads, mode clocks among them; 0: each read's
 * default. Parts without it (IS25LQ) leave the line high.
 */
static int issi_setup(struct spi_nor *nor, struct nor_params *p)
{
	struct nor_read_op *const reads[] = { &p->read_1_1_2, &p->read_1_2_2, &p->read_1_1_4,
					      &p->read_1_4_4, &p->read_4_4_4 };
	u8 val = 0, cycles;
	int rc;

	/* octal parts have another design */
	if (!p->read_1_4_4.opcode && !p->read_1_1_4.opcode)
		return 0;
	rc = nor_read_reg(nor, OP_RDRP, &val, 1);
	cycles = FIELD_GET(RP_DUMMY, val);
	if (rc || val == 0xff || !cycles)
		return rc;
	for (unsigned int i = 0; i < ARRAY_SIZE(reads); i++)
		reads[i]->cycles = cycles;
	if (p->read.cycles)
		p->read.cycles = cycles;
	return 0;
}

const struct nor_vendor nor_issi = {
	.name = "ISSI",
	.id = 0x9d,
	.parts = issi_parts,
	.n_parts = ARRAY_SIZE(issi_parts),
	.defaults = issi_defaults,
	.setup = issi_setup,
};

/* clang-format off */
static const struct nor_part pmc_parts[] = {
	{ NOR_ID(0x7f, 0x9d, 0x13), .name = "pm25lv080b", .size = MIB(1),
	  .flags = NOR_E4_64, .qe = NOR_QE_NONE, .max_mhz = 33 },
	{ NOR_ID(0x7f, 0x9d, 0x14), .name = "pm25lv016b", .size = MIB(2),
	  .flags = NOR_E4_64, .qe = NOR_QE_NONE, .max_mhz = 33 },
	{ NOR_ID(0x7f, 0x9d, 0x20), .name = "pm25ld512", .size = KIB(64),
	  .flags = NOR_ERASE_4K | NOR_ERASE_32K_D8, .qe = NOR_QE_NONE, .max_mhz = 33 },
	{ NOR_ID(0x7f, 0x9d, 0x21), .name = "pm25ld010", .size = KIB(128),
	  .flags = NOR_ERASE_4K | NOR_ERASE_32K_D8, .qe = NOR_QE_NONE, .max_mhz = 33 },
	{ NOR_ID(0x7f, 0x9d, 0x22), .name = "pm25ld020", .size = KIB(256),
	  .flags = NOR_E4_64, .qe = NOR_QE_NONE, .max_mhz = 33 },
	{ NOR_ID(0x7f, 0x9d, 0x42), .name = "pm25lq020", .size = KIB(256),
	  .flags = NOR_E4_64 | NOR_QUAD_READ | NOR_QUAD_PP, .max_mhz = 33 },
	{ NOR_ID(0x7f, 0x9d, 0x43), .name = "pm25lq040", .size = KIB(512),
	  .flags = NOR_E4_64 | NOR_QUAD_READ | NOR_QUAD_PP, .max_mhz = 33 },
	{ NOR_ID(0x7f, 0x9d, 0x44), .name = "pm25lq080", .size = MIB(1),
	  .flags = NOR_E4_64 | NOR_QUAD_READ | NOR_QUAD_PP, .max_mhz = 33 },
	{ NOR_ID(0x7f, 0x9d, 0x45), .name = "pm25lq016", .size = MIB(2),
	  .flags = NOR_E4_64 | NOR_QUAD_READ | NOR_QUAD_PP, .max_mhz = 33 },
	{ NOR_ID(0x7f, 0x9d, 0x46), .name = "pm25lq032c", .size = MIB(4),
	  .flags = NOR_E4_64 | NOR_QUAD_READ | NOR_QUAD_PP, .max_mhz = 33 },
	{ NOR_ID(0x7f, 0x9d, 0x7c), .name = "pm25lv010a", .size = KIB(128),
	  .flags = NOR_ERASE_4K_D7 | NOR_ERASE_32K_D8, .qe = NOR_QE_NONE, .max_mhz = 33 },
	{ NOR_ID(0x7f, 0x9d, 0x7d), .name = "pm25lv020", .size = KIB(256),
	  .flags = NOR_ERASE_4K_D7 | NOR_ERASE_64K, .qe = NOR_QE_NONE, .max_mhz = 33 },
	{ NOR_ID(0x7f, 0x9d, 0x7e), .name = "pm25ld040", .size = KIB(512),
	  .flags = NOR_E4_64, .qe = NOR_QE_NONE, .max_mhz = 33 },
};
/* clang-format on */

static void pmc_defaults(struct nor_params *p, const struct nor_part *part)
{
	static const struct nor_usual usual = {
		.qe = NOR_QE_SR1_B6,
		.bp = NOR_BP_OPAQUE,
		.otp = { .kind = NOR_OTP_NONE },
		.uid = NOR_UID_NONE,
	};

	nor_take_usual(p, part, &usual);
}

/* 7Fh: the second bank of JEP106, where 9Dh is PMC; later parts leave it out */
const struct nor_vendor nor_pmc = {
	.name = "PMC",
	.id = 0x7f,
	.parts = pmc_parts,
	.n_parts = ARRAY_SIZE(pmc_parts),
	.defaults = pmc_defaults,
};
