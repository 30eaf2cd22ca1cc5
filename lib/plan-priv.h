/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between plan.c and plan-erase.c: an erase block and what is to become of it.
 */
#ifndef SWDROM_LIB_PLAN_PRIV_H
#define SWDROM_LIB_PLAN_PRIV_H

#include "lib/plan.h"

/* what a block holds against what it shall hold */
enum plan_class { CLASS_BLANK, CLASS_EQUAL, CLASS_PROGRAM, CLASS_ERASE };

struct plan_block {
	struct mtd_info *mtd;
	u64 start;
	u32 size;
	size_t first_piece;  /* first one that reaches into it */
	u32 image_bytes;     /* of its bytes, how many the image sets */
	u32 kept;	     /* bytes that are not blank and not of the image */
	u32 skipped;	     /* of those, how many are there already */
	u8 *want;	     /* neighbours' are contiguous */
	bool erase, program; /* what has to be done */
	bool is_doubtful;    /* its cells read unsurely: half erased or half programmed */
	enum plan_class class;
	bool is_blank;	      /* known to be */
	u64 cover, cover_len; /* the erase that takes it along */
	u64 cover_ns;	      /* its cost, at its first block, or 0 */
};

/**
 * plan_choose_erases() - choose between block erases and larger ones
 * @blocks: ascending blocks of one device, not necessarily all of it; cover, cover_len and
 *	    cover_ns are set
 * @n: at least 1
 */
void plan_choose_erases(struct plan_block *blocks, size_t n);

#endif
