// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/vdma.h"

struct vdma *vdma_new(struct mcu *mcu)
{
	return (struct vdma *)mcu;
}

void vdma_free(struct vdma *d)
{
}

void vdma_reset(struct vdma *d)
{
}

void vdma_run_to(struct vdma *d, u64 t)
{
}

void vdma_set_request(struct vdma *d, enum dma_line line, bool level)
{
}

void vdma_set_periodic(struct vdma *d, enum dma_line line, u64 period_ps, u64 t)
{
}
