// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The STM32L4 flash driver on a fake queue: which registers it writes, in which order, how close
 * it runs to the device's real speed, and what it says when the device refuses.
 */
#include "drivers/stm32l4-flash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/support/fake-memq.h"

#define REGS	   0x40022000u
#define BASE	   0x08000000u
#define ACR	   (REGS + 0x00)
#define KEYR	   (REGS + 0x08)
#define SR	   (REGS + 0x10)
#define CR	   (REGS + 0x14)
#define ECCR	   (REGS + 0x18)

#define CR_PG	   BIT(0)
#define CR_PER	   BIT(1)
#define CR_MER1	   BIT(2)
#define CR_BKER	   BIT(11)
#define CR_MER2	   BIT(15)
#define CR_STRT	   BIT(16)
#define CR_LOCK	   BIT(31)
#define SR_BSY	   BIT(16)
#define SR_PROGERR BIT(3)
#define SR_PGAERR  BIT(5)
#define SR_WRPERR  BIT(4)
#define SR_PGSERR  BIT(7)
#define SR_ERRORS  0x3fau

/* a flash controller of a few lines: enough to say no */
struct model {
	u8 cells[MIB(1)];
	u32 sr, cr, acr, eccr, n_keys, first_word, first_addr;
	bool has_first, is_dead_locked, is_dual;
	u64 busy_until_ns, prog_ns, erase_ns;
	u64 jitter_ppm, seed;
	u64 n_units, n_waits, worst_stall_ns, busy_ns;
	u64 stalled_until_ns; /* the port: word 1 may wait in its buffer, nothing else */
	u64 ack_ns;	      /* an access asks for the port so long before its end */
	u64 refuse_unit;      /* this one is dropped with PGSERR, once */
	u64 reset_unit;	      /* the target is reset before this one */
	u32 protect_from, protect_to;
	u32 ecc_at;
};

static u64 jittered(struct model *m, u64 ns)
{
	m->seed = m->seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return ns - ns * m->jitter_ppm / 1000000 +
	       (m->seed >> 33) % (2 * ns * m->jitter_ppm / 1000000 + 1);
}

static void model_busy(struct model *m, u64 now_ns, u64 ns)
{
	m->busy_until_ns = now_ns + ns;
	m->busy_ns += ns;
}

static void model_erase(struct model *m, u64 now_ns)
{
	u32 bank = m->is_dual ? MIB(1) / 2 : MIB(1), from = 0, len = 0;

	if (m->cr & CR_PER) {
		from = FIELD_GET(GENMASK(10, 3), m->cr) * 2048 + (m->cr & CR_BKER ? bank : 0);
		len = 2048;
	} else if (m->cr & CR_MER1) {
		len = m->cr & CR_MER2 ? MIB(1) : bank;
	} else if (m->cr & CR_MER2) {
		from = len = bank;
	}
	if (!len || m->cr & CR_PG || m->sr & SR_ERRORS) {
		m->sr |= SR_PGSERR;
		return;
	}
	if (from < m->protect_to && from + len > m->protect_from) {
		m->sr |= SR_WRPERR;
		return;
	}
	memset(m->cells + from, 0xff, len);
	model_busy(m, now_ns, jittered(m, m->erase_ns));
}

static void model_program(struct model *m, u32 at, u32 lo, u32 hi, u64 now_ns)
{
	m->n_units++;
	if (m->n_units == m->reset_unit) {
		m->cr = CR_LOCK;
		m->sr = 0;
	}
	if (m->n_units == m->refuse_unit || !(m->cr & CR_PG) || m->cr & CR_LOCK ||
	    m->sr & SR_ERRORS) {
		m->sr |= SR_PGSERR;
		return;
	}
	if (at >= m->protect_from && at < m->protect_to) {
		m->sr |= SR_WRPERR;
		return;
	}
	if (get_le32(m->cells + at) != UINT32_MAX || get_le32(m->cells + at + 4) != UINT32_MAX) {
		m->sr |= SR_PROGERR;
		return;
	}
	put_le32(m->cells + at, lo);
	put_le32(m->cells + at + 4, hi);
	model_busy(m, now_ns, jittered(m, m->prog_ns));
}

