// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Raw binaries: bytes without an address.
 */
#include "lib/image-priv.h"

#include <errno.h>
#include <string.h>

/**
 * image_parse_bin() - collect a raw binary
 * @b: where to
 * @buf: the file
 * @len: its length
 * @addr: bus address of its first byte; UINT64_MAX: nobody said
 * @err: reason
 *
 * Return: 0; -EINVAL without an address.
 */
int image_parse_bin(struct image_builder *b, const u8 *buf, size_t len, u64 addr, struct err *err)
{
	if (addr == UINT64_MAX) {
		err_set(err, -EINVAL,
			"say where it goes: --address 0x08000000, or -m DEVICE, or --range",
			"a raw binary has no address of its own");
		return err_at(err, -EINVAL, "%s", b->file);
	}
	return image_builder_add(b, addr, buf, len, 0, 0, err);
}

static int put_fill(const struct image_writer *w, u8 fill, u64 n)
{
	u8 buf[4096];
	int ret;

	memset(buf, fill, sizeof(buf));
	for (; n; n -= min(n, (u64)sizeof(buf))) {
		ret = w->write(w->arg, buf, (size_t)min(n, (u64)sizeof(buf)));
		if (ret)
			return ret;
	}
	return 0;
}

/* image_write_bin() - from the first byte to the last, gaps filled with @fill */
int image_write_bin(const struct image *img, u8 fill, const struct image_writer *w)
{
	size_t i;
	int ret;

	for (i = 0; i < img->n_segs; i++) {
		const struct image_segment *seg = &img->segs[i];

		if (i) {
			const struct image_segment *prev = seg - 1;

			ret = put_fill(w, fill, seg->addr - (prev->addr + prev->len));
			if (ret)
				return ret;
		}
		ret = w->write(w->arg, seg->data, seg->len);
		if (ret)
			return ret;
	}
	return 0;
}
