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

static void assert_complaint(struct fix *f, const char *part)
{
	size_t i;

	for (i = 0; i < sim_n_complaints(&f->sim); i++)
		if (strstr(sim_complaint(&f->sim, i), part))
			return;
	fail_msg("nobody complained about: %s", part);
}

/* ---- commands ---- */

static void test_every_unknown_opcode_is_echoed_after_0xfa(void **state)
{
	/* AN_108 chapter 3; 0x9e exists on the FT232H alone */
	static const u8 known[] = { 0x10, 0x11, 0x12, 0x13, 0x18, 0x19, 0x1a, 0x1b, 0x20,
				    0x22, 0x24, 0x26, 0x28, 0x2a, 0x2c, 0x2e, 0x31, 0x33,
				    0x34, 0x36, 0x39, 0x3b, 0x3c, 0x3e, 0x4a, 0x4b, 0x6a,
				    0x6b, 0x6e, 0x6f, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85,
				    0x86, 0x87, 0x88, 0x89, 0x8a, 0x8b, 0x8c, 0x8d, 0x8e,
				    0x8f, 0x94, 0x95, 0x96, 0x97, 0x9c, 0x9d };
	struct fix *f = *state;
	unsigned int op;

	plug(f);
	mpsse(f);
	for (op = 0; op < 256; op++) {
		if (memchr(known, (int)op, sizeof(known)))
			continue;
		PUT(f, (u8)op);
		run(f, 2);
		assert_int_equal(f->in[0], 0xfa);
		assert_int_equal(f->in[1], op);
	}
}

static void test_uart_mode_swallows_what_is_sent(void **state)
{
	struct fix *f = *state;
	size_t got;

	plug(f);
	PUT(f, 0xaa, 0x81, 0x87);
	assert_int_equal(run_ms(f, 2, 50, &got), -ETIMEDOUT);
	assert_int_equal(got, 0);
	err_clear(&f->err);
	mpsse(f);
}

static void test_pins_read_back_outputs_and_pulled_up_inputs(void **state)
{
	struct fix *f = *state;

	plug(f);
	mpsse(f);
	PUT(f, 0x80, 0x50, 0xfb, 0x81, 0x82, 0x0f, 0x3f, 0x83);
	run(f, 2);
	assert_int_equal(f->in[0] & ~4, 0x50);
	assert_int_equal(f->in[1], 0xcf);
}

static void test_ft4232h_has_no_high_byte(void **state)
{
	struct fix *f = *state;

	memcpy(f->opts.chip, "ft4232h", 8);
	plug(f);
	assert_int_equal(f->t->bcd_device, 0x0800);
	mpsse(f);
	PUT(f, 0x82, 0x00, 0xff, 0x83);
	run(f, 1);
	assert_int_equal(f->in[0], 0xff);
}

static void test_open_drain_outputs_of_the_ft232h_float_for_1(void **state)
{
	struct fix *f = *state;

	memcpy(f->opts.chip, "ft232h", 7);
	plug(f);
	assert_int_equal(f->t->bcd_device, 0x0900);
	mpsse(f);
	/* AD4 open-drain and high: whoever else pulls nRST low is seen */
	PUT(f, 0x9e, 0x10, 0x00, 0x80, 0x10, 0x13, 0x81);
	f->mcu->nrst = true;
	run(f, 1);
	assert_int_equal(f->in[0] & 0x10, 0);
	f->mcu->nrst = false;
	PUT(f, 0x81);
	run(f, 1);
	assert_int_equal(f->in[0] & 0x10, 0x10);
}

/* two batches of 32768 clocks in flight: how long the second takes on the wire */
static u64 second_batch_ps(struct fix *f)
{
	static const u8 cmd[] = { 0x8f, 0xff, 0x0f, 0x81, 0x87 };
	struct usb_batch b[2];
	unsigned int i;
	u64 from;
	u8 in[2];

	for (i = 0; i < 2; i++) {
		b[i] = (struct usb_batch){ .out = cmd,
					   .n_out = sizeof(cmd),
					   .in = &in[i],
					   .n_in = 1,
					   .timeout_ms = 1000 };
		assert_int_equal(f->t->ops->submit(f->t, &b[i]), 0);
	}
	assert_int_equal(f->t->ops->reap(f->t, &b[0]), 0);
	from = sim_now_ps(&f->sim);
	assert_int_equal(f->t->ops->reap(f->t, &b[1]), 0);
	return sim_now_ps(&f->sim) - from;
}

