// SPDX-License-Identifier: GPL-2.0-or-later
/* the virtual QUADSPI through its registers: when commands start, what they take, FIFO and DR */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/quadspi-recorder.h"

/* ---- registers ---- */

static void test_reset_clears_every_register(void **state)
{
	struct fix *f = *state;
	u32 reg;

	wr(f, ABR, 0x12345678);
	pins_unit_reset(&f->mcu, MCU_UNIT_QSPI, true);
	pins_unit_reset(&f->mcu, MCU_UNIT_QSPI, false);
	for (reg = 0; reg <= LPTR; reg += 4)
		if (reg != DR)
			assert_int_equal(rd(f, reg), 0);
	assert_int_equal(sim_n_complaints(&f->sim), 0);
}

static void test_without_clock_reads_zero_and_writes_nothing(void **state)
{
	struct fix *f = *state;

	f->mcu.off = BIT(MCU_UNIT_QSPI);
	wr(f, ABR, 0x55);
	assert_int_equal(rd(f, DCR), 0);
	assert_true(complained(f, "without a clock"));
	f->mcu.off = 0;
	assert_int_equal(rd(f, ABR), 0);
	assert_int_equal(rd(f, DCR), 23 << 16 | 1 << 8);
}

static void test_this_die_has_no_second_bank(void **state)
{
	struct fix *f = *state;

	wr(f, CR, 0xc0 | EN);
	assert_int_equal(rd(f, CR), EN);
}

static void test_registers_are_dropped_while_busy(void **state)
{
	struct fix *f = *state;

	wr(f, DLR, 99);
	wr(f, CCR, INSTR(0x05) | DATA1 | FM_READ);
	assert_int_equal(rd(f, SR) & BUSY, BUSY);
	wr(f, DLR, 3);
	wr(f, CCR, 0);
	wr(f, DCR, 0);
	assert_int_equal(rd(f, DLR), 99);
	assert_int_equal(rd(f, CCR), INSTR(0x05) | DATA1 | FM_READ);
	assert_int_equal(rd(f, DCR), 23 << 16 | 1 << 8);
	assert_int_equal(sim_n_complaints(&f->sim), 3);
	wr(f, CR, PRESC(1) | THRES(8) | EN); /* FTHRES may, PRESCALER may not */
	assert_int_equal(rd(f, CR), PRESC(3) | THRES(8) | EN);
	assert_int_equal(sim_n_complaints(&f->sim), 4);
	wr(f, AR, 0x1000); /* silently: everybody's HAL does it */
	assert_int_equal(rd(f, AR), 0);
	assert_int_equal(sim_n_complaints(&f->sim), 4);
}

/* ---- start rules ---- */

static void test_a_command_without_address_starts_with_ccr(void **state)
{
	struct fix *f = *state;

	wr(f, CCR, INSTR(0x06));
	assert_int_equal(rd(f, SR) & (BUSY | TCF), BUSY);
	wait_clocks(f, 20);
	assert_int_equal(rd(f, SR) & (BUSY | TCF), TCF);
	assert_pins(f, "s>06d");
}

static void test_a_command_with_address_starts_with_ar(void **state)
{
	struct fix *f = *state;

	wr(f, CCR, INSTR(0x20) | ADDR1);
	wait_clocks(f, 50);
	assert_pins(f, "");
	wr(f, AR, 0x123456);
	wait_clocks(f, 50);
	assert_pins(f, "s>20>12>34>56d");
}

static void test_a_write_with_data_starts_with_dr(void **state)
{
	struct fix *f = *state;

	wr(f, DLR, 1);
	wr(f, CCR, INSTR(0x02) | ADDR1 | DATA1);
	wr(f, AR, 0x000100);
	wait_clocks(f, 100);
	assert_pins(f, "");
	assert_int_equal(rd(f, SR), FTF);
	pins_write(&f->mcu, QSPI + DR, 2, 0xbbaa);
	wait_clocks(f, 100);
	assert_pins(f, "s>02>00>01>00>aa>bbd");
	assert_int_equal(rd(f, SR), FTF | TCF);
}

