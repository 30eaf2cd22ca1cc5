// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SFDP as a page of text: what the chip says about itself, in the order in which people ask.
 */
#include "lib/spi-nor-sfdp-print.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct printer {
	void (*line)(void *arg, const char *text);
	void *arg;
};

static void say(const struct printer *p, const char *fmt, ...) __printf_like(2, 3);

static void say(const struct printer *p, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	p->line(p->arg, text);
}

/* a list of words, built up piece by piece; what does not fit is left out */
struct words {
	char text[200];
	size_t used;
};

static void add_word(struct words *w, const char *sep, const char *fmt, ...) __printf_like(3, 4);

static void add_word(struct words *w, const char *sep, const char *fmt, ...)
{
	char word[96];
	va_list ap;
	int n;

	va_start(ap, fmt);
	vsnprintf(word, sizeof(word), fmt, ap);
	va_end(ap);
	n = snprintf(w->text + w->used, sizeof(w->text) - w->used, "%s%s", w->used ? sep : "",
		     word);
	if (n > 0 && (size_t)n < sizeof(w->text) - w->used)
		w->used += (size_t)n;
	else
		w->text[w->used] = '\0';
}

/* the words of the bits that are set; "none" without */
static const char *bit_words(struct words *w, u32 mask, const char *const *names, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		if (mask & BIT(i) && names[i])
			add_word(w, ", ", "%s", names[i]);
	if (!w->used)
		add_word(w, "", "none");
	return w->text;
}

static const char *size_text(u64 bytes, char buf[24])
{
	if (bytes >= MIB(1) && !(bytes % MIB(1)))
		snprintf(buf, 24, "%" PRIu64 " MiB", bytes / MIB(1));
	else if (bytes >= KIB(1) && !(bytes % KIB(1)))
		snprintf(buf, 24, "%" PRIu64 " KiB", bytes / KIB(1));
	else
		snprintf(buf, 24, "%" PRIu64 " bytes", bytes);
	return buf;
}

static const char *ms_text(u32 ms, char buf[24])
{
	if (ms >= 10000)
		snprintf(buf, 24, "%" PRIu32 " s", ms / 1000);
	else
		snprintf(buf, 24, "%" PRIu32 " ms", ms);
	return buf;
}

/* ---- BFPT ---- */

static void print_reads(const struct printer *p, const struct sfdp_bfpt *b)
{
	bool any = false;

	for (unsigned int i = 0; i < SFDP_N_READS; i++) {
		enum sfdp_read_mode mode = (enum sfdp_read_mode)i;
		struct sfdp_read r;

		if (!sfdp_claimed_read(b, mode, &r))
			continue;
		any = true;
		if (b->reads[i].opcode)
			say(p, "  read %-9s  %02xh, %u mode clocks, %u dummy clocks",
			    sfdp_read_name(mode), r.opcode, r.mode, r.wait);
		else
			say(p, "  read %-9s  claimed, but with opcode %02xh: not usable",
			    sfdp_read_name(mode), r.opcode);
	}
	if (!any)
		say(p, "  fast reads      none on more than one line");
}

static void print_erases(const struct printer *p, const struct sfdp_info *s)
{
	const struct sfdp_bfpt *b = &s->bfpt;
	char size[24], typ[24], most[24];

	for (unsigned int i = 0; i < SFDP_N_ERASE; i++) {
		const struct sfdp_erase *e = &b->erase[i];
		struct words w = { 0 };

		if (!e->size)
			continue;
		add_word(&w, "", "%-9s %02xh", size_text(e->size, size), e->opcode);
		if (s->fourbait.erase_opcode[i])
			add_word(&w, ", ", "4-byte %02xh", s->fourbait.erase_opcode[i]);
		if (e->typ_ms)
			add_word(&w, ", ", "%s, at most %s", ms_text(e->typ_ms, typ),
				 ms_text(e->max_ms, most));
		say(p, "  erase type %u    %s", i + 1, w.text);
	}
	if (b->chip_erase_typ_ms)
		say(p, "  chip erase      %s, at most %s", ms_text(b->chip_erase_typ_ms, typ),
		    ms_text(b->chip_erase_max_ms, most));
	if (b->page_size)
		say(p,
		    "  page program    %" PRIu32 " bytes, %" PRIu32 " us, at most %" PRIu32 " us",
		    b->page_size, b->page_program_typ_us, b->page_program_max_us);
	else
		say(p, "  page program    not given (JESD216 1.0)");
}

