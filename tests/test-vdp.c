// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The virtual debug port through its pins: registers, sticky flags, posting, the write buffer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/swd-host.h"

/* ---- debug port ---- */

static void test_ap_access_before_power_up_does_not_reach_the_bus(void **state)
{
	struct fix *f = *state;

	jtag_to_swd(f);
	dp_read(f, DPIDR);
	dp_write(f, ABORT, 0x1e);
	dp_write(f, SELECT, 0);
	assert_int_equal(rd(f, AP_RC, NULL), OK);
	idle(f, 8);
	assert_int_equal(rd(f, RDBUFF, NULL), FAULT);
	assert_int_equal(flags(f) & CTRL_ERR, CTRL_ERR);
	assert_int_equal(f->mcu->n_access, 0);
	assert_complaint(f, "before the power-up acknowledge");
}

static void test_power_up_acks_follow_the_requests_after_a_delay_and_drop_with_them(void **state)
{
	struct fix *f = *state;

	f->period_ps = 100 * PS_PER_NS;
	jtag_to_swd(f);
	dp_read(f, DPIDR);
	dp_write(f, SELECT, 0);
	dp_write(f, CTRL_W, CTRL_POWER);
	assert_int_equal(dp_read(f, CTRL_R) >> 28, 5);
	idle(f, 200);
	assert_int_equal(dp_read(f, CTRL_R) >> 28, 0xf);
	dp_write(f, CTRL_W, 0x10000000);
	assert_int_equal(dp_read(f, CTRL_R) >> 28, 3);
	dp_write(f, CTRL_W, 0);
	assert_int_equal(dp_read(f, CTRL_R) >> 28, 0);
}

static void test_no_power_up_ack_while_the_ap_has_no_clock(void **state)
{
	struct fix *f = *state;

	f->mcu->clocked = false;
	jtag_to_swd(f);
	dp_read(f, DPIDR);
	dp_write(f, SELECT, 0);
	dp_write(f, CTRL_W, CTRL_POWER);
	idle(f, 1000);
	assert_int_equal(dp_read(f, CTRL_R) >> 28, 5);
	assert_int_equal(rd(f, AP_RC, NULL), WAIT);
	f->mcu->clocked = true;
	assert_int_equal(dp_read(f, CTRL_R) >> 28, 0xf);
	assert_no_complaints(f);
}

/* STICKYERR, WDATAERR, STICKYORUN and STICKYCMP all at once */
static void set_all_flags(struct fix *f)
{
	connect(f);
	ap_write(f, AP_W0, CSW_WORD_INC);
	ap_write(f, AP_W4, FAKE_RAM);
	dp_write(f, CTRL_W, CTRL_POWER | 0xf00 | 1 << 2 | 1); /* pushed verify, all lanes */
	f->orun = true;
	ap_write(f, AP_WC, 0x12345678); /* memory holds 0: differs */
	assert_int_equal(flags(f) & CTRL_CMP, CTRL_CMP);
	dp_write(f, ABORT, 0x1e);
	dp_write(f, CTRL_W, CTRL_POWER | 1);
	ap_write(f, AP_W4, 0x08000000);
	dp_write(f, CTRL_W, CTRL_POWER | 0xf00 | 1 << 2 | 1);
	ap_write(f, AP_WC, 0); /* bus error */
	wr_parity(f, ABORT, 0, 1);
	assert_int_equal(blind(f, RDBUFF, 0), FAULT);
}

static void test_abort_0x1e_clears_all_sticky_flags_at_once(void **state)
{
	struct fix *f = *state;

	set_all_flags(f);
	assert_int_equal(flags(f) & (CTRL_ERR | CTRL_WDATAERR | CTRL_ORUN),
			 CTRL_ERR | CTRL_WDATAERR | CTRL_ORUN);
	dp_write(f, ABORT, 0x1e);
	assert_int_equal(flags(f) & (CTRL_ERR | CTRL_WDATAERR | CTRL_ORUN | CTRL_CMP), 0);
}

