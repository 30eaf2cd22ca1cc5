// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * See fake-dap.h. Sources: ADIv5 (IHI 0031) B2-B4, C2; Arm KA16363 (write buffer); ARMv7-M ARM C1.6.
 */
#include "tests/support/fake-dap.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ORUNDETECT 0x01u
#define STICKYORUN 0x02u
#define STICKYERR  0x20u
#define WDATAERR   0x80u
#define STICKY	   (STICKYORUN | STICKYERR | WDATAERR)

#define USB_NS	   300000u

static struct fake_dap *to_fake(struct swd_host *h)
{
	return container_of(h, struct fake_dap, host);
}

static void log_add(struct fake_log *l, u32 v)
{
	if (l->n == l->room) {
		l->room = l->room ? 2 * l->room : 256;
		l->v = realloc(l->v, l->room * sizeof(*l->v));
		assert(l->v);
	}
	l->v[l->n++] = v;
}

static u32 rnd(struct fake_dap *d)
{
	d->rng ^= d->rng << 13;
	d->rng ^= d->rng >> 7;
	d->rng ^= d->rng << 17;
	return (u32)(d->rng >> 16);
}

/* ---- time ---- */

static u64 fake_now(struct fake_dap *d)
{
	return d->base_ns + (d->cycles - d->base_cycles) * SEC_NS / d->host.hz;
}

static u64 clk_now(struct sysclock *clk)
{
	return fake_now(container_of(clk, struct fake_dap, clk));
}

static void clk_sleep(struct sysclock *clk, u64 ns)
{
	struct fake_dap *d = container_of(clk, struct fake_dap, clk);

	d->cycles += ns * d->host.hz / SEC_NS + 1;
}

/* ---- what hangs on the bus ---- */

static void core_reset(struct fake_dap *d)
{
	d->n_sysresets++;
	d->dhcsr |= 1u << 25;
	d->dhcsr &= ~2u;
	d->core_regs[16] = 0;
	if ((d->dhcsr & 1) && (d->demcr & 1)) {
		d->dhcsr |= 1u << 17 | 2;
		d->dfsr |= 1u << 3;
	} else {
		d->dhcsr &= ~(1u << 17);
	}
}

static bool core_access(struct fake_dap *d, u32 addr, bool is_read, u32 *v)
{
	switch (addr) {
	case 0xe000ed00:
		*v = is_read ? FAKE_CPUID : *v;
		return true;
	case 0xe000ed0c:
		if (is_read)
			*v = 0xfa050000;
		else if (*v >> 16 == 0x05fa && (*v & 4) && !d->sysresetreq_dead)
			core_reset(d);
		return true;
	case 0xe000ed30:
		if (is_read)
			*v = d->dfsr;
		else
			d->dfsr &= ~*v;
		return true;
	case 0xe000edf0:
		if (is_read) {
			*v = d->dhcsr | 1u << 16;
			if (!(d->nrst))
				d->dhcsr &= ~(1u << 25);
			return true;
		}
		if (*v >> 16 != 0xa05f)
			return true;
		d->dhcsr = (d->dhcsr & ~0xfu) | (*v & 0xf);
		if (!(d->dhcsr & 1))
			d->dhcsr &= ~2u;
		if ((d->dhcsr & 2) && !d->nrst && !d->never_halts)
			d->dhcsr |= 1u << 17;
		if (!(d->dhcsr & 2))
			d->dhcsr &= ~(1u << 17);
		return true;
	case 0xe000edf4:
		if (!is_read && (*v & 0x1f) < 32) {
			if (*v & 1u << 16)
				d->core_regs[*v & 0x1f] = d->dcrdr;
			else
				d->dcrdr = d->core_regs[*v & 0x1f];
		}
		return true;
	case 0xe000edf8:
		if (is_read)
			*v = d->dcrdr;
		else
			d->dcrdr = *v;
		return true;
	case 0xe000edfc:
		if (is_read)
			*v = d->demcr;
		else
			d->demcr = *v;
		return true;
	case 0xe0002000:
		if (is_read)
			*v = 0x260 | (d->fp_ctrl & 1);
		else if (*v & 2)
			d->fp_ctrl = *v;
		return true;
	case 0xe0001000:
		*v = is_read ? 4u << 28 : *v;
		return true;
	case FAKE_IDCODE:
		*v = is_read ? d->idcode : *v;
		return true;
	default:
		if (is_read)
			*v = 0;
		return (addr >= 0xe0001000 && addr < 0xe0003000) ||
		       (addr >= 0xe000e000 && addr < 0xe000f000);
	}
}

