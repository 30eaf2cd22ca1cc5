// SPDX-License-Identifier: GPL-2.0-or-later
/* Block protection: every setting of every layout against the tables of data sheets. */
#include "lib/spi-nor-wp.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * The protected areas that data sheets list, as bytes protected by BP = 0, 1, 2, ...; from the top
 * with TB = 0, from the bottom with TB = 1.
 */
#define K(n) ((u64)KIB(n))
#define M(n) ((u64)MIB(n))

static const struct sheet {
	const char *chip;
	enum nor_bp layout;
	u64 size, bytes[16];
	bool has_sec;
	u64 sec_bytes[8]; /* with SEC = 1; BP = 6 is not listed by all sheets */
} sheets[] = {
	/* clang-format off */
	/* W25Q128JV 7.1.16, 7.1.17; the same for GD25Q128C, XM25QH128C, AT25SF128A */
	{ .chip = "W25Q128JV", .layout = NOR_BP3_TB5_SEC6, .size = M(16),
	  .bytes = { 0, K(256), K(512), M(1), M(2), M(4), M(8), M(16) },
	  .has_sec = true, .sec_bytes = { 0, K(4), K(8), K(16), K(32), K(32), K(32), M(16) } },
	{ .chip = "W25Q64FV", .layout = NOR_BP3_TB5_SEC6, .size = M(8),
	  .bytes = { 0, K(128), K(256), K(512), M(1), M(2), M(4), M(8) },
	  .has_sec = true, .sec_bytes = { 0, K(4), K(8), K(16), K(32), K(32), K(32), M(8) } },
	{ .chip = "W25Q16DV", .layout = NOR_BP3_TB5_SEC6, .size = M(2),
	  .bytes = { 0, K(64), K(128), K(256), K(512), M(1), M(2), M(2) },
	  .has_sec = true, .sec_bytes = { 0, K(4), K(8), K(16), K(32), K(32), K(32), M(2) } },
	{ .chip = "W25Q40CL", .layout = NOR_BP3_TB5_SEC6, .size = K(512),
	  .bytes = { 0, K(64), K(128), K(256), K(512), K(512), K(512), K(512) },
	  .has_sec = true, .sec_bytes = { 0, K(4), K(8), K(16), K(32), K(32), K(32), K(512) } },
	{ .chip = "W25Q256JV", .layout = NOR_BP4_TB6, .size = M(32),
	  .bytes = { 0, K(64), K(128), K(256), K(512), M(1), M(2), M(4), M(8), M(16), M(32), M(32), M(32),
	    M(32), M(32), M(32) } },
	{ .chip = "W25Q512JV", .layout = NOR_BP4_TB6, .size = M(64),
	  .bytes = { 0, K(64), K(128), K(256), K(512), M(1), M(2), M(4), M(8), M(16), M(32), M(64), M(64),
	    M(64), M(64), M(64) } },
	/* N25Q128A tables 3 and 4: one sector to 128, then all 256 */
	{ .chip = "N25Q128A", .layout = NOR_BP4_MICRON, .size = M(16),
	  .bytes = { 0, K(64), K(128), K(256), K(512), M(1), M(2), M(4), M(8), M(16), M(16), M(16), M(16),
	    M(16), M(16), M(16) } },
	/* N25Q512A tables 5 and 6: sector 1023, ... */
	{ .chip = "N25Q512A", .layout = NOR_BP4_MICRON, .size = M(64),
	  .bytes = { 0, K(64), K(128), K(256), K(512), M(1), M(2), M(4), M(8), M(16), M(32), M(64), M(64),
	    M(64), M(64), M(64) } },
	{ .chip = "MX25L12835F", .layout = NOR_BP4_TB_CR3, .size = M(16),
	  .bytes = { 0, K(64), K(128), K(256), K(512), M(1), M(2), M(4), M(8), M(16), M(16), M(16), M(16),
	    M(16), M(16), M(16) } },
	{ .chip = "MX25R6435F", .layout = NOR_BP4_TB_CR3, .size = M(8),
	  .bytes = { 0, K(64), K(128), K(256), K(512), M(1), M(2), M(4), M(8), M(8), M(8), M(8), M(8), M(8),
	    M(8), M(8) } },
	{ .chip = "IS25LP128", .layout = NOR_BP4_TBS_FR1, .size = M(16),
	  .bytes = { 0, K(64), K(128), K(256), K(512), M(1), M(2), M(4), M(8), M(16), M(16), M(16), M(16),
	    M(16), M(16), M(16) } },
	/* S25FL128S table 31: 64ths */
	{ .chip = "S25FL128S", .layout = NOR_BP3_TBPROT, .size = M(16),
	  .bytes = { 0, K(256), K(512), M(1), M(2), M(4), M(8), M(16) } },
	{ .chip = "S25FL512S", .layout = NOR_BP3_TBPROT, .size = M(64), .bytes = { 0, M(1), M(2), M(4), M(8), M(16), M(32), M(64) } },
	{ .chip = "M25P16", .layout = NOR_BP3, .size = M(2), .bytes = { 0, K(64), K(128), K(256), K(512), M(1), M(2), M(2) } },
	{ .chip = "M25P64", .layout = NOR_BP3, .size = M(8), .bytes = { 0, K(128), K(256), K(512), M(1), M(2), M(4), M(8) } },
	{ .chip = "M25P128", .layout = NOR_BP3, .size = M(16), .bytes = { 0, K(256), K(512), M(1), M(2), M(4), M(8), M(16) } },
	{ .chip = "SST25VF016B", .layout = NOR_BP3, .size = M(2), .bytes = { 0, K(64), K(128), K(256), K(512), M(1), M(2), M(2) } },
	{ .chip = "W25X32", .layout = NOR_BP3_TB5, .size = M(4), .bytes = { 0, K(64), K(128), K(256), K(512), M(1), M(2), M(4) } },
	{ .chip = "N25Q032A", .layout = NOR_BP3_TB5, .size = M(4), .bytes = { 0, K(64), K(128), K(256), K(512), M(1), M(2), M(4) } },
	{ .chip = "GD25Q256D", .layout = NOR_BP4_TB6_SRL6, .size = M(32),
	  .bytes = { 0, K(64), K(128), K(256), K(512), M(1), M(2), M(4), M(8), M(16), M(32), M(32), M(32),
	    M(32), M(32), M(32) } },
	/* clang-format on */
};

