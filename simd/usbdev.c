// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bulk pipes, FIFOs and latency timers of the virtual adapter. Documents: AN_108 (MPSSE), AN232B-04
 * (packets, status bytes, latency timer), data sheets of FT2232H, FT232H, FT4232H.
 */
#include "simd/usbdev-priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* virtual time that the MPSSE goes on before the plug is pulled: an URB's worth */
#define LAST_SLICE_PS	   (10 * PS_PER_MS)

#define LATENCY_DEFAULT_PS (16 * PS_PER_MS)	  /* AN232B-04 */
#define BYTE_DEFAULT_PS	   (10 * PS_PER_S / 9600) /* start, 8 data, stop */

/* status bytes (AN232B-04): CTS and DSR asserted, high-speed packets; THRE and TEMT, overrun */
#define STATUS_MODEM	0x32
#define STATUS_TX_EMPTY 0x60
#define STATUS_OVERRUN	0x02

static void urb_append(struct urb **queue, struct urb *urb)
{
	while (*queue)
		queue = &(*queue)->next;
	urb->next = NULL;
	*queue = urb;
}

static bool urb_remove(struct urb **queue, const struct urb *urb)
{
	for (; *queue; queue = &(*queue)->next) {
		if (*queue != urb)
			continue;
		*queue = urb->next;
		return true;
	}
	return false;
}

static void urb_finish(struct urb **queue, s32 status)
{
	struct urb *urb = *queue;

	*queue = urb->next;
	urb->status = status;
	urb->complete(urb);
}

static u64 now_ps(const struct usbdev *d)
{
	return sim_now_ps(d->sim);
}

static bool is_mpsse(const struct channel *ch)
{
	return ch->mode == MODE_MPSSE && !ch->index;
}

/* ---- chip to host ---- */

/**
 * channel_status() - the two bytes at the head of each IN packet
 * @ch: channel
 * @status: filled in
 */
void channel_status(struct channel *ch, u8 *status)
{
	status[0] = STATUS_MODEM;
	status[1] = ch->n_out || ch->out_urbs ? 0 : STATUS_TX_EMPTY;
	if (ch->overrun)
		status[1] |= STATUS_OVERRUN;
	ch->overrun = false;
}

/* a packet with @n bytes of the FIFO for the oldest IN URB; one that is not full ends the URB */
static void send_packet(struct channel *ch, size_t n, u64 at_ps)
{
	struct usbdev *d = ch->dev;
	struct urb *urb = ch->in_urbs;
	u8 packet[USB_PACKET];
	size_t len = n + 2, room = urb->len - urb->actual;

	channel_status(ch, packet);
	memcpy(packet + 2, ch->fifo_in, n);
	memmove(ch->fifo_in, ch->fifo_in + n, ch->n_in - n);
	ch->n_in -= n;
	ch->n_flushed -= min(ch->n_flushed, n);
	ch->timer_ps = at_ps + ch->latency_ps;
	d->sim->stats.usb_bytes_in += n;
	if (min(len, room))
		memcpy(urb->buf + urb->actual, packet, min(len, room));
	urb->actual += (u32)min(len, room);
	if (len < USB_PACKET || len >= room) {
		if (n)
			d->host_ps = usbtime_in(&d->usb, at_ps + USB_PACKET_PS);
		/* more than was asked for: the host controller calls it babble */
		urb_finish(&ch->in_urbs, len > room ? -EOVERFLOW : 0);
	}
}

static void collect(struct channel *ch, u64 at_ps)
{
	while (ch->in_urbs && (ch->n_in >= FTDI_IN_PAYLOAD || ch->n_flushed))
		send_packet(ch, min(ch->n_in, (size_t)FTDI_IN_PAYLOAD), at_ps);
}

/* the latency timer runs freely from the last packet on; idle, it sends a packet without data */
static void run_timer(struct channel *ch, u64 at_ps)
{
	u64 expiry = ch->timer_ps;

	if (expiry > at_ps)
		return;
	ch->n_flushed = ch->n_in;
	if (ch->in_urbs && !ch->n_in)
		send_packet(ch, 0, expiry);
	collect(ch, expiry);
	if (ch->timer_ps <= at_ps)
		ch->timer_ps += ((at_ps - ch->timer_ps) / ch->latency_ps + 1) * ch->latency_ps;
}

static void push(struct channel *ch, u8 byte, u64 at_ps)
{
	run_timer(ch, at_ps);
	if (ch->n_in == ch->dev->eng->chip->fifo_in) {
		ch->overrun = true; /* a UART cannot wait */
		return;
	}
	ch->fifo_in[ch->n_in++] = byte;
	if (ch->event_char == byte)
		ch->n_flushed = ch->n_in;
	collect(ch, at_ps);
}

