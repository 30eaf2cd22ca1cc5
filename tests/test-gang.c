// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Several boards at once: the bus that virtual ones share, and the library's side of a gang.
 */
#include "include/swdrom.h"
#include "lib/types.h"
#include "sim/usbbus.h"
#include "sim/usbtime.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- the bus ---- */

#define N_PORTS	  4
#define N_PACKETS 300

struct user {
	struct usbbus *bus;
	unsigned int port;
	pthread_t thread;
	u64 step_ps, late_ps, done[N_PACKETS];
	unsigned int n; /* packets until it leaves */
};

/* a packet every step; each late packet makes all later ones late, as a FIFO does */
static void *use_bus(void *arg)
{
	struct user *u = arg;
	u64 now = u->late_ps;

	for (unsigned int i = 0; i < u->n; i++) {
		u->done[i] = usbbus_carry(u->bus, u->port, now);
		now = max(now + u->step_ps, u->done[i]);
		if (i % 7 == u->port)
			sched_yield();
	}
	usbbus_leave(u->bus, u->port);
	return NULL;
}

static void run_users(struct user *u, unsigned int n_packets, u64 step_ps)
{
	struct usbbus *bus = usbbus_new(N_PORTS);

	assert_non_null(bus);
	for (unsigned int i = 0; i < N_PORTS; i++) {
		u[i] = (struct user){
			.bus = bus, .port = i, .step_ps = step_ps + i * 1000, .n = n_packets
		};
		if (i == 1)
			u[i].n = n_packets / 3; /* gives up early */
		if (i == 2)
			u[i].late_ps = 5 * step_ps;
	}
	for (unsigned int i = 0; i < N_PORTS; i++)
		assert_int_equal(pthread_create(&u[i].thread, NULL, use_bus, &u[i]), 0);
	for (unsigned int i = 0; i < N_PORTS; i++)
		pthread_join(u[i].thread, NULL);
	usbbus_free(bus);
}

static void test_packets_go_by_virtual_time_however_threads_run(void **state)
{
	static struct user first[N_PORTS], again[N_PORTS];

	run_users(first, N_PACKETS, 2 * USB_PACKET_PS);
	for (int round = 0; round < 20; round++) {
		run_users(again, N_PACKETS, 2 * USB_PACKET_PS);
		for (unsigned int i = 0; i < N_PORTS; i++)
			assert_memory_equal(again[i].done, first[i].done, sizeof(first[i].done));
	}
}

static void test_no_two_packets_are_on_the_bus_at_once(void **state)
{
	static struct user u[N_PORTS];
	u64 last = 0;

	run_users(u, N_PACKETS, USB_PACKET_PS);
	for (unsigned int i = 0; i < N_PORTS; i++)
		for (unsigned int k = 0; k < u[i].n; k++)
			for (unsigned int j = 0; j < i; j++)
				for (unsigned int m = 0; m < u[j].n; m++)
					assert_true(u[i].done[k] != u[j].done[m]);
	/* four want all of it: a packet time each, without a gap, and each has its share */
	for (unsigned int i = 0; i < N_PORTS; i++)
		last = max(last, u[i].done[u[i].n - 1]);
	assert_true(last >= (3 * N_PACKETS + N_PACKETS / 3) * USB_PACKET_PS);
	assert_true(last <= (3 * N_PACKETS + N_PACKETS / 3 + 10) * USB_PACKET_PS);
	assert_true(u[0].done[N_PACKETS / 2] < last * 2 / 3);
}

static void test_a_lone_port_has_the_bus_for_itself(void **state)
{
	struct usbbus *bus = usbbus_new(1);
	u64 at = 10 * USB_PACKET_PS;

	assert_int_equal(usbbus_carry(bus, 0, at), at + USB_PACKET_PS);
	assert_int_equal(usbbus_carry(bus, 0, at), at + 2 * USB_PACKET_PS);
	/* room in the past is room */
	assert_int_equal(usbbus_carry(bus, 0, 3 * USB_PACKET_PS), 4 * USB_PACKET_PS);
	/* far ahead: what is long past is forgotten */
	assert_int_equal(usbbus_carry(bus, 0, 2000000 * USB_PACKET_PS), 2000001 * USB_PACKET_PS);
	assert_true(usbbus_carry(bus, 0, 0) > 1900000 * USB_PACKET_PS);
	usbbus_leave(bus, 0);
	usbbus_leave(bus, 0);
	usbbus_free(bus);
}

