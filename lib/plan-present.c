// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What erase blocks hold now. Reading says it for certain, at the speed of the wire. Where the
 * target computes checksums and the image sets a whole block, these say ten times faster whether it
 * holds the image already, or is blank; and of one that holds something else only the first bytes
 * are read, for they nearly always show that it must be erased, and then the others do not matter.
 */
#include "lib/crc32.h"
#include "lib/plan-priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* a weak bit reads one way or the other; a block in doubt has many of them */
#define DOUBT_LOOKS 3
/* of a block that differs, so much is read first */
#define PEEK_LEN 64u
/* after so many blocks in a row that had to be erased only every so-manieth is asked whether it
 * must: the price of a wrong guess is an erase that was not needed */
#define PEEK_RUN  4u
#define PEEK_EACH 8u

bool plan_is_blank(const struct mtd_info *mtd, const u8 *buf, size_t len)
{
	return buf[0] == mtd->erased && !memcmp(buf, buf + 1, len - 1);
}

bool plan_can_program(const struct mtd_info *mtd, const u8 *present, const u8 *want, u32 size)
{
	u32 i, unit = mtd->writesize;

	if (mtd->write_once) {
		for (i = 0; i < size; i += unit)
			if (memcmp(present + i, want + i, unit) != 0 &&
			    !plan_is_blank(mtd, present + i, unit))
				return false;
		return true;
	}
	/* programming moves bits away from the erased state, never back */
	for (i = 0; i < size; i++)
		if ((present[i] ^ mtd->erased) & ~(want[i] ^ mtd->erased))
			return false;
	return true;
}

int plan_read_present(struct planner *p, const struct plan_block *b, u64 len, u8 *buf)
{
	int ret = p->read(p->arg, b->mtd, b->start, (size_t)len, buf);

	return ret ? err_at(p->err, ret, "reading what %s holds now", b->mtd->name) : 0;
}

static int sum(struct planner *p, struct mtd_info *mtd, struct mtd_crc *pieces, size_t n)
{
	int ret = p->opts->sum(p->arg, mtd, pieces, n);

	if (ret && ret != -EOPNOTSUPP)
		return err_at(p->err, ret, "comparing what %s holds now", mtd->name);
	return ret;
}

static bool can_sum(const struct planner *p, const struct plan_block *b)
{
	return p->opts->sum && b->mtd->ops->checksum && !b->own && b->start % MTD_CRC_ALIGN == 0 &&
	       b->size % MTD_CRC_ALIGN == 0;
}

/* what is wrongly taken for blank or equal is found when it is verified, if it is */
static struct mtd_crc piece_of(const struct planner *p, const struct plan_block *first,
			       const struct plan_block *last)
{
	return (struct mtd_crc){ .from = first->start,
				 .len = (u32)(last->start + last->size - first->start),
				 .is_guess = !p->opts->no_verify };
}

/* ---- looking again ---- */

static int sum_again(struct planner *p, struct plan_block *b)
{
	struct mtd_crc pieces[DOUBT_LOOKS];
	unsigned int i;
	int ret;

	for (i = 0; i < DOUBT_LOOKS; i++)
		pieces[i] = piece_of(p, b, b);
	ret = sum(p, b->mtd, pieces, DOUBT_LOOKS);
	for (i = 0; i < DOUBT_LOOKS && !ret; i++)
		b->is_doubtful |= pieces[i].is_unsure || pieces[i].crc != b->crc;
	return ret;
}

/* does @b read otherwise than @present, or its device find broken cells: @weak: also such as it corrects? */
static int read_again(struct planner *p, const struct plan_block *b, const u8 *present, bool weak,
		      bool *is_unsure)
{
	const struct mtd_info *mtd = b->mtd;
	u64 doubtful = mtd->n_doubtful, corrected = mtd->n_corrected;
	u8 *again = malloc(b->size);
	unsigned int i;
	int ret = 0;

	if (!again)
		return plan_no_memory(p->err);
	for (i = 0; i < DOUBT_LOOKS && !ret && !*is_unsure; i++) {
		ret = plan_read_present(p, b, b->size, again);
		*is_unsure = !ret &&
			     (memcmp(again, present, b->size) != 0 || mtd->n_doubtful != doubtful ||
			      (weak && mtd->n_corrected != corrected));
	}
	free(again);
	return ret;
}

