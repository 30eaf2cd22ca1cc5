// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The virtual boards: GPIO, QUADSPI and a NOR chip wired up, used through the MCU's registers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/pins-mcu.h"
#include "sim/netlist.h"
#include "sim/vnor.h"

#include <stdio.h>

#define QSPI	0xa0001000u
#define CR	(QSPI + 0x00)
#define DCR	(QSPI + 0x04)
#define SR	(QSPI + 0x08)
#define FCR	(QSPI + 0x0c)
#define DLR	(QSPI + 0x10)
#define CCR	(QSPI + 0x14)
#define AR	(QSPI + 0x18)
#define ABR	(QSPI + 0x1c)
#define DR	(QSPI + 0x20)

#define BUSY	0x20u

#define GPIOA	0x48000000u
#define GPIOB	0x48000400u
#define GPIOE	0x48001000u
#define MODER	0x00
#define OSPEEDR 0x08
#define PUPDR	0x0c
#define IDR	0x10
#define BSRR	0x18
#define AFRL	0x20
#define AFRH	0x24

/* commands of CCR that the tests use: 1-1-1 unless told */
#define C_WREN	0x00000106u
#define C_RDID	0x0500019fu
#define C_RDSR	0x05000105u
#define C_READ	0x05002503u
#define C_PP	0x01002502u
#define C_SE	0x00002520u
#define C_QREAD 0x0720256bu /* 6Bh, 8 dummies, data on four lines */

struct fix {
	struct sim sim;
	struct mcu mcu;
	struct sim_opts opts;
	struct sim_faults faults;
};

static void wr(struct fix *f, u32 addr, u32 v)
{
	pins_write(&f->mcu, addr, 4, v);
}

static u32 rd(struct fix *f, u32 addr)
{
	return pins_read(&f->mcu, addr, 4);
}

static void pass(struct fix *f, u64 ps)
{
	sim_advance_to(&f->sim, sim_now_ps(&f->sim) + ps);
}

static void build(struct fix *f)
{
	assert_int_equal(sim_core_init(&f->sim, &f->opts, &f->faults), 0);
	pins_init(&f->mcu, &f->sim);
	f->mcu.hclk_hz = 16000000;
	f->sim.nets = netlist_new(&f->sim);
	assert_non_null(f->sim.nets);
	pass(f, 10 * PS_PER_MS);
}

static void pull_down(struct fix *f)
{
	netlist_free(f->sim.nets);
	sim_core_exit(&f->sim);
}

static void rebuild(struct fix *f, const char *board)
{
	pull_down(f);
	snprintf(f->opts.board, sizeof(f->opts.board), "%s", board);
	build(f);
}

static int setup(void **state)
{
	struct fix *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->opts.seed = 3;
	snprintf(f->opts.board, sizeof(f->opts.board), "stm32l476g-disco");
	build(f);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fix *f = *state;

	pull_down(f);
	free(f);
	return 0;
}

static void assert_complaint(const struct fix *f, const char *text)
{
	if (!pins_complained(&f->sim, text))
		fail_msg("no complaint with \"%s\" among %zu", text, sim_n_complaints(&f->sim));
}

static void assert_no_complaints(const struct fix *f)
{
	if (sim_n_complaints(&f->sim))
		fail_msg("%s", sim_complaint(&f->sim, 0));
}

/* PE10..PE15 of the Discovery board to QUADSPI, fast, pull-up on NCS */
static void route_disco(struct fix *f)
{
	wr(f, GPIOE + AFRH, 0xaaaaaa00);
	wr(f, GPIOE + OSPEEDR, 0xfff00000);
	wr(f, GPIOE + PUPDR, 1u << 22);
	wr(f, GPIOE + MODER, 0xaaafffff);
}

/* PA6, PA7, PB0, PB1, PB10, PB11 of the 64-pin boards */
static void route_64(struct fix *f)
{
	wr(f, GPIOA + AFRL, 0xaa000000);
	wr(f, GPIOB + AFRL, 0x000000aa);
	wr(f, GPIOB + AFRH, 0x0000aa00);
	wr(f, GPIOA + OSPEEDR, 0x0c00f000);
	wr(f, GPIOB + OSPEEDR, 0x00f0000f);
	wr(f, GPIOA + MODER, 0xabffafff);
	wr(f, GPIOB + MODER, 0xffaffeba);
}