static void model_write(void *arg, u32 addr, u32 val, u64 now_ns)
{
	static const u32 keys[] = { 0x45670123, 0xcdef89ab };
	struct model *m = arg;

	if (addr < BASE || addr >= BASE + MIB(1) || addr % 8 == 0)
		m->n_waits += now_ns - min(now_ns, m->ack_ns) < m->stalled_until_ns;
	if (addr >= BASE && addr < BASE + MIB(1)) {
		if (now_ns < m->busy_until_ns) {
			if (addr % 8 == 0)
				m->stalled_until_ns = m->busy_until_ns;
			m->worst_stall_ns = max(m->worst_stall_ns, m->busy_until_ns - now_ns);
			now_ns = m->busy_until_ns;
		}
		if (!m->has_first && addr % 8) {
			m->sr |= SR_PGAERR;
			return;
		}
		if (!m->has_first) {
			m->first_addr = addr;
			m->first_word = val;
		} else if (addr != m->first_addr + 4) {
			m->sr |= SR_PGAERR;
		} else {
			model_program(m, m->first_addr - BASE, m->first_word, val, now_ns);
		}
		m->has_first = !m->has_first;
		return;
	}
	switch (addr) {
	case ACR:
		/* the caches may be reset only while they are off */
		assert_false((val & BIT(9)) && (val & BIT(11)));
		assert_false((val & BIT(10)) && (val & BIT(12)));
		m->acr = val;
		break;
	case KEYR:
		assert_true(m->cr & CR_LOCK);
		if (m->n_keys > 1 || val != keys[m->n_keys++])
			m->is_dead_locked = true;
		if (m->n_keys == 2 && !m->is_dead_locked)
			m->cr &= ~CR_LOCK;
		break;
	case SR:
		m->sr &= ~val;
		break;
	case CR:
		assert_true(now_ns >= m->busy_until_ns);
		if (m->cr & CR_LOCK)
			break;
		m->cr = val & ~CR_STRT;
		if (val & CR_LOCK)
			m->n_keys = 0;
		if (val & CR_STRT)
			model_erase(m, now_ns);
		break;
	case ECCR:
		m->eccr &= ~val;
		break;
	default:
		fail_msg("write to 0x%08x", addr);
	}
}

static u32 model_read(void *arg, u32 addr, u64 now_ns)
{
	struct model *m = arg;

	if (addr >= BASE && addr < BASE + MIB(1)) {
		assert_true(now_ns >= m->busy_until_ns);
		if (m->ecc_at && addr == BASE + m->ecc_at)
			m->eccr = BIT(31) | (m->ecc_at % (MIB(1) / 2)) |
				  (m->ecc_at >= MIB(1) / 2 ? BIT(19) : 0);
		return get_le32(m->cells + (addr - BASE));
	}
	switch (addr) {
	case ACR:
		return m->acr;
	case SR:
		return m->sr | (now_ns < m->busy_until_ns ? SR_BSY : 0);
	case CR:
		return m->cr;
	case ECCR:
		return m->eccr;
	case 0xe000edf0:
		return BIT(25);
	default:
		fail_msg("read of 0x%08x", addr);
	}
	return 0;
}

struct fixture {
	struct ctx ctx;
	struct memq *q;
	struct model m;
	struct stm32l4_flash_desc desc;
	struct stm32l4_flash *fl;
	struct mtd_info *mtd;
	u8 data[KIB(256)];
	char warning[512];
};

static void on_log(void *arg, enum log_level level, const char *line)
{
	struct fixture *f = arg;

	if (level == LOG_WARN)
		snprintf(f->warning, sizeof(f->warning), "%s", line);
}

