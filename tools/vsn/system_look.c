// SPDX-License-Identifier: GPL-2.0
/* System files: look something up in one that is loaded. */
#include <string.h>

#include "system.h"

const struct sys_library *system_library(const struct system *sys, const char *library)
{
	size_t i;

	for (i = 0; i < sys->nr_libraries; i++)
		if (!strcmp(sys->libraries[i].name, library))
			return &sys->libraries[i];
	return NULL;
}

const struct sys_param *system_param(const struct system *sys, const char *library,
				     const char *name)
{
	const struct sys_library *l = system_library(sys, library);
	size_t i;

	for (i = 0; l && i < l->nr_params; i++)
		if (!strcmp(l->params[i].name, name))
			return &l->params[i];
	return NULL;
}

const struct sys_published *system_published(const struct system *sys, const char *row)
{
	size_t i;

	for (i = 0; i < sys->nr_published; i++)
		if (!strcmp(sys->published[i].name, row))
			return &sys->published[i];
	return NULL;
}

bool system_fitted(const struct system *sys, const struct sys_published *row)
{
	size_t i, j;

	for (i = 0; i < sys->nr_libraries; i++)
		for (j = 0; j < sys->libraries[i].nr_fit; j++)
			if (!strcmp(sys->libraries[i].fit[j], row->name))
				return true;
	return row->fitted;
}

int64_t system_error(const struct sys_published *row, uint64_t modelled)
{
	uint64_t nearest = row->value;

	/* Where sources differ, no figure between them is wrong. */
	if (modelled > row->value)
		nearest = modelled < row->max ? modelled : row->max;
	return ((__int128)modelled - nearest) * 1000000 / nearest;
}

uint32_t system_count(const struct system *sys, uint32_t kind)
{
	size_t i;

	for (i = 0; i < sys->topo.nr_kinds; i++)
		if (sys->topo.kinds[i].kind == kind)
			return sys->topo.kinds[i].count;
	return 0;
}
