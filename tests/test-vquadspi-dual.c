// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The virtual STM32L496 and its QUADSPI with two chips: one at a time (CR.FSEL), both at once (CR.DFM:
 * RM0351 17.3.4), and what of the L496 the L476 has not.
 */
#include "tests/support/mcu-bus.h"
#include "sim/netlist.h"
#include "sim/vnor.h"

#include <unistd.h>

#define RCC_AHB1ENR 0x40021048u
#define RCC_AHB2ENR 0x4002104cu
#define RCC_AHB3ENR 0x40021050u
#define GPIO(_port) (0x48000000u + 0x400u * (u32)((_port) - 'A'))
#define MODER	    0x00
#define OSPEEDR	    0x08
#define IDR	    0x10
#define AFRL	    0x20

#define QSPI	    0xa0001000u
#define WINDOW	    0x90000000u
#define CR	    0x00
#define DCR	    0x04
#define SR	    0x08
#define FCR	    0x0c
#define DLR	    0x10
#define CCR	    0x14
#define AR	    0x18
#define DR	    0x20
#define PSMKR	    0x24
#define PSMAR	    0x28
#define PIR	    0x2c
#define EN	    BIT(0)
#define ABORT	    BIT(1)
#define DFM	    BIT(6)
#define FSEL	    BIT(7)
#define APMS	    BIT(22)
#define PMM	    BIT(23)
#define TEF	    BIT(0)
#define TCF	    BIT(1)
#define SMF	    BIT(3)
#define BUSY	    BIT(5)

#define INSTR(op)   ((u32)(op) | 1u << 8)
#define ADDR	    (1u << 10 | 2u << 12)
#define DATA1	    (1u << 24)
#define DATA4	    (3u << 24)
#define DCYC(n)	    ((u32)(n) << 18)
#define FM_READ	    (1u << 26)
#define FM_POLL	    (2u << 26)
#define FM_MAP	    (3u << 26)

static const struct {
	char port;
	u8 pin;
} pins[] = {
	{ 'B', 10 }, { 'B', 11 }, { 'E', 12 }, { 'E', 13 }, { 'E', 14 }, { 'E', 15 },
	{ 'D', 3 },  { 'C', 1 },  { 'C', 2 },  { 'C', 3 },  { 'C', 4 },
};

struct fix {
	struct mcu_bus bus;
	struct netlist *nets;
};

static u32 q_rd(struct fix *f, u32 reg)
{
	return rd(&f->bus, QSPI + reg);
}

static void q_wr(struct fix *f, u32 reg, u32 v)
{
	wr(&f->bus, QSPI + reg, v);
}

static void field(struct fix *f, u32 addr, unsigned int width, unsigned int at, u32 v)
{
	u32 mask = ((1u << width) - 1) << (at * width);

	wr(&f->bus, addr, (rd(&f->bus, addr) & ~mask) | v << (at * width));
}

static void route(struct fix *f)
{
	size_t i;

	set_bits(&f->bus, RCC_AHB2ENR, 0xff);
	set_bits(&f->bus, RCC_AHB3ENR, BIT(8));
	for (i = 0; i < ARRAY_SIZE(pins); i++) {
		u32 base = GPIO(pins[i].port);

		field(f, base + AFRL + 4 * (pins[i].pin / 8), 4, pins[i].pin % 8, 10);
		field(f, base + OSPEEDR, 2, pins[i].pin, 3);
		field(f, base + MODER, 2, pins[i].pin, 2);
	}
}

static void open_board(struct fix *f, const char *board)
{
	snprintf(f->bus.opts.board, sizeof(f->bus.opts.board), "%s", board);
	bus_open(&f->bus);
	f->nets = netlist_new(&f->bus.sim);
	assert_non_null(f->nets);
	f->bus.sim.nets = f->nets;
	pass_us(&f->bus, 20000);
	route(f);
	q_wr(f, DCR, 24 << 16 | 1 << 8); /* 32 MiB: both together */
	q_wr(f, CR, DFM | EN);
}

static void close_board(struct fix *f)
{
	netlist_free(f->nets);
	f->nets = NULL;
	bus_close(&f->bus);
}

