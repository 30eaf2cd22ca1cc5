// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Endpoint 0 of the virtual adapter: standard requests (USB 2.0, 9.4), FTDI's vendor requests, and
 * the EEPROM that gives it its name.
 */
#include "simd/usbdev-priv.h"

#include <errno.h>
#include <string.h>

/* bmRequestType */
#define REQ_IN	     0x80
#define REQ_TYPE     0x60
#define REQ_STANDARD 0x00
#define REQ_VENDOR   0x40
#define RCPT_MASK    0x1f
#define RCPT_DEVICE  0x00
#define RCPT_IFACE   0x01
#define RCPT_EP	     0x02

/* USB 2.0, table 9-4 */
enum std_request {
	GET_STATUS = 0,
	CLEAR_FEATURE = 1,
	SET_FEATURE = 3,
	SET_ADDRESS = 5,
	GET_DESCRIPTOR = 6,
	GET_CONFIGURATION = 8,
	SET_CONFIGURATION = 9,
	GET_INTERFACE = 10,
	SET_INTERFACE = 11,
};

#define FEATURE_HALT   0
#define FEATURE_WAKEUP 1

/* USB 2.0, table 9-5 */
enum desc_type {
	DESC_DEVICE = 1,
	DESC_CONFIG = 2,
	DESC_STRING = 3,
	DESC_QUALIFIER = 6,
	DESC_OTHER_SPEED = 7,
};

#define CONFIG_DESC_MAX (9 + USBDEV_MAX_CHANNELS * (9 + 2 * 7))
#define CONFIG_VALUE	1
#define EP0_SIZE	64
#define FULL_SPEED_SIZE 64
#define LANG_EN_US	0x0409

/* vendor requests beyond those of lib/transport.h (libftdi's ftdi.h names all) */
enum vendor_request {
	SIO_RESET = 0x00,
	SIO_SET_MODEM_CTRL = 0x01,
	SIO_SET_FLOW_CTRL = 0x02,
	SIO_SET_BAUD_RATE = 0x03,
	SIO_SET_DATA = 0x04,
	SIO_POLL_MODEM_STATUS = 0x05,
	SIO_SET_EVENT_CHAR = 0x06,
	SIO_SET_ERROR_CHAR = 0x07,
	SIO_SET_LATENCY = 0x09,
	SIO_GET_LATENCY = 0x0a,
	SIO_SET_BITMODE = 0x0b,
	SIO_READ_PINS = 0x0c,
	SIO_READ_EEPROM = 0x90,
	SIO_WRITE_EEPROM = 0x91,
	SIO_ERASE_EEPROM = 0x92,
};

/* EEPROM of the H parts, byte addresses */
#define EE_TYPE_A      0x00
#define EE_TYPE_B      0x01
#define EE_VID	       0x02
#define EE_PID	       0x04
#define EE_BCD_DEVICE  0x06
#define EE_ATTRIBUTES  0x08
#define EE_MAX_POWER   0x09
#define EE_FLAGS       0x0a
#define EE_FLAG_SERIAL BIT(3)
#define EE_STRINGS     0x0e /* offset and length of each, in bytes */
#define EE_SIZE_2232H  0x18
#define EE_SIZE_232H   0x1e
#define EE_SIZE_93C56  0x56
#define EE_TEXT	       0x9a
#define EE_TEXT_232H   0xa0
#define EE_CHECKSUM    (EEPROM_SIZE - 2)
#define EE_DRIVER_VCP  BIT(3)
#define BCD_FT232H     0x0900

#define EEPROM_STATE   "usb-eeprom"

#define MAX_POWER_2MA  250 /* 500 mA, as FTDI delivers its modules */
#define BUS_POWERED    0x80
#define FTDI_VENDOR    0x0403
#define DEFAULT_VENDOR "FTDI"

struct request {
	u8 type, request;
	u16 value, index, length;
};

/* what is sent back */
struct answer {
	u8 data[UINT8_MAX + 1];
	size_t len;
};

/* ---- EEPROM ---- */

static u16 eeprom_checksum(const u8 *ee)
{
	u16 sum = 0xaaaa;
	size_t i;

	for (i = 0; i < EE_CHECKSUM; i += 2) {
		sum ^= get_le16(ee + i);
		sum = (u16)(sum << 1 | sum >> 15);
	}
	return sum;
}

