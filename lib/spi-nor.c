// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The SPI-NOR core: who is there, what can it do, and an mtd on top.
 *
 *	recover -> ID twice -> SFDP -> settle parameters -> (prepare: 4-byte mode, volatile
 *	configuration, quad enable, proof of the four lines) -> read, jobs -> finish
 *
 * Several lines are used only once they are proven: lib/spi-nor-lines.c.
 */
#include "lib/spi-nor-priv.h"
#include "lib/spi-nor-choose.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define OP_WRDI	     0x04
#define OP_FAST_READ 0x0b
#define OP_RDSFDP    0x5a
#define OP_RESET_EN  0x66
#define OP_RESET     0x99
#define OP_RDID	     0x9f

/* looks at the ID of a chip whose lines are not all proven */
#define STEADY_READS 4

/* ---- command templates ---- */

/**
 * nor_op_read_as() - a read command
 * @nor: chip
 * @r: which
 * @from: address
 * @buf: where to
 * @len: how much
 *
 * Mode bits are driven to FFh: every maker takes that for "no continuous read".
 */
struct spi_mem_op nor_op_read_as(const struct spi_nor *nor, const struct nor_read_op *r, u64 from,
				 u8 *buf, u32 len)
{
	struct spi_mem_op op = {
		.cmd = { .opcode = r->opcode, .buswidth = 1 },
		.addr = { .nbytes = nor->p.addr_nbytes,
			  .buswidth = r->addr_width,
			  .val = nor_addr(nor, from) },
		.dummy = { .ncycles = r->cycles },
		.data = { .dir = SPI_MEM_IN, .buswidth = r->data_width, .nbytes = len, .in = buf },
	};

	if (r->addr_width > 1) {
		op.mode.nbits = 8;
		op.mode.buswidth = r->addr_width;
		op.mode.val = 0xff;
		op.dummy.ncycles = (u8)(r->cycles - 8 / r->addr_width);
	}
	return op;
}

/* nor_op_read() - the same on one line, or (@wide) on as many as can be used */
struct spi_mem_op nor_op_read(const struct spi_nor *nor, bool wide, u64 from, u8 *buf, u32 len)
{
	const struct nor_read_op *r = wide ? nor_wide_read(nor) : &nor->p.read;

	return nor_op_read_as(nor, nor_is_qpi(nor) ? &nor->p.read_4_4_4 : r, from, buf, len);
}

/**
 * nor_op_program() - a page program command, on four lines where they are proven
 * @nor: chip
 * @to: address; @len bytes do not cross a page
 * @buf: data
 * @len: how much
 */
struct spi_mem_op nor_op_program(const struct spi_nor *nor, u64 to, const u8 *buf, u32 len)
{
	struct spi_mem_op op = {
		.cmd = { .opcode = nor->p.program, .buswidth = 1 },
		.addr = { .nbytes = nor->p.addr_nbytes, .buswidth = 1, .val = nor_addr(nor, to) },
		.data = { .dir = SPI_MEM_OUT, .buswidth = 1, .nbytes = len, .out = buf },
	};
	struct spi_mem_op quad = op;

	if (nor_lines(nor) != 4 || !nor->p.program_quad || nor_is_qpi(nor))
		return op;
	quad.cmd.opcode = nor->p.program_quad;
	quad.addr.buswidth = nor->p.program_quad_addr_width;
	quad.data.buswidth = 4;
	return spi_mem_supports_op(nor->mem, &quad) ? quad : op;
}

/**
 * nor_op_erase() - a block or chip erase command
 * @nor: chip
 * @opcode: which erase
 * @at: address in the block; ignored by a chip erase
 */
struct spi_mem_op nor_op_erase(const struct spi_nor *nor, u8 opcode, u64 at)
{
	struct spi_mem_op op = nor_op_simple(opcode);

	if (opcode == nor->p.chip_erase && nor->p.dies != NOR_DIES_LINEAR)
		return op;
	op.addr.nbytes = nor->p.addr_nbytes;
	op.addr.buswidth = 1;
	op.addr.val = nor_addr(nor, at);
	return op;
}

/* ---- SFDP ---- */

