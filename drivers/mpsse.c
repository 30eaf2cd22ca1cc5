// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An SWD adapter on any transport that carries bytes to an MPSSE and back.
 *
 * Documents: AN_108 v1.5 (commands), AN_135 (entering MPSSE mode and synchronising).
 *
 * Batches go through a ring of slots: encode, submit, decode when reaped, in order. Whatever else
 * touches the pins (clock, nRST, line sequences) is a command on its own that waits for its reply,
 * and that no batch may be in flight for.
 *
 * When a reply is short, the rest of the stream cannot be trusted: all batches in flight are
 * collected, then the chip is brought back in step. First politely, by two commands that do not
 * exist and whose echo must come (0xaa, 0xab); if an unfinished shift command swallows these, by
 * resetting the channel.
 */
#include "drivers/ftdi-chip.h"
#include "drivers/mpsse-encode.h"
#include "drivers/swd-trace.h"
#include "lib/adapter.h"
#include "lib/transport.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_XFERS     8192 /* 48 KiB of stream; a refused access costs what is queued behind it */
#define MAX_IN_FLIGHT 8

#define BITMODE_RESET 0x0000
#define BITMODE_MPSSE 0x0200 /* all pins inputs until 0x80 and 0x82 say otherwise */

#define LATENCY_MS    16 /* FTDI's default; replies do not wait for it, 0x87 sends them */
#define ENTER_MS      1	 /* while a channel is set up: nothing is under way, silence shows soon */
#define CMD_MS	      1000
#define ECHO_MS	      250 /* many latency periods */
/* nothing at all for so long, and twice what the batch takes: there will be no more. Six periods */
#define QUIET_MS      100
#define SYNC_TRIES    3

#define START_HZ      1000000
#define H_BASE_HZ     30000000u /* 60 MHz / 2: AN_108 3.8.2 */
#define CD_BASE_HZ    6000000u	/* 12 MHz / 2 */
#define USB_FLOOR_BPS 500000u	/* full speed behind a hub still does that */

struct mpsse_slot {
	struct mpsse_code code;
	u8 *in;
	size_t cap_in;
	struct usb_batch usb;
	struct swd_batch *batch;
	int lost; /* -errno once the batch can have no answer any more */
};

struct mpsse {
	struct swd_host h;
	struct adapter adapter;
	const struct ftdi_chip *chip;
	struct mpsse_wire wire;
	struct adapter_pins pins;	/* as they shall be, SWDIO driven */
	struct adapter_pins pins_there; /* as the chip has them */
	bool are_pins_known;
	u16 divisor;
	struct mpsse_slot slots[MAX_IN_FLIGHT];
	unsigned int first, n_in_flight;
	struct mpsse_code cmd; /* commands on their own */
	struct swd_trace trace;
};

static struct mpsse *to_mpsse(struct swd_host *h)
{
	return container_of(h, struct mpsse, h);
}

/* ---- the transport, and how long it keeps us ---- */

static int t_control(struct mpsse *m, enum ftdi_request request, u16 value)
{
	struct ctx *ctx = m->h.ctx;
	const u64 from = clock_now_ns(ctx->clk);
	int ret = m->h.t->ops->control(m->h.t, request, value);

	ctx->stats.adapter_ns += clock_now_ns(ctx->clk) - from;
	return ret;
}

static int t_submit(struct mpsse *m, struct usb_batch *b)
{
	struct ctx *ctx = m->h.ctx;
	const u64 from = clock_now_ns(ctx->clk);
	int ret = m->h.t->ops->submit(m->h.t, b);

	ctx->stats.adapter_ns += clock_now_ns(ctx->clk) - from;
	return ret;
}

static int t_reap(struct mpsse *m, struct usb_batch *b)
{
	struct ctx *ctx = m->h.ctx;
	const u64 from = clock_now_ns(ctx->clk);
	int ret = m->h.t->ops->reap(m->h.t, b);

	ctx->stats.adapter_ns += clock_now_ns(ctx->clk) - from;
	ctx->stats.usb_transfers++;
	ctx->stats.usb_bytes_out += b->n_out;
	ctx->stats.usb_bytes_in += b->n_got;
	return ret;
}

