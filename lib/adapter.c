// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Adapters from INI sections: reading, checking, and the pin levels that follow from them.
 *
 * Built-in and user's sections go through the same reader and the same checks. The facts behind
 * the checks: AN_108 (FTDI), 3.1: in MPSSE mode xDBUS0 is TCK, 1 TDI/DO, 2 TDO/DI, 3 TMS/CS.
 */
#include "lib/adapter.h"
#include "lib/builtin.h"

#include <ini.h>

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PIN_TCK		 BIT(0)
#define PIN_DO		 BIT(1)
#define PIN_DI		 BIT(2)
#define PIN_TMS		 BIT(3)

#define ADAPTER_FILE_MAX ((size_t)MIB(1)) /* nobody writes a longer one by hand */

enum key_type {
	KEY_TEXT,
	KEY_NOTE, /* text that may go on in the next, indented line */
	KEY_MASK,
	KEY_HZ,
	KEY_CHANNEL,
	KEY_IDS,
	KEY_ENUM,
};

static const char *const wiring_names[] = {
	[ADAPTER_JTAG_ONLY] = "jtag-only",	[ADAPTER_RESISTOR] = "resistor",
	[ADAPTER_TRISTATE] = "direct-tristate", [ADAPTER_BUFFER_OE] = "buffer-with-oe",
	[ADAPTER_TMS] = "tms-bitbang",		NULL,
};

static const char *const nsrst_names[] = {
	[ADAPTER_NSRST_NONE] = "none",
	[ADAPTER_NSRST_PUSH_PULL] = "push-pull",
	[ADAPTER_NSRST_OPEN_DRAIN] = "open-drain-driver",
	[ADAPTER_NSRST_TRISTATE] = "tristate-buffer",
	[ADAPTER_NSRST_DIRECT] = "direct-pin",
	NULL,
};

static const char *const match_names[] = {
	[ADAPTER_MATCH_HINT] = "hint",
	[ADAPTER_MATCH_EXACT] = "exact",
	[ADAPTER_MATCH_CONTAINS] = "contains",
	NULL,
};

struct adapter_key {
	const char *name;
	enum key_type type;
	size_t offset, size;
	const char *const *words; /* KEY_ENUM: by value */
};

#define KEY(_name, _type, _field)                                                             \
	{                                                                                     \
		.name = (_name), .type = (_type), .offset = offsetof(struct adapter, _field), \
		.size = sizeof(((struct adapter *)0)->_field)                                 \
	}
#define KEY_WORD(_name, _field, _words)                                                        \
	{                                                                                      \
		.name = (_name), .type = KEY_ENUM, .offset = offsetof(struct adapter, _field), \
		.size = sizeof(((struct adapter *)0)->_field), .words = (_words)               \
	}

static const struct adapter_key keys[] = {
	KEY("product", KEY_TEXT, product),
	KEY("usb", KEY_IDS, ids),
	KEY("usb-product", KEY_TEXT, usb_product),
	KEY_WORD("usb-product-match", match, match_names),
	KEY("chip", KEY_TEXT, chip),
	KEY("channel", KEY_CHANNEL, channel),
	KEY_WORD("wiring", wiring, wiring_names),
	KEY("swclk", KEY_MASK, swclk),
	KEY("swdio-out", KEY_MASK, swdio_out),
	KEY("swdio-in", KEY_MASK, swdio_in),
	KEY("init-out", KEY_MASK, init_out),
	KEY("init-dir", KEY_MASK, init_dir),
	KEY("swd-en-mask", KEY_MASK, swd_en_mask),
	KEY("swd-en-out", KEY_MASK, swd_en_out),
	KEY("swd-en-dir", KEY_MASK, swd_en_dir),
	KEY("swdio-oe-mask", KEY_MASK, swdio_oe_mask),
	KEY("swdio-drive", KEY_MASK, swdio_drive),
	KEY("swdio-float", KEY_MASK, swdio_float),
	KEY("swdio-float-dir", KEY_MASK, swdio_float_dir),
	KEY_WORD("nsrst", nsrst, nsrst_names),
	KEY("nsrst-mask", KEY_MASK, nsrst_mask),
	KEY("nsrst-assert", KEY_MASK, nsrst_assert),
	KEY("nsrst-release", KEY_MASK, nsrst_release),
	KEY("led-mask", KEY_MASK, led_mask),
	KEY("led-on", KEY_MASK, led_on),
	KEY("max-hz", KEY_HZ, max_hz),
	KEY("untested", KEY_TEXT, untested),
	KEY("source", KEY_TEXT, source),
	KEY("note", KEY_NOTE, note),
};

