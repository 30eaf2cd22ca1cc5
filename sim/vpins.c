// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The client's side of OpenOCD's remote_bitbang protocol with SWD: 'd' + 2 * SWCLK + SWDIO moves
 * the pins, O and o drive and let go of SWDIO, c asks for its level, r and s release and assert
 * SRST, Z and z sleep 1 ms and 1 us, Q ends.
 *
 * Time: the far end has its own idea of how long a pin command takes. Virtual time in which no pin
 * moved is passed on as sleep commands, in whole microseconds, when it is 10 us or more: the host's
 * sleeps, USB latency, timeouts. Gaps inside a batch (MPSSE decoding) are below that.
 *
 * If the server goes away the wire is as if the cable were cut: SWDIO reads high.
 */
#include "sim/vpins.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LEAST_SLEEP_PS	  (10 * PS_PER_US)
#define ANSWER_TIMEOUT_MS 30000
/* sent when so much has gathered, so that the far end works at the same time */
#define SEND_AT 16384
#define SCHEME	"remote_bitbang:"
/* bits taken before their room is used again */
#define COMPACT_AT 16384

enum { BIT_LOW, BIT_HIGH, BIT_ASKED };

struct vpins {
	struct sim *sim;
	int fd; /* -1: lost */
	u8 *out;
	size_t n_out, out_size;
	/* from @head on, oldest first; from @n_known on there may be BIT_ASKED */
	u8 *bits;
	size_t head, n_bits, n_known, bits_size;
	bool swclk, swdio, undriven, nrst;
	bool said;   /* the first pin command is always sent */
	u64 told_ps; /* virtual time that the far end knows of */
};

/* ---- connection ---- */

static void fill_bits(struct vpins *p, u8 value)
{
	while (p->n_known < p->n_bits && p->bits[p->n_known] != BIT_ASKED)
		p->n_known++;
	if (p->n_known < p->n_bits)
		p->bits[p->n_known++] = value;
	while (p->n_known < p->n_bits && p->bits[p->n_known] != BIT_ASKED)
		p->n_known++;
}

static void lose(struct vpins *p, const char *why)
{
	if (p->fd < 0)
		return;
	sim_complain(p->sim, "pins", "the connection to the SWD target is lost: %s", why);
	close(p->fd);
	p->fd = -1;
	p->n_out = 0;
	while (p->n_known < p->n_bits)
		fill_bits(p, BIT_HIGH);
}

static bool reserve(struct vpins *p, u8 **buf, size_t *size, size_t need)
{
	u8 *bigger;

	if (need <= *size)
		return true;
	need = max(need, *size * 2);
	bigger = realloc(*buf, need);
	if (!bigger) {
		lose(p, "out of memory");
		return false;
	}
	*buf = bigger;
	*size = need;
	return true;
}

