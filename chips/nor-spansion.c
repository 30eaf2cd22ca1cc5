// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Spansion, Cypress, Infineon: S25FL and S25FS, SEMPER (S25HL/HS, octal S28HL/HS). QE is CR1 bit 1
 * (35h), written by 01h with two bytes. BP in SR1 4:2 in 64ths, TBPROT in CR1 bit 5, one-time;
 * sectors have their own locks besides (ASP), which are left alone. SR1 bits 6 and 5 are P_ERR and
 * E_ERR: while one stands the chip stays busy, until 30h. The fourth and fifth ID bytes tell 64 KiB
 * from 256 KiB sectors: there is no row for an ID that leaves this open. S25FL1xxK and S25FL2xxK
 * are Winbond style inside.
 */
#include "chips/nor-vendors.h"

#define OP_RDCR1  0x35
#define CR1_LC	  GENMASK(7, 6)
#define SR1_E_ERR BIT(5)
#define SR1_P_ERR BIT(6)

/* FS-S, FL-L and SEMPER leave the factory with 8 dummy cycles after the two mode cycles */
static void latency_8(struct nor_params *p, const struct sfdp_info *sfdp)
{
	if (!sfdp && p->read_1_4_4.opcode)
		p->read_1_4_4.cycles = 10;
}

/* FS-S programs 512 bytes at a time only after CR3 bit 4 was set; SFDP says 512 all the same */
static void fs_s(struct nor_params *p, const struct sfdp_info *sfdp)
{
	latency_8(p, sfdp);
	p->page_size = 256;
}

