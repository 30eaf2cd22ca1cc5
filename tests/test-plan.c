// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The plan: what is refused before anything is read, what is skipped, kept, erased and programmed.
 * Devices are fakes whose contents follow the rules of flash: a plan that breaks one fails here.
 */
#include "lib/plan.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PAGE 256u /* erase block of the fakes */

struct fake {
	struct mtd_info mtd;
	struct mtd_region region;
	struct mtd_erase_unit units[3];
	u8 *mem;
	u64 locked_from, locked_len;
	u64 bytes_read;
	/* half erased or half programmed: what reading this page finds, from a number of looks on */
	enum { FAKE_SURE, FAKE_WEAK, FAKE_DOUBTFUL, FAKE_DOUBTFUL_ONCE, FAKE_CORRECTED } weakness;
	u64 weak_at;
	unsigned int weak_after, looks;
};

struct world {
	struct ctx ctx;
	struct fake flash, nor, otp;
	struct mtd_info *mtds[3];
	struct image *img;
	struct plan plan;
	struct err err;
};

static int fake_is_locked(struct mtd_info *mtd, u64 from, u64 len)
{
	struct fake *f = container_of(mtd, struct fake, mtd);

	if (from < f->locked_from + f->locked_len && f->locked_from < from + len)
		return err_set(&mtd->ctx->err, -EROFS, "unlock it", "page is locked");
	return 0;
}

/* a plan runs nothing */
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

static const struct mtd_ops fake_ops = {
	.is_locked = fake_is_locked,
	.issue = never_issue,
	.check = never_check,
};

static int fake_read(void *arg, struct mtd_info *mtd, u64 from, size_t len, u8 *buf)
{
	struct fake *f = container_of(mtd, struct fake, mtd);

	assert_true(from + len <= mtd->size);
	memcpy(buf, f->mem + from, len);
	f->bytes_read += len;
	if (f->weakness == FAKE_SURE || from > f->weak_at || f->weak_at >= from + len ||
	    f->looks++ < f->weak_after)
		return 0;
	if (f->weakness == FAKE_WEAK)
		buf[f->weak_at - from] ^= 0x10;
	mtd->n_doubtful += f->weakness == FAKE_DOUBTFUL ||
			   (f->weakness == FAKE_DOUBTFUL_ONCE && f->looks == 1);
	mtd->n_corrected += f->weakness == FAKE_CORRECTED;
	return 0;
}

static void fake_init(struct fake *f, struct ctx *ctx, const char *name, u64 base, u32 blocks)
{
	f->region = (struct mtd_region){ .erasesize = PAGE, .count = blocks };
	f->mtd = (struct mtd_info){
		.name = name,
		.base = base,
		.size = PAGE * blocks,
		.writesize = 8,
		.writebufsize = 8,
		.erased = 0xff,
		.writeable = true,
		.write_once = true,
		.regions = &f->region,
		.n_regions = 1,
		.units = f->units,
		.erase_typ_ns = 100,
		.write_typ_ns = 10,
		.ops = &fake_ops,
		.ctx = ctx,
	};
	f->mem = malloc(f->mtd.size);
	memset(f->mem, 0xff, f->mtd.size);
}

/* "flash": 64 pages of double-words in two banks; "nor": 64 sectors with larger blocks; "otp" */
static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	fake_init(&w->flash, &w->ctx, "flash", 0x08000000, 64);
	w->flash.units[0] = (struct mtd_erase_unit){
		.size = 32 * PAGE, .stride = 32 * PAGE, .count = 2, .typ_ns = 150
	};
	w->flash.mtd.n_units = 1;
	fake_init(&w->nor, &w->ctx, "qspi", 0x90000000, 64);
	w->nor.mtd.writesize = 1;
	w->nor.mtd.writebufsize = 64;
	w->nor.mtd.write_once = false;
	w->nor.units[0] = (struct mtd_erase_unit){
		.size = 8 * PAGE, .stride = 8 * PAGE, .count = 8, .typ_ns = 400
	};
	w->nor.units[1] = (struct mtd_erase_unit){ .size = 64 * PAGE, .count = 1, .typ_ns = 3000 };
	w->nor.mtd.n_units = 2;
	fake_init(&w->otp, &w->ctx, "otp", 0x1fff7000, 4);
	w->otp.mtd.writeable = false;
	w->mtds[0] = &w->flash.mtd;
	w->mtds[1] = &w->nor.mtd;
	w->mtds[2] = &w->otp.mtd;
	w->img = image_new();
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	plan_free(&w->plan);
	image_free(w->img);
	free(w->flash.mem);
	free(w->nor.mem);
	free(w->otp.mem);
	free(w);
	return 0;
}

