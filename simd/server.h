/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * swdrom-sim: one process, one poll() loop, several benches, several protocols.
 *
 * A protocol is a const struct simd_protocol: the loop owns sockets and buffers and hands it bytes.
 * Nothing a client sends may end the process: a protocol refuses by a negative return, and that
 * client alone is dropped.
 *
 * How virtual time passes. Each bench has its own clock, and it moves
 *  - as far as the protocol says that its client's doings take: edges, bytes, sleep commands
 *    (simd_pass(), or the models themselves);
 *  - by the wall-clock time that went by while the server had nothing to do for this bench: the
 *    loop adds it before it hands over the next bytes, so a client that sleeps between two
 *    commands finds that its device has worked meanwhile. Time that the server itself spent
 *    computing is not added.
 * It may run far ahead of the wall clock; a protocol whose clients keep several transfers in flight
 * gives them time to send the next one first (usbip.c).
 * With --realtime it keeps to the wall clock (pace.c): after a command that took 10 ms of virtual time the
 * answer leaves, and the next command is read, 10 ms later.
 */
#ifndef SWDROM_SIMD_SERVER_H
#define SWDROM_SIMD_SERVER_H

#include "sim/sim.h"

#include <stdio.h>
#include <sys/types.h>

#define SIMD_MAX_BOARDS 16

struct simd;
struct simd_conn;

/* one virtual board with its adapter */
struct simd_board {
	struct simd *simd;
	unsigned int index;
	struct transport *t;
	struct sim *sim;
	struct usbdev *usb; /* its adapter, as USB/IP shows it */
	u32 reset_held;	    /* enum simd_reset bits: who holds nRST low */
	u64 idle_since_ns;  /* wall-clock time up to which the bench has been told of */
	u64 first_ps;	    /* virtual time of the first message of a client, */
	u64 last_ps;	    /* and of the last */
	/* --realtime */
	u64 ahead_base_ns; /* wall-clock time that is virtual time 0 */
	u64 start_ns;	   /* wall-clock time when it came to be */
	u64 late_ns;	   /* how much later than they were due its answers left, in sum */
};

/* a server pulls nRST low or lets go; several may */
enum simd_reset { SIMD_RESET_PIN = BIT(0), SIMD_RESET_CLIP = BIT(1) };
void simd_hold_reset(struct simd_board *b, enum simd_reset who, bool low);

struct simd_protocol {
	const char *name;  /* "remote-bitbang": option and messages */
	size_t state_size; /* of what simd_state() gives: zeroed, one for each connection */
	size_t max_rx;	   /* longest message that has to lie in the buffer whole */
	/* a client came; 0 or -errno: it is shown the door. NULL: anyone is welcome */
	int (*opened)(struct simd_conn *c);
	/*
	 * @len bytes have come (1 or more). Return: how many were used; the others are offered
	 * again together with what comes next. -errno: drop the client.
	 */
	ssize_t (*on_readable)(struct simd_conn *c, const u8 *buf, size_t len);
	/*
	 * Called in each turn of the loop, for what is due without the client's doing. Return: the
	 * loop comes back after this many milliseconds at the latest, -1: no need. NULL: nothing.
	 */
	int (*on_turn)(struct simd_conn *c);
	/* the wall clock went on by @ps for this connection's board. NULL: sim_advance_to() */
	void (*pass_time)(struct simd_conn *c, u64 ps);
	/* it is gone; its state is still there */
	void (*closed)(struct simd_conn *c);
};

/* ---- for protocols ---- */

/* this connection's struct of state_size bytes */
void *simd_state(struct simd_conn *c);
/* board of the port it came in by; NULL where a port is not one board's (USB/IP, until import) */
struct simd_board *simd_board(const struct simd_conn *c);
/* from now on this connection belongs to @b: its time passes */
void simd_set_board(struct simd_conn *c, struct simd_board *b);
struct simd *simd_of(const struct simd_conn *c);
bool simd_is_realtime(const struct simd *s);
/* the wall clock, or what a test has put in its place */
u64 simd_wall_ns(const struct simd *s);
/* queue bytes; they are copied and leave when the socket takes them */
void simd_send(struct simd_conn *c, const void *buf, size_t len);
/* the same; with --realtime they do not leave before @at_ps by the board's clock */
void simd_send_at(struct simd_conn *c, const void *buf, size_t len, u64 at_ps);
/* after what is queued the connection ends */
void simd_hang_up(struct simd_conn *c);
/* virtual time goes on by @ps */
void simd_pass(struct simd_board *b, u64 ps);
/* one line on stderr: "swdrom-sim: remote-bitbang 127.0.0.1:4711: ..." */
void simd_say(const struct simd_conn *c, const char *fmt, ...) __printf_like(2, 3);

unsigned int simd_n_boards(const struct simd *s);
struct simd_board *simd_board_at(struct simd *s, unsigned int i);
/* how many connections of @proto belong to @b */
unsigned int simd_n_conns(const struct simd *s, const struct simd_protocol *proto,
			  const struct simd_board *b);

/* ---- for main.c and tests ---- */

struct simd *simd_new(bool realtime);
/* before the first board: @clk goes for the wall clock, so that a test decides what time passes */
void simd_set_clock(struct simd *s, struct sysclock *clk);
/* the benches are closed (and saved) with it; the first error of that is left in @err */
int simd_free(struct simd *s, struct err *err);
/* takes over @t; NULL: out of memory, and @t is still the caller's */
struct simd_board *simd_add_board(struct simd *s, struct transport *t);
/**
 * simd_listen() - offer a protocol at a TCP port
 * @s: server
 * @proto: protocol
 * @b: board behind it, NULL: any
 * @where: "[ADDR:]PORT"; without ADDR 127.0.0.1; port 0: a free one
 * @err: what is wrong
 *
 * Return: the port, or -errno.
 */
int simd_listen(struct simd *s, const struct simd_protocol *proto, struct simd_board *b,
		const char *where, struct err *err);
/* one turn of the loop: wait up to @timeout_ms (-1: for ever) for something to do, and do it */
int simd_turn(struct simd *s, int timeout_ms, struct err *err);
/* a line for each board: its virtual time, with --realtime how late it was */
void simd_report(const struct simd *s, FILE *out);
/* turns until @stop_fd is readable; NULL error: it ended in order */
int simd_run(struct simd *s, int stop_fd, struct err *err);

/* the protocols */
extern const struct simd_protocol simd_remote_bitbang; /* rbb.c */
extern const struct simd_protocol simd_serprog;	       /* serprog.c */
extern const struct simd_protocol simd_usbip;	       /* usbip.c: one port for all boards */

#endif
