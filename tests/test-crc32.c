// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * CRC-32 against published values.
 */
#include "lib/crc32.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_known_values_come_out(void **state)
{
	static const u8 words[16] = { 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0 };
	static const u8 word[4] = { 0x78, 0x56, 0x34, 0x12 };

	/* the check value of CRC-32/ISO-HDLC, and three that an STM32's CRC unit gives */
	assert_int_equal(crc32_of(0, (const u8 *)"123456789", 9), 0xcbf43926);
	assert_int_equal(crc32_of(0, word, sizeof(word)), 0xaf6d87d2);
	assert_int_equal(crc32_of(0, words, sizeof(words)), 0xaf05d4ef);
	assert_int_equal(crc32_fill(0xff, 1024), 0xb83afff4);
	assert_int_equal(crc32_of(0, NULL, 0), 0);
}

static void test_pieces_add_up(void **state)
{
	u8 buf[300];

	for (size_t i = 0; i < sizeof(buf); i++)
		buf[i] = (u8)(i * 31);
	for (size_t cut = 0; cut <= sizeof(buf); cut += 25)
		assert_int_equal(crc32_of(crc32_of(0, buf, cut), buf + cut, sizeof(buf) - cut),
				 crc32_of(0, buf, sizeof(buf)));
	memset(buf, 0xff, sizeof(buf));
	assert_int_equal(crc32_fill(0xff, sizeof(buf)), crc32_of(0, buf, sizeof(buf)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_values_come_out),
		cmocka_unit_test(test_pieces_add_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
