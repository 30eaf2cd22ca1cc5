/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The SPI-NOR core: identify a chip behind any spi_mem, and offer it as an mtd.
 */
#ifndef SWDROM_LIB_SPI_NOR_H
#define SWDROM_LIB_SPI_NOR_H

#include "lib/mtd.h"
#include "lib/spi-mem.h"

struct spi_nor;
struct nor_choice;

/**
 * spi_nor_probe() - recover, identify and describe the chip behind @mem
 * @mem: enabled controller; borrowed for the life of the result
 * @base: bus address of its memory-mapped window
 * @expect: part name from the board file, or NULL; a difference is a warning (the chip rules)
 * @out: the result
 *
 * Return: 0; -ENXIO when no chip answers (the message says what the pins look like); -EOPNOTSUPP
 * for an unknown ID without SFDP.
 */
int spi_nor_probe(struct spi_mem *mem, u64 base, const char *expect, struct spi_nor **out);
/**
 * spi_nor_probe_as() - the same, with what the user says about the chip
 * @choice: from nor_choose(), must outlive the result; NULL: nothing
 *
 * Return: also -EINVAL where the chip is known to be another one.
 */
int spi_nor_probe_as(struct spi_mem *mem, u64 base, const char *expect,
		     const struct nor_choice *choice, struct spi_nor **out);
struct mtd_info *spi_nor_mtd(struct spi_nor *nor);
/* its OTP or security registers, one after the other; NULL: none are known */
struct mtd_info *spi_nor_otp_mtd(struct spi_nor *nor);
/* its name, for reports */
const char *spi_nor_name(const struct spi_nor *nor);
void spi_nor_free(struct spi_nor *nor);

#endif