/* a string descriptor of a name in ASCII; @room bytes at most; returns its length */
static size_t make_string(u8 *desc, const char *text, size_t room)
{
	size_t most = (min(room, (size_t)UINT8_MAX) - 2) / 2, n = min(strlen(text), most), i;

	desc[0] = (u8)(2 + 2 * n);
	desc[1] = DESC_STRING;
	for (i = 0; i < n; i++)
		put_le16(desc + 2 + 2 * i, (u8)text[i]);
	return desc[0];
}

static void eeprom_strings(u8 *ee, size_t at, const char *const *texts)
{
	size_t total = 0, i;

	for (i = 0; i < N_STRINGS - 1; i++)
		total += 2 + 2 * strlen(texts[i]);
	/* long names begin earlier: what is before them is the user area */
	if (total > EE_CHECKSUM - at)
		at = EE_CHECKSUM - total;
	for (i = 0; i < N_STRINGS - 1; i++) {
		size_t n = make_string(ee + at, texts[i], EE_CHECKSUM - at);

		ee[EE_STRINGS + 2 * i] = (u8)at;
		ee[EE_STRINGS + 2 * i + 1] = (u8)n;
		at += n;
	}
}

void usbdev_ctl_init(struct usbdev *d)
{
	const struct transport *t = d->t;
	const char *const texts[] = { t->vid == FTDI_VENDOR ? DEFAULT_VENDOR : "Olimex", t->product,
				      t->serial };
	bool is_232h = t->bcd_device == BCD_FT232H;
	u8 *ee = d->eeprom;
	size_t len = 0;
	const u8 *saved = sim_state_get(d->sim, EEPROM_STATE, &len);

	if (saved && len == EEPROM_SIZE) {
		memcpy(ee, saved, EEPROM_SIZE);
		return;
	}
	memset(ee, 0, EEPROM_SIZE);
	ee[EE_TYPE_A] = EE_DRIVER_VCP;
	ee[EE_TYPE_B] = is_232h ? 0 : EE_DRIVER_VCP;
	put_le16(ee + EE_VID, t->vid);
	put_le16(ee + EE_PID, t->pid);
	put_le16(ee + EE_BCD_DEVICE, t->bcd_device);
	ee[EE_ATTRIBUTES] = BUS_POWERED;
	ee[EE_MAX_POWER] = MAX_POWER_2MA;
	ee[EE_FLAGS] = EE_FLAG_SERIAL;
	ee[is_232h ? EE_SIZE_232H : EE_SIZE_2232H] = EE_SIZE_93C56;
	eeprom_strings(ee, is_232h ? EE_TEXT_232H : EE_TEXT, texts);
	put_le16(ee + EE_CHECKSUM, eeprom_checksum(ee));
}

/* a string descriptor in the EEPROM; false: there is none that makes sense */
static bool eeprom_string(const u8 *ee, unsigned int i, u8 *desc)
{
	size_t at = ee[EE_STRINGS + 2 * (i - 1)], n = ee[EE_STRINGS + 2 * (i - 1) + 1];

	if (n < 2 || n % 2 || at + n > EE_CHECKSUM || ee[at] != n || ee[at + 1] != DESC_STRING)
		return false;
	memcpy(desc, ee + at, n);
	return true;
}

/* without a good EEPROM the chip has the ids that it was made with, and no serial number */
static void use_defaults(struct usbdev *d)
{
	const struct ftdi_chip *chip = d->chip;

	d->vid = chip->vid;
	d->pid = chip->pid;
	d->attributes = BUS_POWERED;
	d->max_power = MAX_POWER_2MA;
	make_string(d->strings[STR_MANUFACTURER], DEFAULT_VENDOR, UINT8_MAX);
	make_string(d->strings[STR_PRODUCT], chip->product, UINT8_MAX);
}

static void use_eeprom(struct usbdev *d)
{
	const u8 *ee = d->eeprom;

	d->vid = get_le16(ee + EE_VID);
	d->pid = get_le16(ee + EE_PID);
	d->attributes = (u8)(BUS_POWERED | (ee[EE_ATTRIBUTES] & 0x60));
	d->max_power = ee[EE_MAX_POWER];
	eeprom_string(ee, STR_MANUFACTURER, d->strings[STR_MANUFACTURER]);
	eeprom_string(ee, STR_PRODUCT, d->strings[STR_PRODUCT]);
	if (ee[EE_FLAGS] & EE_FLAG_SERIAL)
		eeprom_string(ee, STR_SERIAL, d->strings[STR_SERIAL]);
}

