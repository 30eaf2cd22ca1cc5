// SPDX-License-Identifier: GPL-2.0-or-later
/* the virtual FLASH controller, held against the rules of the reference manual */
#include "tests/support/mcu-bus.h"

#define FLASH	     0x08000000u
#define BANK2	     0x08080000u
#define ACR	     0x40022000u
#define KEYR	     0x40022008u
#define OPTKEYR	     0x4002200cu
#define SR	     0x40022010u
#define CR	     0x40022014u
#define ECCR	     0x40022018u
#define OPTR	     0x40022020u
#define WRP1AR	     0x4002202cu
#define PCROP1SR     0x40022024u
#define PCROP1ER     0x40022028u
#define RCC_CR	     0x40021000u
#define OTP	     0x1fff7000u

#define EOP	     BIT(0)
#define OPERR	     BIT(1)
#define PROGERR	     BIT(3)
#define WRPERR	     BIT(4)
#define PGAERR	     BIT(5)
#define SIZERR	     BIT(6)
#define PGSERR	     BIT(7)
#define MISERR	     BIT(8)
#define FASTERR	     BIT(9)
#define RDERR	     BIT(14)
#define OPTVERR	     BIT(15)
#define BSY	     BIT(16)

#define PG	     BIT(0)
#define PER	     BIT(1)
#define MER1	     BIT(2)
#define PNB(n)	     ((u32)(n) << 3)
#define BKER	     BIT(11)
#define MER2	     BIT(15)
#define STRT	     BIT(16)
#define OPTSTRT	     BIT(17)
#define FSTPG	     BIT(18)
#define EOPIE	     BIT(24)
#define ERRIE	     BIT(25)
#define OBL_LAUNCH   BIT(27)
#define OPTLOCK	     BIT(30)
#define LOCK	     BIT(31)

#define BUS_TEST(fn) cmocka_unit_test_setup_teardown(fn, bus_setup, bus_teardown)
/* the test opens the part itself, with options of its own */
#define OWN_TEST(fn) cmocka_unit_test_setup_teardown(fn, bus_prepare, bus_teardown)

static void unlock(struct mcu_bus *b)
{
	wr(b, KEYR, 0x45670123);
	wr(b, KEYR, 0xcdef89ab);
}

static void unlock_options(struct mcu_bus *b)
{
	unlock(b);
	wr(b, OPTKEYR, 0x08192a3b);
	wr(b, OPTKEYR, 0x4c5d6e7f);
}

static u8 *cells(struct mcu_bus *b, u32 addr)
{
	size_t size;
	u8 *mem = mcu_flash(b->mcu, &size);

	assert_true(addr - FLASH < size);
	return mem + (addr - FLASH);
}

static u64 wait_ready(struct mcu_bus *b)
{
	u64 start = b->now;

	while (rd(b, SR) & BSY) {
		assert_true(b->now - start < 100 * PS_PER_MS);
		pass_us(b, 1);
	}
	return b->now - start;
}

static void program(struct mcu_bus *b, u32 addr, u32 lo, u32 hi)
{
	wr(b, addr, lo);
	wr(b, addr + 4, hi);
	wait_ready(b);
}

static u32 errors(struct mcu_bus *b)
{
	return rd(b, SR) & ~(BSY | EOP);
}

static void clear(struct mcu_bus *b)
{
	wr(b, SR, 0xc3fb);
}

/* 24 MHz, one wait state */
static void raise_clock(struct mcu_bus *b)
{
	wr(b, ACR, 0x001);
	wr(b, RCC_CR, 0x99);
	pass_us(b, 10);
}

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

/* ---- programming ---- */

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
	took = wait_ready(b);
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
	clear(b);
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
		clear(b);
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
		clear(b);
		wr(b, FLASH, 0);
		wr(b, second[i], 0);
		assert_int_equal(errors(b), PGAERR);
	}
	clear(b);
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
	clear(b);
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
		clear(b);
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
	clear(b);
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
	took = wait_ready(b);
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
	assert_in_range(wait_ready(b), 21600 * PS_PER_US, 24600 * PS_PER_US);
	assert_int_equal(get_le32(cells(b, FLASH)), 0);
	assert_int_equal(get_le32(cells(b, BANK2)), 0xffffffff);
	wr(b, CR, MER1 | STRT);
	wait_ready(b);
	assert_int_equal(get_le32(cells(b, FLASH)), 0xffffffff);
	put_le32(cells(b, FLASH), 0);
	put_le32(cells(b, BANK2), 0);
	wr(b, CR, MER1 | MER2 | STRT); /* both at once, no longer than one */
	assert_in_range(wait_ready(b), 21600 * PS_PER_US, 24600 * PS_PER_US);
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

/* ---- protection ---- */

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
	clear(b);
	program(b, FLASH + 8 * 2048, 1, 0);
	program(b, FLASH + 5 * 2048, 1, 0);
	assert_int_equal(errors(b), 0);
	wr(b, CR, PER | PNB(6) | STRT);
	assert_int_equal(rd(b, SR), WRPERR);
	clear(b);
	wr(b, CR, MER1 | STRT);
	assert_int_equal(rd(b, SR), WRPERR);
	clear(b);
	wr(b, CR, PER | BKER | PNB(3) | STRT);
	assert_int_equal(rd(b, SR), WRPERR);
	clear(b);
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
	clear(b);
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
	clear(b);
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
	assert_in_range(wait_ready(b), 40 * PS_PER_MS, 55 * PS_PER_MS);
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

