// SPDX-License-Identifier: GPL-2.0-or-later
/* drivers/ftdi-usb.c and ftdi-bulk.c: real libusb and libftdi1, mocked devices */
#include "drivers/ftdi-bulk.h"
#include "lib/adapter.h"
#include "lib/programmer.h"
#include "lib/swd.h"
#include "tests/usb/mock-ftdi.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define NOBODY	 65534
#define N_ROUNDS 50u

extern const struct programmer ftdi_programmer;

static const struct mock_spec ft2232h = {
	0x0403,
	0x6010,
	0x0700,
	.port = 1,
	.n_channels = 2,
	.packet = 512,
	.fifo = 4096,
	.product = "Dual RS232-HS",
	.serial = "FT0001",
};

struct fixture {
	struct mock_bench *bench;
	struct ctx ctx;
	char log[4096];
};

static void keep_log(void *arg, enum log_level level, const char *line)
{
	struct fixture *f = arg;
	size_t n = strlen(f->log);

	(void)level;
	snprintf(f->log + n, sizeof(f->log) - n, "%s\n", line);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	f->bench = mock_bench_new();
	f->ctx.clk = sysclock_host();
	f->ctx.log = (struct log){ keep_log, f, LOG_DBG };
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	mock_bench_free(f->bench);
	free(f);
	return 0;
}

static struct mock_dev *plug(struct fixture *f, u8 port, const char *serial, const char *product)
{
	struct mock_spec spec = ft2232h;

	spec.port = port;
	spec.serial = serial;
	spec.product = product;
	return mock_plug(f->bench, &spec);
}

/* asserts nothing: it also runs as somebody else */
static int try_open(struct fixture *f, const char *text, struct transport **t)
{
	struct params *p;
	int ret;

	err_clear(&f->ctx.err);
	ret = params_parse(&p, text, &f->ctx.err);
	if (ret)
		return ret;
	ret = ftdi_programmer.open(p, &f->ctx.log, &f->ctx.err, t);
	if (!ret)
		ret = params_check_unused(p, "ftdi", &f->ctx.err);
	params_free(p);
	return ret;
}

static struct transport *open_ok(struct fixture *f, const char *text)
{
	struct transport *t = NULL;

	if (try_open(f, text, &t))
		fail_msg("'%s': %s; %s", text, f->ctx.err.what, f->ctx.err.next);
	assert_non_null(t);
	return t;
}

static int try_list(struct fixture *f, const char *text)
{
	struct params *p;
	int ret;

	f->log[0] = '\0';
	ret = params_parse(&p, text, &f->ctx.err);
	if (ret)
		return ret;
	ret = ftdi_programmer.list(p, &f->ctx.log, &f->ctx.err);
	params_free(p);
	return ret;
}

/* ---- which device ---- */

static void test_the_list_names_path_id_chip_product_and_serial(void **state)
{
	struct fixture *f = *state;
	struct mock_spec quad = ft2232h, uart = ft2232h;

	assert_int_equal(try_list(f, ""), 0);
	assert_string_equal(f->log, "no FTDI device is connected\n");
	plug(f, 1, "FT0001", "Tigard V1.1");
	quad.port = 2;
	quad.pid = 0x6043;
	quad.bcd_device = 0x3100;
	quad.n_channels = 4;
	quad.serial = NULL;
	quad.product = "Quad RS232-HS";
	mock_plug(f->bench, &quad);
	plug(f, 4, "FT4", "Dual RS232-HS");
	uart.port = 3;
	uart.vid = 0x1a86; /* not FTDI's, of no interest */
	mock_plug(f->bench, &uart);
	assert_int_equal(try_list(f, ""), 0);
	assert_non_null(strstr(f->log, "1-1 0403:6010 FT2232H 'Tigard V1.1' serial FT0001; "
				       "adapter=tigard-swd\n"));
	assert_non_null(strstr(f->log, "1-2 0403:6043 FT4232HP 'Quad RS232-HS' without serial\n"));
	assert_non_null(strstr(f->log, "1-4 0403:6010 FT2232H 'Dual RS232-HS' serial FT4; "
				       "a plain module, or adapter="));
	assert_null(strstr(f->log, "1-3"));
}

