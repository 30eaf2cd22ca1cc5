// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Erasing and programming a SPI-NOR as jobs: slices that never wait. Programming is in
 * lib/spi-nor-program.c.
 *
 * Erasing takes long; a round trip to look at the sample costs nothing in comparison. So an erase
 * is started, left alone for about as long as it takes, then sampled and looked at. The wire is free
 * for other devices all the while.
 *
 * Failure bits (flag status, security register, or a WEL that stays) are read in the stream once a
 * block and at the end.
 *
 * When the wire failed, whatever was in flight is started again once the chip is ready: erasing
 * twice and programming the same data twice change nothing in a NOR.
 */
#include "lib/spi-nor-job.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define OP_RDSR 0x05
#define OP_WREN 0x06

/* nothing may take longer than this many halves of the data sheet's maximum */
#define LIMIT_HALVES 4
/*
 * Automatic polling reads the status so often in an operation's typical time, within limits: the end
 * of an operation is seen that much late.
 */
#define POLLS	    256
#define POLL_MIN_NS 300u
#define POLL_MAX_NS 4000u
/* an operation that is not over when it should be is looked at again so often in its usual time */
#define PAUSES 200
/* and of those looks every so many is one for the failure bits, too, where they keep a chip busy */
#define FAILURE_LOOKS 20
/* the first look at an erase: so much before the end of the last one; sooner after an early end */
#define ERASE_EARLY 64
#define ERASE_DOWN  100

/* the part of the job that lies in the window of its byte @from */
static void enter_window(struct flash_job *job, struct nor_job *j, u64 from)
{
	u64 size = nor_window_size(to_nor(job->mtd));

	j->from = from;
	j->end = from + size - (job->offset + from) % size;
	j->is_selected = false;
}

static int job_begin(struct flash_job *job)
{
	struct spi_nor *nor = to_nor(job->mtd);

	if (job->priv)
		return 0;
	job->priv = calloc(1, sizeof(struct nor_job));
	if (!job->priv)
		return err_set(nor_err(nor), -ENOMEM, NULL, "out of memory");
	enter_window(job, job->priv, 0);
	return 0;
}

/* ---- the stream ---- */

/* how many answers the failure bits come in */
static unsigned int n_answers(const struct spi_nor *nor)
{
	return nor->p.die_ready ? min((unsigned int)nor->p.n_dies, (unsigned int)NOR_MAX_DIES) : 1;
}

void nor_queue_failure_look(struct spi_nor *nor, struct nor_job *j, struct memq *q, s64 flight)
{
	j->fail_asked = true;
	j->fail_flight = flight;
	for (unsigned int i = 0; i < n_answers(nor); i++) {
		struct spi_mem_op op =
			nor_op_read_reg(nor->p.fail_opcode, j->fail_reg[i], nor_chips(nor));

		j->fail_state[i] = MEMQ_PENDING;
		nor->mem->ops->queue_op(nor->mem, q, &op, &j->fail_state[i]);
	}
	j->fail_mark = memq_mark(q);
}

void nor_queue_sample(struct spi_nor *nor, struct nor_job *j, struct memq *q, struct nor_sample *s)
{
	s->state = MEMQ_PENDING;
	s->at_ns = memq_cursor_ns(q) - j->started_ns;
	nor->mem->ops->queue_poll_sample(nor->mem, q, &s->val, &s->state);
}

static void queue_arm(struct spi_nor *nor, const struct nor_job *j, struct memq *q)
{
	/* a status is repeated as long as it is clocked; stacked dies may take turns */
	struct spi_mem_op op =
		nor_op_read_reg(nor->p.poll_opcode, NULL, nor->p.die_ready ? nor_chips(nor) : 4);

	nor->mem->ops->queue_poll(nor->mem, q, &op, nor->p.poll_mask, nor->p.poll_match,
				  j->poll_ns);
}

void nor_queue_operation(struct spi_nor *nor, struct nor_job *j, struct memq *q,
			 const struct spi_mem_op *op, u64 max_ns, bool is_staged)
{
	struct spi_mem_op wren = nor_op_simple(OP_WREN);

	nor->mem->ops->queue_op(nor->mem, q, &wren, NULL);
	if (is_staged)
		nor->mem->ops->queue_op_staged(nor->mem, q, op);
	else
		nor->mem->ops->queue_op(nor->mem, q, op, NULL);
	j->started_ns = memq_cursor_ns(q);
	if (is_staged)
		j->started_ns += nor->mem->ops->staged_ns(nor->mem, op);
	j->limit_ns = max_ns / 2 * LIMIT_HALVES;
	nor->last_op_max_ns = j->limit_ns;
	j->n_pauses = 0;
}

void nor_queue_watch(struct spi_nor *nor, struct nor_job *j, struct memq *q, u64 typ_ns)
{
	u64 now_ns = memq_cursor_ns(q);

	if (now_ns < j->started_ns)
		memq_delay_ns(q, j->started_ns - now_ns);
	j->poll_ns = min(max(typ_ns / POLLS, (u64)POLL_MIN_NS), (u64)POLL_MAX_NS);
	queue_arm(nor, j, q);
	j->armed = true;
}

