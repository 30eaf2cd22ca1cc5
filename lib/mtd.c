// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Flash devices: the checks that every request passes once, so that no driver repeats them, and
 * the blocking forms, which are a scheduler run with one job.
 */
#include "lib/mtd.h"

#include <errno.h>
#include <inttypes.h>

/**
 * mtd_block_at() - smallest erase block that holds @offset
 * @mtd: device
 * @offset: from its start
 * @start: offset of the block's first byte; untouched on false
 * @size: its size in bytes; untouched on false
 *
 * Return: false past the end of the device.
 */
bool mtd_block_at(const struct mtd_info *mtd, u64 offset, u64 *start, u64 *size)
{
	for (unsigned int i = 0; i < mtd->n_regions; i++) {
		const struct mtd_region *r = &mtd->regions[i];
		u64 len = (u64)r->erasesize * r->count;

		if (offset < r->offset || offset - r->offset >= len)
			continue;
		*start = offset - (offset - r->offset) % r->erasesize;
		*size = r->erasesize;
		return true;
	}
	return false;
}

static int mtd_check_range(struct mtd_info *mtd, u64 from, u64 len)
{
	if (from > mtd->size || len > mtd->size - from)
		return err_set(&mtd->ctx->err, -EINVAL,
			       "check the addresses: `swdrom --probe` lists the devices",
			       "0x%" PRIx64 " bytes at offset 0x%" PRIx64
			       " do not fit in %s (0x%" PRIx64 " bytes)",
			       len, from, mtd->name, mtd->size);
	return 0;
}

static int mtd_check_writeable(struct mtd_info *mtd)
{
	if (!mtd->writeable || (!mtd->ops->run && (!mtd->ops->issue || !mtd->ops->check)))
		return err_set(&mtd->ctx->err, -EROFS,
			       "choose a writable device: `swdrom --probe` lists them",
			       "%s is read-only", mtd->name);
	return 0;
}

/* an erase must start and end at a block border */
static int mtd_check_blocks(struct mtd_info *mtd, u64 from, u64 len)
{
	u64 start, size, edge = from;

	for (int i = 0; i < 2; i++, edge = from + len) {
		if (edge == mtd->size || !mtd_block_at(mtd, edge, &start, &size) || start == edge)
			continue;
		return err_set(&mtd->ctx->err, -EINVAL, "erase whole blocks",
			       "offset 0x%" PRIx64 " of %s is inside the erase block 0x%" PRIx64
			       "..0x%" PRIx64,
			       edge, mtd->name, start, start + size - 1);
	}
	return 0;
}

/**
 * mtd_prepare() - make a device ready for requests: unlock, clocks, quad enable. Idempotent
 * @mtd: device
 *
 * Nothing here changes what the device holds. Undone by mtd_finish().
 */
int mtd_prepare(struct mtd_info *mtd)
{
	return mtd->ops->prepare ? mtd->ops->prepare(mtd) : 0;
}

/* mtd_finish() - back to a quiet, readable state; runs also after errors and Ctrl-C */
void mtd_finish(struct mtd_info *mtd)
{
	if (mtd->ops->finish)
		mtd->ops->finish(mtd);
}

/**
 * mtd_is_locked() - would erasing or programming a range be refused?
 * @mtd: device
 * @from: first byte, from the start of the device
 * @len: bytes
 *
 * Return: 0: no; MTD_OPENS: only by locks that mtd_open_locks() opens; -EROFS with the reason; -EINVAL
 * for a range outside the device.
 */
int mtd_is_locked(struct mtd_info *mtd, u64 from, u64 len)
{
	int ret = mtd_check_range(mtd, from, len);

	if (!ret)
		ret = mtd_check_writeable(mtd);
	if (ret || !len || !mtd->ops->is_locked)
		return ret;
	return mtd->ops->is_locked(mtd, from, len);
}

/**
 * mtd_open_locks() - open the locks that every power-up sets
 * @mtd: device, prepared
 * @from: first byte of a range that mtd_is_locked() says MTD_OPENS of
 * @len: bytes
 *
 * Return: 0; -EROFS when they stay closed; other errors as they come.
 */
int mtd_open_locks(struct mtd_info *mtd, u64 from, u64 len)
{
	return mtd->ops->open_locks ? mtd->ops->open_locks(mtd, from, len) : 0;
}

