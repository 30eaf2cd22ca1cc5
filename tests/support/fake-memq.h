/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A memq without a wire, for tests of what lies above it: every access is recorded and handed to
 * the test's model at once, with the wire time at which it happens; the results reach the caller's
 * variables only when the queue says so. A header with code: the one test program that includes it
 * links it in place of lib/memq.c.
 */
#ifndef SWDROM_TESTS_SUPPORT_FAKE_MEMQ_H
#define SWDROM_TESTS_SUPPORT_FAKE_MEMQ_H

#include "lib/memq.h"

#include "lib/ctx.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum fake_kind { FAKE_WRITE, FAKE_READ, FAKE_SAMPLE, FAKE_ONCE, FAKE_DELAY, FAKE_SUBMIT };

struct fake_op {
	enum fake_kind kind;
	u32 addr, val;
	u64 ns; /* cursor after it; FAKE_DELAY: its length */
};

struct fake_result {
	u64 mark;
	void *to;
	size_t len;
	enum memq_sample *state;
	bool is_lost;
	u8 *bytes;
};

struct memq {
	struct ctx *ctx;
	u64 period_ps, cursor_ps;
	u64 mark, sent, done;
	struct fake_op *ops;
	size_t n_ops, room;
	struct fake_result *results;
	size_t n_results, results_room;
	u64 n_samples, lose_sample;  /* the n-th sample is lost; 0: none */
	u64 n_accesses, fail_access; /* the n-th access fails the wire; 0: none */
	bool fails_always;
	u64 quiet_ns; /* memq_quiet_ns(); 0: no noise */
	int latched;
	bool was_bus_fault; /* set it with latched for an error of the bus, not of the wire */
	/* the model behind it; NULL: reads give 0 */
	u32 (*on_read)(void *arg, u32 addr, u64 now_ns);
	void (*on_write)(void *arg, u32 addr, u32 val, u64 now_ns);
	void *arg;
};

static void *fake_grow(void *p, size_t n, size_t *room, size_t size)
{
	if (n < *room)
		return p;
	*room = *room ? *room * 2 : 256;
	p = realloc(p, *room * size);
	assert(p);
	return p;
}

static struct memq *fake_memq_new(struct ctx *ctx, u32 swclk_hz)
{
	struct memq *q = calloc(1, sizeof(*q));

	assert(q);
	q->ctx = ctx;
	q->period_ps = UINT64_C(1000000000000) / swclk_hz;
	return q;
}

static void fake_memq_free(struct memq *q)
{
	for (size_t i = 0; i < q->n_results; i++)
		free(q->results[i].bytes);
	free(q->results);
	free(q->ops);
	free(q);
}

static void fake_op(struct memq *q, enum fake_kind kind, u32 addr, u32 val, u64 ns)
{
	q->ops = fake_grow(q->ops, q->n_ops, &q->room, sizeof(*q->ops));
	q->ops[q->n_ops++] = (struct fake_op){ kind, addr, val, ns };
	q->mark++;
}

/* one access of @cycles SWCLK; false once the wire has failed */
static bool fake_access(struct memq *q, u32 cycles)
{
	q->cursor_ps += cycles * q->period_ps;
	if (q->fails_always || (q->fail_access && ++q->n_accesses == q->fail_access))
		q->latched = err_set(&q->ctx->err, -EIO, NULL, "the wire failed at access %llu",
				     (unsigned long long)q->n_accesses);
	return !q->latched;
}

static void fake_write(struct memq *q, enum fake_kind kind, u32 addr, u32 val)
{
	bool ok = fake_access(q, 48);

	fake_op(q, kind, addr, val, memq_cursor_ns(q));
	if (ok && q->on_write)
		q->on_write(q->arg, addr, val, memq_cursor_ns(q));
}

