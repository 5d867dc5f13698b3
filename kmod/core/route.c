// SPDX-License-Identifier: GPL-2.0
/*
 * A network's tiers form stacks: a tier that attaches endpoints, and above it
 * those that attach switches, a Clos.  A path climbs its stack to the lowest tier
 * where source and destination share a group, and comes down again.
 *
 * A candidate is a number in mixed radix, least significant first: plane, then
 * for each tier climbed the switch and the lane.  The way down uses the same
 * digits as the way up; with full wiring every one of them is a path.
 */
#include "route.h"

/* The tiers of a stack that a path uses: base .. top. */
struct climb {
	const struct vsn_tier *base;
	const struct vsn_tier *top;
};

static bool find_climb(const struct vsn_topo *t, u32 net, u32 src, u32 dst,
		       struct climb *c)
{
	const struct vsn_network *n = &t->networks[net];
	const struct vsn_tier *tier, *end = n->tiers + n->nr_tiers;
	u32 src_kind = vsn_topo_kind(t, src), dst_kind = vsn_topo_kind(t, dst);
	bool usable = false;

	for (tier = n->tiers; tier < end; tier++) {
		if (tier->attach == VSN_ATTACH_ENDPOINT) {
			c->base = tier;
			usable = tier->ports[src_kind].bandwidth &&
				 tier->ports[dst_kind].bandwidth;
		}
		if (usable && vsn_topo_group(t, tier, src) ==
			      vsn_topo_group(t, tier, dst)) {
			c->top = tier;
			return true;
		}
	}
	return false;
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
	struct climb c;

	return find_climb(t, net, src, dst, &c) ? 0 : -EHOSTUNREACH;
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
 * Return: their number, or 0 when the network does not join them.
 */
u32 vsn_route_planes(const struct vsn_topo *t, u32 net, u32 src, u32 dst)
{
	struct climb c;

	return find_climb(t, net, src, dst, &c) ? c.base->planes : 0;
}

/**
 * vsn_route_candidates - paths between two endpoints
 * @t: a committed topology
 * @net: index of the network
 * @src: endpoint id
 * @dst: endpoint id
 *
 * Return: their number over all planes, or 0 when the network does not join them.
 */
u64 vsn_route_candidates(const struct vsn_topo *t, u32 net, u32 src, u32 dst)
{
	struct climb c;

	return find_climb(t, net, src, dst, &c) ? c.top->fan * c.base->planes : 0;
}

/* A finaliser of the murmur family: spreads every input bit over all output bits. */
static u64 mix(u64 h)
{
	h ^= h >> 33;
	h *= 0xff51afd7ed558ccdULL;
	h ^= h >> 33;
	h *= 0xc4ceb9fe1a85ec53ULL;
	return h ^ h >> 33;
}

static u64 pick(const struct vsn_network *net, const struct climb *c, u32 src, u32 dst,
		u32 plane, u64 salt)
{
	u64 n = dst;

	if (net->policy == VSN_POLICY_HASH)
		n = mix(mix(net->seed ^ ((u64)src << 32 | dst)) ^ salt);
	return plane % c->base->planes + n % c->top->fan * c->base->planes;
}

/**
 * vsn_route_select - choose a candidate in a plane
 * @t: a committed topology
 * @net: index of a network that joins the two
 * @src: endpoint id
 * @dst: endpoint id
 * @plane: plane; taken modulo the number of planes
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
	struct climb c;

	if (!find_climb(t, net, src, dst, &c))
		return 0;
	return pick(&t->networks[net], &c, src, dst, plane, salt);
}

static void walk(const struct vsn_topo *t, const struct climb *c, u32 src, u32 dst,
		 u64 candidate, struct vsn_path *path)
{
	u32 sw[VSN_MAX_TIERS], lane[VSN_MAX_TIERS];
	const struct vsn_tier *tier;
	u32 plane, i, down;

	path->nr_hops = 0;
	plane = candidate % c->base->planes;
	candidate /= c->base->planes;
	for (tier = c->base, i = 0; tier <= c->top; tier++, i++) {
		sw[i] = candidate % tier->switches;
		candidate /= tier->switches;
		lane[i] = candidate % tier->lanes;
		candidate /= tier->lanes;
	}
	for (down = 0; down < 2; down++) {
		u32 step, ep = down ? dst : src;

		for (step = 0; step < i; step++) {
			u32 l = down ? i - 1 - step : step;
			u32 child = ep;

			tier = c->base + l;
			if (l)
				child = vsn_topo_group(t, tier - 1, ep) *
					tier[-1].switches + sw[l - 1];
			path->hops[path->nr_hops++] =
				vsn_topo_link_id(tier, child, plane, sw[l], lane[l],
						 down);
		}
	}
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
	struct climb c;

	if (!find_climb(t, net, src, dst, &c))
		return -EHOSTUNREACH;
	walk(t, &c, src, dst, candidate, path);
	return 0;
}

/**
 * vsn_route_find - choose network and path at once
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
	u32 net = want == VSN_NET_ANY ? 0 : want - 1;
	struct climb c;

	for (; net < t->nr_networks; net++) {
		if (find_climb(t, net, src, dst, &c)) {
			walk(t, &c, src, dst,
			     pick(&t->networks[net], &c, src, dst, plane, salt), path);
			return net;
		}
		if (want != VSN_NET_ANY)
			break;
	}
	return -EHOSTUNREACH;
}

/**
 * vsn_route_latency - time that a path takes to cross
 * @t: a committed topology
 * @path: a path of it
 *
 * Return: sum of the latencies of its links, ps.
 */
u64 vsn_route_latency(const struct vsn_topo *t, const struct vsn_path *path)
{
	u64 bandwidth, latency, sum = 0;
	bool store_forward;
	u32 i;

	for (i = 0; i < path->nr_hops; i++)
		if (vsn_topo_link_figures(t, path->hops[i], &bandwidth, &latency,
					  &store_forward))
			sum += latency;
	return sum;
}