static void make_flash(struct fixture *f, u32 size, bool is_dual)
{
	stm32l4_flash_free(f->fl);
	f->desc.size = size;
	f->desc.is_dual_bank = is_dual;
	assert_int_equal(stm32l4_flash_new(&f->ctx, f->q, &f->desc, &f->fl), 0);
	f->mtd = stm32l4_flash_mtd(f->fl);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->ctx.log = (struct log){ .fn = on_log, .arg = f, .level = LOG_INFO };
	f->q = fake_memq_new(&f->ctx, 15000000);
	f->q->on_read = model_read;
	f->q->on_write = model_write;
	f->q->arg = &f->m;
	memset(f->m.cells, 0xff, sizeof(f->m.cells));
	f->m.cr = 0xc0000000;
	f->m.acr = 0x600;
	f->m.is_dual = true;
	f->m.prog_ns = 85000;
	f->m.erase_ns = 22500 * USEC_NS;
	f->m.jitter_ppm = 20000;
	f->desc = (struct stm32l4_flash_desc){ .chip = "STM32L476", .regs = REGS, .base = BASE };
	f->desc.options.optr = 0xffeff8aa;
	for (unsigned int b = 0; b < 2; b++) {
		f->desc.options.pcrop_start[b] = 0xffffffff;
		f->desc.options.wrp[b][0] = f->desc.options.wrp[b][1] = 0x000000ff;
	}
	for (size_t i = 0; i < sizeof(f->data); i++)
		f->data[i] = (u8)(i * 7 + (i >> 8) * 13 + 1);
	make_flash(f, MIB(1), true);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	stm32l4_flash_free(f->fl);
	fake_memq_free(f->q);
	free(f);
	return 0;
}

/* the values written to one register, in order */
static size_t writes_to(const struct memq *q, u32 addr, u32 *val, size_t room)
{
	size_t n = 0;

	for (size_t i = 0; i < q->n_ops; i++)
		if (q->ops[i].kind == FAKE_WRITE && q->ops[i].addr == addr && n < room)
			val[n++] = q->ops[i].val;
	return n;
}

static void test_keys_are_written_only_to_a_locked_controller(void **state)
{
	struct fixture *f = *state;
	u32 val[8];

	assert_int_equal(mtd_prepare(f->mtd), 0);
	assert_int_equal(writes_to(f->q, KEYR, val, 8), 2);
	assert_int_equal(val[0], 0x45670123);
	assert_int_equal(val[1], 0xcdef89ab);
	assert_int_equal(mtd_prepare(f->mtd), 0);
	assert_int_equal(writes_to(f->q, KEYR, val, 8), 2);
	mtd_finish(f->mtd);
	f->m.cr = CR_PG; /* an application left it open */
	assert_int_equal(mtd_prepare(f->mtd), 0);
	assert_int_equal(writes_to(f->q, KEYR, val, 8), 2);
	assert_int_equal(f->m.cr, 0);
}

static void test_a_controller_locked_until_reset_is_reported(void **state)
{
	struct fixture *f = *state;

	f->m.is_dead_locked = true;
	assert_int_equal(mtd_prepare(f->mtd), -EIO);
	assert_non_null(strstr(f->ctx.err.what, "did not unlock"));
}

static void test_finish_locks_and_puts_the_caches_back(void **state)
{
	struct fixture *f = *state;

	f->m.acr = 0x702;
	assert_int_equal(mtd_prepare(f->mtd), 0);
	assert_int_equal(f->m.acr, 0x102);
	f->m.acr = 0x104; /* wait states changed meanwhile */
	mtd_finish(f->mtd);
	assert_int_equal(f->m.acr, 0x704);
	assert_true(f->m.cr & CR_LOCK);
}

