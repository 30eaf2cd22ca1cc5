// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * GPIO of the STM32L476 and STM32L496: RM0351 chapter 8 (register map 8.5). Registers take bytes, halfwords and
 * words (8.5). Each port is dead while its clock in RCC_AHB2ENR is off: reads 0, ignores writes.
 */
#include "sim/vgpio.h"

#include <stdlib.h>
#include <string.h>

#define GPIO_MODER   0x00
#define GPIO_OTYPER  0x04
#define GPIO_OSPEEDR 0x08
#define GPIO_PUPDR   0x0c
#define GPIO_IDR     0x10
#define GPIO_ODR     0x14
#define GPIO_BSRR    0x18
#define GPIO_LCKR    0x1c
#define GPIO_AFRL    0x20
#define GPIO_AFRH    0x24
#define GPIO_BRR     0x28
#define GPIO_ASCR    0x2c

#define LCKR_LCKK    BIT(16)

#define GPIOA_BASE   0x48000000u
#define GPIO_STRIDE  0x400u

struct port {
	struct vgpio *gpio;
	unsigned int index;
	u32 moder, otyper, ospeedr, pupdr, odr, lckr, afr[2], ascr;
	u8 lock_step; /* writes of the lock sequence seen: 3 = waits for the read */
	bool locked;
	bool held; /* RCC_AHB2RSTR bit is set */
};

struct vgpio {
	struct sim *sim;
	struct vgpio_board board;
	struct port port[VGPIO_PORTS];
	struct bus_slave slave[VGPIO_PORTS];
};

/*
 * RM0351 8.5.1, 8.5.3, 8.5.4: all pins analog but the debug port's. Port H of the L476 has two pins; the
 * L496 has sixteen there, and twelve on port I, in its largest package.
 */
static const struct {
	u32 moder, ospeedr, pupdr;
} reset_values[VGPIO_PORTS] = {
	{ 0xabffffff, 0x0c000000, 0x64000000 },
	{ 0xfffffebf, 0, 0x00000100 },
	{ 0xffffffff, 0, 0 },
	{ 0xffffffff, 0, 0 },
	{ 0xffffffff, 0, 0 },
	{ 0xffffffff, 0, 0 },
	{ 0xffffffff, 0, 0 },
	{ 0x0000000f, 0, 0 },
	{ 0x00ffffff, 0, 0 },
};

#define PORT_H	     7
#define MODER_H_L496 0xffffffffu

static const u16 pins_of_port[VGPIO_PORTS] = {
	0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0x0003, 0x0fff,
};

static u16 pins_of(const struct port *p)
{
	return p->index == PORT_H && p->gpio->board.has_port_i ? 0xffff : pins_of_port[p->index];
}

static void port_reset(struct port *p)
{
	p->moder = p->index == PORT_H && p->gpio->board.has_port_i ? MODER_H_L496
								   : reset_values[p->index].moder;
	p->ospeedr = reset_values[p->index].ospeedr;
	p->pupdr = reset_values[p->index].pupdr;
	p->otyper = 0;
	p->odr = 0;
	p->lckr = 0;
	p->afr[0] = 0;
	p->afr[1] = 0;
	p->ascr = 0;
	p->lock_step = 0;
	p->locked = false;
}

void vgpio_pin(const struct vgpio *g, unsigned int port, unsigned int pin, struct vgpio_pin *out)
{
	const struct port *p = &g->port[port];

	out->mode = p->moder >> (2 * pin) & 3;
	out->af = p->afr[pin / 8] >> (4 * (pin % 8)) & 15;
	out->speed = p->ospeedr >> (2 * pin) & 3;
	out->open_drain = p->otyper >> pin & 1;
	out->out = p->odr >> pin & 1;
	out->pull = p->pupdr >> (2 * pin) & 3;
	if (out->pull > PULL_DOWN || out->mode == GPIO_ANALOG)
		out->pull = PULL_NONE; /* 11 is reserved; analog disables the pulls (8.4.12) */
}

