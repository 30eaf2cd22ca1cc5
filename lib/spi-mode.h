/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bus modes of a SPI-NOR: lines for opcode, address, data. */
#ifndef SWDROM_LIB_SPI_MODE_H
#define SWDROM_LIB_SPI_MODE_H

enum spi_mode {
	SPI_MODE_BEST, /* of those that chip, board and controller have */
	SPI_MODE_1_1_1,
	SPI_MODE_1_1_2,
	SPI_MODE_1_2_2,
	SPI_MODE_1_1_4,
	SPI_MODE_1_4_4,
	SPI_MODE_4_4_4,
	SPI_N_MODES,
};

#endif
