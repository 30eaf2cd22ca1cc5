// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From an image and flash devices to steps: erase, program, verify.
 *
 * The image is cut at device borders into pieces, and the erase blocks that hold them are listed.
 * Only when all of that is known to be allowed are present contents read, and only those of the
 * listed blocks, and each block is judged (plan-judge.c).
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

/* SWCLK cycles of a 32-bit read (lib/swd.h) */
#define READ_CYCLES 46

struct plan_priv {
	u8 **bufs;
	size_t n_bufs;
};

int plan_no_memory(struct err *err)
{
	return err_set(err, -ENOMEM, "free memory on this computer", "out of memory");
}

void *plan_array_grow(void *array, size_t n, size_t *allocated, size_t size)
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
	free(p->partials);
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
	free(plan->opens);
	memset(plan, 0, sizeof(*plan));
}

u8 *plan_buf(struct planner *p, size_t len)
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
		return plan_no_memory(p->err);
	for (; plan->n_sums < n_mtds; plan->n_sums++)
		plan->sums[plan->n_sums].mtd = mtds[plan->n_sums];
	return 0;
}

struct plan_sum *plan_sum_of(const struct planner *p, const struct mtd_info *mtd)
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

	steps = plan_array_grow(plan->steps, plan->n_steps, &p->a_steps, sizeof(*steps));
	if (!steps)
		return plan_no_memory(p->err);
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

		/* no image has an address in those that are not on the bus */
		if (mtd->is_off_bus)
			continue;
		used += (size_t)snprintf(
			buf + used, size - used, "%s%s 0x%08" PRIx64 "..0x%08" PRIx64 "%s",
			used ? ", " : "", mtd->name, mtd->base, mtd->base + mtd->size - 1,
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

			struct plan_piece *pieces;

			if (from >= to)
				continue;
			pieces = plan_array_grow(p->pieces, p->n_pieces, &p->a_pieces,
						 sizeof(*pieces));
			if (!pieces)
				return plan_no_memory(p->err);
			p->pieces = pieces;
			p->pieces[p->n_pieces++] = (struct plan_piece){
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

	blocks = plan_array_grow(p->blocks, p->n_blocks, &p->a_blocks, sizeof(*blocks));
	if (!blocks) {
		plan_no_memory(p->err);
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
		const struct plan_piece *pc = &p->pieces[i];
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

size_t plan_run_end(const struct planner *p, size_t i, u64 max_len)
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

u64 plan_run_len(const struct planner *p, size_t from, size_t to)
{
	return p->blocks[to - 1].start + p->blocks[to - 1].size - p->blocks[from].start;
}

static int add_opening(struct plan *plan, struct mtd_info *mtd, u64 from, u64 len, struct err *err)
{
	struct plan_opening *opens = realloc(plan->opens, (plan->n_opens + 1) * sizeof(*opens));

	if (!opens)
		return plan_no_memory(err);
	opens[plan->n_opens++] = (struct plan_opening){ .mtd = mtd, .offset = from, .len = len };
	plan->opens = opens;
	return 0;
}

static int check_locked(struct plan *plan, struct mtd_info *mtd, u64 from, u64 len, struct err *err)
{
	int ret = mtd_is_locked(mtd, from, len);

	if (!ret)
		return 0;
	if (ret == MTD_OPENS)
		return add_opening(plan, mtd, from, len, err);
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
		end = plan_run_end(p, i, UINT64_MAX);
		ret = check_locked(p->plan, p->blocks[i].mtd, p->blocks[i].start,
				   plan_run_len(p, i, end), p->err);
		if (ret)
			return ret;
	}
	return 0;
}

/* ---- steps ---- */

static bool is_changed(const struct plan_block *b)
{
	return b->program || plan_is_erased(b);
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

		if (b->cover != b->start || (!b->erase && !plan_is_in_unit(b)))
			continue;
		plan_sum_of(p, b->mtd)->erased += b->cover_len;
		/* neighbours of the same kind make one step; the driver knows its opcodes */
		if (last && last->offset + last->len == b->cover && last_size == b->cover_len) {
			last->len += b->cover_len;
			last->typ_ns += b->cover_ns;
			last->est_ns += b->cover_ns;
			continue;
		}
		last_size = b->cover_len;
		ret = add_step(p, &(struct plan_step){ .kind = PLAN_ERASE,
						       .mtd = b->mtd,
						       .offset = b->cover,
						       .len = b->cover_len,
						       .op_len = b->cover_len,
						       .typ_ns = b->cover_ns,
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
		p->programs[i].typ_ns = p->programs[i].est_ns = program_ns(&p->programs[i]);
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

	plan_sum_of(p, mtd)->verified += len;
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

/* whole blocks that changed, kept bytes and all; the others were compared for the plan, for certain */
static int emit_verifies(struct planner *p)
{
	size_t i;
	int ret;

	for (i = 0; i < p->n_blocks; i++) {
		struct plan_block *b = &p->blocks[i];

		if (p->opts->no_verify)
			continue;
		if (!is_changed(b) && !b->is_guessed) {
			plan_sum_of(p, b->mtd)->verified += b->skipped;
			plan_sum_of(p, b->mtd)->compared += b->skipped;
			if (b->is_summed)
				plan_sum_of(p, b->mtd)->compared_by_crc += b->skipped;
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
		plan->all.kept_unsure += plan->sums[i].kept_unsure;
		plan->all.verified += plan->sums[i].verified;
		plan->all.compared += plan->sums[i].compared;
		plan->all.compared_by_crc += plan->sums[i].compared_by_crc;
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
		end = plan_run_end(p, i, UINT64_MAX);
		ret = plan_judge_run(p, i, end);
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
	ret = plan_program_blocks(p);
	if (!ret)
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
	p.cycle_ps = opts->read_ps_per_byte * 4 / READ_CYCLES;
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

static int check_erase(struct plan *plan, struct mtd_info *mtd, u64 offset, u64 len,
		       struct err *err)
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
		ret = check_locked(plan, mtd, offset, len, err);
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
		ret = check_erase(plan, mtd, offset, len, err);
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
