// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Cortex-M through its debug registers.
 *
 * References: ARMv7-M ARM (DDI 0403E), C1.6 debug registers, C1.11 FPB, C1.8 DWT; ARMv8-M ARM
 * (DDI 0553); ST's reference manuals, chapter "Debug support".
 *
 * C_DEBUGEN and DEMCR survive a system reset, C_HALT does not: DEMCR.VC_CORERESET halts the core at
 * the reset vector, before its first instruction. It stays set for the whole session, so that a
 * target which is reset in mid-job does not run what is half-programmed.
 */
#include "lib/cortexm.h"

#include <errno.h>

#define CPUID		   0xe000ed00u
#define AIRCR		   0xe000ed0cu
#define DFSR		   0xe000ed30u
#define DHCSR		   0xe000edf0u
#define DCRSR		   0xe000edf4u
#define DCRDR		   0xe000edf8u
#define DEMCR		   0xe000edfcu

#define CPUID_IMPLEMENTER  GENMASK(31, 24)
#define CPUID_PARTNO	   GENMASK(15, 4)
#define IMPLEMENTER_ARM	   0x41

#define AIRCR_SYSRESETREQ  0x05fa0004u /* with the key */

#define DFSR_VCATCH	   BIT(3)
#define DFSR_ALL	   0x1fu

#define DHCSR_KEY	   0xa05f0000u
#define DHCSR_C_DEBUGEN	   BIT(0)
#define DHCSR_C_HALT	   BIT(1)
#define DHCSR_S_REGRDY	   BIT(16)
#define DHCSR_S_HALT	   BIT(17)
#define DHCSR_S_LOCKUP	   BIT(19)
#define DHCSR_S_RESET_ST   BIT(25)
#define DHCSR_HALT_ON	   (DHCSR_KEY | DHCSR_C_DEBUGEN | DHCSR_C_HALT)
#define DHCSR_RUN_ON	   (DHCSR_KEY | DHCSR_C_DEBUGEN)
#define DHCSR_RUN_OFF	   DHCSR_KEY

#define DCRSR_WRITE	   BIT(16)
#define REG_XPSR	   16
#define XPSR_T		   BIT(24)

#define DEMCR_VC_CORERESET BIT(0)
#define DEMCR_VC_ALL	   0xff1u
#define DEMCR_TRCENA	   BIT(24)

#define FP_CTRL		   0xe0002000u
#define FP_CTRL_KEY	   BIT(1)
#define FP_CTRL_ENABLE	   BIT(0)
#define FP_COMP(n)	   (0xe0002008u + 4 * (n))
#define DWT_CTRL	   0xe0001000u
#define DWT_FUNCTION(n)	   (0xe0001028u + 16 * (n))

#define HALT_NS		   (100 * MSEC_NS)
#define RESET_NS	   (500 * MSEC_NS)
#define REGRDY_NS	   (100 * MSEC_NS)
#define TRIES		   3
/* nRST: ST's filter passes 350 ns (DS10198, 6.3.17), boards have 100 nF and a pull-up of 40 k */
#define NRST_LOW_NS  (10 * MSEC_NS)
#define NRST_RISE_NS (20 * MSEC_NS)

static struct ctx *cm_ctx(const struct cortexm *cm)
{
	return memq_ctx(cm->q);
}

static const char *core_name(u32 cpuid)
{
	static const struct {
		u16 part;
		const char *name;
	} cores[] = {
		{ 0xc20, "Cortex-M0" },	 { 0xc60, "Cortex-M0+" }, { 0xc23, "Cortex-M3" },
		{ 0xc24, "Cortex-M4" },	 { 0xc27, "Cortex-M7" },  { 0xd20, "Cortex-M23" },
		{ 0xd21, "Cortex-M33" }, { 0xd22, "Cortex-M55" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cores); i++)
		if (cores[i].part == FIELD_GET(CPUID_PARTNO, cpuid))
			return cores[i].name;
	return "unknown core";
}

