// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What all virtual SPI-NOR chips have in common, at their pins: frames, write enable, busy, cells. What only
 * one maker has is in test-vnor-micron.c and the like.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/nor-each.h"

static void test_unknown_part_is_refused(void **state)
{
	struct nor_fix *f = nor_new(parts[0]);

	assert_null(vnor_new(&f->sim, "w25q999"));
	nor_teardown((void **)&f);
}

static void test_each_part_answers_9fh_with_its_id(void **state)
{
	static const u8 ids[][3] = { { 0x20, 0xba, 0x18 },
				     { 0x20, 0xba, 0x18 },
				     { 0xef, 0x40, 0x18 } };
	u8 id[3];

	EACH_PART(f)
	{
		RECV(f, id, 3, .op = 0x9f);
		assert_memory_equal(id, ids[part_], 3);
		assert_string_equal(vnor_part_name(f->nor), parts[part_]);
		assert_no_complaints(f);
	}
}

static void test_nothing_is_driven_before_the_answer_and_after_cs_rises(void **state)
{
	u8 val;

	EACH_PART(f)
	{
		cs_low(f);
		send_bits(f, 0x9f, 7, 1);
		assert_int_equal(vnor_driven(f->nor, &val), 0);
		cs_high(f);
		cs_low(f);
		send_bits(f, 0x9f, 8, 1);
		assert_int_equal(vnor_driven(f->nor, &val), 0); /* until the falling edge */
		recv_byte(f, 1);
		assert_int_equal(vnor_driven(f->nor, &val), 2); /* IO1 alone */
		cs_high(f);
		assert_int_equal(vnor_driven(f->nor, &val), 0);
	}
}

static void test_unknown_opcodes_leave_the_output_floating(void **state)
{
	EACH_PART(f)
	{
		assert_int_equal(reg(f, 0xd7), 0xff);
		assert_int_equal(reg(f, 0xff), 0xff);
		assert_int_equal(reg(f, 0x00), 0xff);
		assert_no_complaints(f);
	}
}

static void test_opcode_cut_short_is_as_if_nothing_was_sent(void **state)
{
	EACH_PART(f)
	{
		cs_low(f);
		send_bits(f, 0x06 >> 1, 7, 1);
		cs_high(f);
		assert_int_equal(reg(f, 0x05), 0);
		assert_no_complaints(f);
	}
}

static void test_wren_sets_and_wrdi_clears_wel(void **state)
{
	EACH_PART(f)
	{
		assert_int_equal(reg(f, 0x05), 0);
		cmd(f, 0x06);
		assert_int_equal(reg(f, 0x05), 2);
		cmd(f, 0x04);
		assert_int_equal(reg(f, 0x05), 0);
		assert_no_complaints(f);
	}
}

static void test_wren_with_a_clock_too_many_is_ignored(void **state)
{
	EACH_PART(f)
	{
		cs_low(f);
		send_bits(f, 0x06 << 1, 9, 1);
		cs_high(f);
		assert_int_equal(reg(f, 0x05), 0);
		assert_complaint(f, "off a byte boundary");
	}
}

static void test_program_reaches_the_cells_when_the_busy_time_is_over(void **state)
{
	u8 buf[256], got[256];

	fill(buf, sizeof(buf), 3);
	EACH_PART(f)
	{
		program(f, 0x123400, buf, 256);
		assert_true(vnor_is_busy(f->nor));
		assert_int_equal(reg(f, 0x05), 3); /* WEL stays until it is done */
		assert_int_equal(cells(f)[0x123400], 0xff);
		wait_ready(f);
		assert_int_equal(reg(f, 0x05), 0);
		assert_memory_equal(cells(f) + 0x123400, buf, 256);
		RECV(f, got, 256, .op = 0x03, .n_addr = 3, .addr = 0x123400);
		assert_memory_equal(got, buf, 256);
		assert_int_equal(f->sim.stats.nor.n_programs, 1);
		assert_no_complaints(f);
	}
}

static void test_program_without_write_enable_is_ignored_and_a_mistake(void **state)
{
	EACH_PART(f)
	{
		SEND(f, BYTES(0), 1, .op = 0x02, .n_addr = 3);
		assert_false(vnor_is_busy(f->nor));
		assert_int_equal(cells(f)[0], 0xff);
		assert_complaint(f, "page program (02h) without write enable");
		sim_clear_complaints(&f->sim);
		SEND(f, NULL, 0, .op = 0x20, .n_addr = 3);
		assert_complaint(f, "erase (20h) without write enable");
		sim_clear_complaints(&f->sim);
		cmd(f, 0xc7);
		assert_complaint(f, "without write enable");
		assert_false(vnor_is_busy(f->nor));
	}
}

