// SPDX-License-Identifier: GPL-2.0
/*
 * Commit of a graph: is each link there once, does each endpoint that has links
 * reach all others that have, and by how many links?
 */
#include "graph.h"

#include "topo_impl.h"

static void *get(struct vsn_graph *g, size_t nr, size_t size)
{
	return g->mem.alloc(g->mem.ctx, (nr ? nr : 1) * size);
}

static void put(struct vsn_graph *g, void *p, size_t nr, size_t size)
{
	if (p)
		g->mem.free(g->mem.ctx, p, (nr ? nr : 1) * size);
}

/**
 * vsn_graph_uncommit - forget what commit has computed
 * @g: the graph
 */
void vsn_graph_uncommit(struct vsn_graph *g)
{
	size_t links = g->nr_links, heads = (size_t)g->nr_vertices + 1;

	vsn_graph_routes_free(g);
	put(g, g->ends, g->nr_ends, sizeof(*g->ends));
	put(g, g->out, heads, sizeof(*g->out));
	put(g, g->in, heads, sizeof(*g->in));
	put(g, g->outs, links, sizeof(*g->outs));
	put(g, g->ins, links, sizeof(*g->ins));
	g->ends = NULL;
	g->out = NULL;
	g->in = NULL;
	g->outs = NULL;
	g->ins = NULL;
	g->nr_ends = 0;
	g->nr_vertices = 0;
}

static u32 end_id(const struct vsn_topo *t, u32 end)
{
	return t->kinds[vsn_graph_end_kind(end)].base + vsn_graph_end_index(end);
}

/* Kinds do not change once they are there; but should they, nothing must come of it. */
static bool end_ok(const struct vsn_topo *t, const struct vsn_graph *g, u32 end)
{
	u32 kind = vsn_graph_end_kind(end), index = vsn_graph_end_index(end);

	return index < (kind ? t->kinds[kind].count : g->nr_switches);
}

static int no_memory(const struct vsn_network *net, struct vsn_diag *diag)
{
	return vsn_refuse(diag, -ENOMEM, "network %s: no memory for its graph", net->name);
}

#define MAP_BITS	64

/* Returns whether it was not set. */
static bool map_set(u64 *map, u32 bit)
{
	u64 mask = 1ULL << bit % MAP_BITS, *word = &map[bit / MAP_BITS];
	bool fresh = !(*word & mask);

	*word |= mask;
	return fresh;
}

/* List the endpoints that have links. */
static int collect_ends(const struct vsn_topo *t, const struct vsn_network *net,
			struct vsn_diag *diag)
{
	size_t words = (t->nr_endpoints + MAP_BITS - 1) / MAP_BITS;
	struct vsn_graph *g = net->graph;
	u64 *map = get(g, words, sizeof(*map));
	u32 i, n = 0;

	if (!map)
		return no_memory(net, diag);
	for (i = 0; i < g->nr_links; i++) {
		if (!end_ok(t, g, g->links[i].from) || !end_ok(t, g, g->links[i].to)) {
			put(g, map, words, sizeof(*map));
			return vsn_refuse(diag, -EINVAL,
					  "network %s: link %u: an end is gone", net->name, i);
		}
		if (vsn_graph_end_kind(g->links[i].from))
			n += map_set(map, end_id(t, g->links[i].from));
		if (vsn_graph_end_kind(g->links[i].to))
			n += map_set(map, end_id(t, g->links[i].to));
	}
	g->ends = get(g, n, sizeof(*g->ends));
	if (g->ends) {
		g->nr_ends = n;
		for (i = 0, n = 0; i < t->nr_endpoints; i++)
			if (map[i / MAP_BITS] >> i % MAP_BITS & 1)
				g->ends[n++] = i;
	}
	put(g, map, words, sizeof(*map));
	return g->ends ? 0 : no_memory(net, diag);
}

/* The vertex of an endpoint that is known to have links */
static u32 find_vertex(const struct vsn_graph *g, u32 id)
{
	u32 low = 0, high = g->nr_ends, mid;

	while (low + 1 < high) {
		mid = (low + high) / 2;
		if (g->ends[mid] <= id)
			low = mid;
		else
			high = mid;
	}
	return low;
}

static u32 end_vertex(const struct vsn_topo *t, const struct vsn_graph *g, u32 end)
{
	return vsn_graph_end_kind(end) ? find_vertex(g, end_id(t, end)) :
					 g->nr_ends + vsn_graph_end_index(end);
}

