// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Batches over bulk endpoints.
 *
 * Reads are posted before the bytes that cause replies are sent, and posted again as long as replies
 * are due: an FTDI chip whose small FIFO towards the host is full stops taking commands, so writing
 * first and reading afterwards would never end.
 *
 * The chip fills packets of wMaxPacketSize, each with 2 modem status bytes in front; with nothing to
 * say it sends these two alone whenever the latency timer runs out (AN232B-04). The replies of all
 * batches are one stream of bytes: they are dealt out in the order of submission.
 *
 * A batch that fails takes those behind it along: where its reply ends is not known.
 */
#include "drivers/ftdi-bulk.h"

#include <errno.h>
#include <string.h>

#define STATUS_BYTES 2
#define CANCEL_MS    1000 /* for the kernel to give a cancelled transfer back */
#define DRAIN_MS     1000 /* a chip that talks longer has no reason to */
#define QUIET_EMPTY  3	  /* empty reads in a row that are silence */
#define DRAIN_EMPTY  2	  /* empty reads in a row: the second began after the first had ended */

static int errno_of_usb(int ret)
{
	switch (ret) {
	case LIBUSB_ERROR_NO_DEVICE:
		return -ENODEV;
	case LIBUSB_ERROR_NO_MEM:
		return -ENOMEM;
	case LIBUSB_ERROR_TIMEOUT:
		return -ETIMEDOUT;
	default:
		return -EIO;
	}
}

static u64 ms_left(struct ftdi_bulk *io, u64 since_ns, u32 limit_ms)
{
	u64 ms = (clock_now_ns(io->clk) - since_ns) / MSEC_NS;

	return ms < limit_ms ? limit_ms - ms : 0;
}

/* let libusb work for at most @ms; returns as soon as something completed */
static void handle_events(struct ftdi_bulk *io, u64 ms)
{
	struct timeval tv = { .tv_sec = (time_t)(ms / 1000),
			      .tv_usec = (suseconds_t)(ms % 1000 * 1000) };

	if (libusb_handle_events_timeout_completed(io->usb, &tv, NULL) == LIBUSB_ERROR_NO_DEVICE)
		io->is_gone = true;
}

static struct ftdi_bulk_batch *batch_at(struct ftdi_bulk *io, unsigned int i)
{
	return &io->batch[(io->first + i) % FTDI_BULK_BATCHES];
}

/* ---- reads ---- */

static bool are_replies_due(struct ftdi_bulk *io)
{
	for (unsigned int i = 0; i < io->n_batches; i++) {
		const struct ftdi_bulk_batch *q = batch_at(io, i);

		if (!q->status && q->n_got < q->b->n_in)
			return true;
	}
	return false;
}

/* hand @n reply bytes to the batches that wait for them, oldest first */
static void deal_out(struct ftdi_bulk *io, const u8 *bytes, size_t n)
{
	for (unsigned int i = 0; i < io->n_batches && n; i++) {
		struct ftdi_bulk_batch *q = batch_at(io, i);
		size_t take;

		if (q->status)
			continue;
		take = min(n, q->b->n_in - q->n_got);
		if (take)
			memcpy(q->b->in + q->n_got, bytes, take);
		q->n_got += take;
		bytes += take;
		n -= take;
	}
	io->n_stray += n;
}

static int in_post(struct ftdi_bulk_in *in)
{
	int ret = libusb_submit_transfer(in->xfer);

	if (!ret) {
		in->is_posted = true;
		return 0;
	}
	if (ret == LIBUSB_ERROR_NO_DEVICE)
		in->io->is_gone = true;
	return errno_of_usb(ret);
}

static int in_post_all(struct ftdi_bulk *io)
{
	for (unsigned int i = 0; i < FTDI_BULK_IN; i++) {
		int ret = io->in[i].is_posted ? 0 : in_post(&io->in[i]);

		if (ret)
			return ret;
	}
	return 0;
}

static void LIBUSB_CALL in_done(struct libusb_transfer *xfer)
{
	struct ftdi_bulk_in *in = xfer->user_data;
	struct ftdi_bulk *io = in->io;
	size_t len = (size_t)xfer->actual_length, n_payload = 0;

	in->is_posted = false;
	for (size_t at = 0; at < len; at += io->packet) {
		size_t n = min(io->packet, len - at);

		if (n <= STATUS_BYTES)
			continue;
		n -= STATUS_BYTES;
		n_payload += n;
		if (!io->is_draining)
			deal_out(io, xfer->buffer + at + STATUS_BYTES, n);
	}
	io->n_empty = n_payload ? 0 : io->n_empty + 1;
	if (n_payload)
		io->heard_ns = clock_now_ns(io->clk);

	switch (xfer->status) {
	case LIBUSB_TRANSFER_COMPLETED:
	case LIBUSB_TRANSFER_TIMED_OUT:
		if (io->is_draining || are_replies_due(io))
			in_post(in);
		break;
	case LIBUSB_TRANSFER_CANCELLED:
		break;
	case LIBUSB_TRANSFER_NO_DEVICE:
		io->is_gone = true;
		break;
	default:
		io->in_error = -EIO;
		break;
	}
}

