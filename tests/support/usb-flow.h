/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between an SWD host and its transport: how many batches are in flight, and how often there is none
 * when the next one comes. And a computer that is busy with other things. Include cmocka.h before it.
 */
#ifndef SWDROM_TESTS_SUPPORT_USB_FLOW_H
#define SWDROM_TESTS_SUPPORT_USB_FLOW_H

#include "lib/transport.h"

struct usb_flow {
	struct transport t;
	struct transport *real;
	u64 busy_ns; /* what the computer needs for each batch before it sends it */
	unsigned int n_in_flight, n_batches, n_dry, n_controls, n_drains;
};

static struct usb_flow *to_usb_flow(struct transport *t)
{
	return container_of(t, struct usb_flow, t);
}

static int usb_flow_control(struct transport *t, enum ftdi_request request, u16 value)
{
	struct usb_flow *u = to_usb_flow(t);

	u->n_controls++;
	return u->real->ops->control(u->real, request, value);
}

static int usb_flow_submit(struct transport *t, struct usb_batch *b)
{
	struct usb_flow *u = to_usb_flow(t);

	if (u->busy_ns)
		clock_sleep_ns(t->clk, u->busy_ns);
	u->n_batches++;
	u->n_dry += !u->n_in_flight++;
	return u->real->ops->submit(u->real, b);
}

static int usb_flow_reap(struct transport *t, struct usb_batch *b)
{
	struct usb_flow *u = to_usb_flow(t);

	u->n_in_flight--;
	return u->real->ops->reap(u->real, b);
}

static int usb_flow_drain(struct transport *t)
{
	struct usb_flow *u = to_usb_flow(t);

	u->n_drains++;
	return u->real->ops->drain(u->real);
}

static void usb_flow_close(struct transport *t)
{
	struct usb_flow *u = to_usb_flow(t);

	u->real->ops->close(u->real);
}

/* usb_flow_init() - @u->t stands for @real from now on, and closes it */
static inline struct transport *usb_flow_init(struct usb_flow *u, struct transport *real)
{
	static const struct transport_ops ops = {
		.control = usb_flow_control,
		.submit = usb_flow_submit,
		.reap = usb_flow_reap,
		.drain = usb_flow_drain,
		.close = usb_flow_close,
	};

	*u = (struct usb_flow){ .t = *real, .real = real };
	u->t.ops = &ops;
	return &u->t;
}

#endif
