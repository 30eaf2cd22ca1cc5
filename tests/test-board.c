// SPDX-License-Identifier: GPL-2.0-or-later
/* Board files: the built-in ones, and every way a user's own can be wrong. */
#include "lib/board.h"
#include "lib/board-pins.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static int load_text(const char *text, size_t len, struct board *b, struct err *err)
{
	char path[] = "/tmp/swdrom-test-XXXXXX.board";
	int fd = mkstemps(path, 6), rc;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), len);
	close(fd);
	err_clear(err);
	rc = board_load(b, path, err);
	unlink(path);
	return rc;
}

#define HEAD "[board]\nname = x\nmcu = STM32L476RG\n[quadspi]\n"
#define PINS "clk=PB10/AF10\nncs=PB11/AF10\nio0=PB1/AF10\nio1=PB0/AF10\n"
#define WIDE "io2=PA7/AF10\nio3=PA6/AF10\n"

static void test_every_builtin_board_loads_and_is_named_after_its_file(void **state)
{
	const char *const *names = board_names();
	unsigned int n = 0;

	(void)state;
	for (; names[n]; n++) {
		struct board b = { 0 };
		struct err err = { 0 };

		if (board_load(&b, names[n], &err))
			fail_msg("%s: %s", names[n], err.what);
		assert_string_equal(b.name, names[n]);
		assert_true(b.has_qspi);
		assert_string_equal(b.controller, "quadspi");
		assert_true(b.about[0]);
	}
	assert_true(n >= 3);
}

static void test_disco_has_the_pins_of_its_schematic(void **state)
{
	struct board b;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(board_load(&b, "STM32L476G-DISCO", &err), 0);
	assert_string_equal(b.mcu, "STM32L476VG");
	for (unsigned int i = 0; i <= QSPI_IO3; i++) {
		assert_int_equal(b.qspi[i].port, 'E');
		assert_int_equal(b.qspi[i].pin, 10 + i);
		assert_int_equal(b.qspi[i].af, 10);
	}
	assert_string_equal(b.nor, "n25q128a");
	assert_int_equal(b.qspi_max_hz, 48000000);
}

static void test_unknown_board_lists_the_known_ones(void **state)
{
	struct board b;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(board_load(&b, "no-such-board", &err), -ENOENT);
	assert_non_null(strstr(err.what, "no-such-board"));
	assert_non_null(strstr(err.next, "stm32l476g-disco"));
	err_clear(&err);
	assert_int_equal(board_load(&b, "./no-such.board", &err), -ENOENT);
	assert_non_null(strstr(err.what, "./no-such.board"));
}

static void test_own_file_is_read_whole(void **state)
{
	static const char text[] = "; a comment\n\n[board]\nname = my board ; inline\n"
				   "about=two words\nmcu = stm32l476rg\n[quadspi]\n  clk = pb10\n"
				   "\tncs = PB11 / AF10\n";
	static const char good[] = "; a comment\r\n\r\n[board]\r\nname = my board ; inline\r\n"
				   "about=two words\nmcu = stm32l476rg\n[quadspi]\n  clk = pb10\n"
				   "\tncs = PB11/af10\nio0=PB1\nio1=PB0\nio2=PA7\nio3=PA6\n"
				   "nor = w25q128jv\nmax_hz = 26M\nmode=1-1-4";
	struct board b;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(load_text(text, sizeof(text) - 1, &b, &err), -ENOEXEC);
	if (load_text(good, sizeof(good) - 1, &b, &err))
		fail_msg("%s", err.what);
	assert_string_equal(b.name, "my board");
	assert_string_equal(b.about, "two words");
	assert_string_equal(b.mcu, "STM32L476RG");
	assert_int_equal(b.qspi[QSPI_CLK].port, 'B');
	assert_int_equal(b.qspi[QSPI_CLK].pin, 10);
	assert_int_equal(b.qspi[QSPI_CLK].af, 10); /* from the pin table */
	assert_int_equal(b.qspi[QSPI_IO2].port, 'A');
	assert_string_equal(b.nor, "w25q128jv");
	assert_int_equal(b.qspi_max_hz, 26000000);
	assert_int_equal(b.qspi_mode, SPI_MODE_1_1_4);
}

static void test_a_board_without_quadspi_is_fine(void **state)
{
	static const char text[] = "[board]\nname = bare\nmcu = STM32L476RG\n";
	struct board b;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(load_text(text, sizeof(text) - 1, &b, &err), 0);
	assert_false(b.has_qspi);
}

static void test_two_lines_are_enough(void **state)
{
	static const char text[] = HEAD PINS;
	struct board b;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(load_text(text, sizeof(text) - 1, &b, &err), 0);
	assert_int_equal(b.qspi[QSPI_IO2].port, 0);
}