/* ---- operations cut short ---- */

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
	clear(b);
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

/* ---- fast rows ---- */

static void erase_bank1(struct mcu_bus *b)
{
	unlock(b);
	wr(b, CR, MER1 | STRT);
	wait_ready(b);
}

/* double words of a row, each @gap_ns after the one before */
static void write_row(struct mcu_bus *b, u32 addr, unsigned int n, u64 gap_ns)
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

static void test_fast_row_takes_less_than_its_double_words(void **state)
{
	struct mcu_bus *b = *state;
	unsigned int i;
	u64 start;

	raise_clock(b);
	erase_bank1(b);
	wr(b, CR, FSTPG);
	start = b->now;
	write_row(b, FLASH, 32, 45000);
	wait_ready(b);
	assert_in_range(b->now - start, 1850 * PS_PER_US, 2180 * PS_PER_US);
	write_row(b, FLASH + 256, 32, 0); /* stalled to the flash's own pace */
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
	write_row(b, FLASH, 4, 0);
	pass_us(b, 300);
	assert_int_equal(rd(b, SR), MISERR | FASTERR);
	wr(b, FLASH + 32, 4);
	assert_true(errors(b) & PGSERR);
	/* what was complete is there, and the rest can be done in the standard way */
	assert_int_equal(get_le32(cells(b, FLASH + 24)), 3);
	assert_int_equal(get_le32(cells(b, FLASH + 32)), 0xffffffff);
	clear(b);
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
	clear(b);
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
	clear(b);
	write_row(b, FLASH, 2, 0);
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
	write_row(b, FLASH, 4, 0);
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
	write_row(b, FLASH, 20, 45000);
	mcu_set_power(b->mcu, false);
	for (i = 0; i < 20; i++)
		n_good += get_le32(cells(b, FLASH + 8 * i)) == i &&
			  get_le32(cells(b, FLASH + 8 * i + 4)) == ~i;
	assert_in_range(n_good, 15, 19);
	assert_int_equal(get_le32(cells(b, FLASH + 19 * 8 + 8)), 0xffffffff);
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
		BUS_TEST(test_page_erase_takes_22_ms_and_spares_the_neighbours),
		BUS_TEST(test_one_write_of_per_pnb_and_strt_starts_an_erase),
		BUS_TEST(test_page_number_without_bker_names_bank_1),
		BUS_TEST(test_bank_erases_know_their_bank),
		BUS_TEST(test_strt_with_nothing_to_erase_is_a_sequence_error),
		OWN_TEST(test_small_part_in_single_bank_mode_numbers_pages_through),
		OWN_TEST(test_small_part_in_dual_bank_mode_has_two_halves),
		BUS_TEST(test_read_of_the_busy_bank_stalls_to_the_end_and_is_reported),
		BUS_TEST(test_other_bank_reads_through_an_erase),
		OWN_TEST(test_single_bank_part_stalls_everywhere),
		BUS_TEST(test_flash_write_and_cr_write_in_an_erase_stall_and_are_reported),
		BUS_TEST(test_wrp_refuses_program_page_erase_and_bank_erase),
		BUS_TEST(test_pcrop_area_cannot_be_read_or_erased),
		OWN_TEST(test_rdp1_closes_flash_and_sram2_to_the_debugger),
		OWN_TEST(test_regression_to_rdp0_erases_all),
		BUS_TEST(test_change_to_rdp1_keeps_the_contents),
		BUS_TEST(test_option_registers_are_closed_by_optlock),
		BUS_TEST(test_options_are_loaded_by_obl_launch_not_by_a_reset),
		BUS_TEST(test_option_change_cut_by_power_leaves_optverr_and_all_protected),
		BUS_TEST(test_half_programmed_unit_is_unstable_and_sets_eccd),
		BUS_TEST(test_reset_in_an_erase_leaves_the_page_half_erased),
		BUS_TEST(test_unstable_cells_survive_in_the_saved_state),
		BUS_TEST(test_data_cache_serves_stale_words_until_flushed),
		BUS_TEST(test_too_few_wait_states_read_wrong_and_are_reported),
		BUS_TEST(test_wait_states_cost_their_clocks),
		BUS_TEST(test_fast_row_takes_less_than_its_double_words),
		BUS_TEST(test_fast_row_with_a_gap_is_broken_off),
		BUS_TEST(test_fast_row_needs_a_mass_erase_before),
		BUS_TEST(test_fast_row_must_start_on_a_row_and_go_up),
		BUS_TEST(test_fast_row_below_8_mhz_is_refused),
		BUS_TEST(test_read_of_the_bank_breaks_a_fast_row),
		BUS_TEST(test_power_cut_in_a_fast_row_spoils_one_unit_and_keeps_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
