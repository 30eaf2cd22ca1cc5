// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What all SPI memory controllers need to know about a command, and the checked way to one.
 */
#include "lib/spi-mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool is_width(u8 width)
{
	return width == 1 || width == 2 || width == 4 || width == 8;
}

/**
 * spi_mem_op_is_sane() - do the phases make sense?
 * @op: the command
 *
 * Return: true if it has an opcode, its widths are 1, 2, 4 or 8 lines, its address has up to 4 bytes,
 * its mode bits fill whole clocks, and data have a direction, a length and a buffer.
 */
bool spi_mem_op_is_sane(const struct spi_mem_op *op)
{
	if (!is_width(op->cmd.buswidth))
		return false;
	/* both edges: 8D-8D-8D, opcodes and data in whole words */
	if (op->dtr && (op->cmd.buswidth != 8 || !op->cmd.has_ext || op->data.nbytes % 2))
		return false;
	if (op->addr.nbytes > 4 || (op->addr.nbytes && !is_width(op->addr.buswidth)))
		return false;
	if (op->addr.val >> (8 * op->addr.nbytes))
		return false;
	if (op->mode.nbits > 32 || (op->mode.nbits && (!is_width(op->mode.buswidth) ||
						       op->mode.nbits % op->mode.buswidth)))
		return false;
	if (op->data.dir == SPI_MEM_NO_DATA)
		return !op->data.nbytes;
	return is_width(op->data.buswidth) && op->data.nbytes && op->data.in;
}

/**
 * spi_mem_op_width() - lines of the widest phase
 * @op: the command
 *
 * Return: 1, 2, 4 or 8.
 */
unsigned int spi_mem_op_width(const struct spi_mem_op *op)
{
	unsigned int width = op->cmd.buswidth;

	if (op->addr.nbytes)
		width = max(width, (unsigned int)op->addr.buswidth);
	if (op->mode.nbits)
		width = max(width, (unsigned int)op->mode.buswidth);
	if (op->data.dir != SPI_MEM_NO_DATA)
		width = max(width, (unsigned int)op->data.buswidth);
	return width;
}

/**
 * spi_mem_header_cycles() - clocks before the data phase
 * @op: a sane command
 */
unsigned int spi_mem_header_cycles(const struct spi_mem_op *op)
{
	unsigned int n = (op->cmd.has_ext ? 16u : 8u) / op->cmd.buswidth;

	if (op->addr.nbytes)
		n += 8u * op->addr.nbytes / op->addr.buswidth;
	if (op->mode.nbits)
		n += op->mode.nbits / op->mode.buswidth;
	return (op->dtr ? n / 2 : n) + op->dummy.ncycles;
}

/**
 * spi_mem_data_cycles() - clocks that data take
 * @op: a sane command with data
 * @nbytes: how many bytes of them
 */
u64 spi_mem_data_cycles(const struct spi_mem_op *op, u64 nbytes)
{
	u64 bits = op->dtr ? 4 : 8; /* a byte's clocks on one line */

	return op->data.dir == SPI_MEM_NO_DATA ? 0 : bits * nbytes / op->data.buswidth;
}

/**
 * spi_mem_supports_op() - can this board and controller send it?
 * @mem: controller
 * @op: command
 */
bool spi_mem_supports_op(const struct spi_mem *mem, const struct spi_mem_op *op)
{
	return spi_mem_op_is_sane(op) && spi_mem_op_width(op) <= mem->max_width &&
	       mem->ops->supports_op(mem, op);
}

/**
 * spi_mem_exec() - send one command and wait for it
 * @mem: controller
 * @op: command; op->data.in is valid when 0 is returned
 *
 * Return: 0; -EOPNOTSUPP if board or controller can't; else what the controller's exec() says.
 */
int spi_mem_exec(struct spi_mem *mem, const struct spi_mem_op *op)
{
	if (!spi_mem_supports_op(mem, op))
		return err_set(&mem->ctx->err, -EOPNOTSUPP, NULL,
			       "%s can't send SPI command %02xh on %u line(s) here", mem->name,
			       op->cmd.opcode, spi_mem_op_width(op));
	return mem->ops->exec(mem, op);
}

static int exec_pair(struct spi_mem *mem, const struct spi_mem_op *op, u8 *second)
{
	u32 n = op->data.nbytes;
	u8 *both = calloc(2, n);
	struct spi_mem_op pair = *op;
	int rc;

	if (!both)
		return err_set(&mem->ctx->err, -ENOMEM, NULL, "out of memory");
	pair.data.nbytes = 2 * n;
	for (u32 i = 0; i < n && op->data.dir == SPI_MEM_OUT; i++) {
		both[2 * i] = ((const u8 *)op->data.out)[i];
		both[2 * i + 1] = second ? second[i] : both[2 * i];
	}
	if (op->data.dir == SPI_MEM_IN)
		pair.data.in = both;
	else
		pair.data.out = both;
	rc = spi_mem_exec(mem, &pair);
	for (u32 i = 0; i < n && op->data.dir == SPI_MEM_IN && !rc; i++) {
		((u8 *)op->data.in)[i] = both[2 * i];
		if (second)
			second[i] = both[2 * i + 1];
	}
	free(both);
	return rc;
}

/**
 * spi_mem_exec_each() - send a command whose data each chip has for itself
 * @mem: controller
 * @op: as for one chip; its data are the first chip's
 * @second: the second chip's: read to or written from; with one chip a copy of what was read. NULL:
 *	    it is written the same, and what it says is not wanted
 *
 * Return: as spi_mem_exec(); also -ENOMEM.
 */
int spi_mem_exec_each(struct spi_mem *mem, const struct spi_mem_op *op, u8 *second)
{
	int rc;

	if (mem->n_chips == 2 && op->data.dir != SPI_MEM_NO_DATA)
		return exec_pair(mem, op, second);
	rc = spi_mem_exec(mem, op);
	if (!rc && second && op->data.dir == SPI_MEM_IN)
		memcpy(second, op->data.in, op->data.nbytes);
	return rc;
}
