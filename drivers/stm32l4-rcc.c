// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Clocks of the STM32L47x/L48x (RM0351 5, 6, 3.3.3).
 *
 * After reset the core runs from the MSI oscillator at 4 MHz: 46 SWCLK cycles at 30 MHz are then
 * only six bus cycles, and DMA, CRC and QUADSPI crawl. MSI itself reaches 48 MHz; the PLL makes
 * 80 MHz of MSI's 4, so that no crystal is needed. Wait states come first on the way up and last on
 * the way down. A PLL that does not lock, on a supply that sags, is no reason to give up.
 */
#include "drivers/stm32l4-rcc.h"

#include "lib/ctx.h"

#include <errno.h>
#include <inttypes.h>

/* FLASH_ACR: RM0351 3.7.1; 48 MHz in voltage range 1 needs 2 wait states (table 9) */
#define FLASH_ACR	  0x40022000u
#define FLASH_ACR_LATENCY GENMASK(2, 0)
#define LATENCY_48MHZ	  2
#define LATENCY_80MHZ	  4

/* PWR: RM0351 5.4.1, 5.4.6 */
#define PWR_CR1	       0x40007000u
#define PWR_CR1_VOS    GENMASK(10, 9)
#define PWR_CR1_VOS_1  FIELD_PREP(PWR_CR1_VOS, 1)
#define PWR_CR1_LPR    BIT(14)
#define PWR_SR2	       0x40007014u
#define PWR_SR2_REGLPF BIT(9)
#define PWR_SR2_VOSF   BIT(10)

/* RCC: RM0351 6.4.1, 6.4.3, 6.4.4, 6.4.19, 6.4.29 */
#define RCC_CR		   (STM32L4_RCC + 0x00)
#define RCC_CR_MSION	   BIT(0)
#define RCC_CR_MSIRDY	   BIT(1)
#define RCC_CR_MSIRGSEL	   BIT(3)
#define RCC_CR_MSIRANGE	   GENMASK(7, 4)
#define RCC_CR_PLLON	   BIT(24)
#define RCC_CR_PLLRDY	   BIT(25)
#define RCC_CR_PLLSAI1ON   BIT(26)
#define RCC_CR_PLLSAI2ON   BIT(28)
#define RCC_CFGR	   (STM32L4_RCC + 0x08)
#define RCC_CFGR_SW	   GENMASK(1, 0)
#define RCC_CFGR_SWS	   GENMASK(3, 2)
#define RCC_CFGR_HPRE	   GENMASK(7, 4)
#define RCC_PLLCFGR	   (STM32L4_RCC + 0x0c)
#define RCC_PLLCFGR_PLLSRC GENMASK(1, 0)
#define RCC_PLLCFGR_PLLN   GENMASK(14, 8)
#define RCC_PLLCFGR_PLLREN BIT(24)
/* MSI's 4 MHz by 1 (PLLM 0), times 40 is 160 MHz for the VCO, by 2 (PLLR 0): RM0351 6.4.4 */
#define PLLCFGR_80MHZ                                                                    \
	(FIELD_PREP(RCC_PLLCFGR_PLLSRC, PLLSRC_MSI) | FIELD_PREP(RCC_PLLCFGR_PLLN, 40) | \
	 RCC_PLLCFGR_PLLREN)
#define RCC_APB1ENR1	   (STM32L4_RCC + 0x58)
#define RCC_APB1ENR1_PWREN BIT(28)
#define RCC_CSR		   (STM32L4_RCC + 0x94)
#define RCC_CSR_MSISRANGE  GENMASK(11, 8)

enum { SWS_MSI, SWS_HSI16, SWS_HSE, SWS_PLL };
enum { PLLSRC_NONE, PLLSRC_MSI };

#define HSI16_HZ     16000000u
#define HCLK_MAX_HZ  80000000u /* DS10198 6.3.1 */
#define MSI_RANGE_4  6
#define MSI_RANGE_48 11

/* the regulator and the oscillators are ready within tens of us (DS10198 6.3.4, 6.3.8) */
#define READY_TIMEOUT_NS (10 * MSEC_NS)
/* the PLL locks within 40 us (DS10198 6.3.9) */
#define LOCK_TIMEOUT_NS (2 * MSEC_NS)

