// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The virtual SW-DP at its pins: line reset, switching sequences, frames.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/swd-host.h"

static void test_all_sixteen_request_bytes_decode_to_their_register_and_direction(void **state)
{
	/* IHI 0031, in the order of A[3:2] */
	static const u8 want[4][4] = { { 0x81, 0xa9, 0xb1, 0x99 },
				       { 0xa5, 0x8d, 0x95, 0xbd },
				       { 0xa3, 0x8b, 0x93, 0xbb },
				       { 0x87, 0xaf, 0xb7, 0x9f } };
	unsigned int kind, a, good = 0, b;

	for (b = 0; b < 256; b++)
		good += vdp_request_is_good((u8)b);
	assert_int_equal(good, 16);
	for (kind = 0; kind < 4; kind++) {
		for (a = 0; a < 4; a++) {
			u8 req = want[kind][a];

			assert_true(vdp_request_is_good(req));
			assert_int_equal(FIELD_GET(SWD_REQ_ADDR, req), a);
			assert_int_equal(!!(req & SWD_REQ_READ), kind & 1);
			assert_int_equal(!!(req & SWD_REQ_AP), kind >> 1);
		}
	}
}

static void bad_request(struct fix *f, u8 req)
{
	connect(f);
	bits_out(f, req, 8);
	assert_int_equal(bits_in(f, 38), 0x3fffffffff);
	idle(f, 8);
	assert_int_equal(rd(f, DPIDR, NULL), SILENT);
	assert_complaint(f, "after a protocol error");
	line_reset(f);
	assert_int_equal(dp_read(f, DPIDR), 0x2ba01477);
}

static void test_request_with_wrong_parity_gets_no_ack_and_locks_out(void **state)
{
	bad_request(*state, DPIDR ^ SWD_REQ_PARITY);
}

static void test_request_with_stop_bit_1_gets_no_ack_and_locks_out(void **state)
{
	bad_request(*state, CTRL_R | SWD_REQ_STOP);
}

static void test_request_with_park_bit_0_gets_no_ack_and_locks_out(void **state)
{
	bad_request(*state, (u8)(DPIDR & ~SWD_REQ_PARK));
}

static void test_locked_out_dp_ignores_good_requests_until_a_line_reset(void **state)
{
	struct fix *f = *state;
	unsigned int i;

	connect(f);
	dp_write(f, CTRL_W, CTRL_POWER);
	bits_out(f, DPIDR ^ 0x20, 8);
	idle(f, 60);
	for (i = 0; i < 5; i++) {
		assert_int_equal(rd(f, DPIDR, NULL), SILENT);
		idle(f, 20);
	}
	line_reset(f);
	assert_int_equal(dp_read(f, DPIDR), 0x2ba01477);
}

static void test_line_reset_takes_50_ones_and_2_zeros(void **state)
{
	struct fix *f = *state;

	connect(f);
	bits_out(f, DPIDR ^ 0x20, 8); /* lock out */
	idle(f, 2);
	ones(f, 49);
	idle(f, 8);
	assert_int_equal(rd(f, DPIDR, NULL), SILENT);
	idle(f, 2);
	ones(f, 50);
	idle(f, 2);
	assert_int_equal(dp_read(f, DPIDR), 0x2ba01477);
}

static void test_line_reset_with_a_single_zero_does_not_reset(void **state)
{
	struct fix *f = *state;

	connect(f);
	bits_out(f, DPIDR ^ 0x20, 8);
	idle(f, 2);
	ones(f, 50);
	idle(f, 1);
	assert_int_equal(rd(f, DPIDR, NULL), SILENT);
	line_reset(f);
	assert_int_equal(dp_read(f, DPIDR), 0x2ba01477);
}

static void test_line_reset_of_300_ones_works(void **state)
{
	struct fix *f = *state;

	connect(f);
	ones(f, 300);
	idle(f, 2);
	assert_int_equal(dp_read(f, DPIDR), 0x2ba01477);
	assert_no_complaints(f);
}

static void test_line_reset_inside_a_read_data_phase_ends_the_frame_and_resets(void **state)
{
	struct fix *f = *state;

	connect(f);
	bits_out(f, DPIDR, 8);
	bits_in(f, 14);
	swdp_excuse(f->dp);
	line_reset(f);
	assert_int_equal(swdp_output(f->dp), SWD_FLOAT);
	assert_int_equal(dp_read(f, DPIDR), 0x2ba01477);
}

