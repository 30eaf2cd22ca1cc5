// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The application on the virtual part (faults app_sleeps, app_dma, app_iwdg). It is a few words of
 * code in flash, and what it does to the part's registers. After a reset it starts over, if its
 * vectors are still in flash and nobody catches the core.
 */
#include "sim/mcu-app.h"

#include "sim/vcortexm.h"
#include "sim/vdma.h"
#include "sim/vflash.h"
#include "sim/vwdg.h"

#include <stdlib.h>

/* from reset to the end of its initialisation */
#define APP_BOOT_MS 5
#define APP_SP	    0x20018000u
#define APP_PC	    0x08000201u
#define APP_CODE    0xe7fee7feu /* b . */

/* 1 s at a nominal LSI: prescaler 32 (code 3), reload 1000; fed four times as often */
#define APP_IWDG_PR 3
#define APP_IWDG_RL 1000
#define APP_FEED_MS 250

/* ADC1 in DMA mode on DMA1 channel 1, request 0 (RM0351 table 44), a sample every 10 us */
#define ADC_BASE      0x50040000u
#define ADC_DR	      0x40
#define ADC_PERIOD_US 10
#define APP_DMA_BUF   0x20000400u
#define APP_DMA_LEN   256
#define RCC_AHB1ENR   0x40021048u
#define RCC_AHB2ENR   0x4002104cu
#define DMA1_CCR1     0x40020008u
#define DMA1_CNDTR1   0x4002000cu
#define DMA1_CPAR1    0x40020010u
#define DMA1_CMAR1    0x40020014u
#define CCR_APP	      0x000005a1u /* EN, CIRC, MINC, 16 bit both sides */

struct mcu_app {
	struct mcu *mcu;
	u32 vectors[2];
	bool exists;
	struct sim_rng samples;
	struct sim_event ev_booted, ev_feed;
};

static void poke(struct mcu *mcu, u32 addr, u32 val, u64 t)
{
	struct bus_xact x = { .addr = addr,
			      .size = 4,
			      .write = true,
			      .master = BUS_CORE,
			      .data = val,
			      .at_ps = t,
			      .done_ps = t };

	mcu_bus_access(mcu, &x);
}

static u32 peek(struct mcu *mcu, u32 addr, u64 t)
{
	struct bus_xact x = {
		.addr = addr, .size = 4, .master = BUS_CORE, .at_ps = t, .done_ps = t
	};

	mcu_bus_access(mcu, &x);
	return x.data;
}

static void start_dma(struct mcu_app *app, u64 t)
{
	struct mcu *mcu = app->mcu;

	poke(mcu, RCC_AHB1ENR, peek(mcu, RCC_AHB1ENR, t) | BIT(0), t);
	poke(mcu, RCC_AHB2ENR, peek(mcu, RCC_AHB2ENR, t) | BIT(13), t);
	poke(mcu, DMA1_CNDTR1, APP_DMA_LEN, t);
	poke(mcu, DMA1_CPAR1, ADC_BASE + ADC_DR, t);
	poke(mcu, DMA1_CMAR1, APP_DMA_BUF, t);
	poke(mcu, DMA1_CCR1, CCR_APP, t);
	vdma_set_periodic(mcu->dma, DMA_LINE_ADC1, ADC_PERIOD_US * PS_PER_US, t);
}

/* what an initialised application has going on */
static void initialise(struct mcu_app *app, u64 t)
{
	const struct sim_faults *faults = &app->mcu->sim->faults;

	if (faults->app_iwdg) {
		vwdg_start_iwdg(app->mcu->wdg, APP_IWDG_PR, APP_IWDG_RL, t);
		sim_schedule(app->mcu->sim, &app->ev_feed, t + APP_FEED_MS * PS_PER_MS);
	}
	if (faults->app_dma)
		start_dma(app, t);
	if (faults->app_sleeps)
		vcortexm_sleep(app->mcu->core, CORE_STOP, t);
}

static void on_booted(void *arg, u64 now)
{
	struct mcu_app *app = arg;

	if (vcortexm_state(app->mcu->core) == CORE_RUN)
		initialise(app, now);
}

