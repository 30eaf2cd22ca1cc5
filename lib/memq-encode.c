// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The memory queue's encoder: operations to SWD accesses.
 *
 * An AP access is posted: a read's value arrives with the next AP read or with RDBUFF, and an AP
 * write in between would spoil it. So each batch looks like this (blind, under ORUNDETECT):
 *
 *	CSW? TAR? DRW DRW ... DRW [RDBUFF before a write if a read is pending] ... RDBUFF CTRL/STAT
 *
 * The RDBUFF collects the last read and makes the error of a last write visible as a FAULT; a
 * CTRL/STAT read without it would drop a write that is still in the DP's buffer (Arm KA16363).
 *
 * CSW has auto-increment on but for real FIFO runs: TAR then counts what was performed, which is
 * the proof that recovery (lib/memq-recover.c) works with. TAR is written at each 1 KiB boundary:
 * no AP wraps earlier (ADIv5 C2.2.2).
 */
#include "lib/memq-priv.h"

#define TAR_BLOCK 0x400u

/* aux accesses that may come before a run, and at the end of a batch */
#define ROOM_BEFORE 3u
#define ROOM_END    2u

/* idle cycles between a batch's last write and its RDBUFF */
#define END_IDLE 16u

/* idle time before a burst on a wire that has run dry, for its USB packets: 13 us each, and the bus may
 * be shared */
#define BURST_LEAD_NS (250 * USEC_NS)

/*
 * A batch ends after so much wire time: many times a USB round trip, so that the wire stays busy,
 * and not more, as a refused access costs all that is in flight behind it. At slow clocks that would
 * be few accesses, and the end of a batch costs two.
 */
#define BATCH_NS	 (6 * MSEC_NS)
#define BATCH_CYCLES_MIN (512u * 46)

/**
 * memq_period_ps() - one SWCLK period in picoseconds
 * @q: the queue
 */
u64 memq_period_ps(const struct memq *q)
{
	return UINT64_C(1000000000000) / max(q->host->hz, 1u);
}

static u8 size_code(u8 size)
{
	return size == 4 ? 2 : size == 2 ? 1 : 0;
}

/* the longest run from byte @off of @op on */
static void op_run(const struct memq_op *op, u32 off, struct memq_run *r)
{
	const u32 left = op->len - off;

	r->addr = op->flags & OP_FIXED ? op->addr : op->addr + off;
	r->is_inc = !(op->flags & OP_FIXED) || op->len == op->width;
	if (op->width)
		r->size = op->width;
	else if ((r->addr & 1) || left == 1)
		r->size = 1;
	else if ((r->addr & 2) || left < 4)
		r->size = 2;
	else
		r->size = 4;
	r->n = left / r->size;
	if (op->flags & OP_FIXED)
		return;
	if (r->size < 4 && !op->width)
		r->n = 1; /* head or tail: aligned from then on */
	r->n = min(r->n, (TAR_BLOCK - (r->addr & (TAR_BLOCK - 1))) / r->size);
}

enum { NEED_COLLECT = BIT(0), NEED_CSW = BIT(1), NEED_TAR = BIT(2) };

static u32 run_csw(const struct memq *q, const struct memq_run *r)
{
	return q->csw_base | size_code(r->size) | (r->is_inc ? CSW_ADDRINC_ONE : 0);
}

/* which accesses must come before @r when the AP is as @ap says */
static unsigned int run_needs(const struct memq *q, const struct memq_ap *ap,
			      const struct memq_run *r, bool is_read)
{
	unsigned int needs = 0;

	if (!ap->is_csw_known || ap->csw != run_csw(q, r))
		needs |= NEED_CSW;
	if (!ap->is_tar_known || ap->tar != r->addr)
		needs |= NEED_TAR;
	if (ap->is_read_pending && (needs || !is_read))
		needs |= NEED_COLLECT;
	return needs;
}

/* the AP after @n accesses of @r */
static void run_passed(const struct memq *q, struct memq_ap *ap, const struct memq_run *r, u32 n,
		       bool is_read)
{
	ap->csw = run_csw(q, r);
	ap->tar = r->is_inc ? r->addr + n * r->size : r->addr;
	ap->is_csw_known = true;
	ap->is_tar_known = !r->is_inc || (ap->tar & (TAR_BLOCK - 1));
	ap->is_read_pending = is_read;
}

