// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The virtual AHB-AP: registers, byte lanes, packed transfers, TAR, what stands in the way of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sim/vahbap.h"
#include "tests/support/fake-mcu.h"

#define CSW    0x00
#define TAR    0x04
#define DRW    0x0c
#define BD(n)  (0x10 + 4 * (n))
#define CFG    0xf4
#define BASE   0xf8
#define IDR    0xfc

#define BYTE   0
#define HALF   1
#define WORD   2
#define SINGLE 0x10
#define PACKED 0x20

struct fix {
	struct sim sim;
	struct mcu *mcu;
	struct ahbap ap;
	struct ahbap_access a;
	u64 now;
};

static int setup(void **state)
{
	struct fix *f = calloc(1, sizeof(*f));
	struct sim_opts opts = { .seed = 3 };

	assert_non_null(f);
	assert_int_equal(sim_core_init(&f->sim, &opts, NULL), 0);
	f->mcu = mcu_new(&f->sim);
	ahbap_init(&f->ap, &f->sim, f->mcu);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fix *f = *state;

	mcu_free(f->mcu);
	sim_core_exit(&f->sim);
	free(f);
	return 0;
}

static void access(struct fix *f, u8 reg, bool write, u32 data)
{
	f->a = (struct ahbap_access){
		.reg = reg, .write = write, .data = data, .start_ps = f->now
	};
	ahbap_do(&f->ap, &f->a);
	f->now += PS_PER_MS;
}

static void wr(struct fix *f, u8 reg, u32 data)
{
	access(f, reg, true, data);
	assert_false(f->a.error);
}

static u32 rd(struct fix *f, u8 reg)
{
	access(f, reg, false, 0);
	assert_false(f->a.error);
	return f->a.data;
}

static void at(struct fix *f, u32 csw, u32 tar)
{
	wr(f, CSW, 0x03000000 | csw);
	wr(f, TAR, tar);
}

static void fill(struct fix *f)
{
	unsigned int i;

	for (i = 0; i < 8192; i++)
		f->mcu->ram[i] = (u8)(i ^ i >> 8);
}

static void test_identification_registers(void **state)
{
	struct fix *f = *state;

	assert_int_equal(rd(f, IDR), 0x24770011);
	assert_int_equal(rd(f, BASE), 0xe00ff003);
	assert_int_equal(rd(f, CFG), 0);
	wr(f, IDR, 0);
	assert_int_equal(rd(f, IDR), 0x24770011);
	assert_int_equal(rd(f, 0x30), 0);
}

static void test_csw_size_or_increment_not_supported_reads_back_another_value(void **state)
{
	struct fix *f = *state;

	wr(f, CSW, 0x23000012);
	assert_int_equal(rd(f, CSW), 0x23000052);
	wr(f, CSW, 0xa3000003);
	assert_int_equal(rd(f, CSW), 0x23000042);
	wr(f, CSW, 0x23000fb7);
	assert_int_equal(rd(f, CSW) & 0x3f, WORD);
	wr(f, CSW, 0x23000020);
	assert_int_equal(rd(f, CSW) & 0x3f, PACKED | BYTE);
}

static void test_tar_wraps_at_4_kib(void **state)
{
	struct fix *f = *state;

	at(f, WORD | SINGLE, FAKE_RAM + 0x3fc);
	rd(f, DRW);
	assert_int_equal(rd(f, TAR), FAKE_RAM + 0x400);
	wr(f, TAR, FAKE_RAM + 0x1ffc);
	rd(f, DRW);
	assert_int_equal(rd(f, TAR), FAKE_RAM + 0x1000);
}

static void test_tar_counts_up_by_the_size_of_the_access(void **state)
{
	struct fix *f = *state;

	at(f, BYTE | SINGLE, FAKE_RAM + 3);
	rd(f, DRW);
	assert_int_equal(rd(f, TAR), FAKE_RAM + 4);
	at(f, HALF | SINGLE, FAKE_RAM + 2);
	rd(f, DRW);
	assert_int_equal(rd(f, TAR), FAKE_RAM + 4);
	at(f, BYTE | PACKED, FAKE_RAM);
	rd(f, DRW);
	assert_int_equal(rd(f, TAR), FAKE_RAM + 4);
	at(f, WORD, FAKE_RAM);
	rd(f, DRW);
	assert_int_equal(rd(f, TAR), FAKE_RAM);
}

