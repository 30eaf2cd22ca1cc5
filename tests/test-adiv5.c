// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Connecting to a debug port, and what is said when there is none.
 */
#include "lib/adiv5.h"
#include "lib/memq.h"
#include "tests/support/fake-dap.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct bench {
	struct fake_dap *d;
	struct dap *dap;
};

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->d = fake_dap_new();
	b->dap = dap_new(&b->d->host);
	assert_non_null(b->dap);
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	dap_free(b->dap);
	fake_dap_free(b->d);
	free(b);
	return 0;
}

static void test_connects_to_a_port_in_jtag(void **state)
{
	struct bench *b = *state;
	const struct dap_info *info = dap_info(b->dap);

	assert_int_equal(dap_connect(b->dap, 0), 0);
	assert_int_equal(info->dpidr, FAKE_DPIDR);
	assert_int_equal(info->dp_version, 1);
	assert_false(info->minimal);
	assert_int_equal(info->n_aps, 1);
	assert_true(info->ap[0].is_mem);
	assert_int_equal(info->ap[0].idr, FAKE_APIDR);
	assert_int_equal(info->ap[0].base, 0xe00ff003);
	assert_int_equal(b->d->ctrlstat & 1, 1);
}

static void test_connects_to_a_port_that_is_dormant(void **state)
{
	struct bench *b = *state;

	b->d->link = LINK_DORMANT;
	assert_int_equal(dap_connect(b->dap, 0), 0);
}

static void test_connects_again_to_a_port_left_with_errors(void **state)
{
	struct bench *b = *state;

	assert_int_equal(dap_connect(b->dap, 0), 0);
	b->d->ctrlstat |= 0xa2;
	b->d->is_locked_out = true;
	b->d->select = 0x030000f2;
	assert_int_equal(dap_connect(b->dap, 0), 0);
	assert_int_equal(b->d->ctrlstat & 0xa2, 0);
}

static void test_nothing_blind_is_sent_before_overrun_detection(void **state)
{
	struct bench *b = *state;

	b->d->ctrlstat = 0xa0;
	assert_int_equal(dap_connect(b->dap, 0), 0);
	assert_int_equal(b->d->n_orun_off, 0);
}

static void test_reads_targetid_of_dpv2(void **state)
{
	struct bench *b = *state;

	b->d->dpidr = 0x6ba02477;
	assert_int_equal(dap_connect(b->dap, 0), 0);
	assert_int_equal(dap_info(b->dap)->dp_version, 2);
	assert_int_equal(dap_info(b->dap)->targetid, 0x04150041);
	assert_int_equal(b->d->select & 0xf, 0);
}

static void test_dpv3_is_refused_by_name(void **state)
{
	struct bench *b = *state;

	b->d->dpidr = 0x4c013477;
	assert_int_equal(dap_connect(b->dap, 0), -EOPNOTSUPP);
	assert_non_null(strstr(b->d->ctx.err.what, "DPv3"));
}

static void test_connects_on_a_noisy_wire(void **state)
{
	struct bench *b = *state;

	for (u64 seed = 1; seed < 60; seed++) {
		b->d->rng = seed * 104729;
		b->d->noise = UINT32_MAX / 60;
		b->d->link = LINK_JTAG;
		b->d->ctrlstat = 0;
		assert_int_equal(dap_connect(b->dap, 0), 0);
		assert_int_equal(dap_info(b->dap)->n_aps, 1);
		assert_int_equal(dap_info(b->dap)->ap[0].idr, FAKE_APIDR);
	}
}

static void test_connects_whatever_reply_is_short(void **state)
{
	struct bench *b = *state;
	bool hit = true;

	for (u64 at = 0; hit; at++) {
		b->d->link = LINK_JTAG;
		b->d->ctrlstat = 0;
		fake_dap_inject(b->d, FAULT_SHORT, at, 0);
		assert_int_equal(dap_connect(b->dap, 0), 0);
		assert_int_equal(b->d->ctx.err.code, 0);
		hit = !b->d->fault;
		b->d->fault = FAULT_NONE;
	}
}

