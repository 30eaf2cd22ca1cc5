// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The virtual QUADSPI through its registers, with a recorder on its pins that answers reads with
 * 10h, 11h, 12h, ...
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/pins-mcu.h"
#include "sim/vquadspi.h"

#define QSPI	   0xa0001000u
#define CR	   0x00
#define DCR	   0x04
#define SR	   0x08
#define FCR	   0x0c
#define DLR	   0x10
#define CCR	   0x14
#define AR	   0x18
#define ABR	   0x1c
#define DR	   0x20
#define PSMKR	   0x24
#define PSMAR	   0x28
#define PIR	   0x2c
#define LPTR	   0x30

#define EN	   BIT(0)
#define ABORT	   BIT(1)
#define DMAEN	   BIT(2)
#define TCEN	   BIT(3)
#define APMS	   BIT(22)
#define PMM	   BIT(23)
#define PRESC(n)   ((u32)(n) << 24)
#define THRES(n)   ((u32)((n)-1) << 8)

#define TEF	   BIT(0)
#define TCF	   BIT(1)
#define FTF	   BIT(2)
#define SMF	   BIT(3)
#define TOF	   BIT(4)
#define BUSY	   BIT(5)

#define FLEVEL(sr) ((sr) >> 8 & 0x1f)

/* CCR fields */
#define INSTR(op)  ((op) | 1u << 8)
#define ADDR1	   (1u << 10 | 2u << 12)
#define ADDR4	   (3u << 10 | 2u << 12)
#define ALT4_8	   (3u << 14)
#define DCYC(n)	   ((u32)(n) << 18)
#define DATA1	   (1u << 24)
#define DATA4	   (3u << 24)
#define DDRM	   (1u << 31)
#define FM_READ	   (1u << 26)
#define FM_POLL	   (2u << 26)
#define FM_MAP	   (3u << 26)
#define SIOO	   (1u << 28)
#define WINDOW	   0x90000000u
#define CLK_PS	   (4 * 12500u) /* 80 MHz / 4 */
#define MAX_EVENTS 4096

struct event {
	char what; /* s: NCS low, d: NCS high, >: byte out, <: byte in, .: dummy clocks */
	u8 byte, lines;
	u64 at_ps;
};

struct fix {
	struct sim sim;
	struct mcu mcu;
	struct vquadspi *q;
	struct event ev[MAX_EVENTS];
	unsigned int n_ev;
	u8 next_in;
	int fixed_in; /* -1: count */
	u64 quiet_until;
	struct vquadspi_clock clk;
};

static void record(struct fix *f, char what, u8 byte, u8 lines, u64 at_ps)
{
	assert_true(f->n_ev < MAX_EVENTS);
	f->ev[f->n_ev++] =
		(struct event){ .what = what, .byte = byte, .lines = lines, .at_ps = at_ps };
}

static void port_select(void *dev, const struct vquadspi_clock *clk, u64 at_ps)
{
	((struct fix *)dev)->clk = *clk;
	record(dev, 's', 0, 0, at_ps);
}

static void port_deselect(void *dev, u64 at_ps)
{
	record(dev, 'd', 0, 0, at_ps);
}

static void port_send(void *dev, u8 byte, u8 lines, u64 at_ps)
{
	record(dev, '>', byte, lines, at_ps);
}

static u8 port_recv(void *dev, u8 lines, u64 at_ps)
{
	struct fix *f = dev;
	u8 b = f->fixed_in >= 0 ? (u8)f->fixed_in : f->next_in++;

	record(f, '<', b, lines, at_ps);
	return b;
}

static void port_dummy(void *dev, u8 lines, unsigned int clocks, u64 at_ps)
{
	record(dev, '.', (u8)clocks, lines, at_ps);
}

static u64 port_quiet(void *dev)
{
	return ((struct fix *)dev)->quiet_until;
}

static u32 rd(struct fix *f, u32 reg)
{
	return pins_read(&f->mcu, QSPI + reg, 4);
}

static void wr(struct fix *f, u32 reg, u32 v)
{
	pins_write(&f->mcu, QSPI + reg, 4, v);
}

static void wait_ps(struct fix *f, u64 ps)
{
	sim_advance_to(&f->sim, sim_now_ps(&f->sim) + ps);
	vquadspi_sync(f->q, sim_now_ps(&f->sim));
}

static void wait_clocks(struct fix *f, u64 n)
{
	wait_ps(f, n * CLK_PS);
}

static int setup(void **state)
{
	static const struct sim_opts opts = { .seed = 2 };
	struct fix *f = calloc(1, sizeof(*f));
	struct vquadspi_port port = {
		.dev = f,
		.select = port_select,
		.deselect = port_deselect,
		.send = port_send,
		.recv = port_recv,
		.dummy = port_dummy,
		.quiet_until = port_quiet,
	};

	assert_non_null(f);
	assert_int_equal(sim_core_init(&f->sim, &opts, NULL), 0);
	pins_init(&f->mcu, &f->sim);
	f->q = vquadspi_new(&f->sim, &port);
	assert_non_null(f->q);
	f->next_in = 0x10;
	f->fixed_in = -1;
	wr(f, DCR, 23 << 16 | 1 << 8); /* 16 MiB, NCS high for 2 clocks */
	wr(f, CR, PRESC(3) | THRES(4) | EN);
	wait_clocks(f, 10);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fix *f = *state;

	vquadspi_free(f->q);
	sim_core_exit(&f->sim);
	free(f);
	return 0;
}