static void test_clock_is_base_over_twice_one_plus_divisor(void **state)
{
	static const struct {
		u8 base, div;
		u32 hz;
	} c[] = { { 0x8a, 0, 30000000 }, { 0x8a, 1, 15000000 }, { 0x8a, 2, 10000000 },
		  { 0x8a, 29, 1000000 }, { 0x8b, 0, 6000000 },	{ 0x8b, 5, 1000000 } };
	struct fix *f = *state;
	size_t i;

	plug(f);
	mpsse(f);
	for (i = 0; i < ARRAY_SIZE(c); i++) {
		u64 clocks, ps;

		PUT(f, c[i].base, 0x86, c[i].div, 0, 0x81);
		run(f, 1);
		clocks = f->sim.stats.swclk_cycles;
		ps = second_batch_ps(f);
		assert_int_equal(f->sim.stats.swclk_cycles - clocks, 2 * 32768);
		/* and the gaps of three commands */
		assert_in_range(ps, 32768 * PS_PER_S / c[i].hz,
				32768 * PS_PER_S / c[i].hz + PS_PER_US);
	}
}

static void test_clocks_without_data_are_counted_as_the_command_says(void **state)
{
	struct fix *f = *state;
	unsigned int n;
	u64 clocks;

	plug(f);
	mpsse(f);
	for (n = 0; n < 8; n++) {
		PUT(f, 0x81);
		run(f, 1);
		clocks = f->sim.stats.swclk_cycles;
		PUT(f, 0x8e, (u8)n, 0x81);
		run(f, 1);
		assert_int_equal(f->sim.stats.swclk_cycles - clocks, n + 1);
		clocks = f->sim.stats.swclk_cycles;
		PUT(f, 0x8f, (u8)n, 0x01, 0x81);
		run(f, 1);
		assert_int_equal(f->sim.stats.swclk_cycles - clocks, (0x100 + n + 1) * 8);
	}
}

static void test_three_phase_clocking_makes_bits_half_as_long_again(void **state)
{
	struct fix *f = *state;
	u64 t[2];
	unsigned int i;

	plug(f);
	mpsse(f);
	for (i = 0; i < 2; i++) {
		u64 from;

		PUT(f, (u8)(i ? 0x8c : 0x8d), 0x86, 29, 0, 0x81);
		run(f, 1);
		from = clock_now_ns(f->t->clk);
		PUT(f, 0x8f, 0xff, 0x7f, 0x81);
		run(f, 1);
		t[i] = clock_now_ns(f->t->clk) - from;
	}
	assert_in_range(t[0], 262 * MSEC_NS, 275 * MSEC_NS);
	assert_in_range(t[1], 393 * MSEC_NS, 406 * MSEC_NS);
}

static void test_data_written_on_the_falling_edge_is_what_the_target_samples(void **state)
{
	static const u8 ops[] = { 0x19, 0x18 };
	struct fix *f = *state;
	struct bits s = { .n = 0 };
	unsigned int i;

	for (i = 0; i < 2; i++) {
		if (i) {
			teardown(state);
			setup(state);
			f = *state;
		}
		plug(f);
		mpsse(f);
		s.n = 0;
		s_connect(&s);
		bits(&s, 0xa5, 8);
		PUT(f, ops[i], (u8)(s.n / 8 - 1), 0);
		put(f, s.b, s.n / 8);
		PUT(f, 0x28, 4, 0);
		run(f, 5);
		/* written on the rising edge the target sees each bit one clock late: the park bit
		 * falls into the turnaround and the request is cut short, nothing answers */
		assert_int_equal(get(f->in, 1, 3) == 1 && get(f->in, 4, 32) == DPIDR_L4, !i);
	}
}

