// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading, writing, verifying and erasing: from a selection to plans, from plans to scheduler runs,
 * then the proof by reading back, and repair where the proof fails.
 */
#include "lib/plan.h"
#include "lib/session-priv.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * A bit error that slips past SWD's parity is rare enough that the first round mends it. The later
 * ones erase and program without looking, for cells that read well only now and then.
 */
#define REPAIR_ROUNDS 3
/* times that a piece is read until two in a row agree, on a noisy wire */
#define MAX_READS 8u

struct job_range {
	struct mtd_info *mtd;
	u64 offset, len;
};

struct selection {
	struct job_range *ranges;
	size_t n;
};

/* ---- what is selected ---- */

static void list_mtds(const struct swdrom *s, char *buf, size_t size)
{
	size_t i, used = 0;

	buf[0] = '\0';
	for (i = 0; i < s->target.n_mtds && used < size; i++) {
		const struct mtd_info *mtd = s->target.mtds[i];

		used += (size_t)snprintf(buf + used, size - used, "%s%s", i ? ", " : "", mtd->name);
		if (!mtd->is_off_bus && used < size)
			used += (size_t)snprintf(buf + used, size - used,
						 " 0x%08" PRIx64 "..0x%08" PRIx64, mtd->base,
						 mtd->base + mtd->size - 1);
	}
}

/* the devices there are, and how there might be one more */
static const char *device_hint(const struct swdrom *s, char *buf, size_t size)
{
	char devices[200];

	list_mtds(s, devices, sizeof(devices));
	snprintf(buf, size, "the devices are: %s%s", devices,
		 s->has_board || s->spi ? "" : "; an external flash needs -b BOARD");
	return buf;
}

static int add_range(struct swdrom *s, struct selection *sel, struct mtd_info *mtd, u64 offset,
		     u64 len)
{
	struct job_range *r = realloc(sel->ranges, (sel->n + 1) * sizeof(*r));

	if (!r)
		return err_set(&s->ctx.err, -ENOMEM, NULL, "out of memory");
	sel->ranges = r;
	r[sel->n++] = (struct job_range){ .mtd = mtd, .offset = offset, .len = len };
	return 0;
}

/* a range of bus addresses may span devices that follow each other, but no gap */
static int add_bus_range(struct swdrom *s, struct selection *sel, u64 start, u64 len)
{
	char hint[256];
	size_t i;
	int ret;

	while (len) {
		struct mtd_info *mtd = NULL;
		u64 n;

		for (i = 0; i < s->target.n_mtds; i++)
			if (!s->target.mtds[i]->is_off_bus && start >= s->target.mtds[i]->base &&
			    start - s->target.mtds[i]->base < s->target.mtds[i]->size)
				mtd = s->target.mtds[i];
		if (!mtd)
			return err_set(&s->ctx.err, -EINVAL, device_hint(s, hint, sizeof(hint)),
				       "0x%08" PRIx64 " lies in no flash device", start);
		n = min(len, mtd->base + mtd->size - start);
		ret = add_range(s, sel, mtd, start - mtd->base, n);
		if (ret)
			return ret;
		start += n;
		len -= n;
	}
	return 0;
}

static int find_mtd(struct swdrom *s, struct mtd_info **mtd)
{
	char hint[256];

	*mtd = target_mtd(&s->target, s->mtd_name);
	if (*mtd)
		return 0;
	return err_set(&s->ctx.err, -EINVAL, device_hint(s, hint, sizeof(hint)),
		       "the target has no device %s", s->mtd_name);
}

