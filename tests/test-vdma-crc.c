// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The virtual CRC unit and the two DMA controllers, at the bus of the virtual STM32L476.
 */
#include "tests/support/mcu-bus.h"

#define AHB1RSTR 0x40021028u
#define AHB1ENR	 0x40021048u
#define DMA1EN	 BIT(0)
#define DMA2EN	 BIT(1)
#define CRCEN	 BIT(12)

#define CRC_DR	 0x40023000u
#define CRC_IDR	 0x40023004u
#define CRC_CR	 0x40023008u
#define CRC_INIT 0x40023010u
#define CRC_POL	 0x40023014u
#define ZLIB	 0xe1u /* REV_OUT, REV_IN 3, RESET */

#define DMA1	 0x40020000u
#define DMA2	 0x40020400u
#define ISR	 0x00
#define IFCR	 0x04
#define CCR(n)	 (0x08 + 0x14 * ((n)-1))
#define CNDTR(n) (0x0c + 0x14 * ((n)-1))
#define CPAR(n)	 (0x10 + 0x14 * ((n)-1))
#define CMAR(n)	 (0x14 + 0x14 * ((n)-1))
#define CSELR	 0xa8
#define GIF	 1u
#define TCIF	 2u
#define HTIF	 4u
#define TEIF	 8u
#define EN	 BIT(0)
#define DIR	 BIT(4)
#define CIRC	 BIT(5)
#define PINC	 BIT(6)
#define MINC	 BIT(7)
#define PSIZE(n) ((n) << 8)
#define MSIZE(n) ((n) << 10)
#define PL(n)	 ((n) << 12)
#define MEM2MEM	 BIT(14)
#define WORDS	 (PSIZE(2u) | MSIZE(2u))
#define INTO_CRC 0x4a40u
#define ADC_DR	 0x50040040u
#define SRAM	 0x20000000u
#define FLASH	 0x08000000u

static void clocks_on(struct mcu_bus *b)
{
	set_bits(b, AHB1ENR, DMA1EN | DMA2EN | CRCEN);
	rd(b, AHB1ENR);
}

static int setup(void **state)
{
	bus_setup(state);
	clocks_on(*state);
	return 0;
}

static u32 crc_of(struct mcu_bus *b, u32 cr, const u32 *words, unsigned int n)
{
	wr(b, CRC_CR, cr | 1);
	while (n--)
		wr(b, CRC_DR, *words++);
	return rd(b, CRC_DR);
}

/* CRC-32 of zlib, bit by bit */
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

/* ---- CRC ---- */

static void test_crc_of_words_matches_the_published_values(void **state)
{
	static const u32 zero[1], one[] = { 0x12345678 }, four[] = { 1, 2, 3, 4 };
	u32 erased[256];

	memset(erased, 0xff, sizeof(erased));
	assert_int_equal(crc_of(*state, 0, zero, 1), 0xc704dd7b);
	assert_int_equal(crc_of(*state, 0, one, 1), 0xdf8a8a2b);
	assert_int_equal(crc_of(*state, 0, four, 4), 0x955ae3fd);
	assert_int_equal(crc_of(*state, 0, erased, 256), 0xd000a3e2);
}

static void test_reversed_in_and_out_it_is_the_crc_of_zlib(void **state)
{
	static const u32 one[] = { 0x12345678 }, four[] = { 1, 2, 3, 4 };
	u32 erased[256];

	memset(erased, 0xff, sizeof(erased));
	assert_int_equal(~crc_of(*state, ZLIB, one, 1), 0xaf6d87d2);
	assert_int_equal(~crc_of(*state, ZLIB, four, 4), 0xaf05d4ef);
	assert_int_equal(~crc_of(*state, ZLIB, erased, 256), 0xb83afff4);
}

static void test_bytes_halves_and_words_of_the_same_data_agree(void **state)
{
	static const u8 text[] = "123456789abc";
	struct mcu_bus *b = *state;
	unsigned int i;

	wr(b, CRC_CR, 0x80 | 1 << 5 | 1); /* REV_IN by byte */
	for (i = 0; i < 9; i++)
		wr_n(b, CRC_DR, text[i], 1);
	assert_int_equal(~rd(b, CRC_DR), 0xcbf43926);
	wr(b, CRC_CR, 0x80 | 2 << 5 | 1);
	for (i = 0; i < 12; i += 2)
		wr_n(b, CRC_DR, get_le16(text + i), 2);
	assert_int_equal(~rd(b, CRC_DR), zlib_crc(text, 12));
	wr(b, CRC_CR, ZLIB);
	for (i = 0; i < 12; i += 4)
		wr(b, CRC_DR, get_le32(text + i));
	assert_int_equal(~rd(b, CRC_DR), zlib_crc(text, 12));
}

