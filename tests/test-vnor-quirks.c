// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What sets single SPI-NOR models apart: stacks of dies, one-byte status writes, configuration
 * registers, errors that stay, protection at power-up, tables that lie. (Macronix and Spansion have
 * files of their own; eight lines: test-vnor-octal.c.)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/nor-steps.h"

/* ---- Micron ---- */

static void test_flag_status_of_a_stack_goes_round_its_dies(void **state)
{
	WITH(f, "mt25qu02gcbb")
	{
		unsigned int i, busy = 0;

		program4(f, MIB(130), 0);
		assert_int_equal(reg(f, 0x70) & 0x80, 0); /* the die that works comes first */
		for (i = 0; i < 3; i++)
			busy += !(reg(f, 0x70) & 0x80);
		assert_int_equal(busy, 0); /* and the others are ready: one answer proves nothing */
		assert_int_equal(reg(f, 0x70) & 0x80, 0);
		assert_int_equal(reg(f, 0x05) & 1, 1);
		wait_ready(f);
		for (i = 0; i < 4; i++)
			assert_int_equal(reg(f, 0x70) & 0x80, 0x80);
		assert_int_equal(cells(f)[MIB(130)], 0);
		assert_no_complaints(f);
	}
}

static void test_error_of_a_die_shows_in_its_flag_status_only(void **state)
{
	WITH(f, "mt25ql01gbbb")
	{
		write_sr(f, 0x01, BYTES(0x04), 1); /* the top 64 KiB */
		program4(f, MIB(128) - 1, 0);
		assert_int_equal(reg(f, 0x70), 0x92);
		assert_int_equal(reg(f, 0x70), 0x80);
		assert_int_equal(reg(f, 0x70), 0x92);
		cmd(f, 0x50);
		assert_int_equal(reg(f, 0x70) | reg(f, 0x70), 0x80);
	}
}

static void test_die_erase_and_reads_end_at_the_die(void **state)
{
	WITH(f, "mt25ql01gbbb")
	{
		u8 *c = cells(f), got[2];
		u64 took;

		c[0] = c[MIB(64) - 1] = c[MIB(64)] = c[MIB(128) - 1] = 0x5a;
		RECV(f, got, 2, .op = 0x13, .n_addr = 4, .addr = MIB(128) - 1);
		ASSERT_BYTES(got, 0x5a, 0x5a); /* the first of the same die */
		c[MIB(64)] = 0x77;
		RECV(f, got, 2, .op = 0x13, .n_addr = 4, .addr = MIB(128) - 1);
		ASSERT_BYTES(got, 0x5a, 0x77);
		cmd(f, 0x06);
		cmd(f, 0xc7); /* there is no bulk erase */
		assert_int_equal(reg(f, 0x05), 0x02);
		cmd(f, 0xb7);
		erase4(f, 0xc4, MIB(64));
		took = wait_ready(f);
		assert_in_range(took / PS_PER_S, 140, 260);
		assert_int_equal(c[MIB(64) - 1], 0x5a);
		assert_int_equal(c[MIB(64)], 0xff);
		assert_int_equal(c[MIB(128) - 1], 0xff);
		assert_no_complaints(f);
	}
}

static void test_n25q256a13_takes_12h_for_a_quad_program(void **state)
{
	WITH(f, "n25q256a13")
	{
		u8 got;

		/* three address bytes on four lines: what 12h with four on one line becomes is noise */
		cmd(f, 0x06);
		SEND(f, BYTES(0x5a), 1, .op = 0x12, .addr_lines = 4, .data_lines = 4, .n_addr = 3,
		     .addr = 0x1234);
		wait_ready(f);
		assert_int_equal(cells(f)[0x1234], 0x5a);
		cells(f)[MIB(20)] = 0;
		erase4(f, 0xdc, MIB(20));
		assert_int_equal(reg(f, 0x05), 0x02); /* unknown: nothing runs, WEL stays */
		assert_int_equal(cells(f)[MIB(20)], 0);
		RECV(f, &got, 1, .op = 0x13, .n_addr = 4, .addr = MIB(20));
		assert_int_equal(got, 0);
	}
}

static void test_n25q256_enters_4_byte_mode_after_write_enable_only(void **state)
{
	WITH(f, "n25q256a13")
	{
		cmd(f, 0xb7);
		assert_complaint(f, "without write enable");
		assert_int_equal(reg(f, 0x70) & 1, 0);
		cmd(f, 0x06);
		cmd(f, 0xb7);
		assert_int_equal(reg(f, 0x70) & 1, 1);
		cmd(f, 0x06);
		cmd(f, 0xe9);
		assert_int_equal(reg(f, 0x70) & 1, 0);
	}
}

/* ---- Winbond's way ---- */

