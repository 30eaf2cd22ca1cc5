// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Erasing on the virtual FLASH controller, by size and bank mode of the part; and reading it: meanwhile, through
 * the cache, with wait states.
 */
#include "tests/support/flash-bus.h"

/* ---- erasing ---- */

static void test_page_erase_takes_22_ms_and_spares_the_neighbours(void **state)
{
	struct mcu_bus *b = *state;
	u64 took;

	memset(cells(b, FLASH), 0x5a, 3 * 2048);
	unlock(b);
	wr(b, CR, PER | PNB(1));
	assert_false(rd(b, SR) & BSY);
	wr(b, CR, PER | PNB(1) | STRT);
	assert_true(rd(b, SR) & BSY);
	assert_true(rd(b, CR) & STRT);
	took = busy_time(b);
	assert_in_range(took, 21500 * PS_PER_US, 24500 * PS_PER_US);
	assert_false(rd(b, CR) & STRT);
	assert_int_equal(get_le32(cells(b, FLASH + 2047 - 3)), 0x5a5a5a5a);
	assert_int_equal(get_le32(cells(b, FLASH + 2048)), 0xffffffff);
	assert_int_equal(get_le32(cells(b, FLASH + 4092)), 0xffffffff);
	assert_int_equal(get_le32(cells(b, FLASH + 4096)), 0x5a5a5a5a);
	assert_int_equal(b->sim.stats.flash.n_erases, 1);
	assert_no_complaint(b);
}

static void test_one_write_of_per_pnb_and_strt_starts_an_erase(void **state)
{
	struct mcu_bus *b = *state;

	memset(cells(b, BANK2 + 255 * 2048), 0, 2048);
	unlock(b);
	wr(b, CR, PER | PNB(255) | BKER | STRT);
	wait_ready(b);
	assert_int_equal(errors(b), 0);
	assert_int_equal(rd(b, BANK2 + 255 * 2048), 0xffffffff);
}

static void test_page_number_without_bker_names_bank_1(void **state)
{
	struct mcu_bus *b = *state;

	put_le32(cells(b, FLASH), 0);
	put_le32(cells(b, BANK2), 0);
	unlock(b);
	wr(b, CR, PER | STRT | (256 << 3 & 0x7f8)); /* 8 bits: page 256 is page 0 */
	wait_ready(b);
	assert_int_equal(rd(b, FLASH), 0xffffffff);
	assert_int_equal(rd(b, BANK2), 0);
}

static void test_bank_erases_know_their_bank(void **state)
{
	struct mcu_bus *b = *state;

	put_le32(cells(b, FLASH), 0);
	put_le32(cells(b, BANK2), 0);
	unlock(b);
	wr(b, CR, MER2 | STRT);
	assert_in_range(busy_time(b), 21600 * PS_PER_US, 24600 * PS_PER_US);
	assert_int_equal(get_le32(cells(b, FLASH)), 0);
	assert_int_equal(get_le32(cells(b, BANK2)), 0xffffffff);
	wr(b, CR, MER1 | STRT);
	wait_ready(b);
	assert_int_equal(get_le32(cells(b, FLASH)), 0xffffffff);
	put_le32(cells(b, FLASH), 0);
	put_le32(cells(b, BANK2), 0);
	wr(b, CR, MER1 | MER2 | STRT); /* both at once, no longer than one */
	assert_in_range(busy_time(b), 21600 * PS_PER_US, 24600 * PS_PER_US);
	assert_int_equal(get_le32(cells(b, FLASH)), 0xffffffff);
	assert_int_equal(get_le32(cells(b, BANK2)), 0xffffffff);
}

static void test_strt_with_nothing_to_erase_is_a_sequence_error(void **state)
{
	struct mcu_bus *b = *state;

	unlock(b);
	wr(b, CR, STRT);
	assert_int_equal(rd(b, SR), PGSERR);
	assert_false(rd(b, CR) & STRT);
}

static void test_small_part_in_single_bank_mode_numbers_pages_through(void **state)
{
	struct mcu_bus *b = *state;

	b->opts.flash_kib = 512;
	b->opts.dualbank = 0;
	bus_open(b);
	put_le32(cells(b, FLASH + 200 * 2048), 0);
	unlock(b);
	wr(b, CR, PER | PNB(200) | STRT);
	wait_ready(b);
	assert_int_equal(errors(b), 0);
	assert_int_equal(get_le32(cells(b, FLASH + 200 * 2048)), 0xffffffff);
	put_le32(cells(b, FLASH + 255 * 2048), 0);
	wr(b, CR, MER1 | STRT);
	wait_ready(b);
	assert_int_equal(get_le32(cells(b, FLASH + 255 * 2048)), 0xffffffff);
	assert_no_complaint(b);
	wr(b, CR, PER | BKER | STRT);
	assert_true(complained(b, "BKER"));
}