static size_t eng_room(void *arg)
{
	struct channel *ch = arg;

	return ch->dev->eng->chip->fifo_in - ch->n_in;
}

static void eng_push(void *arg, u8 byte, u64 tick)
{
	push(arg, byte, mpsse_tick_ps(tick));
}

static void eng_flush(void *arg, u64 tick)
{
	struct channel *ch = arg;

	ch->n_flushed = ch->n_in;
	collect(ch, mpsse_tick_ps(tick));
}

/* ---- host to chip ---- */

static void take_from_urb(struct channel *ch, size_t n)
{
	struct urb *urb = ch->out_urbs;

	urb->actual += (u32)n;
	ch->pipe_ps += n * USB_BYTE_PS;
	if (urb->actual == urb->len)
		urb_finish(&ch->out_urbs, 0);
}

/* as much as the FIFO takes */
static void fill_fifo(struct channel *ch)
{
	size_t room = ch->dev->eng->chip->fifo_out - ch->n_out;

	while (ch->out_urbs) {
		struct urb *urb = ch->out_urbs;
		size_t n = min(room, (size_t)(urb->len - urb->actual));

		if (!n && urb->len)
			return;
		if (n)
			memcpy(ch->fifo_out + ch->n_out, urb->buf + urb->actual, n);
		ch->n_out += n;
		room -= n;
		take_from_urb(ch, n);
	}
}

static void drop_from_fifo(struct channel *ch, size_t n)
{
	memmove(ch->fifo_out, ch->fifo_out + n, ch->n_out - n);
	ch->n_out -= n;
}

/* the engine eats what is in the FIFO, then right out of the URBs */
static enum mpsse_stop mpsse_step(struct channel *ch, u64 until_ps)
{
	struct mpsse_feed feed = { .first_tick = mpsse_ps_tick(ch->pipe_ps) };
	struct vmpsse *eng = ch->dev->eng;
	struct urb *urb = ch->out_urbs;
	enum mpsse_stop stop;
	size_t n;

	if (ch->n_out) {
		feed.bytes = ch->fifo_out;
		feed.n = ch->n_out;
	} else if (urb) {
		feed.bytes = urb->buf + urb->actual;
		feed.n = urb->len - urb->actual;
	}
	n = feed.n;
	stop = vmpsse_run(eng, &feed, until_ps);
	if (ch->n_out)
		drop_from_fifo(ch, n - feed.n);
	else if (urb)
		take_from_urb(ch, n - feed.n);
	return stop;
}

/* true: it could go on beyond @until_ps */
static bool run_mpsse(struct channel *ch, u64 until_ps)
{
	struct usbdev *d = ch->dev;
	enum mpsse_stop stop;
	bool fed;

	d->eng->tick = max(d->eng->tick, mpsse_ps_tick(now_ps(d)));
	do {
		fed = ch->n_out || ch->out_urbs;
		stop = mpsse_step(ch, until_ps);
	} while (fed && stop == MPSSE_HUNGRY);
	fill_fifo(ch);
	sim_advance_to(d->sim, stop == MPSSE_TIME ? until_ps : mpsse_tick_ps(d->eng->tick));
	return stop == MPSSE_TIME;
}

/* channel A's TXD is SWCLK: start bit, data LSB first, stop bit */
static void txd_on_swclk(struct usbdev *d, u8 byte, u64 from_ps, u64 bit_ps)
{
	struct vwire *w = d->eng->wire;
	unsigned int frame = (unsigned int)byte << 1 | BIT(9), i;

	for (i = 0; i < 10; i++) {
		sim_advance_to(d->sim, from_ps + i * bit_ps);
		vwire_set(w, (u16)(frame >> i & 1 ? w->out | PIN_SK : w->out & ~PIN_SK), w->dir);
	}
}

static u64 next_uart_byte_ps(const struct channel *ch)
{
	return max(ch->line_free_ps, ch->pipe_ps) + ch->byte_ps;
}

/* bytes whose stop bit was over by @at_ps */
static void run_uart(struct channel *ch, u64 at_ps)
{
	size_t i;

	for (;;) {
		fill_fifo(ch);
		for (i = 0; i < ch->n_out; i++) {
			u64 end = next_uart_byte_ps(ch);

			if (end > at_ps)
				break;
			ch->line_free_ps = end;
			if (ch->index)
				push(ch, ch->fifo_out[i], end);
			else
				txd_on_swclk(ch->dev, ch->fifo_out[i], end - ch->byte_ps,
					     ch->byte_ps / 10);
		}
		if (!i)
			return;
		drop_from_fifo(ch, i);
	}
}