u64 memq_op_cycles(struct memq *q, const struct memq_op *op)
{
	const bool is_read = op->flags & OP_READ;
	u64 cycles = 0;

	for (u32 off = 0; off < op->len;) {
		struct memq_run r;
		unsigned int needs;

		op_run(op, off, &r);
		needs = run_needs(q, &q->plan, &r, is_read);
		cycles += (needs & NEED_COLLECT ? 46 : 0) +
			  (needs & NEED_CSW ? 46 + WRITE_IDLE : 0) +
			  (needs & NEED_TAR ? 46 + WRITE_IDLE : 0) +
			  (u64)r.n * (is_read ? 46 : 46 + WRITE_IDLE);
		run_passed(q, &q->plan, &r, r.n, is_read);
		off += r.n * r.size;
	}
	return cycles;
}

static void put(struct memq_batch *b, struct swd_xfer x, struct memq_slot s)
{
	b->x[b->n] = x;
	b->slot[b->n++] = s;
	b->cycles += swd_xfer_cycles(&x);
}

static void put_collect(struct memq *q, struct memq_batch *b)
{
	put(b, swd_rd(REQ_RDBUFF_R), (struct memq_slot){ .kind = SLOT_RDBUFF });
	q->enc.is_read_pending = false;
}

static void put_aux_write(struct memq *q, struct memq_batch *b, u8 req, u32 data, u8 kind)
{
	put(b, (struct swd_xfer){ .req = req, .data = data, .idle = q->write_idle },
	    (struct memq_slot){ .kind = kind });
}

/* the value that goes out for @size bytes at @off, in its byte lanes (ADIv5, C2.2.6) */
static u32 op_data(const struct memq_op *op, u32 off, u32 addr, u8 size)
{
	const u8 *p = op->u.wr + off;
	const u32 lane = 8 * (addr & 3);

	if (op->flags & OP_IMM)
		return op->u.imm << lane;
	if (size == 4)
		return get_le32(p);
	return (size == 2 ? get_le16(p) : (u32)*p) << lane;
}

static void put_run(struct memq *q, struct memq_batch *b, const struct memq_op *op,
		    const struct memq_run *r, u32 n)
{
	const bool is_read = op->flags & OP_READ;
	struct swd_xfer x = { .req = is_read ? REQ_DRW_R : REQ_DRW_W,
			      .idle = is_read ? q->read_idle : q->write_idle };
	struct memq_slot s = { .op = (u32)q->next.op,
			       .off = q->next.off,
			       .kind = SLOT_DRW,
			       .size = r->size,
			       .is_read = is_read };

	for (u32 i = 0; i < n; i++, s.off += r->size) {
		if (!is_read)
			x.data = op_data(op, s.off, r->addr, r->size);
		b->x[b->n] = x;
		b->slot[b->n++] = s;
	}
	b->cycles += n * swd_xfer_cycles(&x);
}

static bool batch_has_room(const struct memq *q, const struct memq_batch *b, u64 max_cycles)
{
	return b->n + ROOM_BEFORE + 1 + ROOM_END <= q->batch_max && b->cycles < max_cycles;
}

static bool is_plain_read(const struct memq_op *op)
{
	return (op->flags & OP_READ) && !(op->flags & (OP_NATIVE | OP_ONCE));
}

static void note_read(struct memq *q, const struct memq_op *op)
{
	const u64 end = (u64)op->addr + op->len;

	if (q->reads_op <= q->done) {
		q->reads_lo = op->addr;
		q->reads_hi = end;
	} else {
		q->reads_lo = min(q->reads_lo, (u64)op->addr);
		q->reads_hi = max(q->reads_hi, end);
	}
	q->reads_op = q->next.op + 1;
}

bool memq_must_wait(const struct memq *q)
{
	const struct memq_op *op;

	if (q->next.op == q->tail || q->reads_op <= q->done)
		return false;
	op = memq_op(q, q->next.op);
	if (op->flags & (OP_READ | OP_DELAY | OP_BURST))
		return false;
	return op->addr < q->reads_hi &&
	       (u64)op->addr + (op->flags & OP_FIXED ? op->width : op->len) > q->reads_lo;
}

