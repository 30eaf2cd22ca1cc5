// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every kind of job that `make bench` measures, on a wire with bit errors, with the slowest chips
 * that the data sheets allow, and with a fault in the middle: it ends with the right bytes, or with
 * an error that says what state the flash is in and how to go on, and the same command mends it.
 *
 * What must be in the cells is read from the bench's saved state. Sizes are those of a test.
 */
#include "tests/support/job.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FLASH	  0x08000000u
#define NOR	  0x90000000u
#define SRAM	  0x20000000u
#define MAX_BYTES KIB(256)
#define MAX_PARTS 2

/* what the board holds before the job */
enum before { BLANK, OTHER, SAME, ALL_BUT_A_SECTOR };

struct kind {
	const char *name;
	const char *board; /* NULL: disco */
	enum job_action action;
	enum before before;
	u64 erases; /* bytes, by a run in peace */
	size_t n_parts;
	struct {
		u64 addr;
		size_t len;
	} parts[MAX_PARTS];
};

static const struct kind kinds[] = {
	{ "internal flash, standard programming",
	  NULL,
	  JOB_WRITE,
	  BLANK,
	  0,
	  1,
	  { { FLASH, KIB(64) } } },
	/* both banks are erased at once, so that rows are allowed */
	{ "internal flash, fast rows after a mass erase",
	  "l476rc-mt25ql128",
	  JOB_WRITE,
	  OTHER,
	  KIB(256),
	  1,
	  { { FLASH, KIB(256) } } },
	{ "NOR, program", NULL, JOB_WRITE, BLANK, 0, 1, { { NOR, KIB(64) } } },
	{ "NOR, erase and program", NULL, JOB_WRITE, OTHER, KIB(64), 1, { { NOR, KIB(64) } } },
	{ "both in one job",
	  NULL,
	  JOB_WRITE,
	  OTHER,
	  KIB(80),
	  2,
	  { { FLASH, KIB(16) }, { NOR, KIB(64) } } },
	{ "verify internal flash", NULL, JOB_VERIFY, SAME, 0, 1, { { FLASH, KIB(256) } } },
	{ "verify NOR", NULL, JOB_VERIFY, SAME, 0, 1, { { NOR, KIB(256) } } },
	{ "the same image again", NULL, JOB_WRITE, SAME, 0, 1, { { NOR, KIB(256) } } },
	{ "one sector changed",
	  NULL,
	  JOB_WRITE,
	  ALL_BUT_A_SECTOR,
	  KIB(4),
	  1,
	  { { NOR, KIB(256) } } },
};

struct fixture {
	u8 *data; /* MAX_BYTES, the image of each part */
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->data = malloc(MAX_BYTES);
	assert_non_null(f->data);
	job_fill(f->data, MAX_BYTES, 9);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	free(f->data);
	free(f);
	return 0;
}

static size_t bytes_of(const struct kind *k)
{
	size_t sum = 0, i;

	for (i = 0; i < k->n_parts; i++)
		sum += k->parts[i].len;
	return sum;
}

static size_t offset_of(u64 addr)
{
	return (size_t)(addr >= NOR ? addr - NOR : addr - FLASH);
}

/* a board of its own, which holds what it holds before the job */
static void prepare(const struct fixture *f, const struct kind *k, struct job *j)
{
	u8 *old = malloc(MAX_BYTES);
	size_t i;

	assert_non_null(old);
	job_init(j);
	j->board = k->board;
	memcpy(old, f->data, MAX_BYTES);
	if (k->before == OTHER)
		job_fill(old, MAX_BYTES, 10);
	if (k->before == ALL_BUT_A_SECTOR)
		old[KIB(100)] ^= 0x81;
	for (i = 0; i < k->n_parts && k->before != BLANK; i++)
		job_poke_truth(j, k->parts[i].addr >= NOR, offset_of(k->parts[i].addr), old,
			       k->parts[i].len);
	free(old);
}

