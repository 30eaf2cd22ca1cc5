/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One attached microcontroller: its debug port, its core, its flash devices.
 */
#ifndef SWDROM_LIB_TARGET_H
#define SWDROM_LIB_TARGET_H

#include "lib/adiv5.h"
#include "lib/board.h"
#include "lib/cortexm.h"
#include "lib/mtd.h"

#define TARGET_MAX_MTDS 8

struct target;
struct nor_choice;

/*
 * chips/ registers here, through the link-time array chip_families[]. Order of calls: probe (first
 * that says 1 wins), quiesce, add_mtds, ..., restore.
 */
struct chip_family {
	const char *name;
	const char *parts; /* what it covers, for people; NULL if it supports none */
	/* 1 = mine (t->name, t->idcode, ... filled in), 0 = not, -errno. Reads only */
	int (*probe)(struct target *t);
	/* core is halted: freeze watchdogs, keep debug in low-power modes, stop DMA and other masters */
	int (*quiesce)(struct target *t);
	/* offer the flash devices; with t->board also the external one */
	int (*add_mtds)(struct target *t);
	/* put DBGMCU, clocks and QUADSPI back; runs also after errors */
	void (*restore)(struct target *t);
};

extern const struct chip_family *const chip_families[];

enum target_protection { RDP_LEVEL_0, RDP_LEVEL_1, RDP_LEVEL_2 };

struct target {
	struct ctx *ctx;
	struct dap *dap;
	struct memq *q;
	u32 dap_hz; /* SWCLK for the job, once it was tried */
	struct cortexm core;
	const struct chip_family *family;
	const struct board *board;	     /* NULL without -b */
	const struct nor_choice *nor_choice; /* of its external flash; NULL: find out */
	char name[32];			     /* "STM32L476" */
	u32 idcode;			     /* DBGMCU_IDCODE */
	u32 flash_size;
	u8 uid[12];
	enum target_protection rdp;
	bool no_boost;
	u32 hclk_hz; /* of the bus, once quiesced; 0: not known */
	struct mtd_info *mtds[TARGET_MAX_MTDS];
	size_t n_mtds;
	void *priv; /* the family's */
};

struct target_attach_opts {
	u32 swclk_hz;		  /* clock wanted for the job */
	bool swclk_auto;	  /* ... or the fastest one up to it that works without errors */
	u32 swclk_hint_hz;	  /* that may be this one; 0: nobody knows */
	bool connect_under_reset; /* go straight to that rung */
	bool no_boost;		  /* leave the clock as it is after reset */
	bool no_reset; /* halt only, do not reset first (peripherals stay as the application left them) */
	const struct board *board;
	const struct nor_choice *nor_choice; /* outlives the target; NULL: nothing was said */
};

/**
 * target_attach() - the connect ladder: normal, slower clock, under reset with vector catch; then
 *                   identify, halt (reset-and-halt unless no_reset), quiesce, list the mtds
 * @host: adapter; borrowed for the life of the target
 *
 * Each rung is logged. Return: 0; -ENXIO with a diagnosis; -EOPNOTSUPP for an unknown part (named).
 */
int target_attach(struct target *t, struct ctx *ctx, struct swd_host *host,
		  const struct target_attach_opts *opts);

/* target_find_clock() - swclk_auto: sets t->dap_hz; for target_attach() */
int target_find_clock(struct target *t, const struct target_attach_opts *opts);

enum target_exit { TARGET_RUN, TARGET_HALT, TARGET_LEAVE };

/* target_detach() - restore, then reset-and-run, reset-and-halt, or leave; frees what attach made */
int target_detach(struct target *t, enum target_exit how);
struct mtd_info *target_mtd(struct target *t, const char *name);

#endif
