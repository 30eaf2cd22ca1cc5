// SPDX-License-Identifier: GPL-2.0-or-later
/* the debug unit of the virtual Cortex-M4 */
#include "tests/support/mcu-bus.h"

#define CPUID	     0xe000ed00u
#define AIRCR	     0xe000ed0cu
#define DFSR	     0xe000ed30u
#define DHCSR	     0xe000edf0u
#define DCRSR	     0xe000edf4u
#define DCRDR	     0xe000edf8u
#define DEMCR	     0xe000edfcu
#define DWT_CTRL     0xe0001000u
#define DWT_CYCCNT   0xe0001004u
#define FP_CTRL	     0xe0002000u
#define ROM	     0xe00ff000u

#define C_DEBUGEN    BIT(0)
#define C_HALT	     BIT(1)
#define C_STEP	     BIT(2)
#define C_MASKINTS   BIT(3)
#define S_REGRDY     BIT(16)
#define S_HALT	     BIT(17)
#define S_SLEEP	     BIT(18)
#define S_LOCKUP     BIT(19)
#define S_RETIRE_ST  BIT(24)
#define S_RESET_ST   BIT(25)
#define KEY	     0xa05f0000u

#define VC_CORE	     BIT(0)
#define TRCENA	     BIT(24)
#define HALTED	     BIT(0)
#define BKPT	     BIT(1)
#define VCATCH	     BIT(3)

#define FLASH	     0x08000000u
#define RESET_PC     0x08000400u

#define BUS_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, bus_teardown)

/* a part whose flash holds a program: vectors, and a loop of nops at RESET_PC */
static int setup(void **state)
{
	struct mcu_bus *b;
	size_t size;
	u8 *flash;
	u32 i;

	bus_setup(state);
	b = *state;
	flash = mcu_flash(b->mcu, &size);
	put_le32(flash, 0x20018000);
	put_le32(flash + 4, RESET_PC | 1);
	for (i = 0; i < 256; i += 4)
		put_le32(flash + (RESET_PC - FLASH) + i, 0xbf00bf00); /* nop */
	put_le32(flash + (RESET_PC - FLASH) + i, 0xe77e);	      /* b RESET_PC */
	mcu_set_power(b->mcu, false);
	mcu_set_power(b->mcu, true);
	pass_us(b, 1000);
	return 0;
}

static void halt(struct mcu_bus *b)
{
	wr(b, DHCSR, KEY | C_DEBUGEN | C_HALT);
	assert_true(mcu_core_halted(b->mcu));
}

static u32 get_reg(struct mcu_bus *b, u32 n)
{
	wr(b, DCRSR, n);
	pass_us(b, 2);
	assert_true(rd(b, DHCSR) & S_REGRDY);
	return rd(b, DCRDR);
}

static void set_reg(struct mcu_bus *b, u32 n, u32 v)
{
	wr(b, DCRDR, v);
	wr(b, DCRSR, n | BIT(16));
	pass_us(b, 2);
}

static void test_cpuid_is_a_cortex_m4_r0p1_with_fpu(void **state)
{
	struct mcu_bus *b = *state;

	assert_int_equal(rd(b, CPUID), 0x410fc241);
	assert_int_equal(rd(b, 0xe000ef40), 0x10110021);
	assert_int_equal(rd(b, 0xe000ef44), 0x11000011);
}

static void test_ppb_takes_words_only(void **state)
{
	struct mcu_bus *b = *state;

	rd_n(b, DHCSR, 1);
	assert_int_equal(b->resp, BUS_ERROR);
	rd_n(b, DHCSR, 2);
	assert_int_equal(b->resp, BUS_ERROR);
	assert_int_equal(wr_n(b, DEMCR, 1, 2), BUS_ERROR);
	assert_int_equal(rd(b, DEMCR), 0);
}

static void test_dhcsr_write_without_its_key_changes_nothing(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, DHCSR, C_DEBUGEN | C_HALT);
	assert_int_equal(rd(b, DHCSR) & (C_DEBUGEN | C_HALT | S_HALT), 0);
	assert_true(complained(b, "key"));
}

