// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A SPI-NOR wired straight to the MPSSE pins of an FTDI chip, as flashrom's ft2232_spi has it: no
 * target, no debug port. The same transport below, the same SPI-NOR core above.
 *
 *	xDBUS0 SK -> CLK	xDBUS1 DO -> DI (IO0)	xDBUS2 DI <- DO (IO1)	xDBUS3 CS -> CS#
 *
 * WP# and HOLD# of the chip belong to its supply, or to GPIOL pins driven high (gpiolN=H).
 *
 * SPI mode 0 with AN_108's commands: 11h puts bytes out on the falling edge, the first bit before
 * the first rising one, 20h samples on the rising edge, both MSB first (3.3.2, 3.3.4). A command is
 * one stream: CS# low by 80h, opcode and address, data, CS# high by 80h. Commands without an answer
 * may be queued; the next one with an answer takes them along, so that write enable, page program
 * and the first look at the status register are one USB round trip.
 */
#include "drivers/ftdi-chip.h"
#include "drivers/mpsse-encode.h"
#include "lib/ctx.h"
#include "lib/programmer.h"
#include "lib/spi-mem.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* AN_108 3.3: MSB first */
#define SPI_OUT_BYTES 0x11
#define SPI_IN_BYTES  0x20

#define PIN_SK	      BIT(0)
#define PIN_DO	      BIT(1)
#define PIN_CS	      BIT(3)
#define PIN_GPIOL(n)  BIT(4 + (n))

#define BITMODE_RESET 0x0000
#define BITMODE_MPSSE 0x0200
#define LATENCY_MS    1 /* replies do not wait for it, 87h sends them */
#define CMD_MS	      1000
#define ECHO_MS	      250
#define QUIET_MS      100
#define SYNC_TRIES    3
#define H_BASE_HZ     30000000u /* 60 MHz / 2: AN_108 3.8.2 */
#define CD_BASE_HZ    6000000u	/* 12 MHz / 2 */
#define USB_FLOOR_BPS 500000u	/* full speed behind a hub still does that */
#define DEFAULT_HZ    15000000u /* what wires on a breadboard bear */

/* commands that wait for one with an answer */
#define MAX_QUEUED KIB(16)
#define READ_CHUNK KIB(32)
#define N_READS	   2 /* in flight */

/* streams of commands with answers */
#define N_STREAMS   2
#define MAX_ANSWERS 256

/* what a command of a stream brings, one byte each as they are registers */
struct stream {
	struct usb_batch usb;
	u8 *out;
	size_t cap;
	u8 in[MAX_ANSWERS];
	u8 *to[MAX_ANSWERS];
};

struct ftdi_spi {
	struct spi_mem mem;
	struct transport *t;
	const struct ftdi_chip *chip;
	u8 cs, idle, dir; /* low byte: pins that are low while selected; levels; outputs */
	u16 divisor;
	u32 max_hz;
	u8 *out;
	size_t n, cap;
	u64 cycles;		  /* SPI clocks in @out */
	u8 *answers[MAX_ANSWERS]; /* of the commands in @out */
	size_t n_answers;
	struct stream streams[N_STREAMS];
	unsigned int first, n_in_flight;
};

/* how boxed adapters are wired: flashrom's names, pins as in its ft2232_spi.c */
static const struct spi_type {
	const char *name, *id; /* id NULL: the chip's own */
	u8 cs, dir;
} types[] = {
	{ "2232H", NULL, PIN_CS, 0x0b },
	{ "4232H", NULL, PIN_CS, 0x0b },
	{ "232H", NULL, PIN_CS, 0x0b },
	/* output enable of the buffers: low with CS#, high without */
	{ "jtagkey", "0403:cff8", PIN_CS | PIN_GPIOL(0), 0x1b },
	{ "busblaster", NULL, PIN_CS | PIN_GPIOL(0), 0x1b },
	/* buffers that are enabled by a low pin, which stays low */
	{ "arm-usb-tiny", "15ba:0004", PIN_CS, 0x1b },
	{ "arm-usb-tiny-h", "15ba:002a", PIN_CS, 0x1b },
	{ "arm-usb-ocd", "15ba:0003", PIN_CS, 0x1b },
	{ "arm-usb-ocd-h", "15ba:002b", PIN_CS, 0x1b },
	{ "flyswatter", NULL, PIN_CS, 0xdb },
};

