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

/* a full-speed bus carries 19 packets of 64 bytes in each frame of 1 ms (USB 2.0, table 5-9) */
#define FULL_PACKET  64
#define FULL_BYTE_PS (PS_PER_MS / (19 * FULL_PACKET))

/* status bytes (AN232B-04): CTS and DSR asserted, size of packets; THRE and TEMT, overrun */
#define STATUS_MODEM	0x30
#define STATUS_FULL	0x01
#define STATUS_HIGH	0x02
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

/* the host controller tells of what is over in a microframe when that ends */
static u64 told_after(u64 ps)
{
	return DIV_ROUND_UP(ps, USB_MICROFRAME_PS) * USB_MICROFRAME_PS;
}

static void urb_finish(struct urb **queue, s32 status, u64 told_ps)
{
	struct urb *urb = *queue;

	*queue = urb->next;
	urb->status = status;
	urb->told_ps = told_ps;
	urb->complete(urb);
}

static u64 now_ps(const struct usbdev *d)
{
	return sim_now_ps(d->sim);
}

static bool is_mpsse(const struct channel *ch)
{
	return ch->mode == MODE_MPSSE && ch->eng;
}

/* on a full-speed bus everything waits for the next frame, not microframe */
static u64 frame_after(const struct usbdev *d, u64 ps)
{
	return d->is_full_speed ? DIV_ROUND_UP(ps, PS_PER_MS) * PS_PER_MS : ps;
}

/* when the first byte of a transfer that the host submits at @ps is in the chip */
static u64 bus_out(struct usbdev *d, u64 ps)
{
	return frame_after(d, usbtime_out(&d->usb, ps));
}

/* when the host's program knows of a packet that was over at @ps */
static u64 bus_in(struct usbdev *d, u64 ps)
{
	return usbtime_in(&d->usb, frame_after(d, ps));
}

/* ---- chip to host ---- */

/**
 * channel_status() - the two bytes at the head of each IN packet
 * @ch: channel
 * @status: filled in
 */
void channel_status(struct channel *ch, u8 *status)
{
	status[0] = STATUS_MODEM | (ch->dev->is_full_speed ? STATUS_FULL : STATUS_HIGH);
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
	if (len < d->packet || len >= room) {
		if (n)
			d->host_ps = bus_in(d, at_ps + d->packet * d->bus_byte_ps);
		/* more than was asked for: the host controller calls it babble */
		urb_finish(&ch->in_urbs, len > room ? -EOVERFLOW : 0,
			   n ? d->host_ps - USB_IN_SOFT_MIN_PS : told_after(at_ps));
	}
}

