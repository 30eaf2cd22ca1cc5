// SPDX-License-Identifier: GPL-2.0-or-later
/* Fast rows on the virtual FLASH controller. */
#include "tests/support/flash-bus.h"

/* 24 MHz, one wait state */
static void raise_clock(struct mcu_bus *b)
{
	wr(b, ACR, 0x001);
	wr(b, RCC_CR, 0x99);
	pass_us(b, 10);
}

static void erase_bank1(struct mcu_bus *b)
{
	unlock(b);
	wr(b, CR, MER1 | STRT);
	wait_ready(b);
}

/* double words of a row, each @gap_ns after the one before */
static void write_row_at(struct mcu_bus *b, u32 addr, unsigned int n, u64 gap_ns)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		u64 start = b->now;

		wr(b, addr + 8 * i, i);
		wr(b, addr + 8 * i + 4, ~i);
		if (b->now < start + gap_ns * PS_PER_NS)
			pass(b, start + gap_ns * PS_PER_NS - b->now);
	}
}

static void to_24_mhz(struct mcu_bus *b)
{
	wr(b, ACR, 0x103);
	wr(b, RCC_CR, (rd(b, RCC_CR) & ~0xf0u) | 0x98);
	pass_us(b, 100);
}

static void write_row(struct mcu_bus *b, u32 addr, unsigned int n_words)
{
	unsigned int i;

	for (i = 0; i < n_words; i++)
		wr(b, addr + 4 * i, addr + i);
}

static void fast_ready(struct mcu_bus *b)
{
	unlock(b);
	to_24_mhz(b);
	assert_int_equal(erase(b, MER1), 0);
	wr(b, CR, FSTPG);
}

/* ---- rows ---- */

static void test_fast_row_takes_less_than_its_double_words(void **state)
{
	struct mcu_bus *b = *state;
	unsigned int i;
	u64 start;

	raise_clock(b);
	erase_bank1(b);
	wr(b, CR, FSTPG);
	start = b->now;
	write_row_at(b, FLASH, 32, 45000);
	wait_ready(b);
	assert_in_range(b->now - start, 1850 * PS_PER_US, 2180 * PS_PER_US);
	write_row_at(b, FLASH + 256, 32, 0); /* stalled to the flash's own pace */
	wait_ready(b);
	assert_int_equal(errors(b), 0);
	assert_no_complaint(b);
	for (i = 0; i < 64; i++)
		assert_int_equal(rd(b, FLASH + 8 * i), i % 32);
	assert_int_equal(b->sim.stats.flash.n_programs, 64);
}

static void test_fast_row_with_a_gap_is_broken_off(void **state)
{
	struct mcu_bus *b = *state;

	raise_clock(b);
	erase_bank1(b);
	wr(b, CR, FSTPG);
	write_row_at(b, FLASH, 4, 0);
	pass_us(b, 300);
	assert_int_equal(rd(b, SR), MISERR | FASTERR);
	wr(b, FLASH + 32, 4);
	assert_true(errors(b) & PGSERR);
	/* what was complete is there, and the rest can be done in the standard way */
	assert_int_equal(get_le32(cells(b, FLASH + 24)), 3);
	assert_int_equal(get_le32(cells(b, FLASH + 32)), 0xffffffff);
	clear_errors(b);
	wr(b, CR, PG);
	program(b, FLASH + 32, 4, 4);
	assert_int_equal(errors(b), 0);
}

static void test_fast_row_needs_a_mass_erase_before(void **state)
{
	struct mcu_bus *b = *state;

	raise_clock(b);
	unlock(b);
	wr(b, CR, PER | STRT);
	wait_ready(b);
	wr(b, CR, FSTPG);
	wr(b, FLASH, 0);
	wr(b, FLASH + 4, 0);
	assert_int_equal(errors(b), PGSERR);
	clear_errors(b);
	wr(b, CR, MER1 | STRT);
	wait_ready(b);
	wr(b, CR, PG); /* ... and nothing else since */
	program(b, FLASH + 0x800, 1, 1);
	wr(b, CR, FSTPG);
	wr(b, FLASH, 0);
	wr(b, FLASH + 4, 0);
	assert_int_equal(errors(b), PGSERR);
}