static void test_one_module_needs_no_name(void **state)
{
	struct fixture *f = *state;
	struct transport *t;

	plug(f, 1, "FT0001", "Dual RS232-HS");
	t = open_ok(f, "");
	assert_string_equal(t->serial, "FT0001");
	assert_string_equal(t->product, "Dual RS232-HS");
	assert_string_equal(t->location, "1-1");
	assert_int_equal(t->vid, 0x0403);
	assert_int_equal(t->pid, 0x6010);
	assert_int_equal(t->bcd_device, 0x0700);
	assert_int_equal(t->channel, 0);
	assert_true(t->max_in_flight >= 2);
	assert_false(t->is_virtual);
	t->ops->close(t);
}

static void test_serial_path_description_and_id_select(void **state)
{
	static const struct {
		const char *text, *serial;
	} cases[] = {
		{ "serial=A1", "A1" },
		{ "serial=B2", "B2" },
		{ "usb=1-2", "B2" },
		{ "usb=1-3", "" },
		{ "desc=Other", "C3" },
		{ "description=Other", "C3" },
		{ "id=0403:bbe2", "K4" },
		{ "pid=bbe2", "K4" },
		{ "vid=0x403,pid=0xbbe2", "K4" },
		{ "adapter=kt-link", "K4" },
		{ "serial=B2,usb=1-2,id=0403:6010", "B2" },
	};
	struct fixture *f = *state;
	struct mock_spec kt = ft2232h;

	plug(f, 1, "A1", "Dual RS232-HS");
	plug(f, 2, "B2", "Dual RS232-HS");
	plug(f, 3, NULL, "Dual RS232-HS");
	plug(f, 4, "C3", "Other");
	kt.port = 5;
	kt.pid = 0xbbe2;
	kt.product = "KT-LINK";
	kt.serial = "K4";
	mock_plug(f->bench, &kt);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct transport *t = open_ok(f, cases[i].text);

		assert_string_equal(t->serial, cases[i].serial);
		t->ops->close(t);
	}
}

static void test_a_product_string_decides_between_several_with_one_id(void **state)
{
	struct fixture *f = *state;
	struct transport *t;

	plug(f, 1, "A1", "Dual RS232-HS");
	plug(f, 2, "T2", "Tigard V1.1");
	t = open_ok(f, "adapter=tigard-swd");
	assert_string_equal(t->serial, "T2");
	assert_int_equal(t->channel, 1); /* where a Tigard has SWD */
	t->ops->close(t);
	/* one alone is taken whatever it says: the string is a hint, with a warning */
	t = open_ok(f, "adapter=tigard-swd,usb=1-1");
	assert_string_equal(t->serial, "A1");
	assert_non_null(strstr(f->log, "not what adapter tigard-swd usually says"));
	t->ops->close(t);
}

static void test_two_that_match_are_listed(void **state)
{
	struct fixture *f = *state;
	struct transport *t = NULL;

	plug(f, 1, "A1", "Dual RS232-HS");
	plug(f, 2, NULL, "Dual RS232-HS");
	assert_int_equal(try_open(f, "", &t), -ENODEV); /* exit status 3, swdrom(1) */
	assert_null(t);
	assert_non_null(strstr(f->ctx.err.what, "1-1 0403:6010 FT2232H 'Dual RS232-HS' serial A1"));
	assert_non_null(strstr(f->ctx.err.what, "1-2 0403:6010"));
	assert_non_null(strstr(f->ctx.err.next, "serial="));
}

static int note_choice(void *arg, const struct programmer_choice *c)
{
	struct fixture *f = arg;
	size_t n = strlen(f->log);

	snprintf(f->log + n, sizeof(f->log) - n, "%s|%s|%s=%s,%s=%s\n", c->label, c->owns[0],
		 c->set[0].key, c->set[0].value, c->set[1].key, c->set[1].value);
	return 0;
}

static int try_resolve(struct fixture *f, const char *text, bool all)
{
	struct params *p;
	int ret;

	f->log[0] = '\0';
	err_clear(&f->ctx.err);
	ret = params_parse(&p, text, &f->ctx.err);
	if (ret)
		return ret;
	ret = ftdi_programmer.resolve(p, all, 0, &f->ctx.err, note_choice, f);
	params_free(p);
	return ret;
}