static struct ftdi_spi *to_ftdi_spi(const struct spi_mem *mem)
{
	return container_of(mem, struct ftdi_spi, mem);
}

/* ---- the stream ---- */

static int put(struct ftdi_spi *f, const void *bytes, size_t n)
{
	if (n > f->cap - f->n) {
		size_t cap = max(2 * f->cap, f->n + n + 256);
		u8 *grown = realloc(f->out, cap);

		if (!grown)
			return err_set(&f->mem.ctx->err, -ENOMEM, NULL, "out of memory");
		f->out = grown;
		f->cap = cap;
	}
	memcpy(f->out + f->n, bytes, n);
	f->n += n;
	return 0;
}

static int put_pins(struct ftdi_spi *f, bool selected)
{
	const u8 cmd[] = { MPSSE_SET_LOW, (u8)(selected ? f->idle & ~f->cs : f->idle), f->dir };

	return put(f, cmd, sizeof(cmd));
}

/* shift @n bytes: @out, or into the reply where that is NULL */
static int put_bytes(struct ftdi_spi *f, const u8 *out, size_t n)
{
	int ret = 0;

	f->cycles += 8 * (u64)n;
	while (n && !ret) {
		size_t now = min(n, (size_t)MPSSE_LEN_MAX);
		u8 cmd[3] = { out ? SPI_OUT_BYTES : SPI_IN_BYTES };

		put_le16(cmd + 1, (u16)(now - 1));
		ret = put(f, cmd, sizeof(cmd));
		if (!ret && out) {
			ret = put(f, out, now);
			out += now;
		}
		n -= now;
	}
	return ret;
}

static int put_op(struct ftdi_spi *f, const struct spi_mem_op *op)
{
	u8 head[1 + 4 + 4 + 32];
	size_t n = 0;
	int ret;

	head[n++] = op->cmd.opcode;
	for (unsigned int i = op->addr.nbytes; i--;)
		head[n++] = (u8)(op->addr.val >> (8 * i));
	for (unsigned int i = op->mode.nbits / 8; i--;)
		head[n++] = (u8)(op->mode.val >> (8 * i));
	for (unsigned int i = 0; i < op->dummy.ncycles / 8u; i++)
		head[n++] = 0xff;
	ret = put_pins(f, true);
	if (!ret)
		ret = put_bytes(f, head, n);
	if (!ret && op->data.dir != SPI_MEM_NO_DATA)
		ret = put_bytes(f, op->data.dir == SPI_MEM_OUT ? op->data.out : NULL,
				op->data.nbytes);
	/* one such command takes 5 clocks of 60 MHz; M25P wants CS# to be high for 100 ns */
	if (!ret)
		ret = put_pins(f, false);
	return ret ? ret : put_pins(f, false);
}

/* ---- USB, and how long it keeps us ---- */

static int control(struct ftdi_spi *f, enum ftdi_request request, u16 value)
{
	struct ctx *ctx = f->mem.ctx;
	const u64 from = clock_now_ns(ctx->clk);
	int ret = f->t->ops->control(f->t, request, value);

	ctx->stats.adapter_ns += clock_now_ns(ctx->clk) - from;
	return ret;
}

static int drain(struct ftdi_spi *f)
{
	struct ctx *ctx = f->mem.ctx;
	const u64 from = clock_now_ns(ctx->clk);
	int ret = f->t->ops->drain(f->t);

	ctx->stats.adapter_ns += clock_now_ns(ctx->clk) - from;
	return ret;
}