/* a value of DHCSR that can be one: some cores show the key or all ones in a wrong state */
static bool dhcsr_is_sane(u32 dhcsr)
{
	return dhcsr != ~0u && (dhcsr & 0xffff0000u) != DHCSR_KEY;
}

/* called by the queue after a bus fault: was it because the target was reset under our hands? */
static int cm_explain_fault(void *arg, u32 addr)
{
	struct cortexm *cm = arg;
	u32 dhcsr;

	if (addr == DHCSR || memq_peek32(cm->q, DHCSR, &dhcsr) || !dhcsr_is_sane(dhcsr))
		return 0;
	if (!(dhcsr & DHCSR_S_RESET_ST) || cm->expects_reset)
		return 0;
	cm->was_reset = true;
	return err_set(&cm_ctx(cm)->err, -EIO,
		       "look for a watchdog, a brown-out or a reset button; then run the job again",
		       "the target was reset in the middle of the job (DHCSR.S_RESET_ST, at the "
		       "access to 0x%08x)",
		       addr);
}

/**
 * cortexm_attach() - look at the core, enable debug
 * @cm: filled in
 * @dap: connected
 * @q: queue on the core's AP
 *
 * Return: 0; -EOPNOTSUPP when there is no Cortex-M behind this AP.
 */
int cortexm_attach(struct cortexm *cm, struct dap *dap, struct memq *q)
{
	struct ctx *ctx = memq_ctx(q);
	u32 cpuid, dhcsr, demcr;
	int ret;

	ret = target_read32(q, CPUID, &cpuid);
	if (ret)
		return ret;
	if (FIELD_GET(CPUID_IMPLEMENTER, cpuid) != IMPLEMENTER_ARM)
		return err_set(&ctx->err, -ENXIO,
			       "a core that is asleep or held in reset reads like this: wire nRST, "
			       "or wake it up",
			       "no Cortex-M core behind the memory access port (CPUID 0x%08x)",
			       cpuid);
	*cm = (struct cortexm){ .q = q, .dap = dap, .cpuid = cpuid };

	/* the first look also throws S_RESET_ST and S_RETIRE_ST away */
	memq_read32(q, DHCSR, &dhcsr);
	memq_read32(q, DEMCR, &demcr);
	ret = memq_flush(q);
	if (ret)
		return ret;
	cm->was_running = !(dhcsr & DHCSR_S_HALT);
	cm->demcr_at_attach = demcr;
	memq_set_fault_hook(q, cm_explain_fault, cm);
	log_dbg(&ctx->log, "%s r%up%u (CPUID 0x%08x), %s, DHCSR 0x%08x DEMCR 0x%08x",
		core_name(cpuid), cpuid >> 20 & 0xf, cpuid & 0xf, cpuid,
		dhcsr & DHCSR_S_LOCKUP ? "in lockup"
		: cm->was_running      ? "running"
				       : "halted",
		dhcsr, demcr);
	/* a debugger before us may have left it halted: keep it so */
	return target_write32(q, DHCSR, cm->was_running ? DHCSR_RUN_ON : DHCSR_HALT_ON);
}

/* *dhcsr: the last value seen */
static int wait_halted(struct cortexm *cm, u32 *dhcsr)
{
	return target_poll32(cm->q, DHCSR, DHCSR_S_HALT, DHCSR_S_HALT, HALT_NS, dhcsr);
}

/**
 * cortexm_arm_reset_catch() - before attaching: halt the core when nRST is released
 * @q: queue on the core's AP; nRST is held
 * @demcr: out: DEMCR as it was
 *
 * Debug registers can be written under system reset (RM0351, 48.4.8): only power-on resets them.
 */
int cortexm_arm_reset_catch(struct memq *q, u32 *demcr)
{
	memq_read32(q, DEMCR, demcr);
	memq_write32(q, DHCSR, DHCSR_HALT_ON);
	memq_write32(q, DEMCR, DEMCR_TRCENA | DEMCR_VC_CORERESET);
	return memq_flush(q);
}

/**
 * cortexm_halt() - halt the core
 * @cm: attached
 *
 * Return: 0; -ETIMEDOUT when it does not halt.
 */
