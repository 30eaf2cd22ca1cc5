// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Option bytes of the STM32L47x/L48x as the controller's registers show them (RM0351 3.4, 3.5,
 * 3.7.8 and following): what they protect, and read-only views of them and of the OTP area.
 */
#include "drivers/stm32l4-flash.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define FLASH_OPTR     0x20
#define FLASH_PCROP1SR 0x24
#define FLASH_PCROP1ER 0x28
#define FLASH_WRP1AR   0x2c
#define FLASH_WRP1BR   0x30
#define FLASH_PCROP2SR 0x44
#define FLASH_PCROP2ER 0x48
#define FLASH_WRP2AR   0x4c
#define FLASH_WRP2BR   0x50

#define OPTR_RDP       GENMASK(7, 0)
#define RDP_LEVEL_0    0xaa
#define PCROP_FIELD    GENMASK(15, 0) /* double words from the start of the bank */
#define WRP_STRT       GENMASK(7, 0)  /* pages of the bank */
#define WRP_END	       GENMASK(23, 16)

/* RM0351 table 5 */
#define OTP_BASE 0x1fff7000u
#define OTP_SIZE 1024u

/**
 * stm32l4_options_read() - the option bytes in effect, from the controller's registers
 * @q: queue of the target; flushed
 * @regs: base of the controller
 * @o: result; contents undefined after an error
 */
int stm32l4_options_read(struct memq *q, u32 regs, struct stm32l4_options *o)
{
	memq_read32(q, regs + FLASH_OPTR, &o->optr);
	memq_read32(q, regs + FLASH_PCROP1SR, &o->pcrop_start[0]);
	memq_read32(q, regs + FLASH_PCROP1ER, &o->pcrop_end[0]);
	memq_read32(q, regs + FLASH_WRP1AR, &o->wrp[0][0]);
	memq_read32(q, regs + FLASH_WRP1BR, &o->wrp[0][1]);
	memq_read32(q, regs + FLASH_PCROP2SR, &o->pcrop_start[1]);
	memq_read32(q, regs + FLASH_PCROP2ER, &o->pcrop_end[1]);
	memq_read32(q, regs + FLASH_WRP2AR, &o->wrp[1][0]);
	memq_read32(q, regs + FLASH_WRP2BR, &o->wrp[1][1]);
	return memq_flush(q);
}

/**
 * stm32l4_rdp_is_level_0() - may a debugger touch the flash?
 * @o: option bytes
 *
 * 0xaa is level 0, 0xcc level 2, all else level 1 (RM0351 3.5.1).
 */
bool stm32l4_rdp_is_level_0(const struct stm32l4_options *o)
{
	return FIELD_GET(OPTR_RDP, o->optr) == RDP_LEVEL_0;
}

static int rdp_error(struct err *err, const char *chip, u32 optr)
{
	return err_set(err, -EROFS,
		       "only a return to level 0 opens it, and that erases the whole flash: it has "
		       "to be asked for",
		       "%s is read-protected, RDP level 1 (FLASH_OPTR 0x%08" PRIx32
		       "): a debugger can neither read nor program its flash",
		       chip, optr);
}

static int check_rdp(const struct stm32l4_flash_desc *d, struct err *err)
{
	return stm32l4_rdp_is_level_0(&d->options) ? 0 : rdp_error(err, d->chip, d->options.optr);
}

/* first page of [first, last] in write-protected area @wrp; false if none */
static bool wrp_hits(u32 wrp, unsigned int first, unsigned int last, unsigned int *page)
{
	unsigned int start = FIELD_GET(WRP_STRT, wrp), end = FIELD_GET(WRP_END, wrp);

	/* STRT > END: no area (RM0351 3.5.4) */
	if (start > end || end < first || start > last)
		return false;
	*page = max(start, first);
	return true;
}

