// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * CRC unit fed by DMA (RM0351 chapters 15 and 11).
 *
 * A channel in memory-to-memory mode copies words from flash, or from the QUADSPI window, into
 * CRC_DR, whether the core is halted or not. A piece of 4 KiB costs some thirteen accesses on the
 * wire instead of a thousand, and since the time that the DMA takes is known, nobody asks whether
 * it is over:
 *
 *	wire  set-up | start | idle clocks ... | CNDTR CRC_DR | set-up | start | ...
 *	DMA                  [ n words ]                               [ n words ]
 *
 * CNDTR, sampled at its place in the stream, proves afterwards that the last word had gone; where
 * it had not, the estimate is raised and the piece is done again. Hundreds of pieces go to a flush.
 *
 * The unit is set to zlib's CRC-32: polynomial 0x04c11db7, start value all ones, words reversed on
 * their way in, the result reversed on its way out (REV_IN = 3, REV_OUT; RM0351 15.3.3), and
 * inverted here.
 */
#include "drivers/stm32-crc.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

/* RM0351 15.4 */
#define CRC_DR		0x00
#define CRC_CR		0x08
#define CRC_CR_RESET	BIT(0)	      /* DR = INIT; clears itself */
#define CRC_CR_POLYSIZE GENMASK(4, 3) /* 0: 32 bits */
#define CRC_CR_REV_IN	GENMASK(6, 5)
#define CRC_CR_REV_OUT	BIT(7)
#define CRC_INIT	0x10
#define CRC_POL		0x14
#define CRC_CR_ZLIB	(FIELD_PREP(CRC_CR_REV_IN, 3) | CRC_CR_REV_OUT)
#define POL_CRC32	0x04c11db7u

/* RM0351 11.6; channels count from 1 */
#define DMA_ISR	       0x00
#define DMA_IFCR       0x04
#define DMA_FLAGS(_ch) (0xfu << 4 * ((_ch)-1u))
#define DMA_TEIF(_ch)  (0x8u << 4 * ((_ch)-1u))
#define DMA_CCR(_ch)   (0x08 + 0x14 * ((_ch)-1u))
#define DMA_CNDTR(_ch) (0x0c + 0x14 * ((_ch)-1u))
#define DMA_CPAR(_ch)  (0x10 + 0x14 * ((_ch)-1u))
#define DMA_CMAR(_ch)  (0x14 + 0x14 * ((_ch)-1u))
#define DMA_CCR_EN     BIT(0)
/* memory to memory, words, from rising addresses at CPAR to a fixed one at CMAR (11.4.7) */
#define DMA_CCR_TO_CRC                                                        \
	(BIT(14) /* MEM2MEM */ | FIELD_PREP(GENMASK(11, 10), 2) /* MSIZE */ | \
	 FIELD_PREP(GENMASK(9, 8), 2) /* PSIZE */ | BIT(6) /* PINC */)
#define DMA_MAX_WORDS 65535u

/* runs to a flush: some 100 ms of wire, against a round trip of half a millisecond */
#define BATCH_RUNS 256u
/* what they put on the wire, address changes and posted reads included */
#define RUN_ACCESSES   13u
#define FLAGS_ACCESSES 5u
/* finding the unit as it is, setting it up, measuring: four round trips or five */
#define SETUP_NS (2 * MSEC_NS)
/* a run that is late, or whose samples were lost on the wire, is done again */
#define MAX_TRIES 8u

/* 0x12345678 as zlib sees it: bytes 78 56 34 12 */
#define TEST_WORD 0x12345678u
#define TEST_CRC  0xaf6d87d2u

/* one DMA transfer: a piece, or a part of a long one */
struct crc_run {
	size_t piece;
	bool is_first, is_last; /* of its piece */
	u32 addr, words;
	u32 cndtr, dr, flags;
	enum memq_sample cndtr_state, dr_state, flags_state;
};

static u32 dma_reg(const struct stm32_crc *c, u32 offset)
{
	return c->d.dma + offset;
}

static int useless(struct stm32_crc *c, struct memq *q, const char *why)
{
	c->is_useless = true;
	return err_set(&memq_ctx(q)->err, -EOPNOTSUPP, "compare by reading (--verify-by read)",
		       "the target can't compute checksums: %s", why);
}

