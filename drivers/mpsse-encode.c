// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SWD accesses <-> MPSSE bytes.
 *
 * Every access takes 46 SWCLK cycles whatever the ACK (IHI 0031, overrun detection), numbered from
 * the start bit; H = host drives, T = target drives, . = turnaround:
 *
 *            0      7  8  9  11  12            44  45
 *   read     HHHHHHHH  .  T T T  TTTT ... TTTT  T  .     32 data bits from 12, parity at 44
 *   write    HHHHHHHH  .  T T T  .  HHHH ... HHHH  H     32 data bits from 13, parity at 45
 *
 * The target changes SWDIO after a rising edge and MPSSE samples on the rising edge, so bit k of the
 * reply is what was launched by edge k - 1; the figures above already are sampling positions.
 *
 * Resistor wiring: the adapter may drive all the time, so a batch is one full-duplex shift (0x39)
 * with the accesses packed bit to bit. Where the target should drive, ones are shifted out, and the
 * parity bit of a read is a one too: without a target the reply is ACK 7, and 32 ones with the wrong
 * parity. The last turnaround of a read is a zero, so at most 38 ones follow each other (50 would be
 * a line reset).
 *
 * Other wirings: half duplex. The direction changes twice an access. Data, parity, idle cycles and
 * the next request travel in one command; idle cycles fill it to whole bytes, which is cheaper than
 * a second command for the odd bits.
 *
 * Long idle times are one command of 3 bytes (0x8f), which leaves SWDIO as it is: a zero bit always
 * goes before it. FT2232C/D lack it and get zero bytes.
 */
#include "drivers/mpsse-encode.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define IDLE_LONG 72	      /* cycles from which a command of its own is worth its bytes */
#define IDLE_LAST 8	      /* after the last access of a batch (IHI 0031, 4.2 end of transfer) */
#define CODE_MAX  (64u << 20) /* bytes of one batch: a bound for lengths, not a limit of use */
#define TMS_BITS  6	      /* 7 at once can disturb the last clock of an FT2232 (OpenOCD) */

/* bits of an access on the wire */
#define XFER_BITS   46
#define ACK_BIT	    9
#define RDATA_BIT   12
#define RPARITY_BIT 44
#define WDATA_BIT   13
#define WPARITY_BIT 45

static inline u64 get_le64(const u8 *p)
{
	return get_le32(p) | (u64)get_le32(p + 4) << 32;
}

static inline void put_le64(u8 *p, u64 v)
{
	put_le32(p, (u32)v);
	put_le32(p + 4, (u32)(v >> 32));
}

/* ---- buffer ---- */

static int code_reserve(struct mpsse_code *c, u64 n_more)
{
	size_t cap = c->cap_out ? c->cap_out : 256;
	u8 *out;

	if (n_more > CODE_MAX || c->n_out > CODE_MAX - n_more)
		return -EINVAL;
	while (cap - c->n_out < n_more)
		cap = cap > SIZE_MAX / 2 ? SIZE_MAX : cap * 2;
	if (cap == c->cap_out)
		return 0;
	out = realloc(c->out, cap);
	if (!out)
		return -ENOMEM;
	c->out = out;
	c->cap_out = cap;
	return 0;
}

static inline void code_put(struct mpsse_code *c, const void *bytes, size_t n)
{
	memcpy(c->out + c->n_out, bytes, n);
	c->n_out += n;
}

/* opcode and 16-bit length - 1 */
static inline void code_put_len(struct mpsse_code *c, u8 opcode, size_t len)
{
	c->out[c->n_out] = opcode;
	put_le16(c->out + c->n_out + 1, (u16)(len - 1));
	c->n_out += 3;
}

/* @n_eights x 8 clocks with SWDIO as it is, which must be low */
static void code_put_clocks(struct mpsse_code *c, const struct mpsse_wire *w, u32 n_eights)
{
	c->cycles += (u64)n_eights * 8;
	while (n_eights) {
		u32 n = min(n_eights, MPSSE_LEN_MAX);

		code_put_len(c, w->has_clock_bytes ? MPSSE_CLOCK_BYTES : MPSSE_OUT_BYTES, n);
		if (!w->has_clock_bytes) {
			memset(c->out + c->n_out, 0, n);
			c->n_out += n;
		}
		n_eights -= n;
	}
}

