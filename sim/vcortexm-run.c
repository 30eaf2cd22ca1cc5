// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The virtual Cortex-M4 executing: slices of virtual time, exceptions, sleep, debug events of
 * running code. ARMv7-M ARM (DDI 0403) B1.5 (exceptions), C1.4 (debug events).
 *
 * The engine lags behind the bench's clock: it executes up to a moment when somebody looks (an
 * access of the debug port, a change of state), at the latest SLICE_PS after the last time. So an
 * access of the debugger finds memory as all instructions before it left it.
 *
 * Not modelled: SysTick and interrupt lines of peripherals (pending bits that software sets do
 * work), MPU, DWT watchpoints, lazy FP stacking (the frame is written at once), tail-chaining.
 */
#include "sim/vcortexm-priv.h"

#include <string.h>

#define SLICE_PS	(50 * PS_PER_US)

#define SCS_ICSR	0xe000ed04u
#define SCS_VTOR	0xe000ed08u
#define SCS_AIRCR	0xe000ed0cu
#define SCS_SCR		0xe000ed10u
#define SCS_CCR		0xe000ed14u
#define SCS_SHPR1	0xe000ed18u
#define SCS_SHCSR	0xe000ed24u
#define SCS_BFAR	0xe000ed38u
#define SCS_CPACR	0xe000ed88u
#define NVIC_ISER	0xe000e100u
#define NVIC_ISPR	0xe000e200u
#define NVIC_IPR	0xe000e400u

#define ICSR_NMIPEND	BIT(31)
#define ICSR_PENDSVSET	BIT(28)
#define ICSR_PENDSTSET	BIT(26)
#define SCR_SLEEPONEXIT BIT(1)
#define SCR_SLEEPDEEP	BIT(2)
#define SCR_SEVONPEND	BIT(4)
#define CCR_STKALIGN	BIT(9)
#define CPACR_FPU	0x00f00000u

/* CFSR: DDI 0403 B3.2.15 */
#define CFSR_IBUSERR	BIT(8)
#define CFSR_PRECISERR	BIT(9)
#define CFSR_UNSTKERR	BIT(11)
#define CFSR_STKERR	BIT(12)
#define CFSR_BFARVALID	BIT(15)
#define CFSR_UNDEFINSTR BIT(16)
#define CFSR_INVSTATE	BIT(17)
#define CFSR_INVPC	BIT(18)
#define CFSR_NOCP	BIT(19)
#define HFSR_VECTTBL	BIT(1)
#define HFSR_FORCED	BIT(30)
#define HFSR_DEBUGEVT	BIT(31)

enum exception {
	EXC_NMI = 2,
	EXC_HARDFAULT = 3,
	EXC_BUSFAULT = 5,
	EXC_USAGEFAULT = 6,
	EXC_SVCALL = 11,
	EXC_DEBUGMON = 12,
	EXC_PENDSV = 14,
	EXC_SYSTICK = 15,
	EXC_IRQ0 = 16,
};

#define N_IRQS		82 /* RM0351 13.3 */
#define PRIORITY_THREAD 256

/* ---- registers and memory ---- */

static u32 ppb_read(struct vcortexm *c, u32 addr)
{
	struct bus_xact x = { .addr = addr, .size = 4, .master = BUS_CORE };

	vppb_access(c->ppb, &x);
	return x.data;
}

static void ppb_write(struct vcortexm *c, u32 addr, u32 val)
{
	struct bus_xact x = {
		.addr = addr, .size = 4, .write = true, .master = BUS_CORE, .data = val
	};

	vppb_access(c->ppb, &x);
}

static bool memory(struct vcortexm *c, u32 addr, bool write, u32 *val)
{
	struct bus_xact x = { .addr = addr,
			      .size = 4,
			      .write = write,
			      .master = BUS_CORE,
			      .data = *val,
			      .at_ps = c->exec_ps,
			      .done_ps = c->exec_ps };
	bool ok = mcu_bus_access(c->mcu, &x) == BUS_OK && x.done_ps != SIM_NEVER;

	if (ok)
		c->exec_ps = x.done_ps;
	*val = x.data;
	return ok;
}