static int setup(void **state)
{
	struct fix *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->bus.opts.seed = 5;
	f->bus.opts.dualbank = f->bus.opts.rdp = -1;
	open_board(f, "stm32l496-dual");
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fix *f = *state;

	if (f->nets)
		close_board(f);
	free(f);
	return 0;
}

static void q_end(struct fix *f, u32 flag)
{
	int i;

	for (i = 0; i < 1000000 && !(q_rd(f, SR) & flag); i++)
		pass_us(&f->bus, 10);
	assert_int_equal(q_rd(f, SR) & flag, flag);
	q_wr(f, FCR, 0x1b);
	assert_int_equal(q_rd(f, SR) & BUSY, 0);
}

static void q_read(struct fix *f, u32 ccr, u32 addr, u8 *buf, u32 n)
{
	u32 i;

	q_wr(f, DLR, n - 1);
	q_wr(f, CCR, ccr | FM_READ);
	if (ccr & ADDR)
		q_wr(f, AR, addr);
	for (i = 0; i < n; i++)
		buf[i] = (u8)rd_n(&f->bus, QSPI + DR, 1);
	q_end(f, TCF);
}

static void q_write(struct fix *f, u32 ccr, u32 addr, const u8 *buf, u32 n)
{
	u32 i;

	q_wr(f, DLR, n - 1);
	q_wr(f, CCR, ccr);
	if (ccr & ADDR)
		q_wr(f, AR, addr);
	for (i = 0; i < n; i++)
		wr_n(&f->bus, QSPI + DR, buf[i], 1);
	q_end(f, TCF);
}

static void q_cmd(struct fix *f, u8 op)
{
	q_wr(f, CCR, INSTR(op));
	q_end(f, TCF);
}

static void q_erase(struct fix *f, u32 addr)
{
	q_cmd(f, 0x06);
	q_wr(f, CCR, INSTR(0x20) | ADDR);
	q_wr(f, AR, addr);
	q_end(f, TCF);
}

/* polls two status bytes under that mask until they are 0, all of it or, with PMM, some of it */
static void q_poll(struct fix *f, u32 cr, u32 mask)
{
	q_wr(f, CR, cr | DFM | EN | APMS);
	q_wr(f, PSMKR, mask);
	q_wr(f, PSMAR, 0);
	q_wr(f, PIR, 16);
	q_wr(f, DLR, 1);
	q_wr(f, CCR, INSTR(0x05) | DATA1 | FM_POLL);
	q_end(f, SMF);
}

static u16 status(struct fix *f)
{
	u8 b[2];

	q_read(f, INSTR(0x05) | DATA1, 0, b, 2);
	return get_le16(b);
}

static void q_program(struct fix *f, u32 addr, const u8 *buf, u32 n)
{
	q_cmd(f, 0x06);
	q_write(f, INSTR(0x02) | ADDR | DATA1, addr, buf, n);
	q_poll(f, 0, 0x0101);
}

static u8 *cells(struct fix *f, unsigned int chip)
{
	struct vnor *nor = chip ? netlist_nor2(f->nets) : netlist_nor(f->nets);

	vnor_sync(nor, sim_now_ps(&f->bus.sim));
	return vnor_data(nor, NULL);
}

/* ---- the part ---- */

static void test_idcode_and_rom_table_are_those_of_the_l496(void **state)
{
	struct fix *f = *state;

	assert_int_equal(rd(&f->bus, 0xe0042000), 0x20006461);
	assert_int_equal(rd(&f->bus, 0xe00fffe0), 0x61);
	assert_int_equal(rd(&f->bus, 0xe00fffe4), 0x04);
}

static void test_sram_is_256_and_64_kib_and_the_second_follows_the_first(void **state)
{
	struct fix *f = *state;
	struct mcu_bus *b = &f->bus;

	wr(b, 0x2003fffc, 0x11111111);
	wr(b, 0x20040000, 0x22222222);
	wr(b, 0x1000fffc, 0x33333333);
	assert_int_equal(rd(b, 0x2003fffc), 0x11111111);
	assert_int_equal(rd(b, 0x10000000), 0x22222222);
	assert_int_equal(rd(b, 0x2004fffc), 0x33333333);
	assert_ptr_equal(mcu_sram(b->mcu, 0x20040010), mcu_sram(b->mcu, 0x10000010));
	rd_n(b, 0x20050000, 4);
	assert_int_equal(b->resp, BUS_ERROR);
	rd_n(b, 0x10010000, 4);
	assert_int_equal(b->resp, BUS_ERROR);
}

