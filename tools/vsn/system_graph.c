// SPDX-License-Identifier: GPL-2.0
/*
 * Graphs in system files.  The module's own code judges each switch and link when it is
 * read, so that what is wrong is found at its line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/graph.h"
#include "system_read.h"
#include "totals.h"

/* A link, to find those that are there twice */
struct seen {
	uint32_t from;
	uint32_t to;
	size_t index;
};

static int by_ends(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	if (x->to != y->to)
		return x->to < y->to ? -1 : 1;
	return x->index < y->index ? -1 : 1;
}

/* One that goes both ways is seen twice. */
static void find_twice(struct reader *r, const struct vsn_graph *g,
		       const struct vsn_ctl_graph *graph, const char *path)
{
	struct seen *seen = array(r, g->nr_links, sizeof(*seen));
	size_t i, k, n = 0, at = 0;
	char where[128];

	for (i = 0; seen && i < graph->nr_links; i++) {
		size_t lanes = graph->links[i].lanes ? graph->links[i].lanes : 1;

		for (k = 0; k <= graph->links[i].both; k++, at += lanes)
			seen[n++] = (struct seen) { g->links[at].from, g->links[at].to, i };
	}
	if (seen)
		qsort(seen, n, sizeof(*seen), by_ends);
	for (i = 1; seen && i < n; i++) {
		if (seen[i].from != seen[i - 1].from || seen[i].to != seen[i - 1].to)
			continue;
		snprintf(where, sizeof(where), "%s.graph.links[%zu]", path, seen[i].index);
		complain(r, where, "link %s>%s is there already",
			 graph->links[seen[i].index].from, graph->links[seen[i].index].to);
	}
	free(seen);
}

static void read_switches(struct reader *r, struct vsn_graph *g, struct vsn_ctl_graph *graph,
			  const struct yaml_graph *y, const char *path)
{
	char where[128], why[256];
	size_t i;

	graph->switches = array(r, y->switches_count, sizeof(*graph->switches));
	graph->nr_switches = graph->switches ? y->switches_count : 0;
	for (i = 0; i < graph->nr_switches && !r->failed; i++) {
		struct vsn_ctl_graph_switch *sw = &graph->switches[i];

		snprintf(where, sizeof(where), "%s.graph.switches[%zu]", path, i);
		snprintf(sw->name, sizeof(sw->name), "%s", y->switches[i].name);
		sw->latency = value(r, UNIT_TIME, y->switches[i].latency, where, "latency");
		if (!r->failed && totals_switch(g, sw, why, sizeof(why)))
			complain(r, where, "%s", why);
	}
}

static void read_links(struct reader *r, const struct vsn_topo *t, struct vsn_graph *g,
		       struct vsn_ctl_graph *graph, const struct yaml_graph *y,
		       const char *path)
{
	char where[128], why[256];
	size_t i;

	graph->links = array(r, y->links_count, sizeof(*graph->links));
	graph->nr_links = graph->links ? y->links_count : 0;
	for (i = 0; i < graph->nr_links && !r->failed; i++) {
		const struct yaml_graph_link *from = &y->links[i];
		struct vsn_ctl_graph_link *link = &graph->links[i];

		snprintf(where, sizeof(where), "%s.graph.links[%zu]", path, i);
		link->from = from->from;
		link->to = from->to;
		link->both = !from->one_way;
		link->lanes = from->lanes ? from->lanes : 1;
		link->bandwidth = value(r, UNIT_RATE, from->bandwidth, where, "bandwidth");
		link->latency = value(r, UNIT_TIME, from->latency, where, "latency");
		link->efficiency = ratio(r, from->efficiency, where);
		if (!r->failed && totals_link(g, t, link, why, sizeof(why)))
			complain(r, where, "%s", why);
	}
}

/* As a whole: each pair has a way, each switch a link. */
static void check_ways(struct reader *r, struct vsn_topo *t, struct vsn_graph *g,
		       const struct vsn_ctl_network *n, const char *path)
{
	struct vsn_network *net = &t->networks[0];
	struct vsn_tier *tier = &net->tiers[0];
	struct vsn_diag diag = { "" };
	char where[128];

	/* What is wrong with endpoints is said elsewhere. */
	if (vsn_topo_commit(t, &diag))
		return;
	snprintf(net->name, sizeof(net->name), "%s", n->name);
	snprintf(tier->name, sizeof(tier->name), "%s", n->tiers[0].name);
	net->packet = 1;
	net->policy = n->policy;
	net->nr_tiers = 1;
	tier->kind = n->tiers[0].kind;
	tier->attach = n->tiers[0].attach;
	tier->wiring = n->tiers[0].wiring;
	tier->forwarding = n->tiers[0].forwarding;
	tier->transit = n->tiers[0].transit;
	tier->switch_latency = n->tiers[0].switch_latency;
	tier->planes = 1;
	tier->switches = 1;
	tier->lanes = 1;
	net->graph = g;
	t->nr_networks = 1;
	snprintf(where, sizeof(where), "%s.graph", path);
	if (vsn_topo_commit(t, &diag))
		complain(r, where, "%s", diag.msg);
}

static void check_graph(struct reader *r, struct vsn_ctl_network *n,
			const struct yaml_graph *y, const char *path)
{
	struct vsn_ctl_fabric ends = r->sys->topo;
	struct vsn_topo *t = calloc(1, sizeof(*t));
	struct vsn_graph *g = vsn_graph_create(&totals_heap);
	char why[256];

	/* Endpoints are all that names of links need. */
	ends.nr_networks = 0;
	if (!t || !g)
		complain(r, path, "out of memory");
	else if (totals_topo(t, &ends, why, sizeof(why)))
		complain(r, path, "%s", why);
	if (!r->failed)
		read_switches(r, g, &n->graph, y, path);
	if (!r->failed)
		read_links(r, t, g, &n->graph, y, path);
	if (!r->failed)
		find_twice(r, g, &n->graph, path);
	if (!r->failed)
		check_ways(r, t, g, n, path);
	vsn_graph_free(g);
	free(t);
}

void read_graph(struct reader *r, struct vsn_ctl_network *n, const struct yaml_graph *y,
		const char *path)
{
	char where[128];

	n->tiers = array(r, 1, sizeof(*n->tiers));
	if (!n->tiers)
		return;
	n->nr_tiers = 1;
	snprintf(n->tiers[0].name, sizeof(n->tiers[0].name), "graph");
	n->tiers[0].attach = VSN_ATTACH_ENDPOINT;
	n->tiers[0].kind = VSN_TIER_KIND_GRAPH;
	n->tiers[0].forwarding = y->forwarding ? y->forwarding : VSN_FORWARDING_CUT_THROUGH;
	n->tiers[0].planes = 1;
	n->tiers[0].switches = 1;
	n->tiers[0].lanes = 1;
	n->tiers[0].wiring = VSN_WIRING_FULL;
	n->tiers[0].transit = y->transit;
	snprintf(where, sizeof(where), "%s.graph", path);
	n->tiers[0].switch_latency = value(r, UNIT_TIME, y->transit, where, "transit");
	if (!r->failed)
		check_graph(r, n, y, path);
}