static void test_erase_names_bank_and_page(void **state)
{
	static const struct {
		u32 size;
		bool is_dual, is_swapped;
		u64 from, len;
		u32 cr;
	} cases[] = {
		{ MIB(1), true, false, 0, 2048, CR_PER },
		{ MIB(1), true, false, 255 * 2048, 2048, CR_PER | 255 << 3 },
		{ MIB(1), true, false, 256 * 2048, 2048, CR_PER | CR_BKER },
		{ MIB(1), true, false, 511 * 2048, 2048, CR_PER | CR_BKER | 255 << 3 },
		{ MIB(1), true, false, 0, MIB(1) / 2, CR_MER1 },
		{ MIB(1), true, false, MIB(1) / 2, MIB(1) / 2, CR_MER2 },
		{ MIB(1), true, false, 0, MIB(1), CR_MER1 | CR_MER2 },
		{ MIB(1), true, true, 0, 2048, CR_PER | CR_BKER },
		{ MIB(1), true, true, 256 * 2048, 2048, CR_PER },
		{ MIB(1), true, true, 0, MIB(1) / 2, CR_MER2 },
		{ KIB(512), true, false, 128 * 2048, 2048, CR_PER | CR_BKER },
		{ KIB(512), true, false, 0, KIB(256), CR_MER1 },
		{ KIB(512), true, false, 0, KIB(512), CR_MER1 | CR_MER2 },
		{ KIB(512), false, false, 128 * 2048, 2048, CR_PER | 128 << 3 },
		{ KIB(512), false, false, 255 * 2048, 2048, CR_PER | 255 << 3 },
		{ KIB(512), false, false, 0, KIB(512), CR_MER1 },
		{ KIB(256), true, false, 64 * 2048, 2048, CR_PER | CR_BKER },
		{ KIB(256), false, false, 64 * 2048, 2048, CR_PER | 64 << 3 },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		u32 cr[8];
		size_t n;

		f->desc.is_swapped = cases[i].is_swapped;
		make_flash(f, cases[i].size, cases[i].is_dual);
		assert_int_equal(mtd_prepare(f->mtd), 0);
		f->q->n_ops = 0;
		assert_int_equal(mtd_erase(f->mtd, cases[i].from, cases[i].len), 0);
		n = writes_to(f->q, CR, cr, 8);
		if (n != 2 || cr[0] != cases[i].cr || cr[1] != (cases[i].cr | CR_STRT))
			fail_msg("case %zu: %zu writes, 0x%08x 0x%08x", i, n, cr[0], cr[1]);
		mtd_finish(f->mtd);
	}
}

static void test_regions_and_units_cover_the_flash(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(f->mtd->regions[0].count, 512);
	assert_int_equal(f->mtd->n_units, 2);
	assert_int_equal(f->mtd->units[0].size, KIB(512));
	assert_int_equal(f->mtd->units[0].count, 2);
	assert_int_equal(f->mtd->units[1].size, MIB(1));
	assert_string_equal(f->mtd->about, "STM32L476 internal flash, 2 x 512 KiB, 2 KiB pages");
	make_flash(f, KIB(512), false);
	assert_int_equal(f->mtd->regions[0].count, 256);
	assert_int_equal(f->mtd->n_units, 1);
	assert_int_equal(f->mtd->units[0].size, KIB(512));
	assert_string_equal(f->mtd->about, "STM32L476 internal flash, 1 x 512 KiB, 2 KiB pages");
}

static void test_erase_of_odd_ranges_uses_the_largest_erases_inside(void **state)
{
	struct fixture *f = *state;
	u32 cr[16];

	memset(f->m.cells, 0, sizeof(f->m.cells));
	assert_int_equal(mtd_prepare(f->mtd), 0);
	f->q->n_ops = 0;
	assert_int_equal(mtd_erase(f->mtd, MIB(1) / 2 - 4096, MIB(1) / 2 + 4096), 0);
	assert_int_equal(writes_to(f->q, CR, cr, 16), 6);
	assert_int_equal(cr[0], CR_PER | 254 << 3);
	assert_int_equal(cr[2], CR_PER | 255 << 3);
	assert_int_equal(cr[4], CR_MER2);
	assert_int_equal(f->m.cells[MIB(1) / 2 - 4097], 0);
	assert_int_equal(f->m.cells[MIB(1) / 2 - 4096], 0xff);
	assert_int_equal(f->m.cells[MIB(1) - 1], 0xff);
}

