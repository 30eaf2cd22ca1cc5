// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The scheduler with devices of paper: each access of a device goes to an address of its own, and
 * a device notes when it was asked too early.
 */
#include "lib/mtd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/fake-memq.h"

/* a device that takes @busy_ns for each of its units */
struct paper {
	struct mtd_info mtd;
	u32 reg;
	u64 unit, busy_ns;
	u64 late_unit;		    /* this one is found undone at first */
	u64 fail_unit;		    /* this one ends the job */
	bool is_shy;		    /* must see the results of each slice */
	bool is_patient;	    /* whoever wants the wire comes first */
	bool judges_early;	    /* results are judged as they come in */
	u64 done_mark, done_issued; /* when all up to this mark is back, so much is done */
	u64 slice_ns; /* wire time of a slice beside its access, cut to the room there is */
	u64 least_room_ns, others_ns;
	bool is_stuck;
	u64 busy_until_ns;
	unsigned int n_early, n_issues, n_checks, n_finishes;
	u64 stop_after;	   /* issues */
	u64 refuse_unit;   /* issue() itself fails */
	u64 check_busy_ns; /* check() says: not before */
	bool is_full_after_resync;
	unsigned int n_resyncs, fail_resyncs; /* the first so many fail */
	int resync_error;
	sig_atomic_t *stop;
	u32 sample;
	enum memq_sample state;
	struct flash_job *order[8];
	unsigned int n_order;
};

#define NOWHERE UINT64_MAX

static struct paper *to_paper(struct mtd_info *mtd)
{
	return container_of(mtd, struct paper, mtd);
}

static int paper_issue(struct flash_job *job, struct memq *q)
{
	struct paper *p = to_paper(job->mtd);

	if (!p->n_order || p->order[p->n_order - 1] != job)
		p->order[p->n_order++] = job;
	p->others_ns = job->others_ns;
	p->least_room_ns = min(p->least_room_ns, job->room_ns);
	job->is_patient = p->is_patient;
	if (job->offset + job->issued >= p->refuse_unit)
		return err_set(&job->mtd->ctx->err, -ENOMEM, NULL, "no room for unit %u",
			       (unsigned int)p->refuse_unit);
	if (p->slice_ns)
		memq_delay_ns(q, min(p->slice_ns, job->room_ns));
	job->judges_early = p->judges_early;
	/* what was issued up to this mark has come back */
	if (p->judges_early && memq_done(q) > p->done_mark) {
		job->done = p->done_issued;
		p->done_mark = memq_mark(q);
		p->done_issued = job->issued;
	}
	if (job->issued < job->len) {
		if (memq_cursor_ns(q) < p->busy_until_ns)
			p->n_early++;
		memq_write32(q, p->reg, (u32)(job->offset + job->issued));
		job->issued += p->unit;
		job->busy_ns = p->busy_ns;
		p->busy_until_ns = memq_cursor_ns(q) + p->busy_ns;
	}
	memq_sample32(q, p->reg + 4, &p->sample, &p->state);
	if (++p->n_issues == p->stop_after)
		*p->stop = 1;
	if (p->is_shy)
		return JOB_BLOCKED;
	return job->issued < job->len ? JOB_READY : JOB_DONE;
}

static int paper_check(struct flash_job *job)
{
	struct paper *p = to_paper(job->mtd);

	p->n_checks++;
	assert_int_equal(p->state, MEMQ_VALID);
	if (p->is_stuck) {
		job->issued = 0;
		return JOB_READY;
	}
	if (job->offset + job->issued > p->fail_unit)
		return err_set(&job->mtd->ctx->err, -EROFS, NULL, "unit %u is protected",
			       (unsigned int)p->fail_unit);
	if (job->offset + job->issued > p->late_unit) {
		job->issued = p->late_unit - job->offset;
		job->done = job->issued;
		p->late_unit = NOWHERE;
		return JOB_READY;
	}
	job->done = job->issued;
	job->busy_ns = p->check_busy_ns;
	return job->done < job->len ? JOB_READY : JOB_DONE;
}

