// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bytes that a job was to keep and could not put back: those that it names are those that are gone,
 * where fast rows go on beside one that was broken off.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/job.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BASE	0x08000000u
#define SIZE	KIB(256)
#define PAGE	KIB(2)
#define N_PAGES (SIZE / PAGE)
#define IMAGE	KIB(1) /* of each page; the other half is to be kept */

struct loss {
	u64 count, first, last;
};

/* bytes to be kept that are not what they were */
static struct loss really_lost(struct job *j, const u8 *old)
{
	struct loss loss = { 0 };
	size_t len, i;
	u8 *now = job_truth(j, false, &len);

	assert_true(len >= SIZE);
	for (i = 0; i < SIZE; i++) {
		if (i % PAGE < IMAGE || now[i] == old[i])
			continue;
		if (!loss.count++)
			loss.first = BASE + i;
		loss.last = BASE + i;
	}
	free(now);
	return loss;
}

static struct loss said_to_be_lost(const struct job *j)
{
	const char *at = strstr(j->log, "not of the image, in 0x");
	struct loss loss = { 0 };

	if (!at)
		return loss;
	while (at > j->log && at[-1] != ':')
		at--;
	assert_int_equal(
		sscanf(at, " %" SCNu64 " byte%*[s] not of the image, in 0x%" SCNx64 "..0x%" SCNx64,
		       &loss.count, &loss.first, &loss.last),
		3);
	return loss;
}

/* stopped after @stop_after calls of progress, on a wire with errors; were bytes lost? */
static bool stop_and_compare(const u8 *old, const u8 *new, unsigned long seed, int stop_after)
{
	static struct job_image images[N_PAGES];
	struct loss lost, said;
	struct job j;
	size_t i;

	job_init(&j);
	j.board = "l476rc-mt25ql128";
	job_poke_truth(&j, false, 0, old, SIZE);
	for (i = 0; i < N_PAGES; i++)
		images[i] = (struct job_image){ .addr = BASE + i * PAGE,
						.data = new + i *PAGE,
						.len = IMAGE };
	j.seed = seed;
	j.sim = "ber=4e-6";
	j.stop_after = stop_after;
	job_run(&j, JOB_WRITE, images, N_PAGES);
	lost = really_lost(&j, old);
	said = said_to_be_lost(&j);
	if (lost.count != said.count || lost.first != said.first || lost.last != said.last)
		fail_msg("seed %lu, stopped at %d: %" PRIu64 " bytes are lost (0x%" PRIx64
			 "..0x%" PRIx64 "), %" PRIu64 " are named (0x%" PRIx64 "..0x%" PRIx64
			 "): %s",
			 seed, stop_after, lost.count, lost.first, lost.last, said.count,
			 said.first, said.last, j.log);
	job_exit(&j);
	return lost.count;
}

static void test_what_is_named_as_lost_is_what_is_lost(void **state)
{
	u8 *old = malloc(SIZE), *new = malloc(SIZE);
	unsigned int n_lost = 0;

	assert_true(old && new);
	job_fill(old, SIZE, 1);
	job_fill(new, SIZE, 2);
	for (unsigned long seed = 1; seed <= 8; seed++)
		n_lost += stop_and_compare(old, new, seed, 8 + 3 * (int)seed);
	assert_true(n_lost > 3);
	free(old);
	free(new);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_named_as_lost_is_what_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
