// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A SPI-NOR's registers: status, quad enable, 4-byte mode. Cold paths: each command is sent and
 * waited for.
 */
#include "lib/spi-nor-priv.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OP_WRSR		 0x01
#define OP_WRDI		 0x04
#define OP_RDSR		 0x05
#define OP_WREN		 0x06
#define OP_WRSR2	 0x31
#define OP_RDSR2	 0x35
#define OP_WRSR2_B7	 0x3e
#define OP_RDSR2_B7	 0x3f
#define OP_VOLATILE_WREN 0x50
#define OP_EN4B		 0xb7
#define OP_WRBANK	 0x17
#define OP_WREAR	 0xc5

#define SR1_WIP		 BIT(0)
#define SR1_WEL		 BIT(1)
#define SR1_QE		 BIT(6) /* NOR_QE_SR1_B6 */
#define BANK_EXTADD	 BIT(7)
#define SR2_QE		 BIT(1)
#define SR2_B7		 BIT(7)

/* tW, non-volatile: 500 ms at the slowest (Spansion), with a margin */
#define T_WRITE_SR_NS (2 * SEC_NS)

/* reads of a register until two in a row agree: nine bits of ten that are wrong are a broken wire */
#define SURE_READS 10

struct spi_mem_op nor_op_simple(u8 opcode)
{
	return (struct spi_mem_op){ .cmd = { .opcode = opcode, .buswidth = 1 } };
}

struct spi_mem_op nor_op_read_reg(u8 opcode, u8 *buf, unsigned int len)
{
	return (struct spi_mem_op){
		.cmd = { .opcode = opcode, .buswidth = 1 },
		.data = { .dir = SPI_MEM_IN, .buswidth = 1, .nbytes = len, .in = buf },
	};
}

static int differ(struct spi_nor *nor, const struct spi_mem_op *op, const u8 *a, const u8 *b)
{
	u32 i = 0;

	while (i + 1 < op->data.nbytes && a[i] == b[i])
		i++;
	return err_set(nor_err(nor), -EIO,
		       "set both alike first, each on a board of its own or through a programmer",
		       "the two chips side by side differ: command %02xh reads %02x and %02x",
		       op->cmd.opcode, a[i], b[i]);
}

int nor_exec(struct spi_nor *nor, const struct spi_mem_op *op)
{
	u8 *second = NULL;
	int rc;

	if (nor_chips(nor) == 1 || op->data.dir != SPI_MEM_IN)
		return spi_mem_exec_each(nor->mem, op, NULL);
	second = calloc(1, op->data.nbytes);
	if (!second)
		return err_set(nor_err(nor), -ENOMEM, NULL, "out of memory");
	rc = spi_mem_exec_each(nor->mem, op, second);
	if (!rc && memcmp(op->data.in, second, op->data.nbytes) != 0)
		rc = differ(nor, op, op->data.in, second);
	free(second);
	return rc;
}

/* one byte of each chip; the same one twice where there is but one */
static int read_each(struct spi_nor *nor, u8 opcode, u8 val[2])
{
	struct spi_mem_op op = nor_op_read_reg(opcode, &val[0], 1);

	return spi_mem_exec_each(nor->mem, &op, &val[1]);
}

/**
 * nor_read_reg() - read a register
 * @nor: chip
 * @opcode: which
 * @buf: its bytes
 * @len: how many
 *
 * Return: 0; -EIO where chips side by side differ; other errors as they come.
 */
int nor_read_reg(struct spi_nor *nor, u8 opcode, u8 *buf, unsigned int len)
{
	struct spi_mem_op op = nor_op_read_reg(opcode, buf, len);

	return nor_exec(nor, &op);
}

static int too_noisy(struct spi_nor *nor, u8 opcode)
{
	return err_set(nor_err(nor), -EIO,
		       "lower the clock (clock=1M), shorten the wires, check ground",
		       "%s: register %02xh reads different each time: it would be written back, so "
		       "nothing was written",
		       nor->name, opcode);
}

/**
 * nor_read_sure() - read a register whose bits are to be written back
 * @nor: chip, idle
 * @opcode: which
 * @buf: its bytes
 * @len: how many, NOR_SURE_MAX at most
 *
 * Some of them can never be undone (OTP locks beside quad enable in status register 2), and the
 * adapter's own SPI pins have no parity: they count once two reads in a row agree.
 *
 * Return: 0; -EIO if they never do; other errors as they come.
 */
