// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the planner makes of checksums and of times: what is read at all, which erase is chosen with
 * the programming that it costs or saves, and what is expected of the whole.
 */
#include "lib/crc32.h"
#include "lib/plan.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BLOCK  256u
#define BLOCKS 64u
#define SIZE   (BLOCK * BLOCKS)

struct fake {
	struct mtd_info mtd;
	struct mtd_region region;
	struct mtd_erase_unit units[2];
	u8 mem[SIZE];
	u64 bytes_read, bytes_summed;
	unsigned int n_reads, n_sums, n_guesses;
	u64 unsure_at;	  /* the piece that holds it has no checksum; past the end: none */
	u64 wavering_at;  /* this one has another one each time after the first */
	bool is_unproven; /* its sums are guesses where they may be */
	bool cannot_sum;
};

struct world {
	struct ctx ctx;
	struct fake flash, nor;
	struct mtd_info *mtds[2];
	struct image *img;
	struct plan plan;
	struct err err;
};

static int never_issue(struct flash_job *job, struct memq *q)
{
	fail();
	return -EIO;
}

static int never_check(struct flash_job *job)
{
	fail();
	return -EIO;
}

static int never_sum(struct mtd_info *mtd, struct mtd_crc *pieces, size_t n)
{
	fail();
	return -EIO;
}

static const struct mtd_ops fake_ops = {
	.issue = never_issue,
	.check = never_check,
	.checksum = never_sum, /* there is one: the plan's callback is asked */
};

static int fake_read(void *arg, struct mtd_info *mtd, u64 from, size_t len, u8 *buf)
{
	struct fake *f = container_of(mtd, struct fake, mtd);

	assert_true(from + len <= SIZE);
	memcpy(buf, f->mem + from, len);
	f->bytes_read += len;
	f->n_reads++;
	if (f->unsure_at >= from && f->unsure_at < from + len)
		mtd->n_doubtful++;
	return 0;
}

static int fake_sum(void *arg, struct mtd_info *mtd, struct mtd_crc *pieces, size_t n)
{
	struct fake *f = container_of(mtd, struct fake, mtd);

	if (f->cannot_sum)
		return -EOPNOTSUPP;
	for (size_t i = 0; i < n; i++) {
		struct mtd_crc *p = &pieces[i];

		assert_true(p->from + p->len <= SIZE);
		p->crc = crc32_of(0, f->mem + p->from, p->len);
		p->is_unsure = f->unsure_at >= p->from && f->unsure_at < p->from + p->len;
		if (f->wavering_at >= p->from && f->wavering_at < p->from + p->len && f->n_sums > 1)
			p->crc ^= f->n_sums + (u32)i;
		p->is_guessed = f->is_unproven && p->is_guess;
		f->n_guesses += p->is_guess;
		f->bytes_summed += p->len;
	}
	f->n_sums++;
	return 0;
}

static void fake_init(struct fake *f, struct ctx *ctx, const char *name, u64 base)
{
	f->region = (struct mtd_region){ .erasesize = BLOCK, .count = BLOCKS };
	f->mtd = (struct mtd_info){
		.name = name,
		.base = base,
		.size = SIZE,
		.writesize = 8,
		.writebufsize = 8,
		.erased = 0xff,
		.writeable = true,
		.write_once = true,
		.regions = &f->region,
		.n_regions = 1,
		.units = f->units,
		.erase_typ_ns = 1000,
		.erase_max_ns = 1000,
		.write_typ_ns = 10,
		.write_max_ns = 10,
		.ops = &fake_ops,
		.ctx = ctx,
	};
	memset(f->mem, 0xff, SIZE);
	f->unsure_at = f->wavering_at = SIZE;
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	fake_init(&w->flash, &w->ctx, "flash", 0x08000000);
	w->flash.units[0] = (struct mtd_erase_unit){
		.size = SIZE / 2, .stride = SIZE / 2, .count = 2, .typ_ns = 1500, .max_ns = 1500
	};
	w->flash.mtd.n_units = 1;
	fake_init(&w->nor, &w->ctx, "qspi", 0x90000000);
	w->nor.mtd.writesize = 1;
	w->nor.mtd.writebufsize = 64;
	w->nor.mtd.write_once = false;
	w->mtds[0] = &w->flash.mtd;
	w->mtds[1] = &w->nor.mtd;
	w->img = image_new();
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	plan_free(&w->plan);
	image_free(w->img);
	free(w);
	return 0;
}

