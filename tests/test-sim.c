// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The bench as a whole: opened with options or by "-p sim:" parameters, its state file, the faults
 * that come at a time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sim/mcu.h"
#include "sim/netlist.h"
#include "sim/sim.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct fix {
	struct sim_opts opts;
	struct sim_faults faults;
	struct err err;
	struct transport *t;
	struct sim *sim;
	char path[64];
};

static int setup(void **state)
{
	struct fix *f = calloc(1, sizeof(*f));
	int fd;

	assert_non_null(f);
	sim_opts_default(&f->opts);
	snprintf(f->path, sizeof(f->path), "/tmp/swdrom-test-sim-XXXXXX");
	fd = mkstemp(f->path);
	assert_true(fd >= 0);
	close(fd);
	unlink(f->path);
	*state = f;
	return 0;
}

static void shut(struct fix *f)
{
	if (f->t)
		f->t->ops->close(f->t);
	f->t = NULL;
}

static int teardown(void **state)
{
	struct fix *f = *state;

	shut(f);
	unlink(f->path);
	free(f);
	return 0;
}

static void start(struct fix *f)
{
	assert_int_equal(sim_open(&f->opts, &f->faults, &f->err, &f->t), 0);
	f->sim = sim_of_transport(f->t);
}

static int open_params(struct fix *f, const char *text)
{
	struct log log = { 0 };
	struct params *p;
	int ret;

	assert_int_equal(params_parse(&p, text, &f->err), 0);
	ret = sim_programmer.open(p, &log, &f->err, &f->t);
	if (!ret) {
		f->sim = sim_of_transport(f->t);
		ret = params_check_unused(p, "sim", &f->err);
	}
	params_free(p);
	return ret;
}

/* resistor wiring at 15 MHz: connect, read DPIDR; 0 if nobody answers */
static u32 dpidr(struct fix *f)
{
	/* 56 ones, JTAG-to-SWD, 56 ones, 8 zeros, request, 38 clocks */
	static const u8 cmd[] = { 0x85, 0x8a, 0x97, 0x8d, 0x86, 1,    0,    0x80, 0x00, 0x03,
				  0x39, 23,   0,    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
				  0x9e, 0xe7, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00,
				  0xa5, 0,    0,    0,	  0,	0,    0,    0x87 };
	u8 in[24];
	struct usb_batch b = {
		.out = cmd, .n_out = sizeof(cmd), .in = in, .n_in = sizeof(in), .timeout_ms = 1000
	};
	u64 v;

	assert_int_equal(f->t->ops->control(f->t, FTDI_SET_BITMODE, 0x0200), 0);
	assert_int_equal(f->t->ops->submit(f->t, &b), 0);
	assert_int_equal(f->t->ops->reap(f->t, &b), 0);
	v = get_le32(in + 18) | (u64)get_le16(in + 22) << 32;
	return (v >> 1 & 7) == 1 ? (u32)(v >> 4) : 0;
}

static void test_a_bench_opened_with_defaults_answers_with_the_l476s_dpidr(void **state)
{
	struct fix *f = *state;

	start(f);
	assert_true(f->t->is_virtual);
	assert_string_equal(f->t->location, "sim");
	assert_int_equal(dpidr(f), 0x2ba01477);
	assert_int_equal(sim_n_complaints(f->sim), 0);
}

static void test_unknown_board_is_refused_with_the_names_of_those_there_are(void **state)
{
	struct fix *f = *state;

	assert_int_equal(open_params(f, "board=toaster"), -EINVAL);
	assert_non_null(strstr(f->err.what, "toaster"));
	assert_non_null(strstr(f->err.what, "stm32l476g-disco"));
}

static void test_every_virtual_board_opens(void **state)
{
	struct fix *f = *state;
	const char *const *name;

	for (name = netlist_board_names(); *name; name++) {
		snprintf(f->opts.board, sizeof(f->opts.board), "%s", *name);
		start(f);
		if (!netlist_is_on_adapter(*name))
			assert_int_equal(dpidr(f), 0x2ba01477);
		shut(f);
	}
}

