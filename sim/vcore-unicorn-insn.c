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
 * then on while nothing is due; whatever may end the run has all of them looked at closely
 * (vcore_look_closely()). With opts.reference_dp each of them is, and is decoded each time.
 */
#include "sim/vcore-unicorn.h"

#include "sim/netlist.h"
#include "sim/vflash.h"

#include <string.h>

#define BRANCH_CYCLES 2

#define OP_IT	      0xbf00

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
	v->insn_is_flash = c->is_flash;
}

/* ---- blocks ---- */

static void note_block(struct vcore *v, u32 addr, u32 size)
{
	u32 offset, len = size ? size : CODE_PAGE - addr % CODE_PAGE + 2, i;
	struct code *c = vcore_code(v, addr, &offset);

	if (!c)
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

static void skip_passes(struct vcore *v, struct vspin_loop *l)
{
	struct vspin_state now;
	u64 n, period_ps, n_insns, until_ps;

	/* SRAM at address 0 is not watched */
	if (v->mcu->sim->opts.reference_dp || v->mem_mode == 3 || v->mcu->dma_ps != SIM_NEVER)
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

/* a loop that only waits goes round until the slice ends, or what it waits for may be there */
static inline void skip_waiting(struct vcore *v, u32 head)
{
	struct vspin_loop *l = vspin_pass(&v->spin, head);

	if (l)
		skip_passes(v, l);
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

static inline void execute(struct vcore *v, u8 insn, u32 addr, u64 next, u32 cycles)
{
	if (insn >> INSN_IT_SHIFT) {
		v->it_from = addr + 2;
		v->it_len = (u32)(insn >> INSN_IT_SHIFT) * 2 - 2;
	}
	v->now_ps += cycles * v->hclk_ps;
	v->next = next;
	v->last = addr;
	v->branch_seen = false;
}

static u64 plain_until(const struct vcore *v)
{
	bool all = v->asked || v->code_changed || v->n_bp || v->mcu->sim->opts.reference_dp;

	return all ? 0 : v->to_ps;
}

static void look_closely(struct vcore *v, u64 address, u32 size)
{
	u32 addr = (u32)address, cycles = 1;
	u8 insn;

	if (v->stopping) {
		uc_emu_stop(v->uc);
		return;
	}
	enter_code(v, addr);
	if (vcore_in_flash(v, addr)) {
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
	if (must_stop(v, addr))
		return;
	insn = look_up(v, addr, size);
	if ((insn & INSN_FPU) && !v->fpu_on && !v->it_len) {
		vcore_stop_now(v, VCORE_NO_COPROCESSOR, addr);
		return;
	}
	if (insn & INSN_SEV)
		v->event = true;
	if (address != v->next)
		cycles += BRANCH_CYCLES;
	if (v->left)
		v->left--;
	execute(v, insn, addr, address + size, cycles);
	v->plain_to_ps = plain_until(v);
}

/* nothing is due before it, and it is nothing special */
static inline bool is_plain(const struct vcore *v, u32 offset)
{
	return v->now_ps < v->plain_to_ps && v->left && offset < v->insn_size &&
	       (v->insn[offset / 2] & v->insn_mask) == INSN_KNOWN &&
	       !(v->insn_is_flash && !vflash_is_quiet(v->mcu->flash));
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
	u32 addr = (u32)address, offset = addr - v->insn_base, cycles = 1;

	if (v->it_len && addr - v->it_from >= v->it_len)
		v->it_len = 0;
	if (!is_plain(v, offset)) {
		look_closely(v, address, size);
		return;
	}
	if (address != v->next) {
		cycles += BRANCH_CYCLES;
		if (v->insn_is_flash)
			cycles += vflash_latency(v->mcu->flash);
		if (addr <= v->last && !v->branch_seen) {
			skip_waiting(v, addr);
			v->branch_seen = true;
			if (v->now_ps >= v->plain_to_ps || !v->left) {
				look_closely(v, address, size);
				return;
			}
		}
	}
	v->left--;
	execute(v, v->insn[offset / 2], addr, address + size, cycles);
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
	v->it_len = 0;
	v->insn_mask = INSN_KNOWN | INSN_SEV | (v->fpu_on ? 0 : INSN_FPU);
	v->plain_to_ps = plain_until(v);
}