static bool complained(const struct fix *f, const char *text)
{
	return pins_complained(&f->sim, text);
}

/* what the pins did, as "s>06d" with bytes in hex */
static void assert_pins(struct fix *f, const char *want)
{
	char got[8192];
	size_t n = 0;
	unsigned int i;

	for (i = 0; i < f->n_ev && n < sizeof(got) - 8; i++) {
		got[n++] = f->ev[i].what;
		if (f->ev[i].what != 's' && f->ev[i].what != 'd')
			n += (size_t)snprintf(got + n, 4, "%02x", f->ev[i].byte);
	}
	got[n] = 0;
	assert_string_equal(got, want);
	f->n_ev = 0;
}

static u64 last_at(const struct fix *f, char what)
{
	unsigned int i = f->n_ev;

	while (i--)
		if (f->ev[i].what == what)
			return f->ev[i].at_ps;
	fail_msg("no such event");
	return 0;
}

/* leave whatever runs, errata included, and start afresh */
static void abort_now(struct fix *f)
{
	wr(f, CR, rd(f, CR) | ABORT);
	wait_clocks(f, 10);
	assert_int_equal(rd(f, SR) & BUSY, 0);
	wr(f, FCR, 0x1b);
	f->n_ev = 0;
}

/* ---- registers ---- */

static void test_reset_clears_every_register(void **state)
{
	struct fix *f = *state;
	u32 reg;

	wr(f, ABR, 0x12345678);
	pins_unit_reset(&f->mcu, MCU_UNIT_QSPI, true);
	pins_unit_reset(&f->mcu, MCU_UNIT_QSPI, false);
	for (reg = 0; reg <= LPTR; reg += 4)
		if (reg != DR)
			assert_int_equal(rd(f, reg), 0);
	assert_int_equal(sim_n_complaints(&f->sim), 0);
}

static void test_without_clock_reads_zero_and_writes_nothing(void **state)
{
	struct fix *f = *state;

	f->mcu.off = BIT(MCU_UNIT_QSPI);
	wr(f, ABR, 0x55);
	assert_int_equal(rd(f, DCR), 0);
	assert_true(complained(f, "without a clock"));
	f->mcu.off = 0;
	assert_int_equal(rd(f, ABR), 0);
	assert_int_equal(rd(f, DCR), 23 << 16 | 1 << 8);
}

static void test_this_die_has_no_second_bank(void **state)
{
	struct fix *f = *state;

	wr(f, CR, 0xc0 | EN);
	assert_int_equal(rd(f, CR), EN);
}

static void test_registers_are_dropped_while_busy(void **state)
{
	struct fix *f = *state;

	wr(f, DLR, 99);
	wr(f, CCR, INSTR(0x05) | DATA1 | FM_READ);
	assert_int_equal(rd(f, SR) & BUSY, BUSY);
	wr(f, DLR, 3);
	wr(f, CCR, 0);
	wr(f, DCR, 0);
	assert_int_equal(rd(f, DLR), 99);
	assert_int_equal(rd(f, CCR), INSTR(0x05) | DATA1 | FM_READ);
	assert_int_equal(rd(f, DCR), 23 << 16 | 1 << 8);
	assert_int_equal(sim_n_complaints(&f->sim), 3);
	wr(f, CR, PRESC(1) | THRES(8) | EN); /* FTHRES may, PRESCALER may not */
	assert_int_equal(rd(f, CR), PRESC(3) | THRES(8) | EN);
	assert_int_equal(sim_n_complaints(&f->sim), 4);
	wr(f, AR, 0x1000); /* silently: everybody's HAL does it */
	assert_int_equal(rd(f, AR), 0);
	assert_int_equal(sim_n_complaints(&f->sim), 4);
}

/* ---- start rules ---- */

static void test_a_command_without_address_starts_with_ccr(void **state)
{
	struct fix *f = *state;

	wr(f, CCR, INSTR(0x06));
	assert_int_equal(rd(f, SR) & (BUSY | TCF), BUSY);
	wait_clocks(f, 20);
	assert_int_equal(rd(f, SR) & (BUSY | TCF), TCF);
	assert_pins(f, "s>06d");
}

static void test_a_command_with_address_starts_with_ar(void **state)
{
	struct fix *f = *state;

	wr(f, CCR, INSTR(0x20) | ADDR1);
	wait_clocks(f, 50);
	assert_pins(f, "");
	wr(f, AR, 0x123456);
	wait_clocks(f, 50);
	assert_pins(f, "s>20>12>34>56d");
}

static void test_a_write_with_data_starts_with_dr(void **state)
{
	struct fix *f = *state;

	wr(f, DLR, 1);
	wr(f, CCR, INSTR(0x02) | ADDR1 | DATA1);
	wr(f, AR, 0x000100);
	wait_clocks(f, 100);
	assert_pins(f, "");
	assert_int_equal(rd(f, SR), FTF);
	pins_write(&f->mcu, QSPI + DR, 2, 0xbbaa);
	wait_clocks(f, 100);
	assert_pins(f, "s>02>00>01>00>aa>bbd");
	assert_int_equal(rd(f, SR), FTF | TCF);
}

