// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Images: formats, places in messages, overlaps, and what is refused.
 */
#include "lib/image.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define NO_ADDR UINT64_MAX

static int parse(struct image *img, const char *name, const char *text, struct err *err)
{
	memset(err, 0, sizeof(*err));
	return image_parse(img, name, (const u8 *)text, strlen(text), IMAGE_AUTO, NO_ADDR, err);
}

/* ---- Intel HEX ---- */

static void test_ihex_records_become_segments_at_linear_addresses(void **state)
{
	static const char text[] = ":020000040800F2\n"
				   ":10000000000102030405060708090A0B0C0D0E0F78\r\n"
				   ":0400100010111213A6\n"
				   "\n"
				   ":0200000490006A\n"
				   ":0100FF00AA56\n"
				   ":040000050800019559\n"
				   ":00000001FF\n";
	struct image *img = image_new();
	struct err err;
	int i;

	assert_int_equal(parse(img, "app.hex", text, &err), 0);
	assert_int_equal(img->format, IMAGE_IHEX);
	assert_int_equal(img->n_segs, 2);
	assert_int_equal(img->segs[0].addr, 0x08000000);
	assert_int_equal(img->segs[0].len, 20);
	for (i = 0; i < 20; i++)
		assert_int_equal(img->segs[0].data[i], i);
	assert_int_equal(img->segs[1].addr, 0x900000ff);
	assert_int_equal(img->segs[1].data[0], 0xaa);
	assert_int_equal(img->entry, 0x08000195);
	assert_int_equal(image_bytes(img), 21);
	image_free(img);
}

static void test_ihex_segment_records_add_sixteen_times_the_base(void **state)
{
	static const char text[] = ":020000021000EC\n:01001000559A\n:00000001FF\n";
	struct image *img = image_new();
	struct err err;

	assert_int_equal(parse(img, "x.hex", text, &err), 0);
	assert_int_equal(img->segs[0].addr, 0x10010);
	image_free(img);
}

static void test_out_of_order_records_are_sorted_and_joined(void **state)
{
	static const char text[] = ":01000300AA52\n:01000200BB42\n:01000100CC32\n:00000001FF\n";
	struct image *img = image_new();
	char place[64];
	struct err err;

	assert_int_equal(parse(img, "x.hex", text, &err), 0);
	assert_int_equal(img->n_segs, 1);
	assert_int_equal(img->segs[0].addr, 1);
	assert_memory_equal(img->segs[0].data, "\xcc\xbb\xaa", 3);
	assert_string_equal(image_place(&img->segs[0], 1, place, sizeof(place)), "x.hex line 3");
	assert_string_equal(image_place(&img->segs[0], 3, place, sizeof(place)), "x.hex line 1");
	image_free(img);
}

static void test_the_line_of_every_byte_is_known_also_after_clipping(void **state)
{
	static const char text[] = ":020000040800F2\n"
				   ":0400000000010203F6\n"
				   ":0400040004050607E2\n"
				   ":020008000809E5\n"
				   ":04000A000A0B0C0DC4\n"
				   ":00000001FF\n";
	struct image *img = image_new();
	char place[64];
	struct err err;

	assert_int_equal(parse(img, "x.hex", text, &err), 0);
	assert_int_equal(img->n_segs, 1);
	assert_string_equal(image_place(&img->segs[0], 0x08000003, place, 64), "x.hex line 2");
	assert_string_equal(image_place(&img->segs[0], 0x08000004, place, 64), "x.hex line 3");
	assert_string_equal(image_place(&img->segs[0], 0x08000009, place, 64), "x.hex line 4");
	assert_string_equal(image_place(&img->segs[0], 0x0800000d, place, 64), "x.hex line 5");
	assert_int_equal(image_clip(img, 0x08000005, 6, &err), 0);
	assert_int_equal(img->segs[0].addr, 0x08000005);
	assert_int_equal(img->segs[0].len, 6);
	assert_int_equal(img->segs[0].data[0], 5);
	assert_string_equal(image_place(&img->segs[0], 0x08000007, place, 64), "x.hex line 3");
	assert_string_equal(image_place(&img->segs[0], 0x0800000a, place, 64), "x.hex line 5");
	image_free(img);
}

/* ---- S-record ---- */

