// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * STM32 parts that can be named but not yet programmed: better "this is an STM32G474" than
 * "unknown chip". DEV_ID values: DBGMCU_IDCODE in each family's reference manual.
 */
#include "chips/families.h"

#include <errno.h>
#include <inttypes.h>

/* CPUID.PARTNO: bits 15:4 */
#define CPUID_PARTNO GENMASK(15, 4)
enum {
	CORTEX_M0P = 0xc60,
	CORTEX_M3 = 0xc23,
	CORTEX_M4 = 0xc24,
	CORTEX_M7 = 0xc27,
	CORTEX_M33 = 0xd21
};

#define IDCODE_DEV_ID GENMASK(11, 0)
#define IDCODE_REV_ID GENMASK(31, 16)

struct stm32_part {
	u16 dev_id;
	const char *name;
};

/* where DBGMCU_IDCODE is found on a core, and who answers there */
struct stm32_place {
	u16 core;
	u32 idcode;
	const struct stm32_part *parts;
	size_t n_parts;
};

static const struct stm32_part m4_parts[] = {
	{ 0x411, "STM32F405/F407 (rev A)" },
	{ 0x413, "STM32F405/F407/F415/F417" },
	{ 0x419, "STM32F427/F429/F437/F439" },
	{ 0x421, "STM32F446" },
	{ 0x423, "STM32F401xB/C" },
	{ 0x431, "STM32F411" },
	{ 0x433, "STM32F401xD/E" },
	{ 0x434, "STM32F469/F479" },
	{ 0x435, "STM32L431/L432/L433/L442/L443" },
	{ 0x441, "STM32F412" },
	{ 0x458, "STM32F410" },
	{ 0x462, "STM32L451/L452/L462" },
	{ 0x463, "STM32F413/F423" },
	{ 0x464, "STM32L412/L422" },
	{ 0x468, "STM32G431/G441" },
	{ 0x469, "STM32G471/G473/G474/G483/G484" },
	{ 0x470, "STM32L4R5/L4R7/L4R9/L4S5/L4S7/L4S9" },
	{ 0x471, "STM32L4P5/L4Q5" },
	{ 0x479, "STM32G491/G4A1" },
	{ 0x494, "STM32WB15/WB10" },
	{ 0x495, "STM32WB55/WB50" },
	{ 0x496, "STM32WB35/WB30" },
};

static const struct stm32_part m3_parts[] = {
	{ 0x410, "STM32F10x medium density" },
	{ 0x411, "STM32F2" },
	{ 0x412, "STM32F10x low density" },
	{ 0x414, "STM32F10x high density" },
	{ 0x416, "STM32L1 category 1" },
	{ 0x418, "STM32F105/F107" },
	{ 0x420, "STM32F100" },
	{ 0x427, "STM32L1 category 3" },
	{ 0x428, "STM32F100 high density" },
	{ 0x429, "STM32L1 category 2" },
	{ 0x430, "STM32F10x XL density" },
	{ 0x436, "STM32L1 category 4" },
	{ 0x437, "STM32L1 category 5/6" },
};

static const struct stm32_part m0p_parts[] = {
	{ 0x456, "STM32G050/G051/G061" },
	{ 0x460, "STM32G070/G071/G081" },
	{ 0x466, "STM32G030/G031/G041" },
	{ 0x467, "STM32G0B0/G0B1/G0C1" },
};

static const struct stm32_part f7_parts[] = {
	{ 0x449, "STM32F745/F746/F750/F756" },
	{ 0x451, "STM32F765/F767/F769/F777/F779" },
	{ 0x452, "STM32F722/F723/F730/F732/F733" },
};

static const struct stm32_part h7_parts[] = {
	{ 0x450, "STM32H742/H743/H745/H747/H750/H753/H755/H757" },
	{ 0x480, "STM32H7A3/H7B0/H7B3" },
	{ 0x483, "STM32H723/H725/H730/H733/H735" },
};

static const struct stm32_part m33_parts[] = {
	{ 0x455, "STM32U535/U545" }, { 0x472, "STM32L552/L562" }, { 0x476, "STM32U5Fx/U5Gx" },
	{ 0x481, "STM32U59x/U5Ax" }, { 0x482, "STM32U575/U585" },
};

#define PLACE(_core, _idcode, _parts)                      \
	{                                                  \
		_core, _idcode, _parts, ARRAY_SIZE(_parts) \
	}

static const struct stm32_place places[] = {
	PLACE(CORTEX_M4, 0xe0042000, m4_parts),	  PLACE(CORTEX_M3, 0xe0042000, m3_parts),
	PLACE(CORTEX_M0P, 0x40015800, m0p_parts), PLACE(CORTEX_M7, 0xe0042000, f7_parts),
	PLACE(CORTEX_M7, 0x5c001000, h7_parts),	  PLACE(CORTEX_M33, 0xe0044000, m33_parts),
};

static const char *part_name(const struct stm32_place *p, u32 dev_id)
{
	for (size_t i = 0; i < p->n_parts; i++)
		if (p->parts[i].dev_id == dev_id)
			return p->parts[i].name;
	return NULL;
}

/* a family that owns no part: it only explains */
static int other_probe(struct target *t)
{
	u32 idcode, dev_id;

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		const struct stm32_place *p = &places[i];
		const char *name;
		int ret;

		if (p->core != FIELD_GET(CPUID_PARTNO, t->core.cpuid))
			continue;
		ret = target_read32(t->q, p->idcode, &idcode);
		if (ret && !memq_was_bus_fault(t->q))
			return ret;
		if (ret) {
			/* nobody there: a bus error, and not our address */
			err_clear(&t->ctx->err);
			continue;
		}
		dev_id = FIELD_GET(IDCODE_DEV_ID, idcode);
		name = part_name(p, dev_id);
		if (!name)
			continue;
		t->idcode = idcode;
		return err_set(
			&t->ctx->err, -EOPNOTSUPP, "supported today: STM32L471, L475, L476, L486",
			"this is an %s (DEV_ID 0x%03" PRIx32 ", REV_ID 0x%04x), not supported yet",
			name, dev_id, FIELD_GET(IDCODE_REV_ID, idcode));
	}
	return 0;
}

const struct chip_family stm32_other_family = {
	.name = "other STM32",
	.probe = other_probe,
};
