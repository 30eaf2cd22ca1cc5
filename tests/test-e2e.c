// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whole jobs, from image file to flash cells, on the virtual bench. What must be in the cells is
 * read from the bench's saved state, not through the code under test; and unless a test breaks
 * something on purpose, the bench has nothing to object to.
 */
#include "tests/support/job.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FLASH 0x08000000u
#define NOR   0x90000000u

/* an odd piece of each memory: unaligned at both ends, several blocks */
#define N_FLASH	 6001u
#define FLASH_AT (FLASH + 0x7fffu) /* crosses from page 15 */
#define N_NOR	 9003u
#define NOR_AT	 (NOR + 0x10ffdu)

static int setup(void **state)
{
	struct job *j = calloc(1, sizeof(*j));

	job_init(j);
	*state = j;
	return 0;
}

static int teardown(void **state)
{
	job_exit(*state);
	free(*state);
	return 0;
}

static void assert_ok(const struct job *j)
{
	if (j->status)
		fail_msg("status %d: %s, %s; %s", j->status, j->what, j->where, j->next);
}

static void assert_no_objection(const struct job *j)
{
	if (j->n_objections)
		fail_msg("the bench objects:\n%s", j->log);
}

static void assert_holds(struct job *j, bool nor, size_t offset, const u8 *want, size_t n)
{
	size_t size, i;
	u8 *mem = job_truth(j, nor, &size);

	assert_true(offset + n <= size);
	for (i = 0; i < n && mem[offset + i] == want[i]; i++)
		;
	if (i < n)
		fail_msg("%s holds 0x%02x at offset 0x%zx, not 0x%02x", nor ? "NOR" : "flash",
			 mem[offset + i], offset + i, want[i]);
	free(mem);
}

/* both pieces, with contents from @seed */
static void pieces(struct job_image img[2], u8 *flash, u8 *nor, u64 seed)
{
	job_fill(flash, N_FLASH, seed);
	job_fill(nor, N_NOR, seed + 1000);
	img[0] = (struct job_image){ FLASH_AT, flash, N_FLASH };
	img[1] = (struct job_image){ NOR_AT, nor, N_NOR };
}

static void assert_pieces_hold(struct job *j, const u8 *flash, const u8 *nor)
{
	assert_holds(j, false, FLASH_AT - FLASH, flash, N_FLASH);
	assert_holds(j, true, NOR_AT - NOR, nor, N_NOR);
}

/* ---- the job, in all its forms ---- */

static void write_reaches_both_memories_and_verifies(void **state)
{
	struct job *j = *state;
	u8 flash[N_FLASH], nor[N_NOR];
	struct job_image img[2];

	pieces(img, flash, nor, 1);
	job_run(j, JOB_WRITE, img, 2);
	assert_ok(j);
	assert_no_objection(j);
	assert_pieces_hold(j, flash, nor);
	assert_true(j->report.verified_bytes >= N_FLASH + N_NOR);
	job_run(j, JOB_VERIFY, img, 2);
	assert_ok(j);
	assert_no_objection(j);
}

static void every_wiring_does_the_same_job(void **state)
{
	static const char *const wirings[] = { "wiring=resistor", "wiring=tristate",
					       "wiring=buffer" };
	u8 flash[N_FLASH], nor[N_NOR];
	struct job_image img[2];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wirings); i++) {
		struct job j;

		job_init(&j);
		j.sim = wirings[i];
		pieces(img, flash, nor, 10 + i);
		job_run(&j, JOB_WRITE, img, 2);
		assert_ok(&j);
		assert_no_objection(&j);
		assert_pieces_hold(&j, flash, nor);
		job_exit(&j);
	}
}

static void every_bridge_chip_does_the_same_job(void **state)
{
	static const char *const chips[] = { "chip=ft2232h", "chip=ft232h", "chip=ft4232h" };
	u8 flash[N_FLASH], nor[N_NOR];
	struct job_image img[2];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(chips); i++) {
		struct job j;

		job_init(&j);
		j.sim = chips[i];
		pieces(img, flash, nor, 20 + i);
		job_run(&j, JOB_WRITE, img, 2);
		assert_ok(&j);
		assert_no_objection(&j);
		assert_pieces_hold(&j, flash, nor);
		job_exit(&j);
	}
}

