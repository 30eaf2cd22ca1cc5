// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Clocks, power control and SYSCFG: RM0351 6.4 (RCC), 5.4 (PWR), 9.2 (SYSCFG).
 *
 * Oscillators get ready some time after they were switched on; HCLK follows SW when the source that
 * it names is ready.
 */
#include "sim/vrcc.h"

#include "sim/vdma.h"
#include "sim/vflash.h"
#include "sim/vwdg.h"

#include <stdlib.h>
#include <string.h>

#define RCC_BASE      0x40021000u
#define PWR_BASE      0x40007000u

#define RCC_CR	      0x00
#define RCC_ICSCR     0x04
#define RCC_CFGR      0x08
#define RCC_PLLCFGR   0x0c
#define RCC_CIFR      0x1c
#define RCC_CICR      0x20
#define RCC_AHB1RST   0x28
#define RCC_AHB1EN    0x48
#define RCC_AHB1SM    0x68
#define RCC_BDCR      0x90
#define RCC_CSR	      0x94
#define RCC_SIZE      0x98

#define CR_MSION      BIT(0)
#define CR_MSIRDY     BIT(1)
#define CR_MSIRGSEL   BIT(3)
#define CR_MSIRANGE   GENMASK(7, 4)
#define CR_HSION      BIT(8)
#define CR_HSIRDY     BIT(10)
#define CR_HSEON      BIT(16)
#define CR_HSERDY     BIT(17)
#define CR_CSSON      BIT(19)
#define CR_PLLON      BIT(24)
#define CR_PLLRDY     BIT(25)
#define CR_PLLSAI1ON  BIT(26)
#define CR_PLLSAI2ON  BIT(28)
#define CR_WRITABLE   0x150d0bfdu /* all but the RDY bits */
#define CR_RESET      0x63u

#define CFGR_SW	      GENMASK(1, 0)
#define CFGR_SWS      GENMASK(3, 2)
#define CFGR_HPRE     GENMASK(7, 4)
#define CFGR_PPRE1    GENMASK(10, 8)
#define CFGR_PPRE2    GENMASK(13, 11)
#define CFGR_WRITABLE 0x7700bff3u

#define PLLCFGR_SRC   GENMASK(1, 0)
#define PLLCFGR_M     GENMASK(6, 4)
#define PLLCFGR_N     GENMASK(14, 8)
#define PLLCFGR_REN   BIT(24)
#define PLLCFGR_R     GENMASK(26, 25)
#define PLLCFGR_MASK  0x07737f73u
#define PLLCFGR_RESET 0x1000u

#define CSR_LSION     BIT(0)
#define CSR_LSIRDY    BIT(1)
#define CSR_MSISRANGE GENMASK(11, 8)
#define CSR_RMVF      BIT(23)
#define CSR_FLAGS     0xff000000u
#define CSR_RESET     0x600u

#define PWR_CR1	      0x00
#define PWR_CR2	      0x04
#define PWR_CR3	      0x08
#define PWR_CR4	      0x0c
#define PWR_SR1	      0x10
#define PWR_SR2	      0x14
#define PWR_SCR	      0x18
#define PWR_PUCRA     0x20
#define PWR_PDCRH     0x5c
#define PWR_SIZE      0x60
#define CR1_DBP	      BIT(8)
#define CR1_VOS	      GENMASK(10, 9)
#define CR1_MASK      0x4707u
#define CR1_RESET     0x200u
#define CR3_RESET     0x8000u
#define SR2_VOSF      BIT(10)
#define VOS_CHANGE_US 20 /* range 2 to 1: DS10198 6.3.6, 20 us typical */

#define SYSCFG_BASE   0x40010000u
#define SYSCFG_MEMRMP 0x00
#define SYSCFG_SIZE   0x28
#define MEMRMP_MASK   0x107u
#define MEMRMP_FB     BIT(8)

