// SPDX-License-Identifier: GPL-2.0-or-later
/* whatever the file holds: regions with names, or an error */
#include "lib/layout.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct err err = { 0 };
	struct layout l;
	size_t i;

	if (layout_parse(&l, "fuzz", data, size, &err)) {
		if (!err.code || !err.what[0])
			abort();
		return 0;
	}
	for (i = 0; i < l.n_regions; i++)
		if (!l.regions[i].len || layout_find(&l, l.regions[i].name) != &l.regions[i])
			abort();
	layout_exit(&l);
	return 0;
}
