// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Erasing and programming a SPI-NOR as jobs: slices that never wait.
 *
 * Programming is paced blind. Each page is one slice,
 *
 *	[sample SMF] [end poll] [WREN] [page program + data] [arm automatic polling]
 *
 * and the next one is queued when the page should be over. The controller polls the chip all the
 * while; the sample at the start of a slice says whether the page before was over in time. A chip
 * that was late ignored this slice's commands, all of them (a page program without its WREN is
 * ignored too), so this page, and only this one, is queued again; programming the same data twice
 * changes nothing in a NOR. A sample lost on the wire counts as late.
 *
 * How long a page takes is measured on the first one, by sampling it densely, and followed from
 * then on: each page in time shortens the estimate by 1/16384, a late one lengthens it by 1/64,
 * which settles where one page in 256 is late. Results are some milliseconds old when they come in;
 * late pages that were started before the last correction are no reason for another one. Several
 * late ones in a row: measure again.
 *
 * Where the controller can stage, the data of the next page travel to the target's memory in pieces
 * while this one is programmed, each piece a slice that leaves room for other devices between; the
 * slice above then starts the page with data that are there already.
 *
 * Erasing takes long; a round trip to look at the sample costs nothing in comparison. So an erase
 * is started, left alone for about as long as it takes, then sampled and looked at.
 *
 * Failure bits (flag status, security register, or a WEL that stays) are read in the stream once a
 * block and at the end.
 */
#include "lib/spi-nor-priv.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define OP_WREN 0x06

/* pages in flight between two looks at the results */
#define MAX_FLIGHT 256
/* failure bits are read each time a page starts at a multiple of this */
#define LOOK_EVERY KIB(64)
/* measuring: samples spaced by 1/64 of the typical time */
#define MEASURE_SAMPLES 128
#define MEASURE_STEPS	64
/* staged data go in pieces of this many bytes: 16 words, 50 us of wire at 15 MHz */
#define STAGE_PIECE 64
/* late pages in a row that mean the estimate is off, not unlucky */
#define LATE_STREAK 4
/* nothing may take longer than this many halves of the data sheet's maximum */
#define LIMIT_HALVES 4

enum nor_phase {
	PHASE_FIRE,    /* start the next page or erase */
	PHASE_MEASURE, /* sample the page that was just started, again and again */
	PHASE_SAMPLE,  /* see whether what runs is over */
	PHASE_PAUSE,   /* it was not: wait a little, then sample again */
	PHASE_FINAL,   /* it was: look at the failure bits, once more */
};

struct nor_sample {
	u64 pos;    /* page, in bytes of the job */
	u64 at_ns;  /* since the operation before started, by the cursor */
	u64 mark;   /* the answer is in when memq_done() has passed it */
	u64 est_id; /* of the estimate it was paced by */
	u32 val;
	enum memq_sample state;
};

struct nor_job {
	enum nor_phase phase;
	bool armed;	  /* automatic polling runs for what was started last */
	u64 next;	  /* first byte never started */
	u64 last_pos;	  /* what was started last */
	u64 started_ns;	  /* cursor when it began in the chip */
	u64 limit_ns;	  /* longest it may take */
	u64 *busy_est_ns; /* where its duration is learned */
	unsigned int n_pauses;
	/* program: the page that comes next */
	bool picked;
	u64 pick;
	u32 staged; /* bytes of it */
	/* pages whose outcome is not known yet; pages to start again */
	struct nor_sample flight[MAX_FLIGHT];
	unsigned int n_flight, n_learned, n_late_in_a_row;
	u64 est_id; /* corrections of the estimate so far */
	u64 redo[MAX_FLIGHT];
	unsigned int n_redo;
	/* the present look */
	struct nor_sample now;
	/* measuring */
	struct nor_sample measure[MEASURE_SAMPLES];
	unsigned int n_measure;
	/* failure bits */
	u8 fail_reg;
	enum memq_sample fail_state;
	bool fail_asked;
	int fail_flight; /* the answer counts if this page found the chip ready; -1: it was */
	bool final_queued;
};

static struct nor_job *priv_of(struct flash_job *job)
{
	return job->priv;
}

static int job_begin(struct flash_job *job)
{
	struct spi_nor *nor = to_nor(job->mtd);

	if (job->priv)
		return 0;
	job->priv = calloc(1, sizeof(struct nor_job));
	if (!job->priv)
		return err_set(nor_err(nor), -ENOMEM, NULL, "out of memory");
	return 0;
}

