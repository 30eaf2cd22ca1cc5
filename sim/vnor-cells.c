// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The cells of a virtual SPI-NOR: one run of bytes as long as the chip, of which only those that do
 * not hold FFh take memory. It is made of private mappings of one small file of FFh, so that pages
 * are copied when they are written to; an erased chunk is mapped anew.
 */
#include "sim/vnor-core.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define CHUNK MIB(1)

struct vnor_cells {
	int blank; /* a file of CHUNK bytes FFh */
	size_t size;
	u8 *data;
};

static int open_blank(void)
{
	int fd = memfd_create("blank flash", MFD_CLOEXEC);
	u8 page[4096];
	u32 i;

	if (fd < 0)
		return fd;
	memset(page, 0xff, sizeof(page));
	for (i = 0; i < CHUNK; i += sizeof(page)) {
		if (write(fd, page, sizeof(page)) == (ssize_t)sizeof(page))
			continue;
		close(fd);
		return -1;
	}
	return fd;
}

static bool map_blank(const struct vnor_cells *c, u8 *at)
{
	return mmap(at, CHUNK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE,
		    c->blank, 0) != MAP_FAILED;
}

static bool map_all(struct vnor_cells *c)
{
	size_t i;

	c->data =
		mmap(NULL, c->size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (c->data == MAP_FAILED) {
		c->data = NULL;
		return false;
	}
	for (i = 0; i < c->size; i += CHUNK)
		if (!map_blank(c, c->data + i))
			return false;
	return true;
}

/**
 * vnor_cells_new() - erased cells
 * @size: how many bytes
 *
 * Return: NULL if there is no memory.
 */
struct vnor_cells *vnor_cells_new(u32 size)
{
	struct vnor_cells *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->size = ((size_t)size + CHUNK - 1) / CHUNK * CHUNK;
	c->blank = open_blank();
	if (c->blank < 0 || !map_all(c)) {
		vnor_cells_free(c);
		return NULL;
	}
	return c;
}

/**
 * vnor_cells_data() - the bytes, to be read and written
 * @c: cells
 */
u8 *vnor_cells_data(struct vnor_cells *c)
{
	return c->data;
}

/**
 * vnor_cells_erase() - FFh
 * @c: cells
 * @at: first byte
 * @len: how many; whole chunks give their memory back
 */
void vnor_cells_erase(struct vnor_cells *c, u8 *at, u32 len)
{
	if ((size_t)(at - c->data) % CHUNK == 0) {
		while (len >= CHUNK && map_blank(c, at)) {
			at += CHUNK;
			len -= CHUNK;
		}
	}
	memset(at, 0xff, len);
}

/**
 * vnor_cells_free() - the end
 * @c: cells or NULL
 */
void vnor_cells_free(struct vnor_cells *c)
{
	if (!c)
		return;
	if (c->data)
		munmap(c->data, c->size);
	if (c->blank >= 0)
		close(c->blank);
	free(c);
}