static void test_two_chips_side_by_side_have_the_same_lines(void **state)
{
#define HEAD_496 "[board]\nname = x\nmcu = STM32L496ZG\n[quadspi]\n"
#define PINS_496 "clk=PB10\nncs=PB11\nio0=PE12\nio1=PE13\n"
	static const struct {
		const char *text, *says; /* NULL: it is fine */
	} cases[] = {
		{ HEAD_496 PINS_496 "bk2_io0=PC1\nbk2_io1=PC2\nbk2_ncs=PD3\n", NULL },
		{ HEAD_496 PINS_496 "bk2_io0=PC1\nbk2_io1=PC2\n", NULL }, /* one NCS for both */
		{ HEAD_496 PINS_496 "bk2_io0=PC1\n", "io1 without bk2_io1" },
		{ HEAD_496 PINS_496 "bk2_ncs=PD3\n", "io0 without bk2_io0" },
		{ HEAD_496 PINS_496 "io2=PE14\nio3=PE15\nbk2_io0=PC1\nbk2_io1=PC2\n",
		  "io2 without bk2_io2" },
		{ HEAD_496 PINS_496 "bk2_io0=PC1\nbk2_io1=PC2\nbk2_io2=PC3\nbk2_io3=PC4\n",
		  "bk2_io2 without io2" },
		{ HEAD_496 PINS_496 "bk2_io0=PC2\nbk2_io1=PC2\n", "does not carry this signal" },
	};

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		struct err err = { 0 };
		struct board b;
		int rc = load_text(cases[i].text, strlen(cases[i].text), &b, &err);

		if (!cases[i].says && (rc || !board_has_two_nors(&b)))
			fail_msg("case %u: %s", i, err.what);
		if (cases[i].says && (rc != -ENOEXEC || !strstr(err.what, cases[i].says)))
			fail_msg("case %u: %s", i, err.what);
	}
}

static void test_mistakes_are_named_with_line_and_reason(void **state)
{
	static const struct {
		const char *what, *text;
		int line;
		const char *reason;
	} cases[] = {
		{ "unknown key", HEAD PINS WIDE "speed = 1\n", 11, "unknown key `speed`" },
		{ "unknown section", HEAD PINS "[octospi]\nclk=PB10\n", 10,
		  "unknown section [octospi]" },
		{ "no section", "name = x\n", 1, "before the first [section]" },
		{ "key of the other section", "[board]\nclk = PB10\n", 2, "unknown key `clk`" },
		{ "duplicate", HEAD PINS "clk = PB10/AF10\n", 9, "line 5" },
		{ "wrong af", HEAD "clk = PB10/AF9\n", 5, "AF10, not AF9" },
		{ "pin of another signal", HEAD "clk = PB11/AF10\n", 5, "PB10/AF10" },
		{ "not in this package", HEAD "clk = PE10/AF10\n", 5, "not brought out" },
		{ "no such pin", HEAD "clk = PB16\n", 5, "not a pin" },
		{ "no such port", HEAD "clk = PZ1\n", 5, "not a pin" },
		{ "no pin at all", HEAD "clk = yes\n", 5, "not a pin" },
		{ "empty pin", HEAD "clk =\n", 5, "not a pin" },
		{ "trailing junk", HEAD "clk = PB10/AF10x\n", 5, "not a pin" },
		{ "af too big", HEAD "clk = PB10/AF16\n", 5, "alternate function" },
		{ "no af number", HEAD "clk = PB10/AF\n", 5, "alternate function" },
		{ "collision",
		  "[board]\nname=x\nmcu=STM32F999XX\n[quadspi]\nclk=PB10/AF10\nncs=PB10/AF9\n", 6,
		  "PB10 is clk already (line 5)" },
		{ "unknown mcu needs af", "[board]\nname=x\nmcu=STM32F999XX\n[quadspi]\nclk=PB10\n",
		  5, "lacks its alternate function" },
		{ "debug port", "[board]\nname=x\nmcu=STM32F999XX\n[quadspi]\nclk=PA14/AF10\n", 5,
		  "debug port" },
		{ "missing ncs", HEAD "clk=PB10\nio0=PB1\nio1=PB0\n", 5, "lacks ncs" },
		{ "missing io1", HEAD "clk=PB10\nncs=PB11\nio0=PB1\n", 5, "lacks io1" },
		{ "missing clk", HEAD "ncs=PB11\n", 5, "lacks clk" },
		{ "half of the wide pins", HEAD PINS "io3=PA6\n", 5, "only one of io2 and io3" },
		{ "no name", "[board]\nmcu=STM32L476RG\n", 1, "no name" },
		{ "no mcu", "[board]\nname=x\n", 1, "no mcu" },
		{ "mcu after pins", "[board]\nname=x\n[quadspi]\nclk=PB10\n", 4,
		  "MCU is not named" },
		{ "not an stm32", "[board]\nname=x\nmcu=LPC1768\n", 3, "not an STM32" },
		{ "empty name", "[board]\nname=\n", 2, "name is empty" },
		{ "bad mode", HEAD "mode = 1-4-1\n", 5, "no bus mode" },
		{ "mode without its lines", HEAD PINS "mode = 1-1-4\n", 9, "needs four lines" },
		{ "bad clock", HEAD "max_hz = fast\n", 5, "not a clock" },
		{ "negative clock", HEAD "max_hz = -5M\n", 5, "not a clock" },
		{ "huge clock", HEAD "max_hz = 4000M\n", 5, "out of range" },
		{ "overflowing clock", HEAD "max_hz = 99999999999999999999\n", 5, "not a clock" },
		{ "not ini", "[board]\nname x\n", 2, "not understood" },
		{ "unclosed section", "[board\nname=x\n", 1, "not understood" },
		{ "empty file", "", 1, "no name" },
	};

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		struct board b = { .name = "untouched" };
		struct err err = { 0 };
		char place[32];

		if (load_text(cases[i].text, strlen(cases[i].text), &b, &err) != -ENOEXEC)
			fail_msg("%s: accepted", cases[i].what);
		snprintf(place, sizeof(place), ".board:%d: ", cases[i].line);
		if (!strstr(err.what, place) || !strstr(err.what, cases[i].reason))
			fail_msg("%s: got `%s`", cases[i].what, err.what);
		assert_string_equal(b.name, "untouched");
	}
}

