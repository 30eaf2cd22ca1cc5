// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * N25Q128A and MT25QL128 at their pins: configuration registers, protocols, XIP, protection, OTP,
 * flag status, deep power-down.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/nor-host.h"

static int n25q(void **state)
{
	*state = nor_new("n25q128a13");
	return 0;
}

static int mt25q(void **state)
{
	*state = nor_new("mt25ql128aba");
	return 0;
}

static void power_cycle(struct nor_fix *f)
{
	vnor_set_power(f->nor, false, sim_now_ps(&f->sim));
	wait_ps(f, PS_PER_MS);
	vnor_set_power(f->nor, true, sim_now_ps(&f->sim));
	wait_ps(f, PS_PER_MS);
	f->lines = 1;
}

static void soft_reset(struct nor_fix *f)
{
	cmd(f, 0x66);
	cmd(f, 0x99);
	wait_ps(f, PS_PER_MS);
}

static void write_reg(struct nor_fix *f, u8 op, u8 v)
{
	cmd(f, 0x06);
	set_reg(f, op, v);
	wait_ready(f);
}

static void write_nvcr(struct nor_fix *f, u16 v)
{
	u8 le[2] = { (u8)v, (u8)(v >> 8) };

	cmd(f, 0x06);
	SEND(f, le, 2, .op = 0xb1);
	wait_ready(f);
}

static u8 lock_of(struct nor_fix *f, u32 addr)
{
	u8 v;

	RECV(f, &v, 1, .op = 0xe8, .n_addr = 3, .addr = addr);
	return v;
}

static void set_lock(struct nor_fix *f, u32 addr, u8 v)
{
	cmd(f, 0x06);
	SEND(f, &v, 1, .op = 0xe5, .n_addr = 3, .addr = addr);
}

/* ---- identity ---- */

static void test_id_is_20_bytes_with_length_edid_and_factory_data(void **state)
{
	struct nor_fix *f = *state;
	u8 a[22], b[22];

	RECV(f, a, 22, .op = 0x9f);
	RECV(f, b, 22, .op = 0x9e);
	assert_memory_equal(a, b, 22);
	ASSERT_BYTES(a, 0x20, 0xba, 0x18, 0x10);
	assert_int_equal(a[20], 0);
	assert_int_equal(a[21], 0);
	assert_no_complaints(f);
}

static void test_parts_differ_in_their_extended_id(void **state)
{
	struct nor_fix *f = *state;
	u8 id[6];

	RECV(f, id, 6, .op = 0x9f);
	assert_int_equal(id[4], f->part[0] == 'm' ? 0x44 : 0x00);
	assert_int_equal(id[5], 0);
}

static void test_factory_registers_read_back(void **state)
{
	struct nor_fix *f = *state;
	u8 nvcr[3];

	RECV(f, nvcr, 3, .op = 0xb5);
	ASSERT_BYTES(nvcr, 0xff, 0xff, 0xff);
	assert_int_equal(reg(f, 0x85), 0xfb); /* 15 dummies: default; no XIP; no wrap */
	assert_int_equal(reg(f, 0x65) & 0xd0, 0xd0);
	assert_int_equal(reg(f, 0x70), 0x80);
	assert_no_complaints(f);
}

/* ---- volatile configuration ---- */

