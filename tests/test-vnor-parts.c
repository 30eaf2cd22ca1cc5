// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What every model of a SPI-NOR has to do, each part in its own way: identity, programming and
 * erasing, addresses beyond 16 MiB, quad reads with and without QE, continuous read, QPI, deep
 * power-down, reset, protection, and its place in the state file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/nor-host.h"

#include <sys/stat.h>
#include <unistd.h>

enum qe { QE_NONE, QE_SR1_6, QE_31H, QE_01H_2 };
/* how to enter QPI: an opcode of its own, Micron's EVCR, FS-S's CR2; and how dummy clocks are set there */
enum qpi { QPI_OPCODE, QPI_EVCR, QPI_CR2 };
enum qpi_dummy { QD_FIXED, QD_C0, QD_VCR, QD_ISSI, QD_MX, QD_CR2, QD_CR3 };
enum big { SMALL, BIG_B7, BIG_WREN_B7, BIG_BANK }; /* how to reach beyond 16 MiB by mode */

#define NOT_THERE 0xff

struct part {
	const char *name;
	u8 id[3];
	u32 mib;
	u8 erase_4k; /* 0: none */
	u32 sector;  /* of D8h */
	enum big big;
	bool has_4b_writes; /* 12h and DCh with four address bytes */
	bool no_reset, no_sfdp;
	enum qe qe;
	bool no_quad;
	u8 quad_wait;	/* dummy clocks of EBh behind the mode byte (or without one) */
	bool no_mode;	/* XIP is armed by something else */
	u8 stay, leave; /* mode bytes */
	u8 qpi_on, qpi_off, qpi_id;
	enum qpi qpi;
	enum qpi_dummy qpi_dummy;
	u8 qpi_0b,
		qpi_eb; /* dummy clocks in QPI, behind the mode byte if there is one; NOT_THERE */
	bool qpi_0b_mode;
	bool has_dpd;
};

