// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * clock=auto on wires of the bench whose edges are slower and slower (r=, c=): it ends below the first
 * clock that the wire does not carry, and the job at it is without errors.
 */
#include "tests/support/job.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#define LEN KIB(32)

static u32 write_at(struct job *j, const char *wire, const char *clock, const u8 *data)
{
	struct job_image img = { .addr = 0x90000000, .data = data, .len = LEN };

	job_init(j);
	j->sim = wire;
	j->clock = clock;
	if (job_run(j, JOB_WRITE, &img, 1))
		fail_msg("clock=%s,%s: %s, %s", clock, wire, j->what, j->where);
	job_exit(j);
	return j->report.bench.swclk_hz;
}

/* the next faster clock that a 30 MHz divider has */
static u32 next_hz(u32 hz)
{
	u32 div = 30000000 / hz;

	return div > 1 ? 30000000 / (div - 1) : 0;
}

static void test_it_ends_below_the_clock_that_fails_and_the_job_is_clean(void **state)
{
	static const char *const wires[] = { "r=220,c=30", "r=330,c=50",  "r=470,c=50",
					     "r=470,c=70", "r=1000,c=50", "r=1000,c=100" };
	u8 *data = malloc(LEN);
	u32 last = UINT32_MAX;
	char clock[16];
	struct job j;

	assert_non_null(data);
	job_fill(data, LEN, 5);
	for (size_t i = 0; i < ARRAY_SIZE(wires); i++) {
		u32 hz, faster;

		hz = write_at(&j, wires[i], "auto", data);
		assert_true(hz >= 5000000);
		assert_true(hz <= last);
		last = hz;
		assert_true(j.report.bench.wire_errors == 0);
		assert_true(j.report.repairs == 0);
		assert_true(j.report.verified_bytes == LEN);
		faster = next_hz(hz);
		if (!faster)
			continue;
		/* that one was rightly given up: asked for, it has errors, or is not even taken */
		snprintf(clock, sizeof(clock), "%u", faster);
		if (write_at(&j, wires[i], clock, data) == faster && !j.report.bench.wire_errors)
			fail_msg("%s: %u Hz is as good as %u Hz", wires[i], faster, hz);
	}
	assert_true(last < 15000000); /* there was something to be found */
	free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_it_ends_below_the_clock_that_fails_and_the_job_is_clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