/* ---- open and close ---- */

static int save(struct stm32_crc *c, struct memq *q)
{
	const struct stm32_crc_desc *d = &c->d;
	unsigned int ch = d->channel;
	u32 back = 0;
	int ret = target_read32(q, d->rcc_enr, &c->found_rcc_enr);

	if (ret)
		return ret;
	/* clocks are there two cycles after the write: read it back (RM0351 6.2.18) */
	memq_write32(q, d->rcc_enr, c->found_rcc_enr | d->rcc_en_bit);
	memq_read32(q, d->rcc_enr, &back);
	memq_read32(q, d->regs + CRC_CR, &c->found_cr);
	memq_read32(q, d->regs + CRC_INIT, &c->found_init);
	memq_read32(q, d->regs + CRC_POL, &c->found_pol);
	memq_read32(q, dma_reg(c, DMA_CCR(ch)), &c->found_ccr);
	memq_read32(q, dma_reg(c, DMA_CNDTR(ch)), &c->found_cndtr);
	memq_read32(q, dma_reg(c, DMA_CPAR(ch)), &c->found_cpar);
	memq_read32(q, dma_reg(c, DMA_CMAR(ch)), &c->found_cmar);
	ret = memq_flush(q);
	if (ret)
		return ret;
	c->open = true;
	if ((back & d->rcc_en_bit) != d->rcc_en_bit)
		return useless(c, q, "CRC unit and DMA could not be clocked");
	memq_write32(q, dma_reg(c, DMA_CCR(ch)), 0);
	/* a sum that the application has begun, as it is before its bits are turned round */
	memq_write32(q, d->regs + CRC_CR, c->found_cr & ~(CRC_CR_REV_OUT | CRC_CR_RESET));
	memq_read32(q, d->regs + CRC_DR, &c->found_dr);
	return memq_flush(q);
}

static int set_up(struct stm32_crc *c, struct memq *q)
{
	const struct stm32_crc_desc *d = &c->d;
	u32 dr = 0, cr = 0;
	int ret;

	memq_write32(q, d->regs + CRC_POL, POL_CRC32);
	memq_write32(q, d->regs + CRC_INIT, 0xffffffff);
	memq_write32(q, d->regs + CRC_CR, CRC_CR_ZLIB | CRC_CR_RESET);
	memq_write32(q, d->regs + CRC_DR, TEST_WORD);
	memq_read32(q, d->regs + CRC_DR, &dr);
	memq_read32(q, d->regs + CRC_CR, &cr);
	ret = memq_flush(q);
	if (ret)
		return ret;
	if (~dr != TEST_CRC || cr != CRC_CR_ZLIB)
		return useless(c, q, "its CRC unit gives a wrong result for a known word");
	return 0;
}

static int open_unit(struct stm32_crc *c, struct memq *q)
{
	int ret;

	if (c->open)
		return 0;
	if (!c->d.regs || c->is_useless)
		return err_set(&memq_ctx(q)->err, -EOPNOTSUPP,
			       "compare by reading (--verify-by read)",
			       "no usable CRC unit and DMA on this target");
	ret = save(c, q);
	return ret ? ret : set_up(c, q);
}

/*
 * Writing INIT loads it into DR (RM0351 15.3.3). A sum that the application has begun comes from
 * there by one more word, the one that the polynomial turns into it: 32 steps backwards. What it has
 * begun with a shorter polynomial is lost.
 */
static void queue_restore_unit(const struct stm32_crc *c, struct memq *q)
{
	u32 word = c->found_dr, regs = c->d.regs;

	memq_write32(q, regs + CRC_CR, c->found_cr & CRC_CR_POLYSIZE);
	memq_write32(q, regs + CRC_POL, c->found_pol);
	memq_write32(q, regs + CRC_INIT, c->found_init);
	if (c->found_dr != c->found_init && !(c->found_cr & CRC_CR_POLYSIZE) && c->found_pol & 1) {
		for (unsigned int i = 0; i < 32; i++)
			word = word & 1 ? (word ^ c->found_pol) >> 1 | BIT(31) : word >> 1;
		memq_write32(q, regs + CRC_DR, word ^ c->found_init);
	}
	memq_write32(q, regs + CRC_CR, c->found_cr & ~CRC_CR_RESET);
}

