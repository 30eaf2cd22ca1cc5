// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Random programs (tests/support/thumb.h) on the virtual core's engine: run in one go, in slices of
 * all lengths, with a breakpoint that is never met, and every instruction looked at by itself
 * (reference_dp=1). All have to end at the same instruction, at the same time, with the same
 * registers and memory.
 */
#include "tests/support/mcu-bus.h"
#include "tests/support/thumb.h"
#include "sim/vcortexm-priv.h"

#include <stdio.h>

#define RCC_CR	      0x40021000u
#define RCC_AHB1ENR   0x40021048u
#define RCC_APB2ENR   0x40021060u
#define SYSCFG_MEMRMP 0x40010000u
#define FLASH_ACR     0x40022000u
#define CRC	      0x40023000u
#define DHCSR	      0xe000edf0u
#define RAM	      0x20000000u
#define FLASH	      0x08000000u
#define SRAM2	      0x10000000u
#define DATA	      0x20000c00u
#define STACK	      0x20002000u
#define RAM_SIZE      0x2000u
#define N_SEEDS	      10
#define N_STEPS	      4000
#define START_PS      (1000 * PS_PER_US)
#define END_PS	      (20 * PS_PER_US * 1000)

/* how a program is run */
enum how { IN_ONE_GO, IN_SLICES, STEP_BY_STEP, WITH_BREAKPOINT, BY_REFERENCE, REFERENCE_IN_SLICES };
#define N_WAYS 6

struct end {
	u64 at_ps, accesses, n_runs;
	u32 crc;
	struct vcore_stop stop;
	struct vcore_regs regs;
	u8 ram[RAM_SIZE], sram2[RAM_SIZE];
};

struct trace {
	u64 at_ps[N_STEPS + 1]; /* when the next instruction may begin */
	u32 pc[N_STEPS + 1];	/* and where it is */
};

struct fix {
	struct thumb program;
	u32 base;      /* where it is executed */
	u32 code;      /* where it changes itself */
	bool remapped; /* SRAM1 is at address 0 */
	u32 device;
	struct end end[N_WAYS];
	/* of one that is held against its steps */
	struct mcu_bus bus;
	struct trace trace;
};

static int setup(void **state)
{
	struct fix *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->device = CRC;
	f->base = f->code = RAM + 0x400;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static void open_machine(struct mcu_bus *b, u64 seed, bool reference, bool remapped)
{
	memset(b, 0, sizeof(*b));
	b->opts.seed = seed;
	b->opts.dualbank = b->opts.rdp = -1;
	b->opts.reference_dp = reference;
	bus_open(b);
	wr(b, DHCSR, 0xa05f0003);
	wr(b, RCC_AHB1ENR, rd(b, RCC_AHB1ENR) | BIT(12)); /* CRC: RM0351 6.4.16 */
	if (remapped) {					  /* RM0351 6.4.21, 9.2.1 */
		wr(b, RCC_APB2ENR, 1);
		wr(b, SYSCFG_MEMRMP, 3);
	}
	if (seed & 1) { /* MSI 48 MHz, wait states */
		wr(b, FLASH_ACR, 0x602);
		wr(b, RCC_CR, 11 << 4 | BIT(3) | BIT(0));
	}
}

static bool is_in_flash(const struct fix *f)
{
	return f->base < SRAM2 && !f->remapped;
}

static void load(struct fix *f, struct mcu_bus *b)
{
	size_t size;
	u8 *at = is_in_flash(f) ? mcu_flash(b->mcu, &size) + f->base % FLASH
				: mcu_sram(b->mcu, f->remapped ? RAM | f->base : f->base);
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
	r.r[THUMB_ISLAND] = is_in_flash(f) ? DATA : f->code + f->program.island;
	r.r[THUMB_DEVICE] = f->device;
	r.r[THUMB_CODE] = f->code;
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
	u64 t = START_PS, end = t + END_PS, to, max, cycle;
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
		e->n_runs++;
	} while (e->stop.why == VCORE_TIME && t < end);
	e->at_ps = t;
	vcore_get_regs(v, &e->regs);
}

