// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Many clocks at once against the same clocks edge by edge: bit for bit, and to the picosecond.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/mpsse-host.h"

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
		f[i]->opts.wire_pf = seed % 4 == 1 ? 54 : 0; /* marginal at 30 MHz */
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

/* random commands of every kind, on every wiring */
static size_t random_commands(struct sim_rng *r, struct fix *f)
{
	static const u8 ops[] = { 0x11, 0x13, 0x18, 0x19, 0x1a, 0x1b, 0x20, 0x22, 0x24, 0x26,
				  0x28, 0x2a, 0x2c, 0x2e, 0x31, 0x33, 0x36, 0x39, 0x3b, 0x3c,
				  0x3e, 0x4b, 0x6b, 0x6e, 0x80, 0x80, 0x81, 0x82, 0x83, 0x84,
				  0x85, 0x85, 0x86, 0x8c, 0x8d, 0x8e, 0x8f, 0xaa };
	size_t n_in = 0, i, k, len;

	for (i = 0; i < 200; i++) {
		u8 op = ops[sim_rng_u64(r) % ARRAY_SIZE(ops)];
		u64 x = sim_rng_u64(r);

		PUT(f, op);
		if (op & 0x80) {
			n_in += op == 0x81 || op == 0x83 ? 1 : op == 0xaa ? 2 : 0;
			if (op == 0x8e)
				PUT(f, (u8)(x & 7));
			else if (op == 0x8f)
				PUT(f, (u8)x, 0);
			else if (op == 0x86)
				PUT(f, (u8)(x & 3), 0);
			else if (op == 0x80)
				PUT(f, (u8)x, (u8)(x >> 8 & 0xfb));
			else if (op == 0x82)
				PUT(f, (u8)(x & 0xfe), (u8)(x >> 8));
			continue;
		}
		if (op & 2) {
			PUT(f, (u8)(x % 7));
			len = 1;
		} else {
			len = op & 0x40 ? 1 : 1 + x % 16;
			PUT(f, (u8)(op & 0x40 ? x % 7 : len - 1));
			if (!(op & 0x40))
				PUT(f, 0);
		}
		for (k = 0; k < len && op & 0x50; k++)
			PUT(f, (u8)(x >> k));
		n_in += op & 0x20 ? len : 0;
	}
	return n_in;
}

static void test_cycles_at_once_do_exactly_what_their_edges_do_on_every_wiring(void **state)
{
	static const char *const names[] = { "resistor", "tristate", "buffer" };
	static const u8 drive[] = { 0x80, 0x08, 0x1b }, let_go[] = { 0x80, 0x00, 0x19 };
	unsigned int seed, i;

	for (seed = 0; seed < 150; seed++) {
		struct fix *f[2];
		struct sim_rng r[2];
		size_t n = 0;

		for (i = 0; i < 2; i++) {
			setup((void **)&f[i]);
			f[i]->opts.reference_dp = i;
			f[i]->opts.seed = seed;
			f[i]->faults.ber = seed % 4 == 3 ? 1e-3 : 0;
			f[i]->opts.wire_ohm = seed % 8 == 7 ? 232 : 0; /* so are 30 MHz */
			f[i]->opts.wire_pf = seed % 8 == 7 ? 50 : 0;
			snprintf(f[i]->opts.wiring, sizeof(f[i]->opts.wiring), "%s",
				 names[seed % 3]);
			plug(f[i]);
			mpsse(f[i]);
			PUT(f[i], 0x82, 0x00, 0x0b);
			if (seed % 4 != 3)
				assert_int_equal(switched_dpidr(f[i], drive, let_go, 3), DPIDR_L4);
			sim_rng_init(&r[i], &f[i]->sim, "commands");
			n = random_commands(&r[i], f[i]);
			run(f[i], n);
		}
		assert_same(f[0], f[1], n, seed);
		for (i = 0; i < 2; i++)
			teardown((void **)&f[i]);
	}
}