static int t_drain(struct mpsse *m)
{
	struct ctx *ctx = m->h.ctx;
	const u64 from = clock_now_ns(ctx->clk);
	int ret = m->h.t->ops->drain(m->h.t);

	ctx->stats.adapter_ns += clock_now_ns(ctx->clk) - from;
	return ret;
}

static void count_cycles(struct mpsse *m, u64 cycles)
{
	struct ctx_stats *st = &m->h.ctx->stats;

	st->swclk_cycles += cycles;
	st->swclk_ps += cycles * (UINT64_C(1000000000000) / m->h.hz);
}

/* ---- pins ---- */

/* pins of chips that have no xCBUS: only the low byte is ever sent */
static void pins_diff(const struct mpsse *m, struct mpsse_pins *cmd,
		      const struct adapter_pins *from, const struct adapter_pins *to)
{
	struct adapter_pins all = { .out = (u16)~to->out, .dir = (u16)~to->dir };

	if (!from)
		from = &all;
	if (!m->chip->has_high_byte) {
		struct adapter_pins low = { (u16)((from->out & 0xff) | (to->out & 0xff00)),
					    (u16)((from->dir & 0xff) | (to->dir & 0xff00)) };

		mpsse_pins_diff(cmd, &low, to);
		return;
	}
	mpsse_pins_diff(cmd, from, to);
}

/* the direction switches depend on all other pins */
static void mpsse_update_wire(struct mpsse *m)
{
	struct adapter_pins floating = m->pins;

	adapter_pins_drive(&m->adapter, &floating, false);
	pins_diff(m, &m->wire.float_, &m->pins, &floating);
	pins_diff(m, &m->wire.drive, &floating, &m->pins);
}

/* begin a byte stream with the pin commands that are due */
static int mpsse_begin(struct mpsse *m, struct mpsse_code *c)
{
	struct mpsse_pins cmd;
	int ret;

	pins_diff(m, &cmd, m->are_pins_known ? &m->pins_there : NULL, &m->pins);
	ret = mpsse_code_begin(c, cmd.bytes, cmd.n);
	if (ret)
		return err_set(&m->h.ctx->err, ret, NULL, "out of memory");
	m->pins_there = m->pins;
	m->are_pins_known = true;
	return 0;
}

/* ---- commands on their own ---- */

/* silence that no reply comes after, for a batch with so many SWCLK cycles */
static u32 quiet_ms(const struct mpsse *m, u64 cycles)
{
	return (u32)min(QUIET_MS + cycles * 2000 / m->h.hz, (u64)UINT32_MAX);
}

static int mpsse_exchange(struct mpsse *m, const u8 *out, size_t n_out, u8 *in, size_t n_in,
			  u32 timeout_ms, u32 quiet_ms)
{
	struct usb_batch b = {
		.out = out,
		.n_out = n_out,
		.in = in,
		.n_in = n_in,
		.timeout_ms = timeout_ms,
		.quiet_ms = quiet_ms,
	};
	int ret = t_submit(m, &b);

	return ret ? ret : t_reap(m, &b);
}

/* send @op, which is no command, and look for its echo: AN_135 4.2 */
static int mpsse_echo(struct mpsse *m, u8 op)
{
	u8 out[] = { op, MPSSE_FLUSH }, in[2] = { 0 };
	int ret = mpsse_exchange(m, out, sizeof(out), in, sizeof(in), ECHO_MS, QUIET_MS);

	if (ret)
		return ret;
	return in[0] == MPSSE_BAD_ECHO && in[1] == op ? 0 : -EPROTO;
}

