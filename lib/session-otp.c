// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * OTP memory and security registers of an external flash for the user. What can't be undone happens
 * only when the caller says that it knows.
 */
#include "lib/session-priv.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int find_mtd(struct swdrom *s, struct mtd_info **out, struct mtd_otp_info *info)
{
	for (size_t i = 0; i < s->target.n_mtds; i++) {
		struct mtd_info *mtd = s->target.mtds[i];

		if (!mtd->ops->otp)
			continue;
		*out = mtd;
		return mtd->ops->otp->info(mtd, info);
	}
	err_set(&s->ctx.err, -EINVAL,
		s->has_board ? "use a board with an external flash"
			     : "an external flash needs -b BOARD",
		"the target has no flash with OTP regions");
	return -EINVAL;
}

static void region_line(char *text, size_t size, const struct mtd_otp_info *info, u32 first,
			u32 last)
{
	bool is_locked = info->locked & BIT(first);
	char regions[32];

	snprintf(regions, sizeof(regions), first == last ? "%" PRIu32 : "%" PRIu32 "-%" PRIu32,
		 first, last);
	snprintf(text, size, "  region %-5s offset 0x%04" PRIx32 "..0x%04" PRIx32 "  %s", regions,
		 first * info->len, (last + 1) * info->len - 1,
		 is_locked	     ? "locked for ever"
		 : info->is_erasable ? "open, erasable"
				     : "open, can be programmed once");
}

static int status(struct swdrom *s, void (*line)(void *arg, const char *text), void *arg)
{
	struct mtd_otp_info info;
	struct mtd_info *mtd;
	char text[128];
	int ret = find_mtd(s, &mtd, &info);

	if (ret)
		return ret;
	snprintf(s->otp_mtd, sizeof(s->otp_mtd), "%s", mtd->name);
	snprintf(s->otp_about, sizeof(s->otp_about), "%s", info.about);
	s->report.otp = (struct swdrom_otp_info){
		.mtd = s->otp_mtd,
		.about = s->otp_about,
		.n_regions = info.n,
		.region_size = info.len,
		.locked = info.locked,
		.is_erasable = info.is_erasable,
	};
	snprintf(text, sizeof(text), "%s: %" PRIu32 " x %" PRIu32 " bytes of %s", mtd->name, info.n,
		 info.len, info.about);
	line(arg, text);
	/* neighbours in the same state on one line */
	for (u32 first = 0, r = 1; first < info.n; r++) {
		if (r < info.n && !(info.locked >> r & 1) == !(info.locked >> first & 1))
			continue;
		region_line(text, sizeof(text), &info, first, r - 1);
		line(arg, text);
		first = r;
	}
	if (mtd->uid && mtd->uid[0]) {
		snprintf(text, sizeof(text), "unique ID: %s", mtd->uid);
		line(arg, text);
	}
	return 0;
}

enum swdrom_status swdrom_otp_status(struct swdrom *s, void (*line)(void *arg, const char *text),
				     void *arg)
{
	return session_status(s, PHASE_RUN, status(s, line, arg));
}

enum swdrom_status swdrom_otp_program(struct swdrom *s, uint64_t offset, const void *data,
				      uint64_t len, bool irreversible)
{
	struct mtd_otp_info info;
	struct mtd_info *mtd;
	int ret = find_mtd(s, &mtd, &info);

	if (!ret && !info.is_erasable && !irreversible)
		ret = err_set(
			&s->ctx.err, -EINVAL, "add --irreversible if that is meant",
			"the %s of this flash can be programmed only once: a bit that became 0 "
			"stays 0 for ever",
			info.about);
	if (!ret && (offset > UINT32_MAX || len > UINT32_MAX))
		ret = err_set(&s->ctx.err, -EINVAL, "see --otp-status",
			      "0x%" PRIx64 " bytes at offset 0x%" PRIx64 " do not fit", len,
			      offset);
	if (!ret) {
		ret = mtd->ops->otp->program(mtd, (u32)offset, (size_t)len, data);
		mtd_finish(mtd);
	}
	return session_status(s, PHASE_RUN, ret);
}

enum swdrom_status swdrom_otp_erase(struct swdrom *s, unsigned int region)
{
	struct mtd_otp_info info;
	struct mtd_info *mtd;
	int ret = find_mtd(s, &mtd, &info);

	if (!ret) {
		ret = mtd->ops->otp->erase(mtd, region);
		mtd_finish(mtd);
	}
	return session_status(s, PHASE_RUN, ret);
}

enum swdrom_status swdrom_otp_lock(struct swdrom *s, unsigned int region, bool irreversible)
{
	struct mtd_otp_info info;
	struct mtd_info *mtd;
	int ret = find_mtd(s, &mtd, &info);

	if (!ret && !irreversible)
		ret = err_set(&s->ctx.err, -EINVAL, "add --irreversible if that is meant",
			      "locking %s of the %s makes %s read-only for ever",
			      info.is_lock_once ? "all" : "a region", info.about,
			      info.is_lock_once ? "all of it" : "it");
	if (!ret) {
		ret = mtd->ops->otp->lock(mtd, region);
		mtd_finish(mtd);
	}
	return session_status(s, PHASE_RUN, ret);
}
