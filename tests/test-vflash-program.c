// SPDX-License-Identifier: GPL-2.0-or-later
/* Programming on the virtual FLASH controller: double words, every error flag by each of its causes, stalls. */
#include "tests/support/flash-bus.h"

/* ---- double words ---- */

static void test_double_word_lands_when_busy_falls(void **state)
{
	struct mcu_bus *b = *state;
	u64 took;

	unlock(b);
	wr(b, CR, PG);
	wr(b, FLASH + 8, 0x11223344);
	assert_false(rd(b, SR) & BSY);
	wr(b, FLASH + 12, 0x55667788);
	assert_int_equal(rd(b, SR), BSY);
	took = busy_time(b);
	/* 81.69 us typical, 90.76 us at most, 2 % of jitter below */
	assert_in_range(took, 78 * PS_PER_US, 93 * PS_PER_US);
	assert_int_equal(rd(b, FLASH + 8), 0x11223344);
	assert_int_equal(rd(b, FLASH + 12), 0x55667788);
	assert_int_equal(rd(b, SR), 0);
	assert_int_equal(b->sim.stats.flash.n_programs, 1);
	assert_in_range(b->sim.stats.flash.program_ps, 78 * PS_PER_US, 91 * PS_PER_US);
	assert_no_complaint(b);
}

static void test_alias_at_zero_programs_too(void **state)
{
	struct mcu_bus *b = *state;

	unlock(b);
	wr(b, CR, PG);
	program(b, 0x20, 1, 2);
	assert_int_equal(get_le32(cells(b, FLASH + 0x20)), 1);
}

static void test_eop_comes_only_with_eopie(void **state)
{
	struct mcu_bus *b = *state;

	unlock(b);
	wr(b, CR, PG);
	program(b, FLASH, 0, 1);
	assert_int_equal(rd(b, SR), 0);
	wr(b, CR, PG | EOPIE);
	program(b, FLASH + 8, 0, 1);
	assert_int_equal(rd(b, SR), EOP);
	wr(b, SR, EOP);
	assert_int_equal(rd(b, SR), 0);
}

static void test_operr_comes_only_with_errie(void **state)
{
	struct mcu_bus *b = *state;

	unlock(b);
	wr(b, CR, PG);
	wr(b, FLASH + 4, 0);
	assert_int_equal(errors(b), PGAERR);
	clear_errors(b);
	wr(b, CR, PG | ERRIE);
	wr(b, FLASH + 4, 0);
	assert_int_equal(errors(b), PGAERR | OPERR);
}

static void test_write_without_pg_is_a_sequence_error(void **state)
{
	struct mcu_bus *b = *state;

	unlock(b);
	wr(b, FLASH, 0);
	assert_int_equal(errors(b), PGSERR);
	assert_int_equal(get_le32(cells(b, FLASH)), 0xffffffff);
}

static void test_unit_that_is_not_erased_is_refused(void **state)
{
	struct mcu_bus *b = *state;

	put_le32(cells(b, FLASH + 4), 0xfffffffe);
	unlock(b);
	wr(b, CR, PG);
	program(b, FLASH, 0x12345678, 0x9abcdef0);
	assert_int_equal(errors(b), PROGERR);
	assert_int_equal(get_le32(cells(b, FLASH)), 0xffffffff);
	assert_int_equal(get_le32(cells(b, FLASH + 4)), 0xfffffffe);
	assert_int_equal(b->sim.stats.flash.n_programs, 0);
}

static void test_all_zero_may_be_written_over_anything(void **state)
{
	struct mcu_bus *b = *state;

	put_le32(cells(b, FLASH), 0x12345678);
	unlock(b);
	wr(b, CR, PG);
	program(b, FLASH, 0, 0);
	assert_int_equal(errors(b), 0);
	assert_int_equal(rd(b, FLASH), 0);
	assert_int_equal(rd(b, FLASH + 4), 0);
}

static void test_byte_and_half_word_writes_are_size_errors(void **state)
{
	struct mcu_bus *b = *state;
	unsigned int size;

	unlock(b);
	for (size = 1; size <= 2; size++) {
		wr(b, CR, PG);
		assert_int_equal(wr_n(b, FLASH, 0, size), BUS_OK);
		assert_int_equal(errors(b), SIZERR);
		clear_errors(b);
	}
	assert_int_equal(get_le32(cells(b, FLASH)), 0xffffffff);
}