static void test_all_names_every_adapter_or_every_channel(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(try_resolve(f, "", true), -ENODEV);
	plug(f, 1, "A1", "Dual RS232-HS");
	plug(f, 2, NULL, "Dual RS232-HS");
	assert_int_equal(try_resolve(f, "", true), 0);
	assert_string_equal(f->log, "A1|adapter: 1-1, channel A|usb=1-1,channel=A\n"
				    "1-2|adapter: 1-2, channel A|usb=1-2,channel=A\n");
	assert_int_equal(try_resolve(f, "serial=A1,channel=all", true), 0);
	assert_string_equal(f->log, "A1|adapter: 1-1, channel A|usb=1-1,channel=A\n"
				    "A1-B|adapter: 1-1, channel B|usb=1-1,channel=B\n");
	assert_int_equal(try_resolve(f, "usb=1-2,channel=B", false), 0);
	assert_string_equal(f->log, "1-2-B|adapter: 1-2, channel B|usb=1-2,channel=B\n");
	assert_int_equal(try_resolve(f, "", false), -ENODEV); /* which one? */
	assert_int_equal(try_resolve(f, "serial=X", true), -ENODEV);
}

static void test_all_channels_are_not_one_adapter(void **state)
{
	struct fixture *f = *state;
	struct transport *t = NULL;

	plug(f, 1, "A1", "Dual RS232-HS");
	assert_int_equal(try_open(f, "channel=all", &t), -EINVAL);
	assert_null(t);
}

static void test_both_channels_of_one_chip_are_open_at_once(void **state)
{
	struct fixture *f = *state;
	struct transport *a, *b;

	plug(f, 1, "A1", "Dual RS232-HS");
	a = open_ok(f, "usb=1-1,channel=A");
	b = open_ok(f, "usb=1-1,channel=B");
	assert_int_equal(a->channel, 0);
	assert_int_equal(b->channel, 1);
	a->ops->close(a);
	b->ops->close(b);
}

static void test_an_adapter_named_by_its_place_is_the_only_one_asked(void **state)
{
	struct fixture *f = *state;
	struct mock_dev *wanted = plug(f, 1, "A1", "Dual RS232-HS");
	struct mock_dev *other = plug(f, 2, "B2", "Dual RS232-HS");
	struct transport *t = open_ok(f, "usb=1-1");

	assert_true(mock_n_opened(wanted) > 0);
	assert_int_equal(mock_n_opened(other), 0);
	t->ops->close(t);
	/* a message about what there is names it all the same */
	assert_int_equal(try_open(f, "usb=1-7", &t), -ENODEV);
	assert_non_null(strstr(f->ctx.err.what, "serial B2"));
}

static void test_nothing_found_says_what_was_looked_for_and_what_is_there(void **state)
{
	struct fixture *f = *state;
	struct transport *t = NULL;

	assert_int_equal(try_open(f, "", &t), -ENODEV);
	assert_non_null(strstr(f->ctx.err.what, "nothing like it"));
	plug(f, 1, "A1", "Dual RS232-HS");
	assert_int_equal(try_open(f, "serial=X9,usb=1-7", &t), -ENODEV);
	assert_non_null(strstr(f->ctx.err.what, "serial 'X9', USB path 1-7"));
	assert_non_null(strstr(f->ctx.err.what, "connected: 1-1 0403:6010 FT2232H"));
	assert_int_equal(try_open(f, "adapter=kt-link", &t), -ENODEV);
	assert_non_null(strstr(f->ctx.err.what, "kt-link"));
	assert_null(t);
}

static void test_bad_parameters_are_refused_before_usb_is_touched(void **state)
{
	static const struct {
		const char *text, *word;
		int ret;
	} cases[] = {
		{ "channel=E", "'E'", -EINVAL },
		{ "channel=AB", "'AB'", -EINVAL },
		{ "id=403", "VID:PID", -EINVAL },
		{ "vid=xyz", "'vid'", -EINVAL },
		{ "pid=12345", "'pid'", -EINVAL },
		{ "id=0403:6010,pid=6010", "at once", -EINVAL },
		{ "latency=256", "latency", -EINVAL },
		{ "latency=fast", "'latency'", -EINVAL },
		{ "adapter=nobody", "'nobody'", -EINVAL },
		{ "adapter=jtagkey", "JTAG", -EOPNOTSUPP },
	};
	struct fixture *f = *state;
	struct transport *t = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		if (try_open(f, cases[i].text, &t) != cases[i].ret)
			fail_msg("%s: %d, %s", cases[i].text, f->ctx.err.code, f->ctx.err.what);
		if (!strstr(f->ctx.err.what, cases[i].word))
			fail_msg("%s: %s", cases[i].text, f->ctx.err.what);
	}
}

