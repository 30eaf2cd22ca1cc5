// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/mpsse-model.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define AD_TCK BIT(0)
#define AD_DO  BIT(1)
#define AD_DI  BIT(2)
#define AD_TMS BIT(3)

static void append(u8 **buf, size_t *n, size_t *cap, const void *bytes, size_t len)
{
	if (*n + len > *cap) {
		*cap = (*n + len) * 2;
		*buf = realloc(*buf, *cap);
		assert(*buf);
	}
	memcpy(*buf + *n, bytes, len);
	*n += len;
}

static void answer(struct mpsse_model *m, u8 byte)
{
	append(&m->reply, &m->n_reply, &m->cap_reply, &byte, 1);
}

static void fault(struct mpsse_model *m, const char *what)
{
	if (!m->fault)
		m->fault = what;
}

void model_init(struct mpsse_model *m, enum model_wiring wiring, struct model_access *access,
		unsigned int n_access)
{
	memset(m, 0, sizeof(*m));
	m->wiring = wiring;
	m->access = access;
	m->n_access = n_access;
	m->k = -1;
	m->dir = wiring == MODEL_TMS ? AD_TCK | AD_TMS : AD_TCK | AD_DO;
	if (wiring == MODEL_BUFFER) {
		m->oe_mask = 0x1020;
		m->oe_drive = 0x0020; /* one enable is active low */
		m->out = m->oe_drive;
		m->dir |= m->oe_mask;
	}
}

void model_free(struct mpsse_model *m)
{
	free(m->cmd);
	free(m->reply);
}

static bool host_drives(const struct mpsse_model *m)
{
	switch (m->wiring) {
	case MODEL_BUFFER:
		return (m->dir & m->oe_mask) == m->oe_mask &&
		       (m->out & m->oe_mask) == m->oe_drive && m->dir & AD_DO;
	case MODEL_TMS:
		return m->dir & AD_TMS;
	default:
		return m->dir & AD_DO;
	}
}

static bool line_level(const struct mpsse_model *m)
{
	if (m->is_stuck_low)
		return false;
	if (m->is_driving)
		return m->level; /* against a resistor the target wins */
	if (host_drives(m))
		return m->out & (m->wiring == MODEL_TMS ? AD_TMS : AD_DO);
	return !m->has_no_pull;
}

static void target_drive(struct mpsse_model *m, bool level)
{
	m->is_driving = true;
	m->level = level;
}

/* what the target does at rising edge @level; frame positions: IHI 0031, turnaround 1 */
static void target_rise(struct mpsse_model *m, bool level)
{
	struct model_access *a = m->i_access < m->n_access ? &m->access[m->i_access] : NULL;
	bool is_read;
	int k;

	m->ones = level ? m->ones + 1 : 0;
	if (m->ones > m->max_ones)
		m->max_ones = m->ones;
	if (m->k < 0) {
		if (!level) {
			if (m->i_access && host_drives(m))
				m->access[m->i_access - 1].idle++;
			return;
		}
		if (!a) {
			fault(m, "more start bits than accesses");
			return;
		}
		if (!host_drives(m))
			fault(m, "a floating line made a start bit");
		m->k = 0;
		a->req = 1;
		a->was_seen = true;
		return;
	}

	k = ++m->k;
	is_read = a->req & 4;
	if (k <= 7) {
		if (!host_drives(m))
			fault(m, "request bit not driven");
		a->req |= (u8)(level << k);
		return;
	}
	if (k == 8) {
		if (a->ack != 7)
			target_drive(m, a->ack & 1);
	} else if (k <= 10) {
		if (a->ack != 7)
			target_drive(m, a->ack >> (k - 8) & 1);
	} else if (k == 11) {
		m->is_driving = false;
		if (is_read && a->ack == 1)
			target_drive(m, a->rdata & 1);
	} else if (is_read) {
		if (k <= 42 && a->ack == 1)
			target_drive(m, a->rdata >> (k - 11) & 1);
		else if (k == 43 && a->ack == 1)
			target_drive(m, __builtin_parity(a->rdata) ^ a->bad_rparity);
		else if (k == 44)
			m->is_driving = false;
	} else if (k >= 13) {
		if (!host_drives(m))
			fault(m, "write data not driven");
		if (k <= 44)
			a->wdata |= (u32)level << (k - 13);
		else
			a->wparity_ok = level == (bool)__builtin_parity(a->wdata);
	}
	if (k == 45) {
		m->k = -1;
		m->i_access++;
	}
}

