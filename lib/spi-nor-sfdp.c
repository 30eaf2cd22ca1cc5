// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * JESD216 tables, revisions 1.0 to JESD216F. Dwords are numbered from 1, as in the standard: dw(11)
 * is the eleventh.
 *
 * A table's own revision and length count, not the header's. Lists of headers beyond NPH are no
 * lists (W25Q parts have one). Bytes come from a chip that may be broken, half powered or not there
 * at all, so every offset and length is checked before it is used.
 */
#include "lib/spi-nor-sfdp.h"

#include <errno.h>
#include <string.h>

#define SFDP_SIGNATURE	 0x50444653u /* "SFDP", little-endian */
#define SFDP_HEADER_SIZE 8u
/* what JESD216 (1.0) had; all later ones start with the same nine */
#define BFPT_MIN_DWORDS 9u

static u32 bits(u32 dw, unsigned int high, unsigned int low)
{
	return (dw >> low) & (~0u >> (31 - (high - low)));
}

static bool bit(u32 dw, unsigned int n)
{
	return dw >> n & 1;
}

/* dword @n of the table; 0 where the table is too short to have it */
static u32 dw(const struct sfdp_bfpt *b, unsigned int n)
{
	return n <= b->n_dwords && n <= SFDP_BFPT_DWORDS ? b->raw[n - 1] : 0;
}

/* ---- Basic Flash Parameter Table ---- */

/* where each read is: its support bit (dword, bit) and its half dword */
static const struct {
	const char *name;
	u8 claim_dw, claim_bit, dw;
	bool is_high;
} read_fields[SFDP_N_READS] = {
	[SFDP_READ_1_1_2] = { "1-1-2", 1, 16, 4, false },
	[SFDP_READ_1_2_2] = { "1-2-2", 1, 20, 4, true },
	[SFDP_READ_1_1_4] = { "1-1-4", 1, 22, 3, true },
	[SFDP_READ_1_4_4] = { "1-4-4", 1, 21, 3, false },
	[SFDP_READ_2_2_2] = { "2-2-2", 5, 0, 6, true },
	[SFDP_READ_4_4_4] = { "4-4-4", 5, 4, 7, true },
	/* no support bit: an opcode is all there is */
	[SFDP_READ_1_1_8] = { "1-1-8", 0, 0, 17, true },
	[SFDP_READ_1_8_8] = { "1-8-8", 0, 0, 17, false },
	[SFDP_READ_1S_1D_1D] = { "1S-1D-1D", 21, 0, 22, false },
	[SFDP_READ_1S_2D_2D] = { "1S-2D-2D", 21, 1, 22, true },
	[SFDP_READ_1S_4D_4D] = { "1S-4D-4D", 21, 2, 23, false },
	[SFDP_READ_4S_4D_4D] = { "4S-4D-4D", 21, 3, 23, true },
};

const char *sfdp_read_name(enum sfdp_read_mode mode)
{
	return read_fields[mode].name;
}

static bool is_opcode(u8 opcode)
{
	return opcode != 0x00 && opcode != 0xff;
}

/* a 16-bit half of a fast read dword: wait states 4:0, mode clocks 7:5, opcode 15:8 */
bool sfdp_claimed_read(const struct sfdp_bfpt *b, enum sfdp_read_mode mode, struct sfdp_read *out)
{
	u8 claim_dw = read_fields[mode].claim_dw;
	u32 half = dw(b, read_fields[mode].dw) >> (read_fields[mode].is_high ? 16 : 0) & 0xffff;

	*out = (struct sfdp_read){
		.opcode = (u8)bits(half, 15, 8),
		.mode = (u8)bits(half, 7, 5),
		.wait = (u8)bits(half, 4, 0),
	};
	if (!claim_dw)
		return is_opcode(out->opcode);
	return bit(dw(b, claim_dw), read_fields[mode].claim_bit);
}

static void parse_reads(struct sfdp_bfpt *b)
{
	for (unsigned int i = 0; i < SFDP_N_READS; i++) {
		struct sfdp_read r;

		/* 00h and FFh with the support bit set is a bad table (IS25LX256) */
		if (sfdp_claimed_read(b, (enum sfdp_read_mode)i, &r) && is_opcode(r.opcode))
			b->reads[i] = r;
	}
}

