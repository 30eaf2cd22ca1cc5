/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What -p names: `-p NAME[:key=value,...]`. A programmer opens a transport, or, where the adapter
 * speaks SWD without any MPSSE bytes, an SWD host.
 */
#ifndef SWDROM_LIB_PROGRAMMER_H
#define SWDROM_LIB_PROGRAMMER_H

#include "lib/log.h"
#include "lib/transport.h"

/* parsed key=value list; keys that nobody asked for are a usage error (params_unused) */
struct params;
struct ctx;
struct swd_host;

/* params_parse() - "k=v,k2=v2" (NULL and "" are allowed); `\,` stands for a comma in a value */
int params_parse(struct params **p, const char *text, struct err *err);
/* params_get() - the value, or NULL; marks the key as known. The string lives as long as @p */
const char *params_get(struct params *p, const char *key);
/* params_get_u64() - number with optional K/M/k/m (x1000 for Hz: "15M") or 0x; *val untouched if absent */
int params_get_u64(struct params *p, const char *key, u64 *val, struct err *err);
/* params_check_unused() - -EINVAL naming the first key that nobody asked for */
int params_check_unused(struct params *p, const char *programmer, struct err *err);
void params_free(struct params *p);

struct programmer {
	const char *name;
	const char *help; /* keys, one a line, for --help */
	/* open by parameters; on success *t is owned by the caller (t->ops->close) */
	int (*open)(struct params *p, const struct log *log, struct err *err, struct transport **t);
	/*
	 * Instead of it: an SWD host of its own (lib/swd.h), owned by the caller (h->ops->close).
	 * Where time is not the host's it sets ctx->clk, for as long as the host is open.
	 */
	int (*open_swd)(struct params *p, struct ctx *ctx, struct swd_host **h);
	/* print (through log, LOG_INFO) what is connected; NULL if it makes no sense */
	int (*list)(struct params *p, const struct log *log, struct err *err);
	/* name of the wiring that @t needs when the user gave none (adapter= key absent) */
	const char *default_adapter;
	/* the same where it depends on the parameters; NULL, or returns NULL: default_adapter */
	const char *(*adapter_for)(struct params *p);
};

/* every programmer, NULL-terminated; defined in drivers/programmers.c */
extern const struct programmer *const programmers[];

#endif