/* 0 once the chip answers what was asked, and nothing else */
static int mpsse_sync(struct mpsse *m)
{
	struct err *err = &m->h.ctx->err;
	struct err saved = *err;
	int ret = -EPROTO;

	for (int i = 0; i < SYNC_TRIES; i++) {
		ret = t_drain(m);
		if (!ret)
			ret = mpsse_echo(m, MPSSE_BAD_A);
		if (!ret)
			ret = mpsse_echo(m, MPSSE_BAD_B);
		if (ret == -ENODEV)
			return ret;
		*err = saved; /* a failed attempt is no error yet */
		if (!ret)
			return 0;
		log_dbg(&m->h.ctx->log, "MPSSE out of step (attempt %d of %d)", i + 1, SYNC_TRIES);
	}
	return ret;
}

/* clock and modes after (re)synchronising; AN_108 3.7, 3.8 */
static int mpsse_configure(struct mpsse *m)
{
	u8 out[16];
	size_t n = 0;

	out[n++] = MPSSE_LOOPBACK_OFF;
	if (m->chip->is_h) {
		out[n++] = MPSSE_DIV5_OFF;
		out[n++] = MPSSE_ADAPTIVE_OFF;
		out[n++] = MPSSE_3PHASE_OFF;
	}
	out[n++] = MPSSE_DIVISOR;
	put_le16(out + n, m->divisor);
	n += 2;
	return mpsse_exchange(m, out, n, NULL, 0, CMD_MS, 0);
}

/* the sequence that FTDI's application notes and all peers agree on */
static int mpsse_enter(struct mpsse *m)
{
	static const struct {
		enum ftdi_request request;
		u16 value;
	} steps[] = {
		{ FTDI_RESET, 0 },
		{ FTDI_SET_LATENCY, ENTER_MS },
		{ FTDI_SET_EVENT_CHAR, 0 },
		{ FTDI_SET_ERROR_CHAR, 0 },
		{ FTDI_SET_FLOW_CTRL, 0 },
		{ FTDI_SET_BITMODE, BITMODE_RESET },
		{ FTDI_RESET, 1 },
		{ FTDI_RESET, 2 },
		{ FTDI_SET_BITMODE, BITMODE_MPSSE },
	};
	struct err first;
	int ret = 0, back;

	for (size_t i = 0; i < ARRAY_SIZE(steps) && !ret; i++)
		ret = t_control(m, steps[i].request, steps[i].value);
	if (!ret)
		ret = mpsse_sync(m);
	/* whoever has the channel next finds FTDI's default, also if this is no MPSSE */
	first = m->h.ctx->err;
	back = t_control(m, FTDI_SET_LATENCY, LATENCY_MS);
	if (!ret)
		return back;
	m->h.ctx->err = first;
	return ret;
}

/* send m->cmd and then @tail, which has @n_in reply bytes, and wait for them */
static int mpsse_run(struct mpsse *m, const u8 *tail, size_t n_tail, u8 *in, size_t n_in)
{
	struct mpsse_code *c = &m->cmd;
	struct ctx *ctx = m->h.ctx;
	u8 end[8], seen;
	size_t n = 0;
	u64 ms = CMD_MS + c->cycles * 1000 / m->h.hz + c->n_out * 1000 / USB_FLOOR_BPS;
	u8 *out;
	int ret;

	if (n_tail)
		memcpy(end, tail, n_tail);
	n = n_tail;
	if (!n_in) { /* a reply proves that all before it was done */
		end[n++] = MPSSE_GET_LOW;
		in = &seen;
		n_in = 1;
	}
	end[n++] = MPSSE_FLUSH;
	out = malloc(c->n_out + n);
	if (!out)
		return err_set(&ctx->err, -ENOMEM, NULL, "out of memory");
	if (c->n_out)
		memcpy(out, c->out, c->n_out);
	memcpy(out + c->n_out, end, n);
	ret = mpsse_exchange(m, out, c->n_out + n, in, n_in, (u32)min(ms, (u64)UINT32_MAX),
			     quiet_ms(m, c->cycles));
	count_cycles(m, c->cycles);
	free(out);
	return ret;
}

