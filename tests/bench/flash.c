// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Internal flash: the limit is the busy time that the virtual device really took for the same work.
 * Fast rows are held against the limit of standard programming of the same part.
 */
#include "tests/bench/bench.h"

/* program all of it: as it comes, or right after a mass erase */
static void program(struct bench_run *run, bool is_fast, struct bench_figure *f)
{
	struct mtd_info *mtd;
	struct bench b;
	u64 busy_ns;

	bench_open(&b, run);
	mtd = bench_mtd(&b, "flash");
	if (mtd_erase(mtd, 0, mtd->size))
		bench_die(&b, "erasing");
	if (!is_fast) {
		/* what was mass-erased loses its fitness for rows with this */
		mtd_finish(mtd);
		mtd = bench_mtd(&b, "flash");
	}
	busy_ns = bench_busy_of(&b, "flash").program_ns;
	bench_start(&b, f, is_fast ? "internal flash, 1 MiB, fast rows" : "internal flash, 1 MiB",
		    mtd->size);
	if (mtd_write(mtd, 0, mtd->size, run->noise))
		bench_die(&b, "programming");
	bench_stop(&b, f);
	f->limit_ns = bench_busy_of(&b, "flash").program_ns - busy_ns;
	bench_must_hold(&b, mtd, 0, run->noise, mtd->size);
	mtd_finish(mtd);
	bench_close(&b);
}

static void run_flash(struct bench_run *run)
{
	struct bench_figure plain, fast;

	program(run, false, &plain);
	plain.goal_ratio = run->hz >= 30000000 ? 1.04 : run->hz >= 15000000 ? 1.06 : 0;
	run->add(run, &plain);
	if (run->hz < 10000000)
		return;
	program(run, true, &fast);
	run->add(run, &fast);
	/* the same held against the limit of standard programming */
	fast.job = "the same, to the limit without fast rows";
	fast.limit_ns = plain.limit_ns;
	fast.goal_ratio = run->hz >= 15000000 ? 1.0 : 0;
	run->add(run, &fast);
}

BENCH_GROUP(flash, .order = 20, .hz = { 1000000, 10000000, 15000000, 30000000 }, .run = run_flash);
