/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random Thumb-2 programs for the virtual core: DDI 0403 A7.7 (encodings), A5. What they do makes no
 * sense, but each of them ends, and branches, IT blocks, all sizes and alignments of memory access,
 * devices, the FPU and code that changes itself are in them.
 */
#ifndef SWDROM_TESTS_SUPPORT_THUMB_H
#define SWDROM_TESTS_SUPPORT_THUMB_H

#include "sim/core.h"

/* registers that a program finds set, and leaves so; r0 ... r5 and r12 are for anything */
#define THUMB_DATA    6	 /* 512 bytes of memory */
#define THUMB_ISLAND  7	 /* words between the instructions, at THUMB_ISLANDS */
#define THUMB_DEVICE  8	 /* two words that can be written and read, and what follows */
#define THUMB_CODE    9	 /* the program itself */
#define THUMB_PASSES  10 /* left */
#define THUMB_BITBAND 11 /* alias of the data */

#define THUMB_MAX     1024 /* half words */
#define THUMB_SLOTS   32

/* kinds of instructions that may be left out */
#define THUMB_SELF_MODIFYING BIT(0)
#define THUMB_WITH_DEVICES   BIT(1)
#define THUMB_WITH_FPU	     BIT(2)
#define THUMB_WITHOUT_IT     BIT(3)

struct thumb {
	struct sim_rng *rng;
	unsigned int with;
	u16 code[THUMB_MAX];
	u32 n;
	u32 island;	       /* offset in bytes of four words that are no code */
	u32 slot[THUMB_SLOTS]; /* offsets of instructions that others may replace */
	unsigned int n_slots;
};

static inline u32 thumb_rnd(struct thumb *t, u32 n)
{
	return (u32)(sim_rng_u64(t->rng) >> 16) % n;
}

static inline void thumb_put(struct thumb *t, u32 op)
{
	t->code[t->n++] = (u16)op;
}

static inline void thumb_put2(struct thumb *t, u32 op, u32 op2)
{
	thumb_put(t, op);
	thumb_put(t, op2);
}

/* arithmetic of 16 bits on r0 ... r5 */
static inline u32 thumb_narrow(struct thumb *t)
{
	u32 d = thumb_rnd(t, 6), n = thumb_rnd(t, 6), m = thumb_rnd(t, 6);

	switch (thumb_rnd(t, 8)) {
	case 0:
		return 0x2000 | d << 8 | thumb_rnd(t, 256); /* movs d, #imm */
	case 1:
		return 0x3000 | d << 8 | thumb_rnd(t, 256); /* adds d, #imm */
	case 2:
		return 0x3800 | d << 8 | thumb_rnd(t, 256); /* subs d, #imm */
	case 3:
		return 0x1800 | thumb_rnd(t, 2) << 9 | m << 6 | n << 3 | d; /* adds, subs d, n, m */
	case 4:
		return thumb_rnd(t, 3) << 11 | thumb_rnd(t, 32) << 6 | m << 3 | d; /* shifts */
	case 5:
		return 0xb200 | thumb_rnd(t, 4) << 6 | m << 3 | d; /* sxth, sxtb, uxth, uxtb */
	default:
		return 0x4000 | thumb_rnd(t, 16) << 6 | m << 3 | d; /* ands ... mvns */
	}
}

/* arithmetic of 32 bits; r12, too */
static inline void thumb_wide(struct thumb *t)
{
	static const u8 ops[] = { 0, 1, 2, 3, 4, 8, 10, 11, 13, 14 };
	u32 d = thumb_rnd(t, 7), n = thumb_rnd(t, 6), m = thumb_rnd(t, 6);

	d = d == 6 ? 12 : d;
	switch (thumb_rnd(t, 6)) {
	case 0: /* movw d, #imm */
		thumb_put2(t, 0xf240 | thumb_rnd(t, 16), d << 8 | thumb_rnd(t, 256));
		break;
	case 1: /* ubfx d, n, #0 ... 3, #width */
		thumb_put2(t, 0xf3c0 | n, d << 8 | thumb_rnd(t, 4) << 6 | thumb_rnd(t, 24));
		break;
	case 2: /* mul d, n, m */
		thumb_put2(t, 0xfb00 | n, 0xf000 | d << 8 | m);
		break;
	case 3: /* udiv d, n, m */
		thumb_put2(t, 0xfbb0 | n, 0xf0f0 | d << 8 | m);
		break;
	default: /* and ... rsb, with shift and flags or without */
		thumb_put2(t,
			   0xea00 | (u32)ops[thumb_rnd(t, ARRAY_SIZE(ops))] << 5 |
				   thumb_rnd(t, 2) << 4 | n,
			   thumb_rnd(t, 8) << 12 | d << 8 | thumb_rnd(t, 16) << 4 | m);
	}
}

