// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The public API's session: what to work on, opening and closing.
 *
 * Order at open: parameters, board file, adapter (programmers[]), SWD host, target_attach(). All
 * that can be wrong with what the user typed is found before the target is touched, except keys
 * that only the programmer knows.
 */
#include "lib/session-priv.h"
#include "lib/spi-nor-parts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * 15 MHz divides 60 MHz without rest and is what the resistor wiring bears on a breadboard; chips
 * and wirings that cannot do it round down.
 */
#define SESSION_DEFAULT_HZ 15000000u
/* what the fastest adapter can do */
#define SESSION_FASTEST_HZ 30000000u

const char *swdrom_version(void)
{
	return SWDROM_VERSION;
}

/* ---- status ---- */

static enum swdrom_status status_of_errno(int ret)
{
	static const struct {
		int code;
		enum swdrom_status status;
	} map[] = {
		{ -EINVAL, SWDROM_USAGE },	     { -ENODEV, SWDROM_NO_ADAPTER },
		{ -EACCES, SWDROM_NO_PERMISSION },   { -ENXIO, SWDROM_NO_TARGET },
		{ -EOPNOTSUPP, SWDROM_UNSUPPORTED }, { -EROFS, SWDROM_PROTECTED },
		{ -ENOEXEC, SWDROM_BAD_IMAGE },	     { -EBADMSG, SWDROM_MISMATCH },
		{ -EINTR, SWDROM_INTERRUPTED },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(map); i++)
		if (map[i].code == ret)
			return map[i].status;
	return SWDROM_FAILED;
}

enum swdrom_status session_status_of(enum session_phase phase, int ret)
{
	if (!ret)
		return SWDROM_OK;
	if (ret == -ENOMEM)
		return SWDROM_FAILED;
	if (phase == PHASE_CONFIG)
		return SWDROM_USAGE;
	if (ret != -EINVAL && phase != PHASE_RUN)
		return phase == PHASE_IMAGE ? SWDROM_BAD_IMAGE : SWDROM_FAILED;
	return status_of_errno(ret);
}

enum swdrom_status session_status(struct swdrom *s, enum session_phase phase, int ret)
{
	enum swdrom_status status = session_status_of(phase, ret);

	if (!ret)
		return SWDROM_OK;
	err_set(&s->ctx.err, ret, NULL, "%s", strerror(-ret));
	if (s->status == SWDROM_OK)
		s->status = status;
	return s->status;
}

enum swdrom_status swdrom_fail(struct swdrom *s, enum swdrom_status status, const char *what)
{
	err_set(&s->ctx.err, -EIO, NULL, "%s", what);
	if (s->status == SWDROM_OK)
		s->status = status;
	return status;
}

enum swdrom_status swdrom_fail_file(struct swdrom *s, enum swdrom_status status, const char *what,
				    const char *path, const char *next)
{
	err_set(&s->ctx.err, -EIO, next, "%s", what);
	err_at(&s->ctx.err, -EIO, "%s", path);
	if (s->status == SWDROM_OK)
		s->status = status;
	return status;
}

const struct swdrom_error *swdrom_error(struct swdrom *s)
{
	s->error = (struct swdrom_error){
		.status = s->status,
		.what = s->ctx.err.what,
		.where = s->ctx.err.where,
		.next = s->ctx.err.next,
	};
	return &s->error;
}

/* ---- begin and end ---- */

static void forward_log(void *arg, enum log_level level, const char *line)
{
	struct swdrom *s = arg;

	/* the two enums have the same members in the same order */
	s->cb.log(s->cb.arg, (enum swdrom_log_level)level, line);
}

struct swdrom *swdrom_new(const struct swdrom_callbacks *cb)
{
	struct swdrom *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	if (cb)
		s->cb = *cb;
	s->ctx.clk = sysclock_host();
	s->ctx.stop = s->cb.stop;
	s->ctx.progress = s->cb.progress;
	s->ctx.progress_arg = s->cb.arg;
	if (s->cb.log) {
		s->ctx.log.fn = forward_log;
		s->ctx.log.arg = s;
		s->ctx.log.level = (enum log_level)s->cb.log_level;
	}
	s->image = image_new();
	s->loose = image_new();
	if (!s->image || !s->loose) {
		swdrom_free(s);
		return NULL;
	}
	return s;
}

