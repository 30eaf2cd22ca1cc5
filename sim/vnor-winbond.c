// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Winbond: W25Q128JV (data sheet W25Q128JV revision F), W25Q256JV (W25Q256JV revision I),
 * W25Q512JV, and W25M512JV (revision D), two dies W25Q256JV on the same pins.
 *
 * tSHSL, tSUS, tRST, tV and tW are recalled from the data sheets' AC characteristics. The ids EF 40
 * 18, 19 and 20 are those of the -IQ/-JQ order codes: no QPI (38h unknown), although the SFDP of the
 * chips with these ids, which is used here as dumped, claims 4-4-4. Those order codes leave the
 * factory with QE = 1; the bench's parts have a writable QE that starts at 0, the harder case, and
 * the one that older parts with these ids are in.
 */
#include "sim/vnor-w25.h"

#define SPI P_SPI

static const struct vnor_op w25q128jv_ops[] = {
	W25_BASE_OPS(SPI),   W25_ARRAY_OPS(SPI), REG_W(0x01, SPI, A_SR1, "write status 1", 2),
	W25_WRSR23_OPS(SPI), W25_SECURITY_OPS,	 W25_LOCK_OPS,
};

static const struct vnor_op w25q256jv_ops[] = {
	W25_BASE_OPS(SPI),    W25_ARRAY_OPS(SPI), REG_W(0x01, SPI, A_SR1, "write status 1", 2),
	W25_WRSR23_OPS(SPI),  W25_SECURITY_OPS,	  W25_LOCK_OPS,
	W25_4B_MODE_OPS(SPI), W25_4B_OPS,
};

/* all dies hear which one is meant from now on, even busy ones */
static const struct vnor_op w25m512jv_ops[] = {
	W25_BASE_OPS(SPI),
	W25_ARRAY_OPS(SPI),
	REG_W(0x01, SPI, A_SR1, "write status 1", 2),
	W25_WRSR23_OPS(SPI),
	W25_SECURITY_OPS,
	W25_LOCK_OPS,
	W25_4B_MODE_OPS(SPI),
	W25_4B_OPS,
	OP(0xc2, SPI, K_IN, "select die", .arg = A_DIE, .n_in_min = 1, .n_in_max = 1,
	   .flags = F_BUSY | F_STACK),
};

static const struct w25_traits w25q128jv_traits = {
	.writable = { 0xfc, 0x7b, 0xe4 },
	.factory = { 0, 0, 0x60 }, /* DRV1:0 = 11, 25 % */
	.lb = 0x38,
	.has_wps = true,
	.has_reset_bit = true,
	.device_id = 0x17,
	.uid_len = 8,
	.n_sec = 3,
	.sec_first = 1,
	.sec_len = 256,
};

static const struct w25_traits w25q256jv_traits = {
	.writable = { 0xfc, 0x7b, 0xe6 },
	.factory = { 0, 0, 0x60 },
	.lb = 0x38,
	.bp4 = true,
	.has_wps = true,
	.has_reset_bit = true,
	.has_adp = true,
	.device_id = 0x18,
	.uid_len = 8,
	.n_sec = 3,
	.sec_first = 1,
	.sec_len = 256,
};

static const struct w25_traits w25q512jv_traits = {
	.writable = { 0xfc, 0x7b, 0xe6 },
	.factory = { 0, 0, 0x60 },
	.lb = 0x38,
	.bp4 = true,
	.has_wps = true,
	.has_reset_bit = true,
	.has_adp = true,
	.device_id = 0x19,
	.uid_len = 8,
	.n_sec = 3,
	.sec_first = 1,
	.sec_len = 256,
};

/* what does not differ */
#define W25Q                                                                                   \
	.vendor = &vnor_w25, .n_id = 3, .fmax_mhz = 133, .read_mhz = 50, .byte = { 30, 3000 }, \
	.erase_4k = { 45000, 400000 }, .erase_32k = { 120000, 1600000 },                       \
	.erase_64k = { 150000, 2000000 }, .status = { 10000, 15000 }, .t_power_us = 20,        \
	.t_reset_ns = 30000, .t_reset_busy_us = 30, .t_suspend_us = 20, .t_down_ns = 3000,     \
	.t_wake_ns = 3000, .t_cs_high_read_ns = 10, .t_cs_high_ns = 50, .t_output_ps = 6000

#define OPS(_ops) .ops = (_ops), .n_ops = ARRAY_SIZE(_ops)

const struct vnor_part vnor_w25q128jv = {
	W25Q,
	OPS(w25q128jv_ops),
	.name = "w25q128jv",
	.description = "Winbond, 3 V",
	.extra = &w25q128jv_traits,
	.size = MIB(16),
	.id = { 0xef, 0x40, 0x18 },
	.sfdp = &vnor_sfdp_w25q128jv,
	.page_program = { 400, 3000 },
	.chip = { 40000000, 200000000 },
};

const struct vnor_part vnor_w25q256jv = {
	W25Q,
	OPS(w25q256jv_ops),
	.name = "w25q256jv",
	.description = "Winbond, 3 V",
	.extra = &w25q256jv_traits,
	.size = MIB(32),
	.id = { 0xef, 0x40, 0x19 },
	.sfdp = &vnor_sfdp_w25q256jv,
	.page_program = { 700, 3000 },
	.chip = { 80000000, 400000000 },
};

const struct vnor_part vnor_w25q512jv = {
	W25Q,
	OPS(w25q256jv_ops),
	.name = "w25q512jv",
	.description = "Winbond, 3 V",
	.extra = &w25q512jv_traits,
	.size = MIB(64),
	.id = { 0xef, 0x40, 0x20 },
	.sfdp = &vnor_sfdp_w25q512jv,
	.page_program = { 700, 3500 },
	.chip = { 160000000, 1000000000 },
};

static const struct vnor_part w25m512jv_die = {
	W25Q,
	OPS(w25m512jv_ops),
	.name = "w25m512jv",
	.extra = &w25q256jv_traits,
	.size = MIB(32),
	.id = { 0xef, 0x71, 0x19 },
	.sfdp = &vnor_sfdp_w25q256jv,
	.page_program = { 700, 3000 },
	.chip = { 80000000, 400000000 },
};

const struct vnor_part vnor_w25m512jv = {
	W25Q,
	.name = "w25m512jv",
	.description = "Winbond, 3 V: two dies of 256 Mbit, C2h selects",
	.size = MIB(64),
	.n_dies = 2,
	.die = &w25m512jv_die,
	.id = { 0xef, 0x71, 0x19 },
};