static void add(struct world *w, u64 addr, u8 fill, size_t len)
{
	u8 *buf = malloc(len);

	memset(buf, fill, len);
	assert_int_equal(image_add(w->img, addr, buf, len, "app.hex", &w->err), 0);
	free(buf);
}

static int plan(struct world *w, const struct plan_opts *opts)
{
	static const struct plan_opts defaults;

	plan_free(&w->plan);
	return plan_write(&w->plan, w->img, w->mtds, 3, fake_read, NULL, opts ? opts : &defaults,
			  &w->err);
}

static size_t n_steps(const struct world *w, enum plan_kind kind)
{
	size_t i, n = 0;

	for (i = 0; i < w->plan.n_steps; i++)
		n += w->plan.steps[i].kind == kind;
	return n;
}

/* what the device would do: erase is whole blocks, a write-once unit takes one programming */
static void run_step(const struct plan_step *s)
{
	struct fake *f = container_of(s->mtd, struct fake, mtd);
	u32 unit = s->mtd->writesize;
	u64 i, k;

	assert_true(s->len && s->offset + s->len <= s->mtd->size);
	switch (s->kind) {
	case PLAN_ERASE:
		assert_int_equal(s->offset % f->region.erasesize, 0);
		assert_int_equal(s->len % f->region.erasesize, 0);
		memset(f->mem + s->offset, s->mtd->erased, s->len);
		break;
	case PLAN_PROGRAM:
		assert_int_equal(s->offset % unit, 0);
		assert_int_equal(s->len % unit, 0);
		for (i = 0; i < s->len; i += unit)
			for (k = i; s->mtd->write_once && k < i + unit; k++)
				assert_int_equal(f->mem[s->offset + k], s->mtd->erased);
		for (i = 0; i < s->len; i++)
			f->mem[s->offset + i] &= s->data[i];
		break;
	case PLAN_VERIFY:
		for (i = 0; i < s->len; i++)
			assert_int_equal(f->mem[s->offset + i],
					 s->data ? s->data[i] : s->mtd->erased);
		break;
	}
}

static void run(const struct world *w)
{
	size_t i;

	for (i = 0; i < w->plan.n_steps; i++) {
		if (i)
			assert_true(w->plan.steps[i].kind >= w->plan.steps[i - 1].kind);
		run_step(&w->plan.steps[i]);
	}
}

/* ---- refused before anything is read ---- */

static void test_bytes_outside_every_device_are_refused_and_the_devices_listed(void **state)
{
	struct world *w = *state;

	add(w, 0x08000000, 1, 16);
	add(w, 0x08000000 + 64 * PAGE - 8, 1, 16);
	assert_int_equal(plan(w, NULL), -ENOEXEC);
	assert_string_equal(w->err.what, "8 bytes at 0x08004000 lie in no flash device");
	assert_non_null(strstr(w->err.where, "app.hex"));
	assert_non_null(strstr(w->err.next, "flash 0x08000000..0x08003fff"));
	assert_non_null(strstr(w->err.next, "qspi 0x90000000..0x90003fff"));
	assert_non_null(strstr(w->err.next, "otp 0x1fff7000..0x1fff73ff (read-only)"));
	assert_int_equal(w->flash.bytes_read, 0);
	assert_null(w->plan.steps);
}

static void test_read_only_devices_are_refused(void **state)
{
	struct world *w = *state;

	add(w, 0x08000000, 1, 16);
	add(w, 0x1fff7008, 1, 8);
	assert_int_equal(plan(w, NULL), -EROFS);
	assert_non_null(strstr(w->err.what, "otp is read-only"));
	assert_int_equal(w->flash.bytes_read, 0);
}

static void test_a_locked_page_is_refused_before_anything_is_read(void **state)
{
	struct world *w = *state;

	add(w, 0x08000000, 1, 16);
	add(w, 0x08000000 + 5 * PAGE + 8, 1, 8);
	/* the image does not touch these bytes, but their page would be erased */
	w->flash.locked_from = 5 * PAGE + 100;
	w->flash.locked_len = 1;
	assert_int_equal(plan(w, NULL), -EROFS);
	assert_int_equal(w->flash.bytes_read, 0);
	assert_int_equal(w->ctx.err.code, -EROFS);
	w->flash.locked_from = 6 * PAGE;
	err_clear(&w->err);
	assert_int_equal(plan(w, NULL), 0);
}