/* the other modes, and the MPSSE of other channels: nothing is wired there */
static void run_nowhere(struct channel *ch)
{
	do {
		ch->n_out = 0;
		fill_fifo(ch);
	} while (ch->n_out);
}

static bool run_channel(struct channel *ch, u64 until_ps)
{
	bool more = false;

	if (is_mpsse(ch))
		more = run_mpsse(ch, until_ps);
	else if (ch->mode == MODE_UART)
		run_uart(ch, now_ps(ch->dev));
	else
		run_nowhere(ch);
	run_timer(ch, now_ps(ch->dev));
	return more;
}

/* everything that happens up to @until_ps if the MPSSE gets that far; true: it goes on beyond */
static bool run(struct usbdev *d, u64 until_ps)
{
	bool more = run_channel(&d->ch[0], until_ps);
	unsigned int i;

	for (i = 1; i < d->n_channels; i++)
		run_channel(&d->ch[i], now_ps(d));
	return more;
}

bool usbdev_work(struct usbdev *d, u64 slice_ps)
{
	return d->plugged && run(d, now_ps(d) + slice_ps);
}

/* the MPSSE has bytes that it can go on with: its own time counts */
static bool is_working(const struct usbdev *d)
{
	const struct channel *ch = &d->ch[0];

	return is_mpsse(ch) && (ch->n_out || ch->out_urbs) && !d->eng->stuck &&
	       eng_room(d->eng->arg);
}

void usbdev_pass(struct usbdev *d, u64 ps)
{
	u64 to = now_ps(d) + ps;

	if (d->plugged && is_working(d))
		return;
	if (d->plugged)
		run(d, to);
	sim_advance_to(d->sim, to);
}

u64 usbdev_due_ps(const struct usbdev *d)
{
	u64 due = SIM_NEVER;
	unsigned int i;

	for (i = 0; d->plugged && i < d->n_channels; i++) {
		const struct channel *ch = &d->ch[i];

		if (ch->in_urbs)
			due = min(due, ch->timer_ps);
		if (ch->mode == MODE_UART && ch->n_out)
			due = min(due, next_uart_byte_ps(ch));
	}
	return due;
}

/* ---- URBs ---- */

/**
 * usbdev_channel_of_ep() - whose pipe an endpoint is
 * @d: device
 * @ep: number, not 0
 * @in: direction
 *
 * IN 1, OUT 2 are channel A's, IN 3, OUT 4 channel B's and so on. Return: NULL: there is none.
 */
struct channel *usbdev_channel_of_ep(struct usbdev *d, u8 ep, bool in)
{
	unsigned int i = (ep - 1u) / 2;

	if (!ep || in != (ep & 1) || i >= d->n_channels)
		return NULL;
	return &d->ch[i];
}

static void urb_refuse(struct urb *urb, s32 status)
{
	urb->status = status;
	urb->complete(urb);
}

/* somebody pulls the plug in the middle of this URB (struct sim_faults) */
static void pull_the_plug(struct usbdev *d, struct channel *ch)
{
	struct urb *urb = ch->out_urbs;
	struct sim_rng rng;

	while (urb->next)
		urb = urb->next;
	sim_rng_init(&rng, d->sim, "usb faults");
	urb->len = (u32)(sim_rng_u64(&rng) % (urb->len + UINT64_C(1)));
	run(d, now_ps(d) + LAST_SLICE_PS);
	usbdev_unplug(d);
}

static void submit_out(struct usbdev *d, struct channel *ch, struct urb *urb)
{
	/* an idle pipe: it begins when the host has got its transfer going */
	if (!ch->out_urbs && !ch->n_out)
		ch->pipe_ps = usbtime_out(&d->usb, max(now_ps(d), d->host_ps));
	urb_append(&ch->out_urbs, urb);
	d->sim->stats.usb_batches++;
	d->sim->stats.usb_bytes_out += urb->len;
	if (d->sim->stats.usb_batches == d->sim->faults.unplug_at)
		pull_the_plug(d, ch);
}

static void submit_in(struct usbdev *d, struct channel *ch, struct urb *urb)
{
	/* what has run out before this read was there is over */
	run_timer(ch, now_ps(d));
	urb_append(&ch->in_urbs, urb);
	collect(ch, now_ps(d));
}

static void submit_control(struct usbdev *d, struct urb *urb)
{
	u64 at = usbtime_out(&d->usb, max(now_ps(d), d->host_ps));

	run(d, at);
	sim_advance_to(d->sim, at);
	run(d, at);
	d->host_ps = usbtime_in(&d->usb, at);
	usbdev_ctl_request(d, urb);
}

