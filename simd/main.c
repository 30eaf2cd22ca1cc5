// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * swdrom-sim: the virtual bench for software that no one here wrote.
 */
#include "simd/server.h"
#include "simd/usbdev.h"
#include "sim/netlist.h"
#include "sim/vnor.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define MAX_SERVES 4 /* ports of one kind for one board */
#define EXIT_USAGE 2

/* what belongs to one --board */
struct board_args {
	char params[1024]; /* as after -p sim: */
	const char *serve[MAX_SERVES];
	const struct simd_protocol *proto[MAX_SERVES];
	unsigned int n_serve;
	bool full_speed;
};

struct args {
	struct board_args board[SIMD_MAX_BOARDS];
	unsigned int n_boards;
	const char *usbip[MAX_SERVES];
	unsigned int n_usbip;
	bool named; /* the first --board has come */
	bool realtime;
};

enum opt {
	OPT_BOARD = 256,
	OPT_NOR,
	OPT_LIST,
	OPT_STATE,
	OPT_SEED,
	OPT_RBB,
	OPT_USBIP,
	OPT_FULL_SPEED,
	OPT_SERPROG,
	OPT_PINS,
	OPT_VCD,
	OPT_REALTIME
};

static const struct option long_opts[] = {
	{ "board", required_argument, NULL, OPT_BOARD },
	{ "nor", required_argument, NULL, OPT_NOR },
	{ "list", no_argument, NULL, OPT_LIST },
	{ "state", required_argument, NULL, OPT_STATE },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "remote-bitbang", required_argument, NULL, OPT_RBB },
	{ "usbip", required_argument, NULL, OPT_USBIP },
	{ "full-speed", no_argument, NULL, OPT_FULL_SPEED },
	{ "serprog", required_argument, NULL, OPT_SERPROG },
	{ "pins", required_argument, NULL, OPT_PINS },
	{ "vcd", required_argument, NULL, OPT_VCD },
	{ "realtime", no_argument, NULL, OPT_REALTIME },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static void usage(FILE *f)
{
	fprintf(f,
		"usage: swdrom-sim --board NAME[,KEY=VALUE...] [options] [--board ...]\n"
		"The virtual bench of swdrom as a server on this machine's loopback.\n"
		"\n"
		"  --board NAME[,K=V...]   a virtual board and its adapter; the keys of -p sim: go "
		"too\n"
		"                          (swdrom -h): flash_kib=512,chip=ft232h,ber=1e-6,...\n"
		"of the board before it (the first, if none was named yet):\n"
		"  --nor NAME              its SPI-NOR chip is one of these instead of its own\n"
		"  --state FILE            its flash contents survive in FILE\n"
		"  --seed N                of everything that is left to chance\n"
		"  --remote-bitbang [ADDR:]PORT   SWD at the target's pins\n"
		"  --serprog [ADDR:]PORT   its SPI-NOR chip at the pins, for flashrom\n"
		"  --pins remote_bitbang:HOST:PORT   the adapter is wired to another SWD target\n"
		"  --vcd FILE              trace of the SWD and QUADSPI pins\n"
		"  --full-speed            its adapter hangs on a full-speed hub: 64-byte packets\n"
		"of the server:\n"
		"  --usbip [ADDR:]PORT     the adapters of all boards as USB devices; bus ids 1-1, "
		"1-2, ...\n"
		"  --realtime              virtual time keeps to the wall clock\n"
		"  --list                  the virtual boards and SPI-NOR chips that there are\n"
		"  -h, --help, --version\n"
		"\n"
		"Port 0 takes a free one; each port is told in a line on stdout. SIGINT and "
		"SIGTERM\n"
		"save the state and end.\n");
}

static void list(void)
{
	const char *const *board, *name;
	struct vnor_label label;
	size_t i, j;

	printf("boards (--board):\n");
	for (board = netlist_board_names(); *board; board++) {
		name = netlist_board_nor(*board);
		printf("  %-18s %s, %s\n", *board,
		       netlist_is_on_adapter(*board) ? "no MCU, wired to the adapter"
						     : netlist_board_mcu(*board),
		       name ? name : "no SPI-NOR");
	}
	printf("SPI-NOR chips (--nor):\n");
	for (i = 0; (name = vnor_known_part(i, &label)); i++) {
		printf("  %-18s %3u MiB, ", name, label.size / MIB(1));
		for (j = 0; j < label.n_id; j++)
			printf("%02x ", label.id[j]);
		printf("%s\n", label.description);
	}
}

