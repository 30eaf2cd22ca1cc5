/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Flash of the virtual STM32L476: main memory, OTP, option bytes, system memory, and their
 * controller.
 */
#ifndef SWDROM_SIM_VFLASH_H
#define SWDROM_SIM_VFLASH_H

#include "sim/mcu-priv.h"

struct vflash *vflash_new(struct mcu *mcu);
void vflash_free(struct vflash *f);
void vflash_save(struct vflash *f);
/* @load_options: power-on and OBL_LAUNCH; a plain reset keeps the loaded ones */
void vflash_reset(struct vflash *f, bool load_options, u64 t);
void vflash_power_off(struct vflash *f, u64 t);

/* x->offset from the start of main flash, as addressed */
enum bus_resp vflash_main_access(struct vflash *f, struct bus_xact *x);
/* reads by DMA in a row; false: not now, or not there */
bool vflash_main_run(struct vflash *f, struct bus_run *r);
/* 0x1fff0000 ... 0x1fffffff: system memory, OTP, engineering bytes, option bytes */
enum bus_resp vflash_info_access(struct vflash *f, struct bus_xact *x);
bool vflash_peek32(struct vflash *f, u32 addr, u32 *val);
/* for a core that reads main flash past the bus: is it just memory, when may it fetch, how slowly */
bool vflash_is_quiet(const struct vflash *f);
u64 vflash_fetch(struct vflash *f, u32 offset, u64 t);
unsigned int vflash_latency(const struct vflash *f);
/* FLASH_SR reads the same from @t until then, if nobody writes to the controller; 0: it is not @addr */
u64 vflash_constant_until(struct vflash *f, u32 addr, u64 t);
/* differs from an earlier one if cells may have changed meanwhile */
u32 vflash_generation(const struct vflash *f);

u32 vflash_optr(const struct vflash *f); /* in force */
unsigned int vflash_rdp_level(const struct vflash *f);
u8 *vflash_data(struct vflash *f, size_t *size);
void vflash_set_optr(struct vflash *f, u32 optr);
void vflash_set_wrp(struct vflash *f, unsigned int bank, char area, u8 first, u8 last);

#endif
