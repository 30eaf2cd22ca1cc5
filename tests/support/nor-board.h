/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A virtual board with a SPI-NOR of one's choice, attached to through all layers, for tests. What
 * was written is compared with the chip's own cells. Include cmocka.h before it.
 */
#ifndef SWDROM_TESTS_SUPPORT_NOR_BOARD_H
#define SWDROM_TESTS_SUPPORT_NOR_BOARD_H

#include "lib/adapter.h"
#include "lib/spi-nor-choose.h"
#include "lib/spi-nor-priv.h"
#include "lib/target.h"
#include "sim/netlist.h"
#include "sim/sim.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOR_BOARD "stm32l476g-eval"
#define SWCLK_HZ  15000000u

struct bench {
	struct ctx ctx;
	sig_atomic_t stop;
	struct sim_opts opts;
	struct sim_faults faults;
	struct transport *t;
	struct sim *sim;
	struct swd_host *host;
	struct board board;
	struct target target;
	bool is_attached;
	struct mtd_info *qspi;
	u8 *cells;
	size_t size;
	u8 data[KIB(4)];
	const char *name;		 /* of the board; NULL: NOR_BOARD */
	enum spi_mode mode;		 /* as if the board file said so */
	const struct nor_choice *choice; /* -c */
	char log[8192];
	size_t log_used;
};

static inline void keep_lines(void *arg, enum log_level level, const char *line)
{
	struct bench *b = arg;
	int n;

	if (level > LOG_WARN)
		return;
	n = snprintf(b->log + b->log_used, sizeof(b->log) - b->log_used, "%s\n", line);
	if (n > 0 && b->log_used + (size_t)n < sizeof(b->log))
		b->log_used += (size_t)n;
}

static inline int try_attach(struct bench *b, const char *model)
{
	struct target_attach_opts opts = { .swclk_hz = SWCLK_HZ,
					   .board = &b->board,
					   .nor_choice = b->choice };
	struct adapter a;
	int ret;

	b->log_used = 0;
	b->log[0] = '\0';
	err_clear(&b->ctx.err);
	snprintf(b->opts.board, sizeof(b->opts.board), "%s", b->name ? b->name : NOR_BOARD);
	snprintf(b->opts.nor, sizeof(b->opts.nor), "%s", model);
	assert_int_equal(board_load(&b->board, b->opts.board, &b->ctx.err), 0);
	b->board.qspi_mode = b->mode;
	assert_int_equal(sim_open(&b->opts, &b->faults, &b->ctx.err, &b->t), 0);
	b->sim = sim_of_transport(b->t);
	b->ctx.clk = b->t->clk;
	assert_int_equal(adapter_load(&a, ADAPTER_DEFAULT, &b->ctx.err), 0);
	assert_int_equal(swd_host_open(&b->ctx, b->t, &a, &b->host), 0);
	b->cells = netlist_nor_data(b->sim->nets, &b->size);
	ret = target_attach(&b->target, &b->ctx, b->host, &opts);
	b->is_attached = !ret;
	b->qspi = ret ? NULL : target_mtd(&b->target, "qspi");
	return ret;
}

static inline void attach(struct bench *b, const char *model)
{
	if (try_attach(b, model))
		fail_msg("%s: %s (%s)", model, b->ctx.err.what, b->ctx.err.where);
	assert_non_null(b->qspi);
}

static inline void close_bench(struct bench *b)
{
	if (b->is_attached)
		target_detach(&b->target, TARGET_RUN);
	b->is_attached = false;
	if (b->host)
		b->host->ops->close(b->host);
	b->host = NULL;
	err_clear(&b->ctx.err);
}

static inline void detach_quietly(struct bench *b)
{
	if (b->is_attached)
		target_detach(&b->target, TARGET_RUN);
	b->is_attached = false;
	for (size_t i = 0; i < sim_n_complaints(b->sim); i++)
		print_error("%s: complaint: %s\n", b->opts.nor, sim_complaint(b->sim, i));
	if (sim_n_complaints(b->sim))
		fail_msg("%s: %zu complaints", b->opts.nor, sim_n_complaints(b->sim));
	close_bench(b);
}

static inline int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	u32 x = 1;

	b->ctx.stop = &b->stop;
	b->ctx.log = (struct log){ .fn = keep_lines, .arg = b, .level = LOG_WARN };
	sim_opts_default(&b->opts);
	b->opts.seed = 1;
	for (size_t i = 0; i < sizeof(b->data); i++) {
		x = x * 1664525 + 1013904223;
		b->data[i] = (u8)(x >> 24);
	}
	*state = b;
	return 0;
}

static inline int teardown(void **state)
{
	close_bench(*state);
	free(*state);
	return 0;
}

static inline void must(struct bench *b, int ret)
{
	if (ret)
		fail_msg("%s: %s (%s)", b->opts.nor, b->ctx.err.what, b->ctx.err.where);
}

static inline struct spi_nor *nor_of(struct bench *b)
{
	return container_of(b->qspi, struct spi_nor, mtd);
}

static inline void compare(struct bench *b, u64 at, const u8 *want, size_t len)
{
	u8 back[KIB(4)];

	assert_true(len <= sizeof(back));
	for (size_t i = 0; i < len; i++)
		if (b->cells[at + i] != want[i])
			fail_msg("%s: cell %" PRIx64 " is %02x, not %02x", b->opts.nor, at + i,
				 b->cells[at + i], want[i]);
	must(b, mtd_read(b->qspi, at, len, back));
	for (size_t i = 0; i < len; i++)
		if (back[i] != want[i])
			fail_msg("%s: %" PRIx64 " reads %02x, not %02x", b->opts.nor, at + i,
				 back[i], want[i]);
}

static inline void write_at(struct bench *b, u64 at, size_t len)
{
	must(b, mtd_write(b->qspi, at, len, b->data));
	compare(b, at, b->data, len);
}

/* the smallest block at @at, all cells 0 before: it is erased, its neighbours are not */
static inline void erase_block(struct bench *b, u64 at)
{
	u64 start, size, from, to;

	assert_true(mtd_block_at(b->qspi, at, &start, &size));
	from = start - min(start, (u64)KIB(4));
	to = min(start + size + KIB(4), (u64)b->size);
	memset(b->cells + from, 0, to - from);
	must(b, mtd_erase(b->qspi, start, size));
	for (u64 i = from; i < to; i++)
		if (b->cells[i] != (i >= start && i < start + size ? 0xff : 0))
			fail_msg("%s: cell %" PRIx64 " is %02x after erasing %" PRIx64 "+%" PRIx64,
				 b->opts.nor, i, b->cells[i], start, size);
}

/* what boot code does: 03h with three address bytes */
static inline void read_as_boot_code(struct bench *b, u64 at, u8 *buf, u32 len)
{
	struct spi_nor *nor = nor_of(b);
	struct spi_mem_op op = {
		.cmd = { .opcode = 0x03, .buswidth = 1 },
		.addr = { .nbytes = 3, .buswidth = 1, .val = at },
		.data = { .dir = SPI_MEM_IN, .buswidth = 1, .nbytes = len, .in = buf },
	};

	must(b, nor->mem->ops->configure(nor->mem, nor->p.size, 8000000));
	must(b, spi_mem_exec(nor->mem, &op));
}

#endif
