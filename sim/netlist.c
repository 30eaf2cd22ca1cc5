// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The virtual boards: nets between MCU pins and NOR pins, and what each net's level is.
 *
 * A net may be driven by the MCU (QUADSPI through alternate function 10, or GPIO output), by the
 * chip, or by nobody: then pulls of MCU and board decide, and without any it floats: it keeps its
 * last level (a few pF do that), and a random one at the start of each frame.
 *
 * Two ways to move data: clock edge by clock edge over the nets, which knows contention, floating
 * and slow pins; and byte by byte straight between controller and chip, taken only when all lines
 * of a phase are as they should be, with the same result (tests compare both).
 */
#include "sim/netlist.h"
#include "sim/vcd.h"
#include "sim/vgpio.h"
#include "sim/vnor.h"
#include "sim/vquadspi.h"

#include <stdlib.h>
#include <string.h>

struct mcu_pin {
	u8 port, pin; /* port 0 = A */
};

#define PIN(_port, _pin)              \
	{                             \
		(_port) - 'A', (_pin) \
	}

struct vboard {
	const char *name, *mcu;
	u32 flash_kib;
	unsigned int package_pins;
	const char *nor; /* NULL: none */
	bool on_adapter; /* the chip is on the adapter's pins, not on the MCU's */
	struct mcu_pin pin[N_QSPI_LINES];
	u8 pull[N_QSPI_LINES]; /* resistors on the board, 10k: enum pin_pull */
	/* another chip of the same kind, with resistors like the first, on the second bank of pins */
	bool has_bank2;
	struct mcu_pin pin2[N_QSPI_LINES];
};

static const struct vboard boards[] = {
	{
		/* UM1879: N25Q128A13 on port E; the MCU's pulls are the only ones */
		.name = "stm32l476g-disco",
		.mcu = "STM32L476VG",
		.flash_kib = 1024,
		.package_pins = 100,
		.nor = "n25q128a13",
		.pin = { [LINE_CLK] = PIN('E', 10),
			 [LINE_NCS] = PIN('E', 11),
			 [LINE_IO0] = PIN('E', 12),
			 [LINE_IO1] = PIN('E', 13),
			 [LINE_IO2] = PIN('E', 14),
			 [LINE_IO3] = PIN('E', 15) },
	},
	{
		/* ST's board package; where its jumpers leave these pins to the NOR */
		.name = "stm32l476g-eval",
		.mcu = "STM32L476ZG",
		.flash_kib = 1024,
		.package_pins = 144,
		.nor = "n25q256a13",
		.pin = { [LINE_CLK] = PIN('B', 10),
			 [LINE_NCS] = PIN('B', 11),
			 [LINE_IO0] = PIN('B', 1),
			 [LINE_IO1] = PIN('B', 0),
			 [LINE_IO2] = PIN('A', 7),
			 [LINE_IO3] = PIN('A', 6) },
	},
	{
		/* invented: 64-pin part, resistors to 3V3 on CS#, WP# and HOLD# */
		.name = "l476rg-w25q128",
		.mcu = "STM32L476RG",
		.flash_kib = 1024,
		.package_pins = 64,
		.nor = "w25q128jv",
		.pin = { [LINE_CLK] = PIN('B', 10),
			 [LINE_NCS] = PIN('B', 11),
			 [LINE_IO0] = PIN('B', 1),
			 [LINE_IO1] = PIN('B', 0),
			 [LINE_IO2] = PIN('A', 7),
			 [LINE_IO3] = PIN('A', 6) },
		.pull = { [LINE_NCS] = PULL_UP, [LINE_IO2] = PULL_UP, [LINE_IO3] = PULL_UP },
	},
	{
		/* invented: resistor on CS# only */
		.name = "l476rc-mt25ql128",
		.mcu = "STM32L476RC",
		.flash_kib = 256,
		.package_pins = 64,
		.nor = "mt25ql128aba",
		.pin = { [LINE_CLK] = PIN('B', 10),
			 [LINE_NCS] = PIN('B', 11),
			 [LINE_IO0] = PIN('B', 1),
			 [LINE_IO1] = PIN('B', 0),
			 [LINE_IO2] = PIN('A', 7),
			 [LINE_IO3] = PIN('A', 6) },
		.pull = { [LINE_NCS] = PULL_UP },
	},
	{
		/* invented: two chips side by side, resistors to 3V3 on CS#, WP# and HOLD# of both */
		.name = "stm32l496-dual",
		.mcu = "STM32L496ZG",
		.flash_kib = 1024,
		.package_pins = 144,
		.nor = "w25q128jv",
		.pin = { [LINE_CLK] = PIN('B', 10),
			 [LINE_NCS] = PIN('B', 11),
			 [LINE_IO0] = PIN('E', 12),
			 [LINE_IO1] = PIN('E', 13),
			 [LINE_IO2] = PIN('E', 14),
			 [LINE_IO3] = PIN('E', 15) },
		.pull = { [LINE_NCS] = PULL_UP, [LINE_IO2] = PULL_UP, [LINE_IO3] = PULL_UP },
		.has_bank2 = true,
		.pin2 = { [LINE_CLK] = PIN('B', 10),
			  [LINE_NCS] = PIN('D', 3),
			  [LINE_IO0] = PIN('C', 1),
			  [LINE_IO1] = PIN('C', 2),
			  [LINE_IO2] = PIN('C', 3),
			  [LINE_IO3] = PIN('C', 4) },
	},
	{
		/* no MCU: the virtual adapter is a SPI programmer with the chip in its socket */
		.name = "ftdi-spi",
		.flash_kib = 256,
		.package_pins = 64,
		.nor = "w25q128jv",
		.on_adapter = true,
	},
	{
		.name = "l476re-bare",
		.mcu = "STM32L476RE",
		.flash_kib = 512,
		.package_pins = 64,
	},
};

