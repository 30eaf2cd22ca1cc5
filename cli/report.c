// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What was found and done: for people, and as one JSON object.
 */
#include "cli/cli.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

/* below this a job is round trips, and its ratio to the limit says nothing */
#define LIMIT_MIN_NS 1000000u

static double seconds(uint64_t ns)
{
	return (double)ns / 1e9;
}

/* ---- for people ---- */

static void print_size(FILE *out, uint64_t bytes)
{
	const uint64_t kib = 1024, mib = 1024 * kib;

	if (bytes && bytes % mib == 0)
		fprintf(out, "%" PRIu64 " MiB", bytes / mib);
	else if (bytes && bytes % kib == 0)
		fprintf(out, "%" PRIu64 " KiB", bytes / kib);
	else
		fprintf(out, "%" PRIu64 " bytes", bytes);
}

/* what the adapter clocks */
static const char *clock_name(const struct swdrom_adapter_info *a)
{
	return a->wiring && !strcmp(a->wiring, "spi") ? "SPI clock" : "SWCLK";
}

void report_probe(const struct outcome *r, FILE *out)
{
	const struct swdrom_adapter_info *a = &r->report->adapter;
	const struct swdrom_target_info *t = &r->report->target;
	size_t i;

	if (!a->name)
		return;
	if (r->label)
		fprintf(out, "%s:\n", r->label);
	fprintf(out, "adapter: %s%s%s, wiring %s (%s)", a->programmer, a->product[0] ? " " : "",
		a->product, a->name, a->wiring);
	if (a->vid) /* not behind a network connection */
		fprintf(out, ", %04x:%04x at %s%s%s", a->vid, a->pid, a->location,
			a->serial[0] ? ", serial " : "", a->serial);
	if (a->swclk_hz)
		fprintf(out, ", %s %.3f MHz", clock_name(a), (double)a->swclk_hz / 1e6);
	fputc('\n', out);
	if (!t->name)
		return;
	if (t->cpuid) {
		fprintf(out, "target:  %s, IDCODE 0x%08x, DPIDR 0x%08x, CPUID 0x%08x, flash ",
			t->name, t->idcode, t->dpidr, t->cpuid);
		print_size(out, t->flash_size);
		fprintf(out, ", RDP level %u, unique ID ", t->rdp);
		for (i = 0; i < sizeof(t->uid); i++)
			fprintf(out, "%02x", t->uid[i]);
		fprintf(out, "\n");
	} else {
		fprintf(out, "chip:    %s\n", t->name);
	}
	if (t->board)
		fprintf(out, "board:   %s\n", t->board);
	for (i = 0; i < r->report->n_mtds; i++) {
		const struct swdrom_mtd_info *m = &r->report->mtds[i];

		if (m->is_off_bus)
			fprintf(out, "%-8s %-22s", m->name, "no bus address");
		else
			fprintf(out, "%-8s 0x%08" PRIx64 "..0x%08" PRIx64, m->name, m->base,
				m->base + m->size - 1);
		fprintf(out, "  %s%s\n", m->about,
			m->writeable || strstr(m->about, "read-only") ? "" : ", read-only");
		if (m->id[0])
			fprintf(out, "         ID %s%s%s\n", m->id, m->uid[0] ? ", unique ID " : "",
				m->uid);
	}
}

static void print_mtds(const struct outcome *r, FILE *out)
{
	size_t i;

	for (i = 0; i < r->report->n_mtds; i++) {
		const struct swdrom_mtd_info *m = &r->report->mtds[i];
		bool is_touched = m->erased_bytes || m->programmed_bytes || m->skipped_bytes ||
				  m->verified_bytes;

		if (!is_touched)
			continue;
		fprintf(out, "%-8s", m->name);
		if (r->o->action != ACTION_VERIFY)
			fprintf(out, " erased %" PRIu64 ",", m->erased_bytes);
		if (r->o->action == ACTION_WRITE)
			fprintf(out,
				" programmed %" PRIu64 " (%" PRIu64 " kept), equal already %" PRIu64
				",",
				m->programmed_bytes, m->kept_bytes, m->skipped_bytes);
		fprintf(out, " verified %" PRIu64 " bytes", m->verified_bytes);
		if (m->verified_by_crc_bytes)
			fprintf(out, ", %" PRIu64 " of them by CRC-32", m->verified_by_crc_bytes);
		fputc('\n', out);
	}
}

