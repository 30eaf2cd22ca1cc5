/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A session from inside: session.c opens and closes, session-job.c reads, writes, verifies and
 * erases, session-report.c tells what came of it.
 */
#ifndef SWDROM_LIB_SESSION_PRIV_H
#define SWDROM_LIB_SESSION_PRIV_H

#include "include/swdrom.h"
#include "lib/adapter.h"
#include "lib/board.h"
#include "lib/ctx.h"
#include "lib/image.h"
#include "lib/layout.h"
#include "lib/plan.h"
#include "lib/programmer.h"
#include "lib/spi-nor-choose.h"
#include "lib/spi-mem.h"
#include "lib/swd.h"
#include "lib/target.h"

#define SESSION_MAX_BUSY 8

struct swdrom_gang;

/* what an error of the step being done means to the user */
enum session_phase {
	PHASE_RUN,    /* by errno alone */
	PHASE_CONFIG, /* board, adapter, layout: data that the user gave: usage */
	PHASE_IMAGE,  /* any error with the files is one of the image */
	PHASE_OUTPUT, /* writing a file: an I/O error, whatever the errno */
};

struct session_range {
	u64 start, len; /* as given: bus address, or offset with -m */
};

struct session_names {
	char name[32], about[128], id[16], uid[40];
};

/* what was to be done to a device, in bytes */
struct session_goal {
	u64 erase, program;
};

/* how a job gets on, against what was expected of it */
struct session_meter {
	const struct plan *plans; /* being carried out */
	size_t n_plans;
	u64 fixed_ns; /* expected of all but erasing and programming */
	u64 wire_ns;  /* what the wire alone needs for these */
	struct session_meter_kind {
		u64 est_ns;	/* when planned */
		u64 revised_ns; /* once a tenth was done; 0: not yet */
		u64 from_ns;
		/* two looks at it: when, and what had been planned for what was done by then */
		u64 first_ns, first_est_ns, mid_ns, mid_est_ns;
	} kinds[TARGET_MAX_MTDS][2]; /* erasing, programming */
};

struct swdrom {
	struct swdrom_callbacks cb;
	struct ctx ctx;
	enum swdrom_status status;
	struct swdrom_error error;

	/* what to work on */
	char *mtd_name;
	struct session_range *ranges;
	size_t n_ranges;
	struct image *image; /* by bus address */
	struct image *loose; /* binaries for the start of the device -m names: offsets */

	/* what is open */
	struct swdrom_gang *gang; /* NULL: alone */
	size_t gang_index;
	const struct programmer *programmer;
	struct adapter adapter;
	struct board board;
	bool has_board, has_nor_choice;
	struct nor_choice nor_choice;
	struct transport *transport; /* the host's once that is there */
	struct swd_host *host;
	struct target target;
	bool attached;
	struct spi_mem *spi; /* instead of host and target: a flash chip alone */
	struct spi_nor *nor;
	struct dap *raw_dap; /* instead of the target: swdrom_open_opts.raw */
	struct memq *raw_q;
	int raw_ap;	     /* ap= of the programmer's parameters, -1: the first MEM-AP */
	struct sysclock clk; /* the session's clock as ctx has it: counts what is slept */
	struct sysclock *real_clk;
	u64 opened_ns, opened_host_ns;

	/* what came of it */
	u32 prepared;		      /* bit n: target.mtds[n] needs mtd_finish() */
	struct swdrom_mtd_info *mtds; /* in the order of target.mtds */
	struct session_names *names;  /* what they point to */
	struct session_goal goals[TARGET_MAX_MTDS];
	size_t n_mtds;
	struct swdrom_segment_info *segments;
	/* what the report points to: transport and target die at close */
	char product[64], serial[64], location[32];
	char target_name[32];
	char wp_mtd[32], wp_registers[200], otp_mtd[32], otp_about[64];
	struct swdrom_report report;

	enum swdrom_verify_by verify_by;
	bool no_boost;
	struct session_meter meter;
	u32 no_sums; /* bit n: checksums of target.mtds[n] were tried and are no good */
};

/* session_status() - remember the first error as the user's; returns it, or OK for @ret 0 */
enum swdrom_status session_status(struct swdrom *s, enum session_phase phase, int ret);
/* session_mtd_info() - the results of a device */
struct swdrom_mtd_info *session_mtd_info(struct swdrom *s, const struct mtd_info *mtd);

/* session.c: by the name in front of the colon; *@params: what is behind it; NULL with err set */
const struct programmer *session_find_programmer(struct err *err, const char *text,
						 const char **params);
/* what an error with a phase means to the user */
enum swdrom_status session_status_of(enum session_phase phase, int ret);

/* session-gang.c: the programmer that board @i was found with, and its parameters */
const struct programmer *session_gang_programmer(const struct swdrom_gang *g, size_t i,
						 const char **params);