static const struct part parts[] = {
	{ "n25q128a13",
	  { 0x20, 0xba, 0x18 },
	  16,
	  0x20,
	  KIB(64),
	  .quad_wait = 10,
	  .no_mode = true,
	  .qpi_id = 0xaf,
	  .qpi = QPI_EVCR,
	  .qpi_dummy = QD_VCR,
	  .qpi_0b = 10,
	  .qpi_eb = 10 },
	{ "n25q256a13",
	  { 0x20, 0xba, 0x19 },
	  32,
	  0x20,
	  KIB(64),
	  BIG_WREN_B7,
	  .quad_wait = 10,
	  .no_mode = true,
	  .qpi_id = 0xaf,
	  .qpi = QPI_EVCR,
	  .qpi_dummy = QD_VCR,
	  .qpi_0b = 10,
	  .qpi_eb = 10 },
	{ "n25q256a83",
	  { 0x20, 0xba, 0x19 },
	  32,
	  0x20,
	  KIB(64),
	  BIG_WREN_B7,
	  true,
	  .quad_wait = 10,
	  .no_mode = true,
	  .qpi_on = 0x35,
	  .qpi_off = 0xf5,
	  .qpi_id = 0xaf,
	  .qpi_dummy = QD_VCR,
	  .qpi_0b = 10,
	  .qpi_eb = 10 },
	{ "mt25ql128aba",
	  { 0x20, 0xba, 0x18 },
	  16,
	  0x20,
	  KIB(64),
	  .quad_wait = 10,
	  .no_mode = true,
	  .qpi_on = 0x35,
	  .qpi_off = 0xf5,
	  .qpi_id = 0xaf,
	  .has_dpd = true,
	  .qpi_dummy = QD_VCR,
	  .qpi_0b = 10,
	  .qpi_eb = 10 },
	{ "mt25ql512abb",
	  { 0x20, 0xba, 0x20 },
	  64,
	  0x20,
	  KIB(64),
	  BIG_B7,
	  true,
	  .quad_wait = 10,
	  .no_mode = true,
	  .qpi_on = 0x35,
	  .qpi_off = 0xf5,
	  .qpi_id = 0xaf,
	  .has_dpd = true,
	  .qpi_dummy = QD_VCR,
	  .qpi_0b = 10,
	  .qpi_eb = 10 },
	{ "mt25ql01gbbb",
	  { 0x20, 0xba, 0x21 },
	  128,
	  0x20,
	  KIB(64),
	  BIG_B7,
	  true,
	  .quad_wait = 10,
	  .no_mode = true,
	  .qpi_on = 0x35,
	  .qpi_off = 0xf5,
	  .qpi_id = 0xaf,
	  .has_dpd = true,
	  .qpi_dummy = QD_VCR,
	  .qpi_0b = 10,
	  .qpi_eb = 10 },
	{ "mt25qu02gcbb",
	  { 0x20, 0xbb, 0x22 },
	  256,
	  0x20,
	  KIB(64),
	  BIG_B7,
	  true,
	  .quad_wait = 10,
	  .no_mode = true,
	  .qpi_on = 0x35,
	  .qpi_off = 0xf5,
	  .qpi_id = 0xaf,
	  .has_dpd = true,
	  .qpi_dummy = QD_VCR,
	  .qpi_0b = 10,
	  .qpi_eb = 10 },
	{ "w25q128jv",
	  { 0xef, 0x40, 0x18 },
	  16,
	  0x20,
	  KIB(64),
	  .qe = QE_31H,
	  .quad_wait = 4,
	  .stay = 0xa0,
	  .leave = 0xff,
	  .has_dpd = true },
	{ "w25q256jv",
	  { 0xef, 0x40, 0x19 },
	  32,
	  0x20,
	  KIB(64),
	  BIG_B7,
	  true,
	  .qe = QE_31H,
	  .quad_wait = 4,
	  .stay = 0x20,
	  .leave = 0xff,
	  .has_dpd = true },
	{ "w25q512jv",
	  { 0xef, 0x40, 0x20 },
	  64,
	  0x20,
	  KIB(64),
	  BIG_B7,
	  true,
	  .qe = QE_31H,
	  .quad_wait = 4,
	  .stay = 0xa0,
	  .leave = 0x00,
	  .has_dpd = true },
	{ "w25m512jv",
	  { 0xef, 0x71, 0x19 },
	  32,
	  0x20,
	  KIB(64),
	  BIG_B7,
	  true,
	  .qe = QE_31H,
	  .quad_wait = 4,
	  .stay = 0xa0,
	  .leave = 0xff,
	  .has_dpd = true },
	{ "gd25q127c",
	  { 0xc8, 0x40, 0x18 },
	  16,
	  0x20,
	  KIB(64),
	  .qe = QE_31H,
	  .quad_wait = 4,
	  .stay = 0xa0,
	  .leave = 0xff,
	  .qpi_on = 0x38,
	  .qpi_off = 0xff,
	  .qpi_id = 0x9f,
	  .has_dpd = true,
	  .qpi_dummy = QD_C0,
	  .qpi_0b = 4,
	  .qpi_eb = 2 },
	{ "gd25lq256d",
	  { 0xc8, 0x60, 0x19 },
	  32,
	  0x20,
	  KIB(64),
	  BIG_B7,
	  true,
	  .qe = QE_01H_2,
	  .quad_wait = 4,
	  .stay = 0xa0,
	  .leave = 0xff,
	  .qpi_on = 0x38,
	  .qpi_off = 0xff,
	  .qpi_id = 0x9f,
	  .has_dpd = true,
	  .qpi_dummy = QD_C0,
	  .qpi_0b = 6,
	  .qpi_eb = 4 },
	{ "xm25qh128c",
	  { 0x20, 0x40, 0x18 },
	  16,
	  0x20,
	  KIB(64),
	  .qe = QE_31H,
	  .quad_wait = 4,
	  .stay = 0xa0,
	  .leave = 0xff,
	  .qpi_on = 0x38,
	  .qpi_off = 0xff,
	  .qpi_id = 0x9f,
	  .has_dpd = true,
	  .qpi_dummy = QD_C0,
	  .qpi_0b = 2,
	  .qpi_eb = 0 },
	{ "at25sf128a",
	  { 0x1f, 0x89, 0x01 },
	  16,
	  0x20,
	  KIB(64),
	  .qe = QE_01H_2,
	  .quad_wait = 4,
	  .stay = 0xa0,
	  .leave = 0xff,
	  .has_dpd = true },
	{ "mx25l51245g",
	  { 0xc2, 0x20, 0x1a },
	  64,
	  0x20,
	  KIB(64),
	  BIG_B7,
	  true,
	  .qe = QE_SR1_6,
	  .quad_wait = 4,
	  .stay = 0xa5,
	  .leave = 0xaa,
	  .qpi_on = 0x35,
	  .qpi_off = 0xf5,
	  .qpi_id = 0xaf,
	  .has_dpd = true,
	  .qpi_dummy = QD_MX,
	  .qpi_0b = NOT_THERE,
	  .qpi_eb = 4 },
	{ "mx25r6435f",
	  { 0xc2, 0x28, 0x17 },
	  8,
	  0x20,
	  KIB(64),
	  .qe = QE_SR1_6,
	  .quad_wait = 4,
	  .stay = 0x5a,
	  .leave = 0x00 },
	{ "mx25lm51245g",
	  { 0xc2, 0x85, 0x3a },
	  64,
	  0x20,
	  KIB(64),
	  BIG_B7,
	  true,
	  .no_quad = true,
	  .has_dpd = true },
	{ "is25lp128f",
	  { 0x9d, 0x60, 0x18 },
	  16,
	  0xd7,
	  KIB(64),
	  .qe = QE_SR1_6,
	  .quad_wait = 4,
	  .stay = 0xa0,
	  .leave = 0x00,
	  .qpi_on = 0x35,
	  .qpi_off = 0xf5,
	  .qpi_id = 0xaf,
	  .has_dpd = true,
	  .qpi_dummy = QD_ISSI,
	  .qpi_0b = 6,
	  .qpi_eb = 4 },
	{ "is25wp512m",
	  { 0x9d, 0x70, 0x1a },
	  64,
	  0x20,
	  KIB(64),
	  BIG_BANK,
	  true,
	  .qe = QE_SR1_6,
	  .quad_wait = 4,
	  .stay = 0xa5,
	  .leave = 0x5a,
	  .qpi_on = 0x35,
	  .qpi_off = 0xf5,
	  .qpi_id = 0xaf,
	  .has_dpd = true,
	  .qpi_dummy = QD_ISSI,
	  .qpi_0b = 6,
	  .qpi_eb = 4 },
	{ "sst26vf064b",
	  { 0xbf, 0x26, 0x43 },
	  8,
	  0x20,
	  KIB(64),
	  .qe = QE_01H_2,
	  .quad_wait = 4,
	  .stay = 0xa0,
	  .leave = 0xff,
	  .qpi_on = 0x38,
	  .qpi_off = 0xff,
	  .qpi_id = 0xaf,
	  .has_dpd = true,
	  .qpi_0b = 4,
	  .qpi_0b_mode = true,
	  .qpi_eb = NOT_THERE },
	{ "s25fl512s",
	  { 0x01, 0x02, 0x20 },
	  64,
	  0,
	  KIB(256),
	  BIG_BANK,
	  true,
	  .qe = QE_01H_2,
	  .quad_wait = 4,
	  .stay = 0xa0,
	  .leave = 0x00,
	  .no_reset = true,
	  .no_sfdp = true },
	{ "s25fs512s",
	  { 0x01, 0x02, 0x20 },
	  64,
	  0,
	  KIB(256),
	  BIG_B7,
	  true,
	  .qe = QE_01H_2,
	  .quad_wait = 8,
	  .stay = 0xa0,
	  .leave = 0x00,
	  .qpi_id = 0x9f,
	  .qpi = QPI_CR2,
	  .qpi_dummy = QD_CR2,
	  .qpi_0b = NOT_THERE,
	  .qpi_eb = 8 },
	{ "s25fl064l",
	  { 0x01, 0x60, 0x17 },
	  8,
	  0x20,
	  KIB(64),
	  .has_4b_writes = true,
	  .qe = QE_01H_2,
	  .quad_wait = 8,
	  .stay = 0xa0,
	  .leave = 0x00,
	  .qpi_on = 0x38,
	  .qpi_off = 0xf5,
	  .qpi_id = 0xaf,
	  .has_dpd = true,
	  .qpi_dummy = QD_CR3,
	  .qpi_0b = NOT_THERE,
	  .qpi_eb = 8 },
	{ "m25p64",
	  { 0x20, 0x20, 0x17 },
	  8,
	  0,
	  KIB(64),
	  .no_quad = true,
	  .no_reset = true,
	  .no_sfdp = true },
	{ "unknown-sfdp",
	  { 0x7a, 0x11, 0x18 },
	  16,
	  0x20,
	  KIB(64),
	  .qe = QE_31H,
	  .quad_wait = 4,
	  .stay = 0xa0,
	  .leave = 0xff,
	  .has_dpd = true },
	{ "unknown-nosfdp",
	  { 0x7a, 0x12, 0x18 },
	  16,
	  0x20,
	  KIB(64),
	  .qe = QE_31H,
	  .quad_wait = 4,
	  .stay = 0xa0,
	  .leave = 0xff,
	  .no_sfdp = true,
	  .has_dpd = true },
	{ "badsfdp-density",
	  { 0xef, 0x40, 0x18 },
	  16,
	  0x20,
	  KIB(64),
	  .qe = QE_31H,
	  .quad_wait = 4,
	  .stay = 0xa0,
	  .leave = 0xff,
	  .has_dpd = true },
	{ "zd25q128c",
	  { 0xef, 0x40, 0x18 },
	  16,
	  0x20,
	  KIB(64),
	  .qe = QE_31H,
	  .quad_wait = 4,
	  .stay = 0xa0,
	  .leave = 0xff,
	  .has_dpd = true },
};