static void print_segments(const struct outcome *r, FILE *out)
{
	size_t i;

	for (i = 0; i < r->report->n_segments && i < 16; i++) {
		const struct swdrom_segment_info *s = &r->report->segments[i];

		fprintf(out, "%-8s 0x%08" PRIx64 "..0x%08" PRIx64 "  %" PRIu64 " bytes of %s\n",
			s->mtd ? s->mtd : "?", s->address, s->address + s->length - 1, s->length,
			s->file);
	}
	if (i < r->report->n_segments)
		fprintf(out, "         ... and %zu more pieces\n", r->report->n_segments - i);
}

static void print_estimate(const struct swdrom_bench *b, FILE *out)
{
	fprintf(out, "estimate: %.3f s when planned", seconds(b->estimate_ns));
	if (b->revised_ns)
		fprintf(out, ", %.3f s once a tenth was done", seconds(b->revised_ns));
	fprintf(out, "; it took %.3f s\n", seconds(b->job_ns));
}

/* chips that are faster than their data sheet says surpass what that allows */
static const char *possible(const struct swdrom_bench *b)
{
	return b->ratio > 1 ? "what typical times allow" : "what is possible";
}

static void print_time(const struct outcome *r, FILE *out)
{
	const struct swdrom_bench *b = &r->report->bench;
	const bool is_flash = r->o->action == ACTION_WRITE || r->o->action == ACTION_ERASE;
	const char *what = r->o->action == ACTION_WRITE	   ? "erasing and programming"
			   : r->o->action == ACTION_ERASE  ? "erasing"
			   : r->o->action == ACTION_VERIFY ? "comparing"
							   : "reading";
	const char *limit = is_flash			       ? "the flash itself"
			    : r->report->verified_by_crc_bytes ? "the target's CRC unit"
							       : "the wire";

	if (r->report->adapter.is_virtual)
		fprintf(out,
			"time:    %.3f s on a real bench (virtual time), %.3f s on this computer, "
			"%s %.3f MHz\n",
			seconds(b->session_ns), seconds(r->report->time_ns),
			clock_name(&r->report->adapter), (double)b->swclk_hz / 1e6);
	else
		fprintf(out, "time:    %.3f s, %s %.3f MHz\n", seconds(r->report->time_ns),
			clock_name(&r->report->adapter), (double)b->swclk_hz / 1e6);
	if (b->work_ns && b->limit_ns >= LIMIT_MIN_NS)
		fprintf(out, "limit:   %s took %.3f s; %s needs %.3f s%s: %.1f %% of %s\n", what,
			seconds(b->work_ns), limit, seconds(b->limit_ns),
			is_flash && !r->report->adapter.is_virtual ? " at typical times" : "",
			b->ratio * 100, possible(b));
	if (b->job_ns && b->estimate_ns)
		print_estimate(b, out);
	if (r->report->repairs)
		fprintf(out, "repair:  %u round%s; %" PRIu64 " retries on the wire\n",
			r->report->repairs, r->report->repairs > 1 ? "s" : "", b->retries);
}

/* shell words as they have to be typed */
static void print_word(FILE *out, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "-_./:=,+@%";

	if (*word && strspn(word, plain) == strlen(word)) {
		fprintf(out, " %s", word);
		return;
	}
	fputs(" '", out);
	for (; *word; word++) {
		if (*word == '\'')
			fputs("'\\''", out);
		else
			fputc(*word, out);
	}
	fputc('\'', out);
}