/* ---- batches ---- */

static void LIBUSB_CALL out_done(struct libusb_transfer *xfer)
{
	struct ftdi_bulk_batch *q = xfer->user_data;

	q->is_out_pending = false;
	q->sent_ns = clock_now_ns(q->io->clk);
	q->io->n_empty = 0;
	switch (xfer->status) {
	case LIBUSB_TRANSFER_COMPLETED:
		if (xfer->actual_length != xfer->length && !q->status)
			q->status = -EIO;
		break;
	case LIBUSB_TRANSFER_NO_DEVICE:
		q->io->is_gone = true;
		break;
	case LIBUSB_TRANSFER_CANCELLED:
	case LIBUSB_TRANSFER_TIMED_OUT:
		if (!q->status)
			q->status = -ETIMEDOUT;
		break;
	default:
		if (!q->status)
			q->status = -EIO;
		break;
	}
}

/**
 * ftdi_bulk_init() - prepare transfers
 * @io: usb, dev, clk, ep_in, ep_out and packet are set
 *
 * Return: 0 or -ENOMEM; ftdi_bulk_stop() cleans up in both cases.
 */
int ftdi_bulk_init(struct ftdi_bulk *io)
{
	for (unsigned int i = 0; i < FTDI_BULK_IN; i++) {
		struct ftdi_bulk_in *in = &io->in[i];

		in->io = io;
		in->xfer = libusb_alloc_transfer(0);
		if (!in->xfer)
			return -ENOMEM;
		libusb_fill_bulk_transfer(in->xfer, io->dev, io->ep_in, in->buf, sizeof(in->buf),
					  in_done, in, 0);
	}
	for (unsigned int i = 0; i < FTDI_BULK_BATCHES; i++) {
		struct ftdi_bulk_batch *q = &io->batch[i];

		q->io = io;
		q->xfer = libusb_alloc_transfer(0);
		if (!q->xfer)
			return -ENOMEM;
	}
	return 0;
}

/**
 * ftdi_bulk_submit() - start a batch
 * @io: the channel
 * @b: stays the caller's until reaped
 *
 * Return: 0; -EINVAL with too many in flight; -ENODEV; -EIO.
 */
int ftdi_bulk_submit(struct ftdi_bulk *io, struct usb_batch *b)
{
	struct ftdi_bulk_batch *q;
	int ret;

	b->n_got = 0;
	if (io->is_gone)
		return -ENODEV;
	if (io->n_batches == FTDI_BULK_BATCHES || b->n_out > INT32_MAX)
		return -EINVAL;

	q = batch_at(io, io->n_batches);
	q->b = b;
	q->n_got = 0;
	q->status = 0;
	q->is_out_pending = false;
	q->since_ns = clock_now_ns(io->clk);
	q->sent_ns = q->since_ns;
	io->n_batches++;
	ret = in_post_all(io); /* before the bytes out, see above */
	if (!ret && b->n_out) {
		libusb_fill_bulk_transfer(q->xfer, io->dev, io->ep_out, (u8 *)b->out, (int)b->n_out,
					  out_done, q, 0);
		ret = libusb_submit_transfer(q->xfer);
		q->is_out_pending = !ret;
		if (ret == LIBUSB_ERROR_NO_DEVICE)
			io->is_gone = true;
		ret = ret ? errno_of_usb(ret) : 0;
	}
	if (ret)
		io->n_batches--;
	return ret;
}

/* stop a batch; its bytes are the caller's again when this returns true */
static bool batch_cancel(struct ftdi_bulk *io, struct ftdi_bulk_batch *q, int why)
{
	u64 since = clock_now_ns(io->clk), ms;

	if (!q->status)
		q->status = why;
	if (!q->is_out_pending)
		return true;
	libusb_cancel_transfer(q->xfer);
	while (q->is_out_pending && (ms = ms_left(io, since, CANCEL_MS)))
		handle_events(io, ms);
	return !q->is_out_pending;
}

/* why the batch cannot go on, or 0 */
static int batch_trouble(struct ftdi_bulk *io, const struct ftdi_bulk_batch *q)
{
	if (io->is_gone)
		return -ENODEV;
	if (io->in_error)
		return io->in_error;
	return q->status;
}

/*
 * The chip lives, for its latency timer goes on sending packets without data, and there has been
 * nothing in them for longer than all of the batch takes. A host that was busy elsewhere finds such
 * packets only after those with the reply, so being late is not taken for it.
 */
