// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The virtual FTDI bridge at its byte stream: commands, edges, FIFOs, time, wirings, faults.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sim/usbtime.h"
#include "sim/vftdi.h"
#include "tests/support/fake-mcu.h"

#include <errno.h>
#include <stdio.h>

#define DPIDR_L4  0x2ba01477u
#define MAX_BYTES (1u << 20)

struct fix {
	struct sim sim;
	struct sim_opts opts;
	struct sim_faults faults;
	struct err err;
	struct mcu *mcu;
	struct swdp *dp;
	struct vftdi *ftdi;
	struct transport *t;
	u8 *out, *in; /* MAX_BYTES each */
	size_t n_out;
};

static int setup(void **state)
{
	struct fix *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->opts = (struct sim_opts){ .seed = 1, .wiring = "resistor", .chip = "ft2232h" };
	f->out = malloc(MAX_BYTES);
	f->in = malloc(MAX_BYTES);
	assert_non_null(f->out);
	assert_non_null(f->in);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fix *f = *state;

	vftdi_free(f->ftdi);
	swdp_free(f->dp);
	mcu_free(f->mcu);
	if (f->sim.priv)
		sim_core_exit(&f->sim);
	free(f->out);
	free(f->in);
	free(f);
	return 0;
}

/* plug in, as a chip that was just powered: UART mode */
static void plug(struct fix *f)
{
	assert_int_equal(sim_core_init(&f->sim, &f->opts, &f->faults), 0);
	f->mcu = mcu_new(&f->sim);
	f->dp = swdp_new(&f->sim, f->mcu);
	f->ftdi = vftdi_new(&f->sim, f->dp, f->mcu, &f->err);
	assert_non_null(f->ftdi);
	f->t = vftdi_transport(f->ftdi);
}

static void ctl(struct fix *f, enum ftdi_request req, u16 val)
{
	assert_int_equal(f->t->ops->control(f->t, req, val), 0);
}

static void put(struct fix *f, const u8 *bytes, size_t n)
{
	assert_true(f->n_out + n <= MAX_BYTES);
	memcpy(f->out + f->n_out, bytes, n);
	f->n_out += n;
}

#define PUT(f, ...) put(f, (const u8[]){ __VA_ARGS__ }, sizeof((const u8[]){ __VA_ARGS__ }))

/* send what was put, expect @n_in bytes back within @ms */
static int run_ms(struct fix *f, size_t n_in, u32 ms, size_t *n_got)
{
	struct usb_batch b = {
		.out = f->out, .n_out = f->n_out, .in = f->in, .n_in = n_in, .timeout_ms = ms
	};
	int ret = f->t->ops->submit(f->t, &b);

	f->n_out = 0;
	if (!ret)
		ret = f->t->ops->reap(f->t, &b);
	if (n_got)
		*n_got = b.n_got;
	return ret;
}

static void run(struct fix *f, size_t n_in)
{
	PUT(f, 0x87);
	assert_int_equal(run_ms(f, n_in, 1000, NULL), 0);
}

/* MPSSE mode, 60 MHz base, pins of the resistor wiring, SWDIO low */
static void mpsse(struct fix *f)
{
	ctl(f, FTDI_RESET, 0);
	ctl(f, FTDI_SET_LATENCY, 16);
	ctl(f, FTDI_SET_BITMODE, 0x0200);
	PUT(f, 0xaa);
	run(f, 2);
	assert_int_equal(f->in[0], 0xfa);
	assert_int_equal(f->in[1], 0xaa);
	PUT(f, 0x85, 0x8a, 0x97, 0x8d, 0x86, 1, 0, 0x80, 0x00, 0x03);
}

/* ---- a bit stream for full-duplex 0x39 commands ---- */

struct bits {
	u8 b[65536];
	size_t n;
};

static void bit(struct bits *s, bool v)
{
	if (s->n % 8 == 0)
		s->b[s->n / 8] = 0;
	s->b[s->n / 8] |= (u8)(v << s->n % 8);
	s->n++;
}

static void bits(struct bits *s, u64 v, unsigned int n)
{
	for (; n; n--, v >>= 1)
		bit(s, v & 1);
}

static void ones(struct bits *s, unsigned int n)
{
	while (n--)
		bit(s, true);
}

static u64 get(const u8 *b, size_t at, unsigned int n)
{
	u64 v = 0;
	unsigned int i;

	for (i = 0; i < n; i++)
		v |= (u64)(b[(at + i) / 8] >> ((at + i) % 8) & 1) << i;
	return v;
}

/* append a write; returns where its frame begins */
static size_t s_write(struct bits *s, u8 req, u32 data)
{
	size_t at = s->n;

	bits(s, req, 8);
	bits(s, 0, 5);
	bits(s, data, 32);
	bit(s, __builtin_parity(data));
	bits(s, 0, 2);
	return at;
}

static size_t s_read(struct bits *s, u8 req)
{
	size_t at = s->n;

	bits(s, req, 8);
	bits(s, 0, 38);
	return at;
}

static void stream(struct fix *f, struct bits *s)
{
	size_t n;

	while (s->n % 8)
		bit(s, false);
	n = s->n / 8;
	PUT(f, 0x39, (u8)(n - 1), (u8)((n - 1) >> 8));
	put(f, s->b, n);
	run(f, n);
}

static void s_connect(struct bits *s)
{
	ones(s, 56);
	bits(s, 0xe79e, 16);
	ones(s, 56);
	bits(s, 0, 8);
}

static void assert_no_complaints(struct fix *f)
{
	if (sim_n_complaints(&f->sim))
		fail_msg("complaint: %s", sim_complaint(&f->sim, 0));
}

static void test_dpidr_over_a_full_duplex_stream(void **state)
{
	struct fix *f = *state;
	struct bits s = { .n = 0 };
	size_t at;

	plug(f);
	mpsse(f);
	s_connect(&s);
	at = s_read(&s, 0xa5);
	stream(f, &s);
	assert_int_equal(get(f->in, at + 9, 3), 1);
	assert_int_equal(get(f->in, at + 12, 32), DPIDR_L4);
	assert_no_complaints(f);
}

static void test_memory_words_over_one_blind_batch(void **state)
{
	struct fix *f = *state;
	struct bits s = { .n = 0 };
	size_t at[20], i;

	plug(f);
	mpsse(f);
	s_connect(&s);
	s_read(&s, 0xa5);
	s_write(&s, 0x81, 0x1e);
	s_write(&s, 0xb1, 0);
	s_write(&s, 0xa9, 0x50000001);
	bits(&s, 0, 400);
	s_write(&s, 0xa3, 0x03000012);
	s_write(&s, 0x8b, FAKE_RAM);
	for (i = 0; i < 16; i++)
		s_write(&s, 0xbb, 0x01010101u * (u32)i);
	s_write(&s, 0x8b, FAKE_RAM);
	for (i = 0; i < 16; i++)
		at[i] = s_read(&s, 0x9f);
	at[16] = s_read(&s, 0xbd);
	stream(f, &s);
	for (i = 0; i < 16; i++) {
		assert_int_equal(get(f->in, at[i] + 9, 3), 1);
		assert_int_equal(get(f->in, at[i + 1] + 12, 32), 0x01010101u * (u32)i);
	}
	assert_no_complaints(f);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_dpidr_over_a_full_duplex_stream),
		T(test_memory_words_over_one_blind_batch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
