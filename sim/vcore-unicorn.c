// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Instructions of the virtual Cortex-M4, executed by libunicorn 2 on the virtual bus.
 *
 * SRAM and main flash are mapped directly. A write to flash, a read of flash while an operation
 * runs, peripherals, the private peripheral bus, system memory and the QUADSPI window are bus
 * transfers with their stalls. A bus error stops before the instruction's result is written back,
 * so that it can be executed again.
 *
 * Time: one HCLK cycle for each instruction, BRANCH_CYCLES more after a taken branch (DDI 0439
 * 3.3.1: one to three to refill the pipeline), the latency of flash for a branch into it (the
 * instruction cache hides it otherwise), and what the bus says for every transfer on it.
 *
 * An IT block executes as one instruction: no stop, step or breakpoint in the middle of it. Code in
 * the QUADSPI window or in system memory is not executed: fetching there is a fault.
 */
#include "sim/vcore.h"

#include "sim/netlist.h"
#include "sim/vcore-spin.h"
#include "sim/vflash.h"
#include "sim/vrcc.h"

#include <stdlib.h>
#include <string.h>
#include <unicorn/unicorn.h>

#define BRANCH_CYCLES  2

#define WINDOW_BASE    0x90000000u
#define QSPI_REGS      0xa0001000u
#define QSPI_REGS_SIZE 0x400u
#define ALIAS_SIZE     0x08000000u
#define N_DEVICES      8
#define CODE_UNIT      64u   /* bytes of SRAM */
#define CODE_PAGE      4096u /* no translated block reaches into a second one by more than a word */
#define EXC_RETURN     0xffffffe0u
#define NOWHERE	       UINT64_MAX

/* exception numbers that the engine reports */
#define INTR_UNDEFINED 1
#define INTR_SVC       2
#define INTR_FETCH     3
#define INTR_DATA      4
#define INTR_BKPT      7
#define INTR_RETURN    8
#define INTR_NOCP      17
#define INTR_INVSTATE  18

#define IT_BLOCK_LEN   18 /* four instructions of 32 bits, from IT to the end */

#define OP_IT	       0xbf00
#define OP_YIELD       0xbf10
#define OP_WFE	       0xbf20
#define OP_SEV	       0xbf40

/* a stretch of addresses whose accesses are bus transfers */
struct device {
	struct vcore *v;
	u32 base;
};

struct range {
	u32 from, to;
};

struct vcore {
	struct mcu *mcu;
	uc_engine *uc;
	struct device devices[N_DEVICES];
	u8 *flash;
	u32 flash_size;
	unsigned int mem_mode; /* as mapped */
	bool swapped;
	bool alias_is_device;
	u32 flash_generation;
	struct range dirty[2]; /* SRAM1, SRAM2 */
	/* where code was executed: of SRAM, a bit for each CODE_UNIT; of main flash, offsets */
	u64 sram1_code[SRAM1_MAX / CODE_UNIT / 64], sram2_code[SRAM2_MAX / CODE_UNIT / 64];
	struct range flash_code;
	bool fpu_on;
	u32 bp[VCORE_BREAKPOINTS];
	unsigned int n_bp;

	/* the run under way */
	u64 now_ps, to_ps, left;
	u64 next;	  /* address that follows the last instruction */
	bool branch_seen; /* the branch to the next one has been looked at, in the run before */
	u32 pc, last;
	bool stopping, asked;
	u32 it_end; /* of the IT block that is executing */
	bool event; /* SEV was executed */
	/* what the engine wrote into flash behind the bus's back, to be taken back */
	u8 *undo_at;
	u8 undo[8];
	bool has_reason;
	struct vcore_stop stop;
	struct vspin spin;
	u64 waits_until_ps; /* it stays in a loop that writes no SRAM, unless vcore_wake() */
};

/* the registers of the API are 32 bits wide */
static u32 get_reg(const struct vcore *v, int reg)
{
	u32 val = 0;

	uc_reg_read(v->uc, reg, &val);
	return val;
}

