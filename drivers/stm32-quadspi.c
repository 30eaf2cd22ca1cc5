// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * STM32 QUADSPI (RM0351 chapter 17, RM0440 chapter 20; 16-byte FIFO on L4/G4/WB, 32 on F4/F7/H7).
 *
 * What starts a command decides the order of writes: CCR when there is no address and no data to
 * send, AR when there is an address, the first write to DR when there are data to send. While BUSY
 * is 1 writes to CCR, DLR, AR are dropped silently, so every queued command leaves enough wire time
 * for the one before it to end on the pins.
 *
 * DR is never read beyond FLEVEL and never written faster than the FIFO drains: either would stall
 * the bus and with it the debug port. What is not known from a look at SR is known from the clock:
 *
 *	AR written  |<- header + n bytes at the SPI clock ->|  DR: n bytes are there
 *	            |<------------ memq_delay_ns() -------->|  read them, then ABORT (erratum E1)
 *
 * The window is touched in memory-mapped mode only, and that mode is left by ABORT before any other
 * register is written.
 *
 * Two chips side by side (CR.DFM) hear the same commands; the bytes of data alternate between them.
 * The block stays in that mode: both may hang on one NCS.
 *
 * In 1-line phases the block drives IO2 = 0 and IO3 = 1 (RM0440 20.3.4). IO2 is WP# to a chip that
 * is not in quad mode, and WP# low locks its status register, so as long as no command uses four
 * lines IO2 and IO3 are plain outputs, high.
 */
#include "drivers/stm32-quadspi-priv.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Chips wake up from anything at 8 MHz (MX25R in low power mode: 8 MHz). Without a limit from the
 * board file 24 MHz: fed over SWD even one line at 24 MHz outruns a 30 MHz debug clock (32 clocks =
 * 1.33 us against 1.53 us a word), and loose wires still carry it.
 */
#define SLOW_HZ		 8000000u
#define DEFAULT_LIMIT_HZ 24000000u

/* NCS high between commands: 50 to 100 ns after program and erase in the data sheets seen */
#define T_SHSL_NS 100u

/* HCLK cycles of a word from SRAM into the FIFO, on the safe side */
#define STAGED_WORD_CYCLES 16u

/* FIFO loads that are read in one go: 512 bytes of a 16-byte FIFO */
#define PIECES_BY_CLOCK 32

/* an idle controller answers within microseconds; a USB hiccup takes milliseconds */
#define IDLE_TIMEOUT_NS (20 * MSEC_NS)

/* from the write that starts @op until it is over; data to send count as far as the FIFO holds them
 * when the last is written */
static u64 op_clocks(const struct stm32_quadspi *qs, const struct spi_mem_op *op)
{
	u64 nbytes = op->data.nbytes;

	if (op->data.dir == SPI_MEM_OUT)
		nbytes = min(nbytes, (u64)qs->d.fifo_depth + 4);
	/* NCS falls one clock before and rises one after; CSHT; two for synchronising */
	return spi_mem_header_cycles(op) + data_clocks(qs, op, nbytes) + 12;
}

static u64 quadspi_op_time_ns(const struct spi_mem *mem, const struct spi_mem_op *op)
{
	struct stm32_quadspi *qs = to_quadspi(mem);
	u64 ns = clocks_ns(qs, op_clocks(qs, op)), access = access_ns(qs);

	return ns > access ? ns - access : 0;
}

/* ---- pins ---- */

/* WP# and HOLD# to a chip that is not in quad mode */
static bool is_io23(unsigned int signal)
{
	return signal == QSPI_IO2 || signal == QSPI_IO3 || signal == QSPI_BK2_IO2 ||
	       signal == QSPI_BK2_IO3;
}

static bool is_ncs(unsigned int signal)
{
	return signal == QSPI_NCS || signal == QSPI_BK2_NCS;
}

static u32 port_moder(const struct stm32_quadspi *qs, const struct stm32_gpio_port *port, bool wide)
{
	u32 moder = port->now.moder;

	for (unsigned int i = 0; i < QSPI_N_SIGNALS; i++)
		if (is_io23(i) && qs->pins[i].port &&
		    stm32_gpio_regs(qs->d.gpio_base, qs->pins[i].port) == port->regs)
			moder = stm32_gpio_moder(moder, qs->pins[i].pin, wide);
	return moder;
}

void quadspi_select_lines(struct stm32_quadspi *qs, struct memq *q, bool wide)
{
	if ((qs->wide == wide && qs->lines_set) || qs->mem.max_width < 4)
		return;
	for (unsigned int i = 0; i < qs->n_ports; i++) {
		u32 moder = port_moder(qs, &qs->ports[i], wide);

		if (moder != port_moder(qs, &qs->ports[i], !wide))
			stm32_gpio_queue_moder(q, &qs->ports[i], moder);
	}
	qs->wide = wide;
	qs->lines_set = true;
}

