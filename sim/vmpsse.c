// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Edges, for a clock that idles low (a clock that idles high starts with the falling edge instead):
 *
 *	SK	____/~~~~\____/~~~~\____
 *	DO, written on -  <bit 0 ><bit 1  >	put out before the rise, changed at the fall
 *	DO, written on +      <bit 0  ><bit	changed at the rise: the target sees the bit before
 *	DI, read on +	    ^	      ^		what the target drove before this rise
 *	DI, read on -	         ^	    ^	what it drives since
 */
#include "sim/vmpsse.h"
#include "sim/usbtime.h"
#include "sim/vdp.h"
#include "sim/vspi.h"

#include <string.h>

/* fields of a shift opcode (AN_108 3.2 to 3.5) */
#define OP_WRITE_NEG BIT(0)
#define OP_BITS	     BIT(1)
#define OP_READ_NEG  BIT(2)
#define OP_LSB	     BIT(3)
#define OP_WRITE     BIT(4)
#define OP_READ	     BIT(5)
#define OP_TMS	     BIT(6)

#define BAD_COMMAND  0xfa

/* bytes shifted at a stretch; only the time limit and the FIFO are looked at less often */
#define CHUNK 2048

/*
 * Argument bytes of each opcode, plus one; 0: there is no such command. AN_108 lists these shift opcodes;
 * reads with the write edge's bit set are decoded, too, though it means nothing then: OpenOCD's ftdi
 * driver reads with 0x29 and 0x2b. No other combination is.
 */
#define SHIFT_BYTES 3
#define WRITE_BITS  3
#define READ_BITS   2
#define NO_ARGS	    1
#define ONE_ARG	    2
#define TWO_ARGS    3

static const u8 opcodes[256] = {
	/* clock data bytes out, in, both */
	[0x10] = SHIFT_BYTES,
	[0x11] = SHIFT_BYTES,
	[0x18] = SHIFT_BYTES,
	[0x19] = SHIFT_BYTES,
	[0x20] = SHIFT_BYTES,
	[0x21] = SHIFT_BYTES,
	[0x24] = SHIFT_BYTES,
	[0x25] = SHIFT_BYTES,
	[0x28] = SHIFT_BYTES,
	[0x29] = SHIFT_BYTES,
	[0x2c] = SHIFT_BYTES,
	[0x2d] = SHIFT_BYTES,
	[0x31] = SHIFT_BYTES,
	[0x34] = SHIFT_BYTES,
	[0x39] = SHIFT_BYTES,
	[0x3c] = SHIFT_BYTES,
	/* data bits */
	[0x12] = WRITE_BITS,
	[0x13] = WRITE_BITS,
	[0x1a] = WRITE_BITS,
	[0x1b] = WRITE_BITS,
	[0x22] = READ_BITS,
	[0x23] = READ_BITS,
	[0x26] = READ_BITS,
	[0x27] = READ_BITS,
	[0x2a] = READ_BITS,
	[0x2b] = READ_BITS,
	[0x2e] = READ_BITS,
	[0x2f] = READ_BITS,
	[0x33] = WRITE_BITS,
	[0x36] = WRITE_BITS,
	[0x3b] = WRITE_BITS,
	[0x3e] = WRITE_BITS,
	/* bits to TMS */
	[0x4a] = WRITE_BITS,
	[0x4b] = WRITE_BITS,
	[0x6a] = WRITE_BITS,
	[0x6b] = WRITE_BITS,
	[0x6e] = WRITE_BITS,
	[0x6f] = WRITE_BITS,
	/* all the others */
	[0x80] = TWO_ARGS,
	[0x81] = NO_ARGS,
	[0x82] = TWO_ARGS,
	[0x83] = NO_ARGS,
	[0x84] = NO_ARGS,
	[0x85] = NO_ARGS,
	[0x86] = TWO_ARGS,
	[0x87] = NO_ARGS,
	[0x88] = NO_ARGS,
	[0x89] = NO_ARGS,
	[0x8a] = NO_ARGS,
	[0x8b] = NO_ARGS,
	[0x8c] = NO_ARGS,
	[0x8d] = NO_ARGS,
	[0x8e] = ONE_ARG,
	[0x8f] = TWO_ARGS,
	[0x94] = NO_ARGS,
	[0x95] = NO_ARGS,
	[0x96] = NO_ARGS,
	[0x97] = NO_ARGS,
	[0x9c] = TWO_ARGS,
	[0x9d] = TWO_ARGS,
	[0x9e] = TWO_ARGS,
};

