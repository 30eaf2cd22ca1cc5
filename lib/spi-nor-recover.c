// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bringing a SPI-NOR back to one line and idle, before anything is known about it.
 *
 * The application may have left it in continuous read (XIP), in QPI or DPI, in deep power-down, in
 * 4-byte mode, with changed dummy cycles, or busy. A reset of the microcontroller resets none of
 * that. The order matters: what a chip in one mode takes for the way out must mean nothing to a
 * chip in another. A four-line opcode is two clocks to a chip on one line: an incomplete byte,
 * ignored. A one-line opcode reaches a chip in QPI as nibbles C to F (IO2 and IO3 are held high):
 * of such opcodes only DCh erases, and no frame has its length, ten clocks. So: four lines first, two
 * next, one last, and no write enable before a Micron has said that it is one.
 *
 *	four lines  all ones (ends continuous read)
 *	two lines   all ones
 *	one line    9Fh; ABh, 9Fh (power-down)
 *	four lines  ABh, 66h 99h; one line 9Fh
 *	four lines  F5h, FFh; one line 9Fh
 *	two lines   66h 99h
 *	one line    FFh FFh 04h ABh, wait while busy, 66h 99h; 9Fh
 *	four lines  AFh: a Micron? 65h 06h 61h; two lines: the same
 *
 * As soon as 9Fh brings an ID the chip is on one line, and what is left but the last row is left
 * out. That is more than haste: four-line opcodes pull IO3 low, which a chip on one line takes for
 * HOLD# or RESET#. The ID counts only after the all-ones frames: in continuous read 9Fh would
 * return array data.
 *
 * The last row is for chips that are no longer heard then: their non-volatile configuration says QPI
 * or DPI, and a reset brings them back there. A volatile register puts them on one line, and the next
 * reset, at the end (nor_params.reset_at_end), back to where they were.
 *
 * Resets are 66h and 99h, two frames with nothing between. A one-line reset would break off an
 * erase that still runs, so that is waited for first.
 */
#include "lib/spi-nor-priv.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define OP_WRDI	      0x04
#define OP_RDSR	      0x05
#define OP_WREN	      0x06
#define OP_WREVCR     0x61 /* Micron: enhanced volatile configuration register */
#define OP_RDEVCR     0x65
#define OP_RESET_EN   0x66
#define OP_RDID	      0x9f
#define OP_RESET      0x99
#define OP_RELEASE_PD 0xab
#define OP_EXIT_QPI_A 0xf5 /* Macronix, Micron, ISSI */
#define OP_EXIT_QPI_B 0xff /* Winbond, GigaDevice, SST */
#define OP_MIO_RDID   0xaf /* ID in QPI: Micron, Macronix, ISSI, SST26 */

#define ID_MICRON     0x20

/* ABh to ready: 30 us at most in the data sheets seen (Micron, Macronix), with a margin */
#define T_WAKE_NS (200 * USEC_NS)
/* reset of an idle chip: 30 us Winbond, 90 us Micron, 450 us SEMPER */
#define T_RESET_NS (1 * MSEC_NS)
/* a 64K erase takes 4 s at the worst; a chip erase that still runs is given up */
#define T_BUSY_NS (4 * SEC_NS)
/* reset in the middle of a program or erase */
#define T_RESET_BUSY_NS (1 * SEC_NS)

static int send(struct spi_mem *mem, u8 opcode, u8 width)
{
	struct spi_mem_op op = { .cmd = { .opcode = opcode, .buswidth = width } };

	if (width > mem->max_width)
		return 0;
	return mem->ops->exec(mem, &op);
}

static int send_all(struct spi_mem *mem, const u8 *opcodes, size_t n, u8 width)
{
	for (size_t i = 0; i < n; i++) {
		int rc = send(mem, opcodes[i], width);

		if (rc)
			return rc;
	}
	return 0;
}

static void sleep_ns(struct spi_mem *mem, u64 ns)
{
	clock_sleep_ns(mem->ctx->clk, ns);
}

static int all_ones(struct spi_mem *mem, unsigned int width, unsigned int cycles)
{
	int rc;

	if (width > mem->max_width)
		return 0;
	rc = mem->ops->drive_high(mem, width, cycles);
	/* a controller that can't make this shape leaves it to the others */
	return rc == -EOPNOTSUPP ? 0 : rc;
}

/* of two chips the one that is there and busy */
static int read_sr(struct spi_mem *mem, u8 *sr)
{
	u8 val[2] = { 0 };
	struct spi_mem_op op = nor_op_read_reg(OP_RDSR, &val[0], 1);
	int rc = spi_mem_exec_each(mem, &op, &val[1]);

	*sr = val[1] & BIT(0) && val[1] != 0xff ? val[1] : val[0];
	return rc;
}