static void test_nothing_starts_while_disabled(void **state)
{
	struct fix *f = *state;

	wr(f, CR, PRESC(3));
	wr(f, CCR, INSTR(0x06));
	wait_clocks(f, 50);
	assert_pins(f, "");
	assert_int_equal(rd(f, SR), 0);
}

static void test_ccr_starts_only_with_its_lowest_byte(void **state)
{
	struct fix *f = *state;

	wr(f, CR, PRESC(3));
	wr(f, CCR, INSTR(0x06));
	wr(f, CR, PRESC(3) | EN);
	pins_write(&f->mcu, QSPI + CCR + 1, 1, 1);
	wait_clocks(f, 50);
	assert_pins(f, "");
	pins_write(&f->mcu, QSPI + CCR, 1, 0x04);
	wait_clocks(f, 50);
	assert_pins(f, "s>04d");
}

static void test_a_second_ar_write_reads_again(void **state)
{
	struct fix *f = *state;

	wr(f, DLR, 0);
	wr(f, CCR, INSTR(0x03) | ADDR1 | DATA1 | FM_READ);
	wr(f, AR, 0x10);
	wait_clocks(f, 60);
	abort_now(f);
	wr(f, AR, 0x20);
	wait_clocks(f, 60);
	assert_pins(f, "s>03>00>00>20<11d");
}

static void test_all_phases_with_their_widths(void **state)
{
	struct fix *f = *state;

	wr(f, DLR, 1);
	wr(f, ABR, 0xa5);
	wr(f, CCR, INSTR(0xeb) | ADDR4 | ALT4_8 | DCYC(4) | DATA4 | FM_READ);
	wr(f, AR, 0x010203);
	wait_clocks(f, 60);
	assert_int_equal(f->ev[1].lines, 1);
	assert_int_equal(f->ev[2].lines, 4);
	assert_int_equal(f->ev[5].lines, 4);
	assert_int_equal(f->ev[6].lines, 4);
	assert_pins(f, "s>eb>01>02>03>a5.04<10<11d");
}

static void test_sioo_sends_the_opcode_once_after_each_ccr_write(void **state)
{
	struct fix *f = *state;

	wr(f, CCR, INSTR(0x20) | ADDR1 | SIOO);
	wr(f, AR, 1);
	wait_clocks(f, 60);
	wr(f, AR, 2);
	wait_clocks(f, 60);
	wr(f, CCR, INSTR(0x20) | ADDR1 | SIOO);
	wr(f, AR, 3);
	wait_clocks(f, 60);
	assert_pins(f, "s>20>00>00>01ds>00>00>02ds>20>00>00>03d");
}

static void test_data_only_read_hangs_until_abort(void **state)
{
	struct fix *f = *state;

	wr(f, DLR, 0);
	wr(f, CCR, DATA1 | FM_READ);
	wait_clocks(f, 1000);
	assert_int_equal(rd(f, SR) & BUSY, BUSY);
	assert_true(complained(f, "data phase only"));
	abort_now(f);
}

static void test_fmode_1_without_data_phase_is_a_mistake(void **state)
{
	struct fix *f = *state;

	wr(f, CCR, INSTR(0x06) | FM_READ);
	wait_clocks(f, 50);
	assert_true(complained(f, "DMODE 0"));
	assert_int_equal(rd(f, SR) & BUSY, 0);
}

/* ---- time ---- */

static void test_transfer_takes_its_clocks(void **state)
{
	struct fix *f = *state;
	u64 t0;

	wr(f, DLR, 3);
	t0 = sim_now_ps(&f->sim);
	wr(f, CCR, INSTR(0x9f) | DATA1 | FM_READ);
	/* the third byte is in with the rising edge of clock 32, the first edge is one clock away */
	sim_advance_to(&f->sim, t0 + 32 * CLK_PS - 1);
	assert_int_equal(FLEVEL(rd(f, SR)), 2);
	sim_advance_to(&f->sim, t0 + 32 * CLK_PS);
	assert_int_equal(FLEVEL(rd(f, SR)), 3);
	assert_int_equal(rd(f, SR) & TCF, 0);
	sim_advance_to(&f->sim, t0 + 40 * CLK_PS);
	assert_int_equal(rd(f, SR) & TCF, TCF);
	wait_clocks(f, 5);
	rd(f, SR);
	assert_int_equal(last_at(f, 'd'), t0 + 41 * CLK_PS);
	assert_int_equal(f->clk.period_ps, CLK_PS);
}

