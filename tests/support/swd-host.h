/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A careful SWD host at the pins of the virtual debug port, for tests. Include cmocka.h before it.
 */
#ifndef SWDROM_TESTS_SUPPORT_SWD_HOST_H
#define SWDROM_TESTS_SUPPORT_SWD_HOST_H

#include "sim/swdp.h"
#include "sim/vdp.h"
#include "tests/support/fake-mcu.h"

/* request bytes, as a table of the manual gives them (IHI 0031, SWD request) */
#define DPIDR	      0xa5
#define ABORT	      0x81
#define CTRL_R	      0x8d
#define CTRL_W	      0xa9
#define RESEND	      0x95
#define SELECT	      0xb1
#define RDBUFF	      0xbd
#define TARGETSEL     0x99
#define AP_W0	      0xa3
#define AP_W4	      0x8b
#define AP_W8	      0x93
#define AP_WC	      0xbb
#define AP_R0	      0x87
#define AP_R4	      0xaf
#define AP_R8	      0xb7
#define AP_RC	      0x9f

#define OK	      1
#define WAIT	      2
#define FAULT	      4
#define SILENT	      7

#define CTRL_ORUN     0x02
#define CTRL_CMP      0x10
#define CTRL_ERR      0x20
#define CTRL_READOK   0x40
#define CTRL_WDATAERR 0x80
#define CTRL_POWER    0x50000000
#define CTRL_POWERED  0xf0000000
#define CSW_WORD_INC  0x03000012

struct fix {
	struct sim sim;
	struct mcu *mcu;
	struct swdp *dp;
	u64 period_ps;
	u64 edges;
	bool orun;
};

static inline int setup(void **state)
{
	struct fix *f = calloc(1, sizeof(*f));
	struct sim_opts opts = { .seed = 1 };

	assert_non_null(f);
	assert_int_equal(sim_core_init(&f->sim, &opts, NULL), 0);
	f->mcu = mcu_new(&f->sim);
	f->dp = swdp_new(&f->sim, f->mcu);
	assert_non_null(f->dp);
	f->period_ps = 1000 * PS_PER_NS;
	*state = f;
	return 0;
}

static inline int teardown(void **state)
{
	struct fix *f = *state;

	swdp_free(f->dp);
	mcu_free(f->mcu);
	sim_core_exit(&f->sim);
	free(f);
	return 0;
}

/* one clock; returns the level that a host samples just before the rise */
static inline bool edge(struct fix *f, enum swd_level host)
{
	enum swd_level out = swdp_output(f->dp);
	bool line = host != SWD_FLOAT  ? host == SWD_HIGH
		    : out != SWD_FLOAT ? out == SWD_HIGH
				       : swdp_pull_level(f->dp);

	sim_advance_to(&f->sim, sim_now_ps(&f->sim) + f->period_ps);
	swdp_rise(f->dp, host);
	f->edges++;
	return line;
}

static inline void bits_out(struct fix *f, u64 v, unsigned int n)
{
	for (; n; n--, v >>= 1)
		edge(f, v & 1 ? SWD_HIGH : SWD_LOW);
}

static inline u64 bits_in(struct fix *f, unsigned int n)
{
	u64 v = 0;
	unsigned int i;

	for (i = 0; i < n; i++)
		v |= (u64)edge(f, SWD_FLOAT) << i;
	return v;
}

static inline void ones(struct fix *f, unsigned int n)
{
	while (n--)
		edge(f, SWD_HIGH);
}

static inline void idle(struct fix *f, unsigned int n)
{
	while (n--)
		edge(f, SWD_LOW);
}

static inline void line_reset(struct fix *f)
{
	ones(f, 56);
	idle(f, 8);
}

/* a read as a careful host does it; the data phase is clocked if one follows */
static inline unsigned int rd(struct fix *f, u8 req, u32 *val)
{
	unsigned int ack;
	u64 v;

	bits_out(f, req, 8);
	bits_in(f, 1);
	ack = (unsigned int)bits_in(f, 3);
	if (ack != OK && !(f->orun && (ack == WAIT || ack == FAULT))) {
		bits_in(f, 1);
		return ack;
	}
	v = bits_in(f, 33);
	bits_in(f, 1);
	if (ack == OK)
		assert_int_equal(v >> 32, __builtin_parity((u32)v));
	if (val)
		*val = (u32)v;
	return ack;
}

