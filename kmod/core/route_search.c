// SPDX-License-Identifier: GPL-2.0
/*
 * Another path, where the one that the policy chose has a link that is down.
 *
 * The order of what is tried depends on source, destination and operation only, so
 * a failure moves only what it must: some candidates at random, all of them if
 * they are not too many, the other plans, the same again with detours, and where
 * endpoints forward anyway, ways by one more of them.
 */
#include "route_impl.h"

/* Candidates that are tried at random, so many of them in the operation's plane */
#define PROBES		64U
#define PLANE_PROBES	16U
/* The same for each part of a way by another endpoint, and how many of these */
#define PART_PROBES	8U
#define MAX_AROUND	128U
/* Up to this many candidates are tried one by one. */
#define MAX_SEARCH	4096U

/* Some candidates of a plan, at random */
static bool probe_plan(struct vsn_walk *w, const struct vsn_pair *p, u32 plan, u64 h,
		       u32 probes, u32 in_plane)
{
	u32 i;

	w->mode = VSN_WALK_PROBE;
	for (i = 0; i < probes; i++) {
		w->turn = i < in_plane ? 0 : i - in_plane + 1;
		w->n = h + i;
		vsn_plan_walk(w, p, plan);
		if (!w->bad)
			return true;
	}
	return false;
}

/* Other candidates of a plan */
static bool search_plan(struct vsn_walk *w, const struct vsn_pair *p, u32 plan, u64 h)
{
	u64 count, i;

	if (probe_plan(w, p, plan, h, PROBES, PLANE_PROBES))
		return true;
	count = vsn_plan_count(w, p, plan);
	if (count > MAX_SEARCH)
		return false;
	w->mode = VSN_WALK_NUMBER;
	for (i = 0; i < count; i++) {
		w->n = (h + i) % count;
		vsn_plan_walk(w, p, plan);
		if (!w->bad)
			return true;
	}
	return false;
}

/* Do endpoints of this network forward? */
static bool forwards(const struct vsn_network *net)
{
	return vsn_tier_direct(net->tiers) || net->tiers[net->nr_tiers - 1].base;
}

static bool has_direct(const struct vsn_network *net)
{
	u32 i;

	for (i = 0; i < net->nr_tiers; i++)
		if (vsn_tier_direct(&net->tiers[i]))
			return true;
	return false;
}

/* The vertex where a link begins: an endpoint, or after these a switch */
static u32 begins_at(const struct vsn_topo *t, u32 link)
{
	struct vsn_link_pos pos;
	u32 from, to;

	vsn_topo_link_switches(t, link, &from, &to);
	if (from != VSN_NO_SWITCH)
		return t->nr_endpoints + from;
	vsn_topo_link_pos(t, link, &pos);
	return pos.child;
}

static bool has_loop(const struct vsn_topo *t, const struct vsn_path *path, u32 end)
{
	u32 at[VSN_MAX_HOPS];
	u32 i, j;

	for (i = 0; i < path->nr_hops; i++) {
		at[i] = begins_at(t, path->hops[i]);
		for (j = 0; j < i; j++)
			if (at[j] == at[i])
				return true;
		if (at[i] == end)
			return true;
	}
	return false;
}

/* A part of a way by another endpoint, after what is there of it */
static bool search_part(struct vsn_walk *w, u32 src, u32 dst, u64 h)
{
	struct vsn_pair p;
	u32 plan;

	vsn_pair_init(w->t, &p, src, dst);
	for (plan = vsn_plan_first(w->t, w->net, &p); plan != VSN_NO_PLAN;
	     plan = vsn_plan_next(w->t, w->net, &p, plan))
		if (probe_plan(w, &p, plan, h, PART_PROBES, PART_PROBES / 2))
			return true;
	return false;
}

/* The @n-th endpoint that differs from one of the two in one dimension only */
static u32 nearby(const struct vsn_topo *t, const struct vsn_pair *p, u32 n)
{
	u32 ep = n & 1 ? p->dst : p->src, step = 1, i;
	const struct vsn_kind *kind = &t->kinds[n & 1 ? p->dst_kind : p->src_kind];

	for (n >>= 1, i = kind->nr_dims; i-- > 0; ) {
		u32 size = t->dims[kind->dims[i]].size;
		u32 digit = (ep - kind->base) / step % size;

		if (n < size - 1)
			return ep + ((digit + 1 + n) % size - digit) * step;
		n -= size - 1;
		step *= size;
	}
	return ep;
}

/* How many of them there are */
static u32 count_nearby(const struct vsn_topo *t, const struct vsn_pair *p)
{
	u32 k, i, n, most = 0;

	for (k = 0; k < 2; k++) {
		const struct vsn_kind *kind = &t->kinds[k ? p->dst_kind : p->src_kind];

		for (i = 0, n = 0; i < kind->nr_dims; i++)
			n += t->dims[kind->dims[i]].size - 1;
		most = vsn_max(most, n);
	}
	return 2 * most;
}

/* By one more endpoint */
static bool search_around(struct vsn_walk *w, const struct vsn_pair *p, u64 h)
{
	u32 i, at, count = count_nearby(w->t, p);
	bool found;

	w->detour = VSN_DETOUR_NONE;
	for (i = 0; i < count && i < MAX_AROUND; i++) {
		at = nearby(w->t, p, (h + i) % count);
		if (at == p->src || at == p->dst)
			continue;
		w->start = 0;
		found = search_part(w, p->src, at, h);
		w->start = w->path->nr_hops;
		found = found && search_part(w, at, p->dst, h);
		if (found && !has_loop(w->t, w->path, p->dst))
			return true;
	}
	return false;
}

bool vsn_route_search(struct vsn_walk *w, const struct vsn_pair *p, u64 salt)
{
	u64 h = vsn_mix(vsn_pair_hash(w->net, p) ^ ~salt);
	u32 plan, round, rounds = has_direct(w->net) ? 2 : 1;

	for (round = 0; round < rounds; round++) {
		if (round)
			w->detour = VSN_DETOUR_ANY;
		for (plan = vsn_plan_first(w->t, w->net, p); plan != VSN_NO_PLAN;
		     plan = vsn_plan_next(w->t, w->net, p, plan))
			if (search_plan(w, p, plan, h))
				return true;
	}
	return forwards(w->net) && search_around(w, p, h);
}
