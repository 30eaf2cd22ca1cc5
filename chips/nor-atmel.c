// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Atmel, Adesto, Renesas: AT25DF, AT25DL, AT25DQ and AT26DF lock each sector by itself, all of them at
 * power-up; SR bit 5 (EPE) tells that a program or erase failed. AT25SF, AT25SL and AT25QL are
 * Winbond style. AT45 DataFlash speaks another language and is not here.
 */
#include "chips/nor-vendors.h"

#define SR_EPE BIT(5)

/* clang-format off */
static const struct nor_part atmel_parts[] = {
	{ NOR_ID(0x1f, 0x04, 0x00), .name = "at26f004", .size = KIB(512),
	  .flags = NOR_E4_32_64, .bp = NOR_BP_OPAQUE },
	{ NOR_ID(0x1f, 0x42, 0x00), .name = "at25df011", .size = KIB(128),
	  .flags = NOR_ERASE_4K | NOR_ERASE_32K | NOR_ERASE_32K_D8, .max_mhz = 70 },
	{ NOR_ID(0x1f, 0x42, 0x16), .name = "at25sl321", .size = MIB(4),
	  .flags = NOR_E4_64 | NOR_QUAD, .qe = NOR_QE_SR2_B1_31, .bp = NOR_BP3_TB5_SEC6,
	  .max_mhz = 104, .otp = { NOR_OTP_SECREG, 3, 256 }, .uid = NOR_UID_4B_8 },
	{ NOR_ID(0x1f, 0x42, 0x18), .name = "at25sl128a", .size = MIB(16),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .qe = NOR_QE_SR2_B1_31, .bp = NOR_BP3_TB5_SEC6,
	  .max_mhz = 104, .otp = { NOR_OTP_SECREG, 3, 256 }, .uid = NOR_UID_4B_8,
	  .times = NOR_TIMES(640, 6400, 64, 512, 208, 1664, 352, 2816, 0, 0) },
	{ NOR_ID(0x1f, 0x43, 0x00), .name = "at25df021", .size = KIB(256),
	  .flags = NOR_E4_32_64, .max_mhz = 70 },
	{ NOR_ID(0x1f, 0x43, 0x01), .name = "at25df021a", .size = KIB(256),
	  .flags = NOR_E4_32_64, .max_mhz = 70 },
	{ NOR_ID(0x1f, 0x44, 0x01), .name = "at25df041a", .size = KIB(512),
	  .flags = NOR_E4_32_64, .max_mhz = 70 },
	{ NOR_ID(0x1f, 0x45, 0x01), .name = "at25df081a", .size = MIB(1),
	  .flags = NOR_E4_32_64, .max_mhz = 70 },
	{ NOR_ID(0x1f, 0x45, 0x02), .name = "at25df081", .size = MIB(1),
	  .flags = NOR_E4_32_64, .max_mhz = 70 },
	{ NOR_ID(0x1f, 0x46, 0x00), .name = "at26df161", .size = MIB(2),
	  .flags = NOR_E4_32_64, .max_mhz = 70 },
	{ NOR_ID(0x1f, 0x46, 0x01), .name = "at26df161a", .size = MIB(2),
	  .flags = NOR_E4_32_64, .max_mhz = 70 },
	{ NOR_ID(0x1f, 0x46, 0x02), .name = "at25df161", .size = MIB(2),
	  .flags = NOR_E4_32_64, .max_mhz = 70 },
	{ NOR_ID(0x1f, 0x46, 0x03), .name = "at25dl161", .size = MIB(2),
	  .flags = NOR_E4_32_64, .max_mhz = 70 },
	{ NOR_ID(0x1f, 0x47, 0x00), .name = "at25df321", .size = MIB(4),
	  .flags = NOR_E4_32_64, .max_mhz = 70 },
	{ NOR_ID(0x1f, 0x47, 0x01), .name = "at25df321a", .size = MIB(4),
	  .flags = NOR_E4_32_64, .max_mhz = 70 },
	{ NOR_ID(0x1f, 0x47, 0x08), .name = "at25ff321a", .size = MIB(4),
	  .flags = NOR_ERASE_64K, .bp = NOR_BP_OPAQUE },
	{ NOR_ID(0x1f, 0x48, 0x00), .name = "at25df641", .size = MIB(8),
	  .flags = NOR_E4_32_64, .max_mhz = 70 },
	{ NOR_ID(0x1f, 0x66, 0x04), .name = "at25fs040", .size = KIB(512),
	  .flags = NOR_E4_64, .bp = NOR_BP_OPAQUE },
	{ NOR_ID(0x1f, 0x84, 0x01), .name = "at25sf041", .size = KIB(512),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .qe = NOR_QE_SR2_B1_W2, .bp = NOR_BP3_TB5_SEC6,
	  .max_mhz = 85, .otp = { NOR_OTP_SECREG, 3, 256 }, .uid = NOR_UID_4B_8,
	  .times = NOR_TIMES(700, 2500, 60, 300, 300, 1300, 500, 2200, 4, 10) },
	{ NOR_ID(0x1f, 0x85, 0x01), .name = "at25sf081", .size = MIB(1),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .qe = NOR_QE_SR2_B1_W2, .bp = NOR_BP3_TB5_SEC6,
	  .max_mhz = 85, .otp = { NOR_OTP_SECREG, 3, 256 }, .uid = NOR_UID_4B_8,
	  .times = NOR_TIMES(700, 2500, 60, 300, 300, 1300, 500, 2200, 8, 20) },
	{ NOR_ID(0x1f, 0x86, 0x00), .name = "at25dq161", .size = MIB(2),
	  .flags = NOR_E4_32_64, .max_mhz = 70 },
	{ NOR_ID(0x1f, 0x86, 0x01), .name = "at25sf161", .size = MIB(2),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .qe = NOR_QE_SR2_B1_W2, .bp = NOR_BP3_TB5_SEC6,
	  .max_mhz = 85, .otp = { NOR_OTP_SECREG, 3, 256 }, .uid = NOR_UID_4B_8,
	  .times = NOR_TIMES(700, 2500, 70, 300, 300, 1300, 600, 2200, 16, 30) },
	{ NOR_ID(0x1f, 0x87, 0x01), .name = "at25sf321", .size = MIB(4),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .qe = NOR_QE_SR2_B1_W2, .bp = NOR_BP3_TB5_SEC6,
	  .max_mhz = 85, .otp = { NOR_OTP_SECREG, 3, 256 }, .uid = NOR_UID_4B_8,
	  .times = NOR_TIMES(700, 2500, 70, 300, 300, 1300, 600, 2200, 30, 60) },
	{ NOR_ID(0x1f, 0x88, 0x01), .name = "at25xf641b", .size = MIB(8),
	  .flags = NOR_ERASE_64K, .bp = NOR_BP_OPAQUE },
	{ NOR_ID(0x1f, 0x89, 0x01), .name = "at25sf128a", .size = MIB(16),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .qe = NOR_QE_SR2_B1_W2, .bp = NOR_BP3_TB5_SEC6,
	  .max_mhz = 85, .otp = { NOR_OTP_SECREG, 3, 256 }, .uid = NOR_UID_4B_8,
	  .tested = TESTED_SIM },
	{ NOR_ID(0x1f, 0xa8, 0x01), .name = "atxp064b", .size = MIB(8),
	  .flags = NOR_ERASE_64K, .bp = NOR_BP_OPAQUE },
	{ NOR_ID(0x1f, 0xa9, 0x00), .name = "atxp128", .size = MIB(16),
	  .flags = NOR_ERASE_64K, .bp = NOR_BP_OPAQUE },
};
/* clang-format on */

static void atmel_defaults(struct nor_params *p, const struct nor_part *part)
{
	static const struct nor_usual usual = {
		.qe = NOR_QE_NONE,
		.bp = NOR_BP_SWP,
		.otp = { .kind = NOR_OTP_NONE },
		.uid = NOR_UID_NONE,
	};

	nor_take_usual(p, part, &usual);
	if (p->bp == NOR_BP_SWP)
		p->fail_program = p->fail_erase = SR_EPE;
}

const struct nor_vendor nor_atmel = {
	.name = "Renesas",
	.id = 0x1f,
	.parts = atmel_parts,
	.n_parts = ARRAY_SIZE(atmel_parts),
	.defaults = atmel_defaults,
};