static void test_small_part_in_dual_bank_mode_has_two_halves(void **state)
{
	struct mcu_bus *b = *state;

	b->opts.flash_kib = 256;
	b->opts.dualbank = 1;
	bus_open(b);
	assert_int_equal(rd_n(b, 0x1fff75e0, 2), 256);
	rd_n(b, FLASH + KIB(256), 4);
	assert_int_equal(b->resp, BUS_ERROR);
	put_le32(cells(b, FLASH + KIB(128)), 0);
	unlock(b);
	wr(b, CR, PER | PNB(0) | BKER | STRT);
	wait_ready(b);
	assert_int_equal(get_le32(cells(b, FLASH + KIB(128))), 0xffffffff);
	assert_no_complaint(b);
	wr(b, CR, PER | PNB(64) | STRT); /* the bank has 64 */
	assert_int_equal(rd(b, SR) & (PGSERR | BSY), PGSERR);
	assert_true(complained(b, "page 64"));
}

/* ---- pages and banks ---- */

static void test_page_erase_takes_its_time_and_its_page(void **state)
{
	struct mcu_bus *b = *state;
	u64 t0;

	mark_all(b);
	unlock(b);
	t0 = b->now;
	assert_int_equal(erase(b, PER | PNB(5)), 0);
	assert_in_range(b->now - t0, 21 * PS_PER_MS, 25 * PS_PER_MS);
	assert_only_erased(b, FLASH + 5 * PAGE, FLASH + 6 * PAGE);
	assert_int_equal(b->sim.stats.flash.n_erases, 1);
	assert_no_complaint(b);
}

static void test_pages_are_numbered_by_size_and_bank_mode(void **state)
{
	static const struct {
		u32 kib;
		int dual;
		u32 cr, page; /* page from the start of flash */
	} c[] = {
		{ 1024, 1, PNB(255), 255 },	   { 1024, 1, BKER | PNB(0), 256 },
		{ 1024, 1, BKER | PNB(255), 511 }, { 1024, 0, BKER | PNB(1), 257 },
		{ 512, 1, PNB(127), 127 },	   { 512, 1, BKER | PNB(0), 128 },
		{ 512, 1, BKER | PNB(127), 255 },  { 512, 0, PNB(128), 128 },
		{ 512, 0, PNB(255), 255 },	   { 256, 1, BKER | PNB(3), 67 },
		{ 256, 0, PNB(127), 127 },
	};
	struct mcu_bus *b = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(c); i++) {
		open_part(b, c[i].kib, c[i].dual);
		mark_all(b);
		assert_int_equal(erase(b, PER | c[i].cr), 0);
		assert_only_erased(b, FLASH + c[i].page * PAGE, FLASH + (c[i].page + 1) * PAGE);
		assert_no_complaint(b);
		bus_close(b);
	}
	bus_open(b);
}

static void test_a_page_that_does_not_exist_is_refused(void **state)
{
	static const struct {
		u32 kib;
		int dual;
		u32 cr;
	} c[] = { { 512, 1, PNB(128) }, { 256, 1, BKER | PNB(64) }, { 256, 0, PNB(128) } };
	struct mcu_bus *b = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(c); i++) {
		open_part(b, c[i].kib, c[i].dual);
		mark_all(b);
		assert_int_equal(erase(b, PER | c[i].cr), PGSERR);
		assert_only_erased(b, 0, 0);
		assert_true(complained(b, "erase of page"));
		bus_close(b);
	}
	bus_open(b);
}

static void test_bank_and_mass_erase_by_size_and_bank_mode(void **state)
{
	static const struct {
		u32 kib;
		int dual;
		u32 cr, from_kib, to_kib;
	} c[] = {
		{ 1024, 1, MER1, 0, 512 },	   { 1024, 1, MER2, 512, 1024 },
		{ 1024, 1, MER1 | MER2, 0, 1024 }, { 1024, 0, MER1, 0, 512 },
		{ 512, 1, MER1, 0, 256 },	   { 512, 1, MER2, 256, 512 },
		{ 512, 0, MER1, 0, 512 },	   { 256, 1, MER2, 128, 256 },
		{ 256, 0, MER1, 0, 256 },
	};
	struct mcu_bus *b = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(c); i++) {
		u64 t0;

		open_part(b, c[i].kib, c[i].dual);
		mark_all(b);
		t0 = b->now;
		assert_int_equal(erase(b, c[i].cr), 0);
		assert_in_range(b->now - t0, 21 * PS_PER_MS, 25 * PS_PER_MS);
		assert_only_erased(b, FLASH + KIB(c[i].from_kib), FLASH + KIB(c[i].to_kib));
		assert_no_complaint(b);
		bus_close(b);
	}
	bus_open(b);
}