/**
 * vmpsse_init() - an engine; it works once vmpsse_reset() was called
 * @m: engine; its callbacks are the caller's to fill in
 * @sim: bench
 * @dp: debug port at the end of @wire
 * @wire: cable on its pins
 * @chip: part
 */
void vmpsse_init(struct vmpsse *m, struct sim *sim, struct swdp *dp, struct vwire *wire,
		 const struct ftdi_chip *chip)
{
	*m = (struct vmpsse){ .sim = sim, .dp = dp, .wire = wire, .chip = chip };
}

static void go_to(struct vmpsse *m)
{
	sim_advance_to(m->sim, mpsse_tick_ps(m->tick));
}

static void pins(struct vmpsse *m)
{
	if (vwire_is_spi(m->wire)) /* how long CS# is high matters */
		go_to(m);
	vwire_set(m->wire, m->out, m->dir & (u16) ~(m->open_drain & m->out));
}

/**
 * vmpsse_abandon() - forget the command under way
 * @m: engine
 */
void vmpsse_abandon(struct vmpsse *m)
{
	m->n_cmd = 0;
	m->busy = false;
	m->left = 0;
	m->stuck = false;
}

/**
 * vmpsse_reset() - state after switching to MPSSE mode
 * @m: engine
 * @dir: xDBUS pins that become outputs
 *
 * AN_108 3.8: the divide-by-5 prescaler is on, so that old programs get their 12 MHz.
 */
void vmpsse_reset(struct vmpsse *m, u8 dir)
{
	vmpsse_abandon(m);
	m->out = 0;
	m->dir = dir;
	m->open_drain = 0;
	m->divisor = 0;
	m->div5 = true;
	m->three_phase = m->adaptive = m->loopback = false;
	m->shift_reg = 0;
	pins(m);
}

/* ticks of one SWCLK cycle */
static u64 period(const struct vmpsse *m)
{
	return (m->three_phase ? 3u : 2u) * (1u + m->divisor) * (m->div5 ? 5u : 1u);
}

/* ---- clocking ---- */

static void set_pin(struct vmpsse *m, u16 pin, bool level)
{
	u16 out = (u16)(level ? m->out | pin : m->out & ~pin);

	if (out == m->out)
		return;
	m->out = out;
	pins(m);
}

struct bit_way {
	bool write, lead_write, trail_read;
	bool late; /* DI is asked for, and its bits taken later */
	bool deaf; /* ... or not even that */
	u16 pin;   /* DO or TMS */
};

/* somebody else's target answers after a while: nothing waits for it that need not */
static bool is_late(const struct vmpsse *m)
{
	return vwire_is_remote(m->wire) && !m->loopback;
}

static struct bit_way bit_way(const struct vmpsse *m, u8 op)
{
	bool idle_high = m->out & PIN_SK, write = op & (OP_WRITE | OP_TMS);

	return (struct bit_way){
		.write = write,
		.lead_write = write && !!(op & OP_WRITE_NEG) == idle_high,
		.trail_read = !!(op & OP_READ_NEG) != idle_high,
		.pin = op & OP_TMS ? PIN_TMS : PIN_DO,
		.late = is_late(m) && (op & OP_READ),
		.deaf = is_late(m) && !(op & OP_READ),
	};
}

/* DI around a rise; @now: this is the moment that the command reads at */
static bool sample(struct vmpsse *m, const struct bit_way *way, bool now)
{
	if (way->late && now)
		vwire_ask(m->wire);
	if (way->late || way->deaf)
		return false;
	if (m->loopback)
		return m->out & PIN_DO;
	return vwire_levels(m->wire) & PIN_DI;
}

