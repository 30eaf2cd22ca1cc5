// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Parts that try how hosts cope: M25P64 (ST), which has no SFDP, no quad commands, no 4 KiB erase and
 * no 32 KiB erase; parts of an unknown maker with and without SFDP; and W25Q128JVs whose SFDP is
 * broken in one way or another, of which the ZD25Q128C, sold under Winbond's id, is a real one.
 */
#include "sim/vnor-w25.h"

#define SPI P_SPI

static const struct w25_traits plain_traits = {
	.writable = { 0x9c, 0, 0 }, /* SRWD, BP2:0 */
	.device_id = 0x16,
	.uid_len = 8,
};

static const struct vnor_op m25p64_ops[] = {
	OP(0x06, SPI, K_WREN, "write enable"),
	OP(0x04, SPI, K_WRDI, "write disable"),
	OP(0x9f, SPI, K_OUT, "read id", .arg = A_ID),
	OP(0xab, SPI, K_WAKE, "read electronic signature", .arg = A_DEVICE),
	REG_R(0x05, SPI, A_SR1, "read status"),
	OP(0x01, SPI, K_IN, "write status", .arg = A_SR1, .n_in_min = 1, .n_in_max = 1,
	   .flags = F_WEL),
	OP(0x03, SPI, K_READ, "read", .n_addr = 3, .fmax_mhz = 20),
	OP(0x0b, SPI, K_READ, "fast read", .n_addr = 3, .dummy = 8),
	OP(0x02, SPI, K_PROGRAM, "page program", .n_addr = 3, .flags = F_WEL),
	ERASE(0xd8, SPI, 3, KIB(64)),
	CHIP(0xc7, SPI),
};

/* a part that nobody knows, with the usual commands */
static const struct vnor_op nameless_ops[] = {
	W25_BASE_OPS(SPI),
	W25_ARRAY_OPS(SPI),
	REG_W(0x01, SPI, A_SR1, "write status 1", 2),
	W25_WRSR23_OPS(SPI),
};

static const struct w25_traits nameless_traits = {
	.writable = { 0xfc, 0x7b, 0xe4 },
	.lb = 0x38,
	.device_id = 0x15,
	.uid_len = 8,
};

const struct vnor_part vnor_m25p64 = {
	.name = "m25p64",
	.description = "ST, 3 V: 64 KiB sectors only, no SFDP, no quad",
	.vendor = &vnor_w25,
	.extra = &plain_traits,
	.ops = m25p64_ops,
	.n_ops = ARRAY_SIZE(m25p64_ops),
	.size = MIB(8),
	.id = { 0x20, 0x20, 0x17 },
	.n_id = 3,
	.fmax_mhz = 50,
	.read_mhz = 20,
	.byte = { 400, 5000 },
	.page_program = { 1400, 5000 },
	.erase_64k = { 1000000, 3000000 },
	.chip = { 68000000, 160000000 },
	.status = { 5000, 15000 },
	.t_power_us = 30,
	.t_wake_ns = 30000,
	.t_cs_high_read_ns = 100,
	.t_cs_high_ns = 100,
	.t_output_ps = 8000,
};

#define TIMES                                                                                     \
	.fmax_mhz = 104, .read_mhz = 50, .byte = { 30, 3000 }, .page_program = { 400, 3000 },     \
	.erase_4k = { 45000, 400000 }, .erase_32k = { 120000, 1600000 },                          \
	.erase_64k = { 150000, 2000000 }, .chip = { 40000000, 200000000 },                        \
	.status = { 10000, 15000 }, .t_power_us = 20, .t_reset_ns = 30000, .t_reset_busy_us = 30, \
	.t_suspend_us = 20, .t_down_ns = 3000, .t_wake_ns = 3000, .t_cs_high_read_ns = 10,        \
	.t_cs_high_ns = 50, .t_output_ps = 6000

#define NAMELESS(_maker, _type, _density)                                    \
	.vendor = &vnor_w25, .extra = &nameless_traits, .ops = nameless_ops, \
	.n_ops = ARRAY_SIZE(nameless_ops), .size = MIB(16),                  \
	.id = { (_maker), (_type), (_density) }, .n_id = 3, TIMES

const struct vnor_part vnor_unknown_sfdp = {
	NAMELESS(0x7a, 0x11, 0x18),
	.name = "unknown-sfdp",
	.description = "an id that no list has, with SFDP",
	.sfdp = &vnor_sfdp_xm25qh128c,
};

/* 5Ah reads ones */
static const struct vnor_sfdp no_sfdp;

const struct vnor_part vnor_unknown_nosfdp = {
	NAMELESS(0x7a, 0x12, 0x18),
	.name = "unknown-nosfdp",
	.description = "an id that no list has, without SFDP",
	.sfdp = &no_sfdp,
};

#define BROKEN(_c_name, _name, _what)                 \
	const struct vnor_part vnor_##_c_name = {     \
		NAMELESS(0xef, 0x40, 0x18),           \
		.name = (_name),                      \
		.description = "broken SFDP: " _what, \
		.sfdp = &vnor_sfdp_##_c_name,         \
	}

BROKEN(bad_short, "badsfdp-short", "a BFPT of four dwords");
BROKEN(bad_pointer, "badsfdp-pointer", "a BFPT past the end");
BROKEN(bad_density, "badsfdp-density", "four times the density");
BROKEN(bad_count, "badsfdp-count", "256 headers, a BFPT of 255 dwords");
BROKEN(bad_sizes, "badsfdp-sizes", "2^48 bits, sectors of 2^254 bytes");
BROKEN(zd25q128c, "zd25q128c", "2 MiB on 16 (Zetta, real, Winbond's id)");