static void test_vcr_sets_the_dummy_clocks_of_every_fast_read(void **state)
{
	struct nor_fix *f = *state;
	unsigned int n;
	u8 v;

	cells(f)[0x4321] = 0xd2;
	for (n = 1; n <= 14; n++) {
		write_reg(f, 0x81, (u8)(n << 4 | 0xb));
		assert_int_equal(reg(f, 0x85), n << 4 | 0xb);
		f->period_ps = 1000 * PS_PER_NS;
		RECV(f, &v, 1, .op = 0x0b, .n_addr = 3, .addr = 0x4321, .dummy = (u8)n);
		assert_int_equal(v, 0xd2);
		RECV(f, &v, 1, .op = 0x6b, .n_addr = 3, .addr = 0x4321, .dummy = (u8)n,
		     .data_lines = 4);
		assert_int_equal(v, 0xd2);
		RECV(f, &v, 1, .op = 0xeb, .n_addr = 3, .addr = 0x4321, .dummy = (u8)n,
		     .addr_lines = 4, .data_lines = 4);
		assert_int_equal(v, 0xd2);
		assert_int_equal(read_at(f, 0x4321), 0xd2); /* 03h has none */
	}
	write_reg(f, 0x81, 0x0b); /* 0 means the default too */
	RECV(f, &v, 1, .op = 0x0b, .n_addr = 3, .addr = 0x4321, .dummy = 8);
	assert_int_equal(v, 0xd2);
	RECV(f, &v, 1, .op = 0xeb, .n_addr = 3, .addr = 0x4321, .dummy = 10, .addr_lines = 4,
	     .data_lines = 4);
	assert_int_equal(v, 0xd2);
	assert_no_complaints(f);
}

static void test_few_dummies_at_a_fast_clock_read_wrong_data(void **state)
{
	struct nor_fix *f = *state;
	u8 got[256];

	memset(cells(f), 0x5a, 256);
	write_reg(f, 0x81, 0x1b);
	f->period_ps = 12500; /* 80 MHz */
	RECV(f, got, 256, .op = 0xeb, .n_addr = 3, .dummy = 1, .addr_lines = 4, .data_lines = 4);
	assert_memory_not_equal(got, cells(f), 256);
	assert_complaint(f, "with 1 dummy clocks at 80.0 MHz");
	sim_clear_complaints(&f->sim);
	write_reg(f, 0x81, 0xab);
	RECV(f, got, 256, .op = 0xeb, .n_addr = 3, .dummy = 10, .addr_lines = 4, .data_lines = 4);
	assert_memory_equal(got, cells(f), 256);
	assert_no_complaints(f);
}

static void test_vcr_wrap_keeps_reads_inside_their_block(void **state)
{
	static const u8 sizes[] = { 16, 32, 64 };
	struct nor_fix *f = *state;
	unsigned int i;
	u8 got[3];

	for (i = 0; i < 256; i++)
		cells(f)[i] = (u8)i;
	for (i = 0; i < 3; i++) {
		u8 last = (u8)(127 - 127 % sizes[i] + sizes[i] - 1);

		write_reg(f, 0x81, (u8)(0xf8 | i));
		RECV(f, got, 3, .op = 0x0b, .n_addr = 3, .addr = last - 1u, .dummy = 8);
		assert_int_equal(got[0], last - 1);
		assert_int_equal(got[1], last);
		assert_int_equal(got[2], last + 1 - sizes[i]);
		RECV(f, got, 3, .op = 0x03, .n_addr = 3, .addr = last);
		assert_int_equal(got[1], last + 1);
	}
}

static void test_volatile_registers_go_back_to_nvcr_at_a_reset(void **state)
{
	struct nor_fix *f = *state;

	write_reg(f, 0x81, 0x6b);
	write_reg(f, 0x61, 0xcf);
	soft_reset(f);
	assert_int_equal(reg(f, 0x85), 0xfb);
	assert_int_equal(reg(f, 0x65) & 0x10, 0x10);
	write_nvcr(f, 0x7fff);
	assert_int_equal(reg(f, 0x85), 0xfb); /* not before */
	soft_reset(f);
	assert_int_equal(reg(f, 0x85), 0x7b);
	power_cycle(f);
	assert_int_equal(reg(f, 0x85), 0x7b);
	assert_no_complaints(f);
}

static void test_register_writes_need_write_enable_and_their_exact_length(void **state)
{
	struct nor_fix *f = *state;

	set_reg(f, 0x81, 0x1b);
	assert_int_equal(reg(f, 0x85), 0xfb);
	assert_complaint(f, "write VCR (81h) without write enable");
	sim_clear_complaints(&f->sim);
	cmd(f, 0x06);
	SEND(f, BYTES(0x1b, 0x2b), 2, .op = 0x81);
	assert_int_equal(reg(f, 0x85), 0xfb);
	assert_complaint(f, "with 2 data bytes");
	sim_clear_complaints(&f->sim);
	SEND(f, BYTES(0, 0), 2, .op = 0x01);
	assert_complaint(f, "with 2 data bytes");
	sim_clear_complaints(&f->sim);
	cmd(f, 0x01);
	assert_complaint(f, "with 0 data bytes");
	assert_int_equal(reg(f, 0x05), 2);
}

