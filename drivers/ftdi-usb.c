// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Programmer "ftdi": a real FTDI chip, found and opened with libusb and libftdi1.
 *
 * Which device: ids first; serial number, USB path and product string narrow it down, and two that
 * are left are an error. A blank chip has no serial number: then only the path tells two apart.
 *
 * ftdi_sio sits on every channel. libftdi's re-attach mode takes it from the one interface in use
 * and gives it back at close.
 */
#include "drivers/ftdi-bulk.h"
#include "drivers/ftdi-chip.h"
#include "lib/adapter.h"
#include "lib/programmer.h"

#include <ftdi.h>

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONTROL_MS 1000
#define MAX_DEVS   64
#define DEV_LINE   256
#define PORTS_MAX  7 /* hub depth: USB 3.2 8.9 */

#define UDEV_REMEDY                                                                          \
	"sudo cp udev/60-swdrom.rules /etc/udev/rules.d/ && sudo udevadm control --reload, " \
	"then plug the adapter in again"

/* a connected device that may be an FTDI adapter */
struct usb_dev {
	libusb_device *dev;
	const struct ftdi_chip *chip; /* NULL: none that we know with an MPSSE */
	u16 vid, pid, bcd_device;
	bool has_strings;
	int open_error; /* libusb error when its strings could not be read */
	char serial[64], product[64], location[32];
};

struct usb_devs {
	libusb_device **list; /* libusb's */
	struct usb_dev dev[MAX_DEVS];
	unsigned int n;
};

/* what the user asked for */
struct usb_wish {
	bool has_adapter, has_id;
	struct adapter adapter;
	u16 vid, pid;
	bool any_vid, any_pid; /* the other half of the id was given */
	const char *serial, *location, *product;
	u8 channel;
	bool all_channels; /* only for several boards at once */
	u8 latency_ms;	   /* 0: as the layer above sets it */
};

struct ftdi_usb {
	struct transport t;
	struct ftdi_context *ftdi;
	struct ftdi_bulk io;
	u8 latency_ms;
};

static struct ftdi_usb *to_ftdi_usb(struct transport *t)
{
	return container_of(t, struct ftdi_usb, t);
}

/* ---- the user's wish ---- */

static int parse_hex16(struct params *p, const char *key, u16 *val, bool *is_given, struct err *err)
{
	const char *s = params_get(p, key);
	unsigned long v;
	char *end;

	if (!s)
		return 0;
	v = strtoul(s, &end, 16);
	if (!isxdigit((unsigned char)*s) || *end || v > 0xffff)
		return err_set(err, -EINVAL, "write it in hex, such as 0403",
			       "'%s' is no USB id for parameter '%s'", s, key);
	*val = (u16)v;
	*is_given = true;
	return 0;
}

static int parse_ids(struct params *p, struct usb_wish *wish, struct err *err)
{
	const char *id = params_get(p, "id");
	bool has_vid = false, has_pid = false;
	unsigned int vid, pid;
	int ret, n = 0;

	ret = parse_hex16(p, "vid", &wish->vid, &has_vid, err);
	if (!ret)
		ret = parse_hex16(p, "pid", &wish->pid, &has_pid, err);
	if (ret)
		return ret;
	wish->has_id = has_vid || has_pid;
	wish->any_vid = !has_vid;
	wish->any_pid = !has_pid;
	if (!id)
		return 0;
	if (wish->has_id)
		return err_set(err, -EINVAL, "give either id=VID:PID or vid= and pid=",
			       "id= and vid= or pid= at once");
	if (sscanf(id, "%4x:%4x%n", &vid, &pid, &n) != 2 || id[n])
		return err_set(err, -EINVAL, "write it as id=0403:6010",
			       "'%s' is no VID:PID for parameter 'id'", id);
	wish->vid = (u16)vid;
	wish->pid = (u16)pid;
	wish->has_id = true;
	wish->any_vid = wish->any_pid = false;
	return 0;
}

