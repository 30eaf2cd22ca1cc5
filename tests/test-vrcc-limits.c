// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the clocks and the voltage regulator of the virtual STM32L476 refuse or report, and how the
 * PLL divides. The rest of RCC is test-vrcc.c's.
 */
#include "tests/support/mcu-bus.h"

#define RCC	 0x40021000u
#define CR	 (RCC + 0x00)
#define CFGR	 (RCC + 0x08)
#define PLLCFGR	 (RCC + 0x0c)
#define APB1ENR	 (RCC + 0x58)
#define CSR	 (RCC + 0x94)

#define MSION	 BIT(0)
#define RGSEL	 BIT(3)
#define RANGE(n) ((u32)(n) << 4)
#define HSION	 BIT(8)
#define PLLON	 BIT(24)
#define PLLRDY	 BIT(25)
#define PLLREN	 BIT(24)
#define SW_MSI	 0u
#define SW_PLL	 3u

#define PWR	 0x40007000u
#define PWR_CR1	 (PWR + 0x00)
#define PWREN	 BIT(28)
#define VOS(n)	 ((u32)(n) << 9)

static u32 sws(struct mcu_bus *b)
{
	return rd(b, CFGR) >> 2 & 3;
}

static void msi_range(struct mcu_bus *b, unsigned int n)
{
	wr(b, CR, (rd(b, CR) & ~RANGE(15)) | RGSEL | RANGE(n));
	pass_us(b, 10);
}

static void nrst(struct mcu_bus *b)
{
	mcu_set_nrst(b->mcu, true);
	pass_us(b, 100);
	mcu_set_nrst(b->mcu, false);
	pass_us(b, 100);
}

/* MSI at 4 MHz, times @n, over 2 */
static void pll_on(struct mcu_bus *b, u32 n)
{
	wr(b, PLLCFGR, 1 | n << 8 | PLLREN);
	set_bits(b, CR, PLLON);
	pass_us(b, 50);
}

static void test_a_range_that_does_not_exist_is_refused(void **state)
{
	struct mcu_bus *b = *state;

	msi_range(b, 12);
	assert_int_equal(rd(b, CR) & RANGE(15), RANGE(6));
	assert_int_equal(mcu_hclk_hz(b->mcu), 4000000);
	assert_true(complained(b, "MSIRANGE 12"));
}

static void test_the_pll_makes_80_mhz_of_the_msi_once_locked(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, 0x40022000, 0x104);
	wr(b, PLLCFGR, 1 | 40u << 8 | PLLREN);
	set_bits(b, CR, PLLON);
	assert_int_equal(rd(b, CR) & PLLRDY, 0);
	wr(b, CFGR, SW_PLL);
	assert_int_equal(sws(b), SW_MSI);
	pass_us(b, 50);
	assert_true(rd(b, CR) & PLLRDY);
	assert_int_equal(sws(b), SW_PLL);
	assert_int_equal(mcu_hclk_hz(b->mcu), 80000000);
	assert_no_complaint(b);
}

static void test_the_pll_divides_by_m_and_r_and_takes_the_hsi(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, 0x40022000, 0x104);
	set_bits(b, CR, HSION);
	pass_us(b, 5);
	wr(b, PLLCFGR, 2 | 1u << 4 | 20u << 8 | 1u << 25 | PLLREN); /* 16 / 2 * 20 / 4 */
	set_bits(b, CR, PLLON);
	wr(b, CFGR, SW_PLL);
	pass_us(b, 50);
	assert_int_equal(mcu_hclk_hz(b->mcu), 40000000);
	assert_no_complaint(b);
}

static void test_a_running_pll_keeps_its_factors(void **state)
{
	struct mcu_bus *b = *state;

	pll_on(b, 20);
	wr(b, PLLCFGR, 1 | 30u << 8 | PLLREN);
	assert_int_equal(rd(b, PLLCFGR) >> 8 & 0x7f, 20);
	assert_true(complained(b, "PLLCFGR changed while the PLL is on"));
}

static void test_a_multiplier_out_of_range_is_reported(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, PLLCFGR, 1 | 7u << 8);
	assert_true(complained(b, "PLLN of 7"));
}

