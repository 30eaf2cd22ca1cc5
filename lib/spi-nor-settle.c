// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a table row and SFDP to one set of parameters. Pure computing.
 */
#include "lib/spi-nor-parts.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* the largest 3-byte address space */
#define NOR_3BYTE_LIMIT MIB(16)

/* where nobody says: 50 MHz is what SFDP reads guarantee, 03h of the slowest parts does 33 MHz */
#define NOR_DEFAULT_HZ	 50000000u
#define NOR_SLOW_READ_HZ 33000000u

/* where nobody says: slow chips of the tables in the reference, maximum with a margin */
#define DEFAULT_PP_TYP_NS	 (700 * USEC_NS)
#define DEFAULT_PP_MAX_NS	 (5 * MSEC_NS)
#define DEFAULT_ERASE_4K_TYP_NS	 (60 * MSEC_NS)
#define DEFAULT_ERASE_4K_MAX_NS	 (800 * MSEC_NS)
#define DEFAULT_ERASE_TYP_NS	 (500 * MSEC_NS)
#define DEFAULT_ERASE_MAX_NS	 (4 * SEC_NS)
#define DEFAULT_CHIP_NS_PER_MIB	 (3 * SEC_NS)
#define DEFAULT_CHIP_MAX_PER_MIB (16 * SEC_NS)

static bool id_fits(const struct nor_part *part, const u8 *id, unsigned int id_len)
{
	return part->id_len <= id_len && !memcmp(part->id, id, part->id_len);
}

const struct nor_part *nor_find_part(const u8 *id, unsigned int id_len,
				     const struct sfdp_info *sfdp, const struct nor_vendor **vendor)
{
	const struct nor_part *best = NULL;

	*vendor = NULL;
	for (size_t v = 0; nor_vendors[v] && id_len; v++) {
		const struct nor_vendor *maker = nor_vendors[v];

		if (id[0] != maker->id && (!maker->id2 || id[0] != maker->id2))
			continue;
		if (!*vendor)
			*vendor = maker;
		for (size_t i = 0; i < maker->n_parts; i++) {
			const struct nor_part *part = &maker->parts[i];

			if (!id_fits(part, id, id_len) || (part->match && !part->match(id, sfdp)) ||
			    (best && part->id_len <= best->id_len))
				continue;
			best = part;
			*vendor = maker;
		}
	}
	return best;
}

static void add_erase(struct nor_params *p, u32 size, u8 opcode, u64 typ_ns, u64 max_ns)
{
	struct nor_erase_type e = { .size = size, .opcode = opcode };
	unsigned int i;

	e.typ_ns =
		typ_ns ? typ_ns : (size <= KIB(4) ? DEFAULT_ERASE_4K_TYP_NS : DEFAULT_ERASE_TYP_NS);
	e.max_ns =
		max_ns ? max_ns : (size <= KIB(4) ? DEFAULT_ERASE_4K_MAX_NS : DEFAULT_ERASE_MAX_NS);
	e.max_ns = max(e.max_ns, e.typ_ns);
	/* insertion by size; the same size again replaces */
	for (i = 0; i < NOR_N_ERASE && p->erase[i].size; i++) {
		if (p->erase[i].size == size) {
			p->erase[i] = e;
			return;
		}
		if (p->erase[i].size > size)
			break;
	}
	if (i == NOR_N_ERASE || p->erase[NOR_N_ERASE - 1].size)
		return;
	memmove(&p->erase[i + 1], &p->erase[i], (NOR_N_ERASE - 1 - i) * sizeof(p->erase[0]));
	p->erase[i] = e;
}

