// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a table row and SFDP to one set of parameters. Pure computing.
 */
#include "lib/spi-nor-parts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
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

/* @e, unless there is a block of its size already */
static void keep_erase(struct nor_params *p, const struct nor_erase_type *e)
{
	for (unsigned int i = 0; i < NOR_N_ERASE; i++)
		if (p->erase[i].size == e->size)
			return;
	add_erase(p, e->size, e->opcode, e->typ_ns, e->max_ns);
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
	p->dies = part->dies;
	p->n_dies = max(part->n_dies, (u8)1);
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
	/* whoever knows 6Bh knows 3Bh */
	if (part->flags & NOR_QUAD_READ)
		p->read_1_1_2 = (struct nor_read_op){ 0x3b, 1, 2, 8 };
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

static void sfdp_read(struct nor_read_op *op, const struct sfdp_bfpt *b, enum sfdp_read_mode mode,
		      u8 addr_width, u8 data_width)
{
	const struct sfdp_read *r = &b->reads[mode];

	if (r->opcode)
		*op = (struct nor_read_op){ r->opcode, addr_width, data_width,
					    (u8)(r->mode + r->wait) };
}

static void sfdp_reads(struct nor_params *p, const struct sfdp_bfpt *b)
{
	sfdp_read(&p->read_1_1_2, b, SFDP_READ_1_1_2, 1, 2);
	sfdp_read(&p->read_1_2_2, b, SFDP_READ_1_2_2, 2, 2);
	sfdp_read(&p->read_1_1_4, b, SFDP_READ_1_1_4, 1, 4);
	sfdp_read(&p->read_1_4_4, b, SFDP_READ_1_4_4, 4, 4);
	sfdp_read(&p->read_4_4_4, b, SFDP_READ_4_4_4, 4, 4);
	if (b->n_dwords >= 15 && b->enable_444) {
		p->qpi_enter = b->enable_444;
		p->qpi_exit = b->disable_444;
	}
	/* two clocks are the mode byte's, and nothing is left to turn the lines round: C0h */
	p->qpi_has_params = p->read_4_4_4.opcode && p->read_4_4_4.cycles == 2;
	if (p->qpi_has_params)
		p->read_4_4_4.cycles = 8;
}

static void sfdp_4byte(struct nor_params *p, const struct sfdp_info *s)
{
	static const struct {
		u8 bit;
		enum nor_4byte how;
	} enter[] = {
		{ 0, NOR_4B_EN4B }, { 1, NOR_4B_WREN_EN4B }, { 3, NOR_4B_BANK }, { 2, NOR_4B_EAR }
	};
	const struct sfdp_bfpt *b = &s->bfpt;
	bool is_given = b->n_dwords >= 16 && b->addr_bytes != SFDP_ADDR_3;

	if (is_given && b->exit_4byte & BIT(2))
		p->has_ear = true;
	if (p->size <= NOR_3BYTE_LIMIT)
		return;
	if (b->addr_bytes == SFDP_ADDR_4 || (is_given && b->enter_4byte & BIT(6)))
		p->fourbyte = NOR_4B_ALWAYS;
	else if (p->dies != NOR_DIES_LINEAR && s->fourbait.present &&
		 s->fourbait.raw[0] & SFDP_4B_PP &&
		 s->fourbait.raw[0] & (SFDP_4B_READ | SFDP_4B_FAST_READ))
		p->fourbyte = NOR_4B_OPCODES;
	for (unsigned int i = 0; i < ARRAY_SIZE(enter) && p->fourbyte == NOR_4B_NONE; i++)
		if (is_given && b->enter_4byte & BIT(enter[i].bit))
			p->fourbyte = enter[i].how;
}

/* a sector map in force that holds together */
static const struct sfdp_map *usable_map(const struct sfdp_info *s)
{
	const struct sfdp_map *map;

	if (!s->map.present || s->map.chosen < 0 || s->map.chosen >= (int)s->map.n_maps)
		return NULL;
	map = &s->map.maps[s->map.chosen];
	return sfdp_map_problem(map, &s->bfpt) ? NULL : map;
}

/*
 * One opcode for blocks of several sizes means that the address decides: without a sector map that
 * says where, such a type would erase more, or less, than it is thought to.
 */
static bool is_ambiguous(const struct sfdp_bfpt *b, unsigned int type)
{
	for (unsigned int i = 0; i < SFDP_N_ERASE; i++)
		if (i != type && b->erase[i].size && b->erase[i].opcode == b->erase[type].opcode &&
		    b->erase[i].size != b->erase[type].size)
			return true;
	return false;
}

/* types that work all over the chip whichever of its maps is in force */
static u8 common_erases(const struct sfdp_info *s)
{
	u8 common = 0x0f;

	for (unsigned int m = 0; m < s->map.n_maps; m++)
		for (unsigned int r = 0; r < s->map.maps[m].n_regions; r++)
			common &= s->map.maps[m].regions[r].erase_mask;
	return common;
}

static void sfdp_erases(struct nor_params *p, const struct sfdp_info *s)
{
	const struct sfdp_bfpt *b = &s->bfpt;
	struct nor_erase_type row[NOR_N_ERASE];
	bool has_map = usable_map(s), any = false;
	u8 usable = has_map || !s->map.present ? 0x0f : common_erases(s);

	memcpy(row, p->erase, sizeof(row));
	for (unsigned int i = 0; i < SFDP_N_ERASE; i++) {
		const struct sfdp_erase *e = &b->erase[i];
		u64 typ_ns = e->typ_ms * MSEC_NS, max_ns = e->max_ms * MSEC_NS;

		/* 256-byte page erase (Puya 81h) is not worth a flash's life */
		if (e->size < KIB(4) || e->opcode == 0x00 || e->opcode == 0xff ||
		    !(usable & BIT(i)) || (!has_map && is_ambiguous(b, i)))
			continue;
		/* what the table lists replaces the row; the old one has no times: keep the row's */
		if (!any)
			memset(p->erase, 0, sizeof(p->erase));
		any = true;
		for (unsigned int k = 0; k < NOR_N_ERASE && !typ_ns; k++)
			if (row[k].size == e->size) {
				typ_ns = row[k].typ_ns;
				max_ns = row[k].max_ns;
			}
		add_erase(p, e->size, e->opcode, typ_ns, max_ns);
	}
	/* the 9-dword table has but four places: blocks of the row that it does not contradict stay */
	for (unsigned int k = 0; k < NOR_N_ERASE && any && b->n_dwords < 10 && !has_map; k++)
		if (row[k].size)
			keep_erase(p, &row[k]);
}

static void from_sfdp(struct nor_params *p, const struct sfdp_info *s)
{
	const struct sfdp_bfpt *b = &s->bfpt;

	p->size = p->dies == NOR_DIES_SELECT ? b->size * p->n_dies : b->size;
	if (b->page_size >= 64 && b->page_size <= 1024)
		p->page_size = b->page_size;
	if (b->page_program_typ_us) {
		p->program_typ_ns = b->page_program_typ_us * USEC_NS;
		p->program_max_ns = b->page_program_max_us * USEC_NS;
	}
	sfdp_erases(p, s);
	if (b->chip_erase_typ_ms) {
		p->chip_erase_typ_ns = b->chip_erase_typ_ms * MSEC_NS;
		p->chip_erase_max_ns = b->chip_erase_max_ms * MSEC_NS;
	}
	sfdp_reads(p, b);
	/* 7 is reserved, and stands in the tables of chips that need no bit (GD25LB); see the proof */
	if (b->n_dwords >= 15)
		p->qe = b->qer == 7 ? NOR_QE_NONE : (enum nor_qe)(b->qer + 1);
	if (b->n_dwords >= 16)
		p->volatile_sr = b->sr1_volatility & BIT(3) && !p->no_volatile_sr;
	sfdp_4byte(p, s);
}

static u8 opcode_4b(u8 opcode)
{
	static const u8 pairs[][2] = {
		{ 0x3b, 0x3c }, { 0xbb, 0xbc }, { 0x03, 0x13 }, { 0x0b, 0x0c },
		{ 0x6b, 0x6c }, { 0xeb, 0xec }, { 0x02, 0x12 }, { 0x32, 0x34 },
		{ 0x38, 0x3e }, { 0x20, 0x21 }, { 0x52, 0x5c }, { 0xd8, 0xdc },
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
	p->read_1_1_2.opcode = has & SFDP_4B_1_1_2 ? opcode_4b(p->read_1_1_2.opcode) : 0;
	p->read_1_2_2.opcode = has & SFDP_4B_1_2_2 ? opcode_4b(p->read_1_2_2.opcode) : 0;
	p->read_1_1_4.opcode = has & SFDP_4B_1_1_4 ? opcode_4b(p->read_1_1_4.opcode) : 0;
	p->read_1_4_4.opcode = has & SFDP_4B_1_4_4 ? opcode_4b(p->read_1_4_4.opcode) : 0;
	p->read_4_4_4.opcode = has & SFDP_4B_1_4_4 ? opcode_4b(p->read_4_4_4.opcode) : 0;
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
			if (s->bfpt.erase[k].size == old[i].size &&
			    s->bfpt.erase[k].opcode == old[i].opcode)
				opcode = f->erase_opcode[k];
		if (old[i].size && opcode && opcode != 0xff)
			add_erase(p, old[i].size, opcode, old[i].typ_ns, old[i].max_ns);
	}
}

/* regions in terms of the erase types that are left */
static void set_regions(struct nor_params *p, const struct sfdp_info *s)
{
	const struct sfdp_map *map = s ? usable_map(s) : NULL;
	u8 all = 0;

	for (unsigned int k = 0; k < NOR_N_ERASE; k++)
		if (p->erase[k].size)
			all |= (u8)BIT(k);
	p->regions[0] = (struct nor_region){ .size = p->size, .erase_mask = all };
	p->n_regions = 1;
	if (!map || map->total != p->size)
		return;
	p->n_regions = map->n_regions;
	for (unsigned int r = 0; r < map->n_regions; r++) {
		const struct sfdp_region *from = &map->regions[r];
		struct nor_region *to = &p->regions[r];

		*to = (struct nor_region){ .start = from->start, .size = from->size };
		for (unsigned int i = 0; i < SFDP_N_ERASE; i++)
			for (unsigned int k = 0; k < NOR_N_ERASE; k++)
				if (from->erase_mask & BIT(i) && p->erase[k].size &&
				    p->erase[k].size == s->bfpt.erase[i].size)
					to->erase_mask |= (u8)BIT(k);
		/* the smallest must make up the region, by whole blocks or by what is left of one */
		for (unsigned int k = 0; k < NOR_N_ERASE; k++) {
			const struct nor_erase_type *e = &p->erase[k];

			if (!(to->erase_mask & BIT(k)))
				continue;
			if ((!(to->start % e->size) && !(to->size % e->size)) ||
			    to->start / e->size == (to->start + to->size - 1) / e->size)
				break;
			to->erase_mask &= (u8)~BIT(k);
		}
	}
}

static int check_regions(const struct nor_params *p, struct err *err, const char *next)
{
	for (unsigned int r = 0; r < p->n_regions; r++)
		if (!p->regions[r].erase_mask)
			return err_set(err, -EOPNOTSUPP, next,
				       "no way to erase this flash at 0x%" PRIx64 " is known",
				       p->regions[r].start);
	return 0;
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
	return check_regions(p, err, next);
}

/* does the table describe the chip of the row? A part of another size under the same ID, or a lie */
static bool fits_row(const struct nor_part *part, const struct sfdp_info *s)
{
	u64 size = s->bfpt.size;

	if (!part || !part->size || size == part->size)
		return true;
	return part->dies == NOR_DIES_SELECT && size * max(part->n_dies, (u8)1) == part->size;
}

static int settle_with(struct nor_params *p, const struct nor_part *part,
		       const struct nor_vendor *vendor, const struct sfdp_info *sfdp,
		       struct err *err)
{
	u64 die_mib;

	memset(p, 0, sizeof(*p));
	p->page_size = 256;
	p->max_hz = NOR_DEFAULT_HZ;
	p->slow_read_max_hz = NOR_SLOW_READ_HZ;
	p->program = 0x02;
	p->read = (struct nor_read_op){ 0x03, 1, 1, 0 };
	p->chip_erase = 0xc7;
	p->n_dies = 1;
	p->exit_4b = 0xe9;
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

	/* Micron's C7h is not for stacks; C4h takes an address as the mode has it */
	if (p->dies == NOR_DIES_LINEAR && p->poll_opcode == p->fail_opcode) {
		/* each 70h is answered by another die: the one that works may be the next. WIP is over
		 * when all are idle; then every die is asked how it went */
		p->die_ready = p->poll_mask;
		p->poll_opcode = 0x05;
		p->poll_mask = 0x01;
		p->poll_match = 0;
	}
	if (p->dies == NOR_DIES_LINEAR)
		p->chip_erase = p->fourbyte == NOR_4B_OPCODES ? 0 : 0xc4;
	if (!p->program_typ_ns)
		p->program_typ_ns = DEFAULT_PP_TYP_NS;
	if (!p->program_max_ns)
		p->program_max_ns = max(DEFAULT_PP_MAX_NS, p->program_typ_ns);
	die_mib = DIV_ROUND_UP(p->size / p->n_dies, MIB(1));
	if (!p->chip_erase_typ_ns)
		p->chip_erase_typ_ns = die_mib * DEFAULT_CHIP_NS_PER_MIB;
	if (!p->chip_erase_max_ns)
		p->chip_erase_max_ns = die_mib * DEFAULT_CHIP_MAX_PER_MIB;
	if (p->qe == NOR_QE_UNKNOWN) {
		p->read_1_1_4.opcode = 0;
		p->read_1_4_4.opcode = 0;
		if (p->qpi_enter & BIT(0))
			p->read_4_4_4.opcode = 0;
	}
	if (!p->read_1_1_4.opcode && !p->read_1_4_4.opcode)
		p->program_quad = 0;
	p->addr_nbytes = p->fourbyte == NOR_4B_ALWAYS ||
					 (p->size > NOR_3BYTE_LIMIT && p->fourbyte != NOR_4B_EAR)
				 ? 4
				 : 3;
	if (p->addr_nbytes == 4 && p->fourbyte == NOR_4B_OPCODES)
		use_4b_opcodes(p, sfdp);
	set_regions(p, sfdp);
	return check_settled(p, err);
}

int nor_settle(struct nor_params *p, const struct nor_part *part, const struct nor_vendor *vendor,
	       const struct sfdp_info *sfdp, struct err *err)
{
	struct err why = { 0 };
	int rc;

	if (sfdp && fits_row(part, sfdp)) {
		rc = settle_with(p, part, vendor, sfdp, &why);

		/* the row alone may do where a lying table does not */
		if (!rc || !part || !part->size) {
			if (rc && err)
				*err = why;
			return rc;
		}
	} else if (sfdp) {
		err_set(&why, -EOPNOTSUPP, NULL, "it says %" PRIu64 " KiB, the part has %" PRIu64,
			sfdp->bfpt.size / KIB(1), part->size / KIB(1));
	}
	if (!sfdp)
		return settle_with(p, part, vendor, NULL, err);
	rc = settle_with(p, part, vendor, NULL, err);
	snprintf(p->note, sizeof(p->note), "its SFDP is not used: %.100s", why.what);
	return rc;
}

int nor_settle_pair(struct nor_params *p, struct err *err)
{
	if (2 * p->size > UINT32_MAX)
		return err_set(err, -EOPNOTSUPP, NULL,
			       "two flash chips of %" PRIu64 " MiB side by side are too large",
			       p->size / MIB(1));
	/* the times are those of one: both work at once */
	p->size *= 2;
	p->page_size *= 2;
	for (unsigned int k = 0; k < NOR_N_ERASE; k++)
		p->erase[k].size *= 2;
	for (unsigned int r = 0; r < p->n_regions; r++) {
		p->regions[r].start *= 2;
		p->regions[r].size *= 2;
	}
	/* each has its own, and they are not one after the other */
	p->otp = (struct nor_otp){ .kind = NOR_OTP_NONE };
	p->uid = NOR_UID_NONE;
	return 0;
}
