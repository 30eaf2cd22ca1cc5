// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Microchip (SST) SST25 and SST26. SST25VF and SST25WF without a letter A or C program one byte at a
 * time (their word programming, ADh, is not used); BP bits are volatile and all set at power-up.
 * SST26 has no BP bits but a register of block locks, set at power-up too; IOC (CR bit 1) frees the
 * pins for four lines. Above 4 KiB its erase blocks differ in size, so D8h is not used.
 */
#include "chips/nor-vendors.h"

/* clang-format off */
static const struct nor_part sst25_parts[] = {
	{ NOR_ID(0x62, 0x16, 0x12), .name = "sst25wf020a", .size = KIB(256),
	  .flags = NOR_E4_64 | NOR_BP_AT_POWER_UP, .max_mhz = 33 },
	{ NOR_ID(0x62, 0x16, 0x13), .name = "sst25wf040b", .size = KIB(512),
	  .flags = NOR_E4_64 | NOR_BP_AT_POWER_UP, .max_mhz = 33 },
	{ NOR_ID(0x62, 0x16, 0x14), .name = "sst25wf080b", .size = MIB(1),
	  .flags = NOR_E4_64 | NOR_BP_AT_POWER_UP, .max_mhz = 33 },
	{ NOR_ID(0xbf, 0x25, 0x01), .name = "sst25wf512", .size = KIB(64),
	  .flags = NOR_ERASE_4K | NOR_ERASE_32K | NOR_BP_AT_POWER_UP, .max_mhz = 33,
	  .page_size = 1 },
	{ NOR_ID(0xbf, 0x25, 0x02), .name = "sst25wf010", .size = KIB(128),
	  .flags = NOR_ERASE_4K | NOR_ERASE_32K | NOR_BP_AT_POWER_UP, .max_mhz = 33,
	  .page_size = 1 },
	{ NOR_ID(0xbf, 0x25, 0x03), .name = "sst25wf020", .size = KIB(256),
	  .flags = NOR_E4_32_64 | NOR_BP_AT_POWER_UP, .max_mhz = 33, .page_size = 1 },
	{ NOR_ID(0xbf, 0x25, 0x04), .name = "sst25wf040", .size = KIB(512),
	  .flags = NOR_E4_32_64 | NOR_BP_AT_POWER_UP, .max_mhz = 33, .page_size = 1 },
	{ NOR_ID(0xbf, 0x25, 0x05), .name = "sst25wf080", .size = MIB(1),
	  .flags = NOR_E4_32_64 | NOR_BP_AT_POWER_UP, .max_mhz = 33, .page_size = 1 },
	{ NOR_ID(0xbf, 0x25, 0x41), .name = "sst25vf016b", .size = MIB(2),
	  .flags = NOR_E4_32_64 | NOR_BP_AT_POWER_UP, .max_mhz = 33, .page_size = 1 },
	{ NOR_ID(0xbf, 0x25, 0x4a), .name = "sst25vf032b", .size = MIB(4),
	  .flags = NOR_E4_32_64 | NOR_BP_AT_POWER_UP, .max_mhz = 33, .page_size = 1 },
	{ NOR_ID(0xbf, 0x25, 0x4b), .name = "sst25vf064c", .size = MIB(8),
	  .flags = NOR_E4_32_64 | NOR_BP_AT_POWER_UP, .max_mhz = 33, .bp = NOR_BP_OPAQUE },
	{ NOR_ID(0xbf, 0x25, 0x8c), .name = "sst25vf020b", .size = KIB(256),
	  .flags = NOR_E4_32_64 | NOR_BP_AT_POWER_UP, .max_mhz = 33, .page_size = 1 },
	{ NOR_ID(0xbf, 0x25, 0x8d), .name = "sst25vf040b", .size = KIB(512),
	  .flags = NOR_E4_32_64 | NOR_BP_AT_POWER_UP, .max_mhz = 33, .page_size = 1 },
	{ NOR_ID(0xbf, 0x25, 0x8e), .name = "sst25vf080b", .size = MIB(1),
	  .flags = NOR_E4_32_64 | NOR_BP_AT_POWER_UP, .max_mhz = 33, .page_size = 1 },
};
/* clang-format on */

static void sst25_defaults(struct nor_params *p, const struct nor_part *part)
{
	static const struct nor_usual usual = {
		.qe = NOR_QE_NONE,
		.bp = NOR_BP3,
		.otp = { .kind = NOR_OTP_NONE },
		.uid = NOR_UID_NONE,
	};

	nor_take_usual(p, part, &usual);
	p->slow_read_max_hz = 25000000; /* 03h: 25 MHz */
}

const struct nor_vendor nor_sst25 = {
	.name = "Microchip",
	.id = 0xbf,
	.id2 = 0x62,
	.parts = sst25_parts,
	.n_parts = ARRAY_SIZE(sst25_parts),
	.defaults = sst25_defaults,
};

/* clang-format off */
static const struct nor_part sst26_parts[] = {
	{ NOR_ID(0xbf, 0x26, 0x22), .name = "sst26wf032", .size = MIB(4),
	  .flags = NOR_E4_64 | NOR_QUAD, .max_mhz = 104 },
	{ NOR_ID(0xbf, 0x26, 0x41), .name = "sst26vf016b", .size = MIB(2),
	  .flags = NOR_ERASE_4K | NOR_QUAD, .max_mhz = 104,
	  .times = NOR_TIMES(1000, 1500, 20, 25, 20, 25, 20, 25, 0, 0) },
	{ NOR_ID(0xbf, 0x26, 0x42), .name = "sst26vf032b", .size = MIB(4),
	  .flags = NOR_ERASE_4K | NOR_QUAD, .max_mhz = 104,
	  .times = NOR_TIMES(1000, 1500, 20, 25, 20, 25, 20, 25, 0, 0) },
	{ NOR_ID(0xbf, 0x26, 0x43), .name = "sst26vf064b", .size = MIB(8),
	  .flags = NOR_ERASE_4K | NOR_QUAD, .max_mhz = 104,
	  .times = NOR_TIMES(1024, 2048, 19, 38, 19, 38, 19, 38, 0, 0), .tested = TESTED_SIM },
	{ NOR_ID(0xbf, 0x26, 0x51), .name = "sst26wf016", .size = MIB(2),
	  .flags = NOR_E4_64 | NOR_QUAD, .max_mhz = 104 },
};
/* clang-format on */

static void sst26_defaults(struct nor_params *p, const struct nor_part *part)
{
	static const struct nor_usual usual = {
		.qe = NOR_QE_SR2_B1_W2R,
		.bp = NOR_BP_BPR,
		.otp = { NOR_OTP_SECID, 1, 2048 },
		.uid = NOR_UID_SECID,
	};

	nor_take_usual(p, part, &usual);
	p->program_quad_addr_width = 4; /* 32h is 1-4-4 here (SST26VF064B 5.19) */
}

const struct nor_vendor nor_sst26 = {
	.name = "Microchip",
	.id = 0xbf,
	.parts = sst26_parts,
	.n_parts = ARRAY_SIZE(sst26_parts),
	.defaults = sst26_defaults,
};