/* a read reaches the bus after its ACK, a write after its data */
static u32 fake_read_word(struct memq *q, enum fake_kind kind, u32 addr)
{
	u32 val = 0;
	bool ok = fake_access(q, 14);

	if (ok && q->on_read)
		val = q->on_read(q->arg, addr, memq_cursor_ns(q));
	q->cursor_ps += 32 * q->period_ps;
	fake_op(q, kind, addr, val, memq_cursor_ns(q));
	return val;
}

static void fake_result(struct memq *q, void *to, const void *bytes, size_t len,
			enum memq_sample *state, bool is_lost)
{
	struct fake_result *r;

	q->results = fake_grow(q->results, q->n_results, &q->results_room, sizeof(*q->results));
	r = &q->results[q->n_results++];
	*r = (struct fake_result){ q->mark, to, len, state, is_lost, malloc(len) };
	assert(r->bytes);
	memcpy(r->bytes, bytes, len);
	memset(to, 0xa5, len);
	if (state)
		*state = MEMQ_PENDING;
}

void memq_write32(struct memq *q, u32 addr, u32 val)
{
	fake_write(q, FAKE_WRITE, addr, val);
}

void memq_write_once(struct memq *q, u32 addr, const void *buf, size_t len)
{
	for (size_t i = 0; i < len; i += 4)
		fake_write(q, FAKE_ONCE, addr + (u32)i, get_le32((const u8 *)buf + i));
}

void memq_read32(struct memq *q, u32 addr, u32 *val)
{
	u32 v = fake_read_word(q, FAKE_READ, addr);

	fake_result(q, val, &v, sizeof(v), NULL, false);
}

void memq_sample32(struct memq *q, u32 addr, u32 *val, enum memq_sample *state)
{
	u32 v = fake_read_word(q, FAKE_SAMPLE, addr);

	fake_result(q, val, &v, sizeof(v), state, ++q->n_samples == q->lose_sample);
}

/* narrower registers: the model sees the word that holds them */
void memq_write16(struct memq *q, u32 addr, u16 val)
{
	fake_write(q, FAKE_WRITE, addr, val);
}

void memq_write8(struct memq *q, u32 addr, u8 val)
{
	fake_write(q, FAKE_WRITE, addr, val);
}

void memq_read16(struct memq *q, u32 addr, u16 *val)
{
	u16 v = (u16)(fake_read_word(q, FAKE_READ, addr & ~3u) >> 8 * (addr & 2));

	fake_result(q, val, &v, sizeof(v), NULL, false);
}

void memq_read8(struct memq *q, u32 addr, u8 *val)
{
	u8 v = (u8)(fake_read_word(q, FAKE_READ, addr & ~3u) >> 8 * (addr & 3));

	fake_result(q, val, &v, sizeof(v), NULL, false);
}

void memq_write(struct memq *q, u32 addr, const void *buf, size_t len)
{
	assert(!((addr | len) & 3));
	for (size_t i = 0; i < len; i += 4)
		fake_write(q, FAKE_WRITE, addr + (u32)i, get_le32((const u8 *)buf + i));
}

void memq_write_fifo(struct memq *q, u32 addr, u8 width, const void *buf, size_t len)
{
	for (size_t i = 0; i < len; i += width)
		fake_write(q, FAKE_ONCE, addr,
			   width == 4 ? get_le32((const u8 *)buf + i) : ((const u8 *)buf)[i]);
}

void memq_read_fifo(struct memq *q, u32 addr, u8 width, void *buf, size_t len,
		    enum memq_sample *state)
{
	u8 *bytes = malloc(len + 4);

	assert(bytes);
	for (size_t i = 0; i < len; i += width)
		put_le32(bytes + i, fake_read_word(q, FAKE_SAMPLE, addr));
	fake_result(q, buf, bytes, len, state, ++q->n_samples == q->lose_sample);
	free(bytes);
}

