// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Programming a SPI-NOR with a wire of its own, page after page in a stream that waits for nobody:
 *
 *	write enable | page program | clocks for nobody ... | look | look | look | write enable | ...
 *	             |<-------------- pace: a page's time -------------------->|
 *
 * The last of the looks at the status register tells whether the chip was ready in time, the first
 * one that found it ready how long the page took. A page that took longer than the pace has cost the
 * next one, which a busy chip ignores: that one is programmed again. The pace follows the slowest
 * pages seen, so this is rare. Programming the same data twice changes nothing in a NOR.
 *
 * Two streams of some pages are on their way at a time, so that USB's answering times cost nothing.
 * Once a segment all is waited for, and the failure bits are read.
 */
#include "lib/spi-nor-priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define OP_WREN	     0x06

#define SEGMENT	     KIB(256)
#define STREAM_PAGES 8
#define N_STREAMS    2
#define N_LOOKS	     12
/* a look: 16 clocks, CS# and the bridge's commands */
#define LOOK_CLOCKS 24
/* looks are so far apart, in parts of the pace; of one that is not known yet */
#define LOOK_PARTS   128
#define COARSE_PARTS 16
/* pages late in a row: the pace is no longer known */
#define LATE_STREAK 3
/* the pace: up by such a part with a late page; down by one of what the slowest of a stream left */
#define LATE_PARTS	  64
#define LATE_COARSE_PARTS 4
#define EARLY_PARTS	  8
/* looks that the slowest page stays before the last one */
#define SPARE_LOOKS 1
/* ... and it is time to ask what is wrong */
#define MAX_LATE 64
/* without one good stream between them */
#define MAX_SALVAGES 3

struct page {
	u64 pos; /* in the job */
	u8 looks[N_LOOKS];
};

struct stream {
	struct page pages[STREAM_PAGES];
	unsigned int n;
	unsigned int pace_id;
	u64 step_ns;
};

struct streamer {
	struct flash_job *job;
	struct spi_nor *nor;
	u64 next, end; /* not queued yet; of the segment */
	u64 redo[N_STREAMS * STREAM_PAGES + 1];
	unsigned int n_redo;
	struct stream streams[N_STREAMS];
	unsigned int first, n_streams;
	unsigned int pace_id; /* changes with it: old answers must not change it again */
	bool was_late;	      /* the page before had not ended at its last look ... */
	u64 late_pos;	      /* ... or the one that made it miss the chip */
	bool is_gone;	      /* nobody drove the line */
	unsigned int n_late, n_salvages;
};

static u32 page_len(const struct streamer *s, u64 pos)
{
	u32 page = s->nor->p.page_size;

	return (u32)min(s->job->len - pos, (u64)(page - (s->job->offset + pos) % page));
}

static void redo(struct streamer *s, u64 pos)
{
	s->redo[s->n_redo++] = pos;
}

/* pages that are all ones are what the erase left */
static bool is_blank(const u8 *buf, u32 len, u8 erased)
{
	return buf[0] == erased && !memcmp(buf, buf + 1, len - 1);
}

/* the next page to program; false: there is none */
static bool pick(struct streamer *s, u64 *pos)
{
	if (s->n_redo) {
		*pos = s->redo[--s->n_redo];
		return true;
	}
	while (s->next < s->end) {
		u32 len = page_len(s, s->next);

		*pos = s->next;
		s->next += len;
		if (!is_blank(s->job->buf + *pos, len, s->job->mtd->erased))
			return true;
	}
	return false;
}

static void queue(struct streamer *s, const struct spi_mem_op *op)
{
	s->nor->mem->ops->queue_op(s->nor->mem, NULL, op, NULL);
}

static void queue_page(struct streamer *s, struct stream *st, struct page *p)
{
	const struct nor_params *np = &s->nor->p;
	struct spi_mem *mem = s->nor->mem;
	u64 pace = s->nor->busy_program_ns, looking = (N_LOOKS - 1) * st->step_ns;
	u64 look_ns = LOOK_CLOCKS * SEC_NS / mem->hz;
	struct spi_mem_op op = nor_op_simple(OP_WREN);

	queue(s, &op);
	op = nor_op_program(s->nor, s->job->offset + p->pos, s->job->buf + p->pos,
			    page_len(s, p->pos));
	queue(s, &op);
	mem->ops->queue_delay(mem, pace > looking ? pace - looking : 0);
	for (unsigned int i = 0; i < N_LOOKS; i++) {
		op = nor_op_read_reg(np->poll_opcode, &p->looks[i], 1);
		if (i && st->step_ns > look_ns)
			mem->ops->queue_delay(mem, st->step_ns - look_ns);
		queue(s, &op);
	}
}