/* what belongs at an offset: never blank, never the same twice within a page */
static u8 byte_at(u64 offset)
{
	return (u8)(offset * 7 + (offset >> 8) * 3) & 0x7f;
}

static void fill(u8 *buf, u64 offset, size_t len)
{
	for (size_t i = 0; i < len; i++)
		buf[i] = byte_at(offset + i);
}

static void add(struct world *w, const struct fake *f, u64 offset, size_t len)
{
	u8 buf[SIZE];

	fill(buf, offset, len);
	assert_int_equal(image_add(w->img, f->mtd.base + offset, buf, len, "app.hex", &w->err), 0);
}

static void plan(struct world *w, bool no_skip)
{
	struct plan_opts opts = { .sum = fake_sum, .no_skip = no_skip };

	plan_free(&w->plan);
	if (plan_write(&w->plan, w->img, w->mtds, 2, fake_read, NULL, &opts, &w->err))
		fail_msg("%s", w->err.what);
}

static void assert_steps(const struct world *w, u64 erased, u64 programmed, u64 skipped)
{
	assert_int_equal(w->plan.all.erased, erased);
	assert_int_equal(w->plan.all.programmed, programmed);
	assert_int_equal(w->plan.all.skipped, skipped);
}

/* ---- what is read ---- */

static void test_equal_and_blank_blocks_are_known_by_their_checksums_alone(void **state)
{
	struct world *w = *state;

	add(w, &w->nor, 0, 8 * BLOCK);
	fill(w->nor.mem, 0, 5 * BLOCK);
	plan(w, false);
	assert_steps(w, 0, 3 * BLOCK, 5 * BLOCK);
	assert_int_equal(w->nor.bytes_read, 0);
	/* together, each once, and the two at the border of what was done three times more */
	assert_int_equal(w->nor.bytes_summed, 2 * 8 * BLOCK + 3 * 2 * BLOCK);
	assert_int_equal(w->plan.all.compared_by_crc, 5 * BLOCK);
	assert_int_equal(w->plan.all.verified, 8 * BLOCK);
}

static void test_blocks_that_are_all_equal_or_all_blank_are_summed_together(void **state)
{
	struct world *w = *state;

	add(w, &w->flash, 0, 8 * BLOCK);
	fill(w->flash.mem, 0, 8 * BLOCK);
	plan(w, false);
	assert_steps(w, 0, 0, 8 * BLOCK);
	assert_int_equal(w->flash.bytes_summed, 8 * BLOCK);
	assert_int_equal(w->plan.all.compared_by_crc, 8 * BLOCK);
	memset(w->flash.mem, 0xff, 8 * BLOCK);
	w->flash.bytes_summed = 0;
	plan(w, false);
	assert_steps(w, 0, 8 * BLOCK, 0);
	assert_int_equal(w->flash.bytes_summed, 8 * BLOCK);
	assert_int_equal(w->flash.bytes_read, 0);
}

static void test_what_is_equal_by_a_guess_is_verified_all_the_same(void **state)
{
	struct world *w = *state;
	const struct plan_step *last;

	add(w, &w->flash, 0, 8 * BLOCK);
	fill(w->flash.mem, 0, 8 * BLOCK);
	w->flash.is_unproven = true;
	plan(w, false);
	assert_steps(w, 0, 0, 8 * BLOCK);
	assert_int_equal(w->plan.all.compared, 0);
	assert_int_equal(w->plan.all.compared_by_crc, 0);
	assert_int_equal(w->plan.all.verified, 8 * BLOCK);
	last = &w->plan.steps[w->plan.n_steps - 1];
	assert_int_equal(last->kind, PLAN_VERIFY);
	assert_int_equal(last->len, 8 * BLOCK);
}

