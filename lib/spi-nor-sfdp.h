/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Serial Flash Discoverable Parameters (JEDEC JESD216 to JESD216F): bytes in, facts out.
 */
#ifndef SWDROM_LIB_SPI_NOR_SFDP_H
#define SWDROM_LIB_SPI_NOR_SFDP_H

#include "lib/err.h"

#define SFDP_MAX_TABLES	 32
#define SFDP_BFPT_DWORDS 23
#define SFDP_N_ERASE	 4
#define SFDP_MAX_MAPS	 8
#define SFDP_MAX_REGIONS 16
#define SFDP_MAX_DETECT	 8
/* more than any chip answers to 5Ah with; what lies beyond is not read */
#define SFDP_MAX_BYTES	    4096

#define SFDP_ID_BFPT	    0xff00
#define SFDP_ID_RPMC	    0xff03
#define SFDP_ID_PROFILE1    0xff05
#define SFDP_ID_PROFILE2    0xff06
#define SFDP_ID_SCCR_2	    0xff09
#define SFDP_ID_ENTER_8D    0xff0a
#define SFDP_ID_SECTOR_MAP  0xff81
#define SFDP_ID_4BAIT	    0xff84
#define SFDP_ID_SCCR	    0xff87
#define SFDP_ID_SCCR_DIES   0xff88

#define SFDP_SCCR_DWORDS    28
#define SFDP_MAX_DIES	    8
#define SFDP_MAX_SEQUENCE   8
#define SFDP_SEQUENCE_BYTES 7

struct sfdp_table {
	u16 id;
	u8 major, minor;
	u8 n_dwords;
	u32 offset;    /* in bytes */
	bool complete; /* lies within the bytes given */
};

/* lines of opcode, address, data */
enum sfdp_read_mode {
	SFDP_READ_1_1_2,
	SFDP_READ_1_2_2,
	SFDP_READ_1_1_4,
	SFDP_READ_1_4_4,
	SFDP_READ_2_2_2,
	SFDP_READ_4_4_4,
	SFDP_READ_1_1_8,
	SFDP_READ_1_8_8,
	SFDP_READ_1S_1D_1D,
	SFDP_READ_1S_2D_2D,
	SFDP_READ_1S_4D_4D,
	SFDP_READ_4S_4D_4D,
	SFDP_N_READS,
};

struct sfdp_read {
	u8 opcode; /* 0: not supported */
	u8 mode;   /* clocks of mode bits */
	u8 wait;   /* clocks of wait states after them */
};

struct sfdp_erase {
	u32 size; /* 0: absent */
	u8 opcode;
	u32 typ_ms, max_ms; /* 0: not given */
};

enum sfdp_addr_bytes { SFDP_ADDR_3, SFDP_ADDR_3_OR_4, SFDP_ADDR_4, SFDP_ADDR_RESERVED };

/* Basic Flash Parameter Table; dwN: present when n_dwords >= N */
struct sfdp_bfpt {
	u8 major, minor;
	u8 n_dwords;
	u32 raw[SFDP_BFPT_DWORDS];
	/* dw 1, 2 */
	u8 erase_4k_field; /* 1: erase_4k_opcode works everywhere */
	u8 erase_4k_opcode;
	bool write_granularity_64;
	bool sr_bp_volatile;
	u8 sr_volatile_wren; /* opcode: 50h or 06h */
	enum sfdp_addr_bytes addr_bytes;
	bool dtr;
	u64 size; /* bytes */
	/* dw 3-7, 17, 21-23 */
	struct sfdp_read reads[SFDP_N_READS];
	/* dw 8-10 */
	struct sfdp_erase erase[SFDP_N_ERASE];
	u8 erase_multiplier; /* max = typ x this; 0: not given */
	/* dw 11 */
	u8 program_multiplier;
	u32 page_size; /* 0: not given */
	u32 page_program_typ_us, page_program_max_us;
	u32 byte_first_typ_us, byte_first_max_us;
	u32 byte_next_typ_us, byte_next_max_us;
	u32 chip_erase_typ_ms;
	u32 chip_erase_max_ms; /* the larger of the two ways to read the standard */
	/* dw 12, 13 */
	bool has_suspend;
	u8 prohibited_in_program_suspend, prohibited_in_erase_suspend;
	u32 program_resume_to_suspend_us, erase_resume_to_suspend_us;
	u32 program_suspend_latency_ns, erase_suspend_latency_ns;
	u8 op_program_resume, op_program_suspend, op_resume, op_suspend;
	/* dw 14 */
	u8 busy_poll_raw; /* bits 7:2; see the next two */
	bool busy_by_sr;  /* 05h bit 0 */
	bool busy_by_fsr; /* 70h bit 7 */
	bool has_dpd;
	u8 dpd_enter, dpd_exit;
	u32 dpd_exit_ns;
	/* dw 15 */
	u8 qer;
	u8 disable_444, enable_444; /* bit masks as in the table */
	bool has_044;
	u8 exit_044, entry_044;
	bool hold_reset_disable;
	/* dw 16 */
	u8 sr1_volatility, soft_reset;
	u16 exit_4byte;
	u8 enter_4byte;
	/* dw 18 */
	u8 drive_strength, ds_str;
	bool jedec_spi_reset, ds_qpi_str, ds_qpi_dtr, octal_byte_swapped;
	u8 octal_cmd_ext; /* 0 repeat, 1 invert, 3 16-bit */
	/* dw 19 */
	u8 disable_888, enable_888, exit_088, entry_088, oer;
	bool has_088;
	/* dw 20: 4-bit codes, lowest first: 4S-4S-4S, with strobe, 4S-4D-4D, ... 8D-8D-8D */
	u8 max_clock_code[8];
};

