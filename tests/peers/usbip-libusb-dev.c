// SPDX-License-Identifier: GPL-2.0-or-later
/* Devices, handles and descriptors of the stand-in */
#include "tests/peers/usbip-libusb.h"

#include <stdlib.h>
#include <string.h>

/* ---- devices ---- */

API ssize_t libusb_get_device_list(libusb_context *ctx, libusb_device ***list)
{
	libusb_device **all = calloc(MAX_PORTS + 1, sizeof(*all));
	unsigned int i;
	ssize_t n = 0;

	if (!all)
		return LIBUSB_ERROR_NO_MEM;
	pthread_mutex_lock(&usbip.lock);
	attach_all();
	for (i = 0; i < usbip.n_ports; i++) {
		libusb_device *d = usbip.ports[i]->is_gone ? NULL : calloc(1, sizeof(*d));

		if (!d)
			continue;
		d->ctx = ctx ? ctx : &usbip.default_context;
		d->port = usbip.ports[i];
		d->refs = 1;
		all[n++] = d;
	}
	pthread_mutex_unlock(&usbip.lock);
	*list = all;
	return n;
}

API libusb_device *libusb_ref_device(libusb_device *d)
{
	__atomic_add_fetch(&d->refs, 1, __ATOMIC_SEQ_CST);
	return d;
}

API void libusb_unref_device(libusb_device *d)
{
	if (d && !__atomic_sub_fetch(&d->refs, 1, __ATOMIC_SEQ_CST))
		free(d);
}

API void libusb_free_device_list(libusb_device **list, int unref)
{
	libusb_device **d;

	for (d = list; d && unref && *d; d++)
		libusb_unref_device(*d);
	free(list);
}

API int libusb_open(libusb_device *d, libusb_device_handle **handle)
{
	libusb_device_handle *h;

	if (d->port->is_gone)
		return LIBUSB_ERROR_NO_DEVICE;
	h = calloc(1, sizeof(*h));
	if (!h)
		return LIBUSB_ERROR_NO_MEM;
	h->dev = libusb_ref_device(d);
	*handle = h;
	return 0;
}

API libusb_device_handle *libusb_open_device_with_vid_pid(libusb_context *ctx, uint16_t vid,
							  uint16_t pid)
{
	struct libusb_device_descriptor desc;
	libusb_device_handle *h = NULL;
	libusb_device **list;
	ssize_t i, n = libusb_get_device_list(ctx, &list);

	for (i = 0; i < n && !h; i++)
		if (!libusb_get_device_descriptor(list[i], &desc) && desc.idVendor == vid &&
		    desc.idProduct == pid && libusb_open(list[i], &h))
			h = NULL;
	if (n >= 0)
		libusb_free_device_list(list, 1);
	return h;
}

API void libusb_close(libusb_device_handle *h)
{
	unsigned int i;

	if (!h)
		return;
	pthread_mutex_lock(&usbip.lock);
	for (i = 0; i < MAX_INTERFACES; i++)
		if (h->dev->port->claims[i] == h)
			h->dev->port->claims[i] = NULL;
	pthread_mutex_unlock(&usbip.lock);
	libusb_unref_device(h->dev);
	free(h);
}

API libusb_device *libusb_get_device(libusb_device_handle *h)
{
	return h->dev;
}

API uint8_t libusb_get_bus_number(libusb_device *d)
{
	return (uint8_t)d->port->busnum;
}

API uint8_t libusb_get_device_address(libusb_device *d)
{
	return (uint8_t)d->port->devnum;
}

/* what follows the dash of "1-2.3" */
API int libusb_get_port_numbers(libusb_device *d, uint8_t *numbers, int max)
{
	char *p = strchr(d->port->busid, '-');
	int n = 0;

	while (p && *p) {
		if (n == max)
			return LIBUSB_ERROR_OVERFLOW;
		numbers[n++] = (uint8_t)strtoul(p + 1, &p, 10);
		if (*p != '.')
			break;
	}
	return n;
}

API int libusb_get_configuration(libusb_device_handle *h, int *configuration)
{
	*configuration = h->dev->port->configuration;
	return h->dev->port->is_gone ? LIBUSB_ERROR_NO_DEVICE : 0;
}

API int libusb_set_configuration(libusb_device_handle *h, int configuration)
{
	uint16_t value = (uint16_t)(configuration > 0 ? configuration : 0);
	int ret = libusb_control_transfer(h, LIBUSB_ENDPOINT_OUT, LIBUSB_REQUEST_SET_CONFIGURATION,
					  value, 0, NULL, 0, CONTROL_MS);

	if (ret < 0)
		return ret;
	h->dev->port->configuration = (uint8_t)value;
	return 0;
}

