// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * STM32L471, L475, L476, L486 (RM0351, DS10198) and L496, L4A6 (RM0351, DS11585): identification,
 * quiet start, flash devices.
 */
#include "chips/families.h"
#include "drivers/stm32-crc.h"
#include "drivers/stm32-dma.h"
#include "drivers/stm32-quadspi.h"
#include "drivers/stm32l4-flash.h"
#include "drivers/stm32l4-rcc.h"
#include "lib/spi-nor.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

/* CPUID.PARTNO of the Cortex-M4 */
#define CPUID_PARTNO GENMASK(15, 4)
#define CORTEX_M4    0xc24

/* DBGMCU: RM0351 48.16 */
#define DBGMCU_IDCODE	0xe0042000u
#define IDCODE_DEV_ID	GENMASK(11, 0)
#define IDCODE_REV_ID	GENMASK(31, 16)
#define DBGMCU_CR	0xe0042004u
#define DBGMCU_CR_LPM	GENMASK(2, 0) /* SLEEP, STOP, STANDBY: clocks stay on */
#define DBGMCU_APB1FZR1 0xe0042008u
#define APB1FZR1_WWDG	BIT(11)
#define APB1FZR1_IWDG	BIT(12)

/* electronic signature: RM0351 49 */
#define UID_BASE	0x1fff7590u
#define FLASHSIZE_BASE	0x1fff75e0u
#define FLASH_BASE	0x08000000u
#define FLASH_MAX_KIB	1024

#define AHB1ENR		(STM32L4_RCC + STM32L4_RCC_AHB1ENR)
#define AHB1ENR_DMA1EN	BIT(0)
#define AHB1ENR_DMA2EN	BIT(1)
#define AHB1ENR_FLASHEN BIT(8)
#define AHB1ENR_CRCEN	BIT(12)
#define APB2ENR		(STM32L4_RCC + STM32L4_RCC_APB2ENR)
#define APB2ENR_SYSCFG	BIT(0)
#define DMA_CHANNELS	7

/* SYSCFG: RM0351 9.2.1 */
#define SYSCFG_MEMRMP  0x40010000u
#define MEMRMP_FB_MODE BIT(8)

#define QUADSPI_BIT    BIT(8) /* in RCC_AHB3ENR and AHB3RSTR */

/* what the lines have in common */
static const struct stm32_quadspi_desc l4_quadspi = {
	.regs = 0xa0001000,
	.window = 0x90000000,
	.window_size = MIB(256),
	.rcc_enr = STM32L4_RCC + STM32L4_RCC_AHB3ENR,
	.rcc_en_bit = QUADSPI_BIT,
	.rcc_rstr = STM32L4_RCC + STM32L4_RCC_AHB3RSTR,
	.rcc_rst_bit = QUADSPI_BIT,
	.gpio_base = 0x48000000,
	.gpio_enr = STM32L4_RCC + STM32L4_RCC_AHB2ENR,
	.max_hz = 48000000, /* DS10198 6.3.28: quad, 15 pF */
	.fifo_depth = 16,
	/* DMA1 channel 5, request 5 is QUADSPI (RM0351 11.3.2) */
	.dma = { .regs = 0x40020000,
		 .rcc_enr = AHB1ENR,
		 .rcc_en_bit = AHB1ENR_DMA1EN,
		 .channel = 5,
		 .request = 5 },
};

/* DMA2 channel 1: QUADSPI asks on channel 5 of DMA1 or 7 of DMA2 (RM0351 11.3.2) */
static const struct stm32_crc_desc l476_crc = {
	.regs = 0x40023000,
	.dma = 0x40020400,
	.channel = 1,
	.rcc_enr = AHB1ENR,
	.rcc_en_bit = AHB1ENR_CRCEN | AHB1ENR_DMA2EN,
};

/* parts that share a DEV_ID (RM0351 48.6.1), and what they differ in from the others here */
static const struct l4_line {
	u32 dev_id;
	const char *name, *about;
	const char *prefixes[5]; /* of part numbers, NULL-terminated */
	bool has_bank_2;	 /* of QUADSPI */
	u32 quadspi_errata;
	u32 stage; /* the last KiB of SRAM1 */
} l4_lines[] = {
	{
		.dev_id = 0x415,
		.name = "STM32L476",
		.about = "STM32L471/L475/L476/L486",
		.prefixes = { "STM32L471", "STM32L475", "STM32L476", "STM32L486" },
		.quadspi_errata = QUADSPI_ERRATUM_E1 | QUADSPI_ERRATUM_E2, /* ES0250 */
		.stage = 0x20017c00,
	},
	{
		.dev_id = 0x461,
		.name = "STM32L496",
		.about = "STM32L496/L4A6",
		.prefixes = { "STM32L496", "STM32L4A6" },
		.has_bank_2 = true,
		/* ST's HAL has no extra byte to clear here; AR = 0 first costs nothing */
		.quadspi_errata = QUADSPI_ERRATUM_E2,
		.stage = 0x2003fc00,
	},
};

