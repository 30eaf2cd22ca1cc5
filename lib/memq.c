// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * memq: operations in, SWD batches out, replies back to the operations.
 *
 * An operation is kept as it was queued until its replies are in. The encoder turns operations into
 * batches as room on the wire appears, so that millions of accesses cost no memory, and any place
 * in the stream can be encoded again after an error:
 *
 *	done		    next		    tail
 *	  |	in flight     |	   not encoded yet    |
 *	--+-------------------+-----------------------+-->  operations
 */
#include "lib/memq-priv.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* the least that an adapter must take in a batch */
#define MIN_XFERS 32u

/* batches from one refused access to the next, and delays that could be clocked meanwhile */
#define BATCHES_A_GAP 16u
#define DELAYS_A_GAP  4u
#define MIN_BATCH     128u

/* batches on the wire at a time where accesses have been refused: all behind one are sent again */
#define NOISY_FLIGHT 4u

/* a WAIT costs what some thousand accesses cost */
#define WAIT_GAP 4096u

/* longer delays are slept; on a noisy wire shorter ones too, as nothing can go wrong meanwhile */
#define IDLE_LIMIT_NS	  (20 * MSEC_NS)
#define IDLE_LIMIT_MIN_NS (500 * USEC_NS)

/* ---- queuing ---- */

static bool ops_grow(struct memq *q)
{
	const u64 n = q->n_ops ? 2 * q->n_ops : 256;
	struct memq_op *ops = calloc(n, sizeof(*ops));

	if (!ops)
		return false;
	for (u64 i = q->done; i < q->tail; i++)
		ops[i & (n - 1)] = *memq_op(q, i);
	free(q->ops);
	q->ops = ops;
	q->n_ops = n;
	return true;
}

static void queue_op(struct memq *q, const struct memq_op *op)
{
	if (op->flags & OP_DELAY)
		q->cursor_ps += op->u.delay_ns * 1000;
	else
		q->cursor_ps += memq_op_cycles(q, op) * memq_period_ps(q);
	if (q->error)
		return;
	if (q->tail - q->done == q->n_ops && !ops_grow(q)) {
		err_set(&q->ctx->err, -ENOMEM, "queue less between two flushes",
			"out of memory for %" PRIu64 " queued operations", q->tail - q->done);
		memq_latch(q, -ENOMEM);
		return;
	}
	*memq_op(q, q->tail++) = *op;
}

static void queue_access(struct memq *q, const struct memq_op *op)
{
	const u32 mask = op->width ? op->width - 1u : 0;

	if ((op->addr & mask) || (op->len & mask) ||
	    (!(op->flags & OP_FIXED) && op->len && op->addr + (op->len - 1) < op->addr)) {
		err_set(&q->ctx->err, -EINVAL, NULL,
			"%s of %u bytes at 0x%08x: not aligned to %u, or past the address space",
			op->flags & OP_READ ? "read" : "write", op->len, op->addr, op->width);
		memq_latch(q, -EINVAL);
		return;
	}
	if (!q->has_small && (op->width ? op->width < 4 : ((op->addr | op->len) & 3))) {
		err_set(&q->ctx->err, -EOPNOTSUPP, NULL,
			"access of less than 32 bits at 0x%08x: AP %u can't do it", op->addr,
			q->ap);
		memq_latch(q, -EOPNOTSUPP);
		return;
	}
	if (op->state)
		*op->state = MEMQ_PENDING;
	if (op->len)
		queue_op(q, op);
	else if (op->state)
		*op->state = MEMQ_VALID;
}

/* byte strings may be longer than an operation's length field */
static void queue_bytes(struct memq *q, struct memq_op op, size_t len)
{
	const u8 *p = op.u.wr;

	if (len > UINT32_MAX) {
		err_set(&q->ctx->err, -EINVAL, NULL, "%zu bytes at 0x%08x do not fit", len,
			op.addr);
		memq_latch(q, -EINVAL);
		return;
	}
	op.len = (u32)len;
	op.u.wr = p;
	queue_access(q, &op);
}