static void test_falling_edge_sampling_sees_each_bit_one_position_earlier(void **state)
{
	struct fix *f = *state;
	struct bits s = { .n = 0 };

	plug(f);
	mpsse(f);
	s_connect(&s);
	bits(&s, 0xa5, 8);
	PUT(f, 0x19, (u8)(s.n / 8 - 1), 0);
	put(f, s.b, s.n / 8);
	PUT(f, 0x2c, 4, 0);
	run(f, 5);
	assert_int_equal(get(f->in, 0, 3), 1);
	assert_int_equal(get(f->in, 3, 32), DPIDR_L4);
}

static void test_msb_first_shifts_are_the_mirror_of_lsb_first(void **state)
{
	struct fix *f = *state;

	plug(f);
	mpsse(f);
	/* the resistor lets DI see DO */
	PUT(f, 0x31, 1, 0, 0x12, 0xa7, 0x39, 0, 0, 0x12, 0x33, 2, 0xa0, 0x3b, 2, 0x05);
	run(f, 5);
	assert_int_equal(f->in[0], 0x12);
	assert_int_equal(f->in[1], 0xa7);
	assert_int_equal(f->in[2], 0x12);
	assert_int_equal(f->in[3] & 7, 5);
	assert_int_equal(f->in[4] >> 5, 5);
}

static void test_lsb_bit_reads_are_top_aligned_over_old_bits(void **state)
{
	struct fix *f = *state;

	plug(f);
	mpsse(f);
	PUT(f, 0x3b, 7, 0xff, 0x3b, 1, 0x00);
	run(f, 2);
	assert_int_equal(f->in[0], 0xff);
	assert_int_equal(f->in[1], 0x3f);
}

static void test_tms_command_moves_ad3_and_holds_tdi(void **state)
{
	struct fix *f = *state;
	u64 clocks;

	plug(f);
	mpsse(f);
	PUT(f, 0x80, 0x00, 0x0b, 0x8e, 0);
	run(f, 0);
	PUT(f, 0x81);
	run(f, 1);
	clocks = f->sim.stats.swclk_cycles;
	PUT(f, 0x4b, 5, 0xa0, 0x81, 0x4b, 5, 0x0f, 0x81, 0x6b, 6, 0x80);
	run(f, 3);
	assert_int_equal(f->in[0] & 0x0a, 0x0a); /* last TMS bit 1, TDI 1 */
	assert_int_equal(f->in[1] & 0x0a, 0x00);
	assert_int_equal(f->in[2] >> 1, 0x7f);
	assert_int_equal(f->sim.stats.swclk_cycles - clocks, 6 + 6 + 7);
}

static void test_loopback_reads_what_is_written_whatever_the_pins_say(void **state)
{
	struct fix *f = *state;

	f->faults.no_power = true;
	plug(f);
	mcu_set_power(f->mcu, false);
	mpsse(f);
	PUT(f, 0x39, 0, 0, 0x5a, 0x84, 0x39, 0, 0, 0x5a, 0x85);
	run(f, 2);
	assert_int_equal(f->in[0], 0);
	assert_int_equal(f->in[1], 0x5a);
}

static void test_commands_may_straddle_batches(void **state)
{
	static const u8 cmd[] = { 0x39, 3, 0, 0xde, 0xad, 0xbe, 0xef };
	struct fix *f = *state;
	size_t i;

	plug(f);
	mpsse(f);
	for (i = 0; i + 1 < sizeof(cmd); i++) {
		put(f, &cmd[i], 1);
		assert_int_equal(run_ms(f, 0, 100, NULL), 0);
	}
	put(f, &cmd[i], 1);
	run(f, 4);
	assert_memory_equal(f->in, cmd + 3, 4);
}

static void test_setting_sk_by_0x80_is_a_clock_edge(void **state)
{
	struct fix *f = *state;
	u64 clocks;

	plug(f);
	mpsse(f);
	PUT(f, 0x81);
	run(f, 1);
	clocks = f->sim.stats.swclk_cycles;
	PUT(f, 0x80, 0x01, 0x03, 0x80, 0x00, 0x03, 0x80, 0x03, 0x03, 0x80, 0x00, 0x03, 0x81);
	run(f, 1);
	assert_int_equal(f->sim.stats.swclk_cycles - clocks, 2);
	/* leaving MPSSE makes AD0 the UART's TXD, which is high */
	ctl(f, FTDI_SET_BITMODE, 0);
	assert_int_equal(f->sim.stats.swclk_cycles - clocks, 3);
}

