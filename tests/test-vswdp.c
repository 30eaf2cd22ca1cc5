// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The virtual SW-DP at its pins: frames, line reset, switching sequences, sticky flags, posting.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sim/swdp.h"
#include "sim/vdp.h"
#include "tests/support/fake-mcu.h"

#include <stdio.h>

/* request bytes, as a table of the manual gives them (IHI 0031, SWD request) */
#define DPIDR	      0xa5
#define ABORT	      0x81
#define CTRL_R	      0x8d
#define CTRL_W	      0xa9
#define RESEND	      0x95
#define SELECT	      0xb1
#define RDBUFF	      0xbd
#define TARGETSEL     0x99
#define AP_W0	      0xa3
#define AP_W4	      0x8b
#define AP_W8	      0x93
#define AP_WC	      0xbb
#define AP_R0	      0x87
#define AP_R4	      0xaf
#define AP_R8	      0xb7
#define AP_RC	      0x9f

#define OK	      1
#define WAIT	      2
#define FAULT	      4
#define SILENT	      7

#define CTRL_ORUN     0x02
#define CTRL_CMP      0x10
#define CTRL_ERR      0x20
#define CTRL_READOK   0x40
#define CTRL_WDATAERR 0x80
#define CTRL_POWER    0x50000000
#define CTRL_POWERED  0xf0000000
#define CSW_WORD_INC  0x03000012

struct fix {
	struct sim sim;
	struct mcu *mcu;
	struct swdp *dp;
	u64 period_ps;
	u64 edges;
	bool orun;
};

static int setup(void **state)
{
	struct fix *f = calloc(1, sizeof(*f));
	struct sim_opts opts = { .seed = 1 };

	assert_non_null(f);
	assert_int_equal(sim_core_init(&f->sim, &opts, NULL), 0);
	f->mcu = mcu_new(&f->sim);
	f->dp = swdp_new(&f->sim, f->mcu);
	assert_non_null(f->dp);
	f->period_ps = 1000 * PS_PER_NS;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fix *f = *state;

	swdp_free(f->dp);
	mcu_free(f->mcu);
	sim_core_exit(&f->sim);
	free(f);
	return 0;
}

/* one clock; returns the level that a host samples just before the rise */
static bool edge(struct fix *f, enum swd_level host)
{
	enum swd_level out = swdp_output(f->dp);
	bool line = host != SWD_FLOAT  ? host == SWD_HIGH
		    : out != SWD_FLOAT ? out == SWD_HIGH
				       : swdp_pull_level(f->dp);

	sim_advance_to(&f->sim, sim_now_ps(&f->sim) + f->period_ps);
	swdp_rise(f->dp, host);
	f->edges++;
	return line;
}

static void bits_out(struct fix *f, u64 v, unsigned int n)
{
	for (; n; n--, v >>= 1)
		edge(f, v & 1 ? SWD_HIGH : SWD_LOW);
}

static u64 bits_in(struct fix *f, unsigned int n)
{
	u64 v = 0;
	unsigned int i;

	for (i = 0; i < n; i++)
		v |= (u64)edge(f, SWD_FLOAT) << i;
	return v;
}

static void ones(struct fix *f, unsigned int n)
{
	while (n--)
		edge(f, SWD_HIGH);
}

static void idle(struct fix *f, unsigned int n)
{
	while (n--)
		edge(f, SWD_LOW);
}

static void line_reset(struct fix *f)
{
	ones(f, 56);
	idle(f, 8);
}

/* a read as a careful host does it; the data phase is clocked if one follows */
static unsigned int rd(struct fix *f, u8 req, u32 *val)
{
	unsigned int ack;
	u64 v;

	bits_out(f, req, 8);
	bits_in(f, 1);
	ack = (unsigned int)bits_in(f, 3);
	if (ack != OK && !(f->orun && (ack == WAIT || ack == FAULT))) {
		bits_in(f, 1);
		return ack;
	}
	v = bits_in(f, 33);
	bits_in(f, 1);
	if (ack == OK)
		assert_int_equal(v >> 32, __builtin_parity((u32)v));
	if (val)
		*val = (u32)v;
	return ack;
}