int nor_read_sure(struct spi_nor *nor, u8 opcode, u8 *buf, unsigned int len)
{
	u8 last[NOR_SURE_MAX];
	int rc = nor_read_reg(nor, opcode, buf, len);

	for (unsigned int i = 1; i < SURE_READS && !rc; i++) {
		memcpy(last, buf, len);
		rc = nor_read_reg(nor, opcode, buf, len);
		if (!rc && !memcmp(last, buf, len))
			return 0;
	}
	return rc ? rc : too_noisy(nor, opcode);
}

static int nor_send(struct spi_nor *nor, u8 opcode)
{
	struct spi_mem_op op = nor_op_simple(opcode);

	return spi_mem_exec(nor->mem, &op);
}

/**
 * nor_write_enable() - set WEL and see that it is set
 * @nor: chip, idle
 */
int nor_write_enable(struct spi_nor *nor)
{
	int rc = nor_send(nor, OP_WREN);
	u8 sr[2] = { 0 };

	if (!rc)
		rc = read_each(nor, OP_RDSR, sr);
	if (!rc && !(sr[0] & sr[1] & SR1_WEL))
		rc = err_set(nor_err(nor), -EIO, "power-cycle the board and try again",
			     "%s does not accept write enable (SR %02x)", nor->name,
			     sr[0] & SR1_WEL ? sr[1] : sr[0]);
	return rc;
}

/* until (register & mask) == match */
static int wait_for(struct spi_nor *nor, u8 opcode, u8 mask, u8 match, u64 timeout_ns,
		    const char *what)
{
	struct sysclock *clk = nor->mem->ctx->clk;
	u64 from = clock_now_ns(clk), pause = 100 * USEC_NS;

	for (;;) {
		u8 val[2] = { 0 };
		int rc = read_each(nor, opcode, val);

		if (rc || ((val[0] & mask) == match && (val[1] & mask) == match))
			return rc;
		if (clock_now_ns(clk) - from > timeout_ns)
			return err_set(nor_err(nor), -ETIMEDOUT,
				       "power-cycle the board; if it stays so the chip is bad",
				       "%s is still busy with %s after %" PRIu64
				       " ms (register %02xh reads %02x)",
				       nor->name, what, timeout_ns / MSEC_NS, opcode,
				       (val[0] & mask) == match ? val[1] : val[0]);
		clock_sleep_ns(clk, pause);
		pause = min(2 * pause, 5 * MSEC_NS);
	}
}

/**
 * nor_wait_ready() - wait until nothing runs in the chip
 * @nor: chip
 * @timeout_ns: bound
 * @what: for the message: "status register write"
 */
int nor_wait_ready(struct spi_nor *nor, u64 timeout_ns, const char *what)
{
	int rc = wait_for(nor, nor->p.poll_opcode, nor->p.poll_mask, nor->p.poll_match, timeout_ns,
			  what);

	/* a Micron stack: 70h is answered by one die after the other, and every one must be ready */
	for (unsigned int i = 0; nor->p.die_ready && i < nor->p.n_dies && !rc; i++)
		rc = wait_for(nor, nor->p.fail_opcode, nor->p.die_ready, nor->p.die_ready,
			      timeout_ns, what);
	return rc;
}

/* @second: for the second chip, where it differs */
static int write_each(struct spi_nor *nor, u8 opcode, const u8 *first, u8 *second, unsigned int len,
		      bool is_volatile)
{
	struct spi_mem_op op = {
		.cmd = { .opcode = opcode, .buswidth = 1 },
		.data = { .dir = SPI_MEM_OUT, .buswidth = 1, .nbytes = len, .out = first },
	};
	int rc = is_volatile ? nor_send(nor, OP_VOLATILE_WREN) : nor_write_enable(nor);

	if (!rc)
		rc = spi_mem_exec_each(nor->mem, &op, second);
	if (!rc)
		rc = nor_wait_ready(nor, T_WRITE_SR_NS, "a register write");
	/* the flag status register tells of programs and erases; a stack of dies writes one by one */
	if (!rc && nor->p.poll_opcode != OP_RDSR)
		rc = wait_for(nor, OP_RDSR, SR1_WIP, 0, T_WRITE_SR_NS, "a register write");
	return rc;
}

/**
 * nor_write_reg() - write a register and wait for it
 * @nor: chip, idle
 * @opcode: which
 * @buf: its bytes
 * @len: how many
 * @is_volatile: by 50h instead of 06h: only the volatile copy changes
 */
int nor_write_reg(struct spi_nor *nor, u8 opcode, const u8 *buf, unsigned int len, bool is_volatile)
{
	return write_each(nor, opcode, buf, NULL, len, is_volatile);
}