/* ---- skip, keep, erase ---- */

static void test_blank_flash_is_programmed_without_erase(void **state)
{
	struct world *w = *state;

	add(w, 0x08000000, 0x55, 3 * PAGE);
	assert_int_equal(plan(w, NULL), 0);
	assert_int_equal(n_steps(w, PLAN_ERASE), 0);
	assert_int_equal(n_steps(w, PLAN_PROGRAM), 1);
	assert_int_equal(w->plan.all.programmed, 3 * PAGE);
	assert_int_equal(w->plan.all.verified, 3 * PAGE);
	assert_int_equal(w->plan.est_ns, 3 * PAGE / 8 * 10);
	run(w);
	assert_int_equal(w->flash.mem[3 * PAGE - 1], 0x55);
}

static void test_equal_blocks_are_skipped(void **state)
{
	struct world *w = *state;

	memset(w->flash.mem, 0x55, 3 * PAGE);
	w->flash.mem[PAGE] = 0x54;
	add(w, 0x08000000, 0x55, 3 * PAGE);
	assert_int_equal(plan(w, NULL), 0);
	assert_int_equal(w->plan.all.skipped, 2 * PAGE);
	assert_int_equal(w->plan.all.erased, PAGE);
	assert_int_equal(w->plan.all.programmed, PAGE);
	assert_int_equal(w->plan.all.verified, 3 * PAGE);
	run(w);
}

static void test_force_erases_and_programs_equal_blocks_too_and_reads_nothing(void **state)
{
	static const struct plan_opts force = { .no_skip = true };
	struct world *w = *state;

	memset(w->flash.mem, 0x55, 3 * PAGE);
	add(w, 0x08000000, 0x55, 3 * PAGE);
	assert_int_equal(plan(w, &force), 0);
	assert_int_equal(w->plan.all.skipped, 0);
	assert_int_equal(w->plan.all.erased, 3 * PAGE);
	assert_int_equal(w->plan.all.programmed, 3 * PAGE);
	assert_int_equal(w->flash.bytes_read, 0);
	run(w);
}

static void test_bytes_that_share_an_erase_block_survive(void **state)
{
	struct world *w = *state;
	u32 i;

	for (i = 0; i < 4 * PAGE; i++)
		w->flash.mem[i] = (u8)(i * 3);
	/* odd borders in the middle of units */
	add(w, 0x08000000 + PAGE + 13, 0xa5, PAGE + 6);
	assert_int_equal(plan(w, NULL), 0);
	assert_int_equal(w->plan.all.erased, 2 * PAGE);
	assert_int_equal(w->flash.bytes_read, 2 * PAGE);
	/* all of the neighbours but the bytes that happen to be 0xff */
	assert_in_range(w->plan.all.kept, PAGE - 6 - 4, PAGE - 6);
	run(w);
	for (i = 0; i < 4 * PAGE; i++)
		assert_int_equal(w->flash.mem[i],
				 i >= PAGE + 13 && i < 2 * PAGE + 19 ? 0xa5 : (u8)(i * 3));
}

static void test_a_unit_that_is_programmed_already_forces_an_erase(void **state)
{
	struct world *w = *state;

	/* the next double-word is blank and could be programmed, this one cannot */
	w->flash.mem[3] = 0x7f;
	add(w, 0x08000000, 0x00, 8);
	assert_int_equal(plan(w, NULL), 0);
	assert_int_equal(n_steps(w, PLAN_ERASE), 1);
	run(w);

	image_free(w->img);
	w->img = image_new();
	memset(w->flash.mem, 0xff, 8);
	memset(w->flash.mem + 8, 0x12, 8);
	add(w, 0x08000000, 0x34, 8);
	assert_int_equal(plan(w, NULL), 0);
	assert_int_equal(n_steps(w, PLAN_ERASE), 0);
	run(w);
}

static void test_nor_bits_are_cleared_without_erase_but_never_set(void **state)
{
	struct world *w = *state;

	memset(w->nor.mem, 0xf5, PAGE);
	add(w, 0x90000010, 0xf1, 1);
	assert_int_equal(plan(w, NULL), 0);
	assert_int_equal(n_steps(w, PLAN_ERASE), 0);
	assert_int_equal(w->plan.all.programmed, 1);
	run(w);
	assert_int_equal(w->nor.mem[0x10], 0xf1);
	assert_int_equal(w->nor.mem[0x11], 0xf5);

	image_free(w->img);
	w->img = image_new();
	add(w, 0x90000010, 0xf3, 1);
	assert_int_equal(plan(w, NULL), 0);
	assert_int_equal(n_steps(w, PLAN_ERASE), 1);
	run(w);
	assert_int_equal(w->nor.mem[0x10], 0xf3);
}

