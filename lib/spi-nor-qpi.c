// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * QPI: a chip that takes opcodes too on four lines (4-4-4).
 *
 * It saves six clocks of opcode, 0.25 us at 24 MHz, which the debug port never notices; and it is
 * what a later session has to find its way out of. So it is used where a board file asks for it
 * (mode = 4-4-4), and for chips that have no other read on four lines. Like all reads on several
 * lines it is entered only to prove that it brings what one line brings, and left when it does not;
 * it is left at the end, and for whatever is not reading, erasing and programming: most chips know
 * fewer commands in QPI.
 *
 * Nothing else knows of it: commands are built for one line, and while the chip is in QPI nor->mem
 * is a controller that moves them over to four and hands them to the real one.
 *
 * How it is entered and left is what BFPT dword 15 says.
 */
#include "lib/spi-nor-priv.h"

#include <errno.h>
#include <string.h>

#define OP_RESET_EN    0x66
#define OP_RESET       0x99
#define OP_RDID	       0x9f
#define OP_MIO_RDID    0xaf /* the same in QPI: Micron, Macronix, ISSI, SST26 */
#define OP_WREN	       0x06
#define OP_QPI_38      0x38
#define OP_QPI_35      0x35
#define OP_EXIT_FF     0xff
#define OP_EXIT_F5     0xf5
#define OP_RDAR	       0x65 /* any register: address, dummy cycles */
#define OP_WRAR	       0x71
#define OP_RDEVCR      0x65 /* Micron */
#define OP_WREVCR      0x61
#define OP_READ_PARAMS 0xc0

/* BFPT dword 15 */
#define ENTER_QE_38  BIT(0)
#define ENTER_38     BIT(1)
#define ENTER_35     BIT(2)
#define ENTER_CR2V   BIT(3)
#define ENTER_EVCR   BIT(4)
#define LEAVE_FF     BIT(0)
#define LEAVE_F5     BIT(1)
#define LEAVE_CR2V   BIT(2)

#define CR2V	     0x800003u
#define CR2V_QPI     BIT(6)
#define RDAR_CYCLES  8 /* power-on default */
#define EVCR_QPI_OFF BIT(7)

/* C0h, bits 5:4: dummy cycles of reads in QPI: 2, the default, or 8 (W25Q128FV data sheet 8.2.34) */
#define READ_PARAMS_8 0x30
#define READ_PARAMS_2 0x00

/* volatile registers take effect at once (tSHSL); resets as in lib/spi-nor-recover.c */
#define T_SWITCH_NS USEC_NS
#define T_RESET_NS  MSEC_NS

/* ---- the controller of a chip in QPI ---- */

static struct nor_qpi *qpi_of(const struct spi_mem *mem)
{
	return container_of(mem, struct nor_qpi, mem);
}

static struct spi_mem_op moved(const struct spi_mem *mem, const struct spi_mem_op *op)
{
	struct spi_mem_op four = *op;

	nor_op_to_proto(&four, &qpi_of(mem)->proto);
	return four;
}

static bool qpi_supports_op(const struct spi_mem *mem, const struct spi_mem_op *op)
{
	struct spi_mem *spi = qpi_of(mem)->spi;
	struct spi_mem_op four = moved(mem, op);

	return spi->ops->supports_op(spi, &four);
}

static int qpi_exec(struct spi_mem *mem, const struct spi_mem_op *op)
{
	struct spi_mem *spi = qpi_of(mem)->spi;
	struct spi_mem_op four = moved(mem, op);

	return spi->ops->exec(spi, &four);
}

static void qpi_queue_op(struct spi_mem *mem, struct memq *q, const struct spi_mem_op *op,
			 enum memq_sample *state)
{
	struct spi_mem *spi = qpi_of(mem)->spi;
	struct spi_mem_op four = moved(mem, op);

	spi->ops->queue_op(spi, q, &four, state);
}

static u64 qpi_op_time_ns(const struct spi_mem *mem, const struct spi_mem_op *op)
{
	struct spi_mem *spi = qpi_of(mem)->spi;
	struct spi_mem_op four = moved(mem, op);

	return spi->ops->op_time_ns(spi, &four);
}

