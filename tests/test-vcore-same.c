// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Random programs (tests/support/thumb.h) on the virtual core's engine: run in one go, in slices of
 * all lengths, with a breakpoint that is never met, and every instruction looked at by itself
 * (reference_dp=1). All have to end at the same instruction, at the same time, with the same
 * registers and memory.
 */
#include "tests/support/mcu-bus.h"
#include "tests/support/thumb.h"
#include "sim/vcore.h"

#include <stdio.h>

#define RCC_CR	    0x40021000u
#define RCC_AHB1ENR 0x40021048u
#define FLASH_ACR   0x40022000u
#define CRC	    0x40023000u
#define DHCSR	    0xe000edf0u
#define RAM	    0x20000000u
#define FLASH	    0x08000000u
#define SRAM2	    0x10000000u
#define DATA	    0x20000c00u
#define STACK	    0x20002000u
#define RAM_SIZE    0x2000u
#define N_SEEDS	    24
#define END_PS	    (20 * PS_PER_US * 1000)

/* how a program is run */
enum how { IN_ONE_GO, IN_SLICES, STEP_BY_STEP, WITH_BREAKPOINT, BY_REFERENCE, REFERENCE_IN_SLICES };
#define N_WAYS 6

struct end {
	u64 at_ps, accesses;
	u32 crc;
	struct vcore_stop stop;
	struct vcore_regs regs;
	u8 ram[RAM_SIZE], sram2[RAM_SIZE];
};

struct fix {
	struct thumb program;
	u32 base; /* where it is executed */
	struct end end[N_WAYS];
};

