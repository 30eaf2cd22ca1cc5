// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Several boards: the images are read once, then each board has a thread and a session of its own, and
 * none waits for another. When all are over there is one exit code.
 */
#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

struct gang_run {
	struct command *c;
	struct swdrom_gang *gang;
	struct one_board loader; /* has the images that all share */
	struct one_board *boards;
	struct outcome *outcomes;
	const char **labels;
	size_t n;
	uint64_t began_ns;
};

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * UINT64_C(1000000000) + (uint64_t)ts.tv_nsec;
}

static void *board_thread(void *arg)
{
	struct one_board *b = arg;
	struct command *c = b->c;
	bool is_ok;

	one_board_run(b);
	swdrom_gang_leave(b->gang, b->lane);
	pthread_mutex_lock(&c->lock);
	is_ok = !swdrom_error(b->s)->status;
	one_board_report(b);
	progress_over(&c->progress, b->lane, is_ok);
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

/* a thread for each; one that cannot be started fails alone */
static void run_all(struct gang_run *g)
{
	size_t i;

	for (i = 0; i < g->n; i++) {
		struct one_board *b = &g->boards[i];

		b->has_thread = !pthread_create(&b->thread, NULL, board_thread, b);
		if (b->has_thread)
			continue;
		swdrom_gang_leave(g->gang, i);
		swdrom_fail(b->s, SWDROM_FAILED, "no thread could be started for this board");
		pthread_mutex_lock(&g->c->lock);
		one_board_report(b);
		pthread_mutex_unlock(&g->c->lock);
	}
	for (i = 0; i < g->n; i++)
		if (g->boards[i].has_thread)
			pthread_join(g->boards[i].thread, NULL);
}

/* the first failure in the order of -p; that somebody stopped it counts only if nothing else failed */
static const struct swdrom_error *verdict(const struct gang_run *g)
{
	const struct swdrom_error *stopped = NULL;
	size_t i;

	for (i = 0; i < g->n; i++) {
		const struct swdrom_error *e = g->outcomes[i].error;

		if (e->status && e->status != SWDROM_INTERRUPTED)
			return e;
		if (e->status && !stopped)
			stopped = e;
	}
	return stopped ? stopped : g->outcomes[0].error;
}

static void print_verdict(const struct gang_run *g)
{
	size_t i, n_ok = 0;

	for (i = 0; i < g->n; i++)
		n_ok += !g->outcomes[i].error->status;
	fprintf(stderr, "%zu boards: %zu ok", g->n, n_ok);
	if (n_ok < g->n)
		fprintf(stderr, ", %zu failed:", g->n - n_ok);
	for (i = 0; i < g->n; i++)
		if (g->outcomes[i].error->status)
			fprintf(stderr, " %s", g->labels[i]);
	fputc('\n', stderr);
}

static int report_all(struct gang_run *g)
{
	struct command *c = g->c;
	const struct swdrom_error *e;
	bool is_written = true;
	size_t i;

	for (i = 0; i < g->n; i++)
		g->outcomes[i] = (struct outcome){ .o = &c->o,
						   .report = swdrom_report(g->boards[i].s),
						   .error = swdrom_error(g->boards[i].s),
						   .label = g->boards[i].label,
						   .argc = c->argc,
						   .argv = c->argv };
	e = verdict(g);
	progress_clear(&c->progress);
	if (g->n > 1)
		print_verdict(g);
	if (c->o.json && g->n > 1)
		is_written = report_json_gang(g->outcomes, g->n, e, now_ns() - g->began_ns, stdout);
	else if (c->o.json)
		is_written = report_json(&g->outcomes[0], stdout);
	return !e->status && !is_written ? SWDROM_FAILED : (int)e->status;
}

/* it went wrong before there were boards */
static int fail(struct gang_run *g, const struct swdrom_error *e)
{
	print_error(g->c, NULL, e);
	if (g->c->o.json)
		report_json_gang(NULL, 0, e, now_ns() - g->began_ns, stdout);
	return (int)e->status;
}

static bool make_boards(struct gang_run *g)
{
	size_t i;

	g->n = swdrom_gang_size(g->gang);
	g->boards = calloc(g->n, sizeof(*g->boards));
	g->outcomes = calloc(g->n, sizeof(*g->outcomes));
	g->labels = calloc(g->n, sizeof(*g->labels));
	if (!g->boards || !g->outcomes || !g->labels)
		return false;
	for (i = 0; i < g->n; i++) {
		struct one_board *b = &g->boards[i];

		g->labels[i] = swdrom_gang_label(g->gang, i);
		if (!one_board_init(b, g->c, i, g->labels[i]))
			return false;
		b->gang = g->gang;
		b->loader = g->loader.s;
		/* one that was found by :all is reported as if it had been named */
		if (g->n == 1)
			b->label = NULL;
	}
	progress_exit(&g->c->progress);
	return progress_init(&g->c->progress, g->c->o.progress, g->n > 1 ? g->labels : NULL, g->n);
}

int gang_main(struct command *c)
{
	const struct swdrom_error no_memory = {
		.status = SWDROM_FAILED, .what = "out of memory", .where = "", .next = ""
	};
	struct gang_run g = { .c = c, .began_ns = now_ns() };
	size_t i;
	int code;

	g.gang = swdrom_gang_new(c->o.programmers, c->o.n_programmers);
	if (!g.gang || !one_board_init(&g.loader, c, 0, NULL)) {
		code = fail(&g, &no_memory);
		goto out;
	}
	if (swdrom_gang_error(g.gang)->status) {
		code = fail(&g, swdrom_gang_error(g.gang));
		goto out;
	}
	if (one_board_load(&g.loader)) {
		code = fail(&g, swdrom_error(g.loader.s));
		goto out;
	}
	if (!make_boards(&g)) {
		code = fail(&g, &no_memory);
		goto out;
	}
	/* what each one does is in its line; the log has it all */
	if (g.n > 1 && !c->o.verbose)
		c->stderr_level = SWDROM_LOG_WARN;
	run_all(&g);
	code = report_all(&g);
out:
	for (i = 0; g.boards && i < g.n; i++)
		one_board_exit(&g.boards[i]);
	one_board_exit(&g.loader);
	swdrom_gang_free(g.gang);
	free(g.boards);
	free(g.outcomes);
	free(g.labels);
	return code;
}
