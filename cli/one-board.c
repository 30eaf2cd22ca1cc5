// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One board: a session from the images to the report. Several run at the same time, a thread each;
 * whatever they print they print under the command's lock, and nobody holds it while working.
 */
#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>

/* ---- callbacks ---- */

static void on_log(void *arg, enum swdrom_log_level level, const char *line)
{
	static const char *const names[] = { "error", "warning", "info", "debug", "wire" };
	struct one_board *b = arg;
	struct command *c = b->c;
	const char *label = b->label ? b->label : "", *colon = b->label ? ": " : "";

	pthread_mutex_lock(&c->lock);
	if (c->log)
		fprintf(c->log, "%-7s %s%s%s\n", names[level], label, colon, line);
	if (level <= c->stderr_level) {
		progress_clear(&c->progress);
		if (level <= SWDROM_LOG_WARN)
			fprintf(stderr, "swdrom: %s%s%s: %s\n", label, colon, names[level], line);
		else
			fprintf(stderr, "%s%s%s\n", label, colon, line);
	}
	pthread_mutex_unlock(&c->lock);
}

static void on_progress(void *arg, const char *step, const char *mtd, uint64_t done, uint64_t total)
{
	struct one_board *b = arg;

	pthread_mutex_lock(&b->c->lock);
	progress_update(&b->c->progress, b->lane, step, mtd, done, total);
	pthread_mutex_unlock(&b->c->lock);
}

/* lines that were asked for; with --json stdout is the object's */
static void on_line(void *arg, const char *line)
{
	struct one_board *b = arg;
	struct command *c = b->c;

	pthread_mutex_lock(&c->lock);
	progress_clear(&c->progress);
	fprintf(c->o.json ? stderr : stdout, "%s%s%s\n", b->label ? b->label : "",
		b->label ? ": " : "", line);
	pthread_mutex_unlock(&c->lock);
}

/* ---- life ---- */

/* "board-%s.bin" with the label in it, as far as a file name can have it */
static char *path_of(const char *pattern, const char *label)
{
	const char *at = strstr(pattern, "%s");
	size_t size = strlen(pattern) + strlen(label) + 1, head = (size_t)(at - pattern), i;
	char *path = malloc(size);

	if (!path)
		return NULL;
	snprintf(path, size, "%.*s%s%s", (int)head, pattern, label, at + 2);
	for (i = head; i < head + strlen(label); i++)
		if (path[i] == '/' || path[i] == ':' || path[i] == ' ' || path[i] == ',')
			path[i] = '_';
	return path;
}

/**
 * one_board_init() - a session for a board
 * @b: filled in
 * @c: shared with the other boards
 * @lane: its number
 * @label: its name; NULL: the only one
 *
 * Return: false without memory.
 */
bool one_board_init(struct one_board *b, struct command *c, size_t lane, const char *label)
{
	const struct swdrom_callbacks cb = { .log = on_log,
					     .log_level = c->log_level,
					     .progress = on_progress,
					     .arg = b,
					     .stop = c->stop };

	*b = (struct one_board){ .c = c, .lane = lane, .label = label };
	b->s = swdrom_new(&cb);
	if (b->s && c->o.action == ACTION_READ && label && strstr(c->o.files[0], "%s")) {
		b->path = path_of(c->o.files[0], label);
		if (!b->path) {
			swdrom_free(b->s);
			b->s = NULL;
		}
	}
	return b->s;
}

void one_board_exit(struct one_board *b)
{
	swdrom_free(b->s);
	free(b->path);
	b->s = NULL;
	b->path = NULL;
}

/* lines that are the result itself, JSON or not */
static void on_fact(void *arg, const char *line)
{
	printf("%s\n", line);
}

/* ---- the session ---- */

/* the part of a change that takes protection away, for before a job; the rest is for after it */
static struct swdrom_wp_opts unprotecting(const struct swdrom_wp_opts *wp, bool wants_rest)
{
	struct swdrom_wp_opts part = *wp;

	part.has_range = wp->has_range && (wp->len != 0) == wants_rest;
	part.has_mode = wp->has_mode && (wp->mode != SWDROM_WP_DISABLED) == wants_rest;
	return part;
}

static bool changes_protection(const struct options *o)
{
	return o->wp.opts.has_range || o->wp.opts.has_mode;
}

/* asked for by itself: change, then tell */
static enum swdrom_status protect(struct one_board *b)
{
	const struct options *o = &b->c->o;
	enum swdrom_status status = SWDROM_OK;

	if (changes_protection(o))
		status = swdrom_wp_change(b->s, &o->wp.opts);
	if (!status && (o->wp.status || !o->wp.list))
		status = swdrom_wp_status(b->s, on_line, b);
	if (!status && o->wp.list)
		status = swdrom_wp_list(b->s, on_line, b);
	return status;
}

static enum swdrom_status act(struct one_board *b)
{
	const struct options *o = &b->c->o;
	const struct swdrom_write_opts wopts = {
		.no_verify = o->no_verify,
		.force = o->force,
		.dry_run = o->dry_run,
		.plan_line = o->dry_run ? on_line : NULL,
		.arg = b,
	};

