// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Jobs on a SPI-NOR with a wire of its own, on a controller that is a few lines: commands happen as
 * they are queued, each clock takes its time, and the chip ignores what comes while it is busy.
 */
#include "lib/spi-nor-priv.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SIZE	MIB(1)
#define JOB_LEN (KIB(300) + 77)

struct fake {
	struct ctx ctx;
	sig_atomic_t stop;
	struct sysclock clk;
	struct spi_mem mem;
	struct spi_nor nor;
	u64 now;
	/* the chip */
	u64 busy_until, page_ns, spread_ns;
	bool wel, is_stuck, is_gone, fails;
	unsigned int gone_at; /* so many programs until it has no supply for a while */
	u64 gone_until;
	u8 fail_bits, sr_rest;	  /* bits of SR1 beside WEL and WIP */
	unsigned int n_dies, die; /* of the next answer to 70h; number 0 fails */
	u32 good_hz;		  /* above it the wires spoil bits */
	u8 cells[SIZE];
	u32 rand;
	unsigned int n_programs, n_ignored;
	/* USB */
	unsigned int n_submits, lose_from, lose_to, n_in_flight, n_abandoned, stop_at;
	u8 data[JOB_LEN];
};

static struct fake *fake_of(struct spi_mem *mem)
{
	return container_of(mem, struct fake, mem);
}

static u32 chance(struct fake *f, u32 below)
{
	f->rand = f->rand * 1664525 + 1013904223;
	return below ? (f->rand >> 8) % below : 0;
}

static void happen(struct fake *f, const struct spi_mem_op *op)
{
	bool is_busy;
	u8 *in = op->data.in;
	u64 n = 1 + op->addr.nbytes + op->data.nbytes;

	f->now += 8 * n * SEC_NS / f->mem.hz;
	is_busy = f->now < f->busy_until;
	if (f->is_gone || f->now < f->gone_until) {
		f->busy_until = 0;
		f->wel = false;
		if (op->data.dir == SPI_MEM_IN)
			memset(in, 0xff, op->data.nbytes);
		return;
	}
	if (op->cmd.opcode == 0x05) {
		*in = (u8)(f->sr_rest | (is_busy ? 0x03 : f->wel ? 0x02 : 0x00));
		return;
	}
	if (op->cmd.opcode == 0x70) {
		f->die = (f->die + 1) % max(f->n_dies, 1u);
		*in = (u8)(is_busy ? 0x00 : 0x80 | (f->die ? 0 : f->fail_bits));
		return;
	}
	if (op->cmd.opcode == 0x9f) {
		memcpy(in, f->nor.id, op->data.nbytes);
		if (f->mem.hz > f->good_hz && !chance(f, 4))
			in[1] ^= 0x40;
		return;
	}
	if (is_busy) {
		f->n_ignored++;
		return;
	}
	if (op->cmd.opcode == 0x06)
		f->wel = true;
	if (op->cmd.opcode != 0x02 || !f->wel)
		return;
	f->wel = false;
	f->n_programs++;
	if (f->fails)
		f->fail_bits = 0x10;
	for (u32 i = 0; i < op->data.nbytes && !f->fails; i++)
		f->cells[op->addr.val + i] &= ((const u8 *)op->data.out)[i];
	f->busy_until =
		f->is_stuck ? UINT64_MAX : f->now + f->page_ns + chance(f, (u32)f->spread_ns);
	if (f->gone_at && f->n_programs == f->gone_at)
		f->gone_until = f->now + 5 * MSEC_NS;
	if (f->stop_at && f->n_programs == f->stop_at)
		f->stop = 1;
}

static int fake_exec(struct spi_mem *mem, const struct spi_mem_op *op)
{
	struct fake *f = fake_of(mem);

	assert_int_equal(f->n_in_flight, 0);
	f->now += 300 * USEC_NS;
	happen(f, op);
	return 0;
}

static void fake_queue_op(struct spi_mem *mem, struct memq *q, const struct spi_mem_op *op,
			  enum memq_sample *state)
{
	(void)q;
	(void)state;
	happen(fake_of(mem), op);
}