static void test_wait_for_a_pin_that_never_changes_blocks_until_the_mode_is_reset(void **state)
{
	struct fix *f = *state;

	plug(f);
	mpsse(f);
	PUT(f, 0x88, 0x81);
	run(f, 1); /* GPIOL1 is pulled up: high at once */
	PUT(f, 0x89, 0x81, 0x87);
	assert_int_equal(run_ms(f, 1, 100, NULL), -ETIMEDOUT);
	assert_complaint(f, "GPIOL1");
	err_clear(&f->err);
	ctl(f, FTDI_SET_BITMODE, 0);
	mpsse(f);
	PUT(f, 0x81);
	run(f, 1);
}

/* ---- USB ---- */

static void test_dependent_round_trips_take_a_quarter_to_half_a_millisecond(void **state)
{
	struct fix *f = *state;
	u64 from, ns, slow = 0, worst = 0;
	unsigned int i;

	plug(f);
	mpsse(f);
	run(f, 0);
	from = clock_now_ns(f->t->clk);
	for (i = 0; i < 1000; i++) {
		u64 t = clock_now_ns(f->t->clk);

		PUT(f, 0x81);
		run(f, 1);
		ns = clock_now_ns(f->t->clk) - t;
		slow += ns > 600 * USEC_NS;
		worst = max(worst, ns);
	}
	ns = (clock_now_ns(f->t->clk) - from) / 1000;
	assert_in_range(ns, 250 * USEC_NS, 500 * USEC_NS);
	assert_in_range(slow, 1, 50); /* a tail, but a thin one */
	assert_true(worst < 20 * MSEC_NS);
}

static void test_a_second_batch_in_flight_follows_the_first_without_a_gap(void **state)
{
	struct fix *f = *state;
	struct usb_batch b[2];
	u8 cmd[6000], in[2][1];
	u64 t;
	unsigned int i;

	plug(f);
	mpsse(f);
	PUT(f, 0x81);
	run(f, 1);
	/* 5994 bytes of data at 15 MHz: 3.2 ms */
	memset(cmd, 0, sizeof(cmd));
	cmd[0] = 0x19;
	put_le16(cmd + 1, sizeof(cmd) - 6);
	cmd[sizeof(cmd) - 2] = 0x81;
	cmd[sizeof(cmd) - 1] = 0x87;
	for (i = 0; i < 2; i++) {
		b[i] = (struct usb_batch){
			.out = cmd, .n_out = sizeof(cmd), .in = in[i], .n_in = 1, .timeout_ms = 100
		};
		assert_int_equal(f->t->ops->submit(f->t, &b[i]), 0);
	}
	assert_int_equal(f->t->ops->reap(f->t, &b[0]), 0);
	t = sim_now_ps(&f->sim);
	assert_int_equal(f->t->ops->reap(f->t, &b[1]), 0);
	t = sim_now_ps(&f->sim) - t;
	assert_in_range(t, 5995 * 8 * (PS_PER_S / 15000000),
			5995 * 8 * (PS_PER_S / 15000000) + PS_PER_US);
}

static void test_an_answer_without_0x87_comes_with_the_latency_timer(void **state)
{
	struct fix *f = *state;
	u64 from, ns;

	plug(f);
	mpsse(f);
	run(f, 0);
	ctl(f, FTDI_SET_LATENCY, 40);
	clock_sleep_ns(f->t->clk, 100 * MSEC_NS);
	PUT(f, 0x81);
	run(f, 1);
	PUT(f, 0x81);
	from = clock_now_ns(f->t->clk);
	assert_int_equal(run_ms(f, 1, 1000, NULL), 0);
	ns = clock_now_ns(f->t->clk) - from;
	assert_in_range(ns, 35 * MSEC_NS, 50 * MSEC_NS);
	/* a full packet needs no timer */
	while (f->n_out < FTDI_IN_PAYLOAD)
		PUT(f, 0x81);
	from = clock_now_ns(f->t->clk);
	assert_int_equal(run_ms(f, FTDI_IN_PAYLOAD, 1000, NULL), 0);
	assert_true(clock_now_ns(f->t->clk) - from < 10 * MSEC_NS);
}

