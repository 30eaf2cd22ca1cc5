// SPDX-License-Identifier: GPL-2.0-or-later
/* the USB/IP server and the USB device behind it, over a real socket */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/usbip-client.h"

static void string_is(struct fix *f, u8 index, const char *text)
{
	struct ret r = control(f, 0x80, 6, (u16)(0x300 | index), 0x0409, 255);
	size_t i;

	assert_int_equal(r.status, 0);
	assert_int_equal(r.actual, 2 + 2 * strlen(text));
	assert_int_equal(r.data[0], r.actual);
	for (i = 0; text[i]; i++)
		assert_int_equal(get_le16(r.data + 2 + 2 * i), text[i]);
}

static void test_every_board_is_listed_with_a_bus_id_of_its_own(void **state)
{
	static const u8 req[8] = { 0x01, 0x11, 0x80, 0x05 };
	u8 rep[12 + REC + 16 + REC + 8];
	struct fix *f = *state;

	start(f, "ft4232h");
	f->fd = dial(f);
	put(f, f->fd, req, sizeof(req));
	assert_int_equal(get(f, f->fd, rep, sizeof(rep)), sizeof(rep));
	assert_int_equal(get_be32(rep + 8), 2);
	assert_string_equal((char *)rep + 12 + 256, "1-1");
	assert_int_equal(rep[12 + REC - 1], 4); /* interfaces */
	assert_string_equal((char *)rep + 12 + REC + 16 + 256, "1-2");
	assert_int_equal(get_be32(rep + 12 + 256 + 32 + 8), 3); /* high speed */
	assert_memory_equal(rep + 12 + 256 + 32 + 12, "\x04\x03\x60\x11\x08\x00", 6);
	assert_memory_equal(rep + sizeof(rep) - 8, "\xff\xff\xff\0", 4);
	assert_int_equal(get(f, f->fd, rep, 1), 0); /* and that is all */
}

static void test_descriptors_name_two_channels_and_the_boards_serial_number(void **state)
{
	struct fix *f = *state;
	struct ret r = { 0 };

	start(f, "ft2232h");
	attach(f);
	r = control(f, 0x80, 6, 0x100, 0, 64);
	assert_int_equal(r.actual, 18);
	assert_int_equal(get_le16(r.data + 8), 0x0403);
	assert_int_equal(get_le16(r.data + 10), 0x6010);
	assert_int_equal(get_le16(r.data + 12), 0x0700);
	string_is(f, r.data[15], "Dual RS232-HS");
	string_is(f, r.data[16], "FIRST");
	r = control(f, 0x80, 6, 0x200, 0, 9);
	assert_int_equal(r.actual, 9);
	assert_int_equal(get_le16(r.data + 2), 55);
	r = control(f, 0x80, 6, 0x200, 0, 255);
	assert_int_equal(r.actual, 55);
	assert_int_equal(r.data[4], 2);
	assert_int_equal(r.data[9 + 9 + 2], 0x81);
	assert_int_equal(get_le16(r.data + 9 + 9 + 4), 512);
	assert_int_equal(r.data[55 - 5], 0x04);
	assert_int_equal(control(f, 0x80, 6, 0x0f00, 0, 255).status, -EPIPE);
}

static void test_a_device_in_use_and_one_that_is_not_there_are_refused(void **state)
{
	struct fix *f = *state;
	int fd;

	start(f, "ft2232h");
	attach(f);
	fd = f->fd;
	assert_int_not_equal(import(f, "1-1"), 0);
	assert_int_not_equal(import(f, "1-3"), 0);
	assert_int_equal(import(f, "1-2"), 0);
	close(fd);
}

static void test_mpsse_answers_bad_commands_after_the_latency_timer(void **state)
{
	struct fix *f = *state;
	struct ret r = { 0 };

	start(f, "ft232h");
	attach(f);
	good_control(f, 0x09, 5, 1);
	assert_int_equal(control(f, 0xc0, 0x0a, 0, 1, 1).data[0], 5);
	good_control(f, 0x0b, 0x020b, 1);
	assert_int_equal(bulk_out(f, OUT_A, "\xaa", 1).actual, 1);
	do
		r = bulk_in(f, IN_A, 512);
	while (r.actual == 2);
	assert_int_equal(r.status, 0);
	assert_int_equal(r.actual, 4);
	assert_memory_equal(r.data + 2, "\xfa\xaa", 2);
}