static void test_polynomials_of_16_8_and_7_bits_work(void **state)
{
	static const char text[] = "123456789";
	static const struct {
		u32 cr, pol, init, want;
	} c[] = {
		{ 1u << 3, 0x1021, 0xffff, 0x29b1 },			 /* CRC-16/CCITT-FALSE */
		{ 1u << 3 | 1u << 5 | 1u << 7, 0x8005, 0xffff, 0x4b37 }, /* CRC-16/MODBUS */
		{ 2u << 3, 0x07, 0, 0xf4 },				 /* CRC-8 */
		{ 3u << 3, 0x09, 0, 0x75 },				 /* CRC-7/MMC */
	};
	struct mcu_bus *b = *state;
	unsigned int i, k;

	for (i = 0; i < ARRAY_SIZE(c); i++) {
		wr(b, CRC_POL, c[i].pol);
		wr(b, CRC_INIT, c[i].init);
		wr(b, CRC_CR, c[i].cr | 1);
		for (k = 0; k < 9; k++)
			wr_n(b, CRC_DR, (u8)text[k], 1);
		assert_int_equal(rd(b, CRC_DR), c[i].want);
	}
}

static void test_crc_cr_reset_loads_init_and_clears_itself_but_keeps_idr(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, CRC_IDR, 0x1a5);
	wr(b, CRC_INIT, 0x1234abcd);
	assert_int_equal(rd(b, CRC_DR), 0x1234abcd);
	wr(b, CRC_DR, 5);
	assert_int_not_equal(rd(b, CRC_DR), 0x1234abcd);
	wr(b, CRC_CR, ZLIB & ~0x80u);
	assert_int_equal(rd(b, CRC_DR), 0x1234abcd);
	assert_int_equal(rd(b, CRC_CR), 0x60);
	assert_int_equal(rd(b, CRC_IDR), 0xa5);
}

static void test_two_words_are_buffered_and_a_third_waits_four_clocks_each(void **state)
{
	struct mcu_bus *b = *state;
	u64 hclk = PS_PER_S / mcu_hclk_hz(b->mcu);
	struct bus_xact w = { .addr = CRC_DR, .size = 4, .write = true, .at_ps = b->now };
	struct bus_xact r = { .addr = CRC_DR, .size = 4, .at_ps = b->now };

	mcu_ap_access(b->mcu, &w);
	assert_int_equal(w.done_ps, b->now + hclk);
	mcu_ap_access(b->mcu, &w);
	assert_int_equal(w.done_ps, b->now + hclk);
	mcu_ap_access(b->mcu, &w);
	assert_int_equal(w.done_ps, b->now + 5 * hclk);
	mcu_ap_access(b->mcu, &r);
	assert_int_equal(r.done_ps, b->now + 13 * hclk);
}

static void test_an_unclocked_crc_unit_ignores_writes_and_reads_zero(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, CRC_DR, 1);
	wr(b, AHB1ENR, DMA1EN);
	assert_int_equal(rd(b, CRC_DR), 0);
	wr(b, CRC_DR, 2);
	assert_true(complained(b, "CRC has no clock"));
	wr(b, AHB1ENR, CRCEN);
	wr(b, CRC_DR, 2);
	assert_int_equal(rd(b, CRC_DR), crc_of(b, 0, (const u32[]){ 1, 2 }, 2));
}

static void test_rcc_resets_crc_and_dma_units(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, CRC_INIT, 1);
	wr(b, DMA1 + CNDTR(3), 55);
	wr(b, DMA2 + CNDTR(3), 66);
	wr(b, AHB1RSTR, CRCEN | DMA1EN);
	assert_int_equal(rd(b, CRC_INIT), 0);
	assert_true(complained(b, "CRC is held in reset"));
	wr(b, AHB1RSTR, 0);
	assert_int_equal(rd(b, CRC_INIT), ~0u);
	assert_int_equal(rd(b, CRC_POL), 0x04c11db7);
	assert_int_equal(rd(b, DMA1 + CNDTR(3)), 0);
	assert_int_equal(rd(b, DMA2 + CNDTR(3)), 66);
}

