// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * In what state a job leaves its target (--reset halt, run, none), as the bench sees it: registers
 * and memories are looked at from inside the virtual part, not through the code under test.
 */
#include "lib/adapter.h"
#include "lib/target.h"
#include "sim/mcu.h"
#include "sim/sim.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SWCLK_HZ      15000000u

#define DFSR	      0xe000ed30u
#define DHCSR	      0xe000edf0u
#define DCRSR	      0xe000edf4u
#define DCRDR	      0xe000edf8u
#define DEMCR	      0xe000edfcu
#define DHCSR_DEBUGEN BIT(0)
#define DHCSR_HALTED  BIT(17)
#define DHCSR_LOCKUP  BIT(19)
#define FP_CTRL	      0xe0002000u
#define FP_COMP0      0xe0002008u
#define DWT_FUNCTION0 0xe0001028u
#define DBGMCU_CR     0xe0042004u
#define DBGMCU_FZ1    0xe0042008u

#define RCC_CR	      0x40021000u
#define MSIRGSEL      BIT(3) /* nothing but a reset clears it (RM0351 6.4.1) */
#define RCC_CFGR      0x40021008u
#define AHB1ENR	      0x40021048u
#define AHB2ENR	      0x4002104cu
#define AHB3ENR	      0x40021050u
#define APB1ENR1      0x40021058u
#define PWR_CR1	      0x40007000u
#define FLASH_ACR     0x40022000u
#define FLASH_SR      0x40022010u
#define FLASH_CR      0x40022014u
#define GPIOE	      0x48001000u
#define DMA1_CSELR    0x400200a8u
#define DMA1_CCR5     0x40020058u
#define DMA1_CNDTR5   0x4002005cu
#define DMA1_CPAR5    0x40020060u
#define DMA1_CMAR5    0x40020064u
#define QUADSPI	      0xa0001000u

#define RESET_PC      0x08000400u
#define RESET_SP      0x20018000u

/* what must be as it was found */
static const struct {
	const char *name;
	u32 addr, mask;
} registers[] = {
	{ "RCC_CR", RCC_CR, ~MSIRGSEL },
	{ "RCC_CFGR", RCC_CFGR, ~0u },
	{ "RCC_CSR", 0x40021094, 0x0f00 },
	/* the others tell of resets */ { "PWR_CR1", PWR_CR1, ~0u },
	{ "FLASH_ACR", FLASH_ACR, ~0u },
	{ "FLASH_SR", FLASH_SR, ~0u },
	{ "FLASH_CR", FLASH_CR, ~0u },
	{ "GPIOE_MODER", GPIOE + 0x00, ~0u },
	{ "GPIOE_OTYPER", GPIOE + 0x04, ~0u },
	{ "GPIOE_OSPEEDR", GPIOE + 0x08, ~0u },
	{ "GPIOE_PUPDR", GPIOE + 0x0c, ~0u },
	{ "GPIOE_ODR", GPIOE + 0x14, ~0u },
	{ "GPIOE_AFRL", GPIOE + 0x20, ~0u },
	{ "GPIOE_AFRH", GPIOE + 0x24, ~0u },
	{ "DMA1_CSELR", DMA1_CSELR, ~0u },
	{ "DMA1_CCR5", DMA1_CCR5, ~0u },
	{ "DMA1_CNDTR5", DMA1_CNDTR5, ~0u },
	{ "DMA1_CPAR5", DMA1_CPAR5, ~0u },
	{ "DMA1_CMAR5", DMA1_CMAR5, ~0u },
	{ "QUADSPI_CR", QUADSPI + 0x00, ~0u },
	{ "QUADSPI_DCR", QUADSPI + 0x04, ~0u },
	{ "QUADSPI_SR", QUADSPI + 0x08, ~0u },
	{ "QUADSPI_CCR", QUADSPI + 0x14, ~0u },
	{ "DEMCR", DEMCR, ~0u },
	{ "DBGMCU_CR", DBGMCU_CR, ~0u },
	{ "DBGMCU_APB1FZR1", DBGMCU_FZ1, ~0u },
};

static const u32 enables[] = { AHB1ENR, AHB2ENR, AHB3ENR, APB1ENR1 };
/* the units of the registers above: DMA1, FLASH; GPIOE; QUADSPI; PWR */
static const u32 enable_bits[] = { BIT(0) | BIT(8), BIT(4), BIT(8), BIT(28) };

