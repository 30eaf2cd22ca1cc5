/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Protocols in which a SPI-NOR takes its opcodes too on more than one line: QPI (4-4-4) and OPI
 * (8S-8S-8S, 8D-8D-8D). Pure description: commands are built for one line and then moved over.
 */
#ifndef SWDROM_LIB_SPI_NOR_PROTO_H
#define SWDROM_LIB_SPI_NOR_PROTO_H

#include "lib/spi-mem.h"
#include "lib/spi-nor-sfdp.h"

struct nor_proto {
	u8 lines;
	bool dtr;
	bool has_ext, ext_is_inverted;	/* second opcode byte: the same one, or its complement */
	u8 reg_addr_nbytes, reg_cycles; /* of register reads */
	/* OPI: its read; the dummy cycles hold once @read_cycles_code is in the chip's register */
	u8 read_opcode, read_cycles, read_cycles_code;
	bool swaps_bytes; /* on both edges: the bytes of each word change places */
};

/**
 * nor_octal_from_sfdp() - how a chip is spoken to in OPI
 * @s: what it says about itself
 * @dtr: on both clock edges
 * @mhz: clock; dummy cycles depend on it
 * @out: the result
 *
 * Return: false if the chip does not have it, not at that clock, or does not say how.
 */
bool nor_octal_from_sfdp(const struct sfdp_info *s, bool dtr, unsigned int mhz,
			 struct nor_proto *out);

/**
 * nor_op_to_proto() - move a command over
 * @op: built for one line: opcode, address, dummy cycles, data
 * @p: protocol
 *
 * Register reads (data in, no address) get the protocol's address bytes and dummy cycles. An odd
 * number of data bytes can't be sent on both edges: the result is then not sane, see
 * spi_mem_op_is_sane().
 */
void nor_op_to_proto(struct spi_mem_op *op, const struct nor_proto *p);

/* nor_octal_read() - the read command of OPI */
struct spi_mem_op nor_octal_read(const struct nor_proto *p, u64 from, u8 *buf, u32 len);

#endif
