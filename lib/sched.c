// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The scheduler: several flash devices, one wire.
 *
 * Each device has at most one job at work. Its issue() queues a slice and says how long the device
 * is busy after it; meanwhile the wire serves the others, and idles only when nobody is ready:
 *
 *   wire    A A . B B B B . A A . B B B B . A A ...	. = idle cycles clocked
 *   A       [busy 82 us ]   [busy 82 us ]   [busy
 *   B               [busy 400 us]   ...
 *
 * Time on the wire is memq_cursor_ns(), which never runs ahead of the time that really passes, so
 * a device is never asked too early by it. Results come back a USB round trip after they were
 * queued; slices go on without them up to a window, then the device is let drain and check() judges
 * all of it. The window starts short, so that a wrong guess at a busy time costs little and is
 * learned from at once, and doubles with each clean check. A device that judges results as they
 * come in (judges_early) is never drained.
 */
#include "lib/mtd.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * What is queued travels after this much wire time, and some such batches are on the wire at a time:
 * enough for a USB reply that takes long, little to lose by a unit that came too early. On a noisy
 * wire a small part of the time between errors.
 */
#define SUBMIT_NS     (2 * MSEC_NS)
#define SUBMITS_A_GAP 32
/* the same while a device waits for its results */
#define SUBMIT_WAIT_NS (1 * MSEC_NS)
/* unchecked wire time of a device; a drained pipe costs one round trip of some 0.5 ms */
#define WINDOW_MIN_NS (8 * MSEC_NS)
#define WINDOW_MAX_NS (128 * MSEC_NS)
/* a device keeps the wire for so long although another one is ready, to save address changes */
#define RUN_MAX_NS (50 * USEC_NS)
/* longest wait in one piece: bounds how late Ctrl-C is noticed */
#define IDLE_MAX_NS (20 * MSEC_NS)
/* no device may be silent for longer: its slowest operation four times over, and the wire's share */
#define STALL_FACTOR	4
#define STALL_MARGIN_NS (2 * SEC_NS)
/* wire errors in a row after which nothing had got on, and attempts to look at a device after one */
#define RECOVERIES_MAX 8
#define RESYNC_TRIES   4
/* slices that neither use the wire nor make the device busy */
#define EMPTY_SLICES_MAX 1000

struct sched_dev {
	struct mtd_info *mtd;
	struct flash_job *job; /* at work; NULL: no more */
	size_t next;	       /* where to look for the next one */
	bool waits;	       /* for results up to job->mark, nothing is issued until then */
	bool unchecked;	       /* slices since the last check() */
	u64 unchecked_from_ns; /* cursor at the first of them */
	u64 window_ns;
	u64 progress_at_ns; /* cursor when something was last proven or newly started */
	u64 progress_done, progress_issued;
	unsigned int n_empty;
};

struct sched {
	struct ctx *ctx;
	struct memq *q;
	struct flash_job *jobs;
	size_t n_jobs;
	u64 *len; /* of each job, as asked for */
	struct sched_dev *devs, *last;
	size_t n_devs;
	u64 run_from_ns;    /* cursor when @last took the wire */
	u64 submitted_ns;   /* cursor at the last submit */
	u64 recovered_done; /* bytes done at the last wire error */
	unsigned int n_recoveries;
	bool stopped; /* by the user */
	int err;      /* first error of a device */
};

static const char *job_verb(const struct flash_job *job)
{
	return job->kind == JOB_ERASE ? "erasing" : "programming";
}

/* bytes of the present step on a device: all its jobs of that kind */
static void sched_progress(struct sched *s, const struct flash_job *of)
{
	u64 done = 0, total = 0;

	for (size_t i = 0; i < s->n_jobs; i++) {
		if (s->jobs[i].mtd != of->mtd || s->jobs[i].kind != of->kind)
			continue;
		done += s->jobs[i].done;
		total += s->len[i];
	}
	ctx_progress(s->ctx, of->kind == JOB_ERASE ? "erase" : "program", of->mtd->name, done,
		     total);
}

/* longest time one operation of this job may take, by the device's own figures */
static u64 job_op_max_ns(const struct flash_job *job)
{
	const struct mtd_info *mtd = job->mtd;
	u64 ns = mtd->write_max_ns;

	if (job->kind == JOB_PROGRAM)
		return ns;
	ns = mtd->erase_max_ns;
	for (unsigned int i = 0; i < mtd->n_units; i++)
		if (mtd->units[i].size <= job->len)
			ns = max(ns, mtd->units[i].max_ns);
	return ns;
}

static void dev_note_progress(struct sched *s, struct sched_dev *dev)
{
	dev->progress_at_ns = memq_cursor_ns(s->q);
	dev->progress_done = dev->job->done;
	dev->progress_issued = dev->job->issued;
}

/* cut a job down to what was started: what is in flight is finished, nothing new begins */
static void job_truncate(struct flash_job *job)
{
	job->len = min(job->len, job->issued);
}

/* what a job may take at least, by the figures of its device; at most one block or page too much */
static u64 job_estimate_ns(const struct flash_job *job)
{
	const struct mtd_info *mtd = job->mtd;
	u64 left = job->len - min(job->len, job->done), ns;

	if (job->kind == JOB_PROGRAM)
		return DIV_ROUND_UP(left, max(mtd->writebufsize, 1u)) * mtd->write_typ_ns;
	ns = mtd->n_regions ? DIV_ROUND_UP(left, mtd->regions[0].erasesize) * mtd->erase_typ_ns : 0;
	for (unsigned int i = 0; i < mtd->n_units; i++)
		if (mtd->units[i].size && mtd->units[i].size <= left)
			ns = min(ns, DIV_ROUND_UP(left, mtd->units[i].size) * mtd->units[i].typ_ns);
	return ns;
}

/*
 * How long the programming of other devices takes that falls into the time of @of's own. Erases need
 * no wire: what comes after a long one is nobody's rival.
 */
static u64 dev_others_ns(const struct sched *s, const struct sched_dev *of,
			 const struct flash_job *own)
{
	u64 own_ns = job_estimate_ns(own), others_ns = 0;

	for (const struct sched_dev *dev = s->devs; dev < s->devs + s->n_devs; dev++) {
		u64 erase_ns = 0, program_ns = 0;

		if (dev == of)
			continue;
		for (size_t i = 0; i < s->n_jobs; i++) {
			if (s->jobs[i].mtd != dev->mtd)
				continue;
			if (s->jobs[i].kind == JOB_ERASE)
				erase_ns += job_estimate_ns(&s->jobs[i]);
			else
				program_ns += job_estimate_ns(&s->jobs[i]);
		}
		if (erase_ns < own_ns)
			others_ns += program_ns;
	}
	return others_ns;
}

static void dev_next_job(struct sched *s, struct sched_dev *dev)
{
	dev->job = NULL;
	dev->waits = false;
	dev->unchecked = false;
	while (dev->next < s->n_jobs && !dev->job) {
		struct flash_job *job = &s->jobs[dev->next++];

		if (job->mtd != dev->mtd || !job->len || s->stopped || s->err)
			continue;
		job->state = JOB_READY;
		job->ready_at_ns = memq_cursor_ns(s->q);
		job->others_ns = dev_others_ns(s, dev, job);
		dev->job = job;
		dev->n_empty = 0;
		dev_note_progress(s, dev);
	}
}

/* what is in flight comes to its end, the rest is left */
static void sched_wind_down(struct sched *s)
{
	for (struct sched_dev *dev = s->devs; dev < s->devs + s->n_devs; dev++) {
		if (!dev->job)
			continue;
		job_truncate(dev->job);
		if (!dev->job->len && !dev->unchecked)
			dev_next_job(s, dev);
	}
}

/* the device cannot go on: remember why, let the others come to rest */
static void dev_fail(struct sched *s, struct sched_dev *dev, int err)
{
	struct flash_job *job = dev->job;

	err_at(&s->ctx->err, err, "%s %s at 0x%08" PRIx64, job_verb(job), job->mtd->name,
	       job->mtd->base + job->offset + job->done);
	sched_progress(s, job);
	if (!s->err)
		s->err = err;
	dev_next_job(s, dev);
	sched_wind_down(s);
}

static int dev_stalled(struct sched *s, struct sched_dev *dev)
{
	const struct flash_job *job = dev->job;

	return err_set(&s->ctx->err, -ETIMEDOUT,
		       "check the power of the device, then run the same command again",
		       "%s did not get on with %s for %" PRIu64
		       " ms (its slowest operation takes %" PRIu64 " ms)",
		       job->mtd->name, job_verb(job),
		       (memq_cursor_ns(s->q) - dev->progress_at_ns) / MSEC_NS,
		       job_op_max_ns(job) / MSEC_NS);
}

/* @issued may swing back and forth when pieces are repeated: only news counts as progress */
static int dev_watch(struct sched *s, struct sched_dev *dev)
{
	u64 limit = STALL_FACTOR * job_op_max_ns(dev->job) + STALL_MARGIN_NS;

	if (dev->job->done > dev->progress_done || dev->job->issued > dev->progress_issued) {
		u64 issued = max(dev->job->issued, dev->progress_issued);

		dev_note_progress(s, dev);
		dev->progress_issued = issued;
		return 0;
	}
	return memq_cursor_ns(s->q) - dev->progress_at_ns > limit ? dev_stalled(s, dev) : 0;
}

/* wire time from now until another device wants to be served */
static u64 dev_room_ns(const struct sched *s, const struct sched_dev *of, u64 now_ns)
{
	u64 room_ns = UINT64_MAX;

	for (const struct sched_dev *dev = s->devs; dev < s->devs + s->n_devs; dev++) {
		u64 at_ns;

		if (dev == of || !dev->job || dev->waits || dev->job->is_patient)
			continue;
		at_ns = max(dev->job->ready_at_ns, now_ns);
		room_ns = min(room_ns, at_ns - now_ns);
	}
	return room_ns;
}

static void dev_issue(struct sched *s, struct sched_dev *dev)
{
	struct flash_job *job = dev->job;
	u64 from_ns = memq_cursor_ns(s->q), from_mark = memq_mark(s->q), done = job->done, now_ns;
	int ret;

	if (s->last != dev)
		s->run_from_ns = from_ns;
	s->last = dev;
	job->busy_ns = 0;
	job->is_patient = job->judges_early = false;
	job->room_ns = dev_room_ns(s, dev, from_ns);
	ret = job->mtd->ops->issue(job, s->q);
	if (ret < 0) {
		dev_fail(s, dev, ret);
		return;
	}
	now_ns = memq_cursor_ns(s->q);
	job->state = (enum job_state)ret;
	job->mark = memq_mark(s->q);
	job->ready_at_ns = now_ns + job->busy_ns;
	if (!dev->unchecked)
		dev->unchecked_from_ns = from_ns;
	dev->unchecked = true;
	dev->waits = ret != JOB_READY ||
		     (!job->judges_early && now_ns - dev->unchecked_from_ns >= dev->window_ns);
	if (job->done != done)
		sched_progress(s, job);

	dev->n_empty = job->mark == from_mark && !job->busy_ns ? dev->n_empty + 1 : 0;
	ret = dev->n_empty > EMPTY_SLICES_MAX ? dev_stalled(s, dev) : dev_watch(s, dev);
	if (ret)
		dev_fail(s, dev, ret);
}

static void dev_check(struct sched *s, struct sched_dev *dev)
{
	struct flash_job *job = dev->job;
	u64 issued = job->issued, done = job->done;
	int ret;

	job->busy_ns = 0;
	dev->waits = false;
	dev->unchecked = false;
	ret = job->mtd->ops->check(job);
	if (ret < 0) {
		dev_fail(s, dev, ret);
		return;
	}
	if (job->done != done)
		sched_progress(s, job);
	if (ret == JOB_DONE) {
		dev_next_job(s, dev);
		return;
	}
	dev->window_ns =
		job->issued < issued ? WINDOW_MIN_NS : min(2 * dev->window_ns, WINDOW_MAX_NS);
	job->state = JOB_READY;
	if (job->busy_ns)
		job->ready_at_ns = max(job->ready_at_ns, memq_cursor_ns(s->q) + job->busy_ns);
	ret = dev_watch(s, dev);
	if (ret)
		dev_fail(s, dev, ret);
}

/* judge every device whose results are in */
static void sched_check_all(struct sched *s)
{
	for (struct sched_dev *dev = s->devs; dev < s->devs + s->n_devs; dev++)
		if (dev->job && dev->waits && memq_done(s->q) >= dev->job->mark)
			dev_check(s, dev);
}

/*
 * The device to serve now: the one that has waited longest, unless the last one is in a short run.
 * Whoever can wait comes after all others.
 */
static struct sched_dev *sched_pick(struct sched *s, u64 now_ns, u64 *earliest_ns)
{
	struct sched_dev *best = NULL;

	*earliest_ns = UINT64_MAX;
	for (struct sched_dev *dev = s->devs; dev < s->devs + s->n_devs; dev++) {
		if (!dev->job || dev->waits)
			continue;
		*earliest_ns = min(*earliest_ns, dev->job->ready_at_ns);
		if (dev->job->ready_at_ns > now_ns)
			continue;
		if (!best || (best->job->is_patient && !dev->job->is_patient)) {
			best = dev;
			continue;
		}
		if (best->job->is_patient != dev->job->is_patient)
			continue;
		if (best == s->last && now_ns - s->run_from_ns < RUN_MAX_NS)
			continue;
		if ((dev == s->last && now_ns - s->run_from_ns < RUN_MAX_NS) ||
		    dev->job->ready_at_ns < best->job->ready_at_ns)
			best = dev;
	}
	return best;
}

/* the mark of the device that has waited longest for its results; false if none waits */
static bool sched_oldest_wait(const struct sched *s, u64 *mark)
{
	bool any = false;

	for (const struct sched_dev *dev = s->devs; dev < s->devs + s->n_devs; dev++) {
		if (!dev->job || !dev->waits)
			continue;
		*mark = any ? min(*mark, dev->job->mark) : dev->job->mark;
		any = true;
	}
	return any;
}

static int sched_submit(struct sched *s)
{
	s->submitted_ns = memq_cursor_ns(s->q);
	return memq_submit(s->q);
}

static u64 batch_ns(const struct sched *s, bool is_waiting)
{
	u64 ns = min(memq_quiet_ns(s->q) / SUBMITS_A_GAP, (u64)SUBMIT_NS);

	return is_waiting ? SUBMIT_WAIT_NS : max(ns, (u64)SUBMIT_WAIT_NS);
}

/* one turn: a slice, a wait for results, or idle time. Return: 0, or an error of the queue */
static int sched_turn(struct sched *s)
{
	u64 now_ns = memq_cursor_ns(s->q), earliest_ns, mark = 0;
	struct sched_dev *dev = sched_pick(s, now_ns, &earliest_ns);
	bool was_waiting = sched_oldest_wait(s, &mark), is_waiting;

	if (dev) {
		dev_issue(s, dev);
	} else if (was_waiting) {
		s->submitted_ns = now_ns;
		return memq_wait(s->q, mark);
	} else {
		memq_delay_ns(s->q, min(earliest_ns - now_ns, IDLE_MAX_NS));
	}
	is_waiting = sched_oldest_wait(s, &mark);
	now_ns = memq_cursor_ns(s->q);
	if ((is_waiting && !was_waiting) || now_ns - s->submitted_ns >= batch_ns(s, is_waiting))
		return sched_submit(s);
	return 0;
}

static bool sched_has_work(const struct sched *s)
{
	for (size_t i = 0; i < s->n_devs; i++)
		if (s->devs[i].job)
			return true;
	return false;
}

/* the wire itself failed: nothing more can be proven; leave every device as quiet as it gets */
static int sched_abort(struct sched *s, int err)
{
	const struct flash_job *job = s->last ? s->last->job : NULL;
	int ret;

	memq_discard(s->q);
	ret = memq_flush(s->q);
	if (job)
		err_at(&s->ctx->err, err, "%s %s at or after 0x%08" PRIx64, job_verb(job),
		       job->mtd->name, job->mtd->base + job->offset + job->done);
	for (size_t i = 0; i < s->n_devs; i++)
		mtd_finish(s->devs[i].mtd);
	if (s->err)
		return s->err;
	return ret ? ret : err;
}

static bool is_wire_error(int err)
{
	return err == -EIO || err == -EPROTO || err == -ETIMEDOUT;
}

/* after a wire error: can every device at work say for itself what happened to it? */
static bool sched_can_recover(struct sched *s, int err)
{
	u64 done = 0;

	for (size_t i = 0; i < s->n_jobs; i++)
		done += s->jobs[i].done;
	if (done != s->recovered_done)
		s->n_recoveries = 0;
	s->recovered_done = done;
	if (!is_wire_error(err) || ++s->n_recoveries > RECOVERIES_MAX)
		return false;
	for (size_t i = 0; i < s->n_devs; i++)
		if (s->devs[i].job && !s->devs[i].mtd->ops->resync)
			return false;
	return true;
}

static void dev_resync(struct sched *s, struct sched_dev *dev)
{
	struct flash_job *job = dev->job;
	int ret = -EIO;

	for (unsigned int i = 0; i < RESYNC_TRIES && is_wire_error(ret); i++) {
		err_clear(&s->ctx->err);
		ret = job->mtd->ops->resync(job);
		if (ret < 0)
			memq_discard(s->q);
	}
	if (ret < 0) {
		dev_fail(s, dev, ret);
		return;
	}
	sched_progress(s, job);
	if (ret == JOB_DONE) {
		dev_next_job(s, dev);
		return;
	}
	job->state = JOB_READY;
	job->ready_at_ns = memq_cursor_ns(s->q);
	dev->waits = dev->unchecked = false;
	dev->window_ns = WINDOW_MIN_NS;
}

/* the wire failed, but what has happened can be seen: go on from there, or give up */
static int sched_recover(struct sched *s, int err)
{
	if (!sched_can_recover(s, err))
		return sched_abort(s, err);
	memq_discard(s->q);
	(void)memq_flush(s->q);
	log_dbg(&s->ctx->log, "going on after an error of the wire: %s", s->ctx->err.what);
	for (size_t i = 0; i < s->n_devs && !s->err; i++)
		if (s->devs[i].job)
			dev_resync(s, &s->devs[i]);
	return 0;
}

/* per device, how far it got */
static int sched_report_stop(struct sched *s)
{
	char text[256] = "";
	bool is_all = true;
	size_t n = 0;

	for (size_t i = 0; i < s->n_jobs; i++) {
		const struct flash_job *of = &s->jobs[i];
		u64 done = 0, total = 0;
		bool seen = false;

		for (size_t k = 0; k < s->n_jobs; k++) {
			const struct flash_job *job = &s->jobs[k];

			if (job->mtd != of->mtd || job->kind != of->kind)
				continue;
			seen |= k < i;
			done += job->done;
			total += s->len[k];
		}
		is_all &= done == total;
		if (seen || n >= sizeof(text))
			continue;
		n += (size_t)snprintf(text + n, sizeof(text) - n,
				      "%s%s: %" PRIu64 " of %" PRIu64 " bytes %s", n ? "; " : "",
				      of->mtd->name, done, total,
				      of->kind == JOB_ERASE ? "erased" : "programmed");
	}
	if (is_all)
		return 0;
	return err_set(&s->ctx->err, -EINTR, "run the same command again to finish the job",
		       "stopped on request: %s", text);
}

static int sched_loop(struct sched *s)
{
	int ret = 0;

	while (sched_has_work(s)) {
		if (!s->stopped && ctx_stopped(s->ctx)) {
			log_info(&s->ctx->log,
				 "stopping: the operation in flight is finished first");
			s->stopped = true;
			sched_wind_down(s);
			continue;
		}
		ret = sched_turn(s);
		if (ret)
			ret = sched_recover(s, ret);
		if (ret)
			return ret;
		sched_check_all(s);
	}
	ret = memq_flush(s->q);
	if (ret)
		return sched_abort(s, ret);
	if (s->err)
		return s->err;
	return s->stopped ? sched_report_stop(s) : 0;
}

static struct sched_dev *sched_dev_of(struct sched *s, struct mtd_info *mtd)
{
	struct sched_dev *dev;

	for (dev = s->devs; dev < s->devs + s->n_devs; dev++)
		if (dev->mtd == mtd)
			return dev;
	s->n_devs++;
	*dev = (struct sched_dev){ .mtd = mtd, .window_ns = WINDOW_MIN_NS };
	return dev;
}

/* devices with wires of their own need no turns */
static int run_direct(struct flash_job *jobs, size_t n)
{
	int ret = 0;

	for (size_t i = 0; i < n && !ret; i++)
		ret = jobs[i].mtd->ops->run(&jobs[i]);
	return ret;
}

/**
 * sched_run() - run jobs, several devices at once, jobs of one device in the order given
 * @ctx: session
 * @q: the queue they all share
 * @jobs: array of @n; kind, mtd, offset, len and buf are the caller's, the rest starts as zero
 * @n: how many
 *
 * Ranges and locks were checked and the devices prepared by the caller.
 *
 * Return: 0 when all are proven done; else the first error, after every device was brought to rest;
 * -EINTR when ctx->stop was set and something was left undone. jobs[i].done says how far each got.
 */
int sched_run(struct ctx *ctx, struct memq *q, struct flash_job *jobs, size_t n)
{
	struct sched s = { .ctx = ctx, .q = q, .jobs = jobs, .n_jobs = n };
	int ret;

	if (!n)
		return 0;
	if (!q)
		return run_direct(jobs, n);
	s.devs = calloc(n, sizeof(*s.devs));
	s.len = calloc(n, sizeof(*s.len));
	if (!s.devs || !s.len) {
		ret = err_set(&ctx->err, -ENOMEM, NULL, "out of memory for %zu flash jobs", n);
		goto out_free;
	}
	for (size_t i = 0; i < n; i++) {
		s.len[i] = jobs[i].len;
		sched_dev_of(&s, jobs[i].mtd);
	}
	s.submitted_ns = memq_cursor_ns(q);
	for (size_t i = 0; i < s.n_devs; i++)
		dev_next_job(&s, &s.devs[i]);
	ret = sched_loop(&s);
	for (size_t i = 0; i < n; i++) {
		jobs[i].len = s.len[i];
		free(jobs[i].priv);
		jobs[i].priv = NULL;
	}
out_free:
	free(s.len);
	free(s.devs);
	return ret;
}
