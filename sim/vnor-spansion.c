// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Infineon (Spansion, Cypress) S25FL512S (3 V; data sheet 001-98284) and S25FS512S (1.8 V;
 * 002-00488).
 *
 * Both: errors in SR1 that keep WIP set until CLSR (30h), quad enable in CR1 bit 1, protected ranges
 * by BP and TBPROT, sectors locked by DYB (volatile) or PPB, OTP of 1 KiB whose first bytes lock it,
 * continuous read with mode bits Ah.
 *
 * FL-S: latency code in CR1, bank register (bit 7 is the 4-byte mode), 512-byte pages, sectors of 256
 * KiB only, reset by F0h; the first ones have no SFDP, and none is answered here.
 * FS-S: any register by address (65h, 71h), volatile at 800000h and up; latency count, 4-byte mode
 * and QPI in CR2; eight sectors of 4 KiB at the bottom (or top) unless CR3 bit 3 says uniform, where
 * D8h erases what is left of the 256 KiB; pages wrap at 256 bytes unless CR3 bit 4; no opcodes for
 * 1-1-2 and 1-1-4; B7h is not undone by any command but reset or a write of CR2.
 *
 * As Linux, U-Boot, flashrom and QEMU know them; latency tables, times, OTP locks and what protected
 * chip erase does are recalled from the data sheets. Passwords, ECC status, AutoBoot: not modelled.
 */
#include "sim/vnor-core.h"
#include "sim/vnor-ops.h"
#include "sim/vnor-sfdp.h"

#include <string.h>

/* nv[] and reg[]: the registers in the order of their addresses (FS-S: 000000h and 800000h up) */
#define R_SR1  0
#define R_CR1  2
#define R_CR2  3
#define R_CR3  4
#define R_CR4  5
#define N_REGS 6

/* reg[] besides */
#define R_BAR	     6
#define R_PPB_LOCKED 7

#define NV_PPB	     64 /* a bit each, 0 = protected */
#define NV_OTP	     256
#define OTP_LEN	     1024u
#define OTP_RANDOM   16u /* bytes that the factory wrote; then four with a lock bit a region */
#define OTP_REGION   32u

#define SECTOR	     KIB(256)
#define PARAM_LEN    KIB(32) /* eight sectors of 4 KiB */

#define SR1_SRWD     BIT(7)
#define SR1_P_ERR    BIT(6)
#define SR1_E_ERR    BIT(5)
#define SR1_BP	     GENMASK(4, 2)
#define SR1_WEL	     BIT(1)
#define SR1_WIP	     BIT(0)

#define CR1_LC	     GENMASK(7, 6)
#define CR1_TBPROT   BIT(5)
#define CR1_BPNV     BIT(3)
#define CR1_TBPARM   BIT(2)
#define CR1_QUAD     BIT(1)
#define CR1_FREEZE   BIT(0)
#define CR1_ONCE     (CR1_TBPROT | CR1_BPNV | CR1_TBPARM)

#define CR2_4BYTE    BIT(7)
#define CR2_QPI	     BIT(6)
#define CR2_IO3R     BIT(5)
#define CR2_RL	     GENMASK(3, 0)

#define CR3_PAGE512  BIT(4)
#define CR3_UNIFORM  BIT(3)
#define CR3_F0	     BIT(0)

#define CR4_WRAP_OFF BIT(4)

#define BAR_4BYTE    BIT(7)

/* op->dummy */
#define D_LAT	   0xf0 /* reads on one line, and on two and four without mode byte */
#define D_LAT_MODE 0xf1 /* behind a mode byte */

enum {
	A_ID,
	A_RES,
	A_REMS,
	A_SR1,
	A_SR2,
	A_CR1,
	A_ANY,
	A_BAR,
	A_CLSR,
	A_DYB,
	A_PPB,
	A_PPB_ERASE,
	A_PPB_LOCK,
	A_OTP,
	A_4BYTE,
	A_RESET,
};

#define SPAN_FS BIT(0) /* part->quirks */

static bool is_fs(const struct vnor *nor)
{
	return nor->part->quirks & SPAN_FS;
}

