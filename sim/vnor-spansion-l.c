// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Infineon (Cypress) S25FL064L (3 V; data sheet 002-12878).
 *
 * Between Spansion's and Winbond's ways: SR1 with SRP0, SEC, TBPROT and BP, CR1 with CMP, LB bits,
 * QUAD and SRP1, CR2 with QPI, WPS, ADP and ADS, CR3 with the latency count; 01h takes up to four
 * bytes; any register by address (65h, 71h); errors in SR2, cleared by 30h, that keep WIP set; QPI by
 * 38h and F5h; security regions; single blocks where WPS is set.
 *
 * As Linux, flashrom (S25FL128L) and U-Boot know it; latency table, times and register addresses
 * recalled from the data sheet. Pointer region protection and passwords are not modelled.
 */
#include "sim/vnor-core.h"
#include "sim/vnor-ops.h"
#include "sim/vnor-sfdp.h"

#include <string.h>

/* nv[] and reg[], in the order of 01h; addresses 000000h, 2, 3, 4 and 800000h, 2, 3, 4 */
#define R_SR1  0
#define R_CR1  1
#define R_CR2  2
#define R_CR3  3
#define N_REGS 4
/* reg[] besides */
#define R_SR2	  4 /* error bits */

#define NV_SEC	  256
#define N_SEC	  4
#define SEC_LEN	  256u

#define SR1_SRP0  BIT(7)
#define SR1_SEC	  BIT(6)
#define SR1_TB	  BIT(5)
#define SR1_BP	  GENMASK(4, 2)
#define SR1_WEL	  BIT(1)
#define SR1_WIP	  BIT(0)

#define SR2_E_ERR BIT(6)
#define SR2_P_ERR BIT(5)

#define CR1_CMP	  BIT(6)
#define CR1_LB	  GENMASK(5, 2)
#define CR1_QUAD  BIT(1)
#define CR1_SRP1  BIT(0)

#define CR2_IO3R  BIT(7)
#define CR2_QPI	  BIT(3)
#define CR2_WPS	  BIT(2)
#define CR2_ADP	  BIT(1)
#define CR2_ADS	  BIT(0)

#define CR3_WL	  GENMASK(6, 5)
#define CR3_WRAP  BIT(4) /* 1: off */
#define CR3_RL	  GENMASK(3, 0)

#define D_LAT	  0xf0 /* op->dummy: by CR3 */

enum {
	A_ID,
	A_SR1,
	A_SR2,
	A_CR1,
	A_CR2,
	A_CR3,
	A_ANY,
	A_CLSR,
	A_UID,
	A_SEC_READ,
	A_SEC_ERASE,
	A_SEC_PROGRAM,
	A_LOCK,
	A_UNLOCK,
	A_LOCK_ALL,
	A_UNLOCK_ALL,
	A_QPI,
	A_SPI,
	A_WRAP,
	A_VOLEN,
};

static const u8 writable[N_REGS] = { 0xfc, 0x7f, 0xee, 0x7f };

static void fll_factory(struct vnor *nor)
{
	memset(nor->nv, 0, NV_SEC);
	nor->nv[R_CR2] = 0x60; /* output impedance */
	nor->nv[R_CR3] = CR3_WRAP | 8;
	memset(nor->nv + NV_SEC, 0xff, N_SEC * SEC_LEN);
}

static void fll_load(struct vnor *nor, bool power)
{
	memcpy(nor->reg, nor->nv, N_REGS);
	nor->reg[R_SR2] = 0;
	nor->four_byte = nor->reg[R_CR2] & CR2_ADP;
	memset(nor->lock, 1, sizeof(nor->lock));
}

static u8 fll_proto(const struct vnor *nor)
{
	return nor->reg[R_CR2] & CR2_QPI ? P_QPI : P_SPI;
}

static u8 fll_dummy(const struct vnor *nor, const struct vnor_op *op)
{
	return op->dummy == D_LAT ? FIELD_GET(CR3_RL, nor->reg[R_CR3]) : op->dummy;
}

