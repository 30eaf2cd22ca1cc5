// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * QUADSPI, pins, DMA and NOR together, by register accesses on the bus of the whole virtual
 * STM32L476: what test-netlist.c, with a bus of its own, does not reach.
 */
#include "tests/support/mcu-bus.h"
#include "sim/netlist.h"

#define RCC_AHB1ENR 0x40021048u
#define RCC_AHB2ENR 0x4002104cu
#define RCC_AHB3ENR 0x40021050u
#define QSPIEN	    BIT(8)
#define GPIO(_port) (0x48000000u + 0x400u * (u32)((_port) - 'A'))
#define MODER	    0x00
#define OSPEEDR	    0x08
#define IDR	    0x10
#define BSRR	    0x18
#define AFRL	    0x20

#define QSPI	    0xa0001000u
#define CR	    0x00
#define DCR	    0x04
#define SR	    0x08
#define FCR	    0x0c
#define DLR	    0x10
#define CCR	    0x14
#define AR	    0x18
#define ABR	    0x1c
#define DR	    0x20
#define PSMKR	    0x24
#define PSMAR	    0x28
#define PIR	    0x2c
#define ABORT	    BIT(1)
#define DMAEN	    BIT(2)
#define APMS	    BIT(22)
#define TCF	    BIT(1)
#define SMF	    BIT(3)
#define BUSY	    BIT(5)

#define INSTR(op)   ((u32)(op) | 1u << 8)
#define ADDR1	    (1u << 10 | 2u << 12)
#define ADDR4	    (3u << 10 | 2u << 12)
#define ALT4	    (3u << 14)
#define DCYC(n)	    ((u32)(n) << 18)
#define DATA1	    (1u << 24)
#define DATA4	    (3u << 24)
#define FM_READ	    (1u << 26)
#define FM_POLL	    (2u << 26)
#define FM_MAP	    (3u << 26)

#define SRAM	    0x20000000u
#define DMA1	    0x40020000u

struct pin {
	char port;
	u8 pin;
};

enum { CLK, NCS, IO0, IO1, IO2, IO3, N_PINS };

static const struct pin pins_e[N_PINS] = { { 'E', 10 }, { 'E', 11 }, { 'E', 12 },
					   { 'E', 13 }, { 'E', 14 }, { 'E', 15 } };
static const struct pin pins_b[N_PINS] = { { 'B', 10 }, { 'B', 11 }, { 'B', 1 },
					   { 'B', 0 },	{ 'A', 7 },  { 'A', 6 } };

struct fix {
	struct mcu_bus bus;
	struct netlist *nets;
	const struct pin *pins;
};

static void field(struct fix *f, u32 addr, unsigned int width, unsigned int at, u32 v)
{
	u32 mask = ((1u << width) - 1) << (at * width);

	wr(&f->bus, addr, (rd(&f->bus, addr) & ~mask) | v << (at * width));
}

static void pin_mode(struct fix *f, int line, u32 mode, u32 af)
{
	const struct pin *p = &f->pins[line];

	field(f, GPIO(p->port) + AFRL + 4 * (p->pin / 8), 4, p->pin % 8, af);
	field(f, GPIO(p->port) + OSPEEDR, 2, p->pin, 3);
	field(f, GPIO(p->port) + MODER, 2, p->pin, mode);
}

/* clocks on, all six pins on QUADSPI, HCLK / 1, 16 MiB */
static void set_up_qspi(struct fix *f)
{
	int i;

	set_bits(&f->bus, RCC_AHB2ENR, 0xff);
	set_bits(&f->bus, RCC_AHB3ENR, QSPIEN);
	for (i = 0; i < N_PINS; i++)
		pin_mode(f, i, 2, 10);
	wr(&f->bus, QSPI + DCR, 23 << 16 | 1 << 8);
	wr(&f->bus, QSPI + CR, 3 << 8 | 1);
}

static void open_board(struct fix *f, const char *board)
{
	snprintf(f->bus.opts.board, sizeof(f->bus.opts.board), "%s", board);
	bus_open(&f->bus);
	f->nets = netlist_new(&f->bus.sim);
	assert_non_null(f->nets);
	f->bus.sim.nets = f->nets;
	f->pins = strcmp(board, "stm32l476g-disco") ? pins_b : pins_e;
	pass_us(&f->bus, 1000);
	sim_clear_complaints(&f->bus.sim);
	set_up_qspi(f);
}

static void close_board(struct fix *f)
{
	netlist_free(f->nets);
	f->nets = NULL;
	bus_close(&f->bus);
}