static void test_overlong_and_binary_files_are_refused(void **state)
{
	static char big[70000];
	struct board b;
	struct err err = { 0 };

	(void)state;
	memset(big, 'a', sizeof(big));
	memcpy(big, "[board]\n", 8);
	assert_int_equal(load_text(big, 400, &b, &err), -ENOEXEC);
	assert_non_null(strstr(err.what, ":2: line is longer"));
	assert_int_equal(load_text(big, sizeof(big), &b, &err), -ENOEXEC);
	assert_non_null(strstr(err.what, "too long"));
	assert_int_equal(load_text("[board]\nname=\0x\n", 16, &b, &err), -ENOEXEC);
	assert_non_null(strstr(err.what, "binary"));
}

static void test_pin_tables_are_sane_and_complete_for_each_mcu(void **state)
{
	const unsigned int bank_1 = BIT(QSPI_IO3 + 1) - 1;

	(void)state;
	for (size_t t = 0; mcu_pin_tables[t]; t++) {
		const struct mcu_pin_table *tab = mcu_pin_tables[t];

		for (size_t i = 0; i < tab->n_pins; i++) {
			const struct mcu_pin *p = &tab->pins[i];
			unsigned int signals = 0;

			assert_true(p->port >= 'A' && p->port <= 'K');
			assert_in_range(p->pin, 0, 15);
			assert_in_range(p->af, 0, 15);
			assert_true(p->packages[0]);
			for (size_t k = 0; k < tab->n_pins; k++) {
				if (strcmp(tab->pins[k].mcu, p->mcu))
					continue;
				signals |= BIT(tab->pins[k].signal);
				/* one pin and function, one signal */
				if (k != i)
					assert_false(tab->pins[k].port == p->port &&
						     tab->pins[k].pin == p->pin &&
						     tab->pins[k].af == p->af);
			}
			/* all of bank 1, and all or nothing of bank 2 */
			assert_int_equal(signals & bank_1, bank_1);
			if (signals & ~bank_1)
				assert_int_equal(signals, BIT(QSPI_N_SIGNALS) - 1);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_builtin_board_loads_and_is_named_after_its_file),
		cmocka_unit_test(test_disco_has_the_pins_of_its_schematic),
		cmocka_unit_test(test_unknown_board_lists_the_known_ones),
		cmocka_unit_test(test_own_file_is_read_whole),
		cmocka_unit_test(test_a_board_without_quadspi_is_fine),
		cmocka_unit_test(test_two_lines_are_enough),
		cmocka_unit_test(test_two_chips_side_by_side_have_the_same_lines),
		cmocka_unit_test(test_mistakes_are_named_with_line_and_reason),
		cmocka_unit_test(test_overlong_and_binary_files_are_refused),
		cmocka_unit_test(test_pin_tables_are_sane_and_complete_for_each_mcu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
