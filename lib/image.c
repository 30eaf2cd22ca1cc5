// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sparse images: formats by contents, overlaps refused with both places, adjacent bytes joined.
 */
#include "lib/image.h"
#include "lib/image-priv.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* larger than any flash behind an STM32 by far, also as hex text; keeps a wrong file from eating
 * the host's memory */
#define IMAGE_MAX_FILE ((size_t)1 << 30)

static int no_memory(struct err *err)
{
	return err_set(err, -ENOMEM, "free memory on this computer", "out of memory");
}

struct image *image_new(void)
{
	return calloc(1, sizeof(struct image));
}

static void segment_free(struct image_segment *seg)
{
	if (seg->is_borrowed)
		return;
	free(seg->data);
	free(seg->marks);
}

static void image_clear(struct image *img)
{
	size_t i;

	for (i = 0; i < img->n_segs; i++)
		segment_free(&img->segs[i]);
	for (i = 0; i < img->n_files; i++)
		free(img->files[i]);
	free(img->segs);
	free(img->files);
	memset(img, 0, sizeof(*img));
}

void image_free(struct image *img)
{
	if (!img)
		return;
	image_clear(img);
	free(img);
}

/**
 * image_place() - where a byte of a segment came from
 * @seg: segment
 * @addr: bus address inside it
 * @buf: "app.hex line 12", "app.elf offset 0x1000", or only the file's name
 * @size: of @buf
 *
 * Return: @buf.
 */
const char *image_place(const struct image_segment *seg, u64 addr, char *buf, size_t size)
{
	const struct image_mark *m = NULL;
	size_t i;
	u64 delta;

	for (i = 0; i < seg->n_marks && seg->marks[i].offset <= (s64)(addr - seg->addr); i++)
		m = &seg->marks[i];
	if (!m) {
		snprintf(buf, size, "%s", seg->file);
		return buf;
	}
	delta = (u64)((s64)(addr - seg->addr) - m->offset);
	if (m->step)
		snprintf(buf, size, "%s line %" PRIu64, seg->file, m->place + delta / m->step);
	else
		snprintf(buf, size, "%s offset 0x%" PRIx64, seg->file, m->place + delta);
	return buf;
}

/* ---- collecting ---- */

static int builder_mark(struct image_segment *seg, u64 place, size_t len, u32 step)
{
	struct image_mark *m = seg->n_marks ? &seg->marks[seg->n_marks - 1] : NULL;
	s64 offset = (s64)seg->len;

	if (m && !m->step && !step && m->place + (u64)(offset - m->offset) == place)
		return 0;
	if (m && m->step && len <= m->step && (offset - m->offset) % m->step == 0 &&
	    m->place + (u64)(offset - m->offset) / m->step == place)
		return 0;
	/* grows by powers of two: allocated whenever the count is one */
	if (!(seg->n_marks & (seg->n_marks - 1))) {
		size_t n = seg->n_marks ? 2 * seg->n_marks : 1;

		m = realloc(seg->marks, n * sizeof(*m));
		if (!m)
			return -ENOMEM;
		seg->marks = m;
	}
	seg->marks[seg->n_marks++] =
		(struct image_mark){ .offset = offset, .place = place, .step = step };
	return 0;
}

static int builder_new_segment(struct image_builder *b, u64 addr)
{
	if (b->n == b->n_alloc) {
		size_t n = b->n_alloc ? 2 * b->n_alloc : 16;
		struct image_segment *segs = realloc(b->segs, n * sizeof(*segs));
		size_t *caps;

		if (!segs)
			return -ENOMEM;
		b->segs = segs;
		caps = realloc(b->caps, n * sizeof(*caps));
		if (!caps)
			return -ENOMEM;
		b->caps = caps;
		b->n_alloc = n;
	}
	b->segs[b->n] = (struct image_segment){ .addr = addr, .file = b->file };
	b->caps[b->n++] = 0;
	return 0;
}