/* one bus access; @v in its byte lanes. false: bus error */
static bool bus_access(struct fake_dap *d, u32 addr, unsigned int size, bool is_read, u32 *v)
{
	const u32 lane = 8 * (addr & 3);
	const u32 mask = size == 4 ? ~0u : ((1u << 8 * size) - 1) << lane;
	u8 *mem = NULL;

	if (addr & (size - 1))
		return false;
	if (addr >= FAKE_RAM && addr - FAKE_RAM < FAKE_RAM_SIZE)
		mem = d->ram + (addr - FAKE_RAM);
	if (addr >= FAKE_UNITS && addr - FAKE_UNITS < FAKE_UNITS_SIZE) {
		mem = d->units + (addr - FAKE_UNITS);
		if (!is_read)
			d->unit_writes[(addr - FAKE_UNITS) / 4]++;
	}
	if (mem) {
		if (!is_read) {
			for (unsigned int i = 0; i < size; i++)
				mem[i] = (u8)(*v >> (lane + 8 * i));
			return true;
		}
		*v = rnd(d) & ~mask;
		for (unsigned int i = 0; i < size; i++)
			*v |= (u32)mem[i] << (lane + 8 * i);
		return true;
	}
	if (addr == FAKE_FIFO) {
		if (is_read)
			*v = d->fifo_next++;
		else
			log_add(&d->fifo_log, *v & mask);
		return true;
	}
	if (addr == FAKE_COUNTER && is_read) {
		*v = d->counter++;
		return true;
	}
	if (addr >= FAKE_REGS && addr - FAKE_REGS < 0x1000) {
		u32 *reg = &d->regs[(addr - FAKE_REGS) / 4];

		if (is_read) {
			*v = *reg;
		} else {
			*reg = (*reg & ~mask) | (*v & mask);
			log_add(&d->reg_log, addr);
			log_add(&d->reg_log, *v & mask);
		}
		return true;
	}
	if (addr >= 0xe0000000 && size == 4)
		return core_access(d, addr, is_read, v);
	return false;
}

/* ---- MEM-AP ---- */

static u32 ap_idr(const struct fake_dap *d)
{
	return d->has_no_ap || d->select >> 24 ? 0 : d->apidr;
}

/* start an AP access at cycle @at */
static void ap_launch(struct fake_dap *d, u8 reg, bool is_read, u32 data, u64 at)
{
	const unsigned int size = 1u << (d->csw & 3);
	u32 v = data;

	d->is_running = true;
	d->run_fails = false;
	d->run_ends = at + 4;
	d->is_rdata_good = is_read;
	if (!ap_idr(d)) {
		d->rdata = 0;
		return;
	}
	switch (reg) {
	case 0x00:
		if (is_read)
			d->rdata = d->csw | (d->device_disabled ? 0 : 0x40);
		else
			d->csw = d->is_word_only ? (data & 0xff00ff30) | 2 : data & 0xff00ff37;
		break;
	case 0x04:
		if (is_read)
			d->rdata = d->tar;
		else
			d->tar = data;
		break;
	case 0x0c:
		d->run_ends = at + d->ap_cycles;
		d->run_fails = d->device_disabled || !bus_access(d, d->tar, size, is_read, &v);
		if (is_read)
			d->rdata = v;
		if ((d->csw & 0x30) == 0x10)
			d->tar = (d->tar & ~(d->wrap - 1)) | ((d->tar + size) & (d->wrap - 1));
		break;
	case 0xf8:
		d->rdata = 0xe00ff003;
		break;
	case 0xfc:
		d->rdata = ap_idr(d);
		break;
	default:
		d->rdata = 0;
	}
}

