// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * W25Q128JV at its pins: three status registers and how they are written, QE, protection by range
 * and by block, continuous read, wrap, security registers, power-down.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/nor-host.h"

static int setup(void **state)
{
	*state = nor_new("w25q128jv");
	return 0;
}

static void power_cycle(struct nor_fix *f)
{
	vnor_set_power(f->nor, false, sim_now_ps(&f->sim));
	wait_ps(f, PS_PER_MS);
	vnor_set_power(f->nor, true, sim_now_ps(&f->sim));
	wait_ps(f, PS_PER_MS);
}

static void soft_reset(struct nor_fix *f)
{
	cmd(f, 0x66);
	cmd(f, 0x99);
	wait_ps(f, PS_PER_MS);
}

static void write_sr(struct nor_fix *f, u8 op, u8 v)
{
	cmd(f, 0x06);
	set_reg(f, op, v);
	wait_ready(f);
}

static void write_volatile(struct nor_fix *f, u8 op, u8 v)
{
	cmd(f, 0x50);
	set_reg(f, op, v);
}

static bool can_write(struct nor_fix *f, u32 addr)
{
	bool done;

	cells(f)[addr] = 0xff;
	program(f, addr, BYTES(0), 1);
	wait_ready(f);
	done = cells(f)[addr] == 0;
	assert_int_equal(reg(f, 0x05) & 2, done ? 0 : 2);
	cmd(f, 0x04);
	return done;
}

/* ---- identity ---- */

static void test_ids_in_all_their_forms(void **state)
{
	struct nor_fix *f = *state;
	u8 id[6], uid[8], again[8];

	RECV(f, id, 6, .op = 0x9f);
	ASSERT_BYTES(id, 0xef, 0x40, 0x18, 0xef, 0x40, 0x18);
	RECV(f, id, 2, .op = 0x90, .n_addr = 3);
	ASSERT_BYTES(id, 0xef, 0x17);
	RECV(f, id, 2, .op = 0x90, .n_addr = 3, .addr = 1);
	ASSERT_BYTES(id, 0x17, 0xef);
	RECV(f, id, 2, .op = 0x92, .n_addr = 3, .addr_lines = 2, .data_lines = 2, .has_mode = true);
	ASSERT_BYTES(id, 0xef, 0x17);
	RECV(f, id, 2, .op = 0xab, .n_addr = 3);
	ASSERT_BYTES(id, 0x17, 0x17);
	RECV(f, uid, 8, .op = 0x4b, .dummy = 32);
	RECV(f, again, 8, .op = 0x4b, .dummy = 32);
	assert_memory_equal(uid, again, 8);
	write_volatile(f, 0x31, 0x02);
	RECV(f, id, 2, .op = 0x94, .n_addr = 3, .addr_lines = 4, .data_lines = 4, .has_mode = true,
	     .dummy = 4);
	ASSERT_BYTES(id, 0xef, 0x17);
	assert_no_complaints(f);
}

static void test_sfdp_is_the_one_that_was_read_from_a_chip(void **state)
{
	/* BFPT of winbond_w25q128jv.bin (JESD216A, 16 dwords at 80h) */
	static const u32 want[16] = { 0xfff920e5, 0x07ffffff, 0x6b08eb44, 0xbb423b08,
				      0xfffffffe, 0x0000ffff, 0xeb40ffff, 0x520f200c,
				      0x0000d810, 0x00a60236, 0xc914ea82, 0x337663e9,
				      0x757a757a, 0x5cd5a2f7, 0xff4df719, 0x80f830e9 };
	struct nor_fix *f = *state;
	u8 got[256];
	unsigned int i;

	RECV(f, got, 256, .op = 0x5a, .n_addr = 3, .dummy = 8);
	ASSERT_BYTES(got, 'S', 'F', 'D', 'P', 0x05, 0x01, 0x00, 0xff, 0x00, 0x05, 0x01, 0x10, 0x80,
		     0x00, 0x00, 0xff);
	for (i = 0; i < 16; i++)
		assert_int_equal(get_le32(got + 0x80 + 4 * i), want[i]);
	assert_int_equal(got[0xc0], 0xff);
	RECV(f, got, 4, .op = 0x5a, .n_addr = 3, .dummy = 8, .addr = 0x100); /* repeats */
	ASSERT_BYTES(got, 'S', 'F', 'D', 'P');
	assert_no_complaints(f);
}

/* ---- status registers ---- */