static void test_program_writes_each_word_once_and_skips_blank_units(void **state)
{
	struct fixture *f = *state;
	u8 buf[40];
	u32 cr[8];
	size_t n = 0;

	memcpy(buf, f->data, sizeof(buf));
	memset(buf + 8, 0xff, 16);
	assert_int_equal(mtd_prepare(f->mtd), 0);
	f->q->n_ops = 0;
	assert_int_equal(mtd_write(f->mtd, 0x1000, sizeof(buf), buf), 0);
	assert_memory_equal(f->m.cells + 0x1000, buf, sizeof(buf));
	for (size_t i = 0; i < f->q->n_ops; i++)
		n += f->q->ops[i].kind == FAKE_ONCE;
	assert_int_equal(n, 6);
	assert_int_equal(writes_to(f->q, CR, cr, 8), 2);
	assert_int_equal(cr[0], 0);
	assert_int_equal(cr[1], CR_PG);
}

static void test_blank_data_need_no_access_at_all(void **state)
{
	struct fixture *f = *state;
	u8 buf[256];

	memset(buf, 0xff, sizeof(buf));
	assert_int_equal(mtd_prepare(f->mtd), 0);
	f->q->n_ops = 0;
	assert_int_equal(mtd_write(f->mtd, 0, sizeof(buf), buf), 0);
	assert_int_equal(f->m.n_units, 0);
	assert_int_equal(writes_to(f->q, CR, (u32[1]){ 0 }, 1), 0);
}

/* any device from much faster to much slower than typical, at every clock: nothing ever runs into a stall */
static void test_pace_follows_the_device(void **state)
{
	static const struct {
		u64 prog_ns, jitter_ppm;
		u32 swclk_hz, percent;
	} cases[] = {
		{ 81690, 0, 15000000, 88 },	 { 81690, 20000, 15000000, 90 },
		{ 90760, 20000, 15000000, 90 },	 { 122000, 20000, 15000000, 90 },
		{ 60000, 20000, 15000000, 88 },	 { 81690, 20000, 30000000, 92 },
		{ 100000, 20000, 30000000, 92 }, { 81690, 20000, 10000000, 88 },
		{ 81690, 20000, 1000000, 75 },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		u64 from_ns, ns;

		make_flash(f, MIB(1), true);
		memset(f->m.cells, 0xff, sizeof(f->m.cells));
		f->m.prog_ns = cases[i].prog_ns;
		f->m.jitter_ppm = cases[i].jitter_ppm;
		f->m.n_waits = f->m.worst_stall_ns = f->m.busy_ns = 0;
		f->q->period_ps = UINT64_C(1000000000000) / cases[i].swclk_hz;
		f->m.ack_ns = 37 * f->q->period_ps / 1000;
		f->m.stalled_until_ns = 0;
		assert_int_equal(mtd_prepare(f->mtd), 0);
		from_ns = memq_cursor_ns(f->q);
		assert_int_equal(mtd_write(f->mtd, 0, sizeof(f->data), f->data), 0);
		ns = memq_cursor_ns(f->q) - from_ns;
		assert_memory_equal(f->m.cells, f->data, sizeof(f->data));
		if (f->m.busy_ns * 100 / ns < cases[i].percent)
			fail_msg("case %zu: %u %% of the limit", i,
				 (unsigned int)(f->m.busy_ns * 100 / ns));
		/* word 0 is stalled for word 1's time and what units differ by; nothing runs into it */
		assert_int_equal(f->m.n_waits, 0);
		assert_true(f->m.worst_stall_ns <
			    48 * f->q->period_ps / 1000 + cases[i].prog_ns / 4);
		mtd_finish(f->mtd);
	}
}

