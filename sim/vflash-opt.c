// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Option bytes: RM0351 3.4, 3.5 (protections), 3.7.8 ... 3.7.16 (registers).
 *
 * Three copies: what software writes into the registers, what is in the option bytes (OPTSTRT moves
 * the first there) and what is in force (loaded at power-on and by OBL_LAUNCH).
 */
#include "sim/vflash-priv.h"

#include <string.h>

/* offset in the register block, place in the option area, bits that exist, how others read */
static const struct {
	u8 offset;
	u32 area;
	u32 mask, reserved, factory;
} opts[OPT_N] = {
	[OPT_OPTR] = { 0x20, 0x1fff7800, 0x0fbf77ff, 0xf0408800, 0xffeff8aa },
	[OPT_PCROP1SR] = { 0x24, 0x1fff7808, 0x0000ffff, 0xffff0000, 0xffffffff },
	[OPT_PCROP1ER] = { 0x28, 0x1fff7810, 0x8000ffff, 0x0fff0000, 0x0fff0000 },
	[OPT_WRP1AR] = { 0x2c, 0x1fff7818, 0x00ff00ff, 0xff00ff00, 0xff00ffff },
	[OPT_WRP1BR] = { 0x30, 0x1fff7820, 0x00ff00ff, 0xff00ff00, 0xff00ffff },
	[OPT_PCROP2SR] = { 0x44, 0x1ffff808, 0x0000ffff, 0xffff0000, 0xffffffff },
	[OPT_PCROP2ER] = { 0x48, 0x1ffff810, 0x0000ffff, 0xffff0000, 0xffff0000 },
	[OPT_WRP2AR] = { 0x4c, 0x1ffff818, 0x00ff00ff, 0xff00ff00, 0xff00ffff },
	[OPT_WRP2BR] = { 0x50, 0x1ffff820, 0x00ff00ff, 0xff00ff00, 0xff00ffff },
};

#define STATE_NAME "mcu-options"

/* what is in force after a load whose complements did not match: RM0351 3.4.2 */
#define MISMATCH_OPTR 0xffffffffu
#define MISMATCH_WRP  0xffffff00u /* pages 0 ... 255 */

/**
 * vflash_opt_index() - which option register is at an offset
 * @reg_offset: in the FLASH register block
 */
int vflash_opt_index(u32 reg_offset)
{
	int i;

	for (i = 0; i < OPT_N; i++)
		if (opts[i].offset == reg_offset)
			return i;
	return -1;
}

/**
 * vflash_opt_valid() - what an option register holds after a write
 * @r: which
 * @val: written
 */
u32 vflash_opt_valid(enum opt_reg r, u32 val)
{
	return (val & opts[r].mask) | opts[r].reserved;
}

/**
 * vflash_opt_area() - option bytes as they lie in memory: each word followed by its complement
 * @f: the flash
 * @addr: bus address
 */
u32 vflash_opt_area(const struct vflash *f, u32 addr)
{
	unsigned int i;

	for (i = 0; i < OPT_N; i++) {
		if (addr == opts[i].area)
			return f->opt_nv[i];
		if (addr == opts[i].area + 4)
			return f->opt_nv_bad ? f->opt_nv[i] : ~f->opt_nv[i];
	}
	return ~0u;
}

/**
 * vflash_opt_load() - power-on or OBL_LAUNCH: the option bytes come into force
 * @f: the flash; OPTVERR is set if the bytes contradict their complements
 */
void vflash_opt_load(struct vflash *f)
{
	unsigned int bank;

	memcpy(f->opt_cur, f->opt_nv, sizeof(f->opt_cur));
	if (f->opt_nv_bad) {
		f->sr |= SR_OPTVERR;
		f->opt_cur[OPT_OPTR] = MISMATCH_OPTR;
		f->opt_cur[OPT_WRP1AR] = f->opt_cur[OPT_WRP2AR] = MISMATCH_WRP;
	}
	memcpy(f->opt_reg, f->opt_cur, sizeof(f->opt_reg));
	f->has_pcrop = false;
	for (bank = 0; bank < 2; bank++) {
		u32 start = f->opt_cur[bank ? OPT_PCROP2SR : OPT_PCROP1SR] & 0xffff;
		u32 end = f->opt_cur[bank ? OPT_PCROP2ER : OPT_PCROP1ER] & 0xffff;

		f->has_pcrop |= start <= end;
	}
}

