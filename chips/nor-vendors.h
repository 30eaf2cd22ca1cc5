/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tables of the makers have in common.
 */
#ifndef SWDROM_CHIPS_NOR_VENDORS_H
#define SWDROM_CHIPS_NOR_VENDORS_H

#include "lib/spi-nor-parts.h"

/* short hands of the tables: uniform parts with 4K (, 32K) and 64K erase; quad reads */
#define NOR_E4_64    (NOR_ERASE_4K | NOR_ERASE_64K)
#define NOR_E4_32_64 (NOR_ERASE_4K | NOR_ERASE_32K | NOR_ERASE_64K)
#define NOR_QUAD     (NOR_QUAD_READ | NOR_QUAD_IO | NOR_QUAD_PP)
#define NOR_QUAD_38  (NOR_QUAD_READ | NOR_QUAD_IO | NOR_QUAD_PP_38)

/* typical and maximum of a page in us, of 4K, 32K and 64K (or D8h) blocks in ms, of the chip in s */
#define NOR_TIMES(_pp, _pp_max, _4k, _4k_max, _32k, _32k_max, _64k, _64k_max, _chip, _chip_max) \
	{                                                                                       \
		.pp_us = { _pp, _pp_max }, .erase_4k_ms = { _4k, _4k_max },                     \
		.erase_32k_ms = { _32k, _32k_max }, .erase_64k_ms = { _64k, _64k_max },         \
		.chip_ms = {                                                                    \
			(_chip)*1000,                                                           \
			(_chip_max)*1000                                                        \
		}                                                                               \
	}

/* what a maker's parts have unless their row says otherwise */
struct nor_usual {
	enum nor_qe qe;
	enum nor_bp bp;
	enum nor_bp bp_large; /* above 16 MiB; NOR_BP_UNKNOWN: the same */
	struct nor_otp otp;
	enum nor_uid uid;
};

/* nor_take_usual() - into what the row (already in @p) leaves open; @part is NULL without a row */
void nor_take_usual(struct nor_params *p, const struct nor_part *part,
		    const struct nor_usual *usual);

extern const struct nor_vendor nor_amic, nor_atmel, nor_boya, nor_dosilicon, nor_eon, nor_esmt,
	nor_fudan, nor_gigadevice, nor_issi, nor_macronix, nor_micron, nor_nantronics, nor_pmc,
	nor_puya, nor_spansion, nor_sst25, nor_sst26, nor_st, nor_winbond, nor_xmc, nor_xtx,
	nor_zbit, nor_zetta;

#endif