static void test_an_in_urb_holds_510_bytes_of_data_in_each_packet(void **state)
{
	u8 cmd[] = { 0x84, 0x8a, 0x39, 0xff, 0x05, [5 ... 5 + 0x5ff] = 0, 0x87 };
	struct fix *f = *state;
	struct ret r = { 0 };
	unsigned int i;

	start(f, "ft2232h");
	attach(f);
	good_control(f, 0x0b, 0x020b, 1);
	for (i = 0; i < 0x600; i++)
		cmd[5 + i] = (u8)(i * 7);
	assert_int_equal(bulk_out(f, OUT_A, cmd, sizeof(cmd)).actual, sizeof(cmd));
	r = bulk_in(f, IN_A, 4096);
	assert_int_equal(r.actual, 0x600 + 4 * 2);
	for (i = 0; i < 0x600; i++)
		assert_int_equal(r.data[i / 510 * 512 + 2 + i % 510], (u8)(i * 7));
}

static void test_full_speed_has_packets_of_64_bytes_and_says_so(void **state)
{
	static const u8 req[8] = { 0x01, 0x11, 0x80, 0x05 };
	u8 cmd[] = { 0x84, 0x8a, 0x39, 0xff, 0x00, [5 ... 5 + 0xff] = 0, 0x87 };
	u8 rep[12 + REC + 8];
	struct fix *f = *state;
	struct ret r = { 0 };
	unsigned int i;
	u64 from, took;

	start(f, "ft2232h");
	usbdev_set_full_speed(simd_board_at(f->s, 0)->usb);
	f->fd = dial(f);
	put(f, f->fd, req, sizeof(req));
	assert_int_equal(get(f, f->fd, rep, sizeof(rep)), sizeof(rep));
	assert_int_equal(get_be32(rep + 12 + 256 + 32 + 8), 2);
	close(f->fd);
	attach(f);
	r = control(f, 0x80, 6, 0x200, 0, 255);
	assert_int_equal(get_le16(r.data + 9 + 9 + 4), 64);
	r = control(f, 0x80, 6, 0x700, 0, 255); /* at the other speed */
	assert_int_equal(get_le16(r.data + 9 + 9 + 4), 512);
	good_control(f, 0x0b, 0x020b, 1);
	for (i = 0; i < 0x100; i++)
		cmd[5 + i] = (u8)(i * 7);
	from = sim_now_ps(simd_board_at(f->s, 0)->sim);
	assert_int_equal(bulk_out(f, OUT_A, cmd, sizeof(cmd)).actual, sizeof(cmd));
	r = bulk_in(f, IN_A, 1024);
	took = sim_now_ps(simd_board_at(f->s, 0)->sim) - from;
	assert_int_equal(r.actual, 0x100 + 5 * 2);
	assert_int_equal(r.data[0] & 0x0f, 1);
	for (i = 0; i < 0x100; i++)
		assert_int_equal(r.data[i / 62 * 64 + 2 + i % 62], (u8)(i * 7));
	/* 262 bytes at 1.2 MB/s, and whole frames; on a fast bus it takes 0.3 ms */
	assert_in_range(took, PS_PER_MS, 6 * PS_PER_MS);
}

/* a shift of @n bytes that comes back; the same on any channel */
static void loop_back(struct fix *f, unsigned int out, unsigned int in, u8 salt)
{
	u8 cmd[5 + 300 + 1] = { 0x84, 0x8a, 0x39, 0x2b, 0x01 };
	struct ret r = { 0 };
	unsigned int i;

	for (i = 0; i < 300; i++)
		cmd[5 + i] = (u8)(i * 7 + salt);
	cmd[305] = 0x87;
	assert_int_equal(bulk_out(f, out, cmd, sizeof(cmd)).actual, sizeof(cmd));
	r = bulk_in(f, in, 1024);
	assert_int_equal(r.actual, 302);
	assert_memory_equal(r.data + 2, cmd + 5, 300);
}

