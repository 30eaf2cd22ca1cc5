// SPDX-License-Identifier: GPL-2.0-or-later
/* code that runs on the virtual Cortex-M4: small Thumb programs, assembled by hand */
#include "tests/support/mcu-bus.h"

#define ICSR	       0xe000ed04u
#define VTOR	       0xe000ed08u
#define AIRCR	       0xe000ed0cu
#define SHPR3	       0xe000ed20u
#define SHCSR	       0xe000ed24u
#define CFSR	       0xe000ed28u
#define HFSR	       0xe000ed2cu
#define DFSR	       0xe000ed30u
#define BFAR	       0xe000ed38u
#define CPACR	       0xe000ed88u
#define DHCSR	       0xe000edf0u
#define DCRSR	       0xe000edf4u
#define DCRDR	       0xe000edf8u
#define DEMCR	       0xe000edfcu
#define PCSR	       0xe000101cu
#define FP_CTRL	       0xe0002000u
#define FP_COMP0       0xe0002008u
#define ITM_TER	       0xe0000e00u
#define ITM_TCR	       0xe0000e80u
#define ITM_LAR	       0xe0000fb0u
#define DBGMCU_CR      0xe0042004u
#define FLASH_KEYR     0x40022008u
#define FLASH_SR       0x40022010u
#define FLASH_CR       0x40022014u

#define C_DEBUGEN      BIT(0)
#define C_HALT	       BIT(1)
#define C_STEP	       BIT(2)
#define S_HALT	       BIT(17)
#define S_SLEEP	       BIT(18)
#define S_LOCKUP       BIT(19)
#define KEY	       0xa05f0000u

#define HALTED	       BIT(0)
#define BKPT	       BIT(1)
#define VCATCH	       BIT(3)

#define LR	       14
#define PC	       15
#define XPSR	       16
#define MSP	       17
#define PSP	       18
#define MASKS	       20

#define RAM	       0x20000000u
#define CODE	       0x20000400u
#define STACK	       0x20002000u
#define FLASH	       0x08000000u

#define VCORE_TEST(fn) cmocka_unit_test_setup_teardown(fn, bus_setup, bus_teardown)
/* a program at CODE */
#define LOAD(b, ...)                                           \
	do {                                                   \
		static const u16 program_[] = { __VA_ARGS__ }; \
		load(b, CODE, program_, ARRAY_SIZE(program_)); \
	} while (0)

static void load(struct mcu_bus *b, u32 addr, const u16 *code, size_t n)
{
	size_t i;

	if (!mcu_executes(b->mcu))
		skip(); /* built without libunicorn */
	for (i = 0; i < n; i++)
		assert_int_equal(wr_n(b, addr + 2 * (u32)i, code[i], 2), BUS_OK);
}

static void halt(struct mcu_bus *b)
{
	wr(b, DHCSR, KEY | C_DEBUGEN | C_HALT);
	assert_true(rd(b, DHCSR) & S_HALT);
}

static u32 get_reg(struct mcu_bus *b, u32 n)
{
	wr(b, DCRSR, n);
	pass_us(b, 2);
	return rd(b, DCRDR);
}

static void set_reg(struct mcu_bus *b, u32 n, u32 v)
{
	wr(b, DCRDR, v);
	wr(b, DCRSR, n | BIT(16));
	pass_us(b, 2);
}

/* halted, at CODE, with a stack */
static void prepare(struct mcu_bus *b)
{
	wr(b, DBGMCU_CR, 7);
	halt(b);
	set_reg(b, XPSR, BIT(24));
	set_reg(b, MSP, STACK);
	set_reg(b, PC, CODE);
	wr(b, DFSR, 0x1f);
}

static void resume(struct mcu_bus *b)
{
	wr(b, DHCSR, KEY | C_DEBUGEN);
}

static void resume_undebugged(struct mcu_bus *b)
{
	wr(b, DHCSR, KEY);
}

static void step(struct mcu_bus *b)
{
	wr(b, DHCSR, KEY | C_DEBUGEN | C_STEP);
	assert_true(rd(b, DHCSR) & S_HALT);
}

static void run_to_halt(struct mcu_bus *b)
{
	unsigned int i;

	resume(b);
	for (i = 0; i < 100; i++) {
		if (rd(b, DHCSR) & S_HALT)
			return;
		pass_us(b, 100);
	}
	fail_msg("still running at 0x%08x", rd(b, PCSR));
}

