/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SWD accesses as values, and what an adapter must be able to do with them (ADIv5, IHI 0031).
 *
 * With CTRL/STAT.ORUNDETECT set every access has a data phase whatever the ACK, so an adapter can
 * clock thousands of them blind: 46 SWCLK cycles and its idle cycles each.
 */
#ifndef SWDROM_LIB_SWD_H
#define SWDROM_LIB_SWD_H

#include "lib/ctx.h"

/* request byte, LSB first on the wire: start, APnDP, RnW, A2, A3, parity, stop, park */
#define SWD_REQ_START  BIT(0)
#define SWD_REQ_AP     BIT(1)
#define SWD_REQ_READ   BIT(2)
#define SWD_REQ_A2     BIT(3)
#define SWD_REQ_A3     BIT(4)
#define SWD_REQ_PARITY BIT(5)
#define SWD_REQ_PARK   BIT(7)

/* swd_req() - request byte for register @addr (0, 4, 8, 0xc) with its parity */
static inline u8 swd_req(bool is_ap, bool is_read, u8 addr)
{
	u8 req = (u8)((is_ap ? SWD_REQ_AP : 0) | (is_read ? SWD_REQ_READ : 0) | (addr & 0xc) << 1);

	if (__builtin_parity(req))
		req |= SWD_REQ_PARITY;
	return (u8)(req | SWD_REQ_START | SWD_REQ_PARK);
}

static inline bool swd_req_is_read(u8 req)
{
	return req & SWD_REQ_READ;
}

enum swd_ack {
	SWD_ACK_OK = 1,
	SWD_ACK_WAIT = 2,
	SWD_ACK_FAULT = 4,
	SWD_ACK_NONE = 7, /* nobody drove the line: pull-up */
};

struct swd_xfer {
	u8 req;
	u8 ack;		 /* out: the three bits as read */
	bool bad_parity; /* out: reads only */
	u32 idle;	 /* SWCLK cycles with SWDIO low after it; a clocked delay when large */
	u32 data;	 /* in for writes, out for reads */
};

/* an array of accesses that travels as one USB transfer */
struct swd_batch {
	struct swd_xfer *x; /* borrowed until reaped */
	size_t n;
	size_t n_answered; /* out: accesses whose reply did arrive (all of them if reap returned 0) */
	void *priv;	   /* the adapter's */
};

/* what the pins say while nobody but a weak pull drives them */
struct swd_pins {
	bool swdio;	   /* level of SWDIO with the host's driver off */
	bool swdio_driven; /* level after driving 0 then 1 follows the host: the wire is not stuck */
	bool nrst_known, nrst; /* level of nRST where the adapter can see it */
};

struct swd_host;

struct swd_host_ops {
	/* fastest clock not above @hz; *real_hz says which */
	int (*set_hz)(struct swd_host *h, u32 hz, u32 *real_hz);
	/* assert or release nRST; -EOPNOTSUPP where it is not wired */
	int (*set_nrst)(struct swd_host *h, bool asserted);
	/* clock out @n_bits, LSB first of each byte, SWDIO driven by the host throughout */
	int (*sequence)(struct swd_host *h, const u8 *bits, size_t n_bits);
	int (*read_pins)(struct swd_host *h, struct swd_pins *pins);
	/*
	 * Start a batch / wait for the oldest one. reap returns 0 when every reply arrived (whatever
	 * the ACKs say), -ETIMEDOUT or -EPROTO when the reply was short or out of step: then
	 * n_answered accesses are known, and the adapter has brought MPSSE back in step.
	 * The last access of a batch is followed by at least 8 idle cycles.
	 */
	int (*submit)(struct swd_host *h, struct swd_batch *b);
	int (*reap)(struct swd_host *h, struct swd_batch *b);
	/* LED where there is one */
	void (*set_led)(struct swd_host *h, bool on);
	/* pins to inputs, MPSSE off, transport closed, memory freed */
	void (*close)(struct swd_host *h);
};

struct swd_host {
	const struct swd_host_ops *ops;
	struct ctx *ctx;
	struct transport *t; /* what it runs on */
	const char *name;    /* adapter name, for messages */
	u32 hz;		     /* actual SWCLK */
	u32 max_hz;	     /* of the adapter's wiring; 0 = no limit known */
	bool has_nrst;
	unsigned int max_xfers;	    /* per batch */
	unsigned int max_in_flight; /* batches, >= 2 */
	unsigned int burst_xfers; /* accesses that fit the adapter's FIFO, each with a delay behind
				     * it; 0: it has none that could be relied on */
};

/* swd_line_reset() - more than 50 ones, then 8 zeros; the next access must be a DPIDR read */
int swd_line_reset(struct swd_host *h);
/* swd_from_jtag() - line reset, JTAG-to-SWD, line reset: also harmless to a DP that is in SWD */
int swd_from_jtag(struct swd_host *h);
/* swd_from_dormant() - JTAG-to-dormant, selection alert, activation code of the SW-DP, line reset */
int swd_from_dormant(struct swd_host *h);

/**
 * swd_run() - one batch, there and back; nothing else may be in flight
 * @h: adapter
 * @x: accesses, borrowed for the call
 * @n: how many
 * @n_answered: out: accesses whose reply arrived; all of them when it returns 0
 *
 * Return: 0 whatever the ACKs say; -errno of the adapter.
 */
int swd_run(struct swd_host *h, struct swd_xfer *x, size_t n, size_t *n_answered);

/* cycles an access takes on the wire with its idle cycles */
static inline u64 swd_xfer_cycles(const struct swd_xfer *x)
{
	return 46 + (u64)x->idle;
}

#endif
