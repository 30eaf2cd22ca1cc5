/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between image.c and the parsers: pieces are collected in file order, then sorted, checked for
 * overlaps and joined at once, so that a file of a million records costs one sort.
 */
#ifndef SWDROM_LIB_IMAGE_PRIV_H
#define SWDROM_LIB_IMAGE_PRIV_H

#include "lib/image.h"

/* the highest address + 1 that any of the formats and targets can name */
#define IMAGE_ADDR_END (UINT64_C(1) << 32)

struct image_builder {
	struct image_segment *segs;
	size_t *caps; /* bytes allocated for segs[i].data */
	size_t n, n_alloc;
	u64 entry;
	const char *file; /* for messages, and for the segments */
};

/**
 * image_builder_add() - collect bytes
 * @b: builder
 * @addr: bus address
 * @data: copied
 * @len: 0 adds nothing
 * @place: line or file offset of the first byte
 * @step: @len for a text record, 0 when @place is a file offset
 *
 * Return: 0, -ENOMEM, or -ENOEXEC past the end of the address space.
 */
int image_builder_add(struct image_builder *b, u64 addr, const u8 *data, size_t len, u64 place,
		      u32 step, struct err *err);

/* lines of a text file: NUL bytes are data like any other and make a record malformed */
struct image_text {
	const char *file;
	const u8 *buf;
	size_t len, pos;
	u64 line; /* of the line last returned, from 1 */
};

/* image_text_next() - next line that is not blank, without its end; false after the last */
bool image_text_next(struct image_text *t, const u8 **line, size_t *len);
/* image_text_hex() - @n_bytes bytes from twice as many hex digits; false on anything else */
bool image_text_hex(const u8 *digits, size_t n_bytes, u8 *out);
/* image_text_bad() - -ENOEXEC with file and line */
int image_text_bad(const struct image_text *t, struct err *err, const char *next, const char *fmt,
		   ...) __printf_like(4, 5);

int image_parse_ihex(struct image_builder *b, const u8 *buf, size_t len, struct err *err);
int image_parse_srec(struct image_builder *b, const u8 *buf, size_t len, struct err *err);
int image_parse_elf(struct image_builder *b, const u8 *buf, size_t len, struct err *err);
int image_parse_bin(struct image_builder *b, const u8 *buf, size_t len, u64 addr, struct err *err);

/* does the file begin like one of its kind? */
bool image_is_ihex(const u8 *buf, size_t len);
bool image_is_srec(const u8 *buf, size_t len);
bool image_is_elf(const u8 *buf, size_t len);

struct image_writer {
	int (*write)(void *arg, const void *buf, size_t len); /* 0 or -errno */
	void *arg;
};

int image_write_ihex(const struct image *img, const struct image_writer *w);
int image_write_srec(const struct image *img, const struct image_writer *w);
int image_write_bin(const struct image *img, u8 fill, const struct image_writer *w);

#endif