static void test_nothing_starts_while_disabled(void **state)
{
	struct fix *f = *state;

	wr(f, CR, PRESC(3));
	wr(f, CCR, INSTR(0x06));
	wait_clocks(f, 50);
	assert_pins(f, "");
	assert_int_equal(rd(f, SR), 0);
}

static void test_ccr_starts_only_with_its_lowest_byte(void **state)
{
	struct fix *f = *state;

	wr(f, CR, PRESC(3));
	wr(f, CCR, INSTR(0x06));
	wr(f, CR, PRESC(3) | EN);
	pins_write(&f->mcu, QSPI + CCR + 1, 1, 1);
	wait_clocks(f, 50);
	assert_pins(f, "");
	pins_write(&f->mcu, QSPI + CCR, 1, 0x04);
	wait_clocks(f, 50);
	assert_pins(f, "s>04d");
}

static void test_a_second_ar_write_reads_again(void **state)
{
	struct fix *f = *state;

	wr(f, DLR, 0);
	wr(f, CCR, INSTR(0x03) | ADDR1 | DATA1 | FM_READ);
	wr(f, AR, 0x10);
	wait_clocks(f, 60);
	abort_now(f);
	wr(f, AR, 0x20);
	wait_clocks(f, 60);
	assert_pins(f, "s>03>00>00>20<11d");
}

static void test_all_phases_with_their_widths(void **state)
{
	struct fix *f = *state;

	wr(f, DLR, 1);
	wr(f, ABR, 0xa5);
	wr(f, CCR, INSTR(0xeb) | ADDR4 | ALT4_8 | DCYC(4) | DATA4 | FM_READ);
	wr(f, AR, 0x010203);
	wait_clocks(f, 60);
	assert_int_equal(f->ev[1].lines, 1);
	assert_int_equal(f->ev[2].lines, 4);
	assert_int_equal(f->ev[5].lines, 4);
	assert_int_equal(f->ev[6].lines, 4);
	assert_pins(f, "s>eb>01>02>03>a5.04<10<11d");
}

static void test_sioo_sends_the_opcode_once_after_each_ccr_write(void **state)
{
	struct fix *f = *state;

	wr(f, CCR, INSTR(0x20) | ADDR1 | SIOO);
	wr(f, AR, 1);
	wait_clocks(f, 60);
	wr(f, AR, 2);
	wait_clocks(f, 60);
	wr(f, CCR, INSTR(0x20) | ADDR1 | SIOO);
	wr(f, AR, 3);
	wait_clocks(f, 60);
	assert_pins(f, "s>20>00>00>01ds>00>00>02ds>20>00>00>03d");
}

static void test_data_only_read_hangs_until_abort(void **state)
{
	struct fix *f = *state;

	wr(f, DLR, 0);
	wr(f, CCR, DATA1 | FM_READ);
	wait_clocks(f, 1000);
	assert_int_equal(rd(f, SR) & BUSY, BUSY);
	assert_true(complained(f, "data phase only"));
	abort_now(f);
}

static void test_fmode_1_without_data_phase_is_a_mistake(void **state)
{
	struct fix *f = *state;

	wr(f, CCR, INSTR(0x06) | FM_READ);
	wait_clocks(f, 50);
	assert_true(complained(f, "DMODE 0"));
	assert_int_equal(rd(f, SR) & BUSY, 0);
}

/* ---- time ---- */

static void test_transfer_takes_its_clocks(void **state)
{
	struct fix *f = *state;
	u64 t0;

	wr(f, DLR, 3);
	t0 = sim_now_ps(&f->sim);
	wr(f, CCR, INSTR(0x9f) | DATA1 | FM_READ);
	/* the third byte is in with the rising edge of clock 32, the first edge is one clock away */
	sim_advance_to(&f->sim, t0 + 32 * CLK_PS - 1);
	assert_int_equal(FLEVEL(rd(f, SR)), 2);
	sim_advance_to(&f->sim, t0 + 32 * CLK_PS);
	assert_int_equal(FLEVEL(rd(f, SR)), 3);
	assert_int_equal(rd(f, SR) & TCF, 0);
	sim_advance_to(&f->sim, t0 + 40 * CLK_PS);
	assert_int_equal(rd(f, SR) & TCF, TCF);
	wait_clocks(f, 5);
	rd(f, SR);
	assert_int_equal(last_at(f, 'd'), t0 + 41 * CLK_PS);
	assert_int_equal(f->clk.period_ps, CLK_PS);
}

static void test_ncs_stays_high_for_csht_clocks(void **state)
{
	struct fix *f = *state;
	u64 up;

	wr(f, DCR, 23 << 16 | 7 << 8);
	wr(f, CCR, INSTR(0x06));
	wait_clocks(f, 9); /* NCS rises right now */
	assert_int_equal(rd(f, SR) & BUSY, 0);
	up = last_at(f, 'd');
	wr(f, CCR, INSTR(0x04));
	assert_int_equal(rd(f, SR) & BUSY, BUSY);
	wait_clocks(f, 30);
	rd(f, SR);
	assert_int_equal(last_at(f, 's'), up + 8 * CLK_PS);
}