/* the PCROP area of @bank as bytes from its start, half open; false if there is none */
static bool pcrop_area(const struct stm32l4_flash_desc *d, unsigned int bank, u64 *from, u64 *to)
{
	u64 start = FIELD_GET(PCROP_FIELD, d->options.pcrop_start[bank]);
	u64 end = FIELD_GET(PCROP_FIELD, d->options.pcrop_end[bank]);

	*from = start * STM32L4_UNIT_SIZE;
	*to = min((end + 1) * STM32L4_UNIT_SIZE, (u64)stm32l4_bank_size(d));
	return start <= end && *from < stm32l4_bank_size(d);
}

/* [first, last] are pages of the bank mapped at @map_offset */
static int check_bank(const struct stm32l4_flash_desc *d, u64 map_offset, unsigned int first,
		      unsigned int last, struct err *err)
{
	unsigned int bank = stm32l4_bank_of(d, map_offset), page;
	u64 from, to;

	for (unsigned int area = 0; area < 2; area++) {
		u32 wrp = d->options.wrp[bank][area];

		if (!wrp_hits(wrp, first, last, &page))
			continue;
		return err_set(err, -EROFS,
			       "take the write protection off in the option bytes, or leave these "
			       "pages out",
			       "page %u of bank %u (0x%08" PRIx32
			       ") is write-protected (FLASH_WRP%u%cR 0x%08" PRIx32 ")",
			       page, bank + 1,
			       stm32l4_addr_of(d, map_offset + (u64)page * STM32L4_PAGE_SIZE),
			       bank + 1, area ? 'B' : 'A', wrp);
	}
	if (pcrop_area(d, bank, &from, &to) && from < (u64)(last + 1) * STM32L4_PAGE_SIZE &&
	    to > (u64)first * STM32L4_PAGE_SIZE)
		return err_set(
			err, -EROFS,
			"PCROP goes only with a return from RDP level 1; leave these pages out",
			"0x%08" PRIx32 "..0x%08" PRIx32
			" is a PCROP area of bank %u: nobody can read, erase or program it",
			stm32l4_addr_of(d, map_offset + from),
			stm32l4_addr_of(d, map_offset + to - 1), bank + 1);
	return 0;
}

/**
 * stm32l4_check_locked() - would erasing the pages of a range, or programming in it, be refused?
 * @d: the flash and its option bytes
 * @from: offset
 * @len: bytes, not past the end
 * @err: gets the reason
 *
 * Return: 0: no; -EROFS naming RDP, or the page and the register, or the PCROP area.
 */
int stm32l4_check_locked(const struct stm32l4_flash_desc *d, u64 from, u64 len, struct err *err)
{
	u64 bank_size = stm32l4_bank_size(d);
	int ret = check_rdp(d, err);

	while (!ret && len) {
		u64 map_offset = from - from % bank_size;
		u64 n = min(len, map_offset + bank_size - from);

		ret = check_bank(d, map_offset, stm32l4_page_of(d, from),
				 stm32l4_page_of(d, from + n - 1), err);
		from += n;
		len -= n;
	}
	return ret;
}

/**
 * stm32l4_check_readable() - can a debugger read a range?
 * @d: the flash and its option bytes
 * @from: offset
 * @len: bytes, not past the end
 * @err: gets the reason
 *
 * Data reads of a PCROP area give nothing (RM0351 3.5.3); at RDP level 1 any read of the flash is a
 * bus error, and blocks it for the application until the next power-on.
 */
int stm32l4_check_readable(const struct stm32l4_flash_desc *d, u64 from, u64 len, struct err *err)
{
	u64 bank_size = stm32l4_bank_size(d);
	int ret = check_rdp(d, err);

	for (u64 map_offset = 0; !ret && map_offset < d->size; map_offset += bank_size) {
		u64 start, end;

		if (!pcrop_area(d, stm32l4_bank_of(d, map_offset), &start, &end) ||
		    map_offset + start >= from + len || map_offset + end <= from)
			continue;
		ret = err_set(err, -EROFS, "leave that area out with --range",
			      "0x%08" PRIx32 "..0x%08" PRIx32
			      " is a PCROP area: it can be executed, but not read",
			      stm32l4_addr_of(d, map_offset + start),
			      stm32l4_addr_of(d, map_offset + end - 1));
	}
	return ret;
}

