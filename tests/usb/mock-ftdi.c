// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * usbfs played over umockdev: linux/usbdevice_fs.h says what libusb asks for.
 *
 * As in Linux (drivers/usb/core/devio.c, struct usb_dev_state), URBs and claimed interfaces belong to the
 * open file: a client reaps what it submitted itself, and what it leaves behind goes when it closes.
 *
 * umockdev-preload guards its table of open files against nobody: threads may use devices at the same
 * time, but open and close them one after the other, and nothing else meanwhile.
 */
#include "tests/usb/mock-ftdi.h"

#include <umockdev.h>

#include <assert.h>
#include <errno.h>
#include <linux/usbdevice_fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_CHANNELS 4
#define STATUS_BYTES 2
#define CLOSE_US     5000000 /* for the testbed's thread to hear of a close() */

struct mock_urb {
	const UMockdevIoctlClient *file; /* whose it is, to be compared only */
	UMockdevIoctlData *arg, *buf;
	gint64 due; /* IN: when the latency timer makes it end empty */
	bool is_done;
};

struct mock_dev {
	struct mock_bench *bench;
	struct mock_spec spec;
	struct mock_channel ch[MAX_CHANNELS];
	u8 device_desc[18], config_desc[9 + MAX_CHANNELS * 23];
	size_t n_config;
	char node[40], sysfs[40];
	GMutex lock;
	GCond all_closed;
	GQueue urbs;
	unsigned int n_files, n_opened; /* that have it open; that ever had */
	bool is_gone, is_attached;
	size_t n_sent, gone_after;
	UMockdevIoctlBase *handler;
};

struct mock_bench {
	UMockdevTestbed *tb;
	GPtrArray *devs;
};

/* ---- the device ---- */

static const char *dev_string(const struct mock_dev *d, unsigned int index)
{
	switch (index) {
	case 1:
		return "FTDI";
	case 2:
		return d->spec.product;
	case 3:
		return d->spec.serial;
	default:
		return NULL;
	}
}

/* GET_DESCRIPTOR: bytes put into @out, or -EPIPE */
static int get_descriptor(struct mock_dev *d, u16 value, u8 *out, size_t room)
{
	u8 desc[256] = { 0 };
	const char *s = dev_string(d, value & 0xff);
	size_t n;

	switch (value >> 8) {
	case 1:
		memcpy(desc, d->device_desc, n = sizeof(d->device_desc));
		break;
	case 2:
		memcpy(desc, d->config_desc, n = d->n_config);
		break;
	case 3:
		if (!(value & 0xff)) {
			memcpy(desc, "\x04\x03\x09\x04", n = 4);
			break;
		}
		if (!s)
			return -EPIPE;
		n = 2 + 2 * strlen(s);
		assert(n <= 255);
		desc[0] = (u8)n;
		desc[1] = 3;
		for (size_t i = 0; s[i]; i++)
			desc[2 + 2 * i] = (u8)s[i];
		break;
	default:
		return -EPIPE;
	}
	n = min(n, room);
	memcpy(out, desc, n);
	return (int)n;
}

/* vendor requests: AN_108 says what they do, libftdi1's ftdi.h their numbers */
static int vendor_request(struct mock_dev *d, u8 request, u16 value, u16 index, u8 *out)
{
	unsigned int i = (index & 0xff) ? (index & 0xff) - 1 : 0;
	struct mock_channel *ch;

	if (i >= d->spec.n_channels)
		return -EPIPE;
	ch = &d->ch[i];
	switch (request) {
	case 0x00:
		if (value != 2)
			ch->m.n_cmd = 0;
		if (value != 1)
			ch->read_pos = ch->m.n_reply;
		return 0;
	case 0x05:
		out[0] = 0x32;
		out[1] = 0x60;
		return 2;
	case 0x09:
		ch->latency_ms = value & 0xff;
		return 0;
	case 0x0a:
		out[0] = (u8)ch->latency_ms;
		return 1;
	case 0x0b:
		ch->mode = (u8)(value >> 8);
		ch->m.n_cmd = 0;
		ch->m.out = ch->m.dir = 0;
		return 0;
	case 0x01:
	case 0x02:
	case 0x03:
	case 0x04:
	case 0x06:
	case 0x07:
		return 0;
	default:
		return -EPIPE;
	}
}

