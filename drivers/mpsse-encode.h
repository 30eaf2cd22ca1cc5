/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SWD accesses to MPSSE bytes and replies back to accesses: pure functions, no I/O.
 */
#ifndef SWDROM_DRIVERS_MPSSE_ENCODE_H
#define SWDROM_DRIVERS_MPSSE_ENCODE_H

#include "lib/adapter.h"
#include "lib/swd.h"

/* opcodes: AN_108 (FTDI, v1.5) 3.2 to 3.9. LSB first, out on the falling edge, in on the rising */
#define MPSSE_OUT_BYTES	   0x19
#define MPSSE_OUT_BITS	   0x1b
#define MPSSE_IN_BYTES	   0x28
#define MPSSE_IN_BITS	   0x2a
#define MPSSE_INOUT_BYTES  0x39
#define MPSSE_TMS_OUT	   0x4b
#define MPSSE_SET_LOW	   0x80 /* value, direction of xDBUS */
#define MPSSE_GET_LOW	   0x81
#define MPSSE_SET_HIGH	   0x82 /* of xCBUS */
#define MPSSE_GET_HIGH	   0x83
#define MPSSE_LOOPBACK_OFF 0x85
#define MPSSE_DIVISOR	   0x86
#define MPSSE_FLUSH	   0x87 /* send what there is to the host now */
#define MPSSE_DIV5_OFF	   0x8a /* H chips: 60 MHz base instead of 12 MHz */
#define MPSSE_3PHASE_OFF   0x8d /* H chips */
#define MPSSE_CLOCK_BYTES  0x8f /* H chips: (len + 1) x 8 clocks, data pins at rest */
#define MPSSE_ADAPTIVE_OFF 0x97 /* H chips */
#define MPSSE_BAD_A	   0xaa /* no commands: answered with MPSSE_BAD_ECHO and themselves */
#define MPSSE_BAD_B	   0xab
#define MPSSE_BAD_ECHO	   0xfa
#define MPSSE_LEN_MAX	   65536u /* bytes of one shift command; eights of clocks of 0x8f */

#define MPSSE_IN_SLACK	   8 /* the decoder may read so many bytes behind a reply */

/* 0x80 and 0x82 with their arguments, or nothing */
struct mpsse_pins {
	u8 bytes[6];
	u8 n;
};

/* what the encoder must know of adapter and chip */
struct mpsse_wire {
	enum adapter_wiring wiring;
	bool has_clock_bytes;	  /* MPSSE_CLOCK_BYTES exists */
	struct mpsse_pins drive;  /* the adapter drives SWDIO (not for resistor wiring) */
	struct mpsse_pins float_; /* the target may */
};

/* one batch as bytes; zero-initialise, reuse, mpsse_code_free() */
struct mpsse_code {
	u8 *out;
	size_t n_out, cap_out;
	size_t n_in; /* exact length of the reply */
	u32 *pos;    /* where the reply of each access begins: bit (resistor) or byte */
	size_t cap_pos;
	size_t n_xfers;
	u64 cycles; /* SWCLK cycles that it makes */
};

int mpsse_code_begin(struct mpsse_code *c, const u8 *prefix, size_t n);
int mpsse_encode(struct mpsse_code *c, const struct mpsse_wire *w, const struct swd_xfer *x,
		 size_t n);
int mpsse_encode_sequence(struct mpsse_code *c, const struct mpsse_wire *w, const u8 *bits,
			  size_t n_bits);
size_t mpsse_decode(const struct mpsse_code *c, const struct mpsse_wire *w, const u8 *in,
		    size_t n_got, struct swd_xfer *x);
void mpsse_code_free(struct mpsse_code *c);

void mpsse_pins_diff(struct mpsse_pins *cmd, const struct adapter_pins *from,
		     const struct adapter_pins *to);

#endif
