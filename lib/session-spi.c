// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A session without a target: the programmer is a SPI controller, and its flash chip the only
 * device, from address 0.
 */
#include "lib/session-priv.h"
#include "lib/spi-nor.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static void name_target(struct swdrom *s)
{
	snprintf(s->target.name, sizeof(s->target.name), "%s", spi_nor_name(s->nor));
	for (char *c = s->target.name; *c; c++)
		*c = (char)toupper((unsigned char)*c);
}

static int add_mtds(struct swdrom *s)
{
	struct target *t = &s->target;

	*t = (struct target){ .ctx = &s->ctx };
	name_target(s);
	t->mtds[t->n_mtds++] = spi_nor_mtd(s->nor);
	if (spi_nor_otp_mtd(s->nor))
		t->mtds[t->n_mtds++] = spi_nor_otp_mtd(s->nor);
	return session_report_open(s);
}

/**
 * session_spi_open() - adapter, controller and flash chip of an open_spi() programmer
 * @s: session
 * @p: the programmer's parameters
 */
int session_spi_open(struct swdrom *s, struct params *p)
{
	int ret;

	if (s->has_board)
		return err_set(&s->ctx.err, -EINVAL, "leave out -b",
			       "%s has a flash chip and no board with a target",
			       s->programmer->name);
	ret = s->programmer->open_spi(p, &s->ctx, &s->transport, &s->spi);
	if (ret)
		return ret;
	session_start_clock(s, s->transport->clk);
	ret = params_check_unused(p, s->programmer->name, &s->ctx.err);
	if (ret)
		return ret; /* nothing was done with the adapter: nothing to report of it */
	ret = s->spi->ops->enable(s->spi);
	session_report_adapter(s);
	if (!ret)
		ret = spi_nor_probe_as(s->spi, 0, NULL, s->has_nor_choice ? &s->nor_choice : NULL,
				       &s->nor);
	return ret ? ret : add_mtds(s);
}

void session_spi_close(struct swdrom *s)
{
	if (!s->spi)
		return;
	for (size_t i = 0; i < s->target.n_mtds; i++)
		mtd_finish(s->target.mtds[i]);
	s->target.n_mtds = 0;
	spi_nor_free(s->nor);
	s->programmer->close_spi(s->spi);
	s->nor = NULL;
	s->spi = NULL;
}