static void test_channel_b_has_an_mpsse_of_its_own_with_nothing_on_its_pins(void **state)
{
	struct fix *f = *state;
	struct ret r = { 0 };

	start(f, "ft2232h");
	attach(f);
	good_control(f, 0x0b, 0x020b, 1);
	good_control(f, 0x0b, 0x020b, 2);
	loop_back(f, OUT_B, IN_B, 1);
	loop_back(f, OUT_A, IN_A, 2);
	loop_back(f, OUT_B, IN_B, 3);
	/* a read of a pin that nobody drives, and the pins of channel A are others */
	bulk_out(f, OUT_B, "\x85\x80\x50\xfb\x20\x00\x00\x81\x87", 9);
	r = bulk_in(f, IN_B, 512);
	assert_int_equal(r.actual, 4);
	assert_int_equal(r.data[2], 0xff);
	assert_int_equal(r.data[3], 0x54);
	bulk_out(f, OUT_A, "\x80\x00\xfb\x81\x87", 5);
	r = bulk_in(f, IN_A, 512);
	assert_int_equal(r.data[2] & 0xfb, 0x00);
	assert_int_equal(sim_n_complaints(simd_board_at(f->s, 0)->sim), 0);
}

static void test_two_mpsse_work_at_the_same_time(void **state)
{
	/* 35 ms of clocks each, in messages that come together */
	static const u8 clocks[] = { 0x8a, 0x86, 0x01, 0x00, 0x8f, 0xff, 0xff, 0x81, 0x87 };
	u8 m[2][HEAD + sizeof(clocks)] = { 0 };
	unsigned int i, n = 0;
	struct fix *f = *state;
	u64 from, took;
	struct ret r = { 0 };

	start(f, "ft2232h");
	attach(f);
	good_control(f, 0x09, 255, 1);
	good_control(f, 0x09, 255, 2);
	good_control(f, 0x0b, 0x020b, 1);
	good_control(f, 0x0b, 0x020b, 2);
	submit_raw(f, IN_A, true, NULL, NULL, 512);
	submit_raw(f, IN_B, true, NULL, NULL, 512);
	for (i = 0; i < 2; i++) {
		put_be32(m[i], 1);
		put_be32(m[i] + 4, ++f->seqnum);
		put_be32(m[i] + 8, 0x00010002);
		put_be32(m[i] + 16, i ? OUT_B : OUT_A);
		put_be32(m[i] + 24, sizeof(clocks));
		memcpy(m[i] + HEAD, clocks, sizeof(clocks));
	}
	from = sim_now_ps(simd_board_at(f->s, 0)->sim);
	put(f, f->fd, m, sizeof(m));
	while (n < 2) {
		assert_true(answer(f, false, &r));
		if (r.seqnum + 1 >= f->seqnum)
			continue; /* an OUT */
		assert_int_equal(r.actual, 3);
		assert_int_equal(get(f, f->fd, r.data, 3), 3);
		n++;
	}
	took = sim_now_ps(simd_board_at(f->s, 0)->sim) - from;
	assert_in_range(took, 35 * PS_PER_MS, 60 * PS_PER_MS);
}

/* some turns in which no time passes for the client. True: a read was answered, up to URB @last_in */
static bool hears_reply(struct fix *f, u32 last_in)
{
	struct pollfd p = { .fd = f->fd, .events = POLLIN };
	struct ret r = { 0 };

	for (unsigned int i = 0; i < 50; i++)
		assert_int_equal(simd_turn(f->s, 0, &f->err), 0);
	while (poll(&p, 1, TURN_MS) > 0) {
		assert_true(answer(f, false, &r));
		if (r.seqnum > last_in)
			continue; /* an OUT */
		assert_int_equal(r.actual, 3);
		assert_int_equal(get(f, f->fd, r.data, 3), 3);
		return true;
	}
	return false;
}

