// SPDX-License-Identifier: GPL-2.0-or-later
/* Transfers of the stand-in: submitted, cancelled, timed out, answered, called back */
#include "tests/peers/usbip-libusb.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct stand_in usbip = { .lock = PTHREAD_MUTEX_INITIALIZER, .wake_fd = -1 };

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* ---- transfers ---- */

static struct transfer *to_transfer(struct libusb_transfer *t)
{
	return (struct transfer *)(void *)((char *)t - offsetof(struct transfer, pub));
}

static struct port *port_of(const struct transfer *t)
{
	return t->pub.dev_handle->dev->port;
}

static bool is_control(const struct transfer *t)
{
	return t->pub.type == LIBUSB_TRANSFER_TYPE_CONTROL;
}

static bool is_in(const struct transfer *t)
{
	return (is_control(t) ? t->pub.buffer[0] : t->pub.endpoint) & LIBUSB_ENDPOINT_IN;
}

static uint8_t *data_of(const struct transfer *t)
{
	return t->pub.buffer + (is_control(t) ? LIBUSB_CONTROL_SETUP_SIZE : 0);
}

static int length_of(const struct transfer *t)
{
	return t->pub.length - (is_control(t) ? LIBUSB_CONTROL_SETUP_SIZE : 0);
}

/* it is over: its context may call it back */
static void complete(struct transfer *t, enum libusb_transfer_status status)
{
	libusb_context *ctx = t->pub.dev_handle->dev->ctx;
	struct transfer **at = &port_of(t)->pending;

	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	t->next = NULL;
	t->is_active = false;
	t->pub.status = status;
	*ctx->done_end = t;
	ctx->done_end = &t->next;
	pthread_cond_broadcast(&usbip.progress);
}

static void pulled_out(struct port *p)
{
	if (!p->is_gone)
		shutdown(p->fd, SHUT_RDWR);
	p->is_gone = true;
	while (p->pending)
		complete(p->pending, LIBUSB_TRANSFER_NO_DEVICE);
}

static void unlink_transfer(struct transfer *t)
{
	struct port *p = port_of(t);

	t->unlink_seqnum = ++usbip.last_seqnum;
	if (!send_unlink(p, t->unlink_seqnum, t->seqnum))
		shutdown(p->fd, SHUT_RDWR); /* the reader sees to the rest */
}

static enum libusb_transfer_status status_of(const struct transfer *t, int32_t status)
{
	switch (status) {
	case 0:
		return (t->pub.flags & LIBUSB_TRANSFER_SHORT_NOT_OK) &&
				       t->pub.actual_length < length_of(t)
			       ? LIBUSB_TRANSFER_ERROR
			       : LIBUSB_TRANSFER_COMPLETED;
	case -EPIPE:
		return LIBUSB_TRANSFER_STALL;
	case -EOVERFLOW:
		return LIBUSB_TRANSFER_OVERFLOW;
	case -ENODEV:
	case -ESHUTDOWN:
		return LIBUSB_TRANSFER_NO_DEVICE;
	case -ENOENT:
	case -ECONNRESET:
		return t->is_timed_out ? LIBUSB_TRANSFER_TIMED_OUT : LIBUSB_TRANSFER_CANCELLED;
	default:
		return LIBUSB_TRANSFER_ERROR;
	}
}

/* ---- the reader ---- */

void wake_reader(void)
{
	uint64_t one = 1;

	if (write(usbip.wake_fd, &one, sizeof(one)) < 0)
		perror("usbip-libusb: eventfd");
}

static bool ret_submit(struct port *p, const uint8_t *h)
{
	uint32_t seqnum = get_be32(h + 4), actual = get_be32(h + 24);
	struct transfer *t;
	bool good;

	pthread_mutex_lock(&usbip.lock);
	t = p->pending;
	while (t && t->seqnum != seqnum)
		t = t->next;
	pthread_mutex_unlock(&usbip.lock);
	if (!t || actual > (uint32_t)length_of(t))
		return false;
	/* nobody but this thread ends a transfer: it stays while its data come */
	good = !is_in(t) || recv_all(p->fd, data_of(t), actual);
	pthread_mutex_lock(&usbip.lock);
	if (good) {
		t->pub.actual_length = (int)actual;
		complete(t, status_of(t, (int32_t)get_be32(h + 20)));
	}
	pthread_mutex_unlock(&usbip.lock);
	return good;
}

