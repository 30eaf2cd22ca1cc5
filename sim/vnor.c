// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A SPI-NOR chip, clock edge by clock edge: frames, phases, levels. What the chip does by itself
 * (programming, erasing, resetting, losing power) is in vnor-job.c, what the vendors do differently
 * in vnor-micron.c and vnor-winbond.c.
 *
 *   CS#  ~~\___________________________________________________/~~
 *        | opcode | address | mode byte | dummy clocks | data  |
 *          PH_CMD   PH_ADDR   PH_MODE     PH_DUMMY       PH_OUT / PH_IN
 *
 * Inputs are sampled on the rising edge; outputs change on the falling edge, the first one after
 * the last rising edge of what comes before the data. Whatever the chip does not understand it
 * ignores until CS# rises (PH_IGNORE).
 */
#include "sim/vnor-core.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void vnor_complain(struct vnor *nor, const char *fmt, ...)
{
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	sim_complain(nor->sim, nor->part->name, "%s", text);
}

/*
 * vnor_missed_wren() - whether the write enable before this command met a busy chip
 *
 * A host that writes without looking does so now and then, looks at WIP later, and repeats: that is
 * one more command ignored by a busy chip. Without any attempt to enable it is a mistake.
 */
bool vnor_missed_wren(struct vnor *nor)
{
	bool missed = nor->wren_missed;

	nor->wren_missed = false;
	if (missed)
		nor->sim->stats.nor_ignored_busy++;
	return missed;
}

/* vnor_find_op() - what @opcode means in the protocol @proto (one P_...), NULL: nothing */
const struct vnor_op *vnor_find_op(const struct vnor *nor, u8 opcode, u8 proto)
{
	size_t i;

	for (i = 0; i < nor->part->n_ops; i++) {
		const struct vnor_op *op = &nor->part->ops[i];

		if (op->opcode == opcode && (op->protocols & proto))
			return op;
	}
	return NULL;
}

/* clocks faster than the part takes: it misreads what comes in and what goes out */
static void check_speed(struct vnor *nor, u32 fmax_mhz, const char *what)
{
	/* the period was rounded down to picoseconds */
	if (!nor->period_ps || (nor->period_ps + 1) * fmax_mhz > 1000000 || nor->corrupt)
		return;
	nor->corrupt = true;
	vnor_complain(nor, "%s at %llu.%llu MHz, at most %u MHz: data is wrong", what,
		      (unsigned long long)(1000000 / nor->period_ps),
		      (unsigned long long)(10000000 / nor->period_ps % 10), fmax_mhz);
}

/* vnor_has_quad() - do IO2 and IO3 carry data? */
bool vnor_has_quad(const struct vnor *nor)
{
	const struct vnor_vendor *v = nor->part->vendor;

	return !v->has_quad || v->has_quad(nor);
}

static bool is_quad_frame(const struct vnor *nor)
{
	return nor->proto_lines >= 4 || (nor->op && nor->op->flags & F_QUAD);
}

/* ---- the data that goes out ---- */

static bool in_job(const struct vnor_job *job, u32 addr)
{
	return (job->kind == JOB_PROGRAM || job->kind == JOB_ERASE) && addr - job->addr < job->len;
}

/* where the next byte of a frame at address @a is really from, or goes to */
static u32 swapped(const struct vnor *nor, u32 a)
{
	return nor->proto == P_DOPI && nor->part->swaps_8d ? a ^ 1 : a;
}

static u8 read_array(struct vnor *nor)
{
	u32 mask = nor->part->size - 1, a = nor->addr & mask;
	u8 b = nor->array[swapped(nor, a)];

	if (nor->window)
		return nor->window[nor->addr++ & (nor->window_len - 1)];
	if (nor->weak && nor->weak[swapped(nor, a)])
		b ^= nor->weak[swapped(nor, a)] & (u8)sim_rng_u64(&nor->rng);
	if (nor->suspended.kind && in_job(&nor->suspended, a)) {
		if (!nor->said_suspended)
			vnor_complain(nor, "read of 0x%06x inside the suspended operation", a);
		nor->said_suspended = true;
		b = (u8)sim_rng_u64(&nor->rng);
	}
	if (nor->wrap)
		nor->addr = (a & ~(nor->wrap - 1)) | ((a + 1) & (nor->wrap - 1));
	else
		nor->addr = (a + 1) & mask;
	return b;
}