static void set_reg(struct vcore *v, int reg, u32 val)
{
	uc_reg_write(v->uc, reg, &val);
}

/* ---- what happens in a run ---- */

static void stop_now(struct vcore *v, enum vcore_why why, u32 addr)
{
	if (!v->has_reason)
		v->stop = (struct vcore_stop){ why, addr };
	v->has_reason = true;
	v->stopping = true;
	uc_emu_stop(v->uc);
}

static bool in_flash(const struct vcore *v, u32 addr)
{
	return addr - FLASH_BASE < v->flash_size || (!v->mem_mode && addr < v->flash_size);
}

static u8 *flash_at(const struct vcore *v, u32 addr)
{
	u32 offset = addr % ALIAS_SIZE;

	if (!in_flash(v, addr))
		return NULL;
	return v->flash + (v->swapped ? offset ^ v->flash_size / 2 : offset);
}

static const u8 *code_at(const struct vcore *v, u32 addr)
{
	if (in_flash(v, addr))
		return flash_at(v, addr);
	if (addr < ALIAS_SIZE && v->mem_mode == 3)
		addr += SRAM1_BASE;
	if (addr - SRAM1_BASE < v->mcu->kind->sram1_size - 3)
		return v->mcu->sram1 + (addr - SRAM1_BASE);
	if (addr - SRAM2_BASE < v->mcu->kind->sram2_size - 3)
		return v->mcu->sram2 + (addr - SRAM2_BASE);
	return NULL;
}

/* coprocessors 10 and 11 are the FPU: DDI 0403 A5.3.18 */
static bool is_fpu(const struct vcore *v, u32 addr)
{
	const u8 *p = code_at(v, addr);

	return p && (get_le16(p) & 0xec00) == 0xec00 && (p[3] & 0x0e) == 0x0a;
}

/* IT: where the block ends that it begins; DDI 0403 A7.7.37. 32 bits begin with 0b11101 and above */
static u32 it_block_end(const struct vcore *v, u32 addr, u16 it)
{
	unsigned int n = 4 - (unsigned int)__builtin_ctz(it & 0xf);
	const u8 *p;

	for (addr += 2; n; n--) {
		p = code_at(v, addr);
		addr += p && get_le16(p) >= 0xe800 ? 4 : 2;
	}
	return addr;
}

/* hints and IT: 0xbf00 ... 0xbfff */
static void look_at_hint(struct vcore *v, u32 addr)
{
	const u8 *p = code_at(v, addr);
	u16 op = p ? get_le16(p) : 0;

	if (op == OP_SEV)
		v->event = true;
	else if ((op & 0xff00) == OP_IT && (op & 0xf))
		v->it_end = it_block_end(v, addr, op);
}

static bool has_breakpoint(const struct vcore *v, u32 addr)
{
	unsigned int i;

	for (i = 0; i < v->n_bp; i++)
		if (v->bp[i] == addr)
			return true;
	return false;
}

/* see on_flash_write() */
static void undo_write(struct vcore *v)
{
	if (v->undo_at)
		memcpy(v->undo_at, v->undo, sizeof(v->undo));
	v->undo_at = NULL;
}

/* before an instruction; a run ends here and nowhere else, except for faults */
static bool must_stop(struct vcore *v, u32 addr, u32 size)
{
	/* a stop within an IT block loses the conditions of what is left of it (libunicorn 2.0.1) */
	if (v->it_end != addr && v->it_end - addr < IT_BLOCK_LEN)
		return false;
	v->it_end = 0;
	if (v->now_ps >= v->to_ps || !v->left)
		stop_now(v, VCORE_TIME, addr);
	else if (v->asked)
		stop_now(v, VCORE_ASKED, addr);
	else if (v->n_bp && has_breakpoint(v, addr))
		stop_now(v, VCORE_BREAKPOINT, addr);
	else if (!v->fpu_on && size == 4 && is_fpu(v, addr))
		stop_now(v, VCORE_NO_COPROCESSOR, addr);
	return v->stopping;
}

