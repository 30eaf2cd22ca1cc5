// SPDX-License-Identifier: GPL-2.0-or-later
/* Protected areas of the virtual FLASH controller: WRP, PCROP, levels of read-out protection. */
#include "tests/support/flash-bus.h"

static void open_rdp(struct mcu_bus *b, int level)
{
	b->opts.rdp = level;
	bus_open(b);
	mark_all(b);
}

/* bank 1, pages 8 and 9, to be kept at a regression unless @rdp */
static void set_pcrop(struct mcu_bus *b, bool rdp)
{
	unlock_options(b);
	wr(b, PCROP1SR, 8 * PAGE / 8);
	wr(b, PCROP1ER, (10 * PAGE / 8 - 1) | (rdp ? BIT(31) : 0));
	assert_int_equal(store_options(b), 0);
	load_options(b);
}

static void to_level(struct mcu_bus *b, u32 rdp)
{
	unlock_options(b);
	wr(b, OPTR, (rd(b, OPTR) & ~0xffu) | rdp);
	assert_int_equal(store_options(b), 0);
	load_options(b);
}

/* ---- areas and levels ---- */

static void test_wrp_refuses_program_page_erase_and_bank_erase(void **state)
{
	struct mcu_bus *b = *state;

	mcu_set_wrp(b->mcu, 1, 'A', 6, 7);
	mcu_set_wrp(b->mcu, 2, 'B', 3, 3);
	assert_int_equal(rd(b, WRP1AR) & 0x00ff00ff, 0x00070006);
	unlock(b);
	wr(b, CR, PG);
	program(b, FLASH + 7 * 2048 + 2040, 0, 0);
	assert_int_equal(errors(b), WRPERR);
	clear_errors(b);
	program(b, FLASH + 8 * 2048, 1, 0);
	program(b, FLASH + 5 * 2048, 1, 0);
	assert_int_equal(errors(b), 0);
	wr(b, CR, PER | PNB(6) | STRT);
	assert_int_equal(rd(b, SR), WRPERR);
	clear_errors(b);
	wr(b, CR, MER1 | STRT);
	assert_int_equal(rd(b, SR), WRPERR);
	clear_errors(b);
	wr(b, CR, PER | BKER | PNB(3) | STRT);
	assert_int_equal(rd(b, SR), WRPERR);
	clear_errors(b);
	wr(b, CR, PER | PNB(3) | STRT);
	wait_ready(b);
	assert_int_equal(errors(b), 0);
}

static void test_pcrop_area_cannot_be_read_or_erased(void **state)
{
	struct mcu_bus *b = *state;

	unlock_options(b);
	wr(b, PCROP1SR, 0x100); /* double words: 0x800 ... 0x807 */
	wr(b, PCROP1ER, 0x100);
	wr(b, CR, OPTSTRT);
	wait_ready(b);
	wr(b, CR, OBL_LAUNCH);
	pass_us(b, 100);
	rd(b, FLASH + 0x7fc);
	rd(b, FLASH + 0x808);
	assert_int_equal(rd(b, SR), 0);
	rd_n(b, FLASH + 0x804, 4);
	assert_int_equal(b->resp, BUS_ERROR);
	assert_int_equal(rd(b, SR), RDERR);
	clear_errors(b);
	unlock(b);
	wr(b, CR, PER | PNB(1) | STRT);
	assert_int_equal(rd(b, SR), WRPERR);
}

static void test_rdp1_closes_flash_and_sram2_to_the_debugger(void **state)
{
	struct mcu_bus *b = *state;

	b->opts.rdp = 1;
	bus_open(b);
	assert_int_equal(rd(b, OPTR) & 0xff, 0xbb);
	rd_n(b, FLASH, 4);
	assert_int_equal(b->resp, BUS_ERROR);
	rd_n(b, 0x10000000, 4);
	assert_int_equal(b->resp, BUS_ERROR);
	rd(b, 0x20000000);
	unlock(b);
	wr(b, CR, PER | STRT);
	assert_int_equal(rd(b, SR), WRPERR);
	clear_errors(b);
	wr(b, CR, PG);
	program(b, FLASH, 0, 0);
	assert_int_equal(errors(b), WRPERR);
}

static void test_regression_to_rdp0_erases_all(void **state)
{
	struct mcu_bus *b = *state;

	b->opts.rdp = 1;
	bus_open(b);
	put_le32(cells(b, FLASH), 0x5ec2e7);
	put_le32(cells(b, BANK2), 0x5ec2e7);
	put_le32(mcu_sram(b->mcu, 0x10000000), 0x5ec2e7);
	unlock_options(b);
	wr(b, OPTR, 0xffeff8aa);
	wr(b, CR, OPTSTRT);
	assert_in_range(busy_time(b), 40 * PS_PER_MS, 55 * PS_PER_MS);
	assert_int_equal(errors(b), 0);
	rd_n(b, FLASH, 4); /* not in force yet */
	assert_int_equal(b->resp, BUS_ERROR);
	wr(b, CR, OBL_LAUNCH);
	pass_us(b, 100);
	assert_int_equal(rd(b, FLASH), 0xffffffff);
	assert_int_equal(rd(b, BANK2), 0xffffffff);
	assert_int_not_equal(rd(b, 0x10000000), 0x5ec2e7);
}

