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

	for (i = 0; job->window && i < job->len; i++)
		job->window[job->addr + i] &= job->buf[i];
	for (i = 0; !job->window && i < job->len; i++) {
		nor->array[job->addr + i] &= job->buf[i];
		if (nor->weak) /* a bit that was programmed is firm again */
			nor->weak[job->addr + i] &= job->buf[i];
	}
}

static void half_done(struct vnor *nor, const struct vnor_job *job)
{
	u32 i;

	if ((job->kind != JOB_PROGRAM && job->kind != JOB_ERASE && job->kind != JOB_ERASE_CHIP) ||
	    job->window)
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
	const struct vnor_vendor *v = nor->part->vendor;

	job->start_ps = at_ps;
	job->end_ps = at_ps + for_ps;
	if (nor->sim->faults.stuck_wip && job->kind != JOB_DEAF)
		job->end_ps = SIM_NEVER;
	nor->job = *job;
	if ((job->kind == JOB_PROGRAM || job->kind == JOB_ERASE) && v->begun)
		v->begun(nor, job);
}

static void finish(struct vnor *nor)
{
	const struct vnor_vendor *v = nor->part->vendor;
	struct vnor_job *job = &nor->job;
	struct sim_stats *stats = &nor->sim->stats;
	struct sim_device_busy *busy = nor->place ? &stats->nor2 : &stats->nor;
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
		vnor_cells_erase(nor->cells, nor->array + job->addr, job->len);
		settle(nor, job->addr, job->len);
		busy->erase_ps += took;
		busy->n_erases++;
		nor->wel = false;
		break;
	case JOB_REG:
		v->commit(nor, job);
		nor->wel = false;
		break;
	}
	if (job->kind != JOB_DEAF && job->kind != JOB_SUSPEND && v->done)
		v->done(nor, job);
	job->kind = JOB_NONE;
}

static void sync_die(struct vnor *nor, u64 at_ps)
{
	nor->now_ps = max(nor->now_ps, at_ps);
	if (nor->job.kind && nor->now_ps >= nor->job.end_ps)
		finish(nor);
}

void vnor_sync(struct vnor *nor, u64 at_ps)
{
	unsigned int i;

	if (!nor->die[0])
		sync_die(nor, at_ps);
	for (i = 0; nor->die[0] && i < nor->part->n_dies; i++)
		sync_die(nor->die[i], at_ps);
}

static void refuse(struct vnor *nor, bool erase)
{
	if (nor->part->vendor->refuse)
		nor->part->vendor->refuse(nor, erase);
}

static bool overlaps_suspended(const struct vnor *nor, u32 addr, u32 len)
{
	const struct vnor_job *s = &nor->suspended;

	return s->kind && addr < s->addr + s->len && s->addr < addr + len;
}

void vnor_start_program(struct vnor *nor, const struct vnor_op *op, u64 at_ps)
{
	const struct vnor_part *part = nor->part;
	u32 size = nor->page, chip = nor->window ? nor->window_len : part->size;
	u32 page = nor->addr & (chip - 1) & ~(size - 1);
	struct vnor_job job = {
		.kind = JOB_PROGRAM, .addr = page, .len = size, .op = op, .window = nor->window
	};
	u32 n = min(nor->n_in, size);
	struct vnor_time t = part->page_program;

	if (nor->n_in > size || nor->addr % size + n > size)
		vnor_complain(nor, "program of %u bytes at 0x%06x wraps inside its page", nor->n_in,
			      nor->addr);
	if (part->vendor->is_protected(nor, page, size) || nor->suspended.kind == JOB_PROGRAM ||
	    overlaps_suspended(nor, page, size)) {
		vnor_complain(nor, "program of 0x%06x refused: protected or suspended", nor->addr);
		refuse(nor, false);
		return;
	}
	memcpy(job.buf, nor->buf, size);
	/* fewer bytes take less: first byte, then in proportion */
	t.typ_us = part->byte.typ_us +
		   (part->page_program.typ_us - part->byte.typ_us) * (n - 1) / (size - 1);
	start(nor, &job, at_ps, vnor_draw_ps(nor, &t));
}

static const struct vnor_time *erase_time(const struct vnor_part *part, u32 len)
{
	if (len >= KIB(64))
		return &part->erase_64k;
	return len >= KIB(32) && part->erase_32k.max_us ? &part->erase_32k : &part->erase_4k;
}