static void test_the_source_of_sysclk_cannot_be_switched_off(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, CR, 0);
	assert_true(rd(b, CR) & MSION);
	assert_true(complained(b, "cannot be switched off"));
	sim_clear_complaints(&b->sim);
	pll_on(b, 8);
	wr(b, CFGR, SW_PLL);
	wr(b, CR, rd(b, CR) & ~PLLON);
	wr(b, CR, rd(b, CR) & ~MSION); /* the PLL lives on it */
	assert_int_equal(rd(b, CR) & (PLLON | MSION), PLLON | MSION);
}

static void test_more_than_80_mhz_is_reported(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, 0x40022000, 0x104);
	pll_on(b, 41);
	wr(b, CFGR, SW_PLL);
	assert_true(complained(b, "HCLK of 82000000 Hz"));
}

static void test_a_pll_without_its_output_is_reported(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, PLLCFGR, 1 | 20u << 8);
	set_bits(b, CR, PLLON);
	wr(b, CFGR, SW_PLL);
	pass_us(b, 50);
	assert_true(complained(b, "PLLREN clear"));
}

/* ---- PWR ---- */

static void test_voltage_range_2_ends_at_26_mhz(void **state)
{
	struct mcu_bus *b = *state;

	set_bits(b, APB1ENR, PWREN);
	wr(b, 0x40022000, 0x104);
	wr(b, PWR_CR1, VOS(2));
	msi_range(b, 9);
	assert_no_complaint(b);
	msi_range(b, 10);
	assert_true(complained(b, "beyond voltage range 2"));
	sim_clear_complaints(&b->sim);
	wr(b, PWR_CR1, VOS(1));
	wr(b, PWR_CR1, VOS(2));
	assert_true(complained(b, "voltage range 2 with HCLK"));
}

static void test_voltage_ranges_0_and_3_do_not_exist(void **state)
{
	struct mcu_bus *b = *state;

	set_bits(b, APB1ENR, PWREN);
	wr(b, PWR_CR1, VOS(3));
	assert_int_equal(rd(b, PWR_CR1), VOS(1));
	wr(b, PWR_CR1, 0);
	assert_int_equal(rd(b, PWR_CR1), VOS(1));
	assert_true(complained(b, "CR1.VOS 3") && complained(b, "CR1.VOS 0"));
}

/* ---- gates, flags ---- */

static void test_the_gate_of_the_wwdg_cannot_be_closed(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, APB1ENR, BIT(11) | PWREN);
	wr(b, APB1ENR, 0);
	assert_int_equal(rd(b, APB1ENR), BIT(11));
	nrst(b);
	assert_int_equal(rd(b, APB1ENR), 0);
}

static void test_msisrange_needs_msirgsel(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, CSR, 7u << 8);
	assert_int_equal(rd(b, CSR) >> 8 & 0xf, 6);
	set_bits(b, CR, RGSEL);
	wr(b, CSR, 7u << 8);
	assert_int_equal(rd(b, CSR) >> 8 & 0xf, 7);
}

static void test_a_switch_that_waits_is_forgotten_by_a_reset(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, PLLCFGR, 1 | 20u << 8 | PLLREN);
	set_bits(b, CR, PLLON);
	wr(b, CFGR, SW_PLL);
	mcu_set_nrst(b->mcu, true);
	pass_us(b, 200);
	mcu_set_nrst(b->mcu, false);
	pass_us(b, 200);
	assert_int_equal(mcu_hclk_hz(b->mcu), 4000000);
	assert_int_equal(rd(b, CFGR), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(test_##name, bus_setup, bus_teardown)
		T(a_range_that_does_not_exist_is_refused),
		T(the_pll_makes_80_mhz_of_the_msi_once_locked),
		T(the_pll_divides_by_m_and_r_and_takes_the_hsi),
		T(a_running_pll_keeps_its_factors),
		T(a_multiplier_out_of_range_is_reported),
		T(the_source_of_sysclk_cannot_be_switched_off),
		T(more_than_80_mhz_is_reported),
		T(a_pll_without_its_output_is_reported),
		T(voltage_range_2_ends_at_26_mhz),
		T(voltage_ranges_0_and_3_do_not_exist),
		T(the_gate_of_the_wwdg_cannot_be_closed),
		T(msisrange_needs_msirgsel),
		T(a_switch_that_waits_is_forgotten_by_a_reset),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
