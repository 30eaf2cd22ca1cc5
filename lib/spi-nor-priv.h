/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside the SPI-NOR core: shared by lib/spi-nor*.c and its tests. */
#ifndef SWDROM_LIB_SPI_NOR_PRIV_H
#define SWDROM_LIB_SPI_NOR_PRIV_H

#include "lib/spi-nor.h"
#include "lib/spi-nor-parts.h"
#include "lib/spi-nor-proto.h"

#define NOR_UID_MAX 16
/* larger erase types in the regions of a sector map, and the chip */
#define NOR_N_UNITS (SFDP_MAX_REGIONS * 4 + 1)

/* may reads and programs use several lines? lib/spi-nor-lines.c says how many */
enum nor_quad {
	NOR_QUAD_OFF,	   /* chip, board or controller can't, or the lines proved bad */
	NOR_QUAD_UNPROVEN, /* enabled, but nothing with a pattern has been read both ways yet */
	NOR_QUAD_PROVEN,
};

/* lib/spi-nor-qpi.c: a controller in front of the real one, for a chip in QPI */
struct nor_qpi {
	struct spi_mem mem;
	struct spi_controller_mem_ops ops;
	struct spi_mem *spi;
	struct nor_proto proto;
};

struct spi_nor {
	struct mtd_info mtd;
	struct spi_mem *mem; /* the controller, or &qpi.mem while the chip is in QPI */
	struct nor_qpi qpi;
	u8 id[NOR_ID_MAX];
	const struct nor_vendor *vendor; /* NULL: unknown */
	const struct nor_part *part;	 /* NULL: unknown */
	struct nor_params p;
	char name[48], about[96];
	char id_text[2 * NOR_ID_MAX + 1], uid_text[2 * NOR_UID_MAX + 1];
	struct mtd_info otp; /* its lockable regions, read-only; size 0: none */
	struct mtd_region regions[SFDP_MAX_REGIONS];
	struct mtd_erase_unit units[NOR_N_UNITS];
	enum nor_quad quad;
	bool prepared;
	bool must_finish;    /* also after a preparation that failed half-way */
	bool was_reset;	     /* at the end, to a default that is not one line */
	bool qe_is_volatile; /* set by us: to be 0 again at the next power-up */
	bool wp_is_volatile; /* protection was changed until the next power-up */
	u8 left_out[3]; /* opcodes of reads on four lines (4-4-4, 1-4-4, 1-1-4): not for a look */
	bool ones_when_busy; /* SR1 is FFh while it works, with bits that protect nothing (CMP, WPS) */
	bool in_4byte_mode; /* entered by us: to be left at the end */
	int window;	    /* selected: die or 16 MiB, lib/spi-nor-window.c; -1: not known */
	u8 window_byte[2];  /* of the selection that is queued, for each chip */
	u64 busy_program_ns; /* learned: from the end of a page program to a status poll that matches */
	bool program_measured; /* busy_program_ns is more than a guess */
	bool program_learned;  /* and its spread is known */
	u64 busy_erase_ns[NOR_N_ERASE +
			  1]; /* learned: each erase type, the chip last; 0: not yet */
	u64 last_op_max_ns;   /* limit of the operation started last */
};

static inline struct spi_nor *to_nor(struct mtd_info *mtd)
{
	return container_of(mtd, struct spi_nor, mtd);
}

/* side by side: 2, or 1 as usual */
static inline unsigned int nor_chips(const struct spi_nor *nor)
{
	return nor->mem->n_chips == 2 ? 2 : 1;
}

static inline struct err *nor_err(struct spi_nor *nor)
{
	return &nor->mem->ctx->err;
}

/*
 * A status that the line's pull-up makes: the chip is not there. Not so where all other bits of SR1 are
 * set and may be written to nevertheless: BP all ones with CMP = 1 protect nothing (W25Q128JV 7.1.5), and
 * locks of single blocks leave BP without effect (WPS = 1). Elsewhere BP all ones is a chip of which all
 * is protected, and 70h, SST26 and AT25DF have a bit that is always 0
 */
static inline bool nor_is_absent(const struct spi_nor *nor, u8 status)
{
	return status == 0xff && !nor->ones_when_busy;
}

/* ---- lib/spi-nor-recover.c ---- */

/* spi_nor_recover() - bring whatever is out there back to one line, idle; nothing is erased or
 * written. 0, or an error of the controller */
int spi_nor_recover(struct spi_mem *mem);
/* spi_nor_recover_die() - the same for a die that was just selected; the chip is known */
int spi_nor_recover_die(struct spi_mem *mem);
/* spi_nor_read_id() - 9Fh twice; -ENXIO unless equal and plausible (then @id says what was read);
 * -EOPNOTSUPP where chips side by side differ */
int spi_nor_read_id(struct spi_mem *mem, u8 id[NOR_ID_MAX]);

/* ---- lib/spi-nor-regs.c ---- */

struct spi_mem_op nor_op_simple(u8 opcode);
/* a command whose few data each chip has for itself: they must not differ */
int nor_exec(struct spi_nor *nor, const struct spi_mem_op *op);
struct spi_mem_op nor_op_read_reg(u8 opcode, u8 *buf, unsigned int len);
int nor_write_enable(struct spi_nor *nor);
/* wait until the chip is ready; -ETIMEDOUT with @what in the message */
int nor_wait_ready(struct spi_nor *nor, u64 timeout_ns, const char *what);
int nor_enable_quad(struct spi_nor *nor);
int nor_enter_4byte(struct spi_nor *nor);
void nor_exit_4byte(struct spi_nor *nor);

