/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The MPSSE of an FTDI H chip (AN_108): it eats command bytes, moves pins, answers bytes. FIFOs, USB
 * and control requests are vftdi.c's.
 */
#ifndef SWDROM_SIM_VMPSSE_H
#define SWDROM_SIM_VMPSSE_H

#include "sim/vwire.h"

/* the parts, AN_108 and data sheets */
struct ftdi_chip {
	const char *name;
	const char *product; /* string of an EEPROM as delivered */
	u16 bcd_device, vid, pid;
	u16 fifo_out, fifo_in; /* host to chip, chip to host, per channel */
	bool has_high_byte;
	bool has_open_drain; /* opcode 0x9e */
};

/* bytes that have arrived, and when the first of them did, in engine ticks */
struct mpsse_feed {
	const u8 *bytes;
	size_t n;
	u64 first_tick;
};

enum mpsse_stop {
	MPSSE_HUNGRY,  /* needs more bytes */
	MPSSE_IN_FULL, /* an answer does not fit */
	MPSSE_STUCK,   /* waits for a pin that never changes */
	MPSSE_TIME,    /* reached the time limit */
};

/* how bits of somebody else's target, asked for but not yet answered, become a byte */
struct mpsse_late {
	u8 n_bits;
	bool lsb;
};

struct vmpsse {
	struct sim *sim;
	struct swdp *dp;
	struct vwire *wire;
	const struct ftdi_chip *chip;
	/* answers: room for how many, and one more at a time of the engine */
	size_t (*room)(void *arg);
	void (*push)(void *arg, u8 byte, u64 tick);
	/* the same for a byte that is to be made with vmpsse_late_byte() when it leaves the chip */
	void (*push_late)(void *arg, struct mpsse_late late, u64 tick);
	void (*flush)(void *arg, u64 tick);
	void *arg;

	u64 tick;
	u16 out, dir, open_drain; /* latches */
	u16 divisor;
	bool div5, three_phase, adaptive, loopback, stuck;
	u8 cmd[3];
	u8 n_cmd;
	bool busy;    /* the command in cmd[] has its arguments and is being carried out */
	u64 left;     /* bytes or clocks of it */
	u8 shift_reg; /* reads of less than eight bits leave old bits in it */
	u8 late_reg;  /* the same as of the last late byte */
};

void vmpsse_init(struct vmpsse *m, struct sim *sim, struct swdp *dp, struct vwire *wire,
		 const struct ftdi_chip *chip);
/* mode switched on or off: everything as after reset, @dir outputs low */
void vmpsse_reset(struct vmpsse *m, u8 dir);
/* forget a half-received or half-done command (purge) */
void vmpsse_abandon(struct vmpsse *m);
/* the oldest late byte; waits for its bits */
u8 vmpsse_late_byte(struct vmpsse *m, struct mpsse_late late);
/* work until something is missing; advances @feed */
enum mpsse_stop vmpsse_run(struct vmpsse *m, struct mpsse_feed *feed, u64 until_ps);

#endif