static int setup_pins(struct stm32_quadspi *qs)
{
	int rc;

	qs->n_ports = 0;
	for (unsigned int i = 0; i < QSPI_N_SIGNALS; i++) {
		const struct board_pin *pin = &qs->pins[i];
		struct stm32_gpio_port *port = NULL;
		u32 regs;

		if (!pin->port)
			continue;
		regs = stm32_gpio_regs(qs->d.gpio_base, pin->port);
		for (unsigned int k = 0; k < qs->n_ports; k++)
			if (qs->ports[k].regs == regs)
				port = &qs->ports[k];
		if (!port) {
			port = &qs->ports[qs->n_ports++];
			port->regs = regs;
			rc = stm32_gpio_read(qs->mem.q, port);
			if (rc)
				return rc;
		}
		stm32_gpio_set_af(port, pin->pin, pin->af,
				  is_ncs(i) || is_io23(i) ? GPIO_PULL_UP : GPIO_PULL_NONE);
		if (is_io23(i))
			stm32_gpio_set_high(port, pin->pin);
	}
	qs->wide = false;
	qs->lines_set = true;
	for (unsigned int i = 0; i < qs->n_ports; i++) {
		rc = stm32_gpio_apply(qs->mem.q, &qs->ports[i]);
		if (rc)
			return rc;
	}
	return 0;
}

/* ---- the register file ---- */

static u32 width_code(u8 width)
{
	return width == 4 ? 3 : width;
}

u32 quadspi_op_ccr(const struct spi_mem_op *op, u32 fmode)
{
	u32 ccr = FIELD_PREP(QUADSPI_CCR_FMODE, fmode) | op->cmd.opcode |
		  FIELD_PREP(QUADSPI_CCR_IMODE, width_code(op->cmd.buswidth)) |
		  FIELD_PREP(QUADSPI_CCR_DCYC, op->dummy.ncycles);

	if (op->addr.nbytes)
		ccr |= FIELD_PREP(QUADSPI_CCR_ADMODE, width_code(op->addr.buswidth)) |
		       FIELD_PREP(QUADSPI_CCR_ADSIZE, op->addr.nbytes - 1);
	if (op->mode.nbits)
		ccr |= FIELD_PREP(QUADSPI_CCR_ABMODE, width_code(op->mode.buswidth)) |
		       FIELD_PREP(QUADSPI_CCR_ABSIZE, op->mode.nbits / 8 - 1);
	if (op->data.dir != SPI_MEM_NO_DATA)
		ccr |= FIELD_PREP(QUADSPI_CCR_DMODE, width_code(op->data.buswidth));
	return ccr;
}

/* clock, chip select time and size; the block is idle */
static void set_clock(struct stm32_quadspi *qs, u32 max_hz)
{
	u32 div = min(DIV_ROUND_UP(qs->d.kernel_hz, max(max_hz, 1u)), 256u);
	u32 fsize = 31, csht;

	div = max(div, 1u);
	qs->mem.hz = qs->d.kernel_hz / div;
	csht = (u32)min(DIV_ROUND_UP((u64)T_SHSL_NS * qs->mem.hz, SEC_NS), (u64)8);
	if (qs->size > 1)
		for (fsize = 0; fsize < 31 && (u64)2 << fsize < qs->size;)
			fsize++;
	qs->cr = QUADSPI_CR_EN | QUADSPI_CR_APMS | FIELD_PREP(QUADSPI_CR_FTHRES, 3) |
		 FIELD_PREP(QUADSPI_CR_PRESCALER, div - 1);
	if (qs->mem.n_chips == 2)
		qs->cr |= QUADSPI_CR_DFM;
	qs->dma_on = qs->keeps_time = false;
	put(qs, qs->mem.q, QUADSPI_CR, qs->cr);
	put(qs, qs->mem.q, QUADSPI_DCR,
	    FIELD_PREP(QUADSPI_DCR_FSIZE, fsize) | FIELD_PREP(QUADSPI_DCR_CSHT, max(csht, 1u) - 1));
	qs->poll_set = false;
}

void quadspi_queue_abort(struct stm32_quadspi *qs, struct memq *q)
{
	qs->dma_on = false;
	put(qs, q, QUADSPI_CR, qs->cr | QUADSPI_CR_ABORT);
}

/* end what runs. What was queued may never have arrived: nothing of what registers hold is believed */
int quadspi_quiesce(struct stm32_quadspi *qs)
{
	struct memq *q = qs->mem.q;
	u32 sr = 0;
	int rc;

	qs->dlr_bytes = 0;
	qs->poll_set = qs->lines_set = false;
	rc = target_poll32(q, qs->d.regs + QUADSPI_SR, QUADSPI_SR_BUSY, 0, MSEC_NS, &sr);
	if (rc == -ETIMEDOUT) {
		quadspi_queue_abort(qs, q);
		rc = target_poll32(q, qs->d.regs + QUADSPI_SR, QUADSPI_SR_BUSY, 0, IDLE_TIMEOUT_NS,
				   &sr);
		if (rc == -ETIMEDOUT)
			return err_set(err_of(qs), rc, "power-cycle the board",
				       "QUADSPI stays busy after an abort (SR %08" PRIx32 ")", sr);
	}
	if (rc)
		return rc;
	put(qs, q, QUADSPI_FCR, QUADSPI_FCR_ALL);
	qs->maybe_busy = false;
	return 0;
}