/* ---- DMA ---- */

static void set_up(struct mcu_bus *b, u32 dma, unsigned int ch, u32 n, u32 par, u32 mar, u32 ccr)
{
	wr(b, dma + CCR(ch), 0);
	wr(b, dma + IFCR, 0xfu << (4 * (ch - 1)));
	wr(b, dma + CNDTR(ch), n);
	wr(b, dma + CPAR(ch), par);
	wr(b, dma + CMAR(ch), mar);
	wr(b, dma + CCR(ch), ccr);
}

static u32 flags(struct mcu_bus *b, u32 dma, unsigned int ch)
{
	return rd(b, dma + ISR) >> (4 * (ch - 1)) & 0xf;
}

static void fill(struct mcu_bus *b, u32 addr, size_t n)
{
	u8 *p = mcu_sram(b->mcu, addr);
	size_t i;

	for (i = 0; i < n; i++)
		p[i] = (u8)(i * 7 + i / 256 + 3);
}

static void test_every_channel_of_both_controllers_copies_memory(void **state)
{
	struct mcu_bus *b = *state;
	unsigned int ch;
	u32 dma;

	fill(b, SRAM, 64);
	for (dma = DMA1; dma <= DMA2; dma += DMA2 - DMA1) {
		for (ch = 1; ch <= 7; ch++) {
			u32 to = SRAM + 0x1000 * ch;

			set_up(b, dma, ch, 16, SRAM, to, MEM2MEM | WORDS | PINC | MINC | EN);
			pass_us(b, 100);
			assert_int_equal(flags(b, dma, ch), GIF | TCIF | HTIF);
			assert_int_equal(rd(b, dma + CNDTR(ch)), 0);
			assert_memory_equal(mcu_sram(b->mcu, to), mcu_sram(b->mcu, SRAM), 64);
			memset(mcu_sram(b->mcu, to), 0, 64);
		}
	}
	assert_no_complaint(b);
}

static void test_flash_flows_into_the_crc_unit_and_the_state_carries_over(void **state)
{
	struct mcu_bus *b = *state;
	size_t size, i;
	u8 *flash = mcu_flash(b->mcu, &size);

	for (i = 0; i < size; i++)
		flash[i] = (u8)(i * 31 + i / 4096);
	wr(b, CRC_CR, ZLIB);
	for (i = 0; i < size; i += 4 * 65532) {
		u32 words = (u32)min((size - i) / 4, (size_t)65532);

		set_up(b, DMA1, 1, words, FLASH + (u32)i, CRC_DR, INTO_CRC | EN);
		pass(b, 300 * PS_PER_MS);
		assert_int_equal(flags(b, DMA1, 1), GIF | TCIF | HTIF);
		assert_int_equal(rd(b, DMA1 + CNDTR(1)), 0);
	}
	assert_int_equal(~rd(b, CRC_DR), zlib_crc(flash, size));
	assert_no_complaint(b);
}

static void test_a_word_into_the_crc_unit_takes_8_to_12_clocks(void **state)
{
	struct mcu_bus *b = *state;
	u64 hclk = PS_PER_S / mcu_hclk_hz(b->mcu);
	u32 left;

	set_up(b, DMA1, 1, 60000, FLASH, CRC_DR, INTO_CRC | EN);
	pass(b, 10000 * 12 * hclk);
	left = rd(b, DMA1 + CNDTR(1));
	assert_in_range(left, 60000 - 15000 - 2, 50000);
	assert_int_equal(flags(b, DMA1, 1), 0);
	pass(b, 60000 * 12 * hclk);
	assert_int_equal(flags(b, DMA1, 1), GIF | TCIF | HTIF);
}

static void test_half_transfer_flag_comes_at_the_half(void **state)
{
	struct mcu_bus *b = *state;
	u64 hclk = PS_PER_S / mcu_hclk_hz(b->mcu);

	set_up(b, DMA1, 2, 1000, SRAM, SRAM + 0x4000, MEM2MEM | WORDS | PINC | MINC | EN);
	while (rd(b, DMA1 + CNDTR(2)) > 501)
		pass(b, hclk);
	assert_int_equal(flags(b, DMA1, 2) & TCIF, 0);
	while (rd(b, DMA1 + CNDTR(2)) > 490)
		pass(b, hclk);
	assert_int_equal(flags(b, DMA1, 2), GIF | HTIF);
}