static void queue_write_reg(struct memq *q, u32 addr, u8 width, u32 val)
{
	queue_access(q, &(struct memq_op){ .flags = OP_ONCE | OP_IMM,
					   .width = width,
					   .addr = addr,
					   .len = width,
					   .u.imm = val });
}

static void queue_read_reg(struct memq *q, u32 addr, u8 width, void *val)
{
	queue_access(q, &(struct memq_op){ .flags = OP_READ | OP_NATIVE,
					   .width = width,
					   .addr = addr,
					   .len = width,
					   .u.rd = val });
}

/**
 * memq_write32() - write a register, exactly once
 * @q: the queue
 * @addr: multiple of 4
 * @val: value
 */
void memq_write32(struct memq *q, u32 addr, u32 val)
{
	queue_write_reg(q, addr, 4, val);
}

/**
 * memq_write16() - write a register with a 16 bit access, exactly once
 * @q: the queue
 * @addr: multiple of 2
 * @val: value
 */
void memq_write16(struct memq *q, u32 addr, u16 val)
{
	queue_write_reg(q, addr, 2, val);
}

/**
 * memq_write8() - write a register with an 8 bit access, exactly once
 * @q: the queue
 * @addr: address
 * @val: value
 */
void memq_write8(struct memq *q, u32 addr, u8 val)
{
	queue_write_reg(q, addr, 1, val);
}

/**
 * memq_read32() - read a register whose reading changes nothing
 * @q: the queue
 * @addr: multiple of 4
 * @val: out, valid after the flush
 */
void memq_read32(struct memq *q, u32 addr, u32 *val)
{
	queue_read_reg(q, addr, 4, val);
}

/**
 * memq_read16() - read a register with a 16 bit access
 * @q: the queue
 * @addr: multiple of 2
 * @val: out, valid after the flush
 */
void memq_read16(struct memq *q, u32 addr, u16 *val)
{
	queue_read_reg(q, addr, 2, val);
}

/**
 * memq_read8() - read a register with an 8 bit access
 * @q: the queue
 * @addr: address
 * @val: out, valid after the flush
 */
void memq_read8(struct memq *q, u32 addr, u8 *val)
{
	queue_read_reg(q, addr, 1, val);
}

/**
 * memq_sample32() - read that means something only at its place in the stream; never repeated
 * @q: the queue
 * @addr: multiple of 4
 * @val: out
 * @state: out: whether *val is valid
 */
void memq_sample32(struct memq *q, u32 addr, u32 *val, enum memq_sample *state)
{
	queue_access(q, &(struct memq_op){ .flags = OP_READ | OP_NATIVE | OP_ONCE,
					   .width = 4,
					   .addr = addr,
					   .len = 4,
					   .u.rd = val,
					   .state = state });
}

/**
 * memq_write() - write plain memory; after an error some of it may be written twice
 * @q: the queue
 * @addr: any
 * @buf: bytes, alive until the flush
 * @len: any
 */
void memq_write(struct memq *q, u32 addr, const void *buf, size_t len)
{
	queue_bytes(q, (struct memq_op){ .addr = addr, .u.wr = buf }, len);
}

/**
 * memq_read() - read plain memory
 * @q: the queue
 * @addr: any
 * @buf: out, alive until the flush
 * @len: any
 */
void memq_read(struct memq *q, u32 addr, void *buf, size_t len)
{
	queue_bytes(q, (struct memq_op){ .flags = OP_READ, .addr = addr, .u.rd = buf }, len);
}

/**
 * memq_write_once() - write words to rising addresses, each exactly once
 * @q: the queue
 * @addr: multiple of 4
 * @buf: bytes, alive until the flush
 * @len: multiple of 4
 */
void memq_write_once(struct memq *q, u32 addr, const void *buf, size_t len)
{
	queue_bytes(q, (struct memq_op){ .flags = OP_ONCE, .width = 4, .addr = addr, .u.wr = buf },
		    len);
}

