// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Block, 64 KiB block, bank or chip? The cheapest erases by typical times that take along nothing
 * but blocks that are to be erased anyway, or are known to be blank and part of the job.
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

/*
 * Take [start, start+size) in one erase if every block of it is to be erased or known to be blank,
 * and it costs less than what is planned for them so far.
 */
static void try_unit(struct plan_block *blocks, size_t n, u64 start, u64 size, u64 typ_ns)
{
	u64 at = start, sum_ns = 0;
	size_t first = find_block(blocks, n, start), i;

	for (i = first; i < n && at < start + size; i++) {
		const struct plan_block *b = &blocks[i];

		if (b->start != at || (!b->erase && !b->is_blank))
			return;
		if (b->cover < start || b->cover + b->cover_len > start + size)
			return; /* not nested: leave it */
		sum_ns += b->cover_ns;
		at += b->size;
	}
	if (at != start + size || typ_ns >= sum_ns)
		return;
	for (i = first; i < n && blocks[i].start < start + size; i++) {
		blocks[i].cover = start;
		blocks[i].cover_len = size;
		blocks[i].cover_ns = i == first ? typ_ns : 0;
	}
}

void plan_choose_erases(struct plan_block *blocks, size_t n)
{
	const struct mtd_info *mtd = blocks[0].mtd;
	unsigned int u, k;
	size_t i;

	for (i = 0; i < n; i++)
		blocks[i].cover_ns = blocks[i].erase ? mtd->erase_typ_ns : 0;
	for (u = 0; u < mtd->n_units; u++) {
		const struct mtd_erase_unit *unit = &mtd->units[u];
		unsigned int count = unit->stride ? unit->count : 1;

		for (k = 0; k < count; k++)
			try_unit(blocks, n, unit->offset + k * unit->stride, unit->size,
				 unit->typ_ns);
	}
}