/* is DI the wire's SWDIO, and does a cycle of SK touch nothing else? */
static bool is_simple(const struct vmpsse *m, const struct bit_way *way)
{
	return !way->lead_write && !way->trail_read && way->pin == PIN_DO && !m->loopback &&
	       !m->sim->opts.reference_dp && vwire_is_di(m->wire) && vwire_can_cycle(m->wire);
}

/* one SWCLK cycle of that kind; an edge on DO alone means nothing to the target */
static bool clock_simple_bit(struct vmpsse *m, const struct bit_way *way, bool bit)
{
	u64 t = period(m);
	bool in;

	if (way->write) {
		m->out = (u16)(bit ? m->out | PIN_DO : m->out & ~PIN_DO);
		m->wire->out = m->out;
	}
	m->tick += t / 2;
	go_to(m);
	in = vwire_cycle(m->wire);
	m->tick += t - t / 2;
	return in;
}

/* one SWCLK cycle; returns what was sampled on DI */
static bool clock_bit(struct vmpsse *m, const struct bit_way *way, bool bit)
{
	u64 t = period(m);
	bool idle = m->out & PIN_SK;
	bool before, after;

	if (way->write && !way->lead_write)
		set_pin(m, way->pin, bit);
	if (idle) {
		/* fall first; the rise is in the middle */
		m->out &= (u16)~PIN_SK;
		pins(m);
		if (way->lead_write)
			set_pin(m, way->pin, bit);
	}
	m->tick += t / 2;
	go_to(m);
	before = sample(m, way, idle || !way->trail_read);
	m->out |= PIN_SK;
	pins(m);
	before = vwire_sample(m->wire, before);
	m->tick += t - t / 2;
	if (idle)
		return before;
	if (way->lead_write)
		set_pin(m, way->pin, bit);
	go_to(m);
	after = way->trail_read ? vwire_sample(m->wire, sample(m, way, true)) : before;
	m->out &= (u16)~PIN_SK;
	pins(m);
	return after;
}

/* up to 57 bits from bit @at on; @buf has eight bytes of slack */
static u64 get_bits(const u8 *buf, size_t at)
{
	u64 v;

	memcpy(&v, buf + at / 8, sizeof(v));
	return v >> (at % 8);
}

/* bits @n at @at in a buffer of zeros with slack */
static void put_bits(u8 *buf, size_t at, u64 bits, unsigned int n)
{
	u64 v;

	bits &= UINT64_MAX >> (64 - n);
	memcpy(&v, buf + at / 8, sizeof(v));
	v |= bits << (at % 8);
	memcpy(buf + at / 8, &v, sizeof(v));
}

/* times of the rises from here on */
static struct swd_rises rises(const struct vmpsse *m)
{
	u64 t = period(m);

	return (struct swd_rises){ (m->tick + t / 2) * MPSSE_TICK_THIRDS_PS,
				   t * MPSSE_TICK_THIRDS_PS };
}

static void skip_clocks(struct vmpsse *m, u64 n, bool line)
{
	m->tick += n * period(m);
	vwire_skip_clocks(m->wire, n, line);
}

/* when this kind of command sets DO before a rise and reads DI after one (clock_bit()) */
static void tell_edges(struct vmpsse *m, const struct bit_way *way)
{
	u64 t = period(m);
	u64 out = way->lead_write ? t : t / 2, in = way->trail_read ? t - t / 2 : t;

	vwire_set_edges(m->wire, out * MPSSE_TICK_THIRDS_PS / 3, in * MPSSE_TICK_THIRDS_PS / 3);
}

/*
 * Whole frames or idle stretches of a full-duplex LSB-first stream on resistor wiring; returns how
 * many of the @n bits at @at were done, 0 if the next one has to be clocked on its own.
 */