void stm32_crc_close(struct stm32_crc *c, struct memq *q)
{
	const struct stm32_crc_desc *d = &c->d;
	unsigned int ch = d->channel;
	struct err first = memq_ctx(q)->err;
	u32 enr = 0;
	int ret;

	if (!c->open)
		return;
	c->open = false;
	memq_read32(q, d->rcc_enr, &enr);
	memq_write32(q, dma_reg(c, DMA_CCR(ch)), c->found_ccr & ~DMA_CCR_EN);
	memq_write32(q, dma_reg(c, DMA_CNDTR(ch)), c->found_cndtr);
	memq_write32(q, dma_reg(c, DMA_CPAR(ch)), c->found_cpar);
	memq_write32(q, dma_reg(c, DMA_CMAR(ch)), c->found_cmar);
	queue_restore_unit(c, q);
	ret = memq_flush(q);
	if (!ret)
		ret = target_write32(q, d->rcc_enr, enr & ~(d->rcc_en_bit & ~c->found_rcc_enr));
	if (ret && !memq_is_lost(q))
		log_warn(&memq_ctx(q)->log, "CRC unit and DMA could not be put back");
	memq_ctx(q)->err = first;
}

/* ---- runs ---- */

/* what stays from run to run. While TEIF is set the channel does not start again (RM0351 11.6.3) */
static void queue_ready(const struct stm32_crc *c, struct memq *q)
{
	unsigned int ch = c->d.channel;

	memq_write32(q, dma_reg(c, DMA_CCR(ch)), 0);
	memq_write32(q, dma_reg(c, DMA_CMAR(ch)), c->d.regs + CRC_DR);
	memq_write32(q, dma_reg(c, DMA_IFCR), DMA_FLAGS(ch));
}

/* leaves TAR at CNDTR */
static void queue_start(const struct stm32_crc *c, struct memq *q, u32 addr, u32 words,
			bool is_first)
{
	unsigned int ch = c->d.channel;

	/* rising addresses */
	memq_write32(q, dma_reg(c, DMA_CCR(ch)), 0);
	memq_write32(q, dma_reg(c, DMA_CNDTR(ch)), words);
	memq_write32(q, dma_reg(c, DMA_CPAR(ch)), addr);
	if (is_first)
		memq_write32(q, c->d.regs + CRC_CR, CRC_CR_ZLIB | CRC_CR_RESET);
	memq_write32(q, dma_reg(c, DMA_CCR(ch)), DMA_CCR_TO_CRC | DMA_CCR_EN);
}

static u64 run_ns(const struct stm32_crc_source *src, u32 words)
{
	return src->start_ns + DIV_ROUND_UP(words * src->ps_per_word, 1000);
}

static void queue_run(const struct stm32_crc *c, struct memq *q, const struct stm32_crc_source *src,
		      struct crc_run *r)
{
	unsigned int ch = c->d.channel;

	queue_start(c, q, r->addr, r->words, r->is_first);
	memq_delay_ns(q, run_ns(src, r->words));
	memq_sample32(q, dma_reg(c, DMA_CNDTR(ch)), &r->cndtr, &r->cndtr_state);
	memq_sample32(q, c->d.regs + CRC_DR, &r->dr, &r->dr_state);
	if (!src->flags)
		return;
	memq_sample32(q, src->flags, &r->flags, &r->flags_state);
	memq_write32(q, src->flags, src->flags_clear);
}