static void parse_erases(struct sfdp_bfpt *b)
{
	static const u32 unit_ms[] = { 1, 16, 128, 1000 };

	for (unsigned int i = 0; i < SFDP_N_ERASE; i++) {
		u32 half = dw(b, 8 + i / 2) >> (16 * (i % 2)) & 0xffff;
		struct sfdp_erase *e = &b->erase[i];
		u32 n = bits(half, 7, 0), t;

		e->opcode = (u8)bits(half, 15, 8);
		/* 2^31 and more is no erase block */
		e->size = n && n < 31 ? 1u << n : 0;
		if (!e->size || b->n_dwords < 10)
			continue;
		t = bits(dw(b, 10), 10 + 7 * i, 4 + 7 * i);
		e->typ_ms = (bits(t, 4, 0) + 1) * unit_ms[bits(t, 6, 5)];
		b->erase_multiplier = (u8)(2 * (bits(dw(b, 10), 3, 0) + 1));
		e->max_ms = e->typ_ms * b->erase_multiplier;
	}
	if (b->n_dwords >= 10)
		b->erase_multiplier = (u8)(2 * (bits(dw(b, 10), 3, 0) + 1));
}

static void parse_program_times(struct sfdp_bfpt *b)
{
	static const u32 chip_unit_ms[] = { 16, 256, 4000, 64000 };
	u32 d = dw(b, 11), m;

	if (b->n_dwords < 11)
		return;
	m = 2 * (bits(d, 3, 0) + 1);
	b->program_multiplier = (u8)m;
	b->page_size = 1u << bits(d, 7, 4);
	b->page_program_typ_us = (bits(d, 12, 8) + 1) * (bit(d, 13) ? 64 : 8);
	b->page_program_max_us = b->page_program_typ_us * m;
	b->byte_first_typ_us = (bits(d, 17, 14) + 1) * (bit(d, 18) ? 8 : 1);
	b->byte_first_max_us = b->byte_first_typ_us * m;
	b->byte_next_typ_us = (bits(d, 22, 19) + 1) * (bit(d, 23) ? 8 : 1);
	b->byte_next_max_us = b->byte_next_typ_us * m;
	b->chip_erase_typ_ms = (bits(d, 28, 24) + 1) * chip_unit_ms[bits(d, 30, 29)];
	/* the standard does not say whose multiplier; a timeout takes the larger */
	b->chip_erase_max_ms = b->chip_erase_typ_ms * max((u32)b->erase_multiplier, m);
}

/* count and unit of a latency: 128 ns, 1, 8, 64 us */
static u32 latency_ns(u32 count, u32 unit)
{
	static const u32 unit_ns[] = { 128, 1000, 8000, 64000 };

	return (count + 1) * unit_ns[unit];
}

static void parse_suspend(struct sfdp_bfpt *b)
{
	u32 d = dw(b, 12);

	if (b->n_dwords < 13)
		return;
	b->has_suspend = !bit(d, 31);
	b->prohibited_in_program_suspend = (u8)bits(d, 3, 0);
	b->prohibited_in_erase_suspend = (u8)bits(d, 7, 4);
	b->program_resume_to_suspend_us = (bits(d, 12, 9) + 1) * 64;
	b->program_suspend_latency_ns = latency_ns(bits(d, 17, 13), bits(d, 19, 18));
	b->erase_resume_to_suspend_us = (bits(d, 23, 20) + 1) * 64;
	b->erase_suspend_latency_ns = latency_ns(bits(d, 28, 24), bits(d, 30, 29));
	d = dw(b, 13);
	b->op_program_resume = (u8)bits(d, 7, 0);
	b->op_program_suspend = (u8)bits(d, 15, 8);
	b->op_resume = (u8)bits(d, 23, 16);
	b->op_suspend = (u8)bits(d, 31, 24);
}

