// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Board files: an INI file with two sections.
 *
 *	[board]
 *	name   = my-l476
 *	about  = prototype B, 16 MiB Winbond	; optional
 *	mcu    = STM32L476RG			; first, for the pins are checked against it
 *
 *	[quadspi]				; optional: a board without external flash
 *	clk    = PB10/AF10			; AF may be left out where the MCU is known
 *	ncs    = PB11/AF10
 *	io0    = PB1/AF10
 *	io1    = PB0/AF10
 *	io2    = PA7/AF10			; io2 and io3: both, or neither
 *	io3    = PA6/AF10
 *	nor    = w25q128jv			; optional: the chip is identified anyway
 *	max_hz = 40M				; optional: what the wiring allows
 *	mode   = 1-1-2				; optional: bus mode to read in, if not the best
 *	bk2_io0 = PC1/AF10			; optional: bk2_io0 to bk2_io3 and bk2_ncs of a
 *						; second chip of the same kind, beside the first
 *
 * Parsing is strict: whatever is not understood is an error with file, line and reason, for a pin
 * that is one off looks exactly like a dead chip later on.
 */
#include "lib/board.h"
#include "lib/board-pins.h"
#include "lib/builtin.h"

#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BOARD_FILE_MAX KIB(64)
/* inih cuts longer lines silently (INI_MAX_LINE 200, with its newline and NUL) */
#define BOARD_LINE_MAX 190

static const char *const signal_keys[QSPI_N_SIGNALS] = {
	[QSPI_CLK] = "clk",	    [QSPI_NCS] = "ncs",		[QSPI_IO0] = "io0",
	[QSPI_IO1] = "io1",	    [QSPI_IO2] = "io2",		[QSPI_IO3] = "io3",
	[QSPI_BK2_NCS] = "bk2_ncs", [QSPI_BK2_IO0] = "bk2_io0", [QSPI_BK2_IO1] = "bk2_io1",
	[QSPI_BK2_IO2] = "bk2_io2", [QSPI_BK2_IO3] = "bk2_io3",
};

enum board_key {
	KEY_NAME = QSPI_N_SIGNALS, /* after the pins */
	KEY_ABOUT,
	KEY_MCU,
	KEY_NOR,
	KEY_MAX_HZ,
	KEY_MODE,
	N_KEYS,
};

struct board_parser {
	struct board *b;
	const char *text; /* what is left to read */
	int line;	  /* of the text last handed to inih */
	int seen[N_KEYS]; /* line of each key, 0: not there */
	int section_line; /* of the first key in [quadspi] */
	/* the first error */
	int bad_line; /* 0: none */
	const char *next;
	char why[200];
};

/* keep the first error; board_parse() reports it */
static int fail(struct board_parser *p, int line, const char *next, const char *fmt, ...)
	__printf_like(4, 5);

static int fail(struct board_parser *p, int line, const char *next, const char *fmt, ...)
{
	va_list ap;

	if (p->bad_line)
		return -ENOEXEC;
	p->bad_line = line;
	p->next = next;
	va_start(ap, fmt);
	vsnprintf(p->why, sizeof(p->why), fmt, ap);
	va_end(ap);
	return -ENOEXEC;
}

bool mcu_pin_in_package(const struct mcu_pin *p, const char *mcu)
{
	/* STM32L476VG: family and line are 9 characters, then the package letter */
	return strlen(mcu) < 10 || strchr(p->packages, toupper((unsigned char)mcu[9]));
}

/* "L476" is the line of "STM32L476VG" */
static bool is_mcu_line(const char *line, const char *mcu)
{
	return !strncasecmp(mcu, "STM32", 5) && !strncasecmp(mcu + 5, line, strlen(line));
}

static bool is_mcu_known(const char *mcu)
{
	for (size_t t = 0; mcu_pin_tables[t]; t++)
		for (size_t i = 0; i < mcu_pin_tables[t]->n_pins; i++)
			if (is_mcu_line(mcu_pin_tables[t]->pins[i].mcu, mcu))
				return true;
	return false;
}

