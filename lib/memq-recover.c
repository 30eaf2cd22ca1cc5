// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * memq after an error: know what the target did, never guess.
 *
 * Batches run blind under ORUNDETECT. What the target refuses (WAIT, FAULT, bad write parity) sets a
 * sticky flag, and then it refuses everything that follows. What only the host saw (a corrupted
 * ACK, bad read parity) did happen, and so did all that follows. A request that was not understood
 * silences the target until a line reset. So the truth about the accesses in flight, in order, is
 *
 *	performed performed ... performed | not performed ... not performed
 *					  ^ c
 *
 * and recovery is finding c:
 *   1. ACKs give bounds. Whatever was answered OK was accepted, and so was all before it: an OK at a
 *      later place overrules noise at an earlier one. The first WAIT or FAULT after the last OK was
 *      refused.
 *   2. CTRL/STAT says whether the last write taken was dropped after all (WDATAERR: bad parity, or
 *      dropped from the DP's write buffer), or ended in a bus error (STICKYERR).
 *   3. TAR and CSW, read back, tell between what the bounds leave open: nearly all accesses move TAR.
 * Then the stream goes on right after the last access performed. Accesses whose fate stays open are
 * done again if they are plain memory, declared lost if they are samples, and an error otherwise.
 *
 * (ADIv5, IHI 0031, B4.2; Arm note KA16363 for the write buffer.)
 */
#include "lib/memq-priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* recoveries at one place in the stream before giving up */
#define MAX_STUCK 48u
/* a short USB reply counts for more: each costs a time-out */
#define SHORT_WEIGHT 8u
#define IDLE_MAX     64u
/* with fewer idle cycles before a request no single flipped bit makes a good write request of it */
#define FALSE_START_IDLE 4u
/* reads whose values are gone are read again one by one, if there are no more than these */
#define FEW_READS 2u
#define NONE	  SIZE_MAX

/* all accesses in flight when the error was seen, as one sequence */
struct view {
	struct memq_batch **b;
	unsigned int n_b;
	size_t n;
	bool has_short;
};

static const struct memq_batch *view_batch(const struct view *v, size_t *i)
{
	unsigned int k = 0;

	while (k + 1 < v->n_b && *i >= v->b[k]->n)
		*i -= v->b[k++]->n;
	return v->b[k];
}

static const struct swd_xfer *view_x(const struct view *v, size_t i)
{
	const struct memq_batch *b = view_batch(v, &i);

	return &b->x[i];
}

static const struct memq_slot *view_slot(const struct view *v, size_t i)
{
	const struct memq_batch *b = view_batch(v, &i);

	return &b->slot[i];
}

static bool is_answered(const struct view *v, size_t i)
{
	const struct memq_batch *b = view_batch(v, &i);

	return i < b->wire.n_answered;
}

static bool is_drw(const struct view *v, size_t i)
{
	return view_slot(v, i)->kind == SLOT_DRW;
}

static const struct memq_op *view_op(const struct memq *q, const struct view *v, size_t i)
{
	return memq_op(q, memq_op_nr(q, view_slot(v, i)->op));
}

/* this answer proves that everything before it was accepted */
static bool is_proof(const struct view *v, size_t i)
{
	const struct swd_xfer *x = view_x(v, i);

	if (!is_answered(v, i) || x->ack != SWD_ACK_OK)
		return false;
	/* CTRL/STAT is answered OK whatever happened: its content counts */
	if (view_slot(v, i)->kind == SLOT_STAT)
		return !x->bad_parity && is_ctrlstat(x->data) && !(x->data & CS_STICKY);
	return true;
}

/* the last place that proves acceptance, NONE if there is no such place */
static size_t last_proof(const struct view *v)
{
	size_t last = NONE, first_bad = NONE, n_bad = 0;

	for (size_t i = 0; i < v->n; i++)
		if (is_proof(v, i))
			last = i;
	for (size_t i = 0; last != NONE && i < last; i++) {
		if (is_proof(v, i) || view_slot(v, i)->kind == SLOT_STAT || !is_answered(v, i))
			continue;
		if (first_bad == NONE)
			first_bad = i;
		n_bad++;
	}
	/*
	 * Noise on an ACK is a rare thing. Many strange ACKs with an OK among them are two sides out
	 * of step, and then an OK proves nothing.
	 */
	if (n_bad > 4 && n_bad > (last - first_bad) / 8)
		return first_bad ? first_bad - 1 : NONE;
	return last;
}

/*
 * Does the target say nothing from @i on? Noise does not make two 7s in a row of real ACKs. Where the
 * line has no pull-up it keeps its last level, and 0 is one flipped bit away from OK.
 */
static bool is_silent_from(const struct view *v, size_t i)
{
	const u8 ack = view_x(v, i)->ack;
	const size_t n = ack == SWD_ACK_NONE ? 2 : 4;

	if (ack != SWD_ACK_NONE && ack != 0)
		return false;
	for (size_t k = i + 1; k < i + n; k++)
		if (k >= v->n || !is_answered(v, k) || view_x(v, k)->ack != ack)
			return false;
	return true;
}

/* the first access from @from on that was refused for certain, else the number of accesses */
static size_t first_refused(const struct view *v, size_t from)
{
	for (size_t i = from; i < v->n && is_answered(v, i); i++) {
		const u8 ack = view_x(v, i)->ack;

		if (is_silent_from(v, i))
			return i;
		if (view_slot(v, i)->kind == SLOT_STAT)
			continue;
		if (ack == SWD_ACK_WAIT || ack == SWD_ACK_FAULT)
			return i;
	}
	return v->n;
}

/* ---- what was performed ---- */

/* could TAR read @tar after an access of @size at @addr? The part of it that counts is 10 bits up */
static bool tar_fits(u32 tar, u32 addr, u32 size)
{
	const u32 next = addr + size;

	if (tar == next)
		return true;
	for (u32 block = 0x400; block <= 0x1000; block <<= 1)
		if (tar == ((addr & ~(block - 1)) | (next & (block - 1))))
			return true;
	return false;
}

struct ap_track {
	bool is_csw_known, is_tar_known;
	u32 csw, addr, size; /* TAR is @addr + @size, or wrapped */
};

static void track_start(const struct view *v, struct ap_track *t)
{
	const struct memq_ap *ap = &v->b[0]->start;

	*t = (struct ap_track){ .is_csw_known = ap->is_csw_known,
				.is_tar_known = ap->is_tar_known,
				.csw = ap->csw,
				.addr = ap->tar };
}

/* access @i was performed */
static void track_access(const struct memq *q, const struct view *v, size_t i, struct ap_track *t)
{
	const struct memq_slot *s = view_slot(v, i);

	switch (s->kind) {
	case SLOT_CSW:
		t->csw = view_x(v, i)->data;
		t->is_csw_known = true;
		break;
	case SLOT_TAR:
		t->addr = view_x(v, i)->data;
		t->size = 0;
		t->is_tar_known = true;
		break;
	case SLOT_DRW:
		t->addr = memq_slot_addr(q, s);
		t->size = t->csw & CSW_ADDRINC ? s->size : 0;
		break;
	default:
		break;
	}
}

/* the AP behind the first @c accesses, which were performed */
static struct memq_ap ap_after(const struct memq *q, const struct view *v, size_t c)
{
	struct ap_track t;

	track_start(v, &t);
	for (size_t i = 0; i < c; i++)
		track_access(q, v, i, &t);
	return (struct memq_ap){
		.csw = t.csw,
		.tar = t.addr + t.size,
		.is_csw_known = t.is_csw_known,
		/* where TAR wraps depends on the AP */
		.is_tar_known = t.is_tar_known && (!t.size || ((t.addr + t.size) & 0x3ff)),
	};
}

static bool track_fits(const struct ap_track *t, const struct memq_probe *p)
{
	if (t->is_csw_known && ((t->csw ^ p->csw) & (CSW_SIZE | CSW_ADDRINC)))
		return false;
	return !t->is_tar_known || tar_fits(p->tar, t->addr, t->size);
}

/*
 * Among c = @lo..@hi, the first and the last that agree with TAR and CSW as read back.
 * Return: false if none does.
 */
static bool narrow(const struct memq *q, const struct view *v, const struct memq_probe *p,
		   size_t *lo, size_t *hi)
{
	size_t first = NONE, last = NONE;
	struct ap_track t;

	track_start(v, &t);
	for (size_t c = 0; c <= *hi; c++) {
		if (c)
			track_access(q, v, c - 1, &t);
		if (c < *lo || !track_fits(&t, p))
			continue;
		if (first == NONE)
			first = c;
		last = c;
	}
	if (first == NONE)
		return false;
	*lo = first;
	*hi = last;
	return true;
}

/* the last access before @end that went to the AP, NONE if there is none */
static size_t last_drw_before(const struct view *v, size_t end)
{
	while (end-- > 0)
		if (is_drw(v, end))
			return end;
	return NONE;
}

static struct memq_pos pos_of(const struct memq *q, const struct view *v, size_t i)
{
	const struct memq_slot *s = view_slot(v, i);

	return (struct memq_pos){ .op = memq_op_nr(q, s->op), .off = s->off };
}

/*
 * Right behind the last access performed. A delay that follows it is over if it was clocked: SWCLK ran
 * to the end of what was sent although nobody listened any more. On a noisy wire a long delay would
 * hardly ever pass without an error; what comes behind the next access is waited for again.
 */
static struct memq_pos pos_after(const struct memq *q, const struct view *v, size_t c)
{
	const struct memq_pos sent = v->b[v->n_b - 1]->to;
	const size_t last = last_drw_before(v, c);
	struct memq_pos pos = v->b[0]->from;

	if (last != NONE) {
		pos = pos_of(q, v, last);
		pos.off += view_slot(v, last)->size;
		if (pos.off == memq_op(q, pos.op)->len)
			pos = (struct memq_pos){ .op = pos.op + 1 };
	}
	while (!v->has_short && pos.op < sent.op &&
	       (memq_op(q, pos.op)->flags & (OP_DELAY | OP_BURST)))
		pos.op++;
	return pos;
}

static const char *op_verb(const struct memq_op *op)
{
	return op->flags & OP_READ ? "read" : "write";
}

static int err_unknown_fate(struct memq *q, const struct view *v, size_t i)
{
	return err_set(&q->ctx->err, -EIO,
		       "check the wires or lower the clock (clock=1M), then run the job again",
		       "%s at 0x%08x: the reply was lost and it can't be known whether it happened",
		       op_verb(view_op(q, v, i)), memq_slot_addr(q, view_slot(v, i)));
}

/*
 * Whether accesses @lo..@hi-1 were performed stays open. Return: 0 when going on at @lo is right
 * for all of them.
 */
static int settle_open(struct memq *q, const struct view *v, size_t lo, size_t hi)
{
	for (size_t i = lo; i < hi; i++) {
		struct memq_op *op;

		if (!is_drw(v, i))
			continue;
		op = memq_op(q, memq_op_nr(q, view_slot(v, i)->op));
		if (op->flags & OP_ONCE) {
			if (!(op->flags & OP_READ))
				return err_unknown_fate(q, v, i);
			op->flags |= OP_LOST | OP_SKIP;
			if (op->state)
				*op->state = MEMQ_LOST;
		}
	}
	return 0;
}

/* ---- results of reads that were performed ---- */

/* where the value of read @i travels: the next AP read or RDBUFF; NONE if beyond what was sent */
static size_t carrier_of(const struct view *v, size_t i)
{
	for (size_t k = i + 1; k < v->n; k++) {
		const struct memq_slot *s = view_slot(v, k);

		if (s->kind == SLOT_RDBUFF || (s->kind == SLOT_DRW && s->is_read))
			return k;
	}
	return NONE;
}

static void mark_lost(struct memq *q, const struct view *v, size_t i)
{
	struct memq_op *op = memq_op(q, memq_op_nr(q, view_slot(v, i)->op));

	op->flags |= OP_LOST;
	if (op->state)
		*op->state = MEMQ_LOST;
}

static bool has_value(const struct view *v, size_t i, size_t accepted)
{
	const size_t by = carrier_of(v, i);

	return by != NONE && by < accepted && is_answered(v, by) && swd_ok(view_x(v, by));
}

/*
 * Of the first @c accesses, which were performed, the last ones may be reads whose values are gone, a
 * whole batch of them after a short USB reply. Those that do no harm are done again in the stream, from
 * where this returns; a round trip for each would take seconds.
 */
static size_t rewind_reads(const struct memq *q, const struct view *v, size_t c, size_t accepted)
{
	size_t from = c, first = c, n_gone = 0;

	while (from > 0 && !(is_drw(v, from - 1) && (view_op(q, v, from - 1)->flags & OP_ONCE)))
		from--;
	for (size_t i = from; i < c; i++) {
		if (!is_drw(v, i) || !view_slot(v, i)->is_read || has_value(v, i, accepted))
			continue;
		if (!n_gone++)
			first = i;
	}
	return n_gone > FEW_READS ? first : c;
}

/*
 * Hand over what reads 0..@c-1 brought. Plain reads whose value is gone are read again now.
 * @accepted: answers before it count; @refused: from there on nothing was performed; @p: NULL when
 * the port was not asked.
 */
static int settle_reads(struct memq *q, const struct view *v, size_t c, size_t accepted,
			size_t refused, const struct memq_probe *p)
{
	for (size_t i = 0; i < c; i++) {
		const struct memq_slot *s = view_slot(v, i);
		size_t by;
		u32 val;
		int ret;

		if (s->kind != SLOT_DRW || !s->is_read)
			continue;
		by = carrier_of(v, i);
		if (has_value(v, i, accepted)) {
			memq_deliver(q, s, view_x(v, by)->data);
			continue;
		}
		/* nobody fetched it yet: the port has just done so */
		if (by >= refused && p && p->has_rdbuff && last_drw_before(v, c) == i &&
		    !(p->flags & CS_STICKYERR)) {
			memq_deliver(q, s, p->rdbuff);
			continue;
		}
		if (view_op(q, v, i)->flags & OP_ONCE) {
			mark_lost(q, v, i);
			continue;
		}

		ret = memq_read_now(q, memq_slot_addr(q, s), s->size, &val);
		if (ret)
			return ret;
		memq_deliver(q, s, val);
	}
	return 0;
}

/* ---- bus faults ---- */

static int bus_fault(struct memq *q, const struct view *v, size_t i)
{
	const struct memq_op *op = view_op(q, v, i);
	const u32 addr = memq_slot_addr(q, view_slot(v, i));
	int ret;

	q->enc = (struct memq_ap){ 0 };
	ret = q->fault_hook ? q->fault_hook(q->fault_arg, addr) : 0;
	q->is_fault = !ret;
	if (ret)
		return ret;
	return err_set(
		&q->ctx->err, -EIO,
		q->ctx->stats.noise
			? "the wire is noisy: shorten it, check ground or lower the clock "
			  "(clock=1M), then run the job again"
			: "look the address up in the reference manual: no such memory, a "
			  "peripheral without clock, read-out protection, or a reset at that time",
		"%s of %u bytes at 0x%08x: bus fault (CTRL/STAT.STICKYERR)", op_verb(op),
		view_slot(v, i)->size, addr);
}

/* ---- what experience teaches ---- */

static u64 isqrt(u64 v)
{
	u64 root = 0;

	for (u64 bit = UINT64_C(1) << 31; bit; bit >>= 1)
		if ((root | bit) * (root | bit) <= v)
			root |= bit;
	return root;
}

static void learn(struct memq *q, const struct view *v, size_t c, bool was_wait, bool was_refused,
		  u64 stalled_ns)
{
	q->ctx->stats.retries++;
	for (size_t i = 0; i < c; i++)
		q->since_refusal += swd_xfer_cycles(view_x(v, i));
	if (was_refused) {
		/* the geometric mean: the estimate follows a new error rate within a few errors */
		q->since_refusal = min(q->since_refusal + 1, (u64)UINT32_MAX);
		q->refusal_gap = isqrt(q->refusal_gap * q->since_refusal);
		q->since_refusal = 0;
		memq_size_batches(q);
	}
	if (!was_wait || stalled_ns)
		return;
	/* a WAIT now and then is a busy bus; again and again the accesses come too fast */
	if (q->calm < q->wait_gap && c) {
		u32 *idle = swd_req_is_read(view_x(v, c - 1)->req) ? &q->read_idle : &q->write_idle;

		if (*idle < IDLE_MAX) {
			*idle = *idle ? min(IDLE_MAX, *idle * 2) : 4;
		} else {
			/* not cured by it: whatever makes them WAIT, pay for the WAITs alone */
			q->wait_gap = q->calm / 4;
			q->write_idle = WRITE_IDLE;
			q->read_idle = 0;
		}
		log_dbg(&q->ctx->log, "WAIT: idle cycles now %u after writes, %u after reads",
			q->write_idle, q->read_idle);
	}
	q->calm = 0;
}

/*
 * A bus fault was met, the access done once more, and now it is behind us: a flipped bit had sent it to
 * a wrong place. A real one comes again at the same place.
 */
void memq_note_passed(struct memq *q, struct memq_pos pos)
{
	if (!q->has_fault_at || !pos_before(q->fault_at, pos))
		return;
	q->has_fault_at = false;
	q->ctx->stats.noise++;
}

static int check_progress(struct memq *q, struct memq_pos pos, unsigned int weight)
{
	if (pos_before(q->stuck_at, pos))
		q->n_stuck = 0;
	q->stuck_at = pos;
	q->n_stuck += weight;
	if (q->n_stuck <= MAX_STUCK)
		return 0;
	return err_set(
		&q->ctx->err, -EIO, "lower the clock (clock=1M), shorten the wires, check ground",
		"the SWD link at %u kHz makes no progress: %u recoveries in a row at one place",
		q->host->hz / 1000, q->n_stuck);
}

/* a bus fault: which access failed. With a write buffer there is one more that was dropped */
static size_t find_faulty(const struct memq *q, const struct view *v, const struct memq_probe *p,
			  size_t end)
{
	const size_t last = last_drw_before(v, end);
	size_t lo, hi;

	if (last == NONE)
		return NONE;
	/* TAR has moved on for the failed access, but not for one that was dropped behind it */
	lo = last;
	hi = last + 1;
	if (narrow(q, v, p, &lo, &hi) && hi == last && last_drw_before(v, last) != NONE)
		return last_drw_before(v, last);
	return last;
}

/* nothing is missing but the last CTRL/STAT: all was performed, only the host saw errors */
static bool is_all_accepted(const struct view *v, size_t accepted)
{
	const struct swd_xfer *x = view_x(v, v->n - 1);

	if (v->has_short || accepted + 1 < v->n)
		return false;
	/* a strange ACK may also be a frame out of step: then TAR must tell that all is well */
	for (size_t i = 0; i < accepted; i++)
		if (view_x(v, i)->ack != SWD_ACK_OK)
			return false;
	return accepted == v->n || (view_slot(v, accepted)->kind == SLOT_STAT && !swd_ok(x));
}

/* silence from @i on, where a flipped idle bit may have started a frame of its own */
static bool is_silent_after_idle(const struct view *v, size_t i)
{
	return i && i < v->n && is_silent_from(v, i) && view_x(v, i - 1)->idle >= FALSE_START_IDLE;
}

/* bounds of the number of accesses performed, from ACKs and flags; was anything refused at all? */
static bool find_bounds(const struct view *v, const struct memq_probe *p, size_t accepted,
			size_t refused, size_t *lo, size_t *hi)
{
	*lo = accepted;
	*hi = refused;
	if (p->is_orun_known && !(p->flags & CS_STICKY) && !v->has_short) {
		/* no flag, so nothing was refused: noise on the last ACKs */
		*lo = *hi = v->n;
		return false;
	}
	if (p->flags & CS_WDATAERR) {
		/*
		 * One write less: the last one that was taken. But silence after idle cycles may come
		 * from a write that we never sent: a false 1 four clocks before an AP write makes it
		 * look like a SELECT write, seven before any request like an ABORT. Then TAR tells.
		 */
		if (*hi && !is_silent_after_idle(v, refused))
			--*hi;
		if (*lo && !swd_req_is_read(view_x(v, *lo - 1)->req))
			--*lo;
		*lo = min(*lo, *hi);
	} else if (!p->is_wdata_known) {
		if (*lo && !swd_req_is_read(view_x(v, *lo - 1)->req))
			--*lo;
	} else if (refused < v->n && view_x(v, refused)->ack == SWD_ACK_FAULT &&
		   !(p->flags & CS_STICKYERR)) {
		/* a FAULT without a reason comes after a WAIT, and its ACK was not seen as one */
		if (*hi > *lo)
			--*hi;
		else if (*lo)
			--*lo;
	}
	return true;
}

/* the whole analysis of what is in @v; sets q->next and q->done */
static int recover_view(struct memq *q, const struct view *v)
{
	const size_t proof = last_proof(v);
	size_t accepted = proof == NONE ? 0 : proof + 1;
	const size_t refused = first_refused(v, accepted);
	bool was_refused, is_exact;
	bool was_wait, is_fault;
	size_t lo, hi, last, redo;
	struct memq_pos pos;
	struct memq_probe p;
	int ret;

	if (is_all_accepted(v, accepted)) {
		ret = settle_reads(q, v, v->n, accepted, refused, NULL);
		if (ret)
			return ret;
		q->next = v->b[v->n_b - 1]->to;
		q->done = q->next.op;
		learn(q, v, v->n, false, false, 0);
		q->ctx->stats.noise++;
		memq_note_passed(q, q->next);
		return 0;
	}

	/* after a refusal all is FAULT: a WAIT is the first one, and all before it was accepted */
	if (refused < v->n && view_x(v, refused)->ack == SWD_ACK_WAIT)
		accepted = refused;
	is_exact = !v->has_short && refused < v->n && accepted == refused &&
		   view_x(v, refused)->ack == SWD_ACK_WAIT;
	last = last_drw_before(v, refused);
	ret = memq_probe_port(q, v->has_short, is_exact,
			      last == NONE ? 0 : memq_slot_addr(q, view_slot(v, last)), &p);
	if (ret)
		return ret;
	is_exact = !p.has_tar;
	was_refused = find_bounds(v, &p, accepted, refused, &lo, &hi);
	log_dbg(&q->ctx->log,
		"recovery: %zu accesses, %zu accepted, %zu refused, CTRL/STAT 0x%02x TAR 0x%08x: "
		"performed %zu..%zu",
		v->n, accepted, refused, p.flags, p.tar, lo, hi);

	is_fault = p.flags & CS_STICKYERR;
	if (is_fault) {
		last = find_faulty(q, v, &p, hi);
		if (last == NONE)
			return err_set(&q->ctx->err, -EIO, "reset the target and run again",
				       "bus fault (CTRL/STAT.STICKYERR) that no access explains");
		pos = pos_of(q, v, last);
		if ((view_op(q, v, last)->flags & OP_ONCE) ||
		    (q->has_fault_at && !pos_before(q->fault_at, pos) &&
		     !pos_before(pos, q->fault_at))) {
			(void)settle_reads(q, v, last, accepted, refused, NULL);
			q->done = pos.op;
			memq_note_passed(q, pos);
			q->has_fault_at = false;
			return bus_fault(q, v, last);
		}
		/* harmless to do once more: noise may have sent it to a wrong place */
		q->fault_at = pos;
		q->has_fault_at = true;
		lo = hi = last;
	} else if (is_exact) {
		q->enc = ap_after(q, v, lo);
	} else if (narrow(q, v, &p, &lo, &hi)) {
		q->enc = memq_ap_of_probe(q, &p);
	} else if (!v->has_short) {
		/* TAR or CSW is not what it should be: a write of it went wrong unnoticed */
		log_dbg(&q->ctx->log, "TAR 0x%08x CSW 0x%08x are not as expected", p.tar, p.csw);
		while (lo > 0 && view_slot(v, lo - 1)->kind != SLOT_TAR)
			lo--;
		lo = lo ? lo - 1 : 0;
	}
	ret = settle_open(q, v, lo, hi);
	if (ret)
		return ret;
	/* a frame may have been cut inside its data phase and still have been taken */
	last = last_drw_before(v, lo);
	if (v->has_short && last != NONE && last >= accepted && !view_slot(v, last)->is_read) {
		if (view_op(q, v, last)->flags & OP_ONCE)
			return err_unknown_fate(q, v, last);
		lo = last;
	}
	redo = rewind_reads(q, v, lo, accepted);
	ret = settle_reads(q, v, redo, accepted, refused, &p);
	if (ret)
		return ret;
	pos = pos_after(q, v, redo);
	q->next = pos;
	q->done = pos.op;
	was_wait = refused < v->n && view_x(v, refused)->ack == SWD_ACK_WAIT;
	/* what USB lost says nothing about the wire */
	learn(q, v, lo, was_wait, was_refused && !v->has_short, p.stalled_ns);
	/* a bus fault is noise only if it does not come again: memq_note_passed() tells */
	q->ctx->stats.noise += !was_wait && !is_fault && !v->has_short;
	memq_note_passed(q, pos);
	return check_progress(q, pos, v->has_short ? SHORT_WEIGHT : 1);
}

int memq_recover(struct memq *q, struct memq_batch *b)
{
	struct memq_batch **list = calloc(q->host->max_in_flight, sizeof(struct memq_batch *));
	struct view v = { .b = list };
	int ret = 0;

	if (!list)
		return err_set(&q->ctx->err, -ENOMEM, NULL, "out of memory in recovery");
	for (;;) {
		list[v.n_b++] = b;
		v.n += b->n;
		v.has_short |= b->is_short;
		if (!q->n_in_flight)
			break;
		ret = memq_pop(q, &b);
		if (ret)
			break;
	}
	q->enc = (struct memq_ap){ 0 };
	if (!ret)
		ret = recover_view(q, &v);
	if (ret)
		q->enc = (struct memq_ap){ 0 };
	q->reads_op = 0; /* every read before q->next is settled */
	free(list);
	return ret;
}