/* one load or store of a byte, half word or word, at any alignment */
static inline void thumb_memory(struct thumb *t)
{
	static const u16 ops[] = { 0xf8d0, 0xf8c0, 0xf890, 0xf880, 0xf8b0, 0xf8a0 };

	thumb_put2(t, ops[thumb_rnd(t, ARRAY_SIZE(ops))] | THUMB_DATA,
		   thumb_rnd(t, 6) << 12 | thumb_rnd(t, 400));
}

static inline void thumb_device(struct thumb *t)
{
	u32 d = thumb_rnd(t, 6);

	if (!(t->with & THUMB_WITH_DEVICES))
		thumb_put(t, thumb_narrow(t));
	else if (thumb_rnd(t, 3))
		thumb_put2(t, 0xf8d0 | THUMB_DEVICE, d << 12 | thumb_rnd(t, 3) * 4); /* ldr */
	else
		thumb_put2(t, 0xf8c0 | THUMB_DEVICE, d << 12 | thumb_rnd(t, 2) * 4); /* str */
}

static inline void thumb_bitband(struct thumb *t)
{
	thumb_put2(t, (thumb_rnd(t, 2) ? 0xf8d0 : 0xf8c0) | THUMB_BITBAND,
		   thumb_rnd(t, 6) << 12 | thumb_rnd(t, 1000) * 4);
}

/* several registers, or pairs of them */
static inline void thumb_multiple(struct thumb *t)
{
	u32 list = 1 + thumb_rnd(t, 63), d = thumb_rnd(t, 3), offset = thumb_rnd(t, 60);

	switch (thumb_rnd(t, 5)) {
	case 0: /* push and pop of as many */
		thumb_put(t, 0xb400 | list);
		thumb_put(t, 0xbc00 | list);
		break;
	case 1: /* ldmia, stmia */
		thumb_put2(t, (thumb_rnd(t, 2) ? 0xe890 : 0xe880) | THUMB_DATA,
			   list | (list & (list - 1) ? 0 : 0x1000));
		break;
	case 2: /* ldrd, strd */
		thumb_put2(t, (thumb_rnd(t, 2) ? 0xe9d0 : 0xe9c0) | THUMB_DATA,
			   2 * d << 12 | (2 * d + 1) << 8 | offset);
		break;
	case 3: /* ldmia of the device */
		if (t->with & THUMB_WITH_DEVICES)
			thumb_put2(t, 0xe890 | THUMB_DEVICE, 0x7);
		break;
	default: /* ldrex, strex */
		thumb_put2(t, 0xe850 | THUMB_DATA, d << 12 | 0xf00 | offset);
		thumb_put2(t, 0xe840 | THUMB_DATA, d << 12 | (d + 1) << 8 | offset);
	}
}

static inline void thumb_fpu(struct thumb *t)
{
	u32 d = thumb_rnd(t, 12), offset = thumb_rnd(t, 90), n = 1 + thumb_rnd(t, 4);

	if (!(t->with & THUMB_WITH_FPU))
		return;
	switch (thumb_rnd(t, 4)) {
	case 0: /* vldr, vstr of a single */
		thumb_put2(t, (thumb_rnd(t, 2) ? 0xed90 : 0xed80) | THUMB_DATA,
			   d << 12 | 0xa00 | offset);
		break;
	case 1: /* vldr, vstr of a double */
		thumb_put2(t, (thumb_rnd(t, 2) ? 0xed90 : 0xed80) | THUMB_DATA,
			   d << 12 | 0xb00 | offset);
		break;
	case 2: /* vldmia, vstmia of doubles */
		thumb_put2(t, (thumb_rnd(t, 2) ? 0xec90 : 0xec80) | THUMB_DATA,
			   d << 12 | 0xb00 | 2 * n);
		break;
	default: /* vadd.f32 of even registers */
		thumb_put2(t, 0xee30 | thumb_rnd(t, 12), d << 12 | 0xa00 | thumb_rnd(t, 12));
	}
}

/* one instruction that is good anywhere, even in an IT block */
static inline void thumb_any(struct thumb *t)
{
	switch (thumb_rnd(t, 8)) {
	case 0:
		thumb_wide(t);
		break;
	case 1:
		thumb_memory(t);
		break;
	case 2:
		thumb_device(t);
		break;
	default:
		thumb_put(t, thumb_narrow(t));
	}
}

static inline void thumb_it(struct thumb *t)
{
	u32 n = 1 + thumb_rnd(t, 4), cond = thumb_rnd(t, 14);
	u32 mask = (thumb_rnd(t, 16) | 1) << (4 - n) & 0xf;

	/* n - 1 bits of then and else, and a one that ends them */
	mask = (mask & ~(BIT(5 - n) - 1)) | BIT(4 - n);
	if (!(t->with & THUMB_WITHOUT_IT))
		thumb_put(t, 0xbf00 | cond << 4 | mask);
	while (n--)
		thumb_any(t);
}

/* a branch of the low bits @op over what follows, until thumb_land() */
static inline u32 thumb_branch(struct thumb *t, u32 op)
{
	thumb_put(t, op);
	return t->n - 1;
}

