// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The loop: listening sockets, connections, their buffers.
 */
#include "simd/loop.h"
#include "simd/usbdev.h"
#include "sim/mcu.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MIN_RX 65536
/* a client that does not take its answers is not read from any more */
#define TX_HIGH (256u * 1024)
/*
 * --realtime: so long after a message nothing sleeps. A sleep ends late, by a timer's slack (prctl(2)
 * PR_SET_TIMERSLACK) and by what waking up takes, which would come on top of each round trip
 */
#define AWAKE_NS (10 * MSEC_NS)
/*
 * --realtime: a board whose client thinks keeps up with the wall clock in steps of this. The core that
 * runs meanwhile is then not all still to be executed when the client asks the next time
 */
#define STEP_NS (50 * USEC_NS)
/*
 * --realtime: a board in the middle of a transfer is executed ahead of the wall clock by up to this:
 * what is soon done makes up for what is not. Nothing leaves before its time, and what comes meanwhile
 * would have had to wait for the transfer on a bench, too
 */
#define AHEAD_NS (500 * USEC_NS)
/* --realtime: with an answer due so soon nothing else is begun, */
#define NEAR_NS (60 * USEC_NS)
/* and with one so near not even poll() is asked */
#define CLOSE_NS (20 * USEC_NS)
/* --realtime: so long a message waits for a board that is behind; after that the board loses time */
#define PATIENCE_NS (100 * MSEC_NS)

/* ---- for protocols ---- */

/**
 * simd_state() - what a protocol keeps of a connection
 * @c: connection
 */
void *simd_state(struct simd_conn *c)
{
	return c->state;
}

/**
 * simd_board() - the board that a connection belongs to, or NULL
 * @c: connection
 */
struct simd_board *simd_board(const struct simd_conn *c)
{
	return c->board;
}

/**
 * simd_set_board() - a connection has chosen its board
 * @c: connection
 * @b: board, or NULL: none any more
 */
void simd_set_board(struct simd_conn *c, struct simd_board *b)
{
	c->board = b;
}

/**
 * simd_of() - the server of a connection
 * @c: connection
 */
struct simd *simd_of(const struct simd_conn *c)
{
	return c->simd;
}

/**
 * simd_is_realtime() - does virtual time keep to the wall clock?
 * @s: server
 */
bool simd_is_realtime(const struct simd *s)
{
	return s->realtime;
}

/**
 * simd_say() - a message about a client
 * @c: connection
 * @fmt: format
 */
void simd_say(const struct simd_conn *c, const char *fmt, ...)
{
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	fprintf(stderr, "swdrom-sim: %s %s: %s\n", c->proto->name, c->peer, text);
}

/**
 * simd_hang_up() - end a connection once its answers have left
 * @c: connection
 */
void simd_hang_up(struct simd_conn *c)
{
	c->hang_up = true;
}

static bool tx_room(struct simd_conn *c, size_t len)
{
	size_t size = max(c->tx_size * 2, c->n_tx + len);
	u8 *tx;

	if (len <= c->tx_size - c->n_tx)
		return true;
	tx = realloc(c->tx, size);
	if (!tx)
		return false;
	c->tx = tx;
	c->tx_size = size;
	return true;
}

/**
 * simd_send_at() - queue bytes for a client
 * @c: connection
 * @buf: bytes, copied
 * @len: how many
 * @at_ps: virtual time at which they are due with --realtime, 0: now
 */
void simd_send_at(struct simd_conn *c, const void *buf, size_t len, u64 at_ps)
{
	if (c->dead)
		return;
	if (c->tx_done) {
		memmove(c->tx, c->tx + c->tx_done, c->n_tx - c->tx_done);
		c->n_tx -= c->tx_done;
		c->tx_done = 0;
	}
	if (!tx_room(c, len) || !pace_hold(c, len, at_ps)) {
		simd_say(c, "out of memory");
		c->dead = true;
		return;
	}
	if (len)
		memcpy(c->tx + c->n_tx, buf, len);
	c->n_tx += len;
}

/**
 * simd_send() - queue bytes for a client, due now
 * @c: connection
 * @buf: bytes, copied
 * @len: how many
 */
