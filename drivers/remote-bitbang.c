// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The programmer "remote_bitbang": an SWD adapter behind a TCP connection, in OpenOCD's protocol
 * (doc/manual/jtag/drivers/remote_bitbang.txt, with the SWD commands that came after 0.12): RTL
 * simulations of a debug port, single-board computers that toggle their GPIOs, Glasgow.
 *
 *	'd' + 2 * SWCLK + SWDIO	moves both pins
 *	O o			the host drives SWDIO, lets go of it
 *	c			one answer, '0' or '1': SWDIO
 *	r s			nRST released, pulled low
 *	Z z			sleep for 1 ms, 1 us
 *	Q			end
 *
 *	a bit out	d|e f|g		SWDIO is there before the rise and until after it
 *	a bit in	d c f		sampled while SWCLK is low, as the target put it out at the
 *					rise before
 *
 * Nothing in a batch depends on what is answered in it (lib/swd.h), so whole batches are sent ahead
 * and several are under way; answers are read while sending, for a server may stop to listen as
 * long as nobody takes what it says.
 *
 * The protocol has no clock rate. Idle cycles that are there to pass time become real sleeps, here
 * or (sleep=remote) at the server, where the target's time may be a simulator's.
 */
#include "lib/programmer.h"
#include "lib/swd.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_XFERS     512
#define MAX_IN_FLIGHT 4
/* nominal: what idle cycles and reports are reckoned with */
#define SWCLK_HZ 1000000
/* more idle cycles than this are meant as a delay; some are clocked all the same, for the AP */
#define IDLE_CLOCKED_MAX 64
#define IDLE_IN_DELAY	 8
/* a simulation may be slow, but each answer comes within this time */
#define ANSWER_TIMEOUT_MS 30000
#define PORT_DEFAULT	  "3335" /* OpenOCD's remote_bitbang examples */
#define FRAME_CYCLES	  46
#define ACK_BITS	  3
#define READ_BITS	  33 /* data and parity */

struct rbb_batch {
	struct swd_batch *b;
	size_t n_answers;
};

struct rbb {
	struct swd_host h;
	struct sysclock clk;
	u64 slept_ns; /* at the server */
	bool remote_sleep;
	int fd;
	int error; /* the connection is no good any more */

	u8 *out;
	size_t n_out, out_size;
	u8 *in; /* answers not used yet */
	size_t n_in, in_size;
	size_t n_asked; /* answers still to come */
	struct rbb_batch flight[MAX_IN_FLIGHT];
	unsigned int n_flight;
};

static struct rbb *to_rbb(struct swd_host *h)
{
	return container_of(h, struct rbb, h);
}

/* ---- connection ---- */

static int lost(struct rbb *r, int code, const char *why)
{
	if (!r->error)
		r->error = code;
	return err_set(&r->h.ctx->err, code,
		       "is the server still running? Start it again, then try",
		       "remote_bitbang: %s", why);
}

static int grow(struct rbb *r, u8 **buf, size_t *size, size_t need)
{
	u8 *p;

	if (need <= *size)
		return 0;
	need = max(need, *size * 2);
	p = realloc(*buf, need);
	if (!p)
		return lost(r, -ENOMEM, "out of memory");
	*buf = p;
	*size = need;
	return 0;
}

static void put(struct rbb *r, char c)
{
	if (!r->error && !grow(r, &r->out, &r->out_size, r->n_out + 1))
		r->out[r->n_out++] = (u8)c;
}

/* ask for one answer */
static void put_sample(struct rbb *r)
{
	put(r, 'c');
	r->n_asked++;
}

static int receive(struct rbb *r)
{
	u8 buf[4096];
	ssize_t n = recv(r->fd, buf, sizeof(buf), MSG_DONTWAIT);
	ssize_t i;

	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return 0;
	if (n < 0)
		return lost(r, -ENODEV, strerror(errno));
	if (!n)
		return lost(r, -ENODEV, "the server closed the connection");
	if ((size_t)n > r->n_asked)
		return lost(r, -EPROTO, "the server answers what nobody asked");
	if (grow(r, &r->in, &r->in_size, r->n_in + (size_t)n))
		return r->error;
	for (i = 0; i < n; i++) {
		if (buf[i] != '0' && buf[i] != '1')
			return lost(r, -EPROTO, "an answer is neither 0 nor 1");
		r->in[r->n_in++] = buf[i] == '1';
	}
	r->n_asked -= (size_t)n;
	return 0;
}

