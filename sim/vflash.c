// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * FLASH controller: RM0351 3.3.5 ... 3.3.8 (erase, program), 3.5 (protections), 3.7 (registers).
 *
 * One operation at a time; its effect appears when it ends. While it runs a read of its bank and
 * every flash write stall the bus; the write's stall is what a streaming host lives on, and is
 * counted.
 *
 * Fast row programming: the first double word raises the high voltage, each one takes about 50 us
 * (2 x 25 us) to program, one more may wait in the buffer, and the next must be there before the
 * running one is done. What is left of the row's data-sheet time follows the last one.
 */
#include "sim/vflash-priv.h"

#include "sim/vrcc.h"

#include <stdlib.h>
#include <string.h>

#define FLASH_REGS  0x40022000u
#define ACR	    0x00
#define PDKEYR	    0x04
#define KEYR	    0x08
#define OPTKEYR	    0x0c
#define SR	    0x10
#define CR	    0x14
#define ECCR	    0x18

#define ACR_RESET   0x600u
#define ACR_MASK    0x4707u /* LATENCY, PRFTEN, ICEN, DCEN, SLEEP_PD */
#define ACR_LATENCY 7u
#define ACR_ICEN    BIT(9)
#define ACR_DCEN    BIT(10)
#define ACR_ICRST   BIT(11)
#define ACR_DCRST   BIT(12)

#define ECCR_ECCIE  BIT(24)
#define ECCR_FLAGS  0xc0000000u

/* DS10198 6.3.10, flash memory characteristics: typical, maximum, in ns */
#define T_PROG	     81690u, 90760u
#define T_ROW	     1910000u, 2120000u
#define T_PAGE_ERASE 22020000u, 24470000u
#define T_BANK_ERASE 22130000u, 24590000u
#define T_ROW_TYP    1910000u
#define T_ROW_DW_TYP 50000u /* RM0351 3.3.7: about 2 x 25 us between double words */
#define FAST_GAP_US  50
#define FAST_MIN_HZ  8000000u

/* a stall of this length is no pacing: somebody accesses flash in an erase */
#define LONG_STALL_US 1000

static u64 draw(struct vflash *f, u32 typ_ns, u32 max_ns)
{
	return sim_busy_draw_ps(&f->busy, f->mcu->sim, typ_ns * PS_PER_NS, max_ns * PS_PER_NS);
}

static struct sim_device_busy *busy_stats(struct vflash *f)
{
	return &f->mcu->sim->stats.flash;
}

/**
 * vflash_error() - an operation was refused or went wrong
 * @f: the flash
 * @flags: bits of SR; OPERR joins them with ERRIE (RM0351 3.7.5)
 */
void vflash_error(struct vflash *f, u32 flags)
{
	f->sr |= flags;
	if (f->cr & CR_ERRIE)
		f->sr |= SR_OPERR;
	f->latched = false;
}

static void ended_well(struct vflash *f)
{
	if (f->cr & CR_EOPIE)
		f->sr |= SR_EOP;
}

static void count_busy(struct vflash *f, u64 from, u64 to)
{
	struct sim_device_busy *b = busy_stats(f);

	switch (f->op) {
	case OP_PROGRAM:
		b->n_programs++;
		b->program_ps += to - from;
		break;
	case OP_ROW:
		b->n_programs += f->row.n;
		b->program_ps += to - from;
		break;
	case OP_ERASE:
		b->n_erases++;
		b->erase_ps += to - from;
		break;
	case OP_OPTIONS:
	case OP_NONE:
		break;
	}
}

static void begin(struct vflash *f, enum flash_op op, u8 banks, u64 t, u64 ps)
{
	f->generation++;
	f->op = op;
	f->op_banks = vflash_is_dual(f) ? banks : 3;
	f->op_start_ps = t;
	f->op_end_ps = t + ps;
}

static void op_done(struct vflash *f)
{
	f->generation++;
	count_busy(f, f->op_start_ps, f->op_end_ps);
	f->op = OP_NONE;
	f->cr &= ~(CR_STRT | CR_OPTSTRT);
}

