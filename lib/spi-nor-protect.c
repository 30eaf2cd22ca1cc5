// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A chip's write protection: what is protected now, what could be, and changing it.
 *
 * Status writes are read back: a chip ignores them silently while its registers are locked. SRP and
 * SRL say when that is (W25Q128JV data sheet 7.1.7):
 *
 *	SRL SRP
 *	 0   0	 never
 *	 0   1	 while WP# is low; with QE = 1 that pin is a data line, and nothing is locked
 *	 1   0	 until the power has been off
 *	 1   1	 for ever
 */
#include "lib/spi-nor-priv.h"
#include "lib/spi-nor-wp.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define OP_WRSR	    0x01
#define OP_RDSR	    0x05
#define OP_WRSR3    0x11
#define OP_RDSR3_CR 0x15
#define OP_WRSR2    0x31
#define OP_RDSR2    0x35
#define OP_WRFR	    0x42
#define OP_RDFR	    0x48

#define SR2_QE	    BIT(1)
#define SR1_STATUS  (BIT(0) | BIT(1)) /* WIP and WEL: written as 0 */

/* of a chip; where a die has to be selected each has its own registers, and its own range */
#define MAX_DIES 8

/* one reading of a chip's protection */
struct protection {
	const struct nor_wp_layout *l; /* NULL: no BP bits */
	struct nor_wp_regs regs;
	struct nor_wp_bits bits;
	const struct nor_locks *locks; /* not NULL: these count, the bits do not */
};

/* ---- registers ---- */

/* does 01h take SR1 and SR2 together, and perhaps clear SR2 when it gets one byte? */
static bool writes_two(const struct spi_nor *nor, const struct nor_wp_layout *l)
{
	switch (nor->p.qe) {
	case NOR_QE_SR2_B1_W2:
	case NOR_QE_SR2_B1_W2K:
	case NOR_QE_SR2_B1_W2R:
		return true;
	case NOR_QE_SR2_B1_31:
		return false;
	default:
		return nor_wp_uses(l, NOR_WP_SR2);
	}
}

static bool has_sr2(const struct spi_nor *nor, const struct nor_wp_layout *l)
{
	return writes_two(nor, l) || nor->p.qe == NOR_QE_SR2_B1_31 || nor_wp_uses(l, NOR_WP_SR2);
}

static int read_regs(struct spi_nor *nor, const struct nor_wp_layout *l, struct nor_wp_regs *regs)
{
	static const u8 opcodes[NOR_WP_N_REGS] = {
		[NOR_WP_SR1] = OP_RDSR,	   [NOR_WP_SR2] = OP_RDSR2, [NOR_WP_SR3] = OP_RDSR3_CR,
		[NOR_WP_CR] = OP_RDSR3_CR, [NOR_WP_FR] = OP_RDFR,
	};
	int rc = 0;

	memset(regs, 0, sizeof(*regs));
	for (unsigned int reg = NOR_WP_SR1; reg < NOR_WP_N_REGS && !rc; reg++)
		if (nor_wp_uses(l, reg) || (reg == NOR_WP_SR2 && has_sr2(nor, l)))
			rc = nor_read_sure(nor, opcodes[reg], &regs->val[reg], 1);
	regs->val[NOR_WP_SR1] &= (u8)~SR1_STATUS;
	return rc;
}

/*
 * Older parts under the same ID lack a register, and leave the line high: Macronix before the F
 * generation CR, and TB with it; no register is all ones while nothing is suspended
 */
static bool lacks_register(const struct protection *p)
{
	for (unsigned int reg = NOR_WP_SR2; reg < NOR_WP_N_REGS; reg++)
		if (nor_wp_uses(p->l, reg) && p->regs.val[reg] == 0xff)
			return true;
	return false;
}

static int read_protection(struct spi_nor *nor, struct protection *p)
{
	int rc = nor_locks_find(nor, &p->locks);

	p->l = nor_wp_layout(nor->p.bp);
	if (rc || !p->l)
		return rc;
	rc = read_regs(nor, p->l, &p->regs);
	if (!rc && lacks_register(p)) {
		p->l = nor_wp_layout(NOR_BP_UNKNOWN);
		rc = read_regs(nor, p->l, &p->regs);
	}
	p->bits = nor_wp_get(p->l, &p->regs);
	if (!rc && nor->p.poll_opcode == OP_RDSR)
		nor->ones_when_busy = p->regs.val[NOR_WP_SR1] == (0xff & ~SR1_STATUS);
	return rc;
}

