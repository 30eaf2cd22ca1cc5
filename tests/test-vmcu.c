// SPDX-License-Identifier: GPL-2.0-or-later
/* bus, memories, resets and power of the virtual STM32L476 */
#include "tests/support/mcu-bus.h"

#define DHCSR	     0xe000edf0u
#define DEMCR	     0xe000edfcu
#define AIRCR	     0xe000ed0cu
#define DBGMCU_CR    0xe0042004u
#define DBGMCU_FZ    0xe0042008u
#define RCC_AHB1EN   0x40021048u
#define RCC_AHB2EN   0x4002104cu
#define RCC_CSR	     0x40021094u
#define S_RESET	     BIT(25)
#define S_HALT	     BIT(17)

#define BUS_TEST(fn) cmocka_unit_test_setup_teardown(fn, bus_setup, bus_teardown)

static struct mcu_bus *open_with(const struct sim_opts *opts, const struct sim_faults *faults)
{
	void *state;
	struct mcu_bus *b;

	bus_prepare(&state);
	b = state;
	if (opts)
		b->opts = *opts;
	if (faults)
		b->faults = *faults;
	bus_open(b);
	return b;
}

static void shut(struct mcu_bus *b)
{
	void *state = b;

	bus_teardown(&state);
}

static enum bus_resp try_rd(struct mcu_bus *b, u32 addr)
{
	rd_n(b, addr, 4);
	return b->resp;
}

static void reset_and_halt(struct mcu_bus *b)
{
	wr(b, DHCSR, 0xa05f0001);
	wr(b, DEMCR, 1);
	mcu_set_nrst(b->mcu, true);
	pass_us(b, 100);
	mcu_set_nrst(b->mcu, false);
	pass_us(b, 100);
	assert_true(mcu_core_halted(b->mcu));
}

static void test_idcode_names_an_l476(void **state)
{
	assert_int_equal(rd(*state, 0xe0042000), 0x10076415);
}

static void test_sram1_and_sram2_hold_words_half_words_and_bytes(void **state)
{
	struct mcu_bus *b = *state;
	static const u32 base[] = { 0x20000000, 0x20017ff8, 0x10000000, 0x10007ff8 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(base); i++) {
		wr(b, base[i], 0x11223344);
		assert_int_equal(wr_n(b, base[i] + 1, 0xaa, 1), BUS_OK);
		assert_int_equal(wr_n(b, base[i] + 2, 0xbbcc, 2), BUS_OK);
		assert_int_equal(rd(b, base[i]), 0xbbccaa44);
		assert_int_equal(rd_n(b, base[i] + 3, 1), 0xbb);
	}
	assert_no_complaint(b);
}

static void test_nothing_is_mapped_behind_the_memories(void **state)
{
	struct mcu_bus *b = *state;
	static const u32 hole[] = { 0x20018000, 0x10008000, 0x08100000, 0x1fff8000, 0x40030000,
				    0x60000000, 0xa0001000, 0xe0100000, 0x90000000, 0x1ffff840 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(hole); i++) {
		assert_int_equal(try_rd(b, hole[i]), BUS_ERROR);
		assert_int_equal(wr_n(b, hole[i], 0, 4), BUS_ERROR);
	}
}

static void test_flash_appears_at_zero_when_booting_from_it(void **state)
{
	struct mcu_bus *b = *state;
	size_t size;
	u8 *flash = mcu_flash(b->mcu, &size);

	put_le32(flash + 0x10, 0xcafef00d);
	assert_int_equal(rd(b, 0x00000010), 0xcafef00d);
}

static void test_memrmp_puts_sram_at_zero(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, 0x40021060, 1); /* SYSCFGEN */
	wr(b, 0x40010000, 3);
	wr(b, 0x20000020, 0x5eed);
	assert_int_equal(rd(b, 0x00000020), 0x5eed);
}

static void test_size_register_and_uid_are_readable(void **state)
{
	struct mcu_bus *b = *state;

	assert_int_equal(rd_n(b, 0x1fff75e0, 2), 1024);
	assert_int_not_equal(rd(b, 0x1fff7590), 0xffffffff);
	assert_int_equal(rd(b, 0x1fff7500) & 0x1f, 2);
	assert_int_equal(rd(b, 0x1fff7800), 0xffeff8aa);
	assert_int_equal(rd(b, 0x1fff7804), ~0xffeff8aau);
}