static void paper_finish(struct mtd_info *mtd)
{
	to_paper(mtd)->n_finishes++;
}

static const struct mtd_ops paper_ops = {
	.issue = paper_issue,
	.check = paper_check,
	.finish = paper_finish,
};

struct fixture {
	struct ctx ctx;
	sig_atomic_t stop;
	struct memq *q;
	struct paper a, b;
	u64 progress_done, progress_total;
	unsigned int n_progress;
};

static void on_progress(void *arg, const char *step, const char *mtd, u64 done, u64 total)
{
	struct fixture *f = arg;

	(void)step;
	if (strcmp(mtd, "a"))
		return;
	assert_true(done >= f->progress_done || f->progress_total != total);
	f->progress_done = done;
	f->progress_total = total;
	f->n_progress++;
}

static void paper_init(struct fixture *f, struct paper *p, const char *name, u32 reg, u64 busy_ns)
{
	p->mtd = (struct mtd_info){ .name = name,
				    .size = 1 << 20,
				    .ops = &paper_ops,
				    .ctx = &f->ctx,
				    .q = f->q,
				    .erase_max_ns = 2 * busy_ns,
				    .write_max_ns = 2 * busy_ns };
	p->reg = reg;
	p->unit = 1;
	p->busy_ns = busy_ns;
	p->late_unit = p->fail_unit = p->refuse_unit = NOWHERE;
	p->least_room_ns = UINT64_MAX;
	p->stop = &f->stop;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->ctx.stop = &f->stop;
	f->ctx.progress = on_progress;
	f->ctx.progress_arg = f;
	f->q = fake_memq_new(&f->ctx, 10000000);
	paper_init(f, &f->a, "a", 0x1000, 82 * USEC_NS);
	paper_init(f, &f->b, "b", 0x2000, 500 * USEC_NS);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	fake_memq_free(f->q);
	free(f);
	return 0;
}

static struct flash_job job_of(struct paper *p, enum job_kind kind, u64 offset, u64 len)
{
	return (struct flash_job){ .kind = kind, .mtd = &p->mtd, .offset = offset, .len = len };
}

/* how often the wire changed from one device to another */
static unsigned int count_switches(const struct memq *q)
{
	unsigned int n = 0;
	u32 last = 0;

	for (size_t i = 0; i < q->n_ops; i++) {
		u32 dev = q->ops[i].addr & ~0xfffu;

		if (!dev || dev == last)
			continue;
		n += last != 0;
		last = dev;
	}
	return n;
}

static void test_one_device_is_paced_by_its_busy_time(void **state)
{
	struct fixture *f = *state;
	struct flash_job job = job_of(&f->a, JOB_PROGRAM, 0, 1000);
	u64 ns;

	assert_int_equal(sched_run(&f->ctx, f->q, &job, 1), 0);
	assert_int_equal(job.done, 1000);
	assert_int_equal(f->a.n_early, 0);
	ns = memq_cursor_ns(f->q);
	assert_in_range(ns, 999 * 82 * USEC_NS, 1001 * (82 + 10) * USEC_NS);
}

static void test_two_devices_work_at_the_same_time(void **state)
{
	struct fixture *f = *state;
	struct flash_job jobs[] = { job_of(&f->a, JOB_PROGRAM, 0, 1000),
				    job_of(&f->b, JOB_PROGRAM, 0, 160) };

	assert_int_equal(sched_run(&f->ctx, f->q, jobs, 2), 0);
	assert_int_equal(f->a.n_early + f->b.n_early, 0);
	assert_in_range(memq_cursor_ns(f->q), 82 * MSEC_NS, 100 * MSEC_NS);
	assert_in_range(count_switches(f->q), 200, 2000);
}

static void test_a_long_erase_does_not_hold_the_wire(void **state)
{
	struct fixture *f = *state;
	struct flash_job jobs[] = { job_of(&f->b, JOB_ERASE, 0, 1),
				    job_of(&f->a, JOB_PROGRAM, 0, 1000) };

	f->b.busy_ns = 700 * MSEC_NS;
	f->b.is_shy = true;
	assert_int_equal(sched_run(&f->ctx, f->q, jobs, 2), 0);
	assert_int_equal(f->a.n_early, 0);
	/* the programming ended long before the erase */
	assert_true(f->a.busy_until_ns < 110 * MSEC_NS);
}

