/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parts that work the way of Winbond's W25Q: behaviour (vnor-w25.c), and what their tables share.
 */
#ifndef SWDROM_SIM_VNOR_W25_H
#define SWDROM_SIM_VNOR_W25_H

#include "sim/vnor-core.h"
#include "sim/vnor-sfdp.h"

/* part->extra */
struct w25_traits {
	u8 writable[3], factory[3]; /* SR1..SR3 */
	u8 lb;		   /* one-time bits of SR2, the one at bit 3 for the first register */
	bool short_clears; /* 01h with one byte writes zeros to SR2 */
	bool bp4;	   /* SR1 = SRP, TB, BP3:0; else SRP, SEC, TB, BP2:0 */
	bool has_wps, has_reset_bit, has_adp; /* SR3 bits 2, 7, 1 and 0 */
	u8 device_id;			      /* 90h, ABh */
	u8 uid_len;
	u8 n_sec, sec_first; /* security registers, address bits 15:12 of the first */
	u16 sec_len;
	u8 qpi_dummy[4]; /* clocks by C0h P5:4; none: there is no QPI */
};

extern const struct vnor_vendor vnor_w25;

/* op->dummy of the unique id: longer in 4-byte mode */
#define D_UID 0xf0

/* op->arg */
enum {
	A_SR1,
	A_SR2,
	A_SR3,
	A_ID,
	A_MFR,
	A_DEVICE,
	A_UID,
	A_LOCK,
	A_UNLOCK,
	A_LOCK_ALL,
	A_UNLOCK_ALL,
	A_WRAP,
	A_SEC_READ,
	A_SEC_ERASE,
	A_SEC_PROGRAM,
	A_VOLEN,
	A_PARAM,
	A_QPI,
	A_SPI,
	A_EAR,
	A_DIE,
};

/* _p: the protocols, P_SPI or P_SPI | P_QPI */
#define OP(_op, _p, _kind, _name, ...)                                                \
	{                                                                             \
		.opcode = (_op), .protocols = (_p), .kind = (_kind), .name = (_name), \
		.addr_lines = 1, .data_lines = 1, __VA_ARGS__                         \
	}

#define OP2(_op, _p, _kind, _addr, _data, _name, ...)                                 \
	{                                                                             \
		.opcode = (_op), .protocols = (_p), .kind = (_kind), .name = (_name), \
		.addr_lines = (_addr), .data_lines = (_data), __VA_ARGS__             \
	}

#define REG_R(_op, _p, _arg, _name) OP(_op, _p, K_OUT, _name, .arg = (_arg), .flags = F_BUSY)
#define REG_W(_op, _p, _arg, _name, _max) \
	OP(_op, _p, K_IN, _name, .arg = (_arg), .n_in_min = 1, .n_in_max = (_max), .flags = F_SUSP)
#define ERASE(_op, _p, _n_addr, _size) \
	OP(_op, _p, K_ERASE, "erase", .n_addr = (_n_addr), .arg = (_size), .flags = F_WEL | F_SUSP)
#define CHIP(_op, _p) OP(_op, _p, K_ERASE_CHIP, "chip erase", .flags = F_WEL | F_SUSP)

/* ids, status registers 1 and 2 without their write commands, power, reset, suspend */
#define W25_BASE_OPS(_p)                                                                          \
	OP(0x06, _p, K_WREN, "write enable"), OP(0x04, _p, K_WRDI, "write disable"),              \
		OP(0x50, _p, K_IN, "volatile status write enable", .arg = A_VOLEN,                \
		   .flags = F_VOLEN),                                                             \
		OP(0xab, _p, K_WAKE, "release power-down", .arg = A_DEVICE),                      \
		OP(0x90, _p, K_OUT, "read manufacturer id", .n_addr = 3, .arg = A_MFR,            \
		   .flags = F_ADDR3),                                                             \
		OP2(0x92, P_SPI, K_OUT, 2, 2, "read id, dual", .n_addr = 3, .has_mode = true,     \
		    .arg = A_MFR),                                                                \
		OP2(0x94, P_SPI, K_OUT, 4, 4, "read id, quad", .n_addr = 3, .has_mode = true,     \
		    .dummy = 4, .arg = A_MFR, .flags = F_QUAD),                                   \
		OP(0x9f, _p, K_OUT, "read JEDEC id", .arg = A_ID),                                \
		OP(0x4b, P_SPI, K_OUT, "read unique id", .dummy = D_UID, .arg = A_UID),           \
		OP(0x5a, _p, K_SFDP, "read SFDP", .n_addr = 3, .dummy = 8, .flags = F_ADDR3),     \
		REG_R(0x05, _p, A_SR1, "read status 1"), REG_R(0x35, _p, A_SR2, "read status 2"), \
		OP(0x75, _p, K_SUSPEND, "suspend", .flags = F_BUSY),                              \
		OP(0x7a, _p, K_RESUME, "resume"),                                                 \
		OP(0xb9, _p, K_DPD, "power-down", .flags = F_SUSP),                               \
		OP(0x66, _p, K_RSTEN, "reset enable", .flags = F_BUSY),                           \
		OP(0x99, _p, K_RST, "reset", .flags = F_BUSY)

