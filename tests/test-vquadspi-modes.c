// SPDX-License-Identifier: GPL-2.0-or-later
/* the virtual QUADSPI through its registers: abort, automatic polling, memory-mapped mode, DMA */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/quadspi-recorder.h"

/* ---- errors and abort ---- */

static void test_tef_when_the_range_passes_the_end(void **state)
{
	struct fix *f = *state;

	wr(f, DLR, 15);
	wr(f, CCR, INSTR(0x03) | ADDR1 | DATA1 | FM_READ);
	wr(f, AR, 0x1000000);
	assert_int_equal(rd(f, SR), TEF);
	wr(f, FCR, TEF);
	wr(f, AR, 0xfffff1);
	assert_int_equal(rd(f, SR), TEF);
	assert_pins(f, "");
	wr(f, FCR, TEF);
	wr(f, AR, 0xfffff0); /* the last 16 bytes */
	wait_clocks(f, 300);
	assert_int_equal(rd(f, SR) & (TEF | TCF), TCF);
}

static void test_abort_raises_ncs_flushes_and_sets_tcf(void **state)
{
	struct fix *f = *state;
	u64 t0;

	wr(f, DLR, 4095);
	wr(f, CCR, INSTR(0x03) | ADDR1 | DATA1 | FM_READ);
	wr(f, AR, 0);
	wait_clocks(f, 100);
	assert_int_equal(rd(f, SR) & BUSY, BUSY);
	t0 = sim_now_ps(&f->sim);
	wr(f, CR, rd(f, CR) | ABORT);
	assert_int_equal(last_at(f, 'd'), t0);
	assert_int_equal(rd(f, CR) & ABORT, ABORT);
	assert_int_equal(rd(f, SR) & (BUSY | TCF), BUSY);
	wait_clocks(f, 3);
	assert_int_equal(rd(f, CR) & ABORT, 0);
	assert_int_equal(rd(f, SR), TCF);
	f->n_ev = 0;
	wr(f, DLR, 0);
	wr(f, AR, 0x10);
	wait_clocks(f, 60);
	assert_int_equal(f->ev[1].byte, 0x03);
}

static void test_abort_while_idle_only_sets_tcf(void **state)
{
	struct fix *f = *state;

	wr(f, CR, rd(f, CR) | ABORT);
	assert_int_equal(rd(f, CR) & ABORT, 0);
	assert_int_equal(rd(f, SR), TCF | FTF);
	assert_pins(f, "");
}

static void test_disabling_ends_a_transfer(void **state)
{
	struct fix *f = *state;

	wr(f, DLR, 4095);
	wr(f, CCR, INSTR(0x9f) | DATA1 | FM_READ);
	wait_clocks(f, 100);
	wr(f, CR, PRESC(3));
	assert_int_equal(rd(f, SR), 0);
	assert_int_equal(f->ev[f->n_ev - 1].what, 'd');
}

static void test_endless_read_runs_to_the_end_of_the_flash(void **state)
{
	struct fix *f = *state;
	unsigned int i;

	wr(f, DLR, 0xffffffff);
	wr(f, CCR, INSTR(0x03) | ADDR1 | DATA1 | FM_READ);
	wr(f, AR, 0xfffff8);
	wait_clocks(f, 1000);
	assert_int_equal(rd(f, SR) & (TCF | TEF), TCF);
	for (i = 0; i < f->n_ev && f->ev[i].what != '<'; i++)
		;
	assert_int_equal(f->n_ev - i, 8 + 1);
}

/* ---- automatic polling ---- */

static void poll(struct fix *f, u32 cr, u32 mask, u32 match, u32 interval, u32 n)
{
	wr(f, CR, PRESC(3) | EN | cr);
	wr(f, DLR, n - 1);
	wr(f, PSMKR, mask);
	wr(f, PSMAR, match);
	wr(f, PIR, interval);
	wr(f, CCR, INSTR(0x05) | DATA1 | FM_POLL);
}

static void test_polling_stops_at_the_match_with_apms(void **state)
{
	struct fix *f = *state;

	f->fixed_in = 0x03;
	poll(f, APMS, 0x01, 0x00, 16, 1);
	wait_clocks(f, 1000);
	assert_int_equal(rd(f, SR), BUSY | FTF);
	assert_int_equal(pins_read(&f->mcu, QSPI + DR, 1), 0x03); /* last status, unmasked */
	f->fixed_in = 0x02;
	wait_clocks(f, 60);
	assert_int_equal(rd(f, SR), SMF | FTF); /* no TCF */
	rd(f, DR);
	assert_int_equal(rd(f, SR), SMF);
}

