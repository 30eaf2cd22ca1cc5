// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checksums of flash for a session: whether they are worth it, in pieces with progress and a look at
 * Ctrl-C, twice on a noisy wire, and reading instead where a target cannot.
 */
#include "lib/session-priv.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* summed at a time: some 100 ms at 12 MB/s */
#define SUM_CHUNK ((u64)MIB(1))
/* what a checksum must save: setting up unit and DMA takes a few round trips */
#define SUM_MIN_BYTES ((u64)KIB(8))
/* times that pieces are summed until two in a row agree, on a noisy wire */
#define MAX_SUMS 8u

static u32 mtd_bit(struct swdrom *s, const struct mtd_info *mtd)
{
	return BIT(session_mtd_info(s, mtd) - s->mtds);
}

/**
 * session_can_sum() - is comparing @bytes of @mtd a matter for checksums?
 * @s: session
 * @mtd: device
 * @bytes: of it, in all
 */
bool session_can_sum(struct swdrom *s, const struct mtd_info *mtd, u64 bytes)
{
	if (s->verify_by == SWDROM_VERIFY_READ || s->no_sums & mtd_bit(s, mtd))
		return false;
	if (!mtd->ops->checksum) {
		if (s->verify_by == SWDROM_VERIFY_CRC)
			session_stop_summing(s, mtd, "the target can't compute checksums of it");
		return false;
	}
	return s->verify_by == SWDROM_VERIFY_CRC || bytes >= SUM_MIN_BYTES;
}

/**
 * session_stop_summing() - from now on @mtd is read
 * @s: session
 * @mtd: device
 * @why: said once
 */
void session_stop_summing(struct swdrom *s, const struct mtd_info *mtd, const char *why)
{
	if (s->no_sums & mtd_bit(s, mtd))
		return;
	s->no_sums |= mtd_bit(s, mtd);
	log_info(&s->ctx.log, "%s: comparing by reading: %s", mtd->name, why);
}

static bool is_same(const struct mtd_crc *a, const struct mtd_crc *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (a[i].crc != b[i].crc || a[i].is_unsure != b[i].is_unsure)
			return false;
	return true;
}

/*
 * Two flipped bits in one word pass its parity, and where single ones are seen that may happen: to
 * the DMA's addresses on their way there as well as to the result. On such a wire a checksum counts
 * once it came out the same twice.
 */
static int sum_chunk(struct ctx *ctx, struct mtd_info *mtd, struct mtd_crc *pieces, size_t n)
{
	struct mtd_crc *again;
	int ret = mtd_checksum(mtd, pieces, n);

	if (ret || !ctx->stats.noise)
		return ret;
	again = malloc(n * sizeof(*again));
	if (!again)
		return err_set(&ctx->err, -ENOMEM, NULL, "out of memory for checksums");
	for (unsigned int tries = 0; tries < MAX_SUMS; tries++) {
		memcpy(again, pieces, n * sizeof(*again));
		ret = mtd_checksum(mtd, pieces, n);
		if (ret || is_same(pieces, again, n))
			goto out_free;
	}
	/* cells that read one way or the other: whoever reads them will see */
	for (size_t i = 0; i < n; i++)
		pieces[i].is_unsure |= pieces[i].crc != again[i].crc;
out_free:
	free(again);
	return ret;
}

/* pieces that go into one chunk: at least one */
static size_t chunk_of(const struct mtd_crc *pieces, size_t n, u64 *bytes)
{
	size_t i;

	*bytes = 0;
	for (i = 0; i < n; i++) {
		if (i && pieces[i].len > SUM_CHUNK - min(*bytes, SUM_CHUNK))
			break;
		*bytes += pieces[i].len;
	}
	return i;
}

/**
 * session_sum() - mtd_checksum() in chunks, with progress and a look at Ctrl-C
 * @r: what it is a part of
 * @mtd: device
 * @pieces: ascending; crc and is_unsure are filled in
 * @n: of them
 *
 * Return: 0; -EOPNOTSUPP, without an error set, when the target turned out to be unable to: read.
 */
int session_sum(struct session_reader *r, struct mtd_info *mtd, struct mtd_crc *pieces, size_t n)
{
	struct ctx *ctx = &r->s->ctx;
	size_t k;
	u64 bytes;
	int ret;

	if (r->s->no_sums & mtd_bit(r->s, mtd))
		return -EOPNOTSUPP;
	session_reader_on(r, mtd);
	for (; n; pieces += k, n -= k) {
		k = chunk_of(pieces, n, &bytes);
		if (ctx_stopped(ctx))
			return err_set(&ctx->err, -EINTR, "run the same command again",
				       "stopped on request while comparing 0x%08" PRIx64
				       " of %s (step: %s): %s",
				       mtd->base + pieces->from, mtd->name, r->step, r->so_far);
		ctx->progress = NULL; /* this is a part of a larger step */
		ret = sum_chunk(ctx, mtd, pieces, k);
		ctx->progress = r->s->cb.progress;
		if (ret == -EOPNOTSUPP) {
			session_stop_summing(r->s, mtd, ctx->err.what);
			err_clear(&ctx->err);
		}
		if (ret)
			return ret;
		r->done += bytes;
		ctx_progress(ctx, r->step, mtd->name, min(r->done, r->total), r->total);
	}
	return 0;
}