void simd_send(struct simd_conn *c, const void *buf, size_t len)
{
	simd_send_at(c, buf, len, c->board ? sim_now_ps(c->board->sim) : 0);
}

/**
 * simd_pass() - virtual time goes on
 * @b: board
 * @ps: by so much
 */
void simd_pass(struct simd_board *b, u64 ps)
{
	sim_advance_to(b->sim, sim_now_ps(b->sim) + ps);
}

/**
 * simd_hold_reset() - pull a board's nRST low, or let go of it
 * @b: board
 * @who: whose pin
 * @low: pulled
 */
void simd_hold_reset(struct simd_board *b, enum simd_reset who, bool low)
{
	b->reset_held = low ? b->reset_held | who : b->reset_held & ~(u32)who;
	mcu_set_nrst(b->sim->mcu, b->reset_held || b->sim->faults.hold_nrst);
}

/**
 * simd_n_boards() - how many boards there are
 * @s: server
 */
unsigned int simd_n_boards(const struct simd *s)
{
	return s->n_boards;
}

/**
 * simd_board_at() - a board
 * @s: server
 * @i: less than simd_n_boards()
 */
struct simd_board *simd_board_at(struct simd *s, unsigned int i)
{
	return s->boards[i];
}

/**
 * simd_n_conns() - how many clients a board has
 * @s: server
 * @proto: of this protocol
 * @b: board
 */
unsigned int simd_n_conns(const struct simd *s, const struct simd_protocol *proto,
			  const struct simd_board *b)
{
	unsigned int i, n = 0;

	for (i = 0; i < s->n_conns; i++)
		n += !s->conns[i]->dead && s->conns[i]->proto == proto && s->conns[i]->board == b;
	return n;
}

/* ---- connections ---- */

static void conn_free(struct simd_conn *c)
{
	if (c->fd >= 0)
		close(c->fd);
	free(c->rx);
	free(c->tx);
	free(c->held);
	free(c->state);
	free(c);
}

/* everybody who is marked as dead goes */
static void bury_dead(struct simd *s)
{
	unsigned int i, n = 0;

	for (i = 0; i < s->n_conns; i++) {
		struct simd_conn *c = s->conns[i];

		if (!c->dead) {
			s->conns[n++] = c;
			continue;
		}
		if (c->proto->closed)
			c->proto->closed(c);
		conn_free(c);
	}
	s->n_conns = n;
}

static struct simd_conn *conn_new(struct simd *s, const struct simd_listener *l, int fd)
{
	struct simd_conn *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	*c = (struct simd_conn){ .simd = s, .proto = l->proto, .board = l->board, .fd = fd };
	c->rx_size = max(l->proto->max_rx, (size_t)MIN_RX);
	c->rx = malloc(c->rx_size);
	c->state = calloc(1, l->proto->state_size ? l->proto->state_size : 1);
	if (c->rx && c->state)
		return c;
	c->fd = -1;
	conn_free(c);
	return NULL;
}

static void format_addr(const struct sockaddr *sa, socklen_t len, char *buf, size_t size)
{
	char host[48], port[8];

	if (getnameinfo(sa, len, host, sizeof(host), port, sizeof(port),
			NI_NUMERICHOST | NI_NUMERICSERV))
		snprintf(buf, size, "?");
	else
		snprintf(buf, size, strchr(host, ':') ? "[%s]:%s" : "%s:%s", host, port);
}

static void accept_one(struct simd *s, const struct simd_listener *l)
{
	struct sockaddr_storage sa;
	socklen_t len = sizeof(sa);
	struct simd_conn *c;
	int fd, one = 1, ret;

	fd = accept4(l->fd, (struct sockaddr *)&sa, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0)
		return; /* it has gone already */
	/* every answer is waited for: no coalescing */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (s->realtime && s->clk == sysclock_host())
		setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof(one));
	c = s->n_conns < MAX_CONNS ? conn_new(s, l, fd) : NULL;
	if (!c) {
		close(fd);
		return;
	}
	format_addr((struct sockaddr *)&sa, len, c->peer, sizeof(c->peer));
	ret = c->proto->opened ? c->proto->opened(c) : 0;
	if (ret) {
		conn_free(c);
		return;
	}
	s->conns[s->n_conns++] = c;
}