static void test_blank_units_of_the_image_are_not_programmed(void **state)
{
	struct world *w = *state;

	memset(w->flash.mem, 0, PAGE);
	add(w, 0x08000000, 0x11, 8);
	add(w, 0x08000008, 0xff, 16);
	add(w, 0x08000018, 0x22, 8);
	add(w, 0x08000020, 0xff, PAGE - 32);
	assert_int_equal(plan(w, NULL), 0);
	assert_int_equal(w->plan.all.programmed, 16);
	assert_int_equal(n_steps(w, PLAN_PROGRAM), 2);
	run(w);
}

static void test_a_nor_page_is_programmed_in_one_piece_and_a_blank_one_not_at_all(void **state)
{
	struct world *w = *state;

	add(w, 0x90000002, 0x11, 1);
	add(w, 0x90000003, 0xff, 30);
	add(w, 0x90000021, 0x22, 1);
	add(w, 0x90000022, 0xff, 128);
	assert_int_equal(plan(w, NULL), 0);
	assert_int_equal(n_steps(w, PLAN_PROGRAM), 1);
	assert_int_equal(w->plan.all.programmed, 32);
	run(w);
}

static void test_bytes_left_erased_at_a_page_s_edge_do_not_end_a_step_for_nor(void **state)
{
	struct world *w = *state;

	/* the last byte of a page, the first of a page, both at the border of two blocks */
	add(w, 0x90000000, 0x11, 63);
	add(w, 0x9000003f, 0xff, 1);
	add(w, 0x90000040, 0x22, 64);
	add(w, 0x90000080, 0xff, 1);
	add(w, 0x90000081, 0x33, 126);
	add(w, 0x900000ff, 0xff, 2);
	add(w, 0x90000101, 0x44, 255);
	assert_int_equal(plan(w, NULL), 0);
	assert_int_equal(n_steps(w, PLAN_PROGRAM), 1);
	assert_int_equal(w->plan.all.programmed, 63 + 64 + 126 + 255);
	assert_int_equal(w->plan.all.skipped, 4);
	run(w);
}

static void test_a_blank_page_or_bytes_that_are_there_already_end_a_step(void **state)
{
	struct world *w = *state;

	add(w, 0x90000000, 0x55, 64);
	add(w, 0x90000040, 0xff, 64);
	add(w, 0x90000080, 0x55, 60);
	add(w, 0x900000bc, 0xf0, 4);
	memset(w->nor.mem + 0xbc, 0xf0, 4);
	add(w, 0x900000c0, 0x55, 64);
	assert_int_equal(plan(w, NULL), 0);
	assert_int_equal(n_steps(w, PLAN_PROGRAM), 3);
	run(w);
}

static void test_only_touched_blocks_are_read(void **state)
{
	struct world *w = *state;

	add(w, 0x08000000 + 3 * PAGE + 1, 1, 1);
	add(w, 0x90000000 + 9 * PAGE + 1, 1, PAGE);
	assert_int_equal(plan(w, NULL), 0);
	assert_int_equal(w->flash.bytes_read, PAGE);
	assert_int_equal(w->nor.bytes_read, 2 * PAGE);
	assert_int_equal(w->otp.bytes_read, 0);
}

/* ---- what reads equal or blank, but not for sure ---- */

static void test_an_equal_page_with_broken_cells_is_erased_and_programmed_anew(void **state)
{
	struct world *w = *state;

	memset(w->flash.mem, 0x55, 3 * PAGE);
	add(w, 0x08000000, 0x55, 3 * PAGE);
	w->flash.weakness = FAKE_DOUBTFUL;
	w->flash.weak_at = PAGE + 40;
	assert_int_equal(plan(w, NULL), 0);
	/* the two beside it were read again and are trusted */
	assert_int_equal(w->plan.all.erased, PAGE);
	assert_int_equal(w->plan.all.programmed, PAGE);
	assert_int_equal(w->plan.all.skipped, 2 * PAGE);
	assert_int_equal(w->plan.steps[0].offset, PAGE);
	run(w);
}