static void span_factory(struct vnor *nor)
{
	memset(nor->nv, 0, NV_PPB);
	if (is_fs(nor)) {
		nor->nv[R_CR2] = 0x08;
		nor->nv[R_CR4] = CR4_WRAP_OFF;
	}
	memset(nor->nv + NV_PPB, 0xff, 64);
	memset(nor->nv + NV_OTP, 0xff, OTP_LEN);
	memcpy(nor->nv + NV_OTP, nor->nv + VNOR_UID, OTP_RANDOM);
}

static void apply_registers(struct vnor *nor)
{
	if (!is_fs(nor))
		return;
	nor->four_byte = nor->reg[R_CR2] & CR2_4BYTE;
	nor->page = nor->reg[R_CR3] & CR3_PAGE512 ? 512 : 256;
}

static void span_load(struct vnor *nor, bool power)
{
	bool frozen = nor->reg[R_CR1] & CR1_FREEZE && !power;

	memcpy(nor->reg, nor->nv, N_REGS);
	if (frozen)
		nor->reg[R_CR1] |= CR1_FREEZE;
	nor->reg[R_BAR] = 0;
	if (power)
		nor->reg[R_PPB_LOCKED] = 0;
	memset(nor->lock, 0, sizeof(nor->lock));
	apply_registers(nor);
}

static u8 span_proto(const struct vnor *nor)
{
	return is_fs(nor) && nor->reg[R_CR2] & CR2_QPI ? P_QPI : P_SPI;
}

static u8 span_dummy(const struct vnor *nor, const struct vnor_op *op)
{
	static const u8 fl_one[4] = { 8, 8, 8, 0 }, fl_two[4] = { 0, 1, 2, 0 },
			fl_four[4] = { 4, 4, 5, 1 };
	u8 lines = nor->proto_lines > 1 ? nor->proto_lines : op->addr_lines;
	unsigned int lc;

	if (op->dummy != D_LAT && op->dummy != D_LAT_MODE)
		return op->dummy;
	if (is_fs(nor))
		return FIELD_GET(CR2_RL, nor->reg[R_CR2]);
	lc = FIELD_GET(CR1_LC, nor->reg[R_CR1]);
	return op->dummy == D_LAT ? fl_one[lc] : lines == 2 ? fl_two[lc] : fl_four[lc];
}

static u32 span_fmax_mhz(const struct vnor *nor, const struct vnor_op *op, u8 dummy)
{
	static const u8 fl_mhz[4] = { 80, 90, 104, 50 };
	static const u8 fs_mhz[] = { 40, 54, 66, 80, 92, 104, 116, 129, 133 };

	if (op->dummy != D_LAT && op->dummy != D_LAT_MODE)
		return op->fmax_mhz ? op->fmax_mhz : nor->part->fmax_mhz;
	if (op->flags & F_DTR)
		return 80;
	if (is_fs(nor))
		return fs_mhz[min((u32)dummy, (u32)ARRAY_SIZE(fs_mhz) - 1)];
	return op->opcode == 0x0b || op->opcode == 0x0c
		       ? (dummy ? nor->part->fmax_mhz : 50)
		       : fl_mhz[FIELD_GET(CR1_LC, nor->reg[R_CR1])];
}

static bool span_has_quad(const struct vnor *nor)
{
	return nor->reg[R_CR1] & CR1_QUAD || span_proto(nor) == P_QPI;
}

static bool span_has_hold(const struct vnor *nor)
{
	return !is_fs(nor) && !span_has_quad(nor);
}

static bool span_has_reset_pin(const struct vnor *nor)
{
	return is_fs(nor) && nor->reg[R_CR2] & CR2_IO3R && !span_has_quad(nor);
}

static u32 span_read_wrap(const struct vnor *nor, const struct vnor_op *op)
{
	if (!is_fs(nor) || nor->reg[R_CR4] & CR4_WRAP_OFF || !op->has_mode)
		return 0;
	return 8u << (nor->reg[R_CR4] & 3);
}

static void span_confirm(struct vnor *nor, u8 mode, bool dummy)
{
	if (dummy || !(nor->op->flags & F_CONT))
		return;
	nor->xip = mode >> 4 == 0xa ? nor->op : NULL;
}

