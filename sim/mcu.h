/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The virtual STM32L476 or STM32L496 as its debug port, its bench and its pins see it (sim/mcu.c and the
 * peripheral models behind it). GPIO, QUADSPI and what hangs on the pins are netlist.h's.
 */
#ifndef SWDROM_SIM_MCU_H
#define SWDROM_SIM_MCU_H

#include "sim/bus.h"

enum mcu_reset {
	MCU_RESET_POR, /* power on: everything, debug registers too */
	MCU_RESET_PIN, /* nRST */
	MCU_RESET_SYS, /* SYSRESETREQ, watchdog, option byte load */
};

/* RCC-gated units (AHBxENR/APBxENR bits) that models outside mcu.c ask about */
enum mcu_unit {
	MCU_UNIT_GPIOA, /* ... + port number up to GPIOI */
	MCU_UNIT_GPIOI = MCU_UNIT_GPIOA + 8,
	MCU_UNIT_QSPI,
	MCU_UNIT_DMA1,
	MCU_UNIT_DMA2,
	MCU_UNIT_CRC,
};

/* has the part of that name the larger die? two banks of QUADSPI pins, port I */
bool mcu_is_l496(const char *part);

/* the part that is on the board sim->opts.board */
struct mcu *mcu_new(struct sim *sim);
void mcu_free(struct mcu *mcu);
/* put saved contents (flash, OTP, option bytes) into the state; called before the file is written */
void mcu_save(struct mcu *mcu);

/* ---- towards the debug port ---- */

/* one AHB-AP transfer; the AP has done the clock crossing: x->at_ps is bus time */
enum bus_resp mcu_ap_access(struct mcu *mcu, struct bus_xact *x);
u32 mcu_hclk_hz(const struct mcu *mcu);
/* false: VDD absent, or RDP level 2: what the DP answers then is swdp's business */
bool mcu_is_powered(const struct mcu *mcu);
bool mcu_debug_enabled(const struct mcu *mcu); /* DEVICEEN: false at RDP 2 */
/* HCLK of the AP runs (not in Stop without DBG_STOP): power-up ACK and bus accesses need it */
bool mcu_ap_clocked(const struct mcu *mcu);
/* in Sleep with DBG_SLEEP 0: reads return rubbish with OK */
bool mcu_ap_reads_rubbish(const struct mcu *mcu);

/* ---- towards the bench ---- */

void mcu_set_nrst(struct mcu *mcu, bool asserted); /* from the adapter or the button */
bool mcu_nrst_low(const struct mcu *mcu);	   /* level of the nRST net, whoever pulls it */
void mcu_set_power(struct mcu *mcu, bool on);
/* DP and AP registers reset with power only; swdp asks to be told. Several may ask (24 at most) */
void mcu_on_power(struct mcu *mcu, void (*fn)(void *arg, bool on), void *arg);

/* ---- towards other models on the same bus (QUADSPI, GPIO: netlist.c registers them) ---- */

void mcu_add_slave(struct mcu *mcu, const struct bus_slave *slave);
/* ... whose addresses from @base on, @size bytes, know runs */
void mcu_add_run(struct mcu *mcu, u32 base, u32 size, bus_run_fn fn, void *dev);
/* called at every reset with its kind */
void mcu_add_reset(struct mcu *mcu, void (*fn)(void *dev, enum mcu_reset kind), void *dev);
/* RCC reset register bit of @unit pulsed or held: called with asserted true/false */
void mcu_add_unit_reset(struct mcu *mcu, enum mcu_unit unit, void (*fn)(void *dev, bool asserted),
			void *dev);
bool mcu_unit_clocked(const struct mcu *mcu, enum mcu_unit unit);
/* MCU_UNIT_QSPI's DMA request line (DMA1 channel 5 request 5, DMA2 channel 7 request 3 on L476) */
void mcu_set_dma_request(struct mcu *mcu, enum mcu_unit unit, bool level);

/* ---- for tests ---- */

u8 *mcu_flash(struct mcu *mcu, size_t *size); /* contents of main flash */
u8 *mcu_sram(struct mcu *mcu, u32 addr);      /* NULL if none there */
void mcu_set_optr(struct mcu *mcu, u32 optr); /* as if loaded at power-on */
void mcu_set_wrp(struct mcu *mcu, unsigned int bank, char area, u8 first, u8 last);
bool mcu_core_halted(const struct mcu *mcu);
/* built with an engine (libunicorn): code really runs; what it wrote to the ITM's stimulus ports */
bool mcu_executes(struct mcu *mcu);
const char *mcu_itm_text(struct mcu *mcu, size_t *len);
/* the application goes to sleep now (or wakes): as faults.app_sleeps, at any time */
enum mcu_sleep { MCU_AWAKE, MCU_SLEEP, MCU_STOP };
void mcu_set_sleep(struct mcu *mcu, enum mcu_sleep how);

#endif