static void test_each_abort_bit_clears_its_own_flag(void **state)
{
	struct fix *f = *state;

	set_all_flags(f);
	dp_write(f, ABORT, 0x08);
	assert_int_equal(flags(f) & (CTRL_ERR | CTRL_WDATAERR | CTRL_ORUN), CTRL_ERR | CTRL_ORUN);
	dp_write(f, ABORT, 0x04);
	assert_int_equal(flags(f) & (CTRL_ERR | CTRL_WDATAERR | CTRL_ORUN), CTRL_ORUN);
	dp_write(f, ABORT, 0x10);
	assert_int_equal(flags(f) & (CTRL_ERR | CTRL_WDATAERR | CTRL_ORUN), 0);
}

static void test_pushed_compare_sets_stickycmp_on_a_match_and_counts_down(void **state)
{
	struct fix *f = *state;

	connect(f);
	point_at(f, FAKE_RAM);
	put_le32(f->mcu->ram + 8, 0xaa55);
	/* compare, TRNCNT 5, byte lanes 0 and 1: words 0 and 1 differ, word 2 matches */
	dp_write(f, CTRL_W, CTRL_POWER | 5 << 12 | 0x300 | 2 << 2);
	ap_write(f, AP_WC, 0x7777aa55);
	assert_int_equal(flags(f) & CTRL_CMP, CTRL_CMP);
	assert_int_equal(dp_read(f, CTRL_R) >> 12 & 0xfff, 3);
	assert_int_equal(fake_ram32(f->mcu, FAKE_RAM), 0);
	assert_int_equal(rd(f, RDBUFF, NULL), FAULT);
}

static void test_ctrl_stat_write_cannot_clear_a_sticky_flag(void **state)
{
	struct fix *f = *state;

	connect(f);
	wr_parity(f, SELECT, 0, 1);
	idle(f, 2);
	assert_int_equal(flags(f), CTRL_WDATAERR);
	assert_int_equal(wr(f, CTRL_W, CTRL_POWER | 0xb2), FAULT);
	assert_int_equal(flags(f), CTRL_WDATAERR);
}

static void test_write_with_bad_data_parity_sets_wdataerr_and_is_not_performed(void **state)
{
	struct fix *f = *state;

	connect(f);
	point_at(f, FAKE_RAM);
	assert_int_equal(wr_parity(f, AP_WC, 0x1, 0), OK);
	idle(f, 20);
	assert_int_equal(rd(f, RDBUFF, NULL), FAULT);
	assert_int_equal(flags(f), CTRL_WDATAERR);
	assert_int_equal(f->mcu->n_access, 0);
	dp_write(f, ABORT, 0x1e);
	assert_int_equal(ap_read(f, AP_R4), FAKE_RAM);
}

static void test_abort_with_bad_data_parity_sets_wdataerr_and_clears_nothing(void **state)
{
	struct fix *f = *state;

	connect(f);
	ap_write(f, AP_W4, 0x08000000);
	ap_write(f, AP_W0, CSW_WORD_INC);
	ap_write(f, AP_WC, 0);
	assert_int_equal(wr_parity(f, ABORT, 0x1e, 1), OK);
	assert_int_equal(flags(f), CTRL_ERR | CTRL_WDATAERR);
}

static void test_select_and_ctrl_stat_writes_fault_while_a_flag_is_set(void **state)
{
	struct fix *f = *state;

	connect(f);
	wr_parity(f, SELECT, 0, 1);
	assert_int_equal(wr(f, SELECT, 0xf0), FAULT);
	assert_int_equal(wr(f, CTRL_W, 0), FAULT);
	assert_int_equal(rd(f, RESEND, NULL), FAULT);
	assert_int_equal(dp_read(f, CTRL_R) & CTRL_POWERED, CTRL_POWERED);
}

static void test_dpidr_ctrl_stat_reads_and_abort_are_ok_in_every_active_state(void **state)
{
	struct fix *f = *state;
	unsigned int i;

	connect(f);
	point_at(f, FAKE_SLOW);
	for (i = 0; i < 3; i++) {
		if (i == 1)
			rd(f, AP_RC, NULL); /* busy */
		if (i == 2)
			wr_parity(f, ABORT, 0, 1); /* busy and sticky */
		assert_int_equal(dp_read(f, DPIDR), 0x2ba01477);
		assert_int_equal(dp_read(f, CTRL_R) & CTRL_POWERED, CTRL_POWERED);
		assert_int_equal(wr(f, ABORT, 0), OK);
	}
}

