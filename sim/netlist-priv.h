/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The virtual boards as data: netlist-boards.c has them, netlist.c brings them to life.
 */
#ifndef SWDROM_SIM_NETLIST_PRIV_H
#define SWDROM_SIM_NETLIST_PRIV_H

#include "sim/netlist.h"
#include "sim/pins.h"

struct mcu_pin {
	u8 port, pin; /* port 0 = A */
};

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

/* QUADSPI's banks of pins; CLK serves both */
#define BANK1 BIT(0)
#define BANK2 BIT(1)

/* the board of that name; NULL: unknown */
const struct vboard *netlist_find_board(const char *name);
/*
 * The alternate function as which @pin carries @line (enum qspi_line) for @bank (BANK1, BANK2) on that
 * board's MCU; 0: it does not
 */
u8 netlist_pin_af(const struct vboard *board, const struct mcu_pin *pin, unsigned int line,
		  u8 bank);

#endif