static void test_factory_state_has_qe_clear_and_nothing_protected(void **state)
{
	struct nor_fix *f = *state;

	assert_int_equal(reg(f, 0x05), 0x00);
	assert_int_equal(reg(f, 0x35), 0x00);
	assert_int_equal(reg(f, 0x15), 0x60);
}

static void test_one_byte_with_01h_leaves_sr2_alone_and_two_write_both(void **state)
{
	struct nor_fix *f = *state;

	write_sr(f, 0x31, 0x02);
	write_sr(f, 0x01, 0x04);
	assert_int_equal(reg(f, 0x05), 0x04);
	assert_int_equal(reg(f, 0x35), 0x02);
	cmd(f, 0x06);
	SEND(f, BYTES(0x08, 0x00), 2, .op = 0x01);
	wait_ready(f);
	assert_int_equal(reg(f, 0x05), 0x08);
	assert_int_equal(reg(f, 0x35), 0x00);
	assert_no_complaints(f);
	cmd(f, 0x06);
	SEND(f, BYTES(0, 0, 0), 3, .op = 0x01);
	assert_int_equal(reg(f, 0x05), 0x0a);
	assert_complaint(f, "with 3 data bytes");
}

static void test_status_write_takes_its_time_and_is_kept_without_power(void **state)
{
	struct nor_fix *f = *state;
	u64 took;

	cmd(f, 0x06);
	set_reg(f, 0x31, 0x02);
	took = wait_ready(f);
	assert_in_range(took, 9 * PS_PER_MS, 17 * PS_PER_MS);
	assert_int_equal(reg(f, 0x05), 0);
	power_cycle(f);
	assert_int_equal(reg(f, 0x35), 0x02);
}

static void test_50h_makes_the_next_status_write_volatile_and_instant(void **state)
{
	struct nor_fix *f = *state;

	write_volatile(f, 0x31, 0x02);
	assert_false(vnor_is_busy(f->nor));
	assert_int_equal(reg(f, 0x35), 0x02);
	assert_int_equal(reg(f, 0x05), 0x00); /* 50h sets no WEL */
	soft_reset(f);
	assert_int_equal(reg(f, 0x35), 0x00);
	assert_no_complaints(f);
	cmd(f, 0x50);
	reg(f, 0x05); /* something between */
	set_reg(f, 0x31, 0x02);
	assert_int_equal(reg(f, 0x35), 0x00);
	assert_complaint(f, "without 06h or 50h");
}

static void test_status_write_whose_enable_met_a_busy_chip_is_counted_only(void **state)
{
	struct nor_fix *f = *state;

	program(f, 0, BYTES(0), 1);
	cmd(f, 0x06);
	wait_ready(f);
	set_reg(f, 0x31, 0x02);
	assert_int_equal(reg(f, 0x35), 0x00);
	assert_int_equal(f->sim.stats.nor_ignored_busy, 2);
	assert_no_complaints(f);
}

static void test_reserved_bits_stay_zero_and_lb_bits_are_for_good(void **state)
{
	struct nor_fix *f = *state;

	write_sr(f, 0x11, 0xff);
	assert_int_equal(reg(f, 0x15), 0xe4);
	write_sr(f, 0x11, 0x60);
	write_volatile(f, 0x31, 0x38); /* no volatile copy */
	assert_int_equal(reg(f, 0x35), 0x00);
	write_sr(f, 0x31, 0x08);
	write_sr(f, 0x31, 0x00);
	assert_int_equal(reg(f, 0x35), 0x08);
	power_cycle(f);
	assert_int_equal(reg(f, 0x35), 0x08);
}

static void test_srp0_with_wp_low_locks_the_registers_unless_qe_is_set(void **state)
{
	struct nor_fix *f = *state;

	write_sr(f, 0x01, 0x80);
	f->rest = 0x8; /* WP# low */
	write_sr(f, 0x01, 0x00);
	assert_int_equal(reg(f, 0x05), 0x80);
	assert_complaint(f, "SRP0 = 1 and WP# (IO2) low");
	sim_clear_complaints(&f->sim);
	f->rest = 0xc;
	write_sr(f, 0x31, 0x02);
	f->rest = 0x8;
	write_sr(f, 0x01, 0x00);
	assert_int_equal(reg(f, 0x05), 0x00);
	assert_no_complaints(f);
}

