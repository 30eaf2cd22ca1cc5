// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Winbond W25Q128JV (3 V; data sheet W25Q128JV revision F).
 *
 * Commands and registers as Linux and flashrom know them; tSHSL, tSUS, tRST, tV and tW are recalled
 * from the data sheet's AC characteristics. The id EF 40 18 is that of the
 * -IQ/-JQ order codes: no QPI (38h unknown), although the SFDP of a chip with this id, which is used
 * here as dumped, claims 4-4-4. Those order codes leave the factory with QE = 1; the bench's part
 * has a writable QE that starts at 0, the harder case, and the one that older parts with this id
 * are in.
 */
#include "sim/vnor-core.h"
#include "sim/vnor-sfdp.h"

#include <string.h>

/* nv[]: SR1..SR3, three security registers */
#define NV_SR	  0
#define NV_SEC	  256
#define SEC_LEN	  256u
#define N_SEC	  3
#define SEC_BLANK 0xff

/* reg[]: SR1..SR3 as in force, the wrap register of 77h */
#define R_SR	  0
#define R_WRAP	  3

#define SR1_SRP0  BIT(7)
#define SR1_SEC	  BIT(6)
#define SR1_TB	  BIT(5)
#define SR1_BP	  GENMASK(4, 2)
#define SR1_WEL	  BIT(1)
#define SR1_BUSY  BIT(0)

#define SR2_SUS	  BIT(7)
#define SR2_CMP	  BIT(6)
#define SR2_LB	  GENMASK(5, 3)
#define SR2_QE	  BIT(1)
#define SR2_SRL	  BIT(0)

#define SR3_RESET BIT(7) /* IO3 is RESET#, not HOLD# */
#define SR3_WPS	  BIT(2)

static const u8 sr_writable[3] = { 0xfc, 0x7b, 0xe4 };

#define WRAP_OFF BIT(4)

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
};

/* individual locks: the first and last 64 KiB by sectors of 4 KiB, the rest by 64 KiB blocks */
#define N_BLOCKS 256u

static u32 lock_index(const struct vnor *nor, u32 addr)
{
	u32 block;

	addr &= nor->part->size - 1;
	block = addr / KIB(64);
	if (block == 0)
		return addr / KIB(4);
	if (block == N_BLOCKS - 1)
		return 16 + (N_BLOCKS - 2) + (addr % KIB(64)) / KIB(4);
	return 16 + block - 1;
}

static void winbond_factory(struct vnor *nor)
{
	nor->nv[NV_SR + 0] = 0;
	nor->nv[NV_SR + 1] = 0;
	nor->nv[NV_SR + 2] = 0x60; /* DRV1:0 = 11, 25 % */
	memset(nor->nv + NV_SEC, SEC_BLANK, N_SEC * SEC_LEN);
}

static void winbond_load(struct vnor *nor, bool power)
{
	/* SRP1:0 = 10 locks until the next power-up, which makes it 00 */
	if (power && nor->nv[NV_SR + 1] & SR2_SRL && !(nor->nv[NV_SR] & SR1_SRP0))
		nor->nv[NV_SR + 1] &= ~SR2_SRL;
	memcpy(nor->reg + R_SR, nor->nv + NV_SR, 3);
	nor->reg[R_WRAP] = WRAP_OFF;
	memset(nor->lock, 1, sizeof(nor->lock)); /* with WPS = 1 everything is locked */
}

static u8 winbond_lines(const struct vnor *nor)
{
	return 1;
}

static u8 winbond_dummy(const struct vnor *nor, const struct vnor_op *op)
{
	return op->dummy;
}

static u32 winbond_fmax_mhz(const struct vnor *nor, const struct vnor_op *op, u8 dummy)
{
	return op->fmax_mhz ? op->fmax_mhz : nor->part->fmax_mhz;
}

static bool winbond_has_quad(const struct vnor *nor)
{
	return nor->reg[R_SR + 1] & SR2_QE;
}

