// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fast programming of the STM32L4 (RM0351 3.3.7): rows of 32 double words, high voltage on for all
 * of a row, in a bank that was mass-erased and not touched since. A row takes 1.91 ms where 32 double
 * words one by one take 2.61 ms (DS10198 6.3.10).
 *
 *   wire   U0    U1       U2       U3 ...            U31               SR U0
 *   flash    [ U0   ][ U1   ][ U2   ] ...  [ U30  ][ U31  ][ tail     ]     [ U0
 *
 * The controller takes one double word while it programs another. The next one must be there when
 * that is over, or the row is broken off (MISERR, FASTERR); one that comes while the place is still
 * taken stalls the bus. So double words are sent at their own pace, a third of their time ahead, a
 * trifle faster than they are programmed; 31 of them then use up no more than the time that a stall
 * may last. No byte may be late: a row is one burst in one USB transfer (memq_burst()).
 *
 * The pace comes from how long whole rows take, learned on the first ones by sampling BSY around
 * their end; the first row of all is paced by what mass erase or standard programming told: the
 * controller times all of them from HSI16. SR is sampled before each new row. Its error flags are
 * sticky and keep everything that follows from being programmed, so a clean sample proves all rows
 * before it; after a bad one rows are read back: what is blank is tried again, what a row that was
 * broken off left behind is finished by standard programming. That is possible to the double word,
 * as those that the row did not get to were never programmed.
 *
 * Standard programming ends the bank's fitness for rows. So rows come first, then all the rest: head
 * and tail of the job, rows with erased double words (which are left erased), rows broken off.
 */
#include "drivers/stm32l4-flash-prog.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* HCLK must be 8 MHz at least (RM0351 3.3.7) */
#define FAST_MIN_HCLK_HZ 8000000u
/* the wire's clock, by which an erase was timed, does not count the round trips of looking at it */
#define LOOK_NS (400 * USEC_NS)
/* fewer rows are not worth learning their pace */
#define FAST_MIN_ROWS 16
/* a double word is about 2 x 25 us of a row's 1.91 ms */
#define ROW_TO_UNIT(_row_ns) ((_row_ns)*500 / 19100)
/* sent so much faster than programmed; and so much of its time ahead */
#define FASTER 56
#define AHEAD  3
/* rows whose end is sampled, from 1/16 before to 1/16 after it is expected */
#define LEARN_ROWS 4
#define LEARN_HALF 16
/* the estimate of a row: up when it was late, down when it was not */
#define ROW_LATE 256
#define ROW_DOWN 8192
/* the pace after a row that was broken off: so much slower, or faster; less each time that turns */
#define PACE_STEP     40
#define PACE_STEP_MIN 640
/* from queuing a sample until it is taken: TAR, and 12 cycles of the read */
#define SAMPLE_CYCLES 60
/* rows broken off with no other done between, and one in so many of all: rows do not work here */
#define MAX_FAILURES  6
#define FAILURE_SHARE 8
/* what another device gets done while rows hold the wire: about a third */
#define OTHERS_SHARE 3
/* accesses of a burst beside the data: TAR, CSW */
#define BURST_MORE 4

static u32 row_of(const struct l4_fast *f, u64 pos)
{
	return (u32)((pos - f->from) / FAST_ROW_SIZE);
}

static u64 row_pos(const struct l4_fast *f, u32 row)
{
	return f->from + (u64)row * FAST_ROW_SIZE;
}

static bool is_row_done(const struct l4_program *l4, u32 row)
{
	return l4->row_done[row / 8] & BIT(row % 8);
}

static void set_row_done(struct l4_program *l4, u32 row)
{
	if (!is_row_done(l4, row))
		l4->fast.n_done++;
	l4->row_done[row / 8] |= (u8)BIT(row % 8);
}

static bool is_row_broken(const struct l4_fast *f, u32 row, u32 *units)
{
	for (unsigned int i = 0; i < f->n_broken; i++) {
		if (f->broken[i].row != row)
			continue;
		*units = f->broken[i].units;
		return true;
	}
	return false;
}

size_t stm32l4_fast_map_size(const struct flash_job *job)
{
	return job->len / FAST_ROW_SIZE / 8 + 1;
}

bool stm32l4_fast_has(const struct l4_program *l4, u64 pos)
{
	const struct l4_fast *f = &l4->fast;
	u32 row, units;

	if (!f->is_used || pos < f->from || pos >= row_pos(f, f->n_rows))
		return false;
	row = row_of(f, pos);
	if (is_row_broken(f, row, &units))
		return units & BIT((pos - row_pos(f, row)) / STM32L4_UNIT_SIZE);
	return is_row_done(l4, row);
}

u64 stm32l4_fast_bytes(const struct l4_program *l4, u64 pos)
{
	const struct l4_fast *f = &l4->fast;
	u64 bytes = 0;

	for (u32 row = 0; f->is_used && row < f->n_rows && row_pos(f, row + 1) <= pos; row++)
		bytes += is_row_done(l4, row) ? FAST_ROW_SIZE : 0;
	return bytes;
}

static bool is_bank_fresh(const struct stm32l4_flash *fl, u64 offset)
{
	return fl->fresh_banks & BIT(stm32l4_bank_of(&fl->desc, offset));
}

/* a whole row of units to be programmed, in a bank where that is allowed */
static bool is_row_fit(const struct flash_job *job, const struct l4_fast *f, u32 row)
{
	const u8 *data = job->buf + row_pos(f, row);

	if (!is_bank_fresh(to_flash(job->mtd), job->offset + row_pos(f, row)))
		return false;
	for (unsigned int i = 0; i < FAST_ROW_UNITS; i++)
		if (stm32l4_is_blank(data + (size_t)i * STM32L4_UNIT_SIZE))
			return false;
	return true;
}

/* time of a unit inside a row */
static u64 unit_ns(const struct stm32l4_flash *fl)
{
	return fl->fast_unit_ns ? fl->fast_unit_ns : ROW_TO_UNIT(fl->row_est_ns);
}

/* can adapter and wire keep the pace? */
static bool is_wire_fit(const struct stm32l4_flash *fl, const struct memq *q)
{
	u64 write_ns = stm32l4_cycles_ns(q, memq_write_cycles(q));

	return memq_burst_max(q) >= 2 * FAST_ROW_UNITS + BURST_MORE &&
	       2 * write_ns < unit_ns(fl) / 2;
}

/* rows hold the wire: are they worth it, with what other devices have to do? */
static bool is_worth_it(const struct flash_job *job, const struct stm32l4_flash *fl, u64 n_rows)
{
	u64 plain_ns = n_rows * FAST_ROW_UNITS * fl->prog_est_ns;
	u64 fast_ns = n_rows * fl->row_est_ns;
	u64 others_ns = job->others_ns - min(job->others_ns, fast_ns / OTHERS_SHARE);

	return n_rows >= FAST_MIN_ROWS && fast_ns + others_ns < max(plain_ns, job->others_ns);
}

/* the factor that this part's times are off by, from what has been seen of it */
static void guess_row(struct stm32l4_flash *fl)
{
	if (fl->n_rows_learned)
		return;
	fl->row_est_ns = FAST_ROW_TYP_NS;
	if (fl->is_calibrated)
		fl->row_est_ns = FAST_ROW_TYP_NS * fl->prog_est_ns / PROG_TYP_NS;
	else if (fl->mass_ns)
		fl->row_est_ns = FAST_ROW_TYP_NS * (fl->mass_ns + LOOK_NS) / MASS_TYP_NS;
}

void stm32l4_fast_figures(struct stm32l4_flash *fl)
{
	struct mtd_info *mtd = &fl->mtd;

	guess_row(fl);
	mtd->fast_size =
		fl->desc.hclk_hz >= FAST_MIN_HCLK_HZ && is_wire_fit(fl, mtd->q) ? FAST_ROW_SIZE : 0;
	mtd->fast_typ_ns = FAST_ROW_TYP_NS;
	mtd->fast_max_ns = FAST_ROW_MAX_NS;
}

void stm32l4_fast_begin(struct flash_job *job, struct l4_program *l4)
{
	struct stm32l4_flash *fl = to_flash(job->mtd);
	struct l4_fast *f = &l4->fast;
	u64 n_fit = 0;

	l4->len = l4->end = job->len;
	f->from = -job->offset % FAST_ROW_SIZE;
	if (!fl->fresh_banks || fl->desc.hclk_hz < FAST_MIN_HCLK_HZ || job->len < f->from)
		return;
	guess_row(fl);
	if (!is_wire_fit(fl, job->mtd->q))
		return;
	f->n_rows = (u32)((job->len - f->from) / FAST_ROW_SIZE);
	for (u32 row = 0; row < f->n_rows; row++)
		n_fit += is_row_fit(job, f, row);
	f->is_used = f->is_on = is_worth_it(job, fl, n_fit);
	f->n_retries = job->mtd->ctx->stats.retries;
	f->n_noise = job->mtd->ctx->stats.noise;
	if (f->is_on)
		log_dbg(&job->mtd->ctx->log, "%s: %" PRIu64 " fast rows", fl->mtd.name, n_fit);
}

/* ---- the stream ---- */

static bool has_looks(const struct l4_fast *f)
{
	return f->n_looks > f->n_judged;
}

static unsigned int n_pending(const struct l4_fast *f)
{
	return (unsigned int)(f->n_sent - f->n_good);
}

static u32 pending_row(const struct l4_fast *f, unsigned int i)
{
	return f->row[(f->n_good + i) % FAST_PENDING];
}

static void queue_look(struct stm32l4_flash *fl, struct l4_fast *f, struct memq *q)
{
	unsigned int i = f->n_looks++ % FAST_PENDING;

	f->look[i].n_sent = f->n_sent;
	memq_sample32(q, reg(fl, FLASH_SR), &f->look[i].sr, &f->look[i].state);
	f->look[i].mark = memq_mark(q);
	f->runs = false;
}

static void queue_row(struct flash_job *job, struct l4_fast *f, struct memq *q, u32 row)
{
	struct stm32l4_flash *fl = to_flash(job->mtd);
	const u8 *data = job->buf + row_pos(f, row);
	u32 addr = addr_of(fl, job->offset + row_pos(f, row));
	u64 unit = unit_ns(fl), pace = unit - unit / FASTER;
	u64 write_ns = 2 * stm32l4_cycles_ns(q, memq_write_cycles(q));
	u64 gap = pace - min(pace, write_ns), ahead = min(gap, unit / AHEAD);

	memq_burst(q, 2 * FAST_ROW_UNITS + BURST_MORE, FAST_ROW_UNITS * (write_ns + gap) + unit);
	for (unsigned int i = 0; i < FAST_ROW_UNITS; i++) {
		memq_write_once(q, addr + i * STM32L4_UNIT_SIZE, data + i * STM32L4_UNIT_SIZE,
				STM32L4_UNIT_SIZE);
		if (!i)
			f->started_ns = memq_cursor_ns(q);
		memq_delay_ns(q, i ? gap : gap - ahead);
	}
	/* the end of a batch reads, and must not find the last unit stalled */
	memq_delay_ns(q, unit);
	f->row[f->n_sent++ % FAST_PENDING] = row;
	f->runs = true;
}

/* BSY around the end of the row that was just queued */
static void queue_samples(struct stm32l4_flash *fl, struct l4_fast *f, struct memq *q)
{
	u64 from_ns = fl->row_est_ns - fl->row_est_ns / LEARN_HALF;
	u64 span_ns = 2 * (fl->row_est_ns / LEARN_HALF),
	    elapsed = memq_cursor_ns(q) - f->started_ns;

	if (elapsed < from_ns)
		memq_delay_ns(q, from_ns - elapsed);
	f->sample_from_ns = memq_cursor_ns(q) - f->started_ns + stm32l4_cycles_ns(q, SAMPLE_CYCLES);
	f->sample_step_ns = stm32l4_cycles_ns(q, 46);
	f->n_samples = (unsigned int)min(span_ns / f->sample_step_ns + 1, (u64)FAST_SAMPLES);
	memq_read_fifo(q, reg(fl, FLASH_SR), 4, f->sample, 4 * (size_t)f->n_samples,
		       &f->samples_state);
}

static void set_up(struct stm32l4_flash *fl, struct l4_fast *f, struct memq *q)
{
	memq_write32(q, reg(fl, FLASH_SR), FLASH_SR_FLAGS);
	memq_write32(q, reg(fl, FLASH_CR), 0);
	memq_write32(q, reg(fl, FLASH_CR), FLASH_CR_FSTPG);
	f->is_set_up = true;
}

/* the next row to be done, or false; a job cut short ends with what is in flight */
static bool next_row(struct flash_job *job, struct l4_program *l4, u32 *row)
{
	struct l4_fast *f = &l4->fast;
	u32 units;

	for (; f->next < f->n_rows; f->next++) {
		if (row_pos(f, f->next + 1) > job->len)
			return false;
		if (is_row_done(l4, f->next) || is_row_broken(f, f->next, &units) ||
		    !is_row_fit(job, f, f->next))
			continue;
		*row = f->next++;
		return true;
	}
	return false;
}

/* not as short as was thought; those that are on the wire already will say the same */
static void learn_late(struct stm32l4_flash *fl, struct l4_fast *f, u64 mark)
{
	if (mark <= f->learned_mark)
		return;
	fl->row_est_ns += fl->row_est_ns / ROW_LATE;
	f->learned_mark = memq_mark(fl->mtd.q);
}

static void rows_are_good(struct flash_job *job, struct l4_program *l4, u64 n_sent)
{
	struct stm32l4_flash *fl = to_flash(job->mtd);
	struct l4_fast *f = &l4->fast;

	if (n_sent <= f->n_good)
		return;
	if (fl->n_rows_learned >= LEARN_ROWS)
		fl->row_est_ns -= fl->row_est_ns / ROW_DOWN * (n_sent - f->n_good);
	for (; f->n_good < n_sent; f->n_good++) {
		u32 row = pending_row(f, 0);

		set_row_done(l4, row);
		stm32l4_mark_there(job, row_pos(f, row), row_pos(f, row + 1));
	}
	f->n_failures_in_a_row = 0;
}

/*
 * What the samples say that were taken by @done. Return: true when an error flag is up; that sample
 * is judged again.
 */
static bool judge_looks(struct flash_job *job, struct l4_program *l4, u64 done)
{
	struct stm32l4_flash *fl = to_flash(job->mtd);
	struct l4_fast *f = &l4->fast;

	for (; has_looks(f); f->n_judged++) {
		unsigned int i = f->n_judged % FAST_PENDING;

		if (f->look[i].mark > done)
			break;
		if (f->look[i].state != MEMQ_VALID)
			continue;
		if (f->look[i].sr & FLASH_SR_FAILED)
			return true;
		if (f->look[i].sr & FLASH_SR_BSY)
			learn_late(fl, f, f->look[i].mark);
		else
			rows_are_good(job, l4, f->look[i].n_sent);
	}
	return false;
}

static void count_done(struct flash_job *job, const struct l4_program *l4)
{
	job->done = max(job->done, (u64)l4->fast.n_done * FAST_ROW_SIZE);
}

int stm32l4_fast_issue(struct flash_job *job, struct l4_program *l4, struct memq *q)
{
	struct stm32l4_flash *fl = to_flash(job->mtd);
	struct l4_fast *f = &l4->fast;
	u64 elapsed;
	u32 row;

	/* results come in while rows go on: no need to stop and wait for them */
	job->judges_early = true;
	if (judge_looks(job, l4, memq_done(q)))
		return JOB_BLOCKED;
	count_done(job, l4);
	if (f->runs)
		queue_look(fl, f, q);
	if (n_pending(f) == FAST_PENDING || f->n_looks - f->n_judged == FAST_PENDING) {
		if (!has_looks(f))
			queue_look(fl, f, q); /* those before found it busy, or were lost */
		return JOB_BLOCKED;
	}
	if (!next_row(job, l4, &row)) {
		if (n_pending(f) && !has_looks(f))
			queue_look(fl, f, q);
		if (n_pending(f))
			return JOB_BLOCKED;
		if (f->is_set_up)
			memq_write32(q, reg(fl, FLASH_CR), 0);
		f->is_on = false;
		return JOB_READY;
	}
	if (!f->is_set_up)
		set_up(fl, f, q);
	queue_row(job, f, q, row);
	job->issued = max(job->issued, row_pos(f, f->next));
	if (fl->n_rows_learned < LEARN_ROWS) {
		queue_samples(fl, f, q);
		return JOB_BLOCKED;
	}
	elapsed = memq_cursor_ns(q) - f->started_ns;
	job->busy_ns = fl->row_est_ns - min(elapsed, fl->row_est_ns);
	return JOB_READY;
}

/* ---- judging ---- */

static void learn_row(struct stm32l4_flash *fl, struct l4_fast *f)
{
	unsigned int k = 0;
	u64 took_ns;

	if (!f->n_samples || f->samples_state != MEMQ_VALID)
		return;
	while (k < f->n_samples && (get_le32((const u8 *)&f->sample[k]) & FLASH_SR_BSY))
		k++;
	/* over before the first sample: broken off, or no guess was ever so wrong */
	if (!k || (get_le32((const u8 *)&f->sample[f->n_samples - 1]) & FLASH_SR_FAILED))
		return;
	took_ns = f->sample_from_ns + k * f->sample_step_ns;
	fl->row_sum_ns += took_ns;
	fl->row_max_ns = max(fl->row_max_ns, took_ns);
	fl->n_rows_learned++;
	fl->fast_unit_ns = ROW_TO_UNIT(fl->row_sum_ns / fl->n_rows_learned);
	/* rows differ by some 2 %; four do not show the very longest */
	fl->row_est_ns = fl->row_max_ns + fl->row_max_ns / 128;
	log_dbg(&fl->mtd.ctx->log, "%s: a row takes %" PRIu64 " ns to program", fl->mtd.name,
		took_ns);
}

/* a refused access was one too early; without one a unit came too late, unless the wire is to blame */
static void adapt_pace(struct stm32l4_flash *fl, struct l4_fast *f, u32 sr)
{
	const struct ctx_stats *st = &fl->mtd.ctx->stats;
	bool was_early = st->retries != f->n_retries;
	u64 unit = unit_ns(fl);

	if (st->noise == f->n_noise && (was_early || (sr & FLASH_SR_MISERR))) {
		if (!fl->pace_step)
			fl->pace_step = PACE_STEP;
		else if (was_early != fl->was_early)
			fl->pace_step = min(2 * fl->pace_step, (u32)PACE_STEP_MIN);
		fl->was_early = was_early;
		fl->fast_unit_ns =
			was_early ? unit + unit / fl->pace_step : unit - unit / fl->pace_step;
	}
	f->n_retries = st->retries;
	f->n_noise = st->noise;
}

/* units of @row that are not blank: as they should be, or can't be mended here */
static u32 units_there(struct flash_job *job, const struct l4_fast *f, u32 row, const u8 *back)
{
	const struct stm32l4_flash *fl = to_flash(job->mtd);
	u64 pos = row_pos(f, row);
	u32 there = 0;

	for (unsigned int i = 0; i < FAST_ROW_UNITS; i++, back += 8, pos += STM32L4_UNIT_SIZE) {
		if (stm32l4_is_blank(back))
			continue;
		there |= BIT(i);
		if (!memcmp(back, job->buf + pos, STM32L4_UNIT_SIZE))
			stm32l4_mark_there(job, pos, pos + STM32L4_UNIT_SIZE);
		else
			log_warn(&job->mtd->ctx->log,
				 "0x%08" PRIx32 " was not programmed as it should be: left for "
				 "verify",
				 addr_of(fl, job->offset + pos));
	}
	return there;
}

static void sort_row(struct flash_job *job, struct l4_program *l4, u32 row, const u8 *back)
{
	struct l4_fast *f = &l4->fast;
	u32 units = units_there(job, f, row, back);

	if (!units) {
		f->next = min(f->next, row);
	} else if (units == UINT32_MAX) {
		set_row_done(l4, row);
	} else if (f->n_broken < FAST_BROKEN) {
		f->broken[f->n_broken].row = row;
		f->broken[f->n_broken++].units = units;
	}
}

static bool is_hopeless(const struct l4_fast *f)
{
	return f->n_failures_in_a_row > MAX_FAILURES || f->n_broken + 2 > FAST_BROKEN ||
	       f->n_failures > MAX_FAILURES + f->n_done / FAILURE_SHARE;
}

static int row_refused(struct flash_job *job, u32 row, u32 sr)
{
	struct stm32l4_flash *fl = to_flash(job->mtd);
	struct l4_fast *f = &((struct l4_program *)job->priv)->fast;
	u64 offset = job->offset + row_pos(f, row);

	return err_set(&job->mtd->ctx->err, -EROFS,
		       "see the option bytes: swdrom -m options -r FILE",
		       "page %u of bank %u is write-protected (FLASH_SR 0x%08" PRIx32
		       ", WRPERR): the row at 0x%08" PRIx32 " was refused",
		       stm32l4_page_of(&fl->desc, offset), stm32l4_bank_of(&fl->desc, offset) + 1,
		       sr, addr_of(fl, offset));
}

/* come to rest, read back what is pending, sort it */
static int sort_pending(struct flash_job *job, struct l4_program *l4, u32 *sr)
{
	struct stm32l4_flash *fl = to_flash(job->mtd);
	struct l4_fast *f = &l4->fast;
	struct memq *q = job->mtd->q;
	unsigned int n = n_pending(f);
	u8 *back = NULL;
	u32 cr;
	int ret = stm32l4_wait_idle(fl, sr);

	if (!ret)
		ret = target_read32(q, reg(fl, FLASH_CR), &cr);
	if (ret)
		return ret;
	if (cr & FLASH_CR_LOCK)
		return stm32l4_report_reset(job);
	if ((*sr & FLASH_SR_WRPERR) && n)
		return row_refused(job, pending_row(f, 0), *sr);
	back = malloc((size_t)n * FAST_ROW_SIZE + 1);
	if (!back)
		return err_set(&job->mtd->ctx->err, -ENOMEM, NULL,
			       "out of memory for reading back");
	memq_write32(q, reg(fl, FLASH_SR), FLASH_SR_FLAGS);
	memq_write32(q, reg(fl, FLASH_CR), 0);
	for (unsigned int i = 0; i < n; i++)
		memq_read(q, addr_of(fl, job->offset + row_pos(f, pending_row(f, i))),
			  back + (size_t)i * FAST_ROW_SIZE, FAST_ROW_SIZE);
	ret = memq_flush(q);
	if (!ret)
		ret = stm32l4_check_ecc(fl);
	for (unsigned int i = 0; !ret && i < n; i++)
		sort_row(job, l4, pending_row(f, i), back + (size_t)i * FAST_ROW_SIZE);
	free(back);
	if (ret)
		return ret;
	f->n_good = f->n_sent;
	f->n_judged = f->n_looks;
	f->n_samples = 0;
	f->is_set_up = f->runs = false;
	return 0;
}

static int rows_failed(struct flash_job *job, struct l4_program *l4)
{
	struct stm32l4_flash *fl = to_flash(job->mtd);
	struct l4_fast *f = &l4->fast;
	u32 sr, n_done = f->n_done;
	int ret = sort_pending(job, l4, &sr);

	if (ret)
		return ret;
	adapt_pace(fl, f, sr);
	f->n_failures++;
	f->n_failures_in_a_row = f->n_done > n_done ? 1 : f->n_failures_in_a_row + 1;
	log_dbg(&job->mtd->ctx->log,
		"%s: a fast row was broken off (FLASH_SR 0x%08" PRIx32
		"), a double word is now taken for %" PRIu64 " ns",
		fl->mtd.name, sr, unit_ns(fl));
	if (is_hopeless(f)) {
		log_dbg(&job->mtd->ctx->log, "%s: going on without fast rows", fl->mtd.name);
		f->next = f->n_rows;
	}
	count_done(job, l4);
	return JOB_READY;
}

int stm32l4_fast_check(struct flash_job *job, struct l4_program *l4)
{
	struct stm32l4_flash *fl = to_flash(job->mtd);
	struct l4_fast *f = &l4->fast;
	bool failed;

	learn_row(fl, f);
	f->n_samples = 0;
	failed = judge_looks(job, l4, memq_done(job->mtd->q));
	count_done(job, l4);
	return failed ? rows_failed(job, l4) : JOB_READY;
}

int stm32l4_fast_resync(struct flash_job *job, struct l4_program *l4)
{
	struct l4_fast *f = &l4->fast;
	u32 sr;
	int ret = sort_pending(job, l4, &sr);

	if (ret)
		return ret;
	f->n_retries = job->mtd->ctx->stats.retries;
	f->n_noise = job->mtd->ctx->stats.noise;
	count_done(job, l4);
	return JOB_READY;
}
