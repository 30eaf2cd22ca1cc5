// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Chips that lock each block by itself, most of them with all locks set at power-up and by every
 * reset: Winbond with SR3.WPS = 1 (W25Q128JV data sheet 7.1.13, 8.2.41 to 8.2.45), Macronix with
 * WPSEL = 1 (dynamic protection bits, MX25L12835F 9-31 to 9-37), AT25DF (AT25DF321A section 9), SST26 (SST26VF064B 4.13 and
 * table 4-6). The first and the last 64 KiB have a lock every 4 KiB, all others every 64 KiB; SST26
 * has 8 KiB and 32 KiB blocks at both ends instead, and one register for all of them.
 */
#include "lib/spi-nor-priv.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define OP_WRSR	   0x01
#define OP_RDSR3   0x15
#define OP_RDSCUR  0x2b
#define OP_EN4B	   0xb7
#define OP_EX4B	   0xe9
#define OP_RBPR	   0x72
#define OP_WBPR	   0x42
#define OP_ULBPR   0x98

#define SR3_WPS	   BIT(2)
#define SCUR_WPSEL BIT(7)

/* 128 Mbit would have 34 */
#define BPR_MAX 40
#define EDGE	((u64)KIB(64))

struct nor_locks {
	const char *about;
	u8 lock, unlock, read;	 /* of one block; 0: one register for all */
	bool is_dpb;		 /* 4 address bytes in any mode; a data byte says lock or unlock */
	u8 lock_all, unlock_all; /* 0: by the status register */
	bool is_all_or_nothing;	 /* the sectors' sizes differ from part to part */
};

static const struct nor_locks wps_locks = {
	.about = "a lock for each block (SR3.WPS = 1), all set again at power-up and reset",
	.lock = 0x36,
	.unlock = 0x39,
	.read = 0x3d,
	.lock_all = 0x7e,
	.unlock_all = 0x98,
};

static const struct nor_locks wpsel_locks = {
	.about = "a lock for each block (SCUR.WPSEL = 1), all set again at power-up and reset",
	.lock = 0xe1,
	.unlock = 0xe1,
	.read = 0xe0,
	.is_dpb = true,
	.lock_all = 0x7e,
	.unlock_all = 0x98,
};

static const struct nor_locks swp_locks = {
	.about = "a lock for each sector, all set again at power-up and reset",
	.lock = 0x36,
	.unlock = 0x39,
	.read = 0x3c,
	.is_all_or_nothing = true,
};

static const struct nor_locks bpr_locks = {
	.about = "a lock for each block (BPR), all set again at power-up",
	.unlock_all = OP_ULBPR,
};

const char *nor_locks_about(const struct nor_locks *locks)
{
	return locks->about;
}

/**
 * nor_locks_find() - are locks of single blocks in force?
 * @nor: chip, idle
 * @out: how they are read and set; NULL: they are not
 */
int nor_locks_find(struct spi_nor *nor, const struct nor_locks **out)
{
	u8 val = 0;
	int rc = 0;

	*out = NULL;
	if (nor->p.bp == NOR_BP_SWP) {
		*out = &swp_locks;
	} else if (nor->p.bp == NOR_BP_BPR) {
		*out = &bpr_locks;
	} else if (nor->p.has_wps) {
		rc = nor_read_reg(nor, OP_RDSR3, &val, 1);
		/* older generations under the same ID have no SR3, and leave the line high */
		if (!rc && val & SR3_WPS && val != 0xff)
			*out = &wps_locks;
	} else if (nor->p.bp == NOR_BP4_TB_CR3) {
		/* a chip without this register leaves the line high */
		rc = nor_read_reg(nor, OP_RDSCUR, &val, 1);
		if (!rc && val & SCUR_WPSEL && val != 0xff)
			*out = &wpsel_locks;
	}
	return rc;
}

/* ---- a command for each block ---- */

/* these have no opcodes with four address bytes: the mode, for as long as it takes */
static int enter_4byte(struct spi_nor *nor, bool *entered)
{
	struct spi_mem_op op = nor_op_simple(OP_EN4B);

	*entered =
		nor->p.addr_nbytes == 4 && nor->p.fourbyte != NOR_4B_ALWAYS && !nor->in_4byte_mode;
	if (!*entered)
		return 0;
	return nor->p.fourbyte == NOR_4B_OPCODES ? spi_mem_exec(nor->mem, &op)
						 : nor_enter_4byte(nor);
}

static int leave_4byte(struct spi_nor *nor)
{
	struct spi_mem_op op = nor_op_simple(OP_EX4B);

	if (nor->p.fourbyte == NOR_4B_OPCODES)
		return spi_mem_exec(nor->mem, &op);
	nor_exit_4byte(nor);
	return 0;
}