static void every_board_differs_by_data_alone(void **state)
{
	static const char *const boards[] = { "stm32l476g-disco", "l476rg-w25q128",
					      "l476rc-mt25ql128" };
	u8 flash[N_FLASH], nor[N_NOR];
	struct job_image img[2];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(boards); i++) {
		struct job j;

		job_init(&j);
		j.board = boards[i];
		pieces(img, flash, nor, 30 + i);
		job_run(&j, JOB_WRITE, img, 2);
		assert_ok(&j);
		assert_no_objection(&j);
		assert_pieces_hold(&j, flash, nor);
		job_exit(&j);
	}
}

static void every_clock_does_the_same_job(void **state)
{
	static const char *const clocks[] = { "100k", "1M", "7.5M", "10M", "15M", "30M" };
	u8 flash[N_FLASH], nor[N_NOR];
	struct job_image img[2];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(clocks); i++) {
		struct job j;

		job_init(&j);
		j.clock = clocks[i];
		pieces(img, flash, nor, 40 + i);
		job_run(&j, JOB_WRITE, img, 2);
		assert_ok(&j);
		assert_no_objection(&j);
		assert_pieces_hold(&j, flash, nor);
		job_exit(&j);
	}
}

static void small_parts_work_in_both_bank_modes(void **state)
{
	static const struct {
		const char *sim;
		u32 last_kib; /* the end of flash, where bank numbering goes wrong first */
	} parts[] = {
		{ "flash_kib=1024", 1024 },	     { "flash_kib=512,dualbank=0", 512 },
		{ "flash_kib=512,dualbank=1", 512 }, { "flash_kib=256,dualbank=0", 256 },
		{ "flash_kib=256,dualbank=1", 256 },
	};
	u8 low[5000], mid[4096], high[3000];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		u32 size = parts[i].last_kib * 1024;
		struct job_image img[] = {
			{ FLASH, low, sizeof(low) },
			{ FLASH + size / 2 - 2048, mid, sizeof(mid) }, /* across the bank border */
			{ FLASH + size - sizeof(high), high, sizeof(high) },
		};
		struct job j;

		job_init(&j);
		j.board = "l476re-bare";
		j.no_board = true;
		j.sim = parts[i].sim;
		/* twice, so that every page must be erased by its number */
		for (u64 round = 0; round < 2; round++) {
			job_fill(low, sizeof(low), 50 + i + round);
			job_fill(mid, sizeof(mid), 60 + i + round);
			job_fill(high, sizeof(high), 70 + i + round);
			job_run(&j, JOB_WRITE, img, 3);
			assert_ok(&j);
			assert_no_objection(&j);
		}
		assert_holds(&j, false, 0, low, sizeof(low));
		assert_holds(&j, false, size / 2 - 2048, mid, sizeof(mid));
		assert_holds(&j, false, size - sizeof(high), high, sizeof(high));
		job_exit(&j);
	}
}

static void bytes_around_the_image_survive(void **state)
{
	struct job *j = *state;
	const size_t flash_from = 0x6000, flash_n = 0x6000, nor_from = 0xf000, nor_n = 0x6000;
	u8 *old_flash = malloc(flash_n), *old_nor = malloc(nor_n);
	u8 flash[N_FLASH], nor[N_NOR];
	struct job_image img[2], old[2];

	job_fill(old_flash, flash_n, 80);
	job_fill(old_nor, nor_n, 81);
	old[0] = (struct job_image){ FLASH + flash_from, old_flash, flash_n };
	old[1] = (struct job_image){ NOR + nor_from, old_nor, nor_n };
	job_run(j, JOB_WRITE, old, 2);
	assert_ok(j);

	pieces(img, flash, nor, 82);
	job_run(j, JOB_WRITE, img, 2);
	assert_ok(j);
	assert_no_objection(j);
	memcpy(old_flash + (FLASH_AT - FLASH) - flash_from, flash, N_FLASH);
	memcpy(old_nor + (NOR_AT - NOR) - nor_from, nor, N_NOR);
	assert_holds(j, false, flash_from, old_flash, flash_n);
	assert_holds(j, true, nor_from, old_nor, nor_n);
	assert_true(j->report.kept_bytes > 0);
	free(old_flash);
	free(old_nor);
}

