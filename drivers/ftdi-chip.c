// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * FTDI chips with an MPSSE.
 *
 * bcdDevice and default product ids: OpenOCD's mpsse.c and udev rules; the FT4232HA also pyftdi.
 * MPSSE on channels A and B, on A alone of the FT2232C/D and the one-channel parts: data sheets.
 * FIFO sizes: pyftdi, avrdude; FTDI's data sheets contradict each other, none is known of the HP parts.
 * The four-channel parts bring out no xCBUS pins (pyftdi; openFPGALoader never sends 0x82 there).
 */
#include "drivers/ftdi-chip.h"

static const struct ftdi_chip chips[] = {
	{ "FT2232C/D", 0x0500, 0x6010, .n_channels = 2, .n_mpsse = 1, .fifo_bytes = 128,
	  .has_high_byte = true },
	{ "FT2232H", 0x0700, 0x6010, .n_channels = 2, .n_mpsse = 2, true, .fifo_bytes = 4096,
	  .is_h = true },
	{ "FT4232H", 0x0800, 0x6011, .n_channels = 4, .n_mpsse = 2, false, .fifo_bytes = 2048,
	  .is_h = true },
	{ "FT232H", 0x0900, 0x6014, .n_channels = 1, .n_mpsse = 1, true, .fifo_bytes = 1024,
	  .is_h = true },
	{ "FT2233HP", 0x2800, 0x6040, .n_channels = 2, .n_mpsse = 2, true, .is_h = true },
	{ "FT4233HP", 0x2900, 0x6041, .n_channels = 4, .n_mpsse = 2, false, .is_h = true },
	{ "FT2232HP", 0x3000, 0x6042, .n_channels = 2, .n_mpsse = 2, true, .is_h = true },
	{ "FT4232HP", 0x3100, 0x6043, .n_channels = 4, .n_mpsse = 2, false, .is_h = true },
	{ "FT233HP", 0x3200, 0x6044, .n_channels = 1, .n_mpsse = 1, true, .is_h = true },
	{ "FT232HP", 0x3300, 0x6045, .n_channels = 1, .n_mpsse = 1, true, .is_h = true },
	{ "FT4232HA", 0x3600, 0x6048, .n_channels = 4, .n_mpsse = 2, false, .fifo_bytes = 2048,
	  .is_h = true },
};

/**
 * ftdi_chip_find() - what chip is it?
 * @bcd_device: bcdDevice of its device descriptor
 *
 * Return: the chip, or NULL if it is none with an MPSSE that we know.
 */
const struct ftdi_chip *ftdi_chip_find(u16 bcd_device)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(chips); i++)
		if (chips[i].bcd_device == bcd_device)
			return &chips[i];
	return NULL;
}

/**
 * ftdi_chip_is_default_id() - is it what a chip without EEPROM says?
 * @vid: idVendor
 * @pid: idProduct
 */
bool ftdi_chip_is_default_id(u16 vid, u16 pid)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(chips); i++)
		if (vid == FTDI_VID && pid == chips[i].pid)
			return true;
	return false;
}