static void apply(struct vflash *f)
{
	switch (f->op) {
	case OP_PROGRAM:
		memcpy(f->op_cells->mem + f->op_offset, f->op_data, 8);
		f->op_cells->bad[f->op_offset / 8] = 0;
		break;
	case OP_ERASE:
		vflash_erase_cells(f, f->op_from, f->op_to);
		break;
	case OP_OPTIONS:
		memcpy(f->opt_nv, f->opt_reg, sizeof(f->opt_nv));
		f->opt_nv_bad = false;
		if (f->op_regression) {
			vflash_regress(f, 1.0);
			mcu_erase_sram2(f->mcu);
		}
		break;
	case OP_ROW: /* each double word was applied as it came */
	case OP_NONE:
		break;
	}
}

/* ---- fast rows ---- */

/* the latest moment at which the next double word of the row may be complete */
static u64 row_deadline(const struct vflash *f)
{
	const struct flash_row *r = &f->row;

	return max(r->accepted_ps + FAST_GAP_US * PS_PER_US, r->start_ps[r->n - 1] + r->dw_ps);
}

/**
 * vflash_row_break() - a fast row ends before it is full
 * @f: the flash
 * @flags: why; FASTERR joins them
 * @t: when
 */
void vflash_row_break(struct vflash *f, u32 flags, u64 t)
{
	f->op_end_ps = max(t, f->row.start_ps[f->row.n - 1] + f->row.dw_ps);
	vflash_error(f, flags | SR_FASTERR);
	op_done(f);
}

/**
 * vflash_row_is_open() - does a fast row wait for more double words
 * @f: the flash
 */
bool vflash_row_is_open(const struct vflash *f)
{
	return f->op == OP_ROW && f->row.n < ROW_DW;
}

/* power or reset in a row: what was not yet programmed is undone, the one that was is spoilt */
static void row_cut(struct vflash *f, u64 t)
{
	struct flash_row *r = &f->row;
	unsigned int i;

	for (i = 0; i < r->n; i++) {
		u32 offset = r->base + 8 * i;
		u8 data[8];

		if (r->start_ps[i] + r->dw_ps <= t)
			continue;
		memcpy(data, f->main.mem + offset, 8);
		memcpy(f->main.mem + offset, r->old[i], 8);
		f->main.bad[offset / 8] = 0;
		if (r->start_ps[i] < t)
			vflash_half_program(f, &f->main, offset, data);
	}
}

/**
 * vflash_settle() - finish what has ended by a time
 * @f: the flash
 * @t: time
 */
void vflash_settle(struct vflash *f, u64 t)
{
	if (f->op == OP_NONE)
		return;
	if (vflash_row_is_open(f)) {
		u64 deadline = row_deadline(f);

		if (t > deadline)
			vflash_row_break(f, SR_MISERR, deadline);
		return;
	}
	if (f->op_end_ps > t)
		return;
	apply(f);
	ended_well(f);
	op_done(f);
}

/**
 * vflash_is_busy() - SR.BSY at a time
 * @f: the flash, settled up to @t
 * @t: time
 */
bool vflash_is_busy(const struct vflash *f, u64 t)
{
	return vflash_row_is_open(f) || (f->op != OP_NONE && t < f->op_end_ps);
}

/**
 * vflash_constant_until() - how long SR stays as it is
 * @f: the flash
 * @addr: what is read; 0 is returned for anything but SR
 * @t: from now
 */
u64 vflash_constant_until(struct vflash *f, u32 addr, u64 t)
{
	if (addr != FLASH_REGS + SR)
		return 0;
	vflash_settle(f, t);
	if (vflash_row_is_open(f))
		return 0;
	return f->op == OP_NONE ? SIM_NEVER : f->op_end_ps;
}

/* a reset or power failure at @t, in the middle of an operation */
static void cut_short(struct vflash *f, u64 t)
{
	double how_far;

	f->generation++;
	vflash_settle(f, t);
	if (f->op == OP_NONE)
		return;
	how_far = t > f->op_start_ps && f->op_end_ps > f->op_start_ps
			  ? (double)(t - f->op_start_ps) / (double)(f->op_end_ps - f->op_start_ps)
			  : 0.0;
	if (t > f->op_start_ps) {
		if (f->op == OP_PROGRAM)
			vflash_half_program(f, f->op_cells, f->op_offset, f->op_data);
		if (f->op == OP_ERASE)
			vflash_half_erase(f, f->op_from, f->op_to, how_far);
		if (f->op == OP_OPTIONS) {
			f->opt_nv_bad = true;
			if (f->op_regression)
				vflash_regress(f, how_far);
		}
		count_busy(f, f->op_start_ps, t);
	}
	if (f->op == OP_ROW)
		row_cut(f, t);
	f->op = OP_NONE;
}

