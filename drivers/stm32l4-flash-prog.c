// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Standard programming of the STM32L47x/L48x (RM0351 3.3.7), double words of 8 bytes with ECC.
 *
 * It runs without a look at BSY between double words:
 *
 *   wire   W0 W1 ........................ W0 W1 ...................... W0 W1
 *   bus       W0                             (W0 stalled)W0
 *   flash        [ programs double word      ]           [ programs the next one
 *                <------- prog_est_ns ------->
 *
 * A write that reaches a busy flash stalls the bus until it is idle (RM0351 3.3.7). Word 0 comes so
 * early that it is stalled for the time word 1 needs on the wire, and word 1 waits for it in the
 * debug port's write buffer (ADIv5; Arm note KA16363): the flash goes from one unit to the next at
 * its own pace. No WAIT can come of it as long as nothing is sent before the stall is over: the
 * slice ends with a delay that makes sure of that, and the next unit is most of a busy time away.
 *
 * The pace must be right on average: too fast ends in WAIT, too slow is waste. So the busy time is
 * learned: the first double words of a session are followed by samples of SR that bracket the end
 * of BSY, and later one in 32 carries a single sample at the time when the unit should be done,
 * which also sees what the units before it were late. It raises the time when it finds BSY set and
 * lowers it a little when not. The same samples show the error flags; those are sticky and stop all
 * programming after them (PGSERR), so that reading back finds the one unit that was refused.
 */
#include "drivers/stm32l4-flash-prog.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* no device is expected outside these, whatever samples say */
#define PROG_EST_MIN_NS (PROG_TYP_NS * 6 / 10)
#define PROG_EST_MAX_NS (PROG_TYP_NS * 16 / 10)

/* first units of a session (CAL_UNITS, half of them where they fit), each followed by a row of samples */
#define CAL_FROM_NS (PROG_TYP_NS * 3 / 4)
/* with a row that is coarser than this a unit carries only one sample, each at its own time */
#define CAL_STEP_MAX_NS (PROG_TYP_NS / 8)
#define CAL_GRID_NS	((PROG_EST_MAX_NS - CAL_FROM_NS) / CAL_UNITS)
/* one unit in so many carries a sample; fewer where the wire is slow, to about 1 % of its time */
#define PROBE_EVERY	32
#define PROBE_EVERY_MAX 256
#define PROBE_CYCLES	200
/*
 * The first estimate is 1/64 above what was seen. Later an idle sample lowers it by 1/2048 and a busy
 * one raises it by 1/256, once for all that were on the wire together.
 */
#define PROBE_UP   64
#define PROBE_LATE 256
#define PROBE_DOWN 2048
/* a read reaches the bus when its ACK is out, 12 cycles into its 46; some are left for the crossing */
#define READ_AHEAD_CYCLES 30
/* an idle debug port takes the next request some cycles after a write: SWCLK of one write */
#define WRITE_CYCLES 48
/* the debug port wants the bus with the ACK: 8 bits of request, a turnaround */
#define ACK_CYCLES 9
/* word 0 is stalled for word 1's time on the wire and this part of the busy time */
#define EARLY 64
/* after a stall nothing is sent for this part of the busy time, for units that were late */
#define GUARD 8

/* units that were refused and are still blank are tried again so often without progress */
#define MAX_RETRIES 4
/* and so many that hold something else are stepped over in a job when the wire is known to be bad */
#define MAX_SKIPPED 16

void stm32l4_mark_there(struct flash_job *job, u64 from, u64 to)
{
	u64 unit;

	for (unit = from / STM32L4_UNIT_SIZE; job->there && unit < to / STM32L4_UNIT_SIZE; unit++)
		job->there[unit / 8] |= (u8)BIT(unit % 8);
}

/* what standard programming has proven; rows tell of theirs themselves */
static void mark_proven(struct flash_job *job, struct l4_program *l4)
{
	for (; l4->marked < l4->base; l4->marked += STM32L4_UNIT_SIZE)
		if (!stm32l4_fast_has(l4, l4->marked))
			stm32l4_mark_there(job, l4->marked, l4->marked + STM32L4_UNIT_SIZE);
}

/*
 * Progress as the scheduler knows it. After fast rows the rest is done in a second pass over the job:
 * what counts then is how many bytes are there, and a wish to stop is not seen by a shorter job.
 */
static void count(struct flash_job *job, struct l4_program *l4)
{
	if (!l4->fast.is_used) {
		l4->end = job->len;
		job->issued = l4->pos;
		job->done = l4->base;
		return;
	}
	if (ctx_stopped(job->mtd->ctx) || job->len < l4->len)
		l4->end = min(l4->end, l4->pos);
	mark_proven(job, l4);
	job->issued = job->len;
	job->done = min((u64)l4->fast.n_done * FAST_ROW_SIZE + l4->base -
				stm32l4_fast_bytes(l4, l4->base),
			job->len);
}

static struct l4_program *program_priv(struct flash_job *job)
{
	struct l4_program *l4 = job->priv;

	if (l4)
		return l4;
	l4 = calloc(1, sizeof(*l4) + stm32l4_fast_map_size(job));
	if (!l4)
		err_set(&job->mtd->ctx->err, -ENOMEM, NULL, "out of memory for a flash job");
	else
		stm32l4_fast_begin(job, l4);
	job->priv = l4;
	job->is_scattered = l4 && l4->fast.is_used;
	return l4;
}

/**
 * stm32l4_program_init() - nothing is known of this device's speed yet
 * @fl: device
 */
void stm32l4_program_init(struct stm32l4_flash *fl)
{
	fl->prog_est_ns = PROG_TYP_NS;
	fl->is_calibrated = false;
}

/* stm32l4_flash_prog_ns() - what a double word takes to program, as learned so far */
u64 stm32l4_flash_prog_ns(const struct stm32l4_flash *fl)
{
	return fl->prog_est_ns;
}

bool stm32l4_is_blank(const u8 *p)
{
	return get_le32(p) == UINT32_MAX && get_le32(p + 4) == UINT32_MAX;
}

u64 stm32l4_cycles_ns(const struct memq *q, u64 cycles)
{
	return cycles * memq_period_ps(q) / 1000;
}

static void queue_probe(struct stm32l4_flash *fl, struct memq *q, struct probe *p, u64 from_ns,
			u64 issued)
{
	u64 before_ns = memq_cursor_ns(q);

	memq_sample32(q, reg(fl, FLASH_SR), &p->sr, &p->state);
	p->after_ns = memq_cursor_ns(q) - from_ns;
	p->after_ns -= min(stm32l4_cycles_ns(q, READ_AHEAD_CYCLES), p->after_ns);
	fl->probe_lead_ns = from_ns + p->after_ns - before_ns;
	p->issued = issued;
	p->mark = memq_mark(q);
}

/* let time pass until @after_ns since @from_ns */
static void delay_until(struct memq *q, u64 from_ns, u64 after_ns)
{
	u64 now_ns = memq_cursor_ns(q);

	if (from_ns + after_ns > now_ns)
		memq_delay_ns(q, from_ns + after_ns - now_ns);
}

static bool is_slow(struct memq *q)
{
	return stm32l4_cycles_ns(q, 2 * WRITE_CYCLES) > CAL_STEP_MAX_NS;
}

static unsigned int cal_units(struct memq *q)
{
	return is_slow(q) ? CAL_UNITS : CAL_UNITS / 2;
}

/* a row of samples, shifted a little from unit to unit for a finer grid */
static void queue_calibration(struct stm32l4_flash *fl, struct memq *q, struct l4_program *l4,
			      u64 from_ns, u64 issued)
{
	struct probe *row = l4->cal[l4->n_cal];
	u64 at_ns = CAL_FROM_NS, step_ns = 0;

	memset(row, 0, sizeof(l4->cal[0]));
	if (is_slow(q)) {
		at_ns += l4->n_cal * CAL_GRID_NS;
		at_ns -= min(fl->probe_lead_ns, at_ns);
	}
	delay_until(q, from_ns, at_ns);
	for (unsigned int i = 0; i < CAL_SAMPLES; i++) {
		u64 before_ns = memq_cursor_ns(q);

		if (i && (before_ns - from_ns > PROG_EST_MAX_NS || step_ns > CAL_STEP_MAX_NS))
			break;
		queue_probe(fl, q, &row[i], from_ns, issued);
		step_ns = memq_cursor_ns(q) - before_ns;
		if (!i)
			memq_delay_ns(q, step_ns * l4->n_cal / cal_units(q));
	}
	l4->n_cal++;
}

static void set_up_program(struct stm32l4_flash *fl, struct l4_program *l4, struct memq *q)
{
	memq_write32(q, reg(fl, FLASH_SR), FLASH_SR_FLAGS);
	memq_write32(q, reg(fl, FLASH_CR), 0);
	memq_write32(q, reg(fl, FLASH_CR), FLASH_CR_PG);
	l4->is_set_up = true;
	l4->is_final = false;
	l4->idle_at_ns = 0;
}

/* samples cost some 200 cycles: fewer where that is more than 1 % of the time between them */
static unsigned int probe_every(const struct stm32l4_flash *fl, struct memq *q)
{
	u64 n = 100 * stm32l4_cycles_ns(q, PROBE_CYCLES) / fl->prog_est_ns;

	return (unsigned int)min(max(n, (u64)PROBE_EVERY), (u64)PROBE_EVERY_MAX);
}

/*
 * Queue a unit: word 0 may be stalled until @l4->idle_at_ns, nothing else is.
 * Return: cursor when its programming starts, at the earliest
 */
static u64 queue_unit(struct flash_job *job, struct l4_program *l4, struct memq *q)
{
	struct stm32l4_flash *fl = to_flash(job->mtd);
	unsigned int bank = stm32l4_bank_of(&fl->desc, job->offset + l4->pos);
	u64 free_at_ns = l4->idle_at_ns + fl->prog_est_ns / GUARD, now_ns;

	memq_write_once(q, addr_of(fl, job->offset + l4->pos), job->buf + l4->pos,
			STM32L4_UNIT_SIZE);
	fl->fresh_banks &= (u8)~BIT(bank); /* no more fast rows there */
	l4->pos += STM32L4_UNIT_SIZE;
	now_ns = memq_cursor_ns(q);
	if (l4->idle_at_ns > now_ns - stm32l4_cycles_ns(q, WRITE_CYCLES))
		delay_until(q, now_ns,
			    free_at_ns -
				    min(free_at_ns, now_ns + stm32l4_cycles_ns(q, ACK_CYCLES)));
	return max(now_ns, l4->idle_at_ns);
}

/* the status after the last unit: it must be idle by then, without flags */
static int queue_final(struct stm32l4_flash *fl, struct l4_program *l4, struct memq *q)
{
	memq_sample32(q, reg(fl, FLASH_SR), &l4->sr, &l4->state);
	memq_read32(q, reg(fl, FLASH_CR), &l4->cr);
	l4->is_final = true;
	return JOB_DONE;
}

static void learn(struct stm32l4_flash *fl, s64 by_ns)
{
	s64 est = (s64)fl->prog_est_ns + by_ns;

	est = max(est, (s64)PROG_EST_MIN_NS);
	fl->prog_est_ns = (u64)min(est, (s64)PROG_EST_MAX_NS);
}

/* too short: what is on the wire already was timed by it and will say the same */
static void learn_late(struct stm32l4_flash *fl, struct l4_program *l4, u64 part)
{
	learn(fl, (s64)(fl->prog_est_ns / part));
	l4->learned_mark = memq_mark(fl->mtd.q);
}

/* replays, whoever caused them, often mean that a write came too early */
static void learn_from_retries(struct stm32l4_flash *fl, struct l4_program *l4, u64 done)
{
	u64 n = fl->mtd.ctx->stats.retries;

	if (n > fl->n_retries_seen && done >= l4->learned_mark)
		learn_late(fl, l4, 2 * PROBE_UP);
	fl->n_retries_seen = n;
}

/* what the samples say that were taken by @done. Return: true when an error flag is up */
static bool judge_probes(struct stm32l4_flash *fl, struct l4_program *l4, u64 done)
{
	learn_from_retries(fl, l4, done);
	for (; l4->n_judged < l4->n_probes; l4->n_judged++) {
		const struct probe *p = &l4->probes[l4->n_judged % N_PROBES];

		if (p->mark > done)
			break;
		if (p->state != MEMQ_VALID)
			continue;
		if (p->sr & FLASH_SR_FAILED)
			return true; /* and judged again when all is at rest */
		/* relative to its own time: what was idle then may be busy before */
		if (!(p->sr & FLASH_SR_BSY)) {
			if (fl->prog_est_ns > p->after_ns - p->after_ns / PROBE_UP)
				learn(fl, -(s64)(fl->prog_est_ns / PROBE_DOWN));
		} else if (p->mark > l4->learned_mark) {
			learn_late(fl, l4, PROBE_LATE);
		}
		/* the last one before the sample may still be at work */
		l4->base = max(l4->base, p->issued - STM32L4_UNIT_SIZE);
	}
	return false;
}

/* one double word, with a sample now and then */
static int plain_issue(struct flash_job *job, struct l4_program *l4, struct memq *q)
{
	struct stm32l4_flash *fl = to_flash(job->mtd);
	u64 from_ns, early_ns, now_ns, prog_ns = fl->prog_est_ns;
	int ret = JOB_READY;

	/* results come in while units go on: no need to stop and wait for them */
	job->judges_early = true;
	if (judge_probes(fl, l4, memq_done(q)) || l4->n_probes - l4->n_judged == N_PROBES)
		return JOB_BLOCKED;
	/* erased units are left as they are: they can still be programmed later */
	while (l4->pos < l4->end &&
	       (stm32l4_is_blank(job->buf + l4->pos) || stm32l4_fast_has(l4, l4->pos)))
		l4->pos += STM32L4_UNIT_SIZE;
	if (l4->pos >= l4->end)
		return l4->is_set_up ? queue_final(fl, l4, q) : JOB_DONE;

	if (!l4->is_set_up)
		set_up_program(fl, l4, q);
	from_ns = queue_unit(job, l4, q);
	l4->idle_at_ns = from_ns + prog_ns;

	if (!fl->is_calibrated && l4->n_cal < cal_units(q)) {
		queue_calibration(fl, q, l4, from_ns, l4->pos);
		l4->idle_at_ns = from_ns + PROG_EST_MAX_NS;
		ret = l4->n_cal == cal_units(q) ? JOB_BLOCKED : JOB_READY;
	} else if (++l4->n_units % probe_every(fl, q) == 0) {
		delay_until(q, from_ns,
			    prog_ns > fl->probe_lead_ns ? prog_ns - fl->probe_lead_ns : 0);
		queue_probe(fl, q, &l4->probes[l4->n_probes++ % N_PROBES], from_ns, l4->pos);
	}
	/* words 0 and 1 of the next unit shall both be there when this one is done */
	now_ns = memq_cursor_ns(q);
	early_ns = 2 * stm32l4_cycles_ns(q, WRITE_CYCLES) + prog_ns / EARLY;
	if (!fl->is_calibrated)
		early_ns = stm32l4_cycles_ns(q, WRITE_CYCLES);
	job->busy_ns = l4->idle_at_ns - min(l4->idle_at_ns, now_ns + early_ns);
	/* the final status must not see the last unit at work */
	if (l4->pos >= l4->end)
		job->busy_ns = from_ns + PROG_EST_MAX_NS - min(from_ns + PROG_EST_MAX_NS, now_ns);
	return ret;
}

/**
 * stm32l4_program_issue() - queue the next row, or the next double word
 * @job: JOB_PROGRAM on a prepared device
 * @q: the queue
 *
 * Return: as mtd_ops.issue.
 */
int stm32l4_program_issue(struct flash_job *job, struct memq *q)
{
	struct l4_program *l4 = program_priv(job);
	int ret;

	if (!l4)
		return -ENOMEM;
	if (l4->fast.is_on) {
		ret = stm32l4_fast_issue(job, l4, q);
		if (l4->fast.is_on)
			return ret;
	}
	count(job, l4);
	ret = plain_issue(job, l4, q);
	count(job, l4);
	return ret;
}

/* the latest time at which any of the first units was seen busy, some jitter, and half a step of the grid */
static void judge_calibration(struct stm32l4_flash *fl, struct l4_program *l4)
{
	u64 busy_ns = 0, idle_ns = PROG_EST_MAX_NS, step_ns = CAL_GRID_NS;

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
static int unit_refused(struct flash_job *job, struct l4_program *l4, u64 bad, const u8 *found,
			u32 sr)
{
	struct stm32l4_flash *fl = to_flash(job->mtd);
	struct err *err = &job->mtd->ctx->err;
	u32 addr = addr_of(fl, job->offset + bad);

	if (sr & FLASH_SR_WRPERR)
		return err_set(err, -EROFS, "see the option bytes: swdrom -m options -r FILE",
			       "page %u of bank %u is write-protected (FLASH_SR 0x%08" PRIx32
			       ", WRPERR): 0x%08" PRIx32 " was refused",
			       stm32l4_page_of(&fl->desc, job->offset + bad),
			       stm32l4_bank_of(&fl->desc, job->offset + bad) + 1, sr, addr);
	if (!stm32l4_is_blank(found) && job->mtd->ctx->stats.retries &&
	    l4->n_skipped < MAX_SKIPPED) {
		/* on a noisy wire now and then a write goes astray: verify and repair must mend it */
		log_warn(&job->mtd->ctx->log,
			 "0x%08" PRIx32
			 " holds something else already, on a noisy wire: left for verify",
			 addr);
		l4->n_skipped++;
		l4->pos = l4->base = bad + STM32L4_UNIT_SIZE;
		return JOB_READY;
	}
	if (!stm32l4_is_blank(found))
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
	l4->pos = bad;
	l4->base = bad;
	return JOB_READY;
}

/*
 * An error flag is up, and nothing after it was programmed; or the wire failed. Let it come to rest,
 * read back, and find the first unit that is not what it should be.
 */
static int program_failed(struct flash_job *job, struct l4_program *l4)
{
	struct stm32l4_flash *fl = to_flash(job->mtd);
	struct memq *q = job->mtd->q;
	u64 from = l4->base, len = l4->pos - l4->base, bad;
	u8 *back = NULL;
	u32 sr, cr;
	int ret = stm32l4_wait_idle(fl, &sr);

	if (!ret)
		ret = target_read32(q, reg(fl, FLASH_CR), &cr);
	if (ret)
		return ret;
	back = malloc(len + STM32L4_UNIT_SIZE);
	if (!back)
		return err_set(&job->mtd->ctx->err, -ENOMEM, NULL,
			       "out of memory for reading back");
	memq_read(q, addr_of(fl, job->offset + from), back, len);
	ret = memq_flush(q);
	if (!ret)
		ret = stm32l4_check_ecc(fl);
	if (!ret && !(cr & FLASH_CR_LOCK))
		ret = target_write32(q, reg(fl, FLASH_CR), 0);
	if (ret)
		goto out_free;

	for (bad = 0; bad < len; bad += STM32L4_UNIT_SIZE)
		if (memcmp(back + bad, job->buf + from + bad, STM32L4_UNIT_SIZE) &&
		    !stm32l4_fast_has(l4, from + bad))
			break;
	l4->is_set_up = l4->is_final = false;
	l4->n_judged = l4->n_probes;
	l4->base = from + bad;
	count(job, l4);
	if (cr & FLASH_CR_LOCK)
		ret = stm32l4_report_reset(job);
	else if (bad < len)
		ret = unit_refused(job, l4, from + bad, back + bad, sr);
	else
		ret = JOB_READY; /* all there: the flag came from an access that went astray */
out_free:
	free(back);
	return ret;
}

static int plain_check(struct flash_job *job, struct l4_program *l4)
{
	struct stm32l4_flash *fl = to_flash(job->mtd);
	bool failed = judge_probes(fl, l4, memq_done(job->mtd->q));

	for (unsigned int u = 0; u < l4->n_cal; u++)
		failed |= l4->cal[u][0].state == MEMQ_VALID && (l4->cal[u][0].sr & FLASH_SR_FAILED);
	if (!fl->is_calibrated && l4->n_cal == cal_units(job->mtd->q))
		judge_calibration(fl, l4);
	l4->n_cal = 0;

	if (l4->is_final && l4->state == MEMQ_VALID) {
		failed |= (l4->sr & FLASH_SR_FAILED) || (l4->cr & FLASH_CR_LOCK);
		if (!failed && !(l4->sr & FLASH_SR_BSY)) {
			l4->base = l4->end;
			return JOB_DONE;
		}
	}
	if (failed)
		return program_failed(job, l4);
	if (l4->pos >= l4->end && !l4->is_set_up) {
		l4->base = l4->end; /* nothing but blank units */
		return JOB_DONE;
	}
	return JOB_READY;
}

/**
 * stm32l4_program_check() - judge the samples, learn from them, find what was refused
 * @job: JOB_PROGRAM
 *
 * Return: as mtd_ops.check.
 */
int stm32l4_program_check(struct flash_job *job)
{
	struct l4_program *l4 = job->priv;
	int ret;

	if (l4->fast.is_on)
		return stm32l4_fast_check(job, l4);
	ret = plain_check(job, l4);
	count(job, l4);
	return ret;
}

/**
 * stm32l4_program_resync() - after an error of the wire: read back, go on from the first unit that
 *                            is not there
 * @job: JOB_PROGRAM
 *
 * A unit of which only the first word arrived leaves the controller waiting for the second: its
 * repetition raises PGAERR or PGSERR once, and is then tried again like any refused unit.
 *
 * Return: as mtd_ops.resync.
 */
int stm32l4_program_resync(struct flash_job *job)
{
	struct l4_program *l4 = job->priv;

	int ret;

	if (!l4)
		return JOB_READY;
	if (l4->fast.is_on)
		return stm32l4_fast_resync(job, l4);
	l4->n_cal = 0;
	ret = program_failed(job, l4);
	count(job, l4);
	return ret;
}
