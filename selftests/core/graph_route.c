// SPDX-License-Identifier: GPL-2.0
/*
 * Paths of graphs, held to those of tiers and to a plain search that knows nothing of
 * caches.
 */
#include "graph_fixture.h"
#include "namegraph.h"

/*
 * A machine of tiers as a graph of the same links: paths are as long.  Those machines
 * whose tiers know only shortest paths.
 */
static void copy_machine(struct vsn_topo *to, const struct vsn_topo *from, bool forward)
{
	const struct vsn_network *net = &from->networks[0];
	u64 bandwidth = 0, latency = 0;
	struct vsn_diag diag = {};
	struct vsn_graph *g;
	char name[128];
	bool sf;
	u32 i;

	*to = *from;
	g = sim_graph(to);
	to->networks[0].tiers[0].transit = forward;
	for (i = 0; i < from->nr_switches; i++) {
		vsn_topo_switch_name(from, i, name, sizeof(name));
		while (strchr(name, '.'))
			*strchr(name, '.') = '_';
		if (vsn_graph_add_switch(g, name, 0, &diag))
			abort();
	}
	for (i = 0; i < from->nr_links; i++) {
		struct vsn_graph_edge edge = { .lanes = 1, .both = false };
		struct vsn_link_pos pos;
		char ends[2][128];
		u32 sw[2], k;

		if (!vsn_topo_link_pos(from, i, &pos))
			continue;
		/* Lanes come one by one: all of a pair with the first. */
		if (pos.lane)
			continue;
		edge.lanes = net->tiers[pos.tier].lanes;
		if (vsn_tier_direct(&net->tiers[pos.tier]) &&
		    net->tiers[pos.tier].attach == EP) {
			if (pos.plane)
				continue;
			edge.lanes *= net->tiers[pos.tier].planes;
		}
		vsn_topo_link_switches(from, i, &sw[0], &sw[1]);
		for (k = 0; k < 2; k++) {
			if (sw[k] == VSN_NO_SWITCH)
				vsn_topo_endpoint_name(from, !k == !pos.down ? pos.child :
						       vsn_tier_direct(&net->tiers[pos.tier]) ?
						       pos.peer : pos.child,
						       ends[k], sizeof(ends[k]));
			else
				vsn_topo_switch_name(from, sw[k], ends[k], sizeof(ends[k]));
			while (sw[k] != VSN_NO_SWITCH && strchr(ends[k], '.'))
				*strchr(ends[k], '.') = '_';
		}
		vsn_topo_link_figures(from, i, &bandwidth, &latency, &sf);
		edge.from = ends[0];
		edge.to = ends[1];
		edge.bandwidth = bandwidth;
		edge.latency = latency;
		if (vsn_graph_add_link(g, to, &edge, &diag)) {
			fprintf(stderr, "# %s\n", diag.msg);
			abort();
		}
	}
}

TEST_F(graph, as_tiers)
{
	struct vsn_topo *tiers = calloc(1, sizeof(*tiers));
	struct vsn_path a, b;
	u32 m, i, src, dst;
	struct graph g;

	ASSERT_NE(NULL, tiers);
	for (m = 0; m < nr_machines; m++) {
		memset(tiers, 0, sizeof(*tiers));
		machines[m].build(tiers);
		if (!(machines[m].flags & SHORTEST))
			continue;
		ASSERT_EQ(0, vsn_topo_commit(tiers, &self->diag));
		vsn_topo_free(self->t);
		graph_build(&g, tiers);
		copy_machine(self->t, tiers, g.forward);
		graph_free(&g);
		ASSERT_EQ(0, COMMIT()) TH_LOG("%s: %s", machines[m].name, self->diag.msg);
		EXPECT_EQ(machines[m].links, self->t->nr_links);
		graph_build(&g, self->t);
		g.forward = self->t->networks[0].tiers[0].transit;
		for (i = 0; i < 300; i++) {
			const char *why;

			src = rnd(&self->seed, tiers->nr_endpoints);
			dst = rnd(&self->seed, tiers->nr_endpoints);
			if (src == dst)
				continue;
			ASSERT_EQ(0, vsn_route_find(tiers, 1, src, dst, 0, 0, &a));
			ASSERT_EQ(0, vsn_route_find(self->t, 1, src, dst, 0, 0, &b));
			EXPECT_EQ(vsn_route_latency(tiers, &a),
				  vsn_route_latency(self->t, &b)) {
				TH_LOG("%s: %u to %u", machines[m].name, src, dst);
			}
			why = graph_check_path(&g, src, dst, &b);
			ASSERT_EQ(NULL, why) TH_LOG("%s: %s", machines[m].name, why);
			graph_search(&g, src);
			EXPECT_EQ(g.ways[dst], vsn_route_candidates(self->t, 0, src, dst));
			EXPECT_EQ(g.dist[dst], b.nr_hops);
		}
		graph_free(&g);
	}
	free(tiers);
}