/* independent of the code: where the sheets draw the bits; CMP and TB as masks of SR1, SR2, CR, FR */
static struct nor_wp_regs regs_of(enum nor_bp layout, unsigned int bp, bool tb, bool sec, bool cmp)
{
	struct nor_wp_regs r = { { 0 } };
	u8 *sr1 = &r.val[NOR_WP_SR1];

	switch (layout) {
	case NOR_BP3_TB5_SEC6:
	case NOR_BP3_TB5:
	case NOR_BP3:
		*sr1 = (u8)(bp << 2 | tb << 5 | sec << 6);
		break;
	case NOR_BP4_MICRON:
		*sr1 = (u8)((bp & 7) << 2 | tb << 5 | (bp & 8) << 3);
		break;
	case NOR_BP3_TBPROT:
		*sr1 = (u8)(bp << 2);
		r.val[NOR_WP_SR2] = (u8)(tb << 5);
		break;
	case NOR_BP4_TB_CR3:
		*sr1 = (u8)(bp << 2);
		r.val[NOR_WP_CR] = (u8)(tb << 3);
		break;
	case NOR_BP4_TBS_FR1:
		*sr1 = (u8)(bp << 2);
		r.val[NOR_WP_FR] = (u8)(tb << 1);
		break;
	default:
		*sr1 = (u8)(bp << 2 | tb << 6);
	}
	r.val[NOR_WP_SR2] |= (u8)(cmp << 6);
	return r;
}