/* what its gang_open() needs; NULL: plain open() will do */
void *session_gang_shared(const struct swdrom_gang *g, const struct programmer *prog, size_t i,
			  unsigned int *index);

/* session-clock.c */
u32 session_clock_recall(struct swdrom *s);
void session_clock_remember(struct swdrom *s, u32 hz);

/* from here on time counts, on @real_clk */
void session_start_clock(struct swdrom *s, struct sysclock *real_clk);

/* session-spi.c: a flash chip on the adapter itself */
int session_spi_open(struct swdrom *s, struct params *p);
void session_spi_close(struct swdrom *s);

/* the clock of the wire: SWCLK, or that of the SPI */
static inline u32 session_wire_hz(const struct swdrom *s)
{
	return s->host ? s->host->hz : s->spi ? s->spi->hz : 0;
}

/* session-raw.c: debug port and MEM-AP alone */
int session_raw_open(struct swdrom *s, u32 swclk_hz, bool under_reset);
void session_raw_close(struct swdrom *s);

/* session-report.c */
int session_report_open(struct swdrom *s); /* adapter, target, mtds: right after attach */
void session_report_adapter(struct swdrom *s);
void session_report_close(struct swdrom *s); /* counters and clocks, before closing */
int session_report_segments(struct swdrom *s, const struct image *img);
u64 session_now_ns(struct swdrom *s);

/* a stretch of work that the physical limit is held against */
struct session_work {
	u64 from_ns;
	struct bench_busy before[SESSION_MAX_BUSY];
	unsigned int n_before;
};

void session_work_begin(struct swdrom *s, struct session_work *w);
/* @typ_ns: typical busy time of each of target.mtds, used where the bench does not know better */
void session_work_end(struct swdrom *s, struct session_work *w, const u64 *typ_ns);
/* the same for reading @bytes: 46 cycles a word */
void session_work_end_read(struct swdrom *s, struct session_work *w, u64 bytes);
/* the same for verifying: what was not read is summed at the speed of the target's bus */
void session_work_end_verify(struct swdrom *s, struct session_work *w);

/* session-estimate.c */
u64 session_cycle_ps(const struct swdrom *s);
void session_estimate(struct swdrom *s, struct plan *plan, u64 spent_ns);
void session_meter_begin(struct swdrom *s, const struct plan *plans, size_t n_plans);
void session_meter_end(struct swdrom *s);

/* ---- reading and comparing ---- */

/*
 * Read at a time: large against the pause between two flushes (a USB round trip of some 0.3 ms,
 * against 100 ms of wire at 15 MHz), small enough for progress and for Ctrl-C to be heard.
 */
#define SESSION_READ_CHUNK ((size_t)KIB(128))

#define SESSION_NOTHING	   "nothing was changed"

struct session_reader {
	struct swdrom *s;
	const char *step;
	u64 done, total;    /* for progress, of the present device */
	bool is_repair;	    /* its bytes were counted before */
	const char *so_far; /* what to say when the user stops it */
	const struct mtd_info *mtd;
	const struct image *img; /* totals by device are taken from it, where there is one */
};

/* what a comparison found; addresses are of the first one */
struct session_mismatch {
	u64 count; /* bytes that differ */
	const struct mtd_info *mtd;
	u64 addr;
	u8 want, got;
	/* pieces that compare equal, but in which the device found broken cells: may read otherwise */
	u64 n_doubtful;
	const struct mtd_info *doubtful_mtd;
	u64 doubtful_addr;
	u64 n_weak; /* the same, with all of them put right by ECC */
};

/* session-sum.c: comparing by checksums that the target computes */
bool session_can_sum(struct swdrom *s, const struct mtd_info *mtd, u64 bytes);
int session_sum(struct session_reader *r, struct mtd_info *mtd, struct mtd_crc *pieces, size_t n);
void session_stop_summing(struct swdrom *s, const struct mtd_info *mtd, const char *why);

void session_reader_on(struct session_reader *r, struct mtd_info *mtd);
int session_read(struct session_reader *r, struct mtd_info *mtd, u64 from, size_t len, u8 *buf);

/* session-state.c: what an error leaves behind */
int session_explain(struct swdrom *s, int ret);
void session_tell_state(struct swdrom *s, int ret);
void session_tell_done(struct swdrom *s, int ret);
void session_tell_lost(struct swdrom *s, const struct flash_job *jobs, size_t n);

/* session-verify.c */
int session_verify_plan(struct swdrom *s, const struct plan *plan, struct session_mismatch *mm,
			struct image *bad, bool is_repair);
int session_mismatch_error(struct swdrom *s, const struct session_mismatch *mm, const char *next);

/* is there anything to mend? */
static inline bool session_is_mismatch(const struct session_mismatch *mm)
{
	return mm->count || mm->n_doubtful || mm->n_weak;
}

#endif