static int control_request(struct mock_dev *d, const u8 *setup, u8 *data, size_t room)
{
	u16 value = get_le16(setup + 2), index = get_le16(setup + 4);

	if (setup[0] == 0x80 && setup[1] == 6)
		return get_descriptor(d, value, data, room);
	if ((setup[0] & 0x60) == 0x40)
		return vendor_request(d, setup[1], value, index, data);
	return 0;
}

/* ---- URBs ---- */

static struct usbdevfs_urb *urb_of(const struct mock_urb *u)
{
	return (struct usbdevfs_urb *)(void *)u->arg->data;
}

/* channel of an endpoint: 81/02 is A, 83/04 is B, ... */
static struct mock_channel *channel_of(struct mock_dev *d, u8 ep)
{
	return &d->ch[((ep & 0x0f) - 1) / 2];
}

static size_t unread(const struct mock_channel *ch)
{
	return ch->m.n_reply - ch->read_pos;
}

static void urb_start(struct mock_dev *d, struct mock_urb *u)
{
	struct usbdevfs_urb *k = urb_of(u);
	u8 *buf = u->buf ? u->buf->data : NULL;
	struct mock_channel *ch;
	size_t before;
	int ret;

	k->status = 0;
	k->actual_length = 0;
	if (k->type == USBDEVFS_URB_TYPE_CONTROL) {
		ret = control_request(d, buf, buf + 8, (size_t)k->buffer_length - 8);
		if (ret < 0)
			k->status = ret;
		else
			k->actual_length = buf[0] & 0x80 ? ret : k->buffer_length - 8;
		u->is_done = true;
		return;
	}
	ch = channel_of(d, k->endpoint);
	if (k->endpoint & 0x80) {
		u->due = g_get_monotonic_time() + ch->latency_ms * 1000;
		return;
	}
	before = ch->m.n_reply;
	d->n_sent += (size_t)k->buffer_length;
	if (d->gone_after && d->n_sent >= d->gone_after) {
		d->is_gone = true;
		return;
	}
	if (ch->mode == 2)
		model_feed(&ch->m, buf, (size_t)k->buffer_length);
	if (ch->is_deaf)
		ch->m.n_reply = before;
	if (unread(ch) > ch->max_unread)
		ch->max_unread = unread(ch);
}

/* move reply bytes into an IN URB: packets of the endpoint's size, 2 status bytes in front of each */
static void urb_fill(struct mock_dev *d, struct mock_channel *ch, struct mock_urb *u)
{
	struct usbdevfs_urb *k = urb_of(u);
	size_t room = (size_t)k->buffer_length, at = 0;

	do {
		size_t packet = min(room - at, (size_t)d->spec.packet);
		size_t n = min(unread(ch), packet - STATUS_BYTES);

		u->buf->data[at++] = 0x32;
		u->buf->data[at++] = 0x60;
		if (n)
			memcpy(u->buf->data + at, ch->m.reply + ch->read_pos, n);
		ch->read_pos += n;
		at += n;
		if (n + STATUS_BYTES < d->spec.packet)
			break;
	} while (room - at > STATUS_BYTES);
	k->actual_length = (int)at;
	u->is_done = true;
}

static bool urb_progress(struct mock_dev *d, struct mock_urb *u)
{
	struct usbdevfs_urb *k = urb_of(u);
	struct mock_channel *ch;

	if (u->is_done)
		return true;
	if (d->is_gone) {
		k->status = -ESHUTDOWN;
		u->is_done = true;
		return true;
	}
	ch = channel_of(d, k->endpoint);
	if (k->endpoint & 0x80) {
		if (unread(ch) || g_get_monotonic_time() >= u->due)
			urb_fill(d, ch, u);
	} else if (unread(ch) <= d->spec.fifo) { /* else the full FIFO holds it up */
		k->actual_length = k->buffer_length;
		u->is_done = true;
	}
	return u->is_done;
}

static void urb_free(gpointer data)
{
	struct mock_urb *u = data;

	g_object_unref(u->arg);
	g_clear_object(&u->buf);
	g_free(u);
}

/* ---- ioctls ---- */

#define MOCK_TYPE_USB (mock_usb_get_type())
typedef struct {
	UMockdevIoctlBase parent;
	struct mock_dev *dev;
} MockUsb;
typedef struct {
	UMockdevIoctlBaseClass parent;
} MockUsbClass;
GType mock_usb_get_type(void);
G_DEFINE_TYPE(MockUsb, mock_usb, UMOCKDEV_TYPE_IOCTL_BASE)