static void run_machine(struct fix *f, u64 seed, enum how how)
{
	struct end *e = &f->end[how];
	struct mcu_bus *b = calloc(1, sizeof(*b));
	struct vcore *v;
	u64 before;

	assert_non_null(b);
	memset(e, 0, sizeof(*e));
	open_machine(b, seed, how == BY_REFERENCE || how == REFERENCE_IN_SLICES, f->remapped);
	load(f, b);
	if (!mcu_executes(b->mcu)) {
		bus_close(b);
		free(b);
		skip(); /* built without libunicorn */
	}
	v = b->mcu->core->engine; /* it is halted itself */
	before = b->sim.stats.bus_accesses;
	start(f, v, seed);
	run(v, how, seed, b, e);
	memcpy(e->ram, mcu_sram(b->mcu, RAM), RAM_SIZE);
	memcpy(e->sram2, mcu_sram(b->mcu, SRAM2), RAM_SIZE);
	e->accesses = b->sim.stats.bus_accesses - before;
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

static void run_all_ways(struct fix *f, u64 seed, enum vcore_why why)
{
	int how;

	for (how = 0; how < N_WAYS; how++)
		run_machine(f, seed, how);
	if (f->end[0].stop.why != why)
		fail_msg("seed %u ends at 0x%08x for reason %d", (unsigned int)seed,
			 f->end[0].regs.pc, f->end[0].stop.why);
	for (how = 1; how < N_WAYS; how++)
		assert_same(f, seed, how);
}

static void make_program(struct fix *f, unsigned int with, u64 seed)
{
	struct sim_opts opts = { .seed = seed };
	struct sim_faults faults = { 0 };
	struct sim_rng rng;
	struct sim sim;

	memset(&sim, 0, sizeof(sim));
	assert_int_equal(sim_core_init(&sim, &opts, &faults), 0);
	sim_rng_init(&rng, &sim, "program");
	thumb_program(&f->program, &rng, with, 10 + (u32)seed % 3 * 12);
	sim_core_exit(&sim);
}

/* a program at @base that finds itself at @code, too */
static void compare_at(struct fix *f, unsigned int with, u32 base, u32 code)
{
	u64 seed;

	f->base = base;
	f->code = code;
	for (seed = 1; seed <= N_SEEDS; seed++) {
		make_program(f, with, seed);
		run_all_ways(f, seed, VCORE_BKPT);
	}
}

static void compare(struct fix *f, unsigned int with, u32 base)
{
	compare_at(f, with, base, base);
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

static void test_code_in_sram_at_address_0_is_the_same_too(void **state)
{
	struct fix *f = *state;

	f->remapped = true;
	compare(f, THUMB_WITH_DEVICES | THUMB_SELF_MODIFYING, 0x400);
}

static void test_code_that_is_changed_under_its_other_address_does_so_at_once(void **state)
{
	struct fix *f = *state;

	f->remapped = true;
	compare_at(f, THUMB_SELF_MODIFYING | THUMB_WITH_FPU, RAM + 0x3f0, 0x3f0);
	compare_at(f, THUMB_SELF_MODIFYING | THUMB_WITH_FPU, 0x3f0, RAM + 0x3f0);
}

/* ---- where a run ends ---- */

static struct vcore *open_run(struct fix *f, struct mcu_bus *b, u64 seed)
{
	open_machine(b, seed, false, false);
	if (!mcu_executes(b->mcu)) {
		bus_close(b);
		skip(); /* built without libunicorn */
	}
	load(f, b);
	start(f, b->mcu->core->engine, seed);
	return b->mcu->core->engine;
}

/* steps are what both kinds of limits are held against */
static u32 step_through(struct fix *f, struct mcu_bus *b, u64 seed, struct trace *tr)
{
	struct vcore *v = open_run(f, b, seed);
	struct vcore_stop stop = { VCORE_TIME, 0 };
	u64 t = START_PS;
	u32 n;

	for (n = 0; n < N_STEPS && stop.why == VCORE_TIME; n++) {
		tr->at_ps[n] = t;
		tr->pc[n] = vcore_pc(v);
		t = vcore_run(v, t, SIM_NEVER, 1, &stop);
	}
	bus_close(b);
	return n - 1;
}

static void compare_limits(struct fix *f, struct mcu_bus *b, struct trace *tr, u64 seed, bool count)
{
	u32 i = 0, n_steps = step_through(f, b, seed, tr), last;
	struct vcore *v = open_run(f, b, seed);
	struct vcore_stop stop;
	struct sim_rng rng;
	u64 t = START_PS;

	sim_rng_init(&rng, &b->sim, "limits");
	while (true) {
		u64 x = sim_rng_u64(&rng), to = SIM_NEVER, max = UINT64_MAX;

		if (count)
			max = 1 + x % 50;
		else
			to = x & 1 ? tr->at_ps[min(i + 1 + (u32)(x >> 8) % 40, n_steps)]
				   : t + 1 + x % (tr->at_ps[min(i + 40, n_steps)] - t + 2);
		for (last = i; i < n_steps && i - last < max && tr->at_ps[i] < to;)
			i++;
		if (i == n_steps)
			break;
		t = vcore_run(v, t, to, max, &stop);
		if (stop.why != VCORE_TIME || t != tr->at_ps[i] || vcore_pc(v) != tr->pc[i])
			fail_msg("seed %u: ends at 0x%08x, %llu ps, not at 0x%08x, %llu ps",
				 (unsigned int)seed, vcore_pc(v), (unsigned long long)t, tr->pc[i],
				 (unsigned long long)tr->at_ps[i]);
	}
	bus_close(b);
}

static void compare_all_limits(struct fix *f, unsigned int with, u32 base, bool count)
{
	u64 seed;

	f->base = f->code = base;
	for (seed = 1; seed <= N_SEEDS; seed++) {
		make_program(f, with, seed);
		compare_limits(f, &f->bus, &f->trace, seed, count);
	}
}

static void test_a_run_ends_before_the_first_instruction_that_would_begin_too_late(void **state)
{
	compare_all_limits(*state, THUMB_WITH_DEVICES | THUMB_SELF_MODIFYING, RAM + 0x400, false);
	compare_all_limits(*state, THUMB_WITH_DEVICES, FLASH + 0x800, false);
}

static void test_a_run_executes_as_many_instructions_as_it_may(void **state)
{
	compare_all_limits(*state, THUMB_WITH_DEVICES | THUMB_WITHOUT_IT, RAM + 0x400, true);
	compare_all_limits(*state, THUMB_WITH_DEVICES | THUMB_WITHOUT_IT, FLASH + 0x800, true);
}

/* ---- programs for one trap each: r6 data, r7 and r9 the code, r8 a device, r12 zero ---- */

#define RUN(f, seed, why, ...)                                    \
	do {                                                      \
		static const u16 code_[] = { __VA_ARGS__ };       \
		run_code(f, seed, why, code_, ARRAY_SIZE(code_)); \
	} while (0)

static void run_code(struct fix *f, u64 seed, enum vcore_why why, const u16 *code, u32 n)
{
	memcpy(f->program.code, code, n * sizeof(*code));
	f->program.n = n;
	f->program.island = 0;
	run_all_ways(f, seed, why);
}

static void test_a_loop_that_ends_in_an_it_block_is_left_at_the_end_of_the_slice(void **state)
{
	struct fix *f = *state;
	u64 turns;

	/* 1: adds r1, #1; cmp r0, r0; it eq; beq 1b; bkpt */
	RUN(f, 1, VCORE_TIME, 0x3101, 0x4280, 0xbf08, 0xe7fb, 0xbe00);
	/* six cycles a turn, two of them for the branch */
	turns = 48 * END_PS / PS_PER_US / 6;
	assert_in_range(f->end[0].regs.r[1] - 0x9e3779b9u / 2, turns, turns + turns / 10000);
}

static void test_a_store_to_the_next_instruction_takes_effect_at_once(void **state)
{
	struct fix *f = *state;

	/* movw r5, #0x2007; strh.w r5, [r9, #8]; movs r0, #1; bkpt: movs r0, #7 takes its place */
	RUN(f, 2, VCORE_BKPT, 0xf242, 0x0507, 0xf8a9, 0x5008, 0x2001, 0xbe00);
	assert_int_equal(f->end[0].regs.r[0], 7);
	/* of two of them, and of the store itself: movw r5, #0x0750; movt r5, #0x0920;
	 * str.w r5, [r9, #11]; movs r0, #1; movs r1, #2; bkpt */
	RUN(f, 2, VCORE_BKPT, 0xf240, 0x7550, 0xf6c0, 0x1520, 0xf8c9, 0x500b, 0x2001, 0x2102,
	    0xbe00);
	assert_int_equal(f->end[0].regs.r[0], 7);
	assert_int_equal(f->end[0].regs.r[1], 9);
	/* of a bit: movs r5, #1; mov.w r10, #0x22000000; add.w r10, r10, #0x8000;
	 * str.w r5, [r10, #0x1c4]; movs r0, #1; bkpt */
	RUN(f, 2, VCORE_BKPT, 0x2501, 0xf04f, 0x5a08, 0xf50a, 0x4a00, 0xf8ca, 0x51c4, 0x2001,
	    0xbe00);
	assert_int_equal(f->end[0].regs.r[0], 3);
}

static void test_what_was_executed_before_is_what_it_is_now(void **state)
{
	static const u32 at[][2] = { { RAM + 0x400, RAM + 0x400 },
				     { RAM + 0x400, 0x400 },
				     { 0x400, RAM + 0x400 } };
	struct fix *f = *state;
	u32 i;

	f->remapped = true;
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		f->base = at[i][0];
		f->code = at[i][1];
		/* 1: adds r0, #1; movw r5, #0x3007; strh.w r5, [r9]: adds r0, #7;
		 * subs.w r10, r10, #1; bne 1b; bkpt */
		RUN(f, 2, VCORE_BKPT, 0x3001, 0xf243, 0x0507, 0xf8a9, 0x5000, 0xf1ba, 0x0a01,
		    0xd1f7, 0xbe00);
		assert_int_equal(f->end[0].regs.r[0], 2 * 0x9e3779b9u + 1 + 39 * 7);
		/* 1: cmp.w r12, #0; nop; adds r1, #1; adds r1, #1; adds r0, #1; movw r5, #0xbf06;
		 * strh.w r5, [r9, #4]: itte eq; subs.w r10, r10, #1; bne 1b; bkpt */
		RUN(f, 2, VCORE_BKPT, 0xf1bc, 0x0f00, 0xbf00, 0x3101, 0x3101, 0x3001, 0xf64b,
		    0x7506, 0xf8a9, 0x5004, 0xf1ba, 0x0a01, 0xd1f2, 0xbe00);
		assert_int_equal(f->end[0].regs.r[0], 2 * 0x9e3779b9u + 1);
		assert_int_equal(f->end[0].regs.r[1], 0x9e3779b9u % 0x80000000u + 80);
	}
}

static void test_a_branch_into_flash_costs_its_wait_states(void **state)
{
	struct fix *f = *state;

	/* movs r1, #200; 1: subs r1, #1; bne 1b; bkpt: 402 instructions, 200 branches with the first */
	RUN(f, 1, VCORE_BKPT, 0x21c8, 0x3901, 0xd1fd, 0xbe00);
	assert_int_equal((f->end[0].at_ps - START_PS) / 20833, 402 + 200 * 2);
	assert_int_equal(f->end[STEP_BY_STEP].n_runs, 402);
	f->base = f->code = FLASH + 0x1000;
	RUN(f, 1, VCORE_BKPT, 0x21c8, 0x3901, 0xd1fd, 0xbe00);
	assert_int_equal((f->end[0].at_ps - START_PS) / 20833, 402 + 200 * (2 + 2));
}

static void test_wait_states_that_the_core_changes_count_from_the_next_branch_on(void **state)
{
	struct fix *f = *state;

	f->device = FLASH_ACR;
	f->base = f->code = FLASH + 0x1000;
	/* movs r0, #4; 1: eor.w r0, r0, #6; str.w r0, [r8]; b 2f; nop;
	 * 2: subs.w r10, r10, #1; bne 1b; bkpt */
	RUN(f, 1, VCORE_BKPT, 0x2004, 0xf080, 0x0006, 0xf8c8, 0x0000, 0xe000, 0xbf00, 0xf1ba,
	    0x0a01, 0xd1f6, 0xbe00);
}

static void test_a_clock_that_the_core_changes_counts_from_the_next_instruction_on(void **state)
{
	struct fix *f = *state;

	f->device = RCC_CR;
	/*
	 * movs r0, #0x99; str.w r0, [r8]: MSI 24 MHz; movs r1, #200; 1: subs r1, #1; bne 1b;
	 * movs r0, #0x69; str.w r0, [r8]: 4 MHz; movs r1, #200; 1: subs r1, #1; bne 1b; bkpt
	 */
	RUN(f, 2, VCORE_BKPT, 0x2099, 0xf8c8, 0x0000, 0x21c8, 0x3901, 0xd1fd, 0x2069, 0xf8c8,
	    0x0000, 0x21c8, 0x3901, 0xd1fd, 0xbe00);
	/* 798 cycles at 24 MHz and at 4 MHz, and some more with the bus */
	assert_in_range(f->end[0].at_ps - START_PS, 233 * PS_PER_US, 236 * PS_PER_US);
}

static void test_unaligned_stores_write_all_their_bytes_once(void **state)
{
	struct fix *f = *state;

	/* str.w r0, [r6, #0x3fe], over the end of 4 KiB; strh.w r1, [r6, #7];
	 * str.w r2, [r6, #0x405]; strd r3, r4, [r6, #16]; bkpt */
	RUN(f, 3, VCORE_BKPT, 0xf8c6, 0x03fe, 0xf8a6, 0x1007, 0xf8c6, 0x2405, 0xe9c6, 0x3404,
	    0xbe00);
	assert_int_equal(get_le32(f->end[0].ram + DATA - RAM + 0x3fe), 3 * 0x9e3779b9u);
	assert_int_equal(get_le16(f->end[0].ram + DATA - RAM + 7), (3 * 0x9e3779b9u >> 1) & 0xffff);
	assert_int_equal(get_le32(f->end[0].ram + DATA - RAM + 0x405), 3 * 0x9e3779b9u >> 2);
	assert_int_equal(get_le32(f->end[0].ram + DATA - RAM + 16), 3 * 0x9e3779b9u >> 3);
	assert_int_equal(get_le32(f->end[0].ram + DATA - RAM + 20), 3 * 0x9e3779b9u >> 4);
}

static void test_an_unaligned_store_to_flash_is_one_transfer(void **state)
{
	struct fix *f = *state;

	/* movw r5, #0x1002; movt r5, #0x0800; str.w r0, [r5]; bkpt */
	RUN(f, 3, VCORE_DATA_FAULT, 0xf241, 0x0502, 0xf6c0, 0x0500, 0xf8c5, 0x0000, 0xbe00);
	assert_int_equal(f->end[0].accesses, 1);
}

static void test_a_store_over_the_end_of_sram_faults_with_its_first_bytes_written(void **state)
{
	struct fix *f = *state;

	/* movw r5, #0x7ffe; movt r5, #0x2001; str.w r0, [r5]; bkpt */
	RUN(f, 3, VCORE_DATA_FAULT, 0xf647, 0x75fe, 0xf2c2, 0x0501, 0xf8c5, 0x0000, 0xbe00);
	assert_int_equal(f->end[0].regs.pc, RAM + 0x408);
	assert_int_equal(f->end[0].stop.addr, 0x20018000);
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
		SAME_TEST(test_code_in_sram_at_address_0_is_the_same_too),
		SAME_TEST(test_code_that_is_changed_under_its_other_address_does_so_at_once),
		SAME_TEST(test_a_run_ends_before_the_first_instruction_that_would_begin_too_late),
		SAME_TEST(test_a_run_executes_as_many_instructions_as_it_may),
		SAME_TEST(test_a_loop_that_ends_in_an_it_block_is_left_at_the_end_of_the_slice),
		SAME_TEST(test_a_store_to_the_next_instruction_takes_effect_at_once),
		SAME_TEST(test_what_was_executed_before_is_what_it_is_now),
		SAME_TEST(test_a_branch_into_flash_costs_its_wait_states),
		SAME_TEST(test_wait_states_that_the_core_changes_count_from_the_next_branch_on),
		SAME_TEST(test_a_clock_that_the_core_changes_counts_from_the_next_instruction_on),
		SAME_TEST(test_unaligned_stores_write_all_their_bytes_once),
		SAME_TEST(test_an_unaligned_store_to_flash_is_one_transfer),
		SAME_TEST(test_a_store_over_the_end_of_sram_faults_with_its_first_bytes_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