/* @n bits in commands of random lengths: written, read, or both; returns how many bytes come back */
static size_t in_pieces(struct sim_rng *r, struct fix *f, u64 v, unsigned int n, bool write)
{
	size_t n_in = 0;
	unsigned int k, i;

	for (; n; n -= k, v >>= k) {
		u64 x = sim_rng_u64(r);
		bool both = x & 0x100, bytes = n >= 8 && x & 0x200;
		u8 op = write ? (both ? 0x39 : 0x19) : 0x29;

		k = bytes ? 8 * (1 + (u8)x % (n / 8)) : 1 + (u8)x % min(n, 7u);
		PUT(f, bytes ? op : op | 2, (u8)(bytes ? k / 8 - 1 : k - 1));
		if (bytes)
			PUT(f, 0);
		for (i = 0; write && i < (bytes ? k / 8 : 1); i++)
			PUT(f, (u8)(v >> 8 * i));
		n_in += !write || both ? (bytes ? k / 8 : 1) : 0;
	}
	return n_in;
}

/* a transaction as a program sends it that lets go of SWDIO for the target's part, mostly */
static size_t piecemeal_frame(struct sim_rng *r, struct fix *f)
{
	static const u8 reqs[] = { 0xa5, 0x81, 0x8b, 0xbb, 0x9f, 0xbd, 0xbb, 0x9f, 0xa3, 0x8b };
	static const u8 drive[] = { 0x80, 0x08, 0x1b }, let_go[] = { 0x80, 0x00, 0x19 };
	u64 x = sim_rng_u64(r);
	u8 req = reqs[x % ARRAY_SIZE(reqs)];
	bool reads = req & 4, lets_go = x >> 8 & 63;
	u32 data = req == 0x8b ? FAKE_RAM + (x >> 30 & 0xffc) : req == 0x81 ? 0x1e : (u32)(x >> 32);
	size_t n;

	if (req == 0xa3)
		data = 0x03000012;
	n = in_pieces(r, f, req, 8, true);
	if (lets_go)
		put(f, let_go, 3);
	n += in_pieces(r, f, 0, reads ? 1 + 3 + 33 + 1 : 1 + 3 + 1, false);
	put(f, drive, 3);
	if (!reads)
		n += in_pieces(r, f, data | (u64)__builtin_parity(data) << 32, 33, true);
	return n + in_pieces(r, f, x >> 16 & 31 ? 0 : x >> 21, (x >> 24) % 40, true);
}

static void test_frames_in_pieces_do_exactly_what_their_edges_do_on_every_wiring(void **state)
{
	static const char *const names[] = { "resistor", "tristate", "buffer" };
	static const u8 drive[] = { 0x80, 0x08, 0x1b }, let_go[] = { 0x80, 0x00, 0x19 };
	unsigned int seed, i, k;

	for (seed = 0; seed < 150; seed++) {
		struct fix *f[2];
		struct sim_rng r[2];
		size_t n = 0;

		for (i = 0; i < 2; i++) {
			setup((void **)&f[i]);
			f[i]->opts.reference_dp = i;
			f[i]->opts.seed = seed;
			f[i]->faults.ber = seed % 4 == 3 ? 1e-3 : 0;
			f[i]->faults.wait_every = seed % 5 == 2 ? 7 : 0;
			snprintf(f[i]->opts.wiring, sizeof(f[i]->opts.wiring), "%s",
				 names[seed % 3]);
			plug(f[i]);
			f[i]->mcu->hclk_hz = seed & 1 ? 1000000 + seed * 40009 : 80000000;
			mpsse(f[i]);
			PUT(f[i], 0x82, 0x00, 0x0b);
			if (seed % 4 != 3)
				assert_int_equal(switched_dpidr(f[i], drive, let_go, 3), DPIDR_L4);
			sim_rng_init(&r[i], &f[i]->sim, "frames");
			PUT(f[i], 0x86, (u8)(seed % 4), 0);
			for (n = 0, k = 0; k < 60; k++)
				n += piecemeal_frame(&r[i], f[i]);
			run(f[i], n);
		}
		assert_same(f[0], f[1], n, seed);
		for (i = 0; i < 2; i++)
			teardown((void **)&f[i]);
	}
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
		cmocka_unit_test(test_frames_at_any_ratio_of_swclk_to_hclk_agree_with_their_edges),
		cmocka_unit_test(
			test_cycles_at_once_do_exactly_what_their_edges_do_on_every_wiring),
		cmocka_unit_test(
			test_frames_in_pieces_do_exactly_what_their_edges_do_on_every_wiring),
		cmocka_unit_test(test_whole_frames_and_idle_skips_do_exactly_what_their_edges_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
