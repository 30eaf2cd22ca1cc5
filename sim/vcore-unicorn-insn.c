// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each instruction of the virtual core, before it is executed: when it begins, whether the run ends
 * here, and waiting loops that need not be executed.
 *
 * Time: one HCLK cycle for each instruction, BRANCH_CYCLES more after a taken branch (DDI 0439
 * 3.3.1: one to three to refill the pipeline), the latency of flash for a branch into it (the
 * instruction cache hides it otherwise), and what the bus says for every transfer on it.
 *
 * An IT block executes as one instruction: no stop, step or breakpoint in the middle of it.
 *
 * This is where the host's time goes. So an instruction is decoded once, and goes the short way from
 * then on, for as many cycles as nothing can be due: time and instructions are settled when somebody
 * wants to know. Whatever may have changed what is due has the next one looked at closely
 * (vcore_look_closely()). With opts.reference_dp each of them is, and is decoded each time.
 */
#include "sim/vcore-unicorn.h"

#include "sim/netlist.h"
#include "sim/vflash.h"

#include <string.h>

#define BRANCH_CYCLES 2

#define OP_IT	      0xbf00
#define CYCLES_MAX    (UINT64_C(1) << 60)

/* ---- what an instruction is ---- */

/* coprocessors 10 and 11 are the FPU: DDI 0403 A5.3.18 */
static bool is_fpu(const u8 *p)
{
	return (get_le16(p) & 0xec00) == 0xec00 && (p[3] & 0x0e) == 0x0a;
}

/* IT: length of its block, itself included; DDI 0403 A7.7.37. 32 bits begin with 0b11101 and above */
static u32 it_block_len(struct vcore *v, u32 addr, u16 it)
{
	unsigned int n = 4 - (unsigned int)__builtin_ctz(it & 0xf);
	u32 len = 2;
	const u8 *p;

	for (; n; n--) {
		p = vcore_code_at(v, addr + len);
		len += p && get_le16(p) >= 0xe800 ? 4 : 2;
	}
	return len;
}

static u8 decode(struct vcore *v, u32 addr, u32 size)
{
	const u8 *p = vcore_code_at(v, addr);
	u16 op = p ? get_le16(p) : 0;

	if (p && size == 4 && is_fpu(p))
		return INSN_KNOWN | INSN_FPU;
	if (size != 2)
		return INSN_KNOWN;
	if (op == OP_SEV)
		return INSN_KNOWN | INSN_SEV;
	if ((op & 0xff00) == OP_IT && (op & 0xf))
		return (u8)(INSN_KNOWN | it_block_len(v, addr, op) / 2 << INSN_IT_SHIFT);
	return INSN_KNOWN;
}

/* decoded now or before. What the engine executes may be older than what a write has left there */
static u8 look_up(struct vcore *v, u32 addr, u32 size)
{
	u32 offset;
	struct code *c = vcore_code(v, addr, &offset);

	if (!c || v->code_changed || v->mcu->sim->opts.reference_dp)
		return decode(v, addr, size);
	if (!(c->insn[offset / 2] & INSN_KNOWN))
		c->insn[offset / 2] |= decode(v, addr, size);
	return c->insn[offset / 2];
}

/* the short way is for instructions of one memory at a time */
static void enter_code(struct vcore *v, u32 addr)
{
	u32 offset;
	const struct code *c = vcore_code(v, addr, &offset);

	v->insn_size = c ? c->size : 0;
	if (!c)
		return;
	v->insn_base = addr - offset;
	v->insn = c->insn;
	v->block = c->block;
}

/* ---- blocks ---- */

static __attribute__((noinline)) void note_block(struct vcore *v, u32 addr, u32 size)
{
	u32 offset, len = size ? size : CODE_PAGE - addr % CODE_PAGE + 2, i;
	struct code *c = vcore_code(v, addr, &offset);

	if (!c || (size && size <= c->block[offset / 2]))
		return;
	len = min(len, c->size - offset);
	for (i = offset / 2; i <= (offset + len - 1) / 2; i++)
		c->insn[i] |= INSN_TRANSLATED;
	c->block[offset / 2] = (u16)max((u32)c->block[offset / 2], len);
	if (c->is_flash)
		vcore_widen(&v->flash_code, offset, offset + len);
}

