// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two clocks run here. The host's (@host_ps) moves when the program waits: in reap(), sleep, control
 * requests. The bench's (sim->now_ps) follows the pins, as far as the host has had to know; it never
 * leads by more than a batch. What the pins do depends on when bytes arrived, not on when somebody
 * looks, so a second batch runs right behind the first while that one's answer travels.
 *
 * An answer byte sits in the chip's FIFO until a whole packet is there, 0x87 flushes, or the latency
 * timer expires, and only leaves if the host has a read posted.
 */
#include "sim/vftdi.h"
#include "sim/usbtime.h"
#include "sim/vmpsse.h"
#include "sim/vpins.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define MAX_IN_FLIGHT	   4
#define MAX_FIFO	   4096
#define LATENCY_DEFAULT_MS 16 /* AN_232B-04 */
#define DRAIN_MAX_PS	   (500 * PS_PER_MS)
#define MAX_PACKETS	   16 /* in the chip's FIFO, remembered */
/* a pipe carries what the chip's FIFO does not need to hold: 60 MHz ticks for each byte on the bus */
#define ARRIVAL_TICKS(bytes) ((u64)(bytes)*3 / 2)

enum bitmode { MODE_UART = 0x00, MODE_MPSSE = 0x02 };

static const struct ftdi_chip chips[] = {
	{ .name = "ft2232h",
	  .product = "Dual RS232-HS",
	  .bcd_device = 0x0700,
	  .vid = 0x0403,
	  .pid = 0x6010,
	  .fifo_out = 4096,
	  .fifo_in = 4096,
	  .has_high_byte = true },
	{ .name = "ft232h",
	  .product = "Single RS232-HS",
	  .bcd_device = 0x0900,
	  .vid = 0x0403,
	  .pid = 0x6014,
	  .fifo_out = 1024,
	  .fifo_in = 1024,
	  .has_high_byte = true,
	  .has_open_drain = true },
	{ .name = "ft4232h",
	  .product = "Quad RS232-HS",
	  .bcd_device = 0x0800,
	  .vid = 0x0403,
	  .pid = 0x6011,
	  .fifo_out = 2048,
	  .fifo_in = 2048 },
};

/* one batch in flight */
struct slot {
	struct usb_batch *b;
	u64 submit_ps;
	u64 arrive_tick; /* of its first byte */
	size_t n_out;	 /* bytes that will get through: all, unless the plug is pulled */
	size_t eaten;	 /* by the engine */
	size_t got;	 /* answer bytes that have come, also those that get lost */
	size_t keep;	 /* ... of which this many reach the host */
	u64 in_ps;	 /* when the last of them had crossed the bus */
	u64 accepted_ps; /* when the last byte out was in the chip; SIM_NEVER: not yet */
	/* on a shared bus packets are carried one by one */
	size_t n_there; /* bytes that have crossed the bus */
	u64 there_tick; /* when the last packet of them had */
	bool unplugged;
};

struct vftdi {
	struct transport t;
	struct sysclock clk;
	struct sim *sim;
	const struct ftdi_chip *chip;
	struct vwire wire;
	struct vmpsse eng;
	struct usbtime usb;
	u64 host_ps;
	u8 mode;
	bool gone;

	struct slot slots[MAX_IN_FLIGHT];
	unsigned int n_slots;

	/* bytes in the chip whose batch is over */
	u8 fifo_out[MAX_FIFO];
	size_t n_out;
	u64 out_tick; /* when they were all there */
	/* answers, oldest first; the first @n_flushed may leave though no packet is full */
	u8 fifo_in[MAX_FIFO];
	size_t n_in, n_flushed;
	/* the last @n_late of them are not known yet: somebody else's target has to say them */
	struct mpsse_late late[MAX_FIFO];
	size_t n_late;
	/* bytes that the host has read beyond what it asked for: the next batch's first */
	u8 stale[MAX_FIFO];
	size_t n_stale;
	u64 latency_ps, last_packet_ps, pushed_ps;
	int event_char; /* -1: off */
	bool draining;
	/* on a shared bus: bytes that have crossed it so far, and where and when the last packets were
	 * eaten: that made room for others */
	u64 n_carried, carried_ps;
	struct {
		u64 end, tick;
	} eaten[MAX_PACKETS];
	unsigned int n_eaten;

	void (*on_close)(void *arg);
	void *on_close_arg;
};

