// SPDX-License-Identifier: GPL-2.0-or-later
/* drivers/mpsse.c over a transport that a script breaks */
#include "lib/adapter.h"
#include "lib/swd.h"
#include "lib/transport.h"
#include "tests/support/mpsse-model.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FT2232CD  0x0500
#define FT2232H	  0x0700
#define FT4232H	  0x0800

#define MAX_QUEUE 8
#define MAX_CTRL  64

struct control {
	enum ftdi_request request;
	u16 value;
};

/* a transport with the model behind it */
struct fake {
	struct transport t;
	struct ctx ctx;
	struct mpsse_model m;
	struct model_access access[64];
	struct control control[MAX_CTRL];
	unsigned int n_control;
	u8 *sent; /* all bytes since the last reset of the record */
	size_t n_sent;
	struct usb_batch *queue[MAX_QUEUE];
	unsigned int first, n_queue;
	size_t read_pos; /* in m.reply */
	bool is_mpsse, is_closed;
	unsigned int n_batches;
	/* the script */
	bool is_deaf;			    /* no replies at all */
	unsigned int lose_out_at, n_lose;   /* batch (from 1) that loses its last bytes */
	unsigned int lose_in_at, n_lose_in; /* batch whose reply loses its last bytes */
	unsigned int gone_at;		    /* batch at which it is unplugged */
	unsigned int n_late;		    /* stale bytes that drain does not see */
	bool echoes_wrongly;
	char log[4096];
};

static struct fake *to_fake(struct transport *t)
{
	return container_of(t, struct fake, t);
}

static int fake_control(struct transport *t, enum ftdi_request request, u16 value)
{
	struct fake *f = to_fake(t);

	assert_true(f->n_control < MAX_CTRL);
	f->control[f->n_control++] = (struct control){ request, value };
	if (f->gone_at && f->n_batches >= f->gone_at)
		return -ENODEV;
	if (request == FTDI_SET_BITMODE) {
		f->is_mpsse = value >> 8 == 2;
		f->m.n_cmd = 0; /* an unfinished command is forgotten */
		f->m.out = f->m.dir = 0;
	}
	if (request == FTDI_RESET && value != 1)
		f->read_pos = f->m.n_reply;
	return 0;
}

static int fake_submit(struct transport *t, struct usb_batch *b)
{
	struct fake *f = to_fake(t);
	size_t n = b->n_out, before = f->m.n_reply;

	f->n_batches++;
	if (f->gone_at && f->n_batches >= f->gone_at)
		return -ENODEV;
	assert_true(f->is_mpsse);
	assert_true(f->n_queue < t->max_in_flight);
	assert_true(b->timeout_ms > 0 && b->timeout_ms < 60000);
	f->sent = realloc(f->sent, f->n_sent + n + 1);
	assert_non_null(f->sent);
	memcpy(f->sent + f->n_sent, b->out, n);
	f->n_sent += n;
	f->queue[(f->first + f->n_queue++) % MAX_QUEUE] = b;

	if (f->n_batches == f->lose_out_at)
		n -= f->n_lose;
	model_feed(&f->m, b->out, n);
	if (f->is_deaf)
		f->m.n_reply = before;
	if (f->echoes_wrongly && f->m.n_reply > before)
		f->m.reply[f->m.n_reply - 1] ^= 0x40;
	if (f->n_batches == f->lose_in_at)
		f->m.n_reply -= f->n_lose_in;
	return 0;
}

static int fake_reap(struct transport *t, struct usb_batch *b)
{
	struct fake *f = to_fake(t);

	if (f->gone_at && f->n_batches >= f->gone_at)
		return -ENODEV;
	assert_true(f->n_queue > 0);
	assert_ptr_equal(f->queue[f->first], b);
	f->first = (f->first + 1) % MAX_QUEUE;
	f->n_queue--;
	b->n_got = min(b->n_in, f->m.n_reply - f->read_pos);
	if (b->n_got)
		memcpy(b->in, f->m.reply + f->read_pos, b->n_got);
	f->read_pos += b->n_got;
	return b->n_got == b->n_in ? 0 : -ETIMEDOUT;
}

