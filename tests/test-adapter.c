// SPDX-License-Identifier: GPL-2.0-or-later
/* lib/adapter.c, adapters/ and udev/: every row of the reference table, and files that users write */
#include "lib/adapter.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define REFERENCE "tests/data/adapters-reference.csv"
#define RULES	  "udev/60-swdrom.rules"
#define N_ROWS	  122
#define MAX_COLS  60

/* ---- the reference table ---- */

struct table {
	char *text;
	const char *head[MAX_COLS];
	const char *cell[N_ROWS + 1][MAX_COLS];
	unsigned int n_cols, n_rows;
};

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "r");
	size_t len, cap = 1 << 20;
	char *text = malloc(cap);

	if (!f)
		fail_msg("%s: run the tests in the top folder", path);
	assert_non_null(text);
	len = fread(text, 1, cap - 1, f);
	assert_true(len < cap - 1);
	text[len] = '\0';
	fclose(f);
	return text;
}

/* split one CSV line in place; returns the start of the next */
static char *split_line(char *s, const char **cell, unsigned int *n_cells)
{
	char *to = s;

	*n_cells = 0;
	for (bool is_end = false; !is_end;) {
		assert_true(*n_cells < MAX_COLS);
		cell[(*n_cells)++] = to;
		for (bool is_quoted = false; *s && (is_quoted || (*s != ',' && *s != '\n')); s++) {
			if (*s == '"' && is_quoted && s[1] == '"')
				*to++ = *s++;
			else if (*s == '"')
				is_quoted = !is_quoted;
			else if (*s != '\r')
				*to++ = *s;
		}
		is_end = *s != ',';
		s += *s != '\0';
		*to++ = '\0';
	}
	return s;
}

static struct table *load_table(void)
{
	struct table *t = calloc(1, sizeof(*t));
	unsigned int n;
	char *s;

	assert_non_null(t);
	t->text = read_file(REFERENCE);
	s = split_line(t->text, t->head, &t->n_cols);
	while (*s) {
		assert_true(t->n_rows <= N_ROWS);
		s = split_line(s, t->cell[t->n_rows], &n);
		assert_int_equal(n, t->n_cols);
		t->n_rows++;
	}
	assert_int_equal(t->n_rows, N_ROWS);
	return t;
}

static void free_table(struct table *t)
{
	free(t->text);
	free(t);
}

static const char *cell(const struct table *t, unsigned int row, const char *col)
{
	for (unsigned int i = 0; i < t->n_cols; i++)
		if (!strcmp(t->head[i], col))
			return t->cell[row][i];
	fail_msg("no column %s", col);
	return NULL;
}

static u16 mask(const struct table *t, unsigned int row, const char *col)
{
	return (u16)strtoul(cell(t, row, col), NULL, 16);
}

/* ---- the built-in adapters ---- */

struct all {
	struct adapter a[N_ROWS + 8];
	unsigned int n;
};

static int collect(void *arg, const struct adapter *a)
{
	struct all *all = arg;

	assert_true(all->n < ARRAY_SIZE(all->a));
	all->a[all->n++] = *a;
	return 0;
}

static struct all *load_all(void)
{
	struct all *all = calloc(1, sizeof(*all));
	struct err err = { 0 };

	assert_non_null(all);
	if (adapter_for_each(collect, all, &err))
		fail_msg("%s, %s", err.what, err.where);
	return all;
}

static const struct adapter *find(const struct all *all, const char *name)
{
	for (unsigned int i = 0; i < all->n; i++)
		if (!strcmp(all->a[i].name, name))
			return &all->a[i];
	fail_msg("adapter %s is missing", name);
	return NULL;
}

#define same(_row, _what, _is, _want)                                                          \
	do {                                                                                   \
		if ((_is) != (_want))                                                          \
			fail_msg("%s: %s is 0x%x, the table says 0x%x", cell(t, (_row), "id"), \
				 (_what), (unsigned int)(_is), (unsigned int)(_want));         \
	} while (0)