static void test_hclk_that_divides_badly_keeps_exact_time(void **state)
{
	struct fix *f = *state;
	u64 t0, want;

	f->mcu.hclk_hz = 30000000;
	wr(f, CR, PRESC(0) | EN);
	wr(f, DLR, 0xfffff);
	t0 = sim_now_ps(&f->sim);
	wr(f, CCR, INSTR(0x9f) | DATA1 | FM_READ);
	want = t0 + 16ull * 8 * PS_PER_S / 30000000 + 8ull * PS_PER_S / 30000000;
	sim_advance_to(&f->sim, want - 10);
	assert_int_equal(FLEVEL(rd(f, SR)), 15);
	sim_advance_to(&f->sim, want + 10);
	assert_int_equal(FLEVEL(rd(f, SR)), 16);
}

static void test_clock_beyond_the_pins_is_noticed(void **state)
{
	struct fix *f = *state;

	wr(f, CR, PRESC(0) | EN);
	wr(f, CCR, INSTR(0x06));
	wait_clocks(f, 20);
	rd(f, SR);
	assert_true(complained(f, "CLK of 80 MHz"));
}

/* ---- FIFO and DR ---- */

static void test_a_read_stops_at_16_bytes_and_goes_on_as_dr_is_read(void **state)
{
	struct fix *f = *state;
	unsigned int i;

	wr(f, DLR, 39);
	wr(f, CCR, INSTR(0x9f) | DATA1 | FM_READ);
	wait_clocks(f, 10000);
	assert_int_equal(rd(f, SR), 16 << 8 | BUSY | FTF);
	for (i = 0; i < 10; i++) {
		assert_int_equal(rd(f, DR), 0x13121110 + i * 0x04040404);
		wait_clocks(f, 100);
	}
	assert_int_equal(rd(f, SR) & TCF, TCF);
}

static void test_busy_stays_while_read_data_sits_in_the_fifo(void **state)
{
	struct fix *f = *state;

	wr(f, DLR, 0);
	wr(f, CCR, INSTR(0x05) | DATA1 | FM_READ);
	wait_clocks(f, 100);
	assert_int_equal(FLEVEL(rd(f, SR)), 1);
	assert_int_equal(rd(f, SR) & (BUSY | TCF | FTF), BUSY | TCF | FTF);
	pins_read(&f->mcu, QSPI + DR, 1);
	assert_int_equal(rd(f, SR) & (BUSY | FTF), 0);
}

/* of 100 reads, how many leave a byte behind */
static int reads_with_extra_byte(struct fix *f, u32 ccr, u32 prescaler)
{
	int with = 0, i;

	abort_now(f);
	wr(f, CR, PRESC(prescaler) | THRES(4) | EN);
	wr(f, DLR, 3);
	for (i = 0; i < 100; i++) {
		abort_now(f);
		wr(f, CCR, INSTR(0x9f) | ccr | FM_READ);
		wait_clocks(f, 100);
		rd(f, DR);
		if (FLEVEL(rd(f, SR))) {
			with++;
			assert_int_equal(rd(f, SR) & BUSY, BUSY);
		} else {
			assert_int_equal(rd(f, SR) & BUSY, 0);
		}
	}
	return with;
}

static void test_erratum_extra_byte_after_a_quad_ddr_read_now_and_then(void **state)
{
	int with = reads_with_extra_byte(*state, DATA4 | DDRM, 1);

	assert_true(with > 5 && with < 60);
	assert_int_equal(reads_with_extra_byte(*state, DATA4 | DDRM, 3), 0);
	assert_int_equal(reads_with_extra_byte(*state, DATA4, 1), 0);
	assert_int_equal(reads_with_extra_byte(*state, DATA1, 1), 0);
}

static void test_erratum_extra_byte_after_any_read_on_demand(void **state)
{
	struct fix *f = *state;
	int with;

	f->sim.faults.extra_byte = true;
	with = reads_with_extra_byte(f, DATA1, 3);
	assert_true(with > 5 && with < 60);
}

static void test_erratum_extra_byte_waits_for_room_in_a_full_fifo(void **state)
{
	struct fix *f = *state;
	int with = 0, i;

	f->sim.faults.extra_byte = true;
	wr(f, DLR, 15);
	for (i = 0; i < 60; i++) {
		abort_now(f);
		wr(f, CCR, INSTR(0x9f) | DATA1 | FM_READ);
		wait_clocks(f, 200);
		assert_int_equal(FLEVEL(rd(f, SR)), 16);
		rd(f, DR);
		with += FLEVEL(rd(f, SR)) == 13;
	}
	assert_true(with > 0);
}

static void test_dr_read_stalls_until_the_bytes_are_there(void **state)
{
	struct fix *f = *state;
	struct bus_xact x = { .addr = QSPI + DR, .size = 4 };
	u64 t0;

	wr(f, DLR, 7);
	t0 = sim_now_ps(&f->sim);
	wr(f, CCR, INSTR(0x9f) | DATA1 | FM_READ);
	pins_access(&f->mcu, &x);
	assert_int_equal(x.data, 0x13121110);
	assert_int_equal(x.done_ps, t0 + 40 * CLK_PS);
}

