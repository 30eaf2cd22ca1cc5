// SPDX-License-Identifier: GPL-2.0-or-later
/* clocks, power control and SYSCFG of the virtual STM32L476 */
#include "tests/support/mcu-bus.h"

#define RCC_CR	     0x40021000u
#define CFGR	     0x40021008u
#define PLLCFGR	     0x4002100cu
#define AHB1RSTR     0x40021028u
#define AHB1ENR	     0x40021048u
#define AHB2ENR	     0x4002104cu
#define APB1ENR1     0x40021058u
#define APB2ENR	     0x40021060u
#define BDCR	     0x40021090u
#define CSR	     0x40021094u
#define PWR_CR1	     0x40007000u
#define PWR_SR2	     0x40007014u
#define SYSCFG	     0x40010000u

#define MSIRDY	     BIT(1)
#define HSION	     BIT(8)
#define HSIRDY	     BIT(10)
#define HSEON	     BIT(16)
#define HSERDY	     BIT(17)
#define PLLON	     BIT(24)
#define PLLRDY	     BIT(25)

#define BUS_TEST(fn) cmocka_unit_test_setup_teardown(fn, bus_setup, bus_teardown)

static void set_range(struct mcu_bus *b, u32 range)
{
	wr(b, RCC_CR, 0x09 | range << 4);
	pass_us(b, 10);
}

static void wait_bits(struct mcu_bus *b, u32 addr, u32 mask, u32 val)
{
	u64 start = b->now;

	while ((rd(b, addr) & mask) != val) {
		assert_true(b->now - start < PS_PER_MS);
		pass_us(b, 1);
	}
}

static void test_reset_clock_is_msi_at_4_mhz(void **state)
{
	struct mcu_bus *b = *state;

	assert_int_equal(mcu_hclk_hz(b->mcu), 4000000);
	assert_int_equal(rd(b, RCC_CR), 0x63);
	assert_int_equal(rd(b, CFGR), 0);
	assert_int_equal(rd(b, PLLCFGR), 0x1000);
	assert_int_equal(rd(b, AHB1ENR), 0x100);
	assert_int_equal(rd(b, CSR), 0x0c000600);
}

static void test_every_msi_range_has_its_frequency(void **state)
{
	static const u32 khz[] = { 100,	 200,  400,   800,   1000,  2000,
				   4000, 8000, 16000, 24000, 32000, 48000 };
	struct mcu_bus *b = *state;
	u32 i;

	wr(b, 0x40022000, 4); /* wait states first */
	for (i = 0; i < ARRAY_SIZE(khz); i++) {
		set_range(b, i);
		assert_int_equal(mcu_hclk_hz(b->mcu), khz[i] * 1000);
		assert_true(rd(b, RCC_CR) & MSIRDY);
	}
	assert_no_complaint(b);
	set_range(b, 12);
	assert_int_equal(mcu_hclk_hz(b->mcu), 48000000);
	assert_true(complained(b, "MSIRANGE 12"));
}

static void test_range_counts_only_with_msirgsel(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, RCC_CR, 0x91);
	assert_int_equal(mcu_hclk_hz(b->mcu), 4000000);
	pass_us(b, 10);
	wr(b, RCC_CR, 0x99);
	assert_int_equal(mcu_hclk_hz(b->mcu), 24000000);
	wr(b, RCC_CR, 0x91); /* MSIRGSEL is set only */
	assert_int_equal(mcu_hclk_hz(b->mcu), 24000000);
}

static void test_msirange_must_wait_for_msirdy(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, RCC_CR, 0x79);
	wr(b, RCC_CR, 0x99);
	assert_true(complained(b, "MSI is not ready"));
	assert_int_equal(mcu_hclk_hz(b->mcu), 8000000);
}

static void test_switch_to_hsi_happens_when_it_is_ready(void **state)
{
	struct mcu_bus *b = *state;

	set_range(b, 9);
	wr(b, RCC_CR, 0x99 | HSION);
	wr(b, CFGR, 1);
	assert_int_equal(rd(b, CFGR) & 0xf, 1);
	assert_false(rd(b, RCC_CR) & HSIRDY);
	assert_int_equal(mcu_hclk_hz(b->mcu), 24000000);
	pass_us(b, 5);
	assert_int_equal(mcu_hclk_hz(b->mcu), 16000000); /* with no access in between */
	assert_int_equal(rd(b, CFGR) & 0xf, 5);
	assert_true(rd(b, RCC_CR) & HSIRDY);
}

static void test_hse_never_gets_ready_without_a_crystal(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, RCC_CR, 0x61 | HSEON);
	pass_us(b, 100000);
	assert_false(rd(b, RCC_CR) & HSERDY);
	wr(b, CFGR, 2);
	pass_us(b, 1000);
	assert_int_equal(rd(b, CFGR) & 0xc, 0);
}

