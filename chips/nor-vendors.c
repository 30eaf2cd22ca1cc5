// SPDX-License-Identifier: GPL-2.0-or-later
/* The makers of SPI-NOR flash that have a table; others are known by their SFDP alone. */
#include "chips/nor-vendors.h"

const struct nor_vendor *const nor_vendors[] = {
	&nor_micron, &nor_winbond, &nor_macronix, &nor_issi, &nor_gigadevice, NULL,
};