/* it feeds the watchdog as long as it runs; its RTC wakes it for that from Stop */
static void on_feed(void *arg, u64 now)
{
	struct mcu_app *app = arg;
	enum core_state s = vcortexm_state(app->mcu->core);

	if (s == CORE_RUN || s == CORE_SLEEP || s == CORE_STOP)
		poke(app->mcu, 0x40003000u, 0xaaaa, now);
	sim_schedule(app->mcu->sim, &app->ev_feed, now + APP_FEED_MS * PS_PER_MS);
}

static enum bus_resp adc_access(void *dev, struct bus_xact *x)
{
	struct mcu_app *app = dev;

	if (!x->write)
		x->data = (x->offset & ~3u) == ADC_DR ? sim_rng_u64(&app->samples) & 0xfff : 0;
	return BUS_OK;
}

/* the application's code, where flash holds none */
static void plant(struct mcu_app *app)
{
	u32 pc;
	size_t size;
	u8 *flash = vflash_data(app->mcu->flash, &size);

	if (get_le32(flash + 4) != ~0u)
		return;
	pc = APP_PC - 1 - FLASH_BASE;
	put_le32(flash, APP_SP);
	put_le32(flash + 4, APP_PC);
	put_le32(flash + pc, APP_CODE);
	put_le32(flash + pc + 4, APP_CODE);
}

/**
 * mcu_app_settle() - the application has been running for long
 * @app: it
 * @t: now
 */
void mcu_app_settle(struct mcu_app *app, u64 t)
{
	sim_cancel(app->mcu->sim, &app->ev_booted); /* that was long ago */
	if (app->exists)
		initialise(app, t);
}

/**
 * mcu_app_restart() - a reset ended
 * @app: starts over if the core runs and its vectors are still there
 * @t: now
 */
void mcu_app_restart(struct mcu_app *app, u64 t)
{
	u32 sp, pc;

	if (!app->exists || vcortexm_state(app->mcu->core) != CORE_RUN)
		return;
	if (mcu_peek32(app->mcu, 0, &sp) && mcu_peek32(app->mcu, 4, &pc) && sp == app->vectors[0] &&
	    pc == app->vectors[1])
		sim_schedule(app->mcu->sim, &app->ev_booted, t + APP_BOOT_MS * PS_PER_MS);
}

/**
 * mcu_app_stop() - a reset began
 * @app: loses its state
 */
void mcu_app_stop(struct mcu_app *app)
{
	sim_cancel(app->mcu->sim, &app->ev_booted);
	sim_cancel(app->mcu->sim, &app->ev_feed);
}

/**
 * mcu_app_new() - the application that faults ask for; none otherwise
 * @mcu: its part, whose flash exists
 */
struct mcu_app *mcu_app_new(struct mcu *mcu)
{
	const struct sim_faults *faults = &mcu->sim->faults;
	struct mcu_app *app = calloc(1, sizeof(*app));
	size_t size;
	u8 *flash;

	if (!app)
		return NULL;
	app->mcu = mcu;
	app->exists = faults->app_sleeps || faults->app_dma || faults->app_iwdg;
	app->ev_booted = (struct sim_event){ SIM_NEVER, on_booted, app, NULL };
	app->ev_feed = (struct sim_event){ SIM_NEVER, on_feed, app, NULL };
	sim_rng_init(&app->samples, mcu->sim, "adc");
	if (app->exists) {
		plant(app);
		flash = vflash_data(mcu->flash, &size);
		app->vectors[0] = get_le32(flash);
		app->vectors[1] = get_le32(flash + 4);
	}
	mcu_add_periph(mcu,
		       &(struct mcu_periph){ .slave = { "ADC", ADC_BASE, 0x400, adc_access, app },
					     .bus = RCC_AHB2,
					     .bit = 13 });
	return app;
}

/**
 * mcu_app_free() - NULL is allowed
 * @app: from mcu_app_new()
 */
void mcu_app_free(struct mcu_app *app)
{
	if (app)
		mcu_app_stop(app);
	free(app);
}
