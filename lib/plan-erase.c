// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Block, 64 KiB block, bank or chip? The cheapest by typical times of erasing and of programming
 * afterwards (in fast rows, where a bank erase allows that). A larger erase takes along nothing but
 * blocks that are to be erased anyway, are known to be blank and part of the job, or hold the image
 * and nothing else: those are then programmed again.
 *
 * Units are tried from small to large; each competes with the best that was found for its blocks
 * so far, so that with nested units (as all flash has them) the result is the cheapest there is.
 */
#include "lib/plan-priv.h"

/* first block that ends after @offset */
static size_t find_block(const struct plan_block *blocks, size_t n, u64 offset)
{
	size_t from = 0, to = n;

	while (from < to) {
		size_t mid = from + (to - from) / 2;

		if (blocks[mid].start + blocks[mid].size > offset)
			to = mid;
		else
			from = mid + 1;
	}
	return from;
}

/* may a larger erase take @b along? It must be in it anyway, or hold nothing but the image */
static bool may_take(const struct plan_block *b)
{
	return b->erase || b->is_blank || (b->image_bytes && b->image_bytes == b->size);
}

/* is it better to pay @new_ns than @old_ns? Bytes that were right already are worn: save a tenth */
static bool is_worth_it(u64 new_ns, u64 old_ns, bool wears)
{
	return wears ? new_ns < old_ns - old_ns / 10 : new_ns < old_ns;
}

/*
 * Take [start, start+size) in one erase if that, with all that is to be programmed then, takes less
 * time than what is planned so far.
 */
static void try_unit(struct plan_block *blocks, size_t n, const struct mtd_erase_unit *unit,
		     u64 start)
{
	u64 at = start, end = start + unit->size, old_ns = 0, new_ns = unit->typ_ns;
	size_t first = find_block(blocks, n, start), i;
	bool fast = unit->allows_fast && blocks[0].mtd->fast_size, wears = false;

	for (i = first; i < n && at < end; i++) {
		const struct plan_block *b = &blocks[i];

		if (b->start != at || !may_take(b))
			return;
		if (b->cover < start || b->cover + b->cover_len > end)
			return; /* not nested: leave it */
		old_ns += b->cover_ns + b->write_ns;
		new_ns += fast ? b->write_fast_ns : b->write_full_ns;
		wears |= !b->erase && !b->is_blank;
		at += b->size;
	}
	if (at != end || !is_worth_it(new_ns, old_ns, wears))
		return;
	for (i = first; i < n && blocks[i].start < end; i++) {
		struct plan_block *b = &blocks[i];

		b->cover = start;
		b->cover_len = unit->size;
		b->cover_ns = i == first ? unit->typ_ns : 0;
		b->write_ns = fast ? b->write_fast_ns : b->write_full_ns;
	}
}

/* a smallest block by itself: sizes, and so times, may differ by region */
static u64 block_ns(const struct mtd_info *mtd, u64 start)
{
	for (unsigned int i = mtd->n_regions; i-- > 0;)
		if (start >= mtd->regions[i].offset)
			return mtd->regions[i].typ_ns ? mtd->regions[i].typ_ns : mtd->erase_typ_ns;
	return mtd->erase_typ_ns;
}

void plan_choose_erases(struct plan_block *blocks, size_t n)
{
	const struct mtd_info *mtd = blocks[0].mtd;
	unsigned int u, k;
	size_t i;

	for (i = 0; i < n; i++)
		blocks[i].cover_ns = blocks[i].erase ? block_ns(mtd, blocks[i].start) : 0;
	for (u = 0; u < mtd->n_units; u++) {
		const struct mtd_erase_unit *unit = &mtd->units[u];
		unsigned int count = unit->stride ? unit->count : 1;

		for (k = 0; k < count; k++)
			try_unit(blocks, n, unit, unit->offset + k * unit->stride);
	}
}