static void test_port_i_and_all_of_port_h_are_there(void **state)
{
	struct fix *f = *state;
	struct mcu_bus *b = &f->bus;

	set_bits(b, RCC_AHB2ENR, BIT(8));
	assert_int_equal(rd(b, RCC_AHB2ENR) & 0x1ff, 0x1ff);
	assert_int_equal(rd(b, GPIO('I') + MODER), 0x00ffffff);
	assert_int_equal(rd(b, GPIO('H') + MODER), 0xffffffff);
	wr(b, GPIO('A') + 0x2c, 1); /* ASCR is the L476's */
	assert_int_equal(rd(b, GPIO('A') + 0x2c), 0);
	set_bits(b, RCC_AHB1ENR, BIT(17)); /* DMA2D */
	assert_int_equal(rd(b, RCC_AHB1ENR) >> 17 & 1, 1);
	assert_no_complaint(b);
}

static void test_the_l476_has_none_of_it(void **state)
{
	struct fix *f = *state;
	struct mcu_bus *b = &f->bus;

	close_board(f);
	snprintf(b->opts.board, sizeof(b->opts.board), "stm32l476g-disco");
	bus_open(b);
	f->nets = netlist_new(&b->sim);
	b->sim.nets = f->nets;
	set_bits(b, RCC_AHB2ENR, 0x1ff);
	set_bits(b, RCC_AHB3ENR, BIT(8));
	assert_int_equal(rd(b, RCC_AHB2ENR), 0xff);
	q_wr(f, CR, DFM | FSEL);
	assert_int_equal(q_rd(f, CR), 0);
	q_wr(f, CCR, BIT(30));
	assert_int_equal(q_rd(f, CCR), 0);
	assert_int_equal(rd(b, 0xe0042000), 0x10076415);
	assert_null(netlist_nor2(f->nets));
	rd_n(b, 0x20018000, 4);
	assert_int_equal(b->resp, BUS_ERROR);
	rd_n(b, 0x20040000, 4);
	assert_int_equal(b->resp, BUS_ERROR);
	rd_n(b, GPIO('I'), 4);
	assert_int_equal(b->resp, BUS_ERROR);
	rd_n(b, 0x50050000, 4); /* DCMI */
	assert_int_equal(b->resp, BUS_ERROR);
}

/* ---- one chip at a time ---- */

static void test_fsel_says_which_chip_hears(void **state)
{
	struct fix *f = *state;
	u8 b[3], uid[2][8], page = 0x5a;

	q_wr(f, CR, FSEL | EN);
	q_read(f, INSTR(0x9f) | DATA1, 0, b, 3);
	assert_memory_equal(b, "\xef\x40\x18", 3);
	q_read(f, INSTR(0x4b) | ADDR | DCYC(8) | DATA1, 0, uid[1], 8);
	q_cmd(f, 0x06);
	q_write(f, INSTR(0x02) | ADDR | DATA1, 0x123, &page, 1);
	pass_us(&f->bus, 5000);
	assert_int_equal(cells(f, 0)[0x123], 0xff);
	assert_int_equal(cells(f, 1)[0x123], 0x5a); /* the address as it is, odd or not */
	q_wr(f, CR, EN);
	q_read(f, INSTR(0x03) | ADDR | DATA1, 0x123, b, 1);
	assert_int_equal(b[0], 0xff);
	q_read(f, INSTR(0x4b) | ADDR | DCYC(8) | DATA1, 0, uid[0], 8);
	assert_memory_not_equal(uid[0], uid[1], 8);
	assert_no_complaint(&f->bus);
}

static bool level(struct fix *f, unsigned int pin)
{
	return rd(&f->bus, GPIO(pins[pin].port) + IDR) >> pins[pin].pin & 1;
}