/**
 * memq_write_fifo() - write to one address again and again, each access exactly once
 * @q: the queue
 * @addr: multiple of @width
 * @width: 1 or 4 bytes an access
 * @buf: bytes, alive until the flush
 * @len: multiple of @width
 */
void memq_write_fifo(struct memq *q, u32 addr, u8 width, const void *buf, size_t len)
{
	queue_bytes(
		q,
		(struct memq_op){
			.flags = OP_ONCE | OP_FIXED, .width = width, .addr = addr, .u.wr = buf },
		len);
}

/**
 * memq_read_fifo() - read one address again and again, each access exactly once
 * @q: the queue
 * @addr: multiple of @width
 * @width: 1 or 4 bytes an access
 * @buf: out, alive until the flush
 * @len: multiple of @width
 * @state: out: MEMQ_LOST when a reply is missing: the transfer must be restarted as a whole
 */
void memq_read_fifo(struct memq *q, u32 addr, u8 width, void *buf, size_t len,
		    enum memq_sample *state)
{
	queue_bytes(q,
		    (struct memq_op){ .flags = OP_READ | OP_ONCE | OP_FIXED,
				      .width = width,
				      .addr = addr,
				      .u.rd = buf,
				      .state = state },
		    len);
}

/**
 * memq_delay_ns() - see lib/memq.h
 */
void memq_delay_ns(struct memq *q, u64 ns)
{
	if (ns)
		queue_op(q, &(struct memq_op){ .flags = OP_DELAY, .u.delay_ns = ns });
}

/**
 * memq_burst() - see lib/memq.h
 */
void memq_burst(struct memq *q, unsigned int n, u64 ns)
{
	const u64 cycles = min(ns * 1000 / memq_period_ps(q), (u64)UINT32_MAX);

	queue_op(q, &(struct memq_op){ .flags = OP_BURST, .u.burst = { n, (u32)cycles } });
}

/**
 * memq_burst_max() - see lib/memq.h
 */
unsigned int memq_burst_max(const struct memq *q)
{
	return min(q->host->burst_xfers, q->host->max_xfers);
}

/**
 * memq_write_cycles() - see lib/memq.h
 */
unsigned int memq_write_cycles(const struct memq *q)
{
	return 46 + q->write_idle;
}

/**
 * memq_cursor_ns() - see lib/memq.h
 */
u64 memq_cursor_ns(const struct memq *q)
{
	return q->cursor_ps / 1000;
}

/**
 * memq_mark() - a ticket for all that was queued so far
 * @q: the queue
 */
u64 memq_mark(const struct memq *q)
{
	return q->tail;
}

/**
 * memq_done() - everything queued before this mark has happened, its results are valid
 * @q: the queue
 */
u64 memq_done(const struct memq *q)
{
	return q->done;
}

/**
 * memq_ctx() - the session it belongs to
 * @q: the queue
 */
struct ctx *memq_ctx(const struct memq *q)
{
	return q->ctx;
}

/**
 * memq_set_fault_hook() - see lib/memq.h
 */
void memq_set_fault_hook(struct memq *q, int (*fn)(void *arg, u32 addr), void *arg)
{
	q->fault_hook = fn;
	q->fault_arg = arg;
}

/* ---- replies ---- */

u32 memq_slot_addr(const struct memq *q, const struct memq_slot *s)
{
	const struct memq_op *op = memq_op(q, memq_op_nr(q, s->op));

	return op->flags & OP_FIXED ? op->addr : op->addr + s->off;
}

