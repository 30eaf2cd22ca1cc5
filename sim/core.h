/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every model of the virtual bench shares: virtual time, seeded chance, the complaint list,
 * faults on demand, statistics, and the saved state.
 *
 * Models are written from the reference manuals and include nothing of drivers/ or chips/; of lib/
 * only types.h, clock.h, err.h, log.h, transport.h and programmer.h.
 */
#ifndef SWDROM_SIM_CORE_H
#define SWDROM_SIM_CORE_H

#include "lib/types.h"

#include <stdio.h>

#define SIM_NEVER UINT64_MAX
#define PS_PER_NS UINT64_C(1000)
#define PS_PER_US UINT64_C(1000000)
#define PS_PER_MS UINT64_C(1000000000)
#define PS_PER_S  UINT64_C(1000000000000)

struct sim;

/* ---- virtual time, in picoseconds (30 MHz has no whole nanoseconds) ---- */

/* an event: embed it, fill in fn and arg once, (re)schedule at will; at_ps SIM_NEVER = idle */
struct sim_event {
	u64 at_ps;
	void (*fn)(void *arg, u64 now_ps);
	void *arg;
	struct sim_event *next;
};

u64 sim_now_ps(const struct sim *sim);
/* run time forward to @to_ps; due events are called in order, each at its own time */
void sim_advance_to(struct sim *sim, u64 to_ps);
void sim_schedule(struct sim *sim, struct sim_event *ev, u64 at_ps);
void sim_cancel(struct sim *sim, struct sim_event *ev);

/* ---- chance: each user has a stream of its own, so models do not disturb each other ---- */

struct sim_rng {
	u64 s;
};

void sim_rng_init(struct sim_rng *r, const struct sim *sim, const char *stream);
u64 sim_rng_u64(struct sim_rng *r);
double sim_rng_unit(struct sim_rng *r); /* [0, 1) */

/*
 * Busy times: each device draws once a factor between its typical and maximum time, at most 1.5 x
 * typical (opts.busy_max: up to the data-sheet maximum), and each operation jitters 2 % around it.
 */
struct sim_busy_model {
	struct sim_rng rng;
	double where; /* 0 = typical ... 1 = the slow end */
};
void sim_busy_init(struct sim_busy_model *m, const struct sim *sim, const char *device);
u64 sim_busy_draw_ps(struct sim_busy_model *m, const struct sim *sim, u64 typ_ps, u64 max_ps);

/* ---- complaints: what the host did that real hardware would refuse or that corrupts ---- */

void sim_complain(struct sim *sim, const char *source, const char *fmt, ...) __printf_like(3, 4);
size_t sim_n_complaints(const struct sim *sim);
/* "12.345678 ms quadspi: CCR written while BUSY"; valid until the sim is closed */
const char *sim_complaint(const struct sim *sim, size_t i);
void sim_clear_complaints(struct sim *sim);

/* ---- statistics ---- */

struct sim_device_busy {
	u64 erase_ps, program_ps, n_erases, n_programs;
};

struct sim_stats {
	u64 swclk_cycles, swd_frames, swd_waits, swd_faults, bit_errors;
	u64 usb_batches, usb_bytes_out, usb_bytes_in;
	u64 bus_accesses, flash_write_stalls, flash_write_stall_ps;
	u64 nor_commands, nor_ignored_busy;	 /* commands a busy NOR did not hear */
	struct sim_device_busy flash, nor, nor2; /* nor2: the chip on the second bank of pins */
};

/* ---- options and faults (keys of -p sim:) ---- */

