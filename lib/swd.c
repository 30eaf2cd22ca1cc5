// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SWD: the bit sequences that bring a debug port into SWD mode (ADIv5, IHI 0031, chapter B5), and
 * single batches.
 */
#include "lib/swd.h"

/*
 * All values go out LSB first. ADIv5 asks for at least 50 ones and 2 zeros; some STM32 want more of
 * both, so 64 and 8.
 */
#define LINE_RESET_ONES 64
#define LINE_RESET_LOWS 8

/* JTAG-to-SWD select, 16 bits: 0xe79e */
static const u8 jtag_to_swd[] = { 0x9e, 0xe7 };
/* JTAG-to-dormant, 31 bits: 0x33bbbbba, after at least 5 ones */
static const u8 jtag_to_dormant[] = { 0xba, 0xbb, 0xbb, 0x33 };
#define JTAG_TO_DORMANT_BITS 31
/* selection alert: one 0 and 127 bits of an LFSR (IHI 0031, B5.3.4) */
static const u8 selection_alert[] = { 0x92, 0xf3, 0x09, 0x62, 0x95, 0x2d, 0x85, 0x86,
				      0xe9, 0xaf, 0xdd, 0xe3, 0xa2, 0x0e, 0xbc, 0x19 };
/* four zeros, then the activation code of the SW-DP, 0x1a, 8 bits */
static const u8 activate_sw_dp[] = { 0xa0, 0x01 };
#define ACTIVATE_SW_DP_BITS 12

struct bits {
	u8 buf[96];
	size_t n;
};

static void bits_add(struct bits *b, const u8 *src, size_t n)
{
	for (size_t i = 0; i < n; i++, b->n++)
		if (src[i / 8] >> (i % 8) & 1)
			b->buf[b->n / 8] |= (u8)(1u << (b->n % 8));
}

static void bits_add_level(struct bits *b, bool level, size_t n)
{
	const u8 ones = level;

	for (size_t i = 0; i < n; i++)
		bits_add(b, &ones, 1);
}

static void bits_add_line_reset(struct bits *b)
{
	bits_add_level(b, 1, LINE_RESET_ONES);
	bits_add_level(b, 0, LINE_RESET_LOWS);
}

/**
 * swd_line_reset() - line reset: brings a locked-out DP back, keeps its registers
 * @h: adapter
 *
 * With CTRL/STAT.ORUNDETECT set it also sets STICKYORUN. Return: 0 or the adapter's -errno.
 */
int swd_line_reset(struct swd_host *h)
{
	struct bits b = { 0 };

	bits_add_line_reset(&b);
	return h->ops->sequence(h, b.buf, b.n);
}

/**
 * swd_from_jtag() - switch a SWJ-DP from JTAG to SWD
 * @h: adapter
 *
 * Return: 0 or the adapter's -errno.
 */
int swd_from_jtag(struct swd_host *h)
{
	struct bits b = { 0 };

	bits_add_level(&b, 1, LINE_RESET_ONES);
	bits_add(&b, jtag_to_swd, 16);
	bits_add_line_reset(&b);
	return h->ops->sequence(h, b.buf, b.n);
}

/**
 * swd_from_dormant() - wake a DP from dormant state into SWD
 * @h: adapter
 *
 * The JTAG-to-dormant part helps a DP that is in JTAG and ignores JTAG-to-SWD.
 * Return: 0 or the adapter's -errno.
 */
int swd_from_dormant(struct swd_host *h)
{
	struct bits b = { 0 };

	bits_add_level(&b, 1, 8);
	bits_add(&b, jtag_to_dormant, JTAG_TO_DORMANT_BITS);
	bits_add_level(&b, 1, 8);
	bits_add(&b, selection_alert, 8 * sizeof(selection_alert));
	bits_add(&b, activate_sw_dp, ACTIVATE_SW_DP_BITS);
	bits_add_line_reset(&b);
	return h->ops->sequence(h, b.buf, b.n);
}

/**
 * swd_run() - one batch, there and back; see lib/swd.h
 */
int swd_run(struct swd_host *h, struct swd_xfer *x, size_t n, size_t *n_answered)
{
	struct swd_batch b = { .x = x, .n = n };
	int ret;

	*n_answered = 0;
	ret = h->ops->submit(h, &b);
	if (ret)
		return ret;
	ret = h->ops->reap(h, &b);
	*n_answered = ret ? min(b.n_answered, n) : n;
	return ret;
}