void memq_deliver(struct memq *q, const struct memq_slot *s, u32 data)
{
	struct memq_op *op = memq_op(q, memq_op_nr(q, s->op));
	const u32 addr = op->flags & OP_FIXED ? op->addr : op->addr + s->off;
	u8 *p = (u8 *)op->u.rd + s->off;

	data >>= 8 * (addr & 3);
	if (op->flags & OP_NATIVE) {
		if (s->size == 4)
			*(u32 *)op->u.rd = data;
		else if (s->size == 2)
			*(u16 *)op->u.rd = (u16)data;
		else
			*(u8 *)op->u.rd = (u8)data;
	} else if (s->size == 4) {
		put_le32(p, data);
	} else if (s->size == 2) {
		put_le16(p, (u16)data);
	} else {
		*p = (u8)data;
	}
	if (op->state && s->off + s->size == op->len && !(op->flags & OP_LOST))
		*op->state = MEMQ_VALID;
}

static bool batch_is_clean(const struct memq_batch *b)
{
	if (b->is_short)
		return false;
	for (size_t i = 0; i < b->n; i++)
		if (b->x[i].ack != SWD_ACK_OK ||
		    (b->x[i].bad_parity && swd_req_is_read(b->x[i].req)))
			return false;
	return is_ctrlstat(b->x[b->n - 1].data) && !(b->x[b->n - 1].data & CS_STICKY);
}

static void batch_deliver(struct memq *q, const struct memq_batch *b)
{
	const struct memq_slot *pending = NULL;

	for (size_t i = 0; i < b->n; i++) {
		const struct memq_slot *s = &b->slot[i];

		if (s->kind != SLOT_RDBUFF && (s->kind != SLOT_DRW || !s->is_read))
			continue;
		if (pending)
			memq_deliver(q, pending, b->x[i].data);
		pending = s->kind == SLOT_DRW ? s : NULL;
	}
}

/*
 * A refused access costs what is queued behind it, up to max_in_flight batches. A batch that is a
 * small part of the way from error to error keeps that cheap; below MIN_BATCH the USB round trip
 * would not be covered any more.
 */
void memq_size_batches(struct memq *q)
{
	const u64 n = max(q->refusal_gap / 46 / BATCHES_A_GAP, (u64)MIN_BATCH);
	const u64 idle_ns = q->refusal_gap / DELAYS_A_GAP * memq_period_ps(q) / 1000;

	q->batch_max = (size_t)min(n, (u64)q->host->max_xfers);
	q->idle_limit_ns = min(max(idle_ns, (u64)IDLE_LIMIT_MIN_NS), (u64)IDLE_LIMIT_NS);
}

/* no error: longer batches; WAITs have not come for long: try with less idle again */
static void calm_down(struct memq *q, const struct memq_batch *b)
{
	q->since_refusal += b->cycles;
	if (q->since_refusal > q->refusal_gap &&
	    (q->batch_max < q->host->max_xfers || q->idle_limit_ns < IDLE_LIMIT_NS)) {
		q->refusal_gap = q->since_refusal;
		memq_size_batches(q);
	}
	q->calm += b->n;
	if (q->calm < q->calm_needed || (q->write_idle == WRITE_IDLE && !q->read_idle))
		return;
	q->calm = 0;
	q->wait_gap = WAIT_GAP;
	q->calm_needed *= 2;
	q->write_idle = max((u32)WRITE_IDLE, q->write_idle / 2);
	q->read_idle = q->read_idle > 2 ? q->read_idle / 2 : 0;
}

int memq_pop(struct memq *q, struct memq_batch **out)
{
	struct memq_batch *b = &q->batches[q->first];
	const bool had_error = q->ctx->err.code;
	int ret;

	q->first = (q->first + 1) % q->host->max_in_flight;
	q->n_in_flight--;
	*out = b;
	ret = q->host->ops->reap(q->host, &b->wire);
	if (!ret) {
		b->wire.n_answered = b->n;
	} else if (ret == -ETIMEDOUT || ret == -EPROTO) {
		b->is_short = true;
		b->wire.n_answered = min(b->wire.n_answered, b->n);
		if (!had_error)
			err_clear(&q->ctx->err);
		log_dbg(&q->ctx->log, "USB reply short: %zu of %zu accesses answered",
			b->wire.n_answered, b->n);
		ret = 0;
	} else {
		q->dap->gone = ret;
		err_set(&q->ctx->err, ret,
			"plug the adapter in again; run the job again: it finishes it",
			"the adapter is gone (%s)", strerror(-ret));
	}
	return ret;
}