/* ---- the stream ---- */

static void queue_failure_look(struct spi_nor *nor, struct nor_job *j, struct memq *q, int flight)
{
	struct spi_mem_op op = nor_op_read_reg(nor->p.fail_opcode, &j->fail_reg, 1);

	j->fail_asked = true;
	j->fail_flight = flight;
	j->fail_state = MEMQ_PENDING;
	nor->mem->ops->queue_op(nor->mem, q, &op, &j->fail_state);
}

static void queue_sample(struct spi_nor *nor, struct nor_job *j, struct memq *q,
			 struct nor_sample *s)
{
	s->state = MEMQ_PENDING;
	s->at_ns = memq_cursor_ns(q) - j->started_ns;
	s->est_id = j->est_id;
	nor->mem->ops->queue_poll_sample(nor->mem, q, &s->val, &s->state);
	s->mark = memq_mark(q);
}

static void queue_arm(struct spi_nor *nor, struct memq *q)
{
	struct spi_mem_op op = nor_op_read_reg(nor->p.poll_opcode, NULL, 1);

	nor->mem->ops->queue_poll(nor->mem, q, &op, nor->p.poll_mask, nor->p.poll_match);
}

/* write enable, the operation, automatic polling; leaves the time it began in @j */
static void queue_operation(struct spi_nor *nor, struct nor_job *j, struct memq *q,
			    const struct spi_mem_op *op, u64 max_ns, bool is_staged)
{
	struct spi_mem_op wren = nor_op_simple(OP_WREN);

	nor->mem->ops->queue_op(nor->mem, q, &wren, NULL);
	if (is_staged)
		nor->mem->ops->queue_op_staged(nor->mem, q, op);
	else
		nor->mem->ops->queue_op(nor->mem, q, op, NULL);
	j->started_ns = memq_cursor_ns(q);
	j->limit_ns = max_ns / 2 * LIMIT_HALVES;
	nor->last_op_max_ns = j->limit_ns;
	queue_arm(nor, q);
	j->armed = true;
	j->n_pauses = 0;
}

static bool is_matched(struct spi_nor *nor, const struct nor_sample *s)
{
	return s->state == MEMQ_VALID && nor->mem->ops->poll_matched(nor->mem, s->val);
}

/* from now until @ns after the operation began */
static u64 until_ns(const struct nor_job *j, const struct memq *q, u64 ns)
{
	u64 elapsed = memq_cursor_ns(q) - j->started_ns;

	return ns > elapsed ? ns - elapsed : 0;
}

/* ---- judging ---- */

static int too_long(struct flash_job *job, struct nor_job *j, u64 elapsed_ns)
{
	struct spi_nor *nor = to_nor(job->mtd);

	return err_set(
		nor_err(nor), -ETIMEDOUT, "power-cycle the board and run the same command again",
		"%s is still busy %s after %" PRIu64 " ms (at most %" PRIu64 " ms are expected)",
		nor->name, job->kind == JOB_ERASE ? "erasing" : "programming", elapsed_ns / MSEC_NS,
		j->limit_ns * 2 / LIMIT_HALVES / MSEC_NS);
}

/* 0, or the failure that the chip reports */
static int judge_failure_bits(struct flash_job *job)
{
	struct nor_job *j = priv_of(job);
	struct spi_nor *nor = to_nor(job->mtd);
	const struct nor_params *p = &nor->p;
	u8 mask = job->kind == JOB_ERASE ? p->fail_erase : p->fail_program;

	if (!j->fail_asked || j->fail_state != MEMQ_VALID)
		return 0;
	j->fail_asked = false;
	/* a busy chip does not answer, or with bits of what still runs */
	if (j->fail_flight >= 0 && !is_matched(nor, &j->flight[j->fail_flight]))
		return 0;
	if (j->fail_reg & p->fail_protect)
		return err_set(nor_err(nor), -EROFS,
			       "clear the chip's lock bits of these blocks, or write elsewhere",
			       "%s refuses: protected block (register %02xh reads %02x)", nor->name,
			       p->fail_opcode, j->fail_reg);
	if (j->fail_reg & mask)
		return err_set(nor_err(nor), -EIO,
			       "try again; if it stays so the chip is worn out or locked",
			       "%s reports that %s failed (register %02xh reads %02x)", nor->name,
			       job->kind == JOB_ERASE ? "an erase" : "a page program",
			       p->fail_opcode, j->fail_reg);
	return 0;
}

