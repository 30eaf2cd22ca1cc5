// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The command line, in flashrom's habits.
 */
#include "cli/cli.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum {
	OPT_PROBE = 256,
	OPT_PEEK,
	OPT_POKE,
	OPT_SFDP,
	OPT_SFDP_DUMP,
	OPT_RANGE,
	OPT_ADDRESS,
	OPT_PROGRESS,
	OPT_JSON,
	OPT_STATS,
	OPT_RESET,
	OPT_DRY_RUN,
	OPT_VERIFY_BY,
	OPT_NO_BOOST,
	OPT_WP_STATUS,
	OPT_WP_LIST,
	OPT_WP_RANGE,
	OPT_WP_ENABLE,
	OPT_WP_DISABLE,
	OPT_WP_VOLATILE,
	OPT_IRREVERSIBLE,
	OPT_OTP_STATUS,
	OPT_OTP_PROGRAM,
	OPT_OTP_ERASE,
	OPT_OTP_LOCK
};

/* the colon in front: a value that is missing is not an option that there is not */
static const char short_options[] = ":p:b:c:r:w:v:ELm:l:i:nfVo:Rh";

static const struct option long_options[] = {
	{ "programmer", required_argument, NULL, 'p' },
	{ "board", required_argument, NULL, 'b' },
	{ "chip", required_argument, NULL, 'c' },
	{ "read", required_argument, NULL, 'r' },
	{ "write", required_argument, NULL, 'w' },
	{ "verify", required_argument, NULL, 'v' },
	{ "erase", no_argument, NULL, 'E' },
	{ "probe", no_argument, NULL, OPT_PROBE },
	{ "peek", required_argument, NULL, OPT_PEEK },
	{ "poke", required_argument, NULL, OPT_POKE },
	{ "sfdp", required_argument, NULL, OPT_SFDP },
	{ "sfdp-dump", required_argument, NULL, OPT_SFDP_DUMP },
	{ "list", no_argument, NULL, 'L' },
	{ "mtd", required_argument, NULL, 'm' },
	{ "range", required_argument, NULL, OPT_RANGE },
	{ "address", required_argument, NULL, OPT_ADDRESS },
	{ "layout", required_argument, NULL, 'l' },
	{ "include", required_argument, NULL, 'i' },
	{ "noverify", no_argument, NULL, 'n' },
	{ "force", no_argument, NULL, 'f' },
	{ "verbose", no_argument, NULL, 'V' },
	{ "output", required_argument, NULL, 'o' },
	{ "progress", no_argument, NULL, OPT_PROGRESS },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "stats", no_argument, NULL, OPT_STATS },
	{ "reset", required_argument, NULL, OPT_RESET },
	{ "dry-run", no_argument, NULL, OPT_DRY_RUN },
	{ "wp-status", no_argument, NULL, OPT_WP_STATUS },
	{ "wp-list", no_argument, NULL, OPT_WP_LIST },
	{ "wp-range", required_argument, NULL, OPT_WP_RANGE },
	{ "wp-enable", optional_argument, NULL, OPT_WP_ENABLE },
	{ "wp-disable", no_argument, NULL, OPT_WP_DISABLE },
	{ "wp-volatile", no_argument, NULL, OPT_WP_VOLATILE },
	{ "irreversible", no_argument, NULL, OPT_IRREVERSIBLE },
	{ "otp-status", no_argument, NULL, OPT_OTP_STATUS },
	{ "otp-program", required_argument, NULL, OPT_OTP_PROGRAM },
	{ "otp-erase", required_argument, NULL, OPT_OTP_ERASE },
	{ "otp-lock", required_argument, NULL, OPT_OTP_LOCK },
	{ "verify-by", required_argument, NULL, OPT_VERIFY_BY },
	{ "no-boost", no_argument, NULL, OPT_NO_BOOST },
	{ "version", no_argument, NULL, 'R' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static const char help[] =
	"usage: swdrom -p PROGRAMMER[:KEY=VALUE,...] [-b BOARD] [ACTION] [OPTION...]\n"
	"\n"
	"Program an STM32's internal flash and the SPI-NOR on its QUADSPI over SWD,\n"
	"with no code on the target.\n"
	"\n"
	"  -p, --programmer NAME[:K=V,...]  ftdi: an FTDI MPSSE adapter;\n"
	"                          ftdi_spi: a flash chip on its SPI pins, no target;\n"
	"                          remote_bitbang: a server; sim: the virtual bench. For all:\n"
	"                          adapter=WIRING, clock=HZ|auto (15M),\n"
	"                          remember=yes (with auto), connect=normal|under-reset.\n"
	"                          `swdrom -L` lists the keys. Given again, or as\n"
	"                          ftdi:all: several boards at once, all of them alike\n"
	"  -b, --board NAME|FILE   the target's board; needed for its external flash\n"
	"  -c, --chip NAME[:K=V,...]  its external flash, where the chip does not say:\n"
	"                          size=, erase=OPCODE:SIZE/..., page=, quad=, addr=, mhz=\n"
	"\n"
	"Actions (without one: --probe):\n"
	"      --probe             find the target and list its flash devices\n"
	"  -r, --read FILE         read flash into FILE (.hex, .srec, else binary; -: stdout);\n"
	"                          several boards: %s in FILE stands for the board\n"
	"  -w, --write FILE...     write images (Intel HEX, S-record, ELF, binary; -: stdin)\n"
	"  -v, --verify FILE...    compare images with the flash\n"
	"  -E, --erase             erase what -m, --range or -i name\n"
	"      --wp-status         what the external flash protects from writing\n"
	"      --wp-list           the ranges that it can protect\n"
	"      --wp-range START,LEN  protect this range of it; 0,0: nothing\n"
	"      --wp-disable        let anybody change the protection\n"
	"      --wp-enable[=MODE]  let nobody: while WP# is low (hardware, the default), until\n"
	"                          the next power-up (power_cycle), ever again (permanent).\n"
	"                          With -w or -E: unprotects before, protects after it\n"
	"      --otp-status        its OTP or security registers (read them with -m qspi-otp)\n"
	"      --otp-program OFFSET=FILE  program them; where there is no erase, with\n"
	"                          --irreversible\n"
	"      --otp-erase REGION  erase a security register\n"
	"      --otp-lock REGION   make it read-only for ever, with --irreversible\n"
	"      --peek ADDR[+LEN] [FILE]  raw memory of whatever answers, nothing is halted:\n"
	"                          in hex, or into FILE (-: stdout); LEN: 4 if not given\n"
	"      --poke ADDR=VALUE|ADDR=@FILE  write a 32-bit word or a file's bytes to raw\n"
	"                          memory (may be given again)\n"
	"      --sfdp FILE         explain an SFDP dump; needs no hardware (-: stdin)\n"
	"      --sfdp-dump FILE    save the SFDP of the external flash (-: stdout)\n"
	"  -L, --list              list programmers, boards, adapters and target families\n"
	"\n"
	"What to work on:\n"
	"  -m, --mtd NAME          only this device: flash, otp, options, qspi\n"
	"      --range START+LEN   only this range: bus addresses, with -m offsets\n"
	"      --address A         bus address of a binary; or FILE@0xA, of each its own\n"
	"  -l, --layout FILE       names for ranges: lines of `start:end name` in hex\n"
	"  -i, --include REGION    only this region of the layout (may be given again)\n"
	"\n"
	"How:\n"
	"  -n, --noverify          do not verify after writing or erasing\n"
	"  -f, --force             erase and program also what is equal already\n"
	"      --verify-by HOW     crc (checksums by the target), read (every byte over the\n"
	"                          wire) or auto, the faster one (default)\n"
	"      --no-boost          leave the target's clock as it is after reset\n"
	"      --dry-run           show the plan, change nothing\n"
	"      --wp-volatile       change the protection until reset or power-up only\n"
	"      --irreversible      allow what can never be undone: one-time bits, permanent\n"
	"                          locks, OTP\n"
	"      --reset HOW         at the end: run, halt or none (default: run after -w,\n"
	"                          else none: the target goes on if it was running)\n"
	"  -V, --verbose           say more; -VV: every SWD transaction\n"
	"  -o, --output LOG        write a log file\n"
	"      --progress          progress in lines where stderr is no terminal\n"
	"      --stats             where the time went, and what went over the wire\n"
	"      --json              one JSON object on stdout, as the last line\n"
	"  -R, --version           print the version\n"
	"  -h, --help              print this\n"
	"\n"
	"Numbers: decimal or 0x; K and M are 1024 and 1048576 (in clock= 1000 and 1000000).\n"
	"\n"
	"Exit status: 0 ok, 1 I/O or other error, 2 usage, 3 no adapter, 4 permission,\n"
	"5 no target, 6 unsupported target, 7 protected, 8 image, 9 verify mismatch,\n"
	"10 interrupted. Several boards: 0 if all are ok, else the first failure's, in the\n"
	"order of -p.\n";

void options_help(FILE *out)
{
	fputs(help, out);
}

static bool usage(struct options *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static bool usage(struct options *o, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(o->error, sizeof(o->error), fmt, ap);
	va_end(ap);
	if (!o->hint[0])
		snprintf(o->hint, sizeof(o->hint), "`swdrom -h` explains the options");
	return false;
}

/* decimal, 0x..., with an optional K or M; the whole of [s, end) */
static bool parse_number(const char *s, const char *end, uint64_t *val)
{
	uint64_t scale = 1, v;
	char *stop;

	if (s == end || *s < '0' || *s > '9')
		return false;
	errno = 0;
	v = strtoull(s, &stop, s[0] == '0' && (s[1] == 'x' || s[1] == 'X') ? 16 : 10);
	if (errno || stop > end)
		return false;
	if (stop < end && (*stop == 'K' || *stop == 'k'))
		scale = 1024;
	else if (stop < end && *stop == 'M')
		scale = 1048576;
	if (scale > 1)
		stop++;
	if (stop != end || v > UINT64_MAX / scale)
		return false;
	*val = v * scale;
	return true;
}

static bool parse_address(struct options *o, const char *text)
{
	if (o->address != SWDROM_NO_ADDRESS) {
		snprintf(o->hint, sizeof(o->hint),
			 "several binaries: -w a.bin@0x08000000 b.bin@0x90000000");
		return usage(o, "--address is given twice");
	}
	return (parse_number(text, text + strlen(text), &o->address) && o->address <= UINT32_MAX) ||
	       usage(o, "--address %s is no 32-bit address", text);
}

static bool parse_range(struct options *o, const char *text)
{
	const char *plus = strchr(text, '+');

	o->select.has_range = true;
	if (plus && parse_number(text, plus, &o->select.start) &&
	    parse_number(plus + 1, plus + 1 + strlen(plus + 1), &o->select.len) && o->select.len)
		return true;
	snprintf(o->hint, sizeof(o->hint), "write START+LENGTH, for example 0x08000000+64K");
	return usage(o, "--range %s is no range", text);
}

/* START,LENGTH as flashrom has it, or START+LENGTH */
static bool parse_wp_range(struct options *o, const char *text)
{
	const char *sep = text + strcspn(text, ",+");

	o->wp.opts.has_range = true;
	if (*sep && parse_number(text, sep, &o->wp.opts.start) &&
	    parse_number(sep + 1, sep + 1 + strlen(sep + 1), &o->wp.opts.len))
		return true;
	snprintf(o->hint, sizeof(o->hint),
		 "write START,LENGTH in offsets of the flash, for example 0,64K; 0,0: nothing");
	return usage(o, "--wp-range %s is no range", text);
}

static bool parse_wp_enable(struct options *o, const char *text)
{
	static const char *const names[] = {
		[SWDROM_WP_HARDWARE] = "hardware",
		[SWDROM_WP_POWER_CYCLE] = "power_cycle",
		[SWDROM_WP_PERMANENT] = "permanent",
	};
	size_t i;

	if (o->wp.opts.has_mode)
		return usage(o, "one of --wp-enable and --wp-disable, once");
	o->wp.opts.has_mode = true;
	o->wp.opts.mode = SWDROM_WP_HARDWARE;
	for (i = SWDROM_WP_HARDWARE; text && i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(text, names[i]) != 0)
			continue;
		o->wp.opts.mode = (enum swdrom_wp_mode)i;
		return true;
	}
	return !text ||
	       usage(o, "--wp-enable=%s is none of hardware, power_cycle and permanent", text);
}

static bool parse_peek(struct options *o, const char *text)
{
	const char *end = text + strlen(text), *plus = strchr(text, '+');

	o->peek_len = 4;
	if (parse_number(text, plus ? plus : end, &o->peek_start) &&
	    (!plus || parse_number(plus + 1, end, &o->peek_len)) && o->peek_len)
		return true;
	snprintf(o->hint, sizeof(o->hint), "write ADDR or ADDR+LENGTH, for example 0x20000000+64");
	return usage(o, "--peek %s is no address", text);
}

bool options_poke(const char *text, uint64_t *address, uint32_t *value, const char **path)
{
	const char *equals = strchr(text, '=');
	uint64_t v = 0;

	if (!equals || !parse_number(text, equals, address))
		return false;
	*path = equals[1] == '@' ? equals + 2 : NULL;
	if (*path)
		return **path;
	if (!parse_number(equals + 1, equals + 1 + strlen(equals + 1), &v) || v > UINT32_MAX ||
	    *address & 3)
		return false;
	*value = (uint32_t)v;
	return true;
}

static bool parse_poke(struct options *o, const char *text)
{
	uint64_t address;
	const char *path;
	uint32_t value;

	o->files[o->n_files++] = text;
	if (options_poke(text, &address, &value, &path))
		return true;
	snprintf(o->hint, sizeof(o->hint),
		 "for example 0x20000000=0x1234 (a whole word) or 0x20000001=@FILE");
	return usage(o, "--poke %s is neither ADDR=VALUE nor ADDR=@FILE", text);
}

bool options_otp_program(const char *text, uint64_t *offset, const char **path)
{
	const char *equals = strchr(text, '=');

	if (!equals || !equals[1] || !parse_number(text, equals, offset))
		return false;
	*path = equals + 1;
	return true;
}

static bool parse_otp_program(struct options *o)
{
	uint64_t offset;
	const char *path;

	if (options_otp_program(o->otp.program, &offset, &path))
		return true;
	snprintf(o->hint, sizeof(o->hint), "for example --otp-program 0x10=serial.bin");
	return usage(o, "--otp-program %s is not OFFSET=FILE", o->otp.program);
}

static bool parse_region(struct options *o, const char *what, const char *text, bool *has,
			 uint64_t *region)
{
	if (*has)
		return usage(o, "%s is given twice", what);
	*has = true;
	if (parse_number(text, text + strlen(text), region) && *region < 32)
		return true;
	snprintf(o->hint, sizeof(o->hint), "--otp-status lists the regions; the first is 0");
	return usage(o, "%s %s is no region", what, text);
}

static bool parse_reset(struct options *o, const char *text)
{
	static const char *const names[] = {
		[SWDROM_EXIT_RUN] = "run",
		[SWDROM_EXIT_HALT] = "halt",
		[SWDROM_EXIT_NONE] = "none",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(text, names[i]) != 0)
			continue;
		o->exit = (enum swdrom_exit)i;
		o->has_exit = true;
		return true;
	}
	return usage(o, "--reset %s is none of run, halt and none", text);
}

