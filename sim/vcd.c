// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The models do not run in step: the debug port may be far ahead of a QUADSPI that nobody has asked
 * for a while, which then does what it had to do at the times when it was due. So each of them has a
 * stream of changes of its own, in order by itself, and the file is merged from them at the end.
 */
#include "sim/vcd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* models that keep time by themselves: SWD pins, reset, QUADSPI */
#define N_STREAMS 3

struct change {
	u64 ns;
	u8 wire, level;
};

struct stream {
	FILE *f;
	u64 last_ns;
	bool valid; /* while merging: @next is one */
	struct change next;
};

struct vcd {
	FILE *out;
	struct stream streams[N_STREAMS];
	u8 last[N_VCD_WIRES];
	bool failed;
};

static const struct {
	const char *name;
	u8 stream;
	u8 initial;
} wires[N_VCD_WIRES] = {
	[VCD_SWCLK] = { "swclk", 0, PIN_LOW },
	[VCD_SWDIO] = { "swdio", 0, PIN_HIGH },
	[VCD_NRST] = { "nrst", 1, PIN_HIGH },
	[VCD_QSPI + LINE_CLK] = { "qspi_clk", 2, PIN_LOW },
	[VCD_QSPI + LINE_NCS] = { "qspi_ncs", 2, PIN_HIGH },
	[VCD_QSPI + LINE_IO0] = { "qspi_io0", 2, PIN_FLOAT },
	[VCD_QSPI + LINE_IO1] = { "qspi_io1", 2, PIN_FLOAT },
	[VCD_QSPI + LINE_IO2] = { "qspi_io2", 2, PIN_FLOAT },
	[VCD_QSPI + LINE_IO3] = { "qspi_io3", 2, PIN_FLOAT },
};

/* identifier code: one printable character a wire */
static char code(unsigned int wire)
{
	return (char)('!' + wire);
}

static char level_char(u8 level)
{
	return level == PIN_HIGH ? '1' : level == PIN_LOW ? '0' : 'z';
}

static void write_header(struct vcd *v, const char *board)
{
	unsigned int i;

	fprintf(v->out, "$version swdrom virtual bench, board %s $end\n$timescale 1 ns $end\n",
		board);
	fprintf(v->out, "$scope module bench $end\n");
	for (i = 0; i < N_VCD_WIRES; i++)
		fprintf(v->out, "$var wire 1 %c %s $end\n", code(i), wires[i].name);
	fprintf(v->out, "$upscope $end\n$enddefinitions $end\n#0\n$dumpvars\n");
	for (i = 0; i < N_VCD_WIRES; i++)
		fprintf(v->out, "%c%c\n", level_char(wires[i].initial), code(i));
	fprintf(v->out, "$end\n");
}

static void vcd_free(struct vcd *v)
{
	unsigned int i;

	for (i = 0; i < N_STREAMS; i++)
		if (v->streams[i].f)
			fclose(v->streams[i].f);
	if (v->out)
		fclose(v->out);
	free(v);
}

/**
 * vcd_open() - begin a trace
 * @path: file to write
 * @board: name of the board, for the header
 * @err: why it cannot
 */
struct vcd *vcd_open(const char *path, const char *board, struct err *err)
{
	struct vcd *v = calloc(1, sizeof(*v));
	unsigned int i;

	if (!v) {
		err_set(err, -ENOMEM, NULL, "out of memory");
		return NULL;
	}
	v->out = fopen(path, "w");
	for (i = 0; v->out && i < N_STREAMS; i++) {
		v->streams[i].f = tmpfile();
		if (!v->streams[i].f)
			break;
	}
	if (!v->out || i < N_STREAMS) {
		err_set(err, -errno, "check the directory and the space on the disk",
			"cannot write the trace %s: %s", path, strerror(errno));
		vcd_free(v);
		return NULL;
	}
	for (i = 0; i < N_VCD_WIRES; i++)
		v->last[i] = wires[i].initial;
	write_header(v, board);
	return v;
}

/**
 * vcd_set() - a wire has a level
 * @v: trace or NULL
 * @wire: wire
 * @level: level
 * @at_ps: since then
 */
void vcd_set(struct vcd *v, enum vcd_wire wire, enum pin_level level, u64 at_ps)
{
	struct change c;
	struct stream *s;

	if (!v || v->last[wire] == level)
		return;
	v->last[wire] = (u8)level;
	s = &v->streams[wires[wire].stream];
	memset(&c, 0, sizeof(c));
	c.ns = max(at_ps / PS_PER_NS, s->last_ns);
	c.wire = (u8)wire;
	c.level = (u8)level;
	s->last_ns = c.ns;
	v->failed |= fwrite(&c, sizeof(c), 1, s->f) != 1;
}

static void advance(struct stream *s)
{
	s->valid = fread(&s->next, sizeof(s->next), 1, s->f) == 1;
}

static struct stream *earliest(struct vcd *v)
{
	struct stream *first = NULL;
	unsigned int i;

	for (i = 0; i < N_STREAMS; i++)
		if (v->streams[i].valid && (!first || v->streams[i].next.ns < first->next.ns))
			first = &v->streams[i];
	return first;
}

static void merge(struct vcd *v)
{
	struct stream *s;
	unsigned int i;
	u64 ns = 0;

	for (i = 0; i < N_STREAMS; i++) {
		v->failed |= fflush(v->streams[i].f) != 0;
		rewind(v->streams[i].f);
		advance(&v->streams[i]);
	}
	while ((s = earliest(v)) != NULL) {
		if (s->next.ns != ns)
			fprintf(v->out, "#%llu\n", (unsigned long long)s->next.ns);
		ns = s->next.ns;
		fprintf(v->out, "%c%c\n", level_char(s->next.level), code(s->next.wire));
		advance(s);
	}
	v->failed |= fflush(v->out) != 0 || ferror(v->out);
}

/**
 * vcd_close() - write the file
 * @v: trace or NULL
 *
 * Return: 0 or -EIO.
 */
int vcd_close(struct vcd *v)
{
	int ret;

	if (!v)
		return 0;
	merge(v);
	ret = v->failed ? -EIO : 0;
	vcd_free(v);
	return ret;
}
