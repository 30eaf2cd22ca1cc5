// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * OPI, as SFDP tells of it: the opcode's extension and the order of bytes in BFPT dword 18, commands
 * of 8D-8D-8D in the xSPI profile 1.0 table. 8S-8S-8S has no read of its own in SFDP: Macronix's ECh
 * is used where 8D-8D-8D is Macronix's EEh (reference: commands, octal reads).
 */
#include "lib/spi-nor-proto.h"

/* read opcodes of Macronix OPI, both with the inverted extension */
#define OP_8READ 0xec
#define OP_8DTRD 0xee

/* BFPT dword 18, bits 30:29 */
#define EXT_REPEATED 0
#define EXT_INVERTED 1

/* dummy cycles at @mhz: of the lowest clock in the table that is no lower */
static u8 octal_cycles(const struct sfdp_profile1 *p, unsigned int mhz, u8 *code)
{
	static const unsigned int clocks[] = { 200, 166, 133, 100 };
	u8 cycles = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(clocks); i++)
		if (clocks[i] >= mhz && p->dummy[i]) {
			cycles = p->dummy[i];
			*code = p->dummy_code[i];
		}
	return cycles;
}

bool nor_octal_from_sfdp(const struct sfdp_info *s, bool dtr, unsigned int mhz,
			 struct nor_proto *out)
{
	const struct sfdp_profile1 *p = &s->profile1;
	u8 ext = s->bfpt.octal_cmd_ext;

	*out = (struct nor_proto){
		.lines = 8,
		.dtr = dtr,
		.has_ext = true,
		.ext_is_inverted = ext == EXT_INVERTED,
		.reg_addr_nbytes = p->rdsr_addr_nbytes,
		.reg_cycles = p->rdsr_dummy,
		.read_opcode = p->read_fast,
		.swaps_bytes = dtr && s->bfpt.octal_byte_swapped,
	};
	out->read_cycles = octal_cycles(p, mhz, &out->read_cycles_code);
	if (!p->present || s->bfpt.n_dwords < 18 || ext > EXT_INVERTED)
		return false;
	if (!dtr)
		out->read_opcode = p->read_fast == OP_8DTRD && ext == EXT_INVERTED ? OP_8READ : 0;
	return out->read_opcode && out->read_cycles;
}

void nor_op_to_proto(struct spi_mem_op *op, const struct nor_proto *p)
{
	op->cmd.buswidth = p->lines;
	op->cmd.has_ext = p->has_ext;
	if (p->has_ext)
		op->cmd.ext = p->ext_is_inverted ? (u8)~op->cmd.opcode : op->cmd.opcode;
	if (op->data.dir == SPI_MEM_IN && !op->addr.nbytes) {
		op->addr.nbytes = p->reg_addr_nbytes;
		op->addr.val = 0;
		op->dummy.ncycles = p->reg_cycles;
	}
	op->addr.buswidth = p->lines;
	if (op->mode.nbits)
		op->mode.buswidth = p->lines;
	op->data.buswidth = p->lines;
	op->dtr = p->dtr;
}

struct spi_mem_op nor_octal_read(const struct nor_proto *p, u64 from, u8 *buf, u32 len)
{
	struct spi_mem_op op = {
		.cmd = { .opcode = p->read_opcode },
		.addr = { .nbytes = 4, .val = from },
		.dummy = { .ncycles = p->read_cycles },
		.data = { .dir = SPI_MEM_IN, .nbytes = len, .in = buf },
	};

	nor_op_to_proto(&op, p);
	return op;
}
