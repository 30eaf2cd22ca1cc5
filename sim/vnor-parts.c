// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The parts that there are models of.
 */
#include "sim/vnor-core.h"

#include <string.h>

#define POINTER(_name) &vnor_##_name,

static const struct vnor_part *const parts[] = { VNOR_PARTS(POINTER) };

/**
 * vnor_find_part() - a part by its name
 * @name: as in vnor_known_part()
 *
 * Return: NULL if there is no model of it.
 */
const struct vnor_part *vnor_find_part(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(parts); i++)
		if (!strcmp(parts[i]->name, name))
			return parts[i];
	return NULL;
}

bool vnor_is_known(const char *part)
{
	return vnor_find_part(part);
}

/**
 * vnor_known_part() - list the parts
 * @n: from 0 on
 * @label: filled in if not NULL
 *
 * Return: the name of the n-th, NULL behind the last.
 */
const char *vnor_known_part(size_t n, struct vnor_label *label)
{
	const struct vnor_part *p;

	if (n >= ARRAY_SIZE(parts))
		return NULL;
	p = parts[n];
	if (label) {
		*label = (struct vnor_label){ .size = p->size,
					      .n_id = p->n_id,
					      .description = p->description };
		memcpy(label->id, p->id, sizeof(label->id));
	}
	return p->name;
}