/* one INI text on its way through inih */
struct adapter_reader {
	const char *file; /* for messages */
	const char *pos;
	unsigned int line;
	struct adapter cur;	   /* the section being read */
	unsigned int section_line; /* of its first key */
	u32 seen;		   /* keys it has, by index into keys[] */
	int (*fn)(void *arg, const struct adapter_reader *r);
	void *arg;
	int stop;     /* what fn or a key returned, once not 0 */
	int bad_line; /* where a key was refused */
	struct err *err;
};

/* ---- values ---- */

static bool parse_mask(const char *s, u16 *val)
{
	unsigned long v;
	char *end;

	if (!isdigit((unsigned char)*s))
		return false;
	v = strtoul(s, &end, 0);
	if (*end || v > 0xffff)
		return false;
	*val = (u16)v;
	return true;
}

static bool parse_hz(const char *s, u32 *val)
{
	unsigned long v, scale;
	char *end;

	if (!isdigit((unsigned char)*s))
		return false;
	errno = 0;
	v = strtoul(s, &end, 10);
	scale = *end == 'M' ? 1000000 : *end == 'k' || *end == 'K' ? 1000 : 1;
	if (errno || (scale > 1 ? end[1] : *end) || v > UINT32_MAX / scale)
		return false;
	*val = (u32)(v * scale);
	return true;
}

/* "0403:6010 0403:6014" */
static bool parse_ids(const char *s, struct adapter *a)
{
	a->n_ids = 0;
	while (*s) {
		unsigned int vid, pid;
		int n = 0;

		if (sscanf(s, "%4x:%4x%n", &vid, &pid, &n) != 2 || (s[n] && s[n] != ' ') ||
		    a->n_ids == ADAPTER_MAX_IDS)
			return false;
		a->ids[a->n_ids++] = (struct adapter_id){ (u16)vid, (u16)pid };
		s += n;
		while (*s == ' ')
			s++;
	}
	return a->n_ids > 0;
}

/* what @key expects, for the message about a value that it is not */
static const char *key_expects(const struct adapter_key *key)
{
	switch (key->type) {
	case KEY_MASK:
		return "a 16-bit pin mask such as 0x0820";
	case KEY_HZ:
		return "a frequency such as 15M or 15000000";
	case KEY_CHANNEL:
		return "A, B, C or D";
	case KEY_IDS:
		return "up to twelve VID:PID in hex, such as 0403:6010";
	case KEY_ENUM:
		if (key->words == wiring_names)
			return "resistor, direct-tristate, buffer-with-oe, tms-bitbang or "
			       "jtag-only";
		if (key->words == nsrst_names)
			return "none, push-pull, open-drain-driver, tristate-buffer or direct-pin";
		return "hint, exact or contains";
	case KEY_TEXT:
	case KEY_NOTE:
		break;
	}
	return "a shorter text";
}

static bool key_set(const struct adapter_key *key, struct adapter *a, const char *value)
{
	void *field = (char *)a + key->offset;
	size_t used;

	switch (key->type) {
	case KEY_MASK:
		return parse_mask(value, field);
	case KEY_HZ:
		return parse_hz(value, field);
	case KEY_IDS:
		return parse_ids(value, a);
	case KEY_CHANNEL:
		if (value[0] < 'A' || value[0] > 'D' || value[1])
			return false;
		a->channel = (u8)(value[0] - 'A');
		return true;
	case KEY_ENUM:
		for (unsigned int i = 0; key->words[i]; i++)
			if (!strcmp(key->words[i], value)) {
				memcpy(field, &i, key->size);
				return true;
			}
		return false;
	case KEY_TEXT:
	case KEY_NOTE:
		used = key->type == KEY_NOTE ? strlen(field) : 0;
		if (strlen(value) + (used ? 1 : 0) >= key->size - used)
			return false;
		snprintf((char *)field + used, key->size - used, "%s%s", used ? " " : "", value);
		return true;
	}
	return false;
}

/* ---- sections ---- */

