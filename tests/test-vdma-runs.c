// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Transfers in runs against the same transfers one by one (reference_dp=1): two benches do the same
 * random things in step, and at each access its answer and its time, to the picosecond, have to agree,
 * at the end memories, cells, registers and complaints too.
 */
#include "tests/support/mcu-bus.h"

#include "sim/netlist.h"
#include "sim/vnor.h"

#define RCC_CR	    0x40021000u
#define RCC_CFGR    0x40021008u
#define RCC_PLLCFGR 0x4002100cu
#define ACR	    0x40022000u
#define FLASH_KEYR  0x40022008u
#define FLASH_CR    0x40022014u
#define AHB1RSTR    0x40021028u
#define AHB1ENR	    0x40021048u
#define AHB2ENR	    0x4002104cu
#define AHB3ENR	    0x40021050u
#define DMA1_EN	    BIT(0)
#define DMA2_EN	    BIT(1)
#define CRC_EN	    BIT(12)
#define AHB1_ON	    (CRC_EN | DMA1_EN | DMA2_EN | BIT(8)) /* and FLASH */
#define QSPI_EN	    BIT(8)

#define GPIO(n)	    (0x48000000u + 0x400u * (n))
#define N_PORTS	    5 /* A ... E */

#define QSPI	    0xa0001000u
#define CR	    (QSPI + 0x00)
#define DCR	    (QSPI + 0x04)
#define SR	    (QSPI + 0x08)
#define FCR	    (QSPI + 0x0c)
#define DLR	    (QSPI + 0x10)
#define CCR	    (QSPI + 0x14)
#define AR	    (QSPI + 0x18)
#define ABR	    (QSPI + 0x1c)
#define DR	    (QSPI + 0x20)
#define LPTR	    (QSPI + 0x30)
#define CR_EN	    BIT(0)
#define CR_ABORT    BIT(1)
#define CR_DMAEN    BIT(2)
#define CR_TCEN	    BIT(3)
#define CR_DFM	    BIT(6)
#define BUSY	    BIT(5)
#define WINDOW	    0x90000000u
#define CCR_DDRM    BIT(31)
#define FM_READ	    (1u << 26)
#define FM_MAP	    (3u << 26)

#define CRC_DR	    0x40023000u
#define CRC_CR	    0x40023008u
#define SRAM	    0x20000000u
#define SRAM2	    0x10000000u
#define FLASH	    0x08000000u
#define SRAM_LEN    0x2000u

#define DMA(n)	    (0x40020000u + 0x400u * (n))
#define ISR	    0x00
#define IFCR	    0x04
#define CH(n)	    (0x08 + 0x14 * (n)) /* from 0: CCR, CNDTR, CPAR, CMAR */
#define MEM2MEM	    BIT(14)

#define QPI_SEED    18 /* the fifth has a chip whose IO3 is RESET# listen in the wrong mode */
#define N_QPI_SEEDS 8

struct pin {
	u8 port, pin, af;
};

/* CLK, NCS, IO0 ... IO3, and those of the second bank */
static const struct board {
	const char *name;
	u8 n_pins;
	bool needs_qe, dual, float_io3;
	struct pin pins[11];
} boards[] = {
	{ "stm32l476g-disco",
	  6,
	  false,
	  false,
	  false,
	  { { 4, 10, 10 },
	    { 4, 11, 10 },
	    { 4, 12, 10 },
	    { 4, 13, 10 },
	    { 4, 14, 10 },
	    { 4, 15, 10 } } },
	{ "l476rg-w25q128",
	  6,
	  true,
	  false,
	  false,
	  { { 1, 10, 10 },
	    { 1, 11, 10 },
	    { 1, 1, 10 },
	    { 1, 0, 10 },
	    { 0, 7, 10 },
	    { 0, 6, 10 } } },
	{ "l476rc-mt25ql128",
	  6,
	  false,
	  false,
	  true,
	  { { 1, 10, 10 },
	    { 1, 11, 10 },
	    { 1, 1, 10 },
	    { 1, 0, 10 },
	    { 0, 7, 10 },
	    { 0, 6, 10 } } },
	{ "stm32l496-dual",
	  11,
	  true,
	  true,
	  false,
	  { { 1, 10, 10 },
	    { 1, 11, 10 },
	    { 4, 12, 10 },
	    { 4, 13, 10 },
	    { 4, 14, 10 },
	    { 4, 15, 10 },
	    { 3, 3, 10 },
	    { 2, 1, 10 },
	    { 2, 2, 10 },
	    { 2, 3, 10 },
	    { 2, 4, 10 } } },
};