static void test_line_reset_inside_a_write_data_phase_never_performs_the_write(void **state)
{
	struct fix *f = *state;

	connect(f);
	point_at(f, FAKE_RAM);
	bits_out(f, AP_WC, 8);
	assert_int_equal(bits_in(f, 5) >> 1 & 7, OK);
	line_reset(f);
	assert_int_equal(dp_read(f, DPIDR), 0x2ba01477);
	assert_int_equal(flags(f) & CTRL_WDATAERR, CTRL_WDATAERR);
	assert_int_equal(fake_ram32(f->mcu, FAKE_RAM), 0);
	assert_no_complaints(f);
}

static void test_ctrl_stat_as_first_access_after_line_reset_is_a_protocol_error(void **state)
{
	struct fix *f = *state;

	jtag_to_swd(f);
	assert_int_equal(rd(f, CTRL_R, NULL), SILENT);
	assert_complaint(f, "first after a line reset");
	idle(f, 40);
	assert_int_equal(rd(f, DPIDR, NULL), SILENT);
	line_reset(f);
	assert_int_equal(dp_read(f, DPIDR), 0x2ba01477);
}

static void test_line_reset_sets_stickyorun_only_with_orundetect(void **state)
{
	struct fix *f = *state;

	connect(f);
	line_reset(f);
	dp_read(f, DPIDR);
	assert_int_equal(flags(f), 0);
	orundetect(f);
	line_reset(f);
	dp_read(f, DPIDR);
	assert_int_equal(flags(f), 1 | CTRL_ORUN);
}

static void test_line_reset_keeps_power_up_bits_select_csw_and_tar(void **state)
{
	struct fix *f = *state;

	connect(f);
	point_at(f, FAKE_RAM + 0x124);
	dp_write(f, SELECT, 0xf0);
	line_reset(f);
	dp_read(f, DPIDR);
	assert_int_equal(dp_read(f, CTRL_R) & CTRL_POWERED, CTRL_POWERED);
	assert_int_equal(ap_read(f, AP_RC), 0x24770011); /* IDR is in bank 0xf */
	dp_write(f, SELECT, 0);
	assert_int_equal(ap_read(f, AP_R4), FAKE_RAM + 0x124);
	assert_int_equal(ap_read(f, AP_R0) & 0x37, CSW_WORD_INC & 0x37);
}

static void test_jtag_to_swd_connects_a_dp_that_is_in_jtag(void **state)
{
	struct fix *f = *state;

	line_reset(f);
	assert_int_equal(rd(f, DPIDR, NULL), SILENT); /* SWJ-DP wakes up in JTAG */
	idle(f, 40);
	jtag_to_swd(f);
	assert_int_equal(dp_read(f, DPIDR), 0x2ba01477);
	assert_no_complaints(f);
}

static void test_jtag_to_swd_to_a_dp_already_in_swd_is_harmless(void **state)
{
	struct fix *f = *state;

	connect(f);
	jtag_to_swd(f);
	assert_int_equal(dp_read(f, DPIDR), 0x2ba01477);
	assert_int_equal(dp_read(f, CTRL_R) & CTRL_POWERED, CTRL_POWERED);
	assert_no_complaints(f);
}

static void test_jtag_to_swd_needs_fifty_ones_before_it(void **state)
{
	struct fix *f = *state;

	idle(f, 4);
	ones(f, 49);
	bits_out(f, 0xe79e, 16);
	line_reset(f);
	assert_int_equal(rd(f, DPIDR, NULL), SILENT);
}

static void test_swd_to_jtag_makes_the_dp_silent(void **state)
{
	struct fix *f = *state;

	connect(f);
	ones(f, 56);
	bits_out(f, 0xe73c, 16);
	line_reset(f);
	assert_int_equal(rd(f, DPIDR, NULL), SILENT);
	jtag_to_swd(f);
	assert_int_equal(dp_read(f, DPIDR), 0x2ba01477);
	assert_no_complaints(f);
}

static void test_dormant_dp_ignores_accesses_line_resets_and_jtag_to_swd(void **state)
{
	struct fix *f = *state;

	connect(f);
	to_dormant(f);
	assert_int_equal(rd(f, DPIDR, NULL), SILENT);
	line_reset(f);
	assert_int_equal(rd(f, DPIDR, NULL), SILENT);
	jtag_to_swd(f);
	assert_int_equal(rd(f, DPIDR, NULL), SILENT);
	assert_no_complaints(f);
}

static void test_selection_alert_with_activation_0x1a_wakes_a_dormant_dp(void **state)
{
	struct fix *f = *state;

	connect(f);
	to_dormant(f);
	selection_alert(f, 128, 0x1a);
	line_reset(f);
	assert_int_equal(dp_read(f, DPIDR), 0x2ba01477);
	assert_no_complaints(f);
}

