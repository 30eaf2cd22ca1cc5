/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * FTDI devices that libusb finds without USB: a umockdev testbed whose ioctl handler plays usbfs,
 * with an MPSSE and an SWD target (tests/support/mpsse-model.h) behind each channel.
 */
#ifndef SWDROM_TESTS_USB_MOCK_FTDI_H
#define SWDROM_TESTS_USB_MOCK_FTDI_H

#include "tests/support/mpsse-model.h"

#include <glib.h>

struct mock_bench;
struct mock_dev;

struct mock_spec {
	u16 vid, pid, bcd_device;
	u8 port; /* plugged in at 1-PORT */
	u8 n_channels;
	u16 packet;		      /* wMaxPacketSize */
	size_t fifo;		      /* chip to host, per channel */
	const char *product, *serial; /* NULL: the EEPROM has none */
};

/* one channel as the test sees it; lock while the client is at work */
struct mock_channel {
	struct mpsse_model m;
	size_t read_pos; /* in m.reply: what the host has */
	unsigned int latency_ms;
	u8 mode;				  /* of SET_BITMODE */
	bool is_deaf;				  /* swallows what it would reply */
	bool has_sio;				  /* ftdi_sio is bound to its interface */
	const struct _UMockdevIoctlClient *owner; /* the open file that claimed its interface */
	unsigned int n_sio_lost;		  /* how often it was detached */
	size_t max_unread;
};

/* mock_reexec() - umockdev works by LD_PRELOAD: run this program again with it if need be */
void mock_reexec(char **argv);

struct mock_bench *mock_bench_new(void);
void mock_bench_free(struct mock_bench *b);
struct mock_dev *mock_plug(struct mock_bench *b, const struct mock_spec *spec);
void mock_unplug(struct mock_dev *d);
/* unplug by itself after so many bytes were sent to it */
void mock_unplug_after(struct mock_dev *d, size_t n_bytes);
/* make its device node unreadable for whoever is not root */
void mock_forbid(struct mock_bench *b, struct mock_dev *d);
/* how often it was opened */
unsigned int mock_n_opened(struct mock_dev *d);
struct mock_channel *mock_channel_lock(struct mock_dev *d, unsigned int channel);
void mock_channel_unlock(struct mock_dev *d);

#endif
