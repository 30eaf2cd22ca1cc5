// SPDX-License-Identifier: GPL-2.0-or-later
/* STM32 QUADSPI driver: the register sequences, on a memq that writes them down. */
#include "drivers/stm32-quadspi.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/fake-memq.inc"

#define REGS   0xa0001000u
#define WINDOW 0x90000000u
#define RCC    0x40021000u
#define GPIOA  0x48000000u
#define GPIOE  0x48001000u
#define DMA1   0x40020000u

static const struct stm32_quadspi_desc desc = {
	.regs = REGS,
	.window = WINDOW,
	.window_size = 256 << 20,
	.rcc_enr = RCC + 0x50,
	.rcc_en_bit = BIT(8),
	.rcc_rstr = RCC + 0x30,
	.rcc_rst_bit = BIT(8),
	.gpio_base = GPIOA,
	.gpio_enr = RCC + 0x4c,
	.kernel_hz = 48000000,
	.fifo_depth = 16,
	.errata = QUADSPI_ERRATUM_E1 | QUADSPI_ERRATUM_E2,
};

static const char *reg_name(u32 addr)
{
	static const char *const qspi[] = { "CR", "DCR", "SR", "FCR",	"DLR",	 "CCR",
					    "AR", "ABR", "DR", "PSMKR", "PSMAR", "PIR" };
	static const char *const gpio[] = { "MODER", "OTYPER", "OSPEEDR", "PUPDR", "IDR",
					    "ODR",   "BSRR",   "LCKR",	  "AFRL",  "AFRH" };

	if (addr >= REGS && addr < REGS + 4 * ARRAY_SIZE(qspi))
		return qspi[(addr - REGS) / 4];
	if (addr >= GPIOE && addr < GPIOE + 4 * ARRAY_SIZE(gpio))
		return gpio[(addr - GPIOE) / 4];
	if (addr == DMA1 + 0x58)
		return "DMA.CCR5";
	if (addr == desc.rcc_enr)
		return "AHB3ENR";
	if (addr == desc.rcc_rstr)
		return "AHB3RSTR";
	return addr == desc.gpio_enr ? "AHB2ENR" : addr == WINDOW + 0x1000 ? "window+1000" : NULL;
}

struct fixture {
	struct ctx ctx;
	struct memq q;
	struct target t;
	struct board board;
	struct spi_mem *mem;
	u32 sr;		       /* what SR reads */
	unsigned int n_fifo;   /* bytes in the FIFO: FLEVEL; taken by reads */
	unsigned int n_lost;   /* replies still to be lost */
	bool model_fifo;       /* FLEVEL from n_fifo */
	unsigned int incoming; /* bytes that come in later, 16 at a time */
	/* the write FIFO's level over time */
	u64 started_ns, header_ns, byte_ns_x1000;
	unsigned int written, worst_level;
};

static bool on_read(struct memq *q, u32 addr, u32 *val)
{
	struct fixture *f = q->arg;

	if (addr != REGS + 0x08)
		return false;
	if (f->model_fifo && !f->n_fifo && f->incoming) {
		f->n_fifo = min(f->incoming, 16u);
		f->incoming -= f->n_fifo;
	}
	*val = f->sr | (f->model_fifo ? f->n_fifo << 8 : 0);
	return true;
}

static bool on_fifo_read(struct memq *q, u32 addr, u8 *buf, size_t len)
{
	struct fixture *f = q->arg;

	assert_int_equal(addr, REGS + 0x20);
	if (f->model_fifo) {
		/* the rule that must never be broken: beyond FLEVEL the bus stalls */
		assert_true(len <= f->n_fifo);
		f->n_fifo -= (unsigned int)len;
	}
	for (size_t i = 0; i < len; i++)
		buf[i] = (u8)(0x10 + i);
	if (f->n_lost) {
		f->n_lost--;
		return false;
	}
	return true;
}

static void on_write(struct memq *q, u32 addr, u32 val, unsigned int bytes)
{
	struct fixture *f = q->arg;
	u64 drained = 0, at = f->started_ns + f->header_ns;

	if (addr != REGS + 0x20 || !f->byte_ns_x1000)
		return;
	if (!f->written)
		f->started_ns = q->cursor_ns;
	at = f->started_ns + f->header_ns;
	if (q->cursor_ns > at)
		drained = min((q->cursor_ns - at) * 1000 / f->byte_ns_x1000, (u64)f->written);
	f->written += bytes;
	/* an empty FIFO stops the clock: what was not there could not drain */
	f->worst_level = max(f->worst_level, (unsigned int)(f->written - drained));
	(void)val;
}

static u64 fake_now(struct sysclock *clk)
{
	(void)clk;
	return 0;
}

static void fake_sleep(struct sysclock *clk, u64 ns)
{
	(void)clk;
	(void)ns;
}