/* the row for this pin as this signal; or, with @pin NULL, a list of the choices in @list */
static const struct mcu_pin *find_pin(const char *mcu, unsigned int signal,
				      const struct board_pin *pin, char *list, size_t size)
{
	size_t used = 0;

	if (list)
		list[0] = '\0';
	for (size_t t = 0; mcu_pin_tables[t]; t++) {
		for (size_t i = 0; i < mcu_pin_tables[t]->n_pins; i++) {
			const struct mcu_pin *p = &mcu_pin_tables[t]->pins[i];

			if (p->signal != signal || !is_mcu_line(p->mcu, mcu))
				continue;
			if (pin && p->port == pin->port && p->pin == pin->pin)
				return p;
			if (list && used < size && mcu_pin_in_package(p, mcu))
				used += (size_t)snprintf(list + used, size - used, "%sP%c%u/AF%u",
							 used ? ", " : "", p->port, p->pin, p->af);
		}
	}
	return NULL;
}

/* a decimal number of at most two digits; -1 if it is not one */
static int small_number(const char **s)
{
	int n = -1;

	for (int digits = 0; digits < 2 && isdigit((unsigned char)**s); digits++, (*s)++)
		n = (n < 0 ? 0 : n) * 10 + (**s - '0');
	return n;
}

static int parse_pin(struct board_parser *p, unsigned int signal, const char *value)
{
	struct board_pin *pin = &p->b->qspi[signal];
	const struct mcu_pin *row;
	const char *s = value;
	struct board_pin got = { 0 };
	char choices[128];
	int n, af = -1;

	if (toupper((unsigned char)s[0]) != 'P' || toupper((unsigned char)s[1]) < 'A' ||
	    toupper((unsigned char)s[1]) > 'K')
		return fail(p, p->line, "write it like PE10/AF10", "`%s` is not a pin", value);
	got.port = (char)toupper((unsigned char)s[1]);
	s += 2;
	n = small_number(&s);
	if (n < 0 || n > 15)
		return fail(p, p->line, "write it like PE10/AF10; pins are 0 to 15",
			    "`%s` is not a pin", value);
	got.pin = (u8)n;
	if (*s == '/' && toupper((unsigned char)s[1]) == 'A' &&
	    toupper((unsigned char)s[2]) == 'F') {
		s += 3;
		af = small_number(&s);
		if (af < 0 || af > 15)
			return fail(p, p->line, "alternate functions are AF0 to AF15",
				    "`%s` has no alternate function number", value);
	}
	if (*s)
		return fail(p, p->line, "write it like PE10/AF10",
			    "`%s` is not a pin with its alternate function", value);
	if (!p->b->mcu[0])
		return fail(p, p->line, "put [board] with its mcu before [quadspi]",
			    "%s: the MCU is not named yet", signal_keys[signal]);
	if (is_mcu_known(p->b->mcu)) {
		row = find_pin(p->b->mcu, signal, &got, NULL, 0);
		if (!row || !mcu_pin_in_package(row, p->b->mcu)) {
			find_pin(p->b->mcu, signal, NULL, choices, sizeof(choices));
			return fail(p, p->line, "check the schematic and the MCU's data sheet",
				    "P%c%u %s on %s; %s is one of %s", got.port, got.pin,
				    row ? "is not brought out" : "does not carry this signal",
				    p->b->mcu, signal_keys[signal], choices);
		}
		if (af < 0)
			af = row->af;
		if (af != row->af)
			return fail(p, p->line, "correct the number after AF",
				    "QUADSPI on P%c%u of %s is AF%u, not AF%d", got.port, got.pin,
				    p->b->mcu, row->af, af);
	} else if (af < 0) {
		return fail(p, p->line, "add it from the MCU's data sheet: PE10/AF10",
			    "`%s` lacks its alternate function, and %s is not in the pin tables",
			    value, p->b->mcu);
	}
	got.af = (u8)af;
	for (unsigned int i = 0; i < QSPI_N_SIGNALS; i++)
		if (i != signal && p->b->qspi[i].port == got.port && p->b->qspi[i].pin == got.pin)
			return fail(p, p->line, "two signals can't share a pin",
				    "P%c%u is %s already (line %d)", got.port, got.pin,
				    signal_keys[i], p->seen[i]);
	/* SWDIO and SWCLK: switching them away would cut the branch we sit on */
	if (got.port == 'A' && (got.pin == 13 || got.pin == 14))
		return fail(p, p->line, "check the schematic", "PA%u is the debug port", got.pin);
	*pin = got;
	return 0;
}

