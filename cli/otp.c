// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * --otp-erase, --otp-program, --otp-lock: in this order when given together; then the status.
 */
#include "cli/cli.h"

#include <errno.h>
#include <string.h>

/* the largest there is: SST26's security ID */
#define OTP_MAX 4096

static enum swdrom_status fail_file(struct swdrom *s, const char *path, const char *why,
				    const char *next)
{
	return swdrom_fail_file(s, SWDROM_BAD_IMAGE, why, path, next);
}

static enum swdrom_status program(const struct options *o, struct swdrom *s)
{
	unsigned char data[OTP_MAX + 1];
	uint64_t offset = 0;
	const char *path = NULL;
	FILE *file;
	size_t len;
	bool ok;

	if (!options_otp_program(o->otp.program, &offset, &path))
		return swdrom_fail(s, SWDROM_USAGE, "--otp-program needs OFFSET=FILE");
	file = fopen(path, "rb");
	if (!file)
		return fail_file(s, path, strerror(errno), "check the path");
	len = fread(data, 1, sizeof(data), file);
	ok = !ferror(file);
	fclose(file);
	if (!ok)
		return fail_file(s, path, "cannot read the file", "check the path");
	if (!len)
		return fail_file(s, path, "the file is empty", "name one with the bytes");
	if (len > OTP_MAX)
		return fail_file(s, path, "the file is larger than any OTP memory",
				 "--otp-status shows how much there is");
	return swdrom_otp_program(s, offset, data, len, o->wp.opts.irreversible);
}

/**
 * otp_act() - what --otp-... ask for
 * @o: options
 * @s: open session
 * @line: takes the status' lines
 * @arg: for @line
 */
enum swdrom_status otp_act(const struct options *o, struct swdrom *s,
			   void (*line)(void *arg, const char *text), void *arg)
{
	enum swdrom_status status = SWDROM_OK;

	if (o->otp.has_erase)
		status = swdrom_otp_erase(s, (unsigned int)o->otp.erase);
	if (!status && o->otp.program)
		status = program(o, s);
	if (!status && o->otp.has_lock)
		status = swdrom_otp_lock(s, (unsigned int)o->otp.lock, o->wp.opts.irreversible);
	return status ? status : swdrom_otp_status(s, line, arg);
}
