// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The internal flash of a virtual STM32L476, through every layer: mtd, scheduler, queue, SWD, MPSSE.
 * Whatever the test does, the bench must have nothing to complain about.
 */
#include "lib/adapter.h"
#include "lib/target.h"
#include "sim/mcu.h"
#include "sim/sim.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SWCLK_HZ 15000000u

struct bench {
	struct ctx ctx;
	sig_atomic_t stop;
	struct sim_opts opts;
	struct sim_faults faults;
	struct transport *t;
	struct sim *sim;
	struct swd_host *host;
	struct target target;
	bool is_attached;
	struct mtd_info *flash;
	u8 data[KIB(64)];
};

static void open_bench(struct bench *b)
{
	struct adapter a;

	assert_int_equal(sim_open(&b->opts, &b->faults, &b->ctx.err, &b->t), 0);
	b->sim = sim_of_transport(b->t);
	b->ctx.clk = b->t->clk;
	assert_int_equal(adapter_load(&a, ADAPTER_DEFAULT, &b->ctx.err), 0);
	assert_int_equal(swd_host_open(&b->ctx, b->t, &a, &b->host), 0);
}

static int attach(struct bench *b)
{
	struct target_attach_opts opts = { .swclk_hz = SWCLK_HZ };
	int ret = target_attach(&b->target, &b->ctx, b->host, &opts);

	b->is_attached = !ret;
	if (!ret)
		b->flash = target_mtd(&b->target, "flash");
	return ret;
}

static void open_and_attach(struct bench *b)
{
	open_bench(b);
	if (attach(b))
		fail_msg("attach: %s (%s)", b->ctx.err.what, b->ctx.err.where);
	assert_non_null(b->flash);
}

static void detach(struct bench *b)
{
	if (b->is_attached)
		target_detach(&b->target, TARGET_RUN);
	b->is_attached = false;
}

static void close_bench(struct bench *b)
{
	detach(b);
	if (b->host)
		b->host->ops->close(b->host);
	b->host = NULL;
}

static void assert_no_complaints(const struct bench *b)
{
	for (size_t i = 0; i < sim_n_complaints(b->sim); i++)
		print_error("complaint: %s\n", sim_complaint(b->sim, i));
	assert_int_equal(sim_n_complaints(b->sim), 0);
}

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	b->ctx.stop = &b->stop;
	sim_opts_default(&b->opts);
	b->opts.seed = 1;
	for (size_t i = 0; i < sizeof(b->data); i++)
		b->data[i] = (u8)(i * 7 + (i >> 8) * 13 + 1);
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	close_bench(*state);
	free(*state);
	return 0;
}

static u8 *cells(struct bench *b)
{
	size_t size;

	return mcu_flash(b->sim->mcu, &size);
}

/* erase, program and read back one range; everything around it survives */
static void write_and_compare(struct bench *b, u64 at, size_t len)
{
	u8 *back = malloc(len), *flash = cells(b);

	memset(flash, 0x5a, b->flash->size);
	if (mtd_erase(b->flash, at, len) || mtd_write(b->flash, at, len, b->data))
		fail_msg("at 0x%x: %s (%s)", (unsigned int)at, b->ctx.err.what, b->ctx.err.where);
	assert_int_equal(mtd_read(b->flash, at, len, back), 0);
	assert_memory_equal(back, b->data, len);
	assert_memory_equal(flash + at, b->data, len);
	if (at)
		assert_int_equal(flash[at - 1], 0x5a);
	if (at + len < b->flash->size)
		assert_int_equal(flash[at + len], 0x5a);
	free(back);
}

static void test_erase_program_and_read_back_in_both_banks(void **state)
{
	struct bench *b = *state;

	open_and_attach(b);
	assert_int_equal(b->flash->size, MIB(1));
	write_and_compare(b, 0, KIB(8));
	write_and_compare(b, MIB(1) / 2 - KIB(4), KIB(8));
	write_and_compare(b, MIB(1) - KIB(2), KIB(2));
	detach(b);
	assert_no_complaints(b);
}

static void test_smaller_parts_in_both_bank_modes(void **state)
{
	static const struct {
		u32 kib;
		s32 dualbank;
	} cases[] = { { 512, 1 }, { 512, 0 }, { 256, 1 }, { 256, 0 } };
	struct bench *b = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		b->opts.flash_kib = cases[i].kib;
		b->opts.dualbank = cases[i].dualbank;
		open_and_attach(b);
		assert_int_equal(b->flash->size, KIB(cases[i].kib));
		write_and_compare(b, 0, KIB(2));
		write_and_compare(b, b->flash->size / 2 - KIB(2), KIB(4));
		write_and_compare(b, b->flash->size - KIB(2), KIB(2));
		detach(b);
		assert_no_complaints(b);
		close_bench(b);
	}
}