static void parse_modes(struct sfdp_bfpt *b)
{
	u32 d = dw(b, 14);

	if (b->n_dwords >= 14) {
		/* reserved bits are 1s: only these two say something */
		b->busy_poll_raw = (u8)bits(d, 7, 2);
		b->busy_by_sr = bit(d, 2);
		b->busy_by_fsr = bit(d, 3);
		b->has_dpd = !bit(d, 31);
		b->dpd_enter = (u8)bits(d, 30, 23);
		b->dpd_exit = (u8)bits(d, 22, 15);
		b->dpd_exit_ns = latency_ns(bits(d, 12, 8), bits(d, 14, 13));
	}
	d = dw(b, 15);
	if (b->n_dwords >= 15) {
		b->disable_444 = (u8)bits(d, 3, 0);
		b->enable_444 = (u8)bits(d, 8, 4);
		b->has_044 = bit(d, 9);
		b->exit_044 = (u8)bits(d, 15, 10);
		b->entry_044 = (u8)bits(d, 19, 16);
		b->qer = (u8)bits(d, 22, 20);
		b->hold_reset_disable = bit(d, 23);
	}
	d = dw(b, 16);
	if (b->n_dwords >= 16) {
		b->sr1_volatility = (u8)bits(d, 6, 0);
		b->soft_reset = (u8)bits(d, 13, 8);
		b->exit_4byte = (u16)bits(d, 23, 14);
		b->enter_4byte = (u8)bits(d, 31, 24);
	}
}

unsigned int sfdp_clock_mhz(u8 code)
{
	static const u16 mhz[16] = { 0, 33, 50, 66, 80, 100, 133, 166, 200, 250, 266, 333, 400 };

	return mhz[code & 15];
}

static void parse_octal(struct sfdp_bfpt *b)
{
	u32 d = dw(b, 18);

	if (b->n_dwords >= 18) {
		b->drive_strength = (u8)bits(d, 22, 18);
		b->jedec_spi_reset = bit(d, 23);
		b->ds_str = (u8)bits(d, 25, 24);
		b->ds_qpi_str = bit(d, 26);
		b->ds_qpi_dtr = bit(d, 27);
		b->octal_cmd_ext = (u8)bits(d, 30, 29);
		b->octal_byte_swapped = bit(d, 31);
	}
	d = dw(b, 19);
	if (b->n_dwords >= 19) {
		b->disable_888 = (u8)bits(d, 3, 0);
		b->enable_888 = (u8)bits(d, 8, 4);
		b->has_088 = bit(d, 9);
		b->exit_088 = (u8)bits(d, 15, 10);
		b->entry_088 = (u8)bits(d, 19, 16);
		b->oer = (u8)bits(d, 22, 20);
	}
	if (b->n_dwords >= 20)
		for (unsigned int i = 0; i < ARRAY_SIZE(b->max_clock_code); i++)
			b->max_clock_code[i] = (u8)bits(dw(b, 20), 4 * i + 3, 4 * i);
}

static int parse_size(struct sfdp_bfpt *b, struct err *err)
{
	u32 d = dw(b, 2), n = bits(d, 30, 0);

	if (!bit(d, 31))
		b->size = ((u64)n + 1) / 8;
	else if (n >= 32 && n <= 40) /* 4 Gbit and up; 1 Tbit is far away */
		b->size = UINT64_C(1) << (n - 3);
	if (b->size < KIB(4))
		return err_set(err, -ENOEXEC, NULL, "SFDP: density field %08x makes no sense",
			       (unsigned int)d);
	return 0;
}

int sfdp_parse_bfpt(const u8 *buf, unsigned int n_dwords, struct sfdp_bfpt *out, struct err *err)
{
	struct sfdp_bfpt b = { 0 };
	u32 d1;
	int rc;

	if (n_dwords < BFPT_MIN_DWORDS)
		return err_set(err, -ENOEXEC, NULL,
			       "SFDP: the basic table has %u dwords, 9 is the least", n_dwords);
	b.n_dwords = (u8)min(n_dwords, 255u);
	for (unsigned int i = 0; i < min(n_dwords, (unsigned int)SFDP_BFPT_DWORDS); i++)
		b.raw[i] = get_le32(buf + (size_t)4 * i);
	d1 = dw(&b, 1);
	b.erase_4k_field = (u8)bits(d1, 1, 0);
	b.write_granularity_64 = bit(d1, 2);
	b.sr_bp_volatile = bit(d1, 3);
	b.sr_volatile_wren = bit(d1, 4) ? 0x06 : 0x50;
	b.erase_4k_opcode = (u8)bits(d1, 15, 8);
	b.addr_bytes = (enum sfdp_addr_bytes)bits(d1, 18, 17);
	b.dtr = bit(d1, 19);
	rc = parse_size(&b, err);
	if (rc)
		return rc;
	parse_reads(&b);
	parse_erases(&b);
	parse_program_times(&b);
	parse_suspend(&b);
	parse_modes(&b);
	parse_octal(&b);
	*out = b;
	return 0;
}

