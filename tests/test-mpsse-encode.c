// SPDX-License-Identifier: GPL-2.0-or-later
/* drivers/mpsse-encode.c: bytes worked out by hand, and what reaches the wire clock by clock */
#include "drivers/mpsse-encode.h"
#include "tests/support/mpsse-model.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DPIDR_R	 0xa5
#define ABORT_W	 0x81
#define RDBUFF_R 0xbd
#define DRW_W	 0xbb
#define DRW_R	 0x9f

static const struct wiring_case {
	const char *name;
	enum adapter_wiring wiring;
	enum model_wiring model;
	u16 oe_mask, oe_drive;
} wirings[] = {
	{ "resistor", ADAPTER_RESISTOR, MODEL_RESISTOR, 0, 0 },
	{ "tristate", ADAPTER_TRISTATE, MODEL_TRISTATE, 0, 0 },
	{ "buffer", ADAPTER_BUFFER_OE, MODEL_BUFFER, 0x1020, 0x0020 },
	{ "tms", ADAPTER_TMS, MODEL_TMS, 0, 0 },
};

/* direction switches by hand: what the pins must be while the target drives, and before and after */
static struct mpsse_wire make_wire(const struct wiring_case *wc, bool has_clock_bytes)
{
	struct mpsse_wire w = { .wiring = wc->wiring, .has_clock_bytes = has_clock_bytes };

	switch (wc->wiring) {
	case ADAPTER_TRISTATE:
		w.drive = (struct mpsse_pins){ { 0x80, 0x00, 0x03 }, 3 };
		w.float_ = (struct mpsse_pins){ { 0x80, 0x00, 0x01 }, 3 };
		break;
	case ADAPTER_BUFFER_OE:
		w.drive = (struct mpsse_pins){ { 0x80, 0x20, 0x23, 0x82, 0x00, 0x10 }, 6 };
		w.float_ = (struct mpsse_pins){ { 0x80, 0x00, 0x23, 0x82, 0x10, 0x10 }, 6 };
		break;
	case ADAPTER_TMS:
		w.drive = (struct mpsse_pins){ { 0x80, 0x00, 0x09 }, 3 };
		w.float_ = (struct mpsse_pins){ { 0x80, 0x00, 0x01 }, 3 };
		break;
	default:
		break;
	}
	return w;
}

static void encode(struct mpsse_code *c, const struct mpsse_wire *w, const struct swd_xfer *x,
		   size_t n)
{
	assert_int_equal(mpsse_code_begin(c, NULL, 0), 0);
	assert_int_equal(mpsse_encode(c, w, x, n), 0);
}

static void expect_bytes(const struct wiring_case *wc, const struct swd_xfer *x, size_t n,
			 const u8 *want, size_t n_want, size_t n_in, u64 cycles)
{
	struct mpsse_wire w = make_wire(wc, true);
	struct mpsse_code c = { 0 };

	encode(&c, &w, x, n);
	assert_int_equal(c.n_out, n_want);
	assert_memory_equal(c.out, want, n_want);
	assert_int_equal(c.n_in, n_in);
	assert_true(c.cycles == cycles);
	mpsse_code_free(&c);
}

/* ---- golden bytes ---- */

static void test_a_read_over_a_resistor_is_request_ones_and_zeros(void **state)
{
	static const struct swd_xfer x = { .req = DPIDR_R };
	/* bits 8-44: turnaround, ACK, data and a parity that is wrong for 32 ones; 45-55: idle */
	static const u8 want[] = { 0x39, 6, 0, 0xa5, 0xff, 0xff, 0xff, 0xff, 0x1f, 0x00, 0x87 };

	(void)state;
	expect_bytes(&wirings[0], &x, 1, want, sizeof(want), 7, 56);
}

static void test_a_write_over_a_resistor_puts_data_behind_five_ones(void **state)
{
	static const struct swd_xfer x = { .req = ABORT_W, .data = 0x1e };
	/* data from bit 13, parity (even) at 45 */
	static const u8 want[] = { 0x39, 6, 0, 0x81, 0xdf, 0x03, 0, 0, 0, 0, 0x87 };

	(void)state;
	expect_bytes(&wirings[0], &x, 1, want, sizeof(want), 7, 56);
}

