// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The optional SFDP tables: 4-byte instructions, sector map, xSPI profile 1.0, register map, entry
 * sequences. A table that does not hold together is left out as if it were not there.
 */
#include "lib/spi-nor-sfdp.h"

#include <stdio.h>
#include <string.h>

static u32 bits(u32 dw, unsigned int high, unsigned int low)
{
	return (dw >> low) & (~0u >> (31 - (high - low)));
}

static bool bit(u32 dw, unsigned int n)
{
	return dw >> n & 1;
}

static void parse_4bait(struct sfdp_info *s, const u8 *buf, unsigned int n_dwords)
{
	struct sfdp_4bait *f = &s->fourbait;

	if (n_dwords < 2)
		return;
	f->present = true;
	f->raw[0] = get_le32(buf);
	f->raw[1] = get_le32(buf + 4);
	for (unsigned int i = 0; i < SFDP_N_ERASE; i++)
		if (f->raw[0] & SFDP_4B_ERASE(i))
			f->erase_opcode[i] = (u8)bits(f->raw[1], 8 * i + 7, 8 * i);
}

/*
 * Descriptors one after the other: detection commands (bit 1 = 0, two dwords) and maps (bit 1 = 1,
 * one dword and one for each region); bit 0 marks the last of a kind. A map that does not fit the
 * dwords given, or our arrays, makes the whole table absent: half a map is worse than none.
 */
static void parse_sector_map(struct sfdp_info *s, const u8 *buf, unsigned int n_dwords)
{
	struct sfdp_sector_map m = { .present = true };
	unsigned int i = 0;
	bool is_last = false;

	while (i < n_dwords && !is_last) {
		u32 d = get_le32(buf + (size_t)4 * i);
		unsigned int n = bits(d, 23, 16) + 1;
		struct sfdp_map *map;
		u64 at = 0;

		if (!bit(d, 1)) {
			if (n_dwords - i < 2 || m.n_detect == SFDP_MAX_DETECT)
				return;
			m.detect[m.n_detect++] = (struct sfdp_detect){
				.opcode = (u8)bits(d, 15, 8),
				.wait_code = (u8)bits(d, 19, 16),
				.addr_code = (u8)bits(d, 23, 22),
				.mask = (u8)bits(d, 31, 24),
				.addr = get_le32(buf + (size_t)4 * (i + 1)),
			};
			i += 2;
			continue;
		}
		if (n > n_dwords - i - 1 || n > SFDP_MAX_REGIONS || m.n_maps == SFDP_MAX_MAPS)
			return;
		map = &m.maps[m.n_maps++];
		map->id = (u8)bits(d, 15, 8);
		map->n_regions = n;
		for (unsigned int r = 0; r < n; r++) {
			u32 reg = get_le32(buf + (size_t)4 * (i + 1 + r));

			map->regions[r].start = at;
			map->regions[r].size = ((u64)bits(reg, 31, 8) + 1) * 256;
			map->regions[r].erase_mask = (u8)bits(reg, 3, 0);
			at += map->regions[r].size;
		}
		map->total = at;
		is_last = bit(d, 0);
		i += 1 + n;
	}
	/* without a question there is nothing to choose between */
	m.chosen = m.n_detect ? -1 : 0;
	if (m.n_maps)
		s->map = m;
}

/* dword 4 and 5 hold a pair for each clock: wait states, and the code that sets them */
static void parse_profile1(struct sfdp_info *s, const u8 *buf, unsigned int n_dwords)
{
	static const struct {
		u8 dw, wait_low, code_low;
	} fields[] = { { 4, 7, 2 }, { 5, 27, 22 }, { 5, 17, 12 }, { 5, 7, 2 } };
	struct sfdp_profile1 *p = &s->profile1;

	if (n_dwords < ARRAY_SIZE(p->raw))
		return;
	p->present = true;
	for (unsigned int i = 0; i < ARRAY_SIZE(p->raw); i++)
		p->raw[i] = get_le32(buf + (size_t)4 * i);
	p->read_fast = (u8)bits(p->raw[0], 15, 8);
	p->rdsr_dummy = bit(p->raw[0], 28) ? 8 : 4;
	p->rdsr_addr_nbytes = bit(p->raw[0], 29) ? 4 : 0;
	p->op_write_nv = (u8)bits(p->raw[1], 7, 0);
	p->op_write_v = (u8)bits(p->raw[1], 15, 8);
	p->op_read_nv = (u8)bits(p->raw[1], 23, 16);
	p->op_read_v = (u8)bits(p->raw[1], 31, 24);
	for (unsigned int i = 0; i < ARRAY_SIZE(fields); i++) {
		u32 d = p->raw[fields[i].dw - 1];

		p->dummy[i] = (u8)bits(d, fields[i].wait_low + 4u, fields[i].wait_low);
		p->dummy_code[i] = (u8)bits(d, fields[i].code_low + 4u, fields[i].code_low);
	}
}

static void parse_sccr(struct sfdp_info *s, const u8 *buf, unsigned int n_dwords)
{
	struct sfdp_sccr *c = &s->sccr;

	if (n_dwords < 4)
		return;
	c->present = true;
	c->n_dwords = min(n_dwords, (unsigned int)SFDP_SCCR_DWORDS);
	for (unsigned int i = 0; i < c->n_dwords; i++)
		c->raw[i] = get_le32(buf + (size_t)4 * i);
	c->volatile_offset = c->raw[0];
	c->nonvolatile_offset = c->raw[1];
	c->octal_dtr_enable_volatile = bit(c->raw[21], 31);
}

