// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What things cost in time: device, wire and round trips.
 */
#include "lib/plan-priv.h"

/* SWCLK cycles of a 32-bit write with its idle cycles (lib/swd.h) */
#define WRITE_CYCLES 48u
#define READ_CYCLES  46u /* and of a read */
/* bytes read between two replies that are waited for */
#define READ_PIECE KIB(64)

/* of the wire for one page, data included */
static u64 wire_cycles(const struct mtd_info *mtd)
{
	u32 page = max(mtd->writebufsize, mtd->writesize);

	return mtd->write_wire_cycles ? mtd->write_wire_cycles
				      : DIV_ROUND_UP(page, 4) * WRITE_CYCLES;
}

static u64 expected_ns(u64 typ_ns, u64 max_ns)
{
	u64 more_ns = max_ns > typ_ns ? max_ns - typ_ns : 0;

	return typ_ns + min(more_ns, typ_ns / 2) / 2;
}

/* @size bytes, which take @busy_ns: the wire may be slower than the device */
static u64 write_ns(const struct mtd_info *mtd, u64 cycle_ps, u32 size, u64 busy_ns)
{
	u32 page = max(mtd->writebufsize, mtd->writesize);
	u64 gap_cycles = (u64)mtd->write_gap_cycles * size / page;

	/* operations jitter by some 2 %: whoever waits for them waits for the longer ones */
	if (cycle_ps)
		busy_ns += busy_ns / 50;
	return max(busy_ns + gap_cycles * cycle_ps / 1000,
		   wire_cycles(mtd) * size / page * cycle_ps / 1000);
}

u64 plan_write_ns(const struct mtd_info *mtd, u64 cycle_ps, bool fast)
{
	u32 page = max(mtd->writebufsize, mtd->writesize);

	return fast ? write_ns(mtd, cycle_ps, mtd->fast_size, mtd->fast_typ_ns)
		    : write_ns(mtd, cycle_ps, page, mtd->write_typ_ns);
}

/* an erase is found to be over by a look at the device, and the next one follows a reply later */
static u64 erase_step_ns(const struct plan_step *step, const struct plan_costs *costs)
{
	const struct mtd_info *mtd = step->mtd;
	u64 typ_ns = mtd->erase_typ_ns, max_ns = mtd->erase_max_ns;
	u64 n = step->op_len ? DIV_ROUND_UP(step->len, step->op_len) : 1;

	for (unsigned int i = 0; i < mtd->n_units; i++)
		if (mtd->units[i].size == step->op_len) {
			typ_ns = mtd->units[i].typ_ns;
			max_ns = mtd->units[i].max_ns;
		}
	return n * (expected_ns(typ_ns, max_ns) + costs->round_trip_ns);
}

static bool allows_fast(const struct plan_step *erase)
{
	const struct mtd_info *mtd = erase->mtd;

	for (unsigned int i = 0; i < mtd->n_units; i++)
		if (mtd->units[i].size == erase->op_len && mtd->units[i].allows_fast)
			return true;
	return false;
}

/* whole rows of @step that an earlier step's erase has made fit for fast programming */
static u64 count_fast_rows(const struct plan *plan, const struct plan_step *step)
{
	const struct mtd_info *mtd = step->mtd;
	u64 rows = 0;

	for (const struct plan_step *e = plan->steps; mtd->fast_size && e < step; e++) {
		u64 from, to;

		if (e->kind != PLAN_ERASE || e->mtd != mtd || !allows_fast(e))
			continue;
		from = DIV_ROUND_UP(max(step->offset, e->offset), mtd->fast_size);
		to = min(step->offset + step->len, e->offset + e->len) / mtd->fast_size;
		rows += to > from ? to - from : 0;
	}
	return rows;
}