static struct vftdi *to_vftdi(struct transport *t)
{
	return container_of(t, struct vftdi, t);
}

/* ---- answers on their way to the host ---- */

static bool has_reader(const struct vftdi *f)
{
	unsigned int i;

	for (i = 0; i < f->n_slots; i++)
		if (f->slots[i].got < f->slots[i].b->n_in)
			return true;
	return f->draining;
}

static void give(struct vftdi *f, u8 byte, u64 at_ps)
{
	unsigned int i;

	if (f->draining)
		return;
	for (i = 0; i < f->n_slots; i++) {
		struct slot *s = &f->slots[i];

		if (s->got == s->b->n_in)
			continue;
		if (s->got < s->keep)
			s->b->in[s->got] = byte;
		s->got++;
		s->in_ps = at_ps;
		return;
	}
	if (f->n_stale < sizeof(f->stale))
		f->stale[f->n_stale++] = byte;
}

/* wait for the answers that the last bytes in the FIFO are made of */
static void settle_late(struct vftdi *f)
{
	size_t i;

	for (i = 0; i < f->n_late; i++)
		f->fifo_in[f->n_in - f->n_late + i] = vmpsse_late_byte(&f->eng, f->late[i]);
	f->n_late = 0;
}

/* move @n bytes from the FIFO into a packet */
static void send_packet(struct vftdi *f, size_t n, u64 at_ps)
{
	u64 done = usbtime_packet(&f->usb, at_ps);
	size_t i;

	settle_late(f);
	for (i = 0; i < n; i++)
		give(f, f->fifo_in[i], done);
	memmove(f->fifo_in, f->fifo_in + n, f->n_in - n);
	f->n_in -= n;
	f->n_flushed -= min(f->n_flushed, n);
	f->last_packet_ps = at_ps;
	f->sim->stats.usb_bytes_in += n;
}

static void collect(struct vftdi *f, u64 at_ps)
{
	while (has_reader(f) && (f->n_in >= FTDI_IN_PAYLOAD || f->n_flushed))
		send_packet(f, f->n_in >= FTDI_IN_PAYLOAD ? FTDI_IN_PAYLOAD : f->n_flushed, at_ps);
}

/*
 * When the latency timer sends the byte that was pushed last. An idle chip answers each read with an
 * empty packet when the timer expires, so it runs freely from the last packet on.
 */
static u64 latency_expiry(const struct vftdi *f)
{
	u64 since = f->pushed_ps > f->last_packet_ps ? f->pushed_ps - f->last_packet_ps : 1;

	return f->last_packet_ps + DIV_ROUND_UP(since, f->latency_ps) * f->latency_ps;
}

static void flush_now(struct vftdi *f, u64 at_ps)
{
	f->n_flushed = f->n_in;
	collect(f, at_ps);
}

static size_t eng_room(void *arg)
{
	struct vftdi *f = arg;

	/* what a posted read takes away at once leaves the whole FIFO to the engine */
	return f->chip->fifo_in - f->n_in;
}

static void push_in(struct vftdi *f, u8 byte, u64 tick)
{
	u64 now = mpsse_tick_ps(tick);

	if (f->n_in && has_reader(f) && latency_expiry(f) <= now)
		flush_now(f, latency_expiry(f));
	f->pushed_ps = now;
	f->fifo_in[f->n_in++] = byte;
}

static void eng_push(void *arg, u8 byte, u64 tick)
{
	struct vftdi *f = arg;

	settle_late(f);
	push_in(f, byte, tick);
	if (f->event_char == byte)
		f->n_flushed = f->n_in;
	collect(f, mpsse_tick_ps(tick));
}

static void eng_push_late(void *arg, struct mpsse_late late, u64 tick)
{
	struct vftdi *f = arg;

	if (f->event_char >= 0) { /* its value matters at once */
		settle_late(f);
		eng_push(f, vmpsse_late_byte(&f->eng, late), tick);
		return;
	}
	push_in(f, 0, tick);
	f->late[f->n_late++] = late;
	collect(f, mpsse_tick_ps(tick));
}

static void eng_flush(void *arg, u64 tick)
{
	flush_now(arg, mpsse_tick_ps(tick));
}

/* ---- bytes on their way to the engine ---- */

static size_t fifo_free(const struct vftdi *f)
{
	return f->chip->fifo_out - f->n_out;
}

