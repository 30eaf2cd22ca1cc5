/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SFDP tables of the virtual SPI-NOR chips.
 */
#ifndef SWDROM_SIM_VNOR_SFDP_H
#define SWDROM_SIM_VNOR_SFDP_H

#include "sim/vnor-core.h"

extern const struct vnor_sfdp vnor_sfdp_n25q128a, vnor_sfdp_mt25ql128, vnor_sfdp_w25q128jv,
	vnor_sfdp_n25q256a;

#endif
