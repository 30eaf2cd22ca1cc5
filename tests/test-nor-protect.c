// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Changing the protection of make-believe chips: which registers are written in which order, what
 * of them stays, and what is made of a chip that does not obey.
 */
#include "lib/spi-nor-priv.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct chip {
	struct ctx ctx;
	struct sysclock clk;
	u64 now;
	struct spi_mem mem;
	struct spi_nor nor;
	u8 sr[3], power_up[3]; /* SR1, SR2, SR3 or CR; what a volatile write leaves alone */
	u8 fr, scur;
	bool wel, volatile_wel, wp_low, has_volatile, one_byte_clears_sr2, is_deaf;
	/* locks of single blocks, by 4 KiB */
	bool lock[MIB(8) / KIB(4)], locked_down;
	u8 bpr[18];
	u8 otp[4][256];
	unsigned int noise,
		n_reads; /* one read of so many has a flipped bit, each time another one */
	char log[8192];	 /* the writes: "01:84 00, 31:42" */
};

static struct chip *chip_of(struct spi_mem *mem)
{
	return container_of(mem, struct chip, mem);
}

static void note(struct chip *c, const struct spi_mem_op *op)
{
	size_t used = strlen(c->log);

	used += (size_t)snprintf(c->log + used, sizeof(c->log) - used, "%s%02x", used ? ", " : "",
				 op->cmd.opcode);
	for (u32 i = 0; i < op->data.nbytes && op->data.dir == SPI_MEM_OUT; i++)
		used += (size_t)snprintf(c->log + used, sizeof(c->log) - used, "%c%02x",
					 i ? ' ' : ':', ((const u8 *)op->data.out)[i]);
}

/* SRP and SRL: W25Q128JV 7.1.7 */
static bool is_sr_locked(const struct chip *c)
{
	bool srp = c->sr[0] & 0x80, srl = c->nor.p.bp == NOR_BP3_TB5_SEC6 && c->sr[1] & 0x01;

	return srl || (srp && c->wp_low && !(c->sr[1] & 0x02));
}

static void write_sr(struct chip *c, unsigned int first, const struct spi_mem_op *op)
{
	const u8 *val = op->data.out;

	if ((!c->wel && !c->volatile_wel) || is_sr_locked(c) || c->is_deaf)
		return;
	if (!first && op->data.nbytes == 1 && c->one_byte_clears_sr2)
		c->sr[1] = c->power_up[1] = 0;
	for (u32 i = 0; i < op->data.nbytes; i++) {
		c->sr[first + i] = val[i];
		if (c->wel)
			c->power_up[first + i] = val[i];
	}
	c->wel = c->volatile_wel = false;
}

static void set_locks(struct chip *c, bool on)
{
	for (size_t i = 0; i < ARRAY_SIZE(c->lock); i++)
		c->lock[i] = on;
}

static void set_block(struct chip *c, u64 at, bool on)
{
	u64 size = c->nor.p.size, len = at < KIB(64) || at >= size - KIB(64) ? KIB(4) : KIB(64);

	for (u64 a = at - at % len; a < at - at % len + len; a += KIB(4))
		c->lock[a / KIB(4)] = on;
}

