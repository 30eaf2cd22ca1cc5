// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The virtual STM32L476 or STM32L496: address decoder, SRAM, gates in front of the peripherals, and what the
 * debug port, the bench and the tests see of the part. Memory map: RM0351 2.2.2; gates: RM0351 6.2.
 */
#include "sim/mcu-priv.h"

#include "sim/mcu-app.h"
#include "sim/netlist.h"
#include "sim/vcortexm.h"
#include "sim/vcrc.h"
#include "sim/vdbgmcu.h"
#include "sim/vdma.h"
#include "sim/vflash.h"
#include "sim/vppb.h"
#include "sim/vrcc.h"
#include "sim/vwdg.h"

#include <stdlib.h>
#include <string.h>

#define QSPI_WINDOW 0x90000000u
#define ALIAS_END   0x08000000u
#define BBAND_SIZE  0x02000000u

/* wait states that an AHB-to-APB bridge adds, in PCLK: setup and access phase */
#define APB_BRIDGE_PCLK 2

/*
 * Units (RM0351 table 1) that have no model: name, base, size, enable register, bit. A die that has no
 * such bit has no such unit.
 */
static const struct {
	const char *name;
	u32 base, size;
	u8 bus, bit;
} other_units[] = {
	{ "TIM2", 0x40000000, 0x400, RCC_APB1_1, 0 },
	{ "TIM3", 0x40000400, 0x400, RCC_APB1_1, 1 },
	{ "TIM4", 0x40000800, 0x400, RCC_APB1_1, 2 },
	{ "TIM5", 0x40000c00, 0x400, RCC_APB1_1, 3 },
	{ "TIM6", 0x40001000, 0x400, RCC_APB1_1, 4 },
	{ "TIM7", 0x40001400, 0x400, RCC_APB1_1, 5 },
	{ "LCD", 0x40002400, 0x400, RCC_APB1_1, 9 },
	{ "RTC", 0x40002800, 0x400, RCC_ALWAYS, 0 },
	{ "SPI2", 0x40003800, 0x400, RCC_APB1_1, 14 },
	{ "SPI3", 0x40003c00, 0x400, RCC_APB1_1, 15 },
	{ "USART2", 0x40004400, 0x400, RCC_APB1_1, 17 },
	{ "USART3", 0x40004800, 0x400, RCC_APB1_1, 18 },
	{ "UART4", 0x40004c00, 0x400, RCC_APB1_1, 19 },
	{ "UART5", 0x40005000, 0x400, RCC_APB1_1, 20 },
	{ "I2C1", 0x40005400, 0x400, RCC_APB1_1, 21 },
	{ "I2C2", 0x40005800, 0x400, RCC_APB1_1, 22 },
	{ "I2C3", 0x40005c00, 0x400, RCC_APB1_1, 23 },
	{ "CAN1", 0x40006400, 0x400, RCC_APB1_1, 25 },
	{ "DAC1", 0x40007400, 0x400, RCC_APB1_1, 29 },
	{ "OPAMP", 0x40007800, 0x400, RCC_APB1_1, 30 },
	{ "LPTIM1", 0x40007c00, 0x400, RCC_APB1_1, 31 },
	{ "LPUART1", 0x40008000, 0x400, RCC_APB1_2, 0 },
	{ "SWPMI1", 0x40008800, 0x400, RCC_APB1_2, 2 },
	{ "CRS", 0x40006000, 0x400, RCC_APB1_1, 24 },
	{ "CAN2", 0x40006800, 0x400, RCC_APB1_1, 26 },
	{ "I2C4", 0x40008400, 0x400, RCC_APB1_2, 1 },
	{ "LPTIM2", 0x40009400, 0x400, RCC_APB1_2, 5 },
	{ "VREFBUF", 0x40010030, 0x1d0, RCC_APB2, 0 },
	{ "COMP", 0x40010200, 0x200, RCC_APB2, 0 },
	{ "EXTI", 0x40010400, 0x400, RCC_ALWAYS, 0 },
	{ "FIREWALL", 0x40011c00, 0x400, RCC_APB2, 7 },
	{ "SDMMC1", 0x40012800, 0x400, RCC_APB2, 10 },
	{ "TIM1", 0x40012c00, 0x400, RCC_APB2, 11 },
	{ "SPI1", 0x40013000, 0x400, RCC_APB2, 12 },
	{ "TIM8", 0x40013400, 0x400, RCC_APB2, 13 },
	{ "USART1", 0x40013800, 0x400, RCC_APB2, 14 },
	{ "TIM15", 0x40014000, 0x400, RCC_APB2, 16 },
	{ "TIM16", 0x40014400, 0x400, RCC_APB2, 17 },
	{ "TIM17", 0x40014800, 0x400, RCC_APB2, 18 },
	{ "SAI1", 0x40015400, 0x400, RCC_APB2, 21 },
	{ "SAI2", 0x40015800, 0x400, RCC_APB2, 22 },
	{ "DFSDM1", 0x40016000, 0x800, RCC_APB2, 24 },
	{ "TSC", 0x40024000, 0x400, RCC_AHB1, 16 },
	{ "DMA2D", 0x4002b000, 0x400, RCC_AHB1, 17 },
	{ "DCMI", 0x50050000, 0x400, RCC_AHB2, 14 },
	{ "OTG_FS", 0x50000000, 0x40000, RCC_AHB2, 12 },
	{ "RNG", 0x50060800, 0x400, RCC_AHB2, 18 },
};

