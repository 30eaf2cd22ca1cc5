// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The session over a target made of memory: what it selects, proves, repairs and reports. Adapter,
 * target and scheduler are stand-ins, linked before the real ones.
 */
#include "lib/dap-priv.h"
#include "lib/session-priv.h"
#include "lib/dap-priv.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define PAGE  256u
#define PAGES 16u

/* one world a test: there is one target on this bench */
static struct world {
	u8 flash[PAGE * PAGES], otp[PAGE];
	struct mtd_region region, otp_region;
	struct mtd_info flash_mtd, otp_mtd;
	struct transport transport;
	struct swd_host host;
	struct dap dap;
	struct sysclock clk;
	u64 now_ns, busy_ns;
	int open_ret, attach_ret, sched_ret;
	enum target_protection rdp;
	unsigned int n_runs, n_closed, n_prepared, n_finished, n_detached;
	enum target_exit left;
	/* faults: the first programming runs leave this byte wrong; reads see this byte wrong once */
	unsigned int bad_programs;
	u64 bad_offset;
	unsigned int bad_reads;
	/* ECC of the device finds something at weak_offset, from the n-th look at it to the m-th */
	bool is_corrected;
	u64 weak_offset;
	unsigned int weak_from, weak_to, weak_looks;
	volatile sig_atomic_t stop;
	unsigned int stop_after_reads;
	struct swdrom *s;
	unsigned int n_progress;
	char warnings[4096];
} w;

/* ---- stand-ins ---- */

static u64 fake_now(struct sysclock *clk)
{
	return w.now_ns;
}

static void fake_sleep(struct sysclock *clk, u64 ns)
{
	w.now_ns += ns;
}

static void fake_transport_close(struct transport *t)
{
	w.n_closed++;
}

static unsigned int fake_busy(struct transport *t, struct bench_busy *out, unsigned int n)
{
	out[0] = (struct bench_busy){ .device = "flash", .program_ns = w.busy_ns };
	return 1;
}

static const struct transport_ops fake_transport_ops = {
	.close = fake_transport_close,
	.bench_busy = fake_busy,
};

static int fake_open(struct params *p, const struct log *log, struct err *err, struct transport **t)
{
	params_get(p, "serial");
	if (w.open_ret)
		return err_set(err, w.open_ret, "plug it in", "no adapter");
	*t = &w.transport;
	return 0;
}

static const struct programmer fake_programmer = { .name = "fake", .open = fake_open };
const struct programmer *const programmers[] = { &fake_programmer, NULL };
const struct chip_family *const chip_families[] = { NULL };

static void fake_host_close(struct swd_host *h)
{
	h->t->ops->close(h->t);
}

static const struct swd_host_ops fake_host_ops = { .close = fake_host_close };

int swd_host_open(struct ctx *ctx, struct transport *t, const struct adapter *a,
		  struct swd_host **h)
{
	w.host = (struct swd_host){ .ops = &fake_host_ops, .ctx = ctx, .t = t, .hz = 10000000 };
	*h = &w.host;
	return 0;
}

int target_attach(struct target *t, struct ctx *ctx, struct swd_host *host,
		  const struct target_attach_opts *opts)
{
	if (w.attach_ret)
		return err_set(&ctx->err, w.attach_ret, "connect it", "nobody there");
	memset(t, 0, sizeof(*t));
	t->dap = &w.dap;
	t->ctx = ctx;
	t->rdp = w.rdp;
	t->dap = &w.dap;
	strcpy(t->name, "FAKE32");
	w.flash_mtd.ctx = w.otp_mtd.ctx = ctx;
	t->mtds[t->n_mtds++] = &w.flash_mtd;
	t->mtds[t->n_mtds++] = &w.otp_mtd;
	assert_int_equal(opts->swclk_hz, 15000000);
	return 0;
}

int target_detach(struct target *t, enum target_exit how)
{
	w.n_detached++;
	w.left = how;
	memset(t, 0, sizeof(*t)); /* the report must not need it any more */
	return 0;
}