/* vectors in RAM, all pointing to @handler */
static void set_vectors(struct mcu_bus *b, u32 handler)
{
	u32 i;

	for (i = 1; i < 98; i++)
		wr(b, RAM + 4 * i, handler | 1);
	wr(b, VTOR, RAM);
}

/* ---- running, halting, stepping ---- */

static void test_a_loop_counts_until_its_end_and_stops_at_bkpt(void **state)
{
	struct mcu_bus *b = *state;

	/* movs r0, #0; movs r1, #200; 1: adds r0, r1; subs r1, #1; bne 1b; bkpt */
	LOAD(b, 0x2000, 0x21c8, 0x1840, 0x3901, 0xd1fc, 0xbe00);
	prepare(b);
	run_to_halt(b);
	assert_int_equal(rd(b, DFSR), BKPT);
	assert_int_equal(get_reg(b, PC), CODE + 10);
	assert_int_equal(get_reg(b, 0), 200 * 201 / 2);
	assert_int_equal(get_reg(b, 1), 0);
	assert_no_complaint(b);
}

static void test_a_halt_request_stops_an_endless_loop(void **state)
{
	struct mcu_bus *b = *state;
	u32 count;

	LOAD(b, 0x2000, 0x3001, 0xe7fd); /* movs r0, #0; 1: adds r0, #1; b 1b */
	prepare(b);
	resume(b);
	pass_us(b, 1000);
	assert_false(rd(b, DHCSR) & S_HALT);
	halt(b);
	assert_int_equal(rd(b, DFSR), HALTED);
	count = get_reg(b, 0);
	/* 4000 cycles at 4 MHz, four for each turn */
	assert_in_range(count, 900, 1100);
	pass_us(b, 1000);
	assert_int_equal(get_reg(b, 0), count);
}

static void test_resume_goes_on_where_it_halted(void **state)
{
	struct mcu_bus *b = *state;
	u32 count;

	LOAD(b, 0x3001, 0xe7fd);
	prepare(b);
	set_reg(b, 0, 0);
	resume(b);
	pass_us(b, 100);
	halt(b);
	count = get_reg(b, 0);
	resume(b);
	pass_us(b, 100);
	halt(b);
	assert_in_range(get_reg(b, 0), 2 * count - 10, 2 * count + 10);
}

static void test_a_step_executes_one_instruction_of_either_size(void **state)
{
	struct mcu_bus *b = *state;

	/* movs r0, #1; movw r0, #0x1234; b .+8; nop; nop; movs r2, #3 */
	LOAD(b, 0x2001, 0xf241, 0x2034, 0xe001, 0xbf00, 0xbf00, 0x2203);
	prepare(b);
	step(b);
	assert_int_equal(get_reg(b, PC), CODE + 2);
	assert_int_equal(get_reg(b, 0), 1);
	step(b);
	assert_int_equal(get_reg(b, PC), CODE + 6);
	assert_int_equal(get_reg(b, 0), 0x1234);
	step(b);
	assert_int_equal(get_reg(b, PC), CODE + 12);
	step(b);
	assert_int_equal(get_reg(b, 2), 3);
	assert_int_equal(rd(b, DFSR), HALTED);
}

static void test_an_fpb_breakpoint_halts_before_its_instruction(void **state)
{
	struct mcu_bus *b = *state;
	size_t size;
	u8 *flash = mcu_flash(b->mcu, &size);

	/* in flash, where FPB version 1 can match: movs r0, #1; movs r0, #2; movs r0, #3; b . */
	if (!mcu_executes(b->mcu))
		skip();
	put_le32(flash + 0x400, 0x20022001);
	put_le32(flash + 0x404, 0xe7fe2003);
	prepare(b);
	set_reg(b, PC, FLASH + 0x400);
	wr(b, FP_COMP0, (FLASH + 0x400) | BIT(31) | 1); /* upper half word */
	wr(b, FP_CTRL, 3);
	run_to_halt(b);
	assert_int_equal(rd(b, DFSR), BKPT);
	assert_int_equal(get_reg(b, PC), FLASH + 0x402);
	assert_int_equal(get_reg(b, 0), 1);
	wr(b, DFSR, BKPT);
	wr(b, FP_COMP0, (FLASH + 0x404) | BIT(30) | 1); /* lower half word */
	run_to_halt(b);
	assert_int_equal(get_reg(b, PC), FLASH + 0x404);
	assert_int_equal(get_reg(b, 0), 2);
	wr(b, FP_CTRL, 2);
	resume(b);
	pass_us(b, 100);
	assert_false(rd(b, DHCSR) & S_HALT);
}