static void test_who_can_wait_fills_the_gaps_of_who_cannot(void **state)
{
	struct fixture *f = *state;
	struct flash_job jobs[] = { job_of(&f->a, JOB_PROGRAM, 0, 1000),
				    job_of(&f->b, JOB_PROGRAM, 0, 3000) };

	/* b has always something to put on the wire, as much as there is room for */
	f->b.busy_ns = 0;
	f->b.slice_ns = 200 * USEC_NS;
	f->b.is_patient = true;
	assert_int_equal(sched_run(&f->ctx, f->q, jobs, 2), 0);
	assert_int_equal(jobs[1].done, 3000);
	assert_int_equal(f->a.n_early, 0);
	/* a is as fast as if it were alone: its unit and an access of each */
	assert_in_range(f->a.busy_until_ns, 999 * 82 * USEC_NS, 1001 * (82 + 25) * USEC_NS);
	assert_true(f->b.least_room_ns <= 82 * USEC_NS);
}

static void test_a_device_alone_has_all_the_room(void **state)
{
	struct fixture *f = *state;
	struct flash_job job = job_of(&f->a, JOB_PROGRAM, 0, 10);

	assert_int_equal(sched_run(&f->ctx, f->q, &job, 1), 0);
	assert_int_equal(f->a.least_room_ns, UINT64_MAX);
	assert_int_equal(f->a.others_ns, 0);
}

static void test_a_job_knows_how_long_others_program_beside_it(void **state)
{
	struct fixture *f = *state;
	struct flash_job jobs[] = { job_of(&f->a, JOB_PROGRAM, 0, 1000),
				    job_of(&f->b, JOB_ERASE, 0, 4),
				    job_of(&f->b, JOB_PROGRAM, 0, 40) };

	f->a.mtd.writebufsize = f->b.mtd.writebufsize = 1;
	f->a.mtd.write_typ_ns = 82 * USEC_NS;
	f->b.mtd.write_typ_ns = 500 * USEC_NS;
	f->b.mtd.erase_typ_ns = 5 * MSEC_NS;
	f->b.mtd.regions = &(const struct mtd_region){ .erasesize = 1, .count = 1 << 20 };
	f->b.mtd.n_regions = 1;
	assert_int_equal(sched_run(&f->ctx, f->q, jobs, 3), 0);
	assert_int_equal(f->a.others_ns, 40 * 500 * USEC_NS);
	/* an erase that outlasts all of it: nobody is in the way */
	f->b.mtd.erase_typ_ns = 50 * MSEC_NS;
	for (unsigned int i = 0; i < ARRAY_SIZE(jobs); i++)
		jobs[i].issued = jobs[i].done = 0;
	f->a.n_order = f->b.n_order = 0;
	f->progress_done = 0;
	assert_int_equal(sched_run(&f->ctx, f->q, jobs, 3), 0);
	assert_int_equal(f->a.others_ns, 0);
}

static void test_jobs_of_a_device_run_in_order_and_one_after_the_other(void **state)
{
	struct fixture *f = *state;
	struct flash_job jobs[] = { job_of(&f->a, JOB_ERASE, 0, 2),
				    job_of(&f->b, JOB_PROGRAM, 0, 4),
				    job_of(&f->a, JOB_PROGRAM, 0, 8),
				    job_of(&f->a, JOB_PROGRAM, 50, 3) };

	assert_int_equal(sched_run(&f->ctx, f->q, jobs, 4), 0);
	assert_int_equal(f->a.n_order, 3);
	assert_ptr_equal(f->a.order[0], &jobs[0]);
	assert_ptr_equal(f->a.order[1], &jobs[2]);
	assert_ptr_equal(f->a.order[2], &jobs[3]);
	for (unsigned int i = 0; i < 4; i++)
		assert_int_equal(jobs[i].done, jobs[i].len);
}