static bool winbond_has_hold(const struct vnor *nor)
{
	return !winbond_has_quad(nor) && !(nor->reg[R_SR + 2] & SR3_RESET);
}

static bool winbond_has_reset_pin(const struct vnor *nor)
{
	return !winbond_has_quad(nor) && nor->reg[R_SR + 2] & SR3_RESET;
}

static u32 winbond_read_wrap(const struct vnor *nor, const struct vnor_op *op)
{
	if (op->opcode != 0xeb || nor->reg[R_WRAP] & WRAP_OFF)
		return 0;
	return 8u << (nor->reg[R_WRAP] >> 5 & 3);
}

/* M5:4 = 10 keeps the chip in continuous read, anything else ends it */
static void winbond_confirm(struct vnor *nor, u8 mode, bool dummy)
{
	if (dummy || !(nor->op->flags & F_CONT))
		return;
	nor->xip = (mode >> 4 & 3) == 2 ? nor->op : NULL;
}

static u8 winbond_sr(const struct vnor *nor, u32 n)
{
	u8 v = nor->reg[R_SR + n];

	if (n == 0)
		return (v & ~(SR1_WEL | SR1_BUSY)) | (nor->wel ? SR1_WEL : 0) |
		       (vnor_wip(nor) ? SR1_BUSY : 0);
	if (n == 1)
		return (v & ~SR2_SUS) | (nor->suspended.kind ? SR2_SUS : 0);
	return v;
}

/* address bits 15:12 = 1..3 name a security register; 0: none */
static u32 security_register(u32 addr)
{
	u32 n = addr >> 12;

	return n <= N_SEC && !(addr & 0xf00) ? n : 0;
}

static u8 winbond_out(struct vnor *nor, const struct vnor_op *op, u32 i)
{
	u32 n;

	switch (op->arg) {
	case A_SR1:
	case A_SR2:
	case A_SR3:
		return winbond_sr(nor, op->arg - A_SR1);
	case A_ID:
		return nor->part->id[i % 3];
	case A_MFR: /* manufacturer and device id in turn, A0 says which first */
		return (i + nor->addr) & 1 ? 0x17 : 0xef;
	case A_DEVICE:
		return 0x17;
	case A_UID:
		return nor->nv[VNOR_UID + (i & 7)];
	case A_LOCK:
		return nor->lock[lock_index(nor, nor->addr)];
	case A_SEC_READ:
		n = security_register(nor->addr);
		return n ? nor->nv[NV_SEC + (n - 1) * SEC_LEN + (nor->addr + i) % SEC_LEN] : 0xff;
	}
	return 0xff;
}

/* may the status registers be written now? */
static bool sr_is_locked(struct vnor *nor)
{
	bool srl = nor->reg[R_SR + 1] & SR2_SRL, srp0 = nor->reg[R_SR] & SR1_SRP0;

	if (srl) {
		vnor_complain(nor, "status write ignored: SRP1 = 1 locks the registers");
		return true;
	}
	if (srp0 && nor->wp_low && !winbond_has_quad(nor)) {
		vnor_complain(nor, "status write ignored: SRP0 = 1 and WP# (IO2) low");
		return true;
	}
	return false;
}

/* new contents of status register @n: LB bits are one-time */
static void set_sr(struct vnor *nor, u32 n, u8 v, bool volatile_only)
{
	u8 once = n == 1 ? nor->nv[NV_SR + 1] & SR2_LB : 0;

	v = (v & sr_writable[n]) | once;
	if (volatile_only && n == 1) /* LB has no volatile copy */
		v = (v & ~SR2_LB) | once;
	nor->reg[R_SR + n] = v;
	if (!volatile_only)
		nor->nv[NV_SR + n] = v;
}

static void store_sr(struct vnor *nor, const struct vnor_op *op, const u8 *buf, u32 n_buf,
		     bool volatile_only)
{
	set_sr(nor, op->arg, buf[0], volatile_only);
	if (op->arg == A_SR1 && n_buf == 2) /* one byte leaves SR2 alone on the JV */
		set_sr(nor, 1, buf[1], volatile_only);
}

