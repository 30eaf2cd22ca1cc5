// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Built without an engine: the virtual core executes nothing, vcortexm.c pretends.
 */
#include "sim/vcore.h"

struct vcore *vcore_new(struct mcu *mcu)
{
	return NULL;
}

void vcore_free(struct vcore *v)
{
}

void vcore_set_regs(struct vcore *v, const struct vcore_regs *regs)
{
}

void vcore_get_regs(struct vcore *v, struct vcore_regs *regs)
{
}

u32 vcore_pc(const struct vcore *v)
{
	return 0;
}

void vcore_set_breakpoints(struct vcore *v, const u32 *addr, unsigned int n)
{
}

void vcore_set_fpu(struct vcore *v, bool on)
{
}

u64 vcore_run(struct vcore *v, u64 from_ps, u64 to_ps, u64 max, struct vcore_stop *stop)
{
	stop->why = VCORE_TIME;
	return to_ps;
}

void vcore_ask_stop(struct vcore *v)
{
}

bool vcore_take_event(struct vcore *v)
{
	return false;
}

void vcore_memory_changed(struct vcore *v, u32 addr, u32 len)
{
}

bool vcore_is_unconcerned(struct vcore *v, const struct bus_xact *x)
{
	return false;
}

void vcore_wake(struct vcore *v)
{
}