static void test_a_bus_error_sets_teif_and_switches_the_channel_off(void **state)
{
	struct mcu_bus *b = *state;

	set_up(b, DMA1, 4, 8, 0x20020000, SRAM, MEM2MEM | WORDS | PINC | MINC | EN);
	pass_us(b, 100);
	assert_int_equal(flags(b, DMA1, 4), GIF | TEIF);
	assert_int_equal(rd(b, DMA1 + CCR(4)) & EN, 0);
	assert_int_equal(rd(b, DMA1 + CNDTR(4)), 8);
	set_up(b, DMA1, 5, 8, SRAM, 0x20020000, MEM2MEM | WORDS | PINC | MINC | EN);
	pass_us(b, 100);
	assert_int_equal(flags(b, DMA1, 5), GIF | TEIF);
}

static void test_an_error_in_the_middle_stops_there(void **state)
{
	struct mcu_bus *b = *state;

	set_up(b, DMA1, 1, 16, 0x20017ff0, SRAM, MEM2MEM | WORDS | PINC | MINC | EN);
	pass_us(b, 100);
	assert_int_equal(flags(b, DMA1, 1), GIF | TEIF);
	assert_int_equal(rd(b, DMA1 + CNDTR(1)), 12);
}

static void test_with_teif_set_a_channel_cannot_be_enabled(void **state)
{
	struct mcu_bus *b = *state;

	set_up(b, DMA1, 1, 1, 0xe000ed00, SRAM, MEM2MEM | WORDS | EN); /* the PPB: not for DMA */
	pass_us(b, 100);
	assert_int_equal(flags(b, DMA1, 1), GIF | TEIF);
	wr(b, DMA1 + CPAR(1), SRAM + 4);
	wr(b, DMA1 + CNDTR(1), 1);
	wr(b, DMA1 + CCR(1), MEM2MEM | WORDS | EN);
	assert_int_equal(rd(b, DMA1 + CCR(1)) & EN, 0);
	assert_true(complained(b, "TEIF"));
	wr(b, DMA1 + IFCR, TEIF);
	wr(b, DMA1 + CCR(1), MEM2MEM | WORDS | EN);
	pass_us(b, 100);
	assert_int_equal(flags(b, DMA1, 1), GIF | TCIF | HTIF);
}

static void test_bit_band_aliases_are_not_for_dma(void **state)
{
	struct mcu_bus *b = *state;

	set_up(b, DMA1, 1, 1, 0x22000000, SRAM, MEM2MEM | WORDS | EN);
	pass_us(b, 100);
	assert_int_equal(flags(b, DMA1, 1), GIF | TEIF);
}

static void test_registers_of_an_enabled_channel_stay(void **state)
{
	struct mcu_bus *b = *state;
	u32 ccr = INTO_CRC | EN;

	set_up(b, DMA1, 1, 60000, FLASH, CRC_DR, ccr);
	wr(b, DMA1 + CNDTR(1), 5);
	assert_true(complained(b, "its CNDTR stays"));
	wr(b, DMA1 + CPAR(1), SRAM);
	assert_true(complained(b, "its CPAR stays"));
	wr(b, DMA1 + CMAR(1), SRAM);
	assert_true(complained(b, "its CMAR stays"));
	wr(b, DMA1 + CCR(1), (ccr & ~PINC) | BIT(1));
	assert_true(complained(b, "CCR1 changed while enabled"));
	assert_in_range(rd(b, DMA1 + CNDTR(1)), 50000, 60000);
	assert_int_equal(rd(b, DMA1 + CPAR(1)), FLASH);
	assert_int_equal(rd(b, DMA1 + CMAR(1)), CRC_DR);
	assert_int_equal(rd(b, DMA1 + CCR(1)), ccr | BIT(1));
}

