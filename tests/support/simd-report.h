/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a server of virtual boards says of itself. Include cmocka.h before it. */
#ifndef SWDROM_TESTS_SUPPORT_SIMD_REPORT_H
#define SWDROM_TESTS_SUPPORT_SIMD_REPORT_H

#include "simd/server.h"

#include <stdlib.h>
#include <string.h>

/* seconds by which the first board was late (--realtime) */
static inline double late_s(const struct simd *s)
{
	char *text = NULL, *late;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	double seconds;

	assert_non_null(out);
	simd_report(s, out);
	fclose(out);
	late = strstr(text, "late by ");
	assert_non_null(late);
	seconds = atof(late + 8);
	free(text);
	return seconds;
}

#endif
