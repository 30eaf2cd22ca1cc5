// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * System control space registers, NVIC, MPU, FPB, DWT, ITM, TPIU, ETM identification and the ROM
 * table: ARMv7-M ARM (DDI 0403) B3, C1; Cortex-M4 TRM (DDI 0439) 4, 11; RM0351 48.
 */
#include "sim/vppb.h"

#include "sim/vcore.h"
#include "sim/vcortexm.h"

#include <stdlib.h>
#include <string.h>

#define ITM_BASE      0xe0000000u
#define DWT_BASE      0xe0001000u
#define FPB_BASE      0xe0002000u
#define SCS_BASE      0xe000e000u
#define TPIU_BASE     0xe0040000u
#define ETM_BASE      0xe0041000u
#define ROM_BASE      0xe00ff000u

#define FP_CTRL_RO    0x260u /* 6 code, 2 literal comparators, version 1 */
#define FP_CTRL_KEY   BIT(1)
#define FP_N_COMP     8
#define FP_N_CODE     6
#define DWT_CTRL_RO   0x40000000u /* 4 comparators */
#define DWT_CYCCNTENA BIT(0)
#define DWT_N_COMP    4
#define ITM_N_PORTS   32
#define ITM_TEXT_LEN  4096 /* of what software said, the bench keeps the beginning */
#define LAR_KEY	      0xc5acce55u
#define LSR_LOCKED    3u /* lock implemented, closed */
#define N_NVIC_WORDS  3	 /* 82 interrupts: RM0351 13.3 */

/* registers of the SCS that are plain storage */
struct scs_reg {
	u16 offset;
	u32 mask, reset;
};

static const struct scs_reg scs_regs[] = {
	{ 0x008, 0x00000307, 0 },	   /* ACTLR */
	{ 0x010, 0x00000007, 0 },	   /* SYST_CSR */
	{ 0x014, 0x00ffffff, 0 },	   /* SYST_RVR */
	{ 0xd08, 0x3fffff80, 0 },	   /* VTOR */
	{ 0xd10, 0x00000016, 0 },	   /* SCR */
	{ 0xd14, 0x0000031b, 0x00000200 }, /* CCR */
	{ 0xd18, 0x00f0f0f0, 0 },	   /* SHPR1 */
	{ 0xd1c, 0xf0000000, 0 },	   /* SHPR2 */
	{ 0xd20, 0xf0f00000, 0 },	   /* SHPR3 */
	{ 0xd24, 0x0007fd8b, 0 },	   /* SHCSR */
	{ 0xd34, 0xffffffff, 0xe000ed34 }, /* MMFAR: unknown at reset */
	{ 0xd38, 0xffffffff, 0xe000ed38 }, /* BFAR */
	{ 0xd88, 0x00f00000, 0 },	   /* CPACR */
	{ 0xd94, 0x00000007, 0 },	   /* MPU_CTRL */
	{ 0xd98, 0x00000007, 0 },	   /* MPU_RNR */
	{ 0xf34, 0xc0000000, 0xc0000000 }, /* FPCCR: ASPEN, LSPEN */
	{ 0xf38, 0xfffffff8, 0 },	   /* FPCAR */
	{ 0xf3c, 0x07c00000, 0 },	   /* FPDSCR */
};

/* read-only ones */
static const struct {
	u16 offset;
	u32 val;
} scs_const[] = {
	{ 0x004, 0x00000002 }, /* ICTR */
	{ 0x01c, 0x4000270f }, /* SYST_CALIB: RM0351 13.1 */
	{ 0xd00, 0x410fc241 }, /* CPUID: Cortex-M4 r0p1 */
	{ 0xd40, 0x00000030 }, /* ID_PFR0 ... ID_ISAR4: DDI 0439 table 4-1 */
	{ 0xd44, 0x00000200 }, { 0xd48, 0x00100000 }, { 0xd50, 0x00100030 }, { 0xd58, 0x01000000 },
	{ 0xd60, 0x01101110 }, { 0xd64, 0x02112000 }, { 0xd68, 0x21232231 }, { 0xd6c, 0x01111131 },
	{ 0xd70, 0x01310102 }, { 0xd90, 0x00000800 }, /* MPU_TYPE: 8 regions */
	{ 0xf40, 0x10110021 },			      /* MVFR0 */
	{ 0xf44, 0x11000011 },			      /* MVFR1 */
};