static int fail(const struct err *err)
{
	fprintf(stderr, "swdrom-sim: %s%s%s%s%s\n", err->what, err->where[0] ? ", " : "",
		err->where, err->next[0] ? "; " : "", err->next);
	return err->code == -EINVAL ? EXIT_USAGE : EXIT_FAILURE;
}

static int add_param(struct board_args *b, const char *key, const char *value, struct err *err)
{
	size_t n = strlen(b->params);

	if (n)
		b->params[n++] = ',';
	n += (size_t)snprintf(b->params + n, sizeof(b->params) - n, "%s=", key);
	for (; *value && n + 3 < sizeof(b->params); value++) {
		if (*value == ',')
			b->params[n++] = '\\';
		b->params[n++] = *value;
	}
	if (*value || n >= sizeof(b->params))
		return err_set(err, -EINVAL, NULL, "--%s is too long", key);
	b->params[n] = '\0';
	return 0;
}

/* "NAME,key=value,...": after board=, that is what params_parse() reads */
static int new_board(struct args *a, const char *text, struct err *err)
{
	struct board_args *b = &a->board[a->n_boards - 1];
	int n;

	if (a->named) {
		if (a->n_boards == SIMD_MAX_BOARDS)
			return err_set(err, -EINVAL, NULL, "more than %d boards", SIMD_MAX_BOARDS);
		b = &a->board[a->n_boards++];
	}
	a->named = true;
	n = (int)strlen(b->params);
	n += snprintf(b->params + n, sizeof(b->params) - (size_t)n, "%sboard=%s", n ? "," : "",
		      text);
	if ((size_t)n >= sizeof(b->params))
		return err_set(err, -EINVAL, NULL, "--board is too long");
	return 0;
}

static int add_serve(struct board_args *b, const struct simd_protocol *proto, const char *where,
		     struct err *err)
{
	if (b->n_serve == MAX_SERVES)
		return err_set(err, -EINVAL, NULL, "more than %d ports for one board", MAX_SERVES);
	b->proto[b->n_serve] = proto;
	b->serve[b->n_serve++] = where;
	return 0;
}

/* 0: go on; 1: nothing more to do */
static int parse_args(struct args *a, int argc, char **argv, struct err *err)
{
	int c, ret = 0;

	a->n_boards = 1;
	while (!ret && (c = getopt_long(argc, argv, "h", long_opts, NULL)) != -1) {
		struct board_args *b = &a->board[a->n_boards - 1];

		switch (c) {
		case OPT_BOARD:
			ret = new_board(a, optarg, err);
			break;
		case OPT_NOR:
			ret = add_param(b, "nor", optarg, err);
			break;
		case OPT_LIST:
			list();
			return 1;
		case OPT_STATE:
			ret = add_param(b, "state", optarg, err);
			break;
		case OPT_SEED:
			ret = add_param(b, "seed", optarg, err);
			break;
		case OPT_PINS:
			ret = add_param(b, "pins", optarg, err);
			break;
		case OPT_VCD:
			ret = add_param(b, "vcd", optarg, err);
			break;
		case OPT_RBB:
			ret = add_serve(b, &simd_remote_bitbang, optarg, err);
			break;
		case OPT_USBIP:
			if (a->n_usbip == MAX_SERVES)
				return err_set(err, -EINVAL, NULL, "more than %d ports for USB/IP",
					       MAX_SERVES);
			a->usbip[a->n_usbip++] = optarg;
			break;
		case OPT_FULL_SPEED:
			b->full_speed = true;
			break;
		case OPT_SERPROG:
			ret = add_serve(b, &simd_serprog, optarg, err);
			break;
		case OPT_REALTIME:
			a->realtime = true;
			break;
		case 'V':
			printf("swdrom-sim " SWDROM_VERSION "\n");
			return 1;
		case 'h':
			usage(stdout);
			return 1;
		default:
			return err_set(err, -EINVAL, "swdrom-sim --help", "wrong usage");
		}
	}
	if (!ret && optind < argc)
		return err_set(err, -EINVAL, "swdrom-sim --help", "what is \"%s\"?", argv[optind]);
	return ret;
}

