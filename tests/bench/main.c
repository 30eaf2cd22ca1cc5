// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `make bench`: how close swdrom comes to the physical limit on the virtual bench.
 *
 * Times are virtual, so every figure is the same on any machine; host CPU time is what the whole
 * process used, bench models included. Each job runs over seeds 1 to N, that is N boards whose
 * chips differ, and the median is what counts. doc/bench.md has the fields of the JSON file.
 */
#include "tests/bench/bench.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SEEDS 100
#define MAX_JOBS  96

/* one row of the table: a job at a clock */
struct row {
	const struct bench_group *group;
	u32 hz;
	struct bench_figure f[MAX_SEEDS];
	unsigned int n;
};

struct table {
	struct row rows[MAX_JOBS]; /* of the group and clock at work */
	unsigned int n_rows;
	json_t *json;
	unsigned int n_missed;
};

struct options {
	const char *json;
	const char *only; /* name of a group */
	unsigned int n_seeds;
	u32 hz; /* 0: all */
	bool list;
};

extern const struct bench_group *const __start_bench_groups[], *const __stop_bench_groups[];

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static void add_figure(struct bench_run *run, const struct bench_figure *f)
{
	struct table *t = run->arg;
	struct row *row;

	for (row = t->rows; row < t->rows + t->n_rows; row++)
		if (same(row->f[0].job, f->job) && same(row->f[0].chip, f->chip))
			break;
	if (row == t->rows + t->n_rows) {
		if (t->n_rows++ == MAX_JOBS)
			exit(1);
		row->n = 0;
	}
	row->f[row->n++] = *f;
}

static double ratio_of(const struct bench_figure *f)
{
	return f->limit_ns ? (double)f->ns / (double)f->limit_ns : 0;
}

static int by_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* median, smallest and largest of one value of all seeds */
struct spread {
	double median, min, max;
};

static struct spread spread_of(const struct row *row, double (*value)(const struct bench_figure *f))
{
	double v[MAX_SEEDS];
	unsigned int n = row->n;

	for (unsigned int i = 0; i < n; i++)
		v[i] = value(&row->f[i]);
	qsort(v, n, sizeof(v[0]), by_double);
	return (struct spread){ n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2, v[0], v[n - 1] };
}

static double ns_of(const struct bench_figure *f)
{
	return (double)f->ns;
}

static double limit_of(const struct bench_figure *f)
{
	return (double)f->limit_ns;
}

static double cpu_of(const struct bench_figure *f)
{
	return (double)f->cpu_ns;
}

static double transfers_of(const struct bench_figure *f)
{
	return (double)f->usb_transfers;
}

static double retries_of(const struct bench_figure *f)
{
	return (double)f->retries;
}

static double mem_of(const struct bench_figure *f)
{
	return (double)f->mem_bytes;
}

static json_t *json_spread(struct spread s)
{
	return json_pack("{s:f, s:f, s:f}", "median", s.median, "min", s.min, "max", s.max);
}

/* one line of the table, one object of the file */
static void print_row(struct table *t, const struct row *row)
{
	const struct bench_figure *f = &row->f[0];
	struct spread ratio = spread_of(row, ratio_of), ns = spread_of(row, ns_of);
	struct spread cpu = spread_of(row, cpu_of), retries = spread_of(row, retries_of);
	struct spread mem = spread_of(row, mem_of);
	double kib_s = (double)f->bytes / 1024 / (ns.median / 1e9);
	char of_limit[32] = "", goal[32] = "", job[64];
	const char *verdict = "";
	bool missed, has_goal;
	json_t *o;

	missed = (f->goal_ratio > 0 && ratio.median > f->goal_ratio) ||
		 (f->goal_ns && ns.median > (double)f->goal_ns) ||
		 (f->goal_cpu_ns && cpu.median > (double)f->goal_cpu_ns) ||
		 (f->goal_mem_bytes && mem.median > (double)f->goal_mem_bytes);
	if (f->limit_ns)
		snprintf(of_limit, sizeof(of_limit), "%.3f x", ratio.median);
	if (f->goal_ratio > 0)
		snprintf(goal, sizeof(goal), "%.3f x", f->goal_ratio);
	else if (f->goal_ns)
		snprintf(goal, sizeof(goal), "%.2f s", (double)f->goal_ns / 1e9);
	else if (f->goal_cpu_ns)
		snprintf(goal, sizeof(goal), "%.0f s CPU", (double)f->goal_cpu_ns / 1e9);
	has_goal = goal[0] || f->goal_mem_bytes;
	if (has_goal)
		verdict = missed ? "MISSED" : "ok";
	t->n_missed += missed;
	snprintf(job, sizeof(job), "%s%s%s", f->chip ? f->chip : "", f->chip ? ", " : "", f->job);
	printf("%-44s %4g MHz %9.1f KiB/s %11.3f ms %9s %11s %-6s %5.0f %8.0f ms", job,
	       row->hz / 1e6, kib_s, ns.median / 1e6, of_limit, goal, verdict, retries.median,
	       cpu.median / 1e6);
	if (mem.median > 0)
		printf(", %.1f MiB", mem.median / MIB(1));
	if (f->goal_mem_bytes)
		printf(" of %.0f", (double)f->goal_mem_bytes / MIB(1));
	putchar('\n');
	fflush(stdout);
	o = json_pack("{s:s, s:s, s:I, s:i, s:I, s:o, s:o, s:f, s:o, s:o, s:o}", "group",
		      row->group->name, "job", f->job, "swclk_hz", (json_int_t)row->hz, "seeds",
		      (int)row->n, "bytes", (json_int_t)f->bytes, "virtual_ns", json_spread(ns),
		      "limit_ns", f->limit_ns ? json_spread(spread_of(row, limit_of)) : json_null(),
		      "kib_per_s", kib_s, "usb_transfers",
		      json_spread(spread_of(row, transfers_of)), "retries", json_spread(retries),
		      "host_cpu_ns", json_spread(cpu));
	json_object_set_new(o, "ratio", f->limit_ns ? json_spread(ratio) : json_null());
	if (f->chip)
		json_object_set_new(o, "chip", json_string(f->chip));
	if (f->goal_ratio > 0)
		json_object_set_new(o, "goal_ratio", json_real(f->goal_ratio));
	if (f->goal_ns)
		json_object_set_new(o, "goal_ns", json_integer((json_int_t)f->goal_ns));
	if (f->goal_cpu_ns)
		json_object_set_new(o, "goal_cpu_ns", json_integer((json_int_t)f->goal_cpu_ns));
	if (f->mem_bytes)
		json_object_set_new(o, "host_mem_bytes", json_spread(mem));
	if (f->goal_mem_bytes)
		json_object_set_new(o, "goal_mem_bytes",
				    json_integer((json_int_t)f->goal_mem_bytes));
	if (has_goal)
		json_object_set_new(o, "reached", json_boolean(!missed));
	json_array_append_new(t->json, o);
}

