// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The NOR on QUADSPI: the limit is the busy time that the virtual chip really took.
 */
#include "tests/bench/bench.h"

#define NOR_BYTES MIB(4)

static void run_nor(struct bench_run *run)
{
	struct bench_busy before, after;
	struct bench_figure f, whole;
	struct mtd_info *mtd;
	struct bench b;

	bench_open(&b, run);
	mtd = bench_mtd(&b, "qspi");
	before = bench_busy_of(&b, "qspi");
	bench_start(&b, &whole, "NOR, 4 MiB, erase and program", NOR_BYTES);
	if (mtd_erase(mtd, 0, NOR_BYTES))
		bench_die(&b, "erasing");
	bench_start(&b, &f, "NOR, 4 MiB", NOR_BYTES);
	if (mtd_write(mtd, 0, NOR_BYTES, run->noise))
		bench_die(&b, "programming");
	bench_stop(&b, &f);
	bench_stop(&b, &whole);
	after = bench_busy_of(&b, "qspi");
	f.limit_ns = after.program_ns - before.program_ns;
	f.goal_ratio = run->hz >= 30000000 ? 1.10 : run->hz >= 15000000 ? 1.15 : 0;
	whole.limit_ns = f.limit_ns + after.erase_ns - before.erase_ns;
	whole.goal_ratio = run->hz >= 15000000 ? 1.05 : 0;
	run->add(run, &f);
	run->add(run, &whole);
	bench_must_hold(&b, mtd, 0, run->noise, NOR_BYTES);
	mtd_finish(mtd);
	bench_close(&b);
}

BENCH_GROUP(nor, .order = 30, .hz = { 10000000, 15000000, 30000000 }, .run = run_nor);
