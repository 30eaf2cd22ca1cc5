/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small MPSSE with an SWD target on its pins, clock edge by clock edge, for the tests of the
 * encoder. Written from AN_108 and IHI 0031; it shares nothing with drivers/.
 */
#ifndef SWDROM_TESTS_MPSSE_MODEL_H
#define SWDROM_TESTS_MPSSE_MODEL_H

#include "lib/types.h"

enum model_wiring { MODEL_RESISTOR, MODEL_TRISTATE, MODEL_BUFFER, MODEL_TMS };

/* an access that the target saw, and what it shall answer */
struct model_access {
	u8 ack;	   /* in: 1, 2, 4; 7 = stays silent */
	u32 rdata; /* in: for reads */
	bool bad_rparity;
	u8 req; /* out */
	u32 wdata;
	bool wparity_ok;
	u64 idle; /* clocks with SWDIO low and driven, before the next start bit or the end */
	bool was_seen;
};

struct mpsse_model {
	enum model_wiring wiring;
	u16 oe_mask, oe_drive; /* MODEL_BUFFER: levels that turn the buffer on */
	bool is_fs;	       /* FT2232C/D: 0x8a to 0x8f do not exist */
	u16 out, dir;	       /* pins as set; bit 1 follows what is shifted out */
	u16 nsrst_mask;	       /* where these pins are inputs, they read high */
	u16 divisor;
	bool is_stuck_low; /* SWDIO shorted to ground */
	bool has_no_pull;  /* SWDIO floats low */
	/* the target */
	struct model_access *access;
	unsigned int n_access, i_access;
	int k; /* rise of the frame, -1 between frames */
	bool is_driving, level;
	/* results */
	u64 clocks;
	u64 n_contention;	     /* both drove, without a resistor */
	unsigned int ones, max_ones; /* in a row, as the target sees them */
	const char *fault;	     /* the first thing that must not happen */
	/* bytes not yet complete, replies */
	u8 *cmd;
	size_t n_cmd, cap_cmd;
	u8 *reply;
	size_t n_reply, cap_reply;
};

void model_init(struct mpsse_model *m, enum model_wiring wiring, struct model_access *access,
		unsigned int n_access);
void model_feed(struct mpsse_model *m, const u8 *bytes, size_t n);
void model_free(struct mpsse_model *m);

#endif
