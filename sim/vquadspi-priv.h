/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside the virtual QUADSPI: registers and bus on one side (vquadspi.c), commands as they run on
 * the pins on the other (vquadspi-cmd.c).
 */
#ifndef SWDROM_SIM_VQUADSPI_PRIV_H
#define SWDROM_SIM_VQUADSPI_PRIV_H

#include "sim/vquadspi.h"

#define CR_PRESCALER GENMASK(31, 24)
#define CR_PMM	     BIT(23)
#define CR_APMS	     BIT(22)
#define CR_FTHRES    GENMASK(11, 8)
#define CR_FSEL	     BIT(7)
#define CR_DFM	     BIT(6)
#define CR_SSHIFT    BIT(4)
#define CR_TCEN	     BIT(3)
#define CR_DMAEN     BIT(2)
#define CR_ABORT     BIT(1)
#define CR_EN	     BIT(0)

#define DCR_FSIZE    GENMASK(20, 16)
#define DCR_CSHT     GENMASK(10, 8)
#define DCR_CKMODE   BIT(0)

#define SR_TOF	     BIT(4)
#define SR_SMF	     BIT(3)
#define SR_FTF	     BIT(2)
#define SR_TCF	     BIT(1)
#define SR_TEF	     BIT(0)

#define CCR_DDRM     BIT(31)
#define CCR_SIOO     BIT(28)
#define CCR_FMODE    GENMASK(27, 26)
#define CCR_DMODE    GENMASK(25, 24)
#define CCR_DCYC     GENMASK(22, 18)
#define CCR_ABSIZE   GENMASK(17, 16)
#define CCR_ABMODE   GENMASK(15, 14)
#define CCR_ADSIZE   GENMASK(13, 12)
#define CCR_ADMODE   GENMASK(11, 10)
#define CCR_IMODE    GENMASK(9, 8)

enum fmode { FM_WRITE, FM_READ, FM_POLL, FM_MAPPED };

#define FIFO_LEN	 16u

#define QSPI_WINDOW_BASE 0x90000000u
#define QSPI_WINDOW_SIZE 0x10000000u
#define DLR_ENDLESS	 0xffffffffu

enum state {
	ST_IDLE,
	ST_SELECT, /* NCS is about to fall */
	ST_HEADER,
	ST_DUMMY,
	ST_DATA,
	ST_DESELECT, /* last clock done, NCS is about to rise */
	ST_GAP,	     /* between two automatic polls */
	ST_ABORT,
	ST_HANG,
	ST_FULL, /* mapped mode: prefetch done; next step, if any, is the timeout */
};

struct vquadspi {
	struct sim *sim;
	struct vquadspi_port port[2];
	bool has_bank2;
	struct sim_rng rng;
	struct sim_event dma_event;
	struct bus_slave regs_slave, window_slave;

	u32 cr, dcr, dlr, ccr, ar, abr, psmkr, psmar, pir, lptr;
	u32 flags; /* TEF, TCF, SMF, TOF */
	bool held; /* RCC_AHB3RSTR bit is set */

	u8 fifo[FIFO_LEN];
	unsigned int head, level;

	enum state state;
	u64 now_ps, next_ps; /* next_ps SIM_NEVER: nothing moves by itself */
	u64 ncs_high_ps;
	bool selected, stalled;

	/* clocks: the rising edge of clock n (from 1) is at base_ps + n periods */
	u64 base_ps, cycles, period_fx; /* period in ps * 2^16 */

	/* the command under way */
	struct {
		u8 byte, lines;
	} header[9];
	unsigned int n_header, at_header;
	bool opcode_sent;  /* SIOO: once after each write of CCR */
	u32 address;	   /* AR, or the window offset; half of it goes out in dual-flash mode */
	u64 left;	   /* data bytes */
	u8 shift[2];	   /* byte that is being sent, one for each chip */
	bool drained_read; /* indirect read whose bytes all came in: BUSY until the FIFO is empty */
	bool extra_byte;   /* E1: one more, as soon as there is room */
	bool e2_armed;	   /* next mapped read is wrong */
	bool was_indirect; /* an indirect command ran since mapped mode was last used */

