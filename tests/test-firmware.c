// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The demo firmware, written by swdrom, really runs: on the virtual core it checks the CRC of its
 * internal flash and of every asset in the memory-mapped QUADSPI flash, and says what it found.
 */
#include "lib/adapter.h"
#include "lib/target.h"
#include "sim/mcu.h"
#include "sim/sim.h"
#include "tests/firmware/report.h"
#include "tests/support/job.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DEMO	   "tests/firmware/demo.elf"
#define SWCLK_HZ   15000000u
#define MSEC	   1000000u
#define TIMEOUT_MS 20000 /* of virtual time; it takes half of that at 4 MHz */
#define N_ASSETS   8
#define JEDEC_ID   0x18ba20

#define DHCSR	   0xe000edf0u
#define DCRSR	   0xe000edf4u
#define DCRDR	   0xe000edf8u
#define DEMCR	   0xe000edfcu
#define ITM_TER	   0xe0000e00u
#define ITM_TCR	   0xe0000e80u
#define ITM_LAR	   0xe0000fb0u
#define DHCSR_KEY  0xa05f0000u

struct board_bench {
	struct job job;
	struct ctx ctx;
	sig_atomic_t stop;
	struct transport *t;
	struct sim *sim;
	struct swd_host *host;
	bool is_attached;
	struct target target;
	struct report report;
};

/* ---- the bench ---- */

static int setup(void **state)
{
	struct board_bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->ctx.stop = &b->stop;
	job_init(&b->job);
	*state = b;
	return 0;
}

static void close_bench(struct board_bench *b)
{
	if (b->is_attached)
		target_detach(&b->target, TARGET_LEAVE);
	b->is_attached = false;
	if (b->host)
		b->host->ops->close(b->host);
	b->host = NULL;
}

static int teardown(void **state)
{
	struct board_bench *b = *state;

	close_bench(b);
	job_exit(&b->job);
	free(b);
	return 0;
}

static void write_demo(struct board_bench *b)
{
	if (job_run_file(&b->job, JOB_WRITE, DEMO))
		fail_msg("%s (%s)", b->job.what, b->job.where);
	assert_int_equal(b->job.n_objections, 0);
}

/* the board as the job left it; stays open, so that its time can go on */
static void open_bench(struct board_bench *b)
{
	struct sim_opts opts;
	struct adapter a;

	sim_opts_default(&opts);
	snprintf(opts.state_path, sizeof(opts.state_path), "%s/state", b->job.dir);
	assert_int_equal(sim_open(&opts, NULL, &b->ctx.err, &b->t), 0);
	b->sim = sim_of_transport(b->t);
	b->ctx.clk = b->t->clk;
	assert_int_equal(adapter_load(&a, ADAPTER_DEFAULT, &b->ctx.err), 0);
	assert_int_equal(swd_host_open(&b->ctx, b->t, &a, &b->host), 0);
	if (!mcu_executes(b->sim->mcu))
		skip(); /* built without libunicorn */
}

/* attach over the wire, reset and let it run, as --reset run does */
static void reset_run(struct board_bench *b)
{
	struct target_attach_opts opts = { .swclk_hz = SWCLK_HZ };

	if (target_attach(&b->target, &b->ctx, b->host, &opts))
		fail_msg("attach: %s (%s)", b->ctx.err.what, b->ctx.err.where);
	b->is_attached = true;
	memset(mcu_sram(b->sim->mcu, REPORT_ADDR), 0, sizeof(struct report));
	assert_int_equal(target_detach(&b->target, TARGET_RUN), 0);
	b->is_attached = false;
}

static void look(struct board_bench *b)
{
	const u8 *p = mcu_sram(b->sim->mcu, REPORT_ADDR);

	memcpy(&b->report, p, sizeof(b->report));
}

static void run_until(struct board_bench *b, enum report_state state)
{
	unsigned int ms;

	for (ms = 0; ms < TIMEOUT_MS; ms += 10) {
		look(b);
		if (b->report.magic == REPORT_MAGIC && b->report.state == state)
			return;
		sim_run_for(b->t, 10 * MSEC);
	}
	fail_msg("state 0x%x after %u ms, not 0x%x", b->report.state, ms, state);
}

static void assert_no_complaints(const struct board_bench *b)
{
	size_t i;

	for (i = 0; i < sim_n_complaints(b->sim); i++)
		print_error("complaint: %s\n", sim_complaint(b->sim, i));
	assert_int_equal(sim_n_complaints(b->sim), 0);
}

/* ---- a debugger's accesses, past the wire ---- */

static u32 ap_access(struct board_bench *b, u32 addr, bool write, u32 val)
{
	struct bus_xact x = { .addr = addr,
			      .size = 4,
			      .write = write,
			      .master = BUS_DAP,
			      .data = val,
			      .at_ps = sim_now_ps(b->sim) };

	assert_int_equal(mcu_ap_access(b->sim->mcu, &x), BUS_OK);
	sim_run_for(b->t, 2000);
	return x.data;
}

