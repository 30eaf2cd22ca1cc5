// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Comparing what flash holds with what it shall hold.
 *
 * A byte counts as verified when it was read and is equal, and the device did not find at the same
 * time that its cells are broken: what ECC cannot put right may compare equal once and read
 * otherwise the next time.
 */
#include "lib/session-priv.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* looks at one block that was found doubtful in a larger piece */
#define DOUBT_READS 3

/* comparing one step of a plan */
struct verifier {
	struct swdrom *s;
	struct session_reader *reader;
	const struct plan_step *step;
	struct session_mismatch *mm;
	struct image *bad; /* blocks that differ, as the step wants them, or NULL */
	u64 bad_until;	   /* of the device: up to here @bad has what it needs */
	u64 equal;	   /* bytes */
	u8 *buf;
};

static void note_mismatch(struct session_mismatch *mm, const struct mtd_info *mtd, u64 addr,
			  u8 want, u8 got)
{
	if (!mm->count++) {
		mm->mtd = mtd;
		mm->addr = addr;
		mm->want = want;
		mm->got = got;
	}
}

/* the part of the step in the erase block at @offset is to be written again */
static int add_bad_block(struct verifier *v, u64 offset)
{
	const struct plan_step *step = v->step;
	u64 start, size, from, to;

	if (!v->bad || offset < v->bad_until)
		return 0;
	if (!mtd_block_at(step->mtd, offset, &start, &size))
		return -EINVAL;
	from = max(start, step->offset);
	to = min(start + size, step->offset + step->len);
	v->bad_until = to;
	return image_add(v->bad, step->mtd->base + from, step->data + (from - step->offset),
			 (size_t)(to - from), "the image", &v->s->ctx.err);
}

static int compare(struct verifier *v, u64 from, u64 to)
{
	const struct plan_step *step = v->step;
	u64 at;
	int ret = 0;

	for (at = from; at < to && !ret; at++) {
		u8 want = step->data ? step->data[at] : step->mtd->erased, got = v->buf[at - from];

		if (got == want) {
			v->equal++;
			continue;
		}
		note_mismatch(v->mm, step->mtd, step->mtd->base + step->offset + at, want, got);
		ret = add_bad_block(v, step->offset + at);
	}
	return ret;
}

/* a block, or part of one, that holds broken cells */
static int note_doubtful(struct verifier *v, u64 from, bool is_corrected)
{
	struct session_mismatch *mm = v->mm;

	if (is_corrected) {
		mm->n_weak++;
	} else if (!mm->n_doubtful++) {
		mm->doubtful_mtd = v->step->mtd;
		mm->doubtful_addr = v->step->mtd->base + v->step->offset + from;
	}
	return add_bad_block(v, v->step->offset + from);
}

/* the device found broken cells in [from, to) of the step, which lies in one block */
static int verify_doubtful(struct verifier *v, u64 from, u64 to)
{
	struct mtd_info *mtd = v->step->mtd;
	u64 found = mtd->n_doubtful, corrected = mtd->n_corrected, equal = v->equal;
	u64 count = v->mm->count;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < DOUBT_READS && !ret && mtd->n_doubtful == found; i++)
		ret = session_read(v->reader, mtd, v->step->offset + from, (size_t)(to - from),
				   v->buf);
	if (!ret)
		ret = compare(v, from, to);
	if (ret || v->mm->count != count)
		return ret;
	if (mtd->n_doubtful != found)
		v->equal = equal; /* nobody can vouch for these */
	if (mtd->n_doubtful != found || mtd->n_corrected != corrected)
		ret = note_doubtful(v, from, mtd->n_doubtful == found);
	return ret;
}

/* [from, to) of the step, at most what @v->buf holds */
static int verify_piece(struct verifier *v, u64 from, u64 to)
{
	struct mtd_info *mtd = v->step->mtd;
	u64 found = mtd->n_doubtful + mtd->n_corrected, start, size, end;
	int ret = session_read(v->reader, mtd, v->step->offset + from, (size_t)(to - from), v->buf);

	if (ret)
		return ret;
	if (mtd->n_doubtful + mtd->n_corrected == found)
		return compare(v, from, to);
	for (; from < to && !ret; from = end) {
		if (!mtd_block_at(mtd, v->step->offset + from, &start, &size))
			return -EINVAL;
		end = min(start + size - v->step->offset, to);
		ret = verify_doubtful(v, from, end);
	}
	return ret;
}