static u8 read_sfdp(const struct vnor *nor)
{
	const struct vnor_sfdp *sfdp = nor->part->sfdp;
	u32 i = nor->addr + nor->n_out;

	if (sfdp->wrap)
		i %= sfdp->wrap;
	return i < sfdp->len ? sfdp->data[i] : 0xff;
}

static u8 next_out(struct vnor *nor)
{
	u8 b;

	if (nor->op->kind == K_READ)
		b = read_array(nor);
	else if (nor->op->kind == K_SFDP)
		b = read_sfdp(nor);
	else
		b = nor->part->vendor->out(nor, nor->op, nor->n_out);
	if (nor->corrupt && (nor->n_out == 0 || (sim_rng_u64(&nor->rng) & 7) == 0))
		b ^= (u8)(1u << (sim_rng_u64(&nor->rng) & 7));
	if (!nor->n_out++)
		nor->answered_wip = vnor_wip(nor);
	return b;
}

/* ---- phases ---- */

static void enter_data(struct vnor *nor)
{
	const struct vnor_vendor *v = nor->part->vendor;
	const struct vnor_op *op = nor->op;

	nor->lines = nor->proto_lines > 1 ? nor->proto_lines : op->data_lines;
	nor->n_bits = 0;
	switch (op->kind) {
	case K_READ:
		if (v->read_wrap)
			nor->wrap = v->read_wrap(nor, op);
		if (!nor->wrap && nor->part->n_dies > 1)
			nor->wrap = nor->part->size / nor->part->n_dies;
		nor->phase = PH_OUT;
		nor->out_left = 0;
		break;
	case K_SFDP:
	case K_OUT:
		nor->phase = PH_OUT;
		nor->out_left = 0;
		break;
	case K_PROGRAM:
		memset(nor->buf, 0xff, nor->page);
		nor->phase = PH_IN;
		break;
	default:
		nor->phase = PH_IN;
		break;
	}
}

static void enter_dummy(struct vnor *nor)
{
	const struct vnor_vendor *v = nor->part->vendor;
	const struct vnor_op *op = nor->op;
	u8 n = op->dummy && v->dummy ? v->dummy(nor, op) : op->dummy;
	char what[40];

	if (op->kind == K_READ && v->fmax_mhz) {
		snprintf(what, sizeof(what), "read %02Xh with %u dummy clocks", op->opcode, n);
		check_speed(nor, v->fmax_mhz(nor, op, n), what);
	}
	nor->lines = nor->proto_lines > 1 ? nor->proto_lines : op->addr_lines;
	if (!n) {
		enter_data(nor);
		return;
	}
	nor->phase = PH_DUMMY;
	nor->dummy_left = n;
	nor->first_dummy = true;
}

static void enter_address(struct vnor *nor)
{
	const struct vnor_op *op = nor->op;

	nor->addr = 0;
	nor->n_addr = op->n_addr;
	if (op->n_addr == 3 && nor->four_byte && !(op->flags & F_ADDR3))
		nor->n_addr = 4;
	nor->addr_24 = nor->n_addr == 3 && !(op->flags & F_ADDR3);
	nor->lines = nor->proto_lines > 1 ? nor->proto_lines : op->addr_lines;
	nor->ddr_begins = !nor->ddr && op->flags & F_DTR && nor->heard;
	nor->ddr = nor->ddr || op->flags & F_DTR;
	nor->n_bits = 0;
	if (nor->n_addr)
		nor->phase = PH_ADDR;
	else
		enter_dummy(nor);
}