/* chips that know commands on four lines, on the pins of the first board */
static const struct chip {
	const char *nor;
	u8 enter_qpi, leave_qpi;
} qpi_chips[] = {
	{ "mt25ql128aba", 0x35, 0xf5 }, { "gd25lq256d", 0x38, 0xff }, { "mx25l51245g", 0x35, 0xf5 },
	{ "is25lp128f", 0x35, 0xf5 },	{ "s25fl064l", 0x38, 0xf5 },  { "sst26vf064b", 0x38, 0xff },
};

/* the two benches */
struct twins {
	const struct board *board;
	const struct chip *chip; /* NULL: the board's own */
	bool qpi;		 /* it has been told to */
	struct mcu_bus *b[2];
	struct sim_rng rng;
};

static u32 draw(struct twins *f, u32 n)
{
	return (u32)(sim_rng_u64(&f->rng) >> 16) % n;
}

static bool one_in(struct twins *f, u32 n)
{
	return !draw(f, n);
}

static void assert_in_step(struct twins *f, u32 addr)
{
	if (f->b[0]->now != f->b[1]->now || f->b[0]->resp != f->b[1]->resp)
		fail_msg("%s, access to 0x%08x: %llu ps and answer %d in runs, %llu and %d without",
			 f->board->name, addr, (unsigned long long)f->b[0]->now, f->b[0]->resp,
			 (unsigned long long)f->b[1]->now, f->b[1]->resp);
}

static u32 get_n(struct twins *f, u32 addr, unsigned int size)
{
	u32 v[2];
	int i;

	for (i = 0; i < 2; i++)
		v[i] = rd_n(f->b[i], addr, size);
	assert_in_step(f, addr);
	if (v[0] != v[1])
		fail_msg("%s, read of 0x%08x at %llu ps: 0x%08x in runs, 0x%08x without",
			 f->board->name, addr, (unsigned long long)f->b[0]->now, v[0], v[1]);
	return v[0];
}

static u32 get(struct twins *f, u32 addr)
{
	return get_n(f, addr, 4);
}

static void put(struct twins *f, u32 addr, u32 v)
{
	int i;

	for (i = 0; i < 2; i++)
		wr_n(f->b[i], addr, v, 4);
	assert_in_step(f, addr);
}

static void put_field(struct twins *f, u32 addr, unsigned int width, unsigned int at, u32 v)
{
	u32 mask = ((1u << width) - 1) << (width * at);

	put(f, addr, (get(f, addr) & ~mask) | v << (width * at));
}

static void pass_ps(struct twins *f, u64 ps)
{
	pass(f->b[0], ps);
	pass(f->b[1], ps);
}

/* ---- set-up ---- */

static void fill(u8 *p, size_t n, u32 seed)
{
	size_t i;

	for (i = 0; i < n; i++) {
		seed = seed * 1664525 + 1013904223;
		p[i] = (u8)(seed >> 24);
	}
}

static struct mcu_bus *open_bench(const struct board *board, const char *nor, bool extra_byte,
				  bool reference)
{
	struct mcu_bus *b = calloc(1, sizeof(*b));
	struct vnor *second;
	size_t size;
	u8 *p;

	assert_non_null(b);
	snprintf(b->opts.board, sizeof(b->opts.board), "%s", board->name);
	snprintf(b->opts.nor, sizeof(b->opts.nor), "%s", nor ? nor : "");
	b->opts.seed = 11;
	b->opts.dualbank = b->opts.rdp = -1;
	b->opts.reference_dp = reference;
	b->faults.float_io3 = board->float_io3;
	b->faults.extra_byte = extra_byte;
	bus_open(b);
	b->sim.nets = netlist_new(&b->sim);
	assert_non_null(b->sim.nets);
	p = netlist_nor_data(b->sim.nets, &size);
	fill(p, 0x10000, 1);
	fill(p + size - 0x1000, 0x1000, 2);
	second = netlist_nor2(b->sim.nets);
	if (second) {
		p = vnor_data(second, &size);
		fill(p, 0x10000, 3);
		fill(p + size - 0x1000, 0x1000, 4);
	}
	fill(mcu_sram(b->mcu, SRAM), SRAM_LEN, 5);
	fill(mcu_flash(b->mcu, &size), 0x4000, 6);
	return b;
}

