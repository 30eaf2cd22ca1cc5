// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * USB/IP 1.1.1, as server (Linux, Documentation/usb/usbip_protocol.rst): the adapters of all boards,
 * board n as bus id "1-n".
 *
 * Importing a device is plugging it in: it powers up afresh. When the connection ends it is
 * unplugged, in mid-transfer if need be; the target and its flash stay as they are. One client at a
 * time has a device.
 *
 * Virtual time: simd/usbdev.h says what URBs take. While the MPSSE has commands to work on, its own
 * time counts; otherwise the wall-clock time for which the server waited for the client (server.h).
 * A client that keeps several URBs in flight thinks while the MPSSE works on those behind. So for some
 * time after a reply the MPSSE, too, gets no further than the wall clock. Were it executed at full
 * speed, it would have run dry before any client can react, and that would count as time in which the
 * wire had to wait for the client.
 *
 * All numbers are big-endian; only the set-up packet and the data are as on USB.
 */
#include "simd/server.h"
#include "simd/usbdev.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VERSION	       0x0111
#define OP_REQ_DEVLIST 0x8005
#define OP_REP_DEVLIST 0x0005
#define OP_REQ_IMPORT  0x8003
#define OP_REP_IMPORT  0x0003
#define OP_HEADER_SIZE 8
#define BUSID_SIZE     32
#define RECORD_SIZE    312
#define RECORD_BUSID   256
#define IFACE_SIZE     4

/* status of an operation (Linux, tools/usb/usbip/libsrc/usbip_common.h) */
enum op_status { ST_OK = 0, ST_NA = 1, ST_DEV_BUSY = 2, ST_NODEV = 4 };

enum { CMD_SUBMIT = 1, CMD_UNLINK = 2, RET_SUBMIT = 3, RET_UNLINK = 4 };
#define URB_HEADER_SIZE 48
#define NOT_ISO		0xffffffffu /* number_of_packets; Linux itself sends 0 */

/* virtual time that the MPSSE goes on at a stretch; answers leave after it */
#define SLICE_PS (40 * PS_PER_US)
/* wall-clock time in which a client that has got a reply can be expected to send what comes next */
#define THINK_NS   (500 * USEC_NS)

#define BUSNUM	   1
#define SPEED_FULL 2
#define SPEED_HIGH 3

/* at the head of each packet of data (AN232B-04) */
#define STATUS_BYTES 2

/* what a client may have outstanding: usbfs allows 16 MiB (usbfs_memory_mb) */
#define MAX_URB_BYTES	  (16u * 1024 * 1024)
#define MAX_PENDING_BYTES (2u * MAX_URB_BYTES)
#define MAX_PENDING	  1024

struct usbip_urb {
	struct urb urb;
	struct simd_conn *conn;
	u32 seqnum;
	size_t size; /* of its buffer */
	struct usbip_urb *next, *prev;
};

struct usbip {
	struct usbdev *dev; /* NULL: nothing is imported yet */
	u32 devid;
	u32 plug;		/* the how manieth plugging in of the device was ours */
	struct usbip_urb *urbs; /* all that are pending */
	unsigned int n_urbs;
	size_t n_bytes;
	u64 reply_ns, reply_ps; /* wall-clock and virtual time of the last reply with data */
};

static void put_be16(u8 *p, u16 v)
{
	p[0] = (u8)(v >> 8);
	p[1] = (u8)v;
}

static void put_be32(u8 *p, u32 v)
{
	put_be16(p, (u16)(v >> 16));
	put_be16(p + 2, (u16)v);
}

static u16 get_be16(const u8 *p)
{
	return (u16)(p[0] << 8 | p[1]);
}

static u32 get_be32(const u8 *p)
{
	return (u32)get_be16(p) << 16 | get_be16(p + 2);
}

/* ---- before a device is imported ---- */

static void send_op(struct simd_conn *c, u16 code, enum op_status status)
{
	u8 h[OP_HEADER_SIZE];

	put_be16(h, VERSION);
	put_be16(h + 2, code);
	put_be32(h + 4, status);
	simd_send(c, h, sizeof(h));
}