static void an_unchanged_image_is_neither_erased_nor_programmed(void **state)
{
	struct job *j = *state;
	u8 flash[N_FLASH], nor[N_NOR];
	struct job_image img[2];

	pieces(img, flash, nor, 90);
	job_run(j, JOB_WRITE, img, 2);
	assert_ok(j);
	job_run(j, JOB_WRITE, img, 2);
	assert_ok(j);
	assert_int_equal(j->report.erased_bytes, 0);
	assert_int_equal(j->report.programmed_bytes, 0);
	assert_true(j->report.skipped_bytes >= N_FLASH + N_NOR);

	flash[3000] ^= 0x55;
	job_run(j, JOB_WRITE, img, 2);
	assert_ok(j);
	assert_int_equal(j->report.erased_bytes, 2048);
	assert_pieces_hold(j, flash, nor);
}

static void erase_leaves_neighbours_alone(void **state)
{
	struct job *j = *state;
	u8 flash[8192], nor[16384], blank[4096];
	struct job_image img[] = { { FLASH, flash, sizeof(flash) }, { NOR, nor, sizeof(nor) } };
	struct job_image range = { .addr = FLASH + 2048, .len = 4096 };

	job_fill(flash, sizeof(flash), 100);
	job_fill(nor, sizeof(nor), 101);
	memset(blank, 0xff, sizeof(blank));
	job_run(j, JOB_WRITE, img, 2);
	assert_ok(j);
	job_run(j, JOB_ERASE_RANGE, &range, 1);
	assert_ok(j);
	assert_no_objection(j);
	range.addr = NOR + 4096;
	job_run(j, JOB_ERASE_RANGE, &range, 1);
	assert_ok(j);
	assert_no_objection(j);
	memcpy(flash + 2048, blank, 4096);
	memcpy(nor + 4096, blank, 4096);
	assert_holds(j, false, 0, flash, sizeof(flash));
	assert_holds(j, true, 0, nor, sizeof(nor));
}

static void a_read_range_gives_exactly_those_bytes(void **state)
{
	struct job *j = *state;
	u8 flash[N_FLASH], nor[N_NOR], back[5003];
	struct job_image img[2], range = { FLASH_AT + 3, back, sizeof(back) };

	pieces(img, flash, nor, 110);
	job_run(j, JOB_WRITE, img, 2);
	assert_ok(j);
	job_run(j, JOB_READ_RANGE, &range, 1);
	assert_ok(j);
	assert_memory_equal(back, flash + 3, sizeof(back));
	range.addr = NOR_AT + 5;
	job_run(j, JOB_READ_RANGE, &range, 1);
	assert_ok(j);
	assert_memory_equal(back, nor + 5, sizeof(back));
	assert_no_objection(j);
}

static void verify_names_the_first_difference(void **state)
{
	struct job *j = *state;
	u8 flash[N_FLASH], nor[N_NOR], wrong;
	struct job_image img[2];

	pieces(img, flash, nor, 120);
	job_run(j, JOB_WRITE, img, 2);
	assert_ok(j);
	wrong = nor[4321] ^ 0x10;
	job_poke_truth(j, true, NOR_AT - NOR + 4321, &wrong, 1);
	job_run(j, JOB_VERIFY, img, 2);
	assert_int_equal(j->status, SWDROM_MISMATCH);
	if (!strstr(j->what, "900120de") && !strstr(j->where, "900120de"))
		fail_msg("the message does not name 0x900120de: %s, %s", j->what, j->where);
}

