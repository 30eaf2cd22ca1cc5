// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Getting hold of a target, and letting it go.
 *
 * The ladder: at a moderate clock; slower; held in reset with vector catch armed. Each rung is a
 * whole attempt, from the line reset to the chip's identity, because what a rung below can break on
 * shows at different places: no DPIDR, no power-up acknowledge, rubbish from a sleeping bus, a core
 * that does not halt.
 */
#include "lib/target.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/*
 * An STM32L4 leaves reset at 4 MHz; an access port behind a 4 MHz bus keeps up with 4 MHz SWCLK
 * (46 to 48 clocks an access).
 */
#define ATTACH_HZ 4000000u
#define SLOW_HZ	  500000u

/* nRST rises through a pull-up and 100 nF; then the part loads its option bytes */
#define RELEASE_NS (20 * MSEC_NS)

/* slower and slower clocks tried, and how many of DAP_WIRE_TESTS accesses may fail at one */
#define CLOCK_TRIES 6
#define MAX_BAD	    2

/* what a rung can be excused for: the next one may do better */
static bool is_rung_error(int ret)
{
	return ret == -ENXIO || ret == -EIO || ret == -EPROTO || ret == -ETIMEDOUT;
}

static int find_mem_ap(const struct dap_info *info)
{
	for (u8 ap = 0; ap < info->n_aps; ap++)
		if (info->ap[ap].is_mem)
			return ap;
	return -ENXIO;
}

/* which family, or the name of what it is instead */
static int identify(struct target *t)
{
	const struct dap_info *info = dap_info(t->dap);

	for (size_t i = 0; chip_families[i]; i++) {
		const int ret = chip_families[i]->probe(t);

		if (ret < 0)
			return ret;
		if (!ret)
			continue;
		t->family = chip_families[i];
		log_info(&t->ctx->log,
			 "%s: IDCODE 0x%08x, DPIDR 0x%08x, CPUID 0x%08x, flash %u KiB", t->name,
			 t->idcode, info->dpidr, t->core.cpuid, t->flash_size / 1024);
		return 0;
	}
	return err_set(&t->ctx->err, -EOPNOTSUPP,
		       "supported are the parts that `swdrom -L` lists; the numbers help to add "
		       "another one",
		       "unknown part: DPIDR 0x%08x, IDCODE 0x%08x, CPUID 0x%08x", info->dpidr,
		       t->idcode, t->core.cpuid);
}

static int hold_core(struct target *t, const struct target_attach_opts *opts)
{
	int ret;

	ret = cortexm_halt(&t->core);
	if (ret || opts->no_reset)
		return ret;
	ret = cortexm_reset_halt(&t->core);
	if (ret == -ETIMEDOUT && t->rdp != RDP_LEVEL_0) {
		/* a protected part may lock up on its vector fetch while a debugger is there */
		log_warn(&t->ctx->log,
			 "reset-and-halt failed on a read-protected part: halted only");
		err_clear(&t->ctx->err);
		ret = cortexm_halt(&t->core);
	}
	return ret;
}

static void log_component(void *arg, const struct rom_component *c)
{
	const struct target *t = arg;

	log_dbg(&t->ctx->log, "ROM table: 0x%08x JEP106 0x%03x part 0x%03x class %u revision %u",
		c->base, c->jep106, c->part, c->class, c->revision);
}

/* what else hangs on the debug port: for people who look at an unknown part with -V */
static int log_rom_table(struct target *t)
{
	const struct dap_info *info = dap_info(t->dap);

	if (t->ctx->log.level < LOG_DBG)
		return 0;
	return dap_walk_rom(t->q, info->ap[find_mem_ap(info)].base, log_component, t);
}

/* undo what an attempt left, so that the next one starts clean */
static void drop_link(struct target *t, bool holds_nrst)
{
	const struct err saved = t->ctx->err;

	memq_free(t->q);
	t->q = NULL;
	t->family = NULL;
	if (holds_nrst)
		(void)dap_set_nrst(t->dap, false);
	dap_disconnect(t->dap);
	t->ctx->err = saved;
}

static int open_queue(struct target *t)
{
	const struct dap_info *info = dap_info(t->dap);
	const int ap = find_mem_ap(info);

	if (ap < 0)
		return err_set(&t->ctx->err, ap, NULL, "no memory access port (DPIDR 0x%08x)",
			       info->dpidr);
	t->q = memq_new(t->dap, (u8)ap);
	if (t->q)
		return 0;
	return t->ctx->err.code ? t->ctx->err.code : -EIO;
}