static void test_bit_band_alias_changes_one_bit(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, 0x20000100, 0);
	wr(b, 0x22000000 + 0x100 * 32 + 5 * 4, 1);
	assert_int_equal(rd(b, 0x20000100), BIT(5));
	assert_int_equal(rd(b, 0x22000000 + 0x100 * 32 + 5 * 4), 1);
	/* RCC_AHB1ENR.CRCEN through the peripheral alias */
	wr(b, 0x42000000 + 0x21048 * 32 + 12 * 4, 1);
	assert_int_equal(rd(b, RCC_AHB1EN), 0x1100);
}

static void test_unclocked_unit_reads_zero_ignores_writes_and_is_reported(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, 0x40023010, 0x1234);
	assert_int_equal(rd(b, 0x40023010), 0);
	assert_true(complained(b, "CRC has no clock"));
	wr(b, RCC_AHB1EN, 0x1100);
	assert_int_equal(rd(b, 0x40023010), 0xffffffff);
}

static void test_unaligned_access_is_an_error(void **state)
{
	struct mcu_bus *b = *state;

	assert_int_equal(try_rd(b, 0x20000002), BUS_ERROR);
	assert_int_equal(wr_n(b, 0x20000001, 0, 2), BUS_ERROR);
}

static enum bus_resp probe_access(void *dev, struct bus_xact *x)
{
	x->data = x->offset;
	return BUS_OK;
}

static void test_registered_slave_gets_offsets_from_its_base(void **state)
{
	struct mcu_bus *b = *state;

	mcu_add_slave(b->mcu,
		      &(struct bus_slave){ "probe", 0xa0001000, 0x400, probe_access, NULL });
	assert_int_equal(rd(b, 0xa0001014), 0x14);
	assert_int_equal(try_rd(b, 0xa0001400), BUS_ERROR);
}

struct reset_log {
	unsigned int n;
	enum mcu_reset last;
};

static void note_reset(void *dev, enum mcu_reset kind)
{
	struct reset_log *log = dev;

	log->n++;
	log->last = kind;
}

static void test_reset_hook_hears_every_reset_with_its_kind(void **state)
{
	struct mcu_bus *b = *state;
	struct reset_log log = { 0 };

	mcu_add_reset(b->mcu, note_reset, &log);
	wr(b, AIRCR, 0x05fa0004);
	assert_int_equal(log.n, 1);
	assert_int_equal(log.last, MCU_RESET_SYS);
	pass_us(b, 100);
	mcu_set_nrst(b->mcu, true);
	assert_int_equal(log.last, MCU_RESET_PIN);
	mcu_set_nrst(b->mcu, false);
	mcu_set_power(b->mcu, false);
	mcu_set_power(b->mcu, true);
	assert_int_equal(log.last, MCU_RESET_POR);
}

static void count_level(void *dev, bool asserted)
{
	*(unsigned int *)dev = *(unsigned int *)dev * 10 + (asserted ? 1 : 2);
}

static void test_rstr_bit_is_told_to_its_unit(void **state)
{
	struct mcu_bus *b = *state;
	unsigned int qspi = 0, gpioe = 0;

	mcu_add_unit_reset(b->mcu, MCU_UNIT_QSPI, count_level, &qspi);
	mcu_add_unit_reset(b->mcu, MCU_UNIT_GPIOA + 4, count_level, &gpioe);
	wr(b, 0x40021030, BIT(8));
	wr(b, 0x40021030, 0);
	assert_int_equal(qspi, 12);
	assert_int_equal(gpioe, 0);
	assert_false(mcu_unit_clocked(b->mcu, MCU_UNIT_QSPI));
	wr(b, 0x40021050, BIT(8));
	assert_true(mcu_unit_clocked(b->mcu, MCU_UNIT_QSPI));
	wr(b, RCC_AHB2EN, BIT(4));
	assert_true(mcu_unit_clocked(b->mcu, MCU_UNIT_GPIOA + 4));
	assert_false(mcu_unit_clocked(b->mcu, MCU_UNIT_GPIOA + 5));
}

