// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Macronix MX25L51245G (3 V) and MX25R6435F (1.65 to 3.6 V, low power).
 *
 * QE in SR bit 6, dummy clocks by the configuration register, one-time TB bit, security register
 * with failure bits and WPSEL, suspend by B0h/30h, "performance enhance" when the nibbles of the
 * mode byte are complements. The MX25R starts in a low-power mode that takes 33 MHz (16 MHz on more
 * than one line), wakes from deep power-down with any CS# pulse, and has no 4-byte mode and no QPI.
 *
 * Commands and registers as Linux, flashrom, Zephyr and ST's board packages know them; dummy clocks
 * against frequency and times recalled from the data sheets. SPBs and passwords are not modelled.
 */
#include "sim/vnor-macronix.h"

#include <string.h>

#define SR_SRWD	    BIT(7)
#define SR_QE	    BIT(6)
#define SR_BP	    GENMASK(5, 2)
#define SR_WEL	    BIT(1)
#define SR_WIP	    BIT(0)

#define CR_DC	    GENMASK(7, 6)
#define CR_4BYTE    BIT(5)
#define CR_TB	    BIT(3)

#define CR2_FAST    BIT(1) /* MX25R: high performance mode */

#define SCUR_WPSEL  BIT(7)
#define SCUR_E_FAIL BIT(6)
#define SCUR_P_FAIL BIT(5)
#define SCUR_ESB    BIT(3)
#define SCUR_PSB    BIT(2)
#define SCUR_LDSO   BIT(1)

#define BURST_OFF   BIT(4)

/* op->dummy: by CR and opcode */
#define D_CR 0xf0

static const struct mx_traits *traits(const struct vnor *nor)
{
	return nor->part->extra;
}

void vnor_mx_factory(struct vnor *nor)
{
	memset(nor->nv, 0, NV_OTP);
	memset(nor->nv + NV_OTP, 0xff, traits(nor)->otp_len);
}

void vnor_mx_load(struct vnor *nor, bool power)
{
	nor->reg[R_CR] = nor->nv[NV_CR] | (traits(nor)->low_power ? 0 : 0x07); /* ODS 111 */
	nor->reg[R_CR2] = 0;
	nor->reg[R_FAIL] = 0;
	nor->reg[R_QPI] = 0;
	nor->reg[R_BURST] = BURST_OFF;
	nor->window = NULL;
	memset(nor->lock, 1, sizeof(nor->lock)); /* with WPSEL everything is locked at power-up */
}

static u8 mx_proto(const struct vnor *nor)
{
	return nor->reg[R_QPI] ? P_QPI : P_SPI;
}

static u8 data_lines(const struct vnor *nor, const struct vnor_op *op)
{
	return nor->proto_lines > 1 ? nor->proto_lines : op->data_lines;
}

static u8 addr_lines(const struct vnor *nor, const struct vnor_op *op)
{
	return nor->proto_lines > 1 ? nor->proto_lines : op->addr_lines;
}

static unsigned int dc(const struct vnor *nor)
{
	return FIELD_GET(CR_DC, nor->reg[R_CR]);
}

static u8 mx_dummy(const struct vnor *nor, const struct vnor_op *op)
{
	const struct mx_traits *t = traits(nor);
	u8 lines = addr_lines(nor, op), n;

	if (op->dummy != D_CR)
		return op->dummy;
	if (op->kind == K_OUT) /* ids in QPI */
		return 0;
	n = lines == 4 ? t->four[dc(nor)] : lines == 2 ? t->two[dc(nor)] : t->one[dc(nor)];
	if (!op->has_mode)
		return n;
	return n - (op->flags & F_DTR ? 1 : 2);
}

static u32 mx_fmax_mhz(const struct vnor *nor, const struct vnor_op *op, u8 dummy)
{
	const struct mx_traits *t = traits(nor);
	u8 lines = addr_lines(nor, op);

	if (t->low_power && !(nor->reg[R_CR2] & CR2_FAST))
		return data_lines(nor, op) > 1 ? 16 : 33;
	if (!dummy)
		return nor->part->read_mhz;
	if (op->flags & F_DTR)
		return 66;
	return lines == 4   ? t->four_mhz[dc(nor)]
	       : lines == 2 ? t->two_mhz[dc(nor)]
			    : t->one_mhz[dc(nor)];
}