static void receive(struct vpins *p)
{
	u8 buf[4096];
	ssize_t i, n = recv(p->fd, buf, sizeof(buf), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return;
	if (n <= 0) {
		lose(p, n ? strerror(errno) : "the server closed it");
		return;
	}
	for (i = 0; i < n && p->fd >= 0; i++) {
		if (p->n_known == p->n_bits || (buf[i] != '0' && buf[i] != '1'))
			lose(p, "the server says what nobody asked");
		else
			fill_bits(p, buf[i] == '1' ? BIT_HIGH : BIT_LOW);
	}
}

static void transmit(struct vpins *p)
{
	ssize_t n = send(p->fd, p->out, p->n_out, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return;
	if (n < 0) {
		lose(p, strerror(errno));
		return;
	}
	memmove(p->out, p->out + n, p->n_out - (size_t)n);
	p->n_out -= (size_t)n;
}

/* send all, and go on until the first @n_known bits are known */
static void pump(struct vpins *p, size_t n_known)
{
	while (p->fd >= 0 && (p->n_out || p->n_known < n_known)) {
		struct pollfd fd = { .fd = p->fd,
				     .events = (short)(POLLIN | (p->n_out ? POLLOUT : 0)) };
		int ret = poll(&fd, 1, ANSWER_TIMEOUT_MS);

		if (ret < 0 && errno == EINTR)
			continue;
		if (ret <= 0) {
			lose(p, ret ? strerror(errno) : "no answer");
			return;
		}
		if (fd.revents & (POLLIN | POLLHUP | POLLERR))
			receive(p);
		if (p->fd >= 0 && (fd.revents & POLLOUT))
			transmit(p);
	}
}

static void put(struct vpins *p, char c)
{
	if (p->fd < 0 || !reserve(p, &p->out, &p->out_size, p->n_out + 1))
		return;
	p->out[p->n_out++] = (u8)c;
	if (p->n_out >= SEND_AT)
		pump(p, 0);
}

/* ---- pins ---- */

static void pass_sleep(struct vpins *p)
{
	u64 us, i, gap = sim_now_ps(p->sim) - p->told_ps;

	p->told_ps += gap;
	if (gap < LEAST_SLEEP_PS)
		return;
	us = gap / PS_PER_US;
	p->told_ps -= gap % PS_PER_US;
	for (i = 0; i < us / 1000; i++)
		put(p, 'Z');
	for (i = 0; i < us % 1000; i++)
		put(p, 'z');
}

/**
 * vpins_set() - the host's pins
 * @p: pins
 * @swclk: level
 * @swdio: level or SWD_FLOAT
 */
void vpins_set(struct vpins *p, bool swclk, enum swd_level swdio)
{
	bool level = swdio == SWD_FLOAT ? p->swdio : swdio == SWD_HIGH;
	bool undriven = swdio == SWD_FLOAT;

	if (p->said && swclk == p->swclk && level == p->swdio && undriven == p->undriven)
		return;
	pass_sleep(p);
	if (undriven && !p->undriven)
		put(p, 'o');
	if (!p->said || swclk != p->swclk || level != p->swdio)
		put(p, (char)('d' + 2 * swclk + level));
	if (!undriven && (p->undriven || !p->said))
		put(p, 'O');
	p->said = true;
	p->swclk = swclk;
	p->swdio = level;
	p->undriven = undriven;
}

/**
 * vpins_set_nrst() - nRST of the target
 * @p: pins
 * @low: asserted
 */
void vpins_set_nrst(struct vpins *p, bool low)
{
	if (low == p->nrst)
		return;
	pass_sleep(p);
	p->nrst = low;
	put(p, low ? 's' : 'r');
	pump(p, 0);
}

static void add_bit(struct vpins *p, u8 bit)
{
	bool all_known = p->n_known == p->n_bits;

	if (p->head >= COMPACT_AT) {
		memmove(p->bits, p->bits + p->head, p->n_bits - p->head);
		p->n_bits -= p->head;
		p->n_known -= p->head;
		p->head = 0;
	}
	if (!reserve(p, &p->bits, &p->bits_size, p->n_bits + 1))
		return;
	p->bits[p->n_bits++] = bit;
	if (all_known && bit != BIT_ASKED)
		p->n_known++;
}

/**
 * vpins_ask() - SWDIO now, to be taken later
 * @p: pins
 */
void vpins_ask(struct vpins *p)
{
	add_bit(p, p->fd < 0 ? BIT_HIGH : BIT_ASKED);
	put(p, 'c');
}

/**
 * vpins_ask_known() - a bit in the order of those asked for
 * @p: pins
 * @bit: its value
 */
void vpins_ask_known(struct vpins *p, bool bit)
{
	add_bit(p, bit);
}

/**
 * vpins_take() - the oldest bit that was asked for
 * @p: pins
 */
bool vpins_take(struct vpins *p)
{
	bool bit;

	if (p->head == p->n_bits)
		return true;
	if (p->n_known == p->head)
		pump(p, p->n_bits);
	bit = p->bits[p->head++] != BIT_LOW;
	if (p->head == p->n_bits)
		p->head = p->n_bits = p->n_known = 0;
	return bit;
}

/**
 * vpins_sample() - SWDIO now
 * @p: pins
 */
bool vpins_sample(struct vpins *p)
{
	bool bit;

	vpins_ask(p);
	pump(p, p->n_bits);
	if (p->fd < 0)
		return true;
	bit = p->bits[--p->n_bits] != BIT_LOW;
	p->n_known = min(p->n_known, p->n_bits);
	return bit;
}

/**
 * vpins_pass_time() - nothing moves for now
 * @p: pins
 */
void vpins_pass_time(struct vpins *p)
{
	pass_sleep(p);
	pump(p, 0);
}

/* ---- life ---- */

static int connect_to(const char *host, const char *port, struct err *err)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list, *ai;
	int fd = -1, one = 1, ret;

	ret = getaddrinfo(host, port, &hints, &list);
	if (ret)
		return err_set(err, -EINVAL, "as in pins=remote_bitbang:localhost:4711",
			       "pins: %s, port %s: %s", host, port, gai_strerror(ret));
	for (ai = list; ai; ai = ai->ai_next) {
		fd = socket(ai->ai_family, ai->ai_socktype | SOCK_CLOEXEC, ai->ai_protocol);
		if (fd >= 0 && !connect(fd, ai->ai_addr, ai->ai_addrlen))
			break;
		ret = errno;
		if (fd >= 0)
			close(fd);
		fd = -1;
	}
	freeaddrinfo(list);
	if (fd < 0)
		return err_set(err, -ENODEV, "start the server that has the SWD target",
			       "pins: no remote_bitbang server at %s port %s: %s", host, port,
			       strerror(ret));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}

struct vpins *vpins_open(struct sim *sim, const char *where, struct err *err)
{
	const char *host = where + strlen(SCHEME), *colon = strrchr(where, ':');
	char name[128];
	struct vpins *p;

	if (strncmp(where, SCHEME, strlen(SCHEME)) != 0 || colon < host ||
	    (size_t)(colon - host) >= sizeof(name)) {
		err_set(err, -EINVAL, NULL, "pins=%s is not remote_bitbang:HOST:PORT", where);
		return NULL;
	}
	memcpy(name, host, (size_t)(colon - host));
	name[colon - host] = '\0';
	p = calloc(1, sizeof(*p));
	if (!p) {
		err_set(err, -ENOMEM, NULL, "out of memory");
		return NULL;
	}
	p->sim = sim;
	p->fd = connect_to(name, colon + 1, err);
	if (p->fd < 0) {
		free(p);
		return NULL;
	}
	return p;
}

/**
 * vpins_close() - end the connection
 * @p: pins or NULL
 */
void vpins_close(struct vpins *p)
{
	if (!p)
		return;
	put(p, 'Q');
	pump(p, 0);
	if (p->fd >= 0)
		close(p->fd);
	free(p->out);
	free(p->bits);
	free(p);
}