static int parse_wish(struct params *p, struct usb_wish *wish, struct err *err)
{
	const char *adapter = params_get(p, "adapter"), *channel = params_get(p, "channel");
	const char *desc = params_get(p, "desc"), *description = params_get(p, "description");
	u64 latency = 0;
	int ret;

	memset(wish, 0, sizeof(*wish));
	wish->has_adapter = adapter;
	ret = adapter_load(&wish->adapter, adapter ? adapter : ADAPTER_DEFAULT, err);
	if (!ret)
		ret = parse_ids(p, wish, err);
	if (!ret)
		ret = params_get_u64(p, "latency", &latency, err);
	if (ret)
		return ret;
	if (latency > 255)
		return err_set(err, -EINVAL, "16 is the default",
			       "latency is 1 to 255 ms, not %llu", (unsigned long long)latency);
	wish->latency_ms = (u8)latency;
	wish->serial = params_get(p, "serial");
	wish->location = params_get(p, "usb");
	wish->product = desc ? desc : description;
	wish->channel = wish->adapter.channel;
	if (!channel)
		return 0;
	wish->all_channels = !strcmp(channel, "all");
	if (wish->all_channels)
		return 0;
	if (strlen(channel) != 1 || toupper((unsigned char)*channel) < 'A' ||
	    toupper((unsigned char)*channel) > 'D')
		return err_set(err, -EINVAL, "channel=A, B, C, D or all",
			       "no channel is named '%s'", channel);
	wish->channel = (u8)(toupper((unsigned char)*channel) - 'A');
	return 0;
}

/* the wish in words, for "nothing found" */
static void describe_wish(const struct usb_wish *wish, char *buf, size_t size)
{
	size_t n = 0;

	if (wish->has_id && wish->any_pid)
		n += (size_t)snprintf(buf + n, size - n, "vid %04x", wish->vid);
	else if (wish->has_id && wish->any_vid)
		n += (size_t)snprintf(buf + n, size - n, "pid %04x", wish->pid);
	else if (wish->has_id)
		n += (size_t)snprintf(buf + n, size - n, "id %04x:%04x", wish->vid, wish->pid);
	else if (wish->has_adapter)
		n += (size_t)snprintf(buf + n, size - n, "an id of adapter %s", wish->adapter.name);
	else
		n += (size_t)snprintf(buf + n, size - n, "an FTDI default id");
	if (wish->serial && n < size)
		n += (size_t)snprintf(buf + n, size - n, ", serial '%s'", wish->serial);
	if (wish->location && n < size)
		n += (size_t)snprintf(buf + n, size - n, ", USB path %s", wish->location);
	if (wish->product && n < size)
		snprintf(buf + n, size - n, ", description '%s'", wish->product);
}

/* ---- what is connected ---- */

static void get_location(libusb_device *dev, char *buf, size_t size)
{
	u8 ports[PORTS_MAX];
	int n_ports = libusb_get_port_numbers(dev, ports, PORTS_MAX);
	size_t n = (size_t)snprintf(buf, size, "%u", libusb_get_bus_number(dev));

	for (int i = 0; i < n_ports && n < size; i++)
		n += (size_t)snprintf(buf + n, size - n, "%c%u", i ? '.' : '-', ports[i]);
}

static void get_string(libusb_device_handle *h, u8 index, char *buf, size_t size)
{
	int n = index ? libusb_get_string_descriptor_ascii(h, index, (u8 *)buf, (int)size - 1) : 0;

	buf[n > 0 ? n : 0] = '\0';
}

static void get_strings(struct usb_dev *d)
{
	struct libusb_device_descriptor desc;
	libusb_device_handle *h;

	d->has_strings = true;
	if (libusb_get_device_descriptor(d->dev, &desc))
		return;
	d->open_error = libusb_open(d->dev, &h);
	if (d->open_error)
		return;
	get_string(h, desc.iSerialNumber, d->serial, sizeof(d->serial));
	get_string(h, desc.iProduct, d->product, sizeof(d->product));
	libusb_close(h);
}

struct id_query {
	u16 vid, pid;
};

static int adapter_has_id(void *arg, const struct adapter *a)
{
	const struct id_query *q = arg;

	for (unsigned int i = 0; i < a->n_ids; i++)
		if (a->ids[i].vid == q->vid && a->ids[i].pid == q->pid)
			return 1;
	return 0;
}

/* worth a look: FTDI's vendor id, an adapter we know, or what the user named */
static bool is_of_interest(const struct usb_wish *wish, u16 vid, u16 pid)
{
	struct id_query q = { vid, pid };

	if (vid == FTDI_VID || (wish->has_id && vid == wish->vid) ||
	    adapter_has_id(&q, &wish->adapter))
		return true;
	return adapter_for_each(adapter_has_id, &q, NULL) == 1;
}