static void set_up_pins(struct twins *f)
{
	unsigned int i;

	for (i = 0; i < f->board->n_pins; i++) {
		const struct pin *p = &f->board->pins[i];

		put_field(f, GPIO(p->port) + 0x20 + 4 * (p->pin / 8), 4, p->pin % 8, p->af);
		put_field(f, GPIO(p->port) + 0x08, 2, p->pin, 3);
		put_field(f, GPIO(p->port), 2, p->pin, 2);
	}
}

static void abort_command(struct twins *f)
{
	put(f, CR, get(f, CR) | CR_ABORT);
	pass_ps(f, 100 * PS_PER_US);
	put(f, FCR, 0x1b);
}

/* an opcode alone, to both chips where there are two */
static void command(struct twins *f, u8 opcode)
{
	put(f, CCR, (f->qpi ? 3u : 1u) << 8 | opcode);
	pass_ps(f, 50 * PS_PER_US);
	put(f, FCR, 0x1b);
}

static void enable_quad(struct twins *f)
{
	command(f, 0x06);
	put(f, DLR, f->board->dual ? 1 : 0);
	put(f, CCR, 1u << 24 | 1u << 8 | 0x31);
	put(f, DR, 0x0202);
	pass_ps(f, 100 * PS_PER_MS);
	abort_command(f);
}

static void open_twins(struct twins *f, const struct board *board, const struct chip *chip,
		       u64 seed)
{
	int i;

	f->board = board;
	f->chip = chip;
	f->qpi = false;
	f->rng.s = seed * 0x9e3779b97f4a7c15u;
	for (i = 0; i < 2; i++)
		f->b[i] = open_bench(board, chip ? chip->nor : NULL, seed % 3 == 0, i);
	put(f, AHB1ENR, AHB1_ON);
	put(f, AHB2ENR, 0x1f);
	put(f, AHB3ENR, QSPI_EN);
	pass_ps(f, 20 * PS_PER_MS);
	set_up_pins(f);
	put(f, DCR, 23u << 16 | 1u << 8);
	put(f, CR, 1u << 24 | (board->dual ? CR_DFM : 0) | CR_EN);
	if (board->needs_qe)
		enable_quad(f);
}

/* without its time, which is that of the look that found it */
static const char *complaint(const struct sim *s, size_t i)
{
	const char *text = sim_complaint(s, i), *at = strstr(text, " ms ");

	return at ? at : text;
}

static void close_twins(struct twins *f)
{
	struct sim *s[2] = { &f->b[0]->sim, &f->b[1]->sim };
	size_t size, i;
	u8 *cells;

	for (i = 0; i < min(sim_n_complaints(s[0]), sim_n_complaints(s[1])); i++)
		assert_string_equal(complaint(s[0], i), complaint(s[1], i));
	assert_int_equal(sim_n_complaints(s[0]), sim_n_complaints(s[1]));
	assert_memory_equal(mcu_sram(f->b[0]->mcu, SRAM), mcu_sram(f->b[1]->mcu, SRAM), SRAM_LEN);
	cells = netlist_nor_data(s[0]->nets, &size);
	assert_memory_equal(cells, netlist_nor_data(s[1]->nets, &size), size);
	assert_memory_equal(&s[0]->stats, &s[1]->stats, sizeof(s[0]->stats));
	for (i = 0; i < 2; i++) {
		netlist_free(f->b[i]->sim.nets);
		bus_close(f->b[i]);
		free(f->b[i]);
	}
}

/* ---- things that happen ---- */

/* reads: opcode, lines of address, mode byte and data, dummy clocks, as CCR has them */
#define READ(_op, _ad, _ab, _dc, _dm)                                            \
	((u32)(_op) | 1u << 8 | (u32)(_ad) << 10 | 2u << 12 | (u32)(_ab) << 14 | \
	 (u32)(_dc) << 18 | (u32)(_dm) << 24)

static const u32 reads[] = {
	READ(0x03, 1, 0, 0, 1), READ(0x0b, 1, 0, 8, 1), READ(0x3b, 1, 0, 8, 2),
	READ(0xbb, 2, 0, 8, 2), READ(0xbb, 2, 2, 0, 2), READ(0x6b, 1, 0, 8, 3),
	READ(0x6b, 1, 0, 8, 3), READ(0x6b, 1, 0, 8, 3), READ(0xeb, 3, 0, 10, 3),
	READ(0xeb, 3, 3, 4, 3), READ(0x6b, 1, 0, 6, 3), /* too few dummy clocks */
	READ(0x5a, 1, 0, 8, 1), READ(0x9f, 1, 0, 0, 1), READ(0x03, 1, 0, 0, 1),
};