static void test_with_dpbanksel_1_and_a_flag_address_4_faults_and_abort_still_works(void **state)
{
	struct fix *f = *state;

	connect(f);
	dp_write(f, SELECT, 1);
	wr_parity(f, ABORT, 0, 1);
	idle(f, 2);
	assert_int_equal(rd(f, CTRL_R, NULL), FAULT);
	dp_write(f, ABORT, 0x1e);
	assert_int_equal(dp_read(f, CTRL_R), 0x40);
}

static void test_dpbanksel_that_a_dpv1_lacks_is_reported(void **state)
{
	struct fix *f = *state;

	connect(f);
	dp_write(f, SELECT, 2);
	dp_read(f, CTRL_R);
	assert_complaint(f, "DPBANKSEL 2");
}

static void test_stickyorun_goes_with_orundetect(void **state)
{
	struct fix *f = *state;

	connect(f);
	orundetect(f);
	line_reset(f);
	dp_read(f, DPIDR);
	assert_int_equal(flags(f), 1 | CTRL_ORUN);
	dp_write(f, ABORT, 0x10);
	dp_write(f, CTRL_W, CTRL_POWER);
	assert_int_equal(flags(f), 0);
}

static void test_fault_wins_over_wait(void **state)
{
	struct fix *f = *state;

	connect(f);
	point_at(f, FAKE_SLOW);
	rd(f, AP_RC, NULL);
	assert_int_equal(rd(f, RDBUFF, NULL), WAIT);
	wr_parity(f, ABORT, 0, 1);
	idle(f, 1);
	assert_int_equal(rd(f, RDBUFF, NULL), FAULT);
}

static void test_power_loss_resets_everything_and_needs_jtag_to_swd_again(void **state)
{
	struct fix *f = *state;

	connect(f);
	mcu_set_power(f->mcu, false);
	assert_false(swdp_pull_level(f->dp));
	assert_int_equal(rd(f, DPIDR, NULL), 0);
	mcu_set_power(f->mcu, true);
	line_reset(f);
	assert_int_equal(rd(f, DPIDR, NULL), SILENT);
	jtag_to_swd(f);
	dp_read(f, DPIDR);
	dp_write(f, SELECT, 0);
	assert_int_equal(dp_read(f, CTRL_R) >> 28, 0);
}

/* ---- posting and flags ---- */

static void test_ap_read_returns_the_result_of_the_read_before_it(void **state)
{
	struct fix *f = *state;
	u32 v[3];

	connect(f);
	put_le32(f->mcu->ram, 0x11111111);
	put_le32(f->mcu->ram + 4, 0x22222222);
	point_at(f, FAKE_RAM);
	assert_int_equal(rd(f, AP_RC, &v[0]), OK);
	assert_int_equal(rd(f, AP_RC, &v[1]), OK);
	assert_int_equal(rd(f, RDBUFF, &v[2]), OK);
	assert_int_not_equal(v[0], 0x11111111);
	assert_int_equal(v[1], 0x11111111);
	assert_int_equal(v[2], 0x22222222);
}

static void test_rdbuff_starts_no_bus_access_and_gives_a_result_only_once(void **state)
{
	struct fix *f = *state;
	unsigned int n;
	u32 v;

	connect(f);
	put_le32(f->mcu->ram, 0x11111111);
	point_at(f, FAKE_RAM);
	rd(f, AP_RC, NULL);
	n = f->mcu->n_access;
	rd(f, RDBUFF, &v);
	assert_int_equal(v, 0x11111111);
	rd(f, RDBUFF, &v);
	assert_int_not_equal(v, 0x11111111);
	assert_int_equal(f->mcu->n_access, n);
}

static void test_ap_write_between_ap_read_and_rdbuff_poisons_the_value(void **state)
{
	struct fix *f = *state;
	u32 v;

	connect(f);
	put_le32(f->mcu->ram, 0x11111111);
	point_at(f, FAKE_RAM);
	rd(f, AP_RC, NULL);
	ap_write(f, AP_W4, FAKE_RAM);
	rd(f, RDBUFF, &v);
	assert_int_not_equal(v, 0x11111111);
}

