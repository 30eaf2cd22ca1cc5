// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The virtual boards: their MCUs, which pins lead to the NOR, resistors; and the pins that can carry
 * QUADSPI's signals at all.
 */
#include "sim/netlist-priv.h"

#include <string.h>

#define PIN(_port, _pin)              \
	{                             \
		(_port) - 'A', (_pin) \
	}

static const struct vboard boards[] = {
	{
		/* UM1879: N25Q128A13 on port E; the MCU's pulls are the only ones */
		.name = "stm32l476g-disco",
		.mcu = "STM32L476VG",
		.flash_kib = 1024,
		.package_pins = 100,
		.nor = "n25q128a13",
		.pin = { [LINE_CLK] = PIN('E', 10),
			 [LINE_NCS] = PIN('E', 11),
			 [LINE_IO0] = PIN('E', 12),
			 [LINE_IO1] = PIN('E', 13),
			 [LINE_IO2] = PIN('E', 14),
			 [LINE_IO3] = PIN('E', 15) },
	},
	{
		/* ST's board package; where its jumpers leave these pins to the NOR */
		.name = "stm32l476g-eval",
		.mcu = "STM32L476ZG",
		.flash_kib = 1024,
		.package_pins = 144,
		.nor = "n25q256a13",
		.pin = { [LINE_CLK] = PIN('B', 10),
			 [LINE_NCS] = PIN('B', 11),
			 [LINE_IO0] = PIN('B', 1),
			 [LINE_IO1] = PIN('B', 0),
			 [LINE_IO2] = PIN('A', 7),
			 [LINE_IO3] = PIN('A', 6) },
	},
	{
		/* invented: 64-pin part, resistors to 3V3 on CS#, WP# and HOLD# */
		.name = "l476rg-w25q128",
		.mcu = "STM32L476RG",
		.flash_kib = 1024,
		.package_pins = 64,
		.nor = "w25q128jv",
		.pin = { [LINE_CLK] = PIN('B', 10),
			 [LINE_NCS] = PIN('B', 11),
			 [LINE_IO0] = PIN('B', 1),
			 [LINE_IO1] = PIN('B', 0),
			 [LINE_IO2] = PIN('A', 7),
			 [LINE_IO3] = PIN('A', 6) },
		.pull = { [LINE_NCS] = PULL_UP, [LINE_IO2] = PULL_UP, [LINE_IO3] = PULL_UP },
	},
	{
		/* invented: resistor on CS# only */
		.name = "l476rc-mt25ql128",
		.mcu = "STM32L476RC",
		.flash_kib = 256,
		.package_pins = 64,
		.nor = "mt25ql128aba",
		.pin = { [LINE_CLK] = PIN('B', 10),
			 [LINE_NCS] = PIN('B', 11),
			 [LINE_IO0] = PIN('B', 1),
			 [LINE_IO1] = PIN('B', 0),
			 [LINE_IO2] = PIN('A', 7),
			 [LINE_IO3] = PIN('A', 6) },
		.pull = { [LINE_NCS] = PULL_UP },
	},
	{
		/* invented: two chips side by side, resistors to 3V3 on CS#, WP# and HOLD# of both */
		.name = "stm32l496-dual",
		.mcu = "STM32L496ZG",
		.flash_kib = 1024,
		.package_pins = 144,
		.nor = "w25q128jv",
		.pin = { [LINE_CLK] = PIN('B', 10),
			 [LINE_NCS] = PIN('B', 11),
			 [LINE_IO0] = PIN('E', 12),
			 [LINE_IO1] = PIN('E', 13),
			 [LINE_IO2] = PIN('E', 14),
			 [LINE_IO3] = PIN('E', 15) },
		.pull = { [LINE_NCS] = PULL_UP, [LINE_IO2] = PULL_UP, [LINE_IO3] = PULL_UP },
		.has_bank2 = true,
		.pin2 = { [LINE_CLK] = PIN('B', 10),
			  [LINE_NCS] = PIN('D', 3),
			  [LINE_IO0] = PIN('C', 1),
			  [LINE_IO1] = PIN('C', 2),
			  [LINE_IO2] = PIN('C', 3),
			  [LINE_IO3] = PIN('C', 4) },
	},
	{
		/* no MCU: the virtual adapter is a SPI programmer with the chip in its socket */
		.name = "ftdi-spi",
		.flash_kib = 256,
		.package_pins = 64,
		.nor = "w25q128jv",
		.on_adapter = true,
	},
	{
		.name = "l476re-bare",
		.mcu = "STM32L476RE",
		.flash_kib = 512,
		.package_pins = 64,
	},
};

