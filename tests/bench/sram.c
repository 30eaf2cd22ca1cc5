// SPDX-License-Identifier: GPL-2.0-or-later
/* SRAM: the limit is the wire, 48 SWCLK cycles a word written, 46 a word read. */
#include "tests/bench/bench.h"

#include <string.h>

#define SRAM	   0x20000000u
#define SRAM_BYTES KIB(64)

static void run_sram(struct bench_run *run)
{
	static u8 back[SRAM_BYTES];
	struct bench_figure f;
	struct bench b;
	u64 cycle_ps;

	bench_open(&b, run);
	cycle_ps = memq_period_ps(b.target.q);

	bench_start(&b, &f, "SRAM write, 64 KiB", SRAM_BYTES);
	memq_write(b.target.q, SRAM, run->noise, SRAM_BYTES);
	if (memq_flush(b.target.q))
		bench_die(&b, "writing SRAM");
	bench_stop(&b, &f);
	f.limit_ns = SRAM_BYTES / 4 * 48 * cycle_ps / 1000;
	f.goal_ratio = run->hz >= 15000000 ? 1 / 0.95 : 0;
	run->add(run, &f);

	bench_start(&b, &f, "SRAM read, 64 KiB", SRAM_BYTES);
	memq_read(b.target.q, SRAM, back, SRAM_BYTES);
	if (memq_flush(b.target.q))
		bench_die(&b, "reading SRAM");
	bench_stop(&b, &f);
	f.limit_ns = SRAM_BYTES / 4 * 46 * cycle_ps / 1000;
	f.goal_ratio = run->hz >= 15000000 ? 1 / 0.95 : 0;
	run->add(run, &f);
	if (memcmp(run->noise, back, SRAM_BYTES))
		bench_die(&b, "SRAM reads back other bytes");
	bench_close(&b);
}

BENCH_GROUP(sram, .order = 10, .hz = { 1000000, 10000000, 15000000, 30000000 }, .run = run_sram);