/* wait while the status register says busy; FFh is nobody, or a chip that is not on one line yet */
static int wait_idle(struct spi_mem *mem, u64 timeout_ns, bool *was_busy)
{
	u64 from = clock_now_ns(mem->ctx->clk);
	u8 sr = 0;
	int rc;

	*was_busy = false;
	for (;;) {
		rc = read_sr(mem, &sr);
		if (rc || !(sr & BIT(0)) || sr == 0xff)
			return rc;
		if (!*was_busy)
			log_info(&mem->ctx->log, "external flash is busy (SR %02x): waiting for it",
				 sr);
		*was_busy = true;
		if (clock_now_ns(mem->ctx->clk) - from >= timeout_ns)
			return 0;
		sleep_ns(mem, 2 * MSEC_NS);
	}
}

static int leave_continuous_read(struct spi_mem *mem)
{
	static const u8 cycles[] = { 8, 10, 16 };

	for (unsigned int i = 0; i < ARRAY_SIZE(cycles); i++) {
		int rc = all_ones(mem, 4, cycles[i]);

		if (rc)
			return rc;
	}
	return all_ones(mem, 2, 16);
}

static int wake_one_line(struct spi_mem *mem)
{
	int rc = send(mem, OP_RELEASE_PD, 1);

	sleep_ns(mem, T_WAKE_NS);
	return rc;
}

static int reset_four_lines(struct spi_mem *mem)
{
	static const u8 reset[] = { OP_RESET_EN, OP_RESET };
	int rc = send(mem, OP_RELEASE_PD, 4);

	if (rc)
		return rc;
	sleep_ns(mem, T_WAKE_NS);
	rc = send_all(mem, reset, ARRAY_SIZE(reset), 4);
	sleep_ns(mem, T_RESET_NS);
	return rc;
}

static int leave_qpi(struct spi_mem *mem)
{
	static const u8 leave[] = { OP_EXIT_QPI_A, OP_EXIT_QPI_B };

	return send_all(mem, leave, ARRAY_SIZE(leave), 4);
}

static int reset_two_lines(struct spi_mem *mem)
{
	static const u8 reset[] = { OP_RESET_EN, OP_RESET };
	int rc = send_all(mem, reset, ARRAY_SIZE(reset), 2);

	sleep_ns(mem, T_RESET_NS);
	return rc;
}

/* a register of a chip that speaks on @width lines */
static int wide_reg(struct spi_mem *mem, u8 opcode, u8 width, enum spi_mem_dir dir, u8 *buf,
		    unsigned int len)
{
	struct spi_mem_op op = nor_op_read_reg(opcode, buf, len);

	op.cmd.buswidth = op.data.buswidth = width;
	op.data.dir = dir;
	return spi_mem_exec_each(mem, &op, NULL);
}

/* EVCR bits 7 and 6: quad and dual protocol off */
static int leave_configured(struct spi_mem *mem, u8 width)
{
	u8 id[3] = { 0 }, evcr = 0;
	int rc = wide_reg(mem, OP_MIO_RDID, width, SPI_MEM_IN, id, sizeof(id));

	if (rc || id[0] != ID_MICRON || (id[1] != 0xba && id[1] != 0xbb))
		return rc;
	rc = wide_reg(mem, OP_RDEVCR, width, SPI_MEM_IN, &evcr, 1);
	if (!rc)
		rc = send(mem, OP_WREN, width);
	evcr |= BIT(7) | BIT(6);
	if (!rc)
		rc = wide_reg(mem, OP_WREVCR, width, SPI_MEM_OUT, &evcr, 1);
	sleep_ns(mem, T_WAKE_NS);
	return rc;
}

static int recover_one_line(struct spi_mem *mem)
{
	static const u8 quiet[] = { 0xff, 0xff, OP_WRDI, OP_RELEASE_PD };
	static const u8 reset[] = { OP_RESET_EN, OP_RESET };
	bool was_busy;
	int rc;

	rc = send_all(mem, quiet, ARRAY_SIZE(quiet), 1);
	if (rc)
		return rc;
	sleep_ns(mem, T_WAKE_NS);
	rc = wait_idle(mem, T_BUSY_NS, &was_busy);
	if (!rc)
		rc = send_all(mem, reset, ARRAY_SIZE(reset), 1);
	if (rc)
		return rc;
	sleep_ns(mem, T_RESET_NS);
	return wait_idle(mem, T_RESET_BUSY_NS, &was_busy);
}