/* after a short reply; nothing is in flight */
static int mpsse_resync(struct mpsse *m)
{
	struct err saved = m->h.ctx->err;
	int ret = mpsse_sync(m);

	if (ret && ret != -ENODEV) {
		log_dbg(&m->h.ctx->log, "MPSSE does not come back in step: channel reset");
		ret = mpsse_enter(m);
	}
	m->are_pins_known = false;
	if (!ret)
		ret = mpsse_configure(m);
	if (!ret) { /* let the pins be as they should before anybody clocks */
		ret = mpsse_begin(m, &m->cmd);
		if (!ret)
			ret = mpsse_run(m, NULL, 0, NULL, 0);
	}
	if (ret != -ENODEV)
		m->h.ctx->err = saved;
	return ret;
}

/* unplugged: this explains whatever else failed */
static int mpsse_gone(struct mpsse *m)
{
	if (m->h.ctx->err.code != -ENODEV)
		err_clear(&m->h.ctx->err);
	return err_set(&m->h.ctx->err, -ENODEV, "plug it in and run the same command again",
		       "the adapter is gone");
}

static int mpsse_check_idle(struct mpsse *m, const char *what)
{
	if (!m->n_in_flight)
		return 0;
	return err_set(&m->h.ctx->err, -EINVAL, NULL, "%s while SWD batches are in flight", what);
}

/* as mpsse_run(), and back in step when it fails */
static int mpsse_command(struct mpsse *m, const char *what, const u8 *tail, size_t n_tail, u8 *in,
			 size_t n_in)
{
	struct err *err = &m->h.ctx->err;
	int ret = mpsse_run(m, tail, n_tail, in, n_in), again;

	if (!ret || ret == -ENOMEM)
		return ret;
	if (ret == -ENODEV)
		return mpsse_gone(m);
	ret = err_set(err, ret, "check the USB cable and hub",
		      "the adapter did not carry out a command");
	err_at(err, ret, "%s", what);
	again = mpsse_resync(m);
	return again == -ENODEV ? mpsse_gone(m) : ret;
}

/* ---- ops ---- */

static int mpsse_set_hz(struct swd_host *h, u32 hz, u32 *real_hz)
{
	struct mpsse *m = to_mpsse(h);
	u32 base = m->chip->is_h ? H_BASE_HZ : CD_BASE_HZ, div;
	u8 cmd[3] = { MPSSE_DIVISOR };
	int ret = mpsse_check_idle(m, "clock change");

	if (ret)
		return ret;
	if (h->max_hz)
		hz = min(hz, h->max_hz);
	div = hz ? (base + hz - 1) / hz - 1 : UINT32_MAX; /* f = base / (1 + div), rounded down */
	if (hz >= base)
		div = 0;
	if (div > 0xffff)
		return err_set(&h->ctx->err, -EINVAL, "choose a faster clock",
			       "%u Hz is below what the adapter can clock (%u Hz)", hz,
			       base / 0x10000 + 1);
	m->divisor = (u16)div;
	put_le16(cmd + 1, m->divisor);
	ret = mpsse_begin(m, &m->cmd);
	if (!ret)
		ret = mpsse_command(m, "setting the clock", cmd, sizeof(cmd), NULL, 0);
	if (ret)
		return ret;
	h->hz = base / (1 + div);
	log_dbg(&h->ctx->log, "SWCLK %u Hz (divisor %u)", h->hz, div);
	if (real_hz)
		*real_hz = h->hz;
	return 0;
}