/* what the pass that ends here has left */
static void look(struct vcore *v, const struct vspin_loop *l, struct vspin_state *st)
{
	int ids[VSPIN_REGS];
	void *vals[VSPIN_REGS];
	int i, n_ids = v->fpu_on ? VSPIN_REGS : 16;

	memset(st->regs, 0, sizeof(st->regs));
	for (i = 0; i < n_ids; i++) {
		ids[i] = i < 13 ? UC_ARM_REG_R0 + i : UC_ARM_REG_S0 + i - 16;
		vals[i] = &st->regs[i];
	}
	ids[13] = UC_ARM_REG_SP;
	ids[14] = UC_ARM_REG_LR;
	ids[15] = UC_ARM_REG_XPSR;
	uc_reg_read_batch(v->uc, ids, vals, n_ids);
	st->at_ps = v->now_ps;
	st->left = v->left;
	if (l->uses_qspi)
		vquadspi_look(netlist_quadspi(v->mcu->sim->nets), v->now_ps, &st->qspi);
}

/* a loop that only waits goes round until the slice ends, or what it waits for may be there */
static void skip_waiting(struct vcore *v, u32 head)
{
	struct vspin_loop *l = vspin_pass(&v->spin, head);
	struct vspin_state now;
	u64 n, period_ps, n_insns, until_ps;

	/* SRAM at address 0 is not watched */
	if (!l || v->mcu->sim->opts.reference_dp || v->mem_mode == 3 || v->mcu->dma_ps != SIM_NEVER)
		return;
	look(v, l, &now);
	n = vspin_passes(l, &now, v->to_ps, &period_ps, &n_insns, &until_ps);
	v->waits_until_ps = max(v->waits_until_ps, until_ps);
	if (n) {
		if (l->uses_qspi)
			vquadspi_repeat(netlist_quadspi(v->mcu->sim->nets), &l->state.qspi,
					&now.qspi, n, period_ps);
		v->now_ps += n * period_ps;
		v->left -= n * n_insns;
		now.at_ps = v->now_ps;
		now.left = v->left;
	}
	vspin_looked(l, &now, until_ps);
}

static void widen(struct range *r, u32 from, u32 to)
{
	r->from = min(r->from, from);
	r->to = max(r->to, to);
}

/* the bits of code units, from the one of @addr on, in SRAM */
static u64 *code_units(struct vcore *v, u32 addr, u32 *first)
{
	bool one = addr - SRAM1_BASE < v->mcu->kind->sram1_size;

	*first = (addr - (one ? SRAM1_BASE : SRAM2_BASE)) / CODE_UNIT;
	return one ? v->sram1_code : v->sram2_code;
}

/* was code executed in [@from, @to)? */
static bool has_code(struct vcore *v, u32 from, u32 to)
{
	u32 i, n = (to - 1) / CODE_UNIT - from / CODE_UNIT + 1;
	u64 *units = code_units(v, from, &i);

	for (; n; n--, i++)
		if (units[i / 64] >> i % 64 & 1)
			return true;
	return false;
}

static void note_code(struct vcore *v, u32 from, u32 to)
{
	u32 i, n = (to - 1) / CODE_UNIT - from / CODE_UNIT + 1;
	u64 *units = code_units(v, from, &i);

	for (; n; n--, i++)
		units[i / 64] |= UINT64_C(1) << i % 64;
}

/* a block of code, translated in one go, is about to be executed */
static void on_block(uc_engine *uc, uint64_t address, uint32_t size, void *arg)
{
	struct vcore *v = arg;
	u32 addr = (u32)address, len = size ? size : CODE_PAGE - addr % CODE_PAGE + 2;

	if (addr < ALIAS_SIZE && v->mem_mode == 3)
		addr += SRAM1_BASE;
	if (addr - SRAM1_BASE < v->mcu->kind->sram1_size)
		note_code(v, addr, addr + min(len, SRAM1_BASE + v->mcu->kind->sram1_size - addr));
	else if (addr - SRAM2_BASE < v->mcu->kind->sram2_size)
		note_code(v, addr, addr + min(len, SRAM2_BASE + v->mcu->kind->sram2_size - addr));
	else if (in_flash(v, addr))
		widen(&v->flash_code, addr % ALIAS_SIZE, addr % ALIAS_SIZE + len);
}