static void bus_id(const struct simd_board *b, char *id)
{
	memset(id, 0, BUSID_SIZE);
	snprintf(id, BUSID_SIZE, "%d-%u", BUSNUM, b->index + 1);
}

/* the root hub of a bus is its device 1 */
static u32 dev_num(const struct simd_board *b)
{
	return b->index + 2;
}

static void send_record(struct simd_conn *c, const struct simd_board *b)
{
	u8 rec[RECORD_SIZE] = { 0 }, desc[USB_DEVICE_DESC_SIZE], *p;
	char id[BUSID_SIZE];

	bus_id(b, id);
	snprintf((char *)rec, RECORD_BUSID, "/sys/devices/platform/swdrom-sim/usb%d/%s", BUSNUM,
		 id);
	memcpy(rec + RECORD_BUSID, id, BUSID_SIZE);
	usbdev_device_desc(b->usb, desc);
	p = rec + RECORD_BUSID + BUSID_SIZE;
	put_be32(p, BUSNUM);
	put_be32(p + 4, dev_num(b));
	put_be32(p + 8, usbdev_is_full_speed(b->usb) ? SPEED_FULL : SPEED_HIGH);
	put_be16(p + 12, get_le16(desc + 8));  /* idVendor */
	put_be16(p + 14, get_le16(desc + 10)); /* idProduct */
	put_be16(p + 16, get_le16(desc + 12)); /* bcdDevice */
	memcpy(p + 18, desc + 4, 3);	       /* class, subclass, protocol */
	p[21] = usbdev_configuration(b->usb);
	p[22] = desc[17]; /* configurations */
	p[23] = (u8)usbdev_n_interfaces(b->usb);
	simd_send(c, rec, sizeof(rec));
}

static bool is_taken(struct simd_conn *c, const struct simd_board *b)
{
	return simd_n_conns(simd_of(c), &simd_usbip, b);
}

static void send_devlist(struct simd_conn *c)
{
	static const u8 iface[IFACE_SIZE] = { 0xff, 0xff, 0xff, 0 };
	struct simd *s = simd_of(c);
	unsigned int i, k, n = 0;
	u8 count[4];

	for (i = 0; i < simd_n_boards(s); i++)
		n += !is_taken(c, simd_board_at(s, i));
	send_op(c, OP_REP_DEVLIST, ST_OK);
	put_be32(count, n);
	simd_send(c, count, sizeof(count));
	for (i = 0; i < simd_n_boards(s); i++) {
		const struct simd_board *b = simd_board_at(s, i);

		if (is_taken(c, b))
			continue;
		send_record(c, b);
		for (k = 0; k < usbdev_n_interfaces(b->usb); k++)
			simd_send(c, iface, sizeof(iface));
	}
	simd_hang_up(c);
}

static struct simd_board *find_board(struct simd *s, const u8 *busid)
{
	unsigned int i;

	for (i = 0; i < simd_n_boards(s); i++) {
		char id[BUSID_SIZE];

		bus_id(simd_board_at(s, i), id);
		if (!strncmp(id, (const char *)busid, BUSID_SIZE))
			return simd_board_at(s, i);
	}
	return NULL;
}

static void import(struct simd_conn *c, const u8 *busid)
{
	struct simd_board *b = find_board(simd_of(c), busid);
	struct usbip *u = simd_state(c);

	if (!b || is_taken(c, b)) {
		send_op(c, OP_REP_IMPORT, b ? ST_DEV_BUSY : ST_NODEV);
		simd_hang_up(c);
		return;
	}
	u->plug = usbdev_plug(b->usb);
	u->dev = b->usb;
	u->devid = (u32)BUSNUM << 16 | dev_num(b);
	send_op(c, OP_REP_IMPORT, ST_OK);
	send_record(c, b);
	simd_set_board(c, b);
}

