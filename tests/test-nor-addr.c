// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual SPI-NOR chips above 16 MiB, their fourth address byte sent in each way that they have:
 * opcodes of their own, 4-byte mode, bank register, extended address register. Afterwards boot code
 * finds what it expects. Dummy cycles that are not the default; what is chosen to erase with.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/memq-priv.h"
#include "lib/spi-nor-job.h"
#include "tests/support/nor-board.h"

#define ERASE_256 "erase=d8h:256K"

static void test_every_way_to_the_upper_half_and_back(void **state)
{
	static const struct {
		const char *model, *choice;
		enum nor_4byte how;
	} cases[] = {
		{ "n25q256a13", "n25q256a:addr=wren-b7", NOR_4B_WREN_EN4B },
		{ "n25q256a13", "n25q256a:addr=ear", NOR_4B_EAR },
		{ "mt25ql512abb", "mt25ql512:addr=opcodes", NOR_4B_OPCODES },
		{ "mt25ql512abb", "mt25ql512:addr=wren-b7", NOR_4B_WREN_EN4B },
		{ "mt25ql512abb", "mt25ql512:addr=ear", NOR_4B_EAR },
		{ "w25q256jv", "w25q256jv:addr=opcodes", NOR_4B_OPCODES },
		{ "w25q256jv", "w25q256jv:addr=b7", NOR_4B_EN4B },
		{ "w25q256jv", "w25q256jv:addr=ear", NOR_4B_EAR },
		{ "mx25l51245g", "mx25l51245g:addr=b7", NOR_4B_EN4B },
		{ "mx25l51245g", "mx25l51245g:addr=opcodes", NOR_4B_OPCODES },
		{ "mx25l51245g", "mx25l51245g:addr=ear", NOR_4B_EAR },
		{ "gd25lq256d", "gd25lq256:addr=b7", NOR_4B_EN4B },
		{ "gd25lq256d", "gd25lq256:addr=ear", NOR_4B_EAR },
		{ "is25wp512m", "is25wp512:addr=b7", NOR_4B_EN4B },
		{ "is25wp512m", "is25wp512:addr=bank", NOR_4B_BANK },
		{ "is25wp512m", "is25wp512:addr=opcodes", NOR_4B_OPCODES },
		{ "s25fl512s", "s25fl512s-256k:addr=bank," ERASE_256, NOR_4B_BANK },
		{ "s25fl512s", "s25fl512s-256k:addr=opcodes," ERASE_256, NOR_4B_OPCODES },
	};
	struct bench *b = *state;

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		struct nor_choice choice;
		u8 got[16];

		if (nor_choose(&choice, cases[i].choice, &b->ctx.err))
			fail_msg("%s: %s", cases[i].choice, b->ctx.err.what);
		b->choice = &choice;
		attach(b, cases[i].model);
		assert_int_equal(nor_of(b)->p.fourbyte, cases[i].how);
		/* the same place in all 16 MiB, and the border between two of them */
		memcpy(b->cells, b->data, sizeof(b->data));
		for (u64 at = KIB(256); at < b->size; at += MIB(16))
			erase_block(b, at);
		for (u64 at = KIB(256); at < b->size; at += MIB(16))
			write_at(b, at, 100 + (size_t)(at / MIB(16)));
		for (u64 at = KIB(256); at < b->size; at += MIB(16))
			compare(b, at, b->data, 100 + (size_t)(at / MIB(16)));
		erase_block(b, MIB(16) - 1);
		erase_block(b, MIB(16));
		memset(b->cells + MIB(16) - KIB(4), 0xff, KIB(8));
		write_at(b, MIB(16) - 1000, 2000);
		mtd_finish(b->qspi);
		read_as_boot_code(b, 16, got, sizeof(got));
		if (memcmp(got, b->data + 16, sizeof(got)) != 0)
			fail_msg("%s: boot code reads %02x %02x", cases[i].choice, got[0], got[1]);
		detach_quietly(b);
	}
}

/* ---- dummy cycles by configuration ---- */

