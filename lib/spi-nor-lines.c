// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading and programming a SPI-NOR on two or four lines.
 *
 * They are used only once they are proven: the same 64 bytes, with all lanes moving in both
 * directions, read on one line and on several. An IO3 that is not connected reads as 1 and would spoil
 * a quarter of all bits. A blank chip proves nothing; its first page is programmed on one line and is
 * the proof for those that follow (lib/spi-nor-job.c).
 *
 * The modes, best first: 1-4-4, 1-1-4, 1-2-2, 1-1-2; 4-4-4 before them if it is to be used at all
 * (lib/spi-nor-qpi.c). One that gives other data than one line does is
 * dropped and the next is tried: another opcode has other dummy cycles, and two lines may be good
 * where four are not.
 */
#include "lib/spi-nor-priv.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const struct nor_read_op no_read;

static const struct read_mode {
	enum spi_mode mode;
	size_t offset; /* in struct nor_params */
	const char *name;
} modes[] = {
	/* best first */
	{ SPI_MODE_4_4_4, offsetof(struct nor_params, read_4_4_4), "4-4-4" },
	{ SPI_MODE_1_4_4, offsetof(struct nor_params, read_1_4_4), "1-4-4" },
	{ SPI_MODE_1_1_4, offsetof(struct nor_params, read_1_1_4), "1-1-4" },
	{ SPI_MODE_1_2_2, offsetof(struct nor_params, read_1_2_2), "1-2-2" },
	{ SPI_MODE_1_1_2, offsetof(struct nor_params, read_1_1_2), "1-1-2" },
};

static const struct nor_read_op *read_op(const struct nor_params *p, const struct read_mode *mode)
{
	return (const void *)((const char *)p + mode->offset);
}

static void drop_mode(struct nor_params *p, const struct read_mode *mode)
{
	struct nor_read_op *op = (void *)((char *)p + mode->offset);

	op->opcode = 0;
}

/* the best one that is left, or NULL */
static const struct read_mode *best_mode(const struct spi_nor *nor)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(modes); i++)
		if (read_op(&nor->p, &modes[i])->opcode)
			return &modes[i];
	return NULL;
}

/* nor_wide_read() - the best read on several lines that is left; data_width 0: there is none */
const struct nor_read_op *nor_wide_read(const struct spi_nor *nor)
{
	const struct read_mode *best = best_mode(nor);

	return best ? read_op(&nor->p, best) : &no_read;
}

/* nor_lines() - how many lines data are read on now */
u8 nor_lines(const struct spi_nor *nor)
{
	return nor->quad == NOR_QUAD_PROVEN ? nor_wide_read(nor)->data_width : 1;
}

/* lanes are numbered from IO0; those of a second chip beside the first start at 4 */
static u8 all_lanes(const struct spi_nor *nor, u8 width)
{
	u8 lanes = (u8)(BIT(width) - 1);

	return nor_chips(nor) == 2 ? (u8)(lanes | lanes << 4) : lanes;
}

/* what byte @i does on the lanes of its chip: bit n: IOn has a 1 somewhere in it */
static u8 fold(const struct spi_nor *nor, size_t i, u8 byte, u8 width)
{
	u8 lanes = 0;

	for (unsigned int k = 0; k < 8; k += width)
		lanes |= (u8)(byte >> k);
	lanes &= (u8)(BIT(width) - 1);
	return i % nor_chips(nor) ? (u8)(lanes << 4) : lanes;
}

/* lanes that show both levels somewhere in @buf */
static u8 moving_lanes(const struct spi_nor *nor, const u8 *buf, size_t len, u8 width)
{
	u8 ones = 0, zeros = 0;

	for (size_t i = 0; i < len; i++) {
		ones |= fold(nor, i, buf[i], width);
		zeros |= fold(nor, i, (u8)~buf[i], width);
	}
	return ones & zeros;
}

static u8 bad_lanes(const struct spi_nor *nor, const u8 *want, const u8 *got, u8 width)
{
	u8 bad = 0;

	for (unsigned int i = 0; i < NOR_PROOF_LEN; i++)
		bad |= fold(nor, i, want[i] ^ got[i], width);
	return bad;
}

/* an IO3 that is not connected is a HOLD# that floats: where the chip can be told so, it is not */
static int release_hold(struct spi_nor *nor)
{
	u8 val = 0;
	int rc;

	if (!nor->p.hold_mask)
		return 0;
	rc = nor_read_sure(nor, nor->p.hold_read, &val, 1);
	if (rc || !(val & nor->p.hold_mask))
		return rc;
	val &= (u8)~nor->p.hold_mask;
	log_dbg(&nor->mem->ctx->log, "%s: HOLD# switched off (register %02xh: %02x)", nor->name,
		nor->p.hold_read, val);
	return nor_write_reg(nor, nor->p.hold_write, &val, 1, false);
}

/* what was found wrong on the way from four lines to one */
struct lane_faults {
	u8 width;      /* of the widest mode that failed */
	u8 bad, stuck; /* lanes */
};

