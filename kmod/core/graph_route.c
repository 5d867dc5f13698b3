// SPDX-License-Identifier: GPL-2.0
/*
 * Paths of graphs.
 *
 * What is kept is a tree for each destination: which arcs are next hops, a bit each,
 * and from each vertex the number of shortest paths.  Candidates are numbered in the
 * order of arcs, each taking as many numbers as there are paths behind it.
 *
 * Trees are found backwards from the destination (Dijkstra, "A note on two problems
 * in connexion with graphs", 1959).  A destination has two: with all links, and with
 * those that are live.  The latter is of one version of liveness only.
 */
#include "graph.h"
#include "route_impl.h"

/* All trees of a graph, together */
#define CACHE_BYTES	(64ULL << 20)

/* Links that are looked at in the time of one event of the scheduler */
#define LINKS_PER_WORK	16U

#define FAR		U64_MAX

/*
 * A distance: latency and number of links, the one that counts more in the upper bits.
 * VSN_MAX_HOPS links of two times VSN_MAX_LATENCY are less than 2^56 ps.
 */
#define HOP_BITS	8

/**
 * struct vsn_graph_tree - shortest paths to one destination
 * @dst: vertex
 * @live: only over links that were live
 * @used: since the hand last came by
 * @version: of liveness
 * @ways: by vertex: number of shortest paths, or U32_MAX for that and more; after
 *	@next in memory
 * @next: bit map by index in the graph's outs: next hops
 */
struct vsn_graph_tree {
	u32 dst;
	bool live;
	bool used;
	u64 version;
	u32 *ways;
	u64 next[];
};

/**
 * struct search - a search for one destination
 * @net: the network
 * @dst: vertex
 * @live: which links can be used, or NULL for all
 * @by_hops: shortest by links, and then by latency
 */
struct search {
	const struct vsn_network *net;
	u32 dst;
	const struct vsn_live *live;
	bool by_hops;
};

#define WORD_BITS	64U

static size_t next_words(const struct vsn_graph *g)
{
	return (g->nr_links + WORD_BITS - 1) / WORD_BITS;
}

static size_t tree_size(const struct vsn_graph *g)
{
	return sizeof(struct vsn_graph_tree) + next_words(g) * sizeof(u64) +
	       (size_t)g->nr_vertices * sizeof(u32);
}

static struct vsn_graph_tree *tree_alloc(struct vsn_graph *g)
{
	struct vsn_graph_tree *tree = g->mem.alloc(g->mem.ctx, tree_size(g));

	if (tree) {
		tree->ways = (u32 *)(tree->next + next_words(g));
		tree->dst = VSN_GRAPH_NO_VERTEX;
	}
	return tree;
}

/**
 * vsn_graph_routes_init - make an empty cache
 * @g: a graph whose arcs are built
 *
 * Return: 0 or -ENOMEM; vsn_graph_routes_free() gives back what is there.
 */
int vsn_graph_routes_init(struct vsn_graph *g)
{
	size_t n = g->nr_vertices;

	g->max_trees = vsn_max(vsn_min(CACHE_BYTES / tree_size(g), 2 * n), 2);
	g->hand = 0;
	g->trees = g->mem.alloc(g->mem.ctx, g->max_trees * sizeof(*g->trees));
	g->slots[0] = g->mem.alloc(g->mem.ctx, n * sizeof(u32));
	g->slots[1] = g->mem.alloc(g->mem.ctx, n * sizeof(u32));
	g->dist = g->mem.alloc(g->mem.ctx, n * sizeof(u64));
	g->heap = g->mem.alloc(g->mem.ctx, n * sizeof(u32));
	g->place = g->mem.alloc(g->mem.ctx, n * sizeof(u32));
	if (!g->trees || !g->slots[0] || !g->slots[1] || !g->dist || !g->heap ||
	    !g->place)
		return -ENOMEM;
	/* One there is always. */
	g->trees[0] = tree_alloc(g);
	if (!g->trees[0])
		return -ENOMEM;
	g->nr_trees = 1;
	return 0;
}

/**
 * vsn_graph_routes_free - give back the cache
 * @g: the graph; it may have none, or a part
 */
