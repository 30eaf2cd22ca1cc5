// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The connect ladder, with a family of its own in place of the real ones.
 */
#include "lib/target.h"
#include "tests/support/fake-dap.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define S_HALT	  (1u << 17)
#define C_DEBUGEN 1u

static int fam_probe(struct target *t)
{
	int ret = target_read32(t->q, FAKE_IDCODE, &t->idcode);

	if (ret)
		return ret;
	if ((t->idcode & 0xfff) != 0x415)
		return 0;
	snprintf(t->name, sizeof(t->name), "FAKE415");
	t->flash_size = MIB(1);
	return 1;
}

/* what it leaves behind tells the order of calls, and the clock at that time */
static int fam_quiesce(struct target *t)
{
	return target_write32(t->q, FAKE_REGS, memq_period_ps(t->q) > 200000 ? 1 : 2);
}

static int fam_add(struct target *t)
{
	static struct mtd_info mtd = { .name = "flash" };

	t->mtds[t->n_mtds++] = &mtd;
	return target_write32(t->q, FAKE_REGS + 4, (u32)memq_period_ps(t->q));
}

static void fam_restore(struct target *t)
{
	(void)target_write32(t->q, FAKE_REGS + 8, 0x600d);
}

static const struct chip_family fake_family = { .name = "fake",
						.probe = fam_probe,
						.quiesce = fam_quiesce,
						.add_mtds = fam_add,
						.restore = fam_restore };

const struct chip_family *const chip_families[] = { &fake_family, NULL };

/* the only thing of lib/mtd.c that a target calls */
void mtd_finish(struct mtd_info *mtd)
{
}

struct bench {
	struct fake_dap *d;
	struct target t;
	struct target_attach_opts opts;
};

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->d = fake_dap_new();
	b->opts = (struct target_attach_opts){ .swclk_hz = 15000000 };
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	(void)target_detach(&b->t, TARGET_LEAVE);
	fake_dap_free(b->d);
	free(b);
	return 0;
}

static int attach(struct bench *b)
{
	return target_attach(&b->t, &b->d->ctx, &b->d->host, &b->opts);
}

static void test_attaches_slowly_halts_and_then_speeds_up(void **state)
{
	struct bench *b = *state;

	assert_int_equal(attach(b), 0);
	assert_string_equal(b->t.name, "FAKE415");
	assert_int_equal(b->d->n_sysresets, 1);
	assert_int_equal(b->d->dhcsr & S_HALT, S_HALT);
	assert_int_equal(b->d->regs[0], 1);	/* quiesce: still at 4 MHz */
	assert_int_equal(b->d->regs[1], 66666); /* add_mtds: 15 MHz */
	assert_non_null(target_mtd(&b->t, "flash"));
	assert_null(target_mtd(&b->t, "qspi"));
}

static void test_no_reset_only_halts(void **state)
{
	struct bench *b = *state;

	b->opts.no_reset = true;
	assert_int_equal(attach(b), 0);
	assert_int_equal(b->d->n_sysresets, 0);
	assert_int_equal(b->d->dhcsr & S_HALT, S_HALT);
}

/* attach with clock=auto; the SRAM it was tried in holds what it held */
static void attach_auto(struct bench *b, u32 max_hz, u32 hint_hz, u32 ends_at_hz)
{
	u8 before[8192];

	for (u32 i = 0; i < sizeof(before); i++)
		b->d->ram[i] = (u8)(i * 7 + (i >> 8));
	memcpy(before, b->d->ram, sizeof(before));
	b->opts.swclk_hz = max_hz;
	b->opts.swclk_auto = true;
	b->opts.swclk_hint_hz = hint_hz;
	assert_int_equal(attach(b), 0);
	assert_int_equal(b->d->host.hz, ends_at_hz);
	assert_int_equal(b->t.dap_hz, ends_at_hz);
	assert_memory_equal(b->d->ram, before, sizeof(before));
	/* the errors of clocks that were given up are not the job's */
	assert_int_equal(b->d->ctx.stats.noise, 0);
	assert_int_equal(target_detach(&b->t, TARGET_LEAVE), 0);
}

static void test_clock_auto_goes_as_fast_as_the_adapter_on_a_good_wire(void **state)
{
	attach_auto(*state, 30000000, 0, 30000000);
	attach_auto(*state, 12000000, 0, 10000000);
	attach_auto(*state, 5000000, 0, 5000000);
}