static bool has_port(const struct args *a)
{
	unsigned int i, n = a->n_usbip;

	for (i = 0; i < a->n_boards; i++)
		n += a->board[i].n_serve;
	return n;
}

static void log_line(void *arg, enum log_level level, const char *line)
{
	fprintf(stderr, "swdrom-sim: %s\n", line);
}

static const struct log simd_log = { .fn = log_line, .level = LOG_INFO };

static int open_bench(const struct board_args *a, unsigned int index, struct err *err,
		      struct transport **t)
{
	struct sim_faults faults = { 0 };
	struct sim_opts opts;
	struct params *p;
	int ret;

	sim_opts_default(&opts);
	snprintf(opts.serial, sizeof(opts.serial), "SIM%04u", index + 1);
	ret = params_parse(&p, a->params, err);
	if (ret)
		return ret;
	ret = sim_opts_parse(p, &opts, &faults, err);
	ret = ret ?: params_check_unused(p, "sim", err);
	ret = ret ?: sim_open(&opts, &faults, err, t);
	params_free(p);
	if (!ret)
		sim_set_log(*t, &simd_log);
	return ret;
}

static int add_board(struct simd *s, const struct board_args *a, struct err *err)
{
	struct simd_board *b;
	struct transport *t;
	unsigned int i;
	int ret;

	ret = open_bench(a, simd_n_boards(s), err, &t);
	if (ret)
		return ret;
	b = simd_add_board(s, t);
	if (!b) {
		t->ops->close(t);
		return err_set(err, -ENOMEM, NULL, "out of memory");
	}
	if (a->full_speed)
		usbdev_set_full_speed(b->usb);
	printf("%s: board %s\n", t->serial, b->sim->opts.board);
	for (i = 0; i < a->n_serve; i++) {
		ret = simd_listen(s, a->proto[i], b, a->serve[i], err);
		if (ret < 0)
			return ret;
		printf("%s: %s on port %d\n", t->serial, a->proto[i]->name, ret);
	}
	return 0;
}

/* a descriptor that is readable once SIGINT or SIGTERM has come */
static int open_signals(struct err *err)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return err_set(err, -errno, NULL, "sigprocmask: %s", strerror(errno));
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd >= 0 ? fd : err_set(err, -errno, NULL, "signalfd: %s", strerror(errno));
}

int main(int argc, char **argv)
{
	struct args *a = calloc(1, sizeof(*a));
	struct err err = { 0 };
	struct simd *s = NULL;
	unsigned int i;
	int ret, fd = -1;

	if (!a)
		return EXIT_FAILURE;
	setvbuf(stdout, NULL, _IOLBF, 0);
	ret = parse_args(a, argc, argv, &err);
	if (ret > 0) {
		free(a);
		return 0;
	}
	if (!ret) {
		s = simd_new(a->realtime);
		fd = s ? open_signals(&err) : err_set(&err, -ENOMEM, NULL, "out of memory");
		ret = fd < 0 ? fd : 0;
	}
	for (i = 0; !ret && i < a->n_boards; i++)
		ret = add_board(s, &a->board[i], &err);
	for (i = 0; !ret && i < a->n_usbip; i++) {
		ret = simd_listen(s, &simd_usbip, NULL, a->usbip[i], &err);
		if (ret > 0) {
			printf("usbip on port %d\n", ret);
			ret = 0;
		}
	}
	if (!ret && !has_port(a))
		ret = err_set(&err, -EINVAL,
			      "ask for --remote-bitbang, --serprog or --usbip (port 0: a free one)",
			      "there is no port for anybody to connect to");
	if (!ret) {
		printf("ready\n");
		(void)simd_run(s, fd, &err); /* err says how it went */
		simd_report(s, stdout);
	}
	simd_free(s, &err);
	if (fd >= 0)
		close(fd);
	free(a);
	return err.code ? fail(&err) : 0;
}
