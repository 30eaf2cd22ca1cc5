// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What every model of a SPI-NOR has to do, each part in its own way: identity, programming and
 * erasing, addresses beyond 16 MiB, deep power-down, protection, and its place in the state file.
 * (Reads on four lines and QPI: test-vnor-modes.c.)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/nor-parts.h"

#include <sys/stat.h>
#include <unistd.h>

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

static void test_every_part_is_in_the_list(void **state)
{
	struct vnor_label label;
	const char *name;
	size_t i, n;

	for (i = 0; nor_test_parts[i].name; i++) {
		assert_true(vnor_is_known(nor_test_parts[i].name));
		for (n = 0; (name = vnor_known_part(n, &label)); n++)
			if (!strcmp(name, nor_test_parts[i].name))
				break;
		assert_non_null(name);
		assert_memory_equal(label.id, nor_test_parts[i].id, 3);
		assert_non_null(label.description);
	}
	assert_false(vnor_is_known("w25q999"));
}

static const struct part_test tests[] = {
	PART_TEST(identity),
	PART_TEST(programs_and_erases),
	PART_TEST(nothing_is_written_without_write_enable),
	PART_TEST(reaches_the_last_byte),
	PART_TEST(extended_address_register_selects_16_mib),
	PART_TEST(deep_power_down_hears_only_its_end),
	PART_TEST(left_in_power_down_it_wakes_when_told),
	PART_TEST(left_in_4_byte_mode_three_address_bytes_are_not_enough),
	PART_TEST(block_protection_refuses_programs_and_erases),
	PART_TEST(its_contents_are_kept_and_take_no_more_room_than_they_need),
	PART_TEST(chip_erase_gives_the_memory_back),
};

int main(void)
{
	static const struct CMUnitTest alone[] = {
		cmocka_unit_test(test_every_part_is_in_the_list),
	};
	int ret = cmocka_run_group_tests(alone, NULL, NULL);

	return run_on_every_part(tests, ARRAY_SIZE(tests)) ?: ret;
}
