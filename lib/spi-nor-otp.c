// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a chip has beside its array: a serial number, and a few hundred bytes that can be locked for
 * good. Makers call them OTP, security registers, secured OTP, information rows or security ID.
 *
 *		read		program	erase	lock
 *	Winbond 48h, 8 dummy	42h	44h	LB1 to LB3: SR2 bits 3 to 5 (W25Q128JV 8.2.34 to 8.2.36)
 *	S25FL-L 48h, 8 dummy	42h	44h	LB0 to LB3: CR1 bits 2 to 5 (S25FL064L 9.8)
 *	Micron	4Bh, 8 dummy	42h	-	bit 0 of byte 64 (N25Q128A, READ OTP ARRAY)
 *	Spansion 4Bh, 8 dummy	42h	-	bits of bytes 10h to 13h (S25FL128S 7.5)
 *	Macronix B1h, 03h, C1h	02h	-	2Fh sets SCUR bit 1 (MX25L12835F 9-29, 9-30)
 *	ISSI	68h, 8 dummy	62h	64h	IRL0 to IRL3: function register bits 4 to 7
 *	SST26	88h, 8 dummy	A5h	-	85h; SR bit 5 (SST26VF064B 5.32 to 5.34)
 */
#include "lib/spi-nor-priv.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define OP_READ	       0x03
#define OP_PP	       0x02
#define OP_RDSR	       0x05
#define OP_RDID	       0x9f
#define OP_RDSFDP      0x5a
#define OP_RDSR2       0x35
#define OP_RUID	       0x4b
#define OP_ENTER_OTP   0xb1
#define OP_LEAVE_OTP   0xc1
#define OP_RDSCUR      0x2b
#define OP_WRSCUR      0x2f
#define OP_RDFR	       0x48
#define OP_WRFR	       0x42
#define OP_LSID	       0x85

#define SCUR_LDSO      BIT(1)
#define SR_SEC	       BIT(5) /* SST26 */
#define SR2_LB_SHIFT   3      /* LB1 */
#define CR1_LB_SHIFT   2      /* LB0 */
#define FR_IRL_SHIFT   4      /* IRL0 */
#define MICRON_CONTROL 64
#define SPANSION_LOCKS 16

/* the slowest: 44h of XM25QH64C takes 300 ms, W25Q 400 ms */
#define T_OTP_NS (2 * SEC_NS)

/* nothing is at this bus address (PM0214 2.2, vendor specific): the bytes are behind commands */
#define OTP_BASE UINT64_C(0xffff0000)

struct otp_kind {
	u8 read, program, erase; /* opcodes; erase 0: none */
	u8 addr_nbytes;		 /* 0: as the array's */
	u32 base, stride;	 /* address of the first region, and from one to the next */
	u16 page;		 /* most that one program command takes */
	bool is_mode;
	const char *about;
};

static const struct otp_kind kinds[NOR_OTP_N_KINDS] = {
	[NOR_OTP_SECREG] = { .read = 0x48,
			     .program = 0x42,
			     .erase = 0x44,
			     .base = 0x1000,
			     .stride = 0x1000,
			     .page = 256,
			     .about = "security registers" },
	[NOR_OTP_REGIONS] = { .read = 0x48,
			      .program = 0x42,
			      .erase = 0x44,
			      .stride = 0x100,
			      .page = 256,
			      .about = "security regions" },
	[NOR_OTP_MICRON] = { .read = 0x4b, .program = 0x42, .page = 64, .about = "OTP" },
	[NOR_OTP_SPANSION] = { .read = 0x4b,
			       .program = 0x42,
			       .stride = 32,
			       .page = 16,
			       .about = "OTP regions, the first one of the factory" },
	[NOR_OTP_MODE] = { .read = OP_READ,
			   .program = OP_PP,
			   .page = 16,
			   .is_mode = true,
			   .about = "secured OTP" },
	[NOR_OTP_ROWS] = { .read = 0x68,
			   .program = 0x62,
			   .erase = 0x64,
			   .stride = 0x1000,
			   .page = 256,
			   .about = "information rows" },
	[NOR_OTP_SECID] = { .read = 0x88,
			    .program = 0xa5,
			    .addr_nbytes = 2,
			    .page = 8,
			    .about = "security ID, the first 8 bytes of the factory" },
};

static const struct otp_kind *kind_of(const struct spi_nor *nor)
{
	return &kinds[nor->p.otp.kind];
}

static u32 total(const struct spi_nor *nor)
{
	return (u32)nor->p.otp.n * nor->p.otp.len;
}