static void test_a_write_with_two_idle_cycles_takes_six_bytes_of_stream(void **state)
{
	static const struct swd_xfer x[] = {
		{ .req = DRW_W, .data = 0x80000001, .idle = 2 },
		{ .req = DRW_W, .data = 0xffffffff, .idle = 2 },
		{ .req = DRW_W, .data = 0x00000001, .idle = 2 },
	};
	static const u8 want[] = {
		0x39, 18,   0,			    /* 19 bytes */
		0xbb, 0x3f, 0x00, 0x00, 0x00, 0x10, /* bit 13 and bit 44; parity 0 */
		0xbb, 0xff, 0xff, 0xff, 0xff, 0x1f, /* bits 13-44; parity 0 */
		0xbb, 0x3f, 0x00, 0x00, 0x00, 0x20, /* bit 13; parity 1 at bit 45 */
		0x00,				    /* 2 + 6 idle, 2 more to fill the byte */
		0x87,
	};

	(void)state;
	expect_bytes(&wirings[0], x, 3, want, sizeof(want), 19, 19 * 8);
}

static void test_long_idle_is_one_command_behind_a_zero_bit(void **state)
{
	static const struct swd_xfer x[] = {
		{ .req = ABORT_W, .data = 0x1, .idle = 2 + 8 * 1000 + 3 }, /* parity bit is 1 */
		{ .req = ABORT_W, .data = 0x1e },
	};
	static const u8 want[] = {
		0x39,
		5,
		0,
		0x81,
		0x3f,
		0,
		0,
		0,
		0x20, /* 46 bits and two zeros */
		0x8f,
		0xe7,
		0x03, /* 1000 x 8 */
		/* three zeros, then the next request: 000 10000001 11111 data */
		0x39,
		7,
		0,
		0x08,
		0xfc,
		0x1e,
		0,
		0,
		0,
		0,
		0,
		0x87,
	};

	(void)state;
	expect_bytes(&wirings[0], x, 2, want, sizeof(want), 6 + 8, 48 + 8000 + 64);
}

static void test_tristate_wiring_merges_data_idle_and_next_request(void **state)
{
	static const struct swd_xfer x[] = {
		{ .req = DRW_W, .data = 0x80000001, .idle = 2 },
		{ .req = DRW_W, .data = 0x00000001 },
		{ .req = RDBUFF_R },
		{ .req = DPIDR_R },
	};
	static const u8 want[] = {
		0x1b, 7,    0xbb,				      /* request */
		0x80, 0x00, 0x01, 0x2a, 4,    0x80, 0x00, 0x03,	      /* . ACK . */
		0x19, 5,    0,	  0x01, 0,    0,    0x80, 0x00, 0xbb, /* data, parity, idle, request */
		0x80, 0x00, 0x01, 0x2a, 4,    0x80, 0x00, 0x03, 0x19, 5,    0,	  0x01,
		0,    0,    0,	  0x01, 0xbd, 0x80, 0x00, 0x01, 0x28, 3,    0,	  0x2a,
		5,    0x80, 0x00, 0x03, 0x1b, 7,    0xa5, 0x80, 0x00, 0x01, 0x28, 3,
		0,    0x2a, 5,	  0x80, 0x00, 0x03, 0x1b, 7,	0, /* 8 idle */
		0x87,
	};

	(void)state;
	expect_bytes(&wirings[1], x, 4, want, sizeof(want), 1 + 1 + 5 + 5,
		     8 + 5 + 48 + 5 + 48 + 38 + 8 + 38 + 8);
}

static void test_a_buffer_is_off_while_the_target_drives(void **state)
{
	static const struct swd_xfer x = { .req = ABORT_W, .data = 0x1e };
	static const u8 want[] = {
		0x1b, 7,    0x81, 0x80, 0x00, 0x23, 0x82, 0x10, 0x10, 0x2a,
		4,    0x80, 0x20, 0x23, 0x82, 0x00, 0x10, 0x19, 4,    0,
		0x1e, 0,    0,	  0,	0,    0x1b, 0,	  0, /* 33 + 8 bits */
		0x87,
	};

	(void)state;
	expect_bytes(&wirings[2], &x, 1, want, sizeof(want), 1, 8 + 5 + 41);
}

