// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The virtual QUADSPI against tables: what starts a command and what then goes over the pins, which
 * bits exist, which may change while BUSY.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sim/vquadspi.h"
#include "tests/support/pins-mcu.h"

#include <stdio.h>
#include <string.h>

#define REGS   0xa0001000u
#define WINDOW 0x90000000u

#define CR     0x00
#define DCR    0x04
#define SR     0x08
#define DLR    0x10
#define CCR    0x14
#define AR     0x18
#define ABR    0x1c
#define DR     0x20
#define PSMKR  0x24
#define PSMAR  0x28
#define PIR    0x2c
#define LPTR   0x30

#define EN     0x1u
#define ABORT  0x2u
#define DMAEN  0x4u
#define TCEN   0x8u
#define APMS   0x400000u
#define PMM    0x800000u

#define TEF    0x01u
#define TCF    0x02u
#define FTF    0x04u
#define BUSY   0x20u

/* CCR by fields, line modes as the register wants them: 0 none, 1, 2, 3 = four */
#define FM_W	 0u
#define FM_R	 (1u << 26)
#define FM_P	 (2u << 26)
#define FM_M	 (3u << 26)
#define DM(_n)	 ((_n) << 24)
#define DCYC(_n) ((_n) << 18)
#define ABM(_n)	 ((_n) << 14)
#define ABS(_n)	 (((_n)-1) << 16)
#define ADM(_n)	 ((_n) << 10 | 2u << 12) /* 24 bits */
#define IM(_n)	 ((_n) << 8)

enum what { SELECT, SEND, RECV, DUMMY, DESELECT };

struct event {
	enum what what;
	u8 byte, lines;
	unsigned int clocks;
	u64 at_ps;
};

struct fix {
	struct sim sim;
	struct mcu mcu;
	struct vquadspi *q;
	struct event ev[4000];
	unsigned int n_ev;
	u8 next; /* what the chip answers: counts up */
	u64 quiet_ps;
};

static void record(struct fix *f, enum what what, u8 byte, u8 lines, unsigned int clocks, u64 at_ps)
{
	assert_true(f->n_ev < ARRAY_SIZE(f->ev));
	if (f->n_ev)
		assert_true(at_ps >= f->ev[f->n_ev - 1].at_ps);
	f->ev[f->n_ev++] = (struct event){ what, byte, lines, clocks, at_ps };
}

static void on_select(void *dev, const struct vquadspi_clock *clk, u64 at_ps)
{
	record(dev, SELECT, 0, 0, 0, at_ps);
}

static void on_deselect(void *dev, u64 at_ps)
{
	record(dev, DESELECT, 0, 0, 0, at_ps);
}

static void on_send(void *dev, u8 byte, u8 lines, u64 at_ps)
{
	record(dev, SEND, byte, lines, 8 / lines, at_ps);
}

static u8 on_recv(void *dev, u8 lines, u64 at_ps)
{
	struct fix *f = dev;
	u8 b = f->next++;

	record(f, RECV, b, lines, 8 / lines, at_ps);
	return b;
}

static void on_dummy(void *dev, u8 lines, unsigned int clocks, u64 at_ps)
{
	record(dev, DUMMY, 0, lines, clocks, at_ps);
}

static u64 on_quiet(void *dev)
{
	return ((struct fix *)dev)->quiet_ps;
}

static void wr(struct fix *f, u32 ofs, u32 v)
{
	pins_write(&f->mcu, REGS + ofs, 4, v);
}

static u32 rd(struct fix *f, u32 ofs)
{
	return pins_read(&f->mcu, REGS + ofs, 4);
}

static void dr_write(struct fix *f, u32 v, u8 size)
{
	pins_write(&f->mcu, REGS + DR, size, v);
}

static void run_us(struct fix *f, u64 us)
{
	sim_advance_to(&f->sim, sim_now_ps(&f->sim) + us * PS_PER_US);
	vquadspi_sync(f->q, sim_now_ps(&f->sim));
}