static void run(const struct fixture *f, const struct kind *k, struct job *j, const char *sim)
{
	struct job_image img[MAX_PARTS];
	size_t i;

	for (i = 0; i < k->n_parts; i++)
		img[i] = (struct job_image){ k->parts[i].addr, f->data, k->parts[i].len };
	j->sim = sim;
	job_run(j, k->action, img, k->n_parts);
}

static void assert_right(const struct fixture *f, const struct kind *k, struct job *j,
			 const char *after)
{
	size_t i, size;

	if (j->status)
		fail_msg("%s, %s: status %d: %s, %s; %s", k->name, after, j->status, j->what,
			 j->where, j->next);
	if (j->report.verified_bytes != bytes_of(k))
		fail_msg("%s, %s: %" PRIu64 " bytes verified", k->name, after,
			 j->report.verified_bytes);
	for (i = 0; i < k->n_parts; i++) {
		u8 *mem = job_truth(j, k->parts[i].addr >= NOR, &size);

		if (memcmp(mem + offset_of(k->parts[i].addr), f->data, k->parts[i].len) != 0)
			fail_msg("%s, %s: it says it is done, and the cells hold something else",
				 k->name, after);
		free(mem);
	}
}

static void assert_no_objection(const struct kind *k, const struct job *j)
{
	if (j->n_objections)
		fail_msg("%s: the bench objects:\n%s", k->name, j->log);
}

static void test_each_kind_of_job_is_what_it_is_called(void **state)
{
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		const struct kind *k = &kinds[i];
		struct job j;

		prepare(f, k, &j);
		run(f, k, &j, "");
		assert_right(f, k, &j, "in peace");
		assert_no_objection(k, &j);
		assert_int_equal(j.report.erased_bytes, k->erases);
		/* erasing included, less than 81.69 us a double-word (DS10198 table 51) */
		if (strstr(k->name, "fast rows"))
			assert_true(j.report.bench.limit_ns < KIB(256) / 8 * 81690ull);
		job_exit(&j);
	}
}

static void test_bit_errors_on_the_wire_cost_time_and_no_byte(void **state)
{
	struct fixture *f = *state;
	u64 n_errors = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		for (unsigned long seed = 1; seed <= 3; seed++) {
			struct job j;

			prepare(f, &kinds[i], &j);
			j.seed = seed;
			run(f, &kinds[i], &j, "ber=1e-6");
			assert_right(f, &kinds[i], &j, "with bit errors");
			n_errors += j.report.bench.wire_errors;
			job_exit(&j);
		}
	}
	assert_true(n_errors > 10);
}

static void test_the_slowest_chips_of_their_data_sheets_are_waited_for(void **state)
{
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		for (unsigned long seed = 1; seed <= 2; seed++) {
			struct job j;

			prepare(f, &kinds[i], &j);
			j.seed = seed;
			run(f, &kinds[i], &j, "busy_max=1");
			assert_right(f, &kinds[i], &j, "with slow chips");
			assert_no_objection(&kinds[i], &j);
			job_exit(&j);
		}
	}
}

/* ---- a fault in the middle ---- */

enum unit { US, TRANSFERS, PROGRESS };

struct fault {
	const char *key; /* of -p sim:, with the moment as its value; NULL: Ctrl-C */
	enum unit unit;
	u32 statuses;	   /* how a job may end that it hits, a bit each; SWDROM_OK among them */
	bool is_fatal;	   /* not to be survived */
	const char *cause; /* what a message must name */
};

#define ENDS(_status) BIT(SWDROM_##_status)

static const struct fault faults[] = {
	{ "reset_at_us", US, ENDS(OK) | ENDS(FAILED), false, "reset" },
	{ "power_cut_us", US, ENDS(OK) | ENDS(FAILED) | ENDS(NO_TARGET) | ENDS(MISMATCH), false,
	  NULL },
	{ "unplug_at", TRANSFERS, ENDS(NO_ADAPTER), true, NULL },
	{ "short_at", TRANSFERS, ENDS(OK) | ENDS(FAILED), false, NULL },
	{ NULL, PROGRESS, ENDS(OK) | ENDS(INTERRUPTED), true, "stopped on request" },
};