static void command(struct chip *c, const struct spi_mem_op *op)
{
	bool is_bpr = c->nor.p.bp == NOR_BP_BPR;

	note(c, op);
	switch (op->cmd.opcode) {
	case 0x06:
		c->wel = true;
		return;
	case 0x04:
		c->wel = false;
		return;
	case 0x50:
		c->volatile_wel = c->has_volatile;
		return;
	case 0x01:
		/* AT25DF: all sectors at once */
		if (c->nor.p.bp == NOR_BP_SWP && c->wel)
			set_locks(c, ((const u8 *)op->data.out)[0] & 0x3c);
		write_sr(c, 0, op);
		return;
	case 0x31:
		write_sr(c, 1, op);
		return;
	case 0x11:
		write_sr(c, 2, op);
		return;
	}
	if (!c->wel)
		return;
	c->wel = false;
	switch (op->cmd.opcode) {
	case 0x36:
	case 0x39:
		set_block(c, op->addr.val, op->cmd.opcode == 0x36);
		break;
	case 0x7e:
		set_locks(c, true);
		break;
	case 0x98:
		set_locks(c, false);
		if (!c->locked_down)
			memset(c->bpr, 0, sizeof(c->bpr));
		break;
	case 0x42:
		if (is_bpr && !c->locked_down)
			memcpy(c->bpr, op->data.out, op->data.nbytes);
		else if (!is_bpr && op->addr.nbytes)
			for (u32 i = 0; i < op->data.nbytes; i++)
				c->otp[op->addr.val >> 12][(op->addr.val + i) & 0xff] &=
					((const u8 *)op->data.out)[i];
		else if (!is_bpr)
			c->fr = *(const u8 *)op->data.out;
		break;
	case 0x44:
		if (!c->is_deaf)
			memset(c->otp[op->addr.val >> 12], 0xff, 256);
		break;
	}
}

static void answer(struct chip *c, const struct spi_mem_op *op)
{
	u8 *in = op->data.in;

	memset(in, 0xff, op->data.nbytes);
	switch (op->cmd.opcode) {
	case 0x05:
		*in = (u8)(c->sr[0] | (c->wel ? 2 : 0));
		break;
	case 0x35:
		*in = c->sr[1];
		break;
	case 0x15:
		*in = c->sr[2];
		break;
	case 0x2b:
		*in = c->scur;
		break;
	case 0x48:
		if (!op->addr.nbytes)
			*in = c->fr;
		for (u32 i = 0; i < op->data.nbytes && op->addr.nbytes; i++)
			in[i] = c->otp[op->addr.val >> 12][(op->addr.val + i) & 0xff];
		break;
	case 0x3c:
	case 0x3d:
		*in = c->lock[op->addr.val / KIB(4)] ? 0xff : 0x00;
		break;
	case 0x72:
		memcpy(in, c->bpr, min((size_t)op->data.nbytes, sizeof(c->bpr)));
		break;
	}
	c->n_reads++;
	/* WEL and WIP are right: waiting is not what this is about */
	if (c->noise && c->n_reads % c->noise == 0)
		in[0] ^= (u8)BIT(2 + c->n_reads / c->noise % 6);
}

static int fake_exec(struct spi_mem *mem, const struct spi_mem_op *op)
{
	if (op->data.dir == SPI_MEM_IN)
		answer(chip_of(mem), op);
	else
		command(chip_of(mem), op);
	return 0;
}

static bool fake_supports(const struct spi_mem *mem, const struct spi_mem_op *op)
{
	(void)mem;
	return op->dummy.ncycles < 32;
}

static const struct spi_controller_mem_ops fake_ops = { .supports_op = fake_supports,
							.exec = fake_exec };

static u64 clk_now(struct sysclock *clk)
{
	return container_of(clk, struct chip, clk)->now;
}

static void clk_sleep(struct sysclock *clk, u64 ns)
{
	container_of(clk, struct chip, clk)->now += ns;
}

static const struct mtd_ops mtd_ops; /* nothing to prepare */

