/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libswdrom: program an STM32's internal flash and the SPI-NOR wired to it over SWD, with no code
 * on the target.
 *
 * A session does one thing to one target:
 *
 *	struct swdrom *s = swdrom_new(&callbacks);
 *
 *	swdrom_select(s, &select);			which device or range (optional)
 *	swdrom_add_image(s, "app.hex", SWDROM_NO_ADDRESS);
 *	swdrom_open(s, &open_opts);			adapter, target, flash devices
 *	swdrom_write(s, &write_opts);
 *	swdrom_close(s, SWDROM_EXIT_RUN);
 *	... swdrom_error(s), swdrom_report(s) ...
 *	swdrom_free(s);
 *
 * Files are read and checked before the target is touched. Sessions share nothing: a process may
 * have many, each used by one thread at a time (struct swdrom_gang finds their adapters). The first
 * error of a session is kept.
 */
#ifndef SWDROM_H
#define SWDROM_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* results; the command's exit codes, stable */
enum swdrom_status {
	SWDROM_OK = 0,
	SWDROM_FAILED = 1,     /* I/O error on the wire, USB or host, and what fits nowhere else */
	SWDROM_USAGE = 2,      /* the caller's mistake: options, parameters, board or layout file */
	SWDROM_NO_ADAPTER = 3, /* none found, more than one found, or unplugged */
	SWDROM_NO_PERMISSION = 4, /* USB access denied */
	SWDROM_NO_TARGET = 5,	  /* nothing answers on SWD, or no chip on the QUADSPI */
	SWDROM_UNSUPPORTED = 6,	  /* the target or its flash is not known */
	SWDROM_PROTECTED = 7,	  /* write or read-out protection, read-only device */
	SWDROM_BAD_IMAGE = 8,	  /* malformed, overlapping, or outside every flash device */
	SWDROM_MISMATCH = 9,	  /* verify found a difference */
	SWDROM_INTERRUPTED = 10,  /* stopped on request */
};

enum swdrom_log_level {
	SWDROM_LOG_ERR,
	SWDROM_LOG_WARN,
	SWDROM_LOG_INFO,
	SWDROM_LOG_DEBUG,
	SWDROM_LOG_WIRE, /* every SWD transaction */
};

struct swdrom_callbacks {
	/* one line without its end; may be NULL */
	void (*log)(void *arg, enum swdrom_log_level level, const char *line);
	enum swdrom_log_level log_level;
	/* bytes done of bytes in all, for a step ("read", "erase", "program", "verify") of a device;
	 * steps of several devices take turns; may be NULL */
	void (*progress)(void *arg, const char *step, const char *mtd, uint64_t done,
			 uint64_t total);
	void *arg;
	/* set it, from a signal handler too, to end the job after the operation in flight; may be
	 * NULL; must outlive the session */
	const volatile sig_atomic_t *stop;
};

struct swdrom_error {
	enum swdrom_status status;
	const char *what, *where, *next; /* never NULL */
};

/* opaque: one session */
struct swdrom;

/**
 * swdrom_new() - begin a session
 * @cb: copied; may be NULL
 *
 * Return: the session, or NULL without memory.
 */
struct swdrom *swdrom_new(const struct swdrom_callbacks *cb);

/* swdrom_free() - end it; closes what is open (leaving the target alone), frees every result */
void swdrom_free(struct swdrom *s);

/* swdrom_error() - the session's first error; status SWDROM_OK if there was none */
const struct swdrom_error *swdrom_error(struct swdrom *s);

/* swdrom_fail() - make a failure of the caller's own (a file, say) the session's; returns @status */
enum swdrom_status swdrom_fail(struct swdrom *s, enum swdrom_status status, const char *what);

/* swdrom_fail_file() - the same for a file, with where and what to do next */
enum swdrom_status swdrom_fail_file(struct swdrom *s, enum swdrom_status status, const char *what,
				    const char *path, const char *next);

/* ---- several boards at once ---- */

