// SPDX-License-Identifier: GPL-2.0-or-later
/* The makers of SPI-NOR flash that have a table; others are known by their SFDP alone. */
#include "chips/nor-vendors.h"

#define NOR_LARGE MIB(16) /* above, registers have another layout with most makers */

/* of two with the same first ID byte the one whose parts have no SFDP is asked first */
const struct nor_vendor *const nor_vendors[] = {
	&nor_micron, &nor_st,	      &nor_xmc,	      &nor_winbond, &nor_macronix,   &nor_issi,
	&nor_pmc,    &nor_gigadevice, &nor_spansion,  &nor_atmel,   &nor_sst25,	     &nor_sst26,
	&nor_eon,    &nor_esmt,	      &nor_puya,      &nor_fudan,   &nor_xtx,	     &nor_boya,
	&nor_zbit,   &nor_zetta,      &nor_dosilicon, &nor_amic,    &nor_nantronics, NULL,
};

void nor_take_usual(struct nor_params *p, const struct nor_part *part,
		    const struct nor_usual *usual)
{
	if (p->qe == NOR_QE_UNKNOWN)
		p->qe = usual->qe;
	if (p->bp == NOR_BP_UNKNOWN)
		p->bp = usual->bp_large && (!part || part->size > NOR_LARGE) ? usual->bp_large
									     : usual->bp;
	if (p->otp.kind == NOR_OTP_UNKNOWN)
		p->otp = usual->otp;
	if (p->uid == NOR_UID_UNKNOWN)
		p->uid = usual->uid;
}
