// SPDX-License-Identifier: GPL-2.0
/* vsn endpoint */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "fault.h"
#include "health.h"
#include "out.h"
#include "show.h"

void show_endpoint(const struct vsn_ctl_endpoint *e)
{
	out_object(NULL);
	out_line(0, NULL);
	out_str("name", "", e->name);
	out_u64("id", "id", e->id);
	out_str("fabric", NULL, e->fabric);
	out_str("kind", "kind", vsn_ctl_kind_name(e->kind));
	out_u64("package", "package", e->package);
	out_unit("capacity", "capacity", UNIT_SIZE, e->capacity);
	out_unit("allocated", "allocated", UNIT_SIZE, e->allocated);
	out_line(1, NULL);
	out_u64("ops", "ops", e->ops);
	out_u64("errors", "errors", e->errors);
	out_unit("read_bytes", "read", UNIT_SIZE, e->read_bytes);
	out_unit("write_bytes", "write", UNIT_SIZE, e->write_bytes);
	out_unit("local_bytes", "local", UNIT_SIZE, e->local_bytes);
	out_unit("in_bytes", "in", UNIT_SIZE, e->in_bytes);
	out_unit("out_bytes", "out", UNIT_SIZE, e->out_bytes);
	out_u64("atomics", "atomics", e->atomics);
	out_u64("faults", "faults", e->faults);
	out_unit("fault_bytes", "fault-bytes", UNIT_SIZE, e->fault_bytes);
	/* Seldom: in text only where it says something. */
	if (out_is_json() || e->slow || e->delay || e->jitter) {
		out_line(1, NULL);
		out_unit("slow", "slow", UNIT_RATIO, e->slow);
		out_unit("delay", "delay", UNIT_TIME, e->delay);
		out_unit("jitter", "jitter", UNIT_TIME, e->jitter);
		out_u64("seed", "seed", e->seed);
	}
	if (e->node != VSN_NODE_NONE)
		out_u64("node", "node", e->node);
	out_u64("replays", e->replays ? "replays" : NULL, e->replays);
	out_unit("replay_wire", e->replay_wire ? "replay-wire" : NULL, UNIT_SIZE,
		 e->replay_wire);
	if (out_is_json() || e->state == VSN_LINK_STATE_DOWN || e->lost_bytes) {
		out_line(1, NULL);
		out_str("state", "state", state_name(e->state));
		out_unit("lost_bytes", "lost", UNIT_SIZE, e->lost_bytes);
	}
	out_object_end();
}

static int endpoint_show_one(const struct vsn_ctl_endpoint *e, void *arg)
{
	(void)arg;
	show_endpoint(e);
	return 0;
}

static uint32_t arg_kind(struct args *a)
{
	const char *word = arg_need(a, "kind");
	uint32_t kind = word ? vsn_ctl_kind_value(word) : 0;

	if (word && !kind)
		arg_error(a, "unknown kind '%s', it may be: accelerator host memory", word);
	return kind;
}

static int endpoint_show(int argc, char **argv)
{
	struct args a = { .argc = argc, .argv = argv };
	struct vsn_ctl_endpoint_filter filter = { 0 };
	char fabric[VSN_CTL_NAME];
	struct vsn_ctl_endpoint e;
	const char *name = NULL;
	uint32_t id = UINT32_MAX;
	struct vsn_ctl *ctl;
	int err;

	arg_name(&a, "name of the fabric", fabric, sizeof(fabric));
	while (!a.status && a.argc) {
		if (!filter.kind && arg_is(&a, "kind"))
			filter.kind = arg_kind(&a);
		else if (!filter.active && arg_is(&a, "active"))
			filter.active = true;
		else if (!name && arg_is(&a, "name"))
			name = arg_need(&a, "name of the endpoint");
		else if (id == UINT32_MAX && arg_is(&a, "id"))
			id = arg_number(&a, "id", 0, UINT32_MAX - 1);
		else if (a.argc && !name && looks_like_endpoint(a.argv[0]))
			name = arg_next(&a);
		else
			arg_unknown(&a, "NAME name id kind active");
	}
	if ((name || id != UINT32_MAX) && (filter.kind || filter.active))
		arg_error(&a, "kind and active choose from a list, not with one endpoint");
	if (name && id != UINT32_MAX)
		arg_error(&a, "name and id together");
	if (a.status)
		return a.status;
	ctl = ctl_open();
	if (!ctl)
		return EXIT_FAIL;
	out_begin();
	if (!name && id == UINT32_MAX) {
		err = vsn_ctl_endpoint_list(ctl, fabric, &filter, endpoint_show_one, NULL);
		if (err)
			return ctl_failed(ctl, err, "fabric %s", fabric);
		return cmd_done();
	}
	if (name)
		err = vsn_ctl_endpoint_get(ctl, fabric, name, &e);
	else
		err = vsn_ctl_endpoint_get_id(ctl, fabric, id, &e);
	if (err && name)
		return ctl_failed(ctl, err, "endpoint %s of fabric %s", name, fabric);
	if (err)
		return ctl_failed(ctl, err, "endpoint %u of fabric %s", id, fabric);
	endpoint_show_one(&e, NULL);
	return cmd_done();
}

/* Those to set, and what to */
struct set {
	struct vsn_ctl *ctl;
	const char *fabric;
	const struct vsn_ctl_straggler *to;
	uint32_t state;	/* enum vsn_link_state; 0: @to */
	uint32_t *ids;
	size_t nr_ids;
	size_t room;
};

