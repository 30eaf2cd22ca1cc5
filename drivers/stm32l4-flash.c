// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Flash controller of the STM32L47x/L48x (RM0351 3): 2 KiB pages, double words of 8 bytes with
 * ECC, one or two banks. Unlock, caches, read and erase; programming is in stm32l4-flash-prog.c,
 * protection in stm32l4-options.c.
 */
#include "drivers/stm32l4-flash-priv.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define READ_PIECE KIB(64)

/* DHCSR.S_RESET_ST tells that the core was reset (ARMv7-M ARM C1.6.2) */
#define DHCSR		 0xe000edf0u
#define DHCSR_S_RESET_ST BIT(25)

/* ---- quiet, unlocked, uncached ---- */

/* stm32l4_wait_idle() - until BSY is 0, or -ETIMEDOUT with the reason; @sr: the flags then */
int stm32l4_wait_idle(struct stm32l4_flash *fl, u32 *sr)
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

/* flags are cleared by writing 1; the interrupt enable beside them is the application's */
static u32 ecc_clear_word(u32 eccr)
{
	return (eccr & FLASH_ECCR_ECCIE) | FLASH_ECCR_ECCC | FLASH_ECCR_ECCD;
}

static int clear_ecc(struct stm32l4_flash *fl, u32 eccr)
{
	return target_write32(fl->mtd.q, reg(fl, FLASH_ECCR), ecc_clear_word(eccr));
}

/* keys to an unlocked controller, or wrong ones, lock it until reset: look first (RM0351 3.3.5) */
static int unlock(struct stm32l4_flash *fl, u32 cr)
{
	struct memq *q = fl->mtd.q;
	int ret;

	if (!(cr & FLASH_CR_LOCK))
		return 0;
	memq_write32(q, reg(fl, FLASH_KEYR), FLASH_KEY1);
	memq_write32(q, reg(fl, FLASH_KEYR), FLASH_KEY2);
	memq_read32(q, reg(fl, FLASH_CR), &cr);
	ret = memq_flush(q);
	if (!ret && (cr & FLASH_CR_LOCK))
		return err_set(&fl->mtd.ctx->err, -EIO, "reset the target and try again",
			       "the flash did not unlock (FLASH_CR 0x%08" PRIx32
			       "): wrong keys since the last reset lock it for good",
			       cr);
	return ret;
}

/* caches off and empty: a debugger's reads go through the D-cache too (RM0351 3.3.3) */
static void queue_caches_off(struct stm32l4_flash *fl, struct memq *q)
{
	u32 off = fl->acr & ~(FLASH_ACR_ICEN | FLASH_ACR_DCEN | FLASH_ACR_ICRST | FLASH_ACR_DCRST);

	memq_write32(q, reg(fl, FLASH_ACR), off);
	memq_write32(q, reg(fl, FLASH_ACR), off | FLASH_ACR_ICRST | FLASH_ACR_DCRST);
	memq_write32(q, reg(fl, FLASH_ACR), off);
}

/* a round trip to look, one for the keys, one for all that is to be changed */
static int make_ready(struct stm32l4_flash *fl, u32 sr)
{
	struct memq *q = fl->mtd.q;
	u32 cr, eccr;
	int ret;

	memq_read32(q, reg(fl, FLASH_CR), &cr);
	memq_read32(q, reg(fl, FLASH_ACR), &fl->acr);
	memq_read32(q, reg(fl, FLASH_ECCR), &eccr);
	ret = memq_flush(q);
	if (!ret)
		ret = unlock(fl, cr);
	if (ret)
		return ret;
	fl->eccie = eccr & FLASH_ECCR_ECCIE;
	if (sr & FLASH_SR_FLAGS)
		memq_write32(q, reg(fl, FLASH_SR), sr & FLASH_SR_FLAGS);
	/* PG or MER that the application left set would spoil the first operation */
	memq_write32(q, reg(fl, FLASH_CR), 0);
	queue_caches_off(fl, q);
	/* what the application ran into is not what the next read will find */
	if (eccr & (FLASH_ECCR_ECCC | FLASH_ECCR_ECCD))
		memq_write32(q, reg(fl, FLASH_ECCR), ecc_clear_word(eccr));
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
	ret = stm32l4_wait_idle(fl, &sr);
	if (!ret)
		ret = make_ready(fl, sr);
	fl->is_prepared = !ret;
	if (!ret)
		stm32l4_fast_figures(fl);
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
	fl->fresh_banks = 0;
	ret = stm32l4_wait_idle(fl, &sr);
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
	if (ret && !memq_is_lost(q))
		log_warn(&mtd->ctx->log, "the flash could not be locked again: reset the target");
	mtd->ctx->err = first;
}