/* ---- commands ---- */

static struct spi_mem_op otp_op(const struct spi_nor *nor, u8 opcode, u32 at)
{
	const struct otp_kind *k = kind_of(nor);
	struct spi_mem_op op = nor_op_simple(opcode);

	op.addr.nbytes = k->addr_nbytes						  ? k->addr_nbytes
			 : nor->in_4byte_mode || nor->p.fourbyte == NOR_4B_ALWAYS ? 4
										  : 3;
	op.addr.buswidth = 1;
	op.addr.val = k->base + at / nor->p.otp.len * k->stride + at % nor->p.otp.len;
	return op;
}

static int send(struct spi_nor *nor, u8 opcode)
{
	struct spi_mem_op op = nor_op_simple(opcode);

	return spi_mem_exec(nor->mem, &op);
}

/* @len bytes that lie in one region */
static int read_piece(struct spi_nor *nor, u32 at, u32 len, u8 *buf)
{
	const struct otp_kind *k = kind_of(nor);
	struct spi_mem_op op = otp_op(nor, k->read, at);

	op.dummy.ncycles = k->is_mode ? 0 : 8;
	op.data.dir = SPI_MEM_IN;
	op.data.buswidth = 1;
	op.data.nbytes = len;
	op.data.in = buf;
	return spi_mem_exec(nor->mem, &op);
}

static int program_piece(struct spi_nor *nor, u32 at, u32 len, const u8 *buf)
{
	struct spi_mem_op op = otp_op(nor, kind_of(nor)->program, at);
	int rc = nor_write_enable(nor);

	op.data.dir = SPI_MEM_OUT;
	op.data.buswidth = 1;
	op.data.nbytes = len;
	op.data.out = buf;
	if (!rc)
		rc = spi_mem_exec(nor->mem, &op);
	return rc ? rc : nor_wait_ready(nor, T_OTP_NS, "programming OTP");
}

/* secured OTP: the array is out of reach meanwhile, so the way out must not be missed */
static int enter(struct spi_nor *nor)
{
	return kind_of(nor)->is_mode ? send(nor, OP_ENTER_OTP) : 0;
}

static int leave(struct spi_nor *nor, int rc)
{
	struct err first = *nor_err(nor);
	int left = kind_of(nor)->is_mode ? send(nor, OP_LEAVE_OTP) : 0;

	if (rc)
		*nor_err(nor) = first;
	return rc ? rc : left;
}

static int read_all(struct spi_nor *nor, u32 from, size_t len, u8 *buf)
{
	u32 region = nor->p.otp.len;
	int rc = enter(nor);

	while (len && !rc) {
		u32 n = (u32)min(len, (size_t)(region - from % region));

		rc = read_piece(nor, from, n, buf);
		from += n;
		buf += n;
		len -= n;
	}
	return leave(nor, rc);
}

/* ---- locks ---- */

static int read_locks(struct spi_nor *nor, u32 *locked)
{
	u8 val[4] = { 0 };
	u32 all = nor->p.otp.n >= 32 ? ~0u : BIT(nor->p.otp.n) - 1;
	struct spi_mem_op op;
	int rc = 0;

	*locked = 0;
	switch (nor->p.otp.kind) {
	case NOR_OTP_SECREG:
		rc = nor_read_reg(nor, OP_RDSR2, val, 1);
		*locked = (u32)val[0] >> SR2_LB_SHIFT & all;
		break;
	case NOR_OTP_REGIONS:
		rc = nor_read_reg(nor, OP_RDSR2, val, 1);
		*locked = (u32)val[0] >> CR1_LB_SHIFT & all;
		break;
	case NOR_OTP_MICRON:
		op = otp_op(nor, kind_of(nor)->read, 0);
		op.addr.val = MICRON_CONTROL;
		op.dummy.ncycles = 8;
		op.data.dir = SPI_MEM_IN;
		op.data.buswidth = 1;
		op.data.nbytes = 1;
		op.data.in = val;
		rc = spi_mem_exec(nor->mem, &op);
		*locked = val[0] & BIT(0) ? 0 : all;
		break;
	case NOR_OTP_SPANSION:
		rc = read_piece(nor, SPANSION_LOCKS, sizeof(val), val);
		*locked = ~get_le32(val);
		break;
	case NOR_OTP_MODE:
		rc = nor_read_reg(nor, OP_RDSCUR, val, 1);
		*locked = val[0] & SCUR_LDSO ? all : 0;
		break;
	case NOR_OTP_ROWS:
		rc = nor_read_reg(nor, OP_RDFR, val, 1);
		*locked = (u32)val[0] >> FR_IRL_SHIFT & all;
		break;
	case NOR_OTP_SECID:
		rc = nor_read_reg(nor, OP_RDSR, val, 1);
		*locked = val[0] & SR_SEC ? all : 0;
		break;
	default:
		break;
	}
	return rc;
}

