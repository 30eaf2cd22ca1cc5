// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory of the virtual core: SRAM and main flash are mapped for libunicorn to read. A write to
 * flash, a read of flash while an operation runs, peripherals, the private peripheral bus, system
 * memory and the QUADSPI window are bus transfers with their stalls. A bus error stops before the
 * instruction's result is written back, so that it can be executed again.
 *
 * Writes to SRAM are done here. libunicorn would do them too, but takes a long way for those next to
 * code that it has translated, and goes on with what the code was until the end of its block. Here
 * the instruction that follows is the new one, as on silicon but for its prefetch.
 */
#include "sim/vcore-unicorn.h"

#include "sim/netlist.h"
#include "sim/vflash.h"
#include "sim/vrcc.h"

#include <stdlib.h>
#include <string.h>

#define WINDOW_BASE    0x90000000u
#define QSPI_REGS      0xa0001000u
#define QSPI_REGS_SIZE 0x400u

/* ---- code ---- */

/**
 * vcore_code() - memory that may hold code
 * @v: the engine
 * @addr: bus address, of an alias perhaps
 * @offset: filled in: where it is in that memory
 *
 * Return: NULL where no code is executed.
 */
struct code *vcore_code(struct vcore *v, u32 addr, u32 *offset)
{
	if (vcore_in_flash(v, addr)) {
		*offset = addr % ALIAS_SIZE;
		return &v->code[CODE_FLASH];
	}
	if (addr < ALIAS_SIZE && v->mem_mode == 3)
		addr += SRAM1_BASE;
	*offset = addr - SRAM1_BASE;
	if (*offset < v->code[CODE_SRAM1].size)
		return &v->code[CODE_SRAM1];
	*offset = addr - SRAM2_BASE;
	return *offset < v->code[CODE_SRAM2].size ? &v->code[CODE_SRAM2] : NULL;
}

static u8 *bytes_at(const struct vcore *v, const struct code *c, u32 offset)
{
	if (c->is_flash)
		return v->flash + (v->swapped ? offset ^ v->flash_size / 2 : offset);
	return (c == &v->code[CODE_SRAM1] ? v->mcu->sram1 : v->mcu->sram2) + offset;
}

/**
 * vcore_code_at() - the bytes of an instruction
 * @v: the engine
 * @addr: its address
 *
 * Return: four bytes at least, NULL: there are none.
 */
const u8 *vcore_code_at(struct vcore *v, u32 addr)
{
	u32 offset;
	const struct code *c = vcore_code(v, addr, &offset);

	return c && offset < c->size - 3 ? bytes_at(v, c, offset) : NULL;
}

/* was a block translated from any of these bytes? */
static bool is_translated(const struct code *c, u32 offset, u32 len)
{
	u32 i;

	for (i = offset / 2; i <= (offset + len - 1) / 2; i++)
		if (c->insn[i] & INSN_TRANSLATED)
			return true;
	return false;
}

/* what instructions there are in @len bytes; what IT says is of those that follow, too */
static void forget_insns(struct code *c, u32 offset, u32 len)
{
	u32 i = offset < IT_BLOCK_LEN ? 0 : (offset - IT_BLOCK_LEN) / 2;

	for (; i <= (offset + len - 1) / 2; i++)
		c->insn[i] &= INSN_TRANSLATED;
}

/* bytes of SRAM are others than before */
static void note_change(struct vcore *v, struct code *c, u32 offset, u32 len)
{
	if (!is_translated(c, offset, len))
		return;
	vcore_widen(&c->changed, offset, offset + len);
	forget_insns(c, offset, len);
	if (v->running) {
		v->code_changed = true;
		vcore_look_closely(v);
	}
}

static void forget(struct vcore *v, u32 from, u32 to)
{
	uc_ctl_remove_cache(v->uc, (uint64_t)from, (uint64_t)to);
}

/* its halves are mapped one by one, and the engine looks up the first address only */
static void forget_flash(struct vcore *v, u32 from, u32 to)
{
	u32 half = v->flash_size / 2;

	if (from < half && to > half) {
		forget_flash(v, from, half);
		from = half;
	}
	forget(v, FLASH_BASE + from, FLASH_BASE + to);
	if (!v->mem_mode)
		forget(v, from, to);
}

/**
 * vcore_forget_changes() - drop what was translated from code that is another now
 * @v: the engine, not executing
 */