/* CoreSight identification: CIDR class, part, designer and revision as PIDR0 ... 4 */
struct component_id {
	u32 base;
	u8 class;
	u8 devtype;
	u8 pidr[5];
};

static const struct component_id ids[] = {
	{ SCS_BASE, 0xe, 0, { 0x0c, 0xb0, 0x0b, 0x00, 0x04 } },
	{ DWT_BASE, 0xe, 0, { 0x02, 0xb0, 0x3b, 0x00, 0x04 } },
	{ FPB_BASE, 0xe, 0, { 0x03, 0xb0, 0x2b, 0x00, 0x04 } },
	{ ITM_BASE, 0xe, 0, { 0x01, 0xb0, 0x3b, 0x00, 0x04 } },
	{ TPIU_BASE, 0x9, 0x11, { 0xa1, 0xb9, 0x0b, 0x00, 0x04 } },
	{ ETM_BASE, 0x9, 0x13, { 0x25, 0xb9, 0x0b, 0x00, 0x04 } },
	/* ST's own ROM table: designer 0x20, part as in DBGMCU_IDCODE (RM0351 48.14) */
	{ ROM_BASE, 0x1, 1, { 0x15, 0x04, 0x0a, 0x00, 0x00 } },
};

/* SCS, DWT, FPB, ITM, TPIU, ETM, end: DDI 0439 table 4-2 */
static const u32 rom_table[] = { 0xfff0f003, 0xfff02003, 0xfff03003, 0xfff01003,
				 0xfff41003, 0xfff42003, 0 };

struct vppb {
	struct mcu *mcu;
	struct vcortexm *core;
	u32 scs[ARRAY_SIZE(scs_regs)];
	u32 prigroup, cfsr, hfsr, icsr;
	u32 nvic_en[N_NVIC_WORDS], nvic_pend[N_NVIC_WORDS], nvic_ipr[N_NVIC_WORDS * 8];
	u32 mpu_rbar[8], mpu_rasr[8];
	u32 fp_ctrl, fp_remap, fp_comp[FP_N_COMP];
	u32 dwt_ctrl, dwt_comp[DWT_N_COMP], dwt_mask[DWT_N_COMP], dwt_func[DWT_N_COMP];
	u32 dwt_counts[5]; /* CPICNT ... FOLDCNT */
	u32 cyccnt;
	u64 cyccnt_ps;
	bool itm_open, etm_open;
	u32 itm_ter, itm_tpr, itm_tcr;
	char itm_text[ITM_TEXT_LEN];
	size_t itm_len;
	u32 tpiu[4]; /* CSPSR, ACPR, SPPR, FFCR */
};

static bool id_read(u32 base, u32 offset, u32 *val)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ids); i++)
		if (ids[i].base == base)
			break;
	if (i == ARRAY_SIZE(ids))
		return false;
	switch (offset) {
	case 0xff0:
		*val = 0x0d;
		return true;
	case 0xff4:
		*val = (u32)ids[i].class << 4;
		return true;
	case 0xff8:
		*val = 0x05;
		return true;
	case 0xffc:
		*val = 0xb1;
		return true;
	case 0xfcc: /* DEVTYPE, MEMTYPE */
		*val = ids[i].devtype;
		return true;
	case 0xfd0:
		*val = ids[i].pidr[4];
		return true;
	default:
		if (offset >= 0xfe0 && offset < 0xff0) {
			*val = ids[i].pidr[(offset - 0xfe0) / 4];
			return true;
		}
		if (offset >= 0xfd4 && offset < 0xfe0) {
			*val = 0;
			return true;
		}
		return false;
	}
}

/* ---- SCS ---- */