static bool parse_verify_by(struct options *o, const char *text)
{
	static const char *const names[] = {
		[SWDROM_VERIFY_AUTO] = "auto",
		[SWDROM_VERIFY_CRC] = "crc",
		[SWDROM_VERIFY_READ] = "read",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(text, names[i]) != 0)
			continue;
		o->verify_by = (enum swdrom_verify_by)i;
		o->has_verify_by = true;
		return true;
	}
	return usage(o, "--verify-by %s is none of crc, read and auto", text);
}

static bool set_action(struct options *o, bool *has_action, enum action action)
{
	/* -w a -w b are two files of one action */
	if (*has_action && (o->action != action || action == ACTION_READ))
		return usage(o, "one action at a time");
	o->action = action;
	*has_action = true;
	return true;
}

static bool once(struct options *o, const char **where, const char *what, const char *val)
{
	if (*where)
		return usage(o, "%s is given twice", what);
	*where = val;
	return true;
}

/* of -w and -v; FILE@0xADDRESS: nothing else after an @ is an address, it belongs to the name */
static bool add_image(struct options *o, const char *text)
{
	const char *at = strrchr(text, '@');
	size_t i = o->n_files++;
	uint64_t address = 0;

	o->files[i] = text;
	o->addresses[i] = SWDROM_NO_ADDRESS;
	if (!at || at == text || strncasecmp(at + 1, "0x", 2) != 0 ||
	    !parse_number(at + 1, text + strlen(text), &address))
		return true;
	if (address > UINT32_MAX)
		return usage(o, "%s: no 32-bit address", text);
	o->cut[i] = strndup(text, (size_t)(at - text));
	if (!o->cut[i])
		return usage(o, "out of memory");
	o->files[i] = o->cut[i];
	o->addresses[i] = address;
	return true;
}

