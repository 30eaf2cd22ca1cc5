/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A SPI memory command as a value: opcode, address, dummy, data, each with its bus width. The
 * shape of the kernel's struct spi_mem_op; dummy counts cycles, since bytes cannot say 6 cycles.
 */
#ifndef SWDROM_LIB_SPI_MEM_H
#define SWDROM_LIB_SPI_MEM_H

#include "lib/ctx.h"
#include "lib/memq.h"
#include "lib/spi-mode.h"

enum spi_mem_dir { SPI_MEM_NO_DATA, SPI_MEM_IN, SPI_MEM_OUT };

struct spi_mem_op {
	struct {
		u8 opcode, buswidth; /* buswidth 1, 2, 4, 8; 0: no opcode phase */
		bool has_ext;	     /* 16-bit opcodes of octal protocols: @ext follows */
		u8 ext;
	} cmd;
	struct {
		u8 nbytes, buswidth; /* 0 bytes: no address phase */
		u64 val;
	} addr;
	struct {
		u8 nbits, buswidth; /* mode bits sent right after the address; 0: none */
		u32 val;
	} mode;
	struct {
		u8 ncycles; /* clock cycles, mode bits not counted */
	} dummy;
	struct {
		enum spi_mem_dir dir;
		u8 buswidth;
		u32 nbytes;
		union {
			void *in;
			const void *out;
		};
	} data;
	bool dtr; /* every phase on both clock edges (8D-8D-8D) */
};

struct spi_mem;
struct mtd_crc;
struct mtd_info;

/*
 * What a controller does. Everything is queued into memq, nothing waits, except exec().
 */
struct spi_controller_mem_ops {
	bool (*supports_op)(const struct spi_mem *mem, const struct spi_mem_op *op);
	/* one command, queued and flushed, retried as a whole if its data was lost (reads only);
	 * @op->data.in is valid on return */
	int (*exec)(struct spi_mem *mem, const struct spi_mem_op *op);
	/* queue a command without waiting; for SPI_MEM_IN *state says VALID/LOST after the flush */
	void (*queue_op)(struct spi_mem *mem, struct memq *q, const struct spi_mem_op *op,
			 enum memq_sample *state);
	/* optional: at least @ns pass between the last command queued and the next, in the stream */
	void (*queue_delay)(struct spi_mem *mem, u64 ns);
	/* wire time the controller needs for @op after its last access was queued (busy on the pins) */
	u64 (*op_time_ns)(const struct spi_mem *mem, const struct spi_mem_op *op);
	/* arm automatic status polling: repeat @op until (first byte & mask) == match, with about
	 * @interval_ns between two. Nothing waits. op->data.nbytes: so many may be read each time */
	void (*queue_poll)(struct spi_mem *mem, struct memq *q, const struct spi_mem_op *op,
			   u8 mask, u8 match, u64 interval_ns);
	/* sample whether an armed poll has matched; *val tested by poll_matched(). After
	 * queue_poll_end(), until the next queue_poll(): whether it had matched before */
	void (*queue_poll_sample)(struct spi_mem *mem, struct memq *q, u32 *val,
				  enum memq_sample *state);
	/* @n of them in a row, as fast as the wire goes; values little endian */
	void (*queue_poll_samples)(struct spi_mem *mem, struct memq *q, u32 *val, unsigned int n,
				   enum memq_sample *state);
	bool (*poll_matched)(const struct spi_mem *mem, u32 val);
	/* end polling, matched or not; the controller is ready for the next command after it */
	void (*queue_poll_end)(struct spi_mem *mem, struct memq *q);
	/*
	 * Optional (mem->stage_bytes says): data to send are put aside in the target's memory first,
	 * in pieces, while the chip is busy, and the target moves them when the command is queued.
	 * @total: of all pieces, a multiple of 4, at most stage_bytes; the last piece completes it.
	 */
	void (*queue_stage)(struct spi_mem *mem, struct memq *q, u32 offset, const u8 *buf, u32 len,
			    u32 total);
	/* queue_poll_end() that gets ready for queue_op_staged() as well */
	void (*queue_poll_end_staged)(struct spi_mem *mem, struct memq *q);
	/*
	 * Queue a command whose data are staged; op->data.out is not looked at. Nothing but
	 * queue_stage(), where may_stage_ahead(), may follow until staged_ns() have passed
	 */
	void (*queue_op_staged)(struct spi_mem *mem, struct memq *q, const struct spi_mem_op *op);
	u64 (*staged_ns)(const struct spi_mem *mem, const struct spi_mem_op *op);
	/*
	 * The target moves the data of @op faster than the wire brings others in their place: all pieces
	 * but the last of what comes next may be staged at once
	 */
	bool (*may_stage_ahead)(const struct spi_mem *mem, const struct spi_mem_op *op);
	/* read through the memory-mapped window with @op as template (address in op ignored) */
	int (*dirmap_read)(struct spi_mem *mem, const struct spi_mem_op *op, u64 from, size_t len,
			   u8 *buf);
	/* optional: checksums of pieces of the device, read with @op as template through the window;
	 * -EOPNOTSUPP: this target can't. See mtd_ops.checksum */
	int (*dirmap_checksum)(struct spi_mem *mem, const struct spi_mem_op *op,
			       struct mtd_crc *pieces, size_t n);
	/* with it: the figures for estimates in @mtd (crc_ps_per_byte and the others) */
	void (*checksum_costs)(const struct spi_mem *mem, const struct spi_mem_op *op,
			       struct mtd_info *mtd);
	/*
	 * Of a controller with a wire of its own: commands that were queued, those with an answer among
	 * them, as one stream that does not wait. submit() sends it off, two may be on their way;
	 * collect() waits for the older one, whose answers are in place then. After an error of
	 * either abandon(): nothing is in flight any more, and what was may have happened or not.
	 * None of the others in between.
	 */
	int (*submit)(struct spi_mem *mem);
	int (*collect)(struct spi_mem *mem);
	int (*abandon)(struct spi_mem *mem);
	/* raw clocks for recovery: @ncycles with all of IO0..IO(width-1) high (nor-recovery) */
	int (*drive_high)(struct spi_mem *mem, unsigned int width, unsigned int ncycles);
	/* the device's size is known: address range checks; and its clock limit; picks prescaler */
	int (*configure)(struct spi_mem *mem, u64 size, u32 max_hz);
	/* controller and pins set up from the board description; clock slow */
	int (*enable)(struct spi_mem *mem);
	/* abort what runs, leave the controller as after reset (also from memory-mapped mode) */
	void (*disable)(struct spi_mem *mem);
};

