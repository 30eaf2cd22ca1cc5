// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a plan will do, and how long that takes, for people.
 */
#include "lib/plan.h"

#include <inttypes.h>
#include <stdio.h>

u64 plan_busy_ns(const struct plan *plan, const struct mtd_info *mtd)
{
	u64 longest = 0, sum;
	size_t i, k;

	for (i = 0; i < plan->n_steps; i++) {
		const struct mtd_info *dev = plan->steps[i].mtd;

		if (mtd && dev != mtd)
			continue;
		/* each device once, at its first step */
		for (k = 0; k < i && plan->steps[k].mtd != dev; k++)
			;
		if (k < i)
			continue;
		for (sum = 0; k < plan->n_steps; k++)
			if (plan->steps[k].mtd == dev && plan->steps[k].kind != PLAN_VERIFY)
				sum += plan->steps[k].typ_ns;
		longest = max(longest, sum);
	}
	return longest;
}

#define PRINT_GAP ((u64)KIB(4)) /* steps that are no further apart are one line */

static void print_step(const struct plan_step *first, u64 end, u64 bytes, u64 est_ns, size_t n,
		       void (*line)(void *arg, const char *text), void *arg)
{
	static const char *const kinds[] = {
		[PLAN_ERASE] = "erase", [PLAN_PROGRAM] = "program", [PLAN_VERIFY] = "verify"
	};
	char text[160], pieces[32] = "";

	if (n > 1)
		snprintf(pieces, sizeof(pieces), " in %zu pieces", n);
	snprintf(text, sizeof(text),
		 "%-8s %-6s 0x%08" PRIx64 "..0x%08" PRIx64 " %9" PRIu64 " bytes  %8.3f s%s",
		 kinds[first->kind], first->mtd->name, first->mtd->base + first->offset,
		 first->mtd->base + end - 1, bytes, (double)est_ns / 1e9, pieces);
	line(arg, text);
}

void plan_print(const struct plan *plan, void (*line)(void *arg, const char *text), void *arg)
{
	char text[200];
	size_t i, k;

	for (i = 0; i < plan->n_opens; i++) {
		const struct plan_opening *o = &plan->opens[i];

		snprintf(text, sizeof(text),
			 "%-8s %-6s 0x%08" PRIx64 "..0x%08" PRIx64
			 ", and all its other blocks: every power-up locks them",
			 "unlock", o->mtd->name, o->mtd->base + o->offset,
			 o->mtd->base + o->offset + o->len - 1);
		line(arg, text);
	}
	for (i = 0; i < plan->n_steps; i = k) {
		const struct plan_step *s = &plan->steps[i];
		u64 end = s->offset + s->len, bytes = s->len, est_ns = s->est_ns;

		for (k = i + 1; k < plan->n_steps; k++) {
			const struct plan_step *n = &plan->steps[k];

			if (n->kind != s->kind || n->mtd != s->mtd || n->offset < end ||
			    n->offset - end > PRINT_GAP)
				break;
			end = n->offset + n->len;
			bytes += n->len;
			est_ns += n->est_ns;
		}
		print_step(s, end, bytes, est_ns, k - i, line, arg);
	}
	snprintf(text, sizeof(text),
		 "erase %" PRIu64 ", program %" PRIu64 " (%" PRIu64 " of them kept contents), skip "
		 "%" PRIu64 ", verify %" PRIu64 " bytes; about %.3f s from here, at expected times",
		 plan->all.erased, plan->all.programmed, plan->all.kept, plan->all.skipped,
		 plan->all.verified, (double)plan->est_ns / 1e9);
	line(arg, text);
}