static int read_sfdp(struct spi_nor *nor, u32 from, u8 *buf, u32 len)
{
	struct spi_mem_op op = {
		.cmd = { .opcode = OP_RDSFDP, .buswidth = 1 },
		.addr = { .nbytes = 3, .buswidth = 1, .val = from },
		.dummy = { .ncycles = 8 },
		.data = { .dir = SPI_MEM_IN, .buswidth = 1, .nbytes = len, .in = buf },
	};

	return nor_exec(nor, &op);
}

/* as much as its tables take, at least the header; @buf: SFDP_MAX_BYTES */
static int read_all_sfdp(struct spi_nor *nor, u8 *buf, size_t *have)
{
	size_t need;
	int rc;

	*have = 8;
	rc = read_sfdp(nor, 0, buf, (u32)*have);
	for (need = sfdp_bytes_needed(buf, *have); !rc && need > *have;
	     need = sfdp_bytes_needed(buf, *have)) {
		rc = read_sfdp(nor, (u32)*have, buf + *have, (u32)(need - *have));
		*have = need;
	}
	return rc;
}

static int nor_sfdp(struct mtd_info *mtd, u8 *buf, size_t size, size_t *len)
{
	struct spi_nor *nor = to_nor(mtd);
	int rc;

	assert(size >= SFDP_MAX_BYTES);
	nor_leave_qpi(nor);
	rc = read_all_sfdp(nor, buf, len);
	if (!rc && !sfdp_bytes_needed(buf, *len))
		rc = err_set(nor_err(nor), -EOPNOTSUPP, NULL,
			     "%s has no SFDP: 5Ah reads %02x %02x %02x %02x", nor->name, buf[0],
			     buf[1], buf[2], buf[3]);
	return rc;
}

/* ---- mtd ---- */

static int nor_clear_failures(struct spi_nor *nor)
{
	struct spi_mem_op op = nor_op_simple(nor->p.fail_clear);

	return nor->p.fail_clear ? spi_mem_exec(nor->mem, &op) : 0;
}

/* a chip with P_ERR or E_ERR set looks busy until they are cleared (S25FL-S): that comes first */
static int settle_die(struct spi_nor *nor, u64 limit_ns, const char *what)
{
	int rc = nor_clear_failures(nor);

	if (!rc)
		rc = nor_wait_ready(nor, limit_ns, what);
	return rc ? rc : nor_clear_failures(nor);
}

static int prepare_die(struct spi_nor *nor)
{
	return settle_die(nor, nor->p.erase[0].max_ns, "an earlier operation");
}

/* where four lines are not proven some may not be there: does the chip still say who it is? */
static int check_steady(struct spi_nor *nor)
{
	for (unsigned int i = 0; i < STEADY_READS && nor_lines(nor) != 4; i++) {
		u8 id[NOR_ID_MAX] = { 0 };
		int rc = nor_read_reg(nor, OP_RDID, id, sizeof(id));

		if (rc)
			return rc;
		if (memcmp(id, nor->id, sizeof(id)) != 0)
			return err_set(nor_err(nor), -EIO,
				       "check the wiring, IO3 (HOLD# or RESET#) above all",
				       "%s does not answer steadily: its ID read %02x %02x %02x, "
				       "now %02x %02x %02x",
				       nor->name, nor->id[0], nor->id[1], nor->id[2], id[0], id[1],
				       id[2]);
	}
	return 0;
}

/* it was put back to its power-on default, which is not one line */
static int recover_again(struct spi_nor *nor)
{
	u8 id[NOR_ID_MAX];
	int rc = spi_nor_recover(nor->mem);

	if (!rc)
		rc = spi_nor_read_id(nor->mem, id);
	nor->was_reset = rc;
	return rc;
}

static int nor_prepare(struct mtd_info *mtd)
{
	struct spi_nor *nor = to_nor(mtd);
	int rc;

	if (nor->prepared)
		return 0;
	nor->must_finish = true;
	/* what came before may have been cut off */
	nor->window = -1;
	rc = nor->was_reset ? recover_again(nor) : 0;
	if (!nor->mtd.only_look)
		nor_take_back_lines(nor);
	if (!rc)
		rc = nor_each_die(nor, prepare_die);
	if (!rc)
		rc = nor_enter_4byte(nor);
	if (!rc && nor->vendor && nor->vendor->setup)
		rc = nor->vendor->setup(nor, &nor->p);
	if (!rc && nor->quad == NOR_QUAD_OFF)
		rc = nor_setup_lines(nor);
	if (!rc)
		rc = check_steady(nor);
	nor->prepared = !rc;
	if (!rc)
		nor_checksum_costs(nor);
	return err_at(nor_err(nor), rc, "preparing %s", nor->name);
}

