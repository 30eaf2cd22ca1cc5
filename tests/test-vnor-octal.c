// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * MX25LM51245G on eight lines, clock edge by clock edge: OPI with single and with both edges.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/nor-host.h"

static int setup(void **state)
{
	*state = nor_new("mx25lm51245g");
	return 0;
}

static void set_cr2(struct nor_fix *f, u32 addr, u8 v)
{
	cmd(f, 0x06);
	SEND(f, &v, 1, .op = 0x72, .n_addr = 4, .addr = addr);
}

/* a level on eight lines before an edge; returns what is on them then */
static u8 edge(struct nor_fix *f, bool clk, u8 io)
{
	u8 val, mask;

	wait_ps(f, f->period_ps / 4);
	pins(f, false, !clk, io); /* no edge: only the data moves */
	wait_ps(f, f->period_ps / 4);
	mask = vnor_driven(f->nor, &val);
	io = (u8)((io & ~mask) | (val & mask));
	pins(f, false, clk, io);
	return io;
}

struct octal {
	struct nor_fix *f;
	bool dtr, clk;
};

static void octal_begin(struct octal *o)
{
	wait_ps(o->f, PS_PER_US);
	vnor_set_period(o->f->nor, o->f->period_ps);
	pins(o->f, false, false, 0xff);
	o->clk = false;
}

static void octal_end(struct octal *o)
{
	if (o->clk)
		edge(o->f, false, 0xff);
	wait_ps(o->f, o->f->period_ps);
	pins(o->f, true, false, 0xff);
}

/* one byte: a clock, or with both edges half of one */
static u8 octal_byte(struct octal *o, u8 byte)
{
	u8 got;

	if (o->dtr) {
		o->clk = !o->clk;
		return edge(o->f, o->clk, byte);
	}
	got = edge(o->f, true, byte);
	edge(o->f, false, byte);
	return got;
}

static void octal_head(struct octal *o, u8 op, int n_addr, u32 addr, unsigned int dummy)
{
	octal_begin(o);
	octal_byte(o, op);
	octal_byte(o, (u8)~op);
	while (n_addr--)
		octal_byte(o, (u8)(addr >> (8 * n_addr)));
	for (dummy *= o->dtr ? 2 : 1; dummy; dummy--)
		octal_byte(o, 0xff);
}

static void octal_cmd(struct octal *o, u8 op)
{
	octal_head(o, op, 0, 0, 0);
	octal_end(o);
}

static void octal_recv(struct octal *o, u8 op, u32 addr, unsigned int dummy, u8 *buf, size_t n)
{
	octal_head(o, op, 4, addr, dummy);
	while (n--)
		*buf++ = octal_byte(o, 0xff);
	octal_end(o);
}

static void octal_send(struct octal *o, u8 op, u32 addr, const u8 *buf, size_t n)
{
	octal_head(o, op, 4, addr, 0);
	while (n--)
		octal_byte(o, *buf++);
	octal_end(o);
}

static u8 octal_sr(struct octal *o)
{
	u8 sr[2];

	octal_recv(o, 0x05, 0, 4, sr, 2);
	return sr[0];
}

static void octal_wait(struct octal *o)
{
	while (octal_sr(o) & 1)
		wait_ps(o->f, PS_PER_MS);
}

static void test_str_ids_registers_and_the_array(void **state)
{
	struct octal o = { .f = *state };
	u8 got[4];

	set_cr2(o.f, 0, 1);
	octal_recv(&o, 0x9f, 0, 4, got, 3);
	ASSERT_BYTES(got, 0xc2, 0x85, 0x3a);
	octal_cmd(&o, 0x06);
	assert_int_equal(octal_sr(&o), 0x02);
	octal_send(&o, 0x12, 0x2345678, BYTES(0x11, 0x22, 0x33), 3);
	octal_wait(&o);
	assert_int_equal(octal_sr(&o), 0x00);
	assert_int_equal(cells(o.f)[0x234567a], 0x33);
	octal_recv(&o, 0xec, 0x2345678, 20, got, 3);
	ASSERT_BYTES(got, 0x11, 0x22, 0x33);
	octal_cmd(&o, 0x06);
	octal_send(&o, 0x21, 0x2345678, NULL, 0);
	octal_wait(&o);
	assert_int_equal(cells(o.f)[0x234567a], 0xff);
	assert_no_complaints(o.f);
}

static void test_dtr_swaps_the_bytes_of_each_word_and_repeats_those_of_registers(void **state)
{
	struct octal o = { .f = *state, .dtr = true };
	u8 got[6];

	cells(o.f)[0x1000] = 0xaa;
	cells(o.f)[0x1001] = 0xbb;
	set_cr2(o.f, 0, 2);
	octal_recv(&o, 0x9f, 0, 4, got, 6);
	ASSERT_BYTES(got, 0xc2, 0xc2, 0x85, 0x85, 0x3a, 0x3a);
	octal_recv(&o, 0xee, 0x1000, 20, got, 2);
	ASSERT_BYTES(got, 0xbb, 0xaa);
	octal_cmd(&o, 0x06);
	octal_send(&o, 0x12, 0x2000, BYTES(0x11, 0x22, 0x33, 0x44), 4);
	octal_wait(&o);
	assert_memory_equal(cells(o.f) + 0x2000, BYTES(0x22, 0x11, 0x44, 0x33), 4);
	assert_no_complaints(o.f);
	octal_recv(&o, 0xee, 0x1001, 20, got, 2);
	assert_complaint(o.f, "at odd address");
}