/* one clock: the data pins are set, SWCLK rises and falls; returns what TDO sampled */
static bool clock_once(struct mpsse_model *m)
{
	bool level = line_level(m);
	bool tdo = m->wiring == MODEL_TMS ? true : level;

	if (!(m->dir & AD_TCK) || m->out & AD_TCK)
		fault(m, "SWCLK is no output that idles low");
	if (m->is_driving && host_drives(m) && m->wiring != MODEL_RESISTOR)
		m->n_contention++;
	m->clocks++;
	target_rise(m, level);
	if (m->is_driving && host_drives(m) && m->wiring != MODEL_RESISTOR)
		m->n_contention++;
	return tdo;
}

static void put_do(struct mpsse_model *m, u16 pin, bool level)
{
	m->out = (u16)(level ? m->out | pin : m->out & ~pin);
}

/* shift @n_bits; @data NULL: TDI rests; the reply is one byte for 8 bits, odd bits top-aligned */
static void shift(struct mpsse_model *m, const u8 *data, size_t n_bits, bool is_read)
{
	u8 in = 0;

	for (size_t i = 0; i < n_bits; i++) {
		if (data)
			put_do(m, AD_DO, data[i / 8] >> i % 8 & 1);
		in = (u8)(in >> 1 | (clock_once(m) ? 0x80 : 0));
		if (is_read && (i % 8 == 7 || i + 1 == n_bits)) {
			answer(m, in);
			in = 0;
		}
	}
}

static u8 pin_levels(const struct mpsse_model *m, bool is_high)
{
	u16 levels = (m->out & m->dir) | (~m->dir & m->nsrst_mask);
	u16 swdio = m->wiring == MODEL_TMS ? AD_TMS : AD_DI;

	if (m->wiring == MODEL_TRISTATE)
		swdio |= AD_DO;
	levels = (u16)(line_level(m) ? levels | swdio : levels & ~swdio);
	return (u8)(is_high ? levels >> 8 : levels);
}

/* bytes that the command at @c takes, 0: not all there yet */
static size_t command_len(const struct mpsse_model *m, const u8 *c, size_t n)
{
	switch (c[0]) {
	case 0x19:
	case 0x39:
		if (n < 3)
			return 0;
		return 3 + (size_t)get_le16(c + 1) + 1;
	case 0x1b:
	case 0x3b:
	case 0x4b:
	case 0x80:
	case 0x82:
	case 0x86:
	case 0x28:
		return 3;
	case 0x8f:
		return m->is_fs ? 1 : 3;
	case 0x2a:
		return 2;
	default:
		return 1;
	}
}

static void command(struct mpsse_model *m, const u8 *c)
{
	switch (c[0]) {
	case 0x19:
	case 0x39:
		shift(m, c + 3, ((size_t)get_le16(c + 1) + 1) * 8, c[0] == 0x39);
		return;
	case 0x1b:
	case 0x3b:
		shift(m, c + 2, (size_t)(c[1] & 7) + 1, c[0] == 0x3b);
		return;
	case 0x28:
		shift(m, NULL, ((size_t)get_le16(c + 1) + 1) * 8, true);
		return;
	case 0x2a:
		shift(m, NULL, (size_t)(c[1] & 7) + 1, true);
		return;
	case 0x4b:
		if (c[1] > 5)
			fault(m, "a TMS command of 7 bits");
		put_do(m, AD_DO, c[2] & 0x80);
		for (unsigned int i = 0; i <= c[1]; i++) {
			put_do(m, AD_TMS, c[2] >> i & 1);
			clock_once(m);
		}
		return;
	case 0x80:
		m->out = (u16)((m->out & 0xff00) | c[1]);
		m->dir = (u16)((m->dir & 0xff00) | c[2]);
		return;
	case 0x82:
		m->out = (u16)((m->out & 0xff) | c[1] << 8);
		m->dir = (u16)((m->dir & 0xff) | c[2] << 8);
		return;
	case 0x81:
	case 0x83:
		answer(m, pin_levels(m, c[0] == 0x83));
		return;
	case 0x86:
		m->divisor = get_le16(c + 1);
		return;
	case 0x85:
	case 0x87:
		return;
	case 0x8a:
	case 0x8d:
	case 0x97:
		if (!m->is_fs)
			return;
		break;
	case 0x8f:
		if (m->is_fs)
			break;
		shift(m, NULL, ((size_t)get_le16(c + 1) + 1) * 8, false);
		return;
	default:
		break;
	}
	answer(m, 0xfa);
	answer(m, c[0]);
}

void model_feed(struct mpsse_model *m, const u8 *bytes, size_t n)
{
	size_t done = 0, len;

	append(&m->cmd, &m->n_cmd, &m->cap_cmd, bytes, n);
	while (done < m->n_cmd) {
		len = command_len(m, m->cmd + done, m->n_cmd - done);
		if (!len || len > m->n_cmd - done)
			break;
		command(m, m->cmd + done);
		done += len;
	}
	memmove(m->cmd, m->cmd + done, m->n_cmd - done);
	m->n_cmd -= done;
}