/* ---- protocols ---- */

static void test_evcr_bit_7_switches_everything_to_four_lines(void **state)
{
	struct nor_fix *f = *state;
	u8 id[4], got[4];

	cells(f)[0x100] = 0x9c;
	cmd(f, 0x06);
	set_reg(f, 0x61, 0x5f);
	f->lines = 4;
	RECV(f, id, 4, .op = 0xaf);
	ASSERT_BYTES(id, 0x20, 0xba, 0x18, 0x00);
	assert_int_equal(reg(f, 0x05), 0);
	assert_int_equal(reg(f, 0x65), 0x5f);
	RECV(f, got, 1, .op = 0x0b, .n_addr = 3, .addr = 0x100, .dummy = 10);
	assert_int_equal(got[0], 0x9c);
	RECV(f, got, 1, .op = 0xeb, .n_addr = 3, .addr = 0x100, .dummy = 10);
	assert_int_equal(got[0], 0x9c);
	RECV(f, got, 4, .op = 0x5a, .n_addr = 3, .dummy = 8);
	ASSERT_BYTES(got, 'S', 'F', 'D', 'P');
	program(f, 0x200, BYTES(0x11, 0x22), 2);
	wait_ready(f);
	ASSERT_BYTES(cells(f) + 0x200, 0x11, 0x22, 0xff);
	assert_no_complaints(f);
	/* one-line commands are not understood now */
	f->lines = 1;
	RECV(f, id, 3, .op = 0x9f);
	assert_int_not_equal(id[0], 0x20);
}

static void test_evcr_bit_6_switches_everything_to_two_lines(void **state)
{
	struct nor_fix *f = *state;
	u8 id[3];

	cmd(f, 0x06);
	set_reg(f, 0x61, 0x9f);
	f->lines = 2;
	RECV(f, id, 3, .op = 0xaf);
	ASSERT_BYTES(id, 0x20, 0xba, 0x18);
	program(f, 0x300, BYTES(0x77), 1);
	wait_ready(f);
	assert_int_equal(cells(f)[0x300], 0x77);
	soft_reset(f); /* on two lines */
	f->lines = 1;
	RECV(f, id, 3, .op = 0x9f);
	assert_int_equal(id[0], 0x20);
	assert_no_complaints(f);
}

static void test_reset_on_four_lines_brings_spi_back(void **state)
{
	struct nor_fix *f = *state;
	u8 id[3];

	cmd(f, 0x06);
	set_reg(f, 0x61, 0x5f);
	soft_reset(f); /* one line: not heard */
	f->lines = 4;
	assert_int_equal(reg(f, 0x05), 0);
	soft_reset(f);
	f->lines = 1;
	RECV(f, id, 3, .op = 0x9f);
	ASSERT_BYTES(id, 0x20, 0xba, 0x18);
	assert_no_complaints(f);
}

static void test_nvcr_can_make_four_lines_the_power_up_protocol(void **state)
{
	struct nor_fix *f = *state;
	u8 id[3];

	write_nvcr(f, 0xfff7);
	power_cycle(f);
	f->lines = 4;
	RECV(f, id, 3, .op = 0xaf);
	ASSERT_BYTES(id, 0x20, 0xba, 0x18);
	soft_reset(f); /* no way out */
	RECV(f, id, 3, .op = 0xaf);
	ASSERT_BYTES(id, 0x20, 0xba, 0x18);
}

static void test_9fh_on_four_lines_drops_an_n25q_to_spi(void **state)
{
	struct nor_fix *f = *state;
	u8 id[3];

	cmd(f, 0x06);
	set_reg(f, 0x61, 0x5f);
	f->lines = 4;
	cmd(f, 0x9f);
	f->lines = 1;
	RECV(f, id, 3, .op = 0x9f);
	ASSERT_BYTES(id, 0x20, 0xba, 0x18);
	assert_no_complaints(f);
}