/**
 * spi_nor_recover_die() - the die that was just selected: awake, idle, as after power-on
 * @mem: controller; the chip is known and answers on one line
 *
 * The dies of a stack that C2h selects sleep, run and are reset each for itself.
 */
int spi_nor_recover_die(struct spi_mem *mem)
{
	return recover_one_line(mem);
}

static bool is_plausible(const u8 *id)
{
	for (unsigned int i = 0; i < NOR_ID_MAX; i++)
		if (id[i] != id[0])
			return true;
	return false;
}

/* @second: of the chip beside it; the same again where there is none */
static int read_id_once(struct spi_mem *mem, u8 *id, u8 *second)
{
	struct spi_mem_op op = nor_op_read_reg(OP_RDID, id, NOR_ID_MAX);

	return spi_mem_exec_each(mem, &op, second);
}

static bool is_id(const u8 *a, const u8 *b)
{
	/* 00h and FFh are no makers, 0000h and FFFFh no chips */
	return !memcmp(a, b, NOR_ID_MAX) && a[0] != 0x00 && a[0] != 0xff &&
	       (a[1] != 0x00 || a[2] != 0x00) && (a[1] != 0xff || a[2] != 0xff);
}

struct id_reads {
	u8 id[2][NOR_ID_MAX], second[2][NOR_ID_MAX];
};

/* @heard: there is a chip, or there are two, on one line */
static int read_ids(struct spi_mem *mem, struct id_reads *r, bool *heard)
{
	int rc = 0;

	memset(r, 0, sizeof(*r));
	for (unsigned int k = 0; k < 2 && !rc; k++)
		rc = read_id_once(mem, r->id[k], r->second[k]);
	*heard = is_id(r->id[0], r->id[1]) && is_id(r->second[0], r->second[1]);
	return rc;
}

static int is_heard(struct spi_mem *mem, bool *heard)
{
	struct id_reads r;
	int rc = read_ids(mem, &r, heard);

	if (!rc)
		log_dbg(&mem->ctx->log, "the flash's ID reads %02x %02x %02x", r.id[0][0],
			r.id[0][1], r.id[0][2]);
	return rc;
}

/* nobody is heard: by configuration? */
static int override_configuration(struct spi_mem *mem)
{
	static const u8 widths[] = { 4, 2 };
	bool heard = false;
	int rc = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(widths) && !rc && !heard; i++) {
		if (widths[i] > mem->max_width)
			continue;
		rc = leave_configured(mem, widths[i]);
		if (!rc)
			rc = is_heard(mem, &heard);
	}
	return rc;
}

int spi_nor_recover(struct spi_mem *mem)
{
	/* in the order of the head comment; tried until an ID comes back */
	static const struct {
		const char *what;
		u8 width;
		int (*fn)(struct spi_mem *mem);
	} steps[] = {
		{ "continuous read", 1, leave_continuous_read },
		{ "deep power-down", 1, wake_one_line },
		{ "QPI (reset)", 4, reset_four_lines },
		{ "QPI (exit)", 4, leave_qpi },
		{ "DPI", 2, reset_two_lines },
	};
	bool found = false;
	int rc = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(steps) && !rc && !found; i++) {
		if (steps[i].width > mem->max_width)
			continue;
		log_dbg(&mem->ctx->log, "external flash: the step against %s", steps[i].what);
		rc = steps[i].fn(mem);
		if (!rc)
			rc = is_heard(mem, &found);
	}
	if (!rc)
		rc = recover_one_line(mem);
	return err_at(&mem->ctx->err, rc, "resetting the external flash");
}

/* on four lines every clock brought the same: the lines at rest, nobody drives them */
static bool is_at_rest(const u8 *id)
{
	return id[0] >> 4 == (id[0] & 0xf) && id[1] == id[0] && id[2] == id[0];
}

/*
 * Does somebody answer on four lines, set there for good by non-volatile configuration?
 * @rest: the lines as they are when nobody drives them, where that could be seen, else 0xf
 */
static bool answers_on_four_lines(struct spi_mem *mem, u8 *rest)
{
	static const u8 opcodes[] = { OP_MIO_RDID, OP_RDID };

	*rest = 0xf;
	for (unsigned int i = 0; i < ARRAY_SIZE(opcodes) && mem->max_width >= 4; i++) {
		u8 id[2][NOR_ID_MAX] = { 0 };

		for (unsigned int k = 0; k < 2; k++) {
			struct spi_mem_op op = nor_op_read_reg(opcodes[i], id[k], 3);

			op.cmd.buswidth = 4;
			op.data.buswidth = 4;
			if (spi_mem_exec_each(mem, &op, NULL))
				return false;
		}
		if (memcmp(id[0], id[1], 3) != 0)
			continue;
		if (is_at_rest(id[0]))
			*rest = id[0][0] & 0xf;
		else if (id[0][0] != 0x00 && id[0][0] != 0xff)
			return true;
	}
	return false;
}

