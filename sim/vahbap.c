// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/vahbap.h"

/* register addresses: IHI 0031, MEM-AP register map */
#define AP_CSW	0x00
#define AP_TAR	0x04
#define AP_DRW	0x0c
#define AP_BD0	0x10
#define AP_BD3	0x1c
#define AP_CFG	0xf4
#define AP_BASE 0xf8
#define AP_IDR	0xfc

/* CSW: DDI 0337, AHB-AP Control and Status Word; HPROT and MASTERTYPE are kept as written */
#define CSW_SIZE       GENMASK(2, 0)
#define CSW_ADDRINC    GENMASK(5, 4)
#define CSW_DEVICEEN   BIT(6)
#define CSW_TRINPROG   BIT(7)
#define CSW_PROT       GENMASK(30, 24)
#define CSW_RESET      0x03000002
#define CSW_SIZE_BYTE  0
#define CSW_SIZE_HALF  1
#define CSW_SIZE_WORD  2
#define INC_SINGLE     1
#define INC_PACKED     2

#define IDR_CORTEX_M4  0x24770011 /* JEP106 Arm, class MEM-AP, AHB, variant 1, revision 2 */
#define BASE_CORTEX_M4 0xe00ff003 /* ROM table, present, ADIv5 format */
#define TAR_WRAP_MASK  0x00000fff /* variant 1 counts in 12 bits; the upper ones stand still */

/**
 * ahbap_reset() - the state after power-on
 * @ap: access port
 */
void ahbap_reset(struct ahbap *ap)
{
	ap->csw = CSW_RESET;
	ap->tar = (u32)sim_rng_u64(&ap->rng); /* UNKNOWN at reset */
	ap->bus_busy_ps = 0;
}

/**
 * ahbap_init() - set up an access port
 * @ap: access port
 * @sim: bench
 * @mcu: what is on its bus
 */
void ahbap_init(struct ahbap *ap, struct sim *sim, struct mcu *mcu)
{
	ap->sim = sim;
	ap->mcu = mcu;
	sim_rng_init(&ap->rng, sim, "ahbap");
	ahbap_reset(ap);
}

static u64 hclk_ps(const struct ahbap *ap, unsigned int cycles)
{
	return cycles * PS_PER_S / mcu_hclk_hz(ap->mcu);
}

static u32 tar_add(u32 tar, u32 n)
{
	return (tar & ~TAR_WRAP_MASK) | ((tar + n) & TAR_WRAP_MASK);
}

/* bits of the bus word that a transfer of @size bytes at @addr uses */
static u32 lane_mask(u32 addr, unsigned int size)
{
	if (size == 4)
		return 0xffffffff;
	return (size == 2 ? 0xffffu : 0xffu) << (8 * (addr & 3));
}

/* one bus transfer; false: bus error. @done_ps runs on */
static bool bus_transfer(struct ahbap *ap, u32 addr, unsigned int size, struct ahbap_access *a,
			 u32 *lanes, u64 *at_ps)
{
	u32 mask = lane_mask(addr, size);
	struct bus_xact x = {
		.addr = addr,
		.size = (u8)size,
		.write = a->write,
		.master = BUS_DAP,
		.data = a->write ? a->data & mask : 0,
		.at_ps = *at_ps,
		.done_ps = *at_ps,
	};
	enum bus_resp resp;

	/* Sleep without DBG_SLEEP: the bus clock stands, a read brings whatever is there */
	if (!a->write && mcu_ap_reads_rubbish(ap->mcu)) {
		*lanes = (u32)sim_rng_u64(&ap->rng);
		return true;
	}
	resp = mcu_ap_access(ap->mcu, &x);
	*at_ps = x.done_ps;
	if (resp != BUS_OK)
		return false;
	if (!a->write)
		*lanes = (*lanes & ~mask) | (x.data & mask);
	return true;
}

