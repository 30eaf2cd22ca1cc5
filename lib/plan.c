// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From an image and flash devices to steps: erase, program, verify.
 *
 * The image is cut at device borders into pieces, and the erase blocks that hold them are listed.
 * Only when all of that is known to be allowed are present contents read, and only those of the
 * listed blocks. Each block is then judged by what it holds (present) and shall hold (want: the
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
 *
 * At last larger erases (64 KiB block, bank, chip) replace the small ones they consist of, where
 * that is faster and touches nothing else.
 */
#include "lib/plan.h"
#include "lib/plan-priv.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define READ_CHUNK ((u64)KIB(256)) /* present contents held at a time, at least one block */

/* a weak bit reads one way or the other; a block in doubt has many of them */
#define DOUBT_READS 3

struct piece {
	struct mtd_info *mtd;
	u64 offset;
	size_t len;
	const u8 *data;
};

struct plan_priv {
	u8 **bufs;
	size_t n_bufs;
};

struct planner {
	struct plan *plan;
	const struct plan_opts *opts;
	struct err *err;
	struct piece *pieces;
	size_t n_pieces, a_pieces;
	struct plan_block *blocks;
	size_t n_blocks, a_blocks;
	struct plan_step *programs;
	size_t n_programs, a_programs;
	size_t a_steps;
	int (*read)(void *arg, struct mtd_info *mtd, u64 from, size_t len, u8 *buf);
	void *arg;
};

static int no_memory(struct err *err)
{
	return err_set(err, -ENOMEM, "free memory on this computer", "out of memory");
}

/* @array with room for one more than @n; NULL: no memory, it is as it was */
static void *array_grow(void *array, size_t n, size_t *allocated, size_t size)
{
	size_t want = *allocated ? 2 * *allocated : 32;

	if (array && n < *allocated)
		return array;
	array = realloc(array, want * size); /* the caller keeps its pointer until this succeeds */
	if (array)
		*allocated = want;
	return array;
}

static void planner_exit(struct planner *p)
{
	free(p->pieces);
	free(p->blocks);
	free(p->programs);
}

void plan_free(struct plan *plan)
{
	struct plan_priv *priv = plan->priv;
	size_t i;

	for (i = 0; priv && i < priv->n_bufs; i++)
		free(priv->bufs[i]);
	if (priv)
		free(priv->bufs);
	free(priv);
	free(plan->steps);
	free(plan->sums);
	memset(plan, 0, sizeof(*plan));
}

/* memory that lives as long as the plan */
static u8 *plan_buf(struct planner *p, size_t len)
{
	struct plan_priv *priv = p->plan->priv;
	u8 **bufs, *buf;

	if (!priv) {
		priv = p->plan->priv = calloc(1, sizeof(*priv));
		if (!priv)
			return NULL;
	}
	bufs = realloc(priv->bufs, (priv->n_bufs + 1) * sizeof(*bufs));
	if (!bufs)
		return NULL;
	priv->bufs = bufs;
	buf = malloc(len);
	if (buf)
		bufs[priv->n_bufs++] = buf;
	return buf;
}

static int add_sums(struct planner *p, struct mtd_info *const *mtds, size_t n_mtds)
{
	struct plan *plan = p->plan;

	plan->sums = calloc(max(n_mtds, (size_t)1), sizeof(*plan->sums));
	if (!plan->sums)
		return no_memory(p->err);
	for (; plan->n_sums < n_mtds; plan->n_sums++)
		plan->sums[plan->n_sums].mtd = mtds[plan->n_sums];
	return 0;
}

/* the sum of a device that is among those given */
static struct plan_sum *sum_of(const struct planner *p, const struct mtd_info *mtd)
{
	struct plan_sum *sum = p->plan->sums;

	while (sum->mtd != mtd)
		sum++;
	return sum;
}

static int add_step(struct planner *p, const struct plan_step *step)
{
	struct plan *plan = p->plan;
	struct plan_step *steps;

	steps = array_grow(plan->steps, plan->n_steps, &p->a_steps, sizeof(*steps));
	if (!steps)
		return no_memory(p->err);
	plan->steps = steps;
	plan->steps[plan->n_steps++] = *step;
	return 0;
}

/* ---- placing ---- */

static void list_devices(struct mtd_info *const *mtds, size_t n_mtds, char *buf, size_t size)
{
	size_t i, used = 0;

	buf[0] = '\0';
	for (i = 0; i < n_mtds && used < size; i++) {
		const struct mtd_info *mtd = mtds[i];

		used += (size_t)snprintf(buf + used, size - used,
					 "%s%s 0x%08" PRIx64 "..0x%08" PRIx64 "%s", i ? ", " : "",
					 mtd->name, mtd->base, mtd->base + mtd->size - 1,
					 mtd->writeable ? "" : " (read-only)");
	}
}

static struct mtd_info *mtd_at(struct mtd_info *const *mtds, size_t n_mtds, u64 addr)
{
	size_t i;

	for (i = 0; i < n_mtds; i++)
		if (addr >= mtds[i]->base && addr - mtds[i]->base < mtds[i]->size)
			return mtds[i];
	return NULL;
}

/* bytes from @addr to the next device, at most @len */
static u64 gap_len(struct mtd_info *const *mtds, size_t n_mtds, u64 addr, u64 len)
{
	size_t i;

	for (i = 0; i < n_mtds; i++)
		if (mtds[i]->base > addr)
			len = min(len, mtds[i]->base - addr);
	return len;
}

static int outside(struct planner *p, const struct image_segment *seg, u64 addr,
		   struct mtd_info *const *mtds, size_t n_mtds)
{
	u64 n = gap_len(mtds, n_mtds, addr, seg->addr + seg->len - addr);
	char devices[200], place[160];

	list_devices(mtds, n_mtds, devices, sizeof(devices));
	if (p->err && !p->err->code) {
		err_set(p->err, -ENOEXEC, NULL,
			"%" PRIu64 " bytes at 0x%08" PRIx64 " lie in no flash device", n, addr);
		snprintf(p->err->next, sizeof(p->err->next), "the devices are: %s",
			 n_mtds ? devices : "none");
	}
	return err_at(p->err, -ENOEXEC, "%s", image_place(seg, addr, place, sizeof(place)));
}

/* cut the image at device borders; pieces end up in the order of devices, then addresses */
static int place_image(struct planner *p, const struct image *img, struct mtd_info *const *mtds,
		       size_t n_mtds, bool to_write)
{
	char place[160];
	size_t i, m;

	for (i = 0; i < img->n_segs; i++) {
		const struct image_segment *seg = &img->segs[i];
		u64 done = 0;

		while (done < seg->len) {
			const struct mtd_info *mtd = mtd_at(mtds, n_mtds, seg->addr + done);

			if (!mtd)
				return outside(p, seg, seg->addr + done, mtds, n_mtds);
			if (to_write && !mtd->writeable) {
				err_set(p->err, -EROFS, "leave these bytes out of the image",
					"%s is read-only", mtd->name);
				return err_at(
					p->err, -EROFS, "%s at 0x%08" PRIx64,
					image_place(seg, seg->addr + done, place, sizeof(place)),
					seg->addr + done);
			}
			done = min((u64)seg->len, mtd->base + mtd->size - seg->addr);
		}
	}
	for (m = 0; m < n_mtds; m++) {
		struct mtd_info *mtd = mtds[m];

		for (i = 0; i < img->n_segs; i++) {
			const struct image_segment *seg = &img->segs[i];
			u64 from = max(seg->addr, mtd->base);
			u64 to = min(seg->addr + seg->len, mtd->base + mtd->size);

			struct piece *pieces;

			if (from >= to)
				continue;
			pieces = array_grow(p->pieces, p->n_pieces, &p->a_pieces, sizeof(*pieces));
			if (!pieces)
				return no_memory(p->err);
			p->pieces = pieces;
			p->pieces[p->n_pieces++] = (struct piece){
				.mtd = mtd,
				.offset = from - mtd->base,
				.len = (size_t)(to - from),
				.data = seg->data + (from - seg->addr),
			};
		}
	}
	return 0;
}

/* ---- blocks ---- */

static struct plan_block *add_block(struct planner *p, struct mtd_info *mtd, u64 start, u64 size,
				    size_t piece)
{
	struct plan_block *blocks;

	blocks = array_grow(p->blocks, p->n_blocks, &p->a_blocks, sizeof(*blocks));
	if (!blocks) {
		no_memory(p->err);
		return NULL;
	}
	p->blocks = blocks;
	blocks += p->n_blocks++;
	*blocks = (struct plan_block){
		.mtd = mtd,
		.start = start,
		.size = (u32)size,
		.first_piece = piece,
		.cover = start,
		.cover_len = size,
	};
	return blocks;
}

/* the erase blocks that hold the pieces, ascending for each device */
static int list_blocks(struct planner *p)
{
	size_t i;

	for (i = 0; i < p->n_pieces; i++) {
		const struct piece *pc = &p->pieces[i];
		u64 at = pc->offset, end = pc->offset + pc->len, start, size;

		for (; at < end; at = start + size) {
			struct plan_block *b = p->n_blocks ? &p->blocks[p->n_blocks - 1] : NULL;

			if (!mtd_block_at(pc->mtd, at, &start, &size))
				return err_set(p->err, -EINVAL, NULL,
					       "%s has no erase block at 0x%" PRIx64, pc->mtd->name,
					       at);
			if (!b || b->mtd != pc->mtd || b->start != start) {
				b = add_block(p, pc->mtd, start, size, i);
				if (!b)
					return -ENOMEM;
			}
			b->image_bytes += (u32)(min(end, start + size) - at);
		}
	}
	return 0;
}

/* blocks[i] up to the returned index follow each other without a gap */
static size_t run_end(const struct planner *p, size_t i, u64 max_len)
{
	u64 len = p->blocks[i].size;

	for (i++; i < p->n_blocks; i++) {
		const struct plan_block *b = &p->blocks[i], *prev = b - 1;

		if (b->mtd != prev->mtd || b->start != prev->start + prev->size ||
		    b->size > max_len - min(len, max_len))
			break;
		len += b->size;
	}
	return i;
}

static u64 run_len(const struct planner *p, size_t from, size_t to)
{
	return p->blocks[to - 1].start + p->blocks[to - 1].size - p->blocks[from].start;
}

static int check_locked(struct mtd_info *mtd, u64 from, u64 len, struct err *err)
{
	int ret = mtd_is_locked(mtd, from, len);

	if (!ret)
		return 0;
	err_set(err, ret, "remove the protection first",
		"%s is protected somewhere in 0x%" PRIx64 "..0x%" PRIx64, mtd->name, from,
		from + len - 1);
	return ret;
}

static int check_all_locked(struct planner *p)
{
	size_t i, end;
	int ret;

	for (i = 0; i < p->n_blocks; i = end) {
		end = run_end(p, i, UINT64_MAX);
		ret = check_locked(p->blocks[i].mtd, p->blocks[i].start, run_len(p, i, end),
				   p->err);
		if (ret)
			return ret;
	}
	return 0;
}

/* ---- judging a block ---- */

static bool is_blank(const struct mtd_info *mtd, const u8 *buf, size_t len)
{
	return buf[0] == mtd->erased && !memcmp(buf, buf + 1, len - 1);
}

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

	if (present) {
		memcpy(b->want, present, b->size);
		kept = count_not_blank(b->mtd, present, b->size);
	}
	for (i = b->first_piece; i < p->n_pieces; i++) {
		const struct piece *pc = &p->pieces[i];
		u64 from = max(pc->offset, b->start), to = min(pc->offset + pc->len, end);
		size_t n, at = (size_t)(from - b->start);

		if (pc->mtd != b->mtd || pc->offset >= end)
			break;
		n = (size_t)(to - from);
		if (present)
			kept -= count_not_blank(b->mtd, present + at, n);
		memcpy(b->want + at, pc->data + (from - pc->offset), n);
	}
	return kept;
}