/* the common case, for speed: a half word in SRAM1 that follows the last one, and nothing is due */
static bool is_plain(const struct vcore *v, uint64_t address, uint32_t size)
{
	u32 offset = (u32)address - SRAM1_BASE;

	return address == v->next && size == 2 && offset < v->mcu->kind->sram1_size &&
	       v->now_ps < v->to_ps && v->left && !v->stopping && !v->asked && !v->it_end &&
	       !v->n_bp && !v->undo_at && v->mcu->sram1[offset + 1] != OP_IT >> 8;
}

static void on_code(uc_engine *uc, uint64_t address, uint32_t size, void *arg)
{
	struct vcore *v = arg;
	u32 addr = (u32)address, cycles = 1;

	if (is_plain(v, address, size)) {
		v->left--;
		v->now_ps += v->mcu->hclk_ps;
		v->next = address + 2;
		v->last = addr;
		v->branch_seen = false;
		return;
	}
	undo_write(v);
	if (v->stopping) {
		uc_emu_stop(uc);
		return;
	}
	if (in_flash(v, addr)) {
		if (!vflash_is_quiet(v->mcu->flash)) {
			v->now_ps = vflash_fetch(v->mcu->flash, addr % ALIAS_SIZE, v->now_ps);
			vspin_break(&v->spin);
		}
		if (address != v->next)
			cycles += vflash_latency(v->mcu->flash);
	}
	if (address != v->next && addr <= v->last && !v->branch_seen)
		skip_waiting(v, addr);
	v->branch_seen = true;
	if (must_stop(v, addr, size))
		return;
	if (size == 2)
		look_at_hint(v, addr);
	if (address != v->next)
		cycles += BRANCH_CYCLES;
	if (v->left)
		v->left--;
	v->now_ps += cycles * v->mcu->hclk_ps;
	v->next = address + size;
	v->last = addr;
	v->branch_seen = false;
}

