// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Micron N25Q128A13 (3 V, 65 nm; data sheet n25q_128mb_3v_65nm) and its successor MT25QL128ABA
 * (mt25q_qljs_l_128_aba_0), which answers 9Fh with the same three bytes.
 *
 * Commands and registers as Linux, flashrom, OpenOCD and ST's board packages know them; the dummy
 * clock and frequency tables, tSHSL and the times of status and configuration writes are recalled
 * from the data sheets' AC characteristics.
 *
 * How the two differ here: 32 KiB erase, 60h, 35h/F5h, deep power-down, 38h instead of 12h for
 * 1-4-4 programming, 133 instead of 108 MHz, faster cells, a 16-dword SFDP, extended id 44 00.
 */
#include "sim/vnor-core.h"

#include <string.h>

/* nv[]: SR, NVCR (2), OTP array of 64 bytes and its lock byte */
#define NV_SR	0
#define NV_NVCR 1
#define NV_OTP	8
#define OTP_LEN 65 /* byte 64: bit 0 = 0 locks for good */

/* reg[] */
#define R_VCR	      0
#define R_EVCR	      1
#define R_FSR	      2 /* error bits only */

#define SR_SRWD	      BIT(7)
#define SR_BP3	      BIT(6)
#define SR_TB	      BIT(5)
#define SR_BP	      GENMASK(4, 2)
#define SR_WEL	      BIT(1)
#define SR_WIP	      BIT(0)

#define FSR_READY     BIT(7)
#define FSR_ESUSP     BIT(6)
#define FSR_EFAIL     BIT(5)
#define FSR_PFAIL     BIT(4)
#define FSR_PSUSP     BIT(2)
#define FSR_PROTECT   BIT(1)

#define VCR_XIP_OFF   BIT(3)
#define EVCR_QUAD_OFF BIT(7)
#define EVCR_DUAL_OFF BIT(6)
#define EVCR_HOLD     BIT(4)

#define NVCR_DUMMY    GENMASK(15, 12)
#define NVCR_XIP      GENMASK(11, 9)
#define NVCR_DRIVE    GENMASK(8, 6)
#define NVCR_DTR_OFF  BIT(5)
#define NVCR_HOLD     BIT(4)
#define NVCR_QUAD_OFF BIT(3)
#define NVCR_DUAL_OFF BIT(2)

#define LOCK_WRITE    BIT(0)
#define LOCK_DOWN     BIT(1)

#define SECTOR	      KIB(64)

/* op->dummy of reads whose count the VCR sets, and of OTP reads */
#define D_VCR 0xf0
#define D_OTP 0xf1

/* K_OUT and K_IN: op->arg */
enum { A_ID, A_ID3, A_SR, A_FSR, A_NVCR, A_VCR, A_EVCR, A_LOCK, A_OTP, A_CLFSR, A_QPI, A_SPI };

static u16 nvcr(const struct vnor *nor)
{
	return get_le16(nor->nv + NV_NVCR);
}

static bool is_mt25q(const struct vnor *nor)
{
	return nor->part == &vnor_mt25ql128aba;
}

static u8 micron_lines(const struct vnor *nor)
{
	if (!(nor->reg[R_EVCR] & EVCR_QUAD_OFF))
		return 4;
	return nor->reg[R_EVCR] & EVCR_DUAL_OFF ? 1 : 2;
}

static void micron_factory(struct vnor *nor)
{
	nor->nv[NV_SR] = 0;
	put_le16(nor->nv + NV_NVCR, 0xffff);
	memset(nor->nv + NV_OTP, 0xff, OTP_LEN);
}

/* XIP straight from power-up: NVCR[11:9] names the read */
static const struct vnor_op *nvcr_xip(const struct vnor *nor)
{
	static const u8 opcodes[8] = { 0x0b, 0x3b, 0xbb, 0x6b, 0xeb };
	u8 code = (u8)FIELD_GET(NVCR_XIP, nvcr(nor));

	return opcodes[code] ? vnor_find_op(nor, opcodes[code], micron_lines(nor)) : NULL;
}

