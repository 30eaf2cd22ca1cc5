/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What chips/families.c lists.
 */
#ifndef SWDROM_CHIPS_FAMILIES_H
#define SWDROM_CHIPS_FAMILIES_H

#include "lib/target.h"

extern const struct chip_family stm32l4_family;
extern const struct chip_family stm32_other_family;

#endif