/* what -m, --range and -i select; nothing (n 0) without any of them */
static int resolve(struct swdrom *s, struct selection *sel)
{
	struct mtd_info *mtd = NULL;
	size_t i;
	int ret = 0;

	memset(sel, 0, sizeof(*sel));
	if (s->mtd_name) {
		ret = find_mtd(s, &mtd);
		if (!ret && !s->n_ranges)
			ret = add_range(s, sel, mtd, 0, mtd->size);
	}
	for (i = 0; i < s->n_ranges && !ret; i++) {
		const struct session_range *r = &s->ranges[i];

		if (!mtd)
			ret = add_bus_range(s, sel, r->start, r->len);
		else if (r->start > mtd->size || r->len > mtd->size - r->start)
			ret = err_set(&s->ctx.err, -EINVAL,
				      "with -m a range is in offsets of the device",
				      "0x%" PRIx64 "+0x%" PRIx64 " does not fit in %s (0x%" PRIx64
				      " bytes)",
				      r->start, r->len, mtd->name, mtd->size);
		else
			ret = add_range(s, sel, mtd, r->start, r->len);
	}
	return ret;
}

/* ---- the image, placed and restricted ---- */

/* binaries for -m's device: its base is known now */
static int place_loose(struct swdrom *s)
{
	struct mtd_info *mtd;
	size_t i;
	int ret;

	if (!s->loose->n_segs)
		return 0;
	ret = find_mtd(s, &mtd);
	for (i = 0; i < s->loose->n_segs && !ret; i++)
		s->loose->segs[i].addr += mtd->base;
	return ret ? ret : image_merge(s->image, s->loose, &s->ctx.err);
}

static int restrict_image(struct swdrom *s, const struct selection *sel)
{
	struct image *img = image_new();
	u64 before = image_bytes(s->image), after;
	size_t i, k;
	int ret = 0;

	if (!img)
		return err_set(&s->ctx.err, -ENOMEM, NULL, "out of memory");
	for (i = 0; i < s->image->n_segs; i++) {
		const struct image_segment *seg = &s->image->segs[i];

		for (k = 0; k < sel->n && !ret; k++) {
			const struct job_range *r = &sel->ranges[k];
			u64 start = r->mtd->base + r->offset;
			u64 from = max(seg->addr, start);
			u64 to = min(seg->addr + seg->len, start + r->len);

			if (from < to)
				ret = image_add(img, from, seg->data + (from - seg->addr),
						(size_t)(to - from), seg->file, &s->ctx.err);
		}
	}
	after = image_bytes(img);
	if (!ret && !after)
		ret = err_set(&s->ctx.err, -ENOEXEC, "check -m, --range or -i against the file",
			      "nothing of the image lies in what is selected");
	if (ret) {
		image_free(img);
		return ret;
	}
	if (after < before)
		log_info(&s->ctx.log,
			 "%" PRIu64 " bytes of the image lie outside of what is selected",
			 before - after);
	image_free(s->image);
	s->image = img;
	return 0;
}

static int ready_image(struct swdrom *s)
{
	struct selection sel;
	int ret;

	ret = resolve(s, &sel);
	if (!ret)
		ret = place_loose(s);
	if (!ret && !s->image->n_segs)
		ret = err_set(&s->ctx.err, -EINVAL, "give a file", "there is no image");
	if (!ret && sel.n)
		ret = restrict_image(s, &sel);
	free(sel.ranges);
	return ret ? ret : session_report_segments(s, s->image);
}

static u64 image_bytes_in(const struct image *img, const struct mtd_info *mtd)
{
	u64 sum = 0;
	size_t i;

	for (i = 0; i < img->n_segs; i++) {
		u64 from = max(img->segs[i].addr, mtd->base);
		u64 to = min(img->segs[i].addr + img->segs[i].len, mtd->base + mtd->size);

		if (from < to)
			sum += to - from;
	}
	return sum;
}

/* ---- devices ---- */

/* read-out protection makes the debug port's reads of flash fail (RM0351 3.5.1): say so first */
static int check_readable(struct swdrom *s, const struct mtd_info *mtd)
{
	if (s->target.rdp == RDP_LEVEL_0 || strcmp(mtd->name, "flash") != 0)
		return 0;
	return err_set(
		&s->ctx.err, -EROFS,
		"going back to level 0 erases the whole flash; swdrom does not do that",
		"read-out protection is at RDP level 1: %s can be neither read nor programmed "
		"through the debug port",
		mtd->name);
}