static void micron_load(struct vnor *nor, bool power)
{
	u16 nv = nvcr(nor);
	u8 evcr = 0x0f & ~7;

	nor->reg[R_VCR] = (u8)(FIELD_GET(NVCR_DUMMY, nv) << 4) | 0x03;
	if (FIELD_GET(NVCR_XIP, nv) == 7)
		nor->reg[R_VCR] |= VCR_XIP_OFF;
	evcr |= (u8)FIELD_GET(NVCR_DRIVE, nv);
	evcr |= nv & NVCR_QUAD_OFF ? EVCR_QUAD_OFF : 0;
	evcr |= nv & NVCR_DUAL_OFF ? EVCR_DUAL_OFF : 0;
	evcr |= nv & NVCR_HOLD ? EVCR_HOLD : 0;
	if (is_mt25q(nor)) /* bit 5 is the DTR protocol there, reserved (0) on the N25Q */
		evcr |= nv & NVCR_DTR_OFF ? BIT(5) : 0;
	nor->reg[R_EVCR] = evcr;
	nor->reg[R_FSR] = 0;
	memset(nor->lock, 0, sizeof(nor->lock));
	nor->xip = nvcr_xip(nor);
}

static bool has_two_line_address(const struct vnor_op *op)
{
	return op->addr_lines < 4;
}

static u8 micron_dummy(const struct vnor *nor, const struct vnor_op *op)
{
	u8 n = nor->reg[R_VCR] >> 4;
	bool quad = nor->proto_lines == 4;

	if (op->dummy == D_OTP)
		return quad ? 10 : 8;
	if (op->dummy != D_VCR)
		return op->dummy;
	if (n != 0 && n != 15)
		return n;
	return quad || !has_two_line_address(op) ? 10 : 8;
}

/* highest clocks (MHz) for 1..10 dummies, "supported clock frequencies" of the data sheets */
enum { COL_111, COL_112, COL_122, COL_114, COL_144 };

static const u8 n25q_mhz[10][5] = {
	{ 90, 80, 50, 43, 30 },	     { 100, 90, 70, 60, 40 },	 { 108, 100, 80, 75, 50 },
	{ 108, 105, 90, 90, 60 },    { 108, 108, 100, 100, 70 }, { 108, 108, 105, 105, 80 },
	{ 108, 108, 108, 105, 86 },  { 108, 108, 108, 108, 95 }, { 108, 108, 108, 108, 105 },
	{ 108, 108, 108, 108, 108 },
};

static const u8 mt25q_mhz[10][5] = {
	{ 94, 79, 60, 44, 39 },	     { 112, 97, 77, 61, 48 },	  { 129, 106, 86, 78, 58 },
	{ 133, 115, 97, 97, 69 },    { 133, 125, 106, 106, 78 },  { 133, 133, 115, 115, 86 },
	{ 133, 133, 125, 125, 97 },  { 133, 133, 133, 133, 106 }, { 133, 133, 133, 133, 115 },
	{ 133, 133, 133, 133, 125 },
};

static u32 micron_fmax_mhz(const struct vnor *nor, const struct vnor_op *op, u8 dummy)
{
	const u8(*table)[5] = is_mt25q(nor) ? mt25q_mhz : n25q_mhz;
	u8 addr = nor->proto_lines > 1 ? nor->proto_lines : op->addr_lines;
	u8 data = nor->proto_lines > 1 ? nor->proto_lines : op->data_lines;
	unsigned int col = data == 1 ? COL_111 : data == 2 ? COL_112 : COL_114;

	if (!dummy)
		return nor->part->read_mhz;
	if (dummy > 10)
		return nor->part->fmax_mhz;
	if (addr == 4)
		col = COL_144;
	else if (addr == 2)
		col = COL_122;
	return table[dummy - 1][col];
}

static bool micron_has_quad(const struct vnor *nor)
{
	return true; /* no QE: quad opcodes always work */
}

