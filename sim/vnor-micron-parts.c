// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Micron N25Q and MT25Q: commands, SFDP tables, sizes and times.
 *
 * N25Q128A13 and MT25QL128ABA answer 9Fh with the same three bytes. How the two generations differ
 * here: 32 KiB erase, 60h, 35h/F5h, deep power-down, 38h instead of 12h for 1-4-4 programming, 133
 * instead of 108 MHz, faster cells, a 16-dword SFDP, extended id 44 00.
 *
 * Of the N25Q256A (data sheet n25q_256mb_65nm, command set table with its notes 14 and following)
 * only the order codes N25Q256A83... have program and erase commands with four address bytes, 35h,
 * F5h, and 38h for 1-4-4 programming; on the common N25Q256A13 12h is that program command, and
 * B7h/E9h and the extended address register are the ways to the upper half. All have reads with
 * four address bytes. The SFDP of both is the same and does not tell.
 */
#include "sim/vnor-micron.h"
#include "sim/vnor-sfdp.h"

#define OP(_op, _proto, _kind, _name, ...)                                                \
	{                                                                                 \
		.opcode = (_op), .protocols = (_proto), .kind = (_kind), .name = (_name), \
		.addr_lines = 1, .data_lines = 1, __VA_ARGS__                             \
	}

#define READ(_op, _proto, _addr, _data, _flags)                                              \
	{                                                                                    \
		.opcode = (_op), .protocols = (_proto), .kind = K_READ, .name = "fast read", \
		.addr_lines = (_addr), .data_lines = (_data), .n_addr = 3, .dummy = D_VCR,   \
		.flags = F_CONT | (_flags)                                                   \
	}

#define PROG(_op, _proto, _addr, _data, _flags)                                                    \
	{                                                                                          \
		.opcode = (_op), .protocols = (_proto), .kind = K_PROGRAM, .name = "page program", \
		.addr_lines = (_addr), .data_lines = (_data), .n_addr = 3,                         \
		.flags = F_WEL | (_flags)                                                          \
	}

#define ERASE(_op, _size) \
	OP(_op, P_ALL, K_ERASE, "erase", .n_addr = 3, .arg = (_size), .flags = F_WEL | F_SUSP)

#define REG_R(_op, _arg, _name, _flags) \
	OP(_op, P_ALL, K_OUT, _name, .arg = (_arg), .flags = (_flags))
#define REG_W(_op, _arg, _name, _n)                                                    \
	OP(_op, P_ALL, K_IN, _name, .arg = (_arg), .n_in_min = (_n), .n_in_max = (_n), \
	   .flags = F_WEL | F_SUSP)

