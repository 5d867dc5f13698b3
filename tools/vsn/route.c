// SPDX-License-Identifier: GPL-2.0
/* vsn route */
#include "cmd.h"
#include "out.h"
#include "route.h"

/* Other paths that are shown, unless the command says how many */
#define ALTERNATIVES	4

/* Whether a candidate that was asked for is the one that is taken is not said. */
static void route_show_one(const struct vsn_ctl_route *r, const struct route_query *q,
			   bool chosen)
{
	size_t i;

	out_object(NULL);
	out_line(0, NULL);
	out_str("source", "", r->source);
	out_str("destination", "to", r->destination);
	if (r->fabric[0])
		out_str("fabric", NULL, r->fabric);
	out_str("network", "network", r->network);
	if (!r->rerouted)
		out_u64("candidate", "candidate", r->candidate);
	out_u64("candidates", "of", r->candidates);
	if (q->candidate == VSN_CTL_ROUTE_CHOSEN)
		out_bool("chosen", "chosen", chosen);
	out_bool("rerouted", "rerouted", r->rerouted);
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
		out_bool("down", "down", r->hops[i].down);
		out_object_end();
	}
	out_array_end();
	out_object_end();
}

void route_words(struct args *a, struct route_query *q)
{
	bool others = false;

	*q = (struct route_query) {
		.candidate = VSN_CTL_ROUTE_CHOSEN,
		.alternatives = ALTERNATIVES,
	};
	q->source = arg_need(a, "source, the name of an endpoint");
	q->destination = arg_need(a, "destination, the name of an endpoint");
	while (!a->status && a->argc) {
		if (!q->network && arg_is(a, "network")) {
			q->network = arg_need(a, "name of the network");
		} else if (q->candidate == VSN_CTL_ROUTE_CHOSEN && arg_is(a, "candidate")) {
			q->candidate = arg_number(a, "candidate", 0, UINT64_MAX - 1);
		} else if (!others && arg_is(a, "alternatives")) {
			q->alternatives = arg_number(a, "alternatives", 0, UINT32_MAX);
			others = true;
		} else {
			arg_unknown(a, "network candidate alternatives");
		}
	}
	if (q->candidate != VSN_CTL_ROUTE_CHOSEN && others)
		arg_error(a, "candidate chooses one path, alternatives asks for more");
}

/* Get a path and show it; @route is left without its links. */
static int route_one(const struct route_query *q, route_fn get, void *ctx,
		     uint64_t candidate, bool chosen, struct vsn_ctl_route *route)
{
	int status = get(ctx, q, candidate, route);

	if (!status)
		route_show_one(route, q, chosen);
	vsn_ctl_route_free(route);
	return status;
}

int route_show(const struct route_query *q, route_fn get, void *ctx)
{
	bool chosen = q->candidate == VSN_CTL_ROUTE_CHOSEN;
	struct vsn_ctl_route route, other;
	uint64_t i, left = q->alternatives;
	int status;

	out_begin();
	status = route_one(q, get, ctx, q->candidate, chosen, &route);
	for (i = 0; !status && chosen && i < route.candidates && left; i++) {
		if (i == route.candidate)
			continue;
		status = route_one(q, get, ctx, i, false, &other);
		left--;
	}
	return status ? status : cmd_done();
}

/* A connection and the fabric that is asked */
struct asked {
	struct vsn_ctl *ctl;
	char fabric[VSN_CTL_NAME];
};

static int ask_kernel(void *ctx, const struct route_query *q, uint64_t candidate,
		      struct vsn_ctl_route *route)
{
	const struct asked *of = ctx;
	int err = vsn_ctl_route_get(of->ctl, of->fabric, q->source, q->destination,
				    q->network, candidate, route);

	return err ? ctl_failed(of->ctl, err, "route from %s to %s", q->source,
				q->destination) : EXIT_OK;
}

static int route_get(int argc, char **argv)
{
	struct args a = { .argc = argc, .argv = argv };
	struct route_query q;
	struct asked of;

	arg_name(&a, "name of the fabric", of.fabric, sizeof(of.fabric));
	route_words(&a, &q);
	if (a.status)
		return a.status;
	of.ctl = ctl_open();
	return of.ctl ? route_show(&q, ask_kernel, &of) : EXIT_FAIL;
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
