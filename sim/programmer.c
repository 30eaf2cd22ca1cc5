// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The programmer "sim": every option and every fault of the bench is a key.
 */
#include "sim/sim.h"
#include "sim/netlist.h"
#include "sim/usbbus.h"
#include "sim/vnor.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int get_string(struct params *p, const char *key, char *dst, size_t size, struct err *err)
{
	const char *val = params_get(p, key);

	if (!val)
		return 0;
	if (strlen(val) >= size)
		return err_set(err, -EINVAL, NULL, "%s= is longer than %zu characters", key,
			       size - 1);
	memcpy(dst, val, strlen(val) + 1);
	return 0;
}

static int get_u64(struct params *p, const char *key, u64 least, u64 most, u64 *val,
		   struct err *err)
{
	u64 v = *val;
	int ret = params_get_u64(p, key, &v, err);

	if (ret)
		return ret;
	if (v != *val && (v < least || v > most))
		return err_set(err, -EINVAL, NULL,
			       "%s=%" PRIu64 " is not between %" PRIu64 " and %" PRIu64, key, v,
			       least, most);
	*val = v;
	return 0;
}

static int get_bool(struct params *p, const char *key, bool *val, struct err *err)
{
	u64 v = *val;
	int ret = get_u64(p, key, 0, 1, &v, err);

	*val = v;
	return ret;
}

/* -1 stays if the key is absent */
static int get_s32(struct params *p, const char *key, u64 most, s32 *val, struct err *err)
{
	u64 v = UINT64_MAX;
	int ret = get_u64(p, key, 0, most, &v, err);

	if (!ret && v != UINT64_MAX)
		*val = (s32)v;
	return ret;
}

static int get_us(struct params *p, const char *key, u64 *ps, struct err *err)
{
	u64 us = *ps / PS_PER_US;
	int ret = get_u64(p, key, 0, UINT64_MAX / PS_PER_S, &us, err);

	*ps = us * PS_PER_US;
	return ret;
}

/* @unit may follow the number */
static int get_real(struct params *p, const char *key, char unit, double most, double *val,
		    struct err *err)
{
	const char *text = params_get(p, key);
	char *end;
	double v;

	if (!text)
		return 0;
	v = strtod(text, &end);
	if (end != text && *end == unit)
		end++;
	if (end == text || *end || !(v >= 1 && v <= most))
		return err_set(err, -EINVAL, "as in r=470,c=50p", "%s=%s is not from 1 to %.0f",
			       key, text, most);
	*val = v;
	return 0;
}

static int get_chance(struct params *p, const char *key, double *val, struct err *err)
{
	const char *text = params_get(p, key);
	char *end;
	double v;

	if (!text)
		return 0;
	v = strtod(text, &end);
	if (end == text || *end || !(v >= 0 && v <= 1))
		return err_set(err, -EINVAL, "as in ber=1e-5", "%s=%s is not a chance from 0 to 1",
			       key, text);
	*val = v;
	return 0;
}

static int parse_opts(struct params *p, struct sim_opts *o, struct err *err)
{
	u64 flash_kib = o->flash_kib;
	int ret = 0;

	if (params_get(p, "pins")) /* what that protocol can say */
		snprintf(o->wiring, sizeof(o->wiring), "tristate");
	ret = ret ?: get_string(p, "board", o->board, sizeof(o->board), err);
	ret = ret ?: get_string(p, "nor", o->nor, sizeof(o->nor), err);
	ret = ret ?: get_string(p, "state", o->state_path, sizeof(o->state_path), err);
	ret = ret ?: get_u64(p, "seed", 0, UINT64_MAX, &o->seed, err);
	ret = ret ?: get_bool(p, "busy_max", &o->busy_max, err);
	ret = ret ?: get_string(p, "wiring", o->wiring, sizeof(o->wiring), err);
	ret = ret ?: get_string(p, "chip", o->chip, sizeof(o->chip), err);
	ret = ret ?: get_real(p, "r", 'R', 100000, &o->wire_ohm, err);
	ret = ret ?: get_real(p, "c", 'p', 10000, &o->wire_pf, err);
	ret = ret ?: get_string(p, "vcd", o->vcd_path, sizeof(o->vcd_path), err);
	ret = ret ?: get_string(p, "pins", o->pins, sizeof(o->pins), err);
	ret = ret ?: get_string(p, "serial", o->serial, sizeof(o->serial), err);
	ret = ret ?: get_u64(p, "flash_kib", 256, 1024, &flash_kib, err);
	ret = ret ?: get_s32(p, "dualbank", 1, &o->dualbank, err);
	ret = ret ?: get_s32(p, "rdp", 2, &o->rdp, err);
	ret = ret ?: get_bool(p, "reference_dp", &o->reference_dp, err);
	if (ret)
		return ret;
	if (flash_kib && flash_kib != 256 && flash_kib != 512 && flash_kib != 1024)
		return err_set(err, -EINVAL, NULL, "flash_kib= is 256, 512 or 1024");
	o->flash_kib = (u32)flash_kib;
	return 0;
}