/* most bytes that @idle cycles can take, whatever the wiring */
static u64 idle_bytes_max(const struct mpsse_wire *w, u32 idle)
{
	u64 n_bytes = idle / 8, n_cmds = n_bytes / MPSSE_LEN_MAX + 1;

	if (idle < IDLE_LONG)
		return w->wiring == ADAPTER_TMS ? 3 * ((u64)idle / TMS_BITS + 2) : n_bytes + 2;
	return 32 + 3 * n_cmds + (w->has_clock_bytes ? 0 : n_bytes);
}

/* most bytes that an access without its idle cycles can take */
static size_t xfer_bytes_max(const struct mpsse_wire *w)
{
	switch (w->wiring) {
	case ADAPTER_RESISTOR:
		return 6 + 3; /* it may begin a new shift command */
	case ADAPTER_TMS:
		return 2 * sizeof(w->drive.bytes) + 177; /* 36 bits of 4, 2 of 3, 9 TMS commands */
	default:
		return 2 * sizeof(w->drive.bytes) + 5 + 3 + 6 + 3;
	}
}

static int code_reserve_xfers(struct mpsse_code *c, const struct mpsse_wire *w,
			      const struct swd_xfer *x, size_t n)
{
	u64 need = 64 + idle_bytes_max(w, IDLE_LAST) + (u64)n * xfer_bytes_max(w);

	for (size_t i = 0; i < n; i++)
		need += idle_bytes_max(w, x[i].idle);
	if (n > c->cap_pos) {
		u32 *pos = realloc(c->pos, n * sizeof(*pos));

		if (!pos)
			return -ENOMEM;
		c->pos = pos;
		c->cap_pos = n;
	}
	return code_reserve(c, need);
}

/**
 * mpsse_code_begin() - start a batch
 * @c: zero-initialised or used before
 * @prefix: commands without a reply to begin with (pins), may be NULL
 * @n: their length
 *
 * Return: 0 or -ENOMEM.
 */
int mpsse_code_begin(struct mpsse_code *c, const u8 *prefix, size_t n)
{
	int ret;

	c->n_out = 0;
	c->n_in = 0;
	c->n_xfers = 0;
	c->cycles = 0;
	ret = code_reserve(c, n);
	if (!ret && n)
		code_put(c, prefix, n);
	return ret;
}

/**
 * mpsse_code_free() - release its buffers
 * @c: usable again afterwards
 */
void mpsse_code_free(struct mpsse_code *c)
{
	free(c->out);
	free(c->pos);
	memset(c, 0, sizeof(*c));
}

/* ---- resistor wiring: one full-duplex bit stream ---- */

struct duplex {
	struct mpsse_code *c;
	size_t start; /* of the payload of the open shift command, in out */
	u64 acc;      /* bits that do not fill a byte yet */
	unsigned int n_acc;
};

static void duplex_open(struct duplex *d)
{
	d->c->n_out += 3;
	d->start = d->c->n_out;
}

/* give the command its length; without payload it vanishes */
static void duplex_close(struct duplex *d)
{
	struct mpsse_code *c = d->c;
	size_t len = c->n_out - d->start;

	c->n_out = d->start - 3;
	if (!len)
		return;
	code_put_len(c, MPSSE_INOUT_BYTES, len);
	c->n_out += len;
	c->n_in += len;
	c->cycles += (u64)len * 8;
}

/* append the low @n <= 48 bits of @bits, whose higher bits are 0 */
static inline void duplex_put(struct duplex *d, u64 bits, unsigned int n)
{
	d->acc |= bits << d->n_acc;
	d->n_acc += n;
	put_le64(d->c->out + d->c->n_out, d->acc);
	d->c->n_out += d->n_acc / 8;
	d->acc >>= d->n_acc & ~7u;
	d->n_acc &= 7;
}

static void duplex_put_zeros(struct duplex *d, u32 n)
{
	for (; n > 48; n -= 48)
		duplex_put(d, 0, 48);
	duplex_put(d, 0, n);
}

static void duplex_idle(struct duplex *d, const struct mpsse_wire *w, u32 idle)
{
	u32 n_pad = 8 - d->n_acc;

	if (idle < IDLE_LONG) {
		duplex_put_zeros(d, idle);
		return;
	}
	duplex_put_zeros(d, n_pad); /* at least one zero, up to a whole byte */
	duplex_close(d);
	code_put_clocks(d->c, w, (idle - n_pad) / 8);
	duplex_open(d);
	duplex_put_zeros(d, (idle - n_pad) % 8);
}