static void nvic_access(struct vppb *p, u32 offset, struct bus_xact *x)
{
	unsigned int n = (offset & 0x7f) / 4;
	u32 *reg;
	u32 valid;

	if (offset >= 0x400) {
		n = (offset - 0x400) / 4;
		if (n < ARRAY_SIZE(p->nvic_ipr) && n * 4 < 82) {
			if (x->write)
				p->nvic_ipr[n] = x->data & 0xf0f0f0f0u;
			else
				x->data = p->nvic_ipr[n];
		} else if (!x->write) {
			x->data = 0;
		}
		return;
	}
	if (n >= N_NVIC_WORDS || offset >= 0x300) { /* IABR: nothing is active */
		if (!x->write)
			x->data = 0;
		return;
	}
	valid = n == 2 ? GENMASK(81 - 64, 0) : ~0u;
	reg = offset < 0x200 ? &p->nvic_en[n] : &p->nvic_pend[n];
	if (!x->write)
		x->data = *reg;
	else if (offset & 0x80)
		*reg &= ~x->data;
	else
		*reg |= x->data & valid;
}

static void mpu_access(struct vppb *p, u32 offset, struct bus_xact *x)
{
	/* RBAR, RASR and their three aliases address the region in RNR */
	u32 *rnr = NULL;
	unsigned int i;
	u32 *reg;

	for (i = 0; i < ARRAY_SIZE(scs_regs); i++)
		if (scs_regs[i].offset == 0xd98)
			rnr = &p->scs[i];
	if ((offset & 4) == 0) { /* 0xda0, 0xda8, 0xdb0, 0xdb8: RASR */
		reg = &p->mpu_rasr[*rnr];
		if (x->write)
			*reg = x->data & 0x173fff3fu;
		else
			x->data = *reg;
		return;
	}
	if (x->write) {
		if (x->data & BIT(4)) /* VALID: region number in the value */
			*rnr = x->data & 7;
		p->mpu_rbar[*rnr] = x->data & ~0x1fu;
	} else {
		x->data = p->mpu_rbar[*rnr] | *rnr;
	}
}

static void icsr_access(struct vppb *p, struct bus_xact *x)
{
	if (!x->write) {
		x->data = p->icsr | vcortexm_exception(p->core); /* VECTACTIVE */
		return;
	}
	/* PENDSVSET 28 / CLR 27, PENDSTSET 26 / CLR 25, NMIPENDSET 31 */
	p->icsr |= x->data & (BIT(31) | BIT(28) | BIT(26));
	if (x->data & BIT(27))
		p->icsr &= ~BIT(28);
	if (x->data & BIT(25))
		p->icsr &= ~BIT(26);
}

static enum bus_resp scs_access(struct vppb *p, u32 offset, struct bus_xact *x)
{
	unsigned int i;

	switch (offset) {
	case 0xd04:
		icsr_access(p, x);
		return BUS_OK;
	case 0xd0c:
		x->data = 0xfa050000u | p->prigroup;
		return BUS_OK;
	case 0xd28:
		if (x->write)
			p->cfsr &= ~x->data;
		else
			x->data = p->cfsr;
		return BUS_OK;
	case 0xd2c:
		if (x->write)
			p->hfsr &= ~x->data;
		else
			x->data = p->hfsr;
		return BUS_OK;
	default:
		break;
	}
	if (offset >= 0x100 && offset < 0x500) {
		nvic_access(p, offset, x);
		return BUS_OK;
	}
	if (offset >= 0xd9c && offset < 0xdbc) {
		mpu_access(p, offset, x);
		return BUS_OK;
	}
	for (i = 0; i < ARRAY_SIZE(scs_regs); i++) {
		if (scs_regs[i].offset != offset)
			continue;
		if (x->write)
			p->scs[i] = x->data & scs_regs[i].mask;
		else
			x->data = p->scs[i];
		return BUS_OK;
	}
	if (x->write)
		return BUS_OK;
	x->data = 0;
	for (i = 0; i < ARRAY_SIZE(scs_const); i++)
		if (scs_const[i].offset == offset)
			x->data = scs_const[i].val;
	return BUS_OK;
}

/* ---- FPB: works without TRCENA ---- */

static enum bus_resp fpb_access(struct vppb *p, u32 offset, struct bus_xact *x)
{
	unsigned int n = (offset - 8) / 4;