/* @buf holds @len bytes from @from, read on one line: is there a pattern in them? */
static int prove_lines_by(struct spi_nor *nor, u64 from, size_t len, const u8 *buf)
{
	for (size_t i = 0; i + NOR_PROOF_LEN <= len; i += NOR_PROOF_LEN)
		if (nor_is_proof(nor, buf + i, NOR_PROOF_LEN))
			return nor_prove_lines(nor, from + i, buf + i);
	return 0;
}

/* as much as one read may bring: up to the end of a die or a window */
static int read_span(struct spi_nor *nor, u64 from, size_t len, u8 *buf)
{
	bool was_unproven = nor->quad == NOR_QUAD_UNPROVEN;
	u8 width = nor_wide_read(nor)->data_width;
	struct spi_mem_op op = nor_op_read(nor, nor->quad == NOR_QUAD_PROVEN, from, buf, 1);
	int rc = nor_select(nor, from);

	if (!rc)
		rc = nor->mem->ops->dirmap_read(nor->mem, &op, nor_offset(nor, from), len, buf);
	if (rc)
		return err_at(nor_err(nor), rc, "reading %s at 0x%" PRIx64, nor->mtd.name,
			      nor->mtd.base + from);
	if (was_unproven)
		rc = prove_lines_by(nor, from, len, buf);
	/* lines look wrong: HOLD# may have floated in this read, too */
	if (!rc && was_unproven && nor_wide_read(nor)->data_width != width)
		return read_span(nor, from, len, buf);
	return rc;
}

/* one byte of a pair of chips, which only come in twos */
static int read_half(struct spi_nor *nor, u64 from, u8 *buf)
{
	u8 both[2] = { 0 };
	int rc = read_span(nor, from & ~(u64)1, sizeof(both), both);

	*buf = both[from & 1];
	return rc;
}

static int nor_read(struct mtd_info *mtd, u64 from, size_t len, u8 *buf)
{
	struct spi_nor *nor = to_nor(mtd);
	bool is_pair = nor_chips(nor) == 2;
	int rc = nor_prepare(mtd);
	size_t n;

	for (; !rc && len; from += n, len -= n, buf += n) {
		n = (size_t)min((u64)len, nor_read_span(nor, from));
		if (is_pair && (from & 1 || n == 1)) {
			n = 1;
			rc = read_half(nor, from, buf);
			continue;
		}
		if (is_pair)
			n &= ~(size_t)1;
		rc = read_span(nor, from, n, buf);
	}
	return rc;
}

/* each die of a stack has its own registers; the first error, or the largest answer of @fn */
static int each_range(struct mtd_info *mtd, u64 from, u64 len,
		      int (*fn)(struct spi_nor *nor, u64 from, u64 len))
{
	struct spi_nor *nor = to_nor(mtd);
	u64 span = nor_die_span(nor), chips = nor_chips(nor), n;
	int rc, answer = 0;

	nor_leave_qpi(nor);
	for (; len; from += n, len -= n) {
		u64 at = from % span;

		n = min(len, span - at);
		rc = nor_select(nor, from);
		if (!rc)
			rc = fn(nor, at / chips, DIV_ROUND_UP(at + n, chips) - at / chips);
		if (rc < 0)
			return rc;
		answer = max(answer, rc);
	}
	return answer;
}

static int nor_mtd_is_locked(struct mtd_info *mtd, u64 from, u64 len)
{
	return each_range(mtd, from, len, nor_is_locked);
}

static int nor_mtd_open_locks(struct mtd_info *mtd, u64 from, u64 len)
{
	return each_range(mtd, from, len, nor_open_locks);
}

static int finish_die(struct spi_nor *nor)
{
	struct spi_mem_op wrdi = nor_op_simple(OP_WRDI);
	u64 limit = max(nor->p.erase[0].max_ns, nor->last_op_max_ns);
	int rc = settle_die(nor, limit, "its last operation");

	return rc ? rc : spi_mem_exec(nor->mem, &wrdi);
}

/* as after power-on, whatever that is */
static void nor_reset(struct spi_nor *nor)
{
	struct spi_mem_op enable = nor_op_simple(OP_RESET_EN), reset = nor_op_simple(OP_RESET);

	if (!spi_mem_exec(nor->mem, &enable))
		spi_mem_exec(nor->mem, &reset);
	nor->was_reset = true;
}

