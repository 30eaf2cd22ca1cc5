// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/core.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_COMPLAINTS 1000 /* a run that goes wrong must not eat the memory */
#define STATE_MAGIC    "swdrom-bench-state 1\n"

struct state_blob {
	char name[48];
	u64 len;
	u8 *data;
	struct state_blob *next;
};

struct sim_priv {
	char **complaints;
	size_t n_complaints, n_dropped;
	struct state_blob *state;
};

/* ---- time ---- */

u64 sim_now_ps(const struct sim *sim)
{
	return sim->now_ps;
}

void sim_cancel(struct sim *sim, struct sim_event *ev)
{
	struct sim_event **p;

	for (p = &sim->events; *p; p = &(*p)->next) {
		if (*p == ev) {
			*p = ev->next;
			break;
		}
	}
	ev->at_ps = SIM_NEVER;
	ev->next = NULL;
}

void sim_schedule(struct sim *sim, struct sim_event *ev, u64 at_ps)
{
	struct sim_event **p;

	sim_cancel(sim, ev);
	if (at_ps == SIM_NEVER)
		return;
	ev->at_ps = max(at_ps, sim->now_ps);
	for (p = &sim->events; *p && (*p)->at_ps <= ev->at_ps; p = &(*p)->next)
		;
	ev->next = *p;
	*p = ev;
}

void sim_advance_to(struct sim *sim, u64 to_ps)
{
	while (sim->events && sim->events->at_ps <= to_ps) {
		struct sim_event *ev = sim->events;
		u64 at = ev->at_ps;

		sim->events = ev->next;
		ev->next = NULL;
		ev->at_ps = SIM_NEVER;
		sim->now_ps = max(sim->now_ps, at);
		ev->fn(ev->arg, sim->now_ps);
	}
	sim->now_ps = max(sim->now_ps, to_ps);
}

/* ---- chance: splitmix64, one stream a name ---- */

void sim_rng_init(struct sim_rng *r, const struct sim *sim, const char *stream)
{
	r->s = sim->opts.seed * 0x9e3779b97f4a7c15u + 0x1234567;
	for (; *stream; stream++)
		r->s = (r->s ^ (u8)*stream) * 0x100000001b3u;
	sim_rng_u64(r);
}

