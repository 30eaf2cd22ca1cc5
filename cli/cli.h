/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The swdrom command: options, progress, reports. It uses the library through swdrom.h alone.
 */
#ifndef SWDROM_CLI_H
#define SWDROM_CLI_H

#include "include/swdrom.h"

#include <stdio.h>

enum action {
	ACTION_PROBE,
	ACTION_READ,
	ACTION_WRITE,
	ACTION_VERIFY,
	ACTION_ERASE,
	ACTION_PEEK,
	ACTION_POKE,
	ACTION_LIST,
	ACTION_HELP,
	ACTION_VERSION,
};

struct options {
	enum action action;
	const char *programmer, *board;
	/* one for -r, none or one for --peek, any number for -w and -v; ADDR=... for --poke */
	const char **files;
	size_t n_files;
	struct swdrom_select select;
	uint64_t peek_start, peek_len;
	const char **regions;
	uint64_t address;
	bool no_verify, force, progress, json, stats, dry_run;
	unsigned int verbose; /* -V 1, -VV 2 */
	const char *log_path;
	enum swdrom_exit exit;
	bool has_exit;
	enum swdrom_verify_by verify_by;
	bool has_verify_by, no_boost;
	char error[256], hint[128]; /* when options_parse() returns false */
};

/**
 * options_parse() - the command line
 * @o: result; options_exit() it
 * @argc: as in main()
 * @argv: as in main(); borrowed for the life of @o
 *
 * Return: false with @o->error; @o->json is right also then.
 */
bool options_parse(struct options *o, int argc, char **argv);
void options_exit(struct options *o);
/* one of --poke: where, and the value, or @*path of a file; false: it is neither */
bool options_poke(const char *text, uint64_t *address, uint32_t *value, const char **path);
void options_help(FILE *out);

struct progress {
	bool is_tty, is_verbose;
	struct progress_entry {
		char step[16], mtd[16];
		uint64_t done, total;
		unsigned int shown; /* tenths, in plain lines */
	} entries[8];
	size_t n_entries;
	uint64_t drawn_ns;
	bool is_drawn; /* a bar stands on the present line */
};

void progress_init(struct progress *p, bool is_verbose);
void progress_update(struct progress *p, const char *step, const char *mtd, uint64_t done,
		     uint64_t total);
/* progress_clear() - take the bar off the screen: another line comes */
void progress_clear(struct progress *p);

struct outcome {
	const struct options *o;
	const struct swdrom_report *report;
	const struct swdrom_error *error;
	int argc;
	char **argv;
};

/* raw.c: what a session opened with raw set is for */
enum swdrom_status raw_peek(const struct options *o, struct swdrom *s);
enum swdrom_status raw_poke(const struct options *o, struct swdrom *s);

/* all of them print nothing that was not asked for */
void report_probe(const struct outcome *r, FILE *out);
void report_summary(const struct outcome *r, FILE *out);
void report_stats(const struct outcome *r, FILE *out);
/* report_json() - one object on a line; false if it could not be written */
bool report_json(const struct outcome *r, FILE *out);

#endif
