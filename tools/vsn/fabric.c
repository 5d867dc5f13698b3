// SPDX-License-Identifier: GPL-2.0
/* vsn fabric */
#include <string.h>

#include "cmd.h"
#include "out.h"
#include "show.h"
#include "system.h"

/* The spec that a system file makes; NULL without one, or when that failed. */
static struct system *system_after(struct args *a, struct vsn_ctl_fabric *spec)
{
	const char *word = arg_need(a, "name or file of a system");
	struct system *sys;
	char name[VSN_CTL_NAME];
	uint32_t clock = spec->clock;
	uint64_t scale = spec->scale;

	if (!word)
		return NULL;
	sys = system_load(word);
	if (!sys) {
		a->status = EXIT_FAIL;
		return NULL;
	}
	memcpy(name, spec->name, sizeof(name));
	*spec = sys->topo;
	memcpy(spec->name, name, sizeof(name));
	spec->clock = clock;
	spec->scale = scale;
	return sys;
}

static void clock_after(struct args *a, struct vsn_ctl_fabric *spec)
{
	const char *word = arg_need(a, "clock");

	if (!word)
		return;
	spec->clock = clock_parse(word);
	if (!spec->clock)
		arg_error(a, "clock: '%s' is none of: ordered online paced", word);
}

static int fabric_change(int argc, char **argv, bool add)
{
	struct args a = { .argc = argc, .argv = argv };
	struct vsn_ctl_fabric spec = { "" };
	struct system *sys = NULL;
	bool draft = !add;
	struct vsn_ctl *ctl;
	int err;

	arg_name(&a, "name of the fabric", spec.name, sizeof(spec.name));
	while (!a.status && a.argc) {
		if (!sys && arg_is(&a, "system"))
			sys = system_after(&a, &spec);
		else if (add && !draft && arg_is(&a, "draft"))
			draft = true;
		else if (!spec.clock && arg_is(&a, "clock"))
			clock_after(&a, &spec);
		else if (!spec.scale && arg_is(&a, "scale"))
			spec.scale = arg_unit(&a, "scale", UNIT_FACTOR);
		else
			arg_unknown(&a, add ? "system draft clock scale" : "system clock scale");
	}
	if (!a.status && !sys && !draft)
		arg_error(&a, "fabric %s: system is missing", spec.name);
	if (!a.status && !sys && !add && !spec.clock && !spec.scale)
		arg_error(&a, "fabric %s: nothing to set", spec.name);
	ctl = a.status ? NULL : ctl_open();
	if (!ctl) {
		system_free(sys);
		return a.status ? a.status : EXIT_FAIL;
	}
	if (add)
		err = vsn_ctl_fabric_new(ctl, &spec, !draft);
	else
		err = vsn_ctl_fabric_set(ctl, &spec, false);
	system_free(sys);
	return err ? ctl_failed(ctl, err, "fabric %s", spec.name) : EXIT_OK;
}

static int fabric_add(int argc, char **argv)
{
	return fabric_change(argc, argv, true);
}

static int fabric_set(int argc, char **argv)
{
	return fabric_change(argc, argv, false);
}

static int fabric_act(int argc, char **argv, int (*act)(struct vsn_ctl *ctl, const char *name))
{
	struct args a = { .argc = argc, .argv = argv };
	char name[VSN_CTL_NAME];
	struct vsn_ctl *ctl;
	int err;

	arg_name(&a, "name of the fabric", name, sizeof(name));
	arg_end(&a);
	if (a.status)
		return a.status;
	ctl = ctl_open();
	if (!ctl)
		return EXIT_FAIL;
	err = act(ctl, name);
	return err ? ctl_failed(ctl, err, "fabric %s", name) : EXIT_OK;
}

static int fabric_commit(int argc, char **argv)
{
	return fabric_act(argc, argv, vsn_ctl_fabric_commit);
}

static int fabric_del(int argc, char **argv)
{
	return fabric_act(argc, argv, vsn_ctl_fabric_del);
}

static int fabric_each(const struct vsn_ctl_fabric *fabric, void *arg)
{
	(void)arg;
	show_fabric(fabric, false);
	return 0;
}

static int fabric_show(int argc, char **argv)
{
	struct args a = { .argc = argc, .argv = argv };
	struct vsn_ctl_fabric *fabric;
	char name[VSN_CTL_NAME] = "";
	struct vsn_ctl *ctl;
	int err;

	if (a.argc)
		arg_name(&a, "name of the fabric", name, sizeof(name));
	arg_end(&a);
	if (a.status)
		return a.status;
	ctl = ctl_open();
	if (!ctl)
		return EXIT_FAIL;
	if (!name[0]) {
		out_begin();
		err = vsn_ctl_fabric_list(ctl, fabric_each, NULL);
		if (err)
			return ctl_failed(ctl, err, "fabrics");
		return cmd_done();
	}
	err = vsn_ctl_fabric_get(ctl, name, &fabric);
	if (err)
		return ctl_failed(ctl, err, "fabric %s", name);
	out_begin();
	show_fabric(fabric, true);
	vsn_ctl_fabric_free(fabric);
	return cmd_done();
}

static const struct cmd commands[] = {
	{ "add", fabric_add, "NAME { system SYSTEM | draft } [ clock CLOCK ] [ scale FACTOR ]" },
	{ "set", fabric_set, "NAME [ system SYSTEM ] [ clock CLOCK ] [ scale FACTOR ]" },
	{ "commit", fabric_commit, "NAME" },
	{ "show", fabric_show, "[ NAME ]" },
	{ "del", fabric_del, "NAME" },
	{ NULL, NULL, NULL },
};

int cmd_fabric(int argc, char **argv)
{
	return cmd_run(commands, "fabric", argc, argv);
}