static int submit(struct ftdi_spi *f, struct usb_batch *b)
{
	struct ctx *ctx = f->mem.ctx;
	const u64 from = clock_now_ns(ctx->clk);
	int ret = f->t->ops->submit(f->t, b);

	ctx->stats.adapter_ns += clock_now_ns(ctx->clk) - from;
	return ret;
}

static int reap(struct ftdi_spi *f, struct usb_batch *b)
{
	struct ctx *ctx = f->mem.ctx;
	const u64 from = clock_now_ns(ctx->clk);
	int ret = f->t->ops->reap(f->t, b);

	ctx->stats.adapter_ns += clock_now_ns(ctx->clk) - from;
	ctx->stats.usb_transfers++;
	ctx->stats.usb_bytes_out += b->n_out;
	ctx->stats.usb_bytes_in += b->n_got;
	return ret;
}

/* on the wire, in ms and without doubt */
static u32 timeout_ms(const struct ftdi_spi *f, u64 cycles, size_t n_bytes)
{
	u64 ms = CMD_MS + 2 * cycles * 1000 / f->mem.hz + (u64)n_bytes * 1000 / USB_FLOOR_BPS;

	return (u32)min(ms, (u64)UINT32_MAX);
}

static int exchange(struct ftdi_spi *f, const u8 *out, size_t n_out, u8 *in, size_t n_in, u32 ms)
{
	struct usb_batch b = {
		.out = out,
		.n_out = n_out,
		.in = in,
		.n_in = n_in,
		.timeout_ms = ms,
		.quiet_ms = ms > CMD_MS ? 0 : QUIET_MS,
	};
	int ret = submit(f, &b);

	return ret ? ret : reap(f, &b);
}

/* AN_135 4.2: a byte that is no command comes back behind FAh */
static int echo(struct ftdi_spi *f, u8 op)
{
	const u8 out[] = { op, MPSSE_FLUSH };
	u8 in[2] = { 0 };
	int ret = exchange(f, out, sizeof(out), in, sizeof(in), ECHO_MS);

	if (ret)
		return ret;
	return in[0] == MPSSE_BAD_ECHO && in[1] == op ? 0 : -EPROTO;
}

static int sync_up(struct ftdi_spi *f)
{
	struct err *err = &f->mem.ctx->err, saved = *err;
	int ret = -EPROTO;

	for (int i = 0; i < SYNC_TRIES && ret && ret != -ENODEV; i++) {
		ret = drain(f);
		if (!ret)
			ret = echo(f, MPSSE_BAD_A);
		if (!ret)
			ret = echo(f, MPSSE_BAD_B);
		if (ret != -ENODEV)
			*err = saved;
	}
	return ret;
}

/* clock, modes and pins; AN_108 3.6 to 3.8 */
static int set_up(struct ftdi_spi *f)
{
	u8 out[16], seen;
	size_t n = 0;

	out[n++] = MPSSE_LOOPBACK_OFF;
	if (f->chip->is_h) {
		out[n++] = MPSSE_DIV5_OFF;
		out[n++] = MPSSE_ADAPTIVE_OFF;
		out[n++] = MPSSE_3PHASE_OFF;
	}
	out[n++] = MPSSE_DIVISOR;
	put_le16(out + n, f->divisor);
	n += 2;
	out[n++] = MPSSE_SET_LOW;
	out[n++] = f->idle;
	out[n++] = f->dir;
	out[n++] = MPSSE_GET_LOW; /* the reply proves the rest */
	out[n++] = MPSSE_FLUSH;
	return exchange(f, out, n, &seen, 1, CMD_MS);
}