static void test_program_after_a_write_enable_that_met_a_busy_chip_is_counted_only(void **state)
{
	EACH_PART(f)
	{
		u64 n;

		program(f, 0, BYTES(0x55), 1);
		n = f->sim.stats.nor_ignored_busy;
		cmd(f, 0x06);
		assert_int_equal(f->sim.stats.nor_ignored_busy, n + 1);
		wait_ready(f);
		SEND(f, BYTES(0), 1, .op = 0x02, .n_addr = 3, .addr = 0x100);
		assert_int_equal(f->sim.stats.nor_ignored_busy, n + 2);
		assert_false(vnor_is_busy(f->nor));
		assert_int_equal(cells(f)[0x100], 0xff);
		assert_no_complaints(f);
		/* the excuse is good for one command */
		SEND(f, BYTES(0), 1, .op = 0x02, .n_addr = 3, .addr = 0x100);
		assert_complaint(f, "without write enable");
	}
}

static void test_program_ignored_while_busy_uses_the_excuse_up(void **state)
{
	EACH_PART(f)
	{
		program(f, 0, BYTES(0x55), 1);
		cmd(f, 0x06);
		SEND(f, BYTES(0), 1, .op = 0x02, .n_addr = 3, .addr = 0x100);
		assert_no_complaints(f);
		wait_ready(f);
		SEND(f, BYTES(0), 1, .op = 0x02, .n_addr = 3, .addr = 0x100);
		assert_complaint(f, "without write enable");
	}
}

static void test_write_enable_that_was_heard_ends_the_excuse(void **state)
{
	EACH_PART(f)
	{
		program(f, 0, BYTES(0x55), 1);
		cmd(f, 0x06);
		wait_ready(f);
		cmd(f, 0x06);
		cmd(f, 0x04);
		SEND(f, BYTES(0), 1, .op = 0x02, .n_addr = 3, .addr = 0x100);
		assert_complaint(f, "without write enable");
	}
}

static void test_busy_chip_hears_only_status_suspend_and_reset(void **state)
{
	u8 id[3];

	EACH_PART(f)
	{
		u64 n;

		erase(f, 0x20, 0);
		n = f->sim.stats.nor_ignored_busy;
		RECV(f, id, 3, .op = 0x9f);
		ASSERT_BYTES(id, 0xff, 0xff, 0xff);
		assert_int_equal(read_at(f, 0), 0xff);
		cmd(f, 0x04);
		erase(f, 0x20, 0x1000);
		assert_int_equal(f->sim.stats.nor_ignored_busy, n + 5);
		assert_int_equal(reg(f, 0x05), 3);
		assert_no_complaints(f);
	}
}

static void test_programming_only_clears_bits(void **state)
{
	EACH_PART(f)
	{
		program(f, 0x10, BYTES(0xf0), 1);
		wait_ready(f);
		program(f, 0x10, BYTES(0x3c), 1);
		wait_ready(f);
		assert_int_equal(cells(f)[0x10], 0x30);
		assert_int_equal(cells(f)[0x0f], 0xff);
		assert_int_equal(cells(f)[0x11], 0xff);
		assert_no_complaints(f);
	}
}

static void test_program_past_the_page_end_wraps_to_its_start(void **state)
{
	EACH_PART(f)
	{
		program(f, 0x2fe, BYTES(1, 2, 3, 4), 4);
		wait_ready(f);
		ASSERT_BYTES(cells(f) + 0x2fe, 1, 2, 0xff);
		ASSERT_BYTES(cells(f) + 0x200, 3, 4, 0xff);
		assert_complaint(f, "wraps inside its page");
	}
}

static void test_of_more_than_a_page_the_last_256_bytes_stay(void **state)
{
	u8 buf[260];

	fill(buf, sizeof(buf), 9);
	EACH_PART(f)
	{
		program(f, 0x500, buf, sizeof(buf));
		wait_ready(f);
		assert_memory_equal(cells(f) + 0x504, buf + 4, 252);
		assert_memory_equal(cells(f) + 0x500, buf + 256, 4);
		assert_complaint(f, "wraps inside its page");
	}
}

static void test_program_that_ends_off_a_byte_boundary_does_nothing(void **state)
{
	EACH_PART(f)
	{
		cmd(f, 0x06);
		cs_low(f);
		send_bits(f, 0x02000000, 32, 1);
		send_bits(f, 0, 12, 1);
		cs_high(f);
		assert_int_equal(reg(f, 0x05), 2); /* WEL as it was */
		assert_int_equal(cells(f)[0], 0xff);
		assert_complaint(f, "off a byte boundary");
	}
}

static void test_program_without_data_or_whole_address_does_nothing(void **state)
{
	EACH_PART(f)
	{
		program(f, 0, NULL, 0);
		assert_int_equal(reg(f, 0x05), 2);
		assert_complaint(f, "0 data bytes");
		sim_clear_complaints(&f->sim);
		SEND(f, NULL, 0, .op = 0x02, .n_addr = 2);
		assert_int_equal(reg(f, 0x05), 2);
		assert_complaint(f, "inside the address");
	}
}