/* one rung */
static int try_attach(struct target *t, const struct target_attach_opts *opts, u32 hz, u32 flags)
{
	bool holds_nrst = flags & DAP_UNDER_RESET;
	u32 real_hz = 0, demcr = 0;
	int ret;

	ret = dap_set_hz(t->dap, hz, &real_hz);
	if (ret)
		return ret;
	log_dbg(&t->ctx->log, "connecting at %u kHz%s", real_hz / 1000,
		holds_nrst ? " under reset" : "");
	ret = dap_connect(t->dap, flags);
	if (ret)
		goto out;
	ret = open_queue(t);
	if (ret)
		goto out;
	if (holds_nrst) {
		ret = cortexm_arm_reset_catch(t->q, &demcr);
		if (!ret)
			ret = dap_set_nrst(t->dap, false);
		if (ret)
			goto out;
		holds_nrst = false;
		clock_sleep_ns(t->ctx->clk, RELEASE_NS);
	}
	ret = cortexm_attach(&t->core, t->dap, t->q);
	if (ret)
		goto out;
	if (flags & DAP_UNDER_RESET) {
		t->core.demcr_at_attach = demcr;
		t->core.was_running = true;
	}
	/* a sleeping bus reads as rubbish until the core is awake: halt, then ask who it is */
	ret = cortexm_halt(&t->core);
	if (!ret)
		ret = log_rom_table(t);
	if (!ret)
		ret = identify(t);
	if (!ret)
		ret = hold_core(t, opts);
	if (ret && !is_rung_error(ret))
		cortexm_detach(&t->core, t->core.was_running);
out:
	if (ret)
		drop_link(t, holds_nrst);
	return ret;
}

static int climb(struct target *t, const struct target_attach_opts *opts)
{
	struct ctx *ctx = t->ctx;
	const u32 wanted = opts->swclk_hz ? opts->swclk_hz : ATTACH_HZ;
	const u32 normal_hz = min(wanted, ATTACH_HZ), slow_hz = min(wanted, SLOW_HZ);
	const struct {
		const char *name;
		u32 hz, flags;
		bool is_on;
	} rungs[] = {
		{ "normal", normal_hz, 0, !opts->connect_under_reset },
		{ "slower clock", slow_hz, 0, !opts->connect_under_reset },
		{ "under reset", normal_hz, DAP_UNDER_RESET,
		  opts->connect_under_reset || dap_has_nrst(t->dap) },
		{ "under reset, slower clock", slow_hz, DAP_UNDER_RESET,
		  opts->connect_under_reset || dap_has_nrst(t->dap) },
	};
	struct err first = { 0 };
	int ret = 0;

	for (size_t i = 0; i < ARRAY_SIZE(rungs); i++) {
		if (!rungs[i].is_on)
			continue;
		if (ctx_stopped(ctx))
			return err_set(&ctx->err, -EINTR, NULL,
				       "stopped before the target was attached");
		ret = try_attach(t, opts, rungs[i].hz, rungs[i].flags);
		if (!ret) {
			if (first.code)
				log_info(&ctx->log, "connected: %s (%u kHz); at first: %s",
					 rungs[i].name, rungs[i].hz / 1000, first.what);
			return 0;
		}
		if (!is_rung_error(ret))
			return ret;
		log_dbg(&ctx->log, "connect, %s: %s", rungs[i].name, ctx->err.what);
		/* the first diagnosis was made of an undisturbed target: that is the one to show */
		if (!first.code)
			first = ctx->err;
		err_clear(&ctx->err);
	}
	ctx->err = first;
	return first.code ? first.code : -ENXIO;
}

/* the job's clock; where the wire does not carry it, the next slower one that works */
static int speed_up(struct target *t, u32 hz, u32 attach_hz)
{
	struct ctx *ctx = t->ctx;
	const u32 asked = hz;
	int ret;

	for (unsigned int i = 0; i <= CLOCK_TRIES; i++, hz = hz / 3 * 2) {
		unsigned int n_bad = 0, limit = MAX_BAD;

		if (i == CLOCK_TRIES || hz <= attach_hz) {
			/* the chip was identified at this one: errors cost time, not data */
			hz = attach_hz;
			limit = DAP_WIRE_TESTS / 8;
		}
		ret = dap_set_hz(t->dap, hz, &t->dap_hz);
		if (!ret && i)
			ret = dap_revive(t->dap);
		if (ret == -ENXIO && hz > attach_hz) {
			err_clear(&ctx->err);
			continue;
		}
		if (!ret)
			ret = dap_test_wire(t->dap, &n_bad);
		if (ret)
			return ret;
		log_dbg(&ctx->log, "SWCLK %u kHz: %u of %u accesses bad", t->dap_hz / 1000, n_bad,
			DAP_WIRE_TESTS);
		if (n_bad > limit)
			continue;
		if (i)
			log_warn(&ctx->log,
				 "the wire is noisy at %u kHz: going on at %u kHz (shorter wires "
				 "and a good ground help)",
				 asked / 1000, t->dap_hz / 1000);
		else if (n_bad)
			log_warn(&ctx->log,
				 "the wire is noisy: %u of %u accesses go wrong at %u kHz (shorter "
				 "wires and a good ground help, a slower clock may, too)",
				 n_bad, DAP_WIRE_TESTS, t->dap_hz / 1000);
		else
			log_info(&ctx->log, "SWCLK %u kHz", t->dap_hz / 1000);
		return 0;
	}
	return err_set(&ctx->err, -EIO,
		       "shorten the wires, check ground; ask for a slower clock (clock=1M)",
		       "the SWD link does not work at %u kHz, nor at %u kHz", asked / 1000,
		       t->dap_hz / 1000);
}