static bool is_quiet(struct ftdi_bulk *io, const struct ftdi_bulk_batch *q)
{
	u64 from = max(q->since_ns, q->sent_ns);

	from = max(from, io->heard_ns);
	return q->b->quiet_ms && !q->is_out_pending && io->n_empty >= QUIET_EMPTY &&
	       clock_now_ns(io->clk) - from >= q->b->quiet_ms * MSEC_NS;
}

/**
 * ftdi_bulk_reap() - wait for the oldest batch
 * @io: the channel
 * @b: the oldest batch
 *
 * Return: 0 with the whole reply; -ETIMEDOUT; -ENODEV; -EIO; -EPROTO when more bytes came than all
 * batches expect; -EINVAL when @b is not the oldest. b->n_got says how many bytes are there.
 */
int ftdi_bulk_reap(struct ftdi_bulk *io, struct usb_batch *b)
{
	struct ftdi_bulk_batch *q = batch_at(io, 0);
	int ret = 0;

	if (!io->n_batches || q->b != b)
		return -EINVAL;
	while (!(ret = batch_trouble(io, q)) && (q->is_out_pending || q->n_got < b->n_in)) {
		u64 ms = ms_left(io, q->since_ns, b->timeout_ms);

		if (!ms || is_quiet(io, q)) {
			ret = -ETIMEDOUT;
			break;
		}
		handle_events(io, ms);
	}
	if (!ret && io->n_stray) {
		ret = -EPROTO; /* which of the bytes are the reply is not known */
		q->n_got = 0;
	}
	b->n_got = q->n_got;
	if (ret) {
		for (unsigned int i = 0; i < io->n_batches; i++)
			if (!batch_cancel(io, batch_at(io, i), ret))
				io->is_gone = true; /* the kernel keeps it: no use going on */
		io->in_error = 0;
	}
	io->first = (io->first + 1) % FTDI_BULK_BATCHES;
	io->n_batches--;
	if (io->n_batches)
		batch_at(io, 0)->since_ns = clock_now_ns(io->clk);
	return ret;
}

/**
 * ftdi_bulk_drain() - read and drop until the chip is silent
 * @io: the channel, with no batch in flight
 *
 * Return: 0; -EINVAL with batches in flight; -ENODEV; -EIO; -ETIMEDOUT when it keeps talking.
 */
int ftdi_bulk_drain(struct ftdi_bulk *io)
{
	u64 since = clock_now_ns(io->clk), ms = DRAIN_MS;
	int ret;

	if (io->n_batches)
		return -EINVAL;
	io->is_draining = true;
	io->n_empty = 0;
	io->in_error = 0;
	ret = in_post_all(io);
	while (!ret && io->n_empty < DRAIN_EMPTY && (ms = ms_left(io, since, DRAIN_MS))) {
		handle_events(io, ms);
		ret = io->is_gone ? -ENODEV : io->in_error;
	}
	io->is_draining = false;
	io->n_stray = 0;
	io->in_error = 0;
	if (!ret && !ms)
		ret = -ETIMEDOUT;
	return ret;
}

static bool is_anything_pending(const struct ftdi_bulk *io)
{
	for (unsigned int i = 0; i < FTDI_BULK_IN; i++)
		if (io->in[i].is_posted)
			return true;
	for (unsigned int i = 0; i < FTDI_BULK_BATCHES; i++)
		if (io->batch[i].is_out_pending)
			return true;
	return false;
}

/**
 * ftdi_bulk_stop() - cancel everything and free the transfers
 * @io: the channel
 *
 * Return: true; false if the kernel did not give a transfer back in time: then @io must stay where
 * it is for ever, and nothing is freed.
 */
bool ftdi_bulk_stop(struct ftdi_bulk *io)
{
	u64 since = clock_now_ns(io->clk), ms;

	for (unsigned int i = 0; i < FTDI_BULK_IN; i++)
		if (io->in[i].is_posted)
			libusb_cancel_transfer(io->in[i].xfer);
	for (unsigned int i = 0; i < FTDI_BULK_BATCHES; i++)
		if (io->batch[i].is_out_pending)
			libusb_cancel_transfer(io->batch[i].xfer);
	while (is_anything_pending(io) && (ms = ms_left(io, since, CANCEL_MS)))
		handle_events(io, ms);
	if (is_anything_pending(io))
		return false;
	for (unsigned int i = 0; i < FTDI_BULK_IN; i++)
		libusb_free_transfer(io->in[i].xfer);
	for (unsigned int i = 0; i < FTDI_BULK_BATCHES; i++)
		libusb_free_transfer(io->batch[i].xfer);
	return true;
}