static void test_a_missed_unit_is_issued_again(void **state)
{
	struct fixture *f = *state;
	struct flash_job job = job_of(&f->a, JOB_PROGRAM, 100, 400);
	unsigned int n = 0;

	f->a.late_unit = 150;
	assert_int_equal(sched_run(&f->ctx, f->q, &job, 1), 0);
	assert_int_equal(job.done, 400);
	for (size_t i = 0; i < f->q->n_ops; i++)
		n += f->q->ops[i].kind == FAKE_WRITE && f->q->ops[i].val == 150;
	assert_int_equal(n, 2);
}

static void test_unchecked_work_is_bounded(void **state)
{
	struct fixture *f = *state;
	struct flash_job job = job_of(&f->a, JOB_PROGRAM, 0, 20000);

	assert_int_equal(sched_run(&f->ctx, f->q, &job, 1), 0);
	/* 1.8 s in windows of 8, 16, ... 128 ms */
	assert_in_range(f->a.n_checks, 15, 30);
	assert_in_range(f->n_progress, 15, 31);
	assert_int_equal(f->progress_done, 20000);
}

/* the longest time between two submits */
static u64 longest_batch_ns(const struct memq *q)
{
	u64 last = 0, now = 0, longest = 0;

	for (size_t i = 0; i < q->n_ops; i++) {
		if (q->ops[i].kind == FAKE_SUBMIT) {
			longest = max(longest, now - last);
			last = now;
		} else if (q->ops[i].kind != FAKE_DELAY) {
			now = q->ops[i].ns;
		}
	}
	return longest;
}

static void test_batches_are_a_few_ms_long(void **state)
{
	struct fixture *f = *state;
	struct flash_job job = job_of(&f->a, JOB_PROGRAM, 0, 5000);

	assert_int_equal(sched_run(&f->ctx, f->q, &job, 1), 0);
	assert_in_range(longest_batch_ns(f->q), 1500 * USEC_NS, 2500 * USEC_NS);
}

static void test_batches_are_shorter_where_errors_are_near(void **state)
{
	struct fixture *f = *state;
	struct flash_job job = job_of(&f->a, JOB_PROGRAM, 0, 5000);

	/* so much is lost with each error that they must not be short without end */
	f->q->quiet_ns = 10 * MSEC_NS;
	assert_int_equal(sched_run(&f->ctx, f->q, &job, 1), 0);
	assert_in_range(longest_batch_ns(f->q), 900 * USEC_NS, 1200 * USEC_NS);
}

static void test_a_device_that_judges_as_results_come_is_never_paused(void **state)
{
	struct fixture *f = *state;
	struct flash_job job = job_of(&f->a, JOB_PROGRAM, 0, 20000);

	f->a.judges_early = true;
	assert_int_equal(sched_run(&f->ctx, f->q, &job, 1), 0);
	assert_int_equal(job.done, 20000);
	/* one look at the end, but progress all the way */
	assert_int_equal(f->a.n_checks, 1);
	assert_true(f->n_progress > 100);
	assert_int_equal(f->progress_done, 20000);
	assert_int_equal(f->a.n_early, 0);
}

static void test_first_error_ends_the_run_and_the_other_device_rests_at_a_border(void **state)
{
	struct fixture *f = *state;
	struct flash_job jobs[] = { job_of(&f->a, JOB_PROGRAM, 0, 1000),
				    job_of(&f->b, JOB_PROGRAM, 0, 1000),
				    job_of(&f->b, JOB_ERASE, 0, 1) };

	f->a.fail_unit = 300;
	assert_int_equal(sched_run(&f->ctx, f->q, jobs, 3), -EROFS);
	assert_non_null(strstr(f->ctx.err.what, "unit 300 is protected"));
	assert_non_null(strstr(f->ctx.err.where, "programming a"));
	assert_true(jobs[1].done > 0 && jobs[1].done < 1000);
	assert_int_equal(jobs[1].done, jobs[1].issued);
	assert_int_equal(jobs[1].len, 1000);
	assert_int_equal(jobs[2].done, 0);
	assert_true(memq_cursor_ns(f->q) < 200 * MSEC_NS);
}