/* Sort links by the vertex where they begin, and by the one where they end. */
static int build_arcs(const struct vsn_topo *t, const struct vsn_network *net,
		      struct vsn_diag *diag)
{
	struct vsn_graph *g = net->graph;
	u32 i, from, to, heads;

	g->nr_vertices = g->nr_ends + g->nr_switches;
	heads = g->nr_vertices + 1;
	g->out = get(g, heads, sizeof(*g->out));
	g->in = get(g, heads, sizeof(*g->in));
	g->outs = get(g, g->nr_links, sizeof(*g->outs));
	g->ins = get(g, g->nr_links, sizeof(*g->ins));
	if (!g->out || !g->in || !g->outs || !g->ins)
		return no_memory(net, diag);
	for (i = 0; i < g->nr_links; i++) {
		g->out[end_vertex(t, g, g->links[i].from)]++;
		g->in[end_vertex(t, g, g->links[i].to)]++;
	}
	for (i = 1; i < heads; i++) {
		g->out[i] += g->out[i - 1];
		g->in[i] += g->in[i - 1];
	}
	/* From the last on: each moves its head down to where its arcs begin. */
	for (i = g->nr_links; i-- > 0; ) {
		struct vsn_graph_arc arc = { .link = i, .latency = g->links[i].latency };

		from = end_vertex(t, g, g->links[i].from);
		to = end_vertex(t, g, g->links[i].to);
		if (to >= g->nr_ends)
			arc.latency += g->switches[to - g->nr_ends].latency;
		arc.peer = to;
		g->outs[--g->out[from]] = arc;
		arc.peer = from;
		g->ins[--g->in[to]] = arc;
	}
	return 0;
}

static int refuse_link(const struct vsn_topo *t, const struct vsn_network *net,
		       const struct vsn_graph_link *link, struct vsn_diag *diag)
{
	char from[40], to[40];

	vsn_graph_end_name(t, net->graph, link->from, from, sizeof(from));
	vsn_graph_end_name(t, net->graph, link->to, to, sizeof(to));
	return vsn_refuse(diag, -EINVAL, "network %s: link %s>%s is there twice", net->name,
			  from, to);
}

static int check_duplicates(const struct vsn_topo *t, const struct vsn_network *net,
			    struct vsn_diag *diag)
{
	struct vsn_graph *g = net->graph;
	u32 *seen = get(g, g->nr_vertices, sizeof(*seen));
	u32 v, i;
	int err = 0;

	if (!seen)
		return no_memory(net, diag);
	for (v = 0; !err && v < g->nr_vertices; v++) {
		for (i = g->out[v]; !err && i < g->out[v + 1]; i++) {
			const struct vsn_graph_link *link = &g->links[g->outs[i].link];

			if (link->lane)
				continue;
			if (seen[g->outs[i].peer] == v + 1)
				err = refuse_link(t, net, link, diag);
			seen[g->outs[i].peer] = v + 1;
		}
	}
	put(g, seen, g->nr_vertices, sizeof(*seen));
	return err;
}

static int check_switches(const struct vsn_topo *t, const struct vsn_network *net,
			  struct vsn_diag *diag)
{
	const struct vsn_graph *g = net->graph;
	u32 i, v;

	for (i = 0; i < g->nr_switches; i++) {
		v = g->nr_ends + i;
		if (vsn_topo_endpoint_find(t, g->switches[i].name) >= 0)
			return vsn_refuse(diag, -EINVAL,
					  "network %s: switch %s: an endpoint has that name",
					  net->name, g->switches[i].name);
		if (g->out[v] == g->out[v + 1] && g->in[v] == g->in[v + 1])
			return vsn_refuse(diag, -EINVAL,
					  "network %s: switch %s has no link", net->name,
					  g->switches[i].name);
	}
	return 0;
}

/*
 * 64 sources at a time, a bit each: the bits spread along the links, one link at a
 * time, until they are everywhere.
 */
struct spread {
	u32 first;	/* vertex of the first source */
	u32 nr;		/* of sources */
	u32 hops;	/* so far */
	u32 most;	/* of all sources so far */
	u32 from;	/* the pair that are as far apart */
	u32 to;
	u64 *seen;	/* by vertex: sources that have come there */
	u64 *fresh;	/* those that have just come */
	u64 *next;	/* and that come next */
	u32 *list;	/* vertices that have fresh ones */
	u32 *more;	/* and that have next */
};

