// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * --peek and --poke.
 */
#include "cli/cli.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK	 65536u
#define PER_LINE 16u

/* "20000000: 04030201 08070605 ...  ........": words where whole ones were asked for, else bytes */
static void dump_line(FILE *out, uint64_t addr, const uint8_t *b, size_t n, bool words)
{
	size_t i;

	fprintf(out, "%08" PRIx64 ":", addr);
	for (i = 0; i < n; i += words ? 4 : 1) {
		if (words)
			fprintf(out, " %02x%02x%02x%02x", b[i + 3], b[i + 2], b[i + 1], b[i]);
		else
			fprintf(out, " %02x", b[i]);
	}
	for (; i < PER_LINE; i += words ? 4 : 1)
		fprintf(out, words ? "         " : "   ");
	fprintf(out, "  ");
	for (i = 0; i < n; i++)
		fputc(b[i] >= 0x20 && b[i] < 0x7f ? b[i] : '.', out);
	fputc('\n', out);
}

static void dump(FILE *out, uint64_t addr, const uint8_t *b, size_t n)
{
	bool words = !(addr % 4) && !(n % 4);
	size_t i;

	for (i = 0; i < n; i += PER_LINE)
		dump_line(out, addr + i, b + i, n - i < PER_LINE ? n - i : PER_LINE, words);
}

static enum swdrom_status file_error(struct swdrom *s, const char *what, const char *path)
{
	const char *next =
		errno == ENOSPC ? "make room, or name a file elsewhere" : "check the path";
	char text[200];

	snprintf(text, sizeof(text), "cannot %s the file: %s", what, strerror(errno));
	return swdrom_fail_file(s, SWDROM_FAILED, text, path, next);
}

static bool is_regular(FILE *f)
{
	struct stat st;

	return !fstat(fileno(f), &st) && S_ISREG(st.st_mode);
}

enum swdrom_status raw_peek(const struct options *o, struct swdrom *s)
{
	const char *path = o->n_files ? o->files[0] : NULL;
	enum swdrom_status status = SWDROM_OK;
	FILE *out = o->json ? stderr : stdout;
	uint8_t buf[CHUNK];
	uint64_t done = 0;
	bool is_file;

	if (path)
		out = strcmp(path, "-") != 0 ? fopen(path, "wb") : stdout;
	if (!out)
		return file_error(s, "create", path);
	while (!status && done < o->peek_len) {
		uint64_t n = o->peek_len - done < CHUNK ? o->peek_len - done : CHUNK;

		status = swdrom_peek(s, o->peek_start + done, n, buf);
		if (status)
			break;
		if (!path)
			dump(out, o->peek_start + done, buf, (size_t)n);
		else if (fwrite(buf, 1, (size_t)n, out) != n)
			status = file_error(s, "write", path);
		done += n;
	}
	if (out == stdout || out == stderr)
		return status;
	is_file = is_regular(out);
	if (fclose(out) && !status)
		status = file_error(s, "write", path);
	/* not half of it */
	if (status && is_file)
		(void)unlink(path);
	return status;
}

static enum swdrom_status poke_file(struct swdrom *s, uint64_t addr, const char *path)
{
	enum swdrom_status status = SWDROM_OK;
	uint8_t buf[CHUNK];
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!f)
		return file_error(s, "open", path);
	while (!status && (n = fread(buf, 1, sizeof(buf), f)) > 0) {
		status = swdrom_poke(s, addr, buf, n);
		addr += n;
	}
	if (ferror(f) && !status)
		status = file_error(s, "read", path);
	fclose(f);
	return status;
}

/* every file can be read, before the first word is written */
static enum swdrom_status check_files(const struct options *o, struct swdrom *s)
{
	enum swdrom_status status = SWDROM_OK;
	size_t i;

	for (i = 0; i < o->n_files && !status; i++) {
		const char *path;
		uint64_t addr;
		uint32_t value;
		struct stat st;

		options_poke(o->files[i], &addr, &value, &path);
		if (!path)
			continue;
		/* not by opening it: a pipe can be opened only once */
		if (access(path, R_OK) || stat(path, &st)) {
			status = file_error(s, "open", path);
		} else if (S_ISDIR(st.st_mode)) {
			errno = EISDIR;
			status = file_error(s, "read", path);
		}
	}
	return status;
}

enum swdrom_status raw_poke(const struct options *o, struct swdrom *s)
{
	enum swdrom_status status = check_files(o, s);
	size_t i;

	for (i = 0; i < o->n_files && !status; i++) {
		const char *path;
		uint64_t addr;
		uint32_t value;

		options_poke(o->files[i], &addr, &value, &path); /* checked when it was parsed */
		if (path) {
			status = poke_file(s, addr, path);
		} else {
			const uint8_t le[4] = { (uint8_t)value, (uint8_t)(value >> 8),
						(uint8_t)(value >> 16), (uint8_t)(value >> 24) };

			status = swdrom_poke(s, addr, le, 4);
		}
	}
	return status;
}