static void enable(struct fix *f, u32 cr)
{
	wr(f, CR, 0);
	wr(f, DCR, 23 << 16 | 1 << 8);
	wr(f, CR, cr | 1);
}

/* wait for the end of a transfer; a read leaves no byte behind */
static void finish(struct fix *f)
{
	bool is_read = rd(f, CCR) >> 26 & 1;

	while (rd(f, SR) & BUSY) {
		if (is_read && rd(f, SR) >> 8 & 0x1f)
			pins_read(&f->mcu, DR, 1);
		pass(f, PS_PER_US);
	}
	wr(f, FCR, 0x1b);
}

static void command(struct fix *f, u32 ccr)
{
	wr(f, CCR, ccr);
	finish(f);
}

static void receive(struct fix *f, u32 ccr, u32 addr, u8 *buf, u32 n)
{
	u32 i;

	wr(f, DLR, n - 1);
	wr(f, CCR, ccr);
	if (ccr & 0xc00)
		wr(f, AR, addr);
	for (i = 0; i < n; i++)
		buf[i] = (u8)pins_read(&f->mcu, DR, 1);
	finish(f);
}

static void transmit(struct fix *f, u32 ccr, u32 addr, const u8 *buf, u32 n)
{
	u32 i;

	wr(f, DLR, n - 1);
	wr(f, CCR, ccr);
	if (ccr & 0xc00)
		wr(f, AR, addr);
	for (i = 0; i < n; i++)
		pins_write(&f->mcu, DR, 1, buf[i]);
	finish(f);
}

static void wait_ready(struct fix *f)
{
	u8 sr;

	do {
		pass(f, 100 * PS_PER_US);
		receive(f, C_RDSR, 0, &sr, 1);
	} while (sr & 1);
}

static void assert_id(struct fix *f, u32 want)
{
	u8 id[3];

	receive(f, C_RDID, 0, id, 3);
	assert_int_equal(id[0] << 16 | id[1] << 8 | id[2], want);
}

static bool id_is(struct fix *f, u32 want)
{
	u8 id[3];

	receive(f, C_RDID, 0, id, 3);
	return (u32)(id[0] << 16 | id[1] << 8 | id[2]) == want;
}

/* ---- boards ---- */

static void test_each_named_board_exists_and_others_do_not(void **state)
{
	struct fix *f = *state;
	const char *const *name;
	size_t size;

	for (name = netlist_board_names(); *name; name++) {
		assert_in_range(netlist_flash_kib(*name), 256, 1024);
		rebuild(f, *name);
		if (strstr(*name, "bare"))
			assert_null(netlist_nor_data(f->sim.nets, &size));
		else
			assert_non_null(netlist_nor_data(f->sim.nets, &size));
		assert_int_equal(size, strstr(*name, "bare")   ? 0
				       : strstr(*name, "eval") ? MIB(32)
							       : MIB(16));
	}
	assert_int_equal(netlist_flash_kib("nothing"), 0);
	snprintf(f->sim.opts.board, sizeof(f->sim.opts.board), "nothing");
	assert_null(netlist_new(&f->sim));
}

static void test_another_chip_takes_the_place_of_the_boards_own(void **state)
{
	struct fix *f = *state;
	size_t size;

	snprintf(f->opts.nor, sizeof(f->opts.nor), "n25q256a83");
	rebuild(f, "stm32l476g-disco");
	assert_string_equal(vnor_part_name(netlist_nor(f->sim.nets)), "n25q256a83");
	netlist_nor_data(f->sim.nets, &size);
	assert_int_equal(size, MIB(32));
	assert_string_equal(netlist_board_nor("stm32l476g-disco"), "n25q128a13");
	assert_null(netlist_board_nor("l476re-bare"));
}

static void test_every_board_answers_on_its_own_pins(void **state)
{
	struct fix *f = *state;

	route_disco(f);
	enable(f, 0);
	assert_id(f, 0x20ba18);
	rebuild(f, "l476rg-w25q128");
	route_64(f);
	enable(f, 0);
	assert_id(f, 0xef4018);
	rebuild(f, "l476rc-mt25ql128");
	route_64(f);
	enable(f, 0);
	assert_id(f, 0x20ba18);
	assert_no_complaints(f);
}

