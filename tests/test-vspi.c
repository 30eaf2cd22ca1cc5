// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A SPI-NOR on the MPSSE pins of the virtual FT2232H (board ftdi-spi): as flashrom's ft2232_spi
 * drives it, whole bytes and edge by edge.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "tests/support/mpsse-host.h"
#include "sim/vnor.h"

#define CS_LOW(f)  PUT(f, 0x80, 0x00, 0x0b)
#define CS_HIGH(f) PUT(f, 0x80, 0x08, 0x0b)

static int spi_setup(void **state)
{
	struct fix *f;

	setup(state);
	f = *state;
	snprintf(f->opts.wiring, sizeof(f->opts.wiring), "spi");
	return 0;
}

static void wait_ms(struct fix *f, u64 ms)
{
	f->t->clk->sleep_ns(f->t->clk, ms * 1000000);
}

static void socket(struct fix *f, const char *part)
{
	assert_int_equal(sim_core_init(&f->sim, &f->opts, &f->faults), 0);
	f->sim.spi_nor = vnor_new(&f->sim, part);
	assert_non_null(f->sim.spi_nor);
	f->mcu = mcu_new(&f->sim);
	f->dp = swdp_new(&f->sim, f->mcu);
	f->ftdi = vftdi_new(&f->sim, f->dp, f->mcu, &f->err);
	assert_non_null(f->ftdi);
	f->t = vftdi_transport(f->ftdi);
	wait_ms(f, 10);
	mpsse(f);
	CS_HIGH(f);
}

static int spi_teardown(void **state)
{
	struct fix *f = *state;

	vnor_free(f->sim.spi_nor);
	return teardown(state);
}

static void write_bytes(struct fix *f, const u8 *b, size_t n)
{
	PUT(f, 0x11, (u8)(n - 1), (u8)((n - 1) >> 8));
	put(f, b, n);
}

static void read_bytes(struct fix *f, size_t n)
{
	PUT(f, 0x20, (u8)(n - 1), (u8)((n - 1) >> 8));
}

#define CMD(f, ...)                                                                               \
	do {                                                                                      \
		CS_LOW(f);                                                                        \
		write_bytes(f, (const u8[]){ __VA_ARGS__ }, sizeof((const u8[]){ __VA_ARGS__ })); \
	} while (0)

static u8 status(struct fix *f)
{
	CMD(f, 0x05);
	read_bytes(f, 1);
	CS_HIGH(f);
	run(f, 1);
	return f->in[0];
}

static void wait_ready(struct fix *f)
{
	while (status(f) & 1)
		wait_ms(f, 1);
}

/* everything that was put is carried out when the pins are known */
static void flush(struct fix *f)
{
	PUT(f, 0x81);
	run(f, 1);
}

/* id, program, read back; what was read goes to @got */
static void use_chip(struct fix *f, u8 *got)
{
	CMD(f, 0x9f);
	read_bytes(f, 3);
	CS_HIGH(f);
	run(f, 3);
	memcpy(got, f->in, 3);
	CMD(f, 0x06);
	CS_HIGH(f);
	CMD(f, 0x02, 0x12, 0x34, 0x56, 0xde, 0xad, 0xbe, 0xef);
	CS_HIGH(f);
	flush(f);
	wait_ready(f);
	CMD(f, 0x03, 0x12, 0x34, 0x55);
	read_bytes(f, 6);
	CS_HIGH(f);
	run(f, 6);
	memcpy(got + 3, f->in, 6);
}

static const u8 want[9] = { 0xef, 0x40, 0x18, 0xff, 0xde, 0xad, 0xbe, 0xef, 0xff };

static void test_chip_is_identified_programmed_and_read(void **state)
{
	struct fix *f = *state;
	u8 got[9];

	socket(f, "w25q128jv");
	use_chip(f, got);
	assert_no_complaints(f);
	assert_memory_equal(got, want, sizeof(want));
	assert_int_equal(vnor_data(f->sim.spi_nor, NULL)[0x123456], 0xde);
	assert_no_complaints(f);
}