static int fake_drain(struct transport *t)
{
	struct fake *f = to_fake(t);

	assert_int_equal(f->n_queue, 0);
	f->read_pos = f->m.n_reply;
	if (f->n_late) { /* they come when drain has given up */
		f->n_late--;
		f->read_pos--;
	}
	return 0;
}

static void fake_close(struct transport *t)
{
	to_fake(t)->is_closed = true;
}

static const struct transport_ops fake_ops = {
	.control = fake_control,
	.submit = fake_submit,
	.reap = fake_reap,
	.drain = fake_drain,
	.close = fake_close,
};

static void fake_log(void *arg, enum log_level level, const char *line)
{
	struct fake *f = arg;
	size_t n = strlen(f->log);

	(void)level;
	snprintf(f->log + n, sizeof(f->log) - n, "%s\n", line);
}

static int setup(void **state)
{
	struct fake *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	model_init(&f->m, MODEL_RESISTOR, f->access, ARRAY_SIZE(f->access));
	for (size_t i = 0; i < ARRAY_SIZE(f->access); i++)
		f->access[i] = (struct model_access){ .ack = 1, .rdata = 0x1000 + (u32)i };
	f->ctx.clk = sysclock_host();
	f->ctx.log = (struct log){ fake_log, f, LOG_WIRE };
	f->t = (struct transport){
		.ops = &fake_ops,
		.clk = f->ctx.clk,
		.err = &f->ctx.err,
		.bcd_device = FT2232H,
		.max_in_flight = 3,
	};
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fake *f = *state;

	model_free(&f->m);
	free(f->sent);
	free(f);
	return 0;
}

static struct swd_host *open_host(struct fake *f, const char *adapter)
{
	struct swd_host *h = NULL;
	struct adapter a;

	assert_int_equal(adapter_load(&a, adapter, &f->ctx.err), 0);
	if (swd_host_open(&f->ctx, &f->t, &a, &h))
		fail_msg("%s: %s", adapter, f->ctx.err.what);
	assert_int_equal(f->ctx.err.code, 0);
	return h;
}

static int run(struct swd_host *h, struct swd_xfer *x, size_t n)
{
	struct swd_batch b = { .x = x, .n = n };
	int ret = h->ops->submit(h, &b);

	return ret ? ret : h->ops->reap(h, &b);
}

static bool was_sent(const struct fake *f, const void *bytes, size_t n)
{
	return f->n_sent && memmem(f->sent, f->n_sent, bytes, n);
}

/* ---- opening ---- */

static void test_open_follows_ftdis_sequence(void **state)
{
	static const struct control want[] = {
		{ FTDI_RESET, 0 },	    { FTDI_SET_LATENCY, 1 },   { FTDI_SET_EVENT_CHAR, 0 },
		{ FTDI_SET_ERROR_CHAR, 0 }, { FTDI_SET_FLOW_CTRL, 0 }, { FTDI_SET_BITMODE, 0x0000 },
		{ FTDI_RESET, 1 },	    { FTDI_RESET, 2 },	       { FTDI_SET_BITMODE, 0x0200 },
		{ FTDI_SET_LATENCY, 16 },
	};
	static const u8 bytes[] = {
		0xaa, 0x87, 0xab, 0x87,				/* echoes */
		0x85, 0x8a, 0x97, 0x8d, 0x86, 29,   0,		/* 60 MHz / 2 / 30 */
		0x80, 0x00, 0x03, 0x82, 0x00, 0x00, 0x81, 0x87, /* pins */
	};
	struct fake *f = *state;
	struct swd_host *h = open_host(f, "generic");

	assert_int_equal(f->n_control, ARRAY_SIZE(want));
	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		assert_int_equal(f->control[i].request, want[i].request);
		assert_int_equal(f->control[i].value, want[i].value);
	}
	assert_int_equal(f->n_sent, sizeof(bytes));
	assert_memory_equal(f->sent, bytes, sizeof(bytes));
	assert_true(f->m.clocks == 0);
	assert_int_equal(h->hz, 1000000);
	assert_true(h->has_nrst);
	assert_int_equal(h->max_in_flight, 3);
	h->ops->close(h);
}