int image_builder_add(struct image_builder *b, u64 addr, const u8 *data, size_t len, u64 place,
		      u32 step, struct err *err)
{
	struct image_segment *seg;
	size_t *cap;

	if (!len)
		return 0;
	if (addr >= IMAGE_ADDR_END || len > IMAGE_ADDR_END - addr) {
		err_set(err, -ENOEXEC, "check the addresses it was linked for",
			"%zu bytes at 0x%08" PRIx64 " reach past the 32-bit address space", len,
			addr);
		if (step)
			return err_at(err, -ENOEXEC, "%s line %" PRIu64, b->file, place);
		return err_at(err, -ENOEXEC, "%s offset 0x%" PRIx64, b->file, place);
	}
	if (!b->n || b->segs[b->n - 1].addr + b->segs[b->n - 1].len != addr) {
		if (builder_new_segment(b, addr))
			return no_memory(err);
	}
	seg = &b->segs[b->n - 1];
	cap = &b->caps[b->n - 1];
	if (len > *cap - seg->len) {
		size_t n = max(seg->len + len, *cap + *cap / 2);
		u8 *p = realloc(seg->data, n);

		if (!p)
			return no_memory(err);
		seg->data = p;
		*cap = n;
	}
	if (builder_mark(seg, place, len, step))
		return no_memory(err);
	memcpy(seg->data + seg->len, data, len);
	seg->len += len;
	return 0;
}

static void builder_exit(struct image_builder *b)
{
	size_t i;

	for (i = 0; i < b->n; i++)
		segment_free(&b->segs[i]);
	free(b->segs);
	free(b->caps);
}

/* ---- sorting, overlaps, joining ---- */

static int segment_cmp(const void *pa, const void *pb)
{
	const struct image_segment *a = pa, *b = pb;

	if (a->addr != b->addr)
		return a->addr < b->addr ? -1 : 1;
	/* equal addresses overlap anyway; a fixed order makes the message the same everywhere */
	if (a->n_marks && b->n_marks && a->marks[0].place != b->marks[0].place)
		return a->marks[0].place < b->marks[0].place ? -1 : 1;
	return 0;
}

static int segments_check(const struct image_segment *segs, size_t n, struct err *err)
{
	char one[160], two[160];
	size_t i;

	for (i = 1; i < n; i++) {
		if (segs[i - 1].addr + segs[i - 1].len <= segs[i].addr)
			continue;
		return err_set(err, -ENOEXEC,
			       "give every address once: link them apart or leave one file out",
			       "0x%08" PRIx64 " is set twice: by %s and by %s", segs[i].addr,
			       image_place(&segs[i - 1], segs[i].addr, one, sizeof(one)),
			       image_place(&segs[i], segs[i].addr, two, sizeof(two)));
	}
	return 0;
}

/* segs[0..n) follow each other and are of one file: one segment with one copy; they are used up */
static int segments_join_run(struct image_segment *segs, size_t n, struct image_segment *out)
{
	struct image_segment seg = { .addr = segs[0].addr, .file = segs[0].file };
	size_t i, m, len = 0, n_marks = 0;

	for (i = 0; i < n; i++) {
		len += segs[i].len;
		n_marks += segs[i].n_marks;
	}
	seg.data = malloc(len);
	seg.marks = malloc(max(n_marks, (size_t)1) * sizeof(*seg.marks));
	if (!seg.data || !seg.marks) {
		segment_free(&seg);
		return -ENOMEM;
	}
	for (i = 0; i < n; i++) {
		for (m = 0; m < segs[i].n_marks; m++) {
			seg.marks[seg.n_marks] = segs[i].marks[m];
			seg.marks[seg.n_marks++].offset += (s64)seg.len;
		}
		memcpy(seg.data + seg.len, segs[i].data, segs[i].len);
		seg.len += segs[i].len;
		segment_free(&segs[i]);
	}
	*out = seg;
	return 0;
}

/* join neighbours of one file; after -ENOMEM the array is whole, only less joined */
static int segments_join(struct image_segment *segs, size_t *n)
{
	size_t from = 0, to = 0, run;
	int ret = 0;

	while (from < *n) {
		for (run = 1; from + run < *n; run++) {
			const struct image_segment *prev = &segs[from + run - 1], *next = prev + 1;

			if (prev->file != next->file || prev->addr + prev->len != next->addr)
				break;
		}
		if (run == 1 || ret || segments_join_run(&segs[from], run, &segs[to])) {
			if (run > 1)
				ret = -ENOMEM;
			memmove(&segs[to], &segs[from], run * sizeof(*segs));
			to += run;
		} else {
			to++;
		}
		from += run;
	}
	*n = to;
	return ret;
}