/* a job that nothing happens to */
struct calm {
	u64 session_us, job_us, from_transfer, to_transfer;
	int n_progress;
};

static void measure(const struct fixture *f, const struct kind *k, struct calm *calm)
{
	struct job j;
	u64 probe;

	prepare(f, k, &j);
	job_run(&j, JOB_PROBE, NULL, 0);
	/* attaching and leaving; that is a third of it at most */
	probe = j.report.bench.usb_transfers;
	run(f, k, &j, "");
	assert_right(f, k, &j, "in peace");
	calm->session_us = j.report.bench.session_ns / 1000;
	calm->job_us = j.report.bench.job_ns / 1000;
	calm->from_transfer = probe * 4 / 5;
	calm->to_transfer = j.report.bench.usb_transfers - probe / 3;
	calm->n_progress = j.n_progress;
	job_exit(&j);
}

/* the moment when @part of 100 of the job is done */
static u64 moment(const struct fault *flt, const struct calm *calm, u64 part)
{
	switch (flt->unit) {
	case US:
		return calm->session_us - calm->job_us * (100 - part) / 100;
	case TRANSFERS:
		return calm->from_transfer + (calm->to_transfer - calm->from_transfer) * part / 100;
	case PROGRESS:
		return max((u64)calm->n_progress * part / 100, UINT64_C(1));
	}
	return 0;
}

static bool says_state(const struct job *j)
{
	static const char *const words[] = { "nothing was changed", "bytes programmed",
					     "bytes erased", "nothing is changed" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (strstr(j->what, words[i]) || strstr(j->where, words[i]))
			return true;
	return false;
}

/* the job, hit by @flt, then again in peace; was it hit? */
static bool hit_and_mend(const struct fixture *f, const struct kind *k, const struct fault *flt,
			 u64 at, const char *also)
{
	char sim[96], after[128];
	struct job j;
	bool is_hit;

	snprintf(sim, sizeof(sim), "%s%s%s", also, *also && flt->key ? "," : "",
		 flt->key ? flt->key : "");
	if (flt->key)
		snprintf(sim + strlen(sim), sizeof(sim) - strlen(sim), "=%" PRIu64, at);
	snprintf(after, sizeof(after), "after %s at %" PRIu64, flt->key ? sim : "Ctrl-C", at);
	prepare(f, k, &j);
	j.stop_after = flt->key ? 0 : (int)at;
	run(f, k, &j, sim);
	is_hit = j.status != SWDROM_OK;
	if (!(flt->statuses & BIT(j.status)))
		fail_msg("%s, %s: status %d: %s, %s; %s", k->name, after, j.status, j.what, j.where,
			 j.next);
	if (!j.status)
		assert_right(f, k, &j, after);
	else if (!j.what[0] || !strstr(j.next, "again") || !says_state(&j))
		fail_msg("%s, %s: it is not said what state the flash is in or how to go on: %s, "
			 "%s; %s",
			 k->name, after, j.what, j.where, j.next);
	if (flt->cause && j.status && !strstr(j.what, flt->cause))
		fail_msg("%s, %s: another cause is named: %s", k->name, after, j.what);
	j.stop_after = 0;
	run(f, k, &j, "");
	assert_right(f, k, &j, after);
	assert_no_objection(k, &j);
	job_exit(&j);
	return is_hit;
}

static void hit_all(const struct fixture *f, const struct fault *flt)
{
	static const struct {
		u64 part;
		const char *also;
	} moments[] = { { 30, "" }, { 70, "ber=1e-6,busy_max=1" } };
	unsigned int n_hit;
	struct calm calm;
	size_t i, p;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		measure(f, &kinds[i], &calm);
		for (p = 0, n_hit = 0; p < ARRAY_SIZE(moments); p++)
			n_hit += hit_and_mend(f, &kinds[i], flt,
					      moment(flt, &calm, moments[p].part), moments[p].also);
		/* a short job may be done before anybody looks whether it shall stop */
		if (!n_hit && flt->is_fatal && calm.n_progress > 2)
			fail_msg("%s: never hit", kinds[i].name);
	}
}