static void test_srp1_locks_the_registers_until_the_next_power_up(void **state)
{
	struct nor_fix *f = *state;

	write_sr(f, 0x31, 0x01);
	write_sr(f, 0x01, 0x04);
	assert_int_equal(reg(f, 0x05), 0x00);
	assert_complaint(f, "SRP1 = 1 locks");
	soft_reset(f);
	assert_int_equal(reg(f, 0x35), 0x01);
	power_cycle(f);
	assert_int_equal(reg(f, 0x35), 0x00);
	write_sr(f, 0x01, 0x04);
	assert_int_equal(reg(f, 0x05), 0x04);
}

/* ---- QE and the pins that it frees ---- */

static void test_quad_commands_without_qe_are_ignored_and_a_mistake(void **state)
{
	static const u8 ops[] = { 0x6b, 0xeb, 0x94, 0x77 };
	struct nor_fix *f = *state;
	size_t i;
	u8 v;

	cells(f)[0] = 0x12;
	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		RECV(f, &v, 1, .op = ops[i], .n_addr = 3, .dummy = 8, .data_lines = 4);
		assert_int_equal(v, 0xff);
		assert_complaint(f, "without QE");
		sim_clear_complaints(&f->sim);
	}
	cmd(f, 0x06);
	SEND(f, BYTES(0), 1, .op = 0x32, .n_addr = 3, .addr = 0x100, .data_lines = 4);
	assert_false(vnor_is_busy(f->nor));
	assert_complaint(f, "quad page program (32h) without QE");
}

static void test_io3_is_hold_without_qe_and_data_with_it(void **state)
{
	struct nor_fix *f = *state;

	f->rest = 0x4;
	assert_int_equal(reg(f, 0x05), 0xff); /* never heard */
	assert_no_complaints(f);
	f->rest = 0xc;
	write_volatile(f, 0x31, 0x02);
	f->rest = 0x0;
	assert_int_equal(reg(f, 0x35), 0x02);
	assert_no_complaints(f);
}

static void test_io3_low_resets_the_chip_where_sr3_says_it_is_reset(void **state)
{
	struct nor_fix *f = *state;

	write_sr(f, 0x11, 0xe0);
	cmd(f, 0x06);
	assert_int_equal(reg(f, 0x05), 0x02);
	pins(f, true, false, 0x7);
	wait_ps(f, PS_PER_US);
	pins(f, true, false, 0xf);
	wait_ps(f, PS_PER_MS);
	assert_int_equal(reg(f, 0x05), 0x00);
}

/* ---- protection ---- */

static void test_bp_tb_sec_and_cmp_protect_the_range_of_the_data_sheet(void **state)
{
	/* W25Q128JV status register memory protection tables, CMP = 0 */
	static const struct {
		u8 sr1;
		u32 from, to;
	} rows[] = {
		{ 0x00, 0, 0 },
		{ 0x04, 0xfc0000, 0x1000000 },
		{ 0x08, 0xf80000, 0x1000000 },
		{ 0x0c, 0xf00000, 0x1000000 },
		{ 0x10, 0xe00000, 0x1000000 },
		{ 0x14, 0xc00000, 0x1000000 },
		{ 0x18, 0x800000, 0x1000000 },
		{ 0x1c, 0, 0x1000000 },
		{ 0x24, 0, 0x040000 },
		{ 0x28, 0, 0x080000 },
		{ 0x2c, 0, 0x100000 },
		{ 0x30, 0, 0x200000 },
		{ 0x34, 0, 0x400000 },
		{ 0x38, 0, 0x800000 },
		{ 0x3c, 0, 0x1000000 },
		{ 0x44, 0xfff000, 0x1000000 },
		{ 0x48, 0xffe000, 0x1000000 },
		{ 0x4c, 0xffc000, 0x1000000 },
		{ 0x50, 0xff8000, 0x1000000 },
		{ 0x54, 0xff8000, 0x1000000 },
		{ 0x64, 0, 0x001000 },
		{ 0x68, 0, 0x002000 },
		{ 0x6c, 0, 0x004000 },
		{ 0x70, 0, 0x008000 },
		{ 0x74, 0, 0x008000 },
	};
	struct nor_fix *f = *state;
	unsigned int cmp, k;
	size_t i;

	for (cmp = 0; cmp < 2; cmp++) {
		write_volatile(f, 0x31, cmp ? 0x40 : 0x00);
		for (i = 0; i < ARRAY_SIZE(rows); i++) {
			u32 at[] = { 0,
				     rows[i].from ? rows[i].from - 1 : 0,
				     rows[i].from,
				     rows[i].to ? rows[i].to - 1 : 0,
				     rows[i].to % CHIP_SIZE,
				     CHIP_SIZE - 1 };

			write_volatile(f, 0x01, rows[i].sr1);
			for (k = 0; k < ARRAY_SIZE(at); k++) {
				bool in = at[k] >= rows[i].from && at[k] < rows[i].to;

				if (can_write(f, at[k]) != (in == cmp))
					fail_msg("SR1 %02x, CMP %u: 0x%06x", rows[i].sr1, cmp,
						 at[k]);
			}
		}
	}
}

