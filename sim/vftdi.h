/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The virtual FT2232H, FT232H or FT4232H, channel A: USB side, FIFOs, modes. It is a transport.
 */
#ifndef SWDROM_SIM_VFTDI_H
#define SWDROM_SIM_VFTDI_H

#include "lib/transport.h"
#include "sim/vmpsse.h"

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

/*
 * For a USB side of one's own, URB by URB (simd/usbdev.c): the engine, of which the caller sets room,
 * push and flush, and what SET_BITMODE does. The transport is good for close() only from then on.
 */
struct vmpsse *vftdi_engine(struct vftdi *f);
void vftdi_set_mode(struct vftdi *f, u8 mode, u8 dir);

#endif
