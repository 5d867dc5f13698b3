// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "namegraph.h"

static u32 find_vertex(struct graph *g, const char *name, size_t len)
{
	u32 v;

	for (v = 0; v < g->nr_vertices; v++)
		if (!strncmp(g->names[v], name, len) && !g->names[v][len])
			return v;
	if (v == GRAPH_MAX_VERTICES || len >= sizeof(g->names[0]))
		abort();
	memcpy(g->names[v], name, len);
	return g->nr_vertices++;
}

void graph_build(struct graph *g, const struct vsn_topo *t)
{
	char name[128];
	u32 i;

	memset(g, 0, sizeof(*g));
	g->t = t;
	/* Where a network is one stack with switches, its endpoints are only ends. */
	for (i = 0; i < t->networks[0].nr_tiers; i++)
		if (t->networks[0].tiers[i].attach == VSN_ATTACH_ENDPOINT &&
		    (i || t->networks[0].tiers[i].kind != VSN_TIER_KIND_SWITCH))
			g->forward = true;
	g->names = calloc(GRAPH_MAX_VERTICES, sizeof(*g->names));
	g->links = calloc(t->nr_links + 1, sizeof(*g->links));
	g->next = calloc(t->nr_links + 1, sizeof(*g->next));
	g->first = calloc(GRAPH_MAX_VERTICES, sizeof(*g->first));
	g->dist = calloc(GRAPH_MAX_VERTICES, sizeof(*g->dist));
	g->ways = calloc(GRAPH_MAX_VERTICES, sizeof(*g->ways));
	if (!g->names || !g->links || !g->next || !g->first || !g->dist || !g->ways)
		abort();
	for (i = 0; i < t->nr_endpoints; i++) {
		vsn_topo_endpoint_name(t, i, name, sizeof(name));
		find_vertex(g, name, strlen(name));
	}
	for (i = 0; i < t->nr_links; i++) {
		const char *to;

		if (vsn_topo_link_name(t, i, name, sizeof(name)) < 0)
			continue;
		to = strchr(name, '>');
		if (!to)
			abort();
		g->links[i].there = true;
		g->links[i].from = find_vertex(g, name, to - name);
		g->links[i].to = find_vertex(g, to + 1, strcspn(to + 1, "@/"));
		g->next[i] = g->first[g->links[i].from];
		g->first[g->links[i].from] = i + 1;
		g->nr_links++;
	}
}

void graph_free(struct graph *g)
{
	free(g->names);
	free(g->links);
	free(g->next);
	free(g->first);
	free(g->dist);
	free(g->ways);
}

void graph_search(struct graph *g, u32 src)
{
	u32 *queue = calloc(GRAPH_MAX_VERTICES, sizeof(*queue));
	u32 head = 0, tail = 0, v, i;

	if (!queue)
		abort();
	for (v = 0; v < g->nr_vertices; v++)
		g->dist[v] = GRAPH_FAR;
	memset(g->ways, 0, GRAPH_MAX_VERTICES * sizeof(*g->ways));
	g->dist[src] = 0;
	g->ways[src] = 1;
	queue[tail++] = src;
	while (head < tail) {
		v = queue[head++];
		if (v < g->t->nr_endpoints && v != src && !g->forward)
			continue;
		for (i = g->first[v]; i; i = g->next[i - 1]) {
			const struct graph_link *link = &g->links[i - 1];

			if (link->down)
				continue;
			if (g->dist[link->to] == GRAPH_FAR) {
				g->dist[link->to] = g->dist[v] + 1;
				queue[tail++] = link->to;
			}
			if (g->dist[link->to] == g->dist[v] + 1)
				g->ways[link->to] += g->ways[v];
		}
	}
	free(queue);
}

const char *graph_check_path(const struct graph *g, u32 src, u32 dst,
			     const struct vsn_path *path)
{
	u32 i, j, at = src;

	for (i = 0; i < path->nr_hops; i++) {
		const struct graph_link *link;

		if (path->hops[i] >= g->t->nr_links)
			return "no link id";
		link = &g->links[path->hops[i]];
		if (!link->there)
			return "no such link";
		if (link->down)
			return "a link that is down";
		if (link->from != at)
			return "not connected";
		for (j = 0; j < i; j++)
			if (g->links[path->hops[j]].from == link->to)
				return "a loop";
		at = link->to;
	}
	return at == dst ? NULL : "another end";
}

bool graph_live(void *ctx, u32 link)
{
	const struct graph *g = ctx;

	return !g->links[link].down;
}