/* ---- slaves ---- */

/* bus and bit of a unit that models outside this file ask about */
static void unit_gate(enum mcu_unit unit, u8 *bus, u8 *bit)
{
	switch (unit) {
	case MCU_UNIT_QSPI:
		*bus = RCC_AHB3;
		*bit = 8;
		break;
	case MCU_UNIT_DMA1:
		*bus = RCC_AHB1;
		*bit = 0;
		break;
	case MCU_UNIT_DMA2:
		*bus = RCC_AHB1;
		*bit = 1;
		break;
	case MCU_UNIT_CRC:
		*bus = RCC_AHB1;
		*bit = 12;
		break;
	default: /* GPIOA ... GPIOI */
		*bus = RCC_AHB2;
		*bit = (u8)(unit - MCU_UNIT_GPIOA);
		break;
	}
}

/**
 * mcu_add_slave() - put a model of another file on the bus
 * @mcu: the part
 * @slave: copied; x->offset counts from its base
 */
void mcu_add_slave(struct mcu *mcu, const struct bus_slave *slave)
{
	if (mcu->n_slaves == MCU_MAX_SLAVES)
		abort();
	mcu->slaves[mcu->n_slaves++] = *slave;
}

/**
 * mcu_add_periph() - put a peripheral behind its RCC gate on the bus
 * @mcu: the part
 * @p: copied
 */
void mcu_add_periph(struct mcu *mcu, const struct mcu_periph *p)
{
	if (mcu->n_periphs == MCU_MAX_PERIPHS)
		abort();
	mcu->periphs[mcu->n_periphs++] = *p;
}

/**
 * mcu_add_run() - addresses whose slave knows runs
 * @mcu: the part
 * @base: the first of them
 * @size: how many
 * @fn: begins a run there
 * @dev: for @fn
 */
void mcu_add_run(struct mcu *mcu, u32 base, u32 size, bus_run_fn fn, void *dev)
{
	if (mcu->n_runs == MCU_MAX_RUNS)
		abort();
	mcu->runs[mcu->n_runs].base = base;
	mcu->runs[mcu->n_runs].size = size;
	mcu->runs[mcu->n_runs].fn = fn;
	mcu->runs[mcu->n_runs++].dev = dev;
}

/**
 * mcu_add_reset() - be called at every reset
 * @mcu: the part
 * @fn: called with the kind of reset when it begins
 * @dev: for @fn
 */
