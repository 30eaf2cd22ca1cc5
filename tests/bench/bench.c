// SPDX-License-Identifier: GPL-2.0-or-later
/* What the benchmark's groups share: a bench with a target attached, the stop-watch. */
#include "tests/bench/bench.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char disco[] = "stm32l476g-disco";

void bench_die(struct bench *b, const char *what)
{
	fprintf(stderr, "bench: %s (%u Hz, seed %llu): %s%s%s\n", what, b->run->hz,
		(unsigned long long)b->run->seed, b->ctx.err.what, b->ctx.err.where[0] ? ", " : "",
		b->ctx.err.where);
	exit(1);
}

u64 bench_cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (u64)ts.tv_sec * SEC_NS + (u64)ts.tv_nsec;
}

/* a line of /proc/self/status, proc(5): "VmHWM:	    1234 kB" */
static u64 mem_bytes(const char *name)
{
	const size_t n = strlen(name);
	unsigned long long kib = 0;
	char line[256];
	FILE *f = fopen("/proc/self/status", "r");

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, n) && line[n] == ':')
			sscanf(line + n + 1, "%llu", &kib);
	if (f)
		fclose(f);
	return KIB((u64)kib);
}

u64 bench_mem_begin(void)
{
	FILE *f = fopen("/proc/self/clear_refs", "w");
	bool is_reset = f && fputs("5", f) > 0; /* proc(5): resets the peak */

	if (f && fclose(f))
		is_reset = false;
	malloc_trim(0); /* what others gave back is not to be had for nothing */
	return is_reset ? mem_bytes("VmRSS") : 0;
}

u64 bench_mem_peak(u64 before)
{
	u64 peak = mem_bytes("VmHWM");

	return before && peak > before ? peak - before : 0;
}

static void open_bench(struct bench *b, struct bench_run *run, const char *board, const char *nor,
		       const struct nor_choice *choice)
{
	struct target_attach_opts attach = { .swclk_hz = run->hz, .nor_choice = choice };
	struct adapter adapter;
	struct sim_opts opts;

	memset(b, 0, sizeof(*b));
	b->run = run;
	sim_opts_default(&opts);
	opts.seed = run->seed;
	snprintf(opts.board, sizeof(opts.board), "%s", board);
	if (nor)
		snprintf(opts.nor, sizeof(opts.nor), "%s", nor);
	if (sim_open(&opts, NULL, &b->ctx.err, &b->t))
		bench_die(b, "opening the virtual bench");
	b->t->err = &b->ctx.err;
	b->ctx.clk = b->t->clk;
	if (board_load(&b->board, board, &b->ctx.err) ||
	    adapter_load(&adapter, "generic", &b->ctx.err) ||
	    swd_host_open(&b->ctx, b->t, &adapter, &b->host))
		bench_die(b, "opening the adapter");
	attach.board = &b->board;
	if (target_attach(&b->target, &b->ctx, b->host, &attach))
		bench_die(b, "attaching");
}

void bench_open(struct bench *b, struct bench_run *run)
{
	open_bench(b, run, disco, NULL, NULL);
}

void bench_open_chip(struct bench *b, struct bench_run *run, const char *nor,
		     const struct nor_choice *choice)
{
	open_bench(b, run, disco, nor, choice);
}

void bench_open_board(struct bench *b, struct bench_run *run, const char *board)
{
	open_bench(b, run, board, NULL, NULL);
}

void bench_close(struct bench *b)
{
	target_detach(&b->target, TARGET_RUN);
	b->host->ops->close(b->host);
}

void bench_start(struct bench *b, struct bench_figure *f, const char *job, u64 bytes)
{
	*f = (struct bench_figure){ .job = job,
				    .bytes = bytes,
				    .ns = clock_now_ns(b->ctx.clk),
				    .usb_transfers = b->ctx.stats.usb_transfers,
				    .retries = b->ctx.stats.retries,
				    .cpu_ns = bench_cpu_ns() };
}

void bench_stop(struct bench *b, struct bench_figure *f)
{
	f->ns = clock_now_ns(b->ctx.clk) - f->ns;
	f->usb_transfers = b->ctx.stats.usb_transfers - f->usb_transfers;
	f->retries = b->ctx.stats.retries - f->retries;
	f->cpu_ns = bench_cpu_ns() - f->cpu_ns;
}

struct bench_busy bench_busy_of(struct bench *b, const char *device)
{
	struct bench_busy busy[4];
	unsigned int i, n = b->t->ops->bench_busy(b->t, busy, ARRAY_SIZE(busy));

	for (i = 0; i < n; i++)
		if (!strcmp(busy[i].device, device))
			return busy[i];
	return (struct bench_busy){ .device = device };
}

struct mtd_info *bench_mtd(struct bench *b, const char *name)
{
	struct mtd_info *mtd = target_mtd(&b->target, name);

	if (!mtd || mtd_prepare(mtd))
		bench_die(b, name);
	return mtd;
}

void bench_must_hold(struct bench *b, struct mtd_info *mtd, u64 from, const u8 *data, size_t len)
{
	u8 *back = malloc(len);

	if (!back || mtd_read(mtd, from, len, back))
		bench_die(b, "reading back");
	if (memcmp(data, back, len))
		bench_die(b, "the device reads back other bytes");
	free(back);
}
