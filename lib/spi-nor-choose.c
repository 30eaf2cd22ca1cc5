// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A flash chip by the user's words, for chips that nobody knows and that say nothing of themselves.
 */
#include "lib/spi-nor-choose.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct nor_vendor user_vendor = { .name = "user-defined" };

static const char next[] = "for example -c w25q128jv, or -c mine:size=8M,erase=20h:4K/d8h:64K";

static int bad(struct err *err, const char *what, const char *text, size_t len)
{
	return err_set(err, -EINVAL, next, "-c: %s: %.*s", what, (int)min(len, (size_t)80), text);
}

static bool parse_number(const char *s, size_t len, u64 *val)
{
	char text[24], *end;
	u64 scale = 1;

	if (!len || len >= sizeof(text) || *s < '0' || *s > '9')
		return false;
	memcpy(text, s, len);
	text[len] = '\0';
	*val = strtoull(text, &end, 0);
	if (*end == 'K' || *end == 'k')
		scale = KIB(1);
	else if (*end == 'M')
		scale = MIB(1);
	if (scale > 1)
		end++;
	if (*end || *val > UINT32_MAX)
		return false;
	*val *= scale;
	return true;
}

/* "20h" or "0x20" */
static bool parse_opcode(const char *s, size_t len, u8 *opcode)
{
	char text[8], *end;
	unsigned long val;

	if (len < 2 || len >= sizeof(text))
		return false;
	memcpy(text, s, len);
	text[len] = '\0';
	val = strtoul(text, &end, 16);
	if (end == text || val > 0xff || (*end && strcasecmp(end, "h") != 0))
		return false;
	*opcode = (u8)val;
	return true;
}

static int parse_erase(struct nor_part *part, const char *s, size_t len, struct err *err)
{
	static const struct {
		u8 opcode;
		u32 size, flag;
	} known[] = {
		{ 0x20, KIB(4), NOR_ERASE_4K },	    { 0xd7, KIB(4), NOR_ERASE_4K_D7 },
		{ 0x52, KIB(32), NOR_ERASE_32K },   { 0xd8, KIB(32), NOR_ERASE_32K_D8 },
		{ 0xd8, KIB(64), NOR_ERASE_64K },   { 0xd8, KIB(128), NOR_ERASE_128K },
		{ 0xd8, KIB(256), NOR_ERASE_256K },
	};
	u32 flags = 0;

	while (len) {
		size_t n = min(strcspn(s, "/"), len), op = min(strcspn(s, ":"), n), i;
		u8 opcode = 0;
		u64 size = 0;

		if (op == n || !parse_opcode(s, op, &opcode) ||
		    !parse_number(s + op + 1, n - op - 1, &size))
			return bad(err, "an erase block is OPCODE:SIZE", s, n);
		for (i = 0; i < ARRAY_SIZE(known); i++)
			if (known[i].opcode == opcode && known[i].size == size)
				break;
		if (i == ARRAY_SIZE(known))
			return bad(err, "no chip is known to erase this by that", s, n);
		flags |= known[i].flag;
		s += n;
		len -= n;
		if (len) {
			s++;
			len--;
		}
	}
	part->flags &= ~(NOR_ERASE_4K | NOR_ERASE_4K_D7 | NOR_ERASE_32K | NOR_ERASE_32K_D8 |
			 NOR_ERASE_64K | NOR_ERASE_128K | NOR_ERASE_256K);
	part->flags |= flags;
	memset(&part->times, 0, sizeof(part->times)); /* they were for other blocks */
	return 0;
}

static bool is_word(const char *s, size_t len, const char *word)
{
	return strlen(word) == len && !strncasecmp(s, word, len);
}

static int parse_addr(struct nor_part *part, const char *s, size_t len, struct err *err)
{
	static const struct {
		const char *word;
		enum nor_4byte how;
	} ways[] = {
		{ "3", NOR_4B_NONE },  { "opcodes", NOR_4B_NONE }, /* a flag says so */
		{ "b7", NOR_4B_EN4B }, { "wren-b7", NOR_4B_WREN_EN4B }, { "bank", NOR_4B_BANK },
		{ "ear", NOR_4B_EAR }, { "always", NOR_4B_ALWAYS },
	};

	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		if (!is_word(s, len, ways[i].word))
			continue;
		part->flags &= ~NOR_4B_OPS;
		part->flags |= is_word(s, len, "opcodes") ? NOR_4B_OPS : 0;
		part->fourbyte = ways[i].how;
		return 0;
	}
	return bad(err, "addr is 3, opcodes, b7, wren-b7, bank, ear or always", s, len);
}