static void test_srec_data_of_all_three_address_sizes_is_read(void **state)
{
	static const char text[] = "S00600004844521B\n"
				   "S1051234AABB4F\n"
				   "S206123456AABBF8\n"
				   "S30708000010AABB7B\n"
				   "S5030003F9\n"
				   "S705080001955C\n";
	struct image *img = image_new();
	struct err err;

	assert_int_equal(parse(img, "app.srec", text, &err), 0);
	assert_int_equal(img->format, IMAGE_SREC);
	assert_int_equal(img->n_segs, 3);
	assert_int_equal(img->segs[0].addr, 0x1234);
	assert_int_equal(img->segs[1].addr, 0x123456);
	assert_int_equal(img->segs[2].addr, 0x08000010);
	assert_int_equal(img->entry, 0x08000195);
	image_free(img);
}

/* ---- malformed text ---- */

static void test_malformed_files_are_refused_with_line_and_reason(void **state)
{
	static const struct {
		const char *name, *file, *text, *where, *what;
	} cases[] = {
		{ "checksum", "a.hex", ":020000040800F2\n:0400000000010203F7\n:00000001FF\n",
		  "a.hex line 2", "checksum is 0xf7, the record's bytes give 0xf6" },
		{ "no end", "a.hex", ":0400000000010203F6\n", "a.hex line 1",
		  "end-of-file record" },
		{ "cut line", "a.hex", ":0400000000010203F6\n:04000400040506\n", "a.hex line 2",
		  "cut off" },
		{ "cut first line", "a.hex", ":0400", "a.hex line 1", "cut off" },
		{ "long line", "a.hex", ":0400000000010203F6AA\n:00000001FF\n", "a.hex line 1",
		  "2 characters after its checksum" },
		{ "no colon", "a.hex", ":0400000000010203F6\n0400040004050607E2\n", "a.hex line 2",
		  "begin with ':'" },
		{ "letter", "a.hex", ":0400000000010203F6\n:04000400040G0607E2\n", "a.hex line 2",
		  "no hex digit" },
		{ "unknown type", "a.hex", ":0400000000010203F6\n:00000006FA\n", "a.hex line 2",
		  "no record type 06" },
		{ "short base", "a.hex", ":0100000408F3\n:00000001FF\n", "a.hex line 1",
		  "1 data bytes instead of 2" },
		{ "eof with data", "a.hex", ":0100000100FE\n", "a.hex line 1", "instead of 0" },
		{ "after eof", "a.hex", ":0400000000010203F6\n:00000001FF\n:0400000000010203F6\n",
		  "a.hex line 3", "after the end-of-file record" },
		{ "segment wrap", "a.hex", ":020000020000FC\n:02FFFF000102FD\n:00000001FF\n",
		  "a.hex line 2", "64 KiB segment" },
		{ "past 4 GiB", "a.hex", ":02000004FFFFFC\n:02FFFF000102FD\n:00000001FF\n",
		  "a.hex line 2", "32-bit address space" },
		{ "no data", "a.hex", ":00000001FF\n", "a.hex", "no data" },
		{ "twice", "a.hex", ":0400000000010203F6\n:020002000102F9\n:00000001FF\n", "",
		  "0x00000002 is set twice: by a.hex line 1 and by a.hex line 2" },
		{ "empty", "a.hex", "", "a.hex", "empty" },
		{ "srec checksum", "a.srec", "S1051234AABB4E\nS9030000FC\n", "a.srec line 1",
		  "checksum is 0x4e, the record's bytes give 0x4f" },
		{ "srec no end", "a.srec", "S1051234AABB4F\n", "a.srec line 1", "no end record" },
		{ "srec count", "a.srec", "S1051234AABB4F\nS5030002FA\nS9030000FC\n",
		  "a.srec line 2", "S5 counts 2 data records, the file has 1" },
		{ "srec cut", "a.srec", "S1051234AABB4F\nS10512\n", "a.srec line 2", "cut off" },
		{ "srec long", "a.srec", "S1051234AABB4F00\nS9030000FC\n", "a.srec line 1",
		  "after its checksum" },
		{ "srec type", "a.srec", "S1051234AABB4F\nS4030000FC\n", "a.srec line 2",
		  "S4 is a reserved" },
		{ "srec short", "a.srec", "S1051234AABB4F\nS304000000FB\n", "a.srec line 2",
		  "too short for its address" },
		{ "srec after end", "a.srec", "S1051234AABB4F\nS9030000FC\nS1051234AABB4F\n",
		  "a.srec line 3", "after the end record" },
		{ "srec other line", "a.srec", "S1051234AABB4F\nhello\n", "a.srec line 2",
		  "begin with 'S'" },
		{ "not what its name says", "a.elf",
		  "hello, world, this is no ELF file at all, sorry", "a.elf", "ELF" },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct image *img = image_new();
		struct err err;

		if (parse(img, cases[i].file, cases[i].text, &err) != -ENOEXEC)
			fail_msg("%s: not refused", cases[i].name);
		if (!strstr(err.what, cases[i].what) || strcmp(err.where, cases[i].where))
			fail_msg("%s: said '%s' at '%s'", cases[i].name, err.what, err.where);
		assert_int_equal(img->n_segs, 0);
		assert_int_equal(img->n_files, 0);
		image_free(img);
	}
}