static void test_what_is_not_verified_is_not_guessed(void **state)
{
	const struct plan_opts opts = { .sum = fake_sum, .no_verify = true };
	struct world *w = *state;

	add(w, &w->flash, 0, 8 * BLOCK);
	fill(w->flash.mem, 0, 5 * BLOCK);
	w->flash.is_unproven = true;
	assert_int_equal(plan_write(&w->plan, w->img, w->mtds, 2, fake_read, NULL, &opts, &w->err),
			 0);
	assert_steps(w, 0, 3 * BLOCK, 5 * BLOCK);
	assert_true(w->flash.n_sums);
	assert_int_equal(w->flash.n_guesses, 0);
}

static void test_of_a_block_that_differs_only_the_first_bytes_are_read(void **state)
{
	struct world *w = *state;

	add(w, &w->flash, 0, 8 * BLOCK);
	fill(w->flash.mem, 0, 8 * BLOCK);
	w->flash.mem[3 * BLOCK + 5] ^= 1;
	plan(w, false);
	assert_steps(w, BLOCK, BLOCK, 7 * BLOCK);
	assert_int_equal(w->flash.bytes_read, 64);
	assert_int_equal(w->plan.steps[0].offset, 3 * BLOCK);
}

static void
test_a_block_that_differs_further_on_is_read_to_see_if_it_can_be_programmed(void **state)
{
	struct world *w = *state;

	add(w, &w->flash, 0, 2 * BLOCK);
	fill(w->flash.mem, 0, BLOCK + 128);
	plan(w, false);
	assert_steps(w, 0, 128, BLOCK + 128);
	assert_int_equal(w->flash.bytes_read, 64 + BLOCK);
}

static void test_in_a_long_run_of_dirty_blocks_few_are_looked_into(void **state)
{
	struct world *w = *state;

	add(w, &w->nor, 0, SIZE);
	memset(w->nor.mem, 0, SIZE);
	plan(w, false);
	assert_steps(w, SIZE, SIZE, 0);
	assert_in_range(w->nor.n_reads, 1, BLOCKS / 4);
	assert_in_range(w->nor.bytes_read, 64, BLOCKS / 4 * 64);
}

static void test_bytes_that_are_kept_are_read(void **state)
{
	struct world *w = *state;

	add(w, &w->flash, 10 * BLOCK + 64, 2 * BLOCK);
	fill(w->flash.mem, 0, SIZE);
	w->flash.mem[10 * BLOCK + 70] ^= 1;
	plan(w, false);
	/* the blocks at both ends are shared with others, the one between is the image's alone */
	assert_int_equal(w->flash.bytes_read, 2 * BLOCK);
	assert_int_equal(w->flash.bytes_summed, BLOCK);
	assert_steps(w, BLOCK, BLOCK, BLOCK + 64);
	assert_int_equal(w->plan.all.kept, 64);
	assert_int_equal(w->plan.steps[1].data[0], byte_at(10 * BLOCK));
}

static void test_a_block_without_a_checksum_is_read(void **state)
{
	struct world *w = *state;

	add(w, &w->flash, 0, 4 * BLOCK);
	fill(w->flash.mem, 0, 4 * BLOCK);
	w->flash.unsure_at = 2 * BLOCK + 9;
	plan(w, false);
	/* its bytes are right, but the device finds broken cells each time */
	assert_steps(w, BLOCK, BLOCK, 3 * BLOCK);
	assert_int_equal(w->plan.steps[0].offset, 2 * BLOCK);
}

static void test_a_block_whose_checksum_wavers_is_erased(void **state)
{
	struct world *w = *state;

	/* the last one that was programmed before the job was broken off */
	add(w, &w->nor, 0, 8 * BLOCK);
	fill(w->nor.mem, 0, 5 * BLOCK);
	w->nor.wavering_at = 4 * BLOCK + 100;
	plan(w, false);
	assert_int_equal(w->nor.bytes_read, 0);
	assert_int_equal(w->plan.all.erased, BLOCK);
	assert_int_equal(w->plan.steps[0].offset, 4 * BLOCK);
}

static void test_where_the_target_cannot_sum_all_is_read(void **state)
{
	struct world *w = *state;

	add(w, &w->flash, 0, 8 * BLOCK);
	fill(w->flash.mem, 0, 8 * BLOCK);
	w->flash.cannot_sum = true;
	plan(w, false);
	assert_steps(w, 0, 0, 8 * BLOCK);
	assert_int_equal(w->flash.bytes_read, 8 * BLOCK);
	assert_int_equal(w->plan.all.compared_by_crc, 0);
}