static void write_sr(struct vnor *nor, const struct vnor_op *op)
{
	if (!nor->wel && !nor->volatile_enabled) {
		if (!vnor_missed_wren(nor))
			vnor_complain(nor, "status write (%02Xh) without 06h or 50h: ignored",
				      op->opcode);
		return;
	}
	if (sr_is_locked(nor)) {
		nor->wel = false;
		return;
	}
	if (nor->volatile_enabled)
		store_sr(nor, op, nor->buf, nor->n_in, true);
	else
		vnor_start_reg(nor, op, &nor->part->status);
}

static void write_security(struct vnor *nor, const struct vnor_op *op)
{
	u32 n = security_register(nor->addr);

	if (!n || nor->reg[R_SR + 1] & (BIT(3) << (n - 1))) {
		vnor_complain(nor, "%s at 0x%06x: %s", op->name, nor->addr,
			      n ? "locked by LB" : "no such register");
		nor->wel = false;
		return;
	}
	vnor_start_reg(nor, op, op->arg == A_SEC_ERASE ? &nor->part->erase_4k : &nor->part->page);
}

static void winbond_in(struct vnor *nor, const struct vnor_op *op)
{
	switch (op->arg) {
	case A_SR1:
	case A_SR2:
	case A_SR3:
		write_sr(nor, op);
		break;
	case A_LOCK:
	case A_UNLOCK:
		nor->lock[lock_index(nor, nor->addr)] = op->arg == A_LOCK;
		nor->wel = false;
		break;
	case A_LOCK_ALL:
	case A_UNLOCK_ALL:
		memset(nor->lock, op->arg == A_LOCK_ALL, sizeof(nor->lock));
		nor->wel = false;
		break;
	case A_WRAP:
		nor->reg[R_WRAP] = nor->buf[3];
		break;
	case A_SEC_ERASE:
	case A_SEC_PROGRAM:
		write_security(nor, op);
		break;
	}
}

static void winbond_commit(struct vnor *nor, struct vnor_job *job)
{
	u8 *sec;
	u32 i;

	switch (job->op->arg) {
	case A_SR1:
	case A_SR2:
	case A_SR3:
		store_sr(nor, job->op, job->buf, job->n_buf, false);
		break;
	case A_SEC_ERASE:
	case A_SEC_PROGRAM:
		sec = nor->nv + NV_SEC + (security_register(job->addr) - 1) * SEC_LEN;
		if (job->op->arg == A_SEC_ERASE)
			memset(sec, SEC_BLANK, SEC_LEN);
		else
			for (i = 0; i < job->n_buf; i++)
				sec[(job->addr + i) % SEC_LEN] &= job->buf[i];
		break;
	}
}

/* the range that SEC, TB, BP2:0 and CMP protect: [from, to) */
static void protected_range(const struct vnor *nor, u32 *from, u32 *to)
{
	u32 size = nor->part->size, bp = FIELD_GET(SR1_BP, nor->reg[R_SR]), n;

	if (bp == 7)
		n = size;
	else if (!bp)
		n = 0;
	else if (nor->reg[R_SR] & SR1_SEC)
		n = min(KIB(4) << (bp - 1), KIB(32));
	else
		n = (size / 64) << (bp - 1);
	if (nor->reg[R_SR] & SR1_TB) {
		*from = 0;
		*to = n;
	} else {
		*from = size - n;
		*to = size;
	}
}

static bool winbond_is_protected(const struct vnor *nor, u32 addr, u32 len)
{
	u32 from, to, a;

	if (nor->reg[R_SR + 2] & SR3_WPS) {
		for (a = addr; a < addr + len; a += KIB(4))
			if (nor->lock[lock_index(nor, a)])
				return true;
		return false;
	}
	protected_range(nor, &from, &to);
	if (nor->reg[R_SR + 1] & SR2_CMP)
		return addr < from || addr + len > to;
	return addr < to && addr + len > from;
}

/* the command is dropped; there is no error flag, and WEL stays as it is */
static void winbond_refuse(struct vnor *nor, bool erase)
{
}