/* what both have; lines: extended SPI, DIO-SPI, QIO-SPI */
#define COMMON_OPS                                                                                \
	OP(0x9e, P_SPI, K_OUT, "read id", .arg = A_ID),                                           \
		OP(0x9f, P_SPI, K_OUT, "read id", .arg = A_ID),                                   \
		OP(0xaf, P_DPI | P_QPI, K_OUT, "multiple I/O read id", .arg = A_ID3),             \
		OP(0x5a, P_ALL, K_SFDP, "read SFDP", .n_addr = 3, .dummy = 8, .flags = F_ADDR3),  \
		OP(0x03, P_SPI, K_READ, "read", .n_addr = 3, .fmax_mhz = 54),                     \
		READ(0x0b, P_ALL, 1, 1, 0), READ(0x3b, P_SPI | P_DPI, 1, 2, 0),                   \
		READ(0xbb, P_SPI | P_DPI, 2, 2, 0), READ(0x6b, P_SPI | P_QPI, 1, 4, F_QUAD),      \
		READ(0xeb, P_SPI | P_QPI, 4, 4, F_QUAD), OP(0x06, P_ALL, K_WREN, "write enable"), \
		OP(0x04, P_ALL, K_WRDI, "write disable"),                                         \
		REG_R(0x05, A_SR, "read status", F_BUSY), REG_R(0xb5, A_NVCR, "read NVCR", 0),    \
		REG_R(0x85, A_VCR, "read VCR", 0), REG_R(0x65, A_EVCR, "read EVCR", 0),           \
		OP(0xe8, P_ALL, K_OUT, "read lock register", .arg = A_LOCK, .n_addr = 3),         \
		OP(0xe5, P_ALL, K_IN, "write lock register", .arg = A_LOCK, .n_addr = 3,          \
		   .n_in_min = 1, .n_in_max = 1, .flags = F_WEL),                                 \
		REG_W(0x01, A_SR, "write status", 1), REG_W(0xb1, A_NVCR, "write NVCR", 2),       \
		REG_W(0x81, A_VCR, "write VCR", 1), REG_W(0x61, A_EVCR, "write EVCR", 1),         \
		OP(0x50, P_ALL, K_IN, "clear flag status", .arg = A_CLFSR),                       \
		PROG(0x02, P_ALL, 1, 1, 0), PROG(0xa2, P_SPI | P_DPI, 1, 2, 0),                   \
		PROG(0xd2, P_SPI | P_DPI, 2, 2, 0), PROG(0x32, P_SPI | P_QPI, 1, 4, F_QUAD),      \
		ERASE(0x20, KIB(4)), ERASE(0xd8, KIB(64)),                                        \
		OP(0x75, P_ALL, K_SUSPEND, "suspend", .flags = F_BUSY),                           \
		OP(0x7a, P_ALL, K_RESUME, "resume"),                                              \
		OP(0x4b, P_ALL, K_OUT, "read OTP", .arg = A_OTP, .n_addr = 3, .dummy = D_OTP),    \
		OP(0x42, P_ALL, K_IN, "program OTP", .arg = A_OTP, .n_addr = 3, .n_in_min = 1,    \
		   .n_in_max = MICRON_OTP_LEN, .flags = F_WEL | F_SUSP),                          \
		OP(0x66, P_ALL, K_RSTEN, "reset enable", .flags = F_BUSY),                        \
		OP(0x99, P_ALL, K_RST, "reset", .flags = F_BUSY)

#define N25Q_OPS                                                              \
	OP(0xc7, P_ALL, K_ERASE_CHIP, "bulk erase", .flags = F_WEL | F_SUSP), \
		REG_R(0x70, A_FSR, "read flag status", F_BUSY)

static const struct vnor_op n25q_ops[] = {
	COMMON_OPS,
	N25Q_OPS,
	PROG(0x12, P_SPI | P_QPI, 4, 4, F_QUAD),
	/* in QIO-SPI 9Fh is no id read: it drops the part to extended SPI (seen by OpenOCD) */
	OP(0x9f, P_QPI, K_IN, "read id in QIO-SPI", .arg = A_SPI, .n_in_max = 255),
};

/* four address bytes in any mode */
#define READ4(_op, _proto, _addr, _data, _flags)                                               \
	{                                                                                      \
		.opcode = (_op), .protocols = (_proto), .kind = K_READ, .name = "4-byte read", \
		.addr_lines = (_addr), .data_lines = (_data), .n_addr = 4, .dummy = D_VCR,     \
		.flags = F_CONT | (_flags)                                                     \
	}

#define PROG4(_op, _proto, _addr, _data, _flags)                                             \
	{                                                                                    \
		.opcode = (_op), .protocols = (_proto), .kind = K_PROGRAM,                   \
		.name = "4-byte page program", .addr_lines = (_addr), .data_lines = (_data), \
		.n_addr = 4, .flags = F_WEL | (_flags)                                       \
	}

#define ERASE4(_op, _size)                                                   \
	OP(_op, P_ALL, K_ERASE, "4-byte erase", .n_addr = 4, .arg = (_size), \
	   .flags = F_WEL | F_SUSP)

/* beyond 128 Mbit; leaving and entering 4-byte mode takes a write enable on the N25Q */
#define BIG_OPS(_4b_flags)                                                                     \
	OP(0xb7, P_ALL, K_ENTER_4B, "enter 4-byte mode", .flags = (_4b_flags)),                \
		OP(0xe9, P_ALL, K_LEAVE_4B, "leave 4-byte mode", .flags = (_4b_flags)),        \
		REG_R(0xc8, A_EAR, "read EAR", 0), REG_W(0xc5, A_EAR, "write EAR", 1),         \
		OP(0x13, P_SPI, K_READ, "4-byte read", .n_addr = 4, .fmax_mhz = 54),           \
		READ4(0x0c, P_ALL, 1, 1, 0), READ4(0x3c, P_SPI | P_DPI, 1, 2, 0),              \
		READ4(0xbc, P_SPI | P_DPI, 2, 2, 0), READ4(0x6c, P_SPI | P_QPI, 1, 4, F_QUAD), \
		READ4(0xec, P_SPI | P_QPI, 4, 4, F_QUAD)

