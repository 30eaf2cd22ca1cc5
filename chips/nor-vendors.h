/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SWDROM_CHIPS_NOR_VENDORS_H
#define SWDROM_CHIPS_NOR_VENDORS_H

#include "lib/spi-nor-parts.h"

/* short hands of the tables: uniform parts with 4K (, 32K) and 64K erase; quad reads */
#define NOR_E4_64    (NOR_ERASE_4K | NOR_ERASE_64K)
#define NOR_E4_32_64 (NOR_ERASE_4K | NOR_ERASE_32K | NOR_ERASE_64K)
#define NOR_QUAD     (NOR_QUAD_READ | NOR_QUAD_IO | NOR_QUAD_PP)

extern const struct nor_vendor nor_micron, nor_winbond, nor_macronix, nor_issi, nor_gigadevice;

#endif