static int enter(struct ftdi_spi *f)
{
	static const struct {
		enum ftdi_request request;
		u16 value;
	} steps[] = {
		{ FTDI_RESET, 0 },
		{ FTDI_SET_LATENCY, LATENCY_MS },
		{ FTDI_SET_EVENT_CHAR, 0 },
		{ FTDI_SET_ERROR_CHAR, 0 },
		{ FTDI_SET_FLOW_CTRL, 0 },
		{ FTDI_SET_BITMODE, BITMODE_RESET },
		{ FTDI_RESET, 1 },
		{ FTDI_RESET, 2 },
		{ FTDI_SET_BITMODE, BITMODE_MPSSE },
	};
	int ret = 0;

	for (size_t i = 0; i < ARRAY_SIZE(steps) && !ret; i++)
		ret = control(f, steps[i].request, steps[i].value);
	if (!ret)
		ret = sync_up(f);
	if (ret == -EPROTO || ret == -ETIMEDOUT)
		return err_set(&f->mem.ctx->err, -EIO, "unplug the adapter and plug it in again",
			       "the %s does not answer in MPSSE mode", f->chip->name);
	return ret ? ret : set_up(f);
}

/* what was queued is on its way */
static void count_cycles(struct ftdi_spi *f)
{
	f->mem.ctx->stats.swclk_cycles += f->cycles;
	f->mem.ctx->stats.swclk_ps += f->cycles * (UINT64_C(1000000000000) / f->mem.hz);
	f->n = 0;
	f->cycles = 0;
}

/* send what is queued, with the answer of its last command */
static int flush(struct ftdi_spi *f, u8 *in, size_t n_in)
{
	u8 seen, end[2] = { MPSSE_FLUSH };
	size_t n_end = 1;
	int ret;

	assert(!f->n_answers);
	if (!n_in) {
		if (!f->n)
			return 0;
		end[0] = MPSSE_GET_LOW;
		end[1] = MPSSE_FLUSH;
		n_end = 2;
		in = &seen;
		n_in = 1;
	}
	ret = put(f, end, n_end);
	if (!ret)
		ret = exchange(f, f->out, f->n, in, n_in, timeout_ms(f, f->cycles, f->n + n_in));
	count_cycles(f);
	return ret;
}

/* after a reply that was short: in step again, chip deselected */
static int recover(struct ftdi_spi *f)
{
	struct err saved = f->mem.ctx->err;
	int ret;

	f->mem.ctx->stats.retries++;
	ret = sync_up(f);
	if (!ret)
		ret = set_up(f);
	if (ret)
		ret = enter(f);
	f->mem.ctx->err = saved;
	return ret;
}

/* ---- spi_mem ---- */

static bool spi_supports_op(const struct spi_mem *mem, const struct spi_mem_op *op)
{
	(void)mem;
	return op->dummy.ncycles % 8 == 0 && op->mode.nbits % 8 == 0;
}

static bool is_worth_a_try(int ret)
{
	return ret && ret != -ENODEV && ret != -ENOMEM && ret != -EINVAL;
}

static int send(struct ftdi_spi *f, const struct spi_mem_op *op)
{
	bool is_read = op->data.dir == SPI_MEM_IN;
	int ret = put_op(f, op);

	return ret ? ret : flush(f, is_read ? op->data.in : NULL, is_read ? op->data.nbytes : 0);
}

/*
 * A reply that was lost: what a flash chip is told twice does no harm. Commands that were queued
 * before it may be lost as well; whoever queued them looks at the status, and compares at the end.
 */
static int spi_exec(struct spi_mem *mem, const struct spi_mem_op *op)
{
	struct ftdi_spi *f = to_ftdi_spi(mem);
	struct err before = mem->ctx->err;
	int ret = send(f, op);

	if (!is_worth_a_try(ret))
		return ret;
	recover(f);
	mem->ctx->err = before;
	return send(f, op);
}

static void spi_queue_op(struct spi_mem *mem, struct memq *q, const struct spi_mem_op *op,
			 enum memq_sample *state)
{
	struct ftdi_spi *f = to_ftdi_spi(mem);

