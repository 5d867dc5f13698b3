// SPDX-License-Identifier: GPL-2.0
/*
 * Ways through direct tiers: meshes, rings and grids of endpoints, or of the
 * switches of one tier.
 *
 * One tier: in a mesh the one link; in a ring or grid dimension by dimension,
 * outermost first, the shorter way round.
 *
 * Several tiers of the same switches: what differs in the dimensions of the
 * outermost is resolved there, the rest before or after it ("stride"), by the way
 * ("full"), or so that the one link between two blocks is reached and left
 * ("spread").
 */
#include "route_impl.h"

#define MAX_GOALS	(4 * VSN_MAX_TIERS + 1)

static void hop(struct vsn_walk *w, const struct vsn_tier *tier, u32 plane, u32 lane,
		u32 from, u32 port)
{
	vsn_walk_hop(w, vsn_topo_link_id(tier, from, plane, port, lane, 0));
}

/* The position that is the @n-th of those that are neither @a nor @b. */
static u32 other_position(u32 n, u32 a, u32 b)
{
	u32 low = vsn_min(a, b), high = vsn_max(a, b);

	n += n >= low;
	return n + (n >= high);
}

static void walk_mesh(struct vsn_walk *w, const struct vsn_tier *tier, u32 plane,
		      u32 lane, u32 from, u32 to)
{
	u32 a = vsn_topo_position(w->t, tier, from);
	u32 b = vsn_topo_position(w->t, tier, to);
	u32 n, c;

	if (w->detour && tier->size > 2) {
		n = vsn_walk_choose(w, tier->size - 1, VSN_CHOOSE_OTHER);
		if (n) {
			c = other_position(n - 1, a, b);
			hop(w, tier, plane, lane, from, c - (c > a));
			from = vsn_topo_at(w->t, tier, from, c);
			a = c;
		}
	}
	hop(w, tier, plane, lane, from, b - (b > a));
}

/* Along one coordinate, whose first port is @port, from @a to @b of @size. */
static u32 walk_axis(struct vsn_walk *w, const struct vsn_tier *tier, u32 plane, u32 lane,
		     u32 from, u32 a, u32 b, u32 size, u32 port, bool around)
{
	bool back = b < a;
	u32 peer;

	if (tier->kind == VSN_TIER_KIND_RING && size > 2) {
		u32 n = (b + size - a) % size;

		back = 2 * n > size;
		if (2 * n == size && w->detour < VSN_DETOUR_ANY)
			back = vsn_walk_choose(w, 2, VSN_CHOOSE_WAY);
		back ^= around;
	} else if (tier->kind == VSN_TIER_KIND_RING) {
		back = false;
	}
	while (a != b) {
		hop(w, tier, plane, lane, from, port + back);
		if (!vsn_topo_neighbour(w->t, tier, from, port + back, &peer)) {
			w->bad = true;
			break;
		}
		from = peer;
		a = (back ? a + size - 1 : a + 1) % size;
	}
	return from;
}

/* Dimension by dimension */
static void walk_axes(struct vsn_walk *w, const struct vsn_tier *tier, u32 plane,
		      u32 lane, u32 from, u32 to, bool around)
{
	u32 i, port = 0;

	for (i = 0; i < w->t->nr_dims; i++) {
		u32 step = tier->stride[i], size = w->t->dims[i].size;

		if (!(tier->coords & (1U << i)))
			continue;
		from = walk_axis(w, tier, plane, lane, from, from / step % size,
				 to / step % size, size, port, around);
		port += vsn_topo_axis_ports(tier, size);
	}
	walk_axis(w, tier, plane, lane, from, from % tier->numbers, to % tier->numbers,
		  tier->numbers, port, around);
}