static void qpi_queue_poll(struct spi_mem *mem, struct memq *q, const struct spi_mem_op *op,
			   u8 mask, u8 match, u64 interval_ns)
{
	struct spi_mem *spi = qpi_of(mem)->spi;
	struct spi_mem_op four = moved(mem, op);

	spi->ops->queue_poll(spi, q, &four, mask, match, interval_ns);
}

static void qpi_queue_poll_sample(struct spi_mem *mem, struct memq *q, u32 *val,
				  enum memq_sample *state)
{
	struct spi_mem *spi = qpi_of(mem)->spi;

	spi->ops->queue_poll_sample(spi, q, val, state);
}

static void qpi_queue_poll_samples(struct spi_mem *mem, struct memq *q, u32 *val, unsigned int n,
				   enum memq_sample *state)
{
	struct spi_mem *spi = qpi_of(mem)->spi;

	spi->ops->queue_poll_samples(spi, q, val, n, state);
}

static bool qpi_poll_matched(const struct spi_mem *mem, u32 val)
{
	struct spi_mem *spi = qpi_of(mem)->spi;

	return spi->ops->poll_matched(spi, val);
}

static void qpi_queue_poll_end(struct spi_mem *mem, struct memq *q)
{
	struct spi_mem *spi = qpi_of(mem)->spi;

	spi->ops->queue_poll_end(spi, q);
}

static void qpi_queue_stage(struct spi_mem *mem, struct memq *q, u32 offset, const u8 *buf, u32 len,
			    u32 total)
{
	struct spi_mem *spi = qpi_of(mem)->spi;

	spi->ops->queue_stage(spi, q, offset, buf, len, total);
}

static void qpi_queue_poll_end_staged(struct spi_mem *mem, struct memq *q)
{
	struct spi_mem *spi = qpi_of(mem)->spi;

	spi->ops->queue_poll_end_staged(spi, q);
}

static void qpi_queue_op_staged(struct spi_mem *mem, struct memq *q, const struct spi_mem_op *op)
{
	struct spi_mem *spi = qpi_of(mem)->spi;
	struct spi_mem_op four = moved(mem, op);

	spi->ops->queue_op_staged(spi, q, &four);
}

static u64 qpi_staged_ns(const struct spi_mem *mem, const struct spi_mem_op *op)
{
	struct spi_mem *spi = qpi_of(mem)->spi;
	struct spi_mem_op four = moved(mem, op);

	return spi->ops->staged_ns(spi, &four);
}

static bool qpi_may_stage_ahead(const struct spi_mem *mem, const struct spi_mem_op *op)
{
	struct spi_mem *spi = qpi_of(mem)->spi;
	struct spi_mem_op four = moved(mem, op);

	return spi->ops->may_stage_ahead(spi, &four);
}

static int qpi_dirmap_read(struct spi_mem *mem, const struct spi_mem_op *op, u64 from, size_t len,
			   u8 *buf)
{
	struct spi_mem *spi = qpi_of(mem)->spi;
	struct spi_mem_op four = moved(mem, op);

	return spi->ops->dirmap_read(spi, &four, from, len, buf);
}

static int qpi_dirmap_checksum(struct spi_mem *mem, const struct spi_mem_op *op,
			       struct mtd_crc *pieces, size_t n)
{
	struct spi_mem *spi = qpi_of(mem)->spi;
	struct spi_mem_op four = moved(mem, op);

	return spi->ops->dirmap_checksum(spi, &four, pieces, n);
}

static void qpi_checksum_costs(const struct spi_mem *mem, const struct spi_mem_op *op,
			       struct mtd_info *mtd)
{
	struct spi_mem *spi = qpi_of(mem)->spi;
	struct spi_mem_op four = moved(mem, op);

	spi->ops->checksum_costs(spi, &four, mtd);
}