static ssize_t on_operation(struct simd_conn *c, const u8 *buf, size_t len)
{
	u16 code;

	if (len < OP_HEADER_SIZE)
		return 0;
	code = get_be16(buf + 2);
	if (get_be16(buf) != VERSION) {
		simd_say(c, "speaks version 0x%04x of USB/IP, not 0x%04x", get_be16(buf), VERSION);
		return -EPROTO;
	}
	switch (code) {
	case OP_REQ_DEVLIST:
		send_devlist(c);
		return OP_HEADER_SIZE;
	case OP_REQ_IMPORT:
		if (len < OP_HEADER_SIZE + BUSID_SIZE)
			return 0;
		import(c, buf + OP_HEADER_SIZE);
		return OP_HEADER_SIZE + BUSID_SIZE;
	default:
		simd_say(c, "asks for operation 0x%04x, which there is not", code);
		return -EPROTO;
	}
}

/* ---- URBs ---- */

static void send_ret(struct simd_conn *c, u32 cmd, u32 seqnum, s32 status, u32 actual, u64 at_ps)
{
	u8 h[URB_HEADER_SIZE] = { 0 };

	put_be32(h, cmd);
	put_be32(h + 4, seqnum);
	put_be32(h + 20, (u32)status);
	put_be32(h + 24, actual);
	simd_send_at(c, h, sizeof(h), at_ps);
}

static void urb_free(struct usbip_urb *x)
{
	struct usbip *u = simd_state(x->conn);

	if (x->prev)
		x->prev->next = x->next;
	else
		u->urbs = x->next;
	if (x->next)
		x->next->prev = x->prev;
	u->n_urbs--;
	u->n_bytes -= x->size;
	free(x->urb.buf);
	free(x);
}

static void urb_complete(struct urb *urb)
{
	struct usbip_urb *x = container_of(urb, struct usbip_urb, urb);
	struct usbip *u = simd_state(x->conn);

	if (urb->in && urb->ep && urb->actual > STATUS_BYTES) {
		u->reply_ns = simd_wall_ns(simd_of(x->conn));
		u->reply_ps = sim_now_ps(simd_board(x->conn)->sim);
	}
	send_ret(x->conn, RET_SUBMIT, x->seqnum, urb->status, urb->actual, urb->told_ps);
	if (urb->in && urb->actual)
		simd_send_at(x->conn, urb->buf, urb->actual, urb->told_ps);
	urb_free(x);
}

/* NULL: more than a client may have, or out of memory */
static struct usbip_urb *urb_new(struct simd_conn *c, u32 len)
{
	struct usbip *u = simd_state(c);
	struct usbip_urb *x;

	if (u->n_urbs == MAX_PENDING || len > MAX_PENDING_BYTES - u->n_bytes)
		return NULL;
	x = calloc(1, sizeof(*x));
	if (!x)
		return NULL;
	x->conn = c;
	x->urb.len = len;
	x->size = len;
	x->urb.buf = malloc(len ? len : 1);
	if (!x->urb.buf) {
		free(x);
		return NULL;
	}
	x->urb.complete = urb_complete;
	x->next = u->urbs;
	if (x->next)
		x->next->prev = x;
	u->urbs = x;
	u->n_urbs++;
	u->n_bytes += len;
	return x;
}

static ssize_t on_submit(struct simd_conn *c, const u8 *h, size_t have)
{
	u32 seqnum = get_be32(h + 4), len = get_be32(h + 24), n_packets = get_be32(h + 32);
	u32 direction = get_be32(h + 12), ep = get_be32(h + 16);
	struct usbip *u = simd_state(c);
	size_t n_data = direction ? 0 : len;
	struct usbip_urb *x;

	if (direction > 1 || ep > 15 || len > MAX_URB_BYTES ||
	    (n_packets && n_packets != NOT_ISO)) {
		simd_say(c, "URB %u: direction %u, endpoint %u, %u bytes, %u packets", seqnum,
			 direction, ep, len, n_packets);
		return -EPROTO;
	}
	if (have < URB_HEADER_SIZE + n_data)
		return 0;
	x = get_be32(h + 8) == u->devid ? urb_new(c, len) : NULL;
	if (!x) {
		send_ret(c, RET_SUBMIT, seqnum, get_be32(h + 8) == u->devid ? -ENOMEM : -ENODEV, 0,
			 0);
		return (ssize_t)(URB_HEADER_SIZE + n_data);
	}
	x->seqnum = seqnum;
	x->urb.ep = (u8)ep;
	x->urb.in = direction;
	memcpy(x->urb.setup, h + 40, sizeof(x->urb.setup));
	memcpy(x->urb.buf, h + URB_HEADER_SIZE, n_data);
	usbdev_submit(u->dev, &x->urb);
	return (ssize_t)(URB_HEADER_SIZE + n_data);
}

