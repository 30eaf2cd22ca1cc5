// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Microchip (SST) SST26VF064B (3 V; data sheet DS20005119).
 *
 * At power-up every block is protected against writing: 98h after a write enable, or the block
 * protection register, frees them. D8h erases 8, 32 or 64 KiB according to the address. QE is IOC
 * in the configuration register (bit 1, read by 35h, second byte of 01h); SQI (QPI) by 38h and FFh;
 * SR shows BUSY in bits 7 and 0; programming and erasing take milliseconds at most.
 *
 * Commands and the block protection map as flashrom, Linux and the data sheet's tables 4-1 and 5-6
 * (recalled) have them. Read locks of the outer blocks and nVWLDR are not modelled.
 */
#include "sim/vnor-core.h"
#include "sim/vnor-sfdp.h"

#include <string.h>

/* nv[]: CR bits that last, lock of the security ID, security ID */
#define NV_CR	      0
#define NV_SID_LOCKED 1
#define NV_SID	      256
#define SID_LEN	      2048u
#define SID_UNIQUE    8u /* bytes that the factory wrote */

/* reg[] */
#define R_CR	     0
#define R_SQI	     1
#define R_WRAP	     2
#define R_BPR_LOCKED 3

#define SR_BUSY2     BIT(7)
#define SR_SEC	     BIT(5)
#define SR_WPLD	     BIT(4)
#define SR_WSP	     BIT(3)
#define SR_WSE	     BIT(2)
#define SR_WEL	     BIT(1)
#define SR_BUSY	     BIT(0)

#define CR_WPEN	     BIT(7)
#define CR_BPNV	     BIT(3)
#define CR_IOC	     BIT(1)

#define BPR_LEN	     18u /* bytes, most significant first */
#define N_BLOCKS     136u

enum {
	A_ID,
	A_QID,
	A_SR,
	A_CR,
	A_BPR,
	A_BPR_LOCK,
	A_UNLOCK_ALL,
	A_SID_READ,
	A_SID_PROGRAM,
	A_SID_LOCK,
	A_SQI,
	A_SPI,
	A_WRAP,
};

/* blocks: four of 8 KiB, one of 32, 126 of 64, one of 32, four of 8 */
static void block_of(const struct vnor *nor, u32 addr, u32 *from, u32 *len, u32 *index)
{
	u32 size = nor->part->size, last = size / KIB(64) - 1, big = addr / KIB(64);

	*len = KIB(64);
	if (big == 0 || big == last) {
		bool small = big == 0 ? addr < KIB(32) : addr >= size - KIB(32);

		*len = small ? KIB(8) : KIB(32);
	}
	*from = addr & ~(*len - 1);
	if (addr < KIB(32))
		*index = addr / KIB(8);
	else if (big == 0)
		*index = 4;
	else if (big < last)
		*index = 4 + big;
	else
		*index = *len == KIB(32) ? 4 + last : 5 + last + addr / KIB(8) % 4;
}

/*
 * Bit of the block protection register for a block (data sheet table 5-6): the 64 KiB blocks from
 * bit 0 up, then the 32 KiB ones, then the 8 KiB ones with a read lock bit above each.
 */
static u32 bpr_bit(u32 index)
{
	if (index < 4) /* bottom 8 KiB: bits 128, 130, 132, 134 */
		return 128 + 2 * index;
	if (index == 4)
		return 126;
	if (index < 131)
		return index - 5;
	if (index == 131)
		return 127;
	return 136 + 2 * (index - 132);
}

static void sst_factory(struct vnor *nor)
{
	memset(nor->nv, 0, NV_SID);
	memset(nor->nv + NV_SID, 0xff, SID_LEN);
	memcpy(nor->nv + NV_SID, nor->nv + VNOR_UID, SID_UNIQUE);
}

static void sst_load(struct vnor *nor, bool power)
{
	nor->reg[R_CR] = nor->nv[NV_CR] | CR_BPNV;
	nor->reg[R_SQI] = 0;
	nor->reg[R_WRAP] = 0;
	if (!power) /* the block protection register is not reset by commands */
		return;
	nor->reg[R_BPR_LOCKED] = 0;
	memset(nor->lock, 1, sizeof(nor->lock));
}

static u8 sst_proto(const struct vnor *nor)
{
	return nor->reg[R_SQI] ? P_QPI : P_SPI;
}

