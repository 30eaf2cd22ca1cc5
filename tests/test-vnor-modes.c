// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads on four lines with and without QE, continuous read and QPI of every model of a SPI-NOR, each
 * part in its own way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/nor-parts.h"

static u8 read_quad(struct run *r, u32 addr, u8 mode, bool no_op)
{
	u8 got;

	RECV(r->f, &got, 1, .op = 0xeb, .addr_lines = 4, .data_lines = 4, .n_addr = 3, .addr = addr,
	     .has_mode = !r->p->no_mode, .mode = mode, .dummy = r->p->quad_wait, .no_op = no_op);
	return got;
}

static void test_quad_read_needs_quad_enable(void **state)
{
	struct run *r = *state;

	if (r->p->no_quad)
		return;
	cells(r->f)[0x54321] = 0x5a;
	if (r->p->qe != QE_NONE) {
		assert_int_not_equal(read_quad(r, 0x54321, r->p->leave, false), 0x5a);
		assert_complaint(r->f, "without QE");
		sim_clear_complaints(&r->f->sim);
		wait_ps(r->f, PS_PER_MS); /* IO3 may have been RESET# */
		enable_quad(r);
	}
	assert_int_equal(read_quad(r, 0x54321, r->p->leave, false), 0x5a);
	assert_no_complaints(r->f);
}

static void test_continuous_read_goes_on_until_the_mode_bits_end_it(void **state)
{
	struct run *r = *state;

	if (r->p->no_quad || r->p->no_mode)
		return;
	cells(r->f)[0x54321] = 0x5a;
	cells(r->f)[0x11111] = 0xa5;
	enable_quad(r);
	assert_int_equal(read_quad(r, 0x54321, r->p->stay, false), 0x5a);
	assert_int_equal(read_quad(r, 0x11111, r->p->stay, true), 0xa5);
	assert_int_equal(read_quad(r, 0x54321, r->p->leave, true), 0x5a);
	assert_true(read_id(r, 0x9f, 1));
}

static void test_left_in_continuous_read_it_is_not_heard_until_that_ends(void **state)
{
	struct run *r = *state;

	if (r->p->no_quad || r->p->no_mode)
		return;
	r->f->faults.app_xip = true;
	restart(r);
	assert_false(read_id(r, 0x9f, 1));
	read_quad(r, 0, r->p->leave, true);
	assert_true(read_id(r, 0x9f, 1));
}

static bool has_qpi(const struct part *p)
{
	return p->qpi_on || p->qpi;
}

static void any_register(struct nor_fix *f, u32 addr, u8 v)
{
	cmd(f, 0x06);
	SEND(f, &v, 1, .op = 0x71, .n_addr = 3, .addr = addr);
	wait_ps(f, PS_PER_US);
}

static void enter_qpi(struct run *r)
{
	struct nor_fix *f = r->f;

	unlock(r);
	enable_quad(r);
	switch (r->p->qpi) {
	case QPI_OPCODE:
		cmd(f, r->p->qpi_on);
		break;
	case QPI_EVCR:
		cmd(f, 0x06);
		set_reg(f, 0x61, 0x5f);
		break;
	case QPI_CR2:
		any_register(f, 0x800003, 0x48);
		break;
	}
	f->lines = 4;
}

static void leave_qpi(struct run *r)
{
	struct nor_fix *f = r->f;

	switch (r->p->qpi) {
	case QPI_OPCODE:
		cmd(f, r->p->qpi_off);
		break;
	case QPI_EVCR:
		cmd(f, 0x06);
		set_reg(f, 0x61, 0xdf);
		break;
	case QPI_CR2:
		any_register(f, 0x800003, 0x08);
		break;
	}
	f->lines = 1;
}

static u8 read_qpi(struct run *r, u8 op, u8 dummy)
{
	bool mode = op == 0xeb ? !r->p->no_mode : r->p->qpi_0b_mode;
	u8 got;

	RECV(r->f, &got, 1, .op = op, .n_addr = 3, .addr = 0x4001, .has_mode = mode,
	     .mode = r->p->leave, .dummy = dummy);
	return got;
}

static void assert_reads_in_qpi(struct run *r, u8 dummy_0b, u8 dummy_eb)
{
	if (dummy_0b != NOT_THERE)
		assert_int_equal(read_qpi(r, 0x0b, dummy_0b), 0x5a);
	if (dummy_eb != NOT_THERE)
		assert_int_equal(read_qpi(r, 0xeb, dummy_eb), 0x5a);
}

/* bit 7 of SST26 */
static u8 wip(const struct run *r)
{
	return !strcmp(r->p->name, "sst26vf064b") ? 0x81 : 0x01;
}