static void test_stale_bytes_delay_the_echo_but_do_not_pass_for_it(void **state)
{
	struct fake *f = *state;
	struct swd_host *h;

	f->n_late = 1;
	model_feed(&f->m, (const u8[]){ 0xab }, 1); /* FA AB: an old echo; its last byte is late */
	h = open_host(f, "generic");
	assert_true(f->n_sent > 19); /* it took a second attempt */
	h->ops->close(h);
}

static void test_a_chip_that_does_not_echo_is_no_mpsse(void **state)
{
	struct fake *f = *state;
	struct swd_host *h = NULL;
	struct adapter a;

	assert_int_equal(adapter_load(&a, "generic", &f->ctx.err), 0);
	f->is_deaf = true;
	assert_int_equal(swd_host_open(&f->ctx, &f->t, &a, &h), -ETIMEDOUT);
	assert_null(h);
	assert_non_null(strstr(f->ctx.err.what, "does not answer as an MPSSE"));
	assert_false(f->is_closed); /* the transport stays the caller's */
	err_clear(&f->ctx.err);
	f->is_deaf = false;
	f->echoes_wrongly = true;
	assert_int_equal(swd_host_open(&f->ctx, &f->t, &a, &h), -EPROTO);
	assert_int_equal(f->control[f->n_control - 1].request, FTDI_SET_BITMODE);
	assert_int_equal(f->control[f->n_control - 1].value, 0);
}

static void test_a_channel_that_was_not_set_up_has_its_latency_back(void **state)
{
	struct fake *f = *state;
	struct swd_host *h = NULL;
	struct adapter a;
	u16 latency = 0;

	assert_int_equal(adapter_load(&a, "generic", &f->ctx.err), 0);
	f->echoes_wrongly = true;
	assert_int_equal(swd_host_open(&f->ctx, &f->t, &a, &h), -EPROTO);
	for (size_t i = 0; i < f->n_control; i++)
		if (f->control[i].request == FTDI_SET_LATENCY)
			latency = f->control[i].value;
	assert_int_equal(latency, 16);
}

static void test_chips_get_only_commands_that_they_have(void **state)
{
	struct fake *f = *state;
	struct swd_host *h;

	f->t.bcd_device = FT2232CD;
	f->m.is_fs = true;
	h = open_host(f, "generic");
	assert_false(was_sent(f, (const u8[]){ 0x85, 0x8a }, 2));
	assert_int_equal(f->m.divisor, 5); /* 12 MHz / 2 / 6 */
	h->ops->close(h);

	f->m.is_fs = false;
	f->t.bcd_device = FT4232H;
	f->n_sent = 0;
	h = open_host(f, "generic");
	assert_false(was_sent(f, (const u8[]){ 0x82 }, 1));
	assert_int_equal(h->ops->set_nrst(h, true), 0);
	h->ops->close(h);
	assert_false(was_sent(f, (const u8[]){ 0x82 }, 1));
}

static void test_an_adapter_with_high_pins_does_not_go_with_a_four_channel_chip(void **state)
{
	struct fake *f = *state;
	struct swd_host *h = NULL;
	struct adapter a;

	assert_int_equal(adapter_load(&a, "kt-link", &f->ctx.err), 0);
	f->t.bcd_device = FT4232H;
	assert_int_equal(swd_host_open(&f->ctx, &f->t, &a, &h), -EINVAL);
	assert_non_null(strstr(f->ctx.err.what, "xCBUS"));
	err_clear(&f->ctx.err);
	f->t.bcd_device = 0x1000; /* FT-X: a UART */
	assert_int_equal(swd_host_open(&f->ctx, &f->t, &a, &h), -EOPNOTSUPP);
	err_clear(&f->ctx.err);
	f->t.bcd_device = FT2232CD;
	f->t.channel = 1;
	assert_int_equal(swd_host_open(&f->ctx, &f->t, &a, &h), -EINVAL);
	assert_non_null(strstr(f->ctx.err.what, "channel B"));
}