struct mtd_info *target_mtd(struct target *t, const char *name)
{
	size_t i;

	for (i = 0; i < t->n_mtds; i++)
		if (!strcmp(t->mtds[i]->name, name))
			return t->mtds[i];
	return NULL;
}

int sched_run(struct ctx *ctx, struct memq *q, struct flash_job *jobs, size_t n)
{
	size_t i;

	w.n_runs++;
	for (i = 0; i < n; i++) {
		struct flash_job *job = &jobs[i];

		assert_int_equal(w.n_prepared, w.n_finished + 1);
		if (w.sched_ret && i == n - 1)
			return err_set(&ctx->err, w.sched_ret, "again", "stopped");
		w.busy_ns += 60 * job->len;
		w.now_ns += 100 * job->len;
		if (job->kind == JOB_ERASE) {
			memset(w.flash + job->offset, 0xff, job->len);
		} else {
			memcpy(w.flash + job->offset, job->buf, job->len);
			if (w.bad_programs && job->offset <= w.bad_offset &&
			    w.bad_offset < job->offset + job->len) {
				w.bad_programs--;
				w.flash[w.bad_offset] ^= 0x10;
			}
		}
		job->done = job->len;
	}
	return 0;
}

static int fake_prepare(struct mtd_info *mtd)
{
	if (w.n_prepared == w.n_finished)
		w.n_prepared++;
	return 0;
}

static void fake_finish(struct mtd_info *mtd)
{
	w.n_finished++;
}

static int fake_read(struct mtd_info *mtd, u64 from, size_t len, u8 *buf)
{
	const u8 *mem = mtd == &w.otp_mtd ? w.otp : w.flash;

	ctx_progress(mtd->ctx, "part", mtd->name, len, len);
	memcpy(buf, mem + from, len);
	w.now_ns += 1000 * len;
	if (w.bad_reads && from <= w.bad_offset && w.bad_offset < from + len && !--w.bad_reads)
		buf[w.bad_offset - from] ^= 0x01;
	if (mtd == &w.flash_mtd && from <= w.weak_offset && w.weak_offset < from + len &&
	    ++w.weak_looks >= w.weak_from && w.weak_looks <= w.weak_to)
		(*(w.is_corrected ? &mtd->n_corrected : &mtd->n_doubtful))++;
	if (w.stop_after_reads && !--w.stop_after_reads)
		w.stop = 1;
	return 0;
}

static int no_issue(struct flash_job *job, struct memq *q)
{
	return -EIO;
}

static int no_check(struct flash_job *job)
{
	return -EIO;
}

static const struct mtd_ops fake_mtd_ops = {
	.prepare = fake_prepare,
	.finish = fake_finish,
	.read = fake_read,
	.issue = no_issue,
	.check = no_check,
};

/* ---- fixture ---- */

static void on_log(void *arg, enum swdrom_log_level level, const char *line)
{
	size_t n = strlen(w.warnings);

	if (level <= SWDROM_LOG_WARN)
		snprintf(w.warnings + n, sizeof(w.warnings) - n, "%s\n", line);
}

static void on_progress(void *arg, const char *step, const char *mtd, uint64_t done, uint64_t total)
{
	/* devices read in parts: only the whole is worth a bar */
	assert_string_not_equal(step, "part");
	assert_true(done <= total);
	w.n_progress++;
}

