// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Halt, reset and vector catch against a core's debug registers.
 */
#include "lib/cortexm.h"
#include "tests/support/fake-dap.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define S_HALT	  (1u << 17)
#define C_DEBUGEN 1u

struct bench {
	struct fake_dap *d;
	struct dap *dap;
	struct memq *q;
	struct cortexm cm;
};

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->d = fake_dap_new();
	b->d->demcr = 0x01000400;
	b->dap = dap_new(&b->d->host);
	assert_int_equal(dap_connect(b->dap, 0), 0);
	b->q = memq_new(b->dap, 0);
	assert_non_null(b->q);
	assert_int_equal(cortexm_attach(&b->cm, b->dap, b->q), 0);
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	memq_free(b->q);
	dap_free(b->dap);
	fake_dap_free(b->d);
	free(b);
	return 0;
}

static void test_attach_enables_debug_and_leaves_the_core_running(void **state)
{
	struct bench *b = *state;

	assert_int_equal(b->cm.cpuid, FAKE_CPUID);
	assert_true(b->cm.was_running);
	assert_int_equal(b->d->dhcsr & (S_HALT | C_DEBUGEN), C_DEBUGEN);
}

static void test_attach_to_a_halted_core_keeps_it_halted(void **state)
{
	struct bench *b = *state;

	assert_int_equal(cortexm_halt(&b->cm), 0);
	assert_int_equal(cortexm_attach(&b->cm, b->dap, b->q), 0);
	assert_false(b->cm.was_running);
	assert_int_equal(b->d->dhcsr & S_HALT, S_HALT);
}

static void test_a_core_that_does_not_halt_is_an_error_with_a_remedy(void **state)
{
	struct bench *b = *state;

	b->d->never_halts = true;
	assert_int_equal(cortexm_halt(&b->cm), -ETIMEDOUT);
	assert_non_null(strstr(b->d->ctx.err.next, "nRST"));
}

static void test_reset_halt_stops_at_the_reset_vector(void **state)
{
	struct bench *b = *state;

	assert_int_equal(cortexm_reset_halt(&b->cm), 0);
	assert_int_equal(b->d->n_sysresets, 1);
	assert_int_equal(b->d->dhcsr & S_HALT, S_HALT);
	assert_int_equal(b->d->n_nrst, 0);
	/* the T bit that an erased vector table leaves 0 is set */
	assert_int_equal(b->d->core_regs[16], 1u << 24);
	/* and stays armed */
	assert_int_equal(b->d->demcr & 1, 1);
}

static void test_reset_halt_falls_back_to_nrst(void **state)
{
	struct bench *b = *state;

	b->d->sysresetreq_dead = true;
	b->d->host.has_nrst = true;
	assert_int_equal(cortexm_reset_halt(&b->cm), 0);
	assert_int_equal(b->d->n_nrst, 1);
}

static void test_reset_halt_without_any_reset_is_an_error(void **state)
{
	struct bench *b = *state;

	b->d->sysresetreq_dead = true;
	assert_int_equal(cortexm_reset_halt(&b->cm), -ETIMEDOUT);
	assert_non_null(strstr(b->d->ctx.err.next, "nRST"));
}

static void test_reset_run_leaves_debug_off(void **state)
{
	struct bench *b = *state;

	assert_int_equal(cortexm_reset_halt(&b->cm), 0);
	b->d->fp_ctrl = 3;
	assert_int_equal(cortexm_reset_run(&b->cm), 0);
	assert_int_equal(b->d->dhcsr & (S_HALT | C_DEBUGEN), 0);
	assert_int_equal(b->d->demcr & 0xff1, 0);
	assert_int_equal(b->d->fp_ctrl & 1, 0);
}

static void test_detach_puts_demcr_back_and_resumes(void **state)
{
	struct bench *b = *state;

	assert_int_equal(cortexm_reset_halt(&b->cm), 0);
	cortexm_detach(&b->cm, true);
	assert_int_equal(b->d->demcr, 0x01000400);
	assert_int_equal(b->d->dhcsr & (S_HALT | C_DEBUGEN), 0);
}

static void test_core_registers_are_written_and_read(void **state)
{
	struct bench *b = *state;
	u32 v;

	assert_int_equal(cortexm_halt(&b->cm), 0);
	assert_int_equal(cortexm_write_reg(&b->cm, 15, 0x08000123), 0);
	assert_int_equal(cortexm_read_reg(&b->cm, 15, &v), 0);
	assert_int_equal(v, 0x08000123);
}

static void test_a_reset_behind_our_back_is_noticed_once(void **state)
{
	struct bench *b = *state;

	assert_int_equal(cortexm_reset_halt(&b->cm), 0);
	assert_false(cortexm_saw_reset(&b->cm));
	fake_dap_inject(b->d, FAULT_NONE, 0, 0);
	b->d->dhcsr |= 1u << 25;
	assert_true(cortexm_saw_reset(&b->cm));
	assert_int_equal(b->d->ctx.err.code, 0);
	assert_false(cortexm_saw_reset(&b->cm));
}

static void test_a_bus_fault_by_a_reset_says_so(void **state)
{
	struct bench *b = *state;

	assert_int_equal(cortexm_reset_halt(&b->cm), 0);
	fake_dap_inject(b->d, FAULT_SYSRESET, 4, 0);
	memq_write_once(b->q, FAKE_UNITS, "0123456789abcdef", 16);
	assert_int_equal(memq_flush(b->q), -EIO);
	assert_non_null(strstr(b->d->ctx.err.what, "was reset in the middle of the job"));
}

static void test_resets_work_on_a_noisy_wire(void **state)
{
	struct bench *b = *state;

	for (u64 seed = 1; seed <= 40; seed++) {
		b->d->rng = seed * 7907;
		b->d->noise = UINT32_MAX / 60;
		assert_int_equal(cortexm_reset_halt(&b->cm), 0);
		b->d->noise = 0;
		assert_int_equal(b->d->dhcsr & S_HALT, S_HALT);
		assert_int_equal(b->d->core_regs[16], 1u << 24);
	}
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_attach_enables_debug_and_leaves_the_core_running),
		TEST(test_attach_to_a_halted_core_keeps_it_halted),
		TEST(test_a_core_that_does_not_halt_is_an_error_with_a_remedy),
		TEST(test_reset_halt_stops_at_the_reset_vector),
		TEST(test_reset_halt_falls_back_to_nrst),
		TEST(test_reset_halt_without_any_reset_is_an_error),
		TEST(test_reset_run_leaves_debug_off),
		TEST(test_detach_puts_demcr_back_and_resumes),
		TEST(test_core_registers_are_written_and_read),
		TEST(test_a_reset_behind_our_back_is_noticed_once),
		TEST(test_a_bus_fault_by_a_reset_says_so),
		TEST(test_resets_work_on_a_noisy_wire),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