/* ---- the demo firmware, in every format ---- */

static void the_demo_firmware_arrives_from_hex_and_elf_alike(void **state)
{
	struct job *j = *state;

	job_run_file(j, JOB_WRITE, "tests/firmware/demo.hex");
	assert_ok(j);
	assert_no_objection(j);
	assert_true(j->report.verified_bytes > 1500000);
	job_run_file(j, JOB_VERIFY, "tests/firmware/demo.elf");
	assert_ok(j);
	job_run_file(j, JOB_WRITE, "tests/firmware/demo.elf");
	assert_ok(j);
	assert_int_equal(j->report.programmed_bytes, 0);
}

/* ---- what the application may have left behind ---- */

static void any_application_state_can_be_attached_to(void **state)
{
	static const char *const left[] = { "app_sleeps=1", "app_xip=1", "app_qpi=1",
					    "app_dpd=1",    "app_dma=1", "app_iwdg=1" };
	u8 flash[N_FLASH], nor[N_NOR];
	struct job_image img[2];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(left); i++) {
		struct job j;

		job_init(&j);
		j.sim = left[i];
		pieces(img, flash, nor, 130 + i);
		job_run(&j, JOB_WRITE, img, 2);
		if (j.status)
			fail_msg("%s: status %d: %s, %s", left[i], j.status, j.what, j.where);
		if (j.n_objections)
			fail_msg("%s: the bench objects:\n%s", left[i], j.log);
		assert_pieces_hold(&j, flash, nor);
		job_exit(&j);
	}
}

static void slow_flash_within_its_data_sheet_is_no_error(void **state)
{
	u8 flash[N_FLASH], nor[N_NOR];
	struct job_image img[2];

	for (unsigned long seed = 1; seed <= 10; seed++) {
		struct job j;

		job_init(&j);
		j.sim = "busy_max=1";
		j.seed = seed;
		pieces(img, flash, nor, 140 + seed);
		job_run(&j, JOB_WRITE, img, 2);
		assert_ok(&j);
		assert_no_objection(&j);
		assert_pieces_hold(&j, flash, nor);
		job_exit(&j);
	}
}

/* ---- clear refusals: the flash is as it was ---- */

static void read_out_protection_is_explained_and_nothing_touched(void **state)
{
	struct job *j = *state;
	u8 flash[N_FLASH], nor[N_NOR];
	struct job_image img[2];

	pieces(img, flash, nor, 150);
	j->sim = "rdp=1";
	job_run(j, JOB_WRITE, img, 1);
	assert_int_equal(j->status, SWDROM_PROTECTED);
	assert_non_null(strstr(j->what, "RDP"));
	assert_no_objection(j);
}

static void write_protected_pages_are_named_and_nothing_touched(void **state)
{
	struct job *j = *state;
	u8 old_flash[N_FLASH], old_nor[N_NOR], flash[N_FLASH], nor[N_NOR];
	struct job_image img[2];

	pieces(img, old_flash, old_nor, 152);
	job_run(j, JOB_WRITE, img, 2);
	assert_ok(j);
	job_protect_flash(j, 17, 17); /* in the middle of the piece */
	pieces(img, flash, nor, 153);
	job_run(j, JOB_WRITE, img, 2);
	assert_int_equal(j->status, SWDROM_PROTECTED);
	assert_non_null(strstr(j->what, "page 17"));
	assert_int_equal(j->report.erased_bytes, 0);
	assert_no_objection(j);
	assert_pieces_hold(j, old_flash, old_nor);
}

static void protected_blocks_of_the_nor_are_named_and_nothing_touched(void **state)
{
	struct job *j = *state;
	u8 old_flash[N_FLASH], old_nor[N_NOR], flash[N_FLASH], nor[N_NOR];
	struct job_image img[2];

	pieces(img, old_flash, old_nor, 154);
	job_run(j, JOB_WRITE, img, 2);
	assert_ok(j);
	job_protect_nor(j, 0x5c); /* all of BP0 to BP3: the whole chip */
	pieces(img, flash, nor, 155);
	job_run(j, JOB_WRITE, img, 2);
	assert_int_equal(j->status, SWDROM_PROTECTED);
	assert_non_null(strstr(j->what, "SR1 5c"));
	assert_int_equal(j->report.erased_bytes, 0);
	assert_no_objection(j);
	assert_pieces_hold(j, old_flash, old_nor);
}

