// SPDX-License-Identifier: GPL-2.0-or-later
/* Keys, locks and option bytes of the virtual FLASH controller. */
#include "tests/support/flash-bus.h"

/* ---- keys and locks ---- */

static void test_reset_leaves_cr_locked(void **state)
{
	struct mcu_bus *b = *state;

	assert_int_equal(rd(b, CR), LOCK | OPTLOCK);
	assert_int_equal(rd(b, SR), 0);
	assert_int_equal(rd(b, ACR), 0x600);
}

static void test_right_keys_open_cr_and_lock_bit_closes_it(void **state)
{
	struct mcu_bus *b = *state;

	unlock(b);
	assert_int_equal(rd(b, CR), OPTLOCK);
	wr(b, CR, LOCK);
	assert_int_equal(rd(b, CR), LOCK | OPTLOCK);
	unlock(b);
	assert_int_equal(rd(b, CR), OPTLOCK);
	assert_no_complaint(b);
}

static void test_wrong_key_faults_and_locks_until_reset(void **state)
{
	struct mcu_bus *b = *state;

	assert_int_equal(wr_n(b, KEYR, 0xcdef89ab, 4), BUS_ERROR);
	assert_int_equal(wr_n(b, KEYR, 0x45670123, 4), BUS_ERROR);
	assert_int_equal(rd(b, CR) & LOCK, LOCK);
	assert_true(complained(b, "KEYR"));
	wr(b, 0xe000ed0c, 0x05fa0004);
	pass_us(b, 100);
	unlock(b);
	assert_int_equal(rd(b, CR), OPTLOCK);
}

static void test_keys_to_an_open_lock_close_it_until_reset(void **state)
{
	struct mcu_bus *b = *state;

	unlock(b);
	assert_int_equal(wr_n(b, KEYR, 0x45670123, 4), BUS_ERROR);
	assert_int_equal(rd(b, CR) & LOCK, LOCK);
	assert_int_equal(wr_n(b, KEYR, 0x45670123, 4), BUS_ERROR);
}

static void test_optkeyr_needs_lock_open_first(void **state)
{
	struct mcu_bus *b = *state;

	assert_int_equal(wr_n(b, OPTKEYR, 0x08192a3b, 4), BUS_ERROR);
	assert_true(complained(b, "OPTKEYR"));
}

static void test_option_keys_open_optlock(void **state)
{
	struct mcu_bus *b = *state;

	unlock_options(b);
	assert_int_equal(rd(b, CR), 0);
	wr(b, CR, OPTLOCK);
	assert_int_equal(rd(b, CR), OPTLOCK);
}

static void test_locked_cr_ignores_writes_and_reports_them(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, CR, PG);
	assert_int_equal(rd(b, CR), LOCK | OPTLOCK);
	assert_true(complained(b, "locked"));
}

static void test_a_wrong_key_is_a_bus_error_and_locks_until_reset(void **state)
{
	static const u32 wrong[][2] = { { KEY2, KEY1 }, { KEY1, KEY1 }, { KEY1, 0 }, { 0, KEY2 } };
	struct mcu_bus *b = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		wr_n(b, KEYR, wrong[i][0], 4);
		if (b->resp == BUS_OK)
			assert_int_equal(wr_n(b, KEYR, wrong[i][1], 4), BUS_ERROR);
		assert_int_equal(wr_n(b, KEYR, KEY1, 4), BUS_ERROR);
		wr_n(b, KEYR, KEY2, 4);
		assert_int_equal(rd(b, CR) & LOCK, LOCK);
		mcu_set_nrst(b->mcu, true);
		pass_us(b, 100);
		mcu_set_nrst(b->mcu, false);
		pass_us(b, 100);
		unlock(b);
		wr(b, CR, LOCK);
	}
}

static void test_writing_lock_closes_both_locks_and_keys_open_again(void **state)
{
	struct mcu_bus *b = *state;

	unlock_options(b);
	wr(b, CR, LOCK);
	assert_int_equal(rd(b, CR), LOCK | OPTLOCK);
	unlock_options(b);
	wr(b, CR, OPTLOCK);
	assert_int_equal(rd(b, CR), OPTLOCK);
	assert_no_complaint(b);
}

