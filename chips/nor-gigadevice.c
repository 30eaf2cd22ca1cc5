// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * GigaDevice GD25Q and GD25LQ: Winbond style registers. QE is SR2 bit 1: 31h on GD25Q from 32 Mbit,
 * 01h with two bytes on the others (which work on all that have no 31h).
 */
#include "chips/nor-vendors.h"

/* GD25Q128C/E data sheet, the slower GD25Q32 page and 32K times */
#define GD25_TIMES(_chip_typ_s, _chip_max_s)                                                       \
	{                                                                                          \
		.pp_us = { 500, 2400 }, .erase_4k_ms = { 50, 400 }, .erase_32k_ms = { 150, 1600 }, \
		.erase_64k_ms = { 200, 2000 }, .chip_ms = {                                        \
			(_chip_typ_s)*1000,                                                        \
			(_chip_max_s)*1000                                                         \
		}                                                                                  \
	}

/* clang-format off */
static const struct nor_part gigadevice_parts[] = {
	{ NOR_ID(0xc8, 0x40, 0x14), .name = "gd25q80", .size = MIB(1),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104, .qe = NOR_QE_SR2_B1_W2,
	  .times = GD25_TIMES(4, 10) },
	{ NOR_ID(0xc8, 0x40, 0x15), .name = "gd25q16", .size = MIB(2),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104, .qe = NOR_QE_SR2_B1_W2,
	  .times = GD25_TIMES(7, 15) },
	{ NOR_ID(0xc8, 0x40, 0x16), .name = "gd25q32", .size = MIB(4),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104,
	  .times = GD25_TIMES(15, 30) },
	{ NOR_ID(0xc8, 0x40, 0x17), .name = "gd25q64", .size = MIB(8),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104,
	  .times = GD25_TIMES(30, 60) },
	{ NOR_ID(0xc8, 0x40, 0x18), .name = "gd25q128", .size = MIB(16),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104,
	  .times = GD25_TIMES(60, 120) },
	{ NOR_ID(0xc8, 0x40, 0x19), .name = "gd25q256", .size = MIB(32),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_4B_OPS, .max_mhz = 104, .bp = NOR_BP4_TB6,
	  .times = GD25_TIMES(120, 240) },
	{ NOR_ID(0xc8, 0x60, 0x14), .name = "gd25lq80", .size = MIB(1),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104, .qe = NOR_QE_SR2_B1_W2,
	  .times = GD25_TIMES(4, 10) },
	{ NOR_ID(0xc8, 0x60, 0x15), .name = "gd25lq16", .size = MIB(2),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104, .qe = NOR_QE_SR2_B1_W2,
	  .times = GD25_TIMES(7, 15) },
	{ NOR_ID(0xc8, 0x60, 0x16), .name = "gd25lq32", .size = MIB(4),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104, .qe = NOR_QE_SR2_B1_W2,
	  .times = GD25_TIMES(15, 30) },
	{ NOR_ID(0xc8, 0x60, 0x17), .name = "gd25lq64", .size = MIB(8),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104, .qe = NOR_QE_SR2_B1_W2,
	  .times = GD25_TIMES(30, 60) },
	{ NOR_ID(0xc8, 0x60, 0x18), .name = "gd25lq128", .size = MIB(16),
	  .flags = NOR_E4_32_64 | NOR_QUAD, .max_mhz = 104, .qe = NOR_QE_SR2_B1_W2,
	  .times = GD25_TIMES(60, 120) },
	{ NOR_ID(0xc8, 0x60, 0x19), .name = "gd25lq256", .size = MIB(32),
	  .flags = NOR_E4_32_64 | NOR_QUAD | NOR_4B_OPS, .max_mhz = 104, .qe = NOR_QE_SR2_B1_W2, .bp = NOR_BP4_TB6,
	  .times = GD25_TIMES(120, 240) },
};
/* clang-format on */

static void gigadevice_defaults(struct nor_params *p, const struct nor_part *part)
{
	if (!part || part->qe == NOR_QE_UNKNOWN)
		p->qe = NOR_QE_SR2_B1_31;
	if (!part || part->bp == NOR_BP_UNKNOWN)
		p->bp = part && part->size <= MIB(16) ? NOR_BP3_TB5_SEC6 : NOR_BP4_TB6;
}

const struct nor_vendor nor_gigadevice = {
	.name = "GigaDevice",
	.id = 0xc8,
	.parts = gigadevice_parts,
	.n_parts = ARRAY_SIZE(gigadevice_parts),
	.defaults = gigadevice_defaults,
};
