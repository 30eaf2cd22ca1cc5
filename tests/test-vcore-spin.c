// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loops that wait are taken in one step, and no others.
 */
#include "sim/vcore-spin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define HEAD   0x20000100u
#define PERIOD 300 /* of a pass, in ps */
#define INSNS  3

struct loop {
	struct vspin spin;
	u32 regs[VSPIN_REGS];
	u64 now_ps, left, skipped;
	struct vquadspi_look qspi;
};

/* one pass: 0 or how many more were skipped */
static u64 pass(struct loop *l, u64 to_ps)
{
	u64 n, period_ps, n_insns, until_ps;
	struct vspin_state now = { 0 };
	struct vspin_loop *loop;

	l->now_ps += PERIOD;
	l->left -= INSNS;
	loop = vspin_pass(&l->spin, HEAD);
	if (!loop)
		return 0;
	memcpy(now.regs, l->regs, sizeof(now.regs));
	now.qspi = l->qspi;
	now.at_ps = l->now_ps;
	now.left = l->left;
	n = vspin_passes(loop, &now, to_ps, &period_ps, &n_insns, &until_ps);
	if (n) {
		assert_int_equal(period_ps, PERIOD);
		assert_int_equal(n_insns, INSNS);
		assert_true(until_ps > l->now_ps);
	}
	l->now_ps += n * PERIOD;
	l->left -= n * INSNS;
	l->skipped += n;
	now.at_ps = l->now_ps;
	now.left = l->left;
	vspin_looked(loop, &now, until_ps);
	return n;
}

static struct loop fresh(void)
{
	return (struct loop){ .left = UINT64_MAX };
}

static void test_a_loop_that_changes_nothing_ends_with_the_slice(void **state)
{
	struct loop l = fresh();
	unsigned int i;

	(void)state;
	for (i = 0; i < 3; i++)
		pass(&l, 1000 * PERIOD + 7);
	assert_int_equal(l.skipped, 997);
	assert_int_equal(l.now_ps, 1000 * PERIOD); /* never beyond the end */
}

static void test_what_it_reads_may_change_and_ends_the_step(void **state)
{
	struct loop l = fresh();
	unsigned int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		pass(&l, 1000 * PERIOD);
		vspin_read(&l.spin, 50 * PERIOD + 1);
		vspin_read(&l.spin, 70 * PERIOD);
	}
	assert_int_equal(l.now_ps, 50 * PERIOD);
}

static void test_what_may_change_any_time_is_never_stepped_over(void **state)
{
	struct loop l = fresh();
	unsigned int i;

	(void)state;
	for (i = 0; i < 100; i++) {
		assert_int_equal(pass(&l, 1000 * PERIOD), 0);
		vspin_read(&l.spin, 0);
	}
}

static void test_a_counting_loop_is_executed_pass_by_pass(void **state)
{
	struct loop l = fresh();
	unsigned int i;

	(void)state;
	for (i = 0; i < 200; i++) {
		l.regs[i % VSPIN_REGS]++;
		assert_int_equal(pass(&l, 1000 * PERIOD), 0);
	}
}

static void test_a_write_makes_the_loop_a_new_one(void **state)
{
	struct loop l = fresh();
	unsigned int i;

	(void)state;
	for (i = 0; i < 200; i++) {
		assert_int_equal(pass(&l, 1000 * PERIOD), 0);
		vspin_break(&l.spin);
	}
}

static void test_the_instructions_allowed_are_not_exceeded(void **state)
{
	struct loop l = fresh();
	unsigned int i;

	(void)state;
	l.left = 100 * INSNS + 1;
	for (i = 0; i < 3; i++)
		pass(&l, 1000 * PERIOD);
	assert_int_equal(l.left, 1);
}

static void test_a_loop_that_becomes_a_waiting_one_is_noticed_later(void **state)
{
	struct loop l = fresh();
	unsigned int i;

	(void)state;
	for (i = 0; i < 40; i++) {
		l.regs[3] = i < 20 ? i : 20;
		pass(&l, 1000 * PERIOD);
	}
	assert_true(l.skipped > 900);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_loop_that_changes_nothing_ends_with_the_slice),
		cmocka_unit_test(test_what_it_reads_may_change_and_ends_the_step),
		cmocka_unit_test(test_what_may_change_any_time_is_never_stepped_over),
		cmocka_unit_test(test_a_counting_loop_is_executed_pass_by_pass),
		cmocka_unit_test(test_a_write_makes_the_loop_a_new_one),
		cmocka_unit_test(test_the_instructions_allowed_are_not_exceeded),
		cmocka_unit_test(test_a_loop_that_becomes_a_waiting_one_is_noticed_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
