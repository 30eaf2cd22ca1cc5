// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bytes that come back from an adapter, whole or cut short, on every wiring: the decoder gives so
 * many accesses as their bytes are there, and reads nothing behind them.
 */
#include "drivers/mpsse-encode.h"

#include <stdlib.h>
#include <string.h>

#define MAX_XFERS 64

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

/* byte 0: wiring; byte 1: how many accesses; one byte each: request and idle cycles; then the reply */
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct mpsse_wire w = { .has_clock_bytes = true };
	struct swd_xfer x[MAX_XFERS];
	struct mpsse_code c = { 0 };
	size_t n, got, n_in;
	u8 *in;

	if (size < 2)
		return 0;
	w.wiring = (enum adapter_wiring)(ADAPTER_RESISTOR +
					 data[0] % (ADAPTER_TMS - ADAPTER_JTAG_ONLY));
	n = data[1] % MAX_XFERS + 1;
	data += 2;
	size -= 2;
	if (size < n)
		return 0;
	memset(x, 0, sizeof(x));
	for (size_t i = 0; i < n; i++) {
		x[i].req = swd_req(data[i] & 1, data[i] & 2, data[i] & 0xc);
		x[i].idle = data[i] >> 4;
		x[i].data = data[i] * 0x01010101u;
	}
	if (mpsse_code_begin(&c, NULL, 0) || mpsse_encode(&c, &w, x, n))
		abort();
	size -= n;
	n_in = min(size, c.n_in);
	in = calloc(1, n_in + MPSSE_IN_SLACK);
	if (!in)
		abort();
	memcpy(in, data + n, n_in);
	got = mpsse_decode(&c, &w, in, n_in, x);
	/* the last byte may hold idle cycles alone */
	if (got > n || (n_in == c.n_in && got != n))
		abort();
	for (size_t i = 0; i < got; i++)
		if (x[i].ack > 7)
			abort();
	free(in);
	mpsse_code_free(&c);
	return 0;
}