static inline unsigned int wr_parity(struct fix *f, u8 req, u32 val, unsigned int parity)
{
	unsigned int ack;

	bits_out(f, req, 8);
	bits_in(f, 1);
	ack = (unsigned int)bits_in(f, 3);
	bits_in(f, 1);
	if (ack == OK || (f->orun && (ack == WAIT || ack == FAULT)))
		bits_out(f, val | (u64)parity << 32, 33);
	return ack;
}

static inline unsigned int wr(struct fix *f, u8 req, u32 val)
{
	return wr_parity(f, req, val, __builtin_parity(val));
}

static inline u32 dp_read(struct fix *f, u8 req)
{
	u32 v = 0;

	assert_int_equal(rd(f, req, &v), OK);
	return v;
}

static inline void dp_write(struct fix *f, u8 req, u32 val)
{
	assert_int_equal(wr(f, req, val), OK);
	idle(f, 2);
}

static inline void jtag_to_swd(struct fix *f)
{
	ones(f, 56);
	bits_out(f, 0xe79e, 16);
	line_reset(f);
}

static inline void power_up(struct fix *f)
{
	dp_write(f, ABORT, 0x1e);
	dp_write(f, SELECT, 0);
	dp_write(f, CTRL_W, CTRL_POWER);
	idle(f, 50);
	assert_int_equal(dp_read(f, CTRL_R) & CTRL_POWERED, CTRL_POWERED);
}

static inline void connect(struct fix *f)
{
	jtag_to_swd(f);
	assert_int_equal(dp_read(f, DPIDR), 0x2ba01477);
	power_up(f);
}

static inline void orundetect(struct fix *f)
{
	dp_write(f, CTRL_W, CTRL_POWER | 1);
	f->orun = true;
}

/* AP write that leaves time for the transfer */
static inline void ap_write(struct fix *f, u8 req, u32 val)
{
	assert_int_equal(wr(f, req, val), OK);
	idle(f, 40);
}

static inline void point_at(struct fix *f, u32 addr)
{
	ap_write(f, AP_W0, CSW_WORD_INC);
	ap_write(f, AP_W4, addr);
}

static inline u32 ap_read(struct fix *f, u8 req)
{
	assert_int_equal(rd(f, req, NULL), OK);
	return dp_read(f, RDBUFF);
}

static inline void assert_no_complaints(struct fix *f)
{
	if (sim_n_complaints(&f->sim))
		fail_msg("complaint: %s", sim_complaint(&f->sim, 0));
}

static inline void assert_complaint(struct fix *f, const char *part)
{
	size_t i;

	for (i = 0; i < sim_n_complaints(&f->sim); i++)
		if (strstr(sim_complaint(&f->sim, i), part))
			return;
	fail_msg("nobody complained about: %s", part);
}

/* a frame of a blind host under ORUNDETECT: 46 clocks, whatever the answer */
static inline unsigned int blind(struct fix *f, u8 req, u32 val)
{
	unsigned int ack;

	bits_out(f, req, 8);
	bits_in(f, 1);
	ack = (unsigned int)bits_in(f, 3);
	if (req & 4) {
		bits_in(f, 34);
	} else {
		bits_in(f, 1);
		bits_out(f, val | (u64)__builtin_parity(val) << 32, 33);
	}
	return ack;
}

static inline u32 flags(struct fix *f)
{
	return dp_read(f, CTRL_R) & 0xff;
}

static inline void selection_alert(struct fix *f, unsigned int wrong_bit, u8 activation)
{
	static const u8 alert[] = { 0x92, 0xf3, 0x09, 0x62, 0x95, 0x2d, 0x85, 0x86,
				    0xe9, 0xaf, 0xdd, 0xe3, 0xa2, 0x0e, 0xbc, 0x19 };
	unsigned int i;

	ones(f, 8);
	for (i = 0; i < 128; i++)
		edge(f, (alert[i / 8] >> (i % 8) & 1) != (i == wrong_bit) ? SWD_HIGH : SWD_LOW);
	idle(f, 4);
	bits_out(f, activation, 8);
}

static inline void to_dormant(struct fix *f)
{
	ones(f, 56);
	bits_out(f, 0xe3bc, 16);
}

#endif
