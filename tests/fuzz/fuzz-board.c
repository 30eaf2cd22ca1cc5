// SPDX-License-Identifier: GPL-2.0-or-later
/* whatever the file holds: a board with a name, or an error */
#include "lib/board.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	int fd = memfd_create("fuzz.board", 0);
	struct err err = { 0 };
	struct board b;
	char path[64];

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (board_load(&b, path, &err) ? !err.code || !err.what[0] : !b.name[0])
		abort();
	close(fd);
	return 0;
}