int image_merge(struct image *img, struct image *from, struct err *err)
{
	size_t n = img->n_segs + from->n_segs, n_files = img->n_files + from->n_files;
	struct image_segment *segs;
	char **files;
	int ret;

	segs = malloc(max(n, (size_t)1) * sizeof(*segs));
	files = malloc(max(n_files, (size_t)1) * sizeof(*files));
	if (!segs || !files) {
		ret = no_memory(err);
		goto out;
	}
	if (img->n_segs)
		memcpy(segs, img->segs, img->n_segs * sizeof(*segs));
	if (from->n_segs)
		memcpy(segs + img->n_segs, from->segs, from->n_segs * sizeof(*segs));
	qsort(segs, n, sizeof(*segs), segment_cmp);
	ret = segments_check(segs, n, err);
	if (ret)
		goto out;
	if (img->n_files)
		memcpy(files, img->files, img->n_files * sizeof(*files));
	if (from->n_files)
		memcpy(files + img->n_files, from->files, from->n_files * sizeof(*files));
	free(img->segs);
	free(img->files);
	img->segs = segs;
	img->n_segs = n;
	img->files = files;
	img->n_files = n_files;
	img->format = from->format;
	if (from->entry)
		img->entry = from->entry;
	free(from->segs);
	free(from->files);
	memset(from, 0, sizeof(*from));
	return 0;
out:
	free(segs);
	free(files);
	return ret;
}

/**
 * image_share() - many boards, one copy of the bytes
 * @img: empty
 * @from: outlives @img and does not change
 * @err: out of memory
 *
 * Return: 0 or -ENOMEM.
 */
int image_share(struct image *img, const struct image *from, struct err *err)
{
	struct image_segment *segs = calloc(max(from->n_segs, (size_t)1), sizeof(*segs));
	size_t i;

	assert(!img->n_segs && !img->n_files);
	if (!segs)
		return no_memory(err);
	for (i = 0; i < from->n_segs; i++) {
		segs[i] = from->segs[i];
		segs[i].is_borrowed = true;
	}
	free(img->segs);
	img->segs = segs;
	img->n_segs = from->n_segs;
	img->entry = from->entry;
	img->format = from->format;
	return 0;
}

/* the name of a file, owned by the image: segments point to it */
static char *image_add_file(struct image *img, const char *name)
{
	char **files = realloc(img->files, (img->n_files + 1) * sizeof(*files));

	if (!files)
		return NULL;
	img->files = files;
	files[img->n_files] = strdup(name);
	return files[img->n_files] ? files[img->n_files++] : NULL;
}

/* ---- loading ---- */

static const struct {
	const char *suffix;
	enum image_format format;
} suffixes[] = {
	{ ".hex", IMAGE_IHEX },	 { ".ihex", IMAGE_IHEX }, { ".ihx", IMAGE_IHEX },
	{ ".srec", IMAGE_SREC }, { ".s19", IMAGE_SREC },  { ".s28", IMAGE_SREC },
	{ ".s37", IMAGE_SREC },	 { ".mot", IMAGE_SREC },  { ".elf", IMAGE_ELF },
	{ ".axf", IMAGE_ELF },
};

static enum image_format format_by_suffix(const char *name)
{
	const char *dot = strrchr(name, '.');
	size_t i;

	for (i = 0; dot && i < ARRAY_SIZE(suffixes); i++)
		if (!strcasecmp(dot, suffixes[i].suffix))
			return suffixes[i].format;
	return IMAGE_BIN;
}

static enum image_format format_detect(const char *name, const u8 *buf, size_t len)
{
	if (image_is_elf(buf, len))
		return IMAGE_ELF;
	if (image_is_ihex(buf, len))
		return IMAGE_IHEX;
	if (image_is_srec(buf, len))
		return IMAGE_SREC;
	return format_by_suffix(name);
}

static int parse_into(struct image_builder *b, const u8 *buf, size_t len, enum image_format fmt,
		      u64 bin_addr, struct err *err)
{
	int ret;

	if (!len)
		ret = err_set(err, -ENOEXEC, "check how it was made", "the file is empty");
	else if (fmt == IMAGE_ELF)
		ret = image_parse_elf(b, buf, len, err);
	else if (fmt == IMAGE_IHEX)
		ret = image_parse_ihex(b, buf, len, err);
	else if (fmt == IMAGE_SREC)
		ret = image_parse_srec(b, buf, len, err);
	else
		ret = image_parse_bin(b, buf, len, bin_addr, err);
	if (!ret && !b->n)
		ret = err_set(err, -ENOEXEC, "check how it was made", "the file holds no data");
	if (ret && err && !err->where[0])
		err_at(err, ret, "%s", b->file);
	return ret;
}