static const char *const board_names[] = {
	"stm32l476g-disco", "stm32l476g-eval", "l476rg-w25q128", "l476rc-mt25ql128",
	"stm32l496-dual",   "ftdi-spi",	       "l476re-bare",	 NULL,
};

/* CLK serves both banks */
#define BANK1 BIT(0)
#define BANK2 BIT(1)

/* a pin that carries a QUADSPI signal as that alternate function, on the dies in @on */
struct af_pin {
	struct mcu_pin pin;
	u8 line, af, banks, on;
};

#define ON_L476 BIT(0)
#define ON_L496 BIT(1)
#define ON_BOTH (ON_L476 | ON_L496)

/* DS10198 table 17; DS11585 tables 17 and 18, by ST's open pin data */
static const struct af_pin af_pins[] = {
	{ PIN('B', 10), LINE_CLK, 10, BANK1 | BANK2, ON_BOTH },
	{ PIN('E', 10), LINE_CLK, 10, BANK1 | BANK2, ON_BOTH },
	{ PIN('A', 3), LINE_CLK, 10, BANK1 | BANK2, ON_L496 },
	{ PIN('F', 10), LINE_CLK, 3, BANK1 | BANK2, ON_L496 },
	{ PIN('B', 11), LINE_NCS, 10, BANK1, ON_BOTH },
	{ PIN('E', 11), LINE_NCS, 10, BANK1, ON_BOTH },
	{ PIN('A', 2), LINE_NCS, 10, BANK1, ON_L496 },
	{ PIN('B', 1), LINE_IO0, 10, BANK1, ON_BOTH },
	{ PIN('E', 12), LINE_IO0, 10, BANK1, ON_BOTH },
	{ PIN('F', 8), LINE_IO0, 10, BANK1, ON_L496 },
	{ PIN('B', 0), LINE_IO1, 10, BANK1, ON_BOTH },
	{ PIN('E', 13), LINE_IO1, 10, BANK1, ON_BOTH },
	{ PIN('F', 9), LINE_IO1, 10, BANK1, ON_L496 },
	{ PIN('A', 7), LINE_IO2, 10, BANK1, ON_BOTH },
	{ PIN('E', 14), LINE_IO2, 10, BANK1, ON_BOTH },
	{ PIN('F', 7), LINE_IO2, 10, BANK1, ON_L496 },
	{ PIN('A', 6), LINE_IO3, 10, BANK1, ON_BOTH },
	{ PIN('E', 15), LINE_IO3, 10, BANK1, ON_BOTH },
	{ PIN('F', 6), LINE_IO3, 10, BANK1, ON_L496 },
	{ PIN('C', 11), LINE_NCS, 5, BANK2, ON_L496 },
	{ PIN('D', 3), LINE_NCS, 10, BANK2, ON_L496 },
	{ PIN('C', 1), LINE_IO0, 10, BANK2, ON_L496 },
	{ PIN('D', 4), LINE_IO0, 10, BANK2, ON_L496 },
	{ PIN('C', 2), LINE_IO1, 10, BANK2, ON_L496 },
	{ PIN('D', 5), LINE_IO1, 10, BANK2, ON_L496 },
	{ PIN('D', 6), LINE_IO1, 5, BANK2, ON_L496 },
	{ PIN('C', 3), LINE_IO2, 10, BANK2, ON_L496 },
	{ PIN('D', 6), LINE_IO2, 10, BANK2, ON_L496 },
	{ PIN('C', 4), LINE_IO3, 10, BANK2, ON_L496 },
	{ PIN('D', 7), LINE_IO3, 10, BANK2, ON_L496 },
};