static void test_the_mpsse_leaves_a_client_the_time_to_keep_it_busy(void **state)
{
	/* 2 ms of clocks, a byte to read */
	static const u8 clocks[] = { 0x8a, 0x86, 0x00, 0x00, 0x8f, 0x4b, 0x1d, 0x81, 0x87 };
	struct fix *f = *state;
	struct sim *sim;
	u32 last_in = 0;
	u64 from;

	start(f, "ft2232h");
	attach(f);
	good_control(f, 0x09, 255, 1);
	good_control(f, 0x0b, 0x020b, 1);
	assert_int_equal(bulk_in(f, IN_A, 512).actual, 2); /* now the timer has its latency */
	sim = simd_board_at(f->s, 0)->sim;
	for (int i = 0; i < 3; i++)
		last_in = submit_raw(f, IN_A, true, NULL, NULL, 512);
	for (int i = 0; i < 3; i++)
		submit_raw(f, OUT_A, false, NULL, clocks, sizeof(clocks));
	assert_true(hears_reply(f, last_in));
	for (int i = 0; i < 2; i++) {
		from = sim_now_ps(sim);
		assert_false(hears_reply(f, last_in));
		assert_in_range(sim_now_ps(sim) - from, 0, 200 * PS_PER_US);
		f->now_ns += 400 * USEC_NS;
		assert_false(hears_reply(f, last_in));
		assert_in_range(sim_now_ps(sim) - from, 200 * PS_PER_US, 500 * PS_PER_US);
		/* it has nothing to say, it seems: no need to wait for real */
		f->now_ns += 600 * USEC_NS;
		assert_true(hears_reply(f, last_in));
		assert_in_range(sim_now_ps(sim) - from, 1800 * PS_PER_US, 2500 * PS_PER_US);
	}
}

/* from the first of two transfers to its reply */
static u64 reply_time(struct fix *f, const void *behind, u32 n_behind)
{
	/* 100 us of clocks, twice */
	static const u8 clocks[] = { 0x8a, 0x86, 0x00, 0x00, 0x8f, 0x76,
				     0x01, 0x8f, 0x76, 0x01, 0x81, 0x87 };
	struct pollfd p = { .events = POLLIN };
	struct sim *sim;
	struct ret r = { 0 };
	u64 from;
	u32 in;

	start(f, "ft2232h");
	attach(f);
	good_control(f, 0x09, 255, 1);
	good_control(f, 0x0b, 0x020b, 1);
	assert_int_equal(bulk_in(f, IN_A, 512).actual, 2);
	sim = simd_board_at(f->s, 0)->sim;
	in = submit_raw(f, IN_A, true, NULL, NULL, 512);
	from = sim_now_ps(sim);
	submit_raw(f, OUT_A, false, NULL, clocks, sizeof(clocks));
	submit_raw(f, OUT_A, false, NULL, behind, n_behind);
	p.fd = f->fd;
	for (int i = 0; i < MAX_TURNS; i++) {
		assert_int_equal(simd_turn(f->s, TURN_MS, &f->err), 0);
		if (poll(&p, 1, 0) <= 0)
			continue;
		assert_true(answer(f, false, &r));
		if (r.seqnum == in)
			return sim_now_ps(sim) - from;
	}
	return 0;
}

static void test_what_follows_in_the_fifo_does_not_hold_up_what_is_there(void **state)
{
	static u8 behind[4000] = { 0x8f, 0xff, 0xff }; /* 17 ms of clocks; 100 us on the bus */
	struct fix *f = *state;
	u64 alone_ps, followed_ps;

	memset(behind + 3, 0x87, sizeof(behind) - 3);
	alone_ps = reply_time(f, behind, 3);
	close(f->fd);
	simd_free(f->s, &f->err);
	*f = (struct fix){ .fd = -1 };
	followed_ps = reply_time(f, behind, sizeof(behind));
	assert_in_range(followed_ps, alone_ps, alone_ps + 10 * PS_PER_US);
}

static void test_synchronous_bit_bang_is_one_byte_behind(void **state)
{
	struct fix *f = *state;
	struct ret r = { 0 };

	start(f, "ft4232h");
	attach(f);
	good_control(f, 0x09, 1, 4);
	good_control(f, 0x0b, 0x040f, 4); /* channel D, its low four pins are outputs */
	bulk_out(f, 8, "\x05\x0a\x0a", 3);
	do
		r = bulk_in(f, 7, 512);
	while (r.actual == 2);
	assert_int_equal(r.actual, 5);
	assert_memory_equal(r.data + 2, "\xf0\xf5\xfa", 3);
	assert_int_equal(control(f, 0xc0, 0x0c, 0, 4, 1).data[0], 0xfa);
}