/* one transfer; false: it has no result, the instruction was stopped */
static bool transfer(struct vcore *v, u32 addr, unsigned int size, bool write, u32 *val)
{
	struct bus_xact x = { .addr = addr,
			      .size = (u8)size,
			      .write = write,
			      .master = BUS_CORE,
			      .at_ps = v->now_ps,
			      .done_ps = v->now_ps };
	enum bus_resp resp;

	undo_write(v);
	if (v->stopping && v->has_reason)
		return false;
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
		stop_now(v, VCORE_TIME, addr);
		return false;
	}
	v->now_ps = max(v->now_ps, x.done_ps);
	if (resp != BUS_OK) {
		stop_now(v, VCORE_DATA_FAULT, addr);
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

/*
 * Flash is mapped read-only: the write goes to the bus. The engine then does it too, as in RAM, which
 * is undone before anybody looks.
 */
static bool on_flash_write(uc_engine *uc, uc_mem_type type, uint64_t addr, int size, int64_t value,
			   void *arg)
{
	struct vcore *v = arg;
	u32 lo = (u32)value, hi = (u32)((u64)value >> 32);

	if (transfer(v, (u32)addr, (unsigned int)min(size, 4), true, &lo) && size == 8)
		transfer(v, (u32)addr + 4, 4, true, &hi);
	v->undo_at = flash_at(v, (u32)addr & ~7u);
	if (v->undo_at)
		memcpy(v->undo, v->undo_at, sizeof(v->undo));
	return true;
}

static void on_flash_read(uc_engine *uc, uc_mem_type type, uint64_t addr, int size, int64_t value,
			  void *arg)
{
	struct vcore *v = arg;
	u32 val;

	if (in_flash(v, (u32)addr) && !vflash_is_quiet(v->mcu->flash))
		transfer(v, (u32)addr & ~3u, 4, false, &val);
}

static void on_ram_write(uc_engine *uc, uc_mem_type type, uint64_t addr, int size, int64_t value,
			 void *arg)
{
	struct vcore *v = arg;

	vspin_break(&v->spin);
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
		stop_now(arg, VCORE_DATA_FAULT, (u32)addr);
	return false;
}

static void on_intr(uc_engine *uc, uint32_t number, void *arg)
{
	struct vcore *v = arg;
	u32 pc = get_reg(v, UC_ARM_REG_PC);

	switch (number) {
	case INTR_SVC:
		stop_now(v, VCORE_SVC, pc);
		break;
	case INTR_BKPT:
		stop_now(v, VCORE_BKPT, pc);
		break;
	case INTR_RETURN:
		stop_now(v, VCORE_EXC_RETURN, pc | 1);
		break;
	case INTR_FETCH:
		stop_now(v, VCORE_FETCH_FAULT, pc);
		break;
	case INTR_DATA:
		stop_now(v, VCORE_DATA_FAULT, pc);
		break;
	case INTR_NOCP:
		stop_now(v, VCORE_NO_COPROCESSOR, pc);
		break;
	case INTR_INVSTATE:
		stop_now(v, VCORE_NO_THUMB, pc);
		break;
	case INTR_UNDEFINED:
	default:
		stop_now(v, VCORE_UNDEFINED, pc);
		break;
	}
}

/* ---- code that was changed ---- */

static void forget(struct vcore *v, u32 from, u32 to)
{
	uc_ctl_remove_cache(v->uc, (uint64_t)from, (uint64_t)to);
}

static void forget_changes(struct vcore *v)
{
	u32 generation = vflash_generation(v->mcu->flash);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(v->dirty); i++) {
		struct range *r = &v->dirty[i];

		if (r->from < r->to && has_code(v, r->from, r->to)) {
			forget(v, r->from, r->to);
			if (!i && v->mem_mode == 3)
				forget(v, r->from - SRAM1_BASE, r->to - SRAM1_BASE);
		}
		*r = (struct range){ ~0u, 0 };
	}
	if (generation != v->flash_generation && v->flash_code.from < v->flash_code.to) {
		u32 from = v->flash_code.from,
		    to = min(v->flash_code.to + CODE_PAGE, v->flash_size);

		forget(v, FLASH_BASE + from, FLASH_BASE + to);
		if (!v->mem_mode)
			forget(v, from, to);
	}
	v->flash_generation = generation;
}

/* would a loop that it is in notice if [@addr, @addr + @len) of SRAM changed? */
static bool would_notice(struct vcore *v, u32 addr, u32 len)
{
	return vspin_has_read(&v->spin, vspin_sram(addr, len)) || has_code(v, addr, addr + len);
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
	struct range *r;

	if (!v)
		return;
	r = &v->dirty[addr < SRAM1_BASE];
	widen(r, addr, addr + len);
	if (would_notice(v, addr, len))
		vcore_wake(v);
}

/* ---- memory map ---- */

static bool map_device(struct vcore *v, unsigned int n, u32 base, u32 size)
{
	struct device *d = &v->devices[n];

	d->v = v;
	d->base = base;
	return !uc_mmio_map(v->uc, base, size, on_device_read, d, on_device_write, d);
}

static bool map_flash(struct vcore *v, u32 base)
{
	u32 half = v->flash_size / 2;
	uint32_t prot = UC_PROT_READ | UC_PROT_EXEC;

	return !uc_mem_map_ptr(v->uc, base, half, prot, v->flash + (v->swapped ? half : 0)) &&
	       !uc_mem_map_ptr(v->uc, base + half, half, prot, v->flash + (v->swapped ? 0 : half));
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
		return !uc_mem_map_ptr(v->uc, 0, v->mcu->kind->sram1_size, UC_PROT_ALL,
				       v->mcu->sram1);
	default:
		return map_device(v, 0, 0, ALIAS_SIZE);
	}
}