static void test_nrst_keeps_sram_and_debug_state_but_resets_registers(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, 0x20000000, 0x12345678);
	wr(b, RCC_AHB1EN, 0x1101);
	wr(b, DBGMCU_CR, 7);
	reset_and_halt(b);
	assert_int_equal(rd(b, 0x20000000), 0x12345678);
	assert_int_equal(rd(b, RCC_AHB1EN), 0x100);
	assert_int_equal(rd(b, DBGMCU_CR), 7);
	assert_int_equal(rd(b, DHCSR) & 1, 1);
	assert_int_equal(rd(b, DEMCR), 1);
	assert_true(rd(b, RCC_CSR) & BIT(26));
}

static void test_power_cycle_loses_sram_and_debug_state(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, 0x20000000, 0x12345678);
	wr(b, DBGMCU_CR, 7);
	wr(b, DHCSR, 0xa05f0003);
	mcu_set_power(b->mcu, false);
	assert_false(mcu_is_powered(b->mcu));
	assert_false(mcu_ap_clocked(b->mcu));
	assert_int_equal(try_rd(b, 0xe000ed00), BUS_ERROR);
	pass_us(b, 1000);
	mcu_set_power(b->mcu, true);
	pass_us(b, 1000);
	assert_int_not_equal(rd(b, 0x20000000), 0x12345678);
	assert_int_equal(rd(b, DBGMCU_CR), 0);
	assert_int_equal(rd(b, DHCSR) & 3, 0);
	assert_true(rd(b, RCC_CSR) & BIT(27));
}

static void test_debug_registers_answer_under_nrst_memory_does_not(void **state)
{
	struct mcu_bus *b = *state;

	mcu_set_nrst(b->mcu, true);
	assert_true(mcu_nrst_low(b->mcu));
	assert_int_equal(rd(b, 0xe000ed00), 0x410fc241);
	assert_int_equal(rd(b, 0xe0042000), 0x10076415);
	assert_int_equal(rd(b, DHCSR) & S_RESET, S_RESET);
	assert_int_equal(rd(b, DHCSR) & S_RESET, S_RESET);
	assert_int_equal(try_rd(b, 0x20000000), BUS_ERROR);
	mcu_set_nrst(b->mcu, false);
	pass_us(b, 100);
	assert_false(mcu_nrst_low(b->mcu));
	assert_int_equal(try_rd(b, 0x20000000), BUS_OK);
}

static void test_sysresetreq_pulls_nrst_for_twenty_us(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, AIRCR, 0x05fa0004);
	assert_true(mcu_nrst_low(b->mcu));
	pass_us(b, 25);
	assert_false(mcu_nrst_low(b->mcu));
	assert_true(rd(b, RCC_CSR) & BIT(28));
	wr(b, RCC_CSR, BIT(23));
	wr(b, RCC_CSR, 0);
	assert_int_equal(rd(b, RCC_CSR) & 0xff000000, 0);
}

static void test_hold_nrst_keeps_the_part_in_reset(void **state)
{
	struct mcu_bus *b = open_with(NULL, &(struct sim_faults){ .hold_nrst = true });

	mcu_set_nrst(b->mcu, true);
	mcu_set_nrst(b->mcu, false);
	pass_us(b, 100000);
	assert_true(mcu_nrst_low(b->mcu));
	assert_true(rd(b, DHCSR) & S_RESET);
	assert_true(rd(b, DHCSR) & S_RESET);
	shut(b);
}

static void note_power(void *arg, bool on)
{
	*(int *)arg = *(int *)arg * 10 + (on ? 1 : 2);
}

static void test_listeners_hear_power_go_and_come(void **state)
{
	struct mcu_bus *b = *state;
	int first = 0, second = 0;

	mcu_on_power(b->mcu, note_power, &first);
	mcu_on_power(b->mcu, note_power, &second);
	mcu_set_power(b->mcu, false);
	mcu_set_power(b->mcu, false);
	assert_int_equal(first, 2);
	mcu_set_power(b->mcu, true);
	assert_int_equal(first, 21);
	assert_int_equal(second, 21);
}

static void test_unpowered_part_is_dead(void **state)
{
	struct mcu_bus *b = open_with(NULL, &(struct sim_faults){ .no_power = true });

	assert_false(mcu_is_powered(b->mcu));
	assert_int_equal(try_rd(b, 0xe000ed00), BUS_ERROR);
	shut(b);
}