/* opcode, address and data on four lines; so is what a chip is sent that does not expect it */
static const u32 qpi_reads[] = {
	READ(0x0b, 3, 0, 8, 3) | 2u << 8, READ(0x0b, 3, 0, 10, 3) | 2u << 8,
	READ(0xeb, 3, 3, 4, 3) | 2u << 8, READ(0xeb, 3, 0, 10, 3) | 2u << 8,
	READ(0xeb, 3, 3, 8, 3) | 2u << 8, READ(0xeb, 3, 3, 6, 3) | 2u << 8,
	READ(0x0b, 3, 0, 6, 3) | 2u << 8, READ(0x0b, 3, 0, 4, 3) | 2u << 8,
};

static u32 a_read(struct twins *f)
{
	bool qpi = one_in(f, 16) ? !f->qpi : f->qpi;
	u32 ccr =
		qpi ? qpi_reads[draw(f, ARRAY_SIZE(qpi_reads))] : reads[draw(f, ARRAY_SIZE(reads))];

	return ccr | (one_in(f, 16) ? CCR_DDRM : 0);
}

/* into the mode where everything goes over four lines, or out of it */
static void toggle_qpi(struct twins *f)
{
	if (!f->chip)
		return;
	abort_command(f);
	put(f, CCR, 0);
	put(f, CR, CR_EN | 1u << 24);
	enable_quad(f);
	put(f, CCR, (f->qpi ? 3u << 8 | f->chip->leave_qpi : 1u << 8 | f->chip->enter_qpi));
	pass_ps(f, 50 * PS_PER_US);
	put(f, FCR, 0x1b);
	f->qpi = !f->qpi;
}

/* mapped mode, each time another one */
static void map(struct twins *f)
{
	static const u32 fsizes[] = { 23, 24, 25, 31, 11, 12 };
	u32 cr = CR_EN | (f->board->dual && !one_in(f, 4) ? CR_DFM : 0);

	abort_command(f);
	put(f, CCR, 0);
	cr |= (one_in(f, 2) ? 0 : draw(f, 4)) << 24 | draw(f, 2) << 4 |
	      (one_in(f, 2) ? CR_TCEN : 0) | draw(f, 16) << 8 | (one_in(f, 8) ? CR_DMAEN : 0);
	put(f, CR, cr);
	put(f, DCR, fsizes[draw(f, ARRAY_SIZE(fsizes))] << 16 | draw(f, 8) << 8 | draw(f, 2));
	put(f, LPTR, draw(f, one_in(f, 2) ? 60 : 8));
	put(f, ABR, 0xff);
	put(f, CCR, FM_MAP | a_read(f));
}

static u32 somewhere(struct twins *f)
{
	static const u32 far[] = { 0x0fc0, 0x1fe0, 0xffff80, 0xfffff0, 0x1ffff00, 0xffffff80 };

	switch (draw(f, 8)) {
	case 0:
		return SRAM + draw(f, SRAM_LEN - 0x400);
	case 1:
		return SRAM2 + draw(f, 0x1000);
	case 2:
		return FLASH + draw(f, 0x1000);
	case 3:
		return WINDOW + (far[draw(f, ARRAY_SIZE(far))] & 0x0fffffff) + draw(f, 4);
	case 4:
		return CRC_DR;
	default:
		return WINDOW + draw(f, 0x1000) * (one_in(f, 4) ? 1 : 4);
	}
}

