/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside the virtual Macronix parts: what those with four lines (vnor-macronix.c) and those with
 * eight (vnor-macronix-opi.c) have in common.
 */
#ifndef SWDROM_SIM_VNOR_MACRONIX_H
#define SWDROM_SIM_VNOR_MACRONIX_H

#include "sim/vnor-core.h"
#include "sim/vnor-sfdp.h"

/* nv[]: SR, one-time bits of CR, SCUR, secured OTP */
#define NV_SR	0
#define NV_CR	1
#define NV_SCUR 2
#define NV_MODE 3 /* of octal parts: CR2 at 40000000h */
#define NV_OTP	256

/* reg[] */
#define R_CR	0
#define R_CR2	1
#define R_FAIL	2 /* of SCUR */
#define R_QPI	3
#define R_BURST 4
#define R_MODE	5 /* of octal parts: CR2 at 0, 200h, 300h */
#define R_DQS	6
#define R_DUMMY 7

enum {
	A_ID,
	A_RES,
	A_REMS,
	A_SR,
	A_CR,
	A_SCUR,
	A_EAR,
	A_OTP_IN,
	A_OTP_OUT,
	A_WPSEL,
	A_DPB,
	A_LOCK_ALL,
	A_UNLOCK_ALL,
	A_BURST,
	A_QPI,
	A_SPI,
	A_CR2,
	A_SR8,
};

struct mx_traits {
	u8 res_id;
	u8 cr_writable, cr2_writable; /* volatile bits */
	u8 n_wrsr;		      /* bytes that 01h takes at most */
	u16 otp_len;
	bool low_power; /* MX25R */
	/* clocks by DC1:0, with the mode byte's; and MHz with them */
	u8 one[4], two[4], four[4];
	u8 one_mhz[4], two_mhz[4], four_mhz[4];
};

void vnor_mx_factory(struct vnor *nor);
void vnor_mx_load(struct vnor *nor, bool power);
u8 vnor_mx_out(struct vnor *nor, const struct vnor_op *op, u32 i);
void vnor_mx_in(struct vnor *nor, const struct vnor_op *op);
void vnor_mx_commit(struct vnor *nor, struct vnor_job *job);
bool vnor_mx_is_protected(const struct vnor *nor, u32 addr, u32 len);
void vnor_mx_refuse(struct vnor *nor, bool erase);
void vnor_mx_done(struct vnor *nor, const struct vnor_job *job);

#endif