static const char *const line_names[N_QSPI_LINES] = { "CLK", "NCS", "IO0", "IO1", "IO2", "IO3" };

/*
 * Highest frequency by OSPEEDR, MHz: DS10198, I/O AC characteristics, 2.7 V and up, C = 10 pF,
 * about what one NOR and a short trace are (recalled figures).
 */
static const u32 speed_mhz[4] = { 10, 50, 100, 180 };

enum route { ROUTE_NONE, ROUTE_QUADSPI, ROUTE_GPIO };

struct net {
	enum route route; /* who drives it on the MCU's side */
	bool gpio_high, open_drain;
	u8 pull;
	u8 speed;
	bool level; /* as it stands */
};

/* a chip and the nets around it */
struct place {
	struct sim *sim;
	const struct vboard *board;
	const struct vgpio *gpio;
	const struct mcu_pin *pin;
	u8 bank; /* BANK1, BANK2 */
	struct vnor *nor;
	struct sim_rng rng;

	struct net net[N_QSPI_LINES];
	bool clean;	 /* CLK, NCS, IO0, IO1 belong to QUADSPI */
	bool clean_wide; /* IO2 and IO3 too */
	bool known_idle; /* IO2, IO3 have a known level in 1 and 2 line phases */
	bool slow;	 /* OSPEEDR of some pin too low for this clock */
	bool late;	 /* inputs sampled before the chip's output is there */
	bool said_contention, said_route;
	bool float_io3_level;

	/* what QUADSPI puts out */
	bool q_ncs, q_clk;
	u8 q_mask, q_val;
	struct vquadspi_clock clk;
};

struct netlist {
	struct sim *sim;
	const struct vboard *board;
	struct vgpio *gpio;
	struct vquadspi *qspi;
	struct place place[2];
	unsigned int n_places;
};

static const struct vboard *find_board(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(boards); i++)
		if (!strcmp(boards[i].name, name))
			return &boards[i];
	return NULL;
}

const char *const *netlist_board_names(void)
{
	return board_names;
}

u32 netlist_flash_kib(const char *board)
{
	const struct vboard *b = find_board(board);

	return b ? b->flash_kib : 0;
}

const char *netlist_board_mcu(const char *board)
{
	const struct vboard *b = find_board(board);

	return b ? b->mcu : NULL;
}

const char *netlist_board_nor(const char *board)
{
	const struct vboard *b = find_board(board);

	return b ? b->nor : NULL;
}

bool netlist_is_on_adapter(const char *board)
{
	const struct vboard *b = find_board(board);

	return b && b->on_adapter;
}

/* does the chip hang on the MCU's pins? */
static bool is_wired(const struct place *n)
{
	return n->nor && !n->board->on_adapter;
}

/* ---- who drives what ---- */

