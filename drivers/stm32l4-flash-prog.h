/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program job on the STM32L4's flash: what standard programming (stm32l4-flash-prog.c) and fast
 * rows (stm32l4-flash-fast.c) share.
 */
#ifndef SWDROM_DRIVERS_STM32L4_FLASH_PROG_H
#define SWDROM_DRIVERS_STM32L4_FLASH_PROG_H

#include "drivers/stm32l4-flash-priv.h"

#define CAL_UNITS   16
#define CAL_SAMPLES 24
#define N_PROBES    64

/* RM0351 3.3.7: a row is 32 double words */
#define FAST_ROW_SIZE  256u
#define FAST_ROW_UNITS (FAST_ROW_SIZE / STM32L4_UNIT_SIZE)
/*
 * Rows without results yet: more than the batches that are on the wire at a time hold. Rows that were
 * left half done
 */
#define FAST_PENDING 32
#define FAST_BROKEN  32
/* samples around the end of a row */
#define FAST_SAMPLES 256

/* an SR sample taken at a known time after the second word of a unit */
struct probe {
	u64 after_ns; /* at least; gaps between USB transfers make it later */
	u64 issued;   /* bytes of the job that were queued before it */
	u64 mark;
	u32 sr;
	enum memq_sample state;
};

struct l4_fast {
	bool is_used;	/* the map is valid */
	bool is_on;	/* rows are still to be done */
	bool is_set_up; /* FSTPG set, flags clear */
	u64 from;	/* the first row, in bytes of the job */
	u32 n_rows, next, n_done;
	/*
	 * Rings: rows that were queued, and samples of SR that tell how many of all up to then are well.
	 * Both are counted from the job's start
	 */
	u32 row[FAST_PENDING];
	u64 n_sent, n_good;
	struct {
		u64 n_sent, mark;
		u32 sr;
		enum memq_sample state;
	} look[FAST_PENDING];
	u64 n_looks, n_judged;
	u64 learned_mark; /* what was queued before tells nothing of the present estimate */
	bool runs;	  /* the last of them has not been looked at */
	u64 started_ns;	  /* cursor at its first unit */
	/* learning: samples in a row, little endian */
	u32 sample[FAST_SAMPLES];
	u64 sample_from_ns, sample_step_ns;
	unsigned int n_samples;
	enum memq_sample samples_state;
	/* what went wrong */
	u64 n_retries, n_noise; /* of the context, at the last look */
	unsigned int n_failures, n_failures_in_a_row;
	struct {
		u32 row, units; /* bit n: unit n is there, or beyond help */
	} broken[FAST_BROKEN];
	unsigned int n_broken;
};

struct l4_program {
	u64 pos;	/* standard programming: bytes queued, */
	u64 base;	/* and bytes proven */
	u64 marked;	/* and those of them that flash_job.there tells of */
	u64 end;	/* and where to stop */
	u64 len;	/* of the job as it was asked for */
	bool is_set_up; /* PG set, flags clear */
	bool is_final;	/* the last status is queued: */
	u32 sr, cr;
	enum memq_sample state;
	unsigned int n_units, n_cal, n_retries, n_skipped;
	u64 retry_at;
	u64 idle_at_ns;		       /* cursor when the last unit should be done */
	struct probe probes[N_PROBES]; /* ring */
	u64 n_probes, n_judged;
	u64 learned_mark; /* what was queued before tells nothing of the present estimate */
	struct probe cal[CAL_UNITS][CAL_SAMPLES];
	struct l4_fast fast;
	u8 row_done[]; /* a bit each */
};

/* bytes of row_done for a job */
size_t stm32l4_fast_map_size(const struct flash_job *job);
/* decide whether rows are worth it, for a job that starts now */
void stm32l4_fast_begin(struct flash_job *job, struct l4_program *l4);
/* as mtd_ops, while fast.is_on; issue() may find that all rows are done, and clears is_on */
int stm32l4_fast_issue(struct flash_job *job, struct l4_program *l4, struct memq *q);
int stm32l4_fast_check(struct flash_job *job, struct l4_program *l4);
int stm32l4_fast_resync(struct flash_job *job, struct l4_program *l4);
/* was the unit at @pos, in bytes of the job, done by a row, or left by one for good? */
bool stm32l4_fast_has(const struct l4_program *l4, u64 pos);
/* bytes in [0, @pos) that rows have done */
u64 stm32l4_fast_bytes(const struct l4_program *l4, u64 pos);

/* drivers/stm32l4-flash-prog.c */
bool stm32l4_is_blank(const u8 *unit);
/* units of @job in bytes [@from, @to) are as they should be: struct flash_job.there */
void stm32l4_mark_there(struct flash_job *job, u64 from, u64 to);
u64 stm32l4_cycles_ns(const struct memq *q, u64 cycles);

#endif