static void check_range(const struct sheet *s, unsigned int bp, bool tb, bool sec, bool cmp)
{
	const struct nor_wp_layout *l = nor_wp_layout(s->layout);
	struct nor_wp_regs regs = regs_of(s->layout, bp, tb, sec, cmp), back = { { 0 } };
	struct nor_wp_bits bits = nor_wp_get(l, &regs);
	u64 bytes = sec ? s->sec_bytes[bp] : s->bytes[bp], from, to, want_from, want_to;

	want_from = tb ? 0 : s->size - bytes;
	want_to = tb ? bytes : s->size;
	if (cmp) { /* the rest of the chip */
		want_from = tb ? bytes : 0;
		want_to = tb ? s->size : s->size - bytes;
	}
	nor_wp_range(l, s->size, &bits, &from, &to);
	if (want_from == want_to ? from != to : from != want_from || to != want_to)
		fail_msg("%s BP %u TB %d SEC %d CMP %d: 0x%" PRIx64 "..0x%" PRIx64, s->chip, bp, tb,
			 sec, cmp, from, to);
	nor_wp_put(l, &bits, &back);
	assert_memory_equal(&back, &regs, sizeof(back));
}

static void test_every_setting_covers_what_the_data_sheet_says(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(sheets); i++) {
		const struct nor_wp_layout *l = nor_wp_layout(sheets[i].layout);

		for (unsigned int n = 0; n < 8u << l->n_bp; n++) {
			unsigned int bp = n >> 3;
			bool tb = n & 1, sec = n & 2, cmp = n & 4;

			if ((tb && !l->tb.reg) || (sec && !sheets[i].has_sec) ||
			    (cmp && l->cmp.reg != NOR_WP_SR2))
				continue;
			check_range(&sheets[i], bp, tb, sec, cmp);
		}
	}
}

static void test_bits_of_others_stay(void **state)
{
	(void)state;
	for (unsigned int bp = 0; bp < NOR_N_BP; bp++) {
		const struct nor_wp_layout *l = nor_wp_layout(bp);
		struct nor_wp_bits none = { 0 }, all = { 0xff, true, true, true, true, true };
		struct nor_wp_regs ones, zeros = { { 0 } }, owned;

		if (!l)
			continue;
		memset(&ones, 0xff, sizeof(ones));
		nor_wp_put(l, &none, &ones);
		nor_wp_put(l, &all, &zeros);
		owned = zeros;
		/* what one of them touches the other does too, and nothing else */
		for (unsigned int i = 0; i < NOR_WP_N_REGS; i++)
			assert_int_equal((u8)~ones.val[i], owned.val[i]);
		/* WIP and WEL are nobody's, QE is not ours */
		assert_int_equal(owned.val[NOR_WP_SR1] & 3, 0);
		assert_int_equal(owned.val[NOR_WP_SR2] & 2, 0);
		for (unsigned int i = NOR_WP_SR1; i < NOR_WP_N_REGS; i++)
			assert_int_equal(nor_wp_uses(l, i), owned.val[i] != 0);
	}
}

static void test_the_list_has_each_range_once_and_settings_that_give_it(void **state)
{
	(void)state;
	for (unsigned int bp = 0; bp < NOR_N_BP; bp++) {
		const struct nor_wp_layout *l = nor_wp_layout(bp);

		for (u64 size = KIB(64); l && size <= MIB(256); size *= 2) {
			struct nor_wp_range r[NOR_WP_MAX_RANGES];
			struct nor_wp_bits now = { 0 };
			unsigned int n = nor_wp_ranges(l, size, &now, true, r);
			u64 from, to;

			assert_in_range(n, 2, NOR_WP_MAX_RANGES);
			assert_int_equal(r[0].to - r[0].from, 0);
			assert_true(r[n - 1].from == 0 && r[n - 1].to == size);
			for (unsigned int i = 0; i < n; i++) {
				nor_wp_range(l, size, &r[i].bits, &from, &to);
				assert_true(from == r[i].from && to == r[i].to);
				assert_true(!i || from != r[i - 1].from || to != r[i - 1].to);
			}
		}
	}
}

