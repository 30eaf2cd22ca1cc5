/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * FTDI chips with an MPSSE, told apart by bcdDevice.
 */
#ifndef SWDROM_DRIVERS_FTDI_CHIP_H
#define SWDROM_DRIVERS_FTDI_CHIP_H

#include "lib/types.h"

#define FTDI_VID 0x0403

struct ftdi_chip {
	const char *name;
	u16 bcd_device;
	u16 pid;	    /* with FTDI's vendor id, when the EEPROM says nothing else */
	u8 n_channels;	    /* A, B, ... */
	u8 n_mpsse;	    /* of them, from A on */
	bool has_high_byte; /* xCBUS pins: 0x82 and 0x83 do something */
	u16 fifo_bytes;	    /* host to chip, per channel; 0: not known */
	bool is_h;	    /* 60 MHz base clock, 0x8a to 0x97 exist; else FT2232C/D */
};

const struct ftdi_chip *ftdi_chip_find(u16 bcd_device);
bool ftdi_chip_is_default_id(u16 vid, u16 pid);

#endif