static void test_edge_by_edge_gives_the_same_at_the_same_time(void **state)
{
	struct fix *f = *state;
	u64 end;
	u8 got[9];

	socket(f, "w25q128jv");
	use_chip(f, got);
	end = sim_now_ps(&f->sim);
	spi_teardown(state);
	spi_setup(state);
	f = *state;
	f->opts.reference_dp = true;
	socket(f, "w25q128jv");
	use_chip(f, got);
	assert_memory_equal(got, want, sizeof(want));
	assert_int_equal(sim_now_ps(&f->sim), end);
	assert_no_complaints(f);
}

static void test_full_duplex_and_single_bits_reach_the_chip_too(void **state)
{
	struct fix *f = *state;

	socket(f, "w25q128jv");
	CS_LOW(f);
	PUT(f, 0x13, 3, 0x90);		/* 1001 of 9Fh */
	PUT(f, 0x13, 3, 0xf0);		/* 1111 */
	PUT(f, 0x31, 1, 0, 0x00, 0x00); /* two bytes both ways */
	PUT(f, 0x22, 7);		/* eight bits in */
	CS_HIGH(f);
	run(f, 3);
	assert_memory_equal(f->in, want, 3);
	assert_no_complaints(f);
}

/* the dummy clocks are not a whole byte to the chip: they go edge by edge, after whole bytes */
static void test_first_clock_after_whole_bytes_is_heard(void **state)
{
	struct fix *f = *state;

	socket(f, "w25q128jv");
	CMD(f, 0x5a, 0, 0, 0);
	read_bytes(f, 5);
	CS_HIGH(f);
	run(f, 5);
	assert_memory_equal(f->in + 1, "SFDP", 4);
	CMD(f, 0x9f);
	PUT(f, 0x8e, 7); /* eight clocks without data: the first byte of the id passes by */
	read_bytes(f, 2);
	CS_HIGH(f);
	run(f, 2);
	assert_memory_equal(f->in, want + 1, 2);
	assert_no_complaints(f);
}

static void test_clock_too_fast_for_the_chip_spoils_what_is_read(void **state)
{
	struct fix *f = *state;

	socket(f, "m25p64");
	PUT(f, 0x86, 0, 0); /* 30 MHz; 03h takes 20 */
	CMD(f, 0x03, 0, 0, 0);
	read_bytes(f, 16);
	CS_HIGH(f);
	run(f, 16);
	assert_true(sim_n_complaints(&f->sim) > 0);
	assert_non_null(strstr(sim_complaint(&f->sim, 0), "at most 20 MHz"));
}

static void test_di_as_an_output_is_an_objection(void **state)
{
	struct fix *f = *state;

	socket(f, "w25q128jv");
	PUT(f, 0x80, 0x00, 0x0f);
	PUT(f, 0x80, 0x08, 0x0f);
	flush(f);
	assert_int_equal(sim_n_complaints(&f->sim), 1);
	assert_non_null(strstr(sim_complaint(&f->sim, 0), "AD2 is an output"));
}

static void test_without_a_chip_there_is_no_such_wiring(void **state)
{
	struct fix *f = *state;

	assert_int_equal(sim_core_init(&f->sim, &f->opts, &f->faults), 0);
	f->mcu = mcu_new(&f->sim);
	f->dp = swdp_new(&f->sim, f->mcu);
	assert_null(vftdi_new(&f->sim, f->dp, f->mcu, &f->err));
	assert_non_null(strstr(f->err.next, "ftdi-spi"));
}

#define T(name) cmocka_unit_test_setup_teardown(name, spi_setup, spi_teardown)

int main(void)
{
	const struct CMUnitTest all[] = {
		T(test_chip_is_identified_programmed_and_read),
		T(test_edge_by_edge_gives_the_same_at_the_same_time),
		T(test_full_duplex_and_single_bits_reach_the_chip_too),
		T(test_first_clock_after_whole_bytes_is_heard),
		T(test_clock_too_fast_for_the_chip_spoils_what_is_read),
		T(test_di_as_an_output_is_an_objection),
		T(test_without_a_chip_there_is_no_such_wiring),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