static void test_a_wrong_option_key_locks_only_the_options(void **state)
{
	struct mcu_bus *b = *state;

	unlock(b);
	wr(b, OPTKEYR, OPTKEY1);
	assert_int_equal(wr_n(b, OPTKEYR, OPTKEY1, 4), BUS_ERROR);
	assert_int_equal(wr_n(b, OPTKEYR, OPTKEY1, 4), BUS_ERROR);
	assert_int_equal(rd(b, CR), OPTLOCK);
}

/* ---- option bytes ---- */

static void test_option_registers_are_closed_by_optlock(void **state)
{
	struct mcu_bus *b = *state;

	unlock(b);
	wr(b, OPTR, 0);
	wr(b, CR, OPTSTRT);
	assert_int_equal(rd(b, OPTR), 0xffeff8aa);
	assert_false(rd(b, SR) & BSY);
	assert_true(complained(b, "OPTLOCK"));
}

static void test_options_are_loaded_by_obl_launch_not_by_a_reset(void **state)
{
	struct mcu_bus *b = *state;

	unlock_options(b);
	wr(b, WRP1AR, 0xff05ff04);
	wr(b, CR, OPTSTRT);
	wait_ready(b);
	assert_int_equal(errors(b), 0);
	wr(b, 0xe000ed0c, 0x05fa0004);
	pass_us(b, 100);
	assert_int_equal(rd(b, WRP1AR), 0xff00ffff);
	unlock_options(b);
	wr(b, CR, OBL_LAUNCH);
	assert_true(mcu_nrst_low(b->mcu));
	pass_us(b, 100);
	assert_int_equal(rd(b, WRP1AR), 0xff05ff04);
	assert_int_equal(rd(b, 0x1fff7818), 0xff05ff04);
	assert_int_equal(rd(b, 0x1fff781c), ~0xff05ff04u);
	assert_true(rd(b, 0x40021094) & BIT(25));
	assert_int_equal(rd(b, CR), LOCK | OPTLOCK);
}

static void test_option_change_cut_by_power_leaves_optverr_and_all_protected(void **state)
{
	struct mcu_bus *b = *state;

	unlock_options(b);
	wr(b, OPTR, 0xffeff8aa);
	wr(b, CR, OPTSTRT);
	pass_us(b, 10000);
	mcu_set_power(b->mcu, false);
	mcu_set_power(b->mcu, true);
	pass_us(b, 1000);
	assert_int_equal(rd(b, SR), OPTVERR);
	assert_int_not_equal(rd(b, OPTR) & 0xff, 0xaa);
	assert_int_equal(rd(b, WRP1AR) & 0x00ff00ff, 0x00ff0000);
}

static void test_option_registers_have_their_factory_values(void **state)
{
	struct mcu_bus *b = *state;

	assert_int_equal(rd(b, OPTR), 0xffeff8aa);
	assert_int_equal(rd(b, PCROP1SR) & 0xffff, 0xffff);
	assert_int_equal(rd(b, PCROP1ER) & 0x8000ffff, 0);
	assert_int_equal(rd(b, WRP1AR) & 0x00ff00ff, 0x000000ff);
	assert_int_equal(rd(b, WRP2AR) & 0x00ff00ff, 0x000000ff);
	assert_int_equal(rd(b, 0x1fff7800), 0xffeff8aa);
	assert_int_equal(rd(b, 0x1fff7804), ~0xffeff8aau);
}

