/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The virtual QUADSPI with a recorder on its pins that answers reads with 10h, 11h, 12h, ... Include cmocka.h before it. */
#ifndef SWDROM_TESTS_SUPPORT_QUADSPI_RECORDER_H
#define SWDROM_TESTS_SUPPORT_QUADSPI_RECORDER_H

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

static inline void record(struct fix *f, char what, u8 byte, u8 lines, u64 at_ps)
{
	assert_true(f->n_ev < MAX_EVENTS);
	f->ev[f->n_ev++] =
		(struct event){ .what = what, .byte = byte, .lines = lines, .at_ps = at_ps };
}

static inline void port_select(void *dev, const struct vquadspi_clock *clk, u64 at_ps)
{
	((struct fix *)dev)->clk = *clk;
	record(dev, 's', 0, 0, at_ps);
}

static inline void port_deselect(void *dev, u64 at_ps)
{
	record(dev, 'd', 0, 0, at_ps);
}

static inline void port_send(void *dev, u8 byte, u8 lines, u64 at_ps)
{
	record(dev, '>', byte, lines, at_ps);
}

static inline u8 port_recv(void *dev, u8 lines, u64 at_ps)
{
	struct fix *f = dev;
	u8 b = f->fixed_in >= 0 ? (u8)f->fixed_in : f->next_in++;

	record(f, '<', b, lines, at_ps);
	return b;
}

static inline void port_dummy(void *dev, u8 lines, unsigned int clocks, u64 at_ps)
{
	record(dev, '.', (u8)clocks, lines, at_ps);
}

static inline u64 port_quiet(void *dev)
{
	return ((struct fix *)dev)->quiet_until;
}

static inline u32 rd(struct fix *f, u32 reg)
{
	return pins_read(&f->mcu, QSPI + reg, 4);
}

static inline void wr(struct fix *f, u32 reg, u32 v)
{
	pins_write(&f->mcu, QSPI + reg, 4, v);
}

static inline void wait_ps(struct fix *f, u64 ps)
{
	sim_advance_to(&f->sim, sim_now_ps(&f->sim) + ps);
	vquadspi_sync(f->q, sim_now_ps(&f->sim));
}

static inline void wait_clocks(struct fix *f, u64 n)
{
	wait_ps(f, n * CLK_PS);
}

static inline int setup(void **state)
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

static inline int teardown(void **state)
{
	struct fix *f = *state;

	vquadspi_free(f->q);
	sim_core_exit(&f->sim);
	free(f);
	return 0;
}

static inline bool complained(const struct fix *f, const char *text)
{
	return pins_complained(&f->sim, text);
}

/* what the pins did, as "s>06d" with bytes in hex */
static inline void assert_pins(struct fix *f, const char *want)
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

static inline u64 last_at(const struct fix *f, char what)
{
	unsigned int i = f->n_ev;

	while (i--)
		if (f->ev[i].what == what)
			return f->ev[i].at_ps;
	fail_msg("no such event");
	return 0;
}

/* leave whatever runs, errata included, and start afresh */
static inline void abort_now(struct fix *f)
{
	wr(f, CR, rd(f, CR) | ABORT);
	wait_clocks(f, 10);
	assert_int_equal(rd(f, SR) & BUSY, 0);
	wr(f, FCR, 0x1b);
	f->n_ev = 0;
}

#endif