int plan_look_again(struct planner *p, struct plan_block *b, const u8 *present)
{
	int ret = b->is_summed ? sum_again(p, b) : -EOPNOTSUPP;

	return ret == -EOPNOTSUPP ? read_again(p, b, present, true, &b->is_doubtful) : ret;
}

int plan_look_at_kept(struct planner *p, struct plan_block *b, const u8 *present)
{
	return read_again(p, b, present, false, &b->is_kept_unsure);
}

/* ---- by checksums ---- */

/* what is known of the blocks of a chunk */
enum known { KNOWN_NOT, KNOWN_BYTES, KNOWN_TO_DIFFER };

struct chunk {
	struct planner *p;
	size_t from, to;
	u8 *present;
	enum known *known;	  /* of each block */
	unsigned int n_erase_run; /* blocks in a row that had to be erased */
	unsigned int n_unasked;
	u32 blank_len, blank_crc; /* checksum of so many erased bytes */
};

static u8 *present_of(const struct chunk *c, const struct plan_block *b)
{
	return c->present + (b->start - c->p->blocks[c->from].start);
}

/* a checksum that is the image's, or that of a blank block, says what the block holds */
static enum known judge_sum(const struct chunk *c, struct plan_block *b,
			    const struct mtd_crc *piece, u32 blank_crc)
{
	if (piece->is_unsure)
		return KNOWN_NOT;
	b->crc = piece->crc;
	b->is_summed = true;
	b->is_guessed = piece->is_guessed;
	if (piece->crc == crc32_of(0, b->want, b->size))
		memcpy(present_of(c, b), b->want, b->size);
	else if (piece->crc == blank_crc)
		memset(present_of(c, b), b->mtd->erased, b->size);
	else
		return KNOWN_TO_DIFFER;
	return KNOWN_BYTES;
}

/* checksum of @len erased bytes */
static u32 blank_crc(struct chunk *c, const struct mtd_info *mtd, u32 len)
{
	if (c->blank_len != len)
		c->blank_crc = crc32_fill(mtd->erased, len);
	c->blank_len = len;
	return c->blank_crc;
}

/*
 * What follows blocks[i] of the same group: it lies behind it in the image, too. Groups are aligned, for
 * none may reach from a NOR's die or window into the next.
 */
static size_t group_end(const struct chunk *c, size_t i)
{
	const struct planner *p = c->p;
	const struct plan_block *first = &p->blocks[i], *last = first;
	size_t end = i + 1;

	for (; end < c->to; end++, last++) {
		const struct plan_block *b = &p->blocks[end];

		if (!can_sum(p, b) || b->want != last->want + last->size ||
		    (b->start + b->size - 1) / MTD_CRC_GROUP != first->start / MTD_CRC_GROUP)
			break;
	}
	return end;
}

/* the checksum of several blocks says of all of them that they are blank, or hold the image */
static void judge_group(struct chunk *c, size_t from, size_t to, const struct mtd_crc *sum)
{
	struct plan_block *b = &c->p->blocks[from];
	bool is_image = sum->crc == crc32_of(0, b->want, sum->len);

	if (sum->is_unsure || (!is_image && sum->crc != blank_crc(c, b->mtd, sum->len)))
		return;
	for (size_t i = from; i < to; i++, b++) {
		struct mtd_crc one = { .len = b->size, .is_guessed = sum->is_guessed };

		one.crc = is_image ? crc32_of(0, b->want, b->size) : blank_crc(c, b->mtd, b->size);
		c->known[i - c->from] = judge_sum(c, b, &one, blank_crc(c, b->mtd, b->size));
	}
}