/* ---- clock, pins ---- */

static void test_the_clock_is_rounded_down_and_the_real_rate_told(void **state)
{
	static const struct {
		u32 ask, get;
		u16 divisor;
	} cases[] = {
		{ 30000000, 30000000, 0 }, { 100000000, 30000000, 0 }, { 29999999, 15000000, 1 },
		{ 15000000, 15000000, 1 }, { 12000000, 10000000, 2 },  { 10000000, 10000000, 2 },
		{ 7500000, 7500000, 3 },   { 7000000, 6000000, 4 },    { 4000000, 3750000, 7 },
		{ 1000000, 1000000, 29 },  { 100000, 100000, 299 },    { 458, 457, 65502 },
	};
	struct fake *f = *state;
	struct swd_host *h = open_host(f, "generic");
	u32 real = 0;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(h->ops->set_hz(h, cases[i].ask, &real), 0);
		assert_int_equal(real, cases[i].get);
		assert_int_equal(h->hz, cases[i].get);
		assert_int_equal(f->m.divisor, cases[i].divisor);
	}
	assert_int_equal(h->ops->set_hz(h, 457, &real), -EINVAL);
	err_clear(&f->ctx.err);
	assert_int_equal(h->ops->set_hz(h, 0, &real), -EINVAL);
	err_clear(&f->ctx.err);
	h->max_hz = 8000000;
	assert_int_equal(h->ops->set_hz(h, 30000000, &real), 0);
	assert_int_equal(real, 7500000);
	h->ops->close(h);
}

static void test_nrst_is_driven_as_each_style_asks(void **state)
{
	static const struct {
		const char *adapter;
		u16 mask, assert_out, assert_dir, release_out, release_dir;
	} cases[] = {
		{ "generic", 0x0010, 0x0000, 0x0010, 0x0000, 0x0000 }, /* open drain by direction */
		{ "tigard-swd", 0x0020, 0x0000, 0x0020, 0x0020, 0x0020 }, /* push-pull */
		{ "kt-link", 0x0a00, 0x0000, 0x0a00, 0x0800, 0x0a00 },	  /* data low, enable low */
		{ "luminary", 0x0020, 0x0000, 0x0020, 0x0020, 0x0020 },	  /* driver, active low */
		{ "steppenprobe", 0x0080, 0x0080, 0x0080, 0x0000, 0x0080 }, /* active high */
	};
	struct fake *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct swd_host *h = open_host(f, cases[i].adapter);
		u16 mask = cases[i].mask;

		for (int round = 0; round < 2; round++) {
			assert_int_equal(f->m.dir & mask, cases[i].release_dir);
			assert_int_equal(f->m.out & f->m.dir & mask, cases[i].release_out);
			assert_int_equal(h->ops->set_nrst(h, true), 0);
			assert_int_equal(f->m.dir & mask, cases[i].assert_dir);
			assert_int_equal(f->m.out & mask, cases[i].assert_out);
			assert_int_equal(h->ops->set_nrst(h, false), 0);
		}
		h->ops->close(h);
	}
	assert_true(f->m.clocks == 0);
}

static void test_without_nrst_a_reset_is_refused(void **state)
{
	struct fake *f = *state;
	struct swd_host *h = open_host(f, "digilent-hs2");

	assert_false(h->has_nrst);
	assert_int_equal(h->ops->set_nrst(h, true), -EOPNOTSUPP);
	assert_non_null(strstr(f->ctx.err.what, "digilent-hs2"));
	h->ops->close(h);
}