struct run {
	const struct part *p;
	struct nor_fix *f;
};

static int setup(void **state)
{
	const struct part *p = *state;
	struct run *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	r->p = p;
	r->f = nor_new(p->name);
	*state = r;
	return 0;
}

static int teardown(void **state)
{
	struct run *r = *state;
	void *f = r->f;

	nor_teardown(&f);
	free(r);
	return 0;
}

/* built anew, as an application left it */
static void restart(struct run *r)
{
	nor_stop(r->f);
	nor_start(r->f);
	wait_ps(r->f, 10 * PS_PER_MS);
}

/* all that protects is lifted: SST26 parts wake up locked */
static void unlock(struct run *r)
{
	if (strcmp(r->p->name, "sst26vf064b"))
		return;
	cmd(r->f, 0x06);
	cmd(r->f, 0x98);
}

static void enable_quad(struct run *r)
{
	struct nor_fix *f = r->f;

	if (r->p->qe == QE_NONE)
		return;
	cmd(f, 0x06);
	if (r->p->qe == QE_SR1_6)
		set_reg(f, 0x01, 0x40);
	else if (r->p->qe == QE_31H)
		set_reg(f, 0x31, 0x02);
	else
		SEND(f, BYTES(0x00, 0x02), 2, .op = 0x01);
	wait_ready(f);
}

