/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Block protection as pure facts: where a layout's bits are, and what range a setting of them
 * covers. Nothing here talks to a chip.
 */
#ifndef SWDROM_LIB_SPI_NOR_WP_H
#define SWDROM_LIB_SPI_NOR_WP_H

#include "lib/spi-nor-parts.h"

/* registers that hold protection bits, by the way they are read and written */
enum nor_wp_reg {
	NOR_WP_NO_REG,
	NOR_WP_SR1, /* 05h; 01h */
	NOR_WP_SR2, /* 35h; 31h, or the second byte of 01h. Spansion calls it CR1 */
	NOR_WP_SR3, /* 15h; 11h */
	NOR_WP_CR,  /* Macronix, 15h; the second byte of 01h */
	NOR_WP_FR,  /* ISSI function register, 48h; 42h */
	NOR_WP_N_REGS,
};

struct nor_wp_bit {
	u8 reg; /* enum nor_wp_reg; NOR_WP_NO_REG: the layout has no such bit */
	u8 bit;
};

struct nor_wp_layout {
	const char *about; /* the bits, for people */
	struct nor_wp_bit bp[4], tb, sec, cmp, srp, srl;
	u8 n_bp;
	bool tb_is_once; /* TB can be set, but never cleared */
	/* a step of BP is 1/64 of the chip, at least 64 KiB; else always 64 KiB */
	bool by_64ths;
	/* what lies between nothing and everything is not known: BP is all 0 or all 1 */
	bool is_opaque;
};

/* the settings that count, taken out of their registers */
struct nor_wp_bits {
	u8 bp;
	bool tb, sec, cmp, srp, srl;
};

struct nor_wp_regs {
	u8 val[NOR_WP_N_REGS];
};

/* nor_wp_layout() - the row of a layout; NULL where nothing is protected by such bits */
const struct nor_wp_layout *nor_wp_layout(enum nor_bp bp);

/* nor_wp_uses() - does any bit of @l live in @reg? */
bool nor_wp_uses(const struct nor_wp_layout *l, enum nor_wp_reg reg);

struct nor_wp_bits nor_wp_get(const struct nor_wp_layout *l, const struct nor_wp_regs *regs);
/* nor_wp_put() - @bits into their registers; all other bits of @regs stay */
void nor_wp_put(const struct nor_wp_layout *l, const struct nor_wp_bits *bits,
		struct nor_wp_regs *regs);

/**
 * nor_wp_range() - what the bits cover
 * @l: layout
 * @size: of the chip
 * @bits: setting
 * @from: start of the protected range
 * @to: its end; equal to @from: nothing is protected
 */
void nor_wp_range(const struct nor_wp_layout *l, u64 size, const struct nor_wp_bits *bits,
		  u64 *from, u64 *to);

/* more ranges than any layout has: 16 BP values, TB, SEC and CMP */
#define NOR_WP_MAX_RANGES 128

struct nor_wp_range {
	u64 from, to;
	struct nor_wp_bits bits; /* the first setting that gives it, nearest to the present one */
};

/**
 * nor_wp_ranges() - all ranges that can be had
 * @l: layout
 * @size: of the chip
 * @now: present setting: where several give the same range, the one that changes least is taken
 * @may_once: also those that need a one-time bit that is not set yet
 * @out: room for NOR_WP_MAX_RANGES, by length, then start; the empty one is first
 *
 * Return: how many.
 */
unsigned int nor_wp_ranges(const struct nor_wp_layout *l, u64 size, const struct nor_wp_bits *now,
			   bool may_once, struct nor_wp_range *out);

#endif