static u32 core_reg(struct board_bench *b, u32 n)
{
	ap_access(b, DCRSR, true, n);
	return ap_access(b, DCRDR, false, 0);
}

/* ---- tests ---- */

static void test_what_swdrom_wrote_starts_and_finds_itself_whole(void **state)
{
	struct board_bench *b = *state;
	unsigned int ms;

	write_demo(b);
	open_bench(b);
	reset_run(b);
	run_until(b, REPORT_PASSED);
	assert_int_equal(b->report.jedec_id, JEDEC_ID);
	assert_int_equal(b->report.n_assets, N_ASSETS);
	assert_int_equal(b->report.n_assets_bad, 0);
	assert_true(b->report.asset_bytes > MIB(1));
	assert_int_equal(b->report.flash_crc, b->report.flash_want);
	assert_true(b->report.flash_bytes > KIB(64));
	/* a spectrum in software floating point takes some seconds at 4 MHz */
	for (ms = 0; ms < TIMEOUT_MS && b->report.heartbeat < 2; ms += 100) {
		sim_run_for(b->t, 100 * MSEC);
		look(b);
	}
	assert_true(b->report.heartbeat >= 2);
	assert_no_complaints(b);
}

static void test_one_flipped_byte_in_the_nor_is_one_bad_asset(void **state)
{
	struct board_bench *b = *state;
	const size_t offset = 0x20000;
	size_t len;
	u8 *nor, byte;

	write_demo(b);
	nor = job_truth(&b->job, true, &len);
	byte = nor[offset] ^ 0x10;
	free(nor);
	job_poke_truth(&b->job, true, offset, &byte, 1);
	open_bench(b);
	reset_run(b);
	run_until(b, REPORT_FAILED);
	assert_int_equal(b->report.n_assets, N_ASSETS);
	assert_int_equal(b->report.n_assets_bad, 1);
	assert_int_equal(b->report.flash_crc, b->report.flash_want);
}

static void test_one_flipped_bit_in_the_internal_flash_is_found(void **state)
{
	struct board_bench *b = *state;
	const size_t offset = 0x8000;
	size_t len;
	u8 *flash, byte;

	write_demo(b);
	flash = job_truth(&b->job, false, &len);
	byte = flash[offset] ^ 1;
	free(flash);
	job_poke_truth(&b->job, false, offset, &byte, 1);
	open_bench(b);
	reset_run(b);
	run_until(b, REPORT_FAILED);
	assert_int_equal(b->report.n_assets_bad, 0);
	assert_int_not_equal(b->report.flash_crc, b->report.flash_want);
}

static void test_its_console_comes_out_of_the_itm(void **state)
{
	struct board_bench *b = *state;
	const char *text;
	char line[120] = "";
	size_t len;

	write_demo(b);
	open_bench(b);
	reset_run(b);
	ap_access(b, DEMCR, true, BIT(24));
	ap_access(b, ITM_LAR, true, 0xc5acce55);
	ap_access(b, ITM_TCR, true, 1);
	ap_access(b, ITM_TER, true, 1);
	run_until(b, REPORT_PASSED);
	sim_run_for(b->t, 500ull * MSEC);
	text = mcu_itm_text(b->sim->mcu, &len);
	assert_true(len > 20);
	memcpy(line, text, len < sizeof(line) ? len : sizeof(line) - 1);
	assert_non_null(strstr(line, "demo: flash "));
	assert_non_null(strstr(line, " ok, 8 assets ("));
}

static void test_it_talks_to_a_debugger_by_semihosting(void **state)
{
	struct board_bench *b = *state;
	u32 arg, text;
	const u8 *p;

	write_demo(b);
	open_bench(b);
	reset_run(b);
	ap_access(b, REPORT_ADDR + offsetof(struct report, semihost), true, REPORT_SEMIHOST);
	ap_access(b, DHCSR, true, DHCSR_KEY | 1);
	run_until(b, REPORT_PASSED);
	sim_run_for(b->t, 500ull * MSEC);
	assert_true(mcu_core_halted(b->sim->mcu)); /* by BKPT 0xab */
	assert_int_equal(core_reg(b, 0), 5);	   /* SYS_WRITE */
	arg = core_reg(b, 1);
	p = mcu_sram(b->sim->mcu, arg);
	assert_non_null(p);
	assert_int_equal(get_le32(p), 1); /* stdout */
	text = get_le32(p + 4);
	assert_true(get_le32(p + 8) > 5);
	p = mcu_sram(b->sim->mcu, text);
	assert_non_null(p);
	assert_memory_equal(p, "demo:", 5);
}

#define FIRMWARE_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIRMWARE_TEST(test_what_swdrom_wrote_starts_and_finds_itself_whole),
		FIRMWARE_TEST(test_one_flipped_byte_in_the_nor_is_one_bad_asset),
		FIRMWARE_TEST(test_one_flipped_bit_in_the_internal_flash_is_found),
		FIRMWARE_TEST(test_its_console_comes_out_of_the_itm),
		FIRMWARE_TEST(test_it_talks_to_a_debugger_by_semihosting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