static int setup(void **state)
{
	struct swdrom_callbacks cb = { .log = on_log,
				       .progress = on_progress,
				       .log_level = SWDROM_LOG_WIRE,
				       .stop = &w.stop };

	memset(&w, 0, sizeof(w));
	memset(w.flash, 0xff, sizeof(w.flash));
	memset(w.otp, 0xff, sizeof(w.otp));
	w.clk = (struct sysclock){ .now_ns = fake_now, .sleep_ns = fake_sleep };
	w.transport = (struct transport){
		.ops = &fake_transport_ops, .clk = &w.clk, .is_virtual = true, .serial = "F1"
	};
	w.region = (struct mtd_region){ .erasesize = PAGE, .count = PAGES };
	w.otp_region = (struct mtd_region){ .erasesize = PAGE, .count = 1 };
	w.flash_mtd = (struct mtd_info){
		.name = "flash",
		.base = 0x08000000,
		.size = sizeof(w.flash),
		.writesize = 8,
		.writebufsize = 8,
		.erased = 0xff,
		.writeable = true,
		.write_once = true,
		.regions = &w.region,
		.n_regions = 1,
		.erase_typ_ns = 1000,
		.write_typ_ns = 10,
		.ops = &fake_mtd_ops,
	};
	w.otp_mtd = (struct mtd_info){
		.name = "otp",
		.base = 0x1fff7000,
		.size = sizeof(w.otp),
		.writesize = 8,
		.writebufsize = 8,
		.erased = 0xff,
		.regions = &w.otp_region,
		.n_regions = 1,
		.ops = &fake_mtd_ops,
	};
	w.s = swdrom_new(&cb);
	return w.s ? 0 : -1;
}

static int teardown(void **state)
{
	swdrom_free(w.s);
	return 0;
}

static const char *temp_file(const void *data, size_t len)
{
	static char path[64];
	FILE *f;

	strcpy(path, "/tmp/swdrom-session-XXXXXX");
	close(mkstemp(path));
	f = fopen(path, "wb");
	assert_int_equal(fwrite(data, 1, len, f), len);
	fclose(f);
	return path;
}

/* an image of @len bytes at @addr, of a value each */
static enum swdrom_status add(u64 addr, size_t len, u8 first)
{
	u8 data[PAGE * PAGES];
	enum swdrom_status status;
	const char *path;
	size_t i;

	for (i = 0; i < len; i++)
		data[i] = (u8)(first + i * 7);
	path = temp_file(data, len);
	status = swdrom_add_image(w.s, path, addr);
	unlink(path);
	return status;
}

static enum swdrom_status open_fake(void)
{
	return swdrom_open(w.s, &(struct swdrom_open_opts){ .programmer = "fake:serial=F1" });
}

static enum swdrom_status write_image(void)
{
	return swdrom_write(w.s, &(struct swdrom_write_opts){ 0 });
}

/* ---- tests ---- */

static void test_write_programs_verifies_and_reports(void **state)
{
	const struct swdrom_report *r;
	u64 now;

	assert_int_equal(add(0x08000000, 1000, 1), SWDROM_OK);
	assert_int_equal(open_fake(), SWDROM_OK);
	assert_int_equal(write_image(), SWDROM_OK);
	assert_int_equal(w.n_prepared, 1);
	assert_int_equal(w.n_finished, 1);
	now = w.now_ns;
	assert_int_equal(swdrom_close(w.s, SWDROM_EXIT_RUN), SWDROM_OK);
	assert_int_equal(w.left, TARGET_RUN);
	assert_int_equal(w.n_closed, 1);
	r = swdrom_report(w.s);
	assert_int_equal(r->programmed_bytes, 1000);
	assert_int_equal(r->verified_bytes, 1024);
	assert_int_equal(r->erased_bytes, 0);
	assert_string_equal(r->target.name, "FAKE32");
	assert_string_equal(r->mtds[0].name, "flash");
	assert_int_equal(r->n_segments, 1);
	assert_string_equal(r->segments[0].mtd, "flash");
	assert_int_equal(r->bench.session_ns, now);
	/* busy 60 ns a byte of work that took 100 ns a byte */
	assert_int_equal(r->bench.limit_ns, 60 * 1000);
	assert_int_equal(r->bench.work_ns, 100 * 1000);
	assert_in_range((u64)(r->bench.ratio * 1000), 599, 600);
	assert_int_equal(swdrom_error(w.s)->status, SWDROM_OK);
	/* read; verify what lies in the image, and the last block with the bytes kept beside it: the
	 * scheduler is a stand-in */
	assert_int_equal(w.n_progress, 3);
}