static void test_a_reset_in_the_middle_is_told_and_mended(void **state)
{
	hit_all(*state, &faults[0]);
}

static void test_a_power_cut_in_the_middle_is_told_and_mended(void **state)
{
	hit_all(*state, &faults[1]);
}

static void test_an_unplugged_adapter_is_told_and_mended(void **state)
{
	hit_all(*state, &faults[2]);
}

static void test_a_lost_reply_is_survived_or_told_and_mended(void **state)
{
	hit_all(*state, &faults[3]);
}

static void test_an_interrupted_job_is_told_and_finished(void **state)
{
	hit_all(*state, &faults[4]);
}

/* ---- SRAM: nothing is programmed, the wire is all there is ---- */

#define N_SRAM KIB(64)

struct sram_run {
	enum swdrom_status status;
	u64 ns, transfers, wire_errors;
	char what[320], next[256];
};

/* write 64 KiB and read them back; what comes back of a run that is ok is what was written */
static void run_sram(const struct fixture *f, const char *keys, struct sram_run *r)
{
	struct swdrom_open_opts open = { .raw = true };
	struct swdrom *s = swdrom_new(NULL);
	u8 *back = calloc(1, N_SRAM);
	char programmer[128];

	assert_non_null(s);
	assert_non_null(back);
	snprintf(programmer, sizeof(programmer), "sim:%s", keys);
	open.programmer = programmer;
	r->status = swdrom_open(s, &open);
	if (!r->status)
		r->status = swdrom_poke(s, SRAM, f->data, N_SRAM);
	if (!r->status)
		r->status = swdrom_peek(s, SRAM, N_SRAM, back);
	swdrom_close(s, SWDROM_EXIT_NONE);
	r->ns = swdrom_report(s)->bench.session_ns;
	r->transfers = swdrom_report(s)->bench.usb_transfers;
	r->wire_errors = swdrom_report(s)->bench.wire_errors;
	snprintf(r->what, sizeof(r->what), "%s", swdrom_error(s)->what);
	snprintf(r->next, sizeof(r->next), "%s", swdrom_error(s)->next);
	if (!r->status && memcmp(back, f->data, N_SRAM) != 0)
		fail_msg("SRAM, %s: it reads other bytes than were written", keys);
	free(back);
	swdrom_free(s);
}

static void test_sram_is_written_and_read_right_or_it_is_told(void **state)
{
	struct fixture *f = *state;
	struct sram_run calm, r;
	u64 n_errors = 0;
	char keys[96];

	run_sram(f, "clock=30M", &calm);
	assert_int_equal(calm.status, SWDROM_OK);
	for (unsigned int seed = 1; seed <= 10; seed++) {
		snprintf(keys, sizeof(keys), "ber=1e-6,busy_max=1,seed=%u", seed);
		run_sram(f, keys, &r);
		assert_int_equal(r.status, SWDROM_OK);
		n_errors += r.wire_errors;
	}
	assert_true(n_errors > 5);
	for (u64 part = 20; part < 100; part += 20) {
		snprintf(keys, sizeof(keys), "power_cut_us=%" PRIu64, calm.ns * part / 100000);
		run_sram(f, keys, &r);
		if (r.status != SWDROM_NO_TARGET && r.status != SWDROM_FAILED)
			fail_msg("%s: status %d: %s", keys, r.status, r.what);
		assert_true(r.what[0] && r.next[0]);
		snprintf(keys, sizeof(keys), "unplug_at=%" PRIu64, calm.transfers * part / 100);
		run_sram(f, keys, &r);
		assert_int_equal(r.status, SWDROM_NO_ADAPTER);
		/* a system reset takes no byte of SRAM away, but may refuse an access */
		snprintf(keys, sizeof(keys), "reset_at_us=%" PRIu64, calm.ns * part / 100000);
		run_sram(f, keys, &r);
		if (r.status && (r.status != SWDROM_FAILED || !strstr(r.next, "reset")))
			fail_msg("%s: status %d: %s; %s", keys, r.status, r.what, r.next);
	}
}

