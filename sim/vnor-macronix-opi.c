// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Macronix MX25LM51245G (3 V): SPI on one line, or OPI on eight with opcodes of two bytes, the second
 * being the first inverted; OPI with single edges (STR) or both (DTR). Configuration register 2, with
 * an address, chooses: 0 = mode, 200h = DQS, 300h = dummy clocks of reads, 40000000h = mode from
 * power-up on, one-time. In OPI everything has four address bytes, registers too, which then take 4
 * dummy clocks to read; with both edges each of their bytes comes twice, addresses are even, and
 * the two bytes of each word of the array change places.
 *
 * As ST's component driver, U-Boot and the SFDP (xSPI profile 1.0) of the MX25UW51245G know it; the
 * frequencies recalled from the data sheet. DQS is not a pin here: the host knows the time.
 */
#include "sim/vnor-macronix.h"

#include <string.h>

#define MODE_STR BIT(0)
#define MODE_DTR BIT(1)

static void opi_factory(struct vnor *nor)
{
	vnor_mx_factory(nor);
	nor->nv[NV_MODE] = MODE_STR | MODE_DTR; /* one-time bits, 0 = on */
}

static void opi_load(struct vnor *nor, bool power)
{
	vnor_mx_load(nor, power);
	nor->reg[R_MODE] = (u8)~nor->nv[NV_MODE] & (MODE_STR | MODE_DTR);
	nor->reg[R_DQS] = 0;
	nor->reg[R_DUMMY] = 0;
}

static u8 opi_proto(const struct vnor *nor)
{
	if (nor->reg[R_MODE] & MODE_DTR)
		return P_DOPI;
	return nor->reg[R_MODE] & MODE_STR ? P_OPI : P_SPI;
}

static u8 inverted(u8 opcode)
{
	return (u8)~opcode;
}

static u8 opi_dummy(const struct vnor *nor, const struct vnor_op *op)
{
	if (op->kind == K_READ && nor->proto != P_SPI)
		return 20 - 2 * (nor->reg[R_DUMMY] & 7);
	return op->dummy;
}

static u32 opi_fmax_mhz(const struct vnor *nor, const struct vnor_op *op, u8 dummy)
{
	static const u8 mhz[8] = { 66, 84, 104, 104, 133, 133, 133, 133 }; /* 6 to 20 clocks */

	if (nor->proto == P_SPI)
		return op->fmax_mhz ? op->fmax_mhz : nor->part->fmax_mhz;
	return mhz[min((dummy - 6u) / 2, 7u)];
}

/* what a configuration register 2 address means: the place in reg[], 0: nothing */
static u8 cr2_place(u32 addr)
{
	switch (addr) {
	case 0x000:
		return R_MODE;
	case 0x200:
		return R_DQS;
	case 0x300:
		return R_DUMMY;
	}
	return 0;
}

static u8 opi_out(struct vnor *nor, const struct vnor_op *op, u32 i)
{
	u8 place = cr2_place(nor->addr);

	if (nor->proto == P_DOPI)
		i /= 2;
	if (op->arg == A_ID)
		return nor->part->id[i % 3];
	if (op->arg == A_CR2)
		return nor->addr == 0x40000000 ? nor->nv[NV_MODE] : place ? nor->reg[place] : 0;
	return vnor_mx_out(nor, op, i);
}

static void write_cr2(struct vnor *nor, const struct vnor_op *op)
{
	u8 place = cr2_place(nor->addr);

	if (nor->addr == 0x40000000) {
		vnor_start_reg(nor, op, &nor->part->status);
		return;
	}
	nor->wel = false;
	if (place == R_MODE && (nor->buf[0] & 3) == 3)
		vnor_complain(nor, "CR2 at 0: single and double edges at once");
	else if (place)
		nor->reg[place] = nor->buf[0];
	else
		vnor_complain(nor, "CR2 at 0x%08x, which does not exist", nor->addr);
}

static void opi_in(struct vnor *nor, const struct vnor_op *op)
{
	if (op->arg == A_CR2)
		write_cr2(nor, op);
	else if (op->arg == A_SR8)
		vnor_start_reg(nor, op, &nor->part->status);
	else
		vnor_mx_in(nor, op);
}