void swdrom_free(struct swdrom *s)
{
	if (!s)
		return;
	swdrom_close(s, SWDROM_EXIT_NONE);
	image_free(s->image);
	image_free(s->loose);
	free(s->mtd_name);
	free(s->ranges);
	free(s->mtds);
	free(s->names);
	free(s->segments);
	free(s);
}

/* ---- what to work on ---- */

static int add_range(struct swdrom *s, u64 start, u64 len)
{
	struct session_range *r;

	if (!len || len - 1 > UINT64_MAX - start)
		return err_set(&s->ctx.err, -EINVAL, "write --range START+LENGTH",
			       "0x%" PRIx64 "+0x%" PRIx64 " is no range", start, len);
	r = realloc(s->ranges, (s->n_ranges + 1) * sizeof(*r));
	if (!r)
		return -ENOMEM;
	s->ranges = r;
	r[s->n_ranges++] = (struct session_range){ .start = start, .len = len };
	return 0;
}

static int add_regions(struct swdrom *s, const struct swdrom_select *sel)
{
	struct layout layout;
	size_t i;
	int ret;

	if (sel->n_regions && !sel->layout)
		return err_set(&s->ctx.err, -EINVAL, "name the layout file with -l",
			       "a region needs a layout");
	if (!sel->layout)
		return 0;
	ret = layout_load(&layout, sel->layout, &s->ctx.err);
	if (ret)
		return ret;
	for (i = 0; i < sel->n_regions && !ret; i++) {
		const struct layout_region *r = layout_find(&layout, sel->regions[i]);

		if (r)
			ret = add_range(s, r->start, r->len);
		else
			ret = err_set(&s->ctx.err, -EINVAL, "check its name",
				      "the layout %s has no region %s", sel->layout,
				      sel->regions[i]);
	}
	layout_exit(&layout);
	return ret;
}

enum swdrom_status swdrom_select(struct swdrom *s, const struct swdrom_select *sel)
{
	int ret = 0;

	if (sel->mtd) {
		free(s->mtd_name);
		s->mtd_name = strdup(sel->mtd);
		if (!s->mtd_name)
			ret = -ENOMEM;
	}
	if (!ret && sel->has_range && sel->n_regions)
		ret = err_set(&s->ctx.err, -EINVAL, "give one of them",
			      "a range and a region exclude each other");
	if (!ret && sel->has_range)
		ret = add_range(s, sel->start, sel->len);
	if (!ret)
		ret = add_regions(s, sel);
	return session_status(s, PHASE_CONFIG, ret);
}

/*
 * Where a binary without an address goes: the start of the only range, or of the device. *loose is
 * set when that is an offset of a device whose base is not known yet.
 */
static u64 binary_address(const struct swdrom *s, u64 address, bool *loose)
{
	*loose = false;
	if (address != SWDROM_NO_ADDRESS)
		return address;
	if (s->n_ranges > 1 || (!s->mtd_name && !s->n_ranges))
		return SWDROM_NO_ADDRESS;
	*loose = s->mtd_name;
	return s->n_ranges ? s->ranges[0].start : 0;
}

/* a binary that is longer than the only range it goes to was meant for something else */
static int check_binary_fits(struct swdrom *s, const struct image *one, const char *path)
{
	const struct image_segment *seg = &one->segs[0];
	u64 len = image_bytes(one);

	if (s->n_ranges != 1 || len <= s->ranges[0].len || seg->addr != s->ranges[0].start)
		return 0;
	err_set(&s->ctx.err, -ENOEXEC, "give the right file or a longer range",
		"the file has %" PRIu64 " bytes, the range only %" PRIu64, len, s->ranges[0].len);
	return err_at(&s->ctx.err, -ENOEXEC, "%s", path);
}