static void conn_write(struct simd_conn *c)
{
	u64 now = simd_wall_ns(c->simd);
	size_t due = pace_due(c, now);

	while (due) {
		ssize_t n = send(c->fd, c->tx + c->tx_done, due, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			c->refuses = true;
			return;
		}
		if (n <= 0) {
			c->dead = true;
			return;
		}
		pace_sent(c, (size_t)n, now);
		c->tx_done += (size_t)n;
		due -= (size_t)n;
	}
	c->refuses = false;
	if (c->tx_done < c->n_tx)
		return;
	c->n_tx = c->tx_done = 0;
	if (c->hang_up)
		c->dead = true;
}

/* a message that came at @at_ns finds its board at that time; false: it has to wait for it */
static bool is_on_time(struct simd_conn *c, u64 at_ns)
{
	u64 now;

	if (!c->board || pace_catch_up(c, at_ns)) {
		c->waiting_ns = 0;
		return true;
	}
	now = simd_wall_ns(c->simd);
	if (!c->waiting_ns)
		c->waiting_ns = now;
	if (now - c->waiting_ns < PATIENCE_NS)
		return false;
	pace_give_up(c->board, at_ns);
	c->waiting_ns = 0;
	return true;
}

/* hand over what had come by @at_ns; what is not used stays. False: it is not time yet */
static bool conn_deliver(struct simd_conn *c, u64 at_ns)
{
	size_t done = 0;

	if (!is_on_time(c, at_ns))
		return false;
	while (done < c->n_rx && !c->hang_up && !c->dead && c->n_tx - c->tx_done < TX_HIGH) {
		ssize_t n = c->proto->on_readable(c, c->rx + done, c->n_rx - done);

		if (n < 0) {
			c->dead = true;
			break;
		}
		if (!n)
			break;
		done += (size_t)n;
	}
	memmove(c->rx, c->rx + done, c->n_rx - done);
	c->n_rx -= done;
	if (c->board)
		pace_worked(c->board);
	if (c->n_rx == c->rx_size && !c->dead) {
		simd_say(c, "a message of more than %zu bytes", c->rx_size);
		c->dead = true;
	}
	return true;
}

/* when the last bytes of a message came, as the kernel has noted it: this process was busy, maybe */
static u64 came_ns(const struct simd *s, struct msghdr *msg)
{
	u64 now = simd_wall_ns(s), age;
	struct timespec came, real;
	struct cmsghdr *h;

	for (h = CMSG_FIRSTHDR(msg); h; h = CMSG_NXTHDR(msg, h)) {
		if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_TIMESTAMPNS)
			continue;
		memcpy(&came, CMSG_DATA(h), sizeof(came));
		clock_gettime(CLOCK_REALTIME, &real);
		age = (u64)(real.tv_sec - came.tv_sec) * SEC_NS + (u64)real.tv_nsec -
		      (u64)came.tv_nsec;
		/* that clock may have been set meanwhile */
		return age < SEC_NS ? now - age : now;
	}
	return now;
}

static void conn_read(struct simd_conn *c)
{
	struct iovec to = { c->rx + c->n_rx, c->rx_size - c->n_rx };
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(struct timespec))];
	} control;
	struct msghdr msg = { .msg_iov = &to,
			      .msg_iovlen = 1,
			      .msg_control = &control,
			      .msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(c->fd, &msg, 0);

	if (n < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK))
		return;
	if (n <= 0) {
		c->dead = true;
		return;
	}
	c->n_rx += (size_t)n;
	c->rx_ns = came_ns(c->simd, &msg);
	conn_deliver(c, c->rx_ns);
}

/*
 * Is somebody about to go who has @l's board, but its last words are still to be read? Whoever comes after
 * it is let in then, and not refused because this process was slower than the two of them
 */
static bool has_leaver(const struct simd *s, const struct simd_listener *l)
{
	unsigned int i;

	for (i = 0; i < s->n_conns; i++) {
		const struct simd_conn *c = s->conns[i];
		struct pollfd p = { .fd = c->fd, .events = POLLRDHUP };

		if (c->dead || c->proto != l->proto || (l->board && c->board != l->board))
			continue;
		if (!c->hang_up && c->n_tx - c->tx_done < TX_HIGH && poll(&p, 1, 0) > 0)
			return true;
	}
	return false;
}