/* ---- read ---- */

/* stm32l4_check_ecc() - say which double word just read had more than one wrong bit, and count it */
int stm32l4_check_ecc(struct stm32l4_flash *fl)
{
	u32 eccr;
	u64 offset;
	int ret = target_read32(fl->mtd.q, reg(fl, FLASH_ECCR), &eccr);

	if (ret || !(eccr & (FLASH_ECCR_ECCC | FLASH_ECCR_ECCD)))
		return ret;
	offset = FIELD_GET(FLASH_ECCR_ADDR_ECC, eccr) & ~(STM32L4_UNIT_SIZE - 1);
	if (fl->desc.is_dual_bank)
		offset += (u64)(!!(eccr & FLASH_ECCR_BK_ECC) ^ fl->desc.is_swapped) *
			  stm32l4_bank_size(&fl->desc);
	if (!(eccr & FLASH_ECCR_ECCD)) {
		fl->mtd.n_corrected += !(eccr & FLASH_ECCR_SYSF_ECC);
		log_dbg(&fl->mtd.ctx->log, "ECC corrected a bit at 0x%08" PRIx32,
			addr_of(fl, offset));
	} else if (!(eccr & FLASH_ECCR_SYSF_ECC)) {
		fl->mtd.n_doubtful++;
		/* those who look closer read it again and again */
		if (fl->ecc_told != addr_of(fl, offset))
			log_warn(&fl->mtd.ctx->log,
				 "the double word at 0x%08" PRIx32
				 " has an ECC error (FLASH_ECCR 0x%08" PRIx32
				 "): erasing or programming it was broken off; its page must be "
				 "erased",
				 addr_of(fl, offset), eccr);
		fl->ecc_told = addr_of(fl, offset);
	}
	return clear_ecc(fl, eccr);
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
		memq_read(mtd->q, addr_of(fl, from + done), buf + done, n);
		ret = memq_flush(mtd->q);
		if (!ret)
			ret = stm32l4_check_ecc(fl);
		if (!ret && len > READ_PIECE)
			ctx_progress(mtd->ctx, "read", mtd->name, done + n, len);
	}
	return ret;
}

/* ---- erase ---- */

struct l4_erase {
	u64 op_size;	/* of the erase in flight; 0: none */
	u64 op_from_ns; /* cursor when it was started */
	u64 sampled_ns; /* cursor at the sample */
	bool is_sampled, was_busy;
	u32 sr, cr;
	enum memq_sample state;
};

static struct l4_erase *erase_priv(struct flash_job *job)
{
	if (!job->priv)
		job->priv = calloc(1, sizeof(struct l4_erase));
	if (!job->priv)
		err_set(&job->mtd->ctx->err, -ENOMEM, NULL, "out of memory for a flash job");
	return job->priv;
}

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
	*size = STM32L4_PAGE_SIZE;
	return FLASH_CR_PER | FIELD_PREP(FLASH_CR_PNB, stm32l4_page_of(&fl->desc, offset)) |
	       (bank ? FLASH_CR_BKER : 0);
}

static u64 *erase_est_ns(struct stm32l4_flash *fl, u64 size)
{
	return &fl->erase_est_ns[size > STM32L4_PAGE_SIZE];
}

static int erase_issue(struct flash_job *job, struct memq *q)
{
	struct stm32l4_flash *fl = to_flash(job->mtd);
	struct l4_erase *l4 = erase_priv(job);
	u32 cr;

	if (!l4)
		return -ENOMEM;
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
	fl->fresh_banks &= (u8)~BIT(stm32l4_bank_of(&fl->desc, job->offset + job->issued));
	job->issued += l4->op_size;
	job->busy_ns = *erase_est_ns(fl, l4->op_size);
	return JOB_READY;
}

/**
 * stm32l4_report_reset() - the error for a job that found LOCK set: only a reset sets it
 * @job: its done says how far it got
 */
int stm32l4_report_reset(struct flash_job *job)
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
		addr_of(to_flash(job->mtd), job->offset + job->done));
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

/* a bank that was mass-erased may be programmed in fast rows, until anything else happens to it */
static void note_erased(struct stm32l4_flash *fl, u64 offset, u64 size, u64 took_ns)
{
	u8 bank = (u8)BIT(stm32l4_bank_of(&fl->desc, offset));

	if (size == STM32L4_PAGE_SIZE)
		return;
	fl->fresh_banks |= size == fl->mtd.size && fl->desc.is_dual_bank ? BIT(0) | BIT(1) : bank;
	fl->mass_ns = took_ns;
}