int cortexm_halt(struct cortexm *cm)
{
	u32 dhcsr = 0;
	int ret = 0;

	for (unsigned int i = 0; i < TRIES; i++) {
		ret = target_write32(cm->q, DHCSR, DHCSR_HALT_ON);
		if (!ret)
			ret = wait_halted(cm, &dhcsr);
		if (!ret && dhcsr_is_sane(dhcsr))
			return 0;
		if (ret && ret != -ETIMEDOUT)
			return ret;
		log_dbg(&cm_ctx(cm)->log, "halt: DHCSR 0x%08x, try %u", dhcsr, i + 1);
	}
	/* every read clears it: still set after all these, something holds the reset */
	if (dhcsr_is_sane(dhcsr) && (dhcsr & DHCSR_S_RESET_ST))
		return err_set(&cm_ctx(cm)->err, -ENXIO,
			       "release the reset button; check what else drives nRST",
			       "the target is held in reset (DHCSR 0x%08x)", dhcsr);
	return err_set(&cm_ctx(cm)->err, -ETIMEDOUT,
		       "wire nRST so that it can be caught out of reset, or power-cycle it",
		       "the core does not halt (DHCSR 0x%08x): asleep, in reset or locked", dhcsr);
}

/* pull nRST for a moment */
static int nrst_pulse(struct cortexm *cm)
{
	struct ctx *ctx = cm_ctx(cm);
	int ret;

	ret = dap_set_nrst(cm->dap, true);
	if (ret)
		return ret;
	clock_sleep_ns(ctx->clk, NRST_LOW_NS);
	ret = dap_set_nrst(cm->dap, false);
	clock_sleep_ns(ctx->clk, NRST_RISE_NS);
	return ret;
}

/*
 * Errors between the request and the end of a reset say nothing: the AP may WAIT, FAULT or be
 * silent. Only a lost adapter or target counts.
 */
static int forgive(struct cortexm *cm, int ret, bool had_error)
{
	if (!ret || ret == -ENODEV || ret == -ENXIO)
		return ret;
	if (!had_error)
		err_clear(&cm_ctx(cm)->err);
	return 0;
}

/* ask for a system reset: by AIRCR, or by the pin */
static int request_reset(struct cortexm *cm, bool by_pin)
{
	const bool had_error = cm_ctx(cm)->err.code;
	int ret;

	cm->expects_reset = true;
	ret = by_pin ? nrst_pulse(cm) : target_write32(cm->q, AIRCR, AIRCR_SYSRESETREQ);
	return by_pin ? ret : forgive(cm, ret, had_error);
}

/*
 * Wait until the reset is over: S_RESET_ST is sticky until read, so it reads 0 once nothing resets
 * the core any more. @want: S_HALT or 0.
 */
static int wait_reset_over(struct cortexm *cm, u32 want, u32 *dhcsr)
{
	const bool had_error = cm_ctx(cm)->err.code;
	const u64 end = clock_now_ns(cm_ctx(cm)->clk) + RESET_NS;
	int ret;

	do {
		ret = forgive(cm, target_read32(cm->q, DHCSR, dhcsr), had_error);
		if (ret)
			return ret;
		if (dhcsr_is_sane(*dhcsr) && !(*dhcsr & DHCSR_S_RESET_ST) &&
		    (*dhcsr & DHCSR_S_HALT) == want)
			return 0;
		clock_sleep_ns(cm_ctx(cm)->clk, 100 * USEC_NS);
	} while (clock_now_ns(cm_ctx(cm)->clk) < end);
	return -ETIMEDOUT;
}

/* without the T bit the first instruction faults: an erased vector table leaves it 0 */
static int set_thumb(struct cortexm *cm)
{
	u32 xpsr;
	int ret;

	ret = cortexm_read_reg(cm, REG_XPSR, &xpsr);
	if (ret || (xpsr & XPSR_T))
		return ret;
	return cortexm_write_reg(cm, REG_XPSR, xpsr | XPSR_T);
}