/* Plain search: nearest first by (latency, links), over links that are up */

struct oracle {
	const struct vsn_topo *t;
	u32 nr;			/* vertices: endpoints by id, then switches */
	u64 *dist;
	u64 *ways;
	bool *down;		/* by link */
};

#define FAR	U64_MAX

static u32 oracle_vertex(const struct oracle *o, u32 end)
{
	u32 kind = vsn_graph_end_kind(end);

	return kind ? o->t->kinds[kind].base + vsn_graph_end_index(end) :
		      o->t->nr_endpoints + vsn_graph_end_index(end);
}

/* From each vertex to @dst; as often as something changes (Bellman and Ford). */
static void oracle_search(struct oracle *o, u32 dst)
{
	const struct vsn_tier *tier = &o->t->networks[0].tiers[0];
	const struct vsn_graph *g = o->t->networks[0].graph;
	bool again = true;
	u32 i, v, best;

	for (v = 0; v < o->nr; v++) {
		o->dist[v] = FAR;
		o->ways[v] = 0;
	}
	o->dist[dst] = 0;
#define COST(i, to) ((g->links[i].latency +					\
		     ((to) >= o->t->nr_endpoints ?				\
		      g->switches[(to) - o->t->nr_endpoints].latency :		\
		      (to) == dst ? 0 : tier->switch_latency)) * 256 + 1)
	while (again) {
		again = false;
		for (i = 0; i < g->nr_links; i++) {
			u32 from = oracle_vertex(o, g->links[i].from);
			u32 to = oracle_vertex(o, g->links[i].to);

			if (o->down[i] || o->dist[to] == FAR ||
			    (to < o->t->nr_endpoints && to != dst && !tier->transit) ||
			    o->dist[to] + COST(i, to) >= o->dist[from])
				continue;
			o->dist[from] = o->dist[to] + COST(i, to);
			again = true;
		}
	}
	/* In order of distance, each counts the ways of its next hops. */
	o->ways[dst] = 1;
	for (;;) {
		best = o->nr;
		for (v = 0; v < o->nr; v++)
			if (!o->ways[v] && o->dist[v] != FAR &&
			    (best == o->nr || o->dist[v] < o->dist[best]))
				best = v;
		if (best == o->nr)
			break;
		for (i = 0; i < g->nr_links; i++) {
			u32 to = oracle_vertex(o, g->links[i].to);

			if (oracle_vertex(o, g->links[i].from) != best || o->down[i] ||
			    o->dist[to] == FAR ||
			    (to < o->t->nr_endpoints && to != dst && !tier->transit) ||
			    o->dist[to] + COST(i, to) != o->dist[best])
				continue;
			o->ways[best] += o->ways[to];
		}
	}
}

static bool oracle_live(void *ctx, u32 link)
{
	const struct oracle *o = ctx;

	return !o->down[link];
}

static u64 path_cost(const struct vsn_topo *t, const struct vsn_path *path)
{
	return vsn_route_latency(t, path) * 256 + path->nr_hops;
}

/* Any graph of up to 8 endpoints and 8 switches; commit may refuse it. */
static void any_graph(struct vsn_topo *t, u64 *seed)
{
	u32 ends = 2 + rnd(seed, 7), switches = rnd(seed, 9), n, i;
	struct vsn_diag diag;
	struct vsn_graph *g;
	bool there[16][16];
	char name[2][16];

	sim_topo(t, &ends, 1);
	g = sim_graph(t);
	t->networks[0].tiers[0].transit = rnd(seed, 2);
	if (t->networks[0].tiers[0].transit)
		t->networks[0].tiers[0].switch_latency = rnd(seed, 3) * NS;
	t->networks[0].policy = VSN_POLICY_DMODK + rnd(seed, 4);
	for (i = 0; i < switches; i++) {
		snprintf(name[0], sizeof(name[0]), "s%u", i);
		vsn_graph_add_switch(g, name[0], rnd(seed, 3) * NS, &diag);
	}
	n = rnd(seed, 40);
	memset(there, 0, sizeof(there));
	for (i = 0; i < ends + switches + n; i++) {
		u32 v[2] = { i < ends ? i : rnd(seed, ends + switches),
			     rnd(seed, ends + switches) };
		u32 k;

		/* Twice, or to itself: refused, but seldom. */
		if ((there[v[0]][v[1]] || v[0] == v[1]) && rnd(seed, 200))
			continue;
		there[v[0]][v[1]] = true;
		there[v[1]][v[0]] = true;
		for (k = 0; k < 2; k++) {
			if (v[k] < ends)
				snprintf(name[k], sizeof(name[k]), "a%u", v[k]);
			else
				snprintf(name[k], sizeof(name[k]), "s%u", v[k] - ends);
		}
		link_to(g, t, name[0], name[1], rnd(seed, 3) * NS, 1 + rnd(seed, 2), &diag);
	}
}

