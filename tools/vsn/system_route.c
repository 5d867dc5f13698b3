// SPDX-License-Identifier: GPL-2.0
/* vsn system route: paths by the module's own code, without a kernel. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/graph.h"
#include "core/route.h"
#include "route.h"
#include "system.h"
#include "system_route.h"
#include "totals.h"

static int find_end(const struct vsn_topo *t, const char *what, const char *name)
{
	int ep = vsn_topo_endpoint_find(t, name);

	if (ep < 0)
		msg("%s: no such endpoint: '%s'", what, name);
	return ep;
}

/* Index of the network that is meant, or -1 and it was said why */
static int find_network(const struct vsn_topo *t, const char *name, uint32_t src, uint32_t dst)
{
	uint32_t want = VSN_NET_ANY;
	int net;

	if (name) {
		for (want = 1; want <= t->nr_networks; want++)
			if (!strcmp(t->networks[want - 1].name, name))
				break;
		if (want > t->nr_networks) {
			msg("network: no such network: '%s'", name);
			return -1;
		}
	}
	net = vsn_route_network(t, want, src, dst);
	if (net < 0)
		msg("no network joins the two");
	return net;
}

static int fill_hops(const struct vsn_topo *t, const struct vsn_path *path,
		     struct vsn_ctl_route *route)
{
	uint32_t i;

	route->hops = calloc(path->nr_hops, sizeof(*route->hops));
	if (!route->hops) {
		msg("out of memory");
		return EXIT_FAIL;
	}
	route->nr_hops = path->nr_hops;
	for (i = 0; i < path->nr_hops; i++) {
		struct vsn_path one = {
			.nr_hops = 1, .hops = { path->hops[i] }, .via = { path->via[i] } };
		struct vsn_ctl_hop *hop = &route->hops[i];
		u64 latency;
		bool sf;

		hop->link = path->hops[i];
		vsn_topo_link_name(t, path->hops[i], hop->name, sizeof(hop->name));
		vsn_topo_link_figures(t, path->hops[i], &hop->bandwidth, &latency,
				      &sf);
		hop->latency = vsn_route_latency(t, &one);
	}
	return EXIT_OK;
}

/* As the kernel does it */
static int from_topo(void *ctx, const struct route_query *q, uint64_t candidate,
		     struct vsn_ctl_route *route)
{
	const struct vsn_topo *t = ctx;
	struct vsn_path path;
	int src, dst, net;

	memset(route, 0, sizeof(*route));
	src = find_end(t, "source", q->source);
	dst = src < 0 ? -1 : find_end(t, "destination", q->destination);
	if (dst < 0)
		return EXIT_FAIL;
	if (src == dst) {
		msg("destination: the same as source");
		return EXIT_FAIL;
	}
	net = find_network(t, q->network, src, dst);
	if (net < 0)
		return EXIT_FAIL;
	route->candidates = vsn_route_candidates(t, net, src, dst);
	if (candidate == VSN_CTL_ROUTE_CHOSEN)
		candidate = vsn_route_select(t, net, src, dst, 0, 0);
	if (candidate >= route->candidates ||
	    vsn_route_path(t, net, src, dst, candidate, &path)) {
		msg("candidate %llu: there are 0 to %llu", (unsigned long long)candidate,
		    (unsigned long long)route->candidates - 1);
		return EXIT_FAIL;
	}
	vsn_topo_endpoint_name(t, src, route->source, sizeof(route->source));
	vsn_topo_endpoint_name(t, dst, route->destination, sizeof(route->destination));
	snprintf(route->network, sizeof(route->network), "%s", t->networks[net].name);
	route->candidate = candidate;
	route->planes = vsn_route_planes(t, net, src, dst);
	route->latency = vsn_route_latency(t, &path);
	return fill_hops(t, &path, route);
}

int system_route(int argc, char **argv)
{
	struct args a = { .argc = argc, .argv = argv };
	const char *word = arg_need(&a, "name or file of a system");
	struct vsn_diag diag = { "" };
	struct system *sys = NULL;
	struct vsn_topo *t = NULL;
	int status = EXIT_FAIL;
	struct route_query q;
	char why[256];

	route_words(&a, &q);
	if (a.status)
		return a.status;
	sys = system_load(word);
	if (!sys)
		return EXIT_FAIL;
	t = calloc(1, sizeof(*t));
	if (!t)
		msg("out of memory");
	else if (totals_topo(t, &sys->topo, why, sizeof(why)))
		msg("%s", why);
	else if (vsn_topo_commit(t, &diag))
		msg("%s", diag.msg);
	else
		status = route_show(&q, from_topo, t);
	if (t)
		vsn_topo_free(t);
	free(t);
	system_free(sys);
	return status;
}
