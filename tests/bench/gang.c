// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Eight boards in one process, on one USB bus of 40 MB/s: held against one alone on a bus of its own.
 *
 * All of them are alike to the last jitter of their chips, so that they ask for the bus at the same
 * time, which is the worst that can be. What counts is the one that is done last. Memory is that of the
 * whole process, flash contents of the virtual boards included, beyond the image that they share.
 */
#include "tests/bench/bench.h"

#include "include/swdrom.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define N_BOARDS    8
#define FLASH_BYTES KIB(128)
#define NOR_BYTES   KIB(512)
#define BYTES	    (FLASH_BYTES + NOR_BYTES)

struct gang_board {
	struct swdrom_gang *gang;
	const struct swdrom *loader;
	size_t index;
	pthread_t thread;
	u64 ns, usb_transfers, retries;
	enum swdrom_status status;
	char what[256];
};

static void *run_board(void *arg)
{
	struct gang_board *b = arg;
	struct swdrom *s = swdrom_new(NULL);
	const struct swdrom_open_opts open = { .gang = b->gang,
					       .gang_index = b->index,
					       .board = "stm32l476g-disco" };
	const struct swdrom_write_opts write = { 0 };
	const struct swdrom_bench *bench;

	if (!s)
		exit(1);
	b->status = swdrom_share_images(s, b->loader);
	if (!b->status)
		b->status = swdrom_open(s, &open);
	if (!b->status)
		b->status = swdrom_write(s, &write);
	swdrom_close(s, SWDROM_EXIT_RUN);
	swdrom_gang_leave(b->gang, b->index);
	snprintf(b->what, sizeof(b->what), "%s", swdrom_error(s)->what);
	bench = &swdrom_report(s)->bench;
	b->ns = bench->session_ns;
	b->usb_transfers = bench->usb_transfers;
	b->retries = bench->retries;
	swdrom_free(s);
	return NULL;
}

/* virtual time until the last of @n boards is done */
static u64 run_gang(struct bench_run *run, const struct swdrom *loader, unsigned int n,
		    struct bench_figure *f)
{
	struct gang_board boards[N_BOARDS];
	char text[N_BOARDS][64];
	const char *names[N_BOARDS];
	struct swdrom_gang *gang;
	unsigned int i;

	for (i = 0; i < n; i++) {
		snprintf(text[i], sizeof(text[i]), "sim:clock=%u,seed=%u", run->hz,
			 (unsigned int)run->seed);
		names[i] = text[i];
	}
	gang = swdrom_gang_new(names, n);
	if (!gang || swdrom_gang_error(gang)->status)
		exit(1);
	*f = (struct bench_figure){ .job = "8 boards on one USB bus, 128 + 512 KiB each",
				    .bytes = (u64)n * BYTES,
				    .cpu_ns = bench_cpu_ns() };
	for (i = 0; i < n; i++) {
		boards[i] = (struct gang_board){ .gang = gang, .loader = loader, .index = i };
		if (pthread_create(&boards[i].thread, NULL, run_board, &boards[i]))
			exit(1);
	}
	for (i = 0; i < n; i++) {
		pthread_join(boards[i].thread, NULL);
		if (boards[i].status) {
			fprintf(stderr, "bench: board %u of %u: %s\n", i, n, boards[i].what);
			exit(1);
		}
		f->ns = max(f->ns, boards[i].ns);
		f->usb_transfers += boards[i].usb_transfers;
		f->retries += boards[i].retries;
	}
	f->cpu_ns = bench_cpu_ns() - f->cpu_ns;
	swdrom_gang_free(gang);
	return f->ns;
}

/* the image that all share, by way of a file */
static struct swdrom *load(const u8 *noise)
{
	static const struct {
		u64 addr;
		size_t len;
	} parts[] = { { 0x08000000, FLASH_BYTES }, { 0x90000000, NOR_BYTES } };
	struct swdrom *s = swdrom_new(NULL);
	char path[] = "/tmp/swdrom-bench-XXXXXX";
	int fd = mkstemp(path);
	FILE *out;
	size_t i;

	for (i = 0; s && fd >= 0 && i < ARRAY_SIZE(parts); i++) {
		out = fopen(path, "wb");
		if (!out || fwrite(noise, 1, parts[i].len, out) != parts[i].len || fclose(out) ||
		    swdrom_add_image(s, path, parts[i].addr))
			break;
	}
	if (i < ARRAY_SIZE(parts)) {
		fprintf(stderr, "bench: cannot make an image: %s\n",
			s ? swdrom_error(s)->what : "");
		exit(1);
	}
	close(fd);
	remove(path);
	return s;
}

static void run_eight(struct bench_run *run)
{
	struct swdrom *loader = load(run->noise);
	struct bench_figure f;
	u64 one_ns = run_gang(run, loader, 1, &f), before = bench_mem_begin();

	run_gang(run, loader, N_BOARDS, &f);
	f.mem_bytes = bench_mem_peak(before);
	f.limit_ns = one_ns;
	f.goal_ratio = run->hz == 15000000 ? 1.10 : 0;
	f.goal_mem_bytes = MIB(64);
	run->add(run, &f);
	swdrom_free(loader);
}

BENCH_GROUP(gang, .order = 60, .hz = { 15000000, 30000000 }, .max_seeds = 1, .run = run_eight);