int memq_latch(struct memq *q, int code)
{
	struct memq_batch *b;

	if (!q->error) {
		q->error = code;
		q->was_bus_fault = q->is_fault;
	}
	q->is_fault = false;
	while (q->n_in_flight)
		(void)memq_pop(q, &b);
	/* what was not done is dropped; marks taken so far stay comparable */
	q->next = (struct memq_pos){ .op = q->tail };
	q->enc = (struct memq_ap){ 0 };
	q->plan = (struct memq_ap){ 0 };
	q->reads_op = 0;
	return code;
}

static int reap_one(struct memq *q)
{
	struct memq_batch *b;
	int ret;

	ret = memq_pop(q, &b);
	if (ret)
		return memq_latch(q, ret);
	if (!batch_is_clean(b)) {
		ret = memq_recover(q, b);
		return ret ? memq_latch(q, ret) : 0;
	}
	batch_deliver(q, b);
	memq_note_passed(q, b->to);
	calm_down(q, b);
	q->done = b->to.op;
	q->n_stuck = 0;
	return 0;
}

/* ---- moving ---- */

static int send_one(struct memq *q)
{
	const unsigned int at = (q->first + q->n_in_flight) % q->host->max_in_flight;
	struct memq_batch *b = &q->batches[at];
	int ret;

	memq_encode(q, b);
	if (!b->n)
		return 0;
	b->wire = (struct swd_batch){ .x = b->x, .n = b->n };
	ret = q->host->ops->submit(q->host, &b->wire);
	if (ret) {
		q->dap->gone = ret;
		err_set(&q->ctx->err, ret,
			"plug the adapter in again; run the job again: it finishes it",
			"the adapter takes no more data (%s)", strerror(-ret));
		return memq_latch(q, ret);
	}
	q->n_in_flight++;
	return 0;
}

/* a quiet wire is kept busy however slow the computer is; on a noisy one less is in flight */
static unsigned int flight_max(const struct memq *q)
{
	if (q->batch_max == q->host->max_xfers)
		return q->host->max_in_flight;
	return min(q->host->max_in_flight, NOISY_FLIGHT);
}

/* the next thing is a delay that is slept */
static bool is_at_sleep(const struct memq *q)
{
	const struct memq_op *op;

	if (q->next.op == q->tail)
		return false;
	op = memq_op(q, q->next.op);
	return (op->flags & OP_DELAY) && op->u.delay_ns > q->idle_limit_ns;
}

/* one step; waits only if the wire is full or @may_wait. *idle: nothing was left to do */
static int step(struct memq *q, bool may_wait, bool *idle)
{
	*idle = false;
	if (q->error)
		return q->error;
	if (q->dap->gone && q->next.op < q->tail)
		return memq_latch(q, dap_err_gone(q->dap));
	if (q->next.op < q->tail && !is_at_sleep(q)) {
		if (q->n_in_flight >= flight_max(q) || (q->n_in_flight && memq_must_wait(q)))
			return reap_one(q);
		return send_one(q);
	}
	if (!may_wait) {
		*idle = true;
		return 0;
	}
	if (q->n_in_flight)
		return reap_one(q);
	if (q->next.op < q->tail) {
		clock_sleep_ns(q->ctx->clk, memq_op(q, q->next.op)->u.delay_ns);
		q->next.op++;
		q->done = q->next.op;
		return 0;
	}
	q->done = q->next.op; /* with what was skipped at the end: no reply comes for that */
	*idle = true;
	return 0;
}

/**
 * memq_submit() - send what is queued without waiting for it
 * @q: the queue
 *
 * A delay that must be slept, and what comes after it, stays queued until somebody waits.
 * Return: 0 or the latched error.
 */
int memq_submit(struct memq *q)
{
	bool idle = false;
	int ret = 0;

	while (!ret && !idle)
		ret = step(q, false, &idle);
	return ret;
}