static int prepare_mtd(struct swdrom *s, struct mtd_info *mtd)
{
	/* also when it fails half-way there is something to put back */
	s->prepared |= BIT(session_mtd_info(s, mtd) - s->mtds);
	return mtd_prepare(mtd);
}

static int prepare(struct swdrom *s, const struct image *img)
{
	size_t i;
	int ret = 0;

	for (i = 0; i < s->target.n_mtds && !ret; i++) {
		struct mtd_info *mtd = s->target.mtds[i];

		if (!image_bytes_in(img, mtd))
			continue;
		ret = check_readable(s, mtd);
		if (!ret)
			ret = prepare_mtd(s, mtd);
	}
	return ret;
}

static void finish(struct swdrom *s)
{
	size_t i;

	for (i = 0; i < s->target.n_mtds; i++)
		if (s->prepared & BIT(i))
			mtd_finish(s->target.mtds[i]);
	s->prepared = 0;
}

/* ---- reading ---- */

/*
 * Two flipped bits in one word pass its parity. Where single ones are seen that may happen, and what
 * is read may be written back later: on such a wire a piece counts once it was read the same twice.
 */
static int read_piece(struct ctx *ctx, struct mtd_info *mtd, u64 from, size_t len, u8 *buf)
{
	u8 *again;
	int ret;

	ret = mtd_read(mtd, from, len, buf);
	if (ret || !ctx->stats.noise)
		return ret;
	again = malloc(len);
	if (!again)
		return err_set(&ctx->err, -ENOMEM, NULL, "out of memory for reading twice");
	for (unsigned int tries = 0; tries < MAX_READS; tries++) {
		ret = mtd_read(mtd, from, len, again);
		if (ret || !memcmp(buf, again, len))
			goto out_free;
		memcpy(buf, again, len);
	}
	ret = err_set(&ctx->err, -EIO,
		      "lower the clock (clock=1M), shorten the wires, check ground",
		      "the SWD link is too noisy: %zu bytes at 0x%08" PRIx64
		      " of %s read different each time",
		      len, mtd->base + from, mtd->name);
out_free:
	free(again);
	return ret;
}

/* session_reader_on() - what follows is about @mtd: start its progress from zero */
void session_reader_on(struct session_reader *r, struct mtd_info *mtd)
{
	assert(mtd);
	if (r->img && r->mtd != mtd) {
		r->done = 0;
		r->total = image_bytes_in(r->img, mtd);
	}
	r->mtd = mtd;
}

/**
 * session_read() - mtd_read() in pieces, with progress and a look at Ctrl-C
 * @r: what it is a part of
 * @mtd: device
 * @from: offset in it
 * @len: bytes
 * @buf: room for them
 */
int session_read(struct session_reader *r, struct mtd_info *mtd, u64 from, size_t len, u8 *buf)
{
	struct ctx *ctx = &r->s->ctx;
	size_t n;
	int ret;

	session_reader_on(r, mtd);
	for (; len; from += n, buf += n, len -= n) {
		n = min(len, SESSION_READ_CHUNK);
		if (ctx_stopped(ctx))
			return err_set(&ctx->err, -EINTR, "run the same command again",
				       "stopped on request while reading 0x%08" PRIx64
				       " of %s (step: %s): %s",
				       mtd->base + from, mtd->name, r->step, r->so_far);
		ctx->progress = NULL; /* this is a part of a larger step */
		ret = read_piece(ctx, mtd, from, n, buf);
		ctx->progress = r->s->cb.progress;
		if (ret)
			return ret;
		r->done += n;
		ctx_progress(ctx, r->step, mtd->name, min(r->done, r->total), r->total);
	}
	return 0;
}

static int plan_reader(void *arg, struct mtd_info *mtd, u64 from, size_t len, u8 *buf)
{
	return session_read(arg, mtd, from, len, buf);
}

static int plan_summer(void *arg, struct mtd_info *mtd, struct mtd_crc *pieces, size_t n)
{
	struct session_reader *r = arg;
	u64 bytes = 0;
	size_t i;

	for (i = 0; i < n; i++)
		bytes += pieces[i].len;
	return session_can_sum(r->s, mtd, bytes) ? session_sum(r, mtd, pieces, n) : -EOPNOTSUPP;
}