static int reader_fail(struct adapter_reader *r, int code)
{
	err_at(r->err, code, "%s:%u", r->file, r->line);
	r->stop = code;
	r->bad_line = (int)r->line;
	return 0; /* to inih: this line is bad */
}

/* the section is complete: hand it on */
static void reader_end_section(struct adapter_reader *r)
{
	if (r->cur.name[0] && !r->stop)
		r->stop = r->fn(r->arg, r);
	r->cur.name[0] = '\0';
}

static void reader_begin_section(struct adapter_reader *r, const char *name)
{
	memset(&r->cur, 0, sizeof(r->cur));
	snprintf(r->cur.name, sizeof(r->cur.name), "%s", name);
	r->cur.swclk = PIN_TCK;
	r->cur.swdio_out = PIN_DO;
	r->cur.swdio_in = PIN_DI;
	r->section_line = r->line;
	r->seen = 0;
}

/* inih's handler: 1 = fine, 0 = bad line */
static int reader_key(void *user, const char *section, const char *name, const char *value)
{
	struct adapter_reader *r = user;

	if (r->stop)
		return 1;
	if (strcmp(section, r->cur.name) != 0) {
		reader_end_section(r);
		if (r->stop)
			return 1;
		if (strlen(section) >= sizeof(r->cur.name))
			return reader_fail(r,
					   err_set(r->err, -EINVAL, "choose a shorter name",
						   "the adapter name '%s' is too long", section));
		reader_begin_section(r, section);
	}
	if (!section[0])
		return reader_fail(r, err_set(r->err, -EINVAL, "begin with a line [NAME]",
					      "key '%s' stands before the first section", name));

	for (unsigned int i = 0; i < ARRAY_SIZE(keys); i++) {
		if (strcmp(keys[i].name, name) != 0)
			continue;
		if (r->seen & BIT(i) && keys[i].type != KEY_NOTE)
			return reader_fail(r,
					   err_set(r->err, -EINVAL, "remove one of them",
						   "key '%s' comes twice in [%s]", name, section));
		if (!key_set(&keys[i], &r->cur, value))
			return reader_fail(r, err_set(r->err, -EINVAL, "correct the adapter file",
						      "%s = %s: expected %s", name, value,
						      key_expects(&keys[i])));
		r->seen |= BIT(i);
		return 1;
	}
	return reader_fail(r, err_set(r->err, -EINVAL, "adapters/ftdi.ini explains the keys",
				      "an adapter has no key '%s'", name));
}

/* inih's reader: like fgets() on the text, counting lines */
static char *reader_line(char *str, int num, void *stream)
{
	struct adapter_reader *r = stream;
	size_t len = strcspn(r->pos, "\n");

	if (!*r->pos)
		return NULL;
	r->line++;
	if (r->pos[len] == '\n')
		len++;
	if (len > (size_t)num - 1) { /* inih would take the rest for a line of its own */
		if (!r->stop)
			reader_fail(r,
				    err_set(r->err, -EINVAL,
					    "a text goes on in the next line if that is indented",
					    "a line of more than %d characters", num - 2));
		return NULL;
	}
	memcpy(str, r->pos, len);
	str[len] = '\0';
	r->pos += len;
	return str;
}

/* call @fn for each section of @text; what it returns other than 0 ends the reading */
static int adapter_read(const char *file, const char *text,
			int (*fn)(void *arg, const struct adapter_reader *r), void *arg,
			struct err *err)
{
	struct adapter_reader r = { .file = file, .pos = text, .fn = fn, .arg = arg, .err = err };
	int bad_line;

	bad_line = ini_parse_stream(reader_line, &r, reader_key, &r);
	if (bad_line > 0 && (!r.stop || bad_line < r.bad_line)) { /* the first one explains most */
		err_clear(err);
		r.stop = err_set(err, -EINVAL, "write [NAME], key = value or ; comment",
				 "a line that is no section, key or comment");
		err_at(err, r.stop, "%s:%d", file, bad_line);
	} else if (bad_line < 0 && !r.stop) {
		r.stop = err_set(err, -ENOMEM, NULL, "out of memory");
	}
	reader_end_section(&r);
	return r.stop;
}

/* ---- checks ---- */