	if (offset == 0) {
		if (!x->write)
			x->data = FP_CTRL_RO | p->fp_ctrl;
		else if (x->data & FP_CTRL_KEY)
			p->fp_ctrl = x->data & 1;
		else
			sim_complain(p->mcu->sim, "fpb", "FP_CTRL written without its KEY bit");
	} else if (offset == 4) {
		if (x->write)
			p->fp_remap = x->data & 0x1fffffe0u;
		else
			x->data = p->fp_remap | BIT(29);
	} else if (n < FP_N_COMP) {
		/* literal comparators have no REPLACE field */
		if (x->write)
			p->fp_comp[n] = x->data & (n < 6 ? 0xdffffffdu : 0x1ffffffdu);
		else
			x->data = p->fp_comp[n];
	} else if (!x->write) {
		x->data = 0;
	}
	return BUS_OK;
}

/* ---- DWT ---- */

static u32 cyccnt_at(const struct vppb *p, u64 t)
{
	/* counts while the core runs; it stands still in debug state (DDI 0403 C1.8.3) */
	if (!(p->dwt_ctrl & DWT_CYCCNTENA) || vcortexm_state(p->core) != CORE_RUN)
		return p->cyccnt;
	return t > p->cyccnt_ps ? p->cyccnt + (u32)((t - p->cyccnt_ps) / p->mcu->hclk_ps)
				: p->cyccnt;
}

static enum bus_resp dwt_access(struct vppb *p, u32 offset, struct bus_xact *x)
{
	unsigned int n = (offset - 0x20) / 16;
	u32 *reg = NULL;
	u32 mask = ~0u;

	if (offset == 0x000) {
		if (x->write) {
			vppb_sync(p, x->at_ps);
			p->dwt_ctrl = x->data & 0x007f1fffu;
		} else {
			x->data = DWT_CTRL_RO | p->dwt_ctrl;
		}
		return BUS_OK;
	}
	if (offset == 0x004) {
		if (x->write) {
			p->cyccnt = x->data;
			p->cyccnt_ps = x->at_ps;
		} else {
			x->data = cyccnt_at(p, x->at_ps);
		}
		return BUS_OK;
	}
	if (offset >= 0x008 && offset < 0x01c) {
		reg = &p->dwt_counts[(offset - 8) / 4];
		mask = 0xff;
	} else if (offset >= 0x020 && n < DWT_N_COMP && (offset & 0xc) != 0xc) {
		reg = (offset & 0xc) == 0   ? &p->dwt_comp[n]
		      : (offset & 0xc) == 4 ? &p->dwt_mask[n]
					    : &p->dwt_func[n];
		mask = (offset & 0xc) == 0 ? ~0u : (offset & 0xc) == 4 ? 0x1fu : 0x000fffafu;
	}
	if (x->write) {
		if (reg)
			*reg = x->data & mask;
	} else {
		x->data = reg ? *reg : 0;
	}
	return BUS_OK;
}

/* ---- ITM, TPIU, ETM ---- */

static void lar_access(struct bus_xact *x, bool *open)
{
	if (x->write)
		*open = x->data == LAR_KEY;
	else
		x->data = 0;
}

/* DDI 0403 C1.7: a port works with ITMENA and its bit in TER */
static bool stimulus_enabled(const struct vppb *p, unsigned int port)
{
	return (p->itm_tcr & 1) && (p->itm_ter & BIT(port)) && vcortexm_trace_enabled(p->core);
}

/**
 * vppb_stimulus() - a write to an ITM stimulus port
 * @p: the block
 * @x: transfer of any size
 *
 * The bytes are kept for vppb_itm_text(); no trace pin is modelled, they leave at once.
 */
enum bus_resp vppb_stimulus(struct vppb *p, const struct bus_xact *x)
{
	u32 v = bus_lane_get(x);
	unsigned int i;

	if (!stimulus_enabled(p, (x->addr & 0xff) / 4))
		return BUS_OK;
	for (i = 0; i < x->size && p->itm_len < ITM_TEXT_LEN; i++)
		p->itm_text[p->itm_len++] = (char)(v >> (8 * i));
	return BUS_OK;
}

