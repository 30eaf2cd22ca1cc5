// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Flash as the bus reads it: main memory, system memory, OTP, engineering bytes and option area
 * (RM0351 3.3.1, 49), with what keeps a read out: an operation that runs, RDP, PCROP.
 */
#include "sim/vflash-priv.h"

#include "sim/vcortexm.h"
#include "sim/vrcc.h"

#define SYSMEM_END   (SYSMEM_BASE + SYSMEM_SIZE)
#define OTP_BASE     0x1fff7000u
#define PACKAGE_ADDR 0x1fff7500u /* RM0351 49.3: 2 = LQFP100 */
#define PACKAGE	     2u
#define UID_ADDR     0x1fff7590u
#define SIZE_ADDR    0x1fff75e0u
#define OPT_AREA1    0x1fff7800u
#define OPT_AREA2    0x1ffff800u
#define OPT_AREA_LEN 0x28u

/* RDP 1: main flash is closed to debugger and DMA; trying locks the core out too (RM0351 3.5.1) */
static enum bus_resp refuse_rdp(struct vflash *f, struct bus_xact *x)
{
	enum core_state s = vcortexm_state(f->mcu->core);

	if (x->master == BUS_DAP && (s == CORE_RUN || s == CORE_SLEEP))
		vcortexm_lock_up(f->mcu->core, x->at_ps);
	x->data = 0;
	return BUS_ERROR;
}

/**
 * vflash_main_access() - a transfer to main flash
 * @f: the flash
 * @x: transfer; x->offset from 0x08000000
 */
enum bus_resp vflash_main_access(struct vflash *f, struct bus_xact *x)
{
	u32 offset = x->offset;

	if (offset >= f->main.size) {
		if (!x->write)
			x->data = 0;
		return BUS_ERROR;
	}
	if (vrcc_banks_swapped(f->mcu->rcc) && vflash_is_dual(f))
		offset ^= f->main.size / 2;
	if (x->write)
		return vflash_write_cells(f, &f->main, offset, x);
	if (x->master != BUS_CORE && vflash_rdp_level(f))
		return refuse_rdp(f, x);
	if (f->op != OP_NONE) {
		vflash_settle(f, x->at_ps);
		if (vflash_is_busy(f, x->at_ps) && (f->op_banks & BIT(vflash_bank_of(f, offset)))) {
			sim_complain(f->mcu->sim, "flash",
				     "read of 0x%08x in the bank that is busy", x->addr);
			if (vflash_row_is_open(f))
				vflash_row_break(f, 0, x->at_ps);
			else
				vflash_wait(f, x, "read of");
		}
	}
	if (f->has_pcrop && vflash_is_pcrop(f, offset & ~3u, (offset & ~3u) + 4)) {
		f->sr |= SR_RDERR;
		x->data = 0;
		return BUS_ERROR;
	}
	vflash_read_main(f, x, offset);
	return BUS_OK;
}

static u64 main_item(struct bus_run *r, u64 at_ps, u32 *v)
{
	struct bus_xact x = { .addr = r->at, .size = r->size, .done_ps = at_ps };

	vflash_read_main(r->dev, &x, r->at);
	*v = bus_lane_get(&x);
	r->at += r->step;
	return x.done_ps;
}

static void main_run_end(struct bus_run *r, u32 n_done)
{
	(void)r, (void)n_done;
}

/**
 * vflash_main_run() - reads of main flash in a row, by DMA
 * @f: the flash
 * @r: run
 *
 * Return: false while an operation, RDP or PCROP may keep one of them out, and where no cells are.
 */
bool vflash_main_run(struct vflash *f, struct bus_run *r)
{
	u32 offset = r->addr - FLASH_BASE, end = f->main.size;

	if (r->write || offset >= f->main.size || !vflash_is_quiet(f) || vflash_rdp_level(f))
		return false;
	if (vrcc_banks_swapped(f->mcu->rcc) && vflash_is_dual(f)) {
		offset ^= f->main.size / 2;
		end = offset < f->main.size / 2 ? f->main.size / 2 : f->main.size;
	}
	if (r->step)
		r->n = min(r->n, (end - offset) / r->step);
	r->item = main_item;
	r->end = main_run_end;
	r->dev = f;
	r->at = offset;
	return true;
}

