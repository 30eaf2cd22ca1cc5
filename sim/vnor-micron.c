// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How Micron's N25Q (65 nm; data sheets n25q_128mb_3v_65nm, n25q_256mb_65nm) and MT25Q
 * (mt25q_qljs_l_128_aba_0, mt25q-qljs-L256-ABA) behave: status, flag status and configuration
 * registers, XIP, locks. The parts with their commands are in vnor-micron-parts.c.
 *
 * Registers as Linux, flashrom, OpenOCD and ST's board packages know them; the dummy clock and
 * frequency tables and tSHSL are recalled from the data sheets' AC characteristics.
 */
#include "sim/vnor-micron.h"

#include <string.h>

/* nv[]: SR, NVCR (2), OTP array of 64 bytes and its lock byte */
#define NV_SR	0
#define NV_NVCR 1
#define NV_OTP	8

/* reg[] */
#define R_VCR	      0
#define R_EVCR	      1
#define R_FSR	      2 /* error bits only */
#define R_FSR_DIE     3 /* of a stack: whose flag status is read next */
#define R_ACTIVE_DIE  4 /* ... and which was spoken to last */

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
#define FSR_4BYTE     BIT(0)

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
#define NVCR_LOW_SEG  BIT(1) /* 0: the upper 16 MiB are where three address bytes lead */
#define NVCR_3BYTE    BIT(0)

#define LOCK_WRITE    BIT(0)
#define LOCK_DOWN     BIT(1)

#define SECTOR	      KIB(64)

static u16 nvcr(const struct vnor *nor)
{
	return get_le16(nor->nv + NV_NVCR);
}

static bool is_mt25q(const struct vnor *nor)
{
	return nor->part->quirks & MICRON_MT25Q;
}

static u8 micron_proto(const struct vnor *nor)
{
	if (!(nor->reg[R_EVCR] & EVCR_QUAD_OFF))
		return P_QPI;
	return nor->reg[R_EVCR] & EVCR_DUAL_OFF ? P_SPI : P_DPI;
}

static void micron_factory(struct vnor *nor)
{
	nor->nv[NV_SR] = 0;
	put_le16(nor->nv + NV_NVCR, 0xffff);
	memset(nor->nv + NV_OTP, 0xff, MICRON_OTP_LEN);
}

