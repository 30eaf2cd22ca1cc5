// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual time of each board against the wall clock.
 *
 * Without --realtime a board's clock goes on by what the wall clock did while the server had nothing to
 * do for it. With --realtime both are the same, but for a lead while a transfer runs, and every answer is
 * held back until its time has come.
 *
 * A board is late by how much later than they were due those answers left after which nothing else was
 * under way, in sum: by so much its client went on later than on a bench. An answer that is late while
 * the next transfer already runs costs nothing, nor does what is computed while nobody waits for it, nor
 * an answer that its client does not take.
 */
#include "simd/loop.h"
#include "sim/core.h"

#include <stdlib.h>
#include <string.h>

/*
 * --realtime: a board that is behind goes on by this, then by twice as much and so on, until that has
 * taken so long
 */
#define PIECE_NS MSEC_NS
#define SPELL_NS (5 * MSEC_NS)

/**
 * simd_wall_ns() - the wall clock
 * @s: server
 */
u64 simd_wall_ns(const struct simd *s)
{
	return clock_now_ns(s->clk);
}

/* a moment of a board's virtual time by the wall clock; of use with --realtime only */
static u64 at_wall_ns(const struct simd_board *b, u64 ps)
{
	return b->ahead_base_ns + ps / PS_PER_NS;
}

static u64 virt_ns(const struct simd_board *b)
{
	return at_wall_ns(b, sim_now_ps(b->sim));
}

static void pass(struct simd_conn *c, u64 ps)
{
	if (c->proto->pass_time)
		c->proto->pass_time(c, ps);
	else
		simd_pass(c->board, ps);
}

/* in pieces, so that a core that cannot be executed in real time keeps nobody else waiting for long */
static bool keep_up(struct simd_conn *c, u64 at_ns)
{
	const struct simd_board *b = c->board;
	u64 begun = simd_wall_ns(b->simd), piece = PIECE_NS;

	for (;;) {
		u64 from = virt_ns(b), gap = at_ns > from ? at_ns - from : 0;

		pass(c, min(gap, piece) * PS_PER_NS);
		/* while an MPSSE works its own time counts */
		if (gap <= piece || virt_ns(b) == from)
			return true;
		if (simd_wall_ns(b->simd) - begun > SPELL_NS)
			return false;
		piece *= 2;
	}
}

/**
 * pace_catch_up() - the wall clock went on while nobody needed a board
 * @c: connection
 * @at_ns: to this time: now, or when a message came
 *
 * Return: false: with --realtime that would take long; to be called again after a look at the others.
 */
bool pace_catch_up(struct simd_conn *c, u64 at_ns)
{
	struct simd_board *b = c->board;
	u64 from = b->idle_since_ns;
	bool done = true;

	b->idle_since_ns = at_ns;
	if (b->simd->realtime)
		done = keep_up(c, at_ns);
	else
		pass(c, at_ns > from ? (at_ns - from) * PS_PER_NS : 0);
	if (!b->last_ps)
		b->first_ps = sim_now_ps(b->sim);
	return done;
}

/**
 * pace_give_up() - --realtime: a board cannot be executed as fast as the wall clock goes
 * @b: board
 * @at_ns: from this moment on it has its time again; what is missing until then does not take place
 */
void pace_give_up(struct simd_board *b, u64 at_ns)
{
	u64 virt = virt_ns(b);

	if (at_ns > virt)
		b->ahead_base_ns += at_ns - virt;
}

/**
 * pace_worked() - the time until now was the server's own work
 * @b: board that it was for
 */
void pace_worked(struct simd_board *b)
{
	b->idle_since_ns = simd_wall_ns(b->simd);
	if (b->first_ps)
		b->last_ps = sim_now_ps(b->sim);
}

/**
 * pace_ahead_ns() - --realtime: how long a board has to wait for the wall clock
 * @s: server
 * @b: board or NULL
 */
u64 pace_ahead_ns(const struct simd *s, const struct simd_board *b)
{
	u64 virt, wall;

	if (!s->realtime || !b)
		return 0;
	virt = virt_ns(b);
	wall = simd_wall_ns(s);
	return virt > wall ? virt - wall : 0;
}