static void print_addressing(const struct printer *p, const struct sfdp_bfpt *b)
{
	static const char *const bytes[] = { "3 bytes", "3 or 4 bytes", "4 bytes", "reserved" };
	static const char *const enter[] = { "B7h",	      "06h B7h",  "extended address C5h",
					     "bank 17h",      "NVCR B1h", "4-byte opcodes",
					     "always 4-byte", NULL };
	static const char *const leave[] = {
		"E9h",	    "06h E9h",	      "C5h 00h",	"bank 17h",
		"NVCR B1h", "hardware reset", "software reset", "power cycle"
	};
	struct words w = { 0 };

	say(p, "  address         %s", bytes[b->addr_bytes]);
	if (b->n_dwords < 16 || b->addr_bytes == SFDP_ADDR_3)
		return;
	say(p, "  4-byte mode in  %s", bit_words(&w, b->enter_4byte, enter, ARRAY_SIZE(enter)));
	w = (struct words){ 0 };
	say(p, "  4-byte mode out %s", bit_words(&w, b->exit_4byte, leave, ARRAY_SIZE(leave)));
}

static void print_quad(const struct printer *p, const struct sfdp_bfpt *b)
{
	static const char *const qer[] = {
		"no bit needed",
		"SR2 bit 1 by 01h with two bytes; one byte clears SR2",
		"SR1 bit 6 by 01h",
		"SR2 bit 7 by 3Eh, read by 3Fh",
		"SR2 bit 1 by 01h with two bytes",
		"SR2 bit 1 by 01h with two bytes, read by 35h",
		"SR2 bit 1 by 31h, read by 35h",
		"reserved code 7",
	};
	static const char *const in_444[] = { "QE then 38h", "38h", "35h", "71h 800003h bit 6",
					      "61h bit 7 = 0" };
	static const char *const out_444[] = { "FFh", "F5h", "71h 800003h bit 6 = 0", "66h 99h" };
	static const char *const out_044[] = { "mode byte 00h", "Fh, 8 or 10 clocks", NULL,
					       "Fh, 8 clocks",	"mode bits not Axh",  NULL };
	struct words w = { 0 };

	if (b->n_dwords < 15) {
		say(p, "  quad enable     not given");
		return;
	}
	say(p, "  quad enable     %s", qer[b->qer & 7]);
	if (b->enable_444)
		say(p, "  4-4-4 (QPI) in  %s",
		    bit_words(&w, b->enable_444, in_444, ARRAY_SIZE(in_444)));
	w = (struct words){ 0 };
	if (b->disable_444)
		say(p, "  4-4-4 (QPI) out %s",
		    bit_words(&w, b->disable_444, out_444, ARRAY_SIZE(out_444)));
	w = (struct words){ 0 };
	if (b->has_044)
		say(p, "  0-4-4 (XIP) out %s",
		    bit_words(&w, b->exit_044, out_044, ARRAY_SIZE(out_044)));
}

static void print_status(const struct printer *p, const struct sfdp_bfpt *b)
{
	static const char *const reset[] = { "Fh 8 clocks", "Fh 10 clocks", "Fh 16 clocks",
					     "F0h",	    "66h 99h",	    "leave 0-4-4 first" };
	static const char *const sr1[] = { "non-volatile (06h)",
					   "volatile, powers up as 1s (06h)",
					   "volatile, powers up as 1s (50h)",
					   "both (06h, volatile by 50h)",
					   "mixed bits (06h)",
					   NULL,
					   NULL };
	struct words w = { 0 };

	if (b->n_dwords >= 14) {
		if (b->busy_by_sr)
			add_word(&w, ", ", "05h bit 0");
		if (b->busy_by_fsr)
			add_word(&w, ", ", "70h bit 7");
		say(p, "  busy            %s", w.text);
		if (b->has_dpd)
			say(p, "  power-down      %02xh in, %02xh out, %" PRIu32 ".%" PRIu32 " us",
			    b->dpd_enter, b->dpd_exit, b->dpd_exit_ns / 1000,
			    b->dpd_exit_ns % 1000 / 100);
	}
	if (b->n_dwords >= 13 && b->has_suspend)
		say(p, "  suspend         %02xh, resume %02xh; within %" PRIu32 " us of an erase",
		    b->op_suspend, b->op_resume, b->erase_suspend_latency_ns / 1000);
	if (b->n_dwords < 16)
		return;
	w = (struct words){ 0 };
	say(p, "  status register %s", bit_words(&w, b->sr1_volatility, sr1, ARRAY_SIZE(sr1)));
	w = (struct words){ 0 };
	say(p, "  reset           %s", bit_words(&w, b->soft_reset, reset, ARRAY_SIZE(reset)));
}

