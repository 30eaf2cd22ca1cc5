/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside the virtual flash: controller (vflash.c), what the bus reads (vflash-bus.c), cells
 * (vflash-array.c), options (vflash-opt.c).
 */
#ifndef SWDROM_SIM_VFLASH_PRIV_H
#define SWDROM_SIM_VFLASH_PRIV_H

#include "sim/vflash.h"

#define PAGE_SIZE    2048u /* RM0351 3.3.1 */
#define ROW_DW	     32u   /* double words in a fast-programming row */
#define OTP_SIZE     1024u
#define SYSMEM_SIZE  0x7000u
#define DCACHE_LINES 8u /* of 4 x 64 bits: RM0351 3.3.4 */
#define DCACHE_LINE  32u

/* SR: RM0351 3.7.5 */
#define SR_EOP	    BIT(0)
#define SR_OPERR    BIT(1)
#define SR_PROGERR  BIT(3)
#define SR_WRPERR   BIT(4)
#define SR_PGAERR   BIT(5)
#define SR_SIZERR   BIT(6)
#define SR_PGSERR   BIT(7)
#define SR_MISERR   BIT(8)
#define SR_FASTERR  BIT(9)
#define SR_RDERR    BIT(14)
#define SR_OPTVERR  BIT(15)
#define SR_BSY	    BIT(16)
#define SR_W1C	    0xc3fbu
#define SR_BLOCKING 0x03f8u /* a set one makes the next operation a PGSERR */

/* CR: RM0351 3.7.6 */
#define CR_PG	      BIT(0)
#define CR_PER	      BIT(1)
#define CR_MER1	      BIT(2)
#define CR_PNB	      GENMASK(10, 3)
#define CR_BKER	      BIT(11)
#define CR_MER2	      BIT(15)
#define CR_STRT	      BIT(16)
#define CR_OPTSTRT    BIT(17)
#define CR_FSTPG      BIT(18)
#define CR_EOPIE      BIT(24)
#define CR_ERRIE      BIT(25)
#define CR_RDERRIE    BIT(26)
#define CR_OBL_LAUNCH BIT(27)
#define CR_OPTLOCK    BIT(30)
#define CR_LOCK	      BIT(31)
#define CR_SETTINGS   0x07048fffu

/* the option registers, in the order of their offsets */
enum opt_reg {
	OPT_OPTR,
	OPT_PCROP1SR,
	OPT_PCROP1ER,
	OPT_WRP1AR,
	OPT_WRP1BR,
	OPT_PCROP2SR,
	OPT_PCROP2ER,
	OPT_WRP2AR,
	OPT_WRP2BR,
	OPT_N
};

#define OPTR_DUALBANK BIT(21)
#define RDP_LEVEL0    0xaau
#define RDP_LEVEL2    0xccu
#define PCROP_RDP     BIT(31)

/* one stretch of non-volatile cells: main flash or OTP; @bad: one byte a double word, ECC broken */
struct cells {
	u8 *mem;
	u8 *bad;
	u32 size;
};

enum flash_op { OP_NONE, OP_PROGRAM, OP_ERASE, OP_ROW, OP_OPTIONS };

/* a sequence of two keys */
struct key_lock {
	unsigned int n_right;
	bool dead; /* until the next reset */
};

struct flash_row {
	u32 base; /* offset in main flash */
	unsigned int n;
	u64 dw_ps, tail_ps;
	u64 accepted_ps; /* the last double word was complete */
	u64 start_ps[ROW_DW];
	u8 old[ROW_DW][8];
};

struct dcache_line {
	bool valid;
	u32 offset;
	u8 data[DCACHE_LINE];
};

struct vflash {
	struct mcu *mcu;
	struct sim_busy_model busy;
	struct sim_rng rng; /* unstable cells */
	struct cells main, otp;
	u8 sysmem[SYSMEM_SIZE];
	u8 uid[12];

	u32 acr, sr, cr, eccr;
	struct key_lock key, optkey;

	/* the operation that runs; effects appear when it ends */
	enum flash_op op;
	u64 op_start_ps, op_end_ps;
	u8 op_banks;		/* BIT(0), BIT(1): banks that cannot be read meanwhile */
	u32 op_from, op_to;	/* erase */
	struct cells *op_cells; /* program */
	u32 op_offset;
	u8 op_data[8];
	bool op_regression;
	struct flash_row row;
	bool mass_erased[2]; /* fast programming is allowed */

	/* first word of a double word, waiting for the second */
	bool latched;
	struct cells *latch_cells;
	u32 latch_offset, latch_word;

	struct dcache_line dcache[DCACHE_LINES];
	unsigned int dcache_next;
	u32 ws_hz; /* HCLK for which the wait states were found wanting */

	u32 opt_reg[OPT_N]; /* as software sees and writes them */
	u32 opt_cur[OPT_N]; /* in force */
	u32 opt_nv[OPT_N];  /* in the option bytes */
	bool opt_nv_bad;    /* a change was cut short: value and complement differ */
	bool has_pcrop;
	u32 generation; /* counts whatever may have changed the cells */
};

/* ---- vflash.c ---- */

/* finish what has ended by @t */
void vflash_settle(struct vflash *f, u64 t);
void vflash_error(struct vflash *f, u32 flags);
bool vflash_is_busy(const struct vflash *f, u64 t);
bool vflash_row_is_open(const struct vflash *f);
void vflash_row_break(struct vflash *f, u32 flags, u64 t);
void vflash_wait(struct vflash *f, struct bus_xact *x, const char *what);
enum bus_resp vflash_write_cells(struct vflash *f, struct cells *c, u32 offset, struct bus_xact *x);

/* ---- vflash-array.c ---- */

bool vflash_array_init(struct vflash *f);
void vflash_array_exit(struct vflash *f);
void vflash_array_save(struct vflash *f);
bool vflash_is_dual(const struct vflash *f);
unsigned int vflash_bank_of(const struct vflash *f, u32 offset); /* 0, 1 */
void vflash_erase_cells(struct vflash *f, u32 from, u32 to);
void vflash_half_erase(struct vflash *f, u32 from, u32 to, double how_far);
void vflash_half_program(struct vflash *f, struct cells *c, u32 offset, const u8 *data);
bool vflash_is_blank(const struct cells *c, u32 offset);
/* a word through cache and ECC; adds the wait states */
void vflash_read_main(struct vflash *f, struct bus_xact *x, u32 offset);
void vflash_read_otp(struct vflash *f, struct bus_xact *x, u32 offset);
void vflash_dcache_flush(struct vflash *f);
unsigned int vflash_wait_states_needed(const struct vflash *f);

/* ---- vflash-opt.c ---- */

void vflash_opt_init(struct vflash *f);
void vflash_opt_save(struct vflash *f);
void vflash_opt_load(struct vflash *f);
int vflash_opt_index(u32 reg_offset); /* enum opt_reg, or -1 */
u32 vflash_opt_valid(enum opt_reg r, u32 val);
bool vflash_is_wrp(const struct vflash *f, u32 page_offset);
bool vflash_is_pcrop(const struct vflash *f, u32 from, u32 to);
/* word of the option area at 0x1fff7800 or 0x1ffff800 */
u32 vflash_opt_area(const struct vflash *f, u32 addr);
/* the option bytes take the values of the registers; does this erase the flash? */
bool vflash_opt_is_regression(const struct vflash *f);
bool vflash_opt_keeps_pcrop(const struct vflash *f);
void vflash_regress(struct vflash *f, double how_far);
u32 vflash_regression_erases(const struct vflash *f);

#endif