/* how fast the DMA gets on, from two looks at CNDTR in the middle of a long run */
static int measure(struct stm32_crc *c, struct memq *q, struct stm32_crc_source *src,
		   const struct mtd_crc *pieces, size_t n)
{
	unsigned int ch = c->d.channel;
	u32 words = 0, early = 0, late = 0;
	u64 from_ns, to_ns, wait_ns;
	enum memq_sample state[2] = { MEMQ_PENDING, MEMQ_PENDING };
	size_t i;
	int ret;

	for (i = 0; i < n && words < DMA_MAX_WORDS; i++) {
		if (i && pieces[i].from != pieces[i - 1].from + pieces[i - 1].len)
			break;
		words += min(pieces[i].len / 4, DMA_MAX_WORDS - words);
	}
	/* the guess is on the safe side, but not eight times too high */
	wait_ns = min(words * src->ps_per_word / 8000, 400 * USEC_NS);
	if (wait_ns < 20 * USEC_NS)
		return 0; /* so little that it does not matter */
	queue_ready(c, q);
	queue_start(c, q, src->base + (u32)pieces[0].from, words, true);
	memq_delay_ns(q, src->start_ns);
	memq_sample32(q, dma_reg(c, DMA_CNDTR(ch)), &early, &state[0]);
	from_ns = memq_cursor_ns(q);
	memq_delay_ns(q, wait_ns);
	memq_sample32(q, dma_reg(c, DMA_CNDTR(ch)), &late, &state[1]);
	to_ns = memq_cursor_ns(q);
	memq_write32(q, dma_reg(c, DMA_CCR(ch)), 0);
	if (src->flags)
		memq_write32(q, src->flags, src->flags_clear);
	ret = memq_flush(q);
	if (ret || state[0] != MEMQ_VALID || state[1] != MEMQ_VALID)
		return ret;
	if (!late || late >= early || early > words)
		return 0; /* over too soon, or it did not move: the runs will tell */
	/* one word may have been counted at either end, and one in a hundred is margin */
	src->ps_per_word = (to_ns - from_ns) * 1010 / max(early - late - 1, 1u) + 1;
	src->is_measured = true;
	log_dbg(&memq_ctx(q)->log, "checksums at 0x%08" PRIx32 ": %" PRIu64 " ps a word", src->base,
		src->ps_per_word);
	return 0;
}

enum run_result { RUN_GOOD, RUN_AGAIN, RUN_LATE, RUN_UNSURE, RUN_REFUSED };

/* @is_refused: the bus refused an address in one of the runs: that one stood still */
static enum run_result judge(const struct stm32_crc_source *src, const struct crc_run *r,
			     bool is_refused)
{
	if (r->cndtr_state != MEMQ_VALID || r->dr_state != MEMQ_VALID ||
	    (src->flags && r->flags_state != MEMQ_VALID))
		return RUN_AGAIN;
	if (is_refused && r->cndtr)
		return RUN_REFUSED;
	if (src->flags && r->flags & src->flags_mask)
		return RUN_UNSURE;
	return r->cndtr ? RUN_LATE : RUN_GOOD;
}

static void slow_down(struct memq *q, struct stm32_crc_source *src, const struct crc_run *r)
{
	u32 done = r->words - min(r->cndtr, r->words);
	/* as fast as it was seen, if anything was; twice as slow at most */
	u64 ps = done > r->words / 2 ? src->ps_per_word * r->words / done : 2 * src->ps_per_word;

	src->ps_per_word = max(ps, src->ps_per_word) + src->ps_per_word / 128 + 1;
	log_dbg(&memq_ctx(q)->log,
		"checksum at 0x%08" PRIx32 ": %" PRIu32 " of %" PRIu32
		" words were missing, allowing %" PRIu64 " ps a word now",
		r->addr, r->cndtr, r->words, src->ps_per_word);
}

/* cut pieces into runs, at least one piece; returns how many pieces */
static size_t fill_batch(const struct stm32_crc_source *src, const struct mtd_crc *pieces, size_t n,
			 struct crc_run **runs, size_t *n_runs)
{
	size_t i, want = 0, k = 0;

	for (i = 0; i < n; i++) {
		size_t more = DIV_ROUND_UP(pieces[i].len / 4, DMA_MAX_WORDS);

		if (i && want + more > BATCH_RUNS)
			break;
		want += more;
	}
	*n_runs = want;
	*runs = calloc(max(want, (size_t)1), sizeof(**runs));
	if (!*runs)
		return 0;
	n = i;
	for (i = 0; i < n; i++) {
		u32 done = 0, words, all = pieces[i].len / 4;

		for (; done < all; done += words) {
			words = min(all - done, DMA_MAX_WORDS);
			(*runs)[k++] = (struct crc_run){
				.piece = i,
				.is_first = !done,
				.is_last = done + words == all,
				.addr = src->base + (u32)pieces[i].from + 4 * done,
				.words = words,
			};
		}
	}
	return n;
}