/* what is optional stays so; drive_high(), configure(), enable(), disable() are the real one's */
static void make_controller(struct nor_qpi *qpi, struct spi_mem *spi)
{
	const struct spi_controller_mem_ops *real = spi->ops;

	qpi->spi = spi;
	qpi->ops = (struct spi_controller_mem_ops){
		.supports_op = qpi_supports_op,
		.exec = qpi_exec,
		.queue_op = qpi_queue_op,
		.op_time_ns = qpi_op_time_ns,
		.queue_poll = qpi_queue_poll,
		.queue_poll_sample = qpi_queue_poll_sample,
		.queue_poll_samples = qpi_queue_poll_samples,
		.poll_matched = qpi_poll_matched,
		.queue_poll_end = qpi_queue_poll_end,
		.queue_stage = real->queue_stage ? qpi_queue_stage : NULL,
		.queue_poll_end_staged =
			real->queue_poll_end_staged ? qpi_queue_poll_end_staged : NULL,
		.queue_op_staged = real->queue_op_staged ? qpi_queue_op_staged : NULL,
		.staged_ns = real->staged_ns ? qpi_staged_ns : NULL,
		.may_stage_ahead = real->may_stage_ahead ? qpi_may_stage_ahead : NULL,
		.dirmap_read = qpi_dirmap_read,
		.dirmap_checksum = real->dirmap_checksum ? qpi_dirmap_checksum : NULL,
		.checksum_costs = real->checksum_costs ? qpi_checksum_costs : NULL,
	};
	qpi->mem = *spi;
	qpi->mem.ops = &qpi->ops;
	qpi->proto = (struct nor_proto){ .lines = 4 };
}

/* ---- in and out ---- */

static int send(struct spi_nor *nor, u8 opcode)
{
	struct spi_mem_op op = nor_op_simple(opcode);

	return spi_mem_exec(nor->mem, &op);
}

static int write_at_once(struct spi_nor *nor, struct spi_mem_op *op, const u8 *val)
{
	int rc = send(nor, OP_WREN);

	op->data.dir = SPI_MEM_OUT;
	op->data.buswidth = 1;
	op->data.nbytes = 1;
	op->data.out = val;
	if (!rc)
		rc = nor_exec(nor, op);
	clock_sleep_ns(nor->mem->ctx->clk, T_SWITCH_NS);
	return rc;
}

/* a Micron's enhanced volatile configuration register: bit 7 clear is QPI */
static int switch_evcr(struct spi_nor *nor, bool on)
{
	struct spi_mem_op op = nor_op_simple(OP_WREVCR);
	u8 val = 0;
	int rc = nor_read_reg(nor, OP_RDEVCR, &val, 1);

	val = on ? val & (u8)~EVCR_QPI_OFF : val | EVCR_QPI_OFF;
	return rc ? rc : write_at_once(nor, &op, &val);
}

static int switch_cr2v(struct spi_nor *nor, bool on)
{
	u8 val = 0;
	struct spi_mem_op rd = nor_op_read_reg(OP_RDAR, &val, 1), wr = nor_op_simple(OP_WRAR);
	int rc;

	rd.addr.nbytes = nor->in_4byte_mode || nor->p.fourbyte == NOR_4B_ALWAYS ? 4 : 3;
	rd.addr.buswidth = 1;
	rd.addr.val = CR2V;
	rd.dummy.ncycles = RDAR_CYCLES;
	wr.addr = rd.addr;
	rc = nor_exec(nor, &rd);
	val = on ? val | CR2V_QPI : val & (u8)~CR2V_QPI;
	return rc ? rc : write_at_once(nor, &wr, &val);
}

static int set_read_params(struct spi_nor *nor, u8 val)
{
	struct spi_mem_op op = nor_op_simple(OP_READ_PARAMS);

	op.data.dir = SPI_MEM_OUT;
	op.data.buswidth = 1;
	op.data.nbytes = 1;
	op.data.out = &val;
	return nor_exec(nor, &op);
}

/* nor_has_qpi() - is it known how it reads in QPI, and how to get there? */
bool nor_has_qpi(const struct spi_nor *nor)
{
	/* dies that are selected would have to be switched one by one */
	return nor->p.read_4_4_4.opcode && nor->p.qpi_enter && nor->p.dies == NOR_DIES_NONE &&
	       nor->mem->q;
}

bool nor_is_qpi(const struct spi_nor *nor)
{
	return nor->mem == &nor->qpi.mem;
}

static bool answers(struct spi_nor *nor, u8 opcode)
{
	u8 id[3] = { 0 };

	return !nor_read_reg(nor, opcode, id, sizeof(id)) && !memcmp(id, nor->id, sizeof(id));
}