/* with two chips AR counts the bytes of both: each is sent half of it (RM0351 17.3.4) */
static void queue_addr(struct stm32_quadspi *qs, struct memq *q, const struct spi_mem_op *op)
{
	if (op->addr.nbytes)
		put(qs, q, QUADSPI_AR, (u32)op->addr.val * qs->mem.n_chips);
}

/* queue the writes that start @op, all but data to send */
static void queue_start(struct stm32_quadspi *qs, struct memq *q, const struct spi_mem_op *op)
{
	bool wide = spi_mem_op_width(op) == 4;

	/* mixed streams (1-line WREN, 4-line program) keep the pins; a register write must find WP#
	 * high */
	if (wide || (op->data.dir == SPI_MEM_OUT && !op->addr.nbytes))
		quadspi_select_lines(qs, q, wide);
	qs->maybe_busy = true;
	if (op->data.dir != SPI_MEM_NO_DATA && qs->dlr_bytes != op->data.nbytes) {
		put(qs, q, QUADSPI_DLR, op->data.nbytes - 1);
		qs->dlr_bytes = op->data.nbytes;
	}
	if (op->mode.nbits)
		put(qs, q, QUADSPI_ABR, op->mode.val);
	put(qs, q, QUADSPI_CCR,
	    quadspi_op_ccr(op, op->data.dir == SPI_MEM_IN ? FMODE_READ : FMODE_WRITE));
	queue_addr(qs, q, op);
}

static void write_dr(struct stm32_quadspi *qs, struct memq *q, const u8 *buf, size_t len)
{
	size_t words = len & ~(size_t)3;

	if (words)
		memq_write_fifo(q, qs->d.regs + QUADSPI_DR, 4, buf, words);
	if (len > words)
		memq_write_fifo(q, qs->d.regs + QUADSPI_DR, 1, buf + words, len - words);
}

/*
 * Data into the FIFO, no faster than it drains. Usually the wire is the slower side (48 clocks of
 * SWCLK a word); at a slow HCLK it is not, and a write that finds the FIFO full stalls the bus.
 */
static void queue_data_out(struct stm32_quadspi *qs, struct memq *q, const struct spi_mem_op *op)
{
	const u8 *buf = op->data.out;
	size_t len = op->data.nbytes, half = qs->d.fifo_depth / 2, n;
	u64 header_ns = clocks_ns(qs, spi_mem_header_cycles(op) + 4);
	u64 word_ns = clocks_ns(qs, data_clocks(qs, op, 4));

	if (len <= qs->d.fifo_depth ||
	    (word_ns <= access_ns(qs) && header_ns <= qs->d.fifo_depth / 4u * access_ns(qs))) {
		write_dr(qs, q, buf, len);
		return;
	}
	write_dr(qs, q, buf, qs->d.fifo_depth);
	memq_delay_ns(q, header_ns);
	for (size_t done = qs->d.fifo_depth; done < len; done += n) {
		n = min(half, len - done);
		memq_delay_ns(q, clocks_ns(qs, data_clocks(qs, op, half)));
		write_dr(qs, q, buf + done, n);
	}
}

/* queue reading @len bytes that are in the FIFO for certain */
static void queue_data_in(struct stm32_quadspi *qs, struct memq *q, u8 *buf, size_t len,
			  enum memq_sample *state)
{
	memq_read_fifo(q, qs->d.regs + QUADSPI_DR, len % 4 ? 1 : 4, buf, len, state);
}

/* ---- ops ---- */

static bool quadspi_supports_op(const struct spi_mem *mem, const struct spi_mem_op *op)
{
	/* with two chips bit 0 of DLR is always 1 */
	if (op->data.dir != SPI_MEM_NO_DATA && op->data.nbytes % mem->n_chips)
		return false;
	/* four lines at most, and both edges are not to be relied on (stmqspi: DDR errata) */
	if (spi_mem_op_width(op) > 4 || op->cmd.has_ext || op->dtr)
		return false;
	if (op->mode.nbits % 8 || op->dummy.ncycles > 31)
		return false;
	/* DCYC needs DMODE to know its lines */
	if (op->data.dir == SPI_MEM_NO_DATA)
		return !op->dummy.ncycles;
	/* erratum E3, on some families; nobody needs it on the others */
	return op->data.dir == SPI_MEM_IN || !op->dummy.ncycles;
}

void quadspi_queue_op(struct spi_mem *mem, struct memq *q, const struct spi_mem_op *op,
		      enum memq_sample *state)
{
	struct stm32_quadspi *qs = to_quadspi(mem);