static size_t stream_fast(struct vmpsse *m, const u8 *out, u8 *in, size_t at, size_t n)
{
	size_t clean = (size_t)vwire_clean_clocks(m->wire, n);
	struct swd_rises r = rises(m);
	u64 bits, line = 0;
	size_t done;

	if (!clean || !vwire_is_plain_resistor(m->wire) ||
	    mpsse_tick_ps(m->tick) < sim_now_ps(m->sim))
		return 0;
	bits = get_bits(out, at);
	if (bits & 1) {
		if (clean < 46)
			return 0;
		done = swdp_frame(m->dp, bits, &line, &r);
		if (!done)
			return 0;
		put_bits(in, at, line, (unsigned int)done);
	} else {
		done = bits ? (size_t)__builtin_ctzll(bits) : 56;
		done = (size_t)swdp_idle(m->dp, min(done, clean), &r);
		if (!done)
			return 0;
		bits = 0;
	}
	m->out = (u16)(bits >> (done - 1) & 1 ? m->out | PIN_DO : m->out & ~PIN_DO);
	m->wire->out = m->out;
	skip_clocks(m, done, done && (line >> (done - 1) & 1));
	return done;
}

/* some cycles of a simple kind at once; 0: the next one has to be on its own */
static size_t cycles_at_once(struct vmpsse *m, const struct bit_way *way, const u8 *out, u8 *in,
			     size_t at, size_t n)
{
	struct swd_rises r = rises(m);
	u64 line, bits = m->out & PIN_DO ? UINT64_MAX : 0;
	unsigned int done;

	if (n < 2 || mpsse_tick_ps(m->tick) < sim_now_ps(m->sim))
		return 0;
	if (way->write) {
		bits = out ? get_bits(out, at) : 0;
		m->wire->out = (u16)(bits & 1 ? m->out | PIN_DO : m->out & ~PIN_DO);
	}
	done = vwire_cycles(m->wire, bits, (unsigned int)min(n, (size_t)56), &line, &r);
	if (!done)
		return 0;
	put_bits(in, at, line, done);
	m->out = (u16)(bits >> (done - 1) & 1 ? m->out | PIN_DO : m->out & ~PIN_DO);
	m->wire->out = m->out;
	m->tick += done * period(m);
	return done;
}

/* @out and @in have eight bytes of slack, @in is zero; LSB first; NULL: no data that way */
static void shift_stream(struct vmpsse *m, u8 op, const u8 *out, u8 *in, size_t n)
{
	struct bit_way way = bit_way(m, op);
	bool fast = way.write && !way.lead_write && !way.trail_read && !(m->out & PIN_SK) &&
		    way.pin == PIN_DO && !m->loopback && !m->sim->opts.reference_dp;
	bool simple = is_simple(m, &way);
	size_t i = 0, done;

	tell_edges(m, &way);
	if (vwire_is_spi(m->wire))
		vspi_set_period(m->wire, period(m) * MPSSE_TICK_THIRDS_PS / 3);
	while (i < n) {
		done = fast ? stream_fast(m, out, in, i, n - i) : 0;
		if (!done && simple)
			done = cycles_at_once(m, &way, out, in, i, n - i);
		if (!done) {
			bool bit = out && (out[i / 8] >> (i % 8) & 1);

			bit = simple ? clock_simple_bit(m, &way, bit) : clock_bit(m, &way, bit);
			in[i / 8] |= (u8)(bit << (i % 8));
			done = 1;
		}
		i += done;
	}
}

static u8 reverse(u8 b)
{
	b = (u8)(b >> 4 | b << 4);
	b = (u8)((b & 0xcc) >> 2 | (b & 0x33) << 2);
	return (u8)((b & 0xaa) >> 1 | (b & 0x55) << 1);
}

/**
 * vmpsse_late_byte() - a byte that was pushed before its bits were known
 * @m: engine
 * @late: as it was pushed; in that order
 */
u8 vmpsse_late_byte(struct vmpsse *m, struct mpsse_late late)
{
	unsigned int i;

	for (i = 0; i < late.n_bits; i++) {
		u8 bit = vwire_take(m->wire);

		m->late_reg = (u8)(late.lsb ? m->late_reg >> 1 | bit << 7 : m->late_reg << 1 | bit);
	}
	return m->late_reg;
}

