// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * CRC unit: RM0351 14.
 *
 * Data are shifted in from their most significant bit, after the reversal that REV_IN asks for; a
 * word takes four HCLK, a half-word two, a byte one. One datum waits in the input buffer while the
 * one before it is worked on, so that only a third is held back; a read waits for the result.
 */
#include "sim/vcrc.h"

#include "sim/vrcc.h"

#include <stdlib.h>

#define CRC_BASE    0x40023000u
#define CRC_SIZE    0x400u
#define CRC_GATE    12 /* in RCC_AHB1ENR and AHB1RSTR */
#define CRC_DR	    0x00
#define CRC_IDR	    0x04
#define CRC_CR	    0x08
#define CRC_INIT    0x10
#define CRC_POL	    0x14

#define CR_RESET    BIT(0)
#define CR_POLYSIZE GENMASK(4, 3)
#define CR_REV_IN   GENMASK(6, 5)
#define CR_REV_OUT  BIT(7)
#define CR_MASK	    (CR_POLYSIZE | CR_REV_IN | CR_REV_OUT)

#define POL_RESET   0x04c11db7u

struct vcrc {
	struct mcu *mcu;
	u32 dr; /* in its low bits, whatever the polynomial's size */
	u32 cr, init, pol;
	u8 idr;
	u64 start_ps; /* the datum written last leaves the input buffer */
	u64 end_ps;   /* ... and its result is there */
	u32 table[256];
};

static unsigned int poly_bits(const struct vcrc *c)
{
	static const u8 bits[4] = { 32, 16, 8, 7 };

	return bits[FIELD_GET(CR_POLYSIZE, c->cr)];
}

static u32 poly_mask(const struct vcrc *c)
{
	return GENMASK(poly_bits(c) - 1, 0);
}

/* the lowest @n bits, the last one first; @n from 1 to 32 */
static u32 reverse_bits(u32 v, unsigned int n)
{
	v = (v >> 1 & 0x55555555) | (v & 0x55555555) << 1;
	v = (v >> 2 & 0x33333333) | (v & 0x33333333) << 2;
	v = (v >> 4 & 0x0f0f0f0f) | (v & 0x0f0f0f0f) << 4;
	v = (v >> 8 & 0x00ff00ff) | (v & 0x00ff00ff) << 8;
	return (v >> 16 | v << 16) >> (32 - n);
}

/* one byte at a time: contribution of the eight bits at the top of a left-aligned register */
static void make_table(struct vcrc *c)
{
	u32 pol = (c->pol & poly_mask(c)) << (32 - poly_bits(c));
	u32 i, crc;
	unsigned int bit;

	for (i = 0; i < 256; i++) {
		crc = i << 24;
		for (bit = 0; bit < 8; bit++)
			crc = crc & BIT(31) ? crc << 1 ^ pol : crc << 1;
		c->table[i] = crc;
	}
}

/* REV_IN: within bytes, half-words or the word, of what was written */
static u32 reverse_input(const struct vcrc *c, u32 v, unsigned int size)
{
	unsigned int code = FIELD_GET(CR_REV_IN, c->cr);
	unsigned int step, i;
	u32 out = 0;

	if (!code)
		return v;
	step = min(1u << (code - 1), size);
	for (i = 0; i < size; i += step)
		out |= reverse_bits(v >> (8 * i), 8 * step) << (8 * i);
	return out;
}

static void feed(struct vcrc *c, u32 v, unsigned int size)
{
	unsigned int align = 32 - poly_bits(c);
	u32 crc = c->dr << align;

	v = reverse_input(c, v, size);
	while (size--)
		crc = crc << 8 ^ c->table[(crc >> 24 ^ v >> (8 * size)) & 0xff];
	c->dr = crc >> align;
}

/* a datum written at @at_ps; returns when it is in the input buffer */
static u64 write_data(struct vcrc *c, u32 v, unsigned int size, u64 at_ps)
{
	u64 done = max(at_ps, c->start_ps);

	c->start_ps = max(done, c->end_ps);
	c->end_ps = c->start_ps + size * c->mcu->hclk_ps;
	feed(c, v, size);
	return done;
}