static bool pin_level(const struct port *p, unsigned int pin, u64 at_ps)
{
	const struct vgpio_board *b = &p->gpio->board;
	struct vgpio_pin s;
	bool high;

	vgpio_pin(p->gpio, p->index, pin, &s);
	if (s.mode == GPIO_ANALOG)
		return false; /* the Schmitt trigger is off and reads 0 (8.4.12) */
	if (b->level && b->level(b->dev, p->index, pin, &high, at_ps))
		return high;
	if (s.mode == GPIO_OUTPUT && !(s.open_drain && s.out))
		return s.out;
	return s.pull == PULL_UP;
}

static u32 read_idr(const struct port *p, u64 at_ps)
{
	unsigned int i;
	u32 v = 0;

	for (i = 0; i < 16; i++)
		if (pins_of(p) & BIT(i) && pin_level(p, i, at_ps))
			v |= BIT(i);
	return v;
}

static u32 read_reg(struct port *p, u32 reg, u64 at_ps)
{
	switch (reg) {
	case GPIO_MODER:
		return p->moder;
	case GPIO_OTYPER:
		return p->otyper;
	case GPIO_OSPEEDR:
		return p->ospeedr;
	case GPIO_PUPDR:
		return p->pupdr;
	case GPIO_IDR:
		return read_idr(p, at_ps);
	case GPIO_ODR:
		return p->odr;
	case GPIO_LCKR:
		/* the read that ends the lock sequence: LCK1, LCK0, LCK1, read (8.4.7) */
		if (p->lock_step == 3)
			p->locked = true;
		p->lock_step = 0;
		return p->lckr | (p->locked ? LCKR_LCKK : 0);
	case GPIO_AFRL:
	case GPIO_AFRH:
		return p->afr[reg == GPIO_AFRH];
	case GPIO_ASCR:
		return p->ascr;
	}
	return 0;
}

/* a mask of @width bits for each pin that is not locked */
static u32 unlocked(const struct port *p, unsigned int width, unsigned int first)
{
	u32 m = 0;
	unsigned int i;

	for (i = 0; i < 32 / width && first + i < 16; i++)
		if (!p->locked || !(p->lckr & BIT(first + i)))
			m |= ((1u << width) - 1) << (width * i);
	return m;
}

static void put(struct port *p, u32 *reg, u32 v, u32 mask)
{
	if ((*reg ^ v) & ~mask & 0xffffffff)
		sim_complain(p->gpio->sim, "gpio", "GPIO%c: write to a locked pin ignored",
			     'A' + p->index);
	*reg = (*reg & ~mask) | (v & mask);
}

static void write_lckr(struct port *p, u32 v)
{
	static const bool key[3] = { true, false, true };
	u32 lck = v & 0xffff;

	if (p->locked)
		return; /* frozen until the next reset */
	if (p->lock_step < 3 && !(v & LCKR_LCKK) == !key[p->lock_step] &&
	    (p->lock_step == 0 || lck == p->lckr))
		p->lock_step++;
	else
		p->lock_step = 0;
	p->lckr = lck;
}

static void write_reg(struct port *p, u32 reg, u32 v)
{
	switch (reg) {
	case GPIO_MODER:
		if (p->index == 0 && (p->moder ^ v) >> 26 & 0xf)
			sim_complain(p->gpio->sim, "gpio", "PA13/PA14 (SWDIO/SWCLK) taken away");
		put(p, &p->moder, v, unlocked(p, 2, 0));
		break;
	case GPIO_OTYPER:
		put(p, &p->otyper, v & 0xffff, unlocked(p, 1, 0));
		break;
	case GPIO_OSPEEDR:
		put(p, &p->ospeedr, v, unlocked(p, 2, 0));
		break;
	case GPIO_PUPDR:
		put(p, &p->pupdr, v, unlocked(p, 2, 0));
		break;
	case GPIO_ODR:
		p->odr = v & 0xffff;
		break;
	case GPIO_BSRR: /* set wins over reset (8.5.7) */
		p->odr = (p->odr & ~(v >> 16)) | (v & 0xffff);
		break;
	case GPIO_BRR:
		p->odr &= ~(v & 0xffff);
		break;
	case GPIO_LCKR:
		write_lckr(p, v);
		break;
	case GPIO_AFRL:
	case GPIO_AFRH:
		put(p, &p->afr[reg == GPIO_AFRH], v, unlocked(p, 4, reg == GPIO_AFRH ? 8 : 0));
		break;
	case GPIO_ASCR: /* the L476 has it for its ADC */
		p->ascr = p->gpio->board.has_port_i ? 0 : v & 0xffff;
		break;
	}
}

