/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The benchmark's rows: each file beside this one registers a group of jobs with BENCH_GROUP(), and
 * nothing else need know of it. tests/bench/main.c runs them all, over clocks and seeds.
 */
#ifndef SWDROM_TESTS_BENCH_BENCH_H
#define SWDROM_TESTS_BENCH_BENCH_H

#include "lib/adapter.h"
#include "lib/ctx.h"
#include "lib/target.h"
#include "sim/sim.h"

#define BENCH_NOISE_BYTES MIB(16)
#define BENCH_MAX_HZ	  6

struct bench_run;

/* one job, once; or with all figures the medians over the seeds */
struct bench_figure {
	const char *job;  /* lives for ever */
	const char *chip; /* SPI-NOR it is about, lives for ever; NULL: the board's own, or none */
	u64 bytes;
	u64 ns;	      /* virtual time it took */
	u64 limit_ns; /* what the physics take; 0: no such limit is known */
	u64 cpu_ns;   /* host CPU time of the whole process, bench models included */
	u64 usb_transfers, retries;
	u64 mem_bytes; /* of the process at its largest, beyond what it had before; 0: not measured */
	/* what is to be reached; 0: no goal */
	double goal_ratio; /* ns / limit_ns at most */
	u64 goal_ns, goal_cpu_ns, goal_mem_bytes;
};

/* one call of a group's function */
struct bench_run {
	u32 hz; /* SWCLK */
	u64 seed;
	const u8 *noise; /* BENCH_NOISE_BYTES of random data, the same in each run */
	void (*add)(struct bench_run *run, const struct bench_figure *f);
	void *arg;
};

struct bench_group {
	const char *name;
	int order;		  /* in the table: ascending */
	u32 hz[BENCH_MAX_HZ + 1]; /* clocks to run it at, a zero ends them */
	unsigned int max_seeds;	  /* 0: as many as asked for */
	void (*run)(struct bench_run *run);
};

/* BENCH_GROUP(name, .order = 10, .hz = { 15000000 }, .run = fn): a file's last lines */
#define BENCH_GROUP(_name, ...)                                                                \
	static const struct bench_group bench_group_##_name = { .name = #_name, __VA_ARGS__ }; \
	static const struct bench_group *const bench_group_ref_##_name                         \
		__attribute__((used, section("bench_groups"))) = &bench_group_##_name

/* ---- a bench with a target attached ---- */

struct bench {
	struct bench_run *run;
	struct ctx ctx;
	struct transport *t;
	struct swd_host *host;
	struct target target;
	struct board board;
};

/* a job that fails is the end of the benchmark: says why and exits */
void bench_die(struct bench *b, const char *what) __attribute__((noreturn));
/* a fresh STM32L476G-DISCO of run->seed, attached at run->hz */
void bench_open(struct bench *b, struct bench_run *run);
/* the same with SPI-NOR @nor on it, taken for @choice (which outlives @b) unless that is NULL */
void bench_open_chip(struct bench *b, struct bench_run *run, const char *nor,
		     const struct nor_choice *choice);
/* the same with another board */
void bench_open_board(struct bench *b, struct bench_run *run, const char *board);
void bench_close(struct bench *b);

/* the stop-watch: start(), the job, stop() */
void bench_start(struct bench *b, struct bench_figure *f, const char *job, u64 bytes);
void bench_stop(struct bench *b, struct bench_figure *f);

/* what a device was really busy since the bench was opened */
struct bench_busy bench_busy_of(struct bench *b, const char *device);
/* the mtd, prepared */
struct mtd_info *bench_mtd(struct bench *b, const char *name);
/* what the device holds is read back and must be @data */
void bench_must_hold(struct bench *b, struct mtd_info *mtd, u64 from, const u8 *data, size_t len);

u64 bench_cpu_ns(void);

/*
 * Resident memory of this process: begin() forgets the peak so far and returns what there is now;
 * peak() what was the most since, beyond that. 0 where the kernel cannot tell.
 */
u64 bench_mem_begin(void);
u64 bench_mem_peak(u64 before);

#endif
