// SPDX-License-Identifier: GPL-2.0-or-later
/* -c: whatever is typed, what comes of it settles or is refused. */
#include "lib/spi-nor-choose.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct nor_choice c;
	struct nor_params p;
	struct err err = { 0 };

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (!nor_choose(&c, text, &err)) {
		/* what is described is checked at once, and every row settles by itself */
		if (nor_settle(&p, &c.part, c.vendor, NULL, &err))
			abort();
		if (p.size & (p.size - 1) || !p.erase[0].size || p.size % p.erase[0].size)
			abort();
	}
	free(text);
	return 0;
}