static inline void thumb_land(struct thumb *t, u32 from)
{
	u32 ahead = t->n - from - 2;

	if ((t->code[from] & 0xf500) == 0xb100) /* cbz, cbnz */
		t->code[from] |= (u16)(ahead << 3);
	else
		t->code[from] |= (u16)ahead;
}

static inline void thumb_skip(struct thumb *t)
{
	u32 from = thumb_rnd(t, 2)
			   ? thumb_branch(t, 0xd000 | thumb_rnd(t, 14) << 8)
			   : thumb_branch(t, 0xb100 | thumb_rnd(t, 2) << 11 | thumb_rnd(t, 6));
	u32 n = 1 + thumb_rnd(t, 4);

	while (n--)
		thumb_any(t);
	thumb_land(t, from);
}

/* counts r12 down; its last branch may be in an IT block */
static inline void thumb_loop(struct thumb *t)
{
	bool it = !(t->with & THUMB_WITHOUT_IT) && thumb_rnd(t, 3) == 0;
	u32 head, n;

	thumb_put2(t, 0xf240, 12 << 8 | (1 + thumb_rnd(t, 40))); /* movw r12, #n */
	head = t->n;
	for (n = thumb_rnd(t, 4); n; n--)
		thumb_put(t, thumb_narrow(t));
	thumb_put2(t, 0xf1bc, 0x0c01); /* subs.w r12, r12, #1 */
	if (it)
		thumb_put(t, 0xbf18); /* it ne */
	n = head - t->n - 2;
	thumb_put(t, it ? 0xe000 | (n & 0x7ff) : 0xd100 | (n & 0xff));
}

/* bl to what follows a branch, which returns to that */
static inline void thumb_call(struct thumb *t)
{
	u32 from;

	thumb_put2(t, 0xf000, 0xf801); /* bl over one half word */
	from = thumb_branch(t, 0xe000);
	thumb_any(t);
	thumb_put(t, 0x4770); /* bx lr */
	thumb_land(t, from);
}

static inline void thumb_slot(struct thumb *t)
{
	if (t->n_slots < THUMB_SLOTS)
		t->slot[t->n_slots++] = 2 * t->n;
	thumb_put(t, thumb_narrow(t));
}

/* replace an instruction that has been there, or one of the next */
static inline void thumb_modify(struct thumb *t)
{
	u32 op = thumb_narrow(t), at, n;

	if (!(t->with & THUMB_SELF_MODIFYING))
		return;
	/* movw r5, #op; strh or strb r5, [code, #at] */
	thumb_put2(t, 0xf240 | op >> 12 | (op >> 11 & 1) << 10,
		   (op >> 8 & 7) << 12 | 5 << 8 | (op & 0xff));
	n = thumb_rnd(t, 3);
	at = t->n_slots && thumb_rnd(t, 2) ? t->slot[thumb_rnd(t, t->n_slots)] : 2 * (t->n + 2 + n);
	thumb_put2(t, 0xf8a0 | THUMB_CODE, 5 << 12 | at);
	for (n = 0; n < 3; n++)
		thumb_slot(t);
}

static inline void thumb_island(struct thumb *t)
{
	thumb_put2(t, (thumb_rnd(t, 2) ? 0xf8d0 : 0xf8c0) | THUMB_ISLAND,
		   thumb_rnd(t, 6) << 12 | thumb_rnd(t, 13));
}

/* a program of about @len parts that does its work in THUMB_PASSES passes and ends in BKPT */
static inline void thumb_program(struct thumb *t, struct sim_rng *rng, unsigned int with, u32 len)
{
	u32 i, back;

	t->rng = rng;
	t->with = with;
	t->n = t->n_slots = 0;
	for (i = 0; i < len; i++) {
		if (i == len / 2) {
			back = thumb_branch(t, 0xe000);
			t->island = 2 * t->n;
			for (; t->n * 2 < t->island + 16;)
				thumb_put(t, thumb_rnd(t, 0x10000));
			thumb_land(t, back);
		}
		switch (thumb_rnd(t, 16)) {
		case 0:
		case 1:
			thumb_it(t);
			break;
		case 2:
			thumb_multiple(t);
			break;
		case 3:
			thumb_fpu(t);
			break;
		case 4:
		case 5:
			thumb_skip(t);
			break;
		case 6:
			thumb_loop(t);
			break;
		case 7:
			thumb_call(t);
			break;
		case 8:
			thumb_modify(t);
			break;
		case 9:
			thumb_island(t);
			break;
		case 10:
			thumb_bitband(t);
			break;
		case 11:
			thumb_put(t, thumb_rnd(t, 2) ? 0xbf00 : 0xbf40); /* nop, sev */
			break;
		default:
			thumb_any(t);
		}
	}
	thumb_put2(t, 0xf1ba, 0x0a01); /* subs.w r10, r10, #1 */
	back = 0u - t->n - 2;
	thumb_put2(t, 0xf440 | (back >> 11 & 0x3f), 0xa800 | (back & 0x7ff)); /* bne.w */
	thumb_put(t, 0xbe00);
}

#endif