static void test_dummy_cycles_are_those_of_the_configuration_register(void **state)
{
	static const struct {
		const char *model;
		u8 opcode, value[2], n, cycles; /* what is written; of EBh afterwards */
	} cases[] = {
		{ "n25q128a13", 0x81, { 0x6b }, 1, 6 },
		{ "n25q128a13", 0x81, { 0xeb }, 1, 14 },
		{ "mt25ql512abb", 0x81, { 0x8b }, 1, 8 },
		{ "mx25l51245g", 0x01, { 0x00, 0x80 }, 2, 8 },
		{ "mx25l51245g", 0x01, { 0x00, 0x40 }, 2, 4 },
		{ "is25lp128f", 0x63, { 0x40 }, 1, 8 },
		{ "is25wp512m", 0x63, { 0x50 }, 1, 10 },
		{ "s25fl512s", 0x01, { 0x00, 0x82 }, 2, 7 },
		{ "s25fl512s", 0x01, { 0x00, 0xc2 }, 2, 3 },
	};
	struct bench *b = *state;

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		attach(b, cases[i].model);
		memcpy(b->cells, b->data, sizeof(b->data));
		must(b,
		     nor_write_reg(nor_of(b), cases[i].opcode, cases[i].value, cases[i].n, false));
		compare(b, 0, b->data, sizeof(b->data));
		if (nor_of(b)->p.read_1_4_4.cycles != cases[i].cycles ||
		    !nor_of(b)->p.read_1_4_4.opcode || nor_lines(nor_of(b)) != 4)
			fail_msg("case %u, %s: %u cycles, %u lines: %s", i, cases[i].model,
				 nor_of(b)->p.read_1_4_4.cycles, nor_lines(nor_of(b)), b->log);
		detach_quietly(b);
	}
}

/* ---- what to erase with ---- */

static void test_the_largest_erase_that_is_no_slower_is_taken(void **state)
{
	struct bench *b = *state;
	struct nor_erase e;
	struct spi_nor *nor;

	/* 4, 32 and 64 KiB, 45, 120 and 150 ms, all of it in 40 s */
	attach(b, "w25q128jv");
	nor = nor_of(b);
	nor_pick_erase(nor, 0, KIB(28), &e);
	assert_int_equal(e.size, KIB(4));
	nor_pick_erase(nor, 0, KIB(63), &e);
	assert_int_equal(e.size, KIB(32));
	nor_pick_erase(nor, 0, KIB(128), &e);
	assert_int_equal(e.size, KIB(64));
	assert_int_equal(e.opcode, 0xd8);
	/* not at the start of a larger one */
	nor_pick_erase(nor, KIB(4), KIB(128), &e);
	assert_int_equal(e.size, KIB(4));
	nor_pick_erase(nor, KIB(32), KIB(128), &e);
	assert_int_equal(e.size, KIB(32));
	/* this chip in hand is slow with large ones: what was measured counts */
	nor->busy_erase_ns[2] = 5 * SEC_NS;
	nor_pick_erase(nor, 0, KIB(128), &e);
	assert_int_equal(e.size, KIB(32));
	nor->busy_erase_ns[1] = 5 * SEC_NS;
	nor_pick_erase(nor, 0, KIB(128), &e);
	assert_int_equal(e.size, KIB(4));
	detach_quietly(b);
}

static void test_the_chip_erase_must_be_worth_it(void **state)
{
	struct bench *b = *state;
	struct nor_erase e;
	struct spi_nor *nor;

	attach(b, "w25q128jv");
	nor = nor_of(b);
	/* 256 blocks of 150 ms are 38.4 s, the chip 40 s */
	nor_pick_erase(nor, 0, MIB(16), &e);
	assert_int_equal(e.size, KIB(64));
	nor->p.chip_erase_typ_ns = 20 * SEC_NS;
	nor_pick_erase(nor, 0, MIB(16), &e);
	assert_int_equal(e.opcode, 0xc7);
	assert_int_equal(e.size, MIB(16));
	/* not if anything is to stay */
	nor_pick_erase(nor, 0, MIB(16) - KIB(4), &e);
	assert_int_equal(e.size, KIB(64));
	detach_quietly(b);
}

static void test_erasing_by_what_was_measured_erases_exactly_that(void **state)
{
	struct bench *b = *state;

	attach(b, "w25q128jv");
	memset(b->cells, 0, KIB(512));
	nor_of(b)->busy_erase_ns[2] = 5 * SEC_NS; /* 64 KiB look slow: 32 KiB it is */
	must(b, mtd_erase(b->qspi, KIB(4), KIB(300)));
	for (u64 i = 0; i < KIB(512); i++)
		assert_int_equal(b->cells[i], i >= KIB(4) && i < KIB(304) ? 0xff : 0);
	/* 7 and 4 of 4 KiB around 8 of 32 KiB */
	assert_int_equal(b->sim->stats.nor.n_erases, 7 + 8 + 4);
	detach_quietly(b);
}

/* ---- the wire fails where one window ends and the next begins ---- */

/* one slice, as the scheduler would have it; JOB_DONE of check() when all is done */
static int turn(struct bench *b, struct flash_job *job)
{
	struct memq *q = b->target.q;
	int ret = job->mtd->ops->issue(job, q);

	if (ret >= 0)
		memq_delay_ns(q, job->busy_ns);
	if (ret == JOB_BLOCKED || ret == JOB_DONE) {
		must(b, memq_flush(q));
		ret = job->mtd->ops->check(job);
	}
	if (ret < 0)
		must(b, ret);
	return ret;
}

