// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which boards several -p name, before any of them is opened.
 *
 * Each board is a session of its own afterwards. What is left here is what the boards of one programmer
 * share: on the virtual bench the USB bus, on which all have to be known before the first one begins.
 */
#include "lib/session-priv.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GANG_MAX 64 /* more than hubs can feed */

struct gang_board {
	struct programmer_choice choice;
	const struct programmer *programmer;
	const char *text;   /* the -p that named it; borrowed while the gang is made */
	char *params;	    /* name this one */
	char label[128];    /* unique */
	unsigned int index; /* among those of its programmer */
};

/* what the boards of one programmer share */
struct gang_shared {
	const struct programmer *programmer;
	void *shared;
	unsigned int n;
};

struct swdrom_gang {
	struct err err;
	enum swdrom_status status;
	struct swdrom_error error;
	struct gang_board *boards;
	size_t n_boards;
	struct gang_shared *shared;
	size_t n_shared;
};

/* one -p being resolved */
struct gang_query {
	struct swdrom_gang *g;
	const struct programmer *programmer;
	const char *text;
	struct params *params;
};

/* ---- one after the other ---- */

static const char *owned_twice(const struct gang_board *a, const struct gang_board *b)
{
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(a->choice.owns) && a->choice.owns[i][0]; i++)
		for (k = 0; k < ARRAY_SIZE(b->choice.owns) && b->choice.owns[k][0]; k++)
			if (!strcmp(a->choice.owns[i], b->choice.owns[k]))
				return a->choice.owns[i];
	return NULL;
}

static int check_twice(struct swdrom_gang *g, const struct gang_board *b)
{
	size_t i;

	for (i = 0; i < g->n_boards; i++) {
		const struct gang_board *a = &g->boards[i];
		const char *what = a->programmer == b->programmer ? owned_twice(a, b) : NULL;

		if (!what)
			continue;
		return err_set(&g->err, -EINVAL,
			       "give each adapter once; serial=, usb= and channel= tell them apart",
			       "-p %.100s and -p %.100s name the same %.150s", a->text, b->text,
			       what);
	}
	return 0;
}

static int add_board(void *arg, const struct programmer_choice *choice)
{
	struct gang_query *q = arg;
	struct swdrom_gang *g = q->g;
	struct gang_board *b, *grown;
	size_t i;
	int ret;

	if (g->n_boards == GANG_MAX)
		return err_set(&g->err, -EINVAL, NULL, "more than %d boards", GANG_MAX);
	grown = realloc(g->boards, (g->n_boards + 1) * sizeof(*grown));
	if (!grown)
		return err_set(&g->err, -ENOMEM, NULL, "out of memory");
	g->boards = grown;
	b = &g->boards[g->n_boards];
	*b = (struct gang_board){ .choice = *choice, .programmer = q->programmer, .text = q->text };
	ret = check_twice(g, b);
	for (i = 0; !ret && i < ARRAY_SIZE(choice->set) && choice->set[i].key; i++)
		ret = params_set(q->params, choice->set[i].key, choice->set[i].value);
	if (ret)
		return ret;
	b->params = params_text(q->params);
	if (!b->params)
		return err_set(&g->err, -ENOMEM, NULL, "out of memory");
	g->n_boards++;
	return 0;
}

/* a programmer that cannot say: the -p itself is what must not come twice */
static int add_unresolved(struct gang_query *q)
{
	struct programmer_choice choice = { 0 };

	snprintf(choice.label, sizeof(choice.label), "%s", q->text);
	snprintf(choice.owns[0], sizeof(choice.owns[0]), "adapter %s", q->text);
	return add_board(q, &choice);
}

static bool takes_all(const char **params)
{
	const char *s = *params;

	if (strncmp(s, "all", 3) || (s[3] && s[3] != ','))
		return false;
	*params = s + 3 + !!s[3];
	return true;
}

static int add_programmer(struct swdrom_gang *g, const char *text)
{
	struct gang_query q = { .g = g, .text = text };
	const char *params;
	bool all;
	int ret;

	q.programmer = session_find_programmer(&g->err, text, &params);
	if (!q.programmer)
		return -EINVAL;
	all = takes_all(&params);
	if (all && !q.programmer->resolve)
		return err_set(&g->err, -EINVAL, "name each one with a -p of its own",
			       "programmer %s has no list of adapters to take all from",
			       q.programmer->name);
	ret = params_parse(&q.params, params, &g->err);
	if (ret)
		return ret;
	ret = q.programmer->resolve
		      ? q.programmer->resolve(q.params, all, (unsigned int)g->n_boards, &g->err,
					      add_board, &q)
		      : add_unresolved(&q);
	params_free(q.params);
	return ret;
}