static void test_swdio_on_tms_is_read_pin_by_pin(void **state)
{
	static const struct swd_xfer x = { .req = ABORT_W, .data = 0x1e };
	static const u8 want[] = {
		0x4b, 5,    0x01, 0x4b, 1,    0x02, 0x80, 0x00, 0x01, 0x4b, 0,	  0,	0x81, 0x4b,
		0,    0,    0x81, 0x4b, 0,    0,    0x81, 0x4b, 0,    0,    0x4b, 0,	0,    0x80,
		0x00, 0x09, 0x4b, 5,	0x1e, 0x4b, 5,	  0,	0x4b, 5,    0,	  0x4b, 5,    0,
		0x4b, 5,    0,	  0x4b, 5,    0,    0x4b, 4,	0,    0x87, /* 41 bits */
	};

	(void)state;
	expect_bytes(&wirings[3], &x, 1, want, sizeof(want), 3, 8 + 5 + 41);
}

static void test_a_sequence_is_driven_to_its_last_bit(void **state)
{
	static const u8 bits[] = { 0xff, 0x9e, 0xe7, 0x05 };
	static const u8 want[] = { 0x19, 2, 0, 0xff, 0x9e, 0xe7, 0x1b, 2, 0x05 };
	static const u8 want_tms[] = { 0x4b, 5, 0x3f, 0x4b, 2, 0x03 };
	struct mpsse_wire w = make_wire(&wirings[0], true);
	struct mpsse_code c = { 0 };

	(void)state;
	assert_int_equal(mpsse_code_begin(&c, NULL, 0), 0);
	assert_int_equal(mpsse_encode_sequence(&c, &w, bits, 27), 0);
	assert_int_equal(c.n_out, sizeof(want));
	assert_memory_equal(c.out, want, sizeof(want));
	assert_true(c.cycles == 27);
	w = make_wire(&wirings[3], true);
	assert_int_equal(mpsse_code_begin(&c, NULL, 0), 0);
	assert_int_equal(mpsse_encode_sequence(&c, &w, (const u8[]){ 0xff, 0x00 }, 9), 0);
	/* 11111111 0 in sixes: 111111, 110 */
	assert_int_equal(c.n_out, sizeof(want_tms));
	assert_memory_equal(c.out, want_tms, sizeof(want_tms));
	mpsse_code_free(&c);
}

static void test_an_absurd_idle_time_is_refused_where_it_costs_bytes(void **state)
{
	const struct swd_xfer x = { .req = DPIDR_R, .idle = UINT32_MAX };
	struct mpsse_wire w = make_wire(&wirings[0], false);
	struct mpsse_code c = { 0 };

	(void)state;
	assert_int_equal(mpsse_code_begin(&c, NULL, 0), 0);
	assert_int_equal(mpsse_encode(&c, &w, &x, 1), -EINVAL);
	w.has_clock_bytes = true;
	assert_int_equal(mpsse_encode(&c, &w, &x, 1), 0);
	assert_true(c.cycles >= 46 + (u64)UINT32_MAX && c.cycles < 46 + (u64)UINT32_MAX + 8);
	mpsse_code_free(&c);
}

/* ---- what reaches the wire ---- */

static u32 rng_next(u64 *s)
{
	*s = *s * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (u32)(*s >> 32);
}

