// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A chip's SFDP: told from a file, or saved to one.
 */
#include "lib/session-priv.h"
#include "lib/spi-nor-sfdp-print.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int load_file(struct swdrom *s, const char *path, u8 *buf, size_t size, size_t *len)
{
	bool is_stdin = !strcmp(path, "-");
	FILE *f = is_stdin ? stdin : fopen(path, "rb");
	int ret = 0;

	if (!f)
		return err_set(&s->ctx.err, -ENOEXEC, "check the path", "cannot open %s: %s", path,
			       strerror(errno));
	*len = fread(buf, 1, size, f);
	if (ferror(f))
		ret = err_set(&s->ctx.err, -ENOEXEC, "check the path", "cannot read %s: %s", path,
			      strerror(errno));
	if (!is_stdin)
		fclose(f);
	return ret;
}

/**
 * swdrom_sfdp_decode() - what is in an SFDP dump; needs no hardware
 * @s: session, open or not
 * @path: file; "-": stdin
 * @as_json: one JSON object in one line instead of text for people
 * @line: called for each line
 * @arg: its first argument
 */
enum swdrom_status swdrom_sfdp_decode(struct swdrom *s, const char *path, bool as_json,
				      void (*line)(void *arg, const char *text), void *arg)
{
	struct sfdp_image *img = calloc(1, sizeof(*img));
	u8 *buf = malloc(SFDP_MAX_BYTES);
	char *json = NULL;
	size_t len = 0;
	int ret;

	if (!img || !buf) {
		ret = err_set(&s->ctx.err, -ENOMEM, NULL, "out of memory");
		goto out;
	}
	ret = load_file(s, path, buf, SFDP_MAX_BYTES, &len);
	if (!ret)
		ret = err_at(&s->ctx.err, sfdp_load(buf, len, img, &s->ctx.err), "in %s", path);
	if (ret)
		goto out;
	if (!as_json) {
		sfdp_print(img, line, arg);
		goto out;
	}
	json = sfdp_to_json(img);
	if (json)
		line(arg, json);
	else
		ret = err_set(&s->ctx.err, -ENOMEM, NULL, "out of memory");
out:
	free(json);
	free(buf);
	free(img);
	return session_status(s, PHASE_IMAGE, ret);
}

static struct mtd_info *find_sfdp_mtd(struct swdrom *s)
{
	for (unsigned int i = 0; i < s->target.n_mtds; i++) {
		struct mtd_info *mtd = s->target.mtds[i];

		if (mtd->ops->sfdp && (!s->mtd_name || !strcmp(s->mtd_name, mtd->name)))
			return mtd;
	}
	return NULL;
}

static int dump(struct swdrom *s, u8 *buf, size_t *len)
{
	struct mtd_info *mtd = find_sfdp_mtd(s);

	if (!mtd)
		return err_set(&s->ctx.err, -EINVAL, "name the board of an external flash with -b",
			       "no device here has an SFDP");
	return mtd->ops->sfdp(mtd, buf, SFDP_MAX_BYTES, len);
}

/**
 * swdrom_sfdp_dump() - save the SFDP of the external flash
 * @s: open session
 * @path: file; "-": stdout
 */
enum swdrom_status swdrom_sfdp_dump(struct swdrom *s, const char *path)
{
	u8 *buf = calloc(1, SFDP_MAX_BYTES);
	enum swdrom_status status;
	bool is_stdout = !strcmp(path, "-");
	size_t len = 0;
	struct stat st;
	int ret = 0;
	FILE *f;

	if (!buf)
		return session_status(s, PHASE_RUN,
				      err_set(&s->ctx.err, -ENOMEM, NULL, "out of memory"));
	status = session_status(s, PHASE_RUN, dump(s, buf, &len));
	if (status)
		goto out;
	f = is_stdout ? stdout : fopen(path, "wb");
	if (!f) {
		ret = err_set(&s->ctx.err, -EIO, "check the path", "cannot create %s: %s", path,
			      strerror(errno));
	} else {
		bool ok = fwrite(buf, 1, len, f) == len && !fflush(f);

		bool is_file = !fstat(fileno(f), &st) && S_ISREG(st.st_mode);

		if (!is_stdout && fclose(f))
			ok = false;
		if (!ok)
			ret = err_set(&s->ctx.err, -EIO, "make room, or name a file elsewhere",
				      "cannot write %s: %s", path, strerror(errno));
		if (!ok && is_file && !is_stdout)
			(void)unlink(path);
	}
	status = session_status(s, PHASE_OUTPUT, ret);
	if (!status) {
		s->report.read_bytes = len;
		log_info(&s->ctx.log, "%zu bytes of SFDP saved", len);
	}
out:
	free(buf);
	return status;
}