static enum swdrom_status add_image(struct swdrom *s, const char *path, u64 address,
				    bool must_be_binary)
{
	struct image *one = image_new();
	bool loose;
	u64 bin_addr = binary_address(s, address, &loose);
	int ret;

	if (!one)
		return session_status(s, PHASE_IMAGE, -ENOMEM);
	ret = image_load(one, path, IMAGE_AUTO, bin_addr, &s->ctx.err);
	if (!ret && must_be_binary && one->format != IMAGE_BIN) {
		err_set(&s->ctx.err, -EINVAL, "leave the address out",
			"the file has addresses of its own, it cannot be put to 0x%08" PRIx64,
			address);
		ret = err_at(&s->ctx.err, -EINVAL, "%s", path);
	}
	if (!ret && one->format == IMAGE_BIN && address == SWDROM_NO_ADDRESS)
		ret = check_binary_fits(s, one, path);
	if (!ret)
		ret = image_merge(loose && one->format == IMAGE_BIN ? s->loose : s->image, one,
				  &s->ctx.err);
	image_free(one);
	if (!ret)
		ret = session_report_segments(s, s->image);
	return session_status(s, PHASE_IMAGE, ret);
}

enum swdrom_status swdrom_add_image(struct swdrom *s, const char *path, uint64_t address)
{
	return add_image(s, path, address, false);
}

enum swdrom_status swdrom_add_binary(struct swdrom *s, const char *path, uint64_t address)
{
	return add_image(s, path, address, true);
}

enum swdrom_status swdrom_share_images(struct swdrom *s, const struct swdrom *from)
{
	int ret = image_share(s->image, from->image, &s->ctx.err);

	if (!ret)
		ret = image_share(s->loose, from->loose, &s->ctx.err);
	if (!ret)
		ret = session_report_segments(s, s->image);
	return session_status(s, PHASE_IMAGE, ret);
}

/* ---- opening ---- */

const struct programmer *session_find_programmer(struct err *err, const char *text,
						 const char **params)
{
	size_t n = strcspn(text, ":"), i;
	char known[160] = "";

	for (i = 0; programmers[i]; i++) {
		const char *name = programmers[i]->name;
		size_t used = strlen(known);

		if (strlen(name) == n && !strncmp(name, text, n)) {
			*params = text[n] ? text + n + 1 : "";
			return programmers[i];
		}
		snprintf(known + used, sizeof(known) - used, "%s%s",
			 i ? ", " : "known are: ", name);
	}
	err_set(err, -EINVAL, known, "there is no programmer %.*s", (int)min(n, (size_t)64), text);
	return NULL;
}

struct session_params {
	u64 clock_hz;
	bool clock_auto, clock_remember;
	int ap;
	bool under_reset;
};

/* how fast, and whether that is to be found out */
static int own_clock(struct swdrom *s, struct params *p, struct session_params *own)
{
	const char *clock = params_get(p, "clock"), *remember = params_get(p, "remember");

	own->clock_auto = clock && !strcmp(clock, "auto");
	own->clock_remember = remember && !strcmp(remember, "yes");
	if (remember && !own->clock_remember && strcmp(remember, "no") != 0)
		return err_set(&s->ctx.err, -EINVAL, NULL, "remember=%s is neither yes nor no",
			       remember);
	if (own->clock_remember && !own->clock_auto)
		return err_set(&s->ctx.err, -EINVAL, "write clock=auto,remember=yes",
			       "there is nothing to remember without clock=auto");
	return own->clock_auto ? 0 : params_get_u64(p, "clock", &own->clock_hz, &s->ctx.err);
}

/* the keys that are the session's own, the same for every programmer */
static int own_params(struct swdrom *s, struct params *p, struct session_params *own)
{
	const char *connect = params_get(p, "connect");
	u64 ap = 0;
	int ret;

	own->clock_hz = 0;
	own->ap = -1;
	ret = params_get_u64(p, "ap", &ap, &s->ctx.err);
	if (ret)
		return ret;
	if (params_get(p, "ap")) {
		if (ap > 255)
			return err_set(&s->ctx.err, -EINVAL, NULL, "ap=%s is not 0 to 255",
				       params_get(p, "ap"));
		own->ap = (int)ap;
	}
	ret = own_clock(s, p, own);
	if (ret)
		return ret;
	if (!own->clock_auto && params_get(p, "clock") &&
	    (own->clock_hz < 1000 || own->clock_hz > 100000000))
		return err_set(&s->ctx.err, -EINVAL, "for example clock=15M",
			       "clock=%s is not between 1 kHz and 100 MHz", params_get(p, "clock"));
	own->under_reset = connect && !strcmp(connect, "under-reset");
	if (connect && !own->under_reset && strcmp(connect, "normal") != 0)
		return err_set(&s->ctx.err, -EINVAL, NULL,
			       "connect=%s is neither normal nor under-reset", connect);
	return 0;
}