static void test_first_word_must_be_aligned_and_second_must_follow(void **state)
{
	struct mcu_bus *b = *state;
	static const u32 second[] = { FLASH, FLASH + 8, FLASH + 12, FLASH + 0x1004 };
	size_t i;

	unlock(b);
	wr(b, CR, PG);
	wr(b, FLASH + 4, 0);
	assert_int_equal(errors(b), PGAERR);
	for (i = 0; i < ARRAY_SIZE(second); i++) {
		clear_errors(b);
		wr(b, FLASH, 0);
		wr(b, second[i], 0);
		assert_int_equal(errors(b), PGAERR);
	}
	clear_errors(b);
	program(b, FLASH, 1, 2); /* nothing of it is left over */
	assert_int_equal(errors(b), 0);
}

static void test_error_flags_stick_and_block_until_cleared(void **state)
{
	struct mcu_bus *b = *state;

	unlock(b);
	wr(b, CR, PG);
	wr(b, FLASH + 4, 0);
	wr(b, FLASH, 1);
	wr(b, FLASH + 4, 1);
	assert_int_equal(errors(b), PGAERR | PGSERR);
	wr(b, CR, PER | STRT);
	assert_false(rd(b, SR) & BSY);
	assert_int_equal(get_le32(cells(b, FLASH)), 0xffffffff);
	clear_errors(b);
	wr(b, CR, PG);
	program(b, FLASH, 1, 1);
	assert_int_equal(rd(b, FLASH), 1);
}

static void test_pg_with_an_erase_bit_is_a_sequence_error(void **state)
{
	struct mcu_bus *b = *state;
	static const u32 with[] = { PER, MER1, MER2, FSTPG };
	size_t i;

	unlock(b);
	for (i = 0; i < ARRAY_SIZE(with); i++) {
		wr(b, CR, PG | with[i]);
		wr(b, FLASH, 0);
		assert_int_equal(errors(b), PGSERR);
		clear_errors(b);
	}
	wr(b, CR, PG | PER | STRT);
	assert_int_equal(rd(b, SR), PGSERR);
}

static void test_next_word_stalls_until_the_unit_is_done(void **state)
{
	struct mcu_bus *b = *state;
	unsigned int i;
	u64 start;

	unlock(b);
	wr(b, CR, PG);
	start = b->now;
	for (i = 0; i < 16; i++)
		wr(b, FLASH + 4 * i, i);
	wait_ready(b);
	assert_in_range(b->now - start, 8 * 78 * PS_PER_US, 8 * 94 * PS_PER_US);
	for (i = 0; i < 16; i++)
		assert_int_equal(rd(b, FLASH + 4 * i), i);
	assert_int_equal(errors(b), 0);
	assert_int_equal(b->sim.stats.flash_write_stalls, 7);
	assert_in_range(b->sim.stats.flash_write_stall_ps, 7 * 70 * PS_PER_US, 7 * 91 * PS_PER_US);
	assert_no_complaint(b); /* a stall of one unit is pacing, not a mistake */
}

static void test_busy_times_differ_by_seed_and_jitter(void **state)
{
	struct mcu_bus *b = *state;
	u64 took[2][2];
	unsigned int i;

	for (i = 0; i < 2; i++) {
		b->opts.seed = 100 + i;
		bus_open(b);
		unlock(b);
		wr(b, CR, PG);
		wr(b, FLASH, 0);
		wr(b, FLASH + 4, 1);
		wait_ready(b);
		took[i][0] = b->sim.stats.flash.program_ps;
		program(b, FLASH + 8, 0, 1);
		took[i][1] = b->sim.stats.flash.program_ps - took[i][0];
		bus_close(b);
	}
	assert_int_not_equal(took[0][0], took[1][0]);
	assert_int_not_equal(took[0][0], took[0][1]);
}

static void test_otp_is_written_once_even_with_zeros(void **state)
{
	struct mcu_bus *b = *state;

	unlock(b);
	wr(b, CR, PG);
	program(b, OTP, 0x600d, 0xf00d);
	assert_int_equal(errors(b), 0);
	assert_int_equal(rd(b, OTP), 0x600d);
	program(b, OTP, 0, 0);
	assert_int_equal(errors(b), PROGERR);
	clear_errors(b);
	wr(b, CR, MER1 | MER2);
	wr(b, CR, MER1 | MER2 | STRT);
	wait_ready(b);
	assert_int_equal(rd(b, OTP), 0x600d);
}

static void test_voltage_range_2_refuses_programming(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, 0x40021058, BIT(28));
	wr(b, 0x40007000, 0x400);
	unlock(b);
	wr(b, CR, PG);
	wr(b, FLASH, 0);
	wr(b, FLASH + 4, 0);
	assert_int_equal(errors(b), PGSERR);
	assert_true(complained(b, "voltage range 2"));
}

/* ---- error flags ---- */