/* DS10198 6.3.7 and 6.3.8: start-up times, upper ends */
#define MSI_START_US  4
#define HSI_START_US  2
#define PLL_LOCK_US   40
#define LSI_START_US  130
#define HSI_HZ	      16000000u
#define HCLK_MAX_HZ   80000000u
#define HCLK_MAX_VOS2 26000000u

enum sysclk { SYSCLK_MSI, SYSCLK_HSI, SYSCLK_HSE, SYSCLK_PLL };

struct vrcc {
	struct mcu *mcu;
	u32 cr, icscr, cfgr, pllcfgr, bdcr, csr;
	u32 regs[RCC_SIZE / 4]; /* those without a meaning of their own here */
	u32 rst[RCC_N_BUSES], enr[RCC_N_BUSES], smen[RCC_N_BUSES];
	u64 msi_rdy_ps, hsi_rdy_ps, pll_rdy_ps, lsi_rdy_ps;
	u64 synced_ps;
	u32 pwr[PWR_SIZE / 4];
	u64 vosf_ps;
	u32 syscfg[SYSCFG_SIZE / 4];
	struct sim_event ev_switch;
};

/* offset of each bus's register from AHB1's */
static const u8 bus_offset[RCC_N_BUSES] = {
	[RCC_AHB1] = 0x00,   [RCC_AHB2] = 0x04,	  [RCC_AHB3] = 0x08,
	[RCC_APB1_1] = 0x10, [RCC_APB1_2] = 0x14, [RCC_APB2] = 0x18,
};

/* MSIRANGE 0 ... 11: RM0351 6.4.1 */
static const u32 msi_hz[] = { 100000,  200000,	400000,	  800000,   1000000,  2000000,
			      4000000, 8000000, 16000000, 24000000, 32000000, 48000000 };

#define OPTR_WWDG_SW BIT(19) /* 0: the hardware opens the gate of the WWDG */
#define WWDGEN	     BIT(11) /* APB1ENR1: cannot be cleared by software (RM0351 6.4.19) */

static u32 msi_freq(const struct vrcc *r)
{
	u32 range = r->cr & CR_MSIRGSEL ? FIELD_GET(CR_MSIRANGE, r->cr)
					: FIELD_GET(CSR_MSISRANGE, r->csr);

	return msi_hz[min(range, (u32)ARRAY_SIZE(msi_hz) - 1)];
}

static u32 pll_freq(const struct vrcc *r)
{
	u32 n = FIELD_GET(PLLCFGR_N, r->pllcfgr);
	u32 m = FIELD_GET(PLLCFGR_M, r->pllcfgr) + 1;
	u32 rdiv = 2 * (FIELD_GET(PLLCFGR_R, r->pllcfgr) + 1);
	u64 in;

	switch (FIELD_GET(PLLCFGR_SRC, r->pllcfgr)) {
	case 1:
		in = msi_freq(r);
		break;
	case 2:
		in = HSI_HZ;
		break;
	default: /* none, or an HSE that no board of ours has */
		return 0;
	}
	return (u32)(in * n / m / rdiv);
}

static bool pll_source_ready(const struct vrcc *r, u64 t)
{
	u32 src = FIELD_GET(PLLCFGR_SRC, r->pllcfgr);

	return (src == 1 && (r->cr & CR_MSION) && t >= r->msi_rdy_ps) ||
	       (src == 2 && (r->cr & CR_HSION) && t >= r->hsi_rdy_ps);
}

/* when is @src ready; SIM_NEVER: not switched on */
static u64 source_ready_ps(const struct vrcc *r, enum sysclk src)
{
	switch (src) {
	case SYSCLK_MSI:
		return r->cr & CR_MSION ? r->msi_rdy_ps : SIM_NEVER;
	case SYSCLK_HSI:
		return r->cr & CR_HSION ? r->hsi_rdy_ps : SIM_NEVER;
	case SYSCLK_PLL:
		return r->cr & CR_PLLON ? r->pll_rdy_ps : SIM_NEVER;
	case SYSCLK_HSE:
		break; /* no crystal on the virtual boards: HSERDY never comes */
	}
	return SIM_NEVER;
}