/* a lasting write must not make quad enable last that only its volatile copy has */
static u8 sr2_to_write(const struct spi_nor *nor, u8 sr2, bool is_volatile)
{
	return nor->qe_is_volatile && !is_volatile && !nor_is_qpi(nor) ? sr2 & (u8)~SR2_QE : sr2;
}

/* ... and may have cleared that copy, and locked it: then one line has to do from here on */
static int quad_again(struct spi_nor *nor, int rc)
{
	if (rc || !nor->qe_is_volatile)
		return rc;
	rc = nor_enable_quad(nor);
	if (rc != -EIO)
		return rc;
	err_clear(nor_err(nor));
	nor->p.read_4_4_4.opcode = nor->p.read_1_4_4.opcode = nor->p.read_1_1_4.opcode = 0;
	nor->quad = NOR_QUAD_OFF;
	nor->qe_is_volatile = false;
	return 0;
}

/*
 * SR2 by 31h; SR1 with one byte, after which old parts have a cleared SR2 (W25Q128FV 8.2.5). SR2
 * first, as SRP in SR1 may lock it; but SRL in SR2 locks both at once, so that comes last
 */
static int write_sr_apart(struct spi_nor *nor, const struct nor_wp_layout *l,
			  const struct nor_wp_regs *now, const struct nor_wp_regs *want,
			  bool is_volatile)
{
	const u8 *sr1 = &want->val[NOR_WP_SR1];
	u8 have = now->val[NOR_WP_SR2], keep = want->val[NOR_WP_SR2];
	const u8 sr2 = sr2_to_write(nor, keep, is_volatile);
	bool sets_srl = nor_wp_get(l, want).srl && !nor_wp_get(l, now).srl;
	int rc = 0;

	if (have != keep && !sets_srl) {
		rc = nor_write_reg(nor, OP_WRSR2, &sr2, 1, is_volatile);
		have = keep = sr2;
	}
	if (!rc && now->val[NOR_WP_SR1] != *sr1) {
		rc = nor_write_reg(nor, OP_WRSR, sr1, 1, is_volatile);
		if (!rc)
			rc = nor_read_reg(nor, OP_RDSR2, &have, 1);
	}
	if (!rc && have != keep && have != sr2)
		rc = nor_write_reg(nor, OP_WRSR2, &sr2, 1, is_volatile);
	return rc;
}

static int write_regs(struct spi_nor *nor, const struct nor_wp_layout *l,
		      const struct nor_wp_regs *now, const struct nor_wp_regs *want,
		      bool is_volatile)
{
	bool changes_cr = now->val[NOR_WP_CR] != want->val[NOR_WP_CR];
	u8 sr[2] = { want->val[NOR_WP_SR1],
		     changes_cr ? want->val[NOR_WP_CR]
				: sr2_to_write(nor, want->val[NOR_WP_SR2], is_volatile) };
	int rc = 0;

	if (now->val[NOR_WP_SR3] != want->val[NOR_WP_SR3])
		rc = nor_write_reg(nor, OP_WRSR3, &want->val[NOR_WP_SR3], 1, is_volatile);
	if (!rc && now->val[NOR_WP_FR] != want->val[NOR_WP_FR])
		rc = nor_write_reg(nor, OP_WRFR, &want->val[NOR_WP_FR], 1, false);
	if (rc)
		return rc;
	if (nor->p.qe == NOR_QE_SR2_B1_31)
		return quad_again(nor, write_sr_apart(nor, l, now, want, is_volatile));
	if (now->val[NOR_WP_SR1] == sr[0] && now->val[NOR_WP_SR2] == want->val[NOR_WP_SR2] &&
	    !changes_cr)
		return 0;
	rc = nor_write_reg(nor, OP_WRSR, sr, writes_two(nor, l) || changes_cr ? 2 : 1, is_volatile);
	return quad_again(nor, rc);
}

int nor_set_sr2_bits(struct spi_nor *nor, u8 bits)
{
	u8 sr[2] = { 0 };
	int rc = nor_read_sure(nor, OP_RDSR, &sr[0], 1);

	if (!rc)
		rc = nor_read_sure(nor, OP_RDSR2, &sr[1], 1);
	if (rc)
		return rc;
	sr[0] &= (u8)~SR1_STATUS;
	sr[1] = sr2_to_write(nor, sr[1] | bits, false);
	if (nor->p.qe == NOR_QE_SR2_B1_31)
		rc = nor_write_reg(nor, OP_WRSR2, &sr[1], 1, false);
	else
		rc = nor_write_reg(nor, OP_WRSR, sr, 2, false);
	return quad_again(nor, rc);
}