static void test_app_in_stop_has_no_ap_clock_until_nrst(void **state)
{
	struct mcu_bus *b = open_with(NULL, &(struct sim_faults){ .app_sleeps = true });
	struct bus_xact x = { .addr = DHCSR, .size = 4 };

	assert_false(mcu_ap_clocked(b->mcu));
	bus_do(b, &x);
	assert_int_equal(b->resp, BUS_OK);
	assert_true(x.done_ps == SIM_NEVER);
	mcu_set_nrst(b->mcu, true);
	assert_true(mcu_ap_clocked(b->mcu));
	wr(b, DHCSR, 0xa05f0001);
	wr(b, DEMCR, 1);
	wr(b, DBGMCU_CR, 7);
	mcu_set_nrst(b->mcu, false);
	pass_us(b, 20000);
	assert_true(mcu_core_halted(b->mcu));
	shut(b);
}

static void test_app_goes_back_to_stop_after_a_plain_reset(void **state)
{
	struct mcu_bus *b = open_with(NULL, &(struct sim_faults){ .app_sleeps = true });

	mcu_set_nrst(b->mcu, true);
	pass_us(b, 1000);
	mcu_set_nrst(b->mcu, false);
	pass_us(b, 1000);
	assert_true(mcu_ap_clocked(b->mcu));
	pass_us(b, 10000);
	assert_false(mcu_ap_clocked(b->mcu));
	shut(b);
}

static void test_dbg_stop_keeps_the_ap_alive_in_stop(void **state)
{
	struct mcu_bus *b = *state;

	put_le32(mcu_flash(b->mcu, &(size_t){ 0 }), 0x20001000);
	put_le32(mcu_flash(b->mcu, &(size_t){ 0 }) + 4, 0x08000009);
	put_le32(mcu_flash(b->mcu, &(size_t){ 0 }) + 8, 0xe7fee7fe);
	wr(b, AIRCR, 0x05fa0004);
	pass_us(b, 100);
	wr(b, DBGMCU_CR, 2);
	mcu_set_sleep(b->mcu, MCU_STOP);
	assert_true(mcu_ap_clocked(b->mcu));
	assert_true(rd(b, DHCSR) & BIT(18));
	mcu_set_sleep(b->mcu, MCU_SLEEP);
	assert_true(mcu_ap_reads_rubbish(b->mcu));
	wr(b, DBGMCU_CR, 3);
	assert_false(mcu_ap_reads_rubbish(b->mcu));
	wr(b, DHCSR, 0xa05f0003);
	assert_true(rd(b, DHCSR) & S_HALT);
}

static void test_app_dma_keeps_changing_sram_while_the_core_is_halted(void **state)
{
	struct mcu_bus *b = open_with(NULL, &(struct sim_faults){ .app_dma = true });
	u8 before[512];

	wr(b, DHCSR, 0xa05f0003);
	pass_us(b, 10000);
	rd(b, 0x20000400);
	memcpy(before, mcu_sram(b->mcu, 0x20000400), sizeof(before));
	pass_us(b, 10000);
	rd(b, 0x20000400);
	assert_memory_not_equal(before, mcu_sram(b->mcu, 0x20000400), sizeof(before));
	wr(b, 0x40020008, 0); /* DMA1_CCR1 */
	memcpy(before, mcu_sram(b->mcu, 0x20000400), sizeof(before));
	pass_us(b, 10000);
	rd(b, 0x20000400);
	assert_memory_equal(before, mcu_sram(b->mcu, 0x20000400), sizeof(before));
	assert_no_complaint(b);
	shut(b);
}

static void test_app_iwdg_resets_a_halted_core_unless_frozen(void **state)
{
	struct mcu_bus *b = open_with(NULL, &(struct sim_faults){ .app_iwdg = true });

	rd(b, DHCSR);
	pass_us(b, 5000000); /* it feeds itself while it runs */
	assert_false(rd(b, DHCSR) & S_RESET);
	wr(b, DBGMCU_FZ, BIT(12));
	wr(b, DHCSR, 0xa05f0003);
	pass_us(b, 5000000);
	assert_int_equal(rd(b, DHCSR) & (S_RESET | S_HALT), S_HALT);
	wr(b, DBGMCU_FZ, 0);
	pass_us(b, 2000000);
	assert_true(rd(b, DHCSR) & S_RESET);
	assert_true(rd(b, RCC_CSR) & BIT(29));
	shut(b);
}