/* ---- stalls ---- */

/**
 * vflash_wait() - a transfer stalls until the operation that runs is done
 * @f: the flash
 * @x: transfer; gets the stall
 * @what: for the complaint about a long one
 */
void vflash_wait(struct vflash *f, struct bus_xact *x, const char *what)
{
	u64 end = f->op_end_ps;

	if (end - x->at_ps > LONG_STALL_US * PS_PER_US)
		sim_complain(f->mcu->sim, "flash", "%s 0x%08x stalls the bus for %u us", what,
			     x->addr, (u32)((end - x->at_ps) / PS_PER_US));
	if (x->write) {
		f->mcu->sim->stats.flash_write_stalls++;
		f->mcu->sim->stats.flash_write_stall_ps += end - x->at_ps;
	}
	x->done_ps = max(x->done_ps, end);
	vflash_settle(f, end);
}

/* ---- programming ---- */

/* debugger at RDP 1, WRP, PCROP: RM0351 3.5 */
static bool is_protected(const struct vflash *f, u32 offset)
{
	return vflash_rdp_level(f) || vflash_is_wrp(f, offset) ||
	       vflash_is_pcrop(f, offset, offset + 8);
}

static bool low_voltage(struct vflash *f)
{
	if (vrcc_voltage_range(f->mcu->rcc) == 1)
		return false;
	sim_complain(f->mcu->sim, "flash", "erase or program in voltage range 2");
	return true;
}

/* causes of PGSERR common to both modes; true: refused */
static bool refuse_sequence(struct vflash *f)
{
	u32 modes = f->cr & (CR_PG | CR_FSTPG);

	if ((f->sr & SR_BLOCKING) || !modes || modes == (CR_PG | CR_FSTPG) ||
	    (f->cr & (CR_PER | CR_MER1 | CR_MER2))) {
		vflash_error(f, SR_PGSERR);
		return true;
	}
	return false;
}

static void program_unit(struct vflash *f, struct cells *c, u32 offset, const u8 *data, u64 t)
{
	static const u8 zero[8];

	if (c == &f->main ? is_protected(f, offset) : vflash_rdp_level(f) != 0) {
		vflash_error(f, SR_WRPERR);
		return;
	}
	if (low_voltage(f)) {
		vflash_error(f, SR_PGSERR);
		return;
	}
	/* all-0 may be written over anything but OTP: RM0351 3.3.7, 3.3.1 */
	if (!vflash_is_blank(c, offset) && (c == &f->otp || memcmp(data, zero, 8))) {
		vflash_error(f, SR_PROGERR);
		return;
	}
	begin(f, OP_PROGRAM, c == &f->main ? (u8)BIT(vflash_bank_of(f, offset)) : 1, t,
	      draw(f, T_PROG));
	f->op_cells = c;
	f->op_offset = offset;
	memcpy(f->op_data, data, 8);
	if (c == &f->main)
		f->mass_erased[vflash_bank_of(f, offset)] = false;
}

static bool row_may_start(struct vflash *f, u32 offset)
{
	if (offset % (8 * ROW_DW)) {
		vflash_error(f, SR_PGAERR | SR_FASTERR);
		return false;
	}
	if (is_protected(f, offset)) {
		vflash_error(f, SR_WRPERR | SR_FASTERR);
		return false;
	}
	if (!f->mass_erased[vflash_bank_of(f, offset)] || low_voltage(f)) {
		vflash_error(f, SR_PGSERR);
		return false;
	}
	if (f->mcu->hclk_hz < FAST_MIN_HZ) {
		sim_complain(f->mcu->sim, "flash", "fast programming with HCLK at %u Hz",
			     f->mcu->hclk_hz);
		vflash_error(f, SR_FASTERR);
		return false;
	}
	return true;
}