static void test_ncs_stays_high_for_csht_clocks(void **state)
{
	struct fix *f = *state;
	u64 up;

	wr(f, DCR, 23 << 16 | 7 << 8);
	wr(f, CCR, INSTR(0x06));
	wait_clocks(f, 9); /* NCS rises right now */
	assert_int_equal(rd(f, SR) & BUSY, 0);
	up = last_at(f, 'd');
	wr(f, CCR, INSTR(0x04));
	assert_int_equal(rd(f, SR) & BUSY, BUSY);
	wait_clocks(f, 30);
	rd(f, SR);
	assert_int_equal(last_at(f, 's'), up + 8 * CLK_PS);
}

static void test_hclk_that_divides_badly_keeps_exact_time(void **state)
{
	struct fix *f = *state;
	u64 t0, want;

	f->mcu.hclk_hz = 30000000;
	wr(f, CR, PRESC(0) | EN);
	wr(f, DLR, 0xfffff);
	t0 = sim_now_ps(&f->sim);
	wr(f, CCR, INSTR(0x9f) | DATA1 | FM_READ);
	want = t0 + 16ull * 8 * PS_PER_S / 30000000 + 8ull * PS_PER_S / 30000000;
	sim_advance_to(&f->sim, want - 10);
	assert_int_equal(FLEVEL(rd(f, SR)), 15);
	sim_advance_to(&f->sim, want + 10);
	assert_int_equal(FLEVEL(rd(f, SR)), 16);
}

static void test_clock_beyond_the_pins_is_noticed(void **state)
{
	struct fix *f = *state;

	wr(f, CR, PRESC(0) | EN);
	wr(f, CCR, INSTR(0x06));
	wait_clocks(f, 20);
	rd(f, SR);
	assert_true(complained(f, "CLK of 80 MHz"));
}

/* ---- FIFO and DR ---- */

static void test_a_read_stops_at_16_bytes_and_goes_on_as_dr_is_read(void **state)
{
	struct fix *f = *state;
	unsigned int i;

	wr(f, DLR, 39);
	wr(f, CCR, INSTR(0x9f) | DATA1 | FM_READ);
	wait_clocks(f, 10000);
	assert_int_equal(rd(f, SR), 16 << 8 | BUSY | FTF);
	for (i = 0; i < 10; i++) {
		assert_int_equal(rd(f, DR), 0x13121110 + i * 0x04040404);
		wait_clocks(f, 100);
	}
	assert_int_equal(rd(f, SR) & TCF, TCF);
}

static void test_busy_stays_while_read_data_sits_in_the_fifo(void **state)
{
	struct fix *f = *state;

	wr(f, DLR, 0);
	wr(f, CCR, INSTR(0x05) | DATA1 | FM_READ);
	wait_clocks(f, 100);
	assert_int_equal(FLEVEL(rd(f, SR)), 1);
	assert_int_equal(rd(f, SR) & (BUSY | TCF | FTF), BUSY | TCF | FTF);
	pins_read(&f->mcu, QSPI + DR, 1);
	assert_int_equal(rd(f, SR) & (BUSY | FTF), 0);
}

/* of 100 reads, how many leave a byte behind */
static int reads_with_extra_byte(struct fix *f, u32 ccr, u32 prescaler)
{
	int with = 0, i;

	abort_now(f);
	wr(f, CR, PRESC(prescaler) | THRES(4) | EN);
	wr(f, DLR, 3);
	for (i = 0; i < 100; i++) {
		abort_now(f);
		wr(f, CCR, INSTR(0x9f) | ccr | FM_READ);
		wait_clocks(f, 100);
		rd(f, DR);
		if (FLEVEL(rd(f, SR))) {
			with++;
			assert_int_equal(rd(f, SR) & BUSY, BUSY);
		} else {
			assert_int_equal(rd(f, SR) & BUSY, 0);
		}
	}
	return with;
}

