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
/* of programming, at least for so long */
#define SAMPLE_MIN_NS (100 * MSEC_NS)

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

/* what was planned for the first @done bytes of a kind of work on a device; do they end a step? */
static u64 planned_ns(const struct swdrom *s, const char *mtd, enum plan_kind kind, u64 done,
		      bool *is_step_end)
{
	u64 ns = 0;

	*is_step_end = true;
	for (size_t i = 0; i < s->meter.n_plans; i++) {
		const struct plan *plan = &s->meter.plans[i];

		for (size_t k = 0; k < plan->n_steps && done; k++) {
			const struct plan_step *step = &plan->steps[k];
			u64 n = min(done, step->len);

			if (step->kind != kind || strcmp(step->mtd->name, mtd) != 0)
				continue;
			ns += (u64)((double)step->est_ns * (double)n / (double)step->len);
			done -= n;
			*is_step_end = n == step->len;
		}
	}
	return ns;
}

/* as long for each part of the plan as @ns for @est_ns of it */
static u64 scale(u64 ns, u64 est_ns, u64 to_est_ns)
{
	return (u64)((double)ns * (double)to_est_ns / (double)est_ns);
}

/*
 * One erase takes as long as the next of its size. That one is done is known when the next one is,
 * too; only of the last one of a step at once.
 */
static void meter_erase(struct session_meter_kind *k, u64 now_ns, u64 est_ns, u64 all_ns,
			bool is_step_end)
{
	if (is_step_end) {
		if (est_ns >= all_ns / SAMPLE_PART)
			k->revised_ns = scale(now_ns - k->from_ns, est_ns, all_ns);
		k->first_ns = 0;
	} else if (!k->first_ns) {
		k->first_ns = now_ns;
		k->first_est_ns = est_ns;
	} else if (est_ns > k->first_est_ns && est_ns - k->first_est_ns >= all_ns / SAMPLE_PART) {
		k->revised_ns = scale(now_ns - k->first_ns, est_ns - k->first_est_ns, all_ns);
	}
}

/*
 * What was done so far, and the rest at the better pace of two samples: it takes a few pages to find
 * it, and a piece that had to be done again says nothing about the others.
 */
static void meter_program(struct session_meter_kind *k, u64 now_ns, u64 est_ns, u64 all_ns)
{
	u64 gone_ns = est_ns - k->first_est_ns, spent_ns = now_ns - k->first_ns;
	u64 rest_ns = all_ns - est_ns;

	if (!k->first_ns) {
		k->first_ns = now_ns;
		k->first_est_ns = est_ns;
		return;
	}
	if (!k->mid_ns) {
		if (gone_ns && gone_ns >= all_ns / SAMPLE_PART / 2 &&
		    spent_ns >= SAMPLE_MIN_NS / 2) {
			k->mid_est_ns = est_ns;
			k->mid_ns = now_ns;
		}
		return;
	}
	if (est_ns == k->mid_est_ns || gone_ns < all_ns / SAMPLE_PART || spent_ns < SAMPLE_MIN_NS)
		return;
	k->revised_ns =
		now_ns - k->from_ns +
		min(scale(k->mid_ns - k->first_ns, k->mid_est_ns - k->first_est_ns, rest_ns),
		    scale(now_ns - k->mid_ns, est_ns - k->mid_est_ns, rest_ns));
}

static void meter(struct swdrom *s, const char *mtd, enum plan_kind kind,
		  struct session_meter_kind *k, u64 done)
{
	bool is_step_end, is_end;
	u64 est_ns, all_ns;

	if (k->revised_ns || !done || !k->est_ns)
		return;
	all_ns = planned_ns(s, mtd, kind, UINT64_MAX, &is_end);
	est_ns = planned_ns(s, mtd, kind, done, &is_step_end);
	if (kind == PLAN_ERASE)
		meter_erase(k, session_now_ns(s), est_ns, all_ns, is_step_end);
	else
		meter_program(k, session_now_ns(s), est_ns, all_ns);
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
			meter(s, mtd, PLAN_PROGRAM, &k[1], done);
			continue;
		}
		meter(s, mtd, PLAN_ERASE, &k[0], done);
		k[1].from_ns = session_now_ns(s); /* programming follows erasing */
	}
	if (s->cb.progress)
		s->cb.progress(s->cb.arg, step, mtd, done, total);
}

/**
 * session_meter_begin() - erasing and programming begin: watch how they get on
 * @s: session
 * @plans: being carried out; they stay until session_meter_end()
 * @n_plans: of them
 */
void session_meter_begin(struct swdrom *s, const struct plan *plans, size_t n_plans)
{
	size_t i;

	s->meter.plans = plans;
	s->meter.n_plans = n_plans;
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
	s->meter.plans = NULL;
	s->meter.n_plans = 0;
}