static struct sysclock fake_clock = { .now_ns = fake_now, .sleep_ns = fake_sleep };

static int open_with(struct fixture *f, const struct stm32_quadspi_desc *d, u64 period_ps)
{
	f->ctx.clk = &fake_clock;
	f->q.ctx = &f->ctx;
	f->q.arg = f;
	f->q.name = reg_name;
	f->q.on_read = on_read;
	f->q.on_write = on_write;
	f->q.on_fifo_read = on_fifo_read;
	f->q.period_ps = period_ps;
	f->sr = 0x1002; /* 16 bytes, TCF */
	f->board.has_qspi = true;
	for (unsigned int i = 0; i <= QSPI_IO3; i++)
		f->board.qspi[i] = (struct board_pin){ 'E', (u8)(10 + i), 10 };
	f->t = (struct target){ .ctx = &f->ctx, .q = &f->q, .board = &f->board };
	*fake_reg(&f->q, GPIOE) = 0xffffffff; /* as after reset: analog */
	return stm32_quadspi_open(&f->t, d, &f->mem);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	if (open_with(f, &desc, 66667) || f->mem->ops->configure(f->mem, 16 << 20, 108000000))
		return -1;
	fake_clear_log(&f->q);
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	stm32_quadspi_close(f->mem);
	free(f);
	return 0;
}

static void assert_log(struct fixture *f, const char *want)
{
	if (strcmp(f->q.log, want))
		fail_msg("\n got: %s\nwant: %s", f->q.log, want);
	fake_clear_log(&f->q);
}

static const struct spi_mem_op wren = { .cmd = { 0x06, 1 } };

static void test_open_clocks_resets_and_sets_pins_before_the_controller(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	(void)state;
	assert_int_equal(open_with(f, &desc, 66667), 0);
	/* pull-ups on NCS, IO2, IO3; IO2 and IO3 high outputs; MODER after everything else;
	 * 48 MHz / 6 = 8 MHz, FTHRES 4 bytes, APMS; 100 ns of NCS high at 8 MHz is one clock */
	assert_log(f, "AHB3ENR? AHB2ENR? AHB3RSTR? AHB2ENR=00000010 AHB3ENR=00000100 AHB3ENR? "
		      "AHB3RSTR=00000100 AHB3RSTR=00000000 "
		      "MODER? OTYPER? OSPEEDR? PUPDR? ODR? AFRL? AFRH? "
		      "AFRL=00000000 AFRH=aaaaaa00 OTYPER=00000000 OSPEEDR=fff00000 "
		      "PUPDR=50400000 ODR=0000c000 MODER=5aafffff MODER? AFRL? AFRH? "
		      "CR=05400301 DCR=001f0000 CR?");
	assert_int_equal(f->mem->hz, 8000000);
	assert_int_equal(f->mem->max_width, 4);
	assert_string_equal(f->mem->io_names[3], "PE15");
	stm32_quadspi_close(f->mem);
	free(f);
}

static void test_close_puts_pins_and_clocks_back(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	(void)state;
	*fake_reg(&f->q, desc.gpio_enr) = 0x10; /* port E was on already */
	assert_int_equal(open_with(f, &desc, 66667), 0);
	stm32_quadspi_close(f->mem);
	assert_int_equal(*fake_reg(&f->q, GPIOE), 0xffffffff);
	assert_int_equal(*fake_reg(&f->q, GPIOE + 0x24), 0);
	assert_int_equal(*fake_reg(&f->q, desc.gpio_enr), 0x10);
	assert_int_equal(*fake_reg(&f->q, desc.rcc_enr), 0);
	free(f);
}

static void test_two_data_lines_where_only_two_are_wired(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	(void)state;
	f->board.has_qspi = true;
	assert_int_equal(open_with(f, &desc, 66667), 0);
	stm32_quadspi_close(f->mem);
	f->board.qspi[QSPI_IO2] = f->board.qspi[QSPI_IO3] = (struct board_pin){ 0 };
	f->mem = NULL;
	assert_int_equal(stm32_quadspi_open(&f->t, &desc, &f->mem), 0);
	assert_int_equal(f->mem->max_width, 2);
	stm32_quadspi_close(f->mem);
	f->board.has_qspi = false;
	assert_int_equal(stm32_quadspi_open(&f->t, &desc, &f->mem), -EINVAL);
	free(f);
}