static void test_c_halt_without_c_debugen_does_nothing(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, DHCSR, KEY | C_HALT);
	assert_int_equal(rd(b, DHCSR) & (C_DEBUGEN | C_HALT | S_HALT), 0);
}

static void test_halt_and_resume(void **state)
{
	struct mcu_bus *b = *state;

	halt(b);
	assert_int_equal(rd(b, DHCSR) & (C_DEBUGEN | C_HALT | S_HALT), C_DEBUGEN | C_HALT | S_HALT);
	assert_int_equal(rd(b, DFSR), HALTED);
	wr(b, DHCSR, KEY | C_DEBUGEN);
	assert_int_equal(rd(b, DHCSR) & (C_DEBUGEN | C_HALT | S_HALT), C_DEBUGEN);
	wr(b, DFSR, HALTED);
	assert_int_equal(rd(b, DFSR), 0);
	assert_no_complaint(b);
}

static void test_clearing_c_debugen_lets_a_halted_core_go(void **state)
{
	struct mcu_bus *b = *state;

	halt(b);
	wr(b, DHCSR, KEY);
	assert_int_equal(rd(b, DHCSR) & (C_DEBUGEN | C_HALT | S_HALT), 0);
	assert_false(mcu_core_halted(b->mcu));
}

static void test_a_running_core_retires_instructions_and_moves_its_pc(void **state)
{
	struct mcu_bus *b = *state;
	u32 pc[2];
	unsigned int i;

	rd(b, DHCSR);
	pass_us(b, 10);
	assert_true(rd(b, DHCSR) & S_RETIRE_ST);
	for (i = 0; i < 2; i++) {
		halt(b);
		pc[i] = get_reg(b, 15);
		assert_in_range(pc[i], RESET_PC, RESET_PC + 0x100);
		rd(b, DHCSR);
		assert_false(rd(b, DHCSR) & S_RETIRE_ST);
		wr(b, DHCSR, KEY | C_DEBUGEN);
		pass_us(b, 7);
	}
	assert_int_not_equal(pc[0], pc[1]);
}

static void test_sticky_bits_are_cleared_by_the_read_itself(void **state)
{
	struct mcu_bus *b = *state;

	halt(b);
	assert_true(rd(b, DHCSR) & S_RESET_ST); /* of the power-on */
	assert_false(rd(b, DHCSR) & (S_RESET_ST | S_RETIRE_ST));
	wr(b, AIRCR, 0x05fa0004);
	pass_us(b, 100);
	assert_true(rd(b, DHCSR) & S_RESET_ST);
	assert_false(rd(b, DHCSR) & S_RESET_ST);
}

static void test_core_registers_round_trip(void **state)
{
	static const u8 regs[] = { 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10,
				   11, 12, 14, 15, 17, 18, 33, 64, 70, 95 };
	struct mcu_bus *b = *state;
	size_t i;

	halt(b);
	for (i = 0; i < ARRAY_SIZE(regs); i++)
		set_reg(b, regs[i], 0x20000100 + 4 * regs[i]);
	for (i = 0; i < ARRAY_SIZE(regs); i++)
		assert_int_equal(get_reg(b, regs[i]), 0x20000100 + 4 * regs[i]);
	assert_int_equal(get_reg(b, 13), get_reg(b, 17));
	set_reg(b, 20, 0x02000001); /* SPSEL: r13 is PSP now */
	assert_int_equal(get_reg(b, 20), 0x02000001);
	assert_int_equal(get_reg(b, 13), get_reg(b, 18));
	set_reg(b, 16, 0x61000000);
	assert_int_equal(get_reg(b, 16), 0x61000000);
	set_reg(b, 15, 0x20000101);
	assert_int_equal(get_reg(b, 15), 0x20000100);
	assert_no_complaint(b);
}

static void test_s_regrdy_falls_with_dcrsr_until_the_transfer_is_done(void **state)
{
	struct mcu_bus *b = *state;

	halt(b);
	wr(b, DCRSR, 0);
	/* one access later at 4 MHz the transfer still runs */
	assert_false(rd(b, DHCSR) & S_REGRDY);
	pass_us(b, 2);
	assert_true(rd(b, DHCSR) & S_REGRDY);
}

