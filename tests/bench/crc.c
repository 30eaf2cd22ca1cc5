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

enum job { JOB_OF_VERIFY, JOB_OF_WRITE, JOB_OF_WRITE_BOTH, JOB_OF_ERASE };

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

/* a job's rows: how long it took, and how far off its estimates were, whichever way */
struct names {
	const char *job, *planned, *revised;
};

#define NAMES(_job)                                      \
	{                                                \
		_job, _job ": planned", _job ": revised" \
	}

static void add_estimate(struct bench_run *run, const char *name, u64 estimate_ns, u64 took_ns,
			 double goal)
{
	struct bench_figure f = {
		.job = name,
		.ns = max(estimate_ns, took_ns),
		.limit_ns = min(estimate_ns, took_ns),
		.goal_ratio = goal,
	};

	run->add(run, &f);
}

/* once the chips in hand have shown how fast they are, that is the estimate that counts */
static void add_rows(struct bench_run *run, const struct swdrom_report *r,
		     const struct names *names, u64 bytes, u64 goal_ns, u64 cpu_ns)
{
	const struct swdrom_bench *b = &r->bench;
	struct bench_figure f = {
		.job = names->job,
		.bytes = bytes,
		.ns = b->session_ns,
		.goal_ns = goal_ns,
		.cpu_ns = cpu_ns,
		.usb_transfers = b->usb_transfers,
		.retries = b->retries,
	};

	run->add(run, &f);
	add_estimate(run, names->planned, b->estimate_ns, b->job_ns, b->revised_ns ? 0 : 1.10);
	if (b->revised_ns)
		add_estimate(run, names->revised, b->revised_ns, b->job_ns, 1.10);
}

static void run_job(struct bench_run *run, const struct board_file *b, enum job what, u64 base,
		    struct names names, u64 bytes, u64 goal_ns)
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
	if (what == JOB_OF_WRITE_BOTH)
		swdrom_add_image(s, b->image, FLASH_BASE);
	if (swdrom_open(s, &open) == SWDROM_OK) {
		if (what == JOB_OF_VERIFY)
			swdrom_verify(s);
		else if (what == JOB_OF_ERASE)
			swdrom_erase(s, &write);
		else
			swdrom_write(s, &write);
	}
	swdrom_close(s, what == JOB_OF_WRITE ? SWDROM_EXIT_RUN : SWDROM_EXIT_NONE);
	if (swdrom_error(s)->status)
		fail(swdrom_error(s)->what);
	if (what != JOB_OF_ERASE && swdrom_report(s)->verified_bytes < bytes)
		fail("not all bytes were verified");
	add_rows(run, swdrom_report(s), &names, bytes, goal_ns, bench_cpu_ns() - cpu_ns);
	swdrom_free(s);
}

static void run_crc(struct bench_run *run)
{
	static const struct names verify_nor = NAMES("verify 16 MiB NOR"),
				  again_nor = NAMES("NOR, the same 16 MiB again"),
				  sector_nor = NAMES("NOR, the same but for 4 KiB"),
				  other_nor = NAMES("NOR, another 1 MiB"),
				  erase_nor = NAMES("NOR, erase 1 MiB"),
				  blank_nor = NAMES("NOR, 256 KiB into blank"),
				  both = NAMES("both, 128 KiB each in one job"),
				  verify_flash = NAMES("verify 1 MiB internal flash"),
				  page_flash = NAMES("internal flash, another 2 KiB"),
				  part_flash = NAMES("internal flash, another 64 KiB"),
				  other_flash = NAMES("internal flash, another 1 MiB");
	struct board_file b;
	u8 *image = malloc(NOR_BYTES);

	if (!image)
		fail("out of memory");
	make_board(&b, run, NOR_BYTES);
	run_job(run, &b, JOB_OF_VERIFY, NOR_BASE, verify_nor, NOR_BYTES, 2500 * MSEC_NS);
	run_job(run, &b, JOB_OF_WRITE, NOR_BASE, again_nor, NOR_BYTES, 3000 * MSEC_NS);
	memcpy(image, run->noise, NOR_BYTES);
	for (size_t i = 0; i < KIB(4); i++)
		image[MIB(5) + i] ^= 0x5a;
	save(b.image, image, NOR_BYTES);
	run_job(run, &b, JOB_OF_WRITE, NOR_BASE, sector_nor, NOR_BYTES, 3500 * MSEC_NS);
	for (size_t i = 0; i < MIB(1); i++)
		image[i] ^= 0xa5;
	save(b.image, image, MIB(1));
	run_job(run, &b, JOB_OF_WRITE, NOR_BASE, other_nor, MIB(1), 0);
	run_job(run, &b, JOB_OF_ERASE, NOR_BASE, erase_nor, MIB(1), 0);
	save(b.image, image, KIB(256));
	run_job(run, &b, JOB_OF_WRITE, NOR_BASE, blank_nor, KIB(256), 0);
	save(b.image, run->noise, FLASH_BYTES);
	run_job(run, &b, JOB_OF_VERIFY, FLASH_BASE, verify_flash, FLASH_BYTES, 500 * MSEC_NS);
	save(b.image, image, KIB(2));
	run_job(run, &b, JOB_OF_WRITE, FLASH_BASE, page_flash, KIB(2), 0);
	save(b.image, image, KIB(64));
	run_job(run, &b, JOB_OF_WRITE, FLASH_BASE, part_flash, KIB(64), 0);
	save(b.image, image + KIB(256), KIB(128));
	run_job(run, &b, JOB_OF_WRITE_BOTH, NOR_BASE, both, KIB(128), 0);
	save(b.image, image, FLASH_BYTES);
	run_job(run, &b, JOB_OF_WRITE, FLASH_BASE, other_flash, FLASH_BYTES, 0);
	free(image);
	remove_board(&b);
}

BENCH_GROUP(crc, .order = 50, .hz = { 15000000 }, .run = run_crc);