static void test_erratum_extra_byte_after_a_quad_ddr_read_now_and_then(void **state)
{
	int with = reads_with_extra_byte(*state, DATA4 | DDRM, 1);

	assert_true(with > 5 && with < 60);
	assert_int_equal(reads_with_extra_byte(*state, DATA4 | DDRM, 3), 0);
	assert_int_equal(reads_with_extra_byte(*state, DATA4, 1), 0);
	assert_int_equal(reads_with_extra_byte(*state, DATA1, 1), 0);
}

static void test_erratum_extra_byte_after_any_read_on_demand(void **state)
{
	struct fix *f = *state;
	int with;

	f->sim.faults.extra_byte = true;
	with = reads_with_extra_byte(f, DATA1, 3);
	assert_true(with > 5 && with < 60);
}

static void test_erratum_extra_byte_waits_for_room_in_a_full_fifo(void **state)
{
	struct fix *f = *state;
	int with = 0, i;

	f->sim.faults.extra_byte = true;
	wr(f, DLR, 15);
	for (i = 0; i < 60; i++) {
		abort_now(f);
		wr(f, CCR, INSTR(0x9f) | DATA1 | FM_READ);
		wait_clocks(f, 200);
		assert_int_equal(FLEVEL(rd(f, SR)), 16);
		rd(f, DR);
		with += FLEVEL(rd(f, SR)) == 13;
	}
	assert_true(with > 0);
}

static void test_dr_read_stalls_until_the_bytes_are_there(void **state)
{
	struct fix *f = *state;
	struct bus_xact x = { .addr = QSPI + DR, .size = 4 };
	u64 t0;

	wr(f, DLR, 7);
	t0 = sim_now_ps(&f->sim);
	wr(f, CCR, INSTR(0x9f) | DATA1 | FM_READ);
	pins_access(&f->mcu, &x);
	assert_int_equal(x.data, 0x13121110);
	assert_int_equal(x.done_ps, t0 + 40 * CLK_PS);
}

static void test_a_short_tail_comes_at_once_in_the_low_lanes(void **state)
{
	struct fix *f = *state;

	wr(f, DLR, 1);
	do {
		abort_now(f);
		f->next_in = 0x10;
		wr(f, CCR, INSTR(0x05) | DATA1 | FM_READ);
		wait_clocks(f, 100);
	} while (FLEVEL(rd(f, SR)) != 2);
	assert_int_equal(rd(f, DR) & 0xffff, 0x1110);
	assert_int_equal(rd(f, SR) & BUSY, 0);
}

static void test_dr_read_that_never_completes_hangs_the_bus(void **state)
{
	struct fix *f = *state;
	struct bus_xact x = { .addr = QSPI + DR, .size = 4 };

	wr(f, CCR, DATA1 | FM_READ); /* erratum: stays busy, no data ever */
	pins_access(&f->mcu, &x);
	assert_true(x.done_ps == SIM_NEVER);
	assert_true(complained(f, "never complete"));
}

static void test_dr_write_stalls_while_the_fifo_is_full(void **state)
{
	struct fix *f = *state;
	struct bus_xact x = { .addr = QSPI + DR, .size = 4, .write = true, .data = 0x44332211 };
	unsigned int i;
	u64 t0;

	wr(f, DLR, 31);
	wr(f, CCR, INSTR(0x02) | DATA1);
	t0 = sim_now_ps(&f->sim);
	for (i = 0; i < 4; i++)
		wr(f, DR, i);
	assert_int_equal(sim_now_ps(&f->sim), t0);
	assert_int_equal(FLEVEL(rd(f, SR)), 16);
	pins_access(&f->mcu, &x);
	/* opcode; then a byte leaves the FIFO when it starts: the fourth after three are through */
	assert_int_equal(x.done_ps, t0 + (8 + 3 * 8) * CLK_PS);
}

static void test_a_starved_write_keeps_ncs_low_and_goes_on(void **state)
{
	struct fix *f = *state;

	wr(f, DLR, 3);
	wr(f, CCR, INSTR(0x02) | DATA1);
	pins_write(&f->mcu, QSPI + DR, 1, 0xa1);
	wait_clocks(f, 1000);
	assert_int_equal(rd(f, SR), BUSY | FTF);
	pins_write(&f->mcu, QSPI + DR, 2, 0xa3a2);
	wait_clocks(f, 1000);
	pins_write(&f->mcu, QSPI + DR, 1, 0xa4);
	wait_clocks(f, 1000);
	assert_int_equal(rd(f, SR), TCF | FTF);
	assert_pins(f, "s>02>a1>a2>a3>a4d");
}