static void test_dcrsr_while_running_changes_nothing(void **state)
{
	struct mcu_bus *b = *state;
	u32 r0;

	halt(b);
	r0 = get_reg(b, 0);
	wr(b, DHCSR, KEY | C_DEBUGEN);
	set_reg(b, 0, ~r0);
	assert_true(complained(b, "not halted"));
	halt(b);
	assert_int_equal(get_reg(b, 0), r0);
}

static void test_step_retires_one_instruction(void **state)
{
	struct mcu_bus *b = *state;

	halt(b);
	set_reg(b, 15, RESET_PC);
	wr(b, DFSR, 0x1f);
	rd(b, DHCSR);
	wr(b, DHCSR, KEY | C_DEBUGEN | C_HALT | C_MASKINTS);
	wr(b, DHCSR, KEY | C_DEBUGEN | C_STEP | C_MASKINTS);
	assert_int_equal(rd(b, DHCSR) & (S_HALT | S_RETIRE_ST), S_HALT | S_RETIRE_ST);
	assert_int_equal(rd(b, DFSR), HALTED);
	assert_int_equal(get_reg(b, 15), RESET_PC + 2);
	assert_no_complaint(b);
}

static void test_step_over_a_wide_instruction_moves_four_bytes(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, 0x20000000, 0x8000f3af); /* nop.w */
	halt(b);
	set_reg(b, 15, 0x20000000);
	wr(b, DHCSR, KEY | C_DEBUGEN | C_STEP);
	assert_int_equal(get_reg(b, 15), 0x20000004);
}

static void test_maskints_changed_on_the_fly_is_reported(void **state)
{
	struct mcu_bus *b = *state;

	halt(b);
	wr(b, DHCSR, KEY | C_DEBUGEN | C_MASKINTS);
	assert_true(complained(b, "C_MASKINTS"));
}

static void test_bkpt_halts_a_debugged_core(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, 0x20000010, 0xbe00bf00);
	halt(b);
	wr(b, DFSR, 0x1f);
	set_reg(b, 15, 0x20000012);
	wr(b, DHCSR, KEY | C_DEBUGEN);
	assert_true(rd(b, DHCSR) & S_HALT);
	assert_int_equal(rd(b, DFSR), BKPT);
	assert_int_equal(get_reg(b, 15), 0x20000012);
}

static void test_vector_catch_halts_at_the_reset_vector(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, DHCSR, KEY | C_DEBUGEN);
	wr(b, DEMCR, VC_CORE | TRCENA);
	rd(b, DHCSR);
	wr(b, DFSR, 0x1f);
	wr(b, AIRCR, 0x05fa0004);
	pass_us(b, 100);
	assert_int_equal(rd(b, DHCSR) & (S_HALT | S_RESET_ST), S_HALT | S_RESET_ST);
	assert_int_equal(rd(b, DFSR), VCATCH);
	assert_int_equal(get_reg(b, 15), RESET_PC);
	assert_int_equal(get_reg(b, 17), 0x20018000);
	assert_int_equal(get_reg(b, 14), 0xffffffff);
	assert_int_equal(get_reg(b, 16), 0x01000000);
	assert_no_complaint(b);
}

static void test_vector_catch_needs_c_debugen(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, DEMCR, VC_CORE);
	wr(b, AIRCR, 0x05fa0004);
	pass_us(b, 100);
	assert_false(rd(b, DHCSR) & S_HALT);
}

