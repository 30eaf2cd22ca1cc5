// SPDX-License-Identifier: GPL-2.0-or-later
/* The stand-in's USB/IP (Linux, usbip_protocol.rst): messages, and attaching a device */
#include "tests/peers/usbip-libusb.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define VERSION	       0x0111
#define OP_REQ_DEVLIST 0x8005
#define OP_REP_DEVLIST 0x0005
#define OP_REQ_IMPORT  0x8003
#define OP_REP_IMPORT  0x0003
#define OP_HEADER_SIZE 8
#define RECORD_SIZE    312
#define RECORD_BUSID   256
#define URB_DIR_IN     0x200 /* transfer_flags of Linux */
#define LIST_TRIES     10
#define LIST_PAUSE_US  20000

/* ---- bytes on the socket ---- */

void put_be32(uint8_t *p, uint32_t v)
{
	v = htonl(v);
	memcpy(p, &v, sizeof(v));
}

uint32_t get_be32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return ntohl(v);
}

uint16_t get_le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static bool send_all(int fd, const void *data, size_t n)
{
	const char *p = data;

	while (n) {
		ssize_t k = send(fd, p, n, MSG_NOSIGNAL);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return false;
		p += k;
		n -= (size_t)k;
	}
	return true;
}

bool recv_all(int fd, void *data, size_t n)
{
	char *p = data;

	while (n) {
		ssize_t k = recv(fd, p, n, 0);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return false;
		p += k;
		n -= (size_t)k;
	}
	return true;
}

/* -1: nobody there, and that is said */
static int connect_to_server(void)
{
	const char *where = getenv("USBIP_LIBUSB_PORT");
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd, one = 1;

	if (!where)
		return -1;
	to.sin_port = htons((in_port_t)strtoul(where, NULL, 10));
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) ||
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one))) {
		perror("usbip-libusb: connect");
		close(fd);
		return -1;
	}
	return fd;
}

/* an operation before any device is attached; @busid only with OP_REQ_IMPORT */
static bool operation(int fd, uint32_t request, const char *busid, uint32_t reply)
{
	uint8_t msg[OP_HEADER_SIZE + BUSID_SIZE] = { 0 };

	put_be32(msg, (uint32_t)VERSION << 16 | request);
	if (busid)
		memcpy(msg + OP_HEADER_SIZE, busid, strnlen(busid, BUSID_SIZE));
	if (!send_all(fd, msg, busid ? sizeof(msg) : OP_HEADER_SIZE) ||
	    !recv_all(fd, msg, OP_HEADER_SIZE))
		return false;
	return get_be32(msg) == ((uint32_t)VERSION << 16 | reply) && !get_be32(msg + 4);
}

static void urb_header(const struct port *p, uint8_t *h, uint32_t command, uint32_t seqnum)
{
	memset(h, 0, URB_HEADER_SIZE);
	put_be32(h, command);
	put_be32(h + 4, seqnum);
	put_be32(h + 8, p->busnum << 16 | p->devnum);
}

bool send_submit(struct port *p, uint32_t seqnum, uint8_t ep, bool in, const uint8_t *setup,
		 const uint8_t *data, uint32_t len)
{
	uint8_t h[URB_HEADER_SIZE];

	urb_header(p, h, CMD_SUBMIT, seqnum);
	put_be32(h + 12, in);
	put_be32(h + 16, ep & 0x0f);
	put_be32(h + 20, in ? URB_DIR_IN : 0);
	put_be32(h + 24, len);
	if (setup)
		memcpy(h + 40, setup, LIBUSB_CONTROL_SETUP_SIZE);
	return send_all(p->fd, h, sizeof(h)) && (in || send_all(p->fd, data, len));
}

bool send_unlink(struct port *p, uint32_t seqnum, uint32_t victim)
{
	uint8_t h[URB_HEADER_SIZE];

	urb_header(p, h, CMD_UNLINK, seqnum);
	put_be32(h + 20, victim);
	return send_all(p->fd, h, sizeof(h));
}

/* ---- attaching ---- */

/* a control transfer on a port that the reader does not know of yet; its length or -1 */
static int early_control(struct port *p, uint8_t type, uint8_t request, uint16_t value,
			 uint8_t *data, uint16_t len)
{
	uint8_t setup[LIBUSB_CONTROL_SETUP_SIZE], h[URB_HEADER_SIZE];
	uint32_t seqnum = ++usbip.last_seqnum, actual;

	libusb_fill_control_setup(setup, type, request, value, 0, len);
	if (!send_submit(p, seqnum, 0, type & LIBUSB_ENDPOINT_IN, setup, data, len) ||
	    !recv_all(p->fd, h, sizeof(h)))
		return -1;
	actual = get_be32(h + 24);
	if (get_be32(h) != RET_SUBMIT || get_be32(h + 4) != seqnum || get_be32(h + 20) ||
	    actual > len)
		return -1;
	if ((type & LIBUSB_ENDPOINT_IN) && !recv_all(p->fd, data, actual))
		return -1;
	return (int)actual;
}