static void test_mer2_alone_in_single_bank_mode_is_pgserr(void **state)
{
	struct mcu_bus *b = *state;

	open_part(b, 512, 0);
	mark_all(b);
	assert_int_equal(erase(b, MER2), PGSERR);
	assert_only_erased(b, 0, 0);
}

static void test_start_without_or_with_two_kinds_of_erase_is_pgserr(void **state)
{
	static const u32 modes[] = { 0, PER | MER1, PER | MER2, PG, PER | PG, PER | FSTPG };
	struct mcu_bus *b = *state;
	size_t i;

	mark_all(b);
	unlock(b);
	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		assert_int_equal(erase(b, modes[i]), PGSERR);
		clear_errors(b);
	}
	assert_only_erased(b, 0, 0);
}

static void test_start_with_an_old_error_is_pgserr(void **state)
{
	struct mcu_bus *b = *state;

	mark_all(b);
	unlock(b);
	wr_n(b, FLASH, 0, 1);
	clear_errors(b);
	wr(b, FLASH, 0);
	wr(b, SR, 0);
	assert_int_equal(erase(b, PER), PGSERR);
	assert_only_erased(b, 0, 0);
	clear_errors(b);
	assert_int_equal(erase(b, PER), 0);
}

static void test_swapped_banks_exchange_their_addresses_for_programming_too(void **state)
{
	struct mcu_bus *b = *state;

	unlock(b);
	set_bits(b, 0x40021060, BIT(0));
	wr(b, 0x40010000, BIT(8));
	wr(b, CR, PG);
	assert_int_equal(program(b, FLASH, 0x11, 0x22), 0);
	assert_int_equal(get_le32(cells(b, BANK2)), 0x11);
	assert_int_equal(rd(b, FLASH), 0x11);
	assert_int_equal(rd(b, BANK2), ~0u);
}

/* ---- reads while busy ---- */

static void test_read_of_the_busy_bank_stalls_to_the_end_and_is_reported(void **state)
{
	struct mcu_bus *b = *state;

	put_le32(cells(b, FLASH), 0x1234);
	unlock(b);
	wr(b, CR, PER | STRT);
	assert_int_equal(rd(b, FLASH), 0xffffffff);
	assert_in_range(b->took_ps, 21 * PS_PER_MS, 25 * PS_PER_MS);
	assert_false(rd(b, SR) & BSY);
	assert_true(complained(b, "bank that is busy"));
}

static void test_other_bank_reads_through_an_erase(void **state)
{
	struct mcu_bus *b = *state;

	put_le32(cells(b, BANK2), 0xb2b2b2b2);
	unlock(b);
	wr(b, CR, PER | STRT);
	assert_int_equal(rd(b, BANK2), 0xb2b2b2b2);
	assert_true(b->took_ps < 10 * PS_PER_US);
	assert_true(rd(b, SR) & BSY);
	assert_no_complaint(b);
}

static void test_single_bank_part_stalls_everywhere(void **state)
{
	struct mcu_bus *b = *state;

	b->opts.flash_kib = 512;
	b->opts.dualbank = 0;
	bus_open(b);
	unlock(b);
	wr(b, CR, PER | STRT);
	rd(b, FLASH + KIB(511));
	assert_true(b->took_ps > 20 * PS_PER_MS);
}

static void test_flash_write_and_cr_write_in_an_erase_stall_and_are_reported(void **state)
{
	struct mcu_bus *b = *state;

	unlock(b);
	wr(b, CR, PER | STRT);
	wr(b, CR, PG);
	assert_true(b->took_ps > 20 * PS_PER_MS);
	assert_true(complained(b, "stalls the bus"));
	assert_int_equal(rd(b, CR), OPTLOCK | PG);
	sim_clear_complaints(&b->sim);
	wr(b, CR, PER | STRT);
	wr(b, BANK2, 0);
	assert_true(b->took_ps > 20 * PS_PER_MS);
	assert_true(complained(b, "stalls the bus"));
}

/* ---- cache and wait states ---- */