static void test_clock_is_the_least_of_chip_board_pins_and_kernel(void **state)
{
	static const struct {
		u32 kernel, board, pins, chip, hz, cr, dcr;
	} cases[] = {
		{ 48000000, 0, 0, 108000000, 24000000, 0x01400301, 0x00170200 },
		{ 48000000, 40000000, 0, 108000000, 24000000, 0x01400301, 0x00170200 },
		{ 48000000, 50000000, 0, 108000000, 48000000, 0x00400301, 0x00170400 },
		{ 48000000, 50000000, 48000000, 108000000, 48000000, 0x00400301, 0x00170400 },
		{ 80000000, 80000000, 48000000, 108000000, 40000000, 0x01400301, 0x00170300 },
		{ 48000000, 50000000, 48000000, 33000000, 24000000, 0x01400301, 0x00170200 },
		{ 4000000, 0, 48000000, 108000000, 4000000, 0x00400301, 0x00170000 },
		{ 80000000, 1000000, 48000000, 108000000, 1000000, 0x4f400301, 0x00170000 },
	};
	(void)state;

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		struct fixture *f = calloc(1, sizeof(*f));
		struct stm32_quadspi_desc d = desc;

		d.kernel_hz = cases[i].kernel;
		d.max_hz = cases[i].pins;
		f->board.qspi_max_hz = cases[i].board;
		assert_int_equal(open_with(f, &d, 66667), 0);
		assert_int_equal(f->mem->ops->configure(f->mem, 16 << 20, cases[i].chip), 0);
		assert_int_equal(f->mem->hz, cases[i].hz);
		assert_int_equal(*fake_reg(&f->q, REGS), cases[i].cr);
		assert_int_equal(*fake_reg(&f->q, REGS + 4), cases[i].dcr);
		stm32_quadspi_close(f->mem);
		free(f);
	}
}

static void test_a_command_without_data_starts_with_ccr(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(spi_mem_exec(f->mem, &wren), 0);
	assert_log(f, "MODER=5aafffff FCR=0000001b CCR=00000106 SR?");
}

static void test_an_erase_starts_with_ar(void **state)
{
	struct fixture *f = *state;
	const struct spi_mem_op op = { .cmd = { 0x20, 1 }, .addr = { 3, 1, 0x123000 } };

	f->mem->ops->queue_op(f->mem, &f->q, &op, NULL);
	assert_log(f, "CCR=00002520 AR=00123000");
}

static void test_reading_takes_what_flevel_says_then_aborts(void **state)
{
	struct fixture *f = *state;
	u8 id[6] = { 0 };
	const struct spi_mem_op op = {
		.cmd = { 0x9f, 1 },
		.data = { .dir = SPI_MEM_IN, .buswidth = 1, .nbytes = 6, .in = id },
	};

	assert_int_equal(spi_mem_exec(f->mem, &op), 0);
	assert_log(f, "MODER=5aafffff FCR=0000001b DLR=00000005 CCR=0500019f SR? DR>4x1 DR>1x2 "
		      "CR=01400303 SR?");
	assert_int_equal(id[0], 0x10);
	assert_int_equal(id[3], 0x13);
}

static void test_long_reads_follow_the_fifo(void **state)
{
	struct fixture *f = *state;
	u8 buf[100] = { 0 };
	const struct spi_mem_op op = {
		.cmd = { 0x5a, 1 },
		.addr = { 3, 1, 0x30 },
		.dummy = { 8 },
		.data = { .dir = SPI_MEM_IN, .buswidth = 1, .nbytes = 100, .in = buf },
	};

	f->sr = 2;
	f->model_fifo = true;
	f->incoming = 101; /* erratum E1: one byte more than asked for */
	assert_int_equal(spi_mem_exec(f->mem, &op), 0);
	assert_non_null(strstr(f->q.log, "DLR=00000063 CCR=0520255a AR=00000030 SR? DR>4x4 SR?"));
	assert_non_null(strstr(f->q.log, "DR>4x1 CR=01400303 SR?"));
}

static void test_a_controller_that_has_shown_that_it_runs_is_read_in_one_go(void **state)
{
	struct fixture *f = *state;
	u8 buf[64] = { 0 };
	struct spi_mem_op op = {
		.cmd = { 0x03, 1 },
		.addr = { 3, 1, 0x30 },
		.data = { .dir = SPI_MEM_IN, .buswidth = 1, .nbytes = 64, .in = buf },
	};

	f->sr = 2;
	f->model_fifo = true;
	f->incoming = 65;
	assert_int_equal(spi_mem_exec(f->mem, &op), 0);
	assert_int_equal(f->q.n_flushes > 3, 1);
	fake_clear_log(&f->q);
	f->q.n_flushes = 0;
	f->n_fifo = 0;
	f->incoming = 65;
	assert_int_equal(spi_mem_exec(f->mem, &op), 0);
	assert_int_equal(f->q.n_flushes, 1);
	assert_log(f, "FCR=0000001b CCR=05002503 AR=00000030 SR? DR>4x4 SR? DR>4x4 SR? DR>4x4 "
		      "SR? DR>4x4 CR=01400303 SR?");
	/* not after anything went wrong: it is looked at before it is read */
	f->mem->ops->queue_poll_end(f->mem, &f->q);
	assert_int_equal(f->mem->ops->configure(f->mem, 16 << 20, 108000000), 0);
	fake_clear_log(&f->q);
	f->n_fifo = f->incoming = 0;
	assert_int_equal(spi_mem_exec(f->mem, &op), -ETIMEDOUT);
	assert_null(strstr(f->q.log, "DR>"));
}