/* one more stream on its way: 1; 0: no pages are left */
static int send(struct streamer *s)
{
	struct stream *st = &s->streams[(s->first + s->n_streams) % N_STREAMS];
	bool is_known = s->nor->program_measured;
	u64 pos;
	int rc;

	st->n = 0;
	st->pace_id = s->pace_id;
	st->step_ns = max(s->nor->busy_program_ns / (is_known ? LOOK_PARTS : COARSE_PARTS),
			  LOOK_CLOCKS * SEC_NS / s->nor->mem->hz);
	while (st->n < (is_known ? STREAM_PAGES : 1) && pick(s, &pos)) {
		st->pages[st->n].pos = pos;
		queue_page(s, st, &st->pages[st->n++]);
	}
	s->job->issued = s->next;
	if (!st->n)
		return 0;
	s->nor->last_op_max_ns = 2 * s->nor->p.program_max_ns;
	s->n_streams++; /* if it goes wrong, its pages are among those in flight */
	rc = s->nor->mem->ops->submit(s->nor->mem);
	return rc ? rc : 1;
}

/* looks that found it busy */
static unsigned int n_busy(const struct streamer *s, const struct page *p)
{
	const struct nor_params *np = &s->nor->p;
	unsigned int n = 0;

	while (n < N_LOOKS && (p->looks[n] & np->poll_mask) != np->poll_match)
		n++;
	return n;
}

static void set_pace(struct streamer *s, u64 ns)
{
	s->nor->busy_program_ns = min(ns, 2 * s->nor->p.program_max_ns);
	s->pace_id++;
}

/* late pages make the pace longer, early ones shorter; a stream that an older one started says nothing */
static void follow(struct streamer *s, const struct stream *st, bool is_late, unsigned int slowest)
{
	u64 pace = s->nor->busy_program_ns, early;
	bool is_known = s->nor->program_measured;

	if (st->pace_id != s->pace_id)
		return;
	if (is_late) {
		set_pace(s, pace + pace / (is_known ? LATE_PARTS : LATE_COARSE_PARTS));
		return;
	}
	early = (N_LOOKS - 1 - SPARE_LOOKS - min(slowest, N_LOOKS - 1u - SPARE_LOOKS)) *
		st->step_ns;
	/* somewhere between the looks is where it ended */
	if (slowest)
		s->nor->program_measured = true;
	if (early)
		set_pace(s, pace - (is_known && slowest ? early / EARLY_PARTS : early));
}

static bool was_gone(const struct streamer *s, const struct stream *st)
{
	for (unsigned int i = 0; i < st->n && nor_is_absent(s->nor, 0xff); i++)
		if (memchr(st->pages[i].looks, 0xff, N_LOOKS))
			return true;
	return false;
}

static void judge(struct streamer *s, const struct stream *st)
{
	unsigned int slowest = 0, n_seen = 0;
	bool is_late = false;

	/* a chip that lost its supply is ready afterwards, whatever it was doing */
	s->is_gone = was_gone(s, st);
	for (unsigned int i = 0; i < st->n && s->is_gone; i++)
		redo(s, st->pages[i].pos);
	if (s->is_gone)
		return;
	for (unsigned int i = 0; i < st->n; i++) {
		unsigned int busy = n_busy(s, &st->pages[i]);

		if (s->was_late) {
			redo(s, st->pages[i].pos);
		} else {
			s->late_pos = st->pages[i].pos;
			slowest = max(slowest, busy);
			n_seen++;
		}
		s->was_late = busy == N_LOOKS;
		s->n_late = s->was_late ? s->n_late + 1 : 0;
		is_late |= s->was_late;
		if (s->n_late >= LATE_STREAK)
			s->nor->program_measured = false;
	}
	if (n_seen)
		follow(s, st, is_late, slowest);
}

