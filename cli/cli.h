/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The swdrom command: options, progress, reports. It uses the library through swdrom.h alone.
 */
#ifndef SWDROM_CLI_H
#define SWDROM_CLI_H

#include "include/swdrom.h"

#include <pthread.h>
#include <stdio.h>

enum action {
	ACTION_PROBE,
	ACTION_READ,
	ACTION_WRITE,
	ACTION_VERIFY,
	ACTION_ERASE,
	ACTION_WP,
	ACTION_OTP,
	ACTION_PEEK,
	ACTION_POKE,
	ACTION_SFDP,
	ACTION_SFDP_DUMP,
	ACTION_LIST,
	ACTION_HELP,
	ACTION_VERSION,
};

struct options {
	enum action action;
	const char **programmers; /* each -p */
	size_t n_programmers;
	const char *board, *chip;
	/* one for -r, --sfdp and --sfdp-dump, none or one for --peek, any number for -w and -v; ADDR=... for --poke */
	const char **files;
	size_t n_files;
	uint64_t *addresses; /* of FILE@ADDRESS, in the order of @files; else SWDROM_NO_ADDRESS */
	char **cut;	     /* those files' names without it, to be freed */
	struct swdrom_select select;
	uint64_t peek_start, peek_len;
	const char **regions;
	uint64_t address;
	bool no_verify, force, progress, json, stats, dry_run;
	unsigned int verbose; /* -V 1, -VV 2 */
	struct {
		bool status, list;
		/* before -w and -E, and by itself: what takes protection away; else after them */
		struct swdrom_wp_opts opts;
	} wp;
	struct {
		bool status, has_erase, has_lock;
		const char *program;  /* OFFSET=FILE */
		uint64_t erase, lock; /* regions */
	} otp;
	const char *log_path;
	enum swdrom_exit exit;
	bool has_exit;
	enum swdrom_verify_by verify_by;
	bool has_verify_by, no_boost;
	char error[256], hint[128]; /* when options_parse() returns false */
};

/* options_is_gang() - may it be several boards? More than one -p, or NAME:all */
bool options_is_gang(const struct options *o);

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
/* one of --otp-program: false: it is no OFFSET=FILE */
bool options_otp_program(const char *text, uint64_t *offset, const char **path);
void options_help(FILE *out);

/* what one board is at */
struct progress_lane {
	const char *label; /* NULL: it is the only one */
	struct progress_entry {
		char step[16], mtd[16];
		uint64_t done, total;
		unsigned int shown; /* tenths, in plain lines */
	} entries[8];
	size_t n_entries;
	bool is_over, is_ok;
};

struct progress {
	bool is_tty, is_verbose;
	struct progress_lane *lanes;
	size_t n_lanes;
	uint64_t drawn_ns;
	unsigned int n_drawn; /* lines on the screen that are ours, the cursor in the last one */
};

/* progress_init() - @labels: NULL for one board; false without memory */
bool progress_init(struct progress *p, bool is_verbose, const char *const *labels, size_t n);
void progress_exit(struct progress *p);
void progress_update(struct progress *p, size_t lane, const char *step, const char *mtd,
		     uint64_t done, uint64_t total);
/* progress_over() - nothing more comes of this board */
void progress_over(struct progress *p, size_t lane, bool is_ok);
/* progress_clear() - take it off the screen: another line comes */
void progress_clear(struct progress *p);

/* all that boards share; what they print they print with @lock held */
struct command {
	struct options o;
	int argc;
	char **argv;
	pthread_mutex_t lock;
	struct progress progress;
	FILE *log;
	enum swdrom_log_level stderr_level, log_level;
	const volatile sig_atomic_t *stop;
	/* told of each session for as long as a second signal has to leave its pins alone */
	void (*watch)(size_t lane, struct swdrom *s);
};

/* one board, one session */
struct one_board {
	struct command *c;
	size_t lane;
	const char *label;	     /* NULL: the only one, and nothing needs to say which */
	struct swdrom_gang *gang;    /* NULL: the only -p */
	const struct swdrom *loader; /* has the images; NULL: load them */
	char *path;		     /* of -r */
	struct swdrom *s;
	pthread_t thread;
	bool has_thread;
};

/* one-board.c */
bool one_board_init(struct one_board *b, struct command *c, size_t lane, const char *label);
void one_board_exit(struct one_board *b);
/* one_board_load() - selection and images; one_board_run() - all from opening to closing */
enum swdrom_status one_board_load(struct one_board *b);
void one_board_run(struct one_board *b);
void print_error(struct command *c, const char *label, const struct swdrom_error *e);
/* one_board_report() - what came of it, for people */
void one_board_report(struct one_board *b);

/* gang.c: several boards; returns the exit code */
int gang_main(struct command *c);

struct outcome {
	const struct options *o;
	const struct swdrom_report *report;
	const struct swdrom_error *error;
	const char *label; /* NULL: the only one */
	int argc;
	char **argv;
};

/* raw.c: what a session opened with raw set is for */
enum swdrom_status raw_peek(const struct options *o, struct swdrom *s);
enum swdrom_status raw_poke(const struct options *o, struct swdrom *s);

/* otp.c */
enum swdrom_status otp_act(const struct options *o, struct swdrom *s,
			   void (*line)(void *arg, const char *text), void *arg);

/* all of them print nothing that was not asked for */
void report_probe(const struct outcome *r, FILE *out);
void report_summary(const struct outcome *r, FILE *out);
void report_stats(const struct outcome *r, FILE *out);
/* report_line() - one board of several, in one line */
void report_line(const struct outcome *r, FILE *out);
/* report_json() - one object on a line; false if it could not be written */
bool report_json(const struct outcome *r, FILE *out);
/* report_json_gang() - the same for several boards; @error: the first one's, or of none of them */
bool report_json_gang(const struct outcome *boards, size_t n, const struct swdrom_error *error,
		      uint64_t time_ns, FILE *out);

#endif