/* an operation may still run, or its failure bits stand; afterwards the chip reads as ever */
static void nor_finish(struct mtd_info *mtd)
{
	struct spi_nor *nor = to_nor(mtd);
	bool had_error = nor_err(nor)->code;

	if (!nor->must_finish)
		return;
	nor->prepared = nor->must_finish = false;
	nor->window = -1;
	if ((nor_each_die(nor, finish_die) || nor_select(nor, 0)) &&
	    !(nor->mem->q && memq_is_lost(nor->mem->q)))
		log_warn(&mtd->ctx->log, "%s may still be busy, or not be answering", nor->name);
	nor_leave_qpi(nor);
	nor_exit_4byte(nor);
	if (nor->p.reset_at_end)
		nor_reset(nor);
	if (!had_error)
		err_clear(nor_err(nor));
}

static const struct mtd_ops nor_mtd_ops = {
	.prepare = nor_prepare,
	.read = nor_read,
	.checksum = nor_checksum,
	.issue = nor_issue,
	.check = nor_check,
	.resync = nor_resync,
	.is_locked = nor_mtd_is_locked,
	.open_locks = nor_mtd_open_locks,
	.finish = nor_finish,
	.wp = &nor_wp_ops,
	.sfdp = nor_sfdp,
	.otp = &nor_otp_ops,
};

static const struct mtd_ops nor_direct_ops = {
	.prepare = nor_prepare,
	.read = nor_read,
	.run = nor_run,
	.is_locked = nor_mtd_is_locked,
	.open_locks = nor_mtd_open_locks,
	.finish = nor_finish,
	.wp = &nor_wp_ops,
	.sfdp = nor_sfdp,
	.otp = &nor_otp_ops,
};

static void fill_mtd(struct spi_nor *nor, u64 base)
{
	const struct nor_params *p = &nor->p;

	nor->mtd = (struct mtd_info){
		.name = "qspi",
		.about = nor->about,
		.base = base,
		.size = p->size,
		.writesize = nor_chips(nor),
		.writebufsize = p->page_size,
		.erased = 0xff,
		.writeable = true,
		.erase_typ_ns = p->erase[0].typ_ns,
		.erase_max_ns = p->erase[0].max_ns,
		.write_typ_ns = p->program_typ_ns,
		.write_max_ns = p->program_max_ns,
		/* write enable, program, poll, status; the page comes before, while it is busy */
		.write_gap_cycles = 700,
		.write_wire_cycles = p->page_size / 4 * 48 + 950,
		.ops = nor->mem->q ? &nor_mtd_ops : &nor_direct_ops,
		.ctx = nor->mem->ctx,
		.q = nor->mem->q,
	};
	nor_fill_geometry(nor);
}

/* ---- identification ---- */

/* 1: there is one, 0: there is none that is any good, -errno: the wire or the controller failed */
static int get_sfdp(struct spi_nor *nor, struct sfdp_info *info)
{
	u8 *buf = calloc(1, SFDP_MAX_BYTES);
	struct err why = { 0 };
	size_t have;
	int rc;

	if (!buf)
		return err_set(nor_err(nor), -ENOMEM, NULL, "out of memory");
	rc = read_all_sfdp(nor, buf, &have);
	if (!rc) {
		rc = !sfdp_parse(buf, have, info, &why);
		if (!rc)
			log_dbg(&nor->mem->ctx->log, "SFDP not used: %s", why.what);
	}
	free(buf);
	return rc;
}

/*
 * Which of several sector maps is in force? Each detection command reads one byte and gives one bit
 * of the configuration's number, the first one the highest. "As set" is three address bytes and the
 * power-on default of 8 dummy cycles: the chip has just been reset.
 */
