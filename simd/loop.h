/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside the server: the loop, its connections and their buffers (loop.c); virtual time against the
 * wall clock, and answers that wait for it (pace.c).
 */
#ifndef SWDROM_SIMD_LOOP_H
#define SWDROM_SIMD_LOOP_H

#include "simd/server.h"

#define MAX_LISTENERS 64
#define MAX_CONNS     64

/* a piece of an answer that is not to leave before @at_ns by the wall clock */
struct held {
	size_t n;
	u64 at_ns;
};

struct simd_listener {
	int fd;
	const struct simd_protocol *proto;
	struct simd_board *board;
};

struct simd_conn {
	struct simd *simd;
	const struct simd_protocol *proto;
	struct simd_board *board;
	int fd;
	bool hang_up, dead;
	bool more;    /* its protocol can go on at once */
	bool refuses; /* it does not take what is due */
	int due_ms; /* the next turn of its protocol is due in so long at the latest, -1: it is not */
	char peer[64];
	u8 *rx;
	size_t n_rx, rx_size;
	u64 rx_ns;	/* when the last of them came */
	u64 waiting_ns; /* since then they have been waiting for their board's time, 0: they are not */
	u8 *tx;
	size_t n_tx, tx_done, tx_size;
	struct held *held; /* --realtime: of tx, what must not leave yet, oldest first */
	size_t n_held, held_size;
	void *state;
};

struct simd {
	bool realtime;
	struct sysclock *clk; /* the wall clock */
	struct simd_board *boards[SIMD_MAX_BOARDS];
	unsigned int n_boards;
	struct simd_listener listeners[MAX_LISTENERS];
	unsigned int n_listeners;
	struct simd_conn *conns[MAX_CONNS];
	unsigned int n_conns;
};

/* the wall clock went on to @at_ns while nobody needed this connection's board; false: not yet there */
bool pace_catch_up(struct simd_conn *c, u64 at_ns);
/* --realtime: it will not get there; what is missing up to @at_ns does not take place */
void pace_give_up(struct simd_board *b, u64 at_ns);
/* the server has worked for a board until now */
void pace_worked(struct simd_board *b);
/* --realtime: how long this board has to wait for the wall clock */
u64 pace_ahead_ns(const struct simd *s, const struct simd_board *b);
/* the other way round: what it has yet to go on by */
u64 pace_behind_ns(const struct simd_board *b);

/* an answer of @n bytes is ready that must not leave before the virtual time @at_ps */
bool pace_hold(struct simd_conn *c, size_t n, u64 at_ps);
/* bytes of a connection's answers that may leave at @now_ns */
size_t pace_due(const struct simd_conn *c, u64 now_ns);
/* how long until there are any, UINT64_MAX: there is no answer */
u64 pace_hold_ns(const struct simd_conn *c);
/* @n of them have left, at @now_ns */
void pace_sent(struct simd_conn *c, size_t n, u64 now_ns);

#endif