u64 sim_rng_u64(struct sim_rng *r)
{
	u64 z = (r->s += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

double sim_rng_unit(struct sim_rng *r)
{
	return (double)(sim_rng_u64(r) >> 11) * 0x1p-53;
}

void sim_busy_init(struct sim_busy_model *m, const struct sim *sim, const char *device)
{
	sim_rng_init(&m->rng, sim, device);
	m->where = sim_rng_unit(&m->rng);
}

u64 sim_busy_draw_ps(struct sim_busy_model *m, const struct sim *sim, u64 typ_ps, u64 max_ps)
{
	u64 slow = sim->opts.busy_max ? max_ps : min(max_ps, typ_ps + typ_ps / 2);
	double base = (double)typ_ps + m->where * (double)(slow - typ_ps);
	double t = base * (1.0 + 0.02 * (2.0 * sim_rng_unit(&m->rng) - 1.0));

	return (u64)t > max_ps ? max_ps : (u64)t;
}

/* ---- complaints ---- */

void sim_complain(struct sim *sim, const char *source, const char *fmt, ...)
{
	struct sim_priv *p = sim->priv;
	char text[400], line[512];
	va_list ap;

	if (p->n_complaints == MAX_COMPLAINTS) {
		p->n_dropped++;
		return;
	}
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	snprintf(line, sizeof(line), "%llu.%06llu ms %s: %s",
		 (unsigned long long)(sim->now_ps / PS_PER_MS),
		 (unsigned long long)(sim->now_ps % PS_PER_MS / PS_PER_NS), source, text);
	p->complaints = realloc(p->complaints, (p->n_complaints + 1) * sizeof(*p->complaints));
	if (!p->complaints)
		abort();
	p->complaints[p->n_complaints++] = strdup(line);
}

size_t sim_n_complaints(const struct sim *sim)
{
	return sim->priv->n_complaints + sim->priv->n_dropped;
}

const char *sim_complaint(const struct sim *sim, size_t i)
{
	return i < sim->priv->n_complaints ? sim->priv->complaints[i] : "(more, dropped)";
}

void sim_clear_complaints(struct sim *sim)
{
	struct sim_priv *p = sim->priv;

	while (p->n_complaints)
		free(p->complaints[--p->n_complaints]);
	free(p->complaints);
	p->complaints = NULL;
	p->n_dropped = 0;
}

/* ---- saved state ---- */

static struct state_blob *state_find(const struct sim *sim, const char *name)
{
	struct state_blob *b;

	for (b = sim->priv->state; b; b = b->next)
		if (!strcmp(b->name, name))
			return b;
	return NULL;
}

const u8 *sim_state_get(const struct sim *sim, const char *name, size_t *len)
{
	struct state_blob *b = state_find(sim, name);

	if (!b)
		return NULL;
	*len = b->len;
	return b->data;
}

void sim_state_put(struct sim *sim, const char *name, const void *data, size_t len)
{
	struct state_blob *b = state_find(sim, name);

	if (!b) {
		b = calloc(1, sizeof(*b));
		if (!b)
			abort();
		snprintf(b->name, sizeof(b->name), "%s", name);
		b->next = sim->priv->state;
		sim->priv->state = b;
	}
	free(b->data);
	b->data = malloc(len ? len : 1);
	if (!b->data)
		abort();
	memcpy(b->data, data, len);
	b->len = len;
}

static void state_drop(struct sim *sim)
{
	while (sim->priv->state) {
		struct state_blob *b = sim->priv->state;

		sim->priv->state = b->next;
		free(b->data);
		free(b);
	}
}

/* file: magic line, then for each blob: 48-byte name, 8-byte little-endian length, bytes */
static int state_load(struct sim *sim)
{
	char magic[sizeof(STATE_MAGIC) - 1];
	char name[48];
	u8 len_le[8];
	FILE *f;
	int ret = 0;

	if (!sim->opts.state_path[0])
		return 0;
	f = fopen(sim->opts.state_path, "rb");
	if (!f)
		return errno == ENOENT ? 0 : -errno;
	if (fread(magic, 1, sizeof(magic), f) != sizeof(magic) ||
	    memcmp(magic, STATE_MAGIC, sizeof(magic))) {
		ret = -ENOEXEC;
		goto out_close;
	}
	while (fread(name, 1, sizeof(name), f) == sizeof(name)) {
		u64 len;
		u8 *data;

		if (name[sizeof(name) - 1] || fread(len_le, 1, 8, f) != 8) {
			ret = -ENOEXEC;
			break;
		}
		len = get_le32(len_le) | (u64)get_le32(len_le + 4) << 32;
		if (len > (u64)1 << 30) {
			ret = -ENOEXEC;
			break;
		}
		data = malloc(len ? len : 1);
		if (!data) {
			ret = -ENOMEM;
			break;
		}
		if (fread(data, 1, len, f) != len)
			ret = -ENOEXEC;
		else
			sim_state_put(sim, name, data, len);
		free(data);
		if (ret)
			break;
	}
out_close:
	fclose(f);
	return ret;
}

int sim_core_save(struct sim *sim)
{
	char tmp[sizeof(sim->opts.state_path) + 8];
	struct state_blob *b;
	FILE *f;

	if (!sim->opts.state_path[0])
		return 0;
	snprintf(tmp, sizeof(tmp), "%s.new", sim->opts.state_path);
	f = fopen(tmp, "wb");
	if (!f)
		return -errno;
	errno = 0;
	fputs(STATE_MAGIC, f);
	for (b = sim->priv->state; b; b = b->next) {
		u8 len_le[8];

		put_le32(len_le, (u32)b->len);
		put_le32(len_le + 4, (u32)(b->len >> 32));
		fwrite(b->name, 1, sizeof(b->name), f);
		fwrite(len_le, 1, 8, f);
		fwrite(b->data, 1, b->len, f);
	}
	if (ferror(f)) {
		int ret = errno ? -errno : -EIO;

		fclose(f);
		unlink(tmp);
		return ret;
	}
	if (fclose(f) || rename(tmp, sim->opts.state_path)) {
		int ret = -errno;

		unlink(tmp);
		return ret;
	}
	return 0;
}

int sim_core_init(struct sim *sim, const struct sim_opts *opts, const struct sim_faults *faults)
{
	int ret;

	memset(sim, 0, sizeof(*sim));
	sim->opts = *opts;
	if (faults)
		sim->faults = *faults;
	sim->priv = calloc(1, sizeof(*sim->priv));
	if (!sim->priv)
		return -ENOMEM;
	ret = state_load(sim);
	if (ret)
		sim_core_exit(sim);
	return ret;
}

void sim_core_exit(struct sim *sim)
{
	if (!sim->priv)
		return;
	sim_clear_complaints(sim);
	state_drop(sim);
	free(sim->priv);
	sim->priv = NULL;
}