static u32 *stack_pointer(struct vcortexm *c)
{
	bool psp = (c->reg.special & SPECIAL_SPSEL) && !(c->reg.xpsr & XPSR_IPSR);

	return psp ? &c->reg.psp : &c->reg.msp;
}

/* ---- priorities ---- */

static int priority(struct vcortexm *c, unsigned int n)
{
	u32 word;

	if (n < 4)
		return (int)n - 4; /* reset -3, NMI -2, HardFault -1 */
	if (n < EXC_IRQ0)
		word = ppb_read(c, SCS_SHPR1 + (n / 4 - 1) * 4);
	else
		word = ppb_read(c, NVIC_IPR + (n - EXC_IRQ0) / 4 * 4);
	return word >> 8 * (n % 4) & 0xff;
}

/* the part of a priority that counts for preemption: DDI 0403 B1.5.4 */
static int group_of(struct vcortexm *c, int p)
{
	u32 prigroup = FIELD_GET(GENMASK(10, 8), ppb_read(c, SCS_AIRCR));

	return p < 0 ? p : p & ~(int)((2u << prigroup) - 1);
}

static int execution_priority(struct vcortexm *c)
{
	int p = PRIORITY_THREAD, base = FIELD_GET(SPECIAL_BASEPRI, c->reg.special);
	unsigned int i;

	for (i = 0; i < c->n_active; i++)
		p = min(p, group_of(c, priority(c, c->active[i])));
	if (!c->n_active && (c->reg.xpsr & XPSR_IPSR)) /* a debugger put it there */
		p = group_of(c, priority(c, c->reg.xpsr & XPSR_IPSR));
	if (base)
		p = min(p, group_of(c, base));
	if (c->reg.special & SPECIAL_PRIMASK)
		p = min(p, 0);
	if (c->reg.special & SPECIAL_FAULTMASK)
		p = min(p, -1);
	return p;
}

/* ---- exception entry: DDI 0403 B1.5.6 ---- */

static bool push_frame(struct vcortexm *c, u32 *exc_return)
{
	bool fp = c->reg.special & SPECIAL_FPCA;
	bool thread = !(c->reg.xpsr & XPSR_IPSR);
	u32 size = fp ? 0x68 : 0x20;
	u32 *sp = stack_pointer(c);
	bool align = (fp || (ppb_read(c, SCS_CCR) & CCR_STKALIGN)) && (*sp & 4);
	u32 frame = (*sp - size) & (align ? ~7u : ~3u);
	u32 words[8] = { c->reg.r[0],  c->reg.r[1],
			 c->reg.r[2],  c->reg.r[3],
			 c->reg.r[12], c->reg.r[14],
			 c->reg.pc,    (c->reg.xpsr & ~BIT(9)) | (align ? BIT(9) : 0) };
	unsigned int i;
	bool ok = true;

	*exc_return = 0xffffffe1u | (fp ? 0 : BIT(4)) | (thread ? BIT(3) : 0) |
		      (sp == &c->reg.psp ? BIT(2) : 0);
	*sp = frame;
	for (i = 0; i < 8; i++)
		ok = ok && memory(c, frame + 4 * i, true, &words[i]);
	for (i = 0; fp && i < 16; i++)
		ok = ok && memory(c, frame + 0x20 + 4 * i, true, &c->reg.s[i]);
	if (fp)
		ok = ok && memory(c, frame + 0x60, true, &c->reg.fpscr);
	return ok;
}

static void lock_up(struct vcortexm *c)
{
	c->n_active = 0;
	vcortexm_lock_up(c, c->exec_ps);
}