static void test_a_short_tail_comes_at_once_in_the_low_lanes(void **state)
{
	struct fix *f = *state;

	wr(f, DLR, 1);
	do {
		abort_now(f);
		f->next_in = 0x10;
		wr(f, CCR, INSTR(0x05) | DATA1 | FM_READ);
		wait_clocks(f, 100);
	} while (FLEVEL(rd(f, SR)) != 2);
	assert_int_equal(rd(f, DR) & 0xffff, 0x1110);
	assert_int_equal(rd(f, SR) & BUSY, 0);
}

static void test_dr_read_that_never_completes_hangs_the_bus(void **state)
{
	struct fix *f = *state;
	struct bus_xact x = { .addr = QSPI + DR, .size = 4 };

	wr(f, CCR, DATA1 | FM_READ); /* erratum: stays busy, no data ever */
	pins_access(&f->mcu, &x);
	assert_true(x.done_ps == SIM_NEVER);
	assert_true(complained(f, "never complete"));
}

static void test_dr_write_stalls_while_the_fifo_is_full(void **state)
{
	struct fix *f = *state;
	struct bus_xact x = { .addr = QSPI + DR, .size = 4, .write = true, .data = 0x44332211 };
	unsigned int i;
	u64 t0;

	wr(f, DLR, 31);
	wr(f, CCR, INSTR(0x02) | DATA1);
	t0 = sim_now_ps(&f->sim);
	for (i = 0; i < 4; i++)
		wr(f, DR, i);
	assert_int_equal(sim_now_ps(&f->sim), t0);
	assert_int_equal(FLEVEL(rd(f, SR)), 16);
	pins_access(&f->mcu, &x);
	/* opcode; then a byte leaves the FIFO when it starts: the fourth after three are through */
	assert_int_equal(x.done_ps, t0 + (8 + 3 * 8) * CLK_PS);
}

static void test_a_starved_write_keeps_ncs_low_and_goes_on(void **state)
{
	struct fix *f = *state;

	wr(f, DLR, 3);
	wr(f, CCR, INSTR(0x02) | DATA1);
	pins_write(&f->mcu, QSPI + DR, 1, 0xa1);
	wait_clocks(f, 1000);
	assert_int_equal(rd(f, SR), BUSY | FTF);
	pins_write(&f->mcu, QSPI + DR, 2, 0xa3a2);
	wait_clocks(f, 1000);
	pins_write(&f->mcu, QSPI + DR, 1, 0xa4);
	wait_clocks(f, 1000);
	assert_int_equal(rd(f, SR), TCF | FTF);
	assert_pins(f, "s>02>a1>a2>a3>a4d");
}

static void test_surplus_bytes_of_a_write_are_dropped_at_its_end(void **state)
{
	struct fix *f = *state;

	wr(f, DLR, 0);
	wr(f, CCR, INSTR(0x01) | DATA1);
	wr(f, DR, 0x44332211);
	wait_clocks(f, 100);
	assert_int_equal(rd(f, SR), TCF | FTF);
	assert_pins(f, "s>01>11d");
}

static void test_ftf_follows_the_threshold(void **state)
{
	struct fix *f = *state;

	wr(f, CR, PRESC(3) | THRES(16) | EN);
	wr(f, DLR, 31);
	wr(f, CCR, INSTR(0x9f) | DATA1 | FM_READ);
	wait_clocks(f, 8 + 15 * 8 + 1);
	assert_int_equal(rd(f, SR) & FTF, 0);
	wait_clocks(f, 8);
	assert_int_equal(rd(f, SR) & FTF, FTF);
	pins_read(&f->mcu, QSPI + DR, 1);
	assert_int_equal(rd(f, SR) & FTF, 0);
}

static void test_dr_takes_only_its_lowest_byte_address(void **state)
{
	struct fix *f = *state;

	wr(f, DLR, 3);
	wr(f, CCR, INSTR(0x02) | DATA1);
	pins_write(&f->mcu, QSPI + DR + 1, 1, 0x55);
	assert_int_equal(rd(f, SR) & BUSY, 0);
	assert_true(complained(f, "only its lowest byte"));
}

static void test_dr_reads_that_make_no_sense_are_noticed(void **state)
{
	struct fix *f = *state;

	rd(f, DR);
	assert_true(complained(f, "DR read with FMODE 0"));
	wr(f, CR, PRESC(3)); /* disabled */
	wr(f, CCR, INSTR(0x9f) | DATA1 | FM_READ);
	rd(f, DR);
	assert_true(complained(f, "nothing in the FIFO"));
	wr(f, CCR, INSTR(0x06));
	wr(f, DR, 1);
	assert_true(complained(f, "ignored"));
}

/* ---- errors and abort ---- */