static int write_lock(struct spi_nor *nor, u32 region)
{
	struct spi_mem_op op;
	u8 val[4] = { 0xff, 0xff, 0xff, 0xff };
	int rc;

	switch (nor->p.otp.kind) {
	case NOR_OTP_SECREG:
		return nor_set_sr2_bits(nor, (u8)BIT(SR2_LB_SHIFT + region));
	case NOR_OTP_REGIONS:
		return nor_set_sr2_bits(nor, (u8)BIT(CR1_LB_SHIFT + region));
	case NOR_OTP_MICRON:
		val[0] = 0xfe;
		op = otp_op(nor, kind_of(nor)->program, 0);
		op.addr.val = MICRON_CONTROL;
		op.data.dir = SPI_MEM_OUT;
		op.data.buswidth = 1;
		op.data.nbytes = 1;
		op.data.out = val;
		rc = nor_write_enable(nor);
		if (!rc)
			rc = spi_mem_exec(nor->mem, &op);
		return rc ? rc : nor_wait_ready(nor, T_OTP_NS, "locking OTP");
	case NOR_OTP_SPANSION:
		val[region / 8] = (u8)~BIT(region % 8);
		return program_piece(nor, SPANSION_LOCKS + region / 8, 1, &val[region / 8]);
	case NOR_OTP_ROWS:
		rc = nor_read_sure(nor, OP_RDFR, val, 1);
		val[0] |= (u8)BIT(FR_IRL_SHIFT + region);
		return rc ? rc : nor_write_reg(nor, OP_WRFR, val, 1, false);
	default:
		rc = nor_write_enable(nor);
		if (!rc)
			rc = send(nor, nor->p.otp.kind == NOR_OTP_MODE ? OP_WRSCUR : OP_LSID);
		return rc ? rc : nor_wait_ready(nor, T_OTP_NS, "locking OTP");
	}
}

/* ---- for the mtd ---- */

/* of a stack of dies the first one's counts; its commands are not known in QPI */
static int check_has_otp(struct spi_nor *nor)
{
	nor_leave_qpi(nor);
	if (nor->p.otp.n)
		return nor_select(nor, 0);
	return err_set(nor_err(nor), -EOPNOTSUPP, NULL, "no OTP memory of %s is known", nor->name);
}

static int check_region(struct spi_nor *nor, u32 region)
{
	u32 locked;
	int rc = check_has_otp(nor);

	if (!rc && region >= nor->p.otp.n)
		rc = err_set(nor_err(nor), -EINVAL, "regions count from 0",
			     "%s has %u OTP region(s), not a region %u", nor->name, nor->p.otp.n,
			     region);
	if (!rc)
		rc = read_locks(nor, &locked);
	if (!rc && locked & BIT(region))
		rc = err_set(nor_err(nor), -EROFS, "it can never be changed again",
			     "OTP region %u of %s is locked", region, nor->name);
	return rc;
}

static int otp_info(struct mtd_info *mtd, struct mtd_otp_info *out)
{
	struct spi_nor *nor = to_nor(mtd);
	const struct otp_kind *k = kind_of(nor);
	int rc = check_has_otp(nor);

	if (rc)
		return rc;
	*out = (struct mtd_otp_info){
		.n = nor->p.otp.n,
		.len = nor->p.otp.len,
		.is_erasable = k->erase,
		.is_lock_once = nor->p.otp.n == 1,
		.about = k->about,
	};
	return read_locks(nor, &out->locked);
}

static int otp_read(struct mtd_info *mtd, u32 from, size_t len, u8 *buf)
{
	struct spi_nor *nor = to_nor(mtd);
	int rc = check_has_otp(nor);

	if (!rc && (from > total(nor) || len > total(nor) - from))
		rc = err_set(nor_err(nor), -EINVAL, "see `--otp-status`",
			     "0x%zx bytes at offset 0x%" PRIx32 " do not fit in the OTP of %s "
			     "(0x%" PRIx32 " bytes)",
			     len, from, nor->name, total(nor));
	return rc ? rc : read_all(nor, from, len, buf);
}

