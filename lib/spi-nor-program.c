// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Programming a SPI-NOR as fast as it goes: pages started blind, at the chip's own pace.
 *
 *	chip	 [ page n is programmed            ]      [ page n + 1 ...
 *	wire	P    stage n + 1 ...   look prime    W P    stage n + 2 ...
 *
 * While a page is programmed the data of the next one travel to the target's memory, in pieces that
 * leave room for other devices. The controller polls the chip by itself; one sample of its match
 * flag late in a page's time (look) tells whether the chip has taken the page: it is still busy. Then
 * polling ends and the controller is made ready (prime), so that all that remains to be done when the
 * page should be over is write enable (W), the command, and the start of the DMA (P).
 *
 * A chip that was late ignores all of this - a page program without its write enable too - and is
 * found ready by the look: the page is started again, and the one before it too, in case it was
 * taken for started only because an even earlier one took so long. Programming the same data twice
 * changes nothing in a NOR. A sample lost on the wire counts like a page that was missed.
 *
 * Pages are not paced like this, but each started after a sample that proves the chip ready, where
 * that is as fast (a wire that takes longer for the data than the chip for programming them), where
 * a page is unusual (short, or started again), where nothing can be staged, and once a block, when
 * the failure bits are read.
 *
 * How long a page takes is measured on the first one, by sampling it densely, and its spread on some
 * more. Then the pace is the longest seen, followed from there: each page in time shortens it by a
 * trifle, a late one lengthens it by 1/256. Results are some milliseconds old when they come in; late
 * pages that were started before the last correction are no reason for another one. Several late ones
 * in a row: measure again.
 */
#include "lib/spi-nor-job.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

/* failure bits are read each time a page starts at a multiple of this */
#define LOOK_EVERY    KIB(64)
#define MEASURE_STEPS 64
/* the smallest piece that is worth an address */
#define STAGE_MIN_WORDS 4u
/* late pages in a row that mean the estimate is off, not unlucky */
#define LATE_STREAK 4
/* the estimate: down with each page in time, up with a late one */
#define EST_DOWN 131072
#define EST_UP	 256
/* a page's look: after so many quarters of its time */
#define LOOK_QUARTERS 3
/* the spread is looked for from 1/16 before the first page's time to 1/16 after it */
#define CAL_HALF 16
/* pages that are tried for a proof of the four lines, one round trip each */
#define MAX_PROOFS 64
/* and what must be left of the job to make it worth while */
#define PROOF_PAGES 16
/* after looks that came too late: so many pages with a proof before each */
#define UNPACED_PAGES 64
/* SWCLK cycles: a write, a read */
#define WRITE_CYCLES 48
#define READ_CYCLES  46
/* accesses to prime, and those of a whole page beside its data */
#define PRIME_ACCESSES 4
#define PAGE_ACCESSES  28

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
	return f->s.state == MEMQ_VALID &&
	       nor->mem->ops->poll_matched(nor->mem, f->s.val) != f->wants_busy;
}

/* follow the chip: what was paced well, what was late */
static void learn(struct spi_nor *nor, struct nor_job *j, const struct nor_flight *f)
{
	u64 *est = &nor->busy_program_ns;

	if (f->s.state != MEMQ_VALID)
		return;
	if (was_started(nor, f)) {
		*est -= *est / EST_DOWN;
		j->n_late_in_a_row = 0;
		return;
	}
	if (f->est_id == j->est_id) {
		*est = min(*est + *est / EST_UP, nor->p.program_max_ns);
		j->est_id++;
	}
	if (++j->n_late_in_a_row >= LATE_STREAK)
		nor->program_measured = nor->program_learned = false;
}

/* learn from what has come in, before everything has */
static void learn_early(struct spi_nor *nor, struct nor_job *j, const struct memq *q)
{
	while (j->n_learned < j->n_flight && memq_done(q) >= j->flight[j->n_learned].mark)
		learn(nor, j, &j->flight[j->n_learned++]);
}