static int setup(void **state)
{
	struct fix *f = calloc(1, sizeof(*f));
	struct sim_opts opts = { .seed = 1 };
	struct vquadspi_port port = { .dev = f,
				      .select = on_select,
				      .deselect = on_deselect,
				      .send = on_send,
				      .recv = on_recv,
				      .dummy = on_dummy,
				      .quiet_until = on_quiet };

	assert_non_null(f);
	assert_int_equal(sim_core_init(&f->sim, &opts, NULL), 0);
	pins_init(&f->mcu, &f->sim);
	f->mcu.hclk_hz = 16000000;
	sim_advance_to(&f->sim, PS_PER_MS);
	f->q = vquadspi_new(&f->sim, &port);
	assert_non_null(f->q);
	wr(f, DCR, 23 << 16); /* 16 MiB */
	wr(f, CR, EN);	      /* CLK = 16 MHz */
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

static void assert_complaint(const struct fix *f, const char *text)
{
	if (!pins_complained(&f->sim, text))
		fail_msg("no complaint with \"%s\" among %zu", text, sim_n_complaints(&f->sim));
}

static void assert_no_complaints(const struct fix *f)
{
	if (sim_n_complaints(&f->sim))
		fail_msg("%s", sim_complaint(&f->sim, 0));
}

/* what went over the pins since @from, as text: "< 9f/1 *2 ?1 >" */
static const char *script(const struct fix *f, unsigned int from, char *text, size_t size)
{
	size_t n = 0;

	text[0] = 0;
	for (; from < f->n_ev && n < size; from++) {
		const struct event *e = &f->ev[from];

		switch (e->what) {
		case SELECT:
			n += (size_t)snprintf(text + n, size - n, "<");
			break;
		case SEND:
			n += (size_t)snprintf(text + n, size - n, " %02x/%u", e->byte, e->lines);
			break;
		case RECV:
			n += (size_t)snprintf(text + n, size - n, " ?%u", e->lines);
			break;
		case DUMMY:
			n += (size_t)snprintf(text + n, size - n, " *%u/%u", e->clocks, e->lines);
			break;
		case DESELECT:
			n += (size_t)snprintf(text + n, size - n, " >");
			break;
		}
	}
	return text;
}

#define ASSERT_PINS(_f, _from, _want)                                                \
	do {                                                                         \
		char text_[2000];                                                    \
		assert_string_equal(script(_f, _from, text_, sizeof(text_)), _want); \
	} while (0)

static void stall_in_write(struct fix *f)
{
	wr(f, DLR, 9);
	wr(f, CCR, FM_W | DM(1) | IM(1) | 0x02);
	dr_write(f, 0x5a, 1);
	run_us(f, 100);
	assert_int_equal(rd(f, SR) & BUSY, BUSY);
}

static void test_registers_are_zero_after_reset_and_keep_only_their_bits(void **state)
{
	static const struct {
		u32 reg, keeps;
	} regs[] = {
		{ DCR, 0x001f0701 },   { DLR, 0xffffffff },   { ABR, 0xffffffff },
		{ PSMKR, 0xffffffff }, { PSMAR, 0xffffffff }, { PIR, 0xffff },
		{ LPTR, 0xffff },      { AR, 0xffffffff },    { CCR, 0x9f7fffff },
		{ CR, 0xffdf0f1c },
	};
	struct fix *f = *state;
	size_t i;

	pins_reset(&f->mcu);
	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		assert_int_equal(rd(f, regs[i].reg), 0);
		if (regs[i].reg == CCR) /* memory-mapped mode would keep AR from being written */
			assert_int_equal(rd(f, AR), 0xffffffff);
		wr(f, regs[i].reg, regs[i].reg == CR ? 0xfffffffc : 0xffffffff);
		assert_int_equal(rd(f, regs[i].reg), regs[i].keeps);
	}
	assert_int_equal(rd(f, 0x34), 0);
	assert_int_equal(f->n_ev, 0);
	assert_no_complaints(f);
}

static void test_cr_keeps_its_set_up_fields_while_busy_and_takes_the_others(void **state)
{
	struct fix *f = *state;

	stall_in_write(f);
	wr(f, CR, 0xff000000 | PMM | APMS | 0x10 | TCEN | EN);
	assert_int_equal(rd(f, CR), EN);
	assert_complaint(f, "while BUSY: fields 0xffc00018 dropped");
	sim_clear_complaints(&f->sim);
	wr(f, CR, 0x001f0f00 | DMAEN | EN);
	assert_int_equal(rd(f, CR), 0x001f0f00 | DMAEN | EN);
	assert_no_complaints(f);
}