/*
 * A gang says which adapters some programmers name. Each board is then a session of its own, used by a
 * thread of its own:
 *
 *	struct swdrom_gang *g = swdrom_gang_new(programmers, n);
 *
 *	in a thread for each i < swdrom_gang_size(g):
 *		struct swdrom *s = swdrom_new(&callbacks_of_this_one);
 *		swdrom_share_images(s, loader);
 *		swdrom_open(s, &(struct swdrom_open_opts){ .gang = g, .gang_index = i });
 *		... swdrom_close(), swdrom_free() ...
 *		swdrom_gang_leave(g, i);
 *	join them;
 *	swdrom_gang_free(g);
 *
 * Virtual adapters of a gang share a USB bus and wait for each other there, so each one needs its
 * thread, and swdrom_gang_leave() at its end.
 */
struct swdrom_gang;

/**
 * swdrom_gang_new() - find adapters
 * @names: as swdrom_open_opts.programmer; "NAME:all,KEY=VALUE..." names every one that fits
 * @n: of them
 *
 * No two may name the same adapter. Return: the gang, also when swdrom_gang_error() tells of one; NULL
 * without memory.
 */
struct swdrom_gang *swdrom_gang_new(const char *const *names, size_t n);
const struct swdrom_error *swdrom_gang_error(struct swdrom_gang *g);
size_t swdrom_gang_size(const struct swdrom_gang *g);
/* what to call board @i: the serial number of its adapter, or where it is plugged in; unique */
const char *swdrom_gang_label(const struct swdrom_gang *g, size_t i);
/* swdrom_gang_leave() - nothing more comes of board @i: its session is closed, or will not be opened */
void swdrom_gang_leave(struct swdrom_gang *g, size_t i);
void swdrom_gang_free(struct swdrom_gang *g);

#define SWDROM_NO_ADDRESS UINT64_MAX

struct swdrom_select {
	const char *mtd; /* device name, or NULL */
	bool has_range;
	uint64_t start, len;	    /* bus address, or offset of @mtd when that is given */
	const char *layout;	    /* layout file (flashrom's format), or NULL */
	const char *const *regions; /* names in @layout, addresses as @start */
	size_t n_regions;
};

/**
 * swdrom_select() - restrict what is read, written, verified or erased
 * @s: session, not open yet
 * @sel: copied
 */
enum swdrom_status swdrom_select(struct swdrom *s, const struct swdrom_select *sel);

/**
 * swdrom_add_image() - load a file for swdrom_write() and swdrom_verify()
 * @s: session, not open yet
 * @path: Intel HEX, S-record, ELF or raw binary, told by contents, then by suffix; "-" is stdin
 * @address: bus address of a raw binary; SWDROM_NO_ADDRESS: start of the selected range, region or
 *	     device
 *
 * May be called for several files; overlaps are refused.
 */
enum swdrom_status swdrom_add_image(struct swdrom *s, const char *path, uint64_t address);

/**
 * swdrom_add_binary() - load a raw binary that goes to an address of its own
 * @s: session
 * @path: file; "-" is stdin
 * @address: bus address
 *
 * Return: as swdrom_add_image(); SWDROM_USAGE for an image whose format has addresses in it.
 */
enum swdrom_status swdrom_add_binary(struct swdrom *s, const char *path, uint64_t address);

/* how bytes are compared; what is not equal is read in any case, and named */
enum swdrom_verify_by {
	SWDROM_VERIFY_AUTO, /* the faster of the two */
	/* CRC-32 of each erase block, computed by the target; reading where it can't. Bytes that
	 * differ pass for equal with a probability of 2^-32 a block */
	SWDROM_VERIFY_CRC,
	SWDROM_VERIFY_READ, /* every byte comes over the wire */
};

/**
 * swdrom_share_images() - use the images of another session
 * @s: session without images, not open yet, with the same selection
 * @from: lives longer than @s, and is neither opened nor given more images as long as @s lives
 */
enum swdrom_status swdrom_share_images(struct swdrom *s, const struct swdrom *from);

