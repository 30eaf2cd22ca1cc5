// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A libgpiod.so.2 of three pins, for LD_PRELOAD: gpiochip0 line 0 is SWCLK, 1 is SWDIO, 2 is nSRST
 * of the remote_bitbang server at 127.0.0.1, port $GPIOD_RBB_PORT. OpenOCD 0.12 has no SWD in its
 * own remote_bitbang driver, but has it in linuxgpiod (src/jtag/drivers/linuxgpiod.c), and this
 * carries it there. It has the calls that this driver makes, with libgpiod 1.6's ABI (gpiod.h).
 *
 * What the driver never says, and the kernel would do: a line that becomes an output has its level
 * before its driver is switched on; a released line stays as it was.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define API __attribute__((visibility("default")))

/* gpiod.h 1.6: GPIOD_LINE_REQUEST_DIRECTION_OUTPUT, GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW */
#define DIRECTION_OUTPUT 3
#define FLAG_ACTIVE_LOW	 (1 << 2)

enum { LINE_SWCLK, LINE_SWDIO, LINE_NSRST, N_LINES };

struct gpiod_line_request_config {
	const char *consumer;
	int request_type;
	int flags;
};

struct gpiod_line {
	bool is_output, active_low;
	bool level; /* at the pin */
};

/* OpenOCD opens the chip once for each line; they all share the connection */
struct gpiod_chip {
	int fd;
	unsigned int opened;
	struct gpiod_line line[N_LINES];
	size_t n_tx;
	char tx[512];
};

static struct gpiod_chip chip0 = { .fd = -1 };

API const char *gpiod_version_string(void);
API struct gpiod_chip *gpiod_chip_open_by_number(unsigned int num);
API void gpiod_chip_close(struct gpiod_chip *chip);
API struct gpiod_line *gpiod_chip_get_line(struct gpiod_chip *chip, unsigned int offset);
API int gpiod_line_request(struct gpiod_line *line, const struct gpiod_line_request_config *config,
			   int value);
API int gpiod_line_request_input(struct gpiod_line *line, const char *consumer);
API int gpiod_line_request_output(struct gpiod_line *line, const char *consumer, int value);
API void gpiod_line_release(struct gpiod_line *line);
API int gpiod_line_set_value(struct gpiod_line *line, int value);
API int gpiod_line_get_value(struct gpiod_line *line);

static int flush(struct gpiod_chip *chip)
{
	size_t done = 0;

	while (done < chip->n_tx) {
		ssize_t n = send(chip->fd, chip->tx + done, chip->n_tx - done, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			perror("gpiod-rbb: send");
			return -1;
		}
		done += (size_t)n;
	}
	chip->n_tx = 0;
	return 0;
}

static int command(struct gpiod_chip *chip, char c)
{
	if (chip->n_tx == sizeof(chip->tx) && flush(chip))
		return -1;
	chip->tx[chip->n_tx++] = c;
	return 0;
}

/* the command that brings the line's new level to its pin */
static int send_level(struct gpiod_chip *chip, const struct gpiod_line *line)
{
	const struct gpiod_line *l = chip->line;

	/* 'r' + 2 * TRST + SRST, where 1 asserts */
	if (line == &l[LINE_NSRST])
		return command(chip, line->level ? 'r' : 's') ?: flush(chip);
	return command(chip, (char)('d' + 2 * l[LINE_SWCLK].level + l[LINE_SWDIO].level));
}

static int set_direction(struct gpiod_line *line, bool is_output, int value)
{
	struct gpiod_chip *chip = &chip0;

	line->is_output = is_output;
	if (is_output) {
		line->level = !!value != line->active_low;
		if (send_level(chip, line))
			return -1;
	}
	if (line == &chip->line[LINE_SWDIO])
		return command(chip, is_output ? 'O' : 'o');
	return 0;
}

const char *gpiod_version_string(void)
{
	return "1.6 (remote_bitbang)";
}

struct gpiod_chip *gpiod_chip_open_by_number(unsigned int num)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const char *port = getenv("GPIOD_RBB_PORT");
	int one = 1;

	if (num || !port) {
		errno = ENODEV;
		return NULL;
	}
	if (chip0.opened++)
		return &chip0;
	to.sin_port = htons((in_port_t)strtoul(port, NULL, 10));
	chip0.fd = socket(AF_INET, SOCK_STREAM, 0);
	if (chip0.fd < 0 || connect(chip0.fd, (struct sockaddr *)&to, sizeof(to)) ||
	    setsockopt(chip0.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one))) {
		perror("gpiod-rbb: connect");
		gpiod_chip_close(&chip0);
		return NULL;
	}
	return &chip0;
}

void gpiod_chip_close(struct gpiod_chip *chip)
{
	if (--chip->opened)
		return;
	if (!command(chip, 'Q'))
		flush(chip);
	close(chip->fd);
	chip->fd = -1;
}

struct gpiod_line *gpiod_chip_get_line(struct gpiod_chip *chip, unsigned int offset)
{
	if (offset < N_LINES)
		return &chip->line[offset];
	errno = EINVAL;
	return NULL;
}

int gpiod_line_request(struct gpiod_line *line, const struct gpiod_line_request_config *config,
		       int value)
{
	line->active_low = config->flags & FLAG_ACTIVE_LOW;
	return set_direction(line, config->request_type == DIRECTION_OUTPUT, value);
}

int gpiod_line_request_input(struct gpiod_line *line, const char *consumer)
{
	line->active_low = false;
	return set_direction(line, false, 0);
}

int gpiod_line_request_output(struct gpiod_line *line, const char *consumer, int value)
{
	line->active_low = false;
	return set_direction(line, true, value);
}

void gpiod_line_release(struct gpiod_line *line)
{
}

int gpiod_line_set_value(struct gpiod_line *line, int value)
{
	if (!line->is_output) {
		errno = EPERM;
		return -1;
	}
	line->level = !!value != line->active_low;
	return send_level(&chip0, line);
}

int gpiod_line_get_value(struct gpiod_line *line)
{
	struct gpiod_chip *chip = &chip0;
	char c = 0;
	ssize_t n;

	/* remote_bitbang samples SWDIO alone */
	if (line != &chip->line[LINE_SWDIO])
		return line->level != line->active_low;
	if (command(chip, 'c') || flush(chip))
		return -1;
	do
		n = recv(chip->fd, &c, 1, 0);
	while (n < 0 && errno == EINTR);
	if (n == 1 && (c == '0' || c == '1'))
		return (c == '1') != line->active_low;
	errno = EIO;
	return -1;
}