static void test_tef_when_the_range_passes_the_end(void **state)
{
	struct fix *f = *state;

	wr(f, DLR, 15);
	wr(f, CCR, INSTR(0x03) | ADDR1 | DATA1 | FM_READ);
	wr(f, AR, 0x1000000);
	assert_int_equal(rd(f, SR), TEF);
	wr(f, FCR, TEF);
	wr(f, AR, 0xfffff1);
	assert_int_equal(rd(f, SR), TEF);
	assert_pins(f, "");
	wr(f, FCR, TEF);
	wr(f, AR, 0xfffff0); /* the last 16 bytes */
	wait_clocks(f, 300);
	assert_int_equal(rd(f, SR) & (TEF | TCF), TCF);
}

static void test_abort_raises_ncs_flushes_and_sets_tcf(void **state)
{
	struct fix *f = *state;
	u64 t0;

	wr(f, DLR, 4095);
	wr(f, CCR, INSTR(0x03) | ADDR1 | DATA1 | FM_READ);
	wr(f, AR, 0);
	wait_clocks(f, 100);
	assert_int_equal(rd(f, SR) & BUSY, BUSY);
	t0 = sim_now_ps(&f->sim);
	wr(f, CR, rd(f, CR) | ABORT);
	assert_int_equal(last_at(f, 'd'), t0);
	assert_int_equal(rd(f, CR) & ABORT, ABORT);
	assert_int_equal(rd(f, SR) & (BUSY | TCF), BUSY);
	wait_clocks(f, 3);
	assert_int_equal(rd(f, CR) & ABORT, 0);
	assert_int_equal(rd(f, SR), TCF);
	f->n_ev = 0;
	wr(f, DLR, 0);
	wr(f, AR, 0x10);
	wait_clocks(f, 60);
	assert_int_equal(f->ev[1].byte, 0x03);
}

static void test_abort_while_idle_only_sets_tcf(void **state)
{
	struct fix *f = *state;

	wr(f, CR, rd(f, CR) | ABORT);
	assert_int_equal(rd(f, CR) & ABORT, 0);
	assert_int_equal(rd(f, SR), TCF | FTF);
	assert_pins(f, "");
}

static void test_disabling_ends_a_transfer(void **state)
{
	struct fix *f = *state;

	wr(f, DLR, 4095);
	wr(f, CCR, INSTR(0x9f) | DATA1 | FM_READ);
	wait_clocks(f, 100);
	wr(f, CR, PRESC(3));
	assert_int_equal(rd(f, SR), 0);
	assert_int_equal(f->ev[f->n_ev - 1].what, 'd');
}

static void test_endless_read_runs_to_the_end_of_the_flash(void **state)
{
	struct fix *f = *state;
	unsigned int i;

	wr(f, DLR, 0xffffffff);
	wr(f, CCR, INSTR(0x03) | ADDR1 | DATA1 | FM_READ);
	wr(f, AR, 0xfffff8);
	wait_clocks(f, 1000);
	assert_int_equal(rd(f, SR) & (TCF | TEF), TCF);
	for (i = 0; i < f->n_ev && f->ev[i].what != '<'; i++)
		;
	assert_int_equal(f->n_ev - i, 8 + 1);
}

/* ---- automatic polling ---- */

static void poll(struct fix *f, u32 cr, u32 mask, u32 match, u32 interval, u32 n)
{
	wr(f, CR, PRESC(3) | EN | cr);
	wr(f, DLR, n - 1);
	wr(f, PSMKR, mask);
	wr(f, PSMAR, match);
	wr(f, PIR, interval);
	wr(f, CCR, INSTR(0x05) | DATA1 | FM_POLL);
}

static void test_polling_stops_at_the_match_with_apms(void **state)
{
	struct fix *f = *state;

	f->fixed_in = 0x03;
	poll(f, APMS, 0x01, 0x00, 16, 1);
	wait_clocks(f, 1000);
	assert_int_equal(rd(f, SR), BUSY | FTF);
	assert_int_equal(pins_read(&f->mcu, QSPI + DR, 1), 0x03); /* last status, unmasked */
	f->fixed_in = 0x02;
	wait_clocks(f, 60);
	assert_int_equal(rd(f, SR), SMF | FTF); /* no TCF */
	rd(f, DR);
	assert_int_equal(rd(f, SR), SMF);
}

static void test_polling_goes_on_after_a_match_without_apms(void **state)
{
	struct fix *f = *state;
	unsigned int n;

	f->fixed_in = 0x00;
	poll(f, 0, 0x01, 0x00, 16, 1);
	wait_clocks(f, 100);
	assert_int_equal(rd(f, SR) & (SMF | BUSY), SMF | BUSY);
	n = f->n_ev;
	wait_clocks(f, 1000);
	rd(f, SR);
	assert_true(f->n_ev > n + 40);
}

static void test_polls_are_pir_clocks_apart(void **state)
{
	struct fix *f = *state;

	f->fixed_in = 1;
	poll(f, APMS, 0x01, 0x00, 100, 1);
	wait_clocks(f, 200);
	rd(f, SR);
	assert_int_equal(f->ev[3].what, 'd');
	assert_int_equal(f->ev[4].what, 's');
	assert_int_equal(f->ev[4].at_ps - f->ev[3].at_ps, 100 * CLK_PS);
}

