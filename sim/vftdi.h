/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The virtual FT2232H, FT232H or FT4232H, channel A: USB side, FIFOs, modes. It is a transport.
 */
#ifndef SWDROM_SIM_VFTDI_H
#define SWDROM_SIM_VFTDI_H

#include "lib/transport.h"
#include "sim/vwire.h"

/**
 * vftdi_new() - plug in an adapter
 * @sim: bench; opts.chip and opts.wiring say which
 * @dp: what its cable leads to
 * @mcu: whose nRST is wired
 * @err: what is wrong with the options
 *
 * Return: NULL on failure.
 */
struct vftdi *vftdi_new(struct sim *sim, struct swdp *dp, struct mcu *mcu, struct err *err);
void vftdi_free(struct vftdi *f);
struct transport *vftdi_transport(struct vftdi *f);
struct sim *vftdi_sim(struct transport *t);
/* what the transport's close() does after the adapter's own clean-up; it frees the adapter */
void vftdi_on_close(struct vftdi *f, void (*fn)(void *arg), void *arg);

#endif