static void winbond_app_left(struct vnor *nor)
{
	const struct sim_faults *f = &nor->sim->faults;

	if (f->app_xip) { /* continuous read over four lines: QE was set, for good or not */
		nor->reg[R_SR + 1] |= SR2_QE;
		nor->xip = vnor_find_op(nor, 0xeb, 1);
	}
	if (f->app_dpd)
		nor->dpd = true;
}

static const struct vnor_vendor winbond = {
	.factory = winbond_factory,
	.load = winbond_load,
	.proto_lines = winbond_lines,
	.dummy = winbond_dummy,
	.fmax_mhz = winbond_fmax_mhz,
	.has_quad = winbond_has_quad,
	.has_hold = winbond_has_hold,
	.has_reset_pin = winbond_has_reset_pin,
	.read_wrap = winbond_read_wrap,
	.confirm = winbond_confirm,
	.out = winbond_out,
	.in = winbond_in,
	.commit = winbond_commit,
	.is_protected = winbond_is_protected,
	.refuse = winbond_refuse,
	.app_left = winbond_app_left,
};

#define OP(_op, _kind, _name, ...)                                                     \
	{                                                                              \
		.opcode = (_op), .protocols = P_SPI, .kind = (_kind), .name = (_name), \
		.addr_lines = 1, .data_lines = 1, __VA_ARGS__                          \
	}

#define OP2(_op, _kind, _addr, _data, _name, ...)                                      \
	{                                                                              \
		.opcode = (_op), .protocols = P_SPI, .kind = (_kind), .name = (_name), \
		.addr_lines = (_addr), .data_lines = (_data), .n_addr = 3, __VA_ARGS__ \
	}

#define REG_R(_op, _arg, _name) OP(_op, K_OUT, _name, .arg = (_arg), .flags = F_BUSY)
#define ERASE(_op, _size) \
	OP(_op, K_ERASE, "erase", .n_addr = 3, .arg = (_size), .flags = F_WEL | F_SUSP)
#define CHIP(_op) OP(_op, K_ERASE_CHIP, "chip erase", .flags = F_WEL | F_SUSP)