static ssize_t on_unlink(struct simd_conn *c, const u8 *h)
{
	u32 victim = get_be32(h + 20);
	struct usbip *u = simd_state(c);
	struct usbip_urb *x = u->urbs;

	while (x && x->seqnum != victim)
		x = x->next;
	if (x && usbdev_unlink(u->dev, &x->urb)) {
		urb_free(x);
		send_ret(c, RET_UNLINK, get_be32(h + 4), -ECONNRESET, 0, 0);
	} else {
		send_ret(c, RET_UNLINK, get_be32(h + 4), 0, 0, 0);
	}
	return URB_HEADER_SIZE;
}

static ssize_t usbip_readable(struct simd_conn *c, const u8 *buf, size_t len)
{
	struct usbip *u = simd_state(c);
	ssize_t ret;

	if (!u->dev)
		return on_operation(c, buf, len);
	if (len < URB_HEADER_SIZE)
		return 0;
	switch (get_be32(buf)) {
	case CMD_SUBMIT:
		ret = on_submit(c, buf, len);
		break;
	case CMD_UNLINK:
		ret = on_unlink(c, buf);
		break;
	default:
		simd_say(c, "command %u: there is none", get_be32(buf));
		return -EPROTO;
	}
	if (!usbdev_is_plugged(u->dev))
		simd_hang_up(c);
	return ret;
}

/* how far the MPSSE may go before somebody looks at the client again */
static u64 slice_ps(struct simd_conn *c)
{
	struct usbip *u = simd_state(c);
	u64 ns = simd_wall_ns(simd_of(c)) - u->reply_ns;
	u64 done_ps = sim_now_ps(simd_board(c)->sim) - u->reply_ps;

	/* with --realtime the server sees to it */
	if (simd_is_realtime(simd_of(c)) || ns >= THINK_NS)
		return SLICE_PS;
	return done_ps < ns * PS_PER_NS ? min(SLICE_PS, ns * PS_PER_NS - done_ps) : 0;
}

static int usbip_turn(struct simd_conn *c)
{
	struct usbip *u = simd_state(c);
	u64 due, now, slice;

	if (!u->dev)
		return -1;
	slice = slice_ps(c);
	if (!slice && usbdev_is_working(u->dev))
		return 0;
	if (usbdev_work(u->dev, slice))
		return 0;
	due = usbdev_due_ps(u->dev);
	if (due == SIM_NEVER)
		return -1;
	now = sim_now_ps(simd_board(c)->sim);
	if (due <= now)
		return 0;
	return (int)min(DIV_ROUND_UP(due - now, PS_PER_MS), (u64)INT_MAX);
}

static void usbip_pass_time(struct simd_conn *c, u64 ps)
{
	struct usbip *u = simd_state(c);

	usbdev_pass(u->dev, ps);
}

static void usbip_closed(struct simd_conn *c)
{
	struct usbip *u = simd_state(c);

	/* it may be somebody else's already */
	if (u->dev && usbdev_n_plugs(u->dev) == u->plug)
		usbdev_unplug(u->dev);
}

const struct simd_protocol simd_usbip = {
	.name = "usbip",
	.state_size = sizeof(struct usbip),
	.max_rx = URB_HEADER_SIZE + MAX_URB_BYTES,
	.on_readable = usbip_readable,
	.on_turn = usbip_turn,
	.pass_time = usbip_pass_time,
	.closed = usbip_closed,
};