/* bytes of the oldest batches that have to be eaten until its last one is in the chip */
static void update_accepted(struct vftdi *f)
{
	unsigned int i;

	for (i = 0; i < f->n_slots; i++) {
		struct slot *s = &f->slots[i];

		if (s->accepted_ps != SIM_NEVER)
			continue;
		if (s->n_out - s->eaten > fifo_free(f))
			return;
		s->accepted_ps = max(mpsse_tick_ps(s->arrive_tick + ARRIVAL_TICKS(s->n_out)),
				     s->eaten ? mpsse_tick_ps(f->eng.tick) : 0);
	}
}

/* let the engine eat up to @limit of @n bytes; returns how many it did */
static size_t feed_engine(struct vftdi *f, const u8 *bytes, size_t n, u64 tick, u64 until_ps,
			  enum mpsse_stop *stop)
{
	struct mpsse_feed feed = { .bytes = bytes, .n = n, .first_tick = tick };

	if (f->mode != MODE_MPSSE) {
		*stop = MPSSE_HUNGRY; /* a UART with nothing on its lines */
		return n;
	}
	*stop = vmpsse_run(&f->eng, &feed, until_ps);
	return n - feed.n;
}

/* when the FIFO had room for a packet that ends at byte @end of all that were ever sent */
static u64 room_ps(const struct vftdi *f, u64 end)
{
	unsigned int i, first = f->n_eaten > MAX_PACKETS ? f->n_eaten - MAX_PACKETS : 0;

	for (i = first; i < f->n_eaten; i++)
		if (f->eaten[i % MAX_PACKETS].end + f->chip->fifo_out >= end)
			return mpsse_tick_ps(f->eaten[i % MAX_PACKETS].tick);
	return 0;
}

/* the next packet of @s crosses the bus that others use too; false: not before @until_ps */
static bool carry_packet(struct vftdi *f, struct slot *s, u64 until_ps)
{
	size_t n = min(s->n_out - s->n_there, (size_t)USB_PACKET);
	/* the time of arrival is that of the end of the first packet */
	u64 ready = max(mpsse_tick_ps(s->arrive_tick) - USB_PACKET_PS, f->carried_ps);

	ready = max(ready, room_ps(f, f->n_carried + n));
	if (ready >= until_ps)
		return false;
	f->carried_ps = usbtime_packet(&f->usb, ready);
	f->n_carried += n;
	s->n_there += n;
	s->there_tick = mpsse_ps_tick(f->carried_ps);
	return true;
}

static void note_eaten(struct vftdi *f, const struct slot *s)
{
	if (s->eaten < s->n_there)
		return;
	f->eaten[f->n_eaten % MAX_PACKETS].end = f->n_carried;
	f->eaten[f->n_eaten % MAX_PACKETS].tick = f->eng.tick;
	f->n_eaten++;
}

/*
 * Let the engine work until @until_ps, on the first @n_batches batches at most; true: it needs more
 * bytes, false: time is up or it stands still.
 */
static bool work(struct vftdi *f, u64 until_ps, unsigned int n_batches)
{
	enum mpsse_stop stop = MPSSE_HUNGRY;
	unsigned int i;
	size_t n;

	if (f->n_out) {
		n = feed_engine(f, f->fifo_out, f->n_out, f->out_tick, until_ps, &stop);
		memmove(f->fifo_out, f->fifo_out + n, f->n_out - n);
		f->n_out -= n;
		update_accepted(f);
		if (f->n_out || stop != MPSSE_HUNGRY)
			return false;
	}
	for (i = 0; i < f->n_slots && i < n_batches; i++) {
		struct slot *s = &f->slots[i];

		while (s->eaten < s->n_out) {
			u64 tick = s->arrive_tick + ARRIVAL_TICKS(s->eaten);

			n = s->n_out - s->eaten;
			/* so that the moment of acceptance is not run over */
			if (s->accepted_ps == SIM_NEVER)
				n -= fifo_free(f);
			if (usbtime_is_shared(&f->usb)) {
				if (s->eaten == s->n_there && !carry_packet(f, s, until_ps))
					return false;
				n = min(n, s->n_there - s->eaten);
				tick = s->there_tick;
			}
			n = feed_engine(f, s->b->out + s->eaten, n, tick, until_ps, &stop);
			s->eaten += n;
			if (usbtime_is_shared(&f->usb))
				note_eaten(f, s);
			update_accepted(f);
			if (stop != MPSSE_HUNGRY)
				return false;
		}
		if (s->unplugged)
			return false;
	}
	/* commands that go on without bytes: clocks, reads */
	feed_engine(f, NULL, 0, 0, until_ps, &stop);
	return stop == MPSSE_HUNGRY;
}

