// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How often SWDIO has not settled when it is sampled: by wiring, resistor, capacitance and SWCLK.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/mpsse-host.h"

/* ps of half a period */
static u64 half_ps(unsigned int khz)
{
	return UINT64_C(500000000) / khz;
}

static double worse_of(enum wiring wiring, double ohm, double pf, unsigned int khz)
{
	struct vedge e;
	double out, in;

	vedge_init(&e, wiring, ohm, pf);
	out = vedge_late_out(&e, half_ps(khz));
	in = vedge_late_in(&e, 2 * half_ps(khz));
	return out > in ? out : in;
}

static void test_each_wiring_has_clocks_that_work_and_clocks_that_do_not(void **state)
{
	static const struct {
		const char *name;
		enum wiring wiring;
		double ohm, pf;
		unsigned int khz;
		double least, most;
	} cases[] = {
		{ "the usual module at 30 MHz", WIRING_RESISTOR, 0, 0, 30000, 0, 0 },
		{ "the usual values by name", WIRING_RESISTOR, 220, 30, 30000, 0, 0 },
		{ "a longer wire at 30 MHz", WIRING_RESISTOR, 220, 50, 30000, 1e-6, 1e-3 },
		{ "a longer wire at 15 MHz", WIRING_RESISTOR, 220, 50, 15000, 0, 0 },
		{ "24 ns at 30 MHz", WIRING_RESISTOR, 470, 50, 30000, 0.999, 1 },
		{ "24 ns at 15 MHz", WIRING_RESISTOR, 470, 50, 15000, 0, 0 },
		{ "35 ns at 15 MHz", WIRING_RESISTOR, 700, 50, 15000, 1e-6, 0.1 },
		{ "50 ns at 15 MHz", WIRING_RESISTOR, 1000, 50, 15000, 0.999, 1 },
		{ "50 ns at 10 MHz", WIRING_RESISTOR, 1000, 50, 10000, 0, 0 },
		{ "10 kOhm at 1 MHz", WIRING_RESISTOR, 10000, 30, 1000, 0, 0 },
		{ "10 kOhm at 3 MHz", WIRING_RESISTOR, 10000, 30, 3000, 0.999, 1 },
		{ "a resistor that the target cannot pull against", WIRING_RESISTOR, 10, 30, 100, 1,
		  1 },
		{ "direct at 30 MHz", WIRING_TRISTATE, 0, 0, 30000, 0, 0 },
		{ "direct, a metre of cable, 30 MHz", WIRING_TRISTATE, 0, 500, 30000, 0.1, 1 },
		{ "buffer at 30 MHz", WIRING_BUFFER, 0, 0, 30000, 0, 0 },
		{ "buffer with a longer wire at 30 MHz", WIRING_BUFFER, 0, 200, 30000, 1e-9, 1 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		double p = worse_of(cases[i].wiring, cases[i].ohm, cases[i].pf, cases[i].khz);

		if (p < cases[i].least || p > cases[i].most)
			fail_msg("%s: chance %g", cases[i].name, p);
	}
}

static void test_errors_go_from_never_to_always_within_few_nanoseconds(void **state)
{
	struct vedge e;
	double was = 1, p;
	u64 ps, never = 0, always = 0;

	vedge_init(&e, WIRING_RESISTOR, 470, 50);
	for (ps = 0; ps < 100000; ps += 100) {
		p = vedge_late_out(&e, ps);
		assert_true(p <= was);
		was = p;
		if (p > 0.999)
			always = ps;
		if (p > 1e-9)
			never = ps;
	}
	assert_in_range(never - always, 1000, 6000);
	assert_in_range(always, 20000, 23000); /* 17.3 ns in the RC, skew and set-up */
}

static void test_reading_has_a_whole_period_and_fails_at_higher_clocks_than_writing(void **state)
{
	struct vedge e;

	vedge_init(&e, WIRING_RESISTOR, 470, 50);
	assert_true(vedge_late_out(&e, 16667) > 0.999);
	assert_true(vedge_late_in(&e, 33333) == 0);
}

/* DPIDR read at MPSSE divisor @div; 0 if nothing sensible came */
static u32 dpidr_at(struct fix *f, u8 div)
{
	struct bits s = { .n = 0 };
	size_t at;

	s_connect(&s);
	at = s_read(&s, 0xa5);
	PUT(f, 0x86, div, 0);
	stream(f, &s);
	return get(f->in, at + 9, 3) == 1 ? (u32)get(f->in, at + 12, 32) : 0;
}

static void test_too_slow_a_wire_is_deaf_at_30_mhz_and_fine_at_15(void **state)
{
	struct fix *f = *state;

	f->opts.wire_ohm = 470;
	f->opts.wire_pf = 50;
	plug(f);
	mpsse(f);
	assert_int_equal(dpidr_at(f, 0), 0);
	assert_true(f->sim.stats.bit_errors > 10);
	f->sim.stats.bit_errors = 0;
	assert_int_equal(dpidr_at(f, 1), DPIDR_L4);
	assert_int_equal(f->sim.stats.bit_errors, 0);
	assert_int_equal(dpidr_at(f, 0), 0);
	assert_no_complaints(f); /* none of it was the host's fault */
}

static void test_pins_set_one_by_one_are_never_late(void **state)
{
	struct fix *f = *state;
	unsigned int i;

	f->opts.wire_ohm = 470;
	f->opts.wire_pf = 50;
	plug(f);
	mpsse(f);
	assert_int_equal(dpidr_at(f, 0), 0);
	f->sim.stats.bit_errors = 0;
	for (i = 0; i < 200; i++)
		PUT(f, 0x80, i & 1 ? 0x02 : 0x00, 0x03, 0x80, i & 1 ? 0x03 : 0x01, 0x03);
	run(f, 0);
	assert_int_equal(f->sim.stats.bit_errors, 0);
}

/* writes of all zeros and of alternating bits */
static u64 errors_of_writes(struct fix *f, u32 data)
{
	struct bits s = { .n = 0 };
	u64 before;
	unsigned int i;

	s_connect(&s);
	s_read(&s, 0xa5);
	PUT(f, 0x86, 1, 0);
	stream(f, &s);
	before = f->sim.stats.bit_errors;
	memset(&s, 0, sizeof(s));
	for (i = 0; i < 1000; i++)
		s_write(&s, 0xb1, data);
	PUT(f, 0x86, 0, 0);
	stream(f, &s);
	return f->sim.stats.bit_errors - before;
}

static void test_marginal_bits_fail_by_chance_and_only_where_the_level_changes(void **state)
{
	struct fix *f = *state;
	struct vedge e;
	double p;
	u64 few, many;

	f->opts.wire_ohm = 220;
	f->opts.wire_pf = 54;
	plug(f);
	mpsse(f);
	vedge_init(&e, WIRING_RESISTOR, 220, 54);
	p = vedge_late_out(&e, 16666);
	assert_true(p > 1e-3 && p < 2e-2);
	many = errors_of_writes(f, 0x55555555);
	few = errors_of_writes(f, 0);
	/* some 36 changes in each frame: request, data */
	assert_true((double)many > 36000 * p / 2 && (double)many < 36000 * p * 2);
	assert_true(few < many / 3);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_each_wiring_has_clocks_that_work_and_clocks_that_do_not),
		T(test_errors_go_from_never_to_always_within_few_nanoseconds),
		T(test_reading_has_a_whole_period_and_fails_at_higher_clocks_than_writing),
		T(test_too_slow_a_wire_is_deaf_at_30_mhz_and_fine_at_15),
		T(test_pins_set_one_by_one_are_never_late),
		T(test_marginal_bits_fail_by_chance_and_only_where_the_level_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