static bool in_wrp_area(u32 reg, u32 page)
{
	return page >= (reg & 0xff) && page <= (reg >> 16 & 0xff);
}

/**
 * vflash_is_wrp() - is the page write-protected
 * @f: the flash
 * @page_offset: of a byte in the page, in main flash
 */
bool vflash_is_wrp(const struct vflash *f, u32 page_offset)
{
	u32 bank_size = vflash_is_dual(f) ? f->main.size / 2 : f->main.size;
	u32 page = page_offset % bank_size / PAGE_SIZE;

	if (page_offset >= bank_size)
		return in_wrp_area(f->opt_cur[OPT_WRP2AR], page) ||
		       in_wrp_area(f->opt_cur[OPT_WRP2BR], page);
	return in_wrp_area(f->opt_cur[OPT_WRP1AR], page) ||
	       in_wrp_area(f->opt_cur[OPT_WRP1BR], page);
}

/**
 * vflash_is_pcrop() - does a proprietary code area touch a range; its bounds count double words
 * @f: the flash
 * @from: offset in main flash
 * @to: end of the range
 */
bool vflash_is_pcrop(const struct vflash *f, u32 from, u32 to)
{
	u32 bank_size = vflash_is_dual(f) ? f->main.size / 2 : f->main.size;
	unsigned int bank;

	if (!f->has_pcrop)
		return false;
	for (bank = 0; bank < f->main.size / bank_size; bank++) {
		u32 start = f->opt_cur[bank ? OPT_PCROP2SR : OPT_PCROP1SR] & 0xffff;
		u32 end = f->opt_cur[bank ? OPT_PCROP2ER : OPT_PCROP1ER] & 0xffff;
		u32 base = bank * bank_size;

		if (start <= end && from < base + (end + 1) * 8 && to > base + start * 8)
			return true;
	}
	return false;
}

/**
 * vflash_opt_keeps_pcrop() - is what the registers ask for allowed to the PCROP areas
 * @f: the flash
 *
 * An area can grow; only a regression with PCROP_RDP set takes it away (RM0351 3.5.2).
 */
bool vflash_opt_keeps_pcrop(const struct vflash *f)
{
	unsigned int bank;

	if (vflash_opt_is_regression(f) && (f->opt_cur[OPT_PCROP1ER] & PCROP_RDP))
		return true;
	for (bank = 0; bank < 2; bank++) {
		enum opt_reg s = bank ? OPT_PCROP2SR : OPT_PCROP1SR;
		enum opt_reg e = bank ? OPT_PCROP2ER : OPT_PCROP1ER;
		u32 start = f->opt_cur[s] & 0xffff, end = f->opt_cur[e] & 0xffff;

		if (start <= end &&
		    ((f->opt_reg[s] & 0xffff) > start || (f->opt_reg[e] & 0xffff) < end))
			return false;
	}
	return true;
}

/**
 * vflash_regress() - the erase of a regression; PCROP pages stay unless PCROP_RDP is set
 * @f: the flash
 * @how_far: 1: done; less: cut short
 */
void vflash_regress(struct vflash *f, double how_far)
{
	bool spare = !(f->opt_cur[OPT_PCROP1ER] & PCROP_RDP);
	u32 page;

	for (page = 0; page < f->main.size; page += PAGE_SIZE) {
		if (spare && vflash_is_pcrop(f, page, page + PAGE_SIZE))
			continue;
		if (how_far < 1.0)
			vflash_half_erase(f, page, page + PAGE_SIZE, how_far);
		else
			vflash_erase_cells(f, page, page + PAGE_SIZE);
	}
}

/**
 * vflash_regression_erases() - page erases that a regression takes; 0: it is one mass erase
 * @f: the flash
 */