static void test_select_between_ap_read_and_rdbuff_does_not_poison(void **state)
{
	struct fix *f = *state;
	u32 v;

	connect(f);
	put_le32(f->mcu->ram, 0x11111111);
	point_at(f, FAKE_RAM);
	rd(f, AP_RC, NULL);
	idle(f, 4);
	dp_write(f, SELECT, 0xf0);
	dp_read(f, CTRL_R);
	rd(f, RDBUFF, &v);
	assert_int_equal(v, 0x11111111);
}

static void test_ap_read_while_the_last_one_runs_waits_and_is_not_performed(void **state)
{
	struct fix *f = *state;
	u32 v;

	connect(f);
	point_at(f, FAKE_SLOW);
	rd(f, AP_RC, NULL);
	assert_int_equal(rd(f, AP_RC, NULL), WAIT);
	assert_int_equal(f->mcu->n_access, 1);
	idle(f, 200);
	assert_int_equal(rd(f, RDBUFF, &v), OK);
	assert_int_equal(v, 0x51035103);
	assert_int_equal(ap_read(f, AP_R4), FAKE_SLOW + 4);
}

static void test_first_wait_with_orundetect_turns_all_later_accesses_into_fault(void **state)
{
	struct fix *f = *state;

	connect(f);
	orundetect(f);
	point_at(f, FAKE_SLOW);
	assert_int_equal(rd(f, AP_RC, NULL), OK);
	assert_int_equal(rd(f, RDBUFF, NULL), WAIT);
	assert_int_equal(rd(f, RDBUFF, NULL), FAULT);
	assert_int_equal(wr(f, AP_W4, 0), FAULT);
	assert_int_equal(flags(f), 1 | CTRL_ORUN);
	assert_no_complaints(f);
}

static void test_after_orunerrclr_with_the_ap_still_busy_the_next_access_waits_again(void **state)
{
	struct fix *f = *state;
	unsigned int i;
	u32 v;

	connect(f);
	orundetect(f);
	f->mcu->slow_ps = 400 * PS_PER_US;
	point_at(f, FAKE_SLOW);
	rd(f, AP_RC, NULL);
	for (i = 0; i < 3; i++) {
		assert_int_equal(rd(f, RDBUFF, NULL), WAIT);
		assert_int_equal(wr(f, ABORT, 0x10), OK);
	}
	idle(f, 400);
	assert_int_equal(rd(f, RDBUFF, &v), OK);
	assert_int_equal(v, 0x51035103);
}

static void test_ap_write_error_appears_as_fault_of_the_next_access(void **state)
{
	struct fix *f = *state;

	connect(f);
	ap_write(f, AP_W0, CSW_WORD_INC);
	ap_write(f, AP_W4, 0x08000000);
	assert_int_equal(wr(f, AP_WC, 1), OK);
	idle(f, 20);
	assert_int_equal(rd(f, RDBUFF, NULL), FAULT);
	assert_int_equal(flags(f) & (CTRL_ERR | CTRL_WDATAERR), CTRL_ERR);
}

static void test_ap_accesses_during_stickyerr_do_not_reach_the_bus_and_leave_tar_alone(void **state)
{
	struct fix *f = *state;
	unsigned int n;

	connect(f);
	point_at(f, 0x08000000);
	ap_write(f, AP_WC, 1);
	n = f->mcu->n_access;
	assert_int_equal(wr(f, AP_WC, 2), FAULT);
	assert_int_equal(rd(f, AP_RC, NULL), FAULT);
	assert_int_equal(f->mcu->n_access, n);
	dp_write(f, ABORT, 0x1e);
	assert_int_equal(ap_read(f, AP_R4), 0x08000004);
}

static void test_second_ap_write_goes_into_the_write_buffer_and_the_third_waits(void **state)
{
	struct fix *f = *state;

	connect(f);
	point_at(f, FAKE_SLOW);
	assert_int_equal(wr(f, AP_WC, 1), OK);
	assert_int_equal(wr(f, AP_WC, 2), OK);
	assert_int_equal(wr(f, AP_WC, 3), WAIT);
	assert_int_equal(f->mcu->n_access, 1);
	idle(f, 200);
	assert_int_equal(f->mcu->n_access, 2);
	assert_int_equal(f->mcu->last.data, 2);
	assert_int_equal(ap_read(f, AP_R4), FAKE_SLOW + 8);
}

