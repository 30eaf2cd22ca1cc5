/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The SPI-NOR tables' seam: what a row of chips/nor-*.c says, and what hooks of a manufacturer may
 * do. Parameters settle in this order, later wins: row, vendor hook, SFDP, part hook.
 */
#ifndef SWDROM_LIB_SPI_NOR_PARTS_H
#define SWDROM_LIB_SPI_NOR_PARTS_H

#include "lib/spi-nor-sfdp.h"

struct spi_nor;

#define NOR_ID_MAX  6
#define NOR_N_ERASE SFDP_N_ERASE

/* where the quad enable bit is and how it is written; n + 1 of JESD216's QER code n */
enum nor_qe {
	NOR_QE_UNKNOWN,
	NOR_QE_NONE,	   /* 0: quad opcodes always work */
	NOR_QE_SR2_B1_W2,  /* 1: 01h with two bytes; a one-byte 01h clears SR2 */
	NOR_QE_SR1_B6,	   /* 2: 01h with one byte */
	NOR_QE_SR2_B7,	   /* 3: 3Eh, read 3Fh */
	NOR_QE_SR2_B1_W2K, /* 4: like 1, a one-byte 01h keeps SR2 */
	NOR_QE_SR2_B1_W2R, /* 5: like 1, SR2 is read by 35h */
	NOR_QE_SR2_B1_31,  /* 6: 31h, read 35h */
};

/* how a chip above 16 MiB gets its fourth address byte */
enum nor_4byte {
	NOR_4B_NONE,	  /* 3 bytes are enough, or nothing is known */
	NOR_4B_OPCODES,	  /* opcodes of their own; no mode to restore */
	NOR_4B_EN4B,	  /* B7h, back by E9h */
	NOR_4B_WREN_EN4B, /* the same with 06h before each */
	NOR_4B_ALWAYS,
	NOR_4B_BANK, /* bank register (17h, read by 16h) bit 7: S25FL-S, ISSI */
	NOR_4B_EAR,  /* 3-byte commands; C5h sets address bits 31:24, C8h reads them */
};

/* several dies in one package */
enum nor_dies {
	NOR_DIES_NONE,
	NOR_DIES_LINEAR, /* one address space, reads wrap inside a die, C4h erases one: Micron */
	NOR_DIES_SELECT, /* C2h and a number choose the die that hears all that follows: Winbond */
};

/* where block protection bits are and what they cover: a row of lib/spi-nor-wp.c each */
enum nor_bp {
	NOR_BP_UNKNOWN, /* the vendor's usual one, or taken for opaque */
	NOR_BP_NONE,
	NOR_BP_OPAQUE,	   /* any of SR bits 5:2 is taken for protection of everything */
	NOR_BP3_TB5_SEC6,  /* Winbond style up to 128 Mbit: BP 4:2, TB 5, SEC 6, CMP SR2 bit 6 */
	NOR_BP4_TB6,	   /* from 256 Mbit: BP 5:2, TB 6, CMP SR2 bit 6 */
	NOR_BP4_MICRON,	   /* BP0-2 4:2, TB 5, BP3 6 */
	NOR_BP4_TB_CR3,	   /* Macronix: BP 5:2, TB in CR (15h) bit 3, one-time */
	NOR_BP4_TBS_FR1,   /* ISSI: BP 5:2, TBS in the function register (48h) bit 1, one-time */
	NOR_BP3,	   /* ST M25P, SST25: BP 4:2, from the top */
	NOR_BP3_TB5,	   /* BP 4:2, TB 5 */
	NOR_BP3_TBPROT,	   /* Spansion: BP 4:2, TBPROT in CR1 (35h) bit 5, one-time */
	NOR_BP4_TB6_SRL0,  /* like NOR_BP4_TB6 without CMP */
	NOR_BP4_TB6_SRL6,  /* GigaDevice 256 Mbit: no CMP, SRL is SR2 bit 6 */
	NOR_BP4_TB6_CMP33, /* GigaDevice 512 Mbit: CMP is SR3 bit 3, SRL SR2 bit 6 */
	NOR_BP_SWP, /* AT25DF: a lock per sector (36h, 39h, 3Ch), 3:2 tell: none, some, all */
	NOR_BP_BPR, /* SST26: a lock per block in a register of its own (72h, 42h, 98h) */
	NOR_N_BP,
};

