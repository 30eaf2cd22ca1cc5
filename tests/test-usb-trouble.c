// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What trouble on USB costs, in virtual time.
 */
#include "tests/support/job.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEN KIB(256)

/* one reply that USB loses costs no more than this, wherever it is lost */
#define COST_NS (300 * MSEC_NS)

static u64 run(struct job *j, enum job_action action, struct job_image *img, const char *sim)
{
	j->sim = sim;
	if (job_run(j, action, img, 1))
		fail_msg("%s: %s, %s", sim, j->what, j->where);
	return j->report.bench.session_ns;
}

static void sweep_short(enum job_action action, struct job_image *img)
{
	struct job j;
	char sim[32];
	u64 calm, most = 0;
	unsigned int n;

	job_init(&j);
	run(&j, JOB_WRITE, img, "");
	calm = run(&j, action, img, "");
	for (n = 10; n < j.report.bench.usb_transfers; n += 23) {
		u64 took;

		snprintf(sim, sizeof(sim), "short_at=%u", n);
		took = run(&j, action, img, sim);
		most = max(most, took > calm ? took - calm : 0);
		if (took > calm + COST_NS)
			fail_msg("%s costs %.3f s", sim, (double)(took - calm) / 1e9);
	}
	assert_true(most > 50 * MSEC_NS); /* there was something to be survived */
	job_exit(&j);
}

static void test_a_short_reply_while_reading_costs_a_fraction_of_a_second(void **state)
{
	u8 *data = malloc(LEN);
	struct job_image img = { .addr = 0x90000000, .data = data, .len = LEN };

	assert_non_null(data);
	job_fill(data, LEN, 3);
	sweep_short(JOB_READ_RANGE, &img);
	free(data);
}

static void test_a_short_reply_while_programming_costs_a_fraction_of_a_second(void **state)
{
	u8 *data = malloc(KIB(16));
	struct job_image img = { .addr = 0x08000000, .data = data, .len = KIB(16) };

	assert_non_null(data);
	job_fill(data, KIB(16), 4);
	sweep_short(JOB_WRITE, &img);
	free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_short_reply_while_reading_costs_a_fraction_of_a_second),
		cmocka_unit_test(test_a_short_reply_while_programming_costs_a_fraction_of_a_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