static int choose_map(struct spi_nor *nor, struct sfdp_sector_map *map)
{
	static const u8 addr_nbytes[] = { 0, 3, 4, 3 };
	unsigned int id = 0;

	for (unsigned int i = 0; i < map->n_detect; i++) {
		const struct sfdp_detect *d = &map->detect[i];
		u8 val = 0, nbytes = addr_nbytes[d->addr_code & 3];
		struct spi_mem_op op = nor_op_read_reg(d->opcode, &val, nor_chips(nor));
		int rc;

		op.addr.nbytes = nbytes;
		op.addr.buswidth = 1;
		op.addr.val = nbytes == 4 ? d->addr : nbytes ? d->addr & 0xffffff : 0;
		op.dummy.ncycles = d->wait_code == 15 ? 8 : d->wait_code;
		if (!spi_mem_supports_op(nor->mem, &op)) {
			log_warn(&nor->mem->ctx->log,
				 "%s can't ask the flash which of its sector maps is in force",
				 nor->mem->name);
			return 0;
		}
		op.data.nbytes = 1;
		rc = nor_exec(nor, &op);
		if (rc)
			return rc;
		id = id << 1 | !!(val & d->mask);
	}
	for (unsigned int i = 0; i < map->n_maps && map->chosen < 0; i++)
		if (map->maps[i].id == id)
			map->chosen = (int)i;
	if (map->chosen < 0)
		log_warn(&nor->mem->ctx->log,
			 "the flash's SFDP has no sector map for its configuration %u", id);
	return 0;
}

static void name_chip(struct spi_nor *nor)
{
	const u8 *id = nor->id;
	char upper[48];

	if (nor->part)
		snprintf(nor->name, sizeof(nor->name), "%s", nor->part->name);
	else
		snprintf(nor->name, sizeof(nor->name), "unknown %s%sflash %02x %02x %02x",
			 nor->vendor ? nor->vendor->name : "", nor->vendor ? " " : "", id[0], id[1],
			 id[2]);
	snprintf(upper, sizeof(upper), "%s", nor->name);
	for (char *c = upper; nor->part && *c; c++)
		*c = (char)toupper((unsigned char)*c);
	snprintf(nor->about, sizeof(nor->about), "%s%s%s%s, %" PRIu64 " KiB SPI-NOR on %s",
		 nor_chips(nor) == 2 ? "2 x " : "", nor->part ? nor->vendor->name : "",
		 nor->part ? " " : "", upper, nor->p.size / KIB(1), nor->mem->name);
}

static void compare_with_board(struct spi_nor *nor, const char *expect)
{
	size_t len = strlen(nor->name);

	/* order codes are longer: n25q128a13ef840e */
	if (!expect || !*expect || !strncasecmp(expect, nor->name, len) ||
	    !strncasecmp(nor->name, expect, strlen(expect)))
		return;
	log_warn(&nor->mem->ctx->log,
		 "the board file names %s, but the chip says %s (ID %02x %02x %02x); going by the "
		 "chip",
		 expect, nor->name, nor->id[0], nor->id[1], nor->id[2]);
}

/* the row, or what the user says; @sfdp is NULL without */
static int choose_part(struct spi_nor *nor, const struct nor_choice *choice,
		       const struct sfdp_info *sfdp)
{
	const u8 *id = nor->id;

	nor->part = nor_find_part(id, NOR_ID_MAX, sfdp, &nor->vendor);
	if (choice && choice->is_row && nor->part &&
	    memcmp(choice->part.id, id, choice->part.id_len) != 0)
		return err_set(nor_err(nor), -EINVAL,
			       "leave out -c, or describe the chip: -c NAME:size=...,erase=...",
			       "-c says %s, but the chip is %s (ID %02x %02x %02x)", choice->name,
			       nor->part->name, id[0], id[1], id[2]);
	if (choice && (!nor->part || choice->is_described))
		log_warn(&nor->mem->ctx->log,
			 "taking the flash with ID %02x %02x %02x for %s because -c says so", id[0],
			 id[1], id[2], choice->name);
	if (choice) {
		nor->part = &choice->part;
		nor->vendor = choice->vendor;
	}
	if (!nor->part && !sfdp)
		return err_set(
			nor_err(nor), -EOPNOTSUPP,
			"name a chip like it with -c NAME, or describe it with "
			"-c NAME:size=...,erase=...; please report the ID with the chip's marking",
			"unknown flash chip: ID %02x %02x %02x %02x %02x %02x, and no SFDP", id[0],
			id[1], id[2], id[3], id[4], id[5]);
	return 0;
}

