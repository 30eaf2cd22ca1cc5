// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where a job's time went, and what the wire was like.
 */
#include "tests/support/job.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

static void assert_adds_up(const struct swdrom_bench *b)
{
	assert_true(b->session_ns);
	assert_true(b->wire_ns + b->target_ns + b->usb_ns + b->host_ns == b->session_ns);
	assert_true(b->host_ns == 0); /* in virtual time this computer is infinitely fast */
}

static void run(struct job *j, const char *sim, u64 addr, size_t len)
{
	u8 *data = malloc(len);
	struct job_image img = { .addr = addr, .data = data, .len = len };

	assert_non_null(data);
	job_fill(data, len, 9);
	job_init(j);
	j->sim = sim;
	if (job_run(j, JOB_WRITE, &img, 1))
		fail_msg("%s: %s, %s", sim, j->what, j->where);
	free(data);
	job_exit(j);
}

static void test_the_parts_add_up_to_the_whole(void **state)
{
	static const char *const sims[] = { "", "ber=1e-5", "wait_every=500", "short_at=88",
					    "clock=500000" };
	struct job j;

	for (size_t i = 0; i < ARRAY_SIZE(sims); i++) {
		run(&j, sims[i], 0x08000000, KIB(8));
		assert_adds_up(&j.report.bench);
		run(&j, sims[i], 0x90000000, KIB(16));
		assert_adds_up(&j.report.bench);
	}
}

static void test_a_job_that_fails_adds_up_too(void **state)
{
	struct job_image img = { .addr = 0x08000000, .data = (const u8 *)"1234567", .len = 8 };
	struct job j;

	job_init(&j);
	j.sim = "no_power=1";
	assert_int_equal(job_run(&j, JOB_WRITE, &img, 1), SWDROM_NO_TARGET);
	assert_adds_up(&j.report.bench);
	j.sim = "unplug_at=50";
	assert_int_equal(job_run(&j, JOB_WRITE, &img, 1), SWDROM_NO_ADAPTER);
	assert_adds_up(&j.report.bench);
	job_exit(&j);
}

static void test_programming_waits_for_the_flash_above_all(void **state)
{
	struct job j;

	run(&j, "", 0x08000000, KIB(64));
	assert_true(j.report.bench.target_ns > j.report.bench.session_ns / 2);
}

static void test_a_slow_clock_is_time_on_the_wire(void **state)
{
	struct job j;

	run(&j, "clock=500000", 0x08000000, KIB(16));
	assert_true(j.report.bench.wire_ns > j.report.bench.session_ns * 3 / 4);
	/* each access has its 46 cycles at least */
	assert_true(j.report.bench.wire_ns >=
		    (j.report.bench.swd_transfers * 46 / 500000) * SEC_NS);
}

static void test_the_wires_error_rate_is_measured(void **state)
{
	struct job j;

	run(&j, "", 0x90000000, KIB(128));
	assert_true(j.report.bench.wire_errors == 0);
	assert_true(j.report.bench.wire_error_rate == 0);
	run(&j, "ber=1e-5", 0x90000000, KIB(128));
	assert_true(j.report.bench.wire_errors > 10);
	assert_true(j.report.bench.wire_errors <= j.report.bench.retries);
	/* flipped idle bits mostly do no harm, and one of two in a frame hides the other */
	assert_true(j.report.bench.wire_error_rate > 2e-6);
	assert_true(j.report.bench.wire_error_rate < 2e-5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_parts_add_up_to_the_whole),
		cmocka_unit_test(test_a_job_that_fails_adds_up_too),
		cmocka_unit_test(test_programming_waits_for_the_flash_above_all),
		cmocka_unit_test(test_a_slow_clock_is_time_on_the_wire),
		cmocka_unit_test(test_the_wires_error_rate_is_measured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