void vcore_forget_changes(struct vcore *v)
{
	u32 generation = vflash_generation(v->mcu->flash);
	unsigned int i;

	for (i = CODE_SRAM1; i <= CODE_SRAM2; i++) {
		struct range *r = &v->code[i].changed;
		u32 base = i == CODE_SRAM1 ? SRAM1_BASE : SRAM2_BASE;

		if (r->from < r->to) {
			forget(v, base + r->from, base + r->to);
			if (i == CODE_SRAM1 && v->mem_mode == 3)
				forget(v, r->from, r->to);
		}
		*r = NO_RANGE;
	}
	v->code_changed = false;
	if (generation != v->flash_generation && v->flash_code.from < v->flash_code.to) {
		u32 from = v->flash_code.from,
		    to = min(v->flash_code.to + CODE_PAGE, v->flash_size);

		forget_flash(v, from, to);
		forget_insns(&v->code[CODE_FLASH], from, to - from);
	}
	v->flash_generation = generation;
}

/* would a loop that it is in notice if [@addr, @addr + @len) of SRAM changed? */
static bool would_notice(struct vcore *v, u32 addr, u32 len)
{
	u32 offset;
	const struct code *c = vcore_code(v, addr, &offset);

	return vspin_has_read(&v->spin, vspin_sram(addr, len)) ||
	       (c && is_translated(c, offset, len));
}

/**
 * vcore_is_unconcerned() - may SRAM be accessed without executing first what comes before?
 * @v: the engine, between two runs
 * @x: access of somebody else, in SRAM
 *
 * Return: it waits in a loop until after that, writes no SRAM there and reads none that @x changes.
 */
bool vcore_is_unconcerned(struct vcore *v, const struct bus_xact *x)
{
	return x->at_ps < v->waits_until_ps && !(x->write && would_notice(v, x->addr, x->size));
}

/**
 * vcore_wake() - what it waits for in a loop may be there
 * @v: the engine
 */
void vcore_wake(struct vcore *v)
{
	vspin_break(&v->spin);
	v->waits_until_ps = 0;
}

/**
 * vcore_memory_changed() - somebody else wrote to SRAM
 * @v: the engine
 * @addr: bus address
 * @len: in bytes
 */
void vcore_memory_changed(struct vcore *v, u32 addr, u32 len)
{
	struct code *c;
	u32 offset;

	if (!v)
		return;
	c = vcore_code(v, addr, &offset);
	if (would_notice(v, addr, len))
		vcore_wake(v);
	if (c)
		note_change(v, c, offset, len);
}

/* ---- the bus ---- */

/* one transfer; false: it has no result, the instruction was stopped */
static bool transfer(struct vcore *v, u32 addr, unsigned int size, bool write, u32 *val)
{
	struct bus_xact x = { .addr = addr, .size = (u8)size, .write = write, .master = BUS_CORE };
	enum bus_resp resp;

	if (v->stopping && v->has_reason)
		return false;
	vcore_look_closely(v);
	x.at_ps = x.done_ps = v->now_ps;
	if (addr - QSPI_REGS < QSPI_REGS_SIZE && v->mcu->sim->nets)
		vspin_qspi(&v->spin);
	else if (write)
		vspin_break(&v->spin);
	else
		vspin_read(&v->spin, vflash_constant_until(v->mcu->flash, addr, v->now_ps));
	if (write)
		bus_lane_put(&x, *val);
	v->mcu->sim->stats.bus_accesses++;
	resp = mcu_bus_access(v->mcu, &x);
	if (x.done_ps == SIM_NEVER) { /* hangs: try again until something changes */
		v->now_ps = max(v->now_ps, v->to_ps);
		vcore_stop_now(v, VCORE_TIME, addr);
		return false;
	}
	v->now_ps = max(v->now_ps, x.done_ps);
	v->hclk_ps = v->mcu->hclk_ps;
	vcore_go_on(v);
	if (resp != BUS_OK) {
		vcore_stop_now(v, VCORE_DATA_FAULT, addr);
		return false;
	}
	if (!write)
		*val = bus_lane_get(&x);
	return true;
}

static uint64_t on_device_read(uc_engine *uc, uint64_t offset, unsigned int size, void *arg)
{
	struct device *d = arg;
	u32 lo = 0, hi = 0, addr = d->base + (u32)offset;

	if (transfer(d->v, addr, min(size, 4u), false, &lo) && size == 8)
		transfer(d->v, addr + 4, 4, false, &hi);
	return lo | (u64)hi << 32;
}