static void fake_queue_delay(struct spi_mem *mem, u64 ns)
{
	fake_of(mem)->now += ns;
}

static int fake_submit(struct spi_mem *mem)
{
	struct fake *f = fake_of(mem);

	assert_true(f->n_in_flight < 2);
	f->n_submits++;
	f->n_in_flight++;
	return 0;
}

static int fake_collect(struct spi_mem *mem)
{
	struct fake *f = fake_of(mem);

	assert_true(f->n_in_flight);
	f->n_in_flight--;
	if (f->n_submits >= f->lose_from && f->n_submits < f->lose_to)
		return err_set(&f->ctx.err, -ETIMEDOUT, "try again", "a reply is missing");
	return 0;
}

static int fake_abandon(struct spi_mem *mem)
{
	fake_of(mem)->n_in_flight = 0;
	fake_of(mem)->n_abandoned++;
	return 0;
}

static int fake_configure(struct spi_mem *mem, u64 size, u32 max_hz)
{
	(void)size;
	mem->hz = max_hz;
	return 0;
}

static bool fake_supports_op(const struct spi_mem *mem, const struct spi_mem_op *op)
{
	(void)mem;
	(void)op;
	return true;
}

static const struct spi_controller_mem_ops fake_ops = {
	.supports_op = fake_supports_op,
	.exec = fake_exec,
	.queue_op = fake_queue_op,
	.queue_delay = fake_queue_delay,
	.submit = fake_submit,
	.collect = fake_collect,
	.abandon = fake_abandon,
	.configure = fake_configure,
};

static u64 clk_now(struct sysclock *clk)
{
	return container_of(clk, struct fake, clk)->now;
}

static void clk_sleep(struct sysclock *clk, u64 ns)
{
	container_of(clk, struct fake, clk)->now += ns;
}