/* the alternate function as which the pin of @line carries it for this bank; 0: it does not */
static u8 af_of(const struct place *n, unsigned int line)
{
	const struct mcu_pin *pin = &n->pin[line];
	u8 die = mcu_is_l496(n->board->mcu) ? ON_L496 : ON_L476;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(af_pins); i++)
		if (af_pins[i].line == line && af_pins[i].pin.port == pin->port &&
		    af_pins[i].pin.pin == pin->pin && af_pins[i].banks & n->bank &&
		    af_pins[i].on & die)
			return af_pins[i].af;
	return 0;
}

static void route_line(struct place *n, unsigned int line)
{
	const struct mcu_pin *pin = &n->pin[line];
	struct net *net = &n->net[line];
	struct vgpio_pin p;

	vgpio_pin(n->gpio, pin->port, pin->pin, &p);
	net->route = ROUTE_NONE;
	if (p.mode == GPIO_AF && p.af == af_of(n, line))
		net->route = ROUTE_QUADSPI;
	else if (p.mode == GPIO_OUTPUT && !(p.open_drain && p.out))
		net->route = ROUTE_GPIO;
	net->gpio_high = p.out;
	net->open_drain = p.open_drain;
	net->speed = p.speed;
	net->pull = p.pull != PULL_NONE ? p.pull : n->board->pull[line];
}

static bool has_level_when_idle(const struct net *net)
{
	return net->route != ROUTE_NONE || net->pull != PULL_NONE;
}

static void route_all(struct place *n)
{
	unsigned int i;

	n->clean = true;
	for (i = 0; i < N_QSPI_LINES; i++) {
		route_line(n, i);
		if (i <= LINE_IO1 && (n->net[i].route != ROUTE_QUADSPI || n->net[i].open_drain))
			n->clean = false;
	}
	n->clean_wide = n->net[LINE_IO2].route == ROUTE_QUADSPI &&
			n->net[LINE_IO3].route == ROUTE_QUADSPI && !n->net[LINE_IO2].open_drain &&
			!n->net[LINE_IO3].open_drain;
	n->known_idle =
		has_level_when_idle(&n->net[LINE_IO2]) && has_level_when_idle(&n->net[LINE_IO3]);
	n->said_route = false;
}

static const char *bank_name(const struct place *n)
{
	return n->bank == BANK2 ? "BK2_" : "";
}

/* ---- levels ---- */

/* does the MCU drive @line, and where to? */
static bool mcu_drives(const struct place *n, unsigned int line, bool *high)
{
	const struct net *net = &n->net[line];
	bool level;

	if (net->route == ROUTE_GPIO) {
		*high = net->gpio_high;
		return true;
	}
	if (net->route != ROUTE_QUADSPI)
		return false;
	if (line == LINE_CLK) {
		level = n->q_clk;
	} else if (line == LINE_NCS) {
		level = n->q_ncs;
	} else {
		if (!(n->q_mask & BIT(line - LINE_IO0)))
			return false;
		level = n->q_val >> (line - LINE_IO0) & 1;
	}
	*high = level;
	return !(net->open_drain && level);
}

static void settle_line(struct place *n, unsigned int line)
{
	struct net *net = &n->net[line];
	bool by_mcu, by_chip = false, mcu_high = false, chip_high = false;
	u8 val;

	by_mcu = mcu_drives(n, line, &mcu_high);
	if (is_wired(n) && line >= LINE_IO0 && !(line == LINE_IO3 && n->sim->faults.float_io3)) {
		by_chip = vnor_driven(n->nor, &val) & BIT(line - LINE_IO0);
		chip_high = val >> (line - LINE_IO0) & 1;
	}
	if (by_mcu && by_chip && mcu_high != chip_high) {
		if (!n->said_contention)
			sim_complain(n->sim, "board", "%s%s: MCU and NOR drive against each other",
				     bank_name(n), line_names[line]);
		n->said_contention = true;
		net->level = sim_rng_u64(&n->rng) & 1;
	} else if (by_mcu) {
		net->level = mcu_high;
	} else if (by_chip) {
		net->level = chip_high;
	} else if (net->pull != PULL_NONE) {
		net->level = net->pull == PULL_UP;
	}
}

static u8 io_levels(const struct place *n)
{
	u8 io = 0;
	unsigned int i;

	for (i = 0; i < 4; i++)
		io |= n->net[LINE_IO0 + i].level ? BIT(i) : 0;
	return io;
}