u32 vflash_regression_erases(const struct vflash *f)
{
	u32 page, n = 0;

	if (!f->has_pcrop || (f->opt_cur[OPT_PCROP1ER] & PCROP_RDP))
		return 0;
	for (page = 0; page < f->main.size; page += PAGE_SIZE)
		n += !vflash_is_pcrop(f, page, page + PAGE_SIZE);
	return n;
}

static unsigned int rdp_level_of(u32 optr)
{
	u32 rdp = optr & 0xff;

	return rdp == RDP_LEVEL0 ? 0 : rdp == RDP_LEVEL2 ? 2 : 1;
}

/**
 * vflash_rdp_level() - read-out protection in force
 * @f: the flash
 */
unsigned int vflash_rdp_level(const struct vflash *f)
{
	return rdp_level_of(f->opt_cur[OPT_OPTR]);
}

/**
 * vflash_opt_is_regression() - would OPTSTRT now go from level 1 to level 0
 * @f: the flash
 */
bool vflash_opt_is_regression(const struct vflash *f)
{
	return vflash_rdp_level(f) == 1 && rdp_level_of(f->opt_reg[OPT_OPTR]) == 0;
}

/**
 * vflash_optr() - FLASH_OPTR in force
 * @f: the flash
 */
u32 vflash_optr(const struct vflash *f)
{
	return f->opt_cur[OPT_OPTR];
}

/**
 * vflash_set_optr() - bench: as if these options had been loaded at power-on
 * @f: the flash
 * @optr: FLASH_OPTR
 */
void vflash_set_optr(struct vflash *f, u32 optr)
{
	f->opt_nv[OPT_OPTR] = vflash_opt_valid(OPT_OPTR, optr);
	vflash_opt_load(f);
}

/**
 * vflash_set_wrp() - bench: a write-protected area, as if loaded at power-on
 * @f: the flash
 * @bank: 1 or 2
 * @area: 'A' or 'B'
 * @first: page
 * @last: page; below @first: none
 */
void vflash_set_wrp(struct vflash *f, unsigned int bank, char area, u8 first, u8 last)
{
	enum opt_reg r = bank == 2 ? (area == 'B' ? OPT_WRP2BR : OPT_WRP2AR)
				   : (area == 'B' ? OPT_WRP1BR : OPT_WRP1AR);

	f->opt_nv[r] = vflash_opt_valid(r, (u32)last << 16 | first);
	vflash_opt_load(f);
}

/**
 * vflash_opt_init() - option bytes from the saved state, or a factory-fresh part's by the options
 * @f: the flash
 */
void vflash_opt_init(struct vflash *f)
{
	const struct sim_opts *o = &f->mcu->sim->opts;
	size_t len;
	const u8 *saved = sim_state_get(f->mcu->sim, STATE_NAME, &len);
	unsigned int i;

	for (i = 0; i < OPT_N; i++)
		f->opt_nv[i] = opts[i].factory;
	if (saved && len == 4 * OPT_N + 1) {
		for (i = 0; i < OPT_N; i++)
			f->opt_nv[i] = vflash_opt_valid((enum opt_reg)i, get_le32(saved + 4 * i));
		f->opt_nv_bad = saved[4 * OPT_N];
	} else {
		if (o->dualbank == 0)
			f->opt_nv[OPT_OPTR] &= ~OPTR_DUALBANK;
		if (o->rdp == 1 || o->rdp == 2)
			f->opt_nv[OPT_OPTR] =
				(f->opt_nv[OPT_OPTR] & ~0xffu) | (o->rdp == 1 ? 0xbbu : RDP_LEVEL2);
	}
	vflash_opt_load(f);
}

/**
 * vflash_opt_save() - option bytes into the saved state
 * @f: the flash
 */
void vflash_opt_save(struct vflash *f)
{
	u8 buf[4 * OPT_N + 1];
	unsigned int i;

	for (i = 0; i < OPT_N; i++)
		put_le32(buf + 4 * i, f->opt_nv[i]);
	buf[4 * OPT_N] = f->opt_nv_bad;
	sim_state_put(f->mcu->sim, STATE_NAME, buf, sizeof(buf));
}