struct answer {
	long ret;
	int err;
};

static struct answer refuse(int err)
{
	return (struct answer){ -1, err };
}

static void reap(struct mock_dev *d, UMockdevIoctlClient *client, UMockdevIoctlData *arg)
{
	bool is_waiting = false;

	for (GList *l = d->urbs.head; l; l = l->next) {
		struct mock_urb *u = l->data;

		if (u->file != client)
			continue;
		is_waiting = true;
		if (!urb_progress(d, u))
			continue;
		g_queue_delete_link(&d->urbs, l);
		umockdev_ioctl_data_set_ptr(arg, 0, u->arg); /* copies URB and buffer back */
		umockdev_ioctl_client_complete(client, 0, 0);
		urb_free(u);
		return;
	}
	if (is_waiting) {
		g_mutex_unlock(&d->lock);
		g_usleep(50); /* poll() on the node is always ready: do not let libusb spin */
		g_mutex_lock(&d->lock);
	}
	umockdev_ioctl_client_complete(client, -1, d->is_gone ? ENODEV : EAGAIN);
}

static struct answer submit(struct mock_dev *d, const UMockdevIoctlClient *file,
			    UMockdevIoctlData *arg)
{
	struct mock_urb *u = g_new0(struct mock_urb, 1);
	struct usbdevfs_urb *k;
	UMockdevIoctlData *buf;

	u->file = file;
	u->arg = g_object_ref(arg);
	k = urb_of(u);
	buf = umockdev_ioctl_data_resolve(arg, offsetof(struct usbdevfs_urb, buffer),
					  (gsize)k->buffer_length, NULL);
	if (buf)
		u->buf = g_object_ref(buf);
	if (k->type == USBDEVFS_URB_TYPE_BULK && channel_of(d, k->endpoint)->owner != file) {
		urb_free(u);
		return refuse(EINVAL);
	}
	urb_start(d, u);
	g_queue_push_tail(&d->urbs, u);
	return (struct answer){ 0, 0 };
}

static struct answer discard(struct mock_dev *d, const UMockdevIoctlClient *file, gulong addr)
{
	for (GList *l = d->urbs.head; l; l = l->next) {
		struct mock_urb *u = l->data;

		if (u->file != file || u->arg->client_addr != addr || u->is_done)
			continue;
		urb_of(u)->status = -ENOENT;
		u->is_done = true;
		return (struct answer){ 0, 0 };
	}
	return refuse(EINVAL);
}

static void sio_detach(struct mock_channel *ch)
{
	ch->has_sio = false;
	ch->n_sio_lost++;
}

/* DISCONNECT and CONNECT: the kernel's driver leaves an interface, or is asked to come back */
static struct answer driver_ioctl(struct mock_dev *d, const struct usbdevfs_ioctl *io)
{
	struct mock_channel *ch;

	if (io->ifno < 0 || io->ifno >= d->spec.n_channels)
		return refuse(EINVAL);
	ch = &d->ch[io->ifno];
	if (io->ioctl_code == (int)USBDEVFS_DISCONNECT) {
		if (!ch->has_sio)
			return refuse(ENODATA);
		sio_detach(ch);
		return (struct answer){ 0, 0 };
	}
	if (io->ioctl_code == (int)USBDEVFS_CONNECT) {
		if (ch->owner)
			return refuse(EBUSY);
		ch->has_sio = true;
		return (struct answer){ 1, 0 };
	}
	return refuse(ENOTTY);
}

static struct answer get_driver(struct mock_dev *d, struct usbdevfs_getdriver *g)
{
	if (g->interface >= d->spec.n_channels)
		return refuse(EINVAL);
	if (d->ch[g->interface].owner) {
		strcpy(g->driver, "usbfs");
		return (struct answer){ 0, 0 };
	}
	if (!d->ch[g->interface].has_sio)
		return refuse(ENODATA);
	strcpy(g->driver, "ftdi_sio");
	return (struct answer){ 0, 0 };
}

static struct answer claim(struct mock_dev *d, const UMockdevIoctlClient *file, unsigned int ifno,
			   bool detach)
{
	struct mock_channel *ch;

	if (ifno >= d->spec.n_channels)
		return refuse(EINVAL);
	ch = &d->ch[ifno];
	if (ch->owner == file)
		return (struct answer){ 0, 0 };
	if (ch->owner || (ch->has_sio && !detach))
		return refuse(EBUSY);
	if (ch->has_sio)
		sio_detach(ch);
	ch->owner = file;
	return (struct answer){ 0, 0 };
}

