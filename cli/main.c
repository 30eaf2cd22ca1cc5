// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * swdrom: the command. Options in, a session for each board, one exit code.
 *
 * stdout carries what was asked for: the bytes of `-r -`, those of --peek, the lists of --probe, -L and --dry-run,
 * and with --json only bytes and the object. All else is on stderr.
 */
#include "cli/cli.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define MAX_SESSIONS 64 /* boards in a gang, too */

/* what a signal handler can reach: the only file-scope state there is */
static volatile sig_atomic_t stop;
static struct swdrom *signal_sessions[MAX_SESSIONS];

static void on_alarm(int sig)
{
	_exit(130);
}

/* the first signal asks, the second leaves */
static void on_signal(int sig)
{
	int saved = errno;
	size_t i;

	if (__atomic_exchange_n(&stop, 1, __ATOMIC_RELAXED)) {
		alarm(1); /* USB may be what hangs */
		for (i = 0; i < MAX_SESSIONS; i++) {
			struct swdrom *s = __atomic_load_n(&signal_sessions[i], __ATOMIC_ACQUIRE);

			if (s)
				swdrom_abandon(s);
		}
		_exit(130);
	}
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

static void watch(size_t lane, struct swdrom *s)
{
	if (lane < MAX_SESSIONS)
		__atomic_store_n(&signal_sessions[lane], s, __ATOMIC_RELEASE);
}

static int usage_error(struct command *c)
{
	const struct swdrom_report none = { 0 };
	const struct swdrom_error e = {
		.status = SWDROM_USAGE, .what = c->o.error, .where = "", .next = c->o.hint
	};
	struct outcome r = { .o = &c->o, .report = &none, .error = &e };

	print_error(c, NULL, &e);
	if (c->o.json)
		report_json(&r, stdout);
	return SWDROM_USAGE;
}

/* one board */
static int run_one(struct command *c)
{
	struct one_board b;
	struct outcome r;
	int code;

	if (!one_board_init(&b, c, 0, NULL)) {
		fprintf(stderr, "swdrom: out of memory\n");
		return SWDROM_FAILED;
	}
	one_board_run(&b);
	one_board_report(&b);
	r = (struct outcome){ .o = &c->o,
			      .report = swdrom_report(b.s),
			      .error = swdrom_error(b.s),
			      .argc = c->argc,
			      .argv = c->argv };
	code = (int)r.error->status;
	/* what a dump says is an object already */
	if (c->o.json && (c->o.action != ACTION_SFDP || code) && !report_json(&r, stdout))
		code = code ? code : SWDROM_FAILED;
	one_board_exit(&b);
	return code;
}

static int run(struct command *c)
{
	int code;

	if (c->o.log_path) {
		c->log = fopen(c->o.log_path, "w");
		if (!c->log) {
			snprintf(c->o.error, sizeof(c->o.error), "cannot create the log %.150s: %s",
				 c->o.log_path, strerror(errno));
			return usage_error(c);
		}
	}
	if (c->o.verbose)
		c->stderr_level = c->o.verbose > 1 ? SWDROM_LOG_WIRE : SWDROM_LOG_DEBUG;
	c->log_level =
		c->log && c->stderr_level < SWDROM_LOG_DEBUG ? SWDROM_LOG_DEBUG : c->stderr_level;
	if (!progress_init(&c->progress, c->o.progress, NULL, 1)) {
		fprintf(stderr, "swdrom: out of memory\n");
		return SWDROM_FAILED;
	}
	catch_signals();
	code = options_is_gang(&c->o) ? gang_main(c) : run_one(c);
	progress_exit(&c->progress);
	/* data that -r - could not write was an error of the session, with its message */
	if ((fflush(stdout) || ferror(stdout)) && !(code && c->o.action == ACTION_READ)) {
		fprintf(stderr, "swdrom: cannot write to stdout\n");
		code = code ? code : SWDROM_FAILED;
	}
	if (c->log && (ferror(c->log) | fclose(c->log))) {
		fprintf(stderr,
			"swdrom: the log is not whole: cannot write %s; the job itself is not "
			"affected\n",
			c->o.log_path);
		code = code ? code : SWDROM_FAILED;
	}
	return code;
}

int main(int argc, char **argv)
{
	struct command c = { .argc = argc,
			     .argv = argv,
			     .lock = PTHREAD_MUTEX_INITIALIZER,
			     .stderr_level = SWDROM_LOG_INFO,
			     .stop = &stop,
			     .watch = watch };
	int code;

	if (!options_parse(&c.o, argc, argv)) {
		code = usage_error(&c);
	} else if (c.o.action == ACTION_HELP || c.o.action == ACTION_VERSION) {
		if (c.o.action == ACTION_HELP)
			options_help(stdout);
		else
			printf("swdrom %s\n", swdrom_version());
		code = fflush(stdout) ? SWDROM_FAILED : SWDROM_OK;
	} else {
		code = run(&c);
	}
	options_exit(&c.o);
	return code;
}
