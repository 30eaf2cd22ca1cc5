/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The debug port and its access ports (ADIv5, IHI 0031; facts in SWD terms: DPIDR, CTRL/STAT,
 * SELECT, RDBUFF, ABORT; MEM-AP: CSW, TAR, DRW).
 */
#ifndef SWDROM_LIB_ADIV5_H
#define SWDROM_LIB_ADIV5_H

#include "lib/swd.h"

struct dap;
struct memq;

enum dap_connect_flags {
	DAP_UNDER_RESET = BIT(0), /* hold nRST from before the first access; caller releases it */
};

struct dap_info {
	u32 dpidr;
	u8 dp_version; /* 1, 2, 3 */
	bool minimal;  /* MINDP: no write buffer */
	u32 targetid;  /* DPv2; else 0 */
	u8 n_aps;
	struct {
		u32 idr, base, cfg;
		bool is_mem;
	} ap[8];
};

/**
 * dap_new() - debug port on an adapter
 * @host: borrowed
 */
struct dap *dap_new(struct swd_host *host);
void dap_free(struct dap *dap);

/**
 * dap_connect() - bring the wire and the DP up: line reset, JTAG-to-SWD, dormant wake-up, DPIDR,
 *                 sticky flags, power-up handshake, ORUNDETECT, AP scan
 *
 * One attempt at the present clock. Return: 0; -ENXIO when nothing (sensible) answers, with a
 * diagnosis of what the wire shows as the error.
 */
int dap_connect(struct dap *dap, u32 flags);
const struct dap_info *dap_info(const struct dap *dap);

/* dap_read/dap_write - one DP (is_ap 0) or AP register; cold paths only. @addr: bank in [7:4] */
int dap_read(struct dap *dap, bool is_ap, u8 ap, u8 addr, u32 *val);
int dap_write(struct dap *dap, bool is_ap, u8 ap, u8 addr, u32 val);

/* dap_set_hz() - change SWCLK; *real_hz may be NULL */
int dap_set_hz(struct dap *dap, u32 hz, u32 *real_hz);
int dap_set_nrst(struct dap *dap, bool asserted);
bool dap_has_nrst(const struct dap *dap);
/* dap_test_wire() - accesses tried at the present clock, and how many went wrong */
#define DAP_WIRE_TESTS 256u
int dap_test_wire(struct dap *dap, unsigned int *n_bad);
/* dap_revive() - after errors at a bad clock: line reset, same session? Then accesses may go on */
int dap_revive(struct dap *dap);

/* memq_new() - the queue on MEM-AP @ap; only one queue on a DAP at a time (one CSW, one TAR) */
struct memq *memq_new(struct dap *dap, u8 ap);
void memq_free(struct memq *q);

/* dap_disconnect() - clear sticky flags, ORUNDETECT off, power-up requests off; errors ignored */
void dap_disconnect(struct dap *dap);

/* rom table walk: calls @fn for each component found below BASE of @ap; for -V and --probe */
struct rom_component {
	u32 base;
	u16 part;
	u16 jep106; /* continuation << 7 | identity */
	u8 class;
	u8 revision;
};
int dap_walk_rom(struct memq *q, u32 base, void (*fn)(void *arg, const struct rom_component *c),
		 void *arg);

#endif
