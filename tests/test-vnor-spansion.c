// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Spansion's own ways: errors that keep it busy, sector locks, pages of 512 bytes, small sectors,
 * registers by address.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/nor-steps.h"

static void test_spansion_error_keeps_wip_set_until_it_is_cleared(void **state)
{
	WITH(f, "s25fl512s")
	{
		u8 id[3];

		write_sr(f, 0x01, BYTES(0x04), 1);
		program4(f, MIB(64) - 1, 0);
		wait_ps(f, PS_PER_S);
		assert_int_equal(reg(f, 0x05), 0x47);
		RECV(f, id, 3, .op = 0x9f);
		ASSERT_BYTES(id, 0xff, 0xff, 0xff); /* busy: hears nothing else */
		cmd(f, 0x30);
		assert_int_equal(reg(f, 0x05), 0x06);
		cmd(f, 0x04);
		erase4(f, 0xdc, MIB(64) - 1);
		assert_int_equal(reg(f, 0x05), 0x27);
		cmd(f, 0xf0); /* reset helps too */
		wait_ps(f, PS_PER_MS);
		assert_int_equal(reg(f, 0x05), 0x04);
	}
}

static void test_spansion_sector_locks(void **state)
{
	WITH(f, "s25fl512s")
	{
		u8 v;

		cmd(f, 0x06);
		SEND(f, BYTES(0x00), 1, .op = 0xe1, .n_addr = 4, .addr = MIB(1));
		RECV(f, &v, 1, .op = 0xe0, .n_addr = 4, .addr = MIB(1));
		assert_int_equal(v, 0);
		program4(f, MIB(1), 0);
		assert_int_equal(reg(f, 0x05) & 0x40, 0x40);
		cmd(f, 0x30);
		power_cycle(f); /* the DYB is gone */
		program4(f, MIB(1), 0);
		wait_ready(f);
		assert_int_equal(cells(f)[MIB(1)], 0);
		cmd(f, 0x06);
		SEND(f, NULL, 0, .op = 0xe3, .n_addr = 4, .addr = MIB(1));
		wait_ready(f);
		power_cycle(f); /* the PPB is not */
		program4(f, MIB(1) + 1, 0);
		assert_int_equal(cells(f)[MIB(1) + 1], 0xff);
		cmd(f, 0x30);
		cmd(f, 0x06);
		cmd(f, 0xe4);
		wait_ready(f);
		program4(f, MIB(1) + 1, 0);
		wait_ready(f);
		assert_int_equal(cells(f)[MIB(1) + 1], 0);
	}
}

static void test_fl512s_has_pages_of_512_bytes(void **state)
{
	WITH(f, "s25fl512s")
	{
		u8 page[512];
		size_t i;

		for (i = 0; i < sizeof(page); i++)
			page[i] = (u8)(i ^ i >> 8);
		program(f, 0x1000, page, sizeof(page));
		wait_ready(f);
		assert_memory_equal(cells(f) + 0x1000, page, sizeof(page));
		assert_no_complaints(f);
	}
}

static u8 any_reg(struct nor_fix *f, u32 addr)
{
	u8 v;

	RECV(f, &v, 1, .op = 0x65, .n_addr = 3, .addr = addr, .dummy = 8);
	return v;
}

static void set_any(struct nor_fix *f, u32 addr, u8 v)
{
	cmd(f, 0x06);
	SEND(f, &v, 1, .op = 0x71, .n_addr = 3, .addr = addr);
	wait_ready(f);
}

static void test_fs512s_has_small_sectors_at_the_bottom(void **state)
{
	WITH(f, "s25fs512s")
	{
		u8 *c = cells(f);

		assert_int_equal(any_reg(f, 0x000004), 0);
		memset(c, 0, 2 * KIB(256));
		erase(f, 0x20, 0x1234);
		wait_ready(f);
		assert_int_equal(c[0xfff], 0);
		assert_int_equal(c[0x1000], 0xff);
		assert_int_equal(c[0x2000], 0);
		erase(f, 0xd8, 0); /* what is left of the 256 KiB */
		wait_ready(f);
		assert_int_equal(c[KIB(32) - 1], 0);
		assert_int_equal(c[KIB(32)], 0xff);
		assert_int_equal(c[KIB(256) - 1], 0xff);
		assert_int_equal(c[KIB(256)], 0);
		erase(f, 0x20, KIB(32)); /* no small sector there */
		assert_int_equal(reg(f, 0x05) & 0x21, 0x21);
		cmd(f, 0x82);
		assert_int_equal(reg(f, 0x05) & 0x21, 0);
	}
}

