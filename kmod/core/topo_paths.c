// SPDX-License-Identifier: GPL-2.0
/* Commit of a network: do its tiers reach what they share, and how long is a path? */
#include "topo_impl.h"

#include "route.h"

/**
 * struct length - links that a part of a path may take
 * @shortest: at most, on a shortest path
 * @detour: at most, with the detours that are tried when links are down
 */
struct length {
	u64 shortest;
	u64 detour;
};

static u64 axis_length(const struct vsn_tier *tier, u32 size)
{
	return tier->kind == VSN_TIER_KIND_RING ? size / 2 : size - 1;
}

/* Across a direct tier, and those of the same switches before it */
static struct length direct_length(const struct vsn_topo *t, const struct vsn_tier *tier,
				   struct length before)
{
	struct length n = { 1, 2 };
	u32 i;

	if (tier->wiring == VSN_WIRING_SPREAD)
		return (struct length) { 2 * before.shortest + 1, 3 * before.detour + 2 };
	if (tier->kind != VSN_TIER_KIND_MESH) {
		n.shortest = axis_length(tier, tier->numbers);
		for (i = 0; i < t->nr_dims; i++)
			if (tier->coords & (1U << i))
				n.shortest += axis_length(tier, t->dims[i].size);
		/* by a vertex that is as far from both as any, or round a ring */
		n.detour = 2 * n.shortest + 2;
	}
	if (tier->wiring == VSN_WIRING_STRIDE) {
		n.shortest += before.shortest;
		n.detour += before.detour;
	}
	return n;
}

/* The longest path through one stack; @next: the next one */
static struct length stack_length(const struct vsn_topo *t, const struct vsn_network *net,
				  u32 base, u32 *next)
{
	struct length most = {}, across = {};
	u32 i, climb = 0;

	for (i = base; i < net->nr_tiers && net->tiers[i].base == base; i++) {
		const struct vsn_tier *tier = &net->tiers[i];

		if (vsn_tier_direct(tier)) {
			across = direct_length(t, tier, across);
		} else {
			across = (struct length) {};
			climb += 2;
		}
		most.shortest = vsn_max(most.shortest, climb + across.shortest);
		most.detour = vsn_max(most.detour, climb + across.detour);
	}
	*next = i;
	return most;
}

/* A path goes through each stack once at most. */
static int commit_length(struct vsn_topo *t, const struct vsn_network *net,
			 struct vsn_diag *diag)
{
	struct length sum = {}, n;
	u32 base, next;

	for (base = 0; base < net->nr_tiers; base = next) {
		n = stack_length(t, net, base, &next);
		sum.shortest += n.shortest;
		sum.detour += n.detour;
		if (sum.shortest > VSN_MAX_HOPS)
			return vsn_refuse(diag, -EINVAL,
					  "tier %s: paths of %llu links, more than %u",
					  net->tiers[next - 1].name,
					  (unsigned long long)sum.shortest, VSN_MAX_HOPS);
	}
	t->max_hops = vsn_max(t->max_hops, vsn_min(sum.detour, VSN_MAX_HOPS));
	return 0;
}

/*
 * The endpoint of a kind that has a number in the first group of @base, or in the
 * last of those that @top joins; false where there is none.
 */
static bool example(const struct vsn_topo *t, const struct vsn_tier *base,
		    const struct vsn_tier *top, u32 k, u32 number, bool last, u32 *ep)
{
	const struct vsn_kind *kind = &t->kinds[k];
	u32 digits[VSN_MAX_DIMS] = {};
	u32 i, mask = 0;

	for (i = 0; i < kind->nr_dims; i++)
		mask |= 1U << kind->dims[i];
	for (i = t->nr_dims; i-- > 0; ) {
		if (base->over & mask & (1U << i)) {
			digits[i] = number % t->dims[i].size;
			number /= t->dims[i].size;
		} else if (last && base->key & ~top->key & (1U << i)) {
			digits[i] = t->dims[i].size - 1;
		}
	}
	*ep = 0;
	for (i = 0; i < kind->nr_dims; i++)
		*ep = *ep * t->dims[kind->dims[i]].size + digits[kind->dims[i]];
	*ep += kind->base;
	return !number;
}

static int refuse_pair(const struct vsn_topo *t, const struct vsn_tier *tier, u32 a, u32 b,
		       struct vsn_diag *diag)
{
	char from[40], to[40];

	vsn_topo_endpoint_name(t, a, from, sizeof(from));
	vsn_topo_endpoint_name(t, b, to, sizeof(to));
	return vsn_refuse(diag, -EINVAL,
			  "tier %s: wiring stride, and nothing joins %s and %s",
			  tier->name, from, to);
}

/*
 * In strides, endpoints are on different switches; a tier above, or another stack,
 * has to join them.  All groups are wired alike, so one pair stands for all whose
 * numbers differ by as much, in one group and in different ones.
 */
static int check_stride(const struct vsn_topo *t, u32 net, const struct vsn_tier *base,
			const struct vsn_tier *top, struct vsn_diag *diag)
{
	u32 a, b, from, to, number, last;

	if (top->modulus == 1 || top->fixes)
		return 0;
	for (a = 1; a < VSN_NR_KINDS; a++) {
		if (!base->ports[a].bandwidth)
			continue;
		example(t, base, top, a, 0, false, &from);
		for (b = 1; b < VSN_NR_KINDS; b++) {
			for (number = 0; base->ports[b].bandwidth &&
			     number < top->modulus; number++) {
				for (last = 0; last < 2; last++)
					if (example(t, base, top, b, number, last, &to) &&
					    to != from &&
					    vsn_route_reach(t, net, from, to))
						return refuse_pair(t, base, from, to, diag);
			}
		}
	}
	return 0;
}

int vsn_topo_commit_paths(struct vsn_topo *t, u32 n, struct vsn_diag *diag)
{
	const struct vsn_network *net = &t->networks[n];
	u32 i;
	int err;

	err = commit_length(t, net, diag);
	for (i = 0; !err && i < net->nr_tiers; i++)
		if (i + 1 == net->nr_tiers || net->tiers[i + 1].base != net->tiers[i].base)
			err = check_stride(t, n, &net->tiers[net->tiers[i].base],
					   &net->tiers[i], diag);
	return err;
}
