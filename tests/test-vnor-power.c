// SPDX-License-Identifier: GPL-2.0-or-later
/* what all virtual SPI-NOR chips have in common, at their pins: reset, suspend, power, saved state, limits */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/nor-each.h"

static void test_reset_while_erasing_leaves_cells_that_read_differently_each_time(void **state)
{
	u8 a[4096], b[4096];

	EACH_PART(f)
	{
		size_t i, old = 0, blank = 0;

		memset(cells(f) + 0x7000, 0, 4096);
		erase(f, 0x20, 0x7000);
		wait_ps(f, 5 * PS_PER_MS);
		cmd(f, 0x66);
		cmd(f, 0x99);
		wait_ps(f, PS_PER_MS);
		RECV(f, a, 4096, .op = 0x03, .n_addr = 3, .addr = 0x7000);
		RECV(f, b, 4096, .op = 0x03, .n_addr = 3, .addr = 0x7000);
		assert_memory_not_equal(a, b, 4096);
		for (i = 0; i < 4096; i++) {
			old += a[i] == 0;
			blank += a[i] == 0xff;
		}
		assert_true(old < 4000 && blank < 4000);
		/* a complete erase makes them firm */
		erase(f, 0x20, 0x7000);
		wait_ready(f);
		RECV(f, a, 4096, .op = 0x03, .n_addr = 3, .addr = 0x7000);
		for (i = 0; i < 4096; i++)
			assert_int_equal(a[i], 0xff);
		assert_int_equal(f->sim.stats.nor.n_erases, 1);
	}
}

static void test_power_cut_while_programming_leaves_bits_between_old_and_new(void **state)
{
	EACH_PART(f)
	{
		u8 buf[256] = { 0 };
		unsigned int i, zeros = 0;

		program(f, 0x4000, buf, 256);
		wait_ps(f, 10 * PS_PER_US);
		vnor_set_power(f->nor, false, sim_now_ps(&f->sim));
		wait_ps(f, PS_PER_MS);
		vnor_set_power(f->nor, true, sim_now_ps(&f->sim));
		assert_int_equal(reg(f, 0x05), 0xff); /* tVSL */
		wait_ps(f, PS_PER_MS);
		assert_int_equal(reg(f, 0x05), 0);
		for (i = 0; i < 2048; i++)
			zeros += !(cells(f)[0x4000 + i / 8] >> (i % 8) & 1);
		assert_true(zeros > 400 && zeros < 1600);
		assert_int_equal(cells(f)[0x4100], 0xff);
		assert_int_equal(cells(f)[0x3fff], 0xff);
		/* programming the same again makes it whole */
		program(f, 0x4000, buf, 256);
		wait_ready(f);
		for (i = 0; i < 256; i++)
			assert_int_equal(read_at(f, 0x4000 + i), 0);
	}
}

static void test_chip_without_power_neither_hears_nor_drives(void **state)
{
	u8 val;

	EACH_PART(f)
	{
		vnor_set_power(f->nor, false, sim_now_ps(&f->sim));
		assert_int_equal(reg(f, 0x05), 0xff);
		assert_int_equal(vnor_driven(f->nor, &val), 0);
		assert_int_equal(f->sim.stats.nor_commands, 0);
	}
}

static void test_suspended_erase_lets_others_be_read_and_is_done_after_resume(void **state)
{
	EACH_PART(f)
	{
		u8 *p = cells(f);

		p[0x1000] = 0x5a;
		p[0x9000] = 0xa5;
		erase(f, 0xd8, 0x10000);
		wait_ps(f, PS_PER_MS);
		cmd(f, 0x75);
		assert_int_equal(reg(f, 0x05) & 1, 1);
		wait_ps(f, 50 * PS_PER_US);
		assert_int_equal(reg(f, 0x05) & 1, 0);
		assert_int_equal(read_at(f, 0x1000), 0x5a);
		assert_no_complaints(f);
		read_at(f, 0x12345);
		assert_complaint(f, "inside the suspended operation");
		sim_clear_complaints(&f->sim);
		p[0x12345] = 0;
		cmd(f, 0x7a);
		assert_int_equal(reg(f, 0x05) & 1, 1);
		assert_true(wait_ready(f) > 20 * PS_PER_MS);
		assert_int_equal(p[0x12345], 0xff);
		assert_int_equal(p[0x9000], 0xa5);
		assert_int_equal(f->sim.stats.nor.n_erases, 1);
		assert_no_complaints(f);
	}
}