static void print_octal(const struct printer *p, const struct sfdp_bfpt *b)
{
	static const char *const ext[] = { "repeated", "inverted", "reserved", "16-bit" };
	static const char *const names[] = { "4S-4S-4S", NULL, "4S-4D-4D", NULL,
					     "8S-8S-8S", NULL, "8D-8D-8D", NULL };
	struct words w = { 0 };

	if (b->n_dwords < 20)
		return;
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i] && sfdp_clock_mhz(b->max_clock_code[i]))
			add_word(&w, ", ", "%s %u MHz", names[i],
				 sfdp_clock_mhz(b->max_clock_code[i]));
	if (!w.used)
		return;
	say(p, "  clocks up to    %s", w.text);
	say(p, "  octal opcodes   %s%s", ext[b->octal_cmd_ext & 3],
	    b->octal_byte_swapped ? "; bytes of a word swapped in 8D-8D-8D" : "");
}

/* ---- the other tables ---- */

static void print_map(const struct printer *p, const struct sfdp_map *map,
		      const struct sfdp_bfpt *b)
{
	const char *problem = sfdp_map_problem(map, b);
	char size[24];

	say(p, "  map %u%s%s", map->id, problem ? ": not usable: " : "", problem ? problem : "");
	for (unsigned int r = 0; r < map->n_regions; r++) {
		const struct sfdp_region *reg = &map->regions[r];
		struct words w = { 0 };

		for (unsigned int i = 0; i < SFDP_N_ERASE; i++)
			if (reg->erase_mask & BIT(i))
				add_word(&w, ", ", "%s", size_text(b->erase[i].size, size));
		say(p, "    %08" PRIx64 "  %-9s  erased by %s", reg->start,
		    size_text(reg->size, size), w.used ? w.text : "nothing");
	}
}

static void print_maps(const struct printer *p, const struct sfdp_info *s)
{
	static const char *const addr[] = { "no address", "3-byte address", "4-byte address",
					    "address as set" };

	if (!s->map.present)
		return;
	say(p, "Sector map:");
	for (unsigned int i = 0; i < s->map.n_detect; i++) {
		const struct sfdp_detect *d = &s->map.detect[i];
		char wait[24] = "dummy clocks as set";

		if (d->wait_code != 15)
			snprintf(wait, sizeof(wait), "%u dummy clocks", d->wait_code);
		say(p, "  ask %02xh, %s %06" PRIx32 "h, %s, mask %02xh", d->opcode,
		    addr[d->addr_code & 3], d->addr, wait, d->mask);
	}
	for (unsigned int i = 0; i < s->map.n_maps; i++)
		print_map(p, &s->map.maps[i], &s->bfpt);
}

static void print_profile1(const struct printer *p, const struct sfdp_profile1 *x)
{
	static const unsigned int mhz[] = { 200, 166, 133, 100 };
	struct words w = { 0 };

	if (!x->present)
		return;
	say(p, "xSPI profile 1.0 (8D-8D-8D):");
	if (x->read_fast)
		say(p, "  read            %02xh", x->read_fast);
	say(p, "  status read     %u address bytes, %u dummy clocks", x->rdsr_addr_nbytes,
	    x->rdsr_dummy);
	for (unsigned int i = 0; i < ARRAY_SIZE(mhz); i++)
		if (x->dummy[i])
			add_word(&w, ", ", "%u at %u MHz (code %u)", x->dummy[i], mhz[i],
				 x->dummy_code[i]);
	if (w.used)
		say(p, "  dummy clocks    %s", w.text);
	say(p, "  registers       read %02xh, write %02xh; non-volatile %02xh, %02xh", x->op_read_v,
	    x->op_write_v, x->op_read_nv, x->op_write_nv);
}

static void print_sccr(const struct printer *p, const struct sfdp_info *s)
{
	static const struct {
		enum sfdp_control_name which;
		const char *name;
	} names[] = {
		{ SFDP_CTRL_WIP, "busy" },
		{ SFDP_CTRL_WEL, "write enable latch" },
		{ SFDP_CTRL_PROGRAM_ERROR, "program error" },
		{ SFDP_CTRL_ERASE_ERROR, "erase error" },
		{ SFDP_CTRL_DUMMY_V, "dummy clocks, volatile" },
		{ SFDP_CTRL_DUMMY_NV, "dummy clocks, non-volatile" },
		{ SFDP_CTRL_QPI_V, "QPI, volatile" },
		{ SFDP_CTRL_QPI_NV, "QPI, non-volatile" },
		{ SFDP_CTRL_OCTAL_STR_V, "octal STR, volatile" },
		{ SFDP_CTRL_OCTAL_STR_NV, "octal STR, non-volatile" },
		{ SFDP_CTRL_OCTAL_DTR_V, "octal DTR, volatile" },
		{ SFDP_CTRL_OCTAL_DTR_NV, "octal DTR, non-volatile" },
	};

	if (!s->sccr.present)
		return;
	say(p, "Register map: volatile from %08" PRIx32 "h, non-volatile from %08" PRIx32 "h",
	    s->sccr.volatile_offset, s->sccr.nonvolatile_offset);
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		struct sfdp_control c = sfdp_control(&s->sccr, names[i].which);

		if (c.present)
			say(p, "  %-26s register %02xh bit %u, read %02xh, write %02xh",
			    names[i].name, c.addr, c.bit, c.op_read, c.op_write);
	}
	for (unsigned int i = 0; i < s->dies.n_extra; i++)
		say(p, "  die %u: volatile from %08" PRIx32 "h, non-volatile from %08" PRIx32 "h",
		    i + 1, s->dies.volatile_offset[i], s->dies.nonvolatile_offset[i]);
}

