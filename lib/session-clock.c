// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * clock=auto,remember=yes: the clock that was found is kept for the next time, in a file for each
 * adapter and channel: $XDG_STATE_HOME/swdrom/clock-SERIAL-A holds it in Hz. It is a hint: whoever
 * reads it tries it first.
 */
#include "lib/session-priv.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_MAX_LEN 512

/* the directory for such things (XDG Base Directory Specification); false: this user has none */
static bool state_dir(char *buf, size_t size)
{
	const char *xdg = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	int n;

	if (xdg && xdg[0] == '/')
		n = snprintf(buf, size, "%s/swdrom", xdg);
	else if (home && home[0] == '/')
		n = snprintf(buf, size, "%s/.local/state/swdrom", home);
	else
		return false;
	return (size_t)n < size;
}

static bool clock_path(const struct swdrom *s, char *buf, size_t size)
{
	const struct transport *t = s->transport;
	char name[sizeof(t->serial) + 8];
	size_t used, i;

	if (!t || !state_dir(buf, size))
		return false;
	snprintf(name, sizeof(name), "%s-%c", t->serial[0] ? t->serial : t->location,
		 'A' + t->channel);
	for (i = 0; name[i]; i++)
		if (!isalnum((unsigned char)name[i]) && !strchr("-_.", name[i]))
			name[i] = '_';
	used = strlen(buf);
	return (size_t)snprintf(buf + used, size - used, "/clock-%s", name) < size - used;
}

/**
 * session_clock_recall() - what the clock was the last time with this adapter
 * @s: its adapter is open
 *
 * Return: 0 if nobody knows.
 */
u32 session_clock_recall(struct swdrom *s)
{
	char path[PATH_MAX_LEN];
	u32 hz = 0;
	FILE *f;

	if (!clock_path(s, path, sizeof(path)))
		return 0;
	f = fopen(path, "r");
	if (!f)
		return 0;
	if (fscanf(f, "%" SCNu32, &hz) != 1)
		hz = 0;
	fclose(f);
	return hz;
}

/* the directory and those above it that are missing */
static int make_dirs(char *path)
{
	char *slash;

	for (slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		int ret;

		*slash = '\0';
		ret = mkdir(path, 0700);
		*slash = '/';
		if (ret && errno != EEXIST)
			return -errno;
	}
	return 0;
}

static int write_hz(const char *path, u32 hz)
{
	char tmp[PATH_MAX_LEN + 8];
	bool ok;
	FILE *f;

	snprintf(tmp, sizeof(tmp), "%s.new", path);
	f = fopen(tmp, "w");
	if (!f)
		return -errno;
	ok = fprintf(f, "%" PRIu32 "\n", hz) > 0;
	if (fclose(f) || !ok || rename(tmp, path)) {
		int ret = errno ? -errno : -EIO;

		unlink(tmp);
		return ret;
	}
	return 0;
}

/**
 * session_clock_remember() - keep the clock for the next time; that it can't is no error
 * @s: its adapter is open
 * @hz: the clock
 */
void session_clock_remember(struct swdrom *s, u32 hz)
{
	char path[PATH_MAX_LEN];
	int ret = -ENOENT;

	if (clock_path(s, path, sizeof(path)))
		ret = make_dirs(path);
	if (!ret)
		ret = write_hz(path, hz);
	if (ret)
		log_warn(&s->ctx.log, "the clock cannot be remembered: %s", strerror(-ret));
}
