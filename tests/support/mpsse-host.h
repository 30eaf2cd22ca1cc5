/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host of the virtual FTDI bridge at its byte stream, for tests. Include cmocka.h before it.
 */
#ifndef SWDROM_TESTS_SUPPORT_MPSSE_HOST_H
#define SWDROM_TESTS_SUPPORT_MPSSE_HOST_H

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

static inline int setup(void **state)
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

static inline int teardown(void **state)
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
static inline void plug(struct fix *f)
{
	assert_int_equal(sim_core_init(&f->sim, &f->opts, &f->faults), 0);
	f->mcu = mcu_new(&f->sim);
	f->dp = swdp_new(&f->sim, f->mcu);
	f->ftdi = vftdi_new(&f->sim, f->dp, f->mcu, &f->err);
	assert_non_null(f->ftdi);
	f->t = vftdi_transport(f->ftdi);
}

static inline void ctl(struct fix *f, enum ftdi_request req, u16 val)
{
	assert_int_equal(f->t->ops->control(f->t, req, val), 0);
}

static inline void put(struct fix *f, const u8 *bytes, size_t n)
{
	assert_true(f->n_out + n <= MAX_BYTES);
	memcpy(f->out + f->n_out, bytes, n);
	f->n_out += n;
}

#define PUT(f, ...) put(f, (const u8[]){ __VA_ARGS__ }, sizeof((const u8[]){ __VA_ARGS__ }))

/* send what was put, expect @n_in bytes back within @ms */
static inline int run_ms(struct fix *f, size_t n_in, u32 ms, size_t *n_got)
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

static inline void run(struct fix *f, size_t n_in)
{
	PUT(f, 0x87);
	assert_int_equal(run_ms(f, n_in, 1000, NULL), 0);
}

/* MPSSE mode, 60 MHz base, pins of the resistor wiring, SWDIO low */
static inline void mpsse(struct fix *f)
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

static inline void bit(struct bits *s, bool v)
{
	if (s->n % 8 == 0)
		s->b[s->n / 8] = 0;
	s->b[s->n / 8] |= (u8)(v << s->n % 8);
	s->n++;
}

static inline void bits(struct bits *s, u64 v, unsigned int n)
{
	for (; n; n--, v >>= 1)
		bit(s, v & 1);
}

static inline void ones(struct bits *s, unsigned int n)
{
	while (n--)
		bit(s, true);
}

static inline u64 get(const u8 *b, size_t at, unsigned int n)
{
	u64 v = 0;
	unsigned int i;

	for (i = 0; i < n; i++)
		v |= (u64)(b[(at + i) / 8] >> ((at + i) % 8) & 1) << i;
	return v;
}

/* append a write; returns where its frame begins */
static inline size_t s_write(struct bits *s, u8 req, u32 data)
{
	size_t at = s->n;

	bits(s, req, 8);
	bits(s, 0, 5);
	bits(s, data, 32);
	bit(s, __builtin_parity(data));
	bits(s, 0, 2);
	return at;
}

static inline size_t s_read(struct bits *s, u8 req)
{
	size_t at = s->n;

	bits(s, req, 8);
	bits(s, 0, 38);
	return at;
}

static inline void stream(struct fix *f, struct bits *s)
{
	size_t n;

	while (s->n % 8)
		bit(s, false);
	n = s->n / 8;
	PUT(f, 0x39, (u8)(n - 1), (u8)((n - 1) >> 8));
	put(f, s->b, n);
	run(f, n);
}

static inline void s_connect(struct bits *s)
{
	ones(s, 56);
	bits(s, 0xe79e, 16);
	ones(s, 56);
	bits(s, 0, 8);
}

static inline void assert_no_complaints(struct fix *f)
{
	if (sim_n_complaints(&f->sim))
		fail_msg("complaint: %s", sim_complaint(&f->sim, 0));
}

static inline void assert_complaint(struct fix *f, const char *part)
{
	size_t i;

	for (i = 0; i < sim_n_complaints(&f->sim); i++)
		if (strstr(sim_complaint(&f->sim, i), part))
			return;
	fail_msg("nobody complained about: %s", part);
}

/*
 * A DPIDR read on a wiring that has to switch direction: @drive and @let_go are the commands that do
 * so, of @n bytes each.
 */
static inline u32 switched_dpidr(struct fix *f, const u8 *drive, const u8 *let_go, size_t n)
{
	struct bits s = { .n = 0 };

	s_connect(&s);
	bits(&s, 0xa5, 8);
	put(f, drive, n);
	PUT(f, 0x19, (u8)(s.n / 8 - 1), 0);
	put(f, s.b, s.n / 8);
	put(f, let_go, n);
	PUT(f, 0x28, 3, 0, 0x2a, 5);
	put(f, drive, n);
	PUT(f, 0x19, 0, 0, 0x00);
	run(f, 5);
	f->in[4] >>= 2;
	return get(f->in, 1, 3) == 1 ? (u32)get(f->in, 4, 32) : 0;
}

#endif