static void test_a_board_without_a_chip_reads_noise(void **state)
{
	struct fix *f = *state;
	u8 a[8], b[8];

	rebuild(f, "l476re-bare");
	route_64(f);
	enable(f, 0);
	receive(f, C_RDID, 0, a, 8);
	receive(f, C_RDID, 0, b, 8);
	assert_memory_not_equal(a, b, 8);
}

/* ---- pins that are not as they should be ---- */

static void test_pin_left_analog_is_a_mistake_and_the_chip_is_not_heard(void **state)
{
	struct fix *f = *state;

	route_disco(f);
	wr(f, GPIOE + MODER, 0xaabfffff | 3u << 20); /* CLK */
	enable(f, 0);
	assert_false(id_is(f, 0x20ba18));
	assert_complaint(f, "QUADSPI CLK: PE10 is not in alternate function 10");
}

static void test_wrong_alternate_function_is_not_quadspi(void **state)
{
	struct fix *f = *state;

	route_disco(f);
	wr(f, GPIOE + AFRH, 0xaaa9aa00); /* PE12: AF9 */
	enable(f, 0);
	assert_false(id_is(f, 0x20ba18));
	assert_complaint(f, "QUADSPI IO0: PE12");
}

static void test_floating_hold_is_a_mistake_of_the_board_set_up(void **state)
{
	struct fix *f = *state;

	route_disco(f);
	wr(f, GPIOE + MODER, 0xeaafffff); /* PE15 analog: IO3 floats */
	enable(f, 0);
	command(f, C_WREN);
	assert_complaint(f, "QUADSPI IO3: PE15 floats");
}

static void test_io2_and_io3_as_gpio_high_do_for_one_line_commands(void **state)
{
	struct fix *f = *state;

	route_disco(f);
	wr(f, GPIOE + BSRR, 0xc000);
	wr(f, GPIOE + MODER, 0x5aafffff);
	enable(f, 0);
	assert_id(f, 0x20ba18);
	assert_no_complaints(f);
}

static void test_gpio_output_on_a_line_that_the_chip_drives_is_contention(void **state)
{
	struct fix *f = *state;
	u8 id[16];

	route_disco(f);
	wr(f, GPIOE + MODER, 0xa6afffff); /* PE13: output, low */
	enable(f, 0);
	receive(f, C_RDID, 0, id, 16);
	assert_complaint(f, "IO1: MCU and NOR drive against each other");
}

static void test_unconnected_io3_spoils_four_line_reads(void **state)
{
	struct fix *f = *state;
	u8 got[256];
	size_t size;

	f->faults.float_io3 = true;
	rebuild(f, "stm32l476g-disco");
	memset(netlist_nor_data(f->sim.nets, &size), 0x5a, 256);
	route_disco(f);
	wr(f, GPIOE + PUPDR, 1u << 22 | 1u << 30);
	enable(f, 0);
	receive(f, C_QREAD, 0, got, 256);
	assert_memory_not_equal(got, netlist_nor_data(f->sim.nets, &size), 256);
	assert_complaint(f, "IO3 is not connected");
}

static void test_slow_pins_lose_bits_at_a_fast_clock(void **state)
{
	struct fix *f = *state;
	u8 got[256];
	size_t size;
	unsigned int i, wrong = 0;

	memset(netlist_nor_data(f->sim.nets, &size), 0x5a, 256);
	route_disco(f);
	wr(f, GPIOE + OSPEEDR, 0);
	enable(f, 0); /* 16 MHz, pins do 10 */
	receive(f, C_READ, 0, got, 256);
	for (i = 0; i < 256; i++)
		wrong += got[i] != 0x5a;
	assert_true(wrong > 10);
	assert_complaint(f, "OSPEEDR = 0 is too slow");
	sim_clear_complaints(&f->sim);
	enable(f, 1u << 24); /* 8 MHz */
	receive(f, C_READ, 0, got, 256);
	for (i = 0; i < 256; i++)
		assert_int_equal(got[i], 0x5a);
	assert_no_complaints(f);
}