/* ---- labels ---- */

static bool is_label_shared(const struct swdrom_gang *g, size_t i)
{
	size_t k;

	for (k = 0; k < g->n_boards; k++)
		if (k != i && !strcmp(g->boards[k].choice.label, g->boards[i].choice.label))
			return true;
	return false;
}

static void make_labels(struct swdrom_gang *g)
{
	size_t i;

	for (i = 0; i < g->n_boards; i++) {
		struct gang_board *b = &g->boards[i];

		if (!is_label_shared(g, i))
			snprintf(b->label, sizeof(b->label), "%s", b->choice.label);
		else if (b->choice.location[0])
			snprintf(b->label, sizeof(b->label), "%s@%s", b->choice.label,
				 b->choice.location);
		else
			snprintf(b->label, sizeof(b->label), "%s#%zu", b->choice.label, i + 1);
	}
}

/* ---- what is shared ---- */

static struct gang_shared *find_shared(const struct swdrom_gang *g, const struct programmer *prog)
{
	size_t i;

	for (i = 0; i < g->n_shared; i++)
		if (g->shared[i].programmer == prog)
			return &g->shared[i];
	return NULL;
}

static int make_shared(struct swdrom_gang *g)
{
	size_t i;

	/* each board may be the only one of its programmer */
	g->shared = calloc(max(g->n_boards, (size_t)1), sizeof(*g->shared));
	if (!g->shared)
		return err_set(&g->err, -ENOMEM, NULL, "out of memory");
	for (i = 0; i < g->n_boards; i++) {
		struct gang_board *b = &g->boards[i];
		struct gang_shared *sh = find_shared(g, b->programmer);

		if (!b->programmer->gang_new)
			continue;
		if (!sh) {
			sh = &g->shared[g->n_shared++];
			sh->programmer = b->programmer;
		}
		b->index = sh->n++;
	}
	for (i = 0; i < g->n_shared; i++) {
		struct gang_shared *sh = &g->shared[i];

		assert(sh->programmer);
		sh->shared = sh->programmer->gang_new(sh->n);
		if (!sh->shared)
			return err_set(&g->err, -ENOMEM, NULL, "out of memory");
	}
	return 0;
}

void *session_gang_shared(const struct swdrom_gang *g, const struct programmer *prog, size_t i,
			  unsigned int *index)
{
	const struct gang_shared *sh = find_shared(g, prog);

	*index = g->boards[i].index;
	return sh ? sh->shared : NULL;
}

const struct programmer *session_gang_programmer(const struct swdrom_gang *g, size_t i,
						 const char **params)
{
	*params = g->boards[i].params;
	return g->boards[i].programmer;
}

/* ---- for everybody ---- */

struct swdrom_gang *swdrom_gang_new(const char *const *names, size_t n)
{
	struct swdrom_gang *g = calloc(1, sizeof(*g));
	size_t i;
	int ret = 0;

	if (!g)
		return NULL;
	for (i = 0; i < n && !ret; i++)
		ret = add_programmer(g, names[i]);
	if (!ret) {
		make_labels(g);
		ret = make_shared(g);
	}
	g->status = session_status_of(PHASE_RUN, ret);
	if (ret)
		err_set(&g->err, ret, NULL, "%s", strerror(-ret));
	return g;
}

const struct swdrom_error *swdrom_gang_error(struct swdrom_gang *g)
{
	g->error = (struct swdrom_error){
		.status = g->status, .what = g->err.what, .where = g->err.where, .next = g->err.next
	};
	return &g->error;
}

size_t swdrom_gang_size(const struct swdrom_gang *g)
{
	return g->n_boards;
}

const char *swdrom_gang_label(const struct swdrom_gang *g, size_t i)
{
	return g->boards[i].label;
}

void swdrom_gang_leave(struct swdrom_gang *g, size_t i)
{
	const struct programmer *prog = g->boards[i].programmer;
	const struct gang_shared *sh = find_shared(g, prog);

	if (sh && sh->shared)
		prog->gang_leave(sh->shared, g->boards[i].index);
}

void swdrom_gang_free(struct swdrom_gang *g)
{
	size_t i;

	if (!g)
		return;
	for (i = 0; i < g->n_shared; i++)
		if (g->shared[i].shared)
			g->shared[i].programmer->gang_free(g->shared[i].shared);
	for (i = 0; i < g->n_boards; i++)
		free(g->boards[i].params);
	free(g->boards);
	free(g->shared);
	free(g);
}