static void oracle_init(struct oracle *o, const struct vsn_topo *t)
{
	o->t = t;
	o->nr = t->nr_endpoints + t->nr_switches;
	o->dist = calloc(o->nr, sizeof(*o->dist));
	o->ways = calloc(o->nr, sizeof(*o->ways));
	o->down = calloc(t->nr_links, sizeof(*o->down));
	if (!o->dist || !o->ways || !o->down)
		abort();
}

static void oracle_free(struct oracle *o)
{
	free(o->dist);
	free(o->ways);
	free(o->down);
}

/* Candidates of a pair: as many as there are, each once, all as short as can be. */
static const char *check_pair(const struct oracle *o, u32 src, u32 dst)
{
	u64 c, d, n = vsn_route_candidates(o->t, 0, src, dst);
	static struct vsn_path paths[64];

	if (n != o->ways[src])
		return "another number of candidates";
	if (vsn_route_select(o->t, 0, src, dst, 3, 5) >= n)
		return "a choice that is none";
	for (c = 0; c < n && c < 64; c++) {
		if (vsn_route_path(o->t, 0, src, dst, c, &paths[c]))
			return "no path";
		if (path_cost(o->t, &paths[c]) != o->dist[src])
			return "not the shortest";
		for (d = 0; d < c; d++)
			if (same_path(&paths[c], &paths[d]))
				return "a path twice";
	}
	return NULL;
}

/* With links down: who need not move does not, others take what is shortest now. */
static const char *check_live(struct oracle *o, u32 src, u32 dst, u64 version)
{
	struct vsn_live live = { .live = oracle_live, .ctx = o, .version = version };
	struct vsn_path before, after, again;
	bool moves = false;
	u32 i;
	int err;

	if (vsn_route_find(o->t, 1, src, dst, 1, 7, &before))
		return "no path with all links";
	for (i = 0; i < before.nr_hops; i++)
		moves |= o->down[before.hops[i]];
	err = vsn_route_find_live(o->t, 1, src, dst, 1, 7, &live, &after);
	if (o->dist[src] == FAR)
		return err == -EHOSTUNREACH ? NULL : "a path where there is none";
	if (err)
		return "no path where there is one";
	if (!moves)
		return same_path(&before, &after) ? NULL : "moved for no reason";
	for (i = 0; i < after.nr_hops; i++)
		if (o->down[after.hops[i]])
			return "over a link that is down";
	if (path_cost(o->t, &after) != o->dist[src])
		return "not the shortest that is left";
	if (vsn_route_find_live(o->t, 1, src, dst, 1, 7, &live, &again) ||
	    !same_path(&after, &again))
		return "not the same twice";
	return NULL;
}

TEST_F(graph, random)
{
	u32 round, i, src, dst, accepted = 0, cuts = 0;
	const char *why;
	struct oracle o;

	for (round = 0; round < 600; round++) {
		vsn_topo_free(self->t);
		any_graph(self->t, &self->seed);
		if (COMMIT())
			continue;
		accepted++;
		oracle_init(&o, self->t);
		/* A cache of two, half of the time: what is thrown out is found again. */
		if (round & 1)
			self->t->networks[0].graph->max_trees = 2;
		for (dst = 0; dst < self->t->nr_endpoints; dst++) {
			oracle_search(&o, dst);
			for (src = 0; src < self->t->nr_endpoints; src++) {
				if (src == dst || !vsn_graph_joins(self->t->networks[0].graph,
								   src, dst))
					continue;
				why = check_pair(&o, src, dst);
				ASSERT_EQ(NULL, why) TH_LOG("%u, %u to %u: %s", round, src,
							    dst, why);
			}
		}
		for (i = 0; i < 4; i++) {
			o.down[rnd(&self->seed, self->t->nr_links)] = true;
			dst = rnd(&self->seed, self->t->networks[0].graph->nr_ends);
			dst = self->t->networks[0].graph->ends[dst];
			oracle_search(&o, dst);
			for (src = 0; src < self->t->nr_endpoints; src++) {
				if (src == dst || !vsn_graph_joins(self->t->networks[0].graph,
								   src, dst))
					continue;
				cuts += o.dist[src] == FAR;
				why = check_live(&o, src, dst, round & 2 ? i + 1 : 0);
				ASSERT_EQ(NULL, why) TH_LOG("%u, %u to %u: %s", round, src,
							    dst, why);
			}
		}
		self->t->networks[0].graph->max_trees =
			vsn_max(2, self->t->networks[0].graph->nr_trees);
		oracle_free(&o);
	}
	EXPECT_GT(accepted, 100);
	EXPECT_GT(cuts, 20);
	TH_LOG("%u graphs of %u, %u pairs cut off", accepted, round, cuts);
}