static bool mx_has_quad(const struct vnor *nor)
{
	return nor->nv[NV_SR] & SR_QE || nor->reg[R_QPI];
}

static bool mx_has_hold(const struct vnor *nor)
{
	return traits(nor)->low_power && !mx_has_quad(nor);
}

static bool mx_has_reset_pin(const struct vnor *nor)
{
	return !traits(nor)->low_power && !mx_has_quad(nor);
}

static u32 mx_read_wrap(const struct vnor *nor, const struct vnor_op *op)
{
	if (addr_lines(nor, op) != 4 || nor->reg[R_BURST] & BURST_OFF)
		return 0;
	return 8u << (nor->reg[R_BURST] & 3);
}

/* nibbles that are complements of each other keep "performance enhance" up, equal ones end it */
static void mx_confirm(struct vnor *nor, u8 mode, bool dummy)
{
	if (dummy || !(nor->op->flags & F_CONT))
		return;
	nor->xip = ((mode >> 4) ^ (mode & 0xf)) == 0xf ? nor->op : NULL;
}

static u8 mx_sr(const struct vnor *nor)
{
	return (nor->nv[NV_SR] & ~(SR_WEL | SR_WIP)) | (nor->wel ? SR_WEL : 0) |
	       (vnor_wip(nor) ? SR_WIP : 0);
}

static u8 mx_scur(const struct vnor *nor)
{
	u8 v = nor->nv[NV_SCUR] | nor->reg[R_FAIL];

	if (nor->suspended.kind)
		v |= nor->suspended.kind == JOB_PROGRAM ? SCUR_PSB : SCUR_ESB;
	return v;
}

/* the first and last 64 KiB by sectors of 4 KiB, the rest by 64 KiB blocks */
static u32 lock_index(const struct vnor *nor, u32 addr)
{
	u32 n_blocks = nor->part->size / KIB(64), block = (addr & (nor->part->size - 1)) / KIB(64);

	if (block == 0)
		return addr / KIB(4) % 16;
	if (block == n_blocks - 1)
		return 16 + n_blocks + addr / KIB(4) % 16;
	return 16 + block;
}

u8 vnor_mx_out(struct vnor *nor, const struct vnor_op *op, u32 i)
{
	switch (op->arg) {
	case A_ID:
		return nor->part->id[i % 3];
	case A_RES:
		return traits(nor)->res_id;
	case A_REMS:
		return (i + nor->addr) & 1 ? traits(nor)->res_id : nor->part->id[0];
	case A_SR:
		return mx_sr(nor);
	case A_CR:
		if (i & 1 && traits(nor)->n_wrsr > 2)
			return nor->reg[R_CR2];
		return nor->reg[R_CR] | (nor->four_byte ? CR_4BYTE : 0);
	case A_SCUR:
		return mx_scur(nor);
	case A_EAR:
		return nor->ear;
	case A_DPB:
		return nor->lock[lock_index(nor, nor->addr)] ? 0xff : 0;
	}
	return 0xff;
}

static void write_sr(struct vnor *nor, const struct vnor_op *op)
{
	if (nor->nv[NV_SR] & SR_SRWD && nor->wp_low && !mx_has_quad(nor)) {
		vnor_complain(nor, "status write ignored: SRWD = 1 and WP# (IO2) low");
		nor->wel = false;
		return;
	}
	vnor_start_reg(nor, op, &nor->part->status);
}