static void test_ncs_of_the_other_chip_stays_high_and_both_fall_together_in_dual_mode(void **state)
{
	static const struct {
		u32 cr;
		bool ncs1, ncs2;
	} cases[] = {
		{ 0, false, true },
		{ FSEL, true, false },
		{ DFM, false, false },
		{ DFM | FSEL, false, false },
	};
	struct fix *f = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		q_wr(f, CR, cases[i].cr | EN);
		q_wr(f, DLR, 7);
		q_wr(f, CCR, INSTR(0x02) | ADDR | DATA1);
		q_wr(f, AR, 0);
		wr_n(&f->bus, QSPI + DR, 0xffff, 2);
		pass_us(&f->bus, 100);
		assert_int_equal(level(f, 1), cases[i].ncs1);
		assert_int_equal(level(f, 6), cases[i].ncs2);
		q_wr(f, CR, cases[i].cr | EN | ABORT);
		pass_us(&f->bus, 10);
		q_wr(f, FCR, 0x1b);
		assert_true(level(f, 1) && level(f, 6));
	}
}

static void test_fsel_and_dfm_cannot_change_while_busy(void **state)
{
	struct fix *f = *state;

	q_wr(f, CR, EN);
	q_wr(f, DLR, 3);
	q_wr(f, CCR, INSTR(0x02) | ADDR | DATA1);
	q_wr(f, AR, 0);
	wr_n(&f->bus, QSPI + DR, 0, 1); /* it wants three more */
	pass_us(&f->bus, 100);
	assert_int_equal(q_rd(f, SR) & BUSY, BUSY);
	q_wr(f, CR, FSEL | DFM | EN);
	assert_int_equal(q_rd(f, CR), EN);
	assert_true(complained(&f->bus, "fields 0x000000c0 dropped"));
}

/* ---- both at once ---- */

static void test_each_chip_gives_every_other_byte_the_first_chip_first(void **state)
{
	struct fix *f = *state;
	u8 b[6];

	q_read(f, INSTR(0x9f) | DATA1, 0, b, 6);
	assert_memory_equal(b, "\xef\xef\x40\x40\x18\x18", 6);
	assert_no_complaint(&f->bus);
}

static void test_even_bytes_go_to_the_first_chip_at_half_the_address(void **state)
{
	struct fix *f = *state;
	u8 data[64], got[64], quad[64];
	unsigned int i;

	for (i = 0; i < sizeof(data); i++)
		data[i] = (u8)(i * 7 + 1);
	q_program(f, 0x12346, data, sizeof(data));
	for (i = 0; i < sizeof(data); i++)
		assert_int_equal(cells(f, i & 1)[0x12346 / 2 + i / 2], data[i]);
	q_read(f, INSTR(0x03) | ADDR | DATA1, 0x12346, got, sizeof(got));
	assert_memory_equal(got, data, sizeof(data));
	/* quad enable in both: one byte each */
	q_cmd(f, 0x06);
	q_write(f, INSTR(0x31) | DATA1, 0, (const u8 *)"\2\2", 2);
	q_poll(f, 0, 0x0101);
	q_read(f, INSTR(0x6b) | ADDR | DCYC(8) | DATA4, 0x12346, quad, sizeof(quad));
	assert_memory_equal(quad, data, sizeof(data));
	q_read(f, INSTR(0x6b) | ADDR | DCYC(8) | DATA4, 0x12348, quad, 2);
	assert_memory_equal(quad, data + 2, 2);
	assert_no_complaint(&f->bus);
}

static void test_a_page_is_512_bytes_and_takes_the_time_of_one(void **state)
{
	struct fix *f = *state;
	u8 data[512], got[512];
	unsigned int i;

	for (i = 0; i < sizeof(data); i++)
		data[i] = (u8)(i ^ i >> 8);
	q_program(f, 0x400, data, sizeof(data));
	q_read(f, INSTR(0x03) | ADDR | DATA1, 0x400, got, sizeof(got));
	assert_memory_equal(got, data, sizeof(data));
	assert_no_complaint(&f->bus);
}