static int read_ranges(struct swdrom *s, const struct selection *sel, struct image *img)
{
	size_t i;
	int ret = 0;

	for (i = 0; i < sel->n && !ret; i++) {
		const struct job_range *r = &sel->ranges[i];
		struct session_reader reader = {
			.s = s, .step = "read", .total = r->len, .so_far = SESSION_NOTHING
		};
		u8 *buf;

		ret = check_readable(s, r->mtd);
		if (!ret)
			ret = prepare_mtd(s, r->mtd);
		if (ret)
			break;
		buf = malloc((size_t)r->len);
		if (!buf)
			return err_set(&s->ctx.err, -ENOMEM, NULL, "out of memory");
		ret = session_read(&reader, r->mtd, r->offset, (size_t)r->len, buf);
		if (!ret)
			ret = image_add(img, r->mtd->base + r->offset, buf, (size_t)r->len,
					s->target.name, &s->ctx.err);
		free(buf);
	}
	return ret;
}

/* without a selection: the device that the reset vector is in, the first writable one */
static int default_selection(struct swdrom *s, struct selection *sel)
{
	size_t i;

	for (i = 0; i < s->target.n_mtds; i++)
		if (s->target.mtds[i]->writeable)
			return add_range(s, sel, s->target.mtds[i], 0, s->target.mtds[i]->size);
	return err_set(&s->ctx.err, -EINVAL, "name a device with -m",
		       "the target offers no flash to read");
}

enum swdrom_status swdrom_read(struct swdrom *s, const char *path)
{
	struct image *img = image_new();
	struct session_work work;
	struct selection sel;
	size_t i;
	int ret;

	ret = resolve(s, &sel);
	if (!ret && !sel.n)
		ret = default_selection(s, &sel);
	if (!ret && !img)
		ret = -ENOMEM;
	/* a file that can't be written is found out before minutes are spent on reading */
	if (!ret && image_check_save(path, &s->ctx.err)) {
		session_status(s, PHASE_OUTPUT, s->ctx.err.code);
		ret = s->ctx.err.code;
	}
	session_work_begin(s, &work);
	if (!ret)
		ret = read_ranges(s, &sel, img);
	if (s->status == SWDROM_OK)
		ret = session_explain(s, ret);
	if (!ret) {
		s->report.read_bytes = image_bytes(img);
		session_work_end_read(s, &work, s->report.read_bytes);
		ret = session_report_segments(s, img);
	}
	if (s->status == SWDROM_OK)
		session_tell_state(s, ret);
	finish(s);
	session_status(s, PHASE_RUN, ret);
	if (!ret) {
		ret = image_save(img, path, 0xff, &s->ctx.err);
		session_status(s, PHASE_OUTPUT, ret);
	}
	/* the segments' file names die with the image */
	for (i = 0; s->report.read_bytes && i < s->report.n_segments; i++)
		s->segments[i].file = s->report.target.name;
	free(sel.ranges);
	image_free(img);
	return ret ? s->status : SWDROM_OK;
}

/* ---- erasing and programming ---- */

static int open_locks(const struct plan *plans, size_t n_plans)
{
	size_t i, k;
	int ret = 0;

	for (i = 0; i < n_plans; i++) {
		const struct plan *p = &plans[i];

		for (k = 0; k < p->n_opens && !ret; k++)
			ret = mtd_open_locks(p->opens[k].mtd, p->opens[k].offset, p->opens[k].len);
	}
	return ret;
}

/* which units are there is asked for where rows may go on beside one that failed */
static u8 *map_of(const struct plan_step *step)
{
	if (step->kind != PLAN_PROGRAM || !step->mtd->fast_size)
		return NULL;
	return calloc(1, step->len / step->mtd->writesize / 8 + 1);
}

static void free_jobs(struct flash_job *jobs, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		free(jobs[i].there);
	free(jobs);
}