static void test_erase_with_bytes_after_its_address_does_nothing(void **state)
{
	EACH_PART(f)
	{
		cells(f)[0] = 0;
		cmd(f, 0x06);
		SEND(f, BYTES(0), 1, .op = 0x20, .n_addr = 3);
		assert_int_equal(reg(f, 0x05), 2);
		assert_complaint(f, "erase (20h) with 1 data bytes");
	}
}

static void test_erase_clears_the_block_around_its_address_and_nothing_else(void **state)
{
	static const struct {
		u8 op;
		u32 size;
	} erases[] = { { 0x20, KIB(4) }, { 0x52, KIB(32) }, { 0xd8, KIB(64) } };
	size_t i;

	EACH_PART(f)
	{
		for (i = 0; i < ARRAY_SIZE(erases); i++) {
			u32 base = 0x340000 & ~(erases[i].size - 1), size = erases[i].size;
			u8 *p = cells(f);

			if (!part_ && erases[i].op == 0x52)
				continue; /* the N25Q has none */
			memset(p + 0x300000, 0, MIB(1));
			erase(f, erases[i].op, base + size - 1);
			assert_int_equal(cells(f)[base], 0);
			wait_ready(f);
			assert_int_equal(p[base - 1], 0);
			assert_int_equal(p[base], 0xff);
			assert_memory_equal(p + base, p + base + 1, size - 1);
			assert_int_equal(p[base + size], 0);
		}
		assert_no_complaints(f);
	}
}

static void test_chip_erase_clears_everything(void **state)
{
	EACH_PART(f)
	{
		u8 *p = cells(f);
		u64 took;

		p[0] = p[0x654321] = p[CHIP_SIZE - 1] = 0;
		cmd(f, 0x06);
		cmd(f, 0xc7);
		took = wait_ready(f);
		assert_int_equal(p[0] & p[0x654321] & p[CHIP_SIZE - 1], 0xff);
		assert_true(took > 30 * PS_PER_S);
		assert_int_equal(f->sim.stats.nor.n_erases, 1);
		assert_no_complaints(f);
	}
}

static void test_read_runs_over_the_end_to_address_zero_and_ignores_high_address_bits(void **state)
{
	u8 got[4];

	EACH_PART(f)
	{
		u8 *p = cells(f);

		p[CHIP_SIZE - 2] = 0xa1;
		p[CHIP_SIZE - 1] = 0xa2;
		p[0] = 0xa3;
		p[1] = 0xa4;
		RECV(f, got, 4, .op = 0x03, .n_addr = 3, .addr = CHIP_SIZE - 2);
		ASSERT_BYTES(got, 0xa1, 0xa2, 0xa3, 0xa4);
		RECV(f, got, 2, .op = 0x0b, .n_addr = 3, .addr = CHIP_SIZE - 1, .dummy = 8);
		ASSERT_BYTES(got, 0xa2, 0xa3);
		assert_no_complaints(f);
	}
}

static void test_wrong_number_of_dummy_clocks_shifts_the_data(void **state)
{
	u8 got[2];

	EACH_PART(f)
	{
		cells(f)[0x100] = 0x12;
		cells(f)[0x101] = 0x34;
		RECV(f, got, 2, .op = 0x0b, .n_addr = 3, .addr = 0x100, .dummy = 12);
		assert_int_equal(got[0], 0x23);
		RECV(f, got, 2, .op = 0x0b, .n_addr = 3, .addr = 0x100, .dummy = 4);
		assert_int_equal(got[0], 0xf1); /* the line was pulled up */
	}
}

static void test_every_read_width_gets_the_same_bytes(void **state)
{
	u8 want[64], got[64];

	fill(want, sizeof(want), 77);
	EACH_PART(f)
	{
		bool micron = part_ < 2;

		memcpy(cells(f) + 0xabcd10, want, 64);
		if (!micron) { /* QE */
			cmd(f, 0x50);
			set_reg(f, 0x31, 0x02);
		}
		RECV(f, got, 64, .op = 0x3b, .n_addr = 3, .addr = 0xabcd10, .dummy = 8,
		     .data_lines = 2);
		assert_memory_equal(got, want, 64);
		memset(got, 0, 64);
		RECV(f, got, 64, .op = 0xbb, .n_addr = 3, .addr = 0xabcd10, .addr_lines = 2,
		     .data_lines = 2, .has_mode = !micron, .mode = 0xff, .dummy = micron ? 8 : 0);
		assert_memory_equal(got, want, 64);
		memset(got, 0, 64);
		RECV(f, got, 64, .op = 0x6b, .n_addr = 3, .addr = 0xabcd10, .dummy = 8,
		     .data_lines = 4);
		assert_memory_equal(got, want, 64);
		memset(got, 0, 64);
		RECV(f, got, 64, .op = 0xeb, .n_addr = 3, .addr = 0xabcd10, .addr_lines = 4,
		     .data_lines = 4, .has_mode = !micron, .mode = 0xff, .dummy = micron ? 10 : 4);
		assert_memory_equal(got, want, 64);
		assert_no_complaints(f);
	}
}