static void test_page_elsewhere_can_be_programmed_while_an_erase_is_suspended(void **state)
{
	EACH_PART(f)
	{
		erase(f, 0x20, 0x10000);
		cmd(f, 0x75);
		wait_ps(f, 50 * PS_PER_US);
		program(f, 0x20000, BYTES(0x42), 1);
		wait_ready(f);
		assert_int_equal(cells(f)[0x20000], 0x42);
		assert_no_complaints(f);
		program(f, 0x10010, BYTES(0x42), 1);
		assert_complaint(f, "refused");
		sim_clear_complaints(&f->sim);
		erase(f, 0x20, 0x30000);
		assert_complaint(f, "while an operation is suspended");
	}
}

static void test_suspend_does_not_stop_a_chip_erase(void **state)
{
	EACH_PART(f)
	{
		cmd(f, 0x06);
		cmd(f, 0xc7);
		cmd(f, 0x75);
		wait_ps(f, 100 * PS_PER_MS);
		assert_int_equal(reg(f, 0x05) & 1, 1);
	}
}

static void test_reset_forgets_a_suspended_operation(void **state)
{
	EACH_PART(f)
	{
		erase(f, 0x20, 0x10000);
		cmd(f, 0x75);
		wait_ps(f, 50 * PS_PER_US);
		cmd(f, 0x66);
		cmd(f, 0x99);
		wait_ps(f, PS_PER_MS);
		cmd(f, 0x7a);
		assert_int_equal(reg(f, 0x05), 0);
	}
}

static void test_cs_high_too_short_makes_the_next_frame_unheard(void **state)
{
	EACH_PART(f)
	{
		cmd(f, 0x06);
		pins(f, true, false, 0xf);
		wait_ps(f, 5 * PS_PER_NS);
		pins(f, false, false, 0xf);
		send_bits(f, 0x04, 8, 1);
		cs_high(f);
		assert_complaint(f, "CS# was high for 5 ns");
		sim_clear_complaints(&f->sim);
		assert_int_equal(reg(f, 0x05), 2);
		assert_no_complaints(f);
	}
}

static void test_03h_above_its_own_limit_reads_wrong_data(void **state)
{
	u8 got[256];

	EACH_PART(f)
	{
		memset(cells(f), 0x5a, 256);
		f->period_ps = 16000; /* 62.5 MHz */
		RECV(f, got, 256, .op = 0x0b, .n_addr = 3, .dummy = 8);
		assert_memory_equal(got, cells(f), 256);
		assert_no_complaints(f);
		RECV(f, got, 256, .op = 0x03, .n_addr = 3);
		assert_memory_not_equal(got, cells(f), 256);
		assert_complaint(f, "at 62.5 MHz");
	}
}

static void test_any_command_above_the_parts_limit_goes_wrong(void **state)
{
	u8 id[64];

	EACH_PART(f)
	{
		f->period_ps = 7000; /* 142.8 MHz */
		RECV(f, id, sizeof(id), .op = 0x9f);
		assert_complaint(f, "at 142.8 MHz");
	}
}

static void test_the_limit_itself_is_allowed(void **state)
{
	static const u64 mhz[] = { 108, 133, 133 };
	u8 id[3];

	EACH_PART(f)
	{
		f->period_ps = 1000000 / mhz[part_]; /* rounded down */
		RECV(f, id, 3, .op = 0x9f);
		assert_int_equal(id[2], 0x18);
		assert_no_complaints(f);
	}
}

