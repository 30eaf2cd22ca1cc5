/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A flash device in the words of the kernel's MTD layer, and the jobs that are run on it.
 */
#ifndef SWDROM_LIB_MTD_H
#define SWDROM_LIB_MTD_H

#include "lib/ctx.h"
#include "lib/memq.h"

struct mtd_info;
struct flash_job;

/* @count erase blocks of @erasesize bytes each, starting at @offset */
struct mtd_region {
	u64 offset;
	u32 erasesize, count;
	u64 typ_ns; /* to erase one; 0: mtd_info.erase_typ_ns */
};

/* a larger erase than a block: bank, 64K block, chip */
struct mtd_erase_unit {
	u64 offset, size;
	u64 stride; /* repeats every @stride bytes, 0: only there */
	u32 count;
	u64 typ_ns, max_ns;
	bool allows_fast; /* what it erased may be programmed in fast rows: mtd_info.fast_size */
};

/* start and length of what mtd_ops.checksum takes are multiples of this */
#define MTD_CRC_ALIGN 4u
/* aligned blocks that are summed together first: each piece costs some 40 us more than its bytes */
#define MTD_CRC_GROUP ((u64)KIB(64))

/* the CRC-32 (zlib's) of a piece of a device, computed by the target */
struct mtd_crc {
	u64 from;
	u32 len;
	bool is_guess; /* a wrong sum costs time, not data: what is not proven yet may be relied on */
	u32 crc;       /* result */
	bool is_unsure;	 /* result: the device found broken cells (ECC), or the piece could not be
			 * read: crc says nothing, a read says more */
	bool is_guessed; /* result: something unproven was relied on; never without @is_guess */
};

/* who may change what is protected: flashrom's words */
enum mtd_wp_mode {
	MTD_WP_DISABLED,    /* anybody */
	MTD_WP_HARDWARE,    /* nobody while the WP# pin is low */
	MTD_WP_POWER_CYCLE, /* nobody until the power has been off */
	MTD_WP_PERMANENT,   /* nobody, ever again */
};

struct mtd_wp_range {
	u64 start, len; /* offsets of the device; len 0: nothing */
};

struct mtd_wp_status {
	struct mtd_wp_range range; /* the whole span where locks are individual */
	bool is_partial;	   /* only some blocks of it are locked */
	enum mtd_wp_mode mode;
	char about[200]; /* registers and their values */
};

struct mtd_wp_change {
	bool has_range, has_mode;
	struct mtd_wp_range range;
	enum mtd_wp_mode mode;
	bool is_volatile; /* until reset or power-up only */
	bool may_once;	  /* also what can never be undone */
};

/* write protection that the device itself enforces */
struct mtd_wp_ops {
	int (*status)(struct mtd_info *mtd, struct mtd_wp_status *out);
	/* ranges that can be had: *n of them into @out, which has room for MTD_WP_MAX_RANGES */
	int (*list)(struct mtd_info *mtd, struct mtd_wp_range *out, size_t *n);
	int (*change)(struct mtd_info *mtd, const struct mtd_wp_change *change);
};

#define MTD_WP_MAX_RANGES 128

/* regions beside the array that can be locked for ever; offsets run over all of them */
struct mtd_otp_info {
	u32 n, len;	   /* regions, bytes of each */
	u32 locked;	   /* bit r: region r */
	bool is_erasable;  /* what is not locked can be erased, region by region */
	bool is_lock_once; /* one lock for all regions */
	const char *about;
};

struct mtd_otp_ops {
	int (*info)(struct mtd_info *mtd, struct mtd_otp_info *out);
	int (*read)(struct mtd_info *mtd, u32 from, size_t len, u8 *buf);
	/* ones can become zeros, never the other way round; read back */
	int (*program)(struct mtd_info *mtd, u32 to, size_t len, const u8 *buf);
	int (*erase)(struct mtd_info *mtd, u32 region);
	/* never to be undone; all regions where there is one lock */
	int (*lock)(struct mtd_info *mtd, u32 region);
};