static int check_bits(const struct adapter *a, struct err *err, const char *key, u16 val,
		      const char *within, u16 mask)
{
	if (!(val & ~mask))
		return 0;
	return err_set(err, -EINVAL, "correct the adapter file",
		       "adapter %s: %s = 0x%04x has bits that are not in %s (0x%04x)", a->name, key,
		       val, within, mask);
}

static int check_pin(const struct adapter *a, struct err *err, const char *key, u16 val, u16 pin)
{
	if (val == pin)
		return 0;
	return err_set(err, -EINVAL, "MPSSE fixes these pins (AN_108): change the wiring",
		       "adapter %s: %s = 0x%04x, but wiring %s needs 0x%04x", a->name, key, val,
		       wiring_names[a->wiring], pin);
}

static int check_collisions(const struct adapter *a, struct err *err)
{
	const struct {
		const char *name;
		u16 mask;
	} use[] = {
		{ "swclk", a->swclk },
		{ "swdio", a->swdio_out | a->swdio_in },
		{ "swd-en-mask", a->swd_en_mask },
		{ "swdio-oe-mask", a->swdio_oe_mask },
		{ "nsrst-mask", a->nsrst_mask },
		{ "led-mask", a->led_mask },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(use); i++)
		for (unsigned int j = 0; j < i; j++)
			if (use[i].mask & use[j].mask)
				return err_set(err, -EINVAL, "correct the adapter file",
					       "adapter %s: %s and %s share pins 0x%04x", a->name,
					       use[j].name, use[i].name, use[i].mask & use[j].mask);
	return 0;
}

static int check_nsrst(const struct adapter *a, struct err *err)
{
	int ret;

	if ((a->nsrst == ADAPTER_NSRST_NONE) != !a->nsrst_mask)
		return err_set(err, -EINVAL, "give both nsrst and nsrst-mask, or neither",
			       "adapter %s: nsrst = %s with nsrst-mask = 0x%04x", a->name,
			       nsrst_names[a->nsrst], a->nsrst_mask);
	ret = check_bits(a, err, "nsrst-assert", a->nsrst_assert, "nsrst-mask", a->nsrst_mask);
	if (!ret)
		ret = check_bits(a, err, "nsrst-release", a->nsrst_release, "nsrst-mask",
				 a->nsrst_mask);
	if (ret)
		return ret;
	if (a->nsrst != ADAPTER_NSRST_NONE && a->nsrst != ADAPTER_NSRST_DIRECT &&
	    a->nsrst_assert == a->nsrst_release)
		return err_set(err, -EINVAL, "correct the adapter file",
			       "adapter %s: nsrst-assert and nsrst-release are the same", a->name);
	return 0;
}

static int check_swdio(const struct adapter *a, struct err *err)
{
	bool is_tms = a->wiring == ADAPTER_TMS;
	int ret;

	ret = check_pin(a, err, "swclk", a->swclk, PIN_TCK);
	if (!ret)
		ret = check_pin(a, err, "swdio-out", a->swdio_out, is_tms ? PIN_TMS : PIN_DO);
	if (!ret)
		ret = check_pin(a, err, "swdio-in", a->swdio_in, is_tms ? PIN_TMS : PIN_DI);
	if (!ret)
		ret = check_bits(a, err, "swdio-drive", a->swdio_drive, "swdio-oe-mask",
				 a->swdio_oe_mask);
	if (!ret)
		ret = check_bits(a, err, "swdio-float", a->swdio_float, "swdio-oe-mask",
				 a->swdio_oe_mask);
	if (ret)
		return ret;
	if ((a->wiring == ADAPTER_BUFFER_OE) != (a->swdio_drive != a->swdio_float))
		return err_set(err, -EINVAL, "correct the adapter file",
			       "adapter %s: wiring %s with swdio-drive 0x%04x, swdio-float 0x%04x",
			       a->name, wiring_names[a->wiring], a->swdio_drive, a->swdio_float);
	if (a->swdio_float_dir != (a->wiring == ADAPTER_TRISTATE ? PIN_DO : 0))
		return err_set(err, -EINVAL, "swdio-float-dir is 0x0002 for direct-tristate only",
			       "adapter %s: wiring %s with swdio-float-dir 0x%04x", a->name,
			       wiring_names[a->wiring], a->swdio_float_dir);
	return 0;
}

