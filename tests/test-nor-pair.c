// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two SPI-NOR chips side by side, taken for one: what each is told, and what is made of answers that
 * differ.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/fake-nor.h"

static void add_second(struct fixture *f)
{
	f->second = calloc(1, sizeof(*f->second));
	*f->second = *f;
	f->second->second = NULL;
	f->mem.n_chips = 2;
	for (size_t k = 0; k < sizeof(f->cells); k++) {
		f->cells[k] = (u8)(k * 37 + (k >> 5));
		f->second->cells[k] = (u8)(k * 91 + 7);
	}
}

static void test_a_pair_is_one_chip_of_twice_the_size(void **state)
{
	struct fixture *f = *state;
	struct mtd_info *mtd;
	struct spi_nor *nor;
	struct spi_mem_op op;
	u8 b[512];

	add_second(f);
	assert_int_equal(spi_nor_probe(&f->mem, 0x90000000, NULL, &nor), 0);
	mtd = spi_nor_mtd(nor);
	assert_int_equal(mtd->size, MIB(32));
	assert_int_equal(mtd->writebufsize, 512);
	assert_int_equal(mtd->writesize, 2);
	assert_int_equal(mtd->regions[0].erasesize, KIB(8));
	assert_non_null(strstr(mtd->about, "N25Q128A, 32768 KiB"));
	assert_int_equal(strncmp(mtd->about, "2 x ", 4), 0);
	assert_null(spi_nor_otp_mtd(nor));
	assert_int_equal(mtd_read(mtd, 0, sizeof(b), b), 0);
	for (unsigned int i = 0; i < sizeof(b); i++)
		assert_int_equal(b[i], (i % 2 ? f->second : f)->cells[i / 2]);
	assert_int_equal(nor_lines(nor), 4);
	/* odd places and lengths */
	memset(b, 0, sizeof(b));
	assert_int_equal(mtd_read(mtd, 7, 4, b), 0);
	assert_int_equal(b[0], f->second->cells[3]);
	assert_int_equal(b[1], f->cells[4]);
	assert_int_equal(b[3], f->cells[5]);
	assert_int_equal(b[4], 0);
	assert_int_equal(mtd_read(mtd, 6, 1, b), 0);
	assert_int_equal(b[0], f->cells[3]);
	/* each chip is told half of it */
	op = nor_op_erase(nor, 0xd8, KIB(128) * 3);
	assert_int_equal(op.addr.val, KIB(64) * 3);
	op = nor_op_program(nor, 0x1200, b, 512);
	assert_int_equal(op.addr.val, 0x900);
	spi_nor_free(nor);
}

static void test_a_pair_needs_two_of_the_same_kind(void **state)
{
	struct fixture *f = *state;
	struct spi_nor *nor;

	add_second(f);
	f->second->id[2] = 0x19;
	assert_int_equal(spi_nor_probe(&f->mem, 0x90000000, NULL, &nor), -EOPNOTSUPP);
	assert_non_null(strstr(f->ctx.err.what, "not the same"));
	err_clear(&f->ctx.err);
	f->second->mode = CHIP_ABSENT;
	assert_int_equal(spi_nor_probe(&f->mem, 0x90000000, NULL, &nor), -ENXIO);
	assert_non_null(strstr(f->ctx.err.what, "no second SPI-NOR"));
	err_clear(&f->ctx.err);
	f->second->mode = CHIP_SPI;
	f->mode = CHIP_ABSENT;
	assert_int_equal(spi_nor_probe(&f->mem, 0x90000000, NULL, &nor), -ENXIO);
	assert_non_null(strstr(f->ctx.err.what, "no first SPI-NOR"));
}

static void test_a_pair_with_different_sfdp_is_refused(void **state)
{
	struct fixture *f = *state;
	struct spi_nor *nor;

	load_sfdp(f, "micron_n25q256a.bin");
	add_second(f);
	f->second->sfdp[0x40] ^= 1;
	assert_int_equal(spi_nor_probe(&f->mem, 0x90000000, NULL, &nor), -EIO);
	assert_non_null(strstr(f->ctx.err.what, "side by side differ: command 5ah"));
}

