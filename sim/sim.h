/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The virtual bench from outside: opened as a transport, looked into by tests.
 */
#ifndef SWDROM_SIM_SIM_H
#define SWDROM_SIM_SIM_H

#include "lib/programmer.h"
#include "sim/core.h"

extern const struct programmer sim_programmer; /* -p sim:board=NAME,state=FILE,seed=N,... */

/**
 * sim_open() - build a bench: virtual adapter, wire, MCU, board
 * @opts, @faults: copied
 * @t: its transport; t->clk is the virtual clock. Closing it saves the state and frees the bench
 */
int sim_open(const struct sim_opts *opts, const struct sim_faults *faults, struct err *err,
	     struct transport **t);
/* the same with its adapter at @port of a USB bus that is shared with others: sim/usbbus.h */
int sim_open_shared(const struct sim_opts *opts, const struct sim_faults *faults,
		    struct usbbus *bus, unsigned int port, struct err *err, struct transport **t);
void sim_opts_default(struct sim_opts *opts);
/* the keys of -p sim: (sim/programmer.c); absent ones leave @opts and @faults as they are */
int sim_opts_parse(struct params *p, struct sim_opts *opts, struct sim_faults *faults,
		   struct err *err);
/* complaints (see core.h) are logged there as warnings when @t is closed; @log outlives it */
void sim_set_log(struct transport *t, const struct log *log);
/* the bench behind a transport that sim_open() made */
struct sim *sim_of_transport(struct transport *t);
/* let virtual time pass with nobody at the adapter: the target runs on */
void sim_run_for(struct transport *t, u64 ns);

#endif