/* programs and erases with four address bytes */
#define WRITE4_OPS                                                              \
	PROG4(0x12, P_ALL, 1, 1, 0), PROG4(0x34, P_SPI | P_QPI, 1, 4, F_QUAD),  \
		PROG4(0x3e, P_SPI | P_QPI, 4, 4, F_QUAD), ERASE4(0x21, KIB(4)), \
		ERASE4(0xdc, KIB(64))

#define QUAD_OPS                                           \
	OP(0x35, P_ALL, K_IN, "enter quad", .arg = A_QPI), \
		OP(0xf5, P_ALL, K_IN, "leave quad", .arg = A_SPI)

static const struct vnor_op n25q256a13_ops[] = {
	COMMON_OPS,
	N25Q_OPS,
	BIG_OPS(F_WEL),
	PROG(0x12, P_SPI | P_QPI, 4, 4, F_QUAD),
};

static const struct vnor_op n25q256a83_ops[] = {
	COMMON_OPS, N25Q_OPS, BIG_OPS(F_WEL),
	WRITE4_OPS, QUAD_OPS, PROG(0x38, P_SPI | P_QPI, 4, 4, F_QUAD),
};

/* second generation */
#define MT25Q_OPS                                                                            \
	COMMON_OPS, QUAD_OPS, PROG(0x38, P_SPI | P_QPI, 4, 4, F_QUAD), ERASE(0x52, KIB(32)), \
		OP(0xb9, P_ALL, K_DPD, "deep power-down", .flags = F_SUSP),                  \
		OP(0xab, P_ALL, K_WAKE, "release deep power-down", .arg = A_ID3)

#define MT25Q_BIG_OPS                                                                            \
	MT25Q_OPS, BIG_OPS(0), WRITE4_OPS, ERASE4(0x5c, KIB(32)),                                \
		OP(0xe0, P_ALL, K_OUT, "4-byte read lock register", .arg = A_LOCK, .n_addr = 4), \
		OP(0xe1, P_ALL, K_IN, "4-byte write lock register", .arg = A_LOCK, .n_addr = 4,  \
		   .n_in_min = 1, .n_in_max = 1, .flags = F_WEL)

#define BULK_OPS                                                              \
	OP(0xc7, P_ALL, K_ERASE_CHIP, "bulk erase", .flags = F_WEL | F_SUSP), \
		OP(0x60, P_ALL, K_ERASE_CHIP, "bulk erase", .flags = F_WEL | F_SUSP)

static const struct vnor_op mt25q_ops[] = {
	MT25Q_OPS,
	BULK_OPS,
	REG_R(0x70, A_FSR, "read flag status", F_BUSY),
};

static const struct vnor_op mt25q512_ops[] = {
	MT25Q_BIG_OPS,
	BULK_OPS,
	REG_R(0x70, A_FSR, "read flag status", F_BUSY),
};

/* dies of 512 Mbit on the same pins: no bulk erase, a flag status register for each */
static const struct vnor_op mt25q_stack_ops[] = {
	MT25Q_BIG_OPS,
	ERASE(0xc4, MIB(64)),
	REG_R(0x70, A_FSR, "read flag status", F_BUSY | F_TURN),
};

const struct vnor_part vnor_n25q128a13 = {
	.name = "n25q128a13",
	.description = "Micron, 3 V, 65 nm",
	.vendor = &vnor_micron,
	.ops = n25q_ops,
	.n_ops = ARRAY_SIZE(n25q_ops),
	.size = MIB(16),
	/* EDID 00 00: uniform sectors, HOLD#, standard BP scheme */
	.id = { 0x20, 0xba, 0x18, 0x10, 0x00, 0x00 },
	.n_id = 6,
	.sfdp = &vnor_sfdp_n25q128a,
	.fmax_mhz = 108,
	.read_mhz = 54,
	.byte = { 15, 5000 },
	.page_program = { 500, 5000 },
	.erase_4k = { 250000, 800000 },
	.erase_64k = { 700000, 3000000 },
	.chip = { 170000000, 250000000 },
	.status = { 1300, 8000 },
	.nv = { 200000, 3000000 },
	.t_power_us = 150,
	.t_reset_ns = 90,
	.t_reset_busy_us = 30,
	.t_suspend_us = 25,
	.t_cs_high_read_ns = 20,
	.t_cs_high_ns = 50,
	.t_output_ps = 7000,
};

