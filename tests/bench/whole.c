// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All of the NOR, erased and programmed: what it costs the host, the bench's models included.
 */
#include "tests/bench/bench.h"

static void run_whole(struct bench_run *run)
{
	struct bench_figure f;
	struct mtd_info *mtd;
	struct bench b;

	bench_open(&b, run);
	mtd = bench_mtd(&b, "qspi");
	bench_start(&b, &f, "NOR, all 16 MiB, erase, program and read", mtd->size);
	if (mtd_erase(mtd, 0, mtd->size) || mtd_write(mtd, 0, mtd->size, run->noise))
		bench_die(&b, "erasing and programming");
	bench_must_hold(&b, mtd, 0, run->noise, mtd->size);
	bench_stop(&b, &f);
	f.goal_cpu_ns = 20 * SEC_NS;
	run->add(run, &f);
	bench_close(&b);
}

BENCH_GROUP(whole, .order = 60, .hz = { 15000000 }, .max_seeds = 1, .run = run_whole);
