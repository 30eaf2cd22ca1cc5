// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Progress on stderr: on a terminal a line of bars for each board, redrawn, a bar for each device that
 * is at work; if there are more boards than lines, one line for all of them. Elsewhere a line when a
 * step of a device is done, with --progress every tenth.
 */
#include "cli/cli.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define BAR_WIDTH 20
#define REDRAW_NS UINT64_C(50000000)

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * UINT64_C(1000000000) + (uint64_t)ts.tv_nsec;
}

bool progress_init(struct progress *p, bool is_verbose, const char *const *labels, size_t n)
{
	size_t i;

	memset(p, 0, sizeof(*p));
	p->is_tty = isatty(STDERR_FILENO);
	p->is_verbose = is_verbose;
	p->lanes = calloc(n, sizeof(*p->lanes));
	if (!p->lanes)
		return false;
	p->n_lanes = n;
	for (i = 0; labels && i < n; i++)
		p->lanes[i].label = labels[i];
	return true;
}

void progress_exit(struct progress *p)
{
	progress_clear(p);
	free(p->lanes);
	memset(p, 0, sizeof(*p));
}

static struct progress_entry *find_entry(struct progress_lane *l, const char *step, const char *mtd)
{
	struct progress_entry *e;
	size_t i;

	for (i = 0; i < l->n_entries; i++)
		if (!strcmp(l->entries[i].step, step) && !strcmp(l->entries[i].mtd, mtd))
			return &l->entries[i];
	/* the oldest makes room: it is done long since */
	if (l->n_entries == sizeof(l->entries) / sizeof(l->entries[0])) {
		memmove(l->entries, l->entries + 1, (l->n_entries - 1) * sizeof(*e));
		l->n_entries--;
	}
	e = &l->entries[l->n_entries++];
	memset(e, 0, sizeof(*e));
	snprintf(e->step, sizeof(e->step), "%s", step);
	snprintf(e->mtd, sizeof(e->mtd), "%s", mtd);
	return e;
}

static bool is_active(const struct progress_entry *e)
{
	return e->done < e->total;
}

static unsigned int percent_of(const struct progress_entry *e)
{
	return (unsigned int)(e->done * 100 / (e->total ? e->total : 1));
}

/* ---- on a terminal ---- */

void progress_clear(struct progress *p)
{
	if (p->n_drawn > 1)
		fprintf(stderr, "\r\033[%uA\033[J", p->n_drawn - 1);
	else if (p->n_drawn)
		fputs("\r\033[K", stderr);
	p->n_drawn = 0;
}

static void draw_bars(const struct progress_lane *l)
{
	static const char full[] = "====================", empty[] = "                    ";
	size_t i;

	for (i = 0; i < l->n_entries; i++) {
		const struct progress_entry *e = &l->entries[i];
		int n = (int)(percent_of(e) * BAR_WIDTH / 100);

		if (is_active(e))
			fprintf(stderr, "%s %s [%.*s%.*s] %3u%%  ", e->step, e->mtd, n, full,
				BAR_WIDTH - n, empty, percent_of(e));
	}
}

static void draw_lines(struct progress *p)
{
	size_t i;

	for (i = 0; i < p->n_lanes; i++) {
		const struct progress_lane *l = &p->lanes[i];

		fprintf(stderr, "%s%-16s ", i ? "\n" : "", l->label);
		if (l->is_over)
			fputs(l->is_ok ? "ok" : "FAILED", stderr);
		else
			draw_bars(l);
	}
	p->n_drawn = (unsigned int)p->n_lanes;
}

static void draw_total(struct progress *p)
{
	unsigned int n_ok = 0, n_failed = 0, n_steps = 0, sum = 0;
	size_t i, k;

	for (i = 0; i < p->n_lanes; i++) {
		const struct progress_lane *l = &p->lanes[i];

		n_ok += l->is_over && l->is_ok;
		n_failed += l->is_over && !l->is_ok;
		for (k = 0; k < l->n_entries && !l->is_over; k++) {
			if (!is_active(&l->entries[k]))
				continue;
			sum += percent_of(&l->entries[k]);
			n_steps++;
		}
	}
	fprintf(stderr, "%zu boards: %u ok, %u failed, the others at %u%% of their steps",
		p->n_lanes, n_ok, n_failed, n_steps ? sum / n_steps : 0);
	p->n_drawn = 1;
}

static void draw(struct progress *p)
{
	struct winsize ws = { 0 };

	progress_clear(p);
	fputs("\033[?7l", stderr); /* a line that is too long is cut, not wrapped */
	if (p->n_lanes == 1 && !p->lanes[0].label) {
		draw_bars(&p->lanes[0]);
		p->n_drawn = 1;
	} else if (!ioctl(STDERR_FILENO, TIOCGWINSZ, &ws) && ws.ws_row > p->n_lanes) {
		draw_lines(p);
	} else {
		draw_total(p);
	}
	fputs("\033[?7h", stderr);
	fflush(stderr);
	p->drawn_ns = now_ns();
}

/* ---- elsewhere ---- */

static void print_lines(struct progress *p, const struct progress_lane *l, struct progress_entry *e)
{
	unsigned int tenth = (unsigned int)(e->done * 10 / (e->total ? e->total : 1));
	const char *label = l->label ? l->label : "", *colon = l->label ? ": " : "";

	if (tenth <= e->shown)
		return;
	e->shown = tenth;
	if (tenth == 10)
		fprintf(stderr, "%s%s%s %s: %" PRIu64 " bytes done\n", label, colon, e->step,
			e->mtd, e->total);
	else if (p->is_verbose)
		fprintf(stderr, "%s%s%s %s: %u%%\n", label, colon, e->step, e->mtd, tenth * 10);
}

void progress_update(struct progress *p, size_t lane, const char *step, const char *mtd,
		     uint64_t done, uint64_t total)
{
	struct progress_lane *l = &p->lanes[lane];
	struct progress_entry *e = find_entry(l, step, mtd);

	if (e->total != total) {
		e->total = total;
		e->shown = 0;
	}
	e->done = done < total ? done : total;
	if (!p->is_tty)
		print_lines(p, l, e);
	else if ((!is_active(e) && p->n_lanes == 1) || now_ns() - p->drawn_ns >= REDRAW_NS)
		draw(p);
}

void progress_over(struct progress *p, size_t lane, bool is_ok)
{
	p->lanes[lane].is_over = true;
	p->lanes[lane].is_ok = is_ok;
	if (p->is_tty && p->lanes[lane].label)
		draw(p);
}