static void remap(struct vcore *v)
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
}

static bool map_all(struct vcore *v)
{
	struct mcu *mcu = v->mcu;

	return map_remapped(v) &&
	       !uc_mem_map_ptr(v->uc, SRAM2_BASE, v->mcu->kind->sram2_size, UC_PROT_ALL,
			       mcu->sram2) &&
	       !uc_mem_map_ptr(v->uc, SRAM1_BASE, v->mcu->kind->sram1_size, UC_PROT_ALL,
			       mcu->sram1) &&
	       (!mcu->kind->sram2_alias ||
		map_device(v, 7, mcu->kind->sram2_alias, mcu->kind->sram2_size)) &&
	       map_device(v, 1, SYSMEM_BASE, 0x10000) &&
	       map_device(v, 2, SRAM1_BBAND, 32 * v->mcu->kind->sram1_size) &&
	       map_device(v, 3, PERIPH_BASE, 0x20000000) &&
	       map_device(v, 4, WINDOW_BASE, 0x10000000) &&
	       map_device(v, 5, 0xa0000000, 0x2000) && /* FMC, QUADSPI */
	       map_device(v, 6, PPB_BASE, PPB_END - PPB_BASE);
}

/* a function pointer in the shape that the API wants */
static bool hook(struct vcore *v, int type, void (*fn)(void), u64 from, u64 to)
{
	uc_hook h;
	void *p;

	_Static_assert(sizeof(p) == sizeof(fn), "pointers to functions and data differ");
	memcpy(&p, &fn, sizeof(p));
	return !uc_hook_add(v->uc, &h, type, p, v, from, to);
}

#define FN(f) ((void (*)(void))(f))

static bool add_hooks(struct vcore *v)
{
	return hook(v, UC_HOOK_BLOCK, FN(on_block), 1, 0) &&
	       hook(v, UC_HOOK_CODE, FN(on_code), 1, 0) &&
	       hook(v, UC_HOOK_INTR, FN(on_intr), 1, 0) &&
	       hook(v, UC_HOOK_MEM_WRITE_PROT, FN(on_flash_write), 1, 0) &&
	       hook(v, UC_HOOK_MEM_READ, FN(on_flash_read), 0, FLASH_BASE + v->flash_size - 1) &&
	       hook(v, UC_HOOK_MEM_READ, FN(on_ram_read), SRAM2_BASE,
		    SRAM1_BASE + v->mcu->kind->sram1_size - 1) &&
	       hook(v, UC_HOOK_MEM_WRITE, FN(on_ram_write), SRAM2_BASE,
		    SRAM1_BASE + v->mcu->kind->sram1_size - 1) &&
	       hook(v, UC_HOOK_MEM_UNMAPPED, FN(on_unmapped), 1, 0);
}

/* ---- registers ---- */

/*
 * MSP, PSP and the masks can be written in privileged mode only, CONTROL.SPSEL in thread mode only:
 * the order counts.
 */
/**
 * vcore_set_regs() - all registers of the core
 * @v: the engine
 * @regs: their values
 */