/* 01h of OPI has an address: 0 is the status register, 1 the configuration register */
static void opi_commit(struct vnor *nor, struct vnor_job *job)
{
	if (job->op->arg == A_CR2) {
		nor->nv[NV_MODE] &= job->buf[0];
	} else if (job->op->arg == A_SR8) {
		if (job->addr & 1)
			job->buf[1] = job->buf[0];
		job->buf[0] = job->addr & 1 ? nor->nv[NV_SR] : job->buf[0];
		job->n_buf = 1 + (job->addr & 1);
		vnor_mx_commit(nor, job);
	} else {
		vnor_mx_commit(nor, job);
	}
}

static void opi_app_left(struct vnor *nor)
{
	const struct sim_faults *f = &nor->sim->faults;

	if (f->app_qpi)
		nor->reg[R_MODE] = MODE_STR;
	if (f->app_4byte)
		nor->four_byte = true;
	if (f->app_bp)
		nor->nv[NV_SR] |= 0x3c;
	if (f->app_dpd)
		nor->dpd = true;
}

static const struct vnor_vendor macronix_opi = {
	.factory = opi_factory,
	.load = opi_load,
	.proto = opi_proto,
	.opcode_ext = inverted,
	.dummy = opi_dummy,
	.fmax_mhz = opi_fmax_mhz,
	.out = opi_out,
	.in = opi_in,
	.commit = opi_commit,
	.is_protected = vnor_mx_is_protected,
	.refuse = vnor_mx_refuse,
	.done = vnor_mx_done,
	.app_left = opi_app_left,
};

#define OCTAL (P_OPI | P_DOPI)
#define ANY   (P_SPI | P_OPI | P_DOPI)

#define OP(_op, _p, _kind, _name, ...)                                                \
	{                                                                             \
		.opcode = (_op), .protocols = (_p), .kind = (_kind), .name = (_name), \
		.addr_lines = 1, .data_lines = 1, __VA_ARGS__                         \
	}

#define ERASE(_op, _p, _n_addr, _size) \
	OP(_op, _p, K_ERASE, "erase", .n_addr = (_n_addr), .arg = (_size), .flags = F_WEL | F_SUSP)

/* read in SPI; and in OPI, with an address that is zero or tells what */
#define REG_R(_op, _arg, _name)                                                      \
	OP(_op, P_SPI, K_OUT, _name, .arg = (_arg), .flags = F_BUSY),                \
		OP(_op, OCTAL, K_OUT, _name, .arg = (_arg), .n_addr = 4, .dummy = 4, \
		   .flags = F_BUSY)