static u64 session_clock_now(struct sysclock *clk)
{
	return clock_now_ns(container_of(clk, struct swdrom, clk)->real_clk);
}

static void session_clock_sleep(struct sysclock *clk, u64 ns)
{
	struct swdrom *s = container_of(clk, struct swdrom, clk);
	const u64 from = clock_now_ns(s->real_clk);

	clock_sleep_ns(s->real_clk, ns);
	s->ctx.stats.slept_ns += clock_now_ns(s->real_clk) - from;
}

void session_start_clock(struct swdrom *s, struct sysclock *real_clk)
{
	s->clk = (struct sysclock){ .now_ns = session_clock_now, .sleep_ns = session_clock_sleep };
	s->real_clk = real_clk;
	s->ctx.clk = &s->clk;
	s->opened_ns = session_now_ns(s);
}

/* an adapter that is no FTDI bridge: no wiring to choose */
static int open_swd_adapter(struct swdrom *s, struct params *p)
{
	int ret = s->programmer->open_swd(p, &s->ctx, &s->host);

	if (ret)
		return ret;
	session_start_clock(s, s->ctx.clk);
	ret = params_check_unused(p, s->programmer->name, &s->ctx.err);
	if (!ret)
		session_report_adapter(s);
	return ret;
}

static int open_transport(struct swdrom *s, struct params *p)
{
	unsigned int index;
	void *shared =
		s->gang ? session_gang_shared(s->gang, s->programmer, s->gang_index, &index) : NULL;

	if (shared)
		return s->programmer->gang_open(shared, index, p, &s->ctx.log, &s->ctx.err,
						&s->transport);
	return s->programmer->open(p, &s->ctx.log, &s->ctx.err, &s->transport);
}

static int open_adapter(struct swdrom *s, struct params *p)
{
	const char *name = params_get(p, "adapter");
	int ret;

	if (!name && s->programmer->adapter_for)
		name = s->programmer->adapter_for(p);
	if (!name)
		name = s->programmer->default_adapter;
	ret = adapter_load(&s->adapter, name ? name : ADAPTER_DEFAULT, &s->ctx.err);
	if (ret) {
		session_status(s, PHASE_CONFIG, ret);
		return ret;
	}
	ret = open_transport(s, p);
	if (ret)
		return ret;
	s->transport->err = &s->ctx.err;
	session_start_clock(s, s->transport->clk);
	ret = params_check_unused(p, s->programmer->name, &s->ctx.err);
	if (ret)
		return ret; /* nothing was done with the adapter: nothing to report of it */
	ret = swd_host_open(&s->ctx, s->transport, &s->adapter, &s->host);
	session_report_adapter(s);
	return ret;
}

static u32 wanted_hz(const struct swdrom *s, const struct session_params *own)
{
	if (own->clock_hz)
		return (u32)own->clock_hz;
	if (own->clock_auto)
		return s->host->max_hz ? s->host->max_hz : SESSION_FASTEST_HZ;
	return s->host->max_hz ? min(s->host->max_hz, SESSION_DEFAULT_HZ) : SESSION_DEFAULT_HZ;
}

static int attach(struct swdrom *s, const struct session_params *own, bool no_reset)
{
	struct target_attach_opts opts = {
		.swclk_hz = wanted_hz(s, own),
		.swclk_auto = own->clock_auto,
		.swclk_hint_hz = own->clock_remember ? session_clock_recall(s) : 0,
		.connect_under_reset = own->under_reset,
		.no_reset = no_reset,
		.no_boost = s->no_boost,
		.board = s->has_board ? &s->board : NULL,
		.nor_choice = s->has_nor_choice ? &s->nor_choice : NULL,
	};
	int ret;

	ret = target_attach(&s->target, &s->ctx, s->host, &opts);
	if (ret)
		return ret;
	s->attached = true;
	if (own->clock_remember && s->target.dap_hz != opts.swclk_hint_hz)
		session_clock_remember(s, s->target.dap_hz);
	return session_report_open(s);
}

enum swdrom_status swdrom_open(struct swdrom *s, const struct swdrom_open_opts *opts)
{
	struct session_params own = { 0 };
	struct params *p = NULL;
	const char *text = NULL;
	enum swdrom_status status;
	int ret;