static u8 span_sr1(const struct vnor *nor)
{
	return (nor->reg[R_SR1] & ~(SR1_WEL | SR1_WIP)) | (nor->wel ? SR1_WEL : 0) |
	       (vnor_wip(nor) ? SR1_WIP : 0);
}

static u8 span_sr2(const struct vnor *nor)
{
	return nor->suspended.kind == JOB_PROGRAM ? 0x01 : nor->suspended.kind ? 0x02 : 0;
}

/* 000000h to 000005h and 800000h to 800005h; what is not there reads undefined */
static u8 any_register(const struct vnor *nor, u32 addr)
{
	bool is_volatile = addr & 0x800000;
	u32 n = addr & 0x7fffff;

	if (n >= N_REGS)
		return 0xff;
	if (is_volatile && n == R_SR1)
		return span_sr1(nor);
	if (n == 1)
		return is_volatile ? span_sr2(nor) : 0xff;
	return is_volatile ? nor->reg[n] : nor->nv[n];
}

static u32 sector_of(const struct vnor *nor, u32 addr)
{
	return (addr & (nor->part->size - 1)) / SECTOR;
}

static bool has_ppb(const struct vnor *nor, u32 sector)
{
	return !(nor->nv[NV_PPB + sector / 8] >> sector % 8 & 1);
}

static u8 span_out(struct vnor *nor, const struct vnor_op *op, u32 i)
{
	switch (op->arg) {
	case A_ID:
		return i < nor->part->n_id ? nor->part->id[i] : 0xff;
	case A_RES:
		return nor->part->id[2] - 7;
	case A_REMS:
		return (i + nor->addr) & 1 ? nor->part->id[2] - 7 : nor->part->id[0];
	case A_SR1:
		return span_sr1(nor);
	case A_SR2:
		return span_sr2(nor);
	case A_CR1:
		return nor->reg[R_CR1];
	case A_ANY:
		return any_register(nor, nor->addr);
	case A_BAR:
		return nor->ear | (nor->four_byte ? BAR_4BYTE : 0);
	case A_DYB:
		return nor->lock[sector_of(nor, nor->addr)] ? 0 : 0xff;
	case A_PPB:
		return has_ppb(nor, sector_of(nor, nor->addr)) ? 0 : 0xff;
	case A_PPB_LOCK:
		return nor->reg[R_PPB_LOCKED] ? 0 : 1;
	case A_OTP:
		i += nor->addr;
		return i < OTP_LEN ? nor->nv[NV_OTP + i] : 0xff;
	}
	return 0xff;
}

static void span_fail(struct vnor *nor, bool erase)
{
	if (nor->op->kind == K_ERASE_CHIP)
		return; /* BP set: not executed, no error */
	nor->reg[R_SR1] |= erase ? SR1_E_ERR : SR1_P_ERR;
	vnor_fail(nor);
}

/* register @n gets @v, for good too if @nonvolatile */
static void set_register(struct vnor *nor, u32 n, u8 v, bool nonvolatile)
{
	u8 frozen = nor->reg[R_CR1] & CR1_FREEZE;

	if (n == R_SR1) {
		v &= SR1_SRWD | SR1_BP;
		if (frozen)
			v = (v & ~SR1_BP) | (nor->reg[R_SR1] & SR1_BP);
		v |= nor->reg[R_SR1] & (SR1_P_ERR | SR1_E_ERR);
	} else if (n == R_CR1) {
		u8 once = frozen ? 0 : v & CR1_ONCE;

		v = (v & ~CR1_ONCE) | (nor->nv[R_CR1] & CR1_ONCE) | frozen;
		if (nonvolatile)
			v |= once;
	}
	nor->reg[n] = v;
	if (nonvolatile)
		nor->nv[n] = n == R_CR1	  ? v & ~CR1_FREEZE
			     : n == R_SR1 ? v & (SR1_SRWD | SR1_BP)
					  : v;
	apply_registers(nor);
}

