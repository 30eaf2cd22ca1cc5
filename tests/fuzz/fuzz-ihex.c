// SPDX-License-Identifier: GPL-2.0-or-later
/* whatever the file holds: an image that is sorted and free of overlaps, or an error */
#include "lib/image.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct image *img = image_new();
	struct err err = { 0 };
	char place[64];
	size_t i;

	if (image_parse(img, "fuzz", data, size, IMAGE_IHEX, UINT64_MAX, &err)) {
		if (!err.code || !err.what[0] || img->n_segs)
			abort();
	} else {
		for (i = 0; i < img->n_segs; i++) {
			const struct image_segment *seg = &img->segs[i];

			if (!seg->len || (i && seg[-1].addr + seg[-1].len >= seg->addr))
				abort();
			image_place(seg, seg->addr + seg->len - 1, place, sizeof(place));
		}
		if (!img->n_segs)
			abort();
	}
	image_free(img);
	return 0;
}