static bool equal_bits(const struct nor_wp_bits *a, const struct nor_wp_bits *b)
{
	return a->bp == b->bp && a->tb == b->tb && a->sec == b->sec && a->cmp == b->cmp &&
	       a->srp == b->srp && a->srl == b->srl;
}

static enum mtd_wp_mode mode_of(const struct nor_wp_bits *bits)
{
	if (bits->srl)
		return bits->srp ? MTD_WP_PERMANENT : MTD_WP_POWER_CYCLE;
	return bits->srp ? MTD_WP_HARDWARE : MTD_WP_DISABLED;
}

/* the write was ignored: why? */
static int refused(struct spi_nor *nor, const struct protection *p, bool is_volatile)
{
	static const char *const why[] = {
		[MTD_WP_DISABLED] = "",
		[MTD_WP_HARDWARE] = ": they are locked while WP# is low (SRP = 1)",
		[MTD_WP_POWER_CYCLE] = ": they are locked until the next power-up (SRL = 1)",
		[MTD_WP_PERMANENT] = ": they are locked for ever (SRP = SRL = 1)",
	};
	static const char *const next[] = {
		[MTD_WP_DISABLED] = "power-cycle the board and try again",
		[MTD_WP_HARDWARE] = "pull WP# (IO2) high and try again",
		[MTD_WP_POWER_CYCLE] = "take the power off the board, then try again",
		[MTD_WP_PERMANENT] = "only another chip helps",
	};
	enum mtd_wp_mode mode = mode_of(&p->bits);

	return err_set(nor_err(nor), -EROFS, next[mode],
		       "%s ignores writes to its protection bits%s (SR1 %02x, SR2 %02x)%s",
		       nor->name, why[mode], p->regs.val[NOR_WP_SR1], p->regs.val[NOR_WP_SR2],
		       is_volatile && mode == MTD_WP_DISABLED ? "; perhaps it has no volatile ones"
							      : "");
}

/* ---- dies ---- */

static unsigned int n_dies(const struct spi_nor *nor)
{
	return nor->p.dies == NOR_DIES_SELECT
		       ? min((unsigned int)nor->p.n_dies, (unsigned int)MAX_DIES)
		       : 1;
}

static int select_die(struct spi_nor *nor, unsigned int die)
{
	return nor_select(nor, die * nor_die_span(nor));
}

/*
 * Where the die that is selected begins. All of this file but the three operations at its end counts
 * the bytes of one chip; two side by side are protected alike, and their ranges are twice as large.
 */
static u64 die_base(const struct spi_nor *nor)
{
	return n_dies(nor) > 1 && nor->window > 0 ? (u64)nor->window * nor_lock_span(nor) : 0;
}

/* ---- would it be refused? ---- */

/*
 * Locks that every power-up sets are nobody's wish, only the chip's way to be safe until somebody
 * wants to write. Opening them leaves no trace: the next power-up sets them again. @open: do so
 */
static int locked_by_locks(struct spi_nor *nor, const struct nor_locks *locks, u64 from, u64 to,
			   bool open)
{
	bool by_power_up = nor->p.bp == NOR_BP_SWP || nor->p.bp == NOR_BP_BPR;
	struct mtd_wp_range span;
	bool partial;
	int rc = nor_locks_scan(nor, locks, from, to, &span, &partial);

	if (!rc && span.len && by_power_up) {
		if (!open)
			return MTD_OPENS;
		log_info(&nor->mem->ctx->log, "%s: unlocking all blocks (locked by every power-up)",
			 nor->name);
		rc = nor_locks_set(nor, locks, 0, 0);
		if (!rc)
			rc = nor_locks_scan(nor, locks, from, to, &span, &partial);
	}
	if (rc || !span.len)
		return rc;
	return err_set(nor_err(nor), -EROFS,
		       by_power_up ? "they are locked down: take the power off the board"
				   : "add --wp-range 0,0: it unlocks all blocks",
		       "0x%" PRIx64 " to 0x%" PRIx64 " of %s is write-protected by %s",
		       (die_base(nor) + span.start) * nor_chips(nor),
		       (die_base(nor) + span.start + span.len) * nor_chips(nor) - 1, nor->name,
		       nor_locks_about(locks));
}