static bool micron_has_hold(const struct vnor *nor)
{
	return nor->reg[R_EVCR] & EVCR_HOLD && micron_lines(nor) != 4;
}

static bool micron_has_reset_pin(const struct vnor *nor)
{
	return false; /* both order codes have HOLD# on that pin */
}

static u32 micron_read_wrap(const struct vnor *nor, const struct vnor_op *op)
{
	static const u32 bytes[4] = { 16, 32, 64, 0 };

	return op->opcode == 0x03 ? 0 : bytes[nor->reg[R_VCR] & 3];
}

/* DQ0 in the first dummy clock: 0 keeps (or, with VCR bit 3 = 0, enters) XIP, 1 leaves it */
static void micron_confirm(struct vnor *nor, u8 io, bool dummy)
{
	if (!dummy)
		return;
	if (io & 1)
		nor->xip = NULL;
	else if (!(nor->reg[R_VCR] & VCR_XIP_OFF))
		nor->xip = nor->op;
}

static u8 micron_sr(const struct vnor *nor)
{
	return (nor->nv[NV_SR] & ~(SR_WEL | SR_WIP)) | (nor->wel ? SR_WEL : 0) |
	       (vnor_wip(nor) ? SR_WIP : 0);
}

static u8 micron_fsr(const struct vnor *nor)
{
	u8 fsr = nor->reg[R_FSR] | (vnor_wip(nor) ? 0 : FSR_READY);

	if (nor->suspended.kind == JOB_ERASE)
		fsr |= FSR_ESUSP;
	else if (nor->suspended.kind == JOB_PROGRAM)
		fsr |= FSR_PSUSP;
	return fsr;
}

static u32 sector_of(const struct vnor *nor, u32 addr)
{
	return (addr & (nor->part->size - 1)) / SECTOR;
}

static u8 micron_out(struct vnor *nor, const struct vnor_op *op, u32 i)
{
	switch (op->arg) {
	case A_ID: /* 3 bytes, length, EDID (2), 14 bytes of factory data; then nothing */
		if (i < nor->part->n_id)
			return nor->part->id[i];
		return i < 20 ? nor->nv[VNOR_UID + (i - nor->part->n_id)] : 0;
	case A_ID3:
		return i < 3 ? nor->part->id[i] : 0;
	case A_SR:
		return micron_sr(nor);
	case A_FSR:
		return micron_fsr(nor);
	case A_NVCR:
		return nor->nv[NV_NVCR + (i & 1)];
	case A_VCR:
		return nor->reg[R_VCR];
	case A_EVCR:
		return nor->reg[R_EVCR];
	case A_LOCK:
		return nor->lock[sector_of(nor, nor->addr)];
	case A_OTP:
		i += nor->addr & 0x7f;
		return nor->nv[NV_OTP + min(i, OTP_LEN - 1u)];
	}
	return 0;
}

static void fail(struct vnor *nor, u8 bits)
{
	nor->reg[R_FSR] |= bits;
}

static void write_sr(struct vnor *nor, const struct vnor_op *op)
{
	if (nor->nv[NV_SR] & SR_SRWD && nor->wp_low && nor->proto_lines != 4) {
		vnor_complain(nor, "status write refused: SRWD = 1 and W# (IO2) low");
		fail(nor, FSR_PFAIL | FSR_PROTECT);
		return;
	}
	vnor_start_reg(nor, op, &nor->part->status);
}

static void write_lock(struct vnor *nor)
{
	u8 *lock = &nor->lock[sector_of(nor, nor->addr)];

	nor->wel = false;
	if (*lock & LOCK_DOWN) {
		vnor_complain(nor, "lock register of 0x%06x is locked down", nor->addr);
		fail(nor, FSR_PROTECT);
		return;
	}
	*lock = nor->buf[0] & (LOCK_WRITE | LOCK_DOWN);
}

static void program_otp(struct vnor *nor, const struct vnor_op *op)
{
	if (!(nor->nv[NV_OTP + OTP_LEN - 1] & 1)) {
		vnor_complain(nor, "OTP is locked");
		fail(nor, FSR_PFAIL | FSR_PROTECT);
		return;
	}
	vnor_start_reg(nor, op, &nor->part->page);
}