/* are all ones of @buf ones in the chip, so far? */
static int check_programmable(struct spi_nor *nor, u32 to, size_t len, const u8 *buf)
{
	u8 now[256];

	for (size_t done = 0; done < len;) {
		size_t n = min(len - done, sizeof(now));
		int rc = read_all(nor, to + (u32)done, n, now);

		if (rc)
			return rc;
		for (size_t i = 0; i < n; i++)
			if (buf[done + i] & ~now[i])
				return err_set(
					nor_err(nor), -EROFS,
					kind_of(nor)->erase ? "erase the region first (--otp-erase)"
							    : "zeros are there for ever",
					"OTP offset 0x%zx of %s holds 0x%02x, which can't become "
					"0x%02x",
					to + done + i, nor->name, now[i], buf[done + i]);
		done += n;
	}
	return 0;
}

static int program_all(struct spi_nor *nor, u32 to, size_t len, const u8 *buf)
{
	u32 page = min((u32)kind_of(nor)->page, (u32)nor->p.otp.len);
	int rc = enter(nor);

	while (len && !rc) {
		u32 n = (u32)min(len, (size_t)(page - to % page));

		rc = program_piece(nor, to, n, buf);
		to += n;
		buf += n;
		len -= n;
	}
	return leave(nor, rc);
}

/* @buf: what was programmed; NULL: the bytes were erased */
static int compare(struct spi_nor *nor, u32 to, size_t len, const u8 *buf)
{
	u8 now[256];

	for (size_t done = 0; done < len;) {
		size_t n = min(len - done, sizeof(now));
		int rc = read_all(nor, to + (u32)done, n, now);

		if (rc)
			return rc;
		for (size_t i = 0; i < n; i++) {
			u8 want = buf ? buf[done + i] : 0xff;

			if (now[i] != want)
				return err_set(
					nor_err(nor), -EBADMSG,
					"is it protected by the chip in another way?",
					"OTP offset 0x%zx of %s holds 0x%02x after %s 0x%02x",
					to + done + i, nor->name, now[i],
					buf ? "programming" : "erasing it to", want);
		}
		done += n;
	}
	return 0;
}

static int otp_program(struct mtd_info *mtd, u32 to, size_t len, const u8 *buf)
{
	struct spi_nor *nor = to_nor(mtd);
	int rc = check_has_otp(nor);

	if (!rc && (to > total(nor) || len > total(nor) - to))
		rc = err_set(nor_err(nor), -EINVAL, "see `--otp-status`",
			     "0x%zx bytes at offset 0x%" PRIx32 " do not fit in the OTP of %s "
			     "(0x%" PRIx32 " bytes)",
			     len, to, nor->name, total(nor));
	/* its bytes 10h to 13h are the locks of all regions: --otp-lock's */
	if (!rc && nor->p.otp.kind == NOR_OTP_SPANSION && len && to < nor->p.otp.len)
		rc = err_set(nor_err(nor), -EROFS, "regions from 1 on are yours",
			     "OTP region 0 of %s holds its serial number and the lock bits",
			     nor->name);
	/* before anything is programmed: every region that is touched, every bit */
	for (u32 r = to / max(nor->p.otp.len, (u16)1); len && !rc && r * nor->p.otp.len < to + len;
	     r++)
		rc = check_region(nor, r);
	if (!rc)
		rc = check_programmable(nor, to, len, buf);
	if (!rc)
		rc = program_all(nor, to, len, buf);
	return rc ? rc : compare(nor, to, len, buf);
}

static int otp_erase(struct mtd_info *mtd, u32 region)
{
	struct spi_nor *nor = to_nor(mtd);
	struct spi_mem_op op;
	int rc = check_region(nor, region);

	if (!rc && !kind_of(nor)->erase)
		rc = err_set(nor_err(nor), -EOPNOTSUPP, NULL, "the OTP of %s can't be erased",
			     nor->name);
	if (!rc)
		rc = nor_write_enable(nor);
	if (rc)
		return rc;
	op = otp_op(nor, kind_of(nor)->erase, region * nor->p.otp.len);
	rc = spi_mem_exec(nor->mem, &op);
	if (!rc)
		rc = nor_wait_ready(nor, T_OTP_NS, "erasing OTP");
	return rc ? rc : compare(nor, region * nor->p.otp.len, nor->p.otp.len, NULL);
}

