// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a session found and did, and how close to the physical limit that was.
 */
#include "lib/session-priv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* cycles of one 32-bit read on the wire, the least there can be (lib/swd.h) */
#define SWD_READ_CYCLES 46
#define SPI_READ_CYCLES 32

u64 session_now_ns(struct swdrom *s)
{
	return clock_now_ns(s->ctx.clk);
}

void session_report_adapter(struct swdrom *s)
{
	const struct transport *t = s->transport;

	if (!t) { /* open_swd(): there are no USB strings */
		s->report.adapter = (struct swdrom_adapter_info){
			.programmer = s->programmer->name,
			.name = s->host->name,
			.wiring = "direct",
			.product = s->product,
			.serial = s->serial,
			.location = s->location,
			.swclk_hz = s->host->hz,
		};
		return;
	}
	snprintf(s->product, sizeof(s->product), "%s", t->product);
	snprintf(s->serial, sizeof(s->serial), "%s", t->serial);
	snprintf(s->location, sizeof(s->location), "%s", t->location);
	s->report.adapter = (struct swdrom_adapter_info){
		.programmer = s->programmer->name,
		.name = s->spi ? s->spi->name : s->adapter.name,
		.wiring = s->spi ? "spi" : adapter_wiring_name(s->adapter.wiring),
		.product = s->product,
		.serial = s->serial,
		.location = s->location,
		.vid = t->vid,
		.pid = t->pid,
		.is_virtual = t->is_virtual,
		/* that of SWD is chosen when the target has been found */
		.swclk_hz = s->spi ? session_wire_hz(s) : 0,
	};
}

int session_report_open(struct swdrom *s)
{
	const struct target *t = &s->target;
	struct swdrom_target_info *info = &s->report.target;
	size_t i;

	s->report.adapter.swclk_hz = session_wire_hz(s);
	snprintf(s->target_name, sizeof(s->target_name), "%s", t->name);
	*info = (struct swdrom_target_info){
		.name = s->target_name,
		.family = t->family ? t->family->name : "",
		.board = s->has_board ? s->board.name : NULL,
		.idcode = t->idcode,
		.dpidr = t->dap ? dap_info(t->dap)->dpidr : 0,
		.cpuid = t->core.cpuid,
		.flash_size = t->flash_size,
		.rdp = (unsigned int)t->rdp,
	};
	memcpy(info->uid, t->uid, sizeof(info->uid));
	s->mtds = calloc(max(t->n_mtds, (size_t)1), sizeof(*s->mtds));
	s->names = calloc(max(t->n_mtds, (size_t)1), sizeof(*s->names));
	if (!s->mtds || !s->names)
		return -ENOMEM;
	for (i = 0; i < t->n_mtds; i++) {
		const struct mtd_info *mtd = t->mtds[i];

		snprintf(s->names[i].name, sizeof(s->names[i].name), "%s", mtd->name);
		snprintf(s->names[i].about, sizeof(s->names[i].about), "%s",
			 mtd->about ? mtd->about : "");
		snprintf(s->names[i].id, sizeof(s->names[i].id), "%s", mtd->id ? mtd->id : "");
		snprintf(s->names[i].uid, sizeof(s->names[i].uid), "%s", mtd->uid ? mtd->uid : "");
		s->mtds[i] = (struct swdrom_mtd_info){
			.name = s->names[i].name,
			.about = s->names[i].about,
			.id = s->names[i].id,
			.uid = s->names[i].uid,
			.base = mtd->base,
			.is_off_bus = mtd->is_off_bus,
			.size = mtd->size,
			.erase_size = mtd->n_regions ? mtd->regions[0].erasesize : 0,
			.write_size = mtd->writesize,
			.writeable = mtd->writeable,
		};
	}
	s->n_mtds = t->n_mtds;
	return session_report_segments(s, s->image);
}

struct swdrom_mtd_info *session_mtd_info(struct swdrom *s, const struct mtd_info *mtd)
{
	size_t i;

	for (i = 0; s->target.mtds[i] != mtd; i++)
		;
	return &s->mtds[i];
}

static const struct swdrom_mtd_info *mtd_at(const struct swdrom *s, u64 addr)
{
	size_t i;

	for (i = 0; i < s->n_mtds; i++)
		if (addr >= s->mtds[i].base && addr - s->mtds[i].base < s->mtds[i].size)
			return &s->mtds[i];
	return NULL;
}

int session_report_segments(struct swdrom *s, const struct image *img)
{
	struct swdrom_segment_info *segs;
	size_t i;

	segs = calloc(max(img->n_segs, (size_t)1), sizeof(*segs));
	if (!segs)
		return -ENOMEM;
	for (i = 0; i < img->n_segs; i++) {
		u64 addr = img->segs[i].addr;
		const struct swdrom_mtd_info *mtd = mtd_at(s, addr);

		segs[i] = (struct swdrom_segment_info){
			.address = mtd && mtd->is_off_bus ? addr - mtd->base : addr,
			.length = img->segs[i].len,
			.file = img->segs[i].file,
			.mtd = mtd ? mtd->name : NULL,
		};
	}
	free(s->segments);
	s->segments = segs;
	s->report.segments = segs;
	s->report.n_segments = img->n_segs;
	return 0;
}

/*
 * SWCLK, pauses, and what is left: the wire at rest while nobody asked for it. The host can be blamed
 * for as much of that as it was busy with itself; otherwise USB had something on its way.
 */