static void test_all_registers_survive_a_run_of_nothing(void **state)
{
	struct mcu_bus *b = *state;
	u32 i;

	LOAD(b, 0xbe00, 0xbe00);
	prepare(b);
	for (i = 0; i < 13; i++)
		set_reg(b, i, 0x11111111 * i + 5);
	set_reg(b, LR, 0x0800abcd);
	set_reg(b, PSP, 0x20003008);
	set_reg(b, XPSR, 0xa1000000);
	set_reg(b, MASKS, 0x06004001); /* CONTROL: FPCA, SPSEL; BASEPRI 0x40; PRIMASK */
	set_reg(b, 33, 0x80000000);
	for (i = 0; i < 32; i++)
		set_reg(b, 64 + i, 0x3f800000 + i);
	run_to_halt(b);
	for (i = 0; i < 13; i++)
		assert_int_equal(get_reg(b, i), 0x11111111 * i + 5);
	assert_int_equal(get_reg(b, LR), 0x0800abcd);
	assert_int_equal(get_reg(b, MSP), STACK);
	assert_int_equal(get_reg(b, PSP), 0x20003008);
	assert_int_equal(get_reg(b, 13), 0x20003008);
	assert_int_equal(get_reg(b, PC), CODE);
	assert_int_equal(get_reg(b, XPSR), 0xa1000000);
	assert_int_equal(get_reg(b, MASKS), 0x06004001);
	assert_int_equal(get_reg(b, 33), 0x80000000);
	for (i = 0; i < 32; i++)
		assert_int_equal(get_reg(b, 64 + i), 0x3f800000 + i);
}

static void test_unprivileged_code_keeps_its_registers_over_a_halt(void **state)
{
	struct mcu_bus *b = *state;

	LOAD(b, 0x3001, 0xe7fd);
	prepare(b);
	set_reg(b, PSP, 0x20003000);
	set_reg(b, MASKS, 0x03000000); /* nPRIV, SPSEL */
	resume(b);
	pass_us(b, 100);
	halt(b);
	assert_int_equal(get_reg(b, MASKS), 0x03000000);
	assert_int_equal(get_reg(b, PSP), 0x20003000);
	assert_int_equal(get_reg(b, MSP), STACK);
}

static void test_an_it_block_executes_the_right_half(void **state)
{
	struct mcu_bus *b = *state;

	/* cmp r0, #0; ite eq; moveq r1, #1; movne r1, #2; bkpt */
	LOAD(b, 0x2800, 0xbf0c, 0x2101, 0x2102, 0xbe00);
	prepare(b);
	set_reg(b, 0, 0);
	run_to_halt(b);
	assert_int_equal(get_reg(b, 1), 1);
	set_reg(b, 0, 7);
	set_reg(b, PC, CODE);
	run_to_halt(b);
	assert_int_equal(get_reg(b, 1), 2);
}

static void test_conditions_survive_however_often_the_debugger_looks(void **state)
{
	struct mcu_bus *b = *state;

	/* r0 odd: r1 and r5 count, else r2 and r6. 1: lsls r4, r0, #31; ittee mi; addmi r1, #1;
	 * addmi r5, #1; addpl r2, #1; addpl r6, #1; subs r0, #1; bne 1b; bkpt */
	LOAD(b, 0x07c4, 0xbf47, 0x3101, 0x3501, 0x3201, 0x3601, 0x3801, 0xd1f7, 0xbe00);
	prepare(b);
	set_reg(b, 0, 1000);
	set_reg(b, 1, 0);
	set_reg(b, 2, 0);
	set_reg(b, 5, 0);
	set_reg(b, 6, 0);
	resume(b);
	while (!(rd(b, DHCSR) & S_HALT))
		pass(b, 700 * PS_PER_NS);
	assert_int_equal(rd(b, DFSR), BKPT);
	assert_int_equal(get_reg(b, 1), 500);
	assert_int_equal(get_reg(b, 2), 500);
	assert_int_equal(get_reg(b, 5), 500);
	assert_int_equal(get_reg(b, 6), 500);
}