/* a channel is set up and enabled, mostly one that copies to the CRC unit or to SRAM */
static void copy(struct twins *f)
{
	u32 ch = DMA(draw(f, 4) / 3) + CH(draw(f, 3));
	u32 ccr = MEM2MEM | draw(f, 4) << 12 | BIT(6) | 1;
	u32 to = one_in(f, 3) ? SRAM + draw(f, SRAM_LEN - 0x1000) : CRC_DR;
	bool up = to != CRC_DR;

	if (one_in(f, 2))
		ccr |= draw(f, 3) << 8 | draw(f, 3) << 10;
	else
		ccr |= 2 << 8 | 2 << 10;
	ccr |= up ? BIT(7) : 0;
	if (one_in(f, 8)) /* something odd */
		ccr ^= one_in(f, 2) ? BIT(6) : BIT(7);
	put(f, ch, 0);
	put(f, ch + 4, 1 + draw(f, one_in(f, 4) ? 1024 : 200));
	if (one_in(f, 3)) { /* DIR: from CMAR to CPAR */
		ccr ^= (ccr & BIT(6)) << 1 ^ (ccr & BIT(7)) >> 1 ? BIT(6) | BIT(7) : 0;
		put(f, ch + 8, to);
		put(f, ch + 12, somewhere(f));
		put(f, ch, ccr | BIT(4));
	} else {
		put(f, ch + 8, somewhere(f));
		put(f, ch + 12, to);
		put(f, ch, ccr);
	}
}

static void look(struct twins *f)
{
	static const u32 regs[] = { SR, AR, CR, CRC_DR, DMA(0) + ISR, DMA(1) + ISR };

	switch (draw(f, 6)) {
	case 0:
		get(f, regs[draw(f, ARRAY_SIZE(regs))]);
		break;
	case 1:
		get(f, DMA(draw(f, 2)) + CH(draw(f, 3)) + 4);
		break;
	case 2: /* what the pins show */
		get(f, GPIO(draw(f, N_PORTS)) + 0x10);
		break;
	case 3:
		get_n(f, SRAM + draw(f, SRAM_LEN / 4) * 4, 4);
		break;
	case 4: /* the debugger reads where DMA may be reading */
		get_n(f, (WINDOW + draw(f, 0x4000)) & ~3u, 1u << draw(f, 3));
		break;
	default:
		pass_ps(f, draw(f, one_in(f, 4) ? 1000 : 40) * PS_PER_US + draw(f, 1000000));
		break;
	}
}

/* HCLK: MSI at 4 to 48 MHz, HSI16, or the PLL's 80 MHz, too fast for some reads */
static void change_clock(struct twins *f)
{
	put(f, ACR, 4);
	if (one_in(f, 3)) {
		put(f, RCC_CFGR, 0);
		put(f, RCC_CR, (get(f, RCC_CR) & ~(BIT(24) | 0xf0u)) | BIT(3) | 6 << 4);
		pass_ps(f, PS_PER_MS);
		put(f, RCC_PLLCFGR, BIT(24) | 40 << 8 | 1);
		put(f, RCC_CR, get(f, RCC_CR) | BIT(24));
		pass_ps(f, PS_PER_MS);
		put(f, RCC_CFGR, 3);
	} else if (one_in(f, 3)) {
		put(f, RCC_CR, get(f, RCC_CR) | BIT(8));
		put(f, RCC_CFGR, 1);
	} else {
		put(f, RCC_CFGR, 0);
		put(f, RCC_CR, (get(f, RCC_CR) & ~0xf0u) | BIT(3) | (6 + draw(f, 6)) << 4);
	}
}

/* the chips get busy, or lose their supply in the middle of an erase: cells that read at random */
static void trouble_chips(struct twins *f)
{
	int i;

	abort_command(f);
	put(f, CCR, 0);
	command(f, 0x06);
	put(f, CCR, (f->qpi ? 3u << 8 | 3u << 10 : 1u << 8 | 1u << 10) | 2u << 12 | 0x20);
	put(f, AR, draw(f, 4) * 0x1000);
	pass_ps(f, 200 * PS_PER_US);
	if (one_in(f, 2)) {
		pass_ps(f, draw(f, 40) * PS_PER_MS);
		for (i = 0; i < 2; i++) {
			netlist_set_power(f->b[i]->sim.nets, false);
			pass_us(f->b[i], 100);
			netlist_set_power(f->b[i]->sim.nets, true);
			pass_us(f->b[i], 100000);
		}
		put(f, CR, CR_EN);
	} else if (one_in(f, 2)) {
		command(f, 0x75);
	} else if (one_in(f, 2)) {
		pass_ps(f, 3 * PS_PER_S);
	}
	map(f);
}