static void take_opcode(struct vnor *nor, u8 opcode)
{
	const struct vnor_op *op = vnor_find_op(nor, opcode, nor->proto);

	nor->phase = PH_IGNORE;
	nor->wp_low = !(nor->io & BIT(2));
	if (!nor->selected && !(op && op->flags & F_STACK))
		return;
	if (nor->selected)
		nor->sim->stats.nor_commands++;
	if (!op)
		return;
	if (nor->dpd && op->kind != K_WAKE)
		return;
	if (vnor_wip(nor) && !(op->flags & F_BUSY)) {
		nor->sim->stats.nor_ignored_busy++;
		if (op->kind == K_WREN || op->flags & F_WEL)
			nor->wren_missed = op->kind == K_WREN;
		return;
	}
	if (nor->suspended.kind && op->flags & F_SUSP) {
		vnor_complain(nor, "%s (%02Xh) while an operation is suspended", op->name, opcode);
		return;
	}
	if (op->flags & F_QUAD && !vnor_has_quad(nor)) {
		vnor_complain(nor, "%s (%02Xh) without QE: ignored", op->name, opcode);
		return;
	}
	nor->op = op;
	check_speed(nor, op->fmax_mhz ? op->fmax_mhz : nor->part->fmax_mhz, op->name);
	enter_address(nor);
}

static void take_data(struct vnor *nor, u8 b)
{
	const struct vnor_op *op = nor->op;

	if (nor->corrupt && (sim_rng_u64(&nor->rng) & 7) == 0)
		b ^= (u8)(1u << (sim_rng_u64(&nor->rng) & 7));
	if (op->kind == K_PROGRAM)
		nor->buf[swapped(nor, nor->addr + nor->n_in) % nor->page] = b;
	else if (nor->n_in < VNOR_BUF_LEN)
		nor->buf[nor->n_in] = b;
	nor->n_in++;
	if (op->kind == K_WAKE && nor->n_in == 3) { /* ABh, three dummy bytes, device id */
		nor->phase = PH_OUT;
		nor->out_left = 0;
	}
}

static void take_byte(struct vnor *nor, u8 b)
{
	switch (nor->phase) {
	case PH_CMD:
		nor->opcode = b;
		if (nor->proto & (P_OPI | P_DOPI))
			nor->phase = PH_CMD_EXT;
		else
			take_opcode(nor, b);
		break;
	case PH_CMD_EXT:
		if (b == nor->part->vendor->opcode_ext(nor->opcode)) {
			take_opcode(nor, nor->opcode);
			break;
		}
		vnor_complain(nor, "opcode %02Xh %02Xh: the second byte is wrong", nor->opcode, b);
		nor->phase = PH_IGNORE;
		break;
	case PH_ADDR:
		nor->addr = nor->addr << 8 | b;
		if (--nor->n_addr)
			break;
		if (nor->proto == P_DOPI && nor->addr & 1)
			vnor_complain(nor, "%s (%02Xh) at odd address 0x%06x on both edges",
				      nor->op->name, nor->op->opcode, nor->addr);
		if (nor->addr_24)
			nor->addr |= (u32)nor->ear << 24;
		if (nor->op->has_mode)
			nor->phase = PH_MODE;
		else
			enter_dummy(nor);
		break;
	case PH_MODE:
		if (nor->part->vendor->confirm)
			nor->part->vendor->confirm(nor, b, false);
		enter_dummy(nor);
		break;
	case PH_IN:
		take_data(nor, b);
		break;
	}
}

/* ---- frames ---- */

static void frame_begin(struct vnor *nor)
{
	const struct vnor_part *part = nor->part;
	u64 least = PS_PER_NS * (nor->last_was_read ? part->t_cs_high_read_ns : part->t_cs_high_ns);

	nor->op = NULL;
	nor->n_bits = 0;
	nor->heard = 0;
	nor->n_in = 0;
	nor->n_out = 0;
	nor->wrap = 0;
	nor->corrupt = false;
	nor->said_hold = false;
	nor->said_suspended = false;
	nor->polled = false;
	nor->proto = part->vendor->proto ? part->vendor->proto(nor) : P_SPI;
	nor->proto_lines = vnor_lines_of(nor->proto);
	nor->lines = nor->proto_lines;
	nor->ddr = nor->proto == P_DOPI;
	nor->phase = PH_CMD;
	if (nor->now_ps - nor->cs_rise_ps < least && nor->cs_rise_ps) {
		vnor_complain(nor, "CS# was high for %llu ns only, needs %llu ns: frame not heard",
			      (unsigned long long)((nor->now_ps - nor->cs_rise_ps) / PS_PER_NS),
			      (unsigned long long)(least / PS_PER_NS));
		nor->phase = PH_IGNORE;
	} else if (nor->dpd && part->wakes_by_cs) {
		nor->dpd = false;
		vnor_deaf(nor, nor->now_ps, part->t_wake_ns * PS_PER_NS);
		nor->phase = PH_IGNORE;
	} else if (nor->job.kind == JOB_DEAF) {
		nor->sim->stats.nor_ignored_busy++;
		nor->phase = PH_IGNORE;
	} else if (nor->xip) {
		nor->sim->stats.nor_commands++;
		nor->op = nor->xip;
		enter_address(nor);
	}
}