void vcore_set_regs(struct vcore *v, const struct vcore_regs *regs)
{
	u32 control = FIELD_GET(GENMASK(26, 24), regs->special);
	int i;

	vcore_wake(v);
	v->next = NOWHERE;
	v->branch_seen = false;
	set_reg(v, UC_ARM_REG_IPSR, 3);
	set_reg(v, UC_ARM_REG_CONTROL, 0);
	set_reg(v, UC_ARM_REG_IPSR, 0);
	set_reg(v, UC_ARM_REG_CONTROL, control & ~1u);
	for (i = 0; i < 13; i++)
		set_reg(v, UC_ARM_REG_R0 + i, regs->r[i]);
	set_reg(v, UC_ARM_REG_LR, regs->r[14]);
	set_reg(v, UC_ARM_REG_MSP, regs->msp);
	set_reg(v, UC_ARM_REG_PSP, regs->psp);
	for (i = 0; i < 32; i++)
		set_reg(v, UC_ARM_REG_S0 + i, regs->s[i]);
	set_reg(v, UC_ARM_REG_FPSCR, regs->fpscr);
	set_reg(v, UC_ARM_REG_PRIMASK, regs->special & SPECIAL_PRIMASK);
	set_reg(v, UC_ARM_REG_BASEPRI, FIELD_GET(SPECIAL_BASEPRI, regs->special));
	set_reg(v, UC_ARM_REG_FAULTMASK, !!(regs->special & SPECIAL_FAULTMASK));
	set_reg(v, UC_ARM_REG_CONTROL, control);
	set_reg(v, UC_ARM_REG_PC, regs->pc | 1);
	set_reg(v, UC_ARM_REG_XPSR, regs->xpsr);
	set_reg(v, UC_ARM_REG_XPSR_G, regs->xpsr);
	v->pc = regs->pc;
}

/**
 * vcore_get_regs() - all registers of the core
 * @v: the engine
 * @regs: filled in
 */
void vcore_get_regs(struct vcore *v, struct vcore_regs *regs)
{
	u32 control = get_reg(v, UC_ARM_REG_CONTROL) & 7;
	int i;

	for (i = 0; i < 13; i++)
		regs->r[i] = get_reg(v, UC_ARM_REG_R0 + i);
	regs->r[14] = get_reg(v, UC_ARM_REG_LR);
	for (i = 0; i < 32; i++)
		regs->s[i] = get_reg(v, UC_ARM_REG_S0 + i);
	regs->fpscr = get_reg(v, UC_ARM_REG_FPSCR);
	regs->xpsr = get_reg(v, UC_ARM_REG_XPSR) | (get_reg(v, UC_ARM_REG_APSR) & 0xf0000);
	regs->pc = v->pc;
	/* unprivileged code reads 0 from these */
	set_reg(v, UC_ARM_REG_IPSR, 3);
	regs->msp = get_reg(v, UC_ARM_REG_MSP);
	regs->psp = get_reg(v, UC_ARM_REG_PSP);
	regs->special = FIELD_PREP(GENMASK(26, 24), control) |
			(get_reg(v, UC_ARM_REG_FAULTMASK) & 1 ? SPECIAL_FAULTMASK : 0) |
			FIELD_PREP(SPECIAL_BASEPRI, get_reg(v, UC_ARM_REG_BASEPRI)) |
			(get_reg(v, UC_ARM_REG_PRIMASK) & 1);
	set_reg(v, UC_ARM_REG_IPSR, regs->xpsr & XPSR_IPSR);
}

/**
 * vcore_pc() - where it is between two runs
 * @v: the engine
 */
u32 vcore_pc(const struct vcore *v)
{
	return v->pc;
}

/**
 * vcore_set_breakpoints() - stop before these instructions
 * @v: the engine
 * @addr: addresses of half words
 * @n: how many
 */
void vcore_set_breakpoints(struct vcore *v, const u32 *addr, unsigned int n)
{
	unsigned int i;

	v->n_bp = n;
	for (i = 0; i < n; i++)
		v->bp[i] = addr[i];
}

/**
 * vcore_set_fpu() - may FPU instructions execute
 * @v: the engine
 * @on: CPACR gives access
 */
void vcore_set_fpu(struct vcore *v, bool on)
{
	v->fpu_on = on;
}

/**
 * vcore_ask_stop() - end the run after the instruction that makes this access
 * @v: the engine
 */
void vcore_ask_stop(struct vcore *v)
{
	v->asked = true;
}

/**
 * vcore_take_event() - did it execute SEV since this was last asked
 * @v: the engine
 */
bool vcore_take_event(struct vcore *v)
{
	bool event = v->event;

	v->event = false;
	return event;
}