/* one double word of a row, complete at @t: stalls of a full buffer included */
static void row_double_word(struct vflash *f, u32 offset, const u8 *data, u64 t)
{
	struct flash_row *r = &f->row;
	unsigned int i;
	u8 *cell = f->main.mem + offset;

	if (f->op != OP_ROW) {
		u64 ps;

		if (!row_may_start(f, offset))
			return;
		ps = draw(f, T_ROW);
		begin(f, OP_ROW, (u8)BIT(vflash_bank_of(f, offset)), t, ps);
		r->base = offset;
		r->n = 0;
		r->dw_ps = ps / T_ROW_TYP * T_ROW_DW_TYP;
		r->tail_ps = ps - ROW_DW * r->dw_ps;
	} else if (offset != r->base + 8 * r->n) {
		vflash_row_break(f, SR_PGAERR, t);
		return;
	}
	r->start_ps[r->n] = r->n ? max(t, r->start_ps[r->n - 1] + r->dw_ps) : t;
	memcpy(r->old[r->n], cell, 8);
	if (!vflash_is_blank(&f->main, offset)) { /* not looked at in this mode: cells are lost */
		sim_complain(f->mcu->sim, "flash", "fast programming over 0x%08x, not erased",
			     FLASH_BASE + offset);
		f->main.bad[offset / 8] = 1;
	}
	for (i = 0; i < 8; i++)
		cell[i] &= data[i];
	r->accepted_ps = t;
	r->n++;
	f->op_end_ps = r->start_ps[r->n - 1] + r->dw_ps + (r->n == ROW_DW ? r->tail_ps : 0);
}

/* before a word of a row is taken: is the one-deep buffer free? */
static void row_backpressure(struct vflash *f, struct bus_xact *x)
{
	u64 free_at = f->row.start_ps[f->row.n - 1];

	if (free_at <= x->at_ps)
		return;
	f->mcu->sim->stats.flash_write_stalls++;
	f->mcu->sim->stats.flash_write_stall_ps += free_at - x->at_ps;
	x->done_ps = max(x->done_ps, free_at);
}

/**
 * vflash_write_cells() - a write to main flash or OTP: programming, or an error
 * @f: the flash
 * @c: which of the two
 * @offset: in it
 * @x: transfer; gets its stall
 */
enum bus_resp vflash_write_cells(struct vflash *f, struct cells *c, u32 offset, struct bus_xact *x)
{
	u8 data[8];
	bool fast = f->cr & CR_FSTPG;

	vflash_settle(f, x->at_ps);
	if (vflash_row_is_open(f) && fast)
		row_backpressure(f, x);
	else if (vflash_is_busy(f, x->at_ps))
		vflash_wait(f, x, "write to");
	if (x->size != 4) {
		if (vflash_row_is_open(f))
			vflash_row_break(f, SR_SIZERR, x->done_ps);
		else
			vflash_error(f, SR_SIZERR | (f->cr & (CR_PG | CR_FSTPG) ? 0 : SR_PGSERR));
		return BUS_OK;
	}
	if (refuse_sequence(f))
		return BUS_OK;
	if (fast && c != &f->main) {
		vflash_error(f, SR_PGSERR);
		return BUS_OK;
	}
	if (!f->latched) {
		if (offset & 7) {
			if (vflash_row_is_open(f))
				vflash_row_break(f, SR_PGAERR, x->done_ps);
			else
				vflash_error(f, SR_PGAERR | (fast ? SR_FASTERR : 0));
			return BUS_OK;
		}
		f->latched = true;
		f->latch_cells = c;
		f->latch_offset = offset;
		f->latch_word = x->data;
		return BUS_OK;
	}
	f->latched = false;
	if (c != f->latch_cells || offset != f->latch_offset + 4) {
		if (vflash_row_is_open(f))
			vflash_row_break(f, SR_PGAERR, x->done_ps);
		else
			vflash_error(f, SR_PGAERR | (fast ? SR_FASTERR : 0));
		return BUS_OK;
	}
	put_le32(data, f->latch_word);
	put_le32(data + 4, x->data);
	if (fast)
		row_double_word(f, f->latch_offset, data, x->done_ps);
	else
		program_unit(f, c, f->latch_offset, data, x->done_ps);
	return BUS_OK;
}

/* ---- erasing ---- */