/* clang-format off */
static const struct nor_part spansion_parts[] = {
	{ NOR_ID(0x01, 0x02, 0x12), .name = "s25fl004a", .size = KIB(512),
	  .flags = NOR_ERASE_64K, .qe = NOR_QE_NONE, .bp = NOR_BP3, .otp = { .kind = NOR_OTP_NONE },
	  .uid = NOR_UID_NONE },
	{ NOR_ID(0x01, 0x02, 0x13), .name = "s25fl008a", .size = MIB(1),
	  .flags = NOR_ERASE_64K, .qe = NOR_QE_NONE, .bp = NOR_BP3, .otp = { .kind = NOR_OTP_NONE },
	  .uid = NOR_UID_NONE },
	{ NOR_ID(0x01, 0x02, 0x14), .name = "s25fl016a", .size = MIB(2),
	  .flags = NOR_ERASE_64K, .qe = NOR_QE_NONE, .bp = NOR_BP3, .otp = { .kind = NOR_OTP_NONE },
	  .uid = NOR_UID_NONE },
	{ NOR_ID(0x01, 0x02, 0x15), .name = "s25fl032a", .size = MIB(4),
	  .flags = NOR_ERASE_64K, .qe = NOR_QE_NONE, .bp = NOR_BP3, .otp = { .kind = NOR_OTP_NONE },
	  .uid = NOR_UID_NONE },
	{ NOR_ID(0x01, 0x02, 0x15, 0x4d, 0x00), .name = "s25sl032p", .size = MIB(4),
	  .flags = NOR_ERASE_64K | NOR_QUAD, .bp = NOR_BP_OPAQUE, .max_mhz = 104,
	  .otp = { .kind = NOR_OTP_NONE }, .uid = NOR_UID_NONE },
	{ NOR_ID(0x01, 0x02, 0x16), .name = "s25fl064a", .size = MIB(8),
	  .flags = NOR_ERASE_64K, .qe = NOR_QE_NONE, .bp = NOR_BP3, .otp = { .kind = NOR_OTP_NONE },
	  .uid = NOR_UID_NONE },
	{ NOR_ID(0x01, 0x02, 0x16, 0x4d, 0x00), .name = "s25sl064p", .size = MIB(8),
	  .flags = NOR_ERASE_64K | NOR_QUAD, .bp = NOR_BP_OPAQUE, .max_mhz = 104,
	  .otp = { .kind = NOR_OTP_NONE }, .uid = NOR_UID_NONE },
	{ NOR_ID(0x01, 0x02, 0x17, 0x4d, 0x01, 0x81), .name = "s25fs064s", .size = MIB(8),
	  .flags = NOR_ERASE_64K | NOR_QUAD_IO, .max_mhz = 133, .fixup = fs_s },
	{ NOR_ID(0x01, 0x02, 0x19, 0x4d, 0x00, 0x80), .name = "s25fl256s-256k", .size = MIB(32),
	  .flags = NOR_ERASE_256K | NOR_QUAD | NOR_4B_OPS, .max_mhz = 133,
	  .times = NOR_TIMES(250, 750, 130, 650, 0, 0, 130, 650, 66, 330) },
	{ NOR_ID(0x01, 0x02, 0x19, 0x4d, 0x00, 0x81), .name = "s25fs256s-256k", .size = MIB(32),
	  .flags = NOR_ERASE_256K | NOR_QUAD_IO | NOR_4B_OPS, .max_mhz = 133, .fixup = fs_s },
	{ NOR_ID(0x01, 0x02, 0x19, 0x4d, 0x01, 0x80), .name = "s25fl256s-64k", .size = MIB(32),
	  .flags = NOR_ERASE_64K | NOR_QUAD | NOR_4B_OPS, .max_mhz = 133,
	  .times = NOR_TIMES(250, 750, 130, 650, 0, 0, 130, 650, 66, 330) },
	{ NOR_ID(0x01, 0x02, 0x19, 0x4d, 0x01, 0x81), .name = "s25fs256s-64k", .size = MIB(32),
	  .flags = NOR_ERASE_64K | NOR_QUAD_IO | NOR_4B_OPS, .max_mhz = 133, .fixup = fs_s },
	{ NOR_ID(0x01, 0x02, 0x20, 0x4d, 0x00), .name = "s25fl512s-256k", .size = MIB(64),
	  .flags = NOR_ERASE_256K | NOR_QUAD | NOR_4B_OPS, .page_size = 512, .max_mhz = 133,
	  .times = NOR_TIMES(340, 750, 0, 0, 0, 0, 0, 0, 103, 460) },
	{ NOR_ID(0x01, 0x02, 0x20, 0x4d, 0x00, 0x80), .name = "s25fl512s", .size = MIB(64),
	  .flags = NOR_ERASE_256K | NOR_QUAD | NOR_4B_OPS, .page_size = 512, .max_mhz = 133,
	  .times = NOR_TIMES(340, 750, 0, 0, 0, 0, 0, 0, 103, 460), .tested = TESTED_SIM },
	{ NOR_ID(0x01, 0x02, 0x20, 0x4d, 0x00, 0x81), .name = "s25fs512s", .size = MIB(64),
	  .flags = NOR_ERASE_256K | NOR_QUAD_IO | NOR_4B_OPS, .max_mhz = 133,
	  .fixup = fs_s, .tested = TESTED_SIM },
	{ NOR_ID(0x01, 0x02, 0x20, 0x4d, 0x01), .name = "s25fl512s-64k", .size = MIB(64),
	  .flags = NOR_ERASE_64K | NOR_QUAD | NOR_4B_OPS, .page_size = 512, .max_mhz = 133,
	  .times = NOR_TIMES(340, 750, 0, 0, 0, 0, 0, 0, 103, 460) },
	{ NOR_ID(0x01, 0x02, 0x20, 0x4f, 0x00), .name = "s25fl512s-512k", .size = MIB(64),
	  .flags = NOR_ERASE_256K | NOR_QUAD | NOR_4B_OPS, .page_size = 512, .max_mhz = 133,
	  .times = NOR_TIMES(340, 750, 0, 0, 0, 0, 0, 0, 103, 460) },
	{ NOR_ID(0x01, 0x02, 0x21, 0x4d, 0x00), .name = "s70fs01gs", .size = MIB(128),
	  .flags = NOR_ERASE_256K | NOR_QUAD_IO | NOR_4B_OPS, .bp = NOR_BP_OPAQUE, .max_mhz = 133,
	  .fixup = latency_8 },
	{ NOR_ID(0x01, 0x20, 0x18, 0x03, 0x00), .name = "s25sl12800", .size = MIB(16),
	  .flags = NOR_ERASE_256K, .qe = NOR_QE_NONE, .bp = NOR_BP_OPAQUE, .otp = { .kind = NOR_OTP_NONE },
	  .uid = NOR_UID_NONE },
	{ NOR_ID(0x01, 0x20, 0x18, 0x03, 0x01), .name = "s25sl12801", .size = MIB(16),
	  .flags = NOR_ERASE_64K, .qe = NOR_QE_NONE, .bp = NOR_BP_OPAQUE, .otp = { .kind = NOR_OTP_NONE },
	  .uid = NOR_UID_NONE },
	{ NOR_ID(0x01, 0x20, 0x18, 0x4d, 0x00), .name = "s25fl129p-256k", .size = MIB(16),
	  .flags = NOR_ERASE_256K | NOR_QUAD, .max_mhz = 104, .otp = { .kind = NOR_OTP_NONE },
	  .uid = NOR_UID_NONE },
	{ NOR_ID(0x01, 0x20, 0x18, 0x4d, 0x00, 0x80), .name = "s25fl128s-256k", .size = MIB(16),
	  .flags = NOR_ERASE_256K | NOR_QUAD, .max_mhz = 133,
	  .times = NOR_TIMES(250, 750, 130, 650, 0, 0, 130, 650, 33, 165) },
	{ NOR_ID(0x01, 0x20, 0x18, 0x4d, 0x01), .name = "s25fl129p-64k", .size = MIB(16),
	  .flags = NOR_ERASE_64K | NOR_QUAD, .max_mhz = 104, .otp = { .kind = NOR_OTP_NONE },
	  .uid = NOR_UID_NONE },
	{ NOR_ID(0x01, 0x20, 0x18, 0x4d, 0x01, 0x80), .name = "s25fl128s-64k", .size = MIB(16),
	  .flags = NOR_ERASE_64K | NOR_QUAD, .max_mhz = 133,
	  .times = NOR_TIMES(250, 750, 130, 650, 0, 0, 130, 650, 33, 165) },
	{ NOR_ID(0x01, 0x20, 0x18, 0x4d, 0x01, 0x81), .name = "s25fs128s", .size = MIB(16),
	  .flags = NOR_ERASE_64K | NOR_QUAD_IO, .max_mhz = 133, .fixup = fs_s },
	{ NOR_ID(0x01, 0x40, 0x13), .name = "s25fl204k", .size = KIB(512),
	  .flags = NOR_E4_64, .qe = NOR_QE_NONE, .bp = NOR_BP_OPAQUE, .max_mhz = 85,
	  .otp = { .kind = NOR_OTP_NONE }, .uid = NOR_UID_NONE },
	{ NOR_ID(0x01, 0x40, 0x14), .name = "s25fl208k", .size = MIB(1),
	  .flags = NOR_E4_64, .qe = NOR_QE_NONE, .bp = NOR_BP_OPAQUE, .max_mhz = 85,
	  .otp = { .kind = NOR_OTP_NONE }, .uid = NOR_UID_NONE },
	{ NOR_ID(0x01, 0x40, 0x15), .name = "s25fl116k", .size = MIB(2),
	  .flags = NOR_E4_64 | NOR_QUAD, .qe = NOR_QE_SR2_B1_W2, .bp = NOR_BP3_TB5_SEC6,
	  .max_mhz = 108, .otp = { NOR_OTP_SECREG, 3, 256 }, .uid = NOR_UID_4B_8 },
	{ NOR_ID(0x01, 0x40, 0x16), .name = "s25fl132k", .size = MIB(4),
	  .flags = NOR_E4_64 | NOR_QUAD, .qe = NOR_QE_SR2_B1_W2, .bp = NOR_BP3_TB5_SEC6,
	  .max_mhz = 108, .otp = { NOR_OTP_SECREG, 3, 256 }, .uid = NOR_UID_4B_8 },
	{ NOR_ID(0x01, 0x40, 0x17), .name = "s25fl164k", .size = MIB(8),
	  .flags = NOR_E4_64 | NOR_QUAD, .qe = NOR_QE_SR2_B1_W2, .bp = NOR_BP3_TB5_SEC6,
	  .max_mhz = 108, .otp = { NOR_OTP_SECREG, 3, 256 }, .uid = NOR_UID_4B_8,
	  .times = NOR_TIMES(700, 3000, 50, 450, 0, 0, 500, 2000, 45, 128) },
	{ NOR_ID(0x01, 0x60, 0x17), .name = "s25fl064l", .size = MIB(8),
	  .flags = NOR_E4_64 | NOR_QUAD, .bp = NOR_BP3_TB5_SEC6, .max_mhz = 108,
	  .otp = { NOR_OTP_REGIONS, 4, 256 }, .uid = NOR_UID_NONE, .fixup = latency_8,
	  .tested = TESTED_SIM },
	{ NOR_ID(0x01, 0x60, 0x18), .name = "s25fl128l", .size = MIB(16),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_HAS_WPS, .bp = NOR_BP3_TB5_SEC6, .max_mhz = 108,
	  .otp = { NOR_OTP_REGIONS, 4, 256 }, .uid = NOR_UID_NONE,
	  .times = NOR_TIMES(300, 1350, 50, 200, 190, 363, 270, 725, 70, 180),
	  .fixup = latency_8 },
	{ NOR_ID(0x01, 0x60, 0x19), .name = "s25fl256l", .size = MIB(32),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_HAS_WPS | NOR_4B_OPS, .bp = NOR_BP4_TB6,
	  .max_mhz = 108, .otp = { NOR_OTP_REGIONS, 4, 256 }, .uid = NOR_UID_NONE,
	  .times = NOR_TIMES(300, 1350, 50, 200, 190, 363, 270, 725, 140, 360),
	  .fixup = latency_8 },
	{ NOR_ID(0x34, 0x2a, 0x1a, 0x0f, 0x03, 0x90), .name = "s25hl512t", .size = MIB(64),
	  .flags = NOR_ERASE_256K | NOR_QUAD_READ | NOR_QUAD_IO | NOR_4B_OPS, .max_mhz = 133,
	  .uid = NOR_UID_NONE, .fixup = latency_8 },
	{ NOR_ID(0x34, 0x2a, 0x1b, 0x0f, 0x03, 0x90), .name = "s25hl01gt", .size = MIB(128),
	  .flags = NOR_ERASE_256K | NOR_QUAD_READ | NOR_QUAD_IO | NOR_4B_OPS, .max_mhz = 133,
	  .uid = NOR_UID_NONE, .fixup = latency_8 },
	{ NOR_ID(0x34, 0x2a, 0x1c, 0x0f, 0x00, 0x90), .name = "s25hl02gt", .size = MIB(256),
	  .flags = NOR_ERASE_256K | NOR_NO_CHIP_ERASE | NOR_QUAD_READ | NOR_QUAD_IO | NOR_4B_OPS,
	  .max_mhz = 133, .uid = NOR_UID_NONE, .fixup = latency_8 },
	{ NOR_ID(0x34, 0x2b, 0x19, 0x0f, 0x08, 0x90), .name = "s25fs256t", .size = MIB(32),
	  .flags = NOR_ERASE_128K | NOR_QUAD_READ | NOR_QUAD_IO | NOR_4B_OPS, .max_mhz = 133,
	  .uid = NOR_UID_NONE, .fixup = latency_8 },
	{ NOR_ID(0x34, 0x2b, 0x1a, 0x0f, 0x03, 0x90), .name = "s25hs512t", .size = MIB(64),
	  .flags = NOR_ERASE_256K | NOR_QUAD_READ | NOR_QUAD_IO | NOR_4B_OPS, .max_mhz = 133,
	  .uid = NOR_UID_NONE, .fixup = latency_8 },
	{ NOR_ID(0x34, 0x2b, 0x1b, 0x0f, 0x03, 0x90), .name = "s25hs01gt", .size = MIB(128),
	  .flags = NOR_ERASE_256K | NOR_QUAD_READ | NOR_QUAD_IO | NOR_4B_OPS, .max_mhz = 133,
	  .uid = NOR_UID_NONE, .fixup = latency_8 },
	{ NOR_ID(0x34, 0x2b, 0x1c, 0x0f, 0x00, 0x90), .name = "s25hs02gt", .size = MIB(256),
	  .flags = NOR_ERASE_256K | NOR_NO_CHIP_ERASE | NOR_QUAD_READ | NOR_QUAD_IO | NOR_4B_OPS,
	  .max_mhz = 133, .uid = NOR_UID_NONE, .fixup = latency_8 },
	{ NOR_ID(0x34, 0x5a, 0x19), .name = "s28hl256t", .size = MIB(32),
	  .flags = NOR_ERASE_256K | NOR_4B_OPS, .qe = NOR_QE_NONE, .max_mhz = 166,
	  .uid = NOR_UID_NONE },
	{ NOR_ID(0x34, 0x5a, 0x1a), .name = "s28hl512t", .size = MIB(64),
	  .flags = NOR_ERASE_256K | NOR_4B_OPS, .qe = NOR_QE_NONE, .max_mhz = 166,
	  .uid = NOR_UID_NONE },
	{ NOR_ID(0x34, 0x5a, 0x1b), .name = "s28hl01gt", .size = MIB(128),
	  .flags = NOR_ERASE_256K | NOR_4B_OPS, .qe = NOR_QE_NONE, .max_mhz = 166,
	  .uid = NOR_UID_NONE },
	{ NOR_ID(0x34, 0x5a, 0x1c), .name = "s28hl02gt", .size = MIB(256),
	  .flags = NOR_ERASE_256K | NOR_NO_CHIP_ERASE | NOR_4B_OPS, .qe = NOR_QE_NONE,
	  .max_mhz = 166, .uid = NOR_UID_NONE },
	{ NOR_ID(0x34, 0x5b, 0x19), .name = "s28hs256t", .size = MIB(32),
	  .flags = NOR_ERASE_256K | NOR_4B_OPS, .qe = NOR_QE_NONE, .max_mhz = 166,
	  .uid = NOR_UID_NONE },
	{ NOR_ID(0x34, 0x5b, 0x1a), .name = "s28hs512t", .size = MIB(64),
	  .flags = NOR_ERASE_256K | NOR_4B_OPS, .qe = NOR_QE_NONE, .max_mhz = 166,
	  .uid = NOR_UID_NONE },
	{ NOR_ID(0x34, 0x5b, 0x1b), .name = "s28hs01gt", .size = MIB(128),
	  .flags = NOR_ERASE_256K | NOR_4B_OPS, .qe = NOR_QE_NONE, .max_mhz = 166,
	  .uid = NOR_UID_NONE },
	{ NOR_ID(0x34, 0x5b, 0x1c), .name = "s28hs02gt", .size = MIB(256),
	  .flags = NOR_ERASE_256K | NOR_NO_CHIP_ERASE | NOR_4B_OPS, .qe = NOR_QE_NONE,
	  .max_mhz = 166, .uid = NOR_UID_NONE },
};
/* clang-format on */