static void test_change_to_rdp1_keeps_the_contents(void **state)
{
	struct mcu_bus *b = *state;

	put_le32(cells(b, FLASH), 0x5ec2e7);
	unlock_options(b);
	wr(b, OPTR, 0xffeff8bb);
	wr(b, CR, OPTSTRT);
	wait_ready(b);
	assert_int_equal(rd(b, FLASH), 0x5ec2e7); /* before the load */
	mcu_set_power(b->mcu, false);
	mcu_set_power(b->mcu, true);
	pass_us(b, 1000);
	rd_n(b, FLASH, 4);
	assert_int_equal(b->resp, BUS_ERROR);
	assert_int_equal(get_le32(cells(b, FLASH)), 0x5ec2e7);
}

/* ---- write protection ---- */

static void test_protected_pages_are_wrperr_in_both_areas_and_banks(void **state)
{
	static const struct {
		unsigned int bank;
		char area;
		u8 page;
	} c[] = { { 1, 'A', 2 }, { 1, 'B', 30 }, { 2, 'A', 4 }, { 2, 'B', 255 } };
	struct mcu_bus *b = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(c); i++)
		mcu_set_wrp(b->mcu, c[i].bank, c[i].area, c[i].page, c[i].page);
	mark_all(b);
	memset(cells(b, FLASH), 0xff, PAGE);
	unlock(b);
	for (i = 0; i < ARRAY_SIZE(c); i++) {
		u32 cr = PER | PNB(c[i].page) | (c[i].bank == 2 ? BKER : 0);
		u32 addr = (c[i].bank == 2 ? BANK2 : FLASH) + c[i].page * PAGE;

		assert_int_equal(erase(b, cr), WRPERR);
		clear_errors(b);
		assert_int_equal(erase(b, c[i].bank == 2 ? MER2 : MER1), WRPERR);
		clear_errors(b);
		assert_int_equal(erase(b, MER1 | MER2), WRPERR);
		clear_errors(b);
		memset(cells(b, addr), 0xff, 8);
		wr(b, CR, PG);
		assert_int_equal(program(b, addr, 1, 2), WRPERR);
		clear_errors(b);
		assert_true(is_blank(b, addr, 8));
		wr(b, CR, 0);
		/* the neighbours are free */
		assert_int_equal(erase(b, cr - PNB(1)), 0);
	}
}

static void test_a_bank_without_protected_pages_can_be_erased(void **state)
{
	struct mcu_bus *b = *state;

	mcu_set_wrp(b->mcu, 1, 'A', 0, 0);
	mark_all(b);
	unlock(b);
	assert_int_equal(erase(b, MER2), 0);
	assert_only_erased(b, BANK2, BANK2 + KIB(512));
}

/* ---- read-out protection ---- */

static void test_level_1_refuses_erase_and_program_with_wrperr(void **state)
{
	struct mcu_bus *b = *state;

	open_rdp(b, 1);
	unlock(b);
	assert_int_equal(erase(b, PER), WRPERR);
	clear_errors(b);
	assert_int_equal(erase(b, MER1 | MER2), WRPERR);
	clear_errors(b);
	wr(b, CR, PG);
	assert_int_equal(program(b, FLASH, 0, 0), WRPERR);
	clear_errors(b);
	assert_int_equal(program(b, OTP, 0, 0), WRPERR);
	assert_only_erased(b, 0, 0);
}

static void test_going_back_to_level_0_erases_flash_and_sram2(void **state)
{
	struct mcu_bus *b = *state;
	u64 t0;

	open_rdp(b, 1);
	memset(mcu_sram(b->mcu, 0x10000000), 0x77, 16);
	unlock_options(b);
	wr(b, OPTR, (rd(b, OPTR) & ~0xffu) | 0xaa);
	t0 = b->now;
	assert_int_equal(store_options(b), 0);
	assert_true(b->now - t0 > 40 * PS_PER_MS);
	assert_only_erased(b, FLASH, FLASH + MIB(1));
	assert_int_not_equal(mcu_sram(b->mcu, 0x10000000)[0], 0x77);
	rd_n(b, FLASH, 4);
	assert_int_equal(b->resp, BUS_ERROR); /* not yet in force */
	load_options(b);
	assert_int_equal(rd(b, FLASH), ~0u);
}

static void test_another_value_of_level_1_erases_nothing(void **state)
{
	struct mcu_bus *b = *state;

	open_rdp(b, 1);
	unlock_options(b);
	wr(b, OPTR, rd(b, OPTR) & ~0xffu);
	assert_int_equal(store_options(b), 0);
	load_options(b);
	assert_only_erased(b, 0, 0);
	assert_int_equal(rd(b, OPTR) & 0xff, 0);
}

