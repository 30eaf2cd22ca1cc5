// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/usbtime.h"
#include "sim/usbbus.h"

#include <math.h>

/**
 * usbtime_init() - start a bus
 * @u: bus
 * @sim: bench that gives the seed, and the bus that it shares with others
 */
void usbtime_init(struct usbtime *u, const struct sim *sim)
{
	sim_rng_init(&u->rng, sim, "usb");
	u->bus_free_ps = 0;
	u->bus = sim->usb_bus;
	u->port = sim->usb_port;
}

static u64 microframe_after(u64 ps)
{
	return DIV_ROUND_UP(ps, USB_MICROFRAME_PS) * USB_MICROFRAME_PS;
}

static u64 software(struct usbtime *u, u64 min_ps, u64 var_ps)
{
	u64 ps = min_ps + (u64)(sim_rng_unit(&u->rng) * (double)var_ps);

	if (sim_rng_u64(&u->rng) % USB_TAIL_ONE_IN == 0) {
		double t = USB_TAIL_SCALE_PS / sqrt(1.0 - sim_rng_unit(&u->rng));

		ps += t < (double)USB_TAIL_MAX_PS ? (u64)t : USB_TAIL_MAX_PS;
	}
	return ps;
}

/**
 * usbtime_out() - the way to the chip
 * @u: bus
 * @now_ps: when the host submits
 */
u64 usbtime_out(struct usbtime *u, u64 now_ps)
{
	u64 ps = microframe_after(now_ps + software(u, USB_OUT_SOFT_MIN_PS, USB_OUT_SOFT_VAR_PS));

	return ps + USB_PACKET_PS;
}

/**
 * usbtime_packet() - one packet over the bus
 * @u: bus
 * @now_ps: when it is ready
 */
u64 usbtime_packet(struct usbtime *u, u64 now_ps)
{
	if (u->bus)
		return usbbus_carry(u->bus, u->port, now_ps);
	u->bus_free_ps = max(u->bus_free_ps, now_ps) + USB_PACKET_PS;
	return u->bus_free_ps;
}

/**
 * usbtime_in() - the way back into the host's program
 * @u: bus
 * @now_ps: when the last packet was over
 */
u64 usbtime_in(struct usbtime *u, u64 now_ps)
{
	return microframe_after(now_ps) + software(u, USB_IN_SOFT_MIN_PS, USB_IN_SOFT_VAR_PS);
}

/**
 * usbtime_leave() - unplugged for good
 * @u: bus
 */
void usbtime_leave(struct usbtime *u)
{
	if (u->bus)
		usbbus_leave(u->bus, u->port);
}
