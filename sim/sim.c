// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Assembly of the bench, and the faults that are not the wire's: reset button, power cut.
 */
#include "sim/sim.h"
#include "sim/mcu.h"
#include "sim/netlist.h"
#include "sim/swdp.h"
#include "sim/vcd.h"
#include "sim/vftdi.h"
#include "sim/vnor.h"
#include "sim/vpins.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* somebody presses the button for this long */
#define RESET_BUTTON_PS (20 * PS_PER_MS)
/* power comes back after this time (struct sim_faults) */
#define POWER_CUT_PS (50 * PS_PER_MS)

/* a run that goes wrong repeats itself: the first ones tell */
#define COMPLAINTS_SHOWN 20

struct bench {
	struct sim sim;
	struct err *err;
	const struct log *log; /* NULL: nobody listens */
	struct sim_event reset, power;
};

/**
 * sim_opts_default() - options of a bench of which nothing was said
 * @opts: filled in
 */
void sim_opts_default(struct sim_opts *opts)
{
	*opts = (struct sim_opts){
		.board = "stm32l476g-disco",
		.seed = 1,
		.wiring = "resistor",
		.chip = "ft2232h",
		.serial = "SIM0001",
		.dualbank = -1,
		.rdp = -1,
	};
}

/**
 * sim_of_transport() - the bench behind a transport that sim_open() made
 * @t: transport
 */
struct sim *sim_of_transport(struct transport *t)
{
	return vftdi_sim(t);
}

/**
 * sim_run_for() - let virtual time pass with nobody at the adapter
 * @t: transport made by sim_open()
 * @ns: how long; the target runs on, its code and its busy chips
 */
void sim_run_for(struct transport *t, u64 ns)
{
	struct sim *sim = vftdi_sim(t);

	sim_advance_to(sim, sim_now_ps(sim) + ns * PS_PER_NS);
}

static void set_power(struct bench *b, bool on)
{
	mcu_set_power(b->sim.mcu, on);
	netlist_set_power(b->sim.nets, on);
}

static void power_event(void *arg, u64 now_ps)
{
	struct bench *b = arg;
	bool on = !mcu_is_powered(b->sim.mcu);
	u64 next = on ? SIM_NEVER : now_ps + POWER_CUT_PS;

	set_power(b, on);
	swdp_careful_from(b->sim.dp, next);
	sim_schedule(&b->sim, &b->power, next);
}

static void reset_event(void *arg, u64 now_ps)
{
	struct bench *b = arg;
	bool press = now_ps < b->sim.faults.reset_at_ps + RESET_BUTTON_PS;

	mcu_set_nrst(b->sim.mcu, press || b->sim.faults.hold_nrst);
	if (press)
		sim_schedule(&b->sim, &b->reset, b->sim.faults.reset_at_ps + RESET_BUTTON_PS);
}

static void schedule_faults(struct bench *b)
{
	const struct sim_faults *flt = &b->sim.faults;

	b->power = (struct sim_event){ .at_ps = SIM_NEVER, .fn = power_event, .arg = b };
	b->reset = (struct sim_event){ .at_ps = SIM_NEVER, .fn = reset_event, .arg = b };
	if (flt->no_power) {
		set_power(b, false);
	} else if (flt->power_cut_ps) {
		swdp_careful_from(b->sim.dp, flt->power_cut_ps);
		sim_schedule(&b->sim, &b->power, flt->power_cut_ps);
	}
	if (flt->reset_at_ps)
		sim_schedule(&b->sim, &b->reset, flt->reset_at_ps);
}

static void bench_free(struct bench *b)
{
	sim_cancel(&b->sim, &b->power);
	sim_cancel(&b->sim, &b->reset);
	vftdi_free(b->sim.ftdi);
	vpins_close(b->sim.pins);
	swdp_free(b->sim.dp);
	if (b->sim.nets)
		netlist_free(b->sim.nets);
	if (b->sim.mcu)
		mcu_free(b->sim.mcu);
	vcd_close(b->sim.vcd);
	sim_core_exit(&b->sim);
	free(b);
}

/**
 * sim_set_log() - who hears of the bench's complaints when it is closed
 * @t: transport made by sim_open()
 * @log: outlives it
 */
void sim_set_log(struct transport *t, const struct log *log)
{
	container_of(vftdi_sim(t), struct bench, sim)->log = log;
}

static void bench_complain(const struct bench *b)
{
	size_t i, n = sim_n_complaints(&b->sim);

	for (i = 0; b->log && i < n && i < COMPLAINTS_SHOWN; i++)
		log_warn(b->log, "virtual bench: real hardware would object: %s",
			 sim_complaint(&b->sim, i));
	if (b->log && n > COMPLAINTS_SHOWN)
		log_warn(b->log, "virtual bench: %zu more of these", n - COMPLAINTS_SHOWN);
}

static void bench_close(void *arg)
{
	struct bench *b = arg;
	int ret;

	bench_complain(b);
	if (b->sim.opts.state_path[0]) {
		mcu_save(b->sim.mcu);
		netlist_save(b->sim.nets);
	}
	ret = sim_core_save(&b->sim);
	if (ret)
		err_set(b->err, ret, "check the directory and the space on the disk",
			"cannot write the bench's state to %s: %s", b->sim.opts.state_path,
			strerror(-ret));
	ret = vcd_close(b->sim.vcd);
	b->sim.vcd = NULL;
	if (ret)
		err_set(b->err, ret, "check the space on the disk", "cannot write the trace %s",
			b->sim.opts.vcd_path);
	bench_free(b);
}

