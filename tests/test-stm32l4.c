// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * STM32L4 family: identification, quiet start, clocks, and everything put back; on a fake queue
 * with a register file behind it.
 */
#include "chips/families.h"
#include "drivers/stm32l4-rcc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/support/fake-memq.h"

#define IDCODE	     0xe0042000u
#define DBGMCU_CR    0xe0042004u
#define APB1FZR1     0xe0042008u
#define FLASH_ACR    0x40022000u
#define FLASH_SR     0x40022010u
#define FLASH_OPTR   0x40022020u
#define RCC_CR	     0x40021000u
#define RCC_CFGR     0x40021008u
#define RCC_PLLCFGR  0x4002100cu
#define RCC_AHB1ENR  0x40021048u
#define RCC_APB2ENR  0x40021060u
#define RCC_APB1ENR1 0x40021058u
#define RCC_CSR	     0x40021094u
#define PWR_CR1	     0x40007000u
#define PWR_SR2	     0x40007014u
#define DMA1_CCR3    0x40020030u
#define DMA2_CCR7    0x40020480u
#define MEMRMP	     0x40010000u
#define CPUID_M4     0x410fc241u
#define CPUID_M0P    0x410cc601u
#define CPUID_M7     0x411fc270u

/* registers that hold what is written, but for the few that answer for themselves */
struct regs {
	u32 addr[64], val[64];
	size_t n;
	u32 absent; /* bus error here */
	struct memq *q;
	bool msi_never_ready;
	bool pll_never_locks;
};

static u32 *cell(struct regs *r, u32 addr)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->addr[i] == addr)
			return &r->val[i];
	assert_true(r->n < 64);
	r->addr[r->n] = addr;
	r->val[r->n] = 0;
	return &r->val[r->n++];
}

static u32 hclk_khz(struct regs *r)
{
	static const u32 khz[] = { 100,	 200,  400,   800,   1000,  2000,
				   4000, 8000, 16000, 24000, 32000, 48000 };
	u32 cr = *cell(r, RCC_CR);

	if ((*cell(r, RCC_CFGR) & 3) == 3 && *cell(r, RCC_PLLCFGR) == 0x01002801)
		return 80000;
	return khz[cr & BIT(3) ? (cr >> 4) & 0xf : (*cell(r, RCC_CSR) >> 8) & 0xf];
}

/* 16 MHz a wait state in voltage range 1, 6 MHz in range 2 (RM0351 table 9) */
static void check_wait_states(struct regs *r)
{
	u32 range_khz = (*cell(r, PWR_CR1) & 0x600) == 0x200 ? 16000 : 6000;

	assert_true(hclk_khz(r) <= range_khz * ((*cell(r, FLASH_ACR) & 7) + 1));
}

static void regs_write(void *arg, u32 addr, u32 val, u64 now_ns)
{
	struct regs *r = arg;

	(void)now_ns;
	/* what has no clock takes nothing */
	if (addr == PWR_CR1)
		assert_true(*cell(r, RCC_APB1ENR1) & BIT(28));
	if (addr == RCC_CR && *cell(r, RCC_CR) & BIT(3))
		val |= BIT(3);
	if (addr == FLASH_SR) /* write 1 to clear */
		val = *cell(r, addr) & ~val;
	*cell(r, addr) = val;
	check_wait_states(r);
}

static u32 regs_read(void *arg, u32 addr, u64 now_ns)
{
	struct regs *r = arg;

	(void)now_ns;
	if (addr == r->absent) {
		r->q->latched = err_set(&r->q->ctx->err, -EIO, NULL, "bus fault at 0x%08x", addr);
		r->q->was_bus_fault = true;
	}
	if (addr == RCC_CR)
		return (*cell(r, addr) & ~(BIT(1) | BIT(25))) | (r->msi_never_ready ? 0 : BIT(1)) |
		       (*cell(r, addr) & BIT(24) && !r->pll_never_locks ? BIT(25) : 0);
	if (addr == RCC_CFGR)
		return (*cell(r, addr) & ~0xcu) | (*cell(r, addr) & 3) << 2;
	if (addr == PWR_SR2)
		return *cell(r, PWR_CR1) & BIT(14) ? BIT(9) : 0;
	return *cell(r, addr);
}