static int setup(void **state)
{
	struct chip *c = calloc(1, sizeof(*c));
	struct nor_params *p;

	if (!c)
		return -1;
	p = &c->nor.p;
	c->clk = (struct sysclock){ .now_ns = clk_now, .sleep_ns = clk_sleep };
	c->ctx.clk = &c->clk;
	c->mem = (struct spi_mem){
		.ops = &fake_ops, .ctx = &c->ctx, .max_width = 1, .n_chips = 1, .name = "FAKE"
	};
	c->nor.mem = &c->mem;
	c->nor.mtd.ops = &mtd_ops;
	c->nor.mtd.ctx = &c->ctx;
	snprintf(c->nor.name, sizeof(c->nor.name), "chip");
	p->size = MIB(8);
	p->addr_nbytes = 3;
	p->poll_opcode = 0x05;
	p->poll_mask = 1;
	p->bp = NOR_BP3_TB5_SEC6;
	p->qe = NOR_QE_SR2_B1_31;
	p->volatile_sr = true;
	c->has_volatile = true;
	memset(c->otp, 0xff, sizeof(c->otp));
	*state = c;
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static int protect(struct chip *c, u64 start, u64 len)
{
	const struct mtd_wp_change change = { .has_range = true, .range = { start, len } };

	c->log[0] = '\0';
	err_clear(&c->ctx.err);
	return nor_wp_ops.change(&c->nor.mtd, &change);
}

static int set_mode(struct chip *c, enum mtd_wp_mode mode, bool may_once)
{
	const struct mtd_wp_change change = { .has_mode = true,
					      .mode = mode,
					      .may_once = may_once };

	c->log[0] = '\0';
	err_clear(&c->ctx.err);
	return nor_wp_ops.change(&c->nor.mtd, &change);
}

/* ---- registers ---- */

static void test_only_what_changes_is_written(void **state)
{
	struct chip *c = *state;

	c->sr[1] = 0x02;
	assert_int_equal(protect(c, MIB(8) - KIB(128), KIB(128)), 0);
	assert_string_equal(c->log, "06, 01:04");
	assert_int_equal(protect(c, 0, MIB(8) - KIB(128)), 0); /* the complement: CMP alone */
	assert_string_equal(c->log, "06, 31:42");
	assert_int_equal(protect(c, 0, MIB(8) - KIB(128)), 0);
	assert_string_equal(c->log, "");
}

static void test_an_sr2_that_one_byte_clears_is_put_back(void **state)
{
	struct chip *c = *state;

	c->one_byte_clears_sr2 = true;
	c->sr[1] = 0x3a; /* LB bits and QE */
	assert_int_equal(protect(c, 0, 0), 0);
	assert_int_equal(protect(c, MIB(4), MIB(4)), 0);
	assert_string_equal(c->log, "06, 01:18, 06, 31:3a");
	assert_int_equal(c->sr[1], 0x3a);
}

static void test_parts_without_31h_get_two_bytes(void **state)
{
	struct chip *c = *state;

	c->nor.p.qe = NOR_QE_SR2_B1_W2;
	c->one_byte_clears_sr2 = true;
	c->sr[1] = 0x02;
	assert_int_equal(protect(c, MIB(4), MIB(4)), 0);
	assert_string_equal(c->log, "06, 01:18 02");
}

static void test_macronix_tb_needs_a_word_and_cr_its_other_bits(void **state)
{
	struct chip *c = *state;
	struct mtd_wp_change change = { .has_range = true, .range = { 0, KIB(64) } };

	c->nor.p.bp = NOR_BP4_TB_CR3;
	c->nor.p.qe = NOR_QE_SR1_B6;
	c->sr[0] = 0x40;
	c->sr[2] = 0x87; /* dummy cycles and drive strength */
	assert_int_equal(nor_wp_ops.change(&c->nor.mtd, &change), -EINVAL);
	assert_non_null(strstr(c->ctx.err.next, "--irreversible"));
	assert_string_equal(c->log, "");
	/* from the top no TB is needed, and QE stays */
	assert_int_equal(protect(c, MIB(8) - KIB(64), KIB(64)), 0);
	assert_string_equal(c->log, "06, 01:44");
	c->sr[0] = 0x40;
	c->log[0] = '\0';
	change.may_once = true;
	nor_wp_ops.change(&c->nor.mtd, &change);
	assert_string_equal(c->log, "06, 01:44 8f");
}

static void test_a_chip_without_cr_has_all_or_nothing(void **state)
{
	struct chip *c = *state;

	c->nor.p.bp = NOR_BP4_TB_CR3;
	c->nor.p.qe = NOR_QE_NONE;
	c->sr[2] = 0xff;
	c->sr[0] = 0x04;
	assert_int_equal(nor_is_locked(&c->nor, 0, 1), -EROFS);
	assert_int_equal(protect(c, 0, KIB(64)), -EINVAL);
	assert_int_equal(protect(c, 0, 0), 0);
	assert_int_equal(nor_is_locked(&c->nor, 0, 1), 0);
}

static void test_volatile_writes_leave_the_power_up_values(void **state)
{
	struct chip *c = *state;
	struct mtd_wp_change change = { .has_range = true, .is_volatile = true };

	assert_int_equal(protect(c, 0, MIB(8)), 0);
	c->log[0] = '\0';
	assert_int_equal(nor_wp_ops.change(&c->nor.mtd, &change), 0);
	assert_int_equal(c->sr[0], 0x00);
	assert_int_equal(c->power_up[0], 0x1c);
	assert_int_equal(strncmp(c->log, "50, ", 4), 0);
	assert_null(strstr(c->log, "06"));
}

static void test_a_volatile_change_can_be_made_a_lasting_one(void **state)
{
	static const enum nor_qe ways[] = { NOR_QE_SR2_B1_W2, NOR_QE_SR2_B1_31 };
	static const struct mtd_wp_range ranges[] = {
		{ 0, MIB(8) }, { 0, 0 }, { 0, KIB(512) }, { KIB(4), MIB(8) - KIB(4) }, { 0, 0 }
	};
	struct chip *c = *state;

	for (unsigned int i = 0; i < 2 * ARRAY_SIZE(ranges); i++) {
		struct mtd_wp_change change = { .has_range = true,
						.range = ranges[i / 2],
						.is_volatile = true };

		c->nor.p.qe = ways[i % 2];
		assert_int_equal(nor_wp_ops.change(&c->nor.mtd, &change), 0);
		assert_int_equal(protect(c, change.range.start, change.range.len), 0);
		assert_memory_equal(c->power_up, c->sr, sizeof(c->sr));
		/* once */
		assert_int_equal(protect(c, change.range.start, change.range.len), 0);
		assert_string_equal(c->log, "");
	}
}

/* QE was set for this job only, by a volatile write: that must not become lasting by the way */
static void test_volatile_quad_enable_stays_volatile(void **state)
{
	static const enum nor_qe ways[] = { NOR_QE_SR2_B1_W2, NOR_QE_SR2_B1_31 };
	struct chip *c = *state;

	c->nor.p.otp = (struct nor_otp){ NOR_OTP_SECREG, 3, 256 };
	for (unsigned int i = 0; i < 4; i++) {
		c->nor.p.qe = ways[i % 2];
		c->one_byte_clears_sr2 = i >= 2;
		memset(c->sr, 0, sizeof(c->sr));
		memset(c->power_up, 0, sizeof(c->power_up));
		assert_int_equal(nor_enable_quad(&c->nor), 0);
		assert_int_equal(c->sr[1], 0x02);
		assert_int_equal(c->power_up[1], 0x00);
		/* without and with a bit of SR2 (CMP) */
		assert_int_equal(protect(c, 0, MIB(8)), 0);
		assert_int_equal(c->sr[1], 0x02);
		assert_int_equal(c->power_up[1], 0x00);
		assert_int_equal(protect(c, KIB(4), MIB(8) - KIB(4)), 0);
		assert_int_equal(c->sr[1], 0x42);
		assert_int_equal(c->power_up[1], 0x40);
		assert_int_equal(nor_otp_ops.lock(&c->nor.mtd, 1), 0);
		assert_int_equal(c->sr[1], 0x52);
		assert_int_equal(c->power_up[1], 0x50);
	}
	/* locked for good: quad enable can't come back, the job goes on without */
	assert_int_equal(set_mode(c, MTD_WP_PERMANENT, true), 0);
	assert_int_equal(c->power_up[1] & 0x03, 0x01);
	assert_int_equal(c->nor.quad, NOR_QUAD_OFF);
	assert_int_equal(c->ctx.err.code, 0);
}

/* ---- locked registers ---- */

static void test_modes_are_their_bits(void **state)
{
	struct chip *c = *state;

	assert_int_equal(set_mode(c, MTD_WP_HARDWARE, false), 0);
	assert_int_equal(c->sr[0] & 0x80, 0x80);
	assert_int_equal(set_mode(c, MTD_WP_DISABLED, false), 0);
	assert_int_equal(c->sr[0] & 0x80, 0);
	assert_int_equal(set_mode(c, MTD_WP_PERMANENT, false), -EINVAL);
	assert_int_equal(c->sr[0] | c->sr[1], 0);
	assert_int_equal(set_mode(c, MTD_WP_POWER_CYCLE, false), 0);
	assert_int_equal(c->sr[1] & 1, 1);
}

static void test_wp_pin_low_is_named(void **state)
{
	struct chip *c = *state;

	assert_int_equal(set_mode(c, MTD_WP_HARDWARE, false), 0);
	c->wp_low = true;
	assert_int_equal(protect(c, 0, MIB(8)), -EROFS);
	assert_non_null(strstr(c->ctx.err.what, "WP# is low"));
	assert_non_null(strstr(c->ctx.err.next, "WP#"));
	/* with QE the pin is a data line */
	c->sr[1] |= 0x02;
	assert_int_equal(protect(c, 0, MIB(8)), 0);
}

static void test_power_cycle_lock_is_named(void **state)
{
	struct chip *c = *state;

	assert_int_equal(set_mode(c, MTD_WP_POWER_CYCLE, false), 0);
	assert_int_equal(protect(c, 0, MIB(8)), -EROFS);
	assert_non_null(strstr(c->ctx.err.what, "power-up"));
}

static void test_a_deaf_chip_is_no_success(void **state)
{
	struct chip *c = *state;

	c->is_deaf = true;
	assert_int_equal(protect(c, 0, MIB(8)), -EROFS);
	assert_non_null(strstr(c->ctx.err.what, "ignores"));
}

/* ---- a lock for each block ---- */

static void test_block_locks_are_asked_one_by_one(void **state)
{
	struct chip *c = *state;
	struct mtd_wp_status st;

	c->nor.p.has_wps = true;
	c->sr[2] = 0x04;
	set_locks(c, true);
	assert_int_equal(nor_is_locked(&c->nor, MIB(1), KIB(4)), -EROFS);
	set_block(c, MIB(1), false);
	assert_int_equal(nor_is_locked(&c->nor, MIB(1), KIB(64)), 0);
	assert_int_equal(nor_is_locked(&c->nor, MIB(1), KIB(64) + 1), -EROFS);
	assert_int_equal(nor_wp_ops.status(&c->nor.mtd, &st), 0);
	assert_true(st.is_partial);
	assert_int_equal(st.range.len, MIB(8));
	assert_non_null(strstr(c->ctx.err.next, "--wp-range 0,0"));
}

static void test_block_locks_take_whole_blocks(void **state)
{
	struct chip *c = *state;

	c->nor.p.has_wps = true;
	c->sr[2] = 0x04;
	set_locks(c, true);
	assert_int_equal(protect(c, 0, 0), 0);
	assert_string_equal(c->log, "06, 98");
	/* 4 KiB blocks at the ends, 64 KiB between */
	assert_int_equal(protect(c, KIB(60), KIB(68)), 0);
	assert_string_equal(c->log, "06, 98, 06, 36, 06, 36");
	assert_true(c->lock[15] && c->lock[16] && c->lock[31]);
	assert_false(c->lock[14] || c->lock[32]);
	assert_int_equal(protect(c, KIB(60), KIB(72)), -EINVAL);
	assert_int_equal(protect(c, 0, MIB(8)), 0);
	assert_string_equal(c->log, "06, 7e");
}

static void test_bits_that_protect_nothing_may_all_be_set(void **state)
{
	struct chip *c = *state;

	c->nor.p.poll_opcode = 0x05;
	c->sr[0] = 0xfc;
	c->sr[1] = 0x40; /* CMP: the complement of all is nothing */
	assert_int_equal(nor_is_locked(&c->nor, 0, MIB(8)), 0);
	assert_true(c->nor.ones_when_busy);
	c->sr[0] = 0x7c;
	assert_int_equal(nor_is_locked(&c->nor, 0, MIB(8)), 0);
	assert_false(c->nor.ones_when_busy);
}

static void test_locks_of_every_power_up_are_opened_for_a_job(void **state)
{
	struct chip *c = *state;

	c->nor.p.bp = NOR_BP_SWP;
	set_locks(c, true);
	c->log[0] = '\0';
	assert_int_equal(nor_is_locked(&c->nor, 0, KIB(4)), MTD_OPENS);
	assert_null(strstr(c->log, "06")); /* only looked */
	assert_true(c->lock[0]);
	assert_int_equal(nor_open_locks(&c->nor, 0, KIB(4)), 0);
	assert_false(c->lock[0]);
	assert_int_equal(nor_is_locked(&c->nor, 0, KIB(4)), 0);
	/* BP that every power-up sets, too */
	c->nor.p.bp = NOR_BP3;
	c->nor.p.qe = NOR_QE_NONE;
	c->nor.p.bp_at_power_up = true;
	c->sr[0] = 0x1c;
	assert_int_equal(nor_is_locked(&c->nor, 0, KIB(4)), MTD_OPENS);
	assert_int_equal(c->sr[0], 0x1c);
	assert_int_equal(nor_open_locks(&c->nor, 0, KIB(4)), 0);
	assert_int_equal(c->sr[0], 0);
	/* but not when it is locked as well */
	c->sr[0] = 0x9c;
	assert_int_equal(nor_is_locked(&c->nor, 0, KIB(4)), -EROFS);
}

/* SST26VF064B table 4-6: bit numbers and addresses as they stand there */
static void test_sst26_register_bits_are_its_blocks(void **state)
{
	static const struct {
		unsigned int bit;
		u64 start, len;
	} table[] = {
		{ 142, 0x7fe000, KIB(8) },  { 136, 0x7f8000, KIB(8) },	{ 134, 0x006000, KIB(8) },
		{ 128, 0x000000, KIB(8) },  { 127, 0x7f0000, KIB(32) }, { 126, 0x008000, KIB(32) },
		{ 125, 0x7e0000, KIB(64) }, { 1, 0x020000, KIB(64) },	{ 0, 0x010000, KIB(64) },
	};
	struct chip *c = *state;

	c->nor.p.bp = NOR_BP_BPR;
	for (unsigned int i = 0; i < ARRAY_SIZE(table); i++) {
		struct mtd_wp_status st;

		memset(c->bpr, 0, sizeof(c->bpr));
		/* bit 143 comes first */
		c->bpr[17 - table[i].bit / 8] = (u8)BIT(table[i].bit % 8);
		assert_int_equal(nor_wp_ops.status(&c->nor.mtd, &st), 0);
		if (st.range.start != table[i].start || st.range.len != table[i].len)
			fail_msg("bit %u: 0x%llx+0x%llx", table[i].bit,
				 (unsigned long long)st.range.start,
				 (unsigned long long)st.range.len);
		memset(c->bpr, 0xff, sizeof(c->bpr));
		assert_int_equal(protect(c, table[i].start, table[i].len), 0);
		assert_int_equal(nor_wp_ops.status(&c->nor.mtd, &st), 0);
		assert_int_equal(st.range.start, table[i].start);
		assert_int_equal(st.range.len, table[i].len);
	}
	assert_int_equal(protect(c, KIB(4), KIB(8)), -EINVAL);
}

static void test_sst26_opens_for_a_job_unless_locked_down(void **state)
{
	struct chip *c = *state;

	c->nor.p.bp = NOR_BP_BPR;
	memset(c->bpr, 0x55, sizeof(c->bpr));
	assert_int_equal(nor_is_locked(&c->nor, 0, MIB(8)), MTD_OPENS);
	assert_int_equal(c->bpr[0], 0x55);
	assert_int_equal(nor_open_locks(&c->nor, 0, MIB(8)), 0);
	memset(c->bpr, 0x55, sizeof(c->bpr));
	c->locked_down = true;
	assert_int_equal(nor_is_locked(&c->nor, 0, MIB(8)), MTD_OPENS);
	assert_int_equal(nor_open_locks(&c->nor, 0, MIB(8)), -EROFS);
	assert_non_null(strstr(c->ctx.err.next, "power"));
}

/* ---- OTP ---- */

static void test_otp_that_is_locked_or_past_its_end_is_left_alone(void **state)
{
	static const u8 data[2] = { 0x12, 0x34 };
	struct chip *c = *state;
	struct mtd_info *mtd = &c->nor.mtd;

	c->nor.p.otp = (struct nor_otp){ NOR_OTP_SECREG, 3, 256 };
	assert_int_equal(nor_otp_ops.program(mtd, 255, 2, data), 0);
	assert_int_equal(c->otp[1][255], 0x12);
	assert_int_equal(c->otp[2][0], 0x34);
	assert_int_equal(nor_otp_ops.program(mtd, 767, 2, data), -EINVAL);
	err_clear(&c->ctx.err);
	c->sr[1] = 0x10; /* LB2 */
	assert_int_equal(nor_otp_ops.program(mtd, 253, 2, data), 0);
	assert_int_equal(nor_otp_ops.program(mtd, 255, 2, data), -EROFS);
	err_clear(&c->ctx.err);
	assert_int_equal(nor_otp_ops.erase(mtd, 1), -EROFS);
	assert_int_equal(nor_otp_ops.erase(mtd, 0), 0);
	assert_int_equal(c->otp[1][255], 0xff);
}

static void test_otp_that_is_not_blank_after_its_erase_is_no_success(void **state)
{
	static const u8 data = 0x12;
	struct chip *c = *state;

	c->nor.p.otp = (struct nor_otp){ NOR_OTP_SECREG, 3, 256 };
	assert_int_equal(nor_otp_ops.program(&c->nor.mtd, 7, 1, &data), 0);
	c->is_deaf = true;
	assert_int_equal(nor_otp_ops.erase(&c->nor.mtd, 0), -EBADMSG);
	assert_non_null(strstr(c->ctx.err.what, "0x7 of"));
}

static void test_a_wire_with_errors_locks_nothing_that_was_not_meant(void **state)
{
	static const struct {
		enum nor_qe qe;
		enum nor_otp_kind kind;
	} ways[] = {
		{ NOR_QE_SR2_B1_31, NOR_OTP_SECREG },
		{ NOR_QE_SR2_B1_W2, NOR_OTP_SECREG },
		{ NOR_QE_SR2_B1_W2, NOR_OTP_REGIONS },
		{ NOR_QE_NONE, NOR_OTP_ROWS },
	};
	struct chip *c = *state;
	unsigned int n_done = 0;

	for (unsigned int i = 0; i < 12 * ARRAY_SIZE(ways); i++) {
		bool is_rows = ways[i % ARRAY_SIZE(ways)].kind == NOR_OTP_ROWS;
		u8 lock = ways[i % ARRAY_SIZE(ways)].kind == NOR_OTP_SECREG ? 0x10 : 0x08, now;

		c->nor.p.qe = ways[i % ARRAY_SIZE(ways)].qe;
		c->nor.p.otp = (struct nor_otp){ ways[i % ARRAY_SIZE(ways)].kind, 3, 256 };
		c->sr[0] = 0x1c;
		c->sr[1] = 0x40;
		c->fr = 0x02;
		c->n_reads = i / ARRAY_SIZE(ways);
		c->noise = 1 + i % 5;
		n_done += !nor_otp_ops.lock(&c->nor.mtd, 1);
		err_clear(&c->ctx.err);
		assert_int_equal(c->sr[0], 0x1c);
		now = is_rows ? c->fr & 0xfd : c->sr[1] & 0xbf;
		if (is_rows)
			lock = 0x20;
		if (now && now != lock)
			fail_msg("case %u: SR2 %02x, FR %02x", i, c->sr[1], c->fr);
		assert_int_equal(c->fr & 0x02, 0x02);
		assert_int_equal(c->sr[1] & 0x40, 0x40);
		/* each read is wrong: it is not written at all */
		if (c->noise == 1)
			assert_int_equal(now, 0);
	}
	assert_in_range(n_done, 10, 12 * ARRAY_SIZE(ways) - 5);
}

static void test_a_range_on_a_wire_with_errors_leaves_what_lasts_as_it_was(void **state)
{
	struct chip *c = *state;

	for (unsigned int i = 0; i < 40; i++) {
		c->sr[0] = 0x00;
		c->sr[1] = 0x02;
		c->noise = 1 + i % 5;
		c->n_reads = i;
		protect(c, MIB(4), MIB(4));
		err_clear(&c->ctx.err);
		/* LB1 to LB3 and SRL */
		if (c->sr[1] & 0x39)
			fail_msg("case %u: SR2 %02x", i, c->sr[1]);
	}
}

static void test_a_lock_keeps_the_other_bits_of_sr2(void **state)
{
	struct chip *c = *state;

	c->nor.p.otp = (struct nor_otp){ NOR_OTP_SECREG, 3, 256 };
	c->sr[1] = 0x42;
	c->sr[0] = 0x1c;
	assert_int_equal(nor_otp_ops.lock(&c->nor.mtd, 2), 0);
	assert_int_equal(c->sr[1], 0x62);
	c->nor.p.qe = NOR_QE_SR2_B1_W2;
	assert_int_equal(nor_otp_ops.lock(&c->nor.mtd, 0), 0);
	assert_int_equal(c->sr[1], 0x6a);
	assert_int_equal(c->sr[0], 0x1c);
	/* and one that does not take is no success */
	c->is_deaf = true;
	assert_int_equal(nor_otp_ops.lock(&c->nor.mtd, 1), -EROFS);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_only_what_changes_is_written),
		T(test_an_sr2_that_one_byte_clears_is_put_back),
		T(test_parts_without_31h_get_two_bytes),
		T(test_macronix_tb_needs_a_word_and_cr_its_other_bits),
		T(test_a_chip_without_cr_has_all_or_nothing),
		T(test_volatile_writes_leave_the_power_up_values),
		T(test_a_volatile_change_can_be_made_a_lasting_one),
		T(test_volatile_quad_enable_stays_volatile),
		T(test_modes_are_their_bits),
		T(test_wp_pin_low_is_named),
		T(test_power_cycle_lock_is_named),
		T(test_a_deaf_chip_is_no_success),
		T(test_block_locks_are_asked_one_by_one),
		T(test_block_locks_take_whole_blocks),
		T(test_bits_that_protect_nothing_may_all_be_set),
		T(test_locks_of_every_power_up_are_opened_for_a_job),
		T(test_sst26_register_bits_are_its_blocks),
		T(test_sst26_opens_for_a_job_unless_locked_down),
		T(test_otp_that_is_locked_or_past_its_end_is_left_alone),
		T(test_otp_that_is_not_blank_after_its_erase_is_no_success),
		T(test_a_wire_with_errors_locks_nothing_that_was_not_meant),
		T(test_a_range_on_a_wire_with_errors_leaves_what_lasts_as_it_was),
		T(test_a_lock_keeps_the_other_bits_of_sr2),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