static void a_dead_debug_port_names_read_out_protection_level_2(void **state)
{
	struct job *j = *state;

	j->sim = "rdp=2";
	job_run(j, JOB_PROBE, NULL, 0);
	assert_true(j->status == SWDROM_PROTECTED || j->status == SWDROM_NO_TARGET);
	if (!strstr(j->what, "level 2") && !strstr(j->next, "level 2"))
		fail_msg("level 2 is not suspected: %s; %s", j->what, j->next);
}

static void wrong_wiring_is_told_apart(void **state)
{
	static const struct {
		const char *sim, *word; /* what the message must speak of */
	} cases[] = {
		{ "no_power=1", "power" },
		{ "swap_swd=1", "swap" },
		{ "swdio_open=1", "SWDIO" },
		{ "hold_nrst=1", "reset" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		char text[1024];
		struct job j;

		job_init(&j);
		j.sim = cases[i].sim;
		job_run(&j, JOB_PROBE, NULL, 0);
		snprintf(text, sizeof(text), "%s, %s; %s", j.what, j.where, j.next);
		if (j.status != SWDROM_NO_TARGET)
			fail_msg("%s: status %d: %s", cases[i].sim, j.status, text);
		if (!strcasestr(text, cases[i].word))
			fail_msg("%s: not diagnosed: %s", cases[i].sim, text);
		job_exit(&j);
	}
}

static void a_part_without_nor_says_so(void **state)
{
	struct job *j = *state;
	u8 nor[16] = { 0 };
	struct job_image img = { NOR, nor, sizeof(nor) };

	j->no_board = true;
	job_run(j, JOB_WRITE, &img, 1);
	assert_int_equal(j->status, SWDROM_BAD_IMAGE);
	assert_non_null(strstr(j->next, "-b"));
}

/* ---- chance and noise ---- */

static void a_hundred_seeds_give_the_same_flash(void **state)
{
	u8 flash[N_FLASH], nor[N_NOR], back[N_NOR];
	struct job_image img[2];

	pieces(img, flash, nor, 160);
	for (unsigned long seed = 1; seed <= 100; seed++) {
		struct job_image rf = { FLASH_AT, back, N_FLASH }, rn = { NOR_AT, back, N_NOR };
		struct job j;

		job_init(&j);
		j.seed = seed;
		job_run(&j, JOB_WRITE, img, 2);
		assert_ok(&j);
		assert_no_objection(&j);
		assert_pieces_hold(&j, flash, nor);
		job_run(&j, JOB_READ_RANGE, &rf, 1);
		assert_ok(&j);
		assert_memory_equal(back, flash, N_FLASH);
		job_run(&j, JOB_READ_RANGE, &rn, 1);
		assert_ok(&j);
		assert_memory_equal(back, nor, N_NOR);
		job_exit(&j);
	}
}

static void a_noisy_wire_costs_time_but_no_data(void **state)
{
	u8 flash[N_FLASH], nor[N_NOR];
	unsigned int retries = 0;
	struct job_image img[2];

	pieces(img, flash, nor, 170);
	for (unsigned long seed = 1; seed <= 100; seed++) {
		struct job j;

		job_init(&j);
		j.seed = seed;
		j.sim = "ber=1e-5";
		job_run(&j, JOB_WRITE, img, 2);
		if (j.status)
			fail_msg("seed %lu: status %d: %s, %s", seed, j.status, j.what, j.where);
		assert_pieces_hold(&j, flash, nor);
		retries += j.report.bench.retries;
		job_exit(&j);
	}
	assert_true(retries > 100); /* there was noise */
}

static void
a_very_bad_wire_ends_in_the_right_bytes_or_an_error_that_a_second_run_mends(void **state)
{
	static const char *const wires[] = { "ber=1e-4", "ber=1e-4,wiring=tristate",
					     "ber=1e-4,wiring=buffer", "ber=1e-3" };
	u8 flash[N_FLASH], nor[N_NOR];
	unsigned int n_good = 0;
	struct job_image img[2];

	pieces(img, flash, nor, 175);
	for (size_t i = 0; i < ARRAY_SIZE(wires); i++) {
		for (unsigned long seed = 1; seed <= 8; seed++) {
			struct job j;

			job_init(&j);
			j.seed = seed;
			j.sim = wires[i];
			job_run(&j, JOB_WRITE, img, 2);
			n_good += !j.status;
			if (j.status && (!j.what[0] || !j.next[0]))
				fail_msg("%s, seed %lu: status %d: %s, %s; %s", wires[i], seed,
					 j.status, j.what, j.where, j.next);
			if (!j.status)
				assert_pieces_hold(&j, flash, nor);
			j.sim = "";
			job_run(&j, JOB_WRITE, img, 2);
			assert_ok(&j);
			assert_pieces_hold(&j, flash, nor);
			job_exit(&j);
		}
	}
	assert_true(n_good >= 16);
}

static void wait_storms_cost_time_but_no_data(void **state)
{
	static const char *const storms[] = { "wait_every=2", "wait_every=3", "wait_every=7",
					      "wait_every=50", "wait_every=1000" };
	u8 flash[N_FLASH], nor[N_NOR];
	struct job_image img[2];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(storms); i++) {
		struct job j;

		job_init(&j);
		j.sim = storms[i];
		pieces(img, flash, nor, 180 + i);
		job_run(&j, JOB_WRITE, img, 2);
		if (j.status)
			fail_msg("%s: status %d: %s, %s", storms[i], j.status, j.what, j.where);
		assert_pieces_hold(&j, flash, nor);
		job_exit(&j);
	}
}