static inline u64 duplex_frame(const struct swd_xfer *x)
{
	const u64 ones = GENMASK(11, 8); /* turnaround and ACK */

	if (swd_req_is_read(x->req))
		return x->req | ones | (UINT64_C(0x1ffffffff) << RDATA_BIT);
	return x->req | ones | BIT(12) | (u64)x->data << WDATA_BIT |
	       (u64)__builtin_parity(x->data) << WPARITY_BIT;
}

static void encode_duplex(struct mpsse_code *c, const struct mpsse_wire *w,
			  const struct swd_xfer *x, size_t n)
{
	struct duplex d = { .c = c };

	duplex_open(&d);
	for (size_t i = 0; i < n; i++) {
		u32 idle = i + 1 < n ? x[i].idle : max(x[i].idle, (u32)IDLE_LAST);

		if (c->n_out - d.start > MPSSE_LEN_MAX - 32) {
			duplex_close(&d);
			duplex_open(&d);
		}
		c->pos[i] = (u32)((c->n_in + c->n_out - d.start) * 8 + d.n_acc);
		duplex_put(&d, duplex_frame(&x[i]), XFER_BITS);
		if (idle)
			duplex_idle(&d, w, idle);
	}
	if (d.n_acc)
		duplex_put_zeros(&d, 8 - d.n_acc);
	duplex_close(&d);
}

static size_t decode_duplex(const struct mpsse_code *c, const u8 *in, size_t n_got,
			    struct swd_xfer *x)
{
	for (size_t i = 0; i < c->n_xfers; i++) {
		u32 pos = c->pos[i];
		u64 bits;

		if (pos + XFER_BITS > (u64)n_got * 8)
			return i;
		bits = get_le64(in + pos / 8) >> pos % 8;
		x[i].ack = bits >> ACK_BIT & 7;
		x[i].bad_parity = false;
		if (!swd_req_is_read(x[i].req))
			continue;
		x[i].data = (u32)(bits >> RDATA_BIT);
		x[i].bad_parity = x[i].ack == SWD_ACK_OK &&
				  __builtin_parity(x[i].data) != (int)(bits >> RPARITY_BIT & 1);
	}
	return c->n_xfers;
}

/* ---- other wirings: half duplex ---- */

/* bits to shift out in one go: data, parity, idle, next request */
struct bit_run {
	u8 bytes[40];
	unsigned int n;
};

/* append the low @n <= 32 bits of @bits, whose higher bits are 0 */
static void run_put(struct bit_run *r, u32 bits, unsigned int n)
{
	u64 kept = r->n % 8 ? r->bytes[r->n / 8] : 0;

	put_le64(r->bytes + r->n / 8, kept | (u64)bits << r->n % 8);
	r->n += n;
}

static void run_put_zeros(struct bit_run *r, u32 n)
{
	for (; n > 32; n -= 32)
		run_put(r, 0, 32);
	run_put(r, 0, n);
}

/* TMS commands take up to 7 bits and hold TDI at bit 7 */
static void put_tms_bits(struct mpsse_code *c, const u8 *bytes, size_t n_bits)
{
	for (size_t done = 0; done < n_bits;) {
		unsigned int n = (unsigned int)min(n_bits - done, (size_t)TMS_BITS);
		unsigned int bits = bytes[done / 8] >> done % 8;

		if (done % 8 + n > 8)
			bits |= (unsigned int)bytes[done / 8 + 1] << (8 - done % 8);
		code_put(c, (u8[]){ MPSSE_TMS_OUT, (u8)(n - 1), (u8)(bits & (BIT(n) - 1)) }, 3);
		done += n;
	}
}

/* shift out @n_bits <= 8 x MPSSE_LEN_MAX with the fewest bytes of commands */
static void put_bits(struct mpsse_code *c, const struct mpsse_wire *w, const u8 *bytes,
		     size_t n_bits)
{
	size_t n_bytes = n_bits / 8, n_rest = n_bits % 8;

	c->cycles += n_bits;
	if (w->wiring == ADAPTER_TMS) {
		put_tms_bits(c, bytes, n_bits);
		return;
	}
	if (n_bits == 8) { /* a byte shorter than the command for bytes */
		n_bytes = 0;
		n_rest = 8;
	}
	if (n_bytes) {
		code_put_len(c, MPSSE_OUT_BYTES, n_bytes);
		code_put(c, bytes, n_bytes);
	}
	if (n_rest)
		code_put(c, (u8[]){ MPSSE_OUT_BITS, (u8)(n_rest - 1), bytes[n_bytes] }, 3);
}