static void test_ctrl_stat_read_with_a_write_in_the_buffer_drops_it(void **state)
{
	struct fix *f = *state;

	connect(f);
	point_at(f, FAKE_SLOW);
	wr(f, AP_WC, 1);
	wr(f, AP_WC, 2);
	assert_int_equal(flags(f), CTRL_WDATAERR);
	idle(f, 300);
	assert_int_equal(f->mcu->n_access, 1);
	dp_write(f, ABORT, 0x1e);
	assert_int_equal(ap_read(f, AP_R4), FAKE_SLOW + 4);
}

static void test_rdbuff_before_ctrl_stat_lets_the_buffered_write_complete(void **state)
{
	struct fix *f = *state;
	unsigned int i;

	connect(f);
	point_at(f, FAKE_SLOW);
	wr(f, AP_WC, 1);
	wr(f, AP_WC, 2);
	for (i = 0; i < 100 && rd(f, RDBUFF, NULL) == WAIT; i++)
		;
	assert_in_range(i, 1, 99);
	assert_int_equal(flags(f), CTRL_READOK);
	assert_int_equal(f->mcu->n_access, 2);
}

static void test_buffered_write_behind_a_failing_one_is_dropped_with_wdataerr(void **state)
{
	struct fix *f = *state;

	connect(f);
	point_at(f, 0x08000000);
	f->mcu->hclk_hz = 100000; /* slow bus: the error comes late */
	assert_int_equal(wr(f, AP_WC, 1), OK);
	assert_int_equal(wr(f, AP_WC, 2), OK);
	idle(f, 300);
	assert_int_equal(flags(f), CTRL_ERR | CTRL_WDATAERR);
	assert_int_equal(f->mcu->n_access, 1);
}

static void test_resend_repeats_the_word_without_a_bus_access(void **state)
{
	struct fix *f = *state;
	unsigned int n, i;
	u32 v;

	connect(f);
	put_le32(f->mcu->ram, 0x11111111);
	put_le32(f->mcu->ram + 4, 0x22222222);
	point_at(f, FAKE_RAM);
	rd(f, AP_RC, NULL);
	rd(f, AP_RC, NULL);
	n = f->mcu->n_access;
	for (i = 0; i < 3; i++) {
		assert_int_equal(rd(f, RESEND, &v), OK);
		assert_int_equal(v, 0x11111111);
	}
	assert_int_equal(f->mcu->n_access, n);
	rd(f, RDBUFF, &v);
	assert_int_equal(v, 0x22222222);
	rd(f, RESEND, &v);
	assert_int_equal(v, 0x22222222);
}

static void test_resend_after_dpidr_or_ctrl_stat_is_a_protocol_error(void **state)
{
	static const u8 req[] = { DPIDR, CTRL_R };
	struct fix *f = *state;
	size_t i;

	connect(f);
	point_at(f, FAKE_RAM);
	for (i = 0; i < 2; i++) {
		rd(f, AP_RC, NULL);
		rd(f, req[i], NULL);
		assert_int_equal(rd(f, RESEND, NULL), SILENT);
		assert_complaint(f, "RESEND");
		line_reset(f);
		dp_read(f, DPIDR);
	}
}

static void test_resend_works_after_a_wait_in_between(void **state)
{
	struct fix *f = *state;
	u32 v;

	connect(f);
	put_le32(f->mcu->ram, 0x11111111);
	point_at(f, FAKE_RAM);
	rd(f, AP_RC, NULL);
	rd(f, RDBUFF, &v);
	f->sim.faults.wait_every = 1;
	assert_int_equal(rd(f, AP_RC, NULL), WAIT);
	assert_int_equal(rd(f, RESEND, &v), OK);
	assert_int_equal(v, 0x11111111);
}