static void test_mt25q_has_35h_and_f5h_for_four_lines(void **state)
{
	struct nor_fix *f = *state;
	u8 id[3];

	cmd(f, 0x35);
	f->lines = 4;
	RECV(f, id, 3, .op = 0xaf);
	ASSERT_BYTES(id, 0x20, 0xba, 0x18);
	cmd(f, 0xf5);
	f->lines = 1;
	RECV(f, id, 3, .op = 0x9f);
	ASSERT_BYTES(id, 0x20, 0xba, 0x18);
	assert_no_complaints(f);
}

static void test_n25q_knows_none_of_the_mt25q_commands(void **state)
{
	static const u8 ops[] = { 0x35, 0xf5, 0xb9, 0xab, 0x52, 0x60 };
	struct nor_fix *f = *state;
	size_t i;
	u8 id[3];

	cells(f)[0] = 0;
	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		cmd(f, 0x06);
		SEND(f, NULL, 0, .op = ops[i], .n_addr = ops[i] == 0x52 ? 3 : 0);
		assert_false(vnor_is_busy(f->nor));
	}
	RECV(f, id, 3, .op = 0x9f);
	ASSERT_BYTES(id, 0x20, 0xba, 0x18);
	assert_int_equal(cells(f)[0], 0);
	assert_no_complaints(f);
}

static void test_all_program_widths_write_the_same(void **state)
{
	struct nor_fix *f = *state;
	bool is_mt = f->part[0] == 'm';
	const struct frame frames[] = {
		{ .op = 0x02 },
		{ .op = 0xa2, .data_lines = 2 },
		{ .op = 0xd2, .addr_lines = 2, .data_lines = 2 },
		{ .op = 0x32, .data_lines = 4 },
		{ .op = is_mt ? 0x38 : 0x12, .addr_lines = 4, .data_lines = 4 },
	};
	static const u8 data[] = { 0x12, 0x34, 0x56, 0x78, 0x9a };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(frames); i++) {
		struct frame x = frames[i];

		x.n_addr = 3;
		x.addr = 0x10000 + 0x100 * (u32)i;
		cmd(f, 0x06);
		nor_send(f, x, data, sizeof(data));
		wait_ready(f);
		assert_memory_equal(cells(f) + x.addr, data, sizeof(data));
		assert_int_equal(cells(f)[x.addr + sizeof(data)], 0xff);
	}
	assert_no_complaints(f);
}

/* ---- XIP ---- */

static void enter_xip(struct nor_fix *f)
{
	u8 v;

	write_reg(f, 0x81, 0xf3); /* bit 3 = 0 */
	RECV(f, &v, 1, .op = 0xeb, .n_addr = 3, .addr = 0x100, .dummy = 10, .addr_lines = 4,
	     .data_lines = 4, .dummy_io = 0xe);
}

static void test_xip_takes_the_address_first_until_dq0_is_high_in_the_first_dummy(void **state)
{
	struct nor_fix *f = *state;
	u8 v;

	cells(f)[0x100] = 0x3c;
	cells(f)[0x200] = 0xc5;
	enter_xip(f);
	RECV(f, &v, 1, .no_op = true, .n_addr = 3, .addr = 0x200, .dummy = 10, .addr_lines = 4,
	     .data_lines = 4, .dummy_io = 0xe);
	assert_int_equal(v, 0xc5);
	RECV(f, &v, 1, .no_op = true, .n_addr = 3, .addr = 0x100, .dummy = 10, .addr_lines = 4,
	     .data_lines = 4, .dummy_io = 0xf);
	assert_int_equal(v, 0x3c);
	assert_int_equal(reg(f, 0x05), 0); /* commands again */
	assert_no_complaints(f);
}

static void test_without_vcr_bit_3_the_confirmation_does_nothing(void **state)
{
	struct nor_fix *f = *state;
	u8 v;

	RECV(f, &v, 1, .op = 0xeb, .n_addr = 3, .dummy = 10, .addr_lines = 4, .data_lines = 4,
	     .dummy_io = 0xe);
	assert_int_equal(reg(f, 0x05), 0);
}