static void micron_in(struct vnor *nor, const struct vnor_op *op)
{
	switch (op->arg) {
	case A_SR:
		write_sr(nor, op);
		return;
	case A_NVCR:
		vnor_start_reg(nor, op, &nor->part->nv);
		return;
	case A_OTP:
		program_otp(nor, op);
		return;
	case A_LOCK:
		write_lock(nor);
		return;
	case A_CLFSR:
		nor->reg[R_FSR] = 0;
		return;
	case A_VCR:
		nor->reg[R_VCR] = nor->buf[0];
		nor->wel = false;
		return;
	case A_EVCR:
		nor->reg[R_EVCR] = nor->buf[0];
		nor->wel = false;
		return;
	case A_QPI:
		nor->reg[R_EVCR] &= ~EVCR_QUAD_OFF;
		return;
	case A_SPI:
		nor->reg[R_EVCR] |= EVCR_QUAD_OFF;
		return;
	}
}

static void micron_commit(struct vnor *nor, struct vnor_job *job)
{
	u32 i, at = job->addr & 0x7f;

	switch (job->op->arg) {
	case A_SR:
		nor->nv[NV_SR] = job->buf[0] & ~(SR_WEL | SR_WIP);
		break;
	case A_NVCR:
		memcpy(nor->nv + NV_NVCR, job->buf, 2);
		break;
	case A_OTP:
		for (i = 0; i < job->n_buf && at + i < OTP_LEN; i++)
			nor->nv[NV_OTP + at + i] &= job->buf[i];
		break;
	}
}

/* BP3..BP0 = n > 0: 2^(n-1) sectors, from the top, or with TB from the bottom; 9 and up: all */
static bool micron_is_protected(const struct vnor *nor, u32 addr, u32 len)
{
	u8 sr = nor->nv[NV_SR];
	u32 bp = FIELD_GET(SR_BP, sr) | (sr & SR_BP3 ? 8 : 0);
	u32 n = nor->part->size / SECTOR, guarded, i;

	if (bp) {
		guarded = min(1u << (bp - 1), n) * SECTOR;
		if (sr & SR_TB ? addr < guarded : addr + len > nor->part->size - guarded)
			return true;
	}
	for (i = addr / SECTOR; i <= (addr + len - 1) / SECTOR; i++)
		if (nor->lock[i] & LOCK_WRITE)
			return true;
	return false;
}

static void micron_refuse(struct vnor *nor, bool erase)
{
	fail(nor, (erase ? FSR_EFAIL : FSR_PFAIL) | FSR_PROTECT); /* WEL stays set */
}

static void micron_app_left(struct vnor *nor)
{
	const struct sim_faults *f = &nor->sim->faults;

	if (f->app_qpi)
		nor->reg[R_EVCR] &= ~EVCR_QUAD_OFF;
	if (f->app_xip) {
		nor->reg[R_VCR] &= ~VCR_XIP_OFF;
		nor->xip = vnor_find_op(nor, 0xeb, micron_lines(nor));
	}
	if (f->app_dpd && nor->part->t_wake_ns)
		nor->dpd = true;
}