static void enter_4byte(struct run *r)
{
	if (r->p->big == BIG_BANK) {
		set_reg(r->f, 0x17, 0x80);
		return;
	}
	if (r->p->big == BIG_WREN_B7)
		cmd(r->f, 0x06);
	cmd(r->f, 0xb7);
}

static u8 read_id(struct run *r, u8 op, u8 lines)
{
	u8 id[3];

	r->f->lines = lines;
	RECV(r->f, id, 3, .op = op);
	r->f->lines = 1;
	return !memcmp(id, r->p->id, 3);
}

/* ---- tests ---- */

static void test_identity(void **state)
{
	struct run *r = *state;
	u8 sfdp[8];
	size_t size;

	assert_true(read_id(r, 0x9f, 1));
	vnor_data(r->f->nor, &size);
	assert_int_equal(size, strcmp(r->p->name, "w25m512jv") ? MIB(r->p->mib) : MIB(64));
	RECV(r->f, sfdp, 8, .op = 0x5a, .n_addr = 3, .dummy = 8);
	if (r->p->no_sfdp)
		ASSERT_BYTES(sfdp, 0xff, 0xff, 0xff, 0xff);
	else
		ASSERT_BYTES(sfdp, 'S', 'F', 'D', 'P');
	assert_no_complaints(r->f);
}

static void test_programs_and_erases(void **state)
{
	struct run *r = *state;
	struct nor_fix *f = r->f;
	u8 *c = cells(f), got[3];
	u64 took;

	unlock(r);
	program(f, 0x98765, BYTES(0x12, 0x34, 0x56), 3);
	took = wait_ready(f);
	assert_in_range(took, 10 * PS_PER_US, 3 * PS_PER_MS);
	assert_int_equal(reg(f, 0x05) & 2, 0);
	RECV(f, got, 3, .op = 0x03, .n_addr = 3, .addr = 0x98765);
	ASSERT_BYTES(got, 0x12, 0x34, 0x56);
	memset(c, 0, 2 * r->p->sector);
	if (r->p->erase_4k) {
		erase(f, r->p->erase_4k, 0x1fff);
		wait_ready(f);
		assert_int_equal(c[0xfff], 0);
		assert_int_equal(c[0x1000], 0xff);
		assert_int_equal(c[0x1fff], 0xff);
		assert_int_equal(c[0x2000], 0);
	}
	memset(c, 0, 3 * r->p->sector);
	erase(f, 0xd8, r->p->sector + 5);
	took = wait_ready(f);
	assert_in_range(took, 10 * PS_PER_MS, 4 * PS_PER_S);
	assert_int_equal(c[r->p->sector - 1], 0);
	assert_int_equal(c[r->p->sector], 0xff);
	assert_int_equal(c[2 * r->p->sector - 1], 0xff);
	assert_int_equal(c[2 * r->p->sector], 0);
	assert_no_complaints(f);
}

static void test_nothing_is_written_without_write_enable(void **state)
{
	struct run *r = *state;
	struct nor_fix *f = r->f;

	unlock(r);
	SEND(f, BYTES(0), 1, .op = 0x02, .n_addr = 3, .addr = 0x1000);
	assert_int_equal(reg(f, 0x05) & 3, 0);
	assert_int_equal(cells(f)[0x1000], 0xff);
	assert_complaint(f, "without write enable");
	cells(f)[0x100000] = 0;
	SEND(f, NULL, 0, .op = 0xd8, .n_addr = 3, .addr = 0x100000);
	assert_int_equal(reg(f, 0x05) & 3, 0);
	assert_int_equal(cells(f)[0x100000], 0);
}