/* ---- header ---- */

static void parse_table_header(const u8 *p, struct sfdp_table *t)
{
	t->id = (u16)(p[7] << 8 | p[0]);
	t->minor = p[1];
	t->major = p[2];
	t->n_dwords = p[3];
	t->offset = p[4] | (u32)p[5] << 8 | (u32)p[6] << 16;
}

static bool is_sfdp(const u8 *buf, size_t len)
{
	return len >= SFDP_HEADER_SIZE && get_le32(buf) == SFDP_SIGNATURE;
}

size_t sfdp_bytes_needed(const u8 *buf, size_t len)
{
	size_t need, n;

	if (!is_sfdp(buf, len))
		return 0;
	n = (size_t)buf[6] + 1;
	need = SFDP_HEADER_SIZE * (n + 1);
	for (size_t i = 1; i <= n && SFDP_HEADER_SIZE * (i + 1) <= len; i++) {
		struct sfdp_table t;
		size_t end;

		parse_table_header(buf + SFDP_HEADER_SIZE * i, &t);
		end = (size_t)t.offset + (size_t)4 * t.n_dwords;
		/* a pointer into nowhere is a bad table; it must not cost a long read */
		if (end <= SFDP_MAX_BYTES)
			need = max(need, end);
	}
	return min(need, (size_t)SFDP_MAX_BYTES);
}

/* several revisions of the BFPT may be listed: the longest one that is there wins */
static const struct sfdp_table *find_bfpt(const struct sfdp_info *s)
{
	const struct sfdp_table *best = NULL;

	for (unsigned int i = 0; i < s->n_tables; i++) {
		const struct sfdp_table *t = &s->tables[i];

		if (t->id == SFDP_ID_BFPT && t->major == 1 && t->complete &&
		    t->n_dwords >= BFPT_MIN_DWORDS &&
		    (!best || t->n_dwords > best->n_dwords ||
		     (t->n_dwords == best->n_dwords && t->minor > best->minor)))
			best = t;
	}
	return best;
}

int sfdp_parse(const u8 *buf, size_t len, struct sfdp_info *out, struct err *err)
{
	struct sfdp_info s = { 0 };
	const struct sfdp_table *t;
	int rc;

	if (!is_sfdp(buf, len))
		return err_set(err, -ENOEXEC, NULL, "no SFDP signature");
	s.minor = buf[4];
	s.major = buf[5];
	s.nph = buf[6];
	s.access_protocol = buf[7];
	if (s.major != 1)
		return err_set(err, -ENOEXEC, NULL, "SFDP of unknown major revision %u", s.major);
	for (size_t i = 1; i <= (size_t)s.nph + 1 && s.n_tables < SFDP_MAX_TABLES; i++) {
		struct sfdp_table *h = &s.tables[s.n_tables];
		size_t size;

		if (len < SFDP_HEADER_SIZE * (i + 1))
			break;
		parse_table_header(buf + SFDP_HEADER_SIZE * i, h);
		size = (size_t)4 * h->n_dwords;
		h->complete = size <= len && h->offset <= len - size;
		s.n_tables++;
	}
	t = find_bfpt(&s);
	if (!t)
		return err_set(err, -ENOEXEC, NULL,
			       "SFDP without a whole basic parameter table in its %zu bytes", len);
	rc = sfdp_parse_bfpt(buf + t->offset, t->n_dwords, &s.bfpt, err);
	if (rc)
		return rc;
	s.bfpt.major = t->major;
	s.bfpt.minor = t->minor;
	sfdp_parse_tables(&s, buf);
	*out = s;
	return 0;
}
