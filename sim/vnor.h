/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A SPI-NOR chip at its pins: CS#, CLK, IO0..IO3. Whoever owns the wires (the netlist, a test, a
 * programmer emulation) moves them; the chip answers on the lines that it drives.
 */
#ifndef SWDROM_SIM_VNOR_H
#define SWDROM_SIM_VNOR_H

#include "sim/core.h"

struct vnor;

/* what is printed on a chip */
struct vnor_label {
	u32 size;
	u8 id[6]; /* answer to 9Fh, n_id bytes of it */
	u8 n_id;
	const char *description;
};

/* name of the n-th part that there is a model of, NULL: no more. @label may be NULL */
const char *vnor_known_part(size_t n, struct vnor_label *label);
bool vnor_is_known(const char *part);

/**
 * vnor_new() - a chip, powered, in the state that was saved, or fresh from the factory
 * @sim: the bench: time, chance, faults, saved state ("nor.*" blobs)
 * @part: a name that vnor_known_part() gives
 *
 * The app_xip, app_qpi and app_dpd faults put it into the state that an application left it in,
 * where the part has such a state. Return: NULL if the part is unknown.
 */
struct vnor *vnor_new(struct sim *sim, const char *part);
/* the same for the chip in place @place of the board: what is saved of it, and chance, are its own */
struct vnor *vnor_new_at(struct sim *sim, const char *name, unsigned int place);
void vnor_free(struct vnor *nor);
/* put array and non-volatile registers into the saved state */
void vnor_save(struct vnor *nor);
/* supply on or off; an operation that is cut leaves cells that read differently each time */
void vnor_set_power(struct vnor *nor, bool on, u64 at_ps);

/**
 * vnor_set_pins() - the levels at the chip's inputs from @at_ps on
 * @cs, @clk: levels (CS# high = deselected)
 * @io: bit n = level of IOn, as the net shows it
 *
 * Inputs are sampled on the rising edge of CLK, outputs change after the falling edge (modes 0
 * and 3). Change CLK and IO in one call only if IO is stable around the rising edge.
 */
void vnor_set_pins(struct vnor *nor, bool cs, bool clk, u8 io, u64 at_ps);
/* bit n set: the chip drives IOn, with the level in bit n of @val */
u8 vnor_driven(const struct vnor *nor, u8 *val);
/* clock period of the frames to come, for limits in MHz; 0 = slow enough for anything */
void vnor_set_period(struct vnor *nor, u64 period_ps);

/*
 * Whole bytes at once, with the same effect as their edges. Return false if the chip is not at a
 * byte boundary in a phase of that width: nothing was done, take the edges. @io: levels of all
 * lines at the last rising edge, at @at_ps.
 */
bool vnor_send_byte(struct vnor *nor, u8 byte, u8 lines, u8 io, u64 at_ps);
bool vnor_recv_byte(struct vnor *nor, u8 *byte, u8 lines, u8 io, u64 at_ps);

/* data of a command, the same for many of them; @io, @at_ps: of the last one */
bool vnor_send_bytes(struct vnor *nor, const u8 *bytes, u32 n, u8 lines, u8 io, u64 at_ps);

/*
 * Many bytes of a read that does nothing but go through the array: how many of the bytes that come
 * next are known, and where they lie; 0: none, ask for them one by one. They stay the next ones
 * while nothing but their clocks happens to the chip. @n of them have gone out, the last rising
 * edge at @at_ps.
 */
u32 vnor_next_bytes(struct vnor *nor, u8 lines, u8 io, const u8 **from);
void vnor_skip_bytes(struct vnor *nor, u32 n, u8 lines, u8 io, u64 at_ps);

/*
 * A status read that ended just now would answer the same until the time returned, if nothing
 * else is sent (0: no promise), and each such read counts as one command.
 */
u64 vnor_quiet_until(const struct vnor *nor);
/* bring the chip's internal operation forward */
void vnor_sync(struct vnor *nor, u64 at_ps);

/* ---- for tests and boards ---- */

u8 *vnor_data(struct vnor *nor, size_t *size);
const char *vnor_part_name(const struct vnor *nor);
bool vnor_is_busy(const struct vnor *nor);
/* clock to output, ps: tV / tCLQV of the data sheet */
u64 vnor_output_delay_ps(const struct vnor *nor);

#endif
