// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `make bench`: how close swdrom comes to the physical limit on the virtual bench.
 *
 * Times are virtual, so every figure is the same on any machine; host CPU time is what the whole
 * process used, bench models included. The limits:
 *   SRAM   the wire: 48 SWCLK cycles a word written, 46 a word read
 *   flash  the busy time that the virtual device really took for the same work
 */
#include "lib/adapter.h"
#include "lib/ctx.h"
#include "lib/target.h"
#include "sim/sim.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SRAM_BYTES  KIB(64)
#define FLASH_BYTES MIB(1)

struct bench {
	struct ctx ctx;
	struct transport *t;
	struct swd_host *host;
	struct target target;
	struct board board;
	u64 cpu_start_ns;
};

struct figure {
	const char *job;
	u32 hz;
	u64 bytes, ns, limit_ns;
	u64 round_trips;
	u64 cpu_ns;
	u64 retries;
};

static void die(struct bench *b, const char *what)
{
	fprintf(stderr, "bench: %s: %s%s%s\n", what, b->ctx.err.what,
		b->ctx.err.where[0] ? ", " : "", b->ctx.err.where);
	exit(1);
}

static u64 cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (u64)ts.tv_sec * SEC_NS + (u64)ts.tv_nsec;
}

static void bench_open(struct bench *b, u32 hz, u64 seed)
{
	struct target_attach_opts attach = { .swclk_hz = hz };
	struct adapter adapter;
	struct sim_opts opts;

	memset(b, 0, sizeof(*b));
	sim_opts_default(&opts);
	opts.seed = seed;
	if (sim_open(&opts, NULL, &b->ctx.err, &b->t))
		die(b, "opening the virtual bench");
	b->t->err = &b->ctx.err;
	b->ctx.clk = b->t->clk;
	if (board_load(&b->board, "stm32l476g-disco", &b->ctx.err) ||
	    adapter_load(&adapter, "generic", &b->ctx.err) ||
	    swd_host_open(&b->ctx, b->t, &adapter, &b->host))
		die(b, "opening the adapter");
	attach.board = &b->board;
	if (target_attach(&b->target, &b->ctx, b->host, &attach))
		die(b, "attaching");
}

static void bench_close(struct bench *b)
{
	target_detach(&b->target, TARGET_RUN);
	b->host->ops->close(b->host);
}

static void start(struct bench *b, struct figure *f, const char *job, u64 bytes)
{
	*f = (struct figure){ .job = job,
			      .hz = b->host->hz,
			      .bytes = bytes,
			      .ns = clock_now_ns(b->ctx.clk),
			      .round_trips = b->ctx.stats.usb_transfers,
			      .retries = b->ctx.stats.retries,
			      .cpu_ns = cpu_ns() };
}

static void stop(struct bench *b, struct figure *f)
{
	f->ns = clock_now_ns(b->ctx.clk) - f->ns;
	f->round_trips = b->ctx.stats.usb_transfers - f->round_trips;
	f->retries = b->ctx.stats.retries - f->retries;
	f->cpu_ns = cpu_ns() - f->cpu_ns;
}

static u64 program_busy_ns(struct bench *b, const char *device)
{
	struct bench_busy busy[4];
	unsigned int i, n = b->t->ops->bench_busy(b->t, busy, ARRAY_SIZE(busy));

	for (i = 0; i < n; i++)
		if (!strcmp(busy[i].device, device))
			return busy[i].program_ns;
	return 0;
}

static void bench_sram(struct bench *b, const u8 *data, u8 *back, struct figure *f)
{
	u64 cycle_ps = memq_period_ps(b->target.q);

	start(b, &f[0], "SRAM write", SRAM_BYTES);
	memq_write(b->target.q, 0x20000000, data, SRAM_BYTES);
	if (memq_flush(b->target.q))
		die(b, "writing SRAM");
	stop(b, &f[0]);
	f[0].limit_ns = SRAM_BYTES / 4 * 48 * cycle_ps / 1000;

	start(b, &f[1], "SRAM read", SRAM_BYTES);
	memq_read(b->target.q, 0x20000000, back, SRAM_BYTES);
	if (memq_flush(b->target.q))
		die(b, "reading SRAM");
	stop(b, &f[1]);
	f[1].limit_ns = SRAM_BYTES / 4 * 46 * cycle_ps / 1000;
	if (memcmp(data, back, SRAM_BYTES))
		die(b, "SRAM reads back other bytes");
}