static enum sysclk sysclk(const struct vrcc *r)
{
	return (enum sysclk)FIELD_GET(CFGR_SWS, r->cfgr);
}

static bool sysclk_uses(const struct vrcc *r, enum sysclk src)
{
	u32 pllsrc = FIELD_GET(PLLCFGR_SRC, r->pllcfgr);

	if (sysclk(r) == src)
		return true;
	return sysclk(r) == SYSCLK_PLL &&
	       ((src == SYSCLK_MSI && pllsrc == 1) || (src == SYSCLK_HSI && pllsrc == 2));
}

static unsigned int hpre_shift(u32 code)
{
	static const u8 shift[8] = { 1, 2, 3, 4, 6, 7, 8, 9 };

	return code & 8 ? shift[code & 7] : 0;
}

static unsigned int ppre_shift(u32 code)
{
	return code & 4 ? (code & 3) + 1 : 0;
}

/* what depends on HCLK has been brought forward to @t by the caller */
static void set_hclk(struct vrcc *r)
{
	u32 hz = 0;

	switch (sysclk(r)) {
	case SYSCLK_MSI:
		hz = msi_freq(r);
		break;
	case SYSCLK_HSI:
		hz = HSI_HZ;
		break;
	case SYSCLK_PLL:
		hz = r->pllcfgr & PLLCFGR_REN ? pll_freq(r) : 0;
		break;
	case SYSCLK_HSE:
		break;
	}
	hz >>= hpre_shift(FIELD_GET(CFGR_HPRE, r->cfgr));
	if (!hz) /* SYSCLK without a clock: a real part would be dead; ours crawls so that it shows */
		hz = 1000;
	r->mcu->hclk_hz = hz;
	r->mcu->hclk_ps = PS_PER_S / hz;
	if (hz > HCLK_MAX_HZ || (vrcc_voltage_range(r) == 2 && hz > HCLK_MAX_VOS2))
		sim_complain(r->mcu->sim, "rcc", "HCLK of %u Hz is beyond voltage range %u", hz,
			     vrcc_voltage_range(r));
}

/* a clock changes at @t: bring what counts HCLK or PCLK forward first */
static void before_clock_change(struct vrcc *r, u64 t)
{
	if (r->mcu->dma)
		vdma_run_to(r->mcu->dma, t);
	if (r->mcu->wdg)
		vwdg_sync(r->mcu->wdg, t);
}

static void after_clock_change(struct vrcc *r, u64 t)
{
	set_hclk(r);
	if (r->mcu->dma)
		vdma_run_to(r->mcu->dma, t);
	if (r->mcu->wdg)
		vwdg_plan(r->mcu->wdg, t);
}

/* SWS follows SW once the source is ready */
static void rcc_sync(struct vrcc *r, u64 t)
{
	u32 sw = FIELD_GET(CFGR_SW, r->cfgr);
	u64 ready = source_ready_ps(r, (enum sysclk)sw);

	if (sw == FIELD_GET(CFGR_SWS, r->cfgr))
		return;
	if (ready > t) {
		sim_schedule(r->mcu->sim, &r->ev_switch, ready);
		return;
	}
	if (sw == SYSCLK_PLL && !(r->pllcfgr & PLLCFGR_REN))
		sim_complain(r->mcu->sim, "rcc", "SYSCLK switched to the PLL with PLLREN clear");
	before_clock_change(r, t);
	r->cfgr = (r->cfgr & ~CFGR_SWS) | FIELD_PREP(CFGR_SWS, sw);
	after_clock_change(r, t);
}

static void on_switch(void *arg, u64 now)
{
	rcc_sync(arg, now);
}