/* what the erase @op is about; false: there is nothing of that kind at this address */
static bool find_sector(struct vnor *nor, const struct vnor_op *op, struct vnor_job *job)
{
	const struct vnor_part *part = nor->part;
	u32 addr = nor->addr & (part->size - 1);

	if (op->kind == K_ERASE_CHIP) {
		job->kind = JOB_ERASE_CHIP;
		job->len = part->size;
		return true;
	}
	job->len = op->arg;
	job->addr = addr & ~(op->arg - 1);
	return !part->vendor->sector || part->vendor->sector(nor, op, addr, &job->addr, &job->len);
}

void vnor_start_erase(struct vnor *nor, const struct vnor_op *op, u64 at_ps)
{
	const struct vnor_part *part = nor->part;
	struct vnor_job job = { .kind = JOB_ERASE, .op = op };
	bool whole;

	if (nor->window) {
		vnor_complain(nor, "%s (%02Xh) in OTP mode: ignored", op->name, op->opcode);
		return;
	}
	if (!find_sector(nor, op, &job)) {
		vnor_complain(nor, "%s (%02Xh) at 0x%06x: no such sector there", op->name,
			      op->opcode, nor->addr);
		refuse(nor, true);
		return;
	}
	if (part->vendor->is_protected(nor, job.addr, job.len)) {
		vnor_complain(nor, "%s of 0x%06x refused: protected", op->name, job.addr);
		refuse(nor, true);
		return;
	}
	whole = job.len == part->size || (part->n_dies > 1 && job.len == part->size / part->n_dies);
	start(nor, &job, at_ps, vnor_draw_ps(nor, whole ? &part->chip : erase_time(part, job.len)));
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

/* an error that shows as WIP until vnor_clear_failure() */
void vnor_fail(struct vnor *nor)
{
	struct vnor_job job = { .kind = JOB_FAILED };

	start(nor, &job, nor->now_ps, 0);
	nor->job.end_ps = SIM_NEVER;
}

void vnor_clear_failure(struct vnor *nor)
{
	if (nor->job.kind == JOB_FAILED)
		nor->job.kind = JOB_NONE;
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
	nor->window = NULL;
	nor->reset_enabled = false;
	nor->volatile_enabled = false;
	nor->wren_missed = false;
}

void vnor_soft_reset(struct vnor *nor, u64 at_ps)
{
	const struct vnor_part *part = nor->part;
	bool working = (vnor_wip(nor) && nor->job.kind != JOB_DEAF) || nor->suspended.kind;

	if (nor->job.kind == JOB_REG)
		finish(nor); /* status writes are not aborted: tW passes (W25Q: within tRST) */
	cut(nor);
	part->vendor->load(nor, false);
	vnor_deaf(nor, at_ps,
		  working ? part->t_reset_busy_us * PS_PER_US : part->t_reset_ns * PS_PER_NS);
}

static void set_die_power(struct vnor *nor, bool on, u64 at_ps)
{
	sync_die(nor, at_ps);
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
	nor->selected = !nor->die_no;
	nor->page = nor->part->page ? nor->part->page : 256;
	nor->part->vendor->load(nor, true);
	vnor_deaf(nor, nor->now_ps, nor->part->t_power_us * PS_PER_US);
}

void vnor_set_power(struct vnor *nor, bool on, u64 at_ps)
{
	unsigned int i;

	if (!nor->die[0])
		set_die_power(nor, on, at_ps);
	for (i = 0; nor->die[0] && i < nor->part->n_dies; i++)
		set_die_power(nor->die[i], on, at_ps);
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

/* what the chip in a place of the board is called among the saved blobs */
static const char *place_name(const struct vnor *nor)
{
	return nor->place ? "nor-bk2" : "nor";
}

/* blob of a die: the first one's has no number */
static const char *blob(const struct vnor *nor, const char *what, char *buf, size_t size)
{
	snprintf(buf, size, nor->die_no ? "%s.%s%u" : "%s.%s", place_name(nor), what, nor->die_no);
	return buf;
}

static const char *part_blob(const struct vnor *nor, char *buf, size_t size)
{
	snprintf(buf, size, "%s.part", place_name(nor));
	return buf;
}

static void save_die(struct vnor *nor)
{
	struct sim *sim = nor->sim;
	char name[20];

	sim_state_put(sim, blob(nor, "regs", name, sizeof(name)), nor->nv, sizeof(nor->nv));
	put_sparse(sim, blob(nor, "array", name, sizeof(name)), nor->array, nor->part->size, 0xff);
	blob(nor, "weak", name, sizeof(name));
	if (nor->weak)
		put_sparse(sim, name, nor->weak, nor->part->size, 0);
	else
		sim_state_put(sim, name, "", 0);
}

void vnor_save(struct vnor *nor)
{
	char name[20];
	unsigned int i;

	vnor_sync(nor, sim_now_ps(nor->sim));
	sim_state_put(nor->sim, part_blob(nor, name, sizeof(name)), nor->part->name,
		      strlen(nor->part->name));
	if (!nor->die[0])
		save_die(nor);
	for (i = 0; nor->die[0] && i < nor->part->n_dies; i++)
		save_die(nor->die[i]);
}

/* is the saved state that of a part of this name? */
static bool is_saved(const struct vnor *nor)
{
	const struct vnor_part *part = nor->part;
	char name[20];
	size_t len;
	const u8 *p = sim_state_get(nor->sim, part_blob(nor, name, sizeof(name)), &len);

	return p && len == strlen(part->name) && !memcmp(p, part->name, len);
}

static bool restore(struct vnor *nor)
{
	const struct sim *sim = nor->sim;
	char name[20];
	size_t len;
	const u8 *p;

	if (!is_saved(nor))
		return false;
	p = sim_state_get(sim, blob(nor, "regs", name, sizeof(name)), &len);
	if (!p || len != sizeof(nor->nv))
		return false;
	memcpy(nor->nv, p, len);
	get_sparse(sim, blob(nor, "array", name, sizeof(name)), nor->array, nor->part->size);
	if (sim_state_get(sim, blob(nor, "weak", name, sizeof(name)), &len) && len) {
		nor->weak = calloc(1, nor->part->size);
		if (!nor->weak)
			abort();
		get_sparse(sim, name, nor->weak, nor->part->size);
	}
	return true;
}

/* a die that finds its cells in @array, of those of the package */
static void init_die(struct vnor *nor, struct sim *sim, const struct vnor_part *part,
		     struct vnor_cells *cells, u8 *array, u8 die_no)
{
	char name[20];
	unsigned int i;

	nor->sim = sim;
	nor->part = part;
	nor->cells = cells;
	nor->array = array;
	nor->die_no = die_no;
	snprintf(name, sizeof(name), die_no ? "%s%u" : "%s", place_name(nor), die_no);
	sim_rng_init(&nor->rng, sim, name);
	snprintf(name, sizeof(name), die_no ? "%s.busy%u" : "%s.busy", place_name(nor), die_no);
	sim_busy_init(&nor->busy_model, sim, name);
	if (!restore(nor)) {
		for (i = 0; i < 16; i++)
			nor->nv[VNOR_UID + i] = (u8)sim_rng_u64(&nor->rng);
		part->vendor->factory(nor);
	}
	nor->cs = true;
	nor->io = 0x0f;
	nor->now_ps = sim_now_ps(sim);
	set_die_power(nor, true, nor->now_ps);
	if (part->vendor->app_left)
		part->vendor->app_left(nor);
}

struct vnor *vnor_new(struct sim *sim, const char *part)
{
	return vnor_new_at(sim, part, 0);
}

struct vnor *vnor_new_at(struct sim *sim, const char *name, unsigned int place)
{
	const struct vnor_part *part = vnor_find_part(name);
	struct vnor *nor;
	unsigned int i;

	if (!part)
		return NULL;
	nor = calloc(1, sizeof(*nor));
	if (!nor)
		return NULL;
	nor->part = part;
	nor->place = (u8)place;
	nor->cells = vnor_cells_new(part->size);
	if (!nor->cells)
		goto out_free;
	if (!part->die) {
		init_die(nor, sim, part, nor->cells, vnor_cells_data(nor->cells), 0);
		return nor;
	}
	nor->sim = sim;
	nor->array = vnor_cells_data(nor->cells);
	for (i = 0; i < part->n_dies; i++) {
		nor->die[i] = calloc(1, sizeof(*nor));
		if (!nor->die[i])
			goto out_free;
		nor->die[i]->place = (u8)place;
		init_die(nor->die[i], sim, part->die, nor->cells,
			 nor->array + (size_t)i * part->die->size, (u8)i);
	}
	return nor;

out_free:
	vnor_free(nor);
	return NULL;
}

void vnor_free(struct vnor *nor)
{
	unsigned int i;

	if (!nor)
		return;
	for (i = 0; i < VNOR_MAX_DIES && nor->die[i]; i++) {
		free(nor->die[i]->weak);
		free(nor->die[i]);
	}
	vnor_cells_free(nor->cells);
	free(nor->weak);
	free(nor);
}