/* the host has waited until host_ps: everything up to there has happened */
static void catch_up(struct vftdi *f)
{
	if (work(f, f->host_ps, MAX_IN_FLIGHT) && mpsse_tick_ps(f->eng.tick) < f->host_ps)
		sim_advance_to(f->sim, f->host_ps);
	if (f->n_in && has_reader(f) && latency_expiry(f) <= f->host_ps)
		flush_now(f, latency_expiry(f));
}

/* ---- clock of the host ---- */

static u64 host_now_ns(struct sysclock *clk)
{
	return container_of(clk, struct vftdi, clk)->host_ps / PS_PER_NS;
}

static void host_sleep_ns(struct sysclock *clk, u64 ns)
{
	struct vftdi *f = container_of(clk, struct vftdi, clk);

	f->host_ps += ns * PS_PER_NS;
	catch_up(f);
	if (f->sim->pins)
		vpins_pass_time(f->sim->pins);
}

/* ---- control requests ---- */

static void purge_out(struct vftdi *f)
{
	f->n_out = 0;
	vmpsse_abandon(&f->eng);
}

static void purge_in(struct vftdi *f)
{
	settle_late(f);
	f->n_in = f->n_flushed = 0;
}

/*
 * UART mode: AD0 is TXD, AD2 RTS#, AD4 DTR#, all high when nothing is sent (data sheet, signal
 * descriptions of the 232 UART interface).
 */
static void uart_pins(struct vftdi *f)
{
	vwire_set(&f->wire, PIN_SK | PIN_DI | PIN_AD4, PIN_SK | PIN_DI | PIN_AD4);
}

/**
 * vftdi_set_mode() - what SET_BITMODE does to channel A
 * @f: adapter
 * @mode: high byte of the request's value
 * @dir: low byte: which xDBUS pins become outputs
 */
void vftdi_set_mode(struct vftdi *f, u8 mode, u8 dir)
{
	vmpsse_abandon(&f->eng);
	f->n_out = 0;
	f->mode = mode;
	if (mode == MODE_MPSSE)
		vmpsse_reset(&f->eng, dir);
	else if (mode == MODE_UART)
		uart_pins(f);
	else
		vwire_set(&f->wire, 0, 0); /* the other modes are of no use here: pins let go */
}

static int gone_error(struct vftdi *f)
{
	return err_set(f->t.err, -ENODEV, "plug the adapter in again, then run the same command",
		       "the virtual %s was unplugged", f->chip->name);
}

static int vftdi_control(struct transport *t, enum ftdi_request request, u16 value)
{
	struct vftdi *f = to_vftdi(t);

	if (f->gone)
		return gone_error(f);
	f->host_ps = usbtime_out(&f->usb, f->host_ps);
	catch_up(f);
	f->eng.tick = max(f->eng.tick, mpsse_ps_tick(f->host_ps));
	switch (request) {
	case FTDI_RESET:
		if (value == 0 || value == 1)
			purge_out(f);
		if (value == 0 || value == 2)
			purge_in(f);
		break;
	case FTDI_SET_LATENCY:
		if (!value || value > 255)
			return err_set(t->err, -EINVAL, NULL, "latency timer of %u ms: 1 to 255",
				       value);
		f->latency_ps = value * PS_PER_MS;
		break;
	case FTDI_SET_BITMODE:
		vftdi_set_mode(f, (u8)(value >> 8), (u8)value);
		break;
	case FTDI_SET_EVENT_CHAR:
		f->event_char = value & 0x100 ? value & 0xff : -1;
		break;
	case FTDI_SET_FLOW_CTRL:
	case FTDI_SET_ERROR_CHAR:
		break; /* UART only */
	}
	f->host_ps = usbtime_in(&f->usb, f->host_ps);
	return 0;
}

/* ---- batches ---- */

static void apply_batch_faults(struct vftdi *f, struct slot *s, u64 number)
{
	struct sim_rng rng;

	if (number != f->sim->faults.unplug_at && number != f->sim->faults.short_at)
		return;
	sim_rng_init(&rng, f->sim, "usb faults");
	if (number == f->sim->faults.unplug_at) {
		s->unplugged = true;
		s->n_out = (size_t)(sim_rng_u64(&rng) % (s->b->n_out + 1));
	}
	if (number == f->sim->faults.short_at && s->b->n_in)
		s->keep = (size_t)(sim_rng_u64(&rng) % s->b->n_in);
}