static void test_nobody_waits_for_those_who_have_left(void **state)
{
	struct usbbus *bus = usbbus_new(3);

	usbbus_leave(bus, 0);
	usbbus_leave(bus, 2);
	assert_int_equal(usbbus_carry(bus, 1, PS_PER_S) / PS_PER_MS, 1000);
	usbbus_free(bus);
}

/* ---- boards ---- */

#define N_BOARDS 8

struct gang_board {
	struct swdrom_gang *gang;
	const struct swdrom *loader;
	size_t index;
	pthread_t thread;
	enum swdrom_status status;
	u64 ns, verified;
	bool gives_up; /* never opens it */
};

static void *run_board(void *arg)
{
	struct gang_board *b = arg;
	struct swdrom *s = swdrom_new(NULL);
	const struct swdrom_open_opts open = { .gang = b->gang,
					       .gang_index = b->index,
					       .board = "stm32l476g-disco" };
	const struct swdrom_write_opts write = { 0 };

	if (b->gives_up) {
		swdrom_gang_leave(b->gang, b->index);
		swdrom_free(s);
		return NULL;
	}
	b->status = swdrom_share_images(s, b->loader);
	if (!b->status)
		b->status = swdrom_open(s, &open);
	if (!b->status)
		b->status = swdrom_write(s, &write);
	swdrom_close(s, SWDROM_EXIT_NONE);
	swdrom_gang_leave(b->gang, b->index);
	b->ns = swdrom_report(s)->bench.session_ns;
	b->verified = swdrom_report(s)->verified_bytes;
	swdrom_free(s);
	return NULL;
}

static struct swdrom *load(size_t len)
{
	struct swdrom *s = swdrom_new(NULL);
	char path[] = "/tmp/test-gang-XXXXXX";
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "wb");

	assert_non_null(s);
	assert_non_null(f);
	for (size_t i = 0; i < len; i++)
		fputc((int)(i * 2654435761u >> 13 & 0xff), f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(swdrom_add_image(s, path, 0x08000000), SWDROM_OK);
	assert_int_equal(swdrom_add_image(s, path, 0x90000000), SWDROM_OK);
	remove(path);
	return s;
}

/* a thread for each of @texts */
static void run_gang(const struct swdrom *loader, const char *const *texts, size_t n,
		     struct gang_board *boards)
{
	struct swdrom_gang *g = swdrom_gang_new(texts, n);

	assert_non_null(g);
	assert_int_equal(swdrom_gang_error(g)->status, SWDROM_OK);
	assert_int_equal(swdrom_gang_size(g), n);
	for (size_t i = 0; i < n; i++) {
		boards[i].gang = g;
		boards[i].loader = loader;
		boards[i].index = i;
		assert_int_equal(pthread_create(&boards[i].thread, NULL, run_board, &boards[i]), 0);
	}
	for (size_t i = 0; i < n; i++)
		pthread_join(boards[i].thread, NULL);
	swdrom_gang_free(g);
}

static const char *const eight[N_BOARDS] = {
	"sim", "sim", "sim", "sim", "sim", "sim", "sim", "sim"
};

static void test_eight_boards_take_the_same_virtual_time_each_run(void **state)
{
	struct gang_board first[N_BOARDS] = { 0 }, again[N_BOARDS] = { 0 };
	struct swdrom *loader = load(KIB(8));

	run_gang(loader, eight, N_BOARDS, first);
	run_gang(loader, eight, N_BOARDS, again);
	for (size_t i = 0; i < N_BOARDS; i++) {
		assert_int_equal(first[i].status, SWDROM_OK);
		assert_true(first[i].verified == KIB(16));
		assert_true(first[i].ns == again[i].ns);
	}
	swdrom_free(loader);
}

static void test_eight_boards_take_hardly_longer_than_one(void **state)
{
	struct gang_board one = { 0 }, all[N_BOARDS] = { 0 };
	static const char *const alike[N_BOARDS] = { "sim:seed=3", "sim:seed=3", "sim:seed=3",
						     "sim:seed=3", "sim:seed=3", "sim:seed=3",
						     "sim:seed=3", "sim:seed=3" };
	struct swdrom *loader = load(KIB(16));

	run_gang(loader, alike, 1, &one);
	run_gang(loader, alike, N_BOARDS, all);
	for (size_t i = 0; i < N_BOARDS; i++) {
		assert_int_equal(all[i].status, SWDROM_OK);
		assert_true(all[i].ns * 10 <= one.ns * 11);
	}
	swdrom_free(loader);
}

