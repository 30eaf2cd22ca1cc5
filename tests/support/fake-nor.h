/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A make-believe controller with a make-believe SPI-NOR behind it, or two side by side: what is sent
 * in which order, and what is made of the answers. Include cmocka.h before it.
 */
#ifndef SWDROM_TESTS_SUPPORT_FAKE_NOR_H
#define SWDROM_TESTS_SUPPORT_FAKE_NOR_H

#include "lib/spi-nor-priv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum chip_mode { CHIP_SPI, CHIP_QPI, CHIP_XIP, CHIP_DPD, CHIP_DPI, CHIP_ABSENT, CHIP_NOISE };

struct fixture {
	struct ctx ctx;
	struct spi_mem mem;
	struct spi_nor nor; /* for what works on one */
	/* the chip */
	enum chip_mode mode;
	u8 id[NOR_ID_MAX];
	u8 sr[3];    /* SR1, SR2, SR3 (or CR) */
	u8 nv[3];    /* what a volatile write leaves alone */
	u8 stuck[3]; /* bits that no write changes */
	bool wel, vol_wel, reset_enabled, has_volatile, one_byte_clears_sr2;
	unsigned int busy_polls; /* status reads that still say busy */
	u8 sfdp[SFDP_MAX_BYTES];
	u8 absent_level;
	u32 noise;
	u8 cells[KIB(1)]; /* the array, repeated */
	u8 quad_and;	  /* what broken lines do to quad reads: and, or */
	u8 quad_or;
	u8 dual_or;
	struct fixture *second; /* the chip beside it; its mem is not used */
	bool in_4byte;
	bool has_whole_bytes; /* of the controller: no other dummy cycles */
	u8 lost;	      /* the opcode that is heard, but whose end nobody sees */
	/* what it was sent: "66/4 99/4 9f/1 ..." */
	char log[65536];
	size_t used;
};

static inline void note(struct fixture *f, const char *fmt, ...) __printf_like(2, 3);

static inline void note(struct fixture *f, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(f->log + f->used, sizeof(f->log) - f->used, fmt, ap);
	va_end(ap);
	if (n > 0 && f->used + (size_t)n < sizeof(f->log))
		f->used += (size_t)n;
}

static inline void clear_log(struct fixture *f)
{
	f->used = 0;
	f->log[0] = '\0';
}

static inline struct fixture *fixture_of(struct spi_mem *mem)
{
	return container_of(mem, struct fixture, mem);
}

static inline void chip_write_sr(struct fixture *f, unsigned int first, const u8 *val,
				 unsigned int n)
{
	if (!f->wel && !(f->vol_wel && f->has_volatile))
		return;
	if (first == 0 && n == 1 && f->one_byte_clears_sr2)
		f->sr[1] = 0;
	for (unsigned int i = 0; i < n; i++) {
		u8 *sr = &f->sr[first + i], stuck = f->stuck[first + i];

		*sr = (u8)((*sr & stuck) | (val[i] & ~stuck));
		if (f->wel)
			f->nv[first + i] = *sr;
	}
	f->wel = f->vol_wel = false;
}

static inline void chip_answer(struct fixture *f, const struct spi_mem_op *op)
{
	u8 *in = op->data.in, sr1 = f->sr[0];
	unsigned int n = op->data.nbytes;

	if (f->busy_polls && op->cmd.opcode == 0x05) {
		f->busy_polls--;
		sr1 |= 1;
	}
	for (unsigned int i = 0; i < n; i++) {
		switch (op->cmd.opcode) {
		case 0x9f:
			in[i] = f->id[i % NOR_ID_MAX];
			break;
		case 0x05:
			in[i] = (u8)(sr1 | (f->wel ? 2 : 0));
			break;
		case 0x35:
			in[i] = f->sr[1];
			break;
		case 0x3f:
			in[i] = f->sr[1];
			break;
		case 0x15:
			/* ADS of Winbond, 4BYTE of Macronix */
			in[i] = (u8)(f->sr[2] | (f->in_4byte ? 0x21 : 0));
			break;
		case 0x70:
			in[i] = f->in_4byte ? 0x81 : 0x80;
			break;
		case 0x5a:
			in[i] = f->sfdp[(op->addr.val + i) % SFDP_MAX_BYTES];
			break;
		case 0x03:
		case 0x13:
			in[i] = f->cells[(op->addr.val + i) % sizeof(f->cells)];
			break;
		case 0x3b:
		case 0xbb:
			in[i] = (u8)(f->cells[(op->addr.val + i) % sizeof(f->cells)] | f->dual_or);
			break;
		case 0x6b:
		case 0xeb:
			in[i] = f->cells[(op->addr.val + i) % sizeof(f->cells)];
			in[i] = (u8)((in[i] & f->quad_and) | f->quad_or);
			break;
		default:
			in[i] = 0xff;
		}
	}
}