/* Policies: all paths are taken, and dmodk sends what is for one endpoint one way. */
TEST_F(graph, policies)
{
	struct vsn_network *net = &self->t->networks[0];
	u32 policy, i, taken;
	struct vsn_path path;
	char name[8];

	for (i = 0; i < 8; i++) {
		snprintf(name, sizeof(name), "s%u", i);
		ASSERT_EQ(0, SWITCH_OF(name, 0));
		ASSERT_EQ(0, LINK("a0", name, 0));
		ASSERT_EQ(0, LINK("a1", name, 0));
	}
	for (policy = VSN_POLICY_DMODK; policy <= VSN_POLICY_SHORTEST; policy++) {
		net->policy = policy;
		ASSERT_EQ(0, COMMIT());
		EXPECT_EQ(policy == VSN_POLICY_SHORTEST ? 8 : 1,
			  vsn_route_spread(self->t, 0, 0, 1));
		for (i = 0, taken = 0; i < 100; i++) {
			ASSERT_EQ(0, vsn_route_find(self->t, 1, 0, 1, i, i, &path));
			taken |= 1U << path.hops[0] / 4;
		}
		EXPECT_EQ(policy == VSN_POLICY_DMODK ? 1 << 1 : 0xff, taken);
	}
}

/*
 * A way of many quick links beside one of few slow ones: it is not taken where it is
 * longer than what the graph was sized for.
 */
TEST_F(graph, by_hops)
{
	struct vsn_path path;
	char name[2][16];
	u32 i;

	ASSERT_EQ(0, SWITCH_OF("x", 0));
	for (i = 0; i < 4; i++) {
		snprintf(name[0], sizeof(name[0]), "a%u", i);
		ASSERT_EQ(0, LINK(name[0], "x", 900 * NS));
	}
	for (i = 0; i < 60; i++) {
		snprintf(name[0], sizeof(name[0]), "c%u", i);
		ASSERT_EQ(0, SWITCH_OF(name[0], 0));
		snprintf(name[1], sizeof(name[1]), "c%u", i - 1);
		ASSERT_EQ(0, LINK(i ? name[1] : "a0", name[0], NS));
	}
	ASSERT_EQ(0, LINK(name[0], "a1", NS));
	ASSERT_EQ(0, COMMIT());
	EXPECT_EQ(8, self->g->max_hops);
	ASSERT_EQ(0, vsn_route_find(self->t, 1, 0, 1, 0, 0, &path));
	EXPECT_EQ(2, path.nr_hops);
	EXPECT_EQ(8, self->t->max_hops);
}

/* A quick way that is just as long as may be ends where it could go on: go the short way. */
TEST_F(graph, by_hops_at_the_bound)
{
	char name[2][16];
	struct vsn_path path;
	u32 len, i;

	for (len = 2; len < 20; len++) {
		vsn_topo_free(self->t);
		memset(self->t, 0, sizeof(*self->t));
		sim_topo(self->t, &(u32) { 4 }, 1);
		self->g = sim_graph(self->t);
		ASSERT_EQ(0, SWITCH_OF("x", 0));
		ASSERT_EQ(0, SWITCH_OF("m", 0));
		ASSERT_EQ(0, LINK("a0", "x", NS));
		ASSERT_EQ(0, LINK("x", "m", 900 * NS));
		for (i = 1; i < 4; i++) {
			snprintf(name[0], sizeof(name[0]), "a%u", i);
			ASSERT_EQ(0, LINK("m", name[0], NS));
		}
		for (i = 0; i < len; i++) {
			snprintf(name[0], sizeof(name[0]), "c%u", i);
			ASSERT_EQ(0, SWITCH_OF(name[0], 0));
			snprintf(name[1], sizeof(name[1]), "c%u", i - 1);
			ASSERT_EQ(0, LINK(i ? name[1] : "x", name[0], NS));
		}
		ASSERT_EQ(0, LINK(name[0], "m", NS));
		ASSERT_EQ(0, COMMIT());
		ASSERT_EQ(0, vsn_route_find(self->t, 1, 0, 1, 0, 0, &path));
		EXPECT_EQ(len + 3 <= self->g->max_hops ? len + 3 : 3, path.nr_hops);
		ASSERT_EQ(0, vsn_route_find(self->t, 1, 1, 0, 0, 0, &path));
		EXPECT_EQ(len + 3 <= self->g->max_hops ? len + 3 : 3, path.nr_hops);
	}
}

TEST_HARNESS_MAIN
