/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Log lines go to the caller's function; stdout stays free for data.
 */
#ifndef SWDROM_LIB_LOG_H
#define SWDROM_LIB_LOG_H

#include "lib/types.h"

enum log_level {
	LOG_ERR,
	LOG_WARN,
	LOG_INFO, /* what a user wants to see of a normal run */
	LOG_DBG,  /* -V: decisions: part found, opcode chosen */
	LOG_WIRE, /* -VV: each SWD transaction, decoded */
};

struct log {
	void (*fn)(void *arg, enum log_level level, const char *line);
	void *arg;
	enum log_level level; /* lines above it are not even formatted */
};

void log_print(const struct log *log, enum log_level level, const char *fmt, ...)
	__printf_like(3, 4);

#define log_at(log, lvl, ...)                                 \
	do {                                                  \
		if ((log)->fn && (lvl) <= (log)->level)       \
			log_print((log), (lvl), __VA_ARGS__); \
	} while (0)

#define log_err(log, ...)  log_at(log, LOG_ERR, __VA_ARGS__)
#define log_warn(log, ...) log_at(log, LOG_WARN, __VA_ARGS__)
#define log_info(log, ...) log_at(log, LOG_INFO, __VA_ARGS__)
#define log_dbg(log, ...)  log_at(log, LOG_DBG, __VA_ARGS__)
#define log_wire(log, ...) log_at(log, LOG_WIRE, __VA_ARGS__)

#endif