static void write_any(struct vnor *nor, const struct vnor_op *op)
{
	u32 n = nor->addr & 0x7fffff;

	if (n >= N_REGS || n == 1) {
		vnor_complain(nor, "write of register 0x%06x, which does not exist", nor->addr);
		span_fail(nor, false);
		return;
	}
	if (!(nor->addr & 0x800000)) {
		vnor_start_reg(nor, op, &nor->part->status);
		return;
	}
	set_register(nor, n, nor->buf[0], false);
	nor->wel = false;
}

static void write_registers(struct vnor *nor, const struct vnor_op *op)
{
	if (nor->reg[R_SR1] & SR1_SRWD && nor->wp_low && !span_has_quad(nor)) {
		vnor_complain(nor, "status write ignored: SRWD = 1 and WP# (IO2) low");
		return;
	}
	vnor_start_reg(nor, op, &nor->part->status);
}

static void program_otp(struct vnor *nor, const struct vnor_op *op)
{
	u32 region = nor->addr / OTP_REGION;
	u32 locks = get_le32(nor->nv + NV_OTP + OTP_RANDOM);

	if (nor->addr < OTP_RANDOM || nor->addr + nor->n_in > OTP_LEN || !(locks >> region & 1)) {
		vnor_complain(nor, "OTP at 0x%03x is locked or not there", nor->addr);
		span_fail(nor, false);
		return;
	}
	vnor_start_reg(nor, op, &nor->part->page_program);
}

static void write_ppb(struct vnor *nor, const struct vnor_op *op)
{
	if (nor->reg[R_PPB_LOCKED]) {
		vnor_complain(nor, "PPBs are locked");
		span_fail(nor, op->arg == A_PPB_ERASE);
		return;
	}
	vnor_start_reg(nor, op, op->arg == A_PPB ? &nor->part->page_program : &nor->part->erase_4k);
}

static void span_in(struct vnor *nor, const struct vnor_op *op)
{
	switch (op->arg) {
	case A_SR1:
		write_registers(nor, op);
		break;
	case A_ANY:
		write_any(nor, op);
		break;
	case A_BAR:
		nor->four_byte = nor->buf[0] & BAR_4BYTE;
		nor->ear = nor->buf[0] & (u8)((nor->part->size - 1) >> 24);
		break;
	case A_CLSR:
		nor->reg[R_SR1] &= ~(SR1_P_ERR | SR1_E_ERR);
		vnor_clear_failure(nor);
		break;
	case A_DYB:
		nor->lock[sector_of(nor, nor->addr)] = !nor->buf[0];
		nor->wel = false;
		break;
	case A_PPB:
	case A_PPB_ERASE:
		write_ppb(nor, op);
		break;
	case A_PPB_LOCK:
		nor->reg[R_PPB_LOCKED] = 1;
		nor->wel = false;
		break;
	case A_OTP:
		program_otp(nor, op);
		break;
	case A_4BYTE:
		nor->reg[R_CR2] |= CR2_4BYTE;
		apply_registers(nor);
		break;
	case A_RESET:
		if (!is_fs(nor) || nor->reg[R_CR3] & CR3_F0)
			vnor_soft_reset(nor, nor->now_ps);
		break;
	}
}

static void span_commit(struct vnor *nor, struct vnor_job *job)
{
	u32 i, sector = sector_of(nor, job->addr);

	switch (job->op->arg) {
	case A_SR1:
		set_register(nor, R_SR1, job->buf[0], true);
		if (job->n_buf > 1)
			set_register(nor, R_CR1, job->buf[1], true);
		break;
	case A_ANY:
		set_register(nor, job->addr & 0x7fffff, job->buf[0], true);
		break;
	case A_PPB:
		nor->nv[NV_PPB + sector / 8] &= (u8)~BIT(sector % 8);
		break;
	case A_PPB_ERASE:
		memset(nor->nv + NV_PPB, 0xff, 64);
		break;
	case A_OTP:
		for (i = 0; i < job->n_buf; i++)
			nor->nv[NV_OTP + job->addr + i] &= job->buf[i];
		break;
	}
}