static void test_stop_finishes_what_is_in_flight_and_says_how_far(void **state)
{
	struct fixture *f = *state;
	struct flash_job jobs[] = { job_of(&f->a, JOB_PROGRAM, 0, 1000),
				    job_of(&f->b, JOB_ERASE, 0, 1000) };

	f->a.stop_after = 100;
	assert_int_equal(sched_run(&f->ctx, f->q, jobs, 2), -EINTR);
	assert_int_equal(jobs[0].done, 100);
	assert_int_equal(jobs[0].issued, 100);
	assert_int_equal(jobs[0].len, 1000);
	assert_int_equal(jobs[1].done, jobs[1].issued);
	assert_non_null(strstr(f->ctx.err.what, "a: 100 of 1000 bytes programmed"));
	assert_non_null(strstr(f->ctx.err.what, "b: "));
	assert_non_null(strstr(f->ctx.err.next, "run the same command again"));
}

static void test_stop_before_the_start_leaves_everything_alone(void **state)
{
	struct fixture *f = *state;
	struct flash_job job = job_of(&f->a, JOB_PROGRAM, 0, 10);

	f->stop = 1;
	assert_int_equal(sched_run(&f->ctx, f->q, &job, 1), -EINTR);
	assert_int_equal(f->a.n_issues, 0);
}

static void test_a_device_that_never_gets_on_is_given_up(void **state)
{
	struct fixture *f = *state;
	struct flash_job jobs[] = { job_of(&f->a, JOB_PROGRAM, 0, 10),
				    job_of(&f->b, JOB_PROGRAM, 0, 9) };

	f->a.is_stuck = true;
	assert_int_equal(sched_run(&f->ctx, f->q, jobs, 2), -ETIMEDOUT);
	assert_non_null(strstr(f->ctx.err.what, "a did not get on with programming"));
	assert_true(memq_cursor_ns(f->q) < 5 * SEC_NS);
	assert_int_equal(jobs[1].done, 9);
}

static void test_wire_error_at_any_access_ends_the_run_and_finishes_every_device(void **state)
{
	struct fixture *f = *state;
	int ret;
	u64 n = 0;

	do {
		struct flash_job jobs[] = { job_of(&f->a, JOB_PROGRAM, 0, 50),
					    job_of(&f->b, JOB_PROGRAM, 0, 9) };

		err_clear(&f->ctx.err);
		f->a.n_finishes = f->b.n_finishes = f->a.n_order = f->b.n_order = 0;
		f->a.busy_until_ns = f->b.busy_until_ns = 0;
		f->q->n_accesses = 0;
		f->q->fail_access = ++n;
		ret = sched_run(&f->ctx, f->q, jobs, 2);
		if (ret) {
			assert_int_equal(ret, -EIO);
			assert_int_equal(f->ctx.err.code, -EIO);
			assert_int_equal(f->a.n_finishes, 1);
			assert_int_equal(f->b.n_finishes, 1);
			assert_true(jobs[0].done + jobs[1].done < 59);
		} else {
			assert_int_equal(jobs[0].done + jobs[1].done, 59);
		}
	} while (ret);
	assert_in_range(n, 59 * 2, 59 * 2 + 10);
}

/* this device can be asked what it holds */
static int paper_resync(struct flash_job *job)
{
	struct paper *p = to_paper(job->mtd);

	if (++p->n_resyncs <= p->fail_resyncs)
		return err_set(&job->mtd->ctx->err, p->resync_error, NULL, "%s does not answer",
			       job->mtd->name);
	p->busy_until_ns = 0;
	if (p->is_full_after_resync) {
		job->done = job->issued = job->len;
		return JOB_DONE;
	}
	job->issued = job->done;
	return JOB_READY;
}

static const struct mtd_ops lasting_ops = {
	.issue = paper_issue,
	.check = paper_check,
	.resync = paper_resync,
	.finish = paper_finish,
};