static struct fix *new_fix(void)
{
	struct fix *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->bus.opts.seed = 5;
	f->bus.opts.dualbank = f->bus.opts.rdp = -1;
	return f;
}

static int setup_disco(void **state)
{
	*state = new_fix();
	open_board(*state, "stm32l476g-disco");
	return 0;
}

static int setup_w25q(void **state)
{
	*state = new_fix();
	open_board(*state, "l476rg-w25q128");
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

/* ---- commands ---- */

static u32 q_rd(struct fix *f, u32 reg)
{
	return rd(&f->bus, QSPI + reg);
}

static void q_wr(struct fix *f, u32 reg, u32 v)
{
	wr(&f->bus, QSPI + reg, v);
}

/* through the abort that ends each transfer on this die (erratum) */
static void q_end(struct fix *f)
{
	int i;

	for (i = 0; i < 1000 && !(q_rd(f, SR) & (TCF | SMF)); i++)
		pass_us(&f->bus, 10);
	q_wr(f, CR, q_rd(f, CR) | ABORT);
	for (i = 0; i < 100 && q_rd(f, SR) & BUSY; i++)
		pass_us(&f->bus, 1);
	assert_int_equal(q_rd(f, SR) & BUSY, 0);
	q_wr(f, FCR, 0x1b);
}

static void q_read(struct fix *f, u32 ccr, u32 addr, u8 *buf, u32 n)
{
	u32 i, v;

	q_wr(f, DLR, n - 1);
	q_wr(f, CCR, ccr | FM_READ);
	if (ccr >> 10 & 3)
		q_wr(f, AR, addr);
	for (i = 0; i + 4 <= n; i += 4) {
		v = q_rd(f, DR);
		put_le32(buf + i, v);
	}
	for (; i < n; i++)
		buf[i] = (u8)rd_n(&f->bus, QSPI + DR, 1);
	q_end(f);
}

static void q_write(struct fix *f, u32 ccr, u32 addr, const u8 *buf, u32 n)
{
	u32 i;

	q_wr(f, DLR, n - 1);
	q_wr(f, CCR, ccr);
	if (ccr >> 10 & 3)
		q_wr(f, AR, addr);
	for (i = 0; i + 4 <= n; i += 4)
		q_wr(f, DR, get_le32(buf + i));
	for (; i < n; i++)
		wr_n(&f->bus, QSPI + DR, buf[i], 1);
	q_end(f);
}

static void q_cmd(struct fix *f, u8 op)
{
	q_wr(f, CCR, INSTR(op));
	q_end(f);
}

/* ones on four lines, 8 clocks */
static void q_cmd4(struct fix *f, u8 op)
{
	q_wr(f, ABR, 0xffffffff);
	q_wr(f, CCR, 0x300 | op | ALT4 | 2u << 16);
	q_end(f);
}

/* automatic polling for WIP = 0, for a second at most; returns SR */
static u32 q_poll(struct fix *f)
{
	int i;

	q_wr(f, CR, q_rd(f, CR) | APMS);
	q_wr(f, PSMKR, 1);
	q_wr(f, PSMAR, 0);
	q_wr(f, PIR, 16);
	q_wr(f, DLR, 0);
	q_wr(f, CCR, INSTR(0x05) | DATA1 | FM_POLL);
	for (i = 0; i < 10000 && !(q_rd(f, SR) & SMF); i++)
		pass_us(&f->bus, 100);
	return q_rd(f, SR);
}

/* the same, and it has to end; returns its time */
static u64 q_wait(struct fix *f)
{
	u64 t0 = f->bus.now;

	assert_int_equal(q_poll(f) & (SMF | BUSY), SMF);
	q_wr(f, FCR, 0x1b);
	return f->bus.now - t0;
}

static void write_reg(struct fix *f, u8 op, u8 v)
{
	q_cmd(f, 0x06);
	q_write(f, INSTR(op) | DATA1, 0, &v, 1);
	q_wait(f);
}

static void assert_nor_id(struct fix *f, u32 id)
{
	u8 b[3];

	q_read(f, INSTR(0x9f) | DATA1, 0, b, 3);
	assert_int_equal(b[0] << 16 | b[1] << 8 | b[2], id);
}

static void fill(u8 *buf, size_t n, u32 seed)
{
	size_t i;

	for (i = 0; i < n; i++) {
		seed = seed * 1664525 + 1013904223;
		buf[i] = (u8)(seed >> 24);
	}
}

/* ---- pins ---- */

static void test_a_pin_off_its_alternate_function_cuts_the_wire(void **state)
{
	static const struct {
		int line;
		const char *says;
	} cases[] = { { CLK, "QUADSPI CLK: PE10 is not" },
		      { NCS, "QUADSPI NCS: PE11 is not" },
		      { IO0, "QUADSPI IO0: PE12 is not" },
		      { IO1, "QUADSPI IO1: PE13 is not" } };
	struct fix *f = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		int k, wrong = 0;
		u8 b[3];

		pin_mode(f, cases[i].line, 2, 9); /* another function */
		for (k = 0; k < 8; k++) {	  /* what floats may be right by chance */
			q_read(f, INSTR(0x9f) | DATA1, 0, b, 3);
			wrong += b[0] != 0x20 || b[1] != 0xba || b[2] != 0x18;
		}
		assert_true(wrong > 1);
		assert_true(complained(&f->bus, cases[i].says));
		pin_mode(f, cases[i].line, 2, 10);
		q_read(f, INSTR(0x9f) | DATA1, 0, b, 3); /* ends a frame that was cut */
		sim_clear_complaints(&f->bus.sim);
		assert_nor_id(f, 0x20ba18);
		assert_no_complaint(&f->bus);
	}
}

