// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Comparing what flash holds with what it shall hold.
 *
 * A byte counts as verified when it was read and is equal, or lies in a piece whose checksum,
 * computed by the target, is the one it should have; and the device did not find at the same time
 * that its cells are broken: what ECC cannot put right may compare equal once and read otherwise the
 * next time. A piece whose checksum is not right is read, so that the bytes can be named.
 */
#include "lib/crc32.h"
#include "lib/session-priv.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* looks at one block that was found doubtful in a larger piece */
#define DOUBT_READS 3
/* pieces whose checksums are asked for at a time */
#define SUM_PIECES  256u
#define SUM_MAX_LEN ((u64)MIB(1))
/* a step, or the rest of one, that is shorter is read: an access or two a word against thirteen */
#define SUM_MIN_STEP 256u

/* comparing one step of a plan */
struct verifier {
	struct swdrom *s;
	struct session_reader *reader;
	const struct plan_step *step;
	struct session_mismatch *mm;
	struct image *bad;	  /* blocks that differ, as the step wants them, or NULL */
	u64 bad_until;		  /* of the device: up to here @bad has what it needs */
	u64 equal;		  /* bytes */
	u64 equal_by_crc;	  /* of these */
	u64 total;		  /* bytes to compare on this device */
	u32 blank_len, blank_crc; /* checksum of so many erased bytes */
	struct mtd_crc *pieces;	  /* room for SUM_PIECES, of one block or more */
	struct mtd_crc *blocks;	  /* the same, of one each */
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

/* [from, to) of the step, byte by byte */
static int verify_by_reading(struct verifier *v, u64 from, u64 to)
{
	u64 n;
	int ret = 0;

	for (; from < to && !ret; from += n) {
		n = min(to - from, (u64)SESSION_READ_CHUNK);
		ret = verify_piece(v, from, from + n);
	}
	return ret;
}

/* ---- by checksums ---- */

static u32 wanted_crc(struct verifier *v, const struct mtd_crc *p)
{
	const struct plan_step *step = v->step;

	if (step->data)
		return crc32_of(0, step->data + (p->from - step->offset), p->len);
	if (v->blank_len != p->len) {
		v->blank_crc = crc32_fill(step->mtd->erased, p->len);
		v->blank_len = p->len;
	}
	return v->blank_crc;
}

/*
 * The checksum of a piece is wrong, but every byte of it reads right. Cells that read one way or
 * the other give another checksum each time; if it is the same wrong one, it is the checksum that
 * is no good here.
 */
static int settle(struct verifier *v, const struct mtd_crc *piece, u32 want)
{
	struct mtd_info *mtd = v->step->mtd;
	unsigned int i, n_wrong = 0, n_same = 0;
	int ret = 0;

	for (i = 0; i < DOUBT_READS && !ret; i++) {
		struct mtd_crc again = { .from = piece->from, .len = piece->len };

		ret = session_sum(v->reader, mtd, &again, 1);
		n_wrong += again.is_unsure || again.crc != want;
		n_same += again.crc == piece->crc;
	}
	if (ret == -EOPNOTSUPP)
		return 0; /* it was read, and is right */
	if (ret || !n_wrong)
		return ret;
	if (n_same < DOUBT_READS)
		return note_doubtful(v, piece->from - v->step->offset, false);
	session_stop_summing(v->s, mtd, "the target's checksums are not those of what is read");
	return 0;
}

/* the checksum of a piece is not what it should be: read it */
static int examine(struct verifier *v, const struct mtd_crc *piece, u32 want)
{
	struct session_mismatch *mm = v->mm;
	u64 from = piece->from - v->step->offset, equal = v->equal;
	u64 found = mm->count + mm->n_doubtful + mm->n_weak;
	int ret = verify_by_reading(v, from, from + piece->len);

	if (ret || piece->is_unsure || mm->count + mm->n_doubtful + mm->n_weak != found)
		return ret;
	ret = settle(v, piece, want);
	if (!ret && mm->n_doubtful + mm->n_weak + mm->count != found)
		v->equal = equal; /* nobody can vouch for these */
	return ret;
}

/* where the erase block at @from of the step ends, or the step does; @from: there is none */
static u64 block_end(const struct verifier *v, u64 from, u64 to)
{
	const struct plan_step *step = v->step;
	u64 start, size;

	if (!mtd_block_at(step->mtd, step->offset + from, &start, &size))
		return from;
	return min(start + size - step->offset, to);
}

/* do bytes @from and @to - 1 of the step lie in the same multiple of @len of the device? 0: in none */
static bool is_one_group(const struct verifier *v, u64 from, u64 to, u64 len)
{
	u64 offset = v->step->offset;

	return len && (offset + from) / len == (offset + to - 1) / len;
}

/*
 * Whole erase blocks of [from, to) of the step, those that lie in the same multiple of @len to a piece;
 * where they end. A piece that is not aligned could reach from a NOR's die or window into the next
 */
static u64 cut_pieces(struct verifier *v, struct mtd_crc *pieces, u64 from, u64 to, u64 len,
		      size_t *n)
{
	u64 end, more;

	for (*n = 0; *n < SUM_PIECES && from < to; from = end) {
		end = block_end(v, from, to);
		if (end == from)
			break;
		while (end < to && (more = block_end(v, end, to)) > end &&
		       is_one_group(v, from, more, len))
			end = more;
		end = min(end, from + SUM_MAX_LEN);
		pieces[(*n)++] = (struct mtd_crc){ .from = v->step->offset + from,
						   .len = (u32)(end - from) };
	}
	return from;
}

static int verify_by_summing(struct verifier *v, struct mtd_crc *pieces, u64 from, u64 to, u64 len);

/* the checksum of a piece is not what it should be: which block's? */
static int look_closer(struct verifier *v, const struct mtd_crc *piece, u32 want)
{
	u64 from = piece->from - v->step->offset;

	if (block_end(v, from, from + piece->len) == from + piece->len)
		return examine(v, piece, want);
	return verify_by_summing(v, v->blocks, from, from + piece->len, 0);
}

static int verify_by_summing(struct verifier *v, struct mtd_crc *pieces, u64 from, u64 to, u64 len)
{
	u64 end;
	size_t i, n;
	int ret;

	for (; from < to; from = end) {
		end = cut_pieces(v, pieces, from, to, len, &n);
		if (!n)
			return -EINVAL;
		ret = session_sum(v->reader, v->step->mtd, pieces, n);
		if (ret == -EOPNOTSUPP)
			return verify_by_reading(v, from, to);
		for (i = 0; i < n && !ret; i++) {
			const struct mtd_crc *p = &pieces[i];
			u32 want = wanted_crc(v, p);

			if (p->is_unsure || p->crc != want) {
				ret = look_closer(v, p, want);
				continue;
			}
			v->equal += p->len;
			v->equal_by_crc += p->len;
		}
		if (ret)
			return ret;
	}
	return 0;
}

/* compare one step with the device */
static int verify_step(struct verifier *v)
{
	const struct plan_step *step = v->step;
	struct swdrom_mtd_info *info = session_mtd_info(v->s, step->mtd);
	u64 from = DIV_ROUND_UP(step->offset, MTD_CRC_ALIGN) * MTD_CRC_ALIGN - step->offset, to;
	int ret;

	v->bad_until = step->offset;
	v->equal = v->equal_by_crc = 0;
	if (step->len < SUM_MIN_STEP || !session_can_sum(v->s, step->mtd, v->total)) {
		ret = verify_by_reading(v, 0, step->len);
	} else {
		/* what is not whole words at either end is read */
		to = (step->offset + step->len) / MTD_CRC_ALIGN * MTD_CRC_ALIGN - step->offset;
		ret = verify_by_reading(v, 0, from);
		if (!ret)
			ret = verify_by_summing(v, v->pieces, from, to, MTD_CRC_GROUP);
		if (!ret)
			ret = verify_by_reading(v, to, step->len);
	}
	if (!v->reader->is_repair) {
		info->verified_bytes += v->equal;
		info->verified_by_crc_bytes += v->equal_by_crc;
	}
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
	v.pieces = calloc(SUM_PIECES, sizeof(*v.pieces));
	v.blocks = calloc(SUM_PIECES, sizeof(*v.blocks));
	if (!v.buf || !v.pieces || !v.blocks)
		ret = err_set(&s->ctx.err, -ENOMEM, NULL, "out of memory");
	for (i = 0; i < plan->n_steps && !ret; i++) {
		v.step = &plan->steps[i];
		if (v.step->kind != PLAN_VERIFY)
			continue;
		assert(v.step->mtd);
		if (reader.mtd != v.step->mtd) {
			reader.done = reader.total = 0;
			for (k = i; k < plan->n_steps; k++)
				if (plan->steps[k].mtd == v.step->mtd &&
				    plan->steps[k].kind == PLAN_VERIFY)
					reader.total += plan->steps[k].len;
			v.total = reader.total;
		}
		ret = verify_step(&v);
	}
	free(v.blocks);
	free(v.pieces);
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
			       ", hold cells that read unsurely (ECC errors, or otherwise each "
			       "time): half erased or half programmed",
			       mm->n_doubtful, mm->n_doubtful == 1 ? "" : "s",
			       mm->doubtful_mtd->name, mm->doubtful_addr);
	if (mm->n_weak)
		log_warn(&s->ctx.log,
			 "verify: all bytes are right, but ECC had to correct some in %" PRIu64
			 " block%s: writing them again (-f) refreshes them",
			 mm->n_weak, mm->n_weak == 1 ? "" : "s");
	return 0;
}