static void check_ids(const struct table *t, unsigned int row, const struct adapter *a)
{
	const char *vid = cell(t, row, "usb_vid"), *pid = cell(t, row, "usb_pid");
	unsigned int n = 0;

	for (; *vid; n++) {
		char *end;

		assert_true(n < a->n_ids);
		same(row, "vid", a->ids[n].vid, strtoul(vid, &end, 16));
		vid = end + strspn(end, " ");
		same(row, "pid", a->ids[n].pid, strtoul(pid, &end, 16));
		pid = end + strspn(end, " ");
	}
	same(row, "number of ids", a->n_ids, n);
}

static void check_texts(const struct table *t, unsigned int row, const struct adapter *a)
{
	const char *must = cell(t, row, "usb_product_string_required");
	const char *confidence = cell(t, row, "confidence");
	char note[512];
	size_t n = 0;

	assert_string_equal(a->product, cell(t, row, "product"));
	assert_string_equal(a->usb_product, cell(t, row, "usb_product_string"));
	assert_string_equal(a->chip, cell(t, row, "chip"));
	assert_string_equal(a->source, cell(t, row, "source"));
	assert_string_equal(a->untested, strcmp(confidence, "cfg") ? confidence : "");
	same(row, "match", a->match,
	     !strcmp(must, "yes")		? ADAPTER_MATCH_EXACT
	     : !strcmp(must, "substring match") ? ADAPTER_MATCH_CONTAINS
						: ADAPTER_MATCH_HINT);
	/* a semicolon would begin a comment: commas instead */
	for (const char *s = cell(t, row, "notes"); *s; s++)
		note[n++] = *s == ';' ? ',' : *s;
	note[n] = '\0';
	assert_string_equal(a->note, note);
}

static enum adapter_wiring want_wiring(const char *s)
{
	static const char *const names[] = {
		[ADAPTER_JTAG_ONLY] = "jtag-only-in-cfg",
		[ADAPTER_RESISTOR] = "resistor",
		[ADAPTER_TRISTATE] = "direct-tristate",
		[ADAPTER_BUFFER_OE] = "buffer-with-oe",
		[ADAPTER_TMS] = "tms-bitbang",
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(names[i], s))
			return (enum adapter_wiring)i;
	fail_msg("wiring %s", s);
	return ADAPTER_JTAG_ONLY;
}

static enum adapter_nsrst want_nsrst(const char *s)
{
	static const char *const names[] = {
		[ADAPTER_NSRST_NONE] = "",
		[ADAPTER_NSRST_PUSH_PULL] = "push-pull",
		[ADAPTER_NSRST_OPEN_DRAIN] = "open-drain-driver",
		[ADAPTER_NSRST_TRISTATE] = "tristate-buffer",
		[ADAPTER_NSRST_DIRECT] = "direct-pin",
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(names[i], s))
			return (enum adapter_nsrst)i;
	fail_msg("nSRST style %s", s);
	return ADAPTER_NSRST_NONE;
}

static void test_every_row_of_the_reference_is_built_in_as_it_stands(void **state)
{
	struct table *t = load_table();
	struct all *all = load_all();

	(void)state;
	assert_int_equal(all->n, N_ROWS + 1); /* and "generic" */
	for (unsigned int row = 0; row < t->n_rows; row++) {
		const struct adapter *a = find(all, cell(t, row, "id"));
		const char *channel = cell(t, row, "mpsse_channel");
		u16 led = mask(t, row, "led_mask");
		/* the table's note says that bit 6 selects JTAG; the row has no column for it */
		u16 extra_en = strcmp(a->name, "ftdiswd") ? 0 : 0x0040;

		check_texts(t, row, a);
		check_ids(t, row, a);
		same(row, "channel", a->channel, *channel ? *channel - 'A' : 0);
		same(row, "wiring", a->wiring, want_wiring(cell(t, row, "swd_wiring")));
		same(row, "swclk", a->swclk, mask(t, row, "swclk_mask"));
		same(row, "swdio out", a->swdio_out, mask(t, row, "swdio_out_mask"));
		same(row, "swdio in", a->swdio_in, mask(t, row, "swdio_in_mask"));
		same(row, "init out", a->init_out, mask(t, row, "init_out"));
		same(row, "init dir", a->init_dir, mask(t, row, "init_dir"));
		same(row, "swd_en mask", a->swd_en_mask,
		     mask(t, row, "swd_en_data_mask") | mask(t, row, "swd_en_oe_mask") | extra_en);
		same(row, "swd_en out", a->swd_en_out, mask(t, row, "swd_en_active_out"));
		same(row, "swd_en dir", a->swd_en_dir, mask(t, row, "swd_en_dir_set"));
		same(row, "oe mask", a->swdio_oe_mask, mask(t, row, "swdio_oe_data_mask"));
		same(row, "drive", a->swdio_drive, mask(t, row, "swdio_drive_out"));
		same(row, "float", a->swdio_float, mask(t, row, "swdio_float_out"));
		same(row, "float dir", a->swdio_float_dir, mask(t, row, "swdio_float_dir_clear"));
		same(row, "nsrst", a->nsrst, want_nsrst(cell(t, row, "nsrst_style")));
		same(row, "nsrst mask", a->nsrst_mask,
		     mask(t, row, "nsrst_data_mask") | mask(t, row, "nsrst_oe_mask"));
		same(row, "nsrst assert", a->nsrst_assert, mask(t, row, "nsrst_assert_out"));
		same(row, "nsrst release", a->nsrst_release, mask(t, row, "nsrst_release_out"));
		same(row, "led", a->led_mask, led);
		same(row, "led on", a->led_on, *cell(t, row, "led_inv") == '1' ? 0 : led);
	}
	free(all);
	free_table(t);
}

