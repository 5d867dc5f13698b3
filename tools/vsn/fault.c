// SPDX-License-Identifier: GPL-2.0
/* vsn fault: what happens to links, switches and endpoints, and when */
#include <string.h>

#include "cmd.h"
#include "fault.h"
#include "health.h"
#include "out.h"
#include "show.h"

static int fault_each(const struct vsn_ctl_fault *fault, void *arg)
{
	(void)arg;
	show_fault(fault);
	return 0;
}

static int fault_show(int argc, char **argv)
{
	struct args a = { .argc = argc, .argv = argv };
	char fabric[VSN_CTL_NAME];
	struct vsn_ctl_fault one;
	struct vsn_ctl *ctl;
	uint32_t id = 0;
	int err;

	arg_name(&a, "name of the fabric", fabric, sizeof(fabric));
	if (a.argc) {
		arg_is(&a, "id");
		id = arg_number(&a, "id", 1, UINT32_MAX);
	}
	arg_end(&a);
	if (a.status)
		return a.status;
	ctl = ctl_open();
	if (!ctl)
		return EXIT_FAIL;
	out_begin();
	if (!id) {
		err = vsn_ctl_fault_list(ctl, fabric, fault_each, NULL);
		return err ? ctl_failed(ctl, err, "faults of fabric %s", fabric) : cmd_done();
	}
	err = vsn_ctl_fault_get(ctl, fabric, id, &one);
	if (err)
		return ctl_failed(ctl, err, "fault %u of fabric %s", id, fabric);
	show_fault(&one);
	return cmd_done();
}

/* "link NAME", "link id N", "switch NAME", "endpoint NAME" */
static void arg_target(struct args *a, struct vsn_ctl_fault *f, struct link_arg *link,
		       const char **name)
{
	const char *word;

	if (arg_is(a, "link")) {
		arg_link(a, link);
	} else if (arg_is(a, "switch")) {
		*name = arg_need(a, "switch, the name of one");
		f->is_switch = true;
	} else if (arg_is(a, "endpoint")) {
		*name = arg_need(a, "endpoint, the name of one");
		f->is_endpoint = true;
	} else {
		word = arg_need(a, "link, switch or endpoint");
		if (word)
			arg_error(a, "unknown word '%s', it may be: link switch endpoint",
				  word);
	}
}

static int find_target(struct vsn_ctl *ctl, struct vsn_ctl_fault *f,
		       const struct link_arg *link, const char *name)
{
	struct vsn_ctl_endpoint e;
	struct vsn_ctl_switch sw;
	int err;

	if (f->is_endpoint) {
		err = vsn_ctl_endpoint_get(ctl, f->fabric, name, &e);
		if (err)
			return ctl_failed(ctl, err, "endpoint %s of fabric %s", name,
					  f->fabric);
		f->target = e.id;
		return EXIT_OK;
	}
	if (!f->is_switch)
		return link_resolve(ctl, f->fabric, link, &f->target);
	err = vsn_ctl_switch_get(ctl, f->fabric, name, &sw);
	if (err)
		return ctl_failed(ctl, err, "switch %s of fabric %s", name, f->fabric);
	f->target = sw.id;
	return EXIT_OK;
}

static int fault_add(int argc, char **argv)
{
	struct vsn_ctl_fault want = {
		.health.bandwidth_part = VSN_CTL_PART_ALL,
		.at = VSN_CTL_NOW,
		.until = VSN_CTL_FOREVER,
	}, fault;
	struct args a = { .argc = argc, .argv = argv };
	struct link_arg link = { NULL, 0 };
	const char *name = NULL;
	unsigned int mask = 0;
	struct vsn_ctl *ctl;
	int err;

	arg_name(&a, "name of the fabric", want.fabric, sizeof(want.fabric));
	arg_target(&a, &want, &link, &name);
	while (!a.status && a.argc) {
		if (arg_health(&a, &want.health, &mask))
			continue;
		if (want.at == VSN_CTL_NOW && arg_is(&a, "at"))
			want.at = arg_unit(&a, "at", UNIT_TIME);
		else if (want.until == VSN_CTL_FOREVER && arg_is(&a, "until"))
			want.until = arg_unit(&a, "until", UNIT_TIME);
		else
			arg_unknown(&a, HEALTH_WORDS " at until");
	}
	if (want.health.state == VSN_LINK_STATE_UP)
		arg_error(&a, "up: a fault is what it is not");
	if (!mask)
		arg_error(&a, "what it does is missing, it may be: " HEALTH_WORDS);
	if (a.status)
		return a.status;
	ctl = ctl_open();
	if (!ctl)
		return EXIT_FAIL;
	err = find_target(ctl, &want, &link, name);
	if (err)
		return err;
	err = vsn_ctl_fault_add(ctl, &want, &fault);
	if (err)
		return ctl_failed(ctl, err, "fault of fabric %s", want.fabric);
	out_begin();
	show_fault(&fault);
	return cmd_done();
}