/* ---- quad enable ---- */

/* status registers 1 and 2 of each chip, as far as quad enable has to do with them */
struct qe_regs {
	u8 sr[2][2]; /* [chip][register] */
};

static int read_sr(struct spi_nor *nor, u8 opcode, unsigned int reg, struct qe_regs *regs)
{
	u8 val[2] = { 0 };
	int rc = read_each(nor, opcode, val);

	for (unsigned int chip = 0; chip < 2; chip++)
		regs->sr[chip][reg] = val[chip];
	return rc;
}

/* register and bit for each QER; bit 0: there is none */
static u8 qe_bit(const struct spi_nor *nor, unsigned int *reg)
{
	*reg = nor->p.qe == NOR_QE_SR1_B6 ? 0 : 1;
	switch (nor->p.qe) {
	case NOR_QE_SR1_B6:
		return SR1_QE;
	case NOR_QE_SR2_B7:
		return SR2_B7;
	case NOR_QE_SR2_B1_W2:
	case NOR_QE_SR2_B1_W2K:
	case NOR_QE_SR2_B1_W2R:
	case NOR_QE_SR2_B1_31:
		return SR2_QE;
	default:
		return 0;
	}
}

static int qe_read(struct spi_nor *nor, struct qe_regs *regs, bool *is_set)
{
	unsigned int reg;
	u8 bit = qe_bit(nor, &reg);
	int rc = 0;

	memset(regs, 0, sizeof(*regs));
	*is_set = true;
	if (!bit)
		return 0;
	if (nor->p.qe != NOR_QE_SR2_B7)
		rc = read_sr(nor, OP_RDSR, 0, regs);
	if (!rc && reg)
		rc = read_sr(nor, nor->p.qe == NOR_QE_SR2_B7 ? OP_RDSR2_B7 : OP_RDSR2, 1, regs);
	*is_set = regs->sr[0][reg] & regs->sr[1][reg] & bit;
	return rc;
}

/* ... as they will be written back */
static int qe_read_sure(struct spi_nor *nor, struct qe_regs *regs, bool *is_set)
{
	struct qe_regs last;
	int rc = 0;

	for (unsigned int i = 1; i < SURE_READS && !rc; i++) {
		last = *regs;
		rc = qe_read(nor, regs, is_set);
		if (!rc && !memcmp(&last, regs, sizeof(last)))
			return 0;
	}
	return rc ? rc : too_noisy(nor, OP_RDSR2);
}

/* the way of writing, for each QER */
static int qe_write(struct spi_nor *nor, const struct qe_regs *regs, bool is_volatile)
{
	struct qe_regs r = *regs;
	u8 *a = r.sr[0], *b = r.sr[1];
	unsigned int reg;
	u8 bit = qe_bit(nor, &reg);

	for (unsigned int chip = 0; chip < 2; chip++) {
		r.sr[chip][0] &= (u8) ~(SR1_WIP | SR1_WEL);
		r.sr[chip][reg] |= bit;
	}
	switch (nor->p.qe) {
	case NOR_QE_SR1_B6:
		return write_each(nor, OP_WRSR, a, b, 1, is_volatile);
	case NOR_QE_SR2_B7:
		return write_each(nor, OP_WRSR2_B7, a + 1, b + 1, 1, is_volatile);
	case NOR_QE_SR2_B1_31:
		return write_each(nor, OP_WRSR2, a + 1, b + 1, 1, is_volatile);
	default:
		/* with one byte some parts clear the second register */
		return write_each(nor, OP_WRSR, a, b, 2, is_volatile);
	}
}

/**
 * nor_enable_quad() - set the quad enable bit, if there is one and it is not set yet
 * @nor: chip, idle
 *
 * By a volatile write where the chip has them, so that nothing is left behind. Other bits of the
 * register stay as they are.
 * Return: 0; -EIO if the bit does not stick (a locked status register); -EOPNOTSUPP if only a lasting
 * write could set it, and mtd.only_look is set; other errors as they come.
 */