static void test_bit_bang_goes_at_the_pace_of_the_baud_rate(void **state)
{
	struct fix *f = *state;
	struct ret r = { 0 };
	u64 from, took;

	start(f, "ft2232h");
	attach(f);
	good_control(f, 0x03, 312, 2); /* 9600 baud, so 153.6 kHz */
	good_control(f, 0x09, 255, 2);
	good_control(f, 0x0b, 0x01ff, 2);
	from = sim_now_ps(simd_board_at(f->s, 0)->sim);
	bulk_out(f, OUT_B, "\x55", 1);
	r = bulk_in(f, IN_B, 512);
	took = sim_now_ps(simd_board_at(f->s, 0)->sim) - from;
	assert_int_equal(r.actual, 512); /* samples, without end */
	assert_int_equal(r.data[511], 0x55);
	assert_in_range(took, 3 * PS_PER_MS, 5 * PS_PER_MS); /* 510 of 6.5 us */
}

static void test_swd_by_bit_bang_reaches_the_target(void **state)
{
	struct fix *f = *state;
	struct sim *sim;
	u8 buf[2 * 70];
	unsigned int i;
	struct ret r = { 0 };
	u64 before;

	start(f, "ft2232h");
	attach(f);
	sim = simd_board_at(f->s, 0)->sim;
	good_control(f, 0x03, 1, 1);
	good_control(f, 0x0b, 0x0403, 1); /* SWCLK and SWDIO */
	before = sim->stats.swclk_cycles;
	for (i = 0; i < sizeof(buf); i++)
		buf[i] = (u8)(2 | (i & 1));
	assert_int_equal(bulk_out(f, OUT_A, buf, sizeof(buf)).status, 0);
	do
		r = bulk_in(f, IN_A, 512);
	while (r.actual < sizeof(buf) + 2);
	assert_int_equal(sim->stats.swclk_cycles - before, 70);
}

static void test_a_mode_that_a_channel_has_not_is_told(void **state)
{
	struct fix *f = *state;
	struct sim *sim;

	start(f, "ft4232h");
	attach(f);
	sim = simd_board_at(f->s, 0)->sim;
	good_control(f, 0x0b, 0x0200, 2);
	assert_int_equal(sim_n_complaints(sim), 0);
	good_control(f, 0x0b, 0x0200, 3); /* MPSSE of channel C */
	assert_int_equal(sim_n_complaints(sim), 1);
	good_control(f, 0x0b, 0x4000, 1); /* synchronous FIFO needs an EEPROM that says so */
	assert_int_equal(sim_n_complaints(sim), 2);
}

static void test_channel_b_is_a_uart_that_hears_itself(void **state)
{
	struct fix *f = *state;
	u8 got[64];
	size_t n = 0;

	start(f, "ft2232h");
	attach(f);
	good_control(f, 0x03, 1, 2); /* 2 Mbaud */
	bulk_out(f, OUT_B, "hello, world", 12);
	while (n < 12) {
		struct ret r = bulk_in(f, IN_B, 64 * 8);

		assert_in_range(r.actual, 2, 14);
		memcpy(got + n, r.data + 2, r.actual - 2);
		n += r.actual - 2;
	}
	assert_memory_equal(got, "hello, world", 12);
}

static void test_more_data_than_asked_for_is_babble(void **state)
{
	struct fix *f = *state;
	struct ret r = { 0 };

	start(f, "ft2232h");
	attach(f);
	good_control(f, 0x0b, 0x020b, 1);
	bulk_out(f, OUT_A, "\xaa\xab\xac\x87", 4);
	r = bulk_in(f, IN_A, 4);
	assert_int_equal(r.status, -EOVERFLOW);
	assert_int_equal(r.actual, 4);
}

static void test_an_idle_read_is_answered_by_the_latency_timer_and_not_at_once(void **state)
{
	struct fix *f = *state;
	u64 from;

	start(f, "ft2232h");
	attach(f);
	good_control(f, 0x09, 200, 1);
	from = sim_now_ps(simd_board_at(f->s, 0)->sim);
	assert_int_equal(bulk_in(f, IN_A, 512).actual, 2);
	assert_true(sim_now_ps(simd_board_at(f->s, 0)->sim) - from >= 190 * PS_PER_MS);
}