/* ---- one turn ---- */

static int sooner(int a, int b)
{
	if (a < 0)
		return b;
	return b < 0 ? a : min(a, b);
}

/* what is due without this client's message; returns when to come back at the latest */
static int conn_due(struct simd_conn *c)
{
	bool realtime = c->simd->realtime;
	int timeout = -1;

	/* it was held up by answers that nobody took, or by the wall clock */
	if (c->n_rx && c->n_tx - c->tx_done < TX_HIGH &&
	    !conn_deliver(c, realtime ? c->rx_ns : simd_wall_ns(c->simd)))
		return 0;
	if (c->dead || (!c->proto->on_turn && !realtime))
		return timeout;
	if (c->board)
		pace_catch_up(c, simd_wall_ns(c->simd));
	if (!c->proto->on_turn)
		return timeout;
	timeout = c->proto->on_turn(c);
	c->more = !timeout;
	if (c->board)
		pace_worked(c->board);
	return timeout;
}

/* it need not wait for the wall clock yet */
static bool works_ahead(const struct simd *s, const struct simd_conn *c)
{
	return c->more && !c->dead && !c->n_rx && !c->n_tx && pace_ahead_ns(s, c->board) < AHEAD_NS;
}

static bool is_near(const struct simd_conn *c)
{
	u64 hold_ns = pace_hold_ns(c);

	return hold_ns && hold_ns < NEAR_NS;
}

/* --realtime: nothing has come, and the next step is not due */
static bool is_in_step(const struct simd_conn *c)
{
	return !c->n_rx && !c->more && c->board && pace_behind_ns(c->board) < STEP_NS;
}

/* the same for all of them, each when the wall clock has caught up with its board */
static void turn_due(struct simd *s)
{
	unsigned int i;

	for (i = 0; i < s->n_conns; i++) {
		struct simd_conn *c = s->conns[i];

		if (s->realtime && (is_near(c) || is_in_step(c)))
			continue;
		if (!c->dead && (!pace_ahead_ns(s, c->board) || works_ahead(s, c)))
			c->due_ms = conn_due(c);
		if (c->hang_up && !c->n_tx)
			c->dead = true;
		/* its next turn is when the wall clock is there */
		if (pace_ahead_ns(s, c->board))
			c->due_ms = 0;
	}
}

/*
 * What ppoll() may sleep: until a protocol is due, an answer or a held board is, or another board's next
 * step
 */
static const struct timespec *sleep_time(int timeout_ms, u64 hold_ns, bool steps,
					 struct timespec *ts)
{
	u64 ns = hold_ns;

	if (steps)
		ns = min(ns, (u64)STEP_NS);
	if (timeout_ms >= 0)
		ns = min(ns, (u64)timeout_ms * MSEC_NS);
	if (ns == UINT64_MAX)
		return NULL;
	*ts = (struct timespec){ .tv_sec = (time_t)(ns / SEC_NS), .tv_nsec = (long)(ns % SEC_NS) };
	return ts;
}

/* --realtime: is somebody talking to a board? */
static bool is_awake(const struct simd *s)
{
	u64 now = simd_wall_ns(s);
	unsigned int i;

	for (i = 0; i < s->n_conns; i++)
		if (s->realtime && s->conns[i]->board && now - s->conns[i]->rx_ns < AWAKE_NS)
			return true;
	return false;
}

static short conn_events(const struct simd *s, const struct simd_conn *c)
{
	short events = 0;

	if (pace_due(c, simd_wall_ns(s)))
		events |= POLLOUT;
	if (!c->hang_up && !pace_ahead_ns(s, c->board) && c->n_rx < c->rx_size &&
	    c->n_tx - c->tx_done < TX_HIGH)
		events |= POLLIN;
	return events;
}

/*
 * --realtime: answers leave on time. Those that the client does not take wait for poll(). Returns how long
 * until the next one is due
 */
static u64 answer(struct simd *s)
{
	u64 next;
	unsigned int i;

	do {
		next = UINT64_MAX;
		for (i = 0; i < s->n_conns; i++) {
			u64 hold_ns = pace_hold_ns(s->conns[i]);

			if (!hold_ns)
				conn_write(s->conns[i]);
			else
				next = min(next, hold_ns);
		}
	} while (next < CLOSE_NS);
	return next;
}