	queue_start(qs, q, op);
	if (op->data.dir == SPI_MEM_OUT)
		queue_data_out(qs, q, op);
	memq_delay_ns(q, quadspi_op_time_ns(mem, op));
	if (op->data.dir != SPI_MEM_IN)
		return;
	assert(op->data.nbytes <= qs->d.fifo_depth);
	queue_data_in(qs, q, op->data.in, op->data.nbytes, state);
	if (qs->d.errata & QUADSPI_ERRATUM_E1)
		quadspi_queue_abort(qs, q);
}

static void quadspi_queue_stage(struct spi_mem *mem, struct memq *q, u32 offset, const u8 *buf,
				u32 len, u32 total)
{
	stm32_quadspi_dma_stage(&to_quadspi(mem)->dma, q, offset, buf, len, total);
}

/* DMAEN alone moves nothing, the channel is still off */
static void quadspi_queue_poll_end_staged(struct spi_mem *mem, struct memq *q)
{
	struct stm32_quadspi *qs = to_quadspi(mem);

	put(qs, q, QUADSPI_CR, qs->cr | QUADSPI_CR_ABORT | QUADSPI_CR_DMAEN);
	qs->dma_on = true;
}

/*
 * The DMA answers each request (FTHRES: 4 bytes free) with a word; the first one starts the
 * command.
 */
static void quadspi_queue_op_staged(struct spi_mem *mem, struct memq *q,
				    const struct spi_mem_op *op)
{
	struct stm32_quadspi *qs = to_quadspi(mem);

	queue_start(qs, q, op);
	if (!qs->dma_on)
		put(qs, q, QUADSPI_CR, qs->cr | QUADSPI_CR_DMAEN);
	qs->dma_on = true;
	stm32_quadspi_dma_go(&qs->dma, q);
}

static u64 quadspi_staged_ns(const struct spi_mem *mem, const struct spi_mem_op *op)
{
	const struct stm32_quadspi *qs = to_quadspi(mem);
	u64 ns = clocks_ns(qs,
			   spi_mem_header_cycles(op) + data_clocks(qs, op, op->data.nbytes) + 12);

	return ns > access_ns(qs) ? ns - access_ns(qs) : 0;
}

/*
 * The DMA is ahead of the wire in the same memory, and stays so: the FIFO takes its first words at
 * once, one more after the header, and the wire needs an access for the address before its first.
 */
static bool quadspi_may_stage_ahead(const struct spi_mem *mem, const struct spi_mem_op *op)
{
	const struct stm32_quadspi *qs = to_quadspi(mem);
	u64 word_ns = clocks_ns(qs, data_clocks(qs, op, 4)) +
		      DIV_ROUND_UP(STAGED_WORD_CYCLES * SEC_NS, max(qs->d.kernel_hz, 1u));

	return word_ns <= access_ns(qs) && clocks_ns(qs, spi_mem_header_cycles(op) + 12) <=
						   qs->d.fifo_depth / 4u * access_ns(qs);
}

static int op_failed(struct stm32_quadspi *qs, const struct spi_mem_op *op, u32 sr)
{
	if (sr & QUADSPI_SR_TEF)
		return err_set(err_of(qs), -EINVAL, "check the size of the flash chip",
			       "QUADSPI refused address 0x%" PRIx64
			       " of SPI command %02xh (SR.TEF): past the end of the device",
			       op->addr.val, op->cmd.opcode);
	return err_set(err_of(qs), -ETIMEDOUT,
		       "is the target's clock running, and was it not reset in between?",
		       "QUADSPI did not finish SPI command %02xh (SR %08" PRIx32 ")",
		       op->cmd.opcode, sr);
}

/* the command is started and @op's time has passed; take the data as they come */
static int receive(struct stm32_quadspi *qs, const struct spi_mem_op *op, u32 *sr, bool *lost)
{
	struct memq *q = qs->mem.q;
	u8 *buf = op->data.in;
	size_t got = 0, len = op->data.nbytes;
	u64 refill_ns = clocks_ns(qs, data_clocks(qs, op, qs->d.fifo_depth) + 4);
	unsigned int empty = 0;
	int rc;

	while (got < len) {
		enum memq_sample state[2] = { MEMQ_VALID, MEMQ_VALID };
		size_t n = min((size_t)FIELD_GET(QUADSPI_SR_FLEVEL, *sr), len - got);
		size_t words = n & ~(size_t)3;

		if (n < len - got)
			n = words;
		if (!n && (*sr & QUADSPI_SR_TEF || ++empty > 100))
			return op_failed(qs, op, *sr);
		if (words)
			queue_data_in(qs, q, buf + got, words, &state[0]);
		if (n > words)
			memq_read_fifo(q, qs->d.regs + QUADSPI_DR, 1, buf + got + words, n - words,
				       &state[1]);
		got += n;
		if (got < len)
			memq_delay_ns(q, refill_ns);
		else if (qs->d.errata & QUADSPI_ERRATUM_E1)
			quadspi_queue_abort(qs, q);
		memq_read32(q, qs->d.regs + QUADSPI_SR, sr);
		rc = memq_flush(q);
		if (rc)
			return rc;
		if (state[0] == MEMQ_LOST || state[1] == MEMQ_LOST) {
			*lost = true;
			return 0;
		}
	}
	return 0;
}