int nor_enable_quad(struct spi_nor *nor)
{
	struct qe_regs regs;
	bool is_set;
	int rc = qe_read(nor, &regs, &is_set);

	if (rc || is_set)
		return rc;
	for (unsigned int i = nor->p.volatile_sr ? 0 : 1; i < 2; i++) {
		if (i && nor->mtd.only_look)
			return err_set(nor_err(nor), -EOPNOTSUPP, NULL,
				       "the quad enable bit of %s would last", nor->name);
		/* what lasts is written back as it surely is: locks for ever may be beside it */
		if (i)
			rc = qe_read_sure(nor, &regs, &is_set);
		if (!rc)
			rc = qe_write(nor, &regs, i == 0);
		if (!rc)
			rc = qe_read(nor, &regs, &is_set);
		if (rc)
			return rc;
		if (is_set) {
			nor->qe_is_volatile = i == 0;
			log_dbg(&nor->mem->ctx->log, "%s: quad enable set%s", nor->name,
				i == 0 ? " (volatile)" : "");
			return 0;
		}
	}
	return err_set(nor_err(nor), -EIO, "is WP# low and the status register locked?",
		       "%s does not take its quad enable bit (SR1 %02x, SR2 %02x)", nor->name,
		       regs.sr[0][0], regs.sr[0][1]);
}

/* ---- 4-byte mode ---- */

static int write_bank(struct spi_nor *nor, u8 val)
{
	/* bank register access takes no write enable (S25FL-S, ISSI) */
	struct spi_mem_op op = {
		.cmd = { .opcode = OP_WRBANK, .buswidth = 1 },
		.data = { .dir = SPI_MEM_OUT, .buswidth = 1, .nbytes = 1, .out = &val },
	};

	return nor_exec(nor, &op);
}

static int set_4byte_mode(struct spi_nor *nor, bool on)
{
	int rc = 0;

	if (nor->p.fourbyte == NOR_4B_BANK)
		return write_bank(nor, on ? BANK_EXTADD : 0);
	if (nor->p.fourbyte == NOR_4B_WREN_EN4B)
		rc = nor_write_enable(nor);
	if (!rc)
		rc = nor_send(nor, on ? OP_EN4B : nor->p.exit_4b);
	/* W25Q256FV wanted WREN, others leave WEL set: clear it in any case */
	return rc ? rc : nor_send(nor, OP_WRDI);
}

/* 1: it is, 0: it is not, or the chip does not tell */
static int is_in_4byte_mode(struct spi_nor *nor)
{
	u8 val = 0;
	int rc;

	if (!nor->p.mode_4b_opcode)
		return 0;
	rc = nor_read_reg(nor, nor->p.mode_4b_opcode, &val, 1);
	return rc ? rc : (val & nor->p.mode_4b_mask) == nor->p.mode_4b_mask;
}

static bool has_4byte_mode(const struct spi_nor *nor)
{
	return nor->p.addr_nbytes == 4 &&
	       (nor->p.fourbyte == NOR_4B_EN4B || nor->p.fourbyte == NOR_4B_WREN_EN4B ||
		nor->p.fourbyte == NOR_4B_BANK);
}

/**
 * nor_enter_4byte() - where 4-byte addresses are a mode
 * @nor: chip, idle
 *
 * A chip that wakes up in that mode (by non-volatile configuration) is left in it at the end.
 * Return: 0; -EIO if the chip tells that it did not change.
 */
int nor_enter_4byte(struct spi_nor *nor)
{
	int rc;

	if (!has_4byte_mode(nor) || nor->in_4byte_mode)
		return 0;
	rc = is_in_4byte_mode(nor);
	if (rc)
		return min(rc, 0);
	rc = set_4byte_mode(nor, true);
	nor->in_4byte_mode = !rc;
	if (rc || !nor->p.mode_4b_opcode)
		return rc;
	rc = is_in_4byte_mode(nor);
	if (!rc)
		return err_set(nor_err(nor), -EIO, "report the part: its ID and `--sfdp-dump`",
			       "%s does not enter 4-byte address mode (register %02xh)", nor->name,
			       nor->p.mode_4b_opcode);
	return min(rc, 0);
}

/**
 * nor_exit_4byte() - back to what the application's boot code expects
 * @nor: chip, idle; errors are logged
 */
void nor_exit_4byte(struct spi_nor *nor)
{
	static const u8 zero;
	int rc;

	if (!nor->in_4byte_mode)
		return;
	nor->in_4byte_mode = false;
	rc = set_4byte_mode(nor, false);
	/* a W25Q256FV is left with 1 there */
	if (!rc && nor->p.has_ear)
		rc = nor_write_reg(nor, OP_WREAR, &zero, 1, false);
	if (!rc && is_in_4byte_mode(nor) > 0)
		rc = -EIO;
	if (rc)
		log_warn(&nor->mem->ctx->log, "%s: still in 4-byte address mode", nor->name);
}