/* 4-byte address instructions */
struct sfdp_4bait {
	bool present;
	u32 raw[2];
	u8 erase_opcode[SFDP_N_ERASE]; /* of BFPT erase type n + 1; 0: none */
};

/* bits of raw[0] */
#define SFDP_4B_READ	  BIT(0) /* 13h */
#define SFDP_4B_FAST_READ BIT(1) /* 0Ch */
#define SFDP_4B_1_1_2	  BIT(2) /* 3Ch */
#define SFDP_4B_1_2_2	  BIT(3) /* BCh */
#define SFDP_4B_1_1_4	  BIT(4) /* 6Ch */
#define SFDP_4B_1_4_4	  BIT(5) /* ECh */
#define SFDP_4B_PP	  BIT(6) /* 12h */
#define SFDP_4B_PP_1_1_4  BIT(7) /* 34h */
#define SFDP_4B_PP_1_4_4  BIT(8) /* 3Eh */
#define SFDP_4B_ERASE(n)  BIT(9 + (n))

struct sfdp_region {
	u64 start, size;
	u8 erase_mask; /* bit n: BFPT erase type n + 1 */
};

struct sfdp_detect {
	u8 opcode, addr_code, wait_code, mask;
	u32 addr;
};

struct sfdp_map {
	u8 id; /* configuration: one bit of each detection command's answer, the first one leads */
	unsigned int n_regions;
	struct sfdp_region regions[SFDP_MAX_REGIONS];
	u64 total;
};

struct sfdp_sector_map {
	bool present;
	/* map in force: the only one, or what the detection commands' answers choose; -1: not known */
	int chosen;
	unsigned int n_detect, n_maps;
	struct sfdp_detect detect[SFDP_MAX_DETECT];
	struct sfdp_map maps[SFDP_MAX_MAPS];
};

/* xSPI profile 1.0: commands of 8D-8D-8D */
struct sfdp_profile1 {
	bool present;
	u32 raw[5];
	u8 read_fast;					   /* opcode; 0: none given */
	u8 rdsr_dummy;					   /* clocks of a status read */
	u8 rdsr_addr_nbytes;				   /* and its address bytes */
	u8 op_write_nv, op_write_v, op_read_nv, op_read_v; /* of registers */
	/* dummy clocks of reads at 200, 166, 133, 100 MHz, and the code that sets them; 0: no such clock */
	u8 dummy[4], dummy_code[4];
};

/* one control bit of the status, control and configuration register map */
struct sfdp_control {
	bool present;
	u8 op_read, op_write;
	u8 addr; /* local: the map's offset is added */
	u8 bit;
};