static void test_jtag_to_dormant_and_dormant_to_swd_connect_from_jtag(void **state)
{
	struct fix *f = *state;

	ones(f, 8);
	bits_out(f, 0x33bbbbba, 31);
	selection_alert(f, 128, 0x1a);
	line_reset(f);
	assert_int_equal(dp_read(f, DPIDR), 0x2ba01477);
}

static void test_alert_with_one_wrong_bit_does_not_wake_the_next_correct_one_does(void **state)
{
	struct fix *f = *state;
	unsigned int i;

	connect(f);
	to_dormant(f);
	for (i = 0; i < 128; i += 9) {
		selection_alert(f, i, 0x1a);
		line_reset(f);
		assert_int_equal(rd(f, DPIDR, NULL), SILENT);
	}
	selection_alert(f, 128, 0x1a);
	line_reset(f);
	assert_int_equal(dp_read(f, DPIDR), 0x2ba01477);
}

static void test_activation_0x0a_does_not_select_sw_dp(void **state)
{
	struct fix *f = *state;

	connect(f);
	to_dormant(f);
	selection_alert(f, 128, 0x0a);
	line_reset(f);
	assert_int_equal(rd(f, DPIDR, NULL), SILENT);
	jtag_to_swd(f);
	assert_int_equal(dp_read(f, DPIDR), 0x2ba01477);
}

static void test_targetsel_is_a_protocol_error_of_a_dpv1(void **state)
{
	struct fix *f = *state;

	connect(f);
	assert_int_equal(wr(f, TARGETSEL, 1), SILENT);
	idle(f, 40);
	assert_int_equal(rd(f, DPIDR, NULL), SILENT);
}

static void test_target_drives_ack_from_clock_8_and_lets_go_at_rise_11_or_44(void **state)
{
	struct fix *f = *state;
	unsigned int k, drives_from, drives_to;
	bool write;

	connect(f);
	for (write = false;; write = true) {
		drives_from = drives_to = 0;
		for (k = 0; k < 46; k++) {
			u8 req = write ? SELECT : DPIDR;
			enum swd_level host = SWD_FLOAT;

			if (k < 8)
				host = req >> k & 1 ? SWD_HIGH : SWD_LOW;
			else if (write && k >= 13)
				host = SWD_LOW;
			edge(f, host);
			if (swdp_output(f->dp) != SWD_FLOAT) {
				drives_from = drives_from ? drives_from : k;
				drives_to = k + 1;
			}
		}
		assert_int_equal(drives_from, 8);
		assert_int_equal(drives_to, write ? 11 : 44);
		if (write)
			break;
	}
	assert_no_complaints(f);
}

static void test_host_and_target_driving_in_the_same_clock_is_reported(void **state)
{
	struct fix *f = *state;
	unsigned int k;

	connect(f);
	bits_out(f, DPIDR, 8);
	edge(f, SWD_FLOAT);
	assert_no_complaints(f);
	edge(f, SWD_LOW);
	assert_complaint(f, "same clock");
	for (k = 10; k < 46; k++)
		edge(f, SWD_FLOAT);
	sim_clear_complaints(&f->sim);
	/* letting go one clock late: the target drives from rise 8 on */
	bits_out(f, DPIDR, 8);
	edge(f, SWD_HIGH);
	assert_complaint(f, "same clock");
}

static void test_clock_stopped_for_a_second_in_mid_frame_loses_nothing(void **state)
{
	struct fix *f = *state;
	u64 v;

	connect(f);
	bits_out(f, DPIDR, 8);
	v = bits_in(f, 10);
	sim_advance_to(&f->sim, sim_now_ps(&f->sim) + PS_PER_S);
	v |= bits_in(f, 28) << 10;
	assert_int_equal(v >> 1 & 7, OK);
	assert_int_equal((u32)(v >> 4), 0x2ba01477);
}

static void test_back_to_back_frames_without_idle_are_all_decoded(void **state)
{
	struct fix *f = *state;
	unsigned int i;

	connect(f);
	for (i = 0; i < 50; i++) {
		assert_int_equal(wr(f, SELECT, i % 2 ? 0xf0 : 0), OK);
		assert_int_equal(dp_read(f, DPIDR), 0x2ba01477);
	}
}