void usbdev_ctl_reset(struct usbdev *d)
{
	u8 *languages = d->strings[STR_LANGUAGES];

	d->configuration = 0;
	memset(d->strings, 0, sizeof(d->strings));
	languages[0] = 4;
	languages[1] = DESC_STRING;
	put_le16(languages + 2, LANG_EN_US);
	if (get_le16(d->eeprom + EE_CHECKSUM) == eeprom_checksum(d->eeprom))
		use_eeprom(d);
	else
		use_defaults(d);
}

static void eeprom_changed(struct usbdev *d)
{
	sim_state_put(d->sim, EEPROM_STATE, d->eeprom, EEPROM_SIZE);
}

/* ---- descriptors ---- */

static u8 string_index(const struct usbdev *d, enum usb_string i)
{
	return d->strings[i][0] ? (u8)i : 0;
}

void usbdev_device_desc(const struct usbdev *d, u8 *desc)
{
	memset(desc, 0, USB_DEVICE_DESC_SIZE);
	desc[0] = USB_DEVICE_DESC_SIZE;
	desc[1] = DESC_DEVICE;
	put_le16(desc + 2, 0x0200); /* bcdUSB */
	desc[7] = EP0_SIZE;
	put_le16(desc + 8, d->vid);
	put_le16(desc + 10, d->pid);
	put_le16(desc + 12, d->chip->bcd_device);
	desc[14] = string_index(d, STR_MANUFACTURER);
	desc[15] = string_index(d, STR_PRODUCT);
	desc[16] = string_index(d, STR_SERIAL);
	desc[17] = 1; /* configurations */
}

unsigned int usbdev_n_interfaces(const struct usbdev *d)
{
	return d->n_channels;
}

u8 usbdev_configuration(const struct usbdev *d)
{
	return d->configuration;
}

static u8 *put_endpoint(u8 *p, unsigned int address, u16 size)
{
	p[0] = 7;
	p[1] = 5; /* ENDPOINT */
	p[2] = (u8)address;
	p[3] = 2; /* bulk */
	put_le16(p + 4, size);
	p[6] = 0;
	return p + 7;
}

static void config_desc(const struct usbdev *d, u8 type, u16 packet, struct answer *a)
{
	u8 *p = a->data + 9;
	unsigned int i;

	for (i = 0; i < d->n_channels; i++) {
		const u8 iface[9] = { 9,    4,	  (u8)i,
				      0,    2,	  0xff,
				      0xff, 0xff, string_index(d, STR_PRODUCT) };

		memcpy(p, iface, sizeof(iface));
		p = put_endpoint(p + sizeof(iface), REQ_IN | (2 * i + 1), packet);
		p = put_endpoint(p, 2 * i + 2, packet);
	}
	a->len = (size_t)(p - a->data);
	p = a->data;
	p[0] = 9;
	p[1] = type;
	put_le16(p + 2, (u16)a->len);
	p[4] = (u8)d->n_channels;
	p[5] = CONFIG_VALUE;
	p[6] = 0;
	p[7] = d->attributes;
	p[8] = d->max_power;
}

static bool get_descriptor(const struct usbdev *d, const struct request *r, struct answer *a)
{
	u8 type = (u8)(r->value >> 8), index = (u8)r->value;

	switch (type) {
	case DESC_DEVICE:
		usbdev_device_desc(d, a->data);
		a->len = USB_DEVICE_DESC_SIZE;
		return true;
	case DESC_CONFIG:
	case DESC_OTHER_SPEED:
		if (index)
			return false;
		config_desc(d, type,
			    (type == DESC_CONFIG) != d->is_full_speed ? USB_PACKET
								      : FULL_SPEED_SIZE,
			    a);
		return true;
	case DESC_STRING:
		if (index >= N_STRINGS || !d->strings[index][0])
			return false;
		a->len = d->strings[index][0];
		memcpy(a->data, d->strings[index], a->len);
		return true;
	case DESC_QUALIFIER:
		memset(a->data, 0, 10);
		a->data[0] = 10;
		a->data[1] = DESC_QUALIFIER;
		put_le16(a->data + 2, 0x0200);
		a->data[7] = EP0_SIZE;
		a->data[8] = 1;
		a->len = 10;
		return true;
	default:
		return false;
	}
}

/* ---- standard requests; false: stall ---- */

static bool *halt_flag(struct usbdev *d, u16 index)
{
	bool in = index & REQ_IN;
	struct channel *ch = usbdev_channel_of_ep(d, index & 0x0f, in);

	if (!ch)
		return NULL;
	return in ? &ch->halt_in : &ch->halt_out;
}