static void test_what_is_started_again_stays_in_its_window(void **state)
{
	const u64 from = MIB(16) - KIB(4);
	struct bench *b = *state;
	struct nor_choice choice;
	struct flash_job job;
	u8 *data = malloc(KIB(8));

	assert_non_null(data);
	memcpy(data, b->data, KIB(4));
	for (size_t i = 0; i < KIB(4); i++)
		data[KIB(4) + i] = (u8)~b->data[i];
	assert_int_equal(nor_choose(&choice, "w25q256jv:addr=ear", &b->ctx.err), 0);
	b->choice = &choice;
	/* so many slices after the second window was entered */
	for (unsigned int after = 0; after < 4; after++) {
		unsigned int n = 0;
		int ret = JOB_READY;

		attach(b, "w25q256jv");
		memset(b->cells, 0xff, b->size);
		must(b, mtd_prepare(b->qspi));
		job = (struct flash_job){ .kind = JOB_PROGRAM,
					  .mtd = b->qspi,
					  .offset = from,
					  .len = KIB(8),
					  .buf = data };
		for (unsigned int i = 0; i < 100000 && ret != JOB_DONE; i++) {
			job.room_ns = UINT64_MAX;
			ret = turn(b, &job);
			if (ret != JOB_DONE && nor_job_of(&job)->from && n++ == after)
				assert_true(job.mtd->ops->resync(&job) >= 0);
		}
		assert_int_equal(ret, JOB_DONE);
		free(job.priv);
		for (u64 i = 0; i < b->size; i++)
			if (b->cells[i] != (i >= from && i < from + KIB(8) ? data[i - from] : 0xff))
				fail_msg("%u slices after it: cell %" PRIx64 " is %02x", after, i,
					 b->cells[i]);
		detach_quietly(b);
	}
	free(data);
}

/* ---- the failure bits come in before it is known whose they are ---- */

/* a slice, and one more batch of replies; looks that were judged are counted */
static int short_turn(struct bench *b, struct flash_job *job, unsigned int *n_looks)
{
	struct memq *q = b->target.q;
	struct nor_job *j = nor_job_of(job);
	bool is_asked = j && j->fail_asked && j->fail_flight >= 0;
	u64 known = is_asked ? j->flight[j->fail_flight % NOR_MAX_FLIGHT].mark : 0;
	int ret = job->mtd->ops->issue(job, q);

	if (is_asked && !j->fail_asked) {
		assert_true(memq_done(q) >= known);
		++*n_looks;
	}
	if (ret >= 0)
		memq_delay_ns(q, job->busy_ns);
	if (ret == JOB_BLOCKED || ret == JOB_DONE) {
		must(b, memq_flush(q));
		ret = job->mtd->ops->check(job);
	} else {
		must(b, memq_wait(q, memq_done(q) + 1));
	}
	if (ret < 0)
		must(b, ret);
	return ret;
}

static void test_failure_bits_wait_until_it_is_known_whose_they_are(void **state)
{
	struct bench *b = *state;
	unsigned int n_looks = 0;

	attach(b, "w25q128jv");
	memset(b->cells, 0xff, b->size);
	must(b, mtd_prepare(b->qspi));
	/* wherever the border between two batches lies */
	for (size_t batch_max = 16; batch_max < 48; batch_max++) {
		struct flash_job job = { .kind = JOB_PROGRAM,
					 .mtd = b->qspi,
					 .offset = batch_max * KIB(64) - KIB(2),
					 .len = KIB(4),
					 .buf = b->data };
		int ret = JOB_READY;

		for (unsigned int i = 0; i < 100000 && ret != JOB_DONE; i++) {
			b->target.q->batch_max = batch_max;
			job.room_ns = UINT64_MAX;
			ret = short_turn(b, &job, &n_looks);
		}
		assert_int_equal(ret, JOB_DONE);
		free(job.priv);
	}
	assert_true(n_looks >= 24);
	detach_quietly(b);
}

#define TEST(_fn) cmocka_unit_test_setup_teardown(_fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_every_way_to_the_upper_half_and_back),
		TEST(test_dummy_cycles_are_those_of_the_configuration_register),
		TEST(test_the_largest_erase_that_is_no_slower_is_taken),
		TEST(test_the_chip_erase_must_be_worth_it),
		TEST(test_erasing_by_what_was_measured_erases_exactly_that),
		TEST(test_what_is_started_again_stays_in_its_window),
		TEST(test_failure_bits_wait_until_it_is_known_whose_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
