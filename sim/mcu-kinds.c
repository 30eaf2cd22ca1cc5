// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The dies: memory map of RM0351 2.2.2, RCC bits of the CMSIS headers, DBGMCU_IDCODE of RM0351 48.6.1.
 */
#include "sim/mcu-priv.h"

#include <string.h>

static const struct mcu_kind kinds[] = {
	{
		.name = "STM32L476",
		.idcode = 0x10076415,
		.sram1_size = KIB(96),
		.sram2_size = KIB(32),
		.rcc = {
			[RCC_AHB1] = { 0x00011103, 0x00011103, 0x00000100, 0x00011303 },
			[RCC_AHB2] = { 0x000430ff, 0x000430ff, 0, 0x000432ff },
			[RCC_AHB3] = { 0x00000101, 0x00000101, 0, 0x00000101 },
			[RCC_APB1_1] = { 0xf2fec23f, 0xf2feca3f, 0, 0xf2feca3f },
			[RCC_APB1_2] = { 0x00000025, 0x00000025, 0, 0x00000025 },
			[RCC_APB2] = { 0x01677c01, 0x01677c81, 0, 0x01677c01 },
		},
	},
	{
		/* DMA2D, port I, DCMI, CRS, CAN2, I2C4 and RTCAPBEN, which is on after a reset */
		.name = "STM32L496",
		.idcode = 0x20006461,
		.sram1_size = KIB(256),
		.sram2_size = KIB(64),
		.sram2_alias = 0x20040000,
		.has_bank2 = true,
		.rcc = {
			[RCC_AHB1] = { 0x00031103, 0x00031103, 0x00000100, 0x00031303 },
			[RCC_AHB2] = { 0x000471ff, 0x000471ff, 0, 0x000473ff },
			[RCC_AHB3] = { 0x00000101, 0x00000101, 0, 0x00000101 },
			[RCC_APB1_1] = { 0xf7fec23f, 0xf7fece3f, 0x00000400, 0xf7fece3f },
			[RCC_APB1_2] = { 0x00000027, 0x00000027, 0, 0x00000027 },
			[RCC_APB2] = { 0x01677c01, 0x01677c81, 0, 0x01677c01 },
		},
	},
};

/**
 * mcu_kind() - the die in a package
 * @part: its name, or NULL
 *
 * Return: STM32L476 where no other is known by that name.
 */
const struct mcu_kind *mcu_kind(const char *part)
{
	size_t i;

	for (i = 0; part && i < ARRAY_SIZE(kinds); i++)
		if (!strncmp(part, kinds[i].name, strlen(kinds[i].name)))
			return &kinds[i];
	return &kinds[0];
}

/**
 * mcu_is_l496() - for boards: has the part port I and the second bank of QUADSPI pins
 * @part: its name, or NULL
 */
bool mcu_is_l496(const char *part)
{
	return mcu_kind(part)->has_bank2;
}