/* nor_state=xip+4byte: how the application left the NOR */
static int parse_nor_state(struct params *p, struct sim_faults *flt, struct err *err)
{
	const struct {
		const char *name;
		bool *val;
	} states[] = {
		{ "xip", &flt->app_xip }, { "qpi", &flt->app_qpi }, { "4byte", &flt->app_4byte },
		{ "dpd", &flt->app_dpd }, { "bp", &flt->app_bp },
	};
	const char *text = params_get(p, "nor_state");
	size_t i, n;

	while (text && *text) {
		n = strcspn(text, "+");
		for (i = 0; i < ARRAY_SIZE(states); i++)
			if (strlen(states[i].name) == n && !memcmp(text, states[i].name, n))
				break;
		if (i == ARRAY_SIZE(states))
			return err_set(err, -EINVAL,
				       "one or more of xip, qpi, 4byte, dpd, bp with +",
				       "nor_state=%s is unknown", text);
		*states[i].val = true;
		text += n + (text[n] == '+');
	}
	return 0;
}

static int parse_faults(struct params *p, struct sim_faults *flt, struct err *err)
{
	const struct {
		const char *key;
		bool *val;
	} bools[] = {
		{ "stuck_wip", &flt->stuck_wip },   { "float_io3", &flt->float_io3 },
		{ "swap_swd", &flt->swap_swd },	    { "no_power", &flt->no_power },
		{ "hold_nrst", &flt->hold_nrst },   { "no_nrst", &flt->no_nrst },
		{ "swdio_open", &flt->swdio_open }, { "app_sleeps", &flt->app_sleeps },
		{ "app_xip", &flt->app_xip },	    { "app_qpi", &flt->app_qpi },
		{ "app_dpd", &flt->app_dpd },	    { "app_dma", &flt->app_dma },
		{ "app_iwdg", &flt->app_iwdg },	    { "extra_byte", &flt->extra_byte },
	};
	u64 wait_every = 0;
	size_t i;
	int ret = 0;

	ret = ret ?: get_chance(p, "ber", &flt->ber, err);
	ret = ret ?: get_u64(p, "wait_every", 0, UINT32_MAX, &wait_every, err);
	ret = ret ?: get_u64(p, "unplug_at", 0, UINT64_MAX, &flt->unplug_at, err);
	ret = ret ?: get_u64(p, "short_at", 0, UINT64_MAX, &flt->short_at, err);
	ret = ret ?: parse_nor_state(p, flt, err);
	ret = ret ?: get_us(p, "reset_at_us", &flt->reset_at_ps, err);
	ret = ret ?: get_us(p, "power_cut_us", &flt->power_cut_ps, err);
	for (i = 0; i < ARRAY_SIZE(bools); i++)
		ret = ret ?: get_bool(p, bools[i].key, bools[i].val, err);
	flt->wait_every = (u32)wait_every;
	return ret;
}

/**
 * sim_opts_parse() - options and faults of a bench by their keys
 * @p: parameters
 * @opts, @faults: set where a key is there
 * @err: what is wrong with a value
 *
 * Return: 0 or -EINVAL.
 */
int sim_opts_parse(struct params *p, struct sim_opts *opts, struct sim_faults *faults,
		   struct err *err)
{
	int ret = parse_opts(p, opts, err);

	return ret ?: parse_faults(p, faults, err);
}

static int open_bench(struct usbbus *bus, unsigned int port, struct params *p,
		      const struct log *log, struct err *err, struct transport **t)
{
	struct sim_faults faults = { 0 };
	struct sim_opts opts;
	int ret;

	sim_opts_default(&opts);
	ret = sim_opts_parse(p, &opts, &faults, err);
	if (!ret)
		ret = sim_open_shared(&opts, &faults, bus, port, err, t);
	if (!ret)
		sim_set_log(*t, log);
	if (!ret)
		log_dbg(log, "virtual bench: board %s, %s, %s wiring, seed %" PRIu64, opts.board,
			opts.chip, opts.wiring, opts.seed);
	return ret;
}

static int sim_gang_open(void *gang, unsigned int index, struct params *p, const struct log *log,
			 struct err *err, struct transport **t)
{
	return open_bench(gang, index, p, log, err, t);
}

static int sim_programmer_open(struct params *p, const struct log *log, struct err *err,
			       struct transport **t)
{
	return open_bench(NULL, 0, p, log, err, t);
}

/* ---- several benches at once: one USB bus ---- */

static void *sim_gang_new(unsigned int n)
{
	return usbbus_new(n);
}

static void sim_gang_free(void *gang)
{
	usbbus_free(gang);
}

static void sim_gang_leave(void *gang, unsigned int index)
{
	usbbus_leave(gang, index);
}

static void own_file(struct programmer_choice *c, size_t *n, const char *path)
{
	if (path)
		snprintf(c->owns[(*n)++], sizeof(c->owns[0]), "file %s", path);
}