	/* polling */
	u32 poll_value;		/* the last status read */
	u32 poll_shift, n_poll; /* the one that is coming in */
	bool poll_ftf;
	/* mapped mode */
	u32 mapped_at; /* offset of the byte at the head of the FIFO */
	/* for vquadspi_look() */
	u64 n_unlike; /* commands that may be answered, or do, something else when they are repeated */
	u64 quiet_ps; /* the last one will not, until then */
};

/* ---- fields ---- */

static inline unsigned int fmode(const struct vquadspi *q)
{
	return FIELD_GET(CCR_FMODE, q->ccr);
}

/* lines of a phase by its mode field: none, 1, 2, 4 */
static inline u8 lines_of(u32 mode)
{
	return mode == 3 ? 4 : (u8)mode;
}

static inline bool is_enabled(const struct vquadspi *q)
{
	return q->cr & CR_EN;
}

/* do the data that come in go to the FIFO? indirect reads and mapped mode; not those of polls */
static inline bool fills_fifo(const struct vquadspi *q)
{
	return fmode(q) == FM_READ || fmode(q) == FM_MAPPED;
}

/* two chips side by side, even bytes in the first: RM0351 17.3.4 */
static inline bool is_dual(const struct vquadspi *q)
{
	return q->cr & CR_DFM;
}

/* bytes that one step of the data phase moves */
static inline unsigned int unit(const struct vquadspi *q)
{
	return is_dual(q) ? 2 : 1;
}

/* the ports that a command goes to; FSEL means nothing in dual-flash mode */
static inline unsigned int first_port(const struct vquadspi *q)
{
	return !is_dual(q) && q->cr & CR_FSEL ? 1 : 0;
}

static inline const struct vquadspi_port *port_of(const struct vquadspi *q, unsigned int i)
{
	return &q->port[first_port(q) + i];
}

/* DLR[0] is stuck at 1 in dual-flash mode */
static inline u32 dlr(const struct vquadspi *q)
{
	return q->dlr | (is_dual(q) ? 1 : 0);
}

static inline bool is_busy(const struct vquadspi *q)
{
	return q->state != ST_IDLE || (q->drained_read && q->level);
}

static inline u64 flash_size(const struct vquadspi *q)
{
	return (u64)2 << FIELD_GET(DCR_FSIZE, q->dcr);
}

static inline u64 period_ps(const struct vquadspi *q)
{
	return q->period_fx >> 16;
}

/* ---- FIFO ---- */

static inline void fifo_push(struct vquadspi *q, u8 b)
{
	q->fifo[(q->head + q->level++) % FIFO_LEN] = b;
}

static inline u8 fifo_pop(struct vquadspi *q)
{
	u8 b = q->fifo[q->head];

	q->head = (q->head + 1) % FIFO_LEN;
	q->level--;
	return b;
}

static inline void fifo_flush(struct vquadspi *q)
{
	q->level = 0;
	q->drained_read = false;
	q->extra_byte = false;
}

/* ---- vquadspi-cmd.c ---- */

/* begin the command that the registers describe; NCS falls when it has been high long enough */
void vqspi_start(struct vquadspi *q, u64 at_ps);
/* the FIFO moved: go on where the clock had stopped */
void vqspi_resume(struct vquadspi *q, u64 at_ps);
/* do the step that is due at next_ps; the host looks again at @to_ps, not before */
void vqspi_step(struct vquadspi *q, u64 to_ps);
void vqspi_advance(struct vquadspi *q, u64 to_ps);
/* when the @n-th byte from now moves between FIFO and chip, or the next step if something else may be first */
u64 vqspi_data_due_ps(const struct vquadspi *q, unsigned int n);
/*
 * ... which is a byte of each chip for the FIFO that needs no asking for: all but its value. Returns
 * when its clocks began.
 */
u64 vqspi_step_known(struct vquadspi *q);
/* end whatever runs: NCS up, FIFO empty */
void vqspi_stop(struct vquadspi *q, u64 at_ps);
/* CLK from HCLK and PRESCALER as they are now */
void vqspi_take_clock(struct vquadspi *q);

/* ---- vquadspi-run.c ---- */

bool vqspi_window_run(void *dev, struct bus_run *r);

#endif
