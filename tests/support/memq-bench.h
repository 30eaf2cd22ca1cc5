/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A queue, and a target that counts what is done to it. */
#ifndef SWDROM_TESTS_SUPPORT_MEMQ_BENCH_H
#define SWDROM_TESTS_SUPPORT_MEMQ_BENCH_H

#include "lib/adiv5.h"
#include "lib/memq.h"
#include "tests/support/fake-dap.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct bench {
	struct fake_dap *d;
	struct dap *dap;
	struct memq *q;
};

static inline void bench_open(struct bench *b)
{
	b->d = fake_dap_new();
	b->dap = dap_new(&b->d->host);
	assert_non_null(b->dap);
	assert_int_equal(dap_connect(b->dap, 0), 0);
	b->q = memq_new(b->dap, 0);
	assert_non_null(b->q);
}

static inline void bench_close(struct bench *b)
{
	memq_free(b->q);
	dap_free(b->dap);
	fake_dap_free(b->d);
}

static inline int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	bench_open(b);
	*state = b;
	return 0;
}

static inline int teardown(void **state)
{
	bench_close(*state);
	free(*state);
	return 0;
}

#endif
