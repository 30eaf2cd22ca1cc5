/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The virtual USB device: what its data pipes (usbdev.c) and endpoint 0 (usbdev-ctl.c) share.
 */
#ifndef SWDROM_SIMD_USBDEV_PRIV_H
#define SWDROM_SIMD_USBDEV_PRIV_H

#include "simd/usbdev.h"
#include "sim/usbtime.h"
#include "sim/vftdi.h"

#define USBDEV_MAX_CHANNELS 4
#define USBDEV_MAX_FIFO	    4096
#define EEPROM_SIZE	    256 /* 93C56 */

/* SET_BITMODE, high byte of wValue (D2XX Programmer's Guide, FT_SetBitMode) */
enum bitmode {
	MODE_UART = 0x00,
	MODE_BITBANG = 0x01,
	MODE_MPSSE = 0x02,
	MODE_SYNC_BITBANG = 0x04,
};

/* strings of the device descriptor; index 0 lists the languages */
enum usb_string { STR_LANGUAGES, STR_MANUFACTURER, STR_PRODUCT, STR_SERIAL, N_STRINGS };

struct channel {
	struct usbdev *dev;
	unsigned int index;
	struct vwire *wire; /* its pins; only channel A's lead somewhere */
	struct vmpsse *eng; /* NULL: it has none */
	struct vwire own_wire;
	struct vmpsse own_eng;
	u8 mode;
	bool halt_out, halt_in;
	bool overrun; /* told in the next status bytes */
	/* URBs, oldest first */
	struct urb *out_urbs, *in_urbs;
	u64 pipe_ps; /* when the next byte of the OUT pipe can be in the chip */
	u64 fifo_ps; /* when the first of those in the FIFO was there */
	/* FIFOs; the first @n_flushed answers may leave though no packet is full */
	u8 fifo_out[USBDEV_MAX_FIFO], fifo_in[USBDEV_MAX_FIFO];
	size_t n_out, n_in, n_flushed;
	u64 latency_ps, timer_ps; /* timer_ps: when it runs out next */
	int event_char;		  /* -1: off */
	/* UART */
	u64 byte_ps, line_free_ps;
	/* bit-bang: a byte each @bang_ps, the next at @bang_next_ps; which pins are outputs */
	u64 bang_ps, bang_next_ps;
	u8 bang_dir;
};

struct usbdev {
	struct sim *sim;
	struct transport *t;
	const struct ftdi_chip *chip;
	struct usbtime usb;
	/* the bus that it is plugged into */
	bool is_full_speed;
	size_t packet; /* bytes of a bulk packet */
	u64 bus_byte_ps;
	u64 host_ps; /* when the host's program knows of the last answer */
	bool plugged;
	u32 n_plugs;
	unsigned int n_channels;
	struct channel ch[USBDEV_MAX_CHANNELS];
	/* endpoint 0 */
	u8 configuration;
	u8 eeprom[EEPROM_SIZE];
	/* as read from the EEPROM at power on */
	u16 vid, pid, bcd_device;
	u8 attributes, max_power;
	u8 strings[N_STRINGS][UINT8_MAX + 1]; /* as descriptors; length 0: there is none */
};

/* ---- usbdev.c ---- */

/* an answer for the host */
void channel_push(struct channel *ch, u8 byte, u64 at_ps);
/* as much of the OUT URBs as the FIFO takes */
void channel_fill_fifo(struct channel *ch);
void channel_drop_from_fifo(struct channel *ch, size_t n);
void channel_reset(struct channel *ch);
void channel_purge_out(struct channel *ch);
void channel_purge_in(struct channel *ch);
/* the two bytes at the head of each IN packet */
void channel_status(struct channel *ch, u8 *status);
/* the channel of an endpoint, NULL: no such endpoint */
struct channel *usbdev_channel_of_ep(struct usbdev *d, u8 ep, bool in);

/* ---- usbdev-bang.c ---- */

static inline bool channel_is_bitbang(const struct channel *ch)
{
	return ch->mode == MODE_BITBANG || ch->mode == MODE_SYNC_BITBANG;
}

void bitbang_begin(struct channel *ch, u8 dir);
/* everything up to @at_ps */
void bitbang_run(struct channel *ch, u64 at_ps);
/* when a byte goes out or a packet is full; SIM_NEVER: not before the host does something */
u64 bitbang_due_ps(const struct channel *ch);

/* ---- usbdev-ctl.c ---- */

/* power on */
void usbdev_ctl_reset(struct usbdev *d);
/* what the EEPROM of a new adapter holds */
void usbdev_ctl_init(struct usbdev *d);
/* a control transfer, now */
void usbdev_ctl_request(struct usbdev *d, struct urb *urb);

#endif