	if (s->transport || s->report.adapter.name)
		return session_status(s, PHASE_RUN,
				      err_set(&s->ctx.err, -EINVAL, "use a new session",
					      "a session is opened once"));
	s->opened_host_ns = clock_now_ns(sysclock_host());
	s->gang = opts->gang;
	s->gang_index = opts->gang_index;
	s->programmer = s->gang ? session_gang_programmer(s->gang, s->gang_index, &text)
				: session_find_programmer(&s->ctx.err, opts->programmer, &text);
	if (!s->programmer)
		return session_status(s, PHASE_CONFIG, -EINVAL);
	ret = params_parse(&p, text, &s->ctx.err);
	if (!ret)
		ret = own_params(s, p, &own);
	s->verify_by = opts->verify_by;
	s->no_boost = opts->no_boost;
	if (!ret && opts->board) {
		ret = board_load(&s->board, opts->board, &s->ctx.err);
		s->has_board = !ret;
	}
	if (!ret && opts->chip) {
		ret = nor_choose(&s->nor_choice, opts->chip, &s->ctx.err);
		s->has_nor_choice = !ret;
	}
	if (ret) {
		status = session_status(s, PHASE_CONFIG, ret);
		goto out;
	}
	if (s->programmer->open_spi)
		ret = session_spi_open(s, p);
	else
		ret = s->programmer->open_swd ? open_swd_adapter(s, p) : open_adapter(s, p);
	if (!ret && s->spi) {
		if (opts->raw)
			ret = err_set(&s->ctx.err, -EINVAL, "use -r, -w, -v, -E or --probe",
				      "there is no target behind %s", s->programmer->name);
	} else if (!ret && opts->raw) {
		s->raw_ap = own.ap;
		ret = session_raw_open(s, wanted_hz(s, &own), own.under_reset);
	} else if (!ret) {
		ret = attach(s, &own, opts->no_reset);
	}
	status = session_status(s, PHASE_RUN, ret);
out:
	s->report.time_ns = clock_now_ns(sysclock_host()) - s->opened_host_ns;
	params_free(p);
	return status;
}

/* ---- closing ---- */

enum swdrom_status swdrom_close(struct swdrom *s, enum swdrom_exit how)
{
	static const enum target_exit exits[] = {
		[SWDROM_EXIT_RUN] = TARGET_RUN,
		[SWDROM_EXIT_HALT] = TARGET_HALT,
		[SWDROM_EXIT_NONE] = TARGET_LEAVE,
	};
	struct transport *transport;
	struct swd_host *host;
	bool was_ok;
	int ret = 0;

	if (!s->transport && !s->host)
		return SWDROM_OK;
	if (s->attached)
		ret = target_detach(&s->target, exits[how]);
	session_tell_done(s, ret);
	s->attached = false;
	session_raw_close(s);
	session_report_close(s);
	session_spi_close(s);
	was_ok = !ret && !s->ctx.err.code;
	host = s->host;
	transport = s->transport;
	s->host = NULL;
	/* a signal handler must not find what is being freed: swdrom_abandon() */
	__atomic_store_n(&s->transport, NULL, __ATOMIC_RELEASE);
	if (host)
		host->ops->close(host);
	else
		transport->ops->close(transport);
	if (was_ok && s->ctx.err.code) /* a virtual bench that could not save its state, say */
		ret = s->ctx.err.code;
	s->ctx.clk = sysclock_host();
	return session_status(s, PHASE_RUN, ret);
}

void swdrom_abandon(struct swdrom *s)
{
	struct transport *t = __atomic_load_n(&s->transport, __ATOMIC_ACQUIRE);

	if (t && !t->is_virtual)
		t->ops->control(t, FTDI_SET_BITMODE, 0); /* mode 0: all pins inputs (AN_108) */
}

/* ---- lists ---- */

struct lister {
	void (*line)(void *arg, const char *text);
	void *arg;
};

static void list_log(void *arg, enum log_level level, const char *text)
{
	const struct lister *l = arg;

	l->line(l->arg, text);
}

static int list_adapter(void *arg, const struct adapter *a)
{
	const struct lister *l = arg;
	char text[256];

	if (a->wiring == ADAPTER_JTAG_ONLY)
		return 0;
	snprintf(text, sizeof(text), "  %-24s %-10s %s", a->name, adapter_wiring_name(a->wiring),
		 a->product);
	l->line(l->arg, text);
	return 0;
}