static bool is_write_only(u32 reg)
{
	return reg == GPIO_BSRR || reg == GPIO_BRR;
}

enum bus_resp vgpio_access(struct vgpio *g, unsigned int port, struct bus_xact *x)
{
	struct port *p = &g->port[port];
	u32 reg = x->offset & ~3u, lanes, v;

	if (!mcu_unit_clocked(g->sim->mcu, (enum mcu_unit)(MCU_UNIT_GPIOA + port)) || p->held) {
		sim_complain(g->sim, "gpio", "GPIO%c: access to +0x%02x without a clock",
			     'A' + port, x->offset);
		x->data = 0;
		return BUS_OK;
	}
	if (!x->write) {
		x->data = read_reg(p, reg, x->at_ps);
		return BUS_OK;
	}
	lanes = x->size == 4 ? 0xffffffff : ((1u << (8 * x->size)) - 1) << (8 * (x->addr & 3));
	if (reg == GPIO_LCKR && x->size != 4)
		p->lock_step = 0; /* the key needs word writes (8.5.8) */
	v = x->data & lanes;
	if (!is_write_only(reg) && lanes != 0xffffffff) {
		u8 step = p->lock_step;

		v |= read_reg(p, reg, x->at_ps) & ~lanes;
		p->lock_step = step;
	}
	if (g->board.before)
		g->board.before(g->board.dev, x->at_ps);
	write_reg(p, reg, v);
	if (g->board.after)
		g->board.after(g->board.dev, x->at_ps);
	return BUS_OK;
}

static enum bus_resp slave_access(void *dev, struct bus_xact *x)
{
	struct port *p = dev;

	return vgpio_access(p->gpio, p->index, x);
}

static void reset_port(struct port *p)
{
	const struct vgpio_board *b = &p->gpio->board;
	u64 now = sim_now_ps(p->gpio->sim);

	if (b->before)
		b->before(b->dev, now);
	port_reset(p);
	if (b->after)
		b->after(b->dev, now);
}

static void on_reset(void *dev, enum mcu_reset kind)
{
	struct port *p = dev;

	p->held = false;
	reset_port(p);
}

static void on_unit_reset(void *dev, bool asserted)
{
	struct port *p = dev;

	p->held = asserted;
	reset_port(p);
}

struct vgpio *vgpio_new(struct sim *sim, const struct vgpio_board *board)
{
	static const char *const names[VGPIO_PORTS] = {
		"GPIOA", "GPIOB", "GPIOC", "GPIOD", "GPIOE", "GPIOF", "GPIOG", "GPIOH", "GPIOI",
	};
	struct vgpio *g = calloc(1, sizeof(*g));
	unsigned int i;

	if (!g)
		return NULL;
	g->sim = sim;
	g->board = *board;
	for (i = 0; i < (board->has_port_i ? VGPIO_PORTS : VGPIO_PORTS - 1); i++) {
		g->slave[i] = (struct bus_slave){ .name = names[i],
						  .base = GPIOA_BASE + i * GPIO_STRIDE,
						  .size = GPIO_STRIDE,
						  .access = slave_access,
						  .dev = &g->port[i] };
		g->port[i].gpio = g;
		g->port[i].index = i;
		port_reset(&g->port[i]);
		mcu_add_slave(sim->mcu, &g->slave[i]);
		mcu_add_reset(sim->mcu, on_reset, &g->port[i]);
		mcu_add_unit_reset(sim->mcu, (enum mcu_unit)(MCU_UNIT_GPIOA + i), on_unit_reset,
				   &g->port[i]);
	}
	return g;
}

void vgpio_free(struct vgpio *g)
{
	free(g);
}
