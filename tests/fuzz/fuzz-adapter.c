// SPDX-License-Identifier: GPL-2.0-or-later
/* a user's adapter file: an adapter that keeps to the rules, or an error */
#include "lib/adapter.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	int fd = memfd_create("fuzz.ini", 0);
	struct err err = { 0 };
	struct adapter a;
	char path[64];

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (adapter_load(&a, path, &err) ? !err.code || !err.what[0] : !a.name[0])
		abort();
	close(fd);
	return 0;
}