static void test_sampling_half_a_cycle_later_is_needed_near_the_limit(void **state)
{
	struct fix *f = *state;
	u8 got[256];
	size_t size;

	memset(netlist_nor_data(f->sim.nets, &size), 0x5a, 256);
	route_disco(f);
	f->mcu.hclk_hz = 60000000;
	enable(f, 0);
	receive(f, C_QREAD, 0, got, 256);
	assert_complaint(f, "sampled before the NOR's output is valid");
	sim_clear_complaints(&f->sim);
	enable(f, 0x10);
	receive(f, C_QREAD, 0, got, 256);
	assert_memory_equal(got, netlist_nor_data(f->sim.nets, &size), 256);
	assert_no_complaints(f);
}

/* ---- levels ---- */

static void test_one_line_phases_hold_io2_low_and_io3_high(void **state)
{
	struct fix *f = *state;

	route_disco(f);
	enable(f, 0);
	wr(f, DLR, 9);
	wr(f, CCR, 0x01000101); /* an opcode, then nothing comes: stalled with NCS low */
	pins_write(&f->mcu, DR, 1, 0);
	pass(f, 100 * PS_PER_US);
	assert_int_equal(rd(f, GPIOE + IDR) & 0xc800, 0x8000); /* IO3 = 1, IO2 = 0, NCS = 0 */
	wr(f, CR, 3);
	pass(f, 10 * PS_PER_US);
	assert_int_equal(rd(f, GPIOE + IDR) & 0x0800, 0x0800);
	/* two lines: the same */
	wr(f, DLR, 9);
	wr(f, CCR, 0x02000201);
	pins_write(&f->mcu, DR, 1, 0);
	pass(f, 100 * PS_PER_US);
	assert_int_equal(rd(f, GPIOE + IDR) & 0xc800, 0x8000);
	wr(f, CR, 3);
	pass(f, 10 * PS_PER_US);
	/* four lines: data */
	wr(f, DLR, 9);
	wr(f, CCR, 0x03000301);
	pins_write(&f->mcu, DR, 1, 0x45);
	pass(f, 100 * PS_PER_US);
	assert_int_equal(rd(f, GPIOE + IDR) >> 12, 0x5);
}

static void test_wp_is_low_in_one_line_commands_unless_io2_is_a_gpio(void **state)
{
	struct fix *f = *state;
	u8 sr;

	rebuild(f, "l476rg-w25q128");
	route_64(f);
	enable(f, 0);
	command(f, C_WREN);
	transmit(f, 0x01000101, 0, (const u8[]){ 0x80 }, 1); /* SRP0 */
	wait_ready(f);
	assert_no_complaints(f);
	command(f, C_WREN);
	transmit(f, 0x01000101, 0, (const u8[]){ 0x00 }, 1);
	receive(f, C_RDSR, 0, &sr, 1);
	assert_int_equal(sr, 0x80);
	assert_complaint(f, "WP# (IO2) low");
	sim_clear_complaints(&f->sim);
	wr(f, GPIOA + BSRR, 0x80);
	wr(f, GPIOA + MODER, 0xabff6fff); /* PA7 output */
	command(f, C_WREN);
	transmit(f, 0x01000101, 0, (const u8[]){ 0x00 }, 1);
	wait_ready(f);
	receive(f, C_RDSR, 0, &sr, 1);
	assert_int_equal(sr, 0x00);
	assert_no_complaints(f);
}

static void test_chip_can_be_read_by_moving_the_pins_as_gpio(void **state)
{
	struct fix *f = *state;
	u32 id = 0, i, op = 0x9f;

	wr(f, GPIOE + BSRR, 0xc800);	  /* NCS, IO2, IO3 high */
	wr(f, GPIOE + MODER, 0x515fffff); /* all outputs but PE13 */
	wr(f, GPIOE + BSRR, 0x08000000);
	for (i = 0; i < 32; i++) {
		wr(f, GPIOE + BSRR, op & 0x80 ? 0x04001000 : 0x14000000); /* CLK low, IO0 */
		op <<= 1;
		pass(f, PS_PER_US);
		id = id << 1 | (rd(f, GPIOE + IDR) >> 13 & 1);
		wr(f, GPIOE + BSRR, 0x0400); /* CLK high */
		pass(f, PS_PER_US);
	}
	wr(f, GPIOE + BSRR, 0x0800);
	assert_int_equal(id & 0xffffff, 0x20ba18);
	assert_no_complaints(f);
}