/* what the chip sees on IO0..IO3 */
static u8 chip_io(const struct place *n)
{
	u8 io = io_levels(n);

	if (n->sim->faults.float_io3)
		io = (u8)(io & ~BIT(3)) | (n->float_io3_level ? BIT(3) : 0);
	return io;
}

/* all nets take their levels, the chip sees them, and its answer settles too */
static void settle(struct place *n, u64 at_ps)
{
	unsigned int i;

	for (i = 0; i < N_QSPI_LINES; i++)
		settle_line(n, i);
	if (!n->nor)
		return;
	vnor_set_pins(n->nor, n->net[LINE_NCS].level, n->net[LINE_CLK].level, chip_io(n), at_ps);
	for (i = LINE_IO0; i < N_QSPI_LINES; i++)
		settle_line(n, i);
	for (i = 0; n->bank == BANK1 && i < N_QSPI_LINES; i++)
		vcd_bit(n->sim->vcd, VCD_QSPI + i, n->net[i].level, at_ps);
}

/* ---- GPIO's view ---- */

static void gpio_before(void *dev, u64 at_ps)
{
	struct netlist *n = dev;

	if (n->qspi)
		vquadspi_sync(n->qspi, at_ps);
}

static void pins_changed(struct place *n, u64 at_ps)
{
	route_all(n);
	vnor_set_period(n->nor, 0); /* edges made by register writes are slow */
	settle(n, at_ps);
	vnor_set_period(n->nor, n->clk.period_ps);
}

static void gpio_after(void *dev, u64 at_ps)
{
	struct netlist *n = dev;
	unsigned int i;

	for (i = 0; n->gpio && i < n->n_places; i++)
		if (is_wired(&n->place[i]))
			pins_changed(&n->place[i], at_ps);
}

static bool gpio_level(void *dev, unsigned int port, unsigned int pin, bool *high, u64 at_ps)
{
	struct netlist *n = dev;
	unsigned int i, k;

	for (k = 0; k < n->n_places; k++) {
		const struct place *p = &n->place[k];

		for (i = 0; is_wired(p) && i < N_QSPI_LINES; i++) {
			if (p->pin[i].port != port || p->pin[i].pin != pin)
				continue;
			vquadspi_sync(n->qspi, at_ps);
			*high = p->net[i].level;
			return true;
		}
	}
	return false;
}

/* ---- QUADSPI's view ---- */

/* a frame starts: say what is not wired up, and let what floats float */
static void check_routes(struct place *n)
{
	unsigned int i;

	for (i = 0; i < N_QSPI_LINES; i++) {
		const struct mcu_pin *pin = &n->pin[i];
		struct net *net = &n->net[i];

		if (!has_level_when_idle(net))
			net->level = sim_rng_u64(&n->rng) & 1;
		if (n->said_route || net->route == ROUTE_QUADSPI)
			continue;
		if (i <= LINE_IO1)
			sim_complain(
				n->sim, "board",
				"QUADSPI %s%s: P%c%u is not in alternate function %u, the NOR %s",
				bank_name(n), line_names[i], 'A' + pin->port, pin->pin, af_of(n, i),
				net->route == ROUTE_GPIO ? "sees the GPIO output"
				: net->pull != PULL_NONE ? "sees a pull resistor"
							 : "sees a floating pin");
		else if (!has_level_when_idle(net))
			sim_complain(n->sim, "board", "QUADSPI %s%s: P%c%u floats", bank_name(n),
				     line_names[i], 'A' + pin->port, pin->pin);
	}
	n->said_route = true;
	n->said_contention = false;
	n->float_io3_level = sim_rng_u64(&n->rng) & 1;
	if (n->sim->faults.float_io3 && is_wired(n))
		sim_complain(n->sim, "board", "NOR IO3 is not connected");
}