/* @catch: bits of DEMCR that stop a debugger at the handler's first instruction */
static void enter(struct vcortexm *c, unsigned int n, u32 catch)
{
	u32 exc_return, vector = 0;

	if (!push_frame(c, &exc_return)) {
		vppb_add_fault(c->ppb, CFSR_STKERR, n == EXC_HARDFAULT ? 0 : HFSR_FORCED);
		catch |= DEMCR_VC_INTERR;
		n = EXC_HARDFAULT;
	}
	if (!memory(c, ppb_read(c, SCS_VTOR) + 4 * n, false, &vector)) {
		vppb_add_fault(c->ppb, 0, HFSR_VECTTBL);
		lock_up(c);
		return;
	}
	if (c->n_active == CORE_MAX_ACTIVE) {
		lock_up(c);
		return;
	}
	c->active[c->n_active++] = (u16)n;
	c->event = true;
	c->reg.r[14] = exc_return;
	c->reg.pc = vector & ~1u;
	c->reg.xpsr =
		(c->reg.xpsr & ~(XPSR_IPSR | XPSR_T | 0x0600fc00u)) | n | (vector & 1 ? XPSR_T : 0);
	c->reg.special &= ~(SPECIAL_FPCA | SPECIAL_SPSEL);
	vcore_set_regs(c->engine, &c->reg);
	if (vcortexm_debug_enabled(c) && (c->demcr & catch))
		vcortexm_halt(c, DFSR_VCATCH, c->exec_ps);
}

/* the registers are c->reg's; @catch: the catch of this very fault */
static void hard_fault(struct vcortexm *c, u32 hfsr, u32 catch)
{
	vppb_add_fault(c->ppb, 0, hfsr);
	if (execution_priority(c) <= -1) {
		lock_up(c);
		return;
	}
	enter(c, EXC_HARDFAULT, catch | DEMCR_VC_HARDERR);
}

static void fault(struct vcortexm *c, unsigned int n, u32 cfsr, u32 catch)
{
	bool enabled = ppb_read(c, SCS_SHCSR) & BIT(12 + n); /* MEM, BUS, USGFAULTENA: 16 ... 18 */

	vppb_add_fault(c->ppb, cfsr, 0);
	if (enabled && group_of(c, priority(c, n)) < execution_priority(c))
		enter(c, n, catch);
	else
		hard_fault(c, HFSR_FORCED, catch);
}

/* ---- exception return: DDI 0403 B1.5.8 ---- */

static bool pop_frame(struct vcortexm *c, u32 exc_return)
{
	bool fp = !(exc_return & BIT(4));
	u32 *sp = exc_return & BIT(2) ? &c->reg.psp : &c->reg.msp;
	u32 frame = *sp, words[8] = { 0 };
	unsigned int i;
	bool ok = true;

	for (i = 0; i < 8; i++)
		ok = ok && memory(c, frame + 4 * i, false, &words[i]);
	for (i = 0; fp && i < 16; i++)
		ok = ok && memory(c, frame + 0x20 + 4 * i, false, &c->reg.s[i]);
	if (fp)
		ok = ok && memory(c, frame + 0x60, false, &c->reg.fpscr);
	if (!ok)
		return false;
	memcpy(c->reg.r, words, 16);
	c->reg.r[12] = words[4];
	c->reg.r[14] = words[5];
	c->reg.pc = words[6] & ~1u;
	*sp = (frame + (fp ? 0x68 : 0x20)) | (words[7] & BIT(9) ? 4 : 0);
	c->reg.xpsr = words[7] & ~BIT(9);
	c->reg.special = (c->reg.special & ~(SPECIAL_FPCA | SPECIAL_SPSEL)) |
			 (fp ? SPECIAL_FPCA : 0) | (exc_return & BIT(2) ? SPECIAL_SPSEL : 0);
	return true;
}

static void go_to_sleep(struct vcortexm *c)
{
	bool deep = ppb_read(c, SCS_SCR) & SCR_SLEEPDEEP;

	vcortexm_set_state(c, deep ? CORE_STOP : CORE_SLEEP, c->exec_ps);
}

