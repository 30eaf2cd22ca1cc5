// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a virtual SPI-NOR does by itself: program, erase, suspend, reset, lose power; and its birth,
 * death and saved state.
 *
 * An operation takes effect when its time is over; one that is cut (power, reset) leaves bits
 * anywhere between old and new, some of them weak: they read differently each time.
 */
#include "sim/vnor-core.h"

#include <stdlib.h>
#include <string.h>

u64 vnor_draw_ps(struct vnor *nor, const struct vnor_time *t)
{
	return sim_busy_draw_ps(&nor->busy_model, nor->sim, t->typ_us * PS_PER_US,
				t->max_us * PS_PER_US);
}

/* ---- cells ---- */

static void settle(struct vnor *nor, u32 addr, u32 len)
{
	if (nor->weak)
		memset(nor->weak + addr, 0, len);
}

static void program_cells(struct vnor *nor, const struct vnor_job *job)
{
	u32 i;

	for (i = 0; i < VNOR_PAGE; i++) {
		nor->array[job->addr + i] &= job->buf[i];
		if (nor->weak) /* a bit that was programmed is firm again */
			nor->weak[job->addr + i] &= job->buf[i];
	}
}

static void half_done(struct vnor *nor, const struct vnor_job *job)
{
	u32 i;

	if (job->kind != JOB_PROGRAM && job->kind != JOB_ERASE && job->kind != JOB_ERASE_CHIP)
		return;
	if (!nor->weak)
		nor->weak = calloc(1, nor->part->size);
	if (!nor->weak)
		abort();
	for (i = 0; i < job->len; i++) {
		u64 r = sim_rng_u64(&nor->rng);
		u8 *p = &nor->array[job->addr + i];
		u8 old = *p;

		if (job->kind == JOB_PROGRAM)
			*p &= (u8)(job->buf[i] | (u8)r); /* some of the zeros got there */
		else
			*p |= (u8)r;
		/* the cells that were on their way are the weak ones, one in four of them */
		nor->weak[job->addr + i] |=
			(job->kind == JOB_PROGRAM ? old & (u8)~job->buf[i] : (u8)~old) &
			(u8)(r >> 8) & (u8)(r >> 16);
	}
}

/* ---- operations ---- */

static void start(struct vnor *nor, struct vnor_job *job, u64 at_ps, u64 for_ps)
{
	job->start_ps = at_ps;
	job->end_ps = at_ps + for_ps;
	if (nor->sim->faults.stuck_wip && job->kind != JOB_DEAF)
		job->end_ps = SIM_NEVER;
	nor->job = *job;
}

static void finish(struct vnor *nor)
{
	struct vnor_job *job = &nor->job;
	struct sim_device_busy *busy = &nor->sim->stats.nor;
	u64 took = job->done_ps + (job->end_ps - job->start_ps);

	switch (job->kind) {
	case JOB_PROGRAM:
		program_cells(nor, job);
		busy->program_ps += took;
		busy->n_programs++;
		nor->wel = false;
		break;
	case JOB_ERASE:
	case JOB_ERASE_CHIP:
		vnor_cells_erase(nor->array, job->addr, job->len);
		settle(nor, job->addr, job->len);
		busy->erase_ps += took;
		busy->n_erases++;
		nor->wel = false;
		break;
	case JOB_REG:
		nor->part->vendor->commit(nor, job);
		nor->wel = false;
		break;
	}
	job->kind = JOB_NONE;
}

void vnor_sync(struct vnor *nor, u64 at_ps)
{
	nor->now_ps = max(nor->now_ps, at_ps);
	if (nor->job.kind && nor->now_ps >= nor->job.end_ps)
		finish(nor);
}

static bool overlaps_suspended(const struct vnor *nor, u32 addr, u32 len)
{
	const struct vnor_job *s = &nor->suspended;

	return s->kind && addr < s->addr + s->len && s->addr < addr + len;
}