static int mpsse_set_nrst(struct swd_host *h, bool asserted)
{
	struct mpsse *m = to_mpsse(h);
	int ret;

	if (!h->has_nrst)
		return err_set(&h->ctx->err, -EOPNOTSUPP,
			       "wire nRST, or use an adapter that has it", "adapter %s has no nRST",
			       h->name);
	ret = mpsse_check_idle(m, "reset change");
	if (ret)
		return ret;
	adapter_pins_nrst(&m->adapter, &m->pins, asserted);
	mpsse_update_wire(m);
	log_dbg(&h->ctx->log, "nRST %s", asserted ? "asserted" : "released");
	ret = mpsse_begin(m, &m->cmd);
	if (ret)
		return ret;
	return mpsse_command(m, asserted ? "asserting nRST" : "releasing nRST", NULL, 0, NULL, 0);
}

static int mpsse_sequence(struct swd_host *h, const u8 *bits, size_t n_bits)
{
	struct mpsse *m = to_mpsse(h);
	int ret = mpsse_check_idle(m, "line sequence");

	if (!ret)
		ret = mpsse_begin(m, &m->cmd);
	if (ret)
		return ret;
	ret = mpsse_encode_sequence(&m->cmd, &m->wire, bits, n_bits);
	if (ret)
		return err_set(&h->ctx->err, ret, NULL, "a line sequence of %zu bits", n_bits);
	log_wire(&h->ctx->log, "sequence of %zu bits", n_bits);
	m->are_pins_known = false; /* SWDIO stays at the last bit */
	return mpsse_command(m, "line sequence", NULL, 0, NULL, 0);
}

/* set all pins to @pins, then, when that is done, read them back: a weak pull takes its time */
static int mpsse_look(struct mpsse *m, const struct adapter_pins *pins, u16 *levels)
{
	static const u8 get[] = { MPSSE_GET_LOW, MPSSE_GET_HIGH };
	struct mpsse_pins cmd;
	size_t n = m->chip->has_high_byte ? 2 : 1;
	u8 in[2] = { 0 };
	int ret;

	pins_diff(m, &cmd, &m->pins_there, pins);
	ret = mpsse_code_begin(&m->cmd, cmd.bytes, cmd.n);
	if (ret)
		return err_set(&m->h.ctx->err, ret, NULL, "out of memory");
	m->pins_there = *pins;
	ret = mpsse_command(m, "reading pins", NULL, 0, NULL, 0);
	if (ret)
		return ret;
	ret = mpsse_code_begin(&m->cmd, NULL, 0);
	if (!ret)
		ret = mpsse_command(m, "reading pins", get, n, in, n);
	*levels = get_le16(in);
	return ret;
}

static int mpsse_read_pins(struct swd_host *h, struct swd_pins *pins)
{
	struct mpsse *m = to_mpsse(h);
	const struct adapter *a = &m->adapter;
	struct adapter_pins low, high, floating;
	u16 at_low = 0, at_high = 0, at_float = 0;
	int ret = mpsse_check_idle(m, "reading pins");

	if (!ret)
		ret = mpsse_begin(m, &m->cmd);
	if (!ret)
		ret = mpsse_command(m, "reading pins", NULL, 0, NULL, 0);
	if (ret)
		return ret;

	low = m->pins;
	high = low;
	high.out |= a->swdio_out;
	floating = low;
	adapter_pins_drive(a, &floating, false);
	ret = mpsse_look(m, &low, &at_low);
	if (!ret)
		ret = mpsse_look(m, &high, &at_high);
	if (!ret)
		ret = mpsse_look(m, &low, &at_low);
	if (!ret)
		ret = mpsse_look(m, &floating, &at_float);
	if (!ret)
		ret = mpsse_look(m, &m->pins, &at_low);
	if (ret)
		return ret;

	pins->swdio = at_float & a->swdio_in;
	pins->swdio_driven = !(at_low & a->swdio_in) && at_high & a->swdio_in;
	pins->nrst_known = adapter_nrst_is_readable(a);
	pins->nrst = pins->nrst_known && at_float & a->nsrst_mask;
	log_dbg(&h->ctx->log, "pins: SWDIO released reads %d, driven %d/%d, nRST %s", pins->swdio,
		!!(at_low & a->swdio_in), !!(at_high & a->swdio_in),
		!pins->nrst_known ? "unknown"
		: pins->nrst	  ? "high"
				  : "low");
	return 0;
}

