// SPDX-License-Identifier: GPL-2.0
/*
 * Which path.
 *
 * A network's tiers form stacks (topo.h).  If one of them joins source and
 * destination alone, the path is within the first one that does, by the lowest
 * tier that does (route_stack.c).  If none does, the path goes through several: each
 * resolves the dimensions it is over, and the endpoints where two meet forward.
 *
 * These ways - each tier that joins the two, and the composition - are called
 * plans (route_plan.c).  The policy chooses among the candidates of the first one.
 * Where the chosen path has a link that is down, others are tried
 * (route_search.c).
 */
#include "graph.h"
#include "route_impl.h"

#define GOLDEN		0x9e3779b97f4a7c15ULL

/* The next digit of @n, least significant first */
static u32 take_digit(struct vsn_walk *w, u32 n)
{
	u32 digit = w->n % n;

	w->n /= n;
	return digit;
}

static u32 policy_digit(struct vsn_walk *w, u32 n, enum vsn_choice what)
{
	u32 policy = w->net->policy;

	switch (what) {
	case VSN_CHOOSE_PLANE:
		if (policy == VSN_POLICY_STRIPE && !w->started)
			w->n = w->dst + w->plane / n;
		w->started = true;
		return w->plane % n;
	case VSN_CHOOSE_OTHER:
		return 0;
	case VSN_CHOOSE_ORDER:
		return policy == VSN_POLICY_HASH ? take_digit(w, n) : 0;
	case VSN_CHOOSE_WAY:
		break;
	}
	return take_digit(w, n);
}

static u32 probe_digit(struct vsn_walk *w, u32 n, enum vsn_choice what)
{
	w->n = vsn_mix(w->n + GOLDEN);
	return (what == VSN_CHOOSE_PLANE ? w->plane + w->turn : w->n) % n;
}

u32 vsn_walk_choose(struct vsn_walk *w, u32 n, enum vsn_choice what)
{
	u32 digit = 0;

	if (n <= 1 && what != VSN_CHOOSE_PLANE)
		return 0;
	switch (w->mode) {
	case VSN_WALK_NUMBER:
		digit = take_digit(w, n);
		break;
	case VSN_WALK_POLICY:
		digit = policy_digit(w, n, what);
		break;
	case VSN_WALK_PROBE:
		digit = probe_digit(w, n, what);
		break;
	}
	w->number += digit * w->count;
	if (__builtin_mul_overflow(w->count, (u64)n, &w->count))
		w->count = U64_MAX;
	return digit;
}

void vsn_walk_hop(struct vsn_walk *w, u32 link)
{
	struct vsn_path *path = w->path;

	if (!path || w->bad)
		return;
	if (path->nr_hops == w->t->max_hops ||
	    (w->live && !w->live->live(w->live->ctx, link))) {
		w->bad = true;
		return;
	}
	path->via[path->nr_hops] = 0;
	path->hops[path->nr_hops++] = link;
}

/* Policies */

/* Do operations spread over all paths that the policy knows? */
static bool all_paths(const struct vsn_network *net)
{
	return net->policy >= VSN_POLICY_SHORTEST;
}

static enum vsn_detour policy_detour(const struct vsn_network *net)
{
	return net->policy == VSN_POLICY_DETOUR ? VSN_DETOUR_MESH : VSN_DETOUR_NONE;
}

/* Number of candidates of the policy, of which @plan is the first plan */
static u64 count_all(const struct vsn_walk *w, const struct vsn_pair *p, u32 plan)
{
	u64 n, count = 0;

	while (plan != VSN_NO_PLAN) {
		n = vsn_plan_count(w, p, plan);
		if (__builtin_add_overflow(count, n, &count))
			return U64_MAX;
		if (w->net->policy != VSN_POLICY_BORROW)
			break;
		plan = vsn_plan_next_stack(w->t, w->net, p, plan);
	}
	return count;
}