static void test_what_differs_after_programming_is_repaired(void **state)
{
	assert_int_equal(add(0x08000000, 1000, 1), SWDROM_OK);
	w.bad_programs = 2;
	w.bad_offset = 300;
	assert_int_equal(open_fake(), SWDROM_OK);
	assert_int_equal(write_image(), SWDROM_OK);
	assert_int_equal(w.flash[300], (u8)(1 + 300 * 7));
	assert_int_equal(swdrom_report(w.s)->repairs, 2);
	assert_int_equal(swdrom_report(w.s)->verified_bytes, 1024);
	/* only the page that differs */
	assert_int_equal(swdrom_report(w.s)->erased_bytes, 2 * PAGE);
	assert_non_null(strstr(w.warnings, "the first at 0x0800012c of flash"));
}

static void test_a_read_that_was_wrong_costs_no_erase(void **state)
{
	assert_int_equal(add(0x08000000, 1000, 1), SWDROM_OK);
	w.bad_reads = 2; /* the second look: verify */
	w.bad_offset = 300;
	assert_int_equal(open_fake(), SWDROM_OK);
	assert_int_equal(write_image(), SWDROM_OK);
	assert_int_equal(swdrom_report(w.s)->repairs, 1);
	assert_int_equal(swdrom_report(w.s)->erased_bytes, 0);
	assert_int_equal(w.n_runs, 1);
}

static void test_what_cannot_be_repaired_is_a_mismatch_that_names_the_place(void **state)
{
	assert_int_equal(add(0x08000000, 1000, 1), SWDROM_OK);
	w.bad_programs = 1000;
	w.bad_offset = 300;
	assert_int_equal(open_fake(), SWDROM_OK);
	assert_int_equal(write_image(), SWDROM_MISMATCH);
	assert_non_null(strstr(swdrom_error(w.s)->what, "0x0800012c of flash holds"));
	assert_non_null(strstr(swdrom_error(w.s)->what, "1 byte in all"));
	assert_in_range(w.n_runs, 2, 6);
	assert_int_equal(w.n_prepared, w.n_finished);
}

static void test_verify_counts_the_bytes_that_differ(void **state)
{
	assert_int_equal(add(0x08000000, 100, 1), SWDROM_OK);
	assert_int_equal(open_fake(), SWDROM_OK);
	w.flash[1] = 8;
	assert_int_equal(swdrom_verify(w.s), SWDROM_MISMATCH);
	assert_non_null(strstr(swdrom_error(w.s)->what,
			       "0x08000000 of flash holds 0xff, expected 0x01; 99 bytes in all"));
	assert_int_equal(swdrom_report(w.s)->verified_bytes, 1);
}

/* what ECC finds while verifying: equal bytes, broken cells */
static void weaken(u64 offset, bool is_corrected, unsigned int from, unsigned int to)
{
	w.weak_offset = offset;
	w.is_corrected = is_corrected;
	w.weak_from = from;
	w.weak_to = to;
}

static void test_cells_that_stay_broken_are_a_mismatch_that_names_the_block(void **state)
{
	assert_int_equal(add(0x08000000, 1000, 1), SWDROM_OK);
	weaken(300, false, 2, 1000); /* the first look is the plan's */
	assert_int_equal(open_fake(), SWDROM_OK);
	assert_int_equal(write_image(), SWDROM_MISMATCH);
	assert_non_null(strstr(swdrom_error(w.s)->what,
			       "1 block of flash, the first at 0x08000100, hold cells that read"));
	assert_non_null(strstr(w.warnings, "ECC finds broken cells: writing 256 bytes again"));
	assert_in_range(swdrom_report(w.s)->repairs, 1, 3);
	/* the page in doubt is not counted */
	assert_int_equal(swdrom_report(w.s)->verified_bytes, 1024 - PAGE);
}