/* ---- status, list ---- */

static void add_registers(char *about, size_t size, const struct protection *p)
{
	static const char *const names[] = {
		[NOR_WP_SR2] = "SR2",
		[NOR_WP_SR3] = "SR3",
		[NOR_WP_CR] = "CR",
		[NOR_WP_FR] = "FR",
	};
	size_t used = strlen(about);

	used += (size_t)snprintf(about + used, size - used, "%sSR1 %02x", used ? "; " : "",
				 p->regs.val[NOR_WP_SR1]);
	for (unsigned int reg = NOR_WP_SR2; reg < NOR_WP_N_REGS && used < size; reg++)
		if (nor_wp_uses(p->l, reg))
			used += (size_t)snprintf(about + used, size - used, ", %s %02x", names[reg],
						 p->regs.val[reg]);
}

/* of the die that is selected; its range from the die's own start */
static int die_status(struct spi_nor *nor, bool is_last, struct mtd_wp_status *out)
{
	struct protection p;
	u64 lo, hi;
	size_t used;
	int rc = read_protection(nor, &p);

	out->range = (struct mtd_wp_range){ 0, 0 };
	out->is_partial = false;
	if (rc)
		return rc;
	if (p.locks) {
		snprintf(out->about, sizeof(out->about), "%s", nor_locks_about(p.locks));
		return nor_locks_scan(nor, p.locks, 0, nor_lock_span(nor), &out->range,
				      &out->is_partial);
	}
	if (!p.l) {
		snprintf(out->about, sizeof(out->about), "no protection bits are known");
		return 0;
	}
	nor_wp_range(p.l, nor_lock_span(nor), &p.bits, &lo, &hi);
	out->range = (struct mtd_wp_range){ lo, hi - lo };
	out->mode = max(out->mode, mode_of(&p.bits));
	add_registers(out->about, sizeof(out->about), &p);
	used = strlen(out->about);
	if (is_last)
		snprintf(out->about + used, sizeof(out->about) - used, " (%s)", p.l->about);
	return 0;
}

/* the strictest mode of all dies, and the span of what they protect */
static int chip_status(struct spi_nor *nor, struct mtd_wp_status *out)
{
	u64 lo = UINT64_MAX, hi = 0, sum = 0;
	bool is_partial = false;
	int rc = 0;

	memset(out, 0, sizeof(*out));
	for (unsigned int die = 0; die < n_dies(nor) && !rc; die++) {
		rc = select_die(nor, die);
		if (!rc)
			rc = die_status(nor, die + 1 == n_dies(nor), out);
		if (rc || !out->range.len)
			continue;
		lo = min(lo, die_base(nor) + out->range.start);
		hi = max(hi, die_base(nor) + out->range.start + out->range.len);
		sum += out->range.len;
		is_partial |= out->is_partial;
	}
	out->range = sum ? (struct mtd_wp_range){ lo, hi - lo } : (struct mtd_wp_range){ 0, 0 };
	out->is_partial = is_partial || sum != out->range.len;
	return rc;
}

/*
 * Of a stack: what begins or ends where the flash does, @n ranges of one die alone being in @one.
 * Whole dies, and beyond them a part of the next.
 */
static size_t stack_ranges(const struct spi_nor *nor, const struct nor_wp_range *one,
			   unsigned int n, struct mtd_wp_range *out)
{
	u64 span = nor_lock_span(nor), size = span * n_dies(nor);
	size_t n_out = 0;

	for (unsigned int full = 0; full < n_dies(nor); full++) {
		for (unsigned int i = 0; i < n && n_out + 2 < MTD_WP_MAX_RANGES; i++) {
			u64 len = full * span + one[i].to - one[i].from;

			/* nothing beyond them is all of the round before */
			if (full && one[i].from == one[i].to)
				continue;
			if (!one[i].from)
				out[n_out++] = (struct mtd_wp_range){ 0, len };
			if (one[i].to == span && len != size)
				out[n_out++] = (struct mtd_wp_range){ size - len, len };
		}
	}
	return n_out;
}