static const char *const board_names[] = {
	"stm32l476g-disco", "stm32l476g-eval", "l476rg-w25q128", "l476rc-mt25ql128",
	"stm32l496-dual",   "ftdi-spi",	       "l476re-bare",	 NULL,
};

/* a pin that carries a QUADSPI signal as that alternate function, on the dies in @on */
struct af_pin {
	struct mcu_pin pin;
	u8 line, af, banks, on;
};

#define ON_L476 BIT(0)
#define ON_L496 BIT(1)
#define ON_BOTH (ON_L476 | ON_L496)

/* DS10198 table 17; DS11585 tables 17 and 18, by ST's open pin data */
static const struct af_pin af_pins[] = {
	{ PIN('B', 10), LINE_CLK, 10, BANK1 | BANK2, ON_BOTH },
	{ PIN('E', 10), LINE_CLK, 10, BANK1 | BANK2, ON_BOTH },
	{ PIN('A', 3), LINE_CLK, 10, BANK1 | BANK2, ON_L496 },
	{ PIN('F', 10), LINE_CLK, 3, BANK1 | BANK2, ON_L496 },
	{ PIN('B', 11), LINE_NCS, 10, BANK1, ON_BOTH },
	{ PIN('E', 11), LINE_NCS, 10, BANK1, ON_BOTH },
	{ PIN('A', 2), LINE_NCS, 10, BANK1, ON_L496 },
	{ PIN('B', 1), LINE_IO0, 10, BANK1, ON_BOTH },
	{ PIN('E', 12), LINE_IO0, 10, BANK1, ON_BOTH },
	{ PIN('F', 8), LINE_IO0, 10, BANK1, ON_L496 },
	{ PIN('B', 0), LINE_IO1, 10, BANK1, ON_BOTH },
	{ PIN('E', 13), LINE_IO1, 10, BANK1, ON_BOTH },
	{ PIN('F', 9), LINE_IO1, 10, BANK1, ON_L496 },
	{ PIN('A', 7), LINE_IO2, 10, BANK1, ON_BOTH },
	{ PIN('E', 14), LINE_IO2, 10, BANK1, ON_BOTH },
	{ PIN('F', 7), LINE_IO2, 10, BANK1, ON_L496 },
	{ PIN('A', 6), LINE_IO3, 10, BANK1, ON_BOTH },
	{ PIN('E', 15), LINE_IO3, 10, BANK1, ON_BOTH },
	{ PIN('F', 6), LINE_IO3, 10, BANK1, ON_L496 },
	{ PIN('C', 11), LINE_NCS, 5, BANK2, ON_L496 },
	{ PIN('D', 3), LINE_NCS, 10, BANK2, ON_L496 },
	{ PIN('C', 1), LINE_IO0, 10, BANK2, ON_L496 },
	{ PIN('D', 4), LINE_IO0, 10, BANK2, ON_L496 },
	{ PIN('C', 2), LINE_IO1, 10, BANK2, ON_L496 },
	{ PIN('D', 5), LINE_IO1, 10, BANK2, ON_L496 },
	{ PIN('D', 6), LINE_IO1, 5, BANK2, ON_L496 },
	{ PIN('C', 3), LINE_IO2, 10, BANK2, ON_L496 },
	{ PIN('D', 6), LINE_IO2, 10, BANK2, ON_L496 },
	{ PIN('C', 4), LINE_IO3, 10, BANK2, ON_L496 },
	{ PIN('D', 7), LINE_IO3, 10, BANK2, ON_L496 },
};

const struct vboard *netlist_find_board(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(boards); i++)
		if (!strcmp(boards[i].name, name))
			return &boards[i];
	return NULL;
}

const char *const *netlist_board_names(void)
{
	return board_names;
}

u32 netlist_flash_kib(const char *board)
{
	const struct vboard *b = netlist_find_board(board);

	return b ? b->flash_kib : 0;
}

const char *netlist_board_mcu(const char *board)
{
	const struct vboard *b = netlist_find_board(board);

	return b ? b->mcu : NULL;
}

const char *netlist_board_nor(const char *board)
{
	const struct vboard *b = netlist_find_board(board);

	return b ? b->nor : NULL;
}

bool netlist_is_on_adapter(const char *board)
{
	const struct vboard *b = netlist_find_board(board);

	return b && b->on_adapter;
}

u8 netlist_pin_af(const struct vboard *board, const struct mcu_pin *pin, unsigned int line, u8 bank)
{
	u8 die = mcu_is_l496(board->mcu) ? ON_L496 : ON_L476;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(af_pins); i++)
		if (af_pins[i].line == line && af_pins[i].pin.port == pin->port &&
		    af_pins[i].pin.pin == pin->pin && af_pins[i].banks & bank &&
		    af_pins[i].on & die)
			return af_pins[i].af;
	return 0;
}
