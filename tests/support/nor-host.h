/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host at the pins of a virtual SPI-NOR chip, clock edge by clock edge, for tests. Include
 * cmocka.h before it.
 */
#ifndef SWDROM_TESTS_SUPPORT_NOR_HOST_H
#define SWDROM_TESTS_SUPPORT_NOR_HOST_H

#include "sim/pins.h"
#include "sim/vnor.h"

#include <stdlib.h>
#include <string.h>

#define CHIP_SIZE MIB(16)

struct nor_fix {
	struct sim sim;
	struct vnor *nor;
	struct sim_opts opts;
	struct sim_faults faults;
	const char *part;
	u64 period_ps;
	u8 lines; /* of opcodes: 1, or 2 and 4 when the chip was told so */
	u8 rest;  /* levels of IO2 and IO3 (bits 2, 3) where they carry no data */
};

/* a frame: what is not set is not sent */
struct frame {
	u8 op;
	u8 addr_lines, data_lines; /* 0: one, or the opcode's */
	u8 n_addr, dummy;
	bool has_mode, no_op;
	u8 mode;
	u8 dummy_io; /* levels driven during dummy clocks, 0: all high */
	u32 addr;
};

static inline void nor_start(struct nor_fix *f)
{
	assert_int_equal(sim_core_init(&f->sim, &f->opts, &f->faults), 0);
	f->nor = vnor_new(&f->sim, f->part);
	assert_non_null(f->nor);
	f->lines = 1;
	f->rest = 0xc;
}

static inline void nor_stop(struct nor_fix *f)
{
	vnor_free(f->nor);
	sim_core_exit(&f->sim);
}

static inline struct nor_fix *nor_new(const char *part)
{
	struct nor_fix *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->opts.seed = 1;
	f->part = part;
	f->period_ps = 100 * PS_PER_NS;
	nor_start(f);
	sim_advance_to(&f->sim, 10 * PS_PER_MS); /* powered up for good */
	return f;
}

static inline int nor_teardown(void **state)
{
	struct nor_fix *f = *state;

	nor_stop(f);
	free(f);
	return 0;
}

static inline void wait_ps(struct nor_fix *f, u64 ps)
{
	sim_advance_to(&f->sim, sim_now_ps(&f->sim) + ps);
	vnor_sync(f->nor, sim_now_ps(&f->sim));
}

static inline void pins(struct nor_fix *f, bool cs, bool clk, u8 io)
{
	vnor_set_pins(f->nor, cs, clk, io, sim_now_ps(&f->sim));
}

/* one clock with @io on the lines; returns what a host samples just before the rise */
static inline u8 clock_io(struct nor_fix *f, u8 io)
{
	u8 val, mask;

	pins(f, false, false, io);
	wait_ps(f, f->period_ps / 2);
	mask = vnor_driven(f->nor, &val);
	io = (u8)((io & ~mask) | (val & mask));
	pins(f, false, true, io);
	wait_ps(f, f->period_ps / 2);
	return io;
}

static inline void cs_low(struct nor_fix *f)
{
	vnor_set_period(f->nor, f->period_ps);
	pins(f, true, false, f->rest | 3);
	wait_ps(f, 200 * PS_PER_NS);
	pins(f, false, false, f->rest | 3);
	wait_ps(f, f->period_ps);
}

static inline void cs_high(struct nor_fix *f)
{
	pins(f, false, false, f->rest | 3);
	wait_ps(f, f->period_ps);
	pins(f, true, false, f->rest | 3);
}

static inline void send_bits(struct nor_fix *f, u32 v, unsigned int n, u8 lines)
{
	while (n) {
		n -= lines;
		clock_io(f, (u8)((v >> n & ((1u << lines) - 1)) | (lines == 4 ? 0 : f->rest) |
				 (lines == 1 ? 2 : 0)));
	}
}

static inline u8 recv_byte(struct nor_fix *f, u8 lines)
{
	unsigned int i;
	u8 v = 0;

	for (i = 0; i < 8; i += lines) {
		u8 io = clock_io(f, lines == 4 ? 0xf : (u8)(f->rest | 3));

		v = (u8)(v << lines) | (lines == 1 ? io >> 1 & 1 : io & ((1u << lines) - 1));
	}
	return v;
}