static void test_a_page_whose_cells_ecc_put_right_is_not_trusted_either(void **state)
{
	struct world *w = *state;

	add(w, 0x08000000, 0x55, 2 * PAGE);
	w->flash.weakness = FAKE_CORRECTED;
	w->flash.weak_at = 8;
	assert_int_equal(plan(w, NULL), 0);
	/* blank to the eye: programming alone would meet cells that are not */
	assert_int_equal(w->plan.all.erased, PAGE);
	assert_int_equal(w->plan.all.programmed, 2 * PAGE);
	run(w);
}

static void test_bytes_kept_in_a_doubtful_page_are_put_back(void **state)
{
	struct world *w = *state;

	memset(w->flash.mem, 0x55, PAGE);
	add(w, 0x08000010, 0x55, 16);
	w->flash.weakness = FAKE_DOUBTFUL;
	assert_int_equal(plan(w, NULL), 0);
	assert_int_equal(w->plan.all.erased, PAGE);
	assert_int_equal(w->plan.all.kept, PAGE - 16);
	assert_int_equal(w->plan.all.kept_unsure, PAGE - 16);
	run(w);
	assert_int_equal(w->flash.mem[PAGE - 1], 0x55);
}

static void
test_bytes_kept_from_broken_cells_are_counted_also_where_erase_is_due_anyway(void **state)
{
	struct world *w = *state;

	memset(w->flash.mem, 0x55, 3 * PAGE);
	add(w, 0x08000010, 0x66, 16);
	add(w, 0x08000000 + 2 * PAGE, 0x66, 16);
	w->flash.weakness = FAKE_DOUBTFUL;
	w->flash.weak_at = 2 * PAGE + 100;
	assert_int_equal(plan(w, NULL), 0);
	assert_int_equal(w->plan.all.kept, 2 * (PAGE - 16));
	assert_int_equal(w->plan.all.kept_unsure, PAGE - 16);
	run(w);
}

static void test_bytes_kept_from_cells_that_ecc_puts_right_are_sure(void **state)
{
	struct world *w = *state;

	memset(w->flash.mem, 0x55, PAGE);
	add(w, 0x08000010, 0x66, 16);
	w->flash.weakness = FAKE_CORRECTED;
	assert_int_equal(plan(w, NULL), 0);
	assert_int_equal(w->plan.all.kept, PAGE - 16);
	assert_int_equal(w->plan.all.kept_unsure, 0);
	run(w);
}

static void test_doubt_that_does_not_show_again_costs_no_erase(void **state)
{
	struct world *w = *state;

	memset(w->flash.mem, 0x55, PAGE);
	add(w, 0x08000000, 0x55, 2 * PAGE);
	w->flash.weakness = FAKE_DOUBTFUL_ONCE;
	assert_int_equal(plan(w, NULL), 0);
	assert_int_equal(w->plan.all.erased, 0);
	assert_int_equal(w->plan.all.skipped, PAGE);
	/* each page was looked at three times more */
	assert_int_equal(w->flash.bytes_read, 2 * PAGE + 3 * 2 * PAGE);
	run(w);
}

static void test_flash_without_ecc_is_read_again_where_a_job_was_broken_off(void **state)
{
	struct world *w = *state;

	/* done up to here, then blank: the border is where the power went */
	memset(w->nor.mem, 0x55, 20 * PAGE);
	add(w, 0x90000000, 0x55, 40 * PAGE);
	w->nor.weakness = FAKE_WEAK;
	w->nor.weak_at = 19 * PAGE + 3;
	w->nor.weak_after = 2; /* it read right twice */
	assert_int_equal(plan(w, NULL), 0);
	assert_int_equal(w->plan.all.erased, PAGE);
	assert_int_equal(w->plan.steps[0].offset, 19 * PAGE);
	assert_int_equal(w->plan.all.skipped, 19 * PAGE);
	run(w);
}

static void test_flash_without_ecc_is_read_once_far_from_any_border(void **state)
{
	struct world *w = *state;

	memset(w->nor.mem, 0x55, 40 * PAGE);
	add(w, 0x90000000, 0x55, 40 * PAGE);
	assert_int_equal(plan(w, NULL), 0);
	assert_int_equal(w->nor.bytes_read, 40 * PAGE);
	assert_int_equal(w->plan.n_steps, 0);
}