/**
 * pace_behind_ns() - --realtime: what a board's clock has yet to go on by
 * @b: board
 */
u64 pace_behind_ns(const struct simd_board *b)
{
	u64 virt = virt_ns(b), wall = simd_wall_ns(b->simd);

	return wall > virt ? wall - virt : 0;
}

/* ---- answers ---- */

/**
 * pace_hold() - an answer must not leave yet
 * @c: connection; those before it leave before it
 * @n: its length in bytes
 * @at_ps: virtual time at which it is due, 0: now
 *
 * Return: false: out of memory.
 */
bool pace_hold(struct simd_conn *c, size_t n, u64 at_ps)
{
	struct held h = { .n = n, .at_ns = simd_wall_ns(c->simd) };

	if (!c->simd->realtime || !n)
		return true;
	if (c->board && at_ps)
		h.at_ns = at_wall_ns(c->board, at_ps);
	if (c->n_held && c->held[c->n_held - 1].at_ns >= h.at_ns) {
		c->held[c->n_held - 1].n += n;
		return true;
	}
	if (c->n_held == c->held_size) {
		size_t size = 2 * c->held_size + 8;
		struct held *held = realloc(c->held, size * sizeof(*held));

		if (!held)
			return false;
		c->held = held;
		c->held_size = size;
	}
	c->held[c->n_held++] = h;
	return true;
}

/**
 * pace_due() - how much may leave
 * @c: connection
 * @now_ns: at this time
 *
 * Return: bytes.
 */
size_t pace_due(const struct simd_conn *c, u64 now_ns)
{
	size_t i, n = 0;

	if (!c->simd->realtime)
		return c->n_tx - c->tx_done;
	for (i = 0; i < c->n_held && c->held[i].at_ns <= now_ns; i++)
		n += c->held[i].n;
	return n;
}

/**
 * pace_hold_ns() - how long until something may leave
 * @c: connection
 *
 * Return: UINT64_MAX if there is nothing.
 */
u64 pace_hold_ns(const struct simd_conn *c)
{
	u64 now;

	if (!c->n_held)
		return UINT64_MAX;
	now = simd_wall_ns(c->simd);
	return c->held[0].at_ns > now ? c->held[0].at_ns - now : 0;
}

/**
 * pace_sent() - something has left
 * @c: connection
 * @n: so many bytes
 * @now_ns: at this time
 */
void pace_sent(struct simd_conn *c, size_t n, u64 now_ns)
{
	size_t i;

	for (i = 0; i < c->n_held && n >= c->held[i].n; i++)
		n -= c->held[i].n;
	if (i && i == c->n_held && c->board && !c->more && !c->refuses)
		c->board->late_ns += now_ns - c->held[i - 1].at_ns;
	c->n_held -= i;
	if (!c->n_held)
		return;
	memmove(c->held, c->held + i, c->n_held * sizeof(*c->held));
	c->held[0].n -= n;
}

/**
 * simd_report() - what time has passed, and with --realtime how well it kept to the wall clock
 * @s: server
 * @out: a line for each board goes here
 *
 * The time with clients is from their first message to the last; it does not depend on how busy this
 * computer is, but for what the clients themselves compute.
 */
void simd_report(const struct simd *s, FILE *out)
{
	unsigned int i;

	for (i = 0; i < s->n_boards; i++) {
		const struct simd_board *b = s->boards[i];
		u64 ns = simd_wall_ns(s) - b->start_ns;

		fprintf(out, "%s: %.6f s of virtual time, %.6f s of it with clients", b->t->serial,
			(double)sim_now_ps(b->sim) / (double)PS_PER_S,
			(double)(b->last_ps - b->first_ps) / (double)PS_PER_S);
		if (s->realtime)
			fprintf(out, ", late by %.6f s in %.6f s (%.3f %%)",
				(double)b->late_ns / SEC_NS, (double)ns / SEC_NS,
				ns ? 100.0 * (double)b->late_ns / (double)ns : 0.0);
		fputc('\n', out);
	}
}