static void test_every_built_in_adapter_passes_the_checks_of_a_users_file(void **state)
{
	struct all *all = load_all();
	unsigned int n_swd = 0;

	(void)state;
	for (unsigned int i = 0; i < all->n; i++) {
		struct err err = { 0 };
		struct adapter a;
		int ret;

		if (adapter_check(&all->a[i], &err))
			fail_msg("%s", err.what);
		ret = adapter_load(&a, all->a[i].name, &err);
		if (all->a[i].wiring == ADAPTER_JTAG_ONLY) {
			assert_int_equal(ret, -EOPNOTSUPP);
			assert_non_null(strstr(err.what, all->a[i].name));
			assert_non_null(strstr(err.what, "JTAG"));
			assert_true(err.next[0]);
		} else {
			assert_int_equal(ret, 0);
			assert_memory_equal(&a, &all->a[i], sizeof(a));
			n_swd++;
		}
		for (unsigned int k = 0; k < i; k++)
			assert_string_not_equal(all->a[k].name, all->a[i].name);
	}
	assert_int_equal(n_swd, 24 + 1);
	free(all);
}

/* levels of the pins of @m that are outputs; inputs read as 1 */
static u16 levels(const struct adapter_pins *p, u16 m)
{
	return (u16)((p->out | ~p->dir) & m);
}

static void test_pins_of_every_swd_row_follow_the_table(void **state)
{
	struct table *t = load_table();
	struct all *all = load_all();

	(void)state;
	for (unsigned int row = 0; row < t->n_rows; row++) {
		const struct adapter *a = find(all, cell(t, row, "id"));
		bool is_direct = *cell(t, row, "nsrst_dir_controlled");
		struct adapter_pins p, q;
		u16 srst = a->nsrst_mask, en = a->swd_en_mask, oe = a->swdio_oe_mask;

		if (a->wiring == ADAPTER_JTAG_ONLY)
			continue;
		adapter_pins_init(a, &p);
		same(row, "SWCLK output", p.dir & 1, 1);
		same(row, "SWCLK level", p.out & 1, 0);
		same(row, "SWDIO output", p.dir & a->swdio_out, a->swdio_out);
		same(row, "SWDIO input", p.dir & a->swdio_in & ~a->swdio_out, 0);
		same(row, "SWD selected", levels(&p, en), mask(t, row, "swd_en_active_out"));
		same(row, "SWD select output", p.dir & en, en);
		same(row, "driven", levels(&p, oe), mask(t, row, "swdio_drive_out"));
		same(row, "released", levels(&p, srst),
		     is_direct ? srst : mask(t, row, "nsrst_release_out"));
		same(row, "led off", levels(&p, a->led_mask), a->led_mask & ~a->led_on);
		/* pins that nothing above speaks of stay as the table has them */
		en |= (u16)(oe | srst | a->led_mask | a->swdio_out | a->swdio_in | 1);
		same(row, "other levels", p.out & ~en, mask(t, row, "init_out") & ~en);
		same(row, "other directions", p.dir & ~en, mask(t, row, "init_dir") & ~en);

		q = p;
		adapter_pins_nrst(a, &q, true);
		same(row, "asserted", levels(&q, srst), mask(t, row, "nsrst_assert_out"));
		adapter_pins_nrst(a, &q, false);
		assert_memory_equal(&p, &q, sizeof(p));
		adapter_pins_led(a, &q, true);
		same(row, "led on", levels(&q, a->led_mask), a->led_on);
		adapter_pins_led(a, &q, false);
		assert_memory_equal(&p, &q, sizeof(p));
		adapter_pins_drive(a, &q, false);
		if (a->wiring == ADAPTER_BUFFER_OE)
			same(row, "floating", levels(&q, oe), mask(t, row, "swdio_float_out"));
		else
			same(row, "floating", q.dir & a->swdio_out, 0);
		if (a->wiring == ADAPTER_TRISTATE)
			same(row, "float dir", p.dir & ~q.dir,
			     mask(t, row, "swdio_float_dir_clear"));
		adapter_pins_drive(a, &q, true);
		assert_memory_equal(&p, &q, sizeof(p));
	}
	free(all);
	free_table(t);
}

