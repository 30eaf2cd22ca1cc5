// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * STM32 GPIO (RM0351 8.4, the same register file on F4, F7, L4, G4, WB, H7).
 */
#include "drivers/stm32-gpio.h"
#include "lib/ctx.h"

#include <errno.h>
#include <inttypes.h>

#define GPIO_MODER	     0x00 /* 2 bits a pin: 0 input, 1 output, 2 alternate function, 3 analog */
#define GPIO_OTYPER	     0x04 /* 1 bit: 0 push-pull */
#define GPIO_OSPEEDR	     0x08 /* 2 bits: 3 very high */
#define GPIO_PUPDR	     0x0c /* 2 bits: 1 up, 2 down */
#define GPIO_ODR	     0x14
#define GPIO_AFRL	     0x20 /* 4 bits, pins 0 to 7 */
#define GPIO_AFRH	     0x24 /* pins 8 to 15 */

#define GPIO_MODE_OUTPUT     1u
#define GPIO_MODE_AF	     2u
#define GPIO_SPEED_VERY_HIGH 3u

/* ports A, B, ... follow each other (RM0351 2.2.2) */
#define GPIO_STRIDE 0x400u

u32 stm32_gpio_regs(u32 gpio_base, char port)
{
	return gpio_base + GPIO_STRIDE * (u32)(port - 'A');
}

u32 stm32_gpio_bit(char port)
{
	return BIT(port - 'A');
}

static u32 set2(u32 reg, unsigned int pin, u32 val)
{
	return (reg & ~(3u << (2 * pin))) | val << (2 * pin);
}

/**
 * stm32_gpio_read() - look at a port
 * @q: queue; flushed
 * @port: port->regs says which; fills found and now
 */
int stm32_gpio_read(struct memq *q, struct stm32_gpio_port *port)
{
	struct stm32_gpio_image *g = &port->found;
	int rc;

	memq_read32(q, port->regs + GPIO_MODER, &g->moder);
	memq_read32(q, port->regs + GPIO_OTYPER, &g->otyper);
	memq_read32(q, port->regs + GPIO_OSPEEDR, &g->ospeedr);
	memq_read32(q, port->regs + GPIO_PUPDR, &g->pupdr);
	memq_read32(q, port->regs + GPIO_ODR, &g->odr);
	memq_read32(q, port->regs + GPIO_AFRL, &g->afrl);
	memq_read32(q, port->regs + GPIO_AFRH, &g->afrh);
	rc = memq_flush(q);
	if (!rc)
		port->now = port->found;
	return rc;
}

void stm32_gpio_set_af(struct stm32_gpio_port *port, unsigned int pin, unsigned int af,
		       enum stm32_gpio_pull pull)
{
	struct stm32_gpio_image *g = &port->now;
	u32 *afr = pin < 8 ? &g->afrl : &g->afrh;
	unsigned int shift = 4 * (pin % 8);

	*afr = (*afr & ~(0xfu << shift)) | (u32)af << shift;
	g->otyper &= ~BIT(pin);
	g->ospeedr = set2(g->ospeedr, pin, GPIO_SPEED_VERY_HIGH);
	g->pupdr = set2(g->pupdr, pin, pull);
	g->moder = set2(g->moder, pin, GPIO_MODE_AF);
}

void stm32_gpio_set_high(struct stm32_gpio_port *port, unsigned int pin)
{
	port->now.odr |= BIT(pin);
	port->now.moder = set2(port->now.moder, pin, GPIO_MODE_OUTPUT);
}

u32 stm32_gpio_moder(u32 moder, unsigned int pin, bool af)
{
	return set2(moder, pin, af ? GPIO_MODE_AF : GPIO_MODE_OUTPUT);
}

/**
 * stm32_gpio_apply() - make the port what port->now says
 * @q: queue; flushed
 * @port: the port
 *
 * Return: 0; -EIO with an explanation if the port did not take it.
 */
int stm32_gpio_apply(struct memq *q, const struct stm32_gpio_port *port)
{
	const struct stm32_gpio_image *g = &port->now;
	u32 moder, afrl, afrh;
	int rc;

	memq_write32(q, port->regs + GPIO_AFRL, g->afrl);
	memq_write32(q, port->regs + GPIO_AFRH, g->afrh);
	memq_write32(q, port->regs + GPIO_OTYPER, g->otyper);
	memq_write32(q, port->regs + GPIO_OSPEEDR, g->ospeedr);
	memq_write32(q, port->regs + GPIO_PUPDR, g->pupdr);
	memq_write32(q, port->regs + GPIO_ODR, g->odr);
	memq_write32(q, port->regs + GPIO_MODER, g->moder);
	memq_read32(q, port->regs + GPIO_MODER, &moder);
	memq_read32(q, port->regs + GPIO_AFRL, &afrl);
	memq_read32(q, port->regs + GPIO_AFRH, &afrh);
	rc = memq_flush(q);
	if (rc)
		return rc;
	if (moder != g->moder || afrl != g->afrl || afrh != g->afrh)
		return err_set(&memq_ctx(q)->err, -EIO,
			       "reset the target first: leave out the option that prevents it",
			       "GPIO port at 0x%08" PRIx32
			       " did not take its configuration (MODER %08" PRIx32
			       ", wanted %08" PRIx32 "); the application may have locked it (LCKR)",
			       port->regs, moder, g->moder);
	return 0;
}

void stm32_gpio_queue_restore(struct memq *q, const struct stm32_gpio_port *port)
{
	const struct stm32_gpio_image *g = &port->found;

	memq_write32(q, port->regs + GPIO_MODER, g->moder);
	memq_write32(q, port->regs + GPIO_OTYPER, g->otyper);
	memq_write32(q, port->regs + GPIO_OSPEEDR, g->ospeedr);
	memq_write32(q, port->regs + GPIO_PUPDR, g->pupdr);
	memq_write32(q, port->regs + GPIO_ODR, g->odr);
	memq_write32(q, port->regs + GPIO_AFRL, g->afrl);
	memq_write32(q, port->regs + GPIO_AFRH, g->afrh);
}

void stm32_gpio_queue_moder(struct memq *q, const struct stm32_gpio_port *port, u32 moder)
{
	memq_write32(q, port->regs + GPIO_MODER, moder);
}