static int setup(void **state)
{
	struct fake *f = calloc(1, sizeof(*f));
	struct nor_params *p;

	if (!f)
		return -1;
	p = &f->nor.p;
	f->rand = 1;
	f->clk = (struct sysclock){ .now_ns = clk_now, .sleep_ns = clk_sleep };
	f->ctx.clk = &f->clk;
	f->ctx.stop = &f->stop;
	f->mem = (struct spi_mem){ .ops = &fake_ops,
				   .ctx = &f->ctx,
				   .hz = 15000000,
				   .max_width = 1,
				   .n_chips = 1,
				   .wiring = "check the wires",
				   .name = "FAKE" };
	f->good_hz = UINT32_MAX;
	f->page_ns = 400 * USEC_NS;
	f->nor.mem = &f->mem;
	f->nor.mtd = (struct mtd_info){
		.name = "qspi", .ctx = &f->ctx, .size = SIZE, .writesize = 1, .erased = 0xff
	};
	memcpy(f->nor.id, "\xef\x40\x14\xef\x40\x14", 6);
	snprintf(f->nor.name, sizeof(f->nor.name), "chip");
	*p = (struct nor_params){ .size = SIZE,
				  .page_size = 256,
				  .addr_nbytes = 3,
				  .n_dies = 1,
				  .program = 0x02,
				  .program_typ_ns = 700 * USEC_NS,
				  .program_max_ns = 3 * MSEC_NS,
				  .poll_opcode = 0x05,
				  .poll_mask = 1 };
	f->nor.busy_program_ns = p->program_typ_ns;
	memset(f->cells, 0xff, sizeof(f->cells));
	for (size_t i = 0; i < JOB_LEN; i++)
		f->data[i] = (u8)chance(f, 256);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static int program(struct fake *f, struct flash_job *job)
{
	*job = (struct flash_job){ .kind = JOB_PROGRAM,
				   .mtd = &f->nor.mtd,
				   .offset = 300,
				   .len = JOB_LEN,
				   .buf = f->data };
	return nor_run(job);
}

static void must_hold(const struct fake *f, size_t len)
{
	assert_memory_equal(f->cells + 300, f->data, len);
	assert_int_equal(f->cells[299], 0xff);
}

static void test_pages_follow_each_other_at_the_chips_pace(void **state)
{
	struct fake *f = *state;
	unsigned int n_pages = (300 % 256 + JOB_LEN + 255) / 256;
	struct flash_job job;
	u64 wire_ns = (u64)n_pages * 261 * 8 * SEC_NS / f->mem.hz;

	f->spread_ns = 10 * USEC_NS;
	assert_int_equal(program(f, &job), 0);
	must_hold(f, JOB_LEN);
	assert_int_equal(job.done, JOB_LEN);
	/* some are done twice, to learn */
	assert_in_range(f->n_programs, n_pages, n_pages + n_pages / 50);
	assert_true(f->now < (n_pages * (f->page_ns + f->spread_ns) + wire_ns) / 100 * 108);
	assert_in_range(f->nor.busy_program_ns, f->page_ns, f->page_ns / 16 * 18);
}

static void test_any_pace_and_any_spread_ends_well(void **state)
{
	struct fake *f = *state;
	struct flash_job job;

	for (u32 us = 20; us < 3000; us += us / 2) {
		for (u32 part = 1; part <= 64; part *= 8) {
			memset(f->cells, 0xff, sizeof(f->cells));
			f->nor.busy_program_ns = f->nor.p.program_typ_ns;
			f->nor.program_measured = false;
			f->page_ns = us * USEC_NS;
			f->spread_ns = f->page_ns / part;
			assert_int_equal(program(f, &job), 0);
			must_hold(f, JOB_LEN);
		}
	}
}

static void test_what_was_in_flight_when_a_reply_was_lost_is_done_again(void **state)
{
	struct fake *f = *state;
	struct flash_job job;

	for (unsigned int n = 1; n < 150; n += 7) {
		memset(f->cells, 0xff, sizeof(f->cells));
		f->n_submits = 0;
		f->lose_from = n;
		f->lose_to = n + 1;
		assert_int_equal(program(f, &job), 0);
		assert_int_equal(f->ctx.err.code, 0);
		must_hold(f, JOB_LEN);
	}
	assert_in_range(f->n_abandoned, 20, 44);
}

static void test_a_wire_that_stays_bad_is_an_error_that_says_how_far_it_got(void **state)
{
	struct fake *f = *state;
	struct flash_job job;

	f->lose_from = 60;
	f->lose_to = UINT32_MAX;
	assert_int_equal(program(f, &job), -ETIMEDOUT);
	assert_non_null(strstr(f->ctx.err.what, "a reply is missing"));
	assert_int_equal(f->n_in_flight, 0);
	assert_in_range(job.done, KIB(64), JOB_LEN - 1);
	must_hold(f, job.done);
}

static void test_a_chip_that_stays_busy_is_waited_for_and_named(void **state)
{
	struct fake *f = *state;
	struct flash_job job;

	f->is_stuck = true;
	assert_int_equal(program(f, &job), -ETIMEDOUT);
	assert_non_null(strstr(f->ctx.err.what, "still busy programming at 0x12c"));
	assert_int_equal(job.done, 0);
	assert_int_equal(f->n_in_flight, 0);
}

static void test_a_chip_that_is_gone_is_a_matter_of_wires(void **state)
{
	struct fake *f = *state;
	struct flash_job job;

	f->is_gone = true;
	assert_int_equal(program(f, &job), -EIO);
	assert_non_null(strstr(f->ctx.err.what, "reads ff"));
	assert_string_equal(f->ctx.err.next, "check the wires");
	assert_int_equal(job.done, 0);
}

/* it says that it is ready: it was switched on a moment ago */
static void test_a_chip_that_was_gone_for_a_while_did_not_finish_its_work(void **state)
{
	struct fake *f = *state;
	struct nor_params *p = &f->nor.p;
	struct flash_job job;

	for (unsigned int i = 0; i < 5; i++) {
		memset(f->cells, 0xff, sizeof(f->cells));
		err_clear(&f->ctx.err);
		p->poll_opcode = i % 2 ? 0x70 : 0x05;
		p->poll_mask = i % 2 ? 0x80 : 0x01;
		p->poll_match = i % 2 ? 0x80 : 0x00;
		f->n_programs = 0;
		f->gone_at = 1 + 250 * i;
		f->gone_until = 0;
		assert_int_equal(program(f, &job), -EIO);
		assert_non_null(strstr(f->ctx.err.what, "does not answer any more"));
		assert_int_equal(f->n_in_flight, 0);
		assert_in_range(job.done, i ? KIB(32) : 0, f->gone_at * 256);
		must_hold(f, job.done);
	}
}

/* SRP, SEC, TB and BP all set, and CMP: nothing is protected, and FFh is what it says while it works */
static void test_a_status_of_all_ones_that_can_be_one_is_not_taken_for_an_absent_chip(void **state)
{
	struct fake *f = *state;
	struct flash_job job;

	f->sr_rest = 0xfc;
	f->nor.ones_when_busy = true;
	assert_int_equal(program(f, &job), 0);
	must_hold(f, JOB_LEN);
	f->n_programs = 0;
	memset(f->cells, 0xff, sizeof(f->cells));
	f->is_gone = true;
	assert_int_equal(program(f, &job), -ETIMEDOUT);
	assert_non_null(strstr(f->ctx.err.what, "reads ff"));
	assert_string_equal(f->ctx.err.next, "check the wires");
}

static void test_an_erase_that_was_broken_off_is_no_erase(void **state)
{
	struct fake *f = *state;
	struct nor_params *p = &f->nor.p;
	struct flash_job job = { .kind = JOB_ERASE, .mtd = &f->nor.mtd, .len = 3 * KIB(4) };

	p->erase[0] = (struct nor_erase_type){
		.opcode = 0x20, .size = KIB(4), .typ_ns = 50 * MSEC_NS, .max_ns = 400 * MSEC_NS
	};
	p->regions[0] = (struct nor_region){ .size = SIZE, .erase_mask = BIT(0) };
	p->n_regions = 1;
	f->gone_until = 10 * MSEC_NS;
	assert_int_equal(nor_run(&job), -EIO);
	assert_non_null(strstr(f->ctx.err.what, "does not answer any more"));
	assert_int_equal(job.done, 0);
}

/* ones everywhere are no failure bits; and what was started before counts: its block may be half erased */
static void test_an_erase_that_the_chip_does_not_survive_was_started(void **state)
{
	struct fake *f = *state;
	struct nor_params *p = &f->nor.p;
	struct flash_job job = { .kind = JOB_ERASE, .mtd = &f->nor.mtd, .len = 3 * KIB(4) };

	p->erase[0] = (struct nor_erase_type){
		.opcode = 0x20, .size = KIB(4), .typ_ns = 50 * MSEC_NS, .max_ns = 400 * MSEC_NS
	};
	p->regions[0] = (struct nor_region){ .size = SIZE, .erase_mask = BIT(0) };
	p->n_regions = 1;
	p->poll_opcode = p->fail_opcode = 0x70;
	p->poll_mask = p->poll_match = 0x80;
	p->fail_erase = 0x20;
	p->fail_protect = 0x02;
	f->is_gone = true;
	assert_int_equal(nor_run(&job), -EIO);
	assert_non_null(
		strstr(f->ctx.err.what, "does not answer any more (register 70h reads ff)"));
	assert_string_equal(f->ctx.err.next, "check the wires");
	assert_int_equal(job.done, 0);
	assert_int_equal(job.issued, KIB(4));
}

static void test_failure_bits_are_judged(void **state)
{
	struct fake *f = *state;
	struct flash_job job;

	f->nor.p.fail_opcode = 0x70;
	f->nor.p.fail_program = 0x10;
	f->nor.p.fail_protect = 0x02;
	f->fails = true;
	assert_int_equal(program(f, &job), -EIO);
	assert_non_null(strstr(f->ctx.err.what, "programming"));
	assert_non_null(strstr(f->ctx.err.what, "register 70h reads 90"));
}

static void test_every_die_of_a_stack_is_asked_whether_it_failed(void **state)
{
	struct fake *f = *state;
	struct flash_job job;

	f->nor.p.n_dies = f->n_dies = 4;
	f->nor.p.die_ready = 0x80;
	f->nor.p.fail_opcode = 0x70;
	f->nor.p.fail_program = 0x10;
	assert_int_equal(program(f, &job), 0);
	must_hold(f, JOB_LEN);
	for (f->die = 0; f->die < f->n_dies; f->die++) {
		unsigned int die = f->die;

		err_clear(&f->ctx.err);
		f->fails = true;
		f->fail_bits = 0;
		assert_int_equal(program(f, &job), -EIO);
		assert_non_null(strstr(f->ctx.err.what, "register 70h reads 90"));
		f->die = die;
	}
}

static void test_the_user_can_stop_it_between_pages(void **state)
{
	struct fake *f = *state;
	struct flash_job job;

	f->stop_at = 500;
	assert_int_equal(program(f, &job), -EINTR);
	assert_in_range(job.done, 480 * 256, 540 * 256);
	must_hold(f, job.done);
	/* what was begun is known to be done, and nothing after it */
	for (size_t i = 300 + job.done; i < SIZE; i++)
		assert_int_equal(f->cells[i], 0xff);
}

static void test_blank_pages_are_not_sent(void **state)
{
	struct fake *f = *state;
	struct flash_job job;

	memset(f->data + 1000, 0xff, KIB(200));
	assert_int_equal(program(f, &job), 0);
	must_hold(f, JOB_LEN);
	assert_in_range(f->n_programs, 401, 425);
	memset(f->data, 0xff, JOB_LEN);
	f->n_programs = 0;
	assert_int_equal(program(f, &job), 0);
	assert_int_equal(f->n_programs, 0);
	assert_int_equal(job.done, JOB_LEN);
}

static void test_the_clock_is_halved_until_the_id_reads_the_same(void **state)
{
	struct fake *f = *state;

	f->mem.hz = 30000000;
	assert_int_equal(nor_settle_clock(&f->nor), 0);
	assert_int_equal(f->mem.hz, 30000000);
	f->good_hz = 9000000;
	assert_int_equal(nor_settle_clock(&f->nor), 0);
	assert_int_equal(f->mem.hz, 7500000);
	f->good_hz = 0;
	assert_int_equal(nor_settle_clock(&f->nor), -EIO);
	assert_non_null(strstr(f->ctx.err.what, "ID reads ef 40 14, then ef 00 14"));
	assert_string_equal(f->ctx.err.next, "check the wires");
}

#define TEST(_fn) cmocka_unit_test_setup_teardown(_fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_pages_follow_each_other_at_the_chips_pace),
		TEST(test_any_pace_and_any_spread_ends_well),
		TEST(test_what_was_in_flight_when_a_reply_was_lost_is_done_again),
		TEST(test_a_wire_that_stays_bad_is_an_error_that_says_how_far_it_got),
		TEST(test_a_chip_that_stays_busy_is_waited_for_and_named),
		TEST(test_a_chip_that_is_gone_is_a_matter_of_wires),
		TEST(test_a_chip_that_was_gone_for_a_while_did_not_finish_its_work),
		TEST(test_a_status_of_all_ones_that_can_be_one_is_not_taken_for_an_absent_chip),
		TEST(test_an_erase_that_was_broken_off_is_no_erase),
		TEST(test_an_erase_that_the_chip_does_not_survive_was_started),
		TEST(test_failure_bits_are_judged),
		TEST(test_every_die_of_a_stack_is_asked_whether_it_failed),
		TEST(test_the_user_can_stop_it_between_pages),
		TEST(test_blank_pages_are_not_sent),
		TEST(test_the_clock_is_halved_until_the_id_reads_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
