/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What time costs between the host's software and the bridge's pins: every constant of USB and of
 * the MPSSE engine, with its reason.
 *
 * A round trip (submit, first byte at the chip; last reply byte, host woken) comes to 0.25 to
 * 0.5 ms, as is measured on PCs without hubs, with a tail of some ms now and then: schedulers,
 * host controllers that batch interrupts, other traffic.
 */
#ifndef SWDROM_SIM_USBTIME_H
#define SWDROM_SIM_USBTIME_H

#include "sim/core.h"

struct usbbus;

/* high speed: 8 microframes a millisecond (USB 2.0, 8.4.3.1) */
#define USB_MICROFRAME_PS (125 * PS_PER_US)
/* bulk payload that a bus really carries: 512 bytes each 12.8 us, 40 MB/s */
#define USB_BYTE_PS   UINT64_C(25000)
#define USB_PACKET    512
#define USB_PACKET_PS (USB_PACKET * USB_BYTE_PS)
/* each IN packet of an FTDI chip begins with two modem status bytes */
#define FTDI_IN_PAYLOAD (USB_PACKET - 2)

/* submit: system call, transfer descriptor, doorbell; then the next microframe carries it */
#define USB_OUT_SOFT_MIN_PS (60 * PS_PER_US)
#define USB_OUT_SOFT_VAR_PS (50 * PS_PER_US)
/* completion: end of its microframe, interrupt moderation of one more, wake-up of the process */
#define USB_IN_SOFT_MIN_PS (50 * PS_PER_US)
#define USB_IN_SOFT_VAR_PS (50 * PS_PER_US)
/* one in 64 of these is hit by the tail: t = SCALE / sqrt(u), u uniform in (0, 1], at most MAX */
#define USB_TAIL_ONE_IN	  64
#define USB_TAIL_SCALE_PS (150 * PS_PER_US)
#define USB_TAIL_MAX_PS	  (8 * PS_PER_MS)

/* all MPSSE timing derives from one 60 MHz clock: a tick is 50000/3 ps */
#define MPSSE_TICKS_PER_S    60000000
#define MPSSE_TICK_THIRDS_PS 50000
/* gap between commands, SWCLK standing: decoding an opcode, and one tick for each argument byte out
 * of the FIFO. FTDI publishes no figure; logic analysers show gaps of this order */
#define MPSSE_DECODE_TICKS 3
#define MPSSE_ARG_TICKS	   1

struct usbtime {
	struct sim_rng rng;
	u64 bus_free_ps;
	struct usbbus *bus; /* NULL: nobody else is on the bus */
	unsigned int port;
};

void usbtime_init(struct usbtime *u, const struct sim *sim);
/* when the first byte of a transfer submitted at @now_ps is in the chip */
u64 usbtime_out(struct usbtime *u, u64 now_ps);
/* when one packet that is ready at @now_ps has crossed the bus */
u64 usbtime_packet(struct usbtime *u, u64 now_ps);
/* are there others? Then packets to the chip have to ask for their time as well */
static inline bool usbtime_is_shared(const struct usbtime *u)
{
	return u->bus;
}

/* the adapter has nothing to say any more: nobody waits for it */
void usbtime_leave(struct usbtime *u);
/* when the host's program goes on, if the last packet of its transfer was over at @now_ps */
u64 usbtime_in(struct usbtime *u, u64 now_ps);

static inline u64 mpsse_tick_ps(u64 tick)
{
	return tick * MPSSE_TICK_THIRDS_PS / 3;
}

/* the first tick at or after @ps */
static inline u64 mpsse_ps_tick(u64 ps)
{
	return DIV_ROUND_UP(ps * 3, MPSSE_TICK_THIRDS_PS);
}

#endif