/* ---- ELF ---- */

struct elf_opts {
	u8 class, data;
	u16 type, machine;
	u32 filesz;
	size_t cut;
};

/* two PT_LOADs: 16 bytes for 0x08000000, and .data: linked for SRAM, loaded from 0x08000010 */
static size_t make_elf(u8 *buf, const struct elf_opts *o)
{
	static const u8 ident[4] = { 0x7f, 'E', 'L', 'F' };
	u8 *ph = buf + 52;
	size_t i;

	memset(buf, 0, 256);
	memcpy(buf, ident, 4);
	buf[4] = o->class;
	buf[5] = o->data;
	buf[6] = 1;
	put_le16(buf + 16, o->type);
	put_le16(buf + 18, o->machine);
	put_le32(buf + 20, 1);
	put_le32(buf + 24, 0x08000001);
	put_le32(buf + 28, 52);
	put_le16(buf + 40, 52);
	put_le16(buf + 42, 32);
	put_le16(buf + 44, 2);
	for (i = 0; i < 2; i++, ph += 32) {
		put_le32(ph, 1);
		put_le32(ph + 4, (u32)(128 + 16 * i));
		put_le32(ph + 8, i ? 0x20000000 : 0x08000000);
		put_le32(ph + 12, (u32)(0x08000000 + 16 * i));
		put_le32(ph + 16, i ? o->filesz : 16);
		put_le32(ph + 20, 0x1000);
	}
	for (i = 0; i < 32; i++)
		buf[128 + i] = (u8)(0x40 + i);
	return 160 - o->cut;
}

static void test_elf_is_placed_by_physical_address_without_bss(void **state)
{
	static const struct elf_opts good = {
		.class = 1, .data = 1, .type = 2, .machine = 40, .filesz = 8
	};
	struct image *img = image_new();
	struct err err = { 0 };
	char place[64];
	u8 buf[256];
	size_t n = make_elf(buf, &good);

	/* the name says otherwise: contents decide */
	assert_int_equal(image_parse(img, "app.bin", buf, n, IMAGE_AUTO, NO_ADDR, &err), 0);
	assert_int_equal(img->format, IMAGE_ELF);
	assert_int_equal(img->n_segs, 1);
	assert_int_equal(img->segs[0].addr, 0x08000000);
	assert_int_equal(img->segs[0].len, 24);
	assert_memory_equal(img->segs[0].data, buf + 128, 24);
	assert_int_equal(img->entry, 0x08000001);
	assert_string_equal(image_place(&img->segs[0], 0x08000012, place, 64),
			    "app.bin offset 0x92");
	image_free(img);
}

static void test_elf_files_that_cannot_be_for_this_target_are_refused(void **state)
{
	static const struct {
		const char *name;
		struct elf_opts o;
		const char *what;
	} cases[] = {
		{ "64-bit", { 2, 1, 2, 40, 8, 0 }, "32-bit" },
		{ "big-endian", { 1, 2, 2, 40, 8, 0 }, "little-endian" },
		{ "x86", { 1, 1, 2, 3, 8, 0 }, "machine 3, not for ARM" },
		{ "object file", { 1, 1, 1, 40, 8, 0 }, "not an executable" },
		{ "cut in data", { 1, 1, 2, 40, 16, 1 }, "cut off: segment 1 needs" },
		{ "size past end", { 1, 1, 2, 40, 0xffffffff, 0 }, "cut off: segment 1 needs" },
		{ "cut in program headers", { 1, 1, 2, 40, 8, 90 }, "program headers" },
		{ "cut in header", { 1, 1, 2, 40, 8, 120 }, "cut off inside its header" },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct image *img = image_new();
		struct err err = { 0 };
		u8 buf[256], *exact;
		size_t n = make_elf(buf, &cases[i].o);

		exact = malloc(n); /* so that a sanitizer sees any look past the end */
		memcpy(exact, buf, n);
		if (image_parse(img, "app.elf", exact, n, IMAGE_AUTO, NO_ADDR, &err) != -ENOEXEC)
			fail_msg("%s: not refused", cases[i].name);
		if (!strstr(err.what, cases[i].what) || !strstr(err.where, "app.elf"))
			fail_msg("%s: said '%s' at '%s'", cases[i].name, err.what, err.where);
		free(exact);
		image_free(img);
	}
}