/* the transfer may be over: its RET_SUBMIT was on the way */
static bool ret_unlink(struct port *p, const uint8_t *h)
{
	struct transfer *t;

	pthread_mutex_lock(&usbip.lock);
	t = p->pending;
	while (t && t->unlink_seqnum != get_be32(h + 4))
		t = t->next;
	if (t)
		complete(t, status_of(t, -ECONNRESET));
	pthread_mutex_unlock(&usbip.lock);
	return true;
}

static bool receive(struct port *p)
{
	uint8_t h[URB_HEADER_SIZE];

	if (!recv_all(p->fd, h, sizeof(h)))
		return false;
	switch (get_be32(h)) {
	case RET_SUBMIT:
		return ret_submit(p, h);
	case RET_UNLINK:
		return ret_unlink(p, h);
	default:
		return false;
	}
}

/* unlinks what has run out of time; when the next one will */
static uint64_t expire(uint64_t now)
{
	uint64_t next = UINT64_MAX;
	struct transfer *t;
	unsigned int i;

	for (i = 0; i < usbip.n_ports; i++) {
		for (t = usbip.ports[i]->pending; t; t = t->next) {
			if (t->unlink_seqnum)
				continue;
			if (t->deadline_ms <= now) {
				t->is_timed_out = true;
				unlink_transfer(t);
			} else if (t->deadline_ms < next) {
				next = t->deadline_ms;
			}
		}
	}
	return next;
}

static void *read_all(void *arg)
{
	struct pollfd fds[1 + MAX_PORTS];
	struct port *of[1 + MAX_PORTS];
	unsigned int i, n;
	uint64_t now, wake;

	pthread_mutex_lock(&usbip.lock);
	while (!usbip.reader_stops) {
		now = now_ms();
		usbip.reader_sleeps_until_ms = expire(now);
		fds[0] = (struct pollfd){ .fd = usbip.wake_fd, .events = POLLIN };
		for (i = 0, n = 1; i < usbip.n_ports; i++) {
			if (usbip.ports[i]->is_gone)
				continue;
			fds[n] = (struct pollfd){ .fd = usbip.ports[i]->fd, .events = POLLIN };
			of[n++] = usbip.ports[i];
		}
		wake = usbip.reader_sleeps_until_ms;
		pthread_mutex_unlock(&usbip.lock);
		if (poll(fds, n, wake == UINT64_MAX ? -1 : (int)(wake - now)) > 0) {
			if (fds[0].revents && read(usbip.wake_fd, &wake, sizeof(wake)) < 0)
				perror("usbip-libusb: eventfd");
			for (i = 1; i < n; i++) {
				if (!fds[i].revents || receive(of[i]))
					continue;
				pthread_mutex_lock(&usbip.lock);
				pulled_out(of[i]);
				pthread_mutex_unlock(&usbip.lock);
			}
		}
		pthread_mutex_lock(&usbip.lock);
	}
	pthread_mutex_unlock(&usbip.lock);
	return arg;
}

static int start_reader(void)
{
	pthread_condattr_t attr;
	sigset_t all, old;
	int ret;

	usbip.wake_fd = eventfd(0, EFD_CLOEXEC);
	if (usbip.wake_fd < 0)
		return LIBUSB_ERROR_OTHER;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&usbip.progress, &attr);
	pthread_condattr_destroy(&attr);
	usbip.reader_stops = false;
	/* the program's signals are for its own threads */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	ret = pthread_create(&usbip.reader, NULL, read_all, NULL);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return ret ? LIBUSB_ERROR_OTHER : 0;
}

static void stop_reader(void)
{
	usbip.reader_stops = true;
	wake_reader();
	pthread_mutex_unlock(&usbip.lock);
	pthread_join(usbip.reader, NULL);
	pthread_mutex_lock(&usbip.lock);
	close(usbip.wake_fd);
	while (usbip.n_ports)
		port_free(usbip.ports[--usbip.n_ports]);
}

/* ---- contexts ---- */

API int libusb_init(libusb_context **ctx)
{
	libusb_context *new = &usbip.default_context;
	int ret = 0;

	if (ctx) {
		new = calloc(1, sizeof(*new));
		if (!new)
			return LIBUSB_ERROR_NO_MEM;
		*ctx = new;
	}
	pthread_mutex_lock(&usbip.lock);
	if (!new->done_end)
		new->done_end = &new->done;
	if (!usbip.n_contexts++)
		ret = start_reader();
	pthread_mutex_unlock(&usbip.lock);
	return ret;
}