struct swdrom_open_opts {
	const char *programmer;	  /* "ftdi", "ftdi:serial=TG1,clock=10M", "sim:board=NAME" */
	struct swdrom_gang *gang; /* instead of it: board @gang_index of these */
	size_t gang_index;
	const char *board; /* known name or path of a .board file; NULL: no external flash */
	/* the external flash: a name that swdrom_list() lists, or "NAME:size=8M,erase=20h:4K/d8h:64K" for
	 * one that nobody knows; NULL: find out */
	const char *chip;
	bool no_reset; /* halt the target without resetting it */
	/* debug port and memory access port alone, for swdrom_peek() and swdrom_poke(): the target
	 * is not identified, halted or reset */
	bool raw;
	enum swdrom_verify_by verify_by;
	bool no_boost; /* leave the target's clock as it is after reset */
};

/* swdrom_open() - adapter, target, flash devices; the core is halted from here on */
enum swdrom_status swdrom_open(struct swdrom *s, const struct swdrom_open_opts *opts);

/**
 * swdrom_read() - read the selected devices or ranges into a file
 * @s: open session
 * @path: .hex, .ihex, .srec, .s19, .mot by suffix, else binary with gaps as 0xff; "-": stdout
 *
 * Without a selection the first writable device is read.
 */
enum swdrom_status swdrom_read(struct swdrom *s, const char *path);

struct swdrom_write_opts {
	bool no_verify;
	bool force;   /* erase and program also what is equal already */
	bool dry_run; /* plan only */
	/* the plan, a line each call, before it is carried out; may be NULL */
	void (*plan_line)(void *arg, const char *line);
	void *arg;
};

/* swdrom_write() - plan, erase, program, verify, repair */
enum swdrom_status swdrom_write(struct swdrom *s, const struct swdrom_write_opts *opts);
/* swdrom_verify() - compare the images with the target */
enum swdrom_status swdrom_verify(struct swdrom *s);
/* swdrom_erase() - erase what is selected (a selection is needed) and check that it is blank */
enum swdrom_status swdrom_erase(struct swdrom *s, const struct swdrom_write_opts *opts);

/* who may change what an external flash protects */
enum swdrom_wp_mode {
	SWDROM_WP_DISABLED,    /* anybody */
	SWDROM_WP_HARDWARE,    /* nobody while its WP# pin is low */
	SWDROM_WP_POWER_CYCLE, /* nobody until its power has been off */
	SWDROM_WP_PERMANENT,   /* nobody, ever again */
};

struct swdrom_wp_opts {
	bool has_range, has_mode;
	uint64_t start, len; /* offsets of the device; @len 0: nothing is protected */
	enum swdrom_wp_mode mode;
	bool is_volatile;  /* until the flash is reset or loses power */
	bool irreversible; /* also by bits that can never be cleared again */
};

/**
 * swdrom_wp_change() - change what an external flash protects
 * @s: open session; of the device swdrom_select() named, or the first that has protection
 * @opts: what to change; the rest stays
 *
 * What the flash does not accept is an error: registers are read back.
 */
enum swdrom_status swdrom_wp_change(struct swdrom *s, const struct swdrom_wp_opts *opts);
/* swdrom_wp_status() - what is protected now, in lines for people; also in the report */
enum swdrom_status swdrom_wp_status(struct swdrom *s, void (*line)(void *arg, const char *text),
				    void *arg);
/* swdrom_wp_list() - the ranges that the flash can protect, a line each */
enum swdrom_status swdrom_wp_list(struct swdrom *s, void (*line)(void *arg, const char *text),
				  void *arg);

/* swdrom_otp_status() - regions of an external flash that can be locked for ever, in lines */
enum swdrom_status swdrom_otp_status(struct swdrom *s, void (*line)(void *arg, const char *text),
				     void *arg);
/**
 * swdrom_otp_program() - program OTP or a security register of an external flash
 * @s: open session
 * @offset: from the start of the first region; regions follow each other
 * @data: @len bytes; only ones can become zeros, which is checked first; read back
 * @irreversible: needed where there is no erase
 */
enum swdrom_status swdrom_otp_program(struct swdrom *s, uint64_t offset, const void *data,
				      uint64_t len, bool irreversible);