/* one scheduler run for all plans: devices work at the same time */
static int run_plans(struct swdrom *s, const struct plan *plans, size_t n_plans)
{
	u64 typ_ns[TARGET_MAX_MTDS] = { 0 };
	struct session_work work;
	struct flash_job *jobs;
	size_t i, k, dev, n = 0;
	int ret;

	for (i = 0; i < n_plans; i++)
		n += plans[i].n_steps;
	jobs = calloc(max(n, (size_t)1), sizeof(*jobs));
	if (!jobs)
		return err_set(&s->ctx.err, -ENOMEM, NULL, "out of memory");
	for (i = 0, n = 0; i < n_plans; i++) {
		for (k = 0; k < plans[i].n_steps; k++) {
			const struct plan_step *step = &plans[i].steps[k];

			if (step->kind == PLAN_VERIFY)
				continue;
			jobs[n++] = (struct flash_job){
				.kind = step->kind == PLAN_ERASE ? JOB_ERASE : JOB_PROGRAM,
				.mtd = step->mtd,
				.offset = step->offset,
				.len = step->len,
				.buf = step->data,
				.there = map_of(step),
			};
			dev = session_mtd_info(s, step->mtd) - s->mtds;
			typ_ns[dev] += step->typ_ns;
			*(step->kind == PLAN_ERASE ? &s->goals[dev].erase
						   : &s->goals[dev].program) += step->len;
		}
	}
	ret = n ? open_locks(plans, n_plans) : 0;
	if (ret) {
		free_jobs(jobs, n);
		return ret;
	}
	session_work_begin(s, &work);
	session_meter_begin(s, plans, n_plans);
	ret = n ? sched_run(&s->ctx, s->target.q, jobs, n) : 0;
	session_meter_end(s);
	if (n)
		session_work_end(s, &work, typ_ns);
	for (i = 0; i < n; i++) {
		struct swdrom_mtd_info *info = session_mtd_info(s, jobs[i].mtd);

		if (jobs[i].kind == JOB_ERASE)
			info->erased_bytes += jobs[i].done;
		else
			info->programmed_bytes += jobs[i].done;
	}
	if (ret)
		session_tell_lost(s, jobs, n);
	free_jobs(jobs, n);
	return ret;
}

/* ---- proof and repair ---- */

static struct plan_opts plan_opts(const struct swdrom *s, const struct swdrom_write_opts *opts)
{
	return (struct plan_opts){
		.no_skip = opts->force,
		.no_verify = opts->no_verify,
		/* 46 cycles for four bytes */
		.read_ps_per_byte = 46 * session_cycle_ps(s) / 4,
	};
}

/* blocks that differ after programming are planned again from what they should hold */
static int repair(struct swdrom *s, const struct image *bad, bool blindly,
		  struct session_mismatch *mm, struct image *still_bad)
{
	struct session_reader reader = {
		.s = s,
		.step = "read",
		.img = bad,
		.so_far = "the repair of what verify found is not finished"
	};
	struct swdrom_write_opts opts = { .force = blindly };
	struct plan_opts popts = plan_opts(s, &opts);
	struct plan plan;
	int ret;

	ret = plan_write(&plan, bad, s->target.mtds, s->target.n_mtds, plan_reader, &reader, &popts,
			 &s->ctx.err);
	if (ret)
		return ret;
	ret = run_plans(s, &plan, 1);
	if (!ret)
		ret = session_verify_plan(s, &plan, mm, still_bad, true);
	plan_free(&plan);
	return ret;
}