/* XIP straight from power-up: NVCR[11:9] names the read */
static const struct vnor_op *nvcr_xip(const struct vnor *nor)
{
	static const u8 opcodes[8] = { 0x0b, 0x3b, 0xbb, 0x6b, 0xeb };
	u8 code = (u8)FIELD_GET(NVCR_XIP, nvcr(nor));

	return opcodes[code] ? vnor_find_op(nor, opcodes[code], micron_proto(nor)) : NULL;
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
	if (nor->part->size > MIB(16)) {
		nor->four_byte = !(nv & NVCR_3BYTE);
		nor->ear = nv & NVCR_LOW_SEG ? 0 : (u8)((nor->part->size - 1) >> 24);
	}
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

static bool micron_has_hold(const struct vnor *nor)
{
	return nor->reg[R_EVCR] & EVCR_HOLD && micron_proto(nor) != P_QPI;
}

static u32 micron_read_wrap(const struct vnor *nor, const struct vnor_op *op)
{
	static const u32 bytes[4] = { 16, 32, 64, 0 };

	return op->opcode == 0x03 || op->opcode == 0x13 ? 0 : bytes[nor->reg[R_VCR] & 3];
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

/*
 * A die of a stack that is not at work is ready, and reads of the flag status go round: an
 * operation is over when as many reads in a row as there are dies said so.
 */
static u8 micron_fsr(struct vnor *nor, u32 i)
{
	u8 n_dies = nor->part->n_dies, die = nor->reg[R_FSR_DIE], fsr;

	if (n_dies > 1) {
		if (!i)
			nor->reg[R_FSR_DIE] = (u8)((die + 1) % n_dies);
		else
			die = (u8)((die + n_dies - 1) % n_dies);
		if (die != nor->reg[R_ACTIVE_DIE])
			return nor->four_byte ? FSR_READY | FSR_4BYTE : FSR_READY;
	}
	fsr = nor->reg[R_FSR] | (vnor_wip(nor) ? 0 : FSR_READY);
	if (nor->suspended.kind == JOB_ERASE)
		fsr |= FSR_ESUSP;
	else if (nor->suspended.kind == JOB_PROGRAM)
		fsr |= FSR_PSUSP;
	return nor->four_byte ? fsr | FSR_4BYTE : fsr;
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
		return micron_fsr(nor, i);
	case A_NVCR:
		return nor->nv[NV_NVCR + (i & 1)];
	case A_VCR:
		return nor->reg[R_VCR];
	case A_EVCR:
		return nor->reg[R_EVCR];
	case A_EAR:
		return nor->ear;
	case A_LOCK:
		return nor->lock[sector_of(nor, nor->addr)];
	case A_OTP:
		i += nor->addr & 0x7f;
		return nor->nv[NV_OTP + min(i, MICRON_OTP_LEN - 1u)];
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
	if (!(nor->nv[NV_OTP + MICRON_OTP_LEN - 1] & 1)) {
		vnor_complain(nor, "OTP is locked");
		fail(nor, FSR_PFAIL | FSR_PROTECT);
		return;
	}
	vnor_start_reg(nor, op, &nor->part->page_program);
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
	case A_EAR:
		nor->ear = nor->buf[0] & (u8)((nor->part->size - 1) >> 24);
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
		for (i = 0; i < job->n_buf && at + i < MICRON_OTP_LEN; i++)
			nor->nv[NV_OTP + at + i] &= job->buf[i];
		break;
	}
}

/* BP3..BP0 = n > 0: 2^(n-1) sectors, from the top, or with TB from the bottom; 9 and up: all */
static void speak_to_die_of(struct vnor *nor, u32 addr)
{
	if (nor->part->n_dies < 2)
		return;
	nor->reg[R_ACTIVE_DIE] = (u8)(addr / (nor->part->size / nor->part->n_dies));
	nor->reg[R_FSR_DIE] = nor->reg[R_ACTIVE_DIE];
}

static void micron_begun(struct vnor *nor, const struct vnor_job *job)
{
	speak_to_die_of(nor, job->addr);
}

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
	speak_to_die_of(nor, nor->addr & (nor->part->size - 1));
	fail(nor, (erase ? FSR_EFAIL : FSR_PFAIL) | FSR_PROTECT); /* WEL stays set */
}

static void micron_app_left(struct vnor *nor)
{
	const struct sim_faults *f = &nor->sim->faults;

	if (f->app_qpi)
		nor->reg[R_EVCR] &= ~EVCR_QUAD_OFF;
	if (f->app_xip) {
		nor->reg[R_VCR] &= ~VCR_XIP_OFF;
		nor->xip = vnor_find_op(nor, 0xeb, micron_proto(nor));
	}
	if (f->app_4byte && nor->part->size > MIB(16))
		nor->four_byte = true;
	if (f->app_bp)
		nor->nv[NV_SR] |= SR_BP3 | SR_BP;
	if (f->app_dpd && nor->part->t_wake_ns)
		nor->dpd = true;
}

const struct vnor_vendor vnor_micron = {
	.factory = micron_factory,
	.load = micron_load,
	.proto = micron_proto,
	.dummy = micron_dummy,
	.fmax_mhz = micron_fmax_mhz,
	.has_hold = micron_has_hold,
	.read_wrap = micron_read_wrap,
	.confirm = micron_confirm,
	.out = micron_out,
	.in = micron_in,
	.commit = micron_commit,
	.is_protected = micron_is_protected,
	.begun = micron_begun,
	.refuse = micron_refuse,
	.app_left = micron_app_left,
};