static void run_flush(struct bit_run *r, struct mpsse_code *c, const struct mpsse_wire *w)
{
	put_bits(c, w, r->bytes, r->n);
	r->n = 0;
}

/* clock once with the pin let go: TMS is an input now, its level does not matter */
static void put_tms_clock(struct mpsse_code *c)
{
	code_put(c, (u8[]){ MPSSE_TMS_OUT, 0, 0 }, 3);
}

/* turnaround, @n bits from the target, turnaround; the target's driver and ours never meet */
static void put_target_bits(struct mpsse_code *c, const struct mpsse_wire *w, unsigned int n)
{
	unsigned int n_all = n + 2;

	code_put(c, w->float_.bytes, w->float_.n);
	c->cycles += n_all;
	if (w->wiring == ADAPTER_TMS) {
		put_tms_clock(c);
		for (unsigned int i = 0; i < n; i++) {
			code_put(c, (u8[]){ MPSSE_GET_LOW }, 1);
			put_tms_clock(c);
		}
		put_tms_clock(c);
		c->n_in += n;
	} else {
		if (n_all / 8)
			code_put_len(c, MPSSE_IN_BYTES, n_all / 8);
		if (n_all % 8)
			code_put(c, (u8[]){ MPSSE_IN_BITS, (u8)(n_all % 8 - 1) }, 2);
		c->n_in += DIV_ROUND_UP(n_all, 8);
	}
	code_put(c, w->drive.bytes, w->drive.n);
}

static void half_idle(struct bit_run *r, struct mpsse_code *c, const struct mpsse_wire *w, u32 idle)
{
	u32 n_pad = 8 - r->n % 8;

	if (idle < IDLE_LONG) {
		run_put_zeros(r, idle);
		return;
	}
	run_put_zeros(r, n_pad); /* at least one zero */
	run_flush(r, c, w);
	code_put_clocks(c, w, (idle - n_pad) / 8);
	run_put_zeros(r, (idle - n_pad) % 8);
}

#define ACK_BITS   3  /* from the target in a write */
#define RDATA_BITS 36 /* ACK, data and parity in a read */

static void encode_half(struct mpsse_code *c, const struct mpsse_wire *w, const struct swd_xfer *x,
			size_t n)
{
	struct bit_run run = { .n = 0 };

	for (size_t i = 0; i < n; i++) {
		u32 idle = i + 1 < n ? x[i].idle : max(x[i].idle, (u32)IDLE_LAST);
		bool is_read = swd_req_is_read(x[i].req);

		if (run.n % 8 && w->wiring != ADAPTER_TMS)
			run_put_zeros(&run, 8 - run.n % 8);
		run_put(&run, x[i].req, 8);
		run_flush(&run, c, w);
		c->pos[i] = (u32)c->n_in;
		put_target_bits(c, w, is_read ? RDATA_BITS : ACK_BITS);
		if (!is_read) {
			run_put(&run, x[i].data, 32);
			run_put(&run, (u32)__builtin_parity(x[i].data), 1);
		}
		half_idle(&run, c, w, idle);
	}
	run_flush(&run, c, w);
}

/* the target's bits of one access: turnaround excluded, first bit at bit 0 */
static u64 half_reply(const struct mpsse_wire *w, const u8 *in, bool is_read)
{
	u64 bits = 0;

	if (w->wiring == ADAPTER_TMS) {
		for (unsigned int i = 0; i < (is_read ? RDATA_BITS : ACK_BITS); i++)
			bits |= (u64)(in[i] >> 3 & 1) << i; /* xDBUS3 */
		return bits;
	}
	/* bits that fill no byte come top-aligned: 6 of a read's 38, all 5 of a write */
	if (is_read)
		return (get_le32(in) | (u64)(in[4] >> 2) << 32) >> 1;
	return in[0] >> (8 - (ACK_BITS + 2)) >> 1;
}

static size_t half_reply_len(const struct mpsse_wire *w, bool is_read)
{
	unsigned int n = is_read ? RDATA_BITS : ACK_BITS;

	return w->wiring == ADAPTER_TMS ? n : DIV_ROUND_UP(n + 2, 8);
}