static int parse_hz(struct board_parser *p, const char *value, u32 *hz)
{
	unsigned long long n;
	char *end;

	errno = 0;
	n = strtoull(value, &end, 10);
	if (!isdigit((unsigned char)value[0]) || errno || n > UINT32_MAX)
		return fail(p, p->line, "write it like 40M or 500k", "`%s` is not a clock", value);
	if (!strcasecmp(end, "M") || !strcasecmp(end, "MHz"))
		n *= 1000000;
	else if (!strcasecmp(end, "k") || !strcasecmp(end, "kHz"))
		n *= 1000;
	else if (*end && strcasecmp(end, "Hz"))
		return fail(p, p->line, "write it like 40M or 500k", "`%s` is not a clock", value);
	if (n < 100000 || n > 200000000)
		return fail(p, p->line, "the limit lies between 100k and 200M",
			    "%llu Hz is out of range", n);
	*hz = (u32)n;
	return 0;
}

static int parse_mode(struct board_parser *p, const char *value)
{
	static const char *const names[SPI_N_MODES] = {
		[SPI_MODE_BEST] = "best",   [SPI_MODE_1_1_1] = "1-1-1", [SPI_MODE_1_1_2] = "1-1-2",
		[SPI_MODE_1_2_2] = "1-2-2", [SPI_MODE_1_1_4] = "1-1-4", [SPI_MODE_1_4_4] = "1-4-4",
		[SPI_MODE_4_4_4] = "4-4-4",
	};

	for (unsigned int i = 0; i < SPI_N_MODES; i++)
		if (!strcasecmp(value, names[i])) {
			p->b->qspi_mode = (enum spi_mode)i;
			return 0;
		}
	return fail(p, p->line, "modes: best, 1-1-1, 1-1-2, 1-2-2, 1-1-4, 1-4-4, 4-4-4",
		    "`%.60s` is no bus mode", value);
}

static int parse_text(struct board_parser *p, const char *key, const char *value, char *to,
		      size_t size)
{
	if (!*value)
		return fail(p, p->line, NULL, "%s is empty", key);
	if (strlen(value) >= size)
		return fail(p, p->line, "shorten it", "%s is longer than %zu characters", key,
			    size - 1);
	for (const char *s = value; *s; s++)
		if (iscntrl((unsigned char)*s))
			return fail(p, p->line, NULL, "%s contains a control character", key);
	memcpy(to, value, strlen(value) + 1);
	return 0;
}

static int parse_mcu(struct board_parser *p, const char *value)
{
	int rc = parse_text(p, "mcu", value, p->b->mcu, sizeof(p->b->mcu));

	if (rc)
		return rc;
	if (strncasecmp(value, "STM32", 5) || strlen(value) < 9)
		return fail(p, p->line, "write the part number like STM32L476VG",
			    "`%s` is not an STM32 part number", value);
	for (char *s = p->b->mcu; *s; s++)
		*s = (char)toupper((unsigned char)*s);
	return 0;
}

static int find_key(const char *section, const char *key)
{
	static const char *const board_keys[] = { "name", "about", "mcu" };

	if (!strcmp(section, "board")) {
		for (unsigned int i = 0; i < ARRAY_SIZE(board_keys); i++)
			if (!strcmp(key, board_keys[i]))
				return KEY_NAME + (int)i;
		return -1;
	}
	for (unsigned int i = 0; i < QSPI_N_SIGNALS; i++)
		if (!strcmp(key, signal_keys[i]))
			return (int)i;
	if (!strcmp(key, "nor"))
		return KEY_NOR;
	if (!strcmp(key, "mode"))
		return KEY_MODE;
	return strcmp(key, "max_hz") ? -1 : KEY_MAX_HZ;
}