static void test_a_stopped_channel_goes_on_only_when_set_up_again(void **state)
{
	struct mcu_bus *b = *state;

	set_up(b, DMA1, 1, 1000, SRAM, SRAM + 0x4000, MEM2MEM | WORDS | PINC | MINC | EN);
	pass_us(b, 100);
	wr(b, DMA1 + CCR(1), 0);
	assert_in_range(rd(b, DMA1 + CNDTR(1)), 1, 999);
	wr(b, DMA1 + CNDTR(1), 10);
	wr(b, DMA1 + CCR(1), MEM2MEM | WORDS | PINC | MINC | EN);
	assert_no_complaint(b);
	pass_us(b, 5);
	wr(b, DMA1 + CCR(1), 0);
	wr(b, DMA1 + CCR(1), MEM2MEM | WORDS | PINC | MINC | EN);
	assert_true(complained(b, "not set up again"));
}

static void test_a_finished_channel_does_nothing_until_cndtr_is_written(void **state)
{
	struct mcu_bus *b = *state;

	set_up(b, DMA1, 1, 1, SRAM, SRAM + 8, MEM2MEM | WORDS | EN);
	pass_us(b, 10);
	wr(b, DMA1 + IFCR, 0xf);
	wr(b, DMA1 + CCR(1), 0);
	wr(b, DMA1 + CCR(1), MEM2MEM | WORDS | EN);
	pass_us(b, 10);
	assert_int_equal(flags(b, DMA1, 1), 0);
}

static void test_gif_goes_with_the_last_flag_and_cgif_clears_all(void **state)
{
	struct mcu_bus *b = *state;

	set_up(b, DMA1, 6, 1, SRAM, SRAM + 8, MEM2MEM | WORDS | EN);
	set_up(b, DMA1, 7, 1, SRAM, SRAM + 8, MEM2MEM | WORDS | EN);
	pass_us(b, 10);
	wr(b, DMA1 + IFCR, TCIF << 20);
	assert_int_equal(flags(b, DMA1, 6), GIF | HTIF);
	wr(b, DMA1 + IFCR, HTIF << 20);
	assert_int_equal(flags(b, DMA1, 6), 0);
	assert_int_equal(flags(b, DMA1, 7), GIF | TCIF | HTIF);
	wr(b, DMA1 + IFCR, GIF << 24);
	assert_int_equal(rd(b, DMA1 + ISR), 0);
}

static void test_sizes_are_zero_extended_and_cut(void **state)
{
	struct mcu_bus *b = *state;
	u8 *from = mcu_sram(b->mcu, SRAM), *to = mcu_sram(b->mcu, SRAM + 0x100);

	fill(b, SRAM, 16);
	memset(to, 0x55, 32);
	set_up(b, DMA1, 1, 3, SRAM, SRAM + 0x100, /* bytes to words */
	       MEM2MEM | PSIZE(0) | MSIZE(2u) | PINC | MINC | EN);
	pass_us(b, 50);
	rd(b, DMA1 + ISR);
	assert_int_equal(get_le32(to), from[0]);
	assert_int_equal(get_le32(to + 4), from[1]);
	assert_int_equal(get_le32(to + 8), from[2]);
	assert_int_equal(to[12], 0x55);
	set_up(b, DMA1, 1, 3, SRAM, SRAM + 0x110, /* words to half-words */
	       MEM2MEM | PSIZE(2u) | MSIZE(1u) | PINC | MINC | EN);
	pass_us(b, 50);
	rd(b, DMA1 + ISR);
	assert_int_equal(get_le16(to + 16), get_le16(from));
	assert_int_equal(get_le16(to + 18), get_le16(from + 4));
	assert_int_equal(get_le16(to + 20), get_le16(from + 8));
	assert_int_equal(to[22], 0x55);
}

static void test_narrow_writes_lie_on_all_lanes(void **state)
{
	struct mcu_bus *b = *state;

	mcu_sram(b->mcu, SRAM)[0] = 0xa5;
	/* a CRC fed by bytes from a word-wide channel takes only the byte */
	wr(b, CRC_CR, 1);
	set_up(b, DMA1, 1, 1, SRAM, CRC_DR, MEM2MEM | PSIZE(0) | MSIZE(0) | EN);
	pass_us(b, 50);
	{
		u32 by_dma = rd(b, CRC_DR);

		wr(b, CRC_CR, 1);
		wr_n(b, CRC_DR, 0xa5, 1);
		assert_int_equal(rd(b, CRC_DR), by_dma);
	}
}