/*
 * All of it by the clock, in one go: what SR said before each piece is looked at afterwards. Only for a
 * controller that has shown that it runs, or a read of an empty FIFO would stall the bus.
 */
static int receive_by_clock(struct stm32_quadspi *qs, const struct spi_mem_op *op, u32 *sr,
			    bool *lost)
{
	struct memq *q = qs->mem.q;
	u64 refill_ns = clocks_ns(qs, data_clocks(qs, op, qs->d.fifo_depth) + 4);
	struct {
		u32 sr;
		size_t len;
		enum memq_sample state[3];
	} pieces[PIECES_BY_CLOCK];
	u8 *buf = op->data.in;
	size_t n = 0, got = 0, len = op->data.nbytes;
	int rc;

	for (; got < len; got += pieces[n++].len) {
		size_t words;

		pieces[n].len = min((size_t)qs->d.fifo_depth, len - got);
		words = pieces[n].len & ~(size_t)3;
		for (unsigned int i = 0; i < ARRAY_SIZE(pieces[n].state); i++)
			pieces[n].state[i] = MEMQ_VALID;
		if (got)
			memq_delay_ns(q, refill_ns);
		memq_sample32(q, qs->d.regs + QUADSPI_SR, &pieces[n].sr, &pieces[n].state[0]);
		if (words)
			queue_data_in(qs, q, buf + got, words, &pieces[n].state[1]);
		if (pieces[n].len > words)
			memq_read_fifo(q, qs->d.regs + QUADSPI_DR, 1, buf + got + words,
				       pieces[n].len - words, &pieces[n].state[2]);
	}
	if (qs->d.errata & QUADSPI_ERRATUM_E1)
		quadspi_queue_abort(qs, q);
	memq_read32(q, qs->d.regs + QUADSPI_SR, sr);
	rc = memq_flush(q);
	for (size_t i = 0; i < n && !rc; i++) {
		for (unsigned int k = 0; k < ARRAY_SIZE(pieces[i].state); k++)
			*lost |= pieces[i].state[k] != MEMQ_VALID;
		*lost |= pieces[i].sr & QUADSPI_SR_TEF ||
			 FIELD_GET(QUADSPI_SR_FLEVEL, pieces[i].sr) < pieces[i].len;
	}
	return rc;
}

static int exec_once(struct stm32_quadspi *qs, const struct spi_mem_op *op, bool *lost)
{
	struct memq *q = qs->mem.q;
	u32 sr;
	int rc;

	*lost = false;
	if (qs->maybe_busy) {
		rc = quadspi_quiesce(qs);
		if (rc)
			return rc;
	}
	if (qs->dma_on)
		quadspi_queue_abort(qs, q);
	if (spi_mem_op_width(op) < 4)
		quadspi_select_lines(qs, q, false);
	put(qs, q, QUADSPI_FCR, QUADSPI_FCR_ALL);
	queue_start(qs, q, op);
	if (op->data.dir == SPI_MEM_OUT)
		queue_data_out(qs, q, op);
	memq_delay_ns(q, quadspi_op_time_ns(&qs->mem, op));
	if (op->data.dir == SPI_MEM_IN && qs->keeps_time &&
	    op->data.nbytes <= PIECES_BY_CLOCK * (size_t)qs->d.fifo_depth) {
		rc = receive_by_clock(qs, op, &sr, lost);
		if (!rc && !*lost)
			qs->maybe_busy = sr & QUADSPI_SR_BUSY;
		return rc;
	}
	memq_read32(q, qs->d.regs + QUADSPI_SR, &sr);
	rc = memq_flush(q);
	if (rc)
		return rc;
	if (op->data.dir == SPI_MEM_IN) {
		bool was_there = FIELD_GET(QUADSPI_SR_FLEVEL, sr) >=
				 min(op->data.nbytes, (u32)qs->d.fifo_depth);

		rc = receive(qs, op, &sr, lost);
		if (rc || *lost)
			return rc;
		qs->keeps_time = was_there;
	} else if (!(sr & QUADSPI_SR_TCF)) {
		if (sr & QUADSPI_SR_TEF)
			return op_failed(qs, op, sr);
		rc = target_poll32(q, qs->d.regs + QUADSPI_SR, QUADSPI_SR_TCF, QUADSPI_SR_TCF,
				   IDLE_TIMEOUT_NS, &sr);
		if (rc)
			return rc == -ETIMEDOUT ? op_failed(qs, op, sr) : rc;
	}
	qs->maybe_busy = sr & QUADSPI_SR_BUSY;
	return 0;
}

