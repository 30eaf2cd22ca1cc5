// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checksums of a SPI-NOR, where its controller's target can compute them.
 */
#include "lib/spi-nor-priv.h"

#include <errno.h>

/* where to look for a pattern that proves the four lines */
#define PROOF_PLACES 4u

/* four lines are four times as fast, and a blank chip may have been programmed since */
static int try_quad(struct spi_nor *nor, const struct mtd_crc *pieces, size_t n)
{
	u8 buf[NOR_PROOF_LEN];
	int rc = 0;

	for (unsigned int i = 0; i < PROOF_PLACES && nor->quad == NOR_QUAD_UNPROVEN && !rc; i++) {
		const struct mtd_crc *p = &pieces[i * n / PROOF_PLACES];

		/* reading proves them by the way */
		rc = nor->mtd.ops->read(&nor->mtd, p->from, min(p->len, (u32)NOR_PROOF_LEN), buf);
	}
	return rc;
}

static bool stays_in_dies(const struct spi_nor *nor, const struct mtd_crc *pieces, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (pieces[i].len > nor_read_span(nor, pieces[i].from))
			return false;
	return true;
}

/*
 * Lines that a blank chip cannot prove are good enough for a guess: bad ones make a sum that is neither
 * the image's nor a blank block's, but for cells that differ from those in the bits of bad lines only.
 */
static bool may_use_lines(const struct spi_nor *nor, const struct mtd_crc *pieces, size_t n)
{
	if (nor->quad != NOR_QUAD_UNPROVEN)
		return nor->quad == NOR_QUAD_PROVEN;
	/* QPI is entered to be proven, not on the chance */
	for (size_t i = 0; i < n && !nor->p.read_4_4_4.opcode; i++)
		if (!pieces[i].is_guess)
			return false;
	return !nor->p.read_4_4_4.opcode;
}

/*
 * Pieces of one span: a die, or what its window shows. The controller is told the addresses that
 * the chip has there; a read that goes on into the next die would come back to the start of this one
 */
static int sum_span(struct spi_nor *nor, const struct spi_mem_op *op, struct mtd_crc *pieces,
		    size_t n)
{
	u64 base = pieces[0].from - nor_offset(nor, pieces[0].from);
	int rc = nor_select(nor, pieces[0].from);

	if (rc)
		return rc;
	for (size_t i = 0; i < n; i++)
		pieces[i].from -= base;
	rc = nor->mem->ops->dirmap_checksum(nor->mem, op, pieces, n);
	for (size_t i = 0; i < n; i++)
		pieces[i].from += base;
	return rc;
}

/**
 * nor_checksum() - mtd_ops.checksum of a SPI-NOR
 * @mtd: of a struct spi_nor, prepared
 * @pieces: whole words inside the chip
 * @n: of them, at least 1
 */
int nor_checksum(struct mtd_info *mtd, struct mtd_crc *pieces, size_t n)
{
	struct spi_nor *nor = to_nor(mtd);
	struct spi_mem_op op;
	u8 dummy[1];
	bool is_wide;
	int rc;

	if (!nor->mem->ops->dirmap_checksum)
		return err_set(nor_err(nor), -EOPNOTSUPP, "compare by reading",
			       "%s computes no checksums", nor->mem->name);
	if (!stays_in_dies(nor, pieces, n))
		return err_set(nor_err(nor), -EOPNOTSUPP, "compare by reading",
			       "%s is not read as a whole", nor->name);
	rc = try_quad(nor, pieces, n);
	if (rc)
		return rc;
	is_wide = may_use_lines(nor, pieces, n);
	op = nor_op_read(nor, is_wide, 0, dummy, sizeof(dummy));
	for (size_t i = 0; i < n; i++)
		pieces[i].is_guessed = is_wide && nor->quad == NOR_QUAD_UNPROVEN;
	for (size_t i = 0, k; i < n && !rc; i = k) {
		u64 end = pieces[i].from + nor_read_span(nor, pieces[i].from);

		for (k = i + 1; k < n && pieces[k].from >= pieces[i].from && pieces[k].from < end;)
			k++;
		rc = sum_span(nor, &op, pieces + i, k - i);
	}
	if (!rc)
		nor_checksum_costs(nor);
	return rc;
}

/**
 * nor_checksum_costs() - the mtd's figures
 * @nor: prepared
 *
 * Lines that a blank chip cannot prove are proven by the time there is something to compare.
 */
void nor_checksum_costs(struct spi_nor *nor)
{
	u8 dummy[1];
	struct spi_mem_op op = nor_op_read(nor, nor->quad != NOR_QUAD_OFF, 0, dummy, sizeof(dummy));

	if (nor->mem->ops->checksum_costs)
		nor->mem->ops->checksum_costs(nor->mem, &op, &nor->mtd);
}