static void redo(struct nor_job *j, u64 pos)
{
	/* what is in flight was taken from here, or here is nothing */
	assert(j->n_redo < MAX_FLIGHT);
	j->redo[j->n_redo++] = pos;
}

/* follow the chip: what was paced well, what was late */
static void learn(struct spi_nor *nor, struct nor_job *j, const struct nor_sample *f)
{
	u64 *est = &nor->busy_program_ns;

	if (f->state != MEMQ_VALID)
		return;
	if (is_matched(nor, f)) {
		*est -= *est / 16384;
		j->n_late_in_a_row = 0;
		return;
	}
	if (f->est_id == j->est_id) {
		*est = min(*est + *est / 64, nor->p.program_max_ns);
		j->est_id++;
	}
	if (++j->n_late_in_a_row >= LATE_STREAK)
		nor->program_measured = false;
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
	for (unsigned int i = 0; i < j->n_flight; i++)
		if (!is_matched(nor, &j->flight[i]))
			redo(j, j->flight[i].pos);
	j->n_flight = 0;
	j->n_learned = 0;
}

/* 1: measured, 0: more samples are needed */
static int judge_measure(struct spi_nor *nor, struct nor_job *j)
{
	for (unsigned int i = 0; i < j->n_measure; i++) {
		if (!is_matched(nor, &j->measure[i]))
			continue;
		/* pages differ by some 2 %, and this may have been a quick one; the estimate creeps
		 * down from here by itself */
		nor->busy_program_ns = j->measure[i].at_ns + j->measure[i].at_ns / 32;
		nor->program_measured = true;
		j->est_id++;
		j->n_late_in_a_row = 0;
		log_dbg(&nor->mem->ctx->log, "%s: a page takes %" PRIu64 " us", nor->name,
			j->measure[i].at_ns / USEC_NS);
		return 1;
	}
	return 0;
}

/* ---- programming ---- */

static u32 page_len(const struct flash_job *job, u64 pos)
{
	u32 page = job->mtd->writebufsize;

	return (u32)min(page - (job->offset + pos) % page, job->len - pos);
}

static bool is_blank(const u8 *buf, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (buf[i] != 0xff)
			return false;
	return true;
}

/* the next page to start: one that was missed, or a new one that is not blank */
static bool pick_page(struct flash_job *job, struct nor_job *j, u64 *pos)
{
	while (j->n_redo) {
		*pos = j->redo[--j->n_redo];
		if (*pos < job->len)
			return true;
	}
	while (j->next < job->len) {
		u32 len = page_len(job, j->next);

		*pos = j->next;
		j->next += len;
		job->issued = j->next;
		if (!is_blank(job->buf + *pos, len))
			return true;
	}
	return false;
}

/* whole words, or the target's DMA can't move them */
static bool can_stage(const struct spi_nor *nor, u32 len)
{
	return len <= nor->mem->stage_bytes && !(len % 4);
}

/* put a piece of the next page aside */
static int program_stage(struct flash_job *job, struct nor_job *j, struct memq *q, u32 len)
{
	struct spi_nor *nor = to_nor(job->mtd);
	u32 n = min(len - j->staged, (u32)STAGE_PIECE);

	nor->mem->ops->queue_stage(nor->mem, q, j->staged, job->buf + j->pick + j->staged, n, len);
	j->staged += n;
	if (j->staged == len && j->armed)
		job->busy_ns = until_ns(j, q, nor->busy_program_ns);
	return JOB_READY;
}

static int program_fire(struct flash_job *job, struct nor_job *j, struct memq *q, u32 len)
{
	struct spi_nor *nor = to_nor(job->mtd);
	struct spi_mem_op op;
	struct nor_sample *f;
	u64 pos = j->pick;

	if (j->n_flight == MAX_FLIGHT)
		return JOB_BLOCKED;
	learn_early(nor, j, q);
	if (j->armed) {
		f = &j->flight[j->n_flight++];
		f->pos = pos;
		queue_sample(nor, j, q, f);
		nor->mem->ops->queue_poll_end(nor->mem, q);
		if ((job->offset + pos) % LOOK_EVERY == 0 && !j->fail_asked)
			queue_failure_look(nor, j, q, (int)j->n_flight - 1);
	}
	op = nor_op_program(nor, job->offset + pos, job->buf + pos, len);
	queue_operation(nor, j, q, &op, nor->p.program_max_ns, j->staged == len);
	j->last_pos = pos;
	j->picked = false;
	if (!nor->program_measured) {
		j->phase = PHASE_MEASURE;
		j->n_measure = 0;
		job->busy_ns = until_ns(j, q, nor->p.program_typ_ns / 4);
	} else if (!nor->mem->stage_bytes) {
		job->busy_ns = until_ns(j, q, nor->busy_program_ns);
	}
	return JOB_READY;
}

