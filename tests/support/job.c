// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/job.h"
#include "sim/mcu.h"
#include "sim/netlist.h"
#include "sim/sim.h"
#include "sim/vnor.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct run {
	struct job *j;
	volatile sig_atomic_t stop;
};

void job_init(struct job *j)
{
	memset(j, 0, sizeof(*j));
	snprintf(j->dir, sizeof(j->dir), "%s", "/tmp/swdrom-test-XXXXXX");
	if (!mkdtemp(j->dir))
		abort();
	j->sim = "";
}

static void job_path(const struct job *j, const char *name, char *path, size_t size)
{
	snprintf(path, size, "%s/%s", j->dir, name);
}

void job_exit(struct job *j)
{
	static const char *const names[] = { "state", "state.new", "0.bin",   "1.bin",
					     "2.bin", "3.bin",	   "back.bin" };
	char path[128];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		job_path(j, names[i], path, sizeof(path));
		unlink(path);
	}
	rmdir(j->dir);
}

void job_fill(u8 *buf, size_t len, u64 seed)
{
	u64 x = seed * 0x9e3779b97f4a7c15u + 88172645463325252u;

	while (len--) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		*buf++ = (u8)(x >> 24);
	}
}

static void on_log(void *arg, enum swdrom_log_level level, const char *line)
{
	struct run *r = arg;
	size_t used = strlen(r->j->log);

	if (strstr(line, "real hardware would object"))
		r->j->n_objections++;
	snprintf(r->j->log + used, sizeof(r->j->log) - used, "%s\n", line);
}

static void on_progress(void *arg, const char *step, const char *mtd, uint64_t done, uint64_t total)
{
	struct run *r = arg;

	if (++r->j->n_progress == r->j->stop_after)
		r->stop = 1;
}

static void put_file(const struct job *j, const char *name, const u8 *data, size_t len)
{
	char path[128];
	FILE *f;

	job_path(j, name, path, sizeof(path));
	f = fopen(path, "wb");
	if (!f || fwrite(data, 1, len, f) != len || fclose(f))
		abort();
}

static enum swdrom_status job_session(struct job *j, enum job_action action, struct swdrom *s)
{
	char programmer[512], path[128];
	const char *board = j->board ? j->board : "stm32l476g-disco";
	struct swdrom_open_opts open = { .programmer = programmer,
					 .board = j->no_board ? NULL : board };
	const struct swdrom_write_opts write = { 0 };
	enum swdrom_status st;

	snprintf(programmer, sizeof(programmer), "sim:board=%s,state=%s/state,seed=%lu%s%s%s%s",
		 board, j->dir, j->seed ? j->seed : 1, j->clock ? ",clock=" : "",
		 j->clock ? j->clock : "", *j->sim ? "," : "", j->sim);
	st = swdrom_open(s, &open);
	if (st)
		return st;
	switch (action) {
	case JOB_WRITE:
		st = swdrom_write(s, &write);
		break;
	case JOB_VERIFY:
		st = swdrom_verify(s);
		break;
	case JOB_ERASE_RANGE:
		st = swdrom_erase(s, &write);
		break;
	case JOB_READ_RANGE:
		job_path(j, "back.bin", path, sizeof(path));
		st = swdrom_read(s, path);
		break;
	case JOB_PROBE:
		break;
	}
	return st;
}

static enum swdrom_status job_end(struct job *j, enum job_action action, struct swdrom *s,
				  enum swdrom_status st)
{
	const struct swdrom_error *err;
	enum swdrom_status closed;

	closed = swdrom_close(s, action == JOB_WRITE ? SWDROM_EXIT_RUN : SWDROM_EXIT_NONE);
	j->status = st ? st : closed;
	err = swdrom_error(s);
	snprintf(j->what, sizeof(j->what), "%s", err->what);
	snprintf(j->where, sizeof(j->where), "%s", err->where);
	snprintf(j->next, sizeof(j->next), "%s", err->next);
	j->report = *swdrom_report(s);
	swdrom_free(s);
	return j->status;
}

static struct swdrom *job_begin(struct job *j, struct run *r)
{
	const struct swdrom_callbacks cb = { .log = on_log,
					     .log_level = SWDROM_LOG_INFO,
					     .progress = on_progress,
					     .arg = r,
					     .stop = &r->stop };
	struct swdrom *s;

	*r = (struct run){ .j = j };
	j->log[0] = '\0';
	j->n_objections = 0;
	j->n_progress = 0;
	s = swdrom_new(&cb);
	if (!s)
		abort();
	return s;
}