static void test_all_ones_clocks_leave_xip(void **state)
{
	struct nor_fix *f = *state;

	enter_xip(f);
	cs_low(f);
	send_bits(f, 0xffffffff, 32, 4);
	cs_high(f);
	assert_int_equal(reg(f, 0x05), 0);
	assert_no_complaints(f);
}

static void test_commands_are_addresses_to_a_chip_in_xip(void **state)
{
	struct nor_fix *f = *state;

	enter_xip(f);
	assert_int_equal(reg(f, 0x05), 0xff); /* its seventh bit is 0: stays in XIP */
	cmd(f, 0x99);
	assert_int_equal(reg(f, 0x05), 0xff);
	cmd(f, 0x66); /* its seventh bit is 1, and that is the confirmation bit */
	assert_int_equal(reg(f, 0x05), 0x00);
	assert_no_complaints(f);
}

static void test_nvcr_can_start_in_xip(void **state)
{
	struct nor_fix *f = *state;
	u8 v;

	cells(f)[0x55aa] = 0x42;
	write_nvcr(f, 0xf9ff); /* XIP code 100: EBh */
	power_cycle(f);
	RECV(f, &v, 1, .no_op = true, .n_addr = 3, .addr = 0x55aa, .dummy = 10, .addr_lines = 4,
	     .data_lines = 4, .dummy_io = 0xe);
	assert_int_equal(v, 0x42);
}

/* ---- protection ---- */

static bool can_write(struct nor_fix *f, u32 addr)
{
	u8 fsr;

	cells(f)[addr] = 0xff;
	program(f, addr, BYTES(0), 1);
	wait_ready(f);
	fsr = reg(f, 0x70);
	if (fsr & 0x02) {
		assert_int_equal(fsr & 0x12, 0x12);
		assert_int_equal(reg(f, 0x05) & 2, 2); /* WEL stays after an error */
		cmd(f, 0x50);
		assert_int_equal(reg(f, 0x70), 0x80);
		cmd(f, 0x04);
	}
	assert_int_equal(cells(f)[addr] == 0, !(fsr & 0x02));
	return !(fsr & 0x02);
}

static void test_bp_bits_protect_a_power_of_two_of_sectors_from_the_top_or_bottom(void **state)
{
	struct nor_fix *f = *state;
	unsigned int bp, tb;

	for (tb = 0; tb < 2; tb++) {
		for (bp = 0; bp < 16; bp++) {
			u32 n = bp ? min(1u << (bp - 1), 256u) * KIB(64) : 0;
			u8 sr = (u8)((bp & 7) << 2 | (bp & 8 ? 0x40 : 0) | tb << 5);

			write_reg(f, 0x01, sr);
			assert_int_equal(reg(f, 0x05), sr);
			if (n) {
				assert_false(can_write(f, tb ? n - 1 : CHIP_SIZE - n));
				assert_false(can_write(f, tb ? 0 : CHIP_SIZE - 1));
			}
			if (n < CHIP_SIZE) {
				assert_true(can_write(f, tb ? n : CHIP_SIZE - n - 1));
				assert_true(can_write(f, tb ? CHIP_SIZE - 1 : 0));
			}
		}
	}
}

static void test_protected_erase_sets_the_erase_error(void **state)
{
	struct nor_fix *f = *state;

	write_reg(f, 0x01, 0x04);
	cells(f)[CHIP_SIZE - 1] = 0;
	erase(f, 0xd8, CHIP_SIZE - 1);
	assert_int_equal(reg(f, 0x70), 0xa2);
	assert_int_equal(cells(f)[CHIP_SIZE - 1], 0);
	assert_complaint(f, "refused: protected");
	cmd(f, 0x50);
	cmd(f, 0x06);
	cmd(f, 0xc7); /* bulk erase: all or nothing */
	assert_int_equal(reg(f, 0x70), 0xa2);
	assert_false(vnor_is_busy(f->nor));
}