#define SRAM1	   0x20000000u
#define SRAM1_SIZE KIB(96)
#define SRAM2	   0x10000000u
#define SRAM2_SIZE KIB(32)

struct state {
	u32 enables[ARRAY_SIZE(enables)];
	u32 regs[ARRAY_SIZE(registers)];
	u8 sram1[SRAM1_SIZE], sram2[SRAM2_SIZE];
};

struct bench {
	struct ctx ctx;
	struct sim_opts opts;
	struct sim_faults faults;
	struct transport *t;
	struct sim *sim;
	struct swd_host *host;
	struct board board;
	struct target target;
	bool is_attached;
	struct state found, left;
	u8 data[KIB(10)];
};

/* ---- looking in from inside ---- */

static u32 bus(struct bench *b, u32 addr, bool write, u32 val)
{
	struct bus_xact x = {
		.addr = addr, .size = 4, .write = write, .data = val, .at_ps = sim_now_ps(b->sim)
	};

	x.done_ps = x.at_ps;
	if (mcu_ap_access(b->sim->mcu, &x) != BUS_OK)
		fail_msg("no access to 0x%08x", addr);
	sim_advance_to(b->sim, x.done_ps + PS_PER_US);
	return x.data;
}

static u32 peek(struct bench *b, u32 addr)
{
	return bus(b, addr, false, 0);
}

static void poke(struct bench *b, u32 addr, u32 val)
{
	bus(b, addr, true, val);
}

static void assert_no_complaints(const struct bench *b)
{
	for (size_t i = 0; i < sim_n_complaints(b->sim); i++)
		print_error("complaint: %s\n", sim_complaint(b->sim, i));
	assert_int_equal(sim_n_complaints(b->sim), 0);
}

