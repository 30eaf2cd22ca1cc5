/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The debug port behind the wire: registers, sticky flags, posted reads, the write buffer and the
 * AP access under way. sim/vswdp.c clocks it and moves the bits.
 */
#ifndef SWDROM_SIM_VDP_H
#define SWDROM_SIM_VDP_H

#include "sim/vahbap.h"

/* fields of a request byte (IHI 0031, SWD request phase) */
#define SWD_REQ_START  BIT(0)
#define SWD_REQ_AP     BIT(1)
#define SWD_REQ_READ   BIT(2)
#define SWD_REQ_ADDR   GENMASK(4, 3)
#define SWD_REQ_PARITY BIT(5)
#define SWD_REQ_STOP   BIT(6)
#define SWD_REQ_PARK   BIT(7)

enum swd_ack { SWD_ACK_SILENT = 0, SWD_ACK_OK = 1, SWD_ACK_WAIT = 2, SWD_ACK_FAULT = 4 };

/* SWCLK rises that the AP's response takes through the synchroniser, after it has left the bus */
#define VDP_SYNC_RISES 3
/* CxxxPWRUPACK after the request; real parts take some clocks of the slow internal oscillator */
#define VDP_PWRUP_DELAY_PS (10 * PS_PER_US)

/* a run of rises of an evenly running clock: rise i is at (t0 + i * step) / 3 ps (30 MHz has no
 * whole picoseconds, but whole thirds) */
struct swd_rises {
	u64 t0, step;
};

static inline u64 swd_rise_ps(const struct swd_rises *r, u64 i)
{
	return (r->t0 + i * r->step) / 3;
}

struct vdp_write {
	u8 req;
	u8 apsel, apbank; /* of an AP write: SELECT when it was accepted */
	u32 data;
};

struct vdp {
	struct sim *sim;
	struct mcu *mcu;
	struct ahbap ap; /* AP 0; every other number is empty */
	struct sim_rng rng;

	u32 ctrl;      /* read-write bits of CTRL/STAT */
	u32 select;    /* 31:24, 7:4, 3:0 */
	u8 turnaround; /* clocks, 1 to 4 */
	u8 prescaler;
	bool stickyorun, stickycmp, stickyerr, wdataerr, readok;
	bool sys_ack, dbg_ack;
	u64 sys_req_ps, dbg_req_ps;

	u32 rdbuf;	 /* result of the last AP read */
	bool rdbuf_good; /* not yet collected, nothing has spoilt it */
	u32 resend;
	bool resend_ok;

	bool running; /* an AP access is under way */
	bool discard; /* ... and its result belongs to nobody */
	u8 sync_left;
	struct ahbap_access run;

	bool buffered; /* the write buffer holds one AP write */
	struct vdp_write wbuf;

	u32 n_ap_accesses; /* for the WAIT fault */
};

void vdp_init(struct vdp *d, struct sim *sim, struct mcu *mcu);
void vdp_reset(struct vdp *d);
bool vdp_request_is_good(u8 req);
enum swd_ack vdp_request(struct vdp *d, u8 req, u32 *rdata);
bool vdp_write(struct vdp *d, u8 req, u32 data, bool parity_good);
void vdp_clock(struct vdp *d);
void vdp_clocks(struct vdp *d, struct swd_rises r, u64 n);
void vdp_overrun(struct vdp *d);
bool vdp_orundetect(const struct vdp *d);

#endif