static void test_force_neither_reads_nor_sums(void **state)
{
	struct world *w = *state;

	add(w, &w->flash, 0, 8 * BLOCK);
	fill(w->flash.mem, 0, 8 * BLOCK);
	plan(w, true);
	assert_steps(w, 8 * BLOCK, 8 * BLOCK, 0);
	assert_int_equal(w->flash.bytes_read + w->flash.bytes_summed, 0);
}

/* ---- which erase ---- */

static void test_a_bank_takes_unchanged_blocks_along_where_that_is_faster(void **state)
{
	struct world *w = *state;

	/* 30 of 32 blocks: 30 x 1000 against 1500 and two blocks of 32 x 10 */
	add(w, &w->flash, 0, SIZE / 2);
	memset(w->flash.mem, 0, 30 * BLOCK);
	fill(w->flash.mem + 30 * BLOCK, 30 * BLOCK, 2 * BLOCK);
	plan(w, false);
	assert_steps(w, SIZE / 2, SIZE / 2, 0);
	assert_int_equal(w->plan.steps[0].len, SIZE / 2);
	assert_int_equal(w->plan.all.verified, SIZE / 2);
}

static void test_unchanged_blocks_are_not_worn_for_a_small_gain(void **state)
{
	struct world *w = *state;

	/* 9 of 32: 9 x (1000 + 320) against 1500 + 32 x 320 */
	add(w, &w->flash, 0, SIZE / 2);
	fill(w->flash.mem, 0, SIZE / 2);
	memset(w->flash.mem, 0, 9 * BLOCK);
	plan(w, false);
	assert_steps(w, 9 * BLOCK, 9 * BLOCK, 23 * BLOCK);
}

static void test_a_bank_with_bytes_of_others_is_never_taken(void **state)
{
	struct world *w = *state;

	add(w, &w->flash, 0, 31 * BLOCK + 8);
	memset(w->flash.mem, 0, 31 * BLOCK);
	fill(w->flash.mem + 31 * BLOCK, 31 * BLOCK, BLOCK);
	plan(w, false);
	assert_steps(w, 31 * BLOCK, 31 * BLOCK, 8);
	/* the image's part of the last block is there, the rest of it is nobody's business */
	assert_int_equal(w->plan.steps[0].len, 31 * BLOCK);
}

static void test_a_blank_bank_is_erased_where_fast_rows_pay_for_it(void **state)
{
	struct world *w = *state;

	w->flash.units[0].allows_fast = true;
	add(w, &w->flash, 0, SIZE / 2);
	plan(w, false);
	assert_steps(w, 0, SIZE / 2, 0); /* no rows on this wire */
	/* rows of 64 bytes in 50 instead of 80: 10240 against 1500 + 6400 */
	w->flash.mtd.fast_size = 64;
	w->flash.mtd.fast_typ_ns = w->flash.mtd.fast_max_ns = 50;
	plan(w, false);
	assert_steps(w, SIZE / 2, SIZE / 2, 0);
	/* 70: no */
	w->flash.mtd.fast_typ_ns = w->flash.mtd.fast_max_ns = 70;
	plan(w, false);
	assert_steps(w, 0, SIZE / 2, 0);
}

/* ---- what is expected ---- */

static bool can_sum(void *arg, struct mtd_info *mtd, u64 bytes)
{
	return mtd->crc_ps_per_byte;
}

/* 1 GHz, so that cycles are nanoseconds; round trips of 100 */
static u64 estimate(struct world *w)
{
	const struct plan_costs costs = { .cycle_ps = 1000,
					  .round_trip_ns = 100,
					  .can_sum = can_sum };

	plan_estimate(&w->plan, &costs);
	return w->plan.est_ns;
}

static void test_an_estimate_has_erases_pages_wire_and_round_trips(void **state)
{
	struct world *w = *state;
	u64 verify_ns = BLOCK * 46 / 4 + 2 * 100;

	memset(w->nor.mem, 0, BLOCK);
	w->nor.mtd.write_typ_ns = w->nor.mtd.write_max_ns = 100000;
	w->nor.mtd.write_gap_cycles = 500;
	w->nor.mtd.write_wire_cycles = 5000;
	add(w, &w->nor, 0, BLOCK);
	plan(w, false);
	/* 2 % for jitter, and proof that the last page is done */
	assert_int_equal(estimate(w), 1000 + 100 + 4 * (102000 + 500) + 100 + verify_ns);
	/* a slow wire: then its cycles count, not the device */
	w->nor.mtd.write_wire_cycles = 200000;
	assert_int_equal(estimate(w), 1000 + 100 + 4 * 200000 + 100 + verify_ns);
}