bool nor_is_matched(struct spi_nor *nor, const struct nor_sample *s)
{
	return s->state == MEMQ_VALID && nor->mem->ops->poll_matched(nor->mem, s->val);
}

/* from now until @ns after the operation began */
u64 nor_until_ns(const struct nor_job *j, const struct memq *q, u64 ns)
{
	u64 elapsed = memq_cursor_ns(q) - j->started_ns;

	return ns > elapsed ? ns - elapsed : 0;
}

/* ---- judging ---- */

/* 0, or the failure that @bits of the chip's register speak of */
static int report_failure(struct flash_job *job, u8 bits)
{
	struct spi_nor *nor = to_nor(job->mtd);
	const struct nor_params *p = &nor->p;
	u8 mask = job->kind == JOB_ERASE ? p->fail_erase : p->fail_program;

	if (bits & p->fail_protect)
		return err_set(nor_err(nor), -EROFS,
			       "clear the chip's lock bits of these blocks, or write elsewhere",
			       "%s refuses: protected block (register %02xh reads %02x)", nor->name,
			       p->fail_opcode, bits);
	if (bits & mask)
		return err_set(nor_err(nor), -EIO,
			       "try again; if it stays so the chip is worn out or locked",
			       "%s reports that %s failed (register %02xh reads %02x)", nor->name,
			       job->kind == JOB_ERASE ? "an erase" : "a page program",
			       p->fail_opcode, bits);
	return 0;
}

/* while P_ERR or E_ERR is set the chip looks busy (S25FL-S), and no poll matches */
static bool looks_busy_when_failed(const struct spi_nor *nor)
{
	return nor->p.fail_clear && nor->p.fail_opcode == OP_RDSR;
}

/* what runs takes longer than it should: has it failed? Polling goes on if it has not */
static int look_for_failure(struct flash_job *job)
{
	struct spi_nor *nor = to_nor(job->mtd);
	u8 bits[2] = { 0 };
	struct spi_mem_op op = nor_op_read_reg(nor->p.fail_opcode, &bits[0], 1);
	int rc;

	if (!looks_busy_when_failed(nor))
		return 0;
	nor->mem->ops->queue_poll_end(nor->mem, nor->mem->q);
	/* of two chips one may have failed while the other still runs */
	rc = spi_mem_exec_each(nor->mem, &op, &bits[1]);
	if (!rc)
		rc = report_failure(job, bits[0] | bits[1]);
	if (!rc)
		queue_arm(nor, nor_job_of(job), nor->mem->q);
	return rc;
}

int nor_too_long(struct flash_job *job, struct nor_job *j, u64 elapsed_ns)
{
	struct spi_nor *nor = to_nor(job->mtd);
	int rc = look_for_failure(job);

	if (rc)
		return rc;
	return err_set(
		nor_err(nor), -ETIMEDOUT, "power-cycle the board and run the same command again",
		"%s is still busy %s after %" PRIu64 " ms (at most %" PRIu64 " ms are expected)",
		nor->name, job->kind == JOB_ERASE ? "erasing" : "programming", elapsed_ns / MSEC_NS,
		j->limit_ns * 2 / LIMIT_HALVES / MSEC_NS);
}

/* the failure bits of all dies; false: not all have answered, or one is still busy */
static bool failure_bits(const struct spi_nor *nor, const struct nor_job *j, u8 *bits)
{
	*bits = 0;
	for (unsigned int i = 0; i < n_answers(nor) * nor_chips(nor); i++) {
		u8 val = j->fail_reg[i / nor_chips(nor)][i % nor_chips(nor)];

		if (j->fail_state[i / nor_chips(nor)] != MEMQ_VALID ||
		    (val & nor->p.die_ready) != nor->p.die_ready)
			return false;
		*bits |= val;
	}
	return true;
}

/* 0, or the failure that the chip reports */
static int judge_failure_bits(struct flash_job *job)
{
	struct nor_job *j = nor_job_of(job);
	struct spi_nor *nor = to_nor(job->mtd);
	u8 bits;

	if (!j->fail_asked || !failure_bits(nor, j, &bits))
		return 0;
	j->fail_asked = false;
	/* a busy chip does not answer, or with bits of what still runs */
	if (j->fail_flight >= 0 &&
	    !nor_is_matched(nor, &j->flight[j->fail_flight % NOR_MAX_FLIGHT].s))
		return 0;
	return report_failure(job, bits);
}

/* ---- erasing ---- */

