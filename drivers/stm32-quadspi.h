/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * STM32 QUADSPI as a SPI memory controller, driven by register writes through the debug port.
 */
#ifndef SWDROM_DRIVERS_STM32_QUADSPI_H
#define SWDROM_DRIVERS_STM32_QUADSPI_H

#include "drivers/stm32-crc.h"
#include "drivers/stm32-quadspi-dma.h"
#include "lib/spi-mem.h"
#include "lib/target.h"

/* an extra byte stays in the FIFO after a read: abort after each (HAL of F4, F74x/75x, L47x/48x) */
#define QUADSPI_ERRATUM_E1 BIT(0)
/* wrong first data in memory-mapped mode unless AR was 0: ABORT, AR = 0, ABORT (ES0250 L476) */
#define QUADSPI_ERRATUM_E2 BIT(1)
/* indirect write with dummy cycles loses the first nibble (F446, F469, F723) */
#define QUADSPI_ERRATUM_E3 BIT(2)

struct stm32_quadspi_desc {
	u32 regs, window;
	u64 window_size;
	u32 rcc_enr, rcc_en_bit, rcc_rstr, rcc_rst_bit; /* addresses; masks */
	u32 gpio_base, gpio_enr;			/* of port A; address of its RCC register */
	u32 kernel_hz;
	u32 max_hz;	 /* of the pins, with the chip beside the part; 0: not known */
	u8 fifo_depth;	 /* bytes: 16 or 32 */
	bool has_bank_2; /* CR.DFM: two chips side by side */
	u32 errata;	 /* QUADSPI_ERRATUM_* */
	struct stm32_quadspi_dma_desc dma; /* optional */
	struct stm32_crc *crc;		   /* optional; borrowed */
};

/**
 * stm32_quadspi_open() - the controller of a board, clocked, wired to its pins, at a slow SPI clock
 * @t: target with t->board->has_qspi; borrowed for the life of @mem
 * @d: copied
 * @mem: the result; stm32_quadspi_close() frees it
 *
 * Return: 0; -EINVAL without a QUADSPI on the board; -ENOMEM; errors of the debug port.
 */
int stm32_quadspi_open(struct target *t, const struct stm32_quadspi_desc *d, struct spi_mem **mem);
/* controller reset, pins and clocks as they were found; NULL is allowed */
void stm32_quadspi_close(struct spi_mem *mem);

#endif
