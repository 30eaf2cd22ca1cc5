/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GPIO ports of the virtual STM32L476 (A to H) and STM32L496 (A to I).
 */
#ifndef SWDROM_SIM_VGPIO_H
#define SWDROM_SIM_VGPIO_H

#include "sim/mcu.h"
#include "sim/pins.h"

#define VGPIO_PORTS 9

enum vgpio_mode { GPIO_INPUT, GPIO_OUTPUT, GPIO_AF, GPIO_ANALOG }; /* MODER codes */

struct vgpio;

/* what a pin is set up to do */
struct vgpio_pin {
	u8 mode;  /* enum vgpio_mode */
	u8 af;	  /* alternate function number */
	u8 speed; /* OSPEEDR code 0..3 */
	u8 pull;  /* enum pin_pull; none in analog mode */
	bool open_drain;
	bool out; /* ODR bit */
};

/* the wires around the ports */
struct vgpio_board {
	void *dev;
	bool has_port_i; /* STM32L496: ports H and I, and no ASCR */
	/* set-up or output of some pin is about to change, has changed */
	void (*before)(void *dev, u64 at_ps);
	void (*after)(void *dev, u64 at_ps);
	/* level of a pin that the board wires to something; false: it does not */
	bool (*level)(void *dev, unsigned int port, unsigned int pin, bool *high, u64 at_ps);
};

/* registers the ports on the MCU's bus; NULL: no memory. @board is copied */
struct vgpio *vgpio_new(struct sim *sim, const struct vgpio_board *board);
void vgpio_free(struct vgpio *g);
void vgpio_pin(const struct vgpio *g, unsigned int port, unsigned int pin, struct vgpio_pin *out);

/* ---- for tests ---- */
enum bus_resp vgpio_access(struct vgpio *g, unsigned int port, struct bus_xact *x);

#endif