/* Walk candidate @n of the policy. */
static void walk_candidate(struct vsn_walk *w, const struct vsn_pair *p, u32 plan, u64 n)
{
	u64 count, before = 0;

	while (w->net->policy == VSN_POLICY_BORROW) {
		u32 next = vsn_plan_next_stack(w->t, w->net, p, plan);

		count = vsn_plan_count(w, p, plan);
		if (n < count || next == VSN_NO_PLAN)
			break;
		n -= count;
		before += count;
		plan = next;
	}
	w->mode = VSN_WALK_NUMBER;
	w->n = n;
	vsn_plan_walk(w, p, plan);
	w->number += before;
}

/* The path that the policy chooses, live or not */
static void walk_policy(struct vsn_walk *w, const struct vsn_pair *p, u32 plan, u64 salt)
{
	u64 count, n;

	if (all_paths(w->net)) {
		count = count_all(w, p, plan);
		n = vsn_pair_hash(w->net, p) % count;
		walk_candidate(w, p, plan, (n + w->plane) % count);
		return;
	}
	w->mode = VSN_WALK_POLICY;
	w->n = p->dst;
	if (w->net->policy == VSN_POLICY_HASH)
		w->n = vsn_mix(vsn_pair_hash(w->net, p) ^ salt);
	vsn_plan_walk(w, p, plan);
}

/* The last endpoint does not forward. */
static void finish(struct vsn_path *path)
{
	path->via[path->nr_hops - 1] = 0;
}

static void walk_init(struct vsn_walk *w, const struct vsn_topo *t, u32 net, u32 plane,
		      struct vsn_path *path)
{
	*w = (struct vsn_walk) {
		.t = t,
		.net = &t->networks[net],
		.path = path,
		.plane = plane,
		.detour = policy_detour(&t->networks[net]),
	};
}

/**
 * vsn_route_reach - does a network join two endpoints?
 * @t: a committed topology
 * @net: index of the network
 * @src: endpoint id
 * @dst: endpoint id
 *
 * Return: 0 or -EHOSTUNREACH.
 */
int vsn_route_reach(const struct vsn_topo *t, u32 net, u32 src, u32 dst)
{
	const struct vsn_graph *graph = t->networks[net].graph;
	struct vsn_pair p;

	if (graph)
		return vsn_graph_joins(graph, src, dst) ? 0 : -EHOSTUNREACH;
	vsn_pair_init(t, &p, src, dst);
	return vsn_plan_first(t, &t->networks[net], &p) == VSN_NO_PLAN ? -EHOSTUNREACH : 0;
}

/**
 * vsn_route_network - choose a network
 * @t: a committed topology
 * @want: VSN_NET_ANY for the first that reaches, or 1 + the index of a network
 * @src: endpoint id
 * @dst: endpoint id
 *
 * Return: the index, or -EHOSTUNREACH.
 */
int vsn_route_network(const struct vsn_topo *t, u32 want, u32 src, u32 dst)
{
	u32 n;

	if (want != VSN_NET_ANY)
		return vsn_route_reach(t, want - 1, src, dst) ?: (int)(want - 1);
	for (n = 0; n < t->nr_networks; n++)
		if (!vsn_route_reach(t, n, src, dst))
			return n;
	return -EHOSTUNREACH;
}

/**
 * vsn_route_planes - planes between two endpoints
 * @t: a committed topology
 * @net: index of a network that joins them
 * @src: endpoint id
 * @dst: endpoint id
 *
 * Return: their number; where a path goes through several stacks, their least
 * common multiple if that is small, or the largest; 0 when the network does not
 * join the two.
 */
u32 vsn_route_planes(const struct vsn_topo *t, u32 net, u32 src, u32 dst)
{
	const struct vsn_network *n = &t->networks[net];
	struct vsn_pair p;
	u32 plan;

	if (n->graph)
		return vsn_graph_joins(n->graph, src, dst);
	vsn_pair_init(t, &p, src, dst);
	plan = vsn_plan_first(t, n, &p);
	return plan == VSN_NO_PLAN ? 0 : vsn_plan_planes(t, n, &p, plan);
}

