// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * "key=value,key2=value2" after the colon of -p, in flashrom's manner.
 *
 * Nobody declares keys in advance: whoever reads one marks it as known, and what nobody has read
 * when everything is open was a typing error.
 */
#include "lib/programmer.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct param {
	char *key;
	char *value;
	bool is_known;
};

struct params {
	struct param *v;
	size_t n;
};

static struct param *params_find(const struct params *p, const char *key, size_t len)
{
	for (size_t i = 0; i < p->n; i++)
		if (strlen(p->v[i].key) == len && !memcmp(p->v[i].key, key, len))
			return &p->v[i];
	return NULL;
}

/* length of the item at @s: up to a comma that no backslash precedes */
static size_t params_item_len(const char *s)
{
	size_t n = 0;

	while (s[n] && s[n] != ',')
		n += s[n] == '\\' && s[n + 1] == ',' ? 2 : 1;
	return n;
}

/* copy of @len bytes at @s with `\,` turned into a comma */
static char *params_unescape(const char *s, size_t len)
{
	char *out = malloc(len + 1);
	size_t n = 0;

	if (!out)
		return NULL;
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '\\' && i + 1 < len && s[i + 1] == ',')
			i++;
		out[n++] = s[i];
	}
	out[n] = '\0';
	return out;
}

static int params_add(struct params *p, const char *item, size_t len, struct err *err)
{
	const char *eq = memchr(item, '=', len);
	size_t n_key = eq ? (size_t)(eq - item) : len;
	struct param *grown, *param;

	if (!eq || !n_key)
		return err_set(err, -EINVAL, "write -p NAME:key=value,key2=value2",
			       "'%.*s' in the programmer's parameters is not key=value", (int)len,
			       item);
	if (params_find(p, item, n_key))
		return err_set(err, -EINVAL, "give each key once",
			       "parameter '%.*s' is given twice", (int)n_key, item);

	grown = realloc(p->v, (p->n + 1) * sizeof(*p->v));
	if (!grown)
		return err_set(err, -ENOMEM, NULL, "out of memory");
	p->v = grown;
	param = &p->v[p->n];
	param->is_known = false;
	param->key = strndup(item, n_key);
	param->value = params_unescape(eq + 1, len - n_key - 1);
	if (!param->key || !param->value) {
		free(param->key);
		free(param->value);
		return err_set(err, -ENOMEM, NULL, "out of memory");
	}
	p->n++;
	return 0;
}

/**
 * params_parse() - split "k=v,k2=v2"
 * @p: set on success; give it back with params_free()
 * @text: the list; NULL and "" are an empty one. `\,` stands for a comma in a value
 * @err: what is wrong with it
 *
 * Return: 0, or -EINVAL for an item without '=' and for a key that comes twice.
 */
int params_parse(struct params **p, const char *text, struct err *err)
{
	struct params *made = calloc(1, sizeof(*made));
	int ret;

	if (!made)
		return err_set(err, -ENOMEM, NULL, "out of memory");
	while (text && *text) {
		size_t len = params_item_len(text);

		ret = params_add(made, text, len, err);
		if (ret) {
			params_free(made);
			return ret;
		}
		text += len;
		if (*text == ',')
			text++;
	}
	*p = made;
	return 0;
}

/**
 * params_get() - look a key up and mark it as known
 * @p: the list
 * @key: the key
 *
 * Return: its value, which lives as long as @p; NULL if the user did not give it.
 */
const char *params_get(struct params *p, const char *key)
{
	struct param *param = params_find(p, key, strlen(key));

	if (!param)
		return NULL;
	param->is_known = true;
	return param->value;
}

/**
 * params_set() - give a key a value, as if the user had
 * @p: the list
 * @key: a new one, or one whose value is replaced
 * @value: copied
 *
 * Return: 0 or -ENOMEM.
 */
int params_set(struct params *p, const char *key, const char *value)
{
	struct param *param = params_find(p, key, strlen(key)), *grown;
	char *copy = strdup(value);

	if (!copy)
		return -ENOMEM;
	if (param) {
		free(param->value);
		param->value = copy;
		return 0;
	}
	grown = realloc(p->v, (p->n + 1) * sizeof(*p->v));
	if (!grown) {
		free(copy);
		return -ENOMEM;
	}
	p->v = grown;
	p->v[p->n] = (struct param){ .key = strdup(key), .value = copy };
	if (!p->v[p->n].key) {
		free(copy);
		return -ENOMEM;
	}
	p->n++;
	return 0;
}