/* compare one step with the device */
static int verify_step(struct verifier *v)
{
	u64 at, n;
	int ret = 0;

	v->bad_until = v->step->offset;
	v->equal = 0;
	for (at = 0; at < v->step->len && !ret; at += n) {
		n = min(v->step->len - at, (u64)SESSION_READ_CHUNK);
		ret = verify_piece(v, at, at + n);
	}
	if (!v->reader->is_repair)
		session_mtd_info(v->s, v->step->mtd)->verified_bytes += v->equal;
	return ret;
}

static bool has_changed(const struct swdrom *s)
{
	size_t i;

	for (i = 0; i < s->n_mtds; i++)
		if (s->mtds[i].programmed_bytes || s->mtds[i].erased_bytes)
			return true;
	return false;
}

/**
 * session_verify_plan() - compare all that the verify steps of a plan name
 * @s: session
 * @plan: its other steps are passed over
 * @mm: result
 * @bad: gets the blocks that differ or are in doubt, as they shall be; NULL: not wanted
 * @is_repair: what it verifies was counted before
 *
 * Return: 0 also when there are differences; an error when something could not be read.
 */
int session_verify_plan(struct swdrom *s, const struct plan *plan, struct session_mismatch *mm,
			struct image *bad, bool is_repair)
{
	struct session_reader reader = {
		.s = s,
		.step = "verify",
		.is_repair = is_repair,
		.so_far = has_changed(s) ? "all was programmed, not all of it verified"
					 : SESSION_NOTHING,
	};
	struct verifier v = { .s = s, .reader = &reader, .mm = mm, .bad = bad };
	size_t i, k;
	int ret = 0;

	memset(mm, 0, sizeof(*mm));
	v.buf = calloc(1, SESSION_READ_CHUNK);
	if (!v.buf)
		return err_set(&s->ctx.err, -ENOMEM, NULL, "out of memory");
	for (i = 0; i < plan->n_steps && !ret; i++) {
		v.step = &plan->steps[i];
		if (v.step->kind != PLAN_VERIFY)
			continue;
		assert(v.step->mtd);
		if (reader.mtd != v.step->mtd) {
			reader.done = reader.total = 0;
			for (k = i; k < plan->n_steps; k++)
				if (plan->steps[k].mtd == v.step->mtd)
					reader.total += plan->steps[k].len;
		}
		ret = verify_step(&v);
	}
	free(v.buf);
	return ret;
}

/**
 * session_mismatch_error() - what a comparison found, as the session's error
 * @s: session
 * @mm: with something in it; what ECC puts right is a warning only
 * @next: what the user should do
 *
 * Return: -EBADMSG, or 0.
 */
int session_mismatch_error(struct swdrom *s, const struct session_mismatch *mm, const char *next)
{
	if (mm->count)
		return err_set(&s->ctx.err, -EBADMSG, next,
			       "verify: 0x%08" PRIx64
			       " of %s holds 0x%02x, expected 0x%02x; %" PRIu64
			       " byte%s in all differ%s",
			       mm->addr, mm->mtd->name, mm->got, mm->want, mm->count,
			       mm->count == 1 ? "" : "s", mm->count == 1 ? "s" : "");
	if (mm->n_doubtful)
		return err_set(&s->ctx.err, -EBADMSG, next,
			       "verify: %" PRIu64 " block%s of %s, the first at 0x%08" PRIx64
			       ", hold cells with ECC errors: half erased or half programmed",
			       mm->n_doubtful, mm->n_doubtful == 1 ? "" : "s",
			       mm->doubtful_mtd->name, mm->doubtful_addr);
	if (mm->n_weak)
		log_warn(&s->ctx.log,
			 "verify: all bytes are right, but ECC had to correct some in %" PRIu64
			 " block%s: writing them again (-f) refreshes them",
			 mm->n_weak, mm->n_weak == 1 ? "" : "s");
	return 0;
}