/* Do the links from @start on, all of one direct tier, visit a vertex twice? */
static bool loops(const struct vsn_path *path, const struct vsn_tier *tier, u32 start,
		  u32 end)
{
	u32 per_vertex = tier->planes * tier->degree * tier->lanes;
	u32 i, j;

	for (i = start; i < path->nr_hops; i++) {
		u32 v = (path->hops[i] - tier->link_base) / per_vertex;

		if (v == end)
			return true;
		for (j = start; j < i; j++)
			if ((path->hops[j] - tier->link_base) / per_vertex == v)
				return true;
	}
	return false;
}

/* By any vertex, and perhaps the long way round */
static void walk_around(struct vsn_walk *w, const struct vsn_tier *tier, u32 plane,
			u32 lane, u32 from, u32 to)
{
	bool around = vsn_walk_choose(w, tier->kind == VSN_TIER_KIND_RING ? 2 : 1,
				      VSN_CHOOSE_OTHER);
	u32 mid = vsn_topo_at(w->t, tier, from,
			      vsn_walk_choose(w, tier->size, VSN_CHOOSE_OTHER));
	u32 start = w->path ? w->path->nr_hops : 0;

	walk_axes(w, tier, plane, lane, from, mid, around);
	walk_axes(w, tier, plane, lane, mid, to, around);
	if (w->path && !w->bad && loops(w->path, tier, start, to))
		w->bad = true;
}

void vsn_direct_walk(struct vsn_walk *w, const struct vsn_tier *tier, u32 plane,
		     u32 lane, u32 from, u32 to)
{
	if (tier->kind == VSN_TIER_KIND_MESH)
		walk_mesh(w, tier, plane, lane, from, to);
	else if (w->detour == VSN_DETOUR_ANY)
		walk_around(w, tier, plane, lane, from, to);
	else
		walk_axes(w, tier, plane, lane, from, to, false);
}

static bool is_full_mesh(const struct vsn_tier *tier)
{
	return tier->kind == VSN_TIER_KIND_MESH && tier->wiring == VSN_WIRING_FULL;
}

u32 vsn_direct_block(struct vsn_walk *w, const struct vsn_tier *top, u32 from, u32 to)
{
	u32 a = vsn_topo_position(w->t, top, from), n;

	if (top->wiring != VSN_WIRING_SPREAD || !w->detour || top->size < 3)
		return a;
	/* It must lead from where it is entered to where it is left. */
	if (w->detour < VSN_DETOUR_ANY && !top[-1].fixes &&
	    w->net->tiers[top->level].switches > 1)
		return a;
	n = vsn_walk_choose(w, top->size - 1, VSN_CHOOSE_OTHER);
	return n ? other_position(n - 1, a, vsn_topo_position(w->t, top, to)) : a;
}

bool vsn_direct_gate(const struct vsn_walk *w, const struct vsn_tier *top, u32 from,
		     u32 to, u32 block, u32 *number)
{
	const struct vsn_tier *level = &w->net->tiers[top->level], *tier;
	bool found = false;
	u32 at, port;

	for (tier = top; tier > level; tier--) {
		if (is_full_mesh(tier))
			return false;	/* any will do */
		if (tier->wiring != VSN_WIRING_SPREAD)
			continue;
		at = vsn_topo_position(w->t, tier, to);
		if (tier == top && block != vsn_topo_position(w->t, tier, from))
			at = block;
		if (at == vsn_topo_position(w->t, tier, from))
			continue;
		to = vsn_topo_gateway(w->t, tier, from, at, &port);
		found = true;
	}
	*number = to % level->switches;
	return found;
}

/* A vertex to get to: by one tier, or by it and those before it */
struct goal {
	const struct vsn_tier *tier;
	u32 to;
	bool direct;
};

static void push(struct goal *goals, u32 *nr, const struct vsn_tier *tier, u32 to,
		 bool direct)
{
	goals[(*nr)++] = (struct goal) { .tier = tier, .to = to, .direct = direct };
}