/* ---- binaries, several files, API ---- */

static void test_a_binary_needs_an_address(void **state)
{
	struct image *img = image_new();
	struct err err = { 0 };

	assert_int_equal(
		image_parse(img, "a.bin", (const u8 *)"\0\1", 2, IMAGE_AUTO, NO_ADDR, &err),
		-EINVAL);
	assert_non_null(strstr(err.next, "--address"));
	err_clear(&err);
	assert_int_equal(
		image_parse(img, "a.bin", (const u8 *)"\0\1", 2, IMAGE_AUTO, 0x08000000, &err), 0);
	assert_int_equal(img->format, IMAGE_BIN);
	assert_int_equal(img->segs[0].addr, 0x08000000);
	image_free(img);
}

static void test_overlapping_files_are_refused_and_change_nothing(void **state)
{
	struct image *img = image_new();
	struct err err = { 0 };
	u8 bytes[32] = { 0 };

	assert_int_equal(image_parse(img, "one.bin", bytes, 32, IMAGE_AUTO, 0x08000000, &err), 0);
	assert_int_equal(image_parse(img, "two.bin", bytes, 32, IMAGE_AUTO, 0x0800001f, &err),
			 -ENOEXEC);
	assert_string_equal(err.what,
			    "0x0800001f is set twice: by one.bin offset 0x1f and by two.bin "
			    "offset 0x0");
	assert_int_equal(img->n_segs, 1);
	assert_int_equal(img->n_files, 1);
	err_clear(&err);
	/* next to each other is fine, and each keeps its file's name */
	assert_int_equal(image_parse(img, "two.bin", bytes, 32, IMAGE_AUTO, 0x08000020, &err), 0);
	assert_int_equal(img->n_segs, 2);
	assert_string_equal(img->segs[0].file, "one.bin");
	assert_string_equal(img->segs[1].file, "two.bin");
	image_free(img);
}

static void test_bytes_added_piece_by_piece_are_one_segment(void **state)
{
	struct image *img = image_new();
	struct err err = { 0 };
	u8 i;

	for (i = 0; i < 100; i++)
		assert_int_equal(image_add(img, 0x1000u + i, &i, 1, "read", &err), 0);
	assert_int_equal(img->n_segs, 1);
	assert_int_equal(img->segs[0].len, 100);
	assert_int_equal(img->n_files, 1);
	for (i = 0; i < 100; i++)
		assert_int_equal(img->segs[0].data[i], i);
	assert_int_equal(image_add(img, 0x1063, &i, 1, "more", &err), -ENOEXEC);
	image_free(img);
}

static void test_a_file_that_is_not_there_is_named(void **state)
{
	struct image *img = image_new();
	struct err err = { 0 };

	assert_int_equal(image_load(img, "/nonexistent/app.hex", IMAGE_AUTO, NO_ADDR, &err),
			 -ENOENT);
	assert_string_equal(err.where, "/nonexistent/app.hex");
	image_free(img);
}

/* ---- saving ---- */

static void fill_two_segments(struct image *img, size_t len)
{
	u8 *data = malloc(len);
	struct err err = { 0 };
	size_t i;

	for (i = 0; i < len; i++)
		data[i] = (u8)(i * 7 + (i >> 8));
	/* odd addresses, and both cross a 64 KiB border */
	assert_int_equal(image_add(img, 0x0800fff1, data, len, "a", &err), 0);
	assert_int_equal(image_add(img, 0x9003ffff, data, len, "a", &err), 0);
	img->entry = 0x08000195;
	free(data);
}

static void assert_same(const struct image *a, const struct image *b)
{
	size_t i;

	assert_int_equal(a->n_segs, b->n_segs);
	for (i = 0; i < a->n_segs; i++) {
		assert_int_equal(a->segs[i].addr, b->segs[i].addr);
		assert_int_equal(a->segs[i].len, b->segs[i].len);
		assert_memory_equal(a->segs[i].data, b->segs[i].data, a->segs[i].len);
	}
	assert_int_equal(a->entry, b->entry);
}