/* dword - 1 in the table */
enum sfdp_control_name {
	SFDP_CTRL_WIP = 4,
	SFDP_CTRL_WEL,
	SFDP_CTRL_PROGRAM_ERROR,
	SFDP_CTRL_ERASE_ERROR,
	SFDP_CTRL_DUMMY_V,
	SFDP_CTRL_DUMMY_NV,
	SFDP_CTRL_QPI_V = 13,
	SFDP_CTRL_QPI_NV,
	SFDP_CTRL_OCTAL_STR_V = 19,
	SFDP_CTRL_OCTAL_STR_NV,
	SFDP_CTRL_OCTAL_DTR_V, /* dword 22, as in Linux */
	SFDP_CTRL_OCTAL_DTR_NV,
};

struct sfdp_sccr {
	bool present;
	unsigned int n_dwords;
	u32 raw[SFDP_SCCR_DWORDS];
	u32 volatile_offset, nonvolatile_offset;
	bool octal_dtr_enable_volatile;
};

/* stacked dies: register offsets of each one beside the first */
struct sfdp_dies {
	bool present;
	unsigned int n_extra;
	u32 volatile_offset[SFDP_MAX_DIES], nonvolatile_offset[SFDP_MAX_DIES];
};

/* frames to send, one after the other, to get into 8D-8D-8D */
struct sfdp_sequence {
	bool present;
	unsigned int n;
	struct {
		u8 len;
		u8 bytes[SFDP_SEQUENCE_BYTES];
	} frames[SFDP_MAX_SEQUENCE];
};

struct sfdp_info {
	u8 major, minor;
	u8 nph; /* as in the header: tables - 1 */
	u8 access_protocol;
	unsigned int n_tables;
	struct sfdp_table tables[SFDP_MAX_TABLES];
	struct sfdp_bfpt bfpt;
	struct sfdp_4bait fourbait;
	struct sfdp_sector_map map;
	struct sfdp_profile1 profile1;
	struct sfdp_sccr sccr;
	struct sfdp_dies dies;
	struct sfdp_sequence enter_8d;
};

/**
 * sfdp_parse() - decode what a chip answered to 5Ah from address 0
 * @buf: the bytes, from anywhere: nothing in them is trusted
 * @len: how many
 * @out: the facts; untouched on error
 * @err: why not
 *
 * The optional tables are left out where they are broken; the BFPT must be whole.
 * Return: 0; -ENOEXEC if these bytes are no SFDP or hold no usable BFPT.
 */
int sfdp_parse(const u8 *buf, size_t len, struct sfdp_info *out, struct err *err);

/**
 * sfdp_bytes_needed() - how many bytes from address 0 hold all tables
 * @buf: the start of the SFDP, at least 8 bytes
 * @len: how many of them are there
 *
 * Return: 0 if this is no SFDP; else a number up to SFDP_MAX_BYTES, which may grow when called
 * again with more bytes (the headers come first).
 */
size_t sfdp_bytes_needed(const u8 *buf, size_t len);

/* sfdp_control() - an entry of the register map; not present where the table says or has nothing */
struct sfdp_control sfdp_control(const struct sfdp_sccr *sccr, enum sfdp_control_name which);

/* sfdp_claimed_read() - what the BFPT says of a read, with opcodes that no chip can have; false: none */
bool sfdp_claimed_read(const struct sfdp_bfpt *b, enum sfdp_read_mode mode, struct sfdp_read *out);
/* sfdp_read_name() - "1-4-4" */
const char *sfdp_read_name(enum sfdp_read_mode mode);
/* sfdp_table_name() - "4BAIT", or "vendor-ffc2" in @buf */
const char *sfdp_table_name(u16 id, char buf[16]);
/* sfdp_clock_mhz() - a code of max_clock_code in MHz; 0: reserved (0, 13) or not supported (14, 15) */
unsigned int sfdp_clock_mhz(u8 code);

/**
 * sfdp_map_problem() - is a map usable for a chip of @size?
 *
 * Return: NULL: it is; else why not, for people.
 */
const char *sfdp_map_problem(const struct sfdp_map *map, const struct sfdp_bfpt *b);

/* ---- lib/spi-nor-sfdp-tables.c ---- */

/* sfdp_parse_tables() - every optional table of @out->tables that is whole in @buf */
void sfdp_parse_tables(struct sfdp_info *out, const u8 *buf);

/* sfdp_parse_bfpt() - a bare BFPT of @n_dwords; -ENOEXEC as above */
int sfdp_parse_bfpt(const u8 *buf, unsigned int n_dwords, struct sfdp_bfpt *out, struct err *err);

#endif