static int fault_del(int argc, char **argv)
{
	struct args a = { .argc = argc, .argv = argv };
	char fabric[VSN_CTL_NAME];
	struct vsn_ctl *ctl;
	uint32_t id;
	int err;

	arg_name(&a, "name of the fabric", fabric, sizeof(fabric));
	arg_is(&a, "id");
	id = arg_number(&a, "id", 1, UINT32_MAX);
	arg_end(&a);
	if (a.status)
		return a.status;
	ctl = ctl_open();
	if (!ctl)
		return EXIT_FAIL;
	err = vsn_ctl_fault_del(ctl, fabric, id);
	return err ? ctl_failed(ctl, err, "fault %u of fabric %s", id, fabric) : EXIT_OK;
}

static int policy_show(int argc, char **argv)
{
	struct args a = { .argc = argc, .argv = argv };
	struct vsn_ctl_fault_policy policy;
	char fabric[VSN_CTL_NAME];
	struct vsn_ctl *ctl;
	int err;

	arg_name(&a, "name of the fabric", fabric, sizeof(fabric));
	arg_end(&a);
	if (a.status)
		return a.status;
	ctl = ctl_open();
	if (!ctl)
		return EXIT_FAIL;
	err = vsn_ctl_fault_policy_get(ctl, fabric, &policy);
	if (err)
		return ctl_failed(ctl, err, "fabric %s", fabric);
	out_begin();
	show_fault_policy(&policy);
	return cmd_done();
}

static uint32_t arg_lost(struct args *a)
{
	const char *word;

	if (arg_is(a, "replay"))
		return VSN_LOST_REPLAY;
	if (arg_is(a, "error"))
		return VSN_LOST_ERROR;
	word = arg_need(a, "lost");
	if (word)
		arg_error(a, "lost: unknown word '%s', it may be: replay error", word);
	return 0;
}

static int policy_set(int argc, char **argv)
{
	struct args a = { .argc = argc, .argv = argv };
	bool detect = false, lost = false, seed = false;
	struct vsn_ctl_fault_policy want, policy;
	char fabric[VSN_CTL_NAME];
	struct vsn_ctl *ctl;
	int err;

	arg_name(&a, "name of the fabric", fabric, sizeof(fabric));
	while (!a.status && a.argc) {
		if (!detect && arg_is(&a, "detect")) {
			want.detect = arg_unit(&a, "detect", UNIT_TIME);
			detect = true;
		} else if (!lost && arg_is(&a, "lost")) {
			want.lost = arg_lost(&a);
			lost = true;
		} else if (!seed && arg_is(&a, "seed")) {
			want.seed = arg_number(&a, "seed", 0, UINT64_MAX);
			seed = true;
		} else {
			arg_unknown(&a, "detect lost seed");
		}
	}
	if (!detect && !lost && !seed)
		arg_error(&a, "detect, lost or seed is missing");
	if (a.status)
		return a.status;
	ctl = ctl_open();
	if (!ctl)
		return EXIT_FAIL;
	err = vsn_ctl_fault_policy_get(ctl, fabric, &policy);
	if (!err) {
		policy.detect = detect ? want.detect : policy.detect;
		policy.lost = lost ? want.lost : policy.lost;
		policy.seed = seed ? want.seed : policy.seed;
		err = vsn_ctl_fault_policy_set(ctl, &policy);
	}
	return err ? ctl_failed(ctl, err, "fabric %s", fabric) : EXIT_OK;
}

static const struct cmd policy_commands[] = {
	{ "show", policy_show, "FABRIC" },
	{ "set", policy_set, "FABRIC [ detect TIME ] [ lost { replay | error } ] [ seed N ]" },
	{ NULL, NULL, NULL },
};

static int fault_policy(int argc, char **argv)
{
	return cmd_run(policy_commands, "fault policy", argc, argv);
}

static const struct cmd commands[] = {
	{ "add", fault_add, "FABRIC { link { LINK | id N } | switch SWITCH | endpoint NAME }\n"
		"                { down | [ bandwidth PERCENT ] [ latency TIME ] [ error-rate CHANCE ] }\n"
		"                [ at TIME ] [ until TIME ]" },
	{ "show", fault_show, "FABRIC [ ID ]" },
	{ "del", fault_del, "FABRIC ID" },
	{ "policy", fault_policy, "{ show | set } FABRIC ..." },
	{ NULL, NULL, NULL },
};

int cmd_fault(int argc, char **argv)
{
	return cmd_run(commands, "fault", argc, argv);
}