static void test_tar_counts_up_after_an_access_that_ended_in_a_bus_error(void **state)
{
	struct fix *f = *state;

	at(f, WORD | SINGLE, 0x08000000);
	access(f, DRW, true, 0);
	assert_true(f->a.error);
	assert_int_equal(rd(f, TAR), 0x08000004);
}

static void test_byte_write_at_address_2_takes_bits_23_16(void **state)
{
	struct fix *f = *state;

	at(f, BYTE, FAKE_RAM + 2);
	wr(f, DRW, 0x11223344);
	assert_int_equal(fake_ram32(f->mcu, FAKE_RAM), 0x00220000);
	at(f, HALF, FAKE_RAM + 6);
	wr(f, DRW, 0x11223344);
	assert_int_equal(fake_ram32(f->mcu, FAKE_RAM + 4), 0x11220000);
}

static void test_byte_reads_have_rubbish_in_the_other_lanes(void **state)
{
	struct fix *f = *state;
	u32 seen_or = 0, seen_and = 0xffffffff, v;
	unsigned int i;

	fill(f);
	for (i = 0; i < 32; i++) {
		at(f, BYTE, FAKE_RAM + 2);
		v = rd(f, DRW);
		assert_int_equal(v >> 16 & 0xff, 2);
		seen_or |= v;
		seen_and &= v;
	}
	assert_int_equal(seen_or | 0xff0000, 0xffffffff);
	assert_int_equal(seen_and & ~0xff0000u, 0);
}

static void test_packed_byte_write_starting_at_address_1_uses_lanes_1_2_3_0(void **state)
{
	struct fix *f = *state;
	unsigned int i;

	at(f, BYTE | PACKED, FAKE_RAM + 1);
	wr(f, DRW, 0x44332211);
	assert_int_equal(f->mcu->n_access, 4);
	for (i = 0; i < 4; i++)
		assert_int_equal(f->mcu->order[i], 1 + i);
	assert_int_equal(fake_ram32(f->mcu, FAKE_RAM), 0x44332200);
	assert_int_equal(fake_ram32(f->mcu, FAKE_RAM + 4), 0x11);
	assert_int_equal(rd(f, TAR), FAKE_RAM + 5);
}

static void test_packed_halfword_read_fills_both_lanes(void **state)
{
	struct fix *f = *state;

	fill(f);
	at(f, HALF | PACKED, FAKE_RAM + 8);
	assert_int_equal(rd(f, DRW), 0x0b0a0908);
	assert_int_equal(f->mcu->n_access, 2);
}

static void test_packed_transfer_stops_at_the_item_that_fails(void **state)
{
	struct fix *f = *state;

	at(f, BYTE | PACKED, FAKE_RAM + FAKE_RAM_SIZE - 2);
	f->mcu->n_access = 0;
	/* the wrap keeps it inside the 4 KiB block: no error, and back at its start */
	wr(f, DRW, 0x44332211);
	assert_int_equal(f->mcu->ram[FAKE_RAM_SIZE - 0x1000], 0x11);
	at(f, BYTE | PACKED, 0x08000000);
	f->mcu->n_access = 0;
	access(f, DRW, true, 0);
	assert_true(f->a.error);
	assert_int_equal(f->mcu->n_access, 1);
}

static void test_bd1_reaches_the_16_byte_block_of_tar_plus_4_and_moves_nothing(void **state)
{
	struct fix *f = *state;
	unsigned int i;

	at(f, BYTE | SINGLE, FAKE_RAM + 0x18);
	for (i = 0; i < 4; i++)
		wr(f, (u8)BD(i), 0x100 + i);
	assert_int_equal(fake_ram32(f->mcu, FAKE_RAM + 0x14), 0x101);
	assert_int_equal(fake_ram32(f->mcu, FAKE_RAM + 0x1c), 0x103);
	assert_int_equal(rd(f, (u8)BD(2)), 0x102);
	assert_int_equal(rd(f, TAR), FAKE_RAM + 0x18);
}