/* one poll() and what follows from it; @stop is set when @stop_fd (-1: none) became readable */
static int turn(struct simd *s, int stop_fd, int timeout_ms, bool *stop, struct err *err)
{
	struct pollfd fds[1 + MAX_LISTENERS + MAX_CONNS];
	unsigned int i, n = 0, n_conns;
	u64 hold_ns = s->realtime ? answer(s) : UINT64_MAX, ahead;
	struct timespec ts;
	bool steps = false;
	int ret;

	n_conns = s->n_conns;
	for (i = 0; i < n_conns; i++) {
		ahead = pace_ahead_ns(s, s->conns[i]->board);
		if (ahead)
			hold_ns = works_ahead(s, s->conns[i]) ? 0 : min(hold_ns, ahead);
		else
			timeout_ms = sooner(timeout_ms, s->conns[i]->due_ms);
		steps |= s->realtime && s->conns[i]->board && !ahead;
	}
	fds[n++] = (struct pollfd){ .fd = stop_fd, .events = POLLIN };
	for (i = 0; i < s->n_listeners; i++)
		fds[n++] = (struct pollfd){ .fd = s->listeners[i].fd, .events = POLLIN };
	for (i = 0; i < n_conns; i++)
		fds[n++] = (struct pollfd){ .fd = s->conns[i]->fd,
					    .events = conn_events(s, s->conns[i]) };
	if (is_awake(s))
		hold_ns = 0;
	ret = ppoll(fds, n, sleep_time(timeout_ms, hold_ns, steps, &ts), NULL);
	if (ret < 0 && errno != EINTR)
		return err_set(err, -errno, NULL, "poll: %s", strerror(errno));
	if (ret <= 0)
		memset(fds, 0, sizeof(fds));
	*stop = fds[0].revents;
	for (i = 0; i < n_conns; i++) {
		struct simd_conn *c = s->conns[i];
		short got = fds[1 + s->n_listeners + i].revents;

		if (got & POLLOUT)
			conn_write(c);
		if (!c->dead && (got & (POLLIN | POLLHUP | POLLERR)))
			conn_read(c);
		/* most answers leave at once */
		if (!c->dead && (c->n_tx || c->hang_up))
			conn_write(c);
	}
	for (i = 0; i < s->n_listeners; i++)
		if (fds[1 + i].revents && !has_leaver(s, &s->listeners[i]))
			accept_one(s, &s->listeners[i]);
	turn_due(s);
	bury_dead(s);
	return 0;
}

/**
 * simd_turn() - one turn of the loop
 * @s: server
 * @timeout_ms: wait this long at most, -1: for ever
 * @err: what went wrong
 *
 * Return: 0 or -errno; a client's misdeeds are no error.
 */
int simd_turn(struct simd *s, int timeout_ms, struct err *err)
{
	bool stop = false;

	return turn(s, -1, timeout_ms, &stop, err);
}

/**
 * simd_run() - serve
 * @s: server
 * @stop_fd: until this is readable
 * @err: what went wrong
 *
 * Return: 0 or -errno.
 */
int simd_run(struct simd *s, int stop_fd, struct err *err)
{
	bool stop = false;
	int ret = 0;

	while (!ret && !stop)
		ret = turn(s, stop_fd, -1, &stop, err);
	return ret;
}

/* ---- assembly ---- */

/* "[ADDR:]PORT" apart; the address may stand in brackets */
static int split_where(const char *where, char *host, size_t host_size, const char **port,
		       struct err *err)
{
	const char *colon = strrchr(where, ':'), *begin = where;
	size_t len = colon ? (size_t)(colon - where) : 0;
	char *end;

	*port = colon ? colon + 1 : where;
	if (len >= 2 && begin[0] == '[' && begin[len - 1] == ']') {
		begin++;
		len -= 2;
	}
	errno = 0;
	if (strtoul(*port, &end, 10) > 65535 || errno || end == *port || *end || len >= host_size)
		return err_set(err, -EINVAL, "as in 3240 or 127.0.0.1:3240",
			       "\"%s\" is not [ADDR:]PORT", where);
	memcpy(host, begin, len);
	host[len] = '\0';
	if (!len)
		snprintf(host, host_size, "127.0.0.1");
	return 0;
}