static void engine_stalls_at(void **state, const char *chip, size_t fifo)
{
	struct fix *f = *state;
	size_t got, i;

	memcpy(f->opts.chip, chip, strlen(chip) + 1);
	plug(f);
	mpsse(f);
	PUT(f, 0x81);
	run(f, 1);
	/* nobody reads: answers fill one FIFO, commands the other, the rest stays with the host */
	for (i = 0; i < 2 * fifo + 1; i++)
		PUT(f, 0x81);
	assert_int_equal(run_ms(f, 0, 100, NULL), -ETIMEDOUT);
	err_clear(&f->err);
	/* now somebody does: both FIFOs run dry, not a byte more */
	assert_int_equal(run_ms(f, 2 * fifo + 1, 100, &got), -ETIMEDOUT);
	assert_int_equal(got, 2 * fifo);
	err_clear(&f->err);
	/* one byte less fits into the two of them */
	for (i = 0; i < 2 * fifo; i++)
		PUT(f, 0x81);
	assert_int_equal(run_ms(f, 0, 100, NULL), 0);
	ctl(f, FTDI_RESET, 1);
	ctl(f, FTDI_RESET, 2);
	PUT(f, 0x80, 0x03, 0x03, 0x80, 0x00, 0x03, 0xab);
	run(f, 2);
	assert_int_equal(f->in[1], 0xab);
}

static void test_engine_stalls_when_4096_answers_lie_uncollected_in_an_ft2232h(void **state)
{
	engine_stalls_at(state, "ft2232h", 4096);
}

static void test_engine_stalls_when_1024_answers_lie_uncollected_in_an_ft232h(void **state)
{
	engine_stalls_at(state, "ft232h", 1024);
}

static void test_engine_stalls_when_2048_answers_lie_uncollected_in_an_ft4232h(void **state)
{
	engine_stalls_at(state, "ft4232h", 2048);
}

static void test_posted_reads_let_a_batch_answer_more_than_the_fifo_holds(void **state)
{
	struct fix *f = *state;
	size_t i;

	plug(f);
	mpsse(f);
	for (i = 0; i < 50000; i++)
		PUT(f, 0x81);
	run(f, 50000);
}

static void test_asking_for_too_much_times_out_with_what_came(void **state)
{
	struct fix *f = *state;
	size_t got;
	u64 from;

	plug(f);
	mpsse(f);
	run(f, 0);
	from = clock_now_ns(f->t->clk);
	PUT(f, 0x81, 0x81, 0x87);
	assert_int_equal(run_ms(f, 5, 300, &got), -ETIMEDOUT);
	assert_int_equal(got, 2);
	assert_int_equal(clock_now_ns(f->t->clk) - from, 300 * MSEC_NS);
}

static void test_surplus_answers_go_to_the_next_batch_unless_drained(void **state)
{
	struct fix *f = *state;

	plug(f);
	mpsse(f);
	PUT(f, 0xaa);
	run(f, 1);
	PUT(f, 0xab);
	run(f, 2);
	assert_int_equal(f->in[0], 0xaa);
	assert_int_equal(f->in[1], 0xfa);
	assert_int_equal(f->t->ops->drain(f->t), 0);
	PUT(f, 0xab);
	run(f, 2);
	assert_int_equal(f->in[0], 0xfa);
	assert_int_equal(f->in[1], 0xab);
}

static void test_sleep_advances_the_bench(void **state)
{
	struct fix *f = *state;
	u64 from;

	plug(f);
	mpsse(f);
	run(f, 0);
	from = clock_now_ns(f->t->clk);
	clock_sleep_ns(f->t->clk, 5 * SEC_NS);
	assert_int_equal(clock_now_ns(f->t->clk) - from, 5 * SEC_NS);
	assert_true(sim_now_ps(&f->sim) >= 5 * PS_PER_S);
}

