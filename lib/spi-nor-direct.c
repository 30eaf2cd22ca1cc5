// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Jobs on a SPI-NOR with a wire of its own: no target between, nothing else to do meanwhile. An
 * erase is started, waited for and judged before the next; pages are programmed by
 * lib/spi-nor-stream.c.
 */
#include "lib/spi-nor-priv.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define OP_WREN	    0x06
#define OP_RDID	    0x9f

#define ID_BYTES    3
#define ID_READS    16
#define ID_LEAST_HZ 500000u /* at 1 MHz it was identified */

/* looks at the status register before sleeping begins: a page takes a few USB round trips */
#define EAGER_LOOKS 64

/**
 * nor_no_answer() - the error of a chip that was there, and is not
 * @nor: chip
 * @opcode: of the register that reads as all ones: that is the line's pull-up
 */
int nor_no_answer(struct spi_nor *nor, u8 opcode)
{
	return err_set(nor_err(nor), -EIO, nor->mem->wiring,
		       "%s does not answer any more (register %02xh reads ff)", nor->name, opcode);
}

/* a Micron stack: 70h is answered by one die after the other, and any of them may have failed */
static int read_failures(struct spi_nor *nor, u8 *val)
{
	unsigned int n = nor->p.die_ready ? nor->p.n_dies : 1;
	int rc = 0;

	*val = 0;
	for (unsigned int i = 0; i < n && !rc; i++) {
		u8 one = 0;

		rc = nor_read_reg(nor, nor->p.fail_opcode, &one, 1);
		*val |= one;
	}
	return rc;
}

/**
 * nor_wait_and_judge() - an operation ends, well or not
 * @nor: chip; it gets twice its maximum
 * @kind: of the operation
 * @at: where, for messages
 * @max_ns: its maximum
 *
 * The last status that was read is judged, too.
 */
int nor_wait_and_judge(struct spi_nor *nor, enum job_kind kind, u64 at, u64 max_ns)
{
	const struct nor_params *p = &nor->p;
	u8 mask = kind == JOB_ERASE ? p->fail_erase : p->fail_program, val = 0;
	struct sysclock *clk = nor->mem->ctx->clk;
	u64 from = clock_now_ns(clk), pause = max_ns / 256;
	bool was_gone = false;

	for (unsigned int looks = 0;; looks++) {
		int rc = nor_read_reg(nor, p->poll_opcode, &val, 1);

		if (rc)
			return rc;
		was_gone |= nor_is_absent(nor, val);
		if ((val & p->poll_mask) == p->poll_match)
			break;
		/* a failure keeps some chips busy until it is cleared: Spansion */
		if (p->fail_clear && p->fail_opcode == p->poll_opcode &&
		    val & (mask | p->fail_protect))
			break;
		if (clock_now_ns(clk) - from > 2 * max_ns)
			return err_set(nor_err(nor), -ETIMEDOUT,
				       /* nobody drives the line any more */
				       val == 0xff && nor->mem->wiring
					       ? nor->mem->wiring
					       : "power-cycle the chip and run the same command "
						 "again",
				       "%s is still busy %s at 0x%" PRIx64 " after %" PRIu64
				       " ms (register %02xh reads %02x)",
				       nor->name, kind == JOB_ERASE ? "erasing" : "programming", at,
				       2 * max_ns / MSEC_NS, p->poll_opcode, val);
		if (kind == JOB_ERASE || looks > EAGER_LOOKS)
			clock_sleep_ns(clk, pause);
	}
	/* it is ready because it was switched off and on: nothing was finished */
	if (was_gone)
		return nor_no_answer(nor, p->poll_opcode);
	if (p->fail_opcode && p->fail_opcode != p->poll_opcode) {
		int rc = read_failures(nor, &val);

		if (rc)
			return rc;
	}
	if (!p->fail_opcode || !(val & (mask | p->fail_protect)))
		return 0;
	if (val == 0xff)
		return nor_no_answer(nor, p->fail_opcode);
	return err_set(nor_err(nor), val & p->fail_protect ? -EROFS : -EIO,
		       "see --wp-status; if nothing is protected the chip is worn",
		       "%s reports that %s at 0x%" PRIx64 " failed (register %02xh reads %02x)",
		       nor->name, kind == JOB_ERASE ? "erasing" : "programming", at, p->fail_opcode,
		       val);
}