void mcu_add_reset(struct mcu *mcu, void (*fn)(void *dev, enum mcu_reset kind), void *dev)
{
	if (mcu->n_reset_hooks == MCU_MAX_HOOKS)
		abort();
	mcu->reset_hooks[mcu->n_reset_hooks].fn = fn;
	mcu->reset_hooks[mcu->n_reset_hooks++].dev = dev;
}

/**
 * mcu_add_unit_reset() - be called when a unit's RSTR bit changes
 * @mcu: the part
 * @unit: which
 * @fn: called with the new level
 * @dev: for @fn
 */
void mcu_add_unit_reset(struct mcu *mcu, enum mcu_unit unit, void (*fn)(void *dev, bool asserted),
			void *dev)
{
	struct mcu_unit_reset *r;

	if (mcu->n_unit_resets == MCU_MAX_HOOKS)
		abort();
	r = &mcu->unit_resets[mcu->n_unit_resets++];
	unit_gate(unit, &r->bus, &r->bit);
	r->fn = fn;
	r->dev = dev;
}

/**
 * mcu_unit_reset_line() - RCC: an RSTR bit changed
 * @mcu: the part
 * @bus: which register
 * @bit: which bit
 * @asserted: its new level
 */
void mcu_unit_reset_line(struct mcu *mcu, enum rcc_bus bus, unsigned int bit, bool asserted)
{
	unsigned int i;

	for (i = 0; i < mcu->n_unit_resets; i++)
		if (mcu->unit_resets[i].bus == bus && mcu->unit_resets[i].bit == bit)
			mcu->unit_resets[i].fn(mcu->unit_resets[i].dev, asserted);
}

/**
 * mcu_unit_clocked() - is the RCC enable bit of a unit set
 * @mcu: the part
 * @unit: which
 */
bool mcu_unit_clocked(const struct mcu *mcu, enum mcu_unit unit)
{
	u8 bus, bit;

	unit_gate(unit, &bus, &bit);
	return vrcc_enabled(mcu->rcc, bus, bit);
}

/**
 * mcu_set_dma_request() - level of a DMA request line
 * @mcu: the part
 * @unit: MCU_UNIT_QSPI; nothing else has one
 * @level: true asks for a transfer, and for more until it falls
 */
void mcu_set_dma_request(struct mcu *mcu, enum mcu_unit unit, bool level)
{
	if (unit == MCU_UNIT_QSPI)
		vdma_set_request(mcu->dma, DMA_LINE_QUADSPI, level);
}

/* ---- bus ---- */

static enum bus_resp no_model_access(void *dev, struct bus_xact *x)
{
	struct mcu *mcu = dev;

	sim_complain(mcu->sim, "bus", "unit at 0x%08x is not modelled: it reads 0", x->addr);
	if (!x->write)
		x->data = 0;
	return BUS_OK;
}

static enum bus_resp unmapped(struct mcu *mcu, struct bus_xact *x)
{
	if (!x->write)
		x->data = 0;
	return BUS_ERROR;
}

static enum bus_resp sram_access(struct mcu *mcu, struct bus_xact *x, u8 *mem, u32 size, u32 base)
{
	u32 offset = x->addr - base;

	if (offset >= size || x->size > size - offset)
		return unmapped(mcu, x);
	bus_mem(x, mem + offset);
	if (x->write)
		vcortexm_memory_changed(
			mcu->core, (mem == mcu->sram1 ? SRAM1_BASE : SRAM2_BASE) + offset, x->size);
	return BUS_OK;
}

/* SRAM2 follows SRAM1 on the dies that have it there, too */
static bool in_sram2_alias(const struct mcu *mcu, u32 addr)
{
	return mcu->kind->sram2_alias && addr - mcu->kind->sram2_alias < mcu->kind->sram2_size;
}

/* RDP level 1: SRAM2 is closed to the debugger (RM0351 3.5.1) */
static enum bus_resp sram2_access(struct mcu *mcu, struct bus_xact *x, u32 base)
{
	if (x->master == BUS_DAP && vflash_rdp_level(mcu->flash))
		return unmapped(mcu, x);
	return sram_access(mcu, x, mcu->sram2, mcu->kind->sram2_size, base);
}