static bool parse_one(struct options *o, int c, bool *has_action)
{
	switch (c) {
	case 'p':
		o->programmers[o->n_programmers++] = optarg;
		return true;
	case 'c':
		return once(o, &o->chip, "-c", optarg);
	case 'b':
		return once(o, &o->board, "-b", optarg);
	case 'r':
		o->files[o->n_files++] = optarg;
		return set_action(o, has_action, ACTION_READ);
	case 'w':
	case 'v':
		return add_image(o, optarg) &&
		       set_action(o, has_action, c == 'w' ? ACTION_WRITE : ACTION_VERIFY);
	case 'E':
		return set_action(o, has_action, ACTION_ERASE);
	case 'L':
		return set_action(o, has_action, ACTION_LIST);
	case OPT_PROBE:
		return set_action(o, has_action, ACTION_PROBE);
	case OPT_PEEK:
		if (*has_action && o->action == ACTION_PEEK)
			return usage(o, "--peek is given twice");
		return parse_peek(o, optarg) && set_action(o, has_action, ACTION_PEEK);
	case OPT_SFDP:
	case OPT_SFDP_DUMP:
		if (*has_action)
			return usage(o, "one action at a time");
		o->files[o->n_files++] = optarg;
		return set_action(o, has_action, c == OPT_SFDP ? ACTION_SFDP : ACTION_SFDP_DUMP);
	case OPT_POKE:
		return parse_poke(o, optarg) && set_action(o, has_action, ACTION_POKE);
	case 'm':
		return once(o, &o->select.mtd, "-m", optarg);
	case OPT_RANGE:
		if (o->select.has_range)
			return usage(o, "--range is given twice");
		return parse_range(o, optarg);
	case OPT_ADDRESS:
		return parse_address(o, optarg);
	case 'l':
		return once(o, &o->select.layout, "-l", optarg);
	case 'i':
		o->regions[o->select.n_regions++] = optarg;
		return true;
	case 'n':
		o->no_verify = true;
		return true;
	case 'f':
		o->force = true;
		return true;
	case 'V':
		o->verbose++;
		return true;
	case 'o':
		return once(o, &o->log_path, "-o", optarg);
	case OPT_PROGRESS:
		o->progress = true;
		return true;
	case OPT_JSON:
		o->json = true;
		return true;
	case OPT_STATS:
		o->stats = true;
		return true;
	case OPT_RESET:
		return parse_reset(o, optarg);
	case OPT_VERIFY_BY:
		return parse_verify_by(o, optarg);
	case OPT_NO_BOOST:
		o->no_boost = true;
		return true;
	case OPT_DRY_RUN:
		o->dry_run = true;
		return true;
	case OPT_WP_STATUS:
		o->wp.status = true;
		return true;
	case OPT_WP_LIST:
		o->wp.list = true;
		return true;
	case OPT_WP_RANGE:
		if (o->wp.opts.has_range)
			return usage(o, "--wp-range is given twice");
		return parse_wp_range(o, optarg);
	case OPT_WP_ENABLE:
		return parse_wp_enable(o, optarg);
	case OPT_WP_DISABLE:
		if (o->wp.opts.has_mode)
			return usage(o, "one of --wp-enable and --wp-disable, once");
		o->wp.opts.has_mode = true;
		o->wp.opts.mode = SWDROM_WP_DISABLED;
		return true;
	case OPT_WP_VOLATILE:
		o->wp.opts.is_volatile = true;
		return true;
	case OPT_IRREVERSIBLE:
		o->wp.opts.irreversible = true;
		return true;
	case OPT_OTP_STATUS:
		o->otp.status = true;
		return set_action(o, has_action, ACTION_OTP);
	case OPT_OTP_PROGRAM:
		return once(o, &o->otp.program, "--otp-program", optarg) && parse_otp_program(o) &&
		       set_action(o, has_action, ACTION_OTP);
	case OPT_OTP_ERASE:
		return parse_region(o, "--otp-erase", optarg, &o->otp.has_erase, &o->otp.erase) &&
		       set_action(o, has_action, ACTION_OTP);
	case OPT_OTP_LOCK:
		return parse_region(o, "--otp-lock", optarg, &o->otp.has_lock, &o->otp.lock) &&
		       set_action(o, has_action, ACTION_OTP);
	default:
		return false;
	}
}