static int unknown_board(struct err *err, const char *board)
{
	const char *const *name;
	char list[200] = "";
	size_t n = 0;

	for (name = netlist_board_names(); *name && n + strlen(*name) + 3 < sizeof(list); name++)
		n += (size_t)snprintf(list + n, sizeof(list) - n, "%s%s", n ? ", " : "", *name);
	return err_set(err, -EINVAL, "choose one of those with board=",
		       "no virtual board is called \"%s\"; there are: %s", board, list);
}

static bool board_exists(const char *board)
{
	const char *const *name;

	for (name = netlist_board_names(); *name; name++)
		if (!strcmp(*name, board))
			return true;
	return false;
}

/* the SPI-NOR that was asked for: is there one, and a place for it? */
static int check_nor(const struct sim_opts *opts, struct err *err)
{
	if (!opts->nor[0])
		return 0;
	if (!vnor_is_known(opts->nor))
		return err_set(err, -EINVAL, "`swdrom-sim --list` names them",
			       "there is no model of a SPI-NOR \"%s\"", opts->nor);
	if (!netlist_board_nor(opts->board))
		return err_set(err, -EINVAL, "choose another board",
			       "the virtual board %s has no place for a SPI-NOR", opts->board);
	return 0;
}

static int bench_build(struct bench *b, struct err *err)
{
	struct sim *sim = &b->sim;

	if (sim->opts.vcd_path[0]) {
		sim->vcd = vcd_open(sim->opts.vcd_path, sim->opts.board, err);
		if (!sim->vcd)
			return err ? err->code : -EIO;
		sim->opts.reference_dp = true; /* every edge */
	}
	if (netlist_is_on_adapter(sim->opts.board))
		snprintf(sim->opts.wiring, sizeof(sim->opts.wiring), "spi");
	if (!sim->opts.flash_kib)
		sim->opts.flash_kib = netlist_flash_kib(sim->opts.board);
	sim->mcu = mcu_new(sim);
	if (!sim->mcu)
		return err_set(err, -ENOMEM, NULL, "out of memory");
	sim->nets = netlist_new(sim);
	if (!sim->nets) /* there is such a board, and such a chip: that was looked at before */
		return err_set(err, -ENOMEM, "close other programs, or run fewer virtual boards",
			       "out of memory for the virtual board %s with %s", sim->opts.board,
			       sim->opts.nor[0] ? sim->opts.nor : "its SPI-NOR");
	if (netlist_is_on_adapter(sim->opts.board))
		sim->spi_nor = netlist_nor(sim->nets);
	sim->dp = swdp_new(sim, sim->mcu);
	if (!sim->dp)
		return err_set(err, -ENOMEM, NULL, "out of memory");
	if (sim->opts.pins[0]) {
		sim->pins = vpins_open(sim, sim->opts.pins, err);
		if (!sim->pins)
			return err ? err->code : -ENODEV;
	}
	sim->ftdi = vftdi_new(sim, sim->dp, sim->mcu, err);
	if (!sim->ftdi)
		return err ? err->code : -EINVAL;
	vftdi_on_close(sim->ftdi, bench_close, b);
	schedule_faults(b);
	return 0;
}

/**
 * sim_open_shared() - build a bench: virtual adapter, wire, MCU, board
 * @opts: options, copied
 * @faults: faults, copied; NULL for none
 * @bus: USB bus that it shares with others (sim/usbbus.h), which outlives it; NULL: its own
 * @port: of the bus
 * @err: where errors go, also those of the transport later
 * @t: set to its transport on success
 *
 * Return: 0 or -errno.
 */
int sim_open_shared(const struct sim_opts *opts, const struct sim_faults *faults,
		    struct usbbus *bus, unsigned int port, struct err *err, struct transport **t)
{
	struct bench *b;
	int ret;

	if (!board_exists(opts->board))
		return unknown_board(err, opts->board);
	ret = check_nor(opts, err);
	if (ret)
		return ret;
	b = calloc(1, sizeof(*b));
	if (!b)
		return err_set(err, -ENOMEM, NULL, "out of memory");
	b->err = err;
	ret = sim_core_init(&b->sim, opts, faults);
	if (ret) {
		free(b);
		return err_set(err, ret, "name another file, or remove this one: it starts empty",
			       "cannot read the bench's state from %s: %s", opts->state_path,
			       ret == -ENOEXEC ? "not a state file" : strerror(-ret));
	}
	b->sim.usb_bus = bus;
	b->sim.usb_port = port;
	ret = bench_build(b, err);
	if (ret) {
		bench_free(b);
		return ret;
	}
	*t = vftdi_transport(b->sim.ftdi);
	return 0;
}

/**
 * sim_open() - build a bench that has a USB bus of its own
 * @opts: options, copied
 * @faults: faults, copied; NULL for none
 * @err: where errors go, also those of the transport later
 * @t: set to its transport on success
 *
 * Return: 0 or -errno.
 */
int sim_open(const struct sim_opts *opts, const struct sim_faults *faults, struct err *err,
	     struct transport **t)
{
	return sim_open_shared(opts, faults, NULL, 0, err, t);
}
