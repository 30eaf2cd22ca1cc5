// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Internal flash: the limit is the busy time that the virtual device really took for the same work.
 */
#include "tests/bench/bench.h"

static void run_flash(struct bench_run *run)
{
	struct bench_figure f;
	struct mtd_info *mtd;
	struct bench b;
	u64 busy_ns;

	bench_open(&b, run);
	mtd = bench_mtd(&b, "flash");
	if (mtd_erase(mtd, 0, mtd->size))
		bench_die(&b, "erasing");
	busy_ns = bench_busy_of(&b, "flash").program_ns;
	bench_start(&b, &f, "internal flash, 1 MiB", mtd->size);
	if (mtd_write(mtd, 0, mtd->size, run->noise))
		bench_die(&b, "programming");
	bench_stop(&b, &f);
	f.limit_ns = bench_busy_of(&b, "flash").program_ns - busy_ns;
	f.goal_ratio = run->hz >= 30000000 ? 1.04 : run->hz >= 15000000 ? 1.06 : 0;
	run->add(run, &f);
	bench_must_hold(&b, mtd, 0, run->noise, mtd->size);
	mtd_finish(mtd);
	bench_close(&b);
}

BENCH_GROUP(flash, .order = 20, .hz = { 1000000, 10000000, 15000000, 30000000 }, .run = run_flash);