	(void)q;
	(void)state;
	/* errors latch in ctx->err; the next command with an answer reports them */
	if (op->data.dir == SPI_MEM_IN) {
		assert(op->data.nbytes == 1 && f->n_answers < MAX_ANSWERS);
		f->answers[f->n_answers++] = op->data.in;
	} else if (!f->n_answers && f->n > MAX_QUEUED && flush(f, NULL, 0)) {
		return;
	}
	put_op(f, op);
}

/* clocks that nobody is selected for, in eights: AN_108 3.9.2; the older chips clock bytes */
static void spi_queue_delay(struct spi_mem *mem, u64 ns)
{
	struct ftdi_spi *f = to_ftdi_spi(mem);
	u64 eights = DIV_ROUND_UP(ns / 1000 * (mem->hz / 1000), 8000);
	static const u8 ones[64] = { [0 ... 63] = 0xff };

	while (eights) {
		u64 now = min(eights, (u64)(f->chip->is_h ? MPSSE_LEN_MAX : sizeof(ones)));
		u8 cmd[3] = { MPSSE_CLOCK_BYTES };

		eights -= now;
		if (!f->chip->is_h) {
			put_bytes(f, ones, now);
			continue;
		}
		put_le16(cmd + 1, (u16)(now - 1));
		f->cycles += 8 * now;
		put(f, cmd, sizeof(cmd));
	}
}

/* ---- streams ---- */

static int spi_submit(struct spi_mem *mem)
{
	struct ftdi_spi *f = to_ftdi_spi(mem);
	struct stream *s = &f->streams[(f->first + f->n_in_flight) % N_STREAMS];
	static const u8 end = MPSSE_FLUSH;
	int ret = put(f, &end, 1);
	u8 *out = s->out;
	size_t cap = s->cap;

	assert(f->n_in_flight < N_STREAMS && f->n_answers);
	if (!ret)
		ret = mem->ctx->err.code; /* of a command that found no room */
	if (ret)
		return ret;
	s->out = f->out;
	s->cap = f->cap;
	memcpy(s->to, f->answers, f->n_answers * sizeof(s->to[0]));
	s->usb = (struct usb_batch){
		.out = s->out,
		.n_out = f->n,
		.in = s->in,
		.n_in = f->n_answers,
		.timeout_ms = timeout_ms(f, f->cycles, f->n + f->n_answers) * N_STREAMS,
	};
	count_cycles(f);
	f->out = out;
	f->cap = cap;
	f->n_answers = 0;
	ret = submit(f, &s->usb);
	f->n_in_flight += !ret;
	return ret;
}

static int spi_collect(struct spi_mem *mem)
{
	struct ftdi_spi *f = to_ftdi_spi(mem);
	struct stream *s = &f->streams[f->first];
	int ret = reap(f, &s->usb);

	f->first = (f->first + 1) % N_STREAMS;
	f->n_in_flight--;
	for (size_t i = 0; i < s->usb.n_in && !ret; i++)
		*s->to[i] = s->in[i];
	return ret;
}

static int spi_abandon(struct spi_mem *mem)
{
	struct ftdi_spi *f = to_ftdi_spi(mem);

	for (; f->n_in_flight; f->n_in_flight--, f->first = (f->first + 1) % N_STREAMS)
		reap(f, &f->streams[f->first].usb);
	f->n = 0;
	f->cycles = 0;
	f->n_answers = 0;
	return recover(f);
}

/* one stretch of a read, on its way */
struct read_slot {
	struct usb_batch usb;
	u8 out[48];
};

static int read_begin(struct ftdi_spi *f, struct read_slot *s, const struct spi_mem_op *op)
{
	static const u8 end = MPSSE_FLUSH;
	int ret = put_op(f, op);

	if (!ret)
		ret = put(f, &end, 1);
	if (ret || f->n > sizeof(s->out))
		return ret ? ret : -EINVAL;
	memcpy(s->out, f->out, f->n);
	s->usb = (struct usb_batch){
		.out = s->out,
		.n_out = f->n,
		.in = op->data.in,
		.n_in = op->data.nbytes,
		.timeout_ms = timeout_ms(f, f->cycles, op->data.nbytes) * N_READS,
	};
	count_cycles(f);
	return submit(f, &s->usb);
}