/* a frame that means to change something, all there? */
static bool frame_is_complete(struct vnor *nor)
{
	const struct vnor_op *op = nor->op;
	u32 least = 0, most = 0;

	if (op->kind == K_WAKE)
		return true;
	if (op->kind == K_PROGRAM) {
		least = 1;
		most = UINT32_MAX;
	} else if (op->kind == K_IN) {
		least = op->n_in_min;
		most = op->n_in_max == 255 ? UINT32_MAX : op->n_in_max;
	}
	if (nor->phase != PH_IN || nor->n_bits) {
		if (!(op->flags & F_QUIET))
			vnor_complain(nor, "%s (%02Xh): CS# rose %s: ignored", op->name, op->opcode,
				      nor->phase == PH_IN ? "off a byte boundary"
							  : "inside the address");
		return false;
	}
	if (nor->n_in < least || nor->n_in > most) {
		if (!(op->flags & F_QUIET))
			vnor_complain(nor, "%s (%02Xh) with %u data bytes: ignored", op->name,
				      op->opcode, nor->n_in);
		return false;
	}
	if (op->flags & F_WEL && !nor->wel) {
		if (!vnor_missed_wren(nor))
			vnor_complain(nor, "%s (%02Xh) without write enable: ignored", op->name,
				      op->opcode);
		return false;
	}
	return true;
}

static void execute(struct vnor *nor, bool reset_was_enabled)
{
	const struct vnor_op *op = nor->op;
	u64 at = nor->now_ps;

	switch (op->kind) {
	case K_IN:
		nor->part->vendor->in(nor, op);
		break;
	case K_PROGRAM:
		vnor_start_program(nor, op, at);
		break;
	case K_ERASE:
	case K_ERASE_CHIP:
		vnor_start_erase(nor, op, at);
		break;
	case K_WREN:
		nor->wel = true;
		nor->wren_missed = false;
		break;
	case K_WRDI:
		nor->wel = false;
		nor->wren_missed = false;
		break;
	case K_ENTER_4B:
	case K_LEAVE_4B:
		nor->four_byte = op->kind == K_ENTER_4B;
		nor->wel = nor->wel && !(op->flags & F_WEL);
		break;
	case K_RSTEN:
		nor->reset_enabled = true;
		break;
	case K_RST:
		if (reset_was_enabled)
			vnor_soft_reset(nor, at);
		else
			vnor_complain(nor, "reset (99h) without reset enable (66h) just before");
		break;
	case K_SUSPEND:
		vnor_suspend(nor, at);
		break;
	case K_RESUME:
		vnor_resume(nor, at);
		break;
	case K_DPD:
		nor->dpd = true;
		vnor_deaf(nor, at, nor->part->t_down_ns * PS_PER_NS);
		break;
	case K_WAKE:
		if (!nor->dpd)
			break;
		nor->dpd = false;
		vnor_deaf(nor, at, nor->part->t_wake_ns * PS_PER_NS);
		break;
	}
}

static void frame_end(struct vnor *nor)
{
	const struct vnor_op *op = nor->op;
	bool reset_was_enabled = nor->reset_enabled;

	nor->drive_mask = 0;
	nor->cs_rise_ps = nor->now_ps;
	nor->last_was_read = nor->phase == PH_OUT;
	if (nor->phase == PH_CMD || nor->phase == PH_CMD_EXT)
		return; /* no whole opcode: as if nothing had been sent */
	nor->reset_enabled = false;
	if (op && (op->kind == K_READ || op->kind == K_SFDP || op->kind == K_OUT))
		nor->polled = op->kind == K_OUT && !op->n_addr && nor->n_out && !nor->corrupt &&
			      !(op->flags & F_TURN);
	else if (op && frame_is_complete(nor))
		execute(nor, reset_was_enabled);
	nor->volatile_enabled = op && op->flags & F_VOLEN && nor->phase == PH_IN && !nor->n_in;
}