static void test_code_that_the_debugger_replaces_is_executed_anew(void **state)
{
	struct mcu_bus *b = *state;

	LOAD(b, 0x2001, 0xbe00); /* movs r0, #1; bkpt */
	prepare(b);
	run_to_halt(b);
	assert_int_equal(get_reg(b, 0), 1);
	wr(b, CODE, 0xbe002002); /* movs r0, #2; bkpt */
	set_reg(b, PC, CODE);
	run_to_halt(b);
	assert_int_equal(get_reg(b, 0), 2);
}

/* ---- reset ---- */

static void test_reset_fetches_sp_and_pc_and_the_code_runs(void **state)
{
	struct mcu_bus *b = *state;
	size_t size;
	u8 *flash = mcu_flash(b->mcu, &size);

	if (!mcu_executes(b->mcu))
		skip();
	put_le32(flash, 0x20001000);
	put_le32(flash + 4, (FLASH + 0x200) | 1);
	put_le32(flash + 0x200, 0xb4012055); /* movs r0, #0x55; push {r0} */
	put_le32(flash + 0x204, 0xe7fe);     /* b . */
	wr(b, AIRCR, 0x05fa0004);
	pass_us(b, 1000);
	assert_int_equal(rd(b, 0x20000ffc), 0x55);
	halt(b);
	assert_int_equal(get_reg(b, MSP), 0x20000ffc);
	assert_int_equal(get_reg(b, PC), FLASH + 0x204);
}

static void test_vector_catch_stops_before_the_first_instruction(void **state)
{
	struct mcu_bus *b = *state;
	size_t size;
	u8 *flash = mcu_flash(b->mcu, &size);

	if (!mcu_executes(b->mcu))
		skip();
	put_le32(flash, 0x20001000);
	put_le32(flash + 4, (FLASH + 0x200) | 1);
	put_le32(flash + 0x200, 0xe7fe2055);
	halt(b);
	wr(b, DEMCR, BIT(0));
	wr(b, DFSR, 0x1f);
	wr(b, AIRCR, 0x05fa0004);
	pass_us(b, 1000);
	assert_true(rd(b, DHCSR) & S_HALT);
	assert_int_equal(rd(b, DFSR), VCATCH);
	assert_int_equal(get_reg(b, PC), FLASH + 0x200);
}

static void test_software_can_reset_the_part(void **state)
{
	struct mcu_bus *b = *state;
	size_t size;
	u8 *flash = mcu_flash(b->mcu, &size);

	/* ldr r0, =AIRCR; ldr r1, =0x05fa0004; str r1, [r0]; b . */
	LOAD(b, 0x4801, 0x4902, 0x6001, 0xe7fe, 0xed0c, 0xe000, 0x0004, 0x05fa);
	put_le32(flash, 0x20001000);
	put_le32(flash + 4, (FLASH + 0x200) | 1);
	put_le32(flash + 0x200, 0xe7fe);
	prepare(b);
	resume(b);
	pass_us(b, 1000);
	assert_true(rd(b, DHCSR) & BIT(25)); /* S_RESET_ST */
	halt(b);
	assert_int_equal(get_reg(b, PC), FLASH + 0x200);
}

static void test_erased_flash_locks_up_at_once(void **state)
{
	struct mcu_bus *b = *state;

	assert_true(rd(b, DHCSR) & S_LOCKUP);
	halt(b);
	assert_int_equal(get_reg(b, PC), 0xfffffffe);
}

/* ---- faults ---- */

static void test_bkpt_without_a_debugger_is_a_hard_fault(void **state)
{
	struct mcu_bus *b = *state;

	LOAD(b, 0xbe00, 0xe7fe, 0xe7fe); /* bkpt; b .; handler: b . */
	set_vectors(b, CODE + 4);
	prepare(b);
	resume_undebugged(b);
	pass_us(b, 100);
	assert_int_equal(rd(b, HFSR), BIT(31));
	assert_int_equal(rd(b, DFSR), BKPT);
	assert_int_equal(rd(b, ICSR) & 0x1ff, 3);
	halt(b);
	assert_int_equal(get_reg(b, PC), CODE + 4);
	assert_int_equal(get_reg(b, XPSR) & 0x1ff, 3);
	assert_int_equal(get_reg(b, LR), 0xfffffff9);
	assert_int_equal(rd(b, STACK - 8), CODE); /* stacked PC */
}