static void test_data_that_are_late_are_not_believed(void **state)
{
	struct fixture *f = *state;
	u8 sr = 0;
	const struct spi_mem_op op = {
		.cmd = { 0x05, 1 },
		.data = { .dir = SPI_MEM_IN, .buswidth = 1, .nbytes = 1, .in = &sr },
	};

	assert_int_equal(spi_mem_exec(f->mem, &op), 0);
	f->sr = 2; /* over, but the FIFO is empty */
	assert_int_equal(spi_mem_exec(f->mem, &op), -ETIMEDOUT);
	f->sr = 0x102;
	assert_int_equal(spi_mem_exec(f->mem, &op), 0);
}

static void test_a_fifo_that_stays_empty_is_an_error_not_a_stall(void **state)
{
	struct fixture *f = *state;
	u8 sr;
	const struct spi_mem_op op = {
		.cmd = { 0x05, 1 },
		.data = { .dir = SPI_MEM_IN, .buswidth = 1, .nbytes = 1, .in = &sr },
	};

	f->sr = 0x20; /* BUSY, nothing in the FIFO */
	assert_int_equal(spi_mem_exec(f->mem, &op), -ETIMEDOUT);
	assert_null(strstr(f->q.log, "DR>"));
	assert_non_null(strstr(f->ctx.err.what, "05h"));
}

static void test_lost_data_repeat_the_whole_command(void **state)
{
	struct fixture *f = *state;
	u8 sr = 0;
	const struct spi_mem_op op = {
		.cmd = { 0x05, 1 },
		.data = { .dir = SPI_MEM_IN, .buswidth = 1, .nbytes = 1, .in = &sr },
	};

	f->n_lost = 2;
	assert_int_equal(spi_mem_exec(f->mem, &op), 0);
	assert_int_equal(sr, 0x10);
	f->n_lost = 99;
	assert_int_equal(spi_mem_exec(f->mem, &op), -EIO);
}

static void test_an_address_past_the_end_is_reported(void **state)
{
	struct fixture *f = *state;
	const struct spi_mem_op op = { .cmd = { 0x20, 1 }, .addr = { 4, 1, 0x2000000 } };

	f->sr = 1;
	assert_int_equal(spi_mem_exec(f->mem, &op), -EINVAL);
	assert_non_null(strstr(f->ctx.err.what, "0x2000000"));
}

static void test_a_controller_that_stays_busy_is_aborted_then_given_up(void **state)
{
	struct fixture *f = *state;

	f->mem->ops->queue_op(f->mem, &f->q, &wren, NULL);
	f->sr = 0x20;
	assert_int_equal(spi_mem_exec(f->mem, &wren), -ETIMEDOUT);
	assert_non_null(strstr(f->q.log, "CR=01400303"));
	assert_non_null(strstr(f->ctx.err.what, "busy"));
}

static void test_quad_program_hands_over_the_pins_once_and_feeds_words(void **state)
{
	struct fixture *f = *state;
	static const u8 data[256];
	const struct spi_mem_op op = {
		.cmd = { 0x32, 1 },
		.addr = { 3, 1, 0x1200 },
		.data = { .dir = SPI_MEM_OUT, .buswidth = 4, .nbytes = 256, .out = data },
	};

	f->mem->ops->queue_op(f->mem, &f->q, &op, NULL);
	assert_log(f, "MODER=aaafffff DLR=000000ff CCR=03002532 AR=00001200 DR<4x64");
	f->mem->ops->queue_op(f->mem, &f->q, &wren, NULL);
	f->mem->ops->queue_op(f->mem, &f->q, &op, NULL);
	assert_log(f, "CCR=00000106 CCR=03002532 AR=00001200 DR<4x64");
}

static void test_a_status_register_write_finds_wp_high(void **state)
{
	struct fixture *f = *state;
	static const u8 data[256];
	const struct spi_mem_op pp = {
		.cmd = { 0x32, 1 },
		.addr = { 3, 1, 0 },
		.data = { .dir = SPI_MEM_OUT, .buswidth = 4, .nbytes = 7, .out = data },
	};
	const struct spi_mem_op wrsr = {
		.cmd = { 0x01, 1 },
		.data = { .dir = SPI_MEM_OUT, .buswidth = 1, .nbytes = 2, .out = data },
	};

	f->mem->ops->queue_op(f->mem, &f->q, &pp, NULL);
	fake_clear_log(&f->q);
	f->mem->ops->queue_op(f->mem, &f->q, &wrsr, NULL);
	assert_log(f, "MODER=5aafffff DLR=00000001 CCR=01000101 DR<1x2");
}