static u64 block_at(u64 size, u64 at, u64 *start)
{
	u64 len = at < EDGE || at >= size - EDGE ? KIB(4) : KIB(64);

	*start = at - at % len;
	return len;
}

static int read_lock(struct spi_nor *nor, const struct nor_locks *locks, u64 at, bool *is_locked)
{
	u8 val = 0;
	struct spi_mem_op op = nor_op_read_reg(locks->read, &val, 1);
	int rc;

	op.addr.nbytes = locks->is_dpb ? 4 : nor->p.addr_nbytes;
	op.addr.buswidth = 1;
	op.addr.val = at;
	rc = nor_exec(nor, &op);
	*is_locked = val & BIT(0);
	return rc;
}

static int write_lock(struct spi_nor *nor, const struct nor_locks *locks, u64 at, bool lock)
{
	struct spi_mem_op op = nor_op_simple(lock ? locks->lock : locks->unlock);
	const u8 dpb = lock ? 0xff : 0x00;
	int rc = nor_write_enable(nor);

	op.addr.nbytes = locks->is_dpb ? 4 : nor->p.addr_nbytes;
	op.addr.buswidth = 1;
	op.addr.val = at;
	if (locks->is_dpb) {
		op.data.dir = SPI_MEM_OUT;
		op.data.buswidth = 1;
		op.data.nbytes = 1;
		op.data.out = &dpb;
	}
	return rc ? rc : nor_exec(nor, &op);
}

/* one more locked block: the span grows; *sum: locked bytes in it */
static void note_block(struct mtd_wp_range *span, u64 *sum, u64 start, u64 len)
{
	u64 lo = span->len ? min(span->start, start) : start;
	u64 hi = span->len ? max(span->start + span->len, start + len) : start + len;

	*span = (struct mtd_wp_range){ lo, hi - lo };
	*sum += len;
}

static int scan_blocks(struct spi_nor *nor, const struct nor_locks *locks, u64 from, u64 to,
		       struct mtd_wp_range *span, bool *partial)
{
	u64 start, len, sum = 0;
	int rc = 0;

	for (u64 at = from; at < to && !rc; at = start + len) {
		bool is_locked = false;

		len = block_at(nor_lock_span(nor), at, &start);
		rc = read_lock(nor, locks, start, &is_locked);
		if (is_locked)
			note_block(span, &sum, start, len);
	}
	*partial = sum != span->len;
	return rc;
}

static int set_all(struct spi_nor *nor, const struct nor_locks *locks, bool lock)
{
	struct spi_mem_op op = nor_op_simple(lock ? locks->lock_all : locks->unlock_all);
	/* AT25DF: ones or zeros in SR 5:2 are a command to all sectors; SPRL (7) must be 0 before */
	u8 sr[2] = { 0x00, lock ? 0x3c : 0x00 };
	int rc;

	if (op.cmd.opcode) {
		rc = nor_write_enable(nor);
		return rc ? rc : spi_mem_exec(nor->mem, &op);
	}
	rc = nor_write_reg(nor, OP_WRSR, &sr[0], 1, false);
	return rc || !lock ? rc : nor_write_reg(nor, OP_WRSR, &sr[1], 1, false);
}

static int set_blocks(struct spi_nor *nor, const struct nor_locks *locks, u64 from, u64 to)
{
	u64 size = nor_lock_span(nor), start, len;
	int rc;

	if (from == to || (from == 0 && to == size))
		return set_all(nor, locks, from != to);
	if (locks->is_all_or_nothing)
		return err_set(nor_err(nor), -EOPNOTSUPP, "protect all of it or nothing",
			       "sectors of %s have sizes that are not known here", nor->name);
	block_at(size, from, &start);
	if (start != from || (block_at(size, to - 1, &start) + start != to))
		return err_set(nor_err(nor), -EINVAL,
			       "use multiples of 64 KiB (of 4 KiB in the first and last 64 KiB)",
			       "0x%" PRIx64 " to 0x%" PRIx64 " are not whole lock blocks of %s",
			       from, to - 1, nor->name);
	rc = set_all(nor, locks, false);
	for (u64 at = from; at < to && !rc; at += len) {
		len = block_at(size, at, &start);
		rc = write_lock(nor, locks, at, true);
	}
	return rc;
}

/* ---- SST26: one register ---- */

struct bpr_block {
	u64 start, len;
	bool is_read_lock;
};

/* four 8K blocks at both ends with two bits each, one of 32K at both ends, 64K between (table 4-6) */
static unsigned int bpr_bits(u64 size)
{
	return (unsigned int)(size / KIB(64)) - 2 + 18;
}

