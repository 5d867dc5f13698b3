/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Routes.  Over tiers they are computed and never stored.  Those over graphs need a
 * cache, see graph.h: one caller at a time, but for vsn_route_reach(),
 * vsn_route_network(), vsn_route_planes() and vsn_route_latency().
 */
#ifndef VSN_CORE_ROUTE_H
#define VSN_CORE_ROUTE_H

#include "topo.h"

/* Paths that one operation is spread over, at most. */
#define VSN_MAX_SPREAD	64

/**
 * struct vsn_path - links from one endpoint to another
 * @nr_hops: number of links
 * @hops: link ids, in the order of travel
 * @via: for each link: 0, or 1 + the index of the tier whose switch latency the
 *	endpoint at its far end adds, because it forwards
 */
struct vsn_path {
	u32 nr_hops;
	u32 hops[VSN_MAX_HOPS];
	u8 via[VSN_MAX_HOPS];
};

/**
 * struct vsn_live - which links can be used
 * @live: can this one?
 * @ctx: passed to @live
 * @version: another one, and never 0, after each change of what @live answers; 0:
 *	not known, and paths of graphs are searched for each time
 */
struct vsn_live {
	bool (*live)(void *ctx, u32 link);
	void *ctx;
	u64 version;
};

int vsn_route_reach(const struct vsn_topo *t, u32 net, u32 src, u32 dst);
int vsn_route_network(const struct vsn_topo *t, u32 want, u32 src, u32 dst);
u32 vsn_route_planes(const struct vsn_topo *t, u32 net, u32 src, u32 dst);
u32 vsn_route_spread(const struct vsn_topo *t, u32 net, u32 src, u32 dst);
u64 vsn_route_candidates(const struct vsn_topo *t, u32 net, u32 src, u32 dst);
u64 vsn_route_select(const struct vsn_topo *t, u32 net, u32 src, u32 dst,
		     u32 plane, u64 salt);
int vsn_route_path(const struct vsn_topo *t, u32 net, u32 src, u32 dst,
		   u64 candidate, struct vsn_path *path);
int vsn_route_find(const struct vsn_topo *t, u32 want, u32 src, u32 dst, u32 plane,
		   u64 salt, struct vsn_path *path);
int vsn_route_find_live(const struct vsn_topo *t, u32 want, u32 src, u32 dst, u32 plane,
			u64 salt, const struct vsn_live *live, struct vsn_path *path);
u64 vsn_route_work(const struct vsn_topo *t, u32 net);
u64 vsn_route_latency(const struct vsn_topo *t, const struct vsn_path *path);

#endif /* VSN_CORE_ROUTE_H */