static void test_wire_error_at_any_access_is_survived_by_devices_that_can_be_asked(void **state)
{
	struct fixture *f = *state;

	f->a.mtd.ops = f->b.mtd.ops = &lasting_ops;
	for (u64 n = 1; n < 130; n++) {
		struct flash_job jobs[] = { job_of(&f->a, JOB_PROGRAM, 0, 50),
					    job_of(&f->b, JOB_PROGRAM, 0, 9) };

		f->a.n_order = f->b.n_order = 0;
		f->a.busy_until_ns = f->b.busy_until_ns = 0;
		f->progress_done = 0;
		f->q->n_accesses = 0;
		f->q->fail_access = n;
		assert_int_equal(sched_run(&f->ctx, f->q, jobs, 2), 0);
		assert_int_equal(f->ctx.err.code, 0);
		assert_int_equal(jobs[0].done + jobs[1].done, 59);
	}
}

static void test_a_device_is_asked_again_when_the_wire_fails_once_more(void **state)
{
	struct fixture *f = *state;
	struct flash_job jobs[] = { job_of(&f->a, JOB_PROGRAM, 0, 50),
				    job_of(&f->a, JOB_PROGRAM, 60, 5) };

	f->a.mtd.ops = &lasting_ops;
	f->a.fail_resyncs = 3;
	f->a.resync_error = -EIO;
	f->q->fail_access = 20;
	assert_int_equal(sched_run(&f->ctx, f->q, jobs, 2), 0);
	assert_int_equal(f->a.n_resyncs, 4);
	assert_int_equal(f->ctx.err.code, 0);
	/* all there already, as the device says: on to its next job */
	f->a.is_full_after_resync = true;
	f->a.n_order = 0;
	f->a.n_issues = 0;
	f->progress_done = 0;
	f->q->n_accesses = 0;
	jobs[0] = job_of(&f->a, JOB_PROGRAM, 0, 50);
	jobs[1] = job_of(&f->a, JOB_PROGRAM, 60, 5);
	assert_int_equal(sched_run(&f->ctx, f->q, jobs, 2), 0);
	assert_int_equal(jobs[0].done + jobs[1].done, 55);
	assert_true(f->a.n_issues < 50);
}

static void test_a_device_that_says_no_when_asked_ends_the_run(void **state)
{
	struct fixture *f = *state;
	struct flash_job jobs[] = { job_of(&f->a, JOB_PROGRAM, 0, 50),
				    job_of(&f->b, JOB_PROGRAM, 0, 9) };

	f->a.mtd.ops = f->b.mtd.ops = &lasting_ops;
	f->a.fail_resyncs = 1;
	f->a.resync_error = -EROFS;
	f->q->fail_access = 20;
	assert_int_equal(sched_run(&f->ctx, f->q, jobs, 2), -EROFS);
	assert_int_equal(f->a.n_resyncs, 1);
	assert_non_null(strstr(f->ctx.err.what, "a does not answer"));
	assert_true(jobs[0].done < 50);
}

static void test_a_slice_that_cannot_be_queued_ends_the_run(void **state)
{
	struct fixture *f = *state;
	struct flash_job jobs[] = { job_of(&f->a, JOB_PROGRAM, 0, 100),
				    job_of(&f->b, JOB_PROGRAM, 0, 200) };

	f->a.refuse_unit = 40;
	assert_int_equal(sched_run(&f->ctx, f->q, jobs, 2), -ENOMEM);
	assert_non_null(strstr(f->ctx.err.what, "no room for unit 40"));
	assert_non_null(strstr(f->ctx.err.where, "programming a"));
	assert_true(jobs[1].done < 200);
	assert_int_equal(jobs[1].done, jobs[1].issued);
}

static void test_a_device_may_ask_for_time_when_it_is_judged(void **state)
{
	struct fixture *f = *state;
	struct flash_job job = job_of(&f->a, JOB_PROGRAM, 0, 10);

	f->a.is_shy = true;
	f->a.busy_ns = 0;
	f->a.check_busy_ns = 3 * MSEC_NS;
	assert_int_equal(sched_run(&f->ctx, f->q, &job, 1), 0);
	assert_in_range(memq_cursor_ns(f->q), 9 * 3 * MSEC_NS, 11 * 3 * MSEC_NS);
}