static enum bus_resp itm_access(struct vppb *p, u32 offset, struct bus_xact *x)
{
	u32 *reg = NULL;

	if (offset < ITM_N_PORTS * 4) {
		if (x->write)
			return vppb_stimulus(p, x);
		x->data = stimulus_enabled(p, offset / 4); /* FIFOREADY */
		return BUS_OK;
	}
	switch (offset) {
	case 0xfb0:
		lar_access(x, &p->itm_open);
		return BUS_OK;
	case 0xe00:
		reg = &p->itm_ter;
		break;
	case 0xe40:
		reg = &p->itm_tpr;
		break;
	case 0xe80:
		reg = &p->itm_tcr;
		break;
	default:
		break;
	}
	if (!x->write)
		x->data = reg ? *reg : offset == 0xfb4 ? (p->itm_open ? 1 : LSR_LOCKED) : 0;
	else if (reg && p->itm_open)
		*reg = x->data;
	return BUS_OK;
}

static enum bus_resp tpiu_access(struct vppb *p, u32 offset, struct bus_xact *x)
{
	u32 *reg = NULL;

	switch (offset) {
	case 0x000: /* SSPSR: port sizes 1, 2, 4 */
		if (!x->write)
			x->data = 0xb;
		return BUS_OK;
	case 0x004:
		reg = &p->tpiu[0];
		break;
	case 0x010:
		reg = &p->tpiu[1];
		break;
	case 0x0f0:
		reg = &p->tpiu[2];
		break;
	case 0x304:
		reg = &p->tpiu[3];
		break;
	default:
		break;
	}
	if (!x->write)
		x->data = reg ? *reg : 0;
	else if (reg)
		*reg = x->data;
	return BUS_OK;
}

static enum bus_resp etm_access(struct vppb *p, u32 offset, struct bus_xact *x)
{
	if (offset == 0xfb0)
		lar_access(x, &p->etm_open);
	else if (!x->write)
		x->data = offset == 0x1e4 ? 0x4114f250u : /* ETMIDR */
				  offset == 0xfb4 ? (p->etm_open ? 1 : LSR_LOCKED)
						  : 0;
	return BUS_OK;
}

/**
 * vppb_access() - a word of the PPB that vcortexm.c does not handle itself
 * @p: the block
 * @x: transfer
 */
enum bus_resp vppb_access(struct vppb *p, struct bus_xact *x)
{
	u32 base = x->addr & ~0xfffu, offset = x->addr & 0xfff;
	bool traced = base == ITM_BASE || base == DWT_BASE || base == TPIU_BASE || base == ETM_BASE;

	/* without TRCENA these have no clock: they read 0, their identification too */
	if (traced && !vcortexm_trace_enabled(p->core)) {
		if (!x->write)
			x->data = 0;
		return BUS_OK;
	}
	if (!x->write && base == ROM_BASE && offset == 0xfe0) { /* part number, low byte */
		x->data = p->mcu->kind->idcode & 0xff;
		return BUS_OK;
	}
	if (!x->write && id_read(base, offset, &x->data))
		return BUS_OK;
	switch (base) {
	case SCS_BASE:
		return scs_access(p, offset, x);
	case FPB_BASE:
		return fpb_access(p, offset, x);
	case DWT_BASE:
		return dwt_access(p, offset, x);
	case ITM_BASE:
		return itm_access(p, offset, x);
	case TPIU_BASE:
		return tpiu_access(p, offset, x);
	case ETM_BASE:
		return etm_access(p, offset, x);
	case ROM_BASE:
		if (!x->write)
			x->data = offset / 4 < ARRAY_SIZE(rom_table) ? rom_table[offset / 4] : 0;
		return BUS_OK;
	default:
		return BUS_ERROR;
	}
}

/**
 * vppb_sync() - the core's state is about to change: settle what counts only while it runs
 * @p: the block
 * @t: now
 */
void vppb_sync(struct vppb *p, u64 t)
{
	p->cyccnt = cyccnt_at(p, t);
	p->cyccnt_ps = t;
}

/**
 * vppb_set_prigroup() - AIRCR.PRIGROUP
 * @p: the block
 * @bits: in their place
 */