struct spi_mem {
	const struct spi_controller_mem_ops *ops;
	struct ctx *ctx;
	struct memq *q;
	u32 hz;	      /* present clock on the SPI pins */
	u8 max_width; /* lines wired on this board, to each chip: 1, 2, 4 */
	/*
	 * Chips side by side: 1, or 2 that hear the same commands. Then op->addr is what each of them
	 * is told, op->data.nbytes counts the bytes of both, which alternate, and so do the offsets of
	 * dirmap_read() and dirmap_checksum().
	 */
	u8 n_chips;
	enum spi_mode mode;  /* to read in; what can't be had is done on one line */
	u32 stage_bytes;     /* 0: the controller can't stage */
	u64 window;	     /* bus address of the memory-mapped window */
	const char *name;    /* "QUADSPI" */
	const char *wiring;  /* what to check when no chip answers; NULL: the board file's pins */
	char io_names[8][8]; /* "PE12": pins of IO0..IO3, then the second chip's; may be empty */
};

/* spi_mem_op_is_sane() - do the phases make sense (widths 1, 2, 4, 8; lengths; buffers)? */
bool spi_mem_op_is_sane(const struct spi_mem_op *op);
/* spi_mem_op_width() - the widest phase: 1, 2, 4 or 8 lines */
unsigned int spi_mem_op_width(const struct spi_mem_op *op);
/* spi_mem_header_cycles() - clocks of opcode, address, mode bits and dummy cycles */
unsigned int spi_mem_header_cycles(const struct spi_mem_op *op);
/* spi_mem_data_cycles() - clocks of @nbytes of the data phase */
u64 spi_mem_data_cycles(const struct spi_mem_op *op, u64 nbytes);
/* spi_mem_supports_op() - sane, no wider than the board, and the controller can do it */
bool spi_mem_supports_op(const struct spi_mem *mem, const struct spi_mem_op *op);
/* spi_mem_exec() - checked exec(): -EOPNOTSUPP naming the opcode if it can't be done */
int spi_mem_exec(struct spi_mem *mem, const struct spi_mem_op *op);
/* spi_mem_exec_each() - a command with few data, the same for each chip: a register, an ID */
int spi_mem_exec_each(struct spi_mem *mem, const struct spi_mem_op *op, u8 *second);

#endif