/**
 * adapter_check() - is this wiring possible at all?
 * @a: built-in or the user's
 * @err: names the key and the reason
 *
 * Pins must not collide, levels lie within their masks, and SWCLK and SWDIO sit where MPSSE has
 * them. A row without SWD is only checked for its pins.
 *
 * Return: 0 or -EINVAL.
 */
int adapter_check(const struct adapter *a, struct err *err)
{
	int ret;

	if (a->init_out & a->init_dir & PIN_TCK)
		return err_set(err, -EINVAL, "the clock must idle low",
			       "adapter %s: init-out 0x%04x drives SWCLK high", a->name,
			       a->init_out);
	ret = check_collisions(a, err);
	if (!ret)
		ret = check_nsrst(a, err);
	if (!ret)
		ret = check_bits(a, err, "led-on", a->led_on, "led-mask", a->led_mask);
	if (!ret)
		ret = check_bits(a, err, "swd-en-out", a->swd_en_out, "swd-en-mask",
				 a->swd_en_mask);
	if (!ret)
		ret = check_bits(a, err, "swd-en-dir", a->swd_en_dir, "swd-en-mask",
				 a->swd_en_mask);
	if (!ret && a->wiring != ADAPTER_JTAG_ONLY)
		ret = check_swdio(a, err);
	return ret;
}

/* ---- looking up ---- */

struct adapter_lookup {
	const char *name; /* NULL: the only section there is */
	struct adapter *out;
	unsigned int n_found, n_sections;
	char similar[160];
	struct err *err;
};

/* remember adapters for SWD whose names contain what the user typed, or the other way round */
static void lookup_note_similar(struct adapter_lookup *l, const struct adapter *a)
{
	const char *name = a->name;
	size_t used = strlen(l->similar);

	if (a->wiring == ADAPTER_JTAG_ONLY)
		return;
	if (l->name && !strcasestr(name, l->name) && !strcasestr(l->name, name))
		return;
	if (used + strlen(name) + 3 < sizeof(l->similar))
		snprintf(l->similar + used, sizeof(l->similar) - used, "%s%s", used ? ", " : "",
			 name);
}

static int lookup_section(void *arg, const struct adapter_reader *r)
{
	struct adapter_lookup *l = arg;
	int ret;

	l->n_sections++;
	lookup_note_similar(l, &r->cur);
	if (l->name && strcmp(l->name, r->cur.name) != 0)
		return 0;
	if (l->n_found++ && l->name) {
		ret = err_set(l->err, -EINVAL, "rename one of them", "two sections are named [%s]",
			      l->name);
		return err_at(l->err, ret, "%s:%u", r->file, r->section_line);
	}
	*l->out = r->cur;
	ret = adapter_check(&r->cur, l->err);
	if (ret)
		return err_at(l->err, ret, "%s:%u, section [%s]", r->file, r->section_line,
			      r->cur.name);
	return 0;
}

/* does "adapter=@s" mean a file? */
static bool names_a_file(const char *s)
{
	return strchr(s, '/') || strstr(s, ".ini");
}

static int read_text(const char *path, char **text, struct err *err)
{
	FILE *f = fopen(path, "r");
	char *buf = NULL;
	size_t len = 0;
	int ret;

	if (!f)
		return err_set(err, -EINVAL, "adapter= takes a built-in name or a file's path",
			       "cannot open adapter file %s: %s", path, strerror(errno));
	buf = malloc(ADAPTER_FILE_MAX + 1);
	if (!buf) {
		ret = err_set(err, -ENOMEM, NULL, "out of memory");
		goto out;
	}
	len = fread(buf, 1, ADAPTER_FILE_MAX + 1, f);
	if (ferror(f)) {
		ret = err_set(err, -EINVAL, "adapter= takes a built-in name or a file's path",
			      "cannot read adapter file %s: %s", path, strerror(errno));
	} else if (len > ADAPTER_FILE_MAX || memchr(buf, '\0', len)) {
		ret = err_set(err, -EINVAL, "adapters/ftdi.ini shows what one looks like",
			      "%s is no adapter file: %s", path,
			      len > ADAPTER_FILE_MAX ? "too long" : "it holds binary data");
	} else {
		buf[len] = '\0';
		*text = buf;
		fclose(f);
		return 0;
	}
out:
	free(buf);
	fclose(f);
	return ret;
}