static int slot_reserve_in(struct mpsse_slot *s, size_t n)
{
	u8 *in;

	if (n <= s->cap_in)
		return 0;
	in = realloc(s->in, n);
	if (!in)
		return -ENOMEM;
	s->in = in;
	s->cap_in = n;
	return 0;
}

static int mpsse_submit(struct swd_host *h, struct swd_batch *b)
{
	struct mpsse *m = to_mpsse(h);
	struct ctx *ctx = h->ctx;
	struct mpsse_slot *s;
	u64 ms;
	int ret;

	b->n_answered = 0;
	if (!b->n || b->n > h->max_xfers || m->n_in_flight == h->max_in_flight)
		return err_set(&ctx->err, -EINVAL, NULL,
			       "an SWD batch of %zu accesses with %u batches in flight", b->n,
			       m->n_in_flight);
	s = &m->slots[(m->first + m->n_in_flight) % MAX_IN_FLIGHT];
	ret = mpsse_begin(m, &s->code);
	if (ret)
		return ret;
	ret = mpsse_encode(&s->code, &m->wire, b->x, b->n);
	if (!ret)
		ret = slot_reserve_in(s, s->code.n_in + MPSSE_IN_SLACK);
	if (ret) {
		m->are_pins_known = false; /* their commands were not sent */
		return err_set(&ctx->err, ret, NULL, "cannot encode %zu SWD accesses%s", b->n,
			       ret == -ENOMEM ? ": out of memory" : ": too many idle cycles");
	}

	ms = CMD_MS + s->code.cycles * 2000 / h->hz +
	     (s->code.n_out + s->code.n_in) * 2000 / USB_FLOOR_BPS;
	ms = min(ms, (u64)UINT32_MAX);
	s->usb = (struct usb_batch){
		.out = s->code.out,
		.n_out = s->code.n_out,
		.in = s->in,
		.n_in = s->code.n_in,
		.timeout_ms = (u32)ms,
		.quiet_ms = quiet_ms(m, s->code.cycles),
	};
	ret = t_submit(m, &s->usb);
	if (ret) {
		m->are_pins_known = false;
		return err_set(&ctx->err, ret, "check the USB cable and hub",
			       "the adapter takes no more data");
	}
	s->batch = b;
	s->lost = 0;
	b->priv = s;
	m->n_in_flight++;
	count_cycles(m, s->code.cycles);
	ctx->stats.swd_transfers += b->n;
	return 0;
}

/* collect the batches that were sent behind a failed one; what they say is not to be trusted */
static void mpsse_abandon(struct mpsse *m, int why)
{
	for (unsigned int i = 0; i < m->n_in_flight; i++) {
		struct mpsse_slot *s = &m->slots[(m->first + i) % MAX_IN_FLIGHT];

		if (s->lost)
			continue;
		if (t_reap(m, &s->usb) == -ENODEV)
			why = -ENODEV;
		s->lost = why;
	}
}

static int mpsse_reap_failed(struct mpsse *m, const struct mpsse_slot *s, int ret)
{
	struct ctx *ctx = m->h.ctx;
	int again;

	if (ret == -ENODEV) {
		mpsse_abandon(m, ret);
		return mpsse_gone(m);
	}
	if (ret != -ETIMEDOUT && ret != -EPROTO)
		ret = -EPROTO;
	err_set(&ctx->err, ret, "check the USB cable and hub; a slower clock rules out the wiring",
		"the adapter's reply has %zu of %zu bytes (%zu of %zu SWD accesses known)",
		s->usb.n_got, s->usb.n_in, s->batch->n_answered, s->batch->n);
	mpsse_abandon(m, ret);
	again = mpsse_resync(m);
	if (again == -ENODEV)
		return mpsse_gone(m);
	if (again)
		log_err(&ctx->log, "the adapter does not come back in step");
	return ret;
}