static void test_fast_row_must_start_on_a_row_and_go_up(void **state)
{
	struct mcu_bus *b = *state;

	raise_clock(b);
	erase_bank1(b);
	wr(b, CR, FSTPG);
	wr(b, FLASH + 8, 0);
	wr(b, FLASH + 12, 0);
	assert_int_equal(errors(b), PGAERR | FASTERR);
	clear_errors(b);
	write_row_at(b, FLASH, 2, 0);
	wr(b, FLASH + 24, 0);
	wr(b, FLASH + 28, 0);
	assert_int_equal(errors(b), PGAERR | FASTERR);
}

static void test_fast_row_below_8_mhz_is_refused(void **state)
{
	struct mcu_bus *b = *state;

	erase_bank1(b); /* 4 MHz */
	wr(b, CR, FSTPG);
	wr(b, FLASH, 0);
	wr(b, FLASH + 4, 0);
	assert_int_equal(errors(b), FASTERR);
	assert_true(complained(b, "fast programming with HCLK"));
}

static void test_read_of_the_bank_breaks_a_fast_row(void **state)
{
	struct mcu_bus *b = *state;

	raise_clock(b);
	erase_bank1(b);
	wr(b, CR, FSTPG);
	write_row_at(b, FLASH, 4, 0);
	rd(b, FLASH);
	assert_true(errors(b) & FASTERR);
	assert_true(complained(b, "bank that is busy"));
}

static void test_power_cut_in_a_fast_row_spoils_one_unit_and_keeps_the_rest(void **state)
{
	struct mcu_bus *b = *state;
	unsigned int i, n_good = 0;

	raise_clock(b);
	erase_bank1(b);
	wr(b, CR, FSTPG);
	write_row_at(b, FLASH, 20, 45000);
	mcu_set_power(b->mcu, false);
	for (i = 0; i < 20; i++)
		n_good += get_le32(cells(b, FLASH + 8 * i)) == i &&
			  get_le32(cells(b, FLASH + 8 * i + 4)) == ~i;
	assert_in_range(n_good, 15, 19);
	assert_int_equal(get_le32(cells(b, FLASH + 19 * 8 + 8)), 0xffffffff);
}

/* ---- what breaks a row off ---- */

static void test_rows_after_a_mass_erase_are_programmed_fast(void **state)
{
	struct mcu_bus *b = *state;
	unsigned int row, i;
	u64 t0;

	fast_ready(b);
	t0 = b->now;
	for (row = 0; row < 8; row++) {
		write_row(b, FLASH + row * ROW, 64);
		assert_int_equal(wait_ready(b), 0);
	}
	/* 2 KiB: 15.29 ms typical, 16.98 ms at most; normal programming takes 20.9 ms */
	assert_in_range(b->now - t0, 15 * PS_PER_MS, 17500 * PS_PER_US);
	for (row = 0; row < 8; row++)
		for (i = 0; i < 64; i++)
			assert_int_equal(rd(b, FLASH + row * ROW + 4 * i), FLASH + row * ROW + i);
	assert_no_complaint(b);
}

static void test_a_gap_in_a_row_is_miserr_and_fasterr(void **state)
{
	struct mcu_bus *b = *state;

	fast_ready(b);
	write_row(b, FLASH, 20);
	pass_us(b, 200);
	assert_int_equal(rd(b, SR), MISERR | FASTERR);
	assert_int_equal(rd(b, FLASH + 36), FLASH + 9);
	assert_true(is_blank(b, FLASH + 80, ROW - 80));
}

static void test_leaving_the_row_order_is_pgaerr_and_fasterr(void **state)
{
	struct mcu_bus *b = *state;

	fast_ready(b);
	write_row(b, FLASH, 4);
	write_row(b, FLASH + 24, 2);
	assert_int_equal(wait_ready(b), PGAERR | FASTERR);
}