struct stm32l4 {
	const struct l4_line *line;
	struct stm32l4_options options;
	struct stm32l4_clocks clocks;
	bool is_quiesced;
	u32 dbgmcu_cr, apb1fzr1, ahb1enr; /* as found */
	struct stm32_crc crc;
	struct stm32l4_flash *flash;
	struct mtd_info otp, opt;
	struct spi_mem *mem;
	struct spi_nor *nor;
};

static int read_identity(struct target *t)
{
	u32 uid[3], kib;
	int ret;

	for (unsigned int i = 0; i < 3; i++)
		memq_read32(t->q, UID_BASE + 4 * i, &uid[i]);
	memq_read32(t->q, FLASHSIZE_BASE, &kib);
	ret = memq_flush(t->q);
	if (ret)
		return ret;
	for (unsigned int i = 0; i < 3; i++)
		put_le32(t->uid + 4 * i, uid[i]);
	kib &= 0xffff;
	/* an unprogrammed signature: take the largest part */
	if (!kib || kib == 0xffff || kib > FLASH_MAX_KIB) {
		log_warn(&t->ctx->log,
			 "the flash size register reads 0x%04" PRIx32 ": taking %u KiB", kib,
			 FLASH_MAX_KIB);
		kib = FLASH_MAX_KIB;
	}
	t->flash_size = KIB(kib);
	return 0;
}

/* NULL: another family's */
static const struct l4_line *find_line(u32 idcode)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(l4_lines); i++)
		if (FIELD_GET(IDCODE_DEV_ID, idcode) == l4_lines[i].dev_id)
			return &l4_lines[i];
	return NULL;
}

static int l4_probe(struct target *t)
{
	const struct l4_line *line;
	u32 idcode;
	int ret;

	if (FIELD_GET(CPUID_PARTNO, t->core.cpuid) != CORTEX_M4)
		return 0;
	ret = target_read32(t->q, DBGMCU_IDCODE, &idcode);
	if (ret && !memq_was_bus_fault(t->q))
		return ret;
	if (ret) {
		/* another maker's part may have nothing there: that is no error of ours */
		err_clear(&t->ctx->err);
		return 0;
	}
	line = find_line(idcode);
	if (!line)
		return 0;
	ret = read_identity(t);
	if (ret)
		return ret;
	t->idcode = idcode;
	snprintf(t->name, sizeof(t->name), "%s", line->name);
	log_dbg(&t->ctx->log, "%s, REV_ID 0x%04x, %" PRIu32 " KiB of flash", line->about,
		FIELD_GET(IDCODE_REV_ID, idcode), t->flash_size / 1024);
	return 1;
}

/* ---- quiet start ---- */

static int freeze_watchdogs(struct target *t, struct stm32l4 *l4)
{
	int ret;

	memq_read32(t->q, DBGMCU_CR, &l4->dbgmcu_cr);
	memq_read32(t->q, DBGMCU_APB1FZR1, &l4->apb1fzr1);
	memq_read32(t->q, AHB1ENR, &l4->ahb1enr);
	ret = memq_flush(t->q);
	if (ret)
		return ret;
	l4->is_quiesced = true;
	memq_write32(t->q, DBGMCU_CR, l4->dbgmcu_cr | DBGMCU_CR_LPM);
	memq_write32(t->q, DBGMCU_APB1FZR1, l4->apb1fzr1 | APB1FZR1_WWDG | APB1FZR1_IWDG);
	return memq_flush(t->q);
}

/* a controller without clock has no running channel, and its registers are not there */
static int stop_dma(struct target *t, const struct stm32l4 *l4)
{
	static const struct {
		u32 regs, enable;
	} dma[] = { { 0x40020000, AHB1ENR_DMA1EN }, { 0x40020400, AHB1ENR_DMA2EN } };

	for (unsigned int i = 0; i < ARRAY_SIZE(dma); i++) {
		u32 running;
		int ret;

		if (!(l4->ahb1enr & dma[i].enable))
			continue;
		ret = stm32_dma_stop_channels(t->q, dma[i].regs, DMA_CHANNELS, &running);
		if (ret)
			return ret;
		if (running)
			log_info(&t->ctx->log,
				 "DMA%u was running (channels 0x%02" PRIx32 " from bit 0): stopped",
				 i + 1, running);
	}
	return 0;
}