void quadspi_give_up(struct stm32_quadspi *qs)
{
	bool had_error = err_of(qs)->code;

	quadspi_queue_abort(qs, qs->mem.q);
	put(qs, qs->mem.q, QUADSPI_FCR, QUADSPI_FCR_ALL);
	if (memq_flush(qs->mem.q) && !had_error)
		err_clear(err_of(qs));
	qs->poll_set = qs->keeps_time = false;
	qs->dlr_bytes = 0;
	qs->maybe_busy = true;
}

/* what only reads may be done again, whatever the wire swallowed of it */
static bool may_try_again(const struct stm32_quadspi *qs, const struct spi_mem_op *op, int rc)
{
	return !rc || (rc == -EIO && op->data.dir == SPI_MEM_IN && !memq_is_lost(qs->mem.q) &&
		       !memq_was_bus_fault(qs->mem.q));
}

static int quadspi_exec(struct spi_mem *mem, const struct spi_mem_op *op)
{
	struct stm32_quadspi *qs = to_quadspi(mem);
	const struct err before = *err_of(qs);
	bool lost = false;
	int rc;

	for (int i = 0; i < EXEC_TRIES; i++) {
		rc = exec_once(qs, op, &lost);
		if (!rc && !lost)
			return 0;
		quadspi_give_up(qs);
		if (!may_try_again(qs, op, rc) || (rc && i + 1 == EXEC_TRIES))
			return rc;
		*err_of(qs) = before;
	}
	return err_set(err_of(qs), -EIO, "lower the SWD clock, shorten the wires",
		       "the answer to SPI command %02xh was lost on the wire %d times",
		       op->cmd.opcode, EXEC_TRIES);
}

static void quadspi_queue_poll(struct spi_mem *mem, struct memq *q, const struct spi_mem_op *op,
			       u8 mask, u8 match, u64 interval_ns)
{
	struct stm32_quadspi *qs = to_quadspi(mem);
	/* CR.PMM = 0: all bits of all bytes must match, those of both chips */
	u32 each = mem->n_chips == 2 ? 0x0101 : 0x01;

	if (!qs->poll_set || qs->poll_mask != mask || qs->poll_match != match ||
	    qs->poll_interval_ns != interval_ns) {
		put(qs, q, QUADSPI_PSMKR, mask * each);
		put(qs, q, QUADSPI_PSMAR, match * each);
		put(qs, q, QUADSPI_PIR,
		    (u32)min(DIV_ROUND_UP(interval_ns * mem->hz, SEC_NS), (u64)0xffff));
		qs->poll_set = true;
		qs->poll_mask = mask;
		qs->poll_match = match;
		qs->poll_interval_ns = interval_ns;
	}
	qs->maybe_busy = true;
	put(qs, q, QUADSPI_FCR, QUADSPI_FCR_ALL);
	/*
	 * Never more than four bytes are read, whatever DLR says (RM0440 20.3.10): the length of the
	 * next page may stay. Written again it is the way from FCR to CCR without an address.
	 */
	if (op->data.nbytes < 4 || qs->dlr_bytes < 4)
		qs->dlr_bytes = op->data.nbytes;
	put(qs, q, QUADSPI_DLR, qs->dlr_bytes - 1);
	put(qs, q, QUADSPI_CCR, quadspi_op_ccr(op, FMODE_POLL));
	queue_addr(qs, q, op);
}

static void quadspi_queue_poll_sample(struct spi_mem *mem, struct memq *q, u32 *val,
				      enum memq_sample *state)
{
	memq_sample32(q, to_quadspi(mem)->d.regs + QUADSPI_SR, val, state);
}

static void quadspi_queue_poll_samples(struct spi_mem *mem, struct memq *q, u32 *val,
				       unsigned int n, enum memq_sample *state)
{
	memq_read_fifo(q, to_quadspi(mem)->d.regs + QUADSPI_SR, 4, val, n * sizeof(*val), state);
}

static bool quadspi_poll_matched(const struct spi_mem *mem, u32 val)
{
	(void)mem;
	return val & QUADSPI_SR_SMF;
}

static void quadspi_queue_poll_end(struct spi_mem *mem, struct memq *q)
{
	struct stm32_quadspi *qs = to_quadspi(mem);

	quadspi_queue_abort(qs, q);
}

static int quadspi_configure(struct spi_mem *mem, u64 size, u32 max_hz)
{
	struct stm32_quadspi *qs = to_quadspi(mem);
	u32 limit = qs->board_max_hz ? qs->board_max_hz : DEFAULT_LIMIT_HZ;
	int rc = quadspi_quiesce(qs);

	if (rc)
		return rc;
	if (qs->d.max_hz)
		limit = min(limit, qs->d.max_hz);
	qs->size = size;
	set_clock(qs, max_hz ? min(max_hz, limit) : min(limit, SLOW_HZ));
	rc = memq_flush(mem->q);
	if (!rc)
		log_dbg(&mem->ctx->log, "%s: SPI clock %" PRIu32 " kHz (kernel %" PRIu32 " kHz)",
			mem->name, mem->hz / 1000, qs->d.kernel_hz / 1000);
	return rc;
}