static void test_channels_without_mpsse_are_refused(void **state)
{
	static const struct {
		u16 bcd_device, pid;
		u8 n_channels;
		const char *channel;
		int ret;
	} cases[] = {
		{ 0x0700, 0x6010, 2, "B", 0 }, { 0x0700, 0x6010, 2, "C", -EINVAL },
		{ 0x0800, 0x6011, 4, "B", 0 }, { 0x0800, 0x6011, 4, "C", -EINVAL },
		{ 0x0900, 0x6014, 1, "A", 0 }, { 0x0900, 0x6014, 1, "B", -EINVAL },
		{ 0x0500, 0x6010, 2, "A", 0 }, { 0x0500, 0x6010, 2, "B", -EINVAL },
		{ 0x2800, 0x6040, 2, "B", 0 }, { 0x3300, 0x6045, 1, "A", 0 },
		{ 0x3600, 0x6048, 4, "b", 0 }, { 0x1000, 0x6010, 1, "A", -EOPNOTSUPP },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct mock_spec spec = ft2232h;
		struct transport *t = NULL;
		char text[40];

		spec.port = (u8)(i + 1);
		spec.bcd_device = cases[i].bcd_device;
		spec.pid = cases[i].pid;
		spec.n_channels = cases[i].n_channels;
		mock_plug(f->bench, &spec);
		snprintf(text, sizeof(text), "usb=1-%zu,channel=%s", i + 1, cases[i].channel);
		if (try_open(f, text, &t) != cases[i].ret)
			fail_msg("%s, 0x%04x: %s", text, spec.bcd_device, f->ctx.err.what);
		if (t)
			t->ops->close(t);
		else
			assert_non_null(strstr(f->ctx.err.what, "MPSSE"));
	}
}

static void test_without_permission_the_udev_rule_is_named(void **state)
{
	struct fixture *f = *state;
	struct transport *t = NULL;
	bool is_root = !geteuid();
	int ret[3], back = 0;

	mock_forbid(f->bench, plug(f, 1, "A1", "Dual RS232-HS"));
	if (is_root)
		assert_int_equal(seteuid(NOBODY), 0); /* root may open anything */
	ret[0] = try_list(f, "");
	ret[1] = try_open(f, "serial=A1", &t);
	ret[2] = try_open(f, "", &t);
	if (is_root)
		back = seteuid(0);
	assert_int_equal(back, 0);
	assert_int_equal(ret[0], 0);
	assert_int_equal(ret[1], -EACCES);
	assert_int_equal(ret[2], -EACCES);
	assert_null(t);
	assert_non_null(strstr(f->ctx.err.what, "1-1"));
	assert_non_null(strstr(f->ctx.err.next, "udev/60-swdrom.rules"));
	assert_non_null(strstr(f->log, "no permission"));
}

/* ---- the kernel's driver ---- */

static void expect_sio(struct mock_dev *d, unsigned int channel, bool has_sio, bool is_claimed)
{
	struct mock_channel *ch = mock_channel_lock(d, channel);

	assert_int_equal(ch->has_sio, has_sio);
	assert_int_equal(ch->owner != NULL, is_claimed);
	mock_channel_unlock(d);
}

static void test_ftdi_sio_leaves_only_the_interface_in_use_and_comes_back(void **state)
{
	struct fixture *f = *state;
	struct mock_dev *d = plug(f, 1, "A1", "Dual RS232-HS");

	for (unsigned int i = 0; i < 2; i++) {
		struct transport *t = open_ok(f, i ? "channel=B" : "channel=A");

		expect_sio(d, i, false, true);
		expect_sio(d, 1 - i, true, false);
		t->ops->close(t);
		expect_sio(d, 0, true, false);
		expect_sio(d, 1, true, false);
	}
	assert_int_equal(try_list(f, ""), 0); /* looking takes nothing away */
	assert_int_equal(mock_channel_lock(d, 0)->n_sio_lost, 1);
	mock_channel_unlock(d);
}

static void test_a_channel_in_use_by_another_program_is_refused(void **state)
{
	struct fixture *f = *state;
	struct mock_dev *d = plug(f, 1, "A1", "Dual RS232-HS");
	struct transport *a = open_ok(f, ""), *again = NULL, *b;

	assert_int_equal(try_open(f, "", &again), -EACCES);
	assert_non_null(strstr(f->ctx.err.what, "in use by another program"));
	assert_null(again);
	b = open_ok(f, "channel=B"); /* the other channel is free */
	b->ops->close(b);
	expect_sio(d, 0, false, true);
	a->ops->close(a);
	expect_sio(d, 0, true, false);
}