/* ---- eight boards at once ---- */

#define N_BOARDS 8

static const struct kind gang_kind = {
	"eight boards", NULL, JOB_WRITE, OTHER, KIB(40), 2, { { FLASH, KIB(8) }, { NOR, KIB(32) } }
};

struct board {
	struct swdrom_gang *gang;
	const struct swdrom *loader;
	size_t index;
	pthread_t thread;
	struct job j; /* where its state is; results */
	u64 ns;
};

static void *run_board(void *arg)
{
	struct board *b = arg;
	struct swdrom *s = swdrom_new(NULL);
	const struct swdrom_open_opts open = { .gang = b->gang,
					       .gang_index = b->index,
					       .board = "stm32l476g-disco" };
	const struct swdrom_write_opts write = { 0 };
	enum swdrom_status closed;

	b->j.status = swdrom_share_images(s, b->loader);
	if (!b->j.status)
		b->j.status = swdrom_open(s, &open);
	if (!b->j.status)
		b->j.status = swdrom_write(s, &write);
	closed = swdrom_close(s, SWDROM_EXIT_RUN);
	swdrom_gang_leave(b->gang, b->index);
	b->j.status = b->j.status ? b->j.status : closed;
	b->j.report = *swdrom_report(s);
	b->ns = b->j.report.bench.session_ns;
	snprintf(b->j.what, sizeof(b->j.what), "%s", swdrom_error(s)->what);
	snprintf(b->j.where, sizeof(b->j.where), "%s", swdrom_error(s)->where);
	snprintf(b->j.next, sizeof(b->j.next), "%s", swdrom_error(s)->next);
	swdrom_free(s);
	return NULL;
}

/* @keys: of each board */
static void run_gang(const struct swdrom *loader, struct board *boards, const char *const *keys)
{
	char text[N_BOARDS][160];
	const char *names[N_BOARDS];
	struct swdrom_gang *gang;

	for (size_t i = 0; i < N_BOARDS; i++) {
		snprintf(text[i], sizeof(text[i]), "sim:state=%s/state,seed=%zu%s", boards[i].j.dir,
			 i + 1, keys[i]);
		names[i] = text[i];
	}
	gang = swdrom_gang_new(names, N_BOARDS);
	assert_non_null(gang);
	assert_int_equal(swdrom_gang_error(gang)->status, SWDROM_OK);
	for (size_t i = 0; i < N_BOARDS; i++) {
		struct board *b = &boards[i];

		b->gang = gang;
		b->loader = loader;
		b->index = i;
		assert_int_equal(pthread_create(&b->thread, NULL, run_board, b), 0);
	}
	for (size_t i = 0; i < N_BOARDS; i++)
		pthread_join(boards[i].thread, NULL);
	swdrom_gang_free(gang);
}

static struct swdrom *load(const struct fixture *f, const struct kind *k)
{
	struct swdrom *s = swdrom_new(NULL);

	assert_non_null(s);
	for (size_t i = 0; i < k->n_parts; i++) {
		char path[] = "/tmp/swdrom-test-XXXXXX";
		int fd = mkstemp(path);

		assert_true(fd >= 0);
		assert_int_equal(write(fd, f->data, k->parts[i].len), k->parts[i].len);
		close(fd);
		assert_int_equal(swdrom_add_image(s, path, k->parts[i].addr), SWDROM_OK);
		unlink(path);
	}
	return s;
}

static void prepare_boards(const struct fixture *f, struct board *boards)
{
	for (size_t i = 0; i < N_BOARDS; i++)
		prepare(f, &gang_kind, &boards[i].j);
}

static void remove_boards(struct board *boards)
{
	for (size_t i = 0; i < N_BOARDS; i++)
		job_exit(&boards[i].j);
}