static void test_fs512s_sector_map_by_configuration(void **state)
{
	WITH(f, "s25fs512s")
	{
		u8 *c = cells(f);

		set_any(f, 0x000002, 0x04); /* TBPARM: at the top, for good */
		assert_int_equal(any_reg(f, 0x000002), 0x04);
		c[MIB(64) - 1] = 0;
		erase4(f, 0x21, MIB(64) - 1);
		wait_ready(f);
		assert_int_equal(c[MIB(64) - 1], 0xff);
		set_any(f, 0x000004, 0x08); /* uniform */
		memset(c + MIB(64) - KIB(256), 0, KIB(256));
		erase4(f, 0xdc, MIB(64) - 1);
		wait_ready(f);
		assert_int_equal(c[MIB(64) - 1], 0xff);
		assert_int_equal(c[MIB(64) - KIB(256)], 0xff);
		erase4(f, 0x21, MIB(64) - 1);
		assert_int_equal(reg(f, 0x05) & 0x20, 0x20);
	}
}

static void test_fs512s_wraps_at_256_whatever_its_sfdp_says(void **state)
{
	WITH(f, "s25fs512s")
	{
		u8 page[512], dw11;

		RECV(f, &dw11, 1, .op = 0x5a, .n_addr = 3, .addr = 0x30 + 40, .dummy = 8);
		assert_int_equal(dw11 >> 4, 9);
		memset(page, 0x55, 256);
		memset(page + 256, 0xaa, 256);
		program(f, 0x40000, page, sizeof(page));
		wait_ready(f);
		assert_int_equal(cells(f)[0x40000], 0xaa);
		assert_int_equal(cells(f)[0x40100], 0xff);
		assert_complaint(f, "wraps");
		set_any(f, 0x800004, 0x10); /* CR3V: 512 */
		program(f, 0x41000, page, sizeof(page));
		wait_ready(f);
		assert_memory_equal(cells(f) + 0x41000, page, sizeof(page));
	}
}

static void test_fs512s_qpi_and_4_byte_mode_are_bits_of_cr2(void **state)
{
	WITH(f, "s25fs512s")
	{
		u8 id[3];

		cmd(f, 0x06);
		SEND(f, BYTES(0x48), 1, .op = 0x71, .n_addr = 3, .addr = 0x800003);
		f->lines = 4;
		RECV(f, id, 3, .op = 0x9f);
		ASSERT_BYTES(id, 0x01, 0x02, 0x20);
		cmd(f, 0x66);
		cmd(f, 0x99);
		f->lines = 1;
		wait_ps(f, PS_PER_MS);
		cmd(f, 0xb7);
		cmd(f, 0xe9); /* does nothing */
		cells(f)[MIB(20)] = 0x5a;
		RECV(f, id, 1, .op = 0x03, .n_addr = 4, .addr = MIB(20));
		assert_int_equal(id[0], 0x5a);
	}
}

static void test_fl064l_has_its_errors_in_sr2(void **state)
{
	WITH(f, "s25fl064l")
	{
		write_sr(f, 0x01, BYTES(0x1c), 1);
		program(f, 0, BYTES(0), 1);
		assert_int_equal(reg(f, 0x07), 0x20);
		assert_int_equal(reg(f, 0x05) & 1, 1);
		cmd(f, 0x30);
		assert_int_equal(reg(f, 0x07), 0x00);
		assert_int_equal(reg(f, 0x05) & 1, 0);
		assert_int_equal(any_reg(f, 0x000000), 0x1c);
	}
}

static void test_fl064l_latency_count_is_in_cr3(void **state)
{
	WITH(f, "s25fl064l")
	{
		u8 got;

		cells(f)[0x1234] = 0x5a;
		assert_int_equal(reg(f, 0x33) & 0xf, 8);
		set_any(f, 0x800004, 0x12);
		RECV(f, &got, 1, .op = 0x0b, .n_addr = 3, .addr = 0x1234, .dummy = 2);
		assert_int_equal(got, 0x5a);
	}
}

#define T(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest all[] = {
		T(test_spansion_error_keeps_wip_set_until_it_is_cleared),
		T(test_spansion_sector_locks),
		T(test_fl512s_has_pages_of_512_bytes),
		T(test_fs512s_has_small_sectors_at_the_bottom),
		T(test_fs512s_sector_map_by_configuration),
		T(test_fs512s_wraps_at_256_whatever_its_sfdp_says),
		T(test_fs512s_qpi_and_4_byte_mode_are_bits_of_cr2),
		T(test_fl064l_has_its_errors_in_sr2),
		T(test_fl064l_latency_count_is_in_cr3),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