/* ---- bytes ---- */

static const u8 enter[][2] = { { FTDI_RESET, 0 }, { FTDI_SET_LATENCY, 2 } };

/* MPSSE mode by hand, as the layer above does */
static void enter_mpsse(struct transport *t)
{
	for (size_t i = 0; i < ARRAY_SIZE(enter); i++)
		assert_int_equal(t->ops->control(t, (enum ftdi_request)enter[i][0], enter[i][1]),
				 0);
	assert_int_equal(t->ops->control(t, FTDI_SET_BITMODE, 0x0200), 0);
	assert_int_equal(t->ops->drain(t), 0);
}

static void test_replies_lose_their_status_bytes_at_both_packet_sizes(void **state)
{
	static const u16 packets[] = { 64, 512 };
	struct fixture *f = *state;

	for (size_t k = 0; k < ARRAY_SIZE(packets); k++) {
		struct mock_spec spec = ft2232h;
		struct usb_batch b = { .n_out = 5000, .n_in = 10000, .timeout_ms = 5000 };
		struct transport *t;
		u8 *out = malloc(b.n_out), *in = malloc(b.n_in);
		char text[16];

		assert_non_null(out);
		assert_non_null(in);
		/* commands that do not exist: two known bytes come back for each */
		for (size_t i = 0; i < b.n_out; i++)
			out[i] = (u8)(0xe0 + i % 16);
		b.out = out;
		b.in = in;
		spec.port = (u8)(k + 1);
		spec.packet = packets[k];
		mock_plug(f->bench, &spec);
		snprintf(text, sizeof(text), "usb=1-%zu", k + 1);
		t = open_ok(f, text);
		enter_mpsse(t);
		assert_int_equal(t->ops->submit(t, &b), 0);
		assert_int_equal(t->ops->reap(t, &b), 0);
		assert_int_equal(b.n_got, b.n_in);
		for (size_t i = 0; i < b.n_out; i++) {
			assert_int_equal(in[2 * i], 0xfa);
			assert_int_equal(in[2 * i + 1], 0xe0 + i % 16);
		}
		t->ops->close(t);
		free(out);
		free(in);
	}
}

#define N_FLIGHT 12
#define N_XFERS	 8192

/* many full batches, several in flight, through a FIFO that holds a fraction of one reply */
static void run_swd(struct fixture *f, u16 bcd_device, size_t fifo, const char *text, u8 port)
{
	struct mock_spec spec = ft2232h;
	struct model_access *access = calloc((size_t)N_FLIGHT * N_XFERS, sizeof(*access));
	struct swd_xfer *x = calloc((size_t)N_FLIGHT * N_XFERS, sizeof(*x));
	struct swd_batch b[N_FLIGHT];
	unsigned int channel = strstr(text, "channel=B") ? 1 : 0, reaped = 0;
	struct mock_channel *ch;
	struct mock_dev *d;
	struct transport *t;
	struct swd_host *h;
	struct adapter a;

	assert_non_null(access);
	assert_non_null(x);
	spec.bcd_device = bcd_device;
	spec.fifo = fifo;
	spec.port = port;
	d = mock_plug(f->bench, &spec);
	ch = mock_channel_lock(d, channel);
	model_init(&ch->m, MODEL_RESISTOR, access, N_FLIGHT * N_XFERS);
	mock_channel_unlock(d);

	t = open_ok(f, text);
	assert_int_equal(adapter_load(&a, "generic", &f->ctx.err), 0);
	if (swd_host_open(&f->ctx, t, &a, &h))
		fail_msg("%s", f->ctx.err.what);
	assert_int_equal(h->ops->set_hz(h, 30000000, NULL), 0);
	for (size_t i = 0; i < (size_t)N_FLIGHT * N_XFERS; i++) {
		access[i] = (struct model_access){ .ack = 1, .rdata = (u32)i * 2654435761u };
		x[i].req = 0x9f;
	}
	for (unsigned int i = 0; i < N_FLIGHT; i++) {
		b[i] = (struct swd_batch){ .x = x + (size_t)i * N_XFERS, .n = N_XFERS };
		assert_int_equal(h->ops->submit(h, &b[i]), 0);
		if (i + 1 - reaped == h->max_in_flight)
			assert_int_equal(h->ops->reap(h, &b[reaped++]), 0);
	}
	while (reaped < N_FLIGHT)
		assert_int_equal(h->ops->reap(h, &b[reaped++]), 0);
	for (size_t i = 0; i < (size_t)N_FLIGHT * N_XFERS; i++)
		if (x[i].ack != 1 || x[i].bad_parity || x[i].data != access[i].rdata)
			fail_msg("access %zu: ack %u, 0x%08x", i, x[i].ack, x[i].data);

	ch = mock_channel_lock(d, channel);
	assert_null(ch->m.fault);
	assert_true(ch->max_unread > fifo); /* the FIFO did hold writes up */
	assert_int_equal(ch->m.divisor, 0);
	mock_channel_unlock(d);
	h->ops->close(h);
	ch = mock_channel_lock(d, channel);
	assert_int_equal(ch->mode, 0);
	assert_int_equal(ch->m.dir, 0);
	mock_channel_unlock(d);
	free(x);
	free(access);
}

