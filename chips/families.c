// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every microcontroller family, in the order in which they are asked.
 */
#include "chips/families.h"

const struct chip_family *const chip_families[] = {
	&stm32l4_family,
	&stm32_other_family, /* last: names what nobody supports */
	NULL,
};