/* RCC_CR.MSIRANGE: RM0351 6.4.1 */
static const u32 msi_hz[] = { 100000,  200000,	400000,	  800000,   1000000,  2000000,
			      4000000, 8000000, 16000000, 24000000, 32000000, 48000000 };

static u32 msi_range(u32 rcc_cr, u32 rcc_csr)
{
	return rcc_cr & RCC_CR_MSIRGSEL ? FIELD_GET(RCC_CR_MSIRANGE, rcc_cr)
					: FIELD_GET(RCC_CSR_MSISRANGE, rcc_csr);
}

/* HPRE: 0xxx = 1, 1000 = 2, ... 1011 = 16, 1100 = 64, ... 1111 = 512: RM0351 6.4.3 */
static u32 hpre_divisor(u32 cfgr)
{
	u32 hpre = FIELD_GET(RCC_CFGR_HPRE, cfgr);

	if (hpre < 8)
		return 1;
	return hpre < 12 ? 2u << (hpre - 8) : 64u << (hpre - 12);
}

/* crystals are unknown to us: then the highest clock that the part may have */
static u32 hclk_of(u32 cr, u32 csr, u32 cfgr)
{
	u32 range = msi_range(cr, csr), hz = HCLK_MAX_HZ;

	if (FIELD_GET(RCC_CFGR_SWS, cfgr) == SWS_MSI && range < ARRAY_SIZE(msi_hz))
		hz = msi_hz[range];
	else if (FIELD_GET(RCC_CFGR_SWS, cfgr) == SWS_HSI16)
		hz = HSI16_HZ;
	return hz / hpre_divisor(cfgr);
}

static int poll_ready(struct memq *q, u32 addr, u32 mask, u32 want, const char *what)
{
	u32 val = 0;
	int ret = target_poll32(q, addr, mask, want, READY_TIMEOUT_NS, &val);

	if (ret == -ETIMEDOUT)
		return err_set(&memq_ctx(q)->err, ret, "check the supply; try a power cycle",
			       "%s within 10 ms (0x%08" PRIx32 " reads 0x%08" PRIx32 ")", what,
			       addr, val);
	return ret;
}

/* erase and program need voltage range 1 (RM0351 5.1.8), and 48 MHz does */
static int set_voltage_range(struct memq *q, struct stm32l4_clocks *c)
{
	u32 enr;
	int ret = target_read32(q, RCC_APB1ENR1, &enr);

	if (!ret && !(enr & RCC_APB1ENR1_PWREN)) {
		ret = target_write32(q, RCC_APB1ENR1, enr | RCC_APB1ENR1_PWREN);
		/* a clock is there two cycles after the write: read it back (RM0351 6.2.18) */
		if (!ret)
			ret = target_read32(q, RCC_APB1ENR1, &enr);
		c->has_enabled_pwr = !ret;
	}
	if (!ret)
		ret = target_read32(q, PWR_CR1, &c->pwr_cr1);
	if (ret || (c->pwr_cr1 & (PWR_CR1_VOS | PWR_CR1_LPR)) == PWR_CR1_VOS_1)
		return ret;

	log_info(&memq_ctx(q)->log,
		 "the application left PWR_CR1 at 0x%08" PRIx32
		 ": voltage range 1 and main regulator are needed to program, set for now",
		 c->pwr_cr1);
	c->has_changed_range = true;
	ret = target_write32(q, PWR_CR1, c->pwr_cr1 & ~PWR_CR1_LPR);
	if (!ret)
		ret = poll_ready(q, PWR_SR2, PWR_SR2_REGLPF, 0,
				 "the main regulator did not take over");
	if (!ret)
		ret = target_write32(q, PWR_CR1,
				     (c->pwr_cr1 & ~(PWR_CR1_LPR | PWR_CR1_VOS)) | PWR_CR1_VOS_1);
	if (!ret)
		ret = poll_ready(q, PWR_SR2, PWR_SR2_VOSF, 0, "voltage range 1 was not reached");
	return ret;
}

static int set_latency(struct memq *q, u32 latency)
{
	int ret = target_update32(q, FLASH_ACR, FLASH_ACR_LATENCY, latency);

	/* a new value is in effect once it reads back (RM0351 3.3.3) */
	return ret ? ret
		   : poll_ready(q, FLASH_ACR, FLASH_ACR_LATENCY, latency,
				"the new flash wait states did not take effect");
}

