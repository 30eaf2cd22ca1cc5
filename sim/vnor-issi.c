// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ISSI IS25LP128F (3 V) and IS25WP512M (1.8 V).
 *
 * QE in SR bit 6, a function register with the one-time TBS bit, a read register that counts dummy
 * clocks, an extended read register with error bits, a bank register whose bit 7 is the 4-byte mode
 * (left by 29h, not E9h), QPI by 35h and F5h, continuous ("AX") read with mode bits Ah.
 *
 * Commands and registers as Linux, flashrom and U-Boot know them; where those are silent (63h, 65h,
 * 81h to 85h, frequencies against dummy clocks, times) recalled from the data sheets of IS25LP128F
 * and IS25WP512M. Sector locks (24h, 26h) and DYB/PPB are not modelled.
 */
#include "sim/vnor-core.h"
#include "sim/vnor-ops.h"
#include "sim/vnor-sfdp.h"

#include <string.h>

/* nv[]: registers, information rows */
#define NV_SR	0
#define NV_FR	1
#define NV_RR	2
#define NV_ERR	3
#define NV_BAR	4
#define NV_ROWS 256
#define N_ROWS	4
#define ROW_LEN 256u

/* reg[] */
#define R_RR	   0
#define R_ERR	   1 /* drive strength; error bits */
#define R_QPI	   2

#define SR_SRWD	   BIT(7)
#define SR_QE	   BIT(6)
#define SR_BP	   GENMASK(5, 2)
#define SR_WEL	   BIT(1)
#define SR_WIP	   BIT(0)

#define FR_IRL	   GENMASK(7, 4)
#define FR_ESUS	   BIT(3)
#define FR_PSUS	   BIT(2)
#define FR_TBS	   BIT(1)

#define RR_RESET   BIT(7) /* IO3 is RESET#, not HOLD# */
#define RR_DUMMY   GENMASK(6, 3)
#define RR_WRAP	   BIT(2)
#define RR_WRAPLEN GENMASK(1, 0)

#define ERR_E	   BIT(3)
#define ERR_P	   BIT(2)
#define ERR_PROT   BIT(1)
#define ERR_WIP	   BIT(0)

#define BAR_4BYTE  BIT(7)

#define D_RR	   0xf0 /* op->dummy: by RR, or 8 */
#define D_RR_MODE  0xf1 /* by RR, or 4 on two lines and 6 on four, with the mode byte's */

enum {
	A_ID,
	A_RES,
	A_MFR,
	A_UID,
	A_SR,
	A_FR,
	A_RR,
	A_RR_NV,
	A_ERR,
	A_ERR_NV,
	A_ERR_CLEAR,
	A_BAR,
	A_BAR_NV,
	A_ROW_READ,
	A_ROW_ERASE,
	A_ROW_PROGRAM,
	A_QPI,
	A_SPI,
};

static void issi_factory(struct vnor *nor)
{
	memset(nor->nv, 0, NV_ROWS);
	nor->nv[NV_ERR] = 0xf0;
	memset(nor->nv + NV_ROWS, 0xff, N_ROWS * ROW_LEN);
}

static void set_bar(struct vnor *nor, u8 v)
{
	nor->four_byte = v & BAR_4BYTE;
	nor->ear = v & (u8)((nor->part->size - 1) >> 24);
}

static void issi_load(struct vnor *nor, bool power)
{
	nor->reg[R_RR] = nor->nv[NV_RR];
	nor->reg[R_ERR] = nor->nv[NV_ERR];
	nor->reg[R_QPI] = 0;
	set_bar(nor, nor->nv[NV_BAR]);
}

static u8 issi_proto(const struct vnor *nor)
{
	return nor->reg[R_QPI] ? P_QPI : P_SPI;
}

static u8 issi_dummy(const struct vnor *nor, const struct vnor_op *op)
{
	u8 n = FIELD_GET(RR_DUMMY, nor->reg[R_RR]);
	u8 lines = nor->proto_lines > 1 ? nor->proto_lines : op->addr_lines;

	switch (op->dummy) {
	case D_RR:
		return n ? n : nor->proto == P_QPI ? 6 : 8;
	case D_RR_MODE:
		n = n ? n : lines == 2 ? 4 : 6;
		return n > 8 / lines ? n - 8 / lines : 0;
	}
	return op->dummy;
}

