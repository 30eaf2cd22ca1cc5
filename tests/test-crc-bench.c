// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checksums by the target on the virtual bench: CRC unit and DMA over internal flash and the NOR
 * behind QUADSPI, on a good wire and on a bad one, and what they leave behind.
 */
#include "lib/adapter.h"
#include "lib/crc32.h"
#include "lib/target.h"
#include "sim/mcu.h"
#include "sim/netlist.h"
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
	struct sim_opts opts;
	struct sim_faults faults;
	struct transport *t;
	struct sim *sim;
	struct swd_host *host;
	struct board board;
	struct target target;
	bool is_attached, no_reset;
	struct mtd_info *flash, *qspi;
	u8 *flash_cells, *nor_cells;
};

static void open_bench(struct bench *b)
{
	struct adapter a;
	size_t size;

	assert_int_equal(sim_open(&b->opts, &b->faults, &b->ctx.err, &b->t), 0);
	b->sim = sim_of_transport(b->t);
	b->ctx.clk = b->t->clk;
	assert_int_equal(adapter_load(&a, ADAPTER_DEFAULT, &b->ctx.err), 0);
	assert_int_equal(swd_host_open(&b->ctx, b->t, &a, &b->host), 0);
	b->nor_cells = netlist_nor_data(b->sim->nets, &size);
	assert_int_equal(size, MIB(16));
	b->flash_cells = mcu_flash(b->sim->mcu, &size);
	assert_int_equal(size, MIB(1));
	for (size_t i = 0; i < MIB(1); i++)
		b->flash_cells[i] = (u8)(i * 7 + (i >> 8) * 13 + 1);
	for (size_t i = 0; i < MIB(1); i++)
		b->nor_cells[i] = (u8)(i * 5 + (i >> 9) * 11 + 3);
}

static void attach(struct bench *b)
{
	struct target_attach_opts opts = { .swclk_hz = SWCLK_HZ, .no_reset = b->no_reset };

	assert_int_equal(board_load(&b->board, b->opts.board, &b->ctx.err), 0);
	opts.board = &b->board;
	if (target_attach(&b->target, &b->ctx, b->host, &opts))
		fail_msg("attach: %s (%s)", b->ctx.err.what, b->ctx.err.where);
	b->is_attached = true;
	b->flash = target_mtd(&b->target, "flash");
	b->qspi = target_mtd(&b->target, "qspi");
	assert_non_null(b->flash);
	assert_non_null(b->qspi);
}

static void open_and_attach(struct bench *b)
{
	open_bench(b);
	attach(b);
}

static void detach(struct bench *b, enum target_exit how)
{
	if (b->is_attached)
		target_detach(&b->target, how);
	b->is_attached = false;
}

static void check_quiet(struct bench *b)
{
	for (size_t i = 0; i < sim_n_complaints(b->sim); i++)
		print_error("complaint: %s\n", sim_complaint(b->sim, i));
	assert_int_equal(sim_n_complaints(b->sim), 0);
}

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	sim_opts_default(&b->opts);
	strcpy(b->opts.board, "stm32l476g-disco");
	b->opts.seed = 1;
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	detach(b, TARGET_RUN);
	if (b->host)
		b->host->ops->close(b->host);
	free(b);
	return 0;
}

/* [from, from + n * size) in n pieces: each one's checksum is that of the cells */
static void sum_and_compare(struct bench *b, struct mtd_info *mtd, u64 from, u32 size, size_t n)
{
	const u8 *cells = mtd == b->flash ? b->flash_cells : b->nor_cells;
	struct mtd_crc *p = calloc(n, sizeof(*p));

	for (size_t i = 0; i < n; i++)
		p[i] = (struct mtd_crc){ .from = from + i * size, .len = size };
	if (mtd_checksum(mtd, p, n))
		fail_msg("%s: %s (%s)", mtd->name, b->ctx.err.what, b->ctx.err.where);
	for (size_t i = 0; i < n; i++) {
		assert_false(p[i].is_unsure);
		if (p[i].crc != crc32_of(0, cells + p[i].from, p[i].len))
			fail_msg("%s: piece %zu of %zu, 0x%x bytes at 0x%x: %08x, not %08x",
				 mtd->name, i, n, p[i].len, (unsigned int)p[i].from, p[i].crc,
				 crc32_of(0, cells + p[i].from, p[i].len));
	}
	free(p);
}

static void test_checksums_of_pages_and_sectors_are_those_of_the_cells(void **state)
{
	struct bench *b = *state;

	open_and_attach(b);
	sum_and_compare(b, b->flash, 0, KIB(2), 512);
	sum_and_compare(b, b->qspi, 0, KIB(4), 512);
	sum_and_compare(b, b->qspi, 0, KIB(4), 512);
	sum_and_compare(b, b->flash, 0, KIB(2), 512);
	check_quiet(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_checksums_of_pages_and_sectors_are_those_of_the_cells, setup,
			teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