static bool sst_has_quad(const struct vnor *nor)
{
	return nor->reg[R_CR] & CR_IOC || nor->reg[R_SQI];
}

static bool sst_has_hold(const struct vnor *nor)
{
	return !sst_has_quad(nor);
}

static u32 sst_read_wrap(const struct vnor *nor, const struct vnor_op *op)
{
	static const u8 bytes[4] = { 8, 16, 32, 64 };

	return op->opcode == 0x0c || op->opcode == 0xec ? bytes[nor->reg[R_WRAP] & 3] : 0;
}

static void sst_confirm(struct vnor *nor, u8 mode, bool dummy)
{
	if (dummy || !(nor->op->flags & F_CONT))
		return;
	nor->xip = mode >> 4 == 0xa ? nor->op : NULL;
}

static u8 sst_sr(const struct vnor *nor)
{
	u8 v = 0;

	if (vnor_wip(nor))
		v |= SR_BUSY | SR_BUSY2;
	if (nor->wel)
		v |= SR_WEL;
	if (nor->suspended.kind)
		v |= nor->suspended.kind == JOB_PROGRAM ? SR_WSP : SR_WSE;
	if (nor->reg[R_BPR_LOCKED])
		v |= SR_WPLD;
	if (nor->nv[NV_SID_LOCKED])
		v |= SR_SEC;
	return v;
}

static u8 bpr_byte(const struct vnor *nor, u32 i)
{
	u32 index, bit;
	u8 v = 0;

	for (index = 0; index < N_BLOCKS; index++) {
		bit = bpr_bit(index);
		if (nor->lock[index] && BPR_LEN - 1 - bit / 8 == i)
			v |= (u8)BIT(bit % 8);
	}
	return v;
}

static u8 sst_out(struct vnor *nor, const struct vnor_op *op, u32 i)
{
	switch (op->arg) {
	case A_ID:
	case A_QID:
		return nor->part->id[i % 3];
	case A_SR:
		return sst_sr(nor);
	case A_CR:
		return nor->reg[R_CR];
	case A_BPR:
		return i < BPR_LEN ? bpr_byte(nor, i) : 0;
	case A_SID_READ:
		i += nor->addr;
		return i < SID_LEN ? nor->nv[NV_SID + i] : 0xff;
	}
	return 0xff;
}

static void write_bpr(struct vnor *nor)
{
	u32 index, bit;

	nor->wel = false;
	if (nor->reg[R_BPR_LOCKED]) {
		vnor_complain(nor, "block protection register is locked down");
		return;
	}
	for (index = 0; index < N_BLOCKS; index++) {
		bit = bpr_bit(index);
		nor->lock[index] = nor->buf[BPR_LEN - 1 - bit / 8] >> bit % 8 & 1;
	}
}

static void write_registers(struct vnor *nor, const struct vnor_op *op)
{
	if (nor->reg[R_CR] & CR_WPEN && nor->wp_low && !(nor->reg[R_CR] & CR_IOC)) {
		vnor_complain(nor, "configuration write ignored: WPEN = 1 and WP# (IO2) low");
		nor->wel = false;
		return;
	}
	vnor_start_reg(nor, op, &nor->part->status);
}

static void sst_in(struct vnor *nor, const struct vnor_op *op)
{
	switch (op->arg) {
	case A_SR:
		write_registers(nor, op);
		return;
	case A_BPR:
		write_bpr(nor);
		return;
	case A_BPR_LOCK:
		nor->reg[R_BPR_LOCKED] = 1;
		break;
	case A_UNLOCK_ALL:
		if (nor->reg[R_BPR_LOCKED])
			vnor_complain(nor, "block protection register is locked down");
		else
			memset(nor->lock, 0, sizeof(nor->lock));
		break;
	case A_SID_PROGRAM:
		if (nor->nv[NV_SID_LOCKED] || nor->addr % SID_LEN < SID_UNIQUE) {
			vnor_complain(nor, "security ID at 0x%03x is locked", nor->addr);
			break;
		}
		vnor_start_reg(nor, op, &nor->part->page_program);
		return;
	case A_SID_LOCK:
		vnor_start_reg(nor, op, &nor->part->page_program);
		return;
	case A_SQI:
	case A_SPI:
		nor->reg[R_SQI] = op->arg == A_SQI;
		nor->xip = NULL;
		return;
	case A_WRAP:
		nor->reg[R_WRAP] = nor->buf[0];
		return;
	}
	nor->wel = false;
}