void vnor_mx_in(struct vnor *nor, const struct vnor_op *op)
{
	switch (op->arg) {
	case A_SR:
		write_sr(nor, op);
		return;
	case A_SCUR:
	case A_WPSEL:
		vnor_start_reg(nor, op, &nor->part->status);
		return;
	case A_EAR:
		nor->ear = nor->buf[0] & (u8)((nor->part->size - 1) >> 24);
		break;
	case A_OTP_IN:
		nor->window = nor->nv + NV_OTP;
		nor->window_len = traits(nor)->otp_len;
		return;
	case A_OTP_OUT:
		nor->window = NULL;
		return;
	case A_DPB:
		nor->lock[lock_index(nor, nor->addr)] = nor->buf[0] == 0xff;
		break;
	case A_LOCK_ALL:
	case A_UNLOCK_ALL:
		memset(nor->lock, op->arg == A_LOCK_ALL, sizeof(nor->lock));
		break;
	case A_BURST:
		nor->reg[R_BURST] = nor->buf[0];
		return;
	case A_QPI:
	case A_SPI:
		nor->reg[R_QPI] = op->arg == A_QPI;
		return;
	}
	nor->wel = false;
}

void vnor_mx_commit(struct vnor *nor, struct vnor_job *job)
{
	const struct mx_traits *t = traits(nor);

	if (job->op->arg == A_SCUR) {
		nor->nv[NV_SCUR] |= SCUR_LDSO;
		return;
	}
	if (job->op->arg == A_WPSEL) {
		nor->nv[NV_SCUR] |= SCUR_WPSEL;
		return;
	}
	nor->nv[NV_SR] = job->buf[0] & ~(SR_WEL | SR_WIP);
	if (job->n_buf > 1) {
		nor->nv[NV_CR] |= job->buf[1] & CR_TB; /* one-time */
		nor->reg[R_CR] = (job->buf[1] & t->cr_writable) | nor->nv[NV_CR];
	}
	if (job->n_buf > 2)
		nor->reg[R_CR2] = job->buf[2] & t->cr2_writable;
}

/* BP3..BP0 = n > 0: 2^(n-1) blocks of 64 KiB up to all of them, from the top or with TB the bottom */
bool vnor_mx_is_protected(const struct vnor *nor, u32 addr, u32 len)
{
	u32 bp = FIELD_GET(SR_BP, nor->nv[NV_SR]), size = nor->part->size, n, a;

	if (nor->window)
		return nor->nv[NV_SCUR] & SCUR_LDSO;
	if (nor->nv[NV_SCUR] & SCUR_WPSEL) {
		for (a = addr; a - addr < len; a += KIB(4))
			if (nor->lock[lock_index(nor, a)])
				return true;
		return false;
	}
	if (!bp)
		return false;
	n = (u32)min((u64)KIB(64) << (bp - 1), (u64)size);
	return nor->nv[NV_CR] & CR_TB ? addr < n : addr + len > size - n;
}

void vnor_mx_refuse(struct vnor *nor, bool erase)
{
	nor->reg[R_FAIL] |= erase ? SCUR_E_FAIL : SCUR_P_FAIL;
	nor->wel = false;
}

/* a success takes the failure of its kind back */
void vnor_mx_done(struct vnor *nor, const struct vnor_job *job)
{
	if (job->kind == JOB_PROGRAM)
		nor->reg[R_FAIL] &= ~SCUR_P_FAIL;
	else if (job->kind == JOB_ERASE || job->kind == JOB_ERASE_CHIP)
		nor->reg[R_FAIL] &= ~SCUR_E_FAIL;
}

static void mx_app_left(struct vnor *nor)
{
	const struct sim_faults *f = &nor->sim->faults;
	bool low_power = traits(nor)->low_power;

	if (f->app_qpi && !low_power)
		nor->reg[R_QPI] = 1;
	if (f->app_xip) {
		nor->nv[NV_SR] |= SR_QE;
		nor->xip = vnor_find_op(nor, 0xeb, mx_proto(nor));
	}
	if (f->app_4byte && nor->part->size > MIB(16))
		nor->four_byte = true;
	if (f->app_bp)
		nor->nv[NV_SR] |= SR_BP;
	if (f->app_dpd)
		nor->dpd = true;
}