void vnor_start_program(struct vnor *nor, const struct vnor_op *op, u64 at_ps)
{
	const struct vnor_part *part = nor->part;
	u32 page = nor->addr & (part->size - 1) & ~(VNOR_PAGE - 1);
	struct vnor_job job = { .kind = JOB_PROGRAM, .addr = page, .len = VNOR_PAGE, .op = op };
	u32 n = min(nor->n_in, VNOR_PAGE);
	struct vnor_time t = part->page;

	if (nor->n_in > VNOR_PAGE || nor->addr % VNOR_PAGE + n > VNOR_PAGE)
		vnor_complain(nor, "program of %u bytes at 0x%06x wraps inside its page", nor->n_in,
			      nor->addr);
	if (nor->part->vendor->is_protected(nor, page, VNOR_PAGE) ||
	    nor->suspended.kind == JOB_PROGRAM || overlaps_suspended(nor, page, VNOR_PAGE)) {
		vnor_complain(nor, "program of 0x%06x refused: protected or suspended", nor->addr);
		nor->part->vendor->refuse(nor, false);
		return;
	}
	memcpy(job.buf, nor->buf, VNOR_PAGE);
	/* fewer bytes take less: first byte, then in proportion */
	t.typ_us = part->byte.typ_us + (part->page.typ_us - part->byte.typ_us) * (n - 1) / 255;
	start(nor, &job, at_ps, vnor_draw_ps(nor, &t));
}

void vnor_start_erase(struct vnor *nor, const struct vnor_op *op, u64 at_ps)
{
	const struct vnor_part *part = nor->part;
	struct vnor_job job = { .kind = JOB_ERASE, .len = op->arg, .op = op };
	const struct vnor_time *t = &part->erase_4k;

	if (op->kind == K_ERASE_CHIP) {
		job.kind = JOB_ERASE_CHIP;
		job.len = part->size;
		t = &part->chip;
	} else {
		job.addr = nor->addr & (part->size - 1) & ~(op->arg - 1);
		if (op->arg == KIB(64))
			t = &part->erase_64k;
		else if (op->arg == KIB(32))
			t = &part->erase_32k;
	}
	if (part->vendor->is_protected(nor, job.addr, job.len)) {
		vnor_complain(nor, "%s of 0x%06x refused: protected", op->name, job.addr);
		part->vendor->refuse(nor, true);
		return;
	}
	start(nor, &job, at_ps, vnor_draw_ps(nor, t));
}

void vnor_start_reg(struct vnor *nor, const struct vnor_op *op, const struct vnor_time *t)
{
	struct vnor_job job = { .kind = JOB_REG, .op = op, .addr = nor->addr, .n_buf = nor->n_in };

	memcpy(job.buf, nor->buf, sizeof(job.buf));
	start(nor, &job, nor->now_ps, vnor_draw_ps(nor, t));
}

void vnor_deaf(struct vnor *nor, u64 at_ps, u64 for_ps)
{
	struct vnor_job job = { .kind = JOB_DEAF };

	start(nor, &job, at_ps, for_ps);
}

void vnor_suspend(struct vnor *nor, u64 at_ps)
{
	struct vnor_job job = { .kind = JOB_SUSPEND };

	if ((nor->job.kind != JOB_PROGRAM && nor->job.kind != JOB_ERASE) || nor->suspended.kind)
		return; /* nothing to suspend, a chip erase, or one suspended already: ignored */
	nor->suspended = nor->job;
	nor->suspended.done_ps += at_ps - nor->job.start_ps;
	if (nor->job.end_ps != SIM_NEVER)
		nor->suspended.end_ps = nor->job.end_ps - at_ps; /* what is left */
	start(nor, &job, at_ps, nor->part->t_suspend_us * PS_PER_US);
}

void vnor_resume(struct vnor *nor, u64 at_ps)
{
	u64 left = nor->suspended.end_ps;

	if (!nor->suspended.kind || vnor_wip(nor))
		return;
	nor->job = nor->suspended;
	nor->suspended.kind = JOB_NONE;
	nor->job.start_ps = at_ps;
	nor->job.end_ps = left == SIM_NEVER ? SIM_NEVER : at_ps + left;
}

/* everything that runs or waits is lost */
static void cut(struct vnor *nor)
{
	half_done(nor, &nor->job);
	half_done(nor, &nor->suspended);
	nor->job.kind = JOB_NONE;
	nor->suspended.kind = JOB_NONE;
	nor->wel = false;
	nor->dpd = false;
	nor->xip = NULL;
	nor->four_byte = false;
	nor->ear = 0;
	nor->reset_enabled = false;
	nor->volatile_enabled = false;
	nor->wren_missed = false;
}

void vnor_soft_reset(struct vnor *nor, u64 at_ps)
{
	const struct vnor_part *part = nor->part;
	bool working = vnor_wip(nor) || nor->suspended.kind;

	if (nor->job.kind == JOB_REG)
		finish(nor); /* status writes are not aborted: tW passes (W25Q: within tRST) */
	cut(nor);
	part->vendor->load(nor, false);
	vnor_deaf(nor, at_ps,
		  working ? part->t_reset_busy_us * PS_PER_US : part->t_reset_ns * PS_PER_NS);
}