static void sst_commit(struct vnor *nor, struct vnor_job *job)
{
	u32 i, at = job->addr % SID_LEN;

	switch (job->op->arg) {
	case A_SR: /* SR itself has nothing that can be written */
		if (job->n_buf < 2)
			break;
		nor->nv[NV_CR] = job->buf[1] & (CR_WPEN | CR_IOC);
		nor->reg[R_CR] = nor->nv[NV_CR] | CR_BPNV;
		nor->nv[NV_CR] &= ~CR_IOC; /* volatile */
		break;
	case A_SID_PROGRAM:
		for (i = 0; i < job->n_buf; i++)
			nor->nv[NV_SID + ((at & ~0xffu) | ((at + i) & 0xff))] &= job->buf[i];
		break;
	case A_SID_LOCK:
		nor->nv[NV_SID_LOCKED] = 1;
		break;
	}
}

static bool sst_is_protected(const struct vnor *nor, u32 addr, u32 len)
{
	u32 a, from, n, index;

	for (a = addr; a - addr < len; a = from + n) {
		block_of(nor, a, &from, &n, &index);
		if (nor->lock[index])
			return true;
	}
	return false;
}

static bool sst_sector(const struct vnor *nor, const struct vnor_op *op, u32 addr, u32 *from,
		       u32 *len)
{
	u32 index;

	if (op->opcode == 0xd8)
		block_of(nor, addr, from, len, &index);
	return true;
}

static void sst_app_left(struct vnor *nor)
{
	const struct sim_faults *f = &nor->sim->faults;

	if (f->app_qpi)
		nor->reg[R_SQI] = 1;
	if (f->app_xip) {
		nor->reg[R_CR] |= CR_IOC;
		nor->xip = vnor_find_op(nor, f->app_qpi ? 0x0b : 0xeb, sst_proto(nor));
	}
	if (f->app_dpd)
		nor->dpd = true;
}

static const struct vnor_vendor sst = {
	.factory = sst_factory,
	.load = sst_load,
	.proto = sst_proto,
	.has_quad = sst_has_quad,
	.has_hold = sst_has_hold,
	.read_wrap = sst_read_wrap,
	.confirm = sst_confirm,
	.out = sst_out,
	.in = sst_in,
	.commit = sst_commit,
	.sector = sst_sector,
	.is_protected = sst_is_protected,
	.app_left = sst_app_left,
};

#define BOTH (P_SPI | P_QPI)

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