	switch (o->action) {
	case ACTION_READ:
		return swdrom_read(b->s, b->path ? b->path : o->files[0]);
	case ACTION_WRITE:
		return swdrom_write(b->s, &wopts);
	case ACTION_VERIFY:
		return swdrom_verify(b->s);
	case ACTION_ERASE:
		return swdrom_erase(b->s, &wopts);
	case ACTION_WP:
		return protect(b);
	case ACTION_SFDP_DUMP:
		return swdrom_sfdp_dump(b->s, o->files[0]);
	case ACTION_OTP:
		return otp_act(o, b->s, on_line, b);
	case ACTION_PEEK:
		return raw_peek(o, b->s);
	case ACTION_POKE:
		return raw_poke(o, b->s);
	default:
		return SWDROM_OK;
	}
}

/* the action, with a change of the protection around it */
static enum swdrom_status act_protected(struct one_board *b)
{
	const struct options *o = &b->c->o;
	struct swdrom_wp_opts before = unprotecting(&o->wp.opts, false);
	struct swdrom_wp_opts after = unprotecting(&o->wp.opts, true);
	enum swdrom_status status = SWDROM_OK;

	if (o->action == ACTION_WP || !changes_protection(o))
		return act(b);
	if (before.has_range || before.has_mode)
		status = swdrom_wp_change(b->s, &before);
	if (!status)
		status = act(b);
	if (!status && (after.has_range || after.has_mode))
		status = swdrom_wp_change(b->s, &after);
	return status;
}

/**
 * one_board_load() - what to work on: selection, and the images or somebody else's
 * @b: board
 */
enum swdrom_status one_board_load(struct one_board *b)
{
	const struct options *o = &b->c->o;
	const bool has_image = o->action == ACTION_WRITE || o->action == ACTION_VERIFY;
	enum swdrom_status status = swdrom_select(b->s, &o->select);
	size_t i;

	if (!status && b->loader)
		return swdrom_share_images(b->s, b->loader);
	for (i = 0; i < o->n_files && has_image && !status; i++)
		status = o->addresses[i] == SWDROM_NO_ADDRESS
				 ? swdrom_add_image(b->s, o->files[i], o->address)
				 : swdrom_add_binary(b->s, o->files[i], o->addresses[i]);
	return status;
}

/**
 * one_board_run() - open, do what was asked for, close
 * @b: board
 */
void one_board_run(struct one_board *b)
{
	const struct options *o = &b->c->o;
	const struct swdrom_open_opts oopts = {
		.programmer = o->n_programmers ? o->programmers[0] : NULL,
		.gang = b->gang,
		.gang_index = b->lane,
		.board = o->board,
		.chip = o->chip,
		/* a look at the part disturbs nothing; a look at its NOR needs its QUADSPI */
		.raw = o->action == ACTION_PEEK || o->action == ACTION_POKE,
		.no_reset = o->action == ACTION_PROBE && !o->board,
		.verify_by = o->verify_by,
		.no_boost = o->no_boost,
	};
	enum swdrom_status status;

	if (o->action == ACTION_LIST) {
		swdrom_list(b->s, oopts.programmer, on_line, b);
		return;
	}
	if (o->action == ACTION_SFDP) {
		swdrom_sfdp_decode(b->s, o->files[0], o->json, on_fact, b);
		return;
	}
	if (one_board_load(b))
		return;
	b->c->watch(b->lane, b->s);
	status = swdrom_open(b->s, &oopts);
	if (!status)
		status = act_protected(b);
	/* after a failure the flash is in between: do not let it run */
	swdrom_close(b->s, status && o->exit == SWDROM_EXIT_RUN ? SWDROM_EXIT_NONE : o->exit);
	b->c->watch(b->lane, NULL);
}

/* ---- the report ---- */

void print_error(struct command *c, const char *label, const struct swdrom_error *e)
{
	const char *colon = label ? ": " : "";

	progress_clear(&c->progress);
	label = label ? label : "";
	fprintf(stderr, "swdrom: %s%s%s%s%s%s%s\n", label, colon, e->what, e->where[0] ? ", " : "",
		e->where, e->next[0] ? "; " : "", e->next);
	if (c->log)
		fprintf(c->log, "error   %s%s%s%s%s%s%s\n", label, colon, e->what,
			e->where[0] ? ", " : "", e->where, e->next[0] ? "; " : "", e->next);
}

void one_board_report(struct one_board *b)
{
	struct command *c = b->c;
	const struct outcome r = { .o = &c->o,
				   .report = swdrom_report(b->s),
				   .error = swdrom_error(b->s),
				   .label = b->label,
				   .argc = c->argc,
				   .argv = c->argv };

	progress_clear(&c->progress);
	if (r.error->status)
		print_error(c, b->label, r.error);
	if (c->o.action == ACTION_PROBE)
		report_probe(&r, c->o.json ? stderr : stdout);
	if (b->label)
		report_line(&r, stderr);
	else
		report_summary(&r, stderr);
	if (c->o.stats)
		report_stats(&r, stderr);
}