static void exception_return(struct vcortexm *c, u32 exc_return)
{
	u32 kind = exc_return & 0xf, ipsr = c->reg.xpsr & XPSR_IPSR;
	bool to_thread = kind != 1;

	if (!ipsr || (kind != 1 && kind != 9 && kind != 0xd)) {
		fault(c, EXC_USAGEFAULT, CFSR_INVPC, DEMCR_VC_STATERR);
		return;
	}
	if (ipsr != EXC_NMI)
		c->reg.special &= ~SPECIAL_FAULTMASK;
	if (c->n_active)
		c->n_active--;
	if (!pop_frame(c, exc_return)) {
		fault(c, EXC_BUSFAULT, CFSR_UNSTKERR, DEMCR_VC_INTERR);
		return;
	}
	if (to_thread == !!(c->reg.xpsr & XPSR_IPSR)) {
		fault(c, EXC_USAGEFAULT, CFSR_INVPC, DEMCR_VC_STATERR);
		return;
	}
	c->event = true;
	vcore_set_regs(c->engine, &c->reg);
	if (to_thread && (ppb_read(c, SCS_SCR) & SCR_SLEEPONEXIT))
		go_to_sleep(c);
}

/* ---- pending exceptions ---- */

/* the one to take next, 0: none; @masked: even if a mask register keeps it out */
static unsigned int next_pending(struct vcortexm *c, bool masked)
{
	struct vcore_regs saved = c->reg;
	int best = PRIORITY_THREAD, now;
	unsigned int n, found = 0;
	u32 icsr;

	if (!vppb_any_pending(c->ppb))
		return 0;
	icsr = ppb_read(c, SCS_ICSR);
	for (n = EXC_NMI; n < EXC_IRQ0 + N_IRQS; n++) {
		bool is_pending = n == EXC_NMI	     ? icsr & ICSR_NMIPEND
				  : n == EXC_PENDSV  ? icsr & ICSR_PENDSVSET
				  : n == EXC_SYSTICK ? icsr & ICSR_PENDSTSET
						     : false;

		if (n >= EXC_IRQ0)
			is_pending = ppb_read(c, NVIC_ISPR + (n - EXC_IRQ0) / 32 * 4) &
				     ppb_read(c, NVIC_ISER + (n - EXC_IRQ0) / 32 * 4) &
				     BIT((n - EXC_IRQ0) % 32);
		if (is_pending && priority(c, n) < best) {
			best = priority(c, n);
			found = n;
		}
	}
	if (masked)
		c->reg.special &= ~SPECIAL_PRIMASK;
	now = execution_priority(c);
	c->reg = saved;
	return found && group_of(c, best) < now ? found : 0;
}

static void take_pending(struct vcortexm *c)
{
	unsigned int n;

	if (!vppb_any_pending(c->ppb))
		return;
	/* C_MASKINTS: PendSV, SysTick and interrupts wait (DDI 0403 C1.6.2) */
	if (vcortexm_debug_enabled(c) && (c->dhcsr & DHCSR_C_MASKINTS))
		return;
	vcore_get_regs(c->engine, &c->reg);
	n = next_pending(c, false);
	if (!n)
		return;
	vppb_unpend(c->ppb, n);
	enter(c, n, 0);
}

/* a pending exception ends WFI, whatever PRIMASK says (DDI 0403 B1.5.19) */
static void maybe_wake(struct vcortexm *c, u64 t)
{
	if (!next_pending(c, true))
		return;
	c->executing = true;
	vcortexm_set_state(c, CORE_RUN, t);
	c->executing = false;
}

/* ---- what instructions do ---- */