/* SPI mode 0, MSB first, both ways */
static bool is_spi_bytes(const struct vmpsse *m, u8 op)
{
	return vwire_is_spi(m->wire) && !m->loopback && !m->sim->opts.reference_dp &&
	       !(m->out & PIN_SK) && !(op & OP_LSB) && !(op & OP_READ && op & OP_READ_NEG) &&
	       !(op & OP_WRITE && !(op & OP_WRITE_NEG));
}

/* bytes straight to the SPI-NOR chip and back, bit by bit where it can't take them */
static void shift_spi_bytes(struct vmpsse *m, u8 op, const u8 *src, u8 *in, size_t n)
{
	u8 bits[16], got[16], byte;
	size_t i;

	vspi_set_period(m->wire, period(m) * MPSSE_TICK_THIRDS_PS / 3);
	for (i = 0; i < n; i++) {
		byte = op & OP_WRITE ? src[i] : m->out & PIN_DO ? 0xff : 0;
		if (vspi_byte(m->wire, byte, &in[i], mpsse_tick_ps(m->tick + 8 * period(m)))) {
			m->out = (u16)(byte & 1 ? m->out | PIN_DO : m->out & ~PIN_DO);
			m->wire->out = m->out;
			m->tick += 8 * period(m);
			go_to(m);
			continue;
		}
		memset(bits, 0, sizeof(bits));
		memset(got, 0, sizeof(got));
		bits[0] = reverse(byte);
		shift_stream(m, op, op & OP_WRITE ? bits : NULL, got, 8);
		in[i] = reverse(got[0]);
	}
}

/* a byte command goes on with the @n bytes that are at hand, or just clocks for a read */
static void shift_bytes(struct vmpsse *m, u8 op, const u8 *src, size_t n)
{
	u8 out[CHUNK + 8], in[CHUNK + 8];
	u64 t0 = m->tick, per_byte = 8 * period(m);
	size_t i;

	if (is_spi_bytes(m, op)) {
		shift_spi_bytes(m, op, src, in, n);
		for (i = 0; op & OP_READ && i < n; i++) {
			m->shift_reg = in[i];
			m->push(m->arg, m->shift_reg, t0 + (i + 1) * per_byte);
		}
		return;
	}
	memset(in, 0, n + 8);
	if (op & OP_WRITE) {
		memset(out + n, 0, 8);
		for (i = 0; i < n; i++)
			out[i] = op & OP_LSB ? src[i] : reverse(src[i]);
	}
	shift_stream(m, op, op & OP_WRITE ? out : NULL, in, n * 8);
	if (!(op & OP_READ))
		return;
	if (is_late(m)) {
		for (i = 0; i < n; i++)
			m->push_late(m->arg, (struct mpsse_late){ 8, op & OP_LSB },
				     t0 + (i + 1) * per_byte);
		return;
	}
	for (i = 0; i < n; i++) {
		m->shift_reg = op & OP_LSB ? in[i] : reverse(in[i]);
		m->push(m->arg, m->shift_reg, t0 + (i + 1) * per_byte);
	}
}

/* bit commands: 1 to 8 bits, TMS 1 to 7; LSB-first answers fill the register from the top */
static void shift_bits(struct vmpsse *m, u8 op, unsigned int n, u8 data)
{
	bool lsb = op & OP_LSB;
	u8 out[16] = { 0 }, in[16] = { 0 };
	unsigned int i;

	if (op & OP_TMS) {
		set_pin(m, PIN_DO, data & 0x80);
		n = min(n, 7u);
	}
	out[0] = lsb ? data : reverse(data);
	shift_stream(m, op, op & (OP_WRITE | OP_TMS) ? out : NULL, in, n);
	if (!(op & OP_READ))
		return;
	if (is_late(m)) {
		m->push_late(m->arg, (struct mpsse_late){ (u8)n, lsb }, m->tick);
		return;
	}
	for (i = 0; i < n; i++) {
		u8 bit = in[0] >> i & 1;

		m->shift_reg = (u8)(lsb ? m->shift_reg >> 1 | bit << 7 : m->shift_reg << 1 | bit);
	}
	m->push(m->arg, m->shift_reg, m->tick);
}

