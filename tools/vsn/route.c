// SPDX-License-Identifier: GPL-2.0
/* vsn route */
#include "cmd.h"
#include "out.h"

/* Other paths that are shown, unless the command says how many */
#define ALTERNATIVES	4

static void route_show_one(const struct vsn_ctl_route *r, bool chosen)
{
	size_t i;

	out_object(NULL);
	out_line(0, NULL);
	out_str("source", "", r->source);
	out_str("destination", "to", r->destination);
	out_str("fabric", NULL, r->fabric);
	out_str("network", "network", r->network);
	out_u64("candidate", "candidate", r->candidate);
	out_u64("candidates", "of", r->candidates);
	out_bool("chosen", "chosen", chosen);
	out_u64("planes", "planes", r->planes);
	out_u64("links", "links", r->nr_hops);
	out_unit("latency", "latency", UNIT_TIME, r->latency);
	out_array("hops");
	for (i = 0; i < r->nr_hops; i++) {
		out_object(NULL);
		out_line(1, NULL);
		out_str("name", "", r->hops[i].name);
		out_u64("id", "id", r->hops[i].link);
		out_unit("bandwidth", "bandwidth", UNIT_RATE, r->hops[i].bandwidth);
		out_unit("latency", "latency", UNIT_TIME, r->hops[i].latency);
		out_object_end();
	}
	out_array_end();
	out_object_end();
}

/* What is asked for */
struct query {
	char fabric[VSN_CTL_NAME];
	const char *source;
	const char *destination;
	const char *network;
};

/* Show a path; @route: out, without its hops. */
static int route_one(struct vsn_ctl *ctl, const struct query *q, uint64_t candidate,
		     bool chosen, struct vsn_ctl_route *route)
{
	int err = vsn_ctl_route_get(ctl, q->fabric, q->source, q->destination, q->network,
				    candidate, route);

	if (!err)
		route_show_one(route, chosen);
	vsn_ctl_route_free(route);
	return err ? ctl_failed(ctl, err, "route from %s to %s", q->source, q->destination) :
		     EXIT_OK;
}

static int route_get(int argc, char **argv)
{
	struct args a = { .argc = argc, .argv = argv };
	uint64_t candidate = VSN_CTL_ROUTE_CHOSEN, others = UINT64_MAX, i;
	struct vsn_ctl_route route, other;
	struct query q = { .network = NULL };
	struct vsn_ctl *ctl;
	int err;

	arg_name(&a, "name of the fabric", q.fabric, sizeof(q.fabric));
	q.source = arg_need(&a, "source, the name of an endpoint");
	q.destination = arg_need(&a, "destination, the name of an endpoint");
	while (!a.status && a.argc) {
		if (!q.network && arg_is(&a, "network"))
			q.network = arg_need(&a, "name of the network");
		else if (candidate == VSN_CTL_ROUTE_CHOSEN && arg_is(&a, "candidate"))
			candidate = arg_number(&a, "candidate", 0, UINT64_MAX - 1);
		else if (others == UINT64_MAX && arg_is(&a, "alternatives"))
			others = arg_number(&a, "alternatives", 0, UINT32_MAX);
		else
			arg_unknown(&a, "network candidate alternatives");
	}
	if (candidate != VSN_CTL_ROUTE_CHOSEN && others != UINT64_MAX)
		arg_error(&a, "candidate chooses one path, alternatives asks for more");
	if (a.status)
		return a.status;
	ctl = ctl_open();
	if (!ctl)
		return EXIT_FAIL;
	out_begin();
	err = route_one(ctl, &q, candidate, candidate == VSN_CTL_ROUTE_CHOSEN, &route);
	if (err)
		return err;
	if (candidate != VSN_CTL_ROUTE_CHOSEN)
		return cmd_done();
	if (others == UINT64_MAX)
		others = ALTERNATIVES;
	for (i = 0; i < route.candidates && others; i++) {
		if (i == route.candidate)
			continue;
		err = route_one(ctl, &q, i, false, &other);
		if (err)
			return err;
		others--;
	}
	return cmd_done();
}

static const struct cmd commands[] = {
	{ "get", route_get, "FABRIC SOURCE DESTINATION [ network NETWORK ]\n"
		"                [ candidate N | alternatives N ]" },
	{ NULL, NULL, NULL },
};

int cmd_route(int argc, char **argv)
{
	return cmd_run(commands, "route", argc, argv);
}