struct mtd_ops {
	/* unlock, clocks, quad enable; nothing that changes contents. Idempotent */
	int (*prepare)(struct mtd_info *mtd);
	int (*read)(struct mtd_info *mtd, u64 from, size_t len, u8 *buf);
	/*
	 * Fill in crc and is_unsure of all @n pieces without moving their bytes over the wire. NULL,
	 * or -EOPNOTSUPP (with the reason set): the target can't
	 */
	int (*checksum)(struct mtd_info *mtd, struct mtd_crc *pieces, size_t n);
	/* queue the next slice of @job: see struct flash_job */
	int (*issue)(struct flash_job *job, struct memq *q);
	/* the results of the last slice are valid: judge them; see struct flash_job */
	int (*check)(struct flash_job *job);
	/*
	 * Instead of issue() and check(): a device with a wire of its own, which shares nothing with
	 * others. The whole job, waited for; -EINTR when the user stops it. Then mtd_info.q is NULL
	 */
	int (*run)(struct flash_job *job);
	/*
	 * The queue failed and was emptied: what was in flight of @job may have happened or not. Look
	 * (cold accesses, may wait), set issued and done to what is proven; return as check(). It may
	 * fail on a bad wire and is then called again. NULL: such an error ends the run
	 */
	int (*resync)(struct flash_job *job);
	/* would erasing or programming [from, from+len) be refused? 0: no; -EROFS with the reason
	 * (names page or block, register, remedy); MTD_OPENS: yes, but see open_locks(). Called before
	 * anything is erased; only looks */
	int (*is_locked)(struct mtd_info *mtd, u64 from, u64 len);
	/*
	 * For a job, where is_locked() says MTD_OPENS: open the locks that every power-up sets, and the
	 * next one will set again. -EROFS: they stay closed. NULL: there are none
	 */
	int (*open_locks)(struct mtd_info *mtd, u64 from, u64 len);
	/* back to a quiet, readable state; always runs, also after errors and Ctrl-C */
	void (*finish)(struct mtd_info *mtd);
	/* the device's own description (SFDP), as it is, into @buf; NULL: there is no such thing */
	int (*sfdp)(struct mtd_info *mtd, u8 *buf, size_t size, size_t *len);
	const struct mtd_wp_ops *wp;   /* NULL: none */
	const struct mtd_otp_ops *otp; /* NULL: none */
};

struct mtd_info {
	const char *name;  /* "flash", "otp", "options", "qspi" */
	const char *about; /* "STM32L476 internal flash, 2 x 512 KiB, 2 KiB pages" */
	u64 base;	   /* bus address where an image sees it */
	bool is_off_bus; /* it has none: base only keeps it apart from the others, and is not shown */
	u64 size;
	u32 writesize;	  /* program unit: 8 on L4, 1 on NOR */
	u32 writebufsize; /* page: largest naturally aligned piece programmed in one go */
	u8 erased;	  /* 0xff */
	bool writeable;
	bool only_look;	 /* the session's, before prepare(): no register is written that lasts */
	bool write_once; /* a programmed unit can't be programmed again without erase (ECC flash) */
	const struct mtd_region *regions; /* smallest erase blocks, ascending, covering it all */
	unsigned int n_regions;
	const struct mtd_erase_unit *units; /* larger erases, ascending size; n_units may be 0 */
	unsigned int n_units;
	u64 erase_typ_ns, erase_max_ns; /* one smallest block */
	u64 write_typ_ns, write_max_ns; /* one writebufsize */
	/*
	 * Fast programming, chosen by the driver: whole aligned rows in what a unit with allows_fast
	 * erased in this session and nobody programmed since. fast_size 0: the device has none
	 */
	u32 fast_size;
	u64 fast_typ_ns, fast_max_ns; /* one row */
	/* for estimates: SWCLK cycles between two writebufsizes (rows: fast_size) in which the device
	 * waits for the wire, and of the wire for one of them, data included */
	u32 write_gap_cycles, write_wire_cycles;
	/* checksum(), for estimates: time a byte, a piece, and once; 0: not known, or it can't */
	u64 crc_ps_per_byte, crc_piece_ns, crc_setup_ns;
	u64 n_doubtful; /* read pieces so far in which the device itself found cells that it could not
			 * correct (ECC): what was read there may read otherwise next time */
	u64 n_corrected; /* read pieces so far in which it corrected all it found */
	/* of an external chip, in hex, for reports: JEDEC ID and serial number; NULL or empty: none */
	const char *id, *uid;
	const struct mtd_ops *ops;
	struct ctx *ctx;
	struct memq *q;
};