static void test_erase_time_is_learned(void **state)
{
	struct fixture *f = *state;
	u64 from_ns;

	f->m.erase_ns = 30000 * USEC_NS;
	assert_int_equal(mtd_prepare(f->mtd), 0);
	assert_int_equal(mtd_erase(f->mtd, 0, 20 * 2048), 0);
	from_ns = memq_cursor_ns(f->q);
	f->m.busy_ns = 0;
	assert_int_equal(mtd_erase(f->mtd, 0, 100 * 2048), 0);
	assert_true(f->m.busy_ns * 100 / (memq_cursor_ns(f->q) - from_ns) >= 95);
	/* a page's time says nothing of a bank's, and the other way round */
	f->m.erase_ns = 60000 * USEC_NS;
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(mtd_erase(f->mtd, 0, KIB(512)), 0);
	f->m.erase_ns = 30000 * USEC_NS;
	f->m.busy_ns = 0;
	from_ns = memq_cursor_ns(f->q);
	assert_int_equal(mtd_erase(f->mtd, 0, 2048), 0);
	assert_true(f->m.busy_ns * 100 / (memq_cursor_ns(f->q) - from_ns) >= 95);
}

static void test_a_unit_that_was_not_erased_is_named(void **state)
{
	struct fixture *f = *state;

	f->m.cells[0x2345] = 0x7f;
	assert_int_equal(mtd_write(f->mtd, 0x2000, 0x800, f->data), -EIO);
	assert_non_null(strstr(f->ctx.err.what, "0x08002340 was not erased"));
	assert_non_null(strstr(f->ctx.err.what, "PROGERR"));
	assert_memory_equal(f->m.cells + 0x2000, f->data, 0x340);
	assert_int_equal(f->m.cells[0x2348], 0xff);
}

static void test_on_a_noisy_wire_a_spoilt_unit_is_left_for_verify(void **state)
{
	struct fixture *f = *state;

	f->ctx.stats.retries = 1;
	f->m.cells[0x2345] = 0x7f;
	assert_int_equal(mtd_write(f->mtd, 0x2000, 0x800, f->data), 0);
	assert_non_null(strstr(f->warning, "0x08002340 holds something else"));
	assert_memory_equal(f->m.cells + 0x2000, f->data, 0x340);
	assert_memory_equal(f->m.cells + 0x2348, f->data + 0x348, 0x800 - 0x348);
	assert_int_equal(f->m.cells[0x2345], 0x7f);
}

static void test_a_unit_that_was_dropped_is_programmed_again(void **state)
{
	struct fixture *f = *state;

	for (u64 n = 1; n < 100; n += 7) {
		memset(f->m.cells, 0xff, KIB(4));
		f->m.n_units = 0;
		f->m.refuse_unit = n;
		assert_int_equal(mtd_write(f->mtd, 0, 0x400, f->data), 0);
		assert_memory_equal(f->m.cells, f->data, 0x400);
	}
}

static void test_a_refusal_by_the_device_names_page_and_flag(void **state)
{
	struct fixture *f = *state;

	f->m.protect_from = 0x81000;
	f->m.protect_to = 0x81800;
	assert_int_equal(mtd_write(f->mtd, 0x80000, 0x2000, f->data), -EROFS);
	assert_non_null(strstr(f->ctx.err.what, "page 2 of bank 2 is write-protected"));
	assert_non_null(strstr(f->ctx.err.what, "0x08081000"));
	err_clear(&f->ctx.err);
	mtd_finish(f->mtd);
	assert_int_equal(mtd_erase(f->mtd, 0x80800, 0x1000), -EROFS);
	assert_non_null(strstr(f->ctx.err.what, "page 2 of bank 2 is protected against erasing"));
}