struct sfdp_control sfdp_control(const struct sfdp_sccr *sccr, enum sfdp_control_name which)
{
	u32 d = (unsigned int)which < sccr->n_dwords ? sccr->raw[which] : 0;

	return (struct sfdp_control){
		.present = bit(d, 31),
		.op_write = (u8)bits(d, 7, 0),
		.op_read = (u8)bits(d, 15, 8),
		.addr = (u8)bits(d, 23, 16),
		.bit = (u8)bits(d, 26, 24),
	};
}

static void parse_dies(struct sfdp_info *s, const u8 *buf, unsigned int n_dwords)
{
	struct sfdp_dies *d = &s->dies;

	if (n_dwords < 2 || n_dwords / 2 > SFDP_MAX_DIES)
		return;
	d->present = true;
	d->n_extra = n_dwords / 2;
	for (unsigned int i = 0; i < d->n_extra; i++) {
		d->volatile_offset[i] = get_le32(buf + (size_t)8 * i);
		d->nonvolatile_offset[i] = get_le32(buf + (size_t)8 * i + 4);
	}
}

/* pairs of dwords, most significant byte first: a length, then up to seven bytes */
static void parse_sequence(struct sfdp_sequence *out, const u8 *buf, unsigned int n_dwords)
{
	struct sfdp_sequence seq = { .present = true };

	for (unsigned int i = 0; i + 1 < n_dwords && seq.n < SFDP_MAX_SEQUENCE; i += 2) {
		u8 frame[8];

		for (unsigned int k = 0; k < 8; k++)
			frame[k] = buf[4 * (i + k / 4) + 3 - k % 4];
		if (!frame[0])
			continue;
		if (frame[0] > SFDP_SEQUENCE_BYTES)
			return;
		seq.frames[seq.n].len = frame[0];
		memcpy(seq.frames[seq.n].bytes, frame + 1, frame[0]);
		seq.n++;
	}
	*out = seq;
}

void sfdp_parse_tables(struct sfdp_info *out, const u8 *buf)
{
	for (unsigned int i = 0; i < out->n_tables; i++) {
		const struct sfdp_table *t = &out->tables[i];
		const u8 *at = buf + t->offset;

		if (!t->complete)
			continue;
		switch (t->id) {
		case SFDP_ID_4BAIT:
			parse_4bait(out, at, t->n_dwords);
			break;
		case SFDP_ID_SECTOR_MAP:
			parse_sector_map(out, at, t->n_dwords);
			break;
		case SFDP_ID_PROFILE1:
			parse_profile1(out, at, t->n_dwords);
			break;
		case SFDP_ID_SCCR:
			parse_sccr(out, at, t->n_dwords);
			break;
		case SFDP_ID_SCCR_DIES:
			parse_dies(out, at, t->n_dwords);
			break;
		case SFDP_ID_ENTER_8D:
			parse_sequence(&out->enter_8d, at, t->n_dwords);
			break;
		}
	}
}

const char *sfdp_table_name(u16 id, char buf[16])
{
	static const struct {
		u16 id;
		const char *name;
	} names[] = {
		{ SFDP_ID_BFPT, "BFPT" },
		{ SFDP_ID_SECTOR_MAP, "SectorMap" },
		{ SFDP_ID_RPMC, "RPMC" },
		{ SFDP_ID_4BAIT, "4BAIT" },
		{ SFDP_ID_PROFILE1, "xSPI-Profile1" },
		{ SFDP_ID_PROFILE2, "xSPI-Profile2" },
		{ SFDP_ID_SCCR, "SCCR" },
		{ SFDP_ID_SCCR_DIES, "SCCR-MultiChip" },
		{ SFDP_ID_SCCR_2, "SCCR-Profile2" },
		{ SFDP_ID_ENTER_8D, "OctalDDR-Seq" },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].id == id)
			return names[i].name;
	snprintf(buf, 16, "vendor-%04x", id);
	return buf;
}

/*
 * A region is made of whole blocks of one of its erase types, or is what is left of a single block
 * beside smaller sectors (S25FS-S: 32 KiB of 4 KiB sectors, then 224 KiB that D8h erases as one).
 */
static bool erases_region(const struct sfdp_erase *e, const struct sfdp_region *reg)
{
	if (!e->size)
		return false;
	if (!(reg->size % e->size) && !(reg->start % e->size))
		return true;
	return reg->start / e->size == (reg->start + reg->size - 1) / e->size;
}

const char *sfdp_map_problem(const struct sfdp_map *map, const struct sfdp_bfpt *b)
{
	if (map->total != b->size)
		return "its regions do not add up to the chip's size";
	for (unsigned int r = 0; r < map->n_regions; r++) {
		const struct sfdp_region *reg = &map->regions[r];
		bool ok = false;

		for (unsigned int i = 0; i < SFDP_N_ERASE; i++)
			ok |= reg->erase_mask & BIT(i) && erases_region(&b->erase[i], reg);
		if (!ok)
			return "a region is no whole number of any of its erase blocks";
	}
	return NULL;
}