static int program_next(struct flash_job *job, struct nor_job *j, struct memq *q)
{
	struct spi_nor *nor = to_nor(job->mtd);
	u32 len;

	if (!j->picked) {
		j->staged = 0;
		j->picked = pick_page(job, j, &j->pick);
	}
	if (!j->picked) {
		j->now.state = MEMQ_PENDING;
		/* nothing was started at all: a blank image */
		j->phase = j->armed ? PHASE_SAMPLE : PHASE_FINAL;
		job->busy_ns = j->armed ? until_ns(j, q, nor->busy_program_ns) : 0;
		return JOB_READY;
	}
	len = page_len(job, j->pick);
	if (can_stage(nor, len) && j->staged < len)
		return program_stage(job, j, q, len);
	if (nor->mem->stage_bytes && j->staged < len && j->armed &&
	    until_ns(j, q, nor->busy_program_ns)) {
		/* a page that can't be staged, and the one before still runs */
		job->busy_ns = until_ns(j, q, nor->busy_program_ns);
		return JOB_READY;
	}
	return program_fire(job, j, q, len);
}

static int program_measure(struct flash_job *job, struct nor_job *j, struct memq *q)
{
	struct spi_nor *nor = to_nor(job->mtd);

	queue_sample(nor, j, q, &j->measure[j->n_measure++]);
	job->busy_ns = nor->p.program_typ_ns / MEASURE_STEPS;
	return j->n_measure == MEASURE_SAMPLES ? JOB_BLOCKED : JOB_READY;
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

static int check_measure(struct flash_job *job, struct nor_job *j)
{
	struct spi_nor *nor = to_nor(job->mtd);
	u64 elapsed;

	if (!j->n_measure)
		return JOB_READY;
	if (judge_measure(nor, j)) {
		j->phase = PHASE_FIRE;
		j->n_measure = 0;
		return JOB_READY;
	}
	if (j->n_measure < MEASURE_SAMPLES)
		return JOB_READY; /* the scheduler looks early; the samples go on */
	elapsed = j->measure[MEASURE_SAMPLES - 1].at_ns;
	if (elapsed > j->limit_ns)
		return too_long(job, j, elapsed);
	j->n_measure = 0;
	return JOB_READY;
}

/* ---- erasing ---- */

/* the erase to use at @at: the largest that is aligned, fits, and is no slower than smaller ones */
static u8 pick_erase(const struct spi_nor *nor, u64 at, u64 left, u64 *size, u64 *typ_ns,
		     u64 *max_ns, unsigned int *index)
{
	const struct nor_params *p = &nor->p;
	u8 opcode = p->erase[0].opcode;

	*index = 0;
	*size = p->erase[0].size;
	*typ_ns = p->erase[0].typ_ns;
	*max_ns = p->erase[0].max_ns;
	for (unsigned int i = 1; i < NOR_N_ERASE && p->erase[i].size; i++) {
		const struct nor_erase_type *e = &p->erase[i];

		if (at % e->size || e->size > left || e->typ_ns > *typ_ns * (e->size / *size))
			continue;
		*index = i;
		*size = e->size;
		*typ_ns = e->typ_ns;
		*max_ns = e->max_ns;
		opcode = e->opcode;
	}
	if (p->chip_erase && !at && left == p->size &&
	    p->chip_erase_typ_ns <= *typ_ns * (p->size / *size)) {
		*index = NOR_N_ERASE;
		*size = p->size;
		*typ_ns = p->chip_erase_typ_ns;
		*max_ns = p->chip_erase_max_ns;
		opcode = p->chip_erase;
	}
	return opcode;
}

static int erase_fire(struct flash_job *job, struct nor_job *j, struct memq *q)
{
	struct spi_nor *nor = to_nor(job->mtd);
	u64 size, typ_ns, max_ns;
	struct spi_mem_op op;
	unsigned int index;
	u8 opcode;

	if (j->next >= job->len) {
		j->phase = PHASE_FINAL;
		return JOB_READY;
	}
	if (j->armed) {
		nor->mem->ops->queue_poll_end(nor->mem, q);
		queue_failure_look(nor, j, q, -1);
	}
	opcode = pick_erase(nor, job->offset + j->next, job->len - j->next, &size, &typ_ns, &max_ns,
			    &index);
	op = nor_op_erase(nor, opcode, job->offset + j->next);
	queue_operation(nor, j, q, &op, max_ns, false);
	j->busy_est_ns = &nor->busy_erase_ns[index];
	if (!*j->busy_est_ns)
		*j->busy_est_ns = typ_ns;
	j->last_pos = j->next;
	j->next += size;
	job->issued = j->next;
	j->now.state = MEMQ_PENDING;
	j->phase = PHASE_SAMPLE;
	job->busy_ns = until_ns(j, q, *j->busy_est_ns);
	return JOB_READY;
}

/* ---- both ---- */

static int issue_sample(struct flash_job *job, struct nor_job *j, struct memq *q)
{
	queue_sample(to_nor(job->mtd), j, q, &j->now);
	return JOB_BLOCKED;
}

static int issue_final(struct flash_job *job, struct nor_job *j, struct memq *q)
{
	struct spi_nor *nor = to_nor(job->mtd);

	if (j->armed)
		nor->mem->ops->queue_poll_end(nor->mem, q);
	j->armed = false;
	j->final_queued = true;
	queue_failure_look(nor, j, q, -1);
	return JOB_DONE;
}

/**
 * nor_issue() - the next slice of a job
 * @job: erase or program
 * @q: where to
 */
int nor_issue(struct flash_job *job, struct memq *q)
{
	struct nor_job *j;
	int rc = job_begin(job);

	if (rc)
		return rc;
	j = priv_of(job);
	switch (j->phase) {
	case PHASE_FIRE:
		return job->kind == JOB_ERASE ? erase_fire(job, j, q) : program_next(job, j, q);
	case PHASE_MEASURE:
		return program_measure(job, j, q);
	case PHASE_SAMPLE:
		return issue_sample(job, j, q);
	case PHASE_PAUSE:
		j->phase = PHASE_SAMPLE;
		/* a fiftieth of the estimate: the wire has other things to do meanwhile */
		job->busy_ns = (job->kind == JOB_ERASE ? *j->busy_est_ns
						       : to_nor(job->mtd)->busy_program_ns) /
			       50;
		return JOB_READY;
	case PHASE_FINAL:
		break;
	}
	return issue_final(job, j, q);
}

static int check_sample(struct flash_job *job, struct nor_job *j)
{
	struct spi_nor *nor = to_nor(job->mtd);

	if (j->now.state == MEMQ_PENDING)
		return JOB_READY; /* not queued yet */
	if (!is_matched(nor, &j->now)) {
		if (j->now.at_ns > j->limit_ns)
			return too_long(job, j, j->now.at_ns);
		j->n_pauses++;
		j->now.state = MEMQ_PENDING;
		j->phase = PHASE_PAUSE;
		return JOB_READY;
	}
	if (job->kind == JOB_ERASE) {
		/* seen at the first look: it may have been over earlier */
		*j->busy_est_ns = j->n_pauses ? j->now.at_ns : *j->busy_est_ns / 50 * 49;
		job->done = j->last_pos;
	}
	j->now.state = MEMQ_PENDING;
	j->phase = job->kind == JOB_ERASE ? PHASE_FIRE : PHASE_FINAL;
	return JOB_READY;
}

static int check_final(struct flash_job *job, struct nor_job *j)
{
	/* the last look is still to be queued, or its answer was lost */
	if (!j->final_queued || j->fail_asked)
		return JOB_READY;
	job->done = job->len;
	job->issued = job->len;
	return JOB_DONE;
}

/**
 * nor_check() - judge what has come back
 * @job: erase or program; every sample up to its last slice is valid
 */
int nor_check(struct flash_job *job)
{
	struct nor_job *j = priv_of(job);
	struct spi_nor *nor = to_nor(job->mtd);
	int rc = judge_failure_bits(job);

	if (rc)
		return rc;
	if (job->kind == JOB_PROGRAM) {
		judge_flight(nor, j);
		if (j->n_redo && j->phase != PHASE_MEASURE)
			j->phase = PHASE_FIRE;
		job->done = max(job->done, program_done(job, j));
	}
	switch (j->phase) {
	case PHASE_MEASURE:
		return check_measure(job, j);
	case PHASE_SAMPLE:
		return check_sample(job, j);
	case PHASE_FINAL:
		return check_final(job, j);
	case PHASE_FIRE:
	case PHASE_PAUSE:
		break;
	}
	return JOB_READY;
}