static void test_mode_bits_travel_as_alternate_bytes(void **state)
{
	struct fixture *f = *state;
	u8 buf[8];
	const struct spi_mem_op op = {
		.cmd = { 0xeb, 1 },
		.addr = { 3, 4, 0x10 },
		.mode = { 8, 4, 0xff },
		.dummy = { 4 },
		.data = { .dir = SPI_MEM_IN, .buswidth = 4, .nbytes = 8, .in = buf },
	};
	enum memq_sample s = MEMQ_PENDING;

	f->mem->ops->queue_op(f->mem, &f->q, &op, &s);
	assert_int_equal(s, MEMQ_VALID);
	assert_log(f, "MODER=aaafffff DLR=00000007 ABR=000000ff CCR=0710edeb AR=00000010 DR>4x2 "
		      "CR=01400303");
}

static void test_slow_clocks_never_overfill_the_write_fifo(void **state)
{
	static const u8 widths[] = { 1, 4 };
	static const u32 kernels[] = { 4000000, 16000000, 48000000 };
	static const u64 periods[] = { 33333, 66667, 1000000 };
	static const u8 data[256];

	(void)state;
	for (unsigned int i = 0; i < 18; i++) {
		struct fixture *f = calloc(1, sizeof(*f));
		struct stm32_quadspi_desc d = desc;
		u8 width = widths[i % 2];
		const struct spi_mem_op op = {
			.cmd = { 0x02, 1 },
			.addr = { 3, 1, 0 },
			.data = { .dir = SPI_MEM_OUT,
				  .buswidth = width,
				  .nbytes = 256,
				  .out = data },
		};

		d.kernel_hz = kernels[i / 2 % 3];
		assert_int_equal(open_with(f, &d, periods[i / 6]), 0);
		assert_int_equal(f->mem->ops->configure(f->mem, 16 << 20, 108000000), 0);
		f->header_ns = 34 * SEC_NS / f->mem->hz;
		f->byte_ns_x1000 = 8 * SEC_NS * 1000 / width / f->mem->hz;
		f->mem->ops->queue_op(f->mem, &f->q, &op, NULL);
		assert_int_equal(f->written, 256);
		if (f->worst_level > 16)
			fail_msg("kernel %u, %u lines, period %llu ps: %u bytes in the FIFO",
				 d.kernel_hz, width, (unsigned long long)periods[i / 6],
				 f->worst_level);
		stm32_quadspi_close(f->mem);
		free(f);
	}
}

static void test_polling_is_armed_sampled_and_ended(void **state)
{
	struct fixture *f = *state;
	const struct spi_mem_op op = {
		.cmd = { 0x05, 1 },
		.data = { .dir = SPI_MEM_IN, .buswidth = 1, .nbytes = 1 },
	};
	enum memq_sample s = MEMQ_PENDING;
	u32 val;

	f->mem->ops->queue_poll(f->mem, &f->q, &op, 1, 0, 4000);
	/* 4 us at 24 MHz is 96 clocks; FMODE 2 */
	assert_log(f, "PSMKR=00000001 PSMAR=00000000 PIR=00000060 FCR=0000001b DLR=00000000 "
		      "CCR=09000105");
	f->sr = 0x28;
	f->mem->ops->queue_poll_sample(f->mem, &f->q, &val, &s);
	assert_true(f->mem->ops->poll_matched(f->mem, val));
	assert_false(f->mem->ops->poll_matched(f->mem, 0x20));
	f->mem->ops->queue_poll_end(f->mem, &f->q);
	assert_log(f, "SR? CR=01400303");
	/* mask and match stay in the registers */
	f->mem->ops->queue_poll(f->mem, &f->q, &op, 1, 0, 4000);
	assert_log(f, "FCR=0000001b DLR=00000000 CCR=09000105");
	f->mem->ops->queue_poll(f->mem, &f->q, &op, 0x80, 0x80, 4000);
	assert_log(f, "PSMKR=00000080 PSMAR=00000080 PIR=00000060 FCR=0000001b DLR=00000000 "
		      "CCR=09000105");
}

