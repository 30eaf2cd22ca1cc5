/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SFDP tables of the virtual SPI-NOR chips.
 */
#ifndef SWDROM_SIM_VNOR_SFDP_H
#define SWDROM_SIM_VNOR_SFDP_H

#include "sim/vnor-core.h"

extern const struct vnor_sfdp vnor_sfdp_n25q128a;
extern const struct vnor_sfdp vnor_sfdp_n25q256a;
extern const struct vnor_sfdp vnor_sfdp_mt25ql128;
extern const struct vnor_sfdp vnor_sfdp_mt25ql512;
extern const struct vnor_sfdp vnor_sfdp_mt25ql01g;
extern const struct vnor_sfdp vnor_sfdp_mt25ql02g;
extern const struct vnor_sfdp vnor_sfdp_w25q128jv;
extern const struct vnor_sfdp vnor_sfdp_w25q512jv;
extern const struct vnor_sfdp vnor_sfdp_w25q256jv;
extern const struct vnor_sfdp vnor_sfdp_gd25q127c;
extern const struct vnor_sfdp vnor_sfdp_gd25lq256d;
extern const struct vnor_sfdp vnor_sfdp_xm25qh128c;
extern const struct vnor_sfdp vnor_sfdp_at25sf128a;
extern const struct vnor_sfdp vnor_sfdp_mx25l51245g;
extern const struct vnor_sfdp vnor_sfdp_mx25r6435f;
extern const struct vnor_sfdp vnor_sfdp_mx25lm51245g;
extern const struct vnor_sfdp vnor_sfdp_is25lp128f;
extern const struct vnor_sfdp vnor_sfdp_is25wp512;
extern const struct vnor_sfdp vnor_sfdp_sst26vf064b;
extern const struct vnor_sfdp vnor_sfdp_s25fs512s;
extern const struct vnor_sfdp vnor_sfdp_s25fl064l;
extern const struct vnor_sfdp vnor_sfdp_bad_short;
extern const struct vnor_sfdp vnor_sfdp_bad_pointer;
extern const struct vnor_sfdp vnor_sfdp_bad_density;
extern const struct vnor_sfdp vnor_sfdp_bad_count;
extern const struct vnor_sfdp vnor_sfdp_bad_sizes;
extern const struct vnor_sfdp vnor_sfdp_zd25q128c;

#endif
