/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The flash controller of STM32L4 parts with 2 KiB pages (RM0351 3), as an mtd.
 */
#ifndef SWDROM_DRIVERS_STM32L4_FLASH_H
#define SWDROM_DRIVERS_STM32L4_FLASH_H

#include "drivers/stm32-crc.h"
#include "lib/mtd.h"

#define STM32L4_FLASH_REGS    0x40022000u
#define STM32L4_PAGE_SIZE     2048u
#define STM32L4_UNIT_SIZE     8u /* a double word */
#define STM32L4_OPTR_BFB2     BIT(20)
#define STM32L4_OPTR_DUALBANK BIT(21)

/* the option bytes in effect */
struct stm32l4_options {
	u32 optr;
	u32 pcrop_start[2], pcrop_end[2]; /* PCROPxSR, PCROPxER */
	u32 wrp[2][2];			  /* [bank][area A, B]: WRPxAR, WRPxBR */
};

struct stm32l4_flash_desc {
	const char *chip; /* "STM32L476" */
	u32 regs;	  /* of the FLASH controller */
	u32 base;	  /* of the array */
	u32 size;
	bool is_dual_bank;
	bool is_swapped; /* bank 2 is mapped first (SYSCFG_MEMRMP.FB_MODE) */
	u32 hclk_hz;
	struct stm32l4_options options;
	struct stm32_crc *crc; /* optional; borrowed */
	u32 latency;	       /* flash wait states at that clock */
};

static inline u32 stm32l4_bank_size(const struct stm32l4_flash_desc *d)
{
	return d->is_dual_bank ? d->size / 2 : d->size;
}

/* the physical bank (0, 1) that an offset lies in: addresses swap, bank numbers do not */
static inline unsigned int stm32l4_bank_of(const struct stm32l4_flash_desc *d, u64 offset)
{
	return d->is_dual_bank ? (unsigned int)(offset / stm32l4_bank_size(d)) ^ d->is_swapped : 0;
}

static inline unsigned int stm32l4_page_of(const struct stm32l4_flash_desc *d, u64 offset)
{
	return (unsigned int)(offset % stm32l4_bank_size(d) / STM32L4_PAGE_SIZE);
}

static inline u32 stm32l4_addr_of(const struct stm32l4_flash_desc *d, u64 offset)
{
	return d->base + (u32)offset;
}

struct stm32l4_flash;

int stm32l4_options_read(struct memq *q, u32 regs, struct stm32l4_options *o);
bool stm32l4_rdp_is_level_0(const struct stm32l4_options *o);
int stm32l4_check_locked(const struct stm32l4_flash_desc *d, u64 from, u64 len, struct err *err);
int stm32l4_check_readable(const struct stm32l4_flash_desc *d, u64 from, u64 len, struct err *err);

/* read-only views, each an mtd of its own */
void stm32l4_options_mtd_init(struct mtd_info *mtd, struct ctx *ctx, struct memq *q);
void stm32l4_otp_mtd_init(struct mtd_info *mtd, struct ctx *ctx, struct memq *q);

int stm32l4_flash_new(struct ctx *ctx, struct memq *q, const struct stm32l4_flash_desc *desc,
		      struct stm32l4_flash **fl);
struct mtd_info *stm32l4_flash_mtd(struct stm32l4_flash *fl);
void stm32l4_flash_free(struct stm32l4_flash *fl);

/* stm32l4_flash_prog_ns() - what a double word takes to program, as learned so far */
u64 stm32l4_flash_prog_ns(const struct stm32l4_flash *fl);

#endif