static const struct vnor_vendor micron = {
	.factory = micron_factory,
	.load = micron_load,
	.proto_lines = micron_lines,
	.dummy = micron_dummy,
	.fmax_mhz = micron_fmax_mhz,
	.has_quad = micron_has_quad,
	.has_hold = micron_has_hold,
	.has_reset_pin = micron_has_reset_pin,
	.read_wrap = micron_read_wrap,
	.confirm = micron_confirm,
	.out = micron_out,
	.in = micron_in,
	.commit = micron_commit,
	.is_protected = micron_is_protected,
	.refuse = micron_refuse,
	.app_left = micron_app_left,
};

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
		OP(0x5a, P_ALL, K_SFDP, "read SFDP", .n_addr = 3, .dummy = 8),                    \
		OP(0x03, P_SPI, K_READ, "read", .n_addr = 3, .fmax_mhz = 54),                     \
		READ(0x0b, P_ALL, 1, 1, 0), READ(0x3b, P_SPI | P_DPI, 1, 2, 0),                   \
		READ(0xbb, P_SPI | P_DPI, 2, 2, 0), READ(0x6b, P_SPI | P_QPI, 1, 4, F_QUAD),      \
		READ(0xeb, P_SPI | P_QPI, 4, 4, F_QUAD), OP(0x06, P_ALL, K_WREN, "write enable"), \
		OP(0x04, P_ALL, K_WRDI, "write disable"),                                         \
		REG_R(0x05, A_SR, "read status", F_BUSY),                                         \
		REG_R(0x70, A_FSR, "read flag status", F_BUSY),                                   \
		REG_R(0xb5, A_NVCR, "read NVCR", 0), REG_R(0x85, A_VCR, "read VCR", 0),           \
		REG_R(0x65, A_EVCR, "read EVCR", 0),                                              \
		OP(0xe8, P_ALL, K_OUT, "read lock register", .arg = A_LOCK, .n_addr = 3),         \
		OP(0xe5, P_ALL, K_IN, "write lock register", .arg = A_LOCK, .n_addr = 3,          \
		   .n_in_min = 1, .n_in_max = 1, .flags = F_WEL),                                 \
		REG_W(0x01, A_SR, "write status", 1), REG_W(0xb1, A_NVCR, "write NVCR", 2),       \
		REG_W(0x81, A_VCR, "write VCR", 1), REG_W(0x61, A_EVCR, "write EVCR", 1),         \
		OP(0x50, P_ALL, K_IN, "clear flag status", .arg = A_CLFSR),                       \
		PROG(0x02, P_ALL, 1, 1, 0), PROG(0xa2, P_SPI | P_DPI, 1, 2, 0),                   \
		PROG(0xd2, P_SPI | P_DPI, 2, 2, 0), PROG(0x32, P_SPI | P_QPI, 1, 4, F_QUAD),      \
		ERASE(0x20, KIB(4)), ERASE(0xd8, KIB(64)),                                        \
		OP(0xc7, P_ALL, K_ERASE_CHIP, "bulk erase", .flags = F_WEL | F_SUSP),             \
		OP(0x75, P_ALL, K_SUSPEND, "suspend", .flags = F_BUSY),                           \
		OP(0x7a, P_ALL, K_RESUME, "resume"),                                              \
		OP(0x4b, P_ALL, K_OUT, "read OTP", .arg = A_OTP, .n_addr = 3, .dummy = D_OTP),    \
		OP(0x42, P_ALL, K_IN, "program OTP", .arg = A_OTP, .n_addr = 3, .n_in_min = 1,    \
		   .n_in_max = OTP_LEN, .flags = F_WEL | F_SUSP),                                 \
		OP(0x66, P_ALL, K_RSTEN, "reset enable", .flags = F_BUSY),                        \
		OP(0x99, P_ALL, K_RST, "reset", .flags = F_BUSY)

static const struct vnor_op n25q_ops[] = {
	COMMON_OPS,
	PROG(0x12, P_SPI | P_QPI, 4, 4, F_QUAD),
	/* in QIO-SPI 9Fh is no id read: it drops the part to extended SPI (seen by OpenOCD) */
	OP(0x9f, P_QPI, K_IN, "read id in QIO-SPI", .arg = A_SPI, .n_in_max = 255),
};

static const struct vnor_op mt25q_ops[] = {
	COMMON_OPS,
	PROG(0x38, P_SPI | P_QPI, 4, 4, F_QUAD),
	ERASE(0x52, KIB(32)),
	OP(0x60, P_ALL, K_ERASE_CHIP, "bulk erase", .flags = F_WEL | F_SUSP),
	OP(0x35, P_ALL, K_IN, "enter quad", .arg = A_QPI),
	OP(0xf5, P_ALL, K_IN, "leave quad", .arg = A_SPI),
	OP(0xb9, P_ALL, K_DPD, "deep power-down", .flags = F_SUSP),
	OP(0xab, P_ALL, K_WAKE, "release deep power-down", .arg = A_ID3),
};