/* "IO3 (PE15)", or "IO3" where the pins have no names; @size is enough */
static void name_line(const struct spi_mem *mem, unsigned int line, char *buf, size_t size)
{
	const char *pin = mem->io_names[line];

	snprintf(buf, size, "IO%u%s%s%s", line, pin[0] ? " (" : "", pin, pin[0] ? ")" : "");
}

/* one line of four that is low at rest, unlike the others: the first to be looked at */
static void tell_low_line(const struct spi_mem *mem, u8 rest, char *buf, size_t size)
{
	char name[24];

	buf[0] = '\0';
	for (unsigned int line = 0; line < 4; line++) {
		if (rest != (0xf & ~BIT(line)))
			continue;
		name_line(mem, line, name, sizeof(name));
		snprintf(buf, size, "; of four lines %s alone is low: look at its pin first", name);
	}
}

/* a HOLD# or WP# whose pin is not the one that the board file says floats: so they are named */
static void tell_unsteady(const struct spi_mem *mem, char *buf, size_t size)
{
	char io2[24], io3[24];

	buf[0] = '\0';
	if (mem->max_width < 4)
		return;
	name_line(mem, 2, io2, sizeof(io2));
	name_line(mem, 3, io3, sizeof(io3));
	snprintf(buf, size, "; %s is HOLD# or RESET#, %s is WP#: look at their pins first", io3,
		 io2);
}

/* @which: of two chips, "first " or "second " */
static int no_answer(struct spi_mem *mem, const u8 *a, const u8 *b, const char *which)
{
	const char *next =
		mem->wiring ? mem->wiring
			    : "check the board file's pins against the schematic, and the flash's "
			      "supply";
	struct err *err = &mem->ctx->err;
	const char *why = "an answer, but no ID: noise, or another kind of chip";
	bool is_unsteady = memcmp(a, b, NOR_ID_MAX) != 0;
	char line[112];
	u8 rest;

	if (is_unsteady)
		why = "the answer changes from read to read: floating lines, or a loose contact";
	else if (!is_plausible(a) && a[0] == 0xff)
		why = "IO1 stays high: no supply, chip select or clock not wired as described, or "
		      "held by HOLD# or RESET# (IO3)";
	else if (!is_plausible(a) && a[0] == 0x00)
		why = "IO1 stays low: shorted, IO0 and IO1 swapped, or the chip is held by HOLD# "
		      "or RESET# (IO3)";
	if (answers_on_four_lines(mem, &rest))
		return err_set(err, -EOPNOTSUPP,
			       "set the chip's non-volatile configuration back to SPI first",
			       "the external flash answers on four lines only (QPI)");
	tell_low_line(mem, rest, line, sizeof(line));
	if (!line[0] && is_unsteady)
		tell_unsteady(mem, line, sizeof(line));
	return err_set(err, -ENXIO, next,
		       "no %sSPI-NOR flash answers: ID reads %02x %02x %02x, %02x %02x %02x; %s%s",
		       which, a[0], a[1], a[2], b[0], b[1], b[2], why, line);
}

int spi_nor_read_id(struct spi_mem *mem, u8 id[NOR_ID_MAX])
{
	struct id_reads r;
	bool heard;
	int rc = read_ids(mem, &r, &heard);

	if (!rc && !heard) {
		rc = override_configuration(mem);
		if (!rc)
			rc = read_ids(mem, &r, &heard);
	}
	memcpy(id, r.id[0], NOR_ID_MAX);
	if (rc)
		return rc;
	if (!is_id(r.id[0], r.id[1]))
		return no_answer(mem, r.id[0], r.id[1], mem->n_chips == 2 ? "first " : "");
	if (!heard)
		return no_answer(mem, r.second[0], r.second[1], "second ");
	if (memcmp(id, r.second[0], NOR_ID_MAX) != 0)
		return err_set(&mem->ctx->err, -EOPNOTSUPP,
			       "only two of the same kind can work side by side",
			       "the two flash chips are not the same: ID %02x %02x %02x %02x and "
			       "%02x %02x %02x %02x",
			       id[0], id[1], id[2], id[3], r.second[0][0], r.second[0][1],
			       r.second[0][2], r.second[0][3]);
	return 0;
}