static u32 issi_fmax_mhz(const struct vnor *nor, const struct vnor_op *op, u8 dummy)
{
	static const u8 quad_mhz[] = { 33, 33, 50, 60, 70, 84, 104, 115, 133 };
	static const u8 dual_mhz[] = { 50, 60, 84, 104, 115, 125, 133 };
	u8 lines = nor->proto_lines > 1 ? nor->proto_lines : op->addr_lines;
	u32 n = dummy + (op->has_mode ? 8u / lines : 0);

	if (op->fmax_mhz)
		return op->fmax_mhz;
	if (lines == 4)
		return quad_mhz[min(n, (u32)ARRAY_SIZE(quad_mhz) - 1)];
	if (lines == 2)
		return dual_mhz[min(n, (u32)ARRAY_SIZE(dual_mhz) - 1)];
	return nor->part->fmax_mhz;
}

static bool issi_has_quad(const struct vnor *nor)
{
	return nor->nv[NV_SR] & SR_QE || nor->reg[R_QPI];
}

static bool issi_has_hold(const struct vnor *nor)
{
	return !issi_has_quad(nor) && !(nor->reg[R_RR] & RR_RESET);
}

static bool issi_has_reset_pin(const struct vnor *nor)
{
	return !issi_has_quad(nor) && nor->reg[R_RR] & RR_RESET;
}

static u32 issi_read_wrap(const struct vnor *nor, const struct vnor_op *op)
{
	if (!(nor->reg[R_RR] & RR_WRAP) || op->opcode == 0x03 || op->opcode == 0x13)
		return 0;
	return 8u << FIELD_GET(RR_WRAPLEN, nor->reg[R_RR]);
}

static void issi_confirm(struct vnor *nor, u8 mode, bool dummy)
{
	if (dummy || !(nor->op->flags & F_CONT))
		return;
	nor->xip = mode >> 4 == 0xa ? nor->op : NULL;
}

static u8 issi_fr(const struct vnor *nor)
{
	u8 v = nor->nv[NV_FR];

	if (nor->suspended.kind)
		v |= nor->suspended.kind == JOB_PROGRAM ? FR_PSUS : FR_ESUS;
	return v;
}

/* information row of an address, N_ROWS: none */
static u32 row_of(u32 addr)
{
	u32 row = addr >> 12;

	return row < N_ROWS && !(addr & 0xf00) ? row : N_ROWS;
}

static u8 issi_out(struct vnor *nor, const struct vnor_op *op, u32 i)
{
	u32 row;

	switch (op->arg) {
	case A_ID:
		return nor->part->id[i % 3];
	case A_RES:
		return nor->part->id[2] - 1;
	case A_MFR:
		return (i + nor->addr) & 1 ? nor->part->id[2] - 1 : nor->part->id[0];
	case A_UID:
		return nor->nv[VNOR_UID + ((nor->addr + i) & 0xf)];
	case A_SR:
		return (nor->nv[NV_SR] & ~(SR_WEL | SR_WIP)) | (nor->wel ? SR_WEL : 0) |
		       (vnor_wip(nor) ? SR_WIP : 0);
	case A_FR:
		return issi_fr(nor);
	case A_RR:
		return nor->reg[R_RR];
	case A_ERR:
		return nor->reg[R_ERR] | (vnor_wip(nor) ? ERR_WIP : 0);
	case A_BAR:
		return nor->ear | (nor->four_byte ? BAR_4BYTE : 0);
	case A_ROW_READ:
		row = row_of(nor->addr);
		if (row == N_ROWS)
			return 0xff;
		return nor->nv[NV_ROWS + row * ROW_LEN + (nor->addr + i) % ROW_LEN];
	}
	return 0xff;
}

static void issi_fail(struct vnor *nor, bool erase)
{
	nor->reg[R_ERR] |= (erase ? ERR_E : ERR_P) | ERR_PROT;
	nor->wel = false;
}

static void write_row(struct vnor *nor, const struct vnor_op *op)
{
	u32 row = row_of(nor->addr);
	bool erase = op->arg == A_ROW_ERASE;

	if (row == N_ROWS || nor->nv[NV_FR] & BIT(4 + row)) {
		vnor_complain(nor, "%s at 0x%06x: %s", op->name, nor->addr,
			      row == N_ROWS ? "no such row" : "locked by IRL");
		issi_fail(nor, erase);
		return;
	}
	vnor_start_reg(nor, op, erase ? &nor->part->erase_4k : &nor->part->page_program);
}

