// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a job will take: when it is planned, from the devices' data sheets, and again once a tenth of
 * the work has shown how fast the very chips are that are being erased and programmed.
 */
#include "lib/session-priv.h"

#include <string.h>

/* a dependent USB round trip: two or three microframes, the latency of both hosts, queue and all */
#define ROUND_TRIP_NS (400 * USEC_NS)
/* so much of the work shows how fast the rest will be */
#define SAMPLE_PART 10

/* session_cycle_ps() - one SWCLK cycle in picoseconds */
u64 session_cycle_ps(const struct swdrom *s)
{
	return UINT64_C(1000000000000) / max(session_wire_hz(s), 1u);
}

static bool will_sum(void *arg, struct mtd_info *mtd, u64 bytes)
{
	struct swdrom *s = arg;

	return mtd->ops->checksum && session_can_sum(s, mtd, bytes);
}

static struct session_meter_kind *meter_kind(struct swdrom *s, const struct mtd_info *mtd,
					     enum plan_kind kind)
{
	return &s->meter.kinds[session_mtd_info(s, mtd) - s->mtds][kind == PLAN_PROGRAM];
}

/**
 * session_estimate() - what carrying out @plan will take
 * @s: session; its report gets the estimate
 * @plan: its steps get theirs
 * @spent_ns: what has been spent on making the plan, as a part of the job
 */
void session_estimate(struct swdrom *s, struct plan *plan, u64 spent_ns)
{
	const struct plan_costs costs = {
		.cycle_ps = session_cycle_ps(s),
		.round_trip_ns = ROUND_TRIP_NS,
		.can_sum = will_sum,
		.arg = s,
	};
	size_t i;

	plan_estimate(plan, &costs);
	s->report.bench.estimate_ns += spent_ns + plan->est_ns;
	s->meter.fixed_ns += spent_ns;
	s->meter.wire_ns += plan->wire_ns;
	for (i = 0; i < plan->n_steps; i++) {
		const struct plan_step *step = &plan->steps[i];

		if (step->kind == PLAN_VERIFY)
			s->meter.fixed_ns += step->est_ns;
		else
			meter_kind(s, step->mtd, step->kind)->est_ns += step->est_ns;
	}
}

static void revise(struct swdrom *s)
{
	u64 longest_ns = s->meter.wire_ns;
	size_t i;

	for (i = 0; i < s->n_mtds; i++) {
		const struct session_meter_kind *k = s->meter.kinds[i];

		longest_ns =
			max(longest_ns, (k[0].revised_ns ? k[0].revised_ns : k[0].est_ns) +
						(k[1].revised_ns ? k[1].revised_ns : k[1].est_ns));
	}
	s->report.bench.revised_ns = s->meter.fixed_ns + longest_ns;
}

/* from one word of progress to another: what is proven lags behind, by the same at both */
static void meter(struct swdrom *s, struct session_meter_kind *k, u64 done, u64 total)
{
	u64 now_ns = session_now_ns(s);

	if (k->revised_ns || !done || !total)
		return;
	if (!k->first_done) {
		k->first_ns = now_ns;
		k->first_done = done;
	}
	if (done == total && k->first_done == done) {
		k->revised_ns = now_ns - k->from_ns; /* it was one operation */
	} else if (done - k->first_done >= total / SAMPLE_PART && done > k->first_done) {
		k->revised_ns = (u64)((double)(now_ns - k->first_ns) * (double)total /
				      (double)(done - k->first_done));
	}
	if (k->revised_ns)
		revise(s);
}

static void on_progress(void *arg, const char *step, const char *mtd, u64 done, u64 total)
{
	struct swdrom *s = arg;
	size_t i;

	for (i = 0; i < s->n_mtds; i++) {
		struct session_meter_kind *k = s->meter.kinds[i];

		if (strcmp(s->mtds[i].name, mtd) != 0)
			continue;
		if (strcmp(step, "erase") != 0) {
			meter(s, &k[1], done, total);
			continue;
		}
		meter(s, &k[0], done, total);
		k[1].from_ns = session_now_ns(s); /* programming follows erasing */
	}
	if (s->cb.progress)
		s->cb.progress(s->cb.arg, step, mtd, done, total);
}

/* session_meter_begin() - erasing and programming begin: watch how they get on */
void session_meter_begin(struct swdrom *s)
{
	size_t i;

	for (i = 0; i < TARGET_MAX_MTDS; i++)
		s->meter.kinds[i][0].from_ns = s->meter.kinds[i][1].from_ns = session_now_ns(s);
	s->ctx.progress = on_progress;
	s->ctx.progress_arg = s;
}

/* session_meter_end() - progress goes straight to the caller again */
void session_meter_end(struct swdrom *s)
{
	s->ctx.progress = s->cb.progress;
	s->ctx.progress_arg = s->cb.arg;
}