/* compare; mend what differs, a few times; then the difference is the error */
static int prove(struct swdrom *s, const struct plan *plan)
{
	struct image *bad = image_new(), *next = NULL;
	struct session_mismatch mm;
	unsigned int round;
	size_t i;
	int ret;

	if (!bad)
		return err_set(&s->ctx.err, -ENOMEM, NULL, "out of memory");
	ret = session_verify_plan(s, plan, &mm, bad, false);
	for (round = 0; !ret && session_is_mismatch(&mm) && round < REPAIR_ROUNDS; round++) {
		if (mm.count)
			log_warn(&s->ctx.log,
				 "verify: %" PRIu64 " bytes differ, the first at 0x%08" PRIx64
				 " of %s (0x%02x, expected 0x%02x): repairing %" PRIu64 " bytes",
				 mm.count, mm.addr, mm.mtd->name, mm.got, mm.want,
				 image_bytes(bad));
		else
			log_warn(&s->ctx.log,
				 "verify: all bytes are equal, but ECC finds broken cells: writing "
				 "%" PRIu64 " bytes again",
				 image_bytes(bad));
		s->report.repairs++;
		next = image_new();
		ret = next ? repair(s, bad, round > 0, &mm, next) : -ENOMEM;
		image_free(bad);
		bad = next;
	}
	image_free(bad);
	if (!ret)
		ret = session_mismatch_error(
			s, &mm,
			"use a slower clock (clock=5M), shorter wires; if it stays, the "
			"flash is worn");
	for (i = 0; i < plan->n_sums && !ret; i++)
		session_mtd_info(s, plan->sums[i].mtd)->verified_bytes = plan->sums[i].verified;
	return ret;
}

/* ---- the actions ---- */

/* what an earlier job that was broken off left in blocks that only in part are the image's */
static void warn_of_unsure(struct swdrom *s, const struct plan *plan)
{
	size_t i;

	for (i = 0; i < plan->n_sums; i++)
		if (plan->sums[i].kept_unsure)
			log_warn(
				&s->ctx.log,
				"%s: %" PRIu64
				" bytes that are not of the image come from pages with "
				"ECC errors: they are kept as they read now, which may not be what "
				"they were; write what belongs there as well",
				plan->sums[i].mtd->name, plan->sums[i].kept_unsure);
}

static int write_image(struct swdrom *s, const struct swdrom_write_opts *opts)
{
	struct session_reader reader = {
		.s = s, .step = "read", .img = s->image, .so_far = SESSION_NOTHING
	};
	struct plan_opts popts = plan_opts(s, opts);
	struct plan plan;
	u64 from_ns = session_now_ns(s);
	char hint[256];
	size_t i;
	int ret;

	popts.sum = plan_summer;
	ret = plan_write(&plan, s->image, s->target.mtds, s->target.n_mtds, plan_reader, &reader,
			 &popts, &s->ctx.err);
	if (ret == -ENOEXEC)
		snprintf(s->ctx.err.next, sizeof(s->ctx.err.next), "%s",
			 device_hint(s, hint, sizeof(hint)));
	if (ret)
		return ret;
	session_estimate(s, &plan, session_now_ns(s) - from_ns);
	warn_of_unsure(s, &plan);
	if (opts->plan_line)
		plan_print(&plan, opts->plan_line, opts->arg);
	if (opts->dry_run)
		goto out;
	for (i = 0; i < plan.n_sums; i++) {
		struct swdrom_mtd_info *info = session_mtd_info(s, plan.sums[i].mtd);

		info->kept_bytes = plan.sums[i].kept;
		info->skipped_bytes = plan.sums[i].skipped;
		/* these were compared when the plan was made */
		if (!opts->no_verify) {
			info->verified_bytes = plan.sums[i].compared;
			info->verified_by_crc_bytes = plan.sums[i].compared_by_crc;
		}
	}
	ret = run_plans(s, &plan, 1);
	if (!ret && !opts->no_verify)
		ret = prove(s, &plan);
	s->report.bench.job_ns = session_now_ns(s) - from_ns;
out:
	plan_free(&plan);
	return ret;
}

/* a dry run leaves nothing behind, not even a bit that lets four lines read */
static void only_look(struct swdrom *s, bool on)
{
	size_t i;

	for (i = 0; i < s->target.n_mtds; i++)
		s->target.mtds[i]->only_look = on;
}

enum swdrom_status swdrom_write(struct swdrom *s, const struct swdrom_write_opts *opts)
{
	int ret = ready_image(s);

