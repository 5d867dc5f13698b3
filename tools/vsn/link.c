// SPDX-License-Identifier: GPL-2.0
/* vsn link */
#include <stdlib.h>

#include "cmd.h"
#include "fault.h"
#include "health.h"
#include "out.h"

/* Links that wait to be sorted */
struct links {
	struct vsn_ctl_link *link;
	size_t count;
	size_t room;
};

static int link_show_one(const struct vsn_ctl_link *k, void *arg)
{
	(void)arg;
	out_object(NULL);
	out_line(0, NULL);
	out_str("name", "", k->name);
	out_u64("id", "id", k->id);
	out_str("fabric", NULL, k->fabric);
	out_str("network", "network", k->network);
	out_str("tier", "tier", k->tier);
	out_u64("plane", "plane", k->plane);
	out_str("direction", "", k->direction ? "down" : "up");
	out_unit("bandwidth", "bandwidth", UNIT_RATE, k->bandwidth);
	out_unit("latency", "latency", UNIT_TIME, k->latency);
	out_unit("payload", "payload", UNIT_SIZE, k->payload);
	out_unit("wire", "wire", UNIT_SIZE, k->wire);
	out_u64("transfers", "transfers", k->transfers);
	out_unit("busy", "busy", UNIT_TIME, k->busy);
	out_str("state", "state", state_name(k->health.state));
	show_health(&k->health);
	out_u64("lost", k->lost ? "lost" : NULL, k->lost);
	out_u64("replays", k->replays ? "replays" : NULL, k->replays);
	out_unit("replay_wire", k->replays ? "replay-wire" : NULL, UNIT_SIZE, k->replay_wire);
	out_object_end();
	return 0;
}

static int link_keep(const struct vsn_ctl_link *k, void *arg)
{
	struct links *links = arg;

	if (links->count == links->room) {
		size_t room = links->room ? 2 * links->room : 256;
		void *p = realloc(links->link, room * sizeof(*k));

		if (!p)
			return 1;
		links->link = p;
		links->room = room;
	}
	links->link[links->count++] = *k;
	return 0;
}

/* The largest first; among equals the order stays that of the ids. */
static int compare(uint64_t a, uint64_t b, const struct vsn_ctl_link *x,
		   const struct vsn_ctl_link *y)
{
	if (a != b)
		return a < b ? 1 : -1;
	return x->id < y->id ? -1 : x->id > y->id;
}

static int by_busy(const void *a, const void *b)
{
	const struct vsn_ctl_link *x = a, *y = b;

	return compare(x->busy, y->busy, x, y);
}

static int by_wire(const void *a, const void *b)
{
	const struct vsn_ctl_link *x = a, *y = b;

	return compare(x->wire, y->wire, x, y);
}

static int by_payload(const void *a, const void *b)
{
	const struct vsn_ctl_link *x = a, *y = b;

	return compare(x->payload, y->payload, x, y);
}

typedef int (*sort_fn)(const void *a, const void *b);

static sort_fn arg_sort(struct args *a)
{
	const char *word;

	if (arg_is(a, "busy"))
		return by_busy;
	if (arg_is(a, "wire"))
		return by_wire;
	if (arg_is(a, "payload"))
		return by_payload;
	word = arg_need(a, "sort");
	if (word)
		arg_error(a, "sort: unknown word '%s', it may be: busy wire payload", word);
	return NULL;
}

static int links_show(struct vsn_ctl *ctl, const char *fabric,
		      const struct vsn_ctl_link_filter *filter, sort_fn sort, uint64_t top)
{
	struct links links = { NULL, 0, 0 };
	size_t i;
	int err;

	err = vsn_ctl_link_list(ctl, fabric, filter, link_keep, &links);
	if (err < 0) {
		err = ctl_failed(ctl, err, "fabric %s", fabric);
	} else if (err) {
		msg("out of memory");
		err = EXIT_FAIL;
	} else {
		if (sort && links.count)
			qsort(links.link, links.count, sizeof(*links.link), sort);
		for (i = 0; i < links.count && i < top; i++)
			link_show_one(&links.link[i], NULL);
		err = cmd_done();
	}
	free(links.link);
	return err;
}

