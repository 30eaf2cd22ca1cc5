/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flashrom's layout files: names for parts of a flash. A line is "start:end name", both addresses
 * in hex and part of the region; '#' begins a comment.
 */
#ifndef SWDROM_LIB_LAYOUT_H
#define SWDROM_LIB_LAYOUT_H

#include "lib/err.h"

struct layout_region {
	u64 start, len;
	char name[64];
};

struct layout {
	struct layout_region *regions;
	size_t n_regions;
};

/**
 * layout_parse() - read a layout from memory
 * @l: result; layout_exit() it
 * @file: its name, for messages
 * @buf: text
 * @len: its length
 * @err: file, line and reason
 *
 * Return: 0; -ENOEXEC for anything that is no layout line, an end below its start, a name twice.
 */
int layout_parse(struct layout *l, const char *file, const u8 *buf, size_t len, struct err *err);
int layout_load(struct layout *l, const char *path, struct err *err);
/* layout_find() - NULL if there is none of that name */
const struct layout_region *layout_find(const struct layout *l, const char *name);
void layout_exit(struct layout *l);

#endif
