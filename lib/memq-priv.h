/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside the memory queue: operations, batches, and what lib/memq.c (queue, replies),
 * lib/memq-encode.c (accesses) and lib/memq-recover.c (what the target did when something went wrong)
 * share.
 */
#ifndef SWDROM_LIB_MEMQ_PRIV_H
#define SWDROM_LIB_MEMQ_PRIV_H

#include "lib/dap-priv.h"
#include "lib/memq.h"

/* accesses without a WAIT after which an access gets less idle again; doubles each time */
#define CALM_ACCESSES 32768u

enum memq_op_flags {
	OP_READ = BIT(0),
	OP_ONCE = BIT(1),   /* each access exactly once: never repeated without proof */
	OP_FIXED = BIT(2),  /* the same address each time */
	OP_NATIVE = BIT(3), /* value in host order behind u.rd, width bytes */
	OP_IMM = BIT(4),    /* value in u.imm */
	OP_DELAY = BIT(5),
	OP_LOST = BIT(6),  /* a reply of this read-once operation is gone */
	OP_SKIP = BIT(7),  /* whether it was performed can't be known: don't perform it again */
	OP_BURST = BIT(8), /* what follows goes out in one batch: u.burst */
};

struct memq_op {
	u16 flags;
	u8 width; /* bytes an access: 1, 2, 4; 0: plain memory, any alignment */
	u32 addr;
	u32 len; /* bytes */
	union {
		const u8 *wr;
		void *rd;
		u32 imm;
		u64 delay_ns;
		struct {
			u32 n, cycles; /* accesses, SWCLK cycles */
		} burst;
	} u;
	enum memq_sample *state;
};

/* a place in the stream of operations: operation number, bytes of it that are behind us */
struct memq_pos {
	u64 op;
	u32 off;
};

/* what the MEM-AP's registers hold once all that was encoded so far is performed */
struct memq_ap {
	u32 csw, tar;
	bool is_csw_known, is_tar_known;
	bool is_read_pending; /* the last AP access was a read that nobody has collected */
};

enum memq_slot_kind { SLOT_SELECT, SLOT_CSW, SLOT_TAR, SLOT_DRW, SLOT_RDBUFF, SLOT_STAT };

/* what one SWD access of a batch is for */
struct memq_slot {
	u32 op;	 /* SLOT_DRW: operation number, low half */
	u32 off; /* SLOT_DRW: byte offset in it */
	u8 kind;
	u8 size; /* SLOT_DRW: bytes */
	bool is_read;
};

struct memq_batch {
	struct swd_batch wire;
	struct swd_xfer *x;
	struct memq_slot *slot;
	size_t n;
	u64 cycles;
	struct memq_pos from, to;
	struct memq_ap start; /* before its first access */
	bool is_short;	      /* replies after n_answered are missing */
};

/* consecutive accesses of one operation that need no new CSW or TAR between them */
struct memq_run {
	u32 addr, n;
	u8 size;
	bool is_inc;
};

struct memq {
	struct dap *dap;
	struct ctx *ctx;
	struct swd_host *host;
	u32 select;
	u32 csw_base, csw_seen; /* as written, and as it reads back then */
	u32 ap_writes;		/* dap->ap_writes when CSW and TAR were last known */
	u8 ap;
	bool has_small; /* AP takes 8 and 16 bit accesses */

	/* operations: ring, numbered from 0 for ever */
	struct memq_op *ops;
	u64 n_ops;	      /* capacity, a power of two */
	u64 done;	      /* first that is not done; those before it are gone */
	u64 tail;	      /* next number to be given */
	struct memq_pos next; /* first that is not encoded */
	struct memq_ap enc;   /* the AP behind the encoder */
	/*
	 * Plain reads encoded up to operation reads_op, whose replies may be lost and which are then
	 * read again: nothing is written in [reads_lo, reads_hi) before they are done
	 */
	u64 reads_op, reads_lo, reads_hi;
	struct memq_ap plan; /* the AP behind the last operation queued: for the cursor */
	u64 cursor_ps;

	/* batches on the wire, oldest first, in a ring of max_in_flight */
	struct memq_batch *batches;
	unsigned int first, n_in_flight;

