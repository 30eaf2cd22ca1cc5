/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts that the tests of what all virtual SPI-NOR chips have in common run on. Include cmocka.h before it. */
#ifndef SWDROM_TESTS_SUPPORT_NOR_EACH_H
#define SWDROM_TESTS_SUPPORT_NOR_EACH_H

#include "tests/support/nor-host.h"

#include <stdio.h>
#include <unistd.h>

static const char *const parts[] = { "n25q128a13", "mt25ql128aba", "w25q128jv" };

/* each test runs once on each part */
#define EACH_PART(_f)                                                \
	for (size_t part_ = 0; part_ < ARRAY_SIZE(parts); part_++)   \
		for (struct nor_fix *_f = nor_new(parts[part_]); _f; \
		     nor_teardown((void **)&_f), _f = NULL)

static inline void fill(u8 *buf, size_t n, u8 seed)
{
	size_t i;

	for (i = 0; i < n; i++)
		buf[i] = (u8)(seed + 37 * i + (i >> 8));
}

#endif