static int vftdi_submit(struct transport *t, struct usb_batch *b)
{
	struct vftdi *f = to_vftdi(t);
	struct slot *s;
	u64 arrive;
	size_t n = 0;

	if (f->gone)
		return gone_error(f);
	if (f->n_slots == MAX_IN_FLIGHT)
		return err_set(t->err, -EINVAL, NULL, "more than %d batches in flight",
			       MAX_IN_FLIGHT);
	s = &f->slots[f->n_slots];
	arrive = mpsse_ps_tick(usbtime_out(&f->usb, f->host_ps));
	*s = (struct slot){ .b = b,
			    .submit_ps = f->host_ps,
			    .n_out = b->n_out,
			    .keep = b->n_in,
			    .accepted_ps = SIM_NEVER };
	/* one pipe: a transfer begins when the one before it is over */
	if (f->n_slots) {
		const struct slot *prev = s - 1;

		arrive = max(arrive, prev->arrive_tick + ARRIVAL_TICKS(prev->n_out));
	}
	s->arrive_tick = arrive;
	f->n_slots++;
	f->sim->stats.usb_batches++;
	f->sim->stats.usb_bytes_out += b->n_out;
	apply_batch_faults(f, s, f->sim->stats.usb_batches);
	while (n < f->n_stale && s->got < b->n_in)
		give(f, f->stale[n++], f->host_ps);
	memmove(f->stale, f->stale + n, f->n_stale - n);
	f->n_stale -= n;
	collect(f, mpsse_tick_ps(arrive));
	update_accepted(f);
	return 0;
}

/* the oldest batch is over: what the chip has of it but not worked on stays in its FIFO */
static void drop_oldest(struct vftdi *f)
{
	struct slot *s = &f->slots[0];
	size_t rest = min(s->n_out - s->eaten, fifo_free(f));

	if (rest) {
		memcpy(f->fifo_out + f->n_out, s->b->out + s->eaten, rest);
		f->n_out += rest;
		f->out_tick = s->arrive_tick + ARRIVAL_TICKS(s->eaten);
	}
	f->n_slots--;
	memmove(f->slots, f->slots + 1, f->n_slots * sizeof(*f->slots));
}

static bool is_answered(const struct slot *s)
{
	return s->got == s->b->n_in && s->accepted_ps != SIM_NEVER;
}

/* run until the oldest batch is answered; false: not before @deadline_ps */
static bool wait_for_oldest(struct vftdi *f, u64 deadline_ps)
{
	struct slot *s = &f->slots[0];

	for (;;) {
		u64 expiry;
		bool hungry;

		if (is_answered(s))
			return true;
		/* its own bytes first; what the batches behind it do comes in only if that
		 * does not answer it */
		hungry = work(f, deadline_ps, 1);
		if (is_answered(s))
			return true;
		if (!f->n_in) {
			if (!hungry || !work(f, deadline_ps, MAX_IN_FLIGHT) || is_answered(s))
				return is_answered(s);
			if (!f->n_in)
				return false;
		}
		/* an answer waits for more of its kind, or for the latency timer */
		expiry = latency_expiry(f);
		if (hungry)
			work(f, min(expiry, deadline_ps), MAX_IN_FLIGHT);
		if (is_answered(s))
			return true;
		if (expiry > deadline_ps || !has_reader(f))
			return false;
		if (f->n_in)
			flush_now(f, expiry);
	}
}

/*
 * The same, but a chip that goes on sending empty packets and says nothing for @quiet_ps is known to
 * say no more. *@deadline_ps: when that is known.
 */
static bool wait_until_quiet(struct vftdi *f, u64 quiet_ps, u64 *deadline_ps)
{
	const struct slot *s = &f->slots[0];
	u64 last = *deadline_ps, heard = f->host_ps;
	bool answered;

	if (!quiet_ps)
		return wait_for_oldest(f, last);
	do {
		heard = max(heard, s->in_ps);
		*deadline_ps = min(last, heard + quiet_ps);
		answered = wait_for_oldest(f, *deadline_ps);
	} while (!answered && s->in_ps > heard && *deadline_ps < last);
	if (answered)
		*deadline_ps = min(last, max(heard, s->in_ps) + quiet_ps);
	return answered;
}