static void test_unplugging_while_connecting_ends_at_once(void **state)
{
	struct bench *b = *state;

	fake_dap_inject(b->d, FAULT_UNPLUG, 2, 0);
	assert_int_equal(dap_connect(b->dap, 0), -ENODEV);
}

/* what the pins show -> which words the message must have */
static void test_silence_is_explained_by_what_the_wire_shows(void **state)
{
	static const struct {
		const char *name;
		struct swd_pins pins;
		u8 ack;
		const char *what, *next;
	} cases[] = {
		{ "stuck low", { 0 }, 0, "held low", "power" },
		{ "stuck high", { .swdio = true }, 7, "stays high", "wiring" },
		{ "in reset",
		  { .swdio = true, .swdio_driven = true, .nrst_known = true },
		  7,
		  "held in reset",
		  "reset button" },
		{ "swapped", { .swdio_driven = true }, 0, "SWCLK", "swap" },
		{ "open", { .swdio = true, .swdio_driven = true }, 7, "not connected", "power" },
		{ "noise", { .swdio = true, .swdio_driven = true }, 5, "noise", "clock" },
	};
	struct bench *b = *state;

	b->d->link = LINK_DEAD;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const u64 start = clock_now_ns(&b->d->clk);

		b->d->pins = cases[i].pins;
		b->d->silent_ack = cases[i].ack;
		assert_int_equal(dap_connect(b->dap, 0), -ENXIO);
		if (!strstr(b->d->ctx.err.what, cases[i].what) ||
		    !strstr(b->d->ctx.err.next, cases[i].next))
			fail_msg("%s: %s; %s", cases[i].name, b->d->ctx.err.what,
				 b->d->ctx.err.next);
		assert_true(clock_now_ns(&b->d->clk) - start < SEC_NS);
		err_clear(&b->d->ctx.err);
	}
}

static void test_missing_power_up_acknowledge_asks_for_nrst(void **state)
{
	struct bench *b = *state;

	b->d->never_powers_up = true;
	assert_int_equal(dap_connect(b->dap, 0), -ENXIO);
	assert_non_null(strstr(b->d->ctx.err.what, "low-power"));
	assert_non_null(strstr(b->d->ctx.err.next, "nRST"));
}

static void test_port_without_memory_access_suspects_rdp2(void **state)
{
	struct bench *b = *state;

	b->d->has_no_ap = true;
	assert_int_equal(dap_connect(b->dap, 0), -ENXIO);
	assert_non_null(strstr(b->d->ctx.err.what, "RDP level 2"));
}

static void test_disabled_memory_access_port_gives_no_queue(void **state)
{
	struct bench *b = *state;

	b->d->device_disabled = true;
	assert_int_equal(dap_connect(b->dap, 0), 0);
	assert_null(memq_new(b->dap, 0));
	assert_non_null(strstr(b->d->ctx.err.what, "DEVICEEN"));
}

static void test_under_reset_needs_the_wire(void **state)
{
	struct bench *b = *state;

	assert_int_equal(dap_connect(b->dap, DAP_UNDER_RESET), -EOPNOTSUPP);
	err_clear(&b->d->ctx.err);
	b->d->host.has_nrst = true;
	b->d->needs_nrst = true;
	assert_int_equal(dap_connect(b->dap, DAP_UNDER_RESET), 0);
	assert_true(b->d->nrst);
}

static void test_single_registers_are_read_and_written(void **state)
{
	struct bench *b = *state;
	u32 v;

	assert_int_equal(dap_connect(b->dap, 0), 0);
	assert_int_equal(dap_write(b->dap, true, 0, 0x04, 0x20000010), 0);
	assert_int_equal(dap_read(b->dap, true, 0, 0x04, &v), 0);
	assert_int_equal(v, 0x20000010);
	assert_int_equal(dap_read(b->dap, false, 0, 0x00, &v), 0);
	assert_int_equal(v, FAKE_DPIDR);
	assert_int_equal(dap_read(b->dap, true, 1, 0xfc, &v), 0);
	assert_int_equal(v, 0);
}