/**
 * params_text() - the list as text again
 * @p: the list
 *
 * Return: what params_parse() takes, to be freed by the caller; NULL without memory.
 */
char *params_text(const struct params *p)
{
	size_t size = 1, n = 0;
	char *text;

	for (size_t i = 0; i < p->n; i++)
		size += strlen(p->v[i].key) + 2 * strlen(p->v[i].value) + 2;
	text = malloc(size);
	if (!text)
		return NULL;
	for (size_t i = 0; i < p->n; i++) {
		n += (size_t)snprintf(text + n, size - n, "%s%s=", i ? "," : "", p->v[i].key);
		for (const char *s = p->v[i].value; *s; s++) {
			if (*s == ',')
				text[n++] = '\\';
			text[n++] = *s;
		}
	}
	text[n] = '\0';
	return text;
}

/* 10^@n times @v, or false when it does not fit */
static bool params_scale(u64 *v, unsigned int n)
{
	while (n--)
		if (__builtin_mul_overflow(*v, UINT64_C(10), v))
			return false;
	return true;
}

/* "15M", "7.5M", "0x8000", "4000000"; false when @s is anything else or does not fit */
static bool params_parse_u64(const char *s, u64 *val)
{
	unsigned int n_frac = 0, n_zeros = 0;
	u64 v = 0;

	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		char *end;

		if (!isxdigit((unsigned char)s[2]))
			return false;
		errno = 0;
		*val = strtoull(s + 2, &end, 16);
		return !errno && !*end;
	}

	if (!isdigit((unsigned char)*s))
		return false;
	for (; isdigit((unsigned char)*s); s++)
		if (!params_scale(&v, 1) || __builtin_add_overflow(v, (u64)(*s - '0'), &v))
			return false;
	if (*s == '.') {
		for (s++; isdigit((unsigned char)*s); s++, n_frac++)
			if (!params_scale(&v, 1) || __builtin_add_overflow(v, (u64)(*s - '0'), &v))
				return false;
		if (!n_frac)
			return false;
	}
	if (*s == 'k' || *s == 'K')
		n_zeros = 3;
	else if (*s == 'm' || *s == 'M')
		n_zeros = 6;
	if (n_zeros)
		s++;
	if (*s || n_frac > n_zeros || !params_scale(&v, n_zeros - n_frac))
		return false;
	*val = v;
	return true;
}

/**
 * params_get_u64() - look a number up and mark its key as known
 * @p: the list
 * @key: the key
 * @val: set if the key is there, untouched if it is not
 * @err: what is wrong with the number
 *
 * K and M mean a thousand and a million (they are for frequencies); 0x is hexadecimal.
 *
 * Return: 0, also when the key is absent, or -EINVAL.
 */
int params_get_u64(struct params *p, const char *key, u64 *val, struct err *err)
{
	const char *s = params_get(p, key);

	if (!s || params_parse_u64(s, val))
		return 0;
	return err_set(err, -EINVAL, "write a number such as 4000000, 15M or 0x1000",
		       "'%s' is no number for parameter '%s'", s, key);
}

/**
 * params_check_unused() - complain about a key that nobody has asked for
 * @p: the list
 * @programmer: its name, for the message
 * @err: names the key
 *
 * Return: 0, or -EINVAL.
 */
int params_check_unused(struct params *p, const char *programmer, struct err *err)
{
	for (size_t i = 0; i < p->n; i++)
		if (!p->v[i].is_known)
			return err_set(err, -EINVAL, "`swdrom -L` lists the keys",
				       "programmer '%s' has no parameter '%s'", programmer,
				       p->v[i].key);
	return 0;
}

/**
 * params_free() - release a list
 * @p: the list, or NULL
 */
void params_free(struct params *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n; i++) {
		free(p->v[i].key);
		free(p->v[i].value);
	}
	free(p->v);
	free(p);
}
