// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ELF executables for ARM, by physical address: what a loader would put into memory, that is
 * p_filesz bytes of each PT_LOAD at p_paddr (ELF specification, "Program Loading"; the linker's
 * load address, LMA). The rest up to p_memsz is .bss and not part of the image.
 */
#include "lib/image-priv.h"

#include <errno.h>
#include <inttypes.h>
#include <libelf.h>
#include <string.h>

static int elf_bad(const struct image_builder *b, struct err *err, const char *next,
		   const char *what)
{
	err_set(err, -ENOEXEC, next, "%s", what);
	return err_at(err, -ENOEXEC, "%s", b->file);
}

#define REBUILD "the file is damaged: build it or copy it again"

static int elf_check_header(const struct image_builder *b, const u8 *buf, size_t len,
			    struct err *err)
{
	u16 type, machine;

	if (len < sizeof(Elf32_Ehdr))
		return elf_bad(b, err, REBUILD, "ELF file is cut off inside its header");
	if (buf[EI_CLASS] != ELFCLASS32)
		return elf_bad(b, err, "build it for the target: arm-none-eabi-gcc",
			       "not a 32-bit ELF file");
	if (buf[EI_DATA] != ELFDATA2LSB)
		return elf_bad(b, err, "build it little-endian (-mlittle-endian)",
			       "not a little-endian ELF file");
	machine = get_le16(buf + offsetof(Elf32_Ehdr, e_machine));
	if (machine != EM_ARM) {
		err_set(err, -ENOEXEC, "build it for the target: arm-none-eabi-gcc",
			"ELF file is for machine %u, not for ARM (%u)", machine, EM_ARM);
		return err_at(err, -ENOEXEC, "%s", b->file);
	}
	type = get_le16(buf + offsetof(Elf32_Ehdr, e_type));
	if (type != ET_EXEC && type != ET_DYN)
		return elf_bad(b, err, "link it first", "ELF file is not an executable");
	return 0;
}

static int elf_segments(struct image_builder *b, Elf *elf, const u8 *buf, size_t len,
			struct err *err)
{
	const void *table;
	Elf32_Phdr ph;
	size_t n, i;
	int ret;

	if (elf_getphdrnum(elf, &n))
		return elf_bad(b, err, REBUILD, "ELF file's program headers are unreadable");
	if (!n)
		return elf_bad(b, err, "link it first", "ELF file has no program headers");
	table = elf32_getphdr(elf);
	if (!table)
		return elf_bad(b, err, REBUILD, "ELF file is cut off inside its program headers");
	for (i = 0; i < n; i++) {
		/* libelf hands out the file's own bytes, which a bad e_phoff leaves unaligned */
		memcpy(&ph, (const u8 *)table + i * sizeof(ph), sizeof(ph));
		if (ph.p_type != PT_LOAD || !ph.p_filesz)
			continue;
		if (ph.p_offset > len || ph.p_filesz > len - ph.p_offset) {
			err_set(err, -ENOEXEC, REBUILD,
				"ELF file is cut off: segment %zu needs bytes 0x%" PRIx32
				" to 0x%" PRIx64 ", the file has 0x%zx",
				i, ph.p_offset, (u64)ph.p_offset + ph.p_filesz, len);
			return err_at(err, -ENOEXEC, "%s offset 0x%" PRIx32, b->file, ph.p_offset);
		}
		ret = image_builder_add(b, ph.p_paddr, buf + ph.p_offset, ph.p_filesz, ph.p_offset,
					0, err);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * image_parse_elf() - collect the loadable segments of an ELF file
 * @b: where to
 * @buf: the file; only read
 * @len: its length
 * @err: reason
 *
 * Return: 0; -ENOEXEC for anything but a complete 32-bit little-endian ARM executable.
 */
int image_parse_elf(struct image_builder *b, const u8 *buf, size_t len, struct err *err)
{
	Elf *elf;
	int ret;

	ret = elf_check_header(b, buf, len, err);
	if (ret)
		return ret;
	if (elf_version(EV_CURRENT) == EV_NONE)
		return elf_bad(b, err, NULL, "libelf is too old");
	/* elf_memory() takes char * but writes only in elf_update(), which is never called */
	/* NOLINTNEXTLINE(performance-no-int-to-ptr) */
	elf = elf_memory((char *)(uintptr_t)buf, len);
	if (!elf || elf_kind(elf) != ELF_K_ELF) {
		elf_end(elf);
		return elf_bad(b, err, REBUILD, "ELF file is malformed");
	}
	b->entry = get_le32(buf + offsetof(Elf32_Ehdr, e_entry));
	ret = elf_segments(b, elf, buf, len, err);
	elf_end(elf);
	return ret;
}

bool image_is_elf(const u8 *buf, size_t len)
{
	return len >= SELFMAG && !memcmp(buf, ELFMAG, SELFMAG);
}