void usbdev_submit(struct usbdev *d, struct urb *urb)
{
	struct channel *ch;

	urb->actual = 0;
	if (!d->plugged) {
		urb_refuse(urb, -ESHUTDOWN);
		return;
	}
	if (!urb->ep) {
		submit_control(d, urb);
		return;
	}
	ch = usbdev_channel_of_ep(d, urb->ep, urb->in);
	if (!ch || !d->configuration || (urb->in ? ch->halt_in : ch->halt_out))
		urb_refuse(urb, -EPIPE);
	else if (urb->in)
		submit_in(d, ch, urb);
	else
		submit_out(d, ch, urb);
}

bool usbdev_unlink(struct usbdev *d, struct urb *urb)
{
	struct channel *ch = usbdev_channel_of_ep(d, urb->ep, urb->in);

	return ch && urb_remove(urb->in ? &ch->in_urbs : &ch->out_urbs, urb);
}

/* ---- life ---- */

/**
 * channel_purge_out() - RESET with value 1: what the chip has not worked on is lost
 * @ch: channel
 */
void channel_purge_out(struct channel *ch)
{
	ch->n_out = 0;
	if (!ch->index)
		vmpsse_abandon(ch->dev->eng);
}

/**
 * channel_purge_in() - RESET with value 2: what the host has not fetched is lost
 * @ch: channel
 */
void channel_purge_in(struct channel *ch)
{
	ch->n_in = ch->n_flushed = 0;
}

/**
 * channel_reset() - power on
 * @ch: channel; its URBs stay
 */
void channel_reset(struct channel *ch)
{
	channel_purge_out(ch);
	channel_purge_in(ch);
	ch->mode = MODE_UART;
	ch->halt_in = ch->halt_out = ch->overrun = false;
	ch->event_char = -1;
	ch->latency_ps = LATENCY_DEFAULT_PS;
	ch->timer_ps = now_ps(ch->dev) + ch->latency_ps;
	ch->byte_ps = BYTE_DEFAULT_PS;
	ch->line_free_ps = ch->pipe_ps = 0;
	if (!ch->index)
		vftdi_set_mode(ch->dev->sim->ftdi, MODE_UART, 0);
}

u32 usbdev_plug(struct usbdev *d)
{
	unsigned int i;

	usbdev_unplug(d);
	d->host_ps = 0;
	for (i = 0; i < d->n_channels; i++)
		channel_reset(&d->ch[i]);
	usbdev_ctl_reset(d);
	d->plugged = true;
	return ++d->n_plugs;
}

u32 usbdev_n_plugs(const struct usbdev *d)
{
	return d->n_plugs;
}

void usbdev_unplug(struct usbdev *d)
{
	unsigned int i;

	if (!d->plugged)
		return;
	d->plugged = false;
	for (i = 0; i < d->n_channels; i++) {
		while (d->ch[i].out_urbs)
			urb_finish(&d->ch[i].out_urbs, -ESHUTDOWN);
		while (d->ch[i].in_urbs)
			urb_finish(&d->ch[i].in_urbs, -ESHUTDOWN);
	}
	vwire_set(d->eng->wire, 0, 0);
}

bool usbdev_is_plugged(const struct usbdev *d)
{
	return d->plugged;
}

struct usbdev *usbdev_new(struct transport *t)
{
	static const struct {
		u16 bcd_device;
		unsigned int n_channels;
	} counts[] = { { 0x0700, 2 }, { 0x0800, 4 }, { 0x0900, 1 } };
	struct usbdev *d = calloc(1, sizeof(*d));
	unsigned int i;

	if (!d)
		return NULL;
	d->t = t;
	d->sim = sim_of_transport(t);
	d->eng = vftdi_engine(d->sim->ftdi);
	for (i = 0; i < ARRAY_SIZE(counts); i++)
		if (counts[i].bcd_device == t->bcd_device)
			d->n_channels = counts[i].n_channels;
	for (i = 0; i < d->n_channels; i++) {
		d->ch[i].dev = d;
		d->ch[i].index = i;
	}
	d->eng->room = eng_room;
	d->eng->push = eng_push;
	d->eng->flush = eng_flush;
	d->eng->arg = &d->ch[0];
	usbtime_init(&d->usb, d->sim);
	usbdev_ctl_init(d);
	usbdev_ctl_reset(d);
	return d;
}

void usbdev_free(struct usbdev *d)
{
	if (!d)
		return;
	usbdev_unplug(d);
	free(d);
}