/* those that several blocks had in common: each by itself, where that has said nothing */
static int sum_alone(struct chunk *c, struct mtd_crc *pieces)
{
	struct planner *p = c->p;
	size_t i, k, n = 0;
	int ret = 0;

	for (i = c->from; i < c->to; i++)
		if (can_sum(p, &p->blocks[i]) && !p->blocks[i].is_summed)
			pieces[n++] = piece_of(p, &p->blocks[i], &p->blocks[i]);
	if (n)
		ret = sum(p, p->blocks[c->from].mtd, pieces, n);
	for (i = c->from, k = 0; i < c->to && !ret; i++) {
		struct plan_block *b = &p->blocks[i];

		if (can_sum(p, b) && !b->is_summed)
			c->known[i - c->from] =
				judge_sum(c, b, &pieces[k++], blank_crc(c, b->mtd, b->size));
	}
	return ret;
}

static int sum_blocks(struct chunk *c)
{
	struct planner *p = c->p;
	struct mtd_crc *pieces;
	size_t i, k, end, n = 0;
	int ret = 0;

	pieces = calloc(c->to - c->from, sizeof(*pieces));
	if (!pieces)
		return plan_no_memory(p->err);
	for (i = c->from; i < c->to; i = end) {
		end = i + 1;
		if (!can_sum(p, &p->blocks[i]))
			continue;
		end = group_end(c, i);
		pieces[n++] = piece_of(p, &p->blocks[i], &p->blocks[end - 1]);
	}
	if (n)
		ret = sum(p, p->blocks[c->from].mtd, pieces, n);
	for (i = c->from, k = 0; i < c->to && !ret; i = end) {
		struct plan_block *b = &p->blocks[i];

		end = i + 1;
		if (!can_sum(p, b))
			continue;
		end = group_end(c, i);
		if (end == i + 1)
			c->known[i - c->from] =
				judge_sum(c, b, &pieces[k++], blank_crc(c, b->mtd, b->size));
		else
			judge_group(c, i, end, &pieces[k++]);
	}
	if (!ret)
		ret = sum_alone(c, pieces);
	free(pieces);
	return ret == -EOPNOTSUPP ? 0 : ret;
}

/* a block that is neither the image nor blank: is there any way round erasing it? */
static int read_different(struct chunk *c, struct plan_block *b)
{
	u8 *present = present_of(c, b);
	u32 peek = max(PEEK_LEN, b->mtd->writesize);
	int ret;

	if (c->n_erase_run >= PEEK_RUN && ++c->n_unasked % PEEK_EACH) {
		b->class = CLASS_ERASE;
		return 0;
	}
	if (peek < b->size) {
		ret = plan_read_present(c->p, b, peek, present);
		if (ret)
			return ret;
		if (!plan_can_program(b->mtd, present, b->want, peek)) {
			b->class = CLASS_ERASE;
			c->n_erase_run++;
			return 0;
		}
	}
	c->n_erase_run = 0;
	b->is_summed = b->is_guessed = false;
	return plan_read_present(c->p, b, b->size, present);
}

int plan_learn_present(struct planner *p, size_t from, size_t to, u8 *present)
{
	struct chunk c = { .p = p, .from = from, .to = to, .present = present };
	size_t i, end;
	int ret;

	c.known = calloc(to - from, sizeof(*c.known));
	if (!c.known)
		return plan_no_memory(p->err);
	for (i = from; i < to; i++)
		p->blocks[i].class = CLASS_UNKNOWN;
	ret = sum_blocks(&c);
	for (i = from; i < to && !ret; i = end) {
		struct plan_block *b = &p->blocks[i];
		enum known known = c.known[i - from];

		for (end = i + 1; end < to && !known && c.known[end - from] == known; end++)
			;
		if (known == KNOWN_TO_DIFFER)
			ret = read_different(&c, b);
		else
			c.n_erase_run = 0;
		if (known == KNOWN_NOT)
			ret = plan_read_present(p, b, plan_run_len(p, i, end), present_of(&c, b));
	}
	free(c.known);
	return ret;
}
