/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QUADSPI of the virtual STM32L476 (one bank of pins) and STM32L496 (two: RM0351 17.3.4, dual-flash).
 */
#ifndef SWDROM_SIM_VQUADSPI_H
#define SWDROM_SIM_VQUADSPI_H

#include "sim/mcu.h"
#include "sim/pins.h"

struct vquadspi;

struct vquadspi_clock {
	u64 period_ps;
	bool idle_high; /* DCR.CKMODE */
	bool shifted;	/* CR.SSHIFT: inputs sampled half a period later */
};

/*
 * What hangs on the six signals. Calls come in the order of time; the first rising edge of the
 * clocks asked for is one period after @at_ps. Lines that a phase does not use are driven as RM0351 17.3.4
 * says: in 1 and 2 line phases IO2 = 0 and IO3 = 1.
 */
struct vquadspi_port {
	void *dev;
	void (*select)(void *dev, const struct vquadspi_clock *clk, u64 at_ps);
	void (*deselect)(void *dev, u64 at_ps);
	void (*send)(void *dev, u8 byte, u8 lines, u64 at_ps);
	u8 (*recv)(void *dev, u8 lines, u64 at_ps);
	void (*dummy)(void *dev, u8 lines, unsigned int clocks, u64 at_ps);
	/*
	 * For data that come byte after byte, each on the clocks right after the one before or later, and
	 * nothing else meanwhile: how many of the next are known, and where; 0: ask for each with recv().
	 * And @n of them, one or more, have come, the last one by clocks that began at @at_ps. In the same
	 * way, @n bytes that are sent; false: send() each. NULL: never.
	 */
	u32 (*next_bytes)(void *dev, u8 lines, const u8 **from);
	void (*skip_bytes)(void *dev, u32 n, u8 lines, u64 at_ps);
	bool (*send_bytes)(void *dev, const u8 *bytes, u32 n, u8 lines, u64 at_ps);
	/* the status read that just ended would be answered the same until then; 0: who knows */
	u64 (*quiet_until)(void *dev);
};

/* registers registers and window on the MCU's bus; NULL: no memory. @port is copied */
struct vquadspi *vquadspi_new(struct sim *sim, const struct vquadspi_port *port);
void vquadspi_free(struct vquadspi *q);
/* the die has a second bank of pins, CR.FSEL and CR.DFM; @port is copied */
void vquadspi_add_bank2(struct vquadspi *q, const struct vquadspi_port *port);
/* run it forward to @at_ps; what reads its pins or the chip behind them asks for that first */
void vquadspi_sync(struct vquadspi *q, u64 at_ps);
/* supply gone: no more edges */
void vquadspi_power_off(struct vquadspi *q);

/*
 * For a core that polls by commands: all that one pass of its loop may leave behind in the QUADSPI,
 * times counted from the moment of the look. If two looks are the same, it does in the next pass what
 * it did between them, while the chip answers as it did: until @until_ps.
 */
#define VQUADSPI_LOOK_SIZE 640

struct vquadspi_look {
	u8 state[VQUADSPI_LOOK_SIZE];
	u64 until_ps, n_commands;
	size_t n_complaints;
};

void vquadspi_look(struct vquadspi *q, u64 at_ps, struct vquadspi_look *look);
bool vquadspi_looks_same(const struct vquadspi_look *a, const struct vquadspi_look *b);
/* @n passes more of @period_ps, each as the one between these two looks, the last of them right now */
void vquadspi_repeat(struct vquadspi *q, const struct vquadspi_look *before,
		     struct vquadspi_look *now, u64 n, u64 period_ps);

/* ---- for tests ---- */
enum bus_resp vquadspi_reg_access(struct vquadspi *q, struct bus_xact *x);
enum bus_resp vquadspi_window_access(struct vquadspi *q, struct bus_xact *x);

#endif