/* one-time or lockable memory beside the array; lib/spi-nor-otp.c has the commands */
enum nor_otp_kind {
	NOR_OTP_UNKNOWN, /* the vendor's usual one, or nothing is known */
	NOR_OTP_NONE,
	NOR_OTP_SECREG,	  /* Winbond style: 48h reads, 44h erases, 42h programs, LB bits lock */
	NOR_OTP_REGIONS,  /* S25FL-L: the same at other addresses */
	NOR_OTP_MICRON,	  /* 4Bh reads, 42h programs, bit 0 of the byte behind it locks */
	NOR_OTP_SPANSION, /* 4Bh reads, 42h programs, bits of bytes 10h to 13h lock 32 bytes each */
	NOR_OTP_MODE,	  /* Macronix: B1h enters, C1h leaves, in between the array's commands */
	NOR_OTP_ROWS,	  /* ISSI: 68h reads, 64h erases, 62h programs, IRL bits lock */
	NOR_OTP_SECID,	  /* SST26: 88h reads, A5h programs, 85h locks */
	NOR_OTP_N_KINDS,
};

struct nor_otp {
	enum nor_otp_kind kind;
	u8 n;	 /* regions */
	u16 len; /* of each, in bytes */
};

/* where the chip's own serial number is read */
enum nor_uid {
	NOR_UID_UNKNOWN, /* the vendor's usual one, or nothing is known */
	NOR_UID_NONE,
	NOR_UID_4B_8,  /* 4Bh, four dummy bytes, 8 bytes */
	NOR_UID_4B_16, /* the same, 16 bytes */
	NOR_UID_RDID,  /* 9Fh, bytes 4 to 19 */
	NOR_UID_SFDP,  /* 5Ah at 80h, 12 bytes */
	NOR_UID_OTP16, /* the first 16 bytes of the OTP array */
	NOR_UID_SECID, /* the first 8 bytes of the security ID */
};

/* what was really tried */
enum nor_tested { TESTED_NO, TESTED_SIM, TESTED_OUTSIDE, TESTED_HW };

struct nor_erase_type {
	u32 size; /* 0: absent */
	u8 opcode;
	u64 typ_ns, max_ns;
};

/* a stretch of a chip: blocks of erase[n] work where bit n of erase_mask is set */
struct nor_region {
	u64 start, size;
	u8 erase_mask;
};

struct nor_read_op {
	u8 opcode; /* 0: absent */
	u8 addr_width, data_width;
	u8 cycles; /* mode and dummy clocks between address and data */
};

/* all that the core needs to know about a chip */
struct nor_params {
	u64 size;
	u32 page_size;
	u8 addr_nbytes;
	enum nor_4byte fourbyte;
	struct nor_erase_type erase[NOR_N_ERASE]; /* ascending size, absent ones last */
	/* which of them work where, ascending, covering the chip; at least one after nor_settle() */
	struct nor_region regions[SFDP_MAX_REGIONS];
	unsigned int n_regions;
	enum nor_dies dies;
	u8 n_dies;				  /* 1 without dies */
	u8 chip_erase;				  /* opcode, 0: none; with dies: of one die */
	u64 chip_erase_typ_ns, chip_erase_max_ns; /* of one die */
	/* a volatile register whose bit makes IO3 a HOLD# or RESET# input; 0: none */
	u8 hold_read, hold_write, hold_mask;
	/* a register that tells 4-byte mode by a bit; 0: none */
	u8 mode_4b_opcode, mode_4b_mask;
	u8 exit_4b;	/* opcode that leaves 4-byte mode */
	bool has_ear;	/* extended address register, to be 0 when 4-byte mode has been left */
	char note[128]; /* what was not as it should be, for the log; empty: nothing */
	u8 program, program_quad; /* opcodes */
	u8 program_quad_addr_width;
	u64 program_typ_ns, program_max_ns;
	struct nor_read_op read, read_1_1_2, read_1_2_2, read_1_1_4, read_1_4_4, read_4_4_4;
	u8 qpi_enter, qpi_exit; /* masks of BFPT dword 15, bits 8:4 and 3:0; 0: not known how */
	bool qpi_has_params;	/* C0h sets its dummy cycles: the default leaves none */
	enum nor_qe qe;
	bool no_volatile_sr; /* 50h does nothing, whatever SFDP says */
	bool volatile_sr;    /* 50h makes the next status write volatile: no trace is left */
	u32 max_hz;
	u32 slow_read_max_hz; /* of 03h */
	/* ready when (answer & mask) == match */
	u8 poll_opcode, poll_mask, poll_match;
	/* sticky or final failure bits, looked at after program and erase; 0: none */
	u8 fail_opcode, fail_program, fail_erase, fail_protect;
	u8 die_ready; /* stacks: fail_opcode answers for one die after the other, 1s in the ready ones */
	bool reset_at_end; /* its power-on default is not one line: a reset brings it back */
	u8 fail_clear;	   /* opcode that clears them, 0: they clear themselves */
	enum nor_bp bp;
	bool has_wps; /* SR3 bit 2: locks per block, all set at power-up */
	bool bp_at_power_up;
	struct nor_otp otp;
	enum nor_uid uid;
};