static void test_recovery_frames_on_four_lines_are_no_mistake(void **state)
{
	static const u32 ccr[] = { 0x2c3ff, 0x3c3ff, 0x3ab, 0x366, 0x399, 0x3f5,
				   0x3ff,   0x282ff, 0x266, 0x299, 0x1ff, 0x104 };
	static const char *const names[] = { "stm32l476g-disco", "l476rg-w25q128",
					     "l476rc-mt25ql128" };
	struct fix *f = *state;
	size_t i, k;

	for (i = 0; i < 3; i++) {
		rebuild(f, names[i]);
		if (i)
			route_64(f);
		else
			route_disco(f);
		enable(f, 0);
		wr(f, ABR, 0xffffffff);
		for (k = 0; k < ARRAY_SIZE(ccr); k++) {
			command(f, ccr[k]);
			pass(f, PS_PER_MS);
		}
		assert_id(f, i == 1 ? 0xef4018 : 0x20ba18);
		assert_no_complaints(f);
	}
}

/* ---- power, state ---- */

static void test_power_off_ends_the_frame_and_the_chip_starts_afresh(void **state)
{
	struct fix *f = *state;
	u8 sr;

	route_disco(f);
	enable(f, 0);
	command(f, C_WREN);
	receive(f, C_RDSR, 0, &sr, 1);
	assert_int_equal(sr, 2);
	netlist_set_power(f->sim.nets, false);
	pass(f, PS_PER_MS);
	netlist_set_power(f->sim.nets, true);
	pass(f, PS_PER_MS);
	assert_int_equal(rd(f, CR), 0);
	enable(f, 0);
	receive(f, C_RDSR, 0, &sr, 1);
	assert_int_equal(sr, 0);
}

static void test_array_is_part_of_the_saved_state(void **state)
{
	struct fix *f = *state;
	size_t len, size;

	netlist_nor_data(f->sim.nets, &size)[0x123456] = 0x42;
	netlist_save(f->sim.nets);
	assert_non_null(sim_state_get(&f->sim, "nor.array", &len));
	netlist_free(f->sim.nets);
	pins_init(&f->mcu, &f->sim);
	f->sim.nets = netlist_new(&f->sim);
	assert_int_equal(netlist_nor_data(f->sim.nets, &size)[0x123456], 0x42);
}

/* ---- whole bytes against clock edges ---- */

static void random_work(struct fix *f, struct sim_rng *r)
{
	static const u32 ccr[] = { C_WREN,     C_WREN,	   C_RDID,     C_RDSR,	   C_READ,
				   C_QREAD,    C_PP,	   C_SE,       0x03002532, 0x0e8025bb,
				   0x07a82deb, 0x00000366, 0x00000399, 0x2c3ff,	   0x01000161,
				   0x01000181, 0x05000185, 0x00000135, 0x000003f5, 0x05000170,
				   0x00000175, 0x0000017a, 0x000001b9, 0x000001ab, 0x01000131,
				   0x00000150, 0x0520255a };
	u64 x = sim_rng_u64(r);
	u32 c = ccr[x % ARRAY_SIZE(ccr)], n = 1 + (x >> 8) % 40;
	u8 buf[64];
	unsigned int i;

	for (i = 0; i < sizeof(buf); i++)
		buf[i] = (u8)sim_rng_u64(r);
	if ((x >> 16) % 16 == 0) { /* IO2, IO3 in other hands */
		static const u32 modes[] = { 0xaaafffff, 0x5aafffff, 0x0aafffff, 0xfaafffff };

		wr(f, GPIOE + BSRR, (x >> 20 & 0x3) << 14 | (~x >> 20 & 0x3) << 30);
		wr(f, GPIOE + MODER, modes[x >> 24 & 3]);
	}
	if ((x >> 28) % 16 == 0)
		enable(f, (u32)(x >> 32 & 7) << 24 | (x >> 36 & 1 ? 0x10 : 0));
	wr(f, ABR, x >> 40 & 1 ? 0xffffffff : 0xa0a0a0a0);
	if (!(c >> 24 & 3)) {
		command(f, c);
		if (c & 0xc00)
			wr(f, AR, (u32)(x >> 41) & 0xffffff);
		finish(f);
	} else if (c >> 26 & 3) {
		receive(f, c, (u32)(x >> 41) & 0xffffc0, buf, n);
	} else {
		transmit(f, c, (u32)(x >> 41) & 0xffffc0, buf, n);
	}
	pass(f, (x >> 60) * 300 * PS_PER_US);
}