static enum bus_resp gate_access(struct mcu *mcu, const struct mcu_periph *p, struct bus_xact *x)
{
	const char *why = NULL;

	if (p->is_apb)
		x->done_ps += APB_BRIDGE_PCLK * vrcc_pclk_ps(mcu->rcc, p->bus);
	if (!vrcc_enabled(mcu->rcc, p->bus, p->bit))
		why = "has no clock";
	else if (p->on_reset_line && vrcc_held_in_reset(mcu->rcc, p->bus, p->bit))
		why = "is held in reset by RCC";
	if (why) {
		sim_complain(mcu->sim, "bus", "%s at 0x%08x: %s %s", x->write ? "write" : "read",
			     x->addr, p->slave.name, why);
		if (!x->write)
			x->data = 0;
		return BUS_OK;
	}
	x->offset = x->addr - p->slave.base;
	return p->slave.access(p->slave.dev, x);
}

static enum bus_resp periph_access(struct mcu *mcu, struct bus_xact *x)
{
	const struct mcu_periph *p = &mcu->periphs[mcu->last_periph];
	unsigned int i;

	if (x->addr - p->slave.base < p->slave.size)
		return gate_access(mcu, p, x);
	for (i = 0; i < mcu->n_periphs; i++) {
		p = &mcu->periphs[i];
		if (x->addr - p->slave.base < p->slave.size) {
			mcu->last_periph = i;
			return gate_access(mcu, p, x);
		}
	}
	return BUS_ERROR;
}

static enum bus_resp slave_access(struct mcu *mcu, struct bus_xact *x)
{
	const struct bus_slave *s = &mcu->slaves[mcu->last_slave];
	unsigned int i;

	if (mcu->n_slaves && x->addr - s->base < s->size) {
		x->offset = x->addr - s->base;
		return s->access(s->dev, x);
	}
	for (i = 0; i < mcu->n_slaves; i++) {
		s = &mcu->slaves[i];
		if (x->addr - s->base < s->size) {
			mcu->last_slave = i;
			x->offset = x->addr - s->base;
			return s->access(s->dev, x);
		}
	}
	return unmapped(mcu, x);
}

/*
 * One bit of the word behind a bit-band alias; the write reads the word first: DDI 0439 3.7. The
 * alias is the processor's own: other masters find nothing there.
 */
static enum bus_resp bitband_access(struct mcu *mcu, struct bus_xact *x, u32 region)
{
	u32 offset = x->addr - (region + BBAND_SIZE);
	struct bus_xact b = *x;
	unsigned int bit = offset / 4 % 32;
	enum bus_resp resp;
	u32 v = bus_lane_get(x);

	b.addr = region + offset / 128 * 4;
	b.size = 4;
	b.write = false;
	resp = mcu_bus_access(mcu, &b);
	if (resp == BUS_OK && x->write) {
		b.data = (b.data & ~BIT(bit)) | (v & 1) << bit;
		b.write = true;
		resp = mcu_bus_access(mcu, &b);
	} else if (resp == BUS_OK) {
		bus_lane_put(x, b.data >> bit & 1);
	}
	x->done_ps = b.done_ps;
	return resp;
}

/* what SYSCFG_MEMRMP puts at address 0: RM0351 9.2.1 */
static bool alias_target(const struct mcu *mcu, u32 addr, u32 *target)
{
	switch (vrcc_mem_mode(mcu->rcc)) {
	case 0:
		*target = FLASH_BASE + addr;
		return true;
	case 1:
		*target = SYSMEM_BASE + addr;
		return addr < 0x7000;
	case 3:
		*target = SRAM1_BASE + addr;
		return addr < mcu->kind->sram1_size;
	case 6:
		*target = QSPI_WINDOW + addr;
		return true;
	default:
		return false;
	}
}