API int libusb_claim_interface(libusb_device_handle *h, int i)
{
	struct port *p = h->dev->port;
	int ret = 0;

	if (i < 0 || i >= MAX_INTERFACES || i >= p->config[4] || !p->configuration)
		return LIBUSB_ERROR_NOT_FOUND;
	pthread_mutex_lock(&usbip.lock);
	if (p->is_gone)
		ret = LIBUSB_ERROR_NO_DEVICE;
	else if (p->claims[i] && p->claims[i] != h)
		ret = LIBUSB_ERROR_BUSY;
	else
		p->claims[i] = h;
	pthread_mutex_unlock(&usbip.lock);
	return ret;
}

API int libusb_release_interface(libusb_device_handle *h, int i)
{
	struct port *p = h->dev->port;
	int ret = LIBUSB_ERROR_NOT_FOUND;

	pthread_mutex_lock(&usbip.lock);
	if (i >= 0 && i < MAX_INTERFACES && p->claims[i] == h) {
		p->claims[i] = NULL;
		ret = p->is_gone ? LIBUSB_ERROR_NO_DEVICE : 0;
	}
	pthread_mutex_unlock(&usbip.lock);
	return ret;
}

API int libusb_set_interface_alt_setting(libusb_device_handle *h, int i, int alt)
{
	int ret =
		libusb_control_transfer(h, LIBUSB_RECIPIENT_INTERFACE, LIBUSB_REQUEST_SET_INTERFACE,
					(uint16_t)alt, (uint16_t)i, NULL, 0, CONTROL_MS);

	return ret < 0 ? ret : 0;
}

API int libusb_clear_halt(libusb_device_handle *h, unsigned char endpoint)
{
	int ret =
		libusb_control_transfer(h, LIBUSB_RECIPIENT_ENDPOINT, LIBUSB_REQUEST_CLEAR_FEATURE,
					0, endpoint, NULL, 0, CONTROL_MS);

	return ret < 0 ? ret : 0;
}

/* USB/IP has no message for it: Linux resets its own virtual port, and the device never knows */
API int libusb_reset_device(libusb_device_handle *h)
{
	return h->dev->port->is_gone ? LIBUSB_ERROR_NOT_FOUND : 0;
}

API int libusb_detach_kernel_driver(libusb_device_handle *h, int i)
{
	return LIBUSB_ERROR_NOT_FOUND;
}

API int libusb_attach_kernel_driver(libusb_device_handle *h, int i)
{
	return LIBUSB_ERROR_NOT_FOUND;
}

API int libusb_set_auto_detach_kernel_driver(libusb_device_handle *h, int enable)
{
	return 0;
}

/* ---- descriptors ---- */

API int libusb_get_device_descriptor(libusb_device *d, struct libusb_device_descriptor *desc)
{
	*desc = d->port->desc;
	return 0;
}

static struct libusb_config_descriptor *parse_config(const uint8_t *d, size_t len)
{
	struct libusb_config_descriptor *c = calloc(1, sizeof(*c));
	struct libusb_interface_descriptor *alt = NULL;
	struct libusb_interface *interfaces;
	struct libusb_endpoint_descriptor *ep = NULL;
	const uint8_t *end = d + len;

	if (!c)
		return NULL;
	*c = (struct libusb_config_descriptor){
		.bLength = d[0],
		.bDescriptorType = d[1],
		.wTotalLength = get_le16(d + 2),
		.bNumInterfaces = d[4],
		.bConfigurationValue = d[5],
		.iConfiguration = d[6],
		.bmAttributes = d[7],
		.MaxPower = d[8],
	};
	interfaces = calloc(c->bNumInterfaces + 1u, sizeof(*interfaces));
	c->interface = interfaces;
	for (; interfaces && end - d >= 2 && d[0] >= 2 && end - d >= d[0]; d += d[0]) {
		if (d[1] == LIBUSB_DT_INTERFACE && d[0] >= LIBUSB_DT_INTERFACE_SIZE &&
		    d[2] < c->bNumInterfaces && !d[3]) {
			/* these devices have no alternate settings */
			alt = calloc(1, sizeof(*alt));
			ep = alt ? calloc(d[4] + 1u, sizeof(*ep)) : NULL;
			if (!ep) {
				free(alt);
				break;
			}
			memcpy(alt, d, LIBUSB_DT_INTERFACE_SIZE); /* bytes, in this order */
			alt->endpoint = ep;
			interfaces[d[2]].altsetting = alt;
			interfaces[d[2]].num_altsetting = 1;
		} else if (d[1] == LIBUSB_DT_ENDPOINT && d[0] >= LIBUSB_DT_ENDPOINT_SIZE && alt &&
			   ep < alt->endpoint + alt->bNumEndpoints) {
			*ep++ = (struct libusb_endpoint_descriptor){
				.bLength = d[0],
				.bDescriptorType = d[1],
				.bEndpointAddress = d[2],
				.bmAttributes = d[3],
				.wMaxPacketSize = get_le16(d + 4),
				.bInterval = d[6],
			};
		}
	}
	return c;
}