static void test_a_plain_module_is_the_default(void **state)
{
	struct err err = { 0 };
	struct adapter_pins p;
	struct adapter a;

	(void)state;
	assert_int_equal(adapter_load(&a, ADAPTER_DEFAULT, &err), 0);
	assert_int_equal(a.wiring, ADAPTER_RESISTOR);
	assert_int_equal(a.channel, 0);
	assert_int_equal(a.nsrst, ADAPTER_NSRST_DIRECT);
	assert_int_equal(a.nsrst_mask, 0x0010);
	adapter_pins_init(&a, &p);
	assert_int_equal(p.dir, 0x0003); /* nothing else is driven */
	assert_int_equal(p.out, 0x0000);
	assert_true(adapter_fits_usb(&a, 0x0403, 0x6010, "Dual RS232-HS"));
	assert_true(adapter_fits_usb(&a, 0x0403, 0x6014, ""));
	assert_false(adapter_fits_usb(&a, 0x0403, 0x6001, ""));
}

static void test_usb_strings_are_compared_as_the_row_asks(void **state)
{
	struct all *all = load_all();

	(void)state;
	assert_true(adapter_fits_usb(find(all, "kt-link"), 0x0403, 0xbbe2, "KT-LINK"));
	assert_false(adapter_fits_usb(find(all, "kt-link"), 0x0403, 0xbbe2, "KT-LINK 2"));
	assert_false(adapter_fits_usb(find(all, "kt-link"), 0x0403, 0x6010, "KT-LINK"));
	assert_true(adapter_fits_usb(find(all, "tigard-swd"), 0x0403, 0x6010, "Tigard V1.1"));
	assert_false(adapter_fits_usb(find(all, "tigard-swd"), 0x0403, 0x6010, "Dual RS232-HS"));
	assert_true(adapter_fits_usb(find(all, "steppenprobe"), 0x0403, 0x6010, "whatever"));
	free(all);
}

static void check_rule(const char *rules, u16 vid, u16 pid, const char *whose)
{
	char rule[120];

	snprintf(rule, sizeof(rule),
		 "\nATTR{idVendor}==\"%04x\", ATTR{idProduct}==\"%04x\", "
		 "ENV{SWDROM_ADAPTER}=\"1\"\n",
		 vid, pid);
	if (!strstr(rules, rule))
		fail_msg("%s: %04x:%04x is not in " RULES, whose, vid, pid);
}

static void test_the_udev_rules_know_every_adapter(void **state)
{
	char *rules = read_file(RULES);
	struct all *all = load_all();

	(void)state;
	for (unsigned int i = 0; i < all->n; i++)
		for (unsigned int k = 0; k < all->a[i].n_ids; k++)
			check_rule(rules, all->a[i].ids[k].vid, all->a[i].ids[k].pid,
				   all->a[i].name);
	assert_non_null(strstr(rules, "GROUP=\"plugdev\", TAG+=\"uaccess\", "
				      "ENV{ID_MM_DEVICE_IGNORE}=\"1\""));
	free(all);
	free(rules);
}

/* ---- users' files ---- */