static void test_options_act_after_obl_launch_and_not_after_a_plain_reset(void **state)
{
	struct mcu_bus *b = *state;

	unlock_options(b);
	wr(b, WRP1AR, 0x00050003);
	assert_int_equal(store_options(b), 0);
	assert_int_equal(rd(b, 0x1fff7818) & 0x00ff00ff, 0x00050003);
	assert_int_equal(erase(b, PER | PNB(3)), 0);
	mcu_set_nrst(b->mcu, true);
	pass_us(b, 100);
	mcu_set_nrst(b->mcu, false);
	pass_us(b, 100);
	unlock_options(b);
	assert_int_equal(erase(b, PER | PNB(3)), 0);
	load_options(b);
	assert_int_equal(rd(b, CR), LOCK | OPTLOCK);
	assert_true(rd(b, 0x40021094) & BIT(25)); /* OBLRSTF */
	assert_int_equal(rd(b, WRP1AR) & 0x00ff00ff, 0x00050003);
	unlock(b);
	assert_int_equal(erase(b, PER | PNB(3)), WRPERR);
}

static void test_options_act_after_power_on(void **state)
{
	struct mcu_bus *b = *state;

	unlock_options(b);
	wr(b, WRP1BR, 0x00070007);
	assert_int_equal(store_options(b), 0);
	power_cycle(b);
	unlock(b);
	assert_int_equal(erase(b, PER | PNB(7)), WRPERR);
}

static void test_a_change_of_dualbank_renumbers_the_pages(void **state)
{
	struct mcu_bus *b = *state;

	open_part(b, 512, 1);
	wr(b, OPTKEYR, OPTKEY1);
	wr(b, OPTKEYR, OPTKEY2);
	wr(b, OPTR, rd(b, OPTR) & ~DUALBANK);
	assert_int_equal(store_options(b), 0);
	load_options(b);
	mark_all(b);
	unlock(b);
	assert_int_equal(erase(b, PER | PNB(200)), 0);
	assert_only_erased(b, FLASH + 200 * PAGE, FLASH + 201 * PAGE);
}

static void test_a_power_cut_in_an_option_change_ends_in_safe_values(void **state)
{
	struct mcu_bus *b = *state;

	unlock_options(b);
	wr(b, CR, OPTSTRT);
	pass_us(b, 1000);
	power_cycle(b);
	assert_true(rd(b, SR) & OPTVERR);
	rd_n(b, FLASH, 4); /* level 1 */
	assert_int_equal(b->resp, BUS_ERROR);
	clear_errors(b);
	assert_int_equal(rd(b, SR), 0);
	/* it can be mended */
	unlock_options(b);
	wr(b, OPTR, 0xffeff8aa);
	wr(b, WRP1AR, 0xff00ffff);
	wr(b, WRP2AR, 0xff00ffff);
	assert_int_equal(store_options(b), 0);
	load_options(b);
	assert_int_equal(rd(b, SR), 0);
	assert_int_equal(rd(b, FLASH), ~0u);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BUS_TEST(test_reset_leaves_cr_locked),
		BUS_TEST(test_right_keys_open_cr_and_lock_bit_closes_it),
		BUS_TEST(test_wrong_key_faults_and_locks_until_reset),
		BUS_TEST(test_keys_to_an_open_lock_close_it_until_reset),
		BUS_TEST(test_optkeyr_needs_lock_open_first),
		BUS_TEST(test_option_keys_open_optlock),
		BUS_TEST(test_locked_cr_ignores_writes_and_reports_them),
		BUS_TEST(test_a_wrong_key_is_a_bus_error_and_locks_until_reset),
		BUS_TEST(test_writing_lock_closes_both_locks_and_keys_open_again),
		BUS_TEST(test_a_wrong_option_key_locks_only_the_options),
		BUS_TEST(test_option_registers_are_closed_by_optlock),
		BUS_TEST(test_options_are_loaded_by_obl_launch_not_by_a_reset),
		BUS_TEST(test_option_change_cut_by_power_leaves_optverr_and_all_protected),
		BUS_TEST(test_option_registers_have_their_factory_values),
		BUS_TEST(test_options_act_after_obl_launch_and_not_after_a_plain_reset),
		BUS_TEST(test_options_act_after_power_on),
		OWN_TEST(test_a_change_of_dualbank_renumbers_the_pages),
		BUS_TEST(test_a_power_cut_in_an_option_change_ends_in_safe_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