static void test_a_4k_erase_takes_8_kib(void **state)
{
	struct fix *f = *state;

	memset(cells(f, 0), 0, 0x3000);
	memset(cells(f, 1), 0, 0x3000);
	q_erase(f, 0x2000);
	q_poll(f, 0, 0x0101);
	assert_int_equal(cells(f, 0)[0x0fff], 0);
	assert_int_equal(cells(f, 0)[0x1000], 0xff);
	assert_int_equal(cells(f, 1)[0x1fff], 0xff);
	assert_int_equal(cells(f, 1)[0x2000], 0);
	assert_no_complaint(&f->bus);
}

static void test_quad_off_in_one_chip_spoils_every_other_byte_only(void **state)
{
	struct fix *f = *state;
	u8 b[8] = { 1, 2, 3, 4, 5, 6, 7, 8 }, got[8];

	q_program(f, 0, b, 8);
	q_wr(f, CR, EN);
	q_cmd(f, 0x06);
	q_write(f, INSTR(0x31) | DATA1, 0, (const u8 *)"\2", 1);
	pass_us(&f->bus, 100000);
	q_wr(f, CR, DFM | EN);
	q_read(f, INSTR(0x6b) | ADDR | DCYC(8) | DATA4, 0, got, 8);
	assert_int_equal(got[0] | got[2] << 8 | got[4] << 16, 0x050301);
	assert_memory_not_equal(got, b, 8);
	assert_true(complained(&f->bus, "without QE"));
}

static void test_an_odd_address_loses_its_lowest_bit(void **state)
{
	struct fix *f = *state;
	u8 b[2] = { 0x12, 0x34 }, got[2];

	q_program(f, 0x100, b, 2);
	q_read(f, INSTR(0x03) | ADDR | DATA1, 0x101, got, 2);
	assert_memory_equal(got, b, 2);
	assert_int_equal(q_rd(f, AR), 0x100);
	assert_true(complained(&f->bus, "AR = 0x00000101 in dual-flash mode"));
}

static void test_an_odd_length_is_one_byte_more(void **state)
{
	struct fix *f = *state;

	q_wr(f, DLR, 2); /* three */
	assert_int_equal(q_rd(f, DLR), 3);
	assert_true(complained(&f->bus, "DLR = 0x2 in dual-flash mode"));
	q_wr(f, CCR, INSTR(0x9f) | DATA1 | FM_READ);
	pass_us(&f->bus, 100);
	assert_int_equal(q_rd(f, SR) >> 8 & 0x1f, 4);
	assert_int_equal(q_rd(f, DR), 0x4040efef);
	q_end(f, TCF);
}

static void test_a_write_waits_until_there_is_a_byte_for_each_chip(void **state)
{
	struct fix *f = *state;
	u8 got[2];

	q_cmd(f, 0x06);
	q_wr(f, DLR, 1);
	q_wr(f, CCR, INSTR(0x02) | ADDR | DATA1);
	q_wr(f, AR, 0);
	wr_n(&f->bus, QSPI + DR, 0xa5, 1);
	pass_us(&f->bus, 1000);
	assert_int_equal(q_rd(f, SR) & (BUSY | TCF), BUSY);
	assert_int_equal(q_rd(f, SR) >> 8 & 0x1f, 1);
	wr_n(&f->bus, QSPI + DR, 0x5a, 1);
	q_end(f, TCF);
	q_poll(f, 0, 0x0101);
	q_read(f, INSTR(0x03) | ADDR | DATA1, 0, got, 2);
	assert_int_equal(get_le16(got), 0x5aa5);
	assert_no_complaint(&f->bus);
}

static void test_polling_with_and_waits_for_both_with_or_for_one(void **state)
{
	struct fix *f = *state;
	u16 sr;

	q_erase(f, 0);
	assert_int_equal(status(f), 0x0303);
	q_poll(f, PMM, 0x0101);
	sr = status(f) & 0x0101;
	assert_true(sr == 0x0100 || sr == 0x0001); /* no two chips are equally fast */
	q_poll(f, 0, 0x0101);
	assert_int_equal(status(f), 0);
	assert_no_complaint(&f->bus);
}

