// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading much through QUADSPI: memory-mapped where the prefetcher outruns the wire, FIFO load by
 * FIFO load where it does not. And the raw clocks that chips need to find back to one line.
 */
#include "drivers/stm32-quadspi-priv.h"

#include <errno.h>
#include <inttypes.h>

/* bytes per memory-mapped piece: some 50 ms of wire at 15 MHz */
#define MAPPED_PIECE KIB(64)
/* FIFO loads in flight when reading indirectly */
#define READ_AHEAD 32

/*
 * A configuration of CCR that starts nothing when AR is written: data to send, so only DR would.
 * CCR is never cleared while EN is set (erratum E11).
 */
static void queue_park(struct stm32_quadspi *qs, struct memq *q, u8 opcode)
{
	put(qs, q, QUADSPI_CCR,
	    opcode | FIELD_PREP(QUADSPI_CCR_IMODE, 1) | FIELD_PREP(QUADSPI_CCR_ADMODE, 1) |
		    FIELD_PREP(QUADSPI_CCR_ADSIZE, 2) | FIELD_PREP(QUADSPI_CCR_DMODE, 1));
}

void quadspi_queue_enter_mapped(struct stm32_quadspi *qs, struct memq *q,
				const struct spi_mem_op *op)
{
	quadspi_select_lines(qs, q, spi_mem_op_width(op) == 4);
	if (qs->d.errata & QUADSPI_ERRATUM_E2) {
		quadspi_queue_abort(qs, q);
		queue_park(qs, q, op->cmd.opcode);
		put(qs, q, QUADSPI_AR, 0);
		quadspi_queue_abort(qs, q);
	}
	put(qs, q, QUADSPI_FCR, QUADSPI_FCR_ALL);
	if (op->mode.nbits)
		put(qs, q, QUADSPI_ABR, op->mode.val);
	put(qs, q, QUADSPI_CCR, quadspi_op_ccr(op, FMODE_MAPPED));
	qs->maybe_busy = true;
}

int quadspi_leave_mapped(struct stm32_quadspi *qs, const struct spi_mem_op *op)
{
	struct memq *q = qs->mem.q;
	int rc;

	quadspi_queue_abort(qs, q);
	queue_park(qs, q, op->cmd.opcode);
	put(qs, q, QUADSPI_FCR, QUADSPI_FCR_ALL);
	rc = memq_flush(q);
	if (rc)
		quadspi_give_up(qs);
	else
		qs->maybe_busy = false;
	return rc;
}

static int read_mapped(struct stm32_quadspi *qs, const struct spi_mem_op *op, u64 from, size_t len,
		       u8 *buf)
{
	struct memq *q = qs->mem.q;
	size_t first = min(len, (size_t)(4 - from % 4));
	int rc;

	quadspi_queue_enter_mapped(qs, q, op);
	/* the first word takes the command's header longer, and must not be waited for */
	memq_read(q, qs->d.window + (u32)from, buf, first);
	memq_delay_ns(q, clocks_ns(qs, spi_mem_header_cycles(op) + data_clocks(qs, op, 4) + 16));
	if (len > first)
		memq_read(q, qs->d.window + (u32)from + first, buf + first, len - first);
	/* read replies that were lost on the wire are asked for again: stay in this mode till then */
	rc = memq_flush(q);
	if (!rc)
		return quadspi_leave_mapped(qs, op);
	quadspi_give_up(qs);
	return rc;
}

/* FIFO loads, each a command of its own, many to a flush */
static int read_indirect(struct stm32_quadspi *qs, const struct spi_mem_op *tmpl, u64 from,
			 size_t len, u8 *buf)
{
	enum memq_sample state[READ_AHEAD];
	unsigned int lost_in_a_row = 0;

	if (qs->maybe_busy) {
		int rc = quadspi_quiesce(qs);

		if (rc)
			return rc;
	}
	while (len) {
		size_t sizes[READ_AHEAD], ahead = 0;
		unsigned int n = 0, good = 0;
		int rc;

		for (; n < READ_AHEAD && ahead < len; n++) {
			struct spi_mem_op op = *tmpl;

			sizes[n] = min((size_t)qs->d.fifo_depth, len - ahead);
			op.addr.val = (from + ahead) / qs->mem.n_chips;
			op.data.nbytes = (u32)sizes[n];
			op.data.in = buf + ahead;
			state[n] = MEMQ_PENDING;
			quadspi_queue_op(&qs->mem, qs->mem.q, &op, &state[n]);
			ahead += sizes[n];
		}
		rc = memq_flush(qs->mem.q);
		if (rc) {
			quadspi_give_up(qs);
			return rc;
		}
		for (; good < n && state[good] == MEMQ_VALID; good++) {
			from += sizes[good];
			buf += sizes[good];
			len -= sizes[good];
			lost_in_a_row = 0;
		}
		if (good < n) {
			quadspi_give_up(qs);
			if (++lost_in_a_row > EXEC_TRIES)
				return err_set(
					err_of(qs), -EIO, "lower the SWD clock, shorten the wires",
					"data read at 0x%" PRIx64
					" of the external flash were lost on the wire %u times",
					from, lost_in_a_row);
			rc = quadspi_quiesce(qs);
			if (rc)
				return rc;
		}
	}
	return 0;
}

