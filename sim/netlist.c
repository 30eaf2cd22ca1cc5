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
#include "sim/netlist-priv.h"
#include "sim/vcd.h"
#include "sim/vgpio.h"
#include "sim/vnor.h"
#include "sim/vquadspi.h"

#include <stdlib.h>

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
};

/* sets of nets, and their levels: bit n is line n of enum qspi_line */
#define ON_CLK	      BIT(LINE_CLK)
#define ON_NCS	      BIT(LINE_NCS)
#define ON_IO(_io)    ((u8)((_io) << LINE_IO0))
#define IO_OF(_lines) ((u8)((_lines) >> LINE_IO0))
#define ALL_LINES     ((u8)(BIT(N_QSPI_LINES) - 1))

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
	/* the same as sets: led to QUADSPI, of them with open drains; GPIO outputs; with a pull */
	u8 q_lines, q_open_drain, gpio_lines, gpio_high, pulled, pull_high;
	u8 level;	 /* of all nets, as they stand */
	u8 idle_io;	 /* IO2, IO3 in 1 and 2 line phases, where known_idle */
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

/* does the chip hang on the MCU's pins? */
static bool is_wired(const struct place *n)
{
	return n->nor && !n->board->on_adapter;
}

/* ---- who drives what ---- */

/* 0: the pin of @line cannot carry it for this bank */
static u8 af_of(const struct place *n, unsigned int line)
{
	return netlist_pin_af(n->board, &n->pin[line], line, n->bank);
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

/* lines that have a level though neither QUADSPI's phase nor the chip gives them one */
static u8 held_when_idle(const struct place *n)
{
	return n->q_lines | n->gpio_lines | n->pulled;
}

static void route_all(struct place *n)
{
	const u8 narrow = ON_CLK | ON_NCS | ON_IO(3), wide = ON_IO(0xc);
	u8 firm; /* QUADSPI drives both levels */
	unsigned int i;

	n->q_lines = n->q_open_drain = n->gpio_lines = n->gpio_high = n->pulled = n->pull_high = 0;
	for (i = 0; i < N_QSPI_LINES; i++) {
		const struct net *net = &n->net[i];

		route_line(n, i);
		n->q_lines |= net->route == ROUTE_QUADSPI ? BIT(i) : 0;
		n->q_open_drain |= net->route == ROUTE_QUADSPI && net->open_drain ? BIT(i) : 0;
		n->gpio_lines |= net->route == ROUTE_GPIO ? BIT(i) : 0;
		n->gpio_high |= net->route == ROUTE_GPIO && net->gpio_high ? BIT(i) : 0;
		n->pulled |= net->pull != PULL_NONE ? BIT(i) : 0;
		n->pull_high |= net->pull == PULL_UP ? BIT(i) : 0;
	}
	firm = n->q_lines & ~n->q_open_drain;
	n->clean = (firm & narrow) == narrow;
	n->clean_wide = (firm & wide) == wide;
	n->known_idle = (held_when_idle(n) & ~n->q_open_drain & wide) == wide;
	n->idle_io = IO_OF((n->q_lines & ON_IO(BIT(3))) | n->gpio_high |
			   (n->pull_high & ~(n->q_lines | n->gpio_lines))) &
		     IO_OF(wide);
	n->said_route = false;
}

static const char *bank_name(const struct place *n)
{
	return n->bank == BANK2 ? "BK2_" : "";
}

/* ---- levels ---- */

/* lines that the MCU drives, and where to */
static u8 mcu_drives(const struct place *n, u8 *high)
{
	u8 by_q = n->q_lines & (ON_CLK | ON_NCS | ON_IO(n->q_mask));
	u8 q_high = (n->q_clk ? ON_CLK : 0) | (n->q_ncs ? ON_NCS : 0) | ON_IO(n->q_val);

	*high = n->gpio_high | (by_q & q_high);
	return n->gpio_lines | (by_q & (u8) ~(n->q_open_drain & q_high));
}

/* lines that the chip drives, and where to */
static u8 chip_drives(const struct place *n, u8 *high)
{
	u8 val, mask = vnor_driven(n->nor, &val);

	if (n->sim->faults.float_io3)
		mask &= IO_MASK(3);
	*high = ON_IO(val & mask);
	return ON_IO(mask);
}

/* both drive, against each other: whoever wins */
static u8 contend(struct place *n, u8 lines)
{
	u8 high = 0;
	unsigned int i;

	for (i = 0; i < N_QSPI_LINES; i++) {
		if (!(lines & BIT(i)))
			continue;
		if (!n->said_contention)
			sim_complain(n->sim, "board", "%s%s: MCU and NOR drive against each other",
				     bank_name(n), line_names[i]);
		n->said_contention = true;
		high |= sim_rng_u64(&n->rng) & 1 ? BIT(i) : 0;
	}
	return high;
}

/* the nets of @lines take their levels; one that nobody holds keeps what it has */
static void settle_lines(struct place *n, u8 lines)
{
	u8 mcu_high, chip_high, by_mcu = mcu_drives(n, &mcu_high);
	u8 by_chip = chip_drives(n, &chip_high);
	u8 clash = lines & by_mcu & by_chip & (mcu_high ^ chip_high);
	u8 pulled = n->pulled & (u8) ~(by_mcu | by_chip);
	u8 high =
		(mcu_high & by_mcu) | (chip_high & by_chip & (u8)~by_mcu) | (n->pull_high & pulled);

	lines &= by_mcu | by_chip | pulled;
	n->level = (n->level & (u8)~lines) | (high & lines);
	if (clash)
		n->level = (n->level & (u8)~clash) | contend(n, clash);
}

/* what the chip sees on IO0..IO3 */
static u8 chip_io(const struct place *n)
{
	u8 io = IO_OF(n->level);

	if (n->sim->faults.float_io3)
		io = (u8)(io & ~BIT(3)) | (n->float_io3_level ? BIT(3) : 0);
	return io;
}

/* all nets take their levels, the chip sees them, and its answer settles too */
static void settle(struct place *n, u64 at_ps)
{
	unsigned int i;

	settle_lines(n, ALL_LINES);
	vnor_set_pins(n->nor, n->level & ON_NCS, n->level & ON_CLK, chip_io(n), at_ps);
	settle_lines(n, ON_IO(0xf));
	for (i = 0; n->sim->vcd && n->bank == BANK1 && i < N_QSPI_LINES; i++)
		vcd_bit(n->sim->vcd, VCD_QSPI + i, n->level & BIT(i), at_ps);
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
			*high = p->level & BIT(i);
			return true;
		}
	}
	return false;
}

