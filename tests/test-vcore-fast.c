// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A loader on the virtual core writes pages to the NOR and polls its status, while a debugger fills
 * its buffer: with waiting loops taken in one step and the core run only when somebody can tell,
 * against every pass executed before every access (reference_dp=1). Both have to be the same for
 * whoever looks, at any time.
 */
#include "tests/support/mcu-bus.h"
#include "sim/netlist.h"

#define RCC_CR	    0x40021000u
#define RCC_AHB1ENR 0x40021048u
#define RCC_AHB2ENR 0x4002104cu
#define RCC_AHB3ENR 0x40021050u
#define FLASH_ACR   0x40022000u
#define FLASH_SR    0x40022010u
#define GPIOE	    0x48001000u
#define QSPI	    0xa0001000u
#define DHCSR	    0xe000edf0u
#define DCRSR	    0xe000edf4u
#define DCRDR	    0xe000edf8u
#define DBGMCU_CR   0xe0042004u
#define CODE	    0x20000400u
#define MAILBOX	    0x20000800u
#define DATA	    0x20000900u
#define C_DEBUGEN   BIT(0)
#define C_HALT	    BIT(1)
#define S_HALT	    BIT(17)
#define KEY	    0xa05f0000u
#define FP_CTRL	    0xe0002000u
#define FP_COMP0    0xe0002008u
#define POLL	    0x32 /* offsets of labels */
#define END	    0x54
#define N_PAGES	    5

/*
 * r0: QUADSPI; r1: mailbox, page to do + 1 and number of pages done; r2: pages left; r3: 256 bytes
 *
 *   next:  ldr r4, [r1]           @ a page to do?
 *          cmp r4, #0; beq next; movs r5, #0; str r5, [r1]
 *          subs r4, #1; lsls r4, #8
 *          ldr r5, =0x00000106; str r5, [r0, #CCR]; bl done       @ write enable
 *          movs r5, #255; str r5, [r0, #DLR]
 *          ldr r5, =0x01002502; str r5, [r0, #CCR]; str r4, [r0, #AR]; movs r6, #0
 *   copy:  ldrb r5, [r3, r6]; strb r5, [r0, #DR]; adds r6, #1; cmp r6, #255; ble copy
 *          bl done
 *   poll:  movs r5, #1; str r5, [r0, #DLR]                        @ status, twice
 *          ldr r5, =0x05000105; str r5, [r0, #CCR]; bl done
 *          ldrb r5, [r0, #DR]; ldrb r6, [r0, #DR]; lsls r5, #31; bne poll
 *          ldr r5, [r1, #4]; adds r5, #1; str r5, [r1, #4]; subs r2, #1; bne next
 *          bkpt
 *   done:  ldr r5, [r0, #SR]; lsls r5, #30; bpl done              @ TCF
 *          movs r5, #2; str r5, [r0, #FCR]; bx lr
 */
static const u16 loader[] = {
	0x680c, 0x2c00, 0xd0fc, 0x2500, 0x600d, 0x3c01, 0x0224, 0x4d15, 0x6145, 0xf000,
	0xf820, 0x25ff, 0x6105, 0x4d13, 0x6145, 0x6184, 0x2600, 0x5d9d, 0xf880, 0x5020,
	0x3601, 0x2eff, 0xddf9, 0xf000, 0xf812, 0x2501, 0x6105, 0x4d0d, 0x6145, 0xf000,
	0xf80c, 0xf890, 0x5020, 0xf890, 0x6020, 0x07ed, 0xd1f3, 0x684d, 0x3501, 0x604d,
	0x3a01, 0xd1d5, 0xbe00, 0x6885, 0x07ad, 0xd5fc, 0x2502, 0x60c5, 0x4770, 0xbf00,
	0x0106, 0x0000, 0x2502, 0x0100, 0x0105, 0x0500,
};

struct fix {
	struct mcu_bus bus[2]; /* fast, reference */
};

/* the same access on both: same answer, same time */
static u32 both(struct fix *f, u32 addr, bool write, u32 val)
{
	struct mcu_bus *a = &f->bus[0], *b = &f->bus[1];
	u32 got[2] = { 0 };
	unsigned int i;

	for (i = 0; i < 2; i++) {
		if (write)
			wr(&f->bus[i], addr, val);
		else
			got[i] = rd(&f->bus[i], addr);
	}
	if (got[0] != got[1] || a->now != b->now)
		fail_msg("0x%08x reads 0x%08x at %llu, every pass executed 0x%08x at %llu", addr,
			 got[0], (unsigned long long)a->now, got[1], (unsigned long long)b->now);
	return got[0];
}