static void test_polling_goes_on_after_a_match_without_apms(void **state)
{
	struct fix *f = *state;
	unsigned int n;

	f->fixed_in = 0x00;
	poll(f, 0, 0x01, 0x00, 16, 1);
	wait_clocks(f, 100);
	assert_int_equal(rd(f, SR) & (SMF | BUSY), SMF | BUSY);
	n = f->n_ev;
	wait_clocks(f, 1000);
	rd(f, SR);
	assert_true(f->n_ev > n + 40);
}

static void test_polls_are_pir_clocks_apart(void **state)
{
	struct fix *f = *state;

	f->fixed_in = 1;
	poll(f, APMS, 0x01, 0x00, 100, 1);
	wait_clocks(f, 200);
	rd(f, SR);
	assert_int_equal(f->ev[3].what, 'd');
	assert_int_equal(f->ev[4].what, 's');
	assert_int_equal(f->ev[4].at_ps - f->ev[3].at_ps, 100 * CLK_PS);
}

static void test_polling_reads_at_most_four_bytes_and_or_mode_needs_one_bit(void **state)
{
	struct fix *f = *state;

	poll(f, APMS | PMM, 0x00ff00ff, 0x00000010, 0, 9);
	wait_clocks(f, 100);
	assert_int_equal(rd(f, SR) & (SMF | BUSY), SMF);
	assert_int_equal(rd(f, DR), 0x13121110);
	assert_pins(f, "s>05<10<11<12<13d");
}

static void test_skipped_polls_end_at_the_same_time_as_real_ones(void **state)
{
	struct fix *f = *state;
	u64 t0, found[2];
	int i;

	for (i = 0; i < 2; i++) {
		abort_now(f);
		f->fixed_in = 1;
		f->quiet_until = 0;
		t0 = sim_now_ps(&f->sim);
		if (i)
			f->quiet_until = t0 + 2000 * CLK_PS;
		poll(f, APMS, 1, 0, 13, 1);
		sim_advance_to(&f->sim, t0 + 2000 * CLK_PS);
		rd(f, SR);
		f->fixed_in = 0;
		f->quiet_until = 0;
		f->n_ev = 0;
		wait_clocks(f, 100);
		assert_int_equal(rd(f, SR) & SMF, SMF);
		found[i] = last_at(f, 'd') - t0;
	}
	assert_int_equal(found[0], found[1]);
}

/* ---- memory-mapped ---- */

static void map(struct fix *f)
{
	wr(f, CCR, INSTR(0x0b) | ADDR1 | DCYC(8) | DATA1 | FM_MAP);
}

static void test_mapped_reads_prefetch_and_go_on_without_a_new_command(void **state)
{
	struct fix *f = *state;

	map(f);
	assert_int_equal(rd(f, SR) & BUSY, 0);
	assert_int_equal(pins_read(&f->mcu, WINDOW + 0x100, 4), 0x13121110);
	assert_int_equal(rd(f, SR) & BUSY, BUSY);
	assert_int_equal(FLEVEL(rd(f, SR)), 0);
	wait_clocks(f, 1000);
	assert_int_equal(pins_read(&f->mcu, WINDOW + 0x104, 4), 0x17161514);
	assert_int_equal(pins_read(&f->mcu, WINDOW + 0x108, 1), 0x18);
	assert_int_equal(f->ev[0].what, 's');
	assert_int_equal(f->ev[5].what, '.');
	assert_int_equal(last_at(f, 's'), f->ev[0].at_ps);
	pins_read(&f->mcu, WINDOW, 4); /* elsewhere: a new command */
	assert_true(last_at(f, 's') > f->ev[0].at_ps);
	assert_int_equal(sim_n_complaints(&f->sim), 0);
}

static void test_mapped_read_stalls_for_its_clocks(void **state)
{
	struct fix *f = *state;
	struct bus_xact x = { .addr = WINDOW, .size = 4 };
	u64 t0 = sim_now_ps(&f->sim);

	map(f);
	pins_access(&f->mcu, &x);
	assert_int_equal(x.done_ps, t0 + (8 + 24 + 8 + 32) * CLK_PS);
}

static void test_the_window_is_a_bus_error_when_it_cannot_be_read(void **state)
{
	struct fix *f = *state;
	struct bus_xact x = { .addr = WINDOW, .size = 4 };
	struct bus_xact w = { .addr = WINDOW, .size = 4, .write = true };
	struct bus_xact end = { .addr = WINDOW + 0x1000000, .size = 4 };

	assert_int_equal(pins_access(&f->mcu, &x), BUS_ERROR); /* FMODE 0 */
	map(f);
	assert_int_equal(pins_access(&f->mcu, &w), BUS_ERROR);
	assert_int_equal(pins_access(&f->mcu, &end), BUS_ERROR);
	wr(f, CR, PRESC(3));
	assert_int_equal(pins_access(&f->mcu, &x), BUS_ERROR);
	assert_pins(f, "");
}