/* ---- views ---- */

/* option registers, ascending: from OPTR to WRP2BR, with a hole at 0x34..0x43 */
static const u32 option_regs[] = { FLASH_OPTR,	   FLASH_PCROP1SR, FLASH_PCROP1ER,
				   FLASH_WRP1AR,   FLASH_WRP1BR,   FLASH_PCROP2SR,
				   FLASH_PCROP2ER, FLASH_WRP2AR,   FLASH_WRP2BR };

#define OPTIONS_SIZE (FLASH_WRP2BR + 4 - FLASH_OPTR)

static int options_read(struct mtd_info *mtd, u64 from, size_t len, u8 *buf)
{
	u32 val[ARRAY_SIZE(option_regs)];
	u8 view[OPTIONS_SIZE] = { 0 };
	int ret;

	for (size_t i = 0; i < ARRAY_SIZE(option_regs); i++)
		memq_read32(mtd->q, STM32L4_FLASH_REGS + option_regs[i], &val[i]);
	ret = memq_flush(mtd->q);
	if (ret)
		return ret;
	for (size_t i = 0; i < ARRAY_SIZE(option_regs); i++)
		put_le32(view + (option_regs[i] - FLASH_OPTR), val[i]);
	memcpy(buf, view + from, len);
	return 0;
}

static const struct mtd_ops options_ops = { .read = options_read };

static int otp_read(struct mtd_info *mtd, u64 from, size_t len, u8 *buf)
{
	struct stm32l4_options o = { 0 };
	/* whole words; the area is small */
	u8 all[OTP_SIZE];
	int ret = target_read32(mtd->q, STM32L4_FLASH_REGS + FLASH_OPTR, &o.optr);

	if (!ret && !stm32l4_rdp_is_level_0(&o))
		return rdp_error(&mtd->ctx->err, "the target", o.optr);
	if (ret)
		return ret;
	memq_read(mtd->q, OTP_BASE, all, sizeof(all));
	ret = memq_flush(mtd->q);
	if (!ret)
		memcpy(buf, all + from, len);
	return ret;
}

static const struct mtd_ops otp_ops = { .read = otp_read };

/**
 * stm32l4_options_mtd_init() - the option bytes in effect, as a read-only mtd named "options"
 * @mtd: filled in
 * @ctx: session
 * @q: queue of the target
 *
 * Its bytes are the registers at their own bus addresses, little-endian:
 *   0x00 OPTR, 0x04 PCROP1SR, 0x08 PCROP1ER, 0x0c WRP1AR, 0x10 WRP1BR, 0x14..0x23 zero,
 *   0x24 PCROP2SR, 0x28 PCROP2ER, 0x2c WRP2AR, 0x30 WRP2BR
 */
void stm32l4_options_mtd_init(struct mtd_info *mtd, struct ctx *ctx, struct memq *q)
{
	*mtd = (struct mtd_info){
		.name = "options",
		.about = "option bytes in effect (FLASH_OPTR to FLASH_WRP2BR), read-only",
		.base = STM32L4_FLASH_REGS + FLASH_OPTR,
		.size = OPTIONS_SIZE,
		.writesize = 4,
		.writebufsize = 4,
		.erased = 0xff,
		.ops = &options_ops,
		.ctx = ctx,
		.q = q,
	};
}

/**
 * stm32l4_otp_mtd_init() - the one-time programmable area, as a read-only mtd named "otp"
 * @mtd: filled in
 * @ctx: session
 * @q: queue of the target
 */
void stm32l4_otp_mtd_init(struct mtd_info *mtd, struct ctx *ctx, struct memq *q)
{
	*mtd = (struct mtd_info){
		.name = "otp",
		.about = "one-time programmable area, 1 KiB, read-only",
		.base = OTP_BASE,
		.size = OTP_SIZE,
		.writesize = STM32L4_UNIT_SIZE,
		.writebufsize = STM32L4_UNIT_SIZE,
		.erased = 0xff,
		.write_once = true,
		.ops = &otp_ops,
		.ctx = ctx,
		.q = q,
	};
}