static int read_all(struct ftdi_spi *f, const struct spi_mem_op *tmpl, u64 from, size_t len,
		    u8 *buf)
{
	struct read_slot slots[N_READS];
	unsigned int first = 0, n = 0;
	int ret = flush(f, NULL, 0);

	while ((len || n) && !ret) {
		while (len && n < N_READS && !ret) {
			struct spi_mem_op op = *tmpl;

			op.addr.val = from;
			op.data.in = buf;
			op.data.nbytes = (u32)min(len, (size_t)READ_CHUNK);
			ret = read_begin(f, &slots[(first + n) % N_READS], &op);
			if (ret)
				break;
			n++;
			from += op.data.nbytes;
			buf += op.data.nbytes;
			len -= op.data.nbytes;
		}
		if (!ret) {
			ret = reap(f, &slots[first].usb);
			first = (first + 1) % N_READS;
			n--;
		}
	}
	for (; n; n--, first = (first + 1) % N_READS)
		reap(f, &slots[first].usb);
	return ret;
}

static int spi_dirmap_read(struct spi_mem *mem, const struct spi_mem_op *tmpl, u64 from, size_t len,
			   u8 *buf)
{
	struct ftdi_spi *f = to_ftdi_spi(mem);
	struct err before = mem->ctx->err;
	int ret = read_all(f, tmpl, from, len, buf);

	if (!is_worth_a_try(ret))
		return ret;
	recover(f);
	mem->ctx->err = before;
	return read_all(f, tmpl, from, len, buf);
}

/* all that would need more lines: this wiring has one */
static int spi_drive_high(struct spi_mem *mem, unsigned int width, unsigned int ncycles)
{
	(void)mem;
	(void)width;
	(void)ncycles;
	return -EOPNOTSUPP;
}

static void choose_divisor(struct ftdi_spi *f, u32 hz)
{
	u32 base = f->chip->is_h ? H_BASE_HZ : CD_BASE_HZ;
	u32 div = DIV_ROUND_UP(base, max(min(hz, base), 1u));

	f->divisor = (u16)(min(div, 65536u) - 1);
	f->mem.hz = base / (f->divisor + 1u);
}

static int spi_configure(struct spi_mem *mem, u64 size, u32 max_hz)
{
	struct ftdi_spi *f = to_ftdi_spi(mem);
	struct err before = mem->ctx->err;
	int ret;

	(void)size;
	choose_divisor(f, min(f->max_hz, max_hz));
	log_dbg(&mem->ctx->log, "%s: SPI clock %" PRIu32 " kHz", mem->name, mem->hz / 1000);
	ret = set_up(f);
	if (!is_worth_a_try(ret))
		return ret;
	mem->ctx->err = before;
	return recover(f);
}

static int spi_enable(struct spi_mem *mem)
{
	struct ftdi_spi *f = to_ftdi_spi(mem);
	struct err before = mem->ctx->err;
	int ret = enter(f);

	if (!is_worth_a_try(ret))
		return ret;
	mem->ctx->err = before;
	return enter(f);
}

static void spi_disable(struct spi_mem *mem)
{
	struct ftdi_spi *f = to_ftdi_spi(mem);
	struct err saved = mem->ctx->err;

	flush(f, NULL, 0);
	control(f, FTDI_SET_BITMODE, BITMODE_RESET);
	mem->ctx->err = saved;
}

static const struct spi_controller_mem_ops spi_ops = {
	.supports_op = spi_supports_op,
	.exec = spi_exec,
	.queue_op = spi_queue_op,
	.queue_delay = spi_queue_delay,
	.dirmap_read = spi_dirmap_read,
	.submit = spi_submit,
	.collect = spi_collect,
	.abandon = spi_abandon,
	.drive_high = spi_drive_high,
	.configure = spi_configure,
	.enable = spi_enable,
	.disable = spi_disable,
};

