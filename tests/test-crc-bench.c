// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checksums by the target on the virtual bench: CRC unit and DMA over internal flash and the NOR
 * behind QUADSPI, on a good wire and on a bad one, and what they leave behind.
 */
#include "drivers/stm32-crc.h"
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

#define SWCLK_HZ    15000000u

#define CRC_DR	    0x40023000u
#define CRC_IDR	    0x40023004u
#define CRC_CR	    0x40023008u
#define CRC_INIT    0x40023010u
#define CRC_POL	    0x40023014u
#define DMA2_CCR1   0x40020408u
#define DMA2_CNDTR1 0x4002040cu
#define DMA2_CPAR1  0x40020410u
#define DMA2_CMAR1  0x40020414u
#define RCC_AHB1ENR 0x40021048u

struct bench {
	struct ctx ctx;
	struct sim_opts opts;
	struct sim_faults faults;
	struct transport *t;
	struct sim *sim;
	struct swd_host *host;
	struct board board;
	struct target target;
	bool is_attached, no_reset, no_boost;
	u32 hz, qspi_max_hz;
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
	struct target_attach_opts opts = { .swclk_hz = b->hz ? b->hz : SWCLK_HZ,
					   .no_reset = b->no_reset,
					   .no_boost = b->no_boost };

	assert_int_equal(board_load(&b->board, b->opts.board, &b->ctx.err), 0);
	if (b->qspi_max_hz)
		b->board.qspi_max_hz = b->qspi_max_hz;
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

/* as the wire sees them, which is how an application's registers are looked at */
static u32 peek(struct bench *b, u32 addr)
{
	u32 val = 0;

	assert_int_equal(target_read32(b->target.q, addr, &val), 0);
	return val;
}

static void poke(struct bench *b, u32 addr, u32 val)
{
	assert_int_equal(target_write32(b->target.q, addr, val), 0);
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
	sum_and_compare(b, b->qspi, 0, KIB(4), 256);
	/* the same again, where the pace is known; the end of the chip; the other device */
	sum_and_compare(b, b->qspi, MIB(16) - KIB(64), KIB(4), 16);
	sum_and_compare(b, b->flash, 0, KIB(2), 16);
	check_quiet(b);
}

static void test_pieces_may_have_any_length_and_start_in_words(void **state)
{
	static const struct {
		u32 from, len;
	} cases[] = { { 0, 4 },	     { 4, 8 },	       { 0xffc, 8 },	 { 12, 2044 },
		      { 0x1234, 0 }, { 0x2000, 5000 }, { 0x7fff0, 0x20 } };
	struct bench *b = *state;

	open_and_attach(b);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		sum_and_compare(b, b->flash, cases[i].from, cases[i].len, 1);
		sum_and_compare(b, b->qspi, cases[i].from, cases[i].len, 3);
	}
	check_quiet(b);
}

static void test_a_piece_longer_than_the_dma_counts_is_chained(void **state)
{
	struct bench *b = *state;

	open_and_attach(b);
	/* 65535 words, one more, and all of the internal flash */
	sum_and_compare(b, b->flash, 0, 262140, 1);
	sum_and_compare(b, b->flash, 4, 262144, 2);
	sum_and_compare(b, b->flash, 0, MIB(1), 1);
	sum_and_compare(b, b->qspi, KIB(4), 700000, 1);
	check_quiet(b);
}

static void test_what_is_no_whole_word_or_lies_outside_is_refused(void **state)
{
	struct bench *b = *state;
	struct mtd_crc p[] = { { .from = 2, .len = 4 }, { .from = 0, .len = 6 } };
	struct mtd_crc out = { .from = MIB(1) - 4, .len = 8 };

	open_and_attach(b);
	for (size_t i = 0; i < ARRAY_SIZE(p); i++) {
		assert_int_equal(mtd_checksum(b->flash, &p[i], 1), -EINVAL);
		err_clear(&b->ctx.err);
	}
	assert_int_equal(mtd_checksum(b->flash, &out, 1), -EINVAL);
	err_clear(&b->ctx.err);
	assert_int_equal(mtd_checksum(target_mtd(&b->target, "otp"), &p[0], 1), -EOPNOTSUPP);
	err_clear(&b->ctx.err);
}