/* swdrom_otp_erase() - erase a region, where the flash can and it is not locked */
enum swdrom_status swdrom_otp_erase(struct swdrom *s, unsigned int region);
/* swdrom_otp_lock() - lock a region for ever; refused unless @irreversible is set */
enum swdrom_status swdrom_otp_lock(struct swdrom *s, unsigned int region, bool irreversible);

/**
 * swdrom_peek() - read memory of whatever answers
 * @s: session opened with raw set
 * @address: bus address; @address + @len at most 4 GiB
 * @buf: @len bytes; whole aligned words around the range are read
 */
enum swdrom_status swdrom_peek(struct swdrom *s, uint64_t address, uint64_t len, void *buf);
/**
 * swdrom_poke() - write memory of whatever answers
 * @s: session opened with raw set
 * @address: bus address
 * @data: @len bytes; four at an aligned address are one access, as for a register
 */
enum swdrom_status swdrom_poke(struct swdrom *s, uint64_t address, const void *data, uint64_t len);

/**
 * swdrom_sfdp_decode() - what is in an SFDP dump of a SPI-NOR; needs no hardware
 * @s: session, open or not
 * @path: the bytes that 5Ah answers from address 0 on; "-": stdin
 * @as_json: one JSON object in one line instead of text for people
 * @line: called for each line
 * @arg: its first argument
 */
enum swdrom_status swdrom_sfdp_decode(struct swdrom *s, const char *path, bool as_json,
				      void (*line)(void *arg, const char *text), void *arg);
/* swdrom_sfdp_dump() - save the SFDP of the external flash of an open session; "-": stdout */
enum swdrom_status swdrom_sfdp_dump(struct swdrom *s, const char *path);

enum swdrom_exit {
	SWDROM_EXIT_RUN,  /* reset and run */
	SWDROM_EXIT_HALT, /* reset and halt before the first instruction */
	SWDROM_EXIT_NONE, /* no reset; the core goes on if it was running when found */
};

/* swdrom_close() - put the target's debug state back, pins to inputs, adapter closed */
enum swdrom_status swdrom_close(struct swdrom *s, enum swdrom_exit how);

/**
 * swdrom_abandon() - from a signal handler, right before _exit(): try to make the pins inputs
 *
 * Does nothing for a virtual adapter. May hang if USB does: set an alarm first.
 */
void swdrom_abandon(struct swdrom *s);

struct swdrom_adapter_info {
	const char *programmer, *name, *wiring, *product, *serial, *location;
	uint16_t vid, pid;
	bool is_virtual;
	uint32_t swclk_hz;
};

struct swdrom_target_info {
	const char *name, *family, *board; /* board: NULL without */
	uint32_t idcode, dpidr, cpuid, flash_size;
	uint8_t uid[12];
	unsigned int rdp; /* read-out protection level */
};

struct swdrom_mtd_info {
	const char *name, *about;
	const char *id, *uid; /* of an external chip, in hex: JEDEC ID, serial number; "" without */
	uint64_t base, size;
	bool is_off_bus;     /* it has no bus address: base means nothing */
	uint32_t erase_size; /* smallest block */
	uint32_t write_size; /* program unit */
	bool writeable;
	uint64_t erased_bytes, programmed_bytes, kept_bytes, skipped_bytes, verified_bytes;
	uint64_t verified_by_crc_bytes; /* of verified_bytes; the others were read */
	uint64_t busy_ns;		/* erasing and programming, see struct swdrom_bench */
};

struct swdrom_segment_info {
	uint64_t address, length; /* bus address; offset in a device that has none */
	const char *file;
	const char *mtd; /* device its first byte belongs to; NULL before open or if none */
};

/* as swdrom_wp_status() found it */
struct swdrom_wp_info {
	const char *mtd; /* NULL: nobody asked */
	uint64_t start, len;
	bool is_partial; /* locks of single blocks: some between are open */
	enum swdrom_wp_mode mode;
	const char *registers;
};