/**
 * vcore_on_block() - a block of code, translated in one go, is about to be executed
 * @uc: the engine
 * @address: of its first instruction
 * @size: in bytes
 * @arg: struct vcore
 */
void vcore_on_block(uc_engine *uc, uint64_t address, uint32_t size, void *arg)
{
	struct vcore *v = arg;
	u32 offset = (u32)address - v->insn_base;

	if (offset < v->insn_size && size && size <= v->block[offset / 2])
		return;
	note_block(v, (u32)address, size);
}

/* ---- loops that wait ---- */

/* what the pass that ends here has left */
static void look_at_pass(struct vcore *v, const struct vspin_loop *l, struct vspin_state *st)
{
	int ids[VSPIN_REGS];
	void *vals[VSPIN_REGS];
	int i, n_ids = v->fpu_on ? VSPIN_REGS : 16;

	if (n_ids < VSPIN_REGS)
		memset(&st->regs[16], 0, (VSPIN_REGS - 16) * sizeof(st->regs[0]));
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
static void skip_waiting(struct vcore *v, struct vspin_loop *l)
{
	struct vspin_state now;
	u64 n, period_ps, n_insns, until_ps;

	/* SRAM at address 0 is not watched */
	if (v->mcu->sim->opts.reference_dp || v->mem_mode == 3 || v->mcu->dma_ps != SIM_NEVER)
		return;
	look_at_pass(v, l, &now);
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

/* ---- instructions ---- */

static bool has_breakpoint(const struct vcore *v, u32 addr)
{
	unsigned int i;

	for (i = 0; i < v->n_bp; i++)
		if (v->bp[i] == addr)
			return true;
	return false;
}

/* before an instruction; a run ends here and nowhere else, except for faults */
static bool must_stop(struct vcore *v, u32 addr)
{
	/* a stop within an IT block loses the conditions of what is left of it (libunicorn 2.0.1) */
	if (v->it_len)
		return false;
	if (v->now_ps >= v->to_ps || !v->left)
		vcore_stop_now(v, VCORE_TIME, addr);
	else if (v->asked || v->code_changed)
		vcore_stop_now(v, VCORE_ASKED, addr);
	else if (v->n_bp && has_breakpoint(v, addr))
		vcore_stop_now(v, VCORE_BREAKPOINT, addr);
	return v->stopping;
}

/* what may be a loop; the short way does not go on to one that is worth a look */
static struct vspin_loop *loop_of(struct vcore *v, u64 address)
{
	u32 addr = (u32)address;

	return address != v->next && addr <= v->last ? vspin_pass(&v->spin, addr) : NULL;
}

/* still in the IT block? those that are not executed do not come here */
static void follow_it(struct vcore *v, u32 addr)
{
	if (addr - v->it_from >= v->it_len || v->last - (v->it_from - 2) >= v->it_len + 2)
		v->it_len = 0;
}

static inline void execute(struct vcore *v, u8 insn, u64 address, u32 size)
{
	if (insn >> INSN_IT_SHIFT) {
		v->it_from = (u32)address + 2;
		v->it_len = (u32)(insn >> INSN_IT_SHIFT) * 2 - 2;
	}
	v->next = address + size;
	v->last = (u32)address;
}

/* a branch into the code that is executing */
static u32 branch_cost(const struct vcore *v, u32 addr)
{
	return BRANCH_CYCLES + (vcore_in_flash(v, addr) ? vflash_latency(v->mcu->flash) : 0);
}

static bool flash_is_busy(const struct vcore *v, u32 addr)
{
	return vcore_in_flash(v, addr) && !vflash_is_quiet(v->mcu->flash);
}

/**
 * vcore_go_on() - let instructions go the short way for as long as nothing can be due
 * @v: the engine, executing the instruction at @v->last, with its time settled
 */
void vcore_go_on(struct vcore *v)
{
	u64 cycles = 0;

	if (!v->asked && !v->code_changed && !v->n_bp && !v->mcu->sim->opts.reference_dp &&
	    v->now_ps < v->to_ps && v->insn_size && !flash_is_busy(v, v->last)) {
		cycles = (v->to_ps - v->now_ps - 1) / v->hclk_ps + 1;
		cycles = min(cycles, v->left);
	}
	v->cycles = v->cycles_given = (s64)min(cycles, CYCLES_MAX);
	v->branch_cost = branch_cost(v, v->last);
}

static __attribute__((noinline)) void look_closely(struct vcore *v, u64 address, u32 size)
{
	u32 addr = (u32)address, cycles = 1;
	struct vspin_loop *l;
	u8 insn;

	vcore_look_closely(v);
	if (v->stopping) {
		uc_emu_stop(v->uc);
		return;
	}
	follow_it(v, addr);
	enter_code(v, addr);
	if (flash_is_busy(v, addr)) {
		v->now_ps = vflash_fetch(v->mcu->flash, addr % ALIAS_SIZE, v->now_ps);
		vspin_break(&v->spin);
	}
	if (address != v->next)
		cycles += branch_cost(v, addr);
	l = v->branch_seen ? NULL : loop_of(v, address);
	if (l)
		skip_waiting(v, l);
	v->branch_seen = true;
	if (must_stop(v, addr))
		return;
	insn = look_up(v, addr, size);
	if ((insn & INSN_FPU) && !v->fpu_on && !v->it_len) {
		vcore_stop_now(v, VCORE_NO_COPROCESSOR, addr);
		return;
	}
	if (insn & INSN_SEV)
		v->event = true;
	if (v->left)
		v->left--;
	v->now_ps += cycles * v->hclk_ps;
	execute(v, insn, address, size);
	v->branch_seen = false;
	vcore_go_on(v);
}

/* a branch has been taken, or IT */
static __attribute__((noinline)) void look(struct vcore *v, u64 address, u32 size)
{
	u32 addr = (u32)address, offset = addr - v->insn_base, extra = 0;
	struct vspin_loop *l;
	u8 insn;

	if (v->cycles <= 0 || offset >= v->insn_size) {
		look_closely(v, address, size);
		return;
	}
	insn = v->insn[offset / 2];
	if ((insn & v->insn_mask & INSN_KINDS) != INSN_KNOWN) {
		look_closely(v, address, size);
		return;
	}
	if (address != v->next) {
		l = loop_of(v, address);
		if (l) {
			vcore_settle(v);
			skip_waiting(v, l);
			v->branch_seen = true;
			look_closely(v, address, size);
			return;
		}
		extra = v->branch_cost;
	}
	follow_it(v, addr);
	v->cycles -= 1 + extra;
	v->branch_cycles += extra;
	execute(v, insn, address, size);
}

/**
 * vcore_on_insn() - an instruction is about to be executed
 * @uc: the engine
 * @address: where it is
 * @size: in bytes
 * @arg: struct vcore
 */
void vcore_on_insn(uc_engine *uc, uint64_t address, uint32_t size, void *arg)
{
	struct vcore *v = arg;
	u32 addr = (u32)address;

	/* the instruction before it was in the same memory, which is followed by what is not known */
	if (address == v->next && v->cycles > 0 &&
	    (v->insn[(addr - v->insn_base) / 2] & v->insn_mask) == INSN_KNOWN) {
		v->cycles--;
		v->next = address + size;
		v->last = addr;
		return;
	}
	look(v, address, size);
}

/**
 * vcore_begin_insns() - a run begins
 * @v: the engine
 * @from_ps: virtual time at which the first instruction begins
 * @to_ps: no instruction begins then or later
 * @max: instructions at most
 */
void vcore_begin_insns(struct vcore *v, u64 from_ps, u64 to_ps, u64 max)
{
	v->now_ps = from_ps;
	v->to_ps = to_ps;
	vspin_allow(&v->spin, max - v->left);
	v->left = max;
	v->hclk_ps = v->mcu->hclk_ps;
	v->cycles = v->cycles_given = 0;
	v->branch_cycles = 0;
	v->it_len = 0;
	v->insn_mask = (u8) ~(INSN_TRANSLATED | (v->fpu_on ? INSN_FPU : 0));
}
