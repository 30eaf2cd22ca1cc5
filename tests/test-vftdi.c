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

/* ---- the fast path against the edges ---- */

/* a mix of everything a host may send, right and wrong */
static void random_stream(struct sim_rng *r, struct bits *s)
{
	static const u8 reqs[] = { 0x81, 0xa9, 0xb1, 0xa5, 0x8d, 0x95, 0xbd, 0xa3,
				   0x8b, 0xbb, 0xbb, 0xbb, 0x9f, 0x9f, 0x9f, 0xaf };
	static const u32 addrs[] = { FAKE_RAM, FAKE_RAM + 0xff0, FAKE_SLOW, FAKE_HANG, 0x08000000 };
	unsigned int i, n = 1 + sim_rng_u64(r) % 60;

	for (i = 0; i < n && s->n < 8 * 4000; i++) {
		u64 x = sim_rng_u64(r);
		u8 req = reqs[x % ARRAY_SIZE(reqs)];
		u32 data = (u32)(x >> 32);

		switch (x >> 8 & 63) {
		case 0:
			bits(s, x >> 16, 40); /* noise */
			break;
		case 1:
			s_connect(s);
			s_read(s, 0xa5);
			s_write(s, 0x81, 0x1e);
			break;
		case 2:
			ones(s, 50 + (x >> 16) % 8);
			bits(s, 0, 1 + (x >> 20) % 4);
			s_read(s, 0xa5);
			break;
		case 3:
			s_write(s, req ^ 0x20, data);
			break;
		case 4:
			bits(s, 0, (x >> 16) % 300);
			break;
		case 5:
			s_write(s, 0xa9, 0x50000000 | (x >> 16 & 1));
			bits(s, 0, 100);
			break;
		case 6:
			s_write(s, 0x81, 0x1f);
			break;
		case 7:
			s_write(s, 0xb1, x >> 16 & 0x10 ? 0x10 : x >> 16 & 1);
			break;
		case 8:
		case 9:
		case 10:
		case 11:
			s_write(s, 0x8b, addrs[(x >> 16) % ARRAY_SIZE(addrs)]);
			break;
		case 12:
			s_write(s, 0xa3, 0x03000000 | (x >> 16 & 0x33));
			break;
		case 13:
		case 14:
		case 15:
		case 16:
		case 17:
		case 18:
			s_read(s, 0xa5);
			s_write(s, 0x81, 0x1e);
			break;
		default:
			if (req & 4)
				s_read(s, req);
			else
				s_write(s, req, req == 0xa9 ? 0x50000001 : data & 0x10);
			if (x >> 20 & 1)
				s->n -= x >> 21 & 1; /* no idle clocks: back to back */
			break;
		}
	}
}

static void assert_same(const struct fix *a, const struct fix *b, size_t n, unsigned int seed)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (a->in[i] != b->in[i])
			fail_msg("seed %u: byte %zu of %zu is %02x, edge by edge %02x", seed, i, n,
				 a->in[i], b->in[i]);
	assert_int_equal(clock_now_ns(a->t->clk), clock_now_ns(b->t->clk));
	assert_memory_equal(&a->sim.stats, &b->sim.stats, sizeof(a->sim.stats));
	assert_memory_equal(a->mcu->ram, b->mcu->ram, sizeof(a->mcu->ram));
	assert_int_equal(a->mcu->n_access, b->mcu->n_access);
	assert_memory_equal(&a->mcu->last, &b->mcu->last, sizeof(a->mcu->last));
	assert_int_equal(sim_n_complaints(&a->sim), sim_n_complaints(&b->sim));
	for (i = 0; i < sim_n_complaints(&a->sim); i++)
		assert_string_equal(sim_complaint(&a->sim, i), sim_complaint(&b->sim, i));
}

static void power_toggle(void *arg, u64 now_ps)
{
	struct mcu *m = arg;

	mcu_set_power(m, !m->powered);
}