static void bench_program(struct bench *b, const char *job, const char *name, const u8 *data,
			  u8 *back, struct figure *f)
{
	struct mtd_info *mtd = target_mtd(&b->target, name);
	u64 busy;

	if (!mtd || mtd_prepare(mtd) || mtd_erase(mtd, 0, FLASH_BYTES))
		die(b, "erasing");
	busy = program_busy_ns(b, name);
	start(b, f, job, FLASH_BYTES);
	if (mtd_write(mtd, 0, FLASH_BYTES, data))
		die(b, job);
	stop(b, f);
	f->limit_ns = program_busy_ns(b, name) - busy;
	if (mtd_read(mtd, 0, FLASH_BYTES, back))
		die(b, "reading back");
	if (memcmp(data, back, FLASH_BYTES))
		die(b, "flash reads back other bytes");
	mtd_finish(mtd);
}

static json_t *print(const struct figure *f)
{
	double ratio = (double)f->limit_ns / (double)f->ns;
	double kib_s = (double)f->bytes / 1024 / ((double)f->ns / 1e9);

	printf("%-26s %7.3f MHz %9.1f KiB/s %10.3f ms %10.3f ms %6.1f %% %7llu %8llu %8.0f ms\n",
	       f->job, f->hz / 1e6, kib_s, (double)f->ns / 1e6, (double)f->limit_ns / 1e6,
	       ratio * 100, (unsigned long long)f->round_trips, (unsigned long long)f->retries,
	       (double)f->cpu_ns / 1e6);
	return json_pack("{s:s, s:I, s:I, s:I, s:I, s:f, s:f, s:I, s:I, s:I}", "job", f->job,
			 "swclk_hz", (json_int_t)f->hz, "bytes", (json_int_t)f->bytes, "virtual_ns",
			 (json_int_t)f->ns, "limit_ns", (json_int_t)f->limit_ns, "ratio", ratio,
			 "kib_per_s", kib_s, "round_trips", (json_int_t)f->round_trips, "retries",
			 (json_int_t)f->retries, "host_cpu_ns", (json_int_t)f->cpu_ns);
}

int main(int argc, char **argv)
{
	static const u32 hz[] = { 1000000, 10000000, 15000000, 30000000 };
	json_t *rows = json_array(), *doc;
	u8 *data = malloc(FLASH_BYTES), *back = malloc(FLASH_BYTES);
	u64 x = 88172645463325252u;
	const char *path = NULL;
	size_t i, k;

	if (argc == 3 && !strcmp(argv[1], "--json"))
		path = argv[2];
	if (!data || !back || !rows)
		return 1;
	for (i = 0; i < FLASH_BYTES; i++) {
		x ^= x << 13, x ^= x >> 7, x ^= x << 17;
		data[i] = (u8)x;
	}
	printf("%-26s %11s %15s %13s %13s %8s %7s %8s %11s\n", "job", "SWCLK", "rate",
	       "virtual time", "limit", "of limit", "trips", "retries", "host CPU");
	for (i = 0; i < ARRAY_SIZE(hz); i++) {
		struct figure f[4];
		struct bench b;

		bench_open(&b, hz[i], 1);
		bench_sram(&b, data, back, f);
		bench_program(&b, "internal flash, 1 MiB", "flash", data, back, &f[2]);
		bench_program(&b, "NOR N25Q128A, 1 MiB", "qspi", data, back, &f[3]);
		for (k = 0; k < ARRAY_SIZE(f); k++)
			json_array_append_new(rows, print(&f[k]));
		bench_close(&b);
	}
	doc = json_pack("{s:s, s:i, s:o}", "board", "stm32l476g-disco", "seed", 1, "figures", rows);
	if (path && json_dump_file(doc, path, JSON_INDENT(1) | JSON_REAL_PRECISION(6))) {
		fprintf(stderr, "bench: can't write %s\n", path);
		return 1;
	}
	json_decref(doc);
	free(data);
	free(back);
	return 0;
}
