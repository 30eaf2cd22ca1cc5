// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * flashrom's serial flasher protocol, version 1 (serprog-protocol.txt), as server at the pins of
 * the board's SPI-NOR chip: single SPI, mode 0. `flashrom -p serprog:ip=127.0.0.1:PORT`.
 *
 * It works like a programmer's clip on the chip of a live board: while a client is connected the
 * MCU is held in reset, so that its pins let go of the bus; it starts anew when the client goes.
 *
 * Virtual time: a byte on SPI takes eight clocks of the frequency that was set (12 MHz unless the
 * client asks), CS# one clock each way, and each command 20 us besides, for the programmer's own
 * firmware. Delays in the operation buffer (0x0e) take what they say when it is executed: flashrom
 * puts its waiting for busy chips there, so a chip erase does not take real minutes. The
 * wall-clock time for which the server waited for the client is added (server.h).
 */
#include "simd/server.h"
#include "sim/clip.h"

#include <errno.h>
#include <string.h>

#define ACK 0x06
#define NAK 0x15

/* commands, serprog-protocol.txt */
#define S_NOP	      0x00
#define Q_IFACE	      0x01
#define Q_CMDMAP      0x02
#define Q_PGMNAME     0x03
#define Q_SERBUF      0x04
#define Q_BUSTYPE     0x05
#define Q_OPBUF	      0x07
#define Q_WRNMAXLEN   0x08
#define O_INIT	      0x0b
#define O_DELAY	      0x0e
#define O_EXEC	      0x0f
#define SYNCNOP	      0x10
#define Q_RDNMAXLEN   0x11
#define S_BUSTYPE     0x12
#define O_SPIOP	      0x13
#define S_SPI_FREQ    0x14
#define S_PIN_STATE   0x15

#define BUS_SPI	      BIT(3)

#define MAX_SLEN      65536u
#define MAX_RLEN      65536u
#define OPBUF_SIZE    1024 /* bytes; a delay takes five */
#define HZ_DEFAULT    12000000
#define HZ_MAX	      50000000
#define COMMAND_PS    (20 * PS_PER_US)
#define DELAY_OPBYTES 5

struct serprog {
	struct clip clip;
	u32 skip;     /* bytes of a refused operation still to come */
	u64 delay_us; /* in the operation buffer */
	unsigned int n_opbuf;
};

/* parameter bytes after each command; other commands are not supported */
static const struct {
	u8 cmd, n_params;
} commands[] = {
	{ S_NOP, 0 },	    { Q_IFACE, 0 },   { Q_CMDMAP, 0 }, { Q_PGMNAME, 0 },
	{ Q_SERBUF, 0 },    { Q_BUSTYPE, 0 }, { Q_OPBUF, 0 },  { Q_WRNMAXLEN, 0 },
	{ O_INIT, 0 },	    { O_DELAY, 4 },   { O_EXEC, 0 },   { SYNCNOP, 0 },
	{ Q_RDNMAXLEN, 0 }, { S_BUSTYPE, 1 }, { O_SPIOP, 6 },  { S_SPI_FREQ, 4 },
	{ S_PIN_STATE, 1 },
};

static int n_params(u8 cmd)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (commands[i].cmd == cmd)
			return commands[i].n_params;
	return -1;
}

static u32 get_le24(const u8 *p)
{
	return p[0] | (u32)p[1] << 8 | (u32)p[2] << 16;
}

static void answer(struct simd_conn *c, bool ack, const void *data, size_t len)
{
	const u8 code = ack ? ACK : NAK;

	simd_send(c, &code, 1);
	if (len)
		simd_send(c, data, len);
}

static void answer_le(struct simd_conn *c, u32 val, size_t len)
{
	u8 le[4];

	put_le32(le, val);
	answer(c, true, le, len);
}