static void test_whole_bytes_do_exactly_what_their_edges_do(void **state)
{
	static const char *const names[] = { "stm32l476g-disco", "l476rg-w25q128" };
	unsigned int seed, i, k;

	for (seed = 0; seed < 40; seed++) {
		struct fix *f[2];
		u8 *mem[2];
		size_t size;

		for (i = 0; i < 2; i++) {
			struct sim_rng r;

			setup((void **)&f[i]);
			f[i]->opts.seed = seed;
			f[i]->opts.reference_dp = i;
			rebuild(f[i], names[seed % 2]);
			sim_rng_init(&r, &f[i]->sim, "work");
			if (seed % 2)
				route_64(f[i]);
			else
				route_disco(f[i]);
			enable(f[i], 0);
			for (k = 0; k < 150; k++)
				random_work(f[i], &r);
			mem[i] = netlist_nor_data(f[i]->sim.nets, &size);
		}
		assert_memory_equal(mem[0], mem[1], size);
		assert_int_equal(sim_now_ps(&f[0]->sim), sim_now_ps(&f[1]->sim));
		assert_int_equal(sim_n_complaints(&f[0]->sim), sim_n_complaints(&f[1]->sim));
		for (k = 0; k < sim_n_complaints(&f[0]->sim); k++)
			assert_string_equal(sim_complaint(&f[0]->sim, k),
					    sim_complaint(&f[1]->sim, k));
		assert_memory_equal(&f[0]->sim.stats, &f[1]->sim.stats, sizeof(f[0]->sim.stats));
		for (i = 0; i < 2; i++)
			teardown((void **)&f[i]);
	}
}

/* word by word as a DMA would; also what keeps the model fast enough for whole chips */
static void test_a_megabyte_is_programmed_and_read_back(void **state)
{
	struct fix *f = *state;
	struct sim_rng r;
	u32 page, i, w[64];

	route_disco(f);
	enable(f, 0);
	sim_rng_init(&r, &f->sim, "data");
	for (page = 0; page < MIB(1); page += 256) {
		command(f, C_WREN);
		wr(f, DLR, 255);
		wr(f, CCR, 0x03002532);
		wr(f, AR, page);
		for (i = 0; i < 64; i++)
			wr(f, DR, (u32)sim_rng_u64(&r));
		finish(f);
		wait_ready(f);
	}
	assert_no_complaints(f);
	sim_rng_init(&r, &f->sim, "data");
	for (page = 0; page < MIB(1); page += 256) {
		wr(f, DLR, 255);
		wr(f, CCR, C_QREAD);
		wr(f, AR, page);
		for (i = 0; i < 64; i++)
			w[i] = rd(f, DR);
		finish(f);
		for (i = 0; i < 64; i++)
			assert_int_equal(w[i], (u32)sim_rng_u64(&r));
	}
	assert_int_equal(f->sim.stats.nor.n_programs, 4096);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_each_named_board_exists_and_others_do_not),
		T(test_another_chip_takes_the_place_of_the_boards_own),
		T(test_every_board_answers_on_its_own_pins),
		T(test_a_board_without_a_chip_reads_noise),
		T(test_pin_left_analog_is_a_mistake_and_the_chip_is_not_heard),
		T(test_wrong_alternate_function_is_not_quadspi),
		T(test_floating_hold_is_a_mistake_of_the_board_set_up),
		T(test_io2_and_io3_as_gpio_high_do_for_one_line_commands),
		T(test_gpio_output_on_a_line_that_the_chip_drives_is_contention),
		T(test_unconnected_io3_spoils_four_line_reads),
		T(test_slow_pins_lose_bits_at_a_fast_clock),
		T(test_sampling_half_a_cycle_later_is_needed_near_the_limit),
		T(test_one_line_phases_hold_io2_low_and_io3_high),
		T(test_wp_is_low_in_one_line_commands_unless_io2_is_a_gpio),
		T(test_chip_can_be_read_by_moving_the_pins_as_gpio),
		T(test_recovery_frames_on_four_lines_are_no_mistake),
		T(test_power_off_ends_the_frame_and_the_chip_starts_afresh),
		T(test_array_is_part_of_the_saved_state),
		cmocka_unit_test(test_whole_bytes_do_exactly_what_their_edges_do),
		T(test_a_megabyte_is_programmed_and_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