static u32 gpio_bits(const struct stm32_quadspi *qs)
{
	u32 bits = 0;

	for (unsigned int i = 0; i < QSPI_N_SIGNALS; i++)
		if (qs->pins[i].port)
			bits |= stm32_gpio_bit(qs->pins[i].port);
	return bits;
}

/* staging is a matter of speed: without it data go straight into the FIFO */
static int setup_staging(struct stm32_quadspi *qs)
{
	int rc;

	if (!qs->d.dma.regs)
		return 0;
	qs->dma.d = qs->d.dma;
	qs->dma.dr = qs->d.regs + QUADSPI_DR;
	rc = stm32_quadspi_dma_open(&qs->dma, qs->mem.q);
	if (rc == -EIO) {
		err_clear(err_of(qs));
		rc = 0;
	}
	if (rc < 0)
		return rc;
	qs->mem.stage_bytes = rc ? QUADSPI_STAGE_SIZE : 0;
	if (!rc)
		log_dbg(&qs->mem.ctx->log, "%s: its DMA channel does not answer, working without",
			qs->mem.name);
	return 0;
}

/* @rstr: what the reset register holds */
static void queue_reset(struct stm32_quadspi *qs, struct memq *q, u32 rstr)
{
	memq_write32(q, qs->d.rcc_rstr, rstr | qs->d.rcc_rst_bit);
	memq_write32(q, qs->d.rcc_rstr, rstr & ~qs->d.rcc_rst_bit);
}

static int quadspi_enable(struct spi_mem *mem)
{
	struct stm32_quadspi *qs = to_quadspi(mem);
	const struct stm32_quadspi_desc *d = &qs->d;
	struct memq *q = mem->q;
	u32 back, rstr, want = d->rcc_en_bit, gpios = gpio_bits(qs);
	int rc;

	if (qs->enabled)
		return 0;
	memq_read32(q, d->rcc_enr, &qs->found_rcc_enr);
	memq_read32(q, d->gpio_enr, &qs->found_gpio_enr);
	memq_read32(q, d->rcc_rstr, &rstr);
	rc = memq_flush(q);
	if (rc)
		return rc;
	/* read back once: the clock takes effect some cycles after the write (RM0351 6.2.18) */
	memq_write32(q, d->gpio_enr, qs->found_gpio_enr | gpios);
	memq_write32(q, d->rcc_enr, qs->found_rcc_enr | want);
	memq_read32(q, d->rcc_enr, &back);
	/* without a clock it was not in use: nothing of it is put back */
	if (qs->found_rcc_enr & want) {
		memq_read32(q, d->regs + QUADSPI_CR, &qs->found_cr);
		memq_read32(q, d->regs + QUADSPI_DCR, &qs->found_dcr);
		memq_read32(q, d->regs + QUADSPI_CCR, &qs->found_ccr);
	}
	rc = memq_flush(q);
	if (rc)
		return rc;
	if ((back & want) != want)
		return err_set(err_of(qs), -EOPNOTSUPP, "does this microcontroller have a QUADSPI?",
			       "the clock of QUADSPI can't be switched on (RCC 0x%08" PRIx32
			       " reads %08" PRIx32 ")",
			       d->rcc_enr, back);
	qs->enabled = true;
	/* ends what an application left running, memory-mapped mode too */
	queue_reset(qs, q, rstr);
	rc = setup_pins(qs);
	if (rc)
		return rc;
	qs->size = 0;
	qs->dlr_bytes = 0;
	qs->maybe_busy = false;
	set_clock(qs, qs->board_max_hz ? min(qs->board_max_hz, SLOW_HZ) : SLOW_HZ);
	memq_read32(q, d->regs + QUADSPI_CR, &back);
	rc = memq_flush(q);
	if (!rc && back != qs->cr)
		rc = err_set(err_of(qs), -EOPNOTSUPP, "does this microcontroller have a QUADSPI?",
			     "QUADSPI at 0x%08" PRIx32
			     " does not hold its configuration (CR %08" PRIx32 ", wrote %08" PRIx32
			     ")",
			     d->regs, back, qs->cr);
	return rc ? rc : setup_staging(qs);
}

/* what the application had set; a command that it had running is not started again */
static void queue_restore(struct stm32_quadspi *qs, struct memq *q)
{
	if (!(qs->found_rcc_enr & qs->d.rcc_en_bit))
		return;
	put(qs, q, QUADSPI_DCR, qs->found_dcr);
	put(qs, q, QUADSPI_CR, qs->found_cr & ~QUADSPI_CR_ABORT);
	if (FIELD_GET(QUADSPI_CCR_FMODE, qs->found_ccr) == FMODE_MAPPED)
		put(qs, q, QUADSPI_CCR, qs->found_ccr);
}