static void issi_in(struct vnor *nor, const struct vnor_op *op)
{
	switch (op->arg) {
	case A_SR:
		if (nor->nv[NV_SR] & SR_SRWD && nor->wp_low && !issi_has_quad(nor)) {
			vnor_complain(nor, "status write ignored: SRWD = 1 and WP# (IO2) low");
			nor->wel = false;
			break;
		}
		vnor_start_reg(nor, op, &nor->part->status);
		break;
	case A_FR:
	case A_RR_NV:
	case A_ERR_NV:
	case A_BAR_NV:
		vnor_start_reg(nor, op, &nor->part->status);
		break;
	case A_RR:
		nor->reg[R_RR] = nor->buf[0];
		break;
	case A_ERR:
		nor->reg[R_ERR] = (nor->reg[R_ERR] & 0x0f) | (nor->buf[0] & 0xf0);
		break;
	case A_ERR_CLEAR:
		nor->reg[R_ERR] &= ~(ERR_E | ERR_P | ERR_PROT);
		break;
	case A_BAR:
		set_bar(nor, nor->buf[0]);
		break;
	case A_ROW_ERASE:
	case A_ROW_PROGRAM:
		write_row(nor, op);
		break;
	case A_QPI:
	case A_SPI:
		nor->reg[R_QPI] = op->arg == A_QPI;
		break;
	}
}

static void issi_commit(struct vnor *nor, struct vnor_job *job)
{
	u8 *row = nor->nv + NV_ROWS + row_of(job->addr) % N_ROWS * ROW_LEN;
	u32 i;

	switch (job->op->arg) {
	case A_SR:
		nor->nv[NV_SR] = job->buf[0] & ~(SR_WEL | SR_WIP);
		break;
	case A_FR: /* one-time bits */
		nor->nv[NV_FR] |= job->buf[0] & (FR_IRL | FR_TBS);
		break;
	case A_RR_NV:
		nor->nv[NV_RR] = job->buf[0];
		nor->reg[R_RR] = job->buf[0];
		break;
	case A_ERR_NV:
		nor->nv[NV_ERR] = job->buf[0] & 0xf0;
		nor->reg[R_ERR] = (nor->reg[R_ERR] & 0x0f) | nor->nv[NV_ERR];
		break;
	case A_BAR_NV:
		nor->nv[NV_BAR] = job->buf[0];
		set_bar(nor, job->buf[0]);
		break;
	case A_ROW_ERASE:
		memset(row, 0xff, ROW_LEN);
		break;
	case A_ROW_PROGRAM:
		for (i = 0; i < job->n_buf; i++)
			row[(job->addr + i) % ROW_LEN] &= job->buf[i];
		break;
	}
}

/* BP3..BP0 = n > 0: 2^(n-1) blocks of 64 KiB up to all of them, from the top or with TBS the bottom */
static bool issi_is_protected(const struct vnor *nor, u32 addr, u32 len)
{
	u32 bp = FIELD_GET(SR_BP, nor->nv[NV_SR]), size = nor->part->size, n;

	if (!bp)
		return false;
	n = (u32)min((u64)KIB(64) << (bp - 1), (u64)size);
	return nor->nv[NV_FR] & FR_TBS ? addr < n : addr + len > size - n;
}

static void issi_app_left(struct vnor *nor)
{
	const struct sim_faults *f = &nor->sim->faults;

	if (f->app_qpi)
		nor->reg[R_QPI] = 1;
	if (f->app_xip) {
		nor->nv[NV_SR] |= SR_QE;
		nor->xip = vnor_find_op(nor, 0xeb, issi_proto(nor));
	}
	if (f->app_4byte && nor->part->size > MIB(16))
		nor->four_byte = true;
	if (f->app_bp)
		nor->nv[NV_SR] |= SR_BP;
	if (f->app_dpd)
		nor->dpd = true;
}

static const struct vnor_vendor issi = {
	.factory = issi_factory,
	.load = issi_load,
	.proto = issi_proto,
	.dummy = issi_dummy,
	.fmax_mhz = issi_fmax_mhz,
	.has_quad = issi_has_quad,
	.has_hold = issi_has_hold,
	.has_reset_pin = issi_has_reset_pin,
	.read_wrap = issi_read_wrap,
	.confirm = issi_confirm,
	.out = issi_out,
	.in = issi_in,
	.commit = issi_commit,
	.is_protected = issi_is_protected,
	.refuse = issi_fail,
	.app_left = issi_app_left,
};

#define REG_R(_op, _arg, _name) OP(_op, BOTH, K_OUT, _name, .arg = (_arg), .flags = F_BUSY)
#define REG_W(_op, _arg, _name, _flags)                                         \
	OP(_op, BOTH, K_IN, _name, .arg = (_arg), .n_in_min = 1, .n_in_max = 1, \
	   .flags = F_SUSP | (_flags))

