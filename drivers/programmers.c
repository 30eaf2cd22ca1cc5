// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The programmers that -p can name.
 */
#include "lib/programmer.h"

extern const struct programmer ftdi_programmer;		  /* drivers/ftdi-usb.c */
extern const struct programmer ftdi_spi_programmer;	  /* drivers/ftdi-spi.c */
extern const struct programmer remote_bitbang_programmer; /* drivers/remote-bitbang.c */
extern const struct programmer sim_programmer;		  /* the virtual bench */

const struct programmer *const programmers[] = {
	&ftdi_programmer, &ftdi_spi_programmer, &remote_bitbang_programmer, &sim_programmer, NULL,
};