/**
 * vsn_route_spread - paths that one long operation is spread over
 * @t: a committed topology
 * @net: index of a network that joins them
 * @src: endpoint id
 * @dst: endpoint id
 *
 * Return: the number of planes; with all-path routing the number of candidates, or
 * VSN_MAX_SPREAD if that is less; 0 when the network does not join the two.
 */
u32 vsn_route_spread(const struct vsn_topo *t, u32 net, u32 src, u32 dst)
{
	if (!all_paths(&t->networks[net]))
		return vsn_route_planes(t, net, src, dst);
	return vsn_min(vsn_route_candidates(t, net, src, dst), VSN_MAX_SPREAD);
}

/**
 * vsn_route_candidates - paths between two endpoints
 * @t: a committed topology
 * @net: index of the network
 * @src: endpoint id
 * @dst: endpoint id
 *
 * Return: the number of those that the network's policy chooses from, over all
 * planes; 0 when the network does not join the two; U64_MAX, and U32_MAX in a graph,
 * for that and more.
 */
u64 vsn_route_candidates(const struct vsn_topo *t, u32 net, u32 src, u32 dst)
{
	const struct vsn_network *n = &t->networks[net];
	struct vsn_pair p;
	struct vsn_walk w;

	if (n->graph)
		return vsn_graph_joins(n->graph, src, dst) ?
		       vsn_graph_candidates(n, src, dst) : 0;
	vsn_pair_init(t, &p, src, dst);
	walk_init(&w, t, net, 0, NULL);
	return count_all(&w, &p, vsn_plan_first(t, w.net, &p));
}

/**
 * vsn_route_select - choose a candidate
 * @t: a committed topology
 * @net: index of a network that joins the two
 * @src: endpoint id
 * @dst: endpoint id
 * @plane: plane; taken modulo the number of planes; a policy that takes paths in
 *	turn takes this one
 * @salt: for the hash policy, tells operations apart
 *
 * The dmodk policy takes the digits of the destination's id: a shift over a full
 * Clos then uses no link twice (Zahavi, "D-Mod-K routing providing non-blocking
 * traffic for shift permutations on real life fat trees", 2010).
 *
 * Return: the candidate.
 */
u64 vsn_route_select(const struct vsn_topo *t, u32 net, u32 src, u32 dst, u32 plane,
		     u64 salt)
{
	const struct vsn_network *n = &t->networks[net];
	struct vsn_pair p;
	struct vsn_walk w;
	u32 plan;

	if (n->graph)
		return vsn_graph_joins(n->graph, src, dst) ?
		       vsn_graph_select(n, src, dst, plane, salt) : 0;
	vsn_pair_init(t, &p, src, dst);
	walk_init(&w, t, net, plane, NULL);
	plan = vsn_plan_first(t, w.net, &p);
	if (plan == VSN_NO_PLAN)
		return 0;
	walk_policy(&w, &p, plan, salt);
	return w.number;
}

/**
 * vsn_route_path - links of a candidate
 * @t: a committed topology
 * @net: index of the network
 * @src: endpoint id
 * @dst: endpoint id, not @src
 * @candidate: below vsn_route_candidates()
 * @path: out
 *
 * Return: 0, or -EHOSTUNREACH when the network does not join the two.
 */