static u32 fll_fmax_mhz(const struct vnor *nor, const struct vnor_op *op, u8 dummy)
{
	static const u8 one[] = { 50, 65, 75, 85, 95, 108 },
			four[] = { 35, 45, 55, 65, 75, 85, 95, 105, 108 };
	u8 lines = nor->proto_lines > 1 ? nor->proto_lines : op->addr_lines;

	if (op->dummy != D_LAT)
		return op->fmax_mhz ? op->fmax_mhz : nor->part->fmax_mhz;
	if (op->flags & F_DTR)
		return 54;
	if (lines == 4)
		return four[min((u32)dummy, (u32)ARRAY_SIZE(four) - 1)];
	return one[min((u32)dummy, (u32)ARRAY_SIZE(one) - 1)];
}

static bool fll_has_quad(const struct vnor *nor)
{
	return nor->reg[R_CR1] & CR1_QUAD || nor->reg[R_CR2] & CR2_QPI;
}

static bool fll_has_reset_pin(const struct vnor *nor)
{
	return nor->reg[R_CR2] & CR2_IO3R && !fll_has_quad(nor);
}

static u32 fll_read_wrap(const struct vnor *nor, const struct vnor_op *op)
{
	if (nor->reg[R_CR3] & CR3_WRAP || !op->has_mode)
		return 0;
	return 8u << FIELD_GET(CR3_WL, nor->reg[R_CR3]);
}

static void fll_confirm(struct vnor *nor, u8 mode, bool dummy)
{
	if (dummy || !(nor->op->flags & F_CONT))
		return;
	nor->xip = mode >> 4 == 0xa ? nor->op : NULL;
}

static u8 fll_sr1(const struct vnor *nor)
{
	return (nor->reg[R_SR1] & ~(SR1_WEL | SR1_WIP)) | (nor->wel ? SR1_WEL : 0) |
	       (vnor_wip(nor) ? SR1_WIP : 0);
}

static u8 fll_sr2(const struct vnor *nor)
{
	u8 v = nor->reg[R_SR2];

	if (nor->suspended.kind)
		v |= nor->suspended.kind == JOB_PROGRAM ? 0x01 : 0x02;
	return v;
}

static u8 fll_cr2(const struct vnor *nor)
{
	return (nor->reg[R_CR2] & ~CR2_ADS) | (nor->four_byte ? CR2_ADS : 0);
}

/* register of an address (bit 23: the volatile copy), N_REGS: none */
static u32 register_at(u32 addr)
{
	switch (addr & 0x7fffff) {
	case 0:
		return R_SR1;
	case 2:
	case 3:
	case 4:
		return (addr & 7) - 1;
	}
	return N_REGS;
}

static u8 any_register(const struct vnor *nor, u32 addr)
{
	u32 n = register_at(addr);

	if (addr == 0x800001)
		return fll_sr2(nor);
	if (n == N_REGS)
		return 0xff;
	if (!(addr & 0x800000))
		return nor->nv[n];
	return n == R_SR1 ? fll_sr1(nor) : n == R_CR2 ? fll_cr2(nor) : nor->reg[n];
}

/* the first and last 64 KiB by sectors of 4 KiB, the rest by 64 KiB blocks */
static u32 lock_index(const struct vnor *nor, u32 addr)
{
	u32 n_blocks = nor->part->size / KIB(64), block = (addr & (nor->part->size - 1)) / KIB(64);

	if (block == 0)
		return addr / KIB(4) % 16;
	if (block == n_blocks - 1)
		return 16 + n_blocks + addr / KIB(4) % 16;
	return 16 + block;
}

/* security region of an address, N_SEC: none */
static u32 region_of(u32 addr)
{
	u32 n = addr >> 12;

	return n < N_SEC && !(addr & 0xf00) ? n : N_SEC;
}