/* let the AP work until cycle @now */
static void ap_settle(struct fake_dap *d, u64 now)
{
	while (d->is_running && d->run_ends <= now) {
		d->is_running = false;
		if (d->run_fails) {
			d->ctrlstat |= STICKYERR;
			if (d->has_buffered)
				d->ctrlstat |= WDATAERR;
			d->has_buffered = false;
		} else if (d->has_buffered) {
			d->has_buffered = false;
			ap_launch(d, d->buffered_reg, false, d->buffered_data, d->run_ends);
		}
	}
}

/* ---- DP ---- */

static void dp_reset(struct fake_dap *d)
{
	d->ctrlstat = 0;
	d->select = 0;
	d->csw = 2;
	d->is_running = false;
	d->has_buffered = false;
	d->is_locked_out = false;
	d->dhcsr = 0;
	d->demcr = 0;
}

static void drop_buffered(struct fake_dap *d)
{
	if (d->has_buffered)
		d->ctrlstat |= WDATAERR;
	d->has_buffered = false;
}

static void protocol_error(struct fake_dap *d)
{
	d->is_locked_out = true;
	if (d->ctrlstat & ORUNDETECT)
		d->ctrlstat |= STICKYORUN;
}

static u32 dp_read(struct fake_dap *d, u8 addr)
{
	u32 v;

	switch (addr) {
	case 0x0:
		drop_buffered(d);
		return d->dpidr;
	case 0x4:
		if (d->select & 0xf)
			return (d->select & 0xf) == 2 ? 0x04150041 : 0;
		v = d->ctrlstat;
		drop_buffered(d);
		return v;
	case 0xc:
		v = d->is_rdata_good ? d->rdata : 0xdeadbeef;
		d->is_rdata_good = false;
		return v;
	default:
		return 0;
	}
}

static void dp_write(struct fake_dap *d, u8 addr, u32 data)
{
	switch (addr) {
	case 0x0:
		drop_buffered(d);
		if (data & 1)
			d->is_running = false;
		if (data & 4)
			d->ctrlstat &= ~STICKYERR;
		if (data & 8)
			d->ctrlstat &= ~WDATAERR;
		if (data & 16)
			d->ctrlstat &= ~STICKYORUN;
		break;
	case 0x4:
		d->ctrlstat = (d->ctrlstat & STICKY) | (data & 0x50000001);
		if (!d->never_powers_up)
			d->ctrlstat |= (data & 0x50000000) << 1;
		break;
	case 0x8:
		d->select = data;
		break;
	default:
		break;
	}
}

struct flips {
	u8 req, ack;
	u64 data; /* 32 data bits and parity */
};

static bool request_is_good(u8 req)
{
	return (req & 0x81) == 0x81 && !(req & 0x40) && !__builtin_parity(req & 0x3e);
}

/* the ACK, and the effect of the access, seen from the target; time stands at its start bit */
static u8 dp_access(struct fake_dap *d, u8 req, u32 *data, bool is_parity_bad)
{
	const bool is_ap = req & 2, is_read = req & 4;
	const u8 addr = (u8)(req >> 1 & 0xc);
	const u8 ap_reg = (u8)(addr | (d->select & 0xf0));
	bool is_free = !is_ap && ((is_read && addr == 0) || (!is_read && addr == 0) ||
				  (is_read && addr == 4 && !(d->select & 0xf)));
	u8 ack = 1;

	ap_settle(d, d->cycles + 8);
	if (!request_is_good(req) || (d->is_reset_state && req != 0xa5)) {
		protocol_error(d);
		return 7;
	}
	d->is_reset_state = false;
	if (!is_free && (d->ctrlstat & STICKY))
		ack = 4;
	else if (!is_free && d->is_running &&
		 !(is_ap && !is_read && d->has_write_buffer && !d->has_buffered))
		ack = 2;
	else if (is_ap && d->wait_every && ++d->n_ap_asked % d->wait_every == 0)
		ack = 2;
	if (ack != 1) {
		if (d->ctrlstat & ORUNDETECT) {
			d->ctrlstat |= STICKYORUN;
		} else {
			d->n_orun_off++;
			protocol_error(d);
		}
		return ack;
	}
	if (is_read && is_ap) {
		*data = d->is_rdata_good ? d->rdata : 0xdeadbeef;
		ap_launch(d, ap_reg, true, 0, d->cycles + 8);
	} else if (is_read) {
		*data = dp_read(d, addr);
	} else if (is_parity_bad) {
		ap_settle(d, d->cycles + 46);
		d->ctrlstat |= WDATAERR;
	} else {
		ap_settle(d, d->cycles + 46);
		if (!is_ap) {
			dp_write(d, addr, *data);
		} else if (d->is_running) {
			d->has_buffered = true;
			d->buffered_reg = ap_reg;
			d->buffered_data = *data;
		} else {
			ap_launch(d, ap_reg, false, *data, d->cycles + 46);
		}
	}
	return ack;
}

