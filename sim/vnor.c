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

static u8 proto_bit(u8 lines)
{
	return lines == 4 ? P_QPI : lines == 2 ? P_DPI : P_SPI;
}

/* vnor_find_op() - what @opcode means in the protocol of @lines lines, NULL: nothing */
const struct vnor_op *vnor_find_op(const struct vnor *nor, u8 opcode, u8 lines)
{
	size_t i;

	for (i = 0; i < nor->part->n_ops; i++) {
		const struct vnor_op *op = &nor->part->ops[i];

		if (op->opcode == opcode && (op->protocols & proto_bit(lines)))
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

static bool is_quad_frame(const struct vnor *nor)
{
	return nor->proto_lines == 4 || (nor->op && nor->op->flags & F_QUAD);
}

/* ---- the data that goes out ---- */

static bool in_job(const struct vnor_job *job, u32 addr)
{
	return (job->kind == JOB_PROGRAM || job->kind == JOB_ERASE) && addr - job->addr < job->len;
}

static u8 read_array(struct vnor *nor)
{
	u32 mask = nor->part->size - 1, a = nor->addr & mask;
	u8 b = nor->array[a];

	if (nor->weak && nor->weak[a])
		b ^= nor->weak[a] & (u8)sim_rng_u64(&nor->rng);
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
	const struct vnor_op *op = nor->op;

	nor->lines = nor->proto_lines > 1 ? nor->proto_lines : op->data_lines;
	nor->n_bits = 0;
	switch (op->kind) {
	case K_READ:
		nor->wrap = nor->part->vendor->read_wrap(nor, op);
		nor->phase = PH_OUT;
		nor->out_left = 0;
		break;
	case K_SFDP:
	case K_OUT:
		nor->phase = PH_OUT;
		nor->out_left = 0;
		break;
	case K_PROGRAM:
		memset(nor->buf, 0xff, VNOR_PAGE);
		nor->phase = PH_IN;
		break;
	default:
		nor->phase = PH_IN;
		break;
	}
}

static void enter_dummy(struct vnor *nor)
{
	const struct vnor_op *op = nor->op;
	u8 n = op->dummy ? nor->part->vendor->dummy(nor, op) : 0;
	char what[40];

	if (op->kind == K_READ) {
		snprintf(what, sizeof(what), "read %02Xh with %u dummy clocks", op->opcode, n);
		check_speed(nor, nor->part->vendor->fmax_mhz(nor, op, n), what);
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
	nor->n_bits = 0;
	if (nor->n_addr)
		nor->phase = PH_ADDR;
	else
		enter_dummy(nor);
}

static void take_opcode(struct vnor *nor, u8 opcode)
{
	const struct vnor_op *op = vnor_find_op(nor, opcode, nor->proto_lines);

	nor->sim->stats.nor_commands++;
	nor->phase = PH_IGNORE;
	nor->wp_low = !(nor->io & BIT(2));
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
	if (op->flags & F_QUAD && !nor->part->vendor->has_quad(nor)) {
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
		nor->buf[(nor->addr + nor->n_in) % VNOR_PAGE] = b;
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
		take_opcode(nor, b);
		break;
	case PH_ADDR:
		nor->addr = nor->addr << 8 | b;
		if (--nor->n_addr)
			break;
		if (nor->addr_24)
			nor->addr |= (u32)nor->ear << 24;
		if (nor->op->has_mode)
			nor->phase = PH_MODE;
		else
			enter_dummy(nor);
		break;
	case PH_MODE:
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
	nor->proto_lines = part->vendor->proto_lines(nor);
	nor->lines = nor->proto_lines;
	nor->phase = PH_CMD;
	if (nor->now_ps - nor->cs_rise_ps < least && nor->cs_rise_ps) {
		vnor_complain(nor, "CS# was high for %llu ns only, needs %llu ns: frame not heard",
			      (unsigned long long)((nor->now_ps - nor->cs_rise_ps) / PS_PER_NS),
			      (unsigned long long)(least / PS_PER_NS));
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
	if (nor->phase != PH_IN || nor->n_bits) {
		vnor_complain(nor, "%s (%02Xh): CS# rose %s: ignored", op->name, op->opcode,
			      nor->phase == PH_IN ? "off a byte boundary" : "inside the address");
		return false;
	}
	if (op->kind == K_PROGRAM) {
		least = 1;
		most = UINT32_MAX;
	} else if (op->kind == K_IN) {
		least = op->n_in_min;
		most = op->n_in_max == 255 ? UINT32_MAX : op->n_in_max;
	}
	if (nor->n_in < least || nor->n_in > most) {
		vnor_complain(nor, "%s (%02Xh) with %u data bytes: ignored", op->name, op->opcode,
			      nor->n_in);
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
	if (nor->phase == PH_CMD)
		return; /* no whole opcode: as if nothing had been sent */
	nor->reset_enabled = false;
	if (op && (op->kind == K_READ || op->kind == K_SFDP || op->kind == K_OUT))
		nor->polled = op->kind == K_OUT && !op->n_addr && nor->n_out && !nor->corrupt;
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
static bool is_held(struct vnor *nor, u8 io)
{
	if (io & BIT(3) || is_quad_frame(nor) || !nor->part->vendor->has_hold(nor))
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

static void rise(struct vnor *nor, u8 io)
{
	if (is_held(nor, io))
		return;
	hear(nor, 1);
	switch (nor->phase) {
	case PH_CMD:
	case PH_ADDR:
	case PH_MODE:
	case PH_IN:
		nor->shift = (u8)(nor->shift << nor->lines) | (io & IO_MASK(nor->lines));
		nor->n_bits += nor->lines;
		if (nor->n_bits < 8)
			break;
		nor->n_bits = 0;
		take_byte(nor, nor->shift);
		break;
	case PH_DUMMY:
		if (nor->first_dummy && nor->op->flags & F_CONT && !nor->op->has_mode)
			nor->part->vendor->confirm(nor, io, true);
		nor->first_dummy = false;
		if (!--nor->dummy_left)
			enter_data(nor);
		break;
	}
}

/* lines that data goes out on: one line means IO1 (DO), more mean IO0 upwards */
static void drive(struct vnor *nor, u8 bits)
{
	nor->drive_mask = nor->lines == 1 ? (u8)BIT(1) : IO_MASK(nor->lines);
	nor->drive_val = nor->lines == 1 ? (u8)(bits << 1) : bits;
}

static void fall(struct vnor *nor, u8 io)
{
	if (nor->phase != PH_OUT)
		return;
	if (is_held(nor, io)) {
		nor->drive_mask = 0;
		return;
	}
	if (!nor->out_left) {
		nor->out_byte = next_out(nor);
		nor->out_left = 8;
	}
	nor->out_left -= nor->lines;
	drive(nor, (nor->out_byte >> nor->out_left) & IO_MASK(nor->lines));
}

void vnor_set_pins(struct vnor *nor, bool cs, bool clk, u8 io, u64 at_ps)
{
	bool up = clk && !nor->clk, down = !clk && nor->clk;

	vnor_sync(nor, at_ps);
	nor->io = io;
	if (!nor->powered) {
		nor->cs = cs;
		nor->clk = clk;
		return;
	}
	if (!(io & BIT(3)) && nor->part->vendor->has_reset_pin(nor) && !is_quad_frame(nor)) {
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

u8 vnor_driven(const struct vnor *nor, u8 *val)
{
	*val = nor->drive_val;
	return nor->cs ? 0 : nor->drive_mask;
}

void vnor_set_period(struct vnor *nor, u64 period_ps)
{
	nor->period_ps = period_ps;
}

bool vnor_send_byte(struct vnor *nor, u8 byte, u8 lines, u8 io, u64 at_ps)
{
	if (nor->cs || !nor->powered)
		return false;
	switch (nor->phase) {
	case PH_CMD:
	case PH_ADDR:
	case PH_MODE:
	case PH_IN:
		if (nor->n_bits || nor->lines != lines || nor->drive_mask)
			return false;
		break;
	case PH_IGNORE:
		break;
	default:
		return false;
	}
	if (is_held(nor, io))
		return false;
	vnor_sync(nor, at_ps);
	nor->io = io;
	nor->clk = true;
	hear(nor, 8 / lines);
	take_byte(nor, byte);
	return true;
}

bool vnor_recv_byte(struct vnor *nor, u8 *byte, u8 lines, u8 io, u64 at_ps)
{
	if (nor->cs || !nor->powered || nor->phase != PH_OUT || nor->out_left ||
	    nor->lines != lines)
		return false;
	if (is_held(nor, io))
		return false;
	/* the byte is taken up at the falling edge that shows its first bit */
	vnor_sync(nor, at_ps - nor->period_ps * (8u / lines) + nor->period_ps / 2);
	*byte = next_out(nor);
	nor->out_byte = *byte;
	nor->clk = true;
	drive(nor, *byte & IO_MASK(lines));
	return true;
}

u64 vnor_quiet_until(const struct vnor *nor)
{
	if (!nor->cs || !nor->polled || nor->answered_wip != vnor_wip(nor))
		return 0; /* an operation that ended between the answer and CS# makes it old */
	return nor->job.kind ? nor->job.end_ps : SIM_NEVER;
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
	return vnor_wip(nor);
}

u64 vnor_output_delay_ps(const struct vnor *nor)
{
	return nor->part->t_output_ps;
}
