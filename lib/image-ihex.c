// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Intel HEX (Hexadecimal Object File Format Specification, revision A, 1988).
 *
 *	:LLAAAATT<LL data bytes>CC	all bytes of a record, CC included, add up to 0 mod 256
 *
 * Types: 00 data, 01 end of file, 02 extended segment address (USBA), 03 start segment address
 * (CS:IP), 04 extended linear address (ULBA), 05 start linear address (EIP).
 */
#include "lib/image-priv.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum ihex_type {
	IHEX_DATA = 0x00,
	IHEX_EOF = 0x01,
	IHEX_SEGMENT = 0x02,
	IHEX_START_SEGMENT = 0x03,
	IHEX_LINEAR = 0x04,
	IHEX_START_LINEAR = 0x05,
};

#define IHEX_MAX_RECORD (1 + 2 + 1 + 255 + 1)
#define IHEX_LINE_BYTES 32 /* data bytes a line when writing */

struct ihex_parser {
	struct image_text text;
	struct image_builder *b;
	struct err *err;
	u64 base; /* of the last type 02 or 04 record */
	bool segmented;
	bool eof;
};

/* the record of one line, checked but for its meaning */
static int ihex_record(struct ihex_parser *p, const u8 *line, size_t len, u8 *rec)
{
	size_t i, n;
	u8 sum = 0;

	if (line[0] != ':')
		return image_text_bad(&p->text, p->err, NULL,
				      "Intel HEX record does not begin with ':'");
	if (len < 3 || !image_text_hex(line + 1, 1, rec))
		return image_text_bad(&p->text, p->err, NULL, "Intel HEX record has no length");
	n = 5 + (size_t)rec[0];
	if (len - 1 < 2 * n)
		return image_text_bad(&p->text, p->err, NULL,
				      "Intel HEX record is cut off: %zu digits, its length of %u "
				      "data bytes asks for %zu",
				      len - 1, rec[0], 2 * n);
	if (len - 1 > 2 * n)
		return image_text_bad(&p->text, p->err, NULL,
				      "Intel HEX record has %zu characters after its checksum",
				      len - 1 - 2 * n);
	if (!image_text_hex(line + 1, n, rec))
		return image_text_bad(&p->text, p->err, NULL,
				      "Intel HEX record holds a character that is no hex digit");
	for (i = 0; i < n; i++)
		sum = (u8)(sum + rec[i]);
	if (sum)
		return image_text_bad(&p->text, p->err, NULL,
				      "checksum is 0x%02x, the record's bytes give 0x%02x",
				      rec[n - 1], (u8)(rec[n - 1] - sum));
	return 0;
}

static int ihex_want_len(struct ihex_parser *p, const u8 *rec, u8 want)
{
	if (rec[0] == want)
		return 0;
	return image_text_bad(&p->text, p->err, NULL,
			      "Intel HEX record of type %02x holds %u data bytes instead of %u",
			      rec[3], rec[0], want);
}

static int ihex_data(struct ihex_parser *p, const u8 *rec)
{
	u32 offset = (u32)rec[1] << 8 | rec[2];

	/* an offset that overflows starts again at the segment's begin (specification, 00) */
	if (p->segmented && offset + rec[0] > 0x10000)
		return image_text_bad(&p->text, p->err,
				      "write the file with linear addresses (type 04 records)",
				      "data runs over the end of its 64 KiB segment");
	return image_builder_add(p->b, p->base + offset, rec + 4, rec[0], p->text.line, rec[0],
				 p->err);
}

static int ihex_meaning(struct ihex_parser *p, const u8 *rec)
{
	const u8 *data = rec + 4;
	int ret;

	switch (rec[3]) {
	case IHEX_DATA:
		return ihex_data(p, rec);
	case IHEX_EOF:
		p->eof = true;
		return ihex_want_len(p, rec, 0);
	case IHEX_SEGMENT:
	case IHEX_LINEAR:
		ret = ihex_want_len(p, rec, 2);
		if (ret)
			return ret;
		p->segmented = rec[3] == IHEX_SEGMENT;
		p->base = (u64)(data[0] << 8 | data[1]) << (p->segmented ? 4 : 16);
		return 0;
	case IHEX_START_SEGMENT:
	case IHEX_START_LINEAR:
		ret = ihex_want_len(p, rec, 4);
		if (ret)
			return ret;
		if (rec[3] == IHEX_START_LINEAR)
			p->b->entry = (u64)data[0] << 24 | data[1] << 16 | data[2] << 8 | data[3];
		else
			p->b->entry = ((u64)(data[0] << 8 | data[1]) << 4) +
				      (u64)(data[2] << 8 | data[3]);
		return 0;
	default:
		return image_text_bad(&p->text, p->err, NULL, "Intel HEX has no record type %02x",
				      rec[3]);
	}
}