static void test_hold_low_in_the_middle_of_a_read_stops_it_and_is_a_mistake(void **state)
{
	u8 val;

	EACH_PART(f)
	{
		cells(f)[0x20] = 0xc3;
		cs_low(f);
		send_bits(f, 0x03000020, 32, 1);
		f->rest = 0x4; /* HOLD# low */
		clock_io(f, 0x7);
		clock_io(f, 0x7);
		assert_int_equal(vnor_driven(f->nor, &val), 0);
		assert_complaint(f, "HOLD# (IO3) is low during read (03h)");
		f->rest = 0xc;
		assert_int_equal(recv_byte(f, 1), 0xc3); /* where it had stopped */
		cs_high(f);
		assert_int_equal(sim_n_complaints(&f->sim), 1);
	}
}

static void test_opcode_on_four_lines_to_a_chip_in_spi_mode_is_no_mistake(void **state)
{
	static const u8 opcodes[] = { 0xab, 0x66, 0x99, 0xf5, 0xff, 0x9f, 0xaf, 0x38, 0x35, 0x00 };
	size_t i;

	EACH_PART(f)
	{
		cmd(f, 0x06);
		for (i = 0; i < ARRAY_SIZE(opcodes); i++) {
			cs_low(f);
			send_bits(f, opcodes[i], 8, 4);
			cs_high(f);
		}
		cs_low(f);
		send_bits(f, 0xffffffff, 32, 4);
		send_bits(f, 0xffffffff, 32, 4);
		cs_high(f);
		assert_int_equal(reg(f, 0x05), 2);
		assert_no_complaints(f);
	}
}

static void test_busy_times_stay_between_typical_and_one_and_a_half_of_it(void **state)
{
	static const u64 typ_4k_us[] = { 250000, 50000, 45000 }, typ_page_us[] = { 500, 120, 400 };
	static const u8 page[256];
	unsigned int i;

	EACH_PART(f)
	{
		for (i = 0; i < 20; i++) {
			u64 before = f->sim.stats.nor.erase_ps, took;

			erase(f, 0x20, i * 4096);
			wait_ready(f);
			took = (f->sim.stats.nor.erase_ps - before) / PS_PER_US;
			assert_in_range(took, typ_4k_us[part_] * 97 / 100,
					typ_4k_us[part_] * 154 / 100);
			before = f->sim.stats.nor.program_ps;
			program(f, i * 4096, page, 256);
			wait_ready(f);
			took = (f->sim.stats.nor.program_ps - before) / PS_PER_US;
			assert_in_range(took, typ_page_us[part_] * 97 / 100,
					typ_page_us[part_] * 154 / 100);
		}
	}
}

static void test_one_byte_programs_faster_than_a_page(void **state)
{
	static const u8 page[256];

	EACH_PART(f)
	{
		u64 one, all;

		program(f, 0, page, 1);
		wait_ready(f);
		one = f->sim.stats.nor.program_ps;
		program(f, 256, page, 256);
		wait_ready(f);
		all = f->sim.stats.nor.program_ps - one;
		assert_true(one * 3 < all);
	}
}

static void test_stuck_chip_never_gets_ready(void **state)
{
	EACH_PART(f)
	{
		f->sim.faults.stuck_wip = true;
		erase(f, 0x20, 0);
		wait_ps(f, 1000 * PS_PER_S);
		assert_int_equal(reg(f, 0x05), 3);
		assert_no_complaints(f);
	}
}

static void test_quiet_time_ends_with_the_operation(void **state)
{
	EACH_PART(f)
	{
		u64 end;

		assert_int_equal(vnor_quiet_until(f->nor), 0); /* nothing was read yet */
		erase(f, 0x20, 0);
		assert_int_equal(vnor_quiet_until(f->nor), 0);
		reg(f, 0x05);
		end = vnor_quiet_until(f->nor);
		assert_true(end != SIM_NEVER && end > sim_now_ps(&f->sim));
		wait_ps(f, end - sim_now_ps(&f->sim) - 50 * PS_PER_US);
		assert_int_equal(reg(f, 0x05) & 1, 1);
		wait_ps(f, 50 * PS_PER_US);
		assert_int_equal(reg(f, 0x05) & 1, 0);
		assert_true(vnor_quiet_until(f->nor) == SIM_NEVER);
	}
}

