/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole jobs on the virtual bench through the public API, for end-to-end tests: each run is a
 * session of its own, chained by the bench's state file; truth is read from that file, not
 * through the code under test.
 */
#ifndef SWDROM_TESTS_SUPPORT_JOB_H
#define SWDROM_TESTS_SUPPORT_JOB_H

#include "include/swdrom.h"
#include "lib/types.h"

struct job {
	char dir[64];	    /* scratch directory, removed by job_exit() */
	const char *board;  /* swdrom's board file and the bench's board; NULL: disco */
	bool no_board;	    /* do not offer the QUADSPI */
	const char *sim;    /* further keys for -p sim:, "" for none */
	unsigned long seed; /* 0: 1 */
	const char *clock;  /* NULL: default */
	int stop_after;	    /* stop the job at the n-th progress call; 0: never */
	/* results of the last run */
	enum swdrom_status status;
	char what[320], where[320], next[256];
	struct swdrom_report report; /* arrays in it are gone */
	char log[8192];		     /* lines of info and above */
	unsigned int n_objections;   /* of the bench: what real hardware would refuse */
	int n_progress;		     /* calls */
};

enum job_action { JOB_WRITE, JOB_VERIFY, JOB_ERASE_RANGE, JOB_READ_RANGE, JOB_PROBE };

void job_init(struct job *j);
void job_exit(struct job *j);
/* a bare binary file with @len bytes for @addr, to be named in job_run() */
struct job_image {
	u64 addr;
	const u8 *data;
	size_t len;
};
/* one session; @images for WRITE and VERIFY. Range actions take it from images[0] (data unused;
 * READ_RANGE fills it in) */
enum swdrom_status job_run(struct job *j, enum job_action action, const struct job_image *images,
			   size_t n);
/* an existing image file */
enum swdrom_status job_run_file(struct job *j, enum job_action action, const char *path);
/* truth from the state file: main flash (base 0x08000000) or NOR (0x90000000); caller frees */
u8 *job_truth(struct job *j, bool nor, size_t *len);
/* put bytes into the state file behind everybody's back */
void job_poke_truth(struct job *j, bool nor, size_t offset, const u8 *data, size_t len);
/* write-protect pages of bank 1 (option bytes WRP1A), or blocks of the NOR (its status register) */
void job_protect_flash(struct job *j, u8 first_page, u8 last_page);
void job_protect_nor(struct job *j, u8 sr);
/* deterministic noise */
void job_fill(u8 *buf, size_t len, u64 seed);

#endif