/* at most one flipped bit in a frame: parity catches it, so nothing wrong may ever get through */
static struct flips draw_noise(struct fake_dap *d, u8 req)
{
	struct flips f = { 0 };
	u32 noise = d->noise;
	u32 bit;

	if (d->max_good_hz && d->host.hz > d->max_good_hz)
		noise = UINT32_MAX / 10;
	if (!noise || rnd(d) >= noise)
		return f;
	bit = rnd(d) % 44;
	if (bit < 8)
		f.req = (u8)(1u << bit);
	else if (bit < 11)
		f.ack = (u8)(1u << (bit - 8));
	else
		f.data = UINT64_C(1) << (bit - 11);
	return f;
}

static void power_cycle(struct fake_dap *d)
{
	dp_reset(d);
	d->link = LINK_JTAG;
}

/* one access; false: nothing of it reaches the wire */
static bool run_xfer(struct fake_dap *d, struct swd_xfer *x)
{
	struct flips f = draw_noise(d, x->req);
	const bool is_read = x->req & 4;
	bool is_silent;
	u32 data = x->data;
	u8 ack = d->silent_ack;

	if (d->fault && d->fault_at-- == 0) {
		const enum fake_fault fault = d->fault;

		d->fault = FAULT_NONE;
		switch (fault) {
		case FAULT_BUSY:
			if (!d->is_running)
				d->run_fails = false;
			d->run_ends = d->cycles + 8 + d->fault_arg;
			d->is_running = true;
			break;
		case FAULT_WRITE_PARITY:
			f.data = is_read ? 0 : 1u << 7;
			break;
		case FAULT_READ_PARITY:
			f.data = is_read ? 1u << 7 : 0;
			break;
		case FAULT_ACK:
			f.ack = (u8)d->fault_arg;
			break;
		case FAULT_REQUEST:
			f.req = (u8)d->fault_arg;
			break;
		case FAULT_FALSE_SELECT:
			if (d->link == LINK_SWD && !d->is_locked_out && !(d->ctrlstat & STICKY))
				d->select = d->fault_arg;
			f.req = 0x20;
			break;
		case FAULT_SHORT:
			d->is_lost = true;
			break;
		case FAULT_CUT:
		case FAULT_CUT_MID:
			d->is_lost = true;
			if (fault == FAULT_CUT_MID && !d->is_locked_out && d->link == LINK_SWD)
				(void)dp_access(d, x->req, &data, !is_read);
			d->is_cut = true;
			break;
		case FAULT_POWER:
			power_cycle(d);
			break;
		case FAULT_UNPLUG:
			d->is_unplugged = true;
			break;
		case FAULT_SYSRESET:
			core_reset(d);
			d->is_running = true;
			d->run_fails = true;
			d->run_ends = d->cycles + 8;
			break;
		case FAULT_STALL:
		case FAULT_NONE:
			break;
		}
		if (fault == FAULT_STALL) {
			d->ap_cycles += d->fault_arg;
			(void)dp_access(d, x->req, &data, false);
			d->ap_cycles -= d->fault_arg;
			x->ack = 1;
			x->bad_parity = false;
			if (is_read)
				x->data = data;
			d->cycles += 46 + x->idle;
			return !d->is_lost;
		}
	}
	if (d->is_unplugged || d->is_cut)
		return false;
	is_silent = d->link != LINK_SWD || d->is_locked_out ||
		    (d->dead_hz && d->host.hz > d->dead_hz) ||
		    (d->needs_nrst && !d->was_under_reset);
	if (!is_silent)
		ack = dp_access(d, x->req ^ f.req, &data, !is_read && __builtin_parityll(f.data));
	d->cycles += 46 + x->idle;
	if (d->is_lost)
		return false;
	x->ack = ack == 7 ? d->silent_ack ^ f.ack : ack ^ f.ack;
	x->bad_parity = is_read && x->ack == 1 && __builtin_parityll(f.data);
	if (is_read)
		x->data = ack == 1 ? data ^ (u32)f.data : rnd(d);
	return true;
}