/* ---- parameters ---- */

static const struct spi_type *find_type(const char *name, struct err *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (!name || !strcmp(types[i].name, name))
			return &types[i];
	err_set(err, -EINVAL,
		"2232H, 4232H, 232H, jtagkey, busblaster, arm-usb-tiny(-h), arm-usb-ocd(-h), "
		"flyswatter",
		"type=%s is not known", name);
	return NULL;
}

/* csgpiol=N, gpiolN=H|L|C: pins of the low byte above CS, as flashrom has them */
static int gpio_params(struct ftdi_spi *f, struct params *p, struct err *err)
{
	static const char *const keys[] = { "gpiol0", "gpiol1", "gpiol2", "gpiol3" };
	const char *csgpiol = params_get(p, "csgpiol");

	for (unsigned int i = 0; i < ARRAY_SIZE(keys); i++) {
		const char *val = params_get(p, keys[i]);
		char kind = val && strlen(val) == 1 ? *val : 0;
		u8 pin = (u8)PIN_GPIOL(i);

		if (csgpiol && csgpiol[0] == (char)('0' + i) && !csgpiol[1])
			kind = 'C';
		else if (val && kind != 'H' && kind != 'L' && kind != 'C')
			return err_set(err, -EINVAL, NULL, "%s=%s is none of H, L and C", keys[i],
				       val);
		if (!kind)
			continue;
		f->dir |= pin;
		f->idle = (u8)(kind == 'L' ? f->idle & ~pin : f->idle | pin);
		f->cs = (u8)(kind == 'C' ? f->cs | pin : f->cs & ~pin);
	}
	if (csgpiol && (strlen(csgpiol) != 1 || *csgpiol < '0' || *csgpiol > '3'))
		return err_set(err, -EINVAL, NULL, "csgpiol=%s is not 0 to 3", csgpiol);
	return 0;
}

static int clock_params(struct ftdi_spi *f, struct params *p, struct err *err)
{
	const char *clock = params_get(p, "clock");
	u64 divisor = 0, hz = DEFAULT_HZ;
	int ret = params_get_u64(p, "divisor", &divisor, err);

	/* auto: as fast as it goes, which nor_settle_clock() finds out */
	if (clock && !strcmp(clock, "auto"))
		hz = H_BASE_HZ;
	else if (!ret)
		ret = params_get_u64(p, "clock", &hz, err);
	if (ret)
		return ret;
	if (clock && params_get(p, "divisor"))
		return err_set(err, -EINVAL, "give one of them",
			       "clock=%s and divisor=%s both say how fast", clock,
			       params_get(p, "divisor"));
	if (params_get(p, "divisor") && (divisor < 2 || divisor > 131072 || divisor % 2))
		return err_set(err, -EINVAL, "the clock is 60 MHz / divisor; or give clock=HZ",
			       "divisor=%s is no even number from 2 to 131072",
			       params_get(p, "divisor"));
	if (divisor)
		hz = 60000000u / divisor;
	f->max_hz = (u32)min(hz, (u64)H_BASE_HZ);
	return 0;
}

/* whose transport: a real adapter, or the virtual one with the chip on its pins */
static int open_transport(struct params *p, struct ctx *ctx, const struct spi_type *type,
			  struct transport **t)
{
	const char *via = params_get(p, "via"), *port = params_get(p, "port");
	bool is_sim = via && !strcmp(via, "sim");
	int ret = 0;