static u32 read_cr(const struct vrcc *r, u64 t)
{
	u32 v = r->cr;

	if ((v & CR_MSION) && t >= r->msi_rdy_ps)
		v |= CR_MSIRDY;
	if ((v & CR_HSION) && t >= r->hsi_rdy_ps)
		v |= CR_HSIRDY;
	if ((v & CR_PLLON) && t >= r->pll_rdy_ps)
		v |= CR_PLLRDY;
	if (v & CR_PLLSAI1ON)
		v |= CR_PLLSAI1ON << 1;
	if (v & CR_PLLSAI2ON)
		v |= CR_PLLSAI2ON << 1;
	return v;
}

/* MSIRANGE may change with the MSI off or ready, and names ranges 0 ... 11: RM0351 6.4.1 */
static void write_msirange(struct vrcc *r, u32 v, u64 t)
{
	u32 range = FIELD_GET(CR_MSIRANGE, v);

	if (range >= ARRAY_SIZE(msi_hz)) {
		sim_complain(r->mcu->sim, "rcc", "MSIRANGE %u does not exist", range);
		return;
	}
	if ((r->cr & CR_MSION) && t < r->msi_rdy_ps) {
		sim_complain(r->mcu->sim, "rcc", "MSIRANGE written while the MSI is not ready");
		return;
	}
	r->cr = (r->cr & ~CR_MSIRANGE) | (v & CR_MSIRANGE);
	r->msi_rdy_ps = max(r->msi_rdy_ps, t + MSI_START_US * PS_PER_US);
}

static void write_cr(struct vrcc *r, u32 v, u64 t)
{
	u32 old_msi = msi_freq(r);
	u32 keep = 0;

	if (!(v & CR_MSION) && sysclk_uses(r, SYSCLK_MSI))
		keep |= CR_MSION;
	if (!(v & CR_HSION) && sysclk_uses(r, SYSCLK_HSI))
		keep |= CR_HSION;
	if (!(v & CR_PLLON) && sysclk(r) == SYSCLK_PLL)
		keep |= CR_PLLON;
	if (keep)
		sim_complain(r->mcu->sim, "rcc",
			     "CR: source of SYSCLK cannot be switched off (0x%x)", keep);
	v |= keep;
	before_clock_change(r, t);
	if ((v & CR_MSIRANGE) != (r->cr & CR_MSIRANGE))
		write_msirange(r, v, t);
	v = (v & CR_WRITABLE & ~CR_MSIRANGE) | (r->cr & (CR_MSIRANGE | CR_MSIRGSEL | CR_CSSON));
	if ((v & ~r->cr) & CR_MSION)
		r->msi_rdy_ps = t + MSI_START_US * PS_PER_US;
	if ((v & ~r->cr) & CR_HSION)
		r->hsi_rdy_ps = t + HSI_START_US * PS_PER_US;
	if ((v & ~r->cr) & CR_PLLON) {
		u32 was = r->cr;

		r->cr = v; /* a source switched on by this very write counts, once it is ready */
		if (!pll_source_ready(r, t))
			sim_complain(r->mcu->sim, "rcc", "PLLON while its source is not ready");
		r->cr = was;
		r->pll_rdy_ps = pll_freq(r) ? t + PLL_LOCK_US * PS_PER_US : SIM_NEVER;
	}
	r->cr = v;
	if (msi_freq(r) != old_msi && sysclk_uses(r, SYSCLK_MSI))
		after_clock_change(r, t);
	rcc_sync(r, t);
}

static void write_pllcfgr(struct vrcc *r, u32 v)
{
	u32 n = FIELD_GET(PLLCFGR_N, v);
	u32 fixed = PLLCFGR_SRC | PLLCFGR_M | PLLCFGR_N | PLLCFGR_R;

	/* SRC, M, N and R are written with the PLL off only: RM0351 6.4.4 */
	if ((r->cr & CR_PLLON) && ((v ^ r->pllcfgr) & fixed)) {
		sim_complain(r->mcu->sim, "rcc", "PLLCFGR changed while the PLL is on");
		v = (v & ~fixed) | (r->pllcfgr & fixed);
	} else if (n < 8 || n > 86) {
		sim_complain(r->mcu->sim, "rcc", "PLLN of %u is outside 8 ... 86", n);
	}
	r->pllcfgr = v & PLLCFGR_MASK;
}

