// SPDX-License-Identifier: GPL-2.0
/* vsn switch */
#include "cmd.h"
#include "fault.h"
#include "health.h"
#include "out.h"
#include "show.h"

static int switch_each(const struct vsn_ctl_switch *sw, void *arg)
{
	(void)arg;
	show_switch(sw);
	return 0;
}

static int switch_show(int argc, char **argv)
{
	struct args a = { .argc = argc, .argv = argv };
	char fabric[VSN_CTL_NAME];
	struct vsn_ctl_switch sw;
	const char *name = NULL;
	struct vsn_ctl *ctl;
	bool down = false;
	int err;

	arg_name(&a, "name of the fabric", fabric, sizeof(fabric));
	if (arg_is(&a, "down"))
		down = true;
	else if (a.argc)
		name = arg_next(&a);
	arg_end(&a);
	if (a.status)
		return a.status;
	ctl = ctl_open();
	if (!ctl)
		return EXIT_FAIL;
	out_begin();
	if (!name) {
		err = vsn_ctl_switch_list(ctl, fabric, down, switch_each, NULL);
		return err ? ctl_failed(ctl, err, "fabric %s", fabric) : cmd_done();
	}
	err = vsn_ctl_switch_get(ctl, fabric, name, &sw);
	if (err)
		return ctl_failed(ctl, err, "switch %s of fabric %s", name, fabric);
	show_switch(&sw);
	return cmd_done();
}

static int switch_set(int argc, char **argv)
{
	struct args a = { .argc = argc, .argv = argv };
	char fabric[VSN_CTL_NAME];
	uint32_t state = 0;
	struct vsn_ctl *ctl;
	const char *name;
	int err;

	arg_name(&a, "name of the fabric", fabric, sizeof(fabric));
	name = arg_need(&a, "switch, the name of one");
	if (arg_is(&a, "up"))
		state = VSN_LINK_STATE_UP;
	else if (arg_is(&a, "down"))
		state = VSN_LINK_STATE_DOWN;
	else if (a.argc)
		arg_unknown(&a, "up down");
	else
		arg_error(&a, "up or down is missing");
	arg_end(&a);
	if (a.status)
		return a.status;
	ctl = ctl_open();
	if (!ctl)
		return EXIT_FAIL;
	err = vsn_ctl_switch_set(ctl, fabric, name, state);
	return err ? ctl_failed(ctl, err, "switch %s of fabric %s", name, fabric) : EXIT_OK;
}

static const struct cmd commands[] = {
	{ "show", switch_show, "FABRIC [ SWITCH | down ]" },
	{ "set", switch_set, "FABRIC SWITCH { up | down }" },
	{ NULL, NULL, NULL },
};

int cmd_switch(int argc, char **argv)
{
	return cmd_run(commands, "switch", argc, argv);
}