static void test_erase_that_touches_a_protected_byte_is_dropped_without_a_flag(void **state)
{
	struct nor_fix *f = *state;

	write_volatile(f, 0x01, 0x44); /* top 4 KiB */
	cells(f)[0xff0000] = 0;
	erase(f, 0xd8, 0xff0000);
	assert_false(vnor_is_busy(f->nor));
	assert_int_equal(reg(f, 0x05), 0x46);
	assert_int_equal(cells(f)[0xff0000], 0);
	assert_complaint(f, "refused: protected");
	cmd(f, 0x06);
	cmd(f, 0x60);
	assert_false(vnor_is_busy(f->nor));
}

static void test_wps_locks_each_block_at_power_up_until_it_is_unlocked(void **state)
{
	struct nor_fix *f = *state;
	u8 v;

	write_sr(f, 0x11, 0x64);
	power_cycle(f);
	assert_false(can_write(f, 0x123456));
	RECV(f, &v, 1, .op = 0x3d, .n_addr = 3, .addr = 0x123456);
	assert_int_equal(v & 1, 1);
	cmd(f, 0x06);
	SEND(f, NULL, 0, .op = 0x39, .n_addr = 3, .addr = 0x120000);
	assert_true(can_write(f, 0x123456));
	assert_false(can_write(f, 0x130000));
	/* the first and the last 64 KiB have a lock a sector */
	cmd(f, 0x06);
	SEND(f, NULL, 0, .op = 0x39, .n_addr = 3, .addr = 0x001000);
	assert_true(can_write(f, 0x001fff));
	assert_false(can_write(f, 0x002000));
	cmd(f, 0x06);
	SEND(f, NULL, 0, .op = 0x39, .n_addr = 3, .addr = 0xfff000);
	assert_true(can_write(f, 0xffffff));
	assert_false(can_write(f, 0xffefff));
	cmd(f, 0x06);
	cmd(f, 0x98);
	assert_true(can_write(f, 0x130000));
	cmd(f, 0x06);
	SEND(f, NULL, 0, .op = 0x36, .n_addr = 3, .addr = 0x130000);
	assert_false(can_write(f, 0x130000));
	assert_true(can_write(f, 0x140000));
	cmd(f, 0x06);
	cmd(f, 0x7e);
	assert_false(can_write(f, 0x140000));
}

/* ---- reads ---- */

static void test_mode_byte_with_m54_10_arms_continuous_read_and_any_other_ends_it(void **state)
{
	static const struct {
		u8 op, lines, dummy;
	} reads[] = { { 0xeb, 4, 4 }, { 0xbb, 2, 0 } };
	struct nor_fix *f = *state;
	size_t i;
	u8 v;

	write_volatile(f, 0x31, 0x02);
	cells(f)[0x111111] = 0xb7;
	for (i = 0; i < 2; i++) {
		struct frame x = { .op = reads[i].op,
				   .n_addr = 3,
				   .addr = 0x111111,
				   .has_mode = true,
				   .mode = 0xa0,
				   .dummy = reads[i].dummy,
				   .addr_lines = reads[i].lines,
				   .data_lines = reads[i].lines };

		nor_recv(f, x, &v, 1);
		assert_int_equal(v, 0xb7);
		x.no_op = true;
		x.mode = 0x2f;
		nor_recv(f, x, &v, 1);
		assert_int_equal(v, 0xb7);
		x.mode = 0xff;
		nor_recv(f, x, &v, 1);
		assert_int_equal(v, 0xb7);
		assert_int_equal(reg(f, 0x05), 0x00);
	}
	assert_no_complaints(f);
}