static void test_without_increment_an_address_stays(void **state)
{
	struct mcu_bus *b = *state;
	u8 *to = mcu_sram(b->mcu, SRAM + 0x100);

	fill(b, SRAM, 16);
	memset(to, 0, 16);
	set_up(b, DMA1, 1, 4, SRAM, SRAM + 0x100, MEM2MEM | WORDS | MINC | EN);
	pass_us(b, 50);
	assert_int_equal(get_le32(to + 12), get_le32(mcu_sram(b->mcu, SRAM)));
	set_up(b, DMA1, 1, 4, SRAM, SRAM + 0x100, MEM2MEM | WORDS | PINC | EN);
	pass_us(b, 50);
	assert_int_equal(get_le32(to), get_le32(mcu_sram(b->mcu, SRAM + 12)));
}

static void test_dir_turns_source_and_destination(void **state)
{
	struct mcu_bus *b = *state;

	fill(b, SRAM, 32);
	set_up(b, DMA1, 1, 8, SRAM + 0x100, SRAM, MEM2MEM | WORDS | PINC | MINC | DIR | EN);
	pass_us(b, 50);
	assert_memory_equal(mcu_sram(b->mcu, SRAM + 0x100), mcu_sram(b->mcu, SRAM), 32);
}

static void test_the_higher_priority_goes_first_and_equal_ones_by_number(void **state)
{
	struct mcu_bus *b = *state;
	u32 ccr = MEM2MEM | WORDS | PINC | MINC | EN;

	set_up(b, DMA1, 1, 2000, SRAM, SRAM + 0x4000, ccr);
	set_up(b, DMA1, 2, 500, SRAM, SRAM + 0x8000, ccr | PL(1u));
	while (flags(b, DMA1, 2) != (GIF | TCIF | HTIF))
		pass_us(b, 1);
	assert_in_range(rd(b, DMA1 + CNDTR(1)), 1900, 2000);
	set_up(b, DMA1, 2, 100, SRAM, SRAM + 0x8000, ccr);
	while (rd(b, DMA1 + CNDTR(1)) > 100)
		pass_us(b, 1);
	assert_int_equal(rd(b, DMA1 + CNDTR(2)), 100);
}

static void test_bytes_are_not_for_dma_registers(void **state)
{
	struct mcu_bus *b = *state;

	wr_n(b, DMA1 + CNDTR(1), 5, 1);
	assert_int_equal(rd(b, DMA1 + CNDTR(1)), 0);
	assert_true(complained(b, "1-byte write"));
}

static void test_a_channel_without_its_request_waits(void **state)
{
	struct mcu_bus *b = *state;

	set_up(b, DMA1, 1, 10, SRAM, SRAM + 0x100, WORDS | PINC | MINC | EN);
	pass_us(b, 1000);
	assert_int_equal(rd(b, DMA1 + CNDTR(1)), 10);
}

static void test_the_quadspi_line_reaches_the_channel_that_cselr_names(void **state)
{
	static const struct {
		u32 dma;
		unsigned int ch, request;
	} c[] = { { DMA1, 5, 5 }, { DMA2, 7, 3 } };
	struct mcu_bus *b = *state;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(c); i++) {
		set_up(b, c[i].dma, c[i].ch, 10, SRAM, SRAM + 0x100, WORDS | MINC | EN);
		mcu_set_dma_request(b->mcu, MCU_UNIT_QSPI, true);
		pass_us(b, 100);
		assert_int_equal(rd(b, c[i].dma + CNDTR(c[i].ch)), 10);
		wr(b, c[i].dma + CSELR, c[i].request << (4 * (c[i].ch - 1)));
		pass_us(b, 100);
		assert_int_equal(rd(b, c[i].dma + CNDTR(c[i].ch)), 10); /* no clock: no request */
		set_bits(b, 0x40021050, BIT(8));
		pass_us(b, 100);
		assert_int_equal(rd(b, c[i].dma + CNDTR(c[i].ch)), 0);
		assert_int_equal(flags(b, c[i].dma, c[i].ch), GIF | TCIF | HTIF);
		wr(b, c[i].dma + CCR(c[i].ch), 0);
		mcu_set_dma_request(b->mcu, MCU_UNIT_QSPI, false);
		wr(b, 0x40021050, 0);
	}
}