static void test_a_repair_that_mends_broken_cells_ends_well(void **state)
{
	assert_int_equal(add(0x08000000, 1000, 1), SWDROM_OK);
	/* looks: the plan; verify of all, of the page; the repair's plan of the page, twice */
	weaken(300, false, 2, 5);
	assert_int_equal(open_fake(), SWDROM_OK);
	assert_int_equal(write_image(), SWDROM_OK);
	assert_int_equal(swdrom_report(w.s)->repairs, 1);
	assert_int_equal(swdrom_report(w.s)->erased_bytes, PAGE);
	assert_int_equal(swdrom_report(w.s)->verified_bytes, 1024);
	assert_non_null(strstr(w.warnings, "writing 256 bytes again"));
}

static void test_doubt_in_a_large_piece_that_no_block_confirms_is_forgotten(void **state)
{
	assert_int_equal(add(0x08000000, 1000, 1), SWDROM_OK);
	weaken(300, false, 2, 2);
	assert_int_equal(open_fake(), SWDROM_OK);
	assert_int_equal(write_image(), SWDROM_OK);
	assert_int_equal(swdrom_report(w.s)->repairs, 0);
	assert_int_equal(swdrom_report(w.s)->verified_bytes, 1024);
	/* the plan, the piece, then the page three times */
	assert_int_equal(w.weak_looks, 5);
}

static void test_bytes_kept_from_broken_cells_are_warned_of(void **state)
{
	memset(w.flash, 0x55, PAGE);
	assert_int_equal(add(0x08000000, 100, 1), SWDROM_OK);
	weaken(200, false, 1, 2); /* the plan's looks; the erase mends them */
	assert_int_equal(open_fake(), SWDROM_OK);
	assert_int_equal(write_image(), SWDROM_OK);
	assert_non_null(strstr(w.warnings,
			       "flash: 156 bytes that are not of the image come from pages "
			       "with ECC errors"));
	assert_int_equal(w.flash[PAGE - 1], 0x55);
}

static void test_verify_names_a_block_with_broken_cells(void **state)
{
	size_t i;

	for (i = 0; i < 1000; i++)
		w.flash[i] = (u8)(1 + i * 7);
	assert_int_equal(add(0x08000000, 1000, 1), SWDROM_OK);
	weaken(600, false, 1, 1000);
	assert_int_equal(open_fake(), SWDROM_OK);
	assert_int_equal(swdrom_verify(w.s), SWDROM_MISMATCH);
	assert_non_null(strstr(swdrom_error(w.s)->what,
			       "1 block of flash, the first at "
			       "0x08000200, hold cells that read unsurely"));
	assert_non_null(strstr(swdrom_error(w.s)->next, "-w"));
	assert_int_equal(swdrom_report(w.s)->verified_bytes, 1000 - PAGE);
	assert_int_equal(w.n_runs, 0);
}

static void test_verify_passes_what_ecc_put_right_but_says_so(void **state)
{
	size_t i;

	for (i = 0; i < 1000; i++)
		w.flash[i] = (u8)(1 + i * 7);
	assert_int_equal(add(0x08000000, 1000, 1), SWDROM_OK);
	weaken(600, true, 1, 1000);
	assert_int_equal(open_fake(), SWDROM_OK);
	assert_int_equal(swdrom_verify(w.s), SWDROM_OK);
	assert_non_null(strstr(w.warnings, "ECC had to correct some in 1 block:"));
	assert_int_equal(swdrom_report(w.s)->verified_bytes, 1000);
}

static void test_without_verify_nothing_is_said_to_be_verified(void **state)
{
	assert_int_equal(add(0x08000000, 1000, 1), SWDROM_OK);
	w.bad_programs = 1;
	w.bad_offset = 3;
	assert_int_equal(open_fake(), SWDROM_OK);
	assert_int_equal(swdrom_write(w.s, &(struct swdrom_write_opts){ .no_verify = true }),
			 SWDROM_OK);
	assert_int_equal(swdrom_report(w.s)->verified_bytes, 0);
}

static void count_line(void *arg, const char *text)
{
	++*(unsigned int *)arg;
}