static char path[] = "/tmp/swdrom-adapter-XXXXXX.ini";

static int make_path(void **state)
{
	int fd = mkstemps(path, 4);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int remove_path(void **state)
{
	(void)state;
	return unlink(path);
}

/* load what @text says; @suffix behind the path */
static int load_text(const char *text, const char *suffix, struct adapter *a, struct err *err)
{
	FILE *f = fopen(path, "w");
	char spec[200];

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	memset(err, 0, sizeof(*err));
	snprintf(spec, sizeof(spec), "%s%s", path, suffix);
	return adapter_load(a, spec, err);
}

static void test_a_users_file_describes_an_adapter(void **state)
{
	static const char text[] = "; mine\n"
				   "[bench 3]\n"
				   "product = home made\n"
				   "usb = 1234:abcd 0403:6014\n"
				   "channel = B\n"
				   "wiring = buffer-with-oe\n"
				   "init-dir = 0x002b\n"
				   "swdio-oe-mask = 0x20\n"
				   "swdio-drive = 0x20\n"
				   "swdio-float = 0\n"
				   "nsrst = open-drain-driver\n"
				   "nsrst-mask = 0x0800\n"
				   "nsrst-assert = 0x0800\n"
				   "max-hz = 6M\n"
				   "note = first line\n"
				   "  and the second\n";
	struct err err;
	struct adapter a;

	(void)state;
	assert_int_equal(load_text(text, "", &a, &err), 0);
	assert_string_equal(a.name, "bench 3");
	assert_string_equal(a.product, "home made");
	assert_int_equal(a.n_ids, 2);
	assert_int_equal(a.ids[0].pid, 0xabcd);
	assert_int_equal(a.channel, 1);
	assert_int_equal(a.wiring, ADAPTER_BUFFER_OE);
	assert_int_equal(a.swdio_drive, 0x20);
	assert_int_equal(a.nsrst_assert, 0x800);
	assert_int_equal(a.nsrst_release, 0);
	assert_int_equal(a.max_hz, 6000000);
	assert_int_equal(a.swclk, 1);
	assert_string_equal(a.note, "first line and the second");
}

static void test_one_of_several_sections_is_named_behind_the_path(void **state)
{
	static const char text[] = "[a]\nwiring = resistor\n[b]\nwiring = resistor\nchannel = B\n";
	struct err err;
	struct adapter a;

	(void)state;
	assert_int_equal(load_text(text, ":b", &a, &err), 0);
	assert_int_equal(a.channel, 1);
	assert_int_equal(load_text(text, "", &a, &err), -EINVAL);
	assert_non_null(strstr(err.what, "a, b"));
	assert_int_equal(load_text(text, ":c", &a, &err), -EINVAL);
	assert_non_null(strstr(err.what, "[c]"));
}

static void test_a_bad_file_is_refused_with_line_and_reason(void **state)
{
	static const struct {
		const char *text, *what, *where;
	} cases[] = {
		{ "[a]\nwiring = resistor\nwring = x\n", "no key 'wring'", ":3" },
		{ "[a]\n\nwiring = resister\n", "tms-bitbang", ":3" },
		{ "[a]\nwiring = resistor\ninit-out = 0x10000\n", "16-bit", ":3" },
		{ "[a]\nwiring = resistor\ninit-out = x\n", "16-bit", ":3" },
		{ "[a]\nwiring = resistor\nchannel = E\n", "A, B, C or D", ":3" },
		{ "[a]\nwiring = resistor\nusb = 0403\n", "VID:PID", ":3" },
		{ "[a]\nwiring = resistor\nmax-hz = 10G\n", "such as 15M", ":3" },
		{ "[a]\nwiring = resistor\nmax-hz = 5000M\n", "such as 15M", ":3" },
		{ "[a]\nwiring = resistor\nnsrst = yes\n", "direct-pin", ":3" },
		{ "[a]\nwiring = resistor\nwiring = resistor\n", "twice", ":3" },
		{ "wiring = resistor\n", "before the first section", ":1" },
		{ "[a]\nwiring = resistor\nrubbish\n", "no section, key or comment", ":3" },
		{ "[a\nwiring = resistor\n", "no section, key or comment", ":1" },
		{ "", "no section", "" },
		/* checks of the whole */
		{ "[a]\nwiring = resistor\nled-mask = 2\n", "swdio and led-mask", "[a]" },
		{ "[a]\nwiring = resistor\nswclk = 0x10\n", "swclk = 0x0010", "[a]" },
		{ "[a]\nwiring = resistor\nswdio-out = 0x8\n", "needs 0x0002", "[a]" },
		{ "[a]\nwiring = tms-bitbang\n", "needs 0x0008", "[a]" },
		{ "[a]\nwiring = resistor\ninit-out = 1\ninit-dir = 3\n", "SWCLK high", "[a]" },
		{ "[a]\nwiring = buffer-with-oe\n", "swdio-drive", "[a]" },
		{ "[a]\nwiring = buffer-with-oe\nswdio-oe-mask = 0x10\nswdio-drive = 0x20\n",
		  "not in swdio-oe-mask", "[a]" },
		{ "[a]\nwiring = direct-tristate\n", "swdio-float-dir", "[a]" },
		{ "[a]\nwiring = resistor\nnsrst = push-pull\n", "nsrst-mask", "[a]" },
		{ "[a]\nwiring = resistor\nnsrst-mask = 0x10\n", "nsrst = none", "[a]" },
		{ "[a]\nwiring = resistor\nnsrst = push-pull\nnsrst-mask = 0x10\n", "the same",
		  "[a]" },
		{ "[a]\nwiring = resistor\nled-mask = 0x10\nled-on = 0x20\n", "not in led-mask",
		  "[a]" },
	};
	struct err err;
	struct adapter a;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		if (load_text(cases[i].text, "", &a, &err) != -EINVAL)
			fail_msg("case %zu was accepted", i);
		if (!strstr(err.what, cases[i].what) || !strstr(err.where, cases[i].where))
			fail_msg("case %zu: %s (%s)", i, err.what, err.where);
		if (cases[i].where[0])
			assert_non_null(strstr(err.where, path));
	}
}