/* false when the batch is full */
static bool encode_access(struct memq *q, struct memq_batch *b, struct memq_op *op, u64 max_cycles)
{
	const bool is_read = op->flags & OP_READ;

	if (op->flags & OP_SKIP)
		q->next.off = op->len;
	while (q->next.off < op->len) {
		struct memq_run r;
		unsigned int needs;
		u64 n, left;

		if (!batch_has_room(q, b, max_cycles))
			return false;
		op_run(op, q->next.off, &r);
		needs = run_needs(q, &q->enc, &r, is_read);
		if (needs & NEED_COLLECT)
			put_collect(q, b);
		if (needs & NEED_CSW)
			put_aux_write(q, b, REQ_CSW_W, run_csw(q, &r), SLOT_CSW);
		if (needs & NEED_TAR)
			put_aux_write(q, b, REQ_TAR_W, r.addr, SLOT_TAR);
		n = min((u64)r.n, (u64)(q->batch_max - ROOM_END - b->n));
		left = b->cycles < max_cycles ? max_cycles - b->cycles : 0;
		n = min(n, left / 46 + 1);
		put_run(q, b, op, &r, (u32)n);
		run_passed(q, &q->enc, &r, (u32)n, is_read);
		q->next.off += (u32)n * r.size;
	}
	return true;
}

/* false when it must be slept, or does not fit any more */
static bool encode_delay(struct memq *q, struct memq_batch *b, const struct memq_op *op,
			 u64 max_cycles)
{
	u64 cycles;

	if (op->u.delay_ns > q->idle_limit_ns)
		return false;
	cycles = DIV_ROUND_UP(op->u.delay_ns * 1000, memq_period_ps(q));
	if (b->n && b->cycles + cycles > 2 * max_cycles)
		return false;
	/* a frame to hang the idle cycles on; with nothing before it in the batch it drops nothing */
	if (!b->n)
		put(b, swd_rd(REQ_CTRLSTAT_R), (struct memq_slot){ .kind = SLOT_STAT });
	b->x[b->n - 1].idle += (u32)cycles;
	b->cycles += cycles;
	q->ctx->stats.pace_ps += cycles * memq_period_ps(q);
	return true;
}

/* false when the burst must wait for the next batch; else makes room for all of it in this one */
static bool encode_burst(struct memq *q, struct memq_batch *b, const struct memq_op *op,
			 u64 *max_cycles)
{
	const u64 n = b->n + op->u.burst.n + ROOM_BEFORE + ROOM_END + 1;

	if (b->n && (n > q->batch_max || b->cycles + op->u.burst.cycles > *max_cycles))
		return false;
	if (!b->n && !q->n_in_flight) {
		put(b, swd_rd(REQ_CTRLSTAT_R), (struct memq_slot){ .kind = SLOT_STAT });
		b->x[0].idle += (u32)(BURST_LEAD_NS * 1000 / memq_period_ps(q));
		b->cycles += b->x[0].idle;
	}
	*max_cycles = max(*max_cycles, b->cycles + op->u.burst.cycles);
	return true;
}

void memq_encode(struct memq *q, struct memq_batch *b)
{
	u64 max_cycles = max(BATCH_NS * 1000 / memq_period_ps(q), (u64)BATCH_CYCLES_MIN);
	bool has_ap = false;

	if (q->ap_writes != q->dap->ap_writes) {
		q->enc = (struct memq_ap){ 0 };
		q->ap_writes = q->dap->ap_writes;
	}
	b->n = 0;
	b->cycles = 0;
	b->from = q->next;
	b->start = q->enc;
	b->is_short = false;
	if (!q->dap->is_select_known || q->dap->select != q->select) {
		put_aux_write(q, b, REQ_SELECT_W, q->select, SLOT_SELECT);
		q->dap->select = q->select;
		q->dap->is_select_known = true;
		has_ap = true;
	}
	while (q->next.op < q->tail) {
		struct memq_op *op = memq_op(q, q->next.op);

		if (op->flags & OP_BURST) {
			if (!encode_burst(q, b, op, &max_cycles))
				break;
		} else if (op->flags & OP_DELAY) {
			if (!encode_delay(q, b, op, max_cycles))
				break;
		} else {
			if (memq_must_wait(q))
				break;
			if (is_plain_read(op))
				note_read(q, op);
			has_ap = true;
			if (!encode_access(q, b, op, max_cycles))
				break;
		}
		q->next.op++;
		q->next.off = 0;
	}
	/* nothing, where all that was left is not to be done again (OP_SKIP) */
	if (has_ap && b->n) {
		/* the frame after a write is decided 8 cycles on: let the bus finish */
		if (!swd_req_is_read(b->x[b->n - 1].req) && b->x[b->n - 1].idle < END_IDLE) {
			b->cycles += END_IDLE - b->x[b->n - 1].idle;
			b->x[b->n - 1].idle = END_IDLE;
		}
		put_collect(q, b);
		put(b, swd_rd(REQ_CTRLSTAT_R), (struct memq_slot){ .kind = SLOT_STAT });
	}
	b->to = q->next;
}