static void test_a_doubtful_blank_block_gets_an_erase_of_its_own(void **state)
{
	struct world *w = *state;

	memset(w->nor.mem, 0, 3 * PAGE);
	add(w, 0x90000000, 0xa5, 8 * PAGE);
	w->nor.weakness = FAKE_WEAK;
	w->nor.weak_at = 3 * PAGE;
	w->nor.weak_after = 1;
	assert_int_equal(plan(w, NULL), 0);
	/* 3 dirty and 1 in doubt cost 400 either way: no more is erased than must be */
	assert_int_equal(w->plan.all.erased, 4 * PAGE);
	run(w);
}

/* ---- larger erases ---- */

static void test_a_bank_is_erased_at_once_when_all_of_it_goes(void **state)
{
	struct world *w = *state;

	memset(w->flash.mem, 0, 64 * PAGE);
	add(w, 0x08000000, 0x55, 32 * PAGE);
	assert_int_equal(plan(w, NULL), 0);
	assert_int_equal(n_steps(w, PLAN_ERASE), 1);
	assert_int_equal(w->plan.steps[0].len, 32 * PAGE);
	assert_int_equal(w->plan.steps[0].est_ns, 150);
	run(w);
}

static void test_a_bank_with_one_foreign_page_is_never_erased_at_once(void **state)
{
	struct world *w = *state;

	memset(w->flash.mem, 0, 64 * PAGE);
	add(w, 0x08000000, 0x55, 31 * PAGE);
	/* not even when the foreign page is blank: nobody asked for it */
	memset(w->flash.mem + 31 * PAGE, 0xff, PAGE);
	assert_int_equal(plan(w, NULL), 0);
	assert_int_equal(w->plan.steps[0].len, 31 * PAGE);
	assert_int_equal(w->plan.steps[0].est_ns, 3100);
	run(w);
}

static void test_the_cheaper_erase_wins_by_typical_times(void **state)
{
	struct world *w = *state;

	/* three dirty sectors of eight: 300 against 400 */
	memset(w->nor.mem, 0, 3 * PAGE);
	add(w, 0x90000000, 0x55, 8 * PAGE);
	assert_int_equal(plan(w, NULL), 0);
	assert_int_equal(w->plan.all.erased, 3 * PAGE);
	/* five: 500 against 400, and the blank ones are the image's */
	memset(w->nor.mem, 0, 5 * PAGE);
	assert_int_equal(plan(w, NULL), 0);
	assert_int_equal(w->plan.all.erased, 8 * PAGE);
	assert_int_equal(w->plan.steps[0].est_ns, 400);
	run(w);
}

static void test_the_chip_is_erased_when_that_beats_all_its_blocks(void **state)
{
	struct world *w = *state;

	memset(w->nor.mem, 0, 64 * PAGE);
	add(w, 0x90000000, 0x55, 64 * PAGE);
	assert_int_equal(plan(w, NULL), 0);
	assert_int_equal(w->plan.steps[0].est_ns, 3000);
	w->nor.units[1].typ_ns = 3300;
	assert_int_equal(plan(w, NULL), 0);
	assert_int_equal(w->plan.steps[0].est_ns, 3200);
	assert_int_equal(w->plan.steps[0].len, 64 * PAGE);
	run(w);
}

/* ---- the other plans ---- */

static void test_erase_takes_whole_blocks_only_and_names_the_borders(void **state)
{
	struct world *w = *state;

	assert_int_equal(plan_erase(&w->plan, &w->flash.mtd, PAGE + 8, PAGE, &w->err), -EINVAL);
	assert_non_null(strstr(w->err.what, "0x08000108 lies inside the erase block "
					    "0x08000100..0x08000200 of flash"));
	err_clear(&w->err);
	assert_int_equal(plan_erase(&w->plan, &w->flash.mtd, PAGE, 65 * PAGE, &w->err), -EINVAL);
	err_clear(&w->err);
	assert_int_equal(plan_erase(&w->plan, &w->otp.mtd, 0, PAGE, &w->err), -EROFS);
	err_clear(&w->err);
	memset(w->flash.mem, 0, 64 * PAGE);
	assert_int_equal(plan_erase(&w->plan, &w->flash.mtd, 0, 33 * PAGE, &w->err), 0);
	assert_int_equal(w->plan.all.erased, 33 * PAGE);
	assert_int_equal(w->plan.all.verified, 33 * PAGE);
	assert_int_equal(plan_busy_ns(&w->plan, &w->flash.mtd), 250);
	run(w);
	assert_int_equal(w->flash.mem[33 * PAGE], 0);
}

