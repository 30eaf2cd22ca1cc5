// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Motorola S-records (M68000 Family Programmer's Reference Manual, appendix C).
 *
 *	Stnn<address><data>cc	nn counts address, data and checksum; cc is the ones' complement
 *				of the sum of nn, address and data
 *
 * S0 header; S1, S2, S3 data with addresses of 2, 3, 4 bytes; S5, S6 count of the data records in
 * 2, 3 bytes; S7, S8, S9 end with a start address of 4, 3, 2 bytes. S4 is reserved.
 */
#include "lib/image-priv.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SREC_MAX_RECORD (1 + 255)
#define SREC_LINE_BYTES 32

static const u8 srec_addr_bytes[10] = { 2, 2, 3, 4, 0, 2, 3, 4, 3, 2 };

struct srec_parser {
	struct image_text text;
	struct image_builder *b;
	struct err *err;
	u64 n_data;
	bool end;
};

static int srec_record(struct srec_parser *p, const u8 *line, size_t len, u8 *rec)
{
	size_t i, n;
	u8 sum = 0;

	if (line[0] != 'S' && line[0] != 's')
		return image_text_bad(&p->text, p->err, NULL, "S-record does not begin with 'S'");
	if (len < 4 || line[1] < '0' || line[1] > '9' || !image_text_hex(line + 2, 1, rec))
		return image_text_bad(&p->text, p->err, NULL, "S-record has no type or count");
	n = 1 + (size_t)rec[0];
	if (len - 2 < 2 * n)
		return image_text_bad(&p->text, p->err, NULL,
				      "S-record is cut off: %zu digits, its count of %u bytes asks "
				      "for %zu",
				      len - 2, rec[0], 2 * n);
	if (len - 2 > 2 * n)
		return image_text_bad(&p->text, p->err, NULL,
				      "S-record has %zu characters after its checksum",
				      len - 2 - 2 * n);
	if (!image_text_hex(line + 2, n, rec))
		return image_text_bad(&p->text, p->err, NULL,
				      "S-record holds a character that is no hex digit");
	for (i = 0; i < n; i++)
		sum = (u8)(sum + rec[i]);
	if (sum != 0xff)
		return image_text_bad(&p->text, p->err, NULL,
				      "checksum is 0x%02x, the record's bytes give 0x%02x",
				      rec[n - 1], (u8) ~(sum - rec[n - 1]));
	return 0;
}

static int srec_meaning(struct srec_parser *p, unsigned int type, const u8 *rec)
{
	u8 n_addr = srec_addr_bytes[type], i;
	size_t n_data;
	u64 addr = 0;

	if (!n_addr)
		return image_text_bad(&p->text, p->err, NULL, "S%u is a reserved record type",
				      type);
	if (rec[0] < n_addr + 1)
		return image_text_bad(&p->text, p->err, NULL,
				      "S%u record of %u bytes is too short for its address", type,
				      rec[0]);
	n_data = rec[0] - n_addr - 1u;
	for (i = 0; i < n_addr; i++)
		addr = addr << 8 | rec[1 + i];
	switch (type) {
	case 0:
		return 0;
	case 1:
	case 2:
	case 3:
		p->n_data++;
		return image_builder_add(p->b, addr, rec + 1 + n_addr, n_data, p->text.line,
					 (u32)n_data, p->err);
	default:
		break;
	}
	if (n_data)
		return image_text_bad(&p->text, p->err, NULL, "S%u record carries data", type);
	if (type <= 6) {
		if (addr == p->n_data)
			return 0;
		return image_text_bad(&p->text, p->err, NULL,
				      "S%u counts %" PRIu64 " data records, the file has %" PRIu64
				      " up to here: some are missing",
				      type, addr, p->n_data);
	}
	p->b->entry = addr;
	p->end = true;
	return 0;
}

/**
 * image_parse_srec() - collect the data of an S-record file
 * @b: where to
 * @buf: the file
 * @len: its length
 * @err: line and reason
 *
 * Return: 0; -ENOEXEC for any deviation, also a missing S7, S8 or S9.
 */
int image_parse_srec(struct image_builder *b, const u8 *buf, size_t len, struct err *err)
{
	struct srec_parser p = {
		.text = { .file = b->file, .buf = buf, .len = len },
		.b = b,
		.err = err,
	};
	u8 rec[SREC_MAX_RECORD] = { 0 };
	const u8 *line;
	size_t n;
	int ret;

	while (image_text_next(&p.text, &line, &n)) {
		if (p.end)
			return image_text_bad(&p.text, err, "give joined files one by one",
					      "more records after the end record");
		ret = srec_record(&p, line, n, rec);
		if (!ret)
			ret = srec_meaning(&p, (unsigned int)(line[1] - '0'), rec);
		if (ret)
			return ret;
	}
	if (!p.end)
		return image_text_bad(&p.text, err, NULL,
				      "file is cut off: no end record (S7, S8 or S9)");
	return 0;
}

/* a whole record of hex digits opens the file */
bool image_is_srec(const u8 *buf, size_t len)
{
	struct image_text t = { .buf = buf, .len = len };
	u8 rec[SREC_MAX_RECORD];
	const u8 *line;
	size_t n;

	return image_text_next(&t, &line, &n) && n >= 10 && n <= 2 + 2 * sizeof(rec) &&
	       n % 2 == 0 && line[0] == 'S' && line[1] >= '0' && line[1] <= '9' &&
	       image_text_hex(line + 2, (n - 2) / 2, rec);
}

static int srec_put(const struct image_writer *w, unsigned int type, u32 addr, const u8 *data,
		    u8 len)
{
	char line[4 + 2 * SREC_MAX_RECORD + 2];
	u8 n_addr = srec_addr_bytes[type], sum, i;
	size_t n;

	sum = (u8)(n_addr + len + 1);
	n = (size_t)snprintf(line, sizeof(line), "S%u%02X%0*" PRIX32, type, sum, 2 * n_addr, addr);
	for (i = 0; i < n_addr; i++)
		sum = (u8)(sum + (addr >> (8 * i)));
	for (i = 0; i < len; i++) {
		sum = (u8)(sum + data[i]);
		n += (size_t)snprintf(line + n, sizeof(line) - n, "%02X", data[i]);
	}
	n += (size_t)snprintf(line + n, sizeof(line) - n, "%02X\n", (u8)~sum);
	return w->write(w->arg, line, n);
}

/* image_write_srec() - S0, S3, a count (S5, S6, or none above 24 bits) and S7 */
int image_write_srec(const struct image *img, const struct image_writer *w)
{
	static const char header[] = "swdrom";
	u32 n_data = 0;
	size_t i;
	int ret;

	ret = srec_put(w, 0, 0, (const u8 *)header, sizeof(header) - 1);
	for (i = 0; i < img->n_segs && !ret; i++) {
		const struct image_segment *seg = &img->segs[i];
		size_t done = 0;

		while (done < seg->len && !ret) {
			u64 addr = seg->addr + done;
			size_t n = min(seg->len - done,
				       (size_t)(SREC_LINE_BYTES - addr % SREC_LINE_BYTES));

			ret = srec_put(w, 3, (u32)addr, seg->data + done, (u8)n);
			done += n;
			n_data++;
		}
	}
	if (!ret && n_data <= 0xffffff)
		ret = srec_put(w, n_data <= 0xffff ? 5 : 6, n_data, NULL, 0);
	if (!ret)
		ret = srec_put(w, 7, (u32)img->entry, NULL, 0);
	return ret;
}
