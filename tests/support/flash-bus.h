/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The virtual FLASH controller at its bus: register names (RM0351 3.7) and the steps that its tests
 * have in common.
 */
#ifndef SWDROM_TESTS_SUPPORT_FLASH_BUS_H
#define SWDROM_TESTS_SUPPORT_FLASH_BUS_H

#include "tests/support/mcu-bus.h"

#define FLASH	 0x08000000u
#define BANK2	 0x08080000u
#define OTP	 0x1fff7000u
#define PAGE	 2048u
#define ROW	 256u

#define ACR	 0x40022000u
#define KEYR	 0x40022008u
#define OPTKEYR	 0x4002200cu
#define SR	 0x40022010u
#define CR	 0x40022014u
#define ECCR	 0x40022018u
#define OPTR	 0x40022020u
#define PCROP1SR 0x40022024u
#define PCROP1ER 0x40022028u
#define WRP1AR	 0x4002202cu
#define WRP1BR	 0x40022030u
#define PCROP2SR 0x40022044u
#define PCROP2ER 0x40022048u
#define WRP2AR	 0x4002204cu
#define RCC_CR	 0x40021000u

#define KEY1	 0x45670123u
#define KEY2	 0xcdef89abu
#define OPTKEY1	 0x08192a3bu
#define OPTKEY2	 0x4c5d6e7fu

/* SR */
#define EOP	BIT(0)
#define OPERR	BIT(1)
#define PROGERR BIT(3)
#define WRPERR	BIT(4)
#define PGAERR	BIT(5)
#define SIZERR	BIT(6)
#define PGSERR	BIT(7)
#define MISERR	BIT(8)
#define FASTERR BIT(9)
#define RDERR	BIT(14)
#define OPTVERR BIT(15)
#define BSY	BIT(16)
#define ERRORS	0xc3fbu

/* CR */
#define PG	   BIT(0)
#define PER	   BIT(1)
#define MER1	   BIT(2)
#define PNB(n)	   ((u32)(n) << 3)
#define BKER	   BIT(11)
#define MER2	   BIT(15)
#define STRT	   BIT(16)
#define OPTSTRT	   BIT(17)
#define FSTPG	   BIT(18)
#define EOPIE	   BIT(24)
#define ERRIE	   BIT(25)
#define OBL_LAUNCH BIT(27)
#define OPTLOCK	   BIT(30)
#define LOCK	   BIT(31)

/* OPTR */
#define DUALBANK     BIT(21)

#define BUS_TEST(fn) cmocka_unit_test_setup_teardown(fn, bus_setup, bus_teardown)
/* the test opens the part itself, with options of its own */
#define OWN_TEST(fn) cmocka_unit_test_setup_teardown(fn, bus_prepare, bus_teardown)

static inline void unlock(struct mcu_bus *b)
{
	wr(b, KEYR, KEY1);
	wr(b, KEYR, KEY2);
	assert_int_equal(rd(b, CR) & LOCK, 0);
}

static inline void unlock_options(struct mcu_bus *b)
{
	unlock(b);
	wr(b, OPTKEYR, OPTKEY1);
	wr(b, OPTKEYR, OPTKEY2);
	assert_int_equal(rd(b, CR) & OPTLOCK, 0);
}

/* until it is done; the status then */
static inline u32 wait_ready(struct mcu_bus *b)
{
	unsigned int i;

	for (i = 0; rd(b, SR) & BSY; i++) {
		assert_true(i < 100000);
		pass_us(b, i < 1000 ? 5 : 200);
	}
	return rd(b, SR);
}

/* how long that takes, in ps */
static inline u64 busy_time(struct mcu_bus *b)
{
	u64 start = b->now;

	while (rd(b, SR) & BSY) {
		assert_true(b->now - start < 100 * PS_PER_MS);
		pass_us(b, 1);
	}
	return b->now - start;
}

static inline void clear_errors(struct mcu_bus *b)
{
	wr(b, SR, ERRORS);
}

static inline u32 errors(struct mcu_bus *b)
{
	return rd(b, SR) & ~(BSY | EOP);
}

static inline u32 program(struct mcu_bus *b, u32 addr, u32 lo, u32 hi)
{
	wr(b, addr, lo);
	wr(b, addr + 4, hi);
	return wait_ready(b);
}

static inline u32 erase(struct mcu_bus *b, u32 cr)
{
	wr(b, CR, cr);
	wr(b, CR, cr | STRT);
	return wait_ready(b);
}

static inline u8 *cells(struct mcu_bus *b, u32 addr)
{
	size_t size;
	u8 *mem = mcu_flash(b->mcu, &size);

	assert_true(addr - FLASH < size);
	return mem + (addr - FLASH);
}

static inline bool is_blank(struct mcu_bus *b, u32 addr, size_t n)
{
	const u8 *p = cells(b, addr);

	while (n--)
		if (*p++ != 0xff)
			return false;
	return true;
}

static inline void mark_all(struct mcu_bus *b)
{
	size_t size;
	u8 *p = mcu_flash(b->mcu, &size);

	memset(p, 0, size);
}

/* every page but those of [from, to) still holds what it held */
static inline void assert_only_erased(struct mcu_bus *b, u32 from, u32 to)
{
	size_t size, i;
	u8 *p = mcu_flash(b->mcu, &size);

	for (i = 0; i < size; i++)
		if (p[i] != (i + FLASH >= from && i + FLASH < to ? 0xff : 0))
			fail_msg("byte 0x%08x is 0x%02x", (unsigned int)(FLASH + i), p[i]);
}

static inline void open_part(struct mcu_bus *b, u32 kib, int dualbank)
{
	b->opts.flash_kib = kib;
	b->opts.dualbank = dualbank;
	bus_open(b);
	unlock(b);
}

static inline void power_cycle(struct mcu_bus *b)
{
	mcu_set_power(b->mcu, false);
	pass_us(b, 50000);
	mcu_set_power(b->mcu, true);
	pass_us(b, 1000);
}

/* reads of a double word: how many differ, and what ECCR says */
static inline unsigned int instability(struct mcu_bus *b, u32 addr, u32 *eccr)
{
	u32 first = rd(b, addr);
	unsigned int i, n = 0;

	*eccr = 0;
	for (i = 0; i < 32; i++) {
		n += rd(b, addr) != first;
		if (rd(b, ECCR) >> 30) /* else the address is that of an older error */
			*eccr |= rd(b, ECCR);
		wr(b, ECCR, 0xc0000000);
	}
	return n;
}

static inline u32 store_options(struct mcu_bus *b)
{
	wr(b, CR, OPTSTRT);
	return wait_ready(b);
}

static inline void load_options(struct mcu_bus *b)
{
	wr(b, CR, OBL_LAUNCH);
	pass_us(b, 200);
}

#endif