/**
 * nor_settle_clock() - is the SPI clock one that these wires bear?
 * @nor: identified at a slow one, configured for the job's
 *
 * Half of it, and so on, until the ID reads the same many times in a row.
 */
int nor_settle_clock(struct spi_nor *nor)
{
	struct spi_mem *mem = nor->mem;

	for (;;) {
		u8 id[ID_BYTES] = { 0 };
		unsigned int n = 0;
		int rc = 0;

		do
			rc = nor_read_reg(nor, OP_RDID, id, sizeof(id));
		while (!rc && !memcmp(id, nor->id, sizeof(id)) && ++n < ID_READS);
		if (rc || n == ID_READS)
			return rc;
		if (mem->hz <= ID_LEAST_HZ)
			return err_set(
				nor_err(nor), -EIO, mem->wiring,
				"the flash's ID reads %02x %02x %02x, then %02x %02x %02x: a "
				"loose contact, or noise",
				nor->id[0], nor->id[1], nor->id[2], id[0], id[1], id[2]);
		log_warn(&mem->ctx->log,
			 "at %" PRIu32
			 " kHz the ID of %s reads %02x %02x %02x instead of %02x %02x "
			 "%02x: too fast for these wires, trying half of that (clock= sets it)",
			 mem->hz / 1000, nor->name, id[0], id[1], id[2], nor->id[0], nor->id[1],
			 nor->id[2]);
		rc = mem->ops->configure(mem, nor->p.size, mem->hz / 2);
		if (rc)
			return rc;
	}
}

static int erase_next(struct flash_job *job)
{
	struct spi_nor *nor = to_nor(job->mtd);
	u64 at = job->offset + job->done;
	struct spi_mem_op op = nor_op_simple(OP_WREN);
	struct nor_erase e;
	int rc = nor_select(nor, at);

	if (rc)
		return rc;
	nor_pick_erase(nor, at, job->len - job->done, &e);
	/* both go with the first look at the status register */
	nor->mem->ops->queue_op(nor->mem, NULL, &op, NULL);
	op = nor_op_erase(nor, e.opcode, at);
	nor->mem->ops->queue_op(nor->mem, NULL, &op, NULL);
	nor->last_op_max_ns = 2 * e.max_ns;
	job->issued = job->done + e.size;
	rc = nor_err(nor)->code;
	if (!rc)
		rc = nor_wait_and_judge(nor, JOB_ERASE, at, e.max_ns);
	if (!rc)
		job->done += e.size;
	return rc;
}

/**
 * nor_run() - a whole job
 * @job: erase or program; done says how far it got
 *
 * Return: as mtd_ops.run.
 */
int nor_run(struct flash_job *job)
{
	struct ctx *ctx = job->mtd->ctx;
	int rc = 0;

	while (job->done < job->len && !rc) {
		if (ctx_stopped(ctx))
			return err_set(
				&ctx->err, -EINTR, "run the same command again to finish the job",
				"stopped on request: %s: %" PRIu64 " of %" PRIu64 " bytes %s",
				job->mtd->name, job->done, job->len,
				job->kind == JOB_ERASE ? "erased" : "programmed");
		rc = job->kind == JOB_ERASE ? erase_next(job) : nor_stream(job);
		ctx_progress(ctx, job->kind == JOB_ERASE ? "erase" : "program", job->mtd->name,
			     job->done, job->len);
	}
	return err_at(&ctx->err, rc, "%s %s at 0x%08" PRIx64,
		      job->kind == JOB_ERASE ? "erasing" : "programming", job->mtd->name,
		      job->mtd->base + job->offset + job->done);
}