static void test_pins_tell_a_pull_up_a_dead_wire_and_a_held_reset(void **state)
{
	struct fake *f = *state;
	struct swd_host *h = open_host(f, "generic");
	struct swd_pins pins;

	f->m.nsrst_mask = 0x0010;
	assert_int_equal(h->ops->read_pins(h, &pins), 0);
	assert_true(pins.swdio);
	assert_true(pins.swdio_driven);
	assert_true(pins.nrst_known && pins.nrst);

	assert_int_equal(h->ops->set_nrst(h, true), 0);
	f->m.has_no_pull = true;
	assert_int_equal(h->ops->read_pins(h, &pins), 0);
	assert_false(pins.swdio);
	assert_true(pins.swdio_driven);
	assert_true(pins.nrst_known && !pins.nrst);

	f->m.is_stuck_low = true;
	assert_int_equal(h->ops->read_pins(h, &pins), 0);
	assert_false(pins.swdio);
	assert_false(pins.swdio_driven);
	assert_true(f->m.clocks == 0);
	/* driven low again afterwards */
	assert_int_equal(f->m.dir & 2, 2);
	assert_int_equal(f->m.out & 2, 0);
	h->ops->close(h);
}

static void test_pins_are_read_right_after_a_sequence_of_ones(void **state)
{
	struct fake *f = *state;
	struct swd_host *h = open_host(f, "generic");
	struct swd_pins pins;

	f->m.i_access = 0;
	f->access[0].ack = 7; /* the ones are no request to anybody */
	assert_int_equal(h->ops->sequence(h, (const u8[]){ 0xff }, 8), 0);
	assert_int_equal(f->m.out & 2, 2);
	assert_int_equal(h->ops->read_pins(h, &pins), 0);
	assert_true(pins.swdio_driven);
	/* whatever comes next brings SWDIO to rest */
	assert_int_equal(h->ops->sequence(h, (const u8[]){ 0xff }, 1), 0);
	assert_int_equal(f->m.out & 2, 2);
	assert_int_equal(h->ops->set_hz(h, 1000000, NULL), 0);
	assert_int_equal(f->m.out & 2, 0);
	h->ops->close(h);
}

static void test_the_led_changes_with_the_next_batch(void **state)
{
	struct fake *f = *state;
	struct swd_host *h = open_host(f, "kt-link");
	struct swd_xfer x = { .req = 0xa5 };

	f->m.wiring = MODEL_BUFFER;
	f->m.oe_mask = 0x1000;
	f->m.oe_drive = 0;
	assert_int_equal(f->m.out & 0x8000, 0);
	h->ops->set_led(h, true);
	assert_int_equal(run(h, &x, 1), 0);
	assert_int_equal(x.ack, SWD_ACK_OK);
	assert_int_equal(f->m.out & 0x8000, 0x8000);
	assert_null(f->m.fault);
	h->ops->set_led(h, false);
	assert_int_equal(run(h, &x, 1), 0);
	assert_int_equal(f->m.out & 0x8000, 0);
	h->ops->close(h);
}

static void test_close_leaves_inputs_and_no_mpsse(void **state)
{
	struct fake *f = *state;
	struct swd_host *h = open_host(f, "tigard-swd");
	static const u8 last[] = { 0x80, 0, 0, 0x81, 0x87 };

	assert_int_equal(h->ops->set_nrst(h, true), 0);
	f->n_sent = 0;
	h->ops->close(h);
	/* nRST goes up before the pins are let go */
	assert_true(was_sent(f, (const u8[]){ 0x80, 0x38, 0x3b }, 3));
	assert_memory_equal(f->sent + f->n_sent - sizeof(last), last, sizeof(last));
	assert_int_equal(f->control[f->n_control - 1].request, FTDI_SET_BITMODE);
	assert_int_equal(f->control[f->n_control - 1].value, 0);
	assert_true(f->is_closed);
}

