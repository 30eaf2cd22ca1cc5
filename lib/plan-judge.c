// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is to become of each erase block, judged by what it holds (present) and shall hold (want: the
 * image over what is kept):
 *
 *	present == want				skip
 *	only units that are still blank change	program those units
 *	else					erase, program all that is not blank
 *
 * A read that comes out equal or blank is no proof where a job was broken off in mid-operation: such
 * cells read otherwise next time. Flash with ECC says so itself (mtd->n_doubtful). Other flash is
 * read again where a broken-off operation would be, which is where blocks of different kinds meet:
 * operations run in ascending order, so it is the border between what is done and what is not.
 */
#include "lib/plan-priv.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK ((u64)MIB(2)) /* present contents held at a time, at least one block */
/* larger erases are not broken off unnoticed: what they leave is not blank, and not the image */
#define DOUBT_WINDOW ((u64)KIB(256))

static u64 count_not_blank(const struct mtd_info *mtd, const u8 *buf, size_t len)
{
	u64 n = 0;
	size_t i;

	for (i = 0; i < len; i++)
		n += buf[i] != mtd->erased;
	return n;
}

/*
 * What the block shall hold: the image over @present (NULL: not read, the image sets every byte).
 * Returns how many bytes of it are kept contents.
 */
static u64 fill_want(const struct planner *p, struct plan_block *b, const u8 *present)
{
	u64 end = b->start + b->size, kept = 0;
	size_t i;

	if (!b->own)
		return 0; /* it lies in the image */
	if (present) {
		memcpy(b->own, present, b->size);
		kept = count_not_blank(b->mtd, present, b->size);
	}
	for (i = b->first_piece; i < p->n_pieces; i++) {
		const struct plan_piece *pc = &p->pieces[i];
		u64 from = max(pc->offset, b->start), to = min(pc->offset + pc->len, end);
		size_t n, at = (size_t)(from - b->start);

		if (pc->mtd != b->mtd || pc->offset >= end)
			break;
		n = (size_t)(to - from);
		if (present)
			kept -= count_not_blank(b->mtd, present + at, n);
		memcpy(b->own + at, pc->data + (from - pc->offset), n);
	}
	return kept;
}

static enum plan_class class_of(const struct plan_block *b, const u8 *present)
{
	if (!memcmp(present, b->want, b->size))
		return CLASS_EQUAL;
	if (plan_is_blank(b->mtd, present, b->size))
		return CLASS_BLANK;
	return plan_can_program(b->mtd, present, b->want, b->size) ? CLASS_PROGRAM : CLASS_ERASE;
}

/* @b->want, class and is_doubtful are set; @present: NULL: not read */
static int judge_block(struct planner *p, struct plan_block *b, const u8 *present)
{
	b->erase = p->opts->no_skip || b->is_doubtful || b->class == CLASS_ERASE;
	if (!b->erase)
		b->is_blank = plan_is_blank(b->mtd, present, b->size);
	return plan_note_programs(p, b, present);
}

/* the erase that may have been broken off here: the largest but the whole device */
static u64 doubt_window(const struct plan_block *b)
{
	u64 window = b->size;
	unsigned int i;

	for (i = 0; i < b->mtd->n_units; i++)
		if (b->mtd->units[i].size <= DOUBT_WINDOW)
			window = max(window, b->mtd->units[i].size);
	return window;
}

/* do blocks of another kind lie beside blocks[i] of [from, to), or in the same larger unit? */
static bool is_border(const struct planner *p, size_t i, size_t from, size_t to)
{
	const struct plan_block *b = &p->blocks[i];
	u64 window = doubt_window(b), unit = b->start / window;
	size_t k;

	/* the next chunk's kind is not known yet */
	if (i + 1 == to && i + 1 < p->n_blocks && b[1].mtd == b->mtd)
		return true;
	if (i + 1 < to && b[1].class != b->class)
		return true;
	if (i > 0 && b[-1].mtd == b->mtd && b[-1].class != b->class)
		return true;
	for (k = i; k > from && p->blocks[k - 1].start / window == unit; k--)
		if (p->blocks[k - 1].class != b->class)
			return true;
	for (k = i + 1; k < to && p->blocks[k].start / window == unit; k++)
		if (p->blocks[k].class != b->class)
			return true;
	return false;
}

/* the device found broken cells in [from, to): are they among what is kept, which may be lost then? */
static int find_unsure_kept(struct planner *p, size_t from, size_t to, const u8 *present)
{
	u64 base = p->blocks[from].start;
	size_t i;
	int ret = 0;

	for (i = from; i < to && !ret; i++)
		if (p->blocks[i].kept)
			ret = plan_look_at_kept(p, &p->blocks[i],
						present + (p->blocks[i].start - base));
	return ret;
}