#define COMMON_OPS                                                                                 \
	OP(0x06, BOTH, K_WREN, "write enable"), OP(0x04, BOTH, K_WRDI, "write disable"),           \
		OP(0x9f, P_SPI, K_OUT, "read id", .arg = A_ID),                                    \
		OP(0xaf, P_QPI, K_OUT, "read id, QPI", .arg = A_ID),                               \
		OP(0xab, BOTH, K_WAKE, "release power-down", .arg = A_RES),                        \
		OP(0x90, P_SPI, K_OUT, "read manufacturer id", .n_addr = 3, .arg = A_MFR,          \
		   .flags = F_ADDR3),                                                              \
		OP(0x4b, BOTH, K_OUT, "read unique id", .n_addr = 3, .dummy = D_RR, .arg = A_UID,  \
		   .flags = F_ADDR3),                                                              \
		OP(0x5a, BOTH, K_SFDP, "read SFDP", .n_addr = 3, .dummy = 8, .flags = F_ADDR3),    \
		OP(0x03, P_SPI, K_READ, "read", .n_addr = 3, .fmax_mhz = 50),                      \
		READ(0x0b, BOTH, 1, 1, 3, .dummy = D_RR),                                          \
		READ(0x3b, P_SPI, 1, 2, 3, .dummy = D_RR),                                         \
		READ(0xbb, P_SPI, 2, 2, 3, .has_mode = true, .dummy = D_RR_MODE, .flags = F_CONT), \
		READ(0x6b, P_SPI, 1, 4, 3, .dummy = D_RR, .flags = F_QUAD),                        \
		READ(0xeb, BOTH, 4, 4, 3, .has_mode = true, .dummy = D_RR_MODE,                    \
		     .flags = F_CONT | F_QUAD),                                                    \
		PROG(0x02, BOTH, 1, 3, 0), PROG(0x32, P_SPI, 4, 3, F_QUAD),                        \
		PROG(0x38, P_SPI, 4, 3, F_QUAD), ERASE(0x20, 3, KIB(4)), ERASE(0xd7, 3, KIB(4)),   \
		ERASE(0x52, 3, KIB(32)), ERASE(0xd8, 3, KIB(64)),                                  \
		OP(0xc7, BOTH, K_ERASE_CHIP, "chip erase", .flags = F_WEL | F_SUSP),               \
		OP(0x60, BOTH, K_ERASE_CHIP, "chip erase", .flags = F_WEL | F_SUSP),               \
		REG_R(0x05, A_SR, "read status"), REG_W(0x01, A_SR, "write status", F_WEL),        \
		REG_R(0x48, A_FR, "read function register"),                                       \
		REG_W(0x42, A_FR, "write function register", F_WEL),                               \
		REG_R(0x61, A_RR, "read read parameters"),                                         \
		REG_W(0xc0, A_RR, "set read parameters", 0),                                       \
		REG_W(0x63, A_RR, "set read parameters", 0),                                       \
		REG_W(0x65, A_RR_NV, "set read parameters for good", F_WEL),                       \
		REG_R(0x81, A_ERR, "read extended parameters"),                                    \
		REG_W(0x83, A_ERR, "set extended parameters", 0),                                  \
		REG_W(0x85, A_ERR_NV, "set extended parameters for good", F_WEL),                  \
		OP(0x82, BOTH, K_IN, "clear extended parameters", .arg = A_ERR_CLEAR),             \
		OP(0x68, BOTH, K_OUT, "read information row", .n_addr = 3, .dummy = D_RR,          \
		   .arg = A_ROW_READ),                                                             \
		OP(0x64, BOTH, K_IN, "erase information row", .n_addr = 3, .arg = A_ROW_ERASE,     \
		   .flags = F_WEL | F_SUSP),                                                       \
		OP(0x62, BOTH, K_IN, "program information row", .n_addr = 3, .n_in_min = 1,        \
		   .n_in_max = 255, .arg = A_ROW_PROGRAM, .flags = F_WEL | F_SUSP),                \
		OP(0x35, P_SPI, K_IN, "enter QPI", .arg = A_QPI),                                  \
		OP(0xf5, P_QPI, K_IN, "leave QPI", .arg = A_SPI),                                  \
		OP(0x75, BOTH, K_SUSPEND, "suspend", .flags = F_BUSY),                             \
		OP(0xb0, BOTH, K_SUSPEND, "suspend", .flags = F_BUSY),                             \
		OP(0x7a, BOTH, K_RESUME, "resume"), OP(0x30, BOTH, K_RESUME, "resume"),            \
		OP(0xb9, BOTH, K_DPD, "deep power-down", .flags = F_SUSP),                         \
		OP(0x66, BOTH, K_RSTEN, "reset enable", .flags = F_BUSY),                          \
		OP(0x99, BOTH, K_RST, "reset", .flags = F_BUSY)

