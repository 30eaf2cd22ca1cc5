// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * After an error in a job: what state the flash is in, and how to go on.
 */
#include "lib/memq.h"
#include "lib/session-priv.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void append(char *buf, size_t size, const char *fmt, ...) __printf_like(3, 4);

static void append(char *buf, size_t size, const char *fmt, ...)
{
	size_t used = strlen(buf);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf + used, size - used, fmt, ap);
	va_end(ap);
}

/* errors after which the same command can succeed; the others need something else first */
static bool is_repeatable(int ret)
{
	return ret == -EIO || ret == -EPROTO || ret == -ETIMEDOUT || ret == -ENXIO ||
	       ret == -ENODEV || ret == -EBADMSG || ret == -EINTR;
}

/* is there anything but the question whether it is right? */
static bool is_finished(const struct swdrom *s)
{
	size_t i;

	for (i = 0; i < s->n_mtds; i++)
		if (s->mtds[i].erased_bytes < s->goals[i].erase ||
		    s->mtds[i].programmed_bytes < s->goals[i].program)
			return false;
	return true;
}

/**
 * session_explain() - was it a reset of the target that spoiled a job?
 * @s: session
 * @ret: the job's result: what looks like bad flash or a bad wire may come from it, and what was read
 *	 behind it is worth nothing
 *
 * Return: @ret, or -EIO with that explanation.
 */
int session_explain(struct swdrom *s, int ret)
{
	struct err *err = &s->ctx.err;
	char where[sizeof(err->where)];

	if (!s->attached || !s->target.q || memq_is_lost(s->target.q) ||
	    (ret && ret != -EIO && ret != -ETIMEDOUT && ret != -EPROTO && ret != -EBADMSG) ||
	    strstr(err->what, "was reset"))
		return ret;
	memq_discard(s->target.q);
	if (!cortexm_saw_reset(&s->target.core))
		return ret;
	log_dbg(&s->ctx.log, "before it was known that the target was reset: %s", err->what);
	memcpy(where, err->where, sizeof(where));
	err_clear(err);
	err_set(err, -EIO, "look for a watchdog, a brown-out or a reset button",
		"the target was reset in the middle of the job (DHCSR.S_RESET_ST)");
	memcpy(err->where, where, sizeof(where));
	return -EIO;
}

/* who stopped on request had it at hand what was done */
static bool says_state(const struct err *err)
{
	return strstr(err->what, SESSION_NOTHING) || strstr(err->what, "programmed") ||
	       strstr(err->what, "erased");
}

static void tell_goal(struct err *err, const struct swdrom_mtd_info *info,
		      const struct session_goal *goal)
{
	if (!goal->erase && !goal->program)
		return;
	append(err->where, sizeof(err->where), "%s%s: ", err->where[0] ? "; " : "", info->name);
	if (goal->erase)
		append(err->where, sizeof(err->where), "%" PRIu64 " of %" PRIu64 " bytes erased%s",
		       info->erased_bytes, goal->erase, goal->program ? ", " : "");
	if (goal->program)
		append(err->where, sizeof(err->where),
		       "%" PRIu64 " of %" PRIu64 " bytes programmed", info->programmed_bytes,
		       goal->program);
}

/**
 * session_tell_state() - add to the error of a job what state it leaves the flash in
 * @s: session
 * @ret: the job's result; 0: nothing to tell
 */
void session_tell_state(struct swdrom *s, int ret)
{
	struct err *err = &s->ctx.err;
	bool has_begun = false;
	size_t i;

	if (!ret || !err->code || !is_repeatable(ret))
		return;
	for (i = 0; i < s->n_mtds; i++)
		has_begun |= s->goals[i].erase || s->goals[i].program;
	if (ret == -EBADMSG && !has_begun) /* the difference is the result */
		return;
	if (ret == -EINTR && says_state(err))
		return;
	if (!has_begun)
		append(err->where, sizeof(err->where), "%s" SESSION_NOTHING,
		       err->where[0] ? "; " : "");
	for (i = 0; i < s->n_mtds; i++)
		tell_goal(err, &s->mtds[i], &s->goals[i]);
	if (has_begun && is_finished(s) && ret != -EBADMSG)
		append(err->where, sizeof(err->where), "; not all of it is verified");
	else if (has_begun && !is_finished(s) && !strstr(err->what, "half done"))
		append(err->where, sizeof(err->where), "; what was in flight may be half done");
	if (!strstr(err->next, "again"))
		append(err->next, sizeof(err->next), "%srun the same command again%s",
		       err->next[0] ? ", then " : "", has_begun ? " to finish the job" : "");
}