enum job_kind { JOB_ERASE, JOB_PROGRAM };

enum job_state { JOB_READY, JOB_BLOCKED, JOB_DONE };

/*
 * One erase or program request on one device.
 *
 * issue() appends the next slice to the queue - some accesses, after which the device is busy about
 * busy_ns - and never waits. It returns
 *   JOB_READY    more slices remain; call again once the device is expected to be ready
 *   JOB_BLOCKED  it must see results first: call check() when memq_done() has passed the slice
 *   JOB_DONE     everything was queued; check() once more when the results are in
 *   -errno       the device cannot go on
 * A slice may carry samples (status registers) whose results check() looks at. check() is called
 * with every result up to the last slice valid. It may find pieces that must be issued again: it
 * then moves @issued back and returns JOB_READY; JOB_DONE means proven done. A busy_ns that check()
 * sets delays the next issue() (an erase that was found still running).
 *
 * When the user stops the run, @len is cut down to @issued: a driver counts an operation as issued
 * when it has started it, looks at @len afresh in every call, and so finishes what is in flight and
 * starts nothing new. A job starts only when the one before it on its device is proven done.
 *
 * The scheduler calls issue() only when memq_cursor_ns() has reached ready_at_ns, filling the time
 * until then with other devices' slices or, when nobody has any, with a delay. A device that does
 * its own pacing inside a slice leaves busy_ns 0.
 */
struct flash_job {
	enum job_kind kind;
	struct mtd_info *mtd;
	u64 offset, len; /* of the device; erase: whole blocks */
	const u8 *buf;	 /* JOB_PROGRAM */
	u64 issued;	 /* bytes queued so far */
	u64 done;	 /* bytes proven done: progress; the first ones, unless is_scattered */
	u64 busy_ns;	 /* set by issue(): how long the device is busy after this slice */
	void *priv;	 /* the driver's, NULL at first; sched_run() free()s it at its end */

	/*
	 * What the scheduler tells issue(): wire time until another device wants to be served, and how
	 * much others still have to do. And what issue() tells it: the next slice keeps nobody waiting, it may come late or in pieces
	 */
	u64 room_ns;
	u64 others_ns; /* how long other devices will program meanwhile, about */
	bool is_patient;
	/*
	 * issue() says: it judges results by memq_done() as they come in, so the run need not pause
	 * for check(); job->done is up to date. It returns JOB_BLOCKED when it wants check() after all
	 */
	bool judges_early;
	/*
	 * The caller's, or NULL: zeroed, a bit for each writesize bytes of the job (bit 0 of byte 0 is
	 * the first), good until sched_run() returns. A driver that does not go from the start to the
	 * end sets is_scattered, and the bits of what is proven to be there as it should
	 */
	u8 *there;
	bool is_scattered;

	/* the scheduler's */
	u64 ready_at_ns;
	u64 mark;
	enum job_state state;
};

/**
 * sched_run() - run jobs, several devices at once, jobs of one device in the order given
 * @ctx: session
 * @q: the queue they all share
 * @jobs: array of @n
 *
 * Return: 0 when all are proven done; else the first error, after every device was brought to rest.
 * jobs[i].done says how far each one got.
 */
int sched_run(struct ctx *ctx, struct memq *q, struct flash_job *jobs, size_t n);

/* blocking forms, checked; for tests and simple callers */
int mtd_read(struct mtd_info *mtd, u64 from, size_t len, u8 *buf);
/* mtd_checksum() - -EOPNOTSUPP where the target can't; see mtd_ops.checksum */
int mtd_checksum(struct mtd_info *mtd, struct mtd_crc *pieces, size_t n);
int mtd_write(struct mtd_info *mtd, u64 to, size_t len, const u8 *buf);
int mtd_erase(struct mtd_info *mtd, u64 from, u64 len);
#define MTD_OPENS 1
int mtd_is_locked(struct mtd_info *mtd, u64 from, u64 len);
int mtd_open_locks(struct mtd_info *mtd, u64 from, u64 len);
int mtd_prepare(struct mtd_info *mtd);
void mtd_finish(struct mtd_info *mtd);

/* mtd_block_at() - smallest erase block that holds @offset: its start and size; false past the end */
bool mtd_block_at(const struct mtd_info *mtd, u64 offset, u64 *start, u64 *size);

#endif