static void test_no_fifo_is_too_small_for_full_batches(void **state)
{
	struct fixture *f = *state;

	run_swd(f, 0x0900, 1024, "usb=1-1", 1);
	run_swd(f, 0x0800, 2048, "usb=1-2", 2);
	run_swd(f, 0x0700, 4096, "usb=1-3,channel=B", 3);
}

static void test_a_silent_chip_ends_in_a_timeout_and_can_be_used_again(void **state)
{
	static const u8 out[] = { 0xaa, 0x87 };
	struct fixture *f = *state;
	struct mock_dev *d = plug(f, 1, "A1", "Dual RS232-HS");
	struct transport *t = open_ok(f, "");
	struct usb_batch b[3];
	u8 in[3][2];
	u64 start;

	enter_mpsse(t);
	mock_channel_lock(d, 0)->is_deaf = true;
	mock_channel_unlock(d);
	for (int i = 0; i < 3; i++) {
		b[i] = (struct usb_batch){
			.out = out, .n_out = 2, .in = in[i], .n_in = 2, .timeout_ms = 60
		};
		assert_int_equal(t->ops->submit(t, &b[i]), 0);
	}
	start = clock_now_ns(t->clk);
	assert_int_equal(t->ops->reap(t, &b[0]), -ETIMEDOUT);
	assert_true(clock_now_ns(t->clk) - start >= 50 * MSEC_NS);
	assert_int_equal(b[0].n_got, 0);
	assert_int_equal(f->ctx.err.code, -ETIMEDOUT);
	/* those behind it fail with it, at once */
	assert_int_equal(t->ops->drain(t), -EINVAL);
	assert_int_equal(t->ops->reap(t, &b[1]), -ETIMEDOUT);
	assert_int_equal(t->ops->reap(t, &b[2]), -ETIMEDOUT);

	mock_channel_lock(d, 0)->is_deaf = false;
	mock_channel_unlock(d);
	err_clear(&f->ctx.err);
	assert_int_equal(t->ops->drain(t), 0);
	b[0].timeout_ms = 5000;
	assert_int_equal(t->ops->submit(t, &b[0]), 0);
	assert_int_equal(t->ops->reap(t, &b[0]), 0);
	assert_int_equal(in[0][0], 0xfa);
	assert_int_equal(in[0][1], 0xaa);
	t->ops->close(t);
}

static void test_a_chip_that_lives_and_says_nothing_more_is_not_waited_for(void **state)
{
	static const u8 out[] = { 0xaa, 0x87 };
	struct fixture *f = *state;
	struct transport *t;
	u8 in[3] = { 0 };
	struct usb_batch b = {
		.out = out, .n_out = 2, .in = in, .n_in = 3, .timeout_ms = 600000, .quiet_ms = 50
	};
	u64 start;

	plug(f, 1, "A1", "Dual RS232-HS");
	t = open_ok(f, "");
	enter_mpsse(t);
	start = clock_now_ns(t->clk);
	assert_int_equal(t->ops->submit(t, &b), 0);
	assert_int_equal(t->ops->reap(t, &b), -ETIMEDOUT);
	assert_int_equal(b.n_got, 2);
	assert_true(clock_now_ns(t->clk) - start >= 50 * MSEC_NS);
	t->ops->close(t);
}