static inline void chip_command(struct fixture *f, const struct spi_mem_op *op)
{
	bool was_enabled = f->reset_enabled;

	f->reset_enabled = op->cmd.opcode == 0x66;
	switch (op->cmd.opcode) {
	case 0x99:
		if (was_enabled)
			f->mode = CHIP_SPI;
		break;
	case 0x06:
		f->wel = true;
		break;
	case 0x04:
		f->wel = false;
		break;
	case 0x50:
		f->vol_wel = true;
		break;
	case 0x38:
		f->mode = CHIP_QPI;
		break;
	case 0xff:
		f->mode = CHIP_SPI;
		break;
	case 0xb7:
	case 0xe9:
		f->in_4byte = op->cmd.opcode == 0xb7;
		break;
	case 0x01:
		chip_write_sr(f, 0, op->data.out, op->data.nbytes);
		break;
	case 0x31:
	case 0x3e:
		chip_write_sr(f, 1, op->data.out, op->data.nbytes);
		break;
	}
}

static inline int chip_exec(struct fixture *f, const struct spi_mem_op *op)
{
	unsigned int lines = op->cmd.buswidth;
	bool heard = false;

	note(f, "%s%02x/%u", f->used ? " " : "", op->cmd.opcode, lines);
	if (op->data.dir == SPI_MEM_OUT)
		for (unsigned int i = 0; i < op->data.nbytes; i++)
			note(f, "%c%02x", i ? ',' : '=', ((const u8 *)op->data.out)[i]);
	switch (f->mode) {
	case CHIP_SPI:
		heard = lines == 1;
		break;
	case CHIP_QPI:
		heard = lines == 4;
		break;
	case CHIP_DPI:
		heard = lines == 2;
		break;
	case CHIP_DPD:
		if (lines == 1 && op->cmd.opcode == 0xab)
			f->mode = CHIP_SPI;
		break;
	default:
		break;
	}
	if (op->data.dir == SPI_MEM_IN) {
		for (unsigned int i = 0; i < op->data.nbytes; i++) {
			f->noise = f->noise * 1664525 + 1013904223;
			((u8 *)op->data.in)[i] =
				f->mode == CHIP_NOISE ? (u8)(f->noise >> 24) : f->absent_level;
		}
		if (heard)
			chip_answer(f, op);
	} else if (heard) {
		chip_command(f, op);
	}
	return f->lost && op->cmd.opcode == f->lost
		       ? err_set(&f->ctx.err, -EIO, NULL, "the wire failed")
		       : 0;
}

static inline int fake_exec(struct spi_mem *mem, const struct spi_mem_op *op)
{
	struct fixture *f = fixture_of(mem);
	struct spi_mem_op one = *op;
	u8 bytes[2][SFDP_MAX_BYTES];
	const u8 *out = op->data.out;
	u8 *in = op->data.in;

	if (!f->second)
		return chip_exec(f, op);
	assert_int_equal(op->data.nbytes % 2, 0);
	one.data.nbytes = op->data.nbytes / 2;
	for (unsigned int chip = 0; chip < 2; chip++) {
		for (unsigned int i = 0; i < one.data.nbytes && op->data.dir == SPI_MEM_OUT; i++)
			bytes[chip][i] = out[2 * i + chip];
		one.data.in = bytes[chip];
		chip_exec(chip ? f->second : f, &one);
		for (unsigned int i = 0; i < one.data.nbytes && op->data.dir == SPI_MEM_IN; i++)
			in[2 * i + chip] = bytes[chip][i];
	}
	return 0;
}