static void test_error_flags_are_cleared_by_writing_one(void **state)
{
	struct mcu_bus *b = *state;

	unlock(b);
	wr(b, FLASH, 0);
	wr_n(b, FLASH, 0, 1);
	assert_int_equal(rd(b, SR), PGSERR | SIZERR);
	wr(b, SR, SIZERR);
	assert_int_equal(rd(b, SR), PGSERR);
	wr(b, SR, 0);
	assert_int_equal(rd(b, SR), PGSERR);
}

static void test_an_older_error_makes_the_next_write_pgserr(void **state)
{
	static const u32 first[] = { PROGERR, SIZERR, PGAERR, WRPERR };
	struct mcu_bus *b = *state;
	size_t i;

	mcu_set_wrp(b->mcu, 1, 'A', 9, 9);
	unlock(b);
	wr(b, CR, PG);
	program(b, FLASH, 1, 2);
	for (i = 0; i < ARRAY_SIZE(first); i++) {
		switch (first[i]) {
		case PROGERR:
			program(b, FLASH, 1, 2);
			break;
		case SIZERR:
			wr_n(b, FLASH + 64, 0, 2);
			break;
		case PGAERR:
			wr(b, FLASH + 68, 0);
			break;
		default:
			program(b, FLASH + 9 * PAGE, 1, 2);
		}
		assert_int_equal(rd(b, SR), first[i]);
		assert_int_equal(program(b, FLASH + 64, 1, 2), first[i] | PGSERR);
		assert_true(is_blank(b, FLASH + 64, 8));
		clear_errors(b);
	}
}

static void test_pg_together_with_another_mode_is_pgserr(void **state)
{
	static const u32 modes[] = { PG | PER,	 PG | MER1,   PG | MER2,
				     PG | FSTPG, FSTPG | PER, FSTPG | MER1 };
	struct mcu_bus *b = *state;
	size_t i;

	unlock(b);
	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		wr(b, CR, modes[i]);
		wr(b, FLASH, 0);
		assert_int_equal(rd(b, SR), PGSERR);
		clear_errors(b);
	}
	assert_true(is_blank(b, FLASH, 8));
}

static void test_an_unaligned_first_word_is_pgaerr(void **state)
{
	struct mcu_bus *b = *state;

	unlock(b);
	wr(b, CR, PG);
	wr(b, FLASH + 4, 0);
	assert_int_equal(rd(b, SR), PGAERR);
}

static void test_a_second_word_of_another_unit_is_pgaerr(void **state)
{
	static const u32 second[] = { FLASH, FLASH + 8, FLASH + 12, OTP + 4 };
	struct mcu_bus *b = *state;
	size_t i;

	unlock(b);
	wr(b, CR, PG);
	for (i = 0; i < ARRAY_SIZE(second); i++) {
		wr(b, FLASH, 0);
		wr(b, second[i], 0);
		assert_int_equal(wait_ready(b), PGAERR);
		clear_errors(b);
	}
	assert_true(is_blank(b, FLASH, 32));
}

static void test_bytes_and_half_words_are_sizerr(void **state)
{
	struct mcu_bus *b = *state;

	unlock(b);
	wr(b, CR, PG);
	wr_n(b, FLASH, 0, 1);
	assert_int_equal(rd(b, SR), SIZERR);
	clear_errors(b);
	wr_n(b, FLASH + 2, 0, 2);
	assert_int_equal(rd(b, SR), SIZERR);
	assert_true(is_blank(b, FLASH, 8));
}

static void test_programming_twice_is_progerr_but_all_zero_is_allowed(void **state)
{
	struct mcu_bus *b = *state;

	unlock(b);
	wr(b, CR, PG);
	assert_int_equal(program(b, FLASH, 0xfffffffe, ~0u), 0);
	assert_int_equal(program(b, FLASH, 0xfffffffc, ~0u), PROGERR);
	clear_errors(b);
	assert_int_equal(rd(b, FLASH), 0xfffffffe);
	assert_int_equal(program(b, FLASH, 0, 1), PROGERR);
	clear_errors(b);
	assert_int_equal(program(b, FLASH, 0, 0), 0);
	assert_int_equal(get_le32(cells(b, FLASH)), 0);
}

static void test_clearing_pg_forgets_a_half_written_unit(void **state)
{
	struct mcu_bus *b = *state;

	unlock(b);
	wr(b, CR, PG);
	wr(b, FLASH, 1);
	wr(b, CR, 0);
	wr(b, CR, PG);
	assert_int_equal(program(b, FLASH + 8, 3, 4), 0);
	assert_true(is_blank(b, FLASH, 8));
	assert_int_equal(get_le32(cells(b, FLASH + 8)), 3);
}

/* ---- stalls ---- */