static void test_data_cache_serves_stale_words_until_flushed(void **state)
{
	struct mcu_bus *b = *state;

	assert_int_equal(rd(b, FLASH), 0xffffffff); /* cached: ACR comes up with DCEN */
	unlock(b);
	wr(b, CR, PG);
	program(b, FLASH, 0x600df00d, 0);
	assert_int_equal(rd(b, FLASH), 0xffffffff);
	wr(b, ACR, 0x1600); /* DCRST with DCEN: no */
	assert_true(complained(b, "DCRST"));
	assert_int_equal(rd(b, FLASH), 0xffffffff);
	wr(b, ACR, 0x200);
	assert_int_equal(rd(b, FLASH), 0x600df00d); /* off: not asked */
	wr(b, ACR, 0x600);
	assert_int_equal(rd(b, FLASH), 0xffffffff); /* on again, not flushed */
	wr(b, ACR, 0x200);
	wr(b, ACR, 0x1200);
	wr(b, ACR, 0x600);
	assert_int_equal(rd(b, FLASH), 0x600df00d);
}

static void test_too_few_wait_states_read_wrong_and_are_reported(void **state)
{
	struct mcu_bus *b = *state;
	unsigned int i, n_wrong = 0;

	wr(b, ACR, 0);
	wr(b, RCC_CR, 0x99); /* 24 MHz: one wait state is due */
	pass_us(b, 10);
	for (i = 0; i < 16; i++)
		n_wrong += rd(b, FLASH + 4 * i) != 0xffffffff;
	assert_true(n_wrong > 8);
	assert_true(complained(b, "wait states"));
	sim_clear_complaints(&b->sim);
	wr(b, ACR, 1);
	for (i = 0; i < 16; i++)
		assert_int_equal(rd(b, FLASH + 4 * i), 0xffffffff);
	assert_no_complaint(b);
}

static void test_wait_states_cost_their_clocks(void **state)
{
	struct mcu_bus *b = *state;
	u64 none;

	wr(b, ACR, 0);
	rd(b, FLASH);
	none = b->took_ps;
	wr(b, ACR, 4);
	rd(b, FLASH + 32);
	assert_int_equal(b->took_ps - none, 4 * 250 * PS_PER_NS);
}

/* ---- engineering bytes ---- */

static void test_size_register_and_system_memory_can_be_read(void **state)
{
	static const u32 kib[] = { 1024, 512, 256 };
	struct mcu_bus *b = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kib); i++) {
		open_part(b, kib[i], -1);
		assert_int_equal(rd_n(b, 0x1fff75e0, 2), kib[i]);
		assert_int_equal(rd(b, 0x1fff0000) >> 24, 0x20);
		assert_int_not_equal(rd(b, 0x1fff7590), 0);
		wr(b, 0x1fff0000, 0);
		assert_int_equal(rd(b, SR), WRPERR);
		rd_n(b, FLASH + KIB(kib[i]), 4);
		assert_int_equal(b->resp, BUS_ERROR);
		bus_close(b);
	}
	bus_open(b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BUS_TEST(test_page_erase_takes_22_ms_and_spares_the_neighbours),
		BUS_TEST(test_one_write_of_per_pnb_and_strt_starts_an_erase),
		BUS_TEST(test_page_number_without_bker_names_bank_1),
		BUS_TEST(test_bank_erases_know_their_bank),
		BUS_TEST(test_strt_with_nothing_to_erase_is_a_sequence_error),
		OWN_TEST(test_small_part_in_single_bank_mode_numbers_pages_through),
		OWN_TEST(test_small_part_in_dual_bank_mode_has_two_halves),
		BUS_TEST(test_page_erase_takes_its_time_and_its_page),
		OWN_TEST(test_pages_are_numbered_by_size_and_bank_mode),
		OWN_TEST(test_a_page_that_does_not_exist_is_refused),
		OWN_TEST(test_bank_and_mass_erase_by_size_and_bank_mode),
		OWN_TEST(test_mer2_alone_in_single_bank_mode_is_pgserr),
		BUS_TEST(test_start_without_or_with_two_kinds_of_erase_is_pgserr),
		BUS_TEST(test_start_with_an_old_error_is_pgserr),
		BUS_TEST(test_swapped_banks_exchange_their_addresses_for_programming_too),
		BUS_TEST(test_read_of_the_busy_bank_stalls_to_the_end_and_is_reported),
		BUS_TEST(test_other_bank_reads_through_an_erase),
		OWN_TEST(test_single_bank_part_stalls_everywhere),
		BUS_TEST(test_flash_write_and_cr_write_in_an_erase_stall_and_are_reported),
		BUS_TEST(test_data_cache_serves_stale_words_until_flushed),
		BUS_TEST(test_too_few_wait_states_read_wrong_and_are_reported),
		BUS_TEST(test_wait_states_cost_their_clocks),
		OWN_TEST(test_size_register_and_system_memory_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