void vsn_graph_routes_free(struct vsn_graph *g)
{
	size_t n = g->nr_vertices * sizeof(u32);
	const struct vsn_mem *mem = &g->mem;

	while (g->nr_trees)
		mem->free(mem->ctx, g->trees[--g->nr_trees], tree_size(g));
	if (g->trees)
		mem->free(mem->ctx, g->trees, g->max_trees * sizeof(*g->trees));
	if (g->slots[0])
		mem->free(mem->ctx, g->slots[0], n);
	if (g->slots[1])
		mem->free(mem->ctx, g->slots[1], n);
	if (g->dist)
		mem->free(mem->ctx, g->dist, g->nr_vertices * sizeof(u64));
	if (g->heap)
		mem->free(mem->ctx, g->heap, n);
	if (g->place)
		mem->free(mem->ctx, g->place, n);
	g->trees = NULL;
	g->slots[0] = NULL;
	g->slots[1] = NULL;
	g->dist = NULL;
	g->heap = NULL;
	g->place = NULL;
}

/* A heap of vertices by distance */

static void place_at(struct vsn_graph *g, u32 i, u32 v)
{
	g->heap[i] = v;
	g->place[v] = i;
}

static void sift_up(struct vsn_graph *g, u32 v)
{
	u32 i = g->place[v];
	const u64 *dist = g->dist;

	while (i && dist[g->heap[(i - 1) / 2]] > dist[v]) {
		place_at(g, i, g->heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	place_at(g, i, v);
}

static u32 take_nearest(struct vsn_graph *g, u32 *nr)
{
	const u64 *dist = g->dist;
	u32 top = g->heap[0], v = g->heap[--*nr], i = 0, child;

	while ((child = 2 * i + 1) < *nr) {
		if (child + 1 < *nr && dist[g->heap[child + 1]] < dist[g->heap[child]])
			child++;
		if (dist[v] <= dist[g->heap[child]])
			break;
		place_at(g, i, g->heap[child]);
		i = child;
	}
	place_at(g, i, v);
	return top;
}

/* May a path to @dst go by this vertex? */
static bool relays(const struct vsn_graph *g, u32 v, u32 dst)
{
	return v >= g->nr_ends || g->transit || v == dst;
}

static u64 step(const struct search *s, const struct vsn_graph_arc *arc, u32 to)
{
	const struct vsn_graph *g = s->net->graph;
	u64 latency = arc->latency;

	if (to < g->nr_ends && to != s->dst)
		latency += g->transit_latency;
	return s->by_hops ? (1ULL << (64 - HOP_BITS)) + latency :
			    (latency << HOP_BITS) + 1;
}

static u32 hops_of(const struct search *s, u64 dist)
{
	return s->by_hops ? dist >> (64 - HOP_BITS) : dist & ((1U << HOP_BITS) - 1);
}

static bool is_live(const struct search *s, u32 link)
{
	return !s->live ||
	       s->live->live(s->live->ctx, s->net->tiers[0].link_base + link);
}

static u32 add_ways(u32 a, u32 b)
{
	return a + b < a ? U32_MAX : a + b;
}

/* All distances to the destination; returns whether a path was too long to follow. */
static bool search(const struct search *s, u32 *ways)
{
	struct vsn_graph *g = s->net->graph;
	u32 v, i, nr = 0, from;
	bool cut = false;
	u64 dist;

	for (v = 0; v < g->nr_vertices; v++)
		g->dist[v] = FAR;
	memset(ways, 0, g->nr_vertices * sizeof(*ways));
	g->dist[s->dst] = 0;
	ways[s->dst] = 1;
	place_at(g, nr++, s->dst);
	while (nr) {
		v = take_nearest(g, &nr);
		if (!relays(g, v, s->dst))
			continue;
		if (hops_of(s, g->dist[v]) == g->max_hops) {
			cut = true;
			continue;
		}
		g->work += g->in[v + 1] - g->in[v];
		for (i = g->in[v]; i < g->in[v + 1]; i++) {
			from = g->ins[i].peer;
			dist = g->dist[v] + step(s, &g->ins[i], v);
			if (dist > g->dist[from] || !is_live(s, g->ins[i].link))
				continue;
			if (dist == g->dist[from]) {
				ways[from] = add_ways(ways[from], ways[v]);
				continue;
			}
			if (g->dist[from] == FAR)
				place_at(g, nr++, from);
			g->dist[from] = dist;
			ways[from] = ways[v];
			sift_up(g, from);
		}
	}
	return cut;
}

/* Next hops: arcs that lead as much nearer as they are long */
static void mark_next(const struct search *s, struct vsn_graph_tree *tree)
{
	const struct vsn_graph *g = s->net->graph;
	u32 v, i, to;

	memset(tree->next, 0, next_words(g) * sizeof(*tree->next));
	for (v = 0; v < g->nr_vertices; v++) {
		if (g->dist[v] == FAR)
			continue;
		for (i = g->out[v]; i < g->out[v + 1]; i++) {
			to = g->outs[i].peer;
			if (g->dist[to] < g->dist[v] && relays(g, to, s->dst) &&
			    g->dist[to] + step(s, &g->outs[i], to) == g->dist[v] &&
			    is_live(s, g->outs[i].link))
				tree->next[i / WORD_BITS] |= 1ULL << i % WORD_BITS;
		}
	}
}

static void tree_build(const struct vsn_network *net, struct vsn_graph_tree *tree,
		       const struct vsn_live *live)
{
	struct search s = { .net = net, .dst = tree->dst, .live = live };
	const struct vsn_graph *g = net->graph;
	u32 v;

	if (search(&s, tree->ways)) {
		for (v = 0; v < g->nr_ends && g->dist[v] != FAR; )
			v++;
		if (v < g->nr_ends) {
			s.by_hops = true;
			search(&s, tree->ways);
		}
	}
	mark_next(&s, tree);
}

/* An entry to be filled: a new one, or one that was not used of late */
static u32 take_entry(struct vsn_graph *g)
{
	struct vsn_graph_tree *tree;

	if (g->nr_trees < g->max_trees) {
		g->trees[g->nr_trees] = tree_alloc(g);
		if (g->trees[g->nr_trees])
			return g->nr_trees++;
	}
	for (;;) {
		tree = g->trees[g->hand];
		g->hand = (g->hand + 1) % g->nr_trees;
		if (!tree->used)
			break;
		tree->used = false;
	}
	if (tree->dst != VSN_GRAPH_NO_VERTEX)
		g->slots[tree->live][tree->dst] = 0;
	return (g->hand + g->nr_trees - 1) % g->nr_trees;
}

/* The tree of a destination, with all links or with those that are live */
static struct vsn_graph_tree *tree_get(const struct vsn_network *net, u32 dst,
				       const struct vsn_live *live)
{
	struct vsn_graph *g = net->graph;
	u32 *slot = &g->slots[!!live][dst];
	struct vsn_graph_tree *tree;

	if (*slot) {
		tree = g->trees[*slot - 1];
		tree->used = true;
		if (!live || (live->version && live->version == tree->version))
			return tree;
	} else {
		*slot = take_entry(g) + 1;
		tree = g->trees[*slot - 1];
		tree->used = true;
		tree->dst = dst;
		tree->live = live;
	}
	tree->version = live ? live->version : 0;
	tree_build(net, tree, live);
	return tree;
}

/* The vertex of an endpoint, or VSN_GRAPH_NO_VERTEX */
static u32 vertex_of(const struct vsn_graph *g, u32 ep)
{
	u32 low = 0, high = g->nr_ends, mid;

	/* Most often all of them have links. */
	if (ep < high && g->ends[ep] == ep)
		return ep;
	while (low < high) {
		mid = (low + high) / 2;
		if (g->ends[mid] == ep)
			return mid;
		if (g->ends[mid] < ep)
			low = mid + 1;
		else
			high = mid;
	}
	return VSN_GRAPH_NO_VERTEX;
}

/**
 * vsn_graph_joins - does a graph join two endpoints?
 * @g: a committed graph
 * @src: endpoint id
 * @dst: endpoint id
 *
 * Return: whether both have links; commit has seen to the rest.
 */
bool vsn_graph_joins(const struct vsn_graph *g, u32 src, u32 dst)
{
	return vertex_of(g, src) != VSN_GRAPH_NO_VERTEX &&
	       vertex_of(g, dst) != VSN_GRAPH_NO_VERTEX;
}

/* The arc out of @v that has path @n behind it; *@n: its number there */
static u32 next_arc(const struct vsn_graph *g, const struct vsn_graph_tree *tree, u32 v,
		    u64 *n)
{
	u32 i = g->out[v], end = g->out[v + 1], ways;
	u64 bits;

	while (i < end) {
		bits = tree->next[i / WORD_BITS] >> i % WORD_BITS;
		if (!bits) {
			i = (i / WORD_BITS + 1) * WORD_BITS;
			continue;
		}
		i += __builtin_ctzll(bits);
		if (i >= end)
			break;
		ways = tree->ways[g->outs[i].peer];
		if (*n < ways)
			return i;
		*n -= ways;
		i++;
	}
	return U32_MAX;
}

/* Path @n of those from @src */
static int walk(const struct vsn_network *net, const struct vsn_graph_tree *tree,
		u32 src, u64 n, struct vsn_path *path)
{
	const struct vsn_graph *g = net->graph;
	u32 v, i;

	path->nr_hops = 0;
	for (v = src; v != tree->dst; v = g->outs[i].peer) {
		i = next_arc(g, tree, v, &n);
		if (i == U32_MAX)
			return -EHOSTUNREACH;
		/* An endpoint that forwards adds the latency of the only tier. */
		path->via[path->nr_hops] = g->outs[i].peer < g->nr_ends &&
					   g->outs[i].peer != tree->dst;
		path->hops[path->nr_hops++] = net->tiers[0].link_base + g->outs[i].link;
	}
	return 0;
}

/* What the policy chooses of @count paths */
static u64 choose(const struct vsn_network *net, u32 src, u32 dst, u32 plane, u64 salt,
		  u64 count)
{
	struct vsn_pair p = { .src = src, .dst = dst };

	switch (net->policy) {
	case VSN_POLICY_DMODK:
		return dst % count;
	case VSN_POLICY_HASH:
		return vsn_mix(vsn_pair_hash(net, &p) ^ salt) % count;
	case VSN_POLICY_STRIPE:
		return ((u64)dst + plane) % count;
	default:
		return (vsn_pair_hash(net, &p) % count + plane) % count;
	}
}

/* @src and @dst are joined, and not the same, in all that follows. */

/**
 * vsn_graph_candidates - shortest paths between two endpoints
 * @net: a committed network that is a graph
 * @src: endpoint id
 * @dst: endpoint id
 *
 * Return: their number; U32_MAX for that and more.
 */
u64 vsn_graph_candidates(const struct vsn_network *net, u32 src, u32 dst)
{
	const struct vsn_graph *g = net->graph;

	return tree_get(net, vertex_of(g, dst), NULL)->ways[vertex_of(g, src)];
}

/**
 * vsn_graph_select - choose a candidate
 * @net: a committed network that is a graph
 * @src: endpoint id
 * @dst: endpoint id
 * @plane: as for vsn_route_select()
 * @salt: as for vsn_route_select()
 *
 * Return: the candidate.
 */
u64 vsn_graph_select(const struct vsn_network *net, u32 src, u32 dst, u32 plane, u64 salt)
{
	return choose(net, src, dst, plane, salt, vsn_graph_candidates(net, src, dst));
}

/**
 * vsn_graph_path - links of a candidate
 * @net: a committed network that is a graph
 * @src: endpoint id
 * @dst: endpoint id
 * @candidate: below vsn_graph_candidates()
 * @path: out
 *
 * Return: 0, or -EHOSTUNREACH there is no such candidate.
 */
int vsn_graph_path(const struct vsn_network *net, u32 src, u32 dst, u64 candidate,
		   struct vsn_path *path)
{
	const struct vsn_graph *g = net->graph;

	return walk(net, tree_get(net, vertex_of(g, dst), NULL), vertex_of(g, src),
		    candidate, path);
}

static bool all_live(const struct vsn_live *live, const struct vsn_path *path)
{
	u32 i;

	for (i = 0; i < path->nr_hops; i++)
		if (!live->live(live->ctx, path->hops[i]))
			return false;
	return true;
}

/**
 * vsn_graph_find - choose a path
 * @net: a committed network that is a graph
 * @src: endpoint id
 * @dst: endpoint id
 * @plane: as for vsn_route_select()
 * @salt: as for vsn_route_select()
 * @live: which links can be used, or NULL for all
 * @path: out
 *
 * What vsn_graph_select() chooses, if all its links are live; otherwise what the
 * policy chooses of the shortest paths over live links.
 *
 * Return: 0 or -EHOSTUNREACH.
 */
int vsn_graph_find(const struct vsn_network *net, u32 src, u32 dst, u32 plane, u64 salt,
		   const struct vsn_live *live, struct vsn_path *path)
{
	const struct vsn_graph *g = net->graph;
	u32 from = vertex_of(g, src), to = vertex_of(g, dst);
	const struct vsn_graph_tree *tree;
	int err;

	tree = tree_get(net, to, NULL);
	err = walk(net, tree, from, choose(net, src, dst, plane, salt, tree->ways[from]),
		   path);
	if (err || !live || all_live(live, path))
		return err;
	tree = tree_get(net, to, live);
	if (!tree->ways[from])
		return -EHOSTUNREACH;
	return walk(net, tree, from, choose(net, src, dst, plane, salt, tree->ways[from]),
		    path);
}

/**
 * vsn_route_work - what finding paths has cost
 * @t: a committed topology
 * @net: index of a network
 *
 * Return: since the last call, in events of the scheduler that take as long; 0 but
 * for a graph.
 */
u64 vsn_route_work(const struct vsn_topo *t, u32 net)
{
	struct vsn_graph *g = t->networks[net].graph;
	u64 work;

	if (!g)
		return 0;
	work = g->work / LINKS_PER_WORK;
	g->work %= LINKS_PER_WORK;
	return work;
}