static void judge_flight(struct spi_nor *nor, struct nor_job *j)
{
	for (; j->n_learned < j->n_flight; j->n_learned++)
		learn(nor, j, &j->flight[j->n_learned]);
	for (unsigned int i = 0; i < j->n_flight; i++) {
		const struct nor_flight *f = &j->flight[i];

		if (was_started(nor, f)) {
			j->proven_pos = f->pos;
			j->has_proven_pos = f->wants_busy;
			continue;
		}
		redo(j, f->pos);
		if (f->wants_busy && j->has_proven_pos)
			redo(j, j->proven_pos);
		j->has_proven_pos = false;
	}
	j->n_flight = 0;
	j->n_learned = 0;
}

/* the longest page of those that were sampled; one without an end took the whole time looked at */
static void judge_spread(struct spi_nor *nor, struct nor_job *j)
{
	u64 lo = UINT64_MAX, hi = 0;

	for (unsigned int i = 0; i < j->n_cal; i++) {
		const struct nor_cal *c = &j->cal[i];
		unsigned int k = 0;
		u64 at;

		if (c->state != MEMQ_VALID)
			continue;
		while (k < c->n &&
		       !nor->mem->ops->poll_matched(nor->mem, get_le32((const u8 *)&c->val[k])))
			k++;
		at = c->from_ns + k * c->step_ns;
		lo = min(lo, at);
		hi = max(hi, at);
	}
	j->n_cal = 0;
	if (!hi)
		return;
	/* a dozen pages do not show the very longest */
	nor->busy_program_ns = hi + (hi - lo) / 16;
	nor->program_learned = true;
	j->est_id++;
	log_dbg(&nor->mem->ctx->log, "%s: pages take %" PRIu64 " to %" PRIu64 " us", nor->name,
		lo / USEC_NS, hi / USEC_NS);
}