static bool get_status(struct usbdev *d, const struct request *r, struct answer *a)
{
	const bool *halt;

	put_le16(a->data, 0);
	a->len = 2;
	switch (r->type & RCPT_MASK) {
	case RCPT_DEVICE:
		a->data[0] = d->attributes & 0x40 ? 1 : 0; /* self powered */
		return true;
	case RCPT_IFACE:
		return r->index < d->n_channels;
	case RCPT_EP:
		if (!(r->index & 0x0f))
			return true;
		halt = halt_flag(d, r->index);
		if (halt)
			a->data[0] = *halt;
		return halt;
	default:
		return false;
	}
}

static bool set_feature(struct usbdev *d, const struct request *r, bool on)
{
	bool *halt;

	if ((r->type & RCPT_MASK) == RCPT_DEVICE)
		return r->value == FEATURE_WAKEUP && (d->attributes & 0x20);
	if ((r->type & RCPT_MASK) != RCPT_EP || r->value != FEATURE_HALT)
		return false;
	halt = halt_flag(d, r->index);
	if (halt)
		*halt = on;
	return halt;
}

static bool set_configuration(struct usbdev *d, const struct request *r)
{
	unsigned int i;

	if (r->value > CONFIG_VALUE)
		return false;
	d->configuration = (u8)r->value;
	for (i = 0; i < d->n_channels; i++)
		d->ch[i].halt_in = d->ch[i].halt_out = false;
	return true;
}

static bool standard(struct usbdev *d, const struct request *r, struct answer *a)
{
	bool in = r->type & REQ_IN;

	switch (r->request) {
	case GET_STATUS:
		return in && get_status(d, r, a);
	case CLEAR_FEATURE:
	case SET_FEATURE:
		return !in && set_feature(d, r, r->request == SET_FEATURE);
	case SET_ADDRESS:
		return !in;
	case GET_DESCRIPTOR:
		return in && get_descriptor(d, r, a);
	case GET_CONFIGURATION:
		a->data[0] = d->configuration;
		a->len = 1;
		return in;
	case SET_CONFIGURATION:
		return !in && set_configuration(d, r);
	case GET_INTERFACE:
		a->data[0] = 0;
		a->len = 1;
		return in && r->index < d->n_channels;
	case SET_INTERFACE:
		return !in && r->index < d->n_channels && !r->value;
	default:
		return false;
	}
}

/* ---- FTDI's; false: stall ---- */

/*
 * Divisor of an H part: bits 13:0 whole, 16:14 a code for eighths, bit 17: of 12 MHz, else of 3 MHz.
 * wIndex carries bits 23:16 in its high byte. 0 and 1 mean 1 and 1.5. Bit-bang goes at 16 times the
 * baud rate, from 12 MHz at 5 times (AN232R-01 says 16; pyftdi has the 5 from H parts).
 */
static void set_baud_rate(struct channel *ch, u16 value, u16 index)
{
	static const u8 eighths[8] = { 0, 4, 2, 1, 3, 5, 6, 7 };
	u32 bits = value | (u32)(index >> 8) << 16;
	u32 n = (bits & 0x3fff) * 8 + eighths[bits >> 14 & 7];
	bool fast = bits & BIT(17);
	u64 base = fast ? 12000000 : 3000000;

	if (n == 0)
		n = 8;
	else if (n == 8)
		n = 12;
	ch->byte_ps = 10 * PS_PER_S * n / (base * 8);
	ch->bang_ps = ch->byte_ps / 10 / (fast ? 5 : 16);
}

static bool reset_channel(struct channel *ch, u16 what)
{
	if (what > 2)
		return false;
	if (what == 0 || what == 1)
		channel_purge_out(ch);
	if (what == 0 || what == 2)
		channel_purge_in(ch);
	return true;
}

static bool set_bitmode(struct channel *ch, u16 value)
{
	struct usbdev *d = ch->dev;

	ch->mode = (u8)(value >> 8);
	ch->n_out = 0;
	if (!ch->index)
		vftdi_set_mode(d->sim->ftdi, ch->mode, (u8)value);
	else if (ch->mode == MODE_MPSSE && ch->eng)
		vmpsse_reset(ch->eng, (u8)value);
	else
		vwire_set(ch->wire, 0, 0);
	if (channel_is_bitbang(ch))
		bitbang_begin(ch, (u8)value);
	else if (ch->mode != MODE_UART && (ch->mode != MODE_MPSSE || !ch->eng))
		sim_complain(d->sim, "usb", "channel %c has no mode 0x%02x (or not here)",
			     'A' + (int)ch->index, ch->mode);
	return true;
}

