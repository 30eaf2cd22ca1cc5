// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two virtual SPI-NOR chips side by side on a virtual STM32L496 (dual-flash QUADSPI), through all
 * layers. The cells of both are compared with what should be there.
 */
#include "lib/crc32.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/vnor.h"
#include "tests/support/nor-board.h"

#define DUAL "stm32l496-dual"

static u8 *second_cells(struct bench *b)
{
	size_t size;
	struct vnor *nor = netlist_nor2(b->sim->nets);

	assert_non_null(nor);
	return vnor_data(nor, &size);
}

/* even bytes are the first chip's */
static u8 *cell(struct bench *b, u64 at)
{
	return (at & 1 ? second_cells(b) : b->cells) + at / 2;
}

static void compare_cells(struct bench *b, u64 at, const u8 *want, size_t len)
{
	u8 back[KIB(4)];

	for (size_t i = 0; i < len; i++)
		if (*cell(b, at + i) != want[i])
			fail_msg("%s: cell %" PRIx64 " is %02x, not %02x", b->opts.nor, at + i,
				 *cell(b, at + i), want[i]);
	must(b, mtd_read(b->qspi, at, len, back));
	assert_memory_equal(back, want, len);
}

static void write_pair(struct bench *b, u64 at, size_t len)
{
	must(b, mtd_write(b->qspi, at, len, b->data));
	compare_cells(b, at, b->data, len);
}

static void attach_pair(struct bench *b, const char *model)
{
	b->name = DUAL;
	attach(b, model);
}

static void fill(struct bench *b, u64 from, u64 to, u8 val)
{
	for (u64 i = from; i < to; i++)
		*cell(b, i) = val;
}

static void test_a_pair_is_one_flash(void **state)
{
	static const char *const models[] = { "w25q128jv",   "n25q128a13", "mt25ql512abb",
					      "mx25l51245g", "s25fl064l",  "is25lp128f" };
	struct bench *b = *state;

	for (unsigned int i = 0; i < ARRAY_SIZE(models); i++) {
		u64 start, size, end;

		attach_pair(b, models[i]);
		end = b->qspi->size;
		assert_int_equal(end, 2 * b->size);
		assert_int_equal(b->qspi->writebufsize, 512);
		assert_true(mtd_block_at(b->qspi, KIB(64), &start, &size));
		assert_int_equal(size, KIB(8));
		must(b, mtd_open_locks(b->qspi, 0, end));
		fill(b, 0, KIB(24), 0);
		must(b, mtd_erase(b->qspi, KIB(8), KIB(8)));
		for (u64 k = 0; k < KIB(24); k++)
			assert_int_equal(*cell(b, k), k >= KIB(8) && k < KIB(16) ? 0xff : 0);
		write_pair(b, KIB(8), KIB(3));
		write_pair(b, KIB(8) + KIB(3) + 6, 2);
		write_pair(b, end - 1000, 1000);
		assert_int_equal(nor_lines(nor_of(b)), 4);
		/* larger erases */
		fill(b, end / 2, end / 2 + KIB(256), 0);
		must(b, mtd_erase(b->qspi, end / 2, KIB(128)));
		for (u64 k = end / 2; k < end / 2 + KIB(256); k++)
			assert_int_equal(*cell(b, k), k < end / 2 + KIB(128) ? 0xff : 0);
		detach_quietly(b);
	}
}

static void test_odd_places_and_lengths_are_read(void **state)
{
	struct bench *b = *state;
	u8 back[64];

	attach_pair(b, "w25q128jv");
	for (unsigned int k = 0; k < sizeof(b->data); k++)
		*cell(b, k) = b->data[k];
	for (unsigned int at = 0; at < 6; at++)
		for (unsigned int len = 1; len < 40; len += 3) {
			memset(back, 0xa5, sizeof(back));
			must(b, mtd_read(b->qspi, at, len, back));
			assert_memory_equal(back, b->data + at, len);
			assert_int_equal(back[len], 0xa5);
		}
	must(b, mtd_read(b->qspi, b->qspi->size - 1, 1, back));
	assert_int_equal(back[0], 0xff);
	detach_quietly(b);
}

static void test_each_bus_mode_of_a_pair(void **state)
{
	static const struct {
		enum spi_mode mode;
		const char *model;
		u8 lines;
	} cases[] = {
		{ SPI_MODE_1_1_1, "n25q128a13", 1 },  { SPI_MODE_1_1_2, "n25q128a13", 2 },
		{ SPI_MODE_1_2_2, "n25q128a13", 2 },  { SPI_MODE_1_1_4, "n25q128a13", 4 },
		{ SPI_MODE_1_4_4, "n25q128a13", 4 },  { SPI_MODE_4_4_4, "n25q128a13", 4 },
		{ SPI_MODE_4_4_4, "mx25l51245g", 4 },
	};
	struct bench *b = *state;

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		b->mode = cases[i].mode;
		attach_pair(b, cases[i].model);
		write_pair(b, KIB(64), KIB(3));
		write_pair(b, KIB(96), KIB(1));
		assert_int_equal(nor_lines(nor_of(b)), cases[i].lines);
		assert_int_equal(nor_is_qpi(nor_of(b)), cases[i].mode == SPI_MODE_4_4_4);
		detach_quietly(b);
	}
}