static int erase_check(struct flash_job *job)
{
	struct stm32l4_flash *fl = to_flash(job->mtd);
	struct l4_erase *l4 = job->priv;
	u64 took_ns = l4->sampled_ns - l4->op_from_ns;
	u64 *est_ns = erase_est_ns(fl, l4->op_size);

	if (!l4->op_size)
		return JOB_DONE;
	if (!l4->is_sampled || l4->state != MEMQ_VALID)
		return JOB_READY;
	if (l4->cr & FLASH_CR_LOCK)
		return stm32l4_report_reset(job);
	if (l4->sr & FLASH_SR_BSY) {
		if (took_ns > TIMEOUT_FACTOR * MASS_MAX_NS)
			return err_set(&job->mtd->ctx->err, -ETIMEDOUT,
				       "power-cycle the target and try again",
				       "an erase is not over after %" PRIu64
				       " ms (FLASH_SR 0x%08" PRIx32 ")",
				       took_ns / MSEC_NS, l4->sr);
		l4->was_busy = true;
		job->busy_ns = *est_ns / 128;
		return JOB_READY;
	}
	if (l4->sr & FLASH_SR_FAILED)
		return erase_refused(job, l4->sr);
	note_erased(fl, job->offset + job->done, l4->op_size, took_ns);
	*est_ns = l4->was_busy ? took_ns : *est_ns - *est_ns / 256;
	l4->op_size = 0;
	job->done = job->issued;
	return job->done >= job->len ? JOB_DONE : JOB_READY;
}

/* whatever was started is over, and is started again: erasing twice does no harm */
static int erase_resync(struct flash_job *job)
{
	struct stm32l4_flash *fl = to_flash(job->mtd);
	struct l4_erase *l4 = job->priv;
	u32 sr, cr;
	int ret = stm32l4_wait_idle(fl, &sr);

	if (!ret)
		ret = target_read32(job->mtd->q, reg(fl, FLASH_CR), &cr);
	if (ret)
		return ret;
	if (cr & FLASH_CR_LOCK)
		return stm32l4_report_reset(job);
	if (l4)
		l4->op_size = 0;
	job->issued = job->done;
	return JOB_READY;
}

/* ---- the device ---- */

static int l4_is_locked(struct mtd_info *mtd, u64 from, u64 len)
{
	return stm32l4_check_locked(&to_flash(mtd)->desc, from, len, &mtd->ctx->err);
}

static int l4_issue(struct flash_job *job, struct memq *q)
{
	return job->kind == JOB_ERASE ? erase_issue(job, q) : stm32l4_program_issue(job, q);
}

static int l4_check(struct flash_job *job)
{
	return job->kind == JOB_ERASE ? erase_check(job) : stm32l4_program_check(job);
}

static int l4_resync(struct flash_job *job)
{
	return job->kind == JOB_ERASE ? erase_resync(job) : stm32l4_program_resync(job);
}

static const struct mtd_ops l4_ops = {
	.prepare = l4_prepare,
	.read = l4_read,
	.checksum = stm32l4_checksum,
	.issue = l4_issue,
	.check = l4_check,
	.resync = l4_resync,
	.is_locked = l4_is_locked,
	.finish = l4_finish,
};

static void describe(struct stm32l4_flash *fl)
{
	const struct stm32l4_flash_desc *d = &fl->desc;

	fl->region = (struct mtd_region){ .erasesize = STM32L4_PAGE_SIZE,
					  .count = d->size / STM32L4_PAGE_SIZE };
	if (d->is_dual_bank)
		fl->units[fl->mtd.n_units++] =
			(struct mtd_erase_unit){ .size = stm32l4_bank_size(&fl->desc),
						 .stride = stm32l4_bank_size(&fl->desc),
						 .count = 2,
						 .typ_ns = MASS_TYP_NS,
						 .max_ns = MASS_MAX_NS,
						 .allows_fast = true };
	fl->units[fl->mtd.n_units++] = (struct mtd_erase_unit){ .size = d->size,
								.count = 1,
								.typ_ns = MASS_TYP_NS,
								.max_ns = MASS_MAX_NS,
								.allows_fast = true };
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
	stm32l4_program_init(f);
	f->erase_est_ns[0] = ERASE_TYP_NS;
	f->erase_est_ns[1] = MASS_TYP_NS;
	f->mtd = (struct mtd_info){
		.name = "flash",
		.about = f->about,
		.base = desc->base,
		.size = desc->size,
		.writesize = STM32L4_UNIT_SIZE,
		.writebufsize = STM32L4_UNIT_SIZE,
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
		.write_gap_cycles = 15,
		.write_wire_cycles = 100,
		.ops = &l4_ops,
		.ctx = ctx,
		.q = q,
	};
	describe(f);
	stm32l4_checksum_init(f);
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
