/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The adapter of a virtual board as a USB device: FT2232H, FT232H or FT4232H with all its channels,
 * URB by URB. What carries the URBs (USB/IP) is somebody else's.
 *
 * Channel A's MPSSE and its wires are the bench's (sim/vftdi.h). Channel A as a UART moves the pins
 * too: TXD is SWCLK. On the other channels RXD is tied to TXD, and pins of the other modes lead nowhere:
 * bit-bang of each, MPSSE of the second.
 *
 * How virtual time passes:
 *  - a control request, and the first bulk OUT URB of an idle pipe, take what a PC needs for them
 *    (sim/usbtime.h, 0.1 to 0.3 ms); OUT URBs that queue up behind others follow at bus speed;
 *  - the MPSSE takes what its commands take; its time runs on by itself as long as it has commands
 *    and room for answers (usbdev_work());
 *  - otherwise time passes as told by usbdev_pass(). UART and bit-bang bytes and the latency timers run
 *    in it.
 * A bulk IN URB is answered when it is full, by a packet that is not (0x87, event character, latency
 * timer: 16 ms or what SET_LATENCY_TIMER said), never at once with nothing.
 */
#ifndef SWDROM_SIMD_USBDEV_H
#define SWDROM_SIMD_USBDEV_H

#include "sim/sim.h"

/* one transfer; its submitter owns it and gets it back by complete() or usbdev_unlink() */
struct urb {
	u8 ep;	     /* number, without the direction */
	bool in;     /* device to host */
	u8 setup[8]; /* ep 0 */
	u8 *buf;     /* @len bytes: data, or room for them */
	u32 len;
	u32 actual; /* bytes that came or were taken */
	s32 status; /* 0, or a negative Linux errno as in usbfs: -EPIPE is a stall */
	/* virtual time at which a PC's host controller tells of it. Waking up the program that waits
	 * for it is not in it: what that takes at least, USB_IN_SOFT_MIN_PS, is the client's PC's */
	u64 told_ps;
	void (*complete)(struct urb *urb);
	struct urb *next; /* the device's */
};

struct usbdev;

/**
 * usbdev_new() - the USB side of a bench's adapter
 * @t: transport of the bench, for which only close() is left to be called
 *
 * It is not plugged in. Return: NULL when out of memory.
 */
struct usbdev *usbdev_new(struct transport *t);
/* unplugs it; before @t is closed */
void usbdev_free(struct usbdev *d);

/* it is plugged into an old hub: full speed, packets of 64 bytes. Before it is plugged in */
void usbdev_set_full_speed(struct usbdev *d);
bool usbdev_is_full_speed(const struct usbdev *d);

/* power on: everything as after a reset, the EEPROM is read. Return: the how manieth time it was */
u32 usbdev_plug(struct usbdev *d);
u32 usbdev_n_plugs(const struct usbdev *d);
/* pins let go; what is pending completes with -ESHUTDOWN */
void usbdev_unplug(struct usbdev *d);
bool usbdev_is_plugged(const struct usbdev *d);

/* start a transfer; it may be complete before this returns */
void usbdev_submit(struct usbdev *d, struct urb *urb);
/* true: it was pending, and is the caller's again; false: it is not (any more) */
bool usbdev_unlink(struct usbdev *d, struct urb *urb);

/* do what can be done without time passing; true: call again soon, the MPSSE has more to do */
bool usbdev_work(struct usbdev *d, u64 slice_ps);
/* an MPSSE has bytes that it can go on with: its own time counts */
bool usbdev_is_working(const struct usbdev *d);
/* the host let @ps go by */
void usbdev_pass(struct usbdev *d, u64 ps);
/* virtual time at which something will happen by itself; SIM_NEVER: nothing will */
u64 usbdev_due_ps(const struct usbdev *d);

/* ---- what a bus knows of it ---- */

#define USB_DEVICE_DESC_SIZE 18

/* the device descriptor as it is now, USB_DEVICE_DESC_SIZE bytes */
void usbdev_device_desc(const struct usbdev *d, u8 *desc);
unsigned int usbdev_n_interfaces(const struct usbdev *d);
u8 usbdev_configuration(const struct usbdev *d);

#endif
