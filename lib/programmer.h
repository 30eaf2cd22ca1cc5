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
struct spi_mem;

/* params_parse() - "k=v,k2=v2" (NULL and "" are allowed); `\,` stands for a comma in a value */
int params_parse(struct params **p, const char *text, struct err *err);
/* params_get() - the value, or NULL; marks the key as known. The string lives as long as @p */
const char *params_get(struct params *p, const char *key);
/* params_get_u64() - number with optional K/M/k/m (x1000 for Hz: "15M") or 0x; *val untouched if absent */
int params_get_u64(struct params *p, const char *key, u64 *val, struct err *err);
/* params_check_unused() - -EINVAL naming the first key that nobody asked for */
int params_check_unused(struct params *p, const char *programmer, struct err *err);
/* params_set() - give @key this value, as if the user had; -ENOMEM */
int params_set(struct params *p, const char *key, const char *value);
/* params_text() - the list as text that params_parse() takes; the caller frees it; NULL: no memory */
char *params_text(const struct params *p);
void params_free(struct params *p);

/* one adapter that a -p names */
struct programmer_choice {
	char label[80];	   /* for people, short: its serial number */
	char location[40]; /* tells those with the same label apart */
	/* what no two boards can have at the same time: "adapter at 3-1.4, channel A"; "" ends it */
	char owns[3][600];
	/* keys to set, so that the parameters name this one and no other; NULL ends it */
	struct {
		const char *key;
		char value[40];
	} set[3];
};

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
	/*
	 * Instead of both: a SPI controller (lib/spi-mem.h) with a flash chip on it and no target. The
	 * transport it talks through is the caller's to close, after close_spi().
	 */
	int (*open_spi)(struct params *p, struct ctx *ctx, struct transport **t,
			struct spi_mem **mem);
	void (*close_spi)(struct spi_mem *mem);
	/* print (through log, LOG_INFO) what is connected; NULL if it makes no sense */
	int (*list)(struct params *p, const struct log *log, struct err *err);
	/*
	 * Several boards at once. resolve(): which adapters the parameters name; @found for each one,
	 * whose result ends it if it is not 0. @all: the user wrote NAME:all. @index: boards before
	 * these. NULL: one, and nobody knows which. Opens nothing for longer than to read its name.
	 */
	int (*resolve)(struct params *p, bool all, unsigned int index, struct err *err,
		       int (*found)(void *arg, const struct programmer_choice *choice), void *arg);
	/* what all boards of a gang share, numbered from 0 to @n - 1; NULL: nothing */
	void *(*gang_new)(unsigned int n);
	void (*gang_free)(void *gang);
	/* this one is over, or never begins; may be called again */
	void (*gang_leave)(void *gang, unsigned int index);
	/* open() for board @index; a thread for each */
	int (*gang_open)(void *gang, unsigned int index, struct params *p, const struct log *log,
			 struct err *err, struct transport **t);
	/* name of the wiring that @t needs when the user gave none (adapter= key absent) */
	const char *default_adapter;
	/* the same where it depends on the parameters; NULL, or returns NULL: default_adapter */
	const char *(*adapter_for)(struct params *p);
};

/* every programmer, NULL-terminated; defined in drivers/programmers.c */
extern const struct programmer *const programmers[];

#endif
