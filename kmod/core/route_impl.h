/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between route.c (which path), route_search.c (another one), route_plan.c (through
 * which stacks), route_stack.c (through a stack of tiers) and route_direct.c
 * (through direct tiers).
 *
 * A walk goes from source to destination and makes a choice wherever there is
 * one.  A candidate is the number whose digits, in mixed radix, are these
 * choices in the order in which they are made.  So the same walk counts
 * candidates, decodes one, and chooses one by policy: they differ only in where
 * a digit comes from.
 */
#ifndef VSN_CORE_ROUTE_IMPL_H
#define VSN_CORE_ROUTE_IMPL_H

#include "rng.h"
#include "route.h"

/**
 * struct vsn_pair - two endpoints that are to be joined
 * @src: endpoint id
 * @dst: endpoint id
 * @src_kind: enum vsn_endpoint_kind
 * @dst_kind: enum vsn_endpoint_kind
 * @diff: mask of the dimensions in which they differ
 * @from: digits of @src
 * @to: digits of @dst
 */
struct vsn_pair {
	u32 src;
	u32 dst;
	u32 src_kind;
	u32 dst_kind;
	u32 diff;
	u32 from[VSN_MAX_DIMS];
	u32 to[VSN_MAX_DIMS];
};

/* Where a walk's choices come from */
enum vsn_walk_mode {
	VSN_WALK_NUMBER,	/* digits of @n */
	VSN_WALK_POLICY,	/* the network's policy */
	VSN_WALK_PROBE,		/* a pseudo-random sequence that begins with @n */
};

/* What is chosen */
enum vsn_choice {
	VSN_CHOOSE_PLANE,
	VSN_CHOOSE_WAY,		/* switch, lane, direction round a ring */
	VSN_CHOOSE_ORDER,	/* what to resolve first */
	VSN_CHOOSE_OTHER,	/* what the usual way does not do */
};

/* How far off the shortest paths a walk may go */
enum vsn_detour {
	VSN_DETOUR_NONE,
	VSN_DETOUR_MESH,	/* by one more vertex of a mesh */
	VSN_DETOUR_ANY,		/* round a ring the long way, by any vertex of a grid */
};

/**
 * struct vsn_walk - a walk
 * @t: a committed topology
 * @net: the network
 * @live: which links can be used, or NULL
 * @path: where the links go; NULL: only count
 * @start: links that are there already
 * @mode: where choices come from
 * @detour: enum vsn_detour
 * @bad: this is no path, or not a live one
 * @started: a plane has been chosen
 * @plane: plane; for some policies which of the paths, in turn
 * @turn: of a probe: how many planes after @plane
 * @dst: destination, for the policies
 * @n: see enum vsn_walk_mode
 * @count: product of the numbers of choices; U64_MAX where it does not fit
 * @number: the candidate that was walked
 */
struct vsn_walk {
	const struct vsn_topo *t;
	const struct vsn_network *net;
	const struct vsn_live *live;
	struct vsn_path *path;
	u32 start;
	enum vsn_walk_mode mode;
	enum vsn_detour detour;
	bool bad;
	bool started;
	u32 plane;
	u32 turn;
	u32 dst;
	u64 n;
	u64 count;
	u64 number;
};

/* One of @n ways to go on. */
u32 vsn_walk_choose(struct vsn_walk *w, u32 n, enum vsn_choice what);
/* The next link. */
void vsn_walk_hop(struct vsn_walk *w, u32 link);

/* The index of no tier */
#define VSN_NO_PLAN	(VSN_MAX_TIERS + 1)

static inline u64 vsn_pair_hash(const struct vsn_network *net, const struct vsn_pair *p)
{
	return vsn_mix(net->seed ^ ((u64)p->src << 32 | p->dst));
}

/* Plans: VSN_NO_PLAN where there is none, or no further one. */
u32 vsn_plan_first(const struct vsn_topo *t, const struct vsn_network *net,
		   const struct vsn_pair *p);
u32 vsn_plan_next(const struct vsn_topo *t, const struct vsn_network *net,
		  const struct vsn_pair *p, u32 plan);
/* The same, leaving out other tiers of the same stack. */
u32 vsn_plan_next_stack(const struct vsn_topo *t, const struct vsn_network *net,
			const struct vsn_pair *p, u32 plan);
/* Walk; w->bad says whether it is a path.  Sets the walk's count and number. */
void vsn_plan_walk(struct vsn_walk *w, const struct vsn_pair *p, u32 plan);
/* Number of candidates of a plan */
u64 vsn_plan_count(const struct vsn_walk *w, const struct vsn_pair *p, u32 plan);
u32 vsn_plan_planes(const struct vsn_topo *t, const struct vsn_network *net,
		    const struct vsn_pair *p, u32 plan);
/* A live path, when the one that the policy chose is not */
bool vsn_route_search(struct vsn_walk *w, const struct vsn_pair *p, u64 salt);

void vsn_pair_init(const struct vsn_topo *t, struct vsn_pair *p, u32 src, u32 dst);
/* Does a tier's stack, up to this tier, join the two? */
bool vsn_stack_joins(const struct vsn_topo *t, const struct vsn_network *net,
		     const struct vsn_tier *tier, const struct vsn_pair *p);
/* Through a stack that joins the two, up to the tier @top. */
void vsn_stack_walk(struct vsn_walk *w, const struct vsn_tier *top,
		    const struct vsn_pair *p);

/* From one vertex of a direct tier to another of the same group. */
void vsn_direct_walk(struct vsn_walk *w, const struct vsn_tier *tier, u32 plane,
		     u32 lane, u32 from, u32 to);
/* From one switch to another through the direct tiers of these switches, up to @top. */
void vsn_direct_cross(struct vsn_walk *w, const struct vsn_tier *top, u32 plane,
		      u32 from, u32 to, u32 block);
/* The block that leads from one switch's to another's; its own: none, go straight. */
u32 vsn_direct_block(struct vsn_walk *w, const struct vsn_tier *top, u32 from, u32 to);
/* Number of the switch, in its group, where the first long link begins. */
bool vsn_direct_gate(const struct vsn_walk *w, const struct vsn_tier *top, u32 from,
		     u32 to, u32 block, u32 *number);

#endif /* VSN_CORE_ROUTE_IMPL_H */