const struct vnor_part vnor_n25q256a13 = {
	.name = "n25q256a13",
	.description = "Micron, 3 V, 65 nm: no 4-byte program or erase opcodes",
	.vendor = &vnor_micron,
	.ops = n25q256a13_ops,
	.n_ops = ARRAY_SIZE(n25q256a13_ops),
	.size = MIB(32),
	/* EDID 00 00: uniform sectors, HOLD#, standard BP scheme */
	.id = { 0x20, 0xba, 0x19, 0x10, 0x00, 0x00 },
	.n_id = 6,
	.sfdp = &vnor_sfdp_n25q256a,
	.fmax_mhz = 108,
	.read_mhz = 54,
	.byte = { 15, 5000 },
	.page_program = { 500, 5000 },
	.erase_4k = { 250000, 800000 },
	.erase_64k = { 700000, 3000000 },
	.chip = { 240000000, 480000000 },
	.status = { 1300, 8000 },
	.nv = { 200000, 3000000 },
	.t_power_us = 150,
	.t_reset_ns = 90,
	.t_reset_busy_us = 30,
	.t_suspend_us = 25,
	.t_cs_high_read_ns = 20,
	.t_cs_high_ns = 50,
	.t_output_ps = 7000,
};

const struct vnor_part vnor_n25q256a83 = {
	.name = "n25q256a83",
	.description = "Micron, 3 V, 65 nm: N25Q256A83, with 4-byte opcodes",
	.vendor = &vnor_micron,
	.ops = n25q256a83_ops,
	.n_ops = ARRAY_SIZE(n25q256a83_ops),
	.size = MIB(32),
	/* EDID 00 00: uniform sectors, HOLD#, standard BP scheme */
	.id = { 0x20, 0xba, 0x19, 0x10, 0x00, 0x00 },
	.n_id = 6,
	.sfdp = &vnor_sfdp_n25q256a,
	.fmax_mhz = 108,
	.read_mhz = 54,
	.byte = { 15, 5000 },
	.page_program = { 500, 5000 },
	.erase_4k = { 250000, 800000 },
	.erase_64k = { 700000, 3000000 },
	.chip = { 240000000, 480000000 },
	.status = { 1300, 8000 },
	.nv = { 200000, 3000000 },
	.t_power_us = 150,
	.t_reset_ns = 90,
	.t_reset_busy_us = 30,
	.t_suspend_us = 25,
	.t_cs_high_read_ns = 20,
	.t_cs_high_ns = 50,
	.t_output_ps = 7000,
};

const struct vnor_part vnor_mt25ql128aba = {
	.name = "mt25ql128aba",
	.description = "Micron, 3 V, 45 nm",
	.quirks = MICRON_MT25Q,
	.vendor = &vnor_micron,
	.ops = mt25q_ops,
	.n_ops = ARRAY_SIZE(mt25q_ops),
	.size = MIB(16),
	/* EDID 44 00: second generation, RESET# pin besides HOLD# */
	.id = { 0x20, 0xba, 0x18, 0x10, 0x44, 0x00 },
	.n_id = 6,
	.sfdp = &vnor_sfdp_mt25ql128,
	.fmax_mhz = 133,
	.read_mhz = 54,
	.byte = { 18, 1800 },
	.page_program = { 120, 1800 },
	.erase_4k = { 50000, 400000 },
	.erase_32k = { 100000, 1000000 },
	.erase_64k = { 150000, 1000000 },
	.chip = { 38000000, 114000000 },
	.status = { 1300, 8000 },
	.nv = { 200000, 1000000 },
	.t_power_us = 300,
	.t_reset_ns = 90,
	.t_reset_busy_us = 30,
	.t_suspend_us = 25,
	.t_down_ns = 3000,
	.t_wake_ns = 30000,
	.t_cs_high_read_ns = 20,
	.t_cs_high_ns = 50,
	.t_output_ps = 6000,
};