static void check_speed(struct place *n, const struct vquadspi_clock *clk)
{
	u64 delay =
		n->nor ? vnor_output_delay_ps(n->nor) + 2000 : 0; /* and the MCU's set-up time */
	unsigned int i;

	n->slow = false;
	for (i = 0; i < N_QSPI_LINES; i++) {
		if (n->net[i].route != ROUTE_QUADSPI ||
		    (clk->period_ps + 1) * speed_mhz[n->net[i].speed] > 1000000)
			continue;
		sim_complain(n->sim, "board",
			     "%s%s: OSPEEDR = %u is too slow for a clock of %llu ps: bits are lost",
			     bank_name(n), line_names[i], n->net[i].speed,
			     (unsigned long long)clk->period_ps);
		n->slow = true;
		break;
	}
	/* the chip's output changes with the falling edge, half a period before the rising one */
	n->late = delay > clk->period_ps / 2 + (clk->shifted ? clk->period_ps / 2 : 0);
	if (n->late)
		sim_complain(
			n->sim, "board",
			"inputs sampled before the NOR's output is valid (%llu ps): SSHIFT = %u",
			(unsigned long long)delay, clk->shifted);
}

static void port_select(void *dev, const struct vquadspi_clock *clk, u64 at_ps)
{
	struct place *n = dev;

	n->clk = *clk;
	if (!is_wired(n))
		return;
	check_routes(n);
	check_speed(n, clk);
	vnor_set_period(n->nor, clk->period_ps);
	n->q_mask = 0;
	n->q_clk = clk->idle_high;
	settle(n, at_ps);
	n->q_ncs = false;
	settle(n, at_ps);
}

static void port_deselect(void *dev, u64 at_ps)
{
	struct place *n = dev;

	if (!is_wired(n))
		return;
	n->q_clk = n->clk.idle_high;
	settle(n, at_ps);
	n->q_ncs = true;
	n->q_mask = 0;
	settle(n, at_ps);
}

/* IO lines whose pins lead to QUADSPI; an input that no pin leads to reads 0 */
static u8 inputs(const struct place *n)
{
	u8 mask = 0;
	unsigned int i;

	for (i = 0; i < 4; i++)
		mask |= n->net[LINE_IO0 + i].route == ROUTE_QUADSPI ? BIT(i) : 0;
	return mask;
}

/* one clock: falling edge with new outputs, rising edge; returns what the MCU samples */
static u8 one_clock(struct place *n, u8 mask, u8 val, u64 rise_ps)
{
	u8 in;

	n->q_clk = false;
	n->q_mask = mask;
	n->q_val = val;
	if (n->slow && (sim_rng_u64(&n->rng) & 7) == 0)
		n->q_val ^= mask & (u8)sim_rng_u64(&n->rng) & 0x3;
	settle(n, rise_ps - n->clk.period_ps / 2);
	in = io_levels(n) & inputs(n);
	if ((n->slow || n->late) && (sim_rng_u64(&n->rng) & 7) == 0)
		in ^= (u8)sim_rng_u64(&n->rng) & 0xf;
	n->q_clk = true;
	settle(n, rise_ps);
	return in;
}

/* lines that QUADSPI drives, and levels, while it sends @bits over @lines (RM0351 17.3.4) */
static u8 phase_out(u8 lines, u8 bits, u8 *mask)
{
	*mask = lines == 4 ? 0xf : lines == 2 ? 0xf : 0xd; /* one line: IO1 is the input */
	return lines == 4 ? bits & 0xf : (u8)((bits & IO_MASK(lines)) | BIT(3));
}

static u8 phase_in(u8 lines, u8 *mask)
{
	*mask = lines == 4 ? 0 : lines == 2 ? 0xc : 0xd;
	return BIT(3);
}

static bool can_take_bytes(const struct place *n, u8 lines)
{
	return is_wired(n) && n->clean && !n->sim->opts.reference_dp && !n->slow && !n->late &&
	       !n->sim->faults.float_io3 && (lines == 4 ? n->clean_wide : n->known_idle);
}

static void show(struct place *n, unsigned int line, bool level)
{
	if (n->net[line].route == ROUTE_QUADSPI)
		n->net[line].level = level;
	else if (n->net[line].route == ROUTE_GPIO)
		n->net[line].level = n->net[line].gpio_high;
	else if (n->net[line].pull != PULL_NONE)
		n->net[line].level = n->net[line].pull == PULL_UP;
}