bool options_is_gang(const struct options *o)
{
	const char *first = o->n_programmers ? o->programmers[0] : NULL;
	const char *params = first ? strchr(first, ':') : NULL;

	return o->n_programmers > 1 ||
	       (params && !strncmp(params, ":all", 4) && (!params[4] || params[4] == ','));
}

/* what makes sense with several boards only in part, or not at all */
static bool check_gang(struct options *o)
{
	static const struct {
		enum action action;
		const char *name;
	} alone[] = {
		{ ACTION_PEEK, "--peek" },
		{ ACTION_POKE, "--poke" },
		{ ACTION_OTP, "what is done to OTP" },
		{ ACTION_SFDP, "--sfdp" },
		{ ACTION_SFDP_DUMP, "--sfdp-dump" },
		{ ACTION_LIST, "-L" },
	};
	size_t i;

	for (i = 0; i < sizeof(alone) / sizeof(alone[0]); i++)
		if (o->action == alone[i].action)
			return usage(o, "%s works on one board: give one -p", alone[i].name);
	if (o->action != ACTION_READ || strstr(o->files[0], "%s"))
		return true;
	snprintf(o->hint, sizeof(o->hint), "%%s stands for the board, as in -r board-%%s.bin");
	return usage(o, "several boards cannot be read into one file: %.100s", o->files[0]);
}