API void libusb_exit(libusb_context *ctx)
{
	pthread_mutex_lock(&usbip.lock);
	if (usbip.n_contexts && !--usbip.n_contexts)
		stop_reader();
	pthread_mutex_unlock(&usbip.lock);
	free(ctx);
}

API int libusb_set_option(libusb_context *ctx, enum libusb_option option, ...)
{
	return option == LIBUSB_OPTION_LOG_LEVEL ? 0 : LIBUSB_ERROR_NOT_SUPPORTED;
}

/* ---- events ---- */

static void call_back(struct transfer *t)
{
	uint8_t flags = t->pub.flags;

	if (t->pub.callback)
		t->pub.callback(&t->pub);
	if (flags & LIBUSB_TRANSFER_FREE_TRANSFER)
		libusb_free_transfer(&t->pub);
}

API int libusb_handle_events_timeout_completed(libusb_context *ctx, struct timeval *tv,
					       int *completed)
{
	struct timespec until;
	bool called = false;
	int ret = 0;

	if (!ctx)
		ctx = &usbip.default_context;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += tv->tv_sec;
	until.tv_nsec += tv->tv_usec * 1000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;

	pthread_mutex_lock(&usbip.lock);
	while (!completed || !*completed) {
		struct transfer *t = ctx->done;

		if (t) {
			ctx->done = t->next;
			if (!ctx->done)
				ctx->done_end = &ctx->done;
			pthread_mutex_unlock(&usbip.lock);
			call_back(t);
			called = true;
			pthread_mutex_lock(&usbip.lock);
			/* another thread may wait for what the callback did */
			pthread_cond_broadcast(&usbip.progress);
			continue;
		}
		if (called || ret == ETIMEDOUT)
			break;
		ret = pthread_cond_timedwait(&usbip.progress, &usbip.lock, &until);
	}
	pthread_mutex_unlock(&usbip.lock);
	return 0;
}

API int libusb_handle_events_timeout(libusb_context *ctx, struct timeval *tv)
{
	return libusb_handle_events_timeout_completed(ctx, tv, NULL);
}

API int libusb_handle_events_completed(libusb_context *ctx, int *completed)
{
	struct timeval tv = { .tv_sec = 60 };

	return libusb_handle_events_timeout_completed(ctx, &tv, completed);
}

API struct libusb_transfer *libusb_alloc_transfer(int iso_packets)
{
	size_t n = iso_packets > 0 ? (size_t)iso_packets : 0;
	struct transfer *t;

	t = calloc(1, sizeof(*t) + n * sizeof(struct libusb_iso_packet_descriptor));
	return t ? &t->pub : NULL;
}

API void libusb_free_transfer(struct libusb_transfer *transfer)
{
	if (!transfer)
		return;
	if (transfer->flags & LIBUSB_TRANSFER_FREE_BUFFER)
		free(transfer->buffer);
	free(to_transfer(transfer));
}

/* usbfs wants the endpoint to exist and its interface to be claimed */
static bool may_use(const struct transfer *t)
{
	int i = endpoint_interface(port_of(t), t->pub.endpoint);

	if (is_control(t))
		return !(t->pub.endpoint & 0x0f);
	return i >= 0 && i < MAX_INTERFACES && port_of(t)->claims[i] == t->pub.dev_handle;
}

static int submit(struct transfer *t)
{
	struct port *p = port_of(t);
	struct transfer **at = &p->pending;

	if (p->is_gone)
		return LIBUSB_ERROR_NO_DEVICE;
	if (t->is_active)
		return LIBUSB_ERROR_BUSY;
	if (length_of(t) < 0 || t->pub.type == LIBUSB_TRANSFER_TYPE_ISOCHRONOUS)
		return LIBUSB_ERROR_INVALID_PARAM;
	if (!may_use(t))
		return LIBUSB_ERROR_NOT_FOUND;
	t->seqnum = ++usbip.last_seqnum;
	t->unlink_seqnum = 0;
	t->is_timed_out = false;
	t->pub.actual_length = 0;
	t->deadline_ms = t->pub.timeout ? now_ms() + t->pub.timeout : UINT64_MAX;
	t->is_active = true;
	t->next = NULL;
	while (*at)
		at = &(*at)->next;
	*at = t;
	if (!send_submit(p, t->seqnum, t->pub.endpoint, is_in(t),
			 is_control(t) ? t->pub.buffer : NULL, data_of(t), (uint32_t)length_of(t)))
		shutdown(p->fd, SHUT_RDWR); /* the reader ends it: no device */
	if (t->deadline_ms < usbip.reader_sleeps_until_ms)
		wake_reader();
	return 0;
}