static void test_boards_that_fail_or_never_begin_hold_nobody_up(void **state)
{
	static const char *const texts[] = { "sim", "sim:no_power=1", "sim", "sim:unplug_at=50",
					     "sim:bogus=1" };
	struct gang_board b[5] = { 0 };
	struct swdrom *loader = load(KIB(4));

	b[2].gives_up = true;
	run_gang(loader, texts, 5, b);
	assert_int_equal(b[0].status, SWDROM_OK);
	assert_int_equal(b[1].status, SWDROM_NO_TARGET);
	assert_int_equal(b[3].status, SWDROM_NO_ADAPTER);
	assert_int_equal(b[4].status, SWDROM_USAGE);
	swdrom_free(loader);
}

static void assert_refused(const char *a, const char *b, enum swdrom_status status,
			   const char *says)
{
	const char *const texts[] = { a, b };
	struct swdrom_gang *g = swdrom_gang_new(texts, 2);

	assert_non_null(g);
	assert_int_equal(swdrom_gang_error(g)->status, status);
	if (!strstr(swdrom_gang_error(g)->what, says))
		fail_msg("'%s' does not say '%s'", swdrom_gang_error(g)->what, says);
	swdrom_gang_free(g);
}

static void test_an_adapter_named_twice_is_refused(void **state)
{
	assert_refused("sim:serial=X", "sim:seed=9,serial=X", SWDROM_USAGE, "serial number X");
	assert_refused("sim:state=a", "sim:state=a", SWDROM_USAGE, "file a");
	/* the second one is SIM0002 unless the first one took that name */
	assert_refused("sim:serial=SIM0002", "sim", SWDROM_USAGE, "SIM0002");
	assert_refused("remote_bitbang:port=7", "remote_bitbang:port=7", SWDROM_USAGE, "port=7");
	assert_refused("sim", "nobody:x=1", SWDROM_USAGE, "no programmer nobody");
	assert_refused("sim", "sim:x", SWDROM_USAGE, "not key=value");
}

static void test_boards_have_names_of_their_own(void **state)
{
	static const char *const texts[] = { "sim", "sim:serial=A\\,B", "remote_bitbang:port=1" };
	struct swdrom_gang *g = swdrom_gang_new(texts, 3);

	assert_string_equal(swdrom_gang_label(g, 0), "SIM0001");
	assert_string_equal(swdrom_gang_label(g, 1), "A,B");
	assert_string_equal(swdrom_gang_label(g, 2), "remote_bitbang:port=1");
	swdrom_gang_free(g);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
static u64 memory_kib(const char *what)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[128];
	u64 kib = 0;

	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		if (!strncmp(line, what, strlen(what)))
			kib = strtoull(line + strlen(what), NULL, 10);
	fclose(f);
	return kib;
}

static void test_eight_boards_fit_in_64_mib(void **state)
{
	struct gang_board b[N_BOARDS] = { 0 };
	struct swdrom *loader = load(KIB(128));
	FILE *f = fopen("/proc/self/clear_refs", "w"); /* 5: the peak begins anew */
	u64 before;

	if (!f || fputs("5\n", f) < 0 || fclose(f))
		skip();
	before = memory_kib("VmRSS:");
	run_gang(loader, eight, N_BOARDS, b);
	assert_int_equal(b[0].status, SWDROM_OK);
	assert_true(memory_kib("VmHWM:") - before < 64 * 1024);
	swdrom_free(loader);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_packets_go_by_virtual_time_however_threads_run),
		cmocka_unit_test(test_no_two_packets_are_on_the_bus_at_once),
		cmocka_unit_test(test_a_lone_port_has_the_bus_for_itself),
		cmocka_unit_test(test_nobody_waits_for_those_who_have_left),
		cmocka_unit_test(test_eight_boards_take_the_same_virtual_time_each_run),
		cmocka_unit_test(test_eight_boards_take_hardly_longer_than_one),
		cmocka_unit_test(test_boards_that_fail_or_never_begin_hold_nobody_up),
		cmocka_unit_test(test_an_adapter_named_twice_is_refused),
		cmocka_unit_test(test_boards_have_names_of_their_own),
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
		cmocka_unit_test(test_eight_boards_fit_in_64_mib),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