static int transmit(struct rbb *r)
{
	ssize_t n = send(r->fd, r->out, r->n_out, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return 0;
	if (n < 0)
		return lost(r, -ENODEV, strerror(errno));
	memmove(r->out, r->out + n, r->n_out - (size_t)n);
	r->n_out -= (size_t)n;
	return 0;
}

/* go on until everything is sent and @need answers are here; each step forward may take its time */
static int pump(struct rbb *r, size_t need)
{
	const u64 from = clock_now_ns(sysclock_host());

	while (!r->error && (r->n_out || r->n_in < need)) {
		struct pollfd p = { .fd = r->fd,
				    .events = (short)(POLLIN | (r->n_out ? POLLOUT : 0)) };
		int ret = poll(&p, 1, ANSWER_TIMEOUT_MS);

		if (ret < 0 && errno == EINTR)
			continue;
		if (ret < 0)
			lost(r, -EIO, strerror(errno));
		else if (!ret)
			lost(r, -ETIMEDOUT, "the server does not answer any more");
		if (!r->error && (p.revents & (POLLIN | POLLHUP | POLLERR)))
			receive(r);
		if (!r->error && (p.revents & POLLOUT))
			transmit(r);
	}
	r->h.ctx->stats.adapter_ns += clock_now_ns(sysclock_host()) - from;
	return r->error;
}

/* @n answers are done with */
static void forget_answers(struct rbb *r, size_t n)
{
	memmove(r->in, r->in + n, r->n_in - n);
	r->n_in -= n;
}

/* ---- time ---- */

static u64 rbb_now_ns(struct sysclock *clk)
{
	return clock_now_ns(sysclock_host()) + container_of(clk, struct rbb, clk)->slept_ns;
}

static void put_sleep(struct rbb *r, u64 ns)
{
	u64 us = DIV_ROUND_UP(ns, USEC_NS), i;

	for (i = 0; i < us / 1000; i++)
		put(r, 'Z');
	for (i = 0; i < us % 1000; i++)
		put(r, 'z');
	r->slept_ns += ns;
}

/* everything has reached the target before the time counts */
static void rbb_sleep_ns(struct sysclock *clk, u64 ns)
{
	struct rbb *r = container_of(clk, struct rbb, clk);

	if (r->remote_sleep) {
		put_sleep(r, ns);
		pump(r, 0);
		return;
	}
	pump(r, r->n_in + r->n_asked);
	clock_sleep_ns(sysclock_host(), ns);
}

/* ---- bits ---- */

static void put_bit(struct rbb *r, bool bit)
{
	put(r, bit ? 'e' : 'd');
	put(r, bit ? 'g' : 'f');
	r->h.ctx->stats.swclk_cycles++;
}

static void put_bits(struct rbb *r, u64 bits, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		put_bit(r, bits >> i & 1);
}

/* @n clocks while the target has SWDIO */
static void put_reads(struct rbb *r, unsigned int n, bool sample)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		put(r, 'd');
		if (sample)
			put_sample(r);
		put(r, 'f');
	}
	r->h.ctx->stats.swclk_cycles += n;
}

static bool is_delay(const struct swd_xfer *x)
{
	return x->idle > IDLE_CLOCKED_MAX;
}

/* here, not at the server: what was clocked before has to be over first, so one answer is awaited */
static bool needs_barrier(const struct rbb *r, const struct swd_xfer *x)
{
	return is_delay(x) && !r->remote_sleep;
}

static size_t n_answers(const struct rbb *r, const struct swd_xfer *x)
{
	return ACK_BITS + (swd_req_is_read(x->req) ? READ_BITS : 0) + needs_barrier(r, x);
}

static void put_idle(struct rbb *r, const struct swd_xfer *x)
{
	put_bits(r, 0, is_delay(x) ? IDLE_IN_DELAY : x->idle);
	if (!is_delay(x))
		return;
	if (needs_barrier(r, x))
		put_sample(r);
	rbb_sleep_ns(&r->clk, (u64)x->idle * (SEC_NS / SWCLK_HZ));
}