API int libusb_submit_transfer(struct libusb_transfer *transfer)
{
	int ret;

	pthread_mutex_lock(&usbip.lock);
	ret = submit(to_transfer(transfer));
	pthread_mutex_unlock(&usbip.lock);
	return ret;
}

API int libusb_cancel_transfer(struct libusb_transfer *transfer)
{
	struct transfer *t = to_transfer(transfer);
	int ret = LIBUSB_ERROR_NOT_FOUND;

	pthread_mutex_lock(&usbip.lock);
	if (t->is_active && !t->unlink_seqnum) {
		unlink_transfer(t);
		ret = 0;
	}
	pthread_mutex_unlock(&usbip.lock);
	return ret;
}

/* ---- transfers that wait ---- */

static void LIBUSB_CALL set_done(struct libusb_transfer *t)
{
	*(int *)t->user_data = 1;
}

static int run(struct libusb_transfer *t)
{
	int done = 0, ret;

	t->callback = set_done;
	t->user_data = &done;
	ret = libusb_submit_transfer(t);
	if (ret)
		return ret;
	while (!done)
		libusb_handle_events_completed(t->dev_handle->dev->ctx, &done);
	switch (t->status) {
	case LIBUSB_TRANSFER_COMPLETED:
		return 0;
	case LIBUSB_TRANSFER_TIMED_OUT:
		return LIBUSB_ERROR_TIMEOUT;
	case LIBUSB_TRANSFER_STALL:
		return LIBUSB_ERROR_PIPE;
	case LIBUSB_TRANSFER_NO_DEVICE:
		return LIBUSB_ERROR_NO_DEVICE;
	case LIBUSB_TRANSFER_OVERFLOW:
		return LIBUSB_ERROR_OVERFLOW;
	default:
		return LIBUSB_ERROR_IO;
	}
}

API int libusb_control_transfer(libusb_device_handle *h, uint8_t type, uint8_t request,
				uint16_t value, uint16_t index, unsigned char *data, uint16_t len,
				unsigned int timeout)
{
	uint8_t buf[LIBUSB_CONTROL_SETUP_SIZE + UINT16_MAX];
	struct libusb_transfer *t = libusb_alloc_transfer(0);
	bool in = type & LIBUSB_ENDPOINT_IN;
	int ret;

	if (!t)
		return LIBUSB_ERROR_NO_MEM;
	libusb_fill_control_setup(buf, type, request, value, index, len);
	if (!in && len)
		memcpy(buf + LIBUSB_CONTROL_SETUP_SIZE, data, len);
	libusb_fill_control_transfer(t, h, buf, NULL, NULL, timeout);
	ret = run(t);
	if (!ret) {
		ret = t->actual_length;
		if (in && ret)
			memcpy(data, buf + LIBUSB_CONTROL_SETUP_SIZE, (size_t)ret);
	}
	libusb_free_transfer(t);
	return ret;
}

API int libusb_bulk_transfer(libusb_device_handle *h, unsigned char endpoint, unsigned char *data,
			     int len, int *actual, unsigned int timeout)
{
	struct libusb_transfer *t = libusb_alloc_transfer(0);
	int ret;

	if (!t)
		return LIBUSB_ERROR_NO_MEM;
	libusb_fill_bulk_transfer(t, h, endpoint, data, len, NULL, NULL, timeout);
	ret = run(t);
	if (actual)
		*actual = t->actual_length;
	libusb_free_transfer(t);
	return ret;
}

/* nothing here has interrupt endpoints: programs that link it for other devices must start, though */
API int libusb_interrupt_transfer(libusb_device_handle *h, unsigned char endpoint,
				  unsigned char *data, int len, int *actual, unsigned int timeout)
{
	return LIBUSB_ERROR_NOT_SUPPORTED;
}