static void test_dies_of_a_w25m_are_chips_of_their_own(void **state)
{
	WITH(f, "w25m512jv")
	{
		u8 *c = cells(f);

		c[0x1000] = 0x11;
		c[MIB(32) + 0x1000] = 0x22;
		assert_int_equal(read_at(f, 0x1000), 0x11);
		set_reg(f, 0xc2, 1);
		assert_int_equal(read_at(f, 0x1000), 0x22);
		erase(f, 0xd8, 0);
		assert_int_equal(reg(f, 0x05), 0x03);
		set_reg(f, 0xc2, 0); /* heard by a busy die too */
		assert_int_equal(reg(f, 0x05), 0x00);
		program(f, 0x2000, BYTES(0x42), 1); /* while the other one erases */
		wait_ready(f);
		assert_int_equal(c[0x2000], 0x42);
		assert_int_equal(c[MIB(32) + 0x1000], 0x22);
		assert_true(vnor_is_busy(f->nor));
		set_reg(f, 0xc2, 1);
		wait_ready(f);
		assert_int_equal(c[MIB(32) + 0x1000], 0xff);
		assert_int_equal(c[0x1000], 0x11);
		power_cycle(f);
		assert_int_equal(read_at(f, 0x2000), 0x42); /* die 0 again */
		assert_no_complaints(f);
	}
}

static void test_dies_of_a_w25m_have_status_registers_of_their_own(void **state)
{
	WITH(f, "w25m512jv")
	{
		write_sr(f, 0x31, BYTES(0x02), 1);
		set_reg(f, 0xc2, 1);
		assert_int_equal(reg(f, 0x35), 0x00);
		set_reg(f, 0xc2, 0);
		assert_int_equal(reg(f, 0x35), 0x02);
		set_reg(f, 0xc2, 5); /* no such die: nobody answers */
		assert_int_equal(reg(f, 0x35), 0xff);
		set_reg(f, 0xc2, 1);
		assert_int_equal(reg(f, 0x35), 0x00);
	}
}

static void test_short_status_write_clears_sr2_where_the_maker_says_so(void **state)
{
	static const struct {
		const char *part;
		u8 left;
	} cases[] = { { "at25sf128a", 0x00 }, { "gd25lq256d", 0x00 }, { "xm25qh128c", 0x02 } };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		WITH(f, cases[i].part)
		{
			write_sr(f, 0x01, BYTES(0x00, 0x02), 2);
			assert_int_equal(reg(f, 0x35), 0x02);
			write_sr(f, 0x01, BYTES(0x04), 1);
			assert_int_equal(reg(f, 0x05), 0x04);
			assert_int_equal(reg(f, 0x35), cases[i].left);
		}
	}
}

static void test_gd25q127c_takes_one_byte_with_01h(void **state)
{
	WITH(f, "gd25q127c")
	{
		cmd(f, 0x06);
		SEND(f, BYTES(0x04, 0x02), 2, .op = 0x01);
		assert_int_equal(reg(f, 0x05), 0x02);
		assert_complaint(f, "with 2 data bytes");
	}
}