static void print_sequence(const struct printer *p, const struct sfdp_sequence *seq)
{
	struct words w = { 0 };

	if (!seq->present)
		return;
	for (unsigned int i = 0; i < seq->n; i++) {
		char hex[3 * SFDP_SEQUENCE_BYTES + 1] = "";

		for (unsigned int k = 0; k < seq->frames[i].len; k++)
			snprintf(hex + (size_t)3 * k, 4, "%02x ", seq->frames[i].bytes[k]);
		add_word(&w, "; ", "%.*s", 3 * seq->frames[i].len - 1, hex);
	}
	say(p, "To enter 8D-8D-8D: %s", w.text);
}

static void print_tables(const struct printer *p, const struct sfdp_info *s)
{
	say(p, "Tables:");
	for (unsigned int i = 0; i < s->n_tables; i++) {
		const struct sfdp_table *t = &s->tables[i];
		char name[16];

		say(p, "  %04x  %-14s  %u.%-3u %3u dwords at %06" PRIx32 "%s", t->id,
		    sfdp_table_name(t->id, name), t->major, t->minor, t->n_dwords, t->offset,
		    t->complete ? "" : "  not in these bytes");
	}
}

void sfdp_print(const struct sfdp_image *img, void (*line)(void *arg, const char *text), void *arg)
{
	const struct printer p = { .line = line, .arg = arg };
	const struct sfdp_info *s = &img->info;
	char size[24], text[160];

	if (img->is_bare) {
		say(&p, "A bare basic parameter table, %zu bytes", img->len);
	} else {
		say(&p, "SFDP %u.%u, %zu bytes", s->major, s->minor, img->len);
		print_tables(&p, s);
	}
	say(&p, "Basic parameters (%u dwords):", s->bfpt.n_dwords);
	say(&p, "  size            %s", size_text(s->bfpt.size, size));
	print_addressing(&p, &s->bfpt);
	print_erases(&p, s);
	print_reads(&p, &s->bfpt);
	print_quad(&p, &s->bfpt);
	print_status(&p, &s->bfpt);
	print_octal(&p, &s->bfpt);
	print_maps(&p, s);
	print_profile1(&p, &s->profile1);
	print_sccr(&p, s);
	print_sequence(&p, &s->enter_8d);
	for (unsigned int i = 0; sfdp_warning(img, i, text, sizeof(text)); i++)
		say(&p, "Warning: %s", text);
}

/* ---- a file ---- */

int sfdp_load(const u8 *buf, size_t len, struct sfdp_image *out, struct err *err)
{
	struct sfdp_image img = { .len = len };
	struct err no_header = { 0 };
	int rc = sfdp_parse(buf, len, &img.info, &no_header);

	/* without a signature it may be the basic table alone; its dword 1 ends in nine 1s */
	if (rc && (len < 4 || memcmp(buf, "SFDP", 4) != 0) && len >= 36 && !(len % 4) &&
	    len <= 4 * SFDP_BFPT_DWORDS && get_le32(buf) >> 23 == 0x1ff) {
		img.is_bare = true;
		rc = sfdp_parse_bfpt(buf, (unsigned int)(len / 4), &img.info.bfpt, err);
	} else if (rc) {
		rc = err_set(err, rc, "an SFDP begins with the letters SFDP", "%s", no_header.what);
	}
	if (!rc)
		*out = img;
	return rc;
}

bool sfdp_warning(const struct sfdp_image *img, unsigned int n, char *buf, size_t size)
{
	const struct sfdp_info *s = &img->info;
	unsigned int i;
	char name[16];

	for (i = 0; i < s->n_tables; i++) {
		if (s->tables[i].complete || n--)
			continue;
		snprintf(buf, size, "table %s points past the %zu bytes given",
			 sfdp_table_name(s->tables[i].id, name), img->len);
		return true;
	}
	if (!img->is_bare && s->n_tables < (unsigned int)s->nph + 1 && !n--) {
		snprintf(buf, size, "the header promises %u tables, %u were read", s->nph + 1u,
			 s->n_tables);
		return true;
	}
	for (i = 0; i < s->map.n_maps; i++) {
		const char *problem = sfdp_map_problem(&s->map.maps[i], &s->bfpt);

		if (!problem || n--)
			continue;
		snprintf(buf, size, "sector map %u: %s", s->map.maps[i].id, problem);
		return true;
	}
	return false;
}
