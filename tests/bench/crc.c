// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whole jobs of the library, from opening the adapter to leaving the target: verify by checksums,
 * an image that is there already, and how good the planner's estimate was.
 */
#include "include/swdrom.h"
#include "sim/mcu.h"
#include "sim/netlist.h"
#include "tests/bench/bench.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FLASH_BASE  0x08000000u
#define NOR_BASE    0x90000000u
#define FLASH_BYTES MIB(1)
#define NOR_BYTES   MIB(16)

/* a board whose flash holds noise, kept in a file, and an image of the same */
struct board_file {
	char state[64], image[64];
};

enum job { JOB_OF_VERIFY, JOB_OF_WRITE, JOB_OF_ERASE };

static void fail(const char *what)
{
	fprintf(stderr, "bench: %s\n", what);
	exit(1);
}

static void temp_name(char *name, size_t size, const char *pattern)
{
	int fd;

	snprintf(name, size, "%s", pattern);
	fd = mkstemp(name);
	if (fd < 0)
		fail("no temporary file");
	close(fd);
}

static void save(const char *path, const u8 *data, size_t len)
{
	FILE *f = fopen(path, "wb");

	if (!f || fwrite(data, 1, len, f) != len || fclose(f))
		fail("writing a temporary file");
}

/* both devices hold what @noise says */
static void make_board(struct board_file *b, const struct bench_run *run, size_t image_len)
{
	struct sim_opts opts;
	struct transport *t;
	struct err err = { 0 };
	struct sim *sim;
	size_t size;

	temp_name(b->state, sizeof(b->state), "/tmp/swdrom-bench-state-XXXXXX");
	temp_name(b->image, sizeof(b->image), "/tmp/swdrom-bench-image-XXXXXX");
	unlink(b->state);
	sim_opts_default(&opts);
	opts.seed = run->seed;
	snprintf(opts.state_path, sizeof(opts.state_path), "%s", b->state);
	if (sim_open(&opts, NULL, &err, &t))
		fail(err.what);
	sim = sim_of_transport(t);
	memcpy(mcu_flash(sim->mcu, &size), run->noise, FLASH_BYTES);
	memcpy(netlist_nor_data(sim->nets, &size), run->noise, NOR_BYTES);
	t->ops->close(t);
	save(b->image, run->noise, image_len);
}

static void remove_board(const struct board_file *b)
{
	unlink(b->state);
	unlink(b->image);
}

static void add_rows(struct bench_run *run, const struct swdrom_report *r, const char *job,
		     const char *estimate, u64 bytes, u64 goal_ns, u64 cpu_ns)
{
	u64 est = r->bench.revised_ns ? r->bench.revised_ns : r->bench.estimate_ns;
	u64 took = r->bench.job_ns;
	struct bench_figure f = {
		.job = job,
		.bytes = bytes,
		.ns = r->bench.session_ns,
		.goal_ns = goal_ns,
		.cpu_ns = cpu_ns,
		.usb_transfers = r->bench.usb_transfers,
		.retries = r->bench.retries,
	};

	run->add(run, &f);
	f.job = estimate;
	f.ns = max(est, took);
	f.limit_ns = min(est, took);
	f.goal_ns = 0;
	f.goal_ratio = 1.10;
	run->add(run, &f);
}

static void run_job(struct bench_run *run, const struct board_file *b, enum job what, u64 base,
		    const char *job, const char *estimate, u64 bytes, u64 goal_ns)
{
	struct swdrom *s = swdrom_new(NULL);
	struct swdrom_open_opts open = { .board = "stm32l476g-disco" };
	struct swdrom_write_opts write = { 0 };
	struct swdrom_select sel = { .has_range = true, .start = base, .len = bytes };
	u64 cpu_ns = bench_cpu_ns();
	char programmer[256];

	snprintf(programmer, sizeof(programmer),
		 "sim:board=stm32l476g-disco,state=%s,seed=%" PRIu64 ",clock=%" PRIu32, b->state,
		 run->seed, run->hz);
	open.programmer = programmer;
	if (what == JOB_OF_ERASE)
		swdrom_select(s, &sel);
	else
		swdrom_add_image(s, b->image, base);
	if (swdrom_open(s, &open) == SWDROM_OK) {
		if (what == JOB_OF_VERIFY)
			swdrom_verify(s);
		else if (what == JOB_OF_WRITE)
			swdrom_write(s, &write);
		else
			swdrom_erase(s, &write);
	}
	swdrom_close(s, what == JOB_OF_WRITE ? SWDROM_EXIT_RUN : SWDROM_EXIT_NONE);
	if (swdrom_error(s)->status)
		fail(swdrom_error(s)->what);
	if (what != JOB_OF_ERASE && swdrom_report(s)->verified_bytes < bytes)
		fail("not all bytes were verified");
	add_rows(run, swdrom_report(s), job, estimate, bytes, goal_ns, bench_cpu_ns() - cpu_ns);
	swdrom_free(s);
}

static void run_crc(struct bench_run *run)
{
	struct board_file b;
	u8 *changed;

	make_board(&b, run, NOR_BYTES);
	run_job(run, &b, JOB_OF_VERIFY, NOR_BASE, "verify 16 MiB NOR by CRC", "  its estimate",
		NOR_BYTES, 2500 * MSEC_NS);
	run_job(run, &b, JOB_OF_WRITE, NOR_BASE, "16 MiB image again, nothing changed",
		"  its estimate ", NOR_BYTES, 3000 * MSEC_NS);
	changed = malloc(NOR_BYTES);
	if (!changed)
		fail("out of memory");
	memcpy(changed, run->noise, NOR_BYTES);
	for (size_t i = 0; i < KIB(4); i++)
		changed[MIB(5) + i] ^= 0x5a;
	save(b.image, changed, NOR_BYTES);
	run_job(run, &b, JOB_OF_WRITE, NOR_BASE, "16 MiB image again, one 4 KiB sector changed",
		"  its estimate  ", NOR_BYTES, 3500 * MSEC_NS);
	/* another image: everything is erased and programmed */
	for (size_t i = 0; i < MIB(1); i++)
		changed[i] ^= 0xa5;
	save(b.image, changed, MIB(1));
	run_job(run, &b, JOB_OF_WRITE, NOR_BASE, "another 1 MiB image into the NOR",
		"  its estimate   ", MIB(1), 0);
	run_job(run, &b, JOB_OF_ERASE, NOR_BASE, "erase 1 MiB of the NOR", "  its estimate    ",
		MIB(1), 0);
	save(b.image, run->noise, FLASH_BYTES);
	run_job(run, &b, JOB_OF_VERIFY, FLASH_BASE, "verify 1 MiB internal flash by CRC",
		"  its estimate     ", FLASH_BYTES, 500 * MSEC_NS);
	for (size_t i = 0; i < FLASH_BYTES; i += KIB(32))
		changed[i + 17] = run->noise[i + 17] ^ 1;
	save(b.image, changed, KIB(64));
	run_job(run, &b, JOB_OF_WRITE, FLASH_BASE, "another 64 KiB into the internal flash",
		"  its estimate      ", KIB(64), 0);
	save(b.image, changed, FLASH_BYTES);
	run_job(run, &b, JOB_OF_WRITE, FLASH_BASE, "another 1 MiB into the internal flash",
		"  its estimate       ", FLASH_BYTES, 0);
	free(changed);
	remove_board(&b);
}

BENCH_GROUP(crc, .order = 50, .hz = { 15000000 }, .run = run_crc);