static void collect(struct channel *ch, u64 at_ps)
{
	size_t payload = ch->dev->packet - 2;

	while (ch->in_urbs && (ch->n_in >= payload || ch->n_flushed))
		send_packet(ch, min(ch->n_in, payload), at_ps);
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

/**
 * channel_push() - a byte for the host
 * @ch: channel
 * @byte: what
 * @at_ps: when
 */
void channel_push(struct channel *ch, u8 byte, u64 at_ps)
{
	run_timer(ch, at_ps);
	if (ch->n_in == ch->dev->chip->fifo_in) {
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

	return ch->dev->chip->fifo_in - ch->n_in;
}

static void eng_push(void *arg, u8 byte, u64 tick)
{
	channel_push(arg, byte, mpsse_tick_ps(tick));
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
	ch->pipe_ps += n * ch->dev->bus_byte_ps;
	if (urb->actual == urb->len)
		urb_finish(&ch->out_urbs, 0, told_after(now_ps(ch->dev)));
}

/**
 * channel_fill_fifo() - OUT URBs into the chip, as much as it takes
 * @ch: channel
 */
void channel_fill_fifo(struct channel *ch)
{
	size_t room = ch->dev->chip->fifo_out - ch->n_out;

	if (!ch->n_out)
		ch->fifo_ps = ch->pipe_ps;
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

/**
 * channel_drop_from_fifo() - the oldest bytes from the host are done with
 * @ch: channel
 * @n: how many
 */
void channel_drop_from_fifo(struct channel *ch, size_t n)
{
	memmove(ch->fifo_out, ch->fifo_out + n, ch->n_out - n);
	ch->n_out -= n;
}

/* the engine eats what is in the FIFO, then right out of the URBs */
static enum mpsse_stop mpsse_step(struct channel *ch, u64 until_ps)
{
	struct mpsse_feed feed = { .first_tick =
					   mpsse_ps_tick(ch->n_out ? ch->fifo_ps : ch->pipe_ps) };
	struct urb *urb = ch->out_urbs;
	enum mpsse_stop stop;
	size_t n;

	if (ch->n_out) {
		feed.bytes = ch->fifo_out;
		feed.n = ch->n_out;
	} else if (urb) {
		feed.bytes = urb->buf + urb->actual;
		feed.n = urb->len - urb->actual;
		/* a slow bus brings its packets one by one */
		if (ch->dev->is_full_speed)
			feed.n = min(feed.n, ch->dev->packet);
	}
	n = feed.n;
	stop = vmpsse_run(ch->eng, &feed, until_ps);
	if (ch->n_out)
		channel_drop_from_fifo(ch, n - feed.n);
	else if (urb)
		take_from_urb(ch, n - feed.n);
	return stop;
}

/* from @from_ps on; true: it could go on beyond @until_ps */
static bool run_mpsse(struct channel *ch, u64 from_ps, u64 until_ps)
{
	struct usbdev *d = ch->dev;
	enum mpsse_stop stop;
	bool fed;

	ch->eng->tick = max(ch->eng->tick, mpsse_ps_tick(from_ps));
	do {
		fed = ch->n_out || ch->out_urbs;
		stop = mpsse_step(ch, until_ps);
	} while (fed && stop == MPSSE_HUNGRY);
	channel_fill_fifo(ch);
	sim_advance_to(d->sim, stop == MPSSE_TIME ? until_ps : mpsse_tick_ps(ch->eng->tick));
	return stop == MPSSE_TIME;
}

/* channel A's TXD is SWCLK: start bit, data LSB first, stop bit */
static void txd_on_swclk(struct usbdev *d, u8 byte, u64 from_ps, u64 bit_ps)
{
	struct vwire *w = d->ch[0].wire;
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
		channel_fill_fifo(ch);
		for (i = 0; i < ch->n_out; i++) {
			u64 end = next_uart_byte_ps(ch);

			if (end > at_ps)
				break;
			ch->line_free_ps = end;
			if (ch->index)
				channel_push(ch, ch->fifo_out[i], end);
			else
				txd_on_swclk(ch->dev, ch->fifo_out[i], end - ch->byte_ps,
					     ch->byte_ps / 10);
		}
		if (!i)
			return;
		channel_drop_from_fifo(ch, i);
	}
}

/* modes that are not modelled: what comes is lost */
static void run_nowhere(struct channel *ch)
{
	do {
		ch->n_out = 0;
		channel_fill_fifo(ch);
	} while (ch->n_out);
}

static bool run_channel(struct channel *ch, u64 from_ps, u64 until_ps)
{
	bool more = false;

	if (is_mpsse(ch))
		more = run_mpsse(ch, from_ps, until_ps);
	else if (channel_is_bitbang(ch))
		bitbang_run(ch, now_ps(ch->dev));
	else if (ch->mode == MODE_UART)
		run_uart(ch, now_ps(ch->dev));
	else
		run_nowhere(ch);
	run_timer(ch, now_ps(ch->dev));
	return more;
}

/*
 * Everything that happens up to @until_ps if an MPSSE gets that far; true: one goes on beyond. Both
 * MPSSE work at the same time; the second is run after the first, from where that began.
 */
static bool run(struct usbdev *d, u64 until_ps)
{
	u64 from = now_ps(d);
	bool more = false;
	unsigned int i;

	for (i = 0; i < d->n_channels; i++)
		more |= run_channel(&d->ch[i], from, is_mpsse(&d->ch[i]) ? until_ps : now_ps(d));
	return more;
}

bool usbdev_work(struct usbdev *d, u64 slice_ps)
{
	return d->plugged && run(d, now_ps(d) + slice_ps);
}

bool usbdev_is_working(const struct usbdev *d)
{
	unsigned int i;

	for (i = 0; i < d->n_channels; i++) {
		const struct channel *ch = &d->ch[i];

		if (is_mpsse(ch) && (ch->n_out || ch->out_urbs) && !ch->eng->stuck &&
		    ch->n_in < d->chip->fifo_in)
			return true;
	}
	return false;
}

void usbdev_pass(struct usbdev *d, u64 ps)
{
	u64 to = now_ps(d) + ps;

	if (d->plugged && usbdev_is_working(d))
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
		if (channel_is_bitbang(ch))
			due = min(due, bitbang_due_ps(ch));
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
		ch->pipe_ps = bus_out(d, max(now_ps(d), d->host_ps));
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
	u64 at = bus_out(d, max(now_ps(d), d->host_ps));

	run(d, at);
	sim_advance_to(d->sim, at);
	run(d, at);
	d->host_ps = bus_in(d, at);
	usbdev_ctl_request(d, urb);
}

void usbdev_submit(struct usbdev *d, struct urb *urb)
{
	struct channel *ch;

	urb->actual = 0;
	urb->told_ps = 0;
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
	if (ch->eng)
		vmpsse_abandon(ch->eng);
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
	ch->bang_ps = BYTE_DEFAULT_PS / 10 / 16;
	ch->bang_next_ps = 0;
	ch->line_free_ps = ch->pipe_ps = ch->fifo_ps = 0;
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
			urb_finish(&d->ch[i].out_urbs, -ESHUTDOWN, now_ps(d));
		while (d->ch[i].in_urbs)
			urb_finish(&d->ch[i].in_urbs, -ESHUTDOWN, now_ps(d));
	}
	for (i = 0; i < d->n_channels; i++)
		vwire_set(d->ch[i].wire, 0, 0);
}

bool usbdev_is_plugged(const struct usbdev *d)
{
	return d->plugged;
}

/* channel A has the bench's MPSSE and wires; a second MPSSE is B's (data sheets) */
static void channel_init(struct channel *ch, struct usbdev *d, unsigned int index)
{
	ch->dev = d;
	ch->index = index;
	if (!index) {
		ch->eng = vftdi_engine(d->sim->ftdi);
		ch->wire = ch->eng->wire;
	} else {
		ch->wire = &ch->own_wire;
		vwire_init(ch->wire, d->sim, NULL, NULL, WIRING_NONE);
		if (index == 1) {
			ch->eng = &ch->own_eng;
			vmpsse_init(ch->eng, d->sim, NULL, ch->wire, d->chip);
		}
	}
	if (!ch->eng)
		return;
	ch->eng->room = eng_room;
	ch->eng->push = eng_push;
	ch->eng->flush = eng_flush;
	ch->eng->arg = ch;
}

void usbdev_set_full_speed(struct usbdev *d)
{
	d->is_full_speed = true;
	d->packet = FULL_PACKET;
	d->bus_byte_ps = FULL_BYTE_PS;
}

bool usbdev_is_full_speed(const struct usbdev *d)
{
	return d->is_full_speed;
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
	d->chip = vftdi_engine(d->sim->ftdi)->chip;
	d->packet = USB_PACKET;
	d->bus_byte_ps = USB_BYTE_PS;
	for (i = 0; i < ARRAY_SIZE(counts); i++)
		if (counts[i].bcd_device == t->bcd_device)
			d->n_channels = counts[i].n_channels;
	for (i = 0; i < d->n_channels; i++)
		channel_init(&d->ch[i], d, i);
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