static void list_words(const struct lister *l, const char *const *names)
{
	char text[80] = " ";

	for (; *names; names++) {
		size_t used = strlen(text);

		if (used + strlen(*names) + 2 > sizeof(text)) {
			l->line(l->arg, text);
			used = 1;
		}
		snprintf(text + used, sizeof(text) - used, " %s", *names);
	}
	l->line(l->arg, text);
}

static void list_programmers(const struct lister *l)
{
	char text[256];
	size_t i;

	l->line(l->arg, "programmers:");
	for (i = 0; programmers[i]; i++) {
		const char *help = programmers[i]->help ? programmers[i]->help : "";

		snprintf(text, sizeof(text), "  %s", programmers[i]->name);
		l->line(l->arg, text);
		while (*help) {
			size_t n = strcspn(help, "\n");

			snprintf(text, sizeof(text), "      %.*s", (int)min(n, (size_t)200), help);
			l->line(l->arg, text);
			help += help[n] ? n + 1 : n;
		}
	}
}

/* one maker a paragraph; others are identified by their SFDP tables */
static int list_nor_parts(struct swdrom *s, const struct lister *l)
{
	static const char *const tried[] = {
		[TESTED_NO] = "",
		[TESTED_SIM] = "[sim]",
		[TESTED_OUTSIDE] = "[peers]",
		[TESTED_HW] = "[hardware]",
	};
	char text[96];
	size_t v, i, n = 0;

	for (v = 0; nor_vendors[v]; v++)
		n += nor_vendors[v]->n_parts;
	snprintf(text, sizeof(text),
		 "SPI-NOR parts (%zu; others by their SFDP tables; [sim]: tried on the bench):", n);
	l->line(l->arg, text);
	for (v = 0; nor_vendors[v]; v++) {
		const struct nor_vendor *vendor = nor_vendors[v];
		char(*words)[48] = calloc(vendor->n_parts, sizeof(*words));
		const char **names = calloc(vendor->n_parts + 1, sizeof(*names));

		for (i = 0; words && names && i < vendor->n_parts; i++) {
			snprintf(words[i], sizeof(words[i]), "%s%s", vendor->parts[i].name,
				 tried[vendor->parts[i].tested]);
			names[i] = words[i];
		}
		snprintf(text, sizeof(text), "  %s:", vendor->name);
		if (!v || strcmp(nor_vendors[v - 1]->name, vendor->name) != 0)
			l->line(l->arg, text);
		if (words && names)
			list_words(l, names);
		free(names);
		free(words);
		if (!words || !names)
			return err_set(&s->ctx.err, -ENOMEM, NULL, "out of memory");
	}
	return 0;
}

static int list_connected(struct swdrom *s, const char *programmer, struct lister *l)
{
	const struct log log = { .fn = list_log, .arg = l, .level = LOG_INFO };
	const struct programmer *prog;
	const char *text;
	struct params *p;
	int ret;

	prog = session_find_programmer(&s->ctx.err, programmer, &text);
	if (!prog)
		return -EINVAL;
	if (!prog->list)
		return 0;
	ret = params_parse(&p, text, &s->ctx.err);
	if (ret)
		return ret;
	l->line(l->arg, "connected:");
	ret = prog->list(p, &log, &s->ctx.err);
	params_free(p);
	return ret;
}

enum swdrom_status swdrom_list(struct swdrom *s, const char *programmer,
			       void (*line)(void *arg, const char *text), void *arg)
{
	struct lister l = { .line = line, .arg = arg };
	char text[80];
	size_t i;
	int ret;

	list_programmers(&l);
	line(arg, "target families:");
	for (i = 0; chip_families[i]; i++) {
		if (!chip_families[i]->add_mtds)
			continue; /* there to name and refuse what is not supported */
		snprintf(text, sizeof(text), "  %s: %s", chip_families[i]->name,
			 chip_families[i]->parts);
		line(arg, text);
	}
	line(arg, "boards (-b):");
	list_words(&l, board_names());
	ret = list_nor_parts(s, &l);
	line(arg, "adapters (adapter=):");
	if (!ret)
		ret = adapter_for_each(list_adapter, &l, &s->ctx.err);
	if (!ret && programmer)
		ret = list_connected(s, programmer, &l);
	return session_status(s, PHASE_RUN, ret);
}