static int otp_lock(struct mtd_info *mtd, u32 region)
{
	struct spi_nor *nor = to_nor(mtd);
	u32 locked;
	int rc = check_region(nor, region);

	if (!rc)
		rc = write_lock(nor, region);
	if (!rc)
		rc = read_locks(nor, &locked);
	if (!rc && !(locked & BIT(region)))
		rc = err_set(nor_err(nor), -EROFS, "is the status register locked? See --wp-status",
			     "%s does not take the lock of OTP region %u", nor->name, region);
	return rc;
}

const struct mtd_otp_ops nor_otp_ops = {
	.info = otp_info,
	.read = otp_read,
	.program = otp_program,
	.erase = otp_erase,
	.lock = otp_lock,
};

/* ---- the same bytes as a device to read ---- */

static int otp_mtd_read(struct mtd_info *mtd, u64 from, size_t len, u8 *buf)
{
	struct spi_nor *nor = container_of(mtd, struct spi_nor, otp);

	nor_leave_qpi(nor);
	return read_all(nor, (u32)from, len, buf);
}

static const struct mtd_ops otp_mtd_ops = { .read = otp_mtd_read };

static int read_uid(struct spi_nor *nor, u8 uid[NOR_UID_MAX], unsigned int *len)
{
	struct spi_mem_op op = nor_op_simple(OP_RUID);
	u8 id[4 + NOR_UID_MAX];
	int rc;

	op.addr.nbytes = nor->in_4byte_mode || nor->p.fourbyte == NOR_4B_ALWAYS ? 4 : 3;
	op.addr.buswidth = 1;
	op.dummy.ncycles = 8;
	op.data.dir = SPI_MEM_IN;
	op.data.buswidth = 1;
	op.data.in = uid;
	switch (nor->p.uid) {
	case NOR_UID_4B_8:
	case NOR_UID_4B_16:
		*len = nor->p.uid == NOR_UID_4B_8 ? 8 : 16;
		break;
	case NOR_UID_SFDP:
		op.cmd.opcode = OP_RDSFDP;
		op.addr.nbytes = 3;
		op.addr.val = 0x80;
		*len = 12;
		break;
	case NOR_UID_RDID:
		rc = nor_read_reg(nor, OP_RDID, id, sizeof(id));
		*len = rc || id[3] != NOR_UID_MAX ? 0 : NOR_UID_MAX;
		memcpy(uid, id + 4, *len);
		return rc;
	case NOR_UID_OTP16:
	case NOR_UID_SECID:
		*len = nor->p.uid == NOR_UID_SECID ? 8 : 16;
		return nor->p.otp.n ? read_piece(nor, 0, *len, uid) : -EOPNOTSUPP;
	default:
		return -EOPNOTSUPP;
	}
	op.data.nbytes = *len;
	return spi_mem_exec(nor->mem, &op);
}

/* a number with all bits equal is no number: the command is not known to this chip */
static bool is_blank(const u8 *buf, unsigned int len)
{
	for (unsigned int i = 1; i < len; i++)
		if (buf[i] != buf[0])
			return false;
	return !len || buf[0] == 0xff || buf[0] == 0x00;
}

/* many chips begin again after three bytes, others stop */
static unsigned int id_len(const u8 *id)
{
	return !memcmp(id, id + 3, 3) || is_blank(id + 3, NOR_ID_MAX - 3) ? 3 : NOR_ID_MAX;
}

void nor_otp_init(struct spi_nor *nor)
{
	u8 uid[NOR_UID_MAX];
	unsigned int len = 0;

	for (unsigned int i = 0; i < id_len(nor->id); i++)
		snprintf(nor->id_text + 2 * i, 3, "%02x", nor->id[i]);
	nor->mtd.id = nor->id_text;
	nor->mtd.uid = nor->uid_text;
	if (nor->p.uid != NOR_UID_UNKNOWN && nor->p.uid != NOR_UID_NONE &&
	    !read_uid(nor, uid, &len) && !is_blank(uid, len))
		for (unsigned int i = 0; i < len; i++)
			snprintf(nor->uid_text + 2 * i, 3, "%02x", uid[i]);
	err_clear(nor_err(nor));
	if (!nor->p.otp.n)
		return;
	nor->otp = (struct mtd_info){
		.name = "qspi-otp",
		.about = kind_of(nor)->about,
		.base = OTP_BASE,
		.is_off_bus = true,
		.size = total(nor),
		.writesize = 1,
		.writebufsize = 1,
		.erased = 0xff,
		.write_once = true,
		.ops = &otp_mtd_ops,
		.ctx = nor->mem->ctx,
		.q = nor->mem->q,
	};
}
