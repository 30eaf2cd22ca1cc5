/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between plan.c, plan-judge.c and plan-erase.c: an erase block and what is to become of it.
 */
#ifndef SWDROM_LIB_PLAN_PRIV_H
#define SWDROM_LIB_PLAN_PRIV_H

#include "lib/plan.h"

/* what a block holds against what it shall hold */
enum plan_class { CLASS_UNKNOWN, CLASS_BLANK, CLASS_EQUAL, CLASS_PROGRAM, CLASS_ERASE };

struct plan_block {
	struct mtd_info *mtd;
	u64 start;
	u32 size;
	size_t first_piece; /* first one that reaches into it */
	u32 image_bytes;    /* of its bytes, how many the image sets */
	u32 kept;	    /* bytes that are not blank and not of the image */
	u32 skipped;	    /* of those, how many are there already */
	const u8 *want;	    /* in the image where that sets every byte, else in @own */
	u64 write_ns;	    /* programming it, as planned so far */
	u64 write_full_ns;  /* all of it, after an erase */
	u64 write_fast_ns;  /* the same in fast rows */
	size_t first_partial;
	u32 n_partials;	     /* CLASS_PROGRAM: what of it, if it is not erased */
	u8 *own;	     /* the image over kept contents, or NULL */
	bool erase, program; /* what has to be done */
	bool is_doubtful;    /* its cells read unsurely: half erased or half programmed */
	bool is_kept_unsure; /* so do those that are kept, and its device could not correct them */
	bool is_summed;	     /* what it holds is known by this checksum, not by reading */
	bool is_guessed;     /* and that relies on what is not proven: good for a plan, no more */
	u32 crc;
	enum plan_class class;
	bool is_blank;	      /* known to be */
	u64 cover, cover_len; /* the erase that takes it along */
	u64 cover_ns;	      /* its cost, at its first block, or 0 */
};

/* a part of the image that lies in one device */
struct plan_piece {
	struct mtd_info *mtd;
	u64 offset;
	size_t len;
	const u8 *data;
};

/* bytes [from, to) of a block that have to be programmed */
struct plan_span {
	u32 from, to;
};

/* a plan in the making */
struct planner {
	struct plan *plan;
	const struct plan_opts *opts;
	struct err *err;
	struct plan_piece *pieces; /* by device, then ascending */
	size_t n_pieces, a_pieces;
	struct plan_block *blocks; /* the same */
	size_t n_blocks, a_blocks;
	struct plan_step *programs;
	size_t n_programs, a_programs;
	struct plan_span *partials;
	size_t n_partials, a_partials;
	u64 cycle_ps; /* of SWCLK, 0: nobody said */
	size_t a_steps;
	int (*read)(void *arg, struct mtd_info *mtd, u64 from, size_t len, u8 *buf);
	void *arg;
};

int plan_no_memory(struct err *err);
/* plan_array_grow() - @array with room for one more than @n; NULL: no memory, it is as it was */
void *plan_array_grow(void *array, size_t n, size_t *allocated, size_t size);
/* plan_buf() - memory that lives as long as the plan */
u8 *plan_buf(struct planner *p, size_t len);
/* plan_sum_of() - the sum of a device that is among those given */
struct plan_sum *plan_sum_of(const struct planner *p, const struct mtd_info *mtd);
/* plan_run_end() - blocks[i] up to the returned index follow each other, in at most @max_len */
size_t plan_run_end(const struct planner *p, size_t i, u64 max_len);
/* plan_run_len() - bytes in blocks [from, to) that follow each other */
u64 plan_run_len(const struct planner *p, size_t from, size_t to);

/* ---- plan-present.c ---- */

bool plan_is_blank(const struct mtd_info *mtd, const u8 *buf, size_t len);
/* plan_can_program() - can @present become @want by programming alone? */
bool plan_can_program(const struct mtd_info *mtd, const u8 *present, const u8 *want, u32 size);
/* plan_read_present() - contents of [@b's start, + @len) */
int plan_read_present(struct planner *p, const struct plan_block *b, u64 len, u8 *buf);

/**
 * plan_learn_present() - what blocks that follow each other hold
 * @p: planner
 * @from: first block; where a block's want does not depend on it, that is set
 * @to: behind the last one
 * @present: filled in, but for blocks that are found to have to be erased and lose nothing by it:
 *	     their class is CLASS_ERASE then, that of all others CLASS_UNKNOWN
 */
int plan_learn_present(struct planner *p, size_t from, size_t to, u8 *present);
/* plan_look_again() - does @b read otherwise than @present, or its device find broken cells? */
int plan_look_again(struct planner *p, struct plan_block *b, const u8 *present);
/* plan_look_at_kept() - the same for what is kept of @b; what ECC corrects is right */
int plan_look_at_kept(struct planner *p, struct plan_block *b, const u8 *present);

/* ---- plan-program.c ---- */

/* plan_note_programs() - what programming @b costs, and what of it if it is not erased */
int plan_note_programs(struct planner *p, struct plan_block *b, const u8 *present);
/* plan_program_blocks() - program steps of all blocks, once it is settled what is erased */
int plan_program_blocks(struct planner *p);

/* does the erase that was chosen for it take it, wanted or not? */
static inline bool plan_is_in_unit(const struct plan_block *b)
{
	return b->cover != b->start || b->cover_len != b->size;
}

static inline bool plan_is_erased(const struct plan_block *b)
{
	return b->erase || plan_is_in_unit(b);
}

/* ---- plan-cost.c ---- */

/* plan_write_ns() - a writebufsize, or a fast row, at typical times, with what the wire adds */
u64 plan_write_ns(const struct mtd_info *mtd, u64 cycle_ps, bool fast);

/**
 * plan_judge_run() - what becomes of blocks that follow each other
 * @p: pieces and blocks are listed and allowed; gets programs, sums and the blocks' fate
 * @from: first block
 * @to: behind the last one
 */
int plan_judge_run(struct planner *p, size_t from, size_t to);

/**
 * plan_choose_erases() - choose between block erases and larger ones
 * @blocks: ascending blocks of one device, not necessarily all of it; cover, cover_len and
 *	    cover_ns are set
 * @n: at least 1
 */
void plan_choose_erases(struct plan_block *blocks, size_t n);

#endif
