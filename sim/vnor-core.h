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
#include "sim/vnor-parts.h"
#include "sim/vnor.h"

#define VNOR_NV_LEN   4096		 /* non-volatile bytes besides the array: registers, OTP */
#define VNOR_UID      (VNOR_NV_LEN - 16) /* 16 bytes that differ from chip to chip */
#define VNOR_BUF_LEN  512
#define VNOR_MAX_DIES 4
#define FRAME_HEARD   8u /* clocks of an opcode on one line */

/* protocols: lines that the opcode travels on */
#define P_SPI  BIT(0)
#define P_DPI  BIT(1)
#define P_QPI  BIT(2)
#define P_OPI  BIT(3) /* eight lines, opcodes of two bytes */
#define P_DOPI BIT(4) /* the same, everything on both edges */
#define P_ALL  (P_SPI | P_DPI | P_QPI)

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
#define F_WEL	BIT(0)	/* ignored unless WEL is set */
#define F_BUSY	BIT(1)	/* heard while an operation runs */
#define F_QUAD	BIT(2)	/* IO2 and IO3 carry data: needs QE where there is one */
#define F_CONT	BIT(3)	/* may arm continuous read (mode byte) or XIP (first dummy clock) */
#define F_SUSP	BIT(4)	/* refused while an operation is suspended */
#define F_DTR	BIT(7)	/* address, mode byte and data on both edges */
#define F_STACK BIT(8)	/* heard by all dies, not only the selected one */
#define F_TURN	BIT(9)	/* the answer depends on how often it was asked */
#define F_QUIET BIT(10) /* malformed ones are part of getting a chip's attention: no complaint */
#define F_ADDR3 BIT(6)	/* three address bytes whatever the mode */
#define F_VOLEN BIT(5)	/* lets the next status write be a volatile one (50h of Winbond style) */

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
	JOB_FAILED,  /* an error that keeps WIP set until it is cleared */
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
	u8 *window; /* where a program goes, if not to the array */
};

enum vnor_phase { PH_CMD, PH_CMD_EXT, PH_ADDR, PH_MODE, PH_DUMMY, PH_OUT, PH_IN, PH_IGNORE };

struct vnor_time {
	u32 typ_us, max_us;
};

struct vnor_vendor;
struct vnor_cells;

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
	u32 quirks;	   /* vendor's */
	const void *extra; /* vendor's */
	u32 size;
	u32 page;  /* program buffer, 0: 256 bytes */
	u8 n_dies; /* of a stack that works as one chip; read and die erase end at their limits */
	const struct vnor_part *die; /* a stack of n_dies of these, one of which listens */
	bool swaps_8d;	  /* the bytes of a word change places on eight lines with both edges */
	bool wakes_by_cs; /* any CS# pulse ends deep power-down */
	u8 id[6];	  /* RDID and extended bytes */
	u8 n_id;
	const struct vnor_sfdp *sfdp; /* NULL: has none, 5Ah is unknown */
	u8 fmax_mhz, read_mhz;	      /* any opcode; 03h */
	/* erase_64k: sectors of that size and larger ones */
	struct vnor_time byte, page_program, erase_4k, erase_32k, erase_64k, chip, status, nv;
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

	struct vnor_cells *cells;
	u8 *array; /* in cells */
	u8 *weak;  /* bits that read at random, or NULL: none */
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
	u32 page;   /* program buffer as configured */
	u8 *window; /* not NULL: reads and programs go here instead of to the array (OTP modes) */
	u32 window_len; /* power of two, a multiple of the page */
	bool selected;	/* of the dies of a stack, this one listens */
	u8 die_no;
	u8 place;			 /* of several chips on the board */
	struct vnor *die[VNOR_MAX_DIES]; /* of a stack of which one listens; [0] is not NULL then */
	const struct vnor_op *xip;	 /* frames start with the address of this read */
	u64 now_ps;

	/* pins */
	bool cs, clk;
	u8 io, drive_mask, drive_val;
	u64 cs_rise_ps, period_ps;
	bool last_was_read;

	/* frame */
	u8 phase, lines; /* lines of this phase */
	u8 proto;	 /* P_... of this frame */
	u8 proto_lines;	 /* of its opcode */
	bool ddr;	 /* this phase moves on both edges */
	bool ddr_begins; /* ... from the next rise on */
	u8 opcode;
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