static int mpsse_reap(struct swd_host *h, struct swd_batch *b)
{
	struct mpsse *m = to_mpsse(h);
	struct mpsse_slot *s = &m->slots[m->first];
	int ret;

	if (!m->n_in_flight || s->batch != b)
		return err_set(&h->ctx->err, -EINVAL, NULL,
			       "an SWD batch is reaped that is not the oldest");
	m->first = (m->first + 1) % MAX_IN_FLIGHT;
	m->n_in_flight--;
	s->batch = NULL;
	b->priv = NULL;
	if (s->lost)
		return err_set(&h->ctx->err, s->lost, "check the USB cable and hub",
			       "an SWD batch was lost behind one with a short reply");

	ret = t_reap(m, &s->usb);
	b->n_answered =
		mpsse_decode(&s->code, &m->wire, s->in, min(s->usb.n_got, s->usb.n_in), b->x);
	if (h->ctx->log.fn && h->ctx->log.level >= LOG_WIRE)
		swd_trace_xfers(&m->trace, &h->ctx->log, b->x, b->n_answered);
	if (!ret && b->n_answered == b->n)
		return 0;
	s->batch = b;
	ret = mpsse_reap_failed(m, s, ret);
	s->batch = NULL;
	return ret;
}

static void mpsse_set_led(struct swd_host *h, bool on)
{
	struct mpsse *m = to_mpsse(h);

	adapter_pins_led(&m->adapter, &m->pins, on); /* goes out with the next batch or command */
	mpsse_update_wire(m);
}

static void mpsse_free(struct mpsse *m)
{
	for (unsigned int i = 0; i < MAX_IN_FLIGHT; i++) {
		mpsse_code_free(&m->slots[i].code);
		free(m->slots[i].in);
	}
	mpsse_code_free(&m->cmd);
	free(m);
}

/* errors met while leaving change nothing: the first one is the user's */
static void mpsse_close(struct swd_host *h)
{
	struct mpsse *m = to_mpsse(h);
	struct transport *t = h->t;
	struct err saved = h->ctx->err;

	mpsse_abandon(m, -EINTR);
	m->n_in_flight = 0;
	adapter_pins_nrst(&m->adapter, &m->pins, false);
	adapter_pins_led(&m->adapter, &m->pins, false);
	if (!mpsse_begin(m, &m->cmd) && !mpsse_run(m, NULL, 0, NULL, 0)) {
		m->pins = (struct adapter_pins){ 0 };
		if (!mpsse_begin(m, &m->cmd))
			mpsse_run(m, NULL, 0, NULL, 0);
	}
	t_control(m, FTDI_SET_BITMODE, BITMODE_RESET);
	h->ctx->err = saved;
	t->ops->close(t);
	mpsse_free(m);
}

static const struct swd_host_ops mpsse_ops = {
	.set_hz = mpsse_set_hz,
	.set_nrst = mpsse_set_nrst,
	.sequence = mpsse_sequence,
	.read_pins = mpsse_read_pins,
	.submit = mpsse_submit,
	.reap = mpsse_reap,
	.set_led = mpsse_set_led,
	.close = mpsse_close,
};

/* can this chip do what the adapter's data say? */
static int mpsse_check_chip(struct ctx *ctx, const struct transport *t, const struct adapter *a,
			    const struct ftdi_chip *chip)
{
	u16 high = (a->swd_en_mask | a->swdio_oe_mask | a->nsrst_mask) & 0xff00;

	if (!chip)
		return err_set(&ctx->err, -EOPNOTSUPP,
			       "use an FT2232H, FT232H, FT4232H or a newer part",
			       "the adapter's chip (bcdDevice 0x%04x) has no MPSSE that is known",
			       t->bcd_device);
	if (t->channel >= chip->n_mpsse)
		return err_set(&ctx->err, -EINVAL,
			       "choose another channel=", "channel %c of an %s has no MPSSE%s",
			       'A' + t->channel, chip->name,
			       chip->n_mpsse > 1 ? "; A and B have one" : "; A has one");
	if (high && !chip->has_high_byte)
		return err_set(&ctx->err, -EINVAL, "check adapter= against the adapter in hand",
			       "adapter %s needs pins 0x%04x, but an %s has no xCBUS pins", a->name,
			       high, chip->name);
	return 0;
}