static void test_pins_of_port_b_lead_nowhere_on_the_disco(void **state)
{
	struct fix *f = *state;
	u8 b[3];
	int i;

	for (i = 0; i < N_PINS; i++)
		pin_mode(f, i, 3, 0);
	f->pins = pins_b;
	for (i = 0; i < N_PINS; i++)
		pin_mode(f, i, 2, 10);
	q_read(f, INSTR(0x9f) | DATA1, 0, b, 3);
	assert_false(b[0] == 0x20 && b[1] == 0xba && b[2] == 0x18);
	assert_true(complained(&f->bus, "floating pin"));
}

static void test_quad_data_needs_all_four_pins(void **state)
{
	struct fix *f = *state;
	u8 page[64], back[64];

	fill(page, sizeof(page), 1);
	write_reg(f, 0x31, 0x02);
	q_cmd(f, 0x06);
	q_write(f, INSTR(0x02) | ADDR1 | DATA1, 0, page, sizeof(page));
	q_wait(f);
	q_read(f, INSTR(0x6b) | ADDR1 | DCYC(8) | DATA4, 0, back, sizeof(back));
	assert_memory_equal(back, page, sizeof(page));
	assert_no_complaint(&f->bus);
	wr(&f->bus, GPIO('A') + BSRR, BIT(6));
	pin_mode(f, IO3, 1, 0); /* left as GPIO output, high */
	q_read(f, INSTR(0x6b) | ADDR1 | DCYC(8) | DATA4, 0, back, sizeof(back));
	assert_memory_not_equal(back, page, sizeof(page));
	assert_true(complained(&f->bus, "IO3: MCU and NOR drive against each other"));
}

static void test_hold_low_by_gpio_stops_the_chip(void **state)
{
	struct fix *f = *state;
	u8 b[3];

	wr(&f->bus, GPIO('E') + BSRR, BIT(15) << 16);
	pin_mode(f, IO3, 1, 0);
	q_read(f, INSTR(0x9f) | DATA1, 0, b, 3);
	assert_false(b[0] == 0x20 && b[1] == 0xba);
	wr(&f->bus, GPIO('E') + BSRR, BIT(15));
	assert_nor_id(f, 0x20ba18);
}

static void test_idr_shows_ncs_and_pulls(void **state)
{
	struct fix *f = *state;

	assert_int_equal(rd(&f->bus, GPIO('B') + IDR) & BIT(11), BIT(11)); /* NCS idles high */
	pin_mode(f, IO3, 0, 0); /* input: resistor to 3V3 on this board */
	assert_int_equal(rd(&f->bus, GPIO('A') + IDR) & BIT(6), BIT(6));
}

/* ---- jobs ---- */

static void test_polling_sees_an_erase_end_when_it_ends(void **state)
{
	struct fix *f = *state;
	u64 took;

	q_cmd(f, 0x06);
	q_wr(f, CCR, INSTR(0xd8) | ADDR1);
	q_wr(f, AR, 0x120000);
	q_end(f);
	took = q_wait(f);
	assert_true(took > 600 * PS_PER_MS && took < 1100 * PS_PER_MS);
	assert_int_equal(f->bus.sim.stats.nor.n_erases, 1);
	assert_true(f->bus.sim.stats.nor.erase_ps <= took + PS_PER_MS);
	assert_true(f->bus.sim.stats.nor.erase_ps + PS_PER_MS >= took);
	assert_no_complaint(&f->bus);
}