/* which of the blocks [from, to), all just looked at, cannot be trusted */
static int find_doubtful(struct planner *p, size_t from, size_t to, const u8 *present, bool is_told)
{
	u64 base = p->blocks[from].start;
	size_t i;
	int ret;

	for (i = from; i < to; i++) {
		struct plan_block *b = &p->blocks[i];

		if (b->class == CLASS_ERASE || p->opts->no_skip)
			continue; /* no matter */
		if (!(is_told && !b->is_summed) &&
		    (b->mtd->write_once || !is_border(p, i, from, to)))
			continue;
		ret = plan_look_again(p, b, present + (b->start - base));
		if (ret)
			return ret;
	}
	return 0;
}

static bool must_read(const struct planner *p, const struct plan_block *b)
{
	return !p->opts->no_skip || b->image_bytes < b->size;
}

/* blocks [from, to) follow each other, all read or none: judge them */
static int judge_blocks(struct planner *p, size_t from, size_t to, u8 *present)
{
	const struct mtd_info *mtd = p->blocks[from].mtd;
	u64 base = p->blocks[from].start, doubtful = mtd->n_doubtful, corrected = mtd->n_corrected;
	size_t i;
	int ret;

	if (present) {
		ret = plan_learn_present(p, from, to, present);
		if (ret)
			return ret;
	}
	for (i = from; i < to; i++) {
		struct plan_block *b = &p->blocks[i];
		const u8 *at = present ? present + (b->start - base) : NULL;

		b->kept = (u32)fill_want(p, b, at);
		if (!at)
			b->class = CLASS_ERASE;
		else if (b->class == CLASS_UNKNOWN)
			b->class = class_of(b, at);
	}
	if (present) {
		ret = mtd->n_doubtful != doubtful ? find_unsure_kept(p, from, to, present) : 0;
		if (!ret)
			ret = find_doubtful(p, from, to, present,
					    mtd->n_doubtful != doubtful ||
						    mtd->n_corrected != corrected);
		if (ret)
			return ret;
	}
	for (i = from; i < to; i++) {
		struct plan_block *b = &p->blocks[i];

		ret = judge_block(p, b, present ? present + (b->start - base) : NULL);
		if (ret)
			return ret;
	}
	return 0;
}

/* blocks [from, to) follow each other and share one buffer: read what must be known, judge */
static int judge_chunk(struct planner *p, size_t from, size_t to, u8 *present)
{
	u64 base = p->blocks[from].start;
	size_t i, end;
	int ret;

	for (i = from; i < to; i = end) {
		bool read = must_read(p, &p->blocks[i]);

		for (end = i + 1; end < to && must_read(p, &p->blocks[end]) == read; end++)
			;
		ret = judge_blocks(p, i, end, read ? present + (p->blocks[i].start - base) : NULL);
		if (ret)
			return ret;
	}
	return 0;
}

/* the image itself, where one piece of it sets the whole block */
static const u8 *want_in_image(const struct planner *p, const struct plan_block *b)
{
	const struct plan_piece *pc = &p->pieces[b->first_piece];

	if (b->image_bytes < b->size || pc->offset > b->start ||
	    pc->offset + pc->len < b->start + b->size)
		return NULL;
	return pc->data + (b->start - pc->offset);
}

/* neighbours that the image does not set as a whole share a buffer: what they hold and shall hold */
static int find_wants(struct planner *p, size_t from, size_t to)
{
	size_t i, end;

	for (i = from; i < to; i = end) {
		u64 base = p->blocks[i].start;
		u8 *buf;

		p->blocks[i].want = want_in_image(p, &p->blocks[i]);
		for (end = i + 1; end < to; end++) {
			p->blocks[end].want = want_in_image(p, &p->blocks[end]);
			if (!p->blocks[end].want != !p->blocks[i].want)
				break;
		}
		if (p->blocks[i].want)
			continue;
		buf = plan_buf(p, (size_t)plan_run_len(p, i, end));
		if (!buf)
			return plan_no_memory(p->err);
		for (size_t k = i; k < end; k++)
			p->blocks[k].want = p->blocks[k].own = buf + (p->blocks[k].start - base);
	}
	return 0;
}

int plan_judge_run(struct planner *p, size_t from, size_t to)
{
	size_t i, end;
	u8 *present;
	int ret = find_wants(p, from, to);

	for (i = from; i < to && !ret; i = end) {
		end = min(plan_run_end(p, i, CHUNK), to);
		present = malloc((size_t)plan_run_len(p, i, end));
		if (!present)
			return plan_no_memory(p->err);
		ret = judge_chunk(p, i, end, present);
		free(present);
	}
	return ret;
}