static void test_c_debugen_and_demcr_survive_resets_c_halt_does_not(void **state)
{
	struct mcu_bus *b = *state;

	halt(b);
	wr(b, DEMCR, TRCENA | BIT(10) | BIT(16));
	wr(b, FP_CTRL, 3);
	wr(b, AIRCR, 0x05fa0004);
	pass_us(b, 100);
	assert_int_equal(rd(b, DHCSR) & (C_DEBUGEN | C_HALT | S_HALT), C_DEBUGEN);
	assert_int_equal(rd(b, DEMCR), TRCENA | BIT(10)); /* MON_EN is the system's */
	assert_int_equal(rd(b, FP_CTRL), 0x261);
	halt(b);
	mcu_set_nrst(b->mcu, true);
	mcu_set_nrst(b->mcu, false);
	pass_us(b, 100);
	assert_int_equal(rd(b, DHCSR) & (C_DEBUGEN | C_HALT | S_HALT), C_DEBUGEN);
	mcu_set_power(b->mcu, false);
	mcu_set_power(b->mcu, true);
	pass_us(b, 1000);
	assert_int_equal(rd(b, DHCSR) & C_DEBUGEN, 0);
	assert_int_equal(rd(b, DEMCR), 0);
	assert_int_equal(rd(b, FP_CTRL), 0x260);
}

static void test_c_halt_written_under_reset_halts_at_its_end(void **state)
{
	struct mcu_bus *b = *state;

	mcu_set_nrst(b->mcu, true);
	wr(b, DHCSR, KEY | C_DEBUGEN | C_HALT);
	assert_false(rd(b, DHCSR) & S_HALT);
	mcu_set_nrst(b->mcu, false);
	pass_us(b, 100);
	assert_true(rd(b, DHCSR) & S_HALT);
	assert_int_equal(get_reg(b, 15), RESET_PC);
}

static void test_aircr_needs_its_key_and_reads_fa05(void **state)
{
	struct mcu_bus *b = *state;

	rd(b, DHCSR);
	wr(b, AIRCR, 4);
	pass_us(b, 100);
	assert_false(rd(b, DHCSR) & S_RESET_ST);
	assert_true(complained(b, "AIRCR"));
	assert_int_equal(rd(b, AIRCR), 0xfa050000);
}

static void test_vectreset_resets_the_core_alone(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, 0x40021048, 0x1101);
	wr(b, DEMCR, VC_CORE);
	halt(b);
	set_reg(b, 15, 0x20000000);
	wr(b, AIRCR, 0x05fa0001);
	assert_true(rd(b, DHCSR) & S_HALT);
	assert_int_equal(get_reg(b, 15), RESET_PC);
	assert_int_equal(rd(b, 0x40021048), 0x1101);
	assert_false(mcu_nrst_low(b->mcu));
}

static void test_vectreset_of_a_running_core_is_reported(void **state)
{
	struct mcu_bus *b = *state;

	rd(b, DHCSR);
	wr(b, AIRCR, 0x05fa0001);
	assert_true(complained(b, "VECTRESET"));
	assert_false(rd(b, DHCSR) & S_RESET_ST);
}

static void test_blank_flash_locks_the_core_up_and_a_halt_ends_it(void **state)
{
	struct mcu_bus *b = *state;
	size_t size;

	memset(mcu_flash(b->mcu, &size), 0xff, 4096);
	wr(b, AIRCR, 0x05fa0004);
	pass_us(b, 100);
	assert_int_equal(rd(b, DHCSR) & (S_LOCKUP | S_HALT), S_LOCKUP);
	halt(b);
	assert_int_equal(rd(b, DHCSR) & (S_LOCKUP | S_HALT), S_HALT);
	assert_int_equal(get_reg(b, 15), 0xfffffffe);
}

static void test_a_vector_without_the_thumb_bit_locks_up(void **state)
{
	struct mcu_bus *b = *state;
	size_t size;

	put_le32(mcu_flash(b->mcu, &size) + 4, RESET_PC);
	wr(b, AIRCR, 0x05fa0004);
	pass_us(b, 100);
	assert_true(rd(b, DHCSR) & S_LOCKUP);
}

static void test_sleeping_core_shows_s_sleep_and_retires_nothing(void **state)
{
	struct mcu_bus *b = *state;

	mcu_set_sleep(b->mcu, MCU_SLEEP);
	rd(b, DHCSR);
	pass_us(b, 100);
	assert_int_equal(rd(b, DHCSR) & (S_SLEEP | S_RETIRE_ST), S_SLEEP);
	halt(b);
	assert_int_equal(rd(b, DHCSR) & (S_SLEEP | S_HALT), S_HALT);
}