static void test_reaches_the_last_byte(void **state)
{
	struct run *r = *state;
	struct nor_fix *f = r->f;
	u32 last = MIB(r->p->mib) - 1;
	u8 *c = cells(f), got[2];

	unlock(r);
	if (r->p->big == SMALL) {
		program(f, last, BYTES(0x42), 1);
		wait_ready(f);
		assert_int_equal(c[last], 0x42);
		return;
	}
	/* three bytes alone lead to the first 16 MiB */
	program(f, last, BYTES(0x11), 1);
	wait_ready(f);
	assert_int_equal(c[MIB(16) - 1], 0x11);
	if (r->p->has_4b_writes) {
		cmd(f, 0x06);
		SEND(f, BYTES(0x42), 1, .op = 0x12, .n_addr = 4, .addr = last);
		wait_ready(f);
		assert_int_equal(c[last], 0x42);
		RECV(f, got, 1, .op = 0x13, .n_addr = 4, .addr = last);
		assert_int_equal(got[0], 0x42);
		cmd(f, 0x06);
		SEND(f, NULL, 0, .op = 0xdc, .n_addr = 4, .addr = last);
		wait_ready(f);
		assert_int_equal(c[last], 0xff);
	}
	assert_no_complaints(f);
	enter_4byte(r);
	cmd(f, 0x06);
	SEND(f, BYTES(0x24), 1, .op = 0x02, .n_addr = 4, .addr = last);
	wait_ready(f);
	assert_int_equal(c[last], 0x24);
	RECV(f, got, 2, .op = 0x0b, .n_addr = 4, .addr = last, .dummy = 8);
	assert_int_equal(got[0], 0x24);
	/* and the SFDP has three address bytes all the same */
	if (!r->p->no_sfdp) {
		RECV(f, got, 2, .op = 0x5a, .n_addr = 3, .dummy = 8);
		ASSERT_BYTES(got, 'S', 'F');
	}
	assert_no_complaints(f);
	if (r->p->no_reset)
		return;
	cmd(f, 0x66);
	cmd(f, 0x99);
	wait_ps(f, PS_PER_MS);
	c[0x123456] = 0x77;
	assert_int_equal(read_at(f, 0x123456), 0x77); /* three bytes again */
}

static void test_extended_address_register_selects_16_mib(void **state)
{
	struct run *r = *state;
	struct nor_fix *f = r->f;
	bool bank = r->p->big == BIG_BANK;

	if (r->p->big == SMALL || !strcmp(r->p->name, "s25fs512s"))
		return; /* has none */
	if (!bank)
		cmd(f, 0x06);
	set_reg(f, bank ? 0x17 : 0xc5, 1);
	assert_int_equal(reg(f, bank ? 0x16 : 0xc8), 1);
	program(f, 0x345678, BYTES(0x42), 1);
	wait_ready(f);
	assert_int_equal(cells(f)[0x1345678], 0x42);
	assert_int_equal(read_at(f, 0x345678), 0x42);
	assert_no_complaints(f);
}

static u8 read_quad(struct run *r, u32 addr, u8 mode, bool no_op)
{
	u8 got;

	RECV(r->f, &got, 1, .op = 0xeb, .addr_lines = 4, .data_lines = 4, .n_addr = 3, .addr = addr,
	     .has_mode = !r->p->no_mode, .mode = mode, .dummy = r->p->quad_wait, .no_op = no_op);
	return got;
}

static void test_quad_read_needs_quad_enable(void **state)
{
	struct run *r = *state;

	if (r->p->no_quad)
		return;
	cells(r->f)[0x54321] = 0x5a;
	if (r->p->qe != QE_NONE) {
		assert_int_not_equal(read_quad(r, 0x54321, r->p->leave, false), 0x5a);
		assert_complaint(r->f, "without QE");
		sim_clear_complaints(&r->f->sim);
		wait_ps(r->f, PS_PER_MS); /* IO3 may have been RESET# */
		enable_quad(r);
	}
	assert_int_equal(read_quad(r, 0x54321, r->p->leave, false), 0x5a);
	assert_no_complaints(r->f);
}

static void test_continuous_read_goes_on_until_the_mode_bits_end_it(void **state)
{
	struct run *r = *state;

	if (r->p->no_quad || r->p->no_mode)
		return;
	cells(r->f)[0x54321] = 0x5a;
	cells(r->f)[0x11111] = 0xa5;
	enable_quad(r);
	assert_int_equal(read_quad(r, 0x54321, r->p->stay, false), 0x5a);
	assert_int_equal(read_quad(r, 0x11111, r->p->stay, true), 0xa5);
	assert_int_equal(read_quad(r, 0x54321, r->p->leave, true), 0x5a);
	assert_true(read_id(r, 0x9f, 1));
}