/* hooks that may be NULL are marked with what happens then */
struct vnor_vendor {
	void (*factory)(struct vnor *nor);
	/* volatile registers as after power-up; @power: really, not a reset command */
	void (*load)(struct vnor *nor, bool power);
	u8 (*proto)(const struct vnor *nor); /* P_SPI */
	/* second byte of this opcode */
	u8 (*opcode_ext)(u8 opcode); /* needed with P_OPI only */
	/* clocks between address (and mode byte) and data */
	u8 (*dummy)(const struct vnor *nor, const struct vnor_op *op); /* op->dummy */
	/* highest clock of a read with that many dummies */
	u32 (*fmax_mhz)(const struct vnor *nor, const struct vnor_op *op,
			u8 dummy);					    /* op's, part's */
	bool (*has_quad)(const struct vnor *nor);			    /* true */
	bool (*has_hold)(const struct vnor *nor);			    /* false */
	bool (*has_reset_pin)(const struct vnor *nor);			    /* false */
	u32 (*read_wrap)(const struct vnor *nor, const struct vnor_op *op); /* 0 */
	/* mode byte (8 bits) or, with @dummy, the lines in the first dummy clock */
	void (*confirm)(struct vnor *nor, u8 bits, bool dummy); /* nothing */
	u8 (*out)(struct vnor *nor, const struct vnor_op *op, u32 i);
	void (*in)(struct vnor *nor, const struct vnor_op *op);
	void (*commit)(struct vnor *nor, struct vnor_job *job);
	/* where a sector erase at @addr begins and how long it is; false: there is none */
	bool (*sector)(const struct vnor *nor, const struct vnor_op *op, u32 addr, u32 *from,
		       u32 *len); /* op->arg bytes */
	bool (*is_protected)(const struct vnor *nor, u32 addr, u32 len);
	/* a program or erase was refused */
	void (*refuse)(struct vnor *nor, bool erase); /* nothing */
	/* a program or erase begins; is over */
	void (*begun)(struct vnor *nor, const struct vnor_job *job); /* nothing */
	void (*done)(struct vnor *nor, const struct vnor_job *job);  /* nothing */
	void (*app_left)(struct vnor *nor);			     /* nothing */
};

/* ---- vnor-parts.c ---- */

#define VNOR_DECLARE(_name) extern const struct vnor_part vnor_##_name;
VNOR_PARTS(VNOR_DECLARE)

const struct vnor_part *vnor_find_part(const char *name);

/* ---- vnor-cells.c ---- */

struct vnor_cells *vnor_cells_new(u32 size);
void vnor_cells_free(struct vnor_cells *c);
u8 *vnor_cells_data(struct vnor_cells *c);
void vnor_cells_erase(struct vnor_cells *c, u8 *at, u32 len);

/* ---- vnor-job.c: what the chip does by itself ---- */

void vnor_start_program(struct vnor *nor, const struct vnor_op *op, u64 at_ps);
void vnor_start_erase(struct vnor *nor, const struct vnor_op *op, u64 at_ps);
void vnor_suspend(struct vnor *nor, u64 at_ps);
void vnor_resume(struct vnor *nor, u64 at_ps);
void vnor_deaf(struct vnor *nor, u64 at_ps, u64 for_ps);
void vnor_soft_reset(struct vnor *nor, u64 at_ps);
/* WIP stays set until the failure is cleared */
void vnor_fail(struct vnor *nor);
void vnor_clear_failure(struct vnor *nor);

/* start a register write that takes time; vendor->commit() is called with its data at the end */
void vnor_start_reg(struct vnor *nor, const struct vnor_op *op, const struct vnor_time *t);
u64 vnor_draw_ps(struct vnor *nor, const struct vnor_time *t);

/* ---- vnor.c ---- */

const struct vnor_op *vnor_find_op(const struct vnor *nor, u8 opcode, u8 proto);
bool vnor_has_quad(const struct vnor *nor);
void vnor_complain(struct vnor *nor, const char *fmt, ...) __printf_like(2, 3);
/* a command needs WEL and has none: is it because the chip was busy at the write enable? */
bool vnor_missed_wren(struct vnor *nor);
static inline u8 vnor_lines_of(u8 proto)
{
	return proto & (P_OPI | P_DOPI) ? 8 : proto == P_QPI ? 4 : proto == P_DPI ? 2 : 1;
}

static inline bool vnor_wip(const struct vnor *nor)
{
	return nor->job.kind != JOB_NONE;
}

#endif
