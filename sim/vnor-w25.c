// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The way of Winbond's W25Q, which many follow: two or three status registers with volatile copies,
 * protected ranges by SEC, TB, BP and CMP, single blocks by WPS, security registers, QE in SR2,
 * continuous read by mode bits M5:4 = 10, QPI by 38h and FFh. What differs from part to part is in
 * struct w25_traits; the parts are in vnor-winbond.c, vnor-gigadevice.c, vnor-xmc.c and
 * vnor-adesto.c.
 *
 * Commands and registers as Linux and flashrom know them, and as in the data sheet of the W25Q128JV
 * (revision F).
 */
#include "sim/vnor-w25.h"

#include <string.h>

/* nv[]: SR1..SR3, security registers */
#define NV_SR	  0
#define NV_SEC	  256
#define SEC_BLANK 0xff
#define SEC_PAGE  256u /* programming wraps inside it */

/* reg[]: SR1..SR3 as in force, the wrap register of 77h, QPI: on or off, parameters of C0h */
#define R_SR	  0
#define R_WRAP	  3
#define R_QPI	  4
#define R_PARAM	  5

#define SR1_SRP0  BIT(7)
#define SR1_SEC	  BIT(6)
#define SR1_TB	  BIT(5)
#define SR1_BP	  GENMASK(4, 2)
#define SR1_TB4	  BIT(6) /* with four BP bits */
#define SR1_BP4	  GENMASK(5, 2)
#define SR1_WEL	  BIT(1)
#define SR1_BUSY  BIT(0)

#define SR2_SUS	  BIT(7)
#define SR2_CMP	  BIT(6)
#define SR2_QE	  BIT(1)
#define SR2_SRL	  BIT(0)

#define SR3_RESET BIT(7) /* IO3 is RESET#, not HOLD# */
#define SR3_WPS	  BIT(2)
#define SR3_ADP	  BIT(1) /* 4-byte mode from power-up on */
#define SR3_ADS	  BIT(0) /* 4-byte mode now */

#define WRAP_OFF  BIT(4)

static const struct w25_traits *traits(const struct vnor *nor)
{
	return nor->part->extra;
}

/* individual locks: the first and last 64 KiB by sectors of 4 KiB, the rest by 64 KiB blocks */
static u32 lock_index(const struct vnor *nor, u32 addr)
{
	u32 n_blocks = nor->part->size / KIB(64), block;

	addr &= nor->part->size - 1;
	block = addr / KIB(64);
	if (block == 0)
		return addr / KIB(4);
	if (block == n_blocks - 1)
		return 16 + (n_blocks - 2) + (addr % KIB(64)) / KIB(4);
	return 16 + block - 1;
}

static void w25_factory(struct vnor *nor)
{
	const struct w25_traits *t = traits(nor);

	memcpy(nor->nv + NV_SR, t->factory, sizeof(t->factory));
	memset(nor->nv + NV_SEC, SEC_BLANK, (size_t)t->n_sec * t->sec_len);
}

static void w25_load(struct vnor *nor, bool power)
{
	/* SRP1:0 = 10 locks until the next power-up, which makes it 00 */
	if (power && nor->nv[NV_SR + 1] & SR2_SRL && !(nor->nv[NV_SR] & SR1_SRP0))
		nor->nv[NV_SR + 1] &= ~SR2_SRL;
	memcpy(nor->reg + R_SR, nor->nv + NV_SR, 3);
	nor->reg[R_WRAP] = WRAP_OFF;
	nor->reg[R_QPI] = 0;
	nor->reg[R_PARAM] = 0;
	nor->four_byte = traits(nor)->has_adp && nor->nv[NV_SR + 2] & SR3_ADP;
	memset(nor->lock, 1, sizeof(nor->lock)); /* with WPS = 1 everything is locked */
}

static u8 w25_proto(const struct vnor *nor)
{
	return nor->reg[R_QPI] ? P_QPI : P_SPI;
}

/* in QPI, C0h sets how many clocks lie between address and data; the mode byte takes two of them */
static u8 w25_dummy(const struct vnor *nor, const struct vnor_op *op)
{
	u8 n;

	if (op->dummy == D_UID)
		return nor->four_byte ? 40 : 32;
	if (nor->proto != P_QPI || op->kind != K_READ)
		return op->dummy;
	n = traits(nor)->qpi_dummy[nor->reg[R_PARAM] >> 4 & 3];
	return op->has_mode ? n - 2 : n;
}

static bool w25_has_quad(const struct vnor *nor)
{
	return nor->reg[R_SR + 1] & SR2_QE;
}

static bool w25_has_hold(const struct vnor *nor)
{
	return !w25_has_quad(nor) &&
	       !(traits(nor)->has_reset_bit && nor->reg[R_SR + 2] & SR3_RESET);
}