static struct bpr_block bpr_block(u64 size, unsigned int bit)
{
	unsigned int n64 = (unsigned int)(size / KIB(64)) - 2, k;

	if (bit < n64)
		return (struct bpr_block){ KIB(64) * (u64)(bit + 1), KIB(64), false };
	if (bit == n64)
		return (struct bpr_block){ KIB(32), KIB(32), false };
	if (bit == n64 + 1)
		return (struct bpr_block){ size - KIB(64), KIB(32), false };
	k = (bit - n64 - 2) / 2;
	return (struct bpr_block){ k < 4 ? KIB(8) * (u64)k : size - KIB(8) * (u64)(8 - k), KIB(8),
				   (bit - n64) & 1 };
}

/* the highest bit comes first */
static u8 *bpr_byte(u8 *bpr, unsigned int n_bits, unsigned int bit)
{
	return &bpr[DIV_ROUND_UP(n_bits, 8) - 1 - bit / 8];
}

static int read_bpr(struct spi_nor *nor, u8 bpr[BPR_MAX], unsigned int *n_bits)
{
	*n_bits = bpr_bits(nor_lock_span(nor));
	if (DIV_ROUND_UP(*n_bits, 8) > BPR_MAX)
		return err_set(nor_err(nor), -EOPNOTSUPP, NULL,
			       "%s has more block locks than are known", nor->name);
	return nor_read_sure(nor, OP_RBPR, bpr, DIV_ROUND_UP(*n_bits, 8));
}

static int scan_bpr(struct spi_nor *nor, u64 from, u64 to, struct mtd_wp_range *span, bool *partial)
{
	u8 bpr[BPR_MAX] = { 0 };
	unsigned int n_bits;
	u64 sum = 0;
	int rc = read_bpr(nor, bpr, &n_bits);

	for (unsigned int bit = 0; bit < n_bits && !rc; bit++) {
		struct bpr_block b = bpr_block(nor_lock_span(nor), bit);

		if (b.is_read_lock || b.start >= to || b.start + b.len <= from)
			continue;
		if (*bpr_byte(bpr, n_bits, bit) & BIT(bit % 8))
			note_block(span, &sum, b.start, b.len);
	}
	*partial = sum != span->len;
	return rc;
}

static int set_bpr(struct spi_nor *nor, u64 from, u64 to)
{
	u8 bpr[BPR_MAX] = { 0 };
	unsigned int n_bits;
	u64 covered = 0;
	int rc;

	if (from == to)
		return set_all(nor, &bpr_locks, false);
	rc = read_bpr(nor, bpr, &n_bits);
	for (unsigned int bit = 0; bit < n_bits && !rc; bit++) {
		struct bpr_block b = bpr_block(nor_lock_span(nor), bit);
		u8 *byte = bpr_byte(bpr, n_bits, bit);

		if (b.is_read_lock)
			continue;
		*byte &= (u8)~BIT(bit % 8);
		if (b.start < from || b.start + b.len > to)
			continue;
		*byte |= (u8)BIT(bit % 8);
		covered += b.len;
	}
	if (!rc && covered != to - from)
		return err_set(nor_err(nor), -EINVAL,
			       "use multiples of 64 KiB (of 8 and 32 KiB in the first and last)",
			       "0x%" PRIx64 " to 0x%" PRIx64 " are not whole lock blocks of %s",
			       from, to - 1, nor->name);
	return rc ? rc : nor_write_reg(nor, OP_WBPR, bpr, DIV_ROUND_UP(n_bits, 8), false);
}

/* ---- both ---- */

int nor_locks_scan(struct spi_nor *nor, const struct nor_locks *locks, u64 from, u64 to,
		   struct mtd_wp_range *span, bool *partial)
{
	bool entered;
	int rc;

	memset(span, 0, sizeof(*span));
	*partial = false;
	if (!locks->read)
		return scan_bpr(nor, from, to, span, partial);
	rc = enter_4byte(nor, &entered);
	if (!rc)
		rc = scan_blocks(nor, locks, from, to, span, partial);
	/* also after an error: the application expects three */
	if (entered && leave_4byte(nor) && !rc)
		rc = nor_err(nor)->code;
	return rc;
}

int nor_locks_set(struct spi_nor *nor, const struct nor_locks *locks, u64 from, u64 to)
{
	bool entered;
	int rc;

	if (!locks->read)
		return set_bpr(nor, from, to);
	rc = enter_4byte(nor, &entered);
	if (!rc)
		rc = set_blocks(nor, locks, from, to);
	if (entered && leave_4byte(nor) && !rc)
		rc = nor_err(nor)->code;
	return rc;
}
