/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memq: the one queue of target memory accesses, in order, that everything goes through.
 *
 * Queuing cannot fail and never waits for the target: the first problem is latched, and
 * memq_flush() reports it with operation, address and cause. memq turns operations into SWD
 * accesses (CSW and TAR only when they change), packs them into blind batches and keeps two or
 * more of them on the wire.
 *
 * Buffers belong to the caller and stay alive and untouched until memq_flush() returned, or until
 * memq_done() has passed the mark taken after queuing them. Read results are valid from then on.
 *
 * What memq promises about each access when the wire is bad:
 *   - it was performed exactly once, or, for plain memory, at least once with the same data;
 *   - a read has the right value, except memq_sample32()s and FIFO reads whose reply was lost:
 *     those say so;
 *   - what cannot be proven ends in an error that names operation and address.
 */
#ifndef SWDROM_LIB_MEMQ_H
#define SWDROM_LIB_MEMQ_H

#include "lib/types.h"

struct memq;

/* registers: one access each, never doubled. Width 8/16/32 bits; addr aligned to it */
void memq_write32(struct memq *q, u32 addr, u32 val);
void memq_write16(struct memq *q, u32 addr, u16 val);
void memq_write8(struct memq *q, u32 addr, u8 val);
/* registers whose reading changes nothing: a lost reply is read again, so *val may be later news */
void memq_read32(struct memq *q, u32 addr, u32 *val);
void memq_read16(struct memq *q, u32 addr, u16 *val);
void memq_read8(struct memq *q, u32 addr, u8 *val);

/* outcome of a read that cannot be repeated */
enum memq_sample { MEMQ_PENDING, MEMQ_VALID, MEMQ_LOST };

/* a read that means something only at its place in the stream (a status, a FIFO): never repeated */
void memq_sample32(struct memq *q, u32 addr, u32 *val, enum memq_sample *state);

/* plain memory (SRAM, flash to be read): any alignment and length; may be repeated after an error */
void memq_write(struct memq *q, u32 addr, const void *buf, size_t len);
void memq_read(struct memq *q, u32 addr, void *buf, size_t len);
/* words to rising addresses, each exactly once (flash units); addr and len multiples of 4 */
void memq_write_once(struct memq *q, u32 addr, const void *buf, size_t len);
/* the same address each time; @width 1 or 4, @len a multiple of it; each access exactly once */
void memq_write_fifo(struct memq *q, u32 addr, u8 width, const void *buf, size_t len);
/* like it; a lost reply makes *state MEMQ_LOST: then the transfer must be restarted as a whole */
void memq_read_fifo(struct memq *q, u32 addr, u8 width, void *buf, size_t len,
		    enum memq_sample *state);

/**
 * memq_delay_ns() - let time pass on the target between two queued operations
 * @q: the queue
 * @ns: least time; it may last longer, never shorter
 *
 * Short delays become idle SWCLK cycles inside the batch (AN_108, opcode 0x8f); long ones end the
 * batch and sleep on the session clock. The caller need not care which.
 */
void memq_delay_ns(struct memq *q, u64 ns);

/**
 * memq_burst() - what is queued next must not be torn apart by a gap between two USB transfers
 * @q: the queue
 * @n: accesses that follow, TAR and CSW writes counted; at most memq_burst_max()
 * @ns: wire time they take, delays included
 *
 * They go out in one batch. Where the wire has run dry it begins with some idle time, in which all
 * of it reaches the adapter's FIFO.
 */
void memq_burst(struct memq *q, unsigned int n, u64 ns);
/* memq_burst_max() - accesses, each with a delay, that the adapter's FIFO holds; 0: don't rely on it */
unsigned int memq_burst_max(const struct memq *q);
/* memq_write_cycles() - SWCLK cycles that a write takes now; more where the target's bus is slow */
unsigned int memq_write_cycles(const struct memq *q);

/**
 * memq_cursor_ns() - wire time from the queue's start to the end of all that was queued so far
 *
 * The sum of the SWCLK periods and delays queued; gaps between USB transfers come on top, so the
 * time that really passes between two cursor values is never less than their difference. This is
 * the clock by which flash busy times are paced.
 */
u64 memq_cursor_ns(const struct memq *q);

/* memq_period_ps() - one SWCLK period in picoseconds; 46 (read) or 48 (write) of them per access */
u64 memq_period_ps(const struct memq *q);

/* memq_mark() - a ticket for all that was queued so far; compare with memq_done() */
u64 memq_mark(const struct memq *q);
/* memq_done() - everything queued before this mark has happened and its results are valid */
u64 memq_done(const struct memq *q);

/**
 * memq_submit() - send what is queued without waiting for it
 *
 * Blocks only while as many batches are on the wire as the adapter takes. Collects what has come
 * back. Return: 0 or the latched error.
 */
int memq_submit(struct memq *q);

/* memq_wait() - collect replies (submitting what is needed) until memq_done() >= @mark */
int memq_wait(struct memq *q, u64 mark);

/* memq_flush() - submit, wait for everything; the queue is empty afterwards, whatever happened.
 * Return: 0, or the first latched error (cleared by this call), with ctx->err set. */
int memq_flush(struct memq *q);

/* memq_is_word_only() - this AP makes 32-bit accesses only (as APB-APs do) */
bool memq_is_word_only(const struct memq *q);

/* memq_was_bus_fault() - the error last reported: did the target's bus refuse an address? */
bool memq_was_bus_fault(const struct memq *q);

/*
 * memq_quiet_ns() - wire time from one refused access to the next, about; without errors at least so
 * long. All that is on the wire behind a refused access is sent again.
 */
u64 memq_quiet_ns(const struct memq *q);

/* memq_is_lost() - adapter or target are gone: what is queued from now on comes to nothing */
bool memq_is_lost(const struct memq *q);

/* memq_forget_errors() - what errors have taught does not hold any more: the clock was changed */
void memq_forget_errors(struct memq *q);

/* memq_discard() - drop what has not been sent, wait for what has; for clean-up after errors */
void memq_discard(struct memq *q);

/* queue and flush in one, for cold paths that read like a procedure */
int target_read32(struct memq *q, u32 addr, u32 *val);
int target_write32(struct memq *q, u32 addr, u32 val);
/* read-modify-write: clear @clear, then set @set */
int target_update32(struct memq *q, u32 addr, u32 clear, u32 set);
/* poll until (value & mask) == want; -ETIMEDOUT (no err set: the caller knows what it means) */
int target_poll32(struct memq *q, u32 addr, u32 mask, u32 want, u64 timeout_ns, u32 *last);

/**
 * memq_set_fault_hook() - who can explain a bus fault
 * @q: the queue
 * @fn: called with the address once the port answers again; may memq_peek32(), may err_set().
 *      Returns the error to report, or 0 for the plain "bus fault"
 * @arg: for @fn
 */
void memq_set_fault_hook(struct memq *q, int (*fn)(void *arg, u32 addr), void *arg);
/* memq_peek32() - one read past the queue, only from a fault hook */
int memq_peek32(struct memq *q, u32 addr, u32 *val);

/* memq_ctx() - the session it belongs to */
struct ctx *memq_ctx(const struct memq *q);

#endif