static void test_w25q128_offers_what_its_tables_list(void **state)
{
	/* 7.1.16 and 7.1.17: 6 + 4 from the top, the same from the bottom, complements, none, all */
	struct nor_wp_range r[NOR_WP_MAX_RANGES];
	struct nor_wp_bits now = { 0 };

	(void)state;
	assert_int_equal(nor_wp_ranges(nor_wp_layout(NOR_BP3_TB5_SEC6), MIB(16), &now, true, r),
			 2 + 2 * (6 + 4) + 2 * (5 + 4));
}

static void test_of_several_settings_the_nearest_is_taken(void **state)
{
	struct nor_wp_range r[NOR_WP_MAX_RANGES];
	struct nor_wp_bits now = { .bp = 0, .cmp = true, .tb = true, .srp = true };
	const struct nor_wp_layout *l = nor_wp_layout(NOR_BP3_TB5_SEC6);
	unsigned int n = nor_wp_ranges(l, MIB(16), &now, true, r);

	(void)state;
	/* everything: BP 0 with CMP as it is, and not BP 7 */
	assert_int_equal(r[n - 1].bits.bp, 0);
	assert_true(r[n - 1].bits.cmp && r[n - 1].bits.tb && r[n - 1].bits.srp);
	/* nothing: BP all ones, one bit less to change than CMP and all */
	assert_int_equal(r[0].bits.bp, 0);
	assert_false(r[0].bits.cmp);
}

static void test_a_one_time_bit_is_kept_out_unless_asked_for(void **state)
{
	const struct nor_wp_layout *l = nor_wp_layout(NOR_BP4_TB_CR3);
	struct nor_wp_range r[NOR_WP_MAX_RANGES];
	struct nor_wp_bits now = { 0 };
	unsigned int n = nor_wp_ranges(l, MIB(16), &now, false, r);

	(void)state;
	for (unsigned int i = 0; i < n; i++)
		assert_true(r[i].from == r[i].to || r[i].to == MIB(16));
	assert_int_equal(n, 10);
	assert_int_equal(nor_wp_ranges(l, MIB(16), &now, true, r), 18);
	/* once it is set nothing brings the top back */
	now.tb = true;
	n = nor_wp_ranges(l, MIB(16), &now, true, r);
	for (unsigned int i = 0; i < n; i++)
		assert_true(r[i].from == 0);
	assert_int_equal(n, 10);
}

static void test_unknown_tables_offer_all_or_nothing(void **state)
{
	struct nor_wp_range r[NOR_WP_MAX_RANGES];
	struct nor_wp_bits now = { .bp = 3 };
	const struct nor_wp_layout *l = nor_wp_layout(NOR_BP_UNKNOWN);
	u64 from, to;

	(void)state;
	nor_wp_range(l, MIB(1), &now, &from, &to);
	assert_true(from == 0 && to == MIB(1));
	assert_int_equal(nor_wp_ranges(l, MIB(1), &now, true, r), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_setting_covers_what_the_data_sheet_says),
		cmocka_unit_test(test_bits_of_others_stay),
		cmocka_unit_test(test_the_list_has_each_range_once_and_settings_that_give_it),
		cmocka_unit_test(test_w25q128_offers_what_its_tables_list),
		cmocka_unit_test(test_of_several_settings_the_nearest_is_taken),
		cmocka_unit_test(test_a_one_time_bit_is_kept_out_unless_asked_for),
		cmocka_unit_test(test_unknown_tables_offer_all_or_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