/* a flash chip on the adapter itself: there is no board */
static bool is_chip_alone(const struct options *o)
{
	static const char name[] = "ftdi_spi";
	const size_t n = sizeof(name) - 1;
	const char *first = o->n_programmers ? o->programmers[0] : NULL;

	return first && !strncmp(first, name, n) && (!first[n] || first[n] == ':');
}

static bool check(struct options *o)
{
	bool changes = o->action == ACTION_WRITE || o->action == ACTION_ERASE;
	bool has_image = o->action == ACTION_WRITE || o->action == ACTION_VERIFY;
	bool changes_wp = o->wp.opts.has_range || o->wp.opts.has_mode;

	if (!o->n_programmers && o->action != ACTION_LIST && o->action != ACTION_SFDP) {
		snprintf(o->hint, sizeof(o->hint),
			 "for example -p ftdi, or -p sim:board=stm32l476g-disco");
		return usage(o, "-p is missing: which programmer?");
	}
	if (o->action == ACTION_SFDP && (o->n_programmers || o->board))
		return usage(o, "--sfdp reads a file: no programmer, no board");
	if (o->action == ACTION_SFDP_DUMP && !o->board && !is_chip_alone(o))
		return usage(o, "--sfdp-dump needs -b: the board that the flash is on");
	if ((o->action == ACTION_PEEK || o->action == ACTION_POKE) &&
	    (o->board || o->chip || o->select.mtd || o->select.has_range || o->select.layout ||
	     o->has_exit))
		return usage(o, "--peek and --poke know of no board, device, range or reset");
	if (changes_wp && !changes && o->action != ACTION_WP)
		return usage(
			o,
			"--wp-range, --wp-enable and --wp-disable stand alone or go with -w or -E");
	if (changes_wp && o->dry_run)
		return usage(o, "--dry-run does not go with a change of the protection");
	if ((o->wp.opts.is_volatile || (o->wp.opts.irreversible && o->action != ACTION_OTP)) &&
	    !changes_wp)
		return usage(o, "--wp-volatile and --irreversible need --wp-range, --wp-enable or "
				"--wp-disable");
	if ((o->wp.status || o->wp.list) && o->action != ACTION_WP)
		return usage(o, "one action at a time");
	if (o->chip && !o->board && o->action != ACTION_LIST && !is_chip_alone(o))
		return usage(o, "-c names the external flash of a board: it needs -b");
	if (o->address != SWDROM_NO_ADDRESS && !has_image)
		return usage(o, "--address belongs to -w and -v");
	if (o->no_verify && !changes)
		return usage(o, "-n belongs to -w and -E");
	if (o->force && o->action != ACTION_WRITE)
		return usage(o, "-f belongs to -w");
	if (o->has_verify_by && !changes && !has_image)
		return usage(o, "--verify-by belongs to -w, -v and -E");
	if (o->dry_run && !changes)
		return usage(o, "--dry-run belongs to -w and -E");
	if (o->select.n_regions && !o->select.layout)
		return usage(o, "-i needs a layout: -l FILE");
	if (o->select.layout && !o->select.n_regions)
		return usage(o, "-l needs a region: -i REGION");
	if (o->select.has_range && o->select.n_regions)
		return usage(o, "--range and -i exclude each other");
	if (o->action == ACTION_ERASE && !o->select.mtd && !o->select.has_range &&
	    !o->select.n_regions)
		return usage(o, "-E needs -m, --range or -i: what shall be erased?");
	return !options_is_gang(o) || check_gang(o);
}