static int spread_alloc(struct spread *s, struct vsn_graph *g)
{
	s->seen = get(g, g->nr_vertices, sizeof(*s->seen));
	s->fresh = get(g, g->nr_vertices, sizeof(*s->fresh));
	s->next = get(g, g->nr_vertices, sizeof(*s->next));
	s->list = get(g, g->nr_vertices, sizeof(*s->list));
	s->more = get(g, g->nr_vertices, sizeof(*s->more));
	return s->seen && s->fresh && s->next && s->list && s->more ? 0 : -ENOMEM;
}

static void spread_free(struct spread *s, struct vsn_graph *g)
{
	put(g, s->seen, g->nr_vertices, sizeof(*s->seen));
	put(g, s->fresh, g->nr_vertices, sizeof(*s->fresh));
	put(g, s->next, g->nr_vertices, sizeof(*s->next));
	put(g, s->list, g->nr_vertices, sizeof(*s->list));
	put(g, s->more, g->nr_vertices, sizeof(*s->more));
}

/* One link further; returns how many vertices that are listed then. */
static u32 spread_step(struct spread *s, const struct vsn_graph *g, u32 listed)
{
	u32 i, k, v, n = 0, *list;
	u64 bits;

	s->hops++;
	for (i = 0; i < listed; i++) {
		v = s->list[i];
		bits = s->fresh[v];
		/* An endpoint that does not forward sends on its own only. */
		if (v < g->nr_ends && !g->transit && s->hops > 1)
			continue;
		for (k = g->out[v]; k < g->out[v + 1]; k++) {
			u32 to = g->outs[k].peer;

			if (!(bits & ~s->seen[to]))
				continue;
			if (!s->next[to])
				s->more[n++] = to;
			s->next[to] |= bits & ~s->seen[to];
		}
	}
	for (i = 0; i < n; i++) {
		v = s->more[i];
		if (v < g->nr_ends && s->hops > s->most) {
			s->most = s->hops;
			s->from = s->first + __builtin_ctzll(s->next[v]);
			s->to = v;
		}
		s->fresh[v] = s->next[v];
		s->seen[v] |= s->next[v];
		s->next[v] = 0;
	}
	list = s->list;
	s->list = s->more;
	s->more = list;
	return n;
}

/* All from @s->first on; false: s->from does not reach s->to. */
static bool spread_all(struct spread *s, const struct vsn_graph *g)
{
	u64 all;
	u32 i, n;

	s->nr = vsn_min(g->nr_ends - s->first, 64);
	s->hops = 0;
	all = s->nr == 64 ? ~0ULL : (1ULL << s->nr) - 1;
	memset(s->seen, 0, g->nr_vertices * sizeof(*s->seen));
	for (i = 0; i < s->nr; i++) {
		s->list[i] = s->first + i;
		s->seen[s->first + i] = 1ULL << i;
		s->fresh[s->first + i] = 1ULL << i;
	}
	for (n = s->nr; n; )
		n = spread_step(s, g, n);
	for (i = 0; i < g->nr_ends; i++) {
		if (!(all & ~s->seen[i]))
			continue;
		s->from = s->first + __builtin_ctzll(all & ~s->seen[i]);
		s->to = i;
		return false;
	}
	return true;
}

static int check_reach(struct vsn_topo *t, const struct vsn_network *net,
		       struct vsn_diag *diag)
{
	struct vsn_graph *g = net->graph;
	struct spread s = {};
	char from[40], to[40];
	bool reach = true;
	int err;

	err = spread_alloc(&s, g) ? no_memory(net, diag) : 0;
	for (; !err && reach && s.first < g->nr_ends; s.first += 64)
		reach = spread_all(&s, g);
	spread_free(&s, g);
	if (err)
		return err;
	vsn_topo_endpoint_name(t, g->ends[s.from], from, sizeof(from));
	vsn_topo_endpoint_name(t, g->ends[s.to], to, sizeof(to));
	if (!reach)
		return vsn_refuse(diag, -EINVAL, "network %s: no way from %s to %s",
				  net->name, from, to);
	if (s.most > VSN_MAX_HOPS)
		return vsn_refuse(diag, -EINVAL,
				  "network %s: %u links from %s to %s, more than %u",
				  net->name, s.most, from, to, VSN_MAX_HOPS);
	/* Links that are down, or slow ones, are gone round, but not without end. */
	g->max_hops = vsn_min(vsn_min(2 * s.most + 4, VSN_MAX_HOPS), g->nr_vertices);
	t->max_hops = vsn_max(t->max_hops, g->max_hops);
	return 0;
}