static void test_a_request_is_served_at_its_time_without_an_access(void **state)
{
	struct mcu_bus *b = *state;

	set_bits(b, 0x40021050, BIT(8));
	put_le32(mcu_sram(b->mcu, SRAM), 0xcafe0001);
	put_le32(mcu_sram(b->mcu, SRAM + 0x100), 0);
	wr(b, DMA1 + CSELR, 5u << 16);
	set_up(b, DMA1, 5, 1, SRAM, SRAM + 0x100, WORDS | MINC | EN);
	mcu_set_dma_request(b->mcu, MCU_UNIT_QSPI, true);
	pass_us(b, 10);
	assert_int_equal(get_le32(mcu_sram(b->mcu, SRAM + 0x100)), 0xcafe0001);
}

static void test_dma_without_its_clock_stands_still(void **state)
{
	struct mcu_bus *b = *state;
	u32 left;

	set_up(b, DMA1, 1, 60000, FLASH, CRC_DR, INTO_CRC | EN);
	pass_us(b, 1000);
	left = rd(b, DMA1 + CNDTR(1));
	wr(b, AHB1ENR, CRCEN);
	pass_us(b, 10000);
	wr(b, AHB1ENR, CRCEN | DMA1EN);
	assert_in_range(rd(b, DMA1 + CNDTR(1)), left - 10, left);
	assert_true(left > 10);
}

static void test_a_faster_hclk_makes_dma_faster(void **state)
{
	struct mcu_bus *b = *state;
	u32 slow, fast;

	set_up(b, DMA1, 1, 60000, FLASH, CRC_DR, INTO_CRC | EN);
	pass_us(b, 1000);
	slow = 60000 - rd(b, DMA1 + CNDTR(1));
	wr(b, 0x40022000, 0x103); /* three wait states, no data cache */
	wr(b, 0x40021000, (rd(b, 0x40021000) & ~0xf0u) | 0x98);
	fast = rd(b, DMA1 + CNDTR(1));
	pass_us(b, 1000);
	fast -= rd(b, DMA1 + CNDTR(1));
	assert_true(fast > 3 * slow);
	assert_no_complaint(b);
}

static void test_a_reset_stops_dma(void **state)
{
	struct mcu_bus *b = *state;

	set_up(b, DMA1, 1, 60000, FLASH, CRC_DR, INTO_CRC | EN);
	mcu_set_nrst(b->mcu, true);
	pass_us(b, 100);
	mcu_set_nrst(b->mcu, false);
	pass_us(b, 100);
	clocks_on(b);
	assert_int_equal(rd(b, DMA1 + CCR(1)), 0);
	assert_int_equal(rd(b, DMA1 + CNDTR(1)), 0);
	assert_int_equal(rd(b, CRC_DR), ~0u);
}

static void test_stop_mode_stops_dma_unless_dbg_stop(void **state)
{
	struct mcu_bus *b = *state;
	u32 left;

	mcu_set_sleep(b->mcu, MCU_AWAKE);
	put_le32(mcu_flash(b->mcu, &(size_t){ 0 }) + 4, 0x08000201);
	put_le32(mcu_flash(b->mcu, &(size_t){ 0 }) + 0x200, 0xe7fee7fe);
	mcu_set_nrst(b->mcu, true);
	pass_us(b, 100);
	mcu_set_nrst(b->mcu, false);
	pass_us(b, 100);
	clocks_on(b);
	set_up(b, DMA1, 1, 60000, FLASH, CRC_DR, INTO_CRC | EN);
	left = rd(b, DMA1 + CNDTR(1));
	mcu_set_sleep(b->mcu, MCU_STOP);
	pass_us(b, 5000);
	mcu_set_sleep(b->mcu, MCU_AWAKE);
	assert_in_range(rd(b, DMA1 + CNDTR(1)), left - 10, left);
	wr(b, 0xe0042004, 2);
	left = rd(b, DMA1 + CNDTR(1));
	mcu_set_sleep(b->mcu, MCU_STOP);
	pass_us(b, 5000);
	assert_in_range(rd(b, DMA1 + CNDTR(1)), 0, left - 1000);
}

/* ---- the application that left a channel running ---- */

static int setup_app(void **state)
{
	struct mcu_bus *b;

	bus_prepare(state);
	b = *state;
	b->faults.app_dma = true;
	bus_open(b);
	return 0;
}