static void test_frame_is_46_clocks_on_ok_13_on_wait_and_46_with_orundetect(void **state)
{
	struct fix *f = *state;
	u64 from;

	connect(f);
	point_at(f, FAKE_SLOW);
	from = f->edges;
	assert_int_equal(rd(f, AP_RC, NULL), OK);
	assert_int_equal(f->edges - from, 46);
	from = f->edges;
	assert_int_equal(rd(f, RDBUFF, NULL), WAIT);
	assert_int_equal(f->edges - from, 13);
	assert_int_equal(wr(f, SELECT, 0), WAIT); /* found in step: the frame before was 13 */
	idle(f, 200);
	orundetect(f);
	assert_int_equal(rd(f, AP_RC, NULL), OK);
	from = f->edges;
	assert_int_equal(blind(f, RDBUFF, 0), WAIT);
	assert_int_equal(blind(f, SELECT, 0xffffffff), FAULT);
	assert_int_equal(blind(f, RDBUFF, 0), FAULT);
	assert_int_equal(f->edges - from, 3 * 46);
	assert_int_equal(dp_read(f, DPIDR), 0x2ba01477);
	assert_no_complaints(f);
}

static void
test_write_data_sent_after_a_wait_without_orundetect_is_decoded_as_requests(void **state)
{
	struct fix *f = *state;

	connect(f);
	point_at(f, FAKE_SLOW);
	rd(f, AP_RC, NULL);
	assert_int_equal(wr(f, SELECT, 0), WAIT);
	bits_out(f, 0xa5, 8); /* what should have been data is a DPIDR read */
	assert_int_equal(bits_in(f, 4) >> 1, OK);
}

static void test_turnround_of_two_adds_two_clocks_a_frame(void **state)
{
	struct fix *f = *state;
	u64 v;

	connect(f);
	dp_write(f, SELECT, 1);
	assert_int_equal(dp_read(f, CTRL_R), 0x40); /* WCR: synchronous, one clock */
	dp_write(f, CTRL_W, 1 << 8);
	bits_out(f, CTRL_R, 8);
	v = bits_in(f, 2 + 3 + 33 + 2);
	assert_int_equal(v >> 2 & 7, OK);
	assert_int_equal((u32)(v >> 5), 0x140);
	bits_out(f, CTRL_W, 8);
	assert_int_equal(bits_in(f, 2 + 3 + 2) >> 2 & 7, OK);
	bits_out(f, 0, 33);
	idle(f, 2);
	assert_int_equal(dp_read(f, CTRL_R), 0x40);
	assert_no_complaints(f);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_all_sixteen_request_bytes_decode_to_their_register_and_direction),
		T(test_request_with_wrong_parity_gets_no_ack_and_locks_out),
		T(test_request_with_stop_bit_1_gets_no_ack_and_locks_out),
		T(test_request_with_park_bit_0_gets_no_ack_and_locks_out),
		T(test_locked_out_dp_ignores_good_requests_until_a_line_reset),
		T(test_line_reset_takes_50_ones_and_2_zeros),
		T(test_line_reset_with_a_single_zero_does_not_reset),
		T(test_line_reset_of_300_ones_works),
		T(test_line_reset_inside_a_read_data_phase_ends_the_frame_and_resets),
		T(test_line_reset_inside_a_write_data_phase_never_performs_the_write),
		T(test_ctrl_stat_as_first_access_after_line_reset_is_a_protocol_error),
		T(test_line_reset_sets_stickyorun_only_with_orundetect),
		T(test_line_reset_keeps_power_up_bits_select_csw_and_tar),
		T(test_jtag_to_swd_connects_a_dp_that_is_in_jtag),
		T(test_jtag_to_swd_to_a_dp_already_in_swd_is_harmless),
		T(test_jtag_to_swd_needs_fifty_ones_before_it),
		T(test_swd_to_jtag_makes_the_dp_silent),
		T(test_dormant_dp_ignores_accesses_line_resets_and_jtag_to_swd),
		T(test_selection_alert_with_activation_0x1a_wakes_a_dormant_dp),
		T(test_jtag_to_dormant_and_dormant_to_swd_connect_from_jtag),
		T(test_alert_with_one_wrong_bit_does_not_wake_the_next_correct_one_does),
		T(test_activation_0x0a_does_not_select_sw_dp),
		T(test_targetsel_is_a_protocol_error_of_a_dpv1),
		T(test_target_drives_ack_from_clock_8_and_lets_go_at_rise_11_or_44),
		T(test_host_and_target_driving_in_the_same_clock_is_reported),
		T(test_clock_stopped_for_a_second_in_mid_frame_loses_nothing),
		T(test_back_to_back_frames_without_idle_are_all_decoded),
		T(test_frame_is_46_clocks_on_ok_13_on_wait_and_46_with_orundetect),
		T(test_write_data_sent_after_a_wait_without_orundetect_is_decoded_as_requests),
		T(test_turnround_of_two_adds_two_clocks_a_frame),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