static void test_a_piece_that_the_bus_refuses_is_unsure_and_the_others_are_right(void **state)
{
	struct bench *b = *state;
	struct stm32_crc crc = { .d = { .regs = 0x40023000,
					.dma = 0x40020400,
					.channel = 1,
					.rcc_enr = RCC_AHB1ENR,
					.rcc_en_bit = BIT(12) | BIT(1) } };
	struct stm32_crc_source src = { .ps_per_word = 500000,
					.is_measured = true,
					.start_ns = 1000 };
	struct mtd_crc p[5];

	open_and_attach(b);
	/* flash, nothing, flash, nothing, flash */
	for (size_t i = 0; i < ARRAY_SIZE(p); i++)
		p[i] = (struct mtd_crc){ .from = i % 2 ? 0x70000000 : 0x08000000 + i * 2048,
					 .len = 2048 };
	if (stm32_crc_sum(&crc, b->target.q, &src, p, ARRAY_SIZE(p)))
		fail_msg("%s", b->ctx.err.what);
	for (size_t i = 0; i < ARRAY_SIZE(p); i++) {
		assert_int_equal(p[i].is_unsure, i % 2);
		if (i % 2 == 0)
			assert_int_equal(p[i].crc, crc32_of(0, b->flash_cells + i * 2048, 2048));
	}
	/* some are late as well: at least nothing wrong is said of them */
	src.ps_per_word = 1000;
	if (stm32_crc_sum(&crc, b->target.q, &src, p, ARRAY_SIZE(p)))
		fail_msg("%s", b->ctx.err.what);
	for (size_t i = 0; i < ARRAY_SIZE(p); i++) {
		assert_true(p[i].is_unsure || i % 2 == 0);
		if (!p[i].is_unsure)
			assert_int_equal(p[i].crc, crc32_of(0, b->flash_cells + i * 2048, 2048));
	}
	stm32_crc_close(&crc, b->target.q);
}

static void test_every_single_changed_bit_gives_another_checksum(void **state)
{
	static const u32 places[] = { 0, 1, 2, 3, 1023, 2047, 4095 };
	struct bench *b = *state;
	struct mtd_crc p = { .from = KIB(8), .len = KIB(4) };

	open_and_attach(b);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		u8 *cell = &b->nor_cells[p.from + places[i]];
		u32 right;

		assert_int_equal(mtd_checksum(b->qspi, &p, 1), 0);
		right = p.crc;
		*cell ^= 1u << i % 8;
		assert_int_equal(mtd_checksum(b->qspi, &p, 1), 0);
		assert_int_not_equal(p.crc, right);
		*cell ^= 1u << i % 8;
	}
	check_quiet(b);
}

static void test_the_first_word_of_the_window_is_not_read_in_vain(void **state)
{
	struct bench *b = *state;
	u8 buf[64];

	/* a word takes 1.5 us of wire, a command and the word on one line at 48 MHz as long */
	b->hz = 30000000;
	open_bench(b);
	memset(b->nor_cells, 0xff, MIB(16));
	attach(b);
	for (u64 at = 0; at < 5; at++) {
		assert_int_equal(mtd_read(b->qspi, MIB(2) * at + at, sizeof(buf), buf), 0);
		assert_memory_equal(buf, b->nor_cells + MIB(2) * at + at, sizeof(buf));
	}
	assert_int_equal(b->ctx.stats.retries, 0);
	check_quiet(b);
}

static void test_a_guess_relies_on_four_lines_that_a_blank_chip_cannot_prove(void **state)
{
	struct bench *b = *state;
	struct mtd_crc p = { .len = KIB(256) };
	u64 from, one, four;
	u32 crc;

	open_bench(b);
	memset(b->nor_cells, 0xff, MIB(16));
	attach(b);
	assert_int_equal(mtd_prepare(b->qspi), 0);
	from = b->ctx.clk->now_ns(b->ctx.clk);
	assert_int_equal(mtd_checksum(b->qspi, &p, 1), 0);
	one = b->ctx.clk->now_ns(b->ctx.clk) - from;
	crc = p.crc;
	p.is_guess = true;
	from = b->ctx.clk->now_ns(b->ctx.clk);
	assert_int_equal(mtd_checksum(b->qspi, &p, 1), 0);
	four = b->ctx.clk->now_ns(b->ctx.clk) - from;
	assert_int_equal(p.crc, crc);
	assert_true(four * 2 < one);
	/* it has proven nothing */
	p.is_guess = false;
	from = b->ctx.clk->now_ns(b->ctx.clk);
	assert_int_equal(mtd_checksum(b->qspi, &p, 1), 0);
	assert_true(b->ctx.clk->now_ns(b->ctx.clk) - from > 2 * four);
	assert_int_equal(p.crc, crc);
	check_quiet(b);
}

static void test_a_noisy_wire_costs_time_not_truth(void **state)
{
	struct bench *b = *state;

	b->faults.ber = 1e-6;
	open_and_attach(b);
	sum_and_compare(b, b->flash, 0, KIB(2), 512);
	sum_and_compare(b, b->qspi, 0, KIB(4), 256);
}

static void test_without_a_faster_clock_it_works_as_well(void **state)
{
	struct bench *b = *state;

	b->no_boost = true;
	open_and_attach(b);
	sum_and_compare(b, b->flash, 0, KIB(2), 64);
	sum_and_compare(b, b->qspi, 0, KIB(4), 64);
	check_quiet(b);
}

static void test_at_80_mhz_and_a_fast_spi_clock_it_works_as_well(void **state)
{
	struct bench *b = *state;

	b->qspi_max_hz = 40000000;
	open_and_attach(b);
	sum_and_compare(b, b->flash, 0, KIB(2), 64);
	sum_and_compare(b, b->qspi, 0, KIB(4), 64);
	check_quiet(b);
}