static void test_bank_and_chip_erase_spare_the_rest(void **state)
{
	struct bench *b = *state;
	u8 *flash;

	open_and_attach(b);
	flash = cells(b);
	memset(flash, 0, MIB(1));
	assert_int_equal(mtd_erase(b->flash, MIB(1) / 2, MIB(1) / 2), 0);
	assert_int_equal(flash[MIB(1) / 2 - 1], 0);
	assert_int_equal(flash[MIB(1) / 2], 0xff);
	assert_int_equal(flash[MIB(1) - 1], 0xff);
	assert_int_equal(b->sim->stats.flash.n_erases, 1);
	assert_int_equal(mtd_erase(b->flash, 0, MIB(1)), 0);
	assert_int_equal(flash[0], 0xff);
	detach(b);
	assert_no_complaints(b);
}

/* achieved against what the device really took */
static void test_programming_keeps_up_with_the_device(void **state)
{
	struct bench *b = *state;

	for (u64 seed = 1; seed <= 4; seed++) {
		u64 from_ns, ns, busy_ns;

		b->opts.seed = seed;
		open_and_attach(b);
		memset(cells(b), 0xff, MIB(1));
		from_ns = clock_now_ns(b->ctx.clk);
		busy_ns = b->sim->stats.flash.program_ps / 1000;
		for (unsigned int i = 0; i < 4; i++)
			assert_int_equal(
				mtd_write(b->flash, i * sizeof(b->data), sizeof(b->data), b->data),
				0);
		ns = clock_now_ns(b->ctx.clk) - from_ns;
		busy_ns = b->sim->stats.flash.program_ps / 1000 - busy_ns;
		if (busy_ns * 100 / ns < 90)
			fail_msg("seed %u: %u %% of the limit", (unsigned int)seed,
				 (unsigned int)(busy_ns * 100 / ns));
		/* word 0 is early and stalled, but the port never says WAIT */
		assert_int_equal(b->ctx.stats.retries, 0);
		assert_true(b->sim->stats.flash_write_stall_ps / 1000 < busy_ns / 10);
		assert_memory_equal(cells(b), b->data, sizeof(b->data));
		detach(b);
		assert_no_complaints(b);
		close_bench(b);
		b->ctx.stats = (struct ctx_stats){ 0 };
	}
}

static void test_a_protected_page_is_refused_before_anything_changes(void **state)
{
	struct bench *b = *state;

	open_bench(b);
	mcu_set_wrp(b->sim->mcu, 1, 'A', 3, 5);
	assert_int_equal(attach(b), 0);
	memset(cells(b), 0, MIB(1));
	assert_int_equal(mtd_erase(b->flash, 0, KIB(16)), -EROFS);
	assert_non_null(
		strstr(b->ctx.err.what, "page 3 of bank 1 (0x08001800) is write-protected"));
	err_clear(&b->ctx.err);
	assert_int_equal(mtd_erase(b->flash, KIB(12), KIB(4)), 0);
	assert_int_equal(b->sim->stats.flash.n_erases, 2);
	assert_int_equal(cells(b)[0], 0);
	detach(b);
	assert_no_complaints(b);
}

static void test_rdp_level_1_is_explained_and_the_flash_left_alone(void **state)
{
	struct bench *b = *state;
	u8 buf[64];

	b->opts.rdp = 1;
	open_bench(b);
	memset(cells(b), 0x11, MIB(1));
	assert_int_equal(attach(b), 0);
	assert_int_equal(b->target.rdp, RDP_LEVEL_1);
	assert_int_equal(mtd_read(b->flash, 0, sizeof(buf), buf), -EROFS);
	assert_non_null(strstr(b->ctx.err.what, "RDP level 1"));
	err_clear(&b->ctx.err);
	assert_int_equal(mtd_erase(b->flash, 0, KIB(2)), -EROFS);
	err_clear(&b->ctx.err);
	assert_int_equal(mtd_read(target_mtd(&b->target, "options"), 0, 4, buf), 0);
	assert_int_not_equal(buf[0], 0xaa);
	assert_int_equal(cells(b)[0], 0x11);
	detach(b);
	assert_no_complaints(b);
}

static void test_option_bytes_and_otp_can_be_read(void **state)
{
	struct bench *b = *state;
	struct mtd_info *opt, *otp;
	u8 buf[1024];

	open_and_attach(b);
	opt = target_mtd(&b->target, "options");
	otp = target_mtd(&b->target, "otp");
	assert_int_equal(mtd_read(opt, 0, opt->size, buf), 0);
	assert_int_equal(buf[0], 0xaa);
	assert_int_equal(otp->size, 1024);
	assert_int_equal(mtd_read(otp, 0, 1024, buf), 0);
	assert_int_equal(buf[0], 0xff);
	assert_int_equal(mtd_write(otp, 0, 8, buf), -EROFS);
	detach(b);
	assert_no_complaints(b);
}

static void test_flash_that_is_not_blank_is_named(void **state)
{
	struct bench *b = *state;

	open_and_attach(b);
	memset(cells(b), 0xff, MIB(1));
	cells(b)[0x1234] = 0;
	assert_int_equal(mtd_write(b->flash, 0x1000, 0x800, b->data), -EIO);
	assert_non_null(strstr(b->ctx.err.what, "0x08001230 was not erased"));
	assert_memory_equal(cells(b) + 0x1000, b->data, 0x230);
	err_clear(&b->ctx.err);
	/* and the next job is none the worse for it */
	write_and_compare(b, 0x1000, KIB(4));
	detach(b);
}

