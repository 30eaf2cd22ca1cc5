/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What data sheets say of each SPI-NOR that there is a model of, and a test on each of them. Include
 * cmocka.h before it.
 */
#ifndef SWDROM_TESTS_SUPPORT_NOR_PARTS_H
#define SWDROM_TESTS_SUPPORT_NOR_PARTS_H

#include "tests/support/nor-host.h"

#include <stdio.h>

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

/* ended by one without a name */
extern const struct part nor_test_parts[];

/* ---- one of them, powered up ---- */

struct run {
	const struct part *p;
	struct nor_fix *f;
};

static inline int part_setup(void **state)
{
	const struct part *p = *state;
	struct run *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	r->p = p;
	r->f = nor_new(p->name);
	*state = r;
	return 0;
}

static inline int part_teardown(void **state)
{
	struct run *r = *state;
	void *f = r->f;

	nor_teardown(&f);
	free(r);
	return 0;
}

/* built anew, as an application left it */
static inline void restart(struct run *r)
{
	nor_stop(r->f);
	nor_start(r->f);
	wait_ps(r->f, 10 * PS_PER_MS);
}

/* all that protects is lifted: SST26 parts wake up locked */
static inline void unlock(struct run *r)
{
	if (strcmp(r->p->name, "sst26vf064b"))
		return;
	cmd(r->f, 0x06);
	cmd(r->f, 0x98);
}

static inline void enable_quad(struct run *r)
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

static inline void enter_4byte(struct run *r)
{
	if (r->p->big == BIG_BANK) {
		set_reg(r->f, 0x17, 0x80);
		return;
	}
	if (r->p->big == BIG_WREN_B7)
		cmd(r->f, 0x06);
	cmd(r->f, 0xb7);
}

static inline u8 read_id(struct run *r, u8 op, u8 lines)
{
	u8 id[3];

	r->f->lines = lines;
	RECV(r->f, id, 3, .op = op);
	r->f->lines = 1;
	return !memcmp(id, r->p->id, 3);
}

/* ---- every test on every part ---- */

struct part_test {
	const char *name;
	CMUnitTestFunction fn;
};

#define PART_TEST(_name)             \
	{                            \
#_name, test_##_name \
	}

static inline int run_on_every_part(const struct part_test *tests, size_t n_tests)
{
	size_t n_parts = 0, i, n_runs;
	struct CMUnitTest *all;
	char(*names)[120];
	int ret;

	while (nor_test_parts[n_parts].name)
		n_parts++;
	n_runs = n_tests * n_parts;
	all = calloc(n_runs, sizeof(*all));
	names = calloc(n_runs, sizeof(*names));
	if (!all || !names)
		abort();
	for (i = 0; i < n_runs; i++) {
		const struct part *p = &nor_test_parts[i % n_parts];
		const struct part_test *t = &tests[i / n_parts];

		snprintf(names[i], sizeof(names[i]), "%s: %s", p->name, t->name);
		all[i] = (struct CMUnitTest){ .name = names[i],
					      .test_func = t->fn,
					      .setup_func = part_setup,
					      .teardown_func = part_teardown,
					      .initial_state = (void *)(uintptr_t)p };
	}
	/* what cmocka_run_group_tests() is, for a number of tests that is not the compiler's to know */
	ret = _cmocka_run_group_tests("every part", all, n_runs, NULL, NULL);
	free(all);
	free(names);
	return ret;
}

#endif
