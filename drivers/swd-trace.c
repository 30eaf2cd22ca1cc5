// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SWD accesses in words: "AP w TAR 20000000 OK". Names: ADIv5 (IHI 0031), DP and MEM-AP maps.
 */
#include "drivers/swd-trace.h"

#include <stdio.h>

#define SELECT_DPBANKSEL GENMASK(3, 0)
#define SELECT_APBANKSEL GENMASK(7, 4)

static const char *dp_name(bool is_read, u8 addr, u32 bank)
{
	static const char *const banked[] = { "CTRL/STAT", "DLCR", "TARGETID", "DLPIDR",
					      "EVENTSTAT" };

	switch (addr) {
	case 0x0:
		return is_read ? "DPIDR" : "ABORT";
	case 0x4:
		return bank < ARRAY_SIZE(banked) ? banked[bank] : "reserved";
	case 0x8:
		return is_read ? "RESEND" : "SELECT";
	default:
		return is_read ? "RDBUFF" : "TARGETSEL";
	}
}

static const char *ap_name(u8 addr, u32 bank)
{
	static const char *const bank0[] = { "CSW", "TAR", NULL, "DRW" };
	static const char *const bank1[] = { "BD0", "BD1", "BD2", "BD3" };
	static const char *const bankf[] = { "BASE2", "CFG", "BASE", "IDR" };

	switch (bank) {
	case 0x0:
		return bank0[addr / 4];
	case 0x1:
		return bank1[addr / 4];
	case 0xf:
		return bankf[addr / 4];
	default:
		return NULL;
	}
}

static const char *ack_name(const struct swd_xfer *x)
{
	switch (x->ack) {
	case SWD_ACK_OK:
		return x->bad_parity ? "OK, bad parity" : "OK";
	case SWD_ACK_WAIT:
		return "WAIT";
	case SWD_ACK_FAULT:
		return "FAULT";
	case SWD_ACK_NONE:
		return "no answer";
	default:
		return "impossible ACK";
	}
}

/**
 * swd_trace_xfers() - log accesses after their reply came
 * @tr: remembers SELECT
 * @log: lines of level LOG_WIRE go there
 * @x: the accesses
 * @n: how many
 */
void swd_trace_xfers(struct swd_trace *tr, const struct log *log, const struct swd_xfer *x,
		     size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool is_ap = x[i].req & SWD_REQ_AP, is_read = swd_req_is_read(x[i].req);
		u8 addr = x[i].req >> 1 & 0xc;
		const char *name =
			is_ap ? ap_name(addr, FIELD_GET(SELECT_APBANKSEL, tr->select))
			      : dp_name(is_read, addr, FIELD_GET(SELECT_DPBANKSEL, tr->select));
		char number[16], idle[24] = "";

		if (!name) {
			snprintf(number, sizeof(number), "0x%02x",
				 FIELD_GET(SELECT_APBANKSEL, tr->select) << 4 | addr);
			name = number;
		}
		if (x[i].idle > 8)
			snprintf(idle, sizeof(idle), ", %u idle", x[i].idle);
		log_wire(log, "%s %c %s %08x %s%s", is_ap ? "AP" : "DP", is_read ? 'r' : 'w', name,
			 x[i].data, ack_name(&x[i]), idle);
		if (!is_ap && !is_read && addr == 0x8 && x[i].ack == SWD_ACK_OK)
			tr->select = x[i].data;
	}
}