static void test_a_dry_run_touches_nothing(void **state)
{
	unsigned int lines = 0;

	assert_int_equal(add(0x08000000, 1000, 1), SWDROM_OK);
	assert_int_equal(open_fake(), SWDROM_OK);
	assert_int_equal(swdrom_write(w.s, &(struct swdrom_write_opts){ .dry_run = true,
									.plan_line = count_line,
									.arg = &lines }),
			 SWDROM_OK);
	assert_int_equal(w.n_runs, 0);
	assert_in_range(lines, 2, 10);
	assert_int_equal(swdrom_report(w.s)->programmed_bytes, 0);
	/* what comes next may be meant */
	assert_false(w.s->target.mtds[0]->only_look);
}

static void test_a_binary_goes_to_the_selected_device_or_range(void **state)
{
	assert_int_equal(swdrom_select(w.s, &(struct swdrom_select){ .mtd = "flash",
								     .has_range = true,
								     .start = 0x208,
								     .len = 16 }),
			 SWDROM_OK);
	assert_int_equal(add(SWDROM_NO_ADDRESS, 16, 9), SWDROM_OK);
	assert_int_equal(open_fake(), SWDROM_OK);
	assert_int_equal(write_image(), SWDROM_OK);
	assert_int_equal(w.flash[0x207], 0xff);
	assert_int_equal(w.flash[0x208], 9);
	assert_int_equal(w.flash[0x217], 9 + 15 * 7);
	assert_int_equal(w.flash[0x218], 0xff);
	assert_int_equal(swdrom_report(w.s)->segments[0].address, 0x08000208);
}

static void test_a_range_restricts_an_image(void **state)
{
	assert_int_equal(swdrom_select(w.s, &(struct swdrom_select){ .has_range = true,
								     .start = 0x08000010,
								     .len = 8 }),
			 SWDROM_OK);
	assert_int_equal(add(0x08000000, 100, 1), SWDROM_OK);
	assert_int_equal(open_fake(), SWDROM_OK);
	assert_int_equal(write_image(), SWDROM_OK);
	assert_int_equal(w.flash[15], 0xff);
	assert_int_equal(w.flash[16], (u8)(1 + 16 * 7));
	assert_int_equal(w.flash[24], 0xff);
}

static void test_an_image_outside_of_the_selection_is_an_error(void **state)
{
	assert_int_equal(swdrom_select(w.s, &(struct swdrom_select){ .mtd = "otp" }), SWDROM_OK);
	assert_int_equal(add(0x08000000, 100, 1), SWDROM_OK);
	assert_int_equal(open_fake(), SWDROM_OK);
	assert_int_equal(write_image(), SWDROM_BAD_IMAGE);
}

static void test_reading_gives_exactly_the_range(void **state)
{
	static const char path[] = "/tmp/swdrom-session-read.bin";
	u8 back[64];
	size_t n;
	FILE *f;

	w.flash[100] = 0x12;
	w.flash[119] = 0x34;
	assert_int_equal(swdrom_select(w.s, &(struct swdrom_select){ .mtd = "flash",
								     .has_range = true,
								     .start = 100,
								     .len = 20 }),
			 SWDROM_OK);
	assert_int_equal(open_fake(), SWDROM_OK);
	assert_int_equal(swdrom_read(w.s, path), SWDROM_OK);
	f = fopen(path, "rb");
	n = fread(back, 1, sizeof(back), f);
	fclose(f);
	unlink(path);
	assert_int_equal(n, 20);
	assert_int_equal(back[0], 0x12);
	assert_int_equal(back[19], 0x34);
	assert_int_equal(swdrom_report(w.s)->read_bytes, 20);
	/* 5 words of 46 cycles at 10 MHz, in 20 us */
	assert_int_equal(swdrom_report(w.s)->bench.limit_ns, 5 * 46 * 100);
	assert_int_equal(swdrom_report(w.s)->bench.work_ns, 20000);
	assert_int_equal(swdrom_close(w.s, SWDROM_EXIT_NONE), SWDROM_OK);
	assert_string_equal(swdrom_report(w.s)->segments[0].file, "FAKE32");
}