const struct vnor_part vnor_mt25ql512abb = {
	.name = "mt25ql512abb",
	.description = "Micron, 3 V, 45 nm",
	.quirks = MICRON_MT25Q,
	.vendor = &vnor_micron,
	.ops = mt25q512_ops,
	.n_ops = ARRAY_SIZE(mt25q512_ops),
	.size = MIB(64),
	.id = { 0x20, 0xba, 0x20, 0x10, 0x44, 0x00 },
	.n_id = 6,
	.sfdp = &vnor_sfdp_mt25ql512,
	.fmax_mhz = 133,
	.read_mhz = 54,
	.byte = { 18, 1800 },
	.page_program = { 120, 1800 },
	.erase_4k = { 50000, 400000 },
	.erase_32k = { 100000, 1000000 },
	.erase_64k = { 150000, 1000000 },
	.chip = { 153000000, 460000000 },
	.status = { 1300, 8000 },
	.nv = { 200000, 1000000 },
	.t_power_us = 300,
	.t_reset_ns = 90,
	.t_reset_busy_us = 30,
	.t_suspend_us = 25,
	.t_down_ns = 3000,
	.t_wake_ns = 30000,
	.t_cs_high_read_ns = 20,
	.t_cs_high_ns = 50,
	.t_output_ps = 6000,
};

const struct vnor_part vnor_mt25ql01gbbb = {
	.name = "mt25ql01gbbb",
	.description = "Micron, 3 V, 45 nm: two dies of 512 Mbit",
	.quirks = MICRON_MT25Q,
	.vendor = &vnor_micron,
	.ops = mt25q_stack_ops,
	.n_ops = ARRAY_SIZE(mt25q_stack_ops),
	.size = MIB(128),
	.n_dies = 2,
	.id = { 0x20, 0xba, 0x21, 0x10, 0x44, 0x00 },
	.n_id = 6,
	.sfdp = &vnor_sfdp_mt25ql01g,
	.fmax_mhz = 133,
	.read_mhz = 54,
	.byte = { 18, 1800 },
	.page_program = { 120, 1800 },
	.erase_4k = { 50000, 400000 },
	.erase_32k = { 100000, 1000000 },
	.erase_64k = { 150000, 1000000 },
	.chip = { 153000000, 460000000 },
	.status = { 1300, 8000 },
	.nv = { 200000, 1000000 },
	.t_power_us = 300,
	.t_reset_ns = 90,
	.t_reset_busy_us = 30,
	.t_suspend_us = 25,
	.t_down_ns = 3000,
	.t_wake_ns = 30000,
	.t_cs_high_read_ns = 20,
	.t_cs_high_ns = 50,
	.t_output_ps = 6000,
};

const struct vnor_part vnor_mt25qu02gcbb = {
	.name = "mt25qu02gcbb",
	.description = "Micron, 1.8 V, 45 nm: four dies of 512 Mbit",
	.quirks = MICRON_MT25Q,
	.vendor = &vnor_micron,
	.ops = mt25q_stack_ops,
	.n_ops = ARRAY_SIZE(mt25q_stack_ops),
	.size = MIB(256),
	.n_dies = 4,
	.id = { 0x20, 0xbb, 0x22, 0x10, 0x44, 0x00 },
	.n_id = 6,
	.sfdp = &vnor_sfdp_mt25ql02g,
	.fmax_mhz = 166,
	.read_mhz = 54,
	.byte = { 18, 1800 },
	.page_program = { 120, 1800 },
	.erase_4k = { 50000, 400000 },
	.erase_32k = { 100000, 1000000 },
	.erase_64k = { 150000, 1000000 },
	.chip = { 153000000, 460000000 },
	.status = { 1300, 8000 },
	.nv = { 200000, 1000000 },
	.t_power_us = 300,
	.t_reset_ns = 90,
	.t_reset_busy_us = 30,
	.t_suspend_us = 25,
	.t_down_ns = 3000,
	.t_wake_ns = 30000,
	.t_cs_high_read_ns = 20,
	.t_cs_high_ns = 50,
	.t_output_ps = 6000,
};