static inline int fake_drive_high(struct spi_mem *mem, unsigned int width, unsigned int ncycles)
{
	struct fixture *f = fixture_of(mem);

	note(f, "%sF*%u/%u", f->used ? " " : "", ncycles, width);
	if (f->mode == CHIP_XIP && width == 4 && ncycles >= 8)
		f->mode = CHIP_SPI;
	return 0;
}

static inline bool fake_supports(const struct spi_mem *mem, const struct spi_mem_op *op)
{
	const struct fixture *f = (const void *)((const char *)mem - offsetof(struct fixture, mem));

	return op->mode.nbits % 8 == 0 && !(f->has_whole_bytes && op->dummy.ncycles % 8);
}

static inline int fake_dirmap(struct spi_mem *mem, const struct spi_mem_op *tmpl, u64 from,
			      size_t len, u8 *buf)
{
	struct spi_mem_op op = *tmpl;

	op.addr.val = from / mem->n_chips;
	op.data.in = buf;
	op.data.nbytes = (u32)len;
	return fake_exec(mem, &op);
}

static inline int fake_configure(struct spi_mem *mem, u64 size, u32 max_hz)
{
	note(fixture_of(mem), " configure %u KiB", (unsigned int)(size / KIB(1)));
	mem->hz = min(max_hz, 24000000u);
	return 0;
}

static const struct spi_controller_mem_ops fake_ops = {
	.supports_op = fake_supports,
	.exec = fake_exec,
	.drive_high = fake_drive_high,
	.dirmap_read = fake_dirmap,
	.configure = fake_configure,
};

struct fake_clock {
	struct sysclock clk;
	u64 now;
};

static inline u64 clk_now(struct sysclock *clk)
{
	return container_of(clk, struct fake_clock, clk)->now;
}

static inline void clk_sleep(struct sysclock *clk, u64 ns)
{
	container_of(clk, struct fake_clock, clk)->now += ns;
}

struct all {
	struct fixture f;
	struct fake_clock clock;
};

static inline int setup(void **state)
{
	static const u8 n25q[NOR_ID_MAX] = { 0x20, 0xba, 0x18, 0x10, 0x00, 0x00 };
	struct all *a = calloc(1, sizeof(*a));
	struct fixture *f = &a->f;

	a->clock.clk = (struct sysclock){ .now_ns = clk_now, .sleep_ns = clk_sleep };
	f->ctx.clk = &a->clock.clk;
	f->mem = (struct spi_mem){ .ops = &fake_ops,
				   .ctx = &f->ctx,
				   .hz = 8000000,
				   .max_width = 4,
				   .n_chips = 1,
				   .name = "FAKE",
				   .io_names = { "PE12", "PE13", "PE14", "PE15" } };
	memcpy(f->id, n25q, sizeof(n25q));
	f->absent_level = 0xff;
	f->quad_and = 0xff;
	memset(f->sfdp, 0xff, sizeof(f->sfdp));
	f->nor.mem = &f->mem;
	snprintf(f->nor.name, sizeof(f->nor.name), "chip");
	f->nor.p.poll_opcode = 0x05;
	f->nor.p.poll_mask = 1;
	f->nor.p.size = MIB(16);
	f->nor.p.addr_nbytes = 3;
	*state = f;
	return 0;
}

static inline int teardown(void **state)
{
	struct fixture *f = *state;

	free(f->second);
	free(*state);
	return 0;
}

static inline void load_sfdp(struct fixture *f, const char *name)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "tests/data/sfdp/%s", name);
	file = fopen(path, "rb");
	if (!file)
		fail_msg("%s: run the tests from the top of the source tree", path);
	assert_true(fread(f->sfdp, 1, sizeof(f->sfdp), file) > 8);
	fclose(file);
}

static inline void set_id(struct fixture *f, u8 a, u8 b, u8 c, u8 d, u8 e)
{
	const u8 id[NOR_ID_MAX] = { a, b, c, d, e, 0 };

	memcpy(f->id, id, sizeof(id));
}

struct capture {
	char text[2048];
};

static inline void capture_log(void *arg, enum log_level level, const char *line)
{
	struct capture *c = arg;

	(void)level;
	strncat(c->text, line, sizeof(c->text) - strlen(c->text) - 1);
}

#endif
