/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Batches of bytes over the two bulk endpoints of one FTDI channel, asynchronously.
 */
#ifndef SWDROM_DRIVERS_FTDI_BULK_H
#define SWDROM_DRIVERS_FTDI_BULK_H

#include "lib/transport.h"

#include <libusb.h>

#define FTDI_BULK_IN	  8	/* reads posted at once */
#define FTDI_BULK_IN_SIZE 16384 /* a multiple of every packet size */
#define FTDI_BULK_BATCHES 8	/* in flight */

struct ftdi_bulk;

struct ftdi_bulk_in {
	struct ftdi_bulk *io;
	struct libusb_transfer *xfer;
	bool is_posted;
	u8 buf[FTDI_BULK_IN_SIZE];
};

struct ftdi_bulk_batch {
	struct ftdi_bulk *io;
	struct libusb_transfer *xfer; /* of the bytes out */
	struct usb_batch *b;
	size_t n_got;
	bool is_out_pending;
	int status;   /* -errno once it can no longer succeed */
	u64 since_ns; /* when it became the oldest */
	u64 sent_ns;  /* when the chip had all of it */
};

struct ftdi_bulk {
	libusb_context *usb;
	libusb_device_handle *dev;
	struct sysclock *clk;
	u8 ep_in, ep_out;
	size_t packet; /* wMaxPacketSize: each packet in begins with 2 status bytes */
	struct ftdi_bulk_in in[FTDI_BULK_IN];
	struct ftdi_bulk_batch batch[FTDI_BULK_BATCHES];
	unsigned int first, n_batches;
	bool is_gone;	      /* unplugged */
	bool is_draining;     /* drop what comes */
	int in_error;	      /* -errno of a read that failed otherwise */
	size_t n_stray;	      /* bytes that no batch expected */
	unsigned int n_empty; /* reads in a row that brought nothing */
	u64 heard_ns;	      /* when one brought something */
};

int ftdi_bulk_init(struct ftdi_bulk *io);
int ftdi_bulk_submit(struct ftdi_bulk *io, struct usb_batch *b);
int ftdi_bulk_reap(struct ftdi_bulk *io, struct usb_batch *b);
int ftdi_bulk_drain(struct ftdi_bulk *io);
bool ftdi_bulk_stop(struct ftdi_bulk *io);

#endif