static bool w25_has_reset_pin(const struct vnor *nor)
{
	return !w25_has_quad(nor) && traits(nor)->has_reset_bit && nor->reg[R_SR + 2] & SR3_RESET;
}

static u32 w25_read_wrap(const struct vnor *nor, const struct vnor_op *op)
{
	if (op->opcode == 0x0c && nor->proto == P_QPI) /* burst read with wrap */
		return 8u << (nor->reg[R_PARAM] & 3);
	if ((op->opcode != 0xeb && op->opcode != 0xec) || nor->reg[R_WRAP] & WRAP_OFF)
		return 0;
	return 8u << (nor->reg[R_WRAP] >> 5 & 3);
}

/* M5:4 = 10 keeps the chip in continuous read, anything else ends it */
static void w25_confirm(struct vnor *nor, u8 mode, bool dummy)
{
	if (dummy || !(nor->op->flags & F_CONT))
		return;
	nor->xip = (mode >> 4 & 3) == 2 ? nor->op : NULL;
}

static u8 w25_sr(const struct vnor *nor, u32 n)
{
	u8 v = nor->reg[R_SR + n];

	if (n == 0)
		return (v & ~(SR1_WEL | SR1_BUSY)) | (nor->wel ? SR1_WEL : 0) |
		       (vnor_wip(nor) ? SR1_BUSY : 0);
	if (n == 1)
		return (v & ~SR2_SUS) | (nor->suspended.kind ? SR2_SUS : 0);
	return traits(nor)->has_adp && nor->four_byte ? v | SR3_ADS : v;
}

/* address bits 15:12 = 1..3 name a security register; 0: none */
static u32 security_register(const struct vnor *nor, u32 addr)
{
	u32 n = (addr >> 12) - traits(nor)->sec_first + 1;

	return n <= traits(nor)->n_sec && (addr & 0xfff) < traits(nor)->sec_len ? n : 0;
}

static u8 *security_bytes(struct vnor *nor, u32 n)
{
	return nor->nv + NV_SEC + (n - 1) * traits(nor)->sec_len;
}

static u8 w25_out(struct vnor *nor, const struct vnor_op *op, u32 i)
{
	u32 n;

	switch (op->arg) {
	case A_SR1:
	case A_SR2:
	case A_SR3:
		return w25_sr(nor, op->arg - A_SR1);
	case A_ID:
		return nor->part->id[i % 3];
	case A_MFR: /* manufacturer and device id in turn, A0 says which first */
		return (i + nor->addr) & 1 ? traits(nor)->device_id : nor->part->id[0];
	case A_DEVICE:
		return traits(nor)->device_id;
	case A_UID:
		return nor->nv[VNOR_UID + (i & (traits(nor)->uid_len - 1u))];
	case A_EAR:
		return nor->ear;
	case A_LOCK:
		return nor->lock[lock_index(nor, nor->addr)];
	case A_SEC_READ:
		n = security_register(nor, nor->addr);
		i = (nor->addr + i) % traits(nor)->sec_len;
		return n ? security_bytes(nor, n)[i] : 0xff;
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
	if (srp0 && nor->wp_low && !w25_has_quad(nor)) {
		vnor_complain(nor, "status write ignored: SRP0 = 1 and WP# (IO2) low");
		return true;
	}
	return false;
}

/* new contents of status register @n: LB bits are one-time */
static void set_sr(struct vnor *nor, u32 n, u8 v, bool volatile_only)
{
	const struct w25_traits *t = traits(nor);
	u8 once = n == 1 ? nor->nv[NV_SR + 1] & t->lb : 0;

	v = (v & t->writable[n]) | once;
	if (volatile_only && n == 1) /* LB has no volatile copy */
		v = (v & ~t->lb) | once;
	nor->reg[R_SR + n] = v;
	if (!volatile_only)
		nor->nv[NV_SR + n] = v;
}

static void store_sr(struct vnor *nor, const struct vnor_op *op, const u8 *buf, u32 n_buf,
		     bool volatile_only)
{
	u32 i;

	set_sr(nor, op->arg, buf[0], volatile_only);
	if (op->arg != A_SR1)
		return;
	for (i = 1; i < n_buf; i++)
		set_sr(nor, i, buf[i], volatile_only);
	if (n_buf == 1 && traits(nor)->short_clears)
		set_sr(nor, 1, 0, volatile_only);
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
	u32 n = security_register(nor, nor->addr);

	if (!n || nor->reg[R_SR + 1] & traits(nor)->lb & (BIT(3) << (n - 1))) {
		vnor_complain(nor, "%s at 0x%06x: %s", op->name, nor->addr,
			      n ? "locked by LB" : "no such register");
		nor->wel = false;
		return;
	}
	vnor_start_reg(nor, op,
		       op->arg == A_SEC_ERASE ? &nor->part->erase_4k : &nor->part->page_program);
}

static void w25_in(struct vnor *nor, const struct vnor_op *op)
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
	case A_PARAM:
		nor->reg[R_PARAM] = nor->buf[0];
		break;
	case A_QPI:
		if (w25_has_quad(nor))
			nor->reg[R_QPI] = 1;
		else
			vnor_complain(nor, "enter QPI (38h) without QE: ignored");
		break;
	case A_SPI:
		nor->reg[R_QPI] = 0;
		break;
	case A_EAR:
		nor->ear = nor->buf[0] & (u8)((nor->part->size - 1) >> 24);
		nor->wel = false;
		break;
	case A_DIE:
		nor->selected = nor->buf[0] == nor->die_no;
		break;
	case A_SEC_ERASE:
	case A_SEC_PROGRAM:
		write_security(nor, op);
		break;
	}
}