/* bytes from the start that are certain */
static void count_done(struct streamer *s)
{
	u64 done = s->next;

	if (s->was_late)
		done = min(done, s->late_pos);
	for (unsigned int i = 0; i < s->n_redo; i++)
		done = min(done, s->redo[i]);
	for (unsigned int i = 0; i < s->n_streams; i++) {
		const struct stream *st = &s->streams[(s->first + i) % N_STREAMS];

		for (unsigned int k = 0; k < st->n; k++)
			done = min(done, st->pages[k].pos);
	}
	s->job->done = max(s->job->done, done);
}

/* the wire failed: what was in flight may have been done or not */
static int salvage(struct streamer *s, int rc, const struct err *before)
{
	struct spi_nor *nor = s->nor;
	struct err why = *nor_err(nor);
	bool is_hopeless = rc == -ENODEV || rc == -ENOMEM || s->n_salvages++ == MAX_SALVAGES;
	int ret;

	/* its pages are to be done again */
	for (; s->n_streams; s->n_streams--, s->first = (s->first + 1) % N_STREAMS)
		for (unsigned int i = 0; i < s->streams[s->first].n; i++)
			redo(s, s->streams[s->first].pages[i].pos);
	s->was_late = false;
	ret = nor->mem->ops->abandon(nor->mem);
	*nor_err(nor) = is_hopeless || ret ? why : *before;
	if (is_hopeless || ret)
		return rc;
	return nor_wait_ready(nor, 2 * nor->p.program_max_ns, "the page that was in flight");
}

/* how many streams may be under way: one until the pace is known */
static unsigned int room(const struct streamer *s)
{
	return s->nor->program_measured ? N_STREAMS : 1;
}

static int collect(struct streamer *s)
{
	int rc = s->nor->mem->ops->collect(s->nor->mem);

	if (rc)
		return rc;
	judge(s, &s->streams[s->first]);
	s->first = (s->first + 1) % N_STREAMS;
	s->n_streams--;
	s->n_salvages = 0;
	return 0;
}

/* fill the wire, or take what came back; the pages that are late for too long are waited for */
static int step(struct streamer *s, const struct err *before)
{
	struct spi_nor *nor = s->nor;
	int rc = 1;

	if (s->n_late > MAX_LATE && !s->n_streams) {
		rc = nor_wait_and_judge(nor, JOB_PROGRAM, s->job->offset + s->job->done,
					nor->p.program_max_ns);
		s->n_late = 0;
		s->was_late = rc;
		return rc;
	}
	while (rc == 1 && s->n_streams < room(s) && s->n_late <= MAX_LATE)
		rc = send(s);
	if (rc >= 0 && s->n_streams)
		rc = collect(s);
	if (s->is_gone)
		return nor_no_answer(nor, nor->p.poll_opcode);
	return rc < 0 ? salvage(s, rc, before) : 0;
}

/* the pages of [next, end); when the user stops it, those that were begun */
static int run_segment(struct streamer *s)
{
	struct ctx *ctx = s->job->mtd->ctx;
	const struct err before = ctx->err;
	int rc;

	do {
		if (ctx_stopped(ctx))
			s->end = s->next;
		rc = step(s, &before);
		count_done(s);
		ctx_progress(ctx, "program", s->job->mtd->name, s->job->done, s->job->len);
	} while (!rc && (s->n_streams || s->n_redo || s->next < s->end));
	return rc;
}

/**
 * nor_stream() - program a segment of a job
 * @job: program; done says how far it got
 *
 * Return: as mtd_ops.run, but 0 as soon as a segment is done, or begun when the user stops it.
 */
int nor_stream(struct flash_job *job)
{
	struct spi_nor *nor = to_nor(job->mtd);
	u64 at = job->offset + job->done, span = min((u64)SEGMENT, nor_window_size(nor));
	struct streamer *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return err_set(nor_err(nor), -ENOMEM, NULL, "out of memory");
	s->job = job;
	s->nor = nor;
	s->next = job->done;
	s->end = job->done + min(job->len - job->done, span - at % span);
	rc = nor_select(nor, at);
	if (!rc)
		rc = run_segment(s);
	/* an error of the chip: what is under way is of no interest any more */
	if (s->n_streams)
		nor->mem->ops->abandon(nor->mem);
	if (!rc)
		rc = nor_wait_and_judge(nor, JOB_PROGRAM, at, nor->p.program_max_ns);
	s->was_late = s->was_late && rc;
	count_done(s);
	free(s);
	return rc;
}