enum swdrom_status job_run(struct job *j, enum job_action action, const struct job_image *images,
			   size_t n)
{
	struct swdrom_select sel = { 0 };
	enum swdrom_status st = SWDROM_OK;
	char path[128], name[32];
	struct swdrom *s;
	struct run r;
	size_t i;

	s = job_begin(j, &r);
	if (action == JOB_ERASE_RANGE || action == JOB_READ_RANGE) {
		sel.has_range = true;
		sel.start = images[0].addr;
		sel.len = images[0].len;
		st = swdrom_select(s, &sel);
	}
	for (i = 0; !st && i < n && (action == JOB_WRITE || action == JOB_VERIFY); i++) {
		snprintf(name, sizeof(name), "%zu.bin", i);
		put_file(j, name, images[i].data, images[i].len);
		job_path(j, name, path, sizeof(path));
		st = swdrom_add_image(s, path, images[i].addr);
	}
	if (!st)
		st = job_session(j, action, s);
	st = job_end(j, action, s, st);
	if (!st && action == JOB_READ_RANGE) {
		FILE *f;

		job_path(j, "back.bin", path, sizeof(path));
		f = fopen(path, "rb");
		if (!f ||
		    fread((u8 *)(uintptr_t)images[0].data, 1, images[0].len, f) != images[0].len ||
		    fgetc(f) != EOF)
			abort();
		fclose(f);
	}
	return st;
}

enum swdrom_status job_run_file(struct job *j, enum job_action action, const char *path)
{
	enum swdrom_status st;
	struct swdrom *s;
	struct run r;

	s = job_begin(j, &r);
	st = swdrom_add_image(s, path, SWDROM_NO_ADDRESS);
	if (!st)
		st = job_session(j, action, s);
	return job_end(j, action, s, st);
}

/* a bench on the same state with nobody driving it: its memories are the truth */
static struct transport *truth_open(struct job *j, bool nor, u8 **mem, size_t *len)
{
	struct transport *t;
	struct sim_opts opts;
	struct err err = { 0 };

	sim_opts_default(&opts);
	snprintf(opts.state_path, sizeof(opts.state_path), "%s/state", j->dir);
	if (j->board)
		snprintf(opts.board, sizeof(opts.board), "%s", j->board);
	if (sim_open(&opts, NULL, &err, &t))
		abort();
	t->err = &err;
	*mem = nor ? netlist_nor_data(sim_of_transport(t)->nets, len)
		   : mcu_flash(sim_of_transport(t)->mcu, len);
	if (!*mem)
		abort();
	return t;
}

u8 *job_truth(struct job *j, bool nor, size_t *len)
{
	struct transport *t;
	u8 *mem, *copy;

	t = truth_open(j, nor, &mem, len);
	copy = malloc(*len);
	if (!copy)
		abort();
	memcpy(copy, mem, *len);
	t->ops->close(t);
	return copy;
}

void job_poke_truth(struct job *j, bool nor, size_t offset, const u8 *data, size_t len)
{
	struct transport *t;
	size_t size;
	u8 *mem;

	t = truth_open(j, nor, &mem, &size);
	if (offset > size || len > size - offset)
		abort();
	memcpy(mem + offset, data, len);
	t->ops->close(t);
}

void job_protect_flash(struct job *j, u8 first_page, u8 last_page)
{
	struct transport *t;
	size_t size;
	u8 *mem;

	t = truth_open(j, false, &mem, &size);
	mcu_set_wrp(sim_of_transport(t)->mcu, 1, 'A', first_page, last_page);
	t->ops->close(t);
}

/* one command at the chip's own pins, on one line, with WP# and HOLD# high */
static void nor_command(struct sim *sim, const u8 *bytes, size_t n)
{
	struct vnor *nor = netlist_nor(sim->nets);

	sim_advance_to(sim, sim_now_ps(sim) + 50 * PS_PER_MS);
	vnor_set_pins(nor, false, false, 0xc, sim_now_ps(sim));
	while (n--) {
		sim_advance_to(sim, sim_now_ps(sim) + PS_PER_US);
		if (!vnor_send_byte(nor, *bytes++, 1, 0xc, sim_now_ps(sim)))
			abort();
	}
	sim_advance_to(sim, sim_now_ps(sim) + PS_PER_US);
	vnor_set_pins(nor, true, false, 0xc, sim_now_ps(sim));
	sim_advance_to(sim, sim_now_ps(sim) + 50 * PS_PER_MS);
}

void job_protect_nor(struct job *j, u8 sr)
{
	const u8 wren[] = { 0x06 }, wrsr[] = { 0x01, sr };
	struct transport *t;
	size_t size;
	u8 *mem;

	t = truth_open(j, true, &mem, &size);
	nor_command(sim_of_transport(t), wren, sizeof(wren));
	nor_command(sim_of_transport(t), wrsr, sizeof(wrsr));
	t->ops->close(t);
}
