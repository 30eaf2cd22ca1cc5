/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside the virtual STM32L476 and STM32L496: what its models know of each other.
 *
 * Time: models are lazy. An access carries the time of its data phase, a model first brings itself
 * forward to that time. Events (sim_schedule) exist only for what happens without an access: the
 * end of a reset, a watchdog, a peripheral's DMA request, a fault on demand.
 */
#ifndef SWDROM_SIM_MCU_PRIV_H
#define SWDROM_SIM_MCU_PRIV_H

#include "sim/mcu.h"

struct vcortexm;
struct vrcc;
struct vflash;
struct vdma;
struct vcrc;
struct vdbgmcu;
struct vwdg;
struct mcu_app;

/* memory map: RM0351 2.2.2 */
#define FLASH_BASE   0x08000000u
#define SRAM2_BASE   0x10000000u
#define SRAM2_MAX    KIB(64)
#define SYSMEM_BASE  0x1fff0000u
#define SRAM1_BASE   0x20000000u
#define SRAM1_MAX    KIB(256)
#define SRAM1_BBAND  0x22000000u
#define PERIPH_BASE  0x40000000u
#define PERIPH_BBAND 0x42000000u
#define PPB_BASE     0xe0000000u
#define PPB_END	     0xe0100000u

/* RCC enable and reset registers, in the order of their offsets */
enum rcc_bus { RCC_AHB1, RCC_AHB2, RCC_AHB3, RCC_APB1_1, RCC_APB1_2, RCC_APB2, RCC_N_BUSES };
#define RCC_ALWAYS RCC_N_BUSES /* a unit without a gate */

/* what one die has and the other has not */
struct mcu_kind {
	const char *name; /* what the names of its parts begin with */
	u32 idcode;	  /* DBGMCU_IDCODE: RM0351 48.6.1 */
	u32 sram1_size, sram2_size;
	u32 sram2_alias; /* SRAM2 once more, behind SRAM1; 0: not there */
	bool has_bank2;	 /* QUADSPI has pins for two chips, GPIO has port I */
	/* bits of RCC's reset, enable and sleep-mode registers */
	struct {
		u32 rst_mask, enr_mask, enr_reset, smen_reset;
	} rcc[RCC_N_BUSES];
};

/* the die of the part of that name; NULL or unknown: STM32L476 */
const struct mcu_kind *mcu_kind(const char *part);

/* reset flags of RCC_CSR: RM0351 6.4.28 */
#define CSR_FWRSTF   BIT(24)
#define CSR_OBLRSTF  BIT(25)
#define CSR_PINRSTF  BIT(26)
#define CSR_BORRSTF  BIT(27)
#define CSR_SFTRSTF  BIT(28)
#define CSR_IWDGRSTF BIT(29)
#define CSR_WWDGRSTF BIT(30)
#define CSR_LPWRRSTF BIT(31)

/* one unit on the AHB or APB; its gate and reset bits have the same number */
struct mcu_periph {
	struct bus_slave slave;
	u8 bus; /* enum rcc_bus */
	u8 bit;
	bool is_apb;
	bool on_reset_line; /* holds still while its RSTR bit is set */
};

struct mcu_unit_reset {
	u8 bus, bit;
	void (*fn)(void *dev, bool asserted);
	void *dev;
};

#define MCU_MAX_SLAVES	32
#define MCU_MAX_PERIPHS 80
#define MCU_MAX_HOOKS	24
#define MCU_MAX_RUNS	4

struct mcu {
	struct sim *sim;
	const struct mcu_kind *kind;
	struct vcortexm *core;
	struct vrcc *rcc;
	struct vflash *flash;
	struct vdma *dma;
	struct vcrc *crc;
	struct vdbgmcu *dbg;
	struct vwdg *wdg;
	struct mcu_app *app;

	u8 sram1[SRAM1_MAX];
	u8 sram2[SRAM2_MAX];

	/* kept by vrcc: every bus access needs it */
	u64 hclk_ps;
	u32 hclk_hz;

	/* the earliest thing that an access has to catch up with first */
	u64 catch_up_ps;
	u64 reset_end_ps; /* SIM_NEVER: not in reset, or held in it */
	u64 dma_ps;	  /* next DMA transfer */

	bool powered;
	bool in_reset;
	bool nrst_ext;	 /* adapter or button pull nRST */
	bool nrst_pulse; /* the part itself pulls it: RM0351 6.1.2 */

	struct bus_slave slaves[MCU_MAX_SLAVES]; /* memories and units of other files */
	unsigned int n_slaves, last_slave;
	struct mcu_periph periphs[MCU_MAX_PERIPHS];
	unsigned int n_periphs, last_periph;

	struct {
		u32 base, size;
		bus_run_fn fn;
		void *dev;
	} runs[MCU_MAX_RUNS];
	unsigned int n_runs;

	struct {
		void (*fn)(void *dev, enum mcu_reset kind);
		void *dev;
	} reset_hooks[MCU_MAX_HOOKS];
	unsigned int n_reset_hooks;
	struct {
		void (*fn)(void *arg, bool on);
		void *arg;
	} power_hooks[MCU_MAX_HOOKS];
	unsigned int n_power_hooks;
	struct mcu_unit_reset unit_resets[MCU_MAX_HOOKS];
	unsigned int n_unit_resets;

	struct sim_rng sram_rng;
	struct sim_event ev_reset_end;
};

/* ---- bus ---- */

/* any master's transfer; the DAP's enters through mcu_ap_access() */
enum bus_resp mcu_bus_access(struct mcu *mcu, struct bus_xact *x);
/* many transfers in a row; false: take them one by one. To be ended by bus_run.end() */
bool mcu_bus_run(struct mcu *mcu, struct bus_run *r);
void mcu_add_periph(struct mcu *mcu, const struct mcu_periph *p);
/* a debugger's or bench's view of memory without time or side effects; false: none there */
bool mcu_peek32(struct mcu *mcu, u32 addr, u32 *val);
/* recompute catch_up_ps after reset_end_ps or dma_ps changed */
void mcu_plan(struct mcu *mcu);
void mcu_catch_up_to(struct mcu *mcu, u64 t);

/* what a register holds after the write @x: only the written lanes change */
static inline u32 bus_merge(const struct bus_xact *x, u32 old)
{
	u32 lanes;

	if (x->size == 4)
		return x->data;
	lanes = (x->size == 2 ? 0xffffu : 0xffu) << (8 * (x->addr & 3));
	return (old & ~lanes) | (x->data & lanes);
}

/* a memory's answer: @size bytes at @p, which lies at x->addr */
static inline void bus_mem(struct bus_xact *x, u8 *p)
{
	if (x->write)
		mem_put(p, x->size, bus_lane_get(x));
	else
		bus_lane_put(x, mem_get(p, x->size));
}

/* ---- resets and power (mcu-reset.c) ---- */

void mcu_reset_init(struct mcu *mcu);
void mcu_reset_exit(struct mcu *mcu);
/* a reset from inside: SYSRESETREQ, watchdog, option byte load; @flag is its bit in RCC_CSR */
void mcu_system_reset(struct mcu *mcu, u32 flag, u64 t);
void mcu_finish_reset(struct mcu *mcu, u64 t);
/* power-on state before the first event: the board has been on for long */
void mcu_first_power_on(struct mcu *mcu);
/* an RSTR bit changed */
void mcu_unit_reset_line(struct mcu *mcu, enum rcc_bus bus, unsigned int bit, bool asserted);
/* SRAM2 is erased by an RDP regression */
void mcu_erase_sram2(struct mcu *mcu);

#endif
