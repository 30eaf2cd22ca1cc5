/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From an image and flash devices to what must be erased, programmed, kept and verified. Pure
 * computing; contents are read through a callback so that it can be tested without a target.
 */
#ifndef SWDROM_LIB_PLAN_H
#define SWDROM_LIB_PLAN_H

#include "lib/image.h"
#include "lib/mtd.h"

enum plan_kind { PLAN_ERASE, PLAN_PROGRAM, PLAN_VERIFY };

struct plan_step {
	enum plan_kind kind;
	struct mtd_info *mtd;
	u64 offset, len;
	/* owned by the plan, or borrowed from the image (plan_verify); NULL: verify blank */
	const u8 *data;
	u64 op_len; /* PLAN_ERASE: of one erase; there may be several in a row */
	u64 typ_ns; /* device busy time at typical figures; verify: 0 */
	u64 est_ns; /* the same; after plan_estimate() what it will really take, wire and all */
};

/* what a plan does, in bytes */
struct plan_sum {
	struct mtd_info *mtd; /* NULL: all devices */
	u64 erased;	      /* of all erase steps */
	u64 programmed;	      /* of all program steps, kept bytes included */
	u64 skipped;	      /* of the image: already there, neither erased nor programmed */
	u64 kept;	      /* not of the image, in blocks that are erased: saved and put back */
	u64 kept_unsure;      /* of these, from blocks with cells that ECC could not correct */
	u64 verified;	      /* compared: for the plan (skipped), and in verify steps */
	u64 compared;	      /* of verified: for the plan */
	u64 compared_by_crc;  /* of these, by checksum */
};

/* a range to be touched behind locks that every power-up sets: mtd_open_locks() */
struct plan_opening {
	struct mtd_info *mtd;
	u64 offset, len;
};

struct plan {
	struct plan_step
		*steps; /* erases first, then programs, then verifies, per device ascending */
	size_t n_steps;
	u64 est_ns;  /* at typical times, max over devices, and reading for verify; or what
		     * plan_estimate() makes of it */
	u64 wire_ns; /* plan_estimate(): of this, the least that erasing and programming can take
		      * for the wire's sake */
	struct plan_sum all;
	struct plan_sum *sums; /* one for each device given */
	size_t n_sums;
	struct plan_opening *opens; /* before the first step */
	size_t n_opens;
	void *priv;
};

struct plan_opts {
	bool no_skip;	/* -f: erase and program even what is equal already */
	bool no_verify; /* -n */
	/* like plan_write()'s read, with the same arg: fills in checksums. Blocks that the image
	 * covers are then read only where they differ and it matters how. -EOPNOTSUPP: not on this
	 * device; NULL: on none */
	int (*sum)(void *arg, struct mtd_info *mtd, struct mtd_crc *pieces, size_t n);
	/* wire time per byte read, for the estimate (ps) */
	u64 read_ps_per_byte;
};

/**
 * plan_write() - make the plan for writing @img
 * @plan: result; plan_free() it
 * @mtds: devices with their bus addresses
 * @read: reads present contents (for keep and skip); called only after everything else was checked
 *
 * Checks before reading anything: every byte lies in a writeable device; nothing touched is locked.
 * Erase blocks that hold bytes outside the image keep them (read, merged, programmed again).
 * Blocks whose contents are equal already are skipped; program units that are blank are not
 * programmed. Blocks that are still erased where needed are not erased.
 */
int plan_write(struct plan *plan, const struct image *img, struct mtd_info *const *mtds,
	       size_t n_mtds,
	       int (*read)(void *arg, struct mtd_info *mtd, u64 from, size_t len, u8 *buf),
	       void *arg, const struct plan_opts *opts, struct err *err);
/* plan_erase() - erase [offset, offset+len) of one device: whole blocks only, else -EINVAL naming the block borders */
int plan_erase(struct plan *plan, struct mtd_info *mtd, u64 offset, u64 len, struct err *err);
/* plan_verify() - compare @img with the devices, nothing else; read-only devices are fine */
int plan_verify(struct plan *plan, const struct image *img, struct mtd_info *const *mtds,
		size_t n_mtds, const struct plan_opts *opts, struct err *err);
/* plan_busy_ns() - erase and program time of one device at typical figures; NULL: the longest */
u64 plan_busy_ns(const struct plan *plan, const struct mtd_info *mtd);
/* what the way to the target costs */
struct plan_costs {
	u64 cycle_ps;	   /* of SWCLK */
	u64 round_trip_ns; /* from sending to having the last reply: USB, host and back */
	/* will @bytes of @mtd be verified by checksums? NULL: never */
	bool (*can_sum)(void *arg, struct mtd_info *mtd, u64 bytes);
	void *arg;
};

/**
 * plan_estimate() - est_ns of all steps and of the plan: what it will take from now on
 * @plan: made by one of the above
 * @costs: of the way to the target
 *
 * Devices lie somewhere between their typical and their maximum time: half-way is expected, but no
 * more than a quarter above typical, since data sheets' maxima are for the end of a device's life.
 * Erasing and programming of several devices overlap; the wire is theirs in common.
 */
void plan_estimate(struct plan *plan, const struct plan_costs *costs);
/* plan_print() - what will happen, a line a step, through @line; for --dry-run */
void plan_print(const struct plan *plan, void (*line)(void *arg, const char *text), void *arg);
void plan_free(struct plan *plan);

#endif