static void random_xfers(u64 *rng, struct swd_xfer *x, struct model_access *a, size_t n,
			 bool has_long_idle)
{
	static const u32 idles[] = { 0,	 0,  0,	 2,  2,	 2,  7,	 8,   10,
				     47, 48, 49, 71, 72, 73, 80, 200, 999 };
	static const u8 acks[] = { 1, 1, 1, 1, 1, 1, 2, 4, 7, 1 };

	memset(x, 0, n * sizeof(*x));
	memset(a, 0, n * sizeof(*a));
	for (size_t i = 0; i < n; i++) {
		u32 r = rng_next(rng);

		x[i].req = swd_req(r & 1, r & 2, (u8)(r & 0xc));
		x[i].data = rng_next(rng);
		x[i].idle = idles[rng_next(rng) % ARRAY_SIZE(idles)];
		if (!has_long_idle)
			x[i].idle %= 64;
		a[i].ack = acks[rng_next(rng) % ARRAY_SIZE(acks)];
		a[i].rdata = rng_next(rng);
		a[i].bad_rparity = !(rng_next(rng) % 8);
	}
}

static void check_access(const struct wiring_case *wc, const struct swd_xfer *asked,
			 const struct swd_xfer *got, const struct model_access *a)
{
	bool is_read = swd_req_is_read(asked->req);

	assert_true(a->was_seen);
	assert_int_equal(a->req, asked->req);
	assert_int_equal(got->ack, a->ack);
	if (!is_read) {
		assert_int_equal(a->wdata, asked->data);
		assert_true(a->wparity_ok);
		assert_int_equal(got->data, asked->data);
		assert_false(got->bad_parity);
	} else if (a->ack == SWD_ACK_OK) {
		assert_int_equal(got->data, a->rdata);
		assert_int_equal(got->bad_parity, a->bad_rparity);
	}
	if (a->idle < asked->idle)
		fail_msg("%s: %llu idle cycles of %u", wc->name, (unsigned long long)a->idle,
			 asked->idle);
}

static void run_random(const struct wiring_case *wc, bool has_clock_bytes, u64 seed, size_t n,
		       bool has_long_idle)
{
	struct mpsse_wire w = make_wire(wc, has_clock_bytes);
	struct swd_xfer *x = calloc(n, sizeof(*x)), *got = calloc(n, sizeof(*got));
	struct model_access *a = calloc(n, sizeof(*a));
	struct mpsse_code c = { 0 };
	struct mpsse_model m;
	u64 rng = seed;
	u8 *in;

	assert_non_null(x);
	assert_non_null(got);
	assert_non_null(a);
	random_xfers(&rng, x, a, n, has_long_idle);
	model_init(&m, wc->model, a, (unsigned int)n);
	m.is_fs = !has_clock_bytes;
	encode(&c, &w, x, n);
	model_feed(&m, c.out, c.n_out);
	if (m.fault)
		fail_msg("%s, seed %llu: %s", wc->name, (unsigned long long)seed, m.fault);

	assert_int_equal(m.n_cmd, 0);
	assert_int_equal(m.n_reply, c.n_in);
	assert_true(m.clocks == c.cycles);
	assert_true(m.n_contention == 0);
	assert_true(m.max_ones < 50);
	assert_int_equal(m.i_access, n);
	assert_true(a[n - 1].idle >= 8);

	in = calloc(1, c.n_in + MPSSE_IN_SLACK);
	assert_non_null(in);
	memcpy(in, m.reply, c.n_in);
	memcpy(got, x, n * sizeof(*x));
	assert_int_equal(mpsse_decode(&c, &w, in, c.n_in, got), n);
	for (size_t i = 0; i < n; i++)
		check_access(wc, &x[i], &got[i], &a[i]);
	free(in);
	free(a);
	free(got);
	free(x);
	model_free(&m);
	mpsse_code_free(&c);
}

static void test_random_accesses_reach_the_target_and_come_back(void **state)
{
	(void)state;
	for (size_t w = 0; w < ARRAY_SIZE(wirings); w++)
		for (u64 seed = 1; seed <= 60; seed++)
			run_random(&wirings[w], seed & 1, seed, 1 + seed * 3, true);
}

static void test_streams_beyond_one_command_have_no_seam(void **state)
{
	(void)state;
	run_random(&wirings[0], true, 4711, 8192, true);
	run_random(&wirings[0], false, 4712, 8192, true);
	/* more than 64 KiB in a row, at several alignments of the seam */
	for (u64 seed = 1; seed <= 8; seed++)
		run_random(&wirings[0], true, seed, 16384, false);
}