/* plain memory; the tests' requests are word-aligned */
void memq_read(struct memq *q, u32 addr, void *buf, size_t len)
{
	u8 *bytes = malloc(len + 4);

	assert(bytes && !(addr & 3));
	for (size_t i = 0; i < len; i += 4)
		put_le32(bytes + i, fake_read_word(q, FAKE_READ, addr + (u32)i));
	fake_result(q, buf, bytes, len, NULL, false);
	free(bytes);
}

void memq_delay_ns(struct memq *q, u64 ns)
{
	fake_op(q, FAKE_DELAY, 0, 0, ns);
	q->cursor_ps += ns * 1000;
}

void memq_burst(struct memq *q, unsigned int n, u64 ns)
{
	(void)q;
	(void)n;
	(void)ns;
}

unsigned int memq_burst_max(const struct memq *q)
{
	(void)q;
	return 0;
}

unsigned int memq_write_cycles(const struct memq *q)
{
	(void)q;
	return 48;
}

u64 memq_cursor_ns(const struct memq *q)
{
	return q->cursor_ps / 1000;
}

u64 memq_period_ps(const struct memq *q)
{
	return q->period_ps;
}

u64 memq_quiet_ns(const struct memq *q)
{
	return q->quiet_ns ? q->quiet_ns : SEC_NS;
}

u64 memq_mark(const struct memq *q)
{
	return q->mark;
}

u64 memq_done(const struct memq *q)
{
	return q->done;
}

struct ctx *memq_ctx(const struct memq *q)
{
	return q->ctx;
}

static void fake_deliver(struct memq *q, u64 mark)
{
	size_t n = 0;

	q->done = max(q->done, mark);
	for (; n < q->n_results && q->results[n].mark <= q->done; n++) {
		struct fake_result *r = &q->results[n];

		if (!r->is_lost)
			memcpy(r->to, r->bytes, r->len);
		if (r->state)
			*r->state = r->is_lost ? MEMQ_LOST : MEMQ_VALID;
		free(r->bytes);
	}
	if (n)
		memmove(q->results, q->results + n, (q->n_results - n) * sizeof(*q->results));
	q->n_results -= n;
}

/* one batch is left on the wire: its results come with the next */
int memq_submit(struct memq *q)
{
	if (q->latched)
		return q->latched;
	fake_deliver(q, q->sent);
	q->sent = q->mark;
	fake_op(q, FAKE_SUBMIT, 0, 0, 0);
	return 0;
}

int memq_wait(struct memq *q, u64 mark)
{
	if (q->latched)
		return q->latched;
	if (q->sent < mark)
		q->sent = q->mark;
	fake_deliver(q, mark);
	return 0;
}

int memq_flush(struct memq *q)
{
	int ret = q->latched;

	q->latched = 0;
	q->sent = q->mark;
	fake_deliver(q, q->mark);
	return ret;
}

bool memq_is_lost(const struct memq *q)
{
	return false;
}

bool memq_was_bus_fault(const struct memq *q)
{
	return q->was_bus_fault;
}

void memq_discard(struct memq *q)
{
	q->sent = q->mark;
	fake_deliver(q, q->mark);
}

int target_read32(struct memq *q, u32 addr, u32 *val)
{
	memq_read32(q, addr, val);
	return memq_flush(q);
}

int target_write32(struct memq *q, u32 addr, u32 val)
{
	memq_write32(q, addr, val);
	return memq_flush(q);
}

int target_update32(struct memq *q, u32 addr, u32 clear, u32 set)
{
	u32 val;
	int ret = target_read32(q, addr, &val);

	return ret ? ret : target_write32(q, addr, (val & ~clear) | set);
}

int target_poll32(struct memq *q, u32 addr, u32 mask, u32 want, u64 timeout_ns, u32 *last)
{
	u64 end = memq_cursor_ns(q) + timeout_ns;
	int ret;

	do {
		ret = target_read32(q, addr, last);
		if (ret || (*last & mask) == want)
			return ret;
		memq_delay_ns(q, timeout_ns / 64 + 1);
	} while (memq_cursor_ns(q) < end);
	return -ETIMEDOUT;
}

#endif