static int chip_list(struct spi_nor *nor, struct mtd_wp_range *out, size_t *n)
{
	struct nor_wp_range ranges[NOR_WP_MAX_RANGES];
	struct protection p;
	unsigned int n_ranges;
	int rc = select_die(nor, 0);

	*n = 0;
	if (!rc)
		rc = read_protection(nor, &p);
	if (rc)
		return rc;
	if (p.locks || !p.l) {
		out[(*n)++] = (struct mtd_wp_range){ 0, 0 };
		if (p.locks)
			out[(*n)++] = (struct mtd_wp_range){ 0, nor->p.size / nor_chips(nor) };
		return 0;
	}
	n_ranges = nor_wp_ranges(p.l, nor_lock_span(nor), &p.bits, true, ranges);
	if (n_dies(nor) > 1) {
		*n = stack_ranges(nor, ranges, n_ranges, out);
		return 0;
	}
	for (*n = 0; *n < n_ranges; (*n)++)
		out[*n] = (struct mtd_wp_range){ ranges[*n].from, ranges[*n].to - ranges[*n].from };
	return 0;
}

/* ---- changing it ---- */

/* settle the bits of a range; @bits keeps SRP and SRL */
static int choose_range(struct spi_nor *nor, const struct protection *p,
			const struct mtd_wp_change *change, struct nor_wp_bits *bits)
{
	struct nor_wp_range ranges[NOR_WP_MAX_RANGES];
	u64 from = change->range.start, to = from + change->range.len;
	unsigned int n = nor_wp_ranges(p->l, nor_lock_span(nor), &p->bits, true, ranges);

	if (from == to)
		from = to = 0;
	for (unsigned int i = 0; i < n; i++) {
		if (ranges[i].from != from || ranges[i].to != to)
			continue;
		if (p->l->tb_is_once && ranges[i].bits.tb != p->bits.tb && !change->may_once)
			return err_set(
				nor_err(nor), -EINVAL,
				"add --irreversible if that is meant; it can never be undone",
				"0x%" PRIx64 "+0x%" PRIx64
				" needs the one-time bit TB of %s: from then on it can only "
				"protect from the bottom",
				(die_base(nor) + from) * nor_chips(nor),
				(to - from) * nor_chips(nor), nor->name);
		bits->bp = ranges[i].bits.bp;
		bits->tb = ranges[i].bits.tb;
		bits->sec = ranges[i].bits.sec;
		bits->cmp = ranges[i].bits.cmp;
		return 0;
	}
	return err_set(nor_err(nor), -EINVAL, "`--wp-list` shows the ranges that it can",
		       "%s can't protect 0x%" PRIx64 "+0x%" PRIx64 "%s", nor->name,
		       (die_base(nor) + from) * nor_chips(nor), (to - from) * nor_chips(nor),
		       p->l->is_opaque ? " (its protection table is not known)" : "");
}

static int choose_mode(struct spi_nor *nor, const struct protection *p,
		       const struct mtd_wp_change *change, struct nor_wp_bits *bits)
{
	bool srl = change->mode == MTD_WP_POWER_CYCLE || change->mode == MTD_WP_PERMANENT;
	bool srp = change->mode == MTD_WP_HARDWARE || change->mode == MTD_WP_PERMANENT;

	if ((srl && !p->l->srl.reg) || (srp && !p->l->srp.reg))
		return err_set(nor_err(nor), -EOPNOTSUPP, NULL,
			       "%s has no such way to lock its status register", nor->name);
	if (change->mode == MTD_WP_PERMANENT && !change->may_once)
		return err_set(nor_err(nor), -EINVAL,
			       "add --irreversible if that is meant; it can never be undone",
			       "a permanent lock makes the protection of %s final, and its range "
			       "read-only for ever",
			       nor->name);
	bits->srp = srp;
	bits->srl = srl;
	return 0;
}

static int check_lock_mode(struct spi_nor *nor, const struct protection *p,
			   const struct mtd_wp_change *change)
{
	if (!change->has_mode || change->mode == MTD_WP_DISABLED)
		return 0;
	return err_set(nor_err(nor), -EOPNOTSUPP, NULL, "%s has %s; there is nothing to enable",
		       nor->name, nor_locks_about(p->locks));
}