static void spansion_defaults(struct nor_params *p, const struct nor_part *part)
{
	static const struct nor_usual usual = {
		.qe = NOR_QE_SR2_B1_W2R,
		.bp = NOR_BP3_TBPROT,
		.otp = { NOR_OTP_SPANSION, 32, 32 },
		.uid = NOR_UID_OTP16,
	};

	nor_take_usual(p, part, &usual);
	/* the Winbond style ones have TB and SEC there */
	if (p->bp == NOR_BP3_TBPROT) {
		p->fail_program = SR1_P_ERR;
		p->fail_erase = SR1_E_ERR;
		p->fail_clear = 0x30;
	}
}

/*
 * S25FL-S: the latency code in CR1 bits 7:6, non-volatile. EBh: 2 mode clocks and 4, 4, 5 or 1; 3Bh
 * and 6Bh: 8, or none with code 3; BBh has a table of its own, which is not known here.
 */
static int spansion_setup(struct spi_nor *nor, struct nor_params *p)
{
	static const u8 cycles_eb[] = { 6, 6, 7, 3 };
	u8 cr1 = 0, code;
	int rc;

	if (p->bp != NOR_BP3_TBPROT)
		return 0;
	rc = nor_read_reg(nor, OP_RDCR1, &cr1, 1);
	code = FIELD_GET(CR1_LC, cr1);
	if (rc || cr1 == 0xff || !code)
		return rc;
	p->read_1_2_2.opcode = 0;
	p->read_1_4_4.cycles = cycles_eb[code];
	p->read_1_1_2.cycles = p->read_1_1_4.cycles = code == 3 ? 0 : 8;
	if (p->read.cycles)
		p->read.cycles = p->read_1_1_2.cycles;
	return 0;
}

const struct nor_vendor nor_spansion = {
	.name = "Infineon",
	.id = 0x01,
	.id2 = 0x34,
	.parts = spansion_parts,
	.n_parts = ARRAY_SIZE(spansion_parts),
	.defaults = spansion_defaults,
	.setup = spansion_setup,
};
