/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the user says about the flash chip: -c NAME, or -c NAME:KEY=VALUE,...
 */
#ifndef SWDROM_LIB_SPI_NOR_CHOOSE_H
#define SWDROM_LIB_SPI_NOR_CHOOSE_H

#include "lib/spi-nor-parts.h"

struct nor_choice {
	char name[32];
	struct nor_part part; /* a copy of the row, with what the user changed */
	const struct nor_vendor *vendor;
	bool is_row;	   /* NAME is in the tables */
	bool is_described; /* there are keys: SFDP is not asked */
};

/**
 * nor_choose() - read what the user says
 * @c: result; @c->part.name points into it
 * @text: "w25q128jv", "w25q128jv:size=8M" or "other:size=8M,erase=20h:4K/d8h:64K"
 * @err: what is wrong
 *
 * Keys: size (bytes, K, M), page, erase (OPCODE:SIZE pairs between slashes), chip-erase (OPCODE or
 * none), addr (3, or how four bytes come about: opcodes, b7, wren-b7, bank, ear,
 * always), quad (none, always, sr1.6,
 * sr2.1, sr2.1-31h, sr2.7), mhz. A NAME that is not in the tables needs size and erase.
 *
 * Return: 0 or -EINVAL.
 */
int nor_choose(struct nor_choice *c, const char *text, struct err *err);

#endif
