// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Progress on stderr: on a terminal one line of bars, redrawn, a bar for each device that is at
 * work; elsewhere a line when a step of a device is done, with --progress every tenth.
 */
#include "cli/cli.h"

#include <inttypes.h>
#include <string.h>
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

void progress_init(struct progress *p, bool is_verbose)
{
	memset(p, 0, sizeof(*p));
	p->is_tty = isatty(STDERR_FILENO);
	p->is_verbose = is_verbose;
}

static struct progress_entry *find_entry(struct progress *p, const char *step, const char *mtd)
{
	struct progress_entry *e;
	size_t i;

	for (i = 0; i < p->n_entries; i++)
		if (!strcmp(p->entries[i].step, step) && !strcmp(p->entries[i].mtd, mtd))
			return &p->entries[i];
	/* the oldest makes room: it is done long since */
	if (p->n_entries == sizeof(p->entries) / sizeof(p->entries[0])) {
		memmove(p->entries, p->entries + 1, (p->n_entries - 1) * sizeof(*e));
		p->n_entries--;
	}
	e = &p->entries[p->n_entries++];
	memset(e, 0, sizeof(*e));
	snprintf(e->step, sizeof(e->step), "%s", step);
	snprintf(e->mtd, sizeof(e->mtd), "%s", mtd);
	return e;
}

static bool is_active(const struct progress_entry *e)
{
	return e->done < e->total;
}

static void draw(struct progress *p)
{
	static const char full[] = "====================", empty[] = "                    ";
	size_t i;

	fputs("\r\033[K", stderr);
	for (i = 0; i < p->n_entries; i++) {
		const struct progress_entry *e = &p->entries[i];
		unsigned int percent = (unsigned int)(e->done * 100 / (e->total ? e->total : 1));
		int n = (int)(percent * BAR_WIDTH / 100);

		if (is_active(e))
			fprintf(stderr, "%s %s [%.*s%.*s] %3u%%  ", e->step, e->mtd, n, full,
				BAR_WIDTH - n, empty, percent);
	}
	fflush(stderr);
	p->is_drawn = true;
	p->drawn_ns = now_ns();
}

void progress_clear(struct progress *p)
{
	if (p->is_drawn)
		fputs("\r\033[K", stderr);
	p->is_drawn = false;
}

static void print_lines(struct progress *p, struct progress_entry *e)
{
	unsigned int tenth = (unsigned int)(e->done * 10 / (e->total ? e->total : 1));

	if (tenth <= e->shown)
		return;
	e->shown = tenth;
	if (tenth == 10)
		fprintf(stderr, "%s %s: %" PRIu64 " bytes done\n", e->step, e->mtd, e->total);
	else if (p->is_verbose)
		fprintf(stderr, "%s %s: %u%%\n", e->step, e->mtd, tenth * 10);
}

void progress_update(struct progress *p, const char *step, const char *mtd, uint64_t done,
		     uint64_t total)
{
	struct progress_entry *e = find_entry(p, step, mtd);

	if (e->total != total) {
		e->total = total;
		e->shown = 0;
	}
	e->done = done < total ? done : total;
	if (!p->is_tty)
		print_lines(p, e);
	else if (!is_active(e) || now_ns() - p->drawn_ns >= REDRAW_NS)
		draw(p);
}