/* ---- lib/spi-nor-protect.c ---- */

extern const struct mtd_wp_ops nor_wp_ops;
/* set bits of SR2 (35h) for good; all others stay. The caller reads back */
int nor_set_sr2_bits(struct spi_nor *nor, u8 bits);
int nor_is_locked(struct spi_nor *nor, u64 from, u64 len);
int nor_open_locks(struct spi_nor *nor, u64 from, u64 len);

/* ---- lib/spi-nor-otp.c ---- */

extern const struct mtd_otp_ops nor_otp_ops;
/* fill in nor->otp, id_text and uid_text; a chip that does not tell has none */
void nor_otp_init(struct spi_nor *nor);

/* ---- lib/spi-nor-locks.c: a lock for each block ---- */

/* whose commands the locks in force have; NULL: none are in force */
struct nor_locks;
int nor_locks_find(struct spi_nor *nor, const struct nor_locks **out);
/* the first and last byte + 1 that is locked in [from, to); *partial: something between is not */
int nor_locks_scan(struct spi_nor *nor, const struct nor_locks *locks, u64 from, u64 to,
		   struct mtd_wp_range *span, bool *partial);
/* lock exactly [from, to), unlock the rest */
int nor_locks_set(struct spi_nor *nor, const struct nor_locks *locks, u64 from, u64 to);
const char *nor_locks_about(const struct nor_locks *locks);

/* ---- lib/spi-nor-map.c ---- */

struct nor_erase {
	u8 opcode;
	unsigned int index; /* of nor_params.erase; NOR_N_ERASE: chip or die */
	u64 size, typ_ns, max_ns;
};

void nor_pick_erase(const struct spi_nor *nor, u64 at, u64 left, struct nor_erase *out);
void nor_fill_geometry(struct spi_nor *nor);

/* ---- lib/spi-nor-window.c ---- */

u64 nor_window_size(const struct spi_nor *nor);
bool nor_has_windows(const struct spi_nor *nor);
u64 nor_offset(const struct spi_nor *nor, u64 at);
u64 nor_addr(const struct spi_nor *nor, u64 at);
u64 nor_read_span(const struct spi_nor *nor, u64 at);
int nor_select(struct spi_nor *nor, u64 at);
void nor_queue_select(struct spi_nor *nor, struct memq *q, u64 at);
int nor_each_die(struct spi_nor *nor, int (*fn)(struct spi_nor *nor));

/* nor_die_span() - what one set of protection registers covers */
static inline u64 nor_die_span(const struct spi_nor *nor)
{
	return nor->p.dies == NOR_DIES_SELECT && nor->p.n_dies ? nor->p.size / nor->p.n_dies
							       : nor->p.size;
}

/* nor_lock_span() - the same in bytes of one chip: what its protection registers speak of */
static inline u64 nor_lock_span(const struct spi_nor *nor)
{
	return nor_die_span(nor) / nor_chips(nor);
}

/* ---- lib/spi-nor.c ---- */

/* command templates in the width that may be used now */
struct spi_mem_op nor_op_read(const struct spi_nor *nor, bool wide, u64 from, u8 *buf, u32 len);
struct spi_mem_op nor_op_read_as(const struct spi_nor *nor, const struct nor_read_op *r, u64 from,
				 u8 *buf, u32 len);
struct spi_mem_op nor_op_program(const struct spi_nor *nor, u64 to, const u8 *buf, u32 len);
struct spi_mem_op nor_op_erase(const struct spi_nor *nor, u8 opcode, u64 at);

/* ---- lib/spi-nor-lines.c ---- */

#define NOR_PROOF_LEN 64

const struct nor_read_op *nor_wide_read(const struct spi_nor *nor);
u8 nor_lines(const struct spi_nor *nor);
int nor_setup_lines(struct spi_nor *nor);
void nor_take_back_lines(struct spi_nor *nor);
bool nor_is_proof(const struct spi_nor *nor, const u8 *buf, size_t len);
int nor_prove_lines(struct spi_nor *nor, u64 at, const u8 *single);
int nor_prove_lines_at(struct spi_nor *nor, u64 at);

/* ---- lib/spi-nor-qpi.c ---- */

bool nor_has_qpi(const struct spi_nor *nor);
bool nor_is_qpi(const struct spi_nor *nor);
int nor_enter_qpi(struct spi_nor *nor, bool *entered);
void nor_leave_qpi(struct spi_nor *nor);

/* ---- lib/spi-nor-crc.c ---- */

int nor_checksum(struct mtd_info *mtd, struct mtd_crc *pieces, size_t n);
void nor_checksum_costs(struct spi_nor *nor);

/* ---- lib/spi-nor-direct.c: a chip with a wire of its own (mem->q is NULL) ---- */

int nor_run(struct flash_job *job);
/* at the clock that is set now the ID has to read the same; else slower. -EIO: at none */
int nor_settle_clock(struct spi_nor *nor);
int nor_no_answer(struct spi_nor *nor, u8 opcode);
int nor_wait_and_judge(struct spi_nor *nor, enum job_kind kind, u64 at, u64 max_ns);

/* ---- lib/spi-nor-stream.c: pages without a look in between ---- */

int nor_stream(struct flash_job *job);

/* ---- lib/spi-nor-job.c ---- */

int nor_issue(struct flash_job *job, struct memq *q);
int nor_check(struct flash_job *job);
int nor_resync(struct flash_job *job);

#endif