static void test_ones_on_all_lines_end_continuous_read(void **state)
{
	struct nor_fix *f = *state;
	u8 v;

	write_volatile(f, 0x31, 0x02);
	RECV(f, &v, 1, .op = 0xeb, .n_addr = 3, .has_mode = true, .mode = 0xa0, .dummy = 4,
	     .addr_lines = 4, .data_lines = 4);
	assert_int_equal(reg(f, 0x05), 0xff);
	cs_low(f);
	send_bits(f, 0xffffffff, 32, 4);
	cs_high(f);
	assert_int_equal(reg(f, 0x05), 0x00);
	RECV(f, &v, 1, .op = 0xbb, .n_addr = 3, .has_mode = true, .mode = 0xa0, .addr_lines = 2,
	     .data_lines = 2);
	cs_low(f);
	send_bits(f, 0xffffffff, 32, 2);
	cs_high(f);
	assert_int_equal(reg(f, 0x05), 0x00);
	assert_no_complaints(f);
}

static void test_66h_on_four_lines_to_a_chip_in_dual_continuous_read_is_no_mistake(void **state)
{
	struct nor_fix *f = *state;
	u8 v;

	RECV(f, &v, 1, .op = 0xbb, .n_addr = 3, .has_mode = true, .mode = 0xa0, .addr_lines = 2,
	     .data_lines = 2);
	cs_low(f);
	send_bits(f, 0x66, 8, 4); /* HOLD# low, with an address under way that nobody meant */
	cs_high(f);
	assert_no_complaints(f);
}

static void test_77h_wraps_ebh_alone(void **state)
{
	struct nor_fix *f = *state;
	unsigned int i;
	u8 got[3];

	write_volatile(f, 0x31, 0x02);
	for (i = 0; i < 256; i++)
		cells(f)[i] = (u8)i;
	for (i = 0; i < 4; i++) {
		u8 size = (u8)(8u << i);

		SEND(f, BYTES(0, 0, 0, (u8)(i << 5)), 4, .op = 0x77, .data_lines = 4);
		RECV(f, got, 3, .op = 0xeb, .n_addr = 3, .addr = 2u * size - 2u, .has_mode = true,
		     .mode = 0xff, .dummy = 4, .addr_lines = 4, .data_lines = 4);
		assert_int_equal(got[1], 2 * size - 1);
		assert_int_equal(got[2], size);
		RECV(f, got, 3, .op = 0x0b, .n_addr = 3, .addr = 2u * size - 2u, .dummy = 8);
		assert_int_equal(got[2], 2 * size);
	}
	SEND(f, BYTES(0, 0, 0, 0x10), 4, .op = 0x77, .data_lines = 4);
	RECV(f, got, 3, .op = 0xeb, .n_addr = 3, .addr = 0x3e, .has_mode = true, .mode = 0xff,
	     .dummy = 4, .addr_lines = 4, .data_lines = 4);
	assert_int_equal(got[2], 0x40);
	assert_no_complaints(f);
}

/* ---- the rest ---- */

static void test_38h_does_not_bring_qpi_to_this_part(void **state)
{
	struct nor_fix *f = *state;

	write_volatile(f, 0x31, 0x02);
	cmd(f, 0x38);
	assert_int_equal(reg(f, 0x35), 0x02);
}

static void test_security_registers_are_erased_programmed_read_and_locked(void **state)
{
	struct nor_fix *f = *state;
	u8 got[4];
	unsigned int i;

	for (i = 1; i <= 3; i++) {
		cmd(f, 0x06);
		SEND(f, BYTES(0xf0, 0x5a), 2, .op = 0x42, .n_addr = 3, .addr = i << 12 | 0xff);
		wait_ready(f);
		RECV(f, got, 1, .op = 0x48, .n_addr = 3, .addr = i << 12 | 0xff, .dummy = 8);
		assert_int_equal(got[0], 0xf0);
		RECV(f, got, 1, .op = 0x48, .n_addr = 3, .addr = i << 12, .dummy = 8);
		assert_int_equal(got[0], 0x5a); /* wraps inside its register */
	}
	cmd(f, 0x06);
	SEND(f, NULL, 0, .op = 0x44, .n_addr = 3, .addr = 0x2000);
	wait_ready(f);
	RECV(f, got, 1, .op = 0x48, .n_addr = 3, .addr = 0x20ff, .dummy = 8);
	assert_int_equal(got[0], 0xff);
	RECV(f, got, 1, .op = 0x48, .n_addr = 3, .addr = 0x30ff, .dummy = 8);
	assert_int_equal(got[0], 0xf0);
	assert_no_complaints(f);
	write_sr(f, 0x31, 0x20); /* LB3 */
	cmd(f, 0x06);
	SEND(f, NULL, 0, .op = 0x44, .n_addr = 3, .addr = 0x3000);
	assert_false(vnor_is_busy(f->nor));
	assert_complaint(f, "locked by LB");
	sim_clear_complaints(&f->sim);
	cmd(f, 0x06);
	SEND(f, BYTES(0), 1, .op = 0x42, .n_addr = 3, .addr = 0x4000);
	assert_complaint(f, "no such register");
}