static void test_verify_covers_exactly_the_image_on_any_device(void **state)
{
	static const struct plan_opts opts = { .read_ps_per_byte = 1000 };
	struct world *w = *state;

	add(w, 0x08000001, 0xff, 3);
	add(w, 0x1fff7001, 0xff, 5);
	assert_int_equal(plan_verify(&w->plan, w->img, w->mtds, 3, &opts, &w->err), 0);
	assert_int_equal(w->plan.n_steps, 2);
	assert_int_equal(w->plan.all.verified, 8);
	assert_int_equal(w->plan.est_ns, 8);
	run(w);
}

static void test_no_verify_leaves_the_verify_steps_out(void **state)
{
	static const struct plan_opts opts = { .no_verify = true };
	struct world *w = *state;

	add(w, 0x08000000, 0x55, PAGE);
	assert_int_equal(plan(w, &opts), 0);
	assert_int_equal(n_steps(w, PLAN_VERIFY), 0);
	assert_int_equal(w->plan.all.verified, 0);
}

static int failing_read(void *arg, struct mtd_info *mtd, u64 from, size_t len, u8 *buf)
{
	return err_set(arg, -EIO, NULL, "bus fault");
}

static void test_a_read_error_ends_the_plan(void **state)
{
	static const struct plan_opts opts;
	struct world *w = *state;

	add(w, 0x08000000, 0x55, PAGE);
	assert_int_equal(
		plan_write(&w->plan, w->img, w->mtds, 3, failing_read, &w->err, &opts, &w->err),
		-EIO);
	assert_non_null(strstr(w->err.where, "reading what flash holds now"));
	assert_null(w->plan.steps);
}

static void count_line(void *arg, const char *text)
{
	unsigned int *n = arg;

	assert_true(strlen(text) > 10);
	++*n;
}

static void test_printing_shows_each_kind_of_step_and_a_sum(void **state)
{
	struct world *w = *state;
	unsigned int n = 0;

	memset(w->flash.mem, 0, 64 * PAGE);
	add(w, 0x08000000, 0x55, PAGE);
	add(w, 0x90000000, 0x55, PAGE);
	assert_int_equal(plan(w, NULL), 0);
	plan_print(&w->plan, count_line, &n);
	assert_int_equal(n, 1 + 2 + 2 + 1);
}

/* ---- against a naive model ---- */

static u32 rnd(u64 *s)
{
	*s = *s * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (u32)(*s >> 33);
}

static void random_contents(u8 *mem, size_t len, u64 *seed)
{
	size_t at = 0;

	while (at < len) {
		size_t n = min(1 + rnd(seed) % (3 * PAGE), len - at);
		u32 kind = rnd(seed) % 4;

		for (; n; n--, at++)
			mem[at] = kind == 0 ? 0xff : kind == 1 ? 0x00 : (u8)rnd(seed);
	}
}

/* an image that repeats much of what is there, so that skipping and keeping happen */
static void random_image(struct world *w, const struct fake *f, u8 *model, u64 *seed)
{
	u64 at = rnd(seed) % (2 * PAGE);
	u8 buf[4 * PAGE];

	while (at < f->mtd.size) {
		size_t n = min((u64)(1 + rnd(seed) % sizeof(buf)), f->mtd.size - at), i;
		u32 kind = rnd(seed) % 5;

		for (i = 0; i < n; i++)
			buf[i] = kind < 2    ? f->mem[at + i]
				 : kind == 2 ? 0xff
				 : kind == 3 ? (u8)(f->mem[at + i] & rnd(seed))
					     : (u8)rnd(seed);
		assert_int_equal(image_add(w->img, f->mtd.base + at, buf, n, "r", &w->err), 0);
		memcpy(model + at, buf, n);
		at += n + (rnd(seed) % 3 ? 0 : rnd(seed) % (8 * PAGE));
	}
}

/* erases touch no block without image bytes */
static void assert_erases_are_asked_for(const struct world *w)
{
	size_t i, k;
	u64 at;

	for (i = 0; i < w->plan.n_steps; i++) {
		const struct plan_step *s = &w->plan.steps[i];

		for (at = s->offset; s->kind == PLAN_ERASE && at < s->offset + s->len; at += PAGE) {
			u64 addr = s->mtd->base + at;
			bool asked = false;

			for (k = 0; k < w->img->n_segs && !asked; k++)
				asked = w->img->segs[k].addr < addr + PAGE &&
					addr < w->img->segs[k].addr + w->img->segs[k].len;
			assert_true(asked);
		}
	}
}

