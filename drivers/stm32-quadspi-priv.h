/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside the QUADSPI driver: registers, state, and what its two files share. */
#ifndef SWDROM_DRIVERS_STM32_QUADSPI_PRIV_H
#define SWDROM_DRIVERS_STM32_QUADSPI_PRIV_H

#include "drivers/stm32-gpio.h"
#include "drivers/stm32-quadspi.h"

/* RM0351 17.5 */
#define QUADSPI_CR	     0x00
#define QUADSPI_CR_EN	     BIT(0)
#define QUADSPI_CR_ABORT     BIT(1)
#define QUADSPI_CR_DMAEN     BIT(2)
#define QUADSPI_CR_DFM	     BIT(6)	    /* both banks at once; not on L471/475/476/485/486 */
#define QUADSPI_CR_FTHRES    GENMASK(11, 8) /* one bit more with a 32-byte FIFO */
#define QUADSPI_CR_APMS	     BIT(22)	    /* stop polling at the first match */
#define QUADSPI_CR_PRESCALER GENMASK(31, 24)

#define QUADSPI_DCR	     0x04
#define QUADSPI_DCR_CSHT     GENMASK(10, 8)  /* NCS high: CSHT + 1 clocks */
#define QUADSPI_DCR_FSIZE    GENMASK(20, 16) /* 2^(FSIZE + 1) bytes */

#define QUADSPI_SR	     0x08
#define QUADSPI_SR_TEF	     BIT(0)
#define QUADSPI_SR_TCF	     BIT(1)
#define QUADSPI_SR_SMF	     BIT(3)
#define QUADSPI_SR_BUSY	     BIT(5)
#define QUADSPI_SR_FLEVEL    GENMASK(13, 8) /* [12:8] with 16 bytes, bit 13 reads 0 there */

#define QUADSPI_FCR	     0x0c /* write 1 to clear: CTOF 4, CSMF 3, CTCF 1, CTEF 0 */
#define QUADSPI_FCR_ALL	     0x1bu

#define QUADSPI_DLR	     0x10 /* bytes - 1 */

#define QUADSPI_CCR	     0x14
#define QUADSPI_CCR_IMODE    GENMASK(9, 8) /* each mode: 0 none, 1, 2, 3 = 1, 2, 4 lines */
#define QUADSPI_CCR_ADMODE   GENMASK(11, 10)
#define QUADSPI_CCR_ADSIZE   GENMASK(13, 12) /* bytes - 1 */
#define QUADSPI_CCR_ABMODE   GENMASK(15, 14)
#define QUADSPI_CCR_ABSIZE   GENMASK(17, 16) /* bytes - 1 */
#define QUADSPI_CCR_DCYC     GENMASK(22, 18)
#define QUADSPI_CCR_DMODE    GENMASK(25, 24)
#define QUADSPI_CCR_FMODE    GENMASK(27, 26)

#define FMODE_WRITE	     0u
#define FMODE_READ	     1u
#define FMODE_POLL	     2u
#define FMODE_MAPPED	     3u

#define QUADSPI_AR	     0x18
#define QUADSPI_ABR	     0x1c
#define QUADSPI_DR	     0x20
#define QUADSPI_PSMKR	     0x24
#define QUADSPI_PSMAR	     0x28
#define QUADSPI_PIR	     0x2c /* clocks between two polls */

/* a command whose answer is lost on the wire is repeated as a whole */
#define EXEC_TRIES 3

#define MAX_PORTS  QSPI_N_SIGNALS