/* the nets as they stand at the last rising edge of a byte taken whole */
static void show_all(struct place *n, u8 mask, u8 val)
{
	unsigned int i;

	n->q_clk = true;
	n->q_mask = mask;
	n->q_val = val;
	n->net[LINE_CLK].level = true;
	for (i = 0; i < 4; i++)
		if (mask & BIT(i))
			show(n, LINE_IO0 + i, val >> i & 1);
}

/* level of IO2 or IO3 while a phase of one or two lines runs; QUADSPI holds @by_quadspi there */
static bool idle_level(const struct net *net, bool by_quadspi)
{
	if (net->route == ROUTE_QUADSPI)
		return by_quadspi;
	return net->route == ROUTE_GPIO ? net->gpio_high : net->pull == PULL_UP;
}

/* IO0..IO3 as the chip sees them in a phase of @lines lines */
static u8 phase_io(const struct place *n, u8 lines)
{
	u8 io = io_levels(n);

	if (lines == 4)
		return io;
	io &= IO_MASK(2);
	io |= idle_level(&n->net[LINE_IO2], false) ? BIT(2) : 0;
	io |= idle_level(&n->net[LINE_IO3], true) ? BIT(3) : 0;
	return io;
}

static void port_send(void *dev, u8 byte, u8 lines, u64 at_ps)
{
	struct place *n = dev;
	u8 mask, val, io;
	unsigned int left;

	if (!is_wired(n))
		return;
	if (can_take_bytes(n, lines)) {
		/* the last bits on their lines, the others as they stand */
		io = (u8)((phase_io(n, lines) & ~IO_MASK(lines)) | (byte & IO_MASK(lines)));
		if (vnor_send_byte(n->nor, byte, lines, io,
				   at_ps + n->clk.period_ps * (8 / lines))) {
			val = phase_out(lines, byte, &mask);
			show_all(n, mask, val);
			return;
		}
	}
	for (left = 8; left;) {
		left -= lines;
		val = phase_out(lines, byte >> left, &mask);
		at_ps += n->clk.period_ps;
		one_clock(n, mask, val, at_ps);
	}
}

/* bits that the MCU takes from the levels: one line is read on IO1 */
static u8 take(u8 io, u8 lines)
{
	return lines == 1 ? io >> 1 & 1 : io & IO_MASK(lines);
}

static u8 port_recv(void *dev, u8 lines, u64 at_ps)
{
	struct place *n = dev;
	u8 mask, val = phase_in(lines, &mask), byte = 0, driven;
	unsigned int i;

	if (!is_wired(n))
		return (u8)sim_rng_u64(&n->rng); /* pins that lead nowhere */
	if (can_take_bytes(n, lines) && vnor_recv_byte(n->nor, &byte, lines, phase_io(n, lines),
						       at_ps + n->clk.period_ps * (8 / lines))) {
		show_all(n, mask, val);
		driven = vnor_driven(n->nor, &val);
		for (i = 0; i < 4; i++)
			if (driven & BIT(i))
				n->net[LINE_IO0 + i].level = val >> i & 1;
		return byte;
	}
	for (i = 0; i < 8; i += lines) {
		at_ps += n->clk.period_ps;
		byte = (u8)(byte << lines) | take(one_clock(n, mask, val, at_ps), lines);
	}
	return byte;
}

static void port_dummy(void *dev, u8 lines, unsigned int clocks, u64 at_ps)
{
	struct place *n = dev;
	u8 mask, val = phase_in(lines, &mask);

	if (!is_wired(n))
		return;
	while (clocks--) {
		at_ps += n->clk.period_ps;
		one_clock(n, mask, val, at_ps);
	}
}

static u64 port_quiet_until(void *dev)
{
	struct place *n = dev;

	if (!n->nor || !can_take_bytes(n, 1))
		return 0;
	return vnor_quiet_until(n->nor);
}

/* ---- life ---- */

