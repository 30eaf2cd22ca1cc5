// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The checks that every request to a flash device passes.
 */
#include "lib/mtd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/fake-memq.h"

struct fixture {
	struct ctx ctx;
	struct memq *q;
	struct mtd_info mtd;
	u8 cells[0x30000];
	unsigned int n_prepared, n_issued, n_reads;
	bool locked;
};

static struct fixture *to_fixture(struct mtd_info *mtd)
{
	return container_of(mtd, struct fixture, mtd);
}

static int toy_prepare(struct mtd_info *mtd)
{
	to_fixture(mtd)->n_prepared++;
	return 0;
}

static int toy_read(struct mtd_info *mtd, u64 from, size_t len, u8 *buf)
{
	to_fixture(mtd)->n_reads++;
	memcpy(buf, to_fixture(mtd)->cells + from, len);
	return 0;
}

static int toy_issue(struct flash_job *job, struct memq *q)
{
	struct fixture *f = to_fixture(job->mtd);
	u64 at = job->offset + job->issued;

	(void)q;
	f->n_issued++;
	if (job->kind == JOB_ERASE)
		memset(f->cells + at, 0xff, job->len);
	else
		memcpy(f->cells + at, job->buf, job->len);
	job->issued = job->len;
	return JOB_DONE;
}

static int toy_check(struct flash_job *job)
{
	job->done = job->issued;
	return JOB_DONE;
}

static int toy_is_locked(struct mtd_info *mtd, u64 from, u64 len)
{
	(void)from;
	(void)len;
	if (!to_fixture(mtd)->locked)
		return 0;
	return err_set(&mtd->ctx->err, -EROFS, NULL, "block 3 is protected");
}

static const struct mtd_ops toy_ops = {
	.prepare = toy_prepare,
	.read = toy_read,
	.issue = toy_issue,
	.check = toy_check,
	.is_locked = toy_is_locked,
};

/* four of 16 KiB, one of 64 KiB, one of 64 KiB: as the sectors of an F4 */
static const struct mtd_region toy_regions[] = {
	{ .offset = 0, .erasesize = 0x4000, .count = 4 },
	{ .offset = 0x10000, .erasesize = 0x10000, .count = 2 },
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->q = fake_memq_new(&f->ctx, 1000000);
	f->mtd = (struct mtd_info){ .name = "toy",
				    .base = 0x08000000,
				    .size = 0x30000,
				    .writesize = 8,
				    .writebufsize = 8,
				    .erased = 0xff,
				    .writeable = true,
				    .regions = toy_regions,
				    .n_regions = 2,
				    .ops = &toy_ops,
				    .ctx = &f->ctx,
				    .q = f->q };
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	fake_memq_free(f->q);
	free(f);
	return 0;
}

static void test_block_at_finds_the_block_in_any_region(void **state)
{
	static const struct {
		u64 offset, start, size;
	} cases[] = {
		{ 0, 0, 0x4000 },
		{ 0x3fff, 0, 0x4000 },
		{ 0x4000, 0x4000, 0x4000 },
		{ 0xffff, 0xc000, 0x4000 },
		{ 0x10000, 0x10000, 0x10000 },
		{ 0x2ffff, 0x20000, 0x10000 },
	};
	struct fixture *f = *state;
	u64 start = 1, size = 1;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_true(mtd_block_at(&f->mtd, cases[i].offset, &start, &size));
		assert_int_equal(start, cases[i].start);
		assert_int_equal(size, cases[i].size);
	}
	start = size = 1;
	assert_false(mtd_block_at(&f->mtd, 0x30000, &start, &size));
	assert_false(mtd_block_at(&f->mtd, UINT64_MAX, &start, &size));
	assert_int_equal(start + size, 2);
}

static void test_write_erase_and_read_reach_the_device(void **state)
{
	struct fixture *f = *state;
	u8 in[16], out[16];

	memset(in, 0x5a, sizeof(in));
	assert_int_equal(mtd_erase(&f->mtd, 0x4000, 0x1c000), 0);
	assert_int_equal(mtd_write(&f->mtd, 0x4008, sizeof(in), in), 0);
	assert_int_equal(mtd_read(&f->mtd, 0x4008, sizeof(out), out), 0);
	assert_memory_equal(in, out, sizeof(in));
	assert_int_equal(f->cells[0x4000], 0xff);
	assert_int_equal(f->cells[0x3fff], 0);
	assert_int_equal(f->n_prepared, 3);
}