static void test_a_load_from_nowhere_faults_at_the_instruction(void **state)
{
	struct mcu_bus *b = *state;

	/* movs r0, #6; lsls r0, #28; ldr r1, [r0, #4]; b .; handler: b . */
	LOAD(b, 0x2006, 0x0700, 0x6841, 0xe7fe, 0xe7fe);
	set_vectors(b, CODE + 8);
	prepare(b);
	set_reg(b, 1, 0x77);
	resume(b);
	pass_us(b, 100);
	assert_int_equal(rd(b, CFSR), 0x8200); /* PRECISERR, BFARVALID */
	assert_int_equal(rd(b, BFAR), 0x60000004);
	assert_int_equal(rd(b, HFSR), BIT(30)); /* FORCED */
	halt(b);
	assert_int_equal(get_reg(b, PC), CODE + 8);
	assert_int_equal(get_reg(b, 1), 0x77);
	assert_int_equal(rd(b, STACK - 8), CODE + 4);
}

static void test_a_peripheral_that_answers_error_faults_too(void **state)
{
	struct mcu_bus *b = *state;

	/* ldr r0, =0x90000000; ldr r1, [r0] (QUADSPI is off); b .; handler; literal */
	LOAD(b, 0x4801, 0x6801, 0xe7fe, 0xe7fe, 0x0000, 0x9000);
	set_vectors(b, CODE + 6);
	wr(b, SHCSR, BIT(17)); /* BUSFAULTENA */
	prepare(b);
	set_reg(b, 1, 0x77);
	resume(b);
	pass_us(b, 100);
	assert_int_equal(rd(b, CFSR), 0x8200);
	assert_int_equal(rd(b, BFAR), 0x90000000);
	assert_int_equal(rd(b, HFSR), 0);
	halt(b);
	assert_int_equal(get_reg(b, XPSR) & 0x1ff, 5);
	assert_int_equal(get_reg(b, 1), 0x77);
	assert_int_equal(rd(b, STACK - 8), CODE + 2);
}

static void test_vector_catch_of_a_hard_fault_stops_in_its_handler(void **state)
{
	struct mcu_bus *b = *state;

	LOAD(b, 0xde00, 0xe7fe, 0xe7fe); /* udf */
	set_vectors(b, CODE + 4);
	prepare(b);
	wr(b, DEMCR, BIT(10)); /* VC_HARDERR */
	run_to_halt(b);
	assert_int_equal(rd(b, DFSR), VCATCH);
	assert_int_equal(get_reg(b, PC), CODE + 4);
	assert_int_equal(rd(b, CFSR), BIT(16)); /* UNDEFINSTR */
}

static void test_a_fault_in_the_hard_fault_handler_locks_up(void **state)
{
	struct mcu_bus *b = *state;

	LOAD(b, 0xde00, 0xe7fe, 0xde00);
	set_vectors(b, CODE + 4);
	prepare(b);
	resume(b);
	pass_us(b, 100);
	assert_true(rd(b, DHCSR) & S_LOCKUP);
	halt(b);
	assert_int_equal(get_reg(b, PC), 0xfffffffe);
}

static void test_a_branch_to_an_even_address_is_a_usage_fault(void **state)
{
	struct mcu_bus *b = *state;

	LOAD(b, 0x4700, 0xe7fe, 0xe7fe); /* bx r0 */
	set_vectors(b, CODE + 4);
	prepare(b);
	set_reg(b, 0, CODE);
	resume(b);
	pass_us(b, 100);
	assert_int_equal(rd(b, CFSR), BIT(17)); /* INVSTATE */
}

static void test_the_fpu_is_closed_until_cpacr_opens_it(void **state)
{
	struct mcu_bus *b = *state;

	LOAD(b, 0xee00, 0x0a10, 0xbe00, 0xe7fe); /* vmov s0, r0; bkpt */
	set_vectors(b, CODE + 6);
	prepare(b);
	resume(b);
	pass_us(b, 100);
	assert_int_equal(rd(b, CFSR), BIT(19)); /* NOCP */
	wr(b, AIRCR, 0x05fa0004);
	pass_us(b, 100);
	prepare(b);
	wr(b, CPACR, 0x00f00000);
	set_reg(b, 0, 0x40490fdb);
	run_to_halt(b);
	assert_int_equal(get_reg(b, 64), 0x40490fdb);
}

