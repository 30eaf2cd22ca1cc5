/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Integer types, bit fields and little-endian bytes, in the kernel's words.
 */
#ifndef SWDROM_LIB_TYPES_H
#define SWDROM_LIB_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;

#define ARRAY_SIZE(a)	       (sizeof(a) / sizeof((a)[0]))
#define BIT(n)		       (1u << (n))
#define GENMASK(h, l)	       ((~0u << (l)) & (~0u >> (31 - (h))))
#define FIELD_PREP(mask, val)  (((u32)(val) << __builtin_ctz(mask)) & (mask))
#define FIELD_GET(mask, reg)   (((u32)(reg) & (mask)) >> __builtin_ctz(mask))
#define DIV_ROUND_UP(n, d)     (((n) + (d)-1) / (d))
#define KIB(n)		       ((n)*1024u)
#define MIB(n)		       ((n)*1024u * 1024u)
#define USEC_NS		       UINT64_C(1000)
#define MSEC_NS		       UINT64_C(1000000)
#define SEC_NS		       UINT64_C(1000000000)
#define __printf_like(fmt, va) __attribute__((format(printf, fmt, va)))

#define min(a, b)                                  \
	({                                         \
		__typeof__(a) min_a_ = (a);        \
		__typeof__(b) min_b_ = (b);        \
		min_a_ < min_b_ ? min_a_ : min_b_; \
	})
#define max(a, b)                                  \
	({                                         \
		__typeof__(a) max_a_ = (a);        \
		__typeof__(b) max_b_ = (b);        \
		max_a_ > max_b_ ? max_a_ : max_b_; \
	})

/* container_of() - the struct that @ptr is the field @member of */
#define container_of(ptr, type, member) \
	((type *)(void *)((char *)(uintptr_t)(ptr)-offsetof(type, member)))

static inline u16 get_le16(const u8 *p)
{
	return (u16)(p[0] | p[1] << 8);
}

static inline u32 get_le32(const u8 *p)
{
	return p[0] | (u32)p[1] << 8 | (u32)p[2] << 16 | (u32)p[3] << 24;
}

static inline void put_le16(u8 *p, u16 v)
{
	p[0] = (u8)v;
	p[1] = (u8)(v >> 8);
}

static inline void put_le32(u8 *p, u32 v)
{
	p[0] = (u8)v;
	p[1] = (u8)(v >> 8);
	p[2] = (u8)(v >> 16);
	p[3] = (u8)(v >> 24);
}

#endif
