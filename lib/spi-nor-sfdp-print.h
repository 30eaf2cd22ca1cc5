/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an SFDP says, for people and for programs.
 */
#ifndef SWDROM_LIB_SPI_NOR_SFDP_PRINT_H
#define SWDROM_LIB_SPI_NOR_SFDP_PRINT_H

#include "lib/spi-nor-sfdp.h"

struct sfdp_image {
	struct sfdp_info info;
	size_t len;   /* bytes */
	bool is_bare; /* a Basic Flash Parameter Table without the SFDP header */
};

/**
 * sfdp_load() - decode a file's bytes
 * @buf: an SFDP from its signature on, or a bare BFPT
 * @len: how many
 * @out: the facts
 * @err: why not
 *
 * Return: 0; -ENOEXEC if it is neither.
 */
int sfdp_load(const u8 *buf, size_t len, struct sfdp_image *out, struct err *err);

/* sfdp_print() - a page of text, line by line */
void sfdp_print(const struct sfdp_image *img, void (*line)(void *arg, const char *text), void *arg);

/* sfdp_to_json() - one object on one line; free() it; NULL without memory */
char *sfdp_to_json(const struct sfdp_image *img);

/* sfdp_warning() - the @n-th thing that is wrong with the tables, into @buf; false: there are no more */
bool sfdp_warning(const struct sfdp_image *img, unsigned int n, char *buf, size_t size);

#endif