/* boards that the user did not tell apart are told apart by their place in the gang */
static int sim_programmer_resolve(struct params *p, bool all, unsigned int index, struct err *err,
				  int (*found)(void *arg, const struct programmer_choice *choice),
				  void *arg)
{
	const char *serial = params_get(p, "serial"), *seed = params_get(p, "seed");
	struct programmer_choice c = { 0 };
	char number[16];
	size_t n = 0;

	if (all)
		return err_set(err, -EINVAL, "write -p sim -p sim for two of them",
			       "there are as many virtual adapters as are named");
	c.set[0].key = "serial";
	c.set[1].key = "seed";
	snprintf(number, sizeof(number), "SIM%04u", index + 1);
	if (!serial)
		serial = number;
	snprintf(c.set[0].value, sizeof(c.set[0].value), "%s", serial);
	if (seed)
		snprintf(c.set[1].value, sizeof(c.set[1].value), "%s", seed);
	else
		snprintf(c.set[1].value, sizeof(c.set[1].value), "%u", index + 1);
	snprintf(c.label, sizeof(c.label), "%s", serial);
	snprintf(c.owns[n++], sizeof(c.owns[0]), "virtual adapter, serial number %s", serial);
	own_file(&c, &n, params_get(p, "state"));
	own_file(&c, &n, params_get(p, "vcd"));
	return found(arg, &c);
}

static int sim_programmer_list(struct params *p, const struct log *log, struct err *err)
{
	const char *const *name, *nor;
	u32 i;

	for (name = netlist_board_names(); *name; name++)
		log_info(log, "sim:board=%s", *name);
	for (i = 0; (nor = vnor_known_part(i, NULL)); i++)
		log_info(log, "sim:nor=%s", nor);
	return 0;
}

/* the wiring that a virtual adapter imitates has a name of its own */
static const char *sim_programmer_adapter(struct params *p)
{
	static const char *const names[][2] = {
		{ "tristate", "minimodule-swd" },
		{ "buffer", "olimex-arm-usb-ocd-h+arm-jtag-swd" },
	};
	const char *wiring = params_get(p, "wiring");
	size_t i;

	if (!wiring && params_get(p, "pins"))
		return names[0][1];
	for (i = 0; wiring && i < ARRAY_SIZE(names); i++)
		if (!strcmp(wiring, names[i][0]))
			return names[i][1];
	return NULL;
}

const struct programmer sim_programmer = {
	.name = "sim",
	.help = "board=NAME          virtual board (stm32l476g-disco)\n"
		"nor=NAME            SPI-NOR on it, any of `swdrom-sim --list`\n"
		"state=FILE          flash contents survive in this file\n"
		"seed=N              of everything that is left to chance\n"
		"busy_max=1          flash busy times up to the data sheet's maximum\n"
		"wiring=NAME         resistor, tristate or buffer\n"
		"r=OHM c=PF          resistor (220) and capacitance (30p) of SWDIO: what SWCLK can "
		"be\n"
		"chip=NAME           ft2232h, ft232h, ft4232h\n"
		"pins=remote_bitbang:HOST:PORT   wire the adapter to that SWD target instead\n"
		"vcd=FILE            trace of the SWD and QUADSPI wires, written at the end\n"
		"serial=TEXT         of the virtual adapter (SIM0001)\n"
		"flash_kib=N dualbank=0|1 rdp=0|1|2   of a factory-fresh part\n"
		"reference_dp=1      debug port and NOR edge by edge, DMA item by item (slow)\n"
		"ber=P               chance of a bit error on SWDIO, as 1e-5\n"
		"wait_every=N        every n-th AP access is answered WAIT\n"
		"unplug_at=N         the n-th USB batch finds the adapter gone\n"
		"short_at=N          the n-th USB batch loses the end of its reply\n"
		"reset_at_us=T       reset button at this virtual time\n"
		"power_cut_us=T      target power fails at this virtual time for 50 ms\n"
		"no_power=1 swap_swd=1 swdio_open=1 hold_nrst=1 no_nrst=1   wrong wiring\n"
		"stuck_wip=1 float_io3=1                                    faulty NOR\n"
		"extra_byte=1        QUADSPI: an extra byte after a read now and then (erratum)\n"
		"app_sleeps=1 app_xip=1 app_qpi=1 app_dpd=1 app_dma=1 app_iwdg=1\n"
		"                    what the application left behind\n"
		"nor_state=xip|qpi|4byte|dpd|bp   ... and how it left the NOR; several with +\n",
	.open = sim_programmer_open,
	.list = sim_programmer_list,
	.resolve = sim_programmer_resolve,
	.gang_new = sim_gang_new,
	.gang_free = sim_gang_free,
	.gang_leave = sim_gang_leave,
	.gang_open = sim_gang_open,
	.default_adapter = NULL,
	.adapter_for = sim_programmer_adapter,
};
