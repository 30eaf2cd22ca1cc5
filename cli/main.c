// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * swdrom: the command. Options in, one session, one exit code.
 *
 * stdout carries what was asked for: the bytes of `-r -`, those of --peek, the lists of --probe, -L and --dry-run,
 * and with --json only bytes and the object. All else is on stderr.
 */
#include "cli/cli.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* what a signal handler can reach: the only file-scope state there is */
static volatile sig_atomic_t stop;
static struct swdrom *volatile signal_session;

struct command {
	struct options o;
	struct progress progress;
	FILE *log;
	enum swdrom_log_level stderr_level;
};

static void on_alarm(int sig)
{
	_exit(130);
}

/* the first signal asks, the second leaves */
static void on_signal(int sig)
{
	int saved = errno;

	if (stop) {
		alarm(1); /* USB may be what hangs */
		if (signal_session)
			swdrom_abandon(signal_session);
		_exit(130);
	}
	stop = 1;
	errno = saved;
}

static void catch_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal };

	sigemptyset(&sa.sa_mask);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sa.sa_handler = on_alarm;
	sigaction(SIGALRM, &sa, NULL);
}

/* ---- callbacks ---- */

static void on_log(void *arg, enum swdrom_log_level level, const char *line)
{
	static const char *const names[] = { "error", "warning", "info", "debug", "wire" };
	struct command *c = arg;

	if (c->log)
		fprintf(c->log, "%-7s %s\n", names[level], line);
	if (level > c->stderr_level)
		return;
	progress_clear(&c->progress);
	if (level <= SWDROM_LOG_WARN)
		fprintf(stderr, "swdrom: %s: %s\n", names[level], line);
	else
		fprintf(stderr, "%s\n", line);
}

static void on_progress(void *arg, const char *step, const char *mtd, uint64_t done, uint64_t total)
{
	struct command *c = arg;

	progress_update(&c->progress, step, mtd, done, total);
}

/* lines that were asked for; with --json stdout is the object's */
static void on_line(void *arg, const char *line)
{
	struct command *c = arg;

	progress_clear(&c->progress);
	fprintf(c->o.json ? stderr : stdout, "%s\n", line);
}

/* ---- the session ---- */

static enum swdrom_status act(struct command *c, struct swdrom *s)
{
	const struct swdrom_write_opts wopts = {
		.no_verify = c->o.no_verify,
		.force = c->o.force,
		.dry_run = c->o.dry_run,
		.plan_line = c->o.dry_run ? on_line : NULL,
		.arg = c,
	};

	switch (c->o.action) {
	case ACTION_READ:
		return swdrom_read(s, c->o.files[0]);
	case ACTION_WRITE:
		return swdrom_write(s, &wopts);
	case ACTION_VERIFY:
		return swdrom_verify(s);
	case ACTION_ERASE:
		return swdrom_erase(s, &wopts);
	case ACTION_PEEK:
		return raw_peek(&c->o, s);
	case ACTION_POKE:
		return raw_poke(&c->o, s);
	default:
		return SWDROM_OK;
	}
}

static void run(struct command *c, struct swdrom *s)
{
	const struct swdrom_open_opts oopts = {
		.programmer = c->o.programmer,
		.board = c->o.board,
		/* a look at the part disturbs nothing; a look at its NOR needs its QUADSPI */
		.raw = c->o.action == ACTION_PEEK || c->o.action == ACTION_POKE,
		.no_reset = c->o.action == ACTION_PROBE && !c->o.board,
		.verify_by = c->o.verify_by,
		.no_boost = c->o.no_boost,
	};
	const bool has_image = c->o.action == ACTION_WRITE || c->o.action == ACTION_VERIFY;
	enum swdrom_status status;
	size_t i;

	if (c->o.action == ACTION_LIST) {
		swdrom_list(s, c->o.programmer, on_line, c);
		return;
	}
	status = swdrom_select(s, &c->o.select);
	for (i = 0; i < c->o.n_files && has_image && !status; i++)
		status = swdrom_add_image(s, c->o.files[i], c->o.address);
	if (status)
		return;
	status = swdrom_open(s, &oopts);
	if (!status)
		status = act(c, s);
	/* after a failure the flash is in between: do not let it run */
	swdrom_close(s, status && c->o.exit == SWDROM_EXIT_RUN ? SWDROM_EXIT_NONE : c->o.exit);
}