static bool add_place(struct netlist *n, const struct mcu_pin *pin, u8 bank)
{
	struct place *p = &n->place[n->n_places];
	const char *part = n->sim->opts.nor[0] ? n->sim->opts.nor : n->board->nor;
	unsigned int i;

	p->sim = n->sim;
	p->board = n->board;
	p->pin = pin;
	p->bank = bank;
	p->q_ncs = true;
	sim_rng_init(&p->rng, n->sim, bank == BANK2 ? "board, bank 2" : "board");
	if (n->board->nor) {
		p->nor = vnor_new_at(n->sim, part, n->n_places);
		if (!p->nor)
			return false;
	}
	p->net[LINE_NCS].level = true;
	for (i = LINE_IO0; i < N_QSPI_LINES; i++)
		p->net[i].level = sim_rng_u64(&p->rng) & 1;
	n->n_places++;
	return true;
}

struct netlist *netlist_new(struct sim *sim)
{
	const struct vboard *board = find_board(sim->opts.board);
	struct netlist *n;
	struct vgpio_board gpio_board = { .before = gpio_before,
					  .after = gpio_after,
					  .level = gpio_level };
	struct vquadspi_port port = {
		.select = port_select,
		.deselect = port_deselect,
		.send = port_send,
		.recv = port_recv,
		.dummy = port_dummy,
		.quiet_until = port_quiet_until,
	};
	unsigned int i;

	if (!board)
		return NULL;
	n = calloc(1, sizeof(*n));
	if (!n)
		return NULL;
	n->sim = sim;
	n->board = board;
	if (!add_place(n, board->pin, BANK1) ||
	    (board->has_bank2 && !add_place(n, board->pin2, BANK2)))
		goto out_free;
	gpio_board.dev = n;
	gpio_board.has_port_i = mcu_is_l496(board->mcu);
	/* QUADSPI first: at a reset it lets go of NCS before the pins turn analog */
	port.dev = &n->place[0];
	n->qspi = vquadspi_new(sim, &port);
	if (!n->qspi)
		goto out_free;
	port.dev = &n->place[1]; /* pins that lead nowhere, where there is no second chip */
	if (mcu_is_l496(board->mcu))
		vquadspi_add_bank2(n->qspi, &port);
	n->gpio = vgpio_new(sim, &gpio_board);
	if (!n->gpio)
		goto out_free;
	for (i = 0; i < n->n_places; i++) {
		n->place[i].gpio = n->gpio;
		if (is_wired(&n->place[i]))
			route_all(&n->place[i]);
	}
	return n;

out_free:
	netlist_free(n);
	return NULL;
}

void netlist_free(struct netlist *n)
{
	unsigned int i;

	if (!n)
		return;
	vquadspi_free(n->qspi);
	vgpio_free(n->gpio);
	for (i = 0; i < n->n_places; i++)
		vnor_free(n->place[i].nor);
	free(n);
}

void netlist_save(struct netlist *n)
{
	unsigned int i;

	vquadspi_sync(n->qspi, sim_now_ps(n->sim));
	for (i = 0; i < n->n_places; i++)
		if (n->place[i].nor)
			vnor_save(n->place[i].nor);
}

void netlist_set_power(struct netlist *n, bool on)
{
	u64 now = sim_now_ps(n->sim);
	unsigned int i;

	vquadspi_sync(n->qspi, now);
	for (i = 0; i < n->n_places; i++)
		if (n->place[i].nor)
			vnor_set_power(n->place[i].nor, on, now);
	if (!on)
		vquadspi_power_off(n->qspi);
}

struct vnor *netlist_nor(struct netlist *n)
{
	vquadspi_sync(n->qspi, sim_now_ps(n->sim));
	return n->place[0].nor;
}

struct vnor *netlist_nor2(struct netlist *n)
{
	vquadspi_sync(n->qspi, sim_now_ps(n->sim));
	return n->place[1].nor;
}

struct vquadspi *netlist_quadspi(struct netlist *n)
{
	return n->qspi;
}

u8 *netlist_nor_data(struct netlist *n, size_t *size)
{
	u64 now = sim_now_ps(n->sim);
	struct vnor *nor = n->place[0].nor;

	if (size)
		*size = 0;
	if (!nor)
		return NULL;
	vquadspi_sync(n->qspi, now);
	vnor_sync(nor, now);
	return vnor_data(nor, size);
}
