/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Levels of pins and nets of the virtual boards.
 */
#ifndef SWDROM_SIM_PINS_H
#define SWDROM_SIM_PINS_H

#include "lib/types.h"

enum pin_level { PIN_LOW, PIN_HIGH, PIN_FLOAT };
enum pin_pull { PULL_NONE, PULL_UP, PULL_DOWN };

/* the six wires between a QUADSPI and its NOR */
enum qspi_line { LINE_CLK, LINE_NCS, LINE_IO0, LINE_IO1, LINE_IO2, LINE_IO3, N_QSPI_LINES };

/* which of IO0..IO3 are low or high: bit n is IOn */
#define IO_MASK(lines) ((u8)((1u << (lines)) - 1))

#endif