static void test_pll_from_hsi_makes_80_mhz(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, 0x40022000, 4);
	wr(b, RCC_CR, 0x61 | HSION);
	wait_bits(b, RCC_CR, HSIRDY, HSIRDY);
	wr(b, PLLCFGR, 2 | 0 << 4 | 10 << 8 | BIT(24)); /* 16 / 1 * 10 / 2 */
	wr(b, RCC_CR, 0x61 | HSION | PLLON);
	assert_false(rd(b, RCC_CR) & PLLRDY);
	wait_bits(b, RCC_CR, PLLRDY, PLLRDY);
	wr(b, CFGR, 3);
	wait_bits(b, CFGR, 0xc, 0xc);
	assert_int_equal(mcu_hclk_hz(b->mcu), 80000000);
	assert_no_complaint(b);
	/* in use: neither the PLL nor its source can be switched off, nor its factors changed */
	wr(b, RCC_CR, 0x61 | HSION);
	wr(b, PLLCFGR, 2 | 8 << 8 | BIT(24));
	assert_int_equal(mcu_hclk_hz(b->mcu), 80000000);
	assert_int_equal(rd(b, RCC_CR) & (PLLON | HSION), PLLON | HSION);
	assert_true(complained(b, "cannot be switched off"));
	assert_true(complained(b, "PLLCFGR changed"));
}

static void test_pll_without_a_source_never_locks(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, PLLCFGR, 2 | 10 << 8 | BIT(24));
	wr(b, RCC_CR, 0x61 | PLLON); /* HSI is off */
	assert_true(complained(b, "source is not ready"));
	wr(b, RCC_CR, 0x61);
	wr(b, PLLCFGR, 10 << 8);
	wr(b, RCC_CR, 0x61 | PLLON);
	pass_us(b, 1000);
	assert_false(rd(b, RCC_CR) & PLLRDY);
}

static void test_hpre_divides_hclk(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, CFGR, 8 << 4);
	assert_int_equal(mcu_hclk_hz(b->mcu), 2000000);
	wr(b, CFGR, 12u << 4);
	assert_int_equal(mcu_hclk_hz(b->mcu), 4000000 / 64);
	wr(b, CFGR, 0);
	assert_int_equal(mcu_hclk_hz(b->mcu), 4000000);
}

static void test_apb_accesses_wait_for_the_slower_bus(void **state)
{
	struct mcu_bus *b = *state;
	u64 fast;

	wr(b, APB1ENR1, BIT(28));
	rd(b, PWR_CR1);
	fast = b->took_ps;
	rd(b, RCC_CR);
	assert_true(b->took_ps < fast); /* RCC is on the AHB */
	wr(b, CFGR, 7 << 8);		/* PPRE1: 16 */
	rd(b, PWR_CR1);
	assert_true(b->took_ps > 8 * fast);
}

static void test_too_fast_hclk_for_the_voltage_is_reported(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, APB1ENR1, BIT(28));
	wr(b, PWR_CR1, 0x400);
	assert_no_complaint(b);
	set_range(b, 10); /* 32 MHz */
	assert_true(complained(b, "beyond voltage range 2"));
}

static void test_pwr_needs_its_clock(void **state)
{
	struct mcu_bus *b = *state;

	assert_int_equal(rd(b, PWR_CR1), 0);
	assert_true(complained(b, "PWR has no clock"));
	wr(b, APB1ENR1, BIT(28));
	assert_int_equal(rd(b, PWR_CR1), 0x200);
}

static void test_back_to_range_1_takes_a_moment(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, APB1ENR1, BIT(28));
	wr(b, PWR_CR1, 0x400);
	wr(b, PWR_CR1, 0x200);
	assert_true(rd(b, PWR_SR2) & BIT(10));
	pass_us(b, 30);
	assert_false(rd(b, PWR_SR2) & BIT(10));
	wr(b, PWR_CR1, 0x600);
	assert_int_equal(rd(b, PWR_CR1), 0x200);
	assert_true(complained(b, "VOS 3"));
}

static void test_enable_registers_hold_only_bits_that_exist(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, AHB2ENR, 0xffffffff);
	assert_int_equal(rd(b, AHB2ENR), 0x000430ff);
	wr(b, AHB1ENR, 0xffffffff);
	assert_int_equal(rd(b, AHB1ENR), 0x00011103);
	wr(b, APB2ENR, 0xffffffff);
	assert_int_equal(rd(b, APB2ENR), 0x01677c81);
	wr(b, APB1ENR1, 0xffffffff);
	wr(b, APB1ENR1, 0);
	assert_int_equal(rd(b, APB1ENR1), BIT(11)); /* WWDGEN stays */
}

