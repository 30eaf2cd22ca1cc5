// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Cortex-M4 r0p1 as a debugger sees it: ARMv7-M ARM (DDI 0403) C1, Cortex-M4 TRM (DDI 0439).
 *
 * Instructions are vcortexm-run.c's. Without an engine to execute them a released core counts as
 * running, its PC wanders over a short stretch of code after the place where it was released.
 * Halting, stepping, vector catch, resets, sleep and lockup are as in silicon. Debug state
 * (C_DEBUGEN, DEMCR's catches, FPB, DWT) is reset by power-on only.
 */
#include "sim/vcortexm-priv.h"

#include "sim/vdbgmcu.h"
#include "sim/vdma.h"
#include "sim/vwdg.h"

#include <stdlib.h>
#include <string.h>

#define AIRCR_KEY	 0x05fau
#define AIRCR_VECTRESET	 BIT(0)
#define AIRCR_SYSRESET	 BIT(2)
#define AIRCR_PRIGROUP	 0x700u

#define SCS_CFSR	 0xe000ed28u
#define ITM_STIMULUS_END 0xe0000080u
#define HARDFAULT_VECTOR 12u

#define LOCKUP_PC	 0xfffffffeu
/* instructions that the pretended program counter wanders over, cycles for each */
#define RUN_SPAN	24
#define CYCLES_PER_INSN 2
/* DCRSR to S_REGRDY, in HCLK: a handful on this core */
#define REGRDY_CYCLES 4

static u64 cycles_run(const struct vcortexm *c, u64 t)
{
	return t > c->run_ps ? (t - c->run_ps) / c->mcu->hclk_ps : 0;
}

static u32 pc_at(const struct vcortexm *c, u64 t)
{
	if (c->state != CORE_RUN)
		return c->reg.pc;
	if (c->engine)
		return vcore_pc(c->engine);
	return c->reg.pc + 2 * (u32)(cycles_run(c, t) / CYCLES_PER_INSN % RUN_SPAN);
}

static bool has_retired(const struct vcortexm *c, u64 t)
{
	return c->state == CORE_RUN &&
	       t >= max(c->run_ps, c->retire_ps) + CYCLES_PER_INSN * c->mcu->hclk_ps;
}

/**
 * vcortexm_set_state() - the core does something else from now on
 * @c: the core
 * @s: what
 * @t: now
 *
 * Watchdogs and DMA run or stand still by the core's state: they are settled around every change.
 */
void vcortexm_set_state(struct vcortexm *c, enum core_state s, u64 t)
{
	enum core_state old;

	vcortexm_run_to(c, t);
	old = c->state;
	if (old == CORE_RUN && s != CORE_RUN)
		vcortexm_run_leave(c, t);
	if (c->mcu->dma)
		vdma_run_to(c->mcu->dma, t);
	if (c->mcu->wdg)
		vwdg_sync(c->mcu->wdg, t);
	vppb_sync(c->ppb, t);
	c->retired |= has_retired(c, t);
	c->reg.pc = pc_at(c, t);
	c->state = s;
	c->run_ps = t;
	if (s == CORE_RUN && old != CORE_RUN)
		vcortexm_run_enter(c, t);
	if (c->mcu->dma)
		vdma_run_to(c->mcu->dma, t);
	if (c->mcu->wdg)
		vwdg_plan(c->mcu->wdg, t);
}

/**
 * vcortexm_halt() - enter debug state
 * @c: the core
 * @cause: bits of DFSR
 * @t: now
 */
void vcortexm_halt(struct vcortexm *c, u32 cause, u64 t)
{
	vcortexm_set_state(c, CORE_HALTED, t);
	c->dfsr |= cause;
	c->dhcsr |= DHCSR_C_HALT;
}

static bool is_bkpt(struct vcortexm *c, u32 addr)
{
	u32 word;

	if (!mcu_peek32(c->mcu, addr & ~3u, &word))
		return false;
	return (addr & 2 ? word >> 24 : word >> 8 & 0xff) == 0xbe;
}

static bool can_fetch(struct vcortexm *c, u32 addr)
{
	u32 word;

	return mcu_peek32(c->mcu, addr & ~3u, &word) &&
	       (addr & 2 ? word >> 16 : word & 0xffff) != 0xffff;
}

/* the first fetch fails and so does that of the HardFault handler */
static bool is_hopeless(struct vcortexm *c)
{
	const bool has_thumb = c->reg.xpsr & XPSR_T;
	u32 word, handler;

	/* a blank part: an engine takes megabytes, and would have nothing to do */
	if ((!has_thumb || !mcu_peek32(c->mcu, c->reg.pc & ~3u, &word)) &&
	    mcu_peek32(c->mcu, HARDFAULT_VECTOR, &handler) &&
	    !mcu_peek32(c->mcu, handler & ~3u, &word))
		return true;
	return !vcortexm_executes(c) && (!has_thumb || !can_fetch(c, c->reg.pc));
}

static void run(struct vcortexm *c, u64 t)
{
	if (is_hopeless(c)) {
		vcortexm_lock_up(c, t);
		return;
	}
	vcortexm_set_state(c, CORE_RUN, t);
	if (!c->engine && vcortexm_debug_enabled(c) && is_bkpt(c, c->reg.pc))
		vcortexm_halt(c, DFSR_BKPT, t);
}

/* without an engine: a 32-bit encoding starts with 0b11101, 0b11110 or 0b11111 */
static void pretend_step(struct vcortexm *c)
{
	u32 word = 0, half;

	mcu_peek32(c->mcu, c->reg.pc & ~3u, &word);
	half = c->reg.pc & 2 ? word >> 16 : word & 0xffff;
	c->reg.pc += half >> 11 >= 0x1d ? 4 : 2;
}

static void step(struct vcortexm *c, u64 t)
{
	run(c, t);
	if (c->state != CORE_RUN)
		return;
	if (c->engine)
		vcortexm_run_step(c, t);
	if (c->state == CORE_HALTED || c->state == CORE_LOCKUP)
		return;
	c->retired = true;
	vcortexm_halt(c, DFSR_HALTED, t);
	if (!c->engine)
		pretend_step(c);
}

/**
 * vcortexm_lock_up() - a fault while the fault handler cannot be fetched
 * @c: the core
 * @t: now
 */
void vcortexm_lock_up(struct vcortexm *c, u64 t)
{
	vcortexm_set_state(c, CORE_LOCKUP, t);
	c->reg.pc = LOCKUP_PC;
	c->reg.xpsr = (c->reg.xpsr & ~0x1ffu) | 3; /* HardFault is active */
}

/* ---- DHCSR, DEMCR, DFSR ---- */

static u32 read_dhcsr(struct vcortexm *c, u64 t)
{
	u32 v = c->dhcsr & DHCSR_C_BITS;

	switch (c->state) {
	case CORE_HALTED:
		v |= DHCSR_S_HALT;
		break;
	case CORE_SLEEP:
	case CORE_STOP:
		v |= DHCSR_S_SLEEP;
		break;
	case CORE_LOCKUP:
		v |= DHCSR_S_LOCKUP;
		break;
	case CORE_RESET:
	case CORE_RUN:
		break;
	}
	if (t >= c->regrdy_ps)
		v |= DHCSR_S_REGRDY;
	if (c->retired || has_retired(c, t))
		v |= DHCSR_S_RETIRE;
	if (c->was_reset || c->state == CORE_RESET)
		v |= DHCSR_S_RESET;
	c->retired = c->was_reset = false; /* the read itself clears both */
	c->retire_ps = t;
	return v;
}

static void write_dhcsr(struct vcortexm *c, u32 v, u64 t)
{
	u32 old = c->dhcsr;

	if ((v & 0xffff0000u) != DHCSR_KEY) {
		sim_complain(c->mcu->sim, "core", "DHCSR written without its key (0x%08x)", v);
		return;
	}
	v &= DHCSR_C_BITS;
	if (!(v & DHCSR_C_DEBUGEN)) {
		if (v & DHCSR_C_BITS & ~DHCSR_C_DEBUGEN)
			sim_complain(c->mcu->sim, "core",
				     "C_HALT, C_STEP or C_MASKINTS without C_DEBUGEN");
		v = 0;
	}
	/* C_MASKINTS changes only while halted and staying so: DDI 0403 C1.6.2 */
	if (((v ^ old) & DHCSR_C_MASKINTS) && !(old & v & DHCSR_C_HALT) && (v & DHCSR_C_DEBUGEN))
		sim_complain(c->mcu->sim, "core",
			     "C_MASKINTS changed without C_HALT in both writes");
	if (((v ^ old) & DHCSR_C_STEP) && c->state != CORE_HALTED && (v & DHCSR_C_DEBUGEN))
		sim_complain(c->mcu->sim, "core", "C_STEP changed while not halted");
	c->dhcsr = v;
	if (c->state == CORE_RESET)
		return; /* acts at the release */
	if (v & DHCSR_C_HALT) {
		if (c->state != CORE_HALTED)
			vcortexm_halt(c, DFSR_HALTED, t);
	} else if (c->state == CORE_HALTED) {
		if (v & DHCSR_C_STEP)
			step(c, t);
		else
			run(c, t);
	}
}

/* ---- core registers ---- */

static u32 *core_reg(struct vcortexm *c, u32 n)
{
	if (n == 13)
		return c->reg.special & SPECIAL_SPSEL && !(c->reg.xpsr & 0x1ff) ? &c->reg.psp
										: &c->reg.msp;
	if (n < 15)
		return &c->reg.r[n];
	if (n >= 64 && n < 96)
		return &c->reg.s[n - 64];
	switch (n) {
	case 15:
		return &c->reg.pc;
	case 16:
		return &c->reg.xpsr;
	case 17:
		return &c->reg.msp;
	case 18:
		return &c->reg.psp;
	case 20:
		return &c->reg.special;
	case 33:
		return &c->reg.fpscr;
	default:
		return NULL;
	}
}

static u32 core_reg_mask(u32 n)
{
	switch (n) {
	case 13:
	case 17:
	case 18:
		return ~3u;
	case 15:
		return ~1u;
	case 20:
		return 0x0701f001u; /* CONTROL 2:0, FAULTMASK, BASEPRI 7:4, PRIMASK */
	default:
		return ~0u;
	}
}

static void write_dcrsr(struct vcortexm *c, u32 v, u64 t)
{
	u32 n = v & 0x7f;
	u32 *reg = core_reg(c, n);

	if (c->state != CORE_HALTED) {
		sim_complain(c->mcu->sim, "core", "DCRSR written while the core is not halted");
		return;
	}
	if (t < c->regrdy_ps)
		sim_complain(c->mcu->sim, "core", "DCRSR written before S_REGRDY");
	c->regrdy_ps = t + REGRDY_CYCLES * c->mcu->hclk_ps;
	if (!reg) {
		sim_complain(c->mcu->sim, "core", "DCRSR names register %u, which does not exist",
			     n);
		return;
	}
	if (v & DCRSR_WRITE)
		*reg = c->dcrdr & core_reg_mask(n);
	else
		c->dcrdr = *reg;
}

/* ---- resets ---- */

static void write_aircr(struct vcortexm *c, u32 v, u64 t)
{
	if (v >> 16 != AIRCR_KEY) {
		sim_complain(c->mcu->sim, "core", "AIRCR written without its key (0x%08x)", v);
		return;
	}
	vppb_set_prigroup(c->ppb, v & AIRCR_PRIGROUP);
	if (v & AIRCR_SYSRESET) {
		if (v & AIRCR_VECTRESET)
			sim_complain(c->mcu->sim, "core", "SYSRESETREQ and VECTRESET in one write");
		mcu_system_reset(c->mcu, CSR_SFTRSTF, t);
	} else if (v & AIRCR_VECTRESET) {
		if (c->state != CORE_HALTED) {
			sim_complain(c->mcu->sim, "core", "VECTRESET while not halted");
			return;
		}
		vcortexm_reset(c, MCU_RESET_SYS, t);
		vcortexm_release(c, t);
	}
}

/**
 * vcortexm_reset() - the core enters reset
 * @c: the core
 * @kind: power-on resets the debug unit too; the others only C_HALT, C_STEP, C_MASKINTS and the
 *        monitor bits (DDI 0403 C1.6)
 * @t: now
 */
void vcortexm_reset(struct vcortexm *c, enum mcu_reset kind, u64 t)
{
	vcortexm_set_state(c, CORE_RESET, t);
	c->dhcsr &= DHCSR_C_DEBUGEN;
	c->demcr &= ~DEMCR_MON_BITS;
	c->was_reset = true;
	c->regrdy_ps = 0;
	c->n_active = 0;
	c->event = false;
	if (kind == MCU_RESET_POR) {
		struct sim_rng rng;
		unsigned int i;

		c->dhcsr = c->demcr = c->dfsr = c->dcrdr = 0;
		c->retired = false;
		sim_rng_init(&rng, c->mcu->sim, "core registers");
		for (i = 0; i < ARRAY_SIZE(c->reg.r); i++)
			c->reg.r[i] = (u32)sim_rng_u64(&rng);
		for (i = 0; i < ARRAY_SIZE(c->reg.s); i++)
			c->reg.s[i] = (u32)sim_rng_u64(&rng);
	}
	c->reg.special = c->reg.fpscr = c->reg.psp = 0;
	vppb_reset(c->ppb, kind);
}

/**
 * vcortexm_release() - reset ends: SP and PC are fetched, then the core runs or is caught
 * @c: the core
 * @t: now
 */
void vcortexm_release(struct vcortexm *c, u64 t)
{
	u32 sp = ~0u, pc = ~0u;
	bool fetched;

	if (c->state != CORE_RESET)
		return;
	fetched = mcu_peek32(c->mcu, 0, &sp) && mcu_peek32(c->mcu, 4, &pc);
	c->reg.msp = sp & ~3u;
	c->reg.pc = pc & ~1u;
	c->reg.r[14] = ~0u;
	c->reg.xpsr = pc & 1 ? XPSR_T : 0;
	vcortexm_set_state(c, CORE_HALTED, t); /* for the moment: run() decides */
	if (vcortexm_debug_enabled(c) && (c->demcr & DEMCR_CORERESET)) {
		c->dfsr |= DFSR_VCATCH;
		c->dhcsr |= DHCSR_C_HALT;
	} else if (c->dhcsr & DHCSR_C_HALT) {
		c->dfsr |= DFSR_HALTED;
	} else if (!fetched) {
		vcortexm_lock_up(c, t);
	} else {
		run(c, t);
	}
}

/**
 * vcortexm_sleep() - the application executes WFI, or is woken
 * @c: the core
 * @how: CORE_SLEEP, CORE_STOP, or CORE_RUN to wake it
 * @t: now
 */
void vcortexm_sleep(struct vcortexm *c, enum core_state how, u64 t)
{
	if (c->state == CORE_RUN || c->state == CORE_SLEEP || c->state == CORE_STOP)
		vcortexm_set_state(c, how, t);
}

/**
 * vcortexm_state() - what the core is doing
 * @c: the core
 */
enum core_state vcortexm_state(const struct vcortexm *c)
{
	return c->state;
}

/**
 * vcortexm_exception() - which exception is active
 * @c: the core
 */
unsigned int vcortexm_exception(struct vcortexm *c)
{
	if (c->state == CORE_RUN && c->engine)
		return c->n_active ? c->active[c->n_active - 1] : 0;
	return c->reg.xpsr & XPSR_IPSR;
}

/**
 * vcortexm_ppb() - its registers without a life of their own
 * @c: the core
 */
struct vppb *vcortexm_ppb(struct vcortexm *c)
{
	return c->ppb;
}

static u32 read_reg(struct vcortexm *c, u32 addr, u64 t)
{
	switch (addr) {
	case 0xe000edf0:
		return read_dhcsr(c, t);
	case 0xe000edf4:
		return 0; /* DCRSR is write-only */
	case 0xe000edf8:
		return c->dcrdr;
	case 0xe000edfc:
		return c->demcr;
	case 0xe000ed30:
		return c->dfsr;
	case 0xe000101c: /* DWT_PCSR */
		if (!vcortexm_trace_enabled(c) || c->state != CORE_RUN)
			return vcortexm_trace_enabled(c) ? ~0u : 0;
		return pc_at(c, t);
	default:
		return 0;
	}
}

/**
 * vcortexm_trace_enabled() - DEMCR.TRCENA: DWT, ITM, TPIU and ETM have their clock
 * @c: the core
 */
bool vcortexm_trace_enabled(const struct vcortexm *c)
{
	return c->demcr & BIT(24);
}

/* software may access the PPB by bytes and half words too: ITM ports, priorities, CFSR */
static enum bus_resp narrow_access(struct vcortexm *c, struct bus_xact *x)
{
	struct bus_xact word = *x;
	enum bus_resp resp;

	word.addr &= ~3u;
	word.size = 4;
	if (x->write && x->addr < ITM_STIMULUS_END)
		return vppb_stimulus(c->ppb, x);
	word.write = false;
	resp = vcortexm_access(c, &word);
	if (!x->write || resp != BUS_OK) {
		x->data = word.data;
		return resp;
	}
	/* the other lanes of a write-1-to-clear register must be 0 */
	word.data = bus_merge(x, word.addr == SCS_CFSR ? 0 : word.data);
	word.write = true;
	return vcortexm_access(c, &word);
}

/**
 * vcortexm_access() - a transfer to the private peripheral bus, 0xe0000000 ... 0xe00fffff
 * @c: the core
 * @x: transfer; words only
 */
enum bus_resp vcortexm_access(struct vcortexm *c, struct bus_xact *x)
{
	if (x->master == BUS_CORE && x->size != 4)
		return narrow_access(c, x);
	if (x->size != 4 || (x->addr & 3)) {
		sim_complain(c->mcu->sim, "core", "%u-byte access to the PPB at 0x%08x", x->size,
			     x->addr);
		return BUS_ERROR;
	}
	if ((x->addr & ~0xfffu) == DBGMCU_BASE) {
		x->offset = x->addr - DBGMCU_BASE;
		return vdbgmcu_access(c->mcu->dbg, x);
	}
	if (x->write && x->addr >= ITM_STIMULUS_END)
		vcortexm_run_changed(c);
	switch (x->addr) {
	case 0xe000edf0:
	case 0xe000edf4:
	case 0xe000edf8:
	case 0xe000edfc:
	case 0xe000ed30:
	case 0xe000101c:
		break;
	case 0xe000ed0c:
		if (x->write) {
			write_aircr(c, x->data, x->at_ps);
			return BUS_OK;
		}
		return vppb_access(c->ppb, x);
	default:
		return vppb_access(c->ppb, x);
	}
	if (!x->write) {
		x->data = read_reg(c, x->addr, x->at_ps);
		return BUS_OK;
	}
	switch (x->addr) {
	case 0xe000edf0:
		/* software cannot set C_DEBUGEN; what else it may do needs that (DDI 0403 C1.6.2) */
		if (x->master == BUS_DAP)
			write_dhcsr(c, x->data, x->at_ps);
		break;
	case 0xe000edf4:
		write_dcrsr(c, x->data, x->at_ps);
		break;
	case 0xe000edf8:
		c->dcrdr = x->data;
		break;
	case 0xe000edfc:
		c->demcr = x->data & DEMCR_MASK;
		break;
	case 0xe000ed30:
		c->dfsr &= ~x->data;
		break;
	default: /* PCSR is read-only */
		break;
	}
	return BUS_OK;
}

/**
 * vcortexm_new() - the core, in reset
 * @mcu: its owner
 */
struct vcortexm *vcortexm_new(struct mcu *mcu)
{
	struct vcortexm *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->mcu = mcu;
	vcortexm_run_init(c);
	c->ppb = vppb_new(mcu, c);
	if (!c->ppb) {
		free(c);
		return NULL;
	}
	return c;
}

/**
 * vcortexm_free() - NULL is allowed
 * @c: from vcortexm_new()
 */
void vcortexm_free(struct vcortexm *c)
{
	if (c) {
		vcortexm_run_exit(c);
		vppb_free(c->ppb);
	}
	free(c);
}