static void test_queue_survives_single_accesses_in_between(void **state)
{
	struct bench *b = *state;
	struct memq *q;
	u32 v;

	assert_int_equal(dap_connect(b->dap, 0), 0);
	q = memq_new(b->dap, 0);
	assert_non_null(q);
	assert_int_equal(target_write32(q, FAKE_REGS, 7), 0);
	assert_int_equal(dap_write(b->dap, true, 0, 0x04, 0x20000010), 0);
	assert_int_equal(dap_read(b->dap, true, 1, 0xfc, &v), 0);
	assert_int_equal(target_write32(q, FAKE_REGS + 4, 8), 0);
	assert_int_equal(b->d->regs[1], 8);
	memq_free(q);
}

static void test_disconnect_takes_the_power_requests_back(void **state)
{
	struct bench *b = *state;

	assert_int_equal(dap_connect(b->dap, 0), 0);
	dap_disconnect(b->dap);
	assert_int_equal(b->d->ctrlstat, 0);
	assert_int_equal(b->d->n_orun_off, 0);
}

static void count_component(void *arg, const struct rom_component *c)
{
	++*(unsigned int *)arg;
}

/* a ROM table in RAM: an SCS, an absent entry, an entry to nowhere, the end */
static void test_rom_table_walk_skips_what_is_absent(void **state)
{
	struct bench *b = *state;
	unsigned int n = 0;
	struct memq *q;

	assert_int_equal(dap_connect(b->dap, 0), 0);
	q = memq_new(b->dap, 0);
	assert_non_null(q);
	put_le32(b->d->ram + 0x0, 0x00001003);
	put_le32(b->d->ram + 0x4, 0x00002002);
	put_le32(b->d->ram + 0x8, 0x30000003);
	for (u32 base = 0; base <= 0x1000; base += 0x1000) {
		b->d->ram[base + 0xff0] = 0x0d;
		b->d->ram[base + 0xff4] = base ? 0xe0 : 0x10;
		b->d->ram[base + 0xff8] = 0x05;
		b->d->ram[base + 0xffc] = 0xb1;
	}
	assert_int_equal(dap_walk_rom(q, FAKE_RAM | 3, count_component, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(b->d->ctx.err.code, 0);
	assert_int_equal(dap_walk_rom(q, ~0u, count_component, &n), 0);
	assert_int_equal(dap_walk_rom(q, 2, count_component, &n), 0);
	assert_int_equal(n, 2);
	memq_free(q);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_connects_to_a_port_in_jtag),
		TEST(test_connects_to_a_port_that_is_dormant),
		TEST(test_connects_again_to_a_port_left_with_errors),
		TEST(test_nothing_blind_is_sent_before_overrun_detection),
		TEST(test_reads_targetid_of_dpv2),
		TEST(test_dpv3_is_refused_by_name),
		TEST(test_connects_on_a_noisy_wire),
		TEST(test_connects_whatever_reply_is_short),
		TEST(test_unplugging_while_connecting_ends_at_once),
		TEST(test_silence_is_explained_by_what_the_wire_shows),
		TEST(test_missing_power_up_acknowledge_asks_for_nrst),
		TEST(test_port_without_memory_access_suspects_rdp2),
		TEST(test_disabled_memory_access_port_gives_no_queue),
		TEST(test_under_reset_needs_the_wire),
		TEST(test_single_registers_are_read_and_written),
		TEST(test_queue_survives_single_accesses_in_between),
		TEST(test_disconnect_takes_the_power_requests_back),
		TEST(test_rom_table_walk_skips_what_is_absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
