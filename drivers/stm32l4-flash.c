// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Flash controller of the STM32L47x/L48x (RM0351 3): 2 KiB pages, double words of 8 bytes with
 * ECC, one or two banks.
 *
 * Programming runs without a look at BSY between double words:
 *
 *   wire   W0 W1 ........................ W0 W1 .....................
 *   flash        [ programs double word ]       [ programs double
 *                <------- prog.est_ns -------->
 *                                        ^ word 0 of the next one reaches the bus
 *
 * A write that reaches a busy flash stalls the bus (RM0351 3.3.7), which the debug port answers
 * with WAIT: too early is expensive, too late is waste. So the busy time is learned: the first
 * double words of a session are followed by a row of SR samples that bracket the end of BSY, and
 * later one in 32 carries a single sample at the time in force. It raises the time when it finds
 * BSY set and lowers it a little when not, which settles where some percent of the samples are
 * busy. The same samples show the error flags; those are sticky and stop all programming after
 * them (PGSERR), so that reading back finds the one unit that was refused.
 */
#include "drivers/stm32l4-flash.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* RM0351 3.7 */
#define FLASH_ACR	0x00
#define FLASH_ACR_ICEN	BIT(9)
#define FLASH_ACR_DCEN	BIT(10)
#define FLASH_ACR_ICRST BIT(11) /* only while ICEN is 0 */
#define FLASH_ACR_DCRST BIT(12) /* only while DCEN is 0 */
#define FLASH_KEYR	0x08
#define FLASH_KEY1	0x45670123u
#define FLASH_KEY2	0xcdef89abu

/* flags are cleared by writing 1 */
#define FLASH_SR	 0x10
#define FLASH_SR_EOP	 BIT(0)
#define FLASH_SR_OPERR	 BIT(1)
#define FLASH_SR_PROGERR BIT(3) /* unit was not erased */
#define FLASH_SR_WRPERR	 BIT(4) /* write-protected, PCROP, or RDP level 1 */
#define FLASH_SR_PGAERR	 BIT(5) /* address not aligned, or words out of order */
#define FLASH_SR_SIZERR	 BIT(6) /* access narrower than a word */
#define FLASH_SR_PGSERR	 BIT(7) /* sequence: PG not set, or an older flag still set */
#define FLASH_SR_MISERR	 BIT(8) /* fast programming: data late */
#define FLASH_SR_FASTERR BIT(9) /* fast programming broken off */
#define FLASH_SR_RDERR	 BIT(14)
#define FLASH_SR_OPTVERR BIT(15)
#define FLASH_SR_BSY	 BIT(16)
#define FLASH_SR_FAILED                                                                            \
	(FLASH_SR_OPERR | FLASH_SR_PROGERR | FLASH_SR_WRPERR | FLASH_SR_PGAERR | FLASH_SR_SIZERR | \
	 FLASH_SR_PGSERR | FLASH_SR_MISERR | FLASH_SR_FASTERR)
#define FLASH_SR_FLAGS	    (FLASH_SR_FAILED | FLASH_SR_EOP | FLASH_SR_RDERR | FLASH_SR_OPTVERR)

#define FLASH_CR	    0x14
#define FLASH_CR_PG	    BIT(0)
#define FLASH_CR_PER	    BIT(1)
#define FLASH_CR_MER1	    BIT(2)
#define FLASH_CR_PNB	    GENMASK(10, 3)
#define FLASH_CR_BKER	    BIT(11)
#define FLASH_CR_MER2	    BIT(15)
#define FLASH_CR_STRT	    BIT(16)
#define FLASH_CR_LOCK	    BIT(31)

#define FLASH_ECCR	    0x18
#define FLASH_ECCR_ADDR_ECC GENMASK(18, 0) /* byte address inside the bank */
#define FLASH_ECCR_BK_ECC   BIT(19)
#define FLASH_ECCR_SYSF_ECC BIT(20)
#define FLASH_ECCR_ECCC	    BIT(30)
#define FLASH_ECCR_ECCD	    BIT(31)

#define PAGE_SIZE	    2048u
#define UNIT_SIZE	    8u

/* DS10198 6.3.10, flash memory characteristics */
#define PROG_TYP_NS  81690u
#define PROG_MAX_NS  90760u
#define ERASE_TYP_NS (22020 * USEC_NS)
#define ERASE_MAX_NS (24470 * USEC_NS)
#define MASS_TYP_NS  (22130 * USEC_NS)
#define MASS_MAX_NS  (24590 * USEC_NS)
/* an operation that is not over after so many times its maximum is stuck */
#define TIMEOUT_FACTOR 3

/* no device is expected outside these, whatever samples say */
#define PROG_EST_MIN_NS (PROG_TYP_NS * 6 / 10)
#define PROG_EST_MAX_NS (PROG_TYP_NS * 16 / 10)

/* first units of a session, each followed by a row of samples */
#define CAL_UNITS   8
#define CAL_SAMPLES 24
#define CAL_FROM_NS (PROG_TYP_NS * 3 / 4)
/* one unit in so many carries a sample */
#define PROBE_EVERY 32
#define N_PROBES    64
/*
 * A busy sample puts the estimate 1/64 above its own time, an idle one lowers it by 1/2048, and all
 * of one check() by no more than 1/256. Writes come 1/256 later than the estimate.
 */
#define PROBE_UP       64
#define PROBE_DOWN     2048
#define PROBE_DOWN_MAX 256
/* an idle debug port takes the next request some cycles after a write: SWCLK of one write */
#define WRITE_CYCLES 48

/* units that were refused and are still blank are tried again so often without progress */
#define MAX_RETRIES 4
/* and so many that hold something else are stepped over in a job when the wire is known to be bad */
#define MAX_SKIPPED 16
#define READ_PIECE  KIB(64)

/* DHCSR.S_RESET_ST tells that the core was reset (ARMv7-M ARM C1.6.2) */
#define DHCSR		 0xe000edf0u
#define DHCSR_S_RESET_ST BIT(25)

struct stm32l4_flash {
	struct mtd_info mtd;
	struct stm32l4_flash_desc desc;
	struct mtd_region region;
	struct mtd_erase_unit units[2];
	char about[80];
	bool is_prepared;
	u32 acr; /* as found */
	u64 prog_est_ns;
	bool is_calibrated;
	u64 probe_cost_ns; /* wire time of a sample, address and all */
	u64 erase_est_ns;
	u64 n_retries_seen; /* ctx->stats.retries at the last look */
};

/* an SR sample taken at a known time after the second word of a unit */
struct probe {
	u64 after_ns; /* at least; gaps between USB transfers make it later */
	u64 issued;   /* bytes of the job that were queued before it */
	u32 sr;
	enum memq_sample state;
};

struct l4_job {
	/* erase */
	u64 op_size;	/* of the erase in flight; 0: none */
	u64 op_from_ns; /* cursor when it was started */
	u64 sampled_ns; /* cursor at the sample */
	bool is_sampled, was_busy;
	/* program */
	bool is_set_up; /* PG set, flags clear */
	unsigned int n_units, n_cal, n_probes, n_retries, n_skipped;
	u64 retry_at;
	struct probe probes[N_PROBES];
	struct probe cal[CAL_UNITS][CAL_SAMPLES];
	bool is_final; /* the last status is queued */
	/* both */
	u32 sr, cr;
	enum memq_sample state;
};

static struct stm32l4_flash *to_flash(struct mtd_info *mtd)
{
	return container_of(mtd, struct stm32l4_flash, mtd);
}

static struct l4_job *job_priv(struct flash_job *job)
{
	if (!job->priv)
		job->priv = calloc(1, sizeof(struct l4_job));
	if (!job->priv)
		err_set(&job->mtd->ctx->err, -ENOMEM, NULL, "out of memory for a flash job");
	return job->priv;
}

static u32 reg(const struct stm32l4_flash *fl, u32 offset)
{
	return fl->desc.regs + offset;
}

/* ---- quiet, unlocked, uncached ---- */

static int wait_idle(struct stm32l4_flash *fl, u32 *sr)
{
	int ret = target_poll32(fl->mtd.q, reg(fl, FLASH_SR), FLASH_SR_BSY, 0,
				TIMEOUT_FACTOR * MASS_MAX_NS, sr);

	if (ret == -ETIMEDOUT)
		return err_set(&fl->mtd.ctx->err, ret, "power-cycle the target and try again",
			       "the flash stays busy (FLASH_SR 0x%08" PRIx32 ") after %" PRIu64
			       " ms",
			       *sr, TIMEOUT_FACTOR * MASS_MAX_NS / MSEC_NS);
	return ret;
}

/* keys to an unlocked controller, or wrong ones, lock it until reset: look first (RM0351 3.3.5) */
static int unlock(struct stm32l4_flash *fl)
{
	struct memq *q = fl->mtd.q;
	u32 cr;
	int ret = target_read32(q, reg(fl, FLASH_CR), &cr);

	if (!ret && (cr & FLASH_CR_LOCK)) {
		memq_write32(q, reg(fl, FLASH_KEYR), FLASH_KEY1);
		memq_write32(q, reg(fl, FLASH_KEYR), FLASH_KEY2);
		ret = memq_flush(q);
		if (!ret)
			ret = target_read32(q, reg(fl, FLASH_CR), &cr);
	}
	if (ret)
		return ret;
	if (cr & FLASH_CR_LOCK)
		return err_set(&fl->mtd.ctx->err, -EIO, "reset the target and try again",
			       "the flash did not unlock (FLASH_CR 0x%08" PRIx32
			       "): wrong keys since the last reset lock it for good",
			       cr);
	/* PG or MER that the application left set would spoil the first operation */
	return target_write32(q, reg(fl, FLASH_CR), 0);
}

/* caches off and empty: a debugger's reads go through the D-cache too (RM0351 3.3.3) */
static int caches_off(struct stm32l4_flash *fl)
{
	struct memq *q = fl->mtd.q;
	u32 off;
	int ret = target_read32(q, reg(fl, FLASH_ACR), &fl->acr);

	if (ret)
		return ret;
	off = fl->acr & ~(FLASH_ACR_ICEN | FLASH_ACR_DCEN | FLASH_ACR_ICRST | FLASH_ACR_DCRST);
	memq_write32(q, reg(fl, FLASH_ACR), off);
	memq_write32(q, reg(fl, FLASH_ACR), off | FLASH_ACR_ICRST | FLASH_ACR_DCRST);
	memq_write32(q, reg(fl, FLASH_ACR), off);
	return memq_flush(q);
}

static int l4_prepare(struct mtd_info *mtd)
{
	struct stm32l4_flash *fl = to_flash(mtd);
	u32 sr;
	int ret;

	/* at level 1 there is nothing to prepare: every request is refused with the reason */
	if (fl->is_prepared || !stm32l4_rdp_is_level_0(&fl->desc.options))
		return 0;
	ret = wait_idle(fl, &sr);
	if (!ret && (sr & FLASH_SR_FLAGS))
		ret = target_write32(mtd->q, reg(fl, FLASH_SR), sr & FLASH_SR_FLAGS);
	if (!ret)
		ret = unlock(fl);
	if (!ret)
		ret = caches_off(fl);
	fl->is_prepared = !ret;
	return ret;
}

static void l4_finish(struct mtd_info *mtd)
{
	struct stm32l4_flash *fl = to_flash(mtd);
	struct memq *q = mtd->q;
	struct err first = mtd->ctx->err;
	u32 sr, acr = 0;
	int ret;

	if (!fl->is_prepared)
		return;
	fl->is_prepared = false;
	ret = wait_idle(fl, &sr);
	if (!ret) {
		memq_write32(q, reg(fl, FLASH_SR), FLASH_SR_FLAGS);
		memq_write32(q, reg(fl, FLASH_CR), 0);
		memq_write32(q, reg(fl, FLASH_CR), FLASH_CR_LOCK);
		ret = target_read32(q, reg(fl, FLASH_ACR), &acr);
	}
	if (!ret) {
		/* what was cached before the last operations is stale; wait states are not ours */
		acr &= ~(FLASH_ACR_ICEN | FLASH_ACR_DCEN);
		memq_write32(q, reg(fl, FLASH_ACR), acr);
		memq_write32(q, reg(fl, FLASH_ACR), acr | FLASH_ACR_ICRST | FLASH_ACR_DCRST);
		memq_write32(q, reg(fl, FLASH_ACR), acr);
		memq_write32(q, reg(fl, FLASH_ACR),
			     acr | (fl->acr & (FLASH_ACR_ICEN | FLASH_ACR_DCEN)));
		ret = memq_flush(q);
	}
	if (ret)
		log_warn(&mtd->ctx->log, "the flash could not be locked again: reset the target");
	mtd->ctx->err = first;
}

/* ---- read ---- */

/* a double word with more than one wrong bit: half-programmed or half-erased */
static int check_ecc(struct stm32l4_flash *fl)
{
	u32 eccr;
	u64 offset;
	int ret = target_read32(fl->mtd.q, reg(fl, FLASH_ECCR), &eccr);

	if (ret || !(eccr & (FLASH_ECCR_ECCC | FLASH_ECCR_ECCD)))
		return ret;
	offset = FIELD_GET(FLASH_ECCR_ADDR_ECC, eccr) & ~(UNIT_SIZE - 1);
	if (fl->desc.is_dual_bank)
		offset += (u64)(!!(eccr & FLASH_ECCR_BK_ECC) ^ fl->desc.is_swapped) *
			  stm32l4_bank_size(&fl->desc);
	if (!(eccr & FLASH_ECCR_ECCD)) {
		log_dbg(&fl->mtd.ctx->log, "ECC corrected a bit at 0x%08" PRIx32,
			stm32l4_addr_of(&fl->desc, offset));
	} else if (!(eccr & FLASH_ECCR_SYSF_ECC)) {
		fl->mtd.n_doubtful++;
		log_warn(&fl->mtd.ctx->log,
			 "the double word at 0x%08" PRIx32
			 " has an ECC error (FLASH_ECCR 0x%08" PRIx32
			 "): erasing or programming it was broken off; erase its page",
			 stm32l4_addr_of(&fl->desc, offset), eccr);
	}
	return target_write32(fl->mtd.q, reg(fl, FLASH_ECCR), FLASH_ECCR_ECCC | FLASH_ECCR_ECCD);
}

static int l4_read(struct mtd_info *mtd, u64 from, size_t len, u8 *buf)
{
	struct stm32l4_flash *fl = to_flash(mtd);
	int ret = stm32l4_check_readable(&fl->desc, from, len, &mtd->ctx->err);

	for (size_t done = 0, n; !ret && done < len; done += n) {
		n = min(len - done, (size_t)READ_PIECE);
		if (ctx_stopped(mtd->ctx))
			return err_set(&mtd->ctx->err, -EINTR, "run the same command again",
				       "stopped on request while reading %s", mtd->name);
		memq_read(mtd->q, stm32l4_addr_of(&fl->desc, from + done), buf + done, n);
		ret = memq_flush(mtd->q);
		if (!ret)
			ret = check_ecc(fl);
		if (!ret && len > READ_PIECE)
			ctx_progress(mtd->ctx, "read", mtd->name, done + n, len);
	}
	return ret;
}

/* ---- erase ---- */

/* the control word for the largest erase at @offset that stays inside @len */
static u32 erase_op(const struct stm32l4_flash *fl, u64 offset, u64 len, u64 *size)
{
	unsigned int bank = stm32l4_bank_of(&fl->desc, offset);

	if (!offset && len >= fl->mtd.size) {
		*size = fl->mtd.size;
		return FLASH_CR_MER1 | (fl->desc.is_dual_bank ? FLASH_CR_MER2 : 0);
	}
	if (fl->desc.is_dual_bank && offset % stm32l4_bank_size(&fl->desc) == 0 &&
	    len >= stm32l4_bank_size(&fl->desc)) {
		*size = stm32l4_bank_size(&fl->desc);
		return bank ? FLASH_CR_MER2 : FLASH_CR_MER1;
	}
	*size = PAGE_SIZE;
	return FLASH_CR_PER | FIELD_PREP(FLASH_CR_PNB, stm32l4_page_of(&fl->desc, offset)) |
	       (bank ? FLASH_CR_BKER : 0);
}

static int erase_issue(struct flash_job *job, struct l4_job *l4, struct memq *q)
{
	struct stm32l4_flash *fl = to_flash(job->mtd);
	u32 cr;

	if (l4->op_size) {
		memq_sample32(q, reg(fl, FLASH_SR), &l4->sr, &l4->state);
		memq_read32(q, reg(fl, FLASH_CR), &l4->cr);
		l4->sampled_ns = memq_cursor_ns(q);
		l4->is_sampled = true;
		return JOB_BLOCKED;
	}
	if (job->issued >= job->len)
		return JOB_DONE;
	cr = erase_op(fl, job->offset + job->issued, job->len - job->issued, &l4->op_size);
	memq_write32(q, reg(fl, FLASH_SR), FLASH_SR_FLAGS);
	memq_write32(q, reg(fl, FLASH_CR), cr);
	memq_write32(q, reg(fl, FLASH_CR), cr | FLASH_CR_STRT);
	l4->op_from_ns = memq_cursor_ns(q);
	l4->is_sampled = l4->was_busy = false;
	job->issued += l4->op_size;
	job->busy_ns = fl->erase_est_ns;
	return JOB_READY;
}

/* LOCK is set by a reset only: CR was unlocked when the job began */
static int report_reset(struct flash_job *job)
{
	u32 dhcsr = 0;
	int ret = target_read32(job->mtd->q, DHCSR, &dhcsr);

	if (ret)
		return ret;
	return err_set(
		&job->mtd->ctx->err, -EIO,
		"look for a brown-out, a watchdog or the reset button, then run the same command "
		"again",
		"the target was reset in the middle of the job (FLASH_CR.LOCK is set again%s); "
		"what was in flight at 0x%08" PRIx32 " may be half done",
		dhcsr & DHCSR_S_RESET_ST ? ", DHCSR.S_RESET_ST too" : "",
		stm32l4_addr_of(&to_flash(job->mtd)->desc, job->offset + job->done));
}

static int erase_refused(struct flash_job *job, u32 sr)
{
	struct stm32l4_flash *fl = to_flash(job->mtd);
	u64 at = job->offset + job->done;

	if (sr & FLASH_SR_WRPERR)
		return err_set(
			&job->mtd->ctx->err, -EROFS,
			"see the option bytes: swdrom -m options -r FILE",
			"page %u of bank %u is protected against erasing (FLASH_SR 0x%08" PRIx32
			", WRPERR)",
			stm32l4_page_of(&fl->desc, at), stm32l4_bank_of(&fl->desc, at) + 1, sr);
	return err_set(&job->mtd->ctx->err, -EIO, "run the same command again",
		       "erasing page %u of bank %u failed (FLASH_SR 0x%08" PRIx32 ")",
		       stm32l4_page_of(&fl->desc, at), stm32l4_bank_of(&fl->desc, at) + 1, sr);
}

static int erase_check(struct flash_job *job, struct l4_job *l4)
{
	struct stm32l4_flash *fl = to_flash(job->mtd);
	u64 took_ns = l4->sampled_ns - l4->op_from_ns;

	if (!l4->op_size)
		return JOB_DONE;
	if (!l4->is_sampled || l4->state != MEMQ_VALID)
		return JOB_READY;
	if (l4->cr & FLASH_CR_LOCK)
		return report_reset(job);
	if (l4->sr & FLASH_SR_BSY) {
		if (took_ns > TIMEOUT_FACTOR * MASS_MAX_NS)
			return err_set(&job->mtd->ctx->err, -ETIMEDOUT,
				       "power-cycle the target and try again",
				       "an erase is not over after %" PRIu64
				       " ms (FLASH_SR 0x%08" PRIx32 ")",
				       took_ns / MSEC_NS, l4->sr);
		l4->was_busy = true;
		job->busy_ns = fl->erase_est_ns / 128;
		return JOB_READY;
	}
	if (l4->sr & FLASH_SR_FAILED)
		return erase_refused(job, l4->sr);
	fl->erase_est_ns = l4->was_busy ? took_ns : fl->erase_est_ns - fl->erase_est_ns / 256;
	l4->op_size = 0;
	job->done = job->issued;
	return job->done >= job->len ? JOB_DONE : JOB_READY;
}

/* ---- program ---- */

static bool is_blank(const u8 *p)
{
	return get_le32(p) == UINT32_MAX && get_le32(p + 4) == UINT32_MAX;
}

static void queue_probe(struct stm32l4_flash *fl, struct memq *q, struct probe *p, u64 from_ns,
			u64 issued)
{
	u64 before_ns = memq_cursor_ns(q);

	memq_sample32(q, reg(fl, FLASH_SR), &p->sr, &p->state);
	/* the read reaches the bus somewhere within its 46 cycles: take its end, to be safe */
	p->after_ns = memq_cursor_ns(q) - from_ns;
	fl->probe_cost_ns = memq_cursor_ns(q) - before_ns;
	p->issued = issued;
}

static u64 cycles_ns(struct memq *q, u64 cycles)
{
	return cycles * memq_period_ps(q) / 1000;
}

/* let time pass until @after_ns since @from_ns */
static void delay_until(struct memq *q, u64 from_ns, u64 after_ns)
{
	u64 gone_ns = memq_cursor_ns(q) - from_ns;

	if (after_ns > gone_ns)
		memq_delay_ns(q, after_ns - gone_ns);
}

/* a row of samples, shifted a little from unit to unit for a finer grid */
static void queue_calibration(struct stm32l4_flash *fl, struct memq *q, struct l4_job *l4,
			      u64 from_ns, u64 issued)
{
	struct probe *row = l4->cal[l4->n_cal];
	u64 step_ns = 0;

	memset(row, 0, sizeof(l4->cal[0]));
	delay_until(q, from_ns, CAL_FROM_NS);
	for (unsigned int i = 0; i < CAL_SAMPLES; i++) {
		u64 before_ns = memq_cursor_ns(q);

		if (i && before_ns - from_ns > PROG_EST_MAX_NS)
			break;
		queue_probe(fl, q, &row[i], from_ns, issued);
		step_ns = memq_cursor_ns(q) - before_ns;
		if (!i)
			memq_delay_ns(q, step_ns * l4->n_cal / CAL_UNITS);
	}
	l4->n_cal++;
}

static void set_up_program(struct stm32l4_flash *fl, struct l4_job *l4, struct memq *q)
{
	memq_write32(q, reg(fl, FLASH_SR), FLASH_SR_FLAGS);
	memq_write32(q, reg(fl, FLASH_CR), 0);
	memq_write32(q, reg(fl, FLASH_CR), FLASH_CR_PG);
	l4->is_set_up = true;
	l4->is_final = false;
}

/* the status after the last unit: it must be idle by then, without flags */
static int queue_final(struct stm32l4_flash *fl, struct l4_job *l4, struct memq *q)
{
	memq_sample32(q, reg(fl, FLASH_SR), &l4->sr, &l4->state);
	memq_read32(q, reg(fl, FLASH_CR), &l4->cr);
	l4->is_final = true;
	return JOB_DONE;
}

static int program_issue(struct flash_job *job, struct l4_job *l4, struct memq *q)
{
	struct stm32l4_flash *fl = to_flash(job->mtd);
	u64 from_ns, gone_ns, lead_ns, prog_ns = fl->prog_est_ns + fl->prog_est_ns / PROBE_DOWN_MAX;
	int ret = JOB_READY;

	/* erased units are left as they are: they can still be programmed later */
	while (job->issued < job->len && is_blank(job->buf + job->issued))
		job->issued += UNIT_SIZE;
	if (job->issued >= job->len)
		return l4->is_set_up ? queue_final(fl, l4, q) : JOB_DONE;

	if (!l4->is_set_up)
		set_up_program(fl, l4, q);
	memq_write_once(q, stm32l4_addr_of(&fl->desc, job->offset + job->issued),
			job->buf + job->issued, UNIT_SIZE);
	from_ns = memq_cursor_ns(q);
	job->issued += UNIT_SIZE;

	if (!fl->is_calibrated && l4->n_cal < CAL_UNITS) {
		queue_calibration(fl, q, l4, from_ns, job->issued);
		ret = l4->n_cal == CAL_UNITS ? JOB_BLOCKED : JOB_READY;
	} else if (++l4->n_units % PROBE_EVERY == 0 && l4->n_probes < N_PROBES) {
		delay_until(q, from_ns, fl->prog_est_ns - min(fl->probe_cost_ns, fl->prog_est_ns));
		queue_probe(fl, q, &l4->probes[l4->n_probes++], from_ns, job->issued);
	}
	/* the next write is on its way for 48 cycles before it reaches the bus */
	gone_ns = memq_cursor_ns(q) - from_ns;
	lead_ns = gone_ns + cycles_ns(q, WRITE_CYCLES);
	job->busy_ns = prog_ns > lead_ns ? prog_ns - lead_ns : 0;
	/* the final status must not see the last unit at work */
	if (job->issued >= job->len)
		job->busy_ns = PROG_EST_MAX_NS > gone_ns ? PROG_EST_MAX_NS - gone_ns : 0;
	return ret;
}

static void learn(struct stm32l4_flash *fl, s64 by_ns)
{
	s64 est = (s64)fl->prog_est_ns + by_ns;

	est = max(est, (s64)PROG_EST_MIN_NS);
	fl->prog_est_ns = (u64)min(est, (s64)PROG_EST_MAX_NS);
}

static void learn_above(struct stm32l4_flash *fl, u64 ns)
{
	if (ns > fl->prog_est_ns)
		learn(fl, (s64)(ns - fl->prog_est_ns));
}

/* the latest time at which any of the first units was seen busy, some jitter, and half a step of the grid */
static void judge_calibration(struct stm32l4_flash *fl, struct l4_job *l4)
{
	u64 busy_ns = 0, idle_ns = PROG_EST_MAX_NS, step_ns = 0;

	for (unsigned int u = 0; u < l4->n_cal; u++) {
		for (unsigned int i = 0; i < CAL_SAMPLES; i++) {
			const struct probe *p = &l4->cal[u][i];

			if (p->state != MEMQ_VALID || !p->after_ns)
				continue;
			if (p->sr & FLASH_SR_BSY)
				busy_ns = max(busy_ns, p->after_ns);
			else
				idle_ns = min(idle_ns, p->after_ns);
			if (i)
				step_ns = p->after_ns - p[-1].after_ns;
		}
	}
	fl->prog_est_ns = busy_ns ? busy_ns + busy_ns / PROBE_UP + step_ns / 2 : idle_ns;
	learn(fl, 0);
	fl->is_calibrated = true;
	log_dbg(&fl->mtd.ctx->log, "%s: a double word takes about %" PRIu64 " ns to program",
		fl->mtd.name, fl->prog_est_ns);
}

/* what went wrong at @bad, now that everything is at rest */
static int unit_refused(struct flash_job *job, struct l4_job *l4, u64 bad, const u8 *found, u32 sr)
{
	struct stm32l4_flash *fl = to_flash(job->mtd);
	struct err *err = &job->mtd->ctx->err;
	u32 addr = stm32l4_addr_of(&fl->desc, job->offset + bad);

	if (sr & FLASH_SR_WRPERR)
		return err_set(err, -EROFS, "see the option bytes: swdrom -m options -r FILE",
			       "page %u of bank %u is write-protected (FLASH_SR 0x%08" PRIx32
			       ", WRPERR): 0x%08" PRIx32 " was refused",
			       stm32l4_page_of(&fl->desc, job->offset + bad),
			       stm32l4_bank_of(&fl->desc, job->offset + bad) + 1, sr, addr);
	if (!is_blank(found) && job->mtd->ctx->stats.retries && l4->n_skipped < MAX_SKIPPED) {
		/* on a noisy wire now and then a write goes astray: verify and repair must mend it */
		log_warn(&job->mtd->ctx->log,
			 "0x%08" PRIx32
			 " holds something else already, on a noisy wire: left for verify",
			 addr);
		l4->n_skipped++;
		job->issued = job->done = bad + UNIT_SIZE;
		return JOB_READY;
	}
	if (!is_blank(found))
		return err_set(err, -EIO, "erase the page first",
			       "the double word at 0x%08" PRIx32
			       " was not erased: it holds %08" PRIx32 " %08" PRIx32
			       " (FLASH_SR 0x%08" PRIx32 "%s)",
			       addr, get_le32(found), get_le32(found + 4), sr,
			       sr & FLASH_SR_PROGERR ? ", PROGERR" : "");
	/* blank still: a damaged access, not a damaged cell; it is safe to try again */
	l4->n_retries = l4->retry_at == bad ? l4->n_retries + 1 : 1;
	l4->retry_at = bad;
	if (l4->n_retries > MAX_RETRIES)
		return err_set(err, -EIO, "check the wiring and the supply, or use a slower clock",
			       "programming 0x%08" PRIx32 " failed %u times (FLASH_SR 0x%08" PRIx32
			       ")",
			       addr, l4->n_retries, sr);
	log_dbg(&job->mtd->ctx->log,
		"programming again from 0x%08" PRIx32 " (FLASH_SR 0x%08" PRIx32 ")", addr, sr);
	job->issued = bad;
	job->done = bad;
	return JOB_READY;
}

/*
 * An error flag is up, and nothing after it was programmed. Let it come to rest, read back, and
 * find the first unit that is not what it should be.
 */
static int program_failed(struct flash_job *job, struct l4_job *l4)
{
	struct stm32l4_flash *fl = to_flash(job->mtd);
	struct memq *q = job->mtd->q;
	u64 from = job->done, len = job->issued - job->done, bad;
	u8 *back = NULL;
	u32 sr, cr;
	int ret = wait_idle(fl, &sr);

	if (!ret)
		ret = target_read32(q, reg(fl, FLASH_CR), &cr);
	if (ret)
		return ret;
	back = malloc(len + UNIT_SIZE);
	if (!back)
		return err_set(&job->mtd->ctx->err, -ENOMEM, NULL,
			       "out of memory for reading back");
	memq_read(q, stm32l4_addr_of(&fl->desc, job->offset + from), back, len);
	ret = memq_flush(q);
	if (!ret)
		ret = check_ecc(fl);
	if (!ret && !(cr & FLASH_CR_LOCK))
		ret = target_write32(q, reg(fl, FLASH_CR), 0);
	if (ret)
		goto out_free;

	for (bad = 0; bad < len; bad += UNIT_SIZE)
		if (memcmp(back + bad, job->buf + from + bad, UNIT_SIZE))
			break;
	l4->is_set_up = l4->is_final = false;
	job->done = from + bad;
	if (cr & FLASH_CR_LOCK)
		ret = report_reset(job);
	else if (bad < len)
		ret = unit_refused(job, l4, from + bad, back + bad, sr);
	else
		ret = JOB_READY; /* all there: the flag came from an access that went astray */
out_free:
	free(back);
	return ret;
}

/* replays, whoever caused them, often mean that a write came too early */
static void learn_from_retries(struct stm32l4_flash *fl)
{
	u64 n = fl->mtd.ctx->stats.retries;

	if (n > fl->n_retries_seen)
		learn(fl, (s64)(fl->prog_est_ns / (2 * PROBE_UP)));
	fl->n_retries_seen = n;
}

static int program_check(struct flash_job *job, struct l4_job *l4)
{
	struct stm32l4_flash *fl = to_flash(job->mtd);
	u64 floor_ns = fl->prog_est_ns - fl->prog_est_ns / PROBE_DOWN_MAX;
	bool failed = false;

	for (unsigned int i = 0; i < l4->n_probes; i++) {
		const struct probe *p = &l4->probes[i];

		if (p->state != MEMQ_VALID)
			continue;
		/* relative to its own time: what was idle then may be busy before */
		if (p->sr & FLASH_SR_BSY)
			learn_above(fl, p->after_ns + p->after_ns / PROBE_UP);
		else if (fl->prog_est_ns > max(floor_ns, p->after_ns - p->after_ns / PROBE_UP))
			learn(fl, -(s64)(fl->prog_est_ns / PROBE_DOWN));
		failed |= !!(p->sr & FLASH_SR_FAILED);
		/* the last one before the sample may still be at work */
		if (!failed)
			job->done = max(job->done, p->issued - UNIT_SIZE);
	}
	for (unsigned int u = 0; u < l4->n_cal; u++)
		failed |= l4->cal[u][0].state == MEMQ_VALID && (l4->cal[u][0].sr & FLASH_SR_FAILED);
	if (!fl->is_calibrated && l4->n_cal == CAL_UNITS)
		judge_calibration(fl, l4);
	l4->n_probes = l4->n_cal = 0;
	learn_from_retries(fl);

	if (l4->is_final && l4->state == MEMQ_VALID) {
		failed |= (l4->sr & FLASH_SR_FAILED) || (l4->cr & FLASH_CR_LOCK);
		if (!failed && !(l4->sr & FLASH_SR_BSY)) {
			job->done = job->len;
			return JOB_DONE;
		}
	}
	if (failed)
		return program_failed(job, l4);
	if (job->issued >= job->len && !l4->is_set_up) {
		job->done = job->len; /* nothing but blank units */
		return JOB_DONE;
	}
	return JOB_READY;
}

static int l4_is_locked(struct mtd_info *mtd, u64 from, u64 len)
{
	return stm32l4_check_locked(&to_flash(mtd)->desc, from, len, &mtd->ctx->err);
}

static int l4_issue(struct flash_job *job, struct memq *q)
{
	struct l4_job *l4 = job_priv(job);

	if (!l4)
		return -ENOMEM;
	return job->kind == JOB_ERASE ? erase_issue(job, l4, q) : program_issue(job, l4, q);
}

static int l4_check(struct flash_job *job)
{
	struct l4_job *l4 = job->priv;

	return job->kind == JOB_ERASE ? erase_check(job, l4) : program_check(job, l4);
}

static const struct mtd_ops l4_ops = {
	.prepare = l4_prepare,
	.read = l4_read,
	.issue = l4_issue,
	.check = l4_check,
	.is_locked = l4_is_locked,
	.finish = l4_finish,
};

static void describe(struct stm32l4_flash *fl)
{
	const struct stm32l4_flash_desc *d = &fl->desc;

	fl->region = (struct mtd_region){ .erasesize = PAGE_SIZE, .count = d->size / PAGE_SIZE };
	if (d->is_dual_bank)
		fl->units[fl->mtd.n_units++] =
			(struct mtd_erase_unit){ .size = stm32l4_bank_size(&fl->desc),
						 .stride = stm32l4_bank_size(&fl->desc),
						 .count = 2,
						 .typ_ns = MASS_TYP_NS,
						 .max_ns = MASS_MAX_NS };
	fl->units[fl->mtd.n_units++] = (struct mtd_erase_unit){
		.size = d->size, .count = 1, .typ_ns = MASS_TYP_NS, .max_ns = MASS_MAX_NS
	};
	snprintf(fl->about, sizeof(fl->about), "%s internal flash, %d x %u KiB, 2 KiB pages",
		 d->chip, d->is_dual_bank ? 2 : 1, stm32l4_bank_size(&fl->desc) / 1024);
}

/**
 * stm32l4_flash_new() - the internal flash as an mtd named "flash"
 * @ctx: session
 * @q: queue of the target, whose core is halted
 * @desc: copied; its strings stay the caller's
 * @fl: result; stm32l4_flash_free() it
 */
int stm32l4_flash_new(struct ctx *ctx, struct memq *q, const struct stm32l4_flash_desc *desc,
		      struct stm32l4_flash **fl)
{
	struct stm32l4_flash *f = calloc(1, sizeof(*f));

	if (!f)
		return err_set(&ctx->err, -ENOMEM, NULL, "out of memory for the internal flash");
	f->desc = *desc;
	f->prog_est_ns = PROG_TYP_NS;
	f->erase_est_ns = ERASE_TYP_NS;
	f->mtd = (struct mtd_info){
		.name = "flash",
		.about = f->about,
		.base = desc->base,
		.size = desc->size,
		.writesize = UNIT_SIZE,
		.writebufsize = UNIT_SIZE,
		.erased = 0xff,
		.writeable = true,
		.write_once = true,
		.regions = &f->region,
		.n_regions = 1,
		.units = f->units,
		.erase_typ_ns = ERASE_TYP_NS,
		.erase_max_ns = ERASE_MAX_NS,
		.write_typ_ns = PROG_TYP_NS,
		.write_max_ns = PROG_MAX_NS,
		.ops = &l4_ops,
		.ctx = ctx,
		.q = q,
	};
	describe(f);
	*fl = f;
	return 0;
}

/* stm32l4_flash_mtd() - lives as long as @fl */
struct mtd_info *stm32l4_flash_mtd(struct stm32l4_flash *fl)
{
	return &fl->mtd;
}

/* stm32l4_flash_free() - the target is left as it is: mtd_finish() comes first */
void stm32l4_flash_free(struct stm32l4_flash *fl)
{
	free(fl);
}

u64 stm32l4_flash_prog_ns(const struct stm32l4_flash *fl)
{
	return fl->prog_est_ns;
}