/* clocks without data: as many as there is time for */
static void idle_clocks(struct vmpsse *m, u64 until_ps)
{
	struct bit_way way = { .deaf = is_late(m) };

	while (m->left) {
		u64 n = vwire_clean_clocks(m->wire, m->left), done = 0;
		struct swd_rises r = rises(m);

		if (mpsse_tick_ps(m->tick) >= until_ps)
			return;
		if (!m->sim->opts.reference_dp && vwire_is_idle_low(m->wire) &&
		    mpsse_tick_ps(m->tick) >= sim_now_ps(m->sim))
			done = swdp_idle(m->dp, n, &r);
		if (done) {
			skip_clocks(m, done, false);
		} else {
			clock_bit(m, &way, false);
			done = 1;
		}
		m->left -= done;
	}
}

/* ---- commands ---- */

static bool is_shift(u8 op)
{
	return op < 0x80 && opcodes[op];
}

/* argument bytes before the command can begin; -1: no such command */
static int n_args(const struct vmpsse *m, u8 op)
{
	if (op == 0x9e && !m->chip->has_open_drain)
		return -1;
	return (int)opcodes[op] - 1;
}

static bool answers(const struct vmpsse *m, u8 op)
{
	if (is_shift(op))
		return op & OP_READ;
	return op == 0x81 || op == 0x83;
}

/* pins set one by one: each command takes longer than any edge */
static void edges_by_commands(struct vmpsse *m)
{
	vwire_set_edges(m->wire, PS_PER_US, PS_PER_US);
}

static void set_low_byte(struct vmpsse *m, u8 val, u8 dir)
{
	edges_by_commands(m);
	m->out = (u16)((m->out & 0xff00) | val);
	m->dir = (u16)((m->dir & 0xff00) | dir);
	pins(m);
}

static void set_high_byte(struct vmpsse *m, u8 val, u8 dir)
{
	if (!m->chip->has_high_byte)
		return;
	m->out = (u16)((m->out & 0xff) | val << 8);
	m->dir = (u16)((m->dir & 0xff) | dir << 8);
	pins(m);
}

/* GPIOL1 is not wired anywhere: its own level, or the pull-up's */
static bool gpiol1(const struct vmpsse *m)
{
	return !(m->dir & PIN_AD5) || (m->out & PIN_AD5);
}

static void wait_for_ever(struct vmpsse *m, const char *why)
{
	m->stuck = true;
	sim_complain(m->sim, "mpsse", "opcode 0x%02x: %s", m->cmd[0], why);
}

/* start the command in cmd[]; those that take time or data stay busy with ->left */
static void begin(struct vmpsse *m)
{
	u8 op = m->cmd[0], a = m->cmd[1], b = m->cmd[2];

	go_to(m);
	if (m->adaptive && (is_shift(op) || op == 0x8e || op == 0x8f)) {
		wait_for_ever(m, "adaptive clocking waits for RTCK, which is not wired");
		return;
	}
	if (is_shift(op)) {
		if (op & (OP_BITS | OP_TMS))
			shift_bits(m, op, (a & 7u) + 1, b);
		else
			m->left = (a | (u64)b << 8) + 1;
		return;
	}
	switch (op) {
	case 0x80:
		set_low_byte(m, a, b);
		break;
	case 0x81:
		m->push(m->arg, (u8)vwire_levels(m->wire), m->tick);
		break;
	case 0x82:
		set_high_byte(m, a, b);
		break;
	case 0x83:
		m->push(m->arg, (u8)(vwire_levels(m->wire) >> 8), m->tick);
		break;
	case 0x84:
	case 0x85:
		m->loopback = op == 0x84;
		break;
	case 0x86:
		m->divisor = (u16)(a | b << 8);
		break;
	case 0x87:
		m->flush(m->arg, m->tick);
		break;
	case 0x88:
	case 0x89:
	case 0x94:
	case 0x95:
		if (gpiol1(m) != !(op & 1))
			wait_for_ever(m, "waits for GPIOL1, which is not wired");
		break;
	case 0x8a:
	case 0x8b:
		m->div5 = op == 0x8b;
		break;
	case 0x8c:
	case 0x8d:
		m->three_phase = op == 0x8c;
		break;
	case 0x8e:
		m->left = (a & 7u) + 1;
		break;
	case 0x8f:
		m->left = ((a | (u64)b << 8) + 1) * 8;
		break;
	case 0x96:
	case 0x97:
		m->adaptive = op == 0x96;
		break;
	case 0x9c:
	case 0x9d:
		if (gpiol1(m) != !(op & 1))
			m->left = ((a | (u64)b << 8) + 1) * 8;
		break;
	case 0x9e:
		m->open_drain = (u16)(a | b << 8);
		pins(m);
		break;
	default:
		break;
	}
}