static void from_row(struct nor_params *p, const struct nor_part *part)
{
	const struct nor_times *t = &part->times;
	const struct {
		u32 flag, size;
		u8 opcode;
		const u32 *ms;
	} blocks[] = {
		{ NOR_ERASE_4K, KIB(4), 0x20, t->erase_4k_ms },
		{ NOR_ERASE_4K_D7, KIB(4), 0xd7, t->erase_4k_ms },
		{ NOR_ERASE_32K, KIB(32), 0x52, t->erase_32k_ms },
		{ NOR_ERASE_32K_D8, KIB(32), 0xd8, t->erase_64k_ms },
		{ NOR_ERASE_64K, KIB(64), 0xd8, t->erase_64k_ms },
		{ NOR_ERASE_128K, KIB(128), 0xd8, t->erase_64k_ms },
		{ NOR_ERASE_256K, KIB(256), 0xd8, t->erase_64k_ms },
	};

	p->size = part->size;
	if (part->page_size)
		p->page_size = part->page_size;
	p->fourbyte = part->flags & NOR_4B_OPS ? NOR_4B_OPCODES : part->fourbyte;
	p->qe = part->qe;
	p->bp = part->bp;
	p->has_wps = part->flags & NOR_HAS_WPS;
	p->bp_at_power_up = part->flags & NOR_BP_AT_POWER_UP;
	p->otp = part->otp;
	p->uid = part->uid;
	if (part->max_mhz)
		p->max_hz = part->max_mhz * 1000000u;
	if (t->pp_us[0])
		p->program_typ_ns = t->pp_us[0] * USEC_NS;
	if (t->pp_us[1])
		p->program_max_ns = t->pp_us[1] * USEC_NS;
	for (unsigned int i = 0; i < ARRAY_SIZE(blocks); i++)
		if (part->flags & blocks[i].flag)
			add_erase(p, blocks[i].size, blocks[i].opcode, blocks[i].ms[0] * MSEC_NS,
				  blocks[i].ms[1] * MSEC_NS);
	p->chip_erase_typ_ns = t->chip_ms[0] * MSEC_NS;
	p->chip_erase_max_ns = t->chip_ms[1] * MSEC_NS;
	if (part->flags & NOR_NO_CHIP_ERASE)
		p->chip_erase = 0;
	if (part->flags & NOR_QUAD_READ)
		p->read_1_1_4 = (struct nor_read_op){ 0x6b, 1, 4, 8 };
	if (part->flags & NOR_QUAD_IO)
		p->read_1_4_4 = (struct nor_read_op){ 0xeb, 4, 4, 6 };
	if (part->flags & NOR_QUAD_PP) {
		p->program_quad = 0x32;
		p->program_quad_addr_width = 1;
	} else if (part->flags & NOR_QUAD_PP_38) {
		p->program_quad = 0x38;
		p->program_quad_addr_width = 4;
	}
}

static void sfdp_reads(struct nor_params *p, const struct sfdp_bfpt *b)
{
	const struct sfdp_read *r = &b->reads[SFDP_READ_1_1_4];

	if (r->opcode)
		p->read_1_1_4 = (struct nor_read_op){ r->opcode, 1, 4, (u8)(r->mode + r->wait) };
	r = &b->reads[SFDP_READ_1_4_4];
	if (r->opcode)
		p->read_1_4_4 = (struct nor_read_op){ r->opcode, 4, 4, (u8)(r->mode + r->wait) };
}

static void sfdp_4byte(struct nor_params *p, const struct sfdp_info *s)
{
	const struct sfdp_bfpt *b = &s->bfpt;

	if (p->size <= NOR_3BYTE_LIMIT)
		return;
	if (b->addr_bytes == SFDP_ADDR_4)
		p->fourbyte = NOR_4B_ALWAYS;
	else if (s->fourbait.present && s->fourbait.raw[0] & SFDP_4B_PP &&
		 s->fourbait.raw[0] & (SFDP_4B_READ | SFDP_4B_FAST_READ))
		p->fourbyte = NOR_4B_OPCODES;
	else if (p->fourbyte == NOR_4B_NONE && b->n_dwords >= 16 && b->enter_4byte & BIT(0))
		p->fourbyte = NOR_4B_EN4B;
	else if (p->fourbyte == NOR_4B_NONE && b->n_dwords >= 16 && b->enter_4byte & BIT(1))
		p->fourbyte = NOR_4B_WREN_EN4B;
}