static void test_left_in_continuous_read_it_is_not_heard_until_that_ends(void **state)
{
	struct run *r = *state;

	if (r->p->no_quad || r->p->no_mode)
		return;
	r->f->faults.app_xip = true;
	restart(r);
	assert_false(read_id(r, 0x9f, 1));
	read_quad(r, 0, r->p->leave, true);
	assert_true(read_id(r, 0x9f, 1));
}

static bool has_qpi(const struct part *p)
{
	return p->qpi_on || p->qpi;
}

static void any_register(struct nor_fix *f, u32 addr, u8 v)
{
	cmd(f, 0x06);
	SEND(f, &v, 1, .op = 0x71, .n_addr = 3, .addr = addr);
	wait_ps(f, PS_PER_US);
}

static void enter_qpi(struct run *r)
{
	struct nor_fix *f = r->f;

	unlock(r);
	enable_quad(r);
	switch (r->p->qpi) {
	case QPI_OPCODE:
		cmd(f, r->p->qpi_on);
		break;
	case QPI_EVCR:
		cmd(f, 0x06);
		set_reg(f, 0x61, 0x5f);
		break;
	case QPI_CR2:
		any_register(f, 0x800003, 0x48);
		break;
	}
	f->lines = 4;
}

static void leave_qpi(struct run *r)
{
	struct nor_fix *f = r->f;

	switch (r->p->qpi) {
	case QPI_OPCODE:
		cmd(f, r->p->qpi_off);
		break;
	case QPI_EVCR:
		cmd(f, 0x06);
		set_reg(f, 0x61, 0xdf);
		break;
	case QPI_CR2:
		any_register(f, 0x800003, 0x08);
		break;
	}
	f->lines = 1;
}

static u8 read_qpi(struct run *r, u8 op, u8 dummy)
{
	bool mode = op == 0xeb ? !r->p->no_mode : r->p->qpi_0b_mode;
	u8 got;

	RECV(r->f, &got, 1, .op = op, .n_addr = 3, .addr = 0x4001, .has_mode = mode,
	     .mode = r->p->leave, .dummy = dummy);
	return got;
}

static void assert_reads_in_qpi(struct run *r, u8 dummy_0b, u8 dummy_eb)
{
	if (dummy_0b != NOT_THERE)
		assert_int_equal(read_qpi(r, 0x0b, dummy_0b), 0x5a);
	if (dummy_eb != NOT_THERE)
		assert_int_equal(read_qpi(r, 0xeb, dummy_eb), 0x5a);
}

/* bit 7 of SST26 */
static u8 wip(const struct run *r)
{
	return !strcmp(r->p->name, "sst26vf064b") ? 0x81 : 0x01;
}

static void test_qpi(void **state)
{
	struct run *r = *state;
	struct nor_fix *f = r->f;
	u8 erase_op = r->p->erase_4k ? r->p->erase_4k : 0xd8, id[3];

	if (!has_qpi(r->p))
		return;
	enter_qpi(r);
	assert_false(read_id(r, 0x9f, 1));
	assert_true(read_id(r, r->p->qpi_id, 4));
	f->lines = 4;
	assert_int_equal(reg(f, 0x05) & 3, 0);
	cmd(f, 0x06);
	assert_int_equal(reg(f, 0x05) & 3, 2);
	SEND(f, BYTES(0x42, 0x5a, 0x24), 3, .op = 0x02, .n_addr = 3, .addr = 0x4000);
	assert_int_equal(reg(f, 0x05) & wip(r), wip(r));
	wait_ready(f);
	ASSERT_BYTES(cells(f) + 0x4000, 0x42, 0x5a, 0x24, 0xff);
	assert_reads_in_qpi(r, r->p->qpi_0b, r->p->qpi_eb);
	assert_no_complaints(f);
	RECV(f, id, 1, .op = 0x03, .n_addr = 3, .addr = 0x4001); /* not in QPI, but Micron's */
	if (!r->p->no_mode)
		assert_int_not_equal(id[0], 0x5a);
	RECV(f, id, 1, .op = 0x3b, .n_addr = 3, .addr = 0x4001, .dummy = 8);
	if (!r->p->no_mode)
		assert_int_not_equal(id[0], 0x5a);
	cells(f)[0x80004] = 0;
	erase(f, erase_op, 0x80000);
	assert_int_equal(reg(f, 0x05) & wip(r), wip(r));
	wait_ready(f);
	assert_int_equal(cells(f)[0x80004], 0xff);
	leave_qpi(r);
	assert_true(read_id(r, 0x9f, 1));
	assert_int_equal(read_at(f, 0x4001), 0x5a);
	assert_no_complaints(f);
	enter_qpi(r); /* it is volatile */
	vnor_set_power(f->nor, false, sim_now_ps(&f->sim));
	wait_ps(f, PS_PER_MS);
	vnor_set_power(f->nor, true, sim_now_ps(&f->sim));
	wait_ps(f, 10 * PS_PER_MS);
	assert_true(read_id(r, 0x9f, 1));
}