static void write_csr(struct vrcc *r, u32 v, u64 t)
{
	if ((v & CSR_LSION) && !(r->csr & CSR_LSION))
		r->lsi_rdy_ps = t + LSI_START_US * PS_PER_US;
	if (!(r->cr & CR_MSIRGSEL)) /* written with MSIRGSEL set only: RM0351 6.4.29 */
		v = (v & ~CSR_MSISRANGE) | (r->csr & CSR_MSISRANGE);
	r->csr = (r->csr & CSR_FLAGS) | (v & (CSR_LSION | CSR_MSISRANGE | CSR_RMVF));
	if (v & CSR_RMVF)
		r->csr &= ~CSR_FLAGS;
}

static void write_rst(struct vrcc *r, enum rcc_bus bus, u32 v)
{
	u32 changed;
	unsigned int bit;

	v &= r->mcu->kind->rcc[bus].rst_mask;
	changed = v ^ r->rst[bus];
	r->rst[bus] = v;
	for (; changed; changed &= changed - 1) {
		bit = (unsigned int)__builtin_ctz(changed);
		mcu_unit_reset_line(r->mcu, bus, bit, v & BIT(bit));
	}
}

/* which register of the three sets of six is at @offset */
static u32 *bus_reg(struct vrcc *r, u32 offset, enum rcc_bus *bus, char *set)
{
	static const u8 start[3] = { RCC_AHB1RST, RCC_AHB1EN, RCC_AHB1SM };
	static const char names[3] = { 'r', 'e', 's' };
	u32 *regs[3] = { r->rst, r->enr, r->smen };
	unsigned int i, b;

	for (i = 0; i < 3; i++) {
		for (b = 0; b < RCC_N_BUSES; b++) {
			if (offset == (u32)start[i] + bus_offset[b]) {
				*bus = (enum rcc_bus)b;
				*set = names[i];
				return &regs[i][b];
			}
		}
	}
	return NULL;
}

static void write_reg(struct vrcc *r, u32 offset, u32 v, u64 t)
{
	switch (offset) {
	case RCC_CR:
		write_cr(r, v, t);
		break;
	case RCC_ICSCR:
		r->icscr = (r->icscr & 0x00ff00ffu) | (v & 0x1f00ff00u);
		break;
	case RCC_CFGR:
		before_clock_change(r, t);
		r->cfgr = (v & CFGR_WRITABLE & ~CFGR_SWS) | (r->cfgr & CFGR_SWS);
		after_clock_change(r, t);
		rcc_sync(r, t);
		break;
	case RCC_PLLCFGR:
		write_pllcfgr(r, v);
		break;
	case RCC_BDCR:
		if (r->pwr[PWR_CR1 / 4] & CR1_DBP)
			r->bdcr = v & 0x0301833du;
		else
			sim_complain(r->mcu->sim, "rcc", "BDCR written with PWR_CR1.DBP clear");
		break;
	case RCC_CSR:
		write_csr(r, v, t);
		break;
	case RCC_CIFR:
	case RCC_CICR:
		break; /* no interrupt flags are kept: nothing takes them */
	default:
		r->regs[offset / 4] = v;
	}
}

static u32 read_reg(struct vrcc *r, u32 offset, u64 t)
{
	switch (offset) {
	case RCC_CR:
		return read_cr(r, t);
	case RCC_ICSCR:
		return r->icscr;
	case RCC_CFGR:
		return r->cfgr;
	case RCC_PLLCFGR:
		return r->pllcfgr;
	case RCC_BDCR:
		return r->bdcr;
	case RCC_CSR:
		return r->csr | ((r->csr & CSR_LSION) && t >= r->lsi_rdy_ps ? CSR_LSIRDY : 0);
	default:
		return r->regs[offset / 4];
	}
}

