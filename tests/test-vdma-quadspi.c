// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The virtual DMA and QUADSPI hand in hand, with the NOR of the board behind them.
 */
#include "tests/support/mcu-bus.h"

#include "sim/netlist.h"

#define AHB1ENR	  0x40021048u
#define AHB2ENR	  0x4002104cu
#define AHB3ENR	  0x40021050u
#define GPIOE	  0x48001000u
#define QSPI	  0xa0001000u
#define QSPI_CR	  (QSPI + 0x00)
#define QSPI_DCR  (QSPI + 0x04)
#define QSPI_SR	  (QSPI + 0x08)
#define QSPI_FCR  (QSPI + 0x0c)
#define QSPI_DLR  (QSPI + 0x10)
#define QSPI_CCR  (QSPI + 0x14)
#define QSPI_AR	  (QSPI + 0x18)
#define QSPI_DR	  (QSPI + 0x20)
#define WINDOW	  0x90000000u
#define QSPI_LPTR (QSPI + 0x30)
#define ABORT	  BIT(1)
#define DMAEN	  BIT(2)
#define TCEN	  BIT(3)
#define CR_ON	  (1u << 24 | 3u << 8 | 1) /* HCLK / 2, FIFO threshold of four */
#define TCF	  BIT(1)
#define BUSY	  BIT(5)
#define READ	  (1u << 24 | 2u << 12 | 1u << 10 | 1u << 8 | 0x03)
#define PP	  (1u << 24 | 2u << 12 | 1u << 10 | 1u << 8 | 0x02)
#define WREN	  (1u << 8 | 0x06)

#define CRC_DR	  0x40023000u
#define CRC_CR	  0x40023008u
#define DMA1	  0x40020000u
#define DMA2	  0x40020400u
#define ISR	  0x00
#define IFCR	  0x04
#define CCR(n)	  (0x08 + 0x14 * ((n)-1))
#define CNDTR(n)  (0x0c + 0x14 * ((n)-1))
#define CPAR(n)	  (0x10 + 0x14 * ((n)-1))
#define CMAR(n)	  (0x14 + 0x14 * ((n)-1))
#define CSELR	  0xa8
#define FROM_DR	  0x0a81u /* words, MINC, EN */
#define TO_DR	  0x0a91u /* ... DIR */
#define SRAM	  0x20000000u

static int setup(void **state)
{
	struct mcu_bus *b;
	size_t size, i;
	u8 *nor;

	bus_prepare(state);
	b = *state;
	snprintf(b->opts.board, sizeof(b->opts.board), "stm32l476g-disco");
	bus_open(b);
	b->sim.nets = netlist_new(&b->sim);
	assert_non_null(b->sim.nets);
	nor = netlist_nor_data(b->sim.nets, &size);
	for (i = 0; i < size; i++)
		nor[i] = (u8)(i * 13 + i / 256 * 7);
	set_bits(b, AHB1ENR, BIT(12) | BIT(1) | BIT(0));
	set_bits(b, AHB2ENR, BIT(4));
	set_bits(b, AHB3ENR, BIT(8));
	/* PE10 ... PE15: CLK, NCS, IO0 ... IO3 in alternate function 10, fast */
	wr(b, GPIOE + 0x08, 0xfff00000);
	wr(b, GPIOE + 0x24, 0xaaaaaa00);
	wr(b, GPIOE, (rd(b, GPIOE) & 0x000fffff) | 0xaaa00000);
	pass(b, 20 * PS_PER_MS); /* the NOR has got ready */
	wr(b, QSPI_DCR, 23u << 16 | 5u << 8);
	wr(b, QSPI_CR, CR_ON);
	return 0;
}

static int teardown(void **state)
{
	struct mcu_bus *b = *state;

	netlist_free(b->sim.nets);
	return bus_teardown(state);
}

static void set_up(struct mcu_bus *b, u32 dma, unsigned int ch, u32 n, u32 par, u32 mar, u32 ccr)
{
	wr(b, dma + CNDTR(ch), n);
	wr(b, dma + CPAR(ch), par);
	wr(b, dma + CMAR(ch), mar);
	wr(b, dma + CCR(ch), ccr);
}

static void wait_idle(struct mcu_bus *b)
{
	unsigned int i;

	for (i = 0; rd(b, QSPI_SR) & BUSY; i++) {
		assert_true(i < 10000);
		pass_us(b, 10);
	}
}

static u32 zlib_crc(const u8 *p, size_t n)
{
	u32 crc = ~0u;
	unsigned int i;

	while (n--) {
		crc ^= *p++;
		for (i = 0; i < 8; i++)
			crc = crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
	}
	return ~crc;
}

static void test_the_window_flows_into_the_crc_unit(void **state)
{
	struct mcu_bus *b = *state;
	size_t size;
	u8 *nor = netlist_nor_data(b->sim.nets, &size);

	wr(b, QSPI_CCR, 3u << 26 | READ);
	wr(b, CRC_CR, 0xe1);
	set_up(b, DMA1, 3, 4096, WINDOW + 0x1234 * 4, CRC_DR, 0x4a41);
	pass(b, 200 * PS_PER_MS);
	assert_int_equal(rd(b, DMA1 + ISR) >> 8 & 0xf, 7);
	assert_int_equal(~rd(b, CRC_DR), zlib_crc(nor + 0x1234 * 4, 4 * 4096));
	assert_no_complaint(b);
}