static void test_any_image_over_any_contents_gives_the_image_over_the_contents(void **state)
{
	u64 seed;

	for (seed = 1; seed <= 400; seed++) {
		struct plan_opts opts = { .no_skip = seed % 7 == 0 };
		struct world *w;
		u8 *flash, *nor;
		u64 s = seed;
		void *st;

		setup(&st);
		w = st;
		w->nor.mtd.write_once = seed % 3 == 0;
		w->nor.mtd.writebufsize = 1u << (rnd(&s) % 9);
		w->flash.mtd.erase_typ_ns = rnd(&s) % 200;
		random_contents(w->flash.mem, w->flash.mtd.size, &s);
		random_contents(w->nor.mem, w->nor.mtd.size, &s);
		flash = malloc(w->flash.mtd.size);
		nor = malloc(w->nor.mtd.size);
		memcpy(flash, w->flash.mem, w->flash.mtd.size);
		memcpy(nor, w->nor.mem, w->nor.mtd.size);
		random_image(w, &w->flash, flash, &s);
		random_image(w, &w->nor, nor, &s);
		assert_int_equal(plan(w, &opts), 0);
		assert_erases_are_asked_for(w);
		run(w);
		if (memcmp(flash, w->flash.mem, w->flash.mtd.size) ||
		    memcmp(nor, w->nor.mem, w->nor.mtd.size))
			fail_msg("seed %u: contents differ", (unsigned int)seed);
		/* and then there is nothing left to do */
		if (!opts.no_skip) {
			assert_int_equal(plan(w, &opts), 0);
			assert_int_equal(w->plan.n_steps, 0);
			assert_int_equal(w->plan.all.skipped, image_bytes(w->img));
			assert_int_equal(w->plan.all.verified, image_bytes(w->img));
		}
		free(flash);
		free(nor);
		teardown(&st);
	}
}

#define plan_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		plan_test(test_bytes_outside_every_device_are_refused_and_the_devices_listed),
		plan_test(test_read_only_devices_are_refused),
		plan_test(test_a_locked_page_is_refused_before_anything_is_read),
		plan_test(test_blank_flash_is_programmed_without_erase),
		plan_test(test_equal_blocks_are_skipped),
		plan_test(test_force_erases_and_programs_equal_blocks_too_and_reads_nothing),
		plan_test(test_bytes_that_share_an_erase_block_survive),
		plan_test(test_a_unit_that_is_programmed_already_forces_an_erase),
		plan_test(test_nor_bits_are_cleared_without_erase_but_never_set),
		plan_test(test_blank_units_of_the_image_are_not_programmed),
		plan_test(test_a_nor_page_is_programmed_in_one_piece_and_a_blank_one_not_at_all),
		plan_test(test_bytes_left_erased_at_a_page_s_edge_do_not_end_a_step_for_nor),
		plan_test(test_a_blank_page_or_bytes_that_are_there_already_end_a_step),
		plan_test(test_only_touched_blocks_are_read),
		plan_test(test_an_equal_page_with_broken_cells_is_erased_and_programmed_anew),
		plan_test(test_a_page_whose_cells_ecc_put_right_is_not_trusted_either),
		plan_test(test_bytes_kept_in_a_doubtful_page_are_put_back),
		plan_test(
			test_bytes_kept_from_broken_cells_are_counted_also_where_erase_is_due_anyway),
		plan_test(test_bytes_kept_from_cells_that_ecc_puts_right_are_sure),
		plan_test(test_doubt_that_does_not_show_again_costs_no_erase),
		plan_test(test_flash_without_ecc_is_read_again_where_a_job_was_broken_off),
		plan_test(test_flash_without_ecc_is_read_once_far_from_any_border),
		plan_test(test_a_doubtful_blank_block_gets_an_erase_of_its_own),
		plan_test(test_a_bank_is_erased_at_once_when_all_of_it_goes),
		plan_test(test_a_bank_with_one_foreign_page_is_never_erased_at_once),
		plan_test(test_the_cheaper_erase_wins_by_typical_times),
		plan_test(test_the_chip_is_erased_when_that_beats_all_its_blocks),
		plan_test(test_erase_takes_whole_blocks_only_and_names_the_borders),
		plan_test(test_verify_covers_exactly_the_image_on_any_device),
		plan_test(test_no_verify_leaves_the_verify_steps_out),
		plan_test(test_a_read_error_ends_the_plan),
		plan_test(test_printing_shows_each_kind_of_step_and_a_sum),
		cmocka_unit_test(
			test_any_image_over_any_contents_gives_the_image_over_the_contents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
