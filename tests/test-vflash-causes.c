// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The virtual STM32L476's flash in all its shapes: every error flag by each of its causes, pages and
 * banks by size and bank mode, areas of every kind of protection, and what a power cut leaves behind.
 * How one operation goes is test-vflash.c's.
 */
#include "tests/support/mcu-bus.h"

#include <unistd.h>

#define ACR	 0x40022000u
#define KEYR	 0x40022008u
#define OPTKEYR	 0x4002200cu
#define SR	 0x40022010u
#define CR	 0x40022014u
#define ECCR	 0x40022018u
#define OPTR	 0x40022020u
#define PCROP1SR 0x40022024u
#define PCROP1ER 0x40022028u
#define WRP1AR	 0x4002202cu
#define WRP1BR	 0x40022030u
#define PCROP2SR 0x40022044u
#define PCROP2ER 0x40022048u
#define WRP2AR	 0x4002204cu
#define KEY1	 0x45670123u
#define KEY2	 0xcdef89abu
#define OPTKEY1	 0x08192a3bu
#define OPTKEY2	 0x4c5d6e7fu

#define PG	 BIT(0)
#define PER	 BIT(1)
#define MER1	 BIT(2)
#define PNB(n)	 ((u32)(n) << 3)
#define BKER	 BIT(11)
#define MER2	 BIT(15)
#define STRT	 BIT(16)
#define OPTSTRT	 BIT(17)
#define FSTPG	 BIT(18)
#define EOPIE	 BIT(24)
#define ERRIE	 BIT(25)
#define OBL_LNCH BIT(27)
#define OPTLOCK	 BIT(30)
#define LOCK	 BIT(31)

#define EOP	 BIT(0)
#define OPERR	 BIT(1)
#define PROGERR	 BIT(3)
#define WRPERR	 BIT(4)
#define PGAERR	 BIT(5)
#define SIZERR	 BIT(6)
#define PGSERR	 BIT(7)
#define MISERR	 BIT(8)
#define FASTERR	 BIT(9)
#define RDERR	 BIT(14)
#define OPTVERR	 BIT(15)
#define BSY	 BIT(16)
#define ERRORS	 0xc3fbu

#define FLASH	 0x08000000u
#define BANK2	 0x08080000u
#define OTP	 0x1fff7000u
#define PAGE	 2048u
#define ROW	 256u

#define DUALBANK BIT(21)

static void unlock(struct mcu_bus *b)
{
	wr(b, KEYR, KEY1);
	wr(b, KEYR, KEY2);
	assert_int_equal(rd(b, CR) & LOCK, 0);
}

static void unlock_options(struct mcu_bus *b)
{
	unlock(b);
	wr(b, OPTKEYR, OPTKEY1);
	wr(b, OPTKEYR, OPTKEY2);
	assert_int_equal(rd(b, CR) & OPTLOCK, 0);
}

static u32 wait_ready(struct mcu_bus *b)
{
	unsigned int i;

	for (i = 0; rd(b, SR) & BSY; i++) {
		assert_true(i < 100000);
		pass_us(b, i < 1000 ? 5 : 200);
	}
	return rd(b, SR);
}

static void clear_errors(struct mcu_bus *b)
{
	wr(b, SR, ERRORS);
}

static u32 program(struct mcu_bus *b, u32 addr, u32 lo, u32 hi)
{
	wr(b, addr, lo);
	wr(b, addr + 4, hi);
	return wait_ready(b);
}

static u32 erase(struct mcu_bus *b, u32 cr)
{
	wr(b, CR, cr);
	wr(b, CR, cr | STRT);
	return wait_ready(b);
}

static u8 *cells(struct mcu_bus *b, u32 addr)
{
	size_t size;

	return mcu_flash(b->mcu, &size) + (addr - FLASH);
}

static bool is_blank(struct mcu_bus *b, u32 addr, size_t n)
{
	const u8 *p = cells(b, addr);

	while (n--)
		if (*p++ != 0xff)
			return false;
	return true;
}

static void mark_all(struct mcu_bus *b)
{
	size_t size;
	u8 *p = mcu_flash(b->mcu, &size);

	memset(p, 0, size);
}

/* every page but those of [from, to) still holds what it held */
static void assert_only_erased(struct mcu_bus *b, u32 from, u32 to)
{
	size_t size, i;
	u8 *p = mcu_flash(b->mcu, &size);

	for (i = 0; i < size; i++)
		if (p[i] != (i + FLASH >= from && i + FLASH < to ? 0xff : 0))
			fail_msg("byte 0x%08x is 0x%02x", (unsigned int)(FLASH + i), p[i]);
}

static void open_part(struct mcu_bus *b, u32 kib, int dualbank)
{
	b->opts.flash_kib = kib;
	b->opts.dualbank = dualbank;
	bus_open(b);
	unlock(b);
}

/* ---- keys and locks ---- */

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

/* ---- programming ---- */

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

/* ---- erasing ---- */

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

/* ---- fast programming ---- */