int image_parse(struct image *img, const char *name, const u8 *buf, size_t len,
		enum image_format fmt, u64 bin_addr, struct err *err)
{
	struct image one = { 0 };
	struct image_builder b = { .file = image_add_file(&one, name) };
	int ret;

	if (!b.file) {
		image_clear(&one);
		return no_memory(err);
	}
	if (fmt == IMAGE_AUTO)
		fmt = format_detect(name, buf, len);
	ret = parse_into(&b, buf, len, fmt, bin_addr, err);
	if (ret)
		goto out;
	assert(b.segs); /* a file without data was refused */
	qsort(b.segs, b.n, sizeof(*b.segs), segment_cmp);
	ret = segments_check(b.segs, b.n, err);
	if (ret)
		goto out;
	if (segments_join(b.segs, &b.n)) {
		ret = no_memory(err);
		goto out;
	}
	one.segs = b.segs;
	one.n_segs = b.n;
	one.entry = b.entry;
	one.format = fmt;
	free(b.caps);
	b = (struct image_builder){ 0 };
	ret = image_merge(img, &one, err);
out:
	builder_exit(&b);
	image_clear(&one);
	return ret;
}

static int file_error(struct err *err, int code, const char *path, const char *what)
{
	err_set(err, code, "check the path", "%s: %s", what, strerror(-code));
	return err_at(err, code, "%s", path);
}

static int read_stream(FILE *f, const char *path, u8 **buf, size_t *len, struct err *err)
{
	size_t cap = (size_t)KIB(64), n = 0;
	u8 *p = malloc(cap), *bigger;

	while (p) {
		n += fread(p + n, 1, cap - n, f);
		if (n < cap)
			break;
		if (cap >= IMAGE_MAX_FILE) {
			free(p);
			err_set(err, -ENOEXEC, "check the path", "the file is larger than 1 GiB");
			return err_at(err, -ENOEXEC, "%s", path);
		}
		cap *= 2;
		bigger = realloc(p, cap);
		if (!bigger)
			free(p);
		p = bigger;
	}
	if (!p)
		return no_memory(err);
	if (ferror(f)) {
		int code = errno ? -errno : -EIO;

		free(p);
		return file_error(err, code, path, "cannot read the file");
	}
	*buf = p;
	*len = n;
	return 0;
}

int image_load(struct image *img, const char *path, enum image_format fmt, u64 bin_addr,
	       struct err *err)
{
	bool is_stdin = !strcmp(path, "-");
	u8 *buf = NULL;
	size_t len = 0;
	FILE *f;
	int ret;

	f = is_stdin ? stdin : fopen(path, "rb");
	if (!f)
		return file_error(err, -errno, path, "cannot open the file");
	ret = read_stream(f, is_stdin ? "stdin" : path, &buf, &len, err);
	if (!is_stdin)
		fclose(f);
	if (ret)
		return ret;
	ret = image_parse(img, is_stdin ? "stdin" : path, buf, len, fmt, bin_addr, err);
	free(buf);
	return ret;
}

/* ---- changing ---- */

int image_add(struct image *img, u64 addr, const u8 *data, size_t len, const char *file,
	      struct err *err)
{
	struct image one = { 0 };
	struct image_builder b = { 0 };
	size_t i;
	int ret;

	/* segments of one file share its name, so that neighbours are joined */
	for (i = 0; i < img->n_files && !b.file; i++)
		if (!strcmp(img->files[i], file))
			b.file = img->files[i];
	if (!b.file)
		b.file = image_add_file(&one, file);
	if (!b.file) {
		image_clear(&one);
		return no_memory(err);
	}
	ret = image_builder_add(&b, addr, data, len, 0, 0, err);
	if (!ret) {
		one.segs = b.segs;
		one.n_segs = b.n;
		one.format = img->format;
		for (i = 0; i < b.n; i++)
			b.segs[i].n_marks = 0; /* no place in a file is known */
		free(b.caps);
		b = (struct image_builder){ 0 };
		ret = image_merge(img, &one, err);
	}
	if (!ret && segments_join(img->segs, &img->n_segs))
		ret = no_memory(err);
	builder_exit(&b);
	image_clear(&one);
	return ret;
}