static void test_dummy_clocks_in_qpi_can_be_set(void **state)
{
	struct run *r = *state;
	struct nor_fix *f = r->f;

	if (!has_qpi(r->p) || r->p->qpi_dummy == QD_FIXED)
		return;
	cells(f)[0x4001] = 0x5a;
	enter_qpi(r);
	switch (r->p->qpi_dummy) {
	case QD_FIXED:
		break;
	case QD_C0:
		set_reg(f, 0xc0, 0x30);
		assert_reads_in_qpi(r, 8, 6); /* two of the eight are the mode byte */
		break;
	case QD_VCR:
		cmd(f, 0x06);
		set_reg(f, 0x81, 0x6b);
		assert_reads_in_qpi(r, 6, 6);
		break;
	case QD_ISSI:
		set_reg(f, 0xc0, 10 << 3);
		assert_reads_in_qpi(r, 10, 8);
		break;
	case QD_MX: /* DC = 10: eight */
		cmd(f, 0x06);
		SEND(f, BYTES(0x40, 0x87), 2, .op = 0x01);
		wait_ready(f);
		assert_reads_in_qpi(r, NOT_THERE, 6);
		break;
	case QD_CR2:
		any_register(f, 0x800003, 0x45);
		assert_reads_in_qpi(r, NOT_THERE, 5);
		break;
	case QD_CR3:
		any_register(f, 0x800004, 0x75);
		assert_reads_in_qpi(r, NOT_THERE, 5);
		break;
	}
	if (r->p->qpi_eb != NOT_THERE) /* one less is one nibble off */
		assert_int_not_equal(read_qpi(r, 0xeb, r->p->qpi_eb ? r->p->qpi_eb : 1), 0x5a);
	assert_no_complaints(f);
}

static void test_left_in_qpi_a_reset_on_four_lines_frees_it(void **state)
{
	struct run *r = *state;
	struct nor_fix *f = r->f;

	if (!has_qpi(r->p))
		return;
	f->faults.app_qpi = true;
	restart(r);
	assert_false(read_id(r, 0x9f, 1));
	assert_true(read_id(r, r->p->qpi_id, 4));
	f->lines = 4;
	cmd(f, 0x66);
	cmd(f, 0x99);
	f->lines = 1;
	wait_ps(f, PS_PER_MS);
	assert_true(read_id(r, 0x9f, 1));
}

static void test_deep_power_down_hears_only_its_end(void **state)
{
	struct run *r = *state;
	struct nor_fix *f = r->f;

	if (!r->p->has_dpd)
		return;
	cmd(f, 0xb9);
	wait_ps(f, PS_PER_MS);
	assert_false(read_id(r, 0x9f, 1));
	cmd(f, 0x66);
	cmd(f, 0x99);
	wait_ps(f, PS_PER_MS);
	assert_false(read_id(r, 0x9f, 1));
	cmd(f, 0xab);
	assert_false(read_id(r, 0x9f, 1)); /* too early */
	wait_ps(f, PS_PER_MS);
	assert_true(read_id(r, 0x9f, 1));
	f->faults.app_dpd = true;
	restart(r);
	assert_false(read_id(r, 0x9f, 1));
	cmd(f, 0xab);
	wait_ps(f, PS_PER_MS);
	assert_true(read_id(r, 0x9f, 1));
}

static void test_left_in_power_down_it_wakes_when_told(void **state)
{
	struct run *r = *state;
	struct nor_fix *f = r->f;

	if (!r->p->has_dpd)
		return;
	f->faults.app_dpd = true;
	restart(r);
	assert_false(read_id(r, 0x9f, 1));
	cmd(f, 0xab);
	wait_ps(f, PS_PER_MS);
	assert_true(read_id(r, 0x9f, 1));
}

static void test_left_in_4_byte_mode_three_address_bytes_are_not_enough(void **state)
{
	struct run *r = *state;
	struct nor_fix *f = r->f;
	u8 got;

	if (r->p->big == SMALL)
		return;
	f->faults.app_4byte = true;
	restart(r);
	cells(f)[0x12345] = 0x5a;
	RECV(f, &got, 1, .op = 0x03, .n_addr = 4, .addr = 0x12345);
	assert_int_equal(got, 0x5a);
	assert_int_not_equal(read_at(f, 0x12345), 0x5a);
	if (r->p->no_reset)
		return;
	cmd(f, 0x66);
	cmd(f, 0x99);
	wait_ps(f, PS_PER_MS);
	assert_int_equal(read_at(f, 0x12345), 0x5a);
}