/* the same command for a real adapter */
static void print_real_command(const struct outcome *r, FILE *out)
{
	const char *programmer = r->o->programmers[0];
	const char *real = strncmp(programmer, "ftdi_spi", 8) ? "ftdi" : "ftdi_spi";
	int i;

	fputs("on a real board, with an FTDI adapter:\n  swdrom", out);
	for (i = 1; i < r->argc; i++) {
		/* argv is permuted by getopt, options and their values stay together */
		if (r->argv[i] == programmer) {
			fprintf(out, " %s", real);
		} else if (programmer > r->argv[i] &&
			   programmer <= r->argv[i] + strlen(r->argv[i])) {
			fprintf(out, " %.*s%s", (int)(programmer - r->argv[i]), r->argv[i], real);
		} else {
			print_word(out, r->argv[i]);
		}
	}
	fputc('\n', out);
}

void report_summary(const struct outcome *r, FILE *out)
{
	bool moved = r->o->action != ACTION_PROBE && r->o->action != ACTION_WP &&
		     r->o->action != ACTION_OTP;

	if (!r->report->target.name || r->error->status)
		return;
	if (r->o->action == ACTION_WRITE || r->o->action == ACTION_READ)
		print_segments(r, out);
	if (r->o->action != ACTION_READ)
		print_mtds(r, out);
	if (!moved || r->o->dry_run)
		return;
	print_time(r, out);
	if (r->o->action == ACTION_WRITE && r->report->adapter.is_virtual)
		print_real_command(r, out);
}

static uint64_t moved_bytes(const struct outcome *r, const struct swdrom_report *rep)
{
	switch (r->o->action) {
	case ACTION_READ:
		return rep->read_bytes;
	case ACTION_VERIFY:
		return rep->verified_bytes;
	case ACTION_ERASE:
		return rep->erased_bytes;
	default:
		return rep->programmed_bytes;
	}
}

void report_line(const struct outcome *r, FILE *out)
{
	const enum action action = r->o->action;
	const char *did = action == ACTION_READ	    ? "read"
			  : action == ACTION_WRITE  ? "programmed"
			  : action == ACTION_VERIFY ? "compared"
			  : action == ACTION_ERASE  ? "erased"
						    : NULL;
	const struct swdrom_report *rep = r->report;

	if (r->error->status) /* said already */
		return;
	fprintf(out, "%s: ok, %s", r->label, rep->target.name);
	if (did && !r->o->dry_run) {
		fprintf(out, ", %" PRIu64 " bytes %s", moved_bytes(r, rep), did);
		if (r->o->action == ACTION_WRITE)
			fprintf(out, ", %" PRIu64 " equal already, %" PRIu64 " verified",
				rep->skipped_bytes, rep->verified_bytes);
		fprintf(out, ", %.3f s%s", seconds(rep->bench.session_ns),
			rep->adapter.is_virtual ? " (virtual time)" : "");
		if (rep->bench.work_ns && rep->bench.limit_ns >= LIMIT_MIN_NS)
			fprintf(out, ", %.1f %% of %s", rep->bench.ratio * 100,
				possible(&rep->bench));
		if (rep->repairs)
			fprintf(out, ", %u round%s of repair", rep->repairs,
				rep->repairs > 1 ? "s" : "");
	}
	fputc('\n', out);
}

static void print_part(FILE *out, const char *name, uint64_t ns, uint64_t total_ns)
{
	fprintf(out, "  %-13s%12.6f s %5.1f %%\n", name, seconds(ns),
		total_ns ? (double)ns * 100 / (double)total_ns : 0);
}