	if (port && (strlen(port) != 1 || *port < 'A' || *port > 'D'))
		return err_set(&ctx->err, -EINVAL, NULL, "port=%s is none of A, B, C and D", port);
	/* the virtual adapter's pins are those of its only channel */
	if (port && !is_sim && !params_get(p, "channel"))
		ret = params_set(p, "channel", port);
	if (!ret && type->id && !params_get(p, "id") && !params_get(p, "vid"))
		ret = params_set(p, "id", type->id);
	if (!ret && is_sim && !params_get(p, "board"))
		ret = params_set(p, "board", "ftdi-spi");
	if (ret)
		return err_set(&ctx->err, ret, NULL, "out of memory");
	for (size_t i = 0; programmers[i]; i++)
		if (!strcmp(programmers[i]->name, via ? via : "ftdi") && programmers[i]->open)
			return programmers[i]->open(p, &ctx->log, &ctx->err, t);
	return err_set(&ctx->err, -EINVAL, "via=ftdi or via=sim", "via=%s carries no MPSSE bytes",
		       via);
}

static void ftdi_spi_close(struct spi_mem *mem)
{
	struct ftdi_spi *f = to_ftdi_spi(mem);

	spi_disable(mem);
	for (unsigned int i = 0; i < N_STREAMS; i++)
		free(f->streams[i].out);
	free(f->out);
	free(f);
}

static int ftdi_spi_open(struct params *p, struct ctx *ctx, struct transport **t,
			 struct spi_mem **mem)
{
	const struct spi_type *type = find_type(params_get(p, "type"), &ctx->err);
	struct ftdi_spi *f;
	int ret;

	if (!type)
		return -EINVAL;
	f = calloc(1, sizeof(*f));
	if (!f)
		return err_set(&ctx->err, -ENOMEM, NULL, "out of memory");
	f->cs = type->cs;
	f->idle = type->cs;
	f->dir = type->dir;
	f->mem = (struct spi_mem){
		.ops = &spi_ops,
		.ctx = ctx,
		.max_width = 1,
		.n_chips = 1,
		.name = "MPSSE",
		.io_names = { "xDBUS1", "xDBUS2" },
		.wiring = "check 3.3 V and GND at the chip; xDBUS0 to CLK, xDBUS1 to DI (IO0), "
			  "xDBUS2 "
			  "to DO (IO1), xDBUS3 to CS#; WP# and HOLD# high",
	};
	ret = gpio_params(f, p, &ctx->err);
	if (!ret)
		ret = clock_params(f, p, &ctx->err);
	if (!ret)
		ret = open_transport(p, ctx, type, t);
	if (ret)
		goto out_free;
	f->t = *t;
	f->t->err = &ctx->err;
	f->chip = ftdi_chip_find(f->t->bcd_device);
	if (!f->chip) {
		ret = err_set(&ctx->err, -EOPNOTSUPP, NULL,
			      "the adapter's chip (bcdDevice %04x) has no MPSSE that is known",
			      f->t->bcd_device);
		f->t->ops->close(f->t);
		*t = NULL;
		goto out_free;
	}
	choose_divisor(f, min(f->max_hz, 1000000u)); /* until the chip is known */
	*mem = &f->mem;
	return 0;

out_free:
	free(f);
	return ret;
}

extern const struct programmer ftdi_spi_programmer;
const struct programmer ftdi_spi_programmer = {
	.name = "ftdi_spi",
	.help = "a SPI-NOR on the MPSSE pins: xDBUS0 CLK, 1 DI, 2 DO, 3 CS#; keys of ftdi, and\n"
		"type=NAME           2232H, 4232H, 232H, jtagkey, busblaster, arm-usb-...\n"
		"clock=HZ|auto       of SPI (15M); or divisor=N: 60 MHz / N\n"
		"port=A|B            as channel=\n"
		"csgpiol=N           GPIOL0 to 3 selects the chip, too\n"
		"gpiolN=H|L|C        GPIOL0 to 3: high, low, or as CS#\n"
		"via=sim             on the virtual bench, with its keys nor=, state=, seed=\n",
	.open_spi = ftdi_spi_open,
	.close_spi = ftdi_spi_close,
};