static int set_msi_range(struct memq *q, u32 range)
{
	/* the range may be written while MSI is ready, and is lost otherwise (RM0351 6.4.1) */
	int ret = poll_ready(q, RCC_CR, RCC_CR_MSIRDY, RCC_CR_MSIRDY, "MSI was not ready");

	if (!ret)
		ret = target_update32(q, RCC_CR, RCC_CR_MSIRANGE,
				      RCC_CR_MSIRGSEL | FIELD_PREP(RCC_CR_MSIRANGE, range));
	if (!ret)
		ret = poll_ready(q, RCC_CR, RCC_CR_MSIRDY | RCC_CR_MSIRANGE,
				 RCC_CR_MSIRDY | FIELD_PREP(RCC_CR_MSIRANGE, range),
				 "MSI did not reach its new range");
	return ret;
}

static bool has_pll_on(const struct stm32l4_clocks *c)
{
	return c->rcc_cr & (RCC_CR_PLLON | RCC_CR_PLLSAI1ON | RCC_CR_PLLSAI2ON);
}

/* a PLL that runs from MSI would be pulled out of its limits */
static bool pll_hangs_on_msi(const struct stm32l4_clocks *c)
{
	return has_pll_on(c) && FIELD_GET(RCC_PLLCFGR_PLLSRC, c->rcc_pllcfgr) == PLLSRC_MSI;
}

/* more wait states than needed do no harm */
static int raise_latency(struct memq *q, struct stm32l4_clocks *c, u32 latency)
{
	if (FIELD_GET(FLASH_ACR_LATENCY, c->acr) >= latency)
		return 0;
	c->has_changed_latency = true;
	return set_latency(q, latency);
}

static int to_msi_48(struct memq *q, struct stm32l4_clocks *c)
{
	int ret = raise_latency(q, c, LATENCY_48MHZ);

	c->has_changed_msi = true;
	if (!ret)
		ret = set_msi_range(q, MSI_RANGE_48);
	if (!ret && (c->rcc_cfgr & RCC_CFGR_HPRE)) {
		c->has_changed_cfgr = true;
		ret = target_write32(q, RCC_CFGR, c->rcc_cfgr & ~RCC_CFGR_HPRE);
	}
	if (!ret)
		c->hclk_hz = msi_hz[MSI_RANGE_48];
	return ret;
}

/* off, and its settings as they were */
static int stop_pll(struct memq *q, struct stm32l4_clocks *c)
{
	int ret = target_update32(q, RCC_CR, RCC_CR_PLLON, 0);

	if (!ret)
		ret = poll_ready(q, RCC_CR, RCC_CR_PLLRDY, 0, "the PLL did not stop");
	if (!ret)
		ret = target_write32(q, RCC_PLLCFGR, c->rcc_pllcfgr);
	c->has_changed_pll = c->has_changed_pll && ret;
	return ret;
}

/* 1: locked, 0: it does not, and is off again */
static int start_pll(struct memq *q, struct stm32l4_clocks *c)
{
	u32 cr = 0;
	int ret = 0;

	if (msi_range(c->rcc_cr, c->rcc_csr) != MSI_RANGE_4) {
		c->has_changed_msi = true;
		ret = set_msi_range(q, MSI_RANGE_4);
	}
	c->has_changed_pll = true;
	if (!ret)
		ret = target_write32(q, RCC_PLLCFGR, PLLCFGR_80MHZ);
	if (!ret)
		ret = target_update32(q, RCC_CR, 0, RCC_CR_PLLON);
	if (!ret)
		ret = target_poll32(q, RCC_CR, RCC_CR_PLLRDY, RCC_CR_PLLRDY, LOCK_TIMEOUT_NS, &cr);
	if (ret != -ETIMEDOUT)
		return ret ? ret : 1;
	log_info(&memq_ctx(q)->log,
		 "the PLL does not lock (RCC_CR 0x%08" PRIx32
		 "): going on with 48 MHz; check the supply",
		 cr);
	return stop_pll(q, c);
}