static void test_what_is_saved_as_hex_or_srec_loads_the_same(void **state)
{
	static const char *const suffixes[] = { "hex", "HEX", "srec", "s19", "mot" };
	struct image *img = image_new();
	size_t i;

	fill_two_segments(img, 70000);
	for (i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		char path[] = "/tmp/swdrom-test-XXXXXX.long", *end = strrchr(path, '.');
		struct image *back = image_new();
		struct err err = { 0 };
		int fd;

		strcpy(end, ".tmp_");
		fd = mkstemps(path, 5);
		assert_true(fd >= 0);
		close(fd);
		unlink(path);
		strcpy(end + 1, suffixes[i]);
		assert_int_equal(image_save(img, path, 0xff, &err), 0);
		assert_int_equal(image_load(back, path, IMAGE_AUTO, NO_ADDR, &err), 0);
		assert_same(img, back);
		unlink(path);
		image_free(back);
	}
	image_free(img);
}

static void test_a_saved_binary_has_its_gaps_filled(void **state)
{
	char path[] = "/tmp/swdrom-test-XXXXXX.bin";
	struct image *img = image_new(), *back = image_new();
	struct err err = { 0 };

	close(mkstemps(path, 4));
	assert_int_equal(image_add(img, 0x100, (const u8 *)"ab", 2, "a", &err), 0);
	assert_int_equal(image_add(img, 0x105, (const u8 *)"c", 1, "a", &err), 0);
	assert_int_equal(image_save(img, path, 0xff, &err), 0);
	assert_int_equal(image_load(back, path, IMAGE_AUTO, 0, &err), 0);
	assert_int_equal(back->segs[0].len, 6);
	assert_memory_equal(back->segs[0].data,
			    "ab\xff\xff\xff"
			    "c",
			    6);
	unlink(path);
	image_free(img);
	image_free(back);
}

static void test_a_binary_across_far_segments_is_refused(void **state)
{
	struct image *img = image_new();
	struct err err = { 0 };

	fill_two_segments(img, 16);
	assert_int_equal(image_save(img, "/tmp/swdrom-test-never.bin", 0xff, &err), -EINVAL);
	assert_non_null(strstr(err.next, ".hex"));
	assert_int_not_equal(access("/tmp/swdrom-test-never.bin", F_OK), 0);
	image_free(img);
}

static void test_every_truncation_of_a_text_file_is_noticed(void **state)
{
	static const char *const files[] = {
		":020000040800F2\n:0400000000010203F6\n:0400040004050607E2\n:00000001FF",
		"S1051234AABB4F\nS1051236AABB4D\nS5030002FA\nS9030000FC",
	};
	size_t i, cut;

	for (i = 0; i < 2; i++) {
		for (cut = 1; cut < strlen(files[i]); cut++) {
			struct image *img = image_new();
			struct err err = { 0 };
			size_t n = strlen(files[i]) - cut;

			if (!image_parse(img, i ? "a.srec" : "a.hex", (const u8 *)files[i], n,
					 IMAGE_AUTO, NO_ADDR, &err))
				fail_msg("file %zu cut to %zu bytes is accepted", i, n);
			image_free(img);
		}
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ihex_records_become_segments_at_linear_addresses),
		cmocka_unit_test(test_ihex_segment_records_add_sixteen_times_the_base),
		cmocka_unit_test(test_out_of_order_records_are_sorted_and_joined),
		cmocka_unit_test(test_the_line_of_every_byte_is_known_also_after_clipping),
		cmocka_unit_test(test_srec_data_of_all_three_address_sizes_is_read),
		cmocka_unit_test(test_malformed_files_are_refused_with_line_and_reason),
		cmocka_unit_test(test_elf_is_placed_by_physical_address_without_bss),
		cmocka_unit_test(test_elf_files_that_cannot_be_for_this_target_are_refused),
		cmocka_unit_test(test_a_binary_needs_an_address),
		cmocka_unit_test(test_overlapping_files_are_refused_and_change_nothing),
		cmocka_unit_test(test_bytes_added_piece_by_piece_are_one_segment),
		cmocka_unit_test(test_a_file_that_is_not_there_is_named),
		cmocka_unit_test(test_what_is_saved_as_hex_or_srec_loads_the_same),
		cmocka_unit_test(test_a_saved_binary_has_its_gaps_filled),
		cmocka_unit_test(test_a_binary_across_far_segments_is_refused),
		cmocka_unit_test(test_every_truncation_of_a_text_file_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