static int open_listener(const struct addrinfo *ai)
{
	int one = 1, fd, ret;

	fd = socket(ai->ai_family, ai->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, ai->ai_addr, ai->ai_addrlen) || listen(fd, 8)) {
		ret = -errno;
		close(fd);
		return ret;
	}
	return fd;
}

static int bound_port(int fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} sa = { 0 };
	socklen_t len = sizeof(sa);

	if (getsockname(fd, &sa.any, &len))
		return -errno;
	return ntohs(sa.any.sa_family == AF_INET6 ? sa.in6.sin6_port : sa.in.sin_port);
}

int simd_listen(struct simd *s, const struct simd_protocol *proto, struct simd_board *b,
		const char *where, struct err *err)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE }, *res;
	char host[256];
	const char *port;
	int fd, ret;

	if (s->n_listeners == MAX_LISTENERS)
		return err_set(err, -EINVAL, NULL, "more than %d ports", MAX_LISTENERS);
	ret = split_where(where, host, sizeof(host), &port, err);
	if (ret)
		return ret;
	ret = getaddrinfo(host, port, &hints, &res);
	if (ret)
		return err_set(err, -EINVAL, NULL, "%s: %s", host, gai_strerror(ret));
	fd = open_listener(res);
	freeaddrinfo(res);
	if (fd < 0)
		return err_set(err, fd, "choose another port; 0 takes a free one",
			       "%s: cannot listen on %s: %s", proto->name, where, strerror(-fd));
	ret = bound_port(fd);
	if (ret < 0) {
		close(fd);
		return err_set(err, ret, NULL, "getsockname: %s", strerror(-ret));
	}
	s->listeners[s->n_listeners++] =
		(struct simd_listener){ .fd = fd, .proto = proto, .board = b };
	return ret;
}

/**
 * simd_new() - a server without boards
 * @realtime: virtual time never leads the wall clock
 *
 * Return: NULL when out of memory.
 */
struct simd *simd_new(bool realtime)
{
	struct simd *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->realtime = realtime;
	s->clk = sysclock_host();
	return s;
}

/**
 * simd_set_clock() - another clock than the host's goes for the wall clock
 * @s: server without boards
 * @clk: lives as long as @s; only its now_ns() is asked
 */
void simd_set_clock(struct simd *s, struct sysclock *clk)
{
	s->clk = clk;
}

/**
 * simd_add_board() - take over a bench
 * @s: server
 * @t: its transport
 *
 * Return: NULL when there is no room; @t is the caller's then.
 */
struct simd_board *simd_add_board(struct simd *s, struct transport *t)
{
	struct simd_board *b;

	if (s->n_boards == SIMD_MAX_BOARDS)
		return NULL;
	b = calloc(1, sizeof(*b));
	if (!b)
		return NULL;
	b->simd = s;
	b->index = s->n_boards;
	b->t = t;
	b->sim = sim_of_transport(t);
	b->usb = usbdev_new(t);
	if (!b->usb) {
		free(b);
		return NULL;
	}
	b->idle_since_ns = simd_wall_ns(s);
	b->start_ns = b->idle_since_ns;
	b->ahead_base_ns = b->idle_since_ns - sim_now_ps(b->sim) / PS_PER_NS;
	s->boards[s->n_boards++] = b;
	return b;
}

/**
 * simd_free() - end: clients, ports, benches
 * @s: server or NULL
 * @err: the benches' errors (saving their state) must have been told to go here
 *
 * Return: 0, or the code of the first error.
 */
int simd_free(struct simd *s, struct err *err)
{
	unsigned int i;

	if (!s)
		return 0;
	for (i = 0; i < s->n_conns; i++)
		s->conns[i]->dead = true;
	bury_dead(s);
	for (i = 0; i < s->n_listeners; i++)
		close(s->listeners[i].fd);
	for (i = 0; i < s->n_boards; i++) {
		struct simd_board *b = s->boards[i];

		usbdev_free(b->usb);
		b->t->ops->close(b->t);
		free(b);
	}
	free(s);
	return err ? err->code : 0;
}