static void test_write_protected_pages_are_seen_beforehand(void **state)
{
	struct fixture *f = *state;

	f->desc.options.wrp[1][1] = 20 << 16 | 10;
	make_flash(f, MIB(1), true);
	assert_int_equal(mtd_is_locked(f->mtd, 0, MIB(1) / 2 + 10 * 2048), 0);
	assert_int_equal(mtd_is_locked(f->mtd, MIB(1) / 2 + 21 * 2048, 2048), 0);
	assert_int_equal(mtd_is_locked(f->mtd, MIB(1) / 2 + 20 * 2048 + 2040, 8), -EROFS);
	assert_non_null(
		strstr(f->ctx.err.what, "page 20 of bank 2 (0x0808a000) is write-protected"));
	assert_non_null(strstr(f->ctx.err.what, "FLASH_WRP2BR"));
	err_clear(&f->ctx.err);
	assert_int_equal(mtd_erase(f->mtd, 0, MIB(1)), -EROFS);
	assert_non_null(strstr(f->ctx.err.what, "page 10 of bank 2"));
	assert_int_equal(f->q->n_ops, 0);
}

static void test_pcrop_areas_are_seen_beforehand(void **state)
{
	struct fixture *f = *state;
	u8 buf[16];

	f->desc.options.pcrop_start[0] = 0xffff0000 | 0x4000 / 8;
	f->desc.options.pcrop_end[0] = 0x0fff0000 | (0x4100 / 8 - 1);
	make_flash(f, MIB(1), true);
	assert_int_equal(mtd_is_locked(f->mtd, 0, 0x4000), 0);
	assert_int_equal(mtd_is_locked(f->mtd, 0x4800, 0x800), 0);
	/* the same page: erasing it would be refused */
	assert_int_equal(mtd_is_locked(f->mtd, 0x4400, 8), -EROFS);
	assert_non_null(
		strstr(f->ctx.err.what, "0x08004000..0x080040ff is a PCROP area of bank 1"));
	err_clear(&f->ctx.err);
	assert_int_equal(mtd_read(f->mtd, 0x4100, sizeof(buf), buf), 0);
	assert_int_equal(mtd_read(f->mtd, 0x40f8, sizeof(buf), buf), -EROFS);
}

static void test_at_rdp_level_1_the_flash_is_not_touched(void **state)
{
	struct fixture *f = *state;
	u8 buf[16];

	f->desc.options.optr = 0xffeff8bb;
	make_flash(f, MIB(1), true);
	assert_int_equal(mtd_prepare(f->mtd), 0);
	assert_int_equal(mtd_read(f->mtd, 0, sizeof(buf), buf), -EROFS);
	assert_non_null(strstr(f->ctx.err.what, "RDP level 1"));
	assert_int_equal(mtd_write(f->mtd, 0, 16, f->data), -EROFS);
	assert_int_equal(mtd_erase(f->mtd, 0, 2048), -EROFS);
	mtd_finish(f->mtd);
	assert_int_equal(f->q->n_ops, 0);
}

static void test_a_reset_in_the_middle_is_noticed(void **state)
{
	struct fixture *f = *state;

	f->m.reset_unit = 200;
	assert_int_equal(mtd_write(f->mtd, 0, 0x1000, f->data), -EIO);
	assert_non_null(strstr(f->ctx.err.what, "the target was reset in the middle of the job"));
	assert_non_null(strstr(f->ctx.err.what, "S_RESET_ST"));
	assert_non_null(strstr(f->ctx.err.what, "0x08000638"));
	assert_memory_equal(f->m.cells, f->data, 199 * 8);
}

static void test_an_erase_without_end_times_out(void **state)
{
	struct fixture *f = *state;

	f->m.erase_ns = 1000 * SEC_NS;
	f->m.jitter_ppm = 0;
	assert_int_equal(mtd_erase(f->mtd, 0, 2048), -ETIMEDOUT);
	assert_non_null(strstr(f->ctx.err.what, "FLASH_SR 0x00010000"));
	assert_true(memq_cursor_ns(f->q) < SEC_NS);
	mtd_finish(f->mtd);
	assert_non_null(strstr(f->warning, "could not be locked again"));
	assert_int_equal(f->ctx.err.code, -ETIMEDOUT);
}

