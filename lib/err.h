/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One error: a negative errno inside, and for the user one message with what failed, where, and
 * what to do next.
 *
 * errno values mean here:
 *   -ENODEV     adapter absent or unplugged	    -ETIMEDOUT  BSY, WIP or a USB reply overran
 *   -ENXIO      target absent or lost		    -EROFS      page, sector or part protected
 *   -EACCES     USB permission			    -EPROTO     impossible ACK, MPSSE out of step
 *   -EIO        FAULT, parity, PROGERR, short reply -ENOEXEC   image unreadable or malformed
 *   -EBADMSG    verify mismatch		    -EOPNOTSUPP chip, controller or target unsupported
 *   -EINVAL     the caller's mistake (usage)	    -EINTR      stopped by the user
 */
#ifndef SWDROM_LIB_ERR_H
#define SWDROM_LIB_ERR_H

#include "lib/types.h"

struct err {
	int code;	 /* -errno, 0 when clear */
	char what[320];	 /* cause, in the words of the layer that found it */
	char where[320]; /* place, added on the way up: page, address, file */
	char next[256];	 /* what the user can do */
};

/**
 * err_set() - record an error and return its code
 * @err: where it is kept; the first error outlives those met while cleaning up, so a second
 *       err_set() changes nothing. NULL is allowed.
 * @code: negative errno
 * @next: what the user can do, or NULL
 * @fmt: the cause: thing, address, register value, most likely reason
 *
 * Return: @code, always, so that `return err_set(...)` reads well.
 */
int err_set(struct err *err, int code, const char *next, const char *fmt, ...) __printf_like(4, 5);

/* err_at() - add the place, once; the innermost layer's place wins, outer ones are appended */
int err_at(struct err *err, int code, const char *fmt, ...) __printf_like(3, 4);

/* err_clear() - forget an error on purpose: the caller carries on */
void err_clear(struct err *err);

#endif
