/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GPIO ports of the STM32 parts with MODER (all but F1): set up a group of pins and put it back.
 */
#ifndef SWDROM_DRIVERS_STM32_GPIO_H
#define SWDROM_DRIVERS_STM32_GPIO_H

#include "lib/memq.h"

enum stm32_gpio_pull { GPIO_PULL_NONE = 0, GPIO_PULL_UP = 1, GPIO_PULL_DOWN = 2 };

struct stm32_gpio_image {
	u32 moder, otyper, ospeedr, pupdr, odr, afrl, afrh;
};

struct stm32_gpio_port {
	u32 regs;
	struct stm32_gpio_image found; /* what stm32_gpio_read() saw */
	struct stm32_gpio_image now;   /* what stm32_gpio_apply() writes */
};

/* stm32_gpio_regs() - register base of port 'A'..'K', which are 0x400 apart */
u32 stm32_gpio_regs(u32 gpio_base, char port);
/* stm32_gpio_bit() - the port's bit in the RCC register that clocks it */
u32 stm32_gpio_bit(char port);
int stm32_gpio_read(struct memq *q, struct stm32_gpio_port *port);
/* edit port->now: alternate function, push-pull, very high speed */
void stm32_gpio_set_af(struct stm32_gpio_port *port, unsigned int pin, unsigned int af,
		       enum stm32_gpio_pull pull);
/* edit port->now: output, high */
void stm32_gpio_set_high(struct stm32_gpio_port *port, unsigned int pin);
/* MODER of port->now with @pin as alternate function (@af) or as output */
u32 stm32_gpio_moder(u32 moder, unsigned int pin, bool af);
/* write port->now: everything else before MODER, so that no pin shows a wrong function in between;
 * -EIO if the port did not take it (locked by LCKR) */
int stm32_gpio_apply(struct memq *q, const struct stm32_gpio_port *port);
/* queue port->found: MODER first */
void stm32_gpio_queue_restore(struct memq *q, const struct stm32_gpio_port *port);
void stm32_gpio_queue_moder(struct memq *q, const struct stm32_gpio_port *port, u32 moder);

#endif