/* ---- QUADSPI's view ---- */

/* a frame starts: say what is not wired up, and let what floats float */
static void check_routes(struct place *n)
{
	u8 floats = ALL_LINES & (u8)~held_when_idle(n);
	unsigned int i;

	for (i = 0; (floats || !n->said_route) && i < N_QSPI_LINES; i++) {
		const struct mcu_pin *pin = &n->pin[i];
		const struct net *net = &n->net[i];

		if (floats & BIT(i))
			n->level =
				(u8)(n->level & ~BIT(i)) | (sim_rng_u64(&n->rng) & 1 ? BIT(i) : 0);
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
		else if (floats & BIT(i))
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
	in = IO_OF(n->level & n->q_lines); /* an input that no pin leads to reads 0 */
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

/* the nets as they stand at the last rising edge of a byte taken whole */
static void show_all(struct place *n, u8 mask, u8 val)
{
	u8 lines = ON_IO(mask) & held_when_idle(n);
	u8 by_q = lines & n->q_lines, pulled = lines & (u8) ~(n->q_lines | n->gpio_lines);

	n->q_clk = true;
	n->q_mask = mask;
	n->q_val = val;
	n->level = (n->level & (u8)~lines) | (ON_IO(val) & by_q) | (n->gpio_high & lines) |
		   (n->pull_high & pulled) | ON_CLK;
}

/* IO0..IO3 as the chip sees them in a phase of @lines lines */
static u8 phase_io(const struct place *n, u8 lines)
{
	u8 io = IO_OF(n->level);

	return lines == 4 ? io : (io & IO_MASK(2)) | n->idle_io;
}

/* the last bits of a byte that is sent on their lines, the others as they stand */
static u8 sent_io(const struct place *n, u8 byte, u8 lines)
{
	return (phase_io(n, lines) & (u8)~IO_MASK(lines)) | (byte & IO_MASK(lines));
}

static bool port_send_bytes(void *dev, const u8 *bytes, u32 n_bytes, u8 lines, u64 at_ps)
{
	struct place *n = dev;
	u8 mask, val, last = bytes[n_bytes - 1];

	if (!can_take_bytes(n, lines) ||
	    !vnor_send_bytes(n->nor, bytes, n_bytes, lines, sent_io(n, last, lines),
			     at_ps + n->clk.period_ps * (8 / lines)))
		return false;
	val = phase_out(lines, last, &mask);
	show_all(n, mask, val);
	return true;
}

static void port_send(void *dev, u8 byte, u8 lines, u64 at_ps)
{
	struct place *n = dev;
	u8 mask, val, io;
	unsigned int left;

	if (!is_wired(n))
		return;
	if (can_take_bytes(n, lines)) {
		io = sent_io(n, byte, lines);
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

/* the nets at the last rising edge of a byte that the chip has given whole */
static void show_given(struct place *n, u8 lines)
{
	u8 mask, val = phase_in(lines, &mask), driven;

	show_all(n, mask, val);
	driven = ON_IO(vnor_driven(n->nor, &val));
	n->level = (n->level & (u8)~driven) | (ON_IO(val) & driven);
}

static u8 port_recv(void *dev, u8 lines, u64 at_ps)
{
	struct place *n = dev;
	u8 mask, val = phase_in(lines, &mask), byte = 0;
	unsigned int i;

	if (!is_wired(n))
		return (u8)sim_rng_u64(&n->rng); /* pins that lead nowhere */
	if (can_take_bytes(n, lines) && vnor_recv_byte(n->nor, &byte, lines, phase_io(n, lines),
						       at_ps + n->clk.period_ps * (8 / lines))) {
		show_given(n, lines);
		return byte;
	}
	for (i = 0; i < 8; i += lines) {
		at_ps += n->clk.period_ps;
		byte = (u8)(byte << lines) | take(one_clock(n, mask, val, at_ps), lines);
	}
	return byte;
}

/* as the chip sees the lines at any byte of a run: on four of them data may be anything */
static u8 run_io(const struct place *n, u8 lines)
{
	return lines == 4 ? 0 : phase_io(n, lines);
}

static u32 port_next_bytes(void *dev, u8 lines, const u8 **from)
{
	struct place *n = dev;

	return can_take_bytes(n, lines) ? vnor_next_bytes(n->nor, lines, run_io(n, lines), from)
					: 0;
}

static void port_skip_bytes(void *dev, u32 n_bytes, u8 lines, u64 at_ps)
{
	struct place *n = dev;

	vnor_skip_bytes(n->nor, n_bytes, lines, run_io(n, lines),
			at_ps + n->clk.period_ps * (8 / lines));
	show_given(n, lines);
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
	p->level = ON_NCS;
	for (i = LINE_IO0; i < N_QSPI_LINES; i++)
		p->level |= sim_rng_u64(&p->rng) & 1 ? BIT(i) : 0;
	n->n_places++;
	return true;
}

struct netlist *netlist_new(struct sim *sim)
{
	const struct vboard *board = netlist_find_board(sim->opts.board);
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
		.next_bytes = port_next_bytes,
		.skip_bytes = port_skip_bytes,
		.send_bytes = port_send_bytes,
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