/* by bus and ports, not by when they were plugged in */
static int location_cmp(const void *a, const void *b)
{
	return strverscmp(((const struct usb_dev *)a)->location,
			  ((const struct usb_dev *)b)->location);
}

static bool text_matches(const char *wish, const char *is)
{
	return !wish || !strcmp(wish, is);
}

static int usb_scan(libusb_context *usb, const struct usb_wish *wish, struct usb_devs *devs,
		    struct err *err)
{
	ssize_t n = libusb_get_device_list(usb, &devs->list);

	devs->n = 0;
	if (n < 0) {
		devs->list = NULL;
		return err_set(err, -EIO, NULL, "cannot list USB devices: %s",
			       libusb_strerror((int)n));
	}
	for (ssize_t i = 0; i < n && devs->n < MAX_DEVS; i++) {
		struct libusb_device_descriptor desc;
		struct usb_dev *d = &devs->dev[devs->n];

		if (libusb_get_device_descriptor(devs->list[i], &desc) ||
		    !is_of_interest(wish, desc.idVendor, desc.idProduct))
			continue;
		memset(d, 0, sizeof(*d));
		d->dev = devs->list[i];
		d->vid = desc.idVendor;
		d->pid = desc.idProduct;
		d->bcd_device = desc.bcdDevice;
		d->chip = ftdi_chip_find(desc.bcdDevice);
		get_location(d->dev, d->location, sizeof(d->location));
		/* one that does not answer must not hold up whoever wants another */
		if (text_matches(wish->location, d->location))
			get_strings(d);
		devs->n++;
	}
	qsort(devs->dev, devs->n, sizeof(devs->dev[0]), location_cmp);
	return 0;
}

/* for messages and lists */
static void get_all_strings(struct usb_devs *devs)
{
	for (unsigned int i = 0; i < devs->n; i++)
		if (!devs->dev[i].has_strings)
			get_strings(&devs->dev[i]);
}

static void usb_scan_free(struct usb_devs *devs)
{
	if (devs->list)
		libusb_free_device_list(devs->list, 1);
}

static bool id_matches(const struct usb_wish *wish, const struct usb_dev *d)
{
	struct id_query q = { d->vid, d->pid };

	if (wish->has_id)
		return (wish->any_vid || d->vid == wish->vid) &&
		       (wish->any_pid || d->pid == wish->pid);
	if (wish->has_adapter && wish->adapter.n_ids)
		return adapter_has_id(&q, &wish->adapter);
	return ftdi_chip_is_default_id(d->vid, d->pid);
}

/* one line about a device, for messages and lists */
static void describe_dev(const struct usb_dev *d, char *buf, size_t size)
{
	if (d->open_error)
		snprintf(buf, size, "%s %04x:%04x %s (%s)", d->location, d->vid, d->pid,
			 d->chip ? d->chip->name : "no MPSSE known",
			 d->open_error == LIBUSB_ERROR_ACCESS ? "no permission"
							      : libusb_strerror(d->open_error));
	else
		snprintf(buf, size, "%s %04x:%04x %s '%s' %s%s", d->location, d->vid, d->pid,
			 d->chip ? d->chip->name : "no MPSSE known", d->product,
			 d->serial[0] ? "serial " : "without serial", d->serial);
}

/* "a; b; c" of the devices whose bit is set in @which */
static void describe_devs(const struct usb_devs *devs, u64 which, char *buf, size_t size)
{
	size_t n = 0;

	buf[0] = '\0';
	for (unsigned int i = 0; i < devs->n && n < size; i++) {
		char line[DEV_LINE];

		if (!(which >> i & 1))
			continue;
		describe_dev(&devs->dev[i], line, sizeof(line));
		n += (size_t)snprintf(buf + n, size - n, "%s%s", n ? "; " : "", line);
	}
}

static int no_permission(const struct usb_dev *d, struct err *err)
{
	return err_set(err, -EACCES, UDEV_REMEDY,
		       "no permission for the USB device %04x:%04x at %s (no udev rule "
		       "60-swdrom.rules?)",
		       d->vid, d->pid, d->location);
}