static void test_iwdg_can_be_fed_by_the_debugger(void **state)
{
	struct mcu_bus *b = open_with(NULL, &(struct sim_faults){ .app_iwdg = true });
	unsigned int i;

	wr(b, DHCSR, 0xa05f0003);
	rd(b, DHCSR);
	for (i = 0; i < 20; i++) {
		pass_us(b, 500000);
		wr(b, 0x40003000, 0xaaaa);
	}
	assert_false(rd(b, DHCSR) & S_RESET);
	shut(b);
}

static void test_hardware_iwdg_bites_some_half_second_after_every_reset(void **state)
{
	struct mcu_bus *b = *state;

	mcu_set_optr(b->mcu, 0xffeef8aa);
	reset_and_halt(b);
	wr(b, RCC_CSR, BIT(23));
	pass_us(b, 450000);
	assert_false(rd(b, RCC_CSR) & BIT(29));
	pass_us(b, 150000);
	assert_true(rd(b, RCC_CSR) & BIT(29));
}

static void test_iwdg_registers_are_closed_without_their_key(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, 0x40003008, 0x123);
	assert_int_equal(rd(b, 0x40003008), 0xfff);
	wr(b, 0x40003000, 0x5555);
	wr(b, 0x40003008, 0x123);
	assert_int_equal(rd(b, 0x40003008), 0x123);
	assert_int_equal(rd(b, 0x4000300c), 2); /* RVU */
}

static void test_wwdg_resets_when_its_counter_leaves_0x40(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, 0x40021058, BIT(11));
	wr(b, 0x40002c00, 0xff);
	rd(b, DHCSR);
	pass_us(b, 60000);
	assert_false(rd(b, DHCSR) & S_RESET);
	pass_us(b, 6000); /* 64 x 4096 / 4 MHz = 65.5 ms */
	assert_true(rd(b, DHCSR) & S_RESET);
	assert_true(rd(b, RCC_CSR) & BIT(30));
}

static void test_wwdg_stands_still_in_a_frozen_halt(void **state)
{
	struct mcu_bus *b = *state;

	wr(b, 0x40021058, BIT(11));
	wr(b, 0x40002c00, 0xff);
	wr(b, DBGMCU_FZ, BIT(11));
	wr(b, DHCSR, 0xa05f0003);
	rd(b, DHCSR);
	pass_us(b, 500000);
	assert_false(rd(b, DHCSR) & S_RESET);
}

static void test_rdp2_ends_all_debugging(void **state)
{
	struct mcu_bus *b = open_with(&(struct sim_opts){ .dualbank = -1, .rdp = 2 }, NULL);

	assert_false(mcu_debug_enabled(b->mcu));
	assert_int_equal(try_rd(b, 0xe000ed00), BUS_ERROR);
	shut(b);
}

static void test_two_benches_with_one_seed_agree_and_with_another_do_not(void **state)
{
	struct mcu_bus *a =
		open_with(&(struct sim_opts){ .seed = 7, .dualbank = -1, .rdp = -1 }, NULL);
	struct mcu_bus *b =
		open_with(&(struct sim_opts){ .seed = 7, .dualbank = -1, .rdp = -1 }, NULL);
	struct mcu_bus *c =
		open_with(&(struct sim_opts){ .seed = 8, .dualbank = -1, .rdp = -1 }, NULL);

	assert_memory_equal(mcu_sram(a->mcu, 0x20000000), mcu_sram(b->mcu, 0x20000000), 4096);
	assert_memory_not_equal(mcu_sram(a->mcu, 0x20000000), mcu_sram(c->mcu, 0x20000000), 4096);
	shut(a);
	shut(b);
	shut(c);
}

static void test_flash_and_options_survive_in_the_saved_state(void **state)
{
	static const struct sim_opts opts = { .dualbank = -1, .rdp = -1, .flash_kib = 512 };
	struct mcu_bus *b = open_with(&opts, NULL);
	size_t size;

	put_le32(mcu_flash(b->mcu, &size), 0xfeedbeef);
	mcu_set_wrp(b->mcu, 1, 'A', 3, 4);
	mcu_save(b->mcu);
	mcu_free(b->mcu);
	b->sim.opts.flash_kib = 1024; /* a part does not grow */
	b->mcu = mcu_new(&b->sim);
	assert_non_null(b->mcu);
	assert_int_equal(rd(b, 0x08000000), 0xfeedbeef);
	assert_int_equal(rd_n(b, 0x1fff75e0, 2), 512);
	assert_int_equal(rd(b, 0x4002202c) & 0x00ff00ff, 0x00040003);
	shut(b);
}