static void test_a_file_that_cannot_be_written_is_an_io_error(void **state)
{
	assert_int_equal(open_fake(), SWDROM_OK);
	assert_int_equal(swdrom_read(w.s, "/nonexistent/dump.bin"), SWDROM_FAILED);
}

static void test_erase_checks_that_it_is_blank(void **state)
{
	memset(w.flash, 0, sizeof(w.flash));
	assert_int_equal(swdrom_select(w.s, &(struct swdrom_select){ .has_range = true,
								     .start = 0x08000100,
								     .len = 2 * PAGE }),
			 SWDROM_OK);
	assert_int_equal(open_fake(), SWDROM_OK);
	assert_int_equal(swdrom_erase(w.s, &(struct swdrom_write_opts){ 0 }), SWDROM_OK);
	assert_int_equal(w.flash[0xff], 0);
	assert_int_equal(w.flash[0x100], 0xff);
	assert_int_equal(w.flash[0x2ff], 0xff);
	assert_int_equal(w.flash[0x300], 0);
	assert_int_equal(swdrom_report(w.s)->verified_bytes, 2 * PAGE);
}

static void test_cells_that_read_unsurely_after_an_erase_are_a_mismatch(void **state)
{
	assert_int_equal(swdrom_select(w.s, &(struct swdrom_select){ .has_range = true,
								     .start = 0x08000100,
								     .len = 2 * PAGE }),
			 SWDROM_OK);
	weaken(0x180, false, 1, 1000);
	assert_int_equal(open_fake(), SWDROM_OK);
	assert_int_equal(swdrom_erase(w.s, &(struct swdrom_write_opts){ 0 }), SWDROM_MISMATCH);
	assert_non_null(
		strstr(swdrom_error(w.s)->what, "1 block of flash, the first at 0x08000100"));
	assert_int_equal(swdrom_report(w.s)->verified_bytes, PAGE);
}

static void test_erase_of_a_range_with_a_gap_is_refused_before_anything(void **state)
{
	memset(w.flash, 0, sizeof(w.flash));
	assert_int_equal(swdrom_select(w.s, &(struct swdrom_select){ .has_range = true,
								     .start = 0x08000000,
								     .len = 17 * PAGE }),
			 SWDROM_OK);
	assert_int_equal(open_fake(), SWDROM_OK);
	assert_int_equal(swdrom_erase(w.s, &(struct swdrom_write_opts){ 0 }), SWDROM_USAGE);
	assert_int_equal(w.n_runs, 0);
}

static void test_read_out_protection_is_explained_before_anything(void **state)
{
	w.rdp = RDP_LEVEL_1;
	assert_int_equal(add(0x08000000, 100, 1), SWDROM_OK);
	assert_int_equal(open_fake(), SWDROM_OK);
	assert_int_equal(write_image(), SWDROM_PROTECTED);
	assert_non_null(strstr(swdrom_error(w.s)->what, "level 1"));
	assert_int_equal(w.n_runs, 0);
}

static void test_an_interrupted_job_counts_what_was_done(void **state)
{
	w.sched_ret = -EINTR;
	memset(w.flash, 0, sizeof(w.flash));
	assert_int_equal(add(0x08000000, 2 * PAGE, 1), SWDROM_OK);
	assert_int_equal(open_fake(), SWDROM_OK);
	assert_int_equal(write_image(), SWDROM_INTERRUPTED);
	/* the erase was done, the programming was not */
	assert_int_equal(swdrom_report(w.s)->erased_bytes, 2 * PAGE);
	assert_int_equal(swdrom_report(w.s)->programmed_bytes, 0);
	assert_int_equal(swdrom_report(w.s)->verified_bytes, 0);
}