static int check_network(const struct vsn_network *net, struct vsn_diag *diag)
{
	const struct vsn_tier *tier = net->tiers;
	u32 k;
	int err;

	err = vsn_topo_check_tier(net, tier, diag);
	if (err)
		return err;
	if (net->nr_tiers != 1)
		return vsn_refuse(diag, -EINVAL,
				  "network %s: %u tiers, but a graph stands alone",
				  net->name, net->nr_tiers);
	if (net->policy == VSN_POLICY_DETOUR || net->policy == VSN_POLICY_BORROW)
		return vsn_refuse(diag, -EINVAL,
				  "network %s: policy %u, but a graph has shortest paths only",
				  net->name, net->policy);
	if (tier->over)
		return vsn_refuse(diag, -EINVAL, "tier %s: over, but a graph has links of its own",
				  tier->name);
	for (k = 0; k < VSN_NR_KINDS; k++)
		if (tier->ports[k].bandwidth)
			return vsn_refuse(diag, -EINVAL,
					  "tier %s: port, but a graph has links of its own",
					  tier->name);
	if (tier->attach != VSN_ATTACH_ENDPOINT || tier->wiring != VSN_WIRING_FULL)
		return vsn_refuse(diag, -EINVAL,
				  "tier %s: a graph attaches endpoints, with wiring full",
				  tier->name);
	if (tier->planes != 1 || tier->switches != 1 || tier->lanes != 1)
		return vsn_refuse(diag, -EINVAL,
				  "tier %s: planes, switches and lanes of a graph are 1",
				  tier->name);
	if (!tier->transit && tier->switch_latency)
		return vsn_refuse(diag, -EINVAL,
				  "tier %s: switch-latency is that of transit, which is missing",
				  tier->name);
	if (!net->graph || !net->graph->nr_links)
		return vsn_refuse(diag, -EINVAL, "network %s: link is missing", net->name);
	return 0;
}

static void set_ids(struct vsn_topo *t, struct vsn_tier *tier, const struct vsn_graph *g)
{
	tier->key = 0;
	tier->groups = 1;
	tier->children = g->nr_ends;
	tier->fan = 1;
	tier->base = 0;
	tier->level = 0;
	tier->degree = 1;
	tier->span = 1;
	tier->modulus = 1;
	tier->link_base = t->nr_links;
	tier->nr_links = g->nr_links;
	tier->switch_base = t->nr_switches;
	t->nr_links += g->nr_links;
	t->nr_switches += g->nr_switches;
}

/**
 * vsn_graph_commit - validate a network's graph and compute its ids
 * @t: the topology; endpoints, and the networks before this one, are committed
 * @n: index of the network, whose first tier is of kind graph
 * @diag: why it was refused
 *
 * Takes 2 * vertices * links steps at worst, for graphs as wide as VSN_MAX_HOPS; a
 * machine's takes some links times vertices / 64.
 *
 * Return: 0; -EINVAL for what is wrong; -ENOMEM; then nothing is left of it.
 */
int vsn_graph_commit(struct vsn_topo *t, u32 n, struct vsn_diag *diag)
{
	struct vsn_network *net = &t->networks[n];
	struct vsn_graph *g = net->graph;
	int err;

	vsn_topo_reset_tier(&net->tiers[0]);
	err = check_network(net, diag);
	if (err)
		return err;
	vsn_graph_uncommit(g);
	if (g->nr_links > VSN_MAX_LINKS - t->nr_links ||
	    g->nr_switches > VSN_MAX_LINKS - t->nr_switches)
		return vsn_refuse(diag, -EINVAL, "network %s: more than %u links or switches",
				  net->name, VSN_MAX_LINKS);
	g->transit = net->tiers[0].transit;
	g->transit_latency = net->tiers[0].switch_latency;
	err = collect_ends(t, net, diag);
	if (!err && !g->nr_ends)
		err = vsn_refuse(diag, -EINVAL, "network %s: no endpoint has a link",
				 net->name);
	if (!err && g->nr_ends + g->nr_switches > VSN_GRAPH_MAX_VERTICES)
		err = vsn_refuse(diag, -EINVAL,
				 "network %s: %u endpoints and %u switches are more than %u",
				 net->name, g->nr_ends, g->nr_switches,
				 VSN_GRAPH_MAX_VERTICES);
	if (!err)
		err = build_arcs(t, net, diag);
	if (!err)
		err = check_switches(t, net, diag);
	if (!err)
		err = check_duplicates(t, net, diag);
	if (!err)
		err = check_reach(t, net, diag);
	if (!err && vsn_graph_routes_init(g))
		err = no_memory(net, diag);
	if (err)
		vsn_graph_uncommit(g);
	else
		set_ids(t, &net->tiers[0], g);
	return err;
}