static bool range_protected(const struct vflash *f, u32 from, u32 to)
{
	u32 page;

	for (page = from; page < to; page += PAGE_SIZE)
		if (vflash_is_wrp(f, page))
			return true;
	return vflash_rdp_level(f) || vflash_is_pcrop(f, from, to);
}

/* false: names no page of this part */
static bool page_range(struct vflash *f, u32 *from)
{
	u32 page = FIELD_GET(CR_PNB, f->cr);
	u32 bank_size = vflash_is_dual(f) ? f->main.size / 2 : f->main.size;
	bool bank2 = f->cr & CR_BKER;

	if (bank2 && !vflash_is_dual(f)) {
		sim_complain(f->mcu->sim, "flash", "BKER set in single-bank mode");
		bank2 = false;
	}
	if (page >= bank_size / PAGE_SIZE) {
		sim_complain(f->mcu->sim, "flash", "erase of page %u, the bank has %u", page,
			     bank_size / PAGE_SIZE);
		return false;
	}
	*from = (bank2 ? bank_size : 0) + page * PAGE_SIZE;
	return true;
}

static void start_erase(struct vflash *f, u64 t)
{
	u32 mer = f->cr & (CR_MER1 | CR_MER2);
	u32 from = 0, to = f->main.size;
	bool dual = vflash_is_dual(f);
	u8 banks = 3;

	if ((f->sr & SR_BLOCKING) || (f->cr & (CR_PG | CR_FSTPG)) || !(f->cr & CR_PER) == !mer ||
	    low_voltage(f)) {
		vflash_error(f, SR_PGSERR);
		return;
	}
	if (!mer) {
		if (!page_range(f, &from)) {
			vflash_error(f, SR_PGSERR);
			return;
		}
		to = from + PAGE_SIZE;
		banks = (u8)BIT(vflash_bank_of(f, from));
	} else if (dual && mer == CR_MER1) {
		to = f->main.size / 2;
		banks = 1;
	} else if (dual && mer == CR_MER2) {
		from = f->main.size / 2;
		banks = 2;
	} else if (mer == CR_MER2) {
		sim_complain(f->mcu->sim, "flash", "MER2 alone in single-bank mode");
		vflash_error(f, SR_PGSERR);
		return;
	}
	if (range_protected(f, from, to)) {
		vflash_error(f, SR_WRPERR);
		return;
	}
	if (mer)
		begin(f, OP_ERASE, banks, t, draw(f, T_BANK_ERASE));
	else
		begin(f, OP_ERASE, banks, t, draw(f, T_PAGE_ERASE));
	f->op_from = from;
	f->op_to = to;
	f->cr |= CR_STRT;
	if (banks & 1)
		f->mass_erased[0] = mer;
	if (banks & 2)
		f->mass_erased[1] = mer;
}

static void start_options(struct vflash *f, u64 t)
{
	u32 n;

	if (vflash_rdp_level(f) == 2 || !vflash_opt_keeps_pcrop(f)) {
		vflash_error(f, SR_WRPERR);
		return;
	}
	if ((f->sr & SR_BLOCKING) || low_voltage(f)) {
		vflash_error(f, SR_PGSERR);
		return;
	}
	f->op_regression = vflash_opt_is_regression(f);
	/* the option pages are erased, then their double words programmed: RM0351 3.4.2 */
	begin(f, OP_OPTIONS, 3, t, draw(f, T_PAGE_ERASE) + OPT_N * draw(f, T_PROG));
	n = vflash_regression_erases(f);
	if (f->op_regression)
		f->op_end_ps += n ? n * draw(f, T_PAGE_ERASE) : draw(f, T_BANK_ERASE);
	f->cr |= CR_OPTSTRT;
}

/* ---- registers ---- */

/* a value of a key sequence; false: wrong, and locked until the next reset */
static bool key_step(struct vflash *f, struct key_lock *k, const u32 *keys, bool open, u32 v,
		     const char *name)
{
	if (k->dead || open || v != keys[k->n_right]) {
		sim_complain(f->mcu->sim, "flash", "%s: 0x%08x %s", name, v,
			     k->dead ? "after a wrong key: locked until the next reset"
			     : open  ? "written to an open lock"
				     : "is not the key that is due");
		k->dead = true;
		k->n_right = 0;
		return false;
	}
	k->n_right++;
	return true;
}