/**
 * mtd_read() - read a range
 * @mtd: device
 * @from: first byte, from the start of the device
 * @len: bytes
 * @buf: room for @len bytes; contents undefined after an error
 */
int mtd_read(struct mtd_info *mtd, u64 from, size_t len, u8 *buf)
{
	int ret = mtd_check_range(mtd, from, len);

	if (ret || !len)
		return ret;
	ret = mtd_prepare(mtd);
	if (!ret)
		ret = mtd->ops->read(mtd, from, len, buf);
	if (ret)
		err_at(&mtd->ctx->err, ret, "reading %s at 0x%08" PRIx64, mtd->name,
		       mtd->base + from);
	return ret;
}

/**
 * mtd_checksum() - CRC-32 of pieces of a device, computed by the target
 * @mtd: device
 * @pieces: starts and lengths are multiples of MTD_CRC_ALIGN; crc and is_unsure are filled in
 * @n: of them
 *
 * Return: 0; -EOPNOTSUPP with the reason where the target can't: read instead.
 */
int mtd_checksum(struct mtd_info *mtd, struct mtd_crc *pieces, size_t n)
{
	int ret = 0;

	if (!mtd->ops->checksum)
		return err_set(&mtd->ctx->err, -EOPNOTSUPP, "compare by reading",
			       "the target can't compute checksums of %s", mtd->name);
	for (size_t i = 0; i < n && !ret; i++) {
		ret = mtd_check_range(mtd, pieces[i].from, pieces[i].len);
		if (!ret && (pieces[i].from % MTD_CRC_ALIGN || pieces[i].len % MTD_CRC_ALIGN))
			ret = err_set(&mtd->ctx->err, -EINVAL, NULL,
				      "0x%" PRIx32 " bytes at offset 0x%" PRIx64
				      " of %s are not whole words",
				      pieces[i].len, pieces[i].from, mtd->name);
	}
	if (ret || !n)
		return ret;
	ret = mtd_prepare(mtd);
	if (!ret)
		ret = mtd->ops->checksum(mtd, pieces, n);
	if (ret && ret != -EOPNOTSUPP)
		err_at(&mtd->ctx->err, ret, "checksum of %s from 0x%08" PRIx64, mtd->name,
		       mtd->base + pieces[0].from);
	return ret;
}

static int mtd_run_one(struct mtd_info *mtd, enum job_kind kind, u64 offset, u64 len, const u8 *buf)
{
	struct flash_job job = {
		.kind = kind, .mtd = mtd, .offset = offset, .len = len, .buf = buf
	};
	int lock = mtd_is_locked(mtd, offset, len);
	int ret = lock < 0 ? lock : mtd_prepare(mtd);

	if (!ret && lock == MTD_OPENS)
		ret = mtd_open_locks(mtd, offset, len);
	if (!ret)
		ret = sched_run(mtd->ctx, mtd->q, &job, 1);
	return ret;
}

/**
 * mtd_write() - program a range of erased flash, and wait for it
 * @mtd: device
 * @to: first byte, a multiple of writesize
 * @len: bytes, a multiple of writesize
 * @buf: the data; borrowed until return
 *
 * mtd_finish() is the caller's, after the last request.
 */
int mtd_write(struct mtd_info *mtd, u64 to, size_t len, const u8 *buf)
{
	int ret = mtd_check_range(mtd, to, len);

	if (!ret)
		ret = mtd_check_writeable(mtd);
	if (ret)
		return ret;
	if (to % mtd->writesize || len % mtd->writesize)
		return err_set(&mtd->ctx->err, -EINVAL, "pad the data to whole program units",
			       "0x%zx bytes at offset 0x%" PRIx64
			       " of %s are not whole program units of %u bytes",
			       len, to, mtd->name, mtd->writesize);
	return len ? mtd_run_one(mtd, JOB_PROGRAM, to, len, buf) : 0;
}

/**
 * mtd_erase() - erase whole blocks, and wait for it
 * @mtd: device
 * @from: start of a block
 * @len: up to the end of a block
 */
int mtd_erase(struct mtd_info *mtd, u64 from, u64 len)
{
	int ret = mtd_check_range(mtd, from, len);

	if (!ret)
		ret = mtd_check_writeable(mtd);
	if (!ret)
		ret = mtd_check_blocks(mtd, from, len);
	if (ret || !len)
		return ret;
	return mtd_run_one(mtd, JOB_ERASE, from, len, NULL);
}
