// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Adesto (Renesas) AT25SF128A (3 V), as flashrom and OpenOCD know it: no 31h on this revision, 01h
 * takes one or two bytes and one clears SR2 (quad enable requirement 1 of the AT25QL128A's table).
 * Times are those of that table.
 */
#include "sim/vnor-w25.h"

#define SPI P_SPI

static const struct vnor_op at25sf128a_ops[] = {
	W25_BASE_OPS(SPI),
	W25_ARRAY_OPS(SPI),
	REG_W(0x01, SPI, A_SR1, "write status 1", 2),
	W25_SECURITY_OPS,
};

static const struct w25_traits at25sf128a_traits = {
	.writable = { 0xfc, 0x7b, 0 },
	.lb = 0x38,
	.short_clears = true,
	.device_id = 0x17,
	.uid_len = 8,
	.n_sec = 3,
	.sec_first = 1,
	.sec_len = 256,
};

const struct vnor_part vnor_at25sf128a = {
	.name = "at25sf128a",
	.description = "Adesto, 3 V: 01h with one byte clears SR2",
	.vendor = &vnor_w25,
	.extra = &at25sf128a_traits,
	.ops = at25sf128a_ops,
	.n_ops = ARRAY_SIZE(at25sf128a_ops),
	.size = MIB(16),
	.id = { 0x1f, 0x89, 0x01 },
	.n_id = 3,
	.sfdp = &vnor_sfdp_at25sf128a,
	.fmax_mhz = 104,
	.read_mhz = 50,
	.byte = { 30, 50 },
	.page_program = { 600, 3000 },
	.erase_4k = { 60000, 480000 },
	.erase_32k = { 150000, 1500000 },
	.erase_64k = { 200000, 2000000 },
	.chip = { 60000000, 150000000 },
	.status = { 5000, 30000 },
	.t_power_us = 100,
	.t_reset_ns = 30000,
	.t_reset_busy_us = 30,
	.t_suspend_us = 30,
	.t_down_ns = 3000,
	.t_wake_ns = 8000,
	.t_cs_high_read_ns = 20,
	.t_cs_high_ns = 50,
	.t_output_ps = 7000,
};