	only_look(s, opts->dry_run);
	if (!ret)
		ret = prepare(s, s->image);
	if (!ret)
		ret = write_image(s, opts);
	if (ret)
		ret = session_explain(s, ret);
	session_tell_state(s, ret);
	finish(s);
	only_look(s, false);
	return session_status(s, PHASE_RUN, ret);
}

static int verify_image(struct swdrom *s)
{
	static const struct swdrom_write_opts none;
	struct plan_opts popts = plan_opts(s, &none);
	struct session_work work;
	struct session_mismatch mm;
	struct plan plan;
	char hint[256];
	int ret;

	ret = plan_verify(&plan, s->image, s->target.mtds, s->target.n_mtds, &popts, &s->ctx.err);
	if (ret == -ENOEXEC)
		snprintf(s->ctx.err.next, sizeof(s->ctx.err.next), "%s",
			 device_hint(s, hint, sizeof(hint)));
	if (ret)
		return ret;
	session_estimate(s, &plan, 0);
	session_work_begin(s, &work);
	ret = session_verify_plan(s, &plan, &mm, NULL, false);
	s->report.bench.job_ns = session_now_ns(s) - work.from_ns;
	if (!ret)
		session_work_end_verify(s, &work);
	if (!ret)
		ret = session_mismatch_error(s, &mm, "write the image with -w");
	plan_free(&plan);
	return ret;
}

enum swdrom_status swdrom_verify(struct swdrom *s)
{
	int ret = ready_image(s);

	if (!ret)
		ret = prepare(s, s->image);
	if (!ret)
		ret = verify_image(s);
	if (ret)
		ret = session_explain(s, ret);
	session_tell_state(s, ret);
	finish(s);
	return session_status(s, PHASE_RUN, ret);
}

static int erase_ranges(struct swdrom *s, const struct selection *sel,
			const struct swdrom_write_opts *opts)
{
	struct plan *plans = calloc(max(sel->n, (size_t)1), sizeof(*plans));
	struct session_mismatch mm;
	u64 from_ns = 0;
	size_t i;
	int ret = 0;

	if (!plans)
		return err_set(&s->ctx.err, -ENOMEM, NULL, "out of memory");
	for (i = 0; i < sel->n && !ret; i++) {
		const struct job_range *r = &sel->ranges[i];

		ret = check_readable(s, r->mtd);
		if (!ret && r->mtd->writeable)
			ret = prepare_mtd(s, r->mtd);
		if (!ret)
			ret = plan_erase(&plans[i], r->mtd, r->offset, r->len, &s->ctx.err);
	}
	for (i = 0; i < sel->n && !ret; i++) {
		session_estimate(s, &plans[i], 0);
		if (opts->plan_line)
			plan_print(&plans[i], opts->plan_line, opts->arg);
	}
	from_ns = session_now_ns(s);
	if (!ret && !opts->dry_run)
		ret = run_plans(s, plans, sel->n);
	for (i = 0; i < sel->n && !ret && !opts->dry_run && !opts->no_verify; i++) {
		ret = session_verify_plan(s, &plans[i], &mm, NULL, false);
		if (!ret)
			ret = session_mismatch_error(s, &mm,
						     "erase again; if it stays, the flash is worn");
	}
	if (!opts->dry_run)
		s->report.bench.job_ns = session_now_ns(s) - from_ns;
	for (i = 0; i < sel->n; i++)
		plan_free(&plans[i]);
	free(plans);
	return ret;
}

enum swdrom_status swdrom_erase(struct swdrom *s, const struct swdrom_write_opts *opts)
{
	struct selection sel;
	int ret = resolve(s, &sel);

	if (!ret && !sel.n)
		ret = err_set(&s->ctx.err, -EINVAL, "name a device (-m) or a range (--range)",
			      "erase needs to know what");
	only_look(s, opts->dry_run);
	if (!ret)
		ret = erase_ranges(s, &sel, opts);
	if (ret)
		ret = session_explain(s, ret);
	session_tell_state(s, ret);
	finish(s);
	only_look(s, false);
	free(sel.ranges);
	return session_status(s, PHASE_RUN, ret);
}