/**
 * cortexm_reset_halt() - system reset, halted at the reset vector
 * @cm: attached
 *
 * By SYSRESETREQ; if the core does not end up halted there, by nRST. Vector catch stays armed.
 */
int cortexm_reset_halt(struct cortexm *cm)
{
	struct ctx *ctx = cm_ctx(cm);
	u32 dhcsr = 0, dfsr = 0;
	int ret = 0;

	for (unsigned int i = 0; i < TRIES; i++) {
		const bool by_pin = i > 0 && dap_has_nrst(cm->dap);

		/* C_HALT first: it wakes a sleeping core, so that the reset finds a clock */
		memq_write32(cm->q, DHCSR, DHCSR_HALT_ON);
		memq_write32(cm->q, DEMCR, DEMCR_TRCENA | DEMCR_VC_CORERESET);
		memq_write32(cm->q, DFSR, DFSR_ALL);
		memq_read32(cm->q, DHCSR, &dhcsr);
		ret = memq_flush(cm->q);
		if (!ret)
			ret = request_reset(cm, by_pin);
		if (!ret)
			ret = wait_reset_over(cm, DHCSR_S_HALT, &dhcsr);
		if (!ret)
			ret = target_read32(cm->q, DFSR, &dfsr);
		cm->expects_reset = false;
		if (!ret && (dfsr & DFSR_VCATCH)) {
			cm->was_reset = false;
			log_dbg(&ctx->log, "reset by %s, halted at the reset vector",
				by_pin ? "nRST" : "SYSRESETREQ");
			return set_thumb(cm);
		}
		if (ret && ret != -ETIMEDOUT)
			return ret;
		log_dbg(&ctx->log, "reset by %s: not caught (DHCSR 0x%08x DFSR 0x%02x)",
			by_pin ? "nRST" : "SYSRESETREQ", dhcsr, dfsr);
	}
	return err_set(&ctx->err, -ETIMEDOUT, "wire nRST, or power-cycle the target",
		       "the core does not come out of reset halted (DHCSR 0x%08x, DFSR 0x%02x)",
		       dhcsr, dfsr);
}

/* comparators that a debugger left would halt or trap the application */
static void clear_comparators(struct cortexm *cm)
{
	u32 fp = 0, dwt = 0;

	memq_write32(cm->q, DEMCR, DEMCR_TRCENA);
	memq_read32(cm->q, FP_CTRL, &fp);
	memq_read32(cm->q, DWT_CTRL, &dwt);
	if (memq_flush(cm->q))
		return;
	/* FP_CTRL: NUM_CODE [14:12],[7:4], NUM_LIT [11:8]; DWT_CTRL: NUMCOMP [31:28] */
	if (fp & FP_CTRL_ENABLE) {
		const u32 n = (fp >> 8 & 0x70) + (fp >> 4 & 0xf) + (fp >> 8 & 0xf);

		for (u32 i = 0; i < n; i++)
			memq_write32(cm->q, FP_COMP(i), 0);
		memq_write32(cm->q, FP_CTRL, FP_CTRL_KEY);
	}
	for (u32 i = 0; i < dwt >> 28; i++)
		memq_write32(cm->q, DWT_FUNCTION(i), 0);
	(void)memq_flush(cm->q);
}

/**
 * cortexm_reset_run() - system reset, run freely, debug off
 * @cm: attached
 */