/* true: measured, false: more samples are needed */
static bool judge_measure(struct spi_nor *nor, struct nor_job *j)
{
	for (unsigned int i = 0; i < j->n_measure; i++) {
		if (!nor_is_matched(nor, &j->measure[i]))
			continue;
		/* pages differ by some 2 %, and this may have been a quick one */
		nor->busy_program_ns = j->measure[i].at_ns + j->measure[i].at_ns / 32;
		nor->program_measured = true;
		j->est_id++;
		j->n_late_in_a_row = 0;
		log_dbg(&nor->mem->ctx->log, "%s: a page takes %" PRIu64 " us", nor->name,
			j->measure[i].at_ns / USEC_NS);
		return true;
	}
	return false;
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

/* the data of the next page take longer to come than this one to be programmed */
static bool is_wire_bound(const struct spi_nor *nor, const struct memq *q)
{
	u64 cycles = (nor->mtd.writebufsize / 4 + PAGE_ACCESSES) * WRITE_CYCLES;

	return cycles_ns(q, cycles) > nor->busy_program_ns / 4 * LOOK_QUARTERS;
}

/* may the picked page be started without a proof that the chip is ready? */
static bool is_paced(const struct flash_job *job, const struct nor_job *j, const struct memq *q,
		     u32 len)
{
	const struct spi_nor *nor = to_nor(job->mtd);

	return nor->program_learned && !j->pick_is_redo && !j->n_unpaced &&
	       len == job->mtd->writebufsize && can_stage(nor, len) &&
	       (job->offset + j->pick) % LOOK_EVERY && !is_wire_bound(nor, q);
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

static struct nor_flight *new_flight(struct nor_job *j, u64 pos, bool wants_busy)
{
	struct nor_flight *f = &j->flight[j->n_flight++];

	f->pos = pos;
	f->est_id = j->est_id;
	f->wants_busy = wants_busy;
	return f;
}

/* has the chip taken the page that runs? */
static int queue_look(struct flash_job *job, struct nor_job *j, struct memq *q)
{
	struct spi_nor *nor = to_nor(job->mtd);
	struct nor_flight *f = new_flight(j, j->last_pos, true);

	/* the wire was busy elsewhere: the page may be over, and count as missed for nothing */
	if (elapsed_ns(j, q) > nor->busy_program_ns - nor->busy_program_ns / CAL_HALF)
		j->n_unpaced = UNPACED_PAGES;
	nor_queue_sample(nor, j, q, &f->s);
	f->mark = memq_mark(q);
	j->runs_paced = false;
	job->is_patient = true;
	return JOB_READY;
}

/* samples around the expected end of the page that runs */
static int queue_spread(struct flash_job *job, struct nor_job *j, struct memq *q)
{
	struct spi_nor *nor = to_nor(job->mtd);
	struct nor_cal *c = &j->cal[j->n_cal++];
	u64 est = nor->busy_program_ns, span = 2 * (est / CAL_HALF);

	c->from_ns = elapsed_ns(j, q);
	c->step_ns = cycles_ns(q, READ_CYCLES);
	c->n = (unsigned int)min(span / c->step_ns + 1, (u64)NOR_CAL_SAMPLES);
	c->state = MEMQ_PENDING;
	nor->mem->ops->queue_poll_samples(nor->mem, q, c->val, c->n, &c->state);
	return j->n_cal == NOR_CAL_PAGES ? JOB_BLOCKED : JOB_READY;
}

/* start the picked page, after a sample that says whether the chip was ready for it */
static void queue_proof_of_ready(struct flash_job *job, struct nor_job *j, struct memq *q)
{
	struct spi_nor *nor = to_nor(job->mtd);
	struct nor_flight *f = new_flight(j, j->pick, false);

	nor_queue_sample(nor, j, q, &f->s);
	f->mark = memq_mark(q);
	nor->mem->ops->queue_poll_end(nor->mem, q);
	if ((job->offset + j->pick) % LOOK_EVERY == 0 && !j->fail_asked)
		nor_queue_failure_look(nor, j, q, (int)j->n_flight - 1);
}

static int fire(struct flash_job *job, struct nor_job *j, struct memq *q, u32 len)
{
	struct spi_nor *nor = to_nor(job->mtd);
	struct spi_mem_op op = nor_op_program(nor, job->offset + j->pick, job->buf + j->pick, len);
	bool was_primed = j->primed;

	if (j->armed && !was_primed)
		queue_proof_of_ready(job, j, q);
	nor_queue_operation(nor, j, q, &op, nor->p.program_max_ns, j->staged == len);
	learn_early(nor, j, q);
	j->last_pos = j->pick;
	j->picked = false;
	j->runs_paced = was_primed;
	if (j->n_unpaced)
		j->n_unpaced--;
	job->is_patient = true;
	if (!nor->program_measured) {
		j->phase = PHASE_MEASURE;
		j->n_measure = 0;
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

/**
 * nor_program_next() - the next slice: a piece of the next page, a look at the one that runs, or the
 *			start of the next
 * @job: JOB_PROGRAM
 * @j: its state
 * @q: where to
 *
 * Return: as mtd_ops.issue.
 */
int nor_program_next(struct flash_job *job, struct nor_job *j, struct memq *q)
{
	struct spi_nor *nor = to_nor(job->mtd);
	u64 est = nor->busy_program_ns, look_ns = est / 4 * LOOK_QUARTERS;
	u32 len = 0;

	if (j->n_flight + 2 > NOR_MAX_FLIGHT)
		return JOB_BLOCKED;
	job->is_patient = false;
	if (!j->picked) {
		j->staged = 0;
		j->picked = pick_page(job, j);
	}
	if (j->picked)
		len = page_len(job, j->pick);
	if (j->runs_paced && !nor_until_ns(j, q, look_ns))
		return queue_look(job, j, q);
	if (j->picked && can_stage(nor, len) && j->staged < len)
		return queue_stage(job, j, q, len);
	if (j->runs_paced)
		return wait_until(job, j, q, look_ns);
	if (!j->picked)
		return wind_up(job, j, q);
	if (!j->armed || j->primed)
		return nor_until_ns(j, q, est) && j->armed ? wait_until(job, j, q, est)
							   : fire(job, j, q, len);
	if (is_paced(job, j, q, len)) {
		u64 lead_ns = cycles_ns(q, PRIME_ACCESSES * WRITE_CYCLES);

		if (nor_until_ns(j, q, est - min(est, lead_ns)))
			return wait_until(job, j, q, est - lead_ns);
		nor->mem->ops->queue_prime(nor->mem, q, len);
		j->primed = true;
		return wait_until(job, j, q, est);
	}
	if (nor->program_measured && !nor->program_learned && j->n_cal < NOR_CAL_PAGES &&
	    !is_wire_bound(nor, q)) {
		u64 from_ns = est - est / CAL_HALF;

		if (nor_until_ns(j, q, from_ns))
			return wait_until(job, j, q, from_ns);
		if (elapsed_ns(j, q) < est)
			return queue_spread(job, j, q);
	}
	if (nor_until_ns(j, q, est))
		return wait_until(job, j, q, est);
	return fire(job, j, q, len);
}

/* nor_program_measure() - one more sample of the first page */
int nor_program_measure(struct flash_job *job, struct nor_job *j, struct memq *q)
{
	struct spi_nor *nor = to_nor(job->mtd);

	nor_queue_sample(nor, j, q, &j->measure[j->n_measure++]);
	job->busy_ns = nor->p.program_typ_ns / MEASURE_STEPS;
	return j->n_measure == NOR_MEASURE_SAMPLES ? JOB_BLOCKED : JOB_READY;
}

/* bytes from the start that are certain */
static u64 program_done(const struct flash_job *job, const struct nor_job *j)
{
	u64 done = min(j->next, job->len);

	for (unsigned int i = 0; i < j->n_redo; i++)
		done = min(done, j->redo[i]);
	if (j->picked)
		done = min(done, j->pick);
	return j->armed ? min(done, j->last_pos) : done;
}

/* nor_program_judge() - see lib/spi-nor-job.h */
void nor_program_judge(struct flash_job *job, struct nor_job *j)
{
	struct spi_nor *nor = to_nor(job->mtd);

	judge_flight(nor, j);
	if (j->n_cal == NOR_CAL_PAGES)
		judge_spread(nor, j);
	if (j->n_redo && j->phase != PHASE_MEASURE)
		j->phase = PHASE_FIRE;
	job->done = max(job->done, program_done(job, j));
}

/* nor_program_forget() - see lib/spi-nor-job.h */
void nor_program_forget(struct flash_job *job, struct nor_job *j)
{
	for (unsigned int i = 0; i < j->n_flight; i++)
		redo(j, j->flight[i].pos);
	if (j->armed)
		redo(j, j->last_pos);
	if (j->has_proven_pos)
		redo(j, j->proven_pos);
	j->n_flight = j->n_learned = j->n_cal = j->n_measure = 0;
	j->has_proven_pos = j->runs_paced = false;
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
	u64 elapsed;

	if (!j->n_measure)
		return JOB_READY;
	if (judge_measure(nor, j)) {
		int rc = prove_lines(job, j);

		j->phase = PHASE_FIRE;
		j->n_measure = 0;
		return rc ? rc : JOB_READY;
	}
	if (j->n_measure < NOR_MEASURE_SAMPLES)
		return JOB_READY; /* the scheduler looks early; the samples go on */
	elapsed = j->measure[NOR_MEASURE_SAMPLES - 1].at_ns;
	if (elapsed > j->limit_ns)
		return nor_too_long(job, j, elapsed);
	j->n_measure = 0;
	return JOB_READY;
}