static void look(struct bench *b, struct state *s)
{
	for (size_t i = 0; i < ARRAY_SIZE(enables); i++) {
		s->enables[i] = peek(b, enables[i]);
		poke(b, enables[i], s->enables[i] | enable_bits[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(registers); i++)
		s->regs[i] = peek(b, registers[i].addr) & registers[i].mask;
	for (size_t i = 0; i < ARRAY_SIZE(enables); i++)
		poke(b, enables[i], s->enables[i]);
	memcpy(s->sram1, mcu_sram(b->sim->mcu, SRAM1), sizeof(s->sram1));
	memcpy(s->sram2, mcu_sram(b->sim->mcu, SRAM2), sizeof(s->sram2));
}

static void assert_as_found(struct bench *b)
{
	look(b, &b->left);
	for (size_t i = 0; i < ARRAY_SIZE(enables); i++)
		if (b->left.enables[i] != b->found.enables[i])
			fail_msg("RCC 0x%08x was 0x%08x, is 0x%08x", enables[i],
				 b->found.enables[i], b->left.enables[i]);
	for (size_t i = 0; i < ARRAY_SIZE(registers); i++)
		if (b->left.regs[i] != b->found.regs[i])
			fail_msg("%s was 0x%08x, is 0x%08x", registers[i].name, b->found.regs[i],
				 b->left.regs[i]);
	assert_memory_equal(b->left.sram1, b->found.sram1, sizeof(b->found.sram1));
	assert_memory_equal(b->left.sram2, b->found.sram2, sizeof(b->found.sram2));
}

static void assert_runs_freely(struct bench *b)
{
	u32 dhcsr = peek(b, DHCSR);

	assert_false(mcu_core_halted(b->sim->mcu));
	if (dhcsr & (DHCSR_DEBUGEN | DHCSR_HALTED | DHCSR_LOCKUP))
		fail_msg("DHCSR 0x%08x", dhcsr);
}

static u32 core_reg(struct bench *b, u32 regsel)
{
	poke(b, DCRSR, regsel);
	return peek(b, DCRDR);
}

/* ---- the part and the job ---- */

static void reset_part(struct bench *b)
{
	mcu_set_nrst(b->sim->mcu, true);
	sim_advance_to(b->sim, sim_now_ps(b->sim) + 1000 * PS_PER_US);
	mcu_set_nrst(b->sim->mcu, false);
	sim_advance_to(b->sim, sim_now_ps(b->sim) + 30000 * PS_PER_US);
}

static void open_bench(struct bench *b)
{
	struct adapter a;
	size_t size;
	u8 *flash, *ram;

	assert_int_equal(sim_open(&b->opts, &b->faults, &b->ctx.err, &b->t), 0);
	b->sim = sim_of_transport(b->t);
	b->ctx.clk = b->t->clk;
	assert_int_equal(adapter_load(&a, ADAPTER_DEFAULT, &b->ctx.err), 0);
	assert_int_equal(board_load(&b->board, b->opts.board, &b->ctx.err), 0);
	assert_int_equal(swd_host_open(&b->ctx, b->t, &a, &b->host), 0);
	/* an application that runs, and memory that it uses */
	flash = mcu_flash(b->sim->mcu, &size);
	memcpy(flash, b->data, sizeof(b->data));
	reset_part(b);
	ram = mcu_sram(b->sim->mcu, SRAM1);
	for (size_t i = 0; i < SRAM1_SIZE; i++)
		ram[i] = (u8)(i * 13 + (i >> 8));
	ram = mcu_sram(b->sim->mcu, SRAM2);
	for (size_t i = 0; i < SRAM2_SIZE; i++)
		ram[i] = (u8)(i * 29 + (i >> 8));
	assert_runs_freely(b);
}

/* clocks, pins, QUADSPI, DMA and flash interface as an application has them */
static void set_up_application(struct bench *b)
{
	poke(b, APB1ENR1, peek(b, APB1ENR1) | BIT(28));
	poke(b, RCC_CFGR, 0x80);   /* HCLK: half of MSI */
	poke(b, FLASH_ACR, 0x701); /* caches, prefetch, one wait state */
	poke(b, AHB1ENR, peek(b, AHB1ENR) | BIT(0));
	poke(b, AHB2ENR, peek(b, AHB2ENR) | BIT(4));
	poke(b, AHB3ENR, peek(b, AHB3ENR) | BIT(8));
	poke(b, GPIOE + 0x14, 0x0009);
	poke(b, GPIOE + 0x04, 0x0004);
	poke(b, GPIOE + 0x08, 0xffc00002);
	poke(b, GPIOE + 0x0c, 0x00000010);
	poke(b, GPIOE + 0x24, 0xaaaaaa00);
	poke(b, GPIOE + 0x00, 0xaaafff01);
	poke(b, DMA1_CSELR, 0x00000007);
	poke(b, DMA1_CNDTR5, 12);
	poke(b, DMA1_CPAR5, 0x40004428);
	poke(b, DMA1_CMAR5, 0x20001000);
	poke(b, QUADSPI + 0x04, 0x00170000);
	poke(b, QUADSPI + 0x00, 0x01000001);
	assert_no_complaints(b);
}

static int attach(struct bench *b, bool no_reset)
{
	struct target_attach_opts opts = { .swclk_hz = SWCLK_HZ,
					   .no_reset = no_reset,
					   .board = &b->board };
	int ret = target_attach(&b->target, &b->ctx, b->host, &opts);

	b->is_attached = !ret;
	if (ret)
		fail_msg("attach: %s (%s)", b->ctx.err.what, b->ctx.err.where);
	return ret;
}

/* some of both memories; the internal flash gets what it holds already */
static void work(struct bench *b)
{
	static const char *const names[] = { "flash", "qspi" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct mtd_info *mtd = target_mtd(&b->target, names[i]);

		assert_non_null(mtd);
		if (mtd_prepare(mtd) || mtd_erase(mtd, 0, KIB(12)) ||
		    mtd_write(mtd, 0, sizeof(b->data), b->data))
			fail_msg("%s: %s (%s)", names[i], b->ctx.err.what, b->ctx.err.where);
	}
}

static void leave(struct bench *b, enum target_exit how)
{
	assert_int_equal(target_detach(&b->target, how), 0);
	b->is_attached = false;
	assert_no_complaints(b);
}

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	sim_opts_default(&b->opts);
	b->opts.seed = 3;
	for (size_t i = 0; i < sizeof(b->data); i++)
		b->data[i] = (u8)(i * 7 + (i >> 8) * 13 + 1);
	put_le32(b->data, RESET_SP);
	put_le32(b->data + 4, RESET_PC | 1);
	put_le32(b->data + (RESET_PC - 0x08000000), 0xe7fee7fe); /* b . */
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	if (b->is_attached)
		target_detach(&b->target, TARGET_RUN);
	if (b->host)
		b->host->ops->close(b->host);
	free(b);
	return 0;
}

/* ---- halt ---- */

static void test_halt_leaves_the_core_at_the_reset_vector_under_debug(void **state)
{
	struct bench *b = *state;

	open_bench(b);
	look(b, &b->found);
	attach(b, false);
	work(b);
	leave(b, TARGET_HALT);
	assert_true(mcu_core_halted(b->sim->mcu));
	assert_int_equal(peek(b, DHCSR) & (DHCSR_DEBUGEN | DHCSR_HALTED),
			 DHCSR_DEBUGEN | DHCSR_HALTED);
	assert_int_equal(core_reg(b, 15), RESET_PC);
	assert_int_equal(core_reg(b, 13), RESET_SP);
	/* the next reset runs: vector catch is put back as everything else */
	assert_as_found(b);
}

/* ---- run ---- */

static void test_run_leaves_the_core_running_and_no_debug_state(void **state)
{
	struct bench *b = *state;

	open_bench(b);
	look(b, &b->found);
	attach(b, false);
	work(b);
	leave(b, TARGET_RUN);
	assert_runs_freely(b);
	assert_int_equal(peek(b, DFSR), 0);
	assert_as_found(b);
}

static void test_run_clears_breakpoints_and_catches_that_another_debugger_left(void **state)
{
	struct bench *b = *state;

	open_bench(b);
	poke(b, DHCSR, 0xa05f0001); /* comparators count under C_DEBUGEN only */
	poke(b, DEMCR, 0x01000401); /* TRCENA, VC_HARDERR, VC_CORERESET */
	poke(b, FP_COMP0, 0x48000401);
	poke(b, FP_CTRL, 3);
	poke(b, DWT_FUNCTION0, 5);
	poke(b, DBGMCU_CR, 0x00000004);
	attach(b, false);
	work(b);
	leave(b, TARGET_RUN);
	assert_runs_freely(b);
	assert_int_equal(peek(b, DEMCR), 0x01000000);
	assert_int_equal(peek(b, FP_CTRL) & BIT(0), 0);
	assert_int_equal(peek(b, FP_COMP0) & BIT(0), 0);
	assert_int_equal(peek(b, DWT_FUNCTION0) & 0xf, 0);
	assert_int_equal(peek(b, DBGMCU_CR), 4);
	assert_int_equal(peek(b, DBGMCU_FZ1), 0);
}

/* ---- none ---- */

static void test_none_after_a_reset_lets_the_core_go_on(void **state)
{
	struct bench *b = *state;

	open_bench(b);
	look(b, &b->found);
	attach(b, false);
	work(b);
	leave(b, TARGET_LEAVE);
	assert_runs_freely(b);
	assert_as_found(b);
}

static void test_none_without_a_reset_puts_an_application_back_as_it_was(void **state)
{
	struct bench *b = *state;

	open_bench(b);
	set_up_application(b);
	look(b, &b->found);
	attach(b, true);
	work(b);
	leave(b, TARGET_LEAVE);
	assert_runs_freely(b);
	assert_as_found(b);
}

static void test_none_leaves_a_core_halted_that_was_found_halted(void **state)
{
	struct bench *b = *state;
	u32 pc;

	open_bench(b);
	poke(b, DHCSR, 0xa05f0003);
	assert_true(mcu_core_halted(b->sim->mcu));
	pc = core_reg(b, 15);
	look(b, &b->found);
	attach(b, true);
	work(b);
	leave(b, TARGET_LEAVE);
	assert_true(mcu_core_halted(b->sim->mcu));
	assert_int_equal(peek(b, DHCSR) & DHCSR_DEBUGEN, DHCSR_DEBUGEN);
	assert_int_equal(core_reg(b, 15), pc);
	assert_as_found(b);
}

static void test_after_none_the_quadspi_can_be_used_again(void **state)
{
	struct bench *b = *state;
	u8 back[4096];

	open_bench(b);
	set_up_application(b);
	for (unsigned int round = 0; round < 2; round++) {
		attach(b, true);
		work(b);
		assert_int_equal(mtd_read(target_mtd(&b->target, "qspi"), 0, sizeof(back), back),
				 0);
		assert_memory_equal(back, b->data, sizeof(back));
		leave(b, TARGET_LEAVE);
	}
}

static void test_none_gives_an_application_its_memory_mapped_window_back(void **state)
{
	struct bench *b = *state;

	open_bench(b);
	set_up_application(b);
	/* 0bh, three address bytes, eight dummy cycles, all on one line; memory mapped */
	poke(b, QUADSPI + 0x14, 0x0d20250b);
	assert_int_equal(peek(b, 0x90000000), 0xffffffff);
	attach(b, true);
	work(b);
	leave(b, TARGET_LEAVE);
	assert_int_equal(peek(b, QUADSPI + 0x14), 0x0d20250b);
	assert_int_equal(peek(b, 0x90000000), RESET_SP);
	assert_int_equal(peek(b, 0x90000004), RESET_PC | 1);
	assert_no_complaints(b);
}

/* ---- jobs that do not end well ---- */

struct stopper {
	volatile sig_atomic_t stop;
	unsigned int calls, at;
};

static void stop_at(void *arg, const char *step, const char *mtd, uint64_t done, uint64_t total)
{
	struct stopper *s = arg;

	(void)step;
	(void)mtd;
	(void)done;
	(void)total;
	if (++s->calls == s->at)
		s->stop = 1;
}

static void test_none_after_a_stop_at_any_time_puts_an_application_back_as_it_was(void **state)
{
	struct bench *b = *state;
	unsigned int n_stopped = 0;
	u8 data[KIB(10)];

	open_bench(b);
	set_up_application(b);
	look(b, &b->found);
	for (unsigned int at = 1; at < 20; at++) {
		struct stopper s = { .at = at };
		struct flash_job jobs[4] = { 0 };

		for (size_t i = 0; i < sizeof(data); i++)
			data[i] = (u8)(b->data[i] ^ at);
		b->ctx.stop = &s.stop;
		b->ctx.progress = stop_at;
		b->ctx.progress_arg = &s;
		attach(b, true);
		for (size_t i = 0; i < 4; i++) {
			struct mtd_info *mtd = target_mtd(&b->target, i % 2 ? "qspi" : "flash");

			assert_int_equal(mtd_prepare(mtd), 0);
			jobs[i].kind = i < 2 ? JOB_ERASE : JOB_PROGRAM;
			jobs[i].mtd = mtd;
			jobs[i].offset = KIB(16); /* not where the application is */
			jobs[i].len = i < 2 ? KIB(12) : sizeof(data);
			jobs[i].buf = i < 2 ? NULL : data;
		}
		n_stopped += sched_run(&b->ctx, b->target.q, jobs, 4) == -EINTR;
		leave(b, TARGET_LEAVE);
		assert_runs_freely(b);
		assert_as_found(b);
		err_clear(&b->ctx.err);
		b->ctx.stop = NULL;
		b->ctx.progress = NULL;
	}
	assert_in_range(n_stopped, 5, 19);
}

static void test_none_after_an_error_puts_an_application_back_as_it_was(void **state)
{
	struct bench *b = *state;
	struct mtd_info *qspi;

	b->faults.stuck_wip = true;
	open_bench(b);
	set_up_application(b);
	look(b, &b->found);
	attach(b, true);
	qspi = target_mtd(&b->target, "qspi");
	assert_int_equal(mtd_prepare(qspi), 0);
	assert_true(mtd_erase(qspi, 0, KIB(4)) < 0);
	leave(b, TARGET_LEAVE);
	assert_runs_freely(b);
	assert_as_found(b);
}

static void test_a_look_changes_nothing(void **state)
{
	struct bench *b = *state;

	open_bench(b);
	set_up_application(b);
	look(b, &b->found);
	attach(b, true);
	leave(b, TARGET_LEAVE);
	assert_runs_freely(b);
	assert_as_found(b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(test_halt_leaves_the_core_at_the_reset_vector_under_debug),
		T(test_run_leaves_the_core_running_and_no_debug_state),
		T(test_run_clears_breakpoints_and_catches_that_another_debugger_left),
		T(test_none_after_a_reset_lets_the_core_go_on),
		T(test_none_without_a_reset_puts_an_application_back_as_it_was),
		T(test_none_leaves_a_core_halted_that_was_found_halted),
		T(test_after_none_the_quadspi_can_be_used_again),
		T(test_none_gives_an_application_its_memory_mapped_window_back),
		T(test_none_after_a_stop_at_any_time_puts_an_application_back_as_it_was),
		T(test_none_after_an_error_puts_an_application_back_as_it_was),
		T(test_a_look_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