/* the controller's registers read as zero when the application has gated its clock */
static int read_options(struct target *t, struct stm32l4 *l4)
{
	int ret = 0;

	if (!(l4->ahb1enr & AHB1ENR_FLASHEN))
		ret = target_write32(t->q, AHB1ENR, l4->ahb1enr | AHB1ENR_FLASHEN);
	if (!ret)
		ret = stm32l4_options_read(t->q, STM32L4_FLASH_REGS, &l4->options);
	if (ret)
		return ret;
	t->rdp = stm32l4_rdp_is_level_0(&l4->options) ? RDP_LEVEL_0 : RDP_LEVEL_1;
	if (t->rdp == RDP_LEVEL_1)
		log_warn(&t->ctx->log,
			 "read-out protection level 1 (FLASH_OPTR 0x%08" PRIx32
			 "): the internal flash can be neither read nor programmed and is left "
			 "alone",
			 l4->options.optr);
	return 0;
}

/* the fastest SPI clock that divides out of @hclk_hz */
static u32 spi_hz(u32 hclk_hz, u32 limit_hz)
{
	return hclk_hz / DIV_ROUND_UP(hclk_hz, max(limit_hz, 1u));
}

/*
 * Checksums of a megabyte take 0.1 s at 48 MHz, most of it the wire's; what a faster clock can buy
 * is a faster QUADSPI, if the wiring allows one. At the usual 24 MHz 80 MHz would make it slower.
 */
static enum stm32l4_boost wanted_boost(const struct target *t)
{
	u32 limit;

	if (t->no_boost)
		return STM32L4_BOOST_NONE;
	if (!t->board || !t->board->has_qspi || !t->board->qspi_max_hz)
		return STM32L4_BOOST_MSI;
	limit = min(t->board->qspi_max_hz, l4_quadspi.max_hz);
	return spi_hz(80000000, limit) > spi_hz(48000000, limit) ? STM32L4_BOOST_PLL
								 : STM32L4_BOOST_MSI;
}

static int l4_quiesce(struct target *t)
{
	struct stm32l4 *l4 = calloc(1, sizeof(*l4));
	int ret;

	if (!l4)
		return err_set(&t->ctx->err, -ENOMEM, NULL, "out of memory for the target");
	t->priv = l4;
	l4->line = find_line(t->idcode);
	l4->crc.d = l476_crc;
	ret = freeze_watchdogs(t, l4);
	if (!ret)
		ret = stop_dma(t, l4);
	if (!ret)
		ret = read_options(t, l4);
	if (!ret)
		ret = stm32l4_clocks_boost(t->q, &l4->clocks, wanted_boost(t));
	t->hclk_hz = l4->clocks.hclk_hz;
	return ret;
}

/* ---- flash devices ---- */

/* "STM32L476VG" on a board against what was found: a DEV_ID covers several names */
static int check_board(struct target *t, const struct l4_line *line)
{
	const char *mcu = t->board->mcu;

	for (unsigned int i = 0; line->prefixes[i]; i++)
		if (!strncasecmp(mcu, line->prefixes[i], 9))
			return 0;
	return err_set(&t->ctx->err, -EINVAL, "choose the right board with -b, or leave -b out",
		       "board %s is for an %s, but the target is an %s (DEV_ID 0x%03x)",
		       t->board->name, mcu, line->about, FIELD_GET(IDCODE_DEV_ID, t->idcode));
}

/* 1 MiB parts always have two banks, smaller ones by OPTR.DUALBANK (RM0351 3.3.1) */
static bool is_dual_bank(const struct target *t, const struct stm32l4 *l4)
{
	return t->flash_size == KIB(FLASH_MAX_KIB) || (l4->options.optr & STM32L4_OPTR_DUALBANK);
}

/* with BFB2 the boot loader may have mapped bank 2 first (RM0351 2.6.1) */
static int read_bank_swap(struct target *t, const struct stm32l4 *l4, bool *is_swapped)
{
	u32 enr, memrmp = 0;
	int ret;

	*is_swapped = false;
	if (!(l4->options.optr & STM32L4_OPTR_BFB2))
		return 0;
	ret = target_read32(t->q, APB2ENR, &enr);
	if (ret)
		return ret;
	if (!(enr & APB2ENR_SYSCFG))
		memq_write32(t->q, APB2ENR, enr | APB2ENR_SYSCFG);
	memq_read32(t->q, SYSCFG_MEMRMP, &memrmp);
	if (!(enr & APB2ENR_SYSCFG))
		memq_write32(t->q, APB2ENR, enr);
	ret = memq_flush(t->q);
	*is_swapped = memrmp & MEMRMP_FB_MODE;
	return ret;
}