/* @word: where it stands; of several short options in one word only optopt says which */
static bool bad_option(struct options *o, bool lacks_value, const char *word)
{
	const bool is_long = !strncmp(word, "--", 2);

	if (lacks_value && is_long)
		return usage(o, "%s needs a value", word);
	if (lacks_value)
		return usage(o, "-%c needs a value", optopt);
	if (is_long && optopt)
		return usage(o, "%.*s takes no value", (int)strcspn(word, "="), word);
	if (is_long || !optopt)
		return usage(o, "there is no option %s", word);
	return usage(o, "there is no option -%c", optopt);
}

bool options_parse(struct options *o, int argc, char **argv)
{
	bool has_action = false;
	int c, i;

	memset(o, 0, sizeof(*o));
	o->address = SWDROM_NO_ADDRESS;
	o->files = calloc((size_t)argc + 1, sizeof(*o->files));
	o->regions = calloc((size_t)argc + 1, sizeof(*o->regions));
	o->programmers = calloc((size_t)argc + 1, sizeof(*o->programmers));
	o->addresses = calloc((size_t)argc + 1, sizeof(*o->addresses));
	o->cut = calloc((size_t)argc + 1, sizeof(*o->cut));
	if (!o->files || !o->regions || !o->programmers || !o->addresses || !o->cut)
		return usage(o, "out of memory");
	o->select.regions = o->regions;
	/* how to report is needed also when the rest is wrong */
	for (i = 1; i < argc; i++)
		if (!strcmp(argv[i], "--json"))
			o->json = true;
	opterr = 0;
	while ((c = getopt_long(argc, argv, short_options, long_options, NULL)) != -1) {
		if (c == 'h' || c == 'R') {
			o->action = c == 'h' ? ACTION_HELP : ACTION_VERSION;
			return true;
		}
		if (c == '?' || c == ':')
			return bad_option(o, c == ':',
					  optind > 0 && optind <= argc ? argv[optind - 1] : "");
		if (!parse_one(o, c, &has_action))
			return false;
	}
	for (i = optind; i < argc; i++) {
		if (o->action == ACTION_WRITE || o->action == ACTION_VERIFY) {
			if (!add_image(o, argv[i]))
				return false;
			continue;
		}
		if (o->action != ACTION_PEEK || o->n_files)
			return usage(o,
				     has_action ? "%s: further files belong to -w and -v"
						: "what about %s? -w writes it, -v compares it",
				     argv[i]);
		o->files[o->n_files++] = argv[i];
	}
	if (!has_action &&
	    (o->wp.status || o->wp.list || o->wp.opts.has_range || o->wp.opts.has_mode))
		o->action = ACTION_WP;
	/* the chip is all there is: a binary goes to its start */
	if (is_chip_alone(o) && o->address == SWDROM_NO_ADDRESS && !o->select.has_range &&
	    !o->select.n_regions && (o->action == ACTION_WRITE || o->action == ACTION_VERIFY))
		o->address = 0;
	if (!o->has_exit)
		o->exit = o->action == ACTION_WRITE && !o->dry_run ? SWDROM_EXIT_RUN
								   : SWDROM_EXIT_NONE;
	return check(o);
}

void options_exit(struct options *o)
{
	for (size_t i = 0; o->cut && i < o->n_files; i++)
		free(o->cut[i]);
	free(o->cut);
	free(o->addresses);
	free(o->files);
	free(o->regions);
	free(o->programmers);
}