static void both_pass(struct fix *f, u64 ps)
{
	pass(&f->bus[0], ps);
	pass(&f->bus[1], ps);
}

static void set_reg(struct fix *f, u32 n, u32 v)
{
	both(f, DCRDR, true, v);
	both(f, DCRSR, true, n | BIT(16));
	both_pass(f, 2 * PS_PER_US);
}

static u32 get_reg(struct fix *f, u32 n)
{
	both(f, DCRSR, true, n);
	both_pass(f, 2 * PS_PER_US);
	return both(f, DCRDR, false, 0);
}

static void open_board(struct mcu_bus *b, u64 seed, bool reference)
{
	snprintf(b->opts.board, sizeof(b->opts.board), "stm32l476g-disco");
	b->opts.seed = seed;
	b->opts.reference_dp = reference;
	bus_open(b);
	b->sim.nets = netlist_new(&b->sim);
	assert_non_null(b->sim.nets);
	pass_us(b, 1000);
	sim_clear_complaints(&b->sim);
}

static void load(struct fix *f, u64 seed)
{
	u32 div = (u32)(seed % 3), i;

	if (seed & 1) { /* MSI 48 MHz, two wait states: RM0351 6.4.1, 3.7.1 */
		both(f, FLASH_ACR, true, 0x602);
		both(f, RCC_CR, true, 11 << 4 | BIT(3) | BIT(0));
	}
	both(f, RCC_AHB2ENR, true, 0xff);
	both(f, RCC_AHB3ENR, true, BIT(8));
	both(f, GPIOE + 0x24, true, 0xaaaaaa00); /* AFRH, OSPEEDR, MODER: PE10 to PE15 */
	both(f, GPIOE + 0x08, true, 0xfff00000);
	both(f, GPIOE + 0x00, true, 0xaaafffff);
	both(f, QSPI + 0x04, true, 23 << 16 | 3 << 8);
	both(f, QSPI, true, div << 24 | 1);
	both(f, DBGMCU_CR, true, 7);
	both(f, DHCSR, true, KEY | C_DEBUGEN | C_HALT);
	assert_true(both(f, DHCSR, false, 0) & S_HALT);
	for (i = 0; i < ARRAY_SIZE(loader); i += 2)
		both(f, CODE + 2 * i, true, loader[i] | (u32)loader[i + 1] << 16);
	for (i = 0; i < 8; i += 4)
		both(f, MAILBOX + i, true, 0);
	set_reg(f, 0, QSPI);
	set_reg(f, 1, MAILBOX);
	set_reg(f, 2, N_PAGES);
	set_reg(f, 3, DATA);
	set_reg(f, 13, 0x20002000);
	set_reg(f, 16, BIT(24));
	set_reg(f, 15, CODE);
}

static int setup(void **state)
{
	struct fix *f = calloc(1, sizeof(*f));
	unsigned int i;

	assert_non_null(f);
	for (i = 0; i < 2; i++)
		f->bus[i].opts.dualbank = f->bus[i].opts.rdp = -1;
	*state = f;
	return 0;
}

static void close_all(struct fix *f)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		if (!f->bus[i].sim.priv)
			continue;
		netlist_free(f->bus[i].sim.nets);
		bus_close(&f->bus[i]);
	}
}

static int teardown(void **state)
{
	close_all(*state);
	free(*state);
	return 0;
}

static void assert_same_end(struct fix *f)
{
	struct mcu_bus *a = &f->bus[0], *b = &f->bus[1];
	size_t size, i;
	u8 *nor[2];
	u32 r;

	for (r = 0; r < 17; r++)
		get_reg(f, r);
	for (i = 0; i < 2; i++)
		nor[i] = netlist_nor_data(f->bus[i].sim.nets, &size);
	assert_memory_equal(nor[0], nor[1], N_PAGES * 256);
	assert_int_equal(a->sim.stats.nor_commands, b->sim.stats.nor_commands);
	assert_int_equal(a->sim.stats.nor_ignored_busy, b->sim.stats.nor_ignored_busy);
	assert_memory_equal(&a->sim.stats.nor, &b->sim.stats.nor, sizeof(a->sim.stats.nor));

	assert_no_complaint(a);
	assert_no_complaint(b);
}

