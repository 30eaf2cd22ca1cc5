/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How an FTDI chip is wired to the target's SWD pins, as data: one section of an INI file,
 * built in (adapters/ *.ini) or the user's own (`-p ftdi:adapter=./mine.ini`).
 *
 * All masks are 16 bits: low byte xDBUS0-7 (MPSSE 0x80/0x81), high byte xCBUS0-7 (0x82/0x83) of
 * the channel in use.
 */
#ifndef SWDROM_LIB_ADAPTER_H
#define SWDROM_LIB_ADAPTER_H

#include "lib/err.h"

#define ADAPTER_DEFAULT "generic" /* a plain module: channel A, resistor wiring */
#define ADAPTER_MAX_IDS 12

enum adapter_wiring {
	ADAPTER_JTAG_ONLY, /* known by name; its wiring carries no SWD */
	ADAPTER_RESISTOR,  /* DO through a resistor, DI straight: DO may drive all the time */
	ADAPTER_TRISTATE,  /* DO straight: made an input while the target drives */
	ADAPTER_BUFFER_OE, /* DO through a buffer with an output enable */
	ADAPTER_TMS,	   /* SWDIO on the TMS pin: TMS shifts out, pin reads in */
};

enum adapter_nsrst {
	ADAPTER_NSRST_NONE,
	ADAPTER_NSRST_PUSH_PULL,
	ADAPTER_NSRST_OPEN_DRAIN, /* the pin drives a transistor or a buffer's enable */
	ADAPTER_NSRST_TRISTATE,	  /* a data pin and an enable pin */
	ADAPTER_NSRST_DIRECT,	  /* output (low, as a rule) asserts, input releases */
};

/* what the USB product string says about the adapter */
enum adapter_match {
	ADAPTER_MATCH_HINT,	/* may be anything */
	ADAPTER_MATCH_EXACT,	/* one of usb_product, '|' between them */
	ADAPTER_MATCH_CONTAINS, /* contains usb_product */
};

struct adapter_id {
	u16 vid, pid;
};

struct adapter {
	char name[48];
	char product[136];
	struct adapter_id ids[ADAPTER_MAX_IDS];
	unsigned int n_ids;
	char usb_product[64];
	enum adapter_match match;
	char chip[32];
	u8 channel; /* 0 = A */
	enum adapter_wiring wiring;
	u16 swclk, swdio_out, swdio_in;
	u16 init_out, init_dir;			 /* safe levels and directions (1 = output) */
	u16 swd_en_mask, swd_en_out, swd_en_dir; /* levels that select SWD; pins to make outputs */
	u16 swdio_oe_mask, swdio_drive, swdio_float; /* ADAPTER_BUFFER_OE: levels on the enable */
	u16 swdio_float_dir;			     /* ADAPTER_TRISTATE: directions to clear */
	enum adapter_nsrst nsrst;
	u16 nsrst_mask, nsrst_assert, nsrst_release; /* levels */
	u16 led_mask, led_on;
	u32 max_hz;	   /* of the wiring; 0 = no limit known */
	char untested[48]; /* why its data should be doubted; "" = no reason known */
	char source[104];  /* where the data come from */
	char note[320];
};

/* levels and directions of all 16 pins */
struct adapter_pins {
	u16 out, dir;
};

int adapter_load(struct adapter *a, const char *name_or_path, struct err *err);
int adapter_check(const struct adapter *a, struct err *err);

/**
 * typedef adapter_fn - called for each built-in adapter, the ones without SWD too
 * @arg: the caller's
 * @a: valid during the call
 *
 * Return: 0 to go on, anything else to stop with that value.
 */
typedef int adapter_fn(void *arg, const struct adapter *a);

int adapter_for_each(adapter_fn *fn, void *arg, struct err *err);
bool adapter_fits_usb(const struct adapter *a, u16 vid, u16 pid, const char *product);
const char *adapter_wiring_name(enum adapter_wiring wiring);

void adapter_pins_init(const struct adapter *a, struct adapter_pins *pins);
void adapter_pins_drive(const struct adapter *a, struct adapter_pins *pins, bool is_driven);
void adapter_pins_nrst(const struct adapter *a, struct adapter_pins *pins, bool is_asserted);
void adapter_pins_led(const struct adapter *a, struct adapter_pins *pins, bool is_on);
bool adapter_nrst_is_readable(const struct adapter *a);

struct ctx;
struct swd_host;
struct transport;

/*
 * swd_host_open() - make an SWD adapter of a transport (drivers/mpsse.c)
 *
 * On success the host owns @t: h->ops->close() leaves the pins as inputs and closes it. On failure
 * @t stays the caller's. @a is copied. -EINVAL when adapter and chip do not go together, -EPROTO
 * when the chip does not answer as an MPSSE does.
 */
int swd_host_open(struct ctx *ctx, struct transport *t, const struct adapter *a,
		  struct swd_host **h);

#endif
