// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int err_set(struct err *err, int code, const char *next, const char *fmt, ...)
{
	va_list ap;

	if (!err || err->code)
		return code;
	err->code = code;
	va_start(ap, fmt);
	vsnprintf(err->what, sizeof(err->what), fmt, ap);
	va_end(ap);
	snprintf(err->next, sizeof(err->next), "%s", next ? next : "");
	err->where[0] = '\0';
	return code;
}

int err_at(struct err *err, int code, const char *fmt, ...)
{
	size_t used, len;
	va_list ap;

	if (!err || !err->code)
		return code;
	used = strlen(err->where);
	if (used && used + 2 < sizeof(err->where)) {
		memcpy(err->where + used, ", ", 3);
		used += 2;
	}
	va_start(ap, fmt);
	vsnprintf(err->where + used, sizeof(err->where) - used, fmt, ap);
	va_end(ap);
	len = strlen(err->where + used);
	/* two layers that say the same */
	if (used >= len + 2 && !memcmp(err->where + used - 2 - len, err->where + used, len))
		err->where[used - 2] = '\0';
	return code;
}

void err_clear(struct err *err)
{
	if (err)
		memset(err, 0, sizeof(*err));
}