static void test_mapped_reads_show_the_array(void **state)
{
	struct fix *f = *state;
	u8 *data = netlist_nor_data(f->nets, NULL);
	u32 i;

	fill(data + 0x200, 256, 3);
	q_wr(f, CCR, INSTR(0xeb) | ADDR4 | DCYC(10) | DATA4 | FM_MAP);
	for (i = 0; i < 256; i += 4)
		assert_int_equal(rd(&f->bus, 0x90000200 + i), get_le32(data + 0x200 + i));
	assert_no_complaint(&f->bus);
}

static void test_a_reset_in_the_middle_of_a_program_frame_lets_go_of_ncs(void **state)
{
	struct fix *f = *state;
	u8 *data = netlist_nor_data(f->nets, NULL);

	q_cmd(f, 0x06);
	q_wr(f, DLR, 255);
	q_wr(f, CCR, INSTR(0x02) | ADDR1 | DATA1);
	q_wr(f, AR, 0x400);
	q_wr(f, DR, 0x44332211);
	pass_us(&f->bus, 100);
	mcu_set_nrst(f->bus.mcu, true);
	pass_us(&f->bus, 100);
	mcu_set_nrst(f->bus.mcu, false);
	pass_us(&f->bus, 20000);
	netlist_nor_data(f->nets, NULL);
	/* the bytes that had arrived are programmed: CS# rose on a byte boundary */
	assert_int_equal(get_le32(data + 0x400), 0x44332211);
	assert_int_equal(data[0x404], 0xff);
}

/* DMA1 channel 5, request 5: RM0351 table "DMA1 requests for each channel" */
static void dma_start(struct fix *f, bool to_qspi, u32 mem, u32 n)
{
	u32 ch = DMA1 + 0x14 * 4;

	wr(&f->bus, ch + 0x08, 0);
	wr(&f->bus, DMA1 + 0xa8, 5u << 16);
	wr(&f->bus, ch + 0x0c, n);
	wr(&f->bus, ch + 0x10, QSPI + DR);
	wr(&f->bus, ch + 0x14, mem);
	/* bytes on both sides, memory increments */
	wr(&f->bus, ch + 0x08, BIT(7) | (to_qspi ? BIT(4) : 0) | BIT(0));
}

static void test_dma_feeds_a_page_program_and_takes_a_read(void **state)
{
	struct fix *f = *state;
	u8 page[256];
	u32 i;

	fill(page, sizeof(page), 9);
	set_bits(&f->bus, RCC_AHB1ENR, BIT(0));
	for (i = 0; i < 256; i += 4)
		wr(&f->bus, SRAM + i, get_le32(page + i));
	q_cmd(f, 0x06);
	q_wr(f, CR, 1); /* FTHRES: a byte */
	q_wr(f, DLR, 255);
	q_wr(f, CCR, INSTR(0x32) | ADDR1 | DATA4);
	q_wr(f, AR, 0x8000);
	dma_start(f, true, SRAM, 256);
	q_wr(f, CR, 1 | DMAEN);
	pass_us(&f->bus, 1000);
	assert_int_equal(rd(&f->bus, DMA1 + 0x14 * 4 + 0x0c), 0);
	q_wr(f, CR, 1);
	q_end(f);
	q_wait(f);
	assert_memory_equal(netlist_nor_data(f->nets, NULL) + 0x8000, page, 256);

	q_wr(f, CR, 1 | DMAEN);
	dma_start(f, false, SRAM + 0x1000, 256);
	q_wr(f, DLR, 255);
	q_wr(f, CCR, INSTR(0x6b) | ADDR1 | DCYC(8) | DATA4 | FM_READ);
	q_wr(f, AR, 0x8000);
	pass_us(&f->bus, 1000);
	assert_int_equal(rd(&f->bus, DMA1 + 0x14 * 4 + 0x0c), 0);
	for (i = 0; i < 256; i += 4)
		assert_int_equal(rd(&f->bus, SRAM + 0x1000 + i), get_le32(page + i));
	q_wr(f, CR, 1);
	q_end(f);
	assert_no_complaint(&f->bus);
}

/* ---- whole bytes against edges ---- */