static bool span_is_protected(const struct vnor *nor, u32 addr, u32 len)
{
	u32 bp = FIELD_GET(SR1_BP, nor->reg[R_SR1]), size = nor->part->size, n, s;

	if (bp) {
		n = bp == 7 ? size : (size / 64) << (bp - 1);
		if (nor->reg[R_CR1] & CR1_TBPROT ? addr < n : addr + len > size - n)
			return true;
	}
	if (len == size) /* chip erase leaves locked sectors alone; none here, all or nothing */
		len = size - 1;
	for (s = sector_of(nor, addr); s <= sector_of(nor, addr + len - 1); s++)
		if (nor->lock[s] || has_ppb(nor, s))
			return true;
	return false;
}

/* the eight 4 KiB sectors and what is left of the 256 KiB that they lie in */
static bool span_sector(const struct vnor *nor, const struct vnor_op *op, u32 addr, u32 *from,
			u32 *len)
{
	u32 size = nor->part->size;
	bool hybrid = is_fs(nor) && !(nor->nv[R_CR3] & CR3_UNIFORM);
	bool top = nor->nv[R_CR1] & CR1_TBPARM;

	if (op->arg == KIB(4))
		return hybrid && (top ? addr >= size - PARAM_LEN : addr < PARAM_LEN);
	if (hybrid && *from == (top ? size - SECTOR : 0)) {
		*from += top ? 0 : PARAM_LEN;
		*len -= PARAM_LEN;
	}
	return true;
}

static void span_app_left(struct vnor *nor)
{
	const struct sim_faults *f = &nor->sim->faults;

	if (f->app_qpi && is_fs(nor))
		nor->reg[R_CR2] |= CR2_QPI;
	if (f->app_4byte && is_fs(nor))
		nor->reg[R_CR2] |= CR2_4BYTE;
	apply_registers(nor);
	if (f->app_4byte)
		nor->four_byte = true;
	if (f->app_xip) {
		nor->reg[R_CR1] |= CR1_QUAD;
		nor->xip = vnor_find_op(nor, 0xeb, span_proto(nor));
	}
	if (f->app_bp) {
		nor->nv[R_SR1] |= SR1_BP;
		nor->reg[R_SR1] |= SR1_BP;
	}
	if (f->app_dpd && nor->part->t_wake_ns)
		nor->dpd = true;
}

static const struct vnor_vendor spansion = {
	.factory = span_factory,
	.load = span_load,
	.proto = span_proto,
	.dummy = span_dummy,
	.fmax_mhz = span_fmax_mhz,
	.has_quad = span_has_quad,
	.has_hold = span_has_hold,
	.has_reset_pin = span_has_reset_pin,
	.read_wrap = span_read_wrap,
	.confirm = span_confirm,
	.out = span_out,
	.in = span_in,
	.commit = span_commit,
	.sector = span_sector,
	.is_protected = span_is_protected,
	.refuse = span_fail,
	.app_left = span_app_left,
};