/**
 * memq_wait() - send all, collect replies until memq_done() has reached @mark
 * @q: the queue
 * @mark: from memq_mark()
 *
 * Return: 0, or the latched error.
 */
int memq_wait(struct memq *q, u64 mark)
{
	bool idle = false;
	int ret = 0;

	while (!ret && q->done < mark && !idle)
		ret = step(q, true, &idle);
	return ret;
}

static int take_error(struct memq *q)
{
	const int ret = q->error;

	q->done = q->tail;
	q->error = 0;
	return ret;
}

/**
 * memq_flush() - submit, wait for everything; the queue is empty afterwards
 * @q: the queue
 *
 * Return: 0, or the first latched error (cleared by this call), with ctx->err set.
 */
int memq_flush(struct memq *q)
{
	bool idle = false;
	int ret = 0;

	while (!ret && !idle)
		ret = step(q, true, &idle);
	return take_error(q);
}

/**
 * memq_was_bus_fault() - was the error that was last reported a bus fault?
 * @q: the queue
 *
 * Then the link is fine, and nobody lives at that address. Probing must not take another error for it.
 */
bool memq_was_bus_fault(const struct memq *q)
{
	return q->was_bus_fault;
}

/**
 * memq_quiet_ns() - see lib/memq.h
 */
u64 memq_quiet_ns(const struct memq *q)
{
	return q->refusal_gap * memq_period_ps(q) / 1000;
}

/**
 * memq_is_lost() - see lib/memq.h
 */
bool memq_is_lost(const struct memq *q)
{
	return q->dap->gone;
}

/**
 * memq_forget_errors() - batches as long, and idle as short, as with a wire that nothing is known of
 * @q: the queue, nothing in flight
 */
void memq_forget_errors(struct memq *q)
{
	q->write_idle = WRITE_IDLE;
	q->read_idle = 0;
	q->calm = CALM_ACCESSES;
	q->calm_needed = CALM_ACCESSES;
	q->wait_gap = WAIT_GAP;
	q->refusal_gap = (u64)q->host->max_xfers * 46 * BATCHES_A_GAP;
	q->since_refusal = 0;
	q->n_stuck = 0;
	memq_size_batches(q);
}

/**
 * memq_discard() - drop what has not been sent, wait for what has
 * @q: the queue
 *
 * A latched error is forgotten (ctx->err is not).
 */
void memq_discard(struct memq *q)
{
	bool idle = false;
	int ret = 0;

	if (!q->error && q->next.op < q->tail) {
		/* an operation may be sent in part: that part stays */
		if (q->next.off) {
			memq_op(q, q->next.op)->len = q->next.off;
			q->next = (struct memq_pos){ .op = q->next.op + 1 };
		}
		q->tail = q->next.op;
	}
	q->plan = (struct memq_ap){ 0 };
	while (!ret && !idle)
		ret = step(q, true, &idle);
	(void)take_error(q);
}

/* ---- life ---- */

static u32 csw_base(u32 idr, u32 csw)
{
	u32 base = (csw & CSW_PROT) | CSW_HPROT_DATA | CSW_HPROT_PRIV;

	switch (FIELD_GET(IDR_TYPE, idr)) {
	case IDR_TYPE_AHB3:
		/* bit 30 is reserved-one on M3/M4 and HNONSEC on later APs; bit 29: debug master */
		base |= CSW_MASTERTYPE | CSW_HNONSEC;
		/* variant 0: Cortex-M7, whose D-cache needs cacheable accesses to stay coherent */
		if (!FIELD_GET(IDR_VARIANT, idr) && idr >> 28 >= 7)
			base |= CSW_HPROT_CACHE;
		break;
	case IDR_TYPE_AHB5:
	case IDR_TYPE_AHB5_EXT:
		base |= CSW_HNONSEC | CSW_HPROT_CACHE;
		break;
	default:
		base = csw & CSW_PROT;
	}
	return base;
}

