// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * XMC XM25QH128C (3 V), as flashrom knows it; times recalled from the data sheet.
 */
#include "sim/vnor-w25.h"

#define BOTH (P_SPI | P_QPI)

static const struct vnor_op xm25qh128c_ops[] = {
	W25_BASE_OPS(BOTH),   W25_ARRAY_OPS(BOTH), REG_W(0x01, BOTH, A_SR1, "write status 1", 2),
	W25_WRSR23_OPS(BOTH), W25_SECURITY_OPS,	   W25_LOCK_OPS,
	W25_QPI_OPS,
};

static const struct w25_traits xm25qh128c_traits = {
	.writable = { 0xfc, 0x7b, 0xe4 },
	.factory = { 0, 0, 0x60 },
	.lb = 0x38,
	.has_wps = true,
	.has_reset_bit = true,
	.device_id = 0x17,
	.uid_len = 8,
	.n_sec = 3,
	.sec_first = 1,
	.sec_len = 256,
	.qpi_dummy = { 2, 4, 6, 8 },
};

const struct vnor_part vnor_xm25qh128c = {
	.name = "xm25qh128c",
	.description = "XMC, 3 V: QPI",
	.vendor = &vnor_w25,
	.extra = &xm25qh128c_traits,
	.ops = xm25qh128c_ops,
	.n_ops = ARRAY_SIZE(xm25qh128c_ops),
	.size = MIB(16),
	.id = { 0x20, 0x40, 0x18 },
	.n_id = 3,
	.sfdp = &vnor_sfdp_xm25qh128c,
	.fmax_mhz = 104,
	.read_mhz = 50,
	.byte = { 30, 100 },
	.page_program = { 500, 3000 },
	.erase_4k = { 45000, 300000 },
	.erase_32k = { 120000, 800000 },
	.erase_64k = { 150000, 1000000 },
	.chip = { 40000000, 200000000 },
	.status = { 10000, 30000 },
	.t_power_us = 300,
	.t_reset_ns = 30000,
	.t_reset_busy_us = 30,
	.t_suspend_us = 20,
	.t_down_ns = 3000,
	.t_wake_ns = 3000,
	.t_cs_high_read_ns = 10,
	.t_cs_high_ns = 50,
	.t_output_ps = 7000,
};