static const struct vnor_op sst26vf064b_ops[] = {
	OP(0x06, BOTH, K_WREN, "write enable"),
	OP(0x04, BOTH, K_WRDI, "write disable"),
	OP(0x9f, P_SPI, K_OUT, "read id", .arg = A_ID),
	OP(0xaf, P_QPI, K_OUT, "read id, SQI", .arg = A_QID),
	OP(0x5a, P_SPI, K_SFDP, "read SFDP", .n_addr = 3, .dummy = 8, .flags = F_ADDR3),
	OP(0x03, P_SPI, K_READ, "read", .n_addr = 3, .fmax_mhz = 40),
	OP(0x0b, P_SPI, K_READ, "high-speed read", .n_addr = 3, .dummy = 8),
	/* in SQI there is a mode byte and 4 more clocks */
	OP(0x0b, P_QPI, K_READ, "high-speed read", .n_addr = 3, .has_mode = true, .dummy = 4,
	   .flags = F_CONT),
	OP2(0x3b, P_SPI, K_READ, 1, 2, "dual output read", .n_addr = 3, .dummy = 8),
	OP2(0xbb, P_SPI, K_READ, 2, 2, "dual I/O read", .n_addr = 3, .has_mode = true,
	    .flags = F_CONT, .fmax_mhz = 80),
	OP2(0x6b, P_SPI, K_READ, 1, 4, "quad output read", .n_addr = 3, .dummy = 8,
	    .flags = F_QUAD),
	OP2(0xeb, P_SPI, K_READ, 4, 4, "quad I/O read", .n_addr = 3, .has_mode = true, .dummy = 4,
	    .flags = F_CONT | F_QUAD),
	OP(0x0c, P_QPI, K_READ, "burst read", .n_addr = 3, .has_mode = true, .dummy = 4),
	OP2(0xec, P_SPI, K_READ, 4, 4, "burst read", .n_addr = 3, .has_mode = true, .dummy = 4,
	    .flags = F_QUAD),
	OP(0xc0, BOTH, K_IN, "set burst", .arg = A_WRAP, .n_in_min = 1, .n_in_max = 1),
	OP(0x02, BOTH, K_PROGRAM, "page program", .n_addr = 3, .flags = F_WEL),
	OP2(0x32, P_SPI, K_PROGRAM, 4, 4, "quad page program", .n_addr = 3,
	    .flags = F_WEL | F_QUAD),
	OP(0x20, BOTH, K_ERASE, "sector erase", .n_addr = 3, .arg = KIB(4),
	   .flags = F_WEL | F_SUSP),
	OP(0xd8, BOTH, K_ERASE, "block erase", .n_addr = 3, .arg = KIB(64),
	   .flags = F_WEL | F_SUSP),
	OP(0xc7, BOTH, K_ERASE_CHIP, "chip erase", .flags = F_WEL | F_SUSP),
	OP(0x05, BOTH, K_OUT, "read status", .arg = A_SR, .flags = F_BUSY),
	OP(0x35, BOTH, K_OUT, "read configuration", .arg = A_CR, .flags = F_BUSY),
	OP(0x01, BOTH, K_IN, "write status and configuration", .arg = A_SR, .n_in_min = 1,
	   .n_in_max = 2, .flags = F_WEL | F_SUSP),
	OP(0x72, BOTH, K_OUT, "read block protection", .arg = A_BPR),
	OP(0x42, BOTH, K_IN, "write block protection", .arg = A_BPR, .n_in_min = BPR_LEN,
	   .n_in_max = BPR_LEN, .flags = F_WEL),
	OP(0x8d, BOTH, K_IN, "lock block protection", .arg = A_BPR_LOCK, .flags = F_WEL),
	OP(0x98, BOTH, K_IN, "global unlock", .arg = A_UNLOCK_ALL, .flags = F_WEL),
	OP(0x88, P_SPI, K_OUT, "read security ID", .n_addr = 2, .dummy = 8, .arg = A_SID_READ),
	OP(0x88, P_QPI, K_OUT, "read security ID", .n_addr = 2, .dummy = 6, .arg = A_SID_READ),
	OP(0xa5, BOTH, K_IN, "program security ID", .n_addr = 2, .n_in_min = 1, .n_in_max = 255,
	   .arg = A_SID_PROGRAM, .flags = F_WEL | F_SUSP),
	OP(0x85, BOTH, K_IN, "lock security ID", .arg = A_SID_LOCK, .flags = F_WEL | F_SUSP),
	OP(0x38, P_SPI, K_IN, "enter SQI", .arg = A_SQI),
	OP(0xff, P_QPI, K_IN, "leave SQI", .arg = A_SPI, .flags = F_QUIET),
	OP(0xb0, BOTH, K_SUSPEND, "suspend", .flags = F_BUSY),
	OP(0x30, BOTH, K_RESUME, "resume"),
	OP(0xb9, BOTH, K_DPD, "deep power-down", .flags = F_SUSP),
	OP(0xab, BOTH, K_WAKE, "release deep power-down", .arg = A_ID),
	OP(0x66, BOTH, K_RSTEN, "reset enable", .flags = F_BUSY),
	OP(0x99, BOTH, K_RST, "reset", .flags = F_BUSY),
};

const struct vnor_part vnor_sst26vf064b = {
	.name = "sst26vf064b",
	.description = "Microchip, 3 V: all blocks protected at power-up, D8h by address",
	.vendor = &sst,
	.ops = sst26vf064b_ops,
	.n_ops = ARRAY_SIZE(sst26vf064b_ops),
	.size = MIB(8),
	.id = { 0xbf, 0x26, 0x43 },
	.n_id = 3,
	.sfdp = &vnor_sfdp_sst26vf064b,
	.fmax_mhz = 104,
	.read_mhz = 40,
	.byte = { 30, 1500 },
	.page_program = { 1000, 1500 },
	.erase_4k = { 18000, 25000 },
	.erase_32k = { 18000, 25000 },
	.erase_64k = { 18000, 25000 },
	.chip = { 35000, 50000 },
	.status = { 10000, 25000 },
	.t_power_us = 100,
	.t_reset_ns = 100,
	.t_reset_busy_us = 1000,
	.t_suspend_us = 25,
	.t_down_ns = 3000,
	.t_wake_ns = 10000,
	.t_cs_high_read_ns = 12,
	.t_cs_high_ns = 50,
	.t_output_ps = 8000,
};