static void test_a_running_application_is_tamed(void **state)
{
	struct bench *b = *state;

	b->faults.app_iwdg = true;
	b->faults.app_dma = true;
	open_and_attach(b);
	write_and_compare(b, KIB(128), KIB(64));
	detach(b);
	assert_no_complaints(b);
}

static void test_busy_times_up_to_the_maximum_lose_nothing(void **state)
{
	struct bench *b = *state;

	b->opts.busy_max = true;
	for (b->opts.seed = 1; b->opts.seed <= 5; b->opts.seed++) {
		open_and_attach(b);
		write_and_compare(b, 0, KIB(16));
		detach(b);
		assert_no_complaints(b);
		close_bench(b);
	}
}

static void test_waits_on_the_wire_lose_nothing(void **state)
{
	struct bench *b = *state;

	b->faults.wait_every = 700;
	open_and_attach(b);
	write_and_compare(b, KIB(512), KIB(16));
	detach(b);
	assert_no_complaints(b);
}

/*
 * A bit that flips in idle cycles can make the port take half of the next request for another one:
 * that write is lost, and all ACKs after it are good. Rare, and what verify and repair are for.
 */
static void test_bit_errors_lose_nothing_that_a_second_round_does_not_mend(void **state)
{
	struct bench *b = *state;
	unsigned int n_mended = 0;

	b->faults.ber = 1e-5;
	for (b->opts.seed = 11; b->opts.seed <= 16; b->opts.seed++) {
		open_and_attach(b);
		memset(cells(b), 0x5a, b->flash->size);
		if (mtd_erase(b->flash, 0, sizeof(b->data)) ||
		    mtd_write(b->flash, 0, sizeof(b->data), b->data))
			fail_msg("%s (%s)", b->ctx.err.what, b->ctx.err.where);
		if (memcmp(cells(b), b->data, sizeof(b->data))) {
			n_mended++;
			write_and_compare(b, 0, sizeof(b->data));
		}
		assert_true(b->ctx.stats.retries > 0);
		close_bench(b);
		err_clear(&b->ctx.err);
		b->ctx.stats = (struct ctx_stats){ 0 };
	}
	assert_true(n_mended <= 1);
}

static void test_a_reset_in_the_middle_is_reported(void **state)
{
	struct bench *b = *state;
	int ret;

	/* long enough after attach to fall into the programming */
	b->faults.reset_at_ps = 3 * PS_PER_S;
	open_and_attach(b);
	do {
		ret = mtd_erase(b->flash, 0, sizeof(b->data));
		if (!ret)
			ret = mtd_write(b->flash, 0, sizeof(b->data), b->data);
	} while (!ret && sim_now_ps(b->sim) < 10 * PS_PER_S);
	assert_int_equal(ret, -EIO);
	/* an access that meets the reset itself is refused by the bus: then it is what is suggested */
	if (!strstr(b->ctx.err.what, "reset") && !strstr(b->ctx.err.next, "a reset at that time"))
		fail_msg("%s; %s", b->ctx.err.what, b->ctx.err.next);
}

static void test_stop_leaves_whole_units_and_a_second_run_finishes(void **state)
{
	struct bench *b = *state;
	struct flash_job job;

	open_and_attach(b);
	memset(cells(b), 0xff, MIB(1));
	assert_int_equal(mtd_prepare(b->flash), 0);
	job = (struct flash_job){
		.kind = JOB_PROGRAM, .mtd = b->flash, .len = sizeof(b->data), .buf = b->data
	};
	b->stop = 1;
	assert_int_equal(sched_run(&b->ctx, b->target.q, &job, 1), -EINTR);
	assert_int_equal(job.done, 0);
	b->stop = 0;
	err_clear(&b->ctx.err);
	assert_int_equal(mtd_write(b->flash, 0, sizeof(b->data), b->data), 0);
	assert_memory_equal(cells(b), b->data, sizeof(b->data));
	detach(b);
	assert_no_complaints(b);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_erase_program_and_read_back_in_both_banks),
		TEST(test_smaller_parts_in_both_bank_modes),
		TEST(test_bank_and_chip_erase_spare_the_rest),
		TEST(test_programming_keeps_up_with_the_device),
		TEST(test_a_protected_page_is_refused_before_anything_changes),
		TEST(test_rdp_level_1_is_explained_and_the_flash_left_alone),
		TEST(test_option_bytes_and_otp_can_be_read),
		TEST(test_flash_that_is_not_blank_is_named),
		TEST(test_a_running_application_is_tamed),
		TEST(test_busy_times_up_to_the_maximum_lose_nothing),
		TEST(test_waits_on_the_wire_lose_nothing),
		TEST(test_bit_errors_lose_nothing_that_a_second_round_does_not_mend),
		TEST(test_a_reset_in_the_middle_is_reported),
		TEST(test_stop_leaves_whole_units_and_a_second_run_finishes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