/* ---- batches ---- */

static void test_batches_in_flight_come_back_in_order(void **state)
{
	struct fake *f = *state;
	struct swd_host *h = open_host(f, "generic");
	struct swd_xfer x[3][4];
	struct swd_batch b[3];
	u64 cycles;

	memset(x, 0, sizeof(x));
	cycles = f->ctx.stats.swclk_cycles;
	for (int i = 0; i < 3; i++) {
		for (int k = 0; k < 4; k++)
			x[i][k].req = 0x9f;
		b[i] = (struct swd_batch){ .x = x[i], .n = 4 };
		assert_int_equal(h->ops->submit(h, &b[i]), 0);
	}
	assert_int_equal(h->ops->reap(h, &b[1]), -EINVAL); /* not the oldest */
	err_clear(&f->ctx.err);
	assert_int_equal(h->ops->set_hz(h, 1000000, NULL), -EINVAL);
	err_clear(&f->ctx.err);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(h->ops->reap(h, &b[i]), 0);
		assert_int_equal(b[i].n_answered, 4);
		for (int k = 0; k < 4; k++) {
			assert_int_equal(x[i][k].ack, SWD_ACK_OK);
			assert_int_equal(x[i][k].data, 0x1000 + i * 4 + k);
		}
	}
	assert_true(f->ctx.stats.swd_transfers == 12);
	assert_true(f->ctx.stats.swclk_cycles - cycles == f->m.clocks);
	assert_true(f->ctx.stats.usb_transfers == f->n_batches);
	assert_true(f->ctx.stats.usb_bytes_out == f->n_sent);
	assert_true(f->ctx.stats.usb_bytes_in == f->m.n_reply);
	h->ops->close(h);
}

static void test_impossible_batches_are_refused(void **state)
{
	struct fake *f = *state;
	struct swd_host *h = open_host(f, "generic");
	struct swd_xfer x = { .req = 0xa5 };
	struct swd_batch none = { .x = &x, .n = 0 }, many = { .x = &x, .n = h->max_xfers + 1u };

	assert_int_equal(h->ops->submit(h, &none), -EINVAL);
	err_clear(&f->ctx.err);
	assert_int_equal(h->ops->submit(h, &many), -EINVAL);
	err_clear(&f->ctx.err);
	assert_int_equal(h->ops->reap(h, &none), -EINVAL);
	h->ops->close(h);
}

static void test_a_short_reply_tells_what_is_known_and_the_next_batch_works(void **state)
{
	struct fake *f = *state;

	for (unsigned int lost = 1; lost <= 24; lost++) {
		struct swd_xfer x[4], y = { .req = 0x9f };
		struct swd_batch b = { .x = x, .n = 4 };
		struct swd_host *h;

		f->m.i_access = 0;
		h = open_host(f, "generic");
		memset(x, 0, sizeof(x));
		for (int k = 0; k < 4; k++)
			x[k].req = 0x9f;
		f->lose_in_at = f->n_batches + 1;
		f->n_lose_in = lost; /* of 24: 4 x 46 bits and 8 idle */
		assert_int_equal(h->ops->submit(h, &b), 0);
		assert_int_equal(h->ops->reap(h, &b), -ETIMEDOUT);
		assert_int_equal(f->ctx.err.code, -ETIMEDOUT);
		assert_int_equal(b.n_answered, (24 - lost) * 8 / 46);
		for (size_t k = 0; k < b.n_answered; k++)
			assert_int_equal(x[k].data, 0x1000 + k);
		err_clear(&f->ctx.err);
		assert_int_equal(run(h, &y, 1), 0);
		assert_int_equal(y.data, 0x1004);
		h->ops->close(h);
		f->n_control = 0;
		f->n_sent = 0;
	}
}