static void print_error(struct command *c, const struct swdrom_error *e)
{
	progress_clear(&c->progress);
	fprintf(stderr, "swdrom: %s%s%s%s%s\n", e->what, e->where[0] ? ", " : "", e->where,
		e->next[0] ? "; " : "", e->next);
	if (c->log)
		fprintf(c->log, "error   %s%s%s%s%s\n", e->what, e->where[0] ? ", " : "", e->where,
			e->next[0] ? "; " : "", e->next);
}

static int report(struct command *c, struct outcome *r)
{
	int code = (int)r->error->status;

	progress_clear(&c->progress);
	if (r->error->status)
		print_error(c, r->error);
	if (c->o.action == ACTION_PROBE)
		report_probe(r, c->o.json ? stderr : stdout);
	report_summary(r, stderr);
	if (c->o.stats)
		report_stats(r, stderr);
	if (c->o.json && !report_json(r, stdout))
		code = code ? code : SWDROM_FAILED;
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "swdrom: cannot write to stdout\n");
		code = code ? code : SWDROM_FAILED;
	}
	return code;
}

static int usage_error(struct command *c, int argc, char **argv)
{
	const struct swdrom_report none = { 0 };
	const struct swdrom_error e = {
		.status = SWDROM_USAGE, .what = c->o.error, .where = "", .next = c->o.hint
	};
	struct outcome r = { .o = &c->o, .report = &none, .error = &e, .argc = argc, .argv = argv };

	print_error(c, &e);
	if (c->o.json)
		report_json(&r, stdout);
	options_exit(&c->o);
	return SWDROM_USAGE;
}

int main(int argc, char **argv)
{
	struct command c = { .stderr_level = SWDROM_LOG_INFO };
	struct swdrom_callbacks cb = {
		.log = on_log, .progress = on_progress, .arg = &c, .stop = &stop
	};
	struct outcome r = { .o = &c.o, .argc = argc, .argv = argv };
	struct swdrom *s;
	int code;

	if (!options_parse(&c.o, argc, argv))
		return usage_error(&c, argc, argv);
	if (c.o.action == ACTION_HELP || c.o.action == ACTION_VERSION) {
		if (c.o.action == ACTION_HELP)
			options_help(stdout);
		else
			printf("swdrom %s\n", swdrom_version());
		options_exit(&c.o);
		return fflush(stdout) ? SWDROM_FAILED : SWDROM_OK;
	}
	if (c.o.log_path) {
		c.log = fopen(c.o.log_path, "w");
		if (!c.log) {
			snprintf(c.o.error, sizeof(c.o.error), "cannot create the log %.150s: %s",
				 c.o.log_path, strerror(errno));
			return usage_error(&c, argc, argv);
		}
	}
	if (c.o.verbose)
		c.stderr_level = c.o.verbose > 1 ? SWDROM_LOG_WIRE : SWDROM_LOG_DEBUG;
	cb.log_level =
		c.log && c.stderr_level < SWDROM_LOG_DEBUG ? SWDROM_LOG_DEBUG : c.stderr_level;
	progress_init(&c.progress, c.o.progress);
	s = swdrom_new(&cb);
	if (!s) {
		fprintf(stderr, "swdrom: out of memory\n");
		return SWDROM_FAILED;
	}
	signal_session = s;
	catch_signals();
	run(&c, s);
	r.report = swdrom_report(s);
	r.error = swdrom_error(s);
	code = report(&c, &r);
	signal_session = NULL;
	swdrom_free(s);
	if (c.log && fclose(c.log))
		fprintf(stderr, "swdrom: cannot write the log %s\n", c.o.log_path);
	options_exit(&c.o);
	return code;
}