static void test_power_down_hears_only_abh(void **state)
{
	struct nor_fix *f = *state;
	u8 id[3];

	cmd(f, 0xb9);
	wait_ps(f, 5 * PS_PER_US);
	RECV(f, id, 3, .op = 0x9f);
	ASSERT_BYTES(id, 0xff, 0xff, 0xff);
	soft_reset(f);
	assert_int_equal(reg(f, 0x05), 0xff);
	cmd(f, 0xab);
	wait_ps(f, 5 * PS_PER_US);
	RECV(f, id, 3, .op = 0x9f);
	ASSERT_BYTES(id, 0xef, 0x40, 0x18);
	assert_no_complaints(f);
}

static void test_sus_bit_shows_a_suspended_operation(void **state)
{
	struct nor_fix *f = *state;

	erase(f, 0xd8, 0);
	cmd(f, 0x75);
	wait_ps(f, 30 * PS_PER_US);
	assert_int_equal(reg(f, 0x35), 0x80);
	cmd(f, 0x7a);
	assert_int_equal(reg(f, 0x35), 0x00);
	assert_int_equal(reg(f, 0x05) & 1, 1);
}

static void test_application_may_have_left_continuous_read_or_power_down(void **state)
{
	struct nor_fix *f = *state;
	u8 v;

	f->faults.app_xip = true;
	nor_stop(f);
	nor_start(f);
	wait_ps(f, PS_PER_MS);
	cells(f)[0x1234] = 0x99;
	RECV(f, &v, 1, .no_op = true, .n_addr = 3, .addr = 0x1234, .has_mode = true, .mode = 0xa0,
	     .dummy = 4, .addr_lines = 4, .data_lines = 4);
	assert_int_equal(v, 0x99);
	f->faults.app_xip = false;
	f->faults.app_dpd = true;
	nor_stop(f);
	nor_start(f);
	wait_ps(f, PS_PER_MS);
	assert_int_equal(reg(f, 0x05), 0xff);
	cmd(f, 0xab);
	wait_ps(f, 5 * PS_PER_US);
	assert_int_equal(reg(f, 0x05), 0x00);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, nor_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_ids_in_all_their_forms),
		T(test_sfdp_is_the_one_that_was_read_from_a_chip),
		T(test_factory_state_has_qe_clear_and_nothing_protected),
		T(test_one_byte_with_01h_leaves_sr2_alone_and_two_write_both),
		T(test_status_write_takes_its_time_and_is_kept_without_power),
		T(test_50h_makes_the_next_status_write_volatile_and_instant),
		T(test_status_write_whose_enable_met_a_busy_chip_is_counted_only),
		T(test_reserved_bits_stay_zero_and_lb_bits_are_for_good),
		T(test_srp0_with_wp_low_locks_the_registers_unless_qe_is_set),
		T(test_srp1_locks_the_registers_until_the_next_power_up),
		T(test_quad_commands_without_qe_are_ignored_and_a_mistake),
		T(test_io3_is_hold_without_qe_and_data_with_it),
		T(test_io3_low_resets_the_chip_where_sr3_says_it_is_reset),
		T(test_bp_tb_sec_and_cmp_protect_the_range_of_the_data_sheet),
		T(test_erase_that_touches_a_protected_byte_is_dropped_without_a_flag),
		T(test_wps_locks_each_block_at_power_up_until_it_is_unlocked),
		T(test_mode_byte_with_m54_10_arms_continuous_read_and_any_other_ends_it),
		T(test_ones_on_all_lines_end_continuous_read),
		T(test_66h_on_four_lines_to_a_chip_in_dual_continuous_read_is_no_mistake),
		T(test_77h_wraps_ebh_alone),
		T(test_38h_does_not_bring_qpi_to_this_part),
		T(test_security_registers_are_erased_programmed_read_and_locked),
		T(test_power_down_hears_only_abh),
		T(test_sus_bit_shows_a_suspended_operation),
		T(test_application_may_have_left_continuous_read_or_power_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