static void test_blind_reads_and_writes_leave_no_gap(void **state)
{
	struct mpsse_wire w = make_wire(&wirings[0], true);
	struct swd_xfer x[8192];
	struct mpsse_code c = { 0 };

	(void)state;
	memset(x, 0, sizeof(x));
	for (size_t i = 0; i < ARRAY_SIZE(x); i++)
		x[i].req = DRW_R;
	encode(&c, &w, x, ARRAY_SIZE(x));
	assert_true(c.cycles < 46 * ARRAY_SIZE(x) + 16);
	assert_true(c.n_out < 46 * ARRAY_SIZE(x) / 8 + 16);
	for (size_t i = 0; i < ARRAY_SIZE(x); i++)
		x[i] = (struct swd_xfer){ .req = DRW_W, .idle = 2, .data = (u32)i };
	encode(&c, &w, x, ARRAY_SIZE(x));
	assert_true(c.cycles < 48 * ARRAY_SIZE(x) + 16);
	assert_true(c.n_out < 6 * ARRAY_SIZE(x) + 16);
	mpsse_code_free(&c);
}

static void test_a_silent_target_answers_seven_on_every_wiring(void **state)
{
	struct swd_xfer x[] = { { .req = DPIDR_R }, { .req = DRW_W, .data = 0 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wirings); i++) {
		struct model_access a[] = { { .ack = 7 }, { .ack = 7 } };
		struct mpsse_wire w = make_wire(&wirings[i], true);
		struct mpsse_code c = { 0 };
		struct mpsse_model m;
		u8 in[128] = { 0 };

		model_init(&m, wirings[i].model, a, 2);
		encode(&c, &w, x, 2);
		model_feed(&m, c.out, c.n_out);
		assert_null(m.fault);
		assert_true(m.n_reply <= sizeof(in) - MPSSE_IN_SLACK);
		memcpy(in, m.reply, m.n_reply);
		assert_int_equal(mpsse_decode(&c, &w, in, m.n_reply, x), 2);
		assert_int_equal(x[0].ack, SWD_ACK_NONE);
		assert_int_equal(x[1].ack, SWD_ACK_NONE);
		model_free(&m);
		mpsse_code_free(&c);
	}
}

static void test_a_target_that_lets_go_after_its_ack_shows_as_bad_parity(void **state)
{
	struct mpsse_wire w = make_wire(&wirings[0], true);
	struct swd_xfer x = { .req = DPIDR_R };
	struct mpsse_code c = { 0 };
	u8 in[7 + MPSSE_IN_SLACK] = { 0 };

	(void)state;
	encode(&c, &w, &x, 1);
	memcpy(in, c.out + 3, 7); /* the adapter reads back what it drives... */
	in[1] &= (u8)~0x0c;	  /* ...but for ACK OK at bits 9-11 */
	assert_int_equal(mpsse_decode(&c, &w, in, 7, &x), 1);
	assert_int_equal(x.ack, SWD_ACK_OK);
	assert_true(x.bad_parity);
	mpsse_code_free(&c);
}

static void test_a_short_reply_tells_exactly_the_accesses_it_covers(void **state)
{
	enum { N = 20 };
	struct swd_xfer x[N], got[N];
	struct model_access a[N];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wirings); i++) {
		struct mpsse_wire w = make_wire(&wirings[i], true);
		struct mpsse_code c = { 0 };
		struct mpsse_model m;
		u64 rng = 99;
		size_t before = 0;

		random_xfers(&rng, x, a, N, true);
		model_init(&m, wirings[i].model, a, N);
		encode(&c, &w, x, N);
		model_feed(&m, c.out, c.n_out);
		for (size_t n = 0; n <= c.n_in; n++) {
			u8 *in = malloc(n + MPSSE_IN_SLACK); /* what follows is noise */
			size_t known;

			assert_non_null(in);
			memset(in, 0x5a, n + MPSSE_IN_SLACK);
			memcpy(in, m.reply, n);
			memset(got, 0xee, sizeof(got));
			for (size_t k = 0; k < N; k++)
				got[k].req = x[k].req;
			known = mpsse_decode(&c, &w, in, n, got);
			assert_true(known >= before && known <= before + 1);
			before = known;
			for (size_t k = 0; k < known; k++) {
				assert_int_equal(got[k].ack, a[k].ack);
				if (!swd_req_is_read(x[k].req) || a[k].ack != SWD_ACK_OK)
					continue;
				assert_int_equal(got[k].data, a[k].rdata);
				assert_int_equal(got[k].bad_parity, a[k].bad_rparity);
			}
			for (size_t k = known; k < N; k++)
				assert_int_equal(got[k].ack, 0xee);
			free(in);
		}
		assert_int_equal(before, N);
		model_free(&m);
		mpsse_code_free(&c);
	}
}