static int change_locks(struct spi_nor *nor, const struct protection *p,
			const struct mtd_wp_change *change)
{
	u64 from = change->range.start, to = from + change->range.len;
	struct mtd_wp_range span = { 0 };
	bool partial;
	int rc;

	if (!change->has_range)
		return 0;
	rc = nor_locks_set(nor, p->locks, from, to);
	if (!rc)
		rc = nor_locks_scan(nor, p->locks, 0, nor_lock_span(nor), &span, &partial);
	if (rc || (span.len == change->range.len && (!span.len || span.start == from)))
		return rc;
	return err_set(nor_err(nor), -EROFS, "power-cycle the board and try again",
		       "%s does not take its block locks: 0x%" PRIx64 "+0x%" PRIx64
		       " is locked instead (locked down?)",
		       nor->name, (die_base(nor) + span.start) * nor_chips(nor),
		       span.len * nor_chips(nor));
}

/* what reads as it is wanted is only the volatile copy: all of it is to be written */
static void forget_regs(const struct nor_wp_layout *l, struct nor_wp_regs *regs)
{
	for (unsigned int reg = NOR_WP_SR1; reg < NOR_WP_N_REGS; reg++)
		if (nor_wp_uses(l, reg))
			regs->val[reg] = (u8)~regs->val[reg];
}

static int apply(struct spi_nor *nor, struct protection *p, const struct nor_wp_bits *bits,
		 bool is_volatile)
{
	struct nor_wp_regs want = p->regs, now = p->regs;
	bool makes_lasting = nor->wp_is_volatile && !is_volatile;
	int rc;

	if (equal_bits(bits, &p->bits) && !makes_lasting)
		return 0;
	if (is_volatile && !nor->p.volatile_sr)
		return err_set(nor_err(nor), -EOPNOTSUPP, "leave out --wp-volatile",
			       "%s is not known to have a volatile status register", nor->name);
	nor_wp_put(p->l, bits, &want);
	if (makes_lasting)
		forget_regs(p->l, &now);
	rc = write_regs(nor, p->l, &now, &want, is_volatile);
	if (rc)
		return rc;
	nor->wp_is_volatile |= is_volatile;
	rc = read_protection(nor, p);
	if (!rc && !equal_bits(bits, &p->bits))
		rc = refused(nor, p, is_volatile);
	return rc;
}

static int locked(struct spi_nor *nor, u64 from, u64 len, bool open)
{
	struct protection p;
	u64 lo, hi;
	int rc = read_protection(nor, &p);

	if (rc)
		return rc;
	if (p.locks)
		return locked_by_locks(nor, p.locks, from, from + len, open);
	if (!p.l)
		return 0;
	nor_wp_range(p.l, nor_lock_span(nor), &p.bits, &lo, &hi);
	if (lo == hi || from >= hi || from + len <= lo)
		return 0;
	if (nor->p.bp_at_power_up && !p.bits.srp) {
		struct nor_wp_bits none = p.bits;

		if (!open)
			return MTD_OPENS;
		log_info(&nor->mem->ctx->log, "%s: clearing BP (set by every power-up)", nor->name);
		none.bp = 0;
		return apply(nor, &p, &none, false);
	}
	return err_set(
		nor_err(nor), -EROFS,
		p.bits.srp || p.bits.srl ? "add --wp-disable --wp-range 0,0; see --wp-status"
					 : "add --wp-range 0,0 to unprotect it, or write elsewhere",
		"0x%" PRIx64 " to 0x%" PRIx64
		" of %s is write-protected by its BP bits (SR1 %02x%s)%s",
		(die_base(nor) + lo) * nor_chips(nor), (die_base(nor) + hi) * nor_chips(nor) - 1,
		nor->name, p.regs.val[NOR_WP_SR1], p.bits.cmp ? ", CMP is set" : "",
		mode_of(&p.bits) == MTD_WP_HARDWARE
			? ", and the status register is locked while WP# is low"
			: "");
}

/**
 * nor_is_locked() - would erasing or programming be refused?
 * @nor: chip, idle
 * @from: start, in bytes of one chip
 * @len: length
 *
 * Return: 0: no; MTD_OPENS: not after nor_open_locks(); -EROFS with range, registers and remedy; other
 * errors as they come.
 */
int nor_is_locked(struct spi_nor *nor, u64 from, u64 len)
{
	return locked(nor, from, len, false);
}

/**
 * nor_open_locks() - open what every power-up locks, if there is such
 * @nor: chip, idle
 * @from: start, in bytes of one chip
 * @len: length
 *
 * Return: 0: the range can be erased and programmed; else as nor_is_locked().
 */
int nor_open_locks(struct spi_nor *nor, u64 from, u64 len)
{
	return locked(nor, from, len, true);
}

/* what is to be changed in one die, and how */
struct die_change {
	struct mtd_wp_change part;
	struct protection p;
	struct nor_wp_bits bits;
};