static void from_sfdp(struct nor_params *p, const struct sfdp_info *s)
{
	const struct sfdp_bfpt *b = &s->bfpt;
	bool any = false;

	p->size = b->size;
	if (b->page_size >= 64 && b->page_size <= 1024)
		p->page_size = b->page_size;
	if (b->page_program_typ_us) {
		p->program_typ_ns = b->page_program_typ_us * USEC_NS;
		p->program_max_ns = b->page_program_max_us * USEC_NS;
	}
	for (unsigned int i = 0; i < SFDP_N_ERASE; i++) {
		const struct sfdp_erase *e = &b->erase[i];

		if (e->size < KIB(4) || e->opcode == 0x00 || e->opcode == 0xff)
			continue; /* 256-byte page erase (Puya 81h) is not worth a flash's life */
		if (!any && b->erase[i].typ_ms)
			memset(p->erase, 0, sizeof(p->erase));
		any = true;
		/* the old table has no times: keep the row's for the same size */
		for (unsigned int k = 0; k < NOR_N_ERASE; k++) {
			if (p->erase[k].size == e->size && !e->typ_ms) {
				p->erase[k].opcode = e->opcode;
				goto next;
			}
		}
		add_erase(p, e->size, e->opcode, e->typ_ms * MSEC_NS, e->max_ms * MSEC_NS);
	next:;
	}
	if (b->chip_erase_typ_ms) {
		p->chip_erase_typ_ns = b->chip_erase_typ_ms * MSEC_NS;
		p->chip_erase_max_ns = b->chip_erase_max_ms * MSEC_NS;
	}
	sfdp_reads(p, b);
	if (b->n_dwords >= 15 && b->qer < 7)
		p->qe = (enum nor_qe)(b->qer + 1);
	if (b->n_dwords >= 16)
		p->volatile_sr = b->sr1_volatility & BIT(3);
	sfdp_4byte(p, s);
}

static u8 opcode_4b(u8 opcode)
{
	static const u8 pairs[][2] = {
		{ 0x03, 0x13 }, { 0x0b, 0x0c }, { 0x6b, 0x6c }, { 0xeb, 0xec }, { 0x02, 0x12 },
		{ 0x32, 0x34 }, { 0x38, 0x3e }, { 0x20, 0x21 }, { 0x52, 0x5c }, { 0xd8, 0xdc },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(pairs); i++)
		if (pairs[i][0] == opcode)
			return pairs[i][1];
	return 0;
}

/* swap every opcode for its 4-byte twin; what has none goes */
static void use_4b_opcodes(struct nor_params *p, const struct sfdp_info *s)
{
	const struct sfdp_4bait *f = s && s->fourbait.present ? &s->fourbait : NULL;
	u32 has = f ? f->raw[0] : ~0u;
	struct nor_erase_type old[NOR_N_ERASE];

	p->read.opcode = has & SFDP_4B_READ ? 0x13 : 0x0c;
	if (p->read.opcode == 0x0c)
		p->read.cycles = 8;
	p->program = 0x12;
	p->read_1_1_4.opcode = has & SFDP_4B_1_1_4 ? opcode_4b(p->read_1_1_4.opcode) : 0;
	p->read_1_4_4.opcode = has & SFDP_4B_1_4_4 ? opcode_4b(p->read_1_4_4.opcode) : 0;
	if (!(has & (p->program_quad_addr_width == 4 ? SFDP_4B_PP_1_4_4 : SFDP_4B_PP_1_1_4)))
		p->program_quad = 0;
	if (f && !p->program_quad && has & SFDP_4B_PP_1_1_4 && p->read_1_1_4.opcode) {
		p->program_quad = 0x32;
		p->program_quad_addr_width = 1;
	}
	p->program_quad = opcode_4b(p->program_quad);
	memcpy(old, p->erase, sizeof(old));
	memset(p->erase, 0, sizeof(p->erase));
	for (unsigned int i = 0; i < NOR_N_ERASE; i++) {
		/* 5Ch is not on all parts that have DCh (W25Q256JV): only 4BAIT proves it */
		u8 opcode = f || old[i].opcode != 0x52 ? opcode_4b(old[i].opcode) : 0;

		for (unsigned int k = 0; f && k < SFDP_N_ERASE; k++)
			if (s->bfpt.erase[k].size == old[i].size)
				opcode = f->erase_opcode[k];
		if (old[i].size && opcode && opcode != 0xff)
			add_erase(p, old[i].size, opcode, old[i].typ_ns, old[i].max_ns);
	}
}

