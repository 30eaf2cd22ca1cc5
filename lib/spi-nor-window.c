// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Chips that show one part of themselves at a time, the window: a die of a stack that C2h selects
 * (Winbond W25M), or 16 MiB that the extended address register (C5h) chooses. What is selected stays
 * so until the next selection or a reset; window 0 is the power-on default and is put back at the
 * end.
 *
 * A Micron stack has one address space, but a read that runs past the end of a die goes on at its
 * start (MT25Q 1 Gbit and up): reads are split there.
 */
#include "lib/spi-nor-priv.h"

#define OP_WREN	      0x06
#define OP_SELECT_DIE 0xc2
#define OP_WREAR      0xc5

#define EAR_WINDOW    MIB(16)

/* nor_window_size() - bytes that can be reached without another selection */
u64 nor_window_size(const struct spi_nor *nor)
{
	if (nor->p.dies == NOR_DIES_SELECT && nor->p.n_dies > 1)
		return nor->p.size / nor->p.n_dies;
	if (nor->p.fourbyte == NOR_4B_EAR && nor->p.size > EAR_WINDOW * nor_chips(nor))
		return EAR_WINDOW * nor_chips(nor);
	return nor->p.size;
}

bool nor_has_windows(const struct spi_nor *nor)
{
	return nor_window_size(nor) != nor->p.size;
}

/* nor_offset() - where in its window offset @at is */
u64 nor_offset(const struct spi_nor *nor, u64 at)
{
	return nor_has_windows(nor) ? at % nor_window_size(nor) : at;
}

/* nor_addr() - what a chip is told for offset @at, its window being selected */
u64 nor_addr(const struct spi_nor *nor, u64 at)
{
	return nor_offset(nor, at) / nor_chips(nor);
}

/* nor_read_span() - bytes from @at on that one read may bring */
u64 nor_read_span(const struct spi_nor *nor, u64 at)
{
	u64 size = nor_window_size(nor);

	if (nor->p.dies == NOR_DIES_LINEAR)
		size = nor->p.size / nor->p.n_dies;
	return size ? size - at % size : UINT64_MAX;
}

static struct spi_mem_op select_op(const struct spi_nor *nor, const u8 *window)
{
	return (struct spi_mem_op){
		.cmd = { .opcode = nor->p.dies == NOR_DIES_SELECT ? OP_SELECT_DIE : OP_WREAR,
			 .buswidth = 1 },
		.data = { .dir = SPI_MEM_OUT, .buswidth = 1, .nbytes = 1, .out = window },
	};
}

/* C2h is no write: it takes no write enable (and works while another die is busy) */
static bool needs_wren(const struct spi_nor *nor)
{
	return nor->p.dies != NOR_DIES_SELECT;
}

/**
 * nor_select() - make offset @at reachable, now
 * @nor: chip
 * @at: offset
 */
int nor_select(struct spi_nor *nor, u64 at)
{
	u64 window = nor_has_windows(nor) ? at / nor_window_size(nor) : 0;
	struct spi_mem_op op, wren = nor_op_simple(OP_WREN);
	u8 val = (u8)window;
	int rc = 0;

	if (!nor_has_windows(nor) || nor->window == (int)window)
		return 0;
	op = select_op(nor, &val);
	if (needs_wren(nor))
		rc = spi_mem_exec(nor->mem, &wren);
	if (!rc)
		rc = nor_exec(nor, &op);
	nor->window = rc ? -1 : (int)window;
	return rc;
}

/**
 * nor_queue_select() - the same in a stream: nothing waits
 * @nor: chip, nothing of it is polled
 * @q: where to
 * @at: offset
 */
void nor_queue_select(struct spi_nor *nor, struct memq *q, u64 at)
{
	struct spi_mem_op op, wren = nor_op_simple(OP_WREN);

	if (!nor_has_windows(nor) || nor->window == (int)(at / nor_window_size(nor)))
		return;
	nor->window_byte[0] = nor->window_byte[1] = (u8)(at / nor_window_size(nor));
	op = select_op(nor, nor->window_byte);
	op.data.nbytes = nor_chips(nor);
	if (needs_wren(nor))
		nor->mem->ops->queue_op(nor->mem, q, &wren, NULL);
	nor->mem->ops->queue_op(nor->mem, q, &op, NULL);
	nor->window = nor->window_byte[0];
}

/**
 * nor_each_die() - do something in every die that has its own registers
 * @nor: chip
 * @fn: what; ends at the first error
 *
 * Leaves the first die selected.
 */
int nor_each_die(struct spi_nor *nor, int (*fn)(struct spi_nor *nor))
{
	unsigned int n = nor->p.dies == NOR_DIES_SELECT ? nor->p.n_dies : 1;
	int rc = 0;

	for (unsigned int i = n; i-- > 0 && !rc;) {
		rc = nor_select(nor, i * (nor->p.size / n));
		if (!rc)
			rc = fn(nor);
	}
	return rc;
}