static u8 fll_out(struct vnor *nor, const struct vnor_op *op, u32 i)
{
	u32 region;

	switch (op->arg) {
	case A_ID:
		return nor->part->id[i % 3];
	case A_UID:
		return nor->nv[VNOR_UID + (i & 7)];
	case A_SR1:
		return fll_sr1(nor);
	case A_SR2:
		return fll_sr2(nor);
	case A_CR1:
	case A_CR3:
		return nor->reg[op->arg == A_CR1 ? R_CR1 : R_CR3];
	case A_CR2:
		return fll_cr2(nor);
	case A_ANY:
		return any_register(nor, nor->addr);
	case A_LOCK:
		return nor->lock[lock_index(nor, nor->addr)] ? 0 : 0xff;
	case A_SEC_READ:
		region = region_of(nor->addr);
		if (region == N_SEC)
			return 0xff;
		return nor->nv[NV_SEC + region * SEC_LEN + (nor->addr + i) % SEC_LEN];
	}
	return 0xff;
}

static void fll_fail(struct vnor *nor, bool erase)
{
	nor->reg[R_SR2] |= erase ? SR2_E_ERR : SR2_P_ERR;
	vnor_fail(nor);
}

/* LB bits are one-time; QPI and the address mode follow the volatile CR2 */
static void set_register(struct vnor *nor, u32 n, u8 v, bool nonvolatile)
{
	if (n >= N_REGS)
		return;
	v &= writable[n];
	if (n == R_CR1) {
		u8 locked = nor->nv[R_CR1] & CR1_LB;

		v = (nonvolatile ? v : v & ~CR1_LB) | locked;
	}
	if (n == R_CR2 && !nonvolatile)
		nor->four_byte = v & CR2_ADS || nor->four_byte;
	nor->reg[n] = v;
	if (nonvolatile)
		nor->nv[n] = v;
}

static bool registers_locked(struct vnor *nor)
{
	bool srp0 = nor->reg[R_SR1] & SR1_SRP0;

	if (nor->reg[R_CR1] & CR1_SRP1) {
		vnor_complain(nor, "register write refused: SRP1 = 1");
	} else if (srp0 && nor->wp_low && !fll_has_quad(nor)) {
		vnor_complain(nor, "register write refused: SRP0 = 1 and WP# (IO2) low");
	} else {
		return false;
	}
	nor->wel = false;
	return true;
}

static void write_registers(struct vnor *nor, const struct vnor_op *op)
{
	u32 i;

	if (!nor->wel && !nor->volatile_enabled) {
		if (!vnor_missed_wren(nor))
			vnor_complain(nor, "write registers (01h) without 06h or 50h: ignored");
		return;
	}
	if (registers_locked(nor))
		return;
	if (!nor->volatile_enabled) {
		vnor_start_reg(nor, op, &nor->part->status);
		return;
	}
	for (i = 0; i < nor->n_in; i++)
		set_register(nor, i, nor->buf[i], false);
}

static void write_any(struct vnor *nor, const struct vnor_op *op)
{
	u32 n = register_at(nor->addr);

	if (n == N_REGS) {
		vnor_complain(nor, "write of register 0x%06x, which does not exist", nor->addr);
		fll_fail(nor, false);
		return;
	}
	if (registers_locked(nor))
		return;
	if (!(nor->addr & 0x800000)) {
		vnor_start_reg(nor, op, &nor->part->status);
		return;
	}
	set_register(nor, n, nor->buf[0], false);
	nor->wel = false;
}

static void write_region(struct vnor *nor, const struct vnor_op *op)
{
	u32 region = region_of(nor->addr);
	bool erase = op->arg == A_SEC_ERASE;

	if (region == N_SEC || nor->nv[R_CR1] & BIT(2 + region)) {
		vnor_complain(nor, "%s at 0x%06x: %s", op->name, nor->addr,
			      region == N_SEC ? "no such region" : "locked by LB");
		fll_fail(nor, erase);
		return;
	}
	vnor_start_reg(nor, op, erase ? &nor->part->erase_4k : &nor->part->page_program);
}