/* as swdrom_otp_status() found it */
struct swdrom_otp_info {
	const char *mtd; /* NULL: nobody asked */
	const char *about;
	unsigned int n_regions;
	uint32_t region_size;
	uint32_t locked; /* bit r: region r, for ever */
	bool is_erasable;
};

struct swdrom_bench {
	/*
	 * The clock of the session is virtual on a virtual adapter, the host's otherwise.
	 * session_ns: on that clock, from opening the adapter to closing it.
	 * work_ns: on that clock, the phase that limit_ns bounds: erasing and programming, both with
	 *	    all that they wait for, repair included; for swdrom_read() and swdrom_verify() the
	 *	    reading.
	 * limit_ns: the least time that the devices themselves allow for it: their busy times, summed
	 *	     per device, maximum over devices. On the virtual bench the times really taken; on a
	 *	     real adapter typical times. For reading: 46 SWCLK cycles per 32-bit word.
	 * ratio: limit_ns / work_ns; 1.0 is as fast as can be, 0 if there was nothing to do.
	 */
	uint64_t session_ns, work_ns, limit_ns;
	double ratio;
	/*
	 * For swdrom_write(), swdrom_verify() and swdrom_erase(), on the session's clock: what the
	 * whole job was expected to take when it was planned (for a write the comparing that comes
	 * first is known by then), and what it took; 0 for a dry run. revised_ns: expected once a
	 * tenth of the erasing, and then of the programming, had shown how fast the chips in hand
	 * are; 0 if there was none.
	 */
	uint64_t estimate_ns, revised_ns, job_ns;
	uint32_t swclk_hz;
	uint64_t swclk_cycles, swd_transfers;
	uint64_t usb_transfers, usb_bytes_out, usb_bytes_in;
	uint64_t retries; /* recoveries from WAIT, FAULT, parity or ACK errors */
	/* those of them that only a flipped bit explains, and how many that is for each SWCLK cycle */
	uint64_t wire_errors;
	double wire_error_rate;
	/*
	 * Where session_ns went; the four add up to it.
	 * wire_ns: SWCLK ran for accesses.
	 * target_ns: waiting for the target, flash busy above all: SWCLK idle in the stream, or at
	 *	      rest during a pause that was asked for.
	 * usb_ns: SWCLK at rest, bytes on their way to or from the adapter; where the adapter has no
	 *	   clock rate also what it does itself.
	 * host_ns: SWCLK at rest, this computer busy with itself.
	 */
	uint64_t wire_ns, target_ns, usb_ns, host_ns;
};

struct swdrom_report {
	struct swdrom_adapter_info adapter; /* name NULL: none was opened */
	struct swdrom_target_info target;   /* name NULL: none was found */
	const struct swdrom_mtd_info *mtds;
	size_t n_mtds;
	const struct swdrom_segment_info *segments; /* of the images, or of what was read */
	size_t n_segments;
	uint64_t erased_bytes;		/* of blocks erased */
	uint64_t programmed_bytes;	/* kept bytes included */
	uint64_t kept_bytes;		/* saved from erase blocks and put back */
	uint64_t skipped_bytes;		/* of the image, equal already */
	uint64_t verified_bytes;	/* compared with the target and equal */
	uint64_t verified_by_crc_bytes; /* of these, by CRC-32 */
	uint64_t read_bytes;		/* by swdrom_read() */
	unsigned int repairs;		/* rounds of repair that verify asked for */
	uint64_t time_ns;		/* on the host's clock, from opening to closing */
	struct swdrom_wp_info wp;
	struct swdrom_otp_info otp;
	struct swdrom_bench bench;
};

/* swdrom_report() - what was found and done so far; valid until the next call for @s */
const struct swdrom_report *swdrom_report(struct swdrom *s);

/**
 * swdrom_list() - names of programmers, boards, adapters and chips, for people
 * @programmer: as in swdrom_open_opts: also list what is connected to it; or NULL
 */
enum swdrom_status swdrom_list(struct swdrom *s, const char *programmer,
			       void (*line)(void *arg, const char *text), void *arg);

const char *swdrom_version(void);

#ifdef __cplusplus
}
#endif

#endif
