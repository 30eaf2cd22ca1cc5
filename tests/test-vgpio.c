// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The virtual GPIO ports through their registers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/pins-mcu.h"
#include "sim/vgpio.h"

#define PORT(_letter) (0x48000000u + 0x400u * ((_letter) - 'A'))
#define MODER	      0x00
#define OTYPER	      0x04
#define OSPEEDR	      0x08
#define PUPDR	      0x0c
#define IDR	      0x10
#define ODR	      0x14
#define BSRR	      0x18
#define LCKR	      0x1c
#define AFRL	      0x20
#define AFRH	      0x24
#define BRR	      0x28
#define ASCR	      0x2c

struct fix {
	struct sim sim;
	struct mcu mcu;
	struct vgpio *gpio;
	unsigned int n_before, n_after;
	bool outside, outside_high; /* the board wires PE11 to something */
};

static void before(void *dev, u64 at_ps)
{
	((struct fix *)dev)->n_before++;
}

static void after(void *dev, u64 at_ps)
{
	((struct fix *)dev)->n_after++;
}

static bool level(void *dev, unsigned int port, unsigned int pin, bool *high, u64 at_ps)
{
	struct fix *f = dev;

	*high = f->outside_high;
	return f->outside && port == 'E' - 'A' && pin == 11;
}

static int setup(void **state)
{
	static const struct sim_opts opts = { .seed = 1 };
	struct fix *f = calloc(1, sizeof(*f));
	struct vgpio_board board = { .before = before, .after = after, .level = level, .dev = f };

	assert_non_null(f);
	assert_int_equal(sim_core_init(&f->sim, &opts, NULL), 0);
	pins_init(&f->mcu, &f->sim);
	f->gpio = vgpio_new(&f->sim, &board);
	assert_non_null(f->gpio);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fix *f = *state;

	vgpio_free(f->gpio);
	sim_core_exit(&f->sim);
	free(f);
	return 0;
}

static u32 rd(struct fix *f, u32 addr)
{
	return pins_read(&f->mcu, addr, 4);
}

static void wr(struct fix *f, u32 addr, u32 v)
{
	pins_write(&f->mcu, addr, 4, v);
}

static void test_reset_values_are_analog_but_for_the_debug_port(void **state)
{
	struct fix *f = *state;

	assert_int_equal(rd(f, PORT('A') + MODER), 0xabffffff);
	assert_int_equal(rd(f, PORT('B') + MODER), 0xfffffebf);
	assert_int_equal(rd(f, PORT('E') + MODER), 0xffffffff);
	assert_int_equal(rd(f, PORT('H') + MODER), 0x0000000f);
	assert_int_equal(rd(f, PORT('A') + PUPDR), 0x64000000);
	assert_int_equal(rd(f, PORT('B') + PUPDR), 0x00000100);
	assert_int_equal(rd(f, PORT('A') + OSPEEDR), 0x0c000000);
	assert_int_equal(sim_n_complaints(&f->sim), 0);
}

static void test_bsrr_sets_and_resets_and_set_wins(void **state)
{
	struct fix *f = *state;

	wr(f, PORT('C') + BSRR, 0x0000000f);
	assert_int_equal(rd(f, PORT('C') + ODR), 0x000f);
	wr(f, PORT('C') + BSRR, 0x00030002);
	assert_int_equal(rd(f, PORT('C') + ODR), 0x000e);
	wr(f, PORT('C') + BRR, 0x0004);
	assert_int_equal(rd(f, PORT('C') + ODR), 0x000a);
	assert_int_equal(rd(f, PORT('C') + BSRR), 0);
}

static void test_byte_writes_change_only_their_lane(void **state)
{
	struct fix *f = *state;

	wr(f, PORT('D') + MODER, 0x11223344);
	pins_write(&f->mcu, PORT('D') + MODER + 2, 1, 0xaa);
	assert_int_equal(rd(f, PORT('D') + MODER), 0x11aa3344);
	pins_write(&f->mcu, PORT('D') + MODER, 2, 0xbeef);
	assert_int_equal(rd(f, PORT('D') + MODER), 0x11aabeef);
	assert_int_equal(pins_read(&f->mcu, PORT('D') + MODER + 3, 1), 0x11);
}

static void test_idr_shows_outputs_pulls_and_what_the_board_drives(void **state)
{
	struct fix *f = *state;

	wr(f, PORT('E') + MODER, 0xffffff00 | 1 << 2 | 3 << 6); /* PE0 in, PE1 out, PE2 in */
	wr(f, PORT('E') + PUPDR, 1 << 0 | 2 << 4);
	assert_int_equal(rd(f, PORT('E') + IDR), 0x0001);
	wr(f, PORT('E') + ODR, 0x0002);
	assert_int_equal(rd(f, PORT('E') + IDR), 0x0003);
	wr(f, PORT('E') + OTYPER, 0x0002); /* open drain, high: nobody drives */
	assert_int_equal(rd(f, PORT('E') + IDR), 0x0001);

	f->outside = f->outside_high = true;
	assert_int_equal(rd(f, PORT('E') + IDR), 0x0001); /* PE11 still analog: reads 0 */
	wr(f, PORT('E') + MODER, rd(f, PORT('E') + MODER) & ~(3u << 22));
	assert_int_equal(rd(f, PORT('E') + IDR), 0x0801);
	f->outside_high = false;
	assert_int_equal(rd(f, PORT('E') + IDR), 0x0001);
}

