/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A target board's pin-out as a few lines of data: boards/NAME.board, or the user's own file.
 */
#ifndef SWDROM_LIB_BOARD_H
#define SWDROM_LIB_BOARD_H

#include "lib/err.h"
#include "lib/spi-mode.h"

struct board_pin {
	char port; /* 'A'..'K'; 0: not wired */
	u8 pin;	   /* 0..15 */
	u8 af;	   /* 0..15 */
};

enum board_qspi_signal {
	QSPI_CLK,
	QSPI_NCS,
	QSPI_IO0,
	QSPI_IO1,
	QSPI_IO2,
	QSPI_IO3,
	/* of a second chip beside the first, which shares CLK: even bytes here, odd ones there */
	QSPI_BK2_NCS,
	QSPI_BK2_IO0,
	QSPI_BK2_IO1,
	QSPI_BK2_IO2,
	QSPI_BK2_IO3,
	QSPI_N_SIGNALS
};

struct board {
	char name[64];
	char about[128];
	char mcu[32]; /* "STM32L476VG"; checked against what the target says */
	bool has_qspi;
	char controller[16]; /* "quadspi" */
	struct board_pin qspi[QSPI_N_SIGNALS];
	char nor[48];		 /* expected part, may be empty */
	u32 qspi_max_hz;	 /* limit of the board's wiring; 0: none stated */
	enum spi_mode qspi_mode; /* to read in */
	char file[256];
};

/**
 * board_load() - by name (built in) or by path (contains '/' or ends in ".board")
 *
 * Return: 0; -ENOEXEC naming file, line and reason; -ENOENT listing the known boards.
 */
int board_load(struct board *b, const char *name_or_path, struct err *err);
/* board_has_two_nors() - are two chips side by side on its QUADSPI? */
static inline bool board_has_two_nors(const struct board *b)
{
	return b->qspi[QSPI_BK2_IO0].port;
}

/* names of the built-in boards, NULL-terminated */
const char *const *board_names(void);

#endif