/* DDI 0403 C1.4.1: without halting debug a breakpoint is an exception */
static void breakpoint(struct vcortexm *c)
{
	if (vcortexm_debug_enabled(c)) {
		vcortexm_halt(c, DFSR_BKPT, c->exec_ps);
		return;
	}
	c->dfsr |= DFSR_BKPT;
	if ((c->demcr & DEMCR_MON_EN) &&
	    group_of(c, priority(c, EXC_DEBUGMON)) < execution_priority(c))
		enter(c, EXC_DEBUGMON, 0);
	else
		hard_fault(c, HFSR_DEBUGEVT, 0);
}

static void wait_for(struct vcortexm *c, enum vcore_why why)
{
	if (c->dhcsr & DHCSR_C_STEP)
		return;
	if (why == VCORE_WFE && c->event)
		c->event = false;
	else if (!next_pending(c, true))
		go_to_sleep(c);
}

static void handle(struct vcortexm *c, const struct vcore_stop *stop)
{
	if (stop->why == VCORE_TIME || stop->why == VCORE_ASKED)
		return;
	vcore_get_regs(c->engine, &c->reg);
	switch (stop->why) {
	case VCORE_BREAKPOINT:
	case VCORE_BKPT:
		breakpoint(c);
		break;
	case VCORE_SVC:
		if (group_of(c, priority(c, EXC_SVCALL)) < execution_priority(c))
			enter(c, EXC_SVCALL, 0);
		else
			hard_fault(c, HFSR_FORCED, 0);
		break;
	case VCORE_WFI:
	case VCORE_WFE:
		wait_for(c, stop->why);
		break;
	case VCORE_EXC_RETURN:
		exception_return(c, stop->addr);
		break;
	case VCORE_DATA_FAULT:
		ppb_write(c, SCS_BFAR, stop->addr);
		fault(c, EXC_BUSFAULT, CFSR_PRECISERR | CFSR_BFARVALID, DEMCR_VC_BUSERR);
		break;
	case VCORE_FETCH_FAULT:
		fault(c, EXC_BUSFAULT, CFSR_IBUSERR, DEMCR_VC_BUSERR);
		break;
	case VCORE_NO_COPROCESSOR:
		fault(c, EXC_USAGEFAULT, CFSR_NOCP, DEMCR_VC_NOCPERR);
		break;
	case VCORE_NO_THUMB:
		fault(c, EXC_USAGEFAULT, CFSR_INVSTATE, DEMCR_VC_STATERR);
		break;
	case VCORE_UNDEFINED:
	default:
		fault(c, EXC_USAGEFAULT, CFSR_UNDEFINSTR, DEMCR_VC_STATERR);
		break;
	}
}

/* ---- slices ---- */

static void run_slice(struct vcortexm *c, u64 to_ps, u64 max)
{
	u32 bp[VCORE_BREAKPOINTS];
	struct vcore_stop stop;

	c->executing = true;
	take_pending(c);
	if (vppb_any_pending(c->ppb))
		max = 1; /* the next one may unmask it */
	if (c->state == CORE_RUN) {
		vcore_set_breakpoints(c->engine, bp, vppb_breakpoints(c->ppb, bp));
		vcore_set_fpu(c->engine, (ppb_read(c, SCS_CPACR) & CPACR_FPU) == CPACR_FPU);
		c->exec_ps = vcore_run(c->engine, c->exec_ps, to_ps, max, &stop);
		c->event |= vcore_take_event(c->engine);
		/* its own write may have reset or halted it */
		if (c->state == CORE_RUN)
			handle(c, &stop);
		else if (c->state != CORE_RESET)
			vcore_get_regs(c->engine, &c->reg);
	}
	c->executing = false;
}

/**
 * vcortexm_run_to() - execute what comes before a moment
 * @c: the core; nothing happens unless it runs
 * @t: the moment
 */
void vcortexm_run_to(struct vcortexm *c, u64 t)
{
	if (!c->engine || c->executing)
		return;
	if (c->state == CORE_SLEEP || c->state == CORE_STOP)
		maybe_wake(c, t);
	while (c->state == CORE_RUN && c->exec_ps < t)
		run_slice(c, t, UINT64_MAX);
}