static int switch_over(struct spi_nor *nor)
{
	u8 how = nor->p.qpi_enter;
	int rc = 0;

	/* a table may claim several; the first are those that makers really have */
	if (how & ENTER_QE_38)
		rc = nor_enable_quad(nor);
	if (rc)
		return rc;
	if (how & (ENTER_QE_38 | ENTER_38))
		rc = send(nor, OP_QPI_38);
	else if (how & ENTER_35)
		rc = send(nor, OP_QPI_35);
	else if (how & ENTER_CR2V)
		rc = switch_cr2v(nor, true);
	else
		rc = switch_evcr(nor, true);
	return rc;
}

/**
 * nor_enter_qpi() - switch the chip over
 * @nor: chip, idle, in SPI or already in QPI; nor_has_qpi()
 * @entered: false: it did not follow, some tables promise what is not there
 *
 * Return: 0; errors of the wire or the controller.
 */
int nor_enter_qpi(struct spi_nor *nor, bool *entered)
{
	const struct err before = *nor_err(nor);
	int rc = 0;

	*entered = true;
	if (nor_is_qpi(nor))
		return 0;
	rc = switch_over(nor);
	/* an error of the wire says nothing about what the chip has heard */
	if (rc && answers(nor, OP_RDID)) {
		*entered = false;
		return rc;
	}
	make_controller(&nor->qpi, nor->mem);
	nor->mem = &nor->qpi.mem;
	if (rc) {
		*entered = false;
		nor_leave_qpi(nor);
		return rc;
	}
	/* 9Fh last: it throws a N25Q out of QPI */
	*entered = answers(nor, OP_MIO_RDID) || answers(nor, OP_RDID);
	*nor_err(nor) = before;
	if (!*entered) {
		log_dbg(&nor->mem->ctx->log, "%s does not enter QPI", nor->name);
		nor_leave_qpi(nor);
		return 0;
	}
	return nor->p.qpi_has_params ? set_read_params(nor, READ_PARAMS_8) : 0;
}

static int leave(struct spi_nor *nor)
{
	u8 how = nor->p.qpi_exit, by_register = ENTER_QE_38 | ENTER_38 | ENTER_35;
	int rc = nor->p.qpi_has_params ? set_read_params(nor, READ_PARAMS_2) : 0;

	if (!rc && !(nor->p.qpi_enter & by_register))
		rc = nor->p.qpi_enter & ENTER_CR2V ? switch_cr2v(nor, false)
						   : switch_evcr(nor, false);
	else if (!rc && how & LEAVE_F5)
		rc = send(nor, OP_EXIT_F5);
	else if (!rc && how & LEAVE_FF)
		rc = send(nor, OP_EXIT_FF);
	else if (!rc && how & LEAVE_CR2V)
		rc = switch_cr2v(nor, false);
	return rc;
}

/**
 * nor_leave_qpi() - back to what every later session and boot code expects
 * @nor: chip, idle; nothing is done if it is not in QPI. A failure is logged
 */
void nor_leave_qpi(struct spi_nor *nor)
{
	const struct err before = *nor_err(nor);
	int rc;

	if (!nor_is_qpi(nor))
		return;
	rc = leave(nor);
	nor->mem = nor->qpi.spi;
	if (nor->quad == NOR_QUAD_PROVEN)
		nor->quad = NOR_QUAD_UNPROVEN;
	if (rc || !answers(nor, OP_RDID)) {
		/* a soft reset leaves QPI on all chips that have one */
		nor->mem = &nor->qpi.mem;
		rc = send(nor, OP_RESET_EN);
		if (!rc)
			rc = send(nor, OP_RESET);
		clock_sleep_ns(nor->mem->ctx->clk, T_RESET_NS);
		nor->mem = nor->qpi.spi;
		if ((rc || !answers(nor, OP_RDID)) && !(nor->mem->q && memq_is_lost(nor->mem->q)))
			log_warn(&nor->mem->ctx->log,
				 "%s may still be in QPI: the next session finds its way out, boot "
				 "code perhaps not; power-cycle the board",
				 nor->name);
	}
	*nor_err(nor) = before;
}