static void answer_cmdmap(struct simd_conn *c)
{
	u8 map[32] = { 0 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		map[commands[i].cmd / 8] |= (u8)BIT(commands[i].cmd % 8);
	answer(c, true, map, sizeof(map));
}

static void spi_op(struct simd_conn *c, const u8 *out, u32 slen, u32 rlen)
{
	struct serprog *s = simd_state(c);
	u8 in[4096];
	u32 i, n;

	clip_select(&s->clip, true);
	for (i = 0; i < slen; i++)
		clip_send(&s->clip, out[i]);
	answer(c, true, NULL, 0);
	while (rlen) {
		n = min(rlen, (u32)sizeof(in));
		for (i = 0; i < n; i++)
			in[i] = clip_recv(&s->clip);
		simd_send(c, in, n);
		rlen -= n;
	}
	clip_select(&s->clip, false);
}

/* bytes used: the parameters @p are there, the data of an SPI operation perhaps not yet */
static size_t spi_command(struct simd_conn *c, const u8 *p, size_t len)
{
	struct serprog *s = simd_state(c);
	u32 slen = get_le24(p), rlen = get_le24(p + 3);

	if (slen > MAX_SLEN || rlen > MAX_RLEN) {
		answer(c, false, NULL, 0);
		s->skip = slen;
		return 6;
	}
	if (len - 6 < slen)
		return 0;
	spi_op(c, p + 6, slen, rlen);
	return 6 + slen;
}

static void set_freq(struct simd_conn *c, u32 hz)
{
	struct serprog *s = simd_state(c);

	if (!hz) {
		answer(c, false, NULL, 0);
		return;
	}
	hz = min(hz, (u32)HZ_MAX);
	clip_set_hz(&s->clip, hz);
	answer_le(c, hz, 4);
}

static void add_delay(struct simd_conn *c, u32 us)
{
	struct serprog *s = simd_state(c);
	bool fits = s->n_opbuf + DELAY_OPBYTES <= OPBUF_SIZE;

	if (fits) {
		s->n_opbuf += DELAY_OPBYTES;
		s->delay_us += us;
	}
	answer(c, fits, NULL, 0);
}

static void clear_opbuf(struct serprog *s)
{
	s->n_opbuf = 0;
	s->delay_us = 0;
}

/* everything but SPI operations */
static void simple_command(struct simd_conn *c, u8 cmd, const u8 *p)
{
	struct serprog *s = simd_state(c);

	switch (cmd) {
	case Q_IFACE:
		answer_le(c, 1, 2);
		return;
	case Q_CMDMAP:
		answer_cmdmap(c);
		return;
	case Q_PGMNAME:
		answer(c, true, "swdrom-sim\0\0\0\0\0\0", 16);
		return;
	case Q_SERBUF: /* TCP has flow control: as large as can be said */
		answer_le(c, 0xffff, 2);
		return;
	case Q_BUSTYPE:
		answer_le(c, BUS_SPI, 1);
		return;
	case Q_OPBUF:
		answer_le(c, OPBUF_SIZE, 2);
		return;
	case Q_WRNMAXLEN: /* NOLINT(bugprone-branch-clone): two limits that happen to be equal */
		answer_le(c, MAX_SLEN, 3);
		return;
	case Q_RDNMAXLEN:
		answer_le(c, MAX_RLEN, 3);
		return;
	case O_EXEC:
		simd_pass(simd_board(c), s->delay_us * PS_PER_US);
		clear_opbuf(s);
		break;
	case O_INIT:
		clear_opbuf(s);
		break;
	case O_DELAY:
		add_delay(c, get_le32(p));
		return;
	case SYNCNOP:
		answer(c, false, NULL, 0);
		break;
	case S_BUSTYPE:
		answer(c, p[0] & BUS_SPI, NULL, 0);
		return;
	case S_SPI_FREQ:
		set_freq(c, get_le32(p));
		return;
	default: /* S_NOP; S_PIN_STATE: CS# is high between operations, nobody else is there */
		break;
	}
	answer(c, true, NULL, 0);
}

static ssize_t serprog_readable(struct simd_conn *c, const u8 *buf, size_t len)
{
	struct serprog *s = simd_state(c);
	size_t used;
	int n;

	if (s->skip) {
		used = min(len, (size_t)s->skip);
		s->skip -= (u32)used;
		return (ssize_t)used;
	}
	n = n_params(buf[0]);
	if (n < 0) {
		answer(c, false, NULL, 0);
		return 1;
	}
	if (len < 1 + (size_t)n)
		return 0;
	if (buf[0] == O_SPIOP) {
		used = spi_command(c, buf + 1, len - 1);
		if (!used)
			return 0;
	} else {
		simple_command(c, buf[0], buf + 1);
		used = (size_t)n;
	}
	simd_pass(simd_board(c), COMMAND_PS);
	return (ssize_t)(1 + used);
}

static int serprog_opened(struct simd_conn *c)
{
	struct simd_board *b = simd_board(c);
	struct serprog *s = simd_state(c);

	if (simd_n_conns(simd_of(c), &simd_serprog, b)) {
		simd_say(c, "refused: another client's clip is on the chip");
		return -EBUSY;
	}
	if (!clip_attach(&s->clip, b->sim)) {
		simd_say(c, "refused: the board %s has no SPI-NOR chip", b->sim->opts.board);
		return -ENODEV;
	}
	simd_hold_reset(b, SIMD_RESET_CLIP, true);
	clip_set_hz(&s->clip, HZ_DEFAULT);
	return 0;
}

static void serprog_closed(struct simd_conn *c)
{
	simd_hold_reset(simd_board(c), SIMD_RESET_CLIP, false);
}

const struct simd_protocol simd_serprog = {
	.name = "serprog",
	.state_size = sizeof(struct serprog),
	.max_rx = 1 + 6 + MAX_SLEN + 1,
	.opened = serprog_opened,
	.on_readable = serprog_readable,
	.closed = serprog_closed,
};