static bool is_sram(const struct mcu *mcu, u32 addr)
{
	return addr - SRAM1_BASE < mcu->kind->sram1_size ||
	       addr - SRAM2_BASE < mcu->kind->sram2_size;
}

/**
 * vcortexm_run_before() - execute what comes before an access of the debug port
 * @c: the core
 * @x: the access
 *
 * A debugger that fills a buffer while the core waits for a flash would stop it every few
 * microseconds; where neither has anything to do with the other it may go on for a whole slice.
 */
void vcortexm_run_before(struct vcortexm *c, const struct bus_xact *x)
{
	bool sram = is_sram(c->mcu, x->addr);

	if (sram && c->state == CORE_RUN && c->engine && c->mcu->catch_up_ps == SIM_NEVER &&
	    vcore_is_unconcerned(c->engine, x))
		return;
	vcortexm_run_to(c, x->at_ps);
	if (!sram && c->engine)
		vcore_wake(c->engine);
}

static void on_slice(void *arg, u64 now)
{
	struct vcortexm *c = arg;

	vcortexm_run_to(c, now);
	if (c->state == CORE_RUN)
		sim_schedule(c->mcu->sim, &c->ev_slice, now + SLICE_PS);
}

/**
 * vcortexm_run_enter() - the core runs from now on
 * @c: the core
 * @t: now
 */
void vcortexm_run_enter(struct vcortexm *c, u64 t)
{
	if (!vcortexm_executes(c))
		return;
	vcore_set_regs(c->engine, &c->reg);
	c->exec_ps = max(c->exec_ps, t);
	sim_schedule(c->mcu->sim, &c->ev_slice, max(t, sim_now_ps(c->mcu->sim)) + SLICE_PS);
}

/**
 * vcortexm_run_leave() - the core is about to stop running
 * @c: the core
 * @t: now
 */
void vcortexm_run_leave(struct vcortexm *c, u64 t)
{
	if (!c->engine)
		return;
	sim_cancel(c->mcu->sim, &c->ev_slice);
	if (!c->executing)
		vcore_get_regs(c->engine, &c->reg);
}

/**
 * vcortexm_run_step() - one instruction
 * @c: the core, in CORE_RUN
 * @t: now
 */
void vcortexm_run_step(struct vcortexm *c, u64 t)
{
	run_slice(c, SIM_NEVER, 1);
}

/**
 * vcortexm_run_changed() - a write to the PPB: breakpoints, pending bits or CPACR may be others
 * @c: the core
 */
void vcortexm_run_changed(struct vcortexm *c)
{
	if (c->executing)
		vcore_ask_stop(c->engine);
	else if (c->engine && (c->state == CORE_SLEEP || c->state == CORE_STOP))
		sim_schedule(c->mcu->sim, &c->ev_slice, sim_now_ps(c->mcu->sim));
}

/**
 * vcortexm_memory_changed() - SRAM was written past the engine
 * @c: the core
 * @addr: bus address
 * @len: in bytes
 */
void vcortexm_memory_changed(struct vcortexm *c, u32 addr, u32 len)
{
	vcore_memory_changed(c->engine, addr, len);
}

/**
 * vcortexm_executes() - does code really run
 * @c: the core
 */
bool vcortexm_executes(struct vcortexm *c)
{
	if (!c->engine && c->has_engine) {
		c->engine = vcore_new(c->mcu);
		c->has_engine = c->engine;
	}
	return c->engine;
}

/**
 * vcortexm_run_init() - nothing runs yet
 * @c: being built
 */
void vcortexm_run_init(struct vcortexm *c)
{
	c->has_engine = true;
	c->ev_slice = (struct sim_event){ SIM_NEVER, on_slice, c, NULL };
}

/**
 * vcortexm_run_exit() - free the engine
 * @c: being freed
 */
void vcortexm_run_exit(struct vcortexm *c)
{
	sim_cancel(c->mcu->sim, &c->ev_slice);
	vcore_free(c->engine);
}