static void test_the_applications_channel_writes_over_sram_until_stopped(void **state)
{
	struct mcu_bus *b = *state;
	u8 before[512], *buf = mcu_sram(b->mcu, 0x20000400);

	memset(buf, 0xee, 512);
	pass_us(b, 5000);
	rd(b, DMA1 + ISR);
	memcpy(before, buf, 512);
	assert_int_not_equal(buf[0], 0xee);
	assert_int_not_equal(buf[510], 0xee);
	assert_int_equal(flags(b, DMA1, 1), GIF | TCIF | HTIF);
	pass_us(b, 5000);
	rd(b, DMA1 + ISR);
	assert_memory_not_equal(buf, before, 512);
	wr(b, DMA1 + CCR(1), 0);
	memcpy(before, buf, 512);
	pass_us(b, 5000);
	rd(b, DMA1 + ISR);
	assert_memory_equal(buf, before, 512);
}

static void test_halting_the_core_does_not_stop_the_applications_channel(void **state)
{
	struct mcu_bus *b = *state;
	u8 before[512], *buf = mcu_sram(b->mcu, 0x20000400);

	wr(b, 0xe000edf0, 0xa05f0003);
	assert_true(mcu_core_halted(b->mcu));
	memcpy(before, buf, 512);
	pass_us(b, 5000);
	rd(b, DMA1 + ISR);
	assert_memory_not_equal(buf, before, 512);
}

static void test_samples_come_every_ten_microseconds(void **state)
{
	struct mcu_bus *b = *state;
	u32 a, z;

	a = rd(b, DMA1 + CNDTR(1));
	pass_us(b, 1000);
	z = rd(b, DMA1 + CNDTR(1));
	assert_in_range((a + 256 - z) % 256, 99, 101);
}

static void test_switching_the_adc_off_silences_its_line(void **state)
{
	struct mcu_bus *b = *state;
	u32 left;

	wr(b, 0x4002104c, 0);
	left = rd(b, DMA1 + CNDTR(1));
	pass_us(b, 1000);
	assert_int_equal(rd(b, DMA1 + CNDTR(1)), left);
	assert_no_complaint(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(test_##name, setup, bus_teardown)
#define A(name) cmocka_unit_test_setup_teardown(test_##name, setup_app, bus_teardown)
		T(crc_of_words_matches_the_published_values),
		T(reversed_in_and_out_it_is_the_crc_of_zlib),
		T(bytes_halves_and_words_of_the_same_data_agree),
		T(polynomials_of_16_8_and_7_bits_work),
		T(crc_cr_reset_loads_init_and_clears_itself_but_keeps_idr),
		T(two_words_are_buffered_and_a_third_waits_four_clocks_each),
		T(an_unclocked_crc_unit_ignores_writes_and_reads_zero),
		T(rcc_resets_crc_and_dma_units),
		T(every_channel_of_both_controllers_copies_memory),
		T(flash_flows_into_the_crc_unit_and_the_state_carries_over),
		T(a_word_into_the_crc_unit_takes_8_to_12_clocks),
		T(half_transfer_flag_comes_at_the_half),
		T(a_bus_error_sets_teif_and_switches_the_channel_off),
		T(an_error_in_the_middle_stops_there),
		T(with_teif_set_a_channel_cannot_be_enabled),
		T(bit_band_aliases_are_not_for_dma),
		T(registers_of_an_enabled_channel_stay),
		T(a_stopped_channel_goes_on_only_when_set_up_again),
		T(a_finished_channel_does_nothing_until_cndtr_is_written),
		T(gif_goes_with_the_last_flag_and_cgif_clears_all),
		T(sizes_are_zero_extended_and_cut),
		T(narrow_writes_lie_on_all_lanes),
		T(without_increment_an_address_stays),
		T(dir_turns_source_and_destination),
		T(the_higher_priority_goes_first_and_equal_ones_by_number),
		T(bytes_are_not_for_dma_registers),
		T(a_channel_without_its_request_waits),
		T(the_quadspi_line_reaches_the_channel_that_cselr_names),
		T(a_request_is_served_at_its_time_without_an_access),
		T(dma_without_its_clock_stands_still),
		T(a_faster_hclk_makes_dma_faster),
		T(a_reset_stops_dma),
		T(stop_mode_stops_dma_unless_dbg_stop),
		A(the_applications_channel_writes_over_sram_until_stopped),
		A(halting_the_core_does_not_stop_the_applications_channel),
		A(samples_come_every_ten_microseconds),
		A(switching_the_adc_off_silences_its_line),
#undef T
#undef A
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