static u64 program_step_ns(const struct plan *plan, const struct plan_step *step, u64 cycle_ps)
{
	const struct mtd_info *mtd = step->mtd;
	u64 page = max(mtd->writebufsize, mtd->writesize), end = step->offset + step->len;
	u64 rows = count_fast_rows(plan, step), ns = 0, pages;

	if (rows)
		ns = rows * write_ns(mtd, cycle_ps, mtd->fast_size,
				     expected_ns(mtd->fast_typ_ns, mtd->fast_max_ns));
	pages = DIV_ROUND_UP(end, page) - step->offset / page - rows * mtd->fast_size / page;
	return ns + pages * write_ns(mtd, cycle_ps, (u32)page,
				     expected_ns(mtd->write_typ_ns, mtd->write_max_ns));
}

/* of this, what the wire is needed for */
static u64 program_wire_ns(const struct plan_step *step, u64 cycle_ps)
{
	const struct mtd_info *mtd = step->mtd;
	u64 page = max(mtd->writebufsize, mtd->writesize);

	return DIV_ROUND_UP(step->len, page) * wire_cycles(mtd) * cycle_ps / 1000;
}

static u64 verify_step_ns(const struct plan_step *step, const struct plan_costs *costs, bool sums)
{
	const struct mtd_info *mtd = step->mtd;
	u64 start, size, group, pieces = 1;

	if (!sums)
		return step->len * READ_CYCLES / 4 * costs->cycle_ps / 1000 +
		       DIV_ROUND_UP(step->len, READ_PIECE) * 2 * costs->round_trip_ns;
	if (mtd_block_at(mtd, step->offset, &start, &size)) {
		group = max(size, MTD_CRC_GROUP);
		pieces = DIV_ROUND_UP(step->offset + step->len, group) - start / group;
	}
	return step->len * mtd->crc_ps_per_byte / 1000 + pieces * mtd->crc_piece_ns +
	       (1 + step->len / MIB(1)) * costs->round_trip_ns;
}

static void estimate_verifies(struct plan *plan, const struct plan_costs *costs)
{
	for (size_t i = 0, end; i < plan->n_steps; i = end) {
		struct mtd_info *mtd = plan->steps[i].mtd;
		u64 total = 0;
		bool sums;

		for (end = i; end < plan->n_steps && plan->steps[end].mtd == mtd &&
			      plan->steps[end].kind == plan->steps[i].kind;
		     end++)
			total += plan->steps[end].len;
		if (plan->steps[i].kind != PLAN_VERIFY)
			continue;
		sums = costs->can_sum && costs->can_sum(costs->arg, mtd, total);
		for (size_t k = i; k < end; k++)
			plan->steps[k].est_ns = verify_step_ns(&plan->steps[k], costs, sums);
		if (sums)
			plan->steps[i].est_ns += mtd->crc_setup_ns;
	}
}

/* erasing and programming on @mtd */
static u64 device_ns(const struct plan *plan, const struct mtd_info *mtd)
{
	u64 ns = 0;

	for (size_t i = 0; i < plan->n_steps; i++)
		if (plan->steps[i].mtd == mtd && plan->steps[i].kind != PLAN_VERIFY)
			ns += plan->steps[i].est_ns;
	return ns;
}

void plan_estimate(struct plan *plan, const struct plan_costs *costs)
{
	u64 wire_ns = 0, device_max_ns = 0;

	for (size_t i = 0; i < plan->n_steps; i++) {
		struct plan_step *step = &plan->steps[i];

		if (step->kind == PLAN_ERASE) {
			step->est_ns = erase_step_ns(step, costs);
		} else if (step->kind == PLAN_PROGRAM) {
			/* the next step starts when this one is proven done */
			step->est_ns =
				program_step_ns(plan, step, costs->cycle_ps) + costs->round_trip_ns;
			wire_ns += program_wire_ns(step, costs->cycle_ps);
		}
	}
	for (size_t i = 0; i < plan->n_sums; i++)
		device_max_ns = max(device_max_ns, device_ns(plan, plan->sums[i].mtd));
	plan->wire_ns = wire_ns;
	plan->est_ns = max(device_max_ns, wire_ns);
	estimate_verifies(plan, costs);
	for (size_t i = 0; i < plan->n_steps; i++)
		if (plan->steps[i].kind == PLAN_VERIFY)
			plan->est_ns += plan->steps[i].est_ns;
}