static void test_a_write_while_busy_stalls_until_the_unit_is_done(void **state)
{
	struct mcu_bus *b = *state;
	unsigned int i;

	unlock(b);
	wr(b, CR, PG);
	for (i = 0; i < 64; i += 4)
		wr(b, FLASH + i, i);
	assert_int_equal(b->sim.stats.flash_write_stalls, 7);
	assert_in_range(b->sim.stats.flash_write_stall_ps, 7 * 78 * PS_PER_US, 7 * 92 * PS_PER_US);
	assert_int_equal(wait_ready(b), 0);
	for (i = 0; i < 64; i += 4)
		assert_int_equal(rd(b, FLASH + i), i);
	assert_no_complaint(b);
}

static void test_cr_written_while_busy_stalls_then_acts(void **state)
{
	struct mcu_bus *b = *state;

	unlock(b);
	wr(b, CR, PG);
	wr(b, FLASH, 1);
	wr(b, FLASH + 4, 2);
	wr(b, CR, 0);
	assert_in_range(b->took_ps, 78 * PS_PER_US, 92 * PS_PER_US);
	assert_int_equal(rd(b, CR), OPTLOCK);
	assert_int_equal(rd(b, SR), 0);
	assert_int_equal(rd(b, FLASH), 1);
}

static void test_sr_can_be_polled_while_busy(void **state)
{
	struct mcu_bus *b = *state;

	unlock(b);
	wr(b, CR, PER | STRT);
	assert_int_equal(rd(b, SR), BSY);
	assert_true(b->took_ps < 10 * PS_PER_US);
	assert_int_equal(rd(b, CR), OPTLOCK | PER | STRT);
	wait_ready(b);
	assert_int_equal(rd(b, CR), OPTLOCK | PER);
}

/* ---- OTP ---- */

static void test_otp_is_programmed_once_even_with_zeros(void **state)
{
	struct mcu_bus *b = *state;

	unlock(b);
	wr(b, CR, PG);
	assert_int_equal(rd(b, OTP + 1016), ~0u);
	assert_int_equal(program(b, OTP + 1016, 0xf0f0f0f0, 5), 0);
	assert_int_equal(rd(b, OTP + 1016), 0xf0f0f0f0);
	assert_int_equal(program(b, OTP + 1016, 0, 0), PROGERR);
	assert_int_equal(rd(b, OTP + 1016), 0xf0f0f0f0);
}

static void test_mass_erase_leaves_otp(void **state)
{
	struct mcu_bus *b = *state;

	unlock(b);
	wr(b, CR, PG);
	program(b, OTP, 1, 2);
	erase(b, MER1 | MER2);
	assert_int_equal(rd(b, OTP), 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BUS_TEST(test_double_word_lands_when_busy_falls),
		BUS_TEST(test_alias_at_zero_programs_too),
		BUS_TEST(test_eop_comes_only_with_eopie),
		BUS_TEST(test_operr_comes_only_with_errie),
		BUS_TEST(test_write_without_pg_is_a_sequence_error),
		BUS_TEST(test_unit_that_is_not_erased_is_refused),
		BUS_TEST(test_all_zero_may_be_written_over_anything),
		BUS_TEST(test_byte_and_half_word_writes_are_size_errors),
		BUS_TEST(test_first_word_must_be_aligned_and_second_must_follow),
		BUS_TEST(test_error_flags_stick_and_block_until_cleared),
		BUS_TEST(test_pg_with_an_erase_bit_is_a_sequence_error),
		BUS_TEST(test_next_word_stalls_until_the_unit_is_done),
		OWN_TEST(test_busy_times_differ_by_seed_and_jitter),
		BUS_TEST(test_otp_is_written_once_even_with_zeros),
		BUS_TEST(test_voltage_range_2_refuses_programming),
		BUS_TEST(test_error_flags_are_cleared_by_writing_one),
		BUS_TEST(test_an_older_error_makes_the_next_write_pgserr),
		BUS_TEST(test_pg_together_with_another_mode_is_pgserr),
		BUS_TEST(test_an_unaligned_first_word_is_pgaerr),
		BUS_TEST(test_a_second_word_of_another_unit_is_pgaerr),
		BUS_TEST(test_bytes_and_half_words_are_sizerr),
		BUS_TEST(test_programming_twice_is_progerr_but_all_zero_is_allowed),
		BUS_TEST(test_clearing_pg_forgets_a_half_written_unit),
		BUS_TEST(test_a_write_while_busy_stalls_until_the_unit_is_done),
		BUS_TEST(test_cr_written_while_busy_stalls_then_acts),
		BUS_TEST(test_sr_can_be_polled_while_busy),
		BUS_TEST(test_otp_is_programmed_once_even_with_zeros),
		BUS_TEST(test_mass_erase_leaves_otp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
