/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside the engine that executes with libunicorn: runs (vcore-unicorn.c), the hook of each
 * instruction and its time (vcore-unicorn-insn.c), memory and the bus (vcore-unicorn-mem.c),
 * registers (vcore-unicorn-regs.c).
 */
#ifndef SWDROM_SIM_VCORE_UNICORN_H
#define SWDROM_SIM_VCORE_UNICORN_H

#include "sim/vcore.h"
#include "sim/vcore-spin.h"

#include <unicorn/unicorn.h>

#define ALIAS_SIZE 0x08000000u
#define N_DEVICES  8
#define CODE_PAGE  4096u /* no translated block reaches into a second one by more than a word */
#define NOWHERE	   UINT64_MAX

#define OP_YIELD   0xbf10
#define OP_WFE	   0xbf20
#define OP_SEV	   0xbf40

/*
 * What is known of the half word at an address: the instruction that begins there, once it has been
 * executed, and whether the engine has translated it, as part of any block.
 */
#define INSN_KNOWN	BIT(0)
#define INSN_TRANSLATED BIT(1)
#define INSN_SEV	BIT(2)
#define INSN_FPU	BIT(3)
#define INSN_KINDS	(BIT(INSN_IT_SHIFT) - 1)
#define INSN_IT_SHIFT	4 /* IT: half words from it to the end of its block */

#define IT_BLOCK_LEN	18 /* four instructions of 32 bits, from IT to the end */

struct range {
	u32 from, to;
};

/* memory that may hold code */
struct code {
	u32 size;
	bool is_flash;
	u8 *insn;	      /* of each half word */
	u16 *block;	      /* bytes of the longest translated block that begins there */
	struct range changed; /* offsets of translated code that is not what it was */
};

enum { CODE_SRAM1, CODE_SRAM2, CODE_FLASH, N_CODES };

/* a stretch of addresses whose accesses are bus transfers */
struct device {
	struct vcore *v;
	u32 base;
};

struct vcore {
	/* what each instruction needs */
	u64 next;	/* address that follows the last instruction */
	s64 cycles;	/* while above 0 an instruction may go the short way */
	const u8 *insn; /* of the code that is executing, from @insn_base on */
	u32 insn_base;
	u32 last;     /* the last instruction */
	u8 insn_mask; /* bits that must be as in INSN_KNOWN for the short way */

	/* what a branch needs, and the first instruction after anything out of the ordinary */
	const u16 *block;
	u32 insn_size; /* bytes */
	/* what follows the IT that was executed last, @it_len 0: that block is over */
	u32 it_from, it_len;
	s64 cycles_given;  /* @cycles when the time was settled */
	u64 branch_cycles; /* of taken branches since then */
	u32 branch_cost;   /* cycles more of one, into the code that is executing */
	bool branch_seen;  /* the branch to the next one has been looked at, in the run before */

	/* the run under way, up to where it is settled */
	u64 now_ps, to_ps;
	u64 left; /* instructions still allowed */
	u64 hclk_ps;

	struct mcu *mcu;
	uc_engine *uc;
	struct device devices[N_DEVICES];
	struct code code[N_CODES];
	u8 *flash;
	u32 flash_size;
	unsigned int mem_mode; /* as mapped */
	bool swapped;
	u32 flash_generation;
	struct range flash_code; /* offsets: it was executed there */
	bool fpu_on;
	u32 bp[VCORE_BREAKPOINTS];
	unsigned int n_bp;

	u32 pc;
	bool running, stopping, asked;
	bool code_changed; /* under the run */
	bool event;	   /* SEV was executed */
	/* bytes that follow one by one, of a write that has been done already */
	u32 split_at, split_left;
	bool has_reason;
	struct vcore_stop stop;
	struct vspin spin;
	u64 waits_until_ps; /* it stays in a loop that writes no SRAM, unless vcore_wake() */
};

/* ---- vcore-unicorn.c ---- */

/* end the run; the first reason counts */
void vcore_stop_now(struct vcore *v, enum vcore_why why, u32 addr);

/* ---- vcore-unicorn-insn.c ---- */

/* hooks of the engine */
void vcore_on_block(uc_engine *uc, uint64_t address, uint32_t size, void *arg);
void vcore_on_insn(uc_engine *uc, uint64_t address, uint32_t size, void *arg);
/* a run of this length begins */
void vcore_begin_insns(struct vcore *v, u64 from_ps, u64 to_ps, u64 max);

/* let the instructions that follow go the short way */
void vcore_go_on(struct vcore *v);

/* account for the instructions that went the short way, the one that is executing included */
static inline void vcore_settle(struct vcore *v)
{
	u64 cycles = (u64)(v->cycles_given - v->cycles);

	v->now_ps += cycles * v->hclk_ps;
	v->left -= cycles - v->branch_cycles;
	v->cycles_given = v->cycles;
	v->branch_cycles = 0;
}

/* the next instruction does not go the short way: it finds out what there is to do */
static inline void vcore_look_closely(struct vcore *v)
{
	vcore_settle(v);
	v->cycles = v->cycles_given = 0;
}

/* ---- vcore-unicorn-mem.c ---- */

#define NO_RANGE ((struct range){ ~0u, 0 })

static inline void vcore_widen(struct range *r, u32 from, u32 to)
{
	r->from = min(r->from, from);
	r->to = max(r->to, to);
}

bool vcore_map(struct vcore *v);
void vcore_remap(struct vcore *v);
bool vcore_hook_memory(struct vcore *v);
bool vcore_hook(struct vcore *v, int type, void (*fn)(void), u64 from, u64 to);
#define VCORE_FN(f) ((void (*)(void))(f))
bool vcore_new_code(struct vcore *v);
void vcore_free_code(struct vcore *v);
/* drop what was translated from code that is another now */
void vcore_forget_changes(struct vcore *v);
/* the memory behind an address and the offset in it; NULL: no code is executed there */
struct code *vcore_code(struct vcore *v, u32 addr, u32 *offset);
/* the bytes at an address of code, four at least; NULL: none there */
const u8 *vcore_code_at(struct vcore *v, u32 addr);

static inline bool vcore_in_flash(const struct vcore *v, u32 addr)
{
	return addr - FLASH_BASE < v->flash_size || (!v->mem_mode && addr < v->flash_size);
}

/* ---- vcore-unicorn-regs.c ---- */

/* the registers of the API are 32 bits wide */
static inline u32 vcore_get_reg(const struct vcore *v, int reg)
{
	u32 val = 0;

	uc_reg_read(v->uc, reg, &val);
	return val;
}

static inline void vcore_set_reg(struct vcore *v, int reg, u32 val)
{
	uc_reg_write(v->uc, reg, &val);
}

#endif