static void test_readok_sets_on_ap_read_ok_and_clears_on_its_wait(void **state)
{
	struct fix *f = *state;

	connect(f);
	point_at(f, FAKE_SLOW);
	assert_int_equal(flags(f), 0);
	rd(f, AP_RC, NULL);
	assert_int_equal(flags(f), CTRL_READOK);
	assert_int_equal(rd(f, RDBUFF, NULL), WAIT);
	assert_int_equal(flags(f), 0);
}

static void test_dapabort_frees_a_hung_ap(void **state)
{
	struct fix *f = *state;
	unsigned int i;

	connect(f);
	point_at(f, FAKE_HANG);
	rd(f, AP_RC, NULL);
	for (i = 0; i < 100; i++) {
		idle(f, 1000);
		assert_int_equal(rd(f, RDBUFF, NULL), WAIT);
	}
	dp_write(f, ABORT, 1);
	point_at(f, FAKE_RAM);
	ap_write(f, AP_WC, 0x77);
	assert_int_equal(fake_ram32(f->mcu, FAKE_RAM), 0x77);
}

static void test_access_after_dapabort_of_a_slow_transfer_still_stalls(void **state)
{
	struct fix *f = *state;

	connect(f);
	f->mcu->slow_ps = 2 * PS_PER_MS;
	point_at(f, FAKE_SLOW);
	rd(f, AP_RC, NULL);
	dp_write(f, ABORT, 1);
	assert_int_equal(ap_read(f, AP_R0) & BIT(7), BIT(7)); /* TRINPROG */
	ap_write(f, AP_W4, FAKE_RAM);
	rd(f, AP_RC, NULL);
	assert_int_equal(rd(f, RDBUFF, NULL), WAIT);
	idle(f, 2000);
	assert_int_equal(rd(f, RDBUFF, NULL), OK);
	assert_int_equal(ap_read(f, AP_R0) & BIT(7), 0);
}

static void test_ap_write_followed_by_a_stopped_clock_is_not_launched(void **state)
{
	struct fix *f = *state;

	connect(f);
	point_at(f, FAKE_RAM);
	wr(f, AP_WC, 0x77);
	sim_advance_to(&f->sim, sim_now_ps(&f->sim) + PS_PER_S);
	assert_int_equal(f->mcu->n_access, 0);
	idle(f, 8);
	assert_int_equal(fake_ram32(f->mcu, FAKE_RAM), 0x77);
}

static void test_start_bit_right_after_parity_launches_a_write_as_idle_does(void **state)
{
	struct fix *f = *state;

	connect(f);
	point_at(f, FAKE_RAM);
	wr(f, AP_WC, 0x77);
	edge(f, SWD_HIGH);
	assert_int_equal(fake_ram32(f->mcu, FAKE_RAM), 0x77);
}

static void
test_slow_hclk_makes_an_access_after_a_write_wait_unless_idle_comes_between(void **state)
{
	struct fix *f = *state;

	connect(f);
	point_at(f, FAKE_RAM);
	f->mcu->hclk_hz = 4000000;
	f->period_ps = PS_PER_S / 6000000;
	wr(f, AP_WC, 1);
	assert_int_equal(rd(f, RDBUFF, NULL), WAIT);
	idle(f, 40);
	wr(f, AP_WC, 1);
	idle(f, 8);
	assert_int_equal(rd(f, RDBUFF, NULL), OK);
}

static void test_absent_ap_reads_0_and_swallows_writes(void **state)
{
	struct fix *f = *state;
	unsigned int n;

	connect(f);
	point_at(f, FAKE_RAM);
	n = f->mcu->n_access;
	dp_write(f, SELECT, 0x010000f0);
	assert_int_equal(ap_read(f, AP_RC), 0);
	dp_write(f, SELECT, 0x01000000);
	ap_write(f, AP_W4, 0);
	ap_write(f, AP_WC, 0x55);
	assert_int_equal(f->mcu->n_access, n);
	dp_write(f, SELECT, 0);
	assert_int_equal(ap_read(f, AP_R4), FAKE_RAM);
	assert_no_complaints(f);
}