/* DRW and BD0-3: transfers of CSW.SIZE at TAR, or one word in TAR's 16-byte block */
static void memory_access(struct ahbap *ap, struct ahbap_access *a)
{
	unsigned int size = 1u << FIELD_GET(CSW_SIZE, ap->csw);
	unsigned int inc = FIELD_GET(CSW_ADDRINC, ap->csw);
	bool banked = a->reg >= AP_BD0;
	unsigned int i, n = 1;
	/* lanes that no transfer fills show what happens to be on the bus */
	u32 lanes = (u32)sim_rng_u64(&ap->rng);
	u64 at_ps = max(a->start_ps, ap->bus_busy_ps) + hclk_ps(ap, AHBAP_HCLK_BEFORE);

	if (!mcu_debug_enabled(ap->mcu)) {
		a->data = lanes;
		a->error = true;
		a->done_ps = at_ps;
		return;
	}
	if (banked)
		size = 4;
	else if (inc == INC_PACKED && size < 4)
		n = 4 / size;
	if (!banked && ap->tar & (size - 1))
		sim_complain(ap->sim, "ahb-ap", "TAR 0x%08x is not aligned to %u bytes", ap->tar,
			     size);
	for (i = 0; i < n; i++) {
		u32 addr = banked ? (ap->tar & ~0xfu) + (a->reg & 0xc) : ap->tar & ~(size - 1);

		if (i)
			at_ps += hclk_ps(ap, 2); /* never back to back: address phase again */
		a->error = !bus_transfer(ap, addr, size, a, &lanes, &at_ps);
		/* the address counts when the transfer is issued, whatever becomes of it */
		if (!banked && inc)
			ap->tar = tar_add(ap->tar, size);
		if (a->error || at_ps == SIM_NEVER)
			break;
	}
	a->data = lanes;
	a->done_ps = at_ps == SIM_NEVER ? SIM_NEVER : at_ps + hclk_ps(ap, AHBAP_HCLK_AFTER);
}

static void csw_write(struct ahbap *ap, u32 val)
{
	u32 size = FIELD_GET(CSW_SIZE, val);
	u32 inc = FIELD_GET(CSW_ADDRINC, val);

	if (size > CSW_SIZE_WORD)
		size = CSW_SIZE_WORD;
	if (inc > INC_PACKED)
		inc = 0;
	ap->csw = (val & CSW_PROT) | FIELD_PREP(CSW_ADDRINC, inc) | size;
}

static u32 csw_read(const struct ahbap *ap, u64 now_ps)
{
	return ap->csw | (mcu_debug_enabled(ap->mcu) ? CSW_DEVICEEN : 0) |
	       (now_ps < ap->bus_busy_ps ? CSW_TRINPROG : 0);
}

/**
 * ahbap_do() - carry out one AP access
 * @ap: access port
 * @a: access; result, time and error are filled in
 *
 * The bus access takes place in bus time, at or after @a->start_ps; the bench's own clock stays.
 */
void ahbap_do(struct ahbap *ap, struct ahbap_access *a)
{
	a->error = false;
	if (a->reg == AP_DRW || (a->reg >= AP_BD0 && a->reg <= AP_BD3)) {
		memory_access(ap, a);
		return;
	}
	/* registers cross the clock domains too, but need no bus cycle */
	a->done_ps = a->start_ps + hclk_ps(ap, AHBAP_HCLK_BEFORE + AHBAP_HCLK_AFTER);
	if (a->write) {
		if (a->reg == AP_CSW)
			csw_write(ap, a->data);
		else if (a->reg == AP_TAR)
			ap->tar = a->data;
		return;
	}
	switch (a->reg) {
	case AP_CSW:
		a->data = csw_read(ap, a->start_ps);
		break;
	case AP_TAR:
		a->data = ap->tar;
		break;
	case AP_BASE:
		a->data = BASE_CORTEX_M4;
		break;
	case AP_IDR:
		a->data = IDR_CORTEX_M4;
		break;
	case AP_CFG: /* little-endian, 32-bit addresses and data */
	default:
		a->data = 0;
		break;
	}
}

/**
 * ahbap_abort() - give the DP back without waiting for the bus
 * @ap: access port
 * @was: the access that was running
 *
 * A transfer that hangs for ever is cancelled on the bus (HABORT); one that is merely slow goes on
 * and holds up the next.
 */
void ahbap_abort(struct ahbap *ap, const struct ahbap_access *was)
{
	if (was->done_ps != SIM_NEVER && was->done_ps > ap->bus_busy_ps)
		ap->bus_busy_ps = was->done_ps;
}
