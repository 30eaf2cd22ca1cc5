/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A libusb-1.0.so.0 without a kernel, for LD_PRELOAD: the USB devices of this process are those of
 * the USB/IP server at 127.0.0.1, port $USBIP_LIBUSB_PORT. Unmodified programs (OpenOCD's ftdi
 * driver, libftdi1, swdrom -p ftdi) then talk to the virtual adapter as they do to a real one. It
 * has the calls that OpenOCD 0.12, libftdi1 1.5, libjaylink and swdrom make.
 *
 *	libusb_get_device_list()   attaches what the server has (OP_REQ_DEVLIST, OP_REQ_IMPORT, then
 *				   descriptors and SET_CONFIGURATION, as a kernel does)
 *	libusb_submit_transfer()   CMD_SUBMIT; libusb_cancel_transfer() and time-outs: CMD_UNLINK
 *	reader thread		   RET_SUBMIT, RET_UNLINK: fills buffers, hands the transfer to its
 *				   context, wakes whoever waits in libusb_handle_events...()
 *	the last libusb_exit()	   detaches all
 *
 * A server that hangs up is a device pulled out. As Linux's vhci_hcd does, it cuts the connection of a
 * server that answers what was not asked. No isochronous transfers, no hotplug callbacks; no kernel
 * driver ever sits on an interface.
 */
#ifndef SWDROM_TESTS_PEERS_USBIP_LIBUSB_H
#define SWDROM_TESTS_PEERS_USBIP_LIBUSB_H

#include <libusb-1.0/libusb.h>

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define API __attribute__((visibility("default")))

/* messages after a device is attached */
enum { CMD_SUBMIT = 1, CMD_UNLINK = 2, RET_SUBMIT = 3, RET_UNLINK = 4 };
#define URB_HEADER_SIZE 48
#define BUSID_SIZE	32

#define MAX_PORTS	16
#define MAX_INTERFACES	32
#define CONTROL_MS	5000

/* a device of the server that is attached to this process */
struct port {
	int fd;
	bool is_gone;
	char busid[BUSID_SIZE + 1];
	uint32_t busnum, devnum;
	struct libusb_device_descriptor desc;
	uint8_t config[1024]; /* its only configuration descriptor, as sent */
	size_t config_len;
	uint8_t configuration;
	struct transfer *pending;
	const struct libusb_device_handle *claims[MAX_INTERFACES];
};

struct libusb_context {
	struct transfer *done, **done_end; /* their callbacks are to be called, oldest first */
};

/* a port as one context sees it */
struct libusb_device {
	libusb_context *ctx;
	struct port *port;
	int refs;
};

struct libusb_device_handle {
	libusb_device *dev;
};

struct transfer {
	struct transfer *next; /* in pending or done */
	bool is_active, is_timed_out;
	uint32_t seqnum, unlink_seqnum;
	uint64_t deadline_ms; /* UINT64_MAX: none */
	struct libusb_transfer pub;
};

/* what the threads share; the receiving side of the sockets is the reader's alone */
struct stand_in {
	pthread_mutex_t lock;
	pthread_cond_t progress;
	struct port *ports[MAX_PORTS];
	unsigned int n_ports, n_contexts;
	uint32_t last_seqnum;
	libusb_context default_context;
	pthread_t reader;
	bool reader_stops;
	int wake_fd;
	uint64_t reader_sleeps_until_ms;
};

extern struct stand_in usbip;

/* ---- usbip-libusb-wire.c ---- */

void put_be32(uint8_t *p, uint32_t v);
uint32_t get_be32(const uint8_t *p);
uint16_t get_le16(const uint8_t *p);
bool recv_all(int fd, void *data, size_t n);
bool send_submit(struct port *p, uint32_t seqnum, uint8_t ep, bool in, const uint8_t *setup,
		 const uint8_t *data, uint32_t len);
bool send_unlink(struct port *p, uint32_t seqnum, uint32_t victim);
/* attach what the server has to give away; with the lock held */
void attach_all(void);
void port_free(struct port *p);
/* -1: no descriptor of that endpoint; its interface */
int endpoint_interface(const struct port *p, uint8_t address);

/* ---- usbip-libusb.c ---- */

void wake_reader(void);

#endif