static void note_bad_lanes(const struct spi_nor *nor, struct lane_faults *faults, const u8 *want,
			   const u8 *got, u8 width)
{
	u8 bad = bad_lanes(nor, want, got, width);

	faults->width = max(faults->width, width);
	faults->bad |= bad;
	faults->stuck |= bad & (u8)~moving_lanes(nor, got, NOR_PROOF_LEN, width);
}

static void report_bad_lanes(struct spi_nor *nor, const struct lane_faults *faults)
{
	static const char *const numbers[] = { "none", "one line", "two lines", "", "four lines" };
	char names[160] = "";
	size_t used = 0;

	for (unsigned int i = 0; i < 8 && used < sizeof(names); i++)
		if (faults->bad & BIT(i))
			used += (size_t)snprintf(
				names + used, sizeof(names) - used, "%s%sIO%u%s%s%s",
				used ? ", " : "", i < 4 ? "" : "second chip's ", i % 4,
				nor->mem->io_names[i][0] ? " " : "", nor->mem->io_names[i],
				faults->stuck & BIT(i) ? " (stuck)" : "");
	log_warn(&nor->mem->ctx->log,
		 "%s: reading on %s gives other data than on one: %s look%s wrong; going on with "
		 "%s. Check the board file and the wiring",
		 nor->name, numbers[faults->width], names,
		 faults->bad & (faults->bad - 1) ? "" : "s", numbers[nor_lines(nor)]);
}

/* @has_mode: false: the chip does not have the best mode after all */
static int read_wide(struct spi_nor *nor, u64 at, u8 *buf, bool *has_mode)
{
	struct spi_mem_op op = nor_op_read(nor, true, at, buf, NOR_PROOF_LEN);
	int rc = 0;

	*has_mode = true;
	if (best_mode(nor)->mode == SPI_MODE_4_4_4)
		rc = nor_enter_qpi(nor, has_mode);
	return rc || !*has_mode ? rc : spi_mem_exec(nor->mem, &op);
}

/* the mode that the board file asks for is gone */
static void report_no_mode(struct spi_nor *nor)
{
	const struct read_mode *best = best_mode(nor);

	log_warn(&nor->mem->ctx->log,
		 "%s does not have the bus mode that the board file asks for: going on with %s",
		 nor->name, best ? best->name : "one line");
}

/* the best mode is no good, and not because of the lines */
static void give_up_best(struct spi_nor *nor)
{
	enum spi_mode mode = best_mode(nor)->mode;

	nor_leave_qpi(nor);
	drop_mode(&nor->p, best_mode(nor));
	if (mode == nor->mem->mode)
		report_no_mode(nor);
}

/**
 * nor_prove_lines() - may several lines be used? Compare with what one line says
 * @nor: chip, idle
 * @at: where
 * @single: NOR_PROOF_LEN bytes from there, as read on one line, for which nor_is_proof() holds
 *
 * Return: 0, whatever it found; an error of the wire or the controller.
 */
int nor_prove_lines(struct spi_nor *nor, u64 at, const u8 *single)
{
	struct lane_faults faults = { 0 };
	u8 width;

	while ((width = nor_wide_read(nor)->data_width)) {
		u8 wide[NOR_PROOF_LEN] = { 0 };
		bool has_mode;
		int rc = read_wide(nor, at, wide, &has_mode);

		if (rc)
			return rc;
		if (has_mode && !memcmp(single, wide, NOR_PROOF_LEN)) {
			nor->quad = NOR_QUAD_PROVEN;
			log_dbg(&nor->mem->ctx->log, "%s: %s proven at 0x%" PRIx64, nor->name,
				best_mode(nor)->name, at);
			break;
		}
		if (best_mode(nor)->mode == SPI_MODE_4_4_4) {
			give_up_best(nor);
			continue;
		}
		/* the lines, or this opcode's dummy cycles? Another one on as many lines will show */
		drop_mode(&nor->p, best_mode(nor));
		if (nor_wide_read(nor)->data_width != width)
			note_bad_lanes(nor, &faults, single, wide, width);
	}
	if (!width)
		nor->quad = NOR_QUAD_OFF;
	if (!faults.width)
		return 0;
	report_bad_lanes(nor, &faults);
	return faults.bad & (BIT(3) | BIT(7)) ? release_hold(nor) : 0;
}

/* look for a pattern at a few likely places; finding none is no error */
static int look_for_proof(struct spi_nor *nor)
{
	const u64 places[] = { 0, nor->p.size / 2, nor->p.size / 4, nor->p.size - NOR_PROOF_LEN };

	for (unsigned int i = 0; i < ARRAY_SIZE(places) && nor->quad == NOR_QUAD_UNPROVEN; i++) {
		int rc = nor_prove_lines_at(nor, places[i]);

		if (rc)
			return rc;
	}
	return 0;
}

/**
 * nor_is_proof() - do these bytes move all lines both ways?
 * @nor: chip
 * @buf: data
 * @len: how much; short ones prove nothing
 */