static void test_polling_reads_at_most_four_bytes_and_or_mode_needs_one_bit(void **state)
{
	struct fix *f = *state;

	poll(f, APMS | PMM, 0x00ff00ff, 0x00000010, 0, 9);
	wait_clocks(f, 100);
	assert_int_equal(rd(f, SR) & (SMF | BUSY), SMF);
	assert_int_equal(rd(f, DR), 0x13121110);
	assert_pins(f, "s>05<10<11<12<13d");
}

static void test_skipped_polls_end_at_the_same_time_as_real_ones(void **state)
{
	struct fix *f = *state;
	u64 t0, found[2];
	int i;

	for (i = 0; i < 2; i++) {
		abort_now(f);
		f->fixed_in = 1;
		f->quiet_until = 0;
		t0 = sim_now_ps(&f->sim);
		if (i)
			f->quiet_until = t0 + 2000 * CLK_PS;
		poll(f, APMS, 1, 0, 13, 1);
		sim_advance_to(&f->sim, t0 + 2000 * CLK_PS);
		rd(f, SR);
		f->fixed_in = 0;
		f->quiet_until = 0;
		f->n_ev = 0;
		wait_clocks(f, 100);
		assert_int_equal(rd(f, SR) & SMF, SMF);
		found[i] = last_at(f, 'd') - t0;
	}
	assert_int_equal(found[0], found[1]);
}

/* ---- memory-mapped ---- */

static void map(struct fix *f)
{
	wr(f, CCR, INSTR(0x0b) | ADDR1 | DCYC(8) | DATA1 | FM_MAP);
}

static void test_mapped_reads_prefetch_and_go_on_without_a_new_command(void **state)
{
	struct fix *f = *state;

	map(f);
	assert_int_equal(rd(f, SR) & BUSY, 0);
	assert_int_equal(pins_read(&f->mcu, WINDOW + 0x100, 4), 0x13121110);
	assert_int_equal(rd(f, SR) & BUSY, BUSY);
	assert_int_equal(FLEVEL(rd(f, SR)), 0);
	wait_clocks(f, 1000);
	assert_int_equal(pins_read(&f->mcu, WINDOW + 0x104, 4), 0x17161514);
	assert_int_equal(pins_read(&f->mcu, WINDOW + 0x108, 1), 0x18);
	assert_int_equal(f->ev[0].what, 's');
	assert_int_equal(f->ev[5].what, '.');
	assert_int_equal(last_at(f, 's'), f->ev[0].at_ps);
	pins_read(&f->mcu, WINDOW, 4); /* elsewhere: a new command */
	assert_true(last_at(f, 's') > f->ev[0].at_ps);
	assert_int_equal(sim_n_complaints(&f->sim), 0);
}

static void test_mapped_read_stalls_for_its_clocks(void **state)
{
	struct fix *f = *state;
	struct bus_xact x = { .addr = WINDOW, .size = 4 };
	u64 t0 = sim_now_ps(&f->sim);

	map(f);
	pins_access(&f->mcu, &x);
	assert_int_equal(x.done_ps, t0 + (8 + 24 + 8 + 32) * CLK_PS);
}

static void test_the_window_is_a_bus_error_when_it_cannot_be_read(void **state)
{
	struct fix *f = *state;
	struct bus_xact x = { .addr = WINDOW, .size = 4 };
	struct bus_xact w = { .addr = WINDOW, .size = 4, .write = true };
	struct bus_xact end = { .addr = WINDOW + 0x1000000, .size = 4 };

	assert_int_equal(pins_access(&f->mcu, &x), BUS_ERROR); /* FMODE 0 */
	map(f);
	assert_int_equal(pins_access(&f->mcu, &w), BUS_ERROR);
	assert_int_equal(pins_access(&f->mcu, &end), BUS_ERROR);
	wr(f, CR, PRESC(3));
	assert_int_equal(pins_access(&f->mcu, &x), BUS_ERROR);
	assert_pins(f, "");
}

static void test_mapped_mode_is_left_by_abort_only(void **state)
{
	struct fix *f = *state;

	map(f);
	pins_read(&f->mcu, WINDOW, 4);
	wr(f, CCR, INSTR(0x06));
	assert_true(complained(f, "while BUSY"));
	abort_now(f);
	wr(f, CCR, INSTR(0x06));
	wait_clocks(f, 30);
	assert_pins(f, "s>06d");
}

static void test_timeout_counter_raises_ncs_after_the_prefetch(void **state)
{
	struct fix *f = *state;

	wr(f, CR, PRESC(3) | EN | TCEN);
	wr(f, LPTR, 50);
	map(f);
	pins_read(&f->mcu, WINDOW, 4);
	wait_clocks(f, 16 * 8 + 40);
	assert_int_equal(rd(f, SR) & (TOF | BUSY), BUSY);
	wait_clocks(f, 20);
	assert_int_equal(rd(f, SR) & (TOF | BUSY), TOF);
	assert_int_equal(f->ev[f->n_ev - 1].what, 'd');
}