u64 image_bytes(const struct image *img)
{
	u64 sum = 0;
	size_t i;

	for (i = 0; i < img->n_segs; i++)
		sum += img->segs[i].len;
	return sum;
}

int image_clip(struct image *img, u64 addr, u64 len, struct err *err)
{
	u64 end = len > UINT64_MAX - addr ? UINT64_MAX : addr + len;
	size_t i, m, to = 0;

	for (i = 0; i < img->n_segs; i++) {
		struct image_segment seg = img->segs[i];
		u64 from = max(seg.addr, addr), until = min(seg.addr + seg.len, end);
		size_t cut;

		assert(!seg.is_borrowed);
		if (from >= until) {
			segment_free(&seg);
			continue;
		}
		cut = (size_t)(from - seg.addr);
		memmove(seg.data, seg.data + cut, (size_t)(until - from));
		for (m = 0; m < seg.n_marks; m++)
			seg.marks[m].offset -= (s64)cut;
		seg.addr = from;
		seg.len = (size_t)(until - from);
		img->segs[to++] = seg;
	}
	img->n_segs = to;
	return 0;
}

/* ---- saving ---- */

static int write_stream(void *arg, const void *buf, size_t len)
{
	return fwrite(buf, 1, len, arg) == len ? 0 : errno ? -errno : -EIO;
}

/**
 * image_check_save() - could image_save() write there? Asked before the work is done
 * @path: as for image_save()
 * @err: what is wrong with it
 *
 * Return: 0; -EINVAL for a format that is read only; -errno of the file or its directory.
 */
int image_check_save(const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/');
	char dir[PATH_MAX] = ".";
	struct stat st;

	if (!strcmp(path, "-"))
		return 0;
	if (format_by_suffix(path) == IMAGE_ELF)
		return err_set(err, -EINVAL, "name the file .hex, .srec or .bin",
			       "%s: ELF files are read, not written", path);
	if (!stat(path, &st) && S_ISDIR(st.st_mode))
		return file_error(err, -EISDIR, path, "cannot write the file");
	if (!access(path, F_OK))
		return access(path, W_OK) ? file_error(err, -errno, path, "cannot write the file")
					  : 0;
	if (slash)
		snprintf(dir, sizeof(dir), "%.*s", (int)max(slash - path, (ptrdiff_t)1), path);
	return access(dir, W_OK | X_OK) ? file_error(err, -errno, path, "cannot create the file")
					: 0;
}

int image_save(const struct image *img, const char *path, u8 fill, struct err *err)
{
	bool is_stdout = !strcmp(path, "-");
	enum image_format fmt = is_stdout ? IMAGE_BIN : format_by_suffix(path);
	struct image_writer w = { .write = write_stream };
	struct stat st;
	bool is_file;
	FILE *f;
	int ret;

	ret = image_check_save(path, err);
	if (ret)
		return ret;
	if (fmt == IMAGE_BIN && img->n_segs) {
		const struct image_segment *last = &img->segs[img->n_segs - 1];

		if (last->addr + last->len - img->segs[0].addr > IMAGE_MAX_FILE)
			return err_set(err, -EINVAL, "name the file .hex or .srec, or read less",
				       "0x%08" PRIx64 " to 0x%08" PRIx64
				       " is too much for one raw binary",
				       img->segs[0].addr, last->addr + last->len - 1);
	}
	errno = 0;
	f = is_stdout ? stdout : fopen(path, "wb");
	if (!f)
		return file_error(err, -errno, path, "cannot create the file");
	w.arg = f;
	if (fmt == IMAGE_IHEX)
		ret = image_write_ihex(img, &w);
	else if (fmt == IMAGE_SREC)
		ret = image_write_srec(img, &w);
	else
		ret = image_write_bin(img, fill, &w);
	/* half a backup is worse than none */
	is_file = !fstat(fileno(f), &st) && S_ISREG(st.st_mode);
	if ((is_stdout ? fflush(f) : fclose(f)) && !ret)
		ret = errno ? -errno : -EIO;
	if (!ret)
		return 0;
	if (is_stdout)
		return err_set(err, ret, "check what it is connected to",
			       "cannot write to standard output: %s", strerror(-ret));
	if (!is_file || unlink(path))
		return file_error(err, ret, path, "cannot write the file");
	err_set(err, ret, "make room, or name a file elsewhere",
		"cannot write the file: %s; what there was of it is removed", strerror(-ret));
	return err_at(err, ret, "%s", path);
}