static const struct vnor_op w25q_ops[] = {
	OP(0x06, K_WREN, "write enable"),
	OP(0x04, K_WRDI, "write disable"),
	OP(0x50, K_IN, "volatile status write enable", .arg = A_VOLEN, .flags = F_VOLEN),
	OP(0xab, K_WAKE, "release power-down", .arg = A_DEVICE),
	OP(0x90, K_OUT, "read manufacturer id", .n_addr = 3, .arg = A_MFR),
	OP2(0x92, K_OUT, 2, 2, "read id, dual", .has_mode = true, .arg = A_MFR),
	OP2(0x94, K_OUT, 4, 4, "read id, quad", .has_mode = true, .dummy = 4, .arg = A_MFR,
	    .flags = F_QUAD),
	OP(0x9f, K_OUT, "read JEDEC id", .arg = A_ID),
	OP(0x4b, K_OUT, "read unique id", .dummy = 32, .arg = A_UID),
	OP(0x5a, K_SFDP, "read SFDP", .n_addr = 3, .dummy = 8, .flags = F_ADDR3),
	OP(0x03, K_READ, "read", .n_addr = 3, .fmax_mhz = 50),
	OP(0x0b, K_READ, "fast read", .n_addr = 3, .dummy = 8),
	OP2(0x3b, K_READ, 1, 2, "dual output read", .dummy = 8),
	OP2(0xbb, K_READ, 2, 2, "dual I/O read", .has_mode = true, .flags = F_CONT),
	OP2(0x6b, K_READ, 1, 4, "quad output read", .dummy = 8, .flags = F_QUAD),
	OP2(0xeb, K_READ, 4, 4, "quad I/O read", .has_mode = true, .dummy = 4,
	    .flags = F_CONT | F_QUAD),
	/* three dummy bytes and W7:0, all on four lines */
	{ .opcode = 0x77,
	  .protocols = P_SPI,
	  .kind = K_IN,
	  .name = "set burst with wrap",
	  .addr_lines = 4,
	  .data_lines = 4,
	  .arg = A_WRAP,
	  .n_in_min = 4,
	  .n_in_max = 4,
	  .flags = F_QUAD },
	OP(0x02, K_PROGRAM, "page program", .n_addr = 3, .flags = F_WEL),
	OP2(0x32, K_PROGRAM, 1, 4, "quad page program", .flags = F_WEL | F_QUAD),
	ERASE(0x20, KIB(4)),
	ERASE(0x52, KIB(32)),
	ERASE(0xd8, KIB(64)),
	CHIP(0xc7),
	CHIP(0x60),
	REG_R(0x05, A_SR1, "read status 1"),
	REG_R(0x35, A_SR2, "read status 2"),
	REG_R(0x15, A_SR3, "read status 3"),
	OP(0x01, K_IN, "write status 1", .arg = A_SR1, .n_in_min = 1, .n_in_max = 2,
	   .flags = F_SUSP),
	OP(0x31, K_IN, "write status 2", .arg = A_SR2, .n_in_min = 1, .n_in_max = 1,
	   .flags = F_SUSP),
	OP(0x11, K_IN, "write status 3", .arg = A_SR3, .n_in_min = 1, .n_in_max = 1,
	   .flags = F_SUSP),
	OP(0x44, K_IN, "erase security register", .n_addr = 3, .arg = A_SEC_ERASE,
	   .flags = F_WEL | F_SUSP),
	OP(0x42, K_IN, "program security register", .n_addr = 3, .arg = A_SEC_PROGRAM,
	   .n_in_min = 1, .n_in_max = 255, .flags = F_WEL | F_SUSP),
	OP(0x48, K_OUT, "read security register", .n_addr = 3, .dummy = 8, .arg = A_SEC_READ),
	OP(0x36, K_IN, "lock block", .n_addr = 3, .arg = A_LOCK, .flags = F_WEL),
	OP(0x39, K_IN, "unlock block", .n_addr = 3, .arg = A_UNLOCK, .flags = F_WEL),
	OP(0x3d, K_OUT, "read block lock", .n_addr = 3, .arg = A_LOCK),
	OP(0x7e, K_IN, "lock all", .arg = A_LOCK_ALL, .flags = F_WEL),
	OP(0x98, K_IN, "unlock all", .arg = A_UNLOCK_ALL, .flags = F_WEL),
	OP(0x75, K_SUSPEND, "suspend", .flags = F_BUSY),
	OP(0x7a, K_RESUME, "resume"),
	OP(0xb9, K_DPD, "power-down", .flags = F_SUSP),
	OP(0x66, K_RSTEN, "reset enable", .flags = F_BUSY),
	OP(0x99, K_RST, "reset", .flags = F_BUSY),
};

const struct vnor_part vnor_w25q128jv = {
	.name = "w25q128jv",
	.description = "Winbond, 3 V",
	.vendor = &winbond,
	.ops = w25q_ops,
	.n_ops = ARRAY_SIZE(w25q_ops),
	.size = MIB(16),
	.id = { 0xef, 0x40, 0x18 },
	.n_id = 3,
	.sfdp = &vnor_sfdp_w25q128jv,
	.fmax_mhz = 133,
	.read_mhz = 50,
	.byte = { 30, 3000 },
	.page = { 400, 3000 },
	.erase_4k = { 45000, 400000 },
	.erase_32k = { 120000, 1600000 },
	.erase_64k = { 150000, 2000000 },
	.chip = { 40000000, 200000000 },
	.status = { 10000, 15000 },
	.t_power_us = 20,
	.t_reset_ns = 30000,
	.t_reset_busy_us = 30,
	.t_suspend_us = 20,
	.t_down_ns = 3000,
	.t_wake_ns = 3000,
	.t_cs_high_read_ns = 10,
	.t_cs_high_ns = 50,
	.t_output_ps = 6000,
};