static struct answer release(struct mock_dev *d, const UMockdevIoctlClient *file, unsigned int ifno)
{
	if (ifno >= d->spec.n_channels || d->ch[ifno].owner != file)
		return refuse(EINVAL);
	d->ch[ifno].owner = NULL;
	return (struct answer){ 0, 0 };
}

static struct answer simple_ioctl(struct mock_dev *d, const UMockdevIoctlClient *file, gulong req,
				  void *data)
{
	switch (req) {
	case USBDEVFS_GET_CAPABILITIES:
		*(guint32 *)data = USBDEVFS_CAP_ZERO_PACKET | USBDEVFS_CAP_BULK_CONTINUATION |
				   USBDEVFS_CAP_NO_PACKET_SIZE_LIM |
				   USBDEVFS_CAP_BULK_SCATTER_GATHER |
				   USBDEVFS_CAP_REAP_AFTER_DISCONNECT;
		return (struct answer){ 0, 0 };
	case USBDEVFS_GETDRIVER:
		return get_driver(d, data);
	case USBDEVFS_IOCTL:
		return driver_ioctl(d, data);
	case USBDEVFS_CLAIMINTERFACE:
		return claim(d, file, *(unsigned int *)data, false);
	case USBDEVFS_DISCONNECT_CLAIM:
		return claim(d, file, ((struct usbdevfs_disconnect_claim *)data)->interface, true);
	case USBDEVFS_RELEASEINTERFACE:
		return release(d, file, *(unsigned int *)data);
	case USBDEVFS_CLEAR_HALT:
	case USBDEVFS_SETINTERFACE:
	case USBDEVFS_SETCONFIGURATION:
		return (struct answer){ 0, 0 };
	default: /* RESET included: it would take the other channel down */
		return refuse(ENOTTY);
	}
}

static gboolean handle_ioctl(UMockdevIoctlBase *self, UMockdevIoctlClient *client)
{
	struct mock_dev *d = ((MockUsb *)self)->dev;
	gulong req = umockdev_ioctl_client_get_request(client);
	UMockdevIoctlData *raw = umockdev_ioctl_client_get_arg(client), *arg = raw;
	struct answer a;

	if (req != USBDEVFS_DISCARDURB && _IOC_SIZE(req)) {
		arg = umockdev_ioctl_data_resolve(raw, 0, _IOC_SIZE(req), NULL);
		if (!arg)
			return FALSE;
	}
	g_mutex_lock(&d->lock);
	if (req == USBDEVFS_REAPURB || req == USBDEVFS_REAPURBNDELAY) {
		reap(d, client, arg);
		g_mutex_unlock(&d->lock);
		return TRUE;
	}
	if (req == USBDEVFS_DISCARDURB)
		a = discard(d, client, *(gulong *)(void *)raw->data);
	else if (d->is_gone)
		a = refuse(ENODEV);
	else if (req == USBDEVFS_SUBMITURB)
		a = submit(d, client, arg);
	else
		a = simple_ioctl(d, client, req, arg->data);
	umockdev_ioctl_client_complete(client, a.ret, a.err);
	g_mutex_unlock(&d->lock);
	return TRUE;
}

/* a file was closed: runs in the testbed's thread, as handle_ioctl() does */
static void file_closed(gpointer data, GObject *file)
{
	struct mock_dev *d = data;
	GList *next;

	g_mutex_lock(&d->lock);
	for (GList *l = d->urbs.head; l; l = next) {
		struct mock_urb *u = l->data;

		next = l->next;
		if ((const void *)u->file != file)
			continue;
		g_queue_delete_link(&d->urbs, l);
		urb_free(u);
	}
	for (unsigned int i = 0; i < d->spec.n_channels; i++)
		if ((const void *)d->ch[i].owner == file)
			d->ch[i].owner = NULL;
	if (!--d->n_files)
		g_cond_signal(&d->all_closed);
	g_mutex_unlock(&d->lock);
}

static void file_opened(UMockdevIoctlBase *self, UMockdevIoctlClient *client)
{
	struct mock_dev *d = ((MockUsb *)self)->dev;

	g_mutex_lock(&d->lock);
	d->n_files++;
	d->n_opened++;
	g_mutex_unlock(&d->lock);
	g_object_weak_ref(G_OBJECT(client), file_closed, d);
}