static void test_unplugging_ends_every_call_with_enodev_and_cuts_the_batch(void **state)
{
	struct fix *f = *state;
	size_t got;

	f->faults.unplug_at = 3;
	plug(f);
	mpsse(f); /* batch 1 */
	PUT(f, 0x81);
	run(f, 1); /* 2 */
	PUT(f, 0x81, 0x81, 0x87);
	assert_int_equal(run_ms(f, 2, 100, &got), -ENODEV);
	assert_true(got < 2);
	assert_non_null(strstr(f->err.what, "unplugged"));
	assert_int_equal(run_ms(f, 0, 100, NULL), -ENODEV);
	assert_int_equal(f->t->ops->control(f->t, FTDI_RESET, 0), -ENODEV);
	assert_int_equal(f->t->ops->drain(f->t), -ENODEV);
}

static void test_short_reply_loses_the_tail_of_one_batch_only(void **state)
{
	struct fix *f = *state;
	size_t got;
	u8 pins;

	f->faults.short_at = 3;
	plug(f);
	mpsse(f);
	PUT(f, 0x81);
	run(f, 1);
	pins = f->in[0];
	memset(f->in, 0, 4);
	PUT(f, 0x81, 0x81, 0x81, 0x81, 0x87);
	assert_int_equal(run_ms(f, 4, 100, &got), -ETIMEDOUT);
	assert_true(got < 4);
	assert_int_equal(f->in[got], 0);
	err_clear(&f->err);
	PUT(f, 0x81);
	run(f, 1);
	assert_int_equal(f->in[0], pins);
}

static void test_options_that_make_no_adapter_are_refused(void **state)
{
	static const struct {
		const char *chip, *wiring, *says;
	} c[] = { { "ft2232c", "resistor", "ft2232c" },
		  { "ft2232h", "wireless", "wireless" },
		  { "ft4232h", "buffer", "FT2232H" } };
	struct fix *f = *state;
	size_t i;

	plug(f);
	for (i = 0; i < ARRAY_SIZE(c); i++) {
		struct err err = { 0 };

		memcpy(f->sim.opts.chip, c[i].chip, strlen(c[i].chip) + 1);
		memcpy(f->sim.opts.wiring, c[i].wiring, strlen(c[i].wiring) + 1);
		assert_null(vftdi_new(&f->sim, f->dp, f->mcu, &err));
		assert_int_equal(err.code, -EINVAL);
		assert_non_null(strstr(err.what, c[i].says));
	}
}

/* ---- wirings ---- */

/*
 * A DPIDR read on a wiring that has to switch direction: @drive and @let_go are the commands that do
 * so, of @n bytes each.
 */
static u32 switched_dpidr(struct fix *f, const u8 *drive, const u8 *let_go, size_t n)
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

static void test_tristate_wiring_works_if_ad1_lets_go_while_the_target_drives(void **state)
{
	static const u8 drive[] = { 0x80, 0x00, 0x0b }, let_go[] = { 0x80, 0x00, 0x09 };
	struct fix *f = *state;

	memcpy(f->opts.wiring, "tristate", 9);
	plug(f);
	assert_string_equal(f->t->product, "FT2232H MiniModule");
	mpsse(f);
	assert_int_equal(switched_dpidr(f, drive, let_go, 3), DPIDR_L4);
	assert_no_complaints(f);
}

static void test_tristate_wiring_reports_contention_if_ad1_goes_on_driving(void **state)
{
	struct fix *f = *state;
	struct bits s = { .n = 0 };
	size_t at;

	memcpy(f->opts.wiring, "tristate", 9);
	plug(f);
	mpsse(f);
	s_connect(&s);
	at = s_read(&s, 0xa5);
	stream(f, &s);
	assert_int_not_equal(get(f->in, at + 12, 32), DPIDR_L4);
	assert_complaint(f, "same clock");
}

static void test_buffered_wiring_works_with_its_output_enable_and_swd_enable(void **state)
{
	static const u8 drive[] = { 0x80, 0x08, 0x1b }, let_go[] = { 0x80, 0x00, 0x1b };
	struct fix *f = *state;

	memcpy(f->opts.wiring, "buffer", 7);
	plug(f);
	assert_int_equal(f->t->vid, 0x15ba);
	assert_int_equal(f->t->pid, 0x002b);
	mpsse(f);
	PUT(f, 0x82, 0x08, 0x0b); /* nTRST low: SWD; nSRST off; LED */
	assert_int_equal(switched_dpidr(f, drive, let_go, 3), DPIDR_L4);
	assert_no_complaints(f);
	PUT(f, 0x82, 0x0a, 0x0b); /* ACBUS1 high pulls nRST low */
	run(f, 0);
	PUT(f, 0x81);
	run(f, 1);
	assert_true(mcu_nrst_low(f->mcu));
	PUT(f, 0x82, 0x09, 0x0b, 0x81); /* nTRST high: JTAG, SWDIO is not on AD2 */
	run(f, 1);
	assert_false(mcu_nrst_low(f->mcu));
	assert_int_equal(switched_dpidr(f, drive, let_go, 3), 0);
}