/* how many pieces from the first on are done. After a refusal the channel did not start again */
static void finish_batch(struct memq *q, struct stm32_crc_source *src, struct mtd_crc *pieces,
			 const struct crc_run *runs, size_t n_runs, bool is_refused, size_t *n_done)
{
	bool is_unsure = false;
	size_t i;

	for (i = 0; i < n_runs; i++) {
		const struct crc_run *r = &runs[i];
		enum run_result result = judge(src, r, is_refused);

		if (result == RUN_LATE)
			slow_down(q, src, r);
		if (result == RUN_LATE || result == RUN_AGAIN)
			return;
		if (result == RUN_REFUSED) {
			pieces[r->piece].is_unsure = true;
			*n_done = r->piece + 1;
			return;
		}
		is_unsure = (is_unsure && !r->is_first) || result == RUN_UNSURE;
		if (!r->is_last)
			continue;
		pieces[r->piece].crc = ~r->dr;
		pieces[r->piece].is_unsure = is_unsure;
		*n_done = r->piece + 1;
	}
	/* none stood still: whose it was is not known */
	for (i = 0; i < *n_done; i++)
		pieces[i].is_unsure |= is_refused;
}

/* as many pieces as go into a batch */
static int sum_batch(struct stm32_crc *c, struct memq *q, struct stm32_crc_source *src,
		     struct mtd_crc *pieces, size_t n, size_t *n_done)
{
	struct crc_run *runs;
	size_t n_runs, i;
	u32 cr = 0, isr = 0;
	int ret;

	*n_done = 0;
	n = fill_batch(src, pieces, n, &runs, &n_runs);
	if (!n)
		return err_set(&memq_ctx(q)->err, -ENOMEM, NULL, "out of memory for checksums");
	queue_ready(c, q);
	for (i = 0; i < n_runs; i++)
		queue_run(c, q, src, &runs[i]);
	memq_read32(q, dma_reg(c, DMA_ISR), &isr);
	memq_read32(q, c->d.regs + CRC_CR, &cr);
	ret = memq_flush(q);
	if (!ret && cr != CRC_CR_ZLIB)
		ret = err_set(&memq_ctx(q)->err, -EIO,
			      "look for a brown-out, a watchdog or the reset button, then run the "
			      "same command again",
			      "the CRC unit lost its configuration (CRC_CR 0x%08" PRIx32
			      "): the target was reset in the middle of the job",
			      cr);
	if (!ret)
		finish_batch(q, src, pieces, runs, n_runs, isr & DMA_TEIF(c->d.channel), n_done);
	free(runs);
	return ret;
}

int stm32_crc_sum(struct stm32_crc *c, struct memq *q, struct stm32_crc_source *src,
		  struct mtd_crc *pieces, size_t n)
{
	unsigned int tries = 0;
	size_t i, done;
	int ret = open_unit(c, q);

	for (i = 0; i < n; i++) {
		/* of nothing */
		pieces[i].crc = 0;
		pieces[i].is_unsure = false;
	}
	if (!ret && !src->is_measured)
		ret = measure(c, q, src, pieces, n);
	for (i = 0; i < n && !ret; i += done) {
		if (!pieces[i].len) {
			done = 1;
			continue;
		}
		ret = sum_batch(c, q, src, pieces + i, n - i, &done);
		tries = done ? 0 : tries + 1;
		if (!ret && tries > MAX_TRIES)
			ret = useless(c, q, "its DMA does not get on");
	}
	return ret;
}

void stm32_crc_costs(const struct stm32_crc_source *src, const struct memq *q, u64 ps_per_word,
		     struct mtd_info *mtd)
{
	u64 accesses = RUN_ACCESSES + (src->flags ? FLAGS_ACCESSES : 0);

	mtd->crc_ps_per_byte = (src->is_measured ? src->ps_per_word : ps_per_word) / 4;
	mtd->crc_piece_ns = src->start_ns + accesses * 47 * memq_period_ps(q) / 1000;
	mtd->crc_setup_ns = SETUP_NS;
}