static int setup(void **state)
{
	*state = calloc(1, sizeof(struct fix));
	assert_non_null(*state);
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static void open_machine(struct mcu_bus *b, u64 seed, bool reference)
{
	memset(b, 0, sizeof(*b));
	b->opts.seed = seed;
	b->opts.dualbank = b->opts.rdp = -1;
	b->opts.reference_dp = reference;
	bus_open(b);
	wr(b, DHCSR, 0xa05f0003);
	wr(b, RCC_AHB1ENR, rd(b, RCC_AHB1ENR) | BIT(12)); /* CRC: RM0351 6.4.16 */
	if (seed & 1) {					  /* MSI 48 MHz, wait states */
		wr(b, FLASH_ACR, 0x602);
		wr(b, RCC_CR, 11 << 4 | BIT(3) | BIT(0));
	}
}

static bool is_in_flash(const struct fix *f)
{
	return f->base < SRAM2;
}

static void load(struct fix *f, struct mcu_bus *b)
{
	size_t size;
	u8 *at = is_in_flash(f) ? mcu_flash(b->mcu, &size) + f->base % FLASH
				: mcu_sram(b->mcu, f->base);
	u32 i;

	for (i = 0; i < f->program.n; i++)
		put_le16(at + 2 * i, f->program.code[i]);
}

static void start(struct fix *f, struct vcore *v, u64 seed)
{
	struct vcore_regs r = { .pc = f->base, .msp = STACK, .xpsr = XPSR_T };
	u32 i;

	for (i = 0; i < 6; i++)
		r.r[i] = (u32)seed * 0x9e3779b9u >> i;
	r.r[THUMB_DATA] = DATA;
	r.r[THUMB_ISLAND] = is_in_flash(f) ? DATA : f->base + f->program.island;
	r.r[THUMB_DEVICE] = CRC;
	r.r[THUMB_CODE] = f->base;
	r.r[THUMB_PASSES] = 40;
	r.r[THUMB_BITBAND] = 0x22000000u + (DATA - RAM) * 32;
	for (i = 0; i < 32; i++)
		r.s[i] = 0x3f800000u + i * 0x1234567u;
	vcore_set_regs(v, &r);
	vcore_set_fpu(v, true);
}

static void run(struct vcore *v, enum how how, u64 seed, struct mcu_bus *b, struct end *e)
{
	bool sliced = how == IN_SLICES || how == REFERENCE_IN_SLICES;
	static const u32 nowhere = 0x20001ff0;
	u64 t = PS_PER_US * 1000, end = t + END_PS, to, max, cycle;
	struct sim_rng rng;

	sim_rng_init(&rng, &b->sim, "slices");
	cycle = PS_PER_S / mcu_hclk_hz(b->mcu);
	if (how == WITH_BREAKPOINT)
		vcore_set_breakpoints(v, &nowhere, 1);
	do {
		u64 x = sim_rng_u64(&rng);

		to = end;
		max = UINT64_MAX;
		if (sliced) {
			to = min(end, t + 1 + (x >> 8) % (x & 3 ? 30 * cycle : 900 * cycle));
			max = x & 4 ? 1 + (x >> 40) % 40 : UINT64_MAX;
		} else if (how == STEP_BY_STEP) {
			max = 1;
		}
		t = vcore_run(v, t, to, max, &e->stop);
	} while (e->stop.why == VCORE_TIME && t < end);
	e->at_ps = t;
	vcore_get_regs(v, &e->regs);
}

static void run_machine(struct fix *f, u64 seed, enum how how)
{
	struct end *e = &f->end[how];
	struct mcu_bus *b = calloc(1, sizeof(*b));
	struct vcore *v;

	assert_non_null(b);
	memset(e, 0, sizeof(*e));
	open_machine(b, seed, how == BY_REFERENCE || how == REFERENCE_IN_SLICES);
	load(f, b);
	v = vcore_new(b->mcu);
	if (!v) {
		bus_close(b);
		free(b);
		skip(); /* built without libunicorn */
	}
	start(f, v, seed);
	run(v, how, seed, b, e);
	vcore_free(v);
	memcpy(e->ram, mcu_sram(b->mcu, RAM), RAM_SIZE);
	memcpy(e->sram2, mcu_sram(b->mcu, SRAM2), RAM_SIZE);
	e->accesses = b->sim.stats.bus_accesses;
	e->crc = rd(b, CRC);
	bus_close(b);
	free(b);
}

static void assert_same(const struct fix *f, u64 seed, enum how how)
{
	const struct end *a = &f->end[IN_ONE_GO], *b = &f->end[how];
	u32 i;

	if (a->at_ps != b->at_ps || a->regs.pc != b->regs.pc || a->stop.why != b->stop.why)
		fail_msg("seed %u, way %d: ends at 0x%08x, %llu ps (%d), not at 0x%08x, %llu ps "
			 "(%d)",
			 (unsigned int)seed, how, b->regs.pc, (unsigned long long)b->at_ps,
			 b->stop.why, a->regs.pc, (unsigned long long)a->at_ps, a->stop.why);
	for (i = 0; i < 15; i++)
		if (a->regs.r[i] != b->regs.r[i])
			fail_msg("seed %u, way %d: r%u is 0x%08x, not 0x%08x", (unsigned int)seed,
				 how, i, b->regs.r[i], a->regs.r[i]);
	assert_memory_equal(&a->regs, &b->regs, sizeof(a->regs));
	assert_memory_equal(a->ram, b->ram, RAM_SIZE);
	assert_memory_equal(a->sram2, b->sram2, RAM_SIZE);
	assert_int_equal(a->crc, b->crc);
	assert_int_equal(a->accesses, b->accesses);
}

static void compare(struct fix *f, unsigned int with, u32 base)
{
	struct sim_rng rng;
	struct sim sim;
	u64 seed;
	int how;

	f->base = base;
	for (seed = 1; seed <= N_SEEDS; seed++) {
		struct sim_opts opts = { .seed = seed };
		struct sim_faults faults = { 0 };

		memset(&sim, 0, sizeof(sim));
		assert_int_equal(sim_core_init(&sim, &opts, &faults), 0);
		sim_rng_init(&rng, &sim, "program");
		thumb_program(&f->program, &rng, with, 10 + (u32)seed % 3 * 12);
		sim_core_exit(&sim);
		for (how = 0; how < N_WAYS; how++)
			run_machine(f, seed, how);
		if (f->end[0].stop.why != VCORE_BKPT)
			fail_msg("seed %u ends at 0x%08x for reason %d", (unsigned int)seed,
				 f->end[0].regs.pc, f->end[0].stop.why);
		for (how = 1; how < N_WAYS; how++)
			assert_same(f, seed, how);
	}
}

static void test_arithmetic_branches_and_memory_are_the_same_in_any_slices(void **state)
{
	compare(*state, 0, RAM + 0x400);
}

static void test_devices_have_their_times_in_any_slices(void **state)
{
	compare(*state, THUMB_WITH_DEVICES, RAM + 0x402);
}

static void test_the_fpu_reads_and_writes_the_same(void **state)
{
	compare(*state, THUMB_WITH_FPU | THUMB_WITH_DEVICES, RAM + 0x400);
}

static void test_code_that_changes_itself_does_so_at_the_same_instruction(void **state)
{
	compare(*state, THUMB_WITH_DEVICES | THUMB_SELF_MODIFYING, RAM + 0x40e);
}

static void test_code_in_sram2_is_the_same_too(void **state)
{
	compare(*state, THUMB_WITH_DEVICES | THUMB_SELF_MODIFYING, SRAM2 + 0x404);
}

static void test_code_in_flash_waits_for_its_wait_states(void **state)
{
	compare(*state, THUMB_WITH_DEVICES | THUMB_WITH_FPU, FLASH + 0x1000);
}

static void test_code_in_the_alias_of_flash_is_the_same_too(void **state)
{
	compare(*state, THUMB_WITH_DEVICES, 0x1000);
}

#define SAME_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SAME_TEST(test_arithmetic_branches_and_memory_are_the_same_in_any_slices),
		SAME_TEST(test_devices_have_their_times_in_any_slices),
		SAME_TEST(test_the_fpu_reads_and_writes_the_same),
		SAME_TEST(test_code_that_changes_itself_does_so_at_the_same_instruction),
		SAME_TEST(test_code_in_sram2_is_the_same_too),
		SAME_TEST(test_code_in_flash_waits_for_its_wait_states),
		SAME_TEST(test_code_in_the_alias_of_flash_is_the_same_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
