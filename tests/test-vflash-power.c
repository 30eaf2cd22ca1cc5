// SPDX-License-Identifier: GPL-2.0-or-later
/* What a power cut or a reset in the middle leaves behind in the virtual flash. */
#include "tests/support/flash-bus.h"

#include <unistd.h>

/* ---- cut short ---- */

static void test_half_programmed_unit_is_unstable_and_sets_eccd(void **state)
{
	struct mcu_bus *b = *state;
	bool differs = false, eccd = false;
	unsigned int i;
	u32 first;

	wr(b, ACR, 0);
	unlock(b);
	wr(b, CR, PG);
	wr(b, BANK2 + 0x40, 0);
	wr(b, BANK2 + 0x44, 0x12345678);
	pass_us(b, 40);
	mcu_set_power(b->mcu, false);
	mcu_set_power(b->mcu, true);
	pass_us(b, 1000);
	wr(b, ACR, 0);
	first = rd(b, BANK2 + 0x40);
	for (i = 0; i < 20; i++) {
		differs |= rd(b, BANK2 + 0x40) != first;
		if (rd(b, ECCR) & BIT(31)) {
			eccd = true;
			assert_int_equal(rd(b, ECCR) & 0xfffff, 0x80040);
		}
		wr(b, ECCR, 0xc0000000);
		assert_int_equal(rd(b, ECCR) & 0xc0000000, 0);
	}
	assert_true(differs);
	assert_true(eccd);
	rd(b, BANK2 + 0x48);
	assert_int_equal(rd(b, ECCR) & 0xc0000000, 0);
	/* not blank for the controller; an erase heals it */
	unlock(b);
	wr(b, CR, PG);
	program(b, BANK2 + 0x40, 1, 2);
	assert_int_equal(errors(b), PROGERR);
	clear_errors(b);
	wr(b, CR, PER | BKER | STRT);
	wait_ready(b);
	wr(b, CR, PG);
	program(b, BANK2 + 0x40, 1, 2);
	assert_int_equal(errors(b), 0);
	assert_int_equal(rd(b, BANK2 + 0x40), 1);
	assert_int_equal(rd(b, ECCR) & 0xc0000000, 0);
}

static void test_reset_in_an_erase_leaves_the_page_half_erased(void **state)
{
	struct mcu_bus *b = *state;
	unsigned int i, n_erased = 0, n_whole = 0;
	u64 busy;

	memset(cells(b, FLASH), 0, 2 * 2048);
	unlock(b);
	wr(b, CR, PER | STRT);
	pass_us(b, 11000);
	mcu_set_nrst(b->mcu, true);
	mcu_set_nrst(b->mcu, false);
	pass_us(b, 1000);
	assert_false(rd(b, SR) & BSY);
	for (i = 0; i < 2048; i += 8) {
		u32 v = get_le32(cells(b, FLASH + i));

		n_erased += v == 0xffffffff;
		n_whole += v == 0;
	}
	assert_true(n_erased < 20);
	assert_true(n_whole < 20);
	assert_int_equal(get_le32(cells(b, FLASH + 2048)), 0);
	busy = b->sim.stats.flash.erase_ps;
	assert_in_range(busy, 10900 * PS_PER_US, 11100 * PS_PER_US);
}

static void test_unstable_cells_survive_in_the_saved_state(void **state)
{
	struct mcu_bus *b = *state;
	unsigned int i;
	u32 seen = 0;

	unlock(b);
	wr(b, CR, PG);
	wr(b, FLASH, 0);
	wr(b, FLASH + 4, 0);
	pass_us(b, 40);
	mcu_set_power(b->mcu, false);
	mcu_save(b->mcu);
	mcu_free(b->mcu);
	b->mcu = mcu_new(&b->sim);
	for (i = 0; i < 20; i++) {
		rd(b, FLASH);
		seen |= rd(b, ECCR);
	}
	assert_true(seen & BIT(31));
}

/* ---- unstable cells ---- */