struct sim_opts {
	char board[64];	      /* netlist name, default "stm32l476g-disco" */
	char nor[32];	      /* SPI-NOR on it, "" = the one that belongs there */
	char state_path[512]; /* "" = nothing survives */
	u64 seed;
	bool busy_max;	 /* busy_max=1: busy times drawn up to the data-sheet maximum */
	char wiring[16]; /* resistor (default), tristate, buffer: of the virtual adapter */
	double wire_ohm; /* r=: resistor on SWDIO, where wiring is resistor; 0: 220 */
	double wire_pf;	 /* c=: of cable, pins and board on SWDIO; 0: 30 */
	char chip[16];	 /* ft2232h (default), ft232h, ft4232h: the virtual FTDI part */
	char vcd_path[512];
	char serial[16]; /* of the adapter, default "SIM0001" */
	/* "remote_bitbang:HOST:PORT": the cable leads to that target; "": to our own */
	char pins[128];
	/* part options, only honoured when the state is new (a factory-fresh part) */
	u32 flash_kib;	   /* 0 = as on the board: 1024, 512, 256 */
	s32 dualbank;	   /* -1 = factory default; 0, 1: OPTR.DUALBANK */
	s32 rdp;	   /* -1 = level 0; 1, 2 */
	bool reference_dp; /* DP, NOR, DMA step by step, never the fast paths (tests compare both) */
};

struct sim_faults {
	double ber;	  /* ber=1e-5: chance of a flipped bit for each bit on SWDIO */
	u32 wait_every;	  /* WAIT every n-th AP access (0 = never) */
	u64 unplug_at;	  /* the n-th USB batch finds the adapter gone (0 = never) */
	u64 short_at;	  /* the n-th USB batch loses the tail of its reply */
	u64 reset_at_ps;  /* the target is reset (button) at this virtual time */
	u64 power_cut_ps; /* target power fails at this virtual time, comes back 50 ms later */
	bool stuck_wip;	  /* the NOR never gets ready again */
	bool float_io3;	  /* IO3 is not connected */
	bool extra_byte;  /* QUADSPI's extra byte at the end of any indirect read */
	bool swap_swd;	  /* SWDIO and SWCLK exchanged */
	bool no_power;	  /* target not powered */
	bool hold_nrst;	  /* something holds nRST low */
	bool no_nrst;	  /* nRST is not wired to the adapter */
	bool swdio_open;  /* SWDIO not connected */
	bool app_sleeps; /* the application that runs at attach sits in WFI/STOP with DBG bits off */
	bool app_xip;	 /* the application left the NOR in XIP / QPI (see nor model) */
	bool app_qpi;
	bool app_4byte; /* ... in 4-byte address mode */
	bool app_bp;   /* ... with all of it protected by the BP bits, or what it has of the kind */
	bool app_dpd;  /* ... or in deep power-down */
	bool app_dma;  /* ... and a DMA channel running over SRAM */
	bool app_iwdg; /* ... and the IWDG running, fed by nobody while halted */
};

/* ---- saved state: named blobs in one file, so that runs can be chained ---- */

/* the blob of that name, or NULL; valid while the sim lives */
const u8 *sim_state_get(const struct sim *sim, const char *name, size_t *len);
/* to be called from a model's save hook */
void sim_state_put(struct sim *sim, const char *name, const void *data, size_t len);

/* ---- the bench itself ---- */

struct vftdi;
struct swdp;
struct mcu;
struct netlist;
struct vnor;
struct vpins;
struct vcd;
struct usbbus;

struct sim {
	struct sim_opts opts;
	struct sim_faults faults;
	struct sim_stats stats;
	struct vftdi *ftdi;   /* sim/vftdi.c */
	struct swdp *dp;      /* sim/vswdp.c */
	struct mcu *mcu;      /* sim/mcu.c */
	struct netlist *nets; /* sim/netlist.c */
	struct vnor *spi_nor; /* the chip on the adapter's pins (sim/vspi.c); NULL: SWD is */
	struct vpins *pins;   /* sim/vpins.c; NULL: our own target */
	struct vcd *vcd;      /* sim/vcd.c; NULL: nobody looks */
	/* sim/usbbus.c: the USB bus that is shared with other benches; NULL: our own */
	struct usbbus *usb_bus;
	unsigned int usb_port;
	/* core.c's own */
	u64 now_ps;
	struct sim_event *events; /* sorted by time */
	struct sim_priv *priv;
};

/* sim_core_init/exit: time, chance, complaints, state file; the models are sim_open()'s (sim.h) */
int sim_core_init(struct sim *sim, const struct sim_opts *opts, const struct sim_faults *faults);
int sim_core_save(struct sim *sim); /* write the state file; -errno */
void sim_core_exit(struct sim *sim);

#endif