void vppb_set_prigroup(struct vppb *p, u32 bits)
{
	p->prigroup = bits;
}

/**
 * vppb_reset() - system registers at every reset, debug components at power-on
 * @p: the block
 * @kind: of reset
 */
void vppb_reset(struct vppb *p, enum mcu_reset kind)
{
	unsigned int i;

	if (kind == MCU_RESET_POR) {
		struct mcu *mcu = p->mcu;
		struct vcortexm *core = p->core;

		memset(p, 0, sizeof(*p));
		p->mcu = mcu;
		p->core = core;
	}
	for (i = 0; i < ARRAY_SIZE(scs_regs); i++)
		p->scs[i] = scs_regs[i].reset;
	p->prigroup = p->cfsr = p->hfsr = p->icsr = 0;
	memset(p->nvic_en, 0, sizeof(p->nvic_en));
	memset(p->nvic_pend, 0, sizeof(p->nvic_pend));
	memset(p->nvic_ipr, 0, sizeof(p->nvic_ipr));
	memset(p->mpu_rbar, 0, sizeof(p->mpu_rbar));
	memset(p->mpu_rasr, 0, sizeof(p->mpu_rasr));
}

/**
 * vppb_new() - the block; vppb_reset() gives it its values
 * @mcu: for time and complaints
 * @core: for TRCENA and the core's state
 */
struct vppb *vppb_new(struct mcu *mcu, struct vcortexm *core)
{
	struct vppb *p = calloc(1, sizeof(*p));

	if (p) {
		p->mcu = mcu;
		p->core = core;
	}
	return p;
}

/**
 * vppb_free() - NULL is allowed
 * @p: from vppb_new()
 */
void vppb_free(struct vppb *p)
{
	free(p);
}

/* ---- towards the running core ---- */

/**
 * vppb_breakpoints() - addresses at which the FPB stops
 * @p: the block
 * @addr: filled in, at most VCORE_BREAKPOINTS
 *
 * FPB version 1 (DDI 0403 C1.11): REPLACE says which half word of the word matches.
 *
 * Return: how many.
 */
unsigned int vppb_breakpoints(const struct vppb *p, u32 *addr)
{
	unsigned int i, n = 0;

	if (!(p->fp_ctrl & 1))
		return 0;
	for (i = 0; i < FP_N_CODE && n < VCORE_BREAKPOINTS; i++) {
		u32 comp = p->fp_comp[i], at = comp & 0x1ffffffcu;

		if (!(comp & 1))
			continue;
		if (comp & BIT(30))
			addr[n++] = at;
		if ((comp & BIT(31)) && n < VCORE_BREAKPOINTS)
			addr[n++] = at + 2;
	}
	return n;
}

/**
 * vppb_add_fault() - bits of CFSR and HFSR that a fault sets
 * @p: the block
 * @cfsr: bits
 * @hfsr: bits
 */
void vppb_add_fault(struct vppb *p, u32 cfsr, u32 hfsr)
{
	p->cfsr |= cfsr;
	p->hfsr |= hfsr;
}

/**
 * vppb_any_pending() - is an exception pending, masked or not
 * @p: the block
 */
bool vppb_any_pending(const struct vppb *p)
{
	u32 irqs = 0;
	unsigned int i;

	for (i = 0; i < N_NVIC_WORDS; i++)
		irqs |= p->nvic_pend[i] & p->nvic_en[i];
	return p->icsr || irqs;
}

/**
 * vppb_unpend() - an exception is taken
 * @p: the block
 * @n: its number
 */
void vppb_unpend(struct vppb *p, unsigned int n)
{
	if (n >= 16)
		p->nvic_pend[(n - 16) / 32] &= ~BIT((n - 16) % 32);
	else if (n == 2)
		p->icsr &= ~BIT(31);
	else
		p->icsr &= ~(n == 14 ? BIT(28) : BIT(26));
}

/**
 * vppb_itm_text() - what software wrote to the ITM's stimulus ports
 * @p: the block
 * @len: bytes; the first 4096 are kept
 */
const char *vppb_itm_text(const struct vppb *p, size_t *len)
{
	*len = p->itm_len;
	return p->itm_text;
}