static size_t decode_half(const struct mpsse_code *c, const struct mpsse_wire *w, const u8 *in,
			  size_t n_got, struct swd_xfer *x)
{
	for (size_t i = 0; i < c->n_xfers; i++) {
		bool is_read = swd_req_is_read(x[i].req);
		u64 bits;

		if (c->pos[i] + half_reply_len(w, is_read) > n_got)
			return i;
		bits = half_reply(w, in + c->pos[i], is_read);
		x[i].ack = bits & 7;
		x[i].bad_parity = false;
		if (!is_read)
			continue;
		x[i].data = (u32)(bits >> 3);
		x[i].bad_parity = x[i].ack == SWD_ACK_OK &&
				  __builtin_parity(x[i].data) != (int)(bits >> 35 & 1);
	}
	return c->n_xfers;
}

/* ---- entry points ---- */

/**
 * mpsse_encode() - append accesses to a batch and end it
 * @c: begun with mpsse_code_begin()
 * @w: wiring; SWDIO is driven low before and after
 * @x: the accesses
 * @n: how many, at least one
 *
 * At least the idle cycles asked for follow each access, and 8 the last one.
 *
 * Return: 0; -ENOMEM; -EINVAL when the idle cycles add up to a batch beyond all bounds.
 */
int mpsse_encode(struct mpsse_code *c, const struct mpsse_wire *w, const struct swd_xfer *x,
		 size_t n)
{
	int ret = code_reserve_xfers(c, w, x, n);

	if (ret)
		return ret;
	if (w->wiring == ADAPTER_RESISTOR)
		encode_duplex(c, w, x, n);
	else
		encode_half(c, w, x, n);
	code_put(c, (u8[]){ MPSSE_FLUSH }, 1);
	c->n_xfers = n;
	return 0;
}

/**
 * mpsse_encode_sequence() - append bits that the adapter drives, without a reply
 * @c: begun with mpsse_code_begin()
 * @w: wiring
 * @bits: LSB of each byte first
 * @n_bits: how many
 *
 * Return: 0, -ENOMEM, or -EINVAL for too many.
 */
int mpsse_encode_sequence(struct mpsse_code *c, const struct mpsse_wire *w, const u8 *bits,
			  size_t n_bits)
{
	int ret = code_reserve(c, n_bits / 2 + 64); /* TMS: 3 bytes for 6 bits */

	if (ret)
		return ret;
	while (n_bits) {
		size_t n = min(n_bits, (size_t)MPSSE_LEN_MAX * 8);

		put_bits(c, w, bits, n);
		bits += n / 8;
		n_bits -= n;
	}
	return 0;
}

/**
 * mpsse_decode() - find ACK, data and parity of each access in a reply
 * @c: the batch
 * @w: as it was when the batch was encoded
 * @in: the reply, followed by MPSSE_IN_SLACK readable bytes
 * @n_got: its length; may be shorter than c->n_in
 * @x: the accesses
 *
 * Return: how many accesses the reply covers entirely; these are set, the rest is untouched.
 */
size_t mpsse_decode(const struct mpsse_code *c, const struct mpsse_wire *w, const u8 *in,
		    size_t n_got, struct swd_xfer *x)
{
	return w->wiring == ADAPTER_RESISTOR ? decode_duplex(c, in, n_got, x)
					     : decode_half(c, w, in, n_got, x);
}

/**
 * mpsse_pins_diff() - commands that bring the pins from one state to another
 * @cmd: 0x80, 0x82, both or nothing
 * @from: state before; NULL: unknown, so set everything
 * @to: state after
 */
void mpsse_pins_diff(struct mpsse_pins *cmd, const struct adapter_pins *from,
		     const struct adapter_pins *to)
{
	u16 diff = from ? (from->out ^ to->out) | (from->dir ^ to->dir) : 0xffff;

	cmd->n = 0;
	for (unsigned int i = 0; i < 2; i++) {
		if (!(diff >> 8 * i & 0xff))
			continue;
		cmd->bytes[cmd->n++] = i ? MPSSE_SET_HIGH : MPSSE_SET_LOW;
		cmd->bytes[cmd->n++] = (u8)(to->out >> 8 * i);
		cmd->bytes[cmd->n++] = (u8)(to->dir >> 8 * i);
	}
}