/**
 * session_tell_done() - add to an error met while leaving the target that the job itself was done
 * @s: session
 * @ret: what leaving gave; 0: nothing to tell
 */
void session_tell_done(struct swdrom *s, int ret)
{
	u64 programmed = 0, erased = 0, verified = 0;
	struct err *err = &s->ctx.err;
	size_t i;

	if (!ret || !err->code || s->status != SWDROM_OK)
		return;
	for (i = 0; i < s->n_mtds; i++) {
		programmed += s->mtds[i].programmed_bytes;
		erased += s->mtds[i].erased_bytes;
		verified += s->mtds[i].verified_bytes;
	}
	err_at(err, ret, "leaving the target");
	if (s->report.bench.job_ns)
		append(err->where, sizeof(err->where),
		       "; the job was done: %" PRIu64 " bytes erased, %" PRIu64
		       " bytes programmed, %" PRIu64 " bytes verified",
		       erased, programmed, verified);
}

/* was the erase of @offset at least started? */
static bool is_erased(const struct flash_job *jobs, size_t n, const struct mtd_info *mtd,
		      u64 offset)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (jobs[i].kind == JOB_ERASE && jobs[i].mtd == mtd && offset >= jobs[i].offset &&
		    offset - jobs[i].offset < max(jobs[i].issued, jobs[i].done))
			return true;
	return false;
}

static bool is_of_image(const struct image *img, u64 addr)
{
	size_t from = 0, to = img->n_segs;

	while (from < to) {
		size_t mid = from + (to - from) / 2;
		const struct image_segment *seg = &img->segs[mid];

		if (addr < seg->addr)
			to = mid;
		else if (addr - seg->addr >= seg->len)
			from = mid + 1;
		else
			return true;
	}
	return false;
}

/* is byte @at of a job that may not be done proven to be in the flash? */
static bool is_there(const struct flash_job *job, u64 at)
{
	u64 unit = at / job->mtd->writesize;

	if (!job->is_scattered || !job->there)
		return at < job->done;
	return job->there[unit / 8] & BIT(unit % 8);
}

static void tell_lost_of(struct swdrom *s, const struct flash_job *jobs, size_t n,
			 const struct mtd_info *mtd)
{
	u64 count = 0, first = 0, last = 0, at, start, size;
	size_t i;

	for (i = 0; i < n; i++) {
		const struct flash_job *job = &jobs[i];
		u64 block_end = 0;
		bool was_erased = false;

		if (job->kind != JOB_PROGRAM || job->mtd != mtd)
			continue;
		for (at = job->is_scattered ? 0 : job->done; at < job->len; at++) {
			u64 addr = mtd->base + job->offset + at;

			if (is_there(job, at))
				continue;
			if (job->offset + at >= block_end &&
			    mtd_block_at(mtd, job->offset + at, &start, &size)) {
				block_end = start + size;
				was_erased = is_erased(jobs, n, mtd, start);
			}
			if (!was_erased || job->buf[at] == mtd->erased ||
			    is_of_image(s->image, addr))
				continue;
			first = count++ ? first : addr;
			last = addr;
		}
	}
	if (count)
		log_warn(&s->ctx.log,
			 "%s: %" PRIu64 " byte%s not of the image, in 0x%08" PRIx64 "..0x%08" PRIx64
			 ", in blocks whose erase had begun, %s not put back: write what belongs "
			 "there as well",
			 mtd->name, count, count == 1 ? "" : "s", first, last,
			 count == 1 ? "was" : "were");
}

/**
 * session_tell_lost() - warn of bytes that were to be kept, but were erased and not put back
 * @s: session
 * @jobs: how far each one got
 * @n: of them
 *
 * Running the command again cannot bring these back: nobody holds them any more.
 */
void session_tell_lost(struct swdrom *s, const struct flash_job *jobs, size_t n)
{
	size_t i;

	for (i = 0; i < s->target.n_mtds; i++)
		tell_lost_of(s, jobs, n, s->target.mtds[i]);
}