/* DYB and PPB with four address bytes in any mode */
#define COMMON_OPS                                                                               \
	OP(0x06, BOTH, K_WREN, "write enable"), OP(0x04, BOTH, K_WRDI, "write disable"),         \
		OP(0x9f, BOTH, K_OUT, "read id", .arg = A_ID),                                   \
		OP(0x03, P_SPI, K_READ, "read", .n_addr = 3, .fmax_mhz = 50),                    \
		OP(0x13, P_SPI, K_READ, "4-byte read", .n_addr = 4, .fmax_mhz = 50),             \
		READ(0x0b, P_SPI, 1, 1, 3, .dummy = D_LAT),                                      \
		READ(0x0c, P_SPI, 1, 1, 4, .dummy = D_LAT),                                      \
		READ(0xbb, P_SPI, 2, 2, 3, .has_mode = true, .dummy = D_LAT_MODE,                \
		     .flags = F_CONT),                                                           \
		READ(0xbc, P_SPI, 2, 2, 4, .has_mode = true, .dummy = D_LAT_MODE,                \
		     .flags = F_CONT),                                                           \
		READ(0xeb, BOTH, 4, 4, 3, .has_mode = true, .dummy = D_LAT_MODE,                 \
		     .flags = F_CONT | F_QUAD),                                                  \
		READ(0xec, BOTH, 4, 4, 4, .has_mode = true, .dummy = D_LAT_MODE,                 \
		     .flags = F_CONT | F_QUAD),                                                  \
		READ(0xed, BOTH, 4, 4, 3, .has_mode = true, .dummy = D_LAT_MODE,                 \
		     .flags = F_CONT | F_QUAD | F_DTR),                                          \
		READ(0xee, BOTH, 4, 4, 4, .has_mode = true, .dummy = D_LAT_MODE,                 \
		     .flags = F_CONT | F_QUAD | F_DTR),                                          \
		PROG(0x02, BOTH, 1, 3, 0), PROG(0x12, BOTH, 1, 4, 0), ERASE(0xd8, 3, SECTOR),    \
		ERASE(0xdc, 4, SECTOR),                                                          \
		OP(0xc7, BOTH, K_ERASE_CHIP, "bulk erase", .flags = F_WEL | F_SUSP),             \
		OP(0x60, BOTH, K_ERASE_CHIP, "bulk erase", .flags = F_WEL | F_SUSP),             \
		OP(0x05, BOTH, K_OUT, "read status 1", .arg = A_SR1, .flags = F_BUSY),           \
		OP(0x07, BOTH, K_OUT, "read status 2", .arg = A_SR2, .flags = F_BUSY),           \
		OP(0x35, BOTH, K_OUT, "read configuration", .arg = A_CR1),                       \
		OP(0x01, BOTH, K_IN, "write registers", .arg = A_SR1, .n_in_min = 1,             \
		   .n_in_max = 2, .flags = F_WEL | F_SUSP),                                      \
		OP(0x30, BOTH, K_IN, "clear status", .arg = A_CLSR, .flags = F_BUSY),            \
		OP(0xe0, BOTH, K_OUT, "read DYB", .arg = A_DYB, .n_addr = 4),                    \
		OP(0xe1, BOTH, K_IN, "write DYB", .arg = A_DYB, .n_addr = 4, .n_in_min = 1,      \
		   .n_in_max = 1, .flags = F_WEL),                                               \
		OP(0xe2, BOTH, K_OUT, "read PPB", .arg = A_PPB, .n_addr = 4),                    \
		OP(0xe3, BOTH, K_IN, "program PPB", .arg = A_PPB, .n_addr = 4,                   \
		   .flags = F_WEL | F_SUSP),                                                     \
		OP(0xe4, BOTH, K_IN, "erase PPBs", .arg = A_PPB_ERASE, .flags = F_WEL | F_SUSP), \
		OP(0xa6, BOTH, K_IN, "lock PPBs", .arg = A_PPB_LOCK, .flags = F_WEL),            \
		OP(0xa7, BOTH, K_OUT, "read PPB lock", .arg = A_PPB_LOCK),                       \
		OP(0x42, BOTH, K_IN, "program OTP", .n_addr = 3, .arg = A_OTP, .n_in_min = 1,    \
		   .n_in_max = 255, .flags = F_WEL | F_SUSP),                                    \
		OP(0x75, BOTH, K_SUSPEND, "suspend", .flags = F_BUSY),                           \
		OP(0x85, BOTH, K_SUSPEND, "suspend", .flags = F_BUSY),                           \
		OP(0x7a, BOTH, K_RESUME, "resume"), OP(0x8a, BOTH, K_RESUME, "resume"),          \
		OP(0xf0, BOTH, K_IN, "reset", .arg = A_RESET, .flags = F_BUSY)

static const struct vnor_op s25fl512s_ops[] = {
	COMMON_OPS,
	OP(0xab, P_SPI, K_WAKE, "read electronic id", .arg = A_RES),
	OP(0x90, P_SPI, K_OUT, "read manufacturer id", .n_addr = 3, .arg = A_REMS,
	   .flags = F_ADDR3),
	READ(0x3b, P_SPI, 1, 2, 3, .dummy = D_LAT),
	READ(0x3c, P_SPI, 1, 2, 4, .dummy = D_LAT),
	READ(0x6b, P_SPI, 1, 4, 3, .dummy = D_LAT, .flags = F_QUAD),
	READ(0x6c, P_SPI, 1, 4, 4, .dummy = D_LAT, .flags = F_QUAD),
	PROG(0x32, P_SPI, 4, 3, F_QUAD),
	PROG(0x38, P_SPI, 4, 3, F_QUAD),
	PROG(0x34, P_SPI, 4, 4, F_QUAD),
	OP(0x16, P_SPI, K_OUT, "read bank register", .arg = A_BAR),
	OP(0x17, P_SPI, K_IN, "write bank register", .arg = A_BAR, .n_in_min = 1, .n_in_max = 1),
	OP(0x4b, P_SPI, K_OUT, "read OTP", .n_addr = 3, .dummy = 8, .arg = A_OTP),
};