static inline u8 data_lines(const struct nor_fix *f, const struct frame *x)
{
	return f->lines > 1 ? f->lines : x->data_lines ? x->data_lines : 1;
}

static inline void frame_head(struct nor_fix *f, const struct frame *x)
{
	u8 al = f->lines > 1 ? f->lines : x->addr_lines ? x->addr_lines : 1;
	unsigned int i;

	cs_low(f);
	if (!x->no_op)
		send_bits(f, x->op, 8, f->lines);
	send_bits(f, x->addr, 8 * x->n_addr, al);
	if (x->has_mode)
		send_bits(f, x->mode, 8, al);
	for (i = 0; i < x->dummy; i++)
		clock_io(f, x->dummy_io ? x->dummy_io : f->rest | 3);
}

static inline void nor_recv(struct nor_fix *f, struct frame x, u8 *buf, size_t n)
{
	size_t i;

	frame_head(f, &x);
	for (i = 0; i < n; i++)
		buf[i] = recv_byte(f, data_lines(f, &x));
	cs_high(f);
}

static inline void nor_send(struct nor_fix *f, struct frame x, const u8 *buf, size_t n)
{
	size_t i;

	frame_head(f, &x);
	for (i = 0; i < n; i++)
		send_bits(f, buf[i], 8, data_lines(f, &x));
	cs_high(f);
}

#define RECV(_f, _buf, _n, ...) nor_recv(_f, (struct frame){ __VA_ARGS__ }, _buf, _n)
#define BYTES(...)		((const u8[]){ __VA_ARGS__ })
#define SEND(_f, _buf, _n, ...) nor_send(_f, (struct frame){ __VA_ARGS__ }, _buf, _n)

static inline void cmd(struct nor_fix *f, u8 op)
{
	SEND(f, NULL, 0, .op = op);
}

static inline u8 reg(struct nor_fix *f, u8 op)
{
	u8 v;

	RECV(f, &v, 1, .op = op);
	return v;
}

static inline void set_reg(struct nor_fix *f, u8 op, u8 v)
{
	SEND(f, &v, 1, .op = op);
}

static inline u8 read_at(struct nor_fix *f, u32 addr)
{
	u8 v;

	RECV(f, &v, 1, .op = 0x03, .n_addr = 3, .addr = addr);
	return v;
}

/* polls WIP, in steps that grow with the time; returns how long it took, about */
static inline u64 wait_ready(struct nor_fix *f)
{
	u64 from = sim_now_ps(&f->sim), step = 10 * PS_PER_US;

	while (reg(f, 0x05) & 1) {
		assert_true(sim_now_ps(&f->sim) - from < 500 * PS_PER_S);
		wait_ps(f, step);
		step += step / 8;
	}
	return sim_now_ps(&f->sim) - from;
}

static inline void program(struct nor_fix *f, u32 addr, const u8 *buf, size_t n)
{
	cmd(f, 0x06);
	SEND(f, buf, n, .op = 0x02, .n_addr = 3, .addr = addr);
}

static inline void erase(struct nor_fix *f, u8 op, u32 addr)
{
	cmd(f, 0x06);
	SEND(f, NULL, 0, .op = op, .n_addr = 3, .addr = addr);
}

static inline u8 *cells(struct nor_fix *f)
{
	vnor_sync(f->nor, sim_now_ps(&f->sim));
	return vnor_data(f->nor, NULL);
}

static inline void assert_complaint(const struct nor_fix *f, const char *text)
{
	size_t i;

	for (i = 0; i < sim_n_complaints(&f->sim); i++)
		if (strstr(sim_complaint(&f->sim, i), text))
			return;
	fail_msg("no complaint with \"%s\" among %zu", text, sim_n_complaints(&f->sim));
}

static inline void assert_no_complaints(const struct nor_fix *f)
{
	if (sim_n_complaints(&f->sim))
		fail_msg("%s", sim_complaint(&f->sim, 0));
}

#define ASSERT_BYTES(_got, ...)                                  \
	do {                                                     \
		static const u8 want_[] = { __VA_ARGS__ };       \
		assert_memory_equal(_got, want_, sizeof(want_)); \
	} while (0)

#endif
