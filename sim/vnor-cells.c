// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The cells of a virtual SPI-NOR: one run of bytes as long as the chip, of which only those that do
 * not hold FFh take memory. It is made of private mappings of one small file of FFh, so that pages
 * are copied when they are written to; an erased chunk is mapped anew.
 */
#include "sim/vnor-core.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define CHUNK MIB(1)

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

static bool map_blank(u8 *at, int fd)
{
	return mmap(at, CHUNK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, fd,
		    0) != MAP_FAILED;
}

/* size as mapped: whole chunks */
static size_t mapped(u32 size)
{
	return ((size_t)size + CHUNK - 1) / CHUNK * CHUNK;
}

/**
 * vnor_cells_new() - erased cells
 * @size: how many bytes
 *
 * Return: NULL if there is no memory.
 */
u8 *vnor_cells_new(u32 size)
{
	int fd = open_blank();
	size_t i;
	u8 *cells;

	if (fd < 0)
		return NULL;
	cells = mmap(NULL, mapped(size), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
		     0);
	if (cells == MAP_FAILED)
		cells = NULL;
	for (i = 0; cells && i < mapped(size); i += CHUNK) {
		if (map_blank(cells + i, fd))
			continue;
		munmap(cells, mapped(size));
		cells = NULL;
	}
	close(fd);
	return cells;
}

/**
 * vnor_cells_erase() - FFh
 * @cells: of vnor_cells_new()
 * @addr: first byte
 * @len: how many
 *
 * Whole chunks give their memory back.
 */
void vnor_cells_erase(u8 *cells, u32 addr, u32 len)
{
	int fd = addr % CHUNK == 0 && len >= CHUNK ? open_blank() : -1;

	while (fd >= 0 && len >= CHUNK && map_blank(cells + addr, fd)) {
		addr += CHUNK;
		len -= CHUNK;
	}
	if (fd >= 0)
		close(fd);
	memset(cells + addr, 0xff, len);
}

void vnor_cells_free(u8 *cells, u32 size)
{
	munmap(cells, mapped(size));
}