static void test_block_protection_refuses_programs_and_erases(void **state)
{
	struct run *r = *state;
	struct nor_fix *f = r->f;

	if (!r->p->has_4b_writes && !strcmp(r->p->name, "m25p64"))
		return; /* BP of the plain part: below */
	f->faults.app_bp = true;
	restart(r);
	program(f, 0x8000, BYTES(0), 1);
	assert_int_equal(cells(f)[0x8000], 0xff);
	assert_complaint(f, "protected");
}

static void test_its_contents_are_kept_and_take_no_more_room_than_they_need(void **state)
{
	struct run *r = *state;
	struct nor_fix *f = r->f;
	char path[] = "/tmp/vnor-parts-XXXXXX";
	struct stat st;
	size_t size;

	assert_true(close(mkstemp(path)) == 0);
	unlink(path);
	snprintf(f->opts.state_path, sizeof(f->opts.state_path), "%s", path);
	restart(r);
	vnor_data(f->nor, &size);
	cells(f)[0] = 0x12;
	cells(f)[size - 1] = 0x34;
	vnor_save(f->nor);
	assert_int_equal(sim_core_save(&f->sim), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_size < 64 * 1024);
	restart(r);
	assert_int_equal(cells(f)[0], 0x12);
	assert_int_equal(cells(f)[size - 1], 0x34);
	assert_int_equal(cells(f)[size / 2], 0xff);
	unlink(path);
}

static void test_chip_erase_gives_the_memory_back(void **state)
{
	struct run *r = *state;
	struct nor_fix *f = r->f;
	u8 *c = cells(f);

	if (strstr(r->p->name, "mt25ql01g") || strstr(r->p->name, "mt25qu02g"))
		return; /* per die only */
	unlock(r);
	c[3] = 0;
	c[MIB(r->p->mib) - 3] = 0;
	cmd(f, 0x06);
	cmd(f, 0xc7);
	assert_in_range(wait_ready(f), 30 * PS_PER_MS, 500 * PS_PER_S);
	assert_int_equal(c[3], 0xff);
	assert_int_equal(c[MIB(r->p->mib) - 3], 0xff);
	assert_no_complaints(f);
}

/* ---- every test on every part ---- */

static void test_every_part_is_in_the_list(void **state)
{
	struct vnor_label label;
	const char *name;
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		assert_true(vnor_is_known(parts[i].name));
		for (n = 0; (name = vnor_known_part(n, &label)); n++)
			if (!strcmp(name, parts[i].name))
				break;
		assert_non_null(name);
		assert_memory_equal(label.id, parts[i].id, 3);
		assert_non_null(label.description);
	}
	assert_false(vnor_is_known("w25q999"));
}

static const struct {
	const char *name;
	CMUnitTestFunction fn;
} tests[] = {
#define T(_name)                     \
	{                            \
#_name, test_##_name \
	}
	T(identity),
	T(programs_and_erases),
	T(nothing_is_written_without_write_enable),
	T(reaches_the_last_byte),
	T(extended_address_register_selects_16_mib),
	T(quad_read_needs_quad_enable),
	T(continuous_read_goes_on_until_the_mode_bits_end_it),
	T(left_in_continuous_read_it_is_not_heard_until_that_ends),
	T(qpi),
	T(dummy_clocks_in_qpi_can_be_set),
	T(left_in_qpi_a_reset_on_four_lines_frees_it),
	T(deep_power_down_hears_only_its_end),
	T(left_in_power_down_it_wakes_when_told),
	T(left_in_4_byte_mode_three_address_bytes_are_not_enough),
	T(block_protection_refuses_programs_and_erases),
	T(its_contents_are_kept_and_take_no_more_room_than_they_need),
	T(chip_erase_gives_the_memory_back),
};

#define N_RUNS (ARRAY_SIZE(tests) * ARRAY_SIZE(parts))

int main(void)
{
	static const struct CMUnitTest alone[] = {
		cmocka_unit_test(test_every_part_is_in_the_list),
	};
	static struct CMUnitTest all[N_RUNS];
	static char names[N_RUNS][120];
	size_t i, j, n = 0;
	int ret;

	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		for (j = 0; j < ARRAY_SIZE(parts); j++, n++) {
			snprintf(names[n], sizeof(names[n]), "%s: %s", parts[j].name,
				 tests[i].name);
			all[n] = (struct CMUnitTest){ .name = names[n],
						      .test_func = tests[i].fn,
						      .setup_func = setup,
						      .teardown_func = teardown,
						      .initial_state =
							      (void *)(uintptr_t)&parts[j] };
		}
	}
	ret = cmocka_run_group_tests(alone, NULL, NULL);
	return cmocka_run_group_tests(all, NULL, NULL) ?: ret;
}
