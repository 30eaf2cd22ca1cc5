// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * GigaDevice GD25Q127C (3 V) and GD25LQ256D (1.8 V), both with QPI. 01h takes one byte on the
 * former, whose SR2 and SR3 have write commands of their own; one or two on the latter, where one
 * byte clears SR2 (quad enable requirement 1). As flashrom and U-Boot know them; times recalled
 * from the data sheets.
 */
#include "sim/vnor-w25.h"

#define BOTH (P_SPI | P_QPI)

static const struct vnor_op gd25q127c_ops[] = {
	W25_BASE_OPS(BOTH),   W25_ARRAY_OPS(BOTH), REG_W(0x01, BOTH, A_SR1, "write status 1", 1),
	W25_WRSR23_OPS(BOTH), W25_SECURITY_OPS,	   W25_QPI_OPS,
};

static const struct vnor_op gd25lq256d_ops[] = {
	W25_BASE_OPS(BOTH), W25_ARRAY_OPS(BOTH),   REG_W(0x01, BOTH, A_SR1, "write status 1", 2),
	W25_SECURITY_OPS,   W25_4B_MODE_OPS(BOTH), W25_4B_OPS,
	W25_QPI_OPS,
};

static const struct w25_traits gd25q127c_traits = {
	.writable = { 0xfc, 0x7b, 0xe0 },
	.factory = { 0, 0, 0x20 },
	.lb = 0x38,
	.has_reset_bit = true,
	.device_id = 0x17,
	.uid_len = 16,
	.n_sec = 3,
	.sec_first = 1,
	.sec_len = 512,
	.qpi_dummy = { 4, 4, 6, 8 },
};

static const struct w25_traits gd25lq256d_traits = {
	.writable = { 0xfc, 0x7b, 0 },
	.lb = 0x38,
	.short_clears = true,
	.device_id = 0x18,
	.uid_len = 16,
	.n_sec = 3,
	.sec_first = 1,
	.sec_len = 1024,
	.qpi_dummy = { 6, 4, 6, 8 },
};

const struct vnor_part vnor_gd25q127c = {
	.name = "gd25q127c",
	.description = "GigaDevice, 3 V: QPI",
	.vendor = &vnor_w25,
	.extra = &gd25q127c_traits,
	.ops = gd25q127c_ops,
	.n_ops = ARRAY_SIZE(gd25q127c_ops),
	.size = MIB(16),
	.id = { 0xc8, 0x40, 0x18 },
	.n_id = 3,
	.sfdp = &vnor_sfdp_gd25q127c,
	.fmax_mhz = 104,
	.read_mhz = 50,
	.byte = { 30, 100 },
	.page_program = { 500, 2400 },
	.erase_4k = { 50000, 400000 },
	.erase_32k = { 150000, 1600000 },
	.erase_64k = { 200000, 2000000 },
	.chip = { 60000000, 120000000 },
	.status = { 5000, 30000 },
	.t_power_us = 1800,
	.t_reset_ns = 30000,
	.t_reset_busy_us = 12000,
	.t_suspend_us = 20,
	.t_down_ns = 20000,
	.t_wake_ns = 20000,
	.t_cs_high_read_ns = 20,
	.t_cs_high_ns = 20,
	.t_output_ps = 7000,
};

const struct vnor_part vnor_gd25lq256d = {
	.name = "gd25lq256d",
	.description = "GigaDevice, 1.8 V: QPI, 01h with one byte clears SR2",
	.vendor = &vnor_w25,
	.extra = &gd25lq256d_traits,
	.ops = gd25lq256d_ops,
	.n_ops = ARRAY_SIZE(gd25lq256d_ops),
	.size = MIB(32),
	.id = { 0xc8, 0x60, 0x19 },
	.n_id = 3,
	.sfdp = &vnor_sfdp_gd25lq256d,
	.fmax_mhz = 104,
	.read_mhz = 50,
	.byte = { 30, 100 },
	.page_program = { 400, 2400 },
	.erase_4k = { 45000, 300000 },
	.erase_32k = { 150000, 800000 },
	.erase_64k = { 250000, 1200000 },
	.chip = { 60000000, 150000000 },
	.status = { 2000, 30000 },
	.t_power_us = 1800,
	.t_reset_ns = 30000,
	.t_reset_busy_us = 12000,
	.t_suspend_us = 20,
	.t_down_ns = 20000,
	.t_wake_ns = 20000,
	.t_cs_high_read_ns = 20,
	.t_cs_high_ns = 20,
	.t_output_ps = 7000,
};