	/* what experience taught */
	u32 write_idle, read_idle;
	u64 calm;	   /* accesses since the last WAIT */
	u64 wait_gap;	   /* WAITs closer together than this ask for more idle */
	u64 calm_needed;   /* before idle is reduced again */
	u64 refusal_gap;   /* SWCLK cycles from one refusal to the next, about */
	u64 since_refusal; /* SWCLK cycles */
	size_t batch_max;  /* accesses a batch; shrinks with the error rate */

	/* recovery */
	struct memq_pos stuck_at; /* where the last recovery resumed */
	unsigned int n_stuck;	  /* recoveries there */
	struct memq_pos fault_at; /* a bus fault that was tried again */
	bool has_fault_at;
	int (*fault_hook)(void *arg, u32 addr);
	void *fault_arg;

	int error;	    /* latched */
	bool is_fault;	    /* the error on its way is a bus fault */
	bool was_bus_fault; /* and so was the one last reported */
	u64 idle_limit_ns;
};

static inline struct memq_op *memq_op(const struct memq *q, u64 nr)
{
	return &q->ops[nr & (q->n_ops - 1)];
}

/* operation number from its low half: less than 2^32 of them are alive */
static inline u64 memq_op_nr(const struct memq *q, u32 low)
{
	return q->done + (u32)(low - (u32)q->done);
}

static inline bool pos_before(struct memq_pos a, struct memq_pos b)
{
	return a.op < b.op || (a.op == b.op && a.off < b.off);
}

/* memq_op_cycles() - SWCLK cycles that @op will take at least, walking the AP state q->plan along */
u64 memq_op_cycles(struct memq *q, const struct memq_op *op);

/* memq_must_wait() - the next operation writes what an earlier one, not done yet, reads */
bool memq_must_wait(const struct memq *q);

/* memq_encode() - as much from q->next on as goes into @b; not beyond a sleep or memq_must_wait() */
void memq_encode(struct memq *q, struct memq_batch *b);

/* memq_latch() - end with an error: everything that is not done is dropped. Returns @code */
int memq_latch(struct memq *q, int code);

/* memq_size_batches() - batches and clocked delays as long as the error rate allows */
void memq_size_batches(struct memq *q);

/* memq_deliver() - a read's value has arrived */
void memq_deliver(struct memq *q, const struct memq_slot *s, u32 data);

/* memq_slot_addr() - bus address of a SLOT_DRW */
u32 memq_slot_addr(const struct memq *q, const struct memq_slot *s);

/* memq_pop() - oldest batch in flight, waited for. is_short tells whether all replies are there */
int memq_pop(struct memq *q, struct memq_batch **out);

/* what the port says after an error */
struct memq_probe {
	u32 flags; /* sticky flags that the accesses before left, and STICKYERR of the last */
	bool is_orun_known;  /* STICKYORUN was read before anything else could set it */
	bool is_wdata_known; /* WDATAERR was read before anything else could set it */
	bool was_relinked;   /* a line reset was needed */
	bool has_rdbuff;     /* the result of the last AP read performed */
	bool has_tar, has_csw;
	u32 rdbuff;
	u32 tar, csw;
	u64 stalled_ns; /* how long the AP was busy, as far as we saw */
};

/*
 * memq_probe_port() - bring the port back to answering, wait until the AP is idle, read what it knows.
 * @needs_reset: with a line reset first. @is_exact: the ACKs say what was performed, unless a flag or
 * a line reset casts doubt on them: then TAR and CSW are not read, which would be two more accesses
 * that may be refused. @busy_addr: for the message when the AP stays busy.
 */
int memq_probe_port(struct memq *q, bool needs_reset, bool is_exact, u32 busy_addr,
		    struct memq_probe *p);

/* memq_ap_of_probe() - the AP as the port says it is: what it holds need not be written again */
struct memq_ap memq_ap_of_probe(const struct memq *q, const struct memq_probe *p);

/* memq_read_now() - one read past the queue: the AP is idle, nothing is in flight */
int memq_read_now(struct memq *q, u32 addr, u8 size, u32 *val);

/*
 * memq_recover() - @b, the oldest, was not all OK: find out what the target did, settle results,
 *                  and set q->next to where to go on. Nothing is in flight afterwards
 */
int memq_recover(struct memq *q, struct memq_batch *b);

/* memq_note_passed() - everything before @pos was performed: what a bus fault there was, is known now */
void memq_note_passed(struct memq *q, struct memq_pos pos);

#endif