static void test_dwt_and_itm_read_zero_without_trcena(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, DWT_CTRL, 1);
	assert_int_equal(rd(b, DWT_CTRL), 0);
	assert_int_equal(rd(b, 0xe0001fe0), 0);
	assert_int_equal(rd(b, 0xe0000fe0), 0);
	wr(b, DEMCR, TRCENA);
	assert_int_equal(rd(b, DWT_CTRL), 0x40000000);
	assert_int_equal(rd(b, 0xe0001fe0), 0x02);
	assert_int_equal(rd(b, 0xe0000fe0), 0x01);
}

static void test_fpb_has_six_and_two_comparators_and_needs_its_key(void **state)
{
	struct mcu_bus *b = *state;
	u32 i;

	assert_int_equal(rd(b, FP_CTRL), 0x260);
	wr(b, FP_CTRL, 1);
	assert_int_equal(rd(b, FP_CTRL), 0x260);
	wr(b, FP_CTRL, 3);
	assert_int_equal(rd(b, FP_CTRL), 0x261);
	for (i = 0; i < 9; i++)
		wr(b, FP_CTRL + 8 + 4 * i, 0x48000401);
	assert_int_equal(rd(b, FP_CTRL + 8), 0x48000401);
	assert_int_equal(rd(b, FP_CTRL + 8 + 4 * 6), 0x08000401);
	assert_int_equal(rd(b, FP_CTRL + 8 + 4 * 8), 0);
}

static void test_cycle_counter_stands_still_while_halted(void **state)
{
	struct mcu_bus *b = *state;
	u32 c0, c1;

	wr(b, DEMCR, TRCENA);
	wr(b, DWT_CTRL, 1);
	c0 = rd(b, DWT_CYCCNT);
	pass_us(b, 100);
	c1 = rd(b, DWT_CYCCNT);
	assert_in_range(c1 - c0, 400, 410);
	halt(b);
	c0 = rd(b, DWT_CYCCNT);
	pass_us(b, 100);
	assert_int_equal(rd(b, DWT_CYCCNT), c0);
	assert_in_range(c0 - c1, 0, 20);
}

static void test_rom_table_leads_to_every_component(void **state)
{
	static const struct {
		u32 base, pidr0, pidr1;
	} found[] = {
		{ 0xe000e000, 0x0c, 0xb0 }, { 0xe0001000, 0x02, 0xb0 }, { 0xe0002000, 0x03, 0xb0 },
		{ 0xe0000000, 0x01, 0xb0 }, { 0xe0040000, 0xa1, 0xb9 }, { 0xe0041000, 0x25, 0xb9 },
	};
	struct mcu_bus *b = *state;
	u32 i;

	wr(b, DEMCR, TRCENA);
	assert_int_equal(rd(b, ROM + 0xff0), 0x0d);
	assert_int_equal(rd(b, ROM + 0xff4), 0x10);
	assert_int_equal(rd(b, ROM + 0xfe0), 0x15); /* DEV_ID 0x415, by ST */
	assert_int_equal(rd(b, ROM + 0xfe4), 0x04);
	assert_int_equal(rd(b, ROM + 0xfe8), 0x0a);
	for (i = 0; i < ARRAY_SIZE(found); i++) {
		u32 entry = rd(b, ROM + 4 * i);

		assert_int_equal(entry & 3, 3);
		assert_int_equal((entry & 0xfffff000) + ROM, found[i].base);
		assert_int_equal(rd(b, found[i].base + 0xfe0), found[i].pidr0);
		assert_int_equal(rd(b, found[i].base + 0xfe4), found[i].pidr1);
		assert_int_equal(rd(b, found[i].base + 0xffc), 0xb1);
	}
	assert_int_equal(rd(b, ROM + 4 * i), 0);
}