static int set_add(const struct vsn_ctl_endpoint *e, void *arg)
{
	struct set *set = arg;

	if (set->nr_ids == set->room) {
		size_t room = set->room ? 2 * set->room : 256;
		void *p = realloc(set->ids, room * sizeof(*set->ids));

		if (!p) {
			msg("out of memory");
			return 1;
		}
		set->ids = p;
		set->room = room;
	}
	set->ids[set->nr_ids++] = e->id;
	return 0;
}

static int set_it(struct set *set, const char *name, uint32_t id)
{
	if (set->state)
		return vsn_ctl_endpoint_set_state(set->ctl, set->fabric, name, id, set->state);
	return vsn_ctl_endpoint_set(set->ctl, set->fabric, name, id, set->to);
}

/* All of a kind, or of any if it is 0, one by one; what comes first fails first. */
static int set_many(struct set *set, uint32_t kind)
{
	struct vsn_ctl_endpoint_filter filter = { .kind = kind };
	int err = vsn_ctl_endpoint_list(set->ctl, set->fabric, &filter, set_add, set);
	size_t i;

	if (err < 0)
		err = ctl_failed(set->ctl, err, "fabric %s", set->fabric);
	for (i = 0; i < set->nr_ids && !err; i++) {
		err = set_it(set, NULL, set->ids[i]);
		if (err)
			err = ctl_failed(set->ctl, err, "endpoint %u of fabric %s", set->ids[i],
					 set->fabric);
	}
	free(set->ids);
	return err ? EXIT_FAIL : EXIT_OK;
}

static int set_one(struct set *set, const char *name, uint32_t id)
{
	int err = set_it(set, name, id);

	if (err && name)
		return ctl_failed(set->ctl, err, "endpoint %s of fabric %s", name, set->fabric);
	return err ? ctl_failed(set->ctl, err, "endpoint %u of fabric %s", id, set->fabric) :
		     EXIT_OK;
}

static uint32_t arg_node(struct args *a)
{
	if (arg_is(a, "none"))
		return VSN_NODE_NONE;
	return arg_number(a, "node", 0, VSN_NODE_NONE - 1);
}

static int endpoint_set(int argc, char **argv)
{
	struct args a = { .argc = argc, .argv = argv };
	struct vsn_ctl_straggler to = { NULL };
	uint64_t delay, jitter, seed, ppm;
	char fabric[VSN_CTL_NAME];
	bool slower;
	const char *name = NULL;
	uint32_t id = 0, slow, node;
	struct set set = { .fabric = fabric, .to = &to };

	arg_name(&a, "name of the fabric", fabric, sizeof(fabric));
	if (!a.status && arg_is(&a, "id"))
		id = arg_number(&a, "id", 0, UINT32_MAX - 1);
	else
		name = arg_need(&a, "name of the endpoint");
	while (!a.status && a.argc) {
		if (!to.slow && arg_is(&a, "slow")) {
			ppm = arg_unit(&a, "slow", UNIT_RATIO);
			if (!a.status && ppm > UINT32_MAX)
				arg_error(&a, "slow: too large");
			slow = ppm;
			to.slow = &slow;
		} else if (!to.delay && arg_is(&a, "delay")) {
			delay = arg_unit(&a, "delay", UNIT_TIME);
			to.delay = &delay;
		} else if (!to.jitter && arg_is(&a, "jitter")) {
			jitter = arg_unit(&a, "jitter", UNIT_TIME);
			to.jitter = &jitter;
		} else if (!to.seed && arg_is(&a, "seed")) {
			seed = arg_number(&a, "seed", 0, UINT64_MAX);
			to.seed = &seed;
		} else if (!to.node && arg_is(&a, "node")) {
			node = arg_node(&a);
			to.node = &node;
		} else if (!set.state && arg_is(&a, "up")) {
			set.state = VSN_LINK_STATE_UP;
		} else if (!set.state && arg_is(&a, "down")) {
			set.state = VSN_LINK_STATE_DOWN;
		} else {
			arg_unknown(&a, "up down slow delay jitter seed node");
		}
	}
	slower = to.slow || to.delay || to.jitter || to.seed || to.node;
	if (!a.status && !slower && !set.state)
		arg_error(&a, "%s is missing",
			  "nothing to set: up, down, slow, delay, jitter, seed or node");
	if (!a.status && slower && set.state)
		arg_error(&a, "up and down go alone, not with how slow it is, or its node");
	if (a.status)
		return a.status;
	set.ctl = ctl_open();
	if (!set.ctl)
		return EXIT_FAIL;
	if (name && !strcmp(name, "all"))
		return set_many(&set, 0);
	if (name && vsn_ctl_kind_value(name))
		return set_many(&set, vsn_ctl_kind_value(name));
	return set_one(&set, name, id);
}

static const struct cmd commands[] = {
	{ "show", endpoint_show, "FABRIC [ NAME | id N | [ kind KIND ] [ active ] ]" },
	{ "set", endpoint_set, "FABRIC { NAME | id N | all | KIND } { up | down |\n"
		"                    [ slow RATIO ] [ delay TIME ] [ jitter TIME ] [ seed N ]\n"
		"                    [ node { N | none } ] }" },
	{ NULL, NULL, NULL },
};

int cmd_endpoint(int argc, char **argv)
{
	return cmd_run(commands, "endpoint", argc, argv);
}
