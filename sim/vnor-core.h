/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside a virtual SPI-NOR: what the generic engine (vnor.c) and the vendor files share.
 *
 * The engine knows pins, frames, phases, the array, internal operations and time. A vendor file
 * knows registers, protections, which opcodes exist in which protocol, and what they take.
 */
#ifndef SWDROM_SIM_VNOR_CORE_H
#define SWDROM_SIM_VNOR_CORE_H

#include "sim/pins.h"
#include "sim/vnor.h"

#define VNOR_PAGE    256u
#define VNOR_NV_LEN  2048		/* non-volatile bytes besides the array: registers, OTP */
#define VNOR_UID     (VNOR_NV_LEN - 16) /* 16 bytes that differ from chip to chip */
#define VNOR_BUF_LEN 512
#define FRAME_HEARD  8u /* clocks of an opcode on one line */

/* protocols: lines that the opcode travels on */
#define P_SPI BIT(0)
#define P_DPI BIT(1)
#define P_QPI BIT(2)
#define P_ALL (P_SPI | P_DPI | P_QPI)

enum vnor_kind {
	K_READ, /* array, from the address on */
	K_SFDP,
	K_OUT, /* vendor->out() says what */
	K_IN,  /* vendor->in() takes it when CS# rises */
	K_PROGRAM,
	K_ERASE, /* arg = block size */
	K_ERASE_CHIP,
	K_WREN,
	K_WRDI,
	K_RSTEN,
	K_RST,
	K_SUSPEND,
	K_RESUME,
	K_DPD,
	K_ENTER_4B,
	K_LEAVE_4B,
	K_WAKE, /* may be followed by dummy bytes and an id read */
};

/* operation flags */
#define F_WEL	BIT(0) /* ignored unless WEL is set */
#define F_BUSY	BIT(1) /* heard while an operation runs */
#define F_QUAD	BIT(2) /* IO2 and IO3 carry data: needs QE where there is one */
#define F_CONT	BIT(3) /* may arm continuous read (mode byte) or XIP (first dummy clock) */
#define F_SUSP	BIT(4) /* refused while an operation is suspended */
#define F_ADDR3 BIT(6) /* three address bytes whatever the mode */
#define F_VOLEN BIT(5) /* lets the next status write be a volatile one (50h of Winbond style) */

struct vnor_op {
	u8 opcode;
	u8 protocols;
	u8 kind;
	u8 addr_lines, data_lines; /* in the SPI protocol; elsewhere all phases use its lines */
	u8 n_addr;		   /* bytes; 3: or 4 in 4-byte mode, unless F_ADDR3 */
	bool has_mode;		   /* a mode byte follows the address, on the address lines */
	u8 dummy;		   /* clocks, or what vendor->dummy() makes of it */
	u8 n_in_min, n_in_max; /* K_IN: data bytes that it takes; others end the frame unheard */
	u16 flags;
	u8 fmax_mhz; /* 0: the part's */
	u32 arg;
	const char *name;
};

enum vnor_job_kind {
	JOB_NONE,
	JOB_PROGRAM,
	JOB_ERASE,
	JOB_ERASE_CHIP,
	JOB_REG,     /* vendor->commit() */
	JOB_SUSPEND, /* on the way to a suspended program or erase: still busy */
	JOB_DEAF,    /* reset, power-up, entering or leaving deep power-down: hears nothing */
};

struct vnor_job {
	u8 kind;
	u32 addr, len;
	u64 start_ps, end_ps; /* end SIM_NEVER: stuck */
	u64 done_ps;	      /* worked before it was suspended */
	const struct vnor_op *op;
	u8 buf[VNOR_BUF_LEN];
	u32 n_buf;
	bool volatile_only; /* JOB_REG: vendor's business */
};

enum vnor_phase { PH_CMD, PH_ADDR, PH_MODE, PH_DUMMY, PH_OUT, PH_IN, PH_IGNORE };

struct vnor_time {
	u32 typ_us, max_us;
};

struct vnor_vendor;

struct vnor_sfdp {
	const u8 *data;
	u32 len;
	u32 wrap; /* bytes past len are FFh up to here, then it repeats; 0: never */
};

struct vnor_part {
	const char *name;
	const char *description; /* for people: maker, what is special about it */
	const struct vnor_vendor *vendor;
	const struct vnor_op *ops;
	size_t n_ops;
	u32 quirks; /* vendor's */
	u32 size;
	u8 id[6]; /* RDID and extended bytes */
	u8 n_id;
	const struct vnor_sfdp *sfdp; /* NULL: has none, 5Ah is unknown */
	u8 fmax_mhz, read_mhz;	      /* any opcode; 03h */
	struct vnor_time byte, page, erase_4k, erase_32k, erase_64k, chip, status, nv;
	u32 t_power_us; /* tVSL: nothing is heard before */
	u32 t_reset_ns, t_reset_busy_us;
	u32 t_suspend_us;
	u32 t_down_ns, t_wake_ns;	     /* deep power-down, 0 = has none */
	u32 t_cs_high_read_ns, t_cs_high_ns; /* tSHSL after reads, after anything else */
	u32 t_output_ps;		     /* tCLQV */
};