#define NOR_ERASE_4K	  BIT(0)
#define NOR_ERASE_32K	  BIT(1)
#define NOR_ERASE_64K	  BIT(2)
#define NOR_QUAD_READ	  BIT(3) /* 6Bh, 8 dummy cycles */
#define NOR_QUAD_IO	  BIT(4) /* EBh, 2 mode and 4 dummy cycles */
#define NOR_QUAD_PP	  BIT(5) /* 32h, 1-1-4 */
#define NOR_QUAD_PP_38	  BIT(6) /* 38h, 1-4-4 */
#define NOR_NO_CHIP_ERASE BIT(7)
#define NOR_HAS_WPS	  BIT(8)
#define NOR_4B_OPS	  BIT(9) /* 13h, 0Ch, 6Ch, ECh, 12h, 34h, 21h, 5Ch, DCh */
/* blocks of other sizes; struct nor_times has their times under erase_64k_ms */
#define NOR_ERASE_32K_D8   BIT(10) /* D8h erases 32 KiB */
#define NOR_ERASE_128K	   BIT(11) /* D8h erases 128 KiB */
#define NOR_ERASE_256K	   BIT(12) /* D8h erases 256 KiB */
#define NOR_ERASE_4K_D7	   BIT(13) /* D7h erases 4 KiB; 20h is not known */
#define NOR_BP_AT_POWER_UP BIT(14) /* BP bits are volatile, and all set at power-up */

/* typical and maximum, as in the data sheet; 0: not known */
struct nor_times {
	u32 pp_us[2];
	u32 erase_4k_ms[2], erase_32k_ms[2], erase_64k_ms[2];
	u32 chip_ms[2];
};

struct nor_part {
	u8 id[NOR_ID_MAX], id_len;
	const char *name; /* lower case, as in board files */
	u32 flags;
	u64 size;      /* 0: only SFDP knows */
	u32 page_size; /* 0: 256 */
	enum nor_4byte fourbyte;
	enum nor_dies dies;
	u8 n_dies;	/* 0: 1 */
	enum nor_qe qe; /* NOR_QE_UNKNOWN: the vendor's usual one */
	enum nor_bp bp; /* NOR_BP_UNKNOWN: the vendor's usual one */
	u8 max_mhz;	/* 0: 50 */
	struct nor_otp otp;
	enum nor_uid uid;
	struct nor_times times;
	enum nor_tested tested;
	/* parts that share an ID: is it this one? NULL: yes. @sfdp is NULL where there is none */
	bool (*match)(const u8 *id, const struct sfdp_info *sfdp);
	/* last word, after SFDP */
	void (*fixup)(struct nor_params *p, const struct sfdp_info *sfdp);
};

#define NOR_ID(...) .id = { __VA_ARGS__ }, .id_len = sizeof((const u8[]){ __VA_ARGS__ })

struct nor_vendor {
	const char *name;
	u8 id;	/* first byte of the JEDEC ID; two makers may have the same */
	u8 id2; /* another one, 0: none */
	const struct nor_part *parts;
	size_t n_parts;
	/* what all parts of this maker have in common; before SFDP */
	void (*defaults)(struct nor_params *p, const struct nor_part *part);
	/* look at (and put right) the volatile configuration; may change p->read_* */
	int (*setup)(struct spi_nor *nor, struct nor_params *p);
};

/* every maker, NULL-terminated; defined in chips/nor-vendors.c */
extern const struct nor_vendor *const nor_vendors[];

/*
 * nor_find_part() - the row for an ID: longest ID first, then table order among those whose match()
 * agrees. *vendor is the row's maker; if no row fits, the first one with that ID.
 */
const struct nor_part *nor_find_part(const u8 *id, unsigned int id_len,
				     const struct sfdp_info *sfdp,
				     const struct nor_vendor **vendor);

/* nor_settle() - parameters from row, vendor hook, SFDP, part hook; -EOPNOTSUPP with the reason */
int nor_settle(struct nor_params *p, const struct nor_part *part, const struct nor_vendor *vendor,
	       const struct sfdp_info *sfdp, struct err *err);

/* nor_settle_pair() - two such chips side by side, taken for one; -EOPNOTSUPP if that is too much */
int nor_settle_pair(struct nor_params *p, struct err *err);

/* registers, for hooks (lib/spi-nor-regs.c): blocking, checked */
int nor_read_reg(struct spi_nor *nor, u8 opcode, u8 *buf, unsigned int len);
/* for what is written back afterwards: read until two agree; @len of NOR_SURE_MAX at most */
#define NOR_SURE_MAX 40
int nor_read_sure(struct spi_nor *nor, u8 opcode, u8 *buf, unsigned int len);
int nor_write_reg(struct spi_nor *nor, u8 opcode, const u8 *buf, unsigned int len,
		  bool is_volatile);

#endif