static const struct vnor_op mx25lm51245g_ops[] = {
	OP(0x06, ANY, K_WREN, "write enable"),
	OP(0x04, ANY, K_WRDI, "write disable"),
	OP(0x9f, P_SPI, K_OUT, "read id", .arg = A_ID),
	OP(0x9f, OCTAL, K_OUT, "read id", .arg = A_ID, .n_addr = 4, .dummy = 4),
	OP(0x5a, P_SPI, K_SFDP, "read SFDP", .n_addr = 3, .dummy = 8, .flags = F_ADDR3),
	OP(0x5a, OCTAL, K_SFDP, "read SFDP", .n_addr = 4, .dummy = 20),
	OP(0x03, P_SPI, K_READ, "read", .n_addr = 3, .fmax_mhz = 66),
	OP(0x13, P_SPI, K_READ, "4-byte read", .n_addr = 4, .fmax_mhz = 66),
	OP(0x0b, P_SPI, K_READ, "fast read", .n_addr = 3, .dummy = 8),
	OP(0x0c, P_SPI, K_READ, "4-byte fast read", .n_addr = 4, .dummy = 8),
	OP(0xec, P_OPI, K_READ, "octal read", .n_addr = 4, .dummy = 20),
	OP(0xee, P_DOPI, K_READ, "octal DTR read", .n_addr = 4, .dummy = 20),
	OP(0x02, P_SPI, K_PROGRAM, "page program", .n_addr = 3, .flags = F_WEL),
	OP(0x12, ANY, K_PROGRAM, "4-byte page program", .n_addr = 4, .flags = F_WEL),
	ERASE(0x20, P_SPI, 3, KIB(4)),
	ERASE(0xd8, P_SPI, 3, KIB(64)),
	ERASE(0x21, ANY, 4, KIB(4)),
	ERASE(0xdc, ANY, 4, KIB(64)),
	OP(0xc7, ANY, K_ERASE_CHIP, "chip erase", .flags = F_WEL | F_SUSP),
	OP(0x60, ANY, K_ERASE_CHIP, "chip erase", .flags = F_WEL | F_SUSP),
	REG_R(0x05, A_SR, "read status"),
	REG_R(0x15, A_CR, "read configuration"),
	REG_R(0x2b, A_SCUR, "read security register"),
	OP(0x01, P_SPI, K_IN, "write status", .arg = A_SR, .n_in_min = 1, .n_in_max = 2,
	   .flags = F_WEL | F_SUSP),
	OP(0x01, OCTAL, K_IN, "write status", .arg = A_SR8, .n_addr = 4, .n_in_min = 1,
	   .n_in_max = 2, .flags = F_WEL | F_SUSP),
	OP(0x2f, ANY, K_IN, "write security register", .arg = A_SCUR, .flags = F_WEL | F_SUSP),
	OP(0x71, P_SPI, K_OUT, "read configuration 2", .arg = A_CR2, .n_addr = 4),
	OP(0x71, OCTAL, K_OUT, "read configuration 2", .arg = A_CR2, .n_addr = 4, .dummy = 4),
	OP(0x72, ANY, K_IN, "write configuration 2", .arg = A_CR2, .n_addr = 4, .n_in_min = 1,
	   .n_in_max = 2, .flags = F_WEL | F_SUSP),
	OP(0xb7, P_SPI, K_ENTER_4B, "enter 4-byte mode"),
	OP(0xe9, P_SPI, K_LEAVE_4B, "leave 4-byte mode"),
	OP(0xc8, P_SPI, K_OUT, "read EAR", .arg = A_EAR),
	OP(0xc5, P_SPI, K_IN, "write EAR", .arg = A_EAR, .n_in_min = 1, .n_in_max = 1,
	   .flags = F_WEL),
	OP(0xb1, ANY, K_IN, "enter secured OTP", .arg = A_OTP_IN, .flags = F_SUSP),
	OP(0xc1, ANY, K_IN, "leave secured OTP", .arg = A_OTP_OUT),
	OP(0x68, ANY, K_IN, "WPSEL", .arg = A_WPSEL, .flags = F_WEL | F_SUSP),
	OP(0xe0, P_SPI, K_OUT, "read DPB", .arg = A_DPB, .n_addr = 4),
	OP(0xe1, P_SPI, K_IN, "write DPB", .arg = A_DPB, .n_addr = 4, .n_in_min = 1, .n_in_max = 1,
	   .flags = F_WEL),
	OP(0x7e, ANY, K_IN, "lock all", .arg = A_LOCK_ALL, .flags = F_WEL),
	OP(0x98, ANY, K_IN, "unlock all", .arg = A_UNLOCK_ALL, .flags = F_WEL),
	OP(0xb0, ANY, K_SUSPEND, "suspend", .flags = F_BUSY),
	OP(0x30, ANY, K_RESUME, "resume"),
	OP(0xb9, ANY, K_DPD, "deep power-down", .flags = F_SUSP),
	OP(0xab, ANY, K_WAKE, "release deep power-down", .arg = A_RES),
	OP(0x66, ANY, K_RSTEN, "reset enable", .flags = F_BUSY),
	OP(0x99, ANY, K_RST, "reset", .flags = F_BUSY),
};

static const struct mx_traits mx25lm51245g_traits = {
	.res_id = 0x3a,
	.cr_writable = 0x07,
	.n_wrsr = 2,
	.otp_len = 1024,
};

const struct vnor_part vnor_mx25lm51245g = {
	.name = "mx25lm51245g",
	.description = "Macronix, 3 V: octal (STR, DTR), one line in SPI mode",
	.vendor = &macronix_opi,
	.extra = &mx25lm51245g_traits,
	.ops = mx25lm51245g_ops,
	.n_ops = ARRAY_SIZE(mx25lm51245g_ops),
	.size = MIB(64),
	.swaps_8d = true,
	.id = { 0xc2, 0x85, 0x3a },
	.n_id = 3,
	.sfdp = &vnor_sfdp_mx25lm51245g,
	.fmax_mhz = 133,
	.read_mhz = 66,
	.byte = { 16, 60 },
	.page_program = { 150, 750 },
	.erase_4k = { 25000, 400000 },
	.erase_64k = { 220000, 2000000 },
	.chip = { 150000000, 300000000 },
	.status = { 10000, 40000 },
	.t_power_us = 1500,
	.t_reset_ns = 40000,
	.t_reset_busy_us = 25000,
	.t_suspend_us = 25,
	.t_down_ns = 10000,
	.t_wake_ns = 30000,
	.t_cs_high_read_ns = 10,
	.t_cs_high_ns = 40,
	.t_output_ps = 6000,
};