struct vnor {
	struct sim *sim;
	const struct vnor_part *part;
	struct sim_busy_model busy_model;
	struct sim_rng rng;

	u8 *array;
	u8 *weak; /* bits that read at random, or NULL: none */
	u8 nv[VNOR_NV_LEN];
	u8 reg[16];	    /* vendor's volatile registers */
	u8 lock[4096 + 32]; /* vendor's volatile lock bits */
	bool four_byte;	    /* 4-byte address mode */
	u8 ear;		    /* address bits 31:24 where three bytes are sent */

	bool powered, wel, dpd, reset_enabled;
	bool volatile_enabled; /* 50h was the command just before (Winbond style) */
	bool wren_missed;      /* the last write enable met a busy chip */
	struct vnor_job job;
	struct vnor_job suspended;
	const struct vnor_op *xip; /* frames start with the address of this read */
	u64 now_ps;

	/* pins */
	bool cs, clk;
	u8 io, drive_mask, drive_val;
	u64 cs_rise_ps, period_ps;
	bool last_was_read;

	/* frame */
	u8 phase, lines; /* lines of this phase */
	u8 proto_lines;	 /* of this frame's opcode */
	u8 shift, n_bits;
	u8 heard; /* clocks of this frame that were heard, no more than FRAME_HEARD are counted */
	const struct vnor_op *op;
	u32 addr;
	u8 n_addr;    /* bytes still to come */
	bool addr_24; /* three were sent */
	u8 dummy_left;
	bool first_dummy;
	u8 out_left, out_byte;
	u32 n_out, n_in;
	u32 wrap; /* read wraps inside this many bytes, 0 = the chip */
	u8 buf[VNOR_BUF_LEN];
	bool corrupt, wp_low, said_hold, said_suspended, polled;
	bool answered_wip; /* WIP when the first byte went out */
};

struct vnor_vendor {
	void (*factory)(struct vnor *nor);
	/* volatile registers as after power-up; @power: really, not a reset command */
	void (*load)(struct vnor *nor, bool power);
	u8 (*proto_lines)(const struct vnor *nor);
	/* total clocks between address (and mode byte) and data */
	u8 (*dummy)(const struct vnor *nor, const struct vnor_op *op);
	/* highest clock of a read with that many dummies */
	u32 (*fmax_mhz)(const struct vnor *nor, const struct vnor_op *op, u8 dummy);
	bool (*has_quad)(const struct vnor *nor);
	bool (*has_hold)(const struct vnor *nor);
	bool (*has_reset_pin)(const struct vnor *nor);
	u32 (*read_wrap)(const struct vnor *nor, const struct vnor_op *op);
	/* mode byte (8 bits) or, with @dummy, the lines in the first dummy clock */
	void (*confirm)(struct vnor *nor, u8 bits, bool dummy);
	u8 (*out)(struct vnor *nor, const struct vnor_op *op, u32 i);
	void (*in)(struct vnor *nor, const struct vnor_op *op);
	void (*commit)(struct vnor *nor, struct vnor_job *job);
	bool (*is_protected)(const struct vnor *nor, u32 addr, u32 len);
	/* a program or erase was refused */
	void (*refuse)(struct vnor *nor, bool erase);
	void (*app_left)(struct vnor *nor);
};

extern const struct vnor_part vnor_n25q128a13, vnor_n25q256a13, vnor_n25q256a83, vnor_mt25ql128aba;
extern const struct vnor_part vnor_w25q128jv;

/* ---- vnor-parts.c ---- */

const struct vnor_part *vnor_find_part(const char *name);

/* ---- vnor-cells.c ---- */

u8 *vnor_cells_new(u32 size);
void vnor_cells_free(u8 *cells, u32 size);
void vnor_cells_erase(u8 *cells, u32 addr, u32 len);

/* ---- vnor-job.c: what the chip does by itself ---- */

void vnor_start_program(struct vnor *nor, const struct vnor_op *op, u64 at_ps);
void vnor_start_erase(struct vnor *nor, const struct vnor_op *op, u64 at_ps);
void vnor_suspend(struct vnor *nor, u64 at_ps);
void vnor_resume(struct vnor *nor, u64 at_ps);
void vnor_deaf(struct vnor *nor, u64 at_ps, u64 for_ps);
void vnor_soft_reset(struct vnor *nor, u64 at_ps);

/* start a register write that takes time; vendor->commit() is called with its data at the end */
void vnor_start_reg(struct vnor *nor, const struct vnor_op *op, const struct vnor_time *t);
u64 vnor_draw_ps(struct vnor *nor, const struct vnor_time *t);

/* ---- vnor.c ---- */

const struct vnor_op *vnor_find_op(const struct vnor *nor, u8 opcode, u8 lines);
void vnor_complain(struct vnor *nor, const char *fmt, ...) __printf_like(2, 3);
/* a command needs WEL and has none: is it because the chip was busy at the write enable? */
bool vnor_missed_wren(struct vnor *nor);
static inline bool vnor_wip(const struct vnor *nor)
{
	return nor->job.kind != JOB_NONE;
}

#endif
