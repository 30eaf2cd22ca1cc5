/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sparse images: what a firmware file says belongs at which bus address.
 */
#ifndef SWDROM_LIB_IMAGE_H
#define SWDROM_LIB_IMAGE_H

#include "lib/err.h"

/* from which line (text formats) or file offset the bytes from @offset on came */
struct image_mark {
	s64 offset; /* in the segment; may be negative after clipping */
	u64 place;  /* line number from 1, or file offset */
	u32 step;   /* bytes on each line; 0: @place is a file offset */
};

struct image_segment {
	u64 addr;
	size_t len;
	u8 *data;
	const char *file;	  /* where it came from; lives as long as the image */
	struct image_mark *marks; /* ascending; may be NULL */
	size_t n_marks;
	bool is_borrowed; /* data, file and marks are another image's, and only read */
};

enum image_format { IMAGE_AUTO, IMAGE_BIN, IMAGE_IHEX, IMAGE_SREC, IMAGE_ELF };

struct image {
	/* sorted by address, never overlapping; adjacent bytes of one file are one segment */
	struct image_segment *segs;
	size_t n_segs;
	u64 entry; /* start address where the format has one, else 0 */
	char **files;
	size_t n_files;
	enum image_format format; /* of the file that was loaded last */
};

struct image *image_new(void);
void image_free(struct image *img);

/**
 * image_load() - add a file
 * @img: image; unchanged on error
 * @path: file; "-" is stdin
 * @fmt: IMAGE_AUTO detects by contents (ELF magic, ':' or 'S' records), then by suffix; else bin
 * @bin_addr: bus address of a binary; UINT64_MAX: none given (an error for a binary)
 * @err: what, file and line or offset
 *
 * Return: 0, -ENOEXEC (malformed), -EINVAL (usage), -ENOENT, -ENOMEM ...
 */
int image_load(struct image *img, const char *path, enum image_format fmt, u64 bin_addr,
	       struct err *err);
/* image_parse() - the same for a file that is in memory already; @name is for messages and suffix */
int image_parse(struct image *img, const char *name, const u8 *buf, size_t len,
		enum image_format fmt, u64 bin_addr, struct err *err);
/* image_merge() - move all of @from into @img; on error (overlap) both are unchanged */
int image_merge(struct image *img, struct image *from, struct err *err);
/* image_share() - an empty image gets all that @from has, which must outlive it unchanged; -ENOMEM */
int image_share(struct image *img, const struct image *from, struct err *err);
/* image_add() - add bytes (copied); -ENOEXEC with both places named if they overlap */
int image_add(struct image *img, u64 addr, const u8 *data, size_t len, const char *file,
	      struct err *err);
/* image_save() - write all segments; format by suffix (.hex .ihex .ihx, .srec .s19 .mot; else bin, gaps filled with @fill) */
int image_save(const struct image *img, const char *path, u8 fill, struct err *err);
/* image_check_save() - could image_save() write there? 0, or what is wrong with @path */
int image_check_save(const char *path, struct err *err);
u64 image_bytes(const struct image *img);
/* image_place() - where the byte at @addr of @seg came from: "app.hex line 12", into @buf */
const char *image_place(const struct image_segment *seg, u64 addr, char *buf, size_t size);
/* image_clip() - drop all outside [addr, addr+len) */
int image_clip(struct image *img, u64 addr, u64 len, struct err *err);

#endif
