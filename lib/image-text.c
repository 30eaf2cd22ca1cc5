// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What Intel HEX and S-record files have in common: lines of hex digits.
 */
#include "lib/image-priv.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static bool is_space(u8 c)
{
	/* 0x1a: DOS end-of-file mark, still written by some tools */
	return c == ' ' || c == '\t' || c == '\r' || c == 0x1a;
}

bool image_text_next(struct image_text *t, const u8 **line, size_t *len)
{
	while (t->pos < t->len) {
		const u8 *start = t->buf + t->pos;
		size_t left = t->len - t->pos;
		const u8 *eol = memchr(start, '\n', left);
		size_t n = eol ? (size_t)(eol - start) : left;

		t->pos += eol ? n + 1 : n;
		t->line++;
		while (n && is_space(start[n - 1]))
			n--;
		while (n && is_space(*start)) {
			start++;
			n--;
		}
		if (!n)
			continue;
		*line = start;
		*len = n;
		return true;
	}
	return false;
}

static int hex_digit(u8 c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool image_text_hex(const u8 *digits, size_t n_bytes, u8 *out)
{
	size_t i;

	for (i = 0; i < n_bytes; i++) {
		int hi = hex_digit(digits[2 * i]), lo = hex_digit(digits[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return false;
		out[i] = (u8)(hi << 4 | lo);
	}
	return true;
}

int image_text_bad(const struct image_text *t, struct err *err, const char *next, const char *fmt,
		   ...)
{
	char what[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	err_set(err, -ENOEXEC, next ? next : "the file is damaged: build it or copy it again", "%s",
		what);
	return err_at(err, -ENOEXEC, "%s line %llu", t->file, (unsigned long long)t->line);
}