/* the array; in QPI only 0Bh and EBh read */
#define W25_ARRAY_OPS(_p)                                                                         \
	OP(0x03, P_SPI, K_READ, "read", .n_addr = 3, .fmax_mhz = 50),                             \
		OP(0x0b, _p, K_READ, "fast read", .n_addr = 3, .dummy = 8),                       \
		OP2(0x3b, P_SPI, K_READ, 1, 2, "dual output read", .n_addr = 3, .dummy = 8),      \
		OP2(0xbb, P_SPI, K_READ, 2, 2, "dual I/O read", .n_addr = 3, .has_mode = true,    \
		    .flags = F_CONT),                                                             \
		OP2(0x6b, P_SPI, K_READ, 1, 4, "quad output read", .n_addr = 3, .dummy = 8,       \
		    .flags = F_QUAD),                                                             \
		OP2(0xeb, _p, K_READ, 4, 4, "quad I/O read", .n_addr = 3, .has_mode = true,       \
		    .dummy = 4, .flags = F_CONT | F_QUAD),                                        \
		OP2(0x77, P_SPI, K_IN, 4, 4, "set burst with wrap", .arg = A_WRAP, .n_in_min = 4, \
		    .n_in_max = 4, .flags = F_QUAD),                                              \
		OP(0x02, _p, K_PROGRAM, "page program", .n_addr = 3, .flags = F_WEL),             \
		OP2(0x32, P_SPI, K_PROGRAM, 1, 4, "quad page program", .n_addr = 3,               \
		    .flags = F_WEL | F_QUAD),                                                     \
		ERASE(0x20, _p, 3, KIB(4)), ERASE(0x52, _p, 3, KIB(32)),                          \
		ERASE(0xd8, _p, 3, KIB(64)), CHIP(0xc7, _p), CHIP(0x60, _p)

#define W25_SECURITY_OPS                                                                           \
	OP(0x44, P_SPI, K_IN, "erase security register", .n_addr = 3, .arg = A_SEC_ERASE,          \
	   .flags = F_WEL | F_SUSP),                                                               \
		OP(0x42, P_SPI, K_IN, "program security register", .n_addr = 3,                    \
		   .arg = A_SEC_PROGRAM, .n_in_min = 1, .n_in_max = 255, .flags = F_WEL | F_SUSP), \
		OP(0x48, P_SPI, K_OUT, "read security register", .n_addr = 3, .dummy = 8,          \
		   .arg = A_SEC_READ)

/* single blocks, where SR3 has WPS */
#define W25_LOCK_OPS                                                                     \
	OP(0x36, P_SPI, K_IN, "lock block", .n_addr = 3, .arg = A_LOCK, .flags = F_WEL), \
		OP(0x39, P_SPI, K_IN, "unlock block", .n_addr = 3, .arg = A_UNLOCK,      \
		   .flags = F_WEL),                                                      \
		OP(0x3d, P_SPI, K_OUT, "read block lock", .n_addr = 3, .arg = A_LOCK),   \
		OP(0x7e, P_SPI, K_IN, "lock all", .arg = A_LOCK_ALL, .flags = F_WEL),    \
		OP(0x98, P_SPI, K_IN, "unlock all", .arg = A_UNLOCK_ALL, .flags = F_WEL)

/* status register writes one by one */
#define W25_WRSR23_OPS(_p)                                                                    \
	REG_W(0x31, _p, A_SR2, "write status 2", 1), REG_R(0x15, _p, A_SR3, "read status 3"), \
		REG_W(0x11, _p, A_SR3, "write status 3", 1)

#define W25_QPI_OPS                                                                         \
	OP(0x38, P_SPI, K_IN, "enter QPI", .arg = A_QPI),                                   \
		OP(0xff, P_QPI, K_IN, "leave QPI", .arg = A_SPI, .flags = F_QUIET),         \
		OP(0xc0, P_QPI, K_IN, "set read parameters", .arg = A_PARAM, .n_in_min = 1, \
		   .n_in_max = 1),                                                          \
		OP(0x0c, P_QPI, K_READ, "burst read with wrap", .n_addr = 3, .dummy = 8)

/* beyond 128 Mbit */
#define W25_4B_MODE_OPS(_p)                                                                 \
	OP(0xb7, _p, K_ENTER_4B, "enter 4-byte mode"),                                      \
		OP(0xe9, _p, K_LEAVE_4B, "leave 4-byte mode"),                              \
		OP(0xc8, _p, K_OUT, "read EAR", .arg = A_EAR),                              \
		OP(0xc5, _p, K_IN, "write EAR", .arg = A_EAR, .n_in_min = 1, .n_in_max = 1, \
		   .flags = F_WEL)

/* 0Ch means something else in QPI */
#define W25_4B_OPS                                                                                 \
	OP(0x13, P_SPI, K_READ, "4-byte read", .n_addr = 4, .fmax_mhz = 50),                       \
		OP(0x0c, P_SPI, K_READ, "4-byte fast read", .n_addr = 4, .dummy = 8),              \
		OP2(0x3c, P_SPI, K_READ, 1, 2, "4-byte dual output read", .n_addr = 4,             \
		    .dummy = 8),                                                                   \
		OP2(0xbc, P_SPI, K_READ, 2, 2, "4-byte dual I/O read", .n_addr = 4,                \
		    .has_mode = true, .flags = F_CONT),                                            \
		OP2(0x6c, P_SPI, K_READ, 1, 4, "4-byte quad output read", .n_addr = 4, .dummy = 8, \
		    .flags = F_QUAD),                                                              \
		OP2(0xec, P_SPI, K_READ, 4, 4, "4-byte quad I/O read", .n_addr = 4,                \
		    .has_mode = true, .dummy = 4, .flags = F_CONT | F_QUAD),                       \
		OP(0x12, P_SPI, K_PROGRAM, "4-byte page program", .n_addr = 4, .flags = F_WEL),    \
		OP2(0x34, P_SPI, K_PROGRAM, 1, 4, "4-byte quad page program", .n_addr = 4,         \
		    .flags = F_WEL | F_QUAD),                                                      \
		ERASE(0x21, P_SPI, 4, KIB(4)), ERASE(0xdc, P_SPI, 4, KIB(64))

#endif