/* those of @devs that may be meant, a bit each; @denied: one whose strings could not be read */
static u64 usb_match(const struct usb_wish *wish, const struct usb_devs *devs, u64 *exact,
		     const struct usb_dev **denied)
{
	u64 match = 0;

	*exact = 0;
	for (unsigned int i = 0; i < devs->n; i++) {
		const struct usb_dev *d = &devs->dev[i];

		if (!id_matches(wish, d) || !text_matches(wish->location, d->location))
			continue;
		if (d->open_error == LIBUSB_ERROR_ACCESS && (wish->serial || wish->product)) {
			*denied = d;
			continue;
		}
		if (!text_matches(wish->serial, d->serial) ||
		    !text_matches(wish->product, d->product))
			continue;
		match |= UINT64_C(1) << i;
		if (adapter_fits_usb(&wish->adapter, d->vid, d->pid, d->product))
			*exact |= UINT64_C(1) << i;
	}
	/* a product string in an EEPROM is a hint: it decides only between several */
	if (match & (match - 1) && wish->has_adapter && *exact)
		match = *exact;
	return match;
}

static int nothing_matches(const struct usb_wish *wish, struct usb_devs *devs,
			   const struct usb_dev *denied, struct err *err)
{
	char list[220], want[120];

	if (denied)
		return no_permission(denied, err);
	describe_wish(wish, want, sizeof(want));
	get_all_strings(devs);
	describe_devs(devs, ~UINT64_C(0), list, sizeof(list));
	return err_set(err, -ENODEV, "check the cable; `swdrom -p ftdi -L` lists what is there",
		       "no USB device with %s; connected: %s", want,
		       list[0] ? list : "nothing like it");
}

/* which of @devs is meant? */
static int usb_select(const struct usb_wish *wish, struct usb_devs *devs, const struct log *log,
		      struct err *err, const struct usb_dev **out)
{
	const struct usb_dev *denied = NULL;
	u64 exact, match = usb_match(wish, devs, &exact, &denied);
	char list[220];

	if (!match)
		return nothing_matches(wish, devs, denied, err);
	if (match & (match - 1)) {
		describe_devs(devs, match, list, sizeof(list));
		return err_set(err, -ENODEV,
			       "add serial= or usb= to -p ftdi:, or take them all with -p ftdi:all",
			       "several adapters match: %s", list);
	}
	*out = &devs->dev[__builtin_ctzll(match)];
	if (wish->has_adapter && !wish->has_id && !exact && !(*out)->open_error && log)
		log_warn(log, "%s says '%s', not what adapter %s usually says (%s)",
			 (*out)->location, (*out)->product, wish->adapter.name,
			 wish->adapter.usb_product);
	return 0;
}

/* ---- transport ---- */

static int errno_of_usb(int ret)
{
	switch (ret) {
	case LIBUSB_ERROR_NO_DEVICE:
	case LIBUSB_ERROR_NOT_FOUND:
		return -ENODEV;
	case LIBUSB_ERROR_ACCESS:
	case LIBUSB_ERROR_BUSY:
		return -EACCES;
	case LIBUSB_ERROR_TIMEOUT:
		return -ETIMEDOUT;
	case LIBUSB_ERROR_NO_MEM:
		return -ENOMEM;
	default:
		return -EIO;
	}
}

static int transport_error(struct transport *t, int ret, const char *doing)
{
	if (!ret)
		return 0;
	if (ret == -ENODEV)
		return err_set(t->err, ret, "plug it in and run the same command again",
			       "the adapter at %s is gone", t->location);
	return err_set(t->err, ret, "check the USB cable and hub",
		       "USB trouble with %s while %s: %s", t->location, doing, strerror(-ret));
}

static int ftdi_usb_control(struct transport *t, enum ftdi_request request, u16 value)
{
	struct ftdi_usb *u = to_ftdi_usb(t);
	u16 index = (u16)(t->channel + 1); /* channels count from 1 */
	int ret;

	if (request == FTDI_SET_LATENCY && u->latency_ms)
		value = u->latency_ms;
	ret = libusb_control_transfer(u->io.dev, FTDI_DEVICE_OUT_REQTYPE, (u8)request, value, index,
				      NULL, 0, CONTROL_MS);
	if (ret >= 0)
		return 0;
	return transport_error(t, errno_of_usb(ret), "setting it up");
}

static int ftdi_usb_submit(struct transport *t, struct usb_batch *b)
{
	return transport_error(t, ftdi_bulk_submit(&to_ftdi_usb(t)->io, b), "sending");
}