static void test_half_programmed_units_are_reported_when_read(void **state)
{
	struct fixture *f = *state;
	u8 buf[64];

	f->m.ecc_at = 0x80020;
	assert_int_equal(mtd_read(f->mtd, 0x80000, sizeof(buf), buf), 0);
	assert_int_equal(f->mtd->n_doubtful, 1);
	assert_non_null(strstr(f->warning, "0x08080020 has an ECC error"));
	assert_int_equal(f->m.eccr & BIT(31), 0);
}

static void test_lost_samples_do_no_harm(void **state)
{
	struct fixture *f = *state;

	for (u64 n = 1; n < 260; n++) {
		memset(f->m.cells, 0xff, KIB(4));
		f->q->n_samples = 0;
		f->q->lose_sample = n;
		assert_int_equal(mtd_erase(f->mtd, 0, 2048), 0);
		assert_int_equal(mtd_write(f->mtd, 0, 1024, f->data), 0);
		assert_memory_equal(f->m.cells, f->data, 1024);
		if (n == 1)
			make_flash(f, MIB(1), true);
	}
}

static void test_a_wire_error_at_any_access_costs_no_data(void **state)
{
	struct fixture *f = *state;

	for (u64 n = 1; n < 420; n++) {
		memset(f->m.cells, 0, KIB(2));
		assert_int_equal(mtd_prepare(f->mtd), 0);
		f->m.has_first = false;
		f->q->n_accesses = 0;
		f->q->fail_access = n;
		if (mtd_erase(f->mtd, 0, 2048) || mtd_write(f->mtd, 0, 1024, f->data))
			fail_msg("access %u: %s", (unsigned int)n, f->ctx.err.what);
		assert_memory_equal(f->m.cells, f->data, 1024);
		assert_int_equal(f->ctx.err.code, 0);
	}
}

static void test_jobs_in_a_row_keep_what_was_learned(void **state)
{
	struct fixture *f = *state;
	u64 first_ns;

	f->m.prog_ns = 110000;
	assert_int_equal(mtd_write(f->mtd, 0, 4096, f->data), 0);
	first_ns = stm32l4_flash_prog_ns(f->fl);
	assert_in_range(first_ns, 107000, 120000);
	for (unsigned int i = 1; i < 20; i++)
		assert_int_equal(mtd_write(f->mtd, i * 4096, 64, f->data), 0);
	assert_in_range(stm32l4_flash_prog_ns(f->fl), first_ns - 2000, first_ns + 2000);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_keys_are_written_only_to_a_locked_controller),
		TEST(test_a_controller_locked_until_reset_is_reported),
		TEST(test_finish_locks_and_puts_the_caches_back),
		TEST(test_erase_names_bank_and_page),
		TEST(test_regions_and_units_cover_the_flash),
		TEST(test_erase_of_odd_ranges_uses_the_largest_erases_inside),
		TEST(test_program_writes_each_word_once_and_skips_blank_units),
		TEST(test_blank_data_need_no_access_at_all),
		TEST(test_pace_follows_the_device),
		TEST(test_erase_time_is_learned),
		TEST(test_a_unit_that_was_not_erased_is_named),
		TEST(test_on_a_noisy_wire_a_spoilt_unit_is_left_for_verify),
		TEST(test_a_unit_that_was_dropped_is_programmed_again),
		TEST(test_a_refusal_by_the_device_names_page_and_flag),
		TEST(test_write_protected_pages_are_seen_beforehand),
		TEST(test_pcrop_areas_are_seen_beforehand),
		TEST(test_at_rdp_level_1_the_flash_is_not_touched),
		TEST(test_a_reset_in_the_middle_is_noticed),
		TEST(test_an_erase_without_end_times_out),
		TEST(test_half_programmed_units_are_reported_when_read),
		TEST(test_lost_samples_do_no_harm),
		TEST(test_a_wire_error_at_any_access_costs_no_data),
		TEST(test_jobs_in_a_row_keep_what_was_learned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
