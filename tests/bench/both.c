// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Internal flash and NOR in one job from one wire: held against the slower of the two alone.
 */
#include "tests/bench/bench.h"

#define NOR_BYTES MIB(4)

/* all jobs start from blank devices of the same board; only the time to program counts */
static u64 program_ns(struct bench_run *run, bool flash, bool nor, struct bench_figure *f)
{
	struct flash_job jobs[2] = { 0 };
	struct mtd_info *fl, *qspi;
	struct bench b;
	size_t n = 0;

	bench_open(&b, run);
	fl = bench_mtd(&b, "flash");
	qspi = bench_mtd(&b, "qspi");
	if (flash)
		jobs[n++] = (struct flash_job){
			.kind = JOB_PROGRAM, .mtd = fl, .len = fl->size, .buf = run->noise
		};
	if (nor)
		jobs[n++] = (struct flash_job){
			.kind = JOB_PROGRAM, .mtd = qspi, .len = NOR_BYTES, .buf = run->noise
		};
	bench_start(&b, f, "internal 1 MiB and NOR 4 MiB in one job",
		    fl->size + (nor ? NOR_BYTES : 0));
	if (sched_run(&b.ctx, b.target.q, jobs, n))
		bench_die(&b, "programming");
	bench_stop(&b, f);
	if (flash)
		bench_must_hold(&b, fl, 0, run->noise, fl->size);
	if (nor)
		bench_must_hold(&b, qspi, 0, run->noise, NOR_BYTES);
	bench_close(&b);
	return f->ns;
}

static void run_both(struct bench_run *run)
{
	struct bench_figure f;
	u64 flash_ns = program_ns(run, true, false, &f), nor_ns = program_ns(run, false, true, &f);

	program_ns(run, true, true, &f);
	f.limit_ns = max(flash_ns, nor_ns);
	f.goal_ratio = run->hz >= 15000000 ? 1.10 : 0;
	run->add(run, &f);
}

BENCH_GROUP(both, .order = 40, .hz = { 15000000, 30000000 }, .run = run_both);