static void test_foreign_files_are_refused(void **state)
{
	char line[600] = "[a]\nnote = ";
	struct err err = { 0 };
	struct adapter a;
	FILE *f;

	(void)state;
	memset(line + strlen(line), 'x', 300);
	assert_int_equal(load_text(line, "", &a, &err), -EINVAL);
	assert_non_null(strstr(err.what, "characters"));
	assert_non_null(strstr(err.where, ":2"));

	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite("[a]\n\0\n", 1, 6, f), 6);
	fclose(f);
	memset(&err, 0, sizeof(err));
	assert_int_equal(adapter_load(&a, path, &err), -EINVAL);
	assert_non_null(strstr(err.what, "binary"));

	memset(&err, 0, sizeof(err));
	assert_int_equal(adapter_load(&a, "./no/such/file.ini", &err), -EINVAL);
	assert_non_null(strstr(err.what, "./no/such/file.ini"));
}

static void test_an_unknown_name_gets_similar_ones(void **state)
{
	struct err err = { 0 };
	struct adapter a;

	(void)state;
	assert_int_equal(adapter_load(&a, "KT", &err), -EINVAL);
	assert_non_null(strstr(err.what, "kt-link"));
	memset(&err, 0, sizeof(err));
	assert_int_equal(adapter_load(&a, "tigard", &err), -EOPNOTSUPP);
	assert_non_null(strstr(err.next, "tigard-swd"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_row_of_the_reference_is_built_in_as_it_stands),
		cmocka_unit_test(test_every_built_in_adapter_passes_the_checks_of_a_users_file),
		cmocka_unit_test(test_pins_of_every_swd_row_follow_the_table),
		cmocka_unit_test(test_a_plain_module_is_the_default),
		cmocka_unit_test(test_usb_strings_are_compared_as_the_row_asks),
		cmocka_unit_test(test_the_udev_rules_know_every_adapter),
		cmocka_unit_test(test_a_users_file_describes_an_adapter),
		cmocka_unit_test(test_one_of_several_sections_is_named_behind_the_path),
		cmocka_unit_test(test_a_bad_file_is_refused_with_line_and_reason),
		cmocka_unit_test(test_foreign_files_are_refused),
		cmocka_unit_test(test_an_unknown_name_gets_similar_ones),
	};

	return cmocka_run_group_tests_name("adapter", tests, make_path, remove_path);
}