static enum bus_resp rcc_access(void *dev, struct bus_xact *x)
{
	struct vrcc *r = dev;
	u32 offset = x->offset & ~3u;
	enum rcc_bus bus;
	char set;
	u32 *reg;

	if (offset >= RCC_SIZE) {
		if (!x->write)
			x->data = 0;
		return BUS_OK;
	}
	rcc_sync(r, x->at_ps);
	reg = bus_reg(r, offset, &bus, &set);
	if (!x->write) {
		x->data = reg ? *reg : read_reg(r, offset, x->at_ps);
	} else if (!reg) {
		write_reg(r, offset, bus_merge(x, read_reg(r, offset, x->at_ps)), x->at_ps);
	} else if (set == 'r') {
		write_rst(r, bus, bus_merge(x, *reg));
	} else if (set == 'e') {
		u32 sticky = bus == RCC_APB1_1 ? *reg & WWDGEN : 0;

		before_clock_change(r, x->at_ps);
		*reg = (bus_merge(x, *reg) & r->mcu->kind->rcc[bus].enr_mask) | sticky;
		vdma_run_to(r->mcu->dma, x->at_ps);
	} else {
		*reg = bus_merge(x, *reg) & r->mcu->kind->rcc[bus].smen_reset;
	}
	return BUS_OK;
}

/* ---- PWR ---- */

static void write_vos(struct vrcc *r, u32 v, u64 t)
{
	u32 vos = FIELD_GET(CR1_VOS, v);

	if (vos == 0 || vos == 3) { /* forbidden by hardware: RM0351 5.4.1 */
		sim_complain(r->mcu->sim, "pwr", "CR1.VOS %u does not exist", vos);
		v = (v & ~CR1_VOS) | (r->pwr[PWR_CR1 / 4] & CR1_VOS);
	} else if (vos != FIELD_GET(CR1_VOS, r->pwr[PWR_CR1 / 4])) {
		r->vosf_ps = vos == 1 ? t + VOS_CHANGE_US * PS_PER_US : t;
	}
	r->pwr[PWR_CR1 / 4] = v;
	if (vos == 2 && r->mcu->hclk_hz > HCLK_MAX_VOS2)
		sim_complain(r->mcu->sim, "pwr", "voltage range 2 with HCLK at %u Hz",
			     r->mcu->hclk_hz);
}

static enum bus_resp pwr_access(void *dev, struct bus_xact *x)
{
	struct vrcc *r = dev;
	u32 offset = x->offset & ~3u;
	u32 *reg;

	if (offset >= PWR_SIZE) {
		if (!x->write)
			x->data = 0;
		return BUS_OK;
	}
	reg = &r->pwr[offset / 4];
	if (!x->write) {
		x->data = *reg;
		if (offset == PWR_SR2 && x->at_ps < r->vosf_ps)
			x->data |= SR2_VOSF;
		return BUS_OK;
	}
	switch (offset) {
	case PWR_CR1:
		write_vos(r, bus_merge(x, *reg) & CR1_MASK, x->at_ps);
		break;
	case PWR_CR2:
		*reg = bus_merge(x, *reg) & 0x6ffu;
		break;
	case PWR_CR3:
		*reg = bus_merge(x, *reg) & 0x851fu;
		break;
	case PWR_CR4:
		*reg = bus_merge(x, *reg) & 0x31fu;
		break;
	case PWR_SR1:
	case PWR_SR2:
		break;
	case PWR_SCR:
		r->pwr[PWR_SR1 / 4] &= ~(x->data & 0x11fu);
		break;
	default:
		if (offset >= PWR_PUCRA && offset <= PWR_PDCRH)
			*reg = bus_merge(x, *reg) & 0xffffu;
	}
	return BUS_OK;
}

/* ---- SYSCFG ---- */

static enum bus_resp syscfg_access(void *dev, struct bus_xact *x)
{
	struct vrcc *r = dev;
	u32 offset = x->offset & ~3u;
	u32 *reg;