/* ---- edges ---- */

/*
 * HOLD# low: the chip stops listening and lets go of its outputs. Frames on four lines that are meant
 * for another mode (66h to a chip that may be in QPI) do that and break nothing; it is a mistake
 * where the chip was in the middle of a command that it understood.
 */
static bool is_held_quietly(const struct vnor *nor, u8 io)
{
	const struct vnor_vendor *v = nor->part->vendor;

	return !(io & BIT(3)) && v->has_hold && !is_quad_frame(nor) && v->has_hold(nor);
}

static bool is_held(struct vnor *nor, u8 io)
{
	if (!is_held_quietly(nor, io))
		return false;
	if (!nor->said_hold && nor->op && nor->phase != PH_IGNORE && nor->heard >= FRAME_HEARD) {
		vnor_complain(nor, "HOLD# (IO3) is low during %s (%02Xh): clocks are not heard",
			      nor->op->name, nor->op->opcode);
		nor->said_hold = true;
	}
	return true;
}

static void hear(struct vnor *nor, unsigned int clocks)
{
	nor->heard = (u8)min(nor->heard + clocks, FRAME_HEARD);
}

static void take_bits(struct vnor *nor, u8 io)
{
	nor->shift = (u8)(nor->shift << nor->lines) | (io & IO_MASK(nor->lines));
	nor->n_bits += nor->lines;
	if (nor->n_bits < 8)
		return;
	nor->n_bits = 0;
	take_byte(nor, nor->shift);
}

/* lines that data goes out on: one line means IO1 (DO), more mean IO0 upwards */
static void drive(struct vnor *nor, u8 bits)
{
	nor->drive_mask = nor->lines == 1 ? (u8)BIT(1) : IO_MASK(nor->lines);
	nor->drive_val = nor->lines == 1 ? (u8)(bits << 1) : bits;
}

static void put_bits(struct vnor *nor)
{
	if (!nor->out_left) {
		nor->out_byte = next_out(nor);
		nor->out_left = 8;
	}
	nor->out_left -= nor->lines;
	drive(nor, (nor->out_byte >> nor->out_left) & IO_MASK(nor->lines));
}

static bool is_input_phase(const struct vnor *nor)
{
	return nor->phase != PH_DUMMY && nor->phase != PH_OUT && nor->phase != PH_IGNORE;
}

static void rise(struct vnor *nor, u8 io)
{
	if (is_held(nor, io))
		return;
	hear(nor, 1);
	if (is_input_phase(nor)) {
		take_bits(nor, io);
	} else if (nor->phase == PH_DUMMY) {
		if (nor->first_dummy && nor->op->flags & F_CONT && !nor->op->has_mode &&
		    nor->part->vendor->confirm)
			nor->part->vendor->confirm(nor, io, true);
		nor->first_dummy = false;
		if (!--nor->dummy_left)
			enter_data(nor);
	} else if (nor->phase == PH_OUT && nor->ddr && nor->drive_mask) {
		put_bits(nor);
	}
}

static void fall(struct vnor *nor, u8 io)
{
	if (nor->ddr && is_input_phase(nor) && nor->heard) {
		if (!nor->ddr_begins) /* that is the end of the opcode's last clock */
			take_bits(nor, io);
		nor->ddr_begins = false;
		return;
	}
	if (nor->phase != PH_OUT)
		return;
	if (is_held(nor, io))
		nor->drive_mask = 0;
	else
		put_bits(nor);
}