static void test_level_1_can_be_set_and_keeps_the_contents(void **state)
{
	struct mcu_bus *b = *state;

	mark_all(b);
	unlock_options(b);
	wr(b, OPTR, (rd(b, OPTR) & ~0xffu) | 0xbb);
	assert_int_equal(store_options(b), 0);
	assert_int_equal(rd(b, FLASH), 0);
	load_options(b);
	rd_n(b, FLASH, 4);
	assert_int_equal(b->resp, BUS_ERROR);
	assert_only_erased(b, 0, 0);
}

static void test_level_2_closes_the_access_port(void **state)
{
	struct mcu_bus *b = *state;

	open_rdp(b, 2);
	assert_false(mcu_debug_enabled(b->mcu));
	rd_n(b, 0x20000000, 4);
	assert_int_equal(b->resp, BUS_ERROR);
	rd_n(b, 0xe000ed00, 4);
	assert_int_equal(b->resp, BUS_ERROR);
}

/* ---- PCROP ---- */

static void test_pcrop_can_be_neither_read_nor_written_nor_erased(void **state)
{
	struct mcu_bus *b = *state;

	set_pcrop(b, false);
	unlock(b);
	rd_n(b, FLASH + 8 * PAGE, 4);
	assert_int_equal(b->resp, BUS_ERROR);
	assert_int_equal(rd(b, SR), RDERR);
	clear_errors(b);
	rd_n(b, FLASH + 10 * PAGE - 4, 4);
	assert_int_equal(b->resp, BUS_ERROR);
	clear_errors(b);
	rd(b, FLASH + 8 * PAGE - 4);
	rd(b, FLASH + 10 * PAGE);
	assert_int_equal(erase(b, PER | PNB(9)), WRPERR);
	clear_errors(b);
	assert_int_equal(erase(b, MER1), WRPERR);
	clear_errors(b);
	wr(b, CR, PG);
	assert_int_equal(program(b, FLASH + 8 * PAGE, 1, 2), WRPERR);
	clear_errors(b);
	assert_int_equal(program(b, FLASH + 10 * PAGE, 1, 2), 0);
}

static void test_pcrop_can_grow_but_not_shrink(void **state)
{
	struct mcu_bus *b = *state;

	set_pcrop(b, false);
	unlock_options(b);
	wr(b, PCROP1SR, 9 * PAGE / 8);
	assert_int_equal(store_options(b), WRPERR);
	clear_errors(b);
	wr(b, PCROP1SR, 7 * PAGE / 8);
	assert_int_equal(store_options(b), 0);
	load_options(b);
	rd_n(b, FLASH + 7 * PAGE, 4);
	assert_int_equal(b->resp, BUS_ERROR);
}

static void test_a_regression_spares_pcrop_pages_unless_pcrop_rdp(void **state)
{
	struct mcu_bus *b = *state;
	size_t i, size;
	u8 *p;

	set_pcrop(b, false);
	to_level(b, 0xbb);
	mark_all(b);
	to_level(b, 0xaa);
	p = mcu_flash(b->mcu, &size);
	for (i = 0; i < size; i++)
		if (p[i] != (i >= 8 * PAGE && i < 10 * PAGE ? 0 : 0xff))
			fail_msg("byte %zu is 0x%02x", i, p[i]);
	set_pcrop(b, true);
	assert_int_equal(rd(b, PCROP1ER) >> 31, 1);
	to_level(b, 0xbb);
	unlock_options(b);
	wr(b, OPTR, (rd(b, OPTR) & ~0xffu) | 0xaa);
	wr(b, PCROP1SR, 0xffff);
	wr(b, PCROP1ER, 0);
	assert_int_equal(store_options(b), 0);
	load_options(b);
	assert_true(is_blank(b, FLASH, MIB(1)));
	assert_int_equal(rd(b, FLASH + 8 * PAGE), ~0u);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BUS_TEST(test_wrp_refuses_program_page_erase_and_bank_erase),
		BUS_TEST(test_pcrop_area_cannot_be_read_or_erased),
		OWN_TEST(test_rdp1_closes_flash_and_sram2_to_the_debugger),
		OWN_TEST(test_regression_to_rdp0_erases_all),
		BUS_TEST(test_change_to_rdp1_keeps_the_contents),
		BUS_TEST(test_protected_pages_are_wrperr_in_both_areas_and_banks),
		BUS_TEST(test_a_bank_without_protected_pages_can_be_erased),
		OWN_TEST(test_level_1_refuses_erase_and_program_with_wrperr),
		OWN_TEST(test_going_back_to_level_0_erases_flash_and_sram2),
		OWN_TEST(test_another_value_of_level_1_erases_nothing),
		BUS_TEST(test_level_1_can_be_set_and_keeps_the_contents),
		OWN_TEST(test_level_2_closes_the_access_port),
		BUS_TEST(test_pcrop_can_be_neither_read_nor_written_nor_erased),
		BUS_TEST(test_pcrop_can_grow_but_not_shrink),
		BUS_TEST(test_a_regression_spares_pcrop_pages_unless_pcrop_rdp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