static void test_second_opcode_byte_has_to_be_the_inverse(void **state)
{
	struct octal o = { .f = *state };

	set_cr2(o.f, 0, 1);
	octal_begin(&o);
	octal_byte(&o, 0x06);
	octal_byte(&o, 0x06);
	octal_end(&o);
	assert_int_equal(octal_sr(&o), 0x00);
	assert_complaint(o.f, "second byte");
}

static void test_dummy_clocks_by_configuration_register_2(void **state)
{
	struct octal o = { .f = *state };
	u8 got;

	cells(o.f)[0x1000] = 0x5a;
	set_cr2(o.f, 0x300, 7);
	set_cr2(o.f, 0, 1);
	octal_recv(&o, 0xec, 0x1000, 6, &got, 1);
	assert_int_equal(got, 0x5a);
	octal_recv(&o, 0x71, 0x300, 4, &got, 1);
	assert_int_equal(got, 7);
	assert_no_complaints(o.f);
	o.f->period_ps = 12 * PS_PER_NS; /* 83 MHz, with six clocks 66 */
	octal_recv(&o, 0xec, 0x1000, 6, &got, 1);
	assert_complaint(o.f, "at most 66 MHz");
}

static void test_reset_in_either_mode_leads_back_to_one_line(void **state)
{
	struct octal o = { .f = *state };
	u8 id[3];
	int i;

	for (i = 0; i < 2; i++) {
		o.dtr = i;
		set_cr2(o.f, 0, o.dtr ? 2 : 1);
		RECV(o.f, id, 3, .op = 0x9f);
		assert_int_not_equal(id[0], 0xc2);
		octal_cmd(&o, 0x66);
		octal_cmd(&o, 0x99);
		wait_ps(o.f, PS_PER_MS);
		RECV(o.f, id, 3, .op = 0x9f);
		ASSERT_BYTES(id, 0xc2, 0x85, 0x3a);
	}
}

static void test_left_in_opi_it_answers_on_eight_lines(void **state)
{
	struct octal o = { .f = *state };
	u8 id[3];

	o.f->faults.app_qpi = true;
	nor_stop(o.f);
	nor_start(o.f);
	wait_ps(o.f, 10 * PS_PER_MS);
	octal_recv(&o, 0x9f, 0, 4, id, 3);
	ASSERT_BYTES(id, 0xc2, 0x85, 0x3a);
}

static void test_status_and_configuration_are_written_by_address_in_opi(void **state)
{
	struct octal o = { .f = *state };
	u8 cr;

	set_cr2(o.f, 0, 1);
	octal_cmd(&o, 0x06);
	octal_send(&o, 0x01, 0, BYTES(0x04), 1);
	octal_wait(&o);
	assert_int_equal(octal_sr(&o), 0x04);
	octal_cmd(&o, 0x06);
	octal_send(&o, 0x01, 1, BYTES(0x0b), 1); /* TB: from the bottom, for good */
	octal_wait(&o);
	octal_recv(&o, 0x15, 1, 4, &cr, 1);
	assert_int_equal(cr, 0x0b);
	assert_int_equal(octal_sr(&o), 0x04);
	octal_cmd(&o, 0x06);
	octal_send(&o, 0x12, 0, BYTES(0), 1);
	assert_int_equal(cells(o.f)[0], 0xff);
	assert_complaint(o.f, "protected");
}

static void test_default_mode_is_one_time(void **state)
{
	struct octal o = { .f = *state };
	u8 id[3];

	set_cr2(o.f, 0x40000000, 0xfe); /* STR from power-up on */
	wait_ready(o.f);
	RECV(o.f, id, 3, .op = 0x9f);
	ASSERT_BYTES(id, 0xc2, 0x85, 0x3a);
	vnor_set_power(o.f->nor, false, sim_now_ps(&o.f->sim));
	wait_ps(o.f, PS_PER_MS);
	vnor_set_power(o.f->nor, true, sim_now_ps(&o.f->sim));
	wait_ps(o.f, 10 * PS_PER_MS);
	octal_recv(&o, 0x9f, 0, 4, id, 3);
	ASSERT_BYTES(id, 0xc2, 0x85, 0x3a);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, nor_teardown)

int main(void)
{
	const struct CMUnitTest all[] = {
		T(test_str_ids_registers_and_the_array),
		T(test_dtr_swaps_the_bytes_of_each_word_and_repeats_those_of_registers),
		T(test_second_opcode_byte_has_to_be_the_inverse),
		T(test_dummy_clocks_by_configuration_register_2),
		T(test_reset_in_either_mode_leads_back_to_one_line),
		T(test_left_in_opi_it_answers_on_eight_lines),
		T(test_status_and_configuration_are_written_by_address_in_opi),
		T(test_default_mode_is_one_time),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