static int early_descriptor(struct port *p, uint8_t type, uint8_t *data, uint16_t len)
{
	return early_control(p, LIBUSB_ENDPOINT_IN, LIBUSB_REQUEST_GET_DESCRIPTOR,
			     (uint16_t)(type << 8), data, len);
}

/* what a kernel does with a device that it has just got */
static bool enumerate(struct port *p)
{
	uint8_t d[LIBUSB_DT_DEVICE_SIZE];

	if (early_descriptor(p, LIBUSB_DT_DEVICE, d, sizeof(d)) != sizeof(d) || d[0] != sizeof(d) ||
	    d[1] != LIBUSB_DT_DEVICE || d[17] != 1)
		return false;
	p->desc = (struct libusb_device_descriptor){
		.bLength = d[0],
		.bDescriptorType = d[1],
		.bcdUSB = get_le16(d + 2),
		.bDeviceClass = d[4],
		.bDeviceSubClass = d[5],
		.bDeviceProtocol = d[6],
		.bMaxPacketSize0 = d[7],
		.idVendor = get_le16(d + 8),
		.idProduct = get_le16(d + 10),
		.bcdDevice = get_le16(d + 12),
		.iManufacturer = d[14],
		.iProduct = d[15],
		.iSerialNumber = d[16],
		.bNumConfigurations = d[17],
	};
	if (early_descriptor(p, LIBUSB_DT_CONFIG, p->config, LIBUSB_DT_CONFIG_SIZE) !=
		    LIBUSB_DT_CONFIG_SIZE ||
	    p->config[1] != LIBUSB_DT_CONFIG)
		return false;
	p->config_len = get_le16(p->config + 2);
	if (p->config_len < LIBUSB_DT_CONFIG_SIZE || p->config_len > sizeof(p->config) ||
	    early_descriptor(p, LIBUSB_DT_CONFIG, p->config, (uint16_t)p->config_len) !=
		    (int)p->config_len)
		return false;
	p->configuration = p->config[5];
	return early_control(p, LIBUSB_ENDPOINT_OUT, LIBUSB_REQUEST_SET_CONFIGURATION,
			     p->configuration, NULL, 0) == 0;
}

void port_free(struct port *p)
{
	close(p->fd);
	free(p);
}

static void attach(const char *busid)
{
	struct port *p = calloc(1, sizeof(*p));
	uint8_t record[RECORD_SIZE];

	if (!p)
		return;
	p->fd = connect_to_server();
	if (p->fd < 0) {
		free(p);
		return;
	}
	memcpy(p->busid, busid, BUSID_SIZE);
	if (!operation(p->fd, OP_REQ_IMPORT, busid, OP_REP_IMPORT) ||
	    !recv_all(p->fd, record, sizeof(record))) {
		port_free(p); /* somebody else was faster */
		return;
	}
	p->busnum = get_be32(record + RECORD_BUSID + BUSID_SIZE);
	p->devnum = get_be32(record + RECORD_BUSID + BUSID_SIZE + 4);
	if (!enumerate(p)) {
		fprintf(stderr, "usbip-libusb: device %s cannot be enumerated\n", p->busid);
		port_free(p);
		return;
	}
	usbip.ports[usbip.n_ports++] = p;
	wake_reader();
}

/* bus ids of what the server has to give away; a device that somebody has is not in its list */
static unsigned int list_server(char busids[MAX_PORTS][BUSID_SIZE])
{
	uint8_t record[RECORD_SIZE], word[4];
	unsigned int n = 0, count, i, k;
	int fd = connect_to_server();

	if (fd < 0)
		return 0;
	if (operation(fd, OP_REQ_DEVLIST, NULL, OP_REP_DEVLIST) && recv_all(fd, word, 4)) {
		count = get_be32(word);
		for (i = 0; i < count && n < MAX_PORTS && recv_all(fd, record, RECORD_SIZE); i++) {
			memcpy(busids[n++], record + RECORD_BUSID, BUSID_SIZE);
			for (k = 0; k < record[RECORD_SIZE - 1] && recv_all(fd, word, 4); k++)
				;
		}
	}
	close(fd);
	return n;
}

void attach_all(void)
{
	char busids[MAX_PORTS][BUSID_SIZE];
	unsigned int n = list_server(busids), tries, i;

	/* the server may still have to see that the process before is gone */
	for (tries = 0; !n && !usbip.n_ports && tries < LIST_TRIES; tries++) {
		usleep(LIST_PAUSE_US);
		n = list_server(busids);
	}
	for (i = 0; i < n && usbip.n_ports < MAX_PORTS; i++)
		attach(busids[i]);
}

int endpoint_interface(const struct port *p, uint8_t address)
{
	const uint8_t *d = p->config, *end = p->config + p->config_len;
	int interface = -1;

	for (; end - d >= 2 && d[0] >= 2 && end - d >= d[0]; d += d[0]) {
		if (d[1] == LIBUSB_DT_INTERFACE && d[0] >= LIBUSB_DT_INTERFACE_SIZE)
			interface = d[2];
		else if (d[1] == LIBUSB_DT_ENDPOINT && d[0] >= LIBUSB_DT_ENDPOINT_SIZE &&
			 d[2] == address)
			return interface;
	}
	return -1;
}
