// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual time of the server's boards against the wall clock, which is the test's: clients that are
 * slow, and boards that are. What is on the wire is as little as can be: remote_bitbang.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "simd/loop.h"
#include "tests/support/simd-report.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define N_BOARDS 2

struct fix {
	struct simd *s;
	struct err err;
	struct sysclock clk;
	u64 now_ns;
	unsigned int slow; /* so much longer the first board takes than it should */
	int port[N_BOARDS], fd[N_BOARDS];
};

static u64 board_ns(struct fix *f, unsigned int i)
{
	return sim_now_ps(simd_board_at(f->s, i)->sim) / PS_PER_NS;
}

static u64 wall_now(struct sysclock *clk)
{
	struct fix *f = container_of(clk, struct fix, clk);

	return f->now_ns + (f->slow ? f->slow * board_ns(f, 0) : 0);
}

static void start(struct fix *f, bool realtime)
{
	unsigned int i;

	f->s = simd_new(realtime);
	f->clk.now_ns = wall_now;
	f->now_ns = SEC_NS;
	simd_set_clock(f->s, &f->clk);
	for (i = 0; i < N_BOARDS; i++) {
		struct sim_opts opts;
		struct transport *t;

		sim_opts_default(&opts);
		assert_int_equal(sim_open(&opts, NULL, &f->err, &t), 0);
		assert_non_null(simd_add_board(f->s, t));
		f->port[i] = simd_listen(f->s, &simd_remote_bitbang, simd_board_at(f->s, i), "0",
					 &f->err);
		assert_true(f->port[i] > 0);
	}
}

static int setup(void **state)
{
	struct fix *f = calloc(1, sizeof(*f));

	f->fd[0] = f->fd[1] = -1;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fix *f = *state;
	unsigned int i;

	for (i = 0; i < N_BOARDS; i++)
		if (f->fd[i] >= 0)
			close(f->fd[i]);
	simd_free(f->s, &f->err);
	free(f);
	return 0;
}

static void turns(struct fix *f, unsigned int n)
{
	for (; n; n--)
		assert_int_equal(simd_turn(f->s, 0, &f->err), 0);
}

static void dial(struct fix *f, unsigned int i)
{
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_port = htons((u16)f->port[i]) };
	int room = 4096;

	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	f->fd[i] = socket(AF_INET, SOCK_STREAM, 0);
	assert_true(f->fd[i] >= 0);
	setsockopt(f->fd[i], SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	assert_int_equal(connect(f->fd[i], (struct sockaddr *)&sa, sizeof(sa)), 0);
	turns(f, 10);
}

/* how many turns until SWDIO's level has come; 0: it does not within @most of them */
static unsigned int ask(struct fix *f, unsigned int i, unsigned int most)
{
	unsigned int n;
	char c;

	assert_int_equal(send(f->fd[i], "c", 1, MSG_NOSIGNAL), 1);
	for (n = 1; n <= most; n++) {
		turns(f, 1);
		if (recv(f->fd[i], &c, 1, MSG_DONTWAIT) == 1)
			return n;
	}
	return 0;
}

/* questions until nothing goes through any more, because nobody takes the answers; returns how many */
static size_t ask_too_much(struct fix *f)
{
	char questions[4096];
	unsigned int idle = 0;
	size_t asked = 0;

	memset(questions, 'c', sizeof(questions));
	while (idle < 20) {
		ssize_t n =
			send(f->fd[0], questions, sizeof(questions), MSG_DONTWAIT | MSG_NOSIGNAL);

		idle = n > 0 ? 0 : idle + 1;
		asked += n > 0 ? (size_t)n : 0;
		turns(f, 1);
	}
	return asked;
}

static void take_answers(struct fix *f, size_t n)
{
	char answers[4096];
	unsigned int idle;

	for (idle = 0; n && idle < 1000; idle++) {
		ssize_t got = recv(f->fd[0], answers, sizeof(answers), MSG_DONTWAIT);

		turns(f, 1);
		if (got <= 0)
			continue;
		n -= (size_t)got;
		idle = 0;
	}
	assert_int_equal(n, 0);
}

static void test_in_real_time_a_board_keeps_up_while_its_client_is_silent(void **state)
{
	struct fix *f = *state;
	unsigned int i;
	u64 before;

	start(f, true);
	dial(f, 0);
	assert_true(ask(f, 0, 10));
	before = board_ns(f, 0);
	for (i = 1; i <= 100; i++) {
		f->now_ns += 100 * USEC_NS;
		turns(f, 1);
		assert_true(board_ns(f, 0) - before >= (i - 1) * 100 * USEC_NS);
		assert_true(board_ns(f, 0) - before <= (i + 1) * 100 * USEC_NS);
	}
}

static void test_in_real_time_a_board_that_is_too_slow_for_it_holds_up_nobody(void **state)
{
	struct fix *f = *state;
	unsigned int i;

	start(f, true);
	dial(f, 0);
	dial(f, 1);
	f->slow = 2;
	for (i = 0; i < 300; i++) {
		u64 from = wall_now(&f->clk);

		f->now_ns += USEC_NS;
		turns(f, 1);
		assert_true(wall_now(&f->clk) - from < 100 * MSEC_NS);
	}
	assert_true(ask(f, 1, 5));
	/* its own client waits, but not for ever */
	assert_true(ask(f, 0, 100));
	assert_true(ask(f, 0, 100));
}

static void test_in_real_time_answers_that_are_not_taken_are_not_late(void **state)
{
	struct fix *f = *state;
	char questions[1000];
	size_t asked = 0;

	memset(questions, 'c', sizeof(questions));
	start(f, true);
	dial(f, 0);
	while (f->s->conns[0]->n_tx < 100000) {
		assert_int_equal(send(f->fd[0], questions, sizeof(questions), MSG_NOSIGNAL),
				 sizeof(questions));
		asked += sizeof(questions);
		turns(f, 1);
	}
	turns(f, 1000); /* all questions have come */
	f->now_ns += 5 * SEC_NS;
	turns(f, 10);
	take_answers(f, asked);
	assert_true(late_s(f->s) < 0.1);
	assert_true(ask(f, 0, 10));
}

static void test_while_answers_are_not_taken_time_passes(void **state)
{
	struct fix *f = *state;
	size_t asked;
	u64 before;

	start(f, false);
	dial(f, 0);
	asked = ask_too_much(f);
	before = board_ns(f, 0);
	f->now_ns += 5 * SEC_NS;
	turns(f, 10);
	take_answers(f, asked);
	assert_int_equal(board_ns(f, 0) - before, 5 * SEC_NS);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_in_real_time_a_board_keeps_up_while_its_client_is_silent),
		T(test_in_real_time_a_board_that_is_too_slow_for_it_holds_up_nobody),
		T(test_in_real_time_answers_that_are_not_taken_are_not_late),
		T(test_while_answers_are_not_taken_time_passes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
