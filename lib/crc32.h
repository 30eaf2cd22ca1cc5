/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CRC-32 as in zlib, Ethernet and PKZIP: what targets are asked to compute of their flash.
 */
#ifndef SWDROM_LIB_CRC32_H
#define SWDROM_LIB_CRC32_H

#include "lib/types.h"

/**
 * crc32_of() - CRC-32 of bytes
 * @crc: 0, or the result for the bytes before these
 * @buf: may be NULL when @len is 0
 * @len: bytes
 */
u32 crc32_of(u32 crc, const u8 *buf, size_t len);

/* crc32_fill() - CRC-32 of @len bytes that are all @value */
u32 crc32_fill(u8 value, u64 len);

#endif