static s32 unlink_urb(struct fix *f, u32 victim)
{
	u8 m[HEAD] = { 0 };
	struct ret r = { 0 };

	put_be32(m, 2);
	put_be32(m + 4, ++f->seqnum);
	put_be32(m + 20, victim);
	put(f, f->fd, m, sizeof(m));
	assert_true(answer(f, false, &r));
	assert_int_equal(r.cmd, RET_UNLINK);
	assert_int_equal(r.seqnum, f->seqnum);
	return r.status;
}

static void test_an_unlinked_urb_is_not_answered_any_more(void **state)
{
	struct fix *f = *state;
	u32 victim;

	start(f, "ft2232h");
	attach(f);
	good_control(f, 0x09, 255, 1);
	victim = submit_raw(f, IN_A, true, NULL, NULL, 512);
	assert_int_equal(unlink_urb(f, victim), -ECONNRESET);
	assert_int_equal(unlink_urb(f, victim), 0);
	assert_int_equal(control(f, 0xc0, 0x0a, 0, 1, 1).data[0], 255);
}

static void test_a_command_that_waits_for_ever_is_ended_by_a_purge(void **state)
{
	struct fix *f = *state;
	u8 junk[6000] = { 0x8b, 0x86, 0, 0, 0x95 }; /* clock until GPIOL1 is low: it is not */
	u32 victim;

	start(f, "ft2232h");
	attach(f);
	good_control(f, 0x0b, 0x020b, 1);
	victim = submit_raw(f, OUT_A, false, NULL, junk, sizeof(junk));
	assert_int_equal(unlink_urb(f, victim), -ECONNRESET);
	good_control(f, 0x00, 0, 1);
	bulk_out(f, OUT_A, "\xaa\x87", 2);
	assert_memory_equal(bulk_in(f, IN_A, 512).data + 2, "\xfa\xaa", 2);
}

static void test_detach_in_mid_transfer_and_attach_again(void **state)
{
	struct fix *f = *state;
	unsigned int i;

	start(f, "ft2232h");
	for (i = 0; i < 3; i++) {
		attach(f);
		/* it was without power: the mode is gone, and so is what was left behind */
		assert_int_equal(control(f, 0xc0, 0x0a, 0, 1, 1).data[0], 16);
		good_control(f, 0x0b, 0x020b, 1);
		good_control(f, 0x09, 77, 1);
		submit_raw(f, IN_A, true, NULL, NULL, 16384);
		submit_raw(f, OUT_A, false, NULL, (const u8 *)"\x19\xff\xff", 3);
		close(f->fd);
		f->fd = -1;
		simd_turn(f->s, 1, &f->err);
		simd_turn(f->s, 1, &f->err);
	}
	attach(f);
}

static u16 eeprom_word(struct fix *f, u16 i)
{
	struct ret r = control(f, 0xc0, 0x90, 0, i, 2);

	assert_int_equal(r.actual, 2);
	return get_le16(r.data);
}

static void test_the_eeprom_checks_out_and_names_the_device_at_the_next_attach(void **state)
{
	struct fix *f = *state;
	u16 sum = 0xaaaa, i;

	start(f, "ft2232h");
	attach(f);
	for (i = 0; i < 127; i++) {
		sum ^= eeprom_word(f, i);
		sum = (u16)(sum << 1 | sum >> 15);
	}
	assert_int_equal(eeprom_word(f, 127), sum);
	assert_int_equal(eeprom_word(f, 2), 0x6010);
	/* out of its range */
	assert_int_equal(control(f, 0xc0, 0x90, 0, 128, 2).status, -EPIPE);
	good_control(f, 0x92, 0, 0);
	string_is(f, 3, "FIRST"); /* read at power on only */
	close(f->fd);
	simd_turn(f->s, 1, &f->err);
	attach(f);
	assert_int_equal(control(f, 0x80, 6, 0x100, 0, 18).data[16], 0);
	assert_int_equal(control(f, 0x80, 6, 0x303, 0x0409, 255).status, -EPIPE);
}