static void test_reset_register_resets_its_unit_and_holds_it(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, AHB1ENR, 0x1100);
	wr(b, 0x40023010, 0x1234);
	wr(b, AHB1RSTR, BIT(12));
	assert_int_equal(rd(b, 0x40023010), 0);
	assert_true(complained(b, "held in reset"));
	wr(b, AHB1RSTR, 0);
	assert_int_equal(rd(b, 0x40023010), 0xffffffff);
}

static void test_a_reset_puts_the_clocks_back(void **state)
{
	struct mcu_bus *b = *state;

	set_range(b, 7);
	wr(b, AHB2ENR, 0xff);
	wr(b, 0xe000ed0c, 0x05fa0004);
	pass_us(b, 100);
	assert_int_equal(mcu_hclk_hz(b->mcu), 4000000);
	assert_int_equal(rd(b, AHB2ENR), 0);
	assert_int_equal(rd(b, RCC_CR), 0x63);
}

static void test_reset_flags_gather_until_rmvf(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, 0xe000ed0c, 0x05fa0004);
	pass_us(b, 100);
	assert_int_equal(rd(b, CSR) & 0xff000000, 0x1c000000); /* SFT, PIN, and BOR of before */
	wr(b, CSR, BIT(23));
	assert_int_equal(rd(b, CSR) & 0xff000000, 0);
	mcu_set_nrst(b->mcu, true);
	mcu_set_nrst(b->mcu, false);
	pass_us(b, 100);
	assert_int_equal(rd(b, CSR) & 0xff000000, BIT(26));
}

static void test_lsi_gets_ready(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, CSR, 0x600 | 1);
	assert_false(rd(b, CSR) & 2);
	pass_us(b, 200);
	assert_true(rd(b, CSR) & 2);
}

static void test_backup_domain_needs_dbp(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, BDCR, BIT(0));
	assert_int_equal(rd(b, BDCR), 0);
	assert_true(complained(b, "DBP"));
	wr(b, APB1ENR1, BIT(28));
	wr(b, PWR_CR1, 0x300);
	wr(b, BDCR, BIT(3));
	assert_int_equal(rd(b, BDCR), BIT(3));
}

static void test_byte_writes_change_their_lane_only(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, AHB2ENR, 0x000430ff);
	assert_int_equal(wr_n(b, AHB2ENR + 1, 0, 1), BUS_OK);
	assert_int_equal(rd(b, AHB2ENR), 0x000400ff);
	assert_int_equal(rd_n(b, AHB2ENR + 2, 2), 4);
}

static void test_syscfg_swaps_the_banks_but_not_their_numbers(void **state)
{
	struct mcu_bus *b = *state;
	size_t size;

	put_le32(mcu_flash(b->mcu, &size), 0x111);
	put_le32(mcu_flash(b->mcu, &size) + size / 2, 0x222);
	wr(b, 0x40022000, 0);
	wr(b, APB2ENR, 1);
	wr(b, SYSCFG, BIT(8));
	assert_int_equal(rd(b, 0x08000000), 0x222);
	assert_int_equal(rd(b, 0x08080000), 0x111);
	wr(b, 0x40022008, 0x45670123);
	wr(b, 0x40022008, 0xcdef89ab);
	wr(b, 0x40022014, BIT(2) | BIT(16)); /* MER1 */
	pass_us(b, 25000);
	assert_int_equal(rd(b, 0x08080000), 0xffffffff);
	assert_int_equal(rd(b, 0x08000000), 0x222);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BUS_TEST(test_reset_clock_is_msi_at_4_mhz),
		BUS_TEST(test_every_msi_range_has_its_frequency),
		BUS_TEST(test_range_counts_only_with_msirgsel),
		BUS_TEST(test_msirange_must_wait_for_msirdy),
		BUS_TEST(test_switch_to_hsi_happens_when_it_is_ready),
		BUS_TEST(test_hse_never_gets_ready_without_a_crystal),
		BUS_TEST(test_pll_from_hsi_makes_80_mhz),
		BUS_TEST(test_pll_without_a_source_never_locks),
		BUS_TEST(test_hpre_divides_hclk),
		BUS_TEST(test_apb_accesses_wait_for_the_slower_bus),
		BUS_TEST(test_too_fast_hclk_for_the_voltage_is_reported),
		BUS_TEST(test_pwr_needs_its_clock),
		BUS_TEST(test_back_to_range_1_takes_a_moment),
		BUS_TEST(test_enable_registers_hold_only_bits_that_exist),
		BUS_TEST(test_reset_register_resets_its_unit_and_holds_it),
		BUS_TEST(test_a_reset_puts_the_clocks_back),
		BUS_TEST(test_reset_flags_gather_until_rmvf),
		BUS_TEST(test_lsi_gets_ready),
		BUS_TEST(test_backup_domain_needs_dbp),
		BUS_TEST(test_byte_writes_change_their_lane_only),
		BUS_TEST(test_syscfg_swaps_the_banks_but_not_their_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