/* a breakpoint in the loop that polls, and on when it was met */
static void break_at_poll(struct fix *f, u64 ps)
{
	both(f, FP_COMP0, true, (CODE + (POLL & ~3u)) | BIT(31) | 1);
	both(f, FP_CTRL, true, 3);
	both(f, 0x20001000, true, 0);
	both_pass(f, ps);
	both(f, FP_CTRL, true, 2);
	if (both(f, DHCSR, false, 0) & S_HALT && get_reg(f, 15) != CODE + END)
		both(f, DHCSR, true, KEY | C_DEBUGEN);
}

/* what a debugger may do meanwhile, one thing at a time */
static void disturb(struct fix *f, struct sim_rng *r)
{
	static const u32 regs[] = { DHCSR, FLASH_SR, QSPI + 0x08, QSPI + 0x14, GPIOE + 0x10 };
	u64 x = sim_rng_u64(r);
	u32 i, at = (u32)(x >> 8) % 40 * 4;

	switch (x % 16) {
	case 0:
		both(f, regs[(x >> 8) % ARRAY_SIZE(regs)], false, 0);
		break;
	case 1:
		both(f, CODE + (u32)(x >> 8) % 28 * 4, false, 0);
		break;
	case 2: /* the code itself, as it is: it must be read again, and does the same */
		i = (u32)(x >> 8) % 28 * 2;
		both(f, CODE + 2 * i, true, loader[i] | (u32)loader[i + 1] << 16);
		break;
	case 3:
		both(f, MAILBOX + 4, false, 0);
		break;
	case 4:
		both_pass(f, PS_PER_US * ((x >> 8) % 250));
		break;
	case 5: /* halt, look, go on */
		both(f, DHCSR, true, KEY | C_DEBUGEN | C_HALT);
		both(f, DHCSR, false, 0);
		get_reg(f, (u32)(x >> 8) % 17);
		both(f, DHCSR, true, KEY | C_DEBUGEN);
		break;
	case 6:
		break_at_poll(f, PS_PER_NS * ((x >> 8) % 20000));
		break;
	default: /* a burst into memory that the loader does not look at now */
		for (i = 0; i < 1 + (x >> 16) % 40; i++) {
			both(f, 0x20001000 + 4 * (at + i), true, (u32)sim_rng_u64(r));
			both_pass(f, PS_PER_NS * (1000 + (x >> 24) % 4000));
		}
	}
}

static void compare_run(struct fix *f, u64 seed)
{
	unsigned int page = 0, guard = 0;
	struct sim_rng r;
	u32 i;

	open_board(&f->bus[0], seed, false);
	open_board(&f->bus[1], seed, true);
	if (!mcu_executes(f->bus[0].mcu))
		skip(); /* built without libunicorn */
	load(f, seed);
	sim_rng_init(&r, &f->bus[0].sim, "test");
	both(f, DHCSR, true, KEY | C_DEBUGEN);
	while (!(both(f, DHCSR, false, 0) & S_HALT)) {
		assert_true(guard++ < 5000);
		if (both(f, MAILBOX + 4, false, 0) == page && page < N_PAGES &&
		    !both(f, MAILBOX, false, 0)) {
			for (i = 0; i < 256; i += 4)
				both(f, DATA + i, true, (u32)sim_rng_u64(&r));
			both(f, MAILBOX, true, ++page);
		}
		disturb(f, &r);
	}
	assert_int_equal(page, N_PAGES);
	assert_same_end(f);
	if (seed & 1) /* many polls a page: it was worth it */
		assert_true(f->bus[0].sim.stats.bus_accesses <
			    f->bus[1].sim.stats.bus_accesses / 2);
	close_all(f);
}

static void test_a_core_that_polls_does_the_same_when_its_passes_are_left_out(void **state)
{
	u64 seed;

	for (seed = 1; seed <= 40; seed++)
		compare_run(*state, seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_a_core_that_polls_does_the_same_when_its_passes_are_left_out, setup,
			teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