/* 46 clocks: request, turnaround, ACK, and a data phase whatever the ACK is (ORUNDETECT) */
static void put_xfer(struct rbb *r, const struct swd_xfer *x)
{
	put_bits(r, x->req, 8);
	put(r, 'o');
	put_reads(r, 1, false);
	put_reads(r, ACK_BITS, true);
	if (swd_req_is_read(x->req)) {
		put_reads(r, READ_BITS, true);
		put_reads(r, 1, false);
		put(r, 'O');
	} else {
		put_reads(r, 1, false);
		put(r, 'O');
		put_bits(r, x->data | (u64)__builtin_parity(x->data) << 32, READ_BITS);
	}
	put_idle(r, x);
}

static u64 answer_bits(const u8 *in, unsigned int n)
{
	u64 v = 0;
	unsigned int i;

	for (i = 0; i < n; i++)
		v |= (u64)in[i] << i;
	return v;
}

static void take_xfer(struct swd_xfer *x, const u8 *in)
{
	u64 v;

	x->ack = (u8)answer_bits(in, ACK_BITS);
	x->bad_parity = false;
	if (!swd_req_is_read(x->req))
		return;
	v = answer_bits(in + ACK_BITS, READ_BITS);
	x->data = (u32)v;
	x->bad_parity = (v >> 32) != (u64)__builtin_parity(x->data);
}

/* ---- ops ---- */

static int rbb_set_hz(struct swd_host *h, u32 hz, u32 *real_hz)
{
	h->hz = SWCLK_HZ; /* nobody can tell */
	*real_hz = h->hz;
	return 0;
}

static int rbb_set_nrst(struct swd_host *h, bool asserted)
{
	struct rbb *r = to_rbb(h);

	put(r, asserted ? 's' : 'r');
	return pump(r, 0);
}

static int rbb_sequence(struct swd_host *h, const u8 *bits, size_t n_bits)
{
	struct rbb *r = to_rbb(h);
	size_t i;

	for (i = 0; i < n_bits; i++)
		put_bit(r, bits[i / 8] >> (i % 8) & 1);
	return pump(r, 0);
}

/* SWCLK goes low at most, so none of this is a clock */
static int rbb_read_pins(struct swd_host *h, struct swd_pins *pins)
{
	struct rbb *r = to_rbb(h);
	int ret = pump(r, r->n_in + r->n_asked);
	size_t at = r->n_in;

	put(r, 'd');
	put_sample(r);
	put(r, 'e');
	put_sample(r);
	put(r, 'o');
	put_sample(r);
	put(r, 'O');
	put(r, 'd');
	ret = ret ?: pump(r, at + 3);
	if (ret)
		return ret;
	*pins = (struct swd_pins){ .swdio_driven = !r->in[at] && r->in[at + 1],
				   .swdio = r->in[at + 2] };
	r->n_in = at;
	return 0;
}

static int rbb_submit(struct swd_host *h, struct swd_batch *b)
{
	struct rbb *r = to_rbb(h);
	struct rbb_batch *f = &r->flight[r->n_flight];
	size_t i;

	if (r->n_flight == MAX_IN_FLIGHT)
		return err_set(&h->ctx->err, -EINVAL, NULL, "more than %d batches in flight",
			       MAX_IN_FLIGHT);
	*f = (struct rbb_batch){ .b = b };
	r->n_flight++;
	for (i = 0; i < b->n && !r->error; i++) {
		f->n_answers += n_answers(r, &b->x[i]);
		put_xfer(r, &b->x[i]);
	}
	h->ctx->stats.swd_transfers += b->n;
	/* what the socket takes at once is under way; the rest goes while answers are awaited */
	if (!r->error)
		transmit(r);
	return 0; /* a lost connection shows when the batch is reaped */
}

static int rbb_reap(struct swd_host *h, struct swd_batch *b)
{
	struct rbb *r = to_rbb(h);
	struct rbb_batch f = r->flight[0];
	size_t used = 0;
	int ret;

	if (!r->n_flight || f.b != b)
		return err_set(&h->ctx->err, -EINVAL, NULL, "not the oldest batch");
	ret = r->error ? lost(r, r->error, "the connection is lost") : pump(r, f.n_answers);
	for (b->n_answered = 0; b->n_answered < b->n; b->n_answered++) {
		size_t n = n_answers(r, &b->x[b->n_answered]);

		if (n > r->n_in - used)
			break;
		take_xfer(&b->x[b->n_answered], r->in + used);
		used += n;
	}
	forget_answers(r, used);
	r->n_flight--;
	memmove(r->flight, r->flight + 1, r->n_flight * sizeof(*r->flight));
	return ret;
}