static int parse_quad(struct nor_part *part, const char *s, size_t len, struct err *err)
{
	static const struct {
		const char *word;
		enum nor_qe qe;
	} ways[] = {
		{ "always", NOR_QE_NONE },     { "sr1.6", NOR_QE_SR1_B6 },
		{ "sr2.1", NOR_QE_SR2_B1_W2 }, { "sr2.1-31h", NOR_QE_SR2_B1_31 },
		{ "sr2.7", NOR_QE_SR2_B7 },
	};

	part->flags &= ~(NOR_QUAD_READ | NOR_QUAD_IO | NOR_QUAD_PP | NOR_QUAD_PP_38);
	part->qe = NOR_QE_NONE;
	if (is_word(s, len, "none"))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		if (!is_word(s, len, ways[i].word))
			continue;
		part->qe = ways[i].qe;
		part->flags |= NOR_QUAD_READ; /* 8 dummy cycles with all makers */
		return 0;
	}
	return bad(err, "quad is none, always, sr1.6, sr2.1, sr2.1-31h or sr2.7", s, len);
}

static int parse_key(struct nor_part *part, const char *key, size_t key_len, const char *s,
		     size_t len, struct err *err)
{
	u64 val = 0;

	if (is_word(key, key_len, "erase"))
		return parse_erase(part, s, len, err);
	if (is_word(key, key_len, "addr"))
		return parse_addr(part, s, len, err);
	if (is_word(key, key_len, "quad"))
		return parse_quad(part, s, len, err);
	if (is_word(key, key_len, "chip-erase")) {
		if (!is_word(s, len, "none") && !is_word(s, len, "c7h"))
			return bad(err, "chip-erase is c7h or none", s, len);
		part->flags &= ~NOR_NO_CHIP_ERASE;
		part->flags |= is_word(s, len, "none") ? NOR_NO_CHIP_ERASE : 0;
		return 0;
	}
	if (!is_word(key, key_len, "size") && !is_word(key, key_len, "page") &&
	    !is_word(key, key_len, "mhz"))
		return bad(err, "keys are size, page, erase, chip-erase, addr, quad and mhz", key,
			   key_len);
	if (!parse_number(s, len, &val) || !val)
		return bad(err, "not a number", s, len);
	if (is_word(key, key_len, "mhz")) {
		if (val > 133)
			return bad(err, "more than 133 MHz", s, len);
		part->max_mhz = (u8)val;
		return 0;
	}
	if (val & (val - 1))
		return bad(err, "not a power of two", s, len);
	if (is_word(key, key_len, "page") && val > 1024)
		return bad(err, "a page has 1024 bytes at most", s, len);
	if (is_word(key, key_len, "page"))
		part->page_size = (u32)val;
	else
		part->size = val;
	return 0;
}

static bool find_row(struct nor_choice *c)
{
	for (size_t v = 0; nor_vendors[v]; v++)
		for (size_t i = 0; i < nor_vendors[v]->n_parts; i++)
			if (!strcasecmp(nor_vendors[v]->parts[i].name, c->name)) {
				c->vendor = nor_vendors[v];
				c->part = nor_vendors[v]->parts[i];
				return true;
			}
	return false;
}

/* what was said is all there is: does it make a chip? */
static int check_settles(const struct nor_choice *c, const char *text, struct err *err)
{
	struct nor_params p;
	struct err why = { 0 };

	if (c->part.size > MIB(16) && c->part.fourbyte == NOR_4B_NONE &&
	    !(c->part.flags & NOR_4B_OPS))
		return bad(err, "above 16 MiB addr= has to say how four address bytes are sent",
			   text, strlen(text));
	if (nor_settle(&p, &c->part, c->vendor, NULL, &why))
		return bad(err, why.what, text, strlen(text));
	return 0;
}

int nor_choose(struct nor_choice *c, const char *text, struct err *err)
{
	size_t len = strcspn(text, ":");
	const char *s = text + len;
	int rc;

	memset(c, 0, sizeof(*c));
	if (!len || len >= sizeof(c->name))
		return bad(err, "no name of a chip", text, strlen(text));
	memcpy(c->name, text, len);
	c->is_row = find_row(c);
	if (!c->is_row) {
		c->vendor = &user_vendor;
		c->part.qe = NOR_QE_NONE;
		c->part.bp = NOR_BP_OPAQUE;
		c->part.otp.kind = NOR_OTP_NONE;
		c->part.uid = NOR_UID_NONE;
	}
	c->part.name = c->name;
	c->is_described = *s == ':';
	if (!c->is_row && !c->is_described)
		return err_set(err, -EINVAL,
			       "`swdrom -L` lists the names; or describe it: size=, erase= ...",
			       "-c: there is no chip %s in the tables", c->name);
	for (s += c->is_described; *s; s += *s == ',') {
		size_t n = strcspn(s, ","), eq = strcspn(s, "=");

		if (eq >= n)
			return bad(err, "not KEY=VALUE", s, n);
		rc = parse_key(&c->part, s, eq, s + eq + 1, n - eq - 1, err);
		if (rc)
			return rc;
		s += n;
	}
	if (!c->is_row &&
	    (!c->part.size ||
	     !(c->part.flags & (NOR_ERASE_4K | NOR_ERASE_4K_D7 | NOR_ERASE_32K | NOR_ERASE_32K_D8 |
				NOR_ERASE_64K | NOR_ERASE_128K | NOR_ERASE_256K))))
		return bad(err, "a chip that is not in the tables needs size= and erase=", text,
			   strlen(text));
	return c->is_described ? check_settles(c, text, err) : 0;
}