/* ---- exceptions ---- */

static void test_svc_enters_its_handler_and_returns(void **state)
{
	struct mcu_bus *b = *state;

	/* movs r0, #1; svc 0; adds r0, #4; bkpt; handler: mrs r4, ipsr; movs r5, #9; bx lr */
	LOAD(b, 0x2001, 0xdf00, 0x3004, 0xbe00, 0xf3ef, 0x8405, 0x2509, 0x4770);
	set_vectors(b, CODE + 8);
	prepare(b);
	run_to_halt(b);
	assert_int_equal(get_reg(b, PC), CODE + 6);
	assert_int_equal(get_reg(b, 0), 5);
	assert_int_equal(get_reg(b, 4), 11);
	assert_int_equal(get_reg(b, 5), 9);
	assert_int_equal(get_reg(b, MSP), STACK);
	assert_int_equal(get_reg(b, XPSR) & 0x1ff, 0);
}

static void test_pendsv_waits_for_primask_and_is_taken_once(void **state)
{
	struct mcu_bus *b = *state;

	/* cpsid i; ldr r0, =ICSR; ldr r1, =PENDSVSET; str r1, [r0]; movs r2, r7; cpsie i; nop; bkpt;
	 * handler: adds r7, #1; bx lr */
	LOAD(b, 0xb672, 0x4803, 0x4903, 0x6001, 0x003a, 0xb662, 0xbf00, 0xbe00, 0xed04, 0xe000,
	     0x0000, 0x1000, 0x3701, 0x4770);
	set_vectors(b, CODE + 24);
	prepare(b);
	set_reg(b, 7, 0);
	run_to_halt(b);
	assert_int_equal(get_reg(b, PC), CODE + 14);
	assert_int_equal(get_reg(b, 2), 0);
	assert_int_equal(get_reg(b, 7), 1);
}

static void test_wfi_sleeps_until_the_debugger_halts_it(void **state)
{
	struct mcu_bus *b = *state;

	LOAD(b, 0xbf30, 0x2001, 0xe7fe); /* wfi; movs r0, #1; b . */
	prepare(b);
	set_reg(b, 0, 0);
	resume(b);
	pass_us(b, 100);
	assert_true(rd(b, DHCSR) & S_SLEEP);
	halt(b);
	assert_int_equal(get_reg(b, PC), CODE + 2);
	assert_int_equal(get_reg(b, 0), 0);
}

static void test_a_pending_interrupt_wakes_wfi(void **state)
{
	struct mcu_bus *b = *state;

	/* wfi; b .; handler: movs r7, #3; bx lr */
	LOAD(b, 0xbf30, 0xe7fe, 0x2703, 0x4770);
	set_vectors(b, CODE + 4);
	prepare(b);
	resume(b);
	pass_us(b, 100);
	assert_true(rd(b, DHCSR) & S_SLEEP);
	wr(b, 0xe000e100, BIT(5)); /* ISER0 */
	wr(b, 0xe000e200, BIT(5)); /* ISPR0 */
	pass_us(b, 100);
	assert_false(rd(b, DHCSR) & S_SLEEP);
	halt(b);
	assert_int_equal(get_reg(b, 7), 3);
	assert_int_equal(get_reg(b, PC), CODE + 2);
}

static void test_wfe_passes_once_after_sev(void **state)
{
	struct mcu_bus *b = *state;

	LOAD(b, 0xbf40, 0xbf20, 0x2001, 0xbf20, 0x2002, 0xe7fe); /* sev; wfe; 1; wfe; 2; b . */
	prepare(b);
	resume(b);
	pass_us(b, 100);
	assert_true(rd(b, DHCSR) & S_SLEEP);
	halt(b);
	assert_int_equal(get_reg(b, 0), 1);
}

/* ---- memory shared with the debugger ---- */