static void test_fsize_is_that_of_both_together(void **state)
{
	struct fix *f = *state;
	u8 got[2];

	q_read(f, INSTR(0x03) | ADDR | DATA1, MIB(32) - 2, got, 2);
	assert_no_complaint(&f->bus);
	q_wr(f, DLR, 1);
	q_wr(f, CCR, INSTR(0x03) | ADDR | DATA1 | FM_READ);
	q_wr(f, AR, MIB(32));
	assert_int_equal(q_rd(f, SR) & (TEF | BUSY), TEF);
}

static void test_the_window_shows_both_at_any_address(void **state)
{
	struct fix *f = *state;
	unsigned int i;

	for (i = 0; i < 64; i++)
		cells(f, i & 1)[0x800 + i / 2] = (u8)(0x40 + i);
	q_wr(f, CCR, INSTR(0x03) | ADDR | DATA1 | FM_MAP);
	assert_int_equal(rd(&f->bus, WINDOW + 0x1000), 0x43424140);
	assert_int_equal(rd(&f->bus, WINDOW + 0x1004), 0x47464544);
	assert_int_equal(rd_n(&f->bus, WINDOW + 0x1015, 1),
			 0x55); /* a run that starts at an odd one */
	assert_int_equal(rd_n(&f->bus, WINDOW + 0x1016, 2), 0x5756);
	assert_int_equal(rd_n(&f->bus, WINDOW + 0x1003, 1), 0x43);
	assert_int_equal(rd(&f->bus, WINDOW + 0x1020), 0x63626160);
	rd_n(&f->bus, WINDOW + MIB(32), 4);
	assert_int_equal(f->bus.resp, BUS_ERROR);
}

static void test_each_chip_is_saved_by_itself(void **state)
{
	struct fix *f = *state;
	char path[] = "/tmp/swdrom-dual-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(unlink(path), 0);
	snprintf(f->bus.opts.state_path, sizeof(f->bus.opts.state_path), "%s", path);
	close_board(f);
	open_board(f, "stm32l496-dual");
	q_program(f, 0, (const u8 *)"\1\2\3\4", 4);
	netlist_save(f->nets);
	assert_int_equal(sim_core_save(&f->bus.sim), 0);
	close_board(f);
	open_board(f, "stm32l496-dual");
	assert_memory_equal(cells(f, 0), "\1\3\xff", 3);
	assert_memory_equal(cells(f, 1), "\2\4\xff", 3);
	close(fd);
	assert_int_equal(unlink(path), 0);
}

static void test_what_both_are_busy_with_is_counted_for_each(void **state)
{
	struct fix *f = *state;
	const struct sim_stats *st = &f->bus.sim.stats;

	q_erase(f, 0);
	q_poll(f, 0, 0x0101);
	cells(f, 0);
	cells(f, 1);
	assert_int_equal(st->nor.n_erases, 1);
	assert_int_equal(st->nor2.n_erases, 1);
}

#define T(_name) cmocka_unit_test_setup_teardown(test_##_name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(idcode_and_rom_table_are_those_of_the_l496),
		T(sram_is_256_and_64_kib_and_the_second_follows_the_first),
		T(port_i_and_all_of_port_h_are_there),
		T(the_l476_has_none_of_it),
		T(fsel_says_which_chip_hears),
		T(ncs_of_the_other_chip_stays_high_and_both_fall_together_in_dual_mode),
		T(fsel_and_dfm_cannot_change_while_busy),
		T(each_chip_gives_every_other_byte_the_first_chip_first),
		T(even_bytes_go_to_the_first_chip_at_half_the_address),
		T(a_page_is_512_bytes_and_takes_the_time_of_one),
		T(a_4k_erase_takes_8_kib),
		T(quad_off_in_one_chip_spoils_every_other_byte_only),
		T(an_odd_address_loses_its_lowest_bit),
		T(an_odd_length_is_one_byte_more),
		T(a_write_waits_until_there_is_a_byte_for_each_chip),
		T(polling_with_and_waits_for_both_with_or_for_one),
		T(fsize_is_that_of_both_together),
		T(the_window_shows_both_at_any_address),
		T(each_chip_is_saved_by_itself),
		T(what_both_are_busy_with_is_counted_for_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