/* a device with a wire of its own does its jobs by itself */
static int direct_run(struct flash_job *job)
{
	struct paper *p = to_paper(job->mtd);

	p->order[p->n_order++] = job;
	if (job->offset + job->len > p->fail_unit)
		return err_set(&job->mtd->ctx->err, -EROFS, NULL, "protected");
	job->done = job->len;
	return 0;
}

static const struct mtd_ops direct_ops = { .run = direct_run };

static void test_without_a_shared_wire_jobs_run_in_order_until_one_fails(void **state)
{
	struct fixture *f = *state;
	struct flash_job jobs[] = { job_of(&f->a, JOB_ERASE, 0, 10),
				    job_of(&f->a, JOB_PROGRAM, 0, 20),
				    job_of(&f->a, JOB_PROGRAM, 20, 5) };

	f->a.mtd.ops = &direct_ops;
	assert_int_equal(sched_run(&f->ctx, NULL, jobs, 3), 0);
	assert_int_equal(f->a.n_order, 3);
	f->a.n_order = 0;
	f->a.fail_unit = 15;
	assert_int_equal(sched_run(&f->ctx, NULL, jobs, 3), -EROFS);
	assert_int_equal(f->a.n_order, 2);
	assert_ptr_equal(f->a.order[1], &jobs[1]);
}

static void test_a_wire_that_fails_without_end_ends_the_run(void **state)
{
	struct fixture *f = *state;
	struct flash_job job = job_of(&f->a, JOB_PROGRAM, 0, 50);

	f->a.mtd.ops = &lasting_ops;
	f->q->fails_always = true;
	assert_int_equal(sched_run(&f->ctx, f->q, &job, 1), -EIO);
	assert_int_equal(job.done, 0);
	assert_int_equal(f->a.n_finishes, 1);
}

static void test_an_empty_job_list_is_done(void **state)
{
	struct fixture *f = *state;
	struct flash_job job = job_of(&f->a, JOB_PROGRAM, 0, 0);

	assert_int_equal(sched_run(&f->ctx, f->q, NULL, 0), 0);
	assert_int_equal(sched_run(&f->ctx, f->q, &job, 1), 0);
	assert_int_equal(f->a.n_issues, 0);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_one_device_is_paced_by_its_busy_time),
		TEST(test_two_devices_work_at_the_same_time),
		TEST(test_a_long_erase_does_not_hold_the_wire),
		TEST(test_who_can_wait_fills_the_gaps_of_who_cannot),
		TEST(test_a_device_alone_has_all_the_room),
		TEST(test_a_job_knows_how_long_others_program_beside_it),
		TEST(test_jobs_of_a_device_run_in_order_and_one_after_the_other),
		TEST(test_a_missed_unit_is_issued_again),
		TEST(test_unchecked_work_is_bounded),
		TEST(test_batches_are_a_few_ms_long),
		TEST(test_batches_are_shorter_where_errors_are_near),
		TEST(test_a_device_that_judges_as_results_come_is_never_paused),
		TEST(test_first_error_ends_the_run_and_the_other_device_rests_at_a_border),
		TEST(test_stop_finishes_what_is_in_flight_and_says_how_far),
		TEST(test_stop_before_the_start_leaves_everything_alone),
		TEST(test_a_device_that_never_gets_on_is_given_up),
		TEST(test_wire_error_at_any_access_ends_the_run_and_finishes_every_device),
		TEST(test_wire_error_at_any_access_is_survived_by_devices_that_can_be_asked),
		TEST(test_a_device_is_asked_again_when_the_wire_fails_once_more),
		TEST(test_a_device_that_says_no_when_asked_ends_the_run),
		TEST(test_a_slice_that_cannot_be_queued_ends_the_run),
		TEST(test_a_device_may_ask_for_time_when_it_is_judged),
		TEST(test_without_a_shared_wire_jobs_run_in_order_until_one_fails),
		TEST(test_a_wire_that_fails_without_end_ends_the_run),
		TEST(test_an_empty_job_list_is_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