static void test_nrst_follows_ad4_as_an_open_output(void **state)
{
	struct fix *f = *state;

	plug(f);
	mpsse(f);
	PUT(f, 0x80, 0x00, 0x13, 0x81);
	run(f, 1);
	assert_true(mcu_nrst_low(f->mcu));
	PUT(f, 0x80, 0x00, 0x03, 0x81);
	run(f, 1);
	assert_false(mcu_nrst_low(f->mcu));
	assert_int_equal(f->in[0] & 0x10, 0x10);
	PUT(f, 0x80, 0x10, 0x13, 0x81);
	run(f, 1);
	assert_false(mcu_nrst_low(f->mcu));
	assert_int_equal(f->mcu->n_nrst, 1);
}

static void test_nrst_faults(void **state)
{
	struct fix *f = *state;

	f->faults.no_nrst = true;
	plug(f);
	mpsse(f);
	PUT(f, 0x80, 0x00, 0x13, 0x81);
	run(f, 1);
	assert_false(mcu_nrst_low(f->mcu));
	teardown(state);
	setup(state);
	f = *state;
	f->faults.hold_nrst = true;
	plug(f);
	mpsse(f);
	PUT(f, 0x80, 0x10, 0x13, 0x81);
	run(f, 1);
	assert_true(mcu_nrst_low(f->mcu));
}

static void test_undriven_line_reads_1_only_after_the_pull_up_time(void **state)
{
	struct fix *f = *state;
	unsigned int i, zeros = 0;

	plug(f);
	mpsse(f);
	/* drive low, let go, look every 100 clocks of 30 MHz and more */
	PUT(f, 0x8a, 0x86, 0, 0, 0x80, 0x00, 0x03, 0x80, 0x00, 0x01);
	for (i = 0; i < 100; i++)
		PUT(f, 0x81);
	run(f, 100);
	for (i = 0; i < 100 && !(f->in[i] & 4); i++)
		zeros++;
	assert_in_range(zeros, 10, 25); /* a look is 50 ns, the pull-up takes 840 ns */
	for (; i < 100; i++)
		assert_int_equal(f->in[i] & 4, 4);
}

/* what a host sees when it asks for DPIDR on a broken cable: ACK bits, data */
static u64 broken(struct fix *f)
{
	struct bits s = { .n = 0 };

	plug(f);
	if (f->faults.no_power)
		mcu_set_power(f->mcu, false);
	mpsse(f);
	s_connect(&s);
	bits(&s, 0xa5, 8);
	PUT(f, 0x19, (u8)(s.n / 8 - 1), 0);
	put(f, s.b, s.n / 8);
	/* let go, wait for the pull-up, look */
	PUT(f, 0x80, 0x00, 0x01, 0x8f, 0x10, 0, 0x28, 4, 0);
	run(f, 5);
	return get(f->in, 0, 40);
}

static void test_no_power_shows_as_zeros(void **state)
{
	struct fix *f = *state;

	f->faults.no_power = true;
	assert_int_equal(broken(f), 0);
}

static void test_open_swdio_shows_as_ones(void **state)
{
	struct fix *f = *state;

	f->faults.swdio_open = true;
	assert_int_equal(broken(f), 0xffffffffff);
	assert_no_complaints(f);
}

static void test_swapped_wires_show_as_zeros_and_the_target_never_answers(void **state)
{
	struct fix *f = *state;

	f->faults.swap_swd = true;
	assert_int_equal(broken(f), 0); /* SWCLK of the target has a pull-down */
	assert_int_equal(f->sim.stats.swd_frames, 0);
	assert_true(f->sim.stats.swclk_cycles > 0); /* by what should have been data */
}

