// SPDX-License-Identifier: GPL-2.0-or-later
/* Keys of -p ftdi_spi: all of them are read before any adapter is looked for. */
#include "lib/ctx.h"
#include "lib/programmer.h"

#include <stdlib.h>
#include <string.h>

extern const struct programmer ftdi_spi_programmer;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct ctx ctx = { 0 };
	struct transport *t = NULL;
	struct spi_mem *mem = NULL;
	struct params *p;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (!params_parse(&p, text, &ctx.err)) {
		/* no adapter is behind this: whatever the keys say, opening ends with an error */
		if (params_set(p, "via", "nobody") ||
		    !ftdi_spi_programmer.open_spi(p, &ctx, &t, &mem) || t || !ctx.err.what[0])
			abort();
		params_free(p);
	}
	free(text);
	return 0;
}
