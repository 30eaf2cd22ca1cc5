/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which pin of which microcontroller can carry which QUADSPI signal, with its alternate function:
 * what a board file is checked against. Tables live in chips/, this is the seam.
 */
#ifndef SWDROM_LIB_BOARD_PINS_H
#define SWDROM_LIB_BOARD_PINS_H

#include "lib/board.h"

struct mcu_pin {
	const char *mcu; /* line: "L476" */
	u8 signal;	 /* enum board_qspi_signal */
	char port;
	u8 pin, af;
	const char *packages; /* package letters of the part number that bring the pin out: "QVZ" */
};

struct mcu_pin_table {
	const struct mcu_pin *pins;
	size_t n_pins;
};

/* every family's table, NULL-terminated; defined in chips/ */
extern const struct mcu_pin_table *const mcu_pin_tables[];

/* mcu_pin_packages() - does @packages (letters) contain the package letter of part number @mcu? */
bool mcu_pin_in_package(const struct mcu_pin *p, const char *mcu);

#endif