static int to_pll_80(struct memq *q, struct stm32l4_clocks *c)
{
	u32 cfgr = c->rcc_cfgr & ~(RCC_CFGR_HPRE | RCC_CFGR_SW);
	int ret = start_pll(q, c);

	if (!ret)
		return to_msi_48(q, c);
	if (ret > 0)
		ret = raise_latency(q, c, LATENCY_80MHZ);
	if (ret)
		return ret;
	c->has_changed_cfgr = true;
	ret = target_write32(q, RCC_CFGR, cfgr | FIELD_PREP(RCC_CFGR_SW, SWS_PLL));
	if (!ret)
		ret = poll_ready(q, RCC_CFGR, RCC_CFGR_SWS, FIELD_PREP(RCC_CFGR_SWS, SWS_PLL),
				 "the PLL did not become the system clock");
	if (!ret)
		c->hclk_hz = HCLK_MAX_HZ;
	return ret;
}

/**
 * stm32l4_clocks_boost() - voltage range 1, and a faster HCLK where the core runs from MSI
 * @q: queue of the target, whose core is halted; flushed
 * @c: zeroed; filled with what was found
 * @boost: how fast
 *
 * An application that was only halted, not reset, may run from HSI16, HSE or PLL: its clock is then
 * left as it is, for it is fast enough. A PLL that is in use for something else is left alone too.
 */
int stm32l4_clocks_boost(struct memq *q, struct stm32l4_clocks *c, enum stm32l4_boost boost)
{
	const struct log *log = &memq_ctx(q)->log;
	u32 found_hz;
	int ret = set_voltage_range(q, c);

	if (ret)
		return ret;
	memq_read32(q, RCC_CR, &c->rcc_cr);
	memq_read32(q, RCC_CSR, &c->rcc_csr);
	memq_read32(q, RCC_CFGR, &c->rcc_cfgr);
	memq_read32(q, RCC_PLLCFGR, &c->rcc_pllcfgr);
	memq_read32(q, FLASH_ACR, &c->acr);
	ret = memq_flush(q);
	if (ret)
		return ret;

	found_hz = c->hclk_hz = hclk_of(c->rcc_cr, c->rcc_csr, c->rcc_cfgr);
	if (boost == STM32L4_BOOST_NONE || FIELD_GET(RCC_CFGR_SWS, c->rcc_cfgr) != SWS_MSI ||
	    pll_hangs_on_msi(c)) {
		log_dbg(log,
			"HCLK left as it was found (RCC_CFGR 0x%08" PRIx32 ", %" PRIu32 " kHz)",
			c->rcc_cfgr, c->hclk_hz / 1000);
		return 0;
	}
	if (boost == STM32L4_BOOST_PLL && !has_pll_on(c))
		ret = to_pll_80(q, c);
	else
		ret = to_msi_48(q, c);
	if (!ret)
		log_dbg(log, "HCLK raised from %" PRIu32 " kHz to %" PRIu32 " kHz", found_hz / 1000,
			c->hclk_hz / 1000);
	return ret;
}

/**
 * stm32l4_clocks_restore() - back to the clocks that were found
 * @q: queue of the target
 * @c: filled by stm32l4_clocks_boost(); nothing is done twice
 *
 * RCC_CR.MSIRGSEL cannot be cleared but by a reset (RM0351 6.4.1); the range that was in effect is
 * written to RCC_CR.MSIRANGE, which comes to the same.
 */
void stm32l4_clocks_restore(struct memq *q, struct stm32l4_clocks *c)
{
	int ret = 0;

	if (c->has_changed_cfgr) {
		ret = target_write32(q, RCC_CFGR, c->rcc_cfgr);
		if (!ret)
			ret = poll_ready(q, RCC_CFGR, RCC_CFGR_SWS, c->rcc_cfgr & RCC_CFGR_SWS,
					 "the system clock did not change back");
	}
	if (!ret && c->has_changed_pll)
		ret = stop_pll(q, c);
	if (!ret && c->has_changed_msi)
		ret = set_msi_range(q, msi_range(c->rcc_cr, c->rcc_csr));
	if (!ret && c->has_changed_latency)
		ret = set_latency(q, FIELD_GET(FLASH_ACR_LATENCY, c->acr));
	if (!ret && c->has_changed_range)
		ret = target_write32(q, PWR_CR1, c->pwr_cr1);
	if (!ret && c->has_enabled_pwr)
		ret = target_update32(q, RCC_APB1ENR1, RCC_APB1ENR1_PWREN, 0);
	if (ret && !memq_is_lost(q))
		log_warn(&memq_ctx(q)->log, "the target's clocks could not be put back: reset it");
	*c = (struct stm32l4_clocks){ .hclk_hz = c->hclk_hz };
}