static void test_every_key_reaches_its_option_or_fault(void **state)
{
	struct fix *f = *state;
	char text[900];

	snprintf(text, sizeof(text),
		 "board=stm32l476g-disco,state=%s,seed=7,busy_max=1,wiring=tristate,chip=ft232h,"
		 "flash_kib=512,dualbank=0,rdp=1,reference_dp=1,ber=1e-5,wait_every=9,unplug_at=11,"
		 "short_at=12,reset_at_us=13,power_cut_us=14,stuck_wip=1,float_io3=1,swap_swd=1,"
		 "no_power=0,hold_nrst=1,no_nrst=1,swdio_open=1,app_sleeps=1,app_xip=1,app_qpi=1,"
		 "app_dpd=1,app_dma=1,app_iwdg=1,extra_byte=1",
		 f->path);
	assert_int_equal(open_params(f, text), 0);
	assert_string_equal(f->sim->opts.state_path, f->path);
	assert_int_equal(f->sim->opts.seed, 7);
	assert_true(f->sim->opts.busy_max);
	assert_string_equal(f->sim->opts.wiring, "tristate");
	assert_string_equal(f->sim->opts.chip, "ft232h");
	assert_int_equal(f->sim->opts.flash_kib, 512);
	assert_int_equal(f->sim->opts.dualbank, 0);
	assert_int_equal(f->sim->opts.rdp, 1);
	assert_true(f->sim->opts.reference_dp);
	assert_true(f->sim->faults.ber > 0.9e-5 && f->sim->faults.ber < 1.1e-5);
	assert_int_equal(f->sim->faults.wait_every, 9);
	assert_int_equal(f->sim->faults.unplug_at, 11);
	assert_int_equal(f->sim->faults.short_at, 12);
	assert_int_equal(f->sim->faults.reset_at_ps, 13 * PS_PER_US);
	assert_int_equal(f->sim->faults.power_cut_ps, 14 * PS_PER_US);
	assert_true(f->sim->faults.stuck_wip && f->sim->faults.float_io3);
	assert_true(f->sim->faults.swap_swd && !f->sim->faults.no_power);
	assert_true(f->sim->faults.hold_nrst && f->sim->faults.no_nrst);
	assert_true(f->sim->faults.swdio_open && f->sim->faults.app_sleeps);
	assert_true(f->sim->faults.app_xip && f->sim->faults.app_qpi && f->sim->faults.app_dpd);
	assert_true(f->sim->faults.app_dma && f->sim->faults.app_iwdg);
	assert_true(f->sim->faults.extra_byte);
}

static void test_values_out_of_range_are_refused(void **state)
{
	static const char *const bad[] = {
		"ber=2",
		"ber=x",
		"busy_max=2",
		"flash_kib=300",
		"dualbank=2",
		"rdp=3",
		"wiring=air",
		"chip=ft2232c",
		"no_power=yes",
		"board=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	};
	struct fix *f = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		if (open_params(f, bad[i]) != -EINVAL)
			fail_msg("%s was taken", bad[i]);
		assert_true(f->err.what[0]);
		err_clear(&f->err);
	}
}

static void test_what_is_in_flash_survives_in_the_state_file(void **state)
{
	struct fix *f = *state;
	size_t size, nor_size;
	u8 *flash, *nor;

	snprintf(f->opts.state_path, sizeof(f->opts.state_path), "%s", f->path);
	start(f);
	flash = mcu_flash(f->sim->mcu, &size);
	nor = netlist_nor_data(f->sim->nets, &nor_size);
	memcpy(flash + size - 6, "swdrom", 6);
	memcpy(nor + nor_size - 6, "on nor", 6);
	shut(f);
	start(f);
	flash = mcu_flash(f->sim->mcu, &size);
	nor = netlist_nor_data(f->sim->nets, &nor_size);
	assert_memory_equal(flash + size - 6, "swdrom", 6);
	assert_memory_equal(nor + nor_size - 6, "on nor", 6);
}

static void test_a_file_that_is_no_state_file_is_refused_and_left_alone(void **state)
{
	struct fix *f = *state;
	char buf[32] = "";
	FILE *file = fopen(f->path, "w");

	assert_non_null(file);
	fputs("precious", file);
	fclose(file);
	snprintf(f->opts.state_path, sizeof(f->opts.state_path), "%s", f->path);
	assert_int_equal(sim_open(&f->opts, &f->faults, &f->err, &f->t), -ENOEXEC);
	file = fopen(f->path, "r");
	assert_non_null(file);
	assert_non_null(fgets(buf, sizeof(buf), file));
	fclose(file);
	assert_string_equal(buf, "precious");
}

static void test_a_state_that_cannot_be_written_is_reported_at_close(void **state)
{
	struct fix *f = *state;

	snprintf(f->opts.state_path, sizeof(f->opts.state_path), "%s/no/such/dir", f->path);
	start(f);
	shut(f);
	assert_int_equal(f->err.code, -ENOENT);
	assert_non_null(strstr(f->err.what, "state"));
}