/* the application's sum, channel and clocks: as they were, but the channel stays stopped */
static void test_crc_unit_and_channel_are_put_back_as_the_application_left_them(void **state)
{
	static const struct {
		u32 addr, val;
	} regs[] = { { CRC_CR, 0x80 },	   { CRC_INIT, 0x12345678 },   { CRC_IDR, 0x5a },
		     { DMA2_CNDTR1, 100 }, { DMA2_CPAR1, 0x20000100 }, { DMA2_CMAR1, 0x20000200 } };
	struct bench *b = *state;
	u32 sum;

	open_and_attach(b);
	poke(b, RCC_AHB1ENR, peek(b, RCC_AHB1ENR) | BIT(12) | BIT(1));
	for (size_t i = 0; i < ARRAY_SIZE(regs); i++)
		poke(b, regs[i].addr, regs[i].val);
	poke(b, CRC_DR, 0xdeadbeef); /* a sum that is not finished */
	sum = peek(b, CRC_DR);
	detach(b, TARGET_LEAVE);

	b->no_reset = true;
	attach(b);
	sum_and_compare(b, b->flash, 0, KIB(2), 8);
	sum_and_compare(b, b->qspi, 0, KIB(4), 8);
	mtd_finish(b->flash);
	mtd_finish(b->qspi);
	detach(b, TARGET_LEAVE);

	attach(b);
	for (size_t i = 0; i < ARRAY_SIZE(regs); i++)
		if (peek(b, regs[i].addr) != regs[i].val)
			fail_msg("0x%08x holds %08x, not %08x", regs[i].addr, peek(b, regs[i].addr),
				 regs[i].val);
	assert_int_equal(peek(b, CRC_DR), sum);
	assert_int_equal(peek(b, CRC_POL), 0x04c11db7);
	assert_int_equal(peek(b, RCC_AHB1ENR) & (BIT(12) | BIT(1)), BIT(12) | BIT(1));
	check_quiet(b);
}

static void test_a_channel_that_is_running_is_stopped_and_used(void **state)
{
	struct bench *b = *state;

	open_and_attach(b);
	poke(b, RCC_AHB1ENR, peek(b, RCC_AHB1ENR) | BIT(1));
	poke(b, DMA2_CNDTR1, 65535);
	poke(b, DMA2_CPAR1, 0x20000000);
	poke(b, DMA2_CMAR1, 0x20001000);
	poke(b, DMA2_CCR1, 0x4a61); /* circular, memory to memory is not: it would never end */
	detach(b, TARGET_LEAVE);
	b->no_reset = true;
	attach(b);
	sum_and_compare(b, b->flash, 0, KIB(2), 64);
}

static void test_clocks_are_gated_again_where_they_were(void **state)
{
	struct bench *b = *state;
	u32 before;

	open_and_attach(b);
	before = peek(b, RCC_AHB1ENR);
	detach(b, TARGET_LEAVE);
	b->no_reset = true;
	attach(b);
	sum_and_compare(b, b->flash, 0, KIB(2), 8);
	detach(b, TARGET_LEAVE);
	attach(b);
	assert_int_equal(peek(b, RCC_AHB1ENR), before);
	check_quiet(b);
}

static void test_a_reset_in_the_middle_is_noticed(void **state)
{
	struct bench *b = *state;
	struct mtd_crc *p = calloc(512, sizeof(*p));

	for (size_t i = 0; i < 512; i++)
		p[i] = (struct mtd_crc){ .from = i * KIB(2), .len = KIB(2) };
	open_bench(b);
	attach(b);
	detach(b, TARGET_LEAVE);
	b->host->ops->close(b->host);
	b->host = NULL;
	/* attaching takes some 80 ms, the checksums 95 ms */
	b->faults.reset_at_ps = PS_PER_S / 1000 * 130;
	open_and_attach(b);
	assert_int_equal(mtd_checksum(b->flash, p, 512), -EIO);
	assert_non_null(strstr(b->ctx.err.what, "reset"));
	err_clear(&b->ctx.err);
	free(p);
}

#define TEST(_name) cmocka_unit_test_setup_teardown(_name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_checksums_of_pages_and_sectors_are_those_of_the_cells),
		TEST(test_pieces_may_have_any_length_and_start_in_words),
		TEST(test_a_piece_longer_than_the_dma_counts_is_chained),
		TEST(test_what_is_no_whole_word_or_lies_outside_is_refused),
		TEST(test_a_piece_that_the_bus_refuses_is_unsure_and_the_others_are_right),
		TEST(test_every_single_changed_bit_gives_another_checksum),
		TEST(test_the_first_word_of_the_window_is_not_read_in_vain),
		TEST(test_a_guess_relies_on_four_lines_that_a_blank_chip_cannot_prove),
		TEST(test_a_noisy_wire_costs_time_not_truth),
		TEST(test_without_a_faster_clock_it_works_as_well),
		TEST(test_at_80_mhz_and_a_fast_spi_clock_it_works_as_well),
		TEST(test_crc_unit_and_channel_are_put_back_as_the_application_left_them),
		TEST(test_a_channel_that_is_running_is_stopped_and_used),
		TEST(test_clocks_are_gated_again_where_they_were),
		TEST(test_a_reset_in_the_middle_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