static void run_gang_alike(const struct fixture *f, const struct swdrom *loader, const char *keys,
			   struct board *boards)
{
	const char *const all[N_BOARDS] = { keys, keys, keys, keys, keys, keys, keys, keys };

	run_gang(loader, boards, all);
	for (size_t i = 0; i < N_BOARDS; i++)
		assert_right(f, &gang_kind, &boards[i].j, keys);
}

static void test_eight_boards_on_noisy_wires_or_with_slow_chips_are_right(void **state)
{
	static const char *const keys[] = { ",ber=1e-6", ",busy_max=1" };
	struct board *boards = calloc(N_BOARDS, sizeof(*boards));
	struct swdrom *loader = load(*state, &gang_kind);

	assert_non_null(boards);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		prepare_boards(*state, boards);
		run_gang_alike(*state, loader, keys[i], boards);
		remove_boards(boards);
	}
	swdrom_free(loader);
	free(boards);
}

static void test_boards_with_a_fault_in_the_middle_are_mended_and_disturb_nobody(void **state)
{
	struct board *boards = calloc(N_BOARDS, sizeof(*boards));
	struct swdrom *loader = load(*state, &gang_kind);
	const char *keys[N_BOARDS] = { "", "", "", "", "", "", "", "" };
	char text[N_BOARDS][64];
	u64 calm_ns[N_BOARDS];
	size_t i;

	assert_non_null(boards);
	prepare_boards(*state, boards);
	run_gang_alike(*state, loader, "", boards);
	for (i = 0; i < N_BOARDS; i++)
		calm_ns[i] = boards[i].ns;
	/* every other one */
	for (i = 0; i < N_BOARDS; i += 2) {
		const char *const key[] = { "reset_at_us", "power_cut_us", "unplug_at",
					    "power_cut_us" };
		u64 at = i == 4 ? boards[i].j.report.bench.usb_transfers / 2
				: calm_ns[i] * (30 + 10 * i) / 100000;

		snprintf(text[i], sizeof(text[i]), ",%s=%" PRIu64, key[i / 2], at);
		keys[i] = text[i];
	}
	remove_boards(boards);
	prepare_boards(*state, boards);
	run_gang(loader, boards, keys);
	for (i = 0; i < N_BOARDS; i++) {
		struct job *j = &boards[i].j;

		if (i % 2 || !j->status)
			assert_right(*state, &gang_kind, j, "beside boards with faults");
		if (i % 2) /* the bus is shared; nothing else is */
			assert_in_range(boards[i].ns, 0, calm_ns[i] * 102 / 100);
		if (j->status && (!strstr(j->next, "again") || !says_state(j)))
			fail_msg("board %zu, %s: %s, %s; %s", i, keys[i], j->what, j->where,
				 j->next);
	}
	assert_int_equal(boards[4].j.status, SWDROM_NO_ADAPTER);
	assert_true(boards[2].j.status && boards[6].j.status);
	run_gang_alike(*state, loader, "", boards);
	remove_boards(boards);
	swdrom_free(loader);
	free(boards);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(test_each_kind_of_job_is_what_it_is_called),
		T(test_bit_errors_on_the_wire_cost_time_and_no_byte),
		T(test_the_slowest_chips_of_their_data_sheets_are_waited_for),
		T(test_a_reset_in_the_middle_is_told_and_mended),
		T(test_a_power_cut_in_the_middle_is_told_and_mended),
		T(test_an_unplugged_adapter_is_told_and_mended),
		T(test_a_lost_reply_is_survived_or_told_and_mended),
		T(test_an_interrupted_job_is_told_and_finished),
		T(test_sram_is_written_and_read_right_or_it_is_told),
		T(test_eight_boards_on_noisy_wires_or_with_slow_chips_are_right),
		T(test_boards_with_a_fault_in_the_middle_are_mended_and_disturb_nobody),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]); /* a name, with * and ? */
	return cmocka_run_group_tests_name("job-faults", tests, NULL, NULL);
}