static void test_hardware_wwdg_bites_after_every_reset(void **state)
{
	struct mcu_bus *b = *state;

	mcu_set_optr(b->mcu, 0xffeff8aa & ~BIT(19));
	mcu_set_nrst(b->mcu, true);
	pass_us(b, 100);
	mcu_set_nrst(b->mcu, false);
	pass_us(b, 100);
	assert_int_equal(rd(b, 0x40021058) & BIT(11), BIT(11));
	assert_int_equal(rd(b, 0x40002c00) & BIT(7), BIT(7));
	pass(b, 70 * PS_PER_MS); /* 64 ticks of 4096 PCLK at 4 MHz: 65.5 ms */
	assert_true(rd(b, 0x40021094) & BIT(30));
}

static void test_sram2_is_erased_by_a_reset_if_the_option_says_so(void **state)
{
	struct mcu_bus *b = *state;
	unsigned int erase;

	for (erase = 0; erase < 2; erase++) {
		mcu_set_optr(b->mcu, 0xffeff8aa & ~(erase ? BIT(25) : 0));
		wr(b, 0x10000000, 0x1234);
		wr(b, 0x20000000, 0x5678);
		mcu_set_nrst(b->mcu, true);
		pass_us(b, 100);
		mcu_set_nrst(b->mcu, false);
		pass_us(b, 100);
		assert_int_equal(rd(b, 0x10000000), erase ? 0 : 0x1234);
		assert_int_equal(rd(b, 0x20000000), 0x5678);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BUS_TEST(test_idcode_names_an_l476),
		BUS_TEST(test_sram1_and_sram2_hold_words_half_words_and_bytes),
		BUS_TEST(test_nothing_is_mapped_behind_the_memories),
		BUS_TEST(test_flash_appears_at_zero_when_booting_from_it),
		BUS_TEST(test_memrmp_puts_sram_at_zero),
		BUS_TEST(test_size_register_and_uid_are_readable),
		BUS_TEST(test_bit_band_alias_changes_one_bit),
		BUS_TEST(test_unclocked_unit_reads_zero_ignores_writes_and_is_reported),
		BUS_TEST(test_unaligned_access_is_an_error),
		BUS_TEST(test_registered_slave_gets_offsets_from_its_base),
		BUS_TEST(test_reset_hook_hears_every_reset_with_its_kind),
		BUS_TEST(test_rstr_bit_is_told_to_its_unit),
		BUS_TEST(test_nrst_keeps_sram_and_debug_state_but_resets_registers),
		BUS_TEST(test_power_cycle_loses_sram_and_debug_state),
		BUS_TEST(test_debug_registers_answer_under_nrst_memory_does_not),
		BUS_TEST(test_sysresetreq_pulls_nrst_for_twenty_us),
		cmocka_unit_test(test_hold_nrst_keeps_the_part_in_reset),
		BUS_TEST(test_listeners_hear_power_go_and_come),
		cmocka_unit_test(test_unpowered_part_is_dead),
		cmocka_unit_test(test_app_in_stop_has_no_ap_clock_until_nrst),
		cmocka_unit_test(test_app_goes_back_to_stop_after_a_plain_reset),
		BUS_TEST(test_dbg_stop_keeps_the_ap_alive_in_stop),
		cmocka_unit_test(test_app_dma_keeps_changing_sram_while_the_core_is_halted),
		cmocka_unit_test(test_app_iwdg_resets_a_halted_core_unless_frozen),
		cmocka_unit_test(test_iwdg_can_be_fed_by_the_debugger),
		BUS_TEST(test_hardware_iwdg_bites_some_half_second_after_every_reset),
		BUS_TEST(test_hardware_wwdg_bites_after_every_reset),
		BUS_TEST(test_sram2_is_erased_by_a_reset_if_the_option_says_so),
		BUS_TEST(test_iwdg_registers_are_closed_without_their_key),
		BUS_TEST(test_wwdg_resets_when_its_counter_leaves_0x40),
		BUS_TEST(test_wwdg_stands_still_in_a_frozen_halt),
		cmocka_unit_test(test_rdp2_ends_all_debugging),
		cmocka_unit_test(test_two_benches_with_one_seed_agree_and_with_another_do_not),
		cmocka_unit_test(test_flash_and_options_survive_in_the_saved_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