struct fixture {
	struct ctx ctx;
	struct regs r;
	struct target t;
	char log[2048];
};

static void on_log(void *arg, enum log_level level, const char *line)
{
	struct fixture *f = arg;
	size_t n = strlen(f->log);

	(void)level;
	snprintf(f->log + n, sizeof(f->log) - n, "%s\n", line);
}

static int setup(void **state)
{
	static const struct {
		u32 addr, val;
	} reset[] = {
		{ IDCODE, 0x10076415 },	    { 0x1fff75e0, 0xffff0400 }, { 0x1fff7590, 0x11223344 },
		{ 0x1fff7594, 0x55667788 }, { 0x1fff7598, 0x99aabbcc }, { FLASH_ACR, 0x600 },
		{ FLASH_OPTR, 0xffeff8aa }, { RCC_CR, 0x63 },		{ RCC_CSR, 0x0c000600 },
		{ RCC_AHB1ENR, 0x100 },	    { PWR_CR1, 0x200 },		{ RCC_PLLCFGR, 0x1000 },
		{ 0x4002202c, 0x000000ff }, { 0x40022030, 0x000000ff }, { 0x4002204c, 0x000000ff },
		{ 0x40022050, 0x000000ff }, { 0x40022024, 0xffffffff }, { 0x40022044, 0xffffffff },
		{ 0x40022014, 0xc0000000 },
	};
	struct fixture *f = calloc(1, sizeof(*f));

	f->ctx.log = (struct log){ .fn = on_log, .arg = f, .level = LOG_DBG };
	f->t = (struct target){ .ctx = &f->ctx, .q = fake_memq_new(&f->ctx, 4000000) };
	f->t.core.cpuid = CPUID_M4;
	f->r.q = f->t.q;
	f->r.absent = 1;
	for (size_t i = 0; i < ARRAY_SIZE(reset); i++)
		*cell(&f->r, reset[i].addr) = reset[i].val;
	f->t.q->on_read = regs_read;
	f->t.q->on_write = regs_write;
	f->t.q->arg = &f->r;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	stm32l4_family.restore(&f->t);
	fake_memq_free(f->t.q);
	free(f);
	return 0;
}

static void attach(struct fixture *f)
{
	assert_int_equal(stm32l4_family.probe(&f->t), 1);
	assert_int_equal(stm32l4_family.quiesce(&f->t), 0);
	assert_int_equal(stm32l4_family.add_mtds(&f->t), 0);
}

static void test_an_l476_is_recognised(void **state)
{
	static const u8 uid[] = { 0x44, 0x33, 0x22, 0x11, 0x88, 0x77,
				  0x66, 0x55, 0xcc, 0xbb, 0xaa, 0x99 };
	struct fixture *f = *state;

	attach(f);
	assert_string_equal(f->t.name, "STM32L476");
	assert_int_equal(f->t.idcode, 0x10076415);
	assert_int_equal(f->t.flash_size, MIB(1));
	assert_memory_equal(f->t.uid, uid, 12);
	assert_int_equal(f->t.rdp, RDP_LEVEL_0);
	assert_int_equal(f->t.n_mtds, 3);
	assert_string_equal(f->t.mtds[0]->name, "flash");
	assert_string_equal(f->t.mtds[1]->name, "otp");
	assert_string_equal(f->t.mtds[2]->name, "options");
}

static void test_an_unprogrammed_size_register_means_the_largest_part(void **state)
{
	struct fixture *f = *state;

	*cell(&f->r, 0x1fff75e0) = 0xffffffff;
	attach(f);
	assert_int_equal(f->t.flash_size, MIB(1));
}