static int load_file(struct adapter_lookup *l, const char *spec)
{
	const char *slash = strrchr(spec, '/'), *colon = strrchr(spec, ':');
	char *path, *text = NULL;
	int ret;

	if (colon && slash && colon < slash)
		colon = NULL;
	path = strndup(spec, colon ? (size_t)(colon - spec) : strlen(spec));
	if (!path)
		return err_set(l->err, -ENOMEM, NULL, "out of memory");
	if (colon)
		l->name = colon + 1;

	ret = read_text(path, &text, l->err);
	if (ret)
		goto out_path;
	ret = adapter_read(path, text, lookup_section, l, l->err);
	if (!ret && !l->n_found)
		ret = err_set(l->err, -EINVAL, "correct the name after the colon",
			      "%s has no section [%s]", path, l->name ? l->name : "NAME");
	else if (!ret && l->n_found > 1)
		ret = err_set(l->err, -EINVAL, "say which: adapter=FILE:SECTION",
			      "%s describes several adapters: %s", path, l->similar);
	free(text);
out_path:
	free(path);
	return ret;
}

static int load_builtin(struct adapter_lookup *l)
{
	int ret;

	for (const struct builtin_file *f = builtin_files; f->name; f++) {
		if (strncmp(f->name, "adapters/", 9) != 0)
			continue;
		ret = adapter_read(f->name, f->text, lookup_section, l, l->err);
		if (ret)
			return ret;
	}
	if (l->n_found)
		return 0;
	return err_set(l->err, -EINVAL,
		       "`swdrom -L` lists the adapters; adapter=./FILE.ini takes your own",
		       "no adapter is named '%s'%s%s", l->name, l->similar[0] ? "; similar: " : "",
		       l->similar);
}

/**
 * adapter_load() - find an adapter by name, or read it from a file
 * @a: set on success
 * @name_or_path: a built-in name; or the path of an INI file (it has a '/' or ends in .ini), with
 *                ":SECTION" behind it where the file describes several
 * @err: file, line and reason
 *
 * Return: 0; -EINVAL for an unknown name or a bad file; -EOPNOTSUPP for an adapter that is known
 * but has no SWD wiring.
 */
int adapter_load(struct adapter *a, const char *name_or_path, struct err *err)
{
	struct adapter found = { .wiring = ADAPTER_JTAG_ONLY };
	struct adapter_lookup l = { .name = NULL, .out = &found, .err = err };
	int ret;

	if (names_a_file(name_or_path)) {
		ret = load_file(&l, name_or_path);
	} else {
		l.name = name_or_path;
		ret = load_builtin(&l);
	}
	if (ret)
		return ret;
	if (found.wiring == ADAPTER_JTAG_ONLY) {
		char next[256];

		snprintf(next, sizeof(next),
			 "%s%s%swire its pins for SWD and describe them in a file for adapter=",
			 l.similar[0] ? "for SWD there is " : "", l.similar,
			 l.similar[0] ? "; or " : "");
		return err_set(err, -EOPNOTSUPP, next,
			       "adapter %s (%s) is wired for JTAG, not for SWD%s%s", found.name,
			       found.product, found.note[0] ? ": " : "", found.note);
	}
	*a = found;
	return 0;
}

struct adapter_visit {
	adapter_fn *fn;
	void *arg;
};

static int visit_section(void *arg, const struct adapter_reader *r)
{
	struct adapter_visit *v = arg;

	return v->fn(v->arg, &r->cur);
}

/**
 * adapter_for_each() - visit every built-in adapter in the order of the files
 * @fn: called for each
 * @arg: passed on
 * @err: what is wrong with a built-in file (a bug)
 *
 * Return: 0, what @fn returned to stop, or -EINVAL.
 */
int adapter_for_each(adapter_fn *fn, void *arg, struct err *err)
{
	struct adapter_visit v = { fn, arg };

	for (const struct builtin_file *f = builtin_files; f->name; f++) {
		int ret;

		if (strncmp(f->name, "adapters/", 9) != 0)
			continue;
		ret = adapter_read(f->name, f->text, visit_section, &v, err);
		if (ret)
			return ret;
	}
	return 0;
}

