/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One log line for each SWD access.
 */
#ifndef SWDROM_DRIVERS_SWD_TRACE_H
#define SWDROM_DRIVERS_SWD_TRACE_H

#include "lib/swd.h"

/* registers are banked: what was written to SELECT names them */
struct swd_trace {
	u32 select;
};

void swd_trace_xfers(struct swd_trace *tr, const struct log *log, const struct swd_xfer *x,
		     size_t n);

#endif
