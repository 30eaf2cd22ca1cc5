// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every virtual SPI-NOR chip: programmed and verified, through QUADSPI and, some of them, on the
 * adapter's own SPI pins.
 *
 * The limit through QUADSPI: programming waits for the chip or for the wire, whichever takes longer,
 * as pages are staged while the chip is busy; checksums need no wire. On the adapter's own pins
 * nothing can overlap, a busy chip takes no data: there it is the sum of the chip's busy time and of
 * the clocks that its commands, the data and their reading back take.
 */
#include "lib/crc32.h"
#include "lib/programmer.h"
#include "lib/spi-nor-choose.h"
#include "lib/spi-nor-priv.h"
#include "lib/spi-mem.h"
#include "sim/vnor.h"
#include "tests/bench/bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHIP_BYTES  KIB(512)
#define PIECE_BYTES KIB(64)
#define N_PIECES    (CHIP_BYTES / PIECE_BYTES)
#define WORD_CYCLES 48 /* of SWCLK, 32 bits written */

/* a chip that nobody could know is described, as a user would with -c */
static const char nosfdp_chip[] = "unknown-nosfdp";
static const char nosfdp_is[] = "bench:size=16M,erase=20h:4K/d8h:64K,quad=sr2.1";

static void verify(struct bench *b, struct mtd_info *mtd, const u8 *data)
{
	struct mtd_crc pieces[N_PIECES];
	int ret;

	for (unsigned int i = 0; i < N_PIECES; i++)
		pieces[i] = (struct mtd_crc){ .from = (u64)i * PIECE_BYTES, .len = PIECE_BYTES };
	ret = mtd_checksum(mtd, pieces, N_PIECES);
	if (ret == -EOPNOTSUPP) {
		err_clear(&b->ctx.err);
		bench_must_hold(b, mtd, 0, data, CHIP_BYTES);
		return;
	}
	if (ret)
		bench_die(b, "asking for checksums");
	for (unsigned int i = 0; i < N_PIECES; i++)
		if (pieces[i].is_unsure ||
		    pieces[i].crc != crc32_of(0, data + pieces[i].from, PIECE_BYTES))
			bench_die(b, "a checksum is not that of the data");
}

static void run_chip(struct bench_run *run, const char *chip, const struct nor_choice *choice)
{
	struct bench_busy before, after;
	struct bench_figure f;
	struct mtd_info *mtd;
	struct bench b;
	u64 wire_ns = (u64)CHIP_BYTES / 4 * WORD_CYCLES * SEC_NS / run->hz;

	bench_open_chip(&b, run, chip, choice);
	mtd = bench_mtd(&b, "qspi");
	before = bench_busy_of(&b, "qspi");
	bench_start(&b, &f, "512 KiB, verified", CHIP_BYTES);
	f.chip = chip;
	if (mtd_write(mtd, 0, CHIP_BYTES, run->noise))
		bench_die(&b, chip);
	verify(&b, mtd, run->noise);
	bench_stop(&b, &f);
	after = bench_busy_of(&b, "qspi");
	f.limit_ns = max(after.program_ns - before.program_ns, wire_ns);
	run->add(run, &f);
	bench_must_hold(&b, mtd, 0, run->noise, CHIP_BYTES);
	mtd_finish(mtd);
	bench_close(&b);
}

static void run_chips(struct bench_run *run)
{
	static const struct err none;
	struct err err = none;
	struct nor_choice choice;
	const char *chip;

	if (nor_choose(&choice, nosfdp_is, &err)) {
		fprintf(stderr, "bench: %s\n", err.what);
		exit(1);
	}
	for (size_t i = 0; (chip = vnor_known_part(i, NULL)); i++)
		run_chip(run, chip, strcmp(chip, nosfdp_chip) ? NULL : &choice);
}

/* ---- on the adapter's own SPI pins ---- */

extern const struct programmer ftdi_spi_programmer;

static struct spi_mem *open_spi(struct bench *b, struct bench_run *run, const char *chip)
{
	struct spi_mem *mem;
	struct params *p;
	char text[96];

	memset(b, 0, sizeof(*b));
	b->run = run;
	snprintf(text, sizeof(text), "via=sim,nor=%s,clock=%u,seed=%llu", chip, run->hz,
		 (unsigned long long)run->seed);
	if (params_parse(&p, text, &b->ctx.err) ||
	    ftdi_spi_programmer.open_spi(p, &b->ctx, &b->t, &mem))
		bench_die(b, "opening the adapter");
	params_free(p);
	b->ctx.clk = b->t->clk;
	return mem;
}

static void run_chip_alone(struct bench_run *run, const char *chip)
{
	struct bench_busy before, after;
	struct bench_figure f;
	struct mtd_info *mtd;
	struct spi_nor *nor;
	struct spi_mem *mem;
	struct bench b;
	u64 n_pages, n_bytes;

	mem = open_spi(&b, run, chip);
	if (mem->ops->enable(mem) || spi_nor_probe(mem, 0, NULL, &nor))
		bench_die(&b, chip);
	mtd = spi_nor_mtd(nor);
	if (mtd_prepare(mtd))
		bench_die(&b, chip);
	before = bench_busy_of(&b, "qspi");
	bench_start(&b, &f, "512 KiB, verified, ftdi_spi", CHIP_BYTES);
	f.chip = chip;
	if (mtd_write(mtd, 0, CHIP_BYTES, run->noise))
		bench_die(&b, chip);
	bench_must_hold(&b, mtd, 0, run->noise, CHIP_BYTES);
	bench_stop(&b, &f);
	after = bench_busy_of(&b, "qspi");
	/* write enable; opcode, address and data of a page; the same bytes back */
	n_pages = CHIP_BYTES / nor->p.page_size;
	n_bytes = n_pages * (1 + 1 + nor->p.addr_nbytes) + 2 * (u64)CHIP_BYTES;
	f.limit_ns = after.program_ns - before.program_ns + n_bytes * 8 * SEC_NS / mem->hz;
	run->add(run, &f);
	mtd_finish(mtd);
	spi_nor_free(nor);
	ftdi_spi_programmer.close_spi(mem);
	b.t->ops->close(b.t);
}

static void run_alone(struct bench_run *run)
{
	static const char *const chips[] = { "w25q128jv", "mt25ql512abb" };

	for (size_t i = 0; i < ARRAY_SIZE(chips); i++)
		run_chip_alone(run, chips[i]);
}

BENCH_GROUP(chips, .order = 35, .hz = { 15000000 }, .max_seeds = 2, .run = run_chips);
BENCH_GROUP(chips_alone, .order = 36, .hz = { 15000000, 30000000 }, .max_seeds = 1,
	    .run = run_alone);