static void test_a_row_starts_at_its_own_boundary(void **state)
{
	struct mcu_bus *b = *state;

	fast_ready(b);
	write_row(b, FLASH + 8, 2);
	assert_int_equal(wait_ready(b), PGAERR | FASTERR);
	assert_true(is_blank(b, FLASH, 64));
}

static void test_a_byte_in_a_row_is_sizerr_and_fasterr(void **state)
{
	struct mcu_bus *b = *state;

	fast_ready(b);
	write_row(b, FLASH, 4);
	wr_n(b, FLASH + 16, 0, 1);
	assert_int_equal(wait_ready(b), SIZERR | FASTERR);
}

static void test_a_protected_row_is_wrperr_and_fasterr(void **state)
{
	struct mcu_bus *b = *state;

	fast_ready(b);
	mcu_set_wrp(b->mcu, 1, 'A', 0, 0);
	write_row(b, FLASH, 2);
	assert_int_equal(wait_ready(b), WRPERR | FASTERR);
}

static void test_without_a_mass_erase_before_fstpg_is_pgserr(void **state)
{
	struct mcu_bus *b = *state;

	unlock(b);
	to_24_mhz(b);
	erase(b, PER);
	wr(b, CR, FSTPG);
	write_row(b, FLASH, 2);
	assert_int_equal(wait_ready(b), PGSERR);
	clear_errors(b);
	/* a mass erase of the other bank does not do */
	erase(b, MER2);
	wr(b, CR, FSTPG);
	write_row(b, FLASH, 2);
	assert_int_equal(wait_ready(b), PGSERR);
	clear_errors(b);
	/* nor does one before a normal double word */
	erase(b, MER1);
	wr(b, CR, PG);
	program(b, FLASH + PAGE, 1, 2);
	wr(b, CR, FSTPG);
	write_row(b, FLASH, 2);
	assert_int_equal(wait_ready(b), PGSERR);
	assert_true(is_blank(b, FLASH, 8));
}

static void test_a_power_cut_in_a_row_keeps_what_was_programmed(void **state)
{
	struct mcu_bus *b = *state;
	u32 eccr;

	fast_ready(b);
	write_row(b, FLASH, 20); /* ten double words, 50 us each, the last two are not yet done */
	power_cycle(b);
	assert_int_equal(rd(b, FLASH), FLASH);
	assert_int_equal(instability(b, FLASH, &eccr), 0);
	assert_true(instability(b, FLASH + 8 * 8, &eccr) > 0 ||
		    instability(b, FLASH + 8 * 9, &eccr) > 0);
	assert_true(is_blank(b, FLASH + 80, ROW - 80));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BUS_TEST(test_fast_row_takes_less_than_its_double_words),
		BUS_TEST(test_fast_row_with_a_gap_is_broken_off),
		BUS_TEST(test_fast_row_needs_a_mass_erase_before),
		BUS_TEST(test_fast_row_must_start_on_a_row_and_go_up),
		BUS_TEST(test_fast_row_below_8_mhz_is_refused),
		BUS_TEST(test_read_of_the_bank_breaks_a_fast_row),
		BUS_TEST(test_power_cut_in_a_fast_row_spoils_one_unit_and_keeps_the_rest),
		BUS_TEST(test_rows_after_a_mass_erase_are_programmed_fast),
		BUS_TEST(test_a_gap_in_a_row_is_miserr_and_fasterr),
		BUS_TEST(test_leaving_the_row_order_is_pgaerr_and_fasterr),
		BUS_TEST(test_a_row_starts_at_its_own_boundary),
		BUS_TEST(test_a_byte_in_a_row_is_sizerr_and_fasterr),
		BUS_TEST(test_a_protected_row_is_wrperr_and_fasterr),
		BUS_TEST(test_without_a_mass_erase_before_fstpg_is_pgserr),
		BUS_TEST(test_a_power_cut_in_a_row_keeps_what_was_programmed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