static const struct vnor_vendor macronix = {
	.factory = vnor_mx_factory,
	.load = vnor_mx_load,
	.proto = mx_proto,
	.dummy = mx_dummy,
	.fmax_mhz = mx_fmax_mhz,
	.has_quad = mx_has_quad,
	.has_hold = mx_has_hold,
	.has_reset_pin = mx_has_reset_pin,
	.read_wrap = mx_read_wrap,
	.confirm = mx_confirm,
	.out = vnor_mx_out,
	.in = vnor_mx_in,
	.commit = vnor_mx_commit,
	.is_protected = vnor_mx_is_protected,
	.refuse = vnor_mx_refuse,
	.done = vnor_mx_done,
	.app_left = mx_app_left,
};

#define BOTH (P_SPI | P_QPI)

#define OP(_op, _p, _kind, _name, ...)                                                \
	{                                                                             \
		.opcode = (_op), .protocols = (_p), .kind = (_kind), .name = (_name), \
		.addr_lines = 1, .data_lines = 1, __VA_ARGS__                         \
	}

#define READ(_op, _p, _addr, _data, _n_addr, ...)                                                 \
	{                                                                                         \
		.opcode = (_op), .protocols = (_p), .kind = K_READ, .name = "fast read",          \
		.addr_lines = (_addr), .data_lines = (_data), .n_addr = (_n_addr), .dummy = D_CR, \
		__VA_ARGS__                                                                       \
	}

#define PROG(_op, _p, _lines, _n_addr, _flags)                                                 \
	{                                                                                      \
		.opcode = (_op), .protocols = (_p), .kind = K_PROGRAM, .name = "page program", \
		.addr_lines = (_lines), .data_lines = (_lines), .n_addr = (_n_addr),           \
		.flags = F_WEL | (_flags)                                                      \
	}

#define ERASE(_op, _p, _n_addr, _size) \
	OP(_op, _p, K_ERASE, "erase", .n_addr = (_n_addr), .arg = (_size), .flags = F_WEL | F_SUSP)

#define COMMON_OPS(_p)                                                                           \
	OP(0x06, _p, K_WREN, "write enable"), OP(0x04, _p, K_WRDI, "write disable"),             \
		OP(0x9f, P_SPI, K_OUT, "read id", .arg = A_ID),                                  \
		OP(0x90, P_SPI, K_OUT, "read manufacturer id", .n_addr = 3, .arg = A_REMS,       \
		   .flags = F_ADDR3),                                                            \
		OP(0x5a, _p, K_SFDP, "read SFDP", .n_addr = 3, .dummy = 8, .flags = F_ADDR3),    \
		OP(0x03, P_SPI, K_READ, "read", .n_addr = 3, .fmax_mhz = 50),                    \
		READ(0x0b, _p, 1, 1, 3), READ(0x3b, P_SPI, 1, 2, 3), READ(0xbb, P_SPI, 2, 2, 3), \
		READ(0x6b, P_SPI, 1, 4, 3, .flags = F_QUAD),                                     \
		READ(0xeb, _p, 4, 4, 3, .has_mode = true, .flags = F_CONT | F_QUAD),             \
		PROG(0x02, _p, 1, 3, 0), PROG(0x38, P_SPI, 4, 3, F_QUAD),                        \
		ERASE(0x20, _p, 3, KIB(4)), ERASE(0x52, _p, 3, KIB(32)),                         \
		ERASE(0xd8, _p, 3, KIB(64)),                                                     \
		OP(0xc7, _p, K_ERASE_CHIP, "chip erase", .flags = F_WEL | F_SUSP),               \
		OP(0x60, _p, K_ERASE_CHIP, "chip erase", .flags = F_WEL | F_SUSP),               \
		OP(0x05, _p, K_OUT, "read status", .arg = A_SR, .flags = F_BUSY),                \
		OP(0x15, _p, K_OUT, "read configuration", .arg = A_CR, .flags = F_BUSY),         \
		OP(0x2b, _p, K_OUT, "read security register", .arg = A_SCUR, .flags = F_BUSY),   \
		OP(0x2f, _p, K_IN, "write security register", .arg = A_SCUR,                     \
		   .flags = F_WEL | F_SUSP),                                                     \
		OP(0xb1, _p, K_IN, "enter secured OTP", .arg = A_OTP_IN, .flags = F_SUSP),       \
		OP(0xc1, _p, K_IN, "leave secured OTP", .arg = A_OTP_OUT),                       \
		OP(0xc0, _p, K_IN, "set burst length", .arg = A_BURST, .n_in_min = 1,            \
		   .n_in_max = 1),                                                               \
		OP(0xb0, _p, K_SUSPEND, "suspend", .flags = F_BUSY),                             \
		OP(0x30, _p, K_RESUME, "resume"),                                                \
		OP(0xb9, _p, K_DPD, "deep power-down", .flags = F_SUSP),                         \
		OP(0x66, _p, K_RSTEN, "reset enable", .flags = F_BUSY),                          \
		OP(0x99, _p, K_RST, "reset", .flags = F_BUSY)