static int link_show(int argc, char **argv)
{
	struct args a = { .argc = argc, .argv = argv };
	struct vsn_ctl_link_filter filter = { NULL, NULL, false };
	char fabric[VSN_CTL_NAME];
	struct vsn_ctl_link one;
	uint64_t top = UINT64_MAX;
	uint32_t id = UINT32_MAX;
	sort_fn sort = NULL;
	struct vsn_ctl *ctl;
	int err;

	arg_name(&a, "name of the fabric", fabric, sizeof(fabric));
	while (!a.status && a.argc) {
		if (!filter.network && arg_is(&a, "network"))
			filter.network = arg_need(&a, "name of the network");
		else if (!filter.tier && arg_is(&a, "tier"))
			filter.tier = arg_need(&a, "name of the tier");
		else if (!filter.active && arg_is(&a, "active"))
			filter.active = true;
		else if (!sort && arg_is(&a, "sort"))
			sort = arg_sort(&a);
		else if (top == UINT64_MAX && arg_is(&a, "top"))
			top = arg_number(&a, "top", 1, UINT32_MAX);
		else if (id == UINT32_MAX && arg_is(&a, "id"))
			id = arg_number(&a, "id", 0, UINT32_MAX - 1);
		else
			arg_unknown(&a, "network tier active sort top id");
	}
	if (id != UINT32_MAX && (filter.network || filter.tier || filter.active || sort ||
				 top != UINT64_MAX))
		arg_error(&a, "id chooses one link, the other words choose from a list");
	if (a.status)
		return a.status;
	ctl = ctl_open();
	if (!ctl)
		return EXIT_FAIL;
	out_begin();
	if (id == UINT32_MAX)
		return links_show(ctl, fabric, &filter, sort, top);
	err = vsn_ctl_link_get(ctl, fabric, id, &one);
	if (err)
		return ctl_failed(ctl, err, "link %u of fabric %s", id, fabric);
	link_show_one(&one, NULL);
	return cmd_done();
}

static int link_set(int argc, char **argv)
{
	struct args a = { .argc = argc, .argv = argv };
	struct vsn_ctl_health health = { 0 };
	struct link_arg link = { NULL, 0 };
	char fabric[VSN_CTL_NAME];
	unsigned int mask = 0;
	struct vsn_ctl *ctl;
	uint32_t id;
	int err;

	arg_name(&a, "name of the fabric", fabric, sizeof(fabric));
	arg_link(&a, &link);
	while (!a.status && a.argc)
		if (!arg_health(&a, &health, &mask))
			arg_unknown(&a, "up " HEALTH_WORDS);
	if (!mask)
		arg_error(&a, "what to set is missing, it may be: up " HEALTH_WORDS);
	if (a.status)
		return a.status;
	ctl = ctl_open();
	if (!ctl)
		return EXIT_FAIL;
	err = link_resolve(ctl, fabric, &link, &id);
	if (err)
		return err;
	err = vsn_ctl_link_set(ctl, fabric, id, &health, mask);
	return err ? ctl_failed(ctl, err, "link %u of fabric %s", id, fabric) : EXIT_OK;
}

static const struct cmd commands[] = {
	{ "show", link_show, "FABRIC [ id N | [ network NETWORK ] [ tier TIER ] [ active ]\n"
		"                [ sort { busy | wire | payload } ] [ top N ] ]" },
	{ "set", link_set, "FABRIC { LINK | id N } [ up | down ] [ bandwidth PERCENT ]\n"
		"                [ latency TIME ] [ error-rate CHANCE ]" },
	{ NULL, NULL, NULL },
};

int cmd_link(int argc, char **argv)
{
	return cmd_run(commands, "link", argc, argv);
}