static void test_surplus_bytes_of_a_write_are_dropped_at_its_end(void **state)
{
	struct fix *f = *state;

	wr(f, DLR, 0);
	wr(f, CCR, INSTR(0x01) | DATA1);
	wr(f, DR, 0x44332211);
	wait_clocks(f, 100);
	assert_int_equal(rd(f, SR), TCF | FTF);
	assert_pins(f, "s>01>11d");
}

static void test_ftf_follows_the_threshold(void **state)
{
	struct fix *f = *state;

	wr(f, CR, PRESC(3) | THRES(16) | EN);
	wr(f, DLR, 31);
	wr(f, CCR, INSTR(0x9f) | DATA1 | FM_READ);
	wait_clocks(f, 8 + 15 * 8 + 1);
	assert_int_equal(rd(f, SR) & FTF, 0);
	wait_clocks(f, 8);
	assert_int_equal(rd(f, SR) & FTF, FTF);
	pins_read(&f->mcu, QSPI + DR, 1);
	assert_int_equal(rd(f, SR) & FTF, 0);
}

static void test_dr_takes_only_its_lowest_byte_address(void **state)
{
	struct fix *f = *state;

	wr(f, DLR, 3);
	wr(f, CCR, INSTR(0x02) | DATA1);
	pins_write(&f->mcu, QSPI + DR + 1, 1, 0x55);
	assert_int_equal(rd(f, SR) & BUSY, 0);
	assert_true(complained(f, "only its lowest byte"));
}

static void test_dr_reads_that_make_no_sense_are_noticed(void **state)
{
	struct fix *f = *state;

	rd(f, DR);
	assert_true(complained(f, "DR read with FMODE 0"));
	wr(f, CR, PRESC(3)); /* disabled */
	wr(f, CCR, INSTR(0x9f) | DATA1 | FM_READ);
	rd(f, DR);
	assert_true(complained(f, "nothing in the FIFO"));
	wr(f, CCR, INSTR(0x06));
	wr(f, DR, 1);
	assert_true(complained(f, "ignored"));
}

#define T(_name) cmocka_unit_test_setup_teardown(test_##_name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(reset_clears_every_register),
		T(without_clock_reads_zero_and_writes_nothing),
		T(this_die_has_no_second_bank),
		T(registers_are_dropped_while_busy),
		T(a_command_without_address_starts_with_ccr),
		T(a_command_with_address_starts_with_ar),
		T(a_write_with_data_starts_with_dr),
		T(nothing_starts_while_disabled),
		T(ccr_starts_only_with_its_lowest_byte),
		T(a_second_ar_write_reads_again),
		T(all_phases_with_their_widths),
		T(sioo_sends_the_opcode_once_after_each_ccr_write),
		T(data_only_read_hangs_until_abort),
		T(fmode_1_without_data_phase_is_a_mistake),
		T(transfer_takes_its_clocks),
		T(ncs_stays_high_for_csht_clocks),
		T(hclk_that_divides_badly_keeps_exact_time),
		T(clock_beyond_the_pins_is_noticed),
		T(a_read_stops_at_16_bytes_and_goes_on_as_dr_is_read),
		T(busy_stays_while_read_data_sits_in_the_fifo),
		T(erratum_extra_byte_after_a_quad_ddr_read_now_and_then),
		T(erratum_extra_byte_after_any_read_on_demand),
		T(erratum_extra_byte_waits_for_room_in_a_full_fifo),
		T(dr_read_stalls_until_the_bytes_are_there),
		T(a_short_tail_comes_at_once_in_the_low_lanes),
		T(dr_read_that_never_completes_hangs_the_bus),
		T(dr_write_stalls_while_the_fifo_is_full),
		T(a_starved_write_keeps_ncs_low_and_goes_on),
		T(surplus_bytes_of_a_write_are_dropped_at_its_end),
		T(ftf_follows_the_threshold),
		T(dr_takes_only_its_lowest_byte_address),
		T(dr_reads_that_make_no_sense_are_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