static void test_clock_auto_sends_a_million_bits_at_each_clock(void **state)
{
	struct bench *b = *state;
	u64 n_xfers;

	attach_auto(b, 5000000, 0, 5000000);
	n_xfers = b->d->n_xfers;
	attach_auto(b, 7500000, 0, 7500000);
	n_xfers = b->d->n_xfers - n_xfers;
	assert_true(n_xfers > 1000000 / 32);
	/* two more steps */
	attach_auto(b, 15000000, 0, 15000000);
	assert_true(b->d->n_xfers > 3 * 1000000 / 32);
}

static void test_clock_auto_ends_a_step_below_the_first_bad_clock(void **state)
{
	struct bench *b = *state;

	b->d->max_good_hz = 20000000;
	attach_auto(b, 30000000, 0, 15000000);
	b->d->max_good_hz = 12000000;
	attach_auto(b, 30000000, 0, 10000000);
	b->d->max_good_hz = 5500000;
	attach_auto(b, 30000000, 0, 5000000);
	b->d->max_good_hz = 4100000;
	attach_auto(b, 30000000, 0, 4000000);
	assert_non_null(strstr(b->d->log_text, "noisy at all clocks above 4000 kHz"));
}

static void test_clock_auto_survives_a_clock_at_which_nothing_answers(void **state)
{
	struct bench *b = *state;

	b->d->dead_hz = 12000000;
	attach_auto(b, 30000000, 0, 10000000);
}

static void test_clock_auto_tries_the_remembered_clock_first(void **state)
{
	struct bench *b = *state;
	u64 n_xfers;

	attach_auto(b, 30000000, 15000000, 15000000);
	n_xfers = b->d->n_xfers;
	assert_true(n_xfers < 2 * 1000000 / 32);
	/* it was good once */
	b->d->max_good_hz = 12000000;
	attach_auto(b, 30000000, 15000000, 10000000);
	assert_non_null(strstr(b->d->log_text, "15000 kHz was good once and is not any more"));
}

static void test_second_rung_is_a_slower_clock(void **state)
{
	struct bench *b = *state;

	b->d->dead_hz = 1000000;
	b->opts.swclk_hz = 1000000;
	assert_int_equal(attach(b), 0);
	assert_int_equal(target_detach(&b->t, TARGET_LEAVE), 0);
	b->d->dead_hz = 600000;
	assert_int_equal(attach(b), 0);
	assert_non_null(strstr(b->d->log_text, "connected: slower clock"));
	assert_int_equal(b->d->host.hz, 500000);
}

static void test_third_rung_is_under_reset(void **state)
{
	struct bench *b = *state;

	b->d->needs_nrst = true;
	b->d->host.has_nrst = true;
	assert_int_equal(attach(b), 0);
	assert_int_equal(b->d->n_nrst, 1);
	assert_false(b->d->nrst);
	assert_int_equal(b->d->dhcsr & S_HALT, S_HALT);
	assert_true(b->t.core.was_running);
}

static void test_asked_for_under_reset_goes_there_at_once(void **state)
{
	struct bench *b = *state;

	b->d->host.has_nrst = true;
	b->opts.connect_under_reset = true;
	assert_int_equal(attach(b), 0);
	assert_int_equal(b->d->n_nrst, 1);
}

static void test_no_target_gives_the_first_diagnosis(void **state)
{
	struct bench *b = *state;

	b->d->link = LINK_DEAD;
	b->d->host.has_nrst = true;
	assert_int_equal(attach(b), -ENXIO);
	assert_non_null(strstr(b->d->ctx.err.what, "4000 kHz"));
	assert_false(b->d->nrst);
	assert_int_equal(target_detach(&b->t, TARGET_RUN), 0);
}

static void test_unknown_part_is_named_and_left_running(void **state)
{
	struct bench *b = *state;

	b->d->idcode = 0x10006463;
	assert_int_equal(attach(b), -EOPNOTSUPP);
	assert_non_null(strstr(b->d->ctx.err.what, "0x10006463"));
	assert_non_null(strstr(b->d->ctx.err.what, "0x2ba01477"));
	assert_non_null(strstr(b->d->ctx.err.what, "0x410fc241"));
	assert_int_equal(b->d->dhcsr & (S_HALT | C_DEBUGEN), 0);
	assert_int_equal(b->d->n_sysresets, 0);
}

