/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AHB-AP of the Cortex-M4 (ARM DDI 0337 chapter 11, DDI 0314 chapter 3): registers, byte lanes,
 * packed transfers, TAR arithmetic and the time that a transfer takes on the bus side.
 */
#ifndef SWDROM_SIM_VAHBAP_H
#define SWDROM_SIM_VAHBAP_H

#include "sim/mcu.h"

/*
 * Crossing into the bus clock and back, on top of the slave's own time. No number is published for
 * the STM32; these are the costs of a 4-phase handshake through two-flop synchronisers, as open
 * debug ports have it: request synchroniser 2, AP 1, address phase 1, then data phase 1 and
 * response 1, all in HCLK cycles.
 */
#define AHBAP_HCLK_BEFORE 4
#define AHBAP_HCLK_AFTER  2

struct ahbap {
	struct sim *sim;
	struct mcu *mcu;
	struct sim_rng rng;
	u32 csw, tar;
	u64 bus_busy_ps; /* an aborted transfer holds the bus until then */
};

/* one AP access, as the DP hands it over */
struct ahbap_access {
	u8 reg; /* APBANKSEL << 4 | A[3:2] << 2 */
	bool write;
	u32 data;     /* out: written; in: read */
	u64 start_ps; /* when the DP launches it */
	u64 done_ps;  /* set: when the response leaves the bus side; SIM_NEVER = hangs */
	bool error;   /* set: ends with an error */
};

void ahbap_init(struct ahbap *ap, struct sim *sim, struct mcu *mcu);
/* power-on reset; nothing else resets an AP of this part */
void ahbap_reset(struct ahbap *ap);
void ahbap_do(struct ahbap *ap, struct ahbap_access *a);
/* DAPABORT: the DP is free at once, the bus only when the transfer ends (@was: the one running) */
void ahbap_abort(struct ahbap *ap, const struct ahbap_access *was);

#endif