API int libusb_get_active_config_descriptor(libusb_device *d,
					    struct libusb_config_descriptor **config)
{
	if (!d->port->configuration)
		return LIBUSB_ERROR_NOT_FOUND;
	*config = parse_config(d->port->config, d->port->config_len);
	return *config ? 0 : LIBUSB_ERROR_NO_MEM;
}

API int libusb_get_config_descriptor(libusb_device *d, uint8_t index,
				     struct libusb_config_descriptor **config)
{
	if (index)
		return LIBUSB_ERROR_NOT_FOUND;
	*config = parse_config(d->port->config, d->port->config_len);
	return *config ? 0 : LIBUSB_ERROR_NO_MEM;
}

API void libusb_free_config_descriptor(struct libusb_config_descriptor *c)
{
	unsigned int i;

	if (!c)
		return;
	for (i = 0; c->interface && i < c->bNumInterfaces; i++) {
		if (c->interface[i].num_altsetting)
			free((void *)c->interface[i].altsetting->endpoint);
		free((void *)c->interface[i].altsetting);
	}
	free((void *)c->interface);
	free(c);
}

API int libusb_get_string_descriptor_ascii(libusb_device_handle *h, uint8_t index,
					   unsigned char *data, int len)
{
	uint8_t s[UINT8_MAX];
	int ret, i, n = 0;

	if (!index)
		return LIBUSB_ERROR_INVALID_PARAM;
	ret = libusb_get_string_descriptor(h, 0, 0, s, sizeof(s));
	if (ret < 0)
		return ret;
	if (ret < 4)
		return LIBUSB_ERROR_IO;
	ret = libusb_get_string_descriptor(h, index, get_le16(s + 2), s, sizeof(s));
	if (ret < 0)
		return ret;
	if (ret < 2 || s[1] != LIBUSB_DT_STRING || s[0] > ret)
		return LIBUSB_ERROR_IO;
	for (i = 2; i + 1 < s[0] && n < len - 1; i += 2)
		data[n++] = s[i + 1] || s[i] >= 0x80 ? '?' : s[i];
	if (len > 0)
		data[n] = 0;
	return n;
}

/* ---- names of errors ---- */

static const struct {
	int code;
	const char *name, *text;
} errors[] = {
	{ LIBUSB_SUCCESS, "LIBUSB_SUCCESS", "Success" },
	{ LIBUSB_ERROR_IO, "LIBUSB_ERROR_IO", "Input/Output Error" },
	{ LIBUSB_ERROR_INVALID_PARAM, "LIBUSB_ERROR_INVALID_PARAM", "Invalid parameter" },
	{ LIBUSB_ERROR_NO_DEVICE, "LIBUSB_ERROR_NO_DEVICE",
	  "No such device (it may have been disconnected)" },
	{ LIBUSB_ERROR_NOT_FOUND, "LIBUSB_ERROR_NOT_FOUND", "Entity not found" },
	{ LIBUSB_ERROR_BUSY, "LIBUSB_ERROR_BUSY", "Resource busy" },
	{ LIBUSB_ERROR_TIMEOUT, "LIBUSB_ERROR_TIMEOUT", "Operation timed out" },
	{ LIBUSB_ERROR_OVERFLOW, "LIBUSB_ERROR_OVERFLOW", "Overflow" },
	{ LIBUSB_ERROR_PIPE, "LIBUSB_ERROR_PIPE", "Pipe error" },
	{ LIBUSB_ERROR_NO_MEM, "LIBUSB_ERROR_NO_MEM", "Insufficient memory" },
	{ LIBUSB_ERROR_OTHER, "LIBUSB_ERROR_OTHER", "Other error" },
};

API const char *libusb_error_name(int code)
{
	size_t i;

	for (i = 0; i < sizeof(errors) / sizeof(*errors); i++)
		if (errors[i].code == code)
			return errors[i].name;
	return "**UNKNOWN**";
}

API const char *libusb_strerror(int code)
{
	size_t i;

	for (i = 0; i < sizeof(errors) / sizeof(*errors); i++)
		if (errors[i].code == code)
			return errors[i].text;
	return "Unknown error";
}