static void test_qpi(void **state)
{
	struct run *r = *state;
	struct nor_fix *f = r->f;
	u8 erase_op = r->p->erase_4k ? r->p->erase_4k : 0xd8, id[3];

	if (!has_qpi(r->p))
		return;
	enter_qpi(r);
	assert_false(read_id(r, 0x9f, 1));
	assert_true(read_id(r, r->p->qpi_id, 4));
	f->lines = 4;
	assert_int_equal(reg(f, 0x05) & 3, 0);
	cmd(f, 0x06);
	assert_int_equal(reg(f, 0x05) & 3, 2);
	SEND(f, BYTES(0x42, 0x5a, 0x24), 3, .op = 0x02, .n_addr = 3, .addr = 0x4000);
	assert_int_equal(reg(f, 0x05) & wip(r), wip(r));
	wait_ready(f);
	ASSERT_BYTES(cells(f) + 0x4000, 0x42, 0x5a, 0x24, 0xff);
	assert_reads_in_qpi(r, r->p->qpi_0b, r->p->qpi_eb);
	assert_no_complaints(f);
	RECV(f, id, 1, .op = 0x03, .n_addr = 3, .addr = 0x4001); /* not in QPI, but Micron's */
	if (!r->p->no_mode)
		assert_int_not_equal(id[0], 0x5a);
	RECV(f, id, 1, .op = 0x3b, .n_addr = 3, .addr = 0x4001, .dummy = 8);
	if (!r->p->no_mode)
		assert_int_not_equal(id[0], 0x5a);
	cells(f)[0x80004] = 0;
	erase(f, erase_op, 0x80000);
	assert_int_equal(reg(f, 0x05) & wip(r), wip(r));
	wait_ready(f);
	assert_int_equal(cells(f)[0x80004], 0xff);
	leave_qpi(r);
	assert_true(read_id(r, 0x9f, 1));
	assert_int_equal(read_at(f, 0x4001), 0x5a);
	assert_no_complaints(f);
	enter_qpi(r); /* it is volatile */
	vnor_set_power(f->nor, false, sim_now_ps(&f->sim));
	wait_ps(f, PS_PER_MS);
	vnor_set_power(f->nor, true, sim_now_ps(&f->sim));
	wait_ps(f, 10 * PS_PER_MS);
	assert_true(read_id(r, 0x9f, 1));
}

static void test_dummy_clocks_in_qpi_can_be_set(void **state)
{
	struct run *r = *state;
	struct nor_fix *f = r->f;

	if (!has_qpi(r->p) || r->p->qpi_dummy == QD_FIXED)
		return;
	cells(f)[0x4001] = 0x5a;
	enter_qpi(r);
	switch (r->p->qpi_dummy) {
	case QD_FIXED:
		break;
	case QD_C0:
		set_reg(f, 0xc0, 0x30);
		assert_reads_in_qpi(r, 8, 6); /* two of the eight are the mode byte */
		break;
	case QD_VCR:
		cmd(f, 0x06);
		set_reg(f, 0x81, 0x6b);
		assert_reads_in_qpi(r, 6, 6);
		break;
	case QD_ISSI:
		set_reg(f, 0xc0, 10 << 3);
		assert_reads_in_qpi(r, 10, 8);
		break;
	case QD_MX: /* DC = 10: eight */
		cmd(f, 0x06);
		SEND(f, BYTES(0x40, 0x87), 2, .op = 0x01);
		wait_ready(f);
		assert_reads_in_qpi(r, NOT_THERE, 6);
		break;
	case QD_CR2:
		any_register(f, 0x800003, 0x45);
		assert_reads_in_qpi(r, NOT_THERE, 5);
		break;
	case QD_CR3:
		any_register(f, 0x800004, 0x75);
		assert_reads_in_qpi(r, NOT_THERE, 5);
		break;
	}
	if (r->p->qpi_eb != NOT_THERE) /* one less is one nibble off */
		assert_int_not_equal(read_qpi(r, 0xeb, r->p->qpi_eb ? r->p->qpi_eb : 1), 0x5a);
	assert_no_complaints(f);
}

static void test_left_in_qpi_a_reset_on_four_lines_frees_it(void **state)
{
	struct run *r = *state;
	struct nor_fix *f = r->f;

	if (!has_qpi(r->p))
		return;
	f->faults.app_qpi = true;
	restart(r);
	assert_false(read_id(r, 0x9f, 1));
	assert_true(read_id(r, r->p->qpi_id, 4));
	f->lines = 4;
	cmd(f, 0x66);
	cmd(f, 0x99);
	f->lines = 1;
	wait_ps(f, PS_PER_MS);
	assert_true(read_id(r, 0x9f, 1));
}

static const struct part_test tests[] = {
	PART_TEST(quad_read_needs_quad_enable),
	PART_TEST(continuous_read_goes_on_until_the_mode_bits_end_it),
	PART_TEST(left_in_continuous_read_it_is_not_heard_until_that_ends),
	PART_TEST(qpi),
	PART_TEST(dummy_clocks_in_qpi_can_be_set),
	PART_TEST(left_in_qpi_a_reset_on_four_lines_frees_it),
};

int main(void)
{
	return run_on_every_part(tests, ARRAY_SIZE(tests));
}