/* one random command; all it read goes to @out */
static void random_command(struct fix *f, struct sim_rng *r, u8 *out)
{
	static const u8 alone[] = { 0x06, 0x04, 0x66, 0x99, 0x50, 0x06, 0x75, 0x7a };
	static const u32 reads[] = {
		INSTR(0x9f) | DATA1,
		INSTR(0x05) | DATA1,
		INSTR(0x70) | DATA1,
		INSTR(0x35) | DATA1,
		INSTR(0x03) | ADDR1 | DATA1,
		INSTR(0x0b) | ADDR1 | DCYC(8) | DATA1,
		INSTR(0x3b) | ADDR1 | DCYC(8) | 2u << 24,
		INSTR(0x6b) | ADDR1 | DCYC(8) | DATA4,
		INSTR(0xeb) | ADDR4 | ALT4 | DCYC(4) | DATA4,
		INSTR(0xeb) | ADDR4 | DCYC(10) | DATA4,
		INSTR(0xbb) | 2u << 10 | 2u << 12 | DCYC(8) | 2u << 24,
		INSTR(0x12) | ADDR1 | DATA1, /* unknown to some: floats */
		0x300 | 0xaf | DATA4,
	};
	u64 x = sim_rng_u64(r);
	u8 buf[24];
	u32 n = 1 + (x >> 8) % sizeof(buf), addr = (u32)(x >> 16) & 0x1fff;

	fill(buf, sizeof(buf), (u32)(x >> 32));
	q_wr(f, ABR, 0xff);
	switch (x & 7) {
	case 0:
	case 1:
		q_cmd(f, alone[(x >> 24) % ARRAY_SIZE(alone)]);
		break;
	case 2:
		q_cmd(f, 0x06);
		q_write(f, INSTR(0x32) | ADDR1 | DATA4, addr, buf, n);
		break;
	case 3:
		q_cmd(f, 0x06);
		q_write(f, INSTR(0x02) | ADDR1 | DATA1, addr, buf, n);
		break;
	case 4:
		q_cmd(f, 0x06);
		q_wr(f, CCR, INSTR(0x20) | ADDR1);
		q_wr(f, AR, addr);
		q_end(f);
		break;
	case 5:
		q_cmd4(f, 0xff); /* out of a continuous read that floating mode bits began */
		q_poll(f);
		q_end(f);
		break;
	default:
		q_read(f, reads[(x >> 24) % ARRAY_SIZE(reads)], addr, out, n);
		break;
	}
	pass_us(&f->bus, x >> 52);
}

static void test_whole_bytes_do_what_their_edges_do(void **state)
{
	static const char *const names[] = { "stm32l476g-disco", "l476rg-w25q128",
					     "l476rc-mt25ql128" };
	static u8 out[2][400][24];
	size_t b;
	int i, k;

	memset(out, 0, sizeof(out));
	for (b = 0; b < ARRAY_SIZE(names); b++) {
		struct fix *f[2];
		struct sim_rng r;

		for (i = 0; i < 2; i++) {
			f[i] = new_fix();
			f[i]->bus.opts.reference_dp = i;
			open_board(f[i], names[b]);
			sim_rng_init(&r, &f[i]->bus.sim, "test");
			if (b == 1)
				write_reg(f[i], 0x31, 0x02);
			for (k = 0; k < 400; k++)
				random_command(f[i], &r, out[i][k]);
		}
		assert_int_equal(f[0]->bus.now, f[1]->bus.now);
		for (k = 0; k < 400; k++)
			assert_memory_equal(out[0][k], out[1][k], sizeof(out[0][k]));
		assert_memory_equal(netlist_nor_data(f[0]->nets, NULL),
				    netlist_nor_data(f[1]->nets, NULL), MIB(16));
		assert_memory_equal(&f[0]->bus.sim.stats.nor, &f[1]->bus.sim.stats.nor,
				    sizeof(struct sim_device_busy));
		assert_int_equal(f[0]->bus.sim.stats.nor_commands,
				 f[1]->bus.sim.stats.nor_commands);
		for (i = 0; i < 2; i++) {
			close_board(f[i]);
			free(f[i]);
		}
	}
}

#define DISCO(_name) cmocka_unit_test_setup_teardown(test_##_name, setup_disco, teardown)
#define W25Q(_name)  cmocka_unit_test_setup_teardown(test_##_name, setup_w25q, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DISCO(a_pin_off_its_alternate_function_cuts_the_wire),
		DISCO(pins_of_port_b_lead_nowhere_on_the_disco),
		W25Q(quad_data_needs_all_four_pins),
		DISCO(hold_low_by_gpio_stops_the_chip),
		W25Q(idr_shows_ncs_and_pulls),
		DISCO(polling_sees_an_erase_end_when_it_ends),
		DISCO(mapped_reads_show_the_array),
		DISCO(a_reset_in_the_middle_of_a_program_frame_lets_go_of_ncs),
		DISCO(dma_feeds_a_page_program_and_takes_a_read),
		cmocka_unit_test(test_whole_bytes_do_what_their_edges_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