static void run_group(struct table *t, const struct bench_group *g, u32 hz, unsigned int n_seeds,
		      const u8 *noise)
{
	struct bench_run run = { .hz = hz, .noise = noise, .add = add_figure, .arg = t };

	if (g->max_seeds && n_seeds > g->max_seeds)
		n_seeds = g->max_seeds;
	t->n_rows = 0;
	for (run.seed = 1; run.seed <= n_seeds; run.seed++)
		g->run(&run);
	for (unsigned int i = 0; i < t->n_rows; i++) {
		t->rows[i].group = g;
		t->rows[i].hz = hz;
		print_row(t, &t->rows[i]);
	}
}

static int by_order(const void *a, const void *b)
{
	const struct bench_group *x = *(const struct bench_group *const *)a;
	const struct bench_group *y = *(const struct bench_group *const *)b;

	return x->order != y->order ? (x->order > y->order) - (x->order < y->order)
				    : strcmp(x->name, y->name);
}

static int parse_options(struct options *o, int argc, char **argv)
{
	*o = (struct options){ .n_seeds = 1 };
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--list"))
			o->list = true;
		else if (i + 1 == argc)
			return -1;
		else if (!strcmp(argv[i], "--json"))
			o->json = argv[++i];
		else if (!strcmp(argv[i], "--only"))
			o->only = argv[++i];
		else if (!strcmp(argv[i], "--seeds"))
			o->n_seeds = (unsigned int)strtoul(argv[++i], NULL, 10);
		else if (!strcmp(argv[i], "--mhz"))
			o->hz = (u32)(strtod(argv[++i], NULL) * 1e6);
		else
			return -1;
	}
	return o->n_seeds && o->n_seeds <= MAX_SEEDS ? 0 : -1;
}

static void run_all(struct table *t, const struct options *o, const u8 *noise)
{
	size_t n = (size_t)(__stop_bench_groups - __start_bench_groups);
	const struct bench_group **groups = calloc(n, sizeof(*groups));

	if (!groups)
		exit(1);
	memcpy(groups, __start_bench_groups, n * sizeof(*groups));
	qsort(groups, n, sizeof(*groups), by_order);
	for (size_t i = 0; i < n; i++) {
		if (o->list)
			printf("%s\n", groups[i]->name);
		if (o->list || (o->only && strcmp(o->only, groups[i]->name)))
			continue;
		for (const u32 *hz = groups[i]->hz; *hz; hz++)
			if (!o->hz || o->hz == *hz)
				run_group(t, groups[i], *hz, o->n_seeds, noise);
	}
	free(groups);
}

int main(int argc, char **argv)
{
	static struct table t;
	u64 x = 88172645463325252u;
	struct options o;
	json_t *doc;
	u8 *noise;

	if (parse_options(&o, argc, argv)) {
		fprintf(stderr,
			"usage: %s [--json FILE] [--seeds 1..%d] [--only GROUP] [--mhz CLOCK] "
			"[--list]\n",
			argv[0], MAX_SEEDS);
		return 2;
	}
	noise = malloc(BENCH_NOISE_BYTES);
	t.json = json_array();
	if (!noise || !t.json)
		return 1;
	for (size_t i = 0; i < BENCH_NOISE_BYTES; i++) {
		x ^= x << 13, x ^= x >> 7, x ^= x << 17;
		noise[i] = (u8)x;
	}
	if (!o.list)
		printf("%-44s %8s %15s %14s %9s %11s %-6s %5s %11s\n", "job", "SWCLK", "rate",
		       "virtual time", "of limit", "goal", "", "retry", "host CPU");
	run_all(&t, &o, noise);
	doc = json_pack("{s:s, s:i, s:o}", "board", "stm32l476g-disco", "seeds", (int)o.n_seeds,
			"rows", t.json);
	if (o.json && json_dump_file(doc, o.json, JSON_INDENT(1) | JSON_REAL_PRECISION(9))) {
		fprintf(stderr, "bench: can't write %s\n", o.json);
		return 1;
	}
	json_decref(doc);
	free(noise);
	return 0;
}