/* ---- the host ---- */

static int fake_set_hz(struct swd_host *h, u32 hz, u32 *real_hz)
{
	struct fake_dap *d = to_fake(h);

	d->base_ns = fake_now(d);
	d->base_cycles = d->cycles;
	h->hz = hz;
	*real_hz = hz;
	return 0;
}

static int fake_set_nrst(struct swd_host *h, bool asserted)
{
	struct fake_dap *d = to_fake(h);

	if (!h->has_nrst)
		return -EOPNOTSUPP;
	if (d->nrst && !asserted)
		core_reset(d);
	if (asserted) {
		d->n_nrst++;
		d->was_under_reset = true;
	}
	d->nrst = asserted;
	return 0;
}

/* was @pattern, @n bits LSB first, sent right before bit @end? */
static bool ends_with(const u8 *bits, size_t end, const u8 *pattern, size_t n)
{
	if (end < n)
		return false;
	for (size_t i = 0; i < n; i++)
		if ((bits[(end - n + i) / 8] >> ((end - n + i) % 8) & 1) !=
		    (pattern[i / 8] >> (i % 8) & 1))
			return false;
	return true;
}

static int fake_sequence(struct swd_host *h, const u8 *bits, size_t n_bits)
{
	static const u8 to_swd[] = { 0x9e, 0xe7 };
	static const u8 alert[] = { 0x92, 0xf3, 0x09, 0x62, 0x95, 0x2d, 0x85, 0x86, 0xe9,
				    0xaf, 0xdd, 0xe3, 0xa2, 0x0e, 0xbc, 0x19, 0xa0, 0x01 };
	struct fake_dap *d = to_fake(h);
	size_t ones = 0, ones_before = 0;

	if (d->is_unplugged)
		return -ENODEV;
	assert(!d->n_queue);
	d->cycles += n_bits + USB_NS * (u64)h->hz / SEC_NS;
	ap_settle(d, d->cycles);
	for (size_t i = 1; i <= n_bits; i++) {
		if (bits[(i - 1) / 8] >> ((i - 1) % 8) & 1) {
			ones++;
		} else {
			if (ones)
				ones_before = ones;
			ones = 0;
		}
		if (d->link == LINK_JTAG && ends_with(bits, i, to_swd, 16) && i >= 66)
			d->link = LINK_SWD;
		if (d->link == LINK_DORMANT && ends_with(bits, i, alert, 140))
			d->link = LINK_SWD;
		/* line reset: 50 ones and two zeros */
		if (d->link == LINK_SWD && !ones && ones_before >= 50 && i > 1 &&
		    !(bits[(i - 2) / 8] >> ((i - 2) % 8) & 1)) {
			d->is_locked_out = false;
			d->is_reset_state = true;
			if (d->ctrlstat & ORUNDETECT)
				d->ctrlstat |= STICKYORUN;
			ones_before = 0;
		}
	}
	return 0;
}

static int fake_read_pins(struct swd_host *h, struct swd_pins *pins)
{
	*pins = to_fake(h)->pins;
	return 0;
}