static int reap_unplugged(struct vftdi *f, struct usb_batch *b)
{
	work(f, f->host_ps + b->timeout_ms * PS_PER_MS, 1);
	b->n_got = min(f->slots[0].got, f->slots[0].keep);
	drop_oldest(f);
	f->gone = true;
	vwire_set(&f->wire, 0, 0);
	f->host_ps = usbtime_in(&f->usb, max(f->host_ps, mpsse_tick_ps(f->eng.tick)));
	return gone_error(f);
}

static int vftdi_reap(struct transport *t, struct usb_batch *b)
{
	struct vftdi *f = to_vftdi(t);
	struct slot *s = &f->slots[0];
	u64 deadline;
	bool answered;

	if (f->gone) {
		b->n_got = 0;
		if (f->n_slots)
			drop_oldest(f);
		return gone_error(f);
	}
	if (!f->n_slots || s->b != b)
		return err_set(t->err, -EINVAL, NULL, "reaping a batch that is not the oldest");
	if (s->unplugged)
		return reap_unplugged(f, b);
	deadline = f->host_ps + b->timeout_ms * PS_PER_MS;
	answered = wait_until_quiet(f, b->quiet_ms * PS_PER_MS, &deadline) && s->keep == b->n_in;
	b->n_got = min(s->got, s->keep);
	if (answered) {
		u64 done = usbtime_in(&f->usb, max(s->in_ps, s->accepted_ps));

		f->host_ps = max(f->host_ps, done);
	} else {
		f->host_ps = deadline;
	}
	drop_oldest(f);
	if (answered)
		return 0;
	return err_set(t->err, -ETIMEDOUT, "check the adapter; if it goes on, plug it in again",
		       "the adapter sent %zu of %zu bytes within %" PRIu32 " ms", b->n_got, b->n_in,
		       b->timeout_ms);
}

static int vftdi_drain(struct transport *t)
{
	struct vftdi *f = to_vftdi(t);
	u64 from = f->host_ps;

	if (f->gone)
		return gone_error(f);
	f->draining = true;
	work(f, from + DRAIN_MAX_PS, MAX_IN_FLIGHT);
	f->host_ps = max(from, mpsse_tick_ps(f->eng.tick));
	flush_now(f, f->host_ps);
	f->n_stale = 0;
	f->draining = false;
	/* silence is known after one status packet without data */
	f->host_ps = usbtime_in(&f->usb, f->host_ps + f->latency_ps);
	return 0;
}

static unsigned int vftdi_bench_busy(struct transport *t, struct bench_busy *out, unsigned int n)
{
	const struct sim_stats *st = &to_vftdi(t)->sim->stats;
	const struct sim_device_busy *busy[] = { &st->flash, &st->nor, &st->nor2 };
	static const char *const names[] = { "flash", "qspi", "qspi2" };
	unsigned int i;

	for (i = 0; i < n && i < ARRAY_SIZE(busy); i++)
		out[i] = (struct bench_busy){ .device = names[i],
					      .erase_ns = busy[i]->erase_ps / PS_PER_NS,
					      .program_ns = busy[i]->program_ps / PS_PER_NS,
					      .n_erases = busy[i]->n_erases,
					      .n_programs = busy[i]->n_programs };
	return i;
}

/* unplugged or not, the target is left alone; what is in flight is finished first */
static void vftdi_close(struct transport *t)
{
	struct vftdi *f = to_vftdi(t);

	if (!f->gone) {
		work(f, f->host_ps, MAX_IN_FLIGHT);
		vwire_set(&f->wire, 0, 0);
	}
	usbtime_leave(&f->usb);
	if (f->on_close)
		f->on_close(f->on_close_arg);
}

static const struct transport_ops vftdi_ops = {
	.control = vftdi_control,
	.submit = vftdi_submit,
	.reap = vftdi_reap,
	.drain = vftdi_drain,
	.close = vftdi_close,
	.bench_busy = vftdi_bench_busy,
};

/* ---- assembly ---- */

static const struct ftdi_chip *find_chip(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(chips); i++)
		if (!strcmp(chips[i].name, name))
			return &chips[i];
	return NULL;
}