static enum bus_resp alias_access(struct mcu *mcu, struct bus_xact *x)
{
	struct bus_xact a = *x;
	enum bus_resp resp;

	if (!alias_target(mcu, x->addr, &a.addr))
		return unmapped(mcu, x);
	resp = mcu_bus_access(mcu, &a);
	x->data = a.data;
	x->done_ps = a.done_ps;
	return resp;
}

/**
 * mcu_bus_access() - one transfer of any master
 * @mcu: the part
 * @x: transfer; done_ps starts at at_ps, slaves add their stalls
 */
enum bus_resp mcu_bus_access(struct mcu *mcu, struct bus_xact *x)
{
	if (x->addr & (x->size - 1u)) {
		sim_complain(mcu->sim, "bus", "unaligned %u-byte access to 0x%08x", x->size,
			     x->addr);
		return unmapped(mcu, x);
	}
	switch (x->addr >> 28) {
	case 0x0:
		if (x->addr < ALIAS_END)
			return alias_access(mcu, x);
		x->offset = x->addr - FLASH_BASE;
		return vflash_main_access(mcu->flash, x);
	case 0x1:
		if (x->addr >= SYSMEM_BASE)
			return vflash_info_access(mcu->flash, x);
		return sram2_access(mcu, x, SRAM2_BASE);
	case 0x2:
		if (x->master != BUS_DMA && x->addr - SRAM1_BBAND < BBAND_SIZE)
			return bitband_access(mcu, x, SRAM1_BASE);
		if (in_sram2_alias(mcu, x->addr))
			return sram2_access(mcu, x, mcu->kind->sram2_alias);
		return sram_access(mcu, x, mcu->sram1, mcu->kind->sram1_size, SRAM1_BASE);
	case 0x4:
	case 0x5:
		if (x->master != BUS_DMA && x->addr - PERIPH_BBAND < BBAND_SIZE)
			return bitband_access(mcu, x, PERIPH_BASE);
		if (periph_access(mcu, x) == BUS_OK)
			return BUS_OK;
		return slave_access(mcu, x);
	case 0xe:
		if (x->addr < PPB_END && x->master != BUS_DMA)
			return vcortexm_access(mcu->core, x);
		return unmapped(mcu, x);
	default:
		return slave_access(mcu, x);
	}
}

/* ---- runs ---- */

static u64 sram_item(struct bus_run *r, u64 at_ps, u32 *v)
{
	if (r->write)
		mem_put(r->mem + r->at, r->size, *v);
	else
		*v = mem_get(r->mem + r->at, r->size);
	r->at += r->step;
	return at_ps;
}

static void sram_run_end(struct bus_run *r, u32 n_done)
{
	struct mcu *mcu = r->dev;
	u32 base = r->mem == mcu->sram1 ? SRAM1_BASE : SRAM2_BASE, len = n_done * r->step;

	if (r->write && n_done)
		vcortexm_memory_changed(mcu->core, base + r->at - len, max(len, (u32)r->size));
}

static bool sram_run(struct mcu *mcu, struct bus_run *r, u8 *mem, u32 size, u32 base)
{
	u32 offset = r->addr - base;

	if (offset >= size)
		return false;
	if (r->step)
		r->n = min(r->n, (size - offset) / r->step);
	r->item = sram_item;
	r->end = sram_run_end;
	r->dev = mcu;
	r->mem = mem;
	r->at = offset;
	return true;
}

/**
 * mcu_bus_run() - begin transfers in a row
 * @mcu: the part
 * @r: run of the DMA (what others find at an address may differ); @n comes back as the number that is
 *     sure to go well
 *
 * Return: false if they have to be made one by one. Else r->end() is called before anything else is
 * done on the bus.
 */