bool nor_is_proof(const struct spi_nor *nor, const u8 *buf, size_t len)
{
	u8 width = nor_wide_read(nor)->data_width;

	return width && len >= NOR_PROOF_LEN &&
	       moving_lanes(nor, buf, NOR_PROOF_LEN, width) == all_lanes(nor, width);
}

/**
 * nor_prove_lines_at() - try the lines with what the chip holds somewhere
 * @nor: chip, idle
 * @at: where
 *
 * Return: 0, whatever it found; an error of the wire or the controller.
 */
int nor_prove_lines_at(struct spi_nor *nor, u64 at)
{
	u8 single[NOR_PROOF_LEN];
	struct spi_mem_op op = nor_op_read(nor, false, at, single, NOR_PROOF_LEN);
	int rc = nor_select(nor, at);

	if (!rc)
		rc = spi_mem_exec(nor->mem, &op);
	return rc || !nor_is_proof(nor, single, NOR_PROOF_LEN) ? rc
							       : nor_prove_lines(nor, at, single);
}

/*
 * Mode bits are sent as FFh (eight of them is what controllers can do) and one clock must be left to
 * turn the lines round. A read without that room would leave them to chance: continuous read.
 */
static bool has_room_for_mode(const struct nor_read_op *r)
{
	return r->addr_width == 1 || r->cycles > 8 / r->addr_width;
}

static bool can_read(const struct spi_nor *nor, const struct nor_read_op *r)
{
	u8 probe[2];
	struct spi_mem_op op = nor_op_read_as(nor, r, 0, probe, nor_chips(nor));

	return spi_mem_supports_op(nor->mem, &op);
}

/* drop what chip, board and controller can't all do, or what the board's owner does not want */
static void choose_modes(struct spi_nor *nor)
{
	enum spi_mode wanted = nor->mem->mode;

	if (!nor_has_qpi(nor))
		nor->p.read_4_4_4.opcode = 0;
	for (unsigned int i = 0; i < ARRAY_SIZE(modes); i++) {
		const struct nor_read_op *r = read_op(&nor->p, &modes[i]);
		bool is_wanted = wanted == SPI_MODE_BEST || wanted == SPI_MODE_4_4_4 ||
				 wanted == modes[i].mode;

		if (r->opcode && !(is_wanted && has_room_for_mode(r) && can_read(nor, r)))
			drop_mode(&nor->p, &modes[i]);
	}
	/* QPI gains nothing over them */
	if (wanted == SPI_MODE_BEST && (nor->p.read_1_4_4.opcode || nor->p.read_1_1_4.opcode))
		nor->p.read_4_4_4.opcode = 0;
	if (wanted > SPI_MODE_1_1_1 && (!best_mode(nor) || best_mode(nor)->mode != wanted))
		report_no_mode(nor);
}

/* four lines are no good, @for_now: only because this is but a look at the chip */
static void leave_out_four(struct spi_nor *nor, bool for_now)
{
	u8 *ops[] = { &nor->p.read_4_4_4.opcode, &nor->p.read_1_4_4.opcode,
		      &nor->p.read_1_1_4.opcode };

	for (unsigned int i = 0; i < ARRAY_SIZE(ops); i++) {
		nor->left_out[i] = for_now ? *ops[i] : 0;
		*ops[i] = 0;
	}
}

/**
 * nor_take_back_lines() - after a look, when it is meant: four lines may be tried again
 * @nor: chip, not prepared
 */
void nor_take_back_lines(struct spi_nor *nor)
{
	u8 *ops[] = { &nor->p.read_4_4_4.opcode, &nor->p.read_1_4_4.opcode,
		      &nor->p.read_1_1_4.opcode };

	for (unsigned int i = 0; i < ARRAY_SIZE(ops); i++) {
		if (!nor->left_out[i])
			continue;
		*ops[i] = nor->left_out[i];
		nor->left_out[i] = 0;
		nor->quad = NOR_QUAD_OFF;
	}
}

/**
 * nor_setup_lines() - choose a read on several lines, enable it in the chip, look for a proof
 * @nor: chip, idle
 *
 * Return: 0, also where one line is all there is.
 */
int nor_setup_lines(struct spi_nor *nor)
{
	int rc = 0;

	choose_modes(nor);
	if (!best_mode(nor))
		return 0;
	if (nor_wide_read(nor)->data_width == 4)
		rc = nor_each_die(nor, nor_enable_quad);
	if (rc == -EIO) {
		/* a locked status register is no reason not to work on one line */
		log_warn(&nor->mem->ctx->log,
			 "%s; going on without it. Check the wiring of IO2 (WP#) and IO3 (HOLD#)",
			 nor_err(nor)->what);
		err_clear(nor_err(nor));
		leave_out_four(nor, false);
		rc = 0;
	} else if (rc == -EOPNOTSUPP && nor->mtd.only_look) {
		log_dbg(&nor->mem->ctx->log, "%s: fewer lines do for a look", nor_err(nor)->what);
		err_clear(nor_err(nor));
		leave_out_four(nor, true);
		rc = 0;
	}
	if (rc || !best_mode(nor))
		return rc;
	nor->quad = NOR_QUAD_UNPROVEN;
	return look_for_proof(nor);
}
