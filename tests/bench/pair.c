// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two chips side by side (dual-flash QUADSPI): the limit is the wire, or the busier chip's time if that
 * is longer.
 */
#include "tests/bench/bench.h"

#define PAIR_BYTES  MIB(4)
#define WORD_CYCLES 48 /* of SWCLK, 32 bits written */

static void run_pair(struct bench_run *run)
{
	struct bench_busy before[2], after[2];
	static const char *const names[] = { "qspi", "qspi2" };
	struct bench_figure f;
	struct mtd_info *mtd;
	struct bench b;

	bench_open_board(&b, run, "stm32l496-dual");
	mtd = bench_mtd(&b, "qspi");
	for (unsigned int i = 0; i < 2; i++)
		before[i] = bench_busy_of(&b, names[i]);
	bench_start(&b, &f, "two NOR chips side by side, 4 MiB", PAIR_BYTES);
	if (mtd_write(mtd, 0, PAIR_BYTES, run->noise))
		bench_die(&b, "programming");
	bench_stop(&b, &f);
	f.limit_ns = (u64)PAIR_BYTES / 4 * WORD_CYCLES * SEC_NS / run->hz;
	for (unsigned int i = 0; i < 2; i++) {
		after[i] = bench_busy_of(&b, names[i]);
		f.limit_ns = max(f.limit_ns, after[i].program_ns - before[i].program_ns);
	}
	run->add(run, &f);
	bench_must_hold(&b, mtd, 0, run->noise, PAIR_BYTES);
	mtd_finish(mtd);
	bench_close(&b);
}

BENCH_GROUP(pair, .order = 34, .hz = { 15000000, 30000000 }, .run = run_pair);