static void test_a_halted_endpoint_stalls_until_it_is_cleared(void **state)
{
	struct fix *f = *state;

	start(f, "ft2232h");
	attach(f);
	assert_int_equal(control(f, 0x02, 3, 0, OUT_A, 0).status, 0);
	assert_int_equal(bulk_out(f, OUT_A, "x", 1).status, -EPIPE);
	assert_int_equal(control(f, 0x82, 0, 0, OUT_A, 2).data[0], 1);
	assert_int_equal(control(f, 0x02, 1, 0, OUT_A, 0).status, 0);
	assert_int_equal(bulk_out(f, OUT_A, "x", 1).status, 0);
	assert_int_equal(bulk_out(f, 9, "x", 1).status, -EPIPE);
}

static void test_malformed_clients_are_dropped_and_the_next_is_served(void **state)
{
	static const struct {
		size_t at;
		u32 value;
	} bad[] = {
		{ 0, 3 },	    { 0, 0xffffffff },	{ 12, 2 },	    { 16, 16 },
		{ 24, 0xffffffff }, { 24, 0x7fffffff }, { 24, 0x01000001 }, { 32, 7 },
	};
	struct fix *f = *state;
	u8 m[HEAD], rep[64];
	size_t i;
	int fd;

	start(f, "ft2232h");
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		attach(f);
		memset(m, 0, sizeof(m));
		put_be32(m, 1);
		put_be32(m + 8, 0x00010002);
		put_be32(m + 16, OUT_A);
		put_be32(m + bad[i].at, bad[i].value);
		put(f, f->fd, m, sizeof(m));
		assert_int_equal(get(f, f->fd, rep, 1), 0);
		close(f->fd);
	}
	fd = dial(f);
	put(f, fd, "GET / HTTP/1.1\r\n\r\n", 18);
	assert_int_equal(get(f, fd, rep, 1), 0);
	close(fd);
	attach(f);
}

static void test_noise_after_the_import_harms_nobody(void **state)
{
	struct fix *f = *state;
	u32 x = 12345, round;
	u8 m[HEAD + 64];
	size_t i;

	start(f, "ft2232h");
	for (round = 0; round < 300; round++) {
		attach(f);
		for (i = 0; i < sizeof(m); i++) {
			x = x * 1664525 + 1013904223;
			m[i] = (u8)(x >> 24);
		}
		put_be32(m, 1 + x % 2);
		put_be32(m + 8, 0x00010002);
		put_be32(m + 12, x >> 3 & 1);
		put_be32(m + 16, x >> 4 & 3);
		put_be32(m + 24, x >> 8 & 63);
		put_be32(m + 32, 0);
		put(f, f->fd, m, sizeof(m));
		close(f->fd);
		f->fd = -1;
		simd_turn(f->s, 0, &f->err);
		simd_turn(f->s, 0, &f->err);
	}
	attach(f);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_every_board_is_listed_with_a_bus_id_of_its_own),
		T(test_descriptors_name_two_channels_and_the_boards_serial_number),
		T(test_a_device_in_use_and_one_that_is_not_there_are_refused),
		T(test_mpsse_answers_bad_commands_after_the_latency_timer),
		T(test_an_in_urb_holds_510_bytes_of_data_in_each_packet),
		T(test_full_speed_has_packets_of_64_bytes_and_says_so),
		T(test_channel_b_has_an_mpsse_of_its_own_with_nothing_on_its_pins),
		T(test_two_mpsse_work_at_the_same_time),
		T(test_the_mpsse_leaves_a_client_the_time_to_keep_it_busy),
		T(test_what_follows_in_the_fifo_does_not_hold_up_what_is_there),
		T(test_synchronous_bit_bang_is_one_byte_behind),
		T(test_bit_bang_goes_at_the_pace_of_the_baud_rate),
		T(test_swd_by_bit_bang_reaches_the_target),
		T(test_a_mode_that_a_channel_has_not_is_told),
		T(test_channel_b_is_a_uart_that_hears_itself),
		T(test_more_data_than_asked_for_is_babble),
		T(test_an_idle_read_is_answered_by_the_latency_timer_and_not_at_once),
		T(test_an_unlinked_urb_is_not_answered_any_more),
		T(test_a_command_that_waits_for_ever_is_ended_by_a_purge),
		T(test_detach_in_mid_transfer_and_attach_again),
		T(test_the_eeprom_checks_out_and_names_the_device_at_the_next_attach),
		T(test_a_halted_endpoint_stalls_until_it_is_cleared),
		T(test_malformed_clients_are_dropped_and_the_next_is_served),
		T(test_noise_after_the_import_harms_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