static void split_time(struct swdrom_bench *b, const struct ctx_stats *st)
{
	const u64 total = b->session_ns, slept = min(st->slept_ns, total);
	const u64 swclk = min(st->swclk_ps / 1000, total - slept);
	const u64 pace = min(st->pace_ps / 1000, swclk);
	const u64 rest = total - slept - swclk;
	const u64 waited = min(st->adapter_ns, total - slept);

	b->wire_ns = swclk - pace;
	b->target_ns = pace + slept;
	b->host_ns = min(rest, total - slept - waited);
	b->usb_ns = rest - b->host_ns;
}

void session_report_close(struct swdrom *s)
{
	struct swdrom_bench *b = &s->report.bench;
	const struct ctx_stats *st = &s->ctx.stats;

	s->report.time_ns = clock_now_ns(sysclock_host()) - s->opened_host_ns;
	b->session_ns = session_now_ns(s) - s->opened_ns;
	b->swclk_hz = s->report.adapter.swclk_hz; /* the job's; detaching slows down */
	b->swclk_cycles = st->swclk_cycles;
	b->swd_transfers = st->swd_transfers;
	b->usb_transfers = st->usb_transfers;
	b->usb_bytes_out = st->usb_bytes_out;
	b->usb_bytes_in = st->usb_bytes_in;
	b->retries = st->retries;
	b->wire_errors = st->noise;
	b->wire_error_rate = st->swclk_cycles ? (double)st->noise / (double)st->swclk_cycles : 0;
	split_time(b, st);
}

const struct swdrom_report *swdrom_report(struct swdrom *s)
{
	struct swdrom_report *r = &s->report;
	size_t i;

	if (s->transport || s->host)
		session_report_close(s);
	r->mtds = s->mtds;
	r->n_mtds = s->n_mtds;
	r->erased_bytes = r->programmed_bytes = r->kept_bytes = 0;
	r->skipped_bytes = r->verified_bytes = r->verified_by_crc_bytes = 0;
	for (i = 0; i < s->n_mtds; i++) {
		const struct swdrom_mtd_info *m = &s->mtds[i];

		r->erased_bytes += m->erased_bytes;
		r->programmed_bytes += m->programmed_bytes;
		r->kept_bytes += m->kept_bytes;
		r->skipped_bytes += m->skipped_bytes;
		r->verified_bytes += m->verified_bytes;
		r->verified_by_crc_bytes += m->verified_by_crc_bytes;
	}
	return r;
}

/* ---- the limit ---- */

static unsigned int bench_busy(struct swdrom *s, struct bench_busy *out)
{
	struct transport *t = s->transport;

	memset(out, 0, SESSION_MAX_BUSY * sizeof(*out));
	return t && t->ops->bench_busy ? t->ops->bench_busy(t, out, SESSION_MAX_BUSY) : 0;
}

void session_work_begin(struct swdrom *s, struct session_work *w)
{
	w->n_before = bench_busy(s, w->before);
	w->from_ns = session_now_ns(s);
}

/* busy time of a device since session_work_begin(), as the bench knows it */
static bool bench_busy_since(const struct session_work *w, const struct bench_busy *now,
			     unsigned int n_now, const char *device, u64 *busy_ns)
{
	unsigned int i, k;

	for (i = 0; i < n_now; i++) {
		if (strcmp(now[i].device, device) != 0)
			continue;
		*busy_ns = now[i].erase_ns + now[i].program_ns;
		for (k = 0; k < w->n_before; k++)
			if (!strcmp(w->before[k].device, device))
				*busy_ns -= w->before[k].erase_ns + w->before[k].program_ns;
		return true;
	}
	return false;
}

static void add_work(struct swdrom *s, u64 work_ns, u64 limit_ns)
{
	struct swdrom_bench *b = &s->report.bench;

	b->work_ns += work_ns;
	b->limit_ns += limit_ns;
	b->ratio = b->work_ns ? (double)b->limit_ns / (double)b->work_ns : 0;
}

void session_work_end(struct swdrom *s, struct session_work *w, const u64 *typ_ns)
{
	u64 work_ns = session_now_ns(s) - w->from_ns, limit_ns = 0;
	struct bench_busy now[SESSION_MAX_BUSY];
	unsigned int n = bench_busy(s, now);
	size_t i;

	for (i = 0; i < s->n_mtds; i++) {
		u64 busy_ns = typ_ns[i];

		bench_busy_since(w, now, n, s->mtds[i].name, &busy_ns);
		s->mtds[i].busy_ns += busy_ns;
		limit_ns = max(limit_ns, busy_ns);
	}
	add_work(s, work_ns, limit_ns);
}

/* what reading @bytes takes on the wire */
static u64 read_limit_ns(const struct swdrom *s, u64 bytes)
{
	u64 words = DIV_ROUND_UP(bytes, 4), hz = session_wire_hz(s);
	u64 cycles = words * (s->spi ? SPI_READ_CYCLES : SWD_READ_CYCLES);

	/* seconds and the rest apart, so that nothing overflows */
	return hz ? cycles / hz * SEC_NS + cycles % hz * SEC_NS / hz : 0;
}

void session_work_end_read(struct swdrom *s, struct session_work *w, u64 bytes)
{
	add_work(s, session_now_ns(s) - w->from_ns, read_limit_ns(s, bytes));
}

void session_work_end_verify(struct swdrom *s, struct session_work *w)
{
	u64 limit_ns = 0;
	size_t i;

	for (i = 0; i < s->n_mtds; i++) {
		const struct swdrom_mtd_info *m = &s->mtds[i];

		limit_ns += read_limit_ns(s, m->verified_bytes - m->verified_by_crc_bytes) +
			    m->verified_by_crc_bytes * s->target.mtds[i]->crc_ps_per_byte / 1000;
	}
	add_work(s, session_now_ns(s) - w->from_ns, limit_ns);
}