static u64 data_item(struct bus_run *r, u64 at_ps, u32 *v)
{
	return write_data(r->dev, *v, r->size, at_ps);
}

static void data_run_end(struct bus_run *r, u32 n_done)
{
	(void)r, (void)n_done;
}

/* many data for DR */
static bool crc_run(void *dev, struct bus_run *r)
{
	struct vcrc *c = dev;

	if (!r->write || r->step || (r->addr & ~3u) != CRC_BASE + CRC_DR ||
	    !mcu_unit_clocked(c->mcu, MCU_UNIT_CRC) ||
	    vrcc_held_in_reset(c->mcu->rcc, RCC_AHB1, CRC_GATE))
		return false;
	r->item = data_item;
	r->end = data_run_end;
	r->dev = c;
	return true;
}

static void load_init(struct vcrc *c)
{
	c->dr = c->init & poly_mask(c);
}

static void write_reg(struct vcrc *c, u32 offset, u32 v)
{
	switch (offset) {
	case CRC_IDR:
		c->idr = (u8)v;
		break;
	case CRC_CR:
		c->cr = v & CR_MASK;
		c->dr &= poly_mask(c);
		make_table(c);
		if (v & CR_RESET)
			load_init(c);
		break;
	case CRC_INIT: /* DR is loaded by the write: RM0351 14.3.3 */
		c->init = v;
		load_init(c);
		break;
	case CRC_POL:
		if (!(v & 1))
			sim_complain(c->mcu->sim, "crc", "even polynomial 0x%08x", v);
		c->pol = v;
		make_table(c);
		break;
	default:
		break;
	}
}

static u32 read_reg(const struct vcrc *c, u32 offset)
{
	switch (offset) {
	case CRC_DR:
		return c->cr & CR_REV_OUT ? reverse_bits(c->dr, poly_bits(c)) : c->dr;
	case CRC_IDR:
		return c->idr;
	case CRC_CR:
		return c->cr;
	case CRC_INIT:
		return c->init;
	case CRC_POL:
		return c->pol;
	default:
		return 0;
	}
}

static enum bus_resp crc_access(void *dev, struct bus_xact *x)
{
	struct vcrc *c = dev;
	u32 offset = x->offset & ~3u;

	if (x->write && offset == CRC_DR) {
		x->done_ps = write_data(c, bus_lane_get(x), x->size, x->done_ps);
		return BUS_OK;
	}
	x->done_ps = max(x->done_ps, c->end_ps);
	if (x->write)
		write_reg(c, offset, bus_merge(x, read_reg(c, offset)));
	else
		x->data = read_reg(c, offset);
	return BUS_OK;
}

static void on_unit_reset(void *dev, bool asserted)
{
	if (asserted)
		vcrc_reset(dev);
}

/**
 * vcrc_reset() - registers at a reset
 * @c: the unit
 */
void vcrc_reset(struct vcrc *c)
{
	c->cr = 0;
	c->idr = 0;
	c->pol = POL_RESET;
	c->init = c->dr = ~0u;
	c->start_ps = c->end_ps = 0;
	make_table(c);
}

/**
 * vcrc_new() - the unit; registers it on the bus
 * @mcu: its owner
 */
struct vcrc *vcrc_new(struct mcu *mcu)
{
	struct vcrc *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->mcu = mcu;
	vcrc_reset(c);
	mcu_add_periph(mcu,
		       &(struct mcu_periph){ .slave = { "CRC", CRC_BASE, CRC_SIZE, crc_access, c },
					     .bus = RCC_AHB1,
					     .bit = CRC_GATE,
					     .on_reset_line = true });
	mcu_add_run(mcu, CRC_BASE, CRC_SIZE, crc_run, c);
	mcu_add_unit_reset(mcu, MCU_UNIT_CRC, on_unit_reset, c);
	return c;
}

/**
 * vcrc_free() - NULL is allowed
 * @c: from vcrc_new()
 */
void vcrc_free(struct vcrc *c)
{
	free(c);
}