static void test_four_bp_bits_protect_64_kib_doubled(void **state)
{
	static const struct {
		u8 sr1;
		u32 free, guarded;
	} cases[] = {
		{ 0x04, MIB(32) - KIB(64) - 1, MIB(32) - KIB(64) }, /* BP = 1, from the top */
		{ 0x44, KIB(64), 0 },				    /* TB: from the bottom */
		{ 0x10, MIB(32) - KIB(512) - 1, MIB(32) - KIB(512) },
		{ 0x64, MIB(16), MIB(16) - 1 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		WITH(f, "w25q256jv")
		{
			write_sr(f, 0x01, &cases[i].sr1, 1);
			program4(f, cases[i].guarded, 0);
			assert_int_equal(cells(f)[cases[i].guarded], 0xff);
			assert_complaint(f, "protected");
			program4(f, cases[i].free, 0);
			wait_ready(f);
			assert_int_equal(cells(f)[cases[i].free], 0);
		}
	}
}

static void test_adp_makes_the_next_power_up_one_in_4_byte_mode(void **state)
{
	WITH(f, "w25q256jv")
	{
		assert_int_equal(reg(f, 0x15), 0x60);
		cmd(f, 0xb7);
		assert_int_equal(reg(f, 0x15), 0x61);
		cmd(f, 0xe9);
		write_sr(f, 0x11, BYTES(0x62), 1);
		assert_int_equal(reg(f, 0x15), 0x62);
		power_cycle(f);
		assert_int_equal(reg(f, 0x15), 0x63);
	}
}

static void test_qpi_reads_wait_as_c0h_says(void **state)
{
	WITH(f, "xm25qh128c")
	{
		u8 got;

		cells(f)[0x1234] = 0x5a;
		write_sr(f, 0x31, BYTES(0x02), 1);
		cmd(f, 0x38);
		f->lines = 4;
		RECV(f, &got, 1, .op = 0x0b, .n_addr = 3, .addr = 0x1234, .dummy = 2);
		assert_int_equal(got, 0x5a);
		set_reg(f, 0xc0, 0x20);
		RECV(f, &got, 1, .op = 0x0b, .n_addr = 3, .addr = 0x1234, .dummy = 6);
		assert_int_equal(got, 0x5a);
		RECV(f, &got, 1, .op = 0xeb, .n_addr = 3, .addr = 0x1234, .has_mode = true,
		     .mode = 0xff, .dummy = 4);
		assert_int_equal(got, 0x5a);
		RECV(f, &got, 1, .op = 0x03, .n_addr = 3, .addr = 0x1234); /* not in QPI */
		assert_int_not_equal(got, 0x5a);
	}
}

/* ---- ISSI ---- */

static void test_is25wp512_leaves_4_byte_mode_by_29h_not_e9h(void **state)
{
	WITH(f, "is25wp512m")
	{
		cmd(f, 0xb7);
		assert_int_equal(reg(f, 0x16), 0x80);
		cmd(f, 0xe9);
		assert_int_equal(reg(f, 0x16), 0x80);
		cmd(f, 0x29);
		assert_int_equal(reg(f, 0x16), 0x00);
	}
}

static void test_issi_read_register_counts_dummy_clocks(void **state)
{
	WITH(f, "is25lp128f")
	{
		u8 got;

		cells(f)[0x1234] = 0x5a;
		set_reg(f, 0xc0, 10 << 3);
		assert_int_equal(reg(f, 0x61), 10 << 3);
		RECV(f, &got, 1, .op = 0x0b, .n_addr = 3, .addr = 0x1234, .dummy = 10);
		assert_int_equal(got, 0x5a);
		soft_reset(f);
		RECV(f, &got, 1, .op = 0x0b, .n_addr = 3, .addr = 0x1234, .dummy = 8);
		assert_int_equal(got, 0x5a);
	}
}

static void test_issi_says_what_failed_until_82h(void **state)
{
	WITH(f, "is25lp128f")
	{
		write_sr(f, 0x01, BYTES(0x3c), 1);
		erase(f, 0xd7, 0);
		assert_int_equal(reg(f, 0x81) & 0x0e, 0x0a);
		cmd(f, 0x82);
		assert_int_equal(reg(f, 0x81) & 0x0e, 0);
	}
}

/* ---- SST ---- */

static void test_sst26_wakes_up_locked(void **state)
{
	WITH(f, "sst26vf064b")
	{
		u8 bpr[18];

		program(f, MIB(4), BYTES(0), 1);
		assert_int_equal(cells(f)[MIB(4)], 0xff);
		assert_complaint(f, "protected");
		RECV(f, bpr, 18, .op = 0x72);
		ASSERT_BYTES(bpr, 0x55, 0x55, 0xff, 0xff);
		cmd(f, 0x04);
		cmd(f, 0x98); /* not without write enable */
		RECV(f, bpr, 18, .op = 0x72);
		assert_int_equal(bpr[17], 0xff);
		cmd(f, 0x06);
		cmd(f, 0x98);
		RECV(f, bpr, 18, .op = 0x72);
		ASSERT_BYTES(bpr, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
		program(f, MIB(4), BYTES(0), 1);
		wait_ready(f);
		assert_int_equal(cells(f)[MIB(4)], 0);
		soft_reset(f); /* keeps what was unlocked */
		program(f, MIB(5), BYTES(0), 1);
		wait_ready(f);
		assert_int_equal(cells(f)[MIB(5)], 0);
		power_cycle(f);
		program(f, MIB(6), BYTES(0), 1);
		assert_int_equal(cells(f)[MIB(6)], 0xff);
	}
}

static void test_sst26_block_size_goes_by_address(void **state)
{
	static const struct {
		u32 at, from, len;
	} cases[] = {
		{ 0x0000, 0, KIB(8) },
		{ 0x7fff, KIB(24), KIB(8) },
		{ 0x8000, KIB(32), KIB(32) },
		{ 0x12345, KIB(64), KIB(64) },
		{ MIB(8) - KIB(64), MIB(8) - KIB(64), KIB(32) },
		{ MIB(8) - 1, MIB(8) - KIB(8), KIB(8) },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		WITH(f, "sst26vf064b")
		{
			u8 *c = cells(f);
			u32 from = cases[i].from, to = from + cases[i].len;

			cmd(f, 0x06);
			cmd(f, 0x98);
			memset(c, 0, MIB(8));
			erase(f, 0xd8, cases[i].at);
			wait_ready(f);
			assert_int_equal(c[from], 0xff);
			assert_int_equal(c[to - 1], 0xff);
			if (from)
				assert_int_equal(c[from - 1], 0);
			if (to < MIB(8))
				assert_int_equal(c[to], 0);
		}
	}
}

static void test_sst26_unlocks_single_blocks(void **state)
{
	WITH(f, "sst26vf064b")
	{
		u8 bpr[18];

		RECV(f, bpr, 18, .op = 0x72);
		bpr[17] &= 0xfe; /* the first block of 64 KiB */
		cmd(f, 0x06);
		SEND(f, bpr, 18, .op = 0x42);
		program(f, KIB(64), BYTES(0), 1);
		wait_ready(f);
		assert_int_equal(cells(f)[KIB(64)], 0);
		program(f, KIB(128), BYTES(0), 1);
		assert_int_equal(cells(f)[KIB(128)], 0xff);
	}
}

/* ---- odd ones ---- */

static void test_m25p64_has_no_small_sectors(void **state)
{
	WITH(f, "m25p64")
	{
		cells(f)[0] = 0;
		erase(f, 0x20, 0);
		assert_int_equal(reg(f, 0x05), 0x02);
		assert_int_equal(cells(f)[0], 0);
	}
}

/* ---- tables that lie, and none at all ---- */

static const u8 *sfdp_of(const char *part)
{
	static u8 sfdp[256];

	WITH(f, part)
	{
		RECV(f, sfdp, sizeof(sfdp), .op = 0x5a, .n_addr = 3, .dummy = 8);
		assert_no_complaints(f);
	}
	return sfdp;
}

/* the @n-th dword of the BFPT, from 1, as JESD216 counts them */
static u32 bfpt(const u8 *sfdp, unsigned int n)
{
	return get_le32(sfdp + (get_le32(sfdp + 12) & 0xffffff) + 4 * (n - 1));
}

static void test_each_broken_table_is_broken_in_its_own_way(void **state)
{
	const u8 *t = sfdp_of("badsfdp-short");

	assert_int_equal(t[11], 4); /* dwords */
	t = sfdp_of("badsfdp-pointer");
	assert_in_range(get_le32(t + 12) & 0xffffff, 256, 0xffffff);
	t = sfdp_of("badsfdp-density");
	assert_int_equal(bfpt(t, 2), MIB(64) * 8u - 1); /* the chip has 16 MiB */
	t = sfdp_of("badsfdp-count");
	assert_int_equal(t[6], 0xff);
	assert_int_equal(t[11], 0xff);
	t = sfdp_of("badsfdp-sizes");
	assert_int_equal(bfpt(t, 2), 0x80000000 | 48);
	assert_int_equal(bfpt(t, 8) & 0xff, 254);
	t = sfdp_of("zd25q128c");
	assert_int_equal(bfpt(t, 2), MIB(2) * 8u - 1);
}

static void test_without_sfdp_5ah_reads_ones(void **state)
{
	static const char *const none[] = { "unknown-nosfdp", "s25fl512s", "m25p64" };
	const u8 *t;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(none); i++) {
		t = sfdp_of(none[i]);
		assert_int_equal(get_le32(t), 0xffffffff);
		assert_int_equal(t[255], 0xff);
	}
	t = sfdp_of("unknown-sfdp");
	assert_memory_equal(t, "SFDP", 4);
}

#define T(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest all[] = {
		T(test_flag_status_of_a_stack_goes_round_its_dies),
		T(test_error_of_a_die_shows_in_its_flag_status_only),
		T(test_die_erase_and_reads_end_at_the_die),
		T(test_n25q256a13_takes_12h_for_a_quad_program),
		T(test_n25q256_enters_4_byte_mode_after_write_enable_only),
		T(test_dies_of_a_w25m_are_chips_of_their_own),
		T(test_dies_of_a_w25m_have_status_registers_of_their_own),
		T(test_short_status_write_clears_sr2_where_the_maker_says_so),
		T(test_gd25q127c_takes_one_byte_with_01h),
		T(test_four_bp_bits_protect_64_kib_doubled),
		T(test_adp_makes_the_next_power_up_one_in_4_byte_mode),
		T(test_qpi_reads_wait_as_c0h_says),
		T(test_is25wp512_leaves_4_byte_mode_by_29h_not_e9h),
		T(test_issi_read_register_counts_dummy_clocks),
		T(test_issi_says_what_failed_until_82h),
		T(test_sst26_wakes_up_locked),
		T(test_sst26_block_size_goes_by_address),
		T(test_sst26_unlocks_single_blocks),
		T(test_m25p64_has_no_small_sectors),
		T(test_each_broken_table_is_broken_in_its_own_way),
		T(test_without_sfdp_5ah_reads_ones),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