static bool eeprom_request(struct usbdev *d, const struct request *r, struct answer *a)
{
	size_t at = (size_t)r->index * 2;

	if (r->request == SIO_ERASE_EEPROM) {
		memset(d->eeprom, 0xff, EEPROM_SIZE);
		eeprom_changed(d);
		return true;
	}
	if (at + 2 > EEPROM_SIZE)
		return false;
	if (r->request == SIO_READ_EEPROM) {
		memcpy(a->data, d->eeprom + at, 2);
		a->len = 2;
		return true;
	}
	put_le16(d->eeprom + at, r->value);
	eeprom_changed(d);
	return true;
}

static bool channel_request(struct channel *ch, const struct request *r, struct answer *a)
{
	switch (r->request) {
	case SIO_RESET:
		return reset_channel(ch, r->value);
	case SIO_SET_BAUD_RATE:
		set_baud_rate(ch, r->value, r->index);
		return true;
	case SIO_SET_MODEM_CTRL:
	case SIO_SET_FLOW_CTRL:
	case SIO_SET_DATA:
	case SIO_SET_ERROR_CHAR:
		return true; /* lines that are not wired, and 10 bits a byte whatever the frame */
	case SIO_POLL_MODEM_STATUS:
		channel_status(ch, a->data);
		a->len = 2;
		return true;
	case SIO_SET_EVENT_CHAR:
		ch->event_char = r->value & 0x100 ? r->value & 0xff : -1;
		return true;
	case SIO_SET_LATENCY:
		if (!r->value || r->value > 255)
			return false;
		ch->latency_ps = r->value * PS_PER_MS;
		ch->timer_ps = sim_now_ps(ch->dev->sim) + ch->latency_ps;
		return true;
	case SIO_GET_LATENCY:
		a->data[0] = (u8)(ch->latency_ps / PS_PER_MS);
		a->len = 1;
		return true;
	case SIO_SET_BITMODE:
		return set_bitmode(ch, r->value);
	case SIO_READ_PINS:
		a->data[0] = (u8)vwire_levels(ch->wire);
		a->len = 1;
		return true;
	default:
		return false;
	}
}

static bool is_read(u8 request)
{
	return request == SIO_POLL_MODEM_STATUS || request == SIO_GET_LATENCY ||
	       request == SIO_READ_PINS || request == SIO_READ_EEPROM;
}

static bool vendor(struct usbdev *d, const struct request *r, struct answer *a)
{
	unsigned int channel = r->index & 0xff;

	if (is_read(r->request) != !!(r->type & REQ_IN))
		return false;
	if (r->request >= SIO_READ_EEPROM && r->request <= SIO_ERASE_EEPROM)
		return eeprom_request(d, r, a);
	/* counted from 1; drivers of parts with one channel write 0 */
	if (channel)
		channel--;
	return channel < d->n_channels && channel_request(&d->ch[channel], r, a);
}

void usbdev_ctl_request(struct usbdev *d, struct urb *urb)
{
	const u8 *s = urb->setup;
	const struct request r = { s[0], s[1], get_le16(s + 2), get_le16(s + 4), get_le16(s + 6) };
	struct answer a = { .len = 0 };
	bool in = r.type & REQ_IN, good = false;

	_Static_assert(CONFIG_DESC_MAX <= sizeof(a.data), "the largest descriptor fits");
	/* a transfer whose direction is not that of its set-up packet is none */
	if (in == urb->in || !r.length) {
		if ((r.type & REQ_TYPE) == REQ_STANDARD)
			good = standard(d, &r, &a);
		else if ((r.type & REQ_TYPE) == REQ_VENDOR)
			good = vendor(d, &r, &a);
	}
	urb->status = good ? 0 : -EPIPE;
	if (good && urb->in) {
		urb->actual = (u32)min(a.len, (size_t)r.length);
		urb->actual = min(urb->actual, urb->len);
		if (urb->actual)
			memcpy(urb->buf, a.data, urb->actual);
	} else if (good) {
		urb->actual = urb->len; /* no request of ours takes data: they are dropped */
	}
	urb->told_ps = d->host_ps - USB_IN_SOFT_MIN_PS;
	urb->complete(urb);
}