static void test_bit_errors_come_at_the_rate_asked_for_in_both_directions(void **state)
{
	struct fix *f = *state;
	unsigned int bad_reads = 0, i, k;

	f->faults.ber = 1e-3;
	plug(f);
	mpsse(f);
	for (k = 0; k < 40; k++) {
		struct bits s = { .n = 0 };
		size_t at[100];

		s_connect(&s);
		for (i = 0; i < 100; i++)
			at[i] = s_read(&s, 0xa5);
		stream(f, &s);
		for (i = 0; i < 100; i++)
			bad_reads += get(f->in, at[i] + 9, 3) == 1 &&
				     get(f->in, at[i] + 12, 32) != DPIDR_L4;
	}
	assert_in_range(f->sim.stats.bit_errors, 130, 260); /* of 190000 */
	assert_in_range(bad_reads, 10, 200);
	assert_no_complaints(f); /* none of it was the host's fault */
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
		T(test_every_unknown_opcode_is_echoed_after_0xfa),
		T(test_uart_mode_swallows_what_is_sent),
		T(test_pins_read_back_outputs_and_pulled_up_inputs),
		T(test_ft4232h_has_no_high_byte),
		T(test_open_drain_outputs_of_the_ft232h_float_for_1),
		T(test_clock_is_base_over_twice_one_plus_divisor),
		T(test_clocks_without_data_are_counted_as_the_command_says),
		T(test_three_phase_clocking_makes_bits_half_as_long_again),
		T(test_data_written_on_the_falling_edge_is_what_the_target_samples),
		T(test_falling_edge_sampling_sees_each_bit_one_position_earlier),
		T(test_msb_first_shifts_are_the_mirror_of_lsb_first),
		T(test_lsb_bit_reads_are_top_aligned_over_old_bits),
		T(test_tms_command_moves_ad3_and_holds_tdi),
		T(test_loopback_reads_what_is_written_whatever_the_pins_say),
		T(test_commands_may_straddle_batches),
		T(test_setting_sk_by_0x80_is_a_clock_edge),
		T(test_wait_for_a_pin_that_never_changes_blocks_until_the_mode_is_reset),
		T(test_dependent_round_trips_take_a_quarter_to_half_a_millisecond),
		T(test_a_second_batch_in_flight_follows_the_first_without_a_gap),
		T(test_an_answer_without_0x87_comes_with_the_latency_timer),
		T(test_engine_stalls_when_4096_answers_lie_uncollected_in_an_ft2232h),
		T(test_engine_stalls_when_1024_answers_lie_uncollected_in_an_ft232h),
		T(test_engine_stalls_when_2048_answers_lie_uncollected_in_an_ft4232h),
		T(test_posted_reads_let_a_batch_answer_more_than_the_fifo_holds),
		T(test_asking_for_too_much_times_out_with_what_came),
		T(test_surplus_answers_go_to_the_next_batch_unless_drained),
		T(test_sleep_advances_the_bench),
		T(test_unplugging_ends_every_call_with_enodev_and_cuts_the_batch),
		T(test_short_reply_loses_the_tail_of_one_batch_only),
		T(test_options_that_make_no_adapter_are_refused),
		T(test_tristate_wiring_works_if_ad1_lets_go_while_the_target_drives),
		T(test_tristate_wiring_reports_contention_if_ad1_goes_on_driving),
		T(test_buffered_wiring_works_with_its_output_enable_and_swd_enable),
		T(test_nrst_follows_ad4_as_an_open_output),
		T(test_nrst_faults),
		T(test_undriven_line_reads_1_only_after_the_pull_up_time),
		T(test_no_power_shows_as_zeros),
		T(test_open_swdio_shows_as_ones),
		T(test_swapped_wires_show_as_zeros_and_the_target_never_answers),
		T(test_bit_errors_come_at_the_rate_asked_for_in_both_directions),
		cmocka_unit_test(test_frames_at_any_ratio_of_swclk_to_hclk_agree_with_their_edges),
		cmocka_unit_test(
			test_cycles_at_once_do_exactly_what_their_edges_do_on_every_wiring),
		cmocka_unit_test(test_whole_frames_and_idle_skips_do_exactly_what_their_edges_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
