// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bit-bang modes of the virtual adapter (data sheets 4.5, AN232R-01). In both each byte from the host
 * sets the eight xDBUS pins that are outputs, one byte each tick of a clock made from the baud rate;
 * with no byte the pins stay.
 *
 *	asynchronous	pins are sampled at every tick, as long as there is room for the samples
 *	synchronous	pins are sampled just before each byte is put out: answers are one byte behind
 */
#include "simd/usbdev-priv.h"

/**
 * bitbang_begin() - a bit-bang mode is switched on
 * @ch: channel
 * @dir: which pins are outputs
 */
void bitbang_begin(struct channel *ch, u8 dir)
{
	u64 now = sim_now_ps(ch->dev->sim);

	ch->bang_dir = dir;
	ch->bang_next_ps = now + ch->bang_ps;
	vwire_set(ch->wire, 0, dir);
}

static bool has_room(const struct channel *ch)
{
	return ch->n_in < ch->dev->chip->fifo_in;
}

/* is there something to do at the next tick? */
static bool is_busy(const struct channel *ch)
{
	return ch->mode == MODE_BITBANG ? ch->n_out || has_room(ch) : ch->n_out && has_room(ch);
}

static void tick(struct channel *ch, u64 at_ps)
{
	u8 was;

	if (!ch->index)
		sim_advance_to(ch->dev->sim, at_ps);
	was = (u8)vwire_levels(ch->wire);
	if (ch->n_out) {
		vwire_set(ch->wire, ch->fifo_out[0], ch->bang_dir);
		channel_drop_from_fifo(ch, 1);
	}
	if (has_room(ch))
		channel_push(ch, was, at_ps);
}

/**
 * bitbang_run() - let its clock tick
 * @ch: channel in a bit-bang mode
 * @at_ps: up to then
 */
void bitbang_run(struct channel *ch, u64 at_ps)
{
	for (;;) {
		u64 next;

		channel_fill_fifo(ch);
		if (!is_busy(ch)) {
			/* nothing to do: the ticks up to now are over */
			ch->bang_next_ps = max(ch->bang_next_ps, at_ps);
			return;
		}
		next = ch->bang_next_ps;
		/* a byte cannot be put out before it is there */
		if (ch->n_out && ch->mode == MODE_SYNC_BITBANG)
			next = max(next, ch->pipe_ps);
		if (next > at_ps)
			return;
		tick(ch, next);
		ch->bang_next_ps = next + ch->bang_ps;
	}
}

/**
 * bitbang_due_ps() - when somebody should look again
 * @ch: channel in a bit-bang mode
 */
u64 bitbang_due_ps(const struct channel *ch)
{
	size_t payload = ch->dev->packet - 2;
	u64 due = SIM_NEVER;

	if (!is_busy(ch))
		return due;
	if (ch->n_out)
		due = ch->bang_next_ps;
	if (ch->in_urbs && ch->n_in < payload)
		due = min(due, ch->bang_next_ps + (payload - ch->n_in) * ch->bang_ps);
	return due;
}