/* how many bytes in [from, to) of the block's device come from the image */
static u64 image_bytes_in(const struct planner *p, const struct plan_block *b, u64 from, u64 to)
{
	u64 sum = 0;
	size_t i;

	for (i = b->first_piece; i < p->n_pieces; i++) {
		const struct piece *pc = &p->pieces[i];
		u64 f = max(pc->offset, from), t = min(pc->offset + pc->len, to);

		if (pc->mtd != b->mtd || pc->offset >= to)
			break;
		if (f < t)
			sum += t - f;
	}
	return sum;
}

/* can @present become @want by programming alone? */
static bool can_program(const struct mtd_info *mtd, const u8 *present, const u8 *want, u32 size)
{
	u32 i, unit = mtd->writesize;

	if (mtd->write_once) {
		for (i = 0; i < size; i += unit)
			if (memcmp(present + i, want + i, unit) != 0 &&
			    !is_blank(mtd, present + i, unit))
				return false;
		return true;
	}
	/* programming moves bits away from the erased state, never back */
	for (i = 0; i < size; i++)
		if ((present[i] ^ mtd->erased) & ~(want[i] ^ mtd->erased))
			return false;
	return true;
}

static int add_program(struct planner *p, const struct plan_block *b, u32 from, u32 to)
{
	struct plan_step *last = p->n_programs ? &p->programs[p->n_programs - 1] : NULL;
	u64 offset = b->start + from;

	if (last && last->mtd == b->mtd && last->offset + last->len == offset &&
	    last->data + last->len == b->want + from) {
		last->len += to - from;
		return 0;
	}
	last = array_grow(p->programs, p->n_programs, &p->a_programs, sizeof(*last));
	if (!last)
		return no_memory(p->err);
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

/*
 * Program what differs from @present (NULL: from the erased state). Where units can be programmed
 * once only, exactly those that differ; else from the first to the last in each page, since a page
 * costs the same for one byte as for all.
 */
static int program_block(struct planner *p, struct plan_block *b, const u8 *present)
{
	const struct mtd_info *mtd = b->mtd;
	u32 unit = mtd->writesize, page = max(mtd->writebufsize, unit), at, u;
	int ret;

	if (mtd->write_once)
		page = unit;
	for (at = 0; at < b->size; at += page) {
		u32 end = min(at + page, b->size), first = end, last = at;

		for (u = at; u < end; u += unit) {
			u32 n = min(unit, end - u);

			if (present ? memcmp(present + u, b->want + u, n) == 0
				    : is_blank(mtd, b->want + u, n))
				continue;
			first = min(first, u);
			last = u + n;
		}
		if (first >= last)
			continue;
		ret = add_program(p, b, first, last);
		if (ret)
			return ret;
		b->program = true;
		sum_of(p, mtd)->programmed += last - first;
		if (present)
			b->skipped -= (u32)image_bytes_in(p, b, b->start + first, b->start + last);
	}
	return 0;
}

static enum plan_class class_of(const struct plan_block *b, const u8 *present)
{
	if (!memcmp(present, b->want, b->size))
		return CLASS_EQUAL;
	if (is_blank(b->mtd, present, b->size))
		return CLASS_BLANK;
	return can_program(b->mtd, present, b->want, b->size) ? CLASS_PROGRAM : CLASS_ERASE;
}

/* @b->want, class and is_doubtful are set; @present: NULL: not read */
static int judge_block(struct planner *p, struct plan_block *b, const u8 *present)
{
	b->is_blank = present && !b->is_doubtful && is_blank(b->mtd, present, b->size);
	b->erase = p->opts->no_skip || b->is_doubtful || b->class == CLASS_ERASE;
	if (b->erase) {
		sum_of(p, b->mtd)->kept += b->kept;
		return program_block(p, b, NULL);
	}
	b->skipped = b->image_bytes;
	return program_block(p, b, present);
}

static int read_present(struct planner *p, const struct plan_block *b, u64 len, u8 *buf)
{
	int ret = p->read(p->arg, b->mtd, b->start, (size_t)len, buf);

	return ret ? err_at(p->err, ret, "reading what %s holds now", b->mtd->name) : 0;
}

/* read @b alone, again, until it is caught reading unsurely */
static int try_block(struct planner *p, struct plan_block *b, const u8 *present)
{
	const struct mtd_info *mtd = b->mtd;
	u64 found = mtd->n_doubtful + mtd->n_corrected;
	u8 *again = malloc(b->size);
	unsigned int i;
	int ret = 0;

	if (!again)
		return no_memory(p->err);
	for (i = 0; i < DOUBT_READS && !ret && !b->is_doubtful; i++) {
		ret = read_present(p, b, b->size, again);
		b->is_doubtful = !ret && (memcmp(again, present, b->size) != 0 ||
					  mtd->n_doubtful + mtd->n_corrected != found);
	}
	free(again);
	return ret;
}

/* the erase that may have been broken off here: the largest but the whole device */
static u64 doubt_window(const struct plan_block *b)
{
	u64 window = b->size;
	unsigned int i;

	for (i = 0; i < b->mtd->n_units; i++)
		if (b->mtd->units[i].size <= READ_CHUNK)
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

/* which of the blocks [from, to), all just read, cannot be trusted */
static int find_doubtful(struct planner *p, size_t from, size_t to, const u8 *present, bool is_told)
{
	u64 base = p->blocks[from].start;
	size_t i;
	int ret;

	for (i = from; i < to; i++) {
		struct plan_block *b = &p->blocks[i];

		if (b->class == CLASS_ERASE || p->opts->no_skip)
			continue; /* no matter */
		if (!is_told && (b->mtd->write_once || !is_border(p, i, from, to)))
			continue;
		ret = try_block(p, b, present + (b->start - base));
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
	u64 base = p->blocks[from].start, found = mtd->n_doubtful + mtd->n_corrected;
	size_t i;
	int ret;

	if (present) {
		ret = read_present(p, &p->blocks[from], run_len(p, from, to), present);
		if (ret)
			return ret;
	}
	for (i = from; i < to; i++) {
		struct plan_block *b = &p->blocks[i];
		const u8 *at = present ? present + (b->start - base) : NULL;

		b->kept = (u32)fill_want(p, b, at);
		b->class = at ? class_of(b, at) : CLASS_ERASE;
	}
	if (present) {
		ret = find_doubtful(p, from, to, present,
				    mtd->n_doubtful + mtd->n_corrected != found);
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

static int judge_run(struct planner *p, size_t from, size_t to)
{
	u8 *want = plan_buf(p, (size_t)run_len(p, from, to)), *present;
	size_t i, end;
	int ret = 0;

	if (!want)
		return no_memory(p->err);
	for (i = from; i < to; i++)
		p->blocks[i].want = want + (p->blocks[i].start - p->blocks[from].start);
	for (i = from; i < to && !ret; i = end) {
		end = min(run_end(p, i, READ_CHUNK), to);
		present = malloc((size_t)run_len(p, i, end));
		if (!present)
			return no_memory(p->err);
		ret = judge_chunk(p, i, end, present);
		free(present);
	}
	return ret;
}

/* ---- steps ---- */

static bool is_in_unit(const struct plan_block *b)
{
	return b->cover != b->start || b->cover_len != b->size;
}

static bool is_changed(const struct plan_block *b)
{
	return b->erase || b->program || is_in_unit(b);
}

static int emit_erases(struct planner *p, size_t from, size_t to)
{
	struct plan *plan = p->plan;
	u64 last_size = 0;
	size_t i, own = plan->n_steps;
	int ret;

	for (i = from; i < to; i++) {
		const struct plan_block *b = &p->blocks[i];
		struct plan_step *last =
			plan->n_steps > own ? &plan->steps[plan->n_steps - 1] : NULL;

		if (b->cover != b->start || (!b->erase && !is_in_unit(b)))
			continue;
		sum_of(p, b->mtd)->erased += b->cover_len;
		/* neighbours of the same kind make one step; the driver knows its opcodes */
		if (last && last->offset + last->len == b->cover && last_size == b->cover_len) {
			last->len += b->cover_len;
			last->est_ns += b->cover_ns;
			continue;
		}
		last_size = b->cover_len;
		ret = add_step(p, &(struct plan_step){ .kind = PLAN_ERASE,
						       .mtd = b->mtd,
						       .offset = b->cover,
						       .len = b->cover_len,
						       .est_ns = b->cover_ns });
		if (ret)
			return ret;
	}
	return 0;
}

/* first block of the next device */
static size_t device_end(const struct planner *p, size_t from)
{
	size_t i;

	for (i = from; i < p->n_blocks && p->blocks[i].mtd == p->blocks[from].mtd; i++)
		;
	return i;
}

static u64 program_ns(const struct plan_step *s)
{
	u64 page = max(s->mtd->writebufsize, s->mtd->writesize);

	return (DIV_ROUND_UP(s->offset + s->len, page) - s->offset / page) * s->mtd->write_typ_ns;
}

static int emit_programs(struct planner *p)
{
	size_t i;
	int ret;

	for (i = 0; i < p->n_programs; i++) {
		p->programs[i].est_ns = program_ns(&p->programs[i]);
		ret = add_step(p, &p->programs[i]);
		if (ret)
			return ret;
	}
	return 0;
}

static int emit_verify(struct planner *p, struct mtd_info *mtd, u64 offset, u64 len, const u8 *data)
{
	struct plan_step *last = p->plan->n_steps ? &p->plan->steps[p->plan->n_steps - 1] : NULL;
	u64 est_ns = len * p->opts->read_ps_per_byte / 1000;

	sum_of(p, mtd)->verified += len;
	if (last && last->kind == PLAN_VERIFY && last->mtd == mtd &&
	    last->offset + last->len == offset &&
	    (data ? last->data + last->len == data : !last->data)) {
		last->len += len;
		last->est_ns += est_ns;
		return 0;
	}
	return add_step(p, &(struct plan_step){ .kind = PLAN_VERIFY,
						.mtd = mtd,
						.offset = offset,
						.len = len,
						.data = data,
						.est_ns = est_ns });
}

/* whole blocks that changed, kept bytes and all; the others were compared for the plan */
static int emit_verifies(struct planner *p)
{
	size_t i;
	int ret;

	for (i = 0; i < p->n_blocks; i++) {
		struct plan_block *b = &p->blocks[i];

		if (!is_in_unit(b))
			sum_of(p, b->mtd)->skipped += b->skipped;
		if (p->opts->no_verify)
			continue;
		if (!is_changed(b)) {
			sum_of(p, b->mtd)->verified += b->skipped;
			continue;
		}
		ret = emit_verify(p, b->mtd, b->start, b->size, b->want);
		if (ret)
			return ret;
	}
	return 0;
}

static void sum_up(struct planner *p)
{
	struct plan *plan = p->plan;
	size_t i;

	for (i = 0; i < plan->n_sums; i++) {
		plan->all.erased += plan->sums[i].erased;
		plan->all.programmed += plan->sums[i].programmed;
		plan->all.skipped += plan->sums[i].skipped;
		plan->all.kept += plan->sums[i].kept;
		plan->all.verified += plan->sums[i].verified;
	}
	plan->est_ns = plan_busy_ns(plan, NULL);
	for (i = 0; i < plan->n_steps; i++)
		if (plan->steps[i].kind == PLAN_VERIFY)
			plan->est_ns += plan->steps[i].est_ns;
}

/* ---- entry points ---- */

static int plan_write_steps(struct planner *p)
{
	size_t i, end;
	int ret;

	for (i = 0; i < p->n_blocks; i = end) {
		end = run_end(p, i, UINT64_MAX);
		ret = judge_run(p, i, end);
		if (ret)
			return ret;
	}
	for (i = 0; i < p->n_blocks; i = end) {
		end = device_end(p, i);
		plan_choose_erases(&p->blocks[i], end - i);
		ret = emit_erases(p, i, end);
		if (ret)
			return ret;
	}
	ret = emit_programs(p);
	if (!ret)
		ret = emit_verifies(p);
	return ret;
}

static int planner_done(struct planner *p, int ret)
{
	planner_exit(p);
	if (ret)
		plan_free(p->plan);
	else
		sum_up(p);
	return ret;
}

int plan_write(struct plan *plan, const struct image *img, struct mtd_info *const *mtds,
	       size_t n_mtds,
	       int (*read)(void *arg, struct mtd_info *mtd, u64 from, size_t len, u8 *buf),
	       void *arg, const struct plan_opts *opts, struct err *err)
{
	struct planner p = { .plan = plan, .opts = opts, .err = err, .read = read, .arg = arg };
	int ret;

	memset(plan, 0, sizeof(*plan));
	ret = add_sums(&p, mtds, n_mtds);
	if (!ret)
		ret = place_image(&p, img, mtds, n_mtds, true);
	if (!ret)
		ret = list_blocks(&p);
	if (!ret)
		ret = check_all_locked(&p);
	if (!ret)
		ret = plan_write_steps(&p);
	return planner_done(&p, ret);
}

int plan_verify(struct plan *plan, const struct image *img, struct mtd_info *const *mtds,
		size_t n_mtds, const struct plan_opts *opts, struct err *err)
{
	struct planner p = { .plan = plan, .opts = opts, .err = err };
	size_t i;
	int ret;

	memset(plan, 0, sizeof(*plan));
	ret = add_sums(&p, mtds, n_mtds);
	if (!ret)
		ret = place_image(&p, img, mtds, n_mtds, false);
	for (i = 0; i < p.n_pieces && !ret; i++)
		ret = emit_verify(&p, p.pieces[i].mtd, p.pieces[i].offset, p.pieces[i].len,
				  p.pieces[i].data);
	return planner_done(&p, ret);
}

static int erase_border(struct mtd_info *mtd, u64 edge, struct err *err)
{
	u64 start, size;

	if (edge == mtd->size)
		return 0;
	if (!mtd_block_at(mtd, edge, &start, &size))
		return err_set(err, -EINVAL, NULL, "%s has no erase block at 0x%" PRIx64, mtd->name,
			       edge);
	if (start == edge)
		return 0;
	return err_set(err, -EINVAL, "only whole blocks can be erased: move the border to either",
		       "0x%08" PRIx64 " lies inside the erase block 0x%08" PRIx64 "..0x%08" PRIx64
		       " of %s",
		       mtd->base + edge, mtd->base + start, mtd->base + start + size, mtd->name);
}

static int check_erase(struct mtd_info *mtd, u64 offset, u64 len, struct err *err)
{
	int ret;

	if (!len || offset > mtd->size || len > mtd->size - offset)
		return err_set(err, -EINVAL, "`swdrom --probe` lists the devices and their sizes",
			       "0x%" PRIx64 " bytes at 0x%08" PRIx64 " do not fit in %s", len,
			       mtd->base + offset, mtd->name);
	if (!mtd->writeable)
		return err_set(err, -EROFS, "`swdrom --probe` lists the writable devices",
			       "%s is read-only", mtd->name);
	ret = erase_border(mtd, offset, err);
	if (!ret)
		ret = erase_border(mtd, offset + len, err);
	if (!ret)
		ret = check_locked(mtd, offset, len, err);
	return ret;
}

int plan_erase(struct plan *plan, struct mtd_info *mtd, u64 offset, u64 len, struct err *err)
{
	static const struct plan_opts opts;
	struct planner p = { .plan = plan, .opts = &opts, .err = err };
	u64 at, start = 0, size = 0;
	struct plan_block *b;
	int ret;

	memset(plan, 0, sizeof(*plan));
	ret = add_sums(&p, &mtd, 1);
	if (!ret)
		ret = check_erase(mtd, offset, len, err);
	for (at = offset; at < offset + len && !ret; at = start + size) {
		mtd_block_at(mtd, at, &start, &size);
		b = add_block(&p, mtd, start, size, 0);
		if (b)
			b->erase = true;
		else
			ret = -ENOMEM;
	}
	if (!ret) {
		plan_choose_erases(p.blocks, p.n_blocks);
		ret = emit_erases(&p, 0, p.n_blocks);
	}
	if (!ret)
		ret = emit_verify(&p, mtd, offset, len, NULL);
	return planner_done(&p, ret);
}