static u32 info_word(const struct vflash *f, u32 addr)
{
	if (addr < SYSMEM_END)
		return get_le32(f->sysmem + (addr - SYSMEM_BASE));
	if (addr >= UID_ADDR && addr < UID_ADDR + sizeof(f->uid))
		return get_le32(f->uid + (addr - UID_ADDR));
	if (addr == PACKAGE_ADDR)
		return 0xffffffe0u | PACKAGE;
	if (addr == SIZE_ADDR)
		return 0xffff0000u | f->main.size / 1024;
	return vflash_opt_area(f, addr);
}

static bool info_exists(u32 addr)
{
	return addr < OPT_AREA1 + OPT_AREA_LEN ||
	       (addr >= OPT_AREA2 && addr < OPT_AREA2 + OPT_AREA_LEN);
}

/**
 * vflash_info_access() - a transfer to system memory, OTP, engineering bytes or option area
 * @f: the flash
 * @x: transfer; its bus address is 0x1fff0000 or above
 */
enum bus_resp vflash_info_access(struct vflash *f, struct bus_xact *x)
{
	u32 addr = x->addr & ~3u;

	if (!info_exists(addr)) {
		if (!x->write)
			x->data = 0;
		return BUS_ERROR;
	}
	if (addr >= OTP_BASE && addr < OTP_BASE + OTP_SIZE) {
		if (x->write)
			return vflash_write_cells(f, &f->otp, x->addr - OTP_BASE, x);
		vflash_settle(f, x->at_ps);
		if (vflash_is_busy(f, x->at_ps) && (f->op_banks & 1))
			vflash_wait(f, x, "read of");
		vflash_read_otp(f, x, x->addr - OTP_BASE);
		return BUS_OK;
	}
	if (x->write)
		vflash_error(f, SR_WRPERR);
	else
		x->data = info_word(f, addr);
	return BUS_OK;
}

/**
 * vflash_peek32() - a word of main flash or system memory, as it is now
 * @f: the flash
 * @addr: bus address
 * @val: the word
 */
bool vflash_peek32(struct vflash *f, u32 addr, u32 *val)
{
	u32 offset = addr - FLASH_BASE;

	if (addr >= FLASH_BASE && offset < f->main.size && f->main.size - offset >= 4) {
		if (vrcc_banks_swapped(f->mcu->rcc) && vflash_is_dual(f))
			offset ^= f->main.size / 2;
		*val = get_le32(f->main.mem + offset);
		return true;
	}
	if (addr >= SYSMEM_BASE && addr <= SYSMEM_END - 4) {
		*val = get_le32(f->sysmem + (addr - SYSMEM_BASE));
		return true;
	}
	return false;
}

/**
 * vflash_data() - bench: contents of main flash, what has ended by now included
 * @f: the flash
 * @size: in bytes
 */
u8 *vflash_data(struct vflash *f, size_t *size)
{
	f->generation++; /* whoever asks may write to it */
	vflash_settle(f, sim_now_ps(f->mcu->sim));
	*size = f->main.size;
	return f->main.mem;
}

/**
 * vflash_is_quiet() - may a core read main flash as plain memory
 * @f: the flash
 */
bool vflash_is_quiet(const struct vflash *f)
{
	return f->op == OP_NONE && !f->has_pcrop;
}

/**
 * vflash_fetch() - when can an instruction be fetched: not while its bank is busy
 * @f: the flash
 * @offset: in main flash, as addressed
 * @t: time of the fetch
 */
u64 vflash_fetch(struct vflash *f, u32 offset, u64 t)
{
	if (vrcc_banks_swapped(f->mcu->rcc) && vflash_is_dual(f))
		offset ^= f->main.size / 2;
	vflash_settle(f, t);
	if (!vflash_is_busy(f, t) || !(f->op_banks & BIT(vflash_bank_of(f, offset))))
		return t;
	if (vflash_row_is_open(f)) {
		vflash_row_break(f, 0, t);
		return t;
	}
	t = max(t, f->op_end_ps);
	vflash_settle(f, t);
	return t;
}

/**
 * vflash_latency() - ACR.LATENCY
 * @f: the flash
 */
unsigned int vflash_latency(const struct vflash *f)
{
	return FIELD_GET(GENMASK(2, 0), f->acr);
}

/**
 * vflash_generation() - counts what may have changed the cells
 * @f: the flash
 */
u32 vflash_generation(const struct vflash *f)
{
	return f->generation;
}