static int probe_csw(struct memq *q)
{
	const u32 idr = q->dap->info.ap[q->ap].idr;
	u32 csw;
	int ret;

	ret = dap_read(q->dap, true, q->ap, AP_CSW, &csw);
	if (ret)
		return ret;
	if (!(csw & CSW_DEVICEEN))
		return err_set(&q->ctx->err, -ENXIO,
			       "if read-out protection level 2 was ever set, the part can't be "
			       "opened again; else try with nRST wired",
			       "AP %u refuses memory accesses (CSW.DEVICEEN is 0, CSW 0x%08x): "
			       "debug is disabled, RDP level 2 is suspected",
			       q->ap, csw);
	q->csw_base = csw_base(idr, csw);
	/* an AP that can't do bytes reads another size back (ADIv5, C2.6.4) */
	ret = dap_write(q->dap, true, q->ap, AP_CSW, q->csw_base);
	if (!ret)
		ret = dap_read(q->dap, true, q->ap, AP_CSW, &csw);
	if (ret)
		return ret;
	q->has_small = !(csw & CSW_SIZE);
	q->csw_seen = csw;
	log_dbg(&q->ctx->log, "AP %u: CSW 0x%08x%s", q->ap, q->csw_base,
		q->has_small ? "" : ", 32 bit accesses only");
	return 0;
}

/**
 * memq_new() - the queue on MEM-AP @ap
 * @dap: connected
 * @ap: number of the AP; only one queue on a DAP at a time
 *
 * Return: NULL with ctx->err set when the AP refuses memory accesses, or out of memory.
 */
struct memq *memq_new(struct dap *dap, u8 ap)
{
	struct swd_host *h = dap->host;
	struct memq *q;

	if (ap >= ARRAY_SIZE(dap->info.ap) || !dap->info.ap[ap].is_mem ||
	    h->max_xfers < MIN_XFERS || h->max_in_flight < 2) {
		err_set(&dap->ctx->err, -EINVAL, NULL, "AP %u is no MEM-AP", ap);
		return NULL;
	}
	q = calloc(1, sizeof(*q));
	if (!q)
		goto out_nomem;
	*q = (struct memq){ .dap = dap,
			    .ctx = dap->ctx,
			    .host = h,
			    .ap = ap,
			    .select = (u32)ap << 24,
			    .ap_writes = dap->ap_writes };
	memq_forget_errors(q);
	if (!ops_grow(q))
		goto out_free;
	q->batches = calloc(h->max_in_flight, sizeof(*q->batches));
	if (!q->batches)
		goto out_free;
	for (unsigned int i = 0; i < h->max_in_flight; i++) {
		q->batches[i].x = calloc(h->max_xfers, sizeof(*q->batches[i].x));
		q->batches[i].slot = calloc(h->max_xfers, sizeof(*q->batches[i].slot));
		if (!q->batches[i].x || !q->batches[i].slot)
			goto out_free;
	}
	if (probe_csw(q)) {
		memq_free(q);
		return NULL;
	}
	return q;

out_free:
	memq_free(q);
out_nomem:
	err_set(&dap->ctx->err, -ENOMEM, NULL, "out of memory for the queue of AP %u", ap);
	return NULL;
}

/**
 * memq_is_word_only() - does the AP refuse 8 and 16-bit accesses?
 * @q: the queue
 */
bool memq_is_word_only(const struct memq *q)
{
	return !q->has_small;
}

/**
 * memq_free() - wait for what is on the wire, drop the rest
 * @q: may be NULL
 */
void memq_free(struct memq *q)
{
	struct memq_batch *b;

	if (!q)
		return;
	while (q->batches && q->n_in_flight)
		(void)memq_pop(q, &b);
	for (unsigned int i = 0; q->batches && i < q->host->max_in_flight; i++) {
		free(q->batches[i].x);
		free(q->batches[i].slot);
	}
	free(q->batches);
	free(q->ops);
	free(q);
}