static void test_ranges_past_the_end_are_refused(void **state)
{
	static const struct {
		u64 from, len;
	} cases[] = {
		{ 0x30000, 8 },	       { 0x2fff8, 16 }, { UINT64_MAX, 8 },
		{ 8, UINT64_MAX - 7 }, { 0, 0x30008 },
	};
	struct fixture *f = *state;
	u8 buf[16] = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		err_clear(&f->ctx.err);
		assert_int_equal(mtd_write(&f->mtd, cases[i].from, cases[i].len, buf), -EINVAL);
		assert_int_equal(mtd_read(&f->mtd, cases[i].from, cases[i].len, buf), -EINVAL);
		assert_int_equal(mtd_erase(&f->mtd, cases[i].from, cases[i].len), -EINVAL);
		assert_int_equal(mtd_is_locked(&f->mtd, cases[i].from, cases[i].len), -EINVAL);
		assert_non_null(strstr(f->ctx.err.what, "do not fit in toy"));
	}
	assert_int_equal(f->n_issued + f->n_reads, 0);
}

static void test_empty_requests_at_the_end_are_allowed(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(mtd_write(&f->mtd, 0x30000, 0, NULL), 0);
	assert_int_equal(mtd_read(&f->mtd, 0x30000, 0, NULL), 0);
	assert_int_equal(mtd_erase(&f->mtd, 0x30000, 0), 0);
	assert_int_equal(f->n_issued + f->n_reads, 0);
}

static void test_write_must_be_whole_program_units(void **state)
{
	struct fixture *f = *state;
	u8 buf[16] = { 0 };

	assert_int_equal(mtd_write(&f->mtd, 4, 8, buf), -EINVAL);
	assert_non_null(strstr(f->ctx.err.what, "program units of 8 bytes"));
	assert_int_equal(mtd_write(&f->mtd, 8, 12, buf), -EINVAL);
	assert_int_equal(f->n_issued, 0);
}

static void test_erase_inside_a_block_names_its_borders(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(mtd_erase(&f->mtd, 0x4800, 0x3800), -EINVAL);
	assert_non_null(strstr(f->ctx.err.what, "0x4000..0x7fff"));
	err_clear(&f->ctx.err);
	assert_int_equal(mtd_erase(&f->mtd, 0x4000, 0x10000), -EINVAL);
	assert_non_null(strstr(f->ctx.err.what, "0x10000..0x1ffff"));
	assert_int_equal(f->n_issued, 0);
}

static void test_read_only_devices_refuse_before_anything(void **state)
{
	struct fixture *f = *state;
	u8 buf[8] = { 0 };

	f->mtd.writeable = false;
	assert_int_equal(mtd_write(&f->mtd, 0, 8, buf), -EROFS);
	assert_int_equal(mtd_erase(&f->mtd, 0, 0x4000), -EROFS);
	assert_int_equal(mtd_is_locked(&f->mtd, 0, 8), -EROFS);
	assert_non_null(strstr(f->ctx.err.what, "toy is read-only"));
	assert_int_equal(f->n_prepared + f->n_issued, 0);
}

static void test_locked_ranges_refuse_before_anything(void **state)
{
	struct fixture *f = *state;
	u8 buf[8] = { 0 };

	f->locked = true;
	assert_int_equal(mtd_write(&f->mtd, 0, 8, buf), -EROFS);
	assert_int_equal(mtd_erase(&f->mtd, 0, 0x4000), -EROFS);
	assert_non_null(strstr(f->ctx.err.what, "block 3"));
	assert_int_equal(f->n_prepared + f->n_issued, 0);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_block_at_finds_the_block_in_any_region),
		TEST(test_write_erase_and_read_reach_the_device),
		TEST(test_ranges_past_the_end_are_refused),
		TEST(test_empty_requests_at_the_end_are_allowed),
		TEST(test_write_must_be_whole_program_units),
		TEST(test_erase_inside_a_block_names_its_borders),
		TEST(test_read_only_devices_refuse_before_anything),
		TEST(test_locked_ranges_refuse_before_anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
