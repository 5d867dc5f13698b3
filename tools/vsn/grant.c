// SPDX-License-Identifier: GPL-2.0
/* vsn grant: who may read and write which part of a region */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd.h"
#include "device.h"
#include "out.h"
#include "show.h"
#include "which.h"

void show_grant(const struct vsn_ctl_grant *g)
{
	char head[32];

	out_object(NULL);
	snprintf(head, sizeof(head), "%u:", g->id);
	out_line(0, head);
	out_str("fabric", "fabric", g->fabric);
	out_u64("region", NULL, g->id);
	out_unit("offset", "offset", UNIT_SIZE, g->offset);
	out_unit("length", "size", UNIT_SIZE, g->length);
	out_str("right", "right", vsn_ctl_right_name(g->right));
	show_ids("holders", "to", g->holders, g->nr_holders, g->holder_count);
	out_u64("holder_count", NULL, g->holder_count);
	out_object_end();
}

void show_violation(const struct vsn_ctl_violation *v)
{
	char head[32];

	out_object(NULL);
	snprintf(head, sizeof(head), "%u:", v->id);
	out_line(0, head);
	out_str("fabric", "fabric", v->fabric);
	out_u64("region", NULL, v->id);
	out_str("violation", "violation", vsn_op_name(v->opcode));
	out_hex("ua", "ua", v->ua);
	out_u64("initiator", "initiator", v->initiator);
	out_bool("write", "write", v->write);
	out_str("right", "right", vsn_ctl_right_name(v->right));
	if (v->holder != VSN_CTL_NOBODY)
		out_u64("holder", "holder", v->holder);
	out_unit("now", "now", UNIT_TIME, v->now);
	out_object_end();
}

static int grant_each(const struct vsn_ctl_grant *grant, void *arg)
{
	(void)arg;
	show_grant(grant);
	return 0;
}

static int grant_show(int argc, char **argv)
{
	struct args a = { .argc = argc, .argv = argv };
	char fabric[VSN_CTL_NAME];
	struct vsn_ctl *ctl;
	struct which which;
	uint32_t id;
	int err;

	arg_name(&a, "name of the fabric", fabric, sizeof(fabric));
	arg_region(&a, &which);
	arg_end(&a);
	if (a.status)
		return a.status;
	ctl = ctl_open();
	if (!ctl)
		return EXIT_FAIL;
	out_begin();
	err = which_id(ctl, fabric, &which, &id);
	if (!err)
		err = vsn_ctl_grant_list(ctl, fabric, id, grant_each, NULL);
	return err ? which_failed(ctl, err, &which, fabric) : cmd_done();
}

/* All of the region from the offset on, unless a size is given */
static int set_grant(struct vsn_ctl_grant *g, const struct which *which, const char *who)
{
	struct vsn_ctl *ctl = ctl_open();
	struct vsn_ctl_region *region;
	struct vsn_ctl_endpoint e;
	unsigned long number;
	char *end;
	int err;

	if (!ctl)
		return EXIT_FAIL;
	err = which_get(ctl, g->fabric, which, &region);
	if (err)
		return which_failed(ctl, err, which, g->fabric);
	g->id = region->id;
	if (!g->length && g->offset < region->size)
		g->length = region->size - g->offset;
	vsn_ctl_region_free(region);
	/* Names begin with a letter. */
	number = strtoul(who, &end, 10);
	if (isdigit((unsigned char)who[0]) && !*end && number < UINT32_MAX)
		err = vsn_ctl_endpoint_get_id(ctl, g->fabric, number, &e);
	else
		err = vsn_ctl_endpoint_get(ctl, g->fabric, who, &e);
	if (err)
		return ctl_failed(ctl, err, "endpoint %s of fabric %s", who, g->fabric);
	g->holders[0] = e.id;
	err = vsn_ctl_grant_set(ctl, g);
	return err ? which_failed(ctl, err, which, g->fabric) : EXIT_OK;
}

static int grant_set(int argc, char **argv)
{
	struct args a = { .argc = argc, .argv = argv };
	struct vsn_ctl_grant g = { .nr_holders = 1 };
	const char *who = NULL, *word;
	struct which which;
	int right = -1;

	arg_name(&a, "name of the fabric", g.fabric, sizeof(g.fabric));
	arg_region(&a, &which);
	while (!a.status && a.argc) {
		if (!who && arg_is(&a, "to")) {
			who = arg_need(&a, "endpoint, its name");
		} else if (right < 0 && arg_is(&a, "right")) {
			word = arg_need(&a, "right");
			right = word ? vsn_ctl_right_value(word) : 0;
			if (right < 0)
				arg_error(&a, "right '%s': want none, read or write", word);
		} else if (!g.offset && arg_is(&a, "offset")) {
			g.offset = arg_unit(&a, "offset", UNIT_SIZE);
		} else if (!g.length && arg_is(&a, "size")) {
			g.length = arg_unit(&a, "size", UNIT_SIZE);
			if (!g.length)
				arg_error(&a, "size is 0");
		} else {
			arg_unknown(&a, "to right offset size");
		}
	}
	if (!who)
		arg_error(&a, "to is missing");
	if (right < 0)
		arg_error(&a, "right is missing");
	g.right = right;
	return a.status ? a.status : set_grant(&g, &which, who);
}

static const struct cmd commands[] = {
	{ "set", grant_set, "FABRIC REGION to ENDPOINT right { none | read | write }\n"
	  "        [ offset SIZE ] [ size SIZE ]" },
	{ "show", grant_show, "FABRIC REGION" },
	{ NULL, NULL, NULL },
};

int cmd_grant(int argc, char **argv)
{
	return cmd_run(commands, "grant", argc, argv);
}
