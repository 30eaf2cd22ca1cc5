// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * flashrom's layout files (flashrom(8), "-l").
 */
#include "lib/layout.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LAYOUT_MAX_FILE ((size_t)MIB(1))
#define LAYOUT_NEXT	"write `start:end name`, for example `00000000:00003fff boot`"

struct layout_line {
	const char *file;
	unsigned int no;
	struct err *err;
};

static int bad(const struct layout_line *at, const char *what)
{
	err_set(at->err, -ENOEXEC, LAYOUT_NEXT, "%s", what);
	return err_at(at->err, -ENOEXEC, "%s line %u", at->file, at->no);
}

static const char *skip_space(const char *s)
{
	return s + strspn(s, " \t\r");
}

/* hex digits with or without 0x, at most 16 of them */
static bool parse_hex(const char **s, u64 *val)
{
	const char *p = *s;
	size_t n;

	if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X'))
		p += 2;
	n = strspn(p, "0123456789abcdefABCDEF");
	if (!n || n > 16)
		return false;
	*val = strtoull(p, NULL, 16);
	*s = p + n;
	return true;
}

static int add_region(struct layout *l, u64 start, u64 end, const char *name, size_t name_len,
		      const struct layout_line *at)
{
	struct layout_region *r;

	r = realloc(l->regions, (l->n_regions + 1) * sizeof(*r));
	if (!r)
		return err_set(at->err, -ENOMEM, NULL, "out of memory");
	l->regions = r;
	r += l->n_regions;
	r->start = start;
	r->len = end - start + 1;
	memcpy(r->name, name, name_len);
	r->name[name_len] = '\0';
	if (layout_find(l, r->name))
		return bad(at, "this region name is used twice");
	l->n_regions++;
	return 0;
}

static int parse_line(struct layout *l, const char *s, const struct layout_line *at)
{
	u64 start, end;
	size_t n;

	s = skip_space(s);
	if (!*s || *s == '#')
		return 0;
	if (!parse_hex(&s, &start))
		return bad(at, "a region begins with its start address in hex");
	s = skip_space(s);
	if (*s++ != ':')
		return bad(at, "a colon is missing between start and end address");
	s = skip_space(s);
	if (!parse_hex(&s, &end))
		return bad(at, "the end address is missing or no hex number");
	if (end < start || end - start == UINT64_MAX)
		return bad(at, "the region ends before it starts");
	n = strcspn(s, " \t\r");
	if (n)
		return bad(at, "a space is missing between end address and name");
	s = skip_space(s);
	n = strcspn(s, " \t\r#");
	if (!n)
		return bad(at, "the region has no name");
	if (n >= sizeof(l->regions->name))
		return bad(at, "the region's name is longer than 63 characters");
	if (s[n] != '#' && *skip_space(s + n) && *skip_space(s + n) != '#')
		return bad(at, "more words after the region's name");
	return add_region(l, start, end, s, n, at);
}

int layout_parse(struct layout *l, const char *file, const u8 *buf, size_t len, struct err *err)
{
	struct layout_line at = { .file = file, .err = err };
	size_t pos = 0;
	int ret = 0;

	memset(l, 0, sizeof(*l));
	while (pos < len && !ret) {
		const u8 *eol = memchr(buf + pos, '\n', len - pos);
		size_t n = eol ? (size_t)(eol - (buf + pos)) : len - pos;
		char line[256];

		at.no++;
		if (n >= sizeof(line)) {
			ret = bad(&at, "the line is longer than 255 characters");
		} else if (memchr(buf + pos, '\0', n)) {
			ret = bad(&at, "the line holds a NUL byte: this is no text file");
		} else {
			memcpy(line, buf + pos, n);
			line[n] = '\0';
			ret = parse_line(l, line, &at);
		}
		pos += n + 1;
	}
	if (!ret && !l->n_regions)
		ret = bad(&at, "the layout has no region");
	if (ret)
		layout_exit(l);
	return ret;
}

int layout_load(struct layout *l, const char *path, struct err *err)
{
	FILE *f = fopen(path, "rb");
	size_t len;
	u8 *buf;
	int ret;

	if (!f) {
		ret = -errno;
		err_set(err, ret, "check the path", "cannot open the layout: %s", strerror(-ret));
		return err_at(err, ret, "%s", path);
	}
	buf = malloc(LAYOUT_MAX_FILE);
	len = buf ? fread(buf, 1, LAYOUT_MAX_FILE, f) : 0;
	if (!buf)
		ret = err_set(err, -ENOMEM, NULL, "out of memory");
	else if (ferror(f))
		ret = err_set(err, -EIO, "check the path", "cannot read the layout %s", path);
	else if (len == LAYOUT_MAX_FILE)
		ret = err_set(err, -ENOEXEC, LAYOUT_NEXT, "%s is too large for a layout", path);
	else
		ret = layout_parse(l, path, buf, len, err);
	free(buf);
	fclose(f);
	return ret;
}

const struct layout_region *layout_find(const struct layout *l, const char *name)
{
	size_t i;

	for (i = 0; i < l->n_regions; i++)
		if (!strcmp(l->regions[i].name, name))
			return &l->regions[i];
	return NULL;
}

void layout_exit(struct layout *l)
{
	free(l->regions);
	memset(l, 0, sizeof(*l));
}