static void test_power_cut_takes_50_ms_and_leaves_the_port_in_jtag(void **state)
{
	struct fix *f = *state;

	f->faults.power_cut_ps = 100 * PS_PER_MS;
	start(f);
	assert_int_equal(dpidr(f), 0x2ba01477);
	clock_sleep_ns(f->t->clk, 99 * MSEC_NS - clock_now_ns(f->t->clk));
	assert_true(mcu_is_powered(f->sim->mcu));
	clock_sleep_ns(f->t->clk, 2 * MSEC_NS);
	assert_false(mcu_is_powered(f->sim->mcu));
	assert_int_equal(dpidr(f), 0);
	clock_sleep_ns(f->t->clk, 50 * MSEC_NS);
	assert_true(mcu_is_powered(f->sim->mcu));
	assert_int_equal(dpidr(f), 0x2ba01477);
}

static void test_reset_button_pulls_nrst_at_its_time(void **state)
{
	struct fix *f = *state;

	f->faults.reset_at_ps = 100 * PS_PER_MS;
	start(f);
	clock_sleep_ns(f->t->clk, 99 * MSEC_NS);
	assert_false(mcu_nrst_low(f->sim->mcu));
	clock_sleep_ns(f->t->clk, 2 * MSEC_NS);
	assert_true(mcu_nrst_low(f->sim->mcu));
	clock_sleep_ns(f->t->clk, 30 * MSEC_NS);
	assert_false(mcu_nrst_low(f->sim->mcu));
}

static void test_no_power_and_held_nrst_are_there_from_the_start(void **state)
{
	struct fix *f = *state;

	f->faults.no_power = true;
	start(f);
	assert_false(mcu_is_powered(f->sim->mcu));
	assert_int_equal(dpidr(f), 0);
	shut(f);
	f->faults.no_power = false;
	f->faults.hold_nrst = true;
	start(f);
	assert_true(mcu_nrst_low(f->sim->mcu));
	assert_int_equal(dpidr(f), 0x2ba01477); /* the debug port lives under reset */
}

static void test_two_benches_live_side_by_side(void **state)
{
	struct fix *f = *state;
	struct transport *other;
	struct err err = { 0 };

	start(f);
	assert_int_equal(sim_open(&f->opts, NULL, &err, &other), 0);
	assert_int_equal(dpidr(f), 0x2ba01477);
	assert_int_equal(sim_of_transport(other)->stats.swd_frames, 0);
	other->ops->close(other);
}

static void test_bench_busy_reports_internal_flash_and_both_nors(void **state)
{
	struct fix *f = *state;
	struct bench_busy busy[4];

	start(f);
	f->sim->stats.flash.erase_ps = 24 * PS_PER_MS;
	f->sim->stats.flash.n_erases = 1;
	f->sim->stats.nor.program_ps = 3 * PS_PER_MS;
	f->sim->stats.nor2.program_ps = 2 * PS_PER_MS;
	assert_int_equal(f->t->ops->bench_busy(f->t, busy, 4), 3);
	assert_string_equal(busy[0].device, "flash");
	assert_int_equal(busy[0].erase_ns, 24 * MSEC_NS);
	assert_int_equal(busy[0].n_erases, 1);
	assert_string_equal(busy[1].device, "qspi");
	assert_int_equal(busy[1].program_ns, 3 * MSEC_NS);
	assert_string_equal(busy[2].device, "qspi2");
	assert_int_equal(busy[2].program_ns, 2 * MSEC_NS);
	assert_int_equal(f->t->ops->bench_busy(f->t, busy, 1), 1);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_a_bench_opened_with_defaults_answers_with_the_l476s_dpidr),
		T(test_unknown_board_is_refused_with_the_names_of_those_there_are),
		T(test_every_virtual_board_opens),
		T(test_every_key_reaches_its_option_or_fault),
		T(test_values_out_of_range_are_refused),
		T(test_what_is_in_flash_survives_in_the_state_file),
		T(test_a_file_that_is_no_state_file_is_refused_and_left_alone),
		T(test_a_state_that_cannot_be_written_is_reported_at_close),
		T(test_power_cut_takes_50_ms_and_leaves_the_port_in_jtag),
		T(test_reset_button_pulls_nrst_at_its_time),
		T(test_no_power_and_held_nrst_are_there_from_the_start),
		T(test_two_benches_live_side_by_side),
		T(test_bench_busy_reports_internal_flash_and_both_nors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