/* ---- sweeps: whatever breaks, the message is right and a second run finishes the job ---- */

/* run with @key=n for n = from, from+step ... until a run does not fail; then once more in peace */
static unsigned int sweep(const char *key, u64 from, u64 step, unsigned int max_runs,
			  bool (*is_expected)(const struct job *j))
{
	u8 flash[N_FLASH], nor[N_NOR];
	struct job_image img[2];
	unsigned int failed = 0, in_a_row = 0, i;

	pieces(img, flash, nor, 190);
	for (i = 0; i < max_runs && in_a_row < 4; i++) {
		char sim[64];
		struct job j;

		job_init(&j);
		snprintf(sim, sizeof(sim), "%s=%llu", key, (unsigned long long)(from + i * step));
		j.sim = sim;
		job_run(&j, JOB_WRITE, img, 2);
		if (j.status) {
			failed++;
			in_a_row = 0;
			if (!is_expected(&j) || !j.what[0] || !j.next[0])
				fail_msg("%s: status %d: %s, %s; %s", sim, j.status, j.what,
					 j.where, j.next);
		} else {
			in_a_row++;
			assert_pieces_hold(&j, flash, nor);
		}
		j.sim = "";
		job_run(&j, JOB_WRITE, img, 2);
		if (j.status)
			fail_msg("after %s: status %d: %s, %s", sim, j.status, j.what, j.where);
		assert_pieces_hold(&j, flash, nor);
		job_exit(&j);
	}
	return failed;
}

static bool is_unplugged(const struct job *j)
{
	return j->status == SWDROM_NO_ADAPTER;
}

static bool is_lost_or_io(const struct job *j)
{
	return j->status == SWDROM_FAILED || j->status == SWDROM_NO_TARGET ||
	       j->status == SWDROM_MISMATCH;
}

static void unplugging_at_any_batch_is_reported_and_mended_by_a_second_run(void **state)
{
	assert_true(sweep("unplug_at", 1, 1, 400, is_unplugged) > 20);
}