#define WRSR(_p, _max)                                                                     \
	OP(0x01, _p, K_IN, "write status", .arg = A_SR, .n_in_min = 1, .n_in_max = (_max), \
	   .flags = F_WEL | F_SUSP)

static const struct vnor_op mx25l51245g_ops[] = {
	COMMON_OPS(BOTH),
	WRSR(BOTH, 2),
	OP(0xab, BOTH, K_WAKE, "release deep power-down", .arg = A_RES),
	OP(0xaf, P_QPI, K_OUT, "read id, QPI", .arg = A_ID),
	OP(0x35, P_SPI, K_IN, "enter QPI", .arg = A_QPI),
	OP(0xf5, P_QPI, K_IN, "leave QPI", .arg = A_SPI),
	OP(0xb7, BOTH, K_ENTER_4B, "enter 4-byte mode"),
	OP(0xe9, BOTH, K_LEAVE_4B, "leave 4-byte mode"),
	OP(0xc8, BOTH, K_OUT, "read EAR", .arg = A_EAR),
	OP(0xc5, BOTH, K_IN, "write EAR", .arg = A_EAR, .n_in_min = 1, .n_in_max = 1,
	   .flags = F_WEL),
	OP(0x13, P_SPI, K_READ, "4-byte read", .n_addr = 4, .fmax_mhz = 50),
	READ(0x0c, BOTH, 1, 1, 4),
	READ(0x3c, P_SPI, 1, 2, 4),
	READ(0xbc, P_SPI, 2, 2, 4),
	READ(0x6c, P_SPI, 1, 4, 4, .flags = F_QUAD),
	READ(0xec, BOTH, 4, 4, 4, .has_mode = true, .flags = F_CONT | F_QUAD),
	READ(0xed, BOTH, 4, 4, 3, .has_mode = true, .flags = F_CONT | F_QUAD | F_DTR),
	READ(0xee, BOTH, 4, 4, 4, .has_mode = true, .flags = F_CONT | F_QUAD | F_DTR),
	PROG(0x12, BOTH, 1, 4, 0),
	PROG(0x3e, P_SPI, 4, 4, F_QUAD),
	ERASE(0x21, BOTH, 4, KIB(4)),
	ERASE(0x5c, BOTH, 4, KIB(32)),
	ERASE(0xdc, BOTH, 4, KIB(64)),
	OP(0x68, BOTH, K_IN, "WPSEL", .arg = A_WPSEL, .flags = F_WEL | F_SUSP),
	OP(0xe0, BOTH, K_OUT, "read DPB", .arg = A_DPB, .n_addr = 4),
	OP(0xe1, BOTH, K_IN, "write DPB", .arg = A_DPB, .n_addr = 4, .n_in_min = 1, .n_in_max = 1,
	   .flags = F_WEL),
	OP(0x7e, BOTH, K_IN, "lock all", .arg = A_LOCK_ALL, .flags = F_WEL),
	OP(0x98, BOTH, K_IN, "unlock all", .arg = A_UNLOCK_ALL, .flags = F_WEL),
};