static int erase_fire(struct flash_job *job, struct nor_job *j, struct memq *q)
{
	struct spi_nor *nor = to_nor(job->mtd);
	struct nor_erase e;
	struct spi_mem_op op;

	if (j->next >= nor_job_end(job, j)) {
		j->phase = PHASE_FINAL;
		return JOB_READY;
	}
	if (j->armed) {
		nor->mem->ops->queue_poll_end(nor->mem, q);
		nor_queue_failure_look(nor, j, q, -1);
	}
	nor_pick_erase(nor, job->offset + j->next, job->len - j->next, &e);
	op = nor_op_erase(nor, e.opcode, job->offset + j->next);
	nor_queue_operation(nor, j, q, &op, e.max_ns, false);
	nor_queue_watch(nor, j, q, e.typ_ns);
	j->busy_est_ns = &nor->busy_erase_ns[e.index];
	if (!*j->busy_est_ns)
		*j->busy_est_ns = e.typ_ns;
	j->last_pos = j->next;
	j->next += e.size;
	j->end = max(j->end, j->next);
	job->issued = j->next;
	j->now.state = MEMQ_PENDING;
	j->phase = PHASE_SAMPLE;
	job->busy_ns = nor_until_ns(j, q, *j->busy_est_ns);
	return JOB_READY;
}

/* ---- both ---- */

static int issue_sample(struct flash_job *job, struct nor_job *j, struct memq *q)
{
	nor_queue_sample(to_nor(job->mtd), j, q, &j->now);
	return JOB_BLOCKED;
}

static int issue_final(struct flash_job *job, struct nor_job *j, struct memq *q)
{
	struct spi_nor *nor = to_nor(job->mtd);

	if (j->armed)
		nor->mem->ops->queue_poll_end(nor->mem, q);
	j->armed = false;
	j->final_queued = true;
	nor_queue_failure_look(nor, j, q, -1);
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
	j = nor_job_of(job);
	if (j->fail_asked && memq_done(q) >= j->fail_mark)
		rc = judge_failure_bits(job);
	if (rc)
		return rc;
	if (!j->is_selected) {
		nor_queue_select(to_nor(job->mtd), q, job->offset + j->from);
		j->is_selected = true;
	}
	switch (j->phase) {
	case PHASE_FIRE:
		return job->kind == JOB_ERASE ? erase_fire(job, j, q) : nor_program_next(job, j, q);
	case PHASE_MEASURE:
		return nor_program_measure(job, j, q);
	case PHASE_SAMPLE:
		return issue_sample(job, j, q);
	case PHASE_PAUSE:
		j->phase = PHASE_SAMPLE;
		/* a small part of the estimate: the wire has other things to do meanwhile */
		job->busy_ns = (job->kind == JOB_ERASE ? *j->busy_est_ns
						       : to_nor(job->mtd)->busy_program_ns) /
			       PAUSES;
		return JOB_READY;
	case PHASE_FINAL:
		break;
	}
	return issue_final(job, j, q);
}

static int check_sample(struct flash_job *job, struct nor_job *j)
{
	struct spi_nor *nor = to_nor(job->mtd);
	int rc;

	if (j->now.state == MEMQ_PENDING)
		return JOB_READY; /* not queued yet */
	if (!nor_is_matched(nor, &j->now)) {
		if (j->now.at_ns > j->limit_ns)
			return nor_too_long(job, j, j->now.at_ns);
		j->now.state = MEMQ_PENDING;
		j->phase = PHASE_PAUSE;
		rc = ++j->n_pauses % FAILURE_LOOKS ? 0 : look_for_failure(job);
		return rc ? rc : JOB_READY;
	}
	if (job->kind == JOB_ERASE) {
		/*
		 * Erases differ by some 2 %: the next first look comes a little before the end of
		 * this one. Seen at the first look it may have been over earlier.
		 */
		*j->busy_est_ns = j->n_pauses ? j->now.at_ns - j->now.at_ns / ERASE_EARLY
					      : *j->busy_est_ns - *j->busy_est_ns / ERASE_DOWN;
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
	if (j->end < job->len) {
		/* all is over in this window: on to the next */
		enter_window(job, j, j->end);
		j->final_queued = false;
		j->phase = PHASE_FIRE;
		return JOB_READY;
	}
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
	struct nor_job *j = nor_job_of(job);
	int rc = judge_failure_bits(job);

	if (rc)
		return rc;
	if (job->kind == JOB_PROGRAM)
		nor_program_judge(job, j, UINT64_MAX);
	switch (j->phase) {
	case PHASE_MEASURE:
		return nor_program_check_measure(job, j);
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

/**
 * nor_resync() - after an error of the wire: wait until the chip is ready, start again what ran
 * @job: erase or program
 *
 * Return: as mtd_ops.resync.
 */
int nor_resync(struct flash_job *job)
{
	struct nor_job *j = nor_job_of(job);
	struct spi_nor *nor = to_nor(job->mtd);
	int rc;

	if (!j)
		return JOB_READY;
	nor->mem->ops->queue_poll_end(nor->mem, nor->mem->q);
	/* which die hears us? */
	nor->window = -1;
	rc = nor_select(nor, job->offset + j->from);
	if (!rc)
		rc = nor_wait_ready(nor, max(j->limit_ns, nor->p.erase[0].max_ns),
				    "what was in flight");
	if (rc)
		return rc;
	if (job->kind == JOB_PROGRAM)
		nor_program_forget(job, j);
	else if (j->armed)
		j->next = j->last_pos;
	j->armed = j->fail_asked = j->final_queued = false;
	j->now.state = MEMQ_PENDING;
	j->phase = PHASE_FIRE;
	return JOB_READY;
}