static void test_lock_registers_protect_their_sector_until_power_is_lost(void **state)
{
	struct nor_fix *f = *state;

	set_lock(f, 0x20000, 1);
	assert_int_equal(lock_of(f, 0x2ffff), 1);
	assert_int_equal(lock_of(f, 0x30000), 0);
	assert_false(can_write(f, 0x2ffff));
	assert_true(can_write(f, 0x1ffff));
	assert_true(can_write(f, 0x30000));
	set_lock(f, 0x20000, 0);
	assert_true(can_write(f, 0x20000));
	set_lock(f, 0x20000, 3); /* locked down */
	sim_clear_complaints(&f->sim);
	set_lock(f, 0x20000, 0);
	assert_int_equal(lock_of(f, 0x20000), 3);
	assert_complaint(f, "locked down");
	power_cycle(f);
	assert_int_equal(lock_of(f, 0x20000), 0);
}

static void test_srwd_with_w_low_locks_the_status_register(void **state)
{
	struct nor_fix *f = *state;

	write_reg(f, 0x01, 0x80);
	assert_int_equal(reg(f, 0x05), 0x80);
	f->rest = 0x8; /* W# low */
	write_reg(f, 0x01, 0x00);
	assert_int_equal(reg(f, 0x05) & ~2, 0x80);
	assert_complaint(f, "SRWD = 1 and W# (IO2) low");
	sim_clear_complaints(&f->sim);
	f->rest = 0xc;
	write_reg(f, 0x01, 0x00);
	assert_int_equal(reg(f, 0x05), 0x00);
	assert_no_complaints(f);
}

/* ---- the rest ---- */

static void test_flag_status_shows_ready_and_what_is_suspended(void **state)
{
	struct nor_fix *f = *state;

	erase(f, 0xd8, 0);
	assert_int_equal(reg(f, 0x70), 0x00);
	cmd(f, 0x75);
	wait_ps(f, 50 * PS_PER_US);
	assert_int_equal(reg(f, 0x70), 0xc0);
	cmd(f, 0x7a);
	assert_int_equal(reg(f, 0x70), 0x00);
	wait_ready(f);
	assert_int_equal(reg(f, 0x70), 0x80);
	program(f, 0, BYTES(0), 1);
	cmd(f, 0x75);
	wait_ps(f, 50 * PS_PER_US);
	assert_int_equal(reg(f, 0x70), 0x84);
}

static void test_otp_is_programmed_once_bit_by_bit_and_can_be_locked_for_good(void **state)
{
	struct nor_fix *f = *state;
	u8 got[66];

	RECV(f, got, 65, .op = 0x4b, .n_addr = 3, .dummy = 8);
	assert_int_equal(got[0], 0xff);
	assert_int_equal(got[64], 0xff);
	cmd(f, 0x06);
	SEND(f, BYTES(0xf0, 0x0f), 2, .op = 0x42, .n_addr = 3, .addr = 0x3e);
	wait_ready(f);
	cmd(f, 0x06);
	SEND(f, BYTES(0x3c), 1, .op = 0x42, .n_addr = 3, .addr = 0x3e);
	wait_ready(f);
	RECV(f, got, 3, .op = 0x4b, .n_addr = 3, .dummy = 8, .addr = 0x3d);
	ASSERT_BYTES(got, 0xff, 0x30, 0x0f);
	assert_no_complaints(f);
	cmd(f, 0x06);
	SEND(f, BYTES(0xfe), 1, .op = 0x42, .n_addr = 3, .addr = 0x40);
	wait_ready(f);
	cmd(f, 0x06);
	SEND(f, BYTES(0x00), 1, .op = 0x42, .n_addr = 3, .addr = 0x00);
	assert_complaint(f, "OTP is locked");
	RECV(f, got, 1, .op = 0x4b, .n_addr = 3, .dummy = 8);
	assert_int_equal(got[0], 0xff);
}