static unsigned int wr_parity(struct fix *f, u8 req, u32 val, unsigned int parity)
{
	unsigned int ack;

	bits_out(f, req, 8);
	bits_in(f, 1);
	ack = (unsigned int)bits_in(f, 3);
	bits_in(f, 1);
	if (ack == OK || (f->orun && (ack == WAIT || ack == FAULT)))
		bits_out(f, val | (u64)parity << 32, 33);
	return ack;
}

static unsigned int wr(struct fix *f, u8 req, u32 val)
{
	return wr_parity(f, req, val, __builtin_parity(val));
}

static u32 dp_read(struct fix *f, u8 req)
{
	u32 v = 0;

	assert_int_equal(rd(f, req, &v), OK);
	return v;
}

static void dp_write(struct fix *f, u8 req, u32 val)
{
	assert_int_equal(wr(f, req, val), OK);
	idle(f, 2);
}

static void jtag_to_swd(struct fix *f)
{
	ones(f, 56);
	bits_out(f, 0xe79e, 16);
	line_reset(f);
}

static void power_up(struct fix *f)
{
	dp_write(f, ABORT, 0x1e);
	dp_write(f, SELECT, 0);
	dp_write(f, CTRL_W, CTRL_POWER);
	idle(f, 50);
	assert_int_equal(dp_read(f, CTRL_R) & CTRL_POWERED, CTRL_POWERED);
}

static void connect(struct fix *f)
{
	jtag_to_swd(f);
	assert_int_equal(dp_read(f, DPIDR), 0x2ba01477);
	power_up(f);
}

static void orundetect(struct fix *f)
{
	dp_write(f, CTRL_W, CTRL_POWER | 1);
	f->orun = true;
}

/* AP write that leaves time for the transfer */
static void ap_write(struct fix *f, u8 req, u32 val)
{
	assert_int_equal(wr(f, req, val), OK);
	idle(f, 40);
}

static void point_at(struct fix *f, u32 addr)
{
	ap_write(f, AP_W0, CSW_WORD_INC);
	ap_write(f, AP_W4, addr);
}

static u32 ap_read(struct fix *f, u8 req)
{
	assert_int_equal(rd(f, req, NULL), OK);
	return dp_read(f, RDBUFF);
}

static void assert_no_complaints(struct fix *f)
{
	if (sim_n_complaints(&f->sim))
		fail_msg("complaint: %s", sim_complaint(&f->sim, 0));
}

static void assert_complaint(struct fix *f, const char *part)
{
	size_t i;

	for (i = 0; i < sim_n_complaints(&f->sim); i++)
		if (strstr(sim_complaint(&f->sim, i), part))
			return;
	fail_msg("nobody complained about: %s", part);
}

/* a frame of a blind host under ORUNDETECT: 46 clocks, whatever the answer */
static unsigned int blind(struct fix *f, u8 req, u32 val)
{
	unsigned int ack;

	bits_out(f, req, 8);
	bits_in(f, 1);
	ack = (unsigned int)bits_in(f, 3);
	if (req & 4) {
		bits_in(f, 34);
	} else {
		bits_in(f, 1);
		bits_out(f, val | (u64)__builtin_parity(val) << 32, 33);
	}
	return ack;
}

static u32 flags(struct fix *f)
{
	return dp_read(f, CTRL_R) & 0xff;
}

static void selection_alert(struct fix *f, unsigned int wrong_bit, u8 activation)
{
	static const u8 alert[] = { 0x92, 0xf3, 0x09, 0x62, 0x95, 0x2d, 0x85, 0x86,
				    0xe9, 0xaf, 0xdd, 0xe3, 0xa2, 0x0e, 0xbc, 0x19 };
	unsigned int i;

	ones(f, 8);
	for (i = 0; i < 128; i++)
		edge(f, (alert[i / 8] >> (i % 8) & 1) != (i == wrong_bit) ? SWD_HIGH : SWD_LOW);
	idle(f, 4);
	bits_out(f, activation, 8);
}

static void to_dormant(struct fix *f)
{
	ones(f, 56);
	bits_out(f, 0xe3bc, 16);
}

/* ---- link ---- */

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
