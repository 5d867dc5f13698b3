// SPDX-License-Identifier: GPL-2.0
/* vsn system */
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "out.h"
#include "show.h"
#include "system.h"
#include "system_dir.h"
#include "system_route.h"

static const char * const origins[] = {
	[SYS_ORIGIN_PUBLISHED] = "published",
	[SYS_ORIGIN_ASSUMPTION] = "assumption",
	[SYS_ORIGIN_FITTED] = "fitted",
};

static void show_library(const struct sys_library *l)
{
	size_t i;

	out_object(NULL);
	out_line(1, NULL);
	out_str("library", "software", l->name);
	out_array("fit");
	for (i = 0; i < l->nr_fit; i++)
		out_str("", i ? "" : "fit-to", l->fit[i]);
	out_array_end();
	out_array("parameter");
	for (i = 0; i < l->nr_params; i++) {
		const struct sys_param *p = &l->params[i];

		out_object(NULL);
		out_line(2, NULL);
		out_str("name", "", p->name);
		out_unit("value", "", UNIT_TIME, p->value_ps);
		out_str("origin", "", origins[p->origin]);
		out_str("meaning", NULL, p->meaning);
		out_str(NULL, "-", p->meaning);
		out_str("source", NULL, p->source);
		out_object_end();
	}
	out_array_end();
	out_object_end();
}

static void show_published(const struct sys_published *p)
{
	out_object(NULL);
	out_line(1, NULL);
	out_str("name", "published", p->name);
	out_unit("value", "", p->unit, p->value);
	if (p->max > p->value)
		out_unit("max", "to", p->unit, p->max);
	out_str("unit", NULL, p->unit == UNIT_TIME ? "ps" : "B/s");
	if (p->fitted)
		out_str("row", "", "fitted");
	if (p->run)
		out_str("run", "run", p->run);
	out_str("source", "-", p->source);
	out_object_end();
}

static int show_system(const char *word)
{
	struct system *sys = system_load(word);
	size_t i;

	if (!sys)
		return EXIT_FAIL;
	out_begin();
	out_object(NULL);
	out_line(0, NULL);
	out_str("name", "", sys->name);
	out_u64("endpoints", "endpoints", sys->topo.endpoints);
	out_u64("packages", "packages", sys->topo.packages);
	out_line(1, NULL);
	out_str("description", "", sys->description);
	out_line(1, NULL);
	out_str("path", "file", sys->path);
	show_topo(&sys->topo);
	out_array("software");
	for (i = 0; i < sys->nr_libraries; i++)
		show_library(&sys->libraries[i]);
	out_array_end();
	out_array("published");
	for (i = 0; i < sys->nr_published; i++)
		show_published(&sys->published[i]);
	out_array_end();
	out_object_end();
	system_free(sys);
	return cmd_done();
}

static int system_show(int argc, char **argv)
{
	struct args a = { .argc = argc, .argv = argv };
	const char *word = arg_need(&a, "name or file of a system");

	arg_end(&a);
	return a.status ? a.status : show_system(word);
}

/* One that is wrong is told of, and does not hide the others. */
static int list_one(const char *path, void *arg)
{
	struct system *sys = system_load(path);
	int *status = arg;

	if (!sys) {
		*status = EXIT_FAIL;
		return 0;
	}
	out_object(NULL);
	out_line(0, NULL);
	out_str("name", "", sys->name);
	out_u64("endpoints", "endpoints", sys->topo.endpoints);
	out_u64("packages", "packages", sys->topo.packages);
	out_str("path", NULL, sys->path);
	out_str("description", NULL, sys->description);
	out_str(NULL, "-", sys->description);
	out_object_end();
	system_free(sys);
	return 0;
}

static int system_list(int argc, char **argv)
{
	struct args a = { .argc = argc, .argv = argv };
	int status = EXIT_OK, err;

	arg_end(&a);
	if (a.status)
		return a.status;
	out_begin();
	if (system_each(list_one, &status))
		status = EXIT_FAIL;
	err = cmd_done();
	return status ? status : err;
}

static const struct cmd commands[] = {
	{ "list", system_list, NULL },
	{ "show", system_show, "SYSTEM" },
	{ "route", system_route, "SYSTEM SOURCE DESTINATION [ network NETWORK ]\n"
		"                    [ candidate N | alternatives N ]" },
	{ NULL, NULL, NULL },
};

int cmd_system(int argc, char **argv)
{
	return cmd_run(commands, "system", argc, argv);
}
