// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which erase works where in a SPI-NOR, and which one to use.
 *
 * A chip is a row of regions, each with its own erase types. A block that is cut by the edge of its
 * region is what is left of it: a S25FS512S has eight 4 KiB sectors at its bottom, and the 256 KiB
 * erase of the first block spares them.
 */
#include "lib/spi-nor-priv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const struct nor_region *region_at(const struct nor_params *p, u64 at)
{
	const struct nor_region *r = p->regions;

	while (r + 1 < p->regions + p->n_regions && at >= r->start + r->size)
		r++;
	return r;
}

/* the block of erase type @k that holds @at: its start and length */
static u64 block_of(const struct nor_params *p, const struct nor_region *r, unsigned int k, u64 at,
		    u64 *len)
{
	u64 size = p->erase[k].size, start = at - at % size, end = start + size;

	start = max(start, r->start);
	end = min(end, r->start + r->size);
	*len = end - start;
	return start;
}

/* the smallest erase type of a region */
static unsigned int smallest(const struct nor_region *r)
{
	assert(r->erase_mask); /* nor_settle() saw to it */
	return (unsigned int)__builtin_ctz(r->erase_mask);
}

/* as measured in this session, or typical */
static u64 typ_ns(const struct spi_nor *nor, unsigned int index)
{
	u64 typ = index == NOR_N_ERASE ? nor->p.chip_erase_typ_ns : nor->p.erase[index].typ_ns;

	return nor->busy_erase_ns[index] ? nor->busy_erase_ns[index] : typ;
}

/* an erase of all of a die must be faster by one part in so many */
#define CHIP_GAIN 8

/* is @typ_ns for @size no worse than the choice so far, byte for byte? */
static bool is_no_slower(const struct nor_erase *than, u64 typ, u64 size)
{
	/* ns per KiB: both are whole KiB, and 64 bits hold 500 years */
	return typ / (size / KIB(1)) <= than->typ_ns / (than->size / KIB(1));
}

/**
 * nor_pick_erase() - what to erase with: the largest that fits and is no slower than smaller ones
 * @nor: chip
 * @at: start of a smallest block
 * @left: bytes from there that may be erased
 * @out: the choice
 */
void nor_pick_erase(const struct spi_nor *nor, u64 at, u64 left, struct nor_erase *out)
{
	const struct nor_params *p = &nor->p;
	const struct nor_region *r = region_at(p, at);
	u64 die = p->size / p->n_dies, len;
	unsigned int k = smallest(r);

	block_of(p, r, k, at, &len);
	*out = (struct nor_erase){ p->erase[k].opcode, k, len, typ_ns(nor, k), p->erase[k].max_ns };
	for (k++; k < NOR_N_ERASE; k++) {
		if (!(r->erase_mask & BIT(k)) || block_of(p, r, k, at, &len) != at || len > left ||
		    !is_no_slower(out, typ_ns(nor, k), len))
			continue;
		*out = (struct nor_erase){ p->erase[k].opcode, k, len, typ_ns(nor, k),
					   p->erase[k].max_ns };
	}
	/* nothing can stop a chip erase, and it shows no progress: it must be worth it */
	if (p->chip_erase && !(at % die) && left >= die &&
	    is_no_slower(out, typ_ns(nor, NOR_N_ERASE) / CHIP_GAIN * (CHIP_GAIN + 1), die))
		*out = (struct nor_erase){ p->chip_erase, NOR_N_ERASE, die,
					   typ_ns(nor, NOR_N_ERASE), p->chip_erase_max_ns };
}

static void add_unit(struct spi_nor *nor, unsigned int *n, const struct mtd_erase_unit *unit)
{
	if (*n < NOR_N_UNITS)
		nor->units[(*n)++] = *unit;
}

static int by_size(const void *a, const void *b)
{
	const struct mtd_erase_unit *x = a, *y = b;

	return (x->size > y->size) - (x->size < y->size);
}

/* larger blocks of a region: whole ones as a row, those that are cut at its edges one by one */
static void add_units(struct spi_nor *nor, unsigned int *n, const struct nor_region *r,
		      unsigned int k)
{
	const struct nor_erase_type *e = &nor->p.erase[k];
	u64 first = DIV_ROUND_UP(r->start, e->size) * e->size, end = r->start + r->size;
	struct mtd_erase_unit unit = { .typ_ns = e->typ_ns, .max_ns = e->max_ns };

	if (first > r->start && first <= end) {
		unit.offset = r->start;
		unit.size = first - r->start;
		add_unit(nor, n, &unit);
	}
	if (first + e->size <= end) {
		unit.offset = first;
		unit.size = e->size;
		unit.stride = e->size;
		unit.count = (u32)((end - first) / e->size);
		add_unit(nor, n, &unit);
	}
}

/**
 * nor_fill_geometry() - smallest blocks and larger erases, for the mtd
 * @nor: settled; its mtd's regions and units are set
 */
void nor_fill_geometry(struct spi_nor *nor)
{
	const struct nor_params *p = &nor->p;
	u64 die = p->size / p->n_dies;
	unsigned int n = 0;

	for (unsigned int i = 0; i < p->n_regions; i++) {
		const struct nor_region *r = &p->regions[i];
		unsigned int k = smallest(r);
		u64 len;

		block_of(p, r, k, r->start, &len);
		nor->regions[i] = (struct mtd_region){
			.offset = r->start,
			.erasesize = (u32)len,
			.count = (u32)(r->size / len),
			.typ_ns = p->erase[k].typ_ns,
		};
		nor->mtd.erase_max_ns = max(nor->mtd.erase_max_ns, p->erase[k].max_ns);
		for (k++; k < NOR_N_ERASE; k++)
			if (r->erase_mask & BIT(k))
				add_units(nor, &n, r, k);
	}
	if (p->chip_erase)
		add_unit(nor, &n,
			 &(struct mtd_erase_unit){
				 .size = die,
				 .stride = p->n_dies > 1 ? die : 0,
				 .count = p->n_dies,
				 .typ_ns = p->chip_erase_typ_ns,
				 .max_ns = p->chip_erase_max_ns,
			 });
	qsort(nor->units, n, sizeof(nor->units[0]), by_size);
	nor->mtd.regions = nor->regions;
	nor->mtd.n_regions = p->n_regions;
	nor->mtd.units = nor->units;
	nor->mtd.n_units = n;
}