/**
 * image_parse_ihex() - collect the data of an Intel HEX file
 * @b: where to
 * @buf: the file
 * @len: its length
 * @err: line and reason
 *
 * Return: 0; -ENOEXEC for any deviation from the format, also a missing end-of-file record: a file
 * that was cut off between two lines shows no other sign.
 */
int image_parse_ihex(struct image_builder *b, const u8 *buf, size_t len, struct err *err)
{
	struct ihex_parser p = {
		.text = { .file = b->file, .buf = buf, .len = len },
		.b = b,
		.err = err,
	};
	u8 rec[IHEX_MAX_RECORD];
	const u8 *line;
	size_t n;
	int ret;

	while (image_text_next(&p.text, &line, &n)) {
		if (p.eof)
			return image_text_bad(&p.text, err, "give joined files one by one",
					      "more records after the end-of-file record");
		ret = ihex_record(&p, line, n, rec);
		if (!ret)
			ret = ihex_meaning(&p, rec);
		if (ret)
			return ret;
	}
	if (!p.eof)
		return image_text_bad(&p.text, err, NULL,
				      "file is cut off: no end-of-file record (:00000001FF)");
	return 0;
}

/* a whole record of hex digits opens the file: a binary does not look like that by chance */
bool image_is_ihex(const u8 *buf, size_t len)
{
	struct image_text t = { .buf = buf, .len = len };
	u8 rec[IHEX_MAX_RECORD];
	const u8 *line;
	size_t n;

	return image_text_next(&t, &line, &n) && n >= 11 && n <= 1 + 2 * sizeof(rec) &&
	       n % 2 == 1 && line[0] == ':' && image_text_hex(line + 1, n / 2, rec);
}

static int ihex_put(const struct image_writer *w, u8 type, u16 addr, const u8 *data, u8 len)
{
	char line[1 + 2 * IHEX_MAX_RECORD + 2];
	u8 sum = (u8)(len + (addr >> 8) + addr + type);
	size_t n;
	u8 i;

	n = (size_t)snprintf(line, sizeof(line), ":%02X%04X%02X", len, addr, type);
	for (i = 0; i < len; i++) {
		sum = (u8)(sum + data[i]);
		n += (size_t)snprintf(line + n, sizeof(line) - n, "%02X", data[i]);
	}
	n += (size_t)snprintf(line + n, sizeof(line) - n, "%02X\n", (u8)-sum);
	return w->write(w->arg, line, n);
}

static int ihex_put_u32(const struct image_writer *w, u8 type, u32 val)
{
	const u8 be[4] = { (u8)(val >> 24), (u8)(val >> 16), (u8)(val >> 8), (u8)val };

	return ihex_put(w, type, 0, be, type == IHEX_LINEAR ? 2 : 4);
}

/* image_write_ihex() - all segments, with type 04 records wherever the upper half changes */
int image_write_ihex(const struct image *img, const struct image_writer *w)
{
	u64 upper = UINT64_MAX;
	size_t i;
	int ret;

	for (i = 0; i < img->n_segs; i++) {
		const struct image_segment *seg = &img->segs[i];
		size_t done = 0;

		while (done < seg->len) {
			u64 addr = seg->addr + done;
			/* lines end at multiples of their length, so 64 KiB is never crossed */
			size_t n = min(seg->len - done,
				       (size_t)(IHEX_LINE_BYTES - addr % IHEX_LINE_BYTES));

			if (addr >> 16 != upper) {
				upper = addr >> 16;
				ret = ihex_put_u32(w, IHEX_LINEAR, (u32)(addr & 0xffff0000));
				if (ret)
					return ret;
			}
			ret = ihex_put(w, IHEX_DATA, (u16)addr, seg->data + done, (u8)n);
			if (ret)
				return ret;
			done += n;
		}
	}
	if (img->entry) {
		ret = ihex_put_u32(w, IHEX_START_LINEAR, (u32)img->entry);
		if (ret)
			return ret;
	}
	return ihex_put(w, IHEX_EOF, 0, NULL, 0);
}