static int ftdi_usb_reap(struct transport *t, struct usb_batch *b)
{
	return transport_error(t, ftdi_bulk_reap(&to_ftdi_usb(t)->io, b), "waiting for a reply");
}

static int ftdi_usb_drain(struct transport *t)
{
	return transport_error(t, ftdi_bulk_drain(&to_ftdi_usb(t)->io), "waiting for silence");
}

static void ftdi_usb_free(struct ftdi_usb *u)
{
	if (!ftdi_bulk_stop(&u->io))
		return;		 /* transfers the kernel still has point into *u */
	ftdi_usb_close(u->ftdi); /* gives the interface back to ftdi_sio */
	ftdi_free(u->ftdi);
	free(u);
}

static void ftdi_usb_close_transport(struct transport *t)
{
	ftdi_usb_free(to_ftdi_usb(t));
}

static const struct transport_ops ftdi_usb_ops = {
	.control = ftdi_usb_control,
	.submit = ftdi_usb_submit,
	.reap = ftdi_usb_reap,
	.drain = ftdi_usb_drain,
	.close = ftdi_usb_close_transport,
};

/* bulk endpoints of the channel's interface, from the descriptor of the present configuration */
static int find_endpoints(struct ftdi_usb *u, libusb_device *dev, struct err *err)
{
	struct libusb_config_descriptor *cfg;
	const struct libusb_interface_descriptor *alt;
	int ret = libusb_get_active_config_descriptor(dev, &cfg);

	if (ret)
		return err_set(err, errno_of_usb(ret), NULL, "cannot read USB descriptors: %s",
			       libusb_strerror(ret));
	u->io.packet = 0;
	if (u->t.channel < cfg->bNumInterfaces && cfg->interface[u->t.channel].num_altsetting) {
		alt = &cfg->interface[u->t.channel].altsetting[0];
		for (unsigned int i = 0; i < alt->bNumEndpoints; i++) {
			const struct libusb_endpoint_descriptor *ep = &alt->endpoint[i];

			if (ep->bEndpointAddress & LIBUSB_ENDPOINT_IN) {
				u->io.ep_in = ep->bEndpointAddress;
				u->io.packet = ep->wMaxPacketSize;
			} else {
				u->io.ep_out = ep->bEndpointAddress;
			}
		}
	}
	libusb_free_config_descriptor(cfg);
	if (u->io.ep_in && u->io.ep_out && u->io.packet > 2 && !(FTDI_BULK_IN_SIZE % u->io.packet))
		return 0;
	return err_set(err, -EPROTO, "is it an FTDI part?",
		       "USB interface %u of the adapter has no usable bulk endpoints",
		       u->t.channel);
}

/* why libftdi could not open what libusb lists */
static int open_failed(struct ftdi_usb *u, const struct usb_dev *d, int ret, struct err *err)
{
	libusb_device_handle *h;
	int why = libusb_open(d->dev, &h);

	if (!why)
		libusb_close(h);
	if (why == LIBUSB_ERROR_ACCESS)
		return no_permission(d, err);
	if (!why && (ret == -5 || ret == -8)) /* libftdi: claim, detach */
		return err_set(err, -EACCES,
			       "close the program that uses it (`fuser -v /dev/bus/usb/*/*`)",
			       "channel %c of the adapter at %s is in use by another program",
			       'A' + u->t.channel, d->location);
	return err_set(err, why ? errno_of_usb(why) : -EIO, "unplug it and plug it in again",
		       "cannot open the adapter at %s: %s", d->location,
		       why ? libusb_strerror(why) : ftdi_get_error_string(u->ftdi));
}

static int check_channel(const struct usb_wish *wish, const struct usb_dev *d, struct err *err)
{
	if (!d->chip)
		return err_set(
			err, -EOPNOTSUPP, "use an FT2232H, FT232H, FT4232H or a newer part",
			"the chip at %s (%04x:%04x, bcdDevice 0x%04x) has no MPSSE that is known",
			d->location, d->vid, d->pid, d->bcd_device);
	if (wish->channel >= d->chip->n_mpsse)
		return err_set(err, -EINVAL, "choose another channel=",
			       "channel %c of an %s has no MPSSE, only %s", 'A' + wish->channel,
			       d->chip->name, d->chip->n_mpsse > 1 ? "A and B" : "A");
	return 0;
}

