/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The virtual boards: which MCU pin is wired to which chip pin (their own netlists, not boards/),
 * and the models that live on those pins: GPIO with alternate functions, QUADSPI, SPI-NOR chips.
 */
#ifndef SWDROM_SIM_NETLIST_H
#define SWDROM_SIM_NETLIST_H

#include "sim/mcu.h"

struct vnor;
struct vquadspi;

/* builds the board opts.board and registers GPIO and QUADSPI on the MCU's bus; NULL: unknown board */
struct netlist *netlist_new(struct sim *sim);
void netlist_free(struct netlist *n);
void netlist_save(struct netlist *n);
/* names of the virtual boards, NULL-terminated */
const char *const *netlist_board_names(void);
/* its MCU, and the part that is on it unless opts.nor says otherwise; NULL: no place for one */
const char *netlist_board_mcu(const char *board);
const char *netlist_board_nor(const char *board);
/* is that part on the adapter's pins (wiring "spi") instead of the MCU's? */
bool netlist_is_on_adapter(const char *board);
/* MCU on that board: flash size in KiB and package pins */
u32 netlist_flash_kib(const char *board);
/* power of the whole board went on or off (NOR: half-done operations leave unstable cells) */
void netlist_set_power(struct netlist *n, bool on);

/* the chip itself, for a clip on its pins (sim/clip.h); NULL: none. What QUADSPI had to do is done */
struct vnor *netlist_nor(struct netlist *n);
/* the one on QUADSPI's second bank of pins; NULL: none */
struct vnor *netlist_nor2(struct netlist *n);

/* the MCU's QUADSPI, for a core that polls it */
struct vquadspi *netlist_quadspi(struct netlist *n);

/* ---- for tests: the NOR's array ---- */
u8 *netlist_nor_data(struct netlist *n, size_t *size);

#endif