/* the part of @change that is @die's; reads its registers and settles the new bits */
static int plan_die(struct spi_nor *nor, unsigned int die, const struct mtd_wp_change *change,
		    struct die_change *d)
{
	u64 span = nor_lock_span(nor), base = die * span;
	u64 from = max(change->range.start, base);
	u64 to = min(change->range.start + change->range.len, base + span);
	int rc = select_die(nor, die);

	d->part = *change;
	d->part.range = from < to ? (struct mtd_wp_range){ from - base, to - from }
				  : (struct mtd_wp_range){ 0, 0 };
	if (!rc)
		rc = read_protection(nor, &d->p);
	if (rc)
		return rc;
	if (d->p.locks)
		return check_lock_mode(nor, &d->p, change);
	if (!d->p.l)
		return err_set(nor_err(nor), -EOPNOTSUPP, NULL,
			       "no protection bits of %s are known", nor->name);
	d->bits = d->p.bits;
	if (change->has_range)
		rc = choose_range(nor, &d->p, &d->part, &d->bits);
	if (!rc && change->has_mode)
		rc = choose_mode(nor, &d->p, change, &d->bits);
	return rc;
}

static int change_die(struct spi_nor *nor, unsigned int die, struct die_change *d)
{
	int rc = select_die(nor, die);

	if (rc)
		return rc;
	return d->p.locks ? change_locks(nor, &d->p, &d->part)
			  : apply(nor, &d->p, &d->bits, d->part.is_volatile);
}

/* all dies are looked at before the first one is changed */
static int chip_change(struct spi_nor *nor, const struct mtd_wp_change *change)
{
	struct die_change dies[MAX_DIES];
	int rc = 0;

	for (unsigned int die = 0; die < n_dies(nor) && !rc; die++)
		rc = plan_die(nor, die, change, &dies[die]);
	for (unsigned int die = 0; die < n_dies(nor) && !rc; die++)
		rc = change_die(nor, die, &dies[die]);
	if (!rc && !change->is_volatile)
		nor->wp_is_volatile = false;
	return rc;
}

/* ---- operations ---- */

static struct mtd_wp_range pair_range(const struct spi_nor *nor, struct mtd_wp_range range)
{
	return (struct mtd_wp_range){ range.start * nor_chips(nor), range.len * nor_chips(nor) };
}

static int nor_wp_status(struct mtd_info *mtd, struct mtd_wp_status *out)
{
	struct spi_nor *nor = to_nor(mtd);
	int rc;

	nor_leave_qpi(nor);
	rc = chip_status(nor, out);
	out->range = pair_range(nor, out->range);
	return rc;
}

static int nor_wp_list(struct mtd_info *mtd, struct mtd_wp_range *out, size_t *n)
{
	struct spi_nor *nor = to_nor(mtd);
	int rc;

	nor_leave_qpi(nor);
	rc = chip_list(nor, out, n);
	for (size_t i = 0; i < *n; i++)
		out[i] = pair_range(nor, out[i]);
	return rc;
}

static int nor_wp_change(struct mtd_info *mtd, const struct mtd_wp_change *change)
{
	struct spi_nor *nor = to_nor(mtd);
	struct mtd_wp_change of_chip = *change;
	u64 start = change->range.start, len = change->range.len, size = nor->p.size;
	int rc = mtd_prepare(mtd);

	if (rc)
		return rc;
	if (change->has_range && (start > size || len > size - start))
		return err_set(nor_err(nor), -EINVAL, "ranges are offsets of the device",
			       "0x%" PRIx64 "+0x%" PRIx64 " does not fit in %s (0x%" PRIx64
			       " bytes)",
			       start, len, nor->name, size);
	if (change->has_range && (start % nor_chips(nor) || len % nor_chips(nor)))
		return err_set(nor_err(nor), -EINVAL, "`--wp-list` shows the ranges that it can",
			       "half of the bytes of 0x%" PRIx64 "+0x%" PRIx64
			       " are in each of two chips",
			       start, len);
	of_chip.range.start /= nor_chips(nor);
	of_chip.range.len /= nor_chips(nor);
	nor_leave_qpi(nor);
	return chip_change(nor, &of_chip);
}

const struct mtd_wp_ops nor_wp_ops = {
	.status = nor_wp_status,
	.list = nor_wp_list,
	.change = nor_wp_change,
};
