/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The seam: one MPSSE channel of an FTDI chip, as bytes out and bytes in. drivers/ftdi-usb.c
 * implements it with libftdi1 and libusb, sim/ with a virtual FT2232H. Nothing above it knows which.
 *
 * The calls are FTDI's own USB requests, so that the set-up sequence lives above the seam and is
 * exercised by every implementation.
 */
#ifndef SWDROM_LIB_TRANSPORT_H
#define SWDROM_LIB_TRANSPORT_H

#include "lib/clock.h"
#include "lib/err.h"

struct transport;

/* FTDI vendor requests (bRequest), recipient: this channel (wIndex is filled in by the transport) */
enum ftdi_request {
	FTDI_RESET = 0x00, /* value 0: reset channel; 1: purge host-to-chip FIFO; 2: chip-to-host */
	FTDI_SET_FLOW_CTRL = 0x02,
	FTDI_SET_EVENT_CHAR = 0x06,
	FTDI_SET_ERROR_CHAR = 0x07,
	FTDI_SET_LATENCY = 0x09,
	FTDI_SET_BITMODE = 0x0b, /* low byte: direction mask, high byte: mode (2 = MPSSE) */
};

/* one submission: bytes to send, and exactly how many reply bytes they will cause */
struct usb_batch {
	const u8 *out; /* borrowed until reaped */
	size_t n_out;
	u8 *in; /* room for n_in reply bytes; modem status bytes are already stripped */
	size_t n_in;
	u32 timeout_ms; /* bound on the whole batch, from when it is the oldest */
	/* a chip that has all of @out, answers reads, and has said nothing for this long has nothing
	 * more to say; 0: it may be silent until the timeout */
	u32 quiet_ms;
	size_t n_got; /* set by reap: reply bytes that came, also when it fails */
};

/* how long flash devices were really busy; only the virtual bench knows */
struct bench_busy {
	const char *device; /* "flash" (internal), "qspi" (external NOR) */
	u64 erase_ns, program_ns;
	u64 n_erases, n_programs;
};

struct transport_ops {
	/* one vendor request without data; 0 or -errno */
	int (*control)(struct transport *t, enum ftdi_request request, u16 value);
	/* start a batch and return at once; replies are read as they come (reads posted before
	 * writes), so a batch of any size cannot dead-lock. At most @max_in_flight. */
	int (*submit)(struct transport *t, struct usb_batch *b);
	/* wait for the oldest batch. 0: n_got == n_in. -ETIMEDOUT: short (n_got says), after
	 * timeout_ms or quiet_ms. -ENODEV: gone */
	int (*reap)(struct transport *t, struct usb_batch *b);
	/* read and drop what the chip has to say, until it is silent (bounded) */
	int (*drain)(struct transport *t);
	void (*close)(struct transport *t);
	/* optional: fill up to @n entries with the truth about busy times; returns how many */
	unsigned int (*bench_busy)(struct transport *t, struct bench_busy *out, unsigned int n);
};

struct transport {
	const struct transport_ops *ops;
	struct sysclock *clk;
	struct err *err; /* where its errors go; set by whoever opened it */
	u16 vid, pid;
	u16 bcd_device;	  /* FTDI chip type: 0x0700 FT2232H, 0x0900 FT232H, ... */
	u8 channel;	  /* 0 = A */
	u8 max_in_flight; /* >= 2 */
	char serial[64];  /* may be empty: a chip without EEPROM has none */
	char product[64];
	char location[32]; /* "3-1.4": USB bus and ports; "sim" */
	bool is_virtual;   /* time on clk is virtual */
};

#endif