static void on_device_write(uc_engine *uc, uint64_t offset, unsigned int size, uint64_t val,
			    void *arg)
{
	struct device *d = arg;
	u32 lo = (u32)val, hi = (u32)(val >> 32), addr = d->base + (u32)offset;

	if (transfer(d->v, addr, min(size, 4u), true, &lo) && size == 8)
		transfer(d->v, addr + 4, 4, true, &hi);
}

/* ---- memory ---- */

static void write_sram(struct vcore *v, struct code *c, u32 offset, unsigned int size, u64 val)
{
	u8 *p = bytes_at(v, c, offset);
	unsigned int i;

	for (i = 0; i < size; i++)
		p[i] = (u8)(val >> 8 * i);
	vspin_break(&v->spin);
	note_change(v, c, offset, size);
}

static void write_flash(struct vcore *v, u32 addr, unsigned int size, u64 val)
{
	u32 lo = (u32)val, hi = (u32)(val >> 32);

	if (transfer(v, addr, min(size, 4u), true, &lo) && size == 8)
		transfer(v, addr + 4, 4, true, &hi);
}

/*
 * The engine discards what it writes here. If it is not aligned it then tries to write byte by byte.
 * At the end of SRAM those are all: the last ones are somewhere else.
 */
static bool on_write(uc_engine *uc, uc_mem_type type, uint64_t address, int n, int64_t value,
		     void *arg)
{
	struct vcore *v = arg;
	u32 addr = (u32)address, size = (u32)n, offset;
	struct code *c;

	if (v->split_left && size == 1 && addr == v->split_at) {
		v->split_at++;
		v->split_left--;
		return true;
	}
	v->split_left = 0;
	c = vcore_code(v, addr, &offset);
	if (!c || size > c->size - offset)
		return true;
	if (c->is_flash)
		write_flash(v, addr, size, (u64)value);
	else
		write_sram(v, c, offset, size, (u64)value);
	if (addr % size) {
		v->split_at = addr;
		v->split_left = size;
	}
	return true;
}

static void on_flash_read(uc_engine *uc, uc_mem_type type, uint64_t addr, int size, int64_t value,
			  void *arg)
{
	struct vcore *v = arg;
	u32 val;

	if (vcore_in_flash(v, (u32)addr) && !vflash_is_quiet(v->mcu->flash))
		transfer(v, (u32)addr & ~3u, 4, false, &val);
}

static void on_ram_read(uc_engine *uc, uc_mem_type type, uint64_t addr, int size, int64_t value,
			void *arg)
{
	struct vcore *v = arg;

	vspin_read_sram(&v->spin, (u32)addr, (u32)size);
}

static bool on_unmapped(uc_engine *uc, uc_mem_type type, uint64_t addr, int size, int64_t value,
			void *arg)
{
	if (type == UC_MEM_READ_UNMAPPED || type == UC_MEM_WRITE_UNMAPPED)
		vcore_stop_now(arg, VCORE_DATA_FAULT, (u32)addr);
	return false;
}

/* ---- memory map ---- */

static bool map_device(struct vcore *v, unsigned int n, u32 base, u32 size)
{
	struct device *d = &v->devices[n];

	d->v = v;
	d->base = base;
	return !uc_mmio_map(v->uc, base, size, on_device_read, d, on_device_write, d);
}

/* the engine only reads it: with uc_mem_protect(), other than with uc_mem_map_ptr(), it leaves all
 * writes to on_write() (libunicorn 2.0.1) */
static bool map_memory(struct vcore *v, u32 base, u32 size, u8 *mem)
{
	uint32_t prot = UC_PROT_READ | UC_PROT_EXEC;

	return !uc_mem_map_ptr(v->uc, base, size, prot, mem) &&
	       !uc_mem_protect(v->uc, base, size, prot);
}

static bool map_flash(struct vcore *v, u32 base)
{
	u32 half = v->flash_size / 2;

	return map_memory(v, base, half, v->flash + (v->swapped ? half : 0)) &&
	       map_memory(v, base + half, half, v->flash + (v->swapped ? 0 : half));
}

/* what SYSCFG_MEMRMP says: RM0351 9.2.1 */
static bool map_remapped(struct vcore *v)
{
	v->mem_mode = vrcc_mem_mode(v->mcu->rcc);
	v->swapped = vrcc_banks_swapped(v->mcu->rcc);
	if (!map_flash(v, FLASH_BASE))
		return false;
	switch (v->mem_mode) {
	case 0:
		return map_flash(v, 0);
	case 3:
		return map_memory(v, 0, v->mcu->kind->sram1_size, v->mcu->sram1);
	default:
		return map_device(v, 0, 0, ALIAS_SIZE);
	}
}