int quadspi_dirmap_read(struct spi_mem *mem, const struct spi_mem_op *op, u64 from, size_t len,
			u8 *buf)
{
	struct stm32_quadspi *qs = to_quadspi(mem);
	struct spi_mem_op tmpl = *op;
	u64 end = qs->size ? qs->size : qs->d.window_size;
	bool fast;
	int rc;

	tmpl.data.dir = SPI_MEM_IN;
	tmpl.data.nbytes = (u32)min(len, (size_t)qs->d.fifo_depth);
	tmpl.data.in = buf;
	tmpl.addr.val = 0;
	if (from > end || len > end - from)
		return err_set(err_of(qs), -EINVAL, NULL,
			       "0x%zx bytes at 0x%" PRIx64 " lie past the end of the device", len,
			       from);
	if (!len)
		return 0;
	if (!spi_mem_supports_op(mem, &tmpl))
		return err_set(err_of(qs), -EOPNOTSUPP, NULL,
			       "%s can't read with SPI command %02xh here", mem->name,
			       op->cmd.opcode);
	if (qs->maybe_busy) {
		rc = quadspi_quiesce(qs);
		if (rc)
			return rc;
	}
	/* the prefetcher must outrun the wire, or each word stalls the bus */
	fast = clocks_ns(qs, data_clocks(qs, &tmpl, 4)) <= access_ns(qs);
	while (len) {
		size_t n = min(len, (size_t)MAPPED_PIECE);

		if (fast && from + n <= qs->d.window_size)
			rc = read_mapped(qs, &tmpl, from, n, buf);
		else
			rc = read_indirect(qs, &tmpl, from, n, buf);
		if (rc)
			return rc;
		from += n;
		buf += n;
		len -= n;
	}
	return 0;
}

/* nor-recovery: all-ones on the lines, made from opcode FFh, alternate bytes and address */
int quadspi_drive_high(struct spi_mem *mem, unsigned int width, unsigned int ncycles)
{
	static const struct {
		u8 width, ncycles;
		u32 ccr;
		bool addr;
	} shapes[] = {
		{ 4, 8, 0x0002c3ff, false },  /* 2 + 6 clocks: opcode, 24 alternate bits */
		{ 4, 10, 0x0003c3ff, false }, /* 2 + 8 */
		{ 4, 16, 0x0003efff, true },  /* 2 + 6 + 8: with a 24-bit address */
		{ 2, 16, 0x000282ff, false }, /* 4 + 12 on two lines */
		{ 1, 8, 0x000001ff, false },
	};
	struct stm32_quadspi *qs = to_quadspi(mem);
	struct memq *q = mem->q;
	int rc;

	for (unsigned int i = 0; i < ARRAY_SIZE(shapes); i++) {
		if (shapes[i].width != width || shapes[i].ncycles != ncycles ||
		    width > mem->max_width)
			continue;
		if (qs->maybe_busy) {
			rc = quadspi_quiesce(qs);
			if (rc)
				return rc;
		}
		quadspi_select_lines(qs, q, width == 4);
		put(qs, q, QUADSPI_ABR, 0xffffffff);
		put(qs, q, QUADSPI_CCR, shapes[i].ccr);
		if (shapes[i].addr)
			put(qs, q, QUADSPI_AR, 0x00ffffffu * mem->n_chips);
		memq_delay_ns(q, clocks_ns(qs, ncycles + 8));
		return memq_flush(q);
	}
	return -EOPNOTSUPP;
}