static void test_mapped_mode_is_left_by_abort_only(void **state)
{
	struct fix *f = *state;

	map(f);
	pins_read(&f->mcu, WINDOW, 4);
	wr(f, CCR, INSTR(0x06));
	assert_true(complained(f, "while BUSY"));
	abort_now(f);
	wr(f, CCR, INSTR(0x06));
	wait_clocks(f, 30);
	assert_pins(f, "s>06d");
}

static void test_timeout_counter_raises_ncs_after_the_prefetch(void **state)
{
	struct fix *f = *state;

	wr(f, CR, PRESC(3) | EN | TCEN);
	wr(f, LPTR, 50);
	map(f);
	pins_read(&f->mcu, WINDOW, 4);
	wait_clocks(f, 16 * 8 + 40);
	assert_int_equal(rd(f, SR) & (TOF | BUSY), BUSY);
	wait_clocks(f, 20);
	assert_int_equal(rd(f, SR) & (TOF | BUSY), TOF);
	assert_int_equal(f->ev[f->n_ev - 1].what, 'd');
}

static void test_erratum_first_mapped_read_is_wrong_after_an_odd_ar(void **state)
{
	struct fix *f = *state;

	wr(f, CCR, INSTR(0x20) | ADDR1);
	wr(f, AR, 0x101);
	wait_clocks(f, 60);
	map(f);
	assert_int_not_equal(pins_read(&f->mcu, WINDOW, 4), 0x13121110);
	assert_true(complained(f, "AR[1:0] != 0"));
	assert_int_equal(pins_read(&f->mcu, WINDOW + 4, 4), 0x17161514);

	abort_now(f); /* the way round: AR = 0, abort, then map */
	wr(f, CCR, INSTR(0x20) | ADDR1);
	wr(f, AR, 0x101);
	wait_clocks(f, 60);
	wr(f, AR, 0);
	abort_now(f);
	f->next_in = 0x10;
	map(f);
	assert_int_equal(pins_read(&f->mcu, WINDOW, 4), 0x13121110);
}

/* ---- DMA ---- */

static void test_dma_request_rises_when_the_threshold_is_reached(void **state)
{
	struct fix *f = *state;
	u64 t0;

	wr(f, CR, PRESC(3) | THRES(4) | EN | DMAEN);
	assert_true(f->mcu.dma); /* FMODE 0, room for 4: a write may be fed */
	wr(f, DLR, 63);
	t0 = sim_now_ps(&f->sim);
	wr(f, CCR, INSTR(0x9f) | DATA1 | FM_READ);
	assert_false(f->mcu.dma);
	wait_clocks(f, 100);
	assert_true(f->mcu.dma);
	assert_int_equal(f->mcu.dma_rise_ps, t0 + 40 * CLK_PS);
	while (FLEVEL(rd(f, SR)) >= 4)
		rd(f, DR);
	assert_false(f->mcu.dma);
	wr(f, CR, PRESC(3) | THRES(4) | EN);
	wait_clocks(f, 100);
	assert_false(f->mcu.dma);
}

static void test_system_reset_ends_a_transfer(void **state)
{
	struct fix *f = *state;

	wr(f, DLR, 4095);
	wr(f, CCR, INSTR(0x9f) | DATA1 | FM_READ);
	wait_clocks(f, 100);
	rd(f, SR);
	pins_reset(&f->mcu);
	assert_int_equal(f->ev[f->n_ev - 1].what, 'd');
	assert_int_equal(rd(f, SR), 0);
}

#define T(_name) cmocka_unit_test_setup_teardown(test_##_name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(tef_when_the_range_passes_the_end),
		T(abort_raises_ncs_flushes_and_sets_tcf),
		T(abort_while_idle_only_sets_tcf),
		T(disabling_ends_a_transfer),
		T(endless_read_runs_to_the_end_of_the_flash),
		T(polling_stops_at_the_match_with_apms),
		T(polling_goes_on_after_a_match_without_apms),
		T(polls_are_pir_clocks_apart),
		T(polling_reads_at_most_four_bytes_and_or_mode_needs_one_bit),
		T(skipped_polls_end_at_the_same_time_as_real_ones),
		T(mapped_reads_prefetch_and_go_on_without_a_new_command),
		T(mapped_read_stalls_for_its_clocks),
		T(the_window_is_a_bus_error_when_it_cannot_be_read),
		T(mapped_mode_is_left_by_abort_only),
		T(timeout_counter_raises_ncs_after_the_prefetch),
		T(erratum_first_mapped_read_is_wrong_after_an_odd_ar),
		T(dma_request_rises_when_the_threshold_is_reached),
		T(system_reset_ends_a_transfer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
