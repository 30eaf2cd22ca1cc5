/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of the STM32L4 flash driver share: registers, times, the device.
 */
#ifndef SWDROM_DRIVERS_STM32L4_FLASH_PRIV_H
#define SWDROM_DRIVERS_STM32L4_FLASH_PRIV_H

#include "drivers/stm32l4-flash.h"

/* RM0351 3.7 */
#define FLASH_ACR	0x00
#define FLASH_ACR_ICEN	BIT(9)
#define FLASH_ACR_DCEN	BIT(10)
#define FLASH_ACR_ICRST BIT(11) /* only while ICEN is 0 */
#define FLASH_ACR_DCRST BIT(12) /* only while DCEN is 0 */
#define FLASH_KEYR	0x08
#define FLASH_KEY1	0x45670123u
#define FLASH_KEY2	0xcdef89abu

/* flags are cleared by writing 1 */
#define FLASH_SR	 0x10
#define FLASH_SR_EOP	 BIT(0)
#define FLASH_SR_OPERR	 BIT(1)
#define FLASH_SR_PROGERR BIT(3) /* unit was not erased */
#define FLASH_SR_WRPERR	 BIT(4) /* write-protected, PCROP, or RDP level 1 */
#define FLASH_SR_PGAERR	 BIT(5) /* address not aligned, or words out of order */
#define FLASH_SR_SIZERR	 BIT(6) /* access narrower than a word */
#define FLASH_SR_PGSERR	 BIT(7) /* sequence: PG not set, or an older flag still set */
#define FLASH_SR_MISERR	 BIT(8) /* fast programming: data late */
#define FLASH_SR_FASTERR BIT(9) /* fast programming broken off */
#define FLASH_SR_RDERR	 BIT(14)
#define FLASH_SR_OPTVERR BIT(15)
#define FLASH_SR_BSY	 BIT(16)
#define FLASH_SR_FAILED                                                                            \
	(FLASH_SR_OPERR | FLASH_SR_PROGERR | FLASH_SR_WRPERR | FLASH_SR_PGAERR | FLASH_SR_SIZERR | \
	 FLASH_SR_PGSERR | FLASH_SR_MISERR | FLASH_SR_FASTERR)
#define FLASH_SR_FLAGS	    (FLASH_SR_FAILED | FLASH_SR_EOP | FLASH_SR_RDERR | FLASH_SR_OPTVERR)

#define FLASH_CR	    0x14
#define FLASH_CR_PG	    BIT(0)
#define FLASH_CR_PER	    BIT(1)
#define FLASH_CR_MER1	    BIT(2)
#define FLASH_CR_PNB	    GENMASK(10, 3)
#define FLASH_CR_BKER	    BIT(11)
#define FLASH_CR_MER2	    BIT(15)
#define FLASH_CR_STRT	    BIT(16)
#define FLASH_CR_FSTPG	    BIT(18) /* fast programming */
#define FLASH_CR_LOCK	    BIT(31)

#define FLASH_ECCR	    0x18
#define FLASH_ECCR_ADDR_ECC GENMASK(18, 0) /* byte address inside the bank */
#define FLASH_ECCR_BK_ECC   BIT(19)
#define FLASH_ECCR_SYSF_ECC BIT(20)
#define FLASH_ECCR_ECCIE    BIT(24)
#define FLASH_ECCR_ECCC	    BIT(30)
#define FLASH_ECCR_ECCD	    BIT(31)

/* DS10198 6.3.10, flash memory characteristics */
#define PROG_TYP_NS	81690u
#define PROG_MAX_NS	90760u
#define ERASE_TYP_NS	(22020 * USEC_NS)
#define ERASE_MAX_NS	(24470 * USEC_NS)
#define MASS_TYP_NS	(22130 * USEC_NS)
#define MASS_MAX_NS	(24590 * USEC_NS)
#define FAST_ROW_TYP_NS (1910 * USEC_NS)
#define FAST_ROW_MAX_NS (2120 * USEC_NS)
/* an operation that is not over after so many times its maximum is stuck */
#define TIMEOUT_FACTOR 3

struct stm32l4_flash {
	struct mtd_info mtd;
	struct stm32l4_flash_desc desc;
	struct mtd_region region;
	struct mtd_erase_unit units[2];
	char about[80];
	bool is_prepared;
	u32 acr; /* as found */
	u32 eccie;
	struct stm32_crc_source crc_src;
	u64 prog_est_ns;
	bool is_calibrated;
	u64 probe_lead_ns;   /* from queuing a sample until its read reaches the bus */
	u64 erase_est_ns[2]; /* learned: of a page, of a bank or all */
	u64 mass_ns;	     /* what a mass erase took, 0: none was seen */
	/* fast rows: banks (bits) that were mass-erased and not touched since; what was learned */
	u8 fresh_banks;
	u64 row_est_ns, row_max_ns, row_sum_ns, fast_unit_ns;
	unsigned int n_rows_learned;
	u32 pace_step; /* the last correction was one part in so many, 0: none yet */
	bool was_early;
	u32 ecc_told;	    /* address of the last ECC error that was reported, or 0 */
	u64 n_retries_seen; /* ctx->stats.retries at the last look */
};

static inline struct stm32l4_flash *to_flash(struct mtd_info *mtd)
{
	return container_of(mtd, struct stm32l4_flash, mtd);
}

static inline u32 reg(const struct stm32l4_flash *fl, u32 offset)
{
	return fl->desc.regs + offset;
}

/* the bus address of an offset */
static inline u32 addr_of(const struct stm32l4_flash *fl, u64 offset)
{
	return stm32l4_addr_of(&fl->desc, offset);
}

/* drivers/stm32l4-flash.c */
int stm32l4_wait_idle(struct stm32l4_flash *fl, u32 *sr);
int stm32l4_check_ecc(struct stm32l4_flash *fl);
int stm32l4_report_reset(struct flash_job *job);

/* drivers/stm32l4-flash-fast.c: what the planner may expect of fast rows on this wire */
void stm32l4_fast_figures(struct stm32l4_flash *fl);

/* drivers/stm32l4-flash-crc.c */
void stm32l4_checksum_init(struct stm32l4_flash *fl);
int stm32l4_checksum(struct mtd_info *mtd, struct mtd_crc *pieces, size_t n);

/* drivers/stm32l4-flash-prog.c */
void stm32l4_program_init(struct stm32l4_flash *fl);
int stm32l4_program_issue(struct flash_job *job, struct memq *q);
int stm32l4_program_check(struct flash_job *job);
int stm32l4_program_resync(struct flash_job *job);

#endif