/* inih calls this for each `key = value`; 1: go on, 0: error (already recorded) */
static int handle(void *user, const char *section, const char *name, const char *value)
{
	struct board_parser *p = user;
	struct board *b = p->b;
	int key, rc = 0;

	if (p->bad_line)
		return 0;
	if (strcmp(section, "board") && strcmp(section, "quadspi")) {
		fail(p, p->line, "sections are [board] and [quadspi]",
		     *section ? "unknown section [%.60s]" : "a key before the first [section]%s",
		     section);
		return 0;
	}
	key = find_key(section, name);
	if (key < 0) {
		fail(p, p->line,
		     !strcmp(section, "board")
			     ? "keys of [board]: name, about, mcu"
			     : "keys of [quadspi]: clk, ncs, io0 to io3, nor, max_hz, mode, "
			       "bk2_ncs, bk2_io0 to bk2_io3",
		     "unknown key `%.60s` in [%s]", name, section);
		return 0;
	}
	if (p->seen[key]) {
		fail(p, p->line, "keep one of them", "`%s` was given in line %d already", name,
		     p->seen[key]);
		return 0;
	}
	p->seen[key] = p->line;
	if (!strcmp(section, "quadspi") && !b->has_qspi) {
		b->has_qspi = true;
		p->section_line = p->line;
		snprintf(b->controller, sizeof(b->controller), "quadspi");
	}
	switch (key) {
	case KEY_NAME:
		rc = parse_text(p, name, value, b->name, sizeof(b->name));
		break;
	case KEY_ABOUT:
		rc = parse_text(p, name, value, b->about, sizeof(b->about));
		break;
	case KEY_MCU:
		rc = parse_mcu(p, value);
		break;
	case KEY_NOR:
		rc = parse_text(p, name, value, b->nor, sizeof(b->nor));
		break;
	case KEY_MAX_HZ:
		rc = parse_hz(p, value, &b->qspi_max_hz);
		break;
	case KEY_MODE:
		rc = parse_mode(p, value);
		break;
	default:
		rc = parse_pin(p, (unsigned int)key, value);
	}
	return !rc;
}

/* fgets() from memory, counting lines */
static char *next_line(char *str, int num, void *stream)
{
	struct board_parser *p = stream;
	const char *nl;
	size_t len;

	if (!*p->text || num < 2 || p->bad_line)
		return NULL;
	p->line++;
	/* inih takes an indented line for the rest of the one before; here that is never meant */
	while (*p->text == ' ' || *p->text == '\t')
		p->text++;
	nl = strchr(p->text, '\n');
	len = nl ? (size_t)(nl - p->text) + 1 : strlen(p->text);
	if (len > BOARD_LINE_MAX || len >= (size_t)num) {
		fail(p, p->line, "shorten it", "line is longer than %d characters",
		     BOARD_LINE_MAX - 1);
		return NULL;
	}
	memcpy(str, p->text, len);
	str[len] = '\0';
	p->text += len;
	return str;
}

/* the second chip has as many lines as the first; NCS may be the first one's */
static int check_bank_2(struct board_parser *p)
{
	const struct board *b = p->b;
	int line = 0;

	for (unsigned int i = QSPI_BK2_NCS; i <= QSPI_BK2_IO3; i++)
		if (p->seen[i] && (!line || p->seen[i] < line))
			line = p->seen[i];
	for (unsigned int i = QSPI_BK2_IO0; line && i <= QSPI_BK2_IO3; i++)
		if (!b->qspi[i].port != !b->qspi[i - QSPI_BK2_IO0 + QSPI_IO0].port)
			return fail(p, line, "both chips are wired with the same lines",
				    "[quadspi] has %s without %s",
				    signal_keys[b->qspi[i].port ? i : i - QSPI_BK2_IO0 + QSPI_IO0],
				    signal_keys[b->qspi[i].port ? i - QSPI_BK2_IO0 + QSPI_IO0 : i]);
	return 0;
}

static int check_complete(struct board_parser *p)
{
	const struct board *b = p->b;

	if (!p->seen[KEY_NAME])
		return fail(p, 1, "add `name = ...` to [board]", "the board has no name");
	if (!p->seen[KEY_MCU])
		return fail(p, 1, "add `mcu = STM32...` to [board]", "the board has no mcu");
	if (!b->has_qspi)
		return 0;
	for (unsigned int i = QSPI_CLK; i <= QSPI_IO1; i++)
		if (!b->qspi[i].port)
			return fail(p, p->section_line, "clk, ncs, io0 and io1 are needed",
				    "[quadspi] lacks %s", signal_keys[i]);
	if (!b->qspi[QSPI_IO2].port != !b->qspi[QSPI_IO3].port)
		return fail(p, p->section_line, "give both for four lines, or neither",
			    "[quadspi] has only one of io2 and io3");
	if (b->qspi_mode >= SPI_MODE_1_1_4 && !b->qspi[QSPI_IO2].port)
		return fail(p, p->seen[KEY_MODE], "leave it out, or add io2 and io3",
			    "this mode needs four lines");
	return check_bank_2(p);
}