/*
 * No dump of an N25Q128A's SFDP is at hand: this is the one of the N25Q256A (same family, rev 1.0,
 * nine dwords) with the density of 128 Mbit and 3-byte addresses only.
 */
static const u8 n25q128a_sfdp[] = {
	0x53, 0x46, 0x44, 0x50, 0x00, 0x01, 0x00, 0xff, 0x00, 0x00, 0x01, 0x09, 0x30, 0x00,
	0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xe5, 0x20, 0xf9, 0xff, 0xff, 0xff, 0xff, 0x07,
	0x29, 0xeb, 0x27, 0x6b, 0x08, 0x3b, 0x27, 0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0x27, 0xbb, 0xff, 0xff, 0x29, 0xeb, 0x0c, 0x20, 0x10, 0xd8, 0x00, 0x00, 0x00, 0x00,
};

/*
 * The MT25QU256A's dump (rev 1.6, sixteen dwords) with the density of 128 Mbit, 3-byte addresses
 * only, without the 4-byte address table (dword 1 bits 18:17, dword 16 bits 31:14, NPH), and with a
 * chip erase of 40 s (dword 11 bits 30:24; the data sheet's 38 s in units of 4 s) instead of 84 s.
 */
static const u8 mt25ql128_sfdp[] = {
	0x53, 0x46, 0x44, 0x50, 0x06, 0x01, 0x00, 0xff, 0x00, 0x06, 0x01, 0x10, 0x30, 0x00,
	0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xe5, 0x20, 0xf9, 0xff, 0xff, 0xff, 0xff, 0x07,
	0x29, 0xeb, 0x27, 0x6b, 0x27, 0x3b, 0x27, 0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0x27, 0xbb, 0xff, 0xff, 0x29, 0xeb, 0x0c, 0x20, 0x10, 0xd8, 0x0f, 0x52, 0x00, 0x00,
	0x24, 0x4a, 0x99, 0x00, 0x8b, 0x8e, 0x03, 0xc9, 0xac, 0x01, 0x27, 0x38, 0x7a, 0x75,
	0x7a, 0x75, 0xfb, 0xbd, 0xd5, 0x5c, 0x4a, 0x0f, 0x82, 0xff, 0x81, 0x3d, 0x00, 0x00,
};

const struct vnor_part vnor_n25q128a13 = {
	.name = "n25q128a13",
	.vendor = &micron,
	.ops = n25q_ops,
	.n_ops = ARRAY_SIZE(n25q_ops),
	.size = MIB(16),
	/* EDID 00 00: uniform sectors, HOLD#, standard BP scheme */
	.id = { 0x20, 0xba, 0x18, 0x10, 0x00, 0x00 },
	.n_id = 6,
	.sfdp = n25q128a_sfdp,
	.n_sfdp = sizeof(n25q128a_sfdp),
	.sfdp_wrap = 2048,
	.fmax_mhz = 108,
	.read_mhz = 54,
	.byte = { 15, 5000 },
	.page = { 500, 5000 },
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

const struct vnor_part vnor_mt25ql128aba = {
	.name = "mt25ql128aba",
	.vendor = &micron,
	.ops = mt25q_ops,
	.n_ops = ARRAY_SIZE(mt25q_ops),
	.size = MIB(16),
	/* EDID 44 00: second generation, RESET# pin besides HOLD# */
	.id = { 0x20, 0xba, 0x18, 0x10, 0x44, 0x00 },
	.n_id = 6,
	.sfdp = mt25ql128_sfdp,
	.n_sfdp = sizeof(mt25ql128_sfdp),
	.sfdp_wrap = 2048,
	.fmax_mhz = 133,
	.read_mhz = 54,
	.byte = { 18, 1800 },
	.page = { 120, 1800 },
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