static void test_banks_of_smaller_parts_follow_dualbank(void **state)
{
	static const struct {
		u32 kib, optr;
		const char *about;
	} cases[] = {
		{ 1024, 0xffcff8aa, "STM32L476 internal flash, 2 x 512 KiB, 2 KiB pages" },
		{ 512, 0xffeff8aa, "STM32L476 internal flash, 2 x 256 KiB, 2 KiB pages" },
		{ 512, 0xffcff8aa, "STM32L476 internal flash, 1 x 512 KiB, 2 KiB pages" },
		{ 256, 0xffeff8aa, "STM32L476 internal flash, 2 x 128 KiB, 2 KiB pages" },
		{ 256, 0xffcff8aa, "STM32L476 internal flash, 1 x 256 KiB, 2 KiB pages" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		*cell(&f->r, 0x1fff75e0) = cases[i].kib;
		*cell(&f->r, FLASH_OPTR) = cases[i].optr;
		attach(f);
		assert_string_equal(f->t.mtds[0]->about, cases[i].about);
		stm32l4_family.restore(&f->t);
	}
}

static void test_other_parts_are_named_and_refused(void **state)
{
	static const struct {
		u32 cpuid, at, idcode;
		const char *name;
	} cases[] = {
		{ CPUID_M4, 0xe0042000, 0x20006469, "STM32G471/G473/G474/G483/G484" },
		{ CPUID_M4, 0xe0042000, 0x10006462, "STM32L451/L452/L462" },
		{ CPUID_M0P, 0x40015800, 0x20006460, "STM32G070/G071/G081" },
		{ CPUID_M7, 0xe0042000, 0x10016449, "STM32F745/F746/F750/F756" },
		{ CPUID_M7, 0x5c001000, 0x20036450, "STM32H742/H743" },
		{ 0x410fd214, 0xe0044000, 0x20016482, "STM32U575/U585" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		err_clear(&f->ctx.err);
		f->t.core.cpuid = cases[i].cpuid;
		*cell(&f->r, IDCODE) = 0;
		*cell(&f->r, cases[i].at) = cases[i].idcode;
		assert_int_equal(stm32l4_family.probe(&f->t), 0);
		assert_int_equal(stm32_other_family.probe(&f->t), -EOPNOTSUPP);
		assert_non_null(strstr(f->ctx.err.what, cases[i].name));
		assert_non_null(strstr(f->ctx.err.what, "not supported yet"));
	}
}

static void test_a_part_without_dbgmcu_is_nobodys(void **state)
{
	struct fixture *f = *state;

	f->r.absent = IDCODE;
	assert_int_equal(stm32l4_family.probe(&f->t), 0);
	assert_int_equal(stm32_other_family.probe(&f->t), 0);
	assert_int_equal(f->ctx.err.code, 0);
}

static void test_watchdogs_freeze_and_come_back(void **state)
{
	struct fixture *f = *state;

	*cell(&f->r, APB1FZR1) = 0x1;
	*cell(&f->r, DBGMCU_CR) = 0x20;
	attach(f);
	assert_int_equal(*cell(&f->r, DBGMCU_CR), 0x27);
	assert_int_equal(*cell(&f->r, APB1FZR1), 0x1801);
	stm32l4_family.restore(&f->t);
	assert_int_equal(*cell(&f->r, DBGMCU_CR), 0x20);
	assert_int_equal(*cell(&f->r, APB1FZR1), 0x1);
	assert_null(f->t.priv);
}

static void test_running_dma_channels_are_stopped(void **state)
{
	struct fixture *f = *state;

	*cell(&f->r, RCC_AHB1ENR) = 0x103;
	*cell(&f->r, DMA1_CCR3) = 0xaa1;
	*cell(&f->r, DMA2_CCR7) = 0x5a5;
	attach(f);
	assert_int_equal(*cell(&f->r, DMA1_CCR3), 0xaa0);
	assert_int_equal(*cell(&f->r, DMA2_CCR7), 0x5a4);
	assert_non_null(strstr(f->log, "DMA1 was running (channels 0x04"));
}

static void test_dma_without_clock_is_not_touched(void **state)
{
	struct fixture *f = *state;

	*cell(&f->r, RCC_AHB1ENR) = 0x101;
	attach(f);
	for (size_t i = 0; i < f->t.q->n_ops; i++)
		assert_false((f->t.q->ops[i].addr & ~0x3ffu) == 0x40020400);
}

static void test_hclk_rises_to_48_mhz_and_comes_back(void **state)
{
	struct fixture *f = *state;

	attach(f);
	assert_int_equal(hclk_khz(&f->r), 48000);
	assert_int_equal(*cell(&f->r, FLASH_ACR) & 7, 2);
	stm32l4_family.restore(&f->t);
	assert_int_equal(hclk_khz(&f->r), 4000);
	assert_int_equal(*cell(&f->r, FLASH_ACR), 0x600);
	assert_int_equal(*cell(&f->r, RCC_APB1ENR1), 0);
}

static void test_an_application_in_voltage_range_2_is_lifted_first(void **state)
{
	struct fixture *f = *state;

	*cell(&f->r, PWR_CR1) = 0x4400; /* range 2, low-power run */
	*cell(&f->r, RCC_CR) = 0x5b;	/* 2 MHz */
	attach(f);
	assert_int_equal(*cell(&f->r, PWR_CR1), 0x200);
	assert_int_equal(hclk_khz(&f->r), 48000);
	stm32l4_family.restore(&f->t);
	assert_int_equal(*cell(&f->r, PWR_CR1), 0x4400);
	assert_int_equal(hclk_khz(&f->r), 2000);
	assert_int_equal(*cell(&f->r, RCC_APB1ENR1), 0);
}

static void test_an_applications_own_fast_clock_is_left_alone(void **state)
{
	static const struct {
		u32 cr, cfgr, pllcfgr, hz;
	} cases[] = {
		{ 0x00000563, 0x05, 0x1000, 16000000 }, /* HSI16 */
		{ 0x03000063, 0x0f, 0x1001, 80000000 }, /* PLL */
		{ 0x00030063, 0x8a, 0x1000, 40000000 }, /* HSE / 2: unknown crystal */
		{ 0x03000063, 0x00, 0x1001, 4000000 },	/* MSI, and a PLL that runs from it */
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct stm32l4_clocks c = { 0 };

		*cell(&f->r, RCC_CR) = cases[i].cr;
		*cell(&f->r, RCC_CFGR) = cases[i].cfgr;
		*cell(&f->r, RCC_PLLCFGR) = cases[i].pllcfgr;
		assert_int_equal(stm32l4_clocks_boost(f->t.q, &c, STM32L4_BOOST_MSI), 0);
		assert_int_equal(c.hclk_hz, cases[i].hz);
		assert_int_equal(*cell(&f->r, RCC_CR) & ~BIT(1), cases[i].cr & ~BIT(1));
		assert_int_equal(*cell(&f->r, FLASH_ACR), 0x600);
		stm32l4_clocks_restore(f->t.q, &c);
	}
}

static void test_the_pll_makes_80_mhz_and_is_put_back(void **state)
{
	struct fixture *f = *state;
	struct stm32l4_clocks c = { 0 };

	assert_int_equal(stm32l4_clocks_boost(f->t.q, &c, STM32L4_BOOST_PLL), 0);
	assert_int_equal(c.hclk_hz, 80000000);
	assert_int_equal(hclk_khz(&f->r), 80000);
	assert_int_equal(*cell(&f->r, FLASH_ACR) & 7, 4);
	assert_int_equal(*cell(&f->r, RCC_PLLCFGR), 0x01002801);
	stm32l4_clocks_restore(f->t.q, &c);
	assert_int_equal(hclk_khz(&f->r), 4000);
	assert_int_equal(*cell(&f->r, FLASH_ACR), 0x600);
	assert_int_equal(*cell(&f->r, RCC_PLLCFGR), 0x1000);
	assert_int_equal(*cell(&f->r, RCC_CR) & BIT(24), 0);
}

static void test_a_pll_that_does_not_lock_leaves_48_mhz_and_a_line_in_the_log(void **state)
{
	struct fixture *f = *state;
	struct stm32l4_clocks c = { 0 };

	f->r.pll_never_locks = true;
	assert_int_equal(stm32l4_clocks_boost(f->t.q, &c, STM32L4_BOOST_PLL), 0);
	assert_int_equal(c.hclk_hz, 48000000);
	assert_int_equal(hclk_khz(&f->r), 48000);
	assert_int_equal(*cell(&f->r, RCC_PLLCFGR), 0x1000);
	assert_int_equal(*cell(&f->r, RCC_CR) & BIT(24), 0);
	assert_non_null(strstr(f->log, "the PLL does not lock"));
	stm32l4_clocks_restore(f->t.q, &c);
	assert_int_equal(hclk_khz(&f->r), 4000);
}

static void test_a_pll_that_the_application_uses_is_left_alone(void **state)
{
	struct fixture *f = *state;
	struct stm32l4_clocks c = { 0 };

	*cell(&f->r, RCC_CR) = 0x04000063; /* PLLSAI1, from HSI16 */
	*cell(&f->r, RCC_PLLCFGR) = 0x1002;
	assert_int_equal(stm32l4_clocks_boost(f->t.q, &c, STM32L4_BOOST_PLL), 0);
	assert_int_equal(c.hclk_hz, 48000000);
	assert_int_equal(*cell(&f->r, RCC_PLLCFGR), 0x1002);
}

static void test_the_pll_is_started_where_the_wiring_allows_a_faster_quadspi(void **state)
{
	static const struct {
		u32 max_hz, khz;
	} cases[] = { { 0, 48000 },	   { 20000000, 80000 }, { 24000000, 48000 },
		      { 30000000, 80000 }, { 40000000, 80000 }, { 48000000, 48000 } };
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct board board = { .has_qspi = true, .qspi_max_hz = cases[i].max_hz };

		f->t.board = &board;
		assert_int_equal(stm32l4_family.quiesce(&f->t), 0);
		assert_int_equal(hclk_khz(&f->r), cases[i].khz);
		stm32l4_family.restore(&f->t);
	}
}

static void test_no_boost_leaves_the_clock_but_sets_the_voltage_range(void **state)
{
	struct fixture *f = *state;

	*cell(&f->r, PWR_CR1) = 0x400;
	f->t.no_boost = true;
	attach(f);
	assert_int_equal(hclk_khz(&f->r), 4000);
	assert_int_equal(*cell(&f->r, PWR_CR1), 0x200);
	assert_int_equal(*cell(&f->r, FLASH_ACR), 0x600);
}

static void test_an_oscillator_that_does_not_start_is_reported(void **state)
{
	struct fixture *f = *state;

	f->r.msi_never_ready = true;
	assert_int_equal(stm32l4_family.probe(&f->t), 1);
	assert_int_equal(stm32l4_family.quiesce(&f->t), -ETIMEDOUT);
	assert_non_null(strstr(f->ctx.err.what, "MSI was not ready"));
}

static void test_rdp_level_1_is_seen_and_no_flash_is_read(void **state)
{
	struct fixture *f = *state;
	u8 buf[4];

	*cell(&f->r, FLASH_OPTR) = 0xffeff800;
	attach(f);
	assert_int_equal(f->t.rdp, RDP_LEVEL_1);
	assert_non_null(strstr(f->log, "read-out protection level 1"));
	assert_int_equal(mtd_read(f->t.mtds[0], 0, 4, buf), -EROFS);
	err_clear(&f->ctx.err);
	assert_int_equal(mtd_read(f->t.mtds[1], 0, 4, buf), -EROFS);
	for (size_t i = 0; i < f->t.q->n_ops; i++) {
		assert_false(f->t.q->ops[i].addr >> 20 == 0x080);
		assert_false((f->t.q->ops[i].addr & ~0x3ffu) == 0x1fff7000);
	}
	err_clear(&f->ctx.err);
	assert_int_equal(mtd_read(f->t.mtds[2], 0, 4, buf), 0);
	assert_int_equal(get_le32(buf), 0xffeff800);
}

static void test_option_bytes_are_shown_at_their_register_addresses(void **state)
{
	struct fixture *f = *state;
	u8 buf[0x34];

	*cell(&f->r, 0x40022050) = 0x00120003;
	attach(f);
	assert_int_equal(f->t.mtds[2]->base, FLASH_OPTR);
	assert_int_equal(f->t.mtds[2]->size, sizeof(buf));
	assert_int_equal(mtd_read(f->t.mtds[2], 0, sizeof(buf), buf), 0);
	assert_int_equal(get_le32(buf), 0xffeff8aa);
	assert_int_equal(get_le32(buf + 0x0c), 0x000000ff);
	assert_int_equal(get_le32(buf + 0x14), 0);
	assert_int_equal(get_le32(buf + 0x30), 0x00120003);
	assert_int_equal(mtd_write(f->t.mtds[2], 0, 4, buf), -EROFS);
}

static void test_a_swapped_bank_map_is_noticed(void **state)
{
	struct fixture *f = *state;
	u32 cr = 0;

	*cell(&f->r, FLASH_OPTR) = 0xfffff8aa; /* BFB2 */
	*cell(&f->r, MEMRMP) = BIT(8);
	attach(f);
	assert_int_equal(*cell(&f->r, RCC_APB2ENR), 0);
	*cell(&f->r, 0x40022014) = 0; /* unlocked already */
	assert_int_equal(mtd_erase(f->t.mtds[0], 0, 2048), 0);
	for (size_t i = 0; i < f->t.q->n_ops; i++)
		if (f->t.q->ops[i].kind == FAKE_WRITE && f->t.q->ops[i].addr == 0x40022014)
			cr |= f->t.q->ops[i].val;
	assert_true(cr & BIT(11)); /* BKER */
}

static void test_a_board_with_another_mcu_is_refused(void **state)
{
	struct fixture *f = *state;
	struct board board = { .name = "stm32f746g-disco", .mcu = "STM32F746NG" };

	f->t.board = &board;
	assert_int_equal(stm32l4_family.probe(&f->t), 1);
	assert_int_equal(stm32l4_family.quiesce(&f->t), 0);
	assert_int_equal(stm32l4_family.add_mtds(&f->t), -EINVAL);
	assert_non_null(strstr(f->ctx.err.what, "board stm32f746g-disco is for an STM32F746NG"));
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_an_l476_is_recognised),
		TEST(test_an_unprogrammed_size_register_means_the_largest_part),
		TEST(test_banks_of_smaller_parts_follow_dualbank),
		TEST(test_other_parts_are_named_and_refused),
		TEST(test_a_part_without_dbgmcu_is_nobodys),
		TEST(test_watchdogs_freeze_and_come_back),
		TEST(test_running_dma_channels_are_stopped),
		TEST(test_dma_without_clock_is_not_touched),
		TEST(test_hclk_rises_to_48_mhz_and_comes_back),
		TEST(test_an_application_in_voltage_range_2_is_lifted_first),
		TEST(test_an_applications_own_fast_clock_is_left_alone),
		TEST(test_the_pll_makes_80_mhz_and_is_put_back),
		TEST(test_a_pll_that_does_not_lock_leaves_48_mhz_and_a_line_in_the_log),
		TEST(test_a_pll_that_the_application_uses_is_left_alone),
		TEST(test_the_pll_is_started_where_the_wiring_allows_a_faster_quadspi),
		TEST(test_no_boost_leaves_the_clock_but_sets_the_voltage_range),
		TEST(test_an_oscillator_that_does_not_start_is_reported),
		TEST(test_rdp_level_1_is_seen_and_no_flash_is_read),
		TEST(test_option_bytes_are_shown_at_their_register_addresses),
		TEST(test_a_swapped_bank_map_is_noticed),
		TEST(test_a_board_with_another_mcu_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