static void test_a_page_after_a_page_is_only_commands_and_the_start_of_the_dma(void **state)
{
	struct fixture *f = *state;
	const struct spi_mem_op pp = {
		.cmd = { 0x32, 1 },
		.addr = { 3, 1, 0x1200 },
		.data = { .dir = SPI_MEM_OUT, .buswidth = 4, .nbytes = 256 },
	};
	const struct spi_mem_op rdsr = {
		.cmd = { 0x05, 1 },
		.data = { .dir = SPI_MEM_IN, .buswidth = 1, .nbytes = 4 },
	};
	struct stm32_quadspi_desc d = desc;
	enum memq_sample s = MEMQ_PENDING;
	static const u8 page[256];
	u32 val;

	stm32_quadspi_close(f->mem);
	/* a DMA that holds what is written to it */
	d.dma = (struct stm32_quadspi_dma_desc){ .regs = DMA1,
						 .rcc_enr = RCC + 0x48,
						 .rcc_en_bit = BIT(0),
						 .channel = 5,
						 .request = 5,
						 .stage = 0x20017c00 };
	assert_int_equal(open_with(f, &d, 66667), 0);
	assert_int_equal(f->mem->stage_bytes, 512);
	/* the first: the pins change hands, lengths and masks are set */
	f->mem->ops->queue_stage(f->mem, &f->q, 0, page, 256, 256);
	f->mem->ops->queue_op(f->mem, &f->q, &wren, NULL);
	f->mem->ops->queue_op_staged(f->mem, &f->q, &pp);
	f->mem->ops->queue_poll(f->mem, &f->q, &rdsr, 1, 0, 4000);
	f->mem->ops->queue_stage(f->mem, &f->q, 0, page, 256, 256);
	fake_clear_log(&f->q);
	/*
	 * The next: what stays is not written again, but where that is shorter than an address. The
	 * match of the page before is looked at before its flag is cleared
	 */
	f->mem->ops->queue_poll_end_staged(f->mem, &f->q);
	f->mem->ops->queue_op(f->mem, &f->q, &wren, NULL);
	f->mem->ops->queue_op_staged(f->mem, &f->q, &pp);
	f->mem->ops->queue_poll_sample(f->mem, &f->q, &val, &s);
	f->mem->ops->queue_poll(f->mem, &f->q, &rdsr, 1, 0, 4000);
	assert_log(f, "CR=05400307 CCR=00000106 CCR=03002532 AR=00001200 DMA.CCR5=00003a91 SR? "
		      "FCR=0000001b DLR=000000ff CCR=09000105");
	/* an end of polling that knows nothing of a DMA */
	f->mem->ops->queue_poll_end(f->mem, &f->q);
	f->mem->ops->queue_op_staged(f->mem, &f->q, &pp);
	assert_log(f, "CR=05400303 CCR=03002532 AR=00001200 CR=05400305 DMA.CCR5=00003a91");
	/* whoever executes a command from outside of the stream believes in nothing that it left */
	assert_int_equal(f->mem->ops->exec(f->mem, &wren), 0);
	fake_clear_log(&f->q);
	f->mem->ops->queue_op_staged(f->mem, &f->q, &pp);
	f->mem->ops->queue_poll(f->mem, &f->q, &rdsr, 1, 0, 4000);
	assert_log(f, "MODER=aaafffff DLR=000000ff CCR=03002532 AR=00001200 CR=05400305 "
		      "DMA.CCR5=00003a91 PSMKR=00000001 PSMAR=00000000 PIR=00000020 FCR=0000001b "
		      "DLR=000000ff CCR=09000105");
}

static void test_data_are_staged_ahead_only_where_the_dma_outruns_the_wire(void **state)
{
	struct fixture *f = *state;
	struct spi_mem_op pp = {
		.cmd = { 0x32, 1 },
		.addr = { 3, 1, 0x1200 },
		.data = { .dir = SPI_MEM_OUT, .buswidth = 4, .nbytes = 256 },
	};
	static const struct {
		u32 kernel_hz;
		u64 period_ps;
		bool wide, narrow; /* may four lines, one line? */
	} cases[] = {
		/* a word: 8 or 32 clocks of SPI and 16 of HCLK against 46 of SWCLK */
		{ 48000000, 33333, true, false }, { 48000000, 66667, true, true },
		{ 16000000, 33333, true, false }, { 4000000, 33333, false, false },
		{ 4000000, 200000, true, false },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		struct stm32_quadspi_desc d = desc;
		bool wide, narrow;

		stm32_quadspi_close(f->mem);
		d.kernel_hz = cases[i].kernel_hz;
		assert_int_equal(open_with(f, &d, cases[i].period_ps), 0);
		assert_int_equal(f->mem->ops->configure(f->mem, MIB(16), 100000000), 0);
		pp.data.buswidth = 4;
		wide = f->mem->ops->may_stage_ahead(f->mem, &pp);
		pp.data.buswidth = 1;
		narrow = f->mem->ops->may_stage_ahead(f->mem, &pp);
		if (wide != cases[i].wide || narrow != cases[i].narrow)
			fail_msg("case %u: %d, %d", i, wide, narrow);
	}
	/* 32 + 512 clocks at 4 MHz, and what is left of an access */
	pp.data.buswidth = 4;
	assert_in_range(f->mem->ops->staged_ns(f->mem, &pp), 120000, 140000);
}

