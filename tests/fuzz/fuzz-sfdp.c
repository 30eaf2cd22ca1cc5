// SPDX-License-Identifier: GPL-2.0-or-later
/* what a chip may answer to 5Ah: facts that hold together, or an error */
#include "lib/spi-nor-parts.h"
#include "lib/spi-nor-sfdp-print.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static void settle(const u8 *data, const struct sfdp_info *info)
{
	const u8 id[NOR_ID_MAX] = { data[0], data[1], data[2] };
	const struct nor_vendor *vendor = NULL;
	const struct nor_part *part = nor_find_part(id, sizeof(id), info, &vendor);
	struct nor_params p;
	struct err err = { 0 };

	memset(&p, 0, sizeof(p));
	if (nor_settle(&p, part, vendor, info, &err)) {
		if (!err.code || !err.what[0])
			abort();
		return;
	}
	if (!p.size || !p.page_size || !p.erase[0].size || p.size % p.erase[0].size)
		abort();
}

static void count_line(void *arg, const char *text)
{
	*(size_t *)arg += strlen(text);
}

/* whatever decodes can be told */
static void tell(const u8 *data, size_t size)
{
	struct sfdp_image *img = calloc(1, sizeof(*img));
	size_t n = 0;
	char *json;

	if (!img)
		abort();
	if (!sfdp_load(data, size, img, NULL)) {
		sfdp_print(img, count_line, &n);
		json = sfdp_to_json(img);
		if (!n || !json)
			abort();
		free(json);
	}
	free(img);
}

/* the first three bytes are the JEDEC ID, the rest is the SFDP */
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct sfdp_info info;
	struct err err = { 0 };
	size_t needed;

	if (size < 3)
		return 0;
	needed = size >= 11 ? sfdp_bytes_needed(data + 3, size - 3) : 0;
	if (needed > SFDP_MAX_BYTES)
		abort();
	tell(data + 3, size - 3);
	memset(&info, 0, sizeof(info));
	if (sfdp_parse(data + 3, size - 3, &info, &err)) {
		if (!err.code || !err.what[0])
			abort();
		settle(data, NULL);
		return 0;
	}
	if (info.n_tables > SFDP_MAX_TABLES || info.map.n_maps > SFDP_MAX_MAPS)
		abort();
	settle(data, &info);
	return 0;
}