void report_stats(const struct outcome *r, FILE *out)
{
	const struct swdrom_bench *b = &r->report->bench;
	size_t i;

	if (r->label)
		fprintf(out, "%s:\n", r->label);
	fprintf(out, "SWCLK          %12u Hz\n", b->swclk_hz);
	fprintf(out, "SWCLK cycles   %12" PRIu64 "\n", b->swclk_cycles);
	fprintf(out, "SWD transfers  %12" PRIu64 "\n", b->swd_transfers);
	fprintf(out, "USB transfers  %12" PRIu64 "\n", b->usb_transfers);
	fprintf(out, "USB bytes out  %12" PRIu64 "\n", b->usb_bytes_out);
	fprintf(out, "USB bytes in   %12" PRIu64 "\n", b->usb_bytes_in);
	fprintf(out, "retries        %12" PRIu64 "\n", b->retries);
	fprintf(out, "wire errors    %12" PRIu64, b->wire_errors);
	if (b->wire_errors)
		fprintf(out, " (one in %.3g SWCLK cycles)", 1 / b->wire_error_rate);
	fprintf(out, "\nrepair rounds  %12u\n", r->report->repairs);
	fprintf(out, "session        %12.6f s%s, of it:\n", seconds(b->session_ns),
		r->report->adapter.is_virtual ? " (virtual)" : "");
	print_part(out, "wire", b->wire_ns, b->session_ns);
	print_part(out, "target busy", b->target_ns, b->session_ns);
	print_part(out, "USB", b->usb_ns, b->session_ns);
	print_part(out, "host", b->host_ns, b->session_ns);
	fprintf(out, "host           %12.6f s\n", seconds(r->report->time_ns));
	fprintf(out, "work           %12.6f s\n", seconds(b->work_ns));
	fprintf(out, "limit          %12.6f s (ratio %.3f)\n", seconds(b->limit_ns), b->ratio);
	for (i = 0; i < r->report->n_mtds; i++)
		if (r->report->mtds[i].busy_ns)
			fprintf(out, "busy %-9s %12.6f s\n", r->report->mtds[i].name,
				seconds(r->report->mtds[i].busy_ns));
}

/* ---- JSON ---- */

static json_t *json_u64(uint64_t val)
{
	return json_integer((json_int_t)val);
}

/* names from USB descriptors and files may be no UTF-8 */
static json_t *json_text(const char *text)
{
	char clean[512];
	json_t *s;
	size_t i;

	if (!text)
		return json_null();
	s = json_string(text);
	if (s)
		return s;
	for (i = 0; i < sizeof(clean) - 1 && text[i]; i++)
		clean[i] = (unsigned char)text[i] < 0x80 ? text[i] : '?';
	clean[i] = '\0';
	return json_string(clean);
}

static json_t *json_hex32(uint32_t val)
{
	return json_sprintf("0x%08" PRIx32, val);
}

static json_t *json_error(const struct swdrom_error *e)
{
	json_t *o;

	if (!e->status)
		return json_null();
	o = json_object();
	json_object_set_new(o, "code", json_integer(e->status));
	json_object_set_new(o, "what", json_text(e->what));
	json_object_set_new(o, "where", json_text(e->where));
	json_object_set_new(o, "next", json_text(e->next));
	return o;
}

static json_t *json_adapter(const struct swdrom_adapter_info *a)
{
	json_t *o;

	if (!a->name)
		return json_null();
	o = json_object();
	json_object_set_new(o, "programmer", json_text(a->programmer));
	json_object_set_new(o, "name", json_text(a->name));
	json_object_set_new(o, "wiring", json_text(a->wiring));
	json_object_set_new(o, "product", json_text(a->product));
	json_object_set_new(o, "serial", json_text(a->serial));
	json_object_set_new(o, "location", json_text(a->location));
	json_object_set_new(o, "usb", json_sprintf("%04x:%04x", a->vid, a->pid));
	json_object_set_new(o, "virtual", json_boolean(a->is_virtual));
	return o;
}

static json_t *json_target(const struct swdrom_target_info *t)
{
	char uid[2 * sizeof(t->uid) + 1];
	json_t *o;
	size_t i;

	if (!t->name)
		return json_null();
	for (i = 0; i < sizeof(t->uid); i++)
		snprintf(uid + 2 * i, 3, "%02x", t->uid[i]);
	o = json_object();
	json_object_set_new(o, "name", json_text(t->name));
	json_object_set_new(o, "family", json_text(t->family));
	json_object_set_new(o, "board", json_text(t->board));
	json_object_set_new(o, "idcode", json_hex32(t->idcode));
	json_object_set_new(o, "dpidr", json_hex32(t->dpidr));
	json_object_set_new(o, "cpuid", json_hex32(t->cpuid));
	json_object_set_new(o, "flash_size", json_integer(t->flash_size));
	json_object_set_new(o, "rdp", json_integer((json_int_t)t->rdp));
	json_object_set_new(o, "uid", json_text(uid));
	return o;
}