static const struct vnor_op is25lp128f_ops[] = { COMMON_OPS };

static const struct vnor_op is25wp512m_ops[] = {
	COMMON_OPS,
	OP(0xb7, BOTH, K_ENTER_4B, "enter 4-byte mode"),
	OP(0x29, BOTH, K_LEAVE_4B, "leave 4-byte mode"),
	REG_R(0x16, A_BAR, "read bank register"),
	REG_R(0xc8, A_BAR, "read bank register"),
	REG_W(0x17, A_BAR, "write bank register", 0),
	REG_W(0xc5, A_BAR, "write bank register", 0),
	REG_W(0x18, A_BAR_NV, "write bank register for good", F_WEL),
	OP(0x13, P_SPI, K_READ, "4-byte read", .n_addr = 4, .fmax_mhz = 50),
	READ(0x0c, BOTH, 1, 1, 4, .dummy = D_RR),
	READ(0x3c, P_SPI, 1, 2, 4, .dummy = D_RR),
	READ(0xbc, P_SPI, 2, 2, 4, .has_mode = true, .dummy = D_RR_MODE, .flags = F_CONT),
	READ(0x6c, P_SPI, 1, 4, 4, .dummy = D_RR, .flags = F_QUAD),
	READ(0xec, BOTH, 4, 4, 4, .has_mode = true, .dummy = D_RR_MODE, .flags = F_CONT | F_QUAD),
	PROG(0x12, BOTH, 1, 4, 0),
	PROG(0x34, P_SPI, 4, 4, F_QUAD),
	PROG(0x3e, P_SPI, 4, 4, F_QUAD),
	ERASE(0x21, 4, KIB(4)),
	ERASE(0x5c, 4, KIB(32)),
	ERASE(0xdc, 4, KIB(64)),
};

const struct vnor_part vnor_is25lp128f = {
	.name = "is25lp128f",
	.description = "ISSI, 3 V: QPI",
	.vendor = &issi,
	.ops = is25lp128f_ops,
	.n_ops = ARRAY_SIZE(is25lp128f_ops),
	.size = MIB(16),
	.id = { 0x9d, 0x60, 0x18 },
	.n_id = 3,
	.sfdp = &vnor_sfdp_is25lp128f,
	.fmax_mhz = 133,
	.read_mhz = 50,
	.byte = { 8, 40 },
	.page_program = { 200, 800 },
	.erase_4k = { 100000, 300000 },
	.erase_32k = { 140000, 500000 },
	.erase_64k = { 170000, 1000000 },
	.chip = { 30000000, 90000000 },
	.status = { 2000, 15000 },
	.t_power_us = 1000,
	.t_reset_ns = 35000,
	.t_reset_busy_us = 100,
	.t_suspend_us = 100,
	.t_down_ns = 3000,
	.t_wake_ns = 5000,
	.t_cs_high_read_ns = 7,
	.t_cs_high_ns = 40,
	.t_output_ps = 7000,
};

const struct vnor_part vnor_is25wp512m = {
	.name = "is25wp512m",
	.description = "ISSI, 1.8 V: QPI, SFDP says three address bytes, 29h leaves 4-byte mode",
	.vendor = &issi,
	.ops = is25wp512m_ops,
	.n_ops = ARRAY_SIZE(is25wp512m_ops),
	.size = MIB(64),
	.id = { 0x9d, 0x70, 0x1a },
	.n_id = 3,
	.sfdp = &vnor_sfdp_is25wp512,
	.fmax_mhz = 133,
	.read_mhz = 50,
	.byte = { 8, 40 },
	.page_program = { 200, 1000 },
	.erase_4k = { 100000, 300000 },
	.erase_32k = { 140000, 500000 },
	.erase_64k = { 170000, 1000000 },
	.chip = { 120000000, 360000000 },
	.status = { 2000, 15000 },
	.t_power_us = 1000,
	.t_reset_ns = 35000,
	.t_reset_busy_us = 100,
	.t_suspend_us = 100,
	.t_down_ns = 3000,
	.t_wake_ns = 5000,
	.t_cs_high_read_ns = 7,
	.t_cs_high_ns = 40,
	.t_output_ps = 7000,
};
