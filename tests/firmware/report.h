/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the demo firmware found out about itself, at the start of SRAM2 (0x10000000), where a
 * debugger can read it while the core runs.
 */
#ifndef DEMO_REPORT_H
#define DEMO_REPORT_H

#include <stdint.h>

#define REPORT_ADDR  0x10000000u
#define REPORT_MAGIC 0x4d4f5244u /* "DROM" */
/* asks for the console by semihosting (SYS_WRITE, BKPT 0xab) while a debugger is attached */
#define REPORT_SEMIHOST 0x494d4553u /* "SEMI" */

enum report_state {
	REPORT_STARTED = 1,
	REPORT_CHECKING = 2,
	REPORT_PASSED = 0x600d600d,
	REPORT_FAILED = 0xbad0bad0,
};

struct report {
	uint32_t magic;		/* REPORT_MAGIC once main() runs */
	uint32_t state;		/* enum report_state */
	uint32_t flash_bytes;	/* internal flash checked */
	uint32_t flash_crc;	/* found */
	uint32_t flash_want;	/* sealed in at build time */
	uint32_t n_assets;	/* assets found in the QUADSPI flash */
	uint32_t n_assets_bad;	/* of these, with a wrong CRC */
	uint32_t asset_bytes;
	uint32_t jedec_id;	/* of the NOR, as the controller read it: 0x0018ba20 */
	uint32_t heartbeat;	/* counts while the main loop runs */
	uint32_t semihost;	/* written by a debugger before the start: REPORT_SEMIHOST */
};

#endif