static int board_parse(struct board *out, const char *file, const char *text, struct err *err)
{
	struct board b = { 0 };
	struct board_parser p = { .b = &b, .text = text };
	int rc;

	snprintf(b.file, sizeof(b.file), "%s", file);
	rc = ini_parse_stream(next_line, &p, handle, &p);
	if (rc == -2)
		return err_set(err, -ENOMEM, NULL, "out of memory reading %s", file);
	if (rc > 0 && (!p.bad_line || rc < p.bad_line)) {
		p.bad_line = 0; /* what follows a line that is no INI is not to be trusted */
		fail(&p, rc, "lines are `[section]`, `key = value` or `; comment`",
		     "not understood");
	}
	if (!p.bad_line)
		check_complete(&p);
	if (p.bad_line)
		return err_set(err, -ENOEXEC, p.next, "%s:%d: %s", file, p.bad_line, p.why);
	*out = b;
	return 0;
}

static int read_file(const char *path, char **text, struct err *err)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!f)
		return err_set(err, errno == ENOENT ? -ENOENT : -EIO, "check the path given to -b",
			       "board file %s: %s", path, strerror(errno));
	*text = malloc(BOARD_FILE_MAX + 1);
	if (!*text) {
		fclose(f);
		return err_set(err, -ENOMEM, NULL, "out of memory reading %s", path);
	}
	n = fread(*text, 1, BOARD_FILE_MAX + 1, f);
	if (ferror(f) || n > BOARD_FILE_MAX || memchr(*text, '\0', n)) {
		err_set(err, -ENOEXEC, "give a board file: see boards/",
			"%s is not a board file: %s", path,
			ferror(f)	     ? "it can't be read"
			: n > BOARD_FILE_MAX ? "it is too long"
					     : "it is binary");
		fclose(f);
		free(*text);
		*text = NULL;
		return -ENOEXEC;
	}
	(*text)[n] = '\0';
	fclose(f);
	return 0;
}

/* "boards/NAME.board" -> length of NAME, or 0 */
static size_t builtin_board_name(const struct builtin_file *f, const char **name)
{
	size_t len = strlen(f->name);

	if (len <= 13 || strncmp(f->name, "boards/", 7) || strcmp(f->name + len - 6, ".board"))
		return 0;
	*name = f->name + 7;
	return len - 13;
}

static int no_such_board(const char *name, struct err *err)
{
	char list[240];
	size_t used = 0;

	for (const struct builtin_file *f = builtin_files; f->name; f++) {
		const char *known;
		size_t len = builtin_board_name(f, &known);

		if (len && used < sizeof(list))
			used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%.*s",
						 used ? ", " : "known boards: ", (int)len, known);
	}
	return err_set(err, -ENOENT, used ? list : "give a file: -b ./my.board",
		       "no board is called `%s`", name);
}

int board_load(struct board *b, const char *name_or_path, struct err *err)
{
	size_t len = strlen(name_or_path);
	char *text = NULL;
	int rc;

	if (strchr(name_or_path, '/') || (len > 6 && !strcmp(name_or_path + len - 6, ".board"))) {
		rc = read_file(name_or_path, &text, err);
		if (rc)
			return rc;
		rc = board_parse(b, name_or_path, text, err);
		free(text);
		return rc;
	}
	for (const struct builtin_file *f = builtin_files; f->name; f++) {
		const char *known;
		size_t n = builtin_board_name(f, &known);

		if (n && n == len && !strncasecmp(known, name_or_path, n))
			return board_parse(b, f->name, f->text, err);
	}
	return no_such_board(name_or_path, err);
}

const char *const *board_names(void)
{
	return builtin_board_names;
}
