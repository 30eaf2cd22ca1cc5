/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An SWD host with a target behind it, access by access: debug port, AHB-AP with its write buffer,
 * memory, a few devices that notice every access, Cortex-M debug registers. Written from ADIv5 and
 * the ARMv7-M ARM for tests of lib/adiv5, lib/memq, lib/cortexm, lib/target; shares nothing with
 * them.
 */
#ifndef SWDROM_TESTS_SUPPORT_FAKE_DAP_H
#define SWDROM_TESTS_SUPPORT_FAKE_DAP_H

#include "lib/swd.h"

#define FAKE_RAM	0x20000000u /* plain memory */
#define FAKE_RAM_SIZE	0x10000u
#define FAKE_UNITS	0x08000000u /* flash-like: counts the writes of each word */
#define FAKE_UNITS_SIZE 0x10000u
#define FAKE_REGS	0x40000000u	    /* 4 KiB of registers: writes are logged in order */
#define FAKE_COUNTER	(FAKE_REGS + 0x800) /* read: how often it was read before */
#define FAKE_FIFO	0x50000000u	    /* write: logged; read: next number */
#define FAKE_IDCODE	0xe0042000u	    /* DBGMCU_IDCODE */

#define FAKE_DPIDR	0x2ba01477u
#define FAKE_APIDR	0x24770011u
#define FAKE_CPUID	0x410fc241u

enum fake_fault {
	FAULT_NONE,
	FAULT_BUSY,	    /* AP is busy for arg cycles from this access on */
	FAULT_STALL,	    /* the bus access launched here takes arg cycles more */
	FAULT_WRITE_PARITY, /* the target sees one data bit flipped */
	FAULT_READ_PARITY,  /* the host sees one data bit flipped */
	FAULT_ACK,	    /* the host sees the ACK xor arg */
	FAULT_REQUEST,	    /* the target sees a request bit flipped: it locks out */
	FAULT_FALSE_SELECT, /* the target takes a SELECT write with data arg for it, then locks out */
	FAULT_SHORT,	    /* replies from here on are lost, the target does it all */
	FAULT_CUT,	    /* nothing from here on is clocked */
	FAULT_CUT_MID,	    /* the same, but in the middle of this one's data */
	FAULT_POWER,	    /* the target loses power for a moment */
	FAULT_UNPLUG,
	FAULT_SYSRESET, /* the target is reset: bus access fails, debug state stays */
};

enum fake_link { LINK_SWD, LINK_JTAG, LINK_DORMANT, LINK_DEAD };

struct fake_log {
	u32 *v;
	size_t n, room;
};

struct fake_dap {
	struct swd_host host;
	struct ctx ctx;
	struct sysclock clk;
	char log_text[4096]; /* the last lines logged */

	/* settings */
	u32 dpidr;
	unsigned int ap_cycles; /* SWCLK cycles an AP access takes */
	bool has_write_buffer;
	u32 wrap; /* bytes after which TAR wraps */
	enum fake_link link;
	bool never_powers_up;
	bool has_no_ap;
	u32 apidr;
	bool is_word_only;    /* CSW.Size reads 2 whatever is written */
	bool device_disabled; /* CSW.DEVICEEN 0 */
	u32 max_good_hz;      /* above it every tenth frame is damaged; 0: never */
	u32 dead_hz;	      /* above it nothing answers */
	bool needs_nrst;      /* debug port answers only under, or after, reset */
	bool sysresetreq_dead;
	bool never_halts;
	struct swd_pins pins;
	u32 idcode;
	u32 wait_every; /* every n-th AP access that could be taken is answered WAIT; 0: none */
	u8 silent_ack;	/* what the host reads when nobody drives: 7 or 0 */

	/* one fault, at the at-th access from now (0: this one); < 0: none */
	enum fake_fault fault;
	s64 fault_at;
	u32 fault_arg;
	/* random: one flipped bit in a frame with this probability, in 2^-32 */
	u32 noise;
	u64 rng;

	/* link and DP */
	bool is_locked_out, is_reset_state, was_under_reset, nrst;
	u32 ctrlstat, select;
	/* AP */
	u32 csw, tar;
	bool is_running, run_fails, has_buffered;
	u64 run_ends;
	u8 buffered_reg;
	u32 buffered_data;
	u32 rdata;
	bool is_rdata_good;
	/* core */
	u32 dhcsr, demcr, dfsr, dcrdr, core_regs[32], fp_ctrl;
	unsigned int n_sysresets, n_nrst;

	u64 cycles; /* time, in SWCLK cycles at the clock of now */
	u64 base_ns, base_cycles;
	u64 n_xfers;
	bool is_unplugged, is_lost; /* replies are lost until resynchronised */
	bool is_cut;		    /* nothing is clocked until then */

	struct swd_batch *queue[8];
	int queue_ret[8];
	size_t queue_answered[8];
	unsigned int n_queue, n_queue_max;
	unsigned int n_batches, n_orun_off; /* blind accesses refused while ORUNDETECT was off */

	u8 ram[FAKE_RAM_SIZE];
	u8 units[FAKE_UNITS_SIZE];
	u8 unit_writes[FAKE_UNITS_SIZE / 4];
	u32 regs[1024];
	struct fake_log reg_log; /* address, value, ... */
	struct fake_log fifo_log;
	u32 fifo_next, counter, n_ap_asked;
};

/* fake_dap_new() - a healthy STM32L4-like target in JTAG mode on a 4 MHz host */
struct fake_dap *fake_dap_new(void);
void fake_dap_free(struct fake_dap *d);
/* arm one fault, @at accesses from now */
void fake_dap_inject(struct fake_dap *d, enum fake_fault fault, u64 at, u32 arg);

#endif