static void fll_in(struct vnor *nor, const struct vnor_op *op)
{
	switch (op->arg) {
	case A_SR1:
		write_registers(nor, op);
		return;
	case A_ANY:
		write_any(nor, op);
		return;
	case A_CLSR:
		nor->reg[R_SR2] = 0;
		vnor_clear_failure(nor);
		return;
	case A_SEC_ERASE:
	case A_SEC_PROGRAM:
		write_region(nor, op);
		return;
	case A_LOCK:
	case A_UNLOCK:
		nor->lock[lock_index(nor, nor->addr)] = op->arg == A_LOCK;
		break;
	case A_LOCK_ALL:
	case A_UNLOCK_ALL:
		memset(nor->lock, op->arg == A_LOCK_ALL, sizeof(nor->lock));
		break;
	case A_QPI:
		nor->reg[R_CR2] |= CR2_QPI;
		return;
	case A_SPI:
		nor->reg[R_CR2] &= ~CR2_QPI;
		return;
	case A_WRAP: /* W4 and W6:5 have the places of CR3's */
		nor->reg[R_CR3] = (nor->reg[R_CR3] & CR3_RL) | (nor->buf[3] & (CR3_WL | CR3_WRAP));
		return;
	default: /* 50h */
		return;
	}
	nor->wel = false;
}

static void fll_commit(struct vnor *nor, struct vnor_job *job)
{
	u8 *region = nor->nv + NV_SEC + region_of(job->addr) % N_SEC * SEC_LEN;
	u32 i;

	switch (job->op->arg) {
	case A_SR1:
		for (i = 0; i < job->n_buf; i++)
			set_register(nor, i, job->buf[i], true);
		break;
	case A_ANY:
		set_register(nor, register_at(job->addr), job->buf[0], true);
		break;
	case A_SEC_ERASE:
		memset(region, 0xff, SEC_LEN);
		break;
	case A_SEC_PROGRAM:
		for (i = 0; i < job->n_buf; i++)
			region[(job->addr + i) % SEC_LEN] &= job->buf[i];
		break;
	}
}

static bool fll_is_protected(const struct vnor *nor, u32 addr, u32 len)
{
	u32 bp = FIELD_GET(SR1_BP, nor->reg[R_SR1]), size = nor->part->size, n = 0, from, a;

	if (nor->reg[R_CR2] & CR2_WPS) {
		for (a = addr; a - addr < len; a += KIB(4))
			if (nor->lock[lock_index(nor, a)])
				return true;
		return false;
	}
	if (bp == 7)
		n = size;
	else if (bp && nor->reg[R_SR1] & SR1_SEC)
		n = min(KIB(4) << (bp - 1), KIB(32));
	else if (bp)
		n = (size / 64) << (bp - 1);
	from = nor->reg[R_SR1] & SR1_TB ? 0 : size - n;
	if (nor->reg[R_CR1] & CR1_CMP)
		return addr < from || addr + len > from + n;
	return addr < from + n && addr + len > from;
}

static void fll_app_left(struct vnor *nor)
{
	const struct sim_faults *f = &nor->sim->faults;

	if (f->app_qpi)
		nor->reg[R_CR2] |= CR2_QPI;
	if (f->app_xip) {
		nor->reg[R_CR1] |= CR1_QUAD;
		nor->xip = vnor_find_op(nor, 0xeb, fll_proto(nor));
	}
	if (f->app_4byte)
		nor->four_byte = true;
	if (f->app_bp) {
		nor->nv[R_SR1] |= SR1_BP;
		nor->reg[R_SR1] |= SR1_BP;
	}
	if (f->app_dpd)
		nor->dpd = true;
}

static const struct vnor_vendor spansion_l = {
	.factory = fll_factory,
	.load = fll_load,
	.proto = fll_proto,
	.dummy = fll_dummy,
	.fmax_mhz = fll_fmax_mhz,
	.has_quad = fll_has_quad,
	.has_reset_pin = fll_has_reset_pin,
	.read_wrap = fll_read_wrap,
	.confirm = fll_confirm,
	.out = fll_out,
	.in = fll_in,
	.commit = fll_commit,
	.is_protected = fll_is_protected,
	.refuse = fll_fail,
	.app_left = fll_app_left,
};

