// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The bus is a row of packet times, 12.8 us each (sim/usbtime.h: 40 MB/s), taken or free. A packet
 * takes the first free one from when it is ready: a host controller serves the endpoints in turn, so
 * nobody's burst shuts others out for longer than its packets need.
 *
 * Conservative scheduling: @asked_ps of a port is the latest time that it has asked for, and it never
 * goes back far: what a bench asks for out of order (bytes that its FIFO had room for a moment ago) is
 * put among the free packet times of that past. The port with the least @asked_ps is served, ties by
 * number; the others wait. It cannot dead-lock: the earliest one is served if it waits, and if it does
 * not wait it is computing and will ask, or leave.
 */
#include "sim/usbbus.h"
#include "sim/usbtime.h"

#include <pthread.h>
#include <stdlib.h>

#define ROW 65536u /* packet times kept: 839 ms */

struct port {
	u64 asked_ps; /* SIM_NEVER: has left */
	bool is_waiting;
	pthread_cond_t turn;
};

struct usbbus {
	pthread_mutex_t lock;
	u64 first;   /* packet time that row[first % ROW] stands for, the oldest kept */
	u8 row[ROW]; /* taken? */
	unsigned int n_ports;
	struct port ports[];
};

struct usbbus *usbbus_new(unsigned int n_ports)
{
	struct usbbus *bus = calloc(1, sizeof(*bus) + n_ports * sizeof(bus->ports[0]));
	unsigned int i;

	if (!bus)
		return NULL;
	bus->n_ports = n_ports;
	pthread_mutex_init(&bus->lock, NULL);
	for (i = 0; i < n_ports; i++)
		pthread_cond_init(&bus->ports[i].turn, NULL);
	return bus;
}

void usbbus_free(struct usbbus *bus)
{
	unsigned int i;

	if (!bus)
		return;
	for (i = 0; i < bus->n_ports; i++)
		pthread_cond_destroy(&bus->ports[i].turn);
	pthread_mutex_destroy(&bus->lock);
	free(bus);
}

static struct port *earliest(struct usbbus *bus)
{
	struct port *best = &bus->ports[0];
	unsigned int i;

	for (i = 1; i < bus->n_ports; i++)
		if (bus->ports[i].asked_ps < best->asked_ps)
			best = &bus->ports[i];
	return best;
}

static void wake_earliest(struct usbbus *bus)
{
	struct port *p = earliest(bus);

	if (p->is_waiting)
		pthread_cond_signal(&p->turn);
}

/* the first packet time that begins at or after @ready_ps and is free */
static u64 take_packet_time(struct usbbus *bus, u64 ready_ps)
{
	u64 at = max(DIV_ROUND_UP(ready_ps, USB_PACKET_PS), bus->first);

	for (;; at++) {
		/* what lies beyond the row pushes out what is long past */
		for (; at - bus->first >= ROW; bus->first++)
			bus->row[bus->first % ROW] = 0;
		if (!bus->row[at % ROW])
			break;
	}
	bus->row[at % ROW] = 1;
	return at;
}

u64 usbbus_carry(struct usbbus *bus, unsigned int port, u64 ready_ps)
{
	struct port *p = &bus->ports[port];
	u64 at;

	pthread_mutex_lock(&bus->lock);
	p->asked_ps = max(p->asked_ps, ready_ps);
	p->is_waiting = true;
	while (p->asked_ps != SIM_NEVER && earliest(bus) != p) {
		wake_earliest(bus);
		pthread_cond_wait(&p->turn, &bus->lock);
	}
	p->is_waiting = false;
	at = take_packet_time(bus, ready_ps);
	pthread_mutex_unlock(&bus->lock);
	return (at + 1) * USB_PACKET_PS;
}

void usbbus_leave(struct usbbus *bus, unsigned int port)
{
	pthread_mutex_lock(&bus->lock);
	bus->ports[port].asked_ps = SIM_NEVER;
	wake_earliest(bus);
	pthread_mutex_unlock(&bus->lock);
}