static void test_a_swallowed_resync_ends_in_a_channel_reset(void **state)
{
	struct fake *f = *state;
	struct swd_host *h = open_host(f, "kt-link");
	struct swd_xfer x = { .req = 0x9f }, y = { .req = 0x9f };
	u16 out, dir;

	f->m.wiring = MODEL_BUFFER;
	f->m.oe_mask = 0x1000;
	assert_int_equal(h->ops->set_nrst(h, true), 0);
	assert_int_equal(h->ops->set_hz(h, 10000000, NULL), 0);
	out = f->m.out;
	dir = f->m.dir;
	h->max_in_flight = 3;
	f->n_control = 0;
	f->lose_out_at = f->n_batches + 1;
	f->n_lose = 10;
	assert_int_equal(run(h, &x, 1), -ETIMEDOUT);
	err_clear(&f->ctx.err);
	f->m.k = -1; /* whatever the target saw of this: a line reset ends it */
	f->m.i_access = 0;
	f->m.is_driving = false;
	assert_int_equal(f->m.divisor, 2);
	assert_int_equal(f->m.out, out);
	assert_int_equal(f->m.dir, dir);
	assert_int_equal(run(h, &y, 1), 0);
	assert_int_equal(y.ack, SWD_ACK_OK);
	h->ops->close(h);
}

static void test_a_shift_command_that_waits_for_bytes_is_broken_by_a_channel_reset(void **state)
{
	struct fake *f = *state;
	struct swd_host *h = open_host(f, "generic");
	struct swd_xfer x[40], y = { .req = 0x9f };
	struct swd_batch b = { .x = x, .n = 40 };

	memset(x, 0, sizeof(x));
	for (int i = 0; i < 40; i++)
		x[i] = (struct swd_xfer){ .req = 0x9f };
	f->n_control = 0;
	f->lose_out_at = f->n_batches + 1;
	f->n_lose = 200; /* 0x39 still wants 200 bytes: more than the echoes have */
	assert_int_equal(h->ops->submit(h, &b), 0);
	assert_int_equal(h->ops->reap(h, &b), -ETIMEDOUT);
	assert_int_equal(b.n_answered, 0);
	assert_int_equal(f->n_control, 10); /* the whole set-up again */
	err_clear(&f->ctx.err);
	assert_int_equal(run(h, &y, 1), 0);
	assert_int_equal(y.ack, SWD_ACK_OK);
	h->ops->close(h);
}

static void test_batches_behind_a_failed_one_are_lost_too(void **state)
{
	struct fake *f = *state;
	struct swd_host *h = open_host(f, "generic");
	struct swd_xfer x[3] = { { .req = 0x9f }, { .req = 0x9f }, { .req = 0x9f } };
	struct swd_batch b[3];

	f->lose_in_at = f->n_batches + 1;
	f->n_lose_in = 3;
	for (int i = 0; i < 3; i++) {
		b[i] = (struct swd_batch){ .x = &x[i], .n = 1 };
		assert_int_equal(h->ops->submit(h, &b[i]), 0);
	}
	/* the reply of the first is filled up with bytes of the second: only the count is wrong */
	assert_int_equal(h->ops->reap(h, &b[0]), 0);
	assert_int_equal(h->ops->reap(h, &b[1]), 0);
	assert_int_equal(h->ops->reap(h, &b[2]), -ETIMEDOUT);
	assert_int_equal(b[2].n_answered, 0);
	err_clear(&f->ctx.err);

	f->is_deaf = true;
	for (int i = 0; i < 3; i++)
		assert_int_equal(h->ops->submit(h, &b[i]), 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(h->ops->reap(h, &b[i]), -ETIMEDOUT);
		assert_int_equal(b[i].n_answered, 0);
		err_clear(&f->ctx.err);
	}
	f->is_deaf = false;
	h->ops->close(h);
}