static void test_erratum_first_mapped_read_is_wrong_after_an_odd_ar(void **state)
{
	struct fix *f = *state;

	wr(f, CCR, INSTR(0x20) | ADDR1);
	wr(f, AR, 0x101);
	wait_clocks(f, 60);
	map(f);
	assert_int_not_equal(pins_read(&f->mcu, WINDOW, 4), 0x13121110);
	assert_true(complained(f, "AR[1:0] != 0"));
	assert_int_equal(pins_read(&f->mcu, WINDOW + 4, 4), 0x17161514);

	abort_now(f); /* the way round: AR = 0, abort, then map */
	wr(f, CCR, INSTR(0x20) | ADDR1);
	wr(f, AR, 0x101);
	wait_clocks(f, 60);
	wr(f, AR, 0);
	abort_now(f);
	f->next_in = 0x10;
	map(f);
	assert_int_equal(pins_read(&f->mcu, WINDOW, 4), 0x13121110);
}

/* ---- DMA ---- */

static void test_dma_request_rises_when_the_threshold_is_reached(void **state)
{
	struct fix *f = *state;
	u64 t0;

	wr(f, CR, PRESC(3) | THRES(4) | EN | DMAEN);
	assert_true(f->mcu.dma); /* FMODE 0, room for 4: a write may be fed */
	wr(f, DLR, 63);
	t0 = sim_now_ps(&f->sim);
	wr(f, CCR, INSTR(0x9f) | DATA1 | FM_READ);
	assert_false(f->mcu.dma);
	wait_clocks(f, 100);
	assert_true(f->mcu.dma);
	assert_int_equal(f->mcu.dma_rise_ps, t0 + 40 * CLK_PS);
	while (FLEVEL(rd(f, SR)) >= 4)
		rd(f, DR);
	assert_false(f->mcu.dma);
	wr(f, CR, PRESC(3) | THRES(4) | EN);
	wait_clocks(f, 100);
	assert_false(f->mcu.dma);
}

static void test_system_reset_ends_a_transfer(void **state)
{
	struct fix *f = *state;

	wr(f, DLR, 4095);
	wr(f, CCR, INSTR(0x9f) | DATA1 | FM_READ);
	wait_clocks(f, 100);
	rd(f, SR);
	pins_reset(&f->mcu);
	assert_int_equal(f->ev[f->n_ev - 1].what, 'd');
	assert_int_equal(rd(f, SR), 0);
}

#define T(_name) cmocka_unit_test_setup_teardown(test_##_name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(reset_clears_every_register),
		T(without_clock_reads_zero_and_writes_nothing),
		T(this_die_has_no_second_bank),
		T(registers_are_dropped_while_busy),
		T(a_command_without_address_starts_with_ccr),
		T(a_command_with_address_starts_with_ar),
		T(a_write_with_data_starts_with_dr),
		T(nothing_starts_while_disabled),
		T(ccr_starts_only_with_its_lowest_byte),
		T(a_second_ar_write_reads_again),
		T(all_phases_with_their_widths),
		T(sioo_sends_the_opcode_once_after_each_ccr_write),
		T(data_only_read_hangs_until_abort),
		T(fmode_1_without_data_phase_is_a_mistake),
		T(transfer_takes_its_clocks),
		T(ncs_stays_high_for_csht_clocks),
		T(hclk_that_divides_badly_keeps_exact_time),
		T(clock_beyond_the_pins_is_noticed),
		T(a_read_stops_at_16_bytes_and_goes_on_as_dr_is_read),
		T(busy_stays_while_read_data_sits_in_the_fifo),
		T(erratum_extra_byte_after_a_quad_ddr_read_now_and_then),
		T(erratum_extra_byte_after_any_read_on_demand),
		T(erratum_extra_byte_waits_for_room_in_a_full_fifo),
		T(dr_read_stalls_until_the_bytes_are_there),
		T(a_short_tail_comes_at_once_in_the_low_lanes),
		T(dr_read_that_never_completes_hangs_the_bus),
		T(dr_write_stalls_while_the_fifo_is_full),
		T(a_starved_write_keeps_ncs_low_and_goes_on),
		T(surplus_bytes_of_a_write_are_dropped_at_its_end),
		T(ftf_follows_the_threshold),
		T(dr_takes_only_its_lowest_byte_address),
		T(dr_reads_that_make_no_sense_are_noticed),
		T(tef_when_the_range_passes_the_end),
		T(abort_raises_ncs_flushes_and_sets_tcf),
		T(abort_while_idle_only_sets_tcf),
		T(disabling_ends_a_transfer),
		T(endless_read_runs_to_the_end_of_the_flash),
		T(polling_stops_at_the_match_with_apms),
		T(polling_goes_on_after_a_match_without_apms),
		T(polls_are_pir_clocks_apart),
		T(polling_reads_at_most_four_bytes_and_or_mode_needs_one_bit),
		T(skipped_polls_end_at_the_same_time_as_real_ones),
		T(mapped_reads_prefetch_and_go_on_without_a_new_command),
		T(mapped_read_stalls_for_its_clocks),
		T(the_window_is_a_bus_error_when_it_cannot_be_read),
		T(mapped_mode_is_left_by_abort_only),
		T(timeout_counter_raises_ncs_after_the_prefetch),
		T(erratum_first_mapped_read_is_wrong_after_an_odd_ar),
		T(dma_request_rises_when_the_threshold_is_reached),
		T(system_reset_ends_a_transfer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