void vnor_set_power(struct vnor *nor, bool on, u64 at_ps)
{
	vnor_sync(nor, at_ps);
	if (on == nor->powered)
		return;
	nor->powered = on;
	nor->drive_mask = 0;
	nor->cs_rise_ps = 0;
	nor->phase = PH_IGNORE; /* a frame that is under way at power-up is nobody's */
	nor->op = NULL;
	if (!on) {
		cut(nor);
		return;
	}
	nor->part->vendor->load(nor, true);
	vnor_deaf(nor, nor->now_ps, nor->part->t_power_us * PS_PER_US);
}

/* ---- saved state ---- */

/* blocks that differ from @fill: u32 number, then the bytes */
#define SPARSE 4096u

static bool is_filled(const u8 *p, u8 fill)
{
	return p[0] == fill && !memcmp(p, p + 1, SPARSE - 1);
}

static void put_sparse(struct sim *sim, const char *name, const u8 *data, u32 size, u8 fill)
{
	u32 i, n = 0, at = 0;
	u8 *out;

	for (i = 0; i < size; i += SPARSE)
		n += !is_filled(data + i, fill);
	out = malloc(n * (SPARSE + 4) + 1);
	if (!out)
		abort();
	for (i = 0; i < size; i += SPARSE) {
		if (is_filled(data + i, fill))
			continue;
		put_le32(out + at, i / SPARSE);
		memcpy(out + at + 4, data + i, SPARSE);
		at += SPARSE + 4;
	}
	sim_state_put(sim, name, out, at);
	free(out);
}

static void get_sparse(const struct sim *sim, const char *name, u8 *data, u32 size)
{
	size_t len, at;
	const u8 *in = sim_state_get(sim, name, &len);

	for (at = 0; in && len - at >= SPARSE + 4; at += SPARSE + 4) {
		u32 i = get_le32(in + at);

		if (i < size / SPARSE)
			memcpy(data + i * SPARSE, in + at + 4, SPARSE);
	}
}

void vnor_save(struct vnor *nor)
{
	struct sim *sim = nor->sim;

	vnor_sync(nor, sim_now_ps(sim));
	sim_state_put(sim, "nor.part", nor->part->name, strlen(nor->part->name));
	sim_state_put(sim, "nor.regs", nor->nv, sizeof(nor->nv));
	put_sparse(sim, "nor.array", nor->array, nor->part->size, 0xff);
	if (nor->weak)
		put_sparse(sim, "nor.weak", nor->weak, nor->part->size, 0);
	else
		sim_state_put(sim, "nor.weak", "", 0);
}

static bool restore(struct vnor *nor)
{
	const struct sim *sim = nor->sim;
	size_t len;
	const u8 *p = sim_state_get(sim, "nor.part", &len);

	if (!p || len != strlen(nor->part->name) || memcmp(p, nor->part->name, len))
		return false;
	p = sim_state_get(sim, "nor.regs", &len);
	if (!p || len != sizeof(nor->nv))
		return false;
	memcpy(nor->nv, p, len);
	get_sparse(sim, "nor.array", nor->array, nor->part->size);
	if (sim_state_get(sim, "nor.weak", &len) && len) {
		nor->weak = calloc(1, nor->part->size);
		if (!nor->weak)
			abort();
		get_sparse(sim, "nor.weak", nor->weak, nor->part->size);
	}
	return true;
}

struct vnor *vnor_new(struct sim *sim, const char *part)
{
	struct vnor *nor;
	size_t i;

	if (!vnor_find_part(part))
		return NULL;
	nor = calloc(1, sizeof(*nor));
	if (!nor)
		return NULL;
	nor->sim = sim;
	nor->part = vnor_find_part(part);
	nor->array = vnor_cells_new(nor->part->size);
	if (!nor->array) {
		free(nor);
		return NULL;
	}
	sim_rng_init(&nor->rng, sim, "nor");
	sim_busy_init(&nor->busy_model, sim, "nor.busy");
	if (!restore(nor)) {
		for (i = 0; i < 16; i++)
			nor->nv[VNOR_UID + i] = (u8)sim_rng_u64(&nor->rng);
		nor->part->vendor->factory(nor);
	}
	nor->cs = true;
	nor->io = 0x0f;
	nor->now_ps = sim_now_ps(sim);
	vnor_set_power(nor, true, nor->now_ps);
	nor->part->vendor->app_left(nor);
	return nor;
}

void vnor_free(struct vnor *nor)
{
	if (!nor)
		return;
	vnor_cells_free(nor->array, nor->part->size);
	free(nor->weak);
	free(nor);
}