/**
 * vcore_remap() - follow SYSCFG_MEMRMP
 * @v: the engine, between two runs
 */
void vcore_remap(struct vcore *v)
{
	if (v->mem_mode == vrcc_mem_mode(v->mcu->rcc) &&
	    v->swapped == vrcc_banks_swapped(v->mcu->rcc))
		return;
	uc_mem_unmap(v->uc, FLASH_BASE, v->flash_size);
	uc_mem_unmap(v->uc, 0,
		     v->mem_mode == 0	? v->flash_size
		     : v->mem_mode == 3 ? v->mcu->kind->sram1_size
					: ALIAS_SIZE);
	if (!map_remapped(v))
		abort();
	v->insn_size = 0;
	forget_insns(&v->code[CODE_FLASH], 0, v->flash_size);
}

/**
 * vcore_map() - all memory and devices
 * @v: the engine, being built
 */
bool vcore_map(struct vcore *v)
{
	struct mcu *mcu = v->mcu;

	return map_remapped(v) && map_memory(v, SRAM2_BASE, mcu->kind->sram2_size, mcu->sram2) &&
	       map_memory(v, SRAM1_BASE, mcu->kind->sram1_size, mcu->sram1) &&
	       (!mcu->kind->sram2_alias ||
		map_device(v, 7, mcu->kind->sram2_alias, mcu->kind->sram2_size)) &&
	       map_device(v, 1, SYSMEM_BASE, 0x10000) &&
	       map_device(v, 2, SRAM1_BBAND, 32 * v->mcu->kind->sram1_size) &&
	       map_device(v, 3, PERIPH_BASE, 0x20000000) &&
	       map_device(v, 4, WINDOW_BASE, 0x10000000) &&
	       map_device(v, 5, 0xa0000000, 0x2000) && /* FMC, QUADSPI */
	       map_device(v, 6, PPB_BASE, PPB_END - PPB_BASE);
}

/**
 * vcore_hook() - have a function called
 * @v: the engine
 * @type: UC_HOOK_...
 * @fn: as that hook wants it
 * @from: first address that counts; above @to: all do
 * @to: last one
 */
bool vcore_hook(struct vcore *v, int type, void (*fn)(void), u64 from, u64 to)
{
	uc_hook h;
	void *p;

	_Static_assert(sizeof(p) == sizeof(fn), "pointers to functions and data differ");
	memcpy(&p, &fn, sizeof(p));
	return !uc_hook_add(v->uc, &h, type, p, v, from, to);
}

/**
 * vcore_hook_memory() - hear of all accesses that are more than reading bytes
 * @v: the engine, being built
 */
bool vcore_hook_memory(struct vcore *v)
{
	return vcore_hook(v, UC_HOOK_MEM_WRITE_PROT, VCORE_FN(on_write), 1, 0) &&
	       vcore_hook(v, UC_HOOK_MEM_READ, VCORE_FN(on_flash_read), 0,
			  FLASH_BASE + v->flash_size - 1) &&
	       vcore_hook(v, UC_HOOK_MEM_READ, VCORE_FN(on_ram_read), SRAM2_BASE,
			  SRAM1_BASE + v->mcu->kind->sram1_size - 1) &&
	       vcore_hook(v, UC_HOOK_MEM_UNMAPPED, VCORE_FN(on_unmapped), 1, 0);
}

/**
 * vcore_new_code() - know nothing of the code in any memory
 * @v: the engine, being built
 */
bool vcore_new_code(struct vcore *v)
{
	const u32 size[N_CODES] = { v->mcu->kind->sram1_size, v->mcu->kind->sram2_size,
				    v->flash_size };
	unsigned int i;

	for (i = 0; i < N_CODES; i++) {
		struct code *c = &v->code[i];

		c->size = size[i];
		c->is_flash = i == CODE_FLASH;
		c->changed = NO_RANGE;
		c->insn = calloc(size[i] / 2 + 2, sizeof(*c->insn)); /* one insn beyond */
		c->block = calloc(size[i] / 2, sizeof(*c->block));
		if (!c->insn || !c->block)
			return false;
	}
	v->flash_code = NO_RANGE;
	return true;
}

/**
 * vcore_free_code() - forget it
 * @v: the engine
 */
void vcore_free_code(struct vcore *v)
{
	unsigned int i;

	for (i = 0; i < N_CODES; i++) {
		free(v->code[i].insn);
		free(v->code[i].block);
	}
}