int cortexm_reset_run(struct cortexm *cm)
{
	struct ctx *ctx = cm_ctx(cm);
	const bool had_error = ctx->err.code;
	u32 dhcsr = 0;
	int ret = 0;

	clear_comparators(cm);
	for (unsigned int i = 0; i < TRIES; i++) {
		const bool by_pin = i > 0 && dap_has_nrst(cm->dap);

		memq_write32(cm->q, DEMCR, cm->demcr_at_attach & ~DEMCR_VC_ALL);
		memq_write32(cm->q, DFSR, DFSR_ALL);
		memq_read32(cm->q, DHCSR, &dhcsr);
		ret = memq_flush(cm->q);
		if (!ret)
			ret = request_reset(cm, by_pin);
		if (!ret)
			ret = wait_reset_over(cm, 0, &dhcsr);
		cm->expects_reset = false;
		if (ret == -ENXIO) {
			/* it runs: what it does to its SWD pins or clocks is its own affair */
			log_info(&ctx->log, "the target stopped answering after its reset");
			if (!had_error)
				err_clear(&ctx->err);
			return 0;
		}
		if (!ret) {
			log_dbg(&ctx->log, "reset by %s, running", by_pin ? "nRST" : "SYSRESETREQ");
			return target_write32(cm->q, DHCSR, DHCSR_RUN_OFF);
		}
		if (ret != -ETIMEDOUT)
			return ret;
	}
	return err_set(&ctx->err, -ETIMEDOUT, "press reset, or power-cycle the target",
		       "the target does not run after a reset (DHCSR 0x%08x)", dhcsr);
}

/**
 * cortexm_saw_reset() - was the target reset since the last look?
 * @cm: attached
 *
 * Return: false also when it does not answer; the session's error is left alone.
 */
bool cortexm_saw_reset(struct cortexm *cm)
{
	struct ctx *ctx = cm_ctx(cm);
	const struct err saved = ctx->err;
	bool was_reset = cm->was_reset;
	u32 dhcsr;

	err_clear(&ctx->err);
	if (!target_read32(cm->q, DHCSR, &dhcsr) && dhcsr_is_sane(dhcsr))
		was_reset |= dhcsr & DHCSR_S_RESET_ST;
	cm->was_reset = false;
	ctx->err = saved;
	return was_reset;
}

static int wait_regrdy(struct cortexm *cm, u8 regsel)
{
	u32 dhcsr = 0;
	int ret;

	ret = target_poll32(cm->q, DHCSR, DHCSR_S_REGRDY, DHCSR_S_REGRDY, REGRDY_NS, &dhcsr);
	if (ret == -ETIMEDOUT)
		err_set(&cm_ctx(cm)->err, ret, "halt the core first",
			"core register %u is not transferred (DHCSR 0x%08x)", regsel, dhcsr);
	return ret;
}

/**
 * cortexm_read_reg() - core register
 * @cm: attached, halted
 * @regsel: DCRSR number
 * @val: out
 */
int cortexm_read_reg(struct cortexm *cm, u8 regsel, u32 *val)
{
	int ret;

	memq_write32(cm->q, DCRSR, regsel);
	ret = memq_flush(cm->q);
	if (!ret)
		ret = wait_regrdy(cm, regsel);
	return ret ? ret : target_read32(cm->q, DCRDR, val);
}

/**
 * cortexm_write_reg() - core register
 * @cm: attached, halted
 * @regsel: DCRSR number
 * @val: value
 */
int cortexm_write_reg(struct cortexm *cm, u8 regsel, u32 val)
{
	int ret;

	memq_write32(cm->q, DCRDR, val);
	memq_write32(cm->q, DCRSR, regsel | DCRSR_WRITE);
	ret = memq_flush(cm->q);
	return ret ? ret : wait_regrdy(cm, regsel);
}

/**
 * cortexm_detach() - debug state as it was found
 * @cm: attached
 * @resume: let the core run, debug off; else it stays halted under C_DEBUGEN
 */
void cortexm_detach(struct cortexm *cm, bool resume)
{
	struct ctx *ctx = cm_ctx(cm);
	const struct err saved = ctx->err;

	memq_discard(cm->q);
	memq_set_fault_hook(cm->q, NULL, NULL);
	clear_comparators(cm);
	memq_write32(cm->q, DEMCR, cm->demcr_at_attach);
	memq_write32(cm->q, DFSR, DFSR_ALL);
	if (resume) {
		memq_write32(cm->q, DHCSR, DHCSR_RUN_ON);
		memq_write32(cm->q, DHCSR, DHCSR_RUN_OFF);
	}
	if (memq_flush(cm->q) && !memq_is_lost(cm->q))
		log_warn(&ctx->log, "the core's debug state could not be put back");
	ctx->err = saved;
}