/* is @product one of the alternatives in @list ("A | B")? */
static bool product_in_list(const char *list, const char *product)
{
	size_t len = strlen(product);

	while (*list) {
		size_t n = strcspn(list, "|"), end = n;

		while (end && list[end - 1] == ' ')
			end--;
		if (end == len && !strncmp(list, product, len))
			return true;
		list += n;
		while (*list == '|' || *list == ' ')
			list++;
	}
	return false;
}

/**
 * adapter_fits_usb() - could the USB device with these descriptors be this adapter?
 * @a: the adapter
 * @vid: idVendor
 * @pid: idProduct
 * @product: product string, "" if it has none
 *
 * Return: true if an id matches and, where the adapter demands one, the product string does.
 */
bool adapter_fits_usb(const struct adapter *a, u16 vid, u16 pid, const char *product)
{
	for (unsigned int i = 0; i < a->n_ids; i++) {
		if (a->ids[i].vid != vid || a->ids[i].pid != pid)
			continue;
		if (a->match == ADAPTER_MATCH_EXACT)
			return product_in_list(a->usb_product, product);
		if (a->match == ADAPTER_MATCH_CONTAINS)
			return strstr(product, a->usb_product);
		return true;
	}
	return false;
}

/**
 * adapter_wiring_name() - the word for a wiring in adapter files
 * @wiring: the wiring
 */
const char *adapter_wiring_name(enum adapter_wiring wiring)
{
	return wiring_names[wiring];
}

/* ---- pins ---- */

static void pins_put(struct adapter_pins *pins, u16 mask, u16 out)
{
	pins->out = (u16)((pins->out & ~mask) | (out & mask));
	pins->dir |= mask;
}

/**
 * adapter_pins_init() - levels to begin with: SWD selected, SWDIO driven low, nRST released, LED off
 * @a: the adapter
 * @pins: set
 */
void adapter_pins_init(const struct adapter *a, struct adapter_pins *pins)
{
	pins->out = a->init_out;
	pins->dir = a->init_dir;
	pins_put(pins, a->swclk | a->swdio_out, 0);
	pins->dir &= (u16) ~(a->swdio_in & ~a->swdio_out);
	pins_put(pins, a->swd_en_mask, a->swd_en_out);
	adapter_pins_drive(a, pins, true);
	adapter_pins_nrst(a, pins, false);
	adapter_pins_led(a, pins, false);
}

/**
 * adapter_pins_drive() - let the adapter or the target drive SWDIO
 * @a: the adapter
 * @pins: changed
 * @is_driven: by the adapter, low for a start; false lets go, on resistor wiring too
 */
void adapter_pins_drive(const struct adapter *a, struct adapter_pins *pins, bool is_driven)
{
	if (a->wiring == ADAPTER_BUFFER_OE)
		pins_put(pins, a->swdio_oe_mask, is_driven ? a->swdio_drive : a->swdio_float);
	else if (is_driven)
		pins_put(pins, a->swdio_out, 0);
	else
		pins->dir &= (u16)~a->swdio_out;
}

/**
 * adapter_pins_nrst() - assert or release nRST
 * @a: the adapter; nothing happens where it has no nRST
 * @pins: changed
 * @is_asserted: target held in reset
 */
void adapter_pins_nrst(const struct adapter *a, struct adapter_pins *pins, bool is_asserted)
{
	if (a->nsrst == ADAPTER_NSRST_NONE)
		return;
	pins_put(pins, a->nsrst_mask, is_asserted ? a->nsrst_assert : a->nsrst_release);
	if (a->nsrst == ADAPTER_NSRST_DIRECT && !is_asserted)
		pins->dir &= (u16)~a->nsrst_mask;
}

/**
 * adapter_pins_led() - switch the activity LED
 * @a: the adapter; nothing happens where it has none
 * @pins: changed
 * @is_on: lit
 */
void adapter_pins_led(const struct adapter *a, struct adapter_pins *pins, bool is_on)
{
	if (a->led_mask)
		pins_put(pins, a->led_mask, is_on ? a->led_on : (u16)(a->led_mask & ~a->led_on));
}

/**
 * adapter_nrst_is_readable() - does a pin see the target's nRST line itself?
 * @a: the adapter
 *
 * A direct pin does; behind a transistor or a buffer the adapter reads back its own output.
 */
bool adapter_nrst_is_readable(const struct adapter *a)
{
	return a->nsrst == ADAPTER_NSRST_DIRECT;
}