static void test_bytes_that_nobody_asked_for_are_out_of_step(void **state)
{
	static const u8 out[] = { 0xaa, 0xab, 0x87 };
	struct fixture *f = *state;
	struct usb_batch b = { .out = out, .n_out = 3, .n_in = 3, .timeout_ms = 5000 };
	struct transport *t;
	u8 in[8];

	plug(f, 1, "A1", "Dual RS232-HS");
	t = open_ok(f, "");
	enter_mpsse(t);
	b.in = in;
	assert_int_equal(t->ops->submit(t, &b), 0); /* four bytes come */
	assert_int_equal(t->ops->reap(t, &b), -EPROTO);
	assert_int_equal(b.n_got, 0);
	err_clear(&f->ctx.err);
	assert_int_equal(t->ops->drain(t), 0);
	b.n_in = 4;
	assert_int_equal(t->ops->submit(t, &b), 0);
	assert_int_equal(t->ops->reap(t, &b), 0);
	t->ops->close(t);
}

static void test_more_batches_than_allowed_are_refused(void **state)
{
	static const u8 out[] = { 0xaa, 0x87 };
	struct fixture *f = *state;
	struct usb_batch b[FTDI_BULK_BATCHES + 1];
	struct transport *t;
	u8 in[FTDI_BULK_BATCHES + 1][2];

	plug(f, 1, "A1", "Dual RS232-HS");
	t = open_ok(f, "");
	enter_mpsse(t);
	for (int i = 0; i <= FTDI_BULK_BATCHES; i++) {
		b[i] = (struct usb_batch){
			.out = out, .n_out = 2, .in = in[i], .n_in = 2, .timeout_ms = 5000
		};
		assert_int_equal(t->ops->submit(t, &b[i]), i < t->max_in_flight ? 0 : -EINVAL);
	}
	assert_int_equal(t->ops->reap(t, &b[1]), -EINVAL);
	for (int i = 0; i < FTDI_BULK_BATCHES; i++)
		assert_int_equal(t->ops->reap(t, &b[i]), 0);
	t->ops->close(t);
}

struct user {
	struct transport *t;
	pthread_t thread;
	unsigned int n_good;
};

/* asserts nothing: cmocka's belong to the main thread */
static void *exchange(void *arg)
{
	static const u8 out[] = { 0xaa, 0x87 };
	struct user *u = arg;

	for (unsigned int i = 0; i < N_ROUNDS; i++) {
		u8 in[2] = { 0 };
		struct usb_batch b = {
			.out = out, .n_out = 2, .in = in, .n_in = 2, .timeout_ms = 5000
		};

		if (!u->t->ops->submit(u->t, &b) && !u->t->ops->reap(u->t, &b) && in[0] == 0xfa &&
		    in[1] == 0xaa)
			u->n_good++;
	}
	return NULL;
}

static void test_a_thread_for_each_channel_of_each_adapter(void **state)
{
	static const char *const text[] = { "usb=1-1,channel=A", "usb=1-1,channel=B",
					    "usb=1-2,channel=A", "usb=1-2,channel=B" };
	struct user users[ARRAY_SIZE(text)];
	struct fixture *f = *state;

	plug(f, 1, "A1", "Dual RS232-HS");
	plug(f, 2, "B2", "Dual RS232-HS");
	for (size_t i = 0; i < ARRAY_SIZE(users); i++) {
		users[i] = (struct user){ .t = open_ok(f, text[i]) };
		enter_mpsse(users[i].t);
	}
	for (size_t i = 0; i < ARRAY_SIZE(users); i++)
		assert_int_equal(pthread_create(&users[i].thread, NULL, exchange, &users[i]), 0);
	for (size_t i = 0; i < ARRAY_SIZE(users); i++)
		pthread_join(users[i].thread, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(users); i++) {
		assert_int_equal(users[i].n_good, N_ROUNDS);
		users[i].t->ops->close(users[i].t);
	}
}

static void test_closing_with_batches_in_flight_gives_everything_back(void **state)
{
	static const u8 out[] = { 0xaa, 0x87 };
	struct fixture *f = *state;
	struct mock_dev *d = plug(f, 1, "A1", "Dual RS232-HS");
	struct transport *t = open_ok(f, "");
	struct usb_batch b = { .out = out, .n_out = 2, .n_in = 2, .timeout_ms = 5000 };
	u8 in[2];

	enter_mpsse(t);
	b.in = in;
	mock_channel_lock(d, 0)->is_deaf = true;
	mock_channel_unlock(d);
	assert_int_equal(t->ops->submit(t, &b), 0);
	t->ops->close(t);
	expect_sio(d, 0, true, false);
}