static void test_a_stop_while_reading_is_heard(void **state)
{
	w.stop_after_reads = 1;
	assert_int_equal(add(0x08000000, 2 * PAGE, 1), SWDROM_OK);
	assert_int_equal(open_fake(), SWDROM_OK);
	assert_int_equal(write_image(), SWDROM_INTERRUPTED);
	assert_non_null(
		strstr(swdrom_error(w.s)->what, "all was programmed, not all of it verified"));
}

static void test_each_failure_has_its_status(void **state)
{
	static const struct {
		int open_ret, attach_ret;
		enum swdrom_status status;
	} cases[] = {
		{ -ENODEV, 0, SWDROM_NO_ADAPTER }, { -EACCES, 0, SWDROM_NO_PERMISSION },
		{ 0, -ENXIO, SWDROM_NO_TARGET },   { 0, -EOPNOTSUPP, SWDROM_UNSUPPORTED },
		{ 0, -ETIMEDOUT, SWDROM_FAILED },  { 0, -EPROTO, SWDROM_FAILED },
		{ 0, -EINTR, SWDROM_INTERRUPTED },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		teardown(NULL);
		setup(NULL);
		w.open_ret = cases[i].open_ret;
		w.attach_ret = cases[i].attach_ret;
		assert_int_equal(open_fake(), cases[i].status);
		assert_int_equal(swdrom_error(w.s)->status, cases[i].status);
		assert_true(swdrom_error(w.s)->next[0]);
		swdrom_close(w.s, SWDROM_EXIT_NONE);
		assert_int_equal(w.n_closed, cases[i].open_ret ? 0 : 1);
		assert_int_equal(w.n_detached, 0);
	}
}

static void test_wrong_parameters_are_the_users_mistake(void **state)
{
	static const char *const bad[] = {
		"nope",		"fake:clock=0",
		"fake:clock=x", "fake:connect=hard",
		"fake:speed=1", "fake:adapter=no-such-wiring",
		"fake:serial",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		teardown(NULL);
		setup(NULL);
		if (swdrom_open(w.s, &(struct swdrom_open_opts){ .programmer = bad[i] }) !=
		    SWDROM_USAGE)
			fail_msg("%s: status %d", bad[i], swdrom_error(w.s)->status);
		assert_true(swdrom_error(w.s)->what[0]);
	}
}

#define session_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		session_test(test_write_programs_verifies_and_reports),
		session_test(test_what_differs_after_programming_is_repaired),
		session_test(test_a_read_that_was_wrong_costs_no_erase),
		session_test(test_what_cannot_be_repaired_is_a_mismatch_that_names_the_place),
		session_test(test_verify_counts_the_bytes_that_differ),
		session_test(test_cells_that_stay_broken_are_a_mismatch_that_names_the_block),
		session_test(test_a_repair_that_mends_broken_cells_ends_well),
		session_test(test_doubt_in_a_large_piece_that_no_block_confirms_is_forgotten),
		session_test(test_bytes_kept_from_broken_cells_are_warned_of),
		session_test(test_verify_names_a_block_with_broken_cells),
		session_test(test_verify_passes_what_ecc_put_right_but_says_so),
		session_test(test_without_verify_nothing_is_said_to_be_verified),
		session_test(test_a_dry_run_touches_nothing),
		session_test(test_a_binary_goes_to_the_selected_device_or_range),
		session_test(test_a_range_restricts_an_image),
		session_test(test_an_image_outside_of_the_selection_is_an_error),
		session_test(test_reading_gives_exactly_the_range),
		session_test(test_a_file_that_cannot_be_written_is_an_io_error),
		session_test(test_erase_checks_that_it_is_blank),
		session_test(test_cells_that_read_unsurely_after_an_erase_are_a_mismatch),
		session_test(test_erase_of_a_range_with_a_gap_is_refused_before_anything),
		session_test(test_read_out_protection_is_explained_before_anything),
		session_test(test_an_interrupted_job_counts_what_was_done),
		session_test(test_a_stop_while_reading_is_heard),
		session_test(test_each_failure_has_its_status),
		session_test(test_wrong_parameters_are_the_users_mistake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