/* an indirect read that nobody or DMA takes, or a page program */
static void go_indirect(struct twins *f)
{
	u32 i, n = 1 + draw(f, 200), ch = DMA(0) + CH(4);
	bool in = !one_in(f, 3), by_dma = !one_in(f, 3), bytes = one_in(f, 2);
	u32 cr = CR_EN | draw(f, 4) << 24 | draw(f, 16) << 8 | (f->board->dual ? CR_DFM : 0);

	abort_command(f);
	put(f, CCR, 0);
	put(f, DCR, 23u << 16 | 1u << 8);
	put(f, CR, cr);
	put(f, ch, 0);
	put(f, DMA(0) + 0xa8, 5u << 16);
	put(f, ch + 4, bytes ? n : n / 4 + 1);
	put(f, ch + 8, DR);
	put(f, ch + 12, SRAM + 0x1000);
	if (by_dma)
		put(f, ch, BIT(7) | (in ? 0 : BIT(4)) | (bytes ? 0 : 0xa00) | 1);
	if (!in)
		command(f, 0x06);
	put(f, DLR, n - 1);
	put(f, CR, cr | (by_dma ? CR_DMAEN : 0));
	put(f, CCR,
	    in		   ? FM_READ | a_read(f)
	    : f->qpi	   ? READ(0x02, 3, 0, 0, 3) | 2u << 8
	    : one_in(f, 2) ? READ(0x02, 1, 0, 0, 1)
			   : READ(0x32, 1, 0, 0, 3));
	put(f, AR, draw(f, 0x1000));
	for (i = 0; i < 20; i++)
		look(f);
	for (i = 0; !by_dma && i < n / 4 && i < 10; i++)
		in ? (void)get(f, DR) : put(f, DR, sim_rng_u64(&f->rng) & 0xffffffff);
	map(f);
}

/* main flash gets busy: reads of it have to wait */
static void erase_flash(struct twins *f)
{
	if (get(f, FLASH_CR) & BIT(31)) { /* LOCK */
		put(f, FLASH_KEYR, 0x45670123);
		put(f, FLASH_KEYR, 0xcdef89ab);
	}
	put(f, FLASH_CR, BIT(1) | draw(f, 4) << 3);
	put(f, FLASH_CR, BIT(16) | BIT(1));
	copy(f);
}

static void happen(struct twins *f)
{
	u32 r = draw(f, 100);

	if (r < 60) {
		look(f);
	} else if (r < 82) {
		copy(f);
	} else if (r < 84 && f->chip) {
		toggle_qpi(f);
	} else if (r < 88) {
		map(f);
	} else if (r < 91) {
		abort_command(f);
		map(f);
	} else if (r < 92) {
		put(f, CRC_CR, draw(f, 2) ? 0xe1 : draw(f, 0x100));
	} else if (r < 93) {
		erase_flash(f);
	} else if (r < 94) {
		put(f, DMA(draw(f, 2)) + IFCR, 0x0fffffff);
	} else if (r < 95) { /* a channel is switched off under way */
		put(f, DMA(draw(f, 2)) + CH(draw(f, 3)), 0);
	} else if (r < 96) { /* a gate is closed for a while */
		put(f, AHB1ENR, AHB1_ON & ~BIT(draw(f, 2) * 12));
		pass_ps(f, draw(f, 100) * PS_PER_US);
		put(f, AHB1ENR, AHB1_ON);
	} else if (r < 97) {
		put(f, AHB1RSTR, BIT(draw(f, 3) % 2 * 12));
		pass_ps(f, draw(f, 20) * PS_PER_US);
		put(f, AHB1RSTR, 0);
	} else if (r < 98) {
		change_clock(f);
	} else if (r < 99) {
		trouble_chips(f);
	} else {
		go_indirect(f);
	}
}

static void compare(const struct board *board, const struct chip *chip, u64 seed)
{
	struct twins f;
	int i;

	open_twins(&f, board, chip, seed);
	map(&f);
	for (i = 0; i < 300; i++)
		happen(&f);
	close_twins(&f);
}

static void test_runs_do_what_their_transfers_do(void **state)
{
	size_t b;
	u64 seed;

	(void)state;
	for (b = 0; b < ARRAY_SIZE(boards); b++)
		for (seed = 1; seed <= 20; seed++)
			compare(&boards[b], NULL, seed * 100 + b);
}

static void test_so_they_do_with_commands_on_four_lines(void **state)
{
	size_t c;
	u64 seed;

	(void)state;
	for (c = 0; c < ARRAY_SIZE(qpi_chips); c++)
		for (seed = QPI_SEED; seed < QPI_SEED + N_QPI_SEEDS; seed++)
			compare(&boards[0], &qpi_chips[c], seed * 100 + c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_runs_do_what_their_transfers_do),
		cmocka_unit_test(test_so_they_do_with_commands_on_four_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