bool mcu_bus_run(struct mcu *mcu, struct bus_run *r)
{
	unsigned int i;

	for (i = 0; i < mcu->n_runs; i++)
		if (r->addr - mcu->runs[i].base < mcu->runs[i].size)
			return mcu->runs[i].fn(mcu->runs[i].dev, r);
	if (in_sram2_alias(mcu, r->addr))
		return sram_run(mcu, r, mcu->sram2, mcu->kind->sram2_size, mcu->kind->sram2_alias);
	switch (r->addr >> 28) {
	case 0x0:
		return r->addr >= ALIAS_END && vflash_main_run(mcu->flash, r);
	case 0x1:
		return sram_run(mcu, r, mcu->sram2, mcu->kind->sram2_size, SRAM2_BASE);
	case 0x2:
		return sram_run(mcu, r, mcu->sram1, mcu->kind->sram1_size, SRAM1_BASE);
	default:
		return false;
	}
}

/**
 * mcu_plan() - when is the next thing due that an access must not overtake
 * @mcu: the part
 */
void mcu_plan(struct mcu *mcu)
{
	mcu->catch_up_ps = min(mcu->reset_end_ps, mcu->dma_ps);
}

/**
 * mcu_catch_up_to() - let happen what falls before an access
 * @mcu: the part
 * @t: time of the access
 */
void mcu_catch_up_to(struct mcu *mcu, u64 t)
{
	if (mcu->reset_end_ps <= t)
		mcu_finish_reset(mcu, mcu->reset_end_ps);
	if (mcu->dma_ps <= t)
		vdma_run_to(mcu->dma, t);
}

/**
 * mcu_ap_access() - a transfer of the AHB-AP
 * @mcu: the part
 * @x: transfer; x->at_ps is bus time
 *
 * While the system is in reset the private peripheral bus answers (the debug unit is reset by
 * power-on only), the rest of the bus does not. In Stop mode without DBG_STOP the transfer hangs.
 */
enum bus_resp mcu_ap_access(struct mcu *mcu, struct bus_xact *x)
{
	enum bus_resp resp;

	mcu->sim->stats.bus_accesses++;
	x->done_ps = x->at_ps;
	if (!mcu->powered || !mcu_debug_enabled(mcu))
		return BUS_ERROR;
	vcortexm_run_before(mcu->core, x);
	if (mcu->catch_up_ps <= x->at_ps)
		mcu_catch_up_to(mcu, x->at_ps);
	if (!mcu_ap_clocked(mcu)) {
		x->done_ps = SIM_NEVER;
		return BUS_OK;
	}
	if (mcu->in_reset && (x->addr < PPB_BASE || x->addr >= PPB_END))
		resp = BUS_ERROR;
	else
		resp = mcu_bus_access(mcu, x);
	if (x->done_ps != SIM_NEVER)
		x->done_ps += mcu->hclk_ps;
	return resp;
}

static bool sram_at(struct mcu *mcu, u32 addr, u8 **p)
{
	if (addr >= SRAM1_BASE && addr - SRAM1_BASE < mcu->kind->sram1_size)
		*p = mcu->sram1 + (addr - SRAM1_BASE);
	else if (addr >= SRAM2_BASE && addr - SRAM2_BASE < mcu->kind->sram2_size)
		*p = mcu->sram2 + (addr - SRAM2_BASE);
	else if (in_sram2_alias(mcu, addr))
		*p = mcu->sram2 + (addr - mcu->kind->sram2_alias);
	else
		return false;
	return true;
}

static void sram_changed(struct mcu *mcu)
{
	vcortexm_memory_changed(mcu->core, SRAM1_BASE, mcu->kind->sram1_size);
	vcortexm_memory_changed(mcu->core, SRAM2_BASE, mcu->kind->sram2_size);
}

/**
 * mcu_peek32() - a word of memory, with no time passing and no side effect
 * @mcu: the part
 * @addr: bus address, word-aligned
 * @val: the word
 *
 * Return: false where no memory is.
 */
bool mcu_peek32(struct mcu *mcu, u32 addr, u32 *val)
{
	u8 *p;

	if (addr < ALIAS_END && !alias_target(mcu, addr, &addr))
		return false;
	if (sram_at(mcu, addr, &p)) {
		*val = get_le32(p);
		return true;
	}
	return vflash_peek32(mcu->flash, addr, val);
}