static void test_state_survives_in_the_file(void **state)
{
	char path[] = "/tmp/swdrom-test-vnor-XXXXXX";
	u8 buf[300], got[300];
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	close(fd);
	fill(buf, sizeof(buf), 5);
	EACH_PART(f)
	{
		u8 uid[20], uid2[20];
		bool micron = part_ < 2;
		struct frame id = { .op = micron ? 0x9f : 0x4b, .dummy = micron ? 0 : 32 };

		unlink(path);
		snprintf(f->opts.state_path, sizeof(f->opts.state_path), "%s", path);
		nor_stop(f);
		nor_start(f);
		wait_ps(f, PS_PER_MS);
		memcpy(cells(f) + 0xfff0, buf, 256);
		nor_recv(f, id, uid, 20);
		cmd(f, 0x06);
		set_reg(f, 0x01, 0x24);
		wait_ready(f);
		erase(f, 0x20, 0x800000);
		cmd(f, 0x66); /* cut: weak cells are part of the state */
		cmd(f, 0x99);
		wait_ps(f, PS_PER_MS);
		cells(f)[0x800000] = 0x81;
		vnor_save(f->nor);
		assert_int_equal(sim_core_save(&f->sim), 0);
		nor_stop(f);
		nor_start(f);
		wait_ps(f, PS_PER_MS);
		RECV(f, got, 256, .op = 0x03, .n_addr = 3, .addr = 0xfff0);
		assert_memory_equal(got, buf, 256);
		assert_int_equal(cells(f)[0x800000], 0x81);
		assert_int_equal(reg(f, 0x05), 0x24);
		nor_recv(f, id, uid2, 20);
		assert_memory_equal(uid, uid2, 20);
		/* another part does not take this one's cells */
		nor_stop(f);
		f->part = parts[(part_ + 1) % 3];
		nor_start(f);
		assert_int_equal(cells(f)[0xfff0], 0xff);
	}
	unlink(path);
}

/* whole bytes against the same bytes edge by edge, with everything a host may send */
static void random_frame(struct nor_fix *f, struct sim_rng *r, bool whole, u8 *got, size_t *n)
{
	static const u8 ops[] = {
		0x06, 0x06, 0x04, 0x05, 0x05, 0x9f, 0x03, 0x0b, 0x3b, 0x6b, 0xbb,
		0xeb, 0x02, 0x32, 0x20, 0xd8, 0x66, 0x99, 0x35, 0x38, 0xf5, 0xff,
		0x70, 0x50, 0x01, 0x31, 0x81, 0x61, 0x85, 0x65, 0x75, 0x7a, 0xb9,
		0xab, 0x5a, 0x4b, 0x48, 0x42, 0x44, 0x77, 0xe8, 0xe5, 0x36, 0x39
	};
	static const u8 widths[] = { 1, 1, 1, 2, 4 };
	u64 x = sim_rng_u64(r), bytes = sim_rng_u64(r);
	unsigned int i, k, n_out = 1 + (x >> 8) % 8, n_in = (x >> 16) % 6;
	u8 op = ops[x % ARRAY_SIZE(ops)], lines = widths[(x >> 24) % 5];
	u8 dl = widths[(x >> 32) % 5];

	f->period_ps = (x >> 40) % 8 ? 100 * PS_PER_NS : 8 * PS_PER_NS;
	f->rest = (x >> 44) % 16 ? 0xc : (u8)(x >> 48 & 0xc);
	cs_low(f);
	for (i = 0; i < n_out; i++) {
		u8 b = i ? (u8)(bytes >> (8 * (i % 8))) : op;
		u8 l = i < 4 ? lines : dl, io = (u8)((b & IO_MASK(l)) | (l == 4 ? 0 : f->rest));

		io |= l == 1 ? 2 : 0;
		if (whole) {
			if (vnor_send_byte(f->nor, b, l, io,
					   sim_now_ps(&f->sim) + f->period_ps * (8 / l) -
						   f->period_ps / 2)) {
				wait_ps(f, f->period_ps * (8 / l));
				continue;
			}
		}
		send_bits(f, b, 8, l);
	}
	for (k = 0; k < (x >> 52) % 12; k++)
		clock_io(f, f->rest | 3);
	for (i = 0; i < n_in; i++, ++*n) {
		u8 io = dl == 4 ? 0xf : (u8)(f->rest | 3);

		if (whole && vnor_recv_byte(f->nor, &got[*n], dl, io,
					    sim_now_ps(&f->sim) + f->period_ps * (8 / dl) -
						    f->period_ps / 2)) {
			wait_ps(f, f->period_ps * (8 / dl));
			continue;
		}
		got[*n] = recv_byte(f, dl);
	}
	cs_high(f);
	wait_ps(f, (x >> 56) % 4 ? PS_PER_US : (x >> 58) * 2 * PS_PER_MS);
}

