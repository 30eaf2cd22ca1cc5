/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows of opcode tables that look alike at several makers: included by those files alone. */
#ifndef SWDROM_SIM_VNOR_OPS_H
#define SWDROM_SIM_VNOR_OPS_H

#include "sim/vnor-core.h"

#define BOTH (P_SPI | P_QPI)

#define OP(_op, _p, _kind, _name, ...)                                                \
	{                                                                             \
		.opcode = (_op), .protocols = (_p), .kind = (_kind), .name = (_name), \
		.addr_lines = 1, .data_lines = 1, __VA_ARGS__                         \
	}

#define READ(_op, _p, _addr, _data, _n_addr, ...)                                              \
	{                                                                                      \
		.opcode = (_op), .protocols = (_p), .kind = K_READ, .name = "fast read",       \
		.addr_lines = (_addr), .data_lines = (_data), .n_addr = (_n_addr), __VA_ARGS__ \
	}

#define PROG(_op, _p, _data, _n_addr, _flags)                                                  \
	{                                                                                      \
		.opcode = (_op), .protocols = (_p), .kind = K_PROGRAM, .name = "page program", \
		.addr_lines = 1, .data_lines = (_data), .n_addr = (_n_addr),                   \
		.flags = F_WEL | (_flags)                                                      \
	}

#define ERASE(_op, _n_addr, _size)                                           \
	OP(_op, BOTH, K_ERASE, "erase", .n_addr = (_n_addr), .arg = (_size), \
	   .flags = F_WEL | F_SUSP)

#endif