/* how many dummy clocks there are is a matter of CR3 */
#define FAST_READ(_op, _p, _addr, _data, _n_addr, ...) \
	READ(_op, _p, _addr, _data, _n_addr, .dummy = D_LAT, __VA_ARGS__)

#define REG_R(_op, _arg, _name) OP(_op, BOTH, K_OUT, _name, .arg = (_arg), .flags = F_BUSY)

static const struct vnor_op s25fl064l_ops[] = {
	OP(0x06, BOTH, K_WREN, "write enable"),
	OP(0x04, BOTH, K_WRDI, "write disable"),
	OP(0x50, BOTH, K_IN, "volatile write enable", .arg = A_VOLEN, .flags = F_VOLEN),
	OP(0x9f, P_SPI, K_OUT, "read id", .arg = A_ID),
	OP(0xaf, P_QPI, K_OUT, "read id, QPI", .arg = A_ID),
	OP(0x4b, P_SPI, K_OUT, "read unique id", .dummy = 32, .arg = A_UID),
	OP(0x5a, BOTH, K_SFDP, "read SFDP", .n_addr = 3, .dummy = 8, .flags = F_ADDR3),
	OP(0x03, P_SPI, K_READ, "read", .n_addr = 3, .fmax_mhz = 50),
	OP(0x13, P_SPI, K_READ, "4-byte read", .n_addr = 4, .fmax_mhz = 50),
	FAST_READ(0x0b, P_SPI, 1, 1, 3),
	FAST_READ(0x0c, P_SPI, 1, 1, 4),
	FAST_READ(0x3b, P_SPI, 1, 2, 3),
	FAST_READ(0x3c, P_SPI, 1, 2, 4),
	FAST_READ(0xbb, P_SPI, 2, 2, 3, .has_mode = true, .flags = F_CONT),
	FAST_READ(0xbc, P_SPI, 2, 2, 4, .has_mode = true, .flags = F_CONT),
	FAST_READ(0x6b, P_SPI, 1, 4, 3, .flags = F_QUAD),
	FAST_READ(0x6c, P_SPI, 1, 4, 4, .flags = F_QUAD),
	FAST_READ(0xeb, BOTH, 4, 4, 3, .has_mode = true, .flags = F_CONT | F_QUAD),
	FAST_READ(0xec, BOTH, 4, 4, 4, .has_mode = true, .flags = F_CONT | F_QUAD),
	FAST_READ(0xed, BOTH, 4, 4, 3, .has_mode = true, .flags = F_CONT | F_QUAD | F_DTR),
	FAST_READ(0xee, BOTH, 4, 4, 4, .has_mode = true, .flags = F_CONT | F_QUAD | F_DTR),
	PROG(0x02, BOTH, 1, 3, 0),
	PROG(0x12, BOTH, 1, 4, 0),
	PROG(0x32, P_SPI, 4, 3, F_QUAD),
	PROG(0x34, P_SPI, 4, 4, F_QUAD),
	ERASE(0x20, 3, KIB(4)),
	ERASE(0x21, 4, KIB(4)),
	ERASE(0x52, 3, KIB(32)),
	ERASE(0x53, 4, KIB(32)),
	ERASE(0xd8, 3, KIB(64)),
	ERASE(0xdc, 4, KIB(64)),
	OP(0xc7, BOTH, K_ERASE_CHIP, "chip erase", .flags = F_WEL | F_SUSP),
	OP(0x60, BOTH, K_ERASE_CHIP, "chip erase", .flags = F_WEL | F_SUSP),
	REG_R(0x05, A_SR1, "read status 1"),
	REG_R(0x07, A_SR2, "read status 2"),
	REG_R(0x35, A_CR1, "read configuration 1"),
	REG_R(0x15, A_CR2, "read configuration 2"),
	REG_R(0x33, A_CR3, "read configuration 3"),
	OP(0x65, BOTH, K_OUT, "read any register", .n_addr = 3, .dummy = D_LAT, .arg = A_ANY,
	   .flags = F_BUSY),
	OP(0x01, BOTH, K_IN, "write registers", .arg = A_SR1, .n_in_min = 1, .n_in_max = 4,
	   .flags = F_SUSP),
	OP(0x71, BOTH, K_IN, "write any register", .n_addr = 3, .arg = A_ANY, .n_in_min = 1,
	   .n_in_max = 1, .flags = F_WEL | F_SUSP),
	OP(0x30, BOTH, K_IN, "clear status", .arg = A_CLSR, .flags = F_BUSY),
	OP(0x44, BOTH, K_IN, "erase security region", .n_addr = 3, .arg = A_SEC_ERASE,
	   .flags = F_WEL | F_SUSP),
	OP(0x42, BOTH, K_IN, "program security region", .n_addr = 3, .arg = A_SEC_PROGRAM,
	   .n_in_min = 1, .n_in_max = 255, .flags = F_WEL | F_SUSP),
	OP(0x48, BOTH, K_OUT, "read security region", .n_addr = 3, .dummy = D_LAT,
	   .arg = A_SEC_READ),
	OP(0x36, BOTH, K_IN, "lock block", .n_addr = 3, .arg = A_LOCK, .flags = F_WEL),
	OP(0x39, BOTH, K_IN, "unlock block", .n_addr = 3, .arg = A_UNLOCK, .flags = F_WEL),
	OP(0x3d, BOTH, K_OUT, "read block lock", .n_addr = 3, .arg = A_LOCK),
	OP(0x7e, BOTH, K_IN, "lock all", .arg = A_LOCK_ALL, .flags = F_WEL),
	OP(0x98, BOTH, K_IN, "unlock all", .arg = A_UNLOCK_ALL, .flags = F_WEL),
	OP(0x38, P_SPI, K_IN, "enter QPI", .arg = A_QPI),
	OP(0xf5, P_QPI, K_IN, "leave QPI", .arg = A_SPI),
	OP(0xb7, BOTH, K_ENTER_4B, "enter 4-byte mode"),
	OP(0xe9, BOTH, K_LEAVE_4B, "leave 4-byte mode"),
	{ .opcode = 0x77,
	  .protocols = BOTH,
	  .kind = K_IN,
	  .name = "set burst length",
	  .addr_lines = 4,
	  .data_lines = 4,
	  .arg = A_WRAP,
	  .n_in_min = 4,
	  .n_in_max = 4,
	  .flags = F_QUAD },
	OP(0x75, BOTH, K_SUSPEND, "suspend", .flags = F_BUSY),
	OP(0x7a, BOTH, K_RESUME, "resume"),
	OP(0xb9, BOTH, K_DPD, "deep power-down", .flags = F_SUSP),
	OP(0xab, BOTH, K_WAKE, "release deep power-down", .arg = A_ID),
	OP(0x66, BOTH, K_RSTEN, "reset enable", .flags = F_BUSY),
	OP(0x99, BOTH, K_RST, "reset", .flags = F_BUSY),
};

const struct vnor_part vnor_s25fl064l = {
	.name = "s25fl064l",
	.description = "Infineon, 3 V: registers by address, errors in SR2, QPI",
	.vendor = &spansion_l,
	.ops = s25fl064l_ops,
	.n_ops = ARRAY_SIZE(s25fl064l_ops),
	.size = MIB(8),
	.id = { 0x01, 0x60, 0x17 },
	.n_id = 3,
	.sfdp = &vnor_sfdp_s25fl064l,
	.fmax_mhz = 108,
	.read_mhz = 50,
	.byte = { 75, 90 },
	.page_program = { 300, 1200 },
	.erase_4k = { 60000, 200000 },
	.erase_32k = { 190000, 400000 },
	.erase_64k = { 270000, 600000 },
	.chip = { 34000000, 150000000 },
	.status = { 220000, 1200000 },
	.t_power_us = 300,
	.t_reset_ns = 100000,
	.t_reset_busy_us = 100,
	.t_suspend_us = 40,
	.t_down_ns = 3000,
	.t_wake_ns = 5000,
	.t_cs_high_read_ns = 20,
	.t_cs_high_ns = 50,
	.t_output_ps = 8000,
};