static json_t *json_mtds(const struct swdrom_report *r)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < r->n_mtds; i++) {
		const struct swdrom_mtd_info *m = &r->mtds[i];
		json_t *o = json_object();

		json_object_set_new(o, "name", json_text(m->name));
		json_object_set_new(o, "about", json_text(m->about));
		json_object_set_new(o, "id", m->id[0] ? json_text(m->id) : json_null());
		json_object_set_new(o, "uid", m->uid[0] ? json_text(m->uid) : json_null());
		json_object_set_new(o, "base", m->is_off_bus ? json_null() : json_u64(m->base));
		json_object_set_new(o, "size", json_u64(m->size));
		json_object_set_new(o, "erase_size", json_integer(m->erase_size));
		json_object_set_new(o, "write_size", json_integer(m->write_size));
		json_object_set_new(o, "writeable", json_boolean(m->writeable));
		json_object_set_new(o, "erased_bytes", json_u64(m->erased_bytes));
		json_object_set_new(o, "programmed_bytes", json_u64(m->programmed_bytes));
		json_object_set_new(o, "kept_bytes", json_u64(m->kept_bytes));
		json_object_set_new(o, "skipped_bytes", json_u64(m->skipped_bytes));
		json_object_set_new(o, "verified_bytes", json_u64(m->verified_bytes));
		json_object_set_new(o, "verified_by_crc_bytes", json_u64(m->verified_by_crc_bytes));
		json_object_set_new(o, "busy_ns", json_u64(m->busy_ns));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *json_segments(const struct swdrom_report *r)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < r->n_segments; i++) {
		const struct swdrom_segment_info *s = &r->segments[i];
		json_t *o = json_object();

		json_object_set_new(o, "address", json_u64(s->address));
		json_object_set_new(o, "length", json_u64(s->length));
		json_object_set_new(o, "file", json_text(s->file));
		json_object_set_new(o, "mtd", json_text(s->mtd));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *json_wp(const struct swdrom_wp_info *wp)
{
	static const char *const modes[] = {
		[SWDROM_WP_DISABLED] = "disabled",
		[SWDROM_WP_HARDWARE] = "hardware",
		[SWDROM_WP_POWER_CYCLE] = "power_cycle",
		[SWDROM_WP_PERMANENT] = "permanent",
	};
	json_t *o;

	if (!wp->mtd)
		return json_null();
	o = json_object();
	json_object_set_new(o, "mtd", json_text(wp->mtd));
	json_object_set_new(o, "start", json_u64(wp->start));
	json_object_set_new(o, "length", json_u64(wp->len));
	json_object_set_new(o, "partial", json_boolean(wp->is_partial));
	json_object_set_new(o, "mode", json_text(modes[wp->mode]));
	json_object_set_new(o, "registers", json_text(wp->registers));
	return o;
}

static json_t *json_otp(const struct swdrom_otp_info *otp)
{
	json_t *o, *locked;
	unsigned int i;

	if (!otp->mtd)
		return json_null();
	o = json_object();
	locked = json_array();
	for (i = 0; i < otp->n_regions; i++)
		json_array_append_new(locked, json_boolean(otp->locked >> i & 1));
	json_object_set_new(o, "mtd", json_text(otp->mtd));
	json_object_set_new(o, "about", json_text(otp->about));
	json_object_set_new(o, "regions", json_integer(otp->n_regions));
	json_object_set_new(o, "region_size", json_integer(otp->region_size));
	json_object_set_new(o, "erasable", json_boolean(otp->is_erasable));
	json_object_set_new(o, "locked", locked);
	return o;
}

static json_t *json_bench(const struct swdrom_report *r)
{
	const struct swdrom_bench *b = &r->bench;
	json_t *o = json_object();

	json_object_set_new(o, "virtual_ns",
			    r->adapter.is_virtual ? json_u64(b->session_ns) : json_null());
	json_object_set_new(o, "swclk_hz", json_integer(b->swclk_hz));
	json_object_set_new(o, "swclk_cycles", json_u64(b->swclk_cycles));
	json_object_set_new(o, "swd_transfers", json_u64(b->swd_transfers));
	json_object_set_new(o, "usb_transfers", json_u64(b->usb_transfers));
	json_object_set_new(o, "usb_bytes_out", json_u64(b->usb_bytes_out));
	json_object_set_new(o, "usb_bytes_in", json_u64(b->usb_bytes_in));
	json_object_set_new(o, "retries", json_u64(b->retries));
	json_object_set_new(o, "wire_errors", json_u64(b->wire_errors));
	json_object_set_new(o, "wire_error_rate", json_real(b->wire_error_rate));
	json_object_set_new(o, "repairs", json_integer(r->repairs));
	json_object_set_new(o, "session_ns", json_u64(b->session_ns));
	json_object_set_new(o, "wire_ns", json_u64(b->wire_ns));
	json_object_set_new(o, "target_ns", json_u64(b->target_ns));
	json_object_set_new(o, "usb_ns", json_u64(b->usb_ns));
	json_object_set_new(o, "host_ns", json_u64(b->host_ns));
	json_object_set_new(o, "work_ns", json_u64(b->work_ns));
	json_object_set_new(o, "limit_ns", json_u64(b->limit_ns));
	json_object_set_new(o, "estimate_ns", json_u64(b->estimate_ns));
	json_object_set_new(o, "revised_ns", json_u64(b->revised_ns));
	json_object_set_new(o, "job_ns", json_u64(b->job_ns));
	json_object_set_new(o, "ratio", json_real(b->ratio));
	return o;
}

static const char *result_word(const struct swdrom_error *e)
{
	return e->status == SWDROM_INTERRUPTED ? "interrupted" : e->status ? "error" : "ok";
}

static json_t *json_outcome(const struct outcome *r)
{
	const struct swdrom_report *rep = r->report;
	json_t *o = json_object();

	if (r->label)
		json_object_set_new(o, "board", json_text(r->label));
	json_object_set_new(o, "result", json_text(result_word(r->error)));
	json_object_set_new(o, "error", json_error(r->error));
	json_object_set_new(o, "adapter", json_adapter(&rep->adapter));
	json_object_set_new(o, "target", json_target(&rep->target));
	json_object_set_new(o, "mtds", json_mtds(rep));
	json_object_set_new(o, "segments", json_segments(rep));
	json_object_set_new(o, "wp", json_wp(&rep->wp));
	json_object_set_new(o, "otp", json_otp(&rep->otp));
	json_object_set_new(o, "erased_bytes", json_u64(rep->erased_bytes));
	json_object_set_new(o, "programmed_bytes", json_u64(rep->programmed_bytes));
	json_object_set_new(o, "kept_bytes", json_u64(rep->kept_bytes));
	json_object_set_new(o, "skipped_bytes", json_u64(rep->skipped_bytes));
	json_object_set_new(o, "verified_bytes", json_u64(rep->verified_bytes));
	json_object_set_new(o, "verified_by_crc_bytes", json_u64(rep->verified_by_crc_bytes));
	json_object_set_new(o, "read_bytes", json_u64(rep->read_bytes));
	json_object_set_new(o, "time_ns", json_u64(rep->time_ns));
	json_object_set_new(o, "bench", json_bench(rep));
	return o;
}

static bool json_print(json_t *o, FILE *out)
{
	bool ok = !json_dumpf(o, out, JSON_COMPACT) && fputc('\n', out) != EOF && !fflush(out);

	json_decref(o);
	return ok;
}

bool report_json(const struct outcome *r, FILE *out)
{
	return json_print(json_outcome(r), out);
}

bool report_json_gang(const struct outcome *boards, size_t n, const struct swdrom_error *error,
		      uint64_t time_ns, FILE *out)
{
	json_t *o = json_object(), *list = json_array();
	size_t i;

	for (i = 0; i < n; i++)
		json_array_append_new(list, json_outcome(&boards[i]));
	json_object_set_new(o, "result", json_text(result_word(error)));
	json_object_set_new(o, "error", json_error(error));
	json_object_set_new(o, "boards", list);
	json_object_set_new(o, "time_ns", json_u64(time_ns));
	return json_print(o, out);
}