static void mock_usb_class_init(MockUsbClass *klass)
{
	UMOCKDEV_IOCTL_BASE_CLASS(klass)->handle_ioctl = handle_ioctl;
	UMOCKDEV_IOCTL_BASE_CLASS(klass)->client_connected = file_opened;
}

static void mock_usb_init(MockUsb *self)
{
	self->dev = NULL;
}

/* ---- plugging ---- */

void mock_reexec(char **argv)
{
	const char *preload = getenv("LD_PRELOAD"), *asan = getenv("ASAN_OPTIONS");
	char options[256];

	if (preload && strstr(preload, "umockdev"))
		return;
	setenv("LD_PRELOAD", "libumockdev-preload.so.0", 1);
	/* sanitizers insist on being loaded first, which is of no importance here */
	snprintf(options, sizeof(options), "verify_asan_link_order=0:%s", asan ? asan : "");
	setenv("ASAN_OPTIONS", options, 1);
	execv("/proc/self/exe", argv);
	perror("cannot run again under libumockdev-preload");
	_exit(127);
}

static void build_descriptors(struct mock_dev *d)
{
	const struct mock_spec *s = &d->spec;
	u8 *c = d->config_desc;

	memcpy(d->device_desc,
	       (u8[]){ 18, 1, 0, 2, 0, 0, 0, 64, (u8)s->vid, (u8)(s->vid >> 8), (u8)s->pid,
		       (u8)(s->pid >> 8), (u8)s->bcd_device, (u8)(s->bcd_device >> 8), 1,
		       s->product ? 2 : 0, s->serial ? 3 : 0, 1 },
	       18);
	d->n_config = 9 + s->n_channels * 23u;
	memcpy(c, (u8[]){ 9, 2, (u8)d->n_config, 0, s->n_channels, 1, 0, 0x80, 250 }, 9);
	c += 9;
	for (u8 i = 0; i < s->n_channels; i++, c += 23)
		memcpy(c,
		       (u8[]){ 9,
			       4,
			       i,
			       0,
			       2,
			       0xff,
			       0xff,
			       0xff,
			       2,
			       7,
			       5,
			       (u8)(0x81 + 2 * i),
			       2,
			       (u8)s->packet,
			       (u8)(s->packet >> 8),
			       0,
			       7,
			       5,
			       (u8)(0x02 + 2 * i),
			       2,
			       (u8)s->packet,
			       (u8)(s->packet >> 8),
			       0 },
		       23);
}

static void append_hex(GString *s, const u8 *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		g_string_append_printf(s, "%02X", bytes[i]);
}

static char *describe(const struct mock_dev *d)
{
	const struct mock_spec *s = &d->spec;
	unsigned int devnum = s->port + 1u;
	GString *t = g_string_new(NULL);

	g_string_append_printf(t, "P: %s\nN: %s=", d->sysfs + strlen("/sys"), d->node + 5);
	append_hex(t, d->device_desc, sizeof(d->device_desc));
	append_hex(t, d->config_desc, d->n_config);
	g_string_append_printf(t,
			       "\nE: SUBSYSTEM=usb\nE: DEVTYPE=usb_device\nE: DEVNAME=%s\n"
			       "E: BUSNUM=001\nE: DEVNUM=%03u\nE: MAJOR=189\nE: MINOR=%u\n"
			       "E: PRODUCT=%x/%x/%x\nE: TYPE=0/0/0\n"
			       "A: busnum=1\nA: devnum=%u\nA: idVendor=%04x\nA: idProduct=%04x\n"
			       "A: bcdDevice=%04x\nA: speed=%s\nA: bConfigurationValue=1\n"
			       "A: bNumConfigurations=1\nA: bDeviceClass=00\nA: maxchild=0\n"
			       "A: devpath=%u\n",
			       d->node, devnum, devnum - 1, s->vid, s->pid, s->bcd_device, devnum,
			       s->vid, s->pid, s->bcd_device, s->packet == 64 ? "12" : "480",
			       s->port);
	g_string_append(t, "H: descriptors=");
	append_hex(t, d->device_desc, sizeof(d->device_desc));
	append_hex(t, d->config_desc, d->n_config);
	g_string_append(t, "\n\n");
	return g_string_free(t, FALSE);
}

struct mock_bench *mock_bench_new(void)
{
	struct mock_bench *b = g_new0(struct mock_bench, 1);

	b->tb = umockdev_testbed_new();
	b->devs = g_ptr_array_new();
	return b;
}