static void rbb_free(struct rbb *r)
{
	if (r->fd >= 0)
		close(r->fd);
	free(r->out);
	free(r->in);
	free(r);
}

static void rbb_close(struct swd_host *h)
{
	struct rbb *r = to_rbb(h);

	put(r, 'o');
	put(r, 'r');
	put(r, 'Q');
	pump(r, 0);
	rbb_free(r);
}

static const struct swd_host_ops rbb_ops = {
	.set_hz = rbb_set_hz,
	.set_nrst = rbb_set_nrst,
	.sequence = rbb_sequence,
	.read_pins = rbb_read_pins,
	.submit = rbb_submit,
	.reap = rbb_reap,
	.close = rbb_close,
};

/* ---- opening ---- */

static int connect_to(const char *host, const char *port, struct err *err)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV };
	struct addrinfo *list, *ai;
	int fd = -1, one = 1, ret;
	char *end;

	/* getaddrinfo() takes any number, less what 16 bits do not hold */
	if (*port < '0' || *port > '9' || strtoul(port, &end, 10) > 65535 || *end ||
	    !strtoul(port, NULL, 10))
		return err_set(err, -EINVAL,
			       "as in -p remote_bitbang:host=127.0.0.1,port=" PORT_DEFAULT,
			       "port=%s is no TCP port, 1 to 65535", port);
	ret = getaddrinfo(host, port, &hints, &list);
	if (ret)
		return err_set(err, -EINVAL,
			       "as in -p remote_bitbang:host=127.0.0.1,port=" PORT_DEFAULT,
			       "host %s, port %s: %s", host, port, gai_strerror(ret));
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
		return err_set(
			err, -ENODEV, "start the server, or name another with host= and port=",
			"no remote_bitbang server at %s port %s: %s", host, port, strerror(ret));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}

static int parse_sleep(struct params *p, struct err *err, bool *remote)
{
	const char *where = params_get(p, "sleep");

	*remote = where && !strcmp(where, "remote");
	if (where && !*remote && strcmp(where, "host") != 0)
		return err_set(err, -EINVAL, NULL, "sleep=%s is neither host nor remote", where);
	return 0;
}

static int rbb_open_swd(struct params *p, struct ctx *ctx, struct swd_host **h)
{
	const char *host = params_get(p, "host"), *port = params_get(p, "port");
	struct rbb *r;
	int ret;

	r = calloc(1, sizeof(*r));
	if (!r)
		return -ENOMEM;
	ret = parse_sleep(p, &ctx->err, &r->remote_sleep);
	if (ret) {
		free(r);
		return ret;
	}
	r->fd = connect_to(host ? host : "127.0.0.1", port ? port : PORT_DEFAULT, &ctx->err);
	if (r->fd < 0) {
		ret = r->fd;
		free(r);
		return ret;
	}
	r->clk = (struct sysclock){ .now_ns = rbb_now_ns, .sleep_ns = rbb_sleep_ns };
	r->h = (struct swd_host){
		.ops = &rbb_ops,
		.ctx = ctx,
		.name = "remote_bitbang",
		.hz = SWCLK_HZ,
		.max_hz = SWCLK_HZ,
		.has_nrst = true,
		.max_xfers = MAX_XFERS,
		.max_in_flight = MAX_IN_FLIGHT,
	};
	ctx->clk = &r->clk;
	put(r, 'O');
	put(r, 'd');
	put(r, 'r');
	*h = &r->h;
	return 0;
}

const struct programmer remote_bitbang_programmer = {
	.name = "remote_bitbang",
	.help = "host=NAME           of the server (127.0.0.1)\n"
		"port=N              TCP port (" PORT_DEFAULT ")\n"
		"sleep=host|remote   who waits where the target needs time: remote sends the\n"
		"                    protocol's sleep commands, for simulations (host)\n",
	.open_swd = rbb_open_swd,
};