static const struct vnor_op mx25r6435f_ops[] = {
	COMMON_OPS(P_SPI),
	WRSR(P_SPI, 3),
	/* only reads the id: the pulse on CS# has woken the chip */
	OP(0xab, P_SPI, K_WAKE, "read electronic id", .arg = A_RES),
	OP(0x75, P_SPI, K_SUSPEND, "suspend", .flags = F_BUSY),
	OP(0x7a, P_SPI, K_RESUME, "resume"),
};

static const struct mx_traits mx25l51245g_traits = {
	.res_id = 0x19,
	.cr_writable = 0xc7,
	.n_wrsr = 2,
	.otp_len = 512,
	.one = { 8, 6, 8, 10 },
	.two = { 4, 6, 8, 10 },
	.four = { 6, 4, 8, 10 },
	.one_mhz = { 133, 104, 133, 166 },
	.two_mhz = { 84, 104, 133, 166 },
	.four_mhz = { 84, 70, 104, 133 },
};

/* one dummy bit only, CR bit 6 */
static const struct mx_traits mx25r6435f_traits = {
	.res_id = 0x17,
	.cr_writable = 0x40,
	.cr2_writable = CR2_FAST,
	.n_wrsr = 3,
	.otp_len = 1024,
	.low_power = true,
	.one = { 8, 8 },
	.two = { 4, 8 },
	.four = { 6, 10 },
	.one_mhz = { 80, 80 },
	.two_mhz = { 80, 80 },
	.four_mhz = { 80, 80 },
};

const struct vnor_part vnor_mx25l51245g = {
	.name = "mx25l51245g",
	.description = "Macronix, 3 V: QPI, WPSEL",
	.vendor = &macronix,
	.extra = &mx25l51245g_traits,
	.ops = mx25l51245g_ops,
	.n_ops = ARRAY_SIZE(mx25l51245g_ops),
	.size = MIB(64),
	.id = { 0xc2, 0x20, 0x1a },
	.n_id = 3,
	.sfdp = &vnor_sfdp_mx25l51245g,
	.fmax_mhz = 166,
	.read_mhz = 50,
	.byte = { 25, 60 },
	.page_program = { 250, 750 },
	.erase_4k = { 30000, 400000 },
	.erase_32k = { 180000, 1000000 },
	.erase_64k = { 380000, 2000000 },
	.chip = { 200000000, 600000000 },
	.status = { 10000, 40000 },
	.t_power_us = 1500,
	.t_reset_ns = 40000,
	.t_reset_busy_us = 25000,
	.t_suspend_us = 25,
	.t_down_ns = 10000,
	.t_wake_ns = 30000,
	.t_cs_high_read_ns = 7,
	.t_cs_high_ns = 30,
	.t_output_ps = 6000,
};

const struct vnor_part vnor_mx25r6435f = {
	.name = "mx25r6435f",
	.description = "Macronix, 1.65-3.6 V: slow until CR2 bit 1 is set, wakes by CS#",
	.vendor = &macronix,
	.extra = &mx25r6435f_traits,
	.ops = mx25r6435f_ops,
	.n_ops = ARRAY_SIZE(mx25r6435f_ops),
	.size = MIB(8),
	.id = { 0xc2, 0x28, 0x17 },
	.n_id = 3,
	.sfdp = &vnor_sfdp_mx25r6435f,
	.fmax_mhz = 80,
	.read_mhz = 33,
	.wakes_by_cs = true,
	.byte = { 32, 100 },
	.page_program = { 850, 4000 },
	.erase_4k = { 40000, 240000 },
	.erase_32k = { 240000, 1500000 },
	.erase_64k = { 480000, 3500000 },
	.chip = { 50000000, 240000000 },
	.status = { 10000, 30000 },
	.t_power_us = 800,
	.t_reset_ns = 30000,
	.t_reset_busy_us = 12000,
	.t_suspend_us = 60,
	.t_down_ns = 10000,
	.t_wake_ns = 35000,
	.t_cs_high_read_ns = 15,
	.t_cs_high_ns = 40,
	.t_output_ps = 8000,
};