static void test_mapped_reading_clears_ar_first_and_aborts_after(void **state)
{
	struct fixture *f = *state;
	static u8 buf[256];
	const struct spi_mem_op op = {
		.cmd = { 0x6b, 1 },
		.addr = { 3, 1, 0 },
		.dummy = { 8 },
		.data = { .dir = SPI_MEM_IN, .buswidth = 4 },
	};

	assert_int_equal(f->mem->ops->dirmap_read(f->mem, &op, 0x1000, 256, buf), 0);
	/* AR = 0 is written with a CCR that it can't start; erratum E2 wants it between aborts */
	assert_log(
		f,
		"MODER=aaafffff CR=01400303 CCR=0100256b AR=00000000 CR=01400303 "
		"FCR=0000001b CCR=0f20256b window+1000>>4 90001004>>252 CR=01400303 CCR=0100256b "
		"FCR=0000001b");
	assert_int_equal(f->mem->ops->dirmap_read(f->mem, &op, (16 << 20) - 4, 8, buf), -EINVAL);
	assert_log(f, "");
}

static void test_a_clock_slower_than_the_wire_reads_by_fifo_loads(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct stm32_quadspi_desc d = desc;
	static u8 buf[40];
	const struct spi_mem_op op = {
		.cmd = { 0x03, 1 },
		.addr = { 3, 1, 0 },
		.data = { .dir = SPI_MEM_IN, .buswidth = 1 },
	};

	(void)state;
	d.kernel_hz = 4000000;
	assert_int_equal(open_with(f, &d, 66667), 0);
	assert_int_equal(f->mem->ops->configure(f->mem, 16 << 20, 108000000), 0);
	fake_clear_log(&f->q);
	assert_int_equal(f->mem->ops->dirmap_read(f->mem, &op, 0x1000, 40, buf), 0);
	assert_log(f, "DLR=0000000f CCR=05002503 AR=00001000 DR>4x4 CR=00400303 "
		      "CCR=05002503 AR=00001010 DR>4x4 CR=00400303 "
		      "DLR=00000007 CCR=05002503 AR=00001020 DR>4x2 CR=00400303");
	stm32_quadspi_close(f->mem);
	free(f);
}

static void test_recovery_clocks_have_the_shapes_of_the_fact_sheet(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(f->mem->ops->drive_high(f->mem, 4, 8), 0);
	assert_log(f, "MODER=aaafffff ABR=ffffffff CCR=0002c3ff");
	assert_int_equal(f->mem->ops->drive_high(f->mem, 4, 10), 0);
	assert_log(f, "ABR=ffffffff CCR=0003c3ff");
	assert_int_equal(f->mem->ops->drive_high(f->mem, 4, 16), 0);
	assert_log(f, "ABR=ffffffff CCR=0003efff AR=00ffffff");
	assert_int_equal(f->mem->ops->drive_high(f->mem, 2, 16), 0);
	assert_log(f, "MODER=5aafffff ABR=ffffffff CCR=000282ff");
	assert_int_equal(f->mem->ops->drive_high(f->mem, 4, 9), -EOPNOTSUPP);
}

static void test_what_the_block_cannot_do_is_refused(void **state)
{
	struct fixture *f = *state;
	u8 b[4] = { 0 };
	struct spi_mem_op op = {
		.cmd = { 0x02, 1 },
		.addr = { 3, 1, 0 },
		.data = { .dir = SPI_MEM_OUT, .buswidth = 1, .nbytes = 4, .out = b },
	};

	assert_true(spi_mem_supports_op(f->mem, &op));
	op.dummy.ncycles = 2; /* erratum E3 */
	assert_false(spi_mem_supports_op(f->mem, &op));
	op.data.dir = SPI_MEM_IN;
	assert_true(spi_mem_supports_op(f->mem, &op));
	op.dummy.ncycles = 32;
	assert_false(spi_mem_supports_op(f->mem, &op));
	op.dummy.ncycles = 2;
	op.mode.nbits = 4;
	op.mode.buswidth = 2;
	assert_false(spi_mem_supports_op(f->mem, &op));
	op.mode.nbits = 0;
	op.data.buswidth = 8;
	assert_false(spi_mem_supports_op(f->mem, &op));
	op.data.buswidth = 1;
	op.addr.val = 0x1000000; /* does not fit three bytes */
	assert_false(spi_mem_supports_op(f->mem, &op));
	assert_int_equal(spi_mem_exec(f->mem, &op), -EOPNOTSUPP);
	f->mem->max_width = 2;
	op.addr.val = 0;
	op.data.buswidth = 4;
	assert_false(spi_mem_supports_op(f->mem, &op));
}