/* One link from block to block, and to it; what is pushed last is done first. */
static u32 push_spread(const struct vsn_topo *t, struct goal *goals, u32 *nr,
		       const struct vsn_tier *tier, u32 from, u32 to)
{
	u32 a = vsn_topo_position(t, tier, from), b = vsn_topo_position(t, tier, to);
	u32 port;

	push(goals, nr, tier, vsn_topo_gateway(t, tier, to, a, &port), true);
	push(goals, nr, tier - 1, vsn_topo_gateway(t, tier, from, b, &port), false);
	return port;
}

static void walk_spread(struct vsn_walk *w, const struct vsn_tier *tier, u32 plane,
			u32 lane, u32 from, u32 to)
{
	u32 port;

	vsn_topo_gateway(w->t, tier, from, vsn_topo_position(w->t, tier, to), &port);
	hop(w, tier, plane, lane, from, port);
}

/* Split a goal that is not one tier's alone. */
static void split(struct vsn_walk *w, struct goal *goals, u32 *nr,
		  const struct vsn_tier *tier, u32 from, u32 to, u32 block)
{
	u32 a = vsn_topo_position(w->t, tier, from);
	u32 b = vsn_topo_position(w->t, tier, to), mid;

	if (is_full_mesh(tier) || !tier->over) {
		push(goals, nr, tier, to, true);
	} else if (a == b) {
		push(goals, nr, tier - 1, to, false);
	} else if (tier->wiring == VSN_WIRING_SPREAD) {
		push(goals, nr, tier - 1, to, false);
		if (block != a && block != b) {
			mid = vsn_topo_at(w->t, tier, from, block);
			push_spread(w->t, goals, nr, tier, mid, to);
			to = mid;
		}
		push_spread(w->t, goals, nr, tier, from, to);
	} else {
		u32 n = w->detour == VSN_DETOUR_ANY && vsn_tier_direct(tier - 1) ?
			vsn_walk_choose(w, tier->members + 1, VSN_CHOOSE_OTHER) : 0;

		mid = vsn_topo_at(w->t, tier, from, b);
		if (n) {
			/* by another switch of the block */
			mid = vsn_topo_member(w->t, tier, from, n - 1);
			push(goals, nr, tier - 1, to, false);
			push(goals, nr, tier, vsn_topo_at(w->t, tier, mid, b), true);
			push(goals, nr, tier - 1, mid, false);
		} else if (mid == to) {
			push(goals, nr, tier, to, true);
		} else if (vsn_walk_choose(w, 2, VSN_CHOOSE_ORDER)) {
			push(goals, nr, tier, to, true);
			push(goals, nr, tier - 1, vsn_topo_at(w->t, tier, to, a), false);
		} else {
			push(goals, nr, tier - 1, to, false);
			push(goals, nr, tier, mid, true);
		}
	}
}

void vsn_direct_cross(struct vsn_walk *w, const struct vsn_tier *top, u32 plane,
		      u32 from, u32 to, u32 block)
{
	const struct vsn_tier *level = &w->net->tiers[top->level];
	struct goal goals[MAX_GOALS];
	u32 lanes[VSN_MAX_TIERS];
	u32 nr = 0, i;

	for (i = 0; i < VSN_MAX_TIERS; i++)
		lanes[i] = U32_MAX;
	push(goals, &nr, top, to, false);
	while (nr) {
		struct goal goal = goals[--nr];
		u32 *lane = &lanes[goal.tier - level];

		if (goal.to == from)
			continue;
		if (goal.tier == level) {
			w->bad = true;	/* no tier leads to another number */
			return;
		}
		if (!goal.direct) {
			/* Only the outermost goes by another block. */
			split(w, goals, &nr, goal.tier, from, goal.to, goal.tier == top ?
			      block : vsn_topo_position(w->t, goal.tier, from));
			continue;
		}
		if (*lane == U32_MAX)
			*lane = vsn_walk_choose(w, goal.tier->lanes, VSN_CHOOSE_WAY);
		if (goal.tier->wiring == VSN_WIRING_SPREAD)
			walk_spread(w, goal.tier, plane, *lane, from, goal.to);
		else
			vsn_direct_walk(w, goal.tier, plane, *lane, from, goal.to);
		from = goal.to;
	}
}