static void test_a_wire_that_is_bad_at_the_wanted_clock_is_run_slower(void **state)
{
	struct bench *b = *state;

	b->d->max_good_hz = 8000000;
	assert_int_equal(attach(b), 0);
	assert_true(b->d->host.hz <= 8000000 && b->d->host.hz > 4000000);
	assert_non_null(strstr(b->d->log_text, "noisy at 15000 kHz"));
	assert_int_equal(target_detach(&b->t, TARGET_RUN), 0);
	/* dead there altogether: the line reset brings it back */
	b->d->max_good_hz = 0;
	b->d->dead_hz = 6000000;
	assert_int_equal(attach(b), 0);
	assert_true(b->d->host.hz <= 6000000);
}

static void test_detach_restores_and_runs(void **state)
{
	struct bench *b = *state;

	assert_int_equal(attach(b), 0);
	assert_int_equal(target_detach(&b->t, TARGET_RUN), 0);
	assert_int_equal(b->d->regs[2], 0x600d);
	assert_int_equal(b->d->n_sysresets, 2);
	assert_int_equal(b->d->dhcsr & (S_HALT | C_DEBUGEN), 0);
	assert_int_equal(b->d->ctrlstat, 0);
	assert_int_equal(target_detach(&b->t, TARGET_RUN), 0);
}

static void test_detach_can_leave_it_halted(void **state)
{
	struct bench *b = *state;

	assert_int_equal(attach(b), 0);
	assert_int_equal(target_detach(&b->t, TARGET_HALT), 0);
	assert_int_equal(b->d->dhcsr & (S_HALT | C_DEBUGEN), S_HALT | C_DEBUGEN);
}

static void test_detach_keeps_the_error_of_the_job(void **state)
{
	struct bench *b = *state;

	assert_int_equal(attach(b), 0);
	err_set(&b->d->ctx.err, -EBADMSG, NULL, "verify failed");
	assert_int_equal(target_detach(&b->t, TARGET_RUN), 0);
	assert_int_equal(b->d->ctx.err.code, -EBADMSG);
	assert_int_equal(b->d->dhcsr & (S_HALT | C_DEBUGEN), 0);
}

static void test_attach_survives_any_short_reply(void **state)
{
	struct bench *b = *state;
	unsigned int n_errors = 0;
	bool hit = true;

	/* at the register writes of quiesce and the like a lost reply may leave an open question */
	for (u64 at = 0; hit; at += 3) {
		fake_dap_inject(b->d, FAULT_SHORT, at, 0);
		n_errors += attach(b) != 0;
		hit = !b->d->fault;
		b->d->fault = FAULT_NONE;
		err_clear(&b->d->ctx.err);
		(void)target_detach(&b->t, TARGET_LEAVE);
		err_clear(&b->d->ctx.err);
	}
	assert_true(n_errors <= 4);
}

static void test_unplugging_at_any_access_ends_in_enodev(void **state)
{
	struct bench *b = *state;
	bool hit = true;

	for (u64 at = 0; hit; at += 5) {
		struct fake_dap *d = fake_dap_new();
		int ret;

		fake_dap_inject(d, FAULT_UNPLUG, at, 0);
		ret = target_attach(&b->t, &d->ctx, &d->host, &b->opts);
		hit = !d->fault;
		if (hit)
			assert_int_equal(ret, -ENODEV);
		else
			assert_int_equal(ret, 0);
		(void)target_detach(&b->t, TARGET_RUN);
		fake_dap_free(d);
	}
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_attaches_slowly_halts_and_then_speeds_up),
		TEST(test_no_reset_only_halts),
		TEST(test_clock_auto_goes_as_fast_as_the_adapter_on_a_good_wire),
		TEST(test_clock_auto_sends_a_million_bits_at_each_clock),
		TEST(test_clock_auto_ends_a_step_below_the_first_bad_clock),
		TEST(test_clock_auto_survives_a_clock_at_which_nothing_answers),
		TEST(test_clock_auto_tries_the_remembered_clock_first),
		TEST(test_second_rung_is_a_slower_clock),
		TEST(test_third_rung_is_under_reset),
		TEST(test_asked_for_under_reset_goes_there_at_once),
		TEST(test_no_target_gives_the_first_diagnosis),
		TEST(test_unknown_part_is_named_and_left_running),
		TEST(test_a_wire_that_is_bad_at_the_wanted_clock_is_run_slower),
		TEST(test_detach_restores_and_runs),
		TEST(test_detach_can_leave_it_halted),
		TEST(test_detach_keeps_the_error_of_the_job),
		TEST(test_attach_survives_any_short_reply),
		TEST(test_unplugging_at_any_access_ends_in_enodev),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