struct mock_dev *mock_plug(struct mock_bench *b, const struct mock_spec *spec)
{
	struct mock_dev *d = g_new0(struct mock_dev, 1);
	GError *error = NULL;
	char *text;

	assert(spec->n_channels <= MAX_CHANNELS);
	d->bench = b;
	d->spec = *spec;
	g_mutex_init(&d->lock);
	g_cond_init(&d->all_closed);
	g_queue_init(&d->urbs);
	snprintf(d->node, sizeof(d->node), "/dev/bus/usb/001/%03u", spec->port + 1u);
	snprintf(d->sysfs, sizeof(d->sysfs), "/sys/devices/mock/usb1/1-%u", spec->port);
	for (unsigned int i = 0; i < MAX_CHANNELS; i++) {
		model_init(&d->ch[i].m, MODEL_RESISTOR, NULL, 0);
		d->ch[i].latency_ms = 16;
		d->ch[i].has_sio = true;
	}
	build_descriptors(d);
	text = describe(d);
	if (!umockdev_testbed_add_from_string(b->tb, text, &error))
		g_error("umockdev: %s", error->message);
	g_free(text);
	d->handler = g_object_new(MOCK_TYPE_USB, NULL);
	((MockUsb *)d->handler)->dev = d;
	if (!umockdev_testbed_attach_ioctl(b->tb, d->node, d->handler, &error))
		g_error("umockdev: %s", error->message);
	d->is_attached = true;
	g_ptr_array_add(b->devs, d);
	return d;
}

void mock_unplug(struct mock_dev *d)
{
	g_mutex_lock(&d->lock);
	d->is_gone = true;
	g_mutex_unlock(&d->lock);
}

void mock_unplug_after(struct mock_dev *d, size_t n_bytes)
{
	g_mutex_lock(&d->lock);
	d->gone_after = d->n_sent + n_bytes;
	g_mutex_unlock(&d->lock);
}

void mock_forbid(struct mock_bench *b, struct mock_dev *d)
{
	char *root = umockdev_testbed_get_root_dir(b->tb);
	char *node = g_strconcat(root, d->node, NULL);
	char *handler = g_strconcat(root, "/ioctl/_default", NULL);

	/* the preload library ends a program that cannot reach a handler, whatever open() says */
	umockdev_testbed_detach_ioctl(b->tb, d->node, NULL);
	assert(!chmod(handler, 0777));
	d->is_attached = false;
	assert(!chmod(root, 0777)); /* umockdev wants a socket in there */
	assert(!chmod(node, 0));
	g_free(handler);
	g_free(node);
	g_free(root);
}

unsigned int mock_n_opened(struct mock_dev *d)
{
	unsigned int n;

	g_mutex_lock(&d->lock);
	n = d->n_opened;
	g_mutex_unlock(&d->lock);
	return n;
}

struct mock_channel *mock_channel_lock(struct mock_dev *d, unsigned int channel)
{
	g_mutex_lock(&d->lock);
	return &d->ch[channel];
}

void mock_channel_unlock(struct mock_dev *d)
{
	g_mutex_unlock(&d->lock);
}

static bool is_closed_by_all(struct mock_dev *d)
{
	gint64 until = g_get_monotonic_time() + CLOSE_US;
	bool is_closed = true;

	g_mutex_lock(&d->lock);
	while (d->n_files && is_closed)
		is_closed = g_cond_wait_until(&d->all_closed, &d->lock, until);
	g_mutex_unlock(&d->lock);
	return is_closed;
}

static void dev_free(struct mock_dev *d)
{
	if (d->is_attached)
		umockdev_testbed_detach_ioctl(d->bench->tb, d->node, NULL);
	g_object_unref(d->handler);
	g_queue_clear_full(&d->urbs, urb_free);
	for (unsigned int k = 0; k < MAX_CHANNELS; k++)
		model_free(&d->ch[k].m);
	g_cond_clear(&d->all_closed);
	g_mutex_clear(&d->lock);
	g_free(d);
}

void mock_bench_free(struct mock_bench *b)
{
	for (guint i = 0; i < b->devs->len; i++) {
		struct mock_dev *d = g_ptr_array_index(b->devs, i);

		/* of a test that failed with it open, the testbed's thread may yet hear */
		if (is_closed_by_all(d))
			dev_free(d);
	}
	g_ptr_array_free(b->devs, TRUE);
	g_object_unref(b->tb);
	g_free(b);
}