static int identify(struct spi_nor *nor, const struct nor_choice *choice)
{
	struct sfdp_info *sfdp = calloc(1, sizeof(*sfdp));
	bool has_sfdp;
	int rc;

	if (!sfdp)
		return err_set(nor_err(nor), -ENOMEM, NULL, "out of memory");
	rc = spi_nor_read_id(nor->mem, nor->id);
	if (rc)
		goto out_free;
	rc = get_sfdp(nor, sfdp);
	if (rc < 0)
		goto out_free;
	/* whoever describes the chip does so because its own table is missing or wrong */
	has_sfdp = rc && !(choice && choice->is_described);
	rc = has_sfdp && sfdp->map.present && sfdp->map.chosen < 0 ? choose_map(nor, &sfdp->map)
								   : 0;
	if (rc)
		goto out_free;
	rc = choose_part(nor, choice, has_sfdp ? sfdp : NULL);
	if (!rc)
		rc = nor_settle(&nor->p, nor->part, nor->vendor, has_sfdp ? sfdp : NULL,
				nor_err(nor));
	if (!rc && nor_chips(nor) == 2)
		rc = nor_settle_pair(&nor->p, nor_err(nor));
	if (rc)
		goto out_free;
	name_chip(nor);
	if (nor->p.note[0])
		log_warn(&nor->mem->ctx->log, "%s: %s", nor->name, nor->p.note);
	if (!nor->part)
		log_info(&nor->mem->ctx->log,
			 "%s is not in the tables and is used as its SFDP says; please report it: "
			 "the ID, the chip's marking and the file that --sfdp-dump writes",
			 nor->name);
out_free:
	free(sfdp);
	return rc;
}

static int recover_die(struct spi_nor *nor)
{
	int rc = spi_nor_recover_die(nor->mem);

	/* a reset may select the first one */
	nor->window = -1;
	return rc;
}

static int configure(struct spi_nor *nor)
{
	struct nor_params *p = &nor->p;
	int rc = nor->mem->ops->configure(nor->mem, p->size, p->max_hz);

	if (!rc && nor->mem->ops->submit)
		rc = nor_settle_clock(nor);
	if (rc)
		return rc;
	if (nor->mem->hz > p->slow_read_max_hz && p->read.opcode == 0x03)
		p->read = (struct nor_read_op){ OP_FAST_READ, 1, 1, 8 };
	else if (nor->mem->hz > p->slow_read_max_hz && p->read.opcode == 0x13)
		p->read = (struct nor_read_op){ 0x0c, 1, 1, 8 };
	nor->busy_program_ns = p->program_typ_ns;
	return 0;
}

int spi_nor_probe_as(struct spi_mem *mem, u64 base, const char *expect,
		     const struct nor_choice *choice, struct spi_nor **out)
{
	struct spi_nor *nor = calloc(1, sizeof(*nor));
	int rc;

	if (!nor)
		return err_set(&mem->ctx->err, -ENOMEM, NULL, "out of memory");
	nor->mem = mem;
	rc = spi_nor_recover(mem);
	if (!rc)
		rc = identify(nor, choice);
	nor->window = -1;
	if (!rc && nor->p.dies == NOR_DIES_SELECT)
		rc = nor_each_die(nor, recover_die);
	if (!rc)
		rc = configure(nor);
	if (rc) {
		free(nor);
		return rc;
	}
	if (!choice)
		compare_with_board(nor, expect);
	fill_mtd(nor, base);
	nor_otp_init(nor);
	log_dbg(&mem->ctx->log,
		"%s: ID %02x %02x %02x %02x %02x %02x, page %" PRIu32 ", smallest erase %" PRIu32
		", read %02xh, on several lines %02xh",
		nor->name, nor->id[0], nor->id[1], nor->id[2], nor->id[3], nor->id[4], nor->id[5],
		nor->p.page_size, nor->p.erase[0].size, nor->p.read.opcode,
		nor_wide_read(nor)->opcode);
	*out = nor;
	return 0;
}

int spi_nor_probe(struct spi_mem *mem, u64 base, const char *expect, struct spi_nor **out)
{
	return spi_nor_probe_as(mem, base, expect, NULL, out);
}

struct mtd_info *spi_nor_mtd(struct spi_nor *nor)
{
	return &nor->mtd;
}

struct mtd_info *spi_nor_otp_mtd(struct spi_nor *nor)
{
	return nor->otp.size ? &nor->otp : NULL;
}

const char *spi_nor_name(const struct spi_nor *nor)
{
	return nor->name;
}

void spi_nor_free(struct spi_nor *nor)
{
	free(nor);
}
