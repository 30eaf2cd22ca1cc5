// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Raw memory through the memory access port of whatever answers: no core, no family, nothing is
 * halted, reset or written but what was asked for. For boards that nothing else is known of.
 *
 * Reads are made in whole aligned words. Writes touch no byte beside their range, unless the AP does
 * nothing but words (APB-APs): then words at the ends are read, changed and written back.
 */
#include "lib/memq.h"
#include "lib/session-priv.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* first attempt and second one; the same as for programming */
static const u32 connect_hz[] = { 4000000, 500000 };

static int pick_ap(struct swdrom *s, const struct dap_info *info, u8 *ap)
{
	for (*ap = 0; *ap < info->n_aps; ++*ap)
		if (info->ap[*ap].is_mem && (s->raw_ap < 0 || *ap == s->raw_ap))
			return 0;
	if (s->raw_ap >= 0)
		return err_set(&s->ctx.err, -EINVAL, "-V lists the access ports",
			       "AP %d is no MEM-AP", s->raw_ap);
	return err_set(&s->ctx.err, -ENXIO, NULL, "no memory access port (DPIDR 0x%08x)",
		       info->dpidr);
}

static int connect_once(struct swdrom *s, u32 hz, u32 flags)
{
	int ret = dap_set_hz(s->raw_dap, hz, NULL);
	u8 ap;

	ret = ret ?: dap_connect(s->raw_dap, flags);
	ret = ret ?: pick_ap(s, dap_info(s->raw_dap), &ap);
	if (ret)
		return ret;
	s->raw_q = memq_new(s->raw_dap, ap);
	if (!s->raw_q)
		return s->ctx.err.code ? s->ctx.err.code : -EIO;
	log_info(&s->ctx.log, "DPIDR 0x%08x, AP %u: IDR 0x%08x", dap_info(s->raw_dap)->dpidr, ap,
		 dap_info(s->raw_dap)->ap[ap].idr);
	return 0;
}

int session_raw_open(struct swdrom *s, u32 swclk_hz, bool under_reset)
{
	const u32 flags = under_reset ? DAP_UNDER_RESET : 0;
	struct err first = { 0 };
	size_t i;
	int ret = 0;

	s->raw_dap = dap_new(s->host);
	if (!s->raw_dap)
		return -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(connect_hz); i++) {
		ret = connect_once(s, min(swclk_hz, connect_hz[i]), flags);
		if (!ret)
			break;
		if (!first.code)
			first = s->ctx.err;
		err_clear(&s->ctx.err);
	}
	if (ret) {
		s->ctx.err = first;
		return ret;
	}
	s->report.adapter.swclk_hz = s->host->hz;
	return 0;
}

void session_raw_close(struct swdrom *s)
{
	const struct err saved = s->ctx.err;

	if (!s->raw_dap)
		return;
	memq_free(s->raw_q);
	s->raw_q = NULL;
	dap_disconnect(s->raw_dap);
	if (dap_has_nrst(s->raw_dap))
		(void)dap_set_nrst(s->raw_dap, false);
	dap_free(s->raw_dap);
	s->raw_dap = NULL;
	s->ctx.err = saved;
}

static int check_range(struct swdrom *s, u64 addr, u64 len)
{
	if (!s->raw_q)
		return err_set(&s->ctx.err, -EINVAL, "open it with raw set",
			       "the session is not open for raw memory");
	if (!len || len - 1 > UINT32_MAX - addr || addr > UINT32_MAX)
		return err_set(&s->ctx.err, -EINVAL, NULL,
			       "0x%" PRIx64 "+0x%" PRIx64 " is no range of 32-bit addresses", addr,
			       len);
	if (ctx_stopped(&s->ctx))
		return err_set(&s->ctx.err, -EINTR, NULL, "stopped");
	return 0;
}

/* the word around @addr, of which @len bytes from @addr on are @data */
static int change_word(struct memq *q, u32 addr, const u8 *data, u32 len)
{
	u32 val;
	u8 le[4];
	int ret = target_read32(q, addr & ~3u, &val);

	if (ret)
		return ret;
	put_le32(le, val);
	memcpy(le + (addr & 3), data, len);
	return target_write32(q, addr & ~3u, get_le32(le));
}

/* the AP does words only */
static int poke_words(struct memq *q, u32 addr, const u8 *data, u64 len)
{
	u32 head = min((u64)(-addr & 3u), len), body = (u32)(len - head) & ~3u;
	u32 tail = (u32)len - head - body;
	int ret = 0;

	if (head)
		ret = change_word(q, addr, data, head);
	if (!ret && body) {
		memq_write_once(q, addr + head, data + head, body);
		ret = memq_flush(q);
	}
	if (!ret && tail)
		ret = change_word(q, addr + head + body, data + head + body, tail);
	return ret;
}

enum swdrom_status swdrom_peek(struct swdrom *s, uint64_t address, uint64_t len, void *buf)
{
	u8 *out = buf, chunk[4096];
	u64 at = address, end = address + len;
	int ret = check_range(s, address, len);

	while (!ret && at < end) {
		u64 from = at & ~(u64)3, to = min((end + 3) & ~(u64)3, from + sizeof(chunk));
		size_t n;

		memq_read(s->raw_q, (u32)from, chunk, (size_t)(to - from));
		ret = memq_flush(s->raw_q);
		if (ret)
			break;
		n = (size_t)(min(to, end) - at);
		memcpy(out, chunk + (at - from), n);
		out += n;
		at += n;
	}
	return session_status(s, PHASE_RUN, ret);
}

enum swdrom_status swdrom_poke(struct swdrom *s, uint64_t address, const void *data, uint64_t len)
{
	int ret = check_range(s, address, len);

	if (!ret && len == 4 && !(address & 3)) {
		/* maybe a register: one access */
		ret = target_write32(s->raw_q, (u32)address, get_le32(data));
	} else if (!ret && memq_is_word_only(s->raw_q)) {
		ret = poke_words(s->raw_q, (u32)address, data, len);
	} else if (!ret) {
		memq_write(s->raw_q, (u32)address, data, (size_t)len);
		ret = memq_flush(s->raw_q);
	}
	return session_status(s, PHASE_RUN, ret);
}
