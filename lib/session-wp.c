// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Write protection for the user: status and list in flashrom's words, and changing it.
 */
#include "lib/session-priv.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* the device that -m names, or the first that has any */
static int find_mtd(struct swdrom *s, struct mtd_info **out)
{
	for (size_t i = 0; i < s->target.n_mtds; i++) {
		struct mtd_info *mtd = s->target.mtds[i];

		if (s->mtd_name ? strcmp(mtd->name, s->mtd_name) != 0 : !mtd->ops->wp)
			continue;
		if (!mtd->ops->wp)
			break;
		*out = mtd;
		return 0;
	}
	err_set(&s->ctx.err, -EINVAL,
		s->has_board ? "-m qspi, on a board with an external flash"
			     : "an external flash needs -b BOARD",
		"%s has no write protection that can be changed here",
		s->mtd_name ? s->mtd_name : "the target");
	return -EINVAL;
}

/* "upper 1/4", as flashrom says it: the fraction has no common factors of 2 */
static void describe(char *buf, size_t size, const struct mtd_info *mtd,
		     const struct mtd_wp_range *r)
{
	u64 part = r->len, whole = mtd->size;
	const char *where = "";

	if (!part || part == whole) {
		snprintf(buf, size, part ? " (all)" : " (none)");
		return;
	}
	if (!r->start)
		where = "lower ";
	else if (r->start + r->len == mtd->size)
		where = "upper ";
	for (; part % 2 == 0 && whole % 2 == 0; part /= 2)
		whole /= 2;
	snprintf(buf, size, " (%s%" PRIu64 "/%" PRIu64 ")", where, part, whole);
}

static void range_line(char *buf, size_t size, const struct mtd_info *mtd,
		       const struct mtd_wp_range *r)
{
	char part[48];

	describe(part, sizeof(part), mtd, r);
	snprintf(buf, size, "start=0x%08" PRIx64 " length=0x%08" PRIx64 "%s", r->start, r->len,
		 part);
}

static int status(struct swdrom *s, struct mtd_info *mtd, void (*line)(void *arg, const char *text),
		  void *arg)
{
	static const char *const modes[] = {
		[MTD_WP_DISABLED] = "disabled",
		[MTD_WP_HARDWARE] = "hardware (nothing can be changed while WP# is low)",
		[MTD_WP_POWER_CYCLE] = "power_cycle (locked until the power has been off)",
		[MTD_WP_PERMANENT] = "permanent (nothing can ever be changed again)",
	};
	struct swdrom_wp_info *info = &s->report.wp;
	struct mtd_wp_status st;
	char range[96], text[256];
	int ret = mtd->ops->wp->status(mtd, &st);

	if (ret)
		return ret;
	snprintf(s->wp_mtd, sizeof(s->wp_mtd), "%s", mtd->name);
	snprintf(s->wp_registers, sizeof(s->wp_registers), "%s", st.about);
	*info = (struct swdrom_wp_info){
		.mtd = s->wp_mtd,
		.start = st.range.start,
		.len = st.range.len,
		.is_partial = st.is_partial,
		.mode = (enum swdrom_wp_mode)st.mode, /* the same members in the same order */
		.registers = s->wp_registers,
	};
	range_line(range, sizeof(range), mtd, &st.range);
	snprintf(text, sizeof(text), "Protection range: %s%s", range,
		 st.is_partial ? ", not all of it" : "");
	line(arg, text);
	snprintf(text, sizeof(text), "Protection mode: %s", modes[st.mode]);
	line(arg, text);
	snprintf(text, sizeof(text), "Registers: %s", st.about);
	line(arg, text);
	return 0;
}

static int list(struct mtd_info *mtd, void (*line)(void *arg, const char *text), void *arg)
{
	struct mtd_wp_range ranges[MTD_WP_MAX_RANGES];
	char range[96];
	size_t n;
	int ret = mtd->ops->wp->list(mtd, ranges, &n);

	if (ret)
		return ret;
	line(arg, "Available protection ranges:");
	for (size_t i = 0; i < n; i++) {
		char text[128];

		range_line(range, sizeof(range), mtd, &ranges[i]);
		snprintf(text, sizeof(text), "        %s", range);
		line(arg, text);
	}
	return 0;
}

enum swdrom_status swdrom_wp_status(struct swdrom *s, void (*line)(void *arg, const char *text),
				    void *arg)
{
	struct mtd_info *mtd;
	int ret = find_mtd(s, &mtd);

	if (!ret)
		ret = status(s, mtd, line, arg);
	return session_status(s, PHASE_RUN, ret);
}

enum swdrom_status swdrom_wp_list(struct swdrom *s, void (*line)(void *arg, const char *text),
				  void *arg)
{
	struct mtd_info *mtd;
	int ret = find_mtd(s, &mtd);

	if (!ret)
		ret = list(mtd, line, arg);
	return session_status(s, PHASE_RUN, ret);
}

enum swdrom_status swdrom_wp_change(struct swdrom *s, const struct swdrom_wp_opts *opts)
{
	const struct mtd_wp_change change = {
		.has_range = opts->has_range,
		.has_mode = opts->has_mode,
		.range = { opts->start, opts->len },
		.mode = (enum mtd_wp_mode)opts->mode,
		.is_volatile = opts->is_volatile,
		.may_once = opts->irreversible,
	};
	struct mtd_info *mtd;
	int ret = find_mtd(s, &mtd);

	if (!ret) {
		ret = mtd->ops->wp->change(mtd, &change);
		mtd_finish(mtd);
	}
	return session_status(s, PHASE_RUN, ret);
}