/* ---- running ---- */

/* the engine gave up by itself: why? false: it was a hint, go on */
static bool find_reason(struct vcore *v, uc_err err)
{
	const u8 *p = v->next == NOWHERE ? NULL : code_at(v, v->last);
	u16 op = p ? get_le16(p) : 0;

	switch (err) {
	case UC_ERR_OK:
		v->stop.why = VCORE_WFI;
		break;
	case UC_ERR_INSN_INVALID:
		if (!(get_reg(v, UC_ARM_REG_XPSR) & XPSR_T))
			v->stop.why = VCORE_NO_THUMB;
		else if (p && op == OP_YIELD)
			return false;
		else
			v->stop.why = p && op == OP_WFE ? VCORE_WFE : VCORE_UNDEFINED;
		break;
	case UC_ERR_FETCH_UNMAPPED:
	case UC_ERR_FETCH_PROT:
		v->stop.why = v->pc >= EXC_RETURN && v->next != NOWHERE ? VCORE_EXC_RETURN
									: VCORE_FETCH_FAULT;
		v->stop.addr = v->pc | 1;
		break;
	case UC_ERR_EXCEPTION:
		v->stop.why = VCORE_NO_THUMB;
		break;
	default:
		v->stop.why = VCORE_UNDEFINED;
		break;
	}
	return true;
}

/**
 * vcore_run() - execute
 * @v: the engine
 * @from_ps: virtual time at which the first instruction begins
 * @to_ps: no instruction begins then or later
 * @max: instructions at most
 * @stop: why it ended
 *
 * Return: the time that was reached.
 */
u64 vcore_run(struct vcore *v, u64 from_ps, u64 to_ps, u64 max, struct vcore_stop *stop)
{
	remap(v);
	forget_changes(v);
	v->now_ps = from_ps;
	v->to_ps = to_ps;
	vspin_allow(&v->spin, max - v->left);
	v->left = max;
	v->asked = false;
	v->it_end = 0;
	do {
		uc_err err;

		v->stopping = v->has_reason = false;
		v->stop = (struct vcore_stop){ VCORE_TIME, 0 };
		if (!(get_reg(v, UC_ARM_REG_XPSR) & XPSR_T)) {
			v->stop.why = VCORE_NO_THUMB;
			break;
		}
		err = uc_emu_start(v->uc, v->pc | 1, 0, 0, 0);
		undo_write(v);
		v->pc = get_reg(v, UC_ARM_REG_PC);
		if (v->has_reason) {
			if (v->stop.why == VCORE_DATA_FAULT)
				v->pc = v->last; /* in an IT block it went on */
			break;
		}
		if (find_reason(v, err))
			break;
	} while (true);
	*stop = v->stop;
	return v->now_ps;
}

/**
 * vcore_new() - an engine on the bus of a part
 * @mcu: the part, whose flash and RCC exist
 */
struct vcore *vcore_new(struct mcu *mcu)
{
	struct vcore *v = calloc(1, sizeof(*v));
	size_t size;

	if (!v)
		return NULL;
	v->mcu = mcu;
	v->flash = vflash_data(mcu->flash, &size);
	v->flash_size = (u32)size;
	v->dirty[0] = v->dirty[1] = v->flash_code = (struct range){ ~0u, 0 };
	if (uc_open(UC_ARCH_ARM, UC_MODE_THUMB | UC_MODE_MCLASS, &v->uc)) {
		free(v);
		return NULL;
	}
	if (uc_ctl_set_cpu_model(v->uc, UC_CPU_ARM_CORTEX_M4) || uc_ctl_exits_enable(v->uc) ||
	    !map_all(v) || !add_hooks(v)) {
		vcore_free(v);
		return NULL;
	}
	return v;
}

/**
 * vcore_free() - NULL is allowed
 * @v: from vcore_new()
 */
void vcore_free(struct vcore *v)
{
	if (v)
		uc_close(v->uc);
	free(v);
}
