/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside the virtual Micron parts: behaviour (vnor-micron.c) and tables (vnor-micron-parts.c).
 */
#ifndef SWDROM_SIM_VNOR_MICRON_H
#define SWDROM_SIM_VNOR_MICRON_H

#include "sim/vnor-core.h"

/* part->quirks */
#define MICRON_MT25Q BIT(0) /* second generation: frequency table, DTR bit in EVCR */

/* op->dummy of reads whose count the VCR sets, and of OTP reads */
#define D_VCR	       0xf0
#define D_OTP	       0xf1

#define MICRON_OTP_LEN 65 /* byte 64: bit 0 = 0 locks for good */

/* K_OUT and K_IN: op->arg */
enum {
	A_ID,
	A_ID3,
	A_SR,
	A_FSR,
	A_NVCR,
	A_VCR,
	A_EVCR,
	A_EAR,
	A_LOCK,
	A_OTP,
	A_CLFSR,
	A_QPI,
	A_SPI,
};

extern const struct vnor_vendor vnor_micron;

#endif