static void test_a_loader_and_the_debugger_share_a_ring_buffer(void **state)
{
	struct mcu_bus *b = *state;
	const u32 ring = 0x20004000, out = 0x20005000;
	u32 sum = 0, i, rp;

	/*
	 * r0 = ring: +0 write index, +4 read index, +8 64 words; r1 = out
	 * 1: ldr r2, [r0]; ldr r3, [r0, #4]; cmp r2, r3; beq 1b
	 * adds r4, r0, r3; ldr r5, [r4, #8]; cmp r5, #0; beq 2f; str r5, [r1]; adds r1, #4
	 * adds r3, #4; cmp r3, #255; bls 3f; movs r3, #0; 3: str r3, [r0, #4]; b 1b
	 * 2: bkpt
	 */
	LOAD(b, 0x6802, 0x6843, 0x429a, 0xd0fb, 0x18c4, 0x68a5, 0x2d00, 0xd007, 0x600d, 0x3104,
	     0x3304, 0x2bff, 0xd900, 0x2300, 0x6043, 0xe7ef, 0xbe00);
	prepare(b);
	wr(b, ring, 0);
	wr(b, ring + 4, 0);
	set_reg(b, 0, ring);
	set_reg(b, 1, out);
	resume(b);
	for (i = 0; i <= 200; i++) {
		u32 wp = i * 4 % 256, next = (i + 1) * 4 % 256;

		for (rp = rd(b, ring + 4); rp == next; rp = rd(b, ring + 4))
			pass_us(b, 1);
		wr(b, ring + 8 + wp, i == 200 ? 0 : i * 7 + 1);
		wr(b, ring, next);
		sum += i == 200 ? 0 : i * 7 + 1;
	}
	pass_us(b, 1000);
	assert_true(rd(b, DHCSR) & S_HALT);
	assert_int_equal(get_reg(b, 1), out + 4 * 200);
	for (i = 0; i < 200; i++)
		sum -= rd(b, out + 4 * i);
	assert_int_equal(sum, 0);
	assert_no_complaint(b);
}

static void test_code_in_ram_programs_flash_and_waits_for_bsy(void **state)
{
	struct mcu_bus *b = *state;
	size_t size;

	/*
	 * r0 = FLASH registers, r1 = destination, r2, r3 = data
	 * str r2, [r1]; str r3, [r1, #4]; 1: ldr r4, [r0, #16]; lsls r5, r4, #15; bmi 1b;
	 * ldr r7, [r1, #4]; bkpt
	 */
	LOAD(b, 0x600a, 0x604b, 0x6904, 0x03e5, 0xd4fc, 0x684f, 0xbe00);
	wr(b, FLASH_KEYR, 0x45670123);
	wr(b, FLASH_KEYR, 0xcdef89ab);
	wr(b, FLASH_CR, BIT(0));
	prepare(b);
	set_reg(b, 0, 0x40022000);
	set_reg(b, 1, FLASH + 0x1000);
	set_reg(b, 2, 0x12345678);
	set_reg(b, 3, 0x9abcdef0);
	run_to_halt(b);
	assert_int_equal(get_reg(b, 7), 0x9abcdef0);
	assert_int_equal(rd(b, FLASH_SR), 0);
	assert_int_equal(get_le32(mcu_flash(b->mcu, &size) + 0x1000), 0x12345678);
	assert_no_complaint(b);
}

static void test_code_in_a_busy_bank_waits_for_its_next_fetch(void **state)
{
	struct mcu_bus *b = *state;
	size_t size;
	u8 *flash = mcu_flash(b->mcu, &size);
	u64 before;

	if (!mcu_executes(b->mcu))
		skip();
	put_le32(flash + 0x400, 0x604b600a); /* str r2, [r1]; str r3, [r1, #4] */
	put_le32(flash + 0x404, 0xe7fe3001); /* adds r0, #1; b . */
	wr(b, FLASH_KEYR, 0x45670123);
	wr(b, FLASH_KEYR, 0xcdef89ab);
	wr(b, FLASH_CR, BIT(0));
	prepare(b);
	set_reg(b, 0, 0);
	set_reg(b, 1, FLASH + 0x1000);
	set_reg(b, PC, FLASH + 0x400);
	resume(b);
	before = b->now;
	pass_us(b, 40); /* programming takes 82 us */
	halt(b);
	assert_true(b->now - before < 60 * PS_PER_US);
	assert_int_equal(get_reg(b, 0), 0);
	resume(b);
	pass_us(b, 200);
	halt(b);
	assert_int_equal(get_reg(b, 0), 1);
}