static void test_whatever_the_application_left_both_in(void **state)
{
	static const struct {
		size_t fault;
		const char *model;
	} cases[] = {
		{ offsetof(struct sim_faults, app_xip), "w25q128jv" },
		{ offsetof(struct sim_faults, app_xip), "mx25l51245g" },
		{ offsetof(struct sim_faults, app_qpi), "mt25ql512abb" },
		{ offsetof(struct sim_faults, app_qpi), "mx25l51245g" },
		{ offsetof(struct sim_faults, app_4byte), "mt25ql512abb" },
		{ offsetof(struct sim_faults, app_dpd), "w25q128jv" },
	};
	struct bench *b = *state;

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		bool *fault = (bool *)(void *)((char *)&b->faults + cases[i].fault);

		*fault = true;
		attach_pair(b, cases[i].model);
		write_pair(b, 0, KIB(1));
		detach_quietly(b);
		*fault = false;
	}
}

static void test_protection_covers_both(void **state)
{
	struct mtd_wp_range ranges[MTD_WP_MAX_RANGES];
	struct mtd_wp_change change = { .has_range = true };
	struct mtd_wp_status st;
	struct bench *b = *state;
	size_t n;

	attach_pair(b, "w25q128jv");
	must(b, b->qspi->ops->wp->list(b->qspi, ranges, &n));
	assert_true(n > 2);
	/* the smallest: 4 KiB of each */
	assert_int_equal(ranges[1].len, KIB(8));
	change.range = (struct mtd_wp_range){ 0, MIB(16) };
	must(b, b->qspi->ops->wp->change(b->qspi, &change));
	must(b, b->qspi->ops->wp->status(b->qspi, &st));
	assert_int_equal(st.range.start, 0);
	assert_int_equal(st.range.len, MIB(16));
	assert_int_equal(mtd_is_locked(b->qspi, MIB(16) - 1, 1), -EROFS);
	assert_non_null(strstr(b->ctx.err.what, "0x0 to 0xffffff "));
	err_clear(&b->ctx.err);
	must(b, mtd_open_locks(b->qspi, MIB(16), MIB(16)));
	change.range.len = 0;
	must(b, b->qspi->ops->wp->change(b->qspi, &change));
	write_pair(b, 0, 100);
	detach_quietly(b);
}

static void test_checksums_of_a_pair(void **state)
{
	struct bench *b = *state;
	struct mtd_crc pieces[] = { { .from = 0, .len = KIB(4) },
				    { .from = MIB(1) + KIB(4), .len = KIB(4) } };

	attach_pair(b, "w25q128jv");
	for (unsigned int k = 0; k < sizeof(b->data); k++)
		*cell(b, k) = *cell(b, pieces[1].from + k) = b->data[k];
	*cell(b, pieces[1].from + 1) ^= 1;
	must(b, mtd_checksum(b->qspi, pieces, ARRAY_SIZE(pieces)));
	assert_int_equal(pieces[0].crc, crc32_of(0, b->data, sizeof(b->data)));
	assert_int_not_equal(pieces[1].crc, pieces[0].crc);
	detach_quietly(b);
}

static void test_a_pair_on_a_noisy_wire_with_slow_chips(void **state)
{
	struct bench *b = *state;

	b->faults.ber = 1e-5;
	b->opts.busy_max = true;
	for (unsigned int seed = 1; seed < 4; seed++) {
		b->opts.seed = seed;
		attach_pair(b, "n25q128a13");
		fill(b, 0, KIB(16), 0);
		must(b, mtd_erase(b->qspi, 0, KIB(16)));
		for (unsigned int k = 0; k < 4; k++)
			write_pair(b, KIB(4) * k, KIB(4));
		detach_quietly(b);
	}
}

#define TEST(_fn) cmocka_unit_test_setup_teardown(_fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_pair_is_one_flash),
		TEST(test_odd_places_and_lengths_are_read),
		TEST(test_each_bus_mode_of_a_pair),
		TEST(test_whatever_the_application_left_both_in),
		TEST(test_protection_covers_both),
		TEST(test_checksums_of_a_pair),
		TEST(test_a_pair_on_a_noisy_wire_with_slow_chips),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
