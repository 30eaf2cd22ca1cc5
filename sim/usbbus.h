/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One USB bus shared by the adapters of several benches, each of them run by a thread of its own.
 *
 * Every bench has its own virtual clock. The bus lets the bench whose clock is earliest go first: a
 * packet gets its place on the bus when no other bench can ask for an earlier one any more. So what
 * comes out depends on virtual time alone, not on how the threads happen to run.
 */
#ifndef SWDROM_SIM_USBBUS_H
#define SWDROM_SIM_USBBUS_H

#include "lib/types.h"

struct usbbus;

/**
 * usbbus_new() - a bus with @n_ports adapters
 * @n_ports: every one of them is waited for until it leaves, plugged in or not
 *
 * Return: NULL without memory.
 */
struct usbbus *usbbus_new(unsigned int n_ports);
/* usbbus_free() - when all have left */
void usbbus_free(struct usbbus *bus);

/**
 * usbbus_carry() - one packet over the bus; waits for the benches that are behind in virtual time
 * @bus: bus
 * @port: whose packet; one thread at a time
 * @ready_ps: when it could go
 *
 * Return: when it has crossed the bus.
 */
u64 usbbus_carry(struct usbbus *bus, unsigned int port, u64 ready_ps);

/* usbbus_leave() - nobody waits for this port any more; may be called again */
void usbbus_leave(struct usbbus *bus, unsigned int port);

#endif