/* commands that the NOR gets while DMA reads 4 KiB of the window, one look at SR in between */
static u64 mapped_commands(struct mcu_bus *b, u32 cr)
{
	u64 before = b->sim.stats.nor_commands;

	wr(b, QSPI_CCR, 0);
	wr(b, QSPI_CR, cr);
	wr(b, QSPI_LPTR, 40);
	wr(b, QSPI_CCR, 3u << 26 | READ);
	wr(b, DMA1 + IFCR, 0xf00);
	set_up(b, DMA1, 3, 1024, WINDOW, CRC_DR, 0x4a41);
	pass_us(b, 100);
	rd(b, QSPI_SR);
	pass(b, 200 * PS_PER_MS);
	assert_int_equal(rd(b, DMA1 + ISR) >> 8 & 0xf, 7);
	wr(b, DMA1 + CCR(3), 0);
	wr(b, QSPI_CR, CR_ON | ABORT);
	wait_idle(b);
	wr(b, QSPI_FCR, 0x1b);
	return b->sim.stats.nor_commands - before;
}

static void test_mapped_reads_do_not_time_out_before_dma_that_is_due(void **state)
{
	struct mcu_bus *b = *state;

	assert_int_equal(mapped_commands(b, CR_ON | TCEN), 1);
	assert_int_equal(mapped_commands(b, CR_ON | TCEN | DMAEN), 1);
	assert_no_complaint(b);
}

static void test_without_mapped_mode_the_window_is_an_error_for_dma(void **state)
{
	struct mcu_bus *b = *state;

	set_up(b, DMA1, 3, 4, WINDOW, CRC_DR, 0x4a41);
	pass_us(b, 1000);
	assert_int_equal(rd(b, DMA1 + ISR) >> 8 & 0xf, 9);
}

static void read_by_dma(struct mcu_bus *b, u32 dma, unsigned int ch, u32 request)
{
	size_t size;
	u8 *nor = netlist_nor_data(b->sim.nets, &size);

	memset(mcu_sram(b->mcu, SRAM), 0, 1024);
	wr(b, dma + CSELR, request << (4 * (ch - 1)));
	set_up(b, dma, ch, 256, QSPI_DR, SRAM, FROM_DR);
	wr(b, QSPI_CR, CR_ON | DMAEN);
	wr(b, QSPI_DLR, 1023);
	wr(b, QSPI_CCR, 1u << 26 | READ);
	wr(b, QSPI_AR, 0x10000);
	pass(b, 20 * PS_PER_MS); /* nobody looks meanwhile */
	assert_int_equal(rd(b, dma + CNDTR(ch)), 0);
	assert_int_equal(rd(b, QSPI_SR) & (TCF | BUSY), TCF);
	assert_no_complaint(b);
	assert_memory_equal(mcu_sram(b->mcu, SRAM), nor + 0x10000, 1024);
	assert_no_complaint(b);
}

static void test_dma1_channel_5_empties_the_fifo_in_a_read(void **state)
{
	read_by_dma(*state, DMA1, 5, 5);
}

static void test_dma2_channel_7_empties_the_fifo_in_a_read(void **state)
{
	read_by_dma(*state, DMA2, 7, 3);
}

static void test_dma_feeds_a_page_program(void **state)
{
	struct mcu_bus *b = *state;
	size_t size;
	u8 *nor = netlist_nor_data(b->sim.nets, &size), *page = mcu_sram(b->mcu, SRAM);
	unsigned int i;

	memset(nor + 0x200, 0xff, 256);
	for (i = 0; i < 256; i++)
		page[i] = (u8)(i ^ 0x5a);
	wr(b, QSPI_CCR, WREN);
	wait_idle(b);
	wr(b, QSPI_FCR, TCF);
	wr(b, DMA1 + CSELR, 5u << 16);
	set_up(b, DMA1, 5, 64, QSPI_DR, SRAM, TO_DR);
	wr(b, QSPI_CR, CR_ON | DMAEN);
	wr(b, QSPI_DLR, 255);
	wr(b, QSPI_CCR, PP);
	wr(b, QSPI_AR, 0x200);
	pass(b, 20 * PS_PER_MS);
	assert_int_equal(rd(b, DMA1 + CNDTR(5)), 0);
	assert_int_equal(rd(b, QSPI_SR) & (TCF | BUSY), TCF);
	assert_memory_equal(netlist_nor_data(b->sim.nets, &size) + 0x200, page, 256);
	assert_no_complaint(b);
}

static void test_without_dmaen_no_request_is_made(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, DMA1 + CSELR, 5u << 16);
	set_up(b, DMA1, 5, 4, QSPI_DR, SRAM, FROM_DR);
	wr(b, QSPI_DLR, 15);
	wr(b, QSPI_CCR, 1u << 26 | READ);
	wr(b, QSPI_AR, 0);
	pass(b, 20 * PS_PER_MS);
	assert_int_equal(rd(b, DMA1 + CNDTR(5)), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)
		T(the_window_flows_into_the_crc_unit),
		T(mapped_reads_do_not_time_out_before_dma_that_is_due),
		T(without_mapped_mode_the_window_is_an_error_for_dma),
		T(dma1_channel_5_empties_the_fifo_in_a_read),
		T(dma2_channel_7_empties_the_fifo_in_a_read),
		T(dma_feeds_a_page_program),
		T(without_dmaen_no_request_is_made),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