static void compare_run(unsigned int seed)
{
	struct fix *f[2];
	struct sim_event power[2];
	struct sim_rng r;
	unsigned int i, k;
	u64 cut_ps;

	for (i = 0; i < 2; i++) {
		setup((void **)&f[i]);
		f[i]->opts.seed = seed;
		f[i]->opts.reference_dp = i;
		f[i]->faults.ber = seed % 3 == 1 ? 1e-3 : 0;
		f[i]->faults.wait_every = seed % 5 == 2 ? 7 : 0;
		plug(f[i]);
		mpsse(f[i]);
	}
	sim_rng_init(&r, &f[0]->sim, "test");
	cut_ps = seed % 7 == 3 ? PS_PER_MS * (3 + sim_rng_u64(&r) % 6) : SIM_NEVER;
	for (i = 0; i < 2; i++) {
		f[i]->mcu->hclk_hz = seed & 1 ? 1000000 + seed * 40009 : 80000000;
		f[i]->mcu->slow_ps = PS_PER_US * (seed % 40);
		power[i] = (struct sim_event){ .at_ps = SIM_NEVER,
					       .fn = power_toggle,
					       .arg = f[i]->mcu };
		sim_schedule(&f[i]->sim, &power[i], cut_ps);
		swdp_careful_from(f[i]->dp, cut_ps);
	}
	for (k = 0; k < 12; k++) {
		struct bits s = { .n = 0 };
		struct sim_rng again;
		u8 div = (u8)(sim_rng_u64(&r) % 6), len = (u8)sim_rng_u64(&r);

		if (k % 4 == 0) {
			s_connect(&s);
			s_read(&s, 0xa5);
			s_write(&s, 0x81, 0x1e);
			s_write(&s, 0xb1, 0);
			s_write(&s, 0xa9, 0x50000001);
			bits(&s, 0, 400);
			s_write(&s, 0xa3, 0x03000012);
		}
		random_stream(&r, &s);
		again = r;
		for (i = 0; i < 2; i++) {
			PUT(f[i], 0x86, div, 0, 0x8f, len, 0);
			stream(f[i], &s);
		}
		r = again;
		assert_same(f[0], f[1], s.n / 8, seed);
	}
	for (i = 0; i < 2; i++)
		teardown((void **)&f[i]);
}

/* bus clocks in fine steps: each answer comes back at every clock of a frame once */
static void test_frames_at_any_ratio_of_swclk_to_hclk_agree_with_their_edges(void **state)
{
	static const u8 burst[] = { 0x9f, 0x9f, 0xbd, 0xbb, 0xbd, 0xbb, 0xbb, 0xbb,
				    0xbd, 0xaf, 0x8b, 0xa5, 0x8d, 0x9f, 0xb1, 0xbd };
	struct fix *f[2];
	unsigned int i, step;
	u32 hclk = 1500000;
	size_t k;

	for (i = 0; i < 2; i++) {
		setup((void **)&f[i]);
		f[i]->opts.reference_dp = i;
		plug(f[i]);
		mpsse(f[i]);
	}
	for (step = 0; step < 400; step++) {
		struct bits s = { .n = 0 };

		s_connect(&s);
		s_read(&s, 0xa5);
		s_write(&s, 0x81, 0x1e);
		s_write(&s, 0xb1, 0);
		s_write(&s, 0xa9, 0x50000001);
		bits(&s, 0, 1000);
		s_write(&s, 0xa3, 0x03000012);
		bits(&s, 0, 1000);
		s_write(&s, 0x8b, FAKE_RAM);
		bits(&s, 0, 1000);
		for (k = 0; k < ARRAY_SIZE(burst); k++) {
			if (burst[k] & 4)
				s_read(&s, burst[k]);
			else
				s_write(&s, burst[k], burst[k] == 0x8b ? FAKE_RAM : 0);
			s.n -= step & 2 && !(burst[k] & 4) ? 2 : 0;
		}
		bits(&s, 0, 2000);
		s_read(&s, 0x8d);
		for (i = 0; i < 2; i++) {
			f[i]->mcu->hclk_hz = hclk;
			PUT(f[i], 0x86, 1, 0);
			stream(f[i], &s);
		}
		hclk += hclk / 200;
		assert_same(f[0], f[1], s.n / 8, step);
	}
	assert_true(f[0]->sim.stats.swd_waits > 100);
	for (i = 0; i < 2; i++)
		teardown((void **)&f[i]);
}

static void test_whole_frames_and_idle_skips_do_exactly_what_their_edges_do(void **state)
{
	unsigned int seed;

	for (seed = 0; seed < 400; seed++)
		compare_run(seed);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_dpidr_over_a_full_duplex_stream),
		T(test_memory_words_over_one_blind_batch),
		cmocka_unit_test(test_frames_at_any_ratio_of_swclk_to_hclk_agree_with_their_edges),
		cmocka_unit_test(test_whole_frames_and_idle_skips_do_exactly_what_their_edges_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