static void test_unaligned_tar_is_reported_and_masked(void **state)
{
	struct fix *f = *state;

	at(f, WORD, FAKE_RAM + 2);
	wr(f, DRW, 5);
	assert_int_equal(fake_ram32(f->mcu, FAKE_RAM), 5);
	assert_int_equal(sim_n_complaints(&f->sim), 1);
}

static void test_deviceen_0_turns_memory_access_into_an_error_registers_stay_readable(void **state)
{
	struct fix *f = *state;

	at(f, WORD, FAKE_RAM);
	f->mcu->debug = false;
	access(f, DRW, false, 0);
	assert_true(f->a.error);
	access(f, (u8)BD(0), true, 0);
	assert_true(f->a.error);
	assert_int_equal(f->mcu->n_access, 0);
	assert_int_equal(rd(f, IDR), 0x24770011);
	assert_int_equal(rd(f, CSW) & BIT(6), 0);
	assert_int_equal(rd(f, TAR), FAKE_RAM);
}

static void test_sleep_without_dbg_sleep_makes_reads_rubbish_with_ok(void **state)
{
	struct fix *f = *state;

	at(f, WORD, FAKE_RAM);
	put_le32(f->mcu->ram, 0x600d600d);
	f->mcu->rubbish = true;
	assert_int_not_equal(rd(f, DRW), 0x600d600d);
	f->mcu->rubbish = false;
	assert_int_equal(rd(f, DRW), 0x600d600d);
}

static void test_an_access_costs_six_bus_clocks_and_the_slaves_own_time(void **state)
{
	struct fix *f = *state;
	u64 clk = PS_PER_S / 4000000;

	f->mcu->hclk_hz = 4000000;
	at(f, WORD, FAKE_RAM);
	rd(f, DRW);
	assert_int_equal(f->a.done_ps - f->a.start_ps, 6 * clk);
	assert_int_equal(f->mcu->last.at_ps - f->a.start_ps, 4 * clk);
	rd(f, TAR);
	assert_int_equal(f->a.done_ps - f->a.start_ps, 6 * clk);
	wr(f, TAR, FAKE_SLOW);
	rd(f, DRW);
	assert_int_equal(f->a.done_ps - f->a.start_ps, 6 * clk + f->mcu->slow_ps);
	wr(f, TAR, FAKE_HANG);
	rd(f, DRW);
	assert_true(f->a.done_ps == SIM_NEVER);
}

static void test_power_on_resets_csw_and_leaves_tar_unknown(void **state)
{
	struct fix *f = *state;

	at(f, BYTE | PACKED, FAKE_RAM);
	ahbap_reset(&f->ap);
	assert_int_equal(rd(f, CSW), 0x03000042);
	assert_int_not_equal(rd(f, TAR), FAKE_RAM);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_identification_registers),
		T(test_csw_size_or_increment_not_supported_reads_back_another_value),
		T(test_tar_wraps_at_4_kib),
		T(test_tar_counts_up_by_the_size_of_the_access),
		T(test_tar_counts_up_after_an_access_that_ended_in_a_bus_error),
		T(test_byte_write_at_address_2_takes_bits_23_16),
		T(test_byte_reads_have_rubbish_in_the_other_lanes),
		T(test_packed_byte_write_starting_at_address_1_uses_lanes_1_2_3_0),
		T(test_packed_halfword_read_fills_both_lanes),
		T(test_packed_transfer_stops_at_the_item_that_fails),
		T(test_bd1_reaches_the_16_byte_block_of_tar_plus_4_and_moves_nothing),
		T(test_unaligned_tar_is_reported_and_masked),
		T(test_deviceen_0_turns_memory_access_into_an_error_registers_stay_readable),
		T(test_sleep_without_dbg_sleep_makes_reads_rubbish_with_ok),
		T(test_an_access_costs_six_bus_clocks_and_the_slaves_own_time),
		T(test_power_on_resets_csw_and_leaves_tar_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