static void test_nvic_sets_and_clears_by_separate_registers(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, 0xe000e100, 0x00ff);
	wr(b, 0xe000e180, 0x000f);
	assert_int_equal(rd(b, 0xe000e100), 0x00f0);
	wr(b, 0xe000e108, 0xffffffff);
	assert_int_equal(rd(b, 0xe000e108), 0x0003ffff);
	wr(b, 0xe000e400, 0xffffffff);
	assert_int_equal(rd(b, 0xe000e400), 0xf0f0f0f0);
	wr(b, AIRCR, 0x05fa0004);
	pass_us(b, 100);
	assert_int_equal(rd(b, 0xe000e100), 0);
}

static void test_nothing_answers_beside_the_components(void **state)
{
	struct mcu_bus *b = *state;

	rd_n(b, 0xe0003000, 4);
	assert_int_equal(b->resp, BUS_ERROR);
	rd_n(b, 0xe0050000, 4);
	assert_int_equal(b->resp, BUS_ERROR);
}

static void test_dbgmcu_survives_all_but_power(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, 0xe0042004, 0xffffffff);
	wr(b, 0xe0042008, 0xffffffff);
	assert_int_equal(rd(b, 0xe0042004), 0xe7);
	assert_int_equal(rd(b, 0xe0042008), 0x82e01c3f);
	wr(b, AIRCR, 0x05fa0004);
	pass_us(b, 100);
	assert_int_equal(rd(b, 0xe0042004), 0xe7);
	mcu_set_power(b->mcu, false);
	mcu_set_power(b->mcu, true);
	pass_us(b, 1000);
	assert_int_equal(rd(b, 0xe0042004), 0);
	assert_int_equal(rd(b, 0xe0042008), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BUS_TEST(test_cpuid_is_a_cortex_m4_r0p1_with_fpu),
		BUS_TEST(test_ppb_takes_words_only),
		BUS_TEST(test_dhcsr_write_without_its_key_changes_nothing),
		BUS_TEST(test_c_halt_without_c_debugen_does_nothing),
		BUS_TEST(test_halt_and_resume),
		BUS_TEST(test_clearing_c_debugen_lets_a_halted_core_go),
		BUS_TEST(test_a_running_core_retires_instructions_and_moves_its_pc),
		BUS_TEST(test_sticky_bits_are_cleared_by_the_read_itself),
		BUS_TEST(test_core_registers_round_trip),
		BUS_TEST(test_s_regrdy_falls_with_dcrsr_until_the_transfer_is_done),
		BUS_TEST(test_dcrsr_while_running_changes_nothing),
		BUS_TEST(test_step_retires_one_instruction),
		BUS_TEST(test_step_over_a_wide_instruction_moves_four_bytes),
		BUS_TEST(test_maskints_changed_on_the_fly_is_reported),
		BUS_TEST(test_bkpt_halts_a_debugged_core),
		BUS_TEST(test_vector_catch_halts_at_the_reset_vector),
		BUS_TEST(test_vector_catch_needs_c_debugen),
		BUS_TEST(test_c_debugen_and_demcr_survive_resets_c_halt_does_not),
		BUS_TEST(test_c_halt_written_under_reset_halts_at_its_end),
		BUS_TEST(test_aircr_needs_its_key_and_reads_fa05),
		BUS_TEST(test_vectreset_resets_the_core_alone),
		BUS_TEST(test_vectreset_of_a_running_core_is_reported),
		BUS_TEST(test_blank_flash_locks_the_core_up_and_a_halt_ends_it),
		BUS_TEST(test_a_vector_without_the_thumb_bit_locks_up),
		BUS_TEST(test_sleeping_core_shows_s_sleep_and_retires_nothing),
		BUS_TEST(test_dwt_and_itm_read_zero_without_trcena),
		BUS_TEST(test_fpb_has_six_and_two_comparators_and_needs_its_key),
		BUS_TEST(test_cycle_counter_stands_still_while_halted),
		BUS_TEST(test_rom_table_leads_to_every_component),
		BUS_TEST(test_nvic_sets_and_clears_by_separate_registers),
		BUS_TEST(test_nothing_answers_beside_the_components),
		BUS_TEST(test_dbgmcu_survives_all_but_power),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