	if (offset >= SYSCFG_SIZE) {
		if (!x->write)
			x->data = 0;
		return BUS_OK;
	}
	reg = &r->syscfg[offset / 4];
	if (!x->write) {
		x->data = *reg;
	} else {
		*reg = bus_merge(x, *reg);
		if (offset == SYSCFG_MEMRMP)
			*reg &= MEMRMP_MASK;
	}
	return BUS_OK;
}

static void syscfg_reset(struct vrcc *r)
{
	memset(r->syscfg, 0, sizeof(r->syscfg));
	r->syscfg[1] = 0x7c000001; /* CFGR1 */
}

static void pwr_reset(struct vrcc *r)
{
	memset(r->pwr, 0, sizeof(r->pwr));
	r->pwr[PWR_CR1 / 4] = CR1_RESET;
	r->pwr[PWR_CR3 / 4] = CR3_RESET;
	r->vosf_ps = 0;
}

static void on_syscfg_reset(void *dev, bool asserted)
{
	if (asserted)
		syscfg_reset(dev);
}

static void on_pwr_reset(void *dev, bool asserted)
{
	if (asserted)
		pwr_reset(dev);
}

/* ---- towards the others ---- */

/**
 * vrcc_enabled() - does the clock of a unit run
 * @r: RCC
 * @bus: enum rcc_bus, or RCC_ALWAYS
 * @bit: in its enable register
 */
bool vrcc_enabled(const struct vrcc *r, unsigned int bus, unsigned int bit)
{
	return bus == RCC_ALWAYS || (r->enr[bus] & BIT(bit));
}

/**
 * vrcc_held_in_reset() - is the unit's RSTR bit set
 * @r: RCC
 * @bus: enum rcc_bus, or RCC_ALWAYS
 * @bit: in its reset register
 */
bool vrcc_held_in_reset(const struct vrcc *r, unsigned int bus, unsigned int bit)
{
	return bus != RCC_ALWAYS && (r->rst[bus] & BIT(bit));
}

/**
 * vrcc_pclk1_hz() - clock of APB1
 * @r: RCC
 */
u32 vrcc_pclk1_hz(const struct vrcc *r)
{
	return max(r->mcu->hclk_hz >> ppre_shift(FIELD_GET(CFGR_PPRE1, r->cfgr)), 1u);
}

/**
 * vrcc_pclk_ps() - period of an APB clock
 * @r: RCC
 * @bus: RCC_APB2 or one of APB1's
 */
u64 vrcc_pclk_ps(const struct vrcc *r, unsigned int bus)
{
	u32 code =
		bus == RCC_APB2 ? FIELD_GET(CFGR_PPRE2, r->cfgr) : FIELD_GET(CFGR_PPRE1, r->cfgr);

	return r->mcu->hclk_ps << ppre_shift(code);
}

/**
 * vrcc_start_lsi() - the IWDG switches the LSI on, whatever LSION says
 * @r: RCC
 */
void vrcc_start_lsi(struct vrcc *r)
{
	if (!(r->csr & CSR_LSION))
		r->lsi_rdy_ps = sim_now_ps(r->mcu->sim) + LSI_START_US * PS_PER_US;
	r->csr |= CSR_LSION;
}

/**
 * vrcc_voltage_range() - 1 or 2
 * @r: RCC and PWR
 */
unsigned int vrcc_voltage_range(const struct vrcc *r)
{
	return FIELD_GET(CR1_VOS, r->pwr[PWR_CR1 / 4]);
}

/**
 * vrcc_mem_mode() - SYSCFG_MEMRMP.MEM_MODE: 0 flash, 1 system memory, 3 SRAM1, 6 QUADSPI at 0
 * @r: holds SYSCFG
 */
unsigned int vrcc_mem_mode(const struct vrcc *r)
{
	return r->syscfg[SYSCFG_MEMRMP / 4] & 7;
}

