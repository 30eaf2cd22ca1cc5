/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What lib/adiv5.c and the memory queue (lib/memq*.c) share: the debug port's state and registers.
 */
#ifndef SWDROM_LIB_DAP_PRIV_H
#define SWDROM_LIB_DAP_PRIV_H

#include "lib/adiv5.h"

/* request bytes (IHI 0031, B4.2.1; start, APnDP, RnW, A[3:2], parity, stop, park) */
#define REQ_DPIDR_R    0xa5
#define REQ_ABORT_W    0x81
#define REQ_CTRLSTAT_R 0x8d
#define REQ_CTRLSTAT_W 0xa9
#define REQ_SELECT_W   0xb1
#define REQ_RDBUFF_R   0xbd
#define REQ_CSW_R      0x87
#define REQ_CSW_W      0xa3
#define REQ_TAR_R      0xaf
#define REQ_TAR_W      0x8b
#define REQ_DRW_R      0x9f
#define REQ_DRW_W      0xbb

/* DP register addresses; bank (DPBANKSEL) in [7:4] */
#define DP_DPIDR    0x00
#define DP_ABORT    0x00
#define DP_CTRLSTAT 0x04
#define DP_TARGETID 0x24
#define DP_SELECT   0x08
#define DP_RDBUFF   0x0c

/* ABORT (IHI 0031, B2.2.1) */
#define ABORT_DAPABORT	 BIT(0)
#define ABORT_ORUNERRCLR BIT(4)
#define ABORT_CLEAR_ALL	 0x1eu

/* CTRL/STAT (IHI 0031, B2.2.2) */
#define CS_ORUNDETECT  BIT(0)
#define CS_STICKYORUN  BIT(1)
#define CS_STICKYCMP   BIT(4)
#define CS_STICKYERR   BIT(5)
#define CS_WDATAERR    BIT(7)
#define CS_DBGPWRUPREQ BIT(28)
#define CS_DBGPWRUPACK BIT(29)
#define CS_SYSPWRUPREQ BIT(30)
#define CS_SYSPWRUPACK BIT(31)
#define CS_POWER_REQ   (CS_DBGPWRUPREQ | CS_SYSPWRUPREQ)
#define CS_POWER_ACK   (CS_DBGPWRUPACK | CS_SYSPWRUPACK)
#define CS_STICKY      (CS_STICKYORUN | CS_STICKYCMP | CS_STICKYERR | CS_WDATAERR)

/* MEM-AP registers (IHI 0031, C2.6); bank (APBANKSEL) in [7:4] */
#define AP_CSW		0x00
#define AP_TAR		0x04
#define AP_DRW		0x0c
#define AP_CFG		0xf4
#define AP_BASE		0xf8
#define AP_IDR		0xfc

#define CSW_SIZE	0x07u
#define CSW_ADDRINC	0x30u
#define CSW_ADDRINC_ONE 0x10u
#define CSW_DEVICEEN	BIT(6)
#define CSW_HPROT_DATA	BIT(24)
#define CSW_HPROT_PRIV	BIT(25)
#define CSW_HPROT_CACHE BIT(27)
#define CSW_MASTERTYPE	BIT(29)
#define CSW_HNONSEC	BIT(30)
#define CSW_PROT	0xff00f000u
#define CSW_KEPT	0xff000000u /* reads back as it was written, or always as the same */

/* IDR (IHI 0031, C2.6.3) */
#define IDR_CLASS	  GENMASK(16, 13)
#define IDR_VARIANT	  GENMASK(7, 4)
#define IDR_TYPE	  GENMASK(3, 0)
#define IDR_CLASS_MEM	  8
#define IDR_TYPE_AHB3	  1
#define IDR_TYPE_AHB5	  5
#define IDR_TYPE_AHB5_EXT 8

/* idle cycles after a write: ST's manuals ask for 2 (RM0351, 48.8.6, Note) */
#define WRITE_IDLE 2
/* idle cycles that push a last write through the DP into the AP (IHI 0031, B4.1.1) */
#define FLUSH_IDLE 8

/* ack of an access whose reply never came; no adapter reports it */
#define SWD_ACK_LOST 0xff

struct dap {
	struct swd_host *host;
	struct ctx *ctx;
	struct dap_info info;
	u32 select;
	bool is_select_known;
	bool is_connected;
	u32 ap_writes; /* counts cold AP accesses: whoever caches CSW or TAR compares */
	int gone;      /* -errno once the adapter or the target is known to be lost */
};

static inline struct swd_xfer swd_rd(u8 req)
{
	return (struct swd_xfer){ .req = req };
}

static inline struct swd_xfer swd_wr(u8 req, u32 data)
{
	return (struct swd_xfer){ .req = req, .data = data, .idle = WRITE_IDLE };
}

/*
 * CTRL/STAT as it must be while connected. Another value was read from another bank: an idle line
 * that shows one false 1 some clocks before an AP write reads as a SELECT write with rubbish.
 */
static inline bool is_ctrlstat(u32 val)
{
	return (val & (CS_POWER_REQ | CS_ORUNDETECT)) == (CS_POWER_REQ | CS_ORUNDETECT);
}

/* an answer that can be used */
static inline bool swd_ok(const struct swd_xfer *x)
{
	return x->ack == SWD_ACK_OK && !(swd_req_is_read(x->req) && x->bad_parity);
}

/* dap_err_gone() - the error for an access that comes after the adapter or target was lost */
int dap_err_gone(struct dap *dap);

/**
 * dap_run() - one batch, there and back, for recovery and cold paths
 *
 * Errors of the adapter other than a short reply are final: they set @dap->gone. Return: 0 (look at
 * the ACKs; what was not answered has ack 0xff), or the final error with ctx->err set.
 */
int dap_run(struct dap *dap, struct swd_xfer *x, size_t n);

/**
 * dap_relink() - line reset and DPIDR after silence or a broken reply
 * @dap: debug port
 * @ctrlstat: out: CTRL/STAT, with STICKYORUN as the line reset left it
 *
 * Return: 0 when the same debug session goes on (power-up bits still there); -ENXIO when the DP
 * does not answer or has been reset (ctx->err says which).
 */
int dap_relink(struct dap *dap, u32 *ctrlstat);

#endif