static u8 take(struct vmpsse *m, struct mpsse_feed *feed, unsigned int ticks)
{
	m->tick = max(m->tick, feed->first_tick) + ticks;
	feed->n--;
	return *feed->bytes++;
}

/* the next byte of a command, or all of it; false: an echo of a bad one does not fit */
static bool fetch(struct vmpsse *m, struct mpsse_feed *feed)
{
	int n;

	if (!m->n_cmd) {
		u8 op = *feed->bytes;

		n = n_args(m, op);
		if (m->room(m->arg) < (n < 0 ? 2u : answers(m, op)))
			return false;
		take(m, feed, MPSSE_DECODE_TICKS);
		if (n < 0) {
			m->push(m->arg, BAD_COMMAND, m->tick);
			m->push(m->arg, op, m->tick);
			return true;
		}
		m->cmd[0] = op;
		m->cmd[1] = m->cmd[2] = 0;
		m->n_cmd = 1;
	} else {
		n = n_args(m, m->cmd[0]);
	}
	while (m->n_cmd <= n && feed->n)
		m->cmd[m->n_cmd++] = take(m, feed, MPSSE_ARG_TICKS);
	m->busy = m->n_cmd == 1 + n;
	if (m->busy)
		begin(m);
	return true;
}

/* go on with the command that is being carried out; false: it cannot for want of @stop */
static bool carry_on(struct vmpsse *m, struct mpsse_feed *feed, u64 until_ps, enum mpsse_stop *stop)
{
	u8 op = m->cmd[0];
	size_t n = (size_t)min(m->left, (u64)CHUNK);

	if (!m->left) {
		m->busy = false;
		m->n_cmd = 0;
		return true;
	}
	if (!is_shift(op)) {
		idle_clocks(m, until_ps);
		return true;
	}
	if (op & OP_READ)
		n = min(n, m->room(m->arg));
	if (!n) {
		*stop = MPSSE_IN_FULL;
		return false;
	}
	if (op & OP_WRITE) {
		n = min(n, feed->n);
		if (!n) {
			*stop = MPSSE_HUNGRY;
			return false;
		}
		m->tick = max(m->tick, feed->first_tick);
	}
	shift_bytes(m, op, feed->bytes, n);
	m->left -= n;
	if (op & OP_WRITE) {
		feed->bytes += n;
		feed->n -= n;
	}
	return true;
}

/**
 * vmpsse_run() - let the engine work
 * @m: engine
 * @feed: bytes that are in its FIFO; what is left of them on return
 * @until_ps: not (much) beyond this time
 *
 * Return: why it stopped.
 */
enum mpsse_stop vmpsse_run(struct vmpsse *m, struct mpsse_feed *feed, u64 until_ps)
{
	enum mpsse_stop stop = MPSSE_HUNGRY;

	for (;;) {
		if (m->stuck)
			return MPSSE_STUCK;
		if (mpsse_tick_ps(m->tick) >= until_ps)
			return MPSSE_TIME;
		if (m->busy) {
			if (!carry_on(m, feed, until_ps, &stop))
				return stop;
			continue;
		}
		if (!feed->n)
			return MPSSE_HUNGRY;
		if (mpsse_tick_ps(feed->first_tick) >= until_ps)
			return MPSSE_TIME;
		if (!fetch(m, feed))
			return MPSSE_IN_FULL;
	}
}