static const struct vnor_op s25fs512s_ops[] = {
	COMMON_OPS,
	OP(0xaf, P_QPI, K_OUT, "read id, QPI", .arg = A_ID),
	OP(0x5a, BOTH, K_SFDP, "read SFDP", .n_addr = 3, .dummy = 8, .flags = F_ADDR3),
	OP(0x65, BOTH, K_OUT, "read any register", .n_addr = 3, .dummy = D_LAT, .arg = A_ANY,
	   .flags = F_BUSY),
	OP(0x71, BOTH, K_IN, "write any register", .n_addr = 3, .arg = A_ANY, .n_in_min = 1,
	   .n_in_max = 1, .flags = F_WEL | F_SUSP),
	OP(0x82, BOTH, K_IN, "clear status", .arg = A_CLSR, .flags = F_BUSY),
	OP(0xb7, BOTH, K_IN, "enter 4-byte mode", .arg = A_4BYTE),
	ERASE(0x20, 3, KIB(4)),
	ERASE(0x21, 4, KIB(4)),
	OP(0x4b, P_SPI, K_OUT, "read OTP", .n_addr = 3, .dummy = D_LAT, .arg = A_OTP),
	OP(0x66, BOTH, K_RSTEN, "reset enable", .flags = F_BUSY),
	OP(0x99, BOTH, K_RST, "reset", .flags = F_BUSY),
};

const struct vnor_part vnor_s25fl512s = {
	.name = "s25fl512s",
	.description =
		"Infineon, 3 V: 256 KiB sectors, bank register, errors keep WIP set, no SFDP",
	.vendor = &spansion,
	.ops = s25fl512s_ops,
	.n_ops = ARRAY_SIZE(s25fl512s_ops),
	.size = MIB(64),
	.page = 512,
	.id = { 0x01, 0x02, 0x20, 0x4d, 0x00, 0x80 },
	.n_id = 6,
	.fmax_mhz = 133,
	.read_mhz = 50,
	.byte = { 340, 750 },
	.page_program = { 340, 750 },
	.erase_4k = { 15000, 15000 }, /* all PPBs */
	.erase_64k = { 520000, 2600000 },
	.chip = { 103000000, 460000000 },
	.status = { 560000, 2000000 },
	.t_power_us = 300,
	.t_reset_ns = 35000,
	.t_reset_busy_us = 35,
	.t_suspend_us = 45,
	.t_cs_high_read_ns = 10,
	.t_cs_high_ns = 50,
	.t_output_ps = 8000,
};

const struct vnor_part vnor_s25fs512s = {
	.name = "s25fs512s",
	.description = "Infineon, 1.8 V: 4 KiB sectors at one end, sector map by CR1 and CR3, QPI",
	.vendor = &spansion,
	.quirks = SPAN_FS,
	.ops = s25fs512s_ops,
	.n_ops = ARRAY_SIZE(s25fs512s_ops),
	.size = MIB(64),
	.page = 256,
	.id = { 0x01, 0x02, 0x20, 0x4d, 0x00, 0x81 },
	.n_id = 6,
	.sfdp = &vnor_sfdp_s25fs512s,
	.fmax_mhz = 133,
	.read_mhz = 50,
	.byte = { 100, 2000 },
	.page_program = { 475, 2000 },
	.erase_4k = { 240000, 725000 },
	.erase_64k = { 930000, 2900000 },
	.chip = { 220000000, 720000000 },
	.status = { 240000, 750000 },
	.t_power_us = 300,
	.t_reset_ns = 35000,
	.t_reset_busy_us = 45,
	.t_suspend_us = 45,
	.t_cs_high_read_ns = 10,
	.t_cs_high_ns = 50,
	.t_output_ps = 6000,
};