static void test_deep_power_down_hears_only_abh(void **state)
{
	struct nor_fix *f = *state;
	u8 id[3];

	cmd(f, 0xb9);
	wait_ps(f, 10 * PS_PER_US);
	RECV(f, id, 3, .op = 0x9f);
	ASSERT_BYTES(id, 0xff, 0xff, 0xff);
	cmd(f, 0x66);
	cmd(f, 0x99);
	wait_ps(f, PS_PER_MS);
	assert_int_equal(reg(f, 0x05), 0xff);
	cmd(f, 0xab);
	assert_int_equal(reg(f, 0x05), 0xff); /* tRES */
	wait_ps(f, 40 * PS_PER_US);
	assert_int_equal(reg(f, 0x05), 0x00);
	assert_no_complaints(f);
}

static void test_hold_can_be_disabled_in_evcr(void **state)
{
	struct nor_fix *f = *state;
	u8 v;

	write_reg(f, 0x61, 0xcf);
	cells(f)[0] = 0x5a;
	cs_low(f);
	send_bits(f, 0x03000000, 32, 1);
	f->rest = 0x4;
	v = recv_byte(f, 1);
	f->rest = 0xc;
	cs_high(f);
	assert_int_equal(v, 0x5a);
	assert_no_complaints(f);
}

/* faults: the state that an application left the chip in */
static void test_application_may_have_left_xip_qpi_or_deep_power_down(void **state)
{
	struct nor_fix *f = *state;
	u8 v;

	f->faults.app_xip = true;
	nor_stop(f);
	nor_start(f);
	wait_ps(f, PS_PER_MS);
	cells(f)[0x1234] = 0x99;
	RECV(f, &v, 1, .no_op = true, .n_addr = 3, .addr = 0x1234, .dummy = 10, .addr_lines = 4,
	     .data_lines = 4, .dummy_io = 0xe);
	assert_int_equal(v, 0x99);
	f->faults.app_xip = false;
	f->faults.app_qpi = true;
	nor_stop(f);
	nor_start(f);
	wait_ps(f, PS_PER_MS);
	f->lines = 4;
	assert_int_equal(reg(f, 0x05), 0);
	f->faults.app_qpi = false;
	f->faults.app_dpd = true;
	nor_stop(f);
	nor_start(f);
	wait_ps(f, PS_PER_MS);
	assert_int_equal(reg(f, 0x05), f->part[0] == 'm' ? 0xff : 0x00);
	nor_stop(f);
	f->faults.app_dpd = false;
	nor_start(f);
}

static void read_bfpt(struct nor_fix *f, u32 *dw, unsigned int n)
{
	unsigned int i;
	u8 b[4];

	RECV(f, b, 4, .op = 0x5a, .n_addr = 3, .addr = 0x0c, .dummy = 8);
	for (i = 0; i < n; i++) {
		u32 at = (get_le32(b) & 0xffffff) + 4 * i;
		u8 d[4];

		RECV(f, d, 4, .op = 0x5a, .n_addr = 3, .addr = at, .dummy = 8);
		dw[i] = get_le32(d);
	}
}

/* the family's dump (N25Q256A) in everything but density and address bytes */
static void test_sfdp_of_the_n25q128a(void **state)
{
	static const u32 want[9] = { 0xfff920e5, 0x07ffffff, 0x6b27eb29, 0xbb273b08, 0xffffffff,
				     0xbb27ffff, 0xeb29ffff, 0xd810200c, 0x00000000 };
	struct nor_fix *f = *state;
	u8 head[16];
	u32 dw[9];

	RECV(f, head, 16, .op = 0x5a, .n_addr = 3, .dummy = 8);
	ASSERT_BYTES(head, 'S', 'F', 'D', 'P', 0x00, 0x01, 0x00, 0xff, 0x00, 0x00, 0x01, 0x09);
	read_bfpt(f, dw, 9);
	assert_memory_equal(dw, want, sizeof(want));
}