static void test_quad_enable_of_a_pair_keeps_what_each_has(void **state)
{
	struct fixture *f = *state;

	f->nor.p.qe = NOR_QE_SR2_B1_W2;
	add_second(f);
	f->sr[0] = 0x5c;
	f->sr[1] = 0x02; /* has it */
	f->second->sr[0] = 0x1c;
	f->second->sr[1] = 0x40;
	assert_int_equal(nor_enable_quad(&f->nor), 0);
	assert_int_equal(f->sr[0], 0x5c);
	assert_int_equal(f->sr[1], 0x02);
	assert_int_equal(f->second->sr[0], 0x1c);
	assert_int_equal(f->second->sr[1], 0x42);
	/* one that does not take it is found */
	f->second->sr[1] = 0;
	f->second->stuck[1] = 0xff;
	assert_int_equal(nor_enable_quad(&f->nor), -EIO);
}

static void test_a_pair_waits_for_the_slower_one(void **state)
{
	struct fixture *f = *state;

	add_second(f);
	f->second->busy_polls = 5;
	assert_int_equal(nor_wait_ready(&f->nor, SEC_NS, "a test"), 0);
	assert_int_equal(f->second->busy_polls, 0);
	f->second->busy_polls = 1000000;
	assert_int_equal(nor_wait_ready(&f->nor, SEC_NS, "a test"), -ETIMEDOUT);
}

static void test_a_bad_line_of_the_second_chip_is_named(void **state)
{
	struct fixture *f = *state;
	struct capture c = { "" };
	struct spi_nor *nor;
	u8 b[512];

	snprintf(f->mem.io_names[6], sizeof(f->mem.io_names[6]), "PC3");
	f->ctx.log = (struct log){ capture_log, &c, LOG_WARN };
	add_second(f);
	f->second->quad_or = 0x44;
	assert_int_equal(spi_nor_probe(&f->mem, 0x90000000, NULL, &nor), 0);
	assert_int_equal(mtd_read(spi_nor_mtd(nor), 0, sizeof(b), b), 0);
	for (unsigned int i = 0; i < sizeof(b); i++)
		assert_int_equal(b[i], (i % 2 ? f->second : f)->cells[i / 2]);
	if (!strstr(c.text, "second chip's IO2 PC3 (stuck) looks wrong; going on with two lines"))
		fail_msg("%s", c.text);
	spi_nor_free(nor);
}

static void test_protection_of_a_pair_is_twice_that_of_a_chip(void **state)
{
	struct fixture *f = *state;
	struct mtd_wp_status st;
	struct mtd_info *mtd;

	f->nor.p.bp = NOR_BP3_TB5_SEC6;
	f->sr[0] = 0x04; /* the last 256 KiB of each */
	add_second(f);
	f->nor.p.size = MIB(32);
	f->nor.prepared = true;
	mtd = &f->nor.mtd;
	mtd->ctx = &f->ctx;
	assert_int_equal(nor_wp_ops.status(mtd, &st), 0);
	assert_int_equal(st.range.start, MIB(32) - KIB(512));
	assert_int_equal(st.range.len, KIB(512));
	f->second->sr[0] = 0x08;
	assert_int_equal(nor_wp_ops.status(mtd, &st), -EIO);
	assert_non_null(strstr(f->ctx.err.what, "reads 04 and 08"));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_a_pair_is_one_chip_of_twice_the_size),
		T(test_a_pair_needs_two_of_the_same_kind),
		T(test_a_pair_with_different_sfdp_is_refused),
		T(test_quad_enable_of_a_pair_keeps_what_each_has),
		T(test_a_pair_waits_for_the_slower_one),
		T(test_a_bad_line_of_the_second_chip_is_named),
		T(test_protection_of_a_pair_is_twice_that_of_a_chip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