static enum bus_resp write_keyr(struct vflash *f, u32 v)
{
	static const u32 keys[2] = { 0x45670123, 0xcdef89ab };

	if (!key_step(f, &f->key, keys, !(f->cr & CR_LOCK), v, "KEYR")) {
		f->cr |= CR_LOCK | CR_OPTLOCK;
		return BUS_ERROR;
	}
	if (f->key.n_right == 2) {
		f->key.n_right = 0;
		f->cr &= ~CR_LOCK;
	}
	return BUS_OK;
}

static enum bus_resp write_optkeyr(struct vflash *f, u32 v)
{
	static const u32 keys[2] = { 0x08192a3b, 0x4c5d6e7f };

	if (f->cr & CR_LOCK) {
		sim_complain(f->mcu->sim, "flash", "OPTKEYR written while CR.LOCK is set");
		f->optkey.dead = true;
		return BUS_ERROR;
	}
	if (!key_step(f, &f->optkey, keys, !(f->cr & CR_OPTLOCK), v, "OPTKEYR")) {
		f->cr |= CR_OPTLOCK;
		return BUS_ERROR;
	}
	if (f->optkey.n_right == 2) {
		f->optkey.n_right = 0;
		f->cr &= ~CR_OPTLOCK;
	}
	return BUS_OK;
}

static void write_cr(struct vflash *f, u32 v, u64 t)
{
	if (f->cr & CR_LOCK) {
		if (v & ~(CR_LOCK | CR_OPTLOCK))
			sim_complain(f->mcu->sim, "flash", "CR written (0x%08x) while locked", v);
		return;
	}
	if ((f->cr & CR_OPTLOCK) && (v & (CR_OPTSTRT | CR_OBL_LAUNCH))) {
		sim_complain(f->mcu->sim, "flash", "OPTSTRT or OBL_LAUNCH while OPTLOCK is set");
		v &= ~(CR_OPTSTRT | CR_OBL_LAUNCH);
	}
	if ((f->cr & ~v) & (CR_PG | CR_FSTPG))
		f->latched = false;
	f->cr = (f->cr & ~CR_SETTINGS) | (v & (CR_SETTINGS | CR_OPTLOCK));
	if (v & CR_LOCK)
		f->cr |= CR_LOCK | CR_OPTLOCK;
	if (v & CR_OBL_LAUNCH)
		mcu_system_reset(f->mcu, CSR_OBLRSTF, t);
	else if (v & CR_OPTSTRT)
		start_options(f, t);
	else if (v & CR_STRT)
		start_erase(f, t);
}

static void write_acr(struct vflash *f, u32 v)
{
	if ((v & ACR_LATENCY) > 4)
		sim_complain(f->mcu->sim, "flash", "ACR.LATENCY %u does not exist",
			     v & ACR_LATENCY);
	/* the reset bits act on a cache that is off: RM0351 3.7.1 */
	if (v & ACR_DCRST) {
		if (f->acr & ACR_DCEN)
			sim_complain(f->mcu->sim, "flash", "DCRST while DCEN is set");
		else
			vflash_dcache_flush(f);
	}
	if ((v & ACR_ICRST) && (f->acr & ACR_ICEN))
		sim_complain(f->mcu->sim, "flash", "ICRST while ICEN is set");
	f->acr = v & (ACR_MASK | ACR_ICRST | ACR_DCRST);
	f->ws_hz = 0;
}

static void write_option(struct vflash *f, enum opt_reg r, u32 v)
{
	if (f->cr & (CR_OPTLOCK | CR_LOCK)) {
		sim_complain(f->mcu->sim, "flash", "option register written while OPTLOCK is set");
		return;
	}
	if (r == OPT_PCROP1ER) /* PCROP_RDP is set only */
		v |= f->opt_reg[r] & PCROP_RDP;
	f->opt_reg[r] = vflash_opt_valid(r, v);
}

static u32 read_reg(struct vflash *f, u32 offset, u64 t)
{
	int opt = vflash_opt_index(offset);

	if (opt >= 0)
		return f->opt_reg[opt];
	switch (offset) {
	case ACR:
		return f->acr;
	case SR:
		return f->sr | (vflash_is_busy(f, t) ? SR_BSY : 0);
	case CR:
		return f->cr;
	case ECCR:
		return f->eccr;
	default: /* key registers are write-only */
		return 0;
	}
}

