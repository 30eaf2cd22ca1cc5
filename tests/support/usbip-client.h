/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A client of the USB/IP server over a real socket, for tests. What the server takes for the wall clock is
 * the test's own: it goes on when the client waits for an answer and there is none, and not while this
 * computer has other things to do. Include cmocka.h before it.
 */
#ifndef SWDROM_TESTS_SUPPORT_USBIP_CLIENT_H
#define SWDROM_TESTS_SUPPORT_USBIP_CLIENT_H

#include "simd/server.h"
#include "simd/usbdev.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define REC	   312
#define HEAD	   48
#define MAX_TURNS  4000
#define TURN_MS	   2 /* a message that is on its way through the kernel is there by then */
#define RET_UNLINK 4
#define OUT_A	   2
#define IN_A	   1
#define OUT_B	   4
#define IN_B	   3

struct fix {
	struct simd *s;
	struct err err;
	struct sysclock clk;
	u64 now_ns, tick_ns; /* each look at the clock takes a tick */
	int port, fd;
	int room; /* of the client's socket, 0: the usual */
	u32 seqnum;
};

struct ret {
	u32 cmd, seqnum;
	s32 status;
	u32 actual;
	u8 data[4096];
};

static inline void add_board(struct fix *f, const char *serial, const char *chip)
{
	struct sim_opts opts;
	struct transport *t;

	sim_opts_default(&opts);
	snprintf(opts.serial, sizeof(opts.serial), "%s", serial);
	snprintf(opts.chip, sizeof(opts.chip), "%s", chip);
	assert_int_equal(sim_open(&opts, NULL, &f->err, &t), 0);
	assert_non_null(simd_add_board(f->s, t));
}

static inline u64 client_now(struct sysclock *clk)
{
	struct fix *f = container_of(clk, struct fix, clk);

	f->now_ns += f->tick_ns;
	return f->now_ns;
}

static inline void start_at(struct fix *f, const char *chip, bool realtime)
{
	f->s = simd_new(realtime);
	f->clk.now_ns = client_now;
	simd_set_clock(f->s, &f->clk);
	add_board(f, "FIRST", chip);
	add_board(f, "SECOND", "ft2232h");
	f->port = simd_listen(f->s, &simd_usbip, NULL, "0", &f->err);
	assert_true(f->port > 0);
}

static inline void start(struct fix *f, const char *chip)
{
	start_at(f, chip, false);
}

static inline int setup(void **state)
{
	struct fix *f = calloc(1, sizeof(*f));

	f->fd = -1;
	*state = f;
	return 0;
}

static inline int teardown(void **state)
{
	struct fix *f = *state;

	if (f->fd >= 0)
		close(f->fd);
	simd_free(f->s, &f->err);
	free(f);
	return 0;
}

static inline int dial(struct fix *f)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((u16)f->port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	assert_int_equal(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)), 0);
	if (f->room)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &f->room, sizeof(f->room));
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	return fd;
}

/*
 * @n bytes, with the server working meanwhile, and 1 ms going by each time that nothing came; returns
 * how many came before it hung up
 */
static inline size_t get(struct fix *f, int fd, void *buf, size_t n)
{
	unsigned int turns;
	size_t got = 0;

	for (turns = 0; got < n && turns < MAX_TURNS; turns++) {
		ssize_t k;

		assert_int_equal(simd_turn(f->s, TURN_MS, &f->err), 0);
		k = recv(fd, (u8 *)buf + got, n - got, MSG_DONTWAIT);
		if (!k || (k < 0 && errno == ECONNRESET))
			return got;
		if (k > 0)
			got += (size_t)k;
		else
			f->now_ns += MSEC_NS;
	}
	return got;
}

static inline void put(struct fix *f, int fd, const void *buf, size_t n)
{
	const u8 *p = buf;

	while (n) {
		ssize_t k = send(fd, p, n, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (k > 0) {
			p += k;
			n -= (size_t)k;
		}
		simd_turn(f->s, 0, &f->err);
	}
}

static inline void put_be32(u8 *p, u32 v)
{
	v = htonl(v);
	memcpy(p, &v, sizeof(v));
}

static inline u32 get_be32(const u8 *p)
{
	u32 v;

	memcpy(&v, p, sizeof(v));
	return ntohl(v);
}

/* status of the reply; on success the connection stays open as f->fd */
static inline u32 import(struct fix *f, const char *busid)
{
	u8 req[40] = { 0x01, 0x11, 0x80, 0x03 }, rep[8 + REC];
	int fd = dial(f);

	memcpy(req + 8, busid, strlen(busid));
	put(f, fd, req, sizeof(req));
	assert_int_equal(get(f, fd, rep, 8), 8);
	if (get_be32(rep + 4)) {
		close(fd);
		return get_be32(rep + 4);
	}
	assert_int_equal(get(f, fd, rep + 8, REC), REC);
	f->fd = fd;
	return 0;
}

static inline u32 submit_raw(struct fix *f, unsigned int ep, bool in, const u8 *setup_packet,
			     const u8 *data, u32 len)
{
	u8 *m = calloc(1, HEAD + len);

	put_be32(m, 1);
	put_be32(m + 4, ++f->seqnum);
	put_be32(m + 8, 0x00010002);
	put_be32(m + 12, in);
	put_be32(m + 16, ep);
	put_be32(m + 24, len);
	if (setup_packet)
		memcpy(m + 40, setup_packet, 8);
	if (!in && len && data)
		memcpy(m + HEAD, data, len);
	put(f, f->fd, m, in ? HEAD : HEAD + len);
	free(m);
	return f->seqnum;
}

static inline bool answer(struct fix *f, bool has_data, struct ret *r)
{
	u8 h[HEAD];

	if (get(f, f->fd, h, HEAD) < HEAD)
		return false;
	r->cmd = get_be32(h);
	r->seqnum = get_be32(h + 4);
	r->status = (s32)get_be32(h + 20);
	r->actual = get_be32(h + 24);
	if (!has_data)
		return true;
	assert_true(r->actual <= sizeof(r->data));
	return get(f, f->fd, r->data, r->actual) == r->actual;
}

static inline struct ret control(struct fix *f, u8 type, u8 request, u16 value, u16 index, u16 len)
{
	u8 s[8] = { type, request };
	struct ret r = { 0 };

	put_le16(s + 2, value);
	put_le16(s + 4, index);
	put_le16(s + 6, len);
	submit_raw(f, 0, type & 0x80, s, NULL, len);
	assert_true(answer(f, type & 0x80, &r));
	assert_int_equal(r.seqnum, f->seqnum);
	return r;
}

static inline void good_control(struct fix *f, u8 request, u16 value, u16 index)
{
	assert_int_equal(control(f, 0x40, request, value, index, 0).status, 0);
}

static inline void attach(struct fix *f)
{
	assert_int_equal(import(f, "1-1"), 0);
	assert_int_equal(control(f, 0x00, 9, 1, 0, 0).status, 0);
}

static inline struct ret bulk_out(struct fix *f, unsigned int ep, const void *data, u32 len)
{
	struct ret r = { 0 };

	submit_raw(f, ep, false, NULL, data, len);
	assert_true(answer(f, false, &r));
	return r;
}

static inline struct ret bulk_in(struct fix *f, unsigned int ep, u32 len)
{
	struct ret r = { 0 };

	submit_raw(f, ep, true, NULL, NULL, len);
	assert_true(answer(f, true, &r));
	return r;
}

#endif