static void set_die_pins(struct vnor *nor, bool cs, bool clk, u8 io, u64 at_ps)
{
	const struct vnor_vendor *v = nor->part->vendor;
	bool up = clk && !nor->clk, down = !clk && nor->clk;

	vnor_sync(nor, at_ps);
	nor->io = io;
	if (!nor->powered) {
		nor->cs = cs;
		nor->clk = clk;
		return;
	}
	if (!(io & BIT(3)) && v->has_reset_pin && v->has_reset_pin(nor) && !is_quad_frame(nor)) {
		nor->phase = PH_IGNORE;
		nor->op = NULL;
		vnor_soft_reset(nor, at_ps);
	}
	if (!cs && nor->cs)
		frame_begin(nor);
	nor->clk = clk;
	if (!cs && !nor->cs) {
		if (up)
			rise(nor, io);
		else if (down)
			fall(nor, io);
	}
	if (cs && !nor->cs)
		frame_end(nor);
	nor->cs = cs;
}

/* over four lines each bit of a byte may pull IO3 low, which a chip may take for HOLD# or RESET# */
static bool minds_io3(const struct vnor *nor, u8 lines, u8 io)
{
	const struct vnor_vendor *v = nor->part->vendor;

	return (lines == 4 || !(io & BIT(3))) && !is_quad_frame(nor) &&
	       ((v->has_hold && v->has_hold(nor)) || (v->has_reset_pin && v->has_reset_pin(nor)));
}

static bool die_can_take_byte(const struct vnor *nor, u8 lines, u8 io)
{
	if (nor->cs || !nor->powered || minds_io3(nor, lines, io))
		return false;
	if (nor->phase == PH_IGNORE)
		return true;
	return is_input_phase(nor) && !nor->ddr && !nor->n_bits && nor->lines == lines &&
	       !nor->drive_mask;
}

/* whatever the bytes are */
static bool die_can_take_data(const struct vnor *nor, u8 lines, u8 io)
{
	return die_can_take_byte(nor, lines, io) &&
	       (nor->phase == PH_IGNORE ||
		(nor->phase == PH_IN && nor->op->kind == K_PROGRAM && !vnor_wip(nor)));
}

static void die_take_byte(struct vnor *nor, u8 byte, u8 lines, u8 io, u64 at_ps)
{
	vnor_sync(nor, at_ps);
	nor->io = io;
	nor->clk = true;
	hear(nor, 8 / lines);
	take_byte(nor, byte);
}

static bool die_can_give_byte(const struct vnor *nor, u8 lines, u8 io)
{
	return !nor->cs && nor->powered && nor->phase == PH_OUT && !nor->ddr && !nor->out_left &&
	       nor->lines == lines && !minds_io3(nor, lines, io);
}

/* the bytes of the array as they lie there, and nothing that could change them or their order */
static bool is_plain_stream(const struct vnor *nor)
{
	return nor->op->kind == K_READ && !nor->window && !nor->weak && !nor->suspended.kind &&
	       !vnor_wip(nor) && !nor->corrupt;
}

static u8 die_give_byte(struct vnor *nor, u8 lines, u64 at_ps)
{
	/* the byte is taken up at the falling edge that shows its first bit */
	vnor_sync(nor, at_ps - nor->period_ps * (8u / lines) + nor->period_ps / 2);
	nor->out_byte = next_out(nor);
	vnor_sync(nor, at_ps);
	nor->clk = true;
	drive(nor, nor->out_byte & IO_MASK(lines));
	return nor->out_byte;
}

/* ---- the package: one die, or a stack of them on the same pins ---- */

static unsigned int n_dies(const struct vnor *nor)
{
	return nor->die[0] ? nor->part->n_dies : 1;
}

static struct vnor *die_of(struct vnor *nor, unsigned int i)
{
	return nor->die[0] ? nor->die[i] : nor;
}

static const struct vnor *selected_die(const struct vnor *nor)
{
	unsigned int i;

	for (i = 0; nor->die[0] && i < nor->part->n_dies; i++)
		if (nor->die[i]->selected)
			return nor->die[i];
	return nor;
}

void vnor_set_pins(struct vnor *nor, bool cs, bool clk, u8 io, u64 at_ps)
{
	unsigned int i;

	for (i = 0; i < n_dies(nor); i++)
		set_die_pins(die_of(nor, i), cs, clk, io, at_ps);
}