/* ---- what others see ---- */

/**
 * mcu_hclk_hz() - HCLK now
 * @mcu: the part
 */
u32 mcu_hclk_hz(const struct mcu *mcu)
{
	return mcu->hclk_hz;
}

/**
 * mcu_is_powered() - is VDD there
 * @mcu: the part
 */
bool mcu_is_powered(const struct mcu *mcu)
{
	return mcu->powered;
}

/**
 * mcu_debug_enabled() - false at RDP level 2
 * @mcu: the part
 */
bool mcu_debug_enabled(const struct mcu *mcu)
{
	return vflash_rdp_level(mcu->flash) != 2;
}

/**
 * mcu_ap_clocked() - does the AP have its HCLK: not without power, not in Stop without DBG_STOP
 * @mcu: the part
 */
bool mcu_ap_clocked(const struct mcu *mcu)
{
	return mcu->powered && (vcortexm_state(mcu->core) != CORE_STOP || vdbgmcu_stop(mcu->dbg));
}

/**
 * mcu_ap_reads_rubbish() - Sleep mode without DBG_SLEEP
 * @mcu: the part
 */
bool mcu_ap_reads_rubbish(const struct mcu *mcu)
{
	return vcortexm_state(mcu->core) == CORE_SLEEP && !vdbgmcu_sleep(mcu->dbg);
}

/**
 * mcu_core_halted() - is the core in debug state
 * @mcu: the part
 */
bool mcu_core_halted(const struct mcu *mcu)
{
	return vcortexm_state(mcu->core) == CORE_HALTED;
}

/**
 * mcu_set_sleep() - the application executes WFI now, or is woken
 * @mcu: the part
 * @how: awake, Sleep mode or Stop mode; nothing happens to a halted core
 */
void mcu_set_sleep(struct mcu *mcu, enum mcu_sleep how)
{
	static const enum core_state state[] = { CORE_RUN, CORE_SLEEP, CORE_STOP };

	vcortexm_sleep(mcu->core, state[how], sim_now_ps(mcu->sim));
}

/**
 * mcu_flash() - contents of main flash, finished operations included
 * @mcu: the part
 * @size: its size in bytes
 */
u8 *mcu_flash(struct mcu *mcu, size_t *size)
{
	vcortexm_run_to(mcu->core, sim_now_ps(mcu->sim));
	vdma_run_to(mcu->dma, sim_now_ps(mcu->sim));
	return vflash_data(mcu->flash, size);
}

/**
 * mcu_sram() - contents of SRAM from an address on, with what DMA has done by now
 * @mcu: the part
 * @addr: in SRAM1 or SRAM2
 *
 * Return: NULL if no SRAM is there.
 */
u8 *mcu_sram(struct mcu *mcu, u32 addr)
{
	u8 *p;

	vcortexm_run_to(mcu->core, sim_now_ps(mcu->sim));
	vdma_run_to(mcu->dma, sim_now_ps(mcu->sim));
	if (!sram_at(mcu, addr, &p))
		return NULL;
	sram_changed(mcu); /* the caller may write */
	return p;
}

/**
 * mcu_itm_text() - what software wrote to the ITM's stimulus ports since power-on
 * @mcu: the part
 * @len: in bytes; the first 4096 are kept
 */
const char *mcu_itm_text(struct mcu *mcu, size_t *len)
{
	vcortexm_run_to(mcu->core, sim_now_ps(mcu->sim));
	return vppb_itm_text(vcortexm_ppb(mcu->core), len);
}

/**
 * mcu_executes() - does the core execute code, or only pretend to
 * @mcu: the part
 */
bool mcu_executes(struct mcu *mcu)
{
	return vcortexm_executes(mcu->core);
}

/**
 * mcu_set_optr() - option bytes as if loaded at power-on
 * @mcu: the part
 * @optr: FLASH_OPTR
 */