static void test_ap_write_launched_into_a_stopped_bus_hangs_until_dapabort(void **state)
{
	struct fix *f = *state;

	connect(f);
	point_at(f, FAKE_RAM);
	wr(f, AP_WC, 1);
	f->mcu->clocked = false;
	idle(f, 100);
	f->mcu->clocked = true;
	assert_int_equal(rd(f, RDBUFF, NULL), WAIT);
	dp_write(f, ABORT, 1);
	assert_int_equal(rd(f, RDBUFF, NULL), OK);
	assert_int_equal(f->mcu->n_access, 0);
}

static void test_wait_fault_hits_every_nth_ap_access(void **state)
{
	struct fix *f = *state;
	unsigned int i, n = 0;

	connect(f);
	point_at(f, FAKE_RAM);
	f->sim.faults.wait_every = 5;
	for (i = 0; i < 50; i++) {
		n += wr(f, AP_WC, i) == WAIT;
		idle(f, 20);
	}
	assert_int_equal(n, 10);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_ap_access_before_power_up_does_not_reach_the_bus),
		T(test_power_up_acks_follow_the_requests_after_a_delay_and_drop_with_them),
		T(test_no_power_up_ack_while_the_ap_has_no_clock),
		T(test_abort_0x1e_clears_all_sticky_flags_at_once),
		T(test_each_abort_bit_clears_its_own_flag),
		T(test_pushed_compare_sets_stickycmp_on_a_match_and_counts_down),
		T(test_ctrl_stat_write_cannot_clear_a_sticky_flag),
		T(test_write_with_bad_data_parity_sets_wdataerr_and_is_not_performed),
		T(test_abort_with_bad_data_parity_sets_wdataerr_and_clears_nothing),
		T(test_select_and_ctrl_stat_writes_fault_while_a_flag_is_set),
		T(test_dpidr_ctrl_stat_reads_and_abort_are_ok_in_every_active_state),
		T(test_with_dpbanksel_1_and_a_flag_address_4_faults_and_abort_still_works),
		T(test_dpbanksel_that_a_dpv1_lacks_is_reported),
		T(test_stickyorun_goes_with_orundetect),
		T(test_fault_wins_over_wait),
		T(test_power_loss_resets_everything_and_needs_jtag_to_swd_again),
		T(test_ap_read_returns_the_result_of_the_read_before_it),
		T(test_rdbuff_starts_no_bus_access_and_gives_a_result_only_once),
		T(test_ap_write_between_ap_read_and_rdbuff_poisons_the_value),
		T(test_select_between_ap_read_and_rdbuff_does_not_poison),
		T(test_ap_read_while_the_last_one_runs_waits_and_is_not_performed),
		T(test_first_wait_with_orundetect_turns_all_later_accesses_into_fault),
		T(test_after_orunerrclr_with_the_ap_still_busy_the_next_access_waits_again),
		T(test_ap_write_error_appears_as_fault_of_the_next_access),
		T(test_ap_accesses_during_stickyerr_do_not_reach_the_bus_and_leave_tar_alone),
		T(test_second_ap_write_goes_into_the_write_buffer_and_the_third_waits),
		T(test_ctrl_stat_read_with_a_write_in_the_buffer_drops_it),
		T(test_rdbuff_before_ctrl_stat_lets_the_buffered_write_complete),
		T(test_buffered_write_behind_a_failing_one_is_dropped_with_wdataerr),
		T(test_resend_repeats_the_word_without_a_bus_access),
		T(test_resend_after_dpidr_or_ctrl_stat_is_a_protocol_error),
		T(test_resend_works_after_a_wait_in_between),
		T(test_readok_sets_on_ap_read_ok_and_clears_on_its_wait),
		T(test_dapabort_frees_a_hung_ap),
		T(test_access_after_dapabort_of_a_slow_transfer_still_stalls),
		T(test_ap_write_followed_by_a_stopped_clock_is_not_launched),
		T(test_start_bit_right_after_parity_launches_a_write_as_idle_does),
		T(test_slow_hclk_makes_an_access_after_a_write_wait_unless_idle_comes_between),
		T(test_absent_ap_reads_0_and_swallows_writes),
		T(test_ap_write_launched_into_a_stopped_bus_hangs_until_dapabort),
		T(test_wait_fault_hits_every_nth_ap_access),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