/* ids as the adapter of that wiring has them in its EEPROM */
static void set_ids(struct vftdi *f, enum wiring wiring)
{
	struct transport *t = &f->t;
	const char *product = f->chip->product;

	t->vid = f->chip->vid;
	t->pid = f->chip->pid;
	if (wiring == WIRING_BUFFER) {
		t->vid = 0x15ba;
		t->pid = 0x002b;
		product = "Olimex OpenOCD JTAG ARM-USB-OCD-H";
	} else if (wiring == WIRING_TRISTATE && f->chip == &chips[0]) {
		product = "FT2232H MiniModule";
	}
	memcpy(t->product, product, strlen(product) + 1);
	snprintf(t->serial, sizeof(t->serial), "%s", f->sim->opts.serial);
	memcpy(t->location, "sim", sizeof("sim"));
	t->bcd_device = f->chip->bcd_device;
}

struct vftdi *vftdi_new(struct sim *sim, struct swdp *dp, struct mcu *mcu, struct err *err)
{
	const struct ftdi_chip *chip = find_chip(sim->opts.chip);
	enum wiring wiring;
	struct vftdi *f;

	if (!chip) {
		err_set(err, -EINVAL, "chip= is ft2232h, ft232h or ft4232h",
			"no virtual FTDI chip is called \"%s\"", sim->opts.chip);
		return NULL;
	}
	if (!vwire_parse(sim->opts.wiring, &wiring)) {
		err_set(err, -EINVAL, "wiring= is resistor, tristate or buffer",
			"no virtual adapter is wired \"%s\"", sim->opts.wiring);
		return NULL;
	}
	if (wiring == WIRING_SPI && !sim->spi_nor) {
		err_set(err, -EINVAL, "use board=ftdi-spi",
			"wiring=spi needs a board whose SPI-NOR is on the adapter");
		return NULL;
	}
	if (wiring == WIRING_BUFFER && chip != &chips[0]) {
		err_set(err, -EINVAL, "leave chip= away",
			"the virtual adapter with a buffer has an FT2232H, not an %s", chip->name);
		return NULL;
	}
	if (wiring == WIRING_RESISTOR && sim->pins) {
		err_set(err, -EINVAL, "use wiring=tristate or wiring=buffer",
			"pins= cannot be wired through a resistor: remote_bitbang knows no weak "
			"driver");
		return NULL;
	}
	f = calloc(1, sizeof(*f));
	if (!f) {
		err_set(err, -ENOMEM, NULL, "out of memory");
		return NULL;
	}
	f->sim = sim;
	f->chip = chip;
	f->clk = (struct sysclock){ .now_ns = host_now_ns, .sleep_ns = host_sleep_ns };
	f->t.ops = &vftdi_ops;
	f->t.clk = &f->clk;
	f->t.err = err;
	f->t.max_in_flight = MAX_IN_FLIGHT;
	f->t.is_virtual = true;
	set_ids(f, wiring);
	f->latency_ps = LATENCY_DEFAULT_MS * PS_PER_MS;
	f->event_char = -1;
	usbtime_init(&f->usb, sim);
	vwire_init(&f->wire, sim, dp, mcu, wiring);
	vmpsse_init(&f->eng, sim, dp, &f->wire, chip);
	f->eng.room = eng_room;
	f->eng.push = eng_push;
	f->eng.push_late = eng_push_late;
	f->eng.flush = eng_flush;
	f->eng.arg = f;
	uart_pins(f);
	return f;
}

/**
 * vftdi_free() - free the adapter
 * @f: adapter or NULL
 */
void vftdi_free(struct vftdi *f)
{
	free(f);
}

/**
 * vftdi_transport() - the adapter as its users see it
 * @f: adapter
 */
struct transport *vftdi_transport(struct vftdi *f)
{
	return &f->t;
}

/**
 * vftdi_sim() - the bench that an adapter belongs to
 * @t: a transport that vftdi_transport() gave
 */
struct sim *vftdi_sim(struct transport *t)
{
	return to_vftdi(t)->sim;
}

/**
 * vftdi_engine() - the MPSSE of an adapter
 * @f: adapter
 */
struct vmpsse *vftdi_engine(struct vftdi *f)
{
	return &f->eng;
}

/**
 * vftdi_on_close() - who takes the bench apart when the transport is closed
 * @f: adapter
 * @fn: called last; it frees @f
 * @arg: for @fn
 */
void vftdi_on_close(struct vftdi *f, void (*fn)(void *arg), void *arg)
{
	f->on_close = fn;
	f->on_close_arg = arg;
}