struct stm32_quadspi {
	struct spi_mem mem;
	struct stm32_quadspi_desc d;
	struct board_pin pins[QSPI_N_SIGNALS];
	struct stm32_gpio_port ports[MAX_PORTS];
	unsigned int n_ports;
	u32 found_rcc_enr, found_gpio_enr;
	u32 found_cr, found_dcr, found_ccr; /* 0 where it had no clock */
	u32 board_max_hz;
	u32 cr;	  /* as last written, without ABORT */
	u64 size; /* of the device, 0: not known */
	struct stm32_quadspi_dma dma;
	struct stm32_crc_source crc_src; /* for the clock and the lines that follow */
	u32 crc_hz;
	u64 crc_cycles;
	bool enabled;
	bool wide;	 /* IO2 and IO3 belong to the controller */
	bool lines_set;	 /* and that is certain */
	bool dma_on;	 /* CR.DMAEN */
	u32 dlr_bytes;	 /* that DLR is set for, 0: not known */
	bool keeps_time; /* data were seen to be in the FIFO when they should be */
	bool maybe_busy; /* something was queued: look before the next exec() */
	bool poll_set;	 /* PSMKR, PSMAR and PIR are what follows */
	u8 poll_mask, poll_match;
	u64 poll_interval_ns;
};

static inline struct stm32_quadspi *to_quadspi(const struct spi_mem *mem)
{
	return container_of(mem, struct stm32_quadspi, mem);
}

static inline struct err *err_of(const struct stm32_quadspi *qs)
{
	return &qs->mem.ctx->err;
}

static inline void put(struct stm32_quadspi *qs, struct memq *q, u32 reg, u32 val)
{
	memq_write32(q, qs->d.regs + reg, val);
}

/* clocks of @nbytes of data: two chips send half of them each, at the same time */
static inline u64 data_clocks(const struct stm32_quadspi *qs, const struct spi_mem_op *op,
			      u64 nbytes)
{
	return DIV_ROUND_UP(spi_mem_data_cycles(op, nbytes), qs->mem.n_chips);
}

static inline u64 clocks_ns(const struct stm32_quadspi *qs, u64 clocks)
{
	return DIV_ROUND_UP(clocks * SEC_NS, qs->mem.hz);
}

/* wire time of one access, at least: the next one takes effect no sooner than that */
static inline u64 access_ns(const struct stm32_quadspi *qs)
{
	return 46 * memq_period_ps(qs->mem.q) / 1000;
}

/* ---- drivers/stm32-quadspi.c ---- */

/* hand IO2 and IO3 to the controller (@wide), or hold them high */
void quadspi_select_lines(struct stm32_quadspi *qs, struct memq *q, bool wide);
u32 quadspi_op_ccr(const struct spi_mem_op *op, u32 fmode);
void quadspi_queue_abort(struct stm32_quadspi *qs, struct memq *q);
/* wait until the block is idle, by force if it does not come to rest by itself */
int quadspi_quiesce(struct stm32_quadspi *qs);
/* after a failure: whatever runs is ended; what goes wrong in doing so is not news */
void quadspi_give_up(struct stm32_quadspi *qs);
void quadspi_queue_op(struct spi_mem *mem, struct memq *q, const struct spi_mem_op *op,
		      enum memq_sample *state);

/* ---- drivers/stm32-quadspi-read.c ---- */

/* queue what makes the window readable with @op; touch no other register until it was left */
void quadspi_queue_enter_mapped(struct stm32_quadspi *qs, struct memq *q,
				const struct spi_mem_op *op);
/* back to a quiet block; flushes */
int quadspi_leave_mapped(struct stm32_quadspi *qs, const struct spi_mem_op *op);

int quadspi_dirmap_read(struct spi_mem *mem, const struct spi_mem_op *op, u64 from, size_t len,
			u8 *buf);
int quadspi_drive_high(struct spi_mem *mem, unsigned int width, unsigned int ncycles);

/* ---- drivers/stm32-quadspi-crc.c ---- */

void quadspi_checksum_costs(const struct spi_mem *mem, const struct spi_mem_op *op,
			    struct mtd_info *mtd);
int quadspi_dirmap_checksum(struct spi_mem *mem, const struct spi_mem_op *op,
			    struct mtd_crc *pieces, size_t n);

#endif