static int ftdi_usb_start(struct ftdi_usb *u, const struct usb_wish *wish, const struct usb_dev *d,
			  struct err *err)
{
	int ret = check_channel(wish, d, err);

	if (ret)
		return ret;
	u->t = (struct transport){
		.ops = &ftdi_usb_ops,
		.clk = u->io.clk,
		.err = err,
		.vid = d->vid,
		.pid = d->pid,
		.bcd_device = d->bcd_device,
		.channel = wish->channel,
		.max_in_flight = FTDI_BULK_BATCHES,
	};
	memcpy(u->t.serial, d->serial, sizeof(u->t.serial));
	memcpy(u->t.product, d->product, sizeof(u->t.product));
	memcpy(u->t.location, d->location, sizeof(u->t.location));
	u->latency_ms = wish->latency_ms;

	u->ftdi->module_detach_mode = AUTO_DETACH_REATACH_SIO_MODULE;
	if (ftdi_set_interface(u->ftdi, (enum ftdi_interface)(INTERFACE_A + wish->channel)))
		return err_set(err, -EINVAL, NULL, "libftdi knows no channel %c",
			       'A' + wish->channel);
	ret = ftdi_usb_open_dev(u->ftdi, d->dev);
	if (ret)
		return open_failed(u, d, ret, err);
	u->io.usb = u->ftdi->usb_ctx;
	u->io.dev = u->ftdi->usb_dev;
	ret = find_endpoints(u, d->dev, err);
	if (ret)
		return ret;
	if (ftdi_bulk_init(&u->io))
		return err_set(err, -ENOMEM, NULL, "out of memory");
	return 0;
}

static int ftdi_programmer_open(struct params *p, const struct log *log, struct err *err,
				struct transport **t)
{
	struct usb_devs devs = { .n = 0 };
	const struct usb_dev *d = NULL;
	struct usb_wish wish;
	struct ftdi_usb *u;
	char line[DEV_LINE];
	int ret = parse_wish(p, &wish, err);

	if (!ret && wish.all_channels)
		ret = err_set(err, -EINVAL, "-p ftdi:all,channel=all takes all there are",
			      "channel=all is for several boards at once");
	if (ret)
		return ret;
	u = calloc(1, sizeof(*u));
	if (!u)
		return err_set(err, -ENOMEM, NULL, "out of memory");
	u->io.clk = sysclock_host();
	u->ftdi = ftdi_new();
	if (!u->ftdi) {
		free(u);
		return err_set(err, -EIO, "is /dev/bus/usb there?", "cannot start libusb");
	}
	ret = usb_scan(u->ftdi->usb_ctx, &wish, &devs, err);
	if (!ret)
		ret = usb_select(&wish, &devs, log, err, &d);
	if (!ret && d)
		ret = ftdi_usb_start(u, &wish, d, err);
	if (!ret && d) {
		describe_dev(d, line, sizeof(line));
		log_dbg(log, "opened %s, channel %c", line, 'A' + u->t.channel);
	}
	usb_scan_free(&devs);
	if (ret) {
		ftdi_usb_free(u);
		return ret;
	}
	*t = &u->t;
	return 0;
}

/* ---- several boards at once ---- */

static int found_channel(const struct usb_dev *d, u8 channel,
			 int (*found)(void *arg, const struct programmer_choice *choice), void *arg)
{
	struct programmer_choice c = { 0 };
	const char *name = d->serial[0] ? d->serial : d->location;
	char letter = (char)('A' + channel);

	/* A is where a cable is unless somebody says otherwise */
	snprintf(c.label, sizeof(c.label), channel ? "%s-%c" : "%s", name, letter);
	snprintf(c.location, sizeof(c.location), "%s", d->location);
	snprintf(c.owns[0], sizeof(c.owns[0]), "adapter: %s, channel %c", d->location, letter);
	c.set[0].key = "usb";
	snprintf(c.set[0].value, sizeof(c.set[0].value), "%s", d->location);
	c.set[1].key = "channel";
	c.set[1].value[0] = letter;
	return found(arg, &c);
}

static int found_device(const struct usb_wish *wish, const struct usb_dev *d,
			int (*found)(void *arg, const struct programmer_choice *choice), void *arg)
{
	int ret = 0;

	if (!wish->all_channels || !d->chip)
		return found_channel(d, wish->channel, found, arg);
	for (u8 ch = 0; ch < d->chip->n_mpsse && !ret; ch++)
		ret = found_channel(d, ch, found, arg);
	return ret;
}