static void test_a_port_without_clock_reads_zero_and_ignores_writes(void **state)
{
	struct fix *f = *state;

	f->mcu.off = BIT(MCU_UNIT_GPIOA + 4);
	wr(f, PORT('E') + MODER, 0);
	assert_int_equal(rd(f, PORT('E') + MODER), 0);
	assert_true(pins_complained(&f->sim, "GPIOE: access to +0x00 without a clock"));
	f->mcu.off = 0;
	assert_int_equal(rd(f, PORT('E') + MODER), 0xffffffff);
}

static void test_lock_sequence_freezes_the_locked_pins_until_reset(void **state)
{
	struct fix *f = *state;

	wr(f, PORT('B') + LCKR, 0x10003);
	wr(f, PORT('B') + LCKR, 0x00003);
	wr(f, PORT('B') + LCKR, 0x10003);
	assert_int_equal(rd(f, PORT('B') + LCKR), 0x10003);
	wr(f, PORT('B') + MODER, 0);
	assert_int_equal(rd(f, PORT('B') + MODER), 0x0000000f);
	assert_true(pins_complained(&f->sim, "locked pin"));
	wr(f, PORT('B') + AFRL, 0xffffffff);
	assert_int_equal(rd(f, PORT('B') + AFRL), 0xffffff00);
	wr(f, PORT('B') + ODR, 0x0003); /* ODR is not locked */
	assert_int_equal(rd(f, PORT('B') + ODR), 0x0003);
	pins_reset(&f->mcu);
	wr(f, PORT('B') + MODER, 0);
	assert_int_equal(rd(f, PORT('B') + MODER), 0);
}

static void test_a_broken_lock_sequence_locks_nothing(void **state)
{
	struct fix *f = *state;

	wr(f, PORT('B') + LCKR, 0x10003);
	wr(f, PORT('B') + LCKR, 0x00003);
	wr(f, PORT('B') + LCKR, 0x10001); /* other pins in the last step */
	assert_int_equal(rd(f, PORT('B') + LCKR) & BIT(16), 0);
	wr(f, PORT('B') + LCKR, 0x10003);
	wr(f, PORT('B') + LCKR, 0x00003);
	assert_int_equal(rd(f, PORT('B') + LCKR) & BIT(16), 0); /* a read in between */
	wr(f, PORT('B') + LCKR, 0x10003);
	assert_int_equal(rd(f, PORT('B') + LCKR) & BIT(16), 0);
	wr(f, PORT('B') + MODER, 0);
	assert_int_equal(rd(f, PORT('B') + MODER), 0);
}

static void test_pin_set_up_is_decoded_from_all_registers(void **state)
{
	struct fix *f = *state;
	struct vgpio_pin p;

	wr(f, PORT('E') + MODER, 2u << 20);
	wr(f, PORT('E') + AFRH, 10u << 8);
	wr(f, PORT('E') + OSPEEDR, 3u << 20);
	wr(f, PORT('E') + PUPDR, 1u << 20);
	vgpio_pin(f->gpio, 4, 10, &p);
	assert_int_equal(p.mode, GPIO_AF);
	assert_int_equal(p.af, 10);
	assert_int_equal(p.speed, 3);
	assert_int_equal(p.pull, PULL_UP);
	assert_false(p.open_drain);
	wr(f, PORT('E') + MODER, 0xffffffff);
	vgpio_pin(f->gpio, 4, 10, &p);
	assert_int_equal(p.pull, PULL_NONE); /* analog: no pulls */
}

static void test_taking_the_debug_pins_away_is_noticed(void **state)
{
	struct fix *f = *state;

	wr(f, PORT('A') + MODER, 0xabfffff0);
	assert_int_equal(sim_n_complaints(&f->sim), 0);
	wr(f, PORT('A') + MODER, 0xa3ffffff);
	assert_true(pins_complained(&f->sim, "PA13/PA14"));
}

static void test_rcc_reset_restores_one_port_and_holds_it(void **state)
{
	struct fix *f = *state;

	wr(f, PORT('C') + ASCR, 0x1234);
	wr(f, PORT('D') + ASCR, 0x5678);
	pins_unit_reset(&f->mcu, (enum mcu_unit)(MCU_UNIT_GPIOA + 2), true);
	wr(f, PORT('C') + ODR, 1);
	pins_unit_reset(&f->mcu, (enum mcu_unit)(MCU_UNIT_GPIOA + 2), false);
	assert_int_equal(rd(f, PORT('C') + ASCR), 0);
	assert_int_equal(rd(f, PORT('C') + ODR), 0);
	assert_int_equal(rd(f, PORT('D') + ASCR), 0x5678);
}

static void test_the_board_hears_of_each_change_before_and_after(void **state)
{
	struct fix *f = *state;

	wr(f, PORT('C') + ODR, 1);
	assert_int_equal(f->n_before, 1);
	assert_int_equal(f->n_after, 1);
	rd(f, PORT('C') + ODR);
	assert_int_equal(f->n_before, 1);
	pins_reset(&f->mcu);
	assert_int_equal(f->n_after, 1 + 8);
}

#define T(_name) cmocka_unit_test_setup_teardown(test_##_name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(reset_values_are_analog_but_for_the_debug_port),
		T(bsrr_sets_and_resets_and_set_wins),
		T(byte_writes_change_only_their_lane),
		T(idr_shows_outputs_pulls_and_what_the_board_drives),
		T(a_port_without_clock_reads_zero_and_ignores_writes),
		T(lock_sequence_freezes_the_locked_pins_until_reset),
		T(a_broken_lock_sequence_locks_nothing),
		T(pin_set_up_is_decoded_from_all_registers),
		T(taking_the_debug_pins_away_is_noticed),
		T(rcc_reset_restores_one_port_and_holds_it),
		T(the_board_hears_of_each_change_before_and_after),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