static void test_a_power_cut_in_a_program_leaves_an_unstable_double_word(void **state)
{
	struct mcu_bus *b = *state;
	u32 eccr;

	unlock(b);
	wr(b, CR, PG);
	wr(b, BANK2 + 0x108, 0);
	wr(b, BANK2 + 0x10c, 0);
	pass_us(b, 40);
	power_cycle(b);
	assert_true(instability(b, BANK2 + 0x108, &eccr) > 4);
	assert_true(eccr & BIT(31));
	assert_int_equal(eccr & 0xfffff, 0x108 | BIT(19));
	assert_int_equal(instability(b, BANK2 + 0x110, &eccr), 0);
	assert_int_equal(eccr, 0);
}

static void test_an_erase_mends_unstable_cells_and_programming_refuses_them(void **state)
{
	struct mcu_bus *b = *state;
	u32 eccr;

	unlock(b);
	wr(b, CR, PG);
	wr(b, FLASH, ~0u);
	wr(b, FLASH + 4, 0xfffffffe);
	pass_us(b, 40);
	power_cycle(b);
	unlock(b);
	wr(b, CR, PG);
	assert_int_equal(program(b, FLASH, 1, 2), PROGERR);
	clear_errors(b);
	assert_int_equal(erase(b, PER), 0);
	assert_int_equal(instability(b, FLASH, &eccr), 0);
	assert_int_equal(eccr, 0);
	assert_int_equal(rd(b, FLASH), ~0u);
}

static void test_a_power_cut_in_an_erase_spoils_the_page_and_no_other(void **state)
{
	struct mcu_bus *b = *state;
	u32 eccr, addr;
	unsigned int unstable = 0;

	mark_all(b);
	unlock(b);
	wr(b, CR, PER | PNB(1) | STRT);
	pass_us(b, 11000);
	power_cycle(b);
	for (addr = FLASH + PAGE; addr < FLASH + 2 * PAGE; addr += 64)
		unstable += instability(b, addr, &eccr) > 0;
	assert_true(unstable > 24);
	assert_int_equal(instability(b, FLASH, &eccr), 0);
	assert_int_equal(rd(b, FLASH), 0);
	assert_int_equal(instability(b, FLASH + 2 * PAGE, &eccr), 0);
}

static void test_a_reset_in_an_erase_spoils_it_too(void **state)
{
	struct mcu_bus *b = *state;
	u32 eccr;

	mark_all(b);
	unlock(b);
	wr(b, CR, PER | STRT);
	pass_us(b, 11000);
	mcu_set_nrst(b->mcu, true);
	pass_us(b, 100);
	mcu_set_nrst(b->mcu, false);
	pass_us(b, 100);
	assert_int_equal(rd(b, SR), 0);
	assert_true(instability(b, FLASH, &eccr) > 0);
}

static void test_cells_and_options_survive_in_the_state(void **state)
{
	struct mcu_bus *b = *state;
	char path[] = "/tmp/swdrom-test-vflash-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	close(fd);
	unlink(path);
	bus_close(b);
	snprintf(b->opts.state_path, sizeof(b->opts.state_path), "%s", path);
	bus_open(b);
	unlock(b);
	wr(b, CR, PG);
	program(b, FLASH, 0xabcd, 0);
	program(b, OTP, 0x4321, 0);
	mcu_set_wrp(b->mcu, 1, 'A', 3, 4);
	mcu_save(b->mcu);
	assert_int_equal(sim_core_save(&b->sim), 0);
	bus_close(b);
	bus_open(b);
	unlink(path);
	assert_int_equal(rd(b, FLASH), 0xabcd);
	assert_int_equal(rd(b, OTP), 0x4321);
	assert_int_equal(rd(b, WRP1AR) & 0x00ff00ff, 0x00040003);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BUS_TEST(test_half_programmed_unit_is_unstable_and_sets_eccd),
		BUS_TEST(test_reset_in_an_erase_leaves_the_page_half_erased),
		BUS_TEST(test_unstable_cells_survive_in_the_saved_state),
		BUS_TEST(test_a_power_cut_in_a_program_leaves_an_unstable_double_word),
		BUS_TEST(test_an_erase_mends_unstable_cells_and_programming_refuses_them),
		BUS_TEST(test_a_power_cut_in_an_erase_spoils_the_page_and_no_other),
		BUS_TEST(test_a_reset_in_an_erase_spoils_it_too),
		BUS_TEST(test_cells_and_options_survive_in_the_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