static void test_whole_bytes_do_exactly_what_their_edges_do(void **state)
{
	unsigned int seed, i, k;

	for (seed = 0; seed < 60; seed++) {
		struct nor_fix *f[2];
		struct sim_rng r[2];
		static u8 got[2][2000];
		size_t n[2] = { 0 };

		for (i = 0; i < 2; i++) {
			f[i] = nor_new(parts[seed % 3]);
			f[i]->opts.seed = seed;
			nor_stop(f[i]);
			nor_start(f[i]);
			wait_ps(f[i], 10 * PS_PER_MS);
			fill(cells(f[i]), CHIP_SIZE / 16, (u8)seed);
			sim_rng_init(&r[i], &f[i]->sim, "frames");
			for (k = 0; k < 200; k++)
				random_frame(f[i], &r[i], i, got[i], &n[i]);
		}
		assert_int_equal(n[0], n[1]);
		for (k = 0; k < n[0]; k++)
			if (got[0][k] != got[1][k])
				fail_msg("seed %u: byte %u is %02x, edge by edge %02x", seed, k,
					 got[1][k], got[0][k]);
		assert_memory_equal(&f[0]->sim.stats, &f[1]->sim.stats, sizeof(f[0]->sim.stats));
		assert_memory_equal(cells(f[0]), cells(f[1]), CHIP_SIZE);
		assert_int_equal(sim_now_ps(&f[0]->sim), sim_now_ps(&f[1]->sim));
		assert_int_equal(sim_n_complaints(&f[0]->sim), sim_n_complaints(&f[1]->sim));
		/* the time apart: a byte taken whole is complained of at its start */
		for (k = 0; k < sim_n_complaints(&f[0]->sim); k++)
			assert_string_equal(strstr(sim_complaint(&f[0]->sim, k), " ms "),
					    strstr(sim_complaint(&f[1]->sim, k), " ms "));
		for (i = 0; i < 2; i++)
			nor_teardown((void **)&f[i]);
	}
}

#define T(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_reset_while_erasing_leaves_cells_that_read_differently_each_time),
		T(test_power_cut_while_programming_leaves_bits_between_old_and_new),
		T(test_chip_without_power_neither_hears_nor_drives),
		T(test_suspended_erase_lets_others_be_read_and_is_done_after_resume),
		T(test_page_elsewhere_can_be_programmed_while_an_erase_is_suspended),
		T(test_suspend_does_not_stop_a_chip_erase),
		T(test_reset_forgets_a_suspended_operation),
		T(test_cs_high_too_short_makes_the_next_frame_unheard),
		T(test_03h_above_its_own_limit_reads_wrong_data),
		T(test_any_command_above_the_parts_limit_goes_wrong),
		T(test_the_limit_itself_is_allowed),
		T(test_hold_low_in_the_middle_of_a_read_stops_it_and_is_a_mistake),
		T(test_opcode_on_four_lines_to_a_chip_in_spi_mode_is_no_mistake),
		T(test_busy_times_stay_between_typical_and_one_and_a_half_of_it),
		T(test_one_byte_programs_faster_than_a_page),
		T(test_stuck_chip_never_gets_ready),
		T(test_quiet_time_ends_with_the_operation),
		T(test_state_survives_in_the_file),
		T(test_whole_bytes_do_exactly_what_their_edges_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