u8 vnor_driven(const struct vnor *nor, u8 *val)
{
	const struct vnor *die = selected_die(nor);

	*val = die->drive_val;
	return die->cs ? 0 : die->drive_mask;
}

void vnor_set_period(struct vnor *nor, u64 period_ps)
{
	unsigned int i;

	for (i = 0; i < n_dies(nor); i++)
		die_of(nor, i)->period_ps = period_ps;
}

bool vnor_send_byte(struct vnor *nor, u8 byte, u8 lines, u8 io, u64 at_ps)
{
	unsigned int i;

	for (i = 0; i < n_dies(nor); i++)
		if (!die_can_take_byte(die_of(nor, i), lines, io))
			return false;
	for (i = 0; i < n_dies(nor); i++)
		die_take_byte(die_of(nor, i), byte, lines, io, at_ps);
	return true;
}

bool vnor_send_bytes(struct vnor *nor, const u8 *bytes, u32 n, u8 lines, u8 io, u64 at_ps)
{
	unsigned int i;
	u32 k;

	for (i = 0; i < n_dies(nor); i++)
		if (!die_can_take_data(die_of(nor, i), lines, io))
			return false;
	for (i = 0; i < n_dies(nor); i++) {
		struct vnor *die = die_of(nor, i);

		for (k = 0; die->phase == PH_IN && k < n - 1; k++)
			take_data(die, bytes[k]);
		hear(die, (n - 1) * (8u / lines));
		die_take_byte(die, bytes[n - 1], lines, io, at_ps);
	}
	return true;
}

/* the die that gives the next byte while the others do not listen; NULL: there is none */
static struct vnor *find_giver(struct vnor *nor, u8 lines, u8 io)
{
	struct vnor *giver = NULL;
	unsigned int i;

	for (i = 0; i < n_dies(nor); i++) {
		struct vnor *die = die_of(nor, i);

		if (die_can_give_byte(die, lines, io))
			giver = die;
		else if (die->cs || !die->powered || die->phase != PH_IGNORE)
			return NULL;
	}
	return giver;
}

bool vnor_recv_byte(struct vnor *nor, u8 *byte, u8 lines, u8 io, u64 at_ps)
{
	struct vnor *giver = find_giver(nor, lines, io);

	if (!giver)
		return false;
	*byte = die_give_byte(giver, lines, at_ps);
	return true;
}

u32 vnor_next_bytes(struct vnor *nor, u8 lines, u8 io, const u8 **from)
{
	struct vnor *die = find_giver(nor, lines, io);
	u32 a;

	if (!die || !is_plain_stream(die))
		return 0;
	a = die->addr & (die->part->size - 1);
	*from = die->array + a;
	return die->wrap ? die->wrap - (a & (die->wrap - 1)) : die->part->size - a;
}

void vnor_skip_bytes(struct vnor *nor, u32 n, u8 lines, u8 io, u64 at_ps)
{
	struct vnor *die = find_giver(nor, lines, io);

	if (!die || !n)
		return;
	if (!die->n_out)
		die->answered_wip = vnor_wip(die);
	/* nothing remains of all but the last one but the count and the address */
	die->n_out += n - 1;
	die->addr = (die->addr & (die->part->size - 1)) + n - 1;
	die_give_byte(die, lines, at_ps);
}

u64 vnor_quiet_until(const struct vnor *nor)
{
	const struct vnor *die = selected_die(nor);

	if (!die->cs || !die->polled || die->answered_wip != vnor_wip(die))
		return 0; /* an operation that ended between the answer and CS# makes it old */
	return die->job.kind ? die->job.end_ps : SIM_NEVER;
}

u8 *vnor_data(struct vnor *nor, size_t *size)
{
	if (size)
		*size = nor->part->size;
	return nor->array;
}

const char *vnor_part_name(const struct vnor *nor)
{
	return nor->part->name;
}

bool vnor_is_busy(const struct vnor *nor)
{
	bool busy = vnor_wip(nor);
	unsigned int i;

	for (i = 0; nor->die[0] && i < nor->part->n_dies; i++)
		busy = busy || vnor_wip(nor->die[i]);
	return busy;
}

u64 vnor_output_delay_ps(const struct vnor *nor)
{
	return nor->part->t_output_ps;
}