/* bytes of a write with a delay of any length: 48 bits packed, a command, a command of idle cycles; or
 * the direction switched twice (at most 26) */
static unsigned int burst_bytes(enum adapter_wiring wiring)
{
	return wiring == ADAPTER_RESISTOR ? 6 + 3 + 3 : 26 + 6;
}

/**
 * swd_host_open() - make an SWD adapter of a transport
 * @ctx: the session; its error, log and statistics are used until close
 * @t: owned by the host when this succeeds, still the caller's when it fails
 * @a: its wiring; copied
 * @h: set on success; h->ops->close() leaves the pins as inputs and closes @t
 *
 * Brings the channel into MPSSE mode, makes sure that it is in step, and drives SWCLK and SWDIO low
 * with nRST released. The clock is 1 MHz until set_hz().
 *
 * Return: 0; -ENODEV; -EINVAL when adapter and chip do not go together; -EPROTO or -ETIMEDOUT when
 * the chip does not answer as an MPSSE does.
 */
int swd_host_open(struct ctx *ctx, struct transport *t, const struct adapter *a,
		  struct swd_host **h)
{
	const struct ftdi_chip *chip = ftdi_chip_find(t->bcd_device);
	struct mpsse *m;
	unsigned int n_flight = min((unsigned int)t->max_in_flight, (unsigned int)MAX_IN_FLIGHT);
	u32 base, hz = a->max_hz ? min(a->max_hz, (u32)START_HZ) : START_HZ;
	int ret = mpsse_check_chip(ctx, t, a, chip);

	if (ret)
		return ret;
	m = calloc(1, sizeof(*m));
	if (!m)
		return err_set(&ctx->err, -ENOMEM, NULL, "out of memory");
	base = chip->is_h ? H_BASE_HZ : CD_BASE_HZ;
	m->adapter = *a;
	m->chip = chip;
	m->divisor = (u16)min((base + hz - 1) / hz - 1, 0xffffu);
	m->h = (struct swd_host){
		.ops = &mpsse_ops,
		.ctx = ctx,
		.t = t,
		.name = m->adapter.name,
		.hz = base / (1u + m->divisor),
		.max_hz = a->max_hz,
		.has_nrst = a->nsrst != ADAPTER_NSRST_NONE,
		.max_xfers = MAX_XFERS,
		.max_in_flight = n_flight,
		.burst_xfers = chip->is_h ? chip->fifo_bytes / burst_bytes(a->wiring) : 0,
	};
	m->wire.wiring = a->wiring;
	m->wire.has_clock_bytes = chip->is_h;
	adapter_pins_init(a, &m->pins);
	mpsse_update_wire(m);

	ret = mpsse_enter(m);
	if (!ret)
		ret = mpsse_configure(m);
	if (!ret)
		ret = mpsse_begin(m, &m->cmd);
	if (!ret)
		ret = mpsse_run(m, NULL, 0, NULL, 0);
	if (ret) {
		ret = err_set(
			&ctx->err, ret,
			"unplug the adapter, plug it in again, and check that it is an FTDI part",
			"the %s does not answer as an MPSSE does", chip->name);
		err_at(&ctx->err, ret, "adapter %s", a->name);
		t_control(m, FTDI_SET_BITMODE, BITMODE_RESET);
		mpsse_free(m);
		return ret;
	}
	log_dbg(&ctx->log, "%s channel %c in MPSSE mode, adapter %s (%s)", chip->name,
		'A' + t->channel, a->name, adapter_wiring_name(a->wiring));
	*h = &m->h;
	return 0;
}