static void a_short_usb_reply_at_any_batch_is_survived_or_reported(void **state)
{
	sweep("short_at", 1, 1, 400, is_lost_or_io);
}

static bool is_reset_named(const struct job *j)
{
	if (strstr(j->what, "reset"))
		return true;
	print_message("what is said of a reset: %s\n", j->what);
	return false;
}

static void a_reset_at_any_time_is_named_and_mended_by_a_second_run(void **state)
{
	assert_true(sweep("reset_at_us", 2000, 17777, 60, is_reset_named) > 3);
}

/* the first to notice is the QUADSPI, which has lost its clock and says nothing any more */
static void a_reset_while_only_the_nor_is_written_is_named(void **state)
{
	static const char *const resets[] = { "reset_at_us=280000", "reset_at_us=350000",
					      "reset_at_us=420000" };
	static u8 nor[200000];
	struct job_image img = { NOR, nor, sizeof(nor) };
	size_t i;

	job_fill(nor, sizeof(nor), 195);
	for (i = 0; i < ARRAY_SIZE(resets); i++) {
		struct job j;

		job_init(&j);
		j.sim = resets[i];
		job_run(&j, JOB_WRITE, &img, 1);
		assert_int_equal(j.status, SWDROM_FAILED);
		if (!strstr(j.what, "was reset in the middle of the job"))
			fail_msg("%s: %s", resets[i], j.what);
		assert_non_null(strstr(j.next, "run the same command again"));
		job_exit(&j);
	}
}

static void a_power_cut_at_any_time_is_noticed_and_mended_by_a_second_run(void **state)
{
	assert_true(sweep("power_cut_us", 2000, 17777, 60, is_lost_or_io) > 3);
}

/*
 * @key=t at @n times spread over a job that erases, programs and keeps in both memories; then a run
 * in peace, the truth, a run that finds nothing to do
 */
static void dense_sweep(const char *key, unsigned int n, u64 from_us, u64 to_us)
{
	u8 old_flash[8192], old_nor[12288], flash[3001], nor[4097];
	struct job_image old[] = {
		{ FLASH + 0x8000, old_flash, sizeof(old_flash) },
		{ NOR + 0x10000, old_nor, sizeof(old_nor) },
	};
	struct job_image img[] = {
		{ FLASH + 0x8801, flash, sizeof(flash) },
		{ NOR + 0x10ffd, nor, sizeof(nor) },
	};
	unsigned int in_erase = 0, in_program = 0, i;

	job_fill(old_flash, sizeof(old_flash), 300);
	job_fill(old_nor, sizeof(old_nor), 301);
	job_fill(flash, sizeof(flash), 302);
	job_fill(nor, sizeof(nor), 303);
	for (i = 0; i < n; i++) {
		char sim[64];
		struct job j;

		job_init(&j);
		j.seed = 1 + i;
		job_run(&j, JOB_WRITE, old, 2);
		assert_ok(&j);
		snprintf(sim, sizeof(sim), "%s=%llu", key,
			 (unsigned long long)(from_us + (to_us - from_us) * i / n));
		j.sim = sim;
		job_run(&j, JOB_WRITE, img, 2);
		if (j.status) {
			in_erase += j.report.erased_bytes < 2 * 2048 + 2 * 4096;
			in_program += j.report.programmed_bytes > 0;
			if (!is_lost_or_io(&j) || !j.what[0] ||
			    (j.report.n_mtds && !strstr(j.next, "again")))
				fail_msg("%s: status %d: %s, %s; %s", sim, j.status, j.what,
					 j.where, j.next);
		}
		j.sim = "";
		job_run(&j, JOB_WRITE, img, 2);
		if (j.status)
			fail_msg("after %s: status %d: %s, %s", sim, j.status, j.what, j.where);
		assert_no_objection(&j);
		assert_holds(&j, false, 0x8801, flash, sizeof(flash));
		assert_holds(&j, true, 0x10ffd, nor, sizeof(nor));
		/* what the job had not to touch */
		assert_holds(&j, false, 0x8000, old_flash, 0x800);
		job_run(&j, JOB_WRITE, img, 2);
		assert_ok(&j);
		if (j.report.erased_bytes || j.report.programmed_bytes)
			fail_msg("after %s: the third run erases %llu and programs %llu bytes", sim,
				 (unsigned long long)j.report.erased_bytes,
				 (unsigned long long)j.report.programmed_bytes);
		job_exit(&j);
	}
	if (!in_erase || !in_program)
		fail_msg("%s: %u cuts while erasing, %u while programming", key, in_erase,
			 in_program);
}