int vsn_route_path(const struct vsn_topo *t, u32 net, u32 src, u32 dst,
		   u64 candidate, struct vsn_path *path)
{
	const struct vsn_network *n = &t->networks[net];
	struct vsn_pair p;
	struct vsn_walk w;
	u32 plan;

	if (n->graph)
		return vsn_graph_joins(n->graph, src, dst) ?
		       vsn_graph_path(n, src, dst, candidate, path) : -EHOSTUNREACH;
	vsn_pair_init(t, &p, src, dst);
	walk_init(&w, t, net, 0, path);
	plan = vsn_plan_first(t, w.net, &p);
	if (plan == VSN_NO_PLAN)
		return -EHOSTUNREACH;
	walk_candidate(&w, &p, plan, candidate);
	if (w.bad)
		return -EHOSTUNREACH;
	finish(path);
	return 0;
}

/**
 * vsn_route_find_live - choose network and path at once
 * @t: a committed topology
 * @want: as for vsn_route_network()
 * @src: endpoint id
 * @dst: endpoint id, not @src
 * @plane: as for vsn_route_select()
 * @salt: as for vsn_route_select()
 * @live: which links can be used, or NULL for all
 * @path: out
 *
 * What vsn_route_select() chooses, if all its links are live; otherwise what
 * comes first in an order that depends on source, destination, @plane and @salt
 * only.  So a failure moves only those whose choice it was.
 *
 * Return: index of the network, or -EHOSTUNREACH.
 */
int vsn_route_find_live(const struct vsn_topo *t, u32 want, u32 src, u32 dst, u32 plane,
			u64 salt, const struct vsn_live *live, struct vsn_path *path)
{
	u32 net = want == VSN_NET_ANY ? 0 : want - 1, plan;
	struct vsn_pair p;
	struct vsn_walk w;

	vsn_pair_init(t, &p, src, dst);
	for (; net < t->nr_networks; net++) {
		if (t->networks[net].graph) {
			if (vsn_graph_joins(t->networks[net].graph, src, dst) &&
			    !vsn_graph_find(&t->networks[net], src, dst, plane, salt, live,
					    path))
				return net;
			if (want != VSN_NET_ANY)
				break;
			continue;
		}
		walk_init(&w, t, net, plane, path);
		w.live = live;
		plan = vsn_plan_first(t, w.net, &p);
		if (plan != VSN_NO_PLAN) {
			walk_policy(&w, &p, plan, salt);
			if (w.bad && !live) {
				/* With a detour it is too long. */
				w.detour = VSN_DETOUR_NONE;
				walk_policy(&w, &p, plan, salt);
			}
			if (!w.bad || (live && vsn_route_search(&w, &p, salt))) {
				finish(path);
				return net;
			}
		}
		if (want != VSN_NET_ANY)
			break;
	}
	return -EHOSTUNREACH;
}

/**
 * vsn_route_find - choose network and path at once, with all links live
 * @t: a committed topology
 * @want: as for vsn_route_network()
 * @src: endpoint id
 * @dst: endpoint id, not @src
 * @plane: as for vsn_route_select()
 * @salt: as for vsn_route_select()
 * @path: out
 *
 * Return: index of the network, or -EHOSTUNREACH.
 */
int vsn_route_find(const struct vsn_topo *t, u32 want, u32 src, u32 dst, u32 plane,
		   u64 salt, struct vsn_path *path)
{
	return vsn_route_find_live(t, want, src, dst, plane, salt, NULL, path);
}

/**
 * vsn_route_latency - time that a path takes to cross
 * @t: a committed topology
 * @path: a path of it
 *
 * Return: sum of the latencies of its links, and of the endpoints that forward, ps.
 */
u64 vsn_route_latency(const struct vsn_topo *t, const struct vsn_path *path)
{
	u64 bandwidth, latency, sum = 0;
	struct vsn_link_pos pos;
	bool store_forward;
	u32 i;

	for (i = 0; i < path->nr_hops; i++) {
		if (vsn_topo_link_figures(t, path->hops[i], &bandwidth, &latency,
					  &store_forward))
			sum += latency;
		if (path->via[i] && vsn_topo_link_pos(t, path->hops[i], &pos))
			sum += t->networks[pos.net].tiers[path->via[i] - 1].switch_latency;
	}
	return sum;
}