/* the family's dump (MT25QU256A), changed for 128 Mbit as vnor-micron.c says */
static void test_sfdp_of_the_mt25ql128(void **state)
{
	struct nor_fix *f = *state;
	u8 head[16];
	u32 dw[16];

	RECV(f, head, 16, .op = 0x5a, .n_addr = 3, .dummy = 8);
	ASSERT_BYTES(head, 'S', 'F', 'D', 'P', 0x06, 0x01, 0x00, 0xff, 0x00, 0x06, 0x01, 0x10);
	read_bfpt(f, dw, 16);
	assert_int_equal(dw[0] >> 17 & 3, 0); /* 3-byte addresses only */
	assert_int_equal(dw[1], 0x07ffffff);
	assert_int_equal(dw[2], 0x6b27eb29);
	assert_int_equal(dw[3], 0xbb273b27);
	assert_int_equal(dw[7], 0xd810200c);
	assert_int_equal(dw[8], 0x0000520f);
	assert_int_equal(dw[10] >> 4 & 15, 8); /* pages of 256 bytes */
	/* typical chip erase: (count + 1) times 16 ms, 256 ms, 4 s, 64 s; the data sheet says 38 s */
	assert_int_equal(dw[10] >> 29 & 3, 2);
	assert_int_equal(((dw[10] >> 24 & 31) + 1) * 4, 40);
	assert_int_equal(dw[14] >> 20 & 7, 0);	    /* no QE */
	assert_int_equal(dw[15] >> 14, 0);	    /* no 4-byte mode */
	assert_int_equal(dw[15] >> 8 & 0x10, 0x10); /* 66h 99h */
	assert_int_equal(dw[13] & 0x08, 0x08);	    /* busy in 70h bit 7 */
}

#define BOTH(name)                                                \
	{ #name " (N25Q)", name, n25q, nor_teardown, NULL },      \
	{                                                         \
#name " (MT25Q)", name, mt25q, nor_teardown, NULL \
	}
#define N25Q(name)  cmocka_unit_test_setup_teardown(name, n25q, nor_teardown)
#define MT25Q(name) cmocka_unit_test_setup_teardown(name, mt25q, nor_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_id_is_20_bytes_with_length_edid_and_factory_data),
		BOTH(test_parts_differ_in_their_extended_id),
		BOTH(test_factory_registers_read_back),
		BOTH(test_vcr_sets_the_dummy_clocks_of_every_fast_read),
		BOTH(test_few_dummies_at_a_fast_clock_read_wrong_data),
		BOTH(test_vcr_wrap_keeps_reads_inside_their_block),
		BOTH(test_volatile_registers_go_back_to_nvcr_at_a_reset),
		BOTH(test_register_writes_need_write_enable_and_their_exact_length),
		BOTH(test_evcr_bit_7_switches_everything_to_four_lines),
		BOTH(test_evcr_bit_6_switches_everything_to_two_lines),
		BOTH(test_reset_on_four_lines_brings_spi_back),
		BOTH(test_nvcr_can_make_four_lines_the_power_up_protocol),
		N25Q(test_9fh_on_four_lines_drops_an_n25q_to_spi),
		MT25Q(test_mt25q_has_35h_and_f5h_for_four_lines),
		N25Q(test_n25q_knows_none_of_the_mt25q_commands),
		BOTH(test_all_program_widths_write_the_same),
		BOTH(test_xip_takes_the_address_first_until_dq0_is_high_in_the_first_dummy),
		BOTH(test_without_vcr_bit_3_the_confirmation_does_nothing),
		BOTH(test_all_ones_clocks_leave_xip),
		BOTH(test_commands_are_addresses_to_a_chip_in_xip),
		BOTH(test_nvcr_can_start_in_xip),
		BOTH(test_bp_bits_protect_a_power_of_two_of_sectors_from_the_top_or_bottom),
		BOTH(test_protected_erase_sets_the_erase_error),
		BOTH(test_lock_registers_protect_their_sector_until_power_is_lost),
		BOTH(test_srwd_with_w_low_locks_the_status_register),
		BOTH(test_flag_status_shows_ready_and_what_is_suspended),
		BOTH(test_otp_is_programmed_once_bit_by_bit_and_can_be_locked_for_good),
		MT25Q(test_deep_power_down_hears_only_abh),
		BOTH(test_hold_can_be_disabled_in_evcr),
		BOTH(test_application_may_have_left_xip_qpi_or_deep_power_down),
		N25Q(test_sfdp_of_the_n25q128a),
		MT25Q(test_sfdp_of_the_mt25ql128),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