static int ftdi_programmer_resolve(struct params *p, bool all, unsigned int index, struct err *err,
				   int (*found)(void *arg, const struct programmer_choice *choice),
				   void *arg)
{
	struct usb_devs devs = { .n = 0 };
	const struct usb_dev *d = NULL, *denied = NULL;
	struct ftdi_context *ftdi;
	struct usb_wish wish;
	u64 match, exact;
	int ret = parse_wish(p, &wish, err);

	if (ret)
		return ret;
	ftdi = ftdi_new();
	if (!ftdi)
		return err_set(err, -EIO, "is /dev/bus/usb there?", "cannot start libusb");
	ret = usb_scan(ftdi->usb_ctx, &wish, &devs, err);
	match = ret ? 0 : usb_match(&wish, &devs, &exact, &denied);
	if (!ret && !match)
		ret = nothing_matches(&wish, &devs, denied, err);
	if (!ret && !all) /* which one? */
		ret = usb_select(&wish, &devs, NULL, err, &d);
	for (unsigned int i = 0; i < devs.n && !ret; i++)
		if (d ? d == &devs.dev[i] : match >> i & 1)
			ret = found_device(&wish, &devs.dev[i], found, arg);
	usb_scan_free(&devs);
	ftdi_free(ftdi);
	return ret;
}

/* ---- list ---- */

struct fit_query {
	const struct usb_dev *d;
	char names[256];
};

/* adapters that the device could be and that say more than "some FTDI chip" */
static int note_fitting(void *arg, const struct adapter *a)
{
	struct fit_query *q = arg;
	size_t n = strlen(q->names);

	if (a->wiring == ADAPTER_JTAG_ONLY || a->match == ADAPTER_MATCH_HINT ||
	    !adapter_fits_usb(a, q->d->vid, q->d->pid, q->d->product))
		return 0;
	snprintf(q->names + n, sizeof(q->names) - n, "%s%s", n ? ", " : "", a->name);
	return 0;
}

/* FTDI's own product strings, of modules and of adapters whose makers left it at that */
static bool is_unprogrammed(const struct usb_dev *d)
{
	return ftdi_chip_is_default_id(d->vid, d->pid) && strstr(d->product, " RS232");
}

static int ftdi_programmer_list(struct params *p, const struct log *log, struct err *err)
{
	struct usb_devs devs = { .n = 0 };
	struct ftdi_context *ftdi;
	struct usb_wish wish;
	int ret = parse_wish(p, &wish, err);

	if (ret)
		return ret;
	ftdi = ftdi_new();
	if (!ftdi)
		return err_set(err, -EIO, "is /dev/bus/usb there?", "cannot start libusb");
	ret = usb_scan(ftdi->usb_ctx, &wish, &devs, err);
	get_all_strings(&devs);
	for (unsigned int i = 0; i < devs.n; i++) {
		struct fit_query q = { .d = &devs.dev[i] };
		char line[DEV_LINE];

		describe_dev(q.d, line, sizeof(line));
		adapter_for_each(note_fitting, &q, err);
		log_info(log, "%s%s%s", line,
			 !q.names[0]		? ""
			 : is_unprogrammed(q.d) ? "; a plain module, or adapter="
						: "; adapter=",
			 q.names);
	}
	if (!ret && !devs.n)
		log_info(log, "no FTDI device is connected");
	usb_scan_free(&devs);
	ftdi_free(ftdi);
	return ret;
}

const struct programmer ftdi_programmer = {
	.name = "ftdi",
	.help = "adapter=NAME|FILE[:SECTION]  wiring (default generic: a plain module)\n"
		"serial=S                     serial number of the adapter\n"
		"usb=BUS-PORT.PORT            where it is plugged in, such as 3-1.4\n"
		"id=VID:PID, vid=V, pid=P     USB ids, in hex\n"
		"desc=TEXT, description=TEXT  USB product string\n"
		"channel=A|B|C|D              of the chip (default: the adapter's)\n"
		"all[,channel=all]            every adapter that fits, every channel\n"
		"latency=MS                   latency timer, 1 to 255 (default 16)",
	.open = ftdi_programmer_open,
	.list = ftdi_programmer_list,
	.resolve = ftdi_programmer_resolve,
	.default_adapter = ADAPTER_DEFAULT,
};
