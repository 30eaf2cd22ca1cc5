// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Programming a SPI-NOR as fast as it goes: pages started blind, at the chip's own pace.
 *
 *	chip	     [ page n is programmed          ]           [ page n + 1 ...
 *	QUADSPI	data |   polls ... matches           |      data |   polls ...
 *	wire	P  S A  stage n + 1 ...              E W P    S A  stage n + 2 ...
 *
 * While a page is programmed the data of the next one travel to the target's memory, in pieces that
 * leave room for other devices, and the controller polls the chip by itself. When the page should be
 * over, polling ends (E), and write enable (W), the command and the start of the DMA (P) follow at
 * once. A chip that was late ignores all of this - a page program without its write enable too - and
 * the match flag tells: nothing can set it after E, so it is sampled (S) in the time that the data take
 * to move, and cleared when polling begins again (A). A page is started for certain if the chip was
 * found ready before E, else it is queued again. Programming the same data twice changes nothing in a
 * NOR. A sample lost on the wire counts like a chip that was late.
 *
 * Where the target's DMA is faster than the wire it stays ahead of it in the same memory: the next
 * page's first words come while this one's data still move.
 *
 * How long a page takes is measured on the first one, by sampling it densely, and its spread on some
 * more. Then the pace is the longest seen, followed from there: each page in time shortens it by a
 * trifle, a late one lengthens it by 1/256. Results are some milliseconds old when they come in; pages
 * that were started before the last correction say nothing about it. Many late ones in spite of
 * corrections: the spread is looked for again, further up if it is not where it was expected.
 */
#include "lib/spi-nor-job.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

/* failure bits are read each time a page starts at a multiple of this */
#define LOOK_EVERY KIB(64)
/* the first page is sampled in so many steps of its typical time, or of the time it took so far */
#define MEASURE_STEPS 64
/* the smallest piece that is worth an address */
#define STAGE_MIN_WORDS 4u
/*
 * Late pages that mean the estimate is off, not unlucky: each that was paced by the newest estimate
 * adds some, one in time takes one away. An estimate of half the time misses every second page.
 */
#define LATE_SCORE     16
#define LATE_SCORE_MAX 48
/* the estimate: down with each page in time, up with a late one */
#define EST_DOWN 131072
#define EST_UP	 256
/* the spread is looked for from 1/16 before the first page's time to 1/16, or 1/2, after it */
#define CAL_HALF      16
#define CAL_WIDE_HALF 2
/* pages that are tried for a proof of the four lines, one round trip each */
#define MAX_PROOFS 64
/* and what must be left of the job to make it worth while */
#define PROOF_PAGES 16
/* SWCLK cycles: a write, a read */
#define WRITE_CYCLES 48
#define READ_CYCLES  46
/* of a read, until the target's bus answers it: request, acknowledge and what lies between them */
#define SAMPLE_CYCLES 12

static u64 cycles_ns(const struct memq *q, u64 cycles)
{
	return cycles * memq_period_ps(q) / 1000;
}

static u64 elapsed_ns(const struct nor_job *j, const struct memq *q)
{
	return memq_cursor_ns(q) - j->started_ns;
}

/* ---- judging ---- */

static void redo(struct nor_job *j, u64 pos)
{
	for (unsigned int i = 0; i < j->n_redo; i++)
		if (j->redo[i] == pos)
			return;
	/* what is in flight was taken from here, or here is nothing */
	assert(j->n_redo < ARRAY_SIZE(j->redo));
	j->redo[j->n_redo++] = pos;
}

static bool was_started(struct spi_nor *nor, const struct nor_flight *f)
{
	return nor_is_matched(nor, &f->s);
}

/* was it the page that was to be started, and not the one before, that ran? */
static bool did_run(struct spi_nor *nor, const struct nor_job *j, s64 flight)
{
	return flight < 0 || was_started(nor, &j->flight[flight % NOR_MAX_FLIGHT]);
}

/* follow the chip: what was paced well, what was late. Pages paced by older estimates say nothing */
static void learn(struct spi_nor *nor, struct nor_job *j, const struct nor_flight *f)
{
	u64 *est = &nor->busy_program_ns;

	if (f->s.state != MEMQ_VALID || f->est_id != j->est_id)
		return;
	if (was_started(nor, f)) {
		*est -= *est / EST_DOWN;
		j->late_score -= !!j->late_score;
		return;
	}
	*est = min(*est + *est / EST_UP, nor->p.program_max_ns);
	j->est_id++;
	j->late_score += LATE_SCORE;
	if (j->late_score < LATE_SCORE_MAX)
		return;
	nor->program_learned = false;
	j->late_score = 0;
}

/* judge the pages whose samples have come in */
static void judge_flight(struct spi_nor *nor, struct nor_job *j, u64 done)
{
	for (; j->n_judged < j->n_queued; j->n_judged++) {
		const struct nor_flight *f = &j->flight[j->n_judged % NOR_MAX_FLIGHT];

		if (done < f->mark)
			break;
		learn(nor, j, f);
		if (!was_started(nor, f))
			redo(j, f->pos);
	}
}

/* the first of a row of samples that found the page over; their number if none did */
static unsigned int cal_end(const struct spi_nor *nor, const struct nor_cal *c)
{
	unsigned int k = 0;

	while (k < c->n && !nor->mem->ops->poll_matched(nor->mem, get_le32((const u8 *)&c->val[k])))
		k++;
	return k;
}

/*
 * The longest page of those that were sampled. By the cursor, which does not count when the wire
 * stands still, the first page may have seemed too short; on a wire that was busy elsewhere too long.
 * Then most pages end after all samples, and more is looked at, or before all samples.
 */
static void judge_spread(struct spi_nor *nor, struct nor_job *j)
{
	unsigned int n = 0, n_over = 0, n_after = 0, n_hidden = 0;
	u64 lo = UINT64_MAX, hi = 0;

	for (unsigned int i = 0; i < j->n_cal; i++) {
		const struct nor_cal *c = &j->cal[i];
		unsigned int k = cal_end(nor, c);
		u64 at = c->from_ns + k * c->step_ns;

		if (c->state != MEMQ_VALID || !did_run(nor, j, c->flight))
			continue;
		n++;
		n_after += k == c->n;
		n_over += !k;
		/* over before the wire had time to look: that says nothing about when */
		n_hidden += !k && c->is_delayed;
		if (!k && c->is_delayed)
			continue;
		lo = min(lo, at);
		hi = max(hi, at);
	}
	j->n_cal = 0;
	nor->program_learned = n && n_hidden == n;
	if (!n || nor->program_learned)
		return;
	j->est_id++;
	if (2 * n_after > n) {
		/* the next look goes on where this one ended */
		nor->busy_program_ns = min(hi, nor->p.program_max_ns);
		j->is_cal_wide = true;
		return;
	}
	/* a dozen pages do not show the very longest */
	nor->busy_program_ns = hi + (hi - lo) / 16;
	nor->program_learned = n_over < n || n_hidden;
	j->is_cal_wide = false;
	log_dbg(&nor->mem->ctx->log, "%s: pages take %" PRIu64 " to %" PRIu64 " us", nor->name,
		lo / USEC_NS, hi / USEC_NS);
}

/* the first sample that finds the page over, of those that have come in; NULL: none yet */
static const struct nor_sample *measured(struct spi_nor *nor, const struct nor_job *j, u64 done)
{
	for (unsigned int i = 0; i < j->n_measure && j->measure_mark[i] <= done; i++)
		if (nor_is_matched(nor, &j->measure[i]))
			return &j->measure[i];
	return NULL;
}

static void learn_measured(struct spi_nor *nor, struct nor_job *j, const struct nor_sample *s)
{
	/* pages differ by some 2 %, and this may have been a quick one */
	nor->busy_program_ns = s->at_ns + s->at_ns / 32;
	nor->program_measured = true;
	j->est_id++;
	log_dbg(&nor->mem->ctx->log, "%s: a page takes %" PRIu64 " us", nor->name,
		s->at_ns / USEC_NS);
}

/* ---- what comes next ---- */

static u32 page_len(const struct flash_job *job, u64 pos)
{
	u32 page = job->mtd->writebufsize;

	return (u32)min(page - (job->offset + pos) % page, job->len - pos);
}

static bool is_blank(const u8 *buf, size_t len)
{
	return buf[0] == 0xff && !memcmp(buf, buf + 1, len - 1);
}

/* the next page to start: one that was missed, or a new one that is not blank */
static bool pick_page(struct flash_job *job, struct nor_job *j)
{
	j->pick_is_redo = true;
	while (j->n_redo) {
		j->pick = j->redo[--j->n_redo];
		if (j->pick < nor_job_end(job, j))
			return true;
	}
	j->pick_is_redo = false;
	while (j->next < nor_job_end(job, j)) {
		u32 len = page_len(job, j->next);

		j->pick = j->next;
		j->next += len;
		job->issued = j->next;
		if (!is_blank(job->buf + j->pick, len))
			return true;
	}
	return false;
}

/* whole words, or the target's DMA can't move them */
static bool can_stage(const struct spi_nor *nor, u32 len)
{
	return len <= nor->mem->stage_bytes && !(len % 4);
}

/* put a piece of the next page aside: what there is room for, all of it if nobody else waits */
static int queue_stage(struct flash_job *job, struct nor_job *j, struct memq *q, u32 len)
{
	struct spi_nor *nor = to_nor(job->mtd);
	u64 words = (len - j->staged) / 4, word_ns = cycles_ns(q, WRITE_CYCLES);
	u64 room = job->room_ns / word_ns;

	job->is_patient = true;
	if (room < min(words, (u64)STAGE_MIN_WORDS) + 1) {
		job->busy_ns = job->room_ns + 1;
		return JOB_READY;
	}
	words = min(words, room - 1);
	nor->mem->ops->queue_stage(nor->mem, q, j->staged, job->buf + j->pick + j->staged,
				   (u32)words * 4, len);
	j->staged += (u32)words * 4;
	return JOB_READY;
}

/* where samples for the spread begin, and how much earlier or later they may */
static u64 spread_from_ns(const struct spi_nor *nor)
{
	return nor->busy_program_ns - nor->busy_program_ns / CAL_HALF;
}

/* samples around the expected end of the page that runs; one if the wire had no time before */
static int queue_spread(struct flash_job *job, struct nor_job *j, struct memq *q)
{
	struct spi_nor *nor = to_nor(job->mtd);
	struct nor_cal *c = &j->cal[j->n_cal++];
	u64 est = nor->busy_program_ns, step_ns = cycles_ns(q, READ_CYCLES);
	u64 until_ns = nor_until_ns(j, q, est + est / (j->is_cal_wide ? CAL_WIDE_HALF : CAL_HALF));

	j->is_spread = true;
	c->is_delayed = elapsed_ns(j, q) > spread_from_ns(nor) + 2 * step_ns;
	c->step_ns = step_ns;
	c->n = (unsigned int)min(until_ns / step_ns + 1, (u64)NOR_CAL_SAMPLES);
	c->state = MEMQ_PENDING;
	c->flight = j->running;
	nor->mem->ops->queue_poll_samples(nor->mem, q, c->val, c->n, &c->state);
	/* whatever had to come before the first one */
	c->from_ns = elapsed_ns(j, q) - c->n * step_ns + cycles_ns(q, SAMPLE_CYCLES);
	return j->n_cal == NOR_CAL_PAGES ? JOB_BLOCKED : JOB_READY;
}

/* the end of polling: whether it has matched says whether the chip was ready for the picked page */
static struct nor_flight *queue_end_of_page(struct flash_job *job, struct nor_job *j,
					    struct memq *q)
{
	struct spi_nor *nor = to_nor(job->mtd);
	struct nor_flight *f = &j->flight[j->n_queued % NOR_MAX_FLIGHT];
	bool looks = (job->offset + j->pick) % LOOK_EVERY == 0 && !j->fail_asked;

	f->pos = j->pick;
	f->est_id = j->est_id;
	if (j->staged && !looks)
		nor->mem->ops->queue_poll_end_staged(nor->mem, q);
	else
		nor->mem->ops->queue_poll_end(nor->mem, q);
	if (looks)
		nor_queue_failure_look(nor, j, q, (s64)j->n_queued);
	j->running = (s64)j->n_queued++;
	return f;
}

/* the wire would wait while the page's data move: it brings some of the next page's */
static void stage_ahead(struct flash_job *job, struct nor_job *j, struct memq *q,
			const struct spi_mem_op *op)
{
	struct spi_nor *nor = to_nor(job->mtd);
	u64 now_ns = memq_cursor_ns(q), word_ns = cycles_ns(q, WRITE_CYCLES), words;
	u32 len;

	/* two addresses on the wire for it, there and back */
	if (j->started_ns < now_ns + 2 * word_ns || !nor->program_measured ||
	    !nor->mem->ops->may_stage_ahead(nor->mem, op))
		return;
	j->staged = 0;
	j->picked = pick_page(job, j);
	if (!j->picked)
		return;
	len = page_len(job, j->pick);
	/* the last word would set up the DMA, which is not done yet */
	words = (j->started_ns - now_ns) / word_ns;
	words = min(words, len / 4 - (u64) !!(len / 4));
	if (!words || !can_stage(nor, len))
		return;
	nor->mem->ops->queue_stage(nor->mem, q, 0, job->buf + j->pick, (u32)words * 4, len);
	j->staged = (u32)words * 4;
}

static int fire(struct flash_job *job, struct nor_job *j, struct memq *q, u32 len)
{
	struct spi_nor *nor = to_nor(job->mtd);
	struct spi_mem_op op = nor_op_program(nor, job->offset + j->pick, job->buf + j->pick, len);
	struct nor_flight *f = j->armed ? queue_end_of_page(job, j, q) : NULL;
	bool is_staged = j->staged == len;

	if (!f)
		j->running = -1;
	nor_queue_operation(nor, j, q, &op, nor->p.program_max_ns, is_staged);
	j->last_pos = j->pick;
	j->picked = false;
	j->is_spread = false;
	if (f) {
		nor_queue_sample(nor, j, q, &f->s);
		f->mark = memq_mark(q);
		/* failure bits that were asked for before count if this page found the chip ready */
		if (j->fail_asked && j->fail_flight == j->running)
			j->fail_mark = f->mark;
	}
	if (is_staged)
		stage_ahead(job, j, q, &op);
	nor_queue_watch(nor, j, q, nor->p.program_typ_ns);
	job->is_patient = true;
	if (!nor->program_measured) {
		j->phase = PHASE_MEASURE;
		j->n_measure = 0;
		j->measure_until_ns = 2 * nor->p.program_typ_ns;
		job->busy_ns = nor_until_ns(j, q, nor->p.program_typ_ns / 4);
	}
	return JOB_READY;
}

/* no page is left: see the last one out */
static int wind_up(struct flash_job *job, struct nor_job *j, struct memq *q)
{
	struct spi_nor *nor = to_nor(job->mtd);

	j->now.state = MEMQ_PENDING;
	/* nothing was started at all: a blank image */
	j->phase = j->armed ? PHASE_SAMPLE : PHASE_FINAL;
	job->busy_ns = j->armed ? nor_until_ns(j, q, nor->busy_program_ns) : 0;
	return JOB_READY;
}

/* wait until @ns after the start of the page that runs */
static int wait_until(struct flash_job *job, struct nor_job *j, struct memq *q, u64 ns)
{
	job->busy_ns = nor_until_ns(j, q, ns);
	job->is_patient = false;
	return JOB_READY;
}

/* pages that are not over for certain: the last one judged may have been cut off after its sample */
static u64 first_open(const struct nor_job *j)
{
	return j->n_judged - !!j->n_judged;
}

/* bytes from the start that are certain */
static u64 program_done(const struct flash_job *job, const struct nor_job *j)
{
	u64 done = min(j->next, job->len);

	for (unsigned int i = 0; i < j->n_redo; i++)
		done = min(done, j->redo[i]);
	for (u64 i = first_open(j); j->armed && i < j->n_queued; i++)
		done = min(done, j->flight[i % NOR_MAX_FLIGHT].pos);
	if (j->picked)
		done = min(done, j->pick);
	return j->armed ? min(done, j->last_pos) : done;
}

/* nor_program_judge() - see lib/spi-nor-job.h */
void nor_program_judge(struct flash_job *job, struct nor_job *j, u64 done)
{
	struct spi_nor *nor = to_nor(job->mtd);

	judge_flight(nor, j, done);
	if (j->n_cal == NOR_CAL_PAGES && j->cal[NOR_CAL_PAGES - 1].state != MEMQ_PENDING)
		judge_spread(nor, j);
	if (j->n_redo && j->phase != PHASE_MEASURE)
		j->phase = PHASE_FIRE;
	job->done = max(job->done, program_done(job, j));
}

/**
 * nor_program_next() - the next slice: a piece of the next page, or its start
 * @job: JOB_PROGRAM
 * @j: its state
 * @q: where to
 *
 * Return: as mtd_ops.issue.
 */
int nor_program_next(struct flash_job *job, struct nor_job *j, struct memq *q)
{
	struct spi_nor *nor = to_nor(job->mtd);
	u64 est = nor->busy_program_ns;
	u32 len;

	/* results come in while pages go on: no need to stop and wait for them */
	nor_program_judge(job, j, memq_done(q));
	job->judges_early = true;
	/* one more stays for nor_program_forget() */
	if (j->n_queued - j->n_judged == NOR_MAX_FLIGHT - 1)
		return JOB_BLOCKED;
	job->is_patient = false;
	if (!j->picked) {
		j->staged = 0;
		j->picked = pick_page(job, j);
	}
	if (!j->picked)
		return wind_up(job, j, q);
	len = page_len(job, j->pick);
	if (can_stage(nor, len) && j->staged < len)
		return queue_stage(job, j, q, len);
	if (j->armed && !j->is_spread && nor->program_measured && !nor->program_learned &&
	    j->n_cal < NOR_CAL_PAGES)
		return nor_until_ns(j, q, spread_from_ns(nor))
			       ? wait_until(job, j, q, spread_from_ns(nor))
			       : queue_spread(job, j, q);
	if (!j->armed || !nor_until_ns(j, q, est))
		return fire(job, j, q, len);
	return wait_until(job, j, q, est);
}

/*
 * nor_program_measure() - one more sample of the first page
 *
 * At twice the usual time, and each time twice that, the answers are waited for; what passes meanwhile
 * the cursor does not count, and the spread will show it. The steps grow with the time that has passed,
 * so that a few hundred samples see the end of any page.
 */
int nor_program_measure(struct flash_job *job, struct nor_job *j, struct memq *q)
{
	struct spi_nor *nor = to_nor(job->mtd);
	u64 step_ns = max(nor->p.program_typ_ns, elapsed_ns(j, q)) / MEASURE_STEPS;

	job->judges_early = true;
	if (j->n_measure == NOR_MEASURE_SAMPLES || measured(nor, j, memq_done(q)) ||
	    (j->n_measure && j->measure[j->n_measure - 1].at_ns > j->limit_ns))
		return JOB_BLOCKED;
	nor_queue_sample(nor, j, q, &j->measure[j->n_measure]);
	j->measure_mark[j->n_measure++] = memq_mark(q);
	if (elapsed_ns(j, q) >= j->measure_until_ns) {
		j->measure_until_ns *= 2;
		return JOB_BLOCKED;
	}
	job->busy_ns = step_ns;
	return JOB_READY;
}

/* nor_program_forget() - see lib/spi-nor-job.h */
void nor_program_forget(struct flash_job *job, struct nor_job *j)
{
	for (u64 i = first_open(j); i < j->n_queued; i++) {
		u64 pos = j->flight[i % NOR_MAX_FLIGHT].pos;

		/* the last page of the window before is over, and out of reach */
		if (pos >= j->from)
			redo(j, pos);
	}
	if (j->armed)
		redo(j, j->last_pos);
	j->n_judged = j->n_queued;
	j->n_cal = j->n_measure = 0;
	/* what was staged may not have arrived */
	j->staged = 0;
	job->done = max(job->done, program_done(job, j));
}

/* the page that was measured is over: if the four lines are still to be proven, here is a pattern */
static int prove_lines(struct flash_job *job, struct nor_job *j)
{
	struct spi_nor *nor = to_nor(job->mtd);
	const u8 *data = job->buf + j->last_pos;

	if (nor->quad != NOR_QUAD_UNPROVEN || j->n_proofs == MAX_PROOFS ||
	    job->len - min(job->len, j->next) < (u64)PROOF_PAGES * nor->p.page_size)
		return 0;
	j->n_proofs++;
	nor->mem->ops->queue_poll_end(nor->mem, nor->mem->q);
	j->armed = false;
	if (nor_is_proof(nor, data, page_len(job, j->last_pos)))
		return nor_prove_lines_at(nor, job->offset + j->last_pos);
	/* not a good one: look at the next page as closely */
	nor->program_measured = false;
	return 0;
}

/**
 * nor_program_check_measure() - how long did the first page take?
 * @job: JOB_PROGRAM
 * @j: its state, in PHASE_MEASURE
 *
 * Return: as mtd_ops.check.
 */
int nor_program_check_measure(struct flash_job *job, struct nor_job *j)
{
	struct spi_nor *nor = to_nor(job->mtd);
	const struct nor_sample *s = measured(nor, j, UINT64_MAX);
	u64 elapsed_ns;

	if (!j->n_measure)
		return JOB_READY;
	elapsed_ns = j->measure[j->n_measure - 1].at_ns;
	if (!did_run(nor, j, j->running) || s) {
		j->phase = PHASE_FIRE;
		j->n_measure = 0;
		/* if it did not run, what was sampled is the end of the page before: it comes again */
		if (!did_run(nor, j, j->running))
			return JOB_READY;
		learn_measured(nor, j, s);
		return prove_lines(job, j);
	}
	if (elapsed_ns > j->limit_ns)
		return nor_too_long(job, j, elapsed_ns);
	/* the scheduler looks early, or every answer was lost */
	if (j->n_measure == NOR_MEASURE_SAMPLES)
		j->n_measure = 0;
	return JOB_READY;
}