static void test_unplugging_ends_every_wait_with_enodev(void **state)
{
	struct fixture *f = *state;

	/* in the middle of a reply, after so many bytes out */
	for (u8 port = 1; port <= 6; port++) {
		struct mock_dev *d = plug(f, port, "A1", "Dual RS232-HS");
		struct usb_batch b[2];
		struct transport *t;
		u8 out[600], in[1200];
		char text[16];

		memset(out, 0xee, sizeof(out));
		snprintf(text, sizeof(text), "usb=1-%u", port);
		t = open_ok(f, text);
		enter_mpsse(t);
		for (int i = 0; i < 2; i++)
			b[i] = (struct usb_batch){ .out = out,
						   .n_out = 600,
						   .in = in,
						   .n_in = 1200,
						   .timeout_ms = 60000 };
		mock_unplug_after(d, (size_t)port * 250);
		if (!t->ops->submit(t, &b[0])) {
			int ret = t->ops->submit(t, &b[1]);
			int first = t->ops->reap(t, &b[0]);

			assert_true(!ret || ret == -ENODEV);
			assert_true(!first || first == -ENODEV);
			if (!ret && port <= 4)
				assert_int_equal(t->ops->reap(t, &b[1]), -ENODEV);
			else if (!ret)
				assert_int_equal(t->ops->reap(t, &b[1]), 0);
		}
		mock_unplug(d);
		err_clear(&f->ctx.err);
		assert_int_equal(t->ops->control(t, FTDI_RESET, 0), -ENODEV);
		assert_non_null(strstr(f->ctx.err.what, "gone"));
		if (!t->ops->submit(t, &b[0]))
			assert_int_equal(t->ops->reap(t, &b[0]), -ENODEV);
		t->ops->close(t);
	}
}

static void test_the_users_latency_wins(void **state)
{
	struct fixture *f = *state;
	struct mock_dev *d = plug(f, 1, "A1", "Dual RS232-HS");
	struct transport *t = open_ok(f, "latency=3");

	assert_int_equal(t->ops->control(t, FTDI_SET_LATENCY, 16), 0);
	assert_int_equal(mock_channel_lock(d, 0)->latency_ms, 3);
	mock_channel_unlock(d);
	t->ops->close(t);
	t = open_ok(f, "channel=B");
	assert_int_equal(t->ops->control(t, FTDI_SET_LATENCY, 16), 0);
	assert_int_equal(mock_channel_lock(d, 1)->latency_ms, 16);
	mock_channel_unlock(d);
	t->ops->close(t);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		T(test_the_list_names_path_id_chip_product_and_serial),
		T(test_one_module_needs_no_name),
		T(test_serial_path_description_and_id_select),
		T(test_a_product_string_decides_between_several_with_one_id),
		T(test_two_that_match_are_listed),
		T(test_all_names_every_adapter_or_every_channel),
		T(test_all_channels_are_not_one_adapter),
		T(test_both_channels_of_one_chip_are_open_at_once),
		T(test_an_adapter_named_by_its_place_is_the_only_one_asked),
		T(test_nothing_found_says_what_was_looked_for_and_what_is_there),
		T(test_bad_parameters_are_refused_before_usb_is_touched),
		T(test_channels_without_mpsse_are_refused),
		T(test_without_permission_the_udev_rule_is_named),
		T(test_ftdi_sio_leaves_only_the_interface_in_use_and_comes_back),
		T(test_a_channel_in_use_by_another_program_is_refused),
		T(test_replies_lose_their_status_bytes_at_both_packet_sizes),
		T(test_no_fifo_is_too_small_for_full_batches),
		T(test_a_silent_chip_ends_in_a_timeout_and_can_be_used_again),
		T(test_a_chip_that_lives_and_says_nothing_more_is_not_waited_for),
		T(test_bytes_that_nobody_asked_for_are_out_of_step),
		T(test_more_batches_than_allowed_are_refused),
		T(test_a_thread_for_each_channel_of_each_adapter),
		T(test_closing_with_batches_in_flight_gives_everything_back),
		T(test_unplugging_ends_every_wait_with_enodev),
		T(test_the_users_latency_wins),
	};

	(void)argc;
	mock_reexec(argv);
	return cmocka_run_group_tests_name("ftdi-usb", tests, NULL, NULL);
}