/*
 * An access crosses from SWCLK to the bus and back, some six bus cycles, and an AP that was just
 * written has 8 SWCLK cycles and the idle ones for it: above four times the bus clock nearly
 * everything is answered WAIT.
 */
static u32 bearable_hz(const struct target *t, u32 hz)
{
	const u32 limit = t->hclk_hz > UINT32_MAX / 4 ? UINT32_MAX : t->hclk_hz * 4;

	if (!t->hclk_hz || hz <= limit)
		return hz;
	log_info(&t->ctx->log, "SWCLK %u kHz is too fast for a bus of %u kHz: %u kHz at most",
		 hz / 1000, t->hclk_hz / 1000, limit / 1000);
	return limit;
}

static void release(struct target *t)
{
	memq_free(t->q);
	dap_disconnect(t->dap);
	dap_free(t->dap);
	t->q = NULL;
	t->dap = NULL;
}

/**
 * target_attach() - see lib/target.h
 */
int target_attach(struct target *t, struct ctx *ctx, struct swd_host *host,
		  const struct target_attach_opts *opts)
{
	struct target_attach_opts job = *opts;
	int ret;

	*t = (struct target){ .ctx = ctx,
			      .board = opts->board,
			      .nor_choice = opts->nor_choice,
			      .no_boost = opts->no_boost };
	t->dap = dap_new(host);
	if (!t->dap)
		return err_set(&ctx->err, -ENOMEM, NULL, "out of memory");
	ret = climb(t, opts);
	if (ret) {
		dap_free(t->dap);
		t->dap = NULL;
		return ret;
	}
	assert(t->family);
	/* the bus clock is raised by quiesce: only then can a fast SWCLK be followed */
	ret = t->family->quiesce ? t->family->quiesce(t) : 0;
	job.swclk_hz = bearable_hz(t, opts->swclk_hz);
	if (!ret && job.swclk_auto) {
		t->dap_hz = host->hz;
		ret = target_find_clock(t, &job);
	} else if (!ret && job.swclk_hz > host->hz) {
		ret = speed_up(t, job.swclk_hz, host->hz);
	}
	if (!ret)
		ret = t->family->add_mtds ? t->family->add_mtds(t) : 0;
	if (!ret)
		return 0;
	(void)target_detach(t, TARGET_LEAVE);
	return ret;
}

/**
 * target_mtd() - one of the target's flash devices
 * @t: attached
 * @name: "flash", "qspi", ...
 *
 * Return: NULL if the target has none of this name.
 */
struct mtd_info *target_mtd(struct target *t, const char *name)
{
	for (size_t i = 0; i < t->n_mtds; i++)
		if (!strcmp(t->mtds[i]->name, name))
			return t->mtds[i];
	return NULL;
}

/**
 * target_detach() - put everything back, reset as asked, free
 * @t: attached, or failed half-way
 * @how: reset and run; reset and stay halted; leave as it was before
 *
 * An error that is already recorded stays. Return: 0, or what went wrong while leaving.
 */
int target_detach(struct target *t, enum target_exit how)
{
	struct ctx *ctx = t->ctx;
	bool is_lost = false;
	struct err saved;
	int ret = 0;

	if (!t->dap)
		return 0;
	saved = ctx->err;
	err_clear(&ctx->err);
	if (t->q) {
		memq_discard(t->q);
		/* from here on the bus clock may fall back to what it is after a reset */
		if (t->dap_hz > ATTACH_HZ)
			(void)dap_set_hz(t->dap, ATTACH_HZ, &t->dap_hz);
		for (size_t i = 0; i < t->n_mtds; i++)
			mtd_finish(t->mtds[i]);
		if (t->family && t->family->restore)
			t->family->restore(t);
		memq_discard(t->q);
		err_clear(&ctx->err);
		switch (how) {
		case TARGET_RUN:
			ret = cortexm_reset_run(&t->core);
			break;
		case TARGET_HALT:
			ret = cortexm_reset_halt(&t->core);
			if (!ret)
				cortexm_detach(&t->core, false);
			break;
		case TARGET_LEAVE:
			cortexm_detach(&t->core, t->core.was_running);
			break;
		}
		is_lost = memq_is_lost(t->q);
	}
	release(t);
	/* once for all that could not be put back, unless an error tells of it */
	if (is_lost && !saved.code && !ret)
		log_warn(&ctx->log, "the target was lost before all of it was put back as it was "
				    "found: reset it");
	if (saved.code)
		ctx->err = saved;
	return ret;
}
