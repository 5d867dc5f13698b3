// SPDX-License-Identifier: GPL-2.0
/* vsn limit */
#include "cmd.h"
#include "out.h"
#include "show.h"

static int limit_show(int argc, char **argv)
{
	struct args a = { .argc = argc, .argv = argv };
	char fabric[VSN_CTL_NAME] = "";
	struct vsn_ctl_limit limit;
	struct vsn_ctl *ctl;
	int err;

	if (arg_is(&a, "fabric"))
		arg_name(&a, "name of the fabric", fabric, sizeof(fabric));
	arg_unknown(&a, "fabric");
	if (a.status)
		return a.status;
	ctl = ctl_open();
	if (!ctl)
		return EXIT_FAIL;
	err = vsn_ctl_limit_get(ctl, fabric[0] ? fabric : NULL, &limit);
	if (err)
		return ctl_failed(ctl, err, "limit");
	out_begin();
	show_limit(&limit);
	return cmd_done();
}

static int limit_set(int argc, char **argv)
{
	struct args a = { .argc = argc, .argv = argv };
	char fabric[VSN_CTL_NAME] = "";
	bool have = false;
	uint64_t resident = 0;
	struct vsn_ctl *ctl;
	int err;

	while (!a.status && a.argc) {
		if (!fabric[0] && arg_is(&a, "fabric")) {
			arg_name(&a, "name of the fabric", fabric, sizeof(fabric));
		} else if (!have && arg_is(&a, "resident")) {
			resident = arg_unit(&a, "resident", UNIT_SIZE);
			have = true;
		} else {
			arg_unknown(&a, "fabric resident");
		}
	}
	if (!have)
		arg_error(&a, "resident is missing");
	if (a.status)
		return a.status;
	ctl = ctl_open();
	if (!ctl)
		return EXIT_FAIL;
	err = vsn_ctl_limit_set(ctl, fabric[0] ? fabric : NULL, resident);
	return err ? ctl_failed(ctl, err, "limit") : EXIT_OK;
}

static const struct cmd commands[] = {
	{ "show", limit_show, "[ fabric FABRIC ]" },
	{ "set", limit_set, "[ fabric FABRIC ] resident SIZE" },
	{ NULL, NULL, NULL },
};

int cmd_limit(int argc, char **argv)
{
	return cmd_run(commands, "limit", argc, argv);
}