static enum bus_resp write_reg(struct vflash *f, u32 offset, struct bus_xact *x)
{
	int opt = vflash_opt_index(offset);
	u32 v = bus_merge(x, read_reg(f, offset, x->at_ps));

	switch (offset) {
	case ACR:
		write_acr(f, v);
		return BUS_OK;
	case KEYR:
		return write_keyr(f, x->data);
	case OPTKEYR:
		return write_optkeyr(f, x->data);
	case SR:
		f->sr &= ~(bus_merge(x, 0) & SR_W1C);
		return BUS_OK;
	case ECCR:
		f->eccr = (f->eccr & ~(bus_merge(x, 0) & ECCR_FLAGS) & ~ECCR_ECCIE) |
			  (v & ECCR_ECCIE);
		return BUS_OK;
	case PDKEYR:
		return BUS_OK; /* run power-down needs more than this: RUN_PD stays 0 */
	default:
		break;
	}
	if (offset != CR && opt < 0)
		return BUS_OK;
	/* CR and the option registers stall while an operation runs */
	if (vflash_row_is_open(f)) {
		sim_complain(f->mcu->sim, "flash", "CR or option register written in an open row");
		vflash_row_break(f, SR_MISERR, x->at_ps);
	} else if (vflash_is_busy(f, x->at_ps)) {
		vflash_wait(f, x, "write to register");
		v = bus_merge(x, read_reg(f, offset, x->done_ps));
	}
	if (offset == CR)
		write_cr(f, v, x->done_ps);
	else
		write_option(f, (enum opt_reg)opt, v);
	return BUS_OK;
}

static enum bus_resp reg_access(void *dev, struct bus_xact *x)
{
	struct vflash *f = dev;
	u32 offset = x->offset & ~3u;

	vflash_settle(f, x->at_ps);
	if (x->write)
		return write_reg(f, offset, x);
	x->data = read_reg(f, offset, x->at_ps);
	return BUS_OK;
}

/* ---- life ---- */

/**
 * vflash_reset() - registers at a reset; what runs is cut short
 * @f: the flash
 * @load_options: the option bytes are loaded anew
 * @t: now
 */
void vflash_reset(struct vflash *f, bool load_options, u64 t)
{
	cut_short(f, t);
	f->acr = ACR_RESET;
	f->sr = 0;
	f->cr = CR_LOCK | CR_OPTLOCK;
	f->eccr = 0;
	f->ws_hz = 0;
	f->key = f->optkey = (struct key_lock){ 0 };
	f->latched = false;
	f->mass_erased[0] = f->mass_erased[1] = false;
	vflash_dcache_flush(f);
	memcpy(f->opt_reg, f->opt_cur, sizeof(f->opt_reg));
	if (load_options)
		vflash_opt_load(f);
}

/**
 * vflash_power_off() - power fails; the cells of a running operation stay half-way
 * @f: the flash
 * @t: now
 */
void vflash_power_off(struct vflash *f, u64 t)
{
	cut_short(f, t);
}

/**
 * vflash_save() - cells and option bytes into the saved state; a running operation ends first
 * @f: the flash
 */
void vflash_save(struct vflash *f)
{
	vflash_settle(f, SIM_NEVER);
	vflash_array_save(f);
	vflash_opt_save(f);
}

/**
 * vflash_new() - the flash of one part, from the saved state or factory-fresh
 * @mcu: its owner
 */
struct vflash *vflash_new(struct mcu *mcu)
{
	struct vflash *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->mcu = mcu;
	sim_busy_init(&f->busy, mcu->sim, "flash");
	if (!vflash_array_init(f)) {
		vflash_free(f);
		return NULL;
	}
	vflash_opt_init(f);
	mcu_add_periph(mcu,
		       &(struct mcu_periph){ .slave = { "FLASH", FLASH_REGS, 0x400, reg_access, f },
					     .bus = RCC_AHB1,
					     .bit = 8 });
	return f;
}

/**
 * vflash_free() - NULL is allowed
 * @f: from vflash_new()
 */
void vflash_free(struct vflash *f)
{
	if (f)
		vflash_array_exit(f);
	free(f);
}