static void test_a_device_is_expected_between_typical_and_maximum(void **state)
{
	struct world *w = *state;
	u64 base;

	memset(w->nor.mem, 0, BLOCK);
	add(w, &w->nor, 0, BLOCK);
	plan(w, false);
	base = estimate(w);
	w->nor.mtd.erase_max_ns = 1200; /* half-way */
	assert_int_equal(estimate(w) - base, 100);
	w->nor.mtd.erase_max_ns = 10000; /* but no more than a quarter above typical */
	assert_int_equal(estimate(w) - base, 250);
}

static void test_devices_work_at_the_same_time_but_share_the_wire(void **state)
{
	struct world *w = *state;
	u64 alone, verify;

	w->nor.mtd.write_typ_ns = w->nor.mtd.write_max_ns = 1000000;
	w->nor.mtd.write_wire_cycles = 1000;
	add(w, &w->nor, 0, 16 * BLOCK);
	plan(w, false);
	alone = estimate(w);
	add(w, &w->flash, 0, BLOCK);
	plan(w, false);
	verify = BLOCK * 46 / 4 + 2 * 100;
	assert_int_equal(estimate(w), alone + verify);
	/* 64 pages of 1.2 ms of wire are more than either device takes */
	w->nor.mtd.write_wire_cycles = 900000;
	w->flash.mtd.write_wire_cycles = 800000;
	assert_true(estimate(w) > 64 * 900000 + 32 * 800000);
}

static void test_verifying_by_checksums_is_expected_to_take_what_the_device_says(void **state)
{
	struct world *w = *state;
	static const struct plan_opts opts;

	add(w, &w->nor, 0, 8 * BLOCK);
	assert_int_equal(plan_verify(&w->plan, w->img, w->mtds, 2, &opts, &w->err), 0);
	assert_int_equal(estimate(w), 8 * BLOCK * 46 / 4 + 200);
	w->nor.mtd.crc_ps_per_byte = 100;
	w->nor.mtd.crc_piece_ns = 50;
	w->nor.mtd.crc_setup_ns = 1000;
	/* all of it is one piece */
	assert_int_equal(estimate(w), 8 * BLOCK / 10 + 50 + 1000 + 100);
}

#define TEST(_name) cmocka_unit_test_setup_teardown(_name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_equal_and_blank_blocks_are_known_by_their_checksums_alone),
		TEST(test_blocks_that_are_all_equal_or_all_blank_are_summed_together),
		TEST(test_what_is_equal_by_a_guess_is_verified_all_the_same),
		TEST(test_what_is_not_verified_is_not_guessed),
		TEST(test_of_a_block_that_differs_only_the_first_bytes_are_read),
		TEST(test_a_block_that_differs_further_on_is_read_to_see_if_it_can_be_programmed),
		TEST(test_in_a_long_run_of_dirty_blocks_few_are_looked_into),
		TEST(test_bytes_that_are_kept_are_read),
		TEST(test_a_block_without_a_checksum_is_read),
		TEST(test_a_block_whose_checksum_wavers_is_erased),
		TEST(test_where_the_target_cannot_sum_all_is_read),
		TEST(test_force_neither_reads_nor_sums),
		TEST(test_a_bank_takes_unchanged_blocks_along_where_that_is_faster),
		TEST(test_unchanged_blocks_are_not_worn_for_a_small_gain),
		TEST(test_a_bank_with_bytes_of_others_is_never_taken),
		TEST(test_a_blank_bank_is_erased_where_fast_rows_pay_for_it),
		TEST(test_an_estimate_has_erases_pages_wire_and_round_trips),
		TEST(test_a_device_is_expected_between_typical_and_maximum),
		TEST(test_devices_work_at_the_same_time_but_share_the_wire),
		TEST(test_verifying_by_checksums_is_expected_to_take_what_the_device_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