/**
 * vrcc_banks_swapped() - SYSCFG_MEMRMP.FB_MODE: bank 2 of the flash lies at 0x08000000
 * @r: holds SYSCFG
 */
bool vrcc_banks_swapped(const struct vrcc *r)
{
	return r->syscfg[SYSCFG_MEMRMP / 4] & MEMRMP_FB;
}

/**
 * vrcc_reset() - RCC, PWR and SYSCFG at a reset: MSI at 4 MHz, voltage range 1
 * @r: RCC
 * @kind: of reset
 * @flag: what caused it, a bit of RCC_CSR
 */
void vrcc_reset(struct vrcc *r, enum mcu_reset kind, u32 flag)
{
	u32 flags = kind == MCU_RESET_POR ? 0 : r->csr & CSR_FLAGS;
	u32 bdcr = kind == MCU_RESET_POR ? 0 : r->bdcr;
	unsigned int i;

	sim_cancel(r->mcu->sim, &r->ev_switch);
	r->cr = CR_RESET & CR_WRITABLE;
	r->msi_rdy_ps = r->hsi_rdy_ps = r->pll_rdy_ps = r->lsi_rdy_ps = 0;
	r->icscr = 0x10000000;
	r->cfgr = 0;
	r->pllcfgr = PLLCFGR_RESET;
	r->bdcr = bdcr;
	/* every system reset drives the NRST pin low: PINRSTF comes with all of them */
	r->csr = CSR_RESET | flags | flag | CSR_PINRSTF;
	memset(r->regs, 0, sizeof(r->regs));
	r->regs[0x10 / 4] = r->regs[0x14 / 4] = PLLCFGR_RESET; /* PLLSAI1CFGR, PLLSAI2CFGR */
	for (i = 0; i < RCC_N_BUSES; i++) {
		r->rst[i] = 0;
		r->enr[i] = r->mcu->kind->rcc[i].enr_reset;
		r->smen[i] = r->mcu->kind->rcc[i].smen_reset;
	}
	if (!(vflash_optr(r->mcu->flash) & OPTR_WWDG_SW))
		r->enr[RCC_APB1_1] |= WWDGEN;
	pwr_reset(r);
	syscfg_reset(r);
	set_hclk(r);
}

/**
 * vrcc_new() - RCC, PWR and SYSCFG; registers them on the bus
 * @mcu: their owner
 */
struct vrcc *vrcc_new(struct mcu *mcu)
{
	struct vrcc *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->mcu = mcu;
	r->ev_switch = (struct sim_event){ .at_ps = SIM_NEVER, .fn = on_switch, .arg = r };
	mcu_add_periph(mcu,
		       &(struct mcu_periph){ .slave = { "RCC", RCC_BASE, 0x400, rcc_access, r },
					     .bus = RCC_ALWAYS });
	mcu_add_periph(mcu,
		       &(struct mcu_periph){ .slave = { "PWR", PWR_BASE, 0x400, pwr_access, r },
					     .bus = RCC_APB1_1,
					     .bit = 28,
					     .is_apb = true,
					     .on_reset_line = true });
	mcu_add_periph(mcu, &(struct mcu_periph){
				    .slave = { "SYSCFG", SYSCFG_BASE, 0x400, syscfg_access, r },
				    .bus = RCC_APB2,
				    .bit = 0,
				    .is_apb = true,
				    .on_reset_line = true });
	mcu->unit_resets[mcu->n_unit_resets++] =
		(struct mcu_unit_reset){ RCC_APB1_1, 28, on_pwr_reset, r };
	mcu->unit_resets[mcu->n_unit_resets++] =
		(struct mcu_unit_reset){ RCC_APB2, 0, on_syscfg_reset, r };
	return r;
}

/**
 * vrcc_free() - NULL is allowed
 * @r: from vrcc_new()
 */
void vrcc_free(struct vrcc *r)
{
	if (r)
		sim_cancel(r->mcu->sim, &r->ev_switch);
	free(r);
}