static void test_an_unplugged_adapter_is_gone_for_every_batch(void **state)
{
	struct fake *f = *state;
	struct swd_host *h = open_host(f, "generic");
	struct swd_xfer x[2] = { { .req = 0x9f }, { .req = 0x9f } };
	struct swd_batch b[2] = { { .x = &x[0], .n = 1 }, { .x = &x[1], .n = 1 } };

	assert_int_equal(h->ops->submit(h, &b[0]), 0);
	assert_int_equal(h->ops->submit(h, &b[1]), 0);
	f->gone_at = f->n_batches;
	assert_int_equal(h->ops->reap(h, &b[0]), -ENODEV);
	assert_int_equal(f->ctx.err.code, -ENODEV);
	assert_int_equal(h->ops->reap(h, &b[1]), -ENODEV);
	err_clear(&f->ctx.err);
	assert_int_equal(h->ops->submit(h, &b[0]), -ENODEV);
	err_clear(&f->ctx.err);
	assert_int_equal(h->ops->set_nrst(h, true), -ENODEV);
	assert_non_null(strstr(f->ctx.err.what, "gone"));
	h->ops->close(h);
	assert_true(f->is_closed);
	assert_int_equal(f->ctx.err.code, -ENODEV); /* closing changes no error */
}

static void test_every_access_is_logged_in_words(void **state)
{
	struct fake *f = *state;
	struct swd_host *h = open_host(f, "generic");
	struct swd_xfer x[] = {
		{ .req = 0xa5 },
		{ .req = 0x81, .data = 0x1e },
		{ .req = 0xb1, .data = 0x010000f0 },
		{ .req = 0x9f },
		{ .req = 0xb1, .data = 0 },
		{ .req = 0x8b, .data = 0x20000000, .idle = 100 },
		{ .req = 0xbb, .data = 0x12345678 },
		{ .req = 0x8d },
	};

	f->access[0].rdata = 0x2ba01477;
	f->access[6].ack = 2;
	f->access[7].ack = 7;
	assert_int_equal(run(h, x, ARRAY_SIZE(x)), 0);
	assert_non_null(strstr(f->log, "DP r DPIDR 2ba01477 OK\nDP w ABORT 0000001e OK\n"
				       "DP w SELECT 010000f0 OK\nAP r IDR 00001003 OK\n"));
	assert_non_null(strstr(f->log, "AP w TAR 20000000 OK, 100 idle\nAP w DRW 12345678 WAIT\n"
				       "DP r CTRL/STAT ffffffff no answer\n"));
	h->ops->close(h);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_open_follows_ftdis_sequence),
		T(test_stale_bytes_delay_the_echo_but_do_not_pass_for_it),
		T(test_a_chip_that_does_not_echo_is_no_mpsse),
		T(test_a_channel_that_was_not_set_up_has_its_latency_back),
		T(test_chips_get_only_commands_that_they_have),
		T(test_an_adapter_with_high_pins_does_not_go_with_a_four_channel_chip),
		T(test_the_clock_is_rounded_down_and_the_real_rate_told),
		T(test_nrst_is_driven_as_each_style_asks),
		T(test_without_nrst_a_reset_is_refused),
		T(test_pins_tell_a_pull_up_a_dead_wire_and_a_held_reset),
		T(test_pins_are_read_right_after_a_sequence_of_ones),
		T(test_the_led_changes_with_the_next_batch),
		T(test_close_leaves_inputs_and_no_mpsse),
		T(test_batches_in_flight_come_back_in_order),
		T(test_impossible_batches_are_refused),
		T(test_a_short_reply_tells_what_is_known_and_the_next_batch_works),
		T(test_a_swallowed_resync_ends_in_a_channel_reset),
		T(test_a_shift_command_that_waits_for_bytes_is_broken_by_a_channel_reset),
		T(test_batches_behind_a_failed_one_are_lost_too),
		T(test_an_unplugged_adapter_is_gone_for_every_batch),
		T(test_every_access_is_logged_in_words),
	};

	return cmocka_run_group_tests_name("mpsse", tests, NULL, NULL);
}