static int open_pair(struct fixture *f, bool has_bank_2)
{
	struct stm32_quadspi_desc d = desc;

	assert_int_equal(open_with(f, &desc, 66667), 0);
	stm32_quadspi_close(f->mem);
	for (unsigned int i = QSPI_BK2_IO0; i <= QSPI_BK2_IO3; i++)
		f->board.qspi[i] = (struct board_pin){ 'E', (u8)(i - QSPI_BK2_IO0), 10 };
	d.has_bank_2 = has_bank_2;
	d.errata = 0;
	f->mem = NULL;
	return stm32_quadspi_open(&f->t, &d, &f->mem);
}

static void test_two_chips_side_by_side_share_addresses_and_bytes(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const struct spi_mem_op erase = { .cmd = { 0x20, 1 }, .addr = { 3, 1, 0x123000 } };
	const struct spi_mem_op rdsr = {
		.cmd = { 0x05, 1 },
		.data = { .dir = SPI_MEM_IN, .buswidth = 1, .nbytes = 2 },
	};
	u8 first[3] = { 0 }, second[3] = { 0 };
	struct spi_mem_op rdid = {
		.cmd = { 0x9f, 1 },
		.data = { .dir = SPI_MEM_IN, .buswidth = 1, .nbytes = 3, .in = first },
	};

	(void)state;
	assert_int_equal(open_pair(f, true), 0);
	assert_int_equal(f->mem->n_chips, 2);
	assert_string_equal(f->mem->io_names[4], "PE0");
	assert_int_equal(f->mem->ops->configure(f->mem, 32 << 20, 108000000), 0);
	/* DFM; 2^(24 + 1) bytes are those of both */
	assert_int_equal(*fake_reg(&f->q, REGS), 0x01400341);
	assert_int_equal(*fake_reg(&f->q, REGS + 4), 0x00180200);
	fake_clear_log(&f->q);
	f->mem->ops->queue_op(f->mem, &f->q, &erase, NULL);
	assert_log(f, "CCR=00002520 AR=00246000");
	f->mem->ops->queue_poll(f->mem, &f->q, &rdsr, 1, 0, 4000);
	assert_log(f, "PSMKR=00000101 PSMAR=00000000 PIR=00000060 FCR=0000001b DLR=00000001 "
		      "CCR=09000105");
	assert_int_equal(spi_mem_exec_each(f->mem, &rdid, second), 0);
	assert_int_equal(first[1], 0x10 + 2);
	assert_int_equal(second[0], 0x10 + 1);
	assert_int_equal(second[1], 0x10 + 3);
	/* an odd number of bytes can't be had */
	assert_int_equal(spi_mem_exec(f->mem, &rdid), -EOPNOTSUPP);
	stm32_quadspi_close(f->mem);
	free(f);
}

static void test_a_block_without_a_second_bank_refuses_a_second_chip(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	(void)state;
	assert_int_equal(open_pair(f, false), -EOPNOTSUPP);
	assert_non_null(strstr(f->ctx.err.what, "no second bank"));
	free(f);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open_clocks_resets_and_sets_pins_before_the_controller),
		cmocka_unit_test(test_close_puts_pins_and_clocks_back),
		cmocka_unit_test(test_two_data_lines_where_only_two_are_wired),
		cmocka_unit_test(test_clock_is_the_least_of_chip_board_pins_and_kernel),
		T(test_a_command_without_data_starts_with_ccr),
		T(test_an_erase_starts_with_ar),
		T(test_reading_takes_what_flevel_says_then_aborts),
		T(test_long_reads_follow_the_fifo),
		T(test_a_controller_that_has_shown_that_it_runs_is_read_in_one_go),
		T(test_data_that_are_late_are_not_believed),
		T(test_a_fifo_that_stays_empty_is_an_error_not_a_stall),
		T(test_lost_data_repeat_the_whole_command),
		T(test_an_address_past_the_end_is_reported),
		T(test_a_controller_that_stays_busy_is_aborted_then_given_up),
		T(test_quad_program_hands_over_the_pins_once_and_feeds_words),
		T(test_a_status_register_write_finds_wp_high),
		T(test_mode_bits_travel_as_alternate_bytes),
		cmocka_unit_test(test_slow_clocks_never_overfill_the_write_fifo),
		T(test_polling_is_armed_sampled_and_ended),
		T(test_a_page_after_a_page_is_only_commands_and_the_start_of_the_dma),
		T(test_data_are_staged_ahead_only_where_the_dma_outruns_the_wire),
		T(test_mapped_reading_clears_ar_first_and_aborts_after),
		cmocka_unit_test(test_a_clock_slower_than_the_wire_reads_by_fifo_loads),
		T(test_recovery_clocks_have_the_shapes_of_the_fact_sheet),
		T(test_what_the_block_cannot_do_is_refused),
		cmocka_unit_test(test_two_chips_side_by_side_share_addresses_and_bytes),
		cmocka_unit_test(test_a_block_without_a_second_bank_refuses_a_second_chip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