void mcu_set_optr(struct mcu *mcu, u32 optr)
{
	vflash_set_optr(mcu->flash, optr);
}

/**
 * mcu_set_wrp() - a write-protection area as if loaded at power-on
 * @mcu: the part
 * @bank: 1 or 2
 * @area: 'A' or 'B'
 * @first: first page
 * @last: last page; below @first: none
 */
void mcu_set_wrp(struct mcu *mcu, unsigned int bank, char area, u8 first, u8 last)
{
	vflash_set_wrp(mcu->flash, bank, area, first, last);
}

/**
 * mcu_erase_sram2() - by an RDP regression, or at a reset with OPTR.SRAM2_RST 0 (RM0351 3.5.1, 3.4.1)
 * @mcu: the part
 */
void mcu_erase_sram2(struct mcu *mcu)
{
	memset(mcu->sram2, 0, sizeof(mcu->sram2));
	vcortexm_memory_changed(mcu->core, SRAM2_BASE, mcu->kind->sram2_size);
}

static bool is_on_die(const struct mcu *mcu, u8 bus, u8 bit)
{
	return bus == RCC_ALWAYS || mcu->kind->rcc[bus].enr_mask & BIT(bit);
}

static bool add_models(struct mcu *mcu)
{
	unsigned int i;

	mcu->rcc = vrcc_new(mcu);
	mcu->core = vcortexm_new(mcu);
	mcu->dbg = vdbgmcu_new(mcu);
	mcu->flash = vflash_new(mcu);
	if (!mcu->rcc || !mcu->core || !mcu->dbg || !mcu->flash)
		return false;
	mcu->dma = vdma_new(mcu);
	mcu->crc = vcrc_new(mcu);
	mcu->wdg = vwdg_new(mcu);
	mcu->app = mcu_app_new(mcu);
	if (!mcu->dma || !mcu->crc || !mcu->wdg || !mcu->app)
		return false;
	for (i = 0; i < ARRAY_SIZE(other_units); i++)
		if (is_on_die(mcu, other_units[i].bus, other_units[i].bit))
			mcu_add_periph(
				mcu, &(struct mcu_periph){
					     .slave = { other_units[i].name, other_units[i].base,
							other_units[i].size, no_model_access, mcu },
					     .bus = other_units[i].bus,
					     .bit = other_units[i].bit,
					     .is_apb = other_units[i].bus >= RCC_APB1_1 });
	return true;
}

/**
 * mcu_new() - a part on a board that has been powered for long (unless faults say otherwise)
 * @sim: the bench; options and faults are read here
 *
 * Return: NULL without memory.
 */
struct mcu *mcu_new(struct sim *sim)
{
	struct mcu *mcu = calloc(1, sizeof(*mcu));

	if (!mcu)
		return NULL;
	mcu->sim = sim;
	mcu->kind = mcu_kind(netlist_board_mcu(sim->opts.board));
	mcu->reset_end_ps = mcu->dma_ps = mcu->catch_up_ps = SIM_NEVER;
	mcu_reset_init(mcu);
	if (!add_models(mcu)) {
		mcu_free(mcu);
		return NULL;
	}
	mcu_first_power_on(mcu);
	return mcu;
}

/**
 * mcu_free() - NULL is allowed
 * @mcu: from mcu_new()
 */
void mcu_free(struct mcu *mcu)
{
	if (!mcu)
		return;
	mcu_reset_exit(mcu);
	mcu_app_free(mcu->app);
	vwdg_free(mcu->wdg);
	vcrc_free(mcu->crc);
	vdma_free(mcu->dma);
	vflash_free(mcu->flash);
	vdbgmcu_free(mcu->dbg);
	vcortexm_free(mcu->core);
	vrcc_free(mcu->rcc);
	free(mcu);
}

/**
 * mcu_save() - put flash, OTP and option bytes into the bench's state
 * @mcu: the part
 */
void mcu_save(struct mcu *mcu)
{
	vflash_save(mcu->flash);
}