static int check_settled(struct nor_params *p, struct err *err)
{
	static const char next[] = "report the part: its ID and `--sfdp-dump`";

	if (p->size < KIB(4) || p->size & (p->size - 1))
		return err_set(err, -EOPNOTSUPP, next,
			       "flash size of %" PRIu64 " bytes is not a power of two", p->size);
	if (p->size > UINT32_MAX)
		return err_set(err, -EOPNOTSUPP, next, "flash of %" PRIu64 " MiB is too large",
			       p->size / MIB(1));
	if (!p->erase[0].size || p->size % p->erase[0].size)
		return err_set(err, -EOPNOTSUPP, next, "no way to erase this flash is known");
	if (p->size > NOR_3BYTE_LIMIT && p->fourbyte == NOR_4B_NONE)
		return err_set(err, -EOPNOTSUPP, next,
			       "flash of %" PRIu64
			       " MiB needs 4-byte addresses, and how is not known",
			       p->size / MIB(1));
	return 0;
}

int nor_settle(struct nor_params *p, const struct nor_part *part, const struct nor_vendor *vendor,
	       const struct sfdp_info *sfdp, struct err *err)
{
	memset(p, 0, sizeof(*p));
	p->page_size = 256;
	p->max_hz = NOR_DEFAULT_HZ;
	p->slow_read_max_hz = NOR_SLOW_READ_HZ;
	p->program = 0x02;
	p->read = (struct nor_read_op){ 0x03, 1, 1, 0 };
	p->chip_erase = 0xc7;
	/* SR1: WIP; WEL still set when WIP is over means that the command was not carried out */
	p->poll_opcode = 0x05;
	p->poll_mask = 0x01;
	p->fail_opcode = 0x05;
	p->fail_program = p->fail_erase = 0x02;

	if (part)
		from_row(p, part);
	if (vendor && vendor->defaults)
		vendor->defaults(p, part);
	if (sfdp)
		from_sfdp(p, sfdp);
	if (part && part->fixup)
		part->fixup(p, sfdp);

	if (!p->program_typ_ns)
		p->program_typ_ns = DEFAULT_PP_TYP_NS;
	if (!p->program_max_ns)
		p->program_max_ns = max(DEFAULT_PP_MAX_NS, p->program_typ_ns);
	if (!p->chip_erase_typ_ns)
		p->chip_erase_typ_ns = DIV_ROUND_UP(p->size, MIB(1)) * DEFAULT_CHIP_NS_PER_MIB;
	if (!p->chip_erase_max_ns)
		p->chip_erase_max_ns = DIV_ROUND_UP(p->size, MIB(1)) * DEFAULT_CHIP_MAX_PER_MIB;
	if (p->qe == NOR_QE_UNKNOWN || p->qe == NOR_QE_RESERVED) {
		p->read_1_1_4.opcode = 0;
		p->read_1_4_4.opcode = 0;
	}
	if (!p->read_1_1_4.opcode && !p->read_1_4_4.opcode)
		p->program_quad = 0;
	p->addr_nbytes = p->size > NOR_3BYTE_LIMIT || p->fourbyte == NOR_4B_ALWAYS ? 4 : 3;
	if (p->addr_nbytes == 4 && p->fourbyte == NOR_4B_OPCODES)
		use_4b_opcodes(p, sfdp);
	return check_settled(p, err);
}