static void test_command_starts_with_the_write_that_completes_it(void **state)
{
	static const struct {
		u32 ccr;
		u32 starts; /* register whose write starts it */
		const char *pins;
	} rows[] = {
		{ FM_W | IM(1) | 0x06, CCR, "< 06/1 >" },
		{ FM_W | IM(3) | 0x66, CCR, "< 66/4 >" },
		{ FM_W | IM(2) | 0x66, CCR, "< 66/2 >" },
		{ FM_R | DM(1) | IM(1) | 0x9f, CCR, "< 9f/1 ?1 ?1 >" },
		{ FM_P | DM(1) | IM(1) | 0x05, CCR, "< 05/1 ?1 ?1 >" },
		{ FM_W | ADM(1) | IM(1) | 0x20, AR, "< 20/1 12/1 34/1 56/1 >" },
		{ FM_R | DM(3) | DCYC(8) | ADM(1) | IM(1) | 0x6b, AR,
		  "< 6b/1 12/1 34/1 56/1 *8/4 ?4 ?4 >" },
		{ FM_R | DM(3) | DCYC(4) | ABM(3) | ADM(3) | IM(1) | 0xeb, AR,
		  "< eb/1 12/4 34/4 56/4 d1/4 *4/4 ?4 ?4 >" },
		{ FM_P | DM(1) | ADM(1) | IM(1) | 0x05, AR, "< 05/1 12/1 34/1 56/1 ?1 ?1 >" },
		{ FM_W | DM(1) | IM(1) | 0x01, DR, "< 01/1 a1/1 b2/1 >" },
		{ FM_W | DM(3) | ADM(1) | IM(1) | 0x32, DR, "< 32/1 12/1 34/1 56/1 a1/4 b2/4 >" },
		{ FM_W | DM(1) | ABM(1) | ABS(3) | IM(1) | 0x77, DR,
		  "< 77/1 3e/1 9c/1 d1/1 a1/1 b2/1 >" },
		/* 8, 10 and 16 clocks of ones for chips in continuous read */
		{ 0x0002c3ff, CCR, "< ff/4 3e/4 9c/4 d1/4 >" },
		{ 0x0003c3ff, CCR, "< ff/4 7f/4 3e/4 9c/4 d1/4 >" },
		{ 0x0003efff, AR, "< ff/4 12/4 34/4 56/4 7f/4 3e/4 9c/4 d1/4 >" },
		{ 0x000282ff, CCR, "< ff/2 3e/2 9c/2 d1/2 >" },
	};
	static const u32 order[] = { DLR, ABR, CCR, AR, DR };
	struct fix *f = *state;
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		unsigned int from;

		pins_unit_reset(&f->mcu, MCU_UNIT_QSPI, true);
		pins_unit_reset(&f->mcu, MCU_UNIT_QSPI, false);
		wr(f, DCR, 23 << 16);
		wr(f, CR, EN);
		wr(f, PSMAR, 0x100); /* polls once in a while, for ever */
		wr(f, PSMKR, 0x100);
		wr(f, PIR, 0xffff);
		from = f->n_ev;
		for (k = 0; k < ARRAY_SIZE(order); k++) {
			bool due;

			if (order[k] == DR)
				dr_write(f, 0xb2a1, 2);
			else
				wr(f, order[k],
				   order[k] == DLR   ? 1
				   : order[k] == ABR ? 0x7f3e9cd1
				   : order[k] == CCR ? rows[i].ccr
						     : 0x123456);
			due = order[k] == rows[i].starts;
			if (!due && f->n_ev == from)
				assert_int_equal(rd(f, SR) & BUSY, 0);
			run_us(f, 20);
			assert_int_equal(f->n_ev != from, due);
			if (due)
				break;
		}
		ASSERT_PINS(f, from, rows[i].pins);
	}
	assert_no_complaints(f);
}

static void test_commands_without_data_work_in_every_mode_and_never_divide_by_zero(void **state)
{
	struct fix *f = *state;

	wr(f, CCR, FM_W | IM(1) | 0x06);
	run_us(f, 10);
	assert_int_equal(rd(f, SR), TCF | FTF);
	assert_no_complaints(f);
	wr(f, CCR, FM_R | IM(1) | 0x06);
	run_us(f, 10);
	assert_complaint(f, "FMODE 1 with DMODE 0");
	wr(f, CR, EN | ABORT);
	run_us(f, 10);
	f->quiet_ps = SIM_NEVER;
	wr(f, PSMKR, 1);
	wr(f, PSMAR, 1);
	wr(f, CCR, FM_P | IM(1) | 0x05);
	run_us(f, 100);
	wr(f, CR, EN | ABORT);
	run_us(f, 10);
	wr(f, CCR, FM_M | ADM(1) | IM(1) | 0x03);
	pins_read(&f->mcu, WINDOW, 4);
	assert_complaint(f, "no address or no data");
}

static void test_write_past_fsize_sets_tef_at_its_first_byte(void **state)
{
	struct fix *f = *state;

	wr(f, DLR, 255);
	wr(f, CCR, FM_W | DM(1) | ADM(1) | IM(1) | 0x02);
	wr(f, AR, 0xffff80);
	assert_int_equal(rd(f, SR) & TEF, 0);
	dr_write(f, 0, 4);
	assert_int_equal(rd(f, SR) & (TEF | BUSY), TEF);
	assert_int_equal(f->n_ev, 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_registers_are_zero_after_reset_and_keep_only_their_bits),
		T(test_cr_keeps_its_set_up_fields_while_busy_and_takes_the_others),
		T(test_command_starts_with_the_write_that_completes_it),
		T(test_commands_without_data_work_in_every_mode_and_never_divide_by_zero),
		T(test_write_past_fsize_sets_tef_at_its_first_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
