/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Jobs on a SPI-NOR: what lib/spi-nor-job.c and lib/spi-nor-program.c share. */
#ifndef SWDROM_LIB_SPI_NOR_JOB_H
#define SWDROM_LIB_SPI_NOR_JOB_H

#include "lib/spi-nor-priv.h"

/* pages in flight between two looks at the results */
#define NOR_MAX_FLIGHT 256
/* measuring: each is 1/64 later than the one before, see nor_program_measure() */
#define NOR_MEASURE_SAMPLES 512
/* learning the spread: so many pages, each sampled densely around its expected end */
#define NOR_CAL_PAGES	12
#define NOR_CAL_SAMPLES 192

/* dies that answer for themselves in turn; more are not looked at */
#define NOR_MAX_DIES 4

enum nor_phase {
	PHASE_FIRE,    /* start the next page or erase */
	PHASE_MEASURE, /* sample the page that was just started, again and again */
	PHASE_SAMPLE,  /* see whether what runs is over */
	PHASE_PAUSE,   /* it was not: wait a little, then sample again */
	PHASE_FINAL,   /* it was: look at the failure bits, once more */
};

struct nor_sample {
	u64 at_ns; /* since the operation that runs was started, by the cursor */
	u32 val;
	enum memq_sample state;
};

/* a page whose start is still to be proven */
struct nor_flight {
	u64 pos;    /* page, in bytes of the job */
	u64 mark;   /* the answer is in when memq_done() has passed it */
	u64 est_id; /* of the estimate it was paced by */
	struct nor_sample s;
};

/* samples in a row around the expected end of a page */
struct nor_cal {
	u64 from_ns, step_ns; /* since it was started */
	unsigned int n;
	bool is_delayed;	  /* the wire had no time for them sooner */
	s64 flight;		  /* of the page */
	u32 val[NOR_CAL_SAMPLES]; /* little endian */
	enum memq_sample state;
};

struct nor_job {
	enum nor_phase phase;
	bool armed;    /* automatic polling runs for what was started last */
	u64 from, end; /* bytes of the job in the window that is worked on */
	bool is_selected;
	u64 next;	  /* first byte never started */
	u64 last_pos;	  /* what was started last */
	u64 started_ns;	  /* cursor when it began in the chip */
	u64 limit_ns;	  /* longest it may take */
	u64 poll_ns;	  /* between two polls of it */
	u64 *busy_est_ns; /* where its duration is learned */
	unsigned int n_pauses;
	/* program: the page that comes next */
	bool picked, pick_is_redo;
	u64 pick;
	u32 staged; /* bytes of it */
	/* pages whose outcome is not known yet, numbered, in a ring; pages to start again */
	struct nor_flight flight[NOR_MAX_FLIGHT];
	u64 n_queued, n_judged;
	s64 running; /* the number of the page that runs; -1: it needs no proof, the chip was idle */
	unsigned int late_score;
	u64 est_id; /* corrections of the estimate so far */
	u64 redo[2 * NOR_MAX_FLIGHT];
	unsigned int n_redo;
	/* the present look */
	struct nor_sample now;
	/* measuring */
	struct nor_sample measure[NOR_MEASURE_SAMPLES];
	u64 measure_mark[NOR_MEASURE_SAMPLES];
	unsigned int n_measure, n_proofs;
	u64 measure_until_ns; /* then the answers are waited for */
	struct nor_cal cal[NOR_CAL_PAGES];
	unsigned int n_cal;
	bool is_spread;	  /* the page that runs is one of them */
	bool is_cal_wide; /* the last look ended too soon */
	/* failure bits */
	u8 fail_reg[NOR_MAX_DIES][2]; /* of each chip */
	enum memq_sample fail_state[NOR_MAX_DIES];
	bool fail_asked;
	u64 fail_mark;
	s64 fail_flight; /* the answer counts if this page found the chip ready; -1: it was */
	bool final_queued;
};

static inline struct nor_job *nor_job_of(struct flash_job *job)
{
	return job->priv;
}

/* where the work in this window ends; a user's stop cuts the job short */
static inline u64 nor_job_end(const struct flash_job *job, const struct nor_job *j)
{
	return min(job->len, j->end);
}

/* ---- lib/spi-nor-job.c ---- */

void nor_queue_failure_look(struct spi_nor *nor, struct nor_job *j, struct memq *q, s64 flight);
void nor_queue_sample(struct spi_nor *nor, struct nor_job *j, struct memq *q, struct nor_sample *s);
/* write enable and the operation; the controller may still be at it until j->started_ns */
void nor_queue_operation(struct spi_nor *nor, struct nor_job *j, struct memq *q,
			 const struct spi_mem_op *op, u64 max_ns, bool is_staged);
/* automatic polling for the end of it, which usually takes @typ_ns */
void nor_queue_watch(struct spi_nor *nor, struct nor_job *j, struct memq *q, u64 typ_ns);
bool nor_is_matched(struct spi_nor *nor, const struct nor_sample *s);
/* from now until @ns after the operation began */
u64 nor_until_ns(const struct nor_job *j, const struct memq *q, u64 ns);
int nor_too_long(struct flash_job *job, struct nor_job *j, u64 elapsed_ns);

/* ---- lib/spi-nor-program.c ---- */

int nor_program_next(struct flash_job *job, struct nor_job *j, struct memq *q);
int nor_program_measure(struct flash_job *job, struct nor_job *j, struct memq *q);
int nor_program_check_measure(struct flash_job *job, struct nor_job *j);
/* judge what has come back of pages started; job->done. @done: memq_done() */
void nor_program_judge(struct flash_job *job, struct nor_job *j, u64 done);
/* nothing is known of the pages in flight: all of them are started again */
void nor_program_forget(struct flash_job *job, struct nor_job *j);

#endif
