// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is to be programmed in each block. A block that is judged not to need an erase may be taken
 * along by a larger one all the same, so both are noted when it is judged: what differs from present
 * contents, and what programming all of it costs. Which of them it is, is known at the end.
 */
#include "lib/plan-priv.h"

#include <string.h>

/* how many bytes in [from, to) of the block's device come from the image */
static u64 image_bytes_in(const struct planner *p, const struct plan_block *b, u64 from, u64 to)
{
	u64 sum = 0;
	size_t i;

	for (i = b->first_piece; i < p->n_pieces; i++) {
		const struct plan_piece *pc = &p->pieces[i];
		u64 f = max(pc->offset, from), t = min(pc->offset + pc->len, to);

		if (pc->mtd != b->mtd || pc->offset >= to)
			break;
		if (f < t)
			sum += t - f;
	}
	return sum;
}

/*
 * The next span from *@at on that differs from @present (NULL: from the erased state). Where units
 * can be programmed once only, exactly those that differ; else from the first to the last in each
 * page, since a page costs the same for one byte as for all.
 */
static bool next_span(const struct plan_block *b, const u8 *present, u32 *at,
		      struct plan_span *span)
{
	const struct mtd_info *mtd = b->mtd;
	u32 unit = mtd->writesize, page = max(mtd->writebufsize, unit), u;

	if (mtd->write_once)
		page = unit;
	for (; *at < b->size; *at += page) {
		u32 end = min(*at + page, b->size), first = end, last = *at;

		for (u = *at; u < end; u += unit) {
			u32 n = min(unit, end - u);

			if (present ? memcmp(present + u, b->want + u, n) == 0
				    : plan_is_blank(mtd, b->want + u, n))
				continue;
			first = min(first, u);
			last = u + n;
		}
		if (first >= last)
			continue;
		*span = (struct plan_span){ first, last };
		*at += page;
		return true;
	}
	return false;
}

/* units of @size bytes, from the block's start on, that are not blank */
static u32 count_units(const struct plan_block *b, u32 size)
{
	u32 at, n = 0;

	for (at = 0; size && at < b->size; at += size)
		n += !plan_is_blank(b->mtd, b->want + at, min(size, b->size - at));
	return n;
}

int plan_note_programs(struct planner *p, struct plan_block *b, const u8 *present)
{
	const struct mtd_info *mtd = b->mtd;
	u32 page = max(mtd->writebufsize, mtd->writesize), at = 0;
	struct plan_span span;

	b->write_full_ns = count_units(b, page) * plan_write_ns(mtd, p->cycle_ps, false);
	b->write_fast_ns = count_units(b, mtd->fast_size) * plan_write_ns(mtd, p->cycle_ps, true);
	b->write_ns = b->class == CLASS_EQUAL && !b->erase ? 0 : b->write_full_ns;
	if (b->class != CLASS_PROGRAM || b->erase)
		return 0;
	b->write_ns = 0;
	b->first_partial = p->n_partials;
	while (next_span(b, present, &at, &span)) {
		struct plan_span *spans =
			plan_array_grow(p->partials, p->n_partials, &p->a_partials, sizeof(*spans));

		if (!spans)
			return plan_no_memory(p->err);
		p->partials = spans;
		p->partials[p->n_partials++] = (struct plan_span){ span.from, span.to };
		b->n_partials++;
		b->write_ns += DIV_ROUND_UP(span.to - span.from, page) *
			       plan_write_ns(mtd, p->cycle_ps, false);
	}
	return 0;
}

/*
 * Bytes between two pieces of a job that are to stay erased, less than a page: where programming them
 * changes nothing they are no reason to end one job and begin another, which takes some milliseconds.
 */
static bool is_bridged(const struct planner *p, const struct plan_step *last,
		       const struct plan_block *b, u32 from)
{
	const struct mtd_info *mtd = b->mtd;
	u64 end = last->offset + last->len, offset = b->start + from, gap = offset - end;

	if (mtd->write_once || offset <= end || gap >= mtd->writebufsize ||
	    last->data + last->len + gap != b->want + from)
		return false;
	/* in the block before it: both lie in the image, one after the other */
	if (gap > from && (b->own || p->pieces[b->first_piece].offset > end))
		return false;
	return plan_is_blank(mtd, b->want + from - gap, (size_t)gap);
}

static int add_program(struct planner *p, const struct plan_block *b, u32 from, u32 to)
{
	struct plan_step *last = p->n_programs ? &p->programs[p->n_programs - 1] : NULL;
	u64 offset = b->start + from;

	if (last && last->mtd == b->mtd &&
	    ((last->offset + last->len == offset && last->data + last->len == b->want + from) ||
	     is_bridged(p, last, b, from))) {
		last->len = offset + (to - from) - last->offset;
		return 0;
	}
	last = plan_array_grow(p->programs, p->n_programs, &p->a_programs, sizeof(*last));
	if (!last)
		return plan_no_memory(p->err);
	p->programs = last;
	p->programs[p->n_programs++] = (struct plan_step){
		.kind = PLAN_PROGRAM,
		.mtd = b->mtd,
		.offset = offset,
		.len = to - from,
		.data = b->want + from,
	};
	return 0;
}

static int program_span(struct planner *p, struct plan_block *b, u32 from, u32 to)
{
	b->program = true;
	plan_sum_of(p, b->mtd)->programmed += to - from;
	if (b->skipped)
		b->skipped -= (u32)image_bytes_in(p, b, b->start + from, b->start + to);
	return add_program(p, b, from, to);
}

static int program_block(struct planner *p, struct plan_block *b)
{
	struct plan_span span;
	u32 at = 0, i;
	int ret = 0;

	if (plan_is_erased(b)) {
		plan_sum_of(p, b->mtd)->kept += b->kept;
		plan_sum_of(p, b->mtd)->kept_unsure += b->is_kept_unsure ? b->kept : 0;
		while (!ret && next_span(b, NULL, &at, &span))
			ret = program_span(p, b, span.from, span.to);
		return ret;
	}
	b->skipped = b->image_bytes;
	if (b->class == CLASS_BLANK)
		while (!ret && next_span(b, NULL, &at, &span))
			ret = program_span(p, b, span.from, span.to);
	for (i = 0; i < b->n_partials && !ret; i++) {
		const struct plan_span *s = &p->partials[b->first_partial + i];

		ret = program_span(p, b, s->from, s->to);
	}
	plan_sum_of(p, b->mtd)->skipped += b->skipped;
	return ret;
}

int plan_program_blocks(struct planner *p)
{
	size_t i;
	int ret = 0;

	for (i = 0; i < p->n_blocks && !ret; i++)
		ret = program_block(p, &p->blocks[i]);
	return ret;
}