static void to_24_mhz(struct mcu_bus *b)
{
	wr(b, ACR, 0x103);
	wr(b, 0x40021000, (rd(b, 0x40021000) & ~0xf0u) | 0x98);
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

/* ---- OTP, engineering bytes ---- */

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

/* ---- power cut and reset in the middle ---- */

static void power_cycle(struct mcu_bus *b)
{
	mcu_set_power(b->mcu, false);
	pass_us(b, 50000);
	mcu_set_power(b->mcu, true);
	pass_us(b, 1000);
}

/* reads of a double word: how many differ, and what ECCR says */
static unsigned int instability(struct mcu_bus *b, u32 addr, u32 *eccr)
{
	u32 first = rd(b, addr);
	unsigned int i, n = 0;

	*eccr = 0;
	for (i = 0; i < 32; i++) {
		n += rd(b, addr) != first;
		if (rd(b, ECCR) >> 30) /* else the address is that of an older error */
			*eccr |= rd(b, ECCR);
		wr(b, ECCR, 0xc0000000);
	}
	return n;
}

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

/* ---- option bytes ---- */

static u32 store_options(struct mcu_bus *b)
{
	wr(b, CR, OPTSTRT);
	return wait_ready(b);
}

static void load_options(struct mcu_bus *b)
{
	wr(b, CR, OBL_LNCH);
	pass_us(b, 200);
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

/* ---- read-out protection ---- */

static void open_rdp(struct mcu_bus *b, int level)
{
	b->opts.rdp = level;
	bus_open(b);
	mark_all(b);
}

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

/* bank 1, pages 8 and 9, to be kept at a regression unless @rdp */
static void set_pcrop(struct mcu_bus *b, bool rdp)
{
	unlock_options(b);
	wr(b, PCROP1SR, 8 * PAGE / 8);
	wr(b, PCROP1ER, (10 * PAGE / 8 - 1) | (rdp ? BIT(31) : 0));
	assert_int_equal(store_options(b), 0);
	load_options(b);
}

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

static void to_level(struct mcu_bus *b, u32 rdp)
{
	unlock_options(b);
	wr(b, OPTR, (rd(b, OPTR) & ~0xffu) | rdp);
	assert_int_equal(store_options(b), 0);
	load_options(b);
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
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(test_##name, bus_setup, bus_teardown)
#define P(name) cmocka_unit_test_setup_teardown(test_##name, bus_prepare, bus_teardown)
		T(a_wrong_key_is_a_bus_error_and_locks_until_reset),
		T(writing_lock_closes_both_locks_and_keys_open_again),
		T(a_wrong_option_key_locks_only_the_options),
		T(error_flags_are_cleared_by_writing_one),
		T(an_older_error_makes_the_next_write_pgserr),
		T(pg_together_with_another_mode_is_pgserr),
		T(an_unaligned_first_word_is_pgaerr),
		T(a_second_word_of_another_unit_is_pgaerr),
		T(bytes_and_half_words_are_sizerr),
		T(programming_twice_is_progerr_but_all_zero_is_allowed),
		T(clearing_pg_forgets_a_half_written_unit),
		T(a_write_while_busy_stalls_until_the_unit_is_done),
		T(cr_written_while_busy_stalls_then_acts),
		T(sr_can_be_polled_while_busy),
		T(page_erase_takes_its_time_and_its_page),
		P(pages_are_numbered_by_size_and_bank_mode),
		P(a_page_that_does_not_exist_is_refused),
		P(bank_and_mass_erase_by_size_and_bank_mode),
		P(mer2_alone_in_single_bank_mode_is_pgserr),
		T(start_without_or_with_two_kinds_of_erase_is_pgserr),
		T(start_with_an_old_error_is_pgserr),
		T(swapped_banks_exchange_their_addresses_for_programming_too),
		T(protected_pages_are_wrperr_in_both_areas_and_banks),
		T(a_bank_without_protected_pages_can_be_erased),
		T(rows_after_a_mass_erase_are_programmed_fast),
		T(a_gap_in_a_row_is_miserr_and_fasterr),
		T(leaving_the_row_order_is_pgaerr_and_fasterr),
		T(a_row_starts_at_its_own_boundary),
		T(a_byte_in_a_row_is_sizerr_and_fasterr),
		T(a_protected_row_is_wrperr_and_fasterr),
		T(without_a_mass_erase_before_fstpg_is_pgserr),
		T(otp_is_programmed_once_even_with_zeros),
		T(mass_erase_leaves_otp),
		P(size_register_and_system_memory_can_be_read),
		T(a_power_cut_in_a_program_leaves_an_unstable_double_word),
		T(an_erase_mends_unstable_cells_and_programming_refuses_them),
		T(a_power_cut_in_an_erase_spoils_the_page_and_no_other),
		T(a_reset_in_an_erase_spoils_it_too),
		T(a_power_cut_in_a_row_keeps_what_was_programmed),
		T(cells_and_options_survive_in_the_state),
		T(option_registers_have_their_factory_values),
		T(options_act_after_obl_launch_and_not_after_a_plain_reset),
		T(options_act_after_power_on),
		P(a_change_of_dualbank_renumbers_the_pages),
		T(a_power_cut_in_an_option_change_ends_in_safe_values),
		P(level_1_refuses_erase_and_program_with_wrperr),
		P(going_back_to_level_0_erases_flash_and_sram2),
		P(another_value_of_level_1_erases_nothing),
		T(level_1_can_be_set_and_keeps_the_contents),
		P(level_2_closes_the_access_port),
		T(pcrop_can_be_neither_read_nor_written_nor_erased),
		T(pcrop_can_grow_but_not_shrink),
		T(a_regression_spares_pcrop_pages_unless_pcrop_rdp),
#undef T
#undef P
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
