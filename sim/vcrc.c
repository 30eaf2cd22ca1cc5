// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/vcrc.h"

struct vcrc *vcrc_new(struct mcu *mcu)
{
	return (struct vcrc *)mcu;
}

void vcrc_free(struct vcrc *c)
{
}

void vcrc_reset(struct vcrc *c)
{
}