static void quadspi_disable(struct spi_mem *mem)
{
	struct stm32_quadspi *qs = to_quadspi(mem);
	const struct stm32_quadspi_desc *d = &qs->d;
	struct memq *q = mem->q;
	bool had_error = err_of(qs)->code;
	u32 rstr, enr, gpio_enr;

	if (!qs->enabled)
		return;
	qs->enabled = false;
	quadspi_give_up(qs);
	stm32_quadspi_dma_close(&qs->dma, q);
	qs->mem.stage_bytes = 0;
	memq_read32(q, d->rcc_rstr, &rstr);
	memq_read32(q, d->rcc_enr, &enr);
	memq_read32(q, d->gpio_enr, &gpio_enr);
	if (!memq_flush(q)) {
		queue_reset(qs, q, rstr);
		for (unsigned int i = 0; i < qs->n_ports; i++)
			stm32_gpio_queue_restore(q, &qs->ports[i]);
		queue_restore(qs, q);
		memq_write32(q, d->rcc_enr, enr & ~(d->rcc_en_bit & ~qs->found_rcc_enr));
		memq_write32(q, d->gpio_enr, gpio_enr & ~(gpio_bits(qs) & ~qs->found_gpio_enr));
		memq_flush(q);
	}
	if (err_of(qs)->code && !had_error) {
		if (!memq_is_lost(q))
			log_warn(&mem->ctx->log, "%s: not put back as it was found: %s", mem->name,
				 err_of(qs)->what);
		err_clear(err_of(qs));
	}
}

static const struct spi_controller_mem_ops quadspi_ops = {
	.supports_op = quadspi_supports_op,
	.exec = quadspi_exec,
	.queue_op = quadspi_queue_op,
	.queue_stage = quadspi_queue_stage,
	.queue_poll_end_staged = quadspi_queue_poll_end_staged,
	.queue_op_staged = quadspi_queue_op_staged,
	.staged_ns = quadspi_staged_ns,
	.may_stage_ahead = quadspi_may_stage_ahead,
	.op_time_ns = quadspi_op_time_ns,
	.queue_poll = quadspi_queue_poll,
	.queue_poll_sample = quadspi_queue_poll_sample,
	.queue_poll_samples = quadspi_queue_poll_samples,
	.poll_matched = quadspi_poll_matched,
	.queue_poll_end = quadspi_queue_poll_end,
	.dirmap_read = quadspi_dirmap_read,
	.dirmap_checksum = quadspi_dirmap_checksum,
	.checksum_costs = quadspi_checksum_costs,
	.drive_high = quadspi_drive_high,
	.configure = quadspi_configure,
	.enable = quadspi_enable,
	.disable = quadspi_disable,
};

int stm32_quadspi_open(struct target *t, const struct stm32_quadspi_desc *d, struct spi_mem **mem)
{
	struct stm32_quadspi *qs;
	int rc;

	if (!t->board || !t->board->has_qspi)
		return err_set(&t->ctx->err, -EINVAL, "name the board with -b",
			       "no board description names the QUADSPI pins");
	if (board_has_two_nors(t->board) && !d->has_bank_2)
		return err_set(&t->ctx->err, -EOPNOTSUPP, "leave out the keys bk2_...",
			       "the QUADSPI of this microcontroller has no second bank");
	qs = calloc(1, sizeof(*qs));
	if (!qs)
		return err_set(&t->ctx->err, -ENOMEM, NULL, "out of memory");
	qs->d = *d;
	qs->board_max_hz = t->board->qspi_max_hz;
	memcpy(qs->pins, t->board->qspi, sizeof(qs->pins));
	qs->mem = (struct spi_mem){
		.ops = &quadspi_ops,
		.ctx = t->ctx,
		.q = t->q,
		.max_width = qs->pins[QSPI_IO2].port && qs->pins[QSPI_IO3].port ? 4 : 2,
		.n_chips = board_has_two_nors(t->board) ? 2 : 1,
		.mode = t->board->qspi_mode,
		.window = d->window,
		.name = "QUADSPI",
	};
	for (unsigned int i = 0; i < 4 * qs->mem.n_chips; i++) {
		const struct board_pin *pin =
			&qs->pins[i < 4 ? QSPI_IO0 + i : QSPI_BK2_IO0 + i - 4];

		if (pin->port)
			snprintf(qs->mem.io_names[i], sizeof(qs->mem.io_names[i]), "P%c%u",
				 pin->port, pin->pin & 15u);
	}
	rc = quadspi_enable(&qs->mem);
	if (rc) {
		stm32_quadspi_close(&qs->mem);
		return rc;
	}
	*mem = &qs->mem;
	return 0;
}

void stm32_quadspi_close(struct spi_mem *mem)
{
	if (!mem)
		return;
	quadspi_disable(mem);
	free(to_quadspi(mem));
}