static void test_text_on_an_enabled_stimulus_port_is_kept(void **state)
{
	struct mcu_bus *b = *state;
	const char *text;
	size_t len;

	/* r0 = ITM: 1: ldr r2, [r0]; cmp r2, #0; beq 1b; strb r1, [r0]; adds r1, #1; cmp r1, #'E'; bne;
	 * bkpt */
	LOAD(b, 0x6802, 0x2a00, 0xd0fc, 0x7001, 0x3101, 0x2945, 0xd1f8, 0xbe00);
	wr(b, DEMCR, BIT(24));
	wr(b, ITM_LAR, 0xc5acce55);
	wr(b, ITM_TCR, 1);
	wr(b, ITM_TER, 1);
	prepare(b);
	set_reg(b, 0, 0xe0000000);
	set_reg(b, 1, 'A');
	run_to_halt(b);
	text = mcu_itm_text(b->mcu, &len);
	assert_int_equal(len, 4);
	assert_memory_equal(text, "ABCD", 4);
	assert_no_complaint(b);
}

static void test_a_power_cycle_ends_whatever_runs(void **state)
{
	struct mcu_bus *b = *state;

	LOAD(b, 0x3001, 0xe7fd);
	prepare(b);
	resume(b);
	pass_us(b, 100);
	mcu_set_power(b->mcu, false);
	pass_us(b, 1000);
	mcu_set_power(b->mcu, true);
	pass_us(b, 1000);
	assert_true(rd(b, DHCSR) & S_LOCKUP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		VCORE_TEST(test_a_loop_counts_until_its_end_and_stops_at_bkpt),
		VCORE_TEST(test_a_halt_request_stops_an_endless_loop),
		VCORE_TEST(test_resume_goes_on_where_it_halted),
		VCORE_TEST(test_a_step_executes_one_instruction_of_either_size),
		VCORE_TEST(test_an_fpb_breakpoint_halts_before_its_instruction),
		VCORE_TEST(test_all_registers_survive_a_run_of_nothing),
		VCORE_TEST(test_unprivileged_code_keeps_its_registers_over_a_halt),
		VCORE_TEST(test_an_it_block_executes_the_right_half),
		VCORE_TEST(test_conditions_survive_however_often_the_debugger_looks),
		VCORE_TEST(test_code_that_the_debugger_replaces_is_executed_anew),
		VCORE_TEST(test_reset_fetches_sp_and_pc_and_the_code_runs),
		VCORE_TEST(test_vector_catch_stops_before_the_first_instruction),
		VCORE_TEST(test_software_can_reset_the_part),
		VCORE_TEST(test_erased_flash_locks_up_at_once),
		VCORE_TEST(test_bkpt_without_a_debugger_is_a_hard_fault),
		VCORE_TEST(test_a_load_from_nowhere_faults_at_the_instruction),
		VCORE_TEST(test_a_peripheral_that_answers_error_faults_too),
		VCORE_TEST(test_vector_catch_of_a_hard_fault_stops_in_its_handler),
		VCORE_TEST(test_a_fault_in_the_hard_fault_handler_locks_up),
		VCORE_TEST(test_a_branch_to_an_even_address_is_a_usage_fault),
		VCORE_TEST(test_the_fpu_is_closed_until_cpacr_opens_it),
		VCORE_TEST(test_svc_enters_its_handler_and_returns),
		VCORE_TEST(test_pendsv_waits_for_primask_and_is_taken_once),
		VCORE_TEST(test_wfi_sleeps_until_the_debugger_halts_it),
		VCORE_TEST(test_a_pending_interrupt_wakes_wfi),
		VCORE_TEST(test_wfe_passes_once_after_sev),
		VCORE_TEST(test_a_loader_and_the_debugger_share_a_ring_buffer),
		VCORE_TEST(test_code_in_ram_programs_flash_and_waits_for_bsy),
		VCORE_TEST(test_code_in_a_busy_bank_waits_for_its_next_fetch),
		VCORE_TEST(test_text_on_an_enabled_stimulus_port_is_kept),
		VCORE_TEST(test_a_power_cycle_ends_whatever_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