static void test_quad_page_program_writes_what_single_does(void **state)
{
	u8 buf[256];

	fill(buf, sizeof(buf), 21);
	EACH_PART(f)
	{
		if (part_ == 2) {
			cmd(f, 0x50);
			set_reg(f, 0x31, 0x02);
		}
		cmd(f, 0x06);
		SEND(f, buf, 256, .op = 0x32, .n_addr = 3, .addr = 0x8000, .data_lines = 4);
		wait_ready(f);
		assert_memory_equal(cells(f) + 0x8000, buf, 256);
		assert_no_complaints(f);
	}
}

static void test_sfdp_is_read_with_three_address_bytes_and_eight_dummies(void **state)
{
	u8 got[16];

	EACH_PART(f)
	{
		RECV(f, got, 16, .op = 0x5a, .n_addr = 3, .dummy = 8);
		ASSERT_BYTES(got, 'S', 'F', 'D', 'P');
		assert_int_equal(got[8], 0); /* BFPT */
		RECV(f, got, 4, .op = 0x5a, .n_addr = 3, .dummy = 8, .addr = got[12] + 4);
		assert_int_equal(get_le32(got), 8 * CHIP_SIZE - 1);
		assert_no_complaints(f);
	}
}

static void test_reset_needs_66h_just_before_99h(void **state)
{
	EACH_PART(f)
	{
		cmd(f, 0x06);
		cmd(f, 0x99);
		assert_complaint(f, "without reset enable");
		assert_int_equal(reg(f, 0x05), 2);
		cmd(f, 0x66);
		assert_int_equal(reg(f, 0x05), 2); /* a frame between */
		cmd(f, 0x99);
		assert_int_equal(reg(f, 0x05), 2);
		sim_clear_complaints(&f->sim);
		cmd(f, 0x66);
		cmd(f, 0x99);
		wait_ps(f, PS_PER_MS);
		assert_int_equal(reg(f, 0x05), 0);
		assert_no_complaints(f);
	}
}

static void test_nothing_is_heard_right_after_a_reset(void **state)
{
	EACH_PART(f)
	{
		program(f, 0, BYTES(0), 1);
		cmd(f, 0x66);
		cmd(f, 0x99);
		assert_int_equal(reg(f, 0x05), 0xff);
		wait_ps(f, 40 * PS_PER_US);
		assert_int_equal(reg(f, 0x05), 0);
	}
}

#define T(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_unknown_part_is_refused),
		T(test_each_part_answers_9fh_with_its_id),
		T(test_nothing_is_driven_before_the_answer_and_after_cs_rises),
		T(test_unknown_opcodes_leave_the_output_floating),
		T(test_opcode_cut_short_is_as_if_nothing_was_sent),
		T(test_wren_sets_and_wrdi_clears_wel),
		T(test_wren_with_a_clock_too_many_is_ignored),
		T(test_program_reaches_the_cells_when_the_busy_time_is_over),
		T(test_program_without_write_enable_is_ignored_and_a_mistake),
		T(test_program_after_a_write_enable_that_met_a_busy_chip_is_counted_only),
		T(test_program_ignored_while_busy_uses_the_excuse_up),
		T(test_write_enable_that_was_heard_ends_the_excuse),
		T(test_busy_chip_hears_only_status_suspend_and_reset),
		T(test_programming_only_clears_bits),
		T(test_program_past_the_page_end_wraps_to_its_start),
		T(test_of_more_than_a_page_the_last_256_bytes_stay),
		T(test_program_that_ends_off_a_byte_boundary_does_nothing),
		T(test_program_without_data_or_whole_address_does_nothing),
		T(test_erase_with_bytes_after_its_address_does_nothing),
		T(test_erase_clears_the_block_around_its_address_and_nothing_else),
		T(test_chip_erase_clears_everything),
		T(test_read_runs_over_the_end_to_address_zero_and_ignores_high_address_bits),
		T(test_wrong_number_of_dummy_clocks_shifts_the_data),
		T(test_every_read_width_gets_the_same_bytes),
		T(test_quad_page_program_writes_what_single_does),
		T(test_sfdp_is_read_with_three_address_bytes_and_eight_dummies),
		T(test_reset_needs_66h_just_before_99h),
		T(test_nothing_is_heard_right_after_a_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