static void w25_commit(struct vnor *nor, struct vnor_job *job)
{
	u8 *sec;
	u32 i, at;

	switch (job->op->arg) {
	case A_SR1:
	case A_SR2:
	case A_SR3:
		store_sr(nor, job->op, job->buf, job->n_buf, false);
		break;
	case A_SEC_ERASE:
	case A_SEC_PROGRAM:
		sec = security_bytes(nor, security_register(nor, job->addr));
		if (job->op->arg == A_SEC_ERASE) {
			memset(sec, SEC_BLANK, traits(nor)->sec_len);
			break;
		}
		at = job->addr % traits(nor)->sec_len;
		for (i = 0; i < job->n_buf; i++)
			sec[(at & ~(SEC_PAGE - 1)) | ((at + i) % SEC_PAGE)] &= job->buf[i];
		break;
	}
}

static u32 protected_size(const struct vnor *nor)
{
	u32 size = nor->part->size, bp;
	u8 sr1 = nor->reg[R_SR];

	if (traits(nor)->bp4) { /* 64 KiB, doubled with each step up to the whole chip */
		bp = FIELD_GET(SR1_BP4, sr1);
		return bp ? (u32)min((u64)KIB(64) << (bp - 1), (u64)size) : 0;
	}
	bp = FIELD_GET(SR1_BP, sr1);
	if (bp == 7)
		return size;
	if (!bp)
		return 0;
	if (sr1 & SR1_SEC)
		return min(KIB(4) << (bp - 1), KIB(32));
	return (size / 64) << (bp - 1);
}

/* the range that SEC, TB and the BP bits protect: [from, to) */
static void protected_range(const struct vnor *nor, u32 *from, u32 *to)
{
	u32 n = protected_size(nor);

	if (nor->reg[R_SR] & (traits(nor)->bp4 ? SR1_TB4 : SR1_TB)) {
		*from = 0;
		*to = n;
	} else {
		*from = nor->part->size - n;
		*to = nor->part->size;
	}
}

static bool w25_is_protected(const struct vnor *nor, u32 addr, u32 len)
{
	u32 from, to, a;

	if (traits(nor)->has_wps && nor->reg[R_SR + 2] & SR3_WPS) {
		for (a = addr; a < addr + len; a += KIB(4))
			if (nor->lock[lock_index(nor, a)])
				return true;
		return false;
	}
	protected_range(nor, &from, &to);
	if (nor->reg[R_SR + 1] & SR2_CMP & traits(nor)->writable[1])
		return addr < from || addr + len > to;
	return addr < to && addr + len > from;
}

static void w25_app_left(struct vnor *nor)
{
	const struct sim_faults *f = &nor->sim->faults;

	if (f->app_xip) { /* continuous read over four lines: QE was set, for good or not */
		nor->reg[R_SR + 1] |= SR2_QE;
		nor->xip = vnor_find_op(nor, 0xeb, P_SPI);
	}
	if (f->app_qpi && traits(nor)->qpi_dummy[0]) {
		nor->reg[R_SR + 1] |= SR2_QE;
		nor->reg[R_QPI] = 1;
		if (nor->xip)
			nor->xip = vnor_find_op(nor, 0xeb, P_QPI);
	}
	if (f->app_4byte && nor->part->size > MIB(16))
		nor->four_byte = true;
	if (f->app_bp) {
		nor->nv[NV_SR] |= traits(nor)->bp4 ? SR1_BP4 : SR1_BP;
		nor->reg[R_SR] = nor->nv[NV_SR];
	}
	if (f->app_dpd)
		nor->dpd = true;
}

const struct vnor_vendor vnor_w25 = {
	.proto = w25_proto,
	.dummy = w25_dummy,
	.factory = w25_factory,
	.load = w25_load,
	.has_quad = w25_has_quad,
	.has_hold = w25_has_hold,
	.has_reset_pin = w25_has_reset_pin,
	.read_wrap = w25_read_wrap,
	.confirm = w25_confirm,
	.out = w25_out,
	.in = w25_in,
	.commit = w25_commit,
	.is_protected = w25_is_protected,
	.app_left = w25_app_left,
};