static int add_internal(struct target *t, struct stm32l4 *l4)
{
	struct stm32l4_flash_desc desc = {
		.chip = t->name,
		.regs = STM32L4_FLASH_REGS,
		.base = FLASH_BASE,
		.size = t->flash_size,
		.hclk_hz = l4->clocks.hclk_hz,
		.is_dual_bank = is_dual_bank(t, l4),
		.options = l4->options,
		.crc = &l4->crc,
		.latency = DIV_ROUND_UP(l4->clocks.hclk_hz, 16000000u) - 1,
	};
	int ret = desc.is_dual_bank ? read_bank_swap(t, l4, &desc.is_swapped) : 0;

	if (!ret)
		ret = stm32l4_flash_new(t->ctx, t->q, &desc, &l4->flash);
	if (ret)
		return ret;
	stm32l4_otp_mtd_init(&l4->otp, t->ctx, t->q);
	stm32l4_options_mtd_init(&l4->opt, t->ctx, t->q);
	t->mtds[t->n_mtds++] = stm32l4_flash_mtd(l4->flash);
	t->mtds[t->n_mtds++] = &l4->otp;
	t->mtds[t->n_mtds++] = &l4->opt;
	return 0;
}

static int add_external(struct target *t, struct stm32l4 *l4)
{
	struct stm32_quadspi_desc desc = l4_quadspi;
	const char *expect = t->board->nor[0] ? t->board->nor : NULL;
	int ret;

	desc.kernel_hz = l4->clocks.hclk_hz;
	desc.has_bank_2 = l4->line->has_bank_2;
	desc.errata = l4->line->quadspi_errata;
	desc.dma.stage = l4->line->stage;
	desc.crc = &l4->crc;
	ret = stm32_quadspi_open(t, &desc, &l4->mem);
	if (!ret)
		ret = spi_nor_probe_as(l4->mem, desc.window, expect, t->nor_choice, &l4->nor);
	if (ret)
		return err_at(&t->ctx->err, ret, "looking for the QUADSPI flash of board %s",
			      t->board->name);
	t->mtds[t->n_mtds++] = spi_nor_mtd(l4->nor);
	if (spi_nor_otp_mtd(l4->nor))
		t->mtds[t->n_mtds++] = spi_nor_otp_mtd(l4->nor);
	return 0;
}

static int l4_add_mtds(struct target *t)
{
	struct stm32l4 *l4 = t->priv;
	int ret = t->board ? check_board(t, l4->line) : 0;

	if (!ret)
		ret = add_internal(t, l4);
	if (!ret && t->board && t->board->has_qspi)
		ret = add_external(t, l4);
	return ret;
}

/* everything back in reverse order; errors were reported before, or are only worth a warning */
static void l4_restore(struct target *t)
{
	struct stm32l4 *l4 = t->priv;
	struct err first = t->ctx->err;

	if (!l4)
		return;
	for (size_t i = 0; i < t->n_mtds; i++)
		mtd_finish(t->mtds[i]);
	t->n_mtds = 0;
	spi_nor_free(l4->nor);
	stm32_quadspi_close(l4->mem);
	stm32l4_flash_free(l4->flash);
	stm32_crc_close(&l4->crc, t->q);
	stm32l4_clocks_restore(t->q, &l4->clocks);
	if (l4->is_quiesced) {
		if (!(l4->ahb1enr & AHB1ENR_FLASHEN))
			memq_write32(t->q, AHB1ENR, l4->ahb1enr);
		memq_write32(t->q, DBGMCU_APB1FZR1, l4->apb1fzr1);
		memq_write32(t->q, DBGMCU_CR, l4->dbgmcu_cr);
		if (memq_flush(t->q) && !memq_is_lost(t->q))
			log_warn(&t->ctx->log,
				 "the debug settings of the target could not be put back");
	}
	free(l4);
	t->priv = NULL;
	t->ctx->err = first;
}

const struct chip_family stm32l4_family = {
	.name = "STM32L4",
	.parts = "STM32L471, STM32L475, STM32L476, STM32L486, STM32L496, STM32L4A6",
	.probe = l4_probe,
	.quiesce = l4_quiesce,
	.add_mtds = l4_add_mtds,
	.restore = l4_restore,
};