static void test_a_prefix_goes_before_the_stream(void **state)
{
	static const u8 prefix[] = { 0x80, 0x10, 0x13 };
	struct mpsse_wire w = make_wire(&wirings[0], true);
	const struct swd_xfer x = { .req = DPIDR_R };
	struct mpsse_code c = { 0 };

	(void)state;
	assert_int_equal(mpsse_code_begin(&c, prefix, sizeof(prefix)), 0);
	assert_int_equal(mpsse_encode(&c, &w, &x, 1), 0);
	assert_memory_equal(c.out, prefix, sizeof(prefix));
	assert_int_equal(c.out[3], 0x39);
	assert_int_equal(c.n_in, 7);
	mpsse_code_free(&c);
}

static void test_pin_commands_are_sent_only_for_bytes_that_change(void **state)
{
	const struct adapter_pins from = { .out = 0x1234, .dir = 0x5678 };
	static const struct {
		struct adapter_pins to;
		struct mpsse_pins want;
	} cases[] = {
		{ { 0x1234, 0x5678 }, { { 0 }, 0 } },
		{ { 0x1235, 0x5678 }, { { 0x80, 0x35, 0x78 }, 3 } },
		{ { 0x1234, 0x5778 }, { { 0x82, 0x12, 0x57 }, 3 } },
		{ { 0x0034, 0x5679 }, { { 0x80, 0x34, 0x79, 0x82, 0x00, 0x56 }, 6 } },
	};
	struct mpsse_pins cmd;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		mpsse_pins_diff(&cmd, &from, &cases[i].to);
		assert_int_equal(cmd.n, cases[i].want.n);
		assert_memory_equal(cmd.bytes, cases[i].want.bytes, cmd.n);
	}
	mpsse_pins_diff(&cmd, NULL, &from);
	assert_int_equal(cmd.n, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_read_over_a_resistor_is_request_ones_and_zeros),
		cmocka_unit_test(test_a_write_over_a_resistor_puts_data_behind_five_ones),
		cmocka_unit_test(test_a_write_with_two_idle_cycles_takes_six_bytes_of_stream),
		cmocka_unit_test(test_long_idle_is_one_command_behind_a_zero_bit),
		cmocka_unit_test(test_tristate_wiring_merges_data_idle_and_next_request),
		cmocka_unit_test(test_a_buffer_is_off_while_the_target_drives),
		cmocka_unit_test(test_swdio_on_tms_is_read_pin_by_pin),
		cmocka_unit_test(test_a_sequence_is_driven_to_its_last_bit),
		cmocka_unit_test(test_an_absurd_idle_time_is_refused_where_it_costs_bytes),
		cmocka_unit_test(test_random_accesses_reach_the_target_and_come_back),
		cmocka_unit_test(test_streams_beyond_one_command_have_no_seam),
		cmocka_unit_test(test_blind_reads_and_writes_leave_no_gap),
		cmocka_unit_test(test_a_silent_target_answers_seven_on_every_wiring),
		cmocka_unit_test(test_a_target_that_lets_go_after_its_ack_shows_as_bad_parity),
		cmocka_unit_test(test_a_short_reply_tells_exactly_the_accesses_it_covers),
		cmocka_unit_test(test_a_prefix_goes_before_the_stream),
		cmocka_unit_test(test_pin_commands_are_sent_only_for_bytes_that_change),
	};

	return cmocka_run_group_tests_name("mpsse-encode", tests, NULL, NULL);
}