static void cells_that_a_power_cut_left_half_done_are_found_and_mended(void **state)
{
	dense_sweep("power_cut_us", 100, 2000, 500000);
}

static void cells_that_a_reset_left_half_done_are_found_and_mended(void **state)
{
	dense_sweep("reset_at_us", 100, 2000, 500000);
}

static void an_interrupted_job_says_how_far_it_got_and_is_finished_by_a_second_run(void **state)
{
	u8 flash[N_FLASH], nor[N_NOR];
	struct job_image img[2];
	unsigned int stopped = 0;

	pieces(img, flash, nor, 200);
	for (int n = 1; n < 60; n++) {
		struct job j;

		job_init(&j);
		j.stop_after = n;
		job_run(&j, JOB_WRITE, img, 2);
		if (j.status) {
			stopped++;
			assert_int_equal(j.status, SWDROM_INTERRUPTED);
			assert_non_null(strstr(j.next, "again"));
		}
		assert_no_objection(&j);
		j.stop_after = 0;
		job_run(&j, JOB_WRITE, img, 2);
		assert_ok(&j);
		assert_no_objection(&j);
		assert_pieces_hold(&j, flash, nor);
		job_exit(&j);
		if (!stopped)
			break;
	}
	assert_true(stopped > 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(write_reaches_both_memories_and_verifies),
		T(every_wiring_does_the_same_job),
		T(every_bridge_chip_does_the_same_job),
		T(every_board_differs_by_data_alone),
		T(every_clock_does_the_same_job),
		T(small_parts_work_in_both_bank_modes),
		T(bytes_around_the_image_survive),
		T(an_unchanged_image_is_neither_erased_nor_programmed),
		T(erase_leaves_neighbours_alone),
		T(a_read_range_gives_exactly_those_bytes),
		T(verify_names_the_first_difference),
		T(the_demo_firmware_arrives_from_hex_and_elf_alike),
		T(any_application_state_can_be_attached_to),
		T(slow_flash_within_its_data_sheet_is_no_error),
		T(read_out_protection_is_explained_and_nothing_touched),
		T(write_protected_pages_are_named_and_nothing_touched),
		T(protected_blocks_of_the_nor_are_named_and_nothing_touched),
		T(a_dead_debug_port_names_read_out_protection_level_2),
		T(wrong_wiring_is_told_apart),
		T(a_part_without_nor_says_so),
		T(a_hundred_seeds_give_the_same_flash),
		T(a_noisy_wire_costs_time_but_no_data),
		T(a_very_bad_wire_ends_in_the_right_bytes_or_an_error_that_a_second_run_mends),
		T(wait_storms_cost_time_but_no_data),
		T(unplugging_at_any_batch_is_reported_and_mended_by_a_second_run),
		T(a_short_usb_reply_at_any_batch_is_survived_or_reported),
		T(a_reset_at_any_time_is_named_and_mended_by_a_second_run),
		T(a_reset_while_only_the_nor_is_written_is_named),
		T(a_power_cut_at_any_time_is_noticed_and_mended_by_a_second_run),
		T(cells_that_a_power_cut_left_half_done_are_found_and_mended),
		T(cells_that_a_reset_left_half_done_are_found_and_mended),
		T(an_interrupted_job_says_how_far_it_got_and_is_finished_by_a_second_run),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]); /* a name, with * and ? */
	return cmocka_run_group_tests_name("e2e", tests, NULL, NULL);
}