static int fake_submit(struct swd_host *h, struct swd_batch *b)
{
	struct fake_dap *d = to_fake(h);
	size_t n = 0;

	assert(d->n_queue < h->max_in_flight && b->n && b->n <= h->max_xfers);
	if (d->is_unplugged)
		return -ENODEV;
	d->n_batches++;
	for (size_t i = 0; i < b->n; i++, d->n_xfers++)
		if (run_xfer(d, &b->x[i]))
			n = i + 1;
	d->cycles += 8;
	d->queue[d->n_queue] = b;
	d->queue_answered[d->n_queue] = n;
	d->queue_ret[d->n_queue++] = d->is_unplugged ? -ENODEV : d->is_lost ? -ETIMEDOUT : 0;
	d->n_queue_max = max(d->n_queue_max, d->n_queue);
	return 0;
}

static int fake_reap(struct swd_host *h, struct swd_batch *b)
{
	struct fake_dap *d = to_fake(h);
	int ret;

	assert(d->n_queue && d->queue[0] == b);
	d->cycles += USB_NS * (u64)h->hz / SEC_NS;
	ret = d->queue_ret[0];
	b->n_answered = ret ? d->queue_answered[0] : b->n;
	d->n_queue--;
	memmove(d->queue, d->queue + 1, d->n_queue * sizeof(d->queue[0]));
	memmove(d->queue_ret, d->queue_ret + 1, d->n_queue * sizeof(d->queue_ret[0]));
	memmove(d->queue_answered, d->queue_answered + 1,
		d->n_queue * sizeof(d->queue_answered[0]));
	if (!d->n_queue) {
		d->is_lost = false;
		d->is_cut = false;
	}
	if (ret == -ETIMEDOUT)
		return err_set(&d->ctx.err, ret, NULL, "the adapter's reply is short");
	return ret;
}

static void fake_set_led(struct swd_host *h, bool on)
{
}

static void fake_close(struct swd_host *h)
{
}

static const struct swd_host_ops fake_ops = {
	.set_hz = fake_set_hz,
	.set_nrst = fake_set_nrst,
	.sequence = fake_sequence,
	.read_pins = fake_read_pins,
	.submit = fake_submit,
	.reap = fake_reap,
	.set_led = fake_set_led,
	.close = fake_close,
};

static void keep_line(void *arg, enum log_level level, const char *line)
{
	struct fake_dap *d = arg;
	const size_t used = strlen(d->log_text), n = strlen(line);

	if (getenv("FAKE_DAP_LOG"))
		fprintf(stderr, "[%d] %s\n", level, line);
	if (used + n + 2 > sizeof(d->log_text))
		d->log_text[0] = '\0';
	snprintf(d->log_text + strlen(d->log_text), sizeof(d->log_text) - strlen(d->log_text),
		 "%.1000s\n", line);
}

struct fake_dap *fake_dap_new(void)
{
	struct fake_dap *d = calloc(1, sizeof(*d));

	assert(d);
	d->host = (struct swd_host){ .ops = &fake_ops,
				     .ctx = &d->ctx,
				     .name = "fake",
				     .hz = 4000000,
				     .max_xfers = 512,
				     .max_in_flight = 3 };
	d->clk = (struct sysclock){ .now_ns = clk_now, .sleep_ns = clk_sleep };
	d->ctx.clk = &d->clk;
	d->ctx.log = (struct log){ .fn = keep_line, .arg = d, .level = LOG_DBG };
	d->dpidr = FAKE_DPIDR;
	d->apidr = FAKE_APIDR;
	d->ap_cycles = 6;
	d->has_write_buffer = true;
	d->wrap = 0x1000;
	d->link = LINK_JTAG;
	d->silent_ack = 7;
	d->rng = 88172645463325252u;
	d->idcode = 0x10076415;
	d->pins = (struct swd_pins){ .swdio = true, .swdio_driven = true };
	d->csw = 0x03000002;
	return d;
}

void fake_dap_free(struct fake_dap *d)
{
	free(d->reg_log.v);
	free(d->fifo_log.v);
	free(d);
}

void fake_dap_inject(struct fake_dap *d, enum fake_fault fault, u64 at, u32 arg)
{
	d->fault = fault;
	d->fault_at = (s64)at;
	d->fault_arg = arg;
}
